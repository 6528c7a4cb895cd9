//! Finds private keys in text that should not contain one. This is the only place that recognizes them.
//!
//! | format | recognized by |
//! |---|---|
//! | PEM (PKCS#1, PKCS#8, SEC 1, OpenSSH, OpenPGP), ssh.com | the words `PRIVATE KEY` next to dashes, or after `BEGIN` |
//! | encrypted PEM of OpenSSL without its first line | its first header |
//! | ssh.com without armor | its first bytes in base64 |
//! | SSH protocol 1 | its first words, also in base64 |
//! | PuTTY | its first header, or the header of its private half |
//! | age | the prefix of an identity |
//! | OpenSSH without armor | `openssh-key-v1`, also in base64 |
//! | PKCS#1, PKCS#8 and SEC 1 without armor | base64 of a SEQUENCE with a version and what follows it in a private key |
//! | encrypted PKCS#8 without armor | base64 of a SEQUENCE with the identifier of PKCS#5 |
//! | PKCS#12 | base64 of a SEQUENCE with its version and content |
//! | JWK | the member `"d"` next to `"kty"`, also in the single quotes of Python |
//! | XML | the element `InverseQ`, or `D` next to `Modulus` |
//! | PuTTY without its headers, an agent's | base64 of a public key, and of the private numbers behind it |
//! | DER that was read as text | a version after the head of a SEQUENCE |
//!
//! The beginning of a key is enough. `recover::decodings` runs the same scan on what a text encodes.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroize as _;

/// A private key in a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct FoundPrivateKey {
    /// The byte offset of its start.
    pub(crate) position: usize,
}

/// The first bytes of an OpenSSH private key (OpenSSH's PROTOCOL.key), in base64.
pub(crate) const OPENSSH: [u8; 18] = base64_prefix(b"openssh-key-v1");

pub(crate) const SSH1_HEADER: &[u8] = b"PRIVATE KEY FILE FORMAT";

/// The first bytes of an SSH protocol 1 private key, in base64.
pub(crate) const SSH1: [u8; 36] = base64_prefix(b"SSH PRIVATE KEY FILE FORMAT");

/// The first bytes of a private key of ssh.com, and of its length.
const SSH2_MAGIC: [u8; 6] = [0x3f, 0x6f, 0xf9, 0xeb, 0, 0];

/// The same in base64.
pub(crate) const SSH2: [u8; 8] = base64_prefix(&SSH2_MAGIC);

/// Base64 characters that encode the start of a DER document: 24 bytes.
const DER_HEAD: usize = 32;

/// The fewest of them that are recognized: twelve bytes. A word of a comment may be shorter.
const SHORTEST_DER: usize = 16;

/// The number of public keys of a text behind which private numbers are searched for.
const MAX_KEYS: usize = 16;

