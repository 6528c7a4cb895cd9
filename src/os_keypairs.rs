//! The call `POST /v2.1/{project_id}/os-keypairs` as a pure function: [`post`] takes a [`Request`] and a [`Context`] and answers a
//! [`Reply`].
//!
//! Nothing is stored. Whether a name exists, whose the key pair is and which rules hold, the caller says in the [`Context`]; what to keep of
//! the answer is [`Reply::keypair`].

pub(crate) mod python;
mod request;

use alloc::borrow::ToOwned;
use alloc::format;
use alloc::string::String;
use core::fmt;

use rand_core::TryCryptoRng;
use zeroize::Zeroizing;

pub use self::request::{Request, Value};
use crate::error::{Error, Result};
use crate::keypair::{GeneratedKeypair, Keypair, create, import_with};
use crate::microversion::Microversion;
use crate::name::KeypairName;
use crate::os_keypairs::python::quotable;
use crate::policy::ImportPolicy;
use crate::private_key::{KeySize, PrivateKeyFormat};

/// What the call depends on besides its body.
///
/// ```
/// use nova_keypair::{Microversion, os_keypairs::Context};
/// let taken = |user_id: &str, name: &str| user_id == "f882feb3" && name == "old-key";
/// let context = Context::new("f882feb3").microversion(Microversion::V2_2).exists(&taken);
/// ```
#[derive(Clone)]
pub struct Context<'a> {
    user_id: &'a str,
    microversion: Microversion,
    policy: ImportPolicy,
    exists: &'a dyn Fn(&str, &str) -> bool,
    may_act_for_others: bool,
    quota: Option<(u32, u32)>,
    key_size: KeySize,
    private_key_format: PrivateKeyFormat,
}

impl<'a> Context<'a> {
    /// The context of a user: microversion 2.1, the default import policy, no key pairs yet, no quota; keys are made with 2048 bits and
    /// returned in the OpenSSH format.
    pub fn new(user_id: &'a str) -> Self {
        Self {
            user_id,
            microversion: Microversion::default(),
            policy: ImportPolicy::default(),
            exists: &|_, _| false,
            may_act_for_others: false,
            quota: None,
            key_size: KeySize::default(),
            private_key_format: PrivateKeyFormat::default(),
        }
    }

    /// The microversion of the request.
    #[must_use]
    pub fn microversion(mut self, microversion: Microversion) -> Self {
        self.microversion = microversion;
        self
    }

    /// Which public keys are taken.
    #[must_use]
    pub fn policy(mut self, policy: ImportPolicy) -> Self {
        self.policy = policy;
        self
    }

    /// Whether the user has a key pair of this name: `exists(user_id, name)`. It is asked last, and only for a request that is good
    /// otherwise.
    #[must_use]
    pub fn exists(mut self, exists: &'a dyn Fn(&str, &str) -> bool) -> Self {
        self.exists = exists;
        self
    }

    /// Whether the user may create key pairs for another one (`user_id` in the request, from microversion 2.10 on).
    #[must_use]
    pub fn may_act_for_others(mut self, may: bool) -> Self {
        self.may_act_for_others = may;
        self
    }

    /// How many key pairs the user has, and how many are allowed (Nova's default is 100).
    #[must_use]
    pub fn quota(mut self, used: u32, limit: u32) -> Self {
        self.quota = Some((used, limit));
        self
    }

    /// The size of the keys that are made.
    #[must_use]
    pub fn key_size(mut self, size: KeySize) -> Self {
        self.key_size = size;
        self
    }

    /// The format in which a private key is returned. Nova returned PKCS#1.
    #[must_use]
    pub fn private_key_format(mut self, format: PrivateKeyFormat) -> Self {
        self.private_key_format = format;
        self
    }
}

impl fmt::Debug for Context<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Context")
            .field("user_id", &self.user_id)
            .field("microversion", &self.microversion)
            .finish_non_exhaustive()
    }
}

/// Answers a request as Nova does, in Nova's order of checks: schema (400), policy (403), quota (403), the key (400), the name (409).
///
/// Without `public_key` a key pair is made from `rng`, which is not touched otherwise. From microversion 2.92 on Nova makes no keys and
/// neither does this: use [`create`] and send the public key.
///
/// Every request gets a reply; none panics.
pub fn post<R: TryCryptoRng + ?Sized>(request: &Request, context: &Context<'_>, rng: &mut R) -> Reply {
    answer(request, context, rng).unwrap_or_else(Reply::refused)
}

