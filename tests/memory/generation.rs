//! Key generation: the blocks freed during generation, with the key, and in each failure.

use std::panic::AssertUnwindSafe;

use nova_keypair::{GenerateError, GeneratedKeypair, KeySpec, KeypairName, PrivateKey, create, create_many};
use pkcs1::der::Decode as _;
use rsa::{pkcs1, pkcs8};

use crate::allocator::turn;
use crate::clean;
use crate::draws::{Draws, Stateless, composite, honest};
use crate::secrets::Secrets;

/// A stream in which the primes come early.
const STREAM: u64 = 3;
const CANDIDATE: usize = 128;

fn draw(index: usize) -> Vec<u8> {
    let mut bytes = vec![0; CANDIDATE];
    honest(STREAM, index, &mut bytes);
    bytes
}

/// The positions of p and q in the stream, and the key.
fn primes() -> (usize, usize, PrivateKey) {
    let key = PrivateKey::generate(
        KeySpec::Rsa2048,
        &mut Draws::new(|k, bytes| {
            honest(STREAM, k, bytes);
            Some(())
        }),
    )
    .unwrap();
    let der = key.to_pkcs8_der();
    let info = pkcs8::PrivateKeyInfoRef::from_der(&der).unwrap();
    let numbers = pkcs1::RsaPrivateKey::<pkcs1::UintRef<'_>>::from_der(info.private_key.as_bytes()).unwrap();
    let [p, q] = [numbers.prime1, numbers.prime2].map(|prime| {
        let is_it = |bytes: &[u8]| bytes[1..CANDIDATE - 1] == prime.as_bytes()[1..CANDIDATE - 1];
        (0..).find(|&index| is_it(&draw(index))).unwrap()
    });
    (p, q, key)
}

/// Returns the output of the stream up to some distance after q, and the key generated from it.
fn secrets(q: usize, key: &PrivateKey) -> Secrets {
    let drawn: Vec<_> = (0..q + 200).map(draw).collect();
    Secrets::new().candidates(drawn.iter().map(Vec::as_slice)).key(key)
}

#[test]
fn generation_leaves_nothing() {
    let _turn = turn();
    let (_, q, key) = primes();
    let secrets = secrets(q, &key);
    let name = KeypairName::new("k").unwrap();
    for _ in 0..2 {
        clean("generate", &secrets, || {
            let rng = &mut Draws::new(|k, bytes| {
                honest(STREAM, k, bytes);
                Some(())
            });
            drop(PrivateKey::generate(KeySpec::Rsa2048, rng).unwrap());
        });
    }
    // The record that `create` returns with the key remains.
    let keypair = clean("create", &secrets, || {
        let rng = &mut Draws::new(|k, bytes| {
            honest(STREAM, k, bytes);
            Some(())
        });
        let GeneratedKeypair { keypair, private_key } = create(&name, KeySpec::Rsa2048, rng).unwrap();
        drop(private_key);
        keypair
    });
    assert_eq!(&keypair.public_key, key.public_key());
}

/// A generator that fails, at draws throughout the search: the first ones, around p and around q.
#[test]
fn a_failing_generator_leaves_nothing() {
    let _turn = turn();
    let (p, q, key) = primes();
    let secrets = secrets(q, &key);
    for failing in [0, 1, 2, p / 2, p, p + 1, p + 2, p.midpoint(q), q - 1, q] {
        let error = clean(&format!("failure of draw {failing}"), &secrets, || {
            let rng = &mut Draws::new(|k, bytes| (k != failing).then(|| honest(STREAM, k, bytes)));
            PrivateKey::generate(KeySpec::Rsa2048, rng).unwrap_err()
        });
        assert_eq!(error, GenerateError::RngFailed, "{failing}");
    }
}

