//! Finds private keys in text that should not contain one. This is the only place that recognizes them.
//!
//! | format | recognized by |
//! |---|---|
//! | PEM (PKCS#1, PKCS#8, SEC 1, OpenSSH, OpenPGP), ssh.com | the words `PRIVATE KEY` next to dashes |
//! | SSH protocol 1 | its first words, also in base64 |
//! | PuTTY | its first header, or the header of its private half |
//! | age | the prefix of an identity |
//! | OpenSSH without armor | base64 of `openssh-key-v1` |
//! | PKCS#1, PKCS#8 and SEC 1 without armor | base64 of a SEQUENCE that starts with a version |

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// A private key in a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct FoundPrivateKey {
    /// The byte offset of its start.
    pub(crate) position: usize,
    /// Whether it is a PuTTY key file, from which a public key can be printed.
    pub(crate) is_putty: bool,
}

/// The first bytes of an OpenSSH private key (OpenSSH's PROTOCOL.key), in base64.
const OPENSSH: [u8; 18] = base64_prefix(b"openssh-key-v1");

const SSH1_HEADER: &[u8] = b"PRIVATE KEY FILE FORMAT";

/// The first bytes of an SSH protocol 1 private key, in base64.
const SSH1: [u8; 36] = base64_prefix(b"SSH PRIVATE KEY FILE FORMAT");

/// Minimum length of a private key in base64; a word of a comment may be shorter.
const SHORTEST_DER: usize = 40;

/// Base64 characters that encode the start of a DER document: up to nine bytes.
const DER_HEAD: usize = 12;

/// Finds the first private key in `text`.
pub(crate) fn find_private_key(text: &str) -> Option<FoundPrivateKey> {
    let bytes = text.as_bytes();
    // One pass that stops at five letters, because this runs on the comment of every imported key.
    let mut stops = bytes.iter().enumerate().filter(|(_, byte)| matches!(byte, b'A' | b'M' | b'P' | b'U' | b'b'));
    stops.find_map(|(start, stop)| {
        let (before, rest) = bytes.split_at(start);
        let found = |position| Some(FoundPrivateKey { position, is_putty: false });
        match stop {
            b'P' if rest.starts_with(b"PuTTY-User-Key-File-") => {
                Some(FoundPrivateKey { position: start, is_putty: true })
            }
            b'P' if rest.starts_with(b"Private-Lines:") || is_armor(rest, text) => found(armor_start(before)),
            b'A' if rest.starts_with(b"AGE-SECRET-KEY-") => found(start),
            b'b' if rest.starts_with(&OPENSSH) => found(start),
            b'U' if rest.starts_with(&SSH1) => found(start),
            b'M' if !before.last().is_some_and(|&byte| is_base64(byte)) && is_private_der(rest) => found(start),
            _ => None,
        }
    })
}

/// Returns whether `text` contains a private key, or words that are likely to appear next to one.
///
/// This decides what may be quoted, so it is wider than [`find_private_key`]: a false alarm costs a quotation only.
pub(crate) fn may_contain_private_key(text: &str) -> bool {
    const WORDS: [&str; 3] = ["PRIVATE KEY", "PuTTY-User-Key-File", "Private-Lines"];
    WORDS.iter().any(|words| text.contains(words)) || find_private_key(text).is_some()
}

/// Returns whether the words at the start of `rest` belong to an armor. PEM and ssh.com have dashes around them; a
/// comment may contain just the words.
fn is_armor(rest: &[u8], text: &str) -> bool {
    rest.starts_with(SSH1_HEADER) || (rest.starts_with(b"PRIVATE KEY") && text.contains("---"))
}

/// Returns the position of the first dash of the armor whose words follow `before`, or the end of `before`.
fn armor_start(before: &[u8]) -> usize {
    let line_start = before.iter().rposition(|byte| matches!(byte, b'\n' | b'\r')).unwrap_or(0);
    let (_, line) = before.split_at(line_start);
    line.windows(4).position(|four| four == b"----").map_or(before.len(), |dashes| line_start + dashes)
}

/// Returns whether `text` starts with base64 of PKCS#1, PKCS#8 or SEC 1: a SEQUENCE whose first element is a version,
/// the INTEGER 0 or 1.
///
/// The SEQUENCE of a public key starts with another SEQUENCE or with a longer INTEGER.
fn is_private_der(text: &[u8]) -> bool {
    let (Some(shortest), Some(head)) = (text.first_chunk::<SHORTEST_DER>(), text.first_chunk::<DER_HEAD>()) else {
        return false;
    };
    let mut der = [0; DER_HEAD / 4 * 3];
    if !shortest.iter().all(|&byte| is_base64(byte)) || STANDARD.decode_slice(head, &mut der).is_err() {
        return false;
    }
    // A length below 128 takes one byte, up to 255 two bytes, up to 65535 three.
    matches!(
        der,
        [0x30, 0..=0x7f, 0x02, 0x01, 0 | 1, ..]
            | [0x30, 0x81, _, 0x02, 0x01, 0 | 1, ..]
            | [0x30, 0x82, _, _, 0x02, 0x01, 0 | 1, ..]
    )
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
                assert_eq!(found(&[&[0x30], length, &[2, 1, version]].concat()), Some(0), "{length:?}");
            }
            // Another version, a longer INTEGER, a SEQUENCE, and not a SEQUENCE.
            assert_eq!(found(&[&[0x30], length, &[2, 1, 2]].concat()), None);
            assert_eq!(found(&[&[0x30], length, &[2, 2, 1]].concat()), None);
            assert_eq!(found(&[&[0x30], length, &[0x30, 1, 0]].concat()), None);
            assert_eq!(found(&[&[0x31], length, &[2, 1, 0]].concat()), None);
        }
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
