//! [`PrivateKeyFormat`]: the formats of a private key file.

use crate::error::identifier::IdentifierError;
use crate::error::text::identifier;

/// The format of a private key file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum PrivateKeyFormat {
    /// `openssh`, labeled `OPENSSH PRIVATE KEY`: the format of `ssh-keygen` since OpenSSH 7.8 (its PROTOCOL.key).
    #[default]
    OpenSsh,
    /// `pkcs1`, labeled `RSA PRIVATE KEY`: PKCS#1 (RFC 8017, appendix A.1.2), which Nova returned. RSA keys only.
    Pkcs1,
    /// `pkcs8`, labeled `PRIVATE KEY`: PKCS#8 (RFC 5208; RFC 8410 for Ed25519).
    Pkcs8,
}

impl PrivateKeyFormat {
    /// All formats.
    pub const ALL: [Self; 3] = [Self::OpenSsh, Self::Pkcs1, Self::Pkcs8];

    /// Returns the stable identifier: `openssh`, `pkcs1` or `pkcs8`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::OpenSsh => "openssh",
            Self::Pkcs1 => "pkcs1",
            Self::Pkcs8 => "pkcs8",
        }
    }
}

identifier!(PrivateKeyFormat, "the identifier of a private key format", IdentifierError::UnknownPrivateKeyFormat);
