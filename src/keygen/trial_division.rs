//! Trial division without a division: residues as dot products, divisibility as a multiplication and a comparison.
//!
//! For a group of primes with product M, and the candidate's digits x[0..D] in radix 2^w,
//!
//! ```text
//! x·2^(-w(D-1))  =  Σ x[D-1-j]·W[j]   mod M,        W[j] = 2^(-wj) mod M
//! ```
//!
//! and since 2 is a unit modulo M, that sum, taken through one or two Montgomery reductions to fit a word, is divisible by a prime
//! of the group exactly if x is. A word u is a multiple of an odd r if u·r^-1 mod 2^k is at most (2^k - 1)/r: exact multiples map to
//! their quotient, and everything else to something larger.
//!
//! Two tiers. The first takes small primes, as many to a 63-bit M as fit, and 64-bit digits: few products for many primes, and it
//! turns most candidates away. The second takes primes two by two to a 30-bit M and 28-bit digits, sixteen groups side by side in
//! arrays that compilers turn into vectors.
//!
//! Both run over a candidate in the same steps whatever its bits, up to the first group that shows it composite: the steps on an
//! accepted prime depend on its size alone, and what the others leak is public (Finke, Gebhardt and Schindler recovered primes from
//! numbers of trial divisions, of candidates derived from one another; these are independent).

use alloc::vec::Vec;

use subtle::{Choice, ConstantTimeGreater};
use zeroize::Zeroizing;

use super::limbs::{bits_at, inverse_mod_2_64};
use super::reveal;

/// Primes from here on go to the second tier: where a 63-bit group has fewer than seven of them.
const SECOND_TIER: u32 = 512;
/// Primes below this pair up in 30 bits.
const PAIRED: u32 = 1 << 15;
/// The bound of the largest table that any size asks for.
const LARGEST_BOUND: usize = 1 << 16;

/// Groups side by side in the second tier.
pub(crate) const WIDTH: usize = 16;
/// Bits of a digit in the second tier.
const DIGIT: usize = 28;
/// Digits between two reductions: 47·2^28·2^30 + 2^62 < 2^64.
pub(crate) const BLOCK: usize = 47;

/// Half the gaps between consecutive odd primes from 3 on, up to [`LARGEST_BOUND`]: a byte each, since no gap below 2^16 exceeds 72.
static HALF_GAPS: [u8; COUNT] = {
    let mut gaps = [0; COUNT];
    let (mut index, mut last, mut candidate) = (0, 3, 5);
    while candidate < LARGEST_BOUND {
        if !COMPOSITE[candidate / 2] {
            gaps[index] = ((candidate - last) / 2) as u8;
            index += 1;
            last = candidate;
        }
        candidate += 2;
    }
    gaps
};

/// How many odd primes from 5 on there are below [`LARGEST_BOUND`].
const COUNT: usize = {
    let (mut count, mut candidate) = (0, 5);
    while candidate < LARGEST_BOUND {
        count += !COMPOSITE[candidate / 2] as usize;
        candidate += 2;
    }
    count
};

/// The sieve of Eratosthenes over odd numbers: entry i is for 2i + 1.
static COMPOSITE: [bool; LARGEST_BOUND / 2] = {
    let mut composite = [false; LARGEST_BOUND / 2];
    let mut prime = 3;
    while prime * prime < LARGEST_BOUND {
        if !composite[prime / 2] {
            let mut multiple = prime * prime;
            while multiple < LARGEST_BOUND {
                composite[multiple / 2] = true;
                multiple += 2 * prime;
            }
        }
        prime += 2;
    }
    composite
};

/// The odd primes below `bound`.
fn odd_primes(bound: u32) -> impl Iterator<Item = u32> + Clone {
    let rest = HALF_GAPS.iter().scan(3u32, |prime, &half| {
        *prime += 2 * u32::from(half);
        Some(*prime)
    });
    core::iter::once(3).chain(rest).take_while(move |&prime| prime < bound)
}