/// Finds the first private key in `text`.
pub(crate) fn find_private_key(text: &str) -> Option<FoundPrivateKey> {
    let bytes = text.as_bytes();
    // One pass that stops at a few letters, because this runs on the comment of every imported key.
    let mut stops = bytes.iter().enumerate().filter(|(_, byte)| STOPS.get(usize::from(**byte)) == Some(&true));
    // Each is searched for once.
    let (mut has_dashes, mut is_jwk, mut has_modulus) = (None, None, None);
    let mut keys = 0;
    stops.find_map(|(start, stop)| {
        let (before, rest) = bytes.split_at(start);
        let found = |position| Some(FoundPrivateKey { position });
        // Most of the letters are those of other words, which the next one tells.
        match (stop, rest.get(1)?) {
            (b'P' | b'p', b'u' | b'U') if is_word(rest, b"PuTTY-User-Key-File-") => found(start),
            (b'P' | b'p', b'r' | b'R') if is_word(rest, b"Private-Lines:") => found(armor_start(before)),
            (b'P' | b'p', b'r' | b'R') if is_word(rest, b"Proc-Type:") => found(start),
            (b'P', b'2') if rest.starts_with(&SSH2) => found(start),
            (b'P' | b'p', b'r' | b'R')
                if is_armor(rest, || *has_dashes.get_or_insert_with(|| text.contains("---"))) =>
            {
                found(armor_start(before))
            }
            (b'B' | b'b', b'e' | b'E') if is_begin(rest) => found(armor_start(before)),
            (b'A' | b'a', b'g' | b'G') if is_word(rest, b"AGE-SECRET-KEY-") => found(start),
            (b'b', b'3') if rest.starts_with(&OPENSSH) => found(start),
            (b'o', b'p') if rest.starts_with(b"openssh-key-v1") => found(start),
            (b'U', _) if rest.starts_with(&SSH1) => found(start),
            // The first four bits of the length.
            (b'M', b'A'..=b'I') if is_private_der(rest) => found(start),
            (b'A', b'A') if starts_public(rest) && keys < MAX_KEYS => {
                keys += 1;
                has_private_numbers(rest.iter().copied().skip(3)).then_some(FoundPrivateKey { position: start })
            }
            (b'"' | b'\'', b'd') if rest.get(2) == Some(stop) => {
                let is_jwk = *is_jwk.get_or_insert_with(|| text.contains("\"kty\"") || text.contains("'kty'"));
                is_jwk.then_some(FoundPrivateKey { position: start })
            }
            (b'<', b'I') if rest.starts_with(b"<InverseQ>") => found(start),
            (b'<', b'D')
                if rest.starts_with(b"<D>") && *has_modulus.get_or_insert_with(|| text.contains("<Modulus>")) =>
            {
                found(start)
            }
            (2, _) if is_version(before, rest) => found(start),
            (6, _) if is_pkcs5(rest) => found(start),
            _ => None,
        }
    })
}

/// Returns whether `rest` is the version of a private key in DER that was read as text, of which `before` is the
/// start: the tag of a SEQUENCE is `0`, and the bytes of its length may be any character.
fn is_version(before: &[u8], rest: &[u8]) -> bool {
    /// A tag and a length of three bytes, each a character of at most three bytes.
    const LONGEST: usize = 10;

    let is_private = matches!(rest, [2, 1, 0 | 1, 2 | 4 | b'0', ..]);
    is_private && before.iter().rev().take(LONGEST).any(|&byte| byte == b'0')
}

/// Returns whether `rest` is an identifier of PKCS#5 or PKCS#12, which encrypt private keys, in DER that was read as
/// text: as Latin-1, or with U+FFFD for what is not UTF-8.
pub(crate) fn is_pkcs5(rest: &[u8]) -> bool {
    let starts = ["\u{86}H\u{86}\u{f7}\r\u{1}", "\u{fffd}H\u{fffd}\u{fffd}\r\u{1}"];
    let after = match rest {
        [6, 9 | 10, b'*', after @ ..] => after,
        _ => return false,
    };
    starts.iter().any(|start| after.strip_prefix(start.as_bytes()).is_some_and(|rest| matches!(rest, [5 | 12, ..])))
}

/// Returns whether these bytes, which are no text, are a private key: DER or `openssh-key-v1`.
pub(crate) fn is_private_key(bytes: &[u8]) -> bool {
    is_private_sequence(bytes) || bytes.starts_with(b"openssh-key-v1") || bytes.starts_with(&SSH2_MAGIC)
}

/// The bytes at which [`find_private_key`] stops.
const STOPS: [bool; 256] = {
    let mut stops = [false; 256];
    let mut letters: &[u8] = b"AaBbMoPpU\"'<\x02\x06";
    while let [letter, rest @ ..] = letters {
        stops[*letter as usize] = true;
        letters = rest;
    }
    stops
};