fn answer<R: TryCryptoRng + ?Sized>(request: &Request, context: &Context<'_>, rng: &mut R) -> Result<Reply> {
    let fields = request.validate(context.microversion)?;
    if fields.is_x509 {
        return Err(Error::X509Unsupported);
    }
    // An empty user_id is none (nova/api/openstack/compute/keypairs.py: `user_id or context.user_id`).
    let user_id = fields.user_id.filter(|id| !id.is_empty()).unwrap_or(context.user_id);
    if user_id != context.user_id && !context.may_act_for_others {
        return Err(Error::Forbidden);
    }
    if let Some((used, limit)) = context.quota
        && used >= limit
    {
        return Err(Error::QuotaExceeded { limit });
    }
    let refuse_existing = |name: &KeypairName| match (context.exists)(user_id, name.as_str()) {
        true => Err(Error::KeypairExists { name: quotable(name.as_str()) }),
        false => Ok(()),
    };
    match fields.public_key {
        Some(public_key) => {
            let keypair = import_with(&fields.name, public_key, &context.policy)?;
            refuse_existing(&fields.name)?;
            Ok(Reply::imported(keypair, user_id, context.microversion))
        }
        // Nova makes the key first and asks for the name then; the answer is the same, and this wastes no key.
        None => {
            refuse_existing(&fields.name)?;
            let generated = create(&fields.name, context.key_size, rng)?;
            Reply::created(generated, user_id, context.microversion, context.private_key_format)
        }
    }
}

/// The answer to a request: a status and a body.
///
/// With the feature `serde` it serializes as `{"status": …, "body": {…}}`, and [`body`](Self::body) as the body alone: `{"keypair": {…}}`, or
/// one of Nova's envelopes, `badRequest`, `forbidden`, `conflictingRequest`, each `{"code": …, "message": …}`; `computeFault` for a failure
/// of this side, which is that of the random number generator.
///
/// The reply to a create request carries the private key, and cannot be cloned for that reason. Its memory is cleared on drop; what a
/// serializer makes of it is the caller's to clear.
pub struct Reply {
    status: u16,
    body: Body,
}

/// The body of a [`Reply`].
pub struct Body(Outcome);

// Boxing the larger variant would buy nothing: there is one reply per call, and it is moved once.
#[allow(clippy::large_enum_variant)]
enum Outcome {
    Keypair { keypair: Keypair, user_id: String, has_type: bool, private_key: Option<Zeroizing<String>> },
    Refused { error: Error, message: String },
}

impl Reply {
    /// The reply to a key pair that was made.
    ///
    /// # Errors
    /// `encoding`, if the private key cannot be written in this format.
    pub fn created(
        generated: GeneratedKeypair,
        user_id: &str,
        microversion: Microversion,
        format: PrivateKeyFormat,
    ) -> Result<Self> {
        let private_key = generated.private_key.to_format(format);
        Ok(Self::succeeded(generated.keypair, user_id, microversion, Some(private_key)))
    }

