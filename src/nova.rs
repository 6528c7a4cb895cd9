//! Nova's own answer to a public key, bug for bug.
//!
//! [`verdict`] is a report that tells what a cloud has stored or will answer. Do not use it instead of
//! [`import`](crate::import): Nova accepts keys that no SSH server accepts, and records fingerprints that belong to
//! no key.
//!
//! The rule is that of `generate_fingerprint` in Nova's `crypto.py`: parse the line with `load_ssh_public_key` of
//! Python's `cryptography` package, discard the key, and compute the MD5 of the text between the first and the second
//! space of the line. The two steps read the line differently:
//!
//! | | the check | the fingerprint |
//! |---|---|---|
//! | fields end at | spaces, tabs, line ends | single spaces |
//! | bytes that are not ASCII | skipped like any other stray character | an error |
//! | what is hashed | – | all of the decoded second field, even if that is empty or the comment |
//!
//! Both decode base64 with CPython's `a2b_base64`, which skips characters outside the alphabet and stops at the first
//! padding that completes a group. (CPython 3.13, 3.14 and later read on after such padding since March 2026,
//! gh-145264. A Nova on such a release answers differently if more base64 follows the padding.) `cryptography` checks the key itself less strictly than OpenSSH: it accepts RSA of
//! any length, even moduli, and numbers with leading zeros.
//!
//! # Versions of `cryptography`
//!
//! [`verdict`] holds for `cryptography` 43 and later. Earlier versions differ for security keys and certificates
//! only; [`verdict_with`] gives their answers. Each entry names the version that introduced the rule:
//!
//! | [`Cryptography`] | versions | shipped with | `sk-` keys | certificates |
//! |---|---|---|---|---|
//! | [`V43`](Cryptography::V43) | 43 to 50 | Debian 13 | accepted | as [`V42`](Cryptography::V42) |
//! | [`V42`](Cryptography::V42) | 42 | | rejected | the value of an option must be empty or a string |
//! | [`V41`](Cryptography::V41) | 41.0.2 to 41.0.7 | Ubuntu 24.04 | rejected | nothing may follow the string in the value of an option |
//! | [`V40`](Cryptography::V40) | 40 to 41.0.1 | | rejected | kind, principals, names of options and signature are checked |
//! | [`V3`](Cryptography::V3) | 3 to 39 | Debian 12, Ubuntu 22.04 | rejected | the fields must exist; their content is not checked |
//!
//! Evidence, on CPython 3.11: 1,118 recorded lines and 6,000 generated ones, run through 26 releases from 3.0 to
//! 50.0.2. Within each range all releases gave the same answers, equal to those of this module.
//! `tests/data/nova/cryptography-versions.json` holds the lines about which the ranges differ.

use alloc::vec::Vec;
use core::fmt;

use crate::fingerprint::Md5Fingerprint;
use crate::public_key::curve::Curve;
use crate::public_key::wire::{Reader, WireError, without_leading_zeros};

/// Nova's message for every public key that it rejects.
pub(crate) const INVALID_KEY: &str = "Keypair data is invalid: failed to generate fingerprint";

/// A range of versions of Python's `cryptography` package that read public keys alike, named after the first version.
///
/// The [module documentation](self) lists what differs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Cryptography {
    /// 3.0 to 39: no security keys; the content of certificates is not checked.
    V3,
    /// 40.0 to 41.0.1: no security keys; the content of certificates is checked.
    V40,
    /// 41.0.2 to 41.0.7: as [`V40`](Self::V40), but nothing may follow the string in the value of a certificate's
    /// option.
    V41,
    /// 42.0: as [`V41`](Self::V41), and the value of a certificate's option must be empty or a string.
    V42,
    /// 43.0 and later, checked up to 50.0.2: as [`V42`](Self::V42), and security keys are accepted.
    #[default]
    V43,
}

/// Nova's answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Nova stores the line, with this fingerprint, which may differ from that of the key in the line.
    Accepted {
        /// The fingerprint that Nova records and shows.
        fingerprint: Md5Fingerprint,
    },
    /// Nova answers with status 400.
    Refused {
        /// Nova's message, the same for every key that it rejects.
        message: &'static str,
        /// The reason, which Nova does not report.
        reason: Refusal,
    },
}

impl Verdict {
    /// Returns whether Nova would store the line.
    #[must_use]
    pub fn is_accepted(&self) -> bool {
        matches!(self, Self::Accepted { .. })
    }

