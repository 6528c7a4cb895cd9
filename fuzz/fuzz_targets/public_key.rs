//! What import accepts has the fingerprint that Nova takes by its own rule: base64 of the second field between single spaces, read
//! as CPython reads it. And it prints as a line of the same key.
#![no_main]

use base64::{Engine as _, engine::general_purpose::STANDARD};
use nova_keypair::{ImportPolicy, PublicKey};

libfuzzer_sys::fuzz_target!(|line: &str| {
    let Ok(key) = PublicKey::parse_with(line, &ImportPolicy::nova()) else { return };
    let field = line.split(' ').nth(1).expect("a second field");
    let symbols: String = field.chars().filter(|c| c.is_ascii_alphanumeric() || "+/=".contains(*c)).collect();
    assert_eq!(STANDARD.decode(symbols).as_deref(), Ok(key.to_bytes()));

    let printed = key.to_openssh();
    let again = PublicKey::parse_with(&printed, &ImportPolicy::nova()).expect("a canonical line");
    assert_eq!((again.to_bytes(), again.comment(), again.to_openssh()), (key.to_bytes(), key.comment(), printed));
});
