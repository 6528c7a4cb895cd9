//! [`PublicKey`]: one line, parsed and validated.

pub(crate) mod blob;
mod bytes;
pub(crate) mod curve;
pub(crate) mod error;
mod first_error;
mod line;
pub(crate) mod private_key_scan;
pub(crate) mod recover;
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
use crate::public_key::error::{PublicKeyError, PublicKeyErrorKind, Result};
use crate::public_key::line::Line;
use crate::public_key::private_key_scan::is_private_key;
pub use crate::public_key::recover::reading::{Reading, Repair};
use crate::public_key::recover::state::State;
use crate::public_key::recover::{Meant, Outcome};
use crate::weakness::blocklist::Blocklist;
use crate::weakness::shared_primes::sealed::Modulus;
use crate::weakness::{Weakness, weaknesses};

/// A public key in OpenSSH's one-line format, with its comment.
///
/// Every value has passed every check, so OpenSSH and Nova accept the line and print the same fingerprint. The
/// exception is a DSA key, which only a policy that allows [`Algorithm::Dsa`] parses and which OpenSSH accepts before
/// 10.0 only. Equality, order and hash are those of the key; the comment is ignored.
///
/// The comment is arbitrary text from the sender. It has no line endings, but may have other control characters:
/// escape it before showing it on a terminal.
#[derive(Clone)]
pub struct PublicKey {
    /// The line as sent. Invariant: `comment <= end <= line.len()`, and both offsets are between characters.
    line: String,
    /// The end of the canonical line, which is a prefix of the line as sent.
    end: usize,
    /// The start of the comment, or `end`.
    comment: usize,
    blob: KeyBlob,
}

/// The key that a text means, as [`PublicKey::recover`] returns it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Recovered {
    /// The key. Its line is canonical and can be imported, unless the text was a line that can be imported as it is.
    pub key: PublicKey,
    /// What was wrong with the text, encodings first; empty for a line that can be imported as it is.
    pub repairs: Vec<Repair>,
}

impl PublicKey {
    /// Parses and validates a line under [`ImportPolicy::default`].
    ///
    /// No input panics.
    ///
    /// # Errors
    ///
    /// [`PublicKeyError`] with a [`PublicKeyErrorKind`](crate::PublicKeyErrorKind) for each reason to reject a line,
    /// and its position.
    pub fn parse(line: &str) -> Result<Self> {
        Self::parse_with(line, &ImportPolicy::default())
    }

    /// Parses and validates a line under `policy`.
    ///
    /// # Errors
    ///
    /// As for [`parse`](Self::parse), under the limits of the policy: [`TooLong`](crate::PublicKeyErrorKind::TooLong),
    /// [`AlgorithmNotAllowed`](crate::PublicKeyErrorKind::AlgorithmNotAllowed),
    /// [`RsaTooShort`](crate::PublicKeyErrorKind::RsaTooShort), [`WeakKey`](crate::PublicKeyErrorKind::WeakKey) and
    /// [`Blocklisted`](crate::PublicKeyErrorKind::Blocklisted).
    pub fn parse_with(line: &str, policy: &ImportPolicy<'_>) -> Result<Self> {
        Self::parse_strictly(line, policy).map_err(|error| Self::search(line, policy, error).err().unwrap_or(error))
    }

    /// Parses a line, and does not search for what was meant instead.
    fn parse_strictly(line: &str, policy: &ImportPolicy<'_>) -> Result<Self> {
        policy.check_size(line.len())?;
        let parts = Line::split(line)?;
        policy.check_algorithm(parts.algorithm, 0)?;
        let blob = parts.decode()?;
        let comment = parts.comment()?;
        let end = parts.canonical_length(comment);
        if !comment.is_empty() {
            recover::check_comment(comment, end - comment.len())?;
        }
        policy.check_key(&blob)?;
        Ok(Self { line: line.into(), end, comment: end - comment.len(), blob })
    }

