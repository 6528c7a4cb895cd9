//! One pass over a text that tells what need not be searched for in it: the encodings whose marks it lacks, and private
//! keys if no beginning of one is in it.

use crate::public_key::bytes::count;
use crate::public_key::private_key_scan::{
    OPENSSH, SSH1, SSH1_HEADER, SSH2, content, has_private_numbers, is_pkcs5, is_private_label, is_private_sequence,
    is_public, is_word, may_be_private, six_bits,
};
use crate::public_key::recover::work::Work;

/// What a text has.
#[derive(Clone, Copy)]
pub(crate) struct Survey {
    /// The classes of its bytes.
    classes: u32,
    /// Whether the scan of private keys may find one in the text, or in the text without what folds it. If not, it
    /// finds none.
    pub(crate) may_have_private_key: bool,
    /// Whether a JSON Web Key may have its private member in it.
    pub(crate) has_member_d: bool,
}

/// The first letters of [`PAIRS`].
const FIRST: u32 = 0xff;

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
pub(crate) const ANY: u32 = u32::MAX;

/// The first two letters of what the scan of private keys looks for. A bit of the low byte of a class is that of the
/// first letters, and the same bit of the second byte that of the letters after them.
const PAIRS: [(&[u8], &[u8]); 8] = [
    (b"Pp", b"UuRr2"),
    (b"Bb", b"Ee"),
    (b"Aa", b"GgBCDE"),
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
    pub(crate) fn of(text: &str, work: &Work) -> Self {
        let bytes = text.as_bytes();
        let mut classes = bytes.last().map_or(0, |&last| class(last));
        let mut starts = NOTHING;
        for (at, pair) in bytes.windows(2).enumerate() {
            let &[first, second] = pair else { continue };
            let first = class(first);
            classes |= first;
            if first & FIRST != 0 && is_pair(first, second, bytes, at, FOLD) && starts & KEY == 0 {
                starts |= start(bytes, at, work);
            }
        }
        let has_pkcs5 = || (0..bytes.len()).any(|at| bytes.get(at..).is_some_and(is_pkcs5));
        let is_quote = |byte| matches!(byte, b'"' | b'\'');
        let may_have_members = classes & STRING_QUOTE != 0 && count(bytes, is_quote) >= 4;
        let has_member_d = may_have_members && has_member(bytes, b"d") && has_member(bytes, b"kty");
        let is_private = has_member_d || is_key(text, starts) || (classes & CONTROL_OR_OTHER != 0 && has_pkcs5());
        Self { classes, may_have_private_key: is_private, has_member_d }
    }

    /// Returns whether the text has a byte of one of these classes.
    pub(crate) fn has(self, classes: u32) -> bool {
        self.classes & classes != 0
    }
}

/// Returns whether a private key may be in the text as it is.
pub(crate) fn may_have_private_key_as_it_is(text: &str) -> bool {
    let bytes = text.as_bytes();
    let work = Work::of(bytes.len());
    let mut starts = NOTHING;
    for (at, pair) in bytes.windows(2).enumerate() {
        let &[first, second] = pair else { continue };
        let first = class(first);
        if first & FIRST != 0 && is_pair(first, second, bytes, at, 0) {
            starts |= start(bytes, at, &work);
        }
    }
    is_key(text, starts)
}

/// Returns whether what starts in a text may be a private key.
fn is_key(text: &str, starts: u8) -> bool {
    starts & KEY != 0
        || (starts & ARMOR != 0 && text.contains("---"))
        || (starts & XML_D != 0 && text.contains("<Modulus>"))
}

/// Returns whether the byte at `at`, of class `first`, and the next one that is not skipped are a pair.
fn is_pair(first: u32, second: u8, text: &[u8], at: usize, skipped: u32) -> bool {
    let second = class(second);
    // Most letters have another one next to them.
    if second & skipped == 0 { first & (second >> 8) & FIRST != 0 } else { is_folded_pair(first, text, at, skipped) }
}

/// Does the same as [`is_pair`] for a letter whose next byte is skipped.
#[cold]
#[inline(never)]
fn is_folded_pair(first: u32, text: &[u8], at: usize, mut skipped: u32) -> bool {
    // Each fold is passed once, from the letter before it.
    if first & skipped != 0 {
        return false;
    }
    for &byte in text.get(at + 1..).unwrap_or_default() {
        let class = class(byte);
        if class & skipped == 0 {
            return first & (class >> 8) & FIRST != 0;
        }
        if class & QUOTE != 0 {
            skipped |= JOIN;
        }
    }
    false
}

