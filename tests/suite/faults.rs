//! Faults from outside: generators that fail, contexts that lie or panic, bulk generation that is stopped. Nothing is lost, nothing is
//! half-made, and nothing panics that was not made to.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use nova_keypair::os_keypairs::{Context, Reply, Request, post};
use nova_keypair::{Error, GeneratedKeypair, KeySize, KeypairName, Microversion, PrivateKey, create, create_many};
use rsa::traits::PrivateKeyParts as _;

use crate::draws::{Draws, composite, honest};

/// Where the primes stand in the stream of [`draw`].
const P: usize = 5;
const Q: usize = 12;

/// Two primes, as the engine finds them.
static PRIMES: LazyLock<[Vec<u8>; 2]> = LazyLock::new(|| {
    use rsa::pkcs8::DecodePrivateKey as _;
    let der = PrivateKey::from_seed(&[3; 32], KeySize::Rsa2048).unwrap().to_pkcs8_der();
    let key = rsa::PrivateKey::from_pkcs8_der(&der).unwrap();
    [0, 1].map(|index| key.primes()[index].to_be_bytes_trimmed_vartime().into_vec())
});

/// A stream that is composites, but for two primes near its start: so that failing at every draw takes little time.
fn draw(index: usize, bytes: &mut [u8]) {
    composite(1, index, bytes);
    for (place, prime) in [P, Q].into_iter().zip(PRIMES.iter()) {
        if index == place {
            bytes.copy_from_slice(prime);
        }
    }
}

/// The stream, whose draw of this index fails.
fn failing_at(failing: usize) -> Draws<impl FnMut(usize, &mut [u8]) -> Option<()>> {
    Draws::new(move |index, bytes| (index != failing).then(|| draw(index, bytes)))
}

fn name(text: &str) -> KeypairName {
    KeypairName::new(text).unwrap()
}

fn names(count: usize) -> Vec<KeypairName> {
    (0..count).map(|index| name(&format!("key-{index}"))).collect()
}

/// Every draw that the key needs is needed: `generate`, `create` and `post` fail by it. None that is read beyond is.
#[test]
fn a_generator_that_fails_at_any_draw_is_an_error() {
    let whole = PrivateKey::generate(KeySize::Rsa2048, &mut failing_at(usize::MAX)).unwrap();
    for failing in 0..=Q {
        let error = PrivateKey::generate(KeySize::Rsa2048, &mut failing_at(failing)).unwrap_err();
        assert_eq!(error, Error::Rng, "{failing}");
        let error = create(&name("k"), KeySize::Rsa2048, &mut failing_at(failing)).unwrap_err();
        assert_eq!(error, Error::Rng, "{failing}");
        let reply = post(&Request::new("k"), &Context::new("me"), &mut failing_at(failing));
        assert_eq!((reply.status(), reply.error()), (500, Some(&Error::Rng)), "{failing}");
        assert!(reply.keypair().is_none() && reply.private_key().is_none() && reply.user_id().is_none());
    }
    for failing in Q + 1..Q + 4 {
        let made = create(&name("k"), KeySize::Rsa2048, &mut failing_at(failing)).unwrap();
        assert_eq!(*made.private_key.to_pkcs8_der(), *whole.to_pkcs8_der());
    }
}