    /// Returns whether a line can be imported, without a search.
    #[cfg(feature = "__internals")]
    pub(crate) fn parses_strictly(line: &str, policy: &ImportPolicy<'_>) -> bool {
        Self::parse_strictly(line, policy).is_ok()
    }

    /// Finds what was meant by a text that is not a line, for the reason of `error`.
    ///
    /// Returns the first error of a text that means a key, if there is one; or else the key.
    #[cold]
    #[inline(never)]
    fn search(text: &str, policy: &ImportPolicy<'_>, error: PublicKeyError) -> Result<Self> {
        match Self::recover_text(text, policy, error)?.repairs.first() {
            Some(repair) if repair.reading() != Reading::LongComment => Err(repair.error()),
            _ => Err(error),
        }
    }

    /// Finds the key that `text` means, with certainty or not at all.
    ///
    /// ```
    /// use nova_keypair::{PublicKey, Reading};
    ///
    /// let text = "key: \"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIFl6u75BTi8xGtSPm1yVJuLE%2FoMtCOuEMJJnBSuZEdXz me\"";
    /// let recovered = PublicKey::recover(text)?;
    /// assert!(PublicKey::parse(text).is_err() && PublicKey::parse(&recovered.key.to_openssh()).is_ok());
    /// assert_eq!(recovered.repairs[0].reading(), Reading::PercentEncoding);
    /// # Ok::<(), nova_keypair::Error>(())
    /// ```
    ///
    /// Where base64 is interrupted, the letters behind the break belong to the key only if the key uses all of them and
    /// they cannot be words of a comment, unless the bytes prove themselves, such as a point on a curve. A few cases
    /// cannot be decided by any program: one lost `+` that a space replaces is a damage that is undone, although a
    /// space may also have been added where another letter was lost; and a truncated key whose comment, such as
    /// `qZ7kWb`, looks like base64 and has just as many letters as are missing is taken for that key.
    ///
    /// A text of more than 16 KiB is not searched for public keys. In its first 8 KiB, private keys are found that are
    /// as they were written, or whose armor is in one encoding. A shorter text is read some 46 times at most, in all its
    /// decodings together. Two kinds of damage hardly ever take more. The rest of a text that takes more is not searched.
    ///
    /// # Errors
    ///
    /// As for [`parse`](Self::parse), if no key is certain, with positions in the text as given.
    pub fn recover(text: &str) -> Result<Recovered> {
        Self::recover_with(text, &ImportPolicy::default())
    }

    /// Finds the key that `text` means, like [`recover`](Self::recover), under `policy`.
    ///
    /// # Errors
    ///
    /// As for [`recover`](Self::recover), under the limits of the policy.
    pub fn recover_with(text: &str, policy: &ImportPolicy<'_>) -> Result<Recovered> {
        match Self::parse_strictly(text, policy) {
            Ok(key) => Ok(Recovered { key, repairs: Vec::new() }),
            Err(error) => Self::recover_text(text, policy, error),
        }
    }

    /// Finds the key that a file means, like [`recover`](Self::recover), also if the file is not UTF-8.
    ///
    /// # Errors
    ///
    /// As for [`recover`](Self::recover), with positions in the bytes as given.
    pub fn recover_bytes(bytes: &[u8]) -> Result<Recovered> {
        match core::str::from_utf8(bytes) {
            Ok(text) => Self::recover(text),
            Err(error) => {
                if is_private_key(bytes) {
                    return Err(PublicKeyErrorKind::IsPrivateKey.at(0));
                }
                let error = PublicKeyErrorKind::IsNotUtf8.at(error.valid_up_to());
                if let Some(error) = recover::reject_long(bytes, error) {
                    return Err(error);
                }
                Self::recover_damaged(State::of_bytes(bytes), None, &ImportPolicy::default(), error)
            }
        }
    }