    /// Returns the fingerprint that Nova would record if it accepts the line.
    #[must_use]
    pub fn fingerprint(&self) -> Option<Md5Fingerprint> {
        match self {
            Self::Accepted { fingerprint } => Some(*fingerprint),
            Self::Refused { .. } => None,
        }
    }

    /// Returns Nova's message if it rejects the line.
    #[must_use]
    pub fn message(&self) -> Option<&'static str> {
        match self {
            Self::Accepted { .. } => None,
            Self::Refused { message, .. } => Some(message),
        }
    }

    /// Returns a stable name for the reason, such as `nova_base64`, if Nova rejects the line.
    #[must_use]
    pub fn code(&self) -> Option<&'static str> {
        match self {
            Self::Accepted { .. } => None,
            Self::Refused { reason, .. } => Some(reason.code()),
        }
    }
}

/// The step at which Nova's rule fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Refusal {
    /// The line does not start with two fields that are separated by spaces or tabs.
    LineFormat,
    /// The first field is not a type that `cryptography` knows.
    KeyType,
    /// The base64 of the key ends inside a group.
    Base64,
    /// The type in the blob differs from the one on the line.
    TypeMismatch,
    /// The key is truncated: a length in it runs past the end.
    Truncated,
    /// A number in the key is negative.
    Negative,
    /// Extra bytes follow the last field of the key.
    TrailingBytes,
    /// RSA: the exponent is even, less than 3 or not less than the modulus.
    RsaNumbers,
    /// DSA: p does not have 1024 bits, q does not have 160, 224 or 256, or g is not between 1 and p.
    DsaNumbers,
    /// ECDSA: the curve is not that of the type, or the point is not an uncompressed point on it.
    EcdsaPoint,
    /// Ed25519: the key does not have 32 bytes.
    Ed25519Length,
    /// Security key: the application does not start with `ssh:`.
    SkApplication,
    /// Certificate: neither user nor host, options that are out of order or malformed, or a signature that does not
    /// match the signer's type.
    Certificate,
    /// The check passed, but the line contains no single space, so it has no second field to fingerprint.
    NoSecondField,
    /// The check passed, but the text between the first and the second space is not ASCII.
    SecondFieldAscii,
    /// The check passed, but the base64 between the first and the second space ends inside a group.
    SecondFieldBase64,
}

impl Refusal {
    /// Returns a stable name in snake case.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::LineFormat => "nova_line_format",
            Self::KeyType => "nova_key_type",
            Self::Base64 => "nova_base64",
            Self::TypeMismatch => "nova_type_mismatch",
            Self::Truncated => "nova_truncated",
            Self::Negative => "nova_negative",
            Self::TrailingBytes => "nova_trailing_bytes",
            Self::RsaNumbers => "nova_rsa_numbers",
            Self::DsaNumbers => "nova_dsa_numbers",
            Self::EcdsaPoint => "nova_ecdsa_point",
            Self::Ed25519Length => "nova_ed25519_length",
            Self::SkApplication => "nova_sk_application",
            Self::Certificate => "nova_certificate",
            Self::NoSecondField => "nova_no_second_field",
            Self::SecondFieldAscii => "nova_second_field_ascii",
            Self::SecondFieldBase64 => "nova_second_field_base64",
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::LineFormat => "the line does not start with a type, spaces or tabs, and a key",
            Self::KeyType => "Nova does not know the type",
            Self::Base64 => "the base64 of the key is cut off",
            Self::TypeMismatch => "the type inside of the key is not that of the line",
            Self::Truncated => "the key is cut off",
            Self::Negative => "a number in the key is negative",
            Self::TrailingBytes => "there are bytes after the end of the key",
            Self::RsaNumbers => "the RSA exponent is even, less than 3 or not less than the modulus",
            Self::DsaNumbers => "the DSA numbers are out of range; p must have 1024 bits",
            Self::EcdsaPoint => "the point is not an uncompressed one on the curve that the type names",
            Self::Ed25519Length => "the Ed25519 key does not have 32 bytes",
            Self::SkApplication => "the application of the security key does not start with ssh:",
            Self::Certificate => "the certificate is malformed",
            Self::NoSecondField => {
                "there is no space between type and key, and Nova takes the fingerprint of what follows one"
            }
            Self::SecondFieldAscii => "what follows the first space, which Nova takes the fingerprint of, is not ASCII",
            Self::SecondFieldBase64 => {
                "what follows the first space, which Nova takes the fingerprint of, is not whole base64"
            }
        })
    }
}

