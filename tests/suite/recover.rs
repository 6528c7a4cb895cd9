//! `recover` finds the key that a damaged text means, with certainty or not at all.

mod damages;
#[cfg(feature = "__internals")]
mod effort;
mod formats;
mod guesses;
mod private_keys;
mod remedies;
mod second_keys;

use std::collections::BTreeMap;
use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use nova_keypair::{Algorithm, PublicKey, PublicKeyError, Reading, Recovered, Repair};
use proptest::prelude::*;

use crate::support::json_data;
use damages::{DAMAGES, Damage, Layer};

/// A valid line without a comment, and the key in it.
pub(crate) struct Sample {
    pub(crate) title: String,
    pub(crate) line: String,
    pub(crate) key: PublicKey,
}

/// For each type and length of key, one whose base64 contains a `+`, and one without.
pub(crate) static SAMPLES: LazyLock<Vec<Sample>> = LazyLock::new(|| {
    let mut samples = BTreeMap::new();
    for key in json_data("ssh/corpus.json")["keys"].as_array().unwrap() {
        let line = key["line"].as_str().unwrap().splitn(3, ' ').take(2).collect::<Vec<_>>().join(" ");
        let Ok(key) = PublicKey::parse(&line) else { continue };
        let common = match key.algorithm() {
            Algorithm::Rsa => [1024, 2048, 3072, 4096].contains(&key.bits()),
            _ => true,
        };
        if common {
            let plus = if line.contains('+') { "with" } else { "without" };
            let title = format!("{} {} {plus} +", key.algorithm(), key.bits());
            samples.entry(title.clone()).or_insert(Sample { title, line, key });
        }
    }
    samples.into_values().collect()
});

/// Checks that the samples are of every type, so that a test over them is one over every type.
#[test]
fn samples_are_of_every_type() {
    let types: std::collections::BTreeSet<_> =
        SAMPLES.iter().map(|sample| (sample.key.algorithm(), sample.key.bits())).collect();
    assert_eq!(types.len(), 4 + 1 + 3 + 2, "{types:?}");
    assert!(SAMPLES.len() >= 16, "{}", SAMPLES.len());
}

/// Recovers from a text or, if it is not UTF-8, from bytes.
fn recover(damaged: &[u8]) -> Result<Recovered, PublicKeyError> {
    let by_bytes = PublicKey::recover_bytes(damaged);
    if let Ok(text) = str::from_utf8(damaged) {
        let by_text = PublicKey::recover(text);
        let outline = |found: &Result<Recovered, _>| match found {
            Ok(found) => Ok((found.key.as_bytes().to_vec(), found.repairs.clone())),
            Err(error) => Err(*error),
        };
        assert_eq!(outline(&by_text), outline(&by_bytes), "{text:?}");
    }
    by_bytes
}

/// Returns the bytes that the damage changed: those between the common start and the common end.
fn changed(line: &str, damaged: &[u8]) -> std::ops::RangeInclusive<usize> {
    let same = |(a, b): &(u8, u8)| a == b;
    let start = line.bytes().zip(damaged.iter().copied()).take_while(same).count();
    let end = line.bytes().rev().zip(damaged.iter().rev().copied()).take_while(same).count();
    let end = damaged.len() - end;
    start.min(end)..=start.max(end)
}

/// Returns what is wrong with what `recover` answers.
fn complaint(sample: &Sample, line: &str, damage: &[&Damage], damaged: &[u8]) -> Option<String> {
    let printed = String::from_utf8_lossy(damaged);
    let found = match recover(damaged) {
        Ok(found) => found,
        Err(error) => return Some(format!("not recovered ({}): {printed:?}", error.code())),
    };
    if found.key != sample.key {
        return Some(format!("ANOTHER KEY: {printed:?}"));
    }
    let strict = str::from_utf8(damaged).ok().and_then(|text| PublicKey::parse(text).ok());
    if let Some(strict) = strict {
        let is_same = found.repairs.is_empty() && strict.as_sent() == found.key.as_sent();
        return (!is_same).then(|| format!("an accepted line was repaired: {printed:?}"));
    }
    let names: Vec<_> = found.repairs.iter().map(|repair| repair.reading().as_str()).collect();
    if damage.iter().any(|damage| !damage.readings.iter().any(|name| names.contains(name))) {
        return Some(format!("named {names:?}: {printed:?}"));
    }
    let mut range = changed(line, damaged);
    // The parts of a line are reported from their start.
    if damage.iter().all(|damage| damage.layer <= Layer::Line) {
        let before = String::from_utf8_lossy(&damaged[..*range.start()]).into_owned();
        let before = before.trim_end().trim_end_matches(|c: char| !c.is_whitespace()).trim_end();
        let after = &damaged[*range.end()..];
        let rest = after.iter().position(|byte| *byte == b' ').unwrap_or(after.len());
        range = before.len()..=range.end() + rest + 1;
    }
    let positions: Vec<_> = found.repairs.iter().map(Repair::position).collect();
    if !positions.iter().any(|position| range.contains(position)) || positions.iter().any(|&p| p > damaged.len()) {
        return Some(format!("positions {positions:?} are not in {range:?}: {printed:?}"));
    }
    let sent = found.key.to_openssh();
    if PublicKey::parse(&sent).ok().as_ref() != Some(&sample.key) || sent.lines().count() != 1 {
        return Some(format!("recovered a line that is not accepted: {sent:?}"));
    }
    None
}

