//! The public API of nova-keypair, one item per line in `nova-keypair.txt`, so that no change goes unnoticed, and
//! none is released under a version number that does not reflect it.
//!
//! ```sh
//! cargo test --manifest-path checks/public_api/Cargo.toml                       # compares
//! UPDATE_PUBLIC_API=1 cargo test --manifest-path checks/public_api/Cargo.toml   # rewrites the list; read its diff
//! ```
#![cfg(test)]

mod compatibility;
mod listing;
#[path = "../../../tests/suite/skip.rs"]
mod skip;

use std::path::Path;
use std::process::Command;

use semver::Version;
use skip::skip;

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");
const LIST: &str = "checks/public_api/nova-keypair.txt";

/// Returns the output of a command, or nothing if it cannot be run or fails.
fn output(program: &str, arguments: &[&str]) -> Option<String> {
    let output = Command::new(program).args(arguments).current_dir(ROOT).output().ok()?;
    output.status.success().then(|| String::from_utf8(output.stdout).unwrap())
}

fn committed() -> String {
    std::fs::read_to_string(Path::new(ROOT).join(LIST)).unwrap()
}

#[test]
fn the_list_matches_the_api() {
    let current = listing::of_this_checkout();
    if std::env::var_os("UPDATE_PUBLIC_API").is_some() {
        return std::fs::write(Path::new(ROOT).join(LIST), current).unwrap();
    }
    let committed = committed();
    let difference = listing::difference(&committed, &current);
    assert!(
        difference.is_empty() && committed == current,
        "the public API is not what {LIST} says:\n{difference}if that is meant: \
         UPDATE_PUBLIC_API=1 cargo test --manifest-path checks/public_api/Cargo.toml"
    );
}

#[test]
fn the_version_number_reflects_the_changes_since_the_last_tag() {
    let Some(tags) = output("git", &["tag", "--list", "v[0-9]*", "--merged"]) else {
        return skip("git is not installed, or this is not a clone");
    };
    // Before the first release every change is allowed.
    if tags.trim().is_empty() {
        return;
    }
    let tag = output("git", &["describe", "--tags", "--abbrev=0", "--match", "v[0-9]*"]).expect("git describe");
    let tag = tag.trim();
    let tagged = output("git", &["show", &format!("{tag}:{LIST}")]).unwrap_or_else(|| panic!("{tag} has no {LIST}"));
    let version = |text: &str| Version::parse(text).unwrap_or_else(|e| panic!("{text}: {e}"));
    let id = output(env!("CARGO"), &["pkgid", "--offline"]).expect("cargo pkgid");
    let (released, current) = (version(&tag[1..]), version(id.trim().rsplit(['@', '#']).next().unwrap()));

    let list = committed();
    let change = compatibility::between(&tagged, &list);
    assert!(
        compatibility::allows(&released, &current, change),
        "{change:?} changes since {tag}, and the version is {current}:\n{}",
        listing::difference(&tagged, &list)
    );
}