/// A generator without state, from which many candidates are read at a time, and one that fails, or panics, in the
/// middle of such a read.
#[test]
fn a_generator_without_state_leaves_nothing() {
    let _turn = turn();
    let (p, q, key) = primes();
    let secrets = secrets(q, &key);
    let failing_at = |failing: usize, fail: fn() -> Option<()>| {
        Stateless::new(move |read, bytes| {
            let candidates = bytes.len() / CANDIDATE;
            assert!(candidates > 1, "one candidate at a time");
            for (place, bytes) in bytes.chunks_mut(CANDIDATE).enumerate() {
                let index = read * candidates + place;
                honest(STREAM, index, bytes);
                if index == failing {
                    return fail();
                }
            }
            Some(())
        })
    };
    clean("generate", &secrets, || {
        let generated = PrivateKey::generate(KeySpec::Rsa2048, &mut failing_at(usize::MAX, || None)).unwrap();
        assert_eq!(generated.public_key(), key.public_key());
    });
    for failing in [0, p, q] {
        let error = clean(&format!("failure after draw {failing}"), &secrets, || {
            PrivateKey::generate(KeySpec::Rsa2048, &mut failing_at(failing, || None)).unwrap_err()
        });
        assert_eq!(error, GenerateError::RngFailed, "{failing}");
        clean(&format!("panic after draw {failing}"), &secrets, || {
            let mut rng = failing_at(failing, || std::panic::resume_unwind(Box::new(())));
            std::panic::catch_unwind(AssertUnwindSafe(|| PrivateKey::generate(KeySpec::Rsa2048, &mut rng)))
                .unwrap_err();
        });
    }
}

/// A panic in the generator ends the search, and the draws are zeroized too.
#[test]
fn a_panicking_generator_leaves_nothing() {
    let _turn = turn();
    let (p, q, key) = primes();
    let secrets = secrets(q, &key);
    for failing in [p, q] {
        clean(&format!("panic in draw {failing}"), &secrets, || {
            let mut rng = Draws::new(|k, bytes| {
                honest(STREAM, k, bytes);
                if k == failing { std::panic::resume_unwind(Box::new(())) } else { Some(()) }
            });
            std::panic::catch_unwind(AssertUnwindSafe(|| PrivateKey::generate(KeySpec::Rsa2048, &mut rng)))
                .unwrap_err();
        });
    }
}

/// A generator that repeats all its draws from some draw on, and one that fills half of the buffer and then fails.
#[test]
fn a_stuck_generator_leaves_nothing() {
    let _turn = turn();
    let (p, q, key) = primes();
    let secrets = secrets(q, &key);
    for stuck in [0, p, p + 1, q - 1] {
        let error = clean(&format!("stuck at draw {stuck}"), &secrets, || {
            let rng = &mut Draws::new(|k, bytes| {
                honest(STREAM, k.min(stuck), bytes);
                Some(())
            });
            PrivateKey::generate(KeySpec::Rsa2048, rng).unwrap_err()
        });
        assert_eq!(error, GenerateError::RngRepeats, "{stuck}");
    }
    let error = clean("half a draw", &secrets, || {
        let rng = &mut Draws::new(|k, bytes| {
            let half = if k == q { CANDIDATE / 2 } else { CANDIDATE };
            honest(STREAM, k, &mut bytes[..half]);
            (k != q).then_some(())
        });
        PrivateKey::generate(KeySpec::Rsa2048, rng).unwrap_err()
    });
    assert_eq!(error, GenerateError::RngFailed);
}

/// p is found and the limit ends the search for q; and p occurs again as q.
#[test]
fn an_abandoned_search_leaves_nothing() {
    let _turn = turn();
    let (p, q, key) = primes();
    let secrets = secrets(q, &key);
    let error = clean("no q", &secrets, || {
        let rng = &mut Draws::new(|k, bytes| {
            if k <= p {
                honest(STREAM, k, bytes);
            } else {
                composite(STREAM, k, bytes);
            }
            Some(())
        });
        PrivateKey::generate(KeySpec::Rsa2048, rng).unwrap_err()
    });
    assert_eq!(error, GenerateError::TooManyCandidates { candidates: 20480 });
    let error = clean("p twice", &secrets, || {
        let rng = &mut Draws::new(|k, bytes| {
            if k == 0 || k == 2 {
                honest(STREAM, p, bytes);
            } else {
                composite(STREAM, k, bytes);
            }
            Some(())
        });
        PrivateKey::generate(KeySpec::Rsa2048, rng).unwrap_err()
    });
    assert_eq!(error, GenerateError::PrimesTooClose);
}

