//! Trial division without a division: residues are dot products, divisibility is a multiplication and a comparison.
//!
//! For a group of primes with product M, and the candidate's digits x[0..D] in radix 2^w,
//!
//! ```text
//! x·2^(-w(D-1))  =  Σ x[D-1-j]·W[j]   mod M,        W[j] = 2^(-wj) mod M
//! ```
//!
//! and since 2 is a unit modulo M, that sum, reduced to one word by one or two Montgomery reductions, is divisible by a
//! prime of the group exactly if x is. A word u is a multiple of an odd r if u·r^-1 mod 2^k is at most (2^k - 1)/r:
//! exact multiples map to their quotient, and everything else to something larger.
//!
//! There are two tiers. The first tests small primes, as many to a 63-bit M as fit, with 64-bit digits: few products
//! for many primes, and it rejects most candidates. The second tests the other primes in groups side by side, as the
//! vectors of a kernel have room for: in [`pairs`], or in [`packs`] of three to eight.
//!
//! Both run through the same steps for every candidate, up to the first group that shows it composite: the steps for an
//! accepted prime depend on its size alone, and what the others leak is public. (Finke, Gebhardt and Schindler
//! recovered primes from numbers of trial divisions, of candidates derived from one another; these are independent.)

use alloc::vec::Vec;

use subtle::{Choice, ConstantTimeGreater};

use super::declassify::reveal;
use super::limbs::limbs_for;
use super::small_primes::{odd_primes_below, packed};
use super::uint::SecretUint;
use super::word::inverse_mod_2_64;

#[cfg(all(target_arch = "x86_64", not(any(nova_keypair_portable, nova_keypair_avx2))))]
pub(crate) mod packs;
pub(crate) mod pairs;

#[cfg(all(target_arch = "x86_64", not(any(nova_keypair_portable, nova_keypair_avx2))))]
use packs::Packs;
use pairs::Pairs;

/// The largest product of a group of the first tier, so that the result of the reductions fits a word.
const FIRST_TIER_MODULUS: u64 = u64::MAX >> 1;

/// The least prime of the second tier in pairs: a 63-bit product has room for fewer than seven larger ones.
const PAIRS: u32 = 512;
/// The least prime of the second tier in packs. The first group of the first tier holds the primes below. Eight packs
/// take less time than a group.
#[cfg(all(target_arch = "x86_64", not(any(nova_keypair_portable, nova_keypair_avx2))))]
const PACKS: u32 = 53;

/// The tables of the second tier.
pub(crate) enum SecondTier {
    Pairs(Pairs),
    #[cfg(all(target_arch = "x86_64", not(any(nova_keypair_portable, nova_keypair_avx2))))]
    Packs(Packs),
}

/// Returns the bound of trial division for candidates of `bits` bits.
///
/// A prime r saves a fraction 1/r of the tests that follow, so it pays if dividing by it costs less than a test / r.
/// The cost of a test grows with the cube of the size, that of a division with the size. The bounds minimize the
/// measured sum for the AVX2 kernel; the optimum is flat.
pub(crate) const fn bound(bits: u32) -> u32 {
    match bits {
        0..1280 => 1 << 15,
        1280..1792 => 3 << 14,
        _ => 1 << 16,
    }
}

/// A divisor r as a test of words: its inverse modulo 2^64, and the largest quotient.
struct Factor {
    inverse: u64,
    limit: u64,
}

/// A group of the first tier.
struct Group {
    modulus: u64,
    negative_inverse: u64,
    /// W, in the order of the candidate's limbs.
    weights: Vec<u64>,
    factors: Vec<Factor>,
}

/// The tables for candidates of one size. Building them costs about 1 % of a search, so nothing is kept between
/// searches.
pub(crate) struct TrialDivision {
    groups: Vec<Group>,
    second_tier: SecondTier,
}

impl TrialDivision {
    /// The tables for candidates of `bits` bits, with the primes below `bound`, which is at most 2^16, in pairs.
    pub(crate) fn in_pairs(bits: u32, bound: u32) -> Self {
        let second_tier = SecondTier::Pairs(Pairs::new(bits, &pairs::pairs(PAIRS, bound)));
        Self { groups: first_tier(bits, bound.min(PAIRS)), second_tier }
    }

    /// The same in packs, unless the candidates are too long for these.
    #[cfg(all(target_arch = "x86_64", not(any(nova_keypair_portable, nova_keypair_avx2))))]
    pub(crate) fn in_packs(bits: u32, bound: u32) -> Self {
        let small = odd_primes_below(bound.min(PACKS));
        let large = odd_primes_below(bound).get(small.len()..).unwrap_or(&[]);
        match Packs::new(bits, large) {
            Some(packs) => Self { groups: first_tier(bits, bound.min(PACKS)), second_tier: SecondTier::Packs(packs) },
            None => Self::in_pairs(bits, bound),
        }
    }

