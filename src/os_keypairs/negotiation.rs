//! [`negotiate`]: which microversion a request is for.

use crate::error::Result;
use crate::microversion::Microversion;
use crate::os_keypairs::error::RequestError;
use crate::os_keypairs::message;
use crate::os_keypairs::reply::Reply;

/// Returns the microversion of a request: 2.1 without a header, [`Microversion::LATEST`] for `latest`.
///
/// `requested` is what follows `compute` in the header `OpenStack-API-Version`, or the value of the older header
/// `X-OpenStack-Nova-API-Version`. A server announces the supported versions, 2.1 to 2.92, in its version document, and
/// the chosen one in both headers of its replies.
///
/// ```
/// use nova_keypair::{Microversion, os_keypairs::negotiate};
///
/// assert_eq!(negotiate(None).unwrap(), Microversion::V2_1);
/// assert_eq!(negotiate(Some("2.35")).unwrap(), Microversion::new(35));
/// let rejection = negotiate(Some("2.200")).unwrap_err();
/// let message = "Version 2.200 is not supported by the API. Minimum is 2.1 and maximum is 2.92.";
/// assert_eq!((rejection.status(), rejection.message()), (406, Some(message)));
/// assert_eq!(negotiate(Some("two")).unwrap_err().status(), 400);
/// ```
///
/// # Errors
/// The reply to send, to a text that is not a version (400) or to a version out of range (406).
pub fn negotiate(requested: Option<&str>) -> Result<Microversion, Reply> {
    let Some(text) = requested else { return Ok(Microversion::default()) };
    match text.parse() {
        Ok(version) if (Microversion::V2_1..=Microversion::LATEST).contains(&version) => Ok(version),
        Err(error) if !is_version(text) => Err(Reply::with_message(error, message::of_malformed_version(text))),
        _ => Err(Reply::with_message(RequestError::UnsupportedMicroversion, message::of_unsupported_version(text))),
    }
}

/// Returns whether the text is a major and a minor version without leading zeros.
fn is_version(text: &str) -> bool {
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    text.split_once('.').is_some_and(|(major, minor)| {
        is_number(major) && is_number(minor) && !major.starts_with('0') && (minor == "0" || !minor.starts_with('0'))
    })
}
