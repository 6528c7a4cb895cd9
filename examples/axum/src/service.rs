//! The routes: the calls of `os-keypairs`, each of which is checked, looked up and answered.

use std::num::NonZero;
use std::sync::Arc;
use std::thread::available_parallelism;

use axum::Router;
use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::{HeaderMap, Uri};
use axum::response::Response;
use axum::routing;
use nova_keypair::os_keypairs::{Checked, Reply, Request};
use nova_keypair::{OsRng, RequestError};
use tokio::sync::Semaphore;

use crate::call::{Call, authenticated_user};
use crate::store::{Insertion, Store};
use crate::{discovery, fault};

/// The size of a name of 255 characters and a public key of 1024 bytes, each byte escaped as `\u0000`, with a margin.
const BODY_LIMIT: usize = 16 * 1024;

type Body = Result<Bytes, BytesRejection>;

/// Nova's default for the number of key pairs of a user.
pub const DEFAULT_QUOTA: u32 = 100;

struct Service {
    store: Store,
    quota: u32,
    /// One key at a time per core: more would only slow down the others.
    cores: Semaphore,
}

pub fn router(store: Store, quota: u32) -> Router {
    let cores = Semaphore::new(available_parallelism().map_or(1, NonZero::get));
    let all = || routing::get(list).post(post);
    let one = || routing::get(show).delete(delete);
    Router::new()
        .route("/", routing::get(discovery::versions))
        .route("/v2.1", routing::get(discovery::version_2_1))
        .route("/v2.1/", routing::get(discovery::version_2_1))
        .route("/v2.1/os-keypairs", all())
        .route("/v2.1/os-keypairs/{name}", one())
        .route("/v2.1/{project_id}/os-keypairs", all())
        .route("/v2.1/{project_id}/os-keypairs/{name}", one())
        .fallback(no_such_path)
        .method_not_allowed_fallback(no_such_method)
        .layer(DefaultBodyLimit::max(BODY_LIMIT))
        .with_state(Arc::new(Service { store, quota, cores }))
}

async fn post(State(service): State<Arc<Service>>, call: Call, body: Body) -> Response {
    let Ok(body) = body else { return call.versioned(fault::too_large()) };
    let request: Request = match serde_json::from_slice(&body) {
        Ok(request) => request,
        Err(error) => return call.respond(&Reply::malformed(&error.to_string())),
    };
    let Ok(used) = service.store.count(request.owner(&call.context)).await else {
        return call.respond(&Reply::storage_failed());
    };
    let context = call.context.clone().quota(used, service.quota);
    let checked = match request.check(&context) {
        Ok(checked) => checked,
        Err(rejection) => return call.respond(&rejection),
    };
    match answer(&service, checked).await {
        Some(reply) => call.respond(&reply),
        None => call.versioned(fault::internal()),
    }
}

async fn list(State(service): State<Arc<Service>>, call: Call) -> Response {
    let list = match call.query.check_list(&call.context) {
        Ok(list) => list,
        Err(rejection) => return call.respond(&rejection),
    };
    let found = service.store.list(list.user_id(), list.marker(), list.limit()).await;
    call.respond(&match found {
        Ok(Some(keypairs)) => list.found(keypairs, &call.url),
        Ok(None) => list.marker_not_found(),
        Err(_) => Reply::storage_failed(),
    })
}

async fn show(State(service): State<Arc<Service>>, call: Call, path: Path<Vec<(String, String)>>) -> Response {
    let show = match call.query.check_show(name_in(&path), &call.context) {
        Ok(show) => show,
        Err(rejection) => return call.respond(&rejection),
    };
    call.respond(&match service.store.get(show.user_id(), show.name()).await {
        Ok(Some(keypair)) => show.found(keypair),
        Ok(None) => show.not_found(),
        Err(_) => Reply::storage_failed(),
    })
}

async fn delete(State(service): State<Arc<Service>>, call: Call, path: Path<Vec<(String, String)>>) -> Response {
    let delete = match call.query.check_delete(name_in(&path), &call.context) {
        Ok(delete) => delete,
        Err(rejection) => return call.respond(&rejection),
    };
    call.respond(&match service.store.delete(delete.user_id(), delete.name()).await {
        Ok(true) => delete.deleted(),
        Ok(false) => delete.not_found(),
        Err(_) => Reply::storage_failed(),
    })
}

/// Returns the last parameter of the path; the first one may be a project.
fn name_in(path: &[(String, String)]) -> &str {
    path.last().map_or("", |(_, name)| name)
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
    let (Some(owner), Some(keypair)) = (reply.user_id(), reply.keypair()) else {
        return Some(reply);
    };
    // Another request may have used the name, or the quota, since the lookups.
    let exceeded = RequestError::QuotaExceeded { limit: service.quota };
    Some(match service.store.insert_new(owner, keypair, service.quota).await {
        Ok(Insertion::Stored) => reply,
        Ok(Insertion::NameTaken) => Reply::conflict(&keypair.name),
        Ok(Insertion::QuotaExceeded) => Reply::rejected(exceeded),
        Err(_) => Reply::storage_failed(),
    })
}

/// Generating a key takes milliseconds of CPU time: not on a thread of the runtime.
async fn generate(service: &Service, checked: Checked) -> Option<Reply> {
    let _core = service.cores.acquire().await.ok()?;
    tokio::task::spawn_blocking(move || checked.create(&mut OsRng)).await.ok()
}

/// Like Keystone's middleware, which does not say which paths exist.
async fn no_such_path(headers: HeaderMap, uri: Uri) -> Response {
    if uri.path().starts_with("/v2.1/") && authenticated_user(&headers).is_none() {
        return fault::unauthorized();
    }
    fault::no_such_path()
}

async fn no_such_method(headers: HeaderMap) -> Response {
    if authenticated_user(&headers).is_none() { fault::unauthorized() } else { fault::no_such_method() }
}
