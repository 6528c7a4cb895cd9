//! Ed25519 keys: generated, encoded and dropped, and each failure.

use nova_keypair::{GenerateError, GeneratedKeypair, KeySpec, KeypairName, PrivateKey, PrivateKeyFormat, create_many};

use crate::allocator::turn;
use crate::clean;
use crate::draws::{Draws, Failed, honest};
use crate::secrets::Secrets;

const STREAM: u64 = 4;

fn seed(index: usize) -> [u8; 32] {
    let mut seed = [0; 32];
    honest(STREAM, index, &mut seed);
    seed
}

#[test]
fn generation_and_encodings_leave_nothing() {
    let _turn = turn();
    let secrets = Secrets::new().ed25519(&seed(0));
    clean("generate", &secrets, || {
        let rng = &mut Draws::new(|k, bytes| {
            honest(STREAM, k, bytes);
            Some(())
        });
        drop(PrivateKey::generate(KeySpec::Ed25519, rng).unwrap());
    });
    clean("from_seed", &secrets, || drop(PrivateKey::from_seed(&seed(0), KeySpec::Ed25519).unwrap()));
    // A vector that grows moves its elements and leaves the old block behind.
    clean("moved", &secrets, || {
        let mut keys = Vec::with_capacity(1);
        for _ in 0..9 {
            keys.push(Box::new(PrivateKey::from_seed(&seed(0), KeySpec::Ed25519).unwrap()));
            keys.shrink_to_fit();
        }
        drop(keys.into_iter().map(|key| *key).collect::<Vec<_>>());
    });
    let key = PrivateKey::from_seed(&seed(0), KeySpec::Ed25519).unwrap();
    clean("OpenSSH", &secrets, || drop(key.to_openssh()));
    clean("PKCS#8", &secrets, || drop(key.to_format(PrivateKeyFormat::Pkcs8).unwrap()));
    clean("DER", &secrets, || drop(key.to_pkcs8_der()));
    clean("PKCS#1", &secrets, || {
        key.to_pkcs1_pem().unwrap_err();
        drop(format!("{key:?}"));
    });
    #[cfg(feature = "encryption")]
    clean("encrypted", &secrets, || {
        let rng = &mut Draws::new(|k, bytes| {
            honest(5, k, bytes);
            Some(())
        });
        drop(key.to_openssh_encrypted("correct horse battery staple", rng).unwrap());
    });
}

#[test]
fn failures_leave_nothing() {
    let _turn = turn();
    let secrets = Secrets::new().ed25519(&seed(0)).bytes("half a seed", &seed(0)[..16]);
    let generate = |length: usize, result: Option<()>| {
        let rng = &mut Draws::new(|k, bytes| {
            honest(STREAM, k, &mut bytes[..length]);
            result
        });
        PrivateKey::generate(KeySpec::Ed25519, rng).unwrap_err()
    };
    assert_eq!(clean("a failure", &secrets, || generate(32, None)), GenerateError::RngFailed);
    let stuck = clean("a stuck generator", &secrets, || {
        let rng = &mut Draws::new(|_, bytes| {
            bytes.chunks_mut(16).for_each(|half| half.copy_from_slice(&seed(0)[..16]));
            Some(())
        });
        PrivateKey::generate(KeySpec::Ed25519, rng).unwrap_err()
    });
    assert_eq!(stuck, GenerateError::RngRepeats);
    clean("a panic", &secrets, || {
        let panics = || {
            let rng = &mut Draws::new(|k, bytes| {
                honest(STREAM, k, bytes);
                std::panic::resume_unwind(Box::new(Failed))
            });
            PrivateKey::generate(KeySpec::Ed25519, rng)
        };
        std::panic::catch_unwind(panics).unwrap_err();
    });
}

#[test]
fn a_batch_leaves_nothing() {
    let _turn = turn();
    let names = ["a", "b", "c"].map(|name| KeypairName::new(name).unwrap());
    let secrets = (0..3).fold(Secrets::new(), |secrets, index| secrets.ed25519(&seed(index)));
    let batch = || {
        let rng = &mut Draws::new(|k, bytes| {
            honest(STREAM, k, bytes);
            Some(())
        });
        create_many(names.clone(), KeySpec::Ed25519, rng).unwrap()
    };
    clean("all", &secrets, || drop(batch().collect::<Result<Vec<GeneratedKeypair>, _>>().unwrap()));
    clean("dropped after the first", &secrets, || drop(batch().next()));
}
