//! External faults: generators that fail, lookups that fail or change their answer. Nothing is lost or left
//! incomplete, and nothing panics except on purpose.

use std::cell::Cell;
use std::rc::Rc;
use std::sync::LazyLock;

use nova_keypair::os_keypairs::{Context, Reply, Request, post};
use nova_keypair::{GenerateError, KeySpec, KeypairName, Microversion, PrivateKey, create};
use rsa::traits::PrivateKeyParts as _;

#[cfg(feature = "encryption")]
use crate::draws::honest;
use crate::draws::{Draws, Stateless, composite};

/// The positions of the primes in the stream of [`draw`].
const P: usize = 5;
const Q: usize = 12;

/// Returns two primes, as the engine finds them.
static PRIMES: LazyLock<[Vec<u8>; 2]> = LazyLock::new(|| {
    use rsa::pkcs8::DecodePrivateKey as _;
    let der = PrivateKey::from_seed(&[3; 32], KeySpec::Rsa2048).unwrap().to_pkcs8_der();
    let key = rsa::PrivateKey::from_pkcs8_der(&der).unwrap();
    [0, 1].map(|index| key.primes()[index].to_be_bytes_trimmed_vartime().into_vec())
});

/// A stream of composites with two primes near its start, so that failing at every draw takes little time.
fn draw(index: usize, bytes: &mut [u8]) {
    composite(1, index, bytes);
    for (place, prime) in [P, Q].into_iter().zip(PRIMES.iter()) {
        if index == place {
            bytes.copy_from_slice(prime);
        }
    }
}

/// Returns the stream, whose draw of this index fails.
fn failing_at(failing: usize) -> Draws<impl FnMut(usize, &mut [u8]) -> Option<()>> {
    Draws::new(move |index, bytes| (index != failing).then(|| draw(index, bytes)))
}

fn name(text: &str) -> KeypairName {
    KeypairName::new(text).unwrap()
}

/// `generate`, `create` and `post` fail if any draw that the key needs fails, and succeed if a later one does.
#[test]
fn a_generator_that_fails_at_any_draw_is_an_error() {
    let whole = PrivateKey::generate(KeySpec::Rsa2048, &mut failing_at(usize::MAX)).unwrap();
    for failing in 0..=Q {
        let error = PrivateKey::generate(KeySpec::Rsa2048, &mut failing_at(failing)).unwrap_err();
        assert_eq!(error, GenerateError::RngFailed, "{failing}");
        let error = create(&name("k"), KeySpec::Rsa2048, &mut failing_at(failing)).unwrap_err();
        assert_eq!(error, GenerateError::RngFailed.into(), "{failing}");
        let reply = post(&Request::new("k"), &Context::new("me"), &mut failing_at(failing));
        assert_eq!((reply.status(), reply.error()), (500, Some(GenerateError::RngFailed.into())), "{failing}");
        assert!(reply.keypair().is_none() && reply.private_key().is_none() && reply.user_id().is_none());
    }
    for failing in Q + 1..Q + 4 {
        let made = create(&name("k"), KeySpec::Rsa2048, &mut failing_at(failing)).unwrap();
        assert_eq!(*made.private_key.to_pkcs8_der(), *whole.to_pkcs8_der());
    }
}

/// The same for a generator without state, from which many candidates are read at a time: p is in the second read, q in
/// the third.
#[test]
fn a_generator_without_state_that_fails_at_any_read_is_an_error() {
    const CANDIDATE: usize = 128;
    let sizes = Rc::new(Cell::new((0, 0)));
    let failing_at = |failing: usize| {
        let sizes = Rc::clone(&sizes);
        Stateless::new(move |read, bytes| {
            let candidates = bytes.len() / CANDIDATE;
            sizes.set((read + 1, bytes.len()));
            for (place, bytes) in bytes.chunks_mut(CANDIDATE).enumerate() {
                match read * candidates + place {
                    index if index == candidates + P => bytes.copy_from_slice(&PRIMES[0]),
                    index if index == 2 * candidates + Q => bytes.copy_from_slice(&PRIMES[1]),
                    index => composite(1, index, bytes),
                }
            }
            (read != failing).then_some(())
        })
    };
    let whole = PrivateKey::generate(KeySpec::Rsa2048, &mut failing_at(usize::MAX)).unwrap();
    let (reads, bytes) = sizes.get();
    assert!(bytes >= 16 * CANDIDATE && bytes.is_multiple_of(CANDIDATE), "reads of {bytes} bytes");
    for failing in 0..3 {
        let error = PrivateKey::generate(KeySpec::Rsa2048, &mut failing_at(failing)).unwrap_err();
        assert_eq!(error, GenerateError::RngFailed, "{failing}");
        assert_eq!(sizes.get().0, failing + 1, "nothing is read after a failure");
    }
    for failing in 3..reads.max(4) {
        let key = PrivateKey::generate(KeySpec::Rsa2048, &mut failing_at(failing)).unwrap();
        assert_eq!(*key.to_pkcs8_der(), *whole.to_pkcs8_der());
    }
}

