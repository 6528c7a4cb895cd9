//! [`Reply`]: a status and a body.

use alloc::borrow::ToOwned;
use alloc::boxed::Box;
use alloc::format;
use alloc::string::String;
use core::fmt;

use zeroize::Zeroizing;

use crate::error::Error;
use crate::keypair::{GeneratedKeypair, Keypair};
use crate::microversion::Microversion;
use crate::name::KeypairName;
use crate::name::error::{NameError, NameErrorKind};
use crate::os_keypairs::error::RequestError;
use crate::os_keypairs::message;
use crate::os_keypairs::page::Page;
use crate::os_keypairs::python::quotable;
use crate::os_keypairs::stored::StoredKeypair;
use crate::policy::ImportPolicy;
use crate::private_key::PrivateKeyFormat;
use crate::public_key::{PublicKey, Recovered};

/// The reply to a request: a status and a body.
///
/// With the feature `serde` it serializes as `{"status": …, "body": {…}}`, and [`body`](Self::body) as the body
/// alone: `{"keypair": {…}}`, `{"keypairs": […]}`, or `{"code": …, "message": …}` in one of Nova's envelopes:
/// `badRequest`, `forbidden`, `itemNotFound`, `conflictingRequest`, and `computeFault` for a microversion that is not
/// supported and for a server failure, such as that of its random number generator.
///
/// The reply to a create request carries the private key, so it cannot be cloned. Its memory is zeroized on drop; the
/// caller must clear the output of a serializer.
pub struct Reply {
    body: Body,
}

/// The body of a [`Reply`].
pub struct Body(Outcome);

enum Outcome {
    Keypair(Box<Success>),
    Shown { stored: Box<StoredKeypair>, has_type: bool },
    Listed(Page),
    Deleted { status: u16 },
    Rejected { error: Error, status: u16, message: String },
}

struct Success {
    keypair: Keypair,
    user_id: String,
    has_type: bool,
    private_key: Option<Zeroizing<String>>,
}

impl Reply {
    /// Builds the reply with a generated key pair, or with status 500 if it is an Ed25519 key and `format` is PKCS#1.
    #[must_use]
    pub fn created(
        generated: GeneratedKeypair,
        user_id: &str,
        microversion: Microversion,
        format: PrivateKeyFormat,
    ) -> Self {
        match generated.private_key.to_format(format) {
            Ok(private_key) => Self::succeeded(generated.keypair, user_id, microversion, Some(private_key)),
            Err(error) => Self::rejected(error),
        }
    }

    /// Builds the reply with an imported public key.
    #[must_use]
    pub fn imported(keypair: Keypair, user_id: &str, microversion: Microversion) -> Self {
        Self::succeeded(keypair, user_id, microversion, None)
    }

    fn succeeded(
        keypair: Keypair,
        user_id: &str,
        microversion: Microversion,
        private_key: Option<Zeroizing<String>>,
    ) -> Self {
        let has_type = microversion >= Microversion::V2_2;
        let success = Success { keypair, user_id: user_id.to_owned(), has_type, private_key };
        Self { body: Body(Outcome::Keypair(Box::new(success))) }
    }

    pub(super) fn shown(stored: StoredKeypair, microversion: Microversion) -> Self {
        let has_type = microversion >= Microversion::V2_2;
        Self { body: Body(Outcome::Shown { stored: Box::new(stored), has_type }) }
    }

    pub(super) fn listed(page: Page) -> Self {
        Self { body: Body(Outcome::Listed(page)) }
    }

    pub(super) fn deleted(microversion: Microversion) -> Self {
        let status = if microversion >= Microversion::V2_2 { 204 } else { 202 };
        Self { body: Body(Outcome::Deleted { status }) }
    }

    /// Builds the reply to a rejected request, with Nova's message; for rejected public keys, where Nova's is
    /// generic, this crate's explanation is appended. Where Nova would quote the request, the message is this
    /// crate's; [`Request::check`](super::Request::check) does quote it.
    pub fn rejected(error: impl Into<Error>) -> Self {
        let error = error.into();
        let message = message::of_error(&error);
        Self::with_message(error, message)
    }

