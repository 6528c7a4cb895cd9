//! [`PrivateKey`]: an RSA private key, its encodings, and zeroization on drop.

mod openssh;
mod pem;
mod pkcs;

pub(crate) mod error;
mod format;
mod key_spec;

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use rand_core::TryCryptoRng;
use zeroize::Zeroizing;

pub use format::PrivateKeyFormat;
pub use key_spec::KeySpec;

use crate::error::Result;
use crate::keygen::error::GenerateError;
use crate::keygen::{self, RsaComponents};
use crate::policy::ImportPolicy;
#[cfg(feature = "encryption")]
use crate::private_key::error::PrivateKeyError;
use crate::private_key::error::PrivateKeyErrorKind;
use crate::public_key::PublicKey;
use crate::public_key::error::PublicKeyError;

/// The comment of the keys that Nova generated. It has no spaces, because cloud-init before 0.7.2 fails on them.
pub const DEFAULT_COMMENT: &str = "Generated-by-Nova";

/// The longest comment in bytes: with it, the public line of the longest key still fits the 1024 bytes of the
/// documented interface.
const MAX_COMMENT: usize = 255;

/// An RSA private key.
///
/// It cannot be cloned, compared or serialized, `Debug` prints its public half only, and its memory is zeroized on
/// drop. The encodings are zeroized on drop as well; copies that a caller creates of them are the caller's
/// responsibility.
pub struct PrivateKey {
    rsa: RsaComponents,
    public_key: PublicKey,
}

impl PrivateKey {
    /// Generates a key from random bytes: FIPS 186-5, A.1.3, with e = 65537.
    ///
    /// The same bytes give the same key. The generator is read ahead, so more bytes may be consumed than the key
    /// needs. Each prime candidate is one read of half as many bits as the key has. A generator that is a value of no
    /// bytes, like `OsRng`, has no state that a read could depend on; many candidates are read from it
    /// at a time.
    ///
    /// # Errors
    /// [`GenerateError::RngFailed`] if the generator fails, [`GenerateError::RngRepeats`] if it repeats itself, and
    /// [`GenerateError::TooManyCandidates`] or [`GenerateError::PrimesTooClose`] if its numbers are not random. A
    /// processor or memory fault may be reported as [`GenerateError::PairwiseTestFailed`]. No key is returned in any
    /// of these cases.
    pub fn generate<R: TryCryptoRng + ?Sized>(spec: KeySpec, rng: &mut R) -> Result<Self, GenerateError> {
        Self::from_components(keygen::generate(spec.bits(), rng)?)
    }

    /// Derives the key that belongs to a seed: C2SP det-keygen. The same seed gives the same key on every platform
    /// and in every version, so the seed is as secret as the key.
    ///
    /// The seed must have at least 16 bytes; 32 bytes from a random number generator are recommended.
    ///
    /// # Errors
    /// [`GenerateError::SeedTooShort`] for a seed of fewer than 16 bytes.
    pub fn from_seed(seed: &[u8], spec: KeySpec) -> Result<Self, GenerateError> {
        Self::from_components(keygen::from_seed(seed, spec.bits())?)
    }

    pub(crate) fn from_components(rsa: RsaComponents) -> Result<Self, GenerateError> {
        let public_key = public_key(&rsa.n, DEFAULT_COMMENT).map_err(|_| GenerateError::EncodingFailed)?;
        Ok(Self { rsa, public_key })
    }

    /// Replaces the comment in the public key and in the OpenSSH private key.
    ///
    /// # Errors
    /// [`PrivateKeyErrorKind::InvalidComment`] if the comment has more than 255 bytes, a control character, or
    /// whitespace at an edge; a [`PublicKeyError`] if an import would reject it. The key keeps
    /// its comment then.
    pub fn set_comment(&mut self, comment: &str) -> Result<()> {
        let inner = comment.trim();
        let bad = comment.char_indices().find(|(_, c)| c.is_control()).map(|(position, _)| position);
        let bad = bad.or((comment.trim_start() != comment).then_some(0));
        let bad = bad.or((inner != comment).then_some(inner.len()));
        let bad = bad.or((comment.len() > MAX_COMMENT).then_some(MAX_COMMENT));
        if let Some(position) = bad {
            return Err(PrivateKeyErrorKind::InvalidComment.at(position).into());
        }
        self.public_key = public_key(&self.rsa.n, comment)?;
        Ok(())
    }

    /// Returns the public half.
    #[must_use]
    pub fn public_key(&self) -> &PublicKey {
        &self.public_key
    }

    /// Encodes the key in OpenSSH's format: PEM with the label `OPENSSH PRIVATE KEY`, lines of 70 characters that end
    /// with LF.
    #[must_use]
    pub fn to_openssh(&self) -> Zeroizing<String> {
        pem::encode("OPENSSH PRIVATE KEY", 70, &openssh::file(&self.rsa, self.public_key.comment()))
    }

