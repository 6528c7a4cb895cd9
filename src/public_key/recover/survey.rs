//! One pass over a text that tells what need not be searched for in it: the encodings whose marks it lacks, and private
//! keys if no beginning of one is in it.

use crate::public_key::private_key_scan::{has_private_numbers, is_private_sequence, six_bits};

/// What a text has.
#[derive(Clone, Copy)]
pub(crate) struct Survey {
    /// The classes of its bytes.
    classes: u32,
    /// Whether the scan of private keys may find one in the text, or in the text without what folds it. If not, it
    /// finds none.
    pub(crate) may_have_private_key: bool,
}

/// Bytes that fold a text, that join two strings of a program, and that are around these strings.
const FOLD: u32 = 1 << 16;
const JOIN: u32 = 1 << 17;
const QUOTE: u32 = 1 << 18;

/// Marks of encodings.
pub(crate) const SPACE: u32 = 1 << 19;
pub(crate) const PERCENT: u32 = 1 << 20;
pub(crate) const PLUS: u32 = 1 << 21;
pub(crate) const BACKSLASH_OR_BACKTICK: u32 = 1 << 22;
pub(crate) const UNDERSCORE: u32 = 1 << 23;
pub(crate) const EQUALS_SIGN: u32 = 1 << 24;
pub(crate) const AMPERSAND: u32 = 1 << 25;
pub(crate) const LESS_THAN: u32 = 1 << 26;
pub(crate) const LINE_END: u32 = 1 << 27;
/// Neither printable ASCII nor a usual line end.
pub(crate) const CONTROL_OR_OTHER: u32 = 1 << 28;
pub(crate) const NOT_ASCII: u32 = 1 << 29;
const STRING_QUOTE: u32 = 1 << 30;

/// The first two letters of what the scan of private keys looks for. A bit of the low byte of a class is that of the
/// first letters, and the same bit of the second byte that of the letters after them.
const PAIRS: [(&[u8], &[u8]); 8] = [
    (b"Pp", b"UuRr2"),
    (b"Bb", b"Ee"),
    (b"Aa", b"GgA"),
    (b"b", b"3"),
    (b"o", b"p"),
    (b"U", b"1"),
    (b"M", b"ABCDEFGHI"),
    (b"<\x02\"'\x06", b"ID\x01d\t\n"),
];

/// The class of each byte.
const CLASSES: [u32; 256] = {
    const fn add(classes: &mut [u32; 256], mut bytes: &[u8], class: u32) {
        while let [byte, rest @ ..] = bytes {
            classes[*byte as usize] |= class;
            bytes = rest;
        }
    }

    let mut classes = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        classes[byte] = match byte as u8 {
            // Whitespace that is not ASCII folds a text, and what is skipped besides it does no harm.
            0x80.. => CONTROL_OR_OTHER | NOT_ASCII | FOLD,
            b' '..=b'~' | b'\n' | b'\r' | b'\t' => 0,
            _ => CONTROL_OR_OTHER,
        };
        byte += 1;
    }
    add(&mut classes, b" \t\n\x0b\x0c\r\\>|,;#*!", FOLD);
    add(&mut classes, b"\"'`", FOLD | QUOTE);
    add(&mut classes, b"+.&_", JOIN);
    add(&mut classes, b" ", SPACE);
    add(&mut classes, b"%", PERCENT);
    add(&mut classes, b"+", PLUS);
    add(&mut classes, b"\\`", BACKSLASH_OR_BACKTICK);
    add(&mut classes, b"_", UNDERSCORE);
    add(&mut classes, b"=", EQUALS_SIGN);
    add(&mut classes, b"&", AMPERSAND);
    add(&mut classes, b"<", LESS_THAN);
    add(&mut classes, b"\n", LINE_END);
    add(&mut classes, b"\"'", STRING_QUOTE);
    let mut pairs: &[(&[u8], &[u8])] = &PAIRS;
    let mut bit = 0;
    while let [(first, second), rest @ ..] = pairs {
        add(&mut classes, first, 1 << bit);
        add(&mut classes, second, 1 << (bit + 8));
        bit += 1;
        pairs = rest;
    }
    classes
};

fn class(byte: u8) -> u32 {
    CLASSES.get(usize::from(byte)).copied().unwrap_or(0)
}

/// Returns whether a byte is neither a fold, nor a join, nor a part of a character that is not ASCII.
pub(crate) fn is_plain(byte: u8) -> bool {
    class(byte) & (FOLD | JOIN) == 0
}