/// Returns whether `text` contains a private key, a part of one, or words that are likely to appear next to one.
///
/// This decides what may be quoted, so it is wider than [`find_private_key`]: a false alarm costs a quotation only.
pub(crate) fn may_contain_private_key(text: &str) -> bool {
    const WORDS: [&str; 3] = ["PRIVATE KEY", "PuTTY-User-Key-File", "Private-Lines"];
    WORDS.iter().any(|words| text.contains(words))
        || find_private_key(text).is_some()
        || find_private_number(text).is_some()
        || has_secret_word(text)
}

/// Returns whether a word may be a line from within a private key: long base64 that is no public key.
fn has_secret_word(text: &str) -> bool {
    /// A name or an identifier may be shorter.
    const SHORTEST: usize = 40;
    /// A hash may be shorter.
    const SHORTEST_HEXADECIMAL: usize = 72;

    let words = text.as_bytes().split(|&byte| !(is_base64(byte) || matches!(byte, b'-' | b'_')));
    words.filter(|word| word.len() >= SHORTEST && !is_public_start(word)).any(|word| {
        let has = |is: fn(&u8) -> bool| word.iter().any(is);
        let is_mixed = has(u8::is_ascii_uppercase) && has(u8::is_ascii_lowercase) && has(u8::is_ascii_digit);
        is_mixed || (word.len() >= SHORTEST_HEXADECIMAL && is_secret_hexadecimal(word))
    })
}

/// Returns whether a word is hexadecimal, with both kinds of digits, and does not start with the length of the type of a
/// public key.
fn is_secret_hexadecimal(word: &[u8]) -> bool {
    let has = |is: fn(&u8) -> bool| word.iter().any(is);
    let is_hexadecimal = word.iter().all(u8::is_ascii_hexdigit);
    is_hexadecimal && has(u8::is_ascii_digit) && has(u8::is_ascii_alphabetic) && !word.starts_with(b"000000")
}

/// Returns whether a word starts as the blob of a public key does: with the length of a name, and `ss`, `sk` or `ec`.
fn is_public_start(word: &[u8]) -> bool {
    matches!(
        word,
        [b'A', b'A', b'A', b'A', _, _, b'N', b'z' | b'r', ..] | [b'A', b'A', b'A', b'A', _, _, b'V', b'j', ..]
    )
}

pub(crate) fn is_word(text: &[u8], word: &[u8]) -> bool {
    text.split_at_checked(word.len()).is_some_and(|(head, _)| head.eq_ignore_ascii_case(word))
}

/// Returns whether the words at the start of `rest` belong to an armor. PEM and ssh.com have dashes around them; a
/// comment may contain just the words.
fn is_armor(rest: &[u8], has_dashes: impl FnOnce() -> bool) -> bool {
    is_word(rest, SSH1_HEADER) || (is_word(rest, b"PRIVATE KEY") && has_dashes())
}

/// Returns whether `rest` starts with the first line of an armor, which may be cut off or lack its spaces.
fn is_begin(rest: &[u8]) -> bool {
    /// The longest label, `SSH2 ENCRYPTED PRIVATE KEY`, and characters between its words.
    const LABEL: usize = 40;

    if !is_word(rest, b"BEGIN") {
        return false;
    }
    let label = rest.get(5..rest.len().min(LABEL)).unwrap_or_default();
    // There is a `P` in each of them.
    if !label.iter().any(|byte| matches!(byte, b'P' | b'p')) {
        return false;
    }
    let letters = label.iter().filter(|byte| byte.is_ascii_alphanumeric());
    let mut compact = [0; LABEL];
    compact.iter_mut().zip(letters).for_each(|(slot, byte)| *slot = byte.to_ascii_uppercase());
    is_private_label(&compact, rest.starts_with(b"BEGIN"))
}

