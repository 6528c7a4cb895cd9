//! RSA key generation: FIPS 186-5 A.1.3 (random primes that are probably prime), in the deterministic form of C2SP `det-keygen`.
//!
//! The same bytes give the same key, on any processor: candidates are drawn in order and nothing else is taken from the stream.
//! `keygen/README.md` has the design, the table of clauses and the figures.

mod candidate;
pub(crate) mod declassify;
pub(crate) mod drbg;
pub(crate) mod error;
mod gcd;
mod key;
mod miller_rabin;
pub(crate) mod modexp;
mod search;
pub(crate) mod trial_division;
pub(crate) mod uint;

use alloc::vec::Vec;

#[cfg(feature = "__internals")]
use candidate::Candidates;
pub(crate) use candidate::Random;
use candidate::Source;
use declassify::reveal;
use drbg::HmacDrbg;
use error::{GenerateError, Result};
pub(crate) use key::RsaComponents;
use key::{Assembly, Outcome};
use miller_rabin::Rounds;
use modexp::{Backend, Kernel, Power};
use rand_core::TryCryptoRng;
use search::{Search, Survivor};
#[cfg(feature = "__internals")]
use uint::Limbs;

/// The key sizes that the engine takes: multiples of 16 in this range.
const SIZES: core::ops::RangeInclusive<u32> = 2048..=16384;

/// The shortest seed: 128 bits (`det-keygen`, RSA, input 1).
pub(crate) const MIN_SEED: usize = 16;

/// A key of `bits` bits out of the caller's generator.
///
/// Every candidate is one `try_fill_bytes` of `bits/16` bytes. Up to a batch's worth of candidates is drawn beyond those that the
/// key comes from; what is drawn beyond does not change the key, and neither does a failure to draw it.
pub(crate) fn generate<R: TryCryptoRng + ?Sized>(bits: u32, rng: &mut R) -> Result<RsaComponents> {
    generate_from(&Backend::detect(), checked(bits)?, rng)
}

/// [`generate`] on a given kernel, and for any multiple of 16.
pub(crate) fn generate_from<R: TryCryptoRng + ?Sized, K: Kernel>(
    kernel: &K,
    bits: u32,
    rng: &mut R,
) -> Result<RsaComponents> {
    generate_with(kernel, Random(rng), bits)
}

/// The key of `bits` bits that `det-keygen` derives from a seed of at least 16 bytes.
pub(crate) fn from_seed(seed: &[u8], bits: u32) -> Result<RsaComponents> {
    generate_with(&Backend::detect(), seeded(seed, checked(bits)?)?, bits)
}

/// The stream of candidates that a seed stands for (`det-keygen`, RSA, steps 1 to 7).
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

/// The engine, on any kernel and any source; `bits` is a multiple of 16.
///
/// A sequential generator confirms p before it looks for q. Here both are looked for first, so that their rounds and the
/// exponentiations of the pairwise test, twelve for RSA-2048, fill three batches. Should one of the two fail its rounds (less
/// than 2^-112 for random candidates), it is dropped and the search goes on behind, which is what the sequential generator does.
pub(crate) fn generate_with<S: Source, K: Kernel>(kernel: &K, source: S, bits: u32) -> Result<RsaComponents> {
    let prime_bits = bits / 2;
    // FIPS 186-5 A.1.3, steps 4.7 and 5.8, with the larger of their two limits for both (as `det-keygen` advises): a search that
    // needs more has probability 2^-83.
    let limit = 10 * bits;
    let mut search = Search::new(source, kernel, prime_bits);
    let mut start = 0;
    let mut pair: Vec<(Survivor, bool)> = Vec::with_capacity(2);
    loop {
        while pair.len() < 2 {
            let from = pair.last().map_or(start, |(last, _)| last.index + 1);
            let found = search.next_probable(from + u64::from(limit))?;
            pair.push((found.ok_or(GenerateError::TooManyCandidates { candidates: limit })?, false));
        }
        let [(p, p_confirmed), (q, q_confirmed)] = pair.as_mut_slice() else { continue };
        let outcome = Assembly::of(&p.limbs, &q.limbs, bits);
        let assembly = match &outcome {
            Ok(Outcome::Pair(assembly)) => Some(assembly),
            _ => None,
        };
        let consistent = confirm(kernel, prime_bits, [(p, p_confirmed), (q, q_confirmed)], assembly);
        let before = pair.len();
        pair.retain(|(_, confirmed)| *confirmed);
        if pair.len() < before {
            // With p gone, q has been looked for since `start`.
            if pair.first().is_some_and(|(first, _)| first.index - start >= u64::from(limit)) {
                return Err(GenerateError::TooManyCandidates { candidates: limit });
            }
            continue;
        }
        match outcome? {
            Outcome::Rejected => {
                start = pair.last().map_or(start, |(q, _)| q.index + 1);
                pair.clear();
            }
            Outcome::Pair(_) if !consistent => return Err(GenerateError::PairwiseTestFailed),
            Outcome::Pair(assembly) => return Ok(assembly.into_components()),
        }
    }
}

