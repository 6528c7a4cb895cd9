//! [`KeySpec`]: the type and size of a key to generate.

use crate::algorithm::Algorithm;
use crate::error::identifier::IdentifierError;
use crate::error::text::identifier;
use crate::keygen::error::GenerateError;

/// The type and size of a key to generate.
///
/// `Display` and [`FromStr`](core::str::FromStr) use the identifier: `rsa-2048`, `rsa-3072`, `rsa-4096` or `ed25519`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum KeySpec {
    /// `rsa-2048`: RSA with a modulus of 2048 bits, as Nova generated: 112 bits of security (NIST SP 800-57 Part 1,
    /// table 2).
    #[default]
    Rsa2048,
    /// `rsa-3072`: RSA with a modulus of 3072 bits: 128 bits of security.
    Rsa3072,
    /// `rsa-4096`: RSA with a modulus of 4096 bits.
    Rsa4096,
    /// `ed25519`: Ed25519 (RFC 8032): about 128 bits of security.
    #[cfg(feature = "ed25519")]
    Ed25519,
}

impl KeySpec {
    /// All specifications: RSA, shortest key first, and with the feature `ed25519` Ed25519.
    pub const ALL: &'static [Self] = &[
        Self::Rsa2048,
        Self::Rsa3072,
        Self::Rsa4096,
        #[cfg(feature = "ed25519")]
        Self::Ed25519,
    ];

    /// Returns the specification of an RSA key with a modulus of `bits` bits.
    ///
    /// # Errors
    /// [`GenerateError::UnsupportedKeySize`] for any number but 2048, 3072 and 4096.
    pub fn from_rsa_bits(bits: u32) -> Result<Self, GenerateError> {
        let is_wanted = |spec: &Self| spec.algorithm() == Algorithm::Rsa && spec.bits() == bits;
        Self::ALL.iter().copied().find(is_wanted).ok_or(GenerateError::UnsupportedKeySize { bits })
    }

    /// Returns the stable identifier, such as `rsa-2048`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Rsa2048 => "rsa-2048",
            Self::Rsa3072 => "rsa-3072",
            Self::Rsa4096 => "rsa-4096",
            #[cfg(feature = "ed25519")]
            Self::Ed25519 => "ed25519",
        }
    }

    /// Returns the type of the public key.
    #[must_use]
    pub const fn algorithm(self) -> Algorithm {
        match self {
            Self::Rsa2048 | Self::Rsa3072 | Self::Rsa4096 => Algorithm::Rsa,
            #[cfg(feature = "ed25519")]
            Self::Ed25519 => Algorithm::Ed25519,
        }
    }

    /// Returns the size that `ssh-keygen` prints: for RSA the length of the modulus in bits, for Ed25519 256.
    #[must_use]
    pub const fn bits(self) -> u32 {
        match self {
            Self::Rsa2048 => 2048,
            Self::Rsa3072 => 3072,
            Self::Rsa4096 => 4096,
            #[cfg(feature = "ed25519")]
            Self::Ed25519 => 256,
        }
    }
}

identifier!(KeySpec, "the type and size of a key, such as rsa-2048", IdentifierError::UnknownKeySpec);