/// Returns whether the letters and digits after `BEGIN`, as capital letters, are the label of a private key or the start
/// of one.
pub(crate) fn is_private_label(label: &[u8], is_capital: bool) -> bool {
    // Capital letters, because these are also words.
    const STARTS: [&[u8]; 8] =
        [b"OPENSSH", b"ENCRYPTED", b"PRIV", b"RSAPRIV", b"ECPRIV", b"DSAPRIV", b"SSH2PRIV", b"PGPPRIV"];

    let mut words = label.iter().enumerate().filter(|(_, letter)| **letter == b'P');
    words.any(|(at, _)| label.get(at..).is_some_and(|word| word.starts_with(b"PRIVATEKEY")))
        || (is_capital && STARTS.iter().any(|start| label.starts_with(start)))
}

/// Returns the position of the first dash of the armor whose words follow `before`, or the end of `before`.
fn armor_start(before: &[u8]) -> usize {
    let line_start = before.iter().rposition(|byte| matches!(byte, b'\n' | b'\r')).unwrap_or(0);
    let (_, line) = before.split_at(line_start);
    line.windows(4).position(|four| four == b"----").map_or(before.len(), |dashes| line_start + dashes)
}

/// Returns whether `text` starts with base64 of PKCS#1, PKCS#8 or SEC 1, complete or not.
fn is_private_der(text: &[u8]) -> bool {
    // Most are told by their first bytes.
    let bits = text.iter().take(8).fold(0, |bits, &symbol| bits << 6 | u64::from(six_bits(symbol).unwrap_or(0)));
    if bits.to_be_bytes().get(2..).is_none_or(|start| !may_be_private(start)) {
        return false;
    }
    let count = text.iter().take(DER_HEAD).take_while(|&&byte| is_base64(byte) || matches!(byte, b'-' | b'_')).count();
    if count < SHORTEST_DER {
        return false;
    }
    let mut head = [b'A'; DER_HEAD];
    let symbols = head.iter_mut().zip(text).take(count / 4 * 4);
    symbols.for_each(|(symbol, &byte)| {
        *symbol = match byte {
            b'-' => b'+',
            b'_' => b'/',
            _ => byte,
        }
    });
    let mut der = [0; DER_HEAD / 4 * 3];
    STANDARD.decode_slice(head, &mut der).is_ok() && is_private_sequence(&der)
}

/// Returns what follows the head of a SEQUENCE.
pub(crate) fn content(der: &[u8]) -> Option<&[u8]> {
    match der {
        [0x30, 0x82, _, _, content @ ..] | [0x30, 0x81, _, content @ ..] | [0x30, 0..=0x7f, content @ ..] => {
            Some(content)
        }
        _ => None,
    }
}

/// Returns whether these are the first six bytes or more of a SEQUENCE that may be a private key.
pub(crate) fn may_be_private(der: &[u8]) -> bool {
    content(der).is_some_and(|content| matches!(content, [0x02, 0x01, ..] | [0x30, ..]))
}

/// Returns whether these are the first bytes of a SEQUENCE that is a private key.
///
/// The SEQUENCE of a public key starts with another SEQUENCE or with a longer INTEGER, and the rest of both differs.
pub(crate) fn is_private_sequence(der: &[u8]) -> bool {
    // A length below 128 takes one byte, up to 255 two bytes, up to 65535 three.
    let Some(content) = content(der) else { return false };
    match content {
        // A version, then an INTEGER, an algorithm identifier, or an OCTET STRING.
        [0x02, 0x01, 0 | 1, 0x02 | 0x04, ..] => true,
        [0x02, 0x01, 0 | 1, 0x30, 0x05..=0x82, 0x06, ..] => true,
        [0x02, 0x01, 0 | 1, 0x30, 0x81, _, 0x06, ..] | [0x02, 0x01, 0 | 1, 0x30, 0x82, _, _, 0x06, ..] => true,
        // The version of PKCS#12, and the type of its content.
        [0x02, 0x01, 3, 0x30, 0x82, _, _, 0x06, ..] | [0x02, 0x01, 3, 0x30, 0x80..=0x81, _, 0x06, ..] => true,
        // An algorithm identifier of PKCS#5 or PKCS#12, which encrypt private keys.
        [0x30, _, 0x06, 0x09 | 0x0a, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x05 | 0x0c, ..] => true,
        _ => false,
    }
}

