//! Confirms a pair of primes and their key in one run of the kernel: Miller-Rabin rounds and the pairwise consistency
//! test.

use alloc::vec::Vec;

use super::declassify::reveal;
use super::key::UncheckedKey;
use super::miller_rabin::Rounds;
use super::modexp::kernel::{Kernel, Power};
use super::uint::SecretUint;

/// The outcome for a pair p, q and its key.
pub(crate) struct Confirmation {
    /// Whether p passed its rounds, now or earlier.
    pub(crate) p_is_prime: bool,
    /// Whether q passed its rounds.
    pub(crate) q_is_prime: bool,
    /// Whether there is a key, and it passed the pairwise consistency test.
    pub(crate) key_is_consistent: bool,
}

/// A prime candidate of a pair, and whether it needs its rounds.
#[derive(Clone, Copy)]
pub(crate) enum Probable<'a> {
    /// It passed the base-2 filter only.
    Unconfirmed(&'a SecretUint),
    /// It passed its rounds together with an earlier partner.
    Confirmed,
}

/// Runs all outstanding rounds of p and q, which have `bits` bits, and the pairwise test of `key`, if there is one.
pub(crate) fn confirm<K: Kernel>(
    kernel: &K,
    bits: u32,
    p: Probable<'_>,
    q: &SecretUint,
    key: Option<&UncheckedKey>,
) -> Confirmation {
    let rounds_of_p = match p {
        Probable::Unconfirmed(p) => Some(Rounds::new(p, bits)),
        Probable::Confirmed => None,
    };
    let rounds_of_q = Rounds::new(q, bits);
    let pairwise = key.map(UncheckedKey::pairwise_test);

    let mut powers: Vec<Power<'_>> = Vec::new();
    powers.extend(rounds_of_p.iter().flat_map(Rounds::powers));
    powers.extend(rounds_of_q.powers());
    powers.extend(pairwise.iter().flat_map(|test| test.powers()));
    let mut results: Vec<_> = powers.iter().map(|power| SecretUint::zero(power.modulus.length())).collect();
    kernel.pow(bits, &powers, &mut results);

    // Each test consumes its own results, in the order of the powers.
    let mut results = results.iter();
    let p_is_prime = rounds_of_p.is_none_or(|rounds| reveal(rounds.passed(&mut results)));
    let q_is_prime = reveal(rounds_of_q.passed(&mut results));
    let key_is_consistent = pairwise.is_some_and(|test| reveal(test.passed(&mut results)));
    Confirmation { p_is_prime, q_is_prime, key_is_consistent }
}