impl Survey {
    pub(crate) fn of(text: &str) -> Self {
        let bytes = text.as_bytes();
        // The class of the last byte that was not skipped, and where it is.
        let (mut classes, mut skipped, mut last, mut last_at) = (0, FOLD, 0, 0);
        let mut may_have_private_key = false;
        for (at, &byte) in bytes.iter().enumerate() {
            let class = class(byte);
            classes |= class;
            if class & skipped != 0 {
                if class & QUOTE != 0 {
                    skipped |= JOIN;
                }
                continue;
            }
            if last & (class >> 8) & 0xff != 0 && !may_have_private_key {
                may_have_private_key = bytes.get(last_at..).is_some_and(may_start_private_key);
            }
            (last, last_at) = (class, at);
        }
        let survey = Self { classes, may_have_private_key };
        let is_document = || survey.has(STRING_QUOTE) && has_member_d(bytes);
        let is_pkcs5 = || survey.has(CONTROL_OR_OTHER) && bytes.windows(3).any(|b| matches!(b, [6, 9 | 10, b'*']));
        Self { may_have_private_key: may_have_private_key || is_document() || is_pkcs5(), ..survey }
    }

    /// Returns whether the text has a byte of one of these classes.
    pub(crate) fn has(self, classes: u32) -> bool {
        self.classes & classes != 0
    }
}

/// Returns whether a private key may be in the text as it is.
pub(crate) fn may_have_private_key_as_it_is(text: &str) -> bool {
    let bytes = text.as_bytes();
    let mut pairs = bytes.iter().zip(bytes.iter().skip(1)).enumerate();
    pairs.any(|(at, (&first, &second))| {
        class(first) & (class(second) >> 8) & 0xff != 0 && bytes.get(at..).is_some_and(may_start_private_key)
    })
}

/// Returns whether the text, which starts with two letters of [`PAIRS`], may start with a private key.
///
/// Whatever may fold it is skipped.
fn may_start_private_key(text: &[u8]) -> bool {
    let starts_with = |word: &[u8]| {
        let mut letters = text.iter().filter(|&&byte| is_plain(byte));
        word.iter().all(|letter| letters.next().is_some_and(|byte| byte.eq_ignore_ascii_case(letter)))
    };
    match text.first() {
        Some(b'P' | b'p') => {
            let words: [&[u8]; 5] = [b"putty-user", b"privatekey", b"private-", b"proc-type:", b"p2/56waa"];
            words.into_iter().any(starts_with)
        }
        Some(b'B') => is_armor(text),
        Some(b'b') => is_armor(text) || starts_with(b"b3blbnnza"),
        Some(b'A' | b'a') => starts_with(b"age-secret") || has_private_numbers(unfolded(text)),
        Some(b'o') => starts_with(b"openssh-key"),
        Some(b'U') => starts_with(b"u1niifbss"),
        Some(b'M') => may_be_der(text),
        Some(b'<') => text.starts_with(b"<D>") || text.starts_with(b"<In"),
        Some(b'"' | b'\'' | 6) => true,
        _ => starts_with(&[2, 1, 0]) || starts_with(&[2, 1, 1]),
    }
}

/// Returns the bytes of a text without what folds it, and without what joins strings.
fn unfolded(text: &[u8]) -> impl Iterator<Item = u8> + Clone {
    let is_join = |at: usize, byte: u8, is_behind_quote: bool| {
        let is_between = |byte: &u8| byte.is_ascii_whitespace() || matches!(byte, b'_' | 0x80..);
        is_behind_quote
            && class(byte) & JOIN != 0
            && text
                .get(at + 1..)
                .and_then(|rest| rest.iter().find(|byte| !is_between(byte)))
                .is_some_and(|&next| class(next) & QUOTE != 0)
    };
    let bytes = text.iter().enumerate().scan(false, move |is_behind_quote, (at, &byte)| {
        let joins = is_join(at, byte, *is_behind_quote);
        if !byte.is_ascii_whitespace() && byte.is_ascii() && !joins {
            *is_behind_quote = class(byte) & QUOTE != 0;
        }
        Some((class(byte) & FOLD == 0 && !joins).then_some(byte))
    });
    bytes.flatten()
}

/// Returns whether the text may start with the first line of an armor, whatever is between its letters.
fn is_armor(text: &[u8]) -> bool {
    /// The scan of private keys reads as many bytes.
    const LABEL: usize = 40;

    let mut letters = text.iter().filter(|byte| byte.is_ascii_alphanumeric()).map(u8::to_ascii_uppercase);
    if !b"BEGIN".iter().all(|letter| letters.next() == Some(*letter)) {
        return false;
    }
    let mut label = [0; LABEL];
    label.iter_mut().zip(letters).for_each(|(slot, letter)| *slot = letter);
    label.starts_with(b"OPENSSH") || label.starts_with(b"ENCRYPTED") || label.windows(4).any(|part| part == b"PRIV")
}

/// Returns whether the symbols of base64 at the start, without what folds them, may be those of a private key.
fn may_be_der(text: &[u8]) -> bool {
    let mut der = [0; 12];
    let (mut bits, mut count) = (0u32, 0);
    for &byte in text {
        let class = class(byte);
        if class & QUOTE != 0 {
            // What follows it may be a join or a symbol.
            return true;
        }
        if class & FOLD != 0 {
            continue;
        }
        let Some(value) = six_bits(byte) else { return false };
        bits = bits << 6 | value;
        count += 1;
        if count % 4 == 0 {
            let slots = der.iter_mut().skip(count / 4 * 3 - 3);
            slots.zip(bits.to_be_bytes().into_iter().skip(1)).for_each(|(slot, byte)| *slot = byte);
            bits = 0;
        }
        if count == 8 && content(&der).is_none_or(|content| !matches!(content, [0x02, 0x01, ..] | [0x30, ..])) {
            return false;
        }
        if count == 16 {
            // The identifier of PKCS#5 has more bytes.
            let is_encrypted = matches!(content(&der), Some([0x30, _, 0x06, 0x09 | 0x0a, 0x2a, ..]));
            return is_encrypted || is_private_sequence(&der);
        }
    }
    false
}

