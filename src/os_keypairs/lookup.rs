//! [`CheckedShow`] and [`CheckedDelete`]: requests for one key pair that passed every check that needs no lookup.

use alloc::borrow::ToOwned;
use alloc::string::String;

use crate::error::Result;
use crate::microversion::Microversion;
use crate::os_keypairs::context::Context;
use crate::os_keypairs::error::RequestError;
use crate::os_keypairs::message;
use crate::os_keypairs::query::Query;
use crate::os_keypairs::query_schema::{Action, validate};
use crate::os_keypairs::reply::Reply;
use crate::os_keypairs::stored::StoredKeypair;

/// The key pair that a request is for.
#[derive(Clone, Debug)]
struct Lookup {
    name: String,
    user_id: String,
    microversion: Microversion,
}

impl Lookup {
    fn check(query: &Query, name: &str, action: Action, context: &Context) -> Result<Self, Reply> {
        let user_id = validate(query, action, context)?.user_id;
        Ok(Self { name: name.to_owned(), user_id, microversion: context.microversion })
    }

    fn not_found(&self) -> Reply {
        Reply::with_message(RequestError::KeypairNotFound, message::of_missing(&self.name, &self.user_id))
    }
}

/// A request to show a key pair that passed every check that needs no lookup: schema and policy.
///
/// The caller looks up the key pair of [`user_id`](Self::user_id) with this [`name`](Self::name).
///
/// | the lookup | reply |
/// |---|---|
/// | found it | [`found`](Self::found): 200 |
/// | did not find it | [`not_found`](Self::not_found): 404 |
/// | failed | [`Reply::storage_failed`]: 500 |
///
/// ```
/// use nova_keypair::os_keypairs::{Context, Query};
///
/// let show = Query::default().check_show("my-key", &Context::new("me")).unwrap();
/// let reply = show.not_found();
/// assert_eq!((reply.status(), reply.message()), (404, Some("Keypair my-key not found for user me")));
/// ```
#[derive(Clone, Debug)]
pub struct CheckedShow(Lookup);

/// A request to delete a key pair that passed every check that needs no lookup: schema and policy.
///
/// The caller deletes the key pair of [`user_id`](Self::user_id) with this [`name`](Self::name).
///
/// | the deletion | reply |
/// |---|---|
/// | deleted it | [`deleted`](Self::deleted): 202, or 204 from microversion 2.2 on |
/// | did not find it | [`not_found`](Self::not_found): 404 |
/// | failed | [`Reply::storage_failed`]: 500 |
#[derive(Clone, Debug)]
pub struct CheckedDelete(Lookup);

impl Query {
    /// Checks the query of `GET …/os-keypairs/{name}` in Nova's order: schema (400), policy (403). Any name is accepted;
    /// if it is not valid, no key pair has it.
    ///
    /// # Errors
    /// The reply to send. [`Reply::error`] is [`RequestError::InvalidQuery`] or [`RequestError::Forbidden`].
    pub fn check_show(&self, name: &str, context: &Context) -> Result<CheckedShow, Reply> {
        Lookup::check(self, name, Action::Show, context).map(CheckedShow)
    }

    /// Checks the query of `DELETE …/os-keypairs/{name}`, as [`check_show`](Self::check_show) does.
    ///
    /// # Errors
    /// As for [`check_show`](Self::check_show).
    pub fn check_delete(&self, name: &str, context: &Context) -> Result<CheckedDelete, Reply> {
        Lookup::check(self, name, Action::Delete, context).map(CheckedDelete)
    }
}

impl CheckedShow {
    /// Returns the name of the key pair.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.0.name
    }

    /// Returns the owner of the key pair.
    #[must_use]
    pub fn user_id(&self) -> &str {
        &self.0.user_id
    }

    /// Builds the reply with the key pair.
    #[must_use]
    pub fn found(&self, stored: StoredKeypair) -> Reply {
        Reply::shown(stored, self.0.microversion)
    }

    /// Builds the reply for a key pair that does not exist: 404.
    #[must_use]
    pub fn not_found(&self) -> Reply {
        self.0.not_found()
    }
}

impl CheckedDelete {
    /// Returns the name of the key pair.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.0.name
    }

    /// Returns the owner of the key pair.
    #[must_use]
    pub fn user_id(&self) -> &str {
        &self.0.user_id
    }

    /// Builds the reply for a key pair that was deleted: 202, or 204 from microversion 2.2 on. Its body
    /// [is empty](super::Body::is_empty).
    #[must_use]
    pub fn deleted(&self) -> Reply {
        Reply::deleted(self.0.microversion)
    }

    /// Builds the reply for a key pair that does not exist: 404.
    #[must_use]
    pub fn not_found(&self) -> Reply {
        self.0.not_found()
    }
}
