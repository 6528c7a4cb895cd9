//! What import accepts, Nova accepts by the literal reimplementation of its rule, which fingerprints the same bytes.
//! The key prints as a line of the same key. The scan for weaknesses ends without a panic.
#![no_main]

#[path = "../../tests/suite/nova_rule/mod.rs"]
mod nova_rule;

use nova_keypair::{ImportPolicy, PublicKey, Weakness};

libfuzzer_sys::fuzz_target!(|line: &str| {
    let Ok(key) = PublicKey::parse_with(line, &ImportPolicy::nova()) else { return };
    assert_eq!(nova_rule::generate_fingerprint(line, (50, 0, 2)).as_deref(), Ok(key.as_bytes()));

    let printed = key.to_openssh();
    let again = PublicKey::parse_with(&printed, &ImportPolicy::nova()).expect("a canonical line");
    assert_eq!((again.as_bytes(), again.comment(), again.to_openssh()), (key.as_bytes(), key.comment(), printed));

    // The primality test takes milliseconds, and the work of the rest grows with the square of the length.
    if key.as_bytes().len() <= 1024 {
        let policy = ImportPolicy::strict().size_limit(None).accept(Weakness::PrimeModulus);
        let _ = PublicKey::parse_with(line, &policy);
    }
});
