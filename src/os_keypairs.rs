//! The call `POST /v2.1/{project_id}/os-keypairs` as a pure function: [`post`] maps a [`Request`] and a [`Context`] to
//! a [`Reply`].
//!
//! Nothing is stored. The [`Context`] identifies the sender of the request and the rules that apply; the record to
//! store is [`Reply::keypair`]. A server that keeps its key pairs in a database splits the call in two, with its own
//! lookup in between: [`Request::check`], then the methods of [`Checked`]. It answers the other calls in the same way:
//!
//! | call | check | after the lookup |
//! |---|---|---|
//! | `POST …/os-keypairs` | [`Request::check`] | [`Checked`] |
//! | `GET …/os-keypairs` | [`Query::check_list`] | [`CheckedList`] |
//! | `GET …/os-keypairs/{name}` | [`Query::check_show`] | [`CheckedShow`] |
//! | `DELETE …/os-keypairs/{name}` | [`Query::check_delete`] | [`CheckedDelete`] |
//!
//! [`negotiate`] determines the microversion of each.

mod checked;
mod context;
pub(crate) mod error;
mod listing;
mod lookup;
mod message;
mod negotiation;
mod page;
mod python;
mod query;
mod query_schema;
mod reply;
mod request;
mod schema;
mod stored;
#[cfg(feature = "serde")]
mod timestamp;

use rand_core::TryCryptoRng;

pub use self::checked::Checked;
pub use self::context::Context;
pub use self::listing::CheckedList;
pub use self::lookup::{CheckedDelete, CheckedShow};
pub use self::negotiation::negotiate;
pub use self::query::Query;
pub use self::reply::{Body, Reply};
pub use self::request::{Request, Value};
pub use self::stored::StoredKeypair;

/// Answers a request as Nova does, in Nova's order of checks: schema (400), policy (403), quota (403), the key (400),
/// the name (409).
///
/// Without `public_key` a key pair is generated from `rng`, which is not used otherwise. From microversion 2.92 on Nova
/// no longer generates key pairs, and neither does this function: use [`create`](crate::create) and send the public
/// key.
///
/// Every request gets a reply; no input causes a panic.
///
/// ```
/// use nova_keypair::os_keypairs::{Context, Request, post};
/// # use rand_core::{TryRng, TryCryptoRng};
/// # struct Unused;
/// # impl TryRng for Unused {
/// #     type Error = core::convert::Infallible;
/// #     fn try_next_u32(&mut self) -> Result<u32, Self::Error> { unreachable!() }
/// #     fn try_next_u64(&mut self) -> Result<u64, Self::Error> { unreachable!() }
/// #     fn try_fill_bytes(&mut self, _: &mut [u8]) -> Result<(), Self::Error> { unreachable!() }
/// # }
/// # impl TryCryptoRng for Unused {}
/// # let mut rng = Unused;
///
/// let line = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIFl6u75BTi8xGtSPm1yVJuLE/oMtCOuEMJJnBSuZEdXz";
/// let request = Request::new("my-key").public_key(line);
/// let context = Context::new("me");
/// assert_eq!(post(&request, &context, &mut rng).status(), 200);
/// let reply = post(&request, &context.existing(["my-key"]), &mut rng);
/// assert_eq!((reply.status(), reply.message()), (409, Some("Key pair 'my-key' already exists.")));
/// ```
pub fn post<R: TryCryptoRng + ?Sized>(request: &Request, context: &Context, rng: &mut R) -> Reply {
    match request.check(context) {
        Ok(checked) => checked.create(rng),
        Err(rejection) => rejection,
    }
}