/// Lists all failures, at most two for each kind of damage, and the share of each.
fn report(failures: BTreeMap<String, (usize, Vec<String>)>) -> String {
    let row = |(name, (all, failures)): (String, (usize, Vec<String>))| {
        let shown: String = failures.iter().take(2).map(|line| format!("\n      {line:.400}")).collect();
        format!("\n  {name}: {} of {all}{shown}", failures.len())
    };
    failures.into_iter().map(row).collect()
}

const COMMENTS: [&str; 3] = ["", " me@host", " my key (laptop) 2026"];

#[test]
fn each_kind_of_damage_is_undone_and_named() {
    let mut failures = BTreeMap::new();
    for damage in DAMAGES {
        let mut all = 0;
        let mut wrong = Vec::new();
        for sample in SAMPLES.iter() {
            for comment in COMMENTS {
                let line = format!("{}{comment}", sample.line);
                let Some(damaged) = (damage.apply)(&line).filter(|damaged| damaged != line.as_bytes()) else {
                    continue;
                };
                all += 1;
                let complaint = complaint(sample, &line, &[damage], &damaged);
                wrong.extend(complaint.map(|complaint| format!("{}: {complaint}", sample.title)));
            }
        }
        assert!(all > 0, "{}", damage.name);
        if !wrong.is_empty() {
            failures.insert(format!("{:?}: {}", damage.layer, damage.name), (all, wrong));
        }
    }
    assert!(failures.is_empty(), "{} kinds{}", failures.len(), report(failures));
}

