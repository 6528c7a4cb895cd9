//! The crates that a user links. cargo-deny checks licenses, sources, bans and advisories, by the rules of `deny.toml`.

use std::collections::{BTreeMap, BTreeSet};

use crate::support::{FEATURES, cargo, features, run};

/// Two versions of a crate would both be compiled and linked. Development dependencies may differ from what users
/// link.
///
/// Covers the features of this test on this platform, because the build of the test has downloaded all their
/// dependencies.
#[test]
fn users_link_one_version_of_each_crate() {
    let tree = run(cargo()
        .args(["tree", "--package", "nova-keypair", "--edges", "normal,build", "--prefix", "none"])
        .args(["--no-default-features", "--features", &features()]));
    let mut versions: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for line in tree.lines() {
        if let [name, version, ..] = line.split_whitespace().collect::<Vec<_>>()[..] {
            versions.entry(name).or_default().insert(version);
        }
    }
    assert!(versions.contains_key("nova-keypair") && versions.contains_key("zeroize"), "{tree}");
    versions.retain(|_, versions| versions.len() > 1);
    assert!(versions.is_empty(), "{versions:?}");
}

/// Returns the crates that are linked with these arguments to `cargo tree`, without this one.
fn linked(arguments: &[&str]) -> BTreeSet<String> {
    let tree = run(cargo()
        .args(["tree", "--package", "nova-keypair", "--edges", "normal", "--prefix", "none"])
        .args(arguments));
    let names = tree.lines().filter_map(|line| line.split_whitespace().next());
    names.filter(|name| *name != "nova-keypair").map(str::to_owned).collect()
}

/// Every crate costs users, and audits report `rsa` (RUSTSEC-2023-0071).
#[test]
fn few_crates_are_linked_by_default_and_rsa_is_not_among_them() {
    let (default, none) = (linked(&[]), linked(&["--no-default-features"]));
    assert!((10..=23).contains(&default.len()), "{default:?}");
    assert!((10..=19).contains(&none.len()), "{none:?}");
    assert!(!default.contains("rsa") && linked(&["--features", "full"]).contains("rsa"));
}

/// A pinned version would conflict with another pin of the same build.
#[test]
fn no_requirement_pins_a_version() {
    let metadata = run(cargo().args(["metadata", "--no-deps", "--format-version", "1"]));
    let metadata: serde_json::Value = serde_json::from_str(&metadata).unwrap();
    let packages = metadata["packages"].as_array().unwrap();
    let package = packages.iter().find(|package| package["name"] == "nova-keypair").unwrap();
    let dependencies = package["dependencies"].as_array().unwrap();
    assert!(dependencies.len() > 10);
    for dependency in dependencies {
        let requirement = dependency["req"].as_str().unwrap();
        assert!(requirement.starts_with(['^', '>']), "{}: {requirement}", dependency["name"]);
    }
}

#[test]
fn the_tests_know_every_feature() {
    let manifest = include_str!("../../Cargo.toml");
    let section = manifest.split("\n[features]\n").nth(1).and_then(|rest| rest.split("\n[").next()).unwrap();
    let names = section
        .lines()
        .filter_map(|line| Some(line.split_once(" = ")?.0))
        .filter(|name| !["default", "full"].contains(name));
    let names: BTreeSet<_> = names.filter(|name| !name.starts_with('#')).collect();
    assert_eq!(names, FEATURES.into_iter().map(|(name, _)| name).collect());
}