/// Returns what Nova with `cryptography` 43 or later would store or answer for `public_key`, which may be any string.
///
/// ```
/// use nova_keypair::nova::{Refusal, Verdict, verdict};
///
/// let key = "AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f";
/// assert!(verdict(&format!("ssh-ed25519 {key} me@here")).is_accepted());
/// // Two spaces: the second field is empty, and what Nova records is the MD5 of nothing.
/// let recorded = verdict(&format!("ssh-ed25519  {key}")).fingerprint().unwrap();
/// assert_eq!(recorded.to_string(), "d4:1d:8c:d9:8f:00:b2:04:e9:80:09:98:ec:f8:42:7e");
/// assert!(matches!(verdict(&format!(" ssh-ed25519 {key}")), Verdict::Refused { reason: Refusal::LineFormat, .. }));
/// ```
#[must_use]
pub fn verdict(public_key: &str) -> Verdict {
    verdict_with(public_key, Cryptography::default())
}

/// Returns what Nova would store or answer for `public_key` with the given versions of `cryptography`.
///
/// ```
/// use nova_keypair::nova::{Cryptography, verdict, verdict_with};
///
/// let key = "AAAAGnNrLXNzaC1lZDI1NTE5QG9wZW5zc2guY29tAAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4fAAAABHNzaDo=";
/// let line = format!("sk-ssh-ed25519@openssh.com {key} token");
/// assert!(verdict(&line).is_accepted());
/// // Debian 12 has cryptography 38, which does not know security keys.
/// assert!(!verdict_with(&line, Cryptography::V3).is_accepted());
/// ```
#[must_use]
pub fn verdict_with(public_key: &str, cryptography: Cryptography) -> Verdict {
    match load_ssh_public_key(public_key.as_bytes(), cryptography).and_then(|()| fingerprint(public_key)) {
        Ok(fingerprint) => Verdict::Accepted { fingerprint },
        Err(reason) => Verdict::Refused { message: INVALID_KEY, reason },
    }
}

/// Computes `md5(base64.b64decode(public_key.split(' ')[1]))`.
fn fingerprint(public_key: &str) -> Result<Md5Fingerprint, Refusal> {
    let field = public_key.split(' ').nth(1).ok_or(Refusal::NoSecondField)?;
    if !field.is_ascii() {
        return Err(Refusal::SecondFieldAscii);
    }
    let data = a2b_base64(field.as_bytes()).ok_or(Refusal::SecondFieldBase64)?;
    Ok(Md5Fingerprint::of(&data))
}

/// The suffix of a certificate's type. The types of OpenSSH's own `sk-` certificates lack the `@openssh.com` in the
/// middle, so `cryptography` does not know them.
const CERTIFICATE: &[u8] = b"-cert-v01@openssh.com";

/// Checks whether `cryptography` accepts the line: it matches `\A(\S+)[ \t]+(\S+)` and parses the two fields.
fn load_ssh_public_key(line: &[u8], version: Cryptography) -> Result<(), Refusal> {
    let (line_type, rest) = split_at_whitespace(line);
    let (_blanks, rest) = rest.split_at(rest.iter().take_while(|&&byte| matches!(byte, b' ' | b'\t')).count());
    let (field, _) = split_at_whitespace(rest);
    // Without blanks between them there is no second field: the rest is empty, or starts with another kind of
    // whitespace.
    if line_type.is_empty() || field.is_empty() {
        return Err(Refusal::LineFormat);
    }
    let (key_type, is_certificate) = match line_type.strip_suffix(CERTIFICATE) {
        Some(key_type) => (key_type, true),
        None => (line_type, false),
    };
    let format = KeyFormat::from_name(key_type, version).ok_or(Refusal::KeyType)?;
    let blob = a2b_base64(field).ok_or(Refusal::Base64)?;

    let mut fields = Fields(Reader::new(&blob));
    if fields.string()? != line_type {
        return Err(Refusal::TypeMismatch);
    }
    if is_certificate {
        let _nonce = fields.string()?;
        fields.key(format)?;
        fields.certificate(version)
    } else {
        fields.key(format)?;
        fields.end()
    }
}

