//! [`create`] and [`import`], and the records they return.

mod batch;
mod record;

use rand_core::TryCryptoRng;

#[cfg(feature = "rayon")]
pub use batch::ParallelBatch;
pub use batch::{Batch, create_many};
pub use record::{GeneratedKeypair, Keypair};

use crate::error::Result;
use crate::name::KeypairName;
use crate::policy::ImportPolicy;
use crate::private_key::{KeySpec, PrivateKey};
use crate::public_key::PublicKey;

/// Generates a key pair with the comment `Generated-by-Nova`.
///
#[cfg_attr(feature = "getrandom", doc = "```")]
#[cfg_attr(not(feature = "getrandom"), doc = "```ignore")]
/// use nova_keypair::{GeneratedKeypair, KeySpec, KeypairName, OsRng, create};
///
/// let name = KeypairName::new("my-key")?;
/// let GeneratedKeypair { keypair, private_key } = create(&name, KeySpec::default(), &mut OsRng)?;
/// assert_eq!(keypair.public_key.comment(), "Generated-by-Nova");
/// assert_eq!(keypair.fingerprint, private_key.public_key().fingerprint());
/// # Ok::<(), nova_keypair::Error>(())
/// ```
///
/// # Errors
/// As for [`PrivateKey::generate`].
pub fn create<R: TryCryptoRng + ?Sized>(name: &KeypairName, key: KeySpec, rng: &mut R) -> Result<GeneratedKeypair> {
    Ok(GeneratedKeypair::new(name, PrivateKey::generate(key, rng)?))
}

/// Validates a public key, given as one line as in `id_rsa.pub`, under [`ImportPolicy::default`].
///
/// Every key it accepts is also accepted by Nova and OpenSSH, with the same fingerprint.
///
/// ```
/// use nova_keypair::{KeypairName, import};
///
/// let line = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIFl6u75BTi8xGtSPm1yVJuLE/oMtCOuEMJJnBSuZEdXz me";
/// let keypair = import(&KeypairName::new("my-key")?, line)?;
/// assert_eq!(keypair.public_key.comment(), "me");
/// # Ok::<(), nova_keypair::Error>(())
/// ```
///
/// # Errors
/// As for [`PublicKey::parse`].
pub fn import(name: &KeypairName, public_key: &str) -> Result<Keypair> {
    import_with(name, public_key, &ImportPolicy::default())
}

/// Validates a public key under `policy`. See [`import`].
///
/// # Errors
/// As for [`PublicKey::parse_with`].
pub fn import_with(name: &KeypairName, public_key: &str, policy: &ImportPolicy<'_>) -> Result<Keypair> {
    Ok(Keypair::new(name, PublicKey::parse_with(public_key, policy)?))
}
