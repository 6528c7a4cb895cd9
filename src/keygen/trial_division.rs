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
//! for many primes, and it rejects most candidates. The second tests primes in pairs to a 30-bit M with 28-bit digits,
//! sixteen groups side by side in arrays that compilers vectorize.
//!
//! Both run through the same steps for every candidate, up to the first group that shows it composite: the steps for an
//! accepted prime depend on its size alone, and what the others leak is public. (Finke, Gebhardt and Schindler
//! recovered primes from numbers of trial divisions, of candidates derived from one another; these are independent.)

use alloc::vec::Vec;

use subtle::{Choice, ConstantTimeGreater};
use zeroize::Zeroizing;

use super::declassify::reveal;
use super::limbs::limbs_for;
use super::small_primes::{odd_primes_below, packed};
use super::uint::SecretUint;
use super::word::inverse_mod_2_64;

/// Primes above this belong to the second tier: a 63-bit product has room for fewer than seven of them.
const SECOND_TIER: u32 = 512;
/// Two primes below this have a product below 2^30.
const PAIRED: u32 = 1 << 15;
/// The largest product of a group of the first tier, so that the result of the reductions fits a word.
const FIRST_TIER_MODULUS: u64 = u64::MAX >> 1;

/// Groups side by side in the second tier.
pub(crate) const WIDTH: usize = 16;
/// Bits of a digit in the second tier.
const DIGIT: usize = 28;
/// Digits between two reductions: 47·2^28·2^30 + 2^62 < 2^64.
pub(crate) const BLOCK: usize = 47;
/// A weight is at most M + 4, where M < 2^30, and a reduction adds less than 2^32·M.
const _: () = assert!((BLOCK as u128) * ((1 << DIGIT) - 1) * ((1 << 30) + 3) + (1 << 62) < 1 << 64);

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

/// Sixteen groups of the second tier side by side: element i of each array belongs to group i.
pub(crate) struct Wide {
    /// M, below 2^30.
    pub(crate) modulus: [u32; WIDTH],
    /// -M^-1 mod 2^32
    pub(crate) negative_inverse: [u32; WIDTH],
    /// Two factors r of each modulus (the same one twice if the modulus is prime): r^-1 mod 2^32, and (2^32 - 1)/r.
    pub(crate) inverses: [[u32; WIDTH]; 2],
    pub(crate) limits: [[u32; WIDTH]; 2],
}

/// The tables for candidates of one size. Building them costs well under 1 % of a search, so nothing is kept between
/// searches.
pub(crate) struct TrialDivision {
    groups: Vec<Group>,
    wides: Vec<Wide>,
    /// W of each [`Wide`], in the order of the candidate's digits, one after another.
    weights: Vec<[u32; WIDTH]>,
    /// The candidate in 28-bit digits.
    digits: Zeroizing<Vec<u32>>,
}

impl TrialDivision {
    /// The tables for candidates of `bits` bits, with the usual bound.
    #[cfg(test)]
    pub(crate) fn new(bits: u32) -> Self {
        Self::up_to(bits, bound(bits))
    }

    /// The tables for candidates of `bits` bits, with the primes below `bound`, which is at most 2^16.
    pub(crate) fn up_to(bits: u32, bound: u32) -> Self {
        let first_tier = odd_primes_below(bound.min(SECOND_TIER));
        let groups = packed(first_tier, FIRST_TIER_MODULUS)
            .map(|(modulus, members)| Group::new(modulus, members, limbs_for(bits)))
            .collect();

        Self::with_pairs(bits, groups, &second_tier(bound))
    }

    /// Tables without a first tier, and with these pairs of primes in the places of the second. The product of a pair is
    /// below 2^30; a single prime is a pair with itself.
    #[cfg(any(test, feature = "__internals"))]
    pub(crate) fn of_pairs(bits: u32, pairs: &[[u16; 2]]) -> Self {
        Self::with_pairs(bits, Vec::new(), pairs)
    }