    /// Finds the key that a text means which is not a line, for the reason of `error`.
    fn recover_text(text: &str, policy: &ImportPolicy<'_>, error: PublicKeyError) -> Result<Recovered> {
        // The only problem is the policy.
        if matches!(
            error.kind(),
            PublicKeyErrorKind::WeakKey { .. }
                | PublicKeyErrorKind::Blocklisted { .. }
                | PublicKeyErrorKind::AlgorithmNotAllowed { .. }
        ) {
            return Err(error);
        }
        let is_too_long = matches!(error.kind(), PublicKeyErrorKind::TooLong { .. });
        let first_line_only = is_too_long.then(|| first_error::explain_long(text)).flatten();
        match recover::reject_long(text.as_bytes(), first_line_only.unwrap_or(error)) {
            Some(error) => Err(error),
            None => Self::recover_damaged(State::input(text), first_line_only, policy, error),
        }
    }

    /// Finds the key that the text of a state means. If none is certain, the error is `first_line_only` or `error`.
    fn recover_damaged(
        input: State,
        first_line_only: Option<PublicKeyError>,
        policy: &ImportPolicy<'_>,
        error: PublicKeyError,
    ) -> Result<Recovered> {
        let is_too_long = matches!(error.kind(), PublicKeyErrorKind::TooLong { .. });
        match recover::search(input, policy) {
            // The limit is that of the text as it was sent.
            Outcome::Rejected(found) if is_too_long && matches!(found.kind(), PublicKeyErrorKind::TooLong { .. }) => {
                Err(error)
            }
            Outcome::Rejected(found) => Err(found),
            Outcome::Key(Meant { line, key_length, mut repairs }) => {
                let key = Self::parse_strictly(&line, policy).or_else(|_| {
                    let (without_comment, comment) = line.split_at_checked(key_length).unwrap_or_default();
                    if let Some(last) = repairs.last().filter(|_| !comment.is_empty()).copied() {
                        repairs.push(Repair::new(
                            Reading::TextAfter,
                            PublicKeyErrorKind::HasTrailingText,
                            last.position(),
                        ));
                    }
                    Self::parse_strictly(without_comment, policy)
                });
                // A text that is no line has some damage.
                let has_damage = !repairs.is_empty();
                key.ok().filter(|_| has_damage).map(|key| Recovered { key, repairs }).ok_or(error)
            }
            Outcome::Unknown => Err(first_line_only.unwrap_or(error)),
        }
    }

    /// Returns whether `text` means this key: a line with any comment and of any length, or any text from which
    /// [`recover`](Self::recover) finds a key.
    ///
    /// # Errors
    ///
    /// As for [`recover`](Self::recover).
    pub fn same_key(&self, text: &str) -> Result<bool> {
        Ok(Self::recover_with(text, &ImportPolicy::nova())?.key == *self)
    }

    /// Returns the canonical line: type, base64 and comment, with one space between them and nothing after.
    #[must_use]
    pub fn to_openssh(&self) -> String {
        self.canonical().into()
    }

    /// Returns the line exactly as it was sent, including its line ending.
    #[must_use]
    pub fn as_sent(&self) -> &str {
        &self.line
    }

    /// Returns the type of the key.
    #[must_use]
    pub fn algorithm(&self) -> Algorithm {
        self.blob.algorithm()
    }

    /// Returns the size that `ssh-keygen` prints: the exact bits of the RSA modulus or the DSA prime, or those of the
    /// curve.
    #[must_use]
    pub fn bits(&self) -> u32 {
        self.blob.bits()
    }

    /// Returns the comment; empty if there is none.
    #[must_use]
    pub fn comment(&self) -> &str {
        self.part(self.comment..self.end)
    }

