//! What is not certain is not recovered: truncated and changed keys, missing pieces, several keys.

use nova_keypair::PublicKey;
use proptest::prelude::*;

use super::damages::{DAMAGES, Layer};
use super::formats::{parts, rfc4716, wrap};
use super::{SAMPLES, Sample, recover};

/// Comments whose letters fit into base64, so that they could fill a gap.
const WORDS: [&str; 38] = [
    "",
    "me",
    "me@host",
    "user",
    "user@host.example",
    "laptop",
    "Laptop",
    "my work laptop",
    "backup2024",
    "alice",
    "root@server1",
    "a b c d e f g h",
    "key/home",
    "old+new",
    "Old+New",
    "Key/Home",
    "MyLaptop",
    "MyWorkLaptop",
    "MacBookPro",
    "MacBook/Pro",
    "iPhone+iPad",
    "iMac",
    "NAS",
    "VM1",
    "MyPC",
    "JohnDoe2024",
    "AWSKeyPair",
    "DESKTOP4AB7",
    "WIN10PC",
    "A1B2C3D4",
    "GitHubActions",
    "Ubuntu2204LTS",
    "ThinkPadT480s",
    "EliteBook840G5",
    "K8sCluster1",
    "MyVeryLongHostNameForTheLaptop",
    "web01/DB02",
    "MyEC2KeyPair",
];

/// Returns the key that is found in a text from which none follows with certainty.
fn guess(text: &str) -> Option<String> {
    let found = recover(text.as_bytes()).ok()?;
    // A changed letter or a lost piece may leave a valid line, of which nobody can tell.
    let is_valid = PublicKey::parse(text).is_ok();
    let repairs: Vec<_> = found.repairs.iter().map(|repair| (repair.reading().as_str(), repair.position())).collect();
    (!is_valid).then(|| format!("{repairs:?}: {text:?}"))
}

#[track_caller]
fn none(guesses: impl Iterator<Item = String>) {
    let guesses: Vec<_> = guesses.collect();
    let shown: String = guesses.iter().take(12).map(|guess| format!("\n  {guess:.500}")).collect();
    assert!(guesses.is_empty(), "{} guesses{shown}", guesses.len());
}

fn with_comment(line: &str, separator: &str, comment: &str) -> String {
    if comment.is_empty() { line.to_owned() } else { format!("{line}{separator}{comment}") }
}

#[test]
fn a_truncated_key_is_not_recovered() {
    let texts = SAMPLES.iter().flat_map(|sample| {
        let line = &sample.line;
        let padding = line.len() - line.trim_end_matches('=').len();
        let end = line.len() - padding;
        // The last 24 lengths, then some.
        (1..end).filter(move |lost| *lost <= 24 || lost % 37 == 0).flat_map(move |lost| {
            let kept = &line[..end - lost];
            // Words that make up for what is lost, and some others.
            let words = WORDS.iter().enumerate().filter(move |(row, word)| word.len() == lost || (row + lost) % 5 == 0);
            words.flat_map(move |(_, word)| {
                [" ", "\n", "= ", "..."].map(|separator| with_comment(kept, separator, word))
            })
        })
    });
    none(texts.filter_map(|text| guess(&text)));
}

