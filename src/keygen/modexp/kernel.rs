//! [`Kernel`]: what an implementation of modular exponentiation provides.
//!
//! A *lane* is one exponentiation. Kernels accept any number of lanes and process them in batches of their own
//! [`width`](Kernel::width); the portable one processes them one by one. All kernels give the same results: no
//! representation of theirs is visible outside.

use subtle::Choice;

use super::super::trial_division::{self, TrialDivision};
use super::super::uint::SecretUint;

/// `base^exponent mod modulus`. Base and modulus have the number of limbs that `bits` needs, and the exponent at most as
/// many. The modulus is odd and has exactly `bits` bits, and the base is below it.
#[derive(Clone, Copy)]
pub(crate) struct Power<'a> {
    pub(crate) base: &'a SecretUint,
    pub(crate) exponent: &'a SecretUint,
    pub(crate) modulus: &'a SecretUint,
}

impl Power<'_> {
    /// The number of bits that an exponent of this many limbs has at most. Every power of a batch is computed as if its
    /// exponent had as many as the longest.
    // Not inlined into vectorized functions, where the compiler would gather the lengths.
    #[inline(never)]
    pub(crate) fn exponent_bits(powers: &[Self], bits: u32) -> usize {
        powers.iter().map(|power| 64 * power.exponent.length()).max().unwrap_or(0).min(bits as usize)
    }
}

/// Constant-time modular exponentiation. Time and addresses depend on `bits`, the number of lanes and
/// the number of limbs of the exponents alone.
pub(crate) trait Kernel {
    /// The number of lanes that cost as much as one, and so the number of candidates in a batch. It changes how far the
    /// search reads ahead, but never the key.
    fn width(&self) -> usize;

    /// For each modulus N, which has `bits` bits, the top two of them set, and is 7 modulo 8: whether 2^((N-1)/2) = 1
    /// mod N.
    ///
    /// 2 is a square modulo a prime that is 7 modulo 8, so by Euler's criterion every prime passes.
    fn base2(&self, bits: u32, moduli: &[&SecretUint], verdicts: &mut [Choice]);

    /// Computes each power, fully reduced, into the result of the same index, which has as many limbs as the modulus.
    fn pow(&self, bits: u32, powers: &[Power<'_>], results: &mut [SecretUint]);

    /// Returns the bound of trial division for candidates of `bits` bits: the faster the test, the lower.
    fn trial_bound(&self, bits: u32) -> u32 {
        trial_division::bound(bits)
    }

    /// Returns the tables of trial division for candidates of `bits` bits, with the primes below `bound`.
    fn trial_division(&self, bits: u32, bound: u32) -> TrialDivision {
        TrialDivision::in_pairs(bits, bound)
    }

    /// The second tier of trial division with any tables, in plain Rust by default; some processors have faster
    /// instructions for their own tables.
    fn passes_large(&self, trial: &mut TrialDivision, candidate: &SecretUint) -> bool {
        trial.passes_large(candidate)
    }
}
