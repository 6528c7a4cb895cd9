//! Factors moduli whose primes have random bits in the lower half of each limb only, or in less of it.
//!
//! With limbs of w bits, p = Σ p_i·2^(w·i) and q = Σ q_i·2^(w·i), where all digits are below 2^⌊w/2⌋. The products of
//! two digits fill whole limbs, so no bits of n stay zero. But the lowest digits follow from the factors of a word:
//! p_0·q_0 = n mod 2^w. Then each limb of n is an equation for the next two digits, p_0·q_j + q_0·p_j = c modulo 2^w, with
//! as many residues as there are pairs of digits, so one pair satisfies it on average. A search finds the digits from the
//! lowest to the highest. Without the defect, one of four lowest limbs has such factors, and for these the search follows
//! about one wrong pair, for a while.

use alloc::vec;
use alloc::vec::Vec;

use crate::weakness::uint::PublicUint;
use crate::weakness::word_factors::{balanced_divisors, gcd, inverse};

/// The limb widths that are tried, in bits.
const WIDTHS: core::ops::RangeInclusive<usize> = 8..=64;

/// Returns whether moduli are searched for limbs of some width without further evidence. To factor the lowest limb takes
/// longer for wider ones, and up to milliseconds.
const fn is_cheap(width: usize) -> bool {
    width <= 32 || width == 40 || width == 48
}

/// The bits of the highest limb above its random part, of which all but two or less are zero, that are evidence for
/// another width.
const EVIDENCE: usize = 12;

/// The most work for a modulus, in units of about 2 ns: products of words, or what takes as long. With the defect, the
/// search follows a few thousand pairs of digits in most cases, and more in some. Without a bound on the work, a modulus
/// made for it could keep the search busy for hours.
const WORK: usize = 1 << 25;
/// The work to look for the next digits, apart from one unit for each digit that is known.
const WORK_FOR_DIGITS: usize = 128;

/// The work to factor the lowest limb, of a cheap and of any other width.
const WORK_TO_FACTOR: usize = 1 << 12;
const WORK_TO_FACTOR_MORE: usize = 1 << 20;

/// How much shorter than the widest possible ones the highest digits may be together, in bits. Shorter ones are common
/// only if all digits are shorter than half of a limb.
const MISSING: usize = 12;

/// Returns whether n is a product of two numbers of equal length with random bits in the lower half of each limb, and the
/// search for them ends in time.
///
/// The highest one or two bits of both may be set: they do not count. False positives: none, as n is factored.
pub(super) fn is_factored(n: &PublicUint) -> bool {
    is_factored_within(n, &mut { WORK })
}

/// [`is_factored`] with a budget of work.
fn is_factored_within(n: &PublicUint, budget: &mut usize) -> bool {
    n.is_odd() && WIDTHS.filter_map(|width| Shape::new(n, width)).any(|shape| shape.has_solution(n, budget))
}

/// How the factors would be composed.
struct Shape {
    width: usize,
    /// The number of limbs of each factor.
    count: usize,
    /// What is added to the highest digits of p and q.
    tops: Vec<[u64; 2]>,
    /// What is added to those below.
    seconds: Vec<[u64; 2]>,
}

impl Shape {
    /// Returns the shape that the length and the highest bits of n allow.
    ///
    /// If the highest limb has room above its lower half, the highest one or two bits are set there.
    fn new(n: &PublicUint, width: usize) -> Option<Self> {
        let length = n.bits().div_ceil(2);
        let count = length.div_ceil(width);
        let highest = width * count.checked_sub(1)?;
        let half = width / 2;
        // The length of the highest limb, which is at least 1.
        let tops = match (length - highest).checked_sub(half) {
            None | Some(0) if is_cheap(width) || width == 64 && length + MISSING / 2 >= highest + half => vec![[0, 0]],
            None | Some(0) => return None,
            Some(above) if above < EVIDENCE && !is_cheap(width) => return None,
            Some(1) => vec![[1 << half, 1 << half]],
            Some(above) => {
                let tops = [[2, 2], [2, 3], [3, 2], [3, 3]].into_iter();
                // n = p·q·2^(2·set) + ε, where ε < 2^(highest + half)·2^(length + 1).
                let (set, rest) = (length - 2, highest + half + length + 1);
                let has_zeros = |[p, q]: &[u64; 2]| match (2 * set).checked_sub(rest) {
                    Some(zeros) => n.word_at(rest) == (p * q) << zeros,
                    None => true,
                };
                tops.filter(has_zeros).map(|top| top.map(|bits| bits << (half + above - 2))).collect()
            }
        };
        // One of two bits that are set may be in the limb below.
        let is_divided = length - highest == 1;
        let seconds = [0, 1 << (width - 1)].into_iter().take(1 + usize::from(is_divided)).map(|bit| [bit; 2]).collect();
        (count > 1 && !tops.is_empty()).then_some(Self { width, count, tops, seconds })
    }

