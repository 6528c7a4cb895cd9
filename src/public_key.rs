//! [`PublicKey`]: one line, `type base64 comment`, parsed, validated and canonical.
//!
//! The line is what three programs read in three ways. `sshd` and `ssh-keygen` split it at white space of any kind and length;
//! Nova checks it with one expression, which does the same, and takes the fingerprint of what `split(' ')[1]` gives; cloud-init
//! splits what Nova stored into lines as Python does. The grammar here is the part on which all of them agree:
//!
//! ```text
//! line    = type SP base64 [SP comment] *(SP / TAB / CR / LF)
//! comment = does not start or end with SP or TAB, and has no character that ends a line anywhere
//! ```

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;
use core::hash::{Hash, Hasher};
use core::ops::Range;
use core::str::FromStr;

use base64::engine::general_purpose::STANDARD;
use base64::{DecodeError, Engine as _};

use crate::diagnosis;
use crate::error::{Error, Result};
use crate::fingerprint::{Fingerprint, Sha256Fingerprint, rsa_spki_der};
use crate::key_blob::{self, Algorithm, KeyBlob};
use crate::policy::ImportPolicy;
use crate::weakness::{Weakness, weaknesses};

/// What may stand at the end of a line, in any number: none of the programs that read the line takes it for part of it.
const TRAILING: [char; 4] = [' ', '\t', '\r', '\n'];

/// The longest base64 that is decoded: that of the longest blob.
const MAX_BASE64: usize = key_blob::MAX_BYTES / 3 * 4;

/// The longest key type is 34 bytes; the space after it is looked for no further than this.
const MAX_TYPE: usize = 64;

/// A public key in OpenSSH's one-line format, with its comment.
///
/// Every value has passed every check, so OpenSSH and Nova accept the line and print the same fingerprint. Equality and hash are
/// those of the key: the comment does not count.
///
/// The comment is free text of the sender. It has no line ends, but may have other control characters: escape it before showing it
/// on a terminal.
#[derive(Clone)]
pub struct PublicKey {
    /// As sent.
    line: String,
    /// The end of the canonical line, which is a prefix of the line as sent.
    end: usize,
    /// The start of the comment, or `end`.
    comment: usize,
    blob: KeyBlob,
}

impl PublicKey {
    /// Parses and validates a line under [`ImportPolicy::default`].
    ///
    /// No input panics.
    ///
    /// # Errors
    ///
    /// Each reason to refuse a line is an [`Error`] of its own, with the position where it went wrong.
    pub fn parse(line: &str) -> Result<Self> {
        Self::parse_with(line, &ImportPolicy::default())
    }

    /// Parses and validates a line under `policy`.
    ///
    /// # Errors
    ///
    /// As for [`parse`](Self::parse), and where the policy refuses the key.
    pub fn parse_with(line: &str, policy: &ImportPolicy) -> Result<Self> {
        policy.check_size(line.len()).map_err(|error| diagnosis::explain_long(line).unwrap_or(error))?;
        let parts = Parts::split(line)?;
        policy.check_algorithm(parts.algorithm)?;
        let blob = parts.decode(line)?;
        let (comment, end) = parts.comment(line)?;
        policy.check_key(&blob)?;
        Ok(Self { line: line.into(), end, comment, blob })
    }

    /// The canonical line: type, base64 and comment, with one space between them and nothing after.
    pub fn to_openssh(&self) -> String {
        self.canonical().into()
    }

    /// The line exactly as it was sent, with its line end.
    pub fn as_sent(&self) -> &str {
        &self.line
    }

    /// The type of the key.
    pub fn algorithm(&self) -> Algorithm {
        self.blob.algorithm()
    }

    /// The size as `ssh-keygen` prints it: the bits of the RSA modulus or the DSA prime, exactly, or of the curve.
    pub fn bits(&self) -> u32 {
        self.blob.bits()
    }

    /// The comment; empty if there is none.
    pub fn comment(&self) -> &str {
        self.line.get(self.comment..self.end).unwrap_or_default()
    }

    /// The key in SSH wire format: what the base64 holds.
    pub fn to_bytes(&self) -> &[u8] {
        self.blob.bytes()
    }

    /// The MD5 fingerprint, which Nova records.
    pub fn fingerprint(&self) -> Fingerprint {
        Fingerprint::of(self.blob.bytes())
    }

    /// The SHA-256 fingerprint, which OpenSSH prints.
    pub fn sha256_fingerprint(&self) -> Sha256Fingerprint {
        Sha256Fingerprint::of(self.blob.bytes())
    }

