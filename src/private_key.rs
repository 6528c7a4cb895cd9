//! [`PrivateKey`]: a private key, its encodings, and zeroization on drop.

#[cfg(feature = "ed25519")]
mod ed25519;
mod openssh;
mod pem;
mod pkcs;

pub(crate) mod error;
mod format;
mod key_spec;
mod secret;

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
#[cfg(feature = "ed25519")]
use crate::private_key::ed25519::Ed25519Key;
use crate::private_key::error::{PrivateKeyError, PrivateKeyErrorKind};
use crate::private_key::secret::Secret;
use crate::public_key::PublicKey;
use crate::public_key::error::PublicKeyError;

/// The comment of the keys that Nova generated. It has no spaces, because cloud-init before 0.7.2 fails on them.
pub const DEFAULT_COMMENT: &str = "Generated-by-Nova";

/// The longest comment in bytes: with it, the public line of the longest key still fits the 1024 bytes of the
/// documented interface.
const MAX_COMMENT: usize = 255;

/// A private key: RSA or, with the feature `ed25519`, Ed25519.
///
/// It cannot be cloned, compared or serialized, `Debug` prints its public half only, and its memory is zeroized on
/// drop. The encodings are zeroized on drop as well; copies that a caller creates of them are the caller's
/// responsibility.
pub struct PrivateKey {
    secret: Secret,
    public_key: PublicKey,
}

impl PrivateKey {
    /// Generates a key from random bytes. The same bytes give the same key.
    ///
    /// - RSA: FIPS 186-5, A.1.3, with e = 65537. Each prime candidate is one read of half as many bits as the key has.
    ///   The generator is read ahead, so more bytes may be consumed than the key needs. From a generator that is a value
    ///   of no bytes, like `OsRng`, and so has no state that a read could depend on, many candidates are read at a time.
    /// - Ed25519: RFC 8032, section 5.1.5. One draw of 32 bytes is the seed, as for [`from_seed`](Self::from_seed).
    ///
    /// # Errors
    /// [`GenerateError::RngFailed`] if the generator fails, [`GenerateError::RngRepeats`] if it repeats itself, and
    /// [`GenerateError::TooManyCandidates`] or [`GenerateError::PrimesTooClose`] if its numbers are not random. A
    /// processor or memory fault may be reported as [`GenerateError::PairwiseTestFailed`]. No key is returned in any
    /// of these cases.
    pub fn generate<R: TryCryptoRng + ?Sized>(spec: KeySpec, rng: &mut R) -> Result<Self, GenerateError> {
        match spec {
            KeySpec::Rsa2048 | KeySpec::Rsa3072 | KeySpec::Rsa4096 => {
                Self::from_components(keygen::generate(spec.bits(), rng)?)
            }
            #[cfg(feature = "ed25519")]
            KeySpec::Ed25519 => Self::from_secret(Secret::Ed25519(Ed25519Key::generate(rng)?)),
        }
    }

    /// Derives the key that belongs to a seed. The same seed gives the same key on every platform and in every version,
    /// so the seed is as secret as the key.
    ///
    /// - RSA: C2SP det-keygen. The seed must have at least 16 bytes; 32 bytes from a random number generator are
    ///   recommended.
    /// - Ed25519: the seed is the private key of RFC 8032, exactly 32 bytes from a random number generator. det-keygen
    ///   has no procedure for Ed25519, because RFC 8032 defines this one.
    ///
    /// # Errors
    /// [`GenerateError::SeedTooShort`] for RSA and a seed of fewer than 16 bytes;
    /// [`GenerateError::InvalidSeedLength`] for Ed25519 and a seed that does not have 32 bytes.
    pub fn from_seed(seed: &[u8], spec: KeySpec) -> Result<Self, GenerateError> {
        match spec {
            KeySpec::Rsa2048 | KeySpec::Rsa3072 | KeySpec::Rsa4096 => {
                Self::from_components(keygen::from_seed(seed, spec.bits())?)
            }
            #[cfg(feature = "ed25519")]
            KeySpec::Ed25519 => Self::from_secret(Secret::Ed25519(Ed25519Key::from_seed(seed)?)),
        }
    }

    pub(crate) fn from_components(rsa: RsaComponents) -> Result<Self, GenerateError> {
        Self::from_secret(Secret::Rsa(rsa))
    }

    fn from_secret(secret: Secret) -> Result<Self, GenerateError> {
        let public_key = public_key(&secret, DEFAULT_COMMENT).map_err(|_| GenerateError::EncodingFailed)?;
        Ok(Self { secret, public_key })
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
        self.public_key = public_key(&self.secret, comment)?;
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
        pem::encode("OPENSSH PRIVATE KEY", 70, &openssh::file(&self.secret, self.public_key.comment()))
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
        let file = openssh::encrypted::file(&self.secret, self.public_key.comment(), passphrase, check, &salt)
            .ok_or(PrivateKeyError::from(PrivateKeyErrorKind::EmptyPassphrase))?;
        Ok(pem::encode("OPENSSH PRIVATE KEY", 70, &file))
    }

    /// Encodes the key in PKCS#1 (RFC 8017, appendix A.1.2): PEM with the label `RSA PRIVATE KEY`, lines of 64
    /// characters that end with LF. The format has no place for the comment.
    ///
    /// # Errors
    /// [`PrivateKeyErrorKind::NotRsa`] for an Ed25519 key. RSA keys always succeed.
    pub fn to_pkcs1_pem(&self) -> Result<Zeroizing<String>, PrivateKeyError> {
        let rsa = self.secret.rsa().ok_or(PrivateKeyErrorKind::NotRsa)?;
        Ok(pem::encode("RSA PRIVATE KEY", 64, &pkcs::pkcs1(rsa)))
    }

    /// Encodes the key in PKCS#8 (RFC 5208, and RFC 8410 for Ed25519): PEM with the label `PRIVATE KEY`, lines of 64 characters that end with LF.
    /// The format has no place for the comment.
    #[must_use]
    pub fn to_pkcs8_pem(&self) -> Zeroizing<String> {
        pem::encode("PRIVATE KEY", 64, &self.to_pkcs8_der())
    }

    /// Encodes the key in PKCS#8, in DER. For RSA, its SHA-1 is AWS's fingerprint of a generated key.
    #[must_use]
    pub fn to_pkcs8_der(&self) -> Zeroizing<Vec<u8>> {
        pkcs::pkcs8(&self.secret)
    }

    /// Encodes the key in `format`, without encryption.
    ///
    /// # Errors
    /// As for [`to_pkcs1_pem`](Self::to_pkcs1_pem); the other formats exist for every key.
    pub fn to_format(&self, format: PrivateKeyFormat) -> Result<Zeroizing<String>, PrivateKeyError> {
        match format {
            PrivateKeyFormat::OpenSsh => Ok(self.to_openssh()),
            PrivateKeyFormat::Pkcs1 => self.to_pkcs1_pem(),
            PrivateKeyFormat::Pkcs8 => Ok(self.to_pkcs8_pem()),
        }
    }
}

fn public_key(secret: &Secret, comment: &str) -> Result<PublicKey, PublicKeyError> {
    // The size limit applies to imports: the engine's tests generate keys that exceed it.
    PublicKey::parse_with(&openssh::public_line(secret, comment), &ImportPolicy::nova())
}

/// Converts to the private key type of the crate `rsa`, which validates the numbers again; for the RSA keys of this
/// crate that always succeeds. An Ed25519 key has no modulus: `rsa::Error::InvalidModulus`.
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
        let RsaComponents { n, d, p, q, .. } = key.secret.rsa().ok_or(rsa::Error::InvalidModulus)?;
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
