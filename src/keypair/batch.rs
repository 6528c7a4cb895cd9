//! [`create_many`] and [`Batch`]: key pairs for many names, in parallel with the feature `rayon`.

use alloc::collections::BTreeSet;
use alloc::vec::{self, Vec};
use core::fmt;
use core::iter::FusedIterator;

use rand_core::TryCryptoRng;
use subtle::ConstantTimeEq as _;
use zeroize::{Zeroize as _, Zeroizing};

use crate::error::{Error, Result};
use crate::keygen::error::GenerateError;
use crate::keypair::record::GeneratedKeypair;
use crate::name::KeypairName;
use crate::name::error::NameErrorKind;
use crate::private_key::{KeySpec, PrivateKey};

/// The seed of one key: 256 bits, twice the security strength of RSA-3072.
type Seed = [u8; 32];

/// Prepares a key pair for each name. The keys are generated when the [`Batch`] is iterated, in the order of the names.
///
/// Each key is generated from its own seed ([`PrivateKey::from_seed`]). All seeds are drawn from `rng` here, so the
/// keys depend on `rng` alone: not on when they are generated, in which order, or on how many threads.
///
/// # Errors
/// [`NameErrorKind::AlreadyExists`] if a name occurs more than once; [`GenerateError::RngFailed`] or
/// [`GenerateError::RngRepeats`] if the generator fails. No key is generated in these cases.
///
#[cfg_attr(feature = "getrandom", doc = "```")]
#[cfg_attr(not(feature = "getrandom"), doc = "```ignore")]
/// use nova_keypair::{KeySpec, KeypairName, OsRng, create_many};
///
/// let names = [KeypairName::new("blue")?, KeypairName::new("green")?];
/// let batch = create_many(names.clone(), KeySpec::Rsa2048, &mut OsRng)?;
/// for (generated, name) in batch.zip(names) {
///     assert_eq!(generated?.keypair.name, name);
/// }
/// # Ok::<(), nova_keypair::Error>(())
/// ```
pub fn create_many<R: TryCryptoRng + ?Sized>(
    names: impl IntoIterator<Item = KeypairName>,
    spec: KeySpec,
    rng: &mut R,
) -> Result<Batch> {
    let names = Vec::from_iter(names);
    if has_repetition(&names) {
        return Err(Error::Name(NameErrorKind::AlreadyExists.into()));
    }
    let seeds = draw_seeds(names.len(), rng)?;
    Ok(Batch { names: names.into_iter(), seeds, spec })
}

/// Key pairs to generate: an iterator that generates one key pair in each step.
///
/// Iterator adapters report progress (`inspect`) and stop (`take_while`), and each key pair can be delivered before the
/// next one is generated. The seeds of keys that are not generated are zeroized on drop.
///
/// With the feature `rayon`, `into_par_iter` generates on all threads of rayon's current pool and keeps the order of
/// the names:
///
#[cfg_attr(all(feature = "getrandom", feature = "rayon"), doc = "```")]
#[cfg_attr(not(all(feature = "getrandom", feature = "rayon")), doc = "```ignore")]
/// use std::sync::atomic::{AtomicUsize, Ordering};
///
/// use nova_keypair::{KeySpec, KeypairName, OsRng, create_many};
/// use rayon::prelude::*;
///
/// let names = [KeypairName::new("blue")?, KeypairName::new("green")?];
/// let done = AtomicUsize::new(0);
/// let generated = create_many(names, KeySpec::Rsa2048, &mut OsRng)?
///     .into_par_iter()
///     .inspect(|_| eprintln!("{} of 2", done.fetch_add(1, Ordering::Relaxed) + 1))
///     .collect::<Result<Vec<_>, _>>()?;
/// assert_eq!(generated[1].keypair.name.as_str(), "green");
/// # Ok::<(), nova_keypair::Error>(())
/// ```
#[must_use = "a batch generates nothing unless it is iterated"]
pub struct Batch {
    names: vec::IntoIter<KeypairName>,
    /// One seed for each name, starting at the first name of the batch; used seeds are zeroized.
    seeds: Zeroizing<Vec<Seed>>,
    spec: KeySpec,
}

