//! No text makes the search visit more texts, or work longer, than it may.

use nova_keypair::internals::{Effort, recovery_effort};
use proptest::prelude::*;

/// What decodings, the reading of base64 and the search for private keys look for.
const PARTS: [&str; 56] = [
    "%41",
    "%25",
    "%2B",
    "%0A",
    "&#65;",
    "&amp;",
    "&lt;",
    "&#x41;",
    "\\x41",
    "\\u002b",
    "\\n",
    "\\\n",
    "=41",
    "=3D",
    "=\n",
    "_x0041_",
    "<b>",
    "<br>",
    "+AAAA",
    "\u{200b}",
    "\u{1b}[0m",
    "\0",
    "\u{a0}",
    "\u{2014}",
    "\u{ff21}",
    "\u{fffd}",
    "\n",
    "\n> ",
    "| ",
    "\"",
    "\" + \"",
    "\" . \"",
    "{\"d\"",
    "\"kty\"",
    "<D>",
    "<Modulus>",
    "BEGIN",
    "PRIVATE KEY",
    "---",
    "pu",
    "MI",
    "MIIB",
    "MIIEpAIBAAKCAQEA",
    "0a ",
    "A ",
    "AAAA",
    "AAAAB3NzaC1yc2EAAAAD",
    "AAAAB3NzaC1yc2EAAAADAQABAAACAQ",
    "AAAAC3NzaC1lZDI1NTE5AAAAI",
    "U1NIIFBS",
    "c3NoLXJzYSBB",
    "b3BlbnNzaC1r",
    "0\u{2}\u{1}\0\u{4}",
    "ssh-rsa ",
    "0000000   s   s   h",
    "\u{6}\t*",
];

/// A text of some of the parts, each of them once or many times.
fn text() -> impl Strategy<Value = String> {
    let part = (prop::sample::select(&PARTS[..]), prop_oneof![1usize..3, 3usize..60]);
    let unit = prop::collection::vec(part, 1..7);
    (unit, prop_oneof![Just(200usize), Just(800), Just(4000)]).prop_map(|(parts, length)| {
        let unit: String = parts.into_iter().map(|(part, count)| part.repeat(count)).collect();
        unit.repeat(length / unit.len() + 1).chars().take(length).collect()
    })
}

proptest! {
    #[test]
    fn no_text_takes_more_than_its_work(text in text()) {
        let effort = recovery_effort(text.as_bytes());
        let Effort { states, work, limit } = effort;
        // The last text that is visited may take more than is left.
        prop_assert!((1..=64).contains(&states) && work <= 2 * limit, "{effort:?} for {text:?}");
    }
}

/// A text of which only one state is visited at most takes little.
#[test]
fn an_ordinary_text_takes_little() {
    let line = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIFl6u75BTi8xGtSPm1yVJuLE/oMtCOuEMJJnBSuZEdXz alice@laptop";
    let Effort { states, work, limit } = recovery_effort(format!("key: {line}").as_bytes());
    assert!(states == 1 && work > 0 && 4 * work < limit, "{states}, {work}, {limit}");
}