/// What may start at a place of a text: nothing, a private key, or what is one next to dashes, or next to a modulus.
const NOTHING: u8 = 0;
const KEY: u8 = 1;
const ARMOR: u8 = 2;
const XML_D: u8 = 4;

/// Returns what may start with two letters of [`PAIRS`], the first of which is at `at`. Whatever may fold it is skipped.
#[inline(never)]
fn start(text: &[u8], at: usize, work: &Work) -> u8 {
    /// The bytes that most of these are worth.
    const FEW: usize = 12;

    work.spend(FEW);
    let (before, text) = text.split_at_checked(at).unwrap_or_default();
    let letters = || text.iter().copied().filter(|&byte| is_plain(byte));
    let starts_with = |word: &[u8]| {
        let mut letters = letters();
        word.iter().all(|letter| letters.next().is_some_and(|byte| byte.eq_ignore_ascii_case(letter)))
    };
    let may_be_key = match text.first() {
        Some(b'P' | b'p') => {
            let mut next = letters().skip(1).map(|letter| letter.to_ascii_lowercase());
            match (next.next(), next.next()) {
                (Some(b'u'), _) => starts_with(b"PuTTY-User-Key-File-"),
                (Some(b'2'), _) => starts_with(&SSH2),
                (_, Some(b'o')) => starts_with(b"Proc-Type:"),
                (_, Some(b'i')) if is_word(text, SSH1_HEADER) => true,
                (_, Some(b'i')) if is_word(text, b"PRIVATE KEY") => return ARMOR,
                (_, Some(b'i')) => starts_with(b"Private-Lines:"),
                _ => false,
            }
        }
        Some(b'B') => is_armor(letters(), work),
        Some(b'b') => is_armor(letters(), work) || starts_with(&OPENSSH),
        Some(b'A' | b'a') => {
            starts_with(b"AGE-SECRET-KEY-")
                || (is_last_zero(before) && is_public(Unfolded::new(text)) && {
                    // Without work left, the scan decides, which examines few keys.
                    work.is_done() || {
                        work.spend(text.len());
                        has_private_numbers(Unfolded::new(text))
                    }
                })
        }
        Some(b'o') => starts_with(b"openssh-key-v1"),
        Some(b'U') => starts_with(&SSH1),
        Some(b'M') => may_be_der(Unfolded::new(text)),
        Some(b'<') if text.starts_with(b"<D>") => return XML_D,
        Some(b'<') => text.starts_with(b"<InverseQ>"),
        Some(quote @ (b'"' | b'\'')) => text.starts_with(&[*quote, b'd', *quote]),
        Some(6) => is_pkcs5(text),
        _ => is_version(before, letters()),
    };
    if may_be_key { KEY } else { NOTHING }
}

/// Returns whether the version of a private key in DER may be here.
fn is_version(before: &[u8], mut letters: impl Iterator<Item = u8>) -> bool {
    /// The scan of private keys reads as many bytes.
    const LONGEST: usize = 10;

    let mut is_next = |bytes: &[u8]| letters.next().is_some_and(|byte| bytes.contains(&byte));
    is_next(b"\x02") && is_next(b"\x01") && is_next(b"\0\x01") && is_next(b"\x02\x04\x30") && {
        before.iter().rev().filter(|&&byte| is_plain(byte)).take(LONGEST).any(|&byte| byte == b'0')
    }
}

/// Returns whether an `A` is the last one of four in base64, which encode three zeros.
fn is_last_zero(before: &[u8]) -> bool {
    before.iter().rev().filter(|&&byte| is_plain(byte)).take(3).eq(b"AAA")
}

/// The bytes of a text without what folds it, and without what joins strings.
#[derive(Clone)]
struct Unfolded<'a> {
    rest: core::slice::Iter<'a, u8>,
    is_behind_quote: bool,
}

impl<'a> Unfolded<'a> {
    fn new(text: &'a [u8]) -> Self {
        Self { rest: text.iter(), is_behind_quote: false }
    }