#[cfg(feature = "encryption")]
#[test]
fn encryption_fails_with_its_generator() {
    let key = PrivateKey::from_seed(&[7; 32], KeySpec::Rsa2048).unwrap();
    let mut needed = 0;
    for failing in 0.. {
        let rng = &mut Draws::new(|index, bytes| (index != failing).then(|| honest(1, index, bytes)));
        match key.to_openssh_encrypted("passphrase", rng) {
            Err(error) => assert_eq!(error, GenerateError::RngFailed.into()),
            Ok(pem) => {
                ssh_key::PrivateKey::from_openssh(pem.as_bytes()).unwrap().decrypt("passphrase").unwrap();
                needed = failing;
                break;
            }
        }
    }
    // The check number and the salt.
    assert_eq!(needed, 2);
}

const ED25519: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAINdamAGCsQq31Uv+08lkBzoO4XLz2qYjJa8CGmj3B1Ea";

/// The lookup is between the checks and the generator, so a failed lookup or a conflict consumes no randomness.
#[test]
fn no_key_is_generated_for_a_request_whose_lookup_fails() {
    for request in [Request::new("k"), Request::new("k").public_key(ED25519)] {
        let checked = request.check(&Context::new("me")).unwrap();
        assert_eq!((checked.user_id(), checked.name().as_str()), ("me", "k"));
        assert_eq!(checked.conflict().status(), 409);
        assert_eq!(Reply::storage_failed().status(), 500);
        // The lookup is repeated and succeeds with the same request.
        assert_eq!(checked.create(&mut failing_at(usize::MAX)).status(), 200);
    }
    let existing = Context::new("me").existing(["k"]);
    assert_eq!(post(&Request::new("k"), &existing, &mut Draws::new(|_, _| panic!("drawn"))).status(), 409);
    assert_eq!(Request::new(" ").check(&existing).unwrap_err().status(), 400);
}

/// A name that was free at the lookup and no longer is at the insertion: the reply is a conflict, and the private key
/// is dropped with the first reply.
#[test]
fn a_name_may_be_claimed_between_lookup_and_insertion() {
    for request in [Request::new("k"), Request::new("k").public_key(ED25519)] {
        let checked = request.check(&Context::new("me")).unwrap();
        let reply = checked.import().unwrap_or_else(|| checked.create(&mut failing_at(usize::MAX)));
        let late = Reply::conflict(&reply.keypair().unwrap().name);
        assert_eq!((late.status(), late.message()), (409, Some("Key pair 'k' already exists.")));
    }
}

/// User names of any kind, and invalid quotas.
#[test]
fn contexts_of_any_kind_are_answered() {
    let long = "u".repeat(1 << 20);
    for user in ["", "\0", "\u{202e}", "a\nb", "\"}", &long] {
        for (used, limit) in [(0, 0), (u32::MAX, 0), (0, u32::MAX), (u32::MAX, u32::MAX)] {
            let context = Context::new(user).microversion(Microversion::V2_10).quota(used, limit);
            let reply = post(&Request::new("k").user_id(user), &context, &mut failing_at(0));
            assert_eq!(reply.status(), if used < limit { 500 } else { 403 });
            let _ = (format!("{reply:?}"), format!("{context:?}"));
        }
        let reply = post(&Request::new("k"), &Context::new(user), &mut failing_at(usize::MAX));
        assert_eq!(reply.user_id(), Some(user));
    }
}
