//! The list: the features of the manifest, and the public items that rustdoc reports with all of them enabled,
//! through the crate `public-api`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

use public_api::Builder;

use crate::{ROOT, output};

/// The feature without stability guarantees.
const INTERNALS: &str = "__internals";

/// The version of rustdoc's JSON that `public-api` reads, in the version of `Cargo.toml`.
const FORMAT_VERSION: u32 = 57;

/// Traits that the compiler implements by itself and that no stable code can name.
const UNNAMEABLE: [&str; 3] = ["Freeze", "UnsafeUnpin", "StructuralPartialEq"];

/// Modules that contain documentation only.
const PAGES: [&str; 2] = ["pub mod nova_keypair::engine", "pub mod nova_keypair::guide"];

/// Returns the list of this checkout.
///
/// Blanket implementations are left out: they belong to other crates.
pub(crate) fn of_this_checkout() -> String {
    let features = features();
    let names: Vec<&str> = features.keys().map(String::as_str).filter(|name| *name != INTERNALS).collect();
    let cargo = Command::new(env!("CARGO"))
        .args(["rustdoc", "--quiet", "--lib", "--features", &names.join(","), "--target-dir", "target"])
        .args(["--", "-Zunstable-options", "--output-format=json", "--cap-lints=allow"])
        .env("RUSTDOC", Path::new(ROOT).join("checks/public_api/rustdoc"))
        .current_dir(ROOT)
        .output()
        .unwrap();
    assert!(cargo.status.success(), "{}", String::from_utf8_lossy(&cargo.stderr));
    let json = Path::new(ROOT).join("target/doc/nova_keypair.json");
    let version = format_version(&std::fs::read_to_string(&json).unwrap());
    assert_eq!(version, Some(FORMAT_VERSION), "rustdoc writes another JSON version than `public-api` reads: update it");
    let api = Builder::from_rustdoc_json(json).omit_blanket_impls(true).build().unwrap();
    written(feature_lines(&features).chain(api.items().map(ToString::to_string)))
}

/// Returns the features of the manifest, and what each enables.
fn features() -> BTreeMap<String, Vec<String>> {
    serde_json::from_value(manifest()["features"].clone()).unwrap()
}

fn manifest() -> serde_json::Value {
    let metadata = output(env!("CARGO"), &["metadata", "--no-deps", "--offline", "--format-version=1"]).unwrap();
    let metadata: serde_json::Value = serde_json::from_str(&metadata).unwrap();
    let packages = metadata["packages"].as_array().unwrap();
    packages.iter().find(|package| package["name"] == "nova-keypair").unwrap().clone()
}

/// Formats a line for each feature, and for each default feature: all that users can name.
fn feature_lines(features: &BTreeMap<String, Vec<String>>) -> impl Iterator<Item = String> {
    let named = features.keys().filter(|name| !["default", INTERNALS].contains(&name.as_str()));
    let default = features.get("default").into_iter().flatten();
    named.map(|name| format!("feature {name}")).chain(default.map(|name| format!("default feature {name}")))
}

fn format_version(json: &str) -> Option<u32> {
    let (_, tail) = json.rsplit_once("\"format_version\":")?;
    tail.trim_start().split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
}

/// Formats one item per line, each once, ordered by path.
fn written(items: impl Iterator<Item = String>) -> String {
    let mut lines: Vec<String> = items.filter(|item| is_listed(item)).collect();
    lines.dedup();
    lines.join("\n") + "\n"
}

fn is_listed(item: &str) -> bool {
    let of_compiler = UNNAMEABLE.iter().any(|name| item.contains(&format!("impl core::marker::{name} for ")));
    !of_compiler && !PAGES.iter().any(|page| item.starts_with(page))
}

/// Returns the lines that are in one list only, with the prefix `-` or `+`.
pub(crate) fn difference(old: &str, new: &str) -> String {
    let [old, new] = [old, new].map(|list| list.lines().collect::<BTreeSet<_>>());
    let gone = old.difference(&new).map(|line| format!("-{line}\n"));
    let added = new.difference(&old).map(|line| format!("+{line}\n"));
    gone.chain(added).collect()
}

#[test]
fn the_compilers_own_traits_and_pages_are_left_out() {
    for line in ["impl core::marker::Freeze for nova_keypair::Error", "pub mod nova_keypair::guide::axum"] {
        assert!(!is_listed(line), "{line}");
    }
    for line in ["impl core::marker::Send for nova_keypair::Error", "pub mod nova_keypair::nova"] {
        assert!(is_listed(line), "{line}");
    }
}

#[test]
fn docs_rs_shows_the_listed_items() {
    let docs_rs = manifest()["metadata"]["docs"]["rs"].clone();
    assert_eq!(docs_rs["features"], serde_json::json!(["full"]));
    let features = features();
    let shown: BTreeSet<String> = features["full"].iter().cloned().chain(["full".to_owned()]).collect();
    assert!(feature_lines(&features).filter_map(|line| Some(line.strip_prefix("feature ")?.to_owned())).eq(shown));
    assert_eq!(docs_rs["rustdoc-args"], serde_json::json!(["--cfg", "docsrs"]));
}

#[test]
fn another_format_is_detected() {
    assert_eq!(format_version(r#"{"root":1,"format_version":57,"target":{}}"#), Some(FORMAT_VERSION));
    assert_eq!(format_version(r#"{"format_version":58}"#), Some(58));
    assert_eq!(format_version("{}"), None);
}

#[test]
fn features_are_listed_but_for_the_internal_one() {
    let features = [("default", vec!["a"]), ("a", vec!["dep:a"]), (INTERNALS, vec![])];
    let features = features.map(|(name, on)| (name.to_owned(), on.into_iter().map(str::to_owned).collect()));
    assert!(feature_lines(&features.into()).eq(["feature a", "default feature a"]));
}

#[test]
fn a_difference_is_shown_from_both_sides() {
    assert_eq!(difference("a\nb\n", "b\nc\n"), "-a\n+c\n");
    assert_eq!(difference("a\nb\n", "b\na\n"), "");
}
