//! Checks the module graph of `src`: dependencies point one way, and `unsafe` stays in the SIMD files.

mod graph;

use std::collections::BTreeMap;
use std::path::Path;

use graph::{Graph, edges, modules, paths};

/// The modules of `src` in layers, lowest first. A module imports from lower layers only, so modules of one layer are
/// independent of each other, and a folder's own file is above the files in the folder.
const LAYERS: &[&[&str]] = &[
    &["keygen::word", "keygen::small_primes", "public_key::bytes"],
    &["error::table", "keygen::declassify", "keygen::drbg", "keygen::limbs", "public_key::private_key_scan"],
    &["keygen::uint", "public_key::wire"],
    &[
        "fingerprint::error",
        "keygen::error",
        "name::error",
        "os_keypairs::error",
        "private_key::error",
        "weakness::blocklist::error",
    ],
    &["public_key::error", "error::identifier"],
    &["error", "error::text"],
    &["algorithm", "fingerprint::randomart", "microversion", "rng"],
    &[
        "public_key::recover::reading",
        "public_key::recover::type_names",
        "public_key::recover::words",
        "public_key::recover::work",
    ],
    &["public_key::recover::symbols"],
    &["public_key::recover::state", "public_key::recover::survey"],
    &[
        "public_key::recover::decodings::base64_text",
        "public_key::recover::decodings::character_dump",
        "public_key::recover::decodings::characters",
        "public_key::recover::decodings::escapes",
        "public_key::recover::decodings::hexadecimal",
        "public_key::recover::decodings::prefix",
        "public_key::recover::decodings::window",
    ],
    &["public_key::recover::decodings::markup"],
    &["public_key::recover::decodings"],
    &["name"],
    &[
        "fingerprint",
        "public_key::curve",
        "weakness::repetition",
        "weakness::transform",
        "weakness::uint",
        "weakness::xz_trigger",
    ],
    &[
        "nova",
        "public_key::blob",
        "weakness::montgomery",
        "weakness::gcd",
        "weakness::product",
        "weakness::residues",
        "weakness::word_factors",
    ],
    &["weakness::perfect_power", "weakness::bias", "weakness::half_limbs", "weakness::wiener"],
    &["weakness::number_hash", "weakness::short_sleeve"],
    &["weakness::modulus", "weakness::blocklist", "weakness::compromised", "weakness::shared_primes"],
    &["public_key::spki", "weakness"],
    &["policy", "public_key::first_error", "public_key::recover::formats"],
    &["public_key::line", "public_key::recover::documents"],
    &["public_key::recover::keys"],
    &["public_key::recover::surroundings"],
    &["public_key::recover"],
    &["public_key"],
    &["keygen::gcd", "keygen::trial_division::packs", "keygen::trial_division::pairs", "keygen::candidate"],
    &["keygen::trial_division"],
    &["keygen::random", "keygen::modexp::kernel"],
    &["keygen::modexp::portable", "keygen::modexp::avx2::asm", "keygen::modexp::avx2::digits"],
    &[
        "keygen::modexp::avx2::product",
        "keygen::modexp::avx2::trial_division",
        "keygen::modexp::ifma::trial_division",
        "keygen::modexp::ifma::vector",
    ],
    &["keygen::modexp::avx2::montgomery", "keygen::modexp::ifma::digits"],
    &["keygen::modexp::avx2::exponentiation", "keygen::modexp::ifma::columns"],
    &["keygen::modexp::avx2", "keygen::modexp::ifma::montgomery"],
    &["keygen::modexp::ifma::exponentiation"],
    &["keygen::modexp::ifma"],
    &["keygen::modexp"],
    &["keygen::miller_rabin", "keygen::search", "keygen::key"],
    &["keygen::confirmation"],
    &["keygen::stages"],
    &["keygen", "private_key::format", "private_key::key_spec"],
    &["private_key::ed25519"],
    &["private_key::secret"],
    &["private_key::openssh", "private_key::pem", "private_key::pkcs"],
    &["private_key"],
    &["keypair::record"],
    &["keypair::batch"],
    &["keypair"],
    &["os_keypairs::python", "os_keypairs::context", "os_keypairs::page", "os_keypairs::timestamp"],
    &["os_keypairs::message", "os_keypairs::query", "os_keypairs::request", "os_keypairs::stored"],
    &["os_keypairs::reply"],
    &["os_keypairs::negotiation", "os_keypairs::schema"],
    &["os_keypairs::checked", "os_keypairs::query_schema"],
    &["os_keypairs::listing", "os_keypairs::lookup"],
    &["os_keypairs"],
    &["internals", "guide"],
];

