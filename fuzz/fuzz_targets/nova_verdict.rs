//! `nova::verdict` agrees with a literal reimplementation of Nova's rule: for any text, and for any blob under the
//! type that it names.
#![no_main]

#[path = "../../tests/suite/nova_rule/mod.rs"]
mod nova_rule;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use md5::{Digest as _, Md5};
use nova_keypair::Md5Fingerprint;
use nova_keypair::nova::{self, Cryptography};

fn check(line: &str) {
    for (version, number) in [
        (Cryptography::V3, (3, 0, 0)),
        (Cryptography::V40, (40, 0, 0)),
        (Cryptography::V41, (41, 0, 2)),
        (Cryptography::V42, (42, 0, 0)),
        (Cryptography::V43, (43, 0, 0)),
    ] {
        let hashed = nova_rule::generate_fingerprint(line, number).ok();
        let expected = hashed.map(|hashed| Md5Fingerprint::from_bytes(Md5::digest(hashed).into()));
        assert_eq!(nova::verdict_with(line, version).fingerprint(), expected, "{version:?}: {line:?}");
    }
}

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    if let Ok(line) = str::from_utf8(data) {
        check(line);
    }
    // The fuzzer cannot see through base64, so it may write the blob directly.
    let Some((&[_, _, _, length], rest)) = data.split_first_chunk() else { return };
    if let Some(Ok(name)) = rest.get(..length.into()).map(str::from_utf8) {
        check(&format!("{name} {}", STANDARD.encode(data)));
    }
});