impl Iterator for Batch {
    type Item = Result<GeneratedKeypair, GenerateError>;

    fn next(&mut self) -> Option<Self::Item> {
        let done = self.seeds.len() - self.names.len();
        let name = self.names.next()?;
        let seed = self.seeds.get_mut(done)?;
        let generated = generate(&name, seed, self.spec);
        seed.zeroize();
        Some(generated)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.names.size_hint()
    }
}

impl ExactSizeIterator for Batch {}

impl FusedIterator for Batch {}

/// Writes the number of remaining key pairs, and nothing of the seeds.
impl fmt::Debug for Batch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Batch").field("len", &self.len()).field("spec", &self.spec).finish_non_exhaustive()
    }
}

fn generate(name: &KeypairName, seed: &Seed, spec: KeySpec) -> Result<GeneratedKeypair, GenerateError> {
    PrivateKey::from_seed(seed, spec).map(|private_key| GeneratedKeypair::new(name, private_key))
}

fn has_repetition(names: &[KeypairName]) -> bool {
    let mut seen = BTreeSet::new();
    !names.iter().all(|name| seen.insert(name))
}

fn draw_seeds<R: TryCryptoRng + ?Sized>(count: usize, rng: &mut R) -> Result<Zeroizing<Vec<Seed>>, GenerateError> {
    let mut seeds = Zeroizing::new(alloc::vec![[0; 32]; count]);
    let mut previous = Zeroizing::new([0; 32]);
    for seed in seeds.iter_mut() {
        rng.try_fill_bytes(seed).map_err(|_| GenerateError::RngFailed)?;
        // Equal seeds have probability 2^-256 for a working generator. A stuck one would give the same key twice.
        if bool::from(seed.ct_eq(&*previous)) {
            return Err(GenerateError::RngRepeats);
        }
        *previous = *seed;
    }
    Ok(seeds)
}

#[cfg(feature = "rayon")]
mod parallel {
    use rayon::iter::plumbing::{Consumer, ProducerCallback, UnindexedConsumer};
    use rayon::prelude::*;

    use super::{Batch, GenerateError, GeneratedKeypair, generate};

    type Item = Result<GeneratedKeypair, GenerateError>;

    /// A [`Batch`] on the threads of rayon's current pool. All seeds are zeroized when the iteration ends.
    #[derive(Debug)]
    #[must_use = "a batch generates nothing unless it is iterated"]
    pub struct ParallelBatch(Batch);

    impl Batch {
        /// Borrows the seeds, because moving them would leave copies that are never zeroized.
        fn par_iter(&self) -> impl IndexedParallelIterator<Item = Item> {
            let names = self.names.as_slice();
            let seeds = &self.seeds[self.seeds.len() - names.len()..];
            let spec = self.spec;
            // Split down to single keys: generating one may take ten times as long as another.
            names.par_iter().zip(seeds).with_max_len(1).map(move |(name, seed)| generate(name, seed, spec))
        }
    }

    impl IntoParallelIterator for Batch {
        type Item = Item;
        type Iter = ParallelBatch;

        fn into_par_iter(self) -> ParallelBatch {
            ParallelBatch(self)
        }
    }

    impl ParallelIterator for ParallelBatch {
        type Item = Item;

        fn drive_unindexed<C: UnindexedConsumer<Item>>(self, consumer: C) -> C::Result {
            self.0.par_iter().drive_unindexed(consumer)
        }

        fn opt_len(&self) -> Option<usize> {
            Some(self.0.len())
        }
    }

    impl IndexedParallelIterator for ParallelBatch {
        fn len(&self) -> usize {
            self.0.len()
        }

        fn drive<C: Consumer<Item>>(self, consumer: C) -> C::Result {
            self.0.par_iter().drive(consumer)
        }

        fn with_producer<CB: ProducerCallback<Item>>(self, callback: CB) -> CB::Output {
            self.0.par_iter().with_producer(callback)
        }
    }
}

#[cfg(feature = "rayon")]
pub use parallel::ParallelBatch;