    fn with_pairs(bits: u32, groups: Vec<Group>, pairs: &[[u16; 2]]) -> Self {
        let digits = (bits as usize).div_ceil(DIGIT);
        let wides: Vec<Wide> = pairs.chunks(WIDTH).map(Wide::new).collect();
        let mut weights = Vec::with_capacity(wides.len() * digits);
        for wide in &wides {
            wide.push_weights(digits, &mut weights);
        }
        Self { groups, wides, weights, digits: Zeroizing::new(alloc::vec![0; digits]) }
    }

    /// The first tier: whether none of its primes divides the candidate.
    pub(crate) fn passes_small(&self, candidate: &SecretUint) -> bool {
        !self.groups.iter().any(|group| reveal(group.divides(candidate.limbs())))
    }

    /// The second tier: whether none of its primes divides the candidate. `divides` is [`divides`], or something faster
    /// with the same results.
    #[inline(always)]
    pub(crate) fn passes_large(
        &mut self,
        candidate: &SecretUint,
        divides: impl Fn(&Wide, &[u32], &[[u32; WIDTH]]) -> bool,
    ) -> bool {
        for (index, digit) in self.digits.iter_mut().enumerate() {
            *digit = (candidate.bits_at(index * DIGIT) as u32) & ((1 << DIGIT) - 1);
        }
        let weights = self.weights.chunks_exact(self.digits.len());
        // A loop, because `divides` is inlined into this function but not into a closure of it.
        for (wide, weights) in self.wides.iter().zip(weights) {
            if reveal(Choice::from(u8::from(divides(wide, &self.digits, weights)))) {
                return false;
            }
        }
        true
    }
}

