//! What linking this crate drags in: no peer, no unknown licence, nothing but the registry.

use std::collections::BTreeMap;
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

/// A second version of a crate is compiled and linked twice. What development needs may differ; what users link may not.
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

#[test]
fn an_unknown_licence_is_seen() {
    assert!(allowed("MIT OR GPL-3.0") && allowed("(MIT OR Apache-2.0) AND Unicode-3.0") && allowed("MIT/Apache-2.0"));
    assert!(!allowed("GPL-3.0") && !allowed("MIT AND GPL-3.0") && !allowed("none"));
}
