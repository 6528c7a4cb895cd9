//! The arrows between the files of `src` point down only: a file imports from the rows above its own.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// Rows of the two towers, lowest first; files of one row do not know each other.
const KEYS: &[&[&str]] = &[
    &["quote", "wire"],
    &["error"],
    &["name", "curve", "fingerprint"],
    &["key_blob"],
    &["spki", "weakness"],
    &["forms"],
    &["policy", "diagnosis"],
    &["line"],
    &["repair"],
    &["public_key"],
    &["nova"],
];
const PRIMES: &[&[&str]] = &[&["keygen"]];
const BOTH: &[&[&str]] = &[&["private_key"], &["keypair"], &["os_keypairs", "bulk", "os_rng"], &["internals", "guide"]];

/// The row of each file, counted from the bottom. The towers stand side by side: `error` and `quote` carry both.
fn rows() -> BTreeMap<&'static str, (usize, char)> {
    let mut rows = BTreeMap::new();
    for (i, row) in KEYS.iter().enumerate() {
        rows.extend(row.iter().map(|file| (*file, (i, if i < 2 { 'f' } else { 'k' }))));
    }
    rows.extend(PRIMES[0].iter().map(|file| (*file, (2, 'p'))));
    for (i, row) in BOTH.iter().enumerate() {
        rows.extend(row.iter().map(|file| (*file, (KEYS.len() + i, 'b'))));
    }
    rows
}

/// The top-level modules that a source text imports with `use crate::…`.
fn imports(source: &str) -> Vec<String> {
    let code = source.split("#[cfg(test)]\nmod tests").next().unwrap_or_default();
    let mut found = Vec::new();
    for tail in
        code.lines().filter(|line| !line.trim_start().starts_with("//")).flat_map(|line| line.split("crate::").skip(1))
    {
        let module: String = tail.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
        if !module.is_empty() {
            found.push(module);
        }
    }
    found
}

/// Calls `check` with the top-level module, the path and the text of each file.
fn visit(dir: &Path, module: Option<&str>, check: &mut dyn FnMut(&str, &Path, &str)) {
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        let stem = path.file_stem().unwrap().to_str().unwrap().to_owned();
        let module = module.unwrap_or(&stem);
        if path.is_dir() {
            visit(&path, Some(module), check);
        } else if path.extension().is_some_and(|e| e == "rs") && stem != "lib" {
            check(module, &path, &fs::read_to_string(&path).unwrap());
        }
    }
}

#[test]
fn arrows_point_down() {
    let rows = rows();
    let mut arrows = 0;
    visit(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), None, &mut |module, _, source| {
        let (row, tower) = *rows.get(module).unwrap_or_else(|| panic!("{module} has no row in this test"));
        for import in imports(source).iter().filter(|import| *import != module) {
            let (below, other) = *rows.get(&**import).unwrap_or_else(|| panic!("{module} imports unknown {import}"));
            assert!(below < row, "{module} imports {import}, which is not below it");
            let meets = tower == 'b' || other == 'f' || tower == other;
            assert!(meets, "{module} imports {import} of the other tower");
            arrows += 1;
        }
    });
    assert!(arrows > 20, "only {arrows} imports found: the test reads too little");
}

#[test]
fn an_upward_arrow_is_seen() {
    assert_eq!(imports("use crate::nova::verdict;\nlet x = crate::wire::Reader::new(y);"), ["nova", "wire"]);
    assert_eq!(imports("// crate::nova\n#[cfg(test)]\nmod tests { use crate::nova; }"), [""; 0]);
}

#[test]
fn unsafe_has_one_address() {
    let mut seen = false;
    visit(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), None, &mut |_, path, source| {
        // The SIMD file, and the tests that are part of it.
        let allowed = path.ends_with("keygen/lanes/avx2.rs") || path.ends_with("keygen/lanes/avx2/tests.rs");
        let uses = source.lines().any(|line| {
            let code = line.split("//").next().unwrap_or_default();
            code.contains("unsafe ") || code.contains("unsafe{") || code.contains("allow(unsafe_code)")
        });
        assert!(!uses || allowed, "unsafe in {}", path.display());
        seen |= uses;
    });
    assert!(seen, "the kernel is unsafe, and this test does not see it");
}
