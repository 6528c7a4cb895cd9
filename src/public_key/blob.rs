//! The blob of a public key, parsed and checked: the type and its fields.
//!
//! The formats are those of RFC 4253, section 6.6 (RSA, DSA), RFC 5656, section 3.1 (ECDSA), RFC 8709, section 4
//! (Ed25519) and OpenSSH's PROTOCOL.u2f (security keys).
//!
//! Only the canonical encoding of a key that both OpenSSH and Nova accept is accepted. OpenSSH re-encodes a key
//! before hashing it and Nova hashes the bytes it was sent, so a non-canonical encoding would have two fingerprints.

use alloc::vec::Vec;

use crate::algorithm::{Algorithm, is_certificate};
use crate::public_key::curve::Curve;
use crate::public_key::error::{PublicKeyErrorKind as Kind, Result};
use crate::public_key::wire::{Reader, WireError};

/// OpenSSH's `SSH_RSA_MINIMUM_MODULUS_SIZE`; `ssh-keygen` rejects shorter keys.
pub(crate) const RSA_MIN_BITS: u32 = 1024;

/// OpenSSH's `OPENSSL_RSA_MAX_MODULUS_BITS` and its `SSHBUF_MAX_BIGNUM`; `ssh-keygen` rejects longer keys.
pub(crate) const RSA_MAX_BITS: u32 = 16384;

/// The longest blob of any type: above the 4119 bytes of RSA with 16384 bits in both modulus and exponent. Only an
/// `sk-` key could be longer, with an application of several thousand bytes.
pub(crate) const MAX_BYTES: usize = 6144;

/// A blob that has passed every check of its type.
#[derive(Clone)]
pub(crate) struct KeyBlob {
    bytes: Vec<u8>,
    algorithm: Algorithm,
    bits: u32,
}

/// The numbers of an RSA key: big-endian, without leading zeros.
#[derive(Clone, Copy)]
pub(crate) struct RsaNumbers<'a> {
    /// The public exponent: odd, from 3 to n - 1.
    pub(crate) e: &'a [u8],
    /// The modulus: odd, of [`RSA_MIN_BITS`] to [`RSA_MAX_BITS`] bits.
    pub(crate) n: &'a [u8],
}

impl KeyBlob {
    /// Checks `bytes`, whose type on the line is `algorithm`.
    ///
    /// Errors give positions in the line, where the base64 of the blob starts at `base64_position`.
    pub(crate) fn parse(bytes: Vec<u8>, algorithm: Algorithm, base64_position: usize) -> Result<Self> {
        let mut fields = Fields { reader: Reader::new(&bytes), base64_position };
        fields.algorithm(algorithm)?;
        let bits = match algorithm {
            Algorithm::Rsa => fields.rsa()?,
            Algorithm::Dsa => fields.dsa()?,
            Algorithm::EcdsaNistP256 => fields.ecdsa(Curve::NistP256)?,
            Algorithm::EcdsaNistP384 => fields.ecdsa(Curve::NistP384)?,
            Algorithm::EcdsaNistP521 => fields.ecdsa(Curve::NistP521)?,
            Algorithm::Ed25519 => fields.ed25519()?,
            Algorithm::SkEcdsaNistP256 => {
                let bits = fields.ecdsa(Curve::NistP256)?;
                fields.application()?;
                bits
            }
            Algorithm::SkEd25519 => {
                let bits = fields.ed25519()?;
                fields.application()?;
                bits
            }
        };
        fields.end()?;
        Ok(Self { bytes, algorithm, bits })
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    pub(crate) fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// Returns the size that `ssh-keygen` prints: that of the RSA modulus, the DSA prime or the curve.
    pub(crate) fn bits(&self) -> u32 {
        self.bits
    }

    /// Returns one number of the key, big-endian and without leading zeros: the modulus n (RSA), y (DSA), the x of the
    /// point (ECDSA), or the 32 bytes of an Ed25519 key, read as a big-endian number.
    pub(crate) fn number(&self) -> &[u8] {
        let number = read_number(&self.bytes, self.algorithm);
        debug_assert!(number.is_ok(), "the fields of a blob that was parsed");
        number.unwrap_or_default()
    }

    /// Returns the numbers, if this is an RSA key.
    pub(crate) fn rsa(&self) -> Option<RsaNumbers<'_>> {
        if self.algorithm != Algorithm::Rsa {
            return None;
        }
        let numbers = RsaNumbers::read(&self.bytes);
        debug_assert!(numbers.is_ok(), "the fields of a blob that was parsed");
        numbers.ok()
    }
}

