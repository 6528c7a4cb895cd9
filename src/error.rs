//! [`Error`]: everything that can be refused, with what to do about it.

use alloc::borrow::Cow;
use alloc::format;
use alloc::string::String;
use core::fmt;

use crate::quote::repr;

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
    // Names.
    /// The name has no characters.
    NameEmpty,
    /// The name has more than 255 characters.
    NameTooLong {
        /// The name, as far as Nova could have read it.
        name: String,
        /// Its length in bytes, as sent.
        bytes: usize,
    },
    /// The name has a character that its microversion does not allow.
    NameCharacter {
        /// The name.
        name: String,
        /// The character.
        character: char,
        /// Its offset in the name, in bytes.
        position: usize,
        /// The pattern that the name must match, as Nova spells it.
        pattern: &'static str,
    },
    /// The name starts or ends with white space.
    NameEdgeWhitespace {
        /// The offset of the white space, in bytes.
        position: usize,
    },
    /// The name holds nothing but spaces (legacy 2.0).
    NameBlank,
    /// The name has a character that Nova does not take for printable: a control character, a line separator, one beyond the Basic
    /// Multilingual Plane.
    NameUnprintable {
        /// Its offset in the name, in bytes.
        position: usize,
        /// Was this the rule of legacy 2.0, which has another message?
        legacy: bool,
    },
    /// This is not a microversion of the form `2.N`.
    Microversion,

    // The call.
    /// The request does not have the documented form.
    Request {
        /// The field that is wrong; empty for the body as a whole.
        field: String,
        /// What is wrong with it, in Nova's words.
        message: String,
    },
    /// The request asks for an X.509 key pair.
    X509Unsupported,
    /// The user may not create key pairs for another user.
    Forbidden,
    /// The user has as many key pairs as the quota allows.
    QuotaExceeded {
        /// The quota.
        limit: u32,
    },
    /// There is a key pair of this name.
    KeypairExists {
        /// The name.
        name: String,
    },

    // Private keys.
    /// The comment has a control character, or is too long for the public key to be imported anywhere.
    Comment {
        /// The offset of the character, or of the first byte that is too much.
        position: usize,
    },
    /// Keys of this size are not made.
    KeySize {
        /// The size asked for.
        bits: u32,
    },
    /// The passphrase is empty.
    PassphraseEmpty,
    /// The private key could not be encoded.
    Encoding,

    // Key generation.
    /// The random number generator failed.
    Rng,
}

const NOVA_INVALID_KEY: &str = "Keypair data is invalid: failed to generate fingerprint";
const NOVA_NAME: &str = "An invalid 'name' value was provided. The name must be: printable characters. Can not start or end with whitespace.";
const NOVA_NAME_LEGACY: &str = "An invalid 'name' value was provided. The name must be: printable characters with at least one non space character";

impl Error {
    /// A stable name for this kind of error, in snake case.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NameEmpty => "name_empty",
            Self::NameTooLong { .. } => "name_too_long",
            Self::NameCharacter { .. } => "name_character",
            Self::NameEdgeWhitespace { .. } => "name_edge_whitespace",
            Self::NameBlank => "name_blank",
            Self::NameUnprintable { .. } => "name_unprintable",
            Self::Microversion => "microversion",

            Self::Request { .. } => "request",
            Self::X509Unsupported => "x509_unsupported",
            Self::Forbidden => "forbidden",
            Self::QuotaExceeded { .. } => "quota_exceeded",
            Self::KeypairExists { .. } => "keypair_exists",

            Self::Comment { .. } => "comment",
            Self::KeySize { .. } => "key_size",
            Self::PassphraseEmpty => "passphrase_empty",
            Self::Encoding => "encoding",