/// Other damage does not make up for what is lost.
#[test]
fn a_truncated_and_damaged_key_is_not_recovered() {
    let texts = SAMPLES.iter().flat_map(|sample| {
        [1, 2, 4, 5, 8, 23, 40].into_iter().flat_map(move |lost| {
            let kept = sample.line.trim_end_matches('=');
            let kept = &kept[..kept.len() - lost];
            let comments =
                ["", " me@host", " user@host", " my laptop", " Old+New", " MyWorkLaptop", " a", " my key (laptop)"];
            comments.into_iter().flat_map(move |comment| {
                let line = format!("{kept}{comment}");
                // Without a space before the comment, its letters would be part of the key.
                let damages = DAMAGES.iter().enumerate().filter(move |(row, damage)| {
                    damage.name != "no space before the comment" && (row + lost).is_multiple_of(5)
                });
                damages.filter_map(move |(_, damage)| String::from_utf8((damage.apply)(&line)?).ok())
            })
        })
    });
    none(texts.filter_map(|text| guess(&text)));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    /// The letters of a comment that is joined to the key do not make up for lost letters, and letters that are there
    /// twice are not those of a comment.
    #[test]
    fn a_glued_comment_makes_up_for_nothing(
        index in any::<prop::sample::Index>(),
        at in any::<prop::sample::Index>(),
        count in 1_usize..9,
        is_lost in any::<bool>(),
        separator in prop::sample::select(vec!["", "", "", "_", "+", "/", "-", "."]),
        comment in prop::sample::select(&WORDS[1..]),
        end in prop::sample::select(vec!["", "\n", "\n\nThanks\n", "\"", ")", ".", "\u{2026}", "%20x"]),
    ) {
        let Sample { line, key, .. } = index.get(&SAMPLES);
        let [name, base64, _] = parts(line).unwrap();
        let symbols = base64.trim_end_matches('=');
        let at = 20 + at.index(symbols.len() - count - 20);
        let (start, rest) = symbols.split_at(at);
        let changed = if is_lost { format!("{start}{}", &rest[count..]) } else { format!("{start}{}{rest}", &rest[..count]) };
        // Where a whole word fills up the key, nothing tells.
        let joined = format!("{separator}{comment}");
        let is_symbol = |c: &char| c.is_ascii_alphanumeric() || matches!(c, '+' | '/' | '-' | '_');
        let is_filled = joined.chars().take(count).filter(is_symbol).count() == count;
        let next = joined.chars().nth(count);
        let is_end = next.is_none_or(|c| c == ' ' || (c == '+' && end.starts_with('%')));
        prop_assume!(!(is_lost && is_filled && is_end));
        for text in [format!("{name} {changed}{separator}{comment}{end}"), format!("{changed}{separator}{comment}{end}")] {
            if let Ok(found) = recover(text.as_bytes()) {
                prop_assert!(found.key == *key || PublicKey::parse(&text).is_ok(), "{:?}: {}", found.repairs, text);
            }
        }
    }
}