/// Reads the number that identifies the private key: see [`KeyBlob::number`].
fn read_number(blob: &[u8], algorithm: Algorithm) -> core::result::Result<&[u8], WireError> {
    let mut reader = Reader::new(blob);
    let _name = reader.string()?;
    let number = match algorithm {
        Algorithm::Rsa => {
            let _e = reader.mpint()?;
            reader.mpint()?
        }
        Algorithm::Dsa => {
            let [_p, _q, _g] = [reader.mpint()?, reader.mpint()?, reader.mpint()?];
            reader.mpint()?
        }
        Algorithm::EcdsaNistP256 | Algorithm::EcdsaNistP384 | Algorithm::EcdsaNistP521 | Algorithm::SkEcdsaNistP256 => {
            let _curve = reader.string()?;
            // The point is the byte 4, then x and y with the same length.
            let coordinates = reader.string()?.split_first().map_or(&[][..], |(_, coordinates)| coordinates);
            coordinates.get(..coordinates.len() / 2).unwrap_or_default()
        }
        Algorithm::Ed25519 | Algorithm::SkEd25519 => reader.string()?,
    };
    let zeros = number.iter().take_while(|&&byte| byte == 0).count();
    Ok(number.get(zeros..).unwrap_or_default())
}

impl<'a> RsaNumbers<'a> {
    fn read(blob: &'a [u8]) -> core::result::Result<Self, WireError> {
        let mut reader = Reader::new(blob);
        let _name = reader.string()?;
        Ok(Self { e: reader.mpint()?, n: reader.mpint()? })
    }
}

/// Reads the fields of a blob in order and tracks their positions in the line.
struct Fields<'a> {
    reader: Reader<'a>,
    base64_position: usize,
}

impl<'a> Fields<'a> {
    /// Returns the position of the next field in the line: that of the group of four characters that encodes its
    /// first byte.
    fn position(&self) -> usize {
        self.base64_position + self.reader.offset() / 3 * 4
    }

