//! Fingerprints of public keys, in every style in use: Nova's MD5, OpenSSH's SHA-256, the two of AWS, and randomart.
//!
//! MD5 is used because the interface records it. It identifies a key but does not authenticate it: anyone who can
//! generate two keys with the same MD5 fingerprint can pass one off as the other. Compare SHA-256 fingerprints where
//! security depends on the result.

pub(crate) mod error;
mod randomart;

use alloc::string::String;
use core::cmp::Ordering;
use core::fmt;
use core::hash::{Hash, Hasher};
use core::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use subtle::ConstantTimeEq;

use crate::error::text::text_form;
use error::FingerprintError;
use randomart::randomart;

/// Computes the MD5 of `data`. No other function of the crate computes MD5.
///
/// This is plain Rust, so it also works on a host whose OpenSSL runs in FIPS mode. Where a policy forbids MD5
/// altogether, replace this function; parsing, policies, weaknesses, key generation and all other fingerprints work
/// without it.
fn md5(data: &[u8]) -> [u8; 16] {
    use md5::Digest as _;
    md5::Md5::digest(data).into()
}

/// Defines a type for a digest of fixed length, with constant-time equality and the traits that do not depend on the
/// style.
macro_rules! digest {
    ($name:ident, $bytes:literal) => {
        impl $name {
            /// Creates a fingerprint from the bytes of the digest.
            pub const fn from_bytes(bytes: [u8; $bytes]) -> Self {
                Self(bytes)
            }

            /// Returns the bytes of the digest.
            pub const fn as_bytes(&self) -> &[u8; $bytes] {
                &self.0
            }
        }

        impl AsRef<[u8]> for $name {
            fn as_ref(&self) -> &[u8] {
                &self.0
            }
        }

        /// Compares in constant time.
        impl PartialEq for $name {
            fn eq(&self, other: &Self) -> bool {
                self.0.ct_eq(&other.0).into()
            }
        }

        impl Eq for $name {}

        /// Compares the bytes in order; not in constant time.
        impl Ord for $name {
            fn cmp(&self, other: &Self) -> Ordering {
                self.0.cmp(&other.0)
            }
        }

        impl PartialOrd for $name {
            fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
                Some(self.cmp(other))
            }
        }

        impl Hash for $name {
            fn hash<H: Hasher>(&self, state: &mut H) {
                self.0.hash(state);
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({self})", stringify!($name))
            }
        }

        text_form!($name, "a fingerprint", str::parse);
    };
}

/// The MD5 fingerprint, which Nova records: `35:9d:d0:…`.
///
/// `Display` writes Nova's format. [`FromStr`] accepts that format and the common variants: upper case, no colons,
/// the prefix `MD5:`, or the line that `ssh-keygen -l -E md5` prints.
#[derive(Clone, Copy)]
pub struct Md5Fingerprint([u8; 16]);

digest!(Md5Fingerprint, 16);

impl Md5Fingerprint {
    pub(crate) fn of(data: &[u8]) -> Self {
        Self(md5(data))
    }

    /// Formats the fingerprint as 32 hexadecimal digits without colons.
    #[must_use]
    pub fn to_hex(&self) -> String {
        hex(&self.0)
    }

    /// Draws the picture that `ssh-keygen -lv -E md5` prints, where `title` is such as `RSA 2048`. See
    /// [`PublicKey::randomart`](crate::PublicKey::randomart).
    pub(crate) fn randomart(&self, title: &str) -> String {
        randomart(&self.0, title, "MD5")
    }
}

impl fmt::Display for Md5Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        colon_hex(&self.0, f)
    }
}

impl FromStr for Md5Fingerprint {
    type Err = FingerprintError;

    fn from_str(text: &str) -> Result<Self, FingerprintError> {
        let text = ssh_keygen_field(text);
        let text = strip_prefix_ignoring_case(text, "MD5:").unwrap_or(text);
        parse_hex(text).map(Self).ok_or(FingerprintError::Unrecognized)
    }
}

/// The SHA-256 fingerprint, which OpenSSH prints: `SHA256:` and base64 without padding.
///
/// [`FromStr`] also accepts it with padding, without `SHA256:`, or as the line that `ssh-keygen -l` prints.
#[derive(Clone, Copy)]
pub struct Sha256Fingerprint([u8; 32]);

digest!(Sha256Fingerprint, 32);

