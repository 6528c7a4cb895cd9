//! The version documents, which every client reads first: from them it learns which microversion it may request.

use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use nova_keypair::Microversion;
use serde_json::{Value, json};

use crate::call::base_url;

/// `GET /`: the versions of the API. There is one.
pub async fn versions(headers: HeaderMap) -> Response {
    let mut version = version();
    version["links"] = json!([self_link(&headers)]);
    document(&json!({ "versions": [version] }))
}

/// `GET /v2.1` and `GET /v2.1/`: the version.
pub async fn version_2_1(headers: HeaderMap) -> Response {
    let mut version = version();
    version["links"] = json!([
        self_link(&headers),
        { "rel": "describedby", "type": "text/html", "href": "https://docs.openstack.org/api-ref/compute/" },
    ]);
    version["media-types"] = json!([
        { "base": "application/json", "type": "application/vnd.openstack.compute+json;version=2.1" },
    ]);
    document(&json!({ "version": version }))
}

fn version() -> Value {
    json!({
        "id": "v2.1",
        "status": "CURRENT",
        "version": Microversion::LATEST.to_string(),
        "min_version": Microversion::V2_1.to_string(),
        "updated": "2013-07-23T11:33:21Z",
    })
}

fn self_link(headers: &HeaderMap) -> Value {
    json!({ "rel": "self", "href": format!("{}/v2.1/", base_url(headers)) })
}

fn document(body: &Value) -> Response {
    ([(header::CONTENT_TYPE, "application/json")], body.to_string()).into_response()
}
