//! The route: from HTTP to a [`Request`], and from a [`Reply`] back.

use std::num::NonZero;
use std::sync::Arc;
use std::thread::available_parallelism;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing;
use nova_keypair::os_keypairs::{Checked, Context, Reply, Request};
use nova_keypair::{Microversion, OsRng, RequestError};
use tokio::sync::Semaphore;
use zeroize::Zeroizing;

use crate::store::Store;

/// The size of a name of 255 characters and a public key of 1024 bytes, each byte escaped as `\u0000`, with a margin.
const BODY_LIMIT: usize = 16 * 1024;

/// Above the length of any reply with a private key, so the buffer never grows and leaves no copy behind.
const REPLY_CAPACITY: usize = 16 * 1024;

struct Service {
    store: Store,
    /// One key at a time per core: more would only slow down the others.
    cores: Semaphore,
}

pub fn router() -> Router {
    let cores = Semaphore::new(available_parallelism().map_or(1, NonZero::get));
    Router::new()
        .route("/v2.1/os-keypairs", routing::post(os_keypairs))
        .route("/v2.1/{project_id}/os-keypairs", routing::post(os_keypairs))
        .layer(DefaultBodyLimit::max(BODY_LIMIT))
        .with_state(Arc::new(Service { store: Store::default(), cores }))
}

async fn os_keypairs(State(service): State<Arc<Service>>, headers: HeaderMap, body: Bytes) -> Response {
    let Some(user_id) = authenticated_user(&headers) else { return StatusCode::UNAUTHORIZED.into_response() };
    let microversion = match requested_microversion(&headers) {
        Ok(microversion) => microversion,
        Err(error) => return respond(&Reply::rejected(error)),
    };
    let request: Request = match serde_json::from_slice(&body) {
        Ok(request) => request,
        Err(error) => return respond(&Reply::malformed(&error.to_string())),
    };
    let checked = match request.check(&Context::new(user_id).microversion(microversion)) {
        Ok(checked) => checked,
        Err(rejection) => return respond(&rejection),
    };
    match answer(&service, checked).await {
        Some(reply) => respond(&reply),
        None => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

/// Looks up the name, builds the reply, and stores the record.
async fn answer(service: &Service, checked: Checked) -> Option<Reply> {
    match service.store.contains(checked.user_id(), checked.name()).await {
        Ok(false) => {}
        Ok(true) => return Some(checked.conflict()),
        Err(_) => return Some(Reply::storage_failed()),
    }
    let reply = match checked.import() {
        Some(reply) => reply,
        None => generate(service, checked).await?,
    };
    let (Some(owner), Some(keypair)) = (reply.user_id(), reply.keypair()) else { return Some(reply) };
    // Another request may have used the name since the lookup. The insertion decides.
    match service.store.insert_new(owner, keypair).await {
        Ok(true) => Some(reply),
        Ok(false) => Some(Reply::conflict(&keypair.name)),
        Err(_) => Some(Reply::storage_failed()),
    }
}

/// Generating a key takes milliseconds of CPU time, which would block a thread of the runtime.
async fn generate(service: &Service, checked: Checked) -> Option<Reply> {
    let _core = service.cores.acquire().await.ok()?;
    tokio::task::spawn_blocking(move || checked.create(&mut OsRng)).await.ok()
}

fn respond(reply: &Reply) -> Response {
    let status = StatusCode::from_u16(reply.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut body = Zeroizing::new(Vec::with_capacity(REPLY_CAPACITY));
    if serde_json::to_writer(&mut *body, reply.body()).is_err() {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    }
    // The bytes may contain a private key: they are zeroized after the response has been written.
    (status, [(header::CONTENT_TYPE, "application/json")], Bytes::from_owner(body)).into_response()
}

/// Reads `OpenStack-API-Version: compute 2.92`, or the older `X-OpenStack-Nova-API-Version: 2.92`; 2.1 if neither is
/// there.
fn requested_microversion(headers: &HeaderMap) -> Result<Microversion, RequestError> {
    let of_compute = headers
        .get_all("openstack-api-version")
        .iter()
        .flat_map(|value| value.to_str().unwrap_or_default().split(','))
        .find_map(|version| version.trim().strip_prefix("compute "));
    let of_nova = || headers.get("x-openstack-nova-api-version").map(|value| value.to_str().unwrap_or_default());
    match of_compute.or_else(of_nova).map(str::trim) {
        None => Ok(Microversion::default()),
        Some(version) => version.parse(),
    }
}

/// A stand-in that trusts the sender of the header: deploy it behind middleware that checks tokens and sets the
/// header itself, such as Keystone's.
fn authenticated_user(headers: &HeaderMap) -> Option<String> {
    headers.get("x-user-id")?.to_str().ok().filter(|id| !id.is_empty()).map(str::to_owned)
}
