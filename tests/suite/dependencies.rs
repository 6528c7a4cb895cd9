//! The crates that a user links. `deny.toml` has the rules on licenses, sources, bans and advisories, which cargo-deny checks.

use std::collections::{BTreeMap, BTreeSet};

use crate::support::{cargo, features, run};

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