    /// Tables without a first tier.
    #[cfg(any(test, feature = "__internals"))]
    pub(crate) fn of(second_tier: SecondTier) -> Self {
        Self { groups: Vec::new(), second_tier }
    }

    /// The first tier: whether none of its primes divides the candidate.
    pub(crate) fn passes_small(&self, candidate: &SecretUint) -> bool {
        !self.groups.iter().any(|group| reveal(group.divides(candidate.limbs())))
    }

    /// The second tier in plain Rust: whether none of its primes divides the candidate.
    pub(crate) fn passes_large(&mut self, candidate: &SecretUint) -> bool {
        match &mut self.second_tier {
            SecondTier::Pairs(pairs) => pairs.pass(candidate, pairs::divides),
            #[cfg(all(target_arch = "x86_64", not(any(nova_keypair_portable, nova_keypair_avx2))))]
            SecondTier::Packs(packs) => packs.pass(candidate, packs::divides),
        }
    }

    /// The tables of the second tier, for the vectors of a kernel.
    #[cfg(all(target_arch = "x86_64", not(nova_keypair_portable)))]
    pub(crate) fn second_tier(&mut self) -> &mut SecondTier {
        &mut self.second_tier
    }
}

/// The groups of the primes below `bound`.
fn first_tier(bits: u32, bound: u32) -> Vec<Group> {
    packed(odd_primes_below(bound), FIRST_TIER_MODULUS)
        .map(|(modulus, members)| Group::new(modulus, members, limbs_for(bits)))
        .collect()
}

impl Group {
    fn new(modulus: u64, members: &[u16], limbs: usize) -> Self {
        let negative_inverse = inverse_mod_2_64(modulus).wrapping_neg();
        let mut weights = alloc::vec![1u64; limbs];
        let mut weight = 1;
        for place in weights.iter_mut().rev() {
            *place = weight;
            // W·2^-64: one Montgomery reduction. At most M, which is equivalent to 0.
            let digit = weight.wrapping_mul(negative_inverse);
            weight = ((u128::from(weight) + u128::from(digit) * u128::from(modulus)) >> 64) as u64;
        }
        let factor = |&prime: &u16| {
            let prime = u64::from(prime);
            Factor { inverse: inverse_mod_2_64(prime), limit: u64::MAX / prime }
        };
        Self { modulus, negative_inverse, weights, factors: members.iter().map(factor).collect() }
    }

    fn divides(&self, candidate: &[u64]) -> Choice {
        let (mut low, mut high) = (0u128, 0u64);
        for (&limb, &weight) in candidate.iter().zip(&self.weights) {
            let (sum, carry) = low.overflowing_add(u128::from(limb) * u128::from(weight));
            low = sum;
            high += u64::from(carry);
        }
        // Up to 2^64 limbs below 2^64 times weights below 2^63: `high` has room. Two reductions: below 2^64 + M, then
        // at most M.
        let once = self.reduce(low as u64) + (low >> 64) + (u128::from(high) << 64);
        let word = (self.reduce(once as u64) + (once >> 64)) as u64;
        self.factors
            .iter()
            .fold(Choice::from(0), |any, factor| any | !word.wrapping_mul(factor.inverse).ct_gt(&factor.limit))
    }

    /// Returns what a Montgomery reduction adds to the upper words when it clears `low`.
    fn reduce(&self, low: u64) -> u128 {
        let digit = low.wrapping_mul(self.negative_inverse);
        (u128::from(digit) * u128::from(self.modulus) + u128::from(low)) >> 64
    }
}

#[cfg(test)]
mod tests {
    use crypto_bigint::{BoxedUint, NonZero};
    use proptest::prelude::*;

    use super::*;

    /// The tables of all kernels.
    fn tables(bits: u32, bound: u32) -> Vec<TrialDivision> {
        let pairs = TrialDivision::in_pairs(bits, bound);
        #[cfg(all(target_arch = "x86_64", not(any(nova_keypair_portable, nova_keypair_avx2))))]
        return alloc::vec![pairs, TrialDivision::in_packs(bits, bound)];
        #[cfg(not(all(target_arch = "x86_64", not(any(nova_keypair_portable, nova_keypair_avx2)))))]
        return alloc::vec![pairs];
    }

