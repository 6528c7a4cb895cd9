//! RSA key generation: FIPS 186-5 A.1.3 (random probable primes), in the deterministic form of C2SP `det-keygen`.
//!
//! The same bytes give the same key on any processor: candidates are drawn in order, and nothing else is read from the
//! stream. `keygen/README.md` describes the design, lists the clauses that are implemented, and has the measurements.

mod candidate;
mod confirmation;
pub(crate) mod declassify;
pub(crate) mod drbg;
pub(crate) mod error;
mod gcd;
mod key;
mod limbs;
mod miller_rabin;
pub(crate) mod modexp;
mod random;
mod search;
pub(crate) mod small_primes;
#[cfg(feature = "__internals")]
pub(crate) mod stages;
pub(crate) mod trial_division;
pub(crate) mod uint;
pub(crate) mod word;

use candidate::Source;
use confirmation::{Probable, confirm};
use drbg::HmacDrbg;
pub(crate) use key::RsaComponents;
use key::{Assembled, UncheckedKey};
use modexp::Backend;
use modexp::kernel::Kernel;
use rand_core::TryCryptoRng;
pub(crate) use random::Random;
use search::{Search, Survivor};

use error::{GenerateError, Result};

/// The key sizes that the engine supports: the multiples of 16 in this range.
const SIZES: core::ops::RangeInclusive<u32> = 2048..=16384;

/// The shortest seed: 128 bits (`det-keygen`, RSA, input 1).
pub(crate) const MIN_SEED: usize = 16;

/// Generates a key of `bits` bits from the caller's generator.
///
/// Each candidate is one `try_fill_bytes` of `bits/16` bytes, unless the generator has no state (see `random`). Up to
/// one batch of candidates is drawn beyond the two that become the key; they do not change the key, and neither does a
/// failure to draw them.
pub(crate) fn generate<R: TryCryptoRng + ?Sized>(bits: u32, rng: &mut R) -> Result<RsaComponents> {
    generate_from(&Backend::detect(), checked(bits)?, rng)
}

/// [`generate`] with a given kernel, for any multiple of 16.
pub(crate) fn generate_from<R: TryCryptoRng + ?Sized, K: Kernel>(
    kernel: &K,
    bits: u32,
    rng: &mut R,
) -> Result<RsaComponents> {
    generate_with(kernel, Random::new(rng), bits)
}

/// Derives the key of `bits` bits from a seed of at least 16 bytes, as `det-keygen` does.
pub(crate) fn from_seed(seed: &[u8], bits: u32) -> Result<RsaComponents> {
    generate_with(&Backend::detect(), seeded(seed, checked(bits)?)?, bits)
}

/// The generator of the candidates for a seed (`det-keygen`, RSA, steps 1 to 7).
pub(crate) fn seeded(seed: &[u8], bits: u32) -> Result<HmacDrbg> {
    if seed.len() < MIN_SEED {
        return Err(GenerateError::SeedTooShort { bytes: seed.len() });
    }
    let size = u16::try_from(bits).map_err(|_| GenerateError::UnsupportedKeySize { bits })?;
    Ok(HmacDrbg::new(&[seed, b"det RSA key gen", &size.to_be_bytes()]))
}

fn checked(bits: u32) -> Result<u32> {
    if SIZES.contains(&bits) && bits.is_multiple_of(16) {
        Ok(bits)
    } else {
        Err(GenerateError::UnsupportedKeySize { bits })
    }
}

/// Generates a key with any kernel and any source; `bits` is a multiple of 16.
///
/// A sequential generator confirms p before it searches for q. Here both are found first, so that their rounds and the
/// exponentiations of the pairwise test, twelve for RSA-2048, fill three batches. If one of the two fails its rounds
/// (probability below 2^-112 for random candidates), it is dropped and the search resumes after it, exactly as a
/// sequential generator would.
pub(crate) fn generate_with<S: Source, K: Kernel>(kernel: &K, source: S, bits: u32) -> Result<RsaComponents> {
    let mut search = Search::new(source, kernel, bits / 2);
    let limit = candidate_limit(bits);
    // The index of the first candidate that may become p.
    let mut start = 0;
    // The prime that remains of a pair whose other number failed its rounds.
    let mut remaining: Option<Survivor> = None;
    // Every turn takes at least one candidate from the search, whose end is an error.
    loop {
        let p_is_confirmed = remaining.is_some();
        let p = match remaining.take() {
            Some(p) => p,
            None => next_probable(&mut search, start, limit)?,
        };
        let q = next_probable(&mut search, p.index + 1, limit)?;
        debug_assert!(p.index < q.index, "the search is in order");

        let assembled = UncheckedKey::assemble(&p.number, &q.number, bits);
        let key = match &assembled {
            Ok(Assembled::Key(key)) => Some(key),
            Ok(Assembled::Rejected) | Err(_) => None,
        };
        let p_or_confirmed = if p_is_confirmed { Probable::Confirmed } else { Probable::Unconfirmed(&p.number) };
        let confirmation = confirm(kernel, bits / 2, p_or_confirmed, &q.number, key);

        if !(confirmation.p_is_prime && confirmation.q_is_prime) {
            remaining = if confirmation.p_is_prime { Some(p) } else { Some(q).filter(|_| confirmation.q_is_prime) };
            // If p is dropped, q becomes p, which must be among the first candidates from `start` on.
            if remaining.as_ref().is_some_and(|prime| prime.index >= start + u64::from(limit)) {
                return Err(GenerateError::TooManyCandidates { candidates: limit });
            }
            continue;
        }
        match assembled? {
            Assembled::Rejected => start = q.index + 1,
            Assembled::Key(key) if confirmation.key_is_consistent => return Ok(key.into_components()),
            Assembled::Key(_) => return Err(GenerateError::PairwiseTestFailed),
        }
    }
}

/// The number of candidates for each prime. FIPS 186-5 A.1.3, steps 4.7 and 5.8, with the larger of their two limits
/// for both (as `det-keygen` advises): a search that needs more has probability 2^-83.
const fn candidate_limit(bits: u32) -> u32 {
    10 * bits
}

/// Finds the next candidate that passes the base-2 filter, among the `limit` candidates from index `start` on.
fn next_probable<S: Source, K: Kernel>(search: &mut Search<'_, S, K>, start: u64, limit: u32) -> Result<Survivor> {
    search.next_probable(start + u64::from(limit))?.ok_or(GenerateError::TooManyCandidates { candidates: limit })
}

#[cfg(test)]
mod tests;
