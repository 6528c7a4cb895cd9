//! [`Checked`]: a request that passed every check that needs no lookup.

use alloc::string::String;

use rand_core::TryCryptoRng;

use crate::error::Result;
use crate::keypair::{Keypair, create, import_with};
use crate::microversion::Microversion;
use crate::name::KeypairName;
use crate::os_keypairs::context::Context;
use crate::os_keypairs::error::RequestError;
use crate::os_keypairs::reply::Reply;
use crate::os_keypairs::request::Request;
use crate::os_keypairs::schema::{self, Fields};
use crate::private_key::{KeySpec, PrivateKeyFormat};
use crate::public_key::PublicKey;

/// A request that passed every check that needs no lookup: schema, policy and quota, and for an import the public
/// key.
///
/// The caller does the rest: look up whether [`user_id`](Self::user_id) already has a key pair of this
/// [`name`](Self::name), which may be asynchronous and may fail, and then choose the reply.
///
/// | the lookup | reply |
/// |---|---|
/// | found nothing | [`import`](Self::import), or [`create`](Self::create) if that is `None` |
/// | found the name | [`conflict`](Self::conflict): 409 |
/// | failed | [`Reply::storage_failed`]: 500 |
///
#[cfg_attr(feature = "getrandom", doc = "```")]
#[cfg_attr(not(feature = "getrandom"), doc = "```ignore")]
/// use nova_keypair::{OsRng, os_keypairs::{Context, Reply, Request}};
///
/// fn answer(request: &Request, context: &Context, exists: impl Fn(&str, &str) -> std::io::Result<bool>) -> Reply {
///     let checked = match request.check(context) {
///         Ok(checked) => checked,
///         Err(rejection) => return rejection,
///     };
///     match exists(checked.user_id(), checked.name().as_str()) {
///         Ok(false) => checked.import().unwrap_or_else(|| checked.create(&mut OsRng)),
///         Ok(true) => checked.conflict(),
///         Err(_) => Reply::storage_failed(),
///     }
/// }
///
/// let context = Context::new("me");
/// assert_eq!(answer(&Request::new("my-key"), &context, |_, _| Ok(false)).status(), 200);
/// assert_eq!(answer(&Request::new("my-key"), &context, |_, _| Ok(true)).status(), 409);
/// let timeout = |_: &str, _: &str| Err(std::io::ErrorKind::TimedOut.into());
/// assert_eq!(answer(&Request::new("my-key"), &context, timeout).status(), 500);
/// ```
#[derive(Clone, Debug)]
pub struct Checked {
    name: KeypairName,
    user_id: String,
    microversion: Microversion,
    task: Task,
}

/// The action that a request calls for.
#[derive(Clone, Debug)]
enum Task {
    Import(Keypair),
    Create(KeySpec, PrivateKeyFormat),
}

impl Request {
    /// Returns the user who will own the key pair if [`check`](Self::check) accepts the request, and whose key pairs a
    /// [`quota`](Context::quota) counts: from microversion 2.10 on the `user_id` of the request, if it has one;
    /// otherwise the sender.
    ///
    /// ```
    /// use nova_keypair::Microversion;
    /// use nova_keypair::os_keypairs::{Context, Request};
    ///
    /// let request = Request::new("my-key").user_id("other");
    /// let context = Context::new("me");
    /// assert_eq!(request.owner(&context), "me");
    /// assert_eq!(request.owner(&context.microversion(Microversion::V2_10)), "other");
    /// ```
    #[must_use]
    pub fn owner<'a>(&'a self, context: &'a Context) -> &'a str {
        let user_id = if context.microversion < Microversion::V2_10 { None } else { schema::user_id(self.body()) };
        user_id.unwrap_or(&context.user_id)
    }

    /// Checks the request in Nova's order: schema (400), policy (403), quota (403), the public key (400), and the names
    /// that the context lists (409).
    ///
    /// # Errors
    /// The reply to send. [`Reply::error`] is a [`NameError`](crate::NameError), a
    /// [`PublicKeyError`](crate::PublicKeyError) or a [`RequestError`].
    pub fn check(&self, context: &Context) -> Result<Checked, Reply> {
        let fields = schema::validate(self.body(), context.microversion)?;
        if fields.is_x509 {
            return Err(Reply::rejected(RequestError::UnsupportedX509));
        }
        let user_id = owner(&fields, context)?;
        if let Some((used, limit)) = context.quota
            && used >= limit
        {
            return Err(Reply::rejected(RequestError::QuotaExceeded { limit }));
        }
        let task = match fields.public_key {
            Some(line) => Task::Import(
                import_with(&fields.name, line, &context.policy)
                    .map_err(|error| Reply::rejected_key(error, line, &context.policy))?,
            ),
            None => Task::Create(context.key_spec, context.private_key_format),
        };
        let checked = Checked { name: fields.name, user_id: user_id.into(), microversion: context.microversion, task };
        if context.existing.contains(checked.name.as_str()) {
            return Err(checked.conflict());
        }
        Ok(checked)
    }
}

/// Returns the user who will own the key pair, if the policy allows that.
fn owner<'a>(fields: &Fields<'a>, context: &'a Context) -> Result<&'a str, Reply> {
    match fields.user_id {
        Some(other) if other != context.user_id && !context.may_act_for_others => {
            Err(Reply::rejected(RequestError::Forbidden))
        }
        Some(user_id) => Ok(user_id),
        None => Ok(&context.user_id),
    }
}

impl Checked {
    /// Returns the name of the key pair.
    #[must_use]
    pub fn name(&self) -> &KeypairName {
        &self.name
    }

    /// Returns the user who will own the key pair.
    #[must_use]
    pub fn user_id(&self) -> &str {
        &self.user_id
    }

    /// Returns the public key to import; `None` if a key pair is to be generated.
    #[must_use]
    pub fn public_key(&self) -> Option<&PublicKey> {
        match &self.task {
            Task::Import(keypair) => Some(&keypair.public_key),
            Task::Create(..) => None,
        }
    }

    /// Returns whether the request carries a public key.
    #[must_use]
    pub fn is_import(&self) -> bool {
        self.public_key().is_some()
    }

    /// Builds the reply with the imported key pair; `None` if a key pair is to be generated.
    #[must_use]
    pub fn import(&self) -> Option<Reply> {
        match &self.task {
            Task::Import(keypair) => Some(Reply::imported(keypair.clone(), &self.user_id, self.microversion)),
            Task::Create(..) => None,
        }
    }

    /// Builds the reply with a generated key pair, or with status 500 if generation fails. For a request that carries
    /// a public key the reply is that of [`import`](Self::import), and `rng` is not used.
    pub fn create<R: TryCryptoRng + ?Sized>(self, rng: &mut R) -> Reply {
        match self.task {
            Task::Import(keypair) => Reply::imported(keypair, &self.user_id, self.microversion),
            Task::Create(size, format) => match create(&self.name, size, rng) {
                Ok(generated) => Reply::created(generated, &self.user_id, self.microversion, format),
                Err(error) => Reply::rejected(error),
            },
        }
    }

    /// Builds the reply for a name that already exists: 409.
    #[must_use]
    pub fn conflict(&self) -> Reply {
        Reply::conflict(&self.name)
    }
}
