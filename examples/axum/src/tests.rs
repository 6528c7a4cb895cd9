//! Requests and responses without a network.

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode};
use http_body_util::BodyExt as _;
use nova_keypair::fingerprint;
use serde_json::{Value, json};
use tower::ServiceExt as _;

use crate::service;
use crate::store::Store;

fn router() -> Router {
    service::router(Store::in_memory(), service::DEFAULT_QUOTA)
}

const ED25519: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIFl6u75BTi8xGtSPm1yVJuLE/oMtCOuEMJJnBSuZEdXz me";

/// The response to a body, under a microversion.
async fn post_as(
    app: &Router,
    user_id: &str,
    version: (&str, &str),
    body: impl ToString,
) -> (StatusCode, String, Value) {
    let request = Request::post("/v2.1/os-keypairs").header("X-User-Id", user_id).header(version.0, version.1);
    let (status, _, text) = send(app, request.body(Body::from(body.to_string())).unwrap()).await;
    let json = serde_json::from_str(&text).unwrap_or_default();
    (status, text, json)
}

async fn post(app: &Router, microversion: &str, body: impl ToString) -> (StatusCode, String, Value) {
    post_as(app, "me", ("OpenStack-API-Version", &format!("compute {microversion}")), body).await
}

/// The response to a request of the user `me` without a body.
async fn call(app: &Router, microversion: &str, method: &str, path: &str) -> (StatusCode, HeaderMap, Value) {
    call_with(app, microversion, method, path, &[("X-User-Id", "me")]).await
}

async fn call_with(
    app: &Router,
    microversion: &str,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
) -> (StatusCode, HeaderMap, Value) {
    let version = format!("compute {microversion}");
    let mut request = Request::builder().method(method).uri(path).header("Host", "cloud.example");
    for (name, value) in [("OpenStack-API-Version", &*version)].iter().chain(headers) {
        request = request.header(*name, *value);
    }
    let (status, headers, text) = send(app, request.body(Body::empty()).unwrap()).await;
    if text.is_empty() {
        assert!(headers.get("Content-Type").is_none(), "{path}");
        return (status, headers, Value::Null);
    }
    assert_eq!(headers["Content-Type"], "application/json", "{path}");
    (status, headers, serde_json::from_str(&text).unwrap())
}

/// The status, the headers and the body.
async fn send(app: &Router, request: Request<Body>) -> (StatusCode, HeaderMap, String) {
    let response = app.clone().oneshot(request).await.unwrap();
    let (parts, body) = response.into_parts();
    let body = body.collect().await.unwrap().to_bytes();
    (parts.status, parts.headers, String::from_utf8(body.to_vec()).unwrap())
}

