//! Rejections that HTTP calls for, whatever the request is about, in Nova's envelopes.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;

/// 401, with the scheme that OpenStack's clients expect.
pub fn unauthorized() -> Response {
    let mut response =
        fault(StatusCode::UNAUTHORIZED, "unauthorized", "The request you have made requires authentication.");
    response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Keystone"));
    response
}

/// 404, for a path that does not exist.
pub fn no_such_path() -> Response {
    fault(StatusCode::NOT_FOUND, "itemNotFound", "The resource could not be found.")
}

/// 400, for a path with the ID of another project.
pub fn other_project(in_path: &str, of_user: &str) -> Response {
    let message =
        format!("Malformed request URL: URL's project_id '{in_path}' doesn't match Context's project_id '{of_user}'");
    fault(StatusCode::BAD_REQUEST, "badRequest", &message)
}

/// 405; axum adds `Allow`.
pub fn no_such_method() -> Response {
    fault(StatusCode::METHOD_NOT_ALLOWED, "badMethod", "The method is not allowed for this resource.")
}

/// 413.
pub fn too_large() -> Response {
    fault(StatusCode::PAYLOAD_TOO_LARGE, "overLimit", "Request is too large.")
}

/// 500, with nothing about the reason.
pub fn internal() -> Response {
    let message = "Unexpected API Error. Please report this to the operator of this service.";
    fault(StatusCode::INTERNAL_SERVER_ERROR, "computeFault", message)
}

fn fault(status: StatusCode, envelope: &str, message: &str) -> Response {
    let body = json!({ envelope: { "code": status.as_u16(), "message": message } });
    (status, [(header::CONTENT_TYPE, "application/json")], body.to_string()).into_response()
}
