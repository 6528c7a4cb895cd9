//! List, show and delete as Nova answers them: parameters, statuses and bodies by microversion.

use std::time::Duration;

use nova_keypair::os_keypairs::{Context, Query, Reply, StoredKeypair, negotiate};
use nova_keypair::{Keypair, KeypairName, Microversion, RequestError, import};
use proptest::prelude::*;
use serde_json::{Value, json};

const LINE: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIFl6u75BTi8xGtSPm1yVJuLE/oMtCOuEMJJnBSuZEdXz me";
const FINGERPRINT: &str = "1a:1d:a7:2c:4c:ff:15:c4:70:13:38:b6:ac:4c:dc:12";
const URL: &str = "http://cloud.example/v2.1/os-keypairs";

fn named(name: &str) -> Keypair {
    import(&KeypairName::new(name).unwrap(), LINE).unwrap()
}

fn me(minor: u16) -> Context {
    Context::new("me").microversion(Microversion::new(minor))
}

fn body(reply: &Reply) -> Value {
    serde_json::to_value(reply.body()).unwrap()
}

/// The reply to a list request of a user with these key pairs.
fn list(query: &str, context: &Context, names: &[&str]) -> Reply {
    let list = match Query::parse(query).check_list(context) {
        Ok(list) => list,
        Err(rejection) => return rejection,
    };
    if let Some(marker) = list.marker()
        && !names.contains(&marker)
    {
        return list.marker_not_found();
    }
    let after = names.iter().filter(|name| list.marker().is_none_or(|marker| **name > marker));
    list.found(after.map(|name| named(name)), URL)
}

#[track_caller]
fn refusal(reply: &Reply, status: u16, envelope: &str) -> String {
    let body = body(reply);
    assert_eq!((reply.status(), &body[envelope]["code"]), (status, &json!(status)), "{body}");
    assert!(!reply.body().is_empty());
    assert_eq!(body[envelope]["message"], reply.message().unwrap());
    reply.message().unwrap().to_owned()
}

#[test]
fn a_list_has_the_fields_of_its_microversion() {
    let item = |name: &str| json!({"name": name, "public_key": LINE, "fingerprint": FINGERPRINT});
    let mut typed = item("a");
    typed["type"] = json!("ssh");
    for (minor, keypair) in [(1, item("a")), (2, typed.clone()), (35, typed.clone()), (92, typed)] {
        let reply = list("", &me(minor), &["a"]);
        assert_eq!(reply.status(), 200);
        assert_eq!(reply.key_type(), keypair.get("type").map(|_| "ssh"));
        assert_eq!(body(&reply), json!({"keypairs": [{"keypair": keypair}]}), "2.{minor}");
    }
    assert_eq!(body(&list("", &me(1), &[])), json!({"keypairs": []}));
    assert_eq!(list("", &me(1), &["a", "b"]).listed_keypairs().unwrap(), [named("a"), named("b")]);
    assert_eq!(list("", &me(1), &["a"]).keypair(), None, "there is nothing to store");
}

#[test]
fn a_shown_key_pair_has_the_fields_of_its_microversion() {
    let keypair = StoredKeypair {
        keypair: named("k"),
        user_id: "me".to_owned(),
        id: 7,
        created_at: Duration::new(1_399_464_373, 681_238_000),
    };
    let mut expected = json!({
        "name": "k", "public_key": LINE, "fingerprint": FINGERPRINT, "user_id": "me",
        "created_at": "2014-05-07T12:06:13.681238", "deleted": false, "deleted_at": null, "id": 7, "updated_at": null,
    });
    for minor in [1, 2, 92] {
        if minor == 2 {
            expected["type"] = json!("ssh");
        }
        let show = Query::default().check_show("k", &me(minor)).unwrap();
        assert_eq!((show.name(), show.user_id()), ("k", "me"));
        let reply = show.found(keypair.clone());
        assert_eq!((reply.status(), body(&reply)), (200, json!({ "keypair": expected })), "2.{minor}");
        assert_eq!(reply.shown_keypair(), Some(&keypair));
        assert_eq!(reply.key_type(), (minor > 1).then_some("ssh"));
    }
}

