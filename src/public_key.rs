//! [`PublicKey`]: one line, parsed, validated and canonical.

pub(crate) mod blob;
pub(crate) mod curve;
mod diagnosis;
pub(crate) mod error;
mod forms;
mod line;
pub(crate) mod private_key_scan;
mod repair;
mod spki;
pub(crate) mod wire;

use alloc::string::String;
use alloc::vec::Vec;
use core::cmp::Ordering;
use core::fmt;
use core::hash::{Hash, Hasher};
use core::ops::Range;
use core::str::FromStr;

use crate::algorithm::Algorithm;
use crate::fingerprint::{Md5Fingerprint, Sha256Fingerprint};
use crate::policy::ImportPolicy;
use crate::public_key::blob::KeyBlob;
use crate::public_key::error::{PublicKeyError, Result};
use crate::public_key::line::Line;
pub use crate::public_key::repair::Repair;
use crate::public_key::repair::Repaired;
use crate::weakness::{Weakness, weaknesses};

/// A public key in OpenSSH's one-line format, with its comment.
///
/// Every value has passed every check, so OpenSSH and Nova accept the line and print the same fingerprint. The exception is a
/// DSA key, which only a policy that allows [`Algorithm::Dsa`] parses and which OpenSSH accepts before 10.0 only. Equality,
/// order and hash are those of the key: the comment does not count.
///
/// The comment is free text of the sender. It has no line ends, but may have other control characters: escape it before showing it
/// on a terminal.
#[derive(Clone)]
pub struct PublicKey {
    /// As sent. Invariant: `comment <= end <= line.len()`, and both offsets are between characters.
    line: String,
    /// The end of the canonical line, which is a prefix of the line as sent.
    end: usize,
    /// The start of the comment, or `end`.
    comment: usize,
    blob: KeyBlob,
}

/// What [`PublicKey::canonicalize`] made of a text.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Canonicalized {
    /// The key, whose line is canonical.
    pub public_key: PublicKey,
    /// What was changed, from left to right but edges first; empty for a line that was canonical already.
    pub repairs: Vec<Repair>,
}

impl PublicKey {
    /// Parses and validates a line under [`ImportPolicy::default`].
    ///
    /// No input panics.
    ///
    /// # Errors
    ///
    /// A [`PublicKeyErrorKind`](crate::PublicKeyErrorKind) for each reason to reject a line, with its position.
    pub fn parse(line: &str) -> Result<Self> {
        Self::parse_with(line, &ImportPolicy::default())
    }

    /// Parses and validates a line under `policy`.
    ///
    /// # Errors
    ///
    /// As for [`parse`](Self::parse), under the limits of the policy: [`TooLong`](crate::PublicKeyErrorKind::TooLong),
    /// [`AlgorithmNotAllowed`](crate::PublicKeyErrorKind::AlgorithmNotAllowed),
    /// [`RsaTooShort`](crate::PublicKeyErrorKind::RsaTooShort) and [`WeakKey`](crate::PublicKeyErrorKind::WeakKey).
    pub fn parse_with(line: &str, policy: &ImportPolicy) -> Result<Self> {
        policy.check_size(line.len()).map_err(|error| diagnosis::explain_long(line).unwrap_or(error))?;
        let parts = Line::split(line)?;
        policy.check_algorithm(parts.algorithm, 0)?;
        let blob = parts.decode()?;
        let comment = parts.comment()?;
        policy.check_key(&blob)?;
        let end = parts.canonical_length(comment);
        Ok(Self { line: line.into(), end, comment: end - comment.len(), blob })
    }

    /// Repairs what can be repaired without a guess, parses under [`ImportPolicy::default`], and says what was changed.
    ///
    /// Repaired are a byte order mark, quotation marks around the line, white space around it, and tabs, several spaces or
    /// non-breaking spaces between its parts. Base64 is never touched, nor is a second line dropped: which key it is does not change.
    ///
    /// ```
    /// use nova_keypair::{PublicKey, Repair};
    ///
    /// let line = " ssh-ed25519\tAAAAC3NzaC1lZDI1NTE5AAAAIFl6u75BTi8xGtSPm1yVJuLE/oMtCOuEMJJnBSuZEdXz\r\n";
    /// let canonical = PublicKey::canonicalize(line)?;
    /// assert!(PublicKey::parse(line).is_err() && PublicKey::parse(&canonical.public_key.to_openssh()).is_ok());
    /// assert_eq!(canonical.repairs, [Repair::LeadingSpace, Repair::TrailingSpace, Repair::TypeSeparator]);
    /// # Ok::<(), nova_keypair::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As for [`parse`](Self::parse), with positions in the text as sent. The size limit is for the repaired line.
    pub fn canonicalize(text: &str) -> Result<Canonicalized> {
        Self::canonicalize_with(text, &ImportPolicy::default())
    }

