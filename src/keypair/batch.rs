//! [`create_many`]: key pairs by the hundred, over all cores with the feature `rayon`.

use alloc::collections::BTreeSet;
use alloc::vec::Vec;
use core::iter::repeat_n;
use core::ops::ControlFlow;
use core::sync::atomic::{AtomicBool, Ordering};

use rand_core::TryCryptoRng;
#[cfg(feature = "rayon")]
use rayon::prelude::*;
use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

use crate::error::{Error, Result};
use crate::keygen::error::GenerateError;
use crate::keypair::GeneratedKeypair;
use crate::name::KeypairName;
use crate::name::error::{NameError, NameErrorKind};
use crate::private_key::{KeySpec, PrivateKey};

/// The entropy of one key: twice the security strength of the largest [`KeySpec`] and more.
const SEED_BYTES: usize = 32;

/// Makes a key pair for each name, in the order of the names.
///
/// Each key comes from a seed of its own ([`PrivateKey::from_seed`]). The seeds are drawn from `rng` before the work starts, so the result
/// depends on `rng` alone, not on the number of threads. With the feature `rayon` the work is spread over rayon's current pool; without it
/// one key is made after another.
///
/// `progress` is called after each key, from whichever thread made it. Once it breaks, no further key is started: those that are made are
/// returned, with their names, and the seeds of the others are forgotten.
///
/// # Errors
/// [`GenerateError::RngFailed`] if the generator fails; then no key was generated.
/// [`NameErrorKind::AlreadyExists`] if a name occurs more than once.
///
#[cfg_attr(feature = "getrandom", doc = "```")]
#[cfg_attr(not(feature = "getrandom"), doc = "```ignore")]
/// # use core::ops::ControlFlow;
/// use nova_keypair::{KeySpec, KeypairName, OsRng, create_many};
/// let names = [KeypairName::new("blue")?, KeypairName::new("green")?];
/// let made = create_many(&names, KeySpec::Rsa2048, &mut OsRng, &|_| ControlFlow::Continue(()))?;
/// assert_eq!(made[1].keypair.name, names[1]);
/// # Ok::<(), nova_keypair::Error>(())
/// ```
pub fn create_many<R: TryCryptoRng + ?Sized>(
    names: &[KeypairName],
    size: KeySpec,
    rng: &mut R,
    progress: &(dyn Fn(&GeneratedKeypair) -> ControlFlow<()> + Sync),
) -> Result<Vec<GeneratedKeypair>> {
    if has_repetition(names) {
        return Err(NameError::from(NameErrorKind::AlreadyExists).into());
    }
    let seeds = draw_seeds(names.len(), rng)?;
    let stopped = AtomicBool::new(false);
    let make = |(name, seed): (&KeypairName, &[u8; SEED_BYTES])| {
        if stopped.load(Ordering::Relaxed) {
            return None;
        }
        let made = PrivateKey::from_seed(seed, size).map(|private_key| GeneratedKeypair::new(name, private_key));
        // After an error there is nothing to return, so nothing more to make.
        if made.as_ref().map_or(ControlFlow::Break(()), progress).is_break() {
            stopped.store(true, Ordering::Relaxed);
        }
        Some(made.map_err(Error::from))
    };
    // One key a piece, for whichever thread is free: one key may take ten times as long as another.
    #[cfg(feature = "rayon")]
    return names.par_iter().zip(&*seeds).with_max_len(1).filter_map(make).collect();
    #[cfg(not(feature = "rayon"))]
    return names.iter().zip(&*seeds).filter_map(make).collect();
}

fn has_repetition(names: &[KeypairName]) -> bool {
    let mut seen = BTreeSet::new();
    !names.iter().all(|name| seen.insert(name))
}

fn draw_seeds<R: TryCryptoRng + ?Sized>(count: usize, rng: &mut R) -> Result<Zeroizing<Vec<[u8; SEED_BYTES]>>> {
    let mut seeds = Zeroizing::new(Vec::from_iter(repeat_n([0; SEED_BYTES], count)));
    let mut previous = Zeroizing::new([0; SEED_BYTES]);
    for seed in seeds.iter_mut() {
        rng.try_fill_bytes(seed).map_err(|_| GenerateError::RngFailed)?;
        // A generator that works does this once in 2^256 draws; one that is stuck would make the same key twice.
        if bool::from(seed.ct_eq(&*previous)) {
            return Err(GenerateError::RngRepeats.into());
        }
        *previous = *seed;
    }
    Ok(seeds)
}