fn source() -> Graph {
    modules(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"))
}

#[test]
fn every_import_points_to_a_lower_layer() {
    let layers: BTreeMap<&str, usize> =
        LAYERS.iter().enumerate().flat_map(|(layer, names)| names.iter().map(move |name| (*name, layer))).collect();
    let graph = source();
    let mut unlisted: Vec<&str> = graph.keys().map(String::as_str).filter(|name| !layers.contains_key(name)).collect();
    unlisted.retain(|name| !name.is_empty());
    assert!(unlisted.is_empty(), "modules without a layer: {unlisted:?}");
    let gone: Vec<&&str> = layers.keys().filter(|name| !graph.contains_key(**name)).collect();
    assert!(gone.is_empty(), "layers of modules that do not exist: {gone:?}");
    let all = edges(&graph);
    let upward: Vec<String> = all
        .iter()
        .filter(|(from, to)| to.is_empty() || layers[to.as_str()] >= layers[from.as_str()])
        .map(|(from, to)| format!("{from} -> {}", if to.is_empty() { "crate root" } else { to }))
        .collect();
    assert!(upward.is_empty(), "imports that do not point to a lower layer:\n{}", upward.join("\n"));
    assert!(all.len() > 60, "only {} imports found", all.len());
}

/// The imports that the test would have to detect in a file that violates the order.
#[test]
fn every_form_of_import_is_read() {
    let read = |source: &str| {
        let paths = paths(source, "keygen::search");
        paths.iter().map(|path| path.join("::")).collect::<Vec<_>>()
    };
    assert_eq!(read("use crate::nova::verdict;"), ["nova::verdict"]);
    assert_eq!(
        read("use crate::{error::Error, name::{self, KeypairName as Name}};"),
        ["error::Error", "name", "name::KeypairName"]
    );
    assert_eq!(read("use super::{reveal, uint::Limbs};"), ["keygen::reveal", "keygen::uint::Limbs"]);
    assert_eq!(read("use super::super::wire;"), ["wire"]);
    assert_eq!(read("fn f() -> crate::wire::Reader { super::gcd::gcd(x) }"), ["wire::Reader", "keygen::gcd::gcd"]);
    assert_eq!(
        read("mod child;\npub use child::Type;\nfn f() { child::g() }"),
        ["keygen::search::child::Type", "keygen::search::child::g"]
    );
    assert_eq!(read("mod inline { use super::super::key; }"), ["keygen::key"]);
    assert_eq!(read("// crate::nova\nconst A: &str = \"crate::nova\"; const B: char = '\"'; fn f<'a>() {}"), [""; 0]);
    assert_eq!(read("#[cfg(test)]\nmod tests { use crate::nova; }"), [""; 0]);
}

/// Nova's verdict is only worth comparing if it is independent of the validator.
#[test]
fn the_verdict_shares_only_the_wire_format_the_curves_and_the_fingerprint_with_the_validator() {
    let graph = source();
    let imported: Vec<String> =
        edges(&graph).into_iter().filter(|(from, _)| from == "nova").map(|(_, to)| to).collect();
    let allowed = ["public_key::wire", "public_key::curve", "fingerprint"];
    let others: Vec<&String> = imported.iter().filter(|name| !allowed.contains(&name.as_str())).collect();
    assert!(others.is_empty(), "nova imports {others:?}");
    assert!(!imported.is_empty());
}

/// Key generation processes secret numbers in constant time, the parser and the weaknesses public ones. They share
/// only operations on single words, and the table of small primes.
#[test]
fn key_generation_and_the_parser_share_only_words_and_small_primes() {
    let shared = ["keygen::word", "keygen::small_primes"];
    let is_keygen = |module: &str| module.split("::").next() == Some("keygen");
    let is_public = |module: &str| ["public_key", "weakness"].contains(&module.split("::").next().unwrap());
    let mut used = Vec::new();
    for (from, to) in edges(&source()) {
        assert!(!(is_keygen(&from) && is_public(&to)), "{from} imports {to}");
        if is_public(&from) && is_keygen(&to) {
            assert!(shared.contains(&to.as_str()), "{from} imports {to}");
            used.push(to);
        }
    }
    assert!(shared.iter().all(|module| used.iter().any(|to| to == module)), "shared without need: {used:?}");
}

#[test]
fn there_are_at_most_16_top_level_modules() {
    let graph = source();
    let top = graph.keys().filter(|name| !name.is_empty() && !name.contains("::")).count();
    assert!((1..=16).contains(&top), "{top} modules");
}

#[test]
fn unsafe_code_is_in_the_simd_files_only() {
    let mut seen = false;
    for (module, source) in source() {
        let allowed = ["keygen::modexp::avx2", "keygen::modexp::ifma"]
            .iter()
            .any(|kernel| module.strip_prefix(kernel).is_some_and(|rest| rest.is_empty() || rest.starts_with("::")));
        let uses = source.lines().any(|line| {
            let code = line.split("//").next().unwrap_or_default();
            code.contains("unsafe ") || code.contains("unsafe{") || code.contains("allow(unsafe_code")
        });
        assert!(!uses || allowed, "unsafe code in {module}");
        seen |= uses;
    }
    assert!(seen, "the SIMD kernels are unsafe, and this test does not see it");
}