#[cfg(feature = "encryption")]
#[test]
fn encryption_fails_with_its_generator() {
    let key = PrivateKey::from_seed(&[7; 32], KeySize::Rsa2048).unwrap();
    let mut needed = 0;
    for failing in 0.. {
        let rng = &mut Draws::new(|index, bytes| (index != failing).then(|| honest(1, index, bytes)));
        match key.to_openssh_encrypted("passphrase", rng) {
            Err(error) => assert_eq!(error, Error::Rng),
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

/// One seed is drawn for each key, before the first is made.
#[test]
fn bulk_generation_fails_before_it_begins() {
    for failing in 0..5 {
        let called = AtomicUsize::new(0);
        let rng = &mut Draws::new(|index, bytes| (index != failing).then(|| honest(1, index, bytes)));
        let made = create_many(&names(5), KeySize::Rsa2048, rng, &|_| {
            called.fetch_add(1, Ordering::Relaxed);
            ControlFlow::Continue(())
        });
        assert_eq!(made.unwrap_err(), Error::Rng);
        assert_eq!(called.into_inner(), 0);
    }
    let same = &mut Draws::new(|index, bytes| {
        honest(1, index.min(3), bytes);
        Some(())
    });
    let made = create_many(&names(5), KeySize::Rsa2048, same, &|_| ControlFlow::Continue(()));
    assert_eq!(made.unwrap_err(), Error::RngStuck);
    // A name that stands twice is found before anything is drawn.
    let twice = [name("a"), name("b"), name("a")];
    let made = create_many(&twice, KeySize::Rsa2048, &mut Draws::new(|_, _| None), &|_| ControlFlow::Continue(()));
    assert_eq!(made.unwrap_err(), Error::KeypairExists { name: "a".into() });
    // No names, no keys, and no draw.
    let none = create_many(&[], KeySize::Rsa2048, &mut Draws::new(|_, _| None), &|_| ControlFlow::Continue(()));
    assert!(none.unwrap().is_empty());
}

type Progress<'a> = &'a (dyn Fn(&GeneratedKeypair) -> ControlFlow<()> + Sync);

fn bulk(count: usize, progress: Progress<'_>) -> Vec<GeneratedKeypair> {
    let rng = &mut Draws::new(|index, bytes| {
        honest(1, index, bytes);
        Some(())
    });
    create_many(&names(count), KeySize::Rsa2048, rng, progress).unwrap()
}

/// What belongs to each name when nothing goes wrong, by the fingerprint of the key in each of its two halves.
static WHOLE: LazyLock<BTreeMap<String, String>> = LazyLock::new(|| {
    let made = bulk(4, &|_| ControlFlow::Continue(()));
    made.iter().map(|made| (made.keypair.name.as_str().to_owned(), made.keypair.fingerprint.to_string())).collect()
});

/// Each key that was made is the one of its name, and whole.
fn assert_whole(made: &[GeneratedKeypair]) {
    for GeneratedKeypair { keypair, private_key } in made {
        assert_eq!(WHOLE[keypair.name.as_str()], keypair.fingerprint.to_string());
        assert_eq!(&keypair.public_key, private_key.public_key());
        let text = private_key.to_openssh();
        let read = ssh_key::PrivateKey::from_openssh(text.as_bytes()).unwrap();
        assert_eq!(read.public_key().to_bytes().unwrap(), keypair.public_key.to_bytes());
    }
    assert!(made.is_sorted_by_key(|made| made.keypair.name.as_str()), "in the order of the names");
}

/// Stopped after the k-th key: that one is there, and none is lost that was reported. Threads may have had others under way.
#[test]
fn stopped_bulk_generation_returns_what_it_made() {
    for stop in 1..=4 {
        let called = AtomicUsize::new(0);
        let made = bulk(4, &|_| match called.fetch_add(1, Ordering::SeqCst) + 1 {
            count if count >= stop => ControlFlow::Break(()),
            _ => ControlFlow::Continue(()),
        });
        assert_eq!(made.len(), called.into_inner());
        assert!(made.len() >= stop);
        #[cfg(not(feature = "rayon"))]
        assert_eq!(made.len(), stop);
        assert_whole(&made);
    }
}

/// A callback that panics is the caller's panic: it passes through, and the next call finds all in order.
#[test]
fn a_panic_of_the_callback_passes_through() {
    for panicking in 0..3 {
        let called = AtomicUsize::new(0);
        let outcome = catch_unwind(AssertUnwindSafe(|| {
            bulk(4, &|_| match called.fetch_add(1, Ordering::SeqCst) {
                count if count == panicking => resume_unwind(Box::new("the callback's")),
                _ => ControlFlow::Continue(()),
            })
        }));
        assert_eq!(*outcome.unwrap_err().downcast::<&str>().unwrap(), "the callback's");
        assert!(called.into_inner() > panicking);
    }
    let made = bulk(4, &|_| ControlFlow::Continue(()));
    assert_eq!(made.len(), 4);
    assert_whole(&made);
}

/// Nor does it matter which pool does the work, how many threads it has, or that it is gone afterwards.
#[cfg(feature = "rayon")]
#[test]
fn threads_do_not_change_the_keys() {
    for threads in [1, 2, 5] {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        let made = pool.install(|| bulk(4, &|_| ControlFlow::Continue(())));
        let stopped = pool.install(|| bulk(4, &|_| ControlFlow::Break(())));
        drop(pool);
        assert_eq!(made.len(), 4);
        assert!((1..=threads.min(4)).contains(&stopped.len()), "{} on {threads} threads", stopped.len());
        assert_whole(&made);
        assert_whole(&stopped);
    }
}

/// The context's question may panic. It is asked before anything is drawn, so that no key is lost by it.
#[test]
fn a_context_that_panics_loses_nothing() {
    let panics = |_: &str, _: &str| -> bool { resume_unwind(Box::new("the context's")) };
    let context = Context::new("me").exists(&panics);
    let drawn = Cell::new(0);
    let key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAINdamAGCsQq31Uv+08lkBzoO4XLz2qYjJa8CGmj3B1Ea";
    for request in [Request::new("k"), Request::new("k").public_key(key)] {
        let outcome = catch_unwind(AssertUnwindSafe(|| {
            post(
                &request,
                &context,
                &mut Draws::new(|_, _| {
                    drawn.set(drawn.get() + 1);
                    Some(())
                }),
            )
        }));
        assert_eq!(*outcome.unwrap_err().downcast::<&str>().unwrap(), "the context's");
        assert_eq!(drawn.get(), 0);
        // The same request, and a context that answers.
        assert_eq!(post(&request, &Context::new("me"), &mut failing_at(usize::MAX)).status(), 200);
    }
    // A request that is refused before the question never hears of it.
    let reply = post(&Request::new(" "), &context, &mut failing_at(0));
    assert_eq!(reply.status(), 400);
}

/// A context that answers differently each time is asked once.
#[test]
fn a_context_is_asked_once() {
    for first in [false, true] {
        let asked = Cell::new(0);
        let fickle = |user: &str, name: &str| {
            assert_eq!((user, name), ("me", "k"));
            asked.set(asked.get() + 1);
            (asked.get() % 2 == 1) == first
        };
        let reply = post(&Request::new("k"), &Context::new("me").exists(&fickle), &mut failing_at(usize::MAX));
        assert_eq!((asked.get(), reply.status()), (1, if first { 409 } else { 200 }));
        assert_eq!(reply.private_key().is_some(), !first);
    }
}

/// A context may itself send a request, of the same name or of another.
#[test]
fn a_context_may_send_requests_of_its_own() {
    let inner = Cell::new(None::<Reply>);
    let reenters = |_: &str, name: &str| {
        inner.set(Some(post(&Request::new(name), &Context::new("other"), &mut failing_at(usize::MAX))));
        false
    };
    let outer = post(&Request::new("k"), &Context::new("me").exists(&reenters), &mut failing_at(usize::MAX));
    let inner = inner.take().unwrap();
    assert_eq!((outer.user_id(), inner.user_id()), (Some("me"), Some("other")));
    // One stream, read twice from its start: the two have nothing in common but that.
    assert_eq!(outer.keypair(), inner.keypair());
    assert_eq!(outer.private_key(), inner.private_key());
}

/// User names of any kind, and quotas that make no sense.
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