    /// Returns whether there are digits for which p·q = n.
    fn has_solution(&self, n: &PublicUint, budget: &mut usize) -> bool {
        if *budget == 0 {
            return false;
        }
        *budget = budget.saturating_sub(if is_cheap(self.width) { WORK_TO_FACTOR } else { WORK_TO_FACTOR_MORE });
        let half = self.width / 2;
        let lowest = self.limb(n, 0);
        let divisors = balanced_divisors(lowest, 1 << half);
        // Digits that are all shorter by a bit have a fourth of the pairs, so the search finds them sooner.
        [half - 1, half].into_iter().any(|digit| {
            let bound = 1 << digit;
            divisors.iter().any(|&p| {
                // The same pair in reverse order gives the same factors.
                let q = lowest / p;
                p < bound && p >= q && Search::new(self, n, bound, [p, q]).succeeds(budget)
            })
        })
    }

    /// Returns a limb of n.
    fn limb(&self, n: &PublicUint, index: usize) -> u64 {
        n.word_at(self.width * index) & (u64::MAX >> (64 - self.width))
    }
}

/// A search for the digits, given the lowest ones.
struct Search<'a> {
    shape: &'a Shape,
    n: &'a PublicUint,
    /// The bound of the digits.
    bound: u64,
    /// The lowest digits, without their common divisor, and that.
    lowest: [u64; 2],
    common: u64,
    /// The inverse of the second one modulo the first one.
    inverse: u64,
    /// The digits of p and q that are known.
    digits: Vec<[u64; 2]>,
}

/// The pairs of digits at some index that have the same sum.
struct Pairs {
    index: usize,
    /// What is added to the digits.
    top: [u64; 2],
    /// What the digits before these add to the limb.
    known: u128,
    /// The sum and the lowest digits, without the common divisor.
    sum: u128,
    lowest: [u128; 2],
    /// The next digit p, and where these end.
    p: u128,
    end: u128,
}

impl Iterator for Pairs {
    type Item = [u64; 2];

    fn next(&mut self) -> Option<[u64; 2]> {
        let ([p_0, q_0], p) = (self.lowest, self.p);
        (p < self.end).then(|| {
            self.p = p + p_0;
            [p as u64, ((self.sum - q_0 * p) / p_0) as u64]
        })
    }
}

impl<'a> Search<'a> {
    fn new(shape: &'a Shape, n: &'a PublicUint, bound: u64, [p, q]: [u64; 2]) -> Self {
        let common = gcd(p, q).max(1);
        let lowest = [p / common, q / common];
        let inverse = inverse(q / common, p / common);
        Self { shape, n, bound, lowest, common, inverse, digits: vec![[p, q]] }
    }

    /// Returns whether the search finds factors before the budget is used up.
    fn succeeds(mut self, budget: &mut usize) -> bool {
        let mut stack = Vec::new();
        self.push_next(0, &mut stack, budget);
        while let Some(pairs) = stack.last_mut().filter(|_| *budget > 0) {
            let Some([p, q]) = pairs.next() else {
                stack.pop();
                continue;
            };
            let carry = (pairs.known + self.cross([p, q])) >> self.shape.width;
            let [top_p, top_q] = pairs.top;
            self.digits.truncate(pairs.index);
            self.digits.push([top_p + p, top_q + q]);
            if self.digits.len() < self.shape.count {
                self.push_next(carry, &mut stack, budget);
            } else if self.is_solution(budget) {
                return true;
            }
        }
        false
    }

