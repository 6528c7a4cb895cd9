//! [`create`] and [`import`]: where the two towers meet, and the records that come of it.

mod batch;

use rand_core::TryCryptoRng;

pub use batch::create_many;

use crate::error::Result;
use crate::fingerprint::Md5Fingerprint;
use crate::name::KeypairName;
use crate::policy::ImportPolicy;
use crate::private_key::{KeySpec, PrivateKey};
use crate::public_key::PublicKey;

/// A named public key and its fingerprint: the record to store. There is no place for a secret in it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Keypair {
    /// The name.
    pub name: KeypairName,
    /// The public key, as sent.
    pub public_key: PublicKey,
    /// Nova's fingerprint: the MD5 of the key blob.
    pub fingerprint: Md5Fingerprint,
}

/// A key pair that was just made.
///
/// The private key is nowhere else. Move it out of here, hand it to its owner, and let it go:
///
/// ```
/// # use nova_keypair::{GeneratedKeypair, KeySpec, KeypairName, PrivateKey};
/// # let private_key = PrivateKey::from_seed(&[7; 32], KeySpec::Rsa2048)?;
/// # let generated = GeneratedKeypair::new(&KeypairName::new("my-key")?, private_key);
/// let GeneratedKeypair { keypair, private_key } = generated;
/// assert_eq!(keypair.fingerprint, private_key.public_key().fingerprint());
/// # Ok::<(), nova_keypair::Error>(())
/// ```
#[derive(Debug)]
pub struct GeneratedKeypair {
    /// The record to store.
    pub keypair: Keypair,
    /// The private key, for its owner.
    pub private_key: PrivateKey,
}

impl GeneratedKeypair {
    /// Gives a private key a name: for a key with a comment of its own, or one from a seed.
    pub fn new(name: &KeypairName, private_key: PrivateKey) -> Self {
        let public_key = private_key.public_key().clone();
        let fingerprint = public_key.fingerprint();
        Self { keypair: Keypair { name: name.clone(), public_key, fingerprint }, private_key }
    }
}

/// Makes an RSA key pair (FIPS 186-5, e = 65537) with the comment `Generated-by-Nova`.
///
/// # Errors
/// A [`GenerateError`](crate::GenerateError), as for [`PrivateKey::generate`].
pub fn create<R: TryCryptoRng + ?Sized>(name: &KeypairName, size: KeySpec, rng: &mut R) -> Result<GeneratedKeypair> {
    Ok(GeneratedKeypair::new(name, PrivateKey::generate(size, rng)?))
}

/// Validates a public key, one line as in `id_rsa.pub`, by the default policy: the documented interface of at most 1024 bytes.
///
/// What it accepts, Nova and OpenSSH accept as well, with this fingerprint.
///
/// # Errors
/// A [`PublicKeyError`](crate::PublicKeyError): what is wrong, where, and what to do.
pub fn import(name: &KeypairName, public_key: &str) -> Result<Keypair> {
    import_with(name, public_key, &ImportPolicy::default())
}

/// [`import`] by another policy.
///
/// # Errors
/// As for [`import`], and if the policy rejects the key.
pub fn import_with(name: &KeypairName, public_key: &str, policy: &ImportPolicy) -> Result<Keypair> {
    let public_key = PublicKey::parse_with(public_key, policy)?;
    let fingerprint = public_key.fingerprint();
    Ok(Keypair { name: name.clone(), public_key, fingerprint })
}

#[cfg(feature = "serde")]
impl serde::Serialize for Keypair {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> core::result::Result<S::Ok, S::Error> {
        use serde::ser::SerializeStruct as _;
        let mut keypair = serializer.serialize_struct("Keypair", 3)?;
        keypair.serialize_field("name", &self.name)?;
        keypair.serialize_field("public_key", &self.public_key)?;
        keypair.serialize_field("fingerprint", &self.fingerprint)?;
        keypair.end()
    }
}