    /// The verdict of all tables.
    fn passes(tables: &mut [TrialDivision], candidate: &SecretUint) -> bool {
        let passes = |trial: &mut TrialDivision| trial.passes_small(candidate) && trial.passes_large(candidate);
        let verdicts: Vec<bool> = tables.iter_mut().map(passes).collect();
        assert!(verdicts.iter().all(|verdict| *verdict == verdicts[0]), "{verdicts:?}");
        verdicts[0]
    }

    fn divisible_by_some(candidate: &SecretUint, bound: u32) -> bool {
        let number = candidate.to_boxed();
        odd_primes_below(bound).iter().any(|&prime| {
            let prime = NonZero::new(BoxedUint::from(u64::from(prime))).unwrap();
            bool::from(number.rem_vartime(&prime).is_zero())
        })
    }

    /// As the document of the engine lists them.
    #[test]
    fn each_size_has_its_bound() {
        assert_eq!([1024, 1536, 2048].map(bound), [1 << 15, 3 << 14, 1 << 16]);
    }

    /// Every prime of the table is found, alone, in both tiers, and next to the largest cofactors.
    #[test]
    fn every_prime_of_the_table_is_found() {
        for bits in [1024, 2008] {
            let mut trial = tables(bits, 1 << 16);
            // Cofactors of the form 2^k - 1 have small factors too, so the cofactor is a power of two: the candidate
            // need not be odd.
            for &prime in odd_primes_below(1 << 16) {
                let mut candidate = SecretUint::zero(limbs_for(bits));
                for position in 0..16 {
                    if prime >> position & 1 == 1 {
                        candidate.set_bit(bits - 17 + position);
                    }
                }
                assert!(!passes(&mut trial, &candidate), "{prime} << {}", bits - 17);
            }
        }
    }

    #[test]
    fn numbers_without_a_small_factor_pass() {
        for (bits, exponent) in [(1024u32, 521u32), (1288, 1279), (2208, 2203)] {
            let mut mersenne = SecretUint::repeated(u64::MAX, limbs_for(exponent));
            mersenne.keep_bits(exponent);
            let mersenne = mersenne.resized(limbs_for(bits));
            assert!(passes(&mut tables(bits, 1 << 16), &mersenne), "2^{exponent} - 1 is prime");
            // Powers of two have no odd factor at all.
            let mut power = SecretUint::zero(limbs_for(bits));
            power.set_bit(bits - 1);
            assert!(passes(&mut tables(bits, 1 << 16), &power));
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(40))]
        #[test]
        fn passing_is_the_absence_of_small_factors(
            limbs in prop::collection::vec(prop_oneof![4 => any::<u64>(), 1 => Just(u64::MAX), 1 => Just(0)], 16..35),
            bound in 3..65_000u32,
        ) {
            let bits = limbs.len() as u32 * 64;
            let candidate = SecretUint::from_limbs(limbs);
            let passes = passes(&mut tables(bits, bound), &candidate);
            prop_assert_eq!(passes, !divisible_by_some(&candidate, bound));
        }

        /// Also with places of the last vectors to spare, and with a single prime.
        #[test]
        fn a_second_tier_divides_by_its_own_primes_only(
            first in 0..100usize,
            count in 1..80usize,
            limbs in prop::collection::vec(any::<u64>(), 1..20),
        ) {
            let primes = &odd_primes_below(1 << 16)[first..first + count];
            let bits = limbs.len() as u32 * 64;
            let candidate = SecretUint::from_limbs(limbs);
            let divides = |&prime: &u16| {
                let prime = NonZero::new(BoxedUint::from(u64::from(prime))).unwrap();
                bool::from(candidate.to_boxed().rem_vartime(&prime).is_zero())
            };
            let pairs: Vec<[u16; 2]> = primes.chunks(2).map(|pair| [pair[0], pair[pair.len() - 1]]).collect();
            let mut trial = Vec::from([TrialDivision::of(SecondTier::Pairs(Pairs::new(bits, &pairs)))]);
            #[cfg(all(target_arch = "x86_64", not(any(nova_keypair_portable, nova_keypair_avx2))))]
            trial.push(TrialDivision::of(SecondTier::Packs(Packs::new(bits, primes).unwrap())));
            prop_assert_eq!(passes(&mut trial, &candidate), !primes.iter().any(divides));
        }

        /// A product of two primes just beyond the table's reach, and of nothing else.
        #[test]
        fn the_bound_is_exact(index in 1..6_500usize) {
            let primes = odd_primes_below(1 << 16);
            let product = u64::from(primes[index]) * u64::from(primes[index + 1]);
            let candidate = SecretUint::from_word(product, 16);
            prop_assert!(passes(&mut tables(1024, primes[index].into()), &candidate));
            prop_assert!(!passes(&mut tables(1024, u32::from(primes[index]) + 1), &candidate));
        }
    }
}
