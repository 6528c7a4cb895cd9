//! [`PrivateKey`]: an RSA private key, its encodings, and its end.

pub(crate) mod error;
mod format;
mod key_spec;

use alloc::borrow::ToOwned;
use alloc::string::String;
use core::fmt;

use rand_core::TryCryptoRng;
use rsa::pkcs1;
use rsa::pkcs8;
use rsa::pkcs8::der::Encode as _;
use rsa::pkcs8::der::asn1::{OctetStringRef, UintRef};
use ssh_key::private::{KeypairData, RsaKeypair, RsaPrivateKey};
use ssh_key::public::RsaPublicKey;
use ssh_key::{LineEnding, Mpint};
use zeroize::Zeroizing;

pub use format::PrivateKeyFormat;
pub use key_spec::KeySpec;

use crate::error::{Error, Result};
use crate::keygen::error::GenerateError;
use crate::keygen::{self, RsaComponents};
use crate::policy::ImportPolicy;
use crate::private_key::error::PrivateKeyErrorKind;
use crate::public_key::PublicKey;

/// The comment of the keys that Nova made. It has no spaces, since cloud-init before 0.7.2 trips on them.
pub const DEFAULT_COMMENT: &str = "Generated-by-Nova";

/// The longest comment in bytes: with it the public half of the longest key still fits the 1024 bytes of the documented interface.
const MAX_COMMENT: usize = 255;

const ENCODING_FAILED: Error = Error::Generate(GenerateError::EncodingFailed);

