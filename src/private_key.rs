//! [`PrivateKey`]: an RSA private key, its encodings, and zeroization on drop.

mod openssh;
mod pem;
mod pkcs;

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use rand_core::TryCryptoRng;
use zeroize::Zeroizing;

use crate::error::{Error, Result};
use crate::keygen::{self, RsaComponents};
use crate::policy::ImportPolicy;
use crate::public_key::PublicKey;

/// The comment of the keys that Nova made. It has no spaces, since cloud-init before 0.7.2 trips on them.
pub const DEFAULT_COMMENT: &str = "Generated-by-Nova";

/// The longest comment in bytes: with it the public half of the largest [`KeySize`] still fits the 1024 bytes of the documented interface.
const MAX_COMMENT: usize = 255;

/// The size of a key that is made: the length of its modulus.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum KeySize {
    /// 2048 bits, as Nova made them: 112 bits of security (NIST SP 800-57, part 1, table 2).
    #[default]
    Rsa2048,
    /// 3072 bits: 128 bits of security.
    Rsa3072,
    /// 4096 bits.
    Rsa4096,
}

impl KeySize {
    /// Every size, smallest first.
    pub const ALL: [Self; 3] = [Self::Rsa2048, Self::Rsa3072, Self::Rsa4096];

    /// The size with a modulus of this many bits.
    ///
    /// # Errors
    /// `key_size`, for any number but 2048, 3072 and 4096.
    pub fn from_bits(bits: u32) -> Result<Self> {
        Self::ALL.into_iter().find(|size| size.bits() == bits).ok_or(Error::KeySize { bits })
    }

    /// The length of the modulus, in bits.
    pub const fn bits(self) -> u32 {
        match self {
            Self::Rsa2048 => 2048,
            Self::Rsa3072 => 3072,
            Self::Rsa4096 => 4096,
        }
    }
}

/// How a private key is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum PrivateKeyFormat {
    /// `BEGIN OPENSSH PRIVATE KEY`: what `ssh-keygen` writes since OpenSSH 7.8 (its PROTOCOL.key).
    #[default]
    OpenSsh,
    /// `BEGIN RSA PRIVATE KEY`: PKCS#1 (RFC 8017, appendix A.1.2), what Nova returned.
    Pkcs1,
    /// `BEGIN PRIVATE KEY`: PKCS#8 (RFC 5208).
    Pkcs8,
}

/// An RSA private key.
///
/// It cannot be cloned, compared or serialized, `Debug` prints its public half only, and its memory is cleared on drop. The encodings are
/// cleared on drop as well; copies that a caller makes of them are the caller's to clear.
pub struct PrivateKey {
    rsa: RsaComponents,
    public_key: PublicKey,
}

impl PrivateKey {
    /// Makes a key from random bytes: FIPS 186-5, A.1.3, with e = 65537.
    ///
    /// The same bytes make the same key. The generator is read ahead, so that more bytes may be taken than the key needs.
    ///
    /// # Errors
    /// `rng` if the generator fails, `rng_stuck` if it repeats itself, `candidate_limit` if it makes no prime within the limit of the
    /// standard. In none of these cases is there a key.
    pub fn generate<R: TryCryptoRng + ?Sized>(size: KeySize, rng: &mut R) -> Result<Self> {
        Self::from_components(keygen::generate(size.bits(), rng)?)
    }

    /// Makes the key that belongs to a seed: C2SP det-keygen. The same seed makes the same key, anywhere and always, so the seed is as
    /// secret as the key.
    ///
    /// The seed must hold at least 16 bytes; 32 bytes of a random number generator are advised.
    ///
    /// # Errors
    /// `seed_too_short`.
    pub fn from_seed(seed: &[u8], size: KeySize) -> Result<Self> {
        Self::from_components(keygen::from_seed(seed, size.bits())?)
    }

    pub(crate) fn from_components(rsa: RsaComponents) -> Result<Self> {
        let public_key = public_key(&rsa.n, DEFAULT_COMMENT)?;
        Ok(Self { rsa, public_key })
    }