            Self::Rng => "rng",
        }
    }

    /// The byte offset in the input (name, line or comment) at which it went wrong, where one makes sense.
    pub fn position(&self) -> Option<usize> {
        match self {
            Self::NameCharacter { position, .. }
            | Self::NameEdgeWhitespace { position }
            | Self::NameUnprintable { position, .. }
            | Self::Comment { position } => Some(*position),
            _ => None,
        }
    }

    /// The HTTP status with which Nova answers such a request.
    pub fn http_status(&self) -> u16 {
        match self {
            Self::Forbidden | Self::QuotaExceeded { .. } => 403,
            Self::KeypairExists { .. } => 409,
            Self::Encoding | Self::Rng => 500,
            _ => 400,
        }
    }

    /// What a reply says: Nova's words, and behind its one sentence about bad keys, which helps nobody, this crate's.
    pub(crate) fn reply_message(&self) -> String {
        match self.nova_message() {
            Cow::Borrowed(NOVA_INVALID_KEY) => format!("{NOVA_INVALID_KEY}: {self}"),
            message => message.into_owned(),
        }
    }

    /// Nova's own words for such a request; this crate's where Nova has none.
    pub fn nova_message(&self) -> Cow<'static, str> {
        match self {
            Self::NameEmpty => "Invalid input for field/attribute name. Value: . '' should be non-empty".into(),
            Self::NameTooLong { name, .. } => {
                format!("Invalid input for field/attribute name. Value: {name}. {} is too long", repr(name)).into()
            }
            Self::NameCharacter { name, pattern, .. } => format!(
                "Invalid input for field/attribute name. Value: {name}. {} does not match {}",
                repr(name),
                repr(pattern)
            )
            .into(),
            Self::NameEdgeWhitespace { .. } | Self::NameUnprintable { legacy: false, .. } => NOVA_NAME.into(),
            Self::NameBlank | Self::NameUnprintable { legacy: true, .. } => NOVA_NAME_LEGACY.into(),

            Self::Request { message, .. } => message.clone().into(),
            Self::Forbidden => "Policy doesn't allow os_compute_api:os-keypairs:create to be performed.".into(),
            Self::QuotaExceeded { .. } => "Quota exceeded, too many key pairs.".into(),
            Self::KeypairExists { name } => format!("Key pair '{name}' already exists.").into(),

            Self::Microversion
            | Self::X509Unsupported
            | Self::Comment { .. }
            | Self::KeySize { .. }
            | Self::PassphraseEmpty
            | Self::Encoding
            | Self::Rng => format!("{self}").into(),
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NameEmpty => write!(f, "the name is empty: give one of 1 to 255 characters"),
            Self::NameTooLong { bytes, .. } => {
                write!(f, "the name ({bytes} bytes) is longer than 255 characters: shorten it")
            }
            Self::NameCharacter { character, position, pattern, .. } => {
                write!(f, "the name has {character:?} at byte {position}: replace it, names must match {pattern}")
            }
            Self::NameEdgeWhitespace { position } => {
                write!(f, "the name has white space at its edge (byte {position}): remove it")
            }
            Self::NameBlank => write!(f, "the name holds nothing but spaces: give it at least one other character"),
            Self::NameUnprintable { position, .. } => {
                write!(
                    f,
                    "the name has a character at byte {position} that Nova does not take for printable: remove it"
                )
            }
            Self::Microversion => {
                write!(f, "this is no microversion of the compute API: write it as 2.N, for example 2.1 or 2.92")
            }

            Self::Request { message, .. } => f.write_str(message),
            Self::X509Unsupported => {
                write!(f, "key pairs of type x509 are not supported: leave the field type out, or set it to ssh")
            }
            Self::Forbidden => write!(
                f,
                "creating a key pair for another user is not allowed: leave the field user_id out, or ask an administrator"
            ),
            Self::QuotaExceeded { limit } => {
                write!(f, "there are {limit} key pairs already, as many as the quota allows: delete one first")
            }
            Self::KeypairExists { name } => {
                write!(f, "there is a key pair named {name:?} already: choose another name, or delete that one first")
            }

            Self::Comment { position } => write!(
                f,
                "the comment cannot be used from byte {position} on: use one line of at most 255 bytes without control characters"
            ),
            Self::KeySize { bits } => write!(f, "keys of {bits} bits are not made: choose 2048, 3072 or 4096"),
            Self::PassphraseEmpty => {
                write!(f, "the passphrase is empty: give one, or ask for the private key without encryption")
            }
            Self::Encoding => write!(f, "the private key could not be encoded: report this as a bug, it cannot happen"),

            Self::Rng => {
                write!(f, "the random number generator failed, so that no key was made: check it, then try again")
            }
        }
    }
}

impl core::error::Error for Error {}