/// Returns whether `text` starts with base64 of the length of a public key's name: three zeros and a number from 7 to 19.
fn starts_public(text: &[u8]) -> bool {
    matches!(text, [b'A', b'A', b'A', b'A', b'B'..=b'E', ..])
}

/// Returns whether `text`, which follows three `A`, starts with base64 of the name of a public key.
pub(crate) fn is_public(text: impl Iterator<Item = u8> + Clone) -> bool {
    public_key(text).is_some()
}

/// Returns the length of the name, with its own length, and the number of strings behind it.
fn public_key(text: impl Iterator<Item = u8> + Clone) -> Option<(usize, usize)> {
    let has_start = |start: &[u8]| text.clone().take(start.len() - 3).eq(start.iter().skip(3).copied());
    PUBLIC.iter().find(|(start, ..)| has_start(start)).map(|&(_, length, numbers)| (length, numbers))
}

/// Returns whether `text`, which follows three `A`, is base64 of a public key, behind which private numbers are: those of
/// PuTTY in base64 of their own, those of an agent in the same.
pub(crate) fn has_private_numbers(text: impl Iterator<Item = u8> + Clone) -> bool {
    let Some((length, numbers)) = public_key(text.clone()) else { return false };
    let mut blob = Base64 { text, bits: 0, bit_count: 3 * 6 };
    if blob.skip_bytes(length).is_none() {
        return false;
    }
    for _ in 0..numbers {
        let Some(length @ 1..=2049) = blob.length() else { return false };
        if blob.skip_bytes(length).is_none() {
            return false;
        }
    }
    let mut own = Base64::new(blob.text.clone().skip_while(|&byte| byte == b'='));
    private_number(&mut blob).or_else(|| private_number(&mut own)).is_some()
}

/// The blobs of public keys whose private keys consist of numbers: the symbols of their names, the length of the name
/// with its own length, and the number of strings behind it.
const PUBLIC: [(&[u8], usize, usize); 6] = [
    (&base64_prefix::<14>(b"\0\0\0\x07ssh-rsa"), 11, 2),
    (&base64_prefix::<20>(b"\0\0\0\x0bssh-ed25519"), 15, 1),
    (&base64_prefix::<30>(b"\0\0\0\x13ecdsa-sha2-nistp256"), 23, 2),
    (&base64_prefix::<30>(b"\0\0\0\x13ecdsa-sha2-nistp384"), 23, 2),
    (&base64_prefix::<30>(b"\0\0\0\x13ecdsa-sha2-nistp521"), 23, 2),
    (&base64_prefix::<14>(b"\0\0\0\x07ssh-dss"), 11, 4),
];

/// Reads the start of a number that may be private; returns its length. The name of another key is none.
fn private_number(bytes: &mut Base64<impl Iterator<Item = u8>>) -> Option<usize> {
    /// The shortest private number is that of a DSA key, and the longest the exponent of an RSA key of 16384 bits.
    const LENGTHS: core::ops::RangeInclusive<usize> = 16..=2049;
    /// How many of its bytes must be there.
    const START: usize = 12;

    let length = bytes.length().filter(|length| LENGTHS.contains(length))?;
    let mut start = [0; START];
    start.iter_mut().try_for_each(|slot| bytes.next().map(|byte| *slot = byte))?;
    // The name of another key, or a string within another, as in a certificate.
    let names = [&b"ssh-"[..], b"ecdsa-", b"sk-", b"rsa-", b"\0\0"];
    let is_other = names.iter().any(|name| start.starts_with(name));
    start.zeroize();
    (!is_other).then_some(length)
}