    /// Gives the key another comment, which stands in the public key and in the OpenSSH private key.
    ///
    /// # Errors
    /// `comment`, if it has more than 255 bytes, a control character or another one that ends a line, or white space at an edge; and the
    /// error of the import, if the comment is one that it refuses. The key keeps its comment then.
    pub fn set_comment(&mut self, comment: &str) -> Result<()> {
        let inner = comment.trim();
        let bad = comment.char_indices().find(|(_, c)| c.is_control()).map(|(position, _)| position);
        let bad = bad.or((comment.trim_start() != comment).then_some(0));
        let bad = bad.or((inner != comment).then_some(inner.len()));
        let bad = bad.or((comment.len() > MAX_COMMENT).then_some(MAX_COMMENT));
        if let Some(position) = bad {
            return Err(Error::Comment { position });
        }
        self.public_key = public_key(&self.rsa.n, comment)?;
        Ok(())
    }

    /// The public half.
    pub fn public_key(&self) -> &PublicKey {
        &self.public_key
    }

    /// Encodes the key in OpenSSH's format: PEM with the label `OPENSSH PRIVATE KEY`, lines of 70 characters that end
    /// with LF.
    pub fn to_openssh(&self) -> Zeroizing<String> {
        pem::encode("OPENSSH PRIVATE KEY", 70, &openssh::file(&self.rsa, self.public_key.comment()))
    }

    /// Encodes the key in OpenSSH's format, encrypted: aes256-ctr under a key that bcrypt-pbkdf derives from the
    /// passphrase in 16 rounds, with a salt from `rng`.
    ///
    /// # Errors
    /// `passphrase_empty`; `rng` if the generator fails.
    #[cfg(feature = "encryption")]
    pub fn to_openssh_encrypted<R: TryCryptoRng + ?Sized>(
        &self,
        passphrase: impl AsRef<[u8]>,
        rng: &mut R,
    ) -> Result<Zeroizing<String>> {
        let passphrase = passphrase.as_ref();
        if passphrase.is_empty() {
            return Err(Error::PassphraseEmpty);
        }
        let check = rng.try_next_u32().map_err(|_| Error::Rng)?;
        let mut salt = [0; openssh::encrypted::SALT_LENGTH];
        rng.try_fill_bytes(&mut salt).map_err(|_| Error::Rng)?;
        let file = openssh::encrypted::file(&self.rsa, self.public_key.comment(), passphrase, check, &salt);
        Ok(pem::encode("OPENSSH PRIVATE KEY", 70, &file.ok_or(Error::PassphraseEmpty)?))
    }

    /// Encodes the key in PKCS#1 (RFC 8017, appendix A.1.2): PEM with the label `RSA PRIVATE KEY`, lines of 64
    /// characters that end with LF. The format has no place for the comment.
    pub fn to_pkcs1_pem(&self) -> Zeroizing<String> {
        pem::encode("RSA PRIVATE KEY", 64, &pkcs::pkcs1(&self.rsa))
    }

    /// Encodes the key in PKCS#8 (RFC 5208): PEM with the label `PRIVATE KEY`, lines of 64 characters that end with LF.
    /// The format has no place for the comment.
    pub fn to_pkcs8_pem(&self) -> Zeroizing<String> {
        pem::encode("PRIVATE KEY", 64, &self.to_pkcs8_der())
    }

    /// Encodes the key in PKCS#8, in DER. Its SHA-1 is AWS's fingerprint of a generated key.
    pub fn to_pkcs8_der(&self) -> Zeroizing<Vec<u8>> {
        pkcs::pkcs8(&self.rsa)
    }

    /// Encodes the key in `format`, without encryption.
    pub fn to_format(&self, format: PrivateKeyFormat) -> Zeroizing<String> {
        match format {
            PrivateKeyFormat::OpenSsh => self.to_openssh(),
            PrivateKeyFormat::Pkcs1 => self.to_pkcs1_pem(),
            PrivateKeyFormat::Pkcs8 => self.to_pkcs8_pem(),
        }
    }
}

fn public_key(n: &[u8], comment: &str) -> Result<PublicKey> {
    // The size limit is the importer's: the engine's own tests make keys that pass it.
    PublicKey::parse_with(&openssh::public_line(n, comment), &ImportPolicy::nova())
}

/// Converts to the private key type of the crate `rsa`, which checks the numbers again: that fails for no key of this
/// crate.
///
/// ```
/// # use nova_keypair::{KeySize, PrivateKey};
/// # #[allow(deprecated)]
/// # fn main() -> Result<(), Box<dyn core::error::Error>> {
/// let private_key = PrivateKey::from_seed(&[7; 32], KeySize::Rsa2048)?;
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
        // Named so since the precision follows from the lengths, which are those of the key size.
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
