//! Codes and statuses are a contract. Every kind of failure is caused by an input, and every message states the
//! problem, its position and a remedy.

pub(crate) mod inputs;

use std::collections::BTreeSet;
use std::error::Error as _;
use std::path::{Path, PathBuf};

use nova_keypair::Error;
use nova_keypair::os_keypairs::Reply;

/// The kinds that no input causes in this build: those that report a mistake of the engine's arithmetic, of which some
/// need `__internals`, and those that need `encryption` or `ed25519`.
fn without_input() -> BTreeSet<String> {
    let mut codes = vec!["private_exponent_too_small"];
    if cfg!(not(feature = "__internals")) {
        codes.extend(["encoding", "pairwise_consistency", "prime_too_small"]);
    }
    if cfg!(not(feature = "encryption")) {
        codes.push("passphrase_empty");
    }
    if cfg!(not(feature = "ed25519")) {
        codes.extend(["pkcs1_not_rsa", "seed_length"]);
    }
    codes.into_iter().map(str::to_owned).collect()
}

/// Returns the codes of every table of kinds in the source.
fn codes_in_the_source() -> BTreeSet<String> {
    let mut codes = BTreeSet::new();
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("src")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path: PathBuf = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let source = std::fs::read_to_string(path).unwrap_or_default();
            if source.contains("_error! {") {
                for row in source.split("=>").skip(1) {
                    let code = row.trim_start().strip_prefix('"').and_then(|row| row.split('"').next());
                    codes.extend(code.map(|code| assert_fresh(&codes, code)));
                }
            }
        }
    }
    codes
}

fn assert_fresh(codes: &BTreeSet<String>, code: &str) -> String {
    assert!(!codes.contains(code), "two kinds share the code {code}");
    code.to_owned()
}

#[test]
fn every_kind_is_caused_by_an_input() {
    let mut missing = codes_in_the_source();
    assert!(missing.len() > 80, "{missing:?}");
    for (code, _, error) in inputs::all() {
        assert_eq!(error.code(), code, "{error}");
        assert!(missing.remove(code), "{code} is listed twice, or is not in the source");
    }
    assert_eq!(missing, without_input(), "kinds that no input causes");
}

#[test]
fn statuses_are_pinned() {
    for (code, status, error) in inputs::all() {
        assert_eq!(Reply::rejected(error).status(), status, "{code}");
    }
}

/// Each message is in lower case, without a full stop: the problem, its position, and the remedy.
#[test]
fn every_message_states_the_problem_its_position_and_a_remedy() {
    for (code, _, error) in inputs::all() {
        let (text, problem, remedy) = (error.to_string(), error.problem(), error.remedy());
        assert_eq!(text, format!("{problem}: {remedy}"));
        assert!(!text.ends_with('.') && problem.len() > 15 && !remedy.is_empty(), "{code}: {text}");
        // An acronym, or intentionally in upper case.
        let is_upper_case = text.split(' ').next().unwrap().chars().all(char::is_uppercase);
        assert!(is_upper_case || !text.starts_with(char::is_uppercase), "{text}");
        assert!(!remedy.starts_with(char::is_uppercase), "{text}");
        assert_eq!(error.position().is_some(), problem.contains("at byte "), "{code}: {text}");
        if let Some(position) = error.position() {
            assert!(problem.contains(&format!("at byte {position}")), "{code}: {text}");
        }
    }
}

#[test]
fn the_source_of_an_error_is_that_of_its_domain() {
    for (code, _, error) in inputs::all() {
        let source = error.source().unwrap();
        assert_eq!(source.to_string(), error.to_string(), "{code}");
        let is_domain = match error {
            Error::Name(inner) => source.downcast_ref() == Some(&inner),
            Error::PublicKey(inner) => source.downcast_ref() == Some(&inner),
            Error::PrivateKey(inner) => source.downcast_ref() == Some(&inner),
            Error::Generate(inner) => source.downcast_ref() == Some(&inner),
            Error::Fingerprint(inner) => source.downcast_ref() == Some(&inner),
            Error::Identifier(inner) => source.downcast_ref() == Some(&inner),
            Error::Blocklist(inner) => source.downcast_ref() == Some(&inner),
            Error::Request(inner) => source.downcast_ref() == Some(&inner),
            _ => false,
        };
        assert!(is_domain, "{code}");
    }
}

#[test]
fn nova_has_one_message_for_bad_keys_and_this_crate_explains_it() {
    const BAD_KEY: &str = "Keypair data is invalid: failed to generate fingerprint";
    for (code, _, error) in inputs::all() {
        let reply = Reply::rejected(error);
        let message = reply.message().unwrap();
        match error {
            Error::PublicKey(error) => assert_eq!(message, format!("{BAD_KEY}: {error}"), "{code}"),
            _ => assert!(!message.contains(BAD_KEY), "{code}: {message}"),
        }
    }
}

/// Compiles only if no kind has the name of a public type.
#[expect(unused_imports, reason = "a glob import that shadows nothing is not used")]
#[test]
fn kinds_do_not_shadow_public_types() {
    use nova_keypair::os_keypairs::*;
    use nova_keypair::{
        BlocklistError::*, FingerprintError::*, GenerateError::*, IdentifierError::*, NameErrorKind::*,
    };
    use nova_keypair::{PrivateKeyErrorKind::*, PublicKeyErrorKind::*, RequestError::*, *};
    fn is_type<T>() {}
    is_type::<(Md5Fingerprint, GeneratedKeypair, ImportPolicy, KeySpec, Keypair, KeypairName, Microversion)>();
    is_type::<(Algorithm, Recovered, PrivateKey, PublicKey, Repair, Weakness)>();
    is_type::<(Context, Checked, Reply, Request)>();
}
