//! The HTTP status of each failure, and Nova's message for it.
//!
//! Where Nova quotes the request in a message, the caller passes the quotable part: errors hold nothing of their
//! input.

use alloc::borrow::ToOwned;
use alloc::format;
use alloc::string::{String, ToString};

use crate::error::Error;
use crate::keygen::error::GenerateError;
use crate::microversion::Microversion;
use crate::name::error::{NameError, NameErrorKind};
use crate::nova::INVALID_KEY;
use crate::os_keypairs::error::RequestError;
use crate::os_keypairs::python::{quotable, repr};
use crate::private_key::error::PrivateKeyErrorKind;

const NAME: &str = "An invalid 'name' value was provided. The name must be: printable characters. \
                    Can not start or end with whitespace.";
const NAME_LEGACY: &str = "An invalid 'name' value was provided. The name must be: printable characters with at least \
                           one non space character";

/// Returns the HTTP status with which Nova answers such a request.
pub(super) fn status(error: &Error) -> u16 {
    match error {
        Error::Name(error) => match error.kind() {
            NameErrorKind::AlreadyExists => 409,
            NameErrorKind::Empty
            | NameErrorKind::TooLong { .. }
            | NameErrorKind::DisallowedCharacter { .. }
            | NameErrorKind::SurroundingWhitespace
            | NameErrorKind::OnlySpaces
            | NameErrorKind::UnprintableCharacter
            | NameErrorKind::ContainsPrivateKey => 400,
        },
        // Nova's `InvalidKeypair`, whatever the problem with the key.
        Error::PublicKey(_) => 400,
        Error::PrivateKey(error) => match error.kind() {
            PrivateKeyErrorKind::InvalidComment | PrivateKeyErrorKind::EmptyPassphrase => 400,
            // The server chooses the format and the type of the key.
            PrivateKeyErrorKind::NotRsa => 500,
        },
        Error::Fingerprint(_) | Error::Identifier(_) => 400,
        Error::Generate(error) => match error {
            GenerateError::UnsupportedKeySize { .. }
            | GenerateError::SeedTooShort { .. }
            | GenerateError::InvalidSeedLength { .. } => 400,
            GenerateError::RngFailed
            | GenerateError::RngRepeats
            | GenerateError::TooManyCandidates { .. }
            | GenerateError::PrimesTooClose
            | GenerateError::PrimeTooSmall
            | GenerateError::PrivateExponentTooSmall
            | GenerateError::PairwiseTestFailed
            | GenerateError::EncodingFailed => 500,
        },
        // The server's own configuration.
        Error::Blocklist(_) => 500,
        Error::Request(error) => match error {
            RequestError::InvalidBody { .. }
            | RequestError::InvalidQuery { .. }
            | RequestError::MarkerNotFound
            | RequestError::UnsupportedX509
            | RequestError::InvalidMicroversion => 400,
            RequestError::Forbidden | RequestError::QuotaExceeded { .. } => 403,
            RequestError::KeypairNotFound => 404,
            RequestError::UnsupportedMicroversion => 406,
            RequestError::StorageFailed => 500,
        },
    }
}

/// Returns Nova's name for the envelope of a failure with this status (`webob`, in `Fault` of
/// `nova/api/openstack/wsgi.py`).
#[cfg(feature = "serde")]
pub(super) fn envelope(status: u16) -> &'static str {
    match status {
        400 => "badRequest",
        403 => "forbidden",
        404 => "itemNotFound",
        409 => "conflictingRequest",
        _ => "computeFault",
    }
}

/// Returns Nova's message; for rejected keys, where Nova's is generic, this crate's explanation is appended. If Nova
/// has no message, or quotes the request in it, the message is this crate's.
pub(super) fn of_error(error: &Error) -> String {
    match error {
        Error::PublicKey(error) => format!("{INVALID_KEY}: {error}"),
        Error::Request(RequestError::Forbidden) => of_policy("create"),
        Error::Request(RequestError::QuotaExceeded { .. }) => "Quota exceeded, too many key pairs.".to_owned(),
        Error::Request(
            RequestError::InvalidBody { .. }
            | RequestError::InvalidQuery { .. }
            | RequestError::KeypairNotFound
            | RequestError::MarkerNotFound
            | RequestError::UnsupportedX509
            | RequestError::InvalidMicroversion
            | RequestError::UnsupportedMicroversion
            | RequestError::StorageFailed,
        )
        | Error::Name(_)
        | Error::PrivateKey(_)
        | Error::Generate(_)
        | Error::Fingerprint(_)
        | Error::Identifier(_)
        | Error::Blocklist(_) => error.to_string(),
    }
}

/// Returns Nova's message for a name.
pub(super) fn of_name(error: NameError, name: &str, microversion: Microversion) -> String {
    let name = &*quotable(name);
    match error.kind() {
        NameErrorKind::Empty => of_field("name", "", "'' should be non-empty"),
        NameErrorKind::TooLong { .. } => of_field("name", name, &format!("{} is too long", repr(name))),
        NameErrorKind::DisallowedCharacter { pattern } => {
            of_field("name", name, &format!("{} does not match {}", repr(name), repr(pattern)))
        }
        NameErrorKind::UnprintableCharacter if microversion < Microversion::V2_1 => NAME_LEGACY.to_owned(),
        NameErrorKind::UnprintableCharacter | NameErrorKind::SurroundingWhitespace => NAME.to_owned(),
        NameErrorKind::OnlySpaces => NAME_LEGACY.to_owned(),
        NameErrorKind::ContainsPrivateKey => error.to_string(),
        NameErrorKind::AlreadyExists => format!("Key pair '{name}' already exists."),
    }
}

/// Returns Nova's message for a field that does not match the schema (`nova/api/validation/validators.py`).
pub(super) fn of_field(field: &str, value: &str, found: &str) -> String {
    format!("Invalid input for field/attribute {field}. Value: {value}. {found}")
}

/// Returns Nova's message for a parameter of the query that does not match the schema.
pub(super) fn of_parameter(name: &str, value: &str, found: &str) -> String {
    format!("Invalid input for query parameters {name}. Value: {value}. {found}")
}

/// Returns Nova's message for an action that the policy denies.
pub(super) fn of_policy(action: &str) -> String {
    format!("Policy doesn't allow os_compute_api:os-keypairs:{action} to be performed.")
}

/// Returns Nova's message for a key pair that does not exist.
pub(super) fn of_missing(name: &str, user_id: &str) -> String {
    format!("Keypair {} not found for user {}", quotable(name), quotable(user_id))
}

/// Returns Nova's message for a marker that is not the name of a key pair.
pub(super) fn of_marker(marker: &str) -> String {
    format!("Marker {} could not be found.", quotable(marker))
}

/// Returns Nova's message for a text that is not a microversion.
pub(super) fn of_malformed_version(text: &str) -> String {
    let text = quotable(text);
    format!("API Version String {text} is of invalid format. Must be of format MajorNum.MinorNum.")
}

/// Returns Nova's message for a microversion out of range.
pub(super) fn of_unsupported_version(text: &str) -> String {
    let (text, min, max) = (quotable(text), Microversion::V2_1, Microversion::LATEST);
    format!("Version {text} is not supported by the API. Minimum is {min} and maximum is {max}.")
}
