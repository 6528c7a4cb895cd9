//! The crates that a user links. cargo-deny checks licenses, sources, bans and advisories, by the rules of `deny.toml`.

use std::collections::{BTreeMap, BTreeSet};

use crate::support::{FEATURES, cargo, features, run};

/// Two versions of a crate would be compiled and linked. Development dependencies may differ from what users link.
///
/// Covers the features of this test on this platform, all of whose dependencies the build of the test has downloaded.
#[test]
fn users_link_one_version_of_each_crate() {
    let tree = run(cargo().args(["tree", "--edges", "normal,build", "--prefix", "none", "--format", "{p}"]).args([
        "--no-default-features",
        "--features",
        &features(),
    ]));
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

#[test]
fn the_tests_know_every_feature() {
    let manifest = include_str!("../../Cargo.toml");
    let section = manifest.split("\n[features]\n").nth(1).and_then(|rest| rest.split("\n[").next()).unwrap();
    let names = section.lines().filter_map(|line| Some(line.split_once(" = ")?.0)).filter(|name| *name != "default");
    let names: BTreeSet<_> = names.filter(|name| !name.starts_with('#')).collect();
    assert_eq!(names, FEATURES.into_iter().map(|(name, _)| name).collect());
}
