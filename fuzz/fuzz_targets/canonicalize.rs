//! The result of `canonicalize` is a canonical line whose type and base64 occur in the text as sent; a line that was
//! valid keeps its key.
#![no_main]

use nova_keypair::{ImportPolicy, PublicKey};

libfuzzer_sys::fuzz_target!(|text: &str| {
    let policy = ImportPolicy::nova();
    let strict = PublicKey::parse_with(text, &policy);
    let Ok(canonical) = PublicKey::canonicalize_with(text, &policy) else {
        return assert!(strict.is_err());
    };
    let printed = canonical.public_key.to_openssh();
    assert!(printed.split(' ').take(2).all(|part| text.contains(part)));
    assert!(strict.is_err() || strict == Ok(canonical.public_key));
    let again = PublicKey::canonicalize_with(&printed, &policy).expect("a canonical line");
    assert_eq!((again.public_key.as_sent(), &*again.repairs), (&*printed, &[][..]));
});
