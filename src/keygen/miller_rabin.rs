//! Primality: the base-2 filter, which most composites fail, and the random-base rounds that count.
//!
//! Miller-Rabin as in FIPS 186-5 B.3.1. Candidates w are 7 modulo 8, so w - 1 = 2^a·m with a = 1 and m = (w-1)/2 odd, and a round
//! is one exponentiation and a comparison with 1 and w - 1: its inner loop (step 4.5, j = 1 to a-1) is empty.

use alloc::vec::Vec;

use subtle::Choice;

use super::drbg::HmacDrbg;
use super::modexp::Power;
use super::uint::{self, Limbs};

/// Rounds for a prime of `bits` bits: FIPS 186-5 table B.1, which names 1024 (5 rounds, for an error below 2^-112), 1536 (4, 2^-128)
/// and 2048 (4, 2^-144). A size in between takes the row below it, of which it needs no more rounds.
pub(crate) const fn rounds(bits: u32) -> usize {
    if bits < 1536 { 5 } else { 4 }
}

/// Bits of a base beyond those of the candidate: the reduction is then within 2^-128 of uniform (wide reduction instead of the
/// standard's rejection, step 4.2, whose number of tries would speak about a secret).
const SURPLUS: u32 = 128;

/// What to compute to run all rounds on one candidate, and what the outcome must be.
pub(crate) struct Rounds<'a> {
    candidate: &'a [u64],
    bases: Vec<Limbs>,
    /// m, and w - 1
    exponent: Limbs,
    minus_one: Limbs,
}

impl<'a> Rounds<'a> {
    /// Rounds for `candidate`, which has `bits` bits.
    ///
    /// The bases come from a generator keyed by a hash of the candidate: they take nothing from the caller's stream, so that the
    /// same stream always means the same key. The candidate is fresh random bytes, hence so are they.
    pub(crate) fn new(candidate: &'a [u64], bits: u32) -> Self {
        let mut generator = HmacDrbg::new(&[&uint::to_be(candidate, (bits / 8) as usize), b"Miller-Rabin bases"]);
        let mut minus_one = Limbs::new(candidate.to_vec());
        let mut exponent = minus_one.clone();
        uint::halve(&mut exponent);
        if let Some(low) = minus_one.first_mut() {
            *low ^= 1;
        }
        let bases = (0..rounds(bits)).map(|_| random_base(&mut generator, candidate, bits)).collect();
        Self { candidate, bases, exponent, minus_one }
    }

    /// Step 4.3 of every round: z = b^m mod w.
    pub(crate) fn powers(&self) -> impl Iterator<Item = Power<'_>> {
        self.bases.iter().map(|base| Power { base, exponent: &self.exponent, modulus: self.candidate })
    }

    /// Step 4.4 of every round, on the results of [`powers`](Self::powers): z = 1 or z = w - 1. No results, no prime.
    pub(crate) fn passed(&self, results: &[Limbs]) -> Choice {
        let mut one = uint::zero(self.candidate.len());
        if let Some(low) = one.first_mut() {
            *low = 1;
        }
        results.iter().fold(Choice::from(u8::from(results.len() == self.bases.len())), |passed, z| {
            passed & (uint::equal(z, &one) | uint::equal(z, &self.minus_one))
        })
    }
}

/// A base b with 1 < b < w - 1 (steps 4.1 and 4.2): a number of `bits + SURPLUS` bits modulo w - 3, plus 2.
fn random_base(generator: &mut HmacDrbg, candidate: &[u64], bits: u32) -> Limbs {
    let mut wide = uint::zero(uint::limbs_for(bits + SURPLUS));
    uint::read_be(&generator.bytes(((bits + SURPLUS) / 8) as usize), &mut wide);
    // w is 7 modulo 8, so w - 3 does not borrow, and neither does it lose its top bit.
    let mut range = Limbs::new(candidate.to_vec());
    if let Some(low) = range.first_mut() {
        *low = low.wrapping_sub(3);
    }
    let mut base = uint::reduce_wide(&wide, &range, bits);
    let mut carry = 2;
    for limb in base.iter_mut() {
        let (sum, over) = limb.overflowing_add(carry);
        (*limb, carry) = (sum, u64::from(over));
    }
    base
}

#[cfg(test)]
mod tests {
    use super::super::modexp::Kernel;
    use super::super::modexp::portable::Portable;
    use super::*;

    fn run(candidate: &[u64], bits: u32) -> bool {
        let rounds = Rounds::new(candidate, bits);
        let powers: Vec<_> = rounds.powers().collect();
        let mut results: Vec<_> = powers.iter().map(|_| uint::zero(candidate.len())).collect();
        Portable.pow(bits, &powers, &mut results);
        rounds.passed(&results).into()
    }

    #[test]
    fn table_b1() {
        assert_eq!([1024, 1032, 1528, 1536, 1544, 2040, 2048, 4096].map(rounds), [5, 5, 5, 4, 4, 4, 4, 4]);
        for bits in [1024, 1536, 2048] {
            let candidate = alloc::vec![u64::MAX; bits as usize / 64];
            assert_eq!(Rounds::new(&candidate, bits).powers().count(), rounds(bits));
        }
    }

    /// 2^1279 - 1 is prime. 2^1277 - 1 and 2^(2·3·7·13) - 1 are pseudoprimes to base 2, and must not get past random bases.
    #[test]
    fn rounds_tell_primes_from_base_2_pseudoprimes() {
        for (bits, prime) in [(1279u32, true), (1277, false), (1024, false)] {
            let mut n = alloc::vec![u64::MAX; uint::limbs_for(bits)];
            *n.last_mut().unwrap() >>= n.len() as u32 * 64 - bits;
            assert_eq!(run(&n, bits), prime, "2^{bits} - 1");
        }
    }

    /// All rounds count: a candidate passes only with every result right, and not with fewer results than rounds.
    #[test]
    fn every_round_counts() {
        let mut n = alloc::vec![u64::MAX; 20];
        *n.last_mut().unwrap() >>= 1;
        let rounds = Rounds::new(&n, 1279);
        let mut one = uint::zero(20);
        one[0] = 1;
        let mut minus_one = Limbs::new(n.clone());
        minus_one[0] -= 1;
        let good: Vec<_> = (0..5).map(|index| if index % 2 == 0 { one.clone() } else { minus_one.clone() }).collect();
        assert!(bool::from(rounds.passed(&good)));
        assert!(!bool::from(rounds.passed(&good[1..])));
        for index in 0..5 {
            let mut bad = good.clone();
            bad[index][3] ^= 1 << 17;
            assert!(!bool::from(rounds.passed(&bad)));
        }
    }

    #[test]
    fn bases_are_in_range_distinct_and_the_candidates_own() {
        let bases = |candidate: &[u64]| Rounds::new(candidate, 1024).bases;
        let low = alloc::vec![7u64, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 3 << 62];
        let (first, again, other) = (bases(&low), bases(&low), bases(&[u64::MAX; 16]));
        assert_eq!(first, again);
        assert!(first.iter().zip(&other).all(|(a, b)| a != b));
        // As long as the candidate, but for once in 2^64.
        assert!(first.iter().chain(&other).all(|base| *base.last().unwrap() != 0));
        for (index, base) in first.iter().enumerate() {
            assert!(bool::from(uint::less(base, &low)));
            assert!(first[..index].iter().all(|earlier| earlier != base));
        }
    }
}
