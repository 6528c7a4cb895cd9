//! [`CheckedList`]: a list request that passed every check that needs no lookup.

use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt::Write;

use crate::error::Result;
use crate::keypair::Keypair;
use crate::microversion::Microversion;
use crate::os_keypairs::context::Context;
use crate::os_keypairs::error::RequestError;
use crate::os_keypairs::message;
use crate::os_keypairs::page::Page;
use crate::os_keypairs::query::Query;
use crate::os_keypairs::query_schema::{Action, Parameters, validate};
use crate::os_keypairs::reply::Reply;

/// A list request that passed every check that needs no lookup: schema and policy.
///
/// The caller looks up the key pairs of [`user_id`](Self::user_id) in the order of their names: those after
/// [`marker`](Self::marker), and at most [`limit`](Self::limit) of them.
///
/// | the lookup | reply |
/// |---|---|
/// | found them, or none | [`found`](Self::found): 200 |
/// | did not find the marker | [`marker_not_found`](Self::marker_not_found): 400 |
/// | failed | [`Reply::storage_failed`]: 500 |
///
/// ```
/// use nova_keypair::os_keypairs::{Context, Query, Reply};
/// use nova_keypair::{Keypair, KeypairName, Microversion, import};
/// use std::collections::BTreeMap;
///
/// fn list(query: &str, context: &Context, keypairs: &BTreeMap<String, Keypair>) -> Reply {
///     let list = match Query::parse(query).check_list(context) {
///         Ok(list) => list,
///         Err(rejection) => return rejection,
///     };
///     let marker = list.marker().unwrap_or_default();
///     if list.marker().is_some() && !keypairs.contains_key(marker) {
///         return list.marker_not_found();
///     }
///     let page = keypairs.iter().filter(|(name, _)| name.as_str() > marker).map(|(_, keypair)| keypair.clone());
///     list.found(page, "https://cloud.example/v2.1/os-keypairs")
/// }
///
/// let line = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIFl6u75BTi8xGtSPm1yVJuLE/oMtCOuEMJJnBSuZEdXz";
/// let keypairs = BTreeMap::from([("my-key".to_owned(), import(&KeypairName::new("my-key")?, line)?)]);
/// let context = Context::new("me").microversion(Microversion::LATEST);
/// let reply = list("limit=1", &context, &keypairs);
/// assert_eq!(reply.next_page(), Some("https://cloud.example/v2.1/os-keypairs?limit=1&marker=my-key"));
/// assert_eq!(list("limit=1&marker=my-key", &context, &keypairs).next_page(), None);
/// assert_eq!(list("marker=other", &context, &keypairs).status(), 400);
/// # Ok::<(), nova_keypair::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct CheckedList {
    query: Query,
    user_id: String,
    limit: Option<usize>,
    marker: Option<String>,
    microversion: Microversion,
}

impl Query {
    /// Checks the query of `GET …/os-keypairs` in Nova's order: schema (400), policy (403).
    ///
    /// # Errors
    /// The reply to send. [`Reply::error`] is [`RequestError::InvalidQuery`] or [`RequestError::Forbidden`].
    pub fn check_list(&self, context: &Context) -> Result<CheckedList, Reply> {
        let Parameters { user_id, limit, marker } = validate(self, Action::Index, context)?;
        Ok(CheckedList { query: self.clone(), user_id, limit, marker, microversion: context.microversion })
    }
}

impl CheckedList {
    /// Returns the user whose key pairs are to be listed.
    #[must_use]
    pub fn user_id(&self) -> &str {
        &self.user_id
    }

    /// Returns the number of key pairs that the reply may have, at most 1000, which is Nova's default; `None` for any
    /// number, before microversion 2.35.
    #[must_use]
    pub fn limit(&self) -> Option<usize> {
        self.limit
    }

    /// Returns the name after which the list starts, if the request has one.
    #[must_use]
    pub fn marker(&self) -> Option<&str> {
        self.marker.as_deref()
    }

    /// Builds the reply with key pairs, of which those beyond [`limit`](Self::limit) are left out.
    ///
    /// `url` is the URL of the request without its query. From microversion 2.35 on, the reply links to the next page
    /// if it has as many key pairs as it may have.
    #[must_use]
    pub fn found(&self, keypairs: impl IntoIterator<Item = Keypair>, url: &str) -> Reply {
        let keypairs: Vec<Keypair> = keypairs.into_iter().take(self.limit.unwrap_or(usize::MAX)).collect();
        let is_full = Some(keypairs.len()) == self.limit;
        let next = keypairs.last().filter(|_| is_full).map(|last| self.next_page(url, last.name.as_str()));
        Reply::listed(Page { keypairs, has_type: self.microversion >= Microversion::V2_2, next })
    }

    /// Builds the reply for a marker that is not the name of a key pair: 400.
    #[must_use]
    pub fn marker_not_found(&self) -> Reply {
        let message = message::of_marker(self.marker().unwrap_or_default());
        Reply::with_message(RequestError::MarkerNotFound, message)
    }

    /// Returns the URL of the page after `last`: the supported parameters of this request in alphabetical order, with
    /// another marker.
    fn next_page(&self, url: &str, last: &str) -> String {
        let allowed = Action::Index.parameters(self.microversion);
        let mut parameters: Vec<(&str, &str)> = self.query.parameters().filter(|(k, _)| allowed.contains(k)).collect();
        parameters.sort_unstable();
        // As in Python's dictionaries, a repeated name stays at its first place, and has its last value.
        parameters.dedup_by(|next, kept| {
            let is_same = next.0 == kept.0;
            if is_same {
                kept.1 = next.1;
            }
            is_same
        });
        match parameters.iter_mut().find(|(name, _)| *name == "marker") {
            Some(marker) => marker.1 = last,
            None => parameters.push(("marker", last)),
        }
        let mut next = url.to_string();
        for (i, (name, value)) in parameters.into_iter().enumerate() {
            next.push(if i == 0 { '?' } else { '&' });
            write_encoded(name, &mut next);
            next.push('=');
            write_encoded(value, &mut next);
        }
        next
    }
}

/// Appends `quote_plus(text)`.
fn write_encoded(text: &str, out: &mut String) {
    for byte in text.bytes() {
        match byte {
            b' ' => out.push('+'),
            b'_' | b'.' | b'-' | b'~' => out.push(char::from(byte)),
            _ if byte.is_ascii_alphanumeric() => out.push(char::from(byte)),
            // Writing to a String cannot fail.
            _ => _ = write!(out, "%{byte:02X}"),
        }
    }
}