    fn string(&mut self) -> Result<&'a [u8]> {
        let position = self.position();
        self.reader.string().map_err(|_| Kind::IsTruncated.at(position))
    }

    /// Reads a number: its position in the line, and its magnitude.
    fn mpint(&mut self, field: &'static str) -> Result<(usize, &'a [u8])> {
        let position = self.position();
        match self.reader.mpint() {
            Ok(magnitude) => Ok((position, magnitude)),
            Err(WireError::Truncated) => Err(Kind::IsTruncated.at(position)),
            Err(WireError::NonMinimal) => Err(Kind::NonMinimalMpint { field }.at(position)),
            Err(WireError::Negative) => Err(Kind::NegativeMpint { field }.at(position)),
        }
    }

    /// Checks that the type in the blob is the one on the line: programs that use different ones would disagree about
    /// the key.
    fn algorithm(&mut self, algorithm: Algorithm) -> Result<()> {
        let position = self.position();
        let name = self.string()?;
        if name == algorithm.as_str().as_bytes() {
            return Ok(());
        }
        if is_certificate(name) {
            return Err(Kind::IsCertificate.at(position));
        }
        let blob = Algorithm::from_name(name).map_or("unknown", Algorithm::as_str);
        Err(Kind::TypeMismatch { line: algorithm.as_str(), blob }.at(0))
    }

    fn rsa(&mut self) -> Result<u32> {
        let (e_position, e) = self.mpint("the exponent e")?;
        let (n_position, n) = self.mpint("the modulus n")?;

        let bits = bit_length(n);
        if bits < RSA_MIN_BITS {
            return Err(Kind::RsaTooShort { bits, minimum: RSA_MIN_BITS }.into());
        }
        if bits > RSA_MAX_BITS {
            return Err(Kind::RsaTooLong { bits, maximum: RSA_MAX_BITS }.into());
        }
        if is_even(n) {
            return Err(Kind::RsaModulusIsEven.at(n_position));
        }
        let exponent = |fault| Kind::InvalidRsaExponent { fault }.at(e_position);
        if matches!(e, [] | [1 | 2]) {
            return Err(exponent("is less than 3"));
        }
        if is_even(e) {
            return Err(exponent("is even"));
        }
        if !is_less(e, n) {
            return Err(exponent("is not less than the modulus"));
        }
        Ok(bits)
    }

    fn dsa(&mut self) -> Result<u32> {
        let (p_position, p) = self.mpint("p")?;
        let (q_position, q) = self.mpint("q")?;
        let (g_position, g) = self.mpint("g")?;
        let (y_position, y) = self.mpint("y")?;
        // Before 10.0, OpenSSH signed with 1024-bit p and 160-bit q only (FIPS 186-2). Nova rejects other lengths of
        // p.
        let bits = bit_length(p);
        if bits != 1024 {
            return Err(Kind::UnsupportedDsaSize { bits }.into());
        }
        if is_even(p) {
            return Err(Kind::InvalidDsaParameter { name: "p", rule: "odd" }.at(p_position));
        }
        if bit_length(q) != 160 || is_even(q) {
            return Err(Kind::InvalidDsaParameter { name: "q", rule: "odd and 160 bits long" }.at(q_position));
        }
        if matches!(g, [] | [1]) || !is_less(g, p) {
            return Err(Kind::InvalidDsaParameter { name: "g", rule: "greater than 1 and less than p" }.at(g_position));
        }
        if matches!(y, [] | [1]) || !is_less(y, p) {
            return Err(Kind::InvalidDsaParameter { name: "y", rule: "greater than 1 and less than p" }.at(y_position));
        }
        Ok(bits)
    }

    fn ecdsa(&mut self, curve: Curve) -> Result<u32> {
        let position = self.position();
        if self.string()? != curve.name().as_bytes() {
            return Err(Kind::CurveMismatch { expected: curve.name() }.at(position));
        }
        let position = self.position();
        let (x, y) = curve
            .split_point(self.string()?)
            .ok_or(Kind::PointNotUncompressed { expected: 1 + 2 * curve.coordinate_bytes() }.at(position))?;
        if !curve.contains(x, y) {
            return Err(Kind::PointNotOnCurve.at(position));
        }
        if !curve.openssh_accepts(x, y) {
            return Err(Kind::CoordinateOutOfRange.at(position));
        }
        Ok(curve.bits())
    }

    /// Accepts any 32 bytes. Neither OpenSSH nor Nova checks that they encode a point; if they do not, no signature
    /// ever verifies.
    fn ed25519(&mut self) -> Result<u32> {
        let position = self.position();
        let key = self.string()?;
        if key.len() != 32 {
            return Err(Kind::InvalidEd25519Length { bytes: key.len() }.at(position));
        }
        Ok(256)
    }

    /// Checks the application. OpenSSH reads it as a C string, so it would drop a trailing NUL and print another
    /// fingerprint; Nova requires `ssh:`.
    fn application(&mut self) -> Result<()> {
        let position = self.position();
        let application = self.string()?;
        if !application.starts_with(b"ssh:") || application.contains(&0) {
            return Err(Kind::InvalidSkApplication.at(position));
        }
        Ok(())
    }

    fn end(&self) -> Result<()> {
        match self.reader.rest() {
            [] => Ok(()),
            extra => Err(Kind::ExtraBytes { bytes: extra.len() }.at(self.position())),
        }
    }
}

/// Returns the bit length of a big-endian number without leading zeros.
fn bit_length(magnitude: &[u8]) -> u32 {
    let Some(first) = magnitude.first() else { return 0 };
    debug_assert!(magnitude.len() <= MAX_BYTES && *first != 0);
    8 * magnitude.len() as u32 - first.leading_zeros()
}

fn is_even(magnitude: &[u8]) -> bool {
    magnitude.last().is_none_or(|last| last & 1 == 0)
}

/// Returns whether `a < b`, both big-endian and without leading zeros.
fn is_less(a: &[u8], b: &[u8]) -> bool {
    (a.len(), a) < (b.len(), b)
}
