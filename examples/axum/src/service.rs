//! The route: from HTTP to [`post`] and back.

use std::num::NonZero;
use std::sync::Arc;
use std::thread::available_parallelism;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing;
use nova_keypair::os_keypairs::{Context, Reply, Request, post};
use nova_keypair::{Error, Microversion, OsRng};
use tokio::sync::Semaphore;
use zeroize::Zeroizing;

use crate::store::Store;

/// A name of 255 characters and a public key of 1024 bytes, each byte escaped as `\u0000`, and room to spare.
const BODY_LIMIT: usize = 16 * 1024;

/// The longest reply with a private key is shorter, so that its buffer never grows and leaves a copy behind.
const REPLY_CAPACITY: usize = 16 * 1024;

struct Service {
    store: Store,
    /// One key at a time for each core: more would only take the time of all others.
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
        Err(error) => return respond(&Reply::refused(error)),
    };
    let request = match serde_json::from_slice(&body) {
        Ok(request) => request,
        Err(error) => return respond(&Reply::malformed(&error.to_string())),
    };
    let Ok(_core) = service.cores.acquire().await else { return StatusCode::SERVICE_UNAVAILABLE.into_response() };
    // Making a key takes milliseconds of computing, in which a thread of the runtime would serve nobody else.
    let answer = {
        let service = Arc::clone(&service);
        tokio::task::spawn_blocking(move || answer(&service.store, &request, &user_id, microversion))
    };
    match answer.await {
        Ok(reply) => respond(&reply),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

/// [`post`], and the record of what it made.
fn answer(store: &Store, request: &Request, user_id: &str, microversion: Microversion) -> Reply {
    let exists = |user_id: &str, name: &str| store.contains(user_id, name);
    let context = Context::new(user_id).microversion(microversion).exists(&exists);
    let reply = post(request, &context, &mut OsRng);
    if let (Some(owner), Some(keypair)) = (reply.user_id(), reply.keypair()) {
        // Between the question and here another request may have taken the name. The insertion decides.
        if !store.insert_new(owner, keypair) {
            return Reply::refused(Error::KeypairExists { name: keypair.name.as_str().to_owned() });
        }
    }
    reply
}

fn respond(reply: &Reply) -> Response {
    let status = StatusCode::from_u16(reply.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut body = Zeroizing::new(Vec::with_capacity(REPLY_CAPACITY));
    if serde_json::to_writer(&mut *body, reply.body()).is_err() {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    }
    // The bytes may hold a private key: they are cleared when the response has been written.
    (status, [(header::CONTENT_TYPE, "application/json")], Bytes::from_owner(body)).into_response()
}

/// `OpenStack-API-Version: compute 2.92`, or the older `X-OpenStack-Nova-API-Version: 2.92`; 2.1 if neither is there.
fn requested_microversion(headers: &HeaderMap) -> Result<Microversion, Error> {
    let of_compute = headers
        .get_all("openstack-api-version")
        .iter()
        .flat_map(|value| value.to_str().unwrap_or_default().split(','))
        .find_map(|version| version.trim().strip_prefix("compute "));
    let of_nova = || headers.get("x-openstack-nova-api-version").map(|value| value.to_str().unwrap_or_default());
    match of_compute.or_else(of_nova).map(str::trim) {
        None => Ok(Microversion::default()),
        Some("latest") => Ok(Microversion::V2_92),
        Some(version) => version.parse(),
    }
}

/// A stand-in. Whoever sends the header is believed: put this behind what checks tokens and sets the header itself, as Keystone's
/// middleware does.
fn authenticated_user(headers: &HeaderMap) -> Option<String> {
    headers.get("x-user-id")?.to_str().ok().filter(|id| !id.is_empty()).map(str::to_owned)
}
