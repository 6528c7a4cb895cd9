//! [`Algorithm`]: the types of public keys.

use crate::error::identifier::IdentifierError;
use crate::error::text::identifier;

/// The type of a public key, as it is written on the line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Algorithm {
    /// `ssh-rsa`
    Rsa,
    /// `ssh-dss`, which OpenSSH disabled in 7.0 and removed in 10.0; not allowed by default
    Dsa,
    /// `ecdsa-sha2-nistp256`
    EcdsaNistP256,
    /// `ecdsa-sha2-nistp384`
    EcdsaNistP384,
    /// `ecdsa-sha2-nistp521`
    EcdsaNistP521,
    /// `ssh-ed25519`
    Ed25519,
    /// `sk-ecdsa-sha2-nistp256@openssh.com`: ECDSA in a security key
    SkEcdsaNistP256,
    /// `sk-ssh-ed25519@openssh.com`: Ed25519 in a security key
    SkEd25519,
}

impl Algorithm {
    /// Every type that this crate parses. [`ImportPolicy::default`](crate::ImportPolicy::default) allows all but
    /// [`Dsa`](Self::Dsa).
    pub const ALL: [Self; 8] = [
        Self::Rsa,
        Self::Dsa,
        Self::EcdsaNistP256,
        Self::EcdsaNistP384,
        Self::EcdsaNistP521,
        Self::Ed25519,
        Self::SkEcdsaNistP256,
        Self::SkEd25519,
    ];

    /// Returns the name on the line and in the blob, such as `ssh-rsa`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Rsa => "ssh-rsa",
            Self::Dsa => "ssh-dss",
            Self::EcdsaNistP256 => "ecdsa-sha2-nistp256",
            Self::EcdsaNistP384 => "ecdsa-sha2-nistp384",
            Self::EcdsaNistP521 => "ecdsa-sha2-nistp521",
            Self::Ed25519 => "ssh-ed25519",
            Self::SkEcdsaNistP256 => "sk-ecdsa-sha2-nistp256@openssh.com",
            Self::SkEd25519 => "sk-ssh-ed25519@openssh.com",
        }
    }

    /// Returns the name that `ssh-keygen -l` prints, such as `RSA` or `ED25519-SK`.
    pub(crate) fn short_name(self) -> &'static str {
        match self {
            Self::Rsa => "RSA",
            Self::Dsa => "DSA",
            Self::EcdsaNistP256 | Self::EcdsaNistP384 | Self::EcdsaNistP521 => "ECDSA",
            Self::Ed25519 => "ED25519",
            Self::SkEcdsaNistP256 => "ECDSA-SK",
            Self::SkEd25519 => "ED25519-SK",
        }
    }

    pub(crate) fn from_name(name: &[u8]) -> Option<Self> {
        Self::ALL.into_iter().find(|algorithm| algorithm.as_str().as_bytes() == name)
    }
}

identifier!(Algorithm, "the name of a key type", IdentifierError::UnknownAlgorithm);

/// Returns whether this is a certificate type, of the current version or of the one from OpenSSH 5.4.
pub(crate) fn is_certificate(name: &[u8]) -> bool {
    name.ends_with(b"-cert-v01@openssh.com") || name.ends_with(b"-cert-v00@openssh.com")
}
