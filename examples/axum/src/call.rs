//! [`Call`]: what the head of a request says about who sends it, for which microversion, and to which URL.
//!
//! Authentication is a stand-in that trusts the sender of three headers. Deploy the service behind middleware that
//! checks the token in `X-Auth-Token`, removes these headers from what it receives and sets them itself, as Keystone's
//! does: `X-User-Id`, `X-Project-Id` and `X-Roles`.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::response::Response;
use nova_keypair::Microversion;
use nova_keypair::os_keypairs::{Context, Query, Reply, negotiate};

use crate::fault;
use crate::response::respond;

const STANDARD: HeaderName = HeaderName::from_static("openstack-api-version");
const LEGACY: HeaderName = HeaderName::from_static("x-openstack-nova-api-version");

/// An authenticated request for a supported microversion.
pub struct Call {
    pub context: Context,
    pub query: Query,
    /// The URL without its query.
    pub url: String,
    microversion: Microversion,
}

impl Call {
    /// Builds the response, with the microversion in Nova's headers.
    pub fn respond(&self, reply: &Reply) -> Response {
        self.versioned(respond(reply))
    }

    /// Adds Nova's headers to a response.
    pub fn versioned(&self, response: Response) -> Response {
        versioned(response, &self.microversion.to_string())
    }
}

impl<S: Sync> FromRequestParts<S> for Call {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Response> {
        let headers = &parts.headers;
        let user_id = authenticated_user(headers).ok_or_else(fault::unauthorized)?;
        let requested = requested_microversion(headers);
        let microversion = negotiate(requested.as_deref()).map_err(|rejection| {
            let response = respond(&rejection);
            // Nova repeats a version out of range, but not a text that is not a version.
            if rejection.status() == 406 { versioned(response, &requested.unwrap_or_default()) } else { response }
        })?;
        let url = format!("{}{}", base_url(headers), parts.uri.path());
        let query = Query::parse(parts.uri.query().unwrap_or_default());
        let context = Context::new(user_id).microversion(microversion).may_act_for_others(is_admin(headers));
        let call = Self { context, query, url, microversion };
        match (project_in_path(parts.uri.path()), text(headers, "x-project-id")) {
            (Some(in_path), Some(of_user)) if in_path != of_user => {
                Err(call.versioned(fault::other_project(in_path, of_user)))
            }
            _ => Ok(call),
        }
    }
}

/// Returns the URL of the service as its clients know it. Behind a proxy that terminates TLS, `X-Forwarded-Proto` has the
/// scheme.
pub fn base_url(headers: &HeaderMap) -> String {
    let scheme = if text(headers, "x-forwarded-proto") == Some("https") { "https" } else { "http" };
    let host = text(headers, header::HOST.as_str()).unwrap_or("localhost");
    format!("{scheme}://{host}")
}

pub fn authenticated_user(headers: &HeaderMap) -> Option<&str> {
    text(headers, "x-user-id").filter(|id| !id.is_empty())
}

fn is_admin(headers: &HeaderMap) -> bool {
    text(headers, "x-roles").unwrap_or_default().split(',').any(|role| role.trim().eq_ignore_ascii_case("admin"))
}

fn project_in_path(path: &str) -> Option<&str> {
    path.strip_prefix("/v2.1/")?.split('/').next().filter(|segment| *segment != "os-keypairs")
}

/// Reads `OpenStack-API-Version: compute 2.92`, or the older `X-OpenStack-Nova-API-Version: 2.92`. The last of several
/// counts.
fn requested_microversion(headers: &HeaderMap) -> Option<String> {
    let values = |name| {
        let lines = headers.get_all(name).into_iter().map(|value| String::from_utf8_lossy(value.as_bytes()));
        lines.collect::<Vec<_>>().join(",")
    };
    let standard = values(STANDARD);
    let of_compute = standard.rsplit(',').find_map(|version| {
        let (service, version) = version.trim().split_once(char::is_whitespace)?;
        service.eq_ignore_ascii_case("compute").then(|| version.trim().to_owned())
    });
    of_compute.or_else(|| {
        let legacy = headers.contains_key(LEGACY).then(|| values(LEGACY))?;
        legacy.rsplit(',').next().map(|version| version.trim().to_owned())
    })
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

/// Adds the microversion, and `Vary`, so that no cache confuses the replies of two versions.
fn versioned(mut response: Response, version: &str) -> Response {
    let headers = response.headers_mut();
    let values = [(STANDARD, format!("compute {version}")), (LEGACY, version.to_owned())];
    for (name, value) in values {
        if let Ok(value) = HeaderValue::from_str(&value) {
            headers.insert(name, value);
        }
    }
    for name in ["OpenStack-API-Version", "X-OpenStack-Nova-API-Version"] {
        headers.append(header::VARY, HeaderValue::from_static(name));
    }
    response
}