    /// Pushes the pairs that are possible for the next digits, given the carry from those before.
    fn push_next(&self, carry: u128, stack: &mut Vec<Pairs>, budget: &mut usize) {
        let index = self.digits.len();
        let inner = self.digits.get(1..).unwrap_or_default();
        let products = inner.iter().zip(inner.iter().rev()).map(|([p, _], [_, q])| u128::from(*p) * u128::from(*q));
        let known = carry + products.sum::<u128>();
        let tops: &[_] = match self.shape.count - index {
            1 => &self.shape.tops,
            2 => &self.shape.seconds,
            _ => &[[0, 0]],
        };
        *budget = budget.saturating_sub(index + WORK_FOR_DIGITS * tops.len());
        for &top in tops {
            let known = known + self.cross(top);
            let one = 1u128 << self.shape.width;
            let sum = u128::from(self.shape.limb(self.n, index)).wrapping_sub(known) % one;
            // The digits are below 2^(width/2), so their products with the lowest ones are below 2^(width + 1).
            stack.extend([sum, sum + one].into_iter().filter_map(|sum| self.pairs(index, top, known, sum)));
        }
    }

    /// Returns whether the digits are all those of p and q, for as many as the factors have.
    fn is_solution(&self, budget: &mut usize) -> bool {
        let (p, q) = (self.factor(|[p, _]| p), self.factor(|[_, q]| q));
        *budget = budget.saturating_sub(p.limbs().len() * q.limbs().len() + WORK_FOR_DIGITS);
        p.product(&q) == *self.n
    }

    /// Returns p_0·q + q_0·p.
    fn cross(&self, [p, q]: [u64; 2]) -> u128 {
        let [p_0, q_0] = self.lowest.map(|lowest| u128::from(lowest * self.common));
        p_0 * u128::from(q) + q_0 * u128::from(p)
    }

    /// Returns the pairs of digits whose [`cross`](Self::cross) is this sum, which is below 2^65: few of the digits p have
    /// the right residue modulo p_0.
    fn pairs(&self, index: usize, top: [u64; 2], known: u128, sum: u128) -> Option<Pairs> {
        let [p_0, q_0] = self.lowest.map(u128::from);
        let (common, longest) = (u128::from(self.common), u128::from(self.bound - 1));
        if sum > (p_0 + q_0) * common * longest || !sum.is_multiple_of(common) {
            return None;
        }
        let sum = sum / common;
        // From the p for which q is below the bound.
        let least = sum.saturating_sub(p_0 * longest).div_ceil(q_0);
        let end = (sum / q_0).min(longest) + 1;
        let residue = sum % p_0 * u128::from(self.inverse) % p_0;
        let p = least + (residue + p_0 - least % p_0) % p_0;
        (p < end).then_some(Pairs { index, top, known, sum, lowest: [p_0, q_0], p, end })
    }

    /// Returns the number with these digits.
    fn factor(&self, digit: impl Fn([u64; 2]) -> u64) -> PublicUint {
        let per_word = 64usize.div_ceil(self.shape.width);
        let mut limbs = vec![0u64; self.shape.width * self.digits.len() / 64 + per_word];
        for (index, &pair) in self.digits.iter().enumerate() {
            let position = self.shape.width * index;
            let shifted = u128::from(digit(pair)) << (position % 64);
            for (limb, word) in limbs.iter_mut().skip(position / 64).zip([shifted as u64, (shifted >> 64) as u64]) {
                *limb |= word;
            }
        }
        PublicUint::from_limbs(limbs)
    }
}

#[cfg(test)]
mod tests {
    use num_bigint::BigUint;
    use proptest::prelude::*;

    use super::*;

    /// Creates an odd number of at most so many bits with random parts of `random` bits, and sets its highest `top` bits.
    fn factor(words: &[u64], length: usize, width: usize, random: usize, top: u64) -> BigUint {
        let mut number = BigUint::from(1u8);
        for (&word, position) in words.iter().zip((0..length).step_by(width)) {
            number |= BigUint::from(word >> (64 - random)) << position;
        }
        number %= BigUint::from(1u8) << length;
        (1..=top).for_each(|bit| number.set_bit(length as u64 - bit, true));
        number
    }

    /// Returns evenly distributed words that depend on the seed (Steele, Lea and Flood: SplitMix64).
    fn words(seed: u64) -> Vec<u64> {
        let word = |i: u64| {
            let z = (seed << 32 | i).wrapping_mul(0x9e37_79b9_7f4a_7c15);
            let z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            z ^ (z >> 31)
        };
        (1..=256).map(word).collect()
    }