    /// Builds the reply to a request whose public key, `text`, was rejected: what is wrong with it, and which key was
    /// meant, if that is certain.
    pub(super) fn rejected_key(error: Error, text: &str, policy: &ImportPolicy) -> Self {
        let mut message = message::of_error(&error);
        if let Ok(Recovered { key, repairs, .. }) = PublicKey::recover_with(text, policy) {
            repairs.iter().skip(1).for_each(|repair| message.push_str(&format!("; then: {repair}")));
            message.push_str(&format!("; this leads to the key with the fingerprint {}", key.fingerprint()));
        }
        Self::with_message(error, message)
    }

    /// Builds the reply for a key pair whose name already exists: 409.
    #[must_use]
    pub fn conflict(name: &KeypairName) -> Self {
        let error = NameError::from(NameErrorKind::AlreadyExists);
        Self::with_message(error, message::of_name(error, name.as_str(), Microversion::default()))
    }

    /// Builds the reply for a server that could not read or write its key pairs: 500.
    #[must_use]
    pub fn storage_failed() -> Self {
        Self::rejected(RequestError::StorageFailed)
    }

    /// Builds the reply to a body that is not JSON, with the parser's message: 400.
    #[must_use]
    pub fn malformed(reason: &str) -> Self {
        let error = RequestError::InvalidBody { part: "body", fault: "is not JSON" };
        let reason = quotable(reason);
        let message = format!("Malformed request body: {reason}: send an object with the field 'keypair'");
        Self::with_message(error, message)
    }

    pub(super) fn with_message(error: impl Into<Error>, message: String) -> Self {
        let error = error.into();
        Self { body: Body(Outcome::Rejected { error, status: message::status(&error), message }) }
    }

    /// Returns the HTTP status: 200, 201 for a new key pair and 204 for a deleted one (200 and 202 before microversion
    /// 2.2), 400, 403, 404, 406, 409 or 500.
    #[must_use]
    pub fn status(&self) -> u16 {
        match &self.body.0 {
            Outcome::Keypair(success) if success.has_type => 201,
            Outcome::Keypair(_) | Outcome::Shown { .. } | Outcome::Listed(_) => 200,
            Outcome::Deleted { status } => *status,
            Outcome::Rejected { status, .. } => *status,
        }
    }

    /// Returns the body.
    #[must_use]
    pub fn body(&self) -> &Body {
        &self.body
    }

    /// Returns the record to store, if a key pair was created or imported.
    #[must_use]
    pub fn keypair(&self) -> Option<&Keypair> {
        self.success().map(|success| &success.keypair)
    }

    /// Returns the owner of the key pair, if one was created or imported.
    #[must_use]
    pub fn user_id(&self) -> Option<&str> {
        self.success().map(|success| &*success.user_id)
    }

    /// Returns the `type` of each key pair in the body, always `ssh`, if the body has the field.
    #[must_use]
    pub fn key_type(&self) -> Option<&'static str> {
        let has_type = match &self.body.0 {
            Outcome::Keypair(success) => success.has_type,
            Outcome::Shown { has_type, .. } => *has_type,
            Outcome::Listed(page) => page.has_type,
            Outcome::Deleted { .. } | Outcome::Rejected { .. } => false,
        };
        has_type.then_some("ssh")
    }

    /// Returns the private key, if one was generated.
    #[must_use]
    pub fn private_key(&self) -> Option<&str> {
        self.success()?.private_key.as_ref().map(|text| text.as_str())
    }

    /// Returns the key pair that the reply shows, if it shows one.
    #[must_use]
    pub fn shown_keypair(&self) -> Option<&StoredKeypair> {
        match &self.body.0 {
            Outcome::Shown { stored, .. } => Some(stored),
            _ => None,
        }
    }

    /// Returns the key pairs that the reply lists, if it lists them.
    #[must_use]
    pub fn listed_keypairs(&self) -> Option<&[Keypair]> {
        self.page().map(|page| &*page.keypairs)
    }

    /// Returns the URL of the next page, if the reply lists key pairs and there may be more.
    #[must_use]
    pub fn next_page(&self) -> Option<&str> {
        self.page()?.next.as_deref()
    }

    fn page(&self) -> Option<&Page> {
        match &self.body.0 {
            Outcome::Listed(page) => Some(page),
            _ => None,
        }
    }

    /// Returns the message of the body, if the request was rejected.
    #[must_use]
    pub fn message(&self) -> Option<&str> {
        match &self.body.0 {
            Outcome::Rejected { message, .. } => Some(message),
            _ => None,
        }
    }

    /// Returns the reason, if the request was rejected.
    #[must_use]
    pub fn error(&self) -> Option<Error> {
        match &self.body.0 {
            Outcome::Rejected { error, .. } => Some(*error),
            _ => None,
        }
    }

    fn success(&self) -> Option<&Success> {
        match &self.body.0 {
            Outcome::Keypair(success) => Some(success),
            _ => None,
        }
    }
}