/// Up to where to divide, for candidates of `bits` bits.
///
/// A prime r spares a fraction 1/r of the tests to come, so it pays while dividing by it costs less than a test / r. The cost of a test
/// grows with the cube of the size, that of a division with the size. Measured for the two together; the optimum is flat.
const fn bound(bits: u32) -> u32 {
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

/// Groups of the second tier, entry by entry side by side.
pub(crate) struct Wide {
    /// M, below 2^30.
    pub(crate) modulus: [u32; WIDTH],
    /// -M^-1 mod 2^32
    pub(crate) negative_inverse: [u32; WIDTH],
    /// Two factors r of each modulus (where it is itself prime, both are it): r^-1 mod 2^32, and (2^32 - 1)/r.
    pub(crate) inverses: [[u32; WIDTH]; 2],
    pub(crate) limits: [[u32; WIDTH]; 2],
}

/// The tables for candidates of one size. Building them costs well under 1 % of a search, so nothing is kept between searches.
pub(crate) struct TrialDivision {
    groups: Vec<Group>,
    wides: Vec<Wide>,
    /// W of each [`Wide`], in the order of the candidate's digits, one after another.
    weights: Vec<[u32; WIDTH]>,
    digits: Zeroizing<Vec<u32>>,
}

impl TrialDivision {
    /// For candidates of `bits` bits.
    pub(crate) fn new(bits: u32) -> Self {
        Self::up_to(bits, bound(bits))
    }

    /// For candidates of `bits` bits, and primes below `bound`, which is at most 2^16.
    pub(crate) fn up_to(bits: u32, bound: u32) -> Self {
        let limbs = bits.div_ceil(64) as usize;
        let digits = (bits as usize).div_ceil(DIGIT);
        let mut primes = odd_primes(bound).peekable();
        let mut groups = Vec::new();
        while primes.peek().is_some_and(|&prime| prime < SECOND_TIER) {
            let mut members = Vec::new();
            let mut modulus = 1u64;
            // 63 bits, so that what the reductions leave fits a word.
            while let Some(prime) = primes.next_if(|&prime| {
                prime < SECOND_TIER && modulus.checked_mul(u64::from(prime)).is_some_and(|m| m >> 63 == 0)
            }) {
                modulus *= u64::from(prime);
                members.push(prime);
            }
            groups.push(Group::new(modulus, &members, limbs));
        }
        let rest = primes.clone().count();
        let mut wides = Vec::with_capacity(rest.div_ceil(WIDTH));
        let mut weights = Vec::with_capacity(rest.div_ceil(WIDTH) * digits);
        while primes.peek().is_some() {
            // Surplus places divide by 3 once more.
            let members: [[u32; 2]; WIDTH] = core::array::from_fn(|_| {
                let first = primes.next().unwrap_or(3);
                let second = if first < PAIRED { primes.next_if(|&prime| prime < PAIRED) } else { None };
                [first, second.unwrap_or(first)]
            });
            let wide = Wide::new(&members);
            wide.push_weights(digits, &mut weights);
            wides.push(wide);
        }
        Self { groups, wides, weights, digits: Zeroizing::new(alloc::vec![0; digits]) }
    }

    /// The first tier: whether none of its primes divides the candidate, given in limbs.
    pub(crate) fn passes_small(&self, candidate: &[u64]) -> bool {
        !self.groups.iter().any(|group| reveal(group.divides(candidate)))
    }

    /// The second tier, by [`divides`] or something faster that gives the same answers.
    #[inline(always)]
    pub(crate) fn passes_large(
        &mut self,
        candidate: &[u64],
        divides: impl Fn(&Wide, &[u32], &[[u32; WIDTH]]) -> bool,
    ) -> bool {
        for (index, digit) in self.digits.iter_mut().enumerate() {
            *digit = (bits_at(candidate, index * DIGIT) as u32) & ((1 << DIGIT) - 1);
        }
        let mut weights = self.weights.chunks_exact(self.digits.len());
        for wide in &self.wides {
            let Some(weights) = weights.next() else { break };
            if reveal(Choice::from(u8::from(divides(wide, &self.digits, weights)))) {
                return false;
            }
        }
        true
    }
}

impl Group {
    fn new(modulus: u64, members: &[u32], limbs: usize) -> Self {
        let negative_inverse = inverse_mod_2_64(modulus).wrapping_neg();
        let mut weights = alloc::vec![1u64; limbs];
        let mut weight = 1;
        for place in weights.iter_mut().rev() {
            *place = weight;
            // W·2^-64: one Montgomery reduction. At most M, which is as good as 0.
            let digit = weight.wrapping_mul(negative_inverse);
            weight = ((u128::from(weight) + u128::from(digit) * u128::from(modulus)) >> 64) as u64;
        }
        let factor =
            |&prime: &u32| Factor { inverse: inverse_mod_2_64(prime.into()), limit: u64::MAX / u64::from(prime) };
        Self { modulus, negative_inverse, weights, factors: members.iter().map(factor).collect() }
    }

    fn divides(&self, candidate: &[u64]) -> Choice {
        let (mut low, mut high) = (0u128, 0u64);
        for (&limb, &weight) in candidate.iter().zip(&self.weights) {
            let (sum, carry) = low.overflowing_add(u128::from(limb) * u128::from(weight));
            low = sum;
            high += u64::from(carry);
        }
        // Up to 2^64 limbs below 2^64 times weights below 2^63: `high` has room. Two reductions: below 2^64 + M, then at most M.
        let once = self.reduce(low as u64) + (low >> 64) + (u128::from(high) << 64);
        let word = (self.reduce(once as u64) + (once >> 64)) as u64;
        self.factors
            .iter()
            .fold(Choice::from(0), |any, factor| any | !word.wrapping_mul(factor.inverse).ct_gt(&factor.limit))
    }

    /// What a Montgomery reduction adds to the upper words when it clears `low`.
    fn reduce(&self, low: u64) -> u128 {
        let digit = low.wrapping_mul(self.negative_inverse);
        (u128::from(digit) * u128::from(self.modulus) + u128::from(low)) >> 64
    }
}

impl Wide {
    fn new(members: &[[u32; 2]; WIDTH]) -> Self {
        let modulus = members.map(|[first, second]| if first == second { first } else { first * second });
        let inverse = |x: u32| inverse_mod_2_64(x.into()) as u32;
        let of = |which: fn(&[u32; 2]) -> u32| core::array::from_fn(|lane| members.get(lane).map_or(3, which));
        let factors: [[u32; WIDTH]; 2] = [of(|pair| pair[0]), of(|pair| pair[1])];
        Self {
            modulus,
            negative_inverse: modulus.map(|modulus| inverse(modulus).wrapping_neg()),
            inverses: factors.map(|lanes| lanes.map(inverse)),
            limits: factors.map(|lanes| lanes.map(|factor| u32::MAX / factor)),
        }
    }

    /// W of these groups. Each is at most M + 4, since (W + 2^28·M)/2^28 is.
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

/// Whether a prime of these groups divides the number of these digits.
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

    use super::super::limbs::{product, to_boxed};
    use super::*;

    fn passes(trial: &mut TrialDivision, candidate: &[u64]) -> bool {
        trial.passes_small(candidate) && trial.passes_large(candidate, divides)
    }

    fn divisible_by_some(candidate: &[u64], bound: u32) -> bool {
        let number = to_boxed(candidate);
        odd_primes(bound).any(|prime| {
            let prime = NonZero::new(BoxedUint::from(u64::from(prime))).unwrap();
            bool::from(number.rem_vartime(&prime).is_zero())
        })
    }

    #[test]
    fn the_table_is_the_primes() {
        let primes: Vec<u32> = odd_primes(1 << 16).collect();
        // The number of primes below 2^16 is 6542, with 2.
        assert_eq!(primes.len(), 6541);
        assert_eq!(primes[..8], [3, 5, 7, 11, 13, 17, 19, 23]);
        assert!(primes.iter().all(|&p| (3..).step_by(2).take_while(|d| d * d <= p).all(|d| p % d != 0)));
        assert!(odd_primes(PAIRED).max().unwrap().pow(2) < 1 << 30);
    }

    /// As the engine's document has them.
    #[test]
    fn each_size_has_its_bound() {
        assert_eq!([1024, 1536, 2048].map(bound), [1 << 15, 3 << 14, 1 << 16]);
    }

    /// Every prime of the table is found, alone, in both tiers, and next to the largest cofactors.
    #[test]
    fn finds_every_prime() {
        for bits in [1024, 2008] {
            let mut trial = TrialDivision::up_to(bits, 1 << 16);
            let length = super::super::limbs::limbs_for(bits);
            // 2^k - 1 cofactors have small primes of their own, so take powers of two: the candidate need not be odd here.
            for prime in odd_primes(1 << 16) {
                let shift = bits - 17;
                let mut candidate = alloc::vec![0u64; length];
                let index = (shift / 64) as usize;
                let wide = u128::from(prime) << (shift % 64);
                candidate[index] = wide as u64;
                if let Some(next) = candidate.get_mut(index + 1) {
                    *next = (wide >> 64) as u64;
                }
                assert!(!passes(&mut trial, &candidate), "{prime} << {shift}");
            }
        }
    }

    #[test]
    fn lets_through_what_has_no_small_factor() {
        for (bits, exponent) in [(1024u32, 521u32), (1288, 1279), (2208, 2203)] {
            let mut n = alloc::vec![u64::MAX; super::super::limbs::limbs_for(exponent)];
            *n.last_mut().unwrap() >>= n.len() as u32 * 64 - exponent;
            n.resize(super::super::limbs::limbs_for(bits), 0);
            assert!(passes(&mut TrialDivision::up_to(bits, 1 << 16), &n), "2^{exponent} - 1 is prime");
            // Powers of two have no odd factor at all.
            let mut power = alloc::vec![0u64; super::super::limbs::limbs_for(bits)];
            *power.last_mut().unwrap() = 1;
            assert!(passes(&mut TrialDivision::up_to(bits, 1 << 16), &power));
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(40))]
        #[test]
        fn passes_is_the_absence_of_small_factors(limbs in prop::collection::vec(prop_oneof![4 => any::<u64>(), 1 => Just(u64::MAX), 1 => Just(0)], 16..35), bound in 3..65_000u32) {
            let bits = limbs.len() as u32 * 64;
            prop_assert_eq!(passes(&mut TrialDivision::up_to(bits, bound), &limbs), !divisible_by_some(&limbs, bound));
        }

        /// A product of two primes just out of the table's reach, times nothing else.
        #[test]
        fn the_bound_is_sharp(index in 1..6_500usize) {
            let primes: Vec<u32> = odd_primes(1 << 16).skip(index).take(2).collect();
            let mut candidate = product(&[u64::from(primes[0])], &[u64::from(primes[1])]).to_vec();
            candidate.resize(16, 0);
            prop_assert!(passes(&mut TrialDivision::up_to(1024, primes[0]), &candidate));
            prop_assert!(!passes(&mut TrialDivision::up_to(1024, primes[0] + 1), &candidate));
        }
    }
}