    /// The reply to a public key that was imported.
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
        let outcome = Outcome::Keypair { keypair, user_id: user_id.to_owned(), has_type, private_key };
        Self { status: if has_type { 201 } else { 200 }, body: Body(outcome) }
    }

    /// The reply to a request that was refused: Nova's words, and for a bad key, about which Nova says no more than that, this crate's
    /// behind them.
    pub fn refused(error: Error) -> Self {
        let message = error.reply_message();
        Self { status: error.http_status(), body: Body(Outcome::Refused { error, message }) }
    }

    /// The reply to a body that is no JSON, with what the parser says of it.
    pub fn malformed(reason: &str) -> Self {
        let message = format!("Malformed request body: {reason}: send an object with the field 'keypair'");
        Self::refused(Error::Request { field: String::new(), message })
    }

    /// The HTTP status: 200 (201 from microversion 2.2 on), 400, 403, 409 or 500.
    pub fn status(&self) -> u16 {
        self.status
    }

    /// The body.
    pub fn body(&self) -> &Body {
        &self.body
    }

    /// The record to store, if the request succeeded.
    pub fn keypair(&self) -> Option<&Keypair> {
        match &self.body.0 {
            Outcome::Keypair { keypair, .. } => Some(keypair),
            Outcome::Refused { .. } => None,
        }
    }

    /// Whose the key pair is, if the request succeeded.
    pub fn user_id(&self) -> Option<&str> {
        match &self.body.0 {
            Outcome::Keypair { user_id, .. } => Some(user_id),
            Outcome::Refused { .. } => None,
        }
    }

    /// The `type` of the key pair, always `ssh`, if the request succeeded and its microversion shows one.
    pub fn key_type(&self) -> Option<&'static str> {
        match &self.body.0 {
            Outcome::Keypair { has_type, .. } => has_type.then_some("ssh"),
            Outcome::Refused { .. } => None,
        }
    }

    /// The message of the body, if the request was refused.
    pub fn message(&self) -> Option<&str> {
        match &self.body.0 {
            Outcome::Keypair { .. } => None,
            Outcome::Refused { message, .. } => Some(message),
        }
    }

    /// The private key, if one was made.
    pub fn private_key(&self) -> Option<&str> {
        match &self.body.0 {
            Outcome::Keypair { private_key, .. } => private_key.as_ref().map(|text| text.as_str()),
            Outcome::Refused { .. } => None,
        }
    }

    /// Why the request was refused, if it was.
    pub fn error(&self) -> Option<&Error> {
        match &self.body.0 {
            Outcome::Keypair { .. } => None,
            Outcome::Refused { error, .. } => Some(error),
        }
    }
}

impl fmt::Debug for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reply").field("status", &self.status).field("body", &self.body).finish()
    }
}

impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Outcome::Keypair { keypair, user_id, private_key, .. } => f
                .debug_struct("Body")
                .field("keypair", keypair)
                .field("user_id", user_id)
                .field("private_key", &private_key.as_ref().map(|_| format_args!("[elided]")))
                .finish(),
            Outcome::Refused { error, .. } => f.debug_tuple("Body").field(error).finish(),
        }
    }
}

#[cfg(feature = "serde")]
mod serialize {
    //! The bodies as Nova writes them.

    use serde::ser::{Serialize, SerializeStruct, Serializer};

    use super::{Body, Keypair, Outcome, Reply};

    impl Serialize for Reply {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            let mut reply = serializer.serialize_struct("Reply", 2)?;
            reply.serialize_field("status", &self.status)?;
            reply.serialize_field("body", &self.body)?;
            reply.end()
        }
    }

    impl Serialize for Body {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            let mut envelope = serializer.serialize_struct("Body", 1)?;
            match &self.0 {
                Outcome::Keypair { keypair, user_id, has_type, private_key } => {
                    let private_key = private_key.as_ref().map(|text| text.as_str());
                    envelope
                        .serialize_field("keypair", &Success { keypair, user_id, has_type: *has_type, private_key })?;
                }
                Outcome::Refused { error, message } => {
                    let code = error.http_status();
                    // `webob`'s names for the faults (nova/api/openstack/wsgi.py, Fault).
                    let name = match code {
                        400 => "badRequest",
                        403 => "forbidden",
                        409 => "conflictingRequest",
                        _ => "computeFault",
                    };
                    envelope.serialize_field(name, &Fault { code, message })?;
                }
            }
            envelope.end()
        }
    }

    struct Success<'a> {
        keypair: &'a Keypair,
        user_id: &'a str,
        has_type: bool,
        private_key: Option<&'a str>,
    }

    impl Serialize for Success<'_> {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            let fields = 4 + usize::from(self.has_type) + usize::from(self.private_key.is_some());
            let mut keypair = serializer.serialize_struct("keypair", fields)?;
            keypair.serialize_field("name", &self.keypair.name)?;
            if self.has_type {
                keypair.serialize_field("type", "ssh")?;
            }
            keypair.serialize_field("public_key", &self.keypair.public_key)?;
            keypair.serialize_field("fingerprint", &self.keypair.fingerprint)?;
            keypair.serialize_field("user_id", self.user_id)?;
            if let Some(private_key) = self.private_key {
                keypair.serialize_field("private_key", private_key)?;
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