    /// The fingerprint that AWS shows for this key if it was imported there: MD5 of the key in SPKI DER. For RSA only; for Ed25519
    /// AWS shows [`sha256_fingerprint`](Self::sha256_fingerprint).
    pub fn aws_imported_fingerprint(&self) -> Option<Fingerprint> {
        self.blob.rsa().map(|rsa| Fingerprint::of(&rsa_spki_der(rsa)))
    }

    /// The picture that `ssh-keygen -lv` draws: of the SHA-256 fingerprint, 11 lines without a line end after the last.
    pub fn randomart(&self) -> String {
        self.sha256_fingerprint().randomart(&self.randomart_title())
    }

    /// The picture that `ssh-keygen -lv -E md5` draws.
    pub fn randomart_md5(&self) -> String {
        self.fingerprint().randomart(&self.randomart_title())
    }

    fn randomart_title(&self) -> String {
        alloc::format!("{} {}", self.algorithm().short_name(), self.bits())
    }

    /// Everything that is wrong with this key although it is well formed; empty for a sound key.
    ///
    /// Includes [`Weakness::PrimeModulus`], which takes most of the time.
    pub fn weaknesses(&self) -> Vec<Weakness> {
        weaknesses(&self.blob, &Weakness::ALL)
    }

    fn canonical(&self) -> &str {
        self.line.get(..self.end).unwrap_or_default()
    }
}

/// [`PublicKey::parse`], then [`PublicKey::fingerprint`].
///
/// # Errors
///
/// As for [`PublicKey::parse`].
pub fn fingerprint(public_key: &str) -> Result<Fingerprint> {
    Ok(PublicKey::parse(public_key)?.fingerprint())
}

impl PartialEq for PublicKey {
    fn eq(&self, other: &Self) -> bool {
        self.blob.bytes() == other.blob.bytes()
    }
}

impl Eq for PublicKey {}

impl Hash for PublicKey {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.blob.bytes().hash(state);
    }
}

impl FromStr for PublicKey {
    type Err = Error;

    fn from_str(line: &str) -> Result<Self> {
        Self::parse(line)
    }
}

/// The canonical line.
impl fmt::Display for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.canonical())
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("PublicKey").field(&self.canonical()).finish()
    }
}

/// As a string: the line as sent, since that is what Nova stores and answers.
#[cfg(feature = "serde")]
impl serde::Serialize for PublicKey {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> core::result::Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.line)
    }
}

/// Where the parts of a line are.
struct Parts {
    algorithm: Algorithm,
    base64: Range<usize>,
}

impl Parts {
    fn split(line: &str) -> Result<Self> {
        let head = line.as_bytes().iter().take(MAX_TYPE);
        let name = head.take_while(|&&byte| byte != b' ').count();
        let algorithm = line.as_bytes().get(..name).and_then(Algorithm::from_name);
        let (Some(algorithm), Some(after_space)) = (algorithm, line.as_bytes().get(name + 1..)) else {
            return Err(diagnosis::explain(line));
        };
        let start = name + 1;
        let length = printable_prefix(after_space.get(..MAX_BASE64 + 1).unwrap_or(after_space));
        if length > MAX_BASE64 {
            return Err(Error::KeyOversized { position: start + MAX_BASE64, limit: MAX_BASE64 });
        }
        if length == 0 {
            return Err(match after_space.first() {
                Some(b'\t') => Error::KeyTab { position: start },
                Some(b' ') if !blank(line, start) => Error::KeySeveralSpaces { position: start },
                Some(_) if !blank(line, start) => Error::KeyWrapped { position: start },
                _ => Error::KeyMissing { position: start },
            });
        }
        let end = start + length;
        match line.as_bytes().get(end) {
            None | Some(b' ' | b'\t' | b'\r' | b'\n') => Ok(Self { algorithm, base64: start..end }),
            Some(_) => Err(Error::KeyBase64Character { position: end }),
        }
    }

    fn decode(&self, line: &str) -> Result<KeyBlob> {
        let base64 = line.as_bytes().get(self.base64.clone()).unwrap_or_default();
        let decoded = STANDARD
            .decode(base64)
            .map_err(|error| self.base64_error(line, base64, error))
            .and_then(|bytes| KeyBlob::parse(bytes, self.algorithm, self.base64.start));
        match decoded {
            Err(Error::KeyTruncated { .. } | Error::KeyBase64Padding { .. }) if self.goes_on(line) => {
                Err(Error::KeyWrapped { position: self.base64.end })
            }
            decoded => decoded,
        }
    }