/// Returns what follows the head of a SEQUENCE.
fn content(der: &[u8]) -> Option<&[u8]> {
    match der {
        [0x30, 0x82, _, _, content @ ..] | [0x30, 0x81, _, content @ ..] | [0x30, 0..=0x7f, content @ ..] => {
            Some(content)
        }
        _ => None,
    }
}

/// Returns whether a JSON Web Key may have its private member here.
fn has_member_d(text: &[u8]) -> bool {
    let mut quotes = text.iter().enumerate().filter(|(_, byte)| matches!(byte, b'"' | b'\''));
    quotes.any(|(at, quote)| {
        let is_content = |byte: &&u8| *byte == quote || is_plain(**byte);
        let mut content = text.get(at + 1..).unwrap_or_default().iter().filter(is_content);
        content.next() == Some(&b'd') && content.next() == Some(quote)
    })
}

#[cfg(test)]
mod tests {
    use alloc::borrow::ToOwned as _;
    use alloc::format;
    use alloc::string::String;
    use alloc::vec::Vec;

    use proptest::prelude::*;

    use super::*;
    use crate::public_key::private_key_scan::find_private_key;

    const STARTS: [&str; 17] = [
        "-----BEGIN OPENSSH PRIVATE KEY-----",
        "-----BEGIN PRIVATE KEY-----",
        "begin rsa private key",
        "PuTTY-User-Key-File-3: ssh-rsa",
        "Private-Lines: 8",
        "AGE-SECRET-KEY-1GFPYYSJZ",
        "b3BlbnNzaC1rZXktdjEAAAAABG5vbmU",
        "openssh-key-v1",
        "U1NIIFBSSVZBVEUgS0VZIEZJTEUgRk9STUFUIDEuMQo",
        "MIIEpAIBAAKCAQEA5G44D6lE",
        "MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v",
        "MIGHAgEAMBMGByqGSM49AgEG",
        "MIIFHDBOBgkqhkiG9w0BBQ0wQTApBgkqhkiG9w0B",
        "MIIJqQIBAzCCCW8GCSqGSIb3DQEHAaCCCWAEgglc",
        "Proc-Type: 4,ENCRYPTED",
        "P2/56wAAAi4AAAA3aWYtbW9kbntzaWdu",
        "<InverseQ>",
    ];

    const FOLDS: [&str; 9] = ["", "", "", " ", "\n", "\r\n> ", "\" + \"", "\\\n", "\u{3000}"];

    /// Parts of keys, and what may be around them.
    fn parts() -> impl Strategy<Value = String> {
        let part = (prop::sample::select(&STARTS[..]), 0usize..50, "[ -~\n\x02\x06]{0,9}");
        let parts = prop::collection::vec(part, 1..4).prop_map(|parts| {
            let part = |(start, length, other): (&str, usize, String)| {
                start.get(..length).unwrap_or(start).to_owned() + &other
            };
            parts.into_iter().map(part).collect::<String>()
        });
        let others = [
            "",
            "{\"kty\":\"RSA\",\"d\":\"",
            "{'kty':'RSA','d':'",
            "<Modulus><D>",
            "0\u{2}\u{1}\0\u{4}",
            "\u{6}\t*\u{86}H\u{86}\u{f7}\r\u{1}\u{5}",
        ];
        (parts, prop::sample::select(Vec::from(others))).prop_map(|(parts, other)| parts + other)
    }

    proptest! {
        #[test]
        fn no_private_key_that_the_scan_finds_is_missed(text in parts()) {
            if find_private_key(&text).is_some() {
                prop_assert!(Survey::of(&text).may_have_private_key && may_have_private_key_as_it_is(&text), "{text}");
            }
        }

        #[test]
        fn no_start_of_a_private_key_that_is_folded_is_missed(
            start in prop::sample::select(&STARTS[..16]),
            folds in prop::collection::vec(prop::sample::select(&FOLDS[..]), 50),
        ) {
            let folded = start.chars().zip(&folds).map(|(c, fold)| format!("{c}{fold}"));
            let text: String = folded.collect();
            prop_assert!(Survey::of(&text).may_have_private_key, "{text}");
        }
    }

    #[test]
    fn ordinary_comments_have_none() {
        for text in ["alice@laptop", "my private page", "bob@pop-os", "begin at 8", "MIIBCgKCAQEA5G44D6lEgMj6cRwC"] {
            assert!(!Survey::of(text).may_have_private_key && !may_have_private_key_as_it_is(text), "{text}");
        }
    }
}