#[test]
fn a_key_without_its_start_is_not_recovered() {
    let texts = SAMPLES.iter().flat_map(|sample| {
        let [name, base64, _] = parts(&sample.line).unwrap();
        (1..base64.len().min(120)).flat_map(move |lost| {
            let rest = &base64[lost..];
            [rest.to_owned(), format!("{name} {rest}"), format!("{name} {rest} me@host"), format!("{name} ...{rest}")]
        })
    });
    none(texts.filter_map(|text| guess(&text)));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn a_missing_piece_is_not_made_up(
        index in any::<prop::sample::Index>(),
        start in any::<prop::sample::Index>(),
        length in 1_usize..40,
        filler in prop::sample::select(vec!["", " ", "\n", "...", "…", "***", "[...]", "\u{fffd}", "<snip>", "-", "\n> "]),
        comment in prop::sample::select(&WORDS[..]),
    ) {
        let Sample { line, key, .. } = index.get(&SAMPLES);
        let [name, base64, _] = parts(line).unwrap();
        let base64 = base64.trim_end_matches('=');
        let at = start.index(base64.len() - length);
        let text = format!("{name} {}{filler}{} {comment}", &base64[..at], &base64[at + length..]);
        // A `+` that became a space, or a character of the URL-safe alphabet, is no missing piece.
        let is_encoded = length == 1 && matches!(filler, " " | "-") && base64.as_bytes()[at] == b'+';
        if !is_encoded || base64.matches('+').count() > 1 {
            let guess = guess(&text);
            // One character more or less could be of the same key. What is read as a `+` tells nothing of other signs,
            // but a `+` that is left in the comment does.
            let rest = &text[name.len() + 1..];
            let rest = rest.get(..base64.len()).unwrap_or(rest);
            let is_undetectable = length == 1
                && match filler {
                    " " => !rest.contains('+'),
                    "-" => !rest.contains(['+', '/']),
                    _ => false,
                };
            prop_assert!(guess.is_none() || is_undetectable || recover(text.as_bytes()).unwrap().key == *key, "{guess:?}");
        }
    }

    /// A letter that changed within the alphabet may give another valid line; any other change is an error.
    #[test]
    fn a_changed_letter_is_not_corrected(
        index in any::<prop::sample::Index>(),
        at in any::<prop::sample::Index>(),
        letter in "[ -~]|\u{fffd}|é|А",
        comment in prop::sample::select(&WORDS[..]),
    ) {
        let Sample { line, key, .. } = index.get(&SAMPLES);
        let [name, base64, _] = parts(line).unwrap();
        let at = at.index(base64.trim_end_matches('=').len());
        let text = with_comment(&format!("{name} {}{letter}{}", &base64[..at], &base64[at + 1..]), " ", comment);
        let rest = text[name.len() + 1..].split_at_checked(base64.len()).map_or("", |(base64, _)| base64);
        let is_undetectable = match &*letter {
            " " => !rest.contains('+'),
            "-" | "_" => !rest.contains(['+', '/']),
            _ => false,
        };
        let guess = guess(&text);
        prop_assert!(guess.is_none() || is_undetectable || recover(text.as_bytes()).unwrap().key == *key, "{guess:?}");
    }

    /// Two letters that changed places, a letter that is there twice, a letter too few.
    #[test]
    fn a_typo_is_not_corrected(
        index in any::<prop::sample::Index>(),
        at in any::<prop::sample::Index>(),
        typo in 0..4,
    ) {
        let Sample { line, .. } = index.get(&SAMPLES);
        let [name, base64, _] = parts(line).unwrap();
        let at = at.index(base64.trim_end_matches('=').len() - 1);
        let (start, rest) = base64.split_at(at);
        let (two, end) = rest.split_at(2);
        let (first, second) = two.split_at(1);
        let changed = match typo {
            0 => format!("{start}{second}{first}{end}"),
            1 => format!("{start}{first}{first}{second}{end}"),
            2 => format!("{start}{second}{end}"),
            _ => format!("{start}{}{second}{end}", first.to_lowercase()),
        };
        let text = format!("{name} {changed} me@host");
        prop_assume!(changed != base64);
        prop_assert_eq!(guess(&text), None);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    /// The letters and digits of escapes are not those of a key, also if their number is that of missing ones.
    #[test]
    fn escapes_are_not_read_as_a_key(
        base64 in "[A-Za-z0-9+/]{43}",
        signs in prop::collection::vec(0_usize..42, 1..5),
        escape in prop::sample::select(vec![
            "\\u002b", "\\x2b", "%2B", "&#43;", "=2B", "\\n", "\\r\\n", "\\", "\n12 ", "_x002B_",
        ]),
        lost in 0_usize..6,
        comment in prop::sample::select(&WORDS[..]),
    ) {
        let mut base64: Vec<u8> = base64.into_bytes();
        signs.iter().for_each(|&at| base64[at] = b'+');
        let line = format!("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI{}", String::from_utf8(base64).unwrap());
        let Ok(key) = PublicKey::parse(&line) else { return Ok(()) };
        let escaped = line.replace('+', escape);
        // Without a character in place of the `+`, the key lacks it.
        let text = with_comment(&escaped[..escaped.len() - lost], " ", comment);
        if let Ok(found) = recover(text.as_bytes()) {
            prop_assert_eq!(found.key, key, "{}", text);
        }
    }

    /// Nor are letters too many dropped in a key that is broken into rows of which the last one ends where the key has
    /// all its bytes.
    #[test]
    fn letters_too_many_on_a_row_of_their_own_are_not_dropped(
        index in any::<prop::sample::Index>(),
        at in any::<prop::sample::Index>(),
        count in 1_usize..20,
        width in any::<prop::sample::Index>(),
        row_break in prop::sample::select(vec!["\n", "\r\n", "\r", "\n\n", "\n    ", " \\\n  ", "^M\n", "\"\n\"", "\n> "]),
        comment in prop::sample::select(&WORDS[..]),
    ) {
        // Without padding, and with rows that end where the key ends.
        let rows = |line: &str| -> Vec<usize> {
            (20..120).filter(|width| line.len().is_multiple_of(*width) && line.len() > *width).collect()
        };
        let samples = SAMPLES.iter().filter(|sample| !sample.line.ends_with('='));
        let samples = samples.map(|Sample { line, .. }| (line.as_str(), rows(line)));
        let samples: Vec<_> = samples.filter(|(_, widths)| !widths.is_empty()).collect();
        let (line, widths) = index.get(&samples);
        let [name, base64, _] = parts(line).unwrap();
        let at = at.index(base64.len() - count);
        let changed = format!("{}{}", &base64[..at + count], &base64[at..]);
        let text = with_comment(&format!("{name} {changed}"), " ", comment);
        let text = super::formats::fold(&text, *width.get(widths), row_break);
        prop_assert_eq!(guess(&text), None);
    }

    /// Letters too many are not dropped.
    #[test]
    fn letters_too_many_are_not_dropped(
        index in any::<prop::sample::Index>(),
        at in any::<prop::sample::Index>(),
        letters in "[A-Za-z0-9+/]{1,12}",
        comment in prop::sample::select(&WORDS[..]),
    ) {
        let Sample { line, .. } = index.get(&SAMPLES);
        let [name, base64, _] = parts(line).unwrap();
        let at = at.index(base64.trim_end_matches('=').len());
        // A `+` may separate the type from the key.
        prop_assume!(at > 0);
        let text = with_comment(&format!("{name} {}{letters}{}", &base64[..at], &base64[at..]), " ", comment);
        // Letters that leave the key whole are text before it, such as `A+` before `AAAA`.
        prop_assume!(!["+", "/"].iter().any(|sign| text.contains(&format!("{sign}{base64}"))));
        prop_assert_eq!(guess(&text), None);
    }
}

/// Marks in front of rows that are also symbols of base64 are not read as symbols, wherever else the text is broken.
#[test]
fn marks_of_rows_are_not_read_as_a_key() {
    use super::formats::fold;

    let mut wrong = Vec::new();
    for (index, Sample { line, key, .. }) in SAMPLES.iter().enumerate() {
        for (mark, outer) in [("+", "\n> "), ("-", "\n> "), ("+", "\n>> "), ("/", "\n"), ("//", "^\n"), ("--", "\r\n")]
        {
            for width in (40..80).skip(index % 2).step_by(2) {
                for more in 1..12 {
                    let comment = WORDS[(width + more) % WORDS.len()];
                    let marked = fold(&with_comment(line, " ", comment), width, &format!("\n{mark}"));
                    let text = fold(&format!("{mark}{marked}"), width + more, outer);
                    if let Ok(found) = recover(text.as_bytes()) {
                        wrong.extend((found.key != *key).then(|| format!("{:?}: {text:?}", found.repairs)));
                    }
                }
            }
        }
    }
    none(wrong.into_iter());
}

/// The same on a line of its own that spaces or tabs break.
#[test]
fn letters_too_many_behind_a_space_are_not_dropped() {
    let unpadded = SAMPLES.iter().filter(|sample| !sample.line.ends_with('='));
    let texts = unpadded.flat_map(|Sample { line, .. }| {
        let widths = (20..120).filter(|width| line.len().is_multiple_of(*width) && line.len() > *width);
        widths.flat_map(move |width| {
            [" ", "\t", "  "].map(|space| {
                let changed = format!("{line}{} me@host", &line[line.len() - 19..]);
                super::formats::fold(&changed, width, space)
            })
        })
    });
    none(texts.filter_map(|text| guess(&text)));
}

fn pairs() -> impl Iterator<Item = (&'static Sample, &'static Sample)> {
    let count = SAMPLES.len();
    (0..count).flat_map(move |first| [1, 5, 9].map(|step| (&SAMPLES[first], &SAMPLES[(first + step) % count])))
}

/// Returns the texts that contain both lines.
fn together(a: &str, b: &str) -> Vec<String> {
    vec![
        format!("{a} me@host\n{b} me@host\n"),
        format!("{a} me@host\r\n{b} me@host"),
        format!("{a} me@host\r{b} me@host"),
        format!("{a} {b}"),
        format!("{a} me@host {b} me@host"),
        format!("{a} me@host{b}"),
        format!("{a} me@host,{b}"),
        format!("{a},{b}"),
        format!("{a}, {b}"),
        format!("{a};{b}"),
        format!("{a}{b}"),
        format!("{a}\n\n{b}"),
        format!("# keys\n{a}\n# more\n{b}\n"),
        format!("{a}\\n{b}"),
        format!("{a} me@host\\n{b} me@host"),
        format!("{a}%0A{b}"),
        format!("{a}&#10;{b}"),
        format!("{a}<br>{b}"),
        format!("[\"{a}\", \"{b}\"]"),
        format!("keys:\n  - {a}\n  - {b}\n"),
        format!("{a} x \"{b}\""),
        format!("no-pty {a}\nno-pty {b}"),
        format!("a: {a}\nb: {b}"),
        format!("{a}\u{200b}{b}"),
        format!("{a}\u{2028}{b}"),
        format!("{a}\0{b}"),
        format!("\"{a}\"\n\"{b}\""),
        format!("{a} ({b})"),
        format!("> {a}\n> {b}"),
    ]
}

#[test]
fn two_keys_are_several() {
    let mut wrong = Vec::new();
    for (first, second) in pairs() {
        for text in together(&first.line, &second.line) {
            match recover(text.as_bytes()) {
                Err(error) if error.code() == "key_several" => {}
                Err(error) => wrong.push(format!("{}: {text:?}", error.code())),
                Ok(found) => wrong.push(format!("RECOVERED {:?}: {text:?}", found.repairs)),
            }
            if PublicKey::parse(&text).is_ok() {
                wrong.push(format!("ACCEPTED: {text:?}"));
            }
        }
    }
    none(wrong.into_iter());
}

#[test]
fn two_keys_are_several_in_every_encoding() {
    let mut wrong = Vec::new();
    for (first, second) in pairs() {
        let text = format!("{} me@host\n{} me@host\n", first.line, second.line);
        for damage in DAMAGES.iter().filter(|damage| damage.layer == Layer::Transport) {
            let Some(damaged) = (damage.apply)(&text) else { continue };
            match recover(&damaged) {
                Err(error) if error.code() == "key_several" => {}
                Err(error) => {
                    wrong.push(format!("{}: {}: {:?}", damage.name, error.code(), String::from_utf8_lossy(&damaged)));
                }
                Ok(found) => wrong.push(format!("RECOVERED {}: {:?}", damage.name, found.repairs)),
            }
        }
    }
    none(wrong.into_iter());
}

/// The second key may be damaged, or in another format: then it is not certain which one is meant.
#[test]
fn a_second_key_that_is_damaged_is_not_ignored() {
    let mut texts = Vec::new();
    for (Sample { line: a, .. }, Sample { line: b, .. }) in pairs() {
        let bare = parts(b).unwrap()[1];
        for other in [
            wrap(b, 64, "\n"),
            bare.to_owned(),
            rfc4716(b).unwrap(),
            b[..b.len() - 9].to_owned(),
            format!("no-pty {b}"),
            b.replacen(' ', "  ", 1),
            super::formats::percent(b),
        ] {
            texts.push(format!("{a}\n{other}"));
            texts.push(format!("{a} me@host\n{other}\n"));
            texts.push(format!("{other}\n{a}"));
        }
    }
    none(texts.iter().filter_map(|text| guess(text)));
}

/// Whatever damaged only one of two keys, the other one is not taken for the only one.
#[test]
fn a_key_next_to_one_with_any_damage_is_not_taken() {
    let mut wrong = Vec::new();
    for (index, (Sample { line: a, .. }, Sample { line: b, .. })) in pairs().enumerate() {
        for (row, damage) in DAMAGES.iter().enumerate().filter(|(row, _)| (row + index).is_multiple_of(3)) {
            let damaged = (damage.apply)(&format!("{a} me@host")).and_then(|text| String::from_utf8(text).ok());
            let Some(damaged) = damaged else { continue };
            let (text, order) = match row % 2 {
                0 => (format!("{damaged}\n{b} you@host"), "before"),
                _ => (format!("{b} you@host\n{damaged}"), "after"),
            };
            wrong.extend(guess(&text).map(|guess| format!("{} {order}: {guess}", damage.name)));
        }
    }
    none(wrong.into_iter());
}

/// A sign in all of the base64 of one of two keys, at any distance, or a piece of a second key joined to the first.
#[test]
fn a_key_next_to_a_piece_of_another_is_not_taken() {
    let mut texts = Vec::new();
    for (Sample { line: a, .. }, Sample { line: b, .. }) in pairs() {
        let [name, base64, _] = parts(a).unwrap();
        for (sign, width) in [("\u{b7}", 32), ("~", 10), ("!", 20), ("@", 64), ("\u{a7}", 40)] {
            let broken = format!("{name} {} me@host", super::formats::fold(base64, width, sign));
            texts.push(format!("{broken}\n{b} you@host"));
            texts.push(format!("{b} you@host\n{broken}"));
        }
        let [second, blob, _] = parts(b).unwrap();
        texts.push(format!("{a}{second}"));
        texts.push(format!("{a}{}", &second[..second.len() - 2]));
        texts.push(format!("({a}{second})"));
        texts.push(format!("{a}{second},"));
        texts.push(format!("key: '{base64}{second}'"));
        texts.push(format!("{a}{second} {}", &blob[..30]));
        texts.push(format!("{a} me@host\n{second} {}", &blob[..30]));
        texts.push(format!("{}\n{b} me@host", &a[..name.len() + 30]));
    }
    none(texts.iter().filter_map(|text| guess(text)));
}

#[test]
fn a_key_that_is_there_twice_is_that_key_or_several() {
    for Sample { line, key, title } in SAMPLES.iter() {
        for text in together(line, line) {
            match recover(text.as_bytes()) {
                Ok(found) => assert_eq!(found.key, *key, "{title}"),
                Err(error) => assert_eq!(error.code(), "key_several", "{title}: {text:?}"),
            }
        }
    }
}

#[test]
fn text_without_a_key_is_not_recovered() {
    let texts = SAMPLES.iter().flat_map(|Sample { line, .. }| {
        let [name, base64, _] = parts(line).unwrap();
        [
            name.to_owned(),
            line.to_lowercase(),
            line.to_uppercase(),
            base64.chars().rev().collect(),
            format!("{name} {}", base64.chars().rev().collect::<String>()),
            format!("{name} {}", super::formats::hex(base64.as_bytes()).repeat(0)),
        ]
    });
    none(texts.filter_map(|text| guess(&text)));
}
