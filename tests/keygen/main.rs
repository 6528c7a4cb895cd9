//! Compares the key generation engine with a plain sequential generator.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "a panic is how a test fails")]

#[path = "../suite/data.rs"]
mod data;
mod sequential;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chacha20::ChaCha8Rng;
use nova_keypair::internals::{self, Kernel};
use proptest::prelude::*;
use rand_core::SeedableRng;
use sequential::sequential;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    /// Batches, reading ahead and the choice of a kernel do not change the key.
    #[test]
    fn the_engine_matches_the_sequential_generator(seed in any::<u64>(), sixteenths in 32..72u32) {
        let bits = 16 * sixteenths;
        let expected = sequential(bits, &mut ChaCha8Rng::seed_from_u64(seed));
        for kernel in Kernel::supported() {
            let key = internals::generate(kernel, bits, &mut ChaCha8Rng::seed_from_u64(seed)).unwrap();
            prop_assert_eq!(&key, &expected);
        }
    }
}

#[test]
fn the_engine_matches_the_sequential_generator_at_2048_bits() {
    for seed in 0..2 {
        let expected = sequential(2048, &mut ChaCha8Rng::seed_from_u64(seed));
        for kernel in Kernel::supported() {
            assert_eq!(internals::generate(kernel, 2048, &mut ChaCha8Rng::seed_from_u64(seed)).unwrap(), expected);
        }
    }
}

/// C2SP det-keygen in all its sizes, including those that `PrivateKey` does not offer.
#[test]
fn seeds_yield_the_numbers_of_det_keygen() {
    let file: serde_json::Value = serde_json::from_slice(&data::read("det-keygen/rsa.json")).unwrap();
    let vectors = file["vectors"].as_array().unwrap();
    assert_eq!(vectors.len(), 21);
    for (index, vector) in vectors.iter().enumerate() {
        let decoded = |field: &str| STANDARD.decode(vector[field].as_str().unwrap()).unwrap();
        let bits = vector["bits"].as_u64().unwrap().try_into().unwrap();
        let key = internals::from_seed(&decoded("seed"), bits).unwrap();
        // In the order of PKCS#1.
        let der = decoded("private_key_pkcs8");
        let mut rest = &der[..];
        for number in [&key.n, &key.d, &key.p, &key.q, &key.dp, &key.dq, &key.qinv] {
            let start = number.iter().position(|&byte| byte != 0).unwrap();
            let digits = &number[start..];
            let position = rest.windows(digits.len()).position(|window| window == digits);
            let position = position.unwrap_or_else(|| panic!("vector {index}, {bits} bits"));
            rest = &rest[position + digits.len()..];
        }
        assert!(rest.is_empty(), "vector {index}, {bits} bits");
    }
}
