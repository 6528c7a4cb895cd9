//! [`Error`]: everything that can be refused, with what to do about it.

use alloc::borrow::Cow;
use alloc::string::String;
use core::fmt;

/// `Result` with this crate's [`Error`].
pub type Result<T> = core::result::Result<T, Error>;

/// Why a call was refused.
///
/// `Display` is a sentence for the user that says what to do; [`code`](Self::code) is stable and for programs;
/// [`nova_message`](Self::nova_message) is what Nova itself would answer, for those who emulate the API.
///
/// No error carries any part of a private key, a seed or a passphrase.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Error {
    /// The name has no characters.
    NameEmpty,
    /// The name has more than 255 characters.
    NameTooLong {
        /// The name as sent.
        name: String,
        /// Its length in characters.
        chars: usize,
    },
    /// The name has a character that its microversion does not allow.
    NameCharacter {
        /// The name as sent.
        name: String,
        /// The character.
        character: char,
        /// Its offset in the name, in bytes.
        position: usize,
        /// The pattern that the name must match.
        pattern: &'static str,
    },
    /// The name starts or ends with white space.
    NameEdgeWhitespace {
        /// The offset of the white space, in bytes.
        position: usize,
    },
    /// The name has a control character, a line separator or another character that cannot be printed.
    NameUnprintable {
        /// Its offset in the name, in bytes.
        position: usize,
    },

    /// The operating system's or the caller's random number generator failed.
    Rng,
}

const NOVA_INVALID_KEY: &str = "Keypair data is invalid: failed to generate fingerprint";
const NOVA_NAME_SPACES: &str = "An invalid 'name' value was provided. The name must be: printable characters. Can not start or end with whitespace.";

impl Error {
    /// A stable name for this kind of error, in snake case.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NameEmpty => "name_empty",
            Self::NameTooLong { .. } => "name_too_long",
            Self::NameCharacter { .. } => "name_character",
            Self::NameEdgeWhitespace { .. } => "name_edge_whitespace",
            Self::NameUnprintable { .. } => "name_unprintable",
            Self::Rng => "rng",
        }
    }

    /// The byte offset in the input (name, line or body) at which it went wrong, where one makes sense.
    pub fn position(&self) -> Option<usize> {
        match self {
            Self::NameCharacter { position, .. }
            | Self::NameEdgeWhitespace { position }
            | Self::NameUnprintable { position } => Some(*position),
            _ => None,
        }
    }

    /// The HTTP status with which Nova answers such a request.
    pub fn http_status(&self) -> u16 {
        match self {
            Self::Rng => 500,
            _ => 400,
        }
    }

    /// Nova's own words for such a request.
    pub fn nova_message(&self) -> Cow<'static, str> {
        NOVA_INVALID_KEY.into()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NameEmpty => write!(f, "the name is empty: give 1 to 255 characters"),
            _ => write!(f, "{}", self.code()),
        }
    }
}

impl core::error::Error for Error {}