/// The primes of the second tier below `bound`, in pairs while the product of two is below 2^30, then each one twice.
pub(crate) fn second_tier(bound: u32) -> Vec<[u16; 2]> {
    let primes = |from: u32, to: u32| {
        let below = odd_primes_below(bound.min(to));
        below.split_at_checked(odd_primes_below(from).len()).map_or(&[][..], |(_, rest)| rest)
    };
    let pairs = primes(SECOND_TIER, PAIRED).chunks(2).filter_map(|pair| Some([*pair.first()?, *pair.last()?]));
    let singles = primes(PAIRED, u32::MAX).iter().map(|&prime| [prime; 2]);
    pairs.chain(singles).collect()
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

impl Wide {
    /// The table of up to sixteen pairs of primes. Unused places divide by 3 once more.
    fn new(pairs: &[[u16; 2]]) -> Self {
        let pairs: [[u32; 2]; WIDTH] =
            core::array::from_fn(|group| pairs.get(group).map_or([3; 2], |p| p.map(u32::from)));
        let modulus = pairs.map(|[first, second]| if first == second { first } else { first * second });
        let inverse = |x: u32| inverse_mod_2_64(x.into()) as u32;
        let factors = [pairs.map(|[first, _]| first), pairs.map(|[_, second]| second)];
        Self {
            modulus,
            negative_inverse: modulus.map(|modulus| inverse(modulus).wrapping_neg()),
            inverses: factors.map(|factors| factors.map(inverse)),
            limits: factors.map(|factors| factors.map(|factor| u32::MAX / factor)),
        }
    }

    /// Appends W of these groups to `weights`. Each is at most M + 4, since (W + 2^28·M)/2^28 is.
    fn push_weights(&self, digits: usize, weights: &mut Vec<[u32; WIDTH]>) {
        let start = weights.len();
        weights.resize(start + digits, [1; WIDTH]);
        let mut row = [1u32; WIDTH];
        for place in weights.iter_mut().skip(start).rev() {
            *place = row;
            for ((weight, &inverse), &modulus) in row.iter_mut().zip(&self.negative_inverse).zip(&self.modulus) {
                let digit = weight.wrapping_mul(inverse) & ((1 << DIGIT) - 1);
                *weight = ((u64::from(*weight) + u64::from(digit) * u64::from(modulus)) >> DIGIT) as u32;
            }
        }
    }
}

/// Whether a prime of these groups divides the number with these digits.
pub(crate) fn divides(wide: &Wide, digits: &[u32], weights: &[[u32; WIDTH]]) -> bool {
    let mut words = [0u64; WIDTH];
    for (digits, weights) in digits.chunks(BLOCK).zip(weights.chunks(BLOCK)) {
        let mut sums = [0u64; WIDTH];
        for (&digit, row) in digits.iter().zip(weights) {
            for (sum, &weight) in sums.iter_mut().zip(row) {
                *sum += u64::from(digit) * u64::from(weight);
            }
        }
        reduce(wide, &mut sums);
        for (word, sum) in words.iter_mut().zip(sums) {
            *word += sum;
        }
    }
    // A sum of a few words of 32 bits: at most M after this.
    reduce(wide, &mut words);
    let mut any = false;
    for (inverses, limits) in wide.inverses.iter().zip(&wide.limits) {
        for ((&word, &inverse), &limit) in words.iter().zip(inverses).zip(limits) {
            any |= (word as u32).wrapping_mul(inverse) <= limit;
        }
    }
    any
}

/// A Montgomery reduction by 32 bits in every lane.
fn reduce(wide: &Wide, words: &mut [u64; WIDTH]) {
    for ((word, &modulus), &negative_inverse) in words.iter_mut().zip(&wide.modulus).zip(&wide.negative_inverse) {
        let digit = (*word as u32).wrapping_mul(negative_inverse);
        *word = (*word + u64::from(digit) * u64::from(modulus)) >> 32;
    }
}

#[cfg(test)]
mod tests {
    use crypto_bigint::{BoxedUint, NonZero};
    use proptest::prelude::*;

    use super::*;

    fn passes(trial: &mut TrialDivision, candidate: &SecretUint) -> bool {
        trial.passes_small(candidate) && trial.passes_large(candidate, divides)
    }

    fn divisible_by_some(candidate: &SecretUint, bound: u32) -> bool {
        let number = candidate.to_boxed();
        odd_primes_below(bound).iter().any(|&prime| {
            let prime = NonZero::new(BoxedUint::from(u64::from(prime))).unwrap();
            bool::from(number.rem_vartime(&prime).is_zero())
        })
    }

    /// Every prime is in the second tier once, the last one of the pairs possibly twice; no product needs more than 30
    /// bits.
    #[test]
    fn the_second_tier_pairs_primes_up_to_30_bits() {
        for bound in [0, 512, 521, 522, 600, 1 << 15, 1 << 16] {
            let pairs = second_tier(bound);
            let mut members = pairs.concat();
            members.dedup();
            let expected: Vec<u16> =
                odd_primes_below(bound).iter().copied().filter(|&prime| u32::from(prime) >= SECOND_TIER).collect();
            assert_eq!(members, expected, "{bound}");
            assert!(pairs.iter().all(|[a, b]| a == b || u32::from(*a) * u32::from(*b) < 1 << 30));
        }
        assert_eq!(second_tier(524), [[521, 523]]);
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
            let mut trial = TrialDivision::up_to(bits, 1 << 16);
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
            assert!(passes(&mut TrialDivision::up_to(bits, 1 << 16), &mersenne), "2^{exponent} - 1 is prime");
            // Powers of two have no odd factor at all.
            let mut power = SecretUint::zero(limbs_for(bits));
            power.set_bit(bits - 1);
            assert!(passes(&mut TrialDivision::up_to(bits, 1 << 16), &power));
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
            let passes = passes(&mut TrialDivision::up_to(bits, bound), &candidate);
            prop_assert_eq!(passes, !divisible_by_some(&candidate, bound));
        }

        /// A product of two primes just beyond the table's reach, and of nothing else.
        #[test]
        fn the_bound_is_exact(index in 1..6_500usize) {
            let primes = odd_primes_below(1 << 16);
            let product = u64::from(primes[index]) * u64::from(primes[index + 1]);
            let candidate = SecretUint::from_word(product, 16);
            prop_assert!(passes(&mut TrialDivision::up_to(1024, primes[index].into()), &candidate));
            prop_assert!(!passes(&mut TrialDivision::up_to(1024, u32::from(primes[index]) + 1), &candidate));
        }
    }
}