#[test]
fn a_deletion_is_answered_202_and_from_2_2_on_204_without_a_body() {
    for (minor, status) in [(1, 202), (2, 204), (92, 204)] {
        let delete = Query::default().check_delete("k", &me(minor)).unwrap();
        assert_eq!((delete.name(), delete.user_id()), ("k", "me"));
        let reply = delete.deleted();
        assert_eq!((reply.status(), reply.body().is_empty(), reply.error()), (status, true, None));
        assert_eq!(serde_json::to_string(reply.body()).unwrap(), "null");
        assert_eq!(refusal(&delete.not_found(), 404, "itemNotFound"), "Keypair k not found for user me");
    }
}

#[test]
fn pages_come_with_microversion_2_35() {
    let names = ["a", "b", "c d"];
    assert_eq!(list("limit=1&marker=x", &me(34), &names).listed_keypairs().unwrap().len(), 3);
    for (query, listed, next) in [
        ("", 3, None),
        ("limit=2", 2, Some("?limit=2&marker=b")),
        ("limit=3", 3, Some("?limit=3&marker=c+d")),
        ("limit=4", 3, None),
        ("limit=0", 0, None),
        ("limit=007&x=1", 3, None),
        ("limit=99999999999999999999999", 3, None),
        ("marker=a&limit=1", 1, Some("?limit=1&marker=b")),
        ("marker=c+d&limit=1", 0, None),
        ("user_id=me&limit=1&user_id=", 1, Some("?limit=1&user_id=me&marker=a")),
        ("limit=3&limit=1&unknown=1", 1, Some("?limit=3&marker=a")),
    ] {
        let reply = list(query, &me(35), &names);
        assert_eq!(reply.listed_keypairs().map(<[_]>::len), Some(listed), "{query}");
        let next = next.map(|next| format!("{URL}{next}"));
        assert_eq!(reply.next_page(), next.as_deref(), "{query}");
        let links = next.map_or(Value::Null, |href| json!([{"rel": "next", "href": href}]));
        assert_eq!(body(&reply)["keypairs_links"], links, "{query}");
    }
    let many: Vec<Keypair> = std::iter::repeat_n(named("k"), 1001).collect();
    let all = Query::parse("limit=2000").check_list(&me(35)).unwrap();
    assert_eq!(all.limit(), Some(1000));
    assert_eq!(all.found(many, URL).next_page(), Some(&*format!("{URL}?limit=2000&marker=k")));
}

#[test]
fn bad_parameters_are_refused_as_nova_refuses_them() {
    let pattern = "Invalid input for query parameters limit. Value: x'. \"x'\" does not match '^[0-9]*$'";
    for (minor, query, message) in [
        (35, "limit=x'", pattern),
        (92, "limit=1&limit=x'&limit=2", pattern),
        (35, "limit=-1", "Invalid input for query parameters limit. Value: -1. '-1' does not match '^[0-9]*$'"),
        (35, "limit=", "Invalid input for query parameters limit. Value: . '' should be non-empty"),
        (35, "limit", "Invalid input for query parameters limit. Value: . '' should be non-empty"),
        (35, "marker=z", "Marker z could not be found."),
        (75, "b=1&a", "Additional properties are not allowed ('a', 'b' were unexpected)"),
        (75, "b=1&b=2", "Additional properties are not allowed ('b' was unexpected)"),
        (75, "b=1&limit=x'", pattern),
        (1, "%ff", "Query string is not UTF-8 encoded"),
    ] {
        assert_eq!(refusal(&list(query, &me(minor), &["k"]), 400, "badRequest"), message, "2.{minor} {query}");
    }
    for query in ["limit=x", "marker=z", "a=1"] {
        assert_eq!(list(query, &me(34), &[]).status(), 200, "{query} is ignored before 2.35");
        for (minor, accepted) in [(74, true), (75, false)] {
            assert_eq!(Query::parse(query).check_show("k", &me(minor)).is_ok(), accepted, "2.{minor} {query}");
            assert_eq!(Query::parse(query).check_delete("k", &me(minor)).is_ok(), accepted, "2.{minor} {query}");
        }
    }
    assert_eq!(list("a=1", &me(74), &[]).status(), 200);
}