impl Body {
    /// Returns whether the body has no bytes, as in the reply to a deletion. With the feature `serde` it serializes as
    /// `null`, which is not to be sent.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        matches!(self.0, Outcome::Deleted { .. })
    }
}

impl fmt::Debug for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reply").field("status", &self.status()).field("body", &self.body).finish()
    }
}

impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Outcome::Keypair(success) => f
                .debug_struct("Body")
                .field("keypair", &success.keypair)
                .field("user_id", &success.user_id)
                .field("private_key", &success.private_key.as_ref().map(|_| format_args!("[elided]")))
                .finish(),
            Outcome::Shown { stored, .. } => f.debug_tuple("Body").field(stored).finish(),
            Outcome::Listed(page) => f.debug_tuple("Body").field(page).finish(),
            Outcome::Deleted { .. } => f.write_str("Body"),
            Outcome::Rejected { error, .. } => f.debug_tuple("Body").field(error).finish(),
        }
    }
}

#[cfg(feature = "serde")]
mod serialize {
    //! Serialization of the bodies in Nova's format.

    use serde::ser::{Serialize, SerializeStruct, Serializer};

    use super::{Body, Outcome, Reply, Success};
    use crate::os_keypairs::message::envelope;
    use crate::os_keypairs::stored::serialize::Shown;

    impl Serialize for Reply {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            let mut reply = serializer.serialize_struct("Reply", 2)?;
            reply.serialize_field("status", &self.status())?;
            reply.serialize_field("body", &self.body)?;
            reply.end()
        }
    }

    impl Serialize for Body {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            match &self.0 {
                Outcome::Keypair(success) => member("keypair", &**success, serializer),
                Outcome::Shown { stored, has_type } => {
                    member("keypair", &Shown { stored, has_type: *has_type }, serializer)
                }
                Outcome::Listed(page) => page.serialize(serializer),
                Outcome::Deleted { .. } => serializer.serialize_unit(),
                Outcome::Rejected { status, message, .. } => {
                    member(envelope(*status), &Fault { code: *status, message }, serializer)
                }
            }
        }
    }

    /// Serializes a body with one member.
    fn member<T: Serialize, S: Serializer>(name: &'static str, value: &T, serializer: S) -> Result<S::Ok, S::Error> {
        let mut body = serializer.serialize_struct("Body", 1)?;
        body.serialize_field(name, value)?;
        body.end()
    }

    impl Serialize for Success {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            let fields = 4 + usize::from(self.has_type) + usize::from(self.private_key.is_some());
            let mut keypair = serializer.serialize_struct("keypair", fields)?;
            keypair.serialize_field("name", &self.keypair.name)?;
            if self.has_type {
                keypair.serialize_field("type", "ssh")?;
            }
            keypair.serialize_field("public_key", &self.keypair.public_key)?;
            keypair.serialize_field("fingerprint", &self.keypair.fingerprint)?;
            keypair.serialize_field("user_id", &self.user_id)?;
            if let Some(private_key) = &self.private_key {
                keypair.serialize_field("private_key", private_key.as_str())?;
            }
            keypair.end()
        }
    }

    struct Fault<'a> {
        code: u16,
        message: &'a str,
    }

    impl Serialize for Fault<'_> {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            let mut fault = serializer.serialize_struct("fault", 2)?;
            fault.serialize_field("code", &self.code)?;
            fault.serialize_field("message", self.message)?;
            fault.end()
        }
    }
}
