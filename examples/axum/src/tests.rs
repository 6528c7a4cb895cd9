//! Requests and responses without a network.

use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode};
use http_body_util::BodyExt as _;
use nova_keypair::fingerprint;
use serde_json::{Value, json};
use tower::ServiceExt as _;

use crate::service::router;

const ED25519: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIFl6u75BTi8xGtSPm1yVJuLE/oMtCOuEMJJnBSuZEdXz me";

/// The response to a body, under a microversion.
async fn post_as(
    app: &Router,
    user_id: &str,
    version: (&str, &str),
    body: impl ToString,
) -> (StatusCode, String, Value) {
    let request = Request::post("/v2.1/os-keypairs").header("X-User-Id", user_id).header(version.0, version.1);
    send(app, request.body(Body::from(body.to_string())).unwrap()).await
}

async fn post(app: &Router, microversion: &str, body: impl ToString) -> (StatusCode, String, Value) {
    post_as(app, "me", ("OpenStack-API-Version", &format!("compute {microversion}")), body).await
}

/// The status, the body as text, and as JSON if it is JSON.
async fn send(app: &Router, request: Request<Body>) -> (StatusCode, String, Value) {
    let response = app.clone().oneshot(request).await.unwrap();
    let status = response.status();
    let body = response.into_body().collect().await.unwrap().to_bytes();
    let text = String::from_utf8(body.to_vec()).unwrap();
    let json = serde_json::from_str(&text).unwrap_or_default();
    (status, text, json)
}

fn import_of(name: &str) -> Value {
    json!({ "keypair": { "name": name, "public_key": ED25519 } })
}

#[tokio::test]
async fn a_name_alone_generates_a_key_pair() {
    let (status, text, body) = post(&router(), "2.1", json!({ "keypair": { "name": "my-key" } })).await;
    assert_eq!(status, StatusCode::OK);
    let keypair = &body["keypair"];
    assert!(keypair["private_key"].as_str().unwrap().starts_with("-----BEGIN OPENSSH PRIVATE KEY-----"));
    let public_key = keypair["public_key"].as_str().unwrap();
    assert_eq!(keypair["fingerprint"], fingerprint(public_key).unwrap().to_string());
    assert_eq!((&keypair["name"], &keypair["user_id"]), (&json!("my-key"), &json!("me")));
    assert!(text.len() < 8 * 1024, "the largest key has not twice as many bytes: the buffer must not grow");
}

#[tokio::test]
async fn a_public_key_is_imported() {
    let app = router();
    let (status, _, body) =
        post(&app, "2.92", json!({ "keypair": { "name": "me@home", "type": "ssh", "public_key": ED25519 } })).await;
    assert_eq!(status, StatusCode::CREATED);
    assert_eq!(body["keypair"]["fingerprint"], fingerprint(ED25519).unwrap().to_string());
    assert_eq!(body["keypair"]["type"], "ssh");
    assert!(body["keypair"].get("private_key").is_none());
}

#[tokio::test]
async fn a_name_is_accepted_once_per_user() {
    let app = router();
    assert_eq!(post(&app, "2.1", import_of("k")).await.0, StatusCode::OK);
    let (status, _, body) = post(&app, "2.1", import_of("k")).await;
    assert_eq!(status, StatusCode::CONFLICT);
    assert_eq!(body["conflictingRequest"]["message"], "Key pair 'k' already exists.");
    let version = ("OpenStack-API-Version", "compute 2.1");
    assert_eq!(post_as(&app, "another", version, import_of("k")).await.0, StatusCode::OK);
}

/// All three look up the name before any of them has generated its key.
#[tokio::test(flavor = "multi_thread")]
async fn one_of_two_concurrent_requests_gets_the_name() {
    let app = router();
    let body = json!({ "keypair": { "name": "k" } });
    let (a, b, c) = tokio::join!(post(&app, "2.1", &body), post(&app, "2.1", &body), post(&app, "2.1", &body));
    let mut statuses = [a.0, b.0, c.0];
    statuses.sort();
    assert_eq!(statuses, [StatusCode::OK, StatusCode::CONFLICT, StatusCode::CONFLICT]);
}

#[tokio::test]
async fn a_bad_request_gets_the_reason() {
    let app = router();
    for (microversion, body, message) in [
        (
            "2.1",
            json!({ "keypair": { "name": "k", "public_key": "ssh-rsa AAAA" } }).to_string(),
            "Keypair data is invalid",
        ),
        ("2.1", json!({ "keypair": { "name": "a.b" } }).to_string(), "does not match"),
        ("2.92", json!({ "keypair": { "name": "k" } }).to_string(), "'public_key' is a required property"),
        ("latest", json!({ "keypair": { "name": "k" } }).to_string(), "'public_key' is a required property"),
        ("2.1", r#"{"keypair": "#.to_owned(), "Malformed request body"),
        ("2.1", String::new(), "Malformed request body"),
        ("3.1", import_of("k").to_string(), ""),
    ] {
        let (status, text, reply) = post(&app, microversion, &body).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{microversion} {body}: {text}");
        assert_eq!(reply["badRequest"]["code"], 400);
        let said = reply["badRequest"]["message"].as_str().unwrap();
        assert!(!said.is_empty() && said.contains(message), "{microversion} {body}: {said}");
    }
    assert_eq!(post(&app, "2.1", import_of("k")).await.0, StatusCode::OK, "a refused request takes no name");
}

#[tokio::test]
async fn the_microversion_comes_from_either_header() {
    for (header, value, status) in [
        ("OpenStack-API-Version", "identity 3.0, compute 2.2", StatusCode::CREATED),
        ("X-OpenStack-Nova-API-Version", "2.2", StatusCode::CREATED),
        ("OpenStack-API-Version", "identity 3.0", StatusCode::OK),
        ("X-OpenStack-Nova-API-Version", "new", StatusCode::BAD_REQUEST),
    ] {
        let (got, text, _) = post_as(&router(), "me", (header, value), import_of("k")).await;
        assert_eq!(got, status, "{header}: {value}: {text}");
    }
}

#[tokio::test]
async fn unauthenticated_and_oversized_requests_are_rejected() {
    let app = router();
    let (status, ..) = post_as(&app, "", ("Accept", "*/*"), import_of("k")).await;
    assert_eq!(status, StatusCode::UNAUTHORIZED);
    assert_eq!(post(&app, "2.1", "x".repeat(17 * 1024)).await.0, StatusCode::PAYLOAD_TOO_LARGE);
    let get = Request::get("/v2.1/os-keypairs").body(Body::empty()).unwrap();
    assert_eq!(send(&app, get).await.0, StatusCode::METHOD_NOT_ALLOWED);
}

#[tokio::test]
async fn a_project_in_the_path_changes_nothing() {
    let request = Request::post("/v2.1/f882feb3/os-keypairs").header("X-User-Id", "me");
    let (status, _, body) = send(&router(), request.body(Body::from(import_of("k").to_string())).unwrap()).await;
    assert_eq!((status, &body["keypair"]["name"]), (StatusCode::OK, &json!("k")));
}