/// Returns whether a word of a comment is the private number of a key, complete: nothing else is base64 of a string of
/// bytes that has such a length.
pub(crate) fn find_private_number(comment: &str) -> Option<FoundPrivateKey> {
    let words = comment.match_indices("AAA").filter(|(at, _)| {
        let before = comment.as_bytes().get(..*at).and_then(<[u8]>::last);
        before.is_none_or(|byte| !is_base64(*byte))
    });
    words.map(|(position, _)| FoundPrivateKey { position }).find(|found| {
        let text = comment.as_bytes().get(found.position..).unwrap_or_default();
        let mut bytes = Base64::new(text.iter().copied());
        let Some(length) = private_number(&mut bytes) else { return false };
        // Longer numbers have others behind them, or are broken into lines.
        let rest = bytes.count();
        length >= 64 || rest + 12 == length
    })
}

/// Returns the six bits of a symbol of either alphabet.
#[inline]
pub(crate) fn six_bits(symbol: u8) -> Option<u32> {
    SIX_BITS.get(usize::from(symbol)).filter(|&&value| value < 64).map(|&value| u32::from(value))
}

/// The values of the symbols of both alphabets; 64 for other bytes.
const SIX_BITS: [u8; 256] = {
    const ALPHABETS: [&[u8; 64]; 2] = [
        b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/",
        b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_",
    ];
    let mut values = [64; 256];
    let mut value = 0;
    while value < 64 {
        values[ALPHABETS[0][value] as usize] = value as u8;
        values[ALPHABETS[1][value] as usize] = value as u8;
        value += 1;
    }
    values
};

/// Decodes base64 of either alphabet up to the first other character.
struct Base64<I> {
    text: I,
    bits: u32,
    bit_count: u32,
}

impl<I: Iterator<Item = u8>> Base64<I> {
    fn new(text: I) -> Self {
        Self { text, bits: 0, bit_count: 0 }
    }

    /// Skips bytes, at least one.
    fn skip_bytes(&mut self, count: usize) -> Option<()> {
        let symbols = (8 * count).saturating_sub(self.bit_count as usize).div_ceil(6);
        for _ in 0..symbols {
            self.bits = six_bits(self.text.next()?)?;
        }
        self.bit_count = (self.bit_count as usize + 6 * symbols - 8 * count) as u32;
        self.bits &= (1 << self.bit_count) - 1;
        Some(())
    }

    /// Reads the length of a string.
    fn length(&mut self) -> Option<usize> {
        let mut length = [0; 4];
        length.iter_mut().try_for_each(|slot| self.next().map(|byte| *slot = byte))?;
        usize::try_from(u32::from_be_bytes(length)).ok()
    }
}

impl<I: Iterator<Item = u8>> Iterator for Base64<I> {
    type Item = u8;

    fn next(&mut self) -> Option<u8> {
        while self.bit_count < 8 {
            let symbol = self.text.next()?;
            self.bits = self.bits << 6 | six_bits(symbol)?;
            self.bit_count += 6;
        }
        self.bit_count -= 8;
        let byte = (self.bits >> self.bit_count) as u8;
        self.bits &= (1 << self.bit_count) - 1;
        Some(byte)
    }
}

fn is_base64(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/')
}