/// A service that has key pairs of the user `me`.
async fn with_keypairs(names: &[&str]) -> Router {
    let app = router();
    for name in names {
        assert_eq!(post(&app, "2.92", import_of(name)).await.0, StatusCode::CREATED);
    }
    app
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
async fn a_user_has_as_many_key_pairs_as_the_quota_allows() {
    let app = router();
    for i in 0..service::DEFAULT_QUOTA {
        assert_eq!(post(&app, "2.1", import_of(&i.to_string())).await.0, StatusCode::OK);
    }
    let refused = |body: Value| async {
        let (status, _, reply) = post(&app, "2.1", body).await;
        (status.as_u16(), reply.as_object().unwrap().values().next().unwrap()["message"].clone())
    };
    let exceeded = (403, json!("Quota exceeded, too many key pairs."));
    assert_eq!(refused(import_of("k")).await, exceeded);
    assert_eq!(refused(json!({"keypair": {"name": "k"}})).await, exceeded);
    // Nova's order of checks: the schema, the quota, the key, the name.
    let (status, message) = refused(import_of("a/b")).await;
    assert!(status == 400 && message.as_str().unwrap().contains("does not match"), "{message}");
    assert_eq!(refused(json!({"keypair": {"name": "k", "public_key": "bad"}})).await, exceeded);
    assert_eq!(refused(import_of("0")).await, exceeded);

    let version = ("OpenStack-API-Version", "compute 2.1");
    assert_eq!(post_as(&app, "another", version, import_of("k")).await.0, StatusCode::OK);
    assert_eq!(call(&app, "2.1", "DELETE", "/v2.1/os-keypairs/0").await.0, StatusCode::ACCEPTED);
    assert_eq!(post(&app, "2.1", import_of("k")).await.0, StatusCode::OK);
    assert_eq!(refused(import_of("0")).await, exceeded);
}

/// The quota is that of the owner, not that of the administrator who sends the request.
#[tokio::test]
async fn the_quota_is_that_of_the_owner() {
    let app = service::router(Store::in_memory(), 1);
    let create = |user: &'static str, name: &str, owner: Option<&str>| {
        let mut body = import_of(name);
        if let Some(owner) = owner {
            body["keypair"]["user_id"] = json!(owner);
        }
        let request = Request::post("/v2.1/os-keypairs").header("OpenStack-API-Version", "compute 2.10");
        let request = request.header("X-User-Id", user).header("X-Roles", "admin");
        let (app, request) = (&app, request.body(Body::from(body.to_string())).unwrap());
        async move { send(app, request).await.0.as_u16() }
    };
    assert_eq!(create("root", "k", None).await, 201);
    assert_eq!(create("root", "k", Some("me")).await, 201);
    assert_eq!(create("root", "l", Some("me")).await, 403);
    assert_eq!(create("me", "l", None).await, 403);
    assert_eq!(create("me", "k", Some("other")).await, 201);
}