/// Runs the rounds that are still due, and with them the pairwise test of the key, if there is one; says whether it passed.
fn confirm<K: Kernel>(
    kernel: &K,
    bits: u32,
    candidates: [(&Survivor, &mut bool); 2],
    assembly: Option<&Assembly>,
) -> bool {
    let candidates = candidates.map(|(survivor, confirmed)| {
        let rounds = (!*confirmed).then(|| Rounds::new(&survivor.limbs, bits));
        (rounds, confirmed)
    });
    let pairwise = assembly.map(Assembly::pairwise_test);
    let mut powers: Vec<Power<'_>> = Vec::new();
    for (rounds, _) in &candidates {
        powers.extend(rounds.iter().flat_map(Rounds::powers));
    }
    powers.extend(pairwise.iter().flat_map(|test| test.powers()));
    let mut results: Vec<_> = powers.iter().map(|power| uint::zero(power.modulus.len())).collect();
    kernel.pow(bits, &powers, &mut results);

    let mut rest = results.as_slice();
    for (rounds, confirmed) in candidates {
        if let Some(rounds) = rounds {
            let (due, others) = rest.split_at(rounds.powers().count().min(rest.len()));
            *confirmed = reveal(rounds.passed(due));
            rest = others;
        }
    }
    pairwise.is_some_and(|test| reveal(test.passed(rest)))
}

/// The stages of [`generate_with`] one by one, for benches.
#[cfg(feature = "__internals")]
mod stages {
    use super::{
        Assembly, Candidates, Kernel, Limbs, Outcome, Result, RsaComponents, Source, Survivor, Vec, confirm, uint,
    };

    /// `count` candidates of `bits` bits.
    pub(crate) fn draw<S: Source>(bits: u32, source: S, count: usize) -> Result<Vec<Vec<u64>>> {
        let mut candidates = Candidates::new(source, bits);
        let mut candidate = uint::zero(uint::limbs_for(bits));
        (0..count).map(|_| candidates.draw(&mut candidate).map(|()| candidate.to_vec())).collect()
    }

    /// The key of two primes, or none if they are rejected.
    pub(crate) fn assemble(bits: u32, p: &[u64], q: &[u64]) -> Result<Option<RsaComponents>> {
        match Assembly::of(&Limbs::new(p.to_vec()), &Limbs::new(q.to_vec()), bits)? {
            Outcome::Pair(assembly) => Ok(Some(assembly.into_components())),
            Outcome::Rejected => Ok(None),
        }
    }

    /// Whether two candidates are confirmed, and their key is consistent.
    pub(crate) fn confirms<K: Kernel>(kernel: &K, bits: u32, p: &[u64], q: &[u64]) -> bool {
        let [p, q] = [p, q].map(|limbs| Survivor { index: 0, limbs: Limbs::new(limbs.to_vec()) });
        let (mut first, mut second) = (false, false);
        let Ok(Outcome::Pair(assembly)) = Assembly::of(&p.limbs, &q.limbs, bits) else { return false };
        let consistent = confirm(kernel, bits / 2, [(&p, &mut first), (&q, &mut second)], Some(&assembly));
        first & second & consistent
    }
}

#[cfg(feature = "__internals")]
pub(crate) use stages::{assemble, confirms, draw};

#[cfg(test)]
mod tests;