    /// Returns whether a byte that folds or joins is a part of the text, and remembers what is in front of the rest.
    #[cold]
    #[inline(never)]
    fn keeps(&mut self, byte: u8, class: u32) -> bool {
        let is_between = |byte: &u8| byte.is_ascii_whitespace() || matches!(byte, b'_' | 0x80..);
        let is_before_quote = || {
            let next = self.rest.clone().find(|byte| !is_between(byte));
            next.is_some_and(|&next| QUOTE & self::class(next) != 0)
        };
        let joins = self.is_behind_quote && class & JOIN != 0 && is_before_quote();
        if !byte.is_ascii_whitespace() && byte.is_ascii() && !joins {
            self.is_behind_quote = class & QUOTE != 0;
        }
        class & FOLD == 0 && !joins
    }
}

impl Iterator for Unfolded<'_> {
    type Item = u8;

    #[inline]
    fn next(&mut self) -> Option<u8> {
        loop {
            let byte = *self.rest.next()?;
            let class = class(byte);
            if class & (FOLD | JOIN) == 0 {
                self.is_behind_quote = false;
                return Some(byte);
            }
            if self.keeps(byte, class) {
                return Some(byte);
            }
        }
    }
}

/// Returns whether the letters may be those of the first line of an armor.
fn is_armor(letters: impl Iterator<Item = u8>, work: &Work) -> bool {
    /// The scan of private keys reads as many bytes.
    const LABEL: usize = 40;

    let mut letters = letters.take(LABEL);
    let mut is_capital = true;
    for letter in *b"BEGIN" {
        match letters.next() {
            Some(byte) if byte.eq_ignore_ascii_case(&letter) => is_capital &= byte == letter,
            _ => return false,
        }
    }
    // The scan does the same twice.
    work.spend(2 * LABEL);
    let mut label = [0; LABEL];
    let letters = letters.filter(u8::is_ascii_alphanumeric);
    label.iter_mut().zip(letters).for_each(|(slot, letter)| *slot = letter.to_ascii_uppercase());
    is_private_label(&label, is_capital)
}

/// Returns whether the symbols of base64 at the start may be those of a private key.
fn may_be_der(text: impl Iterator<Item = u8>) -> bool {
    let mut der = [0; 12];
    let (mut bits, mut count) = (0u32, 0);
    for byte in text {
        let Some(value) = six_bits(byte) else { return false };
        bits = bits << 6 | value;
        count += 1;
        if count % 4 == 0 {
            let slots = der.iter_mut().skip(count / 4 * 3 - 3);
            slots.zip(bits.to_be_bytes().into_iter().skip(1)).for_each(|(slot, byte)| *slot = byte);
            bits = 0;
        }
        if count == 8 && !may_be_private(&der) {
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

/// Returns whether a JSON document may have a member of this name, which may be folded.
fn has_member(text: &[u8], name: &[u8]) -> bool {
    let mut quotes = text.iter().enumerate().filter(|(_, byte)| matches!(byte, b'"' | b'\''));
    quotes.any(|(at, &quote)| {
        let is_content = |byte: &u8| *byte == quote || is_plain(*byte);
        let mut content = text.get(at + 1..).unwrap_or_default().iter().copied().filter(is_content);
        content.by_ref().take(name.len()).eq(name.iter().copied()) && content.next() == Some(quote)
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

    fn may_have_private_key(text: &str) -> bool {
        Survey::of(text, &Work::of(text.len())).may_have_private_key
    }

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
                prop_assert!(may_have_private_key(&text) && may_have_private_key_as_it_is(&text), "{text}");
            }
        }

        #[test]
        fn no_start_of_a_private_key_that_is_folded_is_missed(
            start in prop::sample::select(&STARTS[..16]),
            folds in prop::collection::vec(prop::sample::select(&FOLDS[..]), 50),
        ) {
            let folded = start.chars().zip(&folds).map(|(c, fold)| format!("{c}{fold}"));
            let text: String = folded.collect();
            prop_assert!(may_have_private_key(&text), "{text}");
        }
    }

    #[test]
    fn ordinary_comments_have_none() {
        for text in ["alice@laptop", "my private page", "bob@pop-os", "begin at 8", "MIIBCgKCAQEA5G44D6lEgMj6cRwC"] {
            assert!(!may_have_private_key(text) && !may_have_private_key_as_it_is(text), "{text}");
        }
    }
}