/// Rarer kinds of damage.
#[test]
fn rarer_kinds_of_damage_are_undone() {
    use formats::{fold, hex, rfc4716};

    type Rarer = (&'static str, fn(&str) -> String);
    let kinds: [Rarer; 15] = [
        ("Visual Basic", |line| format!("\"{}\"", fold(line, 60, "\" & _\n\""))),
        ("frame of a terminal", |line| format!("\u{2502}{}\u{2502}", fold(line, 60, "\u{2502}\n\u{2502}"))),
        ("folded by a mail program", |line| fold(line, 60, "!\n ")),
        ("middle dots", |line| {
            line.replace(' ', "\n").lines().map(|word| fold(word, 40, "\u{b7}")).collect::<Vec<_>>().join(" ")
        }),
        ("RFC 4716 without line ends", |line| rfc4716(line).unwrap().replace('\n', "")),
        ("base64 in added strings", |line| format!("\"{}\";", fold(&STANDARD.encode(line), 60, "\" +\n    \""))),
        ("base64 in joined strings", |line| format!("'{}'", fold(&STANDARD.encode(line), 61, "' .\n  '"))),
        ("base64 in a quotation of a quotation", |line| format!(">> {}", fold(&STANDARD.encode(line), 70, "\n>> "))),
        ("base64 in a list with another", |line| {
            format!("[\"c29tZSBvdGhlciBzZWNyZXQgdmFsdWU\", \"{}\"]", STANDARD.encode(line))
        }),
        ("base64 in a table", |line| {
            format!("|  1 | {} |\n+----+{}+", STANDARD.encode(line).replace('=', ""), "-".repeat(700))
        }),
        ("hexadecimal in a list", |line| format!("me,\"{}\",2024-01-01\n", hex(line.as_bytes()))),
        ("base64 behind slashes", |line| format!("ssh://{}", STANDARD.encode(line))),
        ("base64 as a default", |line| format!("${{SSH_KEY:-{}}}", STANDARD.encode(line))),
        ("base64 whose first row is broken", |line| {
            format!("k: {}", fold(&STANDARD.encode(line), 69, "\n").replacen('z', "z\n", 1))
        }),
        ("hexadecimal in rows of an odd length", |line| format!("'{}'", fold(&hex(line.as_bytes()), 61, "'\n  '"))),
    ];
    for Sample { title, line, key } in SAMPLES.iter() {
        for (name, damage) in kinds {
            let damaged = damage(&format!("{line} me@host"));
            let found = recover(damaged.as_bytes()).map(|found| found.key);
            assert_eq!(found.as_ref(), Ok(key), "{name}, {title}: {damaged}");
            // Without the last letters, there is nothing to find.
            let truncated = damage(&format!("{} me@host", &line[..line.trim_end_matches('=').len() - 4]));
            assert!(recover(truncated.as_bytes()).is_err(), "{name}, {title}: {truncated}");
        }
    }
}

/// Whatever two kinds of damage came together, no other key is found, and most are undone.
#[test]
fn two_kinds_of_damage_are_undone_together() {
    let comment = " me@host";
    let mut failures: BTreeMap<String, (usize, Vec<String>)> = BTreeMap::new();
    let (mut all, mut undone) = (0, 0);
    for (index, sample) in SAMPLES.iter().enumerate() {
        let line = format!("{}{comment}", sample.line);
        for (row, inner) in DAMAGES.iter().enumerate() {
            // Each pair with some of the keys, each key with some of the pairs.
            let outer = DAMAGES.iter().enumerate().filter(|(column, outer)| {
                outer.layer >= inner.layer && outer.name != inner.name && (column + row) % (2 * SAMPLES.len()) == index
            });
            for (_, outer) in outer {
                let text = (inner.apply)(&line).and_then(|text| String::from_utf8(text).ok());
                let Some(damaged) = text.as_deref().and_then(outer.apply) else { continue };
                all += 1;
                let Some(complaint) = complaint(sample, &line, &[], &damaged) else {
                    undone += 1;
                    continue;
                };
                for name in [format!("inner {}", inner.name), format!("outer {}", outer.name)] {
                    let row = failures.entry(name).or_default();
                    row.1.push(format!("{} + {}, {}: {complaint}", inner.name, outer.name, sample.title));
                }
            }
        }
    }
    assert!(all > 5000, "{all}");
    let other = failures.values().flat_map(|(_, lines)| lines).filter(|line| line.contains("ANOTHER KEY")).count();
    assert!(other == 0 && undone * 100 >= all * 99, "{undone} of {all}{}", report(failures));
}

#[test]
fn recovery_of_an_accepted_line_changes_nothing() {
    let edges = json_data("ssh/edges.json");
    let corpus = json_data("ssh/corpus.json");
    let lines = corpus["keys"].as_array().unwrap().iter().map(|key| key["line"].as_str().unwrap().to_owned());
    let edges = edges["cases"].as_array().unwrap().iter().filter_map(|case| {
        use base64::Engine as _;
        let raw = case["raw_base64"].as_str().unwrap();
        String::from_utf8(base64::prelude::BASE64_STANDARD.decode(raw).unwrap()).ok()
    });
    let mut accepted = 0;
    for line in lines.chain(edges) {
        if PublicKey::parse(&line).is_err() {
            continue;
        }
        accepted += 1;
        let found = PublicKey::recover(&line).unwrap();
        assert_eq!((found.key.as_sent(), &*found.repairs), (&*line, &[][..]));
    }
    assert!(accepted > 500, "{accepted}");
}

proptest! {
    #[test]
    fn recovery_of_a_line_with_any_comment_changes_nothing(
        index in any::<prop::sample::Index>(),
        comment in "( |\\PC|%20|&amp;|ssh-rsa |AAAA|=|\\\\n|: |\"){0,40}",
        end in "(\n|\r\n| |)",
    ) {
        let sample = index.get(&SAMPLES);
        let line = format!("{} {comment}{end}", sample.line);
        let found = PublicKey::recover(&line);
        if let Ok(key) = PublicKey::parse(&line) {
            let found = found.unwrap();
            prop_assert_eq!((found.key.as_sent(), &*found.repairs), (key.as_sent(), &[][..]));
        } else if let Ok(found) = found {
            prop_assert!(found.key == sample.key && !found.repairs.is_empty());
        }
    }

    /// Any text: no panic, and what is recovered parses strictly as the same key.
    #[test]
    fn whatever_is_recovered_parses(text in "(ssh-(rsa|ed25519) |AAAA[A-Za-z0-9+/]{0,70}={0,2}|[ -~]{0,8}|\\PC|\n|%2B|&#43;){0,12}") {
        if let Ok(found) = PublicKey::recover(&text) {
            prop_assert_eq!(PublicKey::parse(&found.key.to_openssh()).unwrap(), found.key);
        }
    }
}

#[test]
fn readings_have_distinct_identifiers() {
    let names: std::collections::BTreeSet<_> = Reading::ALL.iter().map(|reading| reading.as_str()).collect();
    assert_eq!(names.len(), Reading::ALL.len());
    // The damages name existing readings, and reach each of them that a single kind of damage can cause.
    let named: std::collections::BTreeSet<_> = DAMAGES.iter().flat_map(|damage| damage.readings).copied().collect();
    assert_eq!(named.difference(&names).collect::<Vec<_>>(), Vec::<&&str>::new());
    assert!(DAMAGES.iter().any(|damage| damage.layer == Layer::Format));
}