    /// Encodes the key in OpenSSH's format, encrypted: aes256-ctr under a key that bcrypt-pbkdf derives from the
    /// passphrase in 16 rounds, with a salt from `rng`.
    ///
    /// # Errors
    /// [`PrivateKeyErrorKind::EmptyPassphrase`]; [`GenerateError::RngFailed`] if the generator fails.
    #[cfg(feature = "encryption")]
    pub fn to_openssh_encrypted<R: TryCryptoRng + ?Sized>(
        &self,
        passphrase: impl AsRef<[u8]>,
        rng: &mut R,
    ) -> Result<Zeroizing<String>> {
        let passphrase = passphrase.as_ref();
        if passphrase.is_empty() {
            return Err(PrivateKeyError::from(PrivateKeyErrorKind::EmptyPassphrase).into());
        }
        let check = rng.try_next_u32().map_err(|_| GenerateError::RngFailed)?;
        let mut salt = [0; openssh::encrypted::SALT_LENGTH];
        rng.try_fill_bytes(&mut salt).map_err(|_| GenerateError::RngFailed)?;
        let file = openssh::encrypted::file(&self.rsa, self.public_key.comment(), passphrase, check, &salt)
            .ok_or(PrivateKeyError::from(PrivateKeyErrorKind::EmptyPassphrase))?;
        Ok(pem::encode("OPENSSH PRIVATE KEY", 70, &file))
    }

    /// Encodes the key in PKCS#1 (RFC 8017, appendix A.1.2): PEM with the label `RSA PRIVATE KEY`, lines of 64
    /// characters that end with LF. The format has no place for the comment.
    #[must_use]
    pub fn to_pkcs1_pem(&self) -> Zeroizing<String> {
        pem::encode("RSA PRIVATE KEY", 64, &pkcs::pkcs1(&self.rsa))
    }

    /// Encodes the key in PKCS#8 (RFC 5208): PEM with the label `PRIVATE KEY`, lines of 64 characters that end with LF.
    /// The format has no place for the comment.
    #[must_use]
    pub fn to_pkcs8_pem(&self) -> Zeroizing<String> {
        pem::encode("PRIVATE KEY", 64, &self.to_pkcs8_der())
    }

    /// Encodes the key in PKCS#8, in DER. Its SHA-1 is AWS's fingerprint of a generated key.
    #[must_use]
    pub fn to_pkcs8_der(&self) -> Zeroizing<Vec<u8>> {
        pkcs::pkcs8(&self.rsa)
    }

    /// Encodes the key in `format`, without encryption.
    #[must_use]
    pub fn to_format(&self, format: PrivateKeyFormat) -> Zeroizing<String> {
        match format {
            PrivateKeyFormat::OpenSsh => self.to_openssh(),
            PrivateKeyFormat::Pkcs1 => self.to_pkcs1_pem(),
            PrivateKeyFormat::Pkcs8 => self.to_pkcs8_pem(),
        }
    }
}

fn public_key(n: &[u8], comment: &str) -> Result<PublicKey, PublicKeyError> {
    // The size limit applies to imports: the engine's tests generate keys that exceed it.
    PublicKey::parse_with(&openssh::public_line(n, comment), &ImportPolicy::nova())
}

/// Converts to the private key type of the crate `rsa`, which validates the numbers again; for the keys of this crate
/// that always succeeds.
///
/// ```
/// # use nova_keypair::{KeySpec, PrivateKey};
/// # #[allow(deprecated)]
/// # fn main() -> Result<(), Box<dyn core::error::Error>> {
/// let private_key = PrivateKey::from_seed(&[7; 32], KeySpec::Rsa2048)?;
/// let signing_key = rsa::RsaPrivateKey::try_from(&private_key)?;
/// # assert!(signing_key.validate().is_ok());
/// # Ok(())
/// # }
/// ```
#[cfg(feature = "rsa")]
#[allow(deprecated, reason = "`rsa::PrivateKey` in 0.10.0, but candidates have the old name alone")]
impl TryFrom<&PrivateKey> for rsa::RsaPrivateKey {
    type Error = rsa::Error;

    fn try_from(key: &PrivateKey) -> core::result::Result<Self, rsa::Error> {
        let RsaComponents { n, d, p, q, .. } = &key.rsa;
        // The name states that the precision follows from the lengths, which depend on the key size only.
        let [n, e, d, p, q] =
            [n, &RsaComponents::PUBLIC_EXPONENT[..], d, p, q].map(rsa::BoxedUint::from_be_slice_vartime);
        Self::from_components(n, e, d, alloc::vec![p, q])
    }
}

impl fmt::Debug for PrivateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PrivateKey").field("public_key", &self.public_key).finish_non_exhaustive()
    }
}
