//! Batches: failing generators, batches that are stopped, and threads.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::LazyLock;

use nova_keypair::{
    Batch, Error, GenerateError, GeneratedKeypair, KeySpec, KeypairName, NameErrorKind, PrivateKey, create_many,
};

use crate::draws::{Draws, honest};

fn names(count: usize) -> Vec<KeypairName> {
    (0..count).map(|index| KeypairName::new(&format!("key-{index}")).unwrap()).collect()
}

fn batch(count: usize) -> Batch {
    let rng = &mut Draws::new(|index, bytes| {
        honest(1, index, bytes);
        Some(())
    });
    create_many(names(count), KeySpec::Rsa2048, rng).unwrap()
}

/// Returns the fingerprint that belongs to each name.
static EXPECTED: LazyLock<BTreeMap<String, String>> = LazyLock::new(|| {
    let fingerprint = |index: usize| {
        let mut seed = [0; 32];
        honest(1, index, &mut seed);
        PrivateKey::from_seed(&seed, KeySpec::Rsa2048).unwrap().public_key().fingerprint().to_string()
    };
    names(4).iter().enumerate().map(|(index, name)| (name.to_string(), fingerprint(index))).collect()
});

/// Checks that each key is complete and belongs to its name.
fn assert_expected(generated: &[GeneratedKeypair]) {
    for GeneratedKeypair { keypair, private_key } in generated {
        assert_eq!(EXPECTED[keypair.name.as_str()], keypair.fingerprint.to_string());
        assert_eq!(&keypair.public_key, private_key.public_key());
        let text = private_key.to_openssh();
        let read = ssh_key::PrivateKey::from_openssh(text.as_bytes()).unwrap();
        assert_eq!(read.public_key().to_bytes().unwrap(), keypair.public_key.as_bytes());
    }
}

/// One seed is drawn for each key, before the first key is generated.
#[test]
fn a_failing_generator_gives_no_batch() {
    for failing in 0..5 {
        let rng = &mut Draws::new(|index, bytes| (index != failing).then(|| honest(1, index, bytes)));
        let error = create_many(names(5), KeySpec::Rsa2048, rng).unwrap_err();
        assert_eq!(error, Error::from(GenerateError::RngFailed));
    }
    let repeating = &mut Draws::new(|index, bytes| {
        honest(1, index.min(3), bytes);
        Some(())
    });
    let error = create_many(names(5), KeySpec::Rsa2048, repeating).unwrap_err();
    assert_eq!(error, Error::from(GenerateError::RngRepeats));
}

#[test]
fn a_repeated_name_is_rejected_before_a_seed_is_drawn() {
    let twice = ["a", "b", "a"].map(|name| KeypairName::new(name).unwrap());
    let Err(Error::Name(error)) = create_many(twice, KeySpec::Rsa2048, &mut Draws::new(|_, _| None)) else {
        panic!("no error of the name")
    };
    assert_eq!(error.kind(), NameErrorKind::AlreadyExists);
    let mut empty = create_many([], KeySpec::Rsa2048, &mut Draws::new(|_, _| None)).unwrap();
    assert!(empty.len() == 0 && empty.next().is_none());
}

/// Iterating on after a stop returns the rest: no name and no seed is skipped or used twice.
#[test]
fn a_batch_can_be_stopped_and_resumed_after_each_key() {
    for stop in 0..=4 {
        let mut batch = batch(4);
        let mut generated: Vec<_> = batch.by_ref().take(stop).map(Result::unwrap).collect();
        assert_eq!((generated.len(), batch.len(), batch.size_hint()), (stop, 4 - stop, (4 - stop, Some(4 - stop))));
        generated.extend(batch.by_ref().map(Result::unwrap));
        assert!(generated.iter().map(|generated| &generated.keypair.name).eq(&names(4)));
        assert_expected(&generated);
        assert!(batch.next().is_none() && batch.next().is_none());
    }
}

#[test]
fn a_panic_of_the_caller_passes_through() {
    let mut batch = batch(4);
    let outcome =
        catch_unwind(AssertUnwindSafe(|| batch.by_ref().inspect(|_| resume_unwind(Box::new("the caller's"))).count()));
    assert_eq!(*outcome.unwrap_err().downcast::<&str>().unwrap(), "the caller's");
    assert_eq!(batch.len(), 3);
    assert_expected(&batch.map(Result::unwrap).collect::<Vec<_>>());
}

#[test]
fn a_batch_can_be_sent_to_another_thread_and_prints_no_seed() {
    let batch = batch(1);
    assert_eq!(format!("{batch:?}"), "Batch { len: 1, spec: Rsa2048, .. }");
    let generated = std::thread::spawn(move || batch.map(Result::unwrap).collect::<Vec<_>>()).join().unwrap();
    assert_expected(&generated);
}

/// The pool does not matter either: neither its number of threads nor that it is dropped afterwards.
#[cfg(feature = "rayon")]
#[test]
fn threads_change_neither_the_keys_nor_their_order() {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use rayon::prelude::*;

    for threads in [1, 2, 5] {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        let collect = || batch(4).into_par_iter().collect::<Result<Vec<_>, _>>().unwrap();
        let generated = pool.install(collect);
        assert!(generated.iter().map(|generated| &generated.keypair.name).eq(&names(4)));
        assert_expected(&generated);
        // A batch that was started on one thread, an adapter that needs the index, and one that stops early.
        let mut begun = batch(4);
        let first = begun.next().unwrap().unwrap();
        let parallel = begun.into_par_iter();
        assert_eq!((parallel.len(), parallel.opt_len()), (3, Some(3)));
        let rest = pool.install(|| parallel.enumerate().map(|(index, key)| (index, key.unwrap())).collect::<Vec<_>>());
        assert_eq!(rest.iter().map(|(index, _)| *index).collect::<Vec<_>>(), [0, 1, 2]);
        assert_expected(&rest.into_iter().map(|(_, generated)| generated).chain([first]).collect::<Vec<_>>());
        let started = AtomicUsize::new(0);
        let stopped: Vec<_> = pool.install(|| {
            let counted = batch(4).into_par_iter().inspect(|_| _ = started.fetch_add(1, Ordering::Relaxed));
            counted.take_any(1).map(Result::unwrap).collect()
        });
        assert!(stopped.len() == 1 && started.into_inner() <= threads.min(4));
        assert_expected(&stopped);
        drop(pool);
    }
}
