//! [`Error`]: the failures of every domain in one type.

pub(crate) mod identifier;
pub(crate) mod table;
pub(crate) mod text;

use alloc::string::String;
use core::fmt;

use crate::error::identifier::IdentifierError;
use crate::fingerprint::error::FingerprintError;
use crate::keygen::error::GenerateError;
use crate::name::error::NameError;
use crate::os_keypairs::error::RequestError;
use crate::private_key::error::PrivateKeyError;
use crate::public_key::error::PublicKeyError;
use crate::weakness::blocklist::error::BlocklistError;

/// `Result` with this crate's [`Error`] by default.
pub type Result<T, E = Error> = core::result::Result<T, E>;

/// The reason why a call failed, by domain.
///
/// `Display` is one sentence for the user: what is wrong, where, and what to do. [`code`](Self::code) is a stable
/// identifier for programs.
///
/// No error carries any part of its input: errors hold numbers, byte offsets and constants only.
///
/// ```
/// use nova_keypair::{Error, PublicKeyErrorKind, PublicKey};
///
/// let error = PublicKey::parse("ssh-ed25519\tAAAA").unwrap_err();
/// assert_eq!((error.kind(), error.position()), (PublicKeyErrorKind::UnexpectedTab, Some(11)));
/// assert_eq!(Error::from(error).to_string(), "a tab separates the fields at byte 11: use one space");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Error {
    /// A key pair name is invalid or already exists.
    Name(NameError),
    /// A public key was rejected.
    PublicKey(PublicKeyError),
    /// A private key cannot be written as requested.
    PrivateKey(PrivateKeyError),
    /// No key was generated.
    Generate(GenerateError),
    /// A text is not a fingerprint, or the fingerprint belongs to another key.
    Fingerprint(FingerprintError),
    /// A text is not an identifier of the type.
    Identifier(IdentifierError),
    /// The bytes are not a blocklist.
    Blocklist(BlocklistError),
    /// A request was rejected for a reason other than its name or key.
    Request(RequestError),
}

/// Evaluates an expression for the error of any domain.
macro_rules! each_domain {
    ($error:expr, $inner:ident => $value:expr) => {
        match $error {
            Error::Name($inner) => $value,
            Error::PublicKey($inner) => $value,
            Error::PrivateKey($inner) => $value,
            Error::Generate($inner) => $value,
            Error::Fingerprint($inner) => $value,
            Error::Identifier($inner) => $value,
            Error::Blocklist($inner) => $value,
            Error::Request($inner) => $value,
        }
    };
}

impl Error {
    /// Returns a stable identifier of the kind of failure, in snake case.
    #[must_use]
    pub fn code(&self) -> &'static str {
        each_domain!(self, error => error.code())
    }

    /// Returns the byte offset of the problem in the input (name, line or comment), if it has one.
    #[must_use]
    pub fn position(&self) -> Option<usize> {
        match self {
            Self::Name(error) => error.position(),
            Self::PublicKey(error) => error.position(),
            Self::PrivateKey(error) => error.position(),
            Self::Generate(_) | Self::Fingerprint(_) | Self::Identifier(_) | Self::Blocklist(_) | Self::Request(_) => {
                None
            }
        }
    }

    /// Describes what is wrong, and where.
    #[must_use]
    pub fn problem(&self) -> String {
        each_domain!(self, error => error.problem())
    }

    /// Describes what to do about it.
    #[must_use]
    pub fn remedy(&self) -> &'static str {
        each_domain!(self, error => error.remedy())
    }
}

/// Writes the message of the domain's error.
impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        each_domain!(self, error => error.fmt(f))
    }
}

/// Returns the domain's error.
impl core::error::Error for Error {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        each_domain!(self, error => Some(error))
    }
}

impl From<NameError> for Error {
    fn from(error: NameError) -> Self {
        Self::Name(error)
    }
}

impl From<PublicKeyError> for Error {
    fn from(error: PublicKeyError) -> Self {
        Self::PublicKey(error)
    }
}

impl From<PrivateKeyError> for Error {
    fn from(error: PrivateKeyError) -> Self {
        Self::PrivateKey(error)
    }
}

impl From<GenerateError> for Error {
    fn from(error: GenerateError) -> Self {
        Self::Generate(error)
    }
}

impl From<FingerprintError> for Error {
    fn from(error: FingerprintError) -> Self {
        Self::Fingerprint(error)
    }
}

impl From<IdentifierError> for Error {
    fn from(error: IdentifierError) -> Self {
        Self::Identifier(error)
    }
}

impl From<BlocklistError> for Error {
    fn from(error: BlocklistError) -> Self {
        Self::Blocklist(error)
    }
}

impl From<RequestError> for Error {
    fn from(error: RequestError) -> Self {
        Self::Request(error)
    }
}