    /// Turns the decoder's error into one that says where, and what to do.
    fn base64_error(&self, line: &str, base64: &[u8], error: DecodeError) -> Error {
        let symbols = base64.iter().rposition(|&byte| byte != b'=').map_or(0, |last| last + 1);
        let padding = base64.len() - symbols;
        let bad = base64.iter().position(|byte| !byte.is_ascii_alphanumeric() && !b"+/=".contains(byte));
        if let Some(offset) = bad {
            let position = self.base64.start + offset;
            return match base64.get(offset) {
                Some(b'-' | b'_') => Error::KeyBase64UrlSafe { position },
                _ if line.get(position..).and_then(|rest| rest.chars().next()).is_some_and(char::is_whitespace) => {
                    Error::KeyUnicodeSpace { position }
                }
                _ => Error::KeyBase64Character { position },
            };
        }
        if let Some(offset) = base64.iter().take(symbols).position(|&byte| byte == b'=') {
            return Error::KeyBase64Surplus { position: self.base64.start + offset };
        }
        // A last group of two symbols takes two `=`, of three takes one, of four none, and one of one symbol is never whole.
        let expected = (4 - symbols % 4) % 4;
        if expected != 3 && padding > expected {
            return Error::KeyBase64Surplus { position: self.base64.start + symbols + expected };
        }
        match error {
            DecodeError::InvalidLastSymbol { offset, .. } if padding == expected => {
                Error::KeyBase64TrailingBits { position: self.base64.start + offset }
            }
            _ => Error::KeyBase64Padding { position: self.base64.end, missing: expected.saturating_sub(padding) },
        }
    }

    /// Whether more base64 follows after white space, so that a key that is cut short was only broken in two.
    fn goes_on(&self, line: &str) -> bool {
        /// Few words of a comment are so long and all base64; after a line end no comment is expected.
        const AFTER_SPACE: usize = 16;

        let rest = line.as_bytes().get(self.base64.end..).unwrap_or_default();
        let next = rest.trim_ascii_start();
        let field = next.get(..printable_prefix(next)).unwrap_or_default();
        let shortest = if matches!(rest.first(), Some(b'\r' | b'\n')) { 1 } else { AFTER_SPACE };
        field.len() >= shortest && field.iter().all(|byte| byte.is_ascii_alphanumeric() || b"+/=".contains(byte))
    }

    /// Where the comment starts and ends, once it is known to be one.
    fn comment(&self, line: &str) -> Result<(usize, usize)> {
        let end = line.trim_end_matches(TRAILING).len();
        let start = self.base64.end;
        let rest = line.get(start..end).unwrap_or_default();
        let Some(comment) = rest.strip_prefix(' ') else {
            return match rest.chars().next() {
                None => Ok((end, end)),
                Some('\t') => Err(Error::KeyTab { position: start }),
                Some('\r' | '\n') => Err(diagnosis::explain_second_line(line, start)),
                Some(_) => Err(Error::KeyUnicodeSpace { position: start }),
            };
        };
        let start = start + 1;
        match comment.chars().next() {
            Some(' ') => return Err(Error::KeySeveralSpaces { position: start }),
            Some('\t') => return Err(Error::KeyTab { position: start }),
            _ => {}
        }
        if let Some((offset, separator)) = line_separator(comment) {
            let position = start + offset;
            let after = comment.get(offset..).unwrap_or_default();
            return Err(match separator {
                '\n' => diagnosis::explain_second_line(line, position),
                '\r' if after.starts_with("\r\n") => diagnosis::explain_second_line(line, position),
                _ => Error::KeyLineSeparator { position },
            });
        }
        match diagnosis::private(comment, start) {
            Some(error) => Err(error),
            None => Ok((start, end)),
        }
    }
}

/// The first character at which Python's `str.splitlines` starts a new line. What Nova stores, cloud-init splits with it, so what
/// follows would be another line of `authorized_keys`.
fn line_separator(comment: &str) -> Option<(usize, char)> {
    if comment.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
        return None;
    }
    comment.char_indices().find(|(_, c)| {
        matches!(c, '\n' | '\x0b' | '\x0c' | '\r' | '\x1c'..='\x1e' | '\u{85}' | '\u{2028}' | '\u{2029}')
    })
}

/// Bytes up to the first that is a control character or a space.
fn printable_prefix(bytes: &[u8]) -> usize {
    // Whole blocks first: the compiler makes vectors of a loop without an exit.
    const BLOCK: usize = 32;
    let whole =
        bytes.chunks_exact(BLOCK).take_while(|block| block.iter().fold(true, |all, &byte| all & (byte > b' '))).count();
    let rest = bytes.get(whole * BLOCK..).unwrap_or_default();
    whole * BLOCK + rest.iter().take_while(|&&byte| byte > b' ').count()
}

/// Whether there is nothing but white space from `position` on, as far as it is looked at.
fn blank(line: &str, position: usize) -> bool {
    line.as_bytes().iter().skip(position).take(MAX_BASE64).all(|byte| TRAILING.contains(&char::from(*byte)))
}
