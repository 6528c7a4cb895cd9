//! Nova's JSON schemas for the query (`nova/api/openstack/compute/schemas/keypairs.py`), by microversion, and its
//! policy for the key pairs of another user.

use alloc::format;
use alloc::string::{String, ToString};

use crate::microversion::Microversion;
use crate::os_keypairs::context::Context;
use crate::os_keypairs::error::RequestError;
use crate::os_keypairs::message;
use crate::os_keypairs::python::{quotable, repr};
use crate::os_keypairs::query::Query;
use crate::os_keypairs::reply::Reply;
use crate::os_keypairs::schema::unexpected_properties;

/// The first microversion with `limit` and `marker`.
const PAGES: Microversion = Microversion::new(35);
/// The first microversion that rejects unknown parameters. Earlier ones ignore them.
const STRICT: Microversion = Microversion::new(75);
/// Nova's default for the number of key pairs in one reply (`[api] max_limit`).
const MAX_LIMIT: usize = 1000;

/// What a request does with key pairs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Action {
    Index,
    Show,
    Delete,
}

impl Action {
    fn as_str(self) -> &'static str {
        match self {
            Self::Index => "index",
            Self::Show => "show",
            Self::Delete => "delete",
        }
    }

    /// Returns the parameters that the microversion supports, in the order of the schema.
    pub(super) fn parameters(self, microversion: Microversion) -> &'static [&'static str] {
        match self {
            _ if microversion < Microversion::V2_10 => &[],
            Self::Index if microversion >= PAGES => &["user_id", "limit", "marker"],
            Self::Index | Self::Show | Self::Delete => &["user_id"],
        }
    }
}

/// Which key pairs a request is for.
pub(super) struct Parameters {
    pub(super) user_id: String,
    /// The number of key pairs in the reply; `None` for all, before the microversion with pages.
    pub(super) limit: Option<usize>,
    pub(super) marker: Option<String>,
}

/// Returns the parameters, if they match the schema of the microversion and the policy allows the action.
pub(super) fn validate(query: &Query, action: Action, context: &Context) -> Result<Parameters, Reply> {
    if query.is_malformed() {
        return Err(invalid("query", "is not UTF-8", "Query string is not UTF-8 encoded".to_string()));
    }
    let allowed = action.parameters(context.microversion);
    let has_pages = allowed.contains(&"limit");
    // Of several values, Nova checks every one and uses the last; of user IDs it uses the first.
    let limit = if has_pages { query.values("limit").try_fold(None, |_, text| limit(text).map(Some))? } else { None };
    if context.microversion >= STRICT
        && let Some(found) = unexpected_properties(query.parameters().map(|(name, _)| name), allowed)
    {
        return Err(invalid("query", "has unexpected parameters", found));
    }
    let user_id = query.values("user_id").next().filter(|_| allowed.contains(&"user_id"));
    Ok(Parameters {
        user_id: owner(user_id, action, context)?.to_string(),
        limit: has_pages.then_some(limit.unwrap_or(MAX_LIMIT)),
        marker: query.values("marker").next_back().filter(|_| has_pages).map(ToString::to_string),
    })
}

/// Parses a limit. Nova replies with at most [`MAX_LIMIT`] key pairs, whatever the limit.
fn limit(text: &str) -> Result<usize, Reply> {
    let (fault, found) = if text.is_empty() {
        ("is empty", "'' should be non-empty".to_string())
    } else if text.bytes().all(|byte| byte.is_ascii_digit()) {
        // Digits that do not fit exceed the maximum.
        return Ok(text.parse().unwrap_or(MAX_LIMIT).min(MAX_LIMIT));
    } else {
        ("is not a number", format!("{} does not match '^[0-9]*$'", repr(&quotable(text))))
    };
    Err(invalid("limit", fault, message::of_parameter("limit", &quotable(text), &found)))
}

/// Returns the user whose key pairs the request is for, if the policy allows that.
fn owner<'a>(user_id: Option<&'a str>, action: Action, context: &'a Context) -> Result<&'a str, Reply> {
    // An empty user_id counts as absent, as in a body.
    match user_id.filter(|id| !id.is_empty()) {
        Some(other) if other != context.user_id && !context.may_act_for_others => {
            Err(Reply::with_message(RequestError::Forbidden, message::of_policy(action.as_str())))
        }
        Some(user_id) => Ok(user_id),
        None => Ok(&context.user_id),
    }
}

fn invalid(part: &'static str, fault: &'static str, message: String) -> Reply {
    Reply::with_message(RequestError::InvalidQuery { part, fault }, message)
}
