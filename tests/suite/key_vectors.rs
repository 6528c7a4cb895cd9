//! Published vectors of key generation: seeds, and streams of candidates.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use nova_keypair::{GenerateError, PrivateKey};
use rand_core::TryCryptoRng;

use crate::data;
use crate::draws::Draws;
use crate::support::{RSA, json_data};

/// C2SP det-keygen, for the sizes of `KeySpec`. `tests/keygen` has the others.
#[test]
fn seeds_yield_the_keys_of_det_keygen() {
    let vectors = json_data("det-keygen/rsa.json");
    let mut seen = 0;
    for (index, vector) in vectors["vectors"].as_array().unwrap().iter().enumerate() {
        let Some(size) = RSA.into_iter().find(|size| vector["bits"] == size.bits()) else { continue };
        let decoded = |field: &str| STANDARD.decode(vector[field].as_str().unwrap()).unwrap();
        let key = PrivateKey::from_seed(&decoded("seed"), size).unwrap();
        assert!(*key.to_pkcs8_der() == decoded("private_key_pkcs8"), "vector {index}, {size:?}");
        seen += 1;
    }
    assert_eq!(seen, 18);
}

/// A generator whose k-th draw is the k-th candidate of the stream.
fn replay(candidates: &[&[u8]]) -> impl TryCryptoRng {
    let mut candidates = candidates.iter();
    Draws::new(move |_, bytes| candidates.next().map(|candidate| bytes.copy_from_slice(candidate)))
}

/// C2SP CCTV: the last candidate is q. The position of p is known.
#[test]
fn candidate_streams_yield_their_primes() {
    for (size, position_of_p) in RSA.into_iter().zip([353, 531, 708]) {
        let stream = data::read(&format!("cctv/rsa-{}.bin", size.bits()));
        let candidates: Vec<&[u8]> = stream.chunks(size.bits() as usize / 16).collect();
        let (q, before_q) = candidates.split_last().unwrap();
        let key = PrivateKey::generate(size, &mut replay(&candidates)).unwrap();
        let der = key.to_pkcs8_der();
        let position = |prime: &[u8]| der.windows(prime.len()).position(|window| window == prime).unwrap();
        assert!(position(candidates[position_of_p]) < position(q), "{size:?}");
        // Without the last candidate, q is missing.
        assert_eq!(PrivateKey::generate(size, &mut replay(before_q)).err(), Some(GenerateError::RngFailed));
    }
}