#[test]
fn key_pairs_of_another_user_are_for_administrators() {
    let policy = |action| format!("Policy doesn't allow os_compute_api:os-keypairs:{action} to be performed.");
    let query = Query::parse("user_id=other");
    let denied = [
        (query.check_list(&me(10)).unwrap_err(), policy("index")),
        (query.check_show("k", &me(10)).unwrap_err(), policy("show")),
        (query.check_delete("k", &me(10)).unwrap_err(), policy("delete")),
    ];
    for (reply, message) in denied {
        assert_eq!(refusal(&reply, 403, "forbidden"), message);
        assert_eq!(reply.error(), Some(RequestError::Forbidden.into()));
    }
    let admin = me(10).may_act_for_others(true);
    assert_eq!(query.check_list(&admin).unwrap().user_id(), "other");
    assert_eq!(query.check_delete("k", &admin).unwrap().user_id(), "other");
    assert_eq!(
        query.check_show("k", &admin).unwrap().not_found().message(),
        Some("Keypair k not found for user other")
    );
    assert_eq!(query.check_list(&me(9)).unwrap().user_id(), "me", "2.9 has no user_id");
    assert_eq!(Query::parse("user_id=&user_id=other").check_list(&me(10)).unwrap().user_id(), "me");
    assert_eq!(Query::parse("user_id=me&user_id=other").check_list(&me(10)).unwrap().user_id(), "me");
}

#[test]
fn a_version_is_negotiated_as_nova_does() {
    for (text, version) in [("2.1", 1), ("2.35", 35), ("2.92", 92), ("latest", 92)] {
        assert_eq!(negotiate(Some(text)).unwrap(), Microversion::new(version), "{text}");
    }
    assert_eq!(negotiate(None).unwrap(), Microversion::V2_1);
    for text in ["2.0", "2.93", "2.70000", "2.99999999999", "1.0", "3.1", "10.10"] {
        let message = refusal(&negotiate(Some(text)).unwrap_err(), 406, "computeFault");
        assert_eq!(message, format!("Version {text} is not supported by the API. Minimum is 2.1 and maximum is 2.92."));
    }
    for text in ["", "2", "2.", ".1", "2.01", "0.1", "2.1 ", "2.1.1", "-2.1", "Latest", "2.1x"] {
        let message = refusal(&negotiate(Some(text)).unwrap_err(), 400, "badRequest");
        assert_eq!(
            message,
            format!("API Version String {text} is of invalid format. Must be of format MajorNum.MinorNum.")
        );
    }
}

#[test]
fn no_message_quotes_a_private_key() {
    let key = "-----BEGIN OPENSSH PRIVATE KEY-----";
    let encoded = key.replace(' ', "+");
    let replies = [
        list(&format!("limit={encoded}"), &me(92), &[]),
        list(&format!("marker={encoded}"), &me(92), &[]),
        list(&format!("{encoded}=1"), &me(92), &[]),
        Query::default().check_show(key, &me(92)).unwrap().not_found(),
        Query::parse(&format!("user_id={encoded}"))
            .check_delete("k", &me(92).may_act_for_others(true))
            .unwrap()
            .not_found(),
        negotiate(Some(key)).unwrap_err(),
    ];
    for reply in replies {
        let message = reply.message().unwrap();
        assert!(message.contains("[elided]") && !message.contains("PRIVATE"), "{message}");
    }
}

proptest! {
    /// Whoever follows the links gets every key pair once, in order.
    #[test]
    fn pages_join_to_the_whole_list(
        names in proptest::collection::btree_set("[a-z @._-]{0,3}[a-z]", 0..20),
        limit in 1_usize..8,
        others in "[u-z%&=+]{0,8}",
    ) {
        let names: Vec<&str> = names.iter().map(|name| name.trim()).collect::<std::collections::BTreeSet<_>>()
            .into_iter().filter(|name| KeypairName::new(name).is_ok()).collect();
        let mut query = format!("limit={limit}&{others}");
        let mut listed = Vec::new();
        for _ in 0..=names.len() {
            let reply = list(&query, &me(35), &names);
            let page = reply.listed_keypairs().unwrap();
            prop_assert!(page.len() <= limit);
            listed.extend(page.iter().map(|keypair| keypair.name.to_string()));
            match reply.next_page() {
                Some(next) => query = next.strip_prefix(URL).unwrap()[1..].to_owned(),
                None => break,
            }
        }
        prop_assert_eq!(listed, names);
    }

    #[test]
    fn every_query_gets_an_answer(query in any::<String>(), minor in 0_u16..100) {
        for reply in [list(&query, &me(minor), &[]), list(&query, &me(minor), &["k"])] {
            prop_assert!([200, 400, 403].contains(&reply.status()));
        }
    }
}