/// All of them count the key pairs before any of them has generated its key.
#[tokio::test(flavor = "multi_thread")]
async fn one_of_several_concurrent_requests_gets_the_last_place_in_the_quota() {
    let app = service::router(Store::in_memory(), 1);
    let body = |name: &str| json!({ "keypair": { "name": name } });
    let (a, b, c) =
        tokio::join!(post(&app, "2.1", body("a")), post(&app, "2.1", body("b")), post(&app, "2.1", body("c")));
    let mut statuses = [a.0, b.0, c.0];
    statuses.sort();
    assert_eq!(statuses, [StatusCode::OK, StatusCode::FORBIDDEN, StatusCode::FORBIDDEN]);
    let (_, _, body) = call(&app, "2.1", "GET", "/v2.1/os-keypairs").await;
    assert_eq!(body["keypairs"].as_array().unwrap().len(), 1);
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
        ("new", import_of("k").to_string(), "API Version String new is of invalid format"),
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
async fn every_client_finds_the_versions_without_authentication() {
    let app = router();
    for path in ["/", "/v2.1", "/v2.1/"] {
        let request = Request::get(path).header("Host", "cloud.example").body(Body::empty()).unwrap();
        let (status, headers, text) = send(&app, request).await;
        assert_eq!((status, &headers["Content-Type"]), (StatusCode::OK, &"application/json".parse().unwrap()));
        let body: Value = serde_json::from_str(&text).unwrap();
        let version = if path == "/" { &body["versions"][0] } else { &body["version"] };
        assert_eq!((&version["id"], &version["status"]), (&json!("v2.1"), &json!("CURRENT")));
        assert_eq!((&version["min_version"], &version["version"]), (&json!("2.1"), &json!("2.92")));
        assert_eq!(version["links"][0], json!({"rel": "self", "href": "http://cloud.example/v2.1/"}));
    }
    let request = Request::get("/v2.1/").header("Host", "cloud.example").header("X-Forwarded-Proto", "https");
    let (_, _, text) = send(&app, request.body(Body::empty()).unwrap()).await;
    assert!(text.contains(r#""https://cloud.example/v2.1/""#), "{text}");
}

#[tokio::test]
async fn every_response_names_its_microversion() {
    let app = with_keypairs(&["k"]).await;
    for (requested, answered, path, status) in [
        ("2.1", "2.1", "/v2.1/os-keypairs", 200),
        ("2.35", "2.35", "/v2.1/os-keypairs?limit=x", 400),
        ("latest", "2.92", "/v2.1/os-keypairs/k", 200),
        ("2.10", "2.10", "/v2.1/os-keypairs/k?user_id=other", 403),
        ("2.2", "2.2", "/v2.1/os-keypairs/other", 404),
        ("2.93", "2.93", "/v2.1/os-keypairs", 406),
        ("2.0", "2.0", "/v2.1/os-keypairs", 406),
        ("3.1", "3.1", "/v2.1/os-keypairs", 406),
    ] {
        let (got, headers, body) = call(&app, requested, "GET", path).await;
        assert_eq!(got, status, "{requested} {path}: {body}");
        assert_eq!(headers["OpenStack-API-Version"], format!("compute {answered}"));
        assert_eq!(headers["X-OpenStack-Nova-API-Version"], answered);
        let vary: Vec<_> = headers.get_all("Vary").into_iter().collect();
        assert_eq!(vary, ["OpenStack-API-Version", "X-OpenStack-Nova-API-Version"]);
        if status == 406 {
            let message =
                format!("Version {requested} is not supported by the API. Minimum is 2.1 and maximum is 2.92.");
            assert_eq!(body, json!({"computeFault": {"code": 406, "message": message}}));
        }
    }
    let (status, headers, body) = call(&app, "2.x", "GET", "/v2.1/os-keypairs").await;
    assert_eq!((status, headers.get("OpenStack-API-Version")), (StatusCode::BAD_REQUEST, None));
    let message = "API Version String 2.x is of invalid format. Must be of format MajorNum.MinorNum.";
    assert_eq!(body["badRequest"]["message"], message);
}

#[tokio::test]
async fn requests_that_reach_no_call_get_a_body_too() {
    let app = router();
    let anonymous = [("POST", "/v2.1/os-keypairs"), ("GET", "/v2.1/os-keypairs/k"), ("GET", "/v2.1/servers")];
    for (method, path) in anonymous.into_iter().chain([("PUT", "/v2.1/os-keypairs")]) {
        let (status, headers, body) = call(&app, "2.1", method, path).await;
        assert_ne!(status, StatusCode::UNAUTHORIZED, "{path}: {body}");
        let request = Request::builder().method(method).uri(path).header("X-User-Id", "");
        let (status, unauthenticated, text) = send(&app, request.body(Body::empty()).unwrap()).await;
        assert_eq!(
            (status, &unauthenticated["WWW-Authenticate"]),
            (StatusCode::UNAUTHORIZED, &"Keystone".parse().unwrap())
        );
        assert!(headers.get("WWW-Authenticate").is_none());
        let body: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(body["unauthorized"]["message"], "The request you have made requires authentication.");
    }
    let (status, _, body) = call(&app, "2.1", "GET", "/v2.1/servers").await;
    assert_eq!((status, &body["itemNotFound"]["code"]), (StatusCode::NOT_FOUND, &json!(404)));
    for (method, path, allowed) in
        [("PUT", "/v2.1/os-keypairs", "GET,HEAD,POST"), ("PATCH", "/v2.1/os-keypairs/k", "GET,HEAD,DELETE")]
    {
        let (status, headers, body) = call(&app, "2.1", method, path).await;
        assert_eq!((status, &body["badMethod"]["code"]), (StatusCode::METHOD_NOT_ALLOWED, &json!(405)));
        assert_eq!(headers["Allow"], allowed);
    }
    let (status, _, body) = post(&app, "2.1", "x".repeat(17 * 1024)).await;
    assert_eq!((status, &body["overLimit"]["code"]), (StatusCode::PAYLOAD_TOO_LARGE, &json!(413)));
}

#[tokio::test]
async fn key_pairs_are_listed_in_pages() {
    let app = with_keypairs(&["c", "a", "b b"]).await;
    let (status, _, body) = call(&app, "2.1", "GET", "/v2.1/os-keypairs").await;
    let names: Vec<_> = body["keypairs"].as_array().unwrap().iter().map(|item| &item["keypair"]["name"]).collect();
    assert_eq!(status, StatusCode::OK);
    assert_eq!(names, ["a", "b b", "c"]);
    assert_eq!(body["keypairs"][0]["keypair"].as_object().unwrap().len(), 3);

    let mut path = "/v2.1/p/os-keypairs?limit=1".to_owned();
    let mut names = Vec::new();
    loop {
        let (status, _, body) = call(&app, "2.35", "GET", &path).await;
        assert_eq!(status, StatusCode::OK);
        names.extend(body["keypairs"].as_array().unwrap().iter().map(|item| item["keypair"]["name"].clone()));
        let Some(next) = body["keypairs_links"][0]["href"].as_str() else { break };
        path = next.strip_prefix("http://cloud.example").unwrap().to_owned();
        assert!(path.starts_with("/v2.1/p/os-keypairs?limit=1&marker="), "{path}");
    }
    assert_eq!(names, ["a", "b b", "c"]);
    for (query, message) in [
        ("marker=d", "Marker d could not be found."),
        ("limit=-1", "Invalid input for query parameters limit. Value: -1. '-1' does not match '^[0-9]*$'"),
    ] {
        let (status, _, body) = call(&app, "2.35", "GET", &format!("/v2.1/os-keypairs?{query}")).await;
        assert_eq!((status, &body["badRequest"]["message"]), (StatusCode::BAD_REQUEST, &json!(message)));
    }
    let (status, _, body) = call(&app, "2.75", "GET", "/v2.1/os-keypairs?all=1").await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert_eq!(body["badRequest"]["message"], "Additional properties are not allowed ('all' was unexpected)");
}

#[tokio::test]
async fn a_key_pair_is_shown_and_deleted() {
    let app = with_keypairs(&["other", "me@home 1"]).await;
    let path = "/v2.1/os-keypairs/me%40home%201";
    for (microversion, fields) in [("2.1", 9), ("2.2", 10), ("2.92", 10)] {
        let (status, _, body) = call(&app, microversion, "GET", path).await;
        let keypair = &body["keypair"];
        assert_eq!((status, keypair.as_object().unwrap().len()), (StatusCode::OK, fields), "{body}");
        assert_eq!((&keypair["name"], &keypair["id"]), (&json!("me@home 1"), &json!(2)));
        assert_eq!((&keypair["user_id"], &keypair["deleted"]), (&json!("me"), &json!(false)));
        assert!(keypair["created_at"].as_str().unwrap().starts_with("20"), "{keypair}");
        assert!(keypair["updated_at"].is_null() && keypair["deleted_at"].is_null());
    }
    for (microversion, status) in [("2.1", 202), ("2.2", 204), ("2.92", 204)] {
        let (got, _, body) = call(&app, microversion, "DELETE", path).await;
        assert_eq!((got.as_u16(), body), (status, Value::Null));
        for method in ["GET", "DELETE"] {
            let (status, _, body) = call(&app, microversion, method, path).await;
            let message = "Keypair me@home 1 not found for user me";
            assert_eq!((status.as_u16(), body), (404, json!({"itemNotFound": {"code": 404, "message": message}})));
        }
        assert_eq!(post(&app, "2.92", import_of("me@home 1")).await.0, StatusCode::CREATED);
    }
    let (_, _, body) = call(&app, "2.1", "GET", path).await;
    assert_eq!(body["keypair"]["id"], 5, "an ID is not given twice");
}

#[tokio::test]
async fn only_administrators_reach_the_key_pairs_of_others() {
    let app = with_keypairs(&["k"]).await;
    let body = json!({ "keypair": { "name": "k", "public_key": ED25519, "user_id": "other" } });
    let (status, _, reply) = post(&app, "2.10", &body).await;
    assert_eq!(status, StatusCode::FORBIDDEN);
    let policy = |action| json!(format!("Policy doesn't allow os_compute_api:os-keypairs:{action} to be performed."));
    assert_eq!(reply["forbidden"]["message"], policy("create"));
    let admin = [("X-User-Id", "root"), ("X-Roles", "member, Admin")];
    let calls = [
        ("GET", "/v2.1/os-keypairs?user_id=me", "index", 200),
        ("GET", "/v2.1/os-keypairs/k?user_id=me", "show", 200),
        ("DELETE", "/v2.1/os-keypairs/k?user_id=me", "delete", 204),
    ];
    for (method, path, action, allowed) in calls {
        let other = [("X-User-Id", "other"), ("X-Roles", "member")];
        let (status, _, body) = call_with(&app, "2.10", method, path, &other).await;
        assert_eq!((status.as_u16(), &body["forbidden"]["message"]), (403, &policy(action)));
        // Before 2.10 there is no user_id: the request is for the sender's own key pairs.
        let (status, _, body) = call_with(&app, "2.9", method, path, &other).await;
        assert_eq!(status.as_u16(), if action == "index" { 200 } else { 404 }, "{body}");
        let (status, _, body) = call_with(&app, "2.10", method, path, &admin).await;
        assert_eq!(status.as_u16(), allowed, "{path}: {body}");
    }
    let request = Request::post("/v2.1/os-keypairs").header("OpenStack-API-Version", "compute 2.10");
    let request = admin.iter().fold(request, |request, (name, value)| request.header(*name, *value));
    let (status, _, text) = send(&app, request.body(Body::from(body.to_string())).unwrap()).await;
    assert_eq!(status, StatusCode::CREATED);
    assert_eq!(serde_json::from_str::<Value>(&text).unwrap()["keypair"]["user_id"], "other");
}

#[tokio::test]
async fn the_project_in_a_path_is_that_of_the_user() {
    let app = with_keypairs(&["k"]).await;
    for (path, project, status) in [
        ("/v2.1/p/os-keypairs", "p", 200),
        ("/v2.1/p/os-keypairs/k", "p", 200),
        ("/v2.1/os-keypairs/k", "p", 200),
        ("/v2.1/p/os-keypairs", "q", 400),
        ("/v2.1/p/os-keypairs/k", "q", 400),
    ] {
        let (got, _, body) =
            call_with(&app, "2.1", "GET", path, &[("X-User-Id", "me"), ("X-Project-Id", project)]).await;
        assert_eq!(got, status, "{path}: {body}");
        if status == 400 {
            let message = "Malformed request URL: URL's project_id 'p' doesn't match Context's project_id 'q'";
            assert_eq!(body["badRequest"]["message"], message);
        }
    }
    assert_eq!(call(&app, "2.1", "GET", "/v2.1/p/os-keypairs/k").await.0, StatusCode::OK);
}

#[tokio::test]
async fn key_pairs_survive_a_restart() {
    let file = std::env::temp_dir().join(format!("os-keypairs-axum-{}.redb", std::process::id()));
    let shown = |app: Router| async move { call(&app, "2.92", "GET", "/v2.1/os-keypairs/k").await.2 };
    let app = service::router(Store::open(&file).unwrap(), service::DEFAULT_QUOTA);
    assert_eq!(post(&app, "2.92", import_of("k")).await.0, StatusCode::CREATED);
    let before = shown(app).await;
    let store = Store::open(&file).unwrap();
    // The database has one process at a time.
    let error = Store::open(&file).err().unwrap().to_string();
    assert!(error.starts_with("Database already open."), "{error}");
    let app = service::router(store, service::DEFAULT_QUOTA);
    assert_eq!(post(&app, "2.92", import_of("k")).await.0, StatusCode::CONFLICT);
    let after = shown(app).await;
    std::fs::remove_file(&file).unwrap();
    assert_eq!(before["keypair"]["public_key"], ED25519);
    assert_eq!(before, after);
}
