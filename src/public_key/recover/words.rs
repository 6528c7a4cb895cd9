//! Tells base64 from the words of a comment.
//!
//! A key that is cut off and the first word of its comment may together have the length of a key. So there is one
//! rule for all interruptions of base64: **letters behind an interruption belong to the key only if the key uses all of
//! the piece that they are in, and that piece cannot be read as a word**, unless the bytes of the key prove themselves
//! (a point on a curve, a signature, padding). Words are letters in lower or upper case, in `CamelCase`, as
//! abbreviations, with numbers, model numbers (`T480s`), and with `+` or `/` between them. About one random piece of
//! four letters in four, two of three of eight and 98 % of those of sixteen are not words.

/// Returns whether a piece of base64 may be words or a name.
pub(crate) fn may_be_words(piece: &str) -> bool {
    /// The fewest letters that tell.
    const SHORTEST: usize = 4;

    let has = |is: fn(&u8) -> bool| piece.as_bytes().iter().any(is);
    if piece.len() < SHORTEST || !has(u8::is_ascii_uppercase) || !has(u8::is_ascii_lowercase) {
        return true;
    }
    let (mut rest, mut others, mut has_model) = (piece.as_bytes(), 0, false);
    // Tokens, and those of letters with the letters in them.
    let (mut tokens, mut words, mut letters) = (0, 0, 0);
    while !rest.is_empty() {
        let model = if has_model { 0 } else { model(rest) };
        has_model |= model > 0;
        let length = if model > 0 { model } else { token(rest) };
        let (token, after) = rest.split_at(length.clamp(1, rest.len()));
        tokens += 1;
        others += usize::from(model == 0 && !is_word(token));
        if model == 0 && token.iter().all(u8::is_ascii_alphabetic) {
            words += 1;
            letters += token.len();
        }
        rest = after;
    }
    // The words of a comment are longer than the runs of letters in base64.
    let are_short = words >= 3 && 3 * letters < 7 * words;
    !are_short && (others == 0 || (others == 1 && tokens < 5 && words < 4))
}

/// Returns whether a piece of at most four letters is one that people use as a word.
pub(crate) fn is_short_word(piece: &str) -> bool {
    piece.split(['+', '/']).all(|part| {
        let word = part.trim_end_matches(|c: char| c.is_ascii_digit());
        let rest = word.strip_prefix('i').filter(|rest| rest.starts_with(is_upper)).unwrap_or(word);
        let capitals = rest.trim_end_matches('s').trim_start_matches(is_upper);
        let lower = rest.trim_start_matches(is_upper);
        let first = rest.len() - lower.len();
        // `Mac`, `MyPC` and `myPC`, but neither `MACa` nor `lnDd`.
        let tail = lower.trim_start_matches(is_lower);
        let is_camel = match first {
            0 => tail.is_empty() || (tail.len() > 1 && tail.chars().all(is_upper)),
            1 => tail.trim_start_matches(is_upper).trim_start_matches(is_lower).is_empty(),
            _ => false,
        };
        capitals.is_empty() || is_camel
    })
}

fn is_upper(c: char) -> bool {
    c.is_ascii_uppercase()
}

fn is_lower(c: char) -> bool {
    c.is_ascii_lowercase()
}

fn run(text: &[u8], is: fn(&u8) -> bool) -> usize {
    text.iter().take_while(|byte| is(byte)).count()
}

/// Returns the length of a letter with a number of up to four digits at the start, such as `G5`.
fn model(text: &[u8]) -> usize {
    match text.split_first() {
        Some((letter, rest)) if letter.is_ascii_alphabetic() => match run(rest, u8::is_ascii_digit) {
            digits @ 1..=4 => 1 + digits,
            _ => 0,
        },
        _ => 0,
    }
}

/// Returns the length of the word, abbreviation, number or sign at the start.
fn token(text: &[u8]) -> usize {
    let lower = |rest: &[u8]| run(rest, u8::is_ascii_lowercase);
    match text {
        [b'i', capital, rest @ ..] if capital.is_ascii_uppercase() && lower(rest) > 0 => 2 + lower(rest),
        [b'a'..=b'z', ..] => lower(text),
        [b'A'..=b'Z', rest @ ..] if lower(rest) > 0 => 1 + lower(rest),
        [b'A'..=b'Z', ..] => {
            let capitals = run(text, u8::is_ascii_uppercase);
            // The last capital letter starts the next word.
            let is_before_word = text.get(capitals).is_some_and(u8::is_ascii_lowercase);
            capitals - usize::from(is_before_word)
        }
        [b'0'..=b'9', ..] => run(text, u8::is_ascii_digit),
        _ => run(text, |byte| matches!(byte, b'+' | b'/' | b'-' | b'_')),
    }
}

/// Returns whether a token is a part of words that people write.
fn is_word(token: &[u8]) -> bool {
    /// No word has more consonants in a row.
    const CONSONANTS: usize = 4;

    match token {
        [b'0'..=b'9', ..] => token.len() <= 4,
        [first, ..] if !first.is_ascii_alphabetic() => token.len() == 1,
        _ if token.iter().all(u8::is_ascii_uppercase) => (2..=8).contains(&token.len()),
        _ => {
            let is_vowel = |byte: &u8| b"aeiouy".contains(&byte.to_ascii_lowercase());
            let first = token.iter().take_while(|byte| !is_vowel(byte)).count();
            let most = token.split(is_vowel).map(<[u8]>::len).max();
            // Three consonants at the start as in `school`, `Chris` and `three`.
            let starts_well = first < 3 || token.iter().take(3).any(|byte| matches!(byte, b'h' | b's' | b'S'));
            token.len() > 1 && first < token.len() && starts_well && most.is_some_and(|most| most <= CONSONANTS)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_words_may_be_words() {
        for word in [
            "laptop",
            "Laptop",
            "backup2024",
            "old+new",
            "Old+New",
            "key/home",
            "Key/Home",
            "MyLaptop",
            "MyWorkLaptop",
            "MyOldMacBook",
            "MacBookPro",
            "MacBook/Pro",
            "iPhone+iPad",
            "JohnDoe2024",
            "JohnsMacBookPro",
            "AWSKeyPair",
            "DESKTOP4AB7",
            "WIN10PC",
            "A1B2C3D4",
            "GitHubActions",
            "GitLabCI",
            "OpenStackKey",
            "Ubuntu2204LTS",
            "ThinkPadX1",
            "ThinkPadT480s",
            "EliteBook840G5",
            "XPS13Key",
            "MyEC2KeyPair",
            "k8sKey",
            "K8sCluster1",
            "MyVeryLongHostNameForTheLaptop",
            "rsaKey20190101",
            "DEV+PROD",
            "web01/DB02",
            "McDonald",
            "mySshKey2",
        ] {
            assert!(may_be_words(word), "{word}");
        }
    }

    #[test]
    fn random_base64_is_no_word() {
        for piece in ["lnDd", "XmeYyGVWb8ln", "VGMgjoAciEom", "e7OlMGMi", "W1MYEGvVW5nj", "1J77+CrJ8p6/", "qLjT4kXw9Bz"]
        {
            assert!(!may_be_words(piece), "{piece}");
        }
    }

    #[test]
    fn short_words_have_few_shapes() {
        for word in ["a", "me", "nas", "Mac", "iMac", "NAS", "PCs", "VM1", "MyPC", "myPC", "a+b", "WSL2", "X"] {
            assert!(is_short_word(word), "{word}");
        }
        for piece in ["lnDd", "MGMi", "8mG", "aB", "a1b"] {
            assert!(!is_short_word(piece), "{piece}");
        }
    }
}