    fn is_reported(n: &BigUint) -> bool {
        is_factored(&PublicUint::from_be(&n.to_bytes_be()))
    }

    /// Returns how many of some moduli are reported. Their factors have a length, random parts and bits that are set.
    fn found(count: u64, width: usize, random: usize, length: usize, top: impl Fn(u64) -> u64) -> u64 {
        let is_found = |i: &u64| {
            let factor = |which: u64| {
                let words = words(((width * 64 + random) as u64 * 64 + i) * 2 + which);
                factor(&words, length, width, random, top(i >> which & 1))
            };
            is_reported(&(factor(0) * factor(1)))
        };
        (0..count).filter(is_found).count() as u64
    }

    #[test]
    fn nearly_all_moduli_with_half_of_each_limb_are_reported_in_the_documented_widths() {
        let (mut total, mut all) = (0, 0);
        for width in WIDTHS {
            // The bits of the highest limb above its random part, in factors of 1024 bits.
            let above = (1023 % width + 1).saturating_sub(width / 2);
            let is_detected = matches!(width, 8..=32 | 40 | 48) || above >= 12;
            for random in [width / 2 - 1, width / 2] {
                let found = found(4, width, random, 1024, |random| 1 + random);
                assert!(if is_detected { found >= 2 } else { found == 0 }, "{found} of 4, {random} of {width}");
                all += if is_detected { 4 } else { 0 };
                total += found;
            }
        }
        assert!(total * 100 >= all * 95, "{total} of {all}");
    }

    #[test]
    fn nearly_all_moduli_with_half_of_each_limb_are_reported_if_no_bits_are_set() {
        let (mut total, mut all) = (0, 0);
        for width in WIDTHS {
            let is_detected = matches!(width, 8..=32 | 40 | 48 | 64);
            let found = found(4, width, width / 2, width * (1024 / width), |_| 0);
            assert!(if is_detected { found >= 2 } else { found == 0 }, "{found} of 4, {width}");
            all += if is_detected { 4 } else { 0 };
            total += found;
        }
        assert!(total * 100 >= all * 95, "{total} of {all}");
    }

    #[test]
    fn twelve_bits_above_the_random_part_are_evidence_for_other_widths() {
        for width in [36, 50, 61, 64] {
            for (above, expected) in [(11, 0..=0), (12, 3..=4)] {
                let found = found(4, width, width / 2, 17 * width + width / 2 + above, |random| 1 + random);
                assert!(expected.contains(&found), "{found} of 4, {above} of {width}");
            }
        }
    }

    #[test]
    fn limbs_of_64_bits_may_be_short_of_six_bits_in_the_highest_one() {
        for (length, expected) in [(992, 3..=4), (986, 3..=4), (985, 0..=0)] {
            let found = found(4, 64, 32, length, |_| 1);
            assert!(expected.contains(&found), "{found} of 4, {length}");
        }
    }

    /// With lowest digits 1 and 1, every sum has as many pairs as digits. The last limbs have no solution.
    #[test]
    fn the_search_gives_up_on_moduli_that_were_made_for_it() {
        for (length, width) in [(1024, 8), (1024, 16), (1024, 32), (1024, 64), (8192, 8), (8192, 64)] {
            let [p, q] = [5, 6].map(|seed| {
                let words: Vec<u64> = words(seed).iter().cycle().take(1024).copied().collect();
                let mut number = factor(&words, length, width, width / 2, 1);
                (1..width as u64).for_each(|bit| number.set_bit(bit, false));
                number
            });
            let mut n = p * q;
            let damaged = 3 * length as u64 / 2;
            n.set_bit(damaged, !n.bit(damaged));
            let mut budget = WORK / 64;
            assert!(!is_factored_within(&PublicUint::from_be(&n.to_bytes_be()), &mut budget), "{width} of {length}");
            assert_eq!(budget, 0, "{width} of {length}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn other_moduli_are_not_reported(
            p in prop::collection::vec(any::<u64>(), 16),
            q in prop::collection::vec(any::<u64>(), 16),
            length in prop::sample::select(&[992, 1024][..]),
        ) {
            let n = factor(&p, length, 64, 64, 2) * factor(&q, length, 64, 64, 2);
            prop_assert!(!is_reported(&n));
        }
    }
}