/// 65537, in big-endian bytes.
const PUBLIC_EXPONENT: [u8; 3] = [1, 0, 1];

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
    /// [`GenerateError::RngFailed`] if the generator fails, [`GenerateError::RngRepeats`] if it repeats itself, and
    /// [`GenerateError::TooManyCandidates`] or [`GenerateError::PrimesTooClose`] if its numbers are not random. A fault of the processor
    /// or the memory may show as [`GenerateError::PairwiseTestFailed`]. No key is returned in any of these cases.
    pub fn generate<R: TryCryptoRng + ?Sized>(spec: KeySpec, rng: &mut R) -> Result<Self, GenerateError> {
        Self::from_components(keygen::generate(spec.bits(), rng)?)
    }

    /// Makes the key that belongs to a seed: C2SP det-keygen. The same seed makes the same key, anywhere and always, so the seed is as
    /// secret as the key.
    ///
    /// The seed must hold at least 16 bytes; 32 bytes of a random number generator are advised.
    ///
    /// # Errors
    /// [`GenerateError::SeedTooShort`].
    pub fn from_seed(seed: &[u8], spec: KeySpec) -> Result<Self, GenerateError> {
        Self::from_components(keygen::from_seed(seed, spec.bits())?)
    }

    pub(crate) fn from_components(rsa: RsaComponents) -> Result<Self, GenerateError> {
        let public_key = public_key(&rsa.n, DEFAULT_COMMENT).map_err(|_| GenerateError::EncodingFailed)?;
        Ok(Self { rsa, public_key })
    }

    /// Gives the key another comment, which stands in the public key and in the OpenSSH private key.
    ///
    /// # Errors
    /// [`PrivateKeyErrorKind::InvalidComment`] if the comment has more than 255 bytes, a control character, or whitespace at an edge; a
    /// [`PublicKeyError`](crate::PublicKeyError) if an import would reject it. The key keeps its comment then.
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

    /// The public half.
    pub fn public_key(&self) -> &PublicKey {
        &self.public_key
    }

    /// The OpenSSH form: PEM with the label `OPENSSH PRIVATE KEY`, 70 columns, lines ended by LF.
    ///
    /// # Errors
    /// [`GenerateError::EncodingFailed`], which cannot happen for a key of this crate.
    pub fn to_openssh(&self) -> Result<Zeroizing<String>> {
        self.to_ssh_key()?.to_openssh(LineEnding::LF).map_err(|_| ENCODING_FAILED)
    }

    /// The OpenSSH form, encrypted: aes256-ctr under a key that bcrypt-pbkdf derives from the passphrase, with a salt out of `rng`, as
    /// `ssh-keygen` does by default.
    ///
    /// # Errors
    /// [`PrivateKeyErrorKind::EmptyPassphrase`]; [`GenerateError::RngFailed`] if the generator fails.
    pub fn to_openssh_encrypted<R: TryCryptoRng + ?Sized>(
        &self,
        passphrase: impl AsRef<[u8]>,
        rng: &mut R,
    ) -> Result<Zeroizing<String>> {
        let passphrase = passphrase.as_ref();
        if passphrase.is_empty() {
            return Err(Error::PrivateKey(PrivateKeyErrorKind::EmptyPassphrase.into()));
        }
        // What can fail in here is the generator alone: neither the key nor the passphrase is refused.
        let encrypted = self.to_ssh_key()?.encrypt(rng, passphrase).map_err(|_| GenerateError::RngFailed)?;
        encrypted.to_openssh(LineEnding::LF).map_err(|_| ENCODING_FAILED)
    }

    /// The PKCS#1 form (RFC 8017, appendix A.1.2): PEM with the label `RSA PRIVATE KEY`, 64 columns. It has no place for the comment.
    ///
    /// # Errors
    /// [`GenerateError::EncodingFailed`], which cannot happen for a key of this crate.
    pub fn to_pkcs1_pem(&self) -> Result<Zeroizing<String>> {
        self.with_pkcs1(|key| {
            let document = pkcs8::der::SecretDocument::encode_msg(key)?;
            document.to_pem("RSA PRIVATE KEY", LineEnding::LF)
        })
    }

    /// The PKCS#8 form (RFC 5208): PEM with the label `PRIVATE KEY`, 64 columns. It has no place for the comment.
    ///
    /// # Errors
    /// [`GenerateError::EncodingFailed`], which cannot happen for a key of this crate.
    pub fn to_pkcs8_pem(&self) -> Result<Zeroizing<String>> {
        self.with_pkcs8(|document| document.to_pem("PRIVATE KEY", LineEnding::LF))
    }

    /// The PKCS#8 form as DER, of which AWS takes the SHA-1 as its fingerprint of a generated key.
    ///
    /// # Errors
    /// [`GenerateError::EncodingFailed`], which cannot happen for a key of this crate.
    pub fn to_pkcs8_der(&self) -> Result<Zeroizing<alloc::vec::Vec<u8>>> {
        self.with_pkcs8(|document| Ok(document.to_bytes()))
    }

    /// The form of this name, without encryption.
    ///
    /// # Errors
    /// [`GenerateError::EncodingFailed`], which cannot happen for a key of this crate.
    pub fn to_format(&self, format: PrivateKeyFormat) -> Result<Zeroizing<String>> {
        match format {
            PrivateKeyFormat::OpenSsh => self.to_openssh(),
            PrivateKeyFormat::Pkcs1 => self.to_pkcs1_pem(),
            PrivateKeyFormat::Pkcs8 => self.to_pkcs8_pem(),
        }
    }

    fn with_pkcs1<T>(
        &self,
        encode: impl FnOnce(&pkcs1::RsaPrivateKey<UintRef<'_>>) -> pkcs8::der::Result<T>,
    ) -> Result<T> {
        let uint = |bytes| UintRef::new(bytes).map_err(|_| ENCODING_FAILED);
        let key = pkcs1::RsaPrivateKey {
            modulus: uint(&self.rsa.n)?,
            public_exponent: uint(&PUBLIC_EXPONENT)?,
            private_exponent: uint(&self.rsa.d)?,
            prime1: uint(&self.rsa.p)?,
            prime2: uint(&self.rsa.q)?,
            exponent1: uint(&self.rsa.dp)?,
            exponent2: uint(&self.rsa.dq)?,
            coefficient: uint(&self.rsa.qinv)?,
            other_prime_infos: None,
        };
        encode(&key).map_err(|_| ENCODING_FAILED)
    }

    fn with_pkcs8<T>(&self, encode: impl FnOnce(&pkcs8::der::SecretDocument) -> pkcs8::der::Result<T>) -> Result<T> {
        self.with_pkcs1(|key| {
            let pkcs1 = Zeroizing::new(key.to_der()?);
            let info = pkcs8::PrivateKeyInfoRef::new(pkcs1::ALGORITHM_ID, OctetStringRef::new(&pkcs1)?);
            encode(&pkcs8::der::SecretDocument::encode_msg(&info)?)
        })
    }

    fn to_ssh_key(&self) -> Result<ssh_key::PrivateKey> {
        // ssh-key clears these on drop.
        let [d, iqmp, p, q] =
            [&self.rsa.d, &self.rsa.qinv, &self.rsa.p, &self.rsa.q].map(|n| Mpint::from_positive_bytes(n));
        let private = RsaPrivateKey::new(d, iqmp, p, q).map_err(|_| ENCODING_FAILED)?;
        let keypair = RsaKeypair::new(ssh_rsa(&self.rsa.n)?, private).map_err(|_| ENCODING_FAILED)?;
        let comment = self.public_key.comment().to_owned();
        ssh_key::PrivateKey::new(KeypairData::Rsa(keypair), comment).map_err(|_| ENCODING_FAILED)
    }
}

fn public_key(n: &[u8], comment: &str) -> Result<PublicKey> {
    let line = ssh_key::PublicKey::new(ssh_rsa(n)?.into(), comment).to_openssh().map_err(|_| ENCODING_FAILED)?;
    // The size limit is the importer's: the engine's own tests make keys that pass it.
    Ok(PublicKey::parse_with(&line, &ImportPolicy::nova())?)
}

fn ssh_rsa(n: &[u8]) -> Result<RsaPublicKey> {
    let [e, n] = [&PUBLIC_EXPONENT, n].map(Mpint::from_positive_bytes);
    RsaPublicKey::new(e, n).map_err(|_| ENCODING_FAILED)
}

impl fmt::Debug for PrivateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PrivateKey").field("public_key", &self.public_key).finish_non_exhaustive()
    }
}