    /// Returns the key in SSH wire format, as encoded in the base64.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        self.blob.bytes()
    }

    /// Returns the MD5 fingerprint, which Nova records.
    #[must_use]
    pub fn fingerprint(&self) -> Md5Fingerprint {
        Md5Fingerprint::of(self.blob.bytes())
    }

    /// Returns the SHA-256 fingerprint, which OpenSSH prints.
    #[must_use]
    pub fn sha256_fingerprint(&self) -> Sha256Fingerprint {
        Sha256Fingerprint::of(self.blob.bytes())
    }

    /// Returns the fingerprint that AWS shows for this key if it was imported there: MD5 of the key in SPKI DER. For
    /// RSA only; for Ed25519 AWS shows [`sha256_fingerprint`](Self::sha256_fingerprint).
    #[must_use]
    pub fn aws_imported_fingerprint(&self) -> Option<Md5Fingerprint> {
        self.blob.rsa().map(|rsa| Md5Fingerprint::of(&spki::rsa(rsa.n, rsa.e)))
    }

    /// Draws the picture that `ssh-keygen -lv` prints, of the SHA-256 fingerprint: 11 lines, the last one without a
    /// line ending.
    #[must_use]
    pub fn randomart(&self) -> String {
        self.sha256_fingerprint().randomart(&self.randomart_title())
    }

    /// Draws the picture that `ssh-keygen -lv -E md5` prints.
    #[must_use]
    pub fn randomart_md5(&self) -> String {
        self.fingerprint().randomart(&self.randomart_title())
    }

    fn randomart_title(&self) -> String {
        alloc::format!("{} {}", self.algorithm().short_name(), self.bits())
    }

    /// Returns the known weaknesses of this (well-formed) key; empty if none were found.
    ///
    /// Includes [`Weakness::PrimeModulus`], which takes most of the time.
    #[must_use]
    pub fn weaknesses(&self) -> Vec<Weakness> {
        weaknesses(&self.blob, &Weakness::ALL)
    }

    /// Returns [`weaknesses`](Self::weaknesses), with [`Weakness::Compromised`] also for a key in `blocklist`.
    #[must_use]
    pub fn weaknesses_with(&self, blocklist: &Blocklist<'_>) -> Vec<Weakness> {
        let mut weaknesses = self.weaknesses();
        if self.blocklist_source(blocklist).is_some() && !weaknesses.contains(&Weakness::Compromised) {
            weaknesses.push(Weakness::Compromised);
            weaknesses.sort_unstable();
        }
        weaknesses
    }

    /// Looks the key up in a list of compromised keys: returns the identifier of the source that lists it.
    ///
    /// The key is found whatever its comment, RSA exponent or application. If several records list it, the first one
    /// counts.
    #[must_use]
    pub fn blocklist_source(&self, blocklist: &Blocklist<'_>) -> Option<u8> {
        blocklist.find(&self.blob)
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

impl Modulus for PublicKey {
    fn modulus(&self) -> Option<&[u8]> {
        self.blob.rsa().map(|rsa| rsa.n)
    }
}

/// Computes the MD5 fingerprint of a public key: [`PublicKey::parse`], then [`PublicKey::fingerprint`].
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

/// Compares the key blobs.
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

/// Parses as [`PublicKey::parse`] does.
impl FromStr for PublicKey {
    type Err = PublicKeyError;

    fn from_str(line: &str) -> Result<Self> {
        Self::parse(line)
    }
}

/// Parses as [`PublicKey::parse`] does.
impl TryFrom<&str> for PublicKey {
    type Error = PublicKeyError;

    fn try_from(line: &str) -> Result<Self> {
        Self::parse(line)
    }
}

/// Writes the canonical line.
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

/// Serializes as a string: the line as sent, which Nova stores and returns.
#[cfg(feature = "serde")]
impl serde::Serialize for PublicKey {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> core::result::Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.line)
    }
}

/// Deserializes from a string, under [`ImportPolicy::nova`], so a stored key is read back whatever policy it was
/// imported under. Validate a key from elsewhere with [`PublicKey::parse_with`].
#[cfg(feature = "serde")]
impl<'de> serde::Deserialize<'de> for PublicKey {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> core::result::Result<Self, D::Error> {
        let read = |line: &str| Self::parse_with(line, &ImportPolicy::nova());
        crate::error::text::deserialize(deserializer, "one line with an OpenSSH public key", read)
    }
}