/// Returns the base64 characters that `bytes` determine whatever follows them.
const fn base64_prefix<const CHARACTERS: usize>(bytes: &[u8]) -> [u8; CHARACTERS] {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    assert!(CHARACTERS == bytes.len() * 8 / 6);
    let mut prefix = [0; CHARACTERS];
    let mut at = 0;
    while at < CHARACTERS {
        let bit = 6 * at;
        let high = bytes[bit / 8] as usize;
        let low = if bit / 8 + 1 < bytes.len() { bytes[bit / 8 + 1] as usize } else { 0 };
        prefix[at] = ALPHABET[((high << 8 | low) >> (10 - bit % 8)) & 63];
        at += 1;
    }
    prefix
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prefixes_are_those_of_an_encoder() {
        let encoded = STANDARD.encode(b"openssh-key-v1\0");
        assert!(encoded.as_bytes().starts_with(&OPENSSH));
        let encoded = STANDARD.encode(b"SSH PRIVATE KEY FILE FORMAT 1.1\n");
        assert!(encoded.as_bytes().starts_with(&SSH1));
    }

    #[test]
    fn der_of_a_private_key_differs_from_other_der() {
        let found = |head: &[u8]| {
            let mut der = [7; 60];
            der[..head.len()].copy_from_slice(head);
            find_private_key(&STANDARD.encode(der)).map(|found| found.position)
        };
        for length in [&[0x2e][..], &[0x7f], &[0x81, 0x80], &[0x81, 0xff], &[0x82, 0x01, 0x00], &[0x82, 0xff, 0xff]] {
            for version in [0, 1] {
                for next in [&[2][..], &[4], &[0x30, 5, 6], &[0x30, 0x81, 0x80, 6], &[0x30, 0x82, 1, 0, 6]] {
                    assert_eq!(found(&[&[0x30], length, &[2, 1, version], next].concat()), Some(0), "{length:?}");
                }
            }
            // Another version, a longer INTEGER, another element, a SEQUENCE, and not a SEQUENCE.
            assert_eq!(found(&[&[0x30], length, &[2, 1, 2, 2]].concat()), None);
            assert_eq!(found(&[&[0x30], length, &[2, 2, 1, 2]].concat()), None);
            assert_eq!(found(&[&[0x30], length, &[2, 1, 0, 5]].concat()), None);
            assert_eq!(found(&[&[0x30], length, &[0x30, 1, 0]].concat()), None);
            assert_eq!(found(&[&[0x31], length, &[2, 1, 0, 2]].concat()), None);
            let pbes2 = [0x30, 0x40, 6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 5, 0x0d];
            assert_eq!(found(&[&[0x30], length, &pbes2].concat()), Some(0));
        }
    }

    #[test]
    fn the_beginning_of_a_key_is_enough() {
        let der = [0x30, 0x82, 4, 0xa4, 2, 1, 0, 2, 0x82, 1, 1, 0];
        let encoded = STANDARD.encode(der);
        assert_eq!(find_private_key(&encoded).map(|found| found.position), Some(0));
        assert_eq!(find_private_key(&encoded[..15]), None);
        for text in ["-----BEGIN OPENSSH", "BEGIN RSA PRIV", "BEGINECPRIVATEKEY", "begin rsa private key"] {
            assert!(find_private_key(text).is_some(), "{text}");
        }
        for text in ["BEGIN PUBLIC KEY", "BEGIN RSA PUBLIC KEY", "begin private", "beginner", "BEGIN EC PARAMETERS"] {
            assert!(find_private_key(text).is_none(), "{text}");
        }
    }

    #[test]
    fn long_base64_is_not_quoted_unless_it_is_a_public_key() {
        let words = "Zm9yIG15IGV5ZXMgb25seSEgWm05eUlHMTVJR1Y1WlhN";
        assert!(may_contain_private_key(words) && find_private_key(words).is_none());
        assert!(!may_contain_private_key(&words[..39]));
        let blob = "AAAAC3NzaC1lZDI1NTE5AAAAIFl6u75BTi8xGtSPm1yVJuLE";
        assert!(!may_contain_private_key(blob));
    }

    #[test]
    fn long_hexadecimal_is_not_quoted_unless_it_is_a_public_key() {
        let digits = "9f3c".repeat(18);
        assert!(may_contain_private_key(&digits) && !may_contain_private_key(&digits[1..]));
        assert!(!may_contain_private_key(&["0000000b7373682d65643235353139", &digits].concat()));
    }

    #[test]
    fn words_alone_are_not_a_key_but_are_not_quoted_either() {
        for text in ["PRIVATE KEY", "my PuTTY-User-Key-File", "Private-Lines 7"] {
            assert_eq!(find_private_key(text), None, "{text}");
            assert!(may_contain_private_key(text), "{text}");
        }
        for text in ["", "my-key", "private key", "AGE-SECRET", "MIIB"] {
            assert!(!may_contain_private_key(text), "{text}");
        }
    }
}
