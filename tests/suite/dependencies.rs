//! What linking this crate drags in: no peer, no unknown licence, nothing but the registry.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use serde_json::Value;

const LICENCES: &[&str] = &["Apache-2.0", "MIT", "BSD-2-Clause", "BSD-3-Clause", "Unicode-3.0", "Zlib", "ISC"];
/// Those of `deny.toml`: peers and judges, which `benches/peers` and `checks/quality` alone may use.
const BANNED: &[&str] = &["openssl", "openssl-sys", "aws-lc-rs", "aws-lc-sys", "ring", "rug", "gmp-mpfr-sys"];

fn metadata() -> Value {
    let manifest = concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml");
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["metadata", "--format-version", "1", "--all-features", "--offline", "--manifest-path", manifest]);
    let output = cargo.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// Can the expression be met by licences of the list? `OR` offers, `AND` (and `WITH`) demands.
fn allowed(expression: &str) -> bool {
    expression
        .replace('/', " OR ")
        .split(" OR ")
        .any(|choice| choice.split(" AND ").all(|licence| LICENCES.contains(&licence.trim_matches(['(', ')', ' ']))))
}

#[test]
fn dependencies_are_licensed_and_from_the_registry() {
    let metadata = metadata();
    let packages = metadata["packages"].as_array().unwrap();
    assert!(packages.len() > 20);
    for package in packages.iter().filter(|package| package["name"] != "nova-keypair") {
        let name = package["name"].as_str().unwrap();
        let licence = package["license"].as_str().unwrap_or("none");
        assert!(allowed(licence), "{name}: {licence}");
        assert!(!BANNED.contains(&name), "{name} is banned");
        let source = package["source"].as_str().unwrap_or("a path");
        assert!(source.starts_with("registry+"), "{name} comes from {source}");
    }
}

/// A second version of a crate is compiled and linked twice. What development needs may differ; what users link may
/// not.
#[test]
fn users_link_one_version_of_each_crate() {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["tree", "--all-features", "-e", "normal,build", "--prefix", "none", "--offline", "--format", "{p}"]);
    let output = cargo.current_dir(env!("CARGO_MANIFEST_DIR")).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let mut versions: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for line in String::from_utf8(output.stdout).unwrap().lines() {
        let mut words = line.split_whitespace();
        let (Some(name), Some(version)) = (words.next(), words.next()) else { continue };
        let known = versions.entry(name.to_owned()).or_default();
        if !known.iter().any(|v| v == version) {
            known.push(version.to_owned());
        }
    }
    let twice: Vec<_> = versions.iter().filter(|(_, versions)| versions.len() > 1).collect();
    assert!(versions.len() > 20 && twice.is_empty(), "{twice:?}");
}

/// The crates that are linked with these arguments to `cargo tree`, without this one.
fn linked(features: &[&str]) -> BTreeSet<String> {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["tree", "-e", "normal", "--prefix", "none", "--offline", "--format", "{p}"]).args(features);
    let output = cargo.current_dir(env!("CARGO_MANIFEST_DIR")).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let tree = String::from_utf8(output.stdout).unwrap();
    let names = tree.lines().filter_map(|line| line.split_whitespace().next());
    names.filter(|name| *name != "nova-keypair").map(str::to_owned).collect()
}

/// Every crate costs users, and `rsa` is reported by each audit (RUSTSEC-2023-0071).
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
    let metadata = metadata();
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
fn an_unknown_licence_is_seen() {
    assert!(allowed("MIT OR GPL-3.0") && allowed("(MIT OR Apache-2.0) AND Unicode-3.0") && allowed("MIT/Apache-2.0"));
    assert!(!allowed("GPL-3.0") && !allowed("MIT AND GPL-3.0") && !allowed("none"));
}
