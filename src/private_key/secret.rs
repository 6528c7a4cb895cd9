//! [`Secret`]: the numbers of a private key, by type.

use crate::keygen::RsaComponents;
#[cfg(feature = "ed25519")]
use crate::private_key::ed25519::Ed25519Key;

/// The numbers of a private key. Cleared on drop.
pub(crate) enum Secret {
    Rsa(RsaComponents),
    #[cfg(feature = "ed25519")]
    Ed25519(Ed25519Key),
}

impl Secret {
    /// Returns the numbers of an RSA key.
    pub(super) fn rsa(&self) -> Option<&RsaComponents> {
        match self {
            Self::Rsa(key) => Some(key),
            #[cfg(feature = "ed25519")]
            Self::Ed25519(_) => None,
        }
    }
}
