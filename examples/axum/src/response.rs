//! From a [`Reply`] to an HTTP response.

use axum::body::Bytes;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use nova_keypair::os_keypairs::Reply;
use zeroize::Zeroizing;

use crate::fault;

/// Above the length of any reply with a private key, so the buffer never grows and leaves no copy behind.
const REPLY_CAPACITY: usize = 16 * 1024;

pub fn respond(reply: &Reply) -> Response {
    let Ok(status) = StatusCode::from_u16(reply.status()) else {
        return fault::internal();
    };
    if reply.body().is_empty() {
        return status.into_response();
    }
    let mut body = Zeroizing::new(Vec::with_capacity(REPLY_CAPACITY));
    if serde_json::to_writer(&mut *body, reply.body()).is_err() {
        return fault::internal();
    }
    // May contain a private key: zeroized after the response has been written.
    let body = Bytes::from_owner(body);
    (status, [(header::CONTENT_TYPE, "application/json")], body).into_response()
}