/// Splits off what Python's `\S*` matches on bytes.
fn split_at_whitespace(bytes: &[u8]) -> (&[u8], &[u8]) {
    let is_space = |byte: &u8| matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | 0x0b | 0x0c);
    bytes.split_at(bytes.iter().position(is_space).unwrap_or(bytes.len()))
}

/// Decodes like CPython's `binascii.a2b_base64` without strict mode; `None` represents its `binascii.Error`.
///
/// Characters outside the alphabet are skipped. `=` is skipped as well unless it completes the padding of a group
/// that has at least two characters; then decoding ends, whatever follows. Bits that the padding leaves over are
/// dropped.
fn a2b_base64(text: &[u8]) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3 + 3);
    let (mut buffer, mut held, mut padding) = (0u32, 0, 0);
    for &character in text {
        if character == b'=' {
            // Four bits are pending after two characters of a group, two after three: one `=` for every two bits.
            if matches!(held, 2 | 4) {
                padding += 2;
                if padding >= held {
                    return Some(bytes);
                }
            }
            continue;
        }
        let sextet = match character {
            b'A'..=b'Z' => character - b'A',
            b'a'..=b'z' => character - b'a' + 26,
            b'0'..=b'9' => character - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => continue,
        };
        padding = 0;
        buffer = buffer << 6 | u32::from(sextet);
        held += 6;
        if held >= 8 {
            held -= 8;
            bytes.push((buffer >> held) as u8);
        }
    }
    (held == 0).then_some(bytes)
}

/// The entries of `cryptography`'s `_KEY_FORMATS`.
#[derive(Clone, Copy)]
enum KeyFormat {
    Rsa,
    Dsa,
    Ecdsa(Curve),
    Ed25519,
    SkEcdsa,
    SkEd25519,
}

impl KeyFormat {
    fn from_name(name: &[u8], version: Cryptography) -> Option<Self> {
        let has_security_keys = version >= Cryptography::V43;
        Some(match name {
            b"ssh-rsa" => Self::Rsa,
            b"ssh-dss" => Self::Dsa,
            b"ecdsa-sha2-nistp256" => Self::Ecdsa(Curve::NistP256),
            b"ecdsa-sha2-nistp384" => Self::Ecdsa(Curve::NistP384),
            b"ecdsa-sha2-nistp521" => Self::Ecdsa(Curve::NistP521),
            b"ssh-ed25519" => Self::Ed25519,
            b"sk-ecdsa-sha2-nistp256@openssh.com" if has_security_keys => Self::SkEcdsa,
            b"sk-ssh-ed25519@openssh.com" if has_security_keys => Self::SkEd25519,
            _ => return None,
        })
    }
}

impl From<WireError> for Refusal {
    fn from(_: WireError) -> Self {
        Self::Truncated
    }
}

/// The fields of a blob, as `cryptography` reads them.
struct Fields<'a>(Reader<'a>);