/// The key is complete when the pairwise test rejects it.
#[cfg(feature = "__internals")]
#[test]
fn a_key_that_fails_its_test_leaves_nothing() {
    let _turn = turn();
    let (_, q, key) = primes();
    let error = clean("a fault", &secrets(q, &key), || {
        let rng = &mut Draws::new(|k, bytes| {
            honest(STREAM, k, bytes);
            Some(())
        });
        nova_keypair::internals::generate_with_a_fault(2048, rng).unwrap_err()
    });
    assert_eq!(error, GenerateError::PairwiseTestFailed);
}

#[test]
fn a_seed_leaves_nothing() {
    let _turn = turn();
    let seed: [u8; 32] = std::array::from_fn(|i| (i * 37 + 11) as u8);
    let key = PrivateKey::from_seed(&seed, KeySpec::Rsa2048).unwrap();
    let secrets = Secrets::new().seed(&seed, 2048, 600).key(&key);
    clean("from_seed", &secrets, || drop(PrivateKey::from_seed(&seed, KeySpec::Rsa2048).unwrap()));
    clean("comments, good and bad", &secrets, || {
        let mut key = PrivateKey::from_seed(&seed, KeySpec::Rsa2048).unwrap();
        key.set_comment("me@home").unwrap();
        key.set_comment("two\nlines").unwrap_err()
    });
    // One byte short of a seed: none of it is copied anywhere.
    let error = crate::watch(&secrets, || PrivateKey::from_seed(&seed[..15], KeySpec::Rsa2048).unwrap_err());
    assert!(matches!(error, (GenerateError::SeedTooShort { bytes: 15 }, findings) if findings.is_empty()));
}

/// Seeds are drawn before the first key is generated, and some of them are never used.
#[test]
fn a_batch_leaves_nothing() {
    let _turn = turn();
    let names = ["a", "b", "c"].map(|name| KeypairName::new(name).unwrap());
    let batch = |failing: usize| {
        let rng = &mut Draws::new(|k, bytes| (k != failing).then(|| honest(STREAM, k, bytes)));
        create_many(names.clone(), KeySpec::Rsa2048, rng)
    };
    let mut secrets = Secrets::new();
    for (index, generated) in batch(3).unwrap().enumerate() {
        let mut seed = [0; 32];
        honest(STREAM, index, &mut seed);
        secrets = secrets.seed(&seed, 2048, 0).key(&generated.unwrap().private_key);
    }
    clean("all", &secrets, || assert_eq!(batch(3).unwrap().count(), 3));
    clean("the third draw fails", &secrets, || assert_eq!(batch(2).unwrap_err(), GenerateError::RngFailed.into()));
    clean("dropped before the first", &secrets, || drop(batch(3).unwrap()));
    clean("dropped after the first", &secrets, || drop(batch(3).unwrap().next().unwrap().unwrap()));
    clean("printed", &secrets, || drop(format!("{:?}", batch(3).unwrap())));
    clean("an adapter that panics", &secrets, || {
        let panics = || batch(3).unwrap().inspect(|_| std::panic::resume_unwind(Box::new("no"))).count();
        std::panic::catch_unwind(panics).unwrap_err();
    });
    #[cfg(feature = "rayon")]
    clean("in parallel", &secrets, || {
        use rayon::prelude::*;
        assert_eq!(batch(3).unwrap().into_par_iter().collect::<Result<Vec<_>, _>>().unwrap().len(), 3);
        assert!(batch(3).unwrap().into_par_iter().find_any(Result::is_ok).is_some());
        let panics = || batch(3).unwrap().into_par_iter().for_each(|_| std::panic::resume_unwind(Box::new("no")));
        std::panic::catch_unwind(panics).unwrap_err();
        drop(batch(3).unwrap().into_par_iter());
    });
}