impl Sha256Fingerprint {
    pub(crate) fn of(data: &[u8]) -> Self {
        use sha2::Digest as _;
        Self(sha2::Sha256::digest(data).into())
    }

    pub(crate) fn randomart(&self, title: &str) -> String {
        randomart(&self.0, title, "SHA256")
    }
}

impl fmt::Display for Sha256Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SHA256:{}", STANDARD_NO_PAD.encode(self.0))
    }
}

impl FromStr for Sha256Fingerprint {
    type Err = FingerprintError;

    fn from_str(text: &str) -> Result<Self, FingerprintError> {
        let text = ssh_keygen_field(text);
        let text = strip_prefix_ignoring_case(text, "SHA256:").unwrap_or(text);
        let text = text.strip_suffix('=').unwrap_or(text);
        let mut bytes = [0; 32];
        // Check the length first, so that long text is not decoded in vain.
        let whole = text.len() == 43 && STANDARD_NO_PAD.decode_slice_unchecked(text, &mut bytes).is_ok_and(|n| n == 32);
        if whole { Ok(Self(bytes)) } else { Err(FingerprintError::Unrecognized) }
    }
}

/// The fingerprint that AWS shows for an RSA pair that it generated: SHA-1 of the private key in PKCS#8 DER, as colon
/// hex.
///
/// For an imported RSA key AWS shows
/// [`PublicKey::aws_imported_fingerprint`](crate::PublicKey::aws_imported_fingerprint) instead, and for Ed25519 the
/// SHA-256 fingerprint of OpenSSH.
#[derive(Clone, Copy)]
pub struct AwsGeneratedFingerprint([u8; 20]);

digest!(AwsGeneratedFingerprint, 20);

impl AwsGeneratedFingerprint {
    /// Computes the fingerprint from the unencrypted private key in PKCS#8 DER.
    #[must_use]
    pub fn of_pkcs8_der(der: &[u8]) -> Self {
        use sha1::Digest as _;
        Self(sha1::Sha1::digest(der).into())
    }
}

impl fmt::Display for AwsGeneratedFingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        colon_hex(&self.0, f)
    }
}

impl FromStr for AwsGeneratedFingerprint {
    type Err = FingerprintError;

    fn from_str(text: &str) -> Result<Self, FingerprintError> {
        parse_hex(text.trim()).map(Self).ok_or(FingerprintError::Unrecognized)
    }
}

fn colon_hex(bytes: &[u8], f: &mut fmt::Formatter<'_>) -> fmt::Result {
    for (i, byte) in bytes.iter().enumerate() {
        let colon = if i == 0 { "" } else { ":" };
        write!(f, "{colon}{byte:02x}")?;
    }
    Ok(())
}

fn hex(bytes: &[u8]) -> String {
    bytes
        .iter()
        .flat_map(|byte| [byte >> 4, byte & 15])
        .filter_map(|digit| char::from_digit(digit.into(), 16))
        .collect()
}

/// Parses two digits per byte, in either case, with colons between all of them or none.
fn parse_hex<const N: usize>(text: &str) -> Option<[u8; N]> {
    let step = match text.len() {
        length if length == 2 * N => 2,
        length if length + 1 == 3 * N => 3,
        _ => return None,
    };
    let mut bytes = [0; N];
    for (byte, group) in bytes.iter_mut().zip(text.as_bytes().chunks(step)) {
        let (high, low) = match *group {
            [high, low] | [high, low, b':'] => (high, low),
            _ => return None,
        };
        let digit = |c: u8| char::from(c).to_digit(16).and_then(|d| u8::try_from(d).ok());
        *byte = (digit(high)? << 4) | digit(low)?;
    }
    Some(bytes)
}

/// Extracts the fingerprint from a line of `ssh-keygen -l`, `2048 SHA256:… comment (RSA)`; any other text is only
/// trimmed.
fn ssh_keygen_field(text: &str) -> &str {
    let text = text.trim();
    let mut fields = text.split_ascii_whitespace();
    match (fields.next(), fields.next()) {
        (Some(bits), Some(fingerprint)) if bits.bytes().all(|c| c.is_ascii_digit()) => fingerprint,
        _ => text,
    }
}

fn strip_prefix_ignoring_case<'a>(text: &'a str, prefix: &str) -> Option<&'a str> {
    let (head, rest) = text.split_at_checked(prefix.len())?;
    head.eq_ignore_ascii_case(prefix).then_some(rest)
}