impl<'a> Fields<'a> {
    fn string(&mut self) -> Result<&'a [u8], Refusal> {
        Ok(self.0.string()?)
    }

    /// Reads an mpint and drops its leading zeros, of which any number is allowed.
    fn mpint(&mut self) -> Result<Natural<'a>, Refusal> {
        let field = self.string()?;
        if field.first().is_some_and(|&first| first & 0x80 != 0) {
            return Err(Refusal::Negative);
        }
        Ok(Natural(without_leading_zeros(field)))
    }

    fn end(&self) -> Result<(), Refusal> {
        if self.0.is_empty() { Ok(()) } else { Err(Refusal::TrailingBytes) }
    }

    fn key(&mut self, format: KeyFormat) -> Result<(), Refusal> {
        match format {
            KeyFormat::Rsa => self.rsa(),
            KeyFormat::Dsa => self.dsa(),
            KeyFormat::Ecdsa(curve) => self.ecdsa(curve),
            KeyFormat::Ed25519 => self.ed25519(),
            KeyFormat::SkEcdsa => self.ecdsa(Curve::NistP256).and_then(|()| self.application()),
            KeyFormat::SkEd25519 => self.ed25519().and_then(|()| self.application()),
        }
    }

    /// Checks that 3 ≤ e < n and e is odd; n may be even, and 4 is enough.
    fn rsa(&mut self) -> Result<(), Refusal> {
        let (e, n) = (self.mpint()?, self.mpint()?);
        if e.is_odd() && e > Natural(&[1]) && e < n { Ok(()) } else { Err(Refusal::RsaNumbers) }
    }

    /// Checks lengths and range only: not y, nor whether p and q are primes.
    fn dsa(&mut self) -> Result<(), Refusal> {
        let [p, q, g, _y] = [self.mpint()?, self.mpint()?, self.mpint()?, self.mpint()?];
        let sound = p.bits() == 1024 && matches!(q.bits(), 160 | 224 | 256) && g > Natural(&[1]) && g < p;
        if sound { Ok(()) } else { Err(Refusal::DsaNumbers) }
    }

    fn ecdsa(&mut self, curve: Curve) -> Result<(), Refusal> {
        let (name, point) = (self.string()?, self.string()?);
        let on_curve = curve.split_point(point).is_some_and(|(x, y)| curve.contains(x, y));
        if name == curve.name().as_bytes() && on_curve { Ok(()) } else { Err(Refusal::EcdsaPoint) }
    }

    /// Accepts any 32 bytes.
    fn ed25519(&mut self) -> Result<(), Refusal> {
        if self.string()?.len() == 32 { Ok(()) } else { Err(Refusal::Ed25519Length) }
    }

    fn application(&mut self) -> Result<(), Refusal> {
        if self.string()?.starts_with(b"ssh:") { Ok(()) } else { Err(Refusal::SkApplication) }
    }

    /// Checks the fields that follow the key in a certificate (OpenSSH's PROTOCOL.certkeys).
    fn certificate(&mut self, version: Cryptography) -> Result<(), Refusal> {
        let _serial = self.0.uint64()?;
        let kind = self.0.uint32()?;
        let _key_id = self.string()?;
        let principals = self.string()?;
        let _valid = (self.0.uint64()?, self.0.uint64()?);
        let option_lists = [self.string()?, self.string()?];
        let _reserved = self.string()?;
        let (signer, signature) = (self.string()?, self.string()?);
        self.end()?;
        if version < Cryptography::V40 {
            return Ok(());
        }

        // 1 is a user certificate, 2 a host certificate.
        if !matches!(kind, 1 | 2) {
            return Err(Refusal::Certificate);
        }
        let mut principals = Fields(Reader::new(principals));
        while !principals.0.is_empty() {
            principals.string()?;
        }
        for list in option_lists {
            options(list, version)?;
        }
        Fields(Reader::new(signature)).signature(Fields(Reader::new(signer)).string()?)
    }

    /// Checks that the signature of a certificate has the type of a key of type `signer_type`. The signature is not
    /// verified, and the rest of the signer's key is not read.
    fn signature(&mut self, signer_type: &[u8]) -> Result<(), Refusal> {
        let signature_type = self.string()?;
        let _signature = self.string()?;
        self.end()?;
        let fits = match signer_type {
            b"ssh-rsa" => [&b"ssh-rsa"[..], b"rsa-sha2-256", b"rsa-sha2-512"].contains(&signature_type),
            _ => signature_type == signer_type,
        };
        if fits { Ok(()) } else { Err(Refusal::Certificate) }
    }
}

/// Checks critical options or extensions: names in ascending order, each with a value. The value is empty or a string
/// inside a string, which 41.0.2 began to check and 42 requires.
fn options(field: &[u8], version: Cryptography) -> Result<(), Refusal> {
    let mut options = Fields(Reader::new(field));
    let mut last = None;
    while !options.0.is_empty() {
        let name = options.string()?;
        if last.is_some_and(|last| name <= last) {
            return Err(Refusal::Certificate);
        }
        last = Some(name);
        let mut value = Fields(Reader::new(options.string()?));
        if version < Cryptography::V41 || value.0.is_empty() {
            continue;
        }
        match value.string() {
            Err(_) if version < Cryptography::V42 => {}
            inner => inner.and_then(|_| value.end())?,
        }
    }
    Ok(())
}

/// A natural number, big-endian and without leading zeros, ordered by value.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Natural<'a>(&'a [u8]);

impl Natural<'_> {
    fn is_odd(self) -> bool {
        self.0.last().is_some_and(|last| last & 1 == 1)
    }

    fn bits(self) -> usize {
        self.0.first().map_or(0, |first| 8 * self.0.len() - first.leading_zeros() as usize)
    }
}

impl PartialOrd for Natural<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<core::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Natural<'_> {
    fn cmp(&self, other: &Self) -> core::cmp::Ordering {
        (self.0.len(), self.0).cmp(&(other.0.len(), other.0))
    }
}