    /// As [`canonicalize`](Self::canonicalize), under `policy`.
    ///
    /// # Errors
    ///
    /// As for [`canonicalize`](Self::canonicalize), under the limits of the policy.
    pub fn canonicalize_with(text: &str, policy: &ImportPolicy) -> Result<Canonicalized> {
        let repaired = Repaired::from_text(text, policy)?;
        policy.check_algorithm(repaired.line.algorithm, repaired.type_start)?;
        let blob = repaired.line.decode()?;
        let comment = repaired.comment;
        repaired.line.check_comment(comment, repaired.line.position_of(comment))?;
        policy.check_key(&blob)?;

        let mut line = [repaired.line.algorithm.as_str(), " ", repaired.line.base64].concat();
        if !comment.is_empty() {
            line.extend([" ", comment]);
        }
        let public_key = Self { end: line.len(), comment: line.len() - comment.len(), line, blob };
        Ok(Canonicalized { public_key, repairs: repaired.repairs })
    }

    /// Whether `text` is this key in any form: a line that [`canonicalize`](Self::canonicalize) reads, of any comment and length; a
    /// certificate for the key; RFC 4716; PEM in PKCS#8 (RSA, ECDSA, Ed25519) or PKCS#1 (RSA).
    ///
    /// # Errors
    ///
    /// If the text is in none of these forms: as for [`canonicalize`](Self::canonicalize).
    pub fn same_key(&self, text: &str) -> Result<bool> {
        match forms::is_of_key(text, &self.blob) {
            Some(answer) => Ok(answer),
            None => Ok(Self::canonicalize_with(text, &ImportPolicy::nova())?.public_key == *self),
        }
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
        self.part(self.comment..self.end)
    }

    /// The key in SSH wire format: what the base64 holds.
    pub fn as_bytes(&self) -> &[u8] {
        self.blob.bytes()
    }

    /// The MD5 fingerprint, which Nova records.
    pub fn fingerprint(&self) -> Md5Fingerprint {
        Md5Fingerprint::of(self.blob.bytes())
    }

    /// The SHA-256 fingerprint, which OpenSSH prints.
    pub fn sha256_fingerprint(&self) -> Sha256Fingerprint {
        Sha256Fingerprint::of(self.blob.bytes())
    }

    /// The fingerprint that AWS shows for this key if it was imported there: MD5 of the key in SPKI DER. For RSA only; for Ed25519
    /// AWS shows [`sha256_fingerprint`](Self::sha256_fingerprint).
    pub fn aws_imported_fingerprint(&self) -> Option<Md5Fingerprint> {
        self.blob.rsa().map(|rsa| Md5Fingerprint::of(&spki::rsa(rsa.n, rsa.e)))
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
        self.part(0..self.end)
    }

    fn part(&self, range: Range<usize>) -> &str {
        let part = self.line.get(range);
        debug_assert!(part.is_some(), "an offset is beyond the line or inside a character");
        part.unwrap_or_default()
    }
}

/// [`PublicKey::parse`], then [`PublicKey::fingerprint`].
///
/// # Errors
///
/// As for [`PublicKey::parse`].
pub fn fingerprint(public_key: &str) -> crate::error::Result<Md5Fingerprint> {
    Ok(PublicKey::parse(public_key)?.fingerprint())
}

impl PartialEq for PublicKey {
    fn eq(&self, other: &Self) -> bool {
        self.blob.bytes() == other.blob.bytes()
    }
}

impl Eq for PublicKey {}

/// In the order of the key blobs.
impl Ord for PublicKey {
    fn cmp(&self, other: &Self) -> Ordering {
        self.blob.bytes().cmp(other.blob.bytes())
    }
}

impl PartialOrd for PublicKey {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Hash for PublicKey {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.blob.bytes().hash(state);
    }
}

/// As [`PublicKey::parse`].
impl FromStr for PublicKey {
    type Err = PublicKeyError;

    fn from_str(line: &str) -> Result<Self> {
        Self::parse(line)
    }
}

/// As [`PublicKey::parse`].
impl TryFrom<&str> for PublicKey {
    type Error = PublicKeyError;

    fn try_from(line: &str) -> Result<Self> {
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

/// As a string: the line as sent, which Nova stores and returns.
#[cfg(feature = "serde")]
impl serde::Serialize for PublicKey {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> core::result::Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.line)
    }
}

/// From a string, under [`ImportPolicy::nova`]: a stored key is read back whatever the policy of its import was.
/// Validate a key from elsewhere with [`PublicKey::parse_with`].
#[cfg(feature = "serde")]
impl<'de> serde::Deserialize<'de> for PublicKey {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> core::result::Result<Self, D::Error> {
        let read = |line: &str| Self::parse_with(line, &ImportPolicy::nova());
        crate::error::text::deserialize(deserializer, "one line with an OpenSSH public key", read)
    }
}
