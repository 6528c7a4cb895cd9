//! Detects moduli whose primes have random bits in the lower part of each limb only.
//!
//! Such primes are polynomials with small coefficients, evaluated at 2^width. So is their product, with coefficients
//! that are still below 2^width if the random part is short enough. The bits above the coefficients are then zero in
//! every limb of the modulus.

use core::array;

use super::half_limbs;
use super::uint::{PublicUint, low_pair};

/// The limb widths that are reported, in bits.
const WIDTHS: core::ops::RangeInclusive<usize> = 8..=256;
/// How many bits must be zero for a report.
const ZEROS: usize = 80;
/// How many limbs are evidence. One run of zeros ends within two limbs at most.
const LIMBS: usize = 3;

/// How many bits below the highest ones must be zero for a report.
const ZEROS_AT_TOP: usize = 52;

/// Returns whether a modulus has the gaps of short-sleeve primes: in all limbs of some width, or below its highest bits.
///
/// False positives: 2^−63.99 and 2^−52 for random bits; none for the factors.
pub(super) fn is_short_sleeve(n: &PublicUint) -> bool {
    has_gap_in_all_limbs(n) || has_gap_at_top(n) || half_limbs::is_factored(n)
}

/// Returns whether, for some limb width, neighboring positions are zero in all limbs of the modulus or of its lower half,
/// and these are at least [`ZEROS`] bits.
///
/// In the lower half, the highest bits of the primes have no influence.
///
/// False positives: for one width w and one position of the gap, [`ZEROS`] random bits are zero with a probability of
/// 2^−80. There are w positions for each width from 8 to 256, 32868 in all: 2^−64.99, and the same for the lower half.
fn has_gap_in_all_limbs(n: &PublicUint) -> bool {
    // A gap of some width recurs at twice that width, so the widths of the upper octave reveal the others.
    (*WIDTHS.end() / 2 + 1..=*WIDTHS.end()).any(|width| {
        let mut limbs = Limbs::new(width);
        [n.bits() / 2, n.bits()].into_iter().any(|bits| {
            limbs.add(n, bits);
            core::iter::successors(Some(limbs), Limbs::halved)
                // There are at most bits / width limbs.
                .take_while(|limbs| limbs.zeros() * bits >= ZEROS * limbs.width)
                .filter(|limbs| limbs.has_gap((ZEROS * limbs.width).div_ceil(bits)) && WIDTHS.contains(&limbs.width))
                .any(|candidate| {
                    let mut limbs = Limbs::new(candidate.width);
                    limbs.add(n, bits);
                    limbs.count >= LIMBS && limbs.has_gap(ZEROS.div_ceil(limbs.count))
                })
        })
    })
}

/// Returns whether at least [`ZEROS_AT_TOP`] and at most 256 bits are zero below the highest [`TOP`] ones.
///
/// A program that sets the highest one or two bits of each prime leaves the rest of the highest limbs short. The product
/// then begins with 1 or 1001 and zeros, even if the random parts are half of each limb and their products leave no gap
/// further down. Longer runs of zeros are a chosen upper half.
fn has_gap_at_top(n: &PublicUint) -> bool {
    let below = n.bits().saturating_sub(TOP);
    let zeros = (0..below).rev().take_while(|&position| !n.bit(position)).count();
    (ZEROS_AT_TOP..=*WIDTHS.end()).contains(&zeros)
}

/// Bits of a number that are certain to be left out at its top.
const TOP: usize = 8;

/// The limbs of some width in the lowest bits of a number, without the lowest and the highest one.
///
/// These are not random polynomials' coefficients: the search for a prime increases the lowest limb, and the highest
/// bits of a prime are set.
#[derive(Clone, Copy)]
struct Limbs {
    width: usize,
    /// The bits of a limb, in words.
    masks: [u64; 4],
    /// The limbs that were looked at.
    seen: usize,
    /// The number of limbs that are not zero. Zero limbs are no evidence: whole runs of zeros have other causes.
    count: usize,
    /// The bits that are set in any of them.
    union: [u64; 4],
}

impl Limbs {
    fn new(width: usize) -> Self {
        let masks = [0, 64, 128, 192].map(|below| match width.saturating_sub(below) {
            0 => 0,
            rest => u64::MAX >> 64usize.saturating_sub(rest),
        });
        Self { width, masks, seen: 1, count: 0, union: [0; 4] }
    }

    /// Looks at those of so many lowest bits that were not looked at before.
    fn add(&mut self, n: &PublicUint, bits: usize) {
        let end = bits.saturating_sub(TOP) / self.width;
        let [mask_a, mask_b, mask_c, mask_d] = self.masks;
        let ([mut union_a, mut union_b, mut union_c, mut union_d], mut count) = (self.union, self.count);
        for limb in self.seen..end {
            let [a, b, c, d] = n.words_at(limb * self.width);
            let (a, b, c, d) = (a & mask_a, b & mask_b, c & mask_c, d & mask_d);
            (union_a, union_b, union_c, union_d) = (union_a | a, union_b | b, union_c | c, union_d | d);
            count += usize::from(a | b | c | d != 0);
        }
        (self.union, self.count) = ([union_a, union_b, union_c, union_d], count);
        self.seen = self.seen.max(end);
    }

    /// Splits all limbs into two, if the width is even. The new lowest and highest limbs are missing from the result.
    fn halved(&self) -> Option<Self> {
        let half = self.width.is_multiple_of(2).then(|| Self::new(self.width / 2))?;
        let words = [0, 64, 128, 192]
            .map(|position| word_at(&self.union, position, 0) | word_at(&self.union, position + half.width, 0));
        let [a, b, c, d] = words;
        let [mask_a, mask_b, mask_c, mask_d] = half.masks;
        Some(Self { union: [a & mask_a, b & mask_b, c & mask_c, d & mask_d], count: 2 * self.count, ..half })
    }

    /// Returns the number of positions that are zero in all limbs.
    fn zeros(&self) -> usize {
        self.width - self.union.iter().map(|word| word.count_ones() as usize).sum::<usize>()
    }

    /// Returns whether so many neighboring positions are zero in all limbs, where the lowest position follows the highest
    /// one.
    fn has_gap(&self, length: usize) -> bool {
        if length > self.width {
            return false;
        }
        // The positions twice, and ones above.
        let mut ones = [0; 8];
        let above = [u64::MAX; 4];
        let parts = [self.union, self.union, above, above];
        let places = [0, self.width, 2 * self.width, 2 * self.width + 256];
        for (part, place) in parts.into_iter().zip(places) {
            for (word, position) in part.into_iter().zip((place..).step_by(64)) {
                let pair = u128::from(word) << (position % 64);
                for (slot, word) in ones.iter_mut().skip(position / 64).zip([pair as u64, (pair >> 64) as u64]) {
                    *slot |= word;
                }
            }
        }
        // A bit is zero if the `known` positions from it on are. The search mostly ends before that is the length.
        let is_possible = |ones: &[u64; 8]| ones.iter().any(|&word| word != u64::MAX);
        let mut known = 1;
        while known < length && is_possible(&ones) {
            let step = known.min(length - known);
            let shifted: [u64; 8] = array::from_fn(|index| word_at(&ones, 64 * index + step, u64::MAX));
            ones.iter_mut().zip(shifted).for_each(|(word, shifted)| *word |= shifted);
            known += step;
        }
        is_possible(&ones)
    }
}

/// Returns the 64 bits from a position on, where what is above the words consists of copies of another word.
fn word_at(words: &[u64], position: usize, above: u64) -> u64 {
    let word = |index| words.get(index).copied().unwrap_or(above);
    (low_pair(&[word(position / 64), word(position / 64 + 1)]) >> (position % 64)) as u64
}

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;

    use num_bigint::BigUint;
    use proptest::prelude::*;

    use super::*;

    fn number(n: &BigUint) -> PublicUint {
        PublicUint::from_be(&n.to_bytes_be())
    }

    /// Creates a number of 1024 bits with random parts of `random` bits, and sets its highest `top` bits.
    fn factor(words: &[u128], width: u32, random: u32, top: u32) -> BigUint {
        factor_of(1024, words, width, random, top)
    }

    /// [`factor`] of another length.
    fn factor_of(length: u32, words: &[u128], width: u32, random: u32, top: u32) -> BigUint {
        let mut number = BigUint::from(1u8);
        for (&word, position) in words.iter().zip((0..length).step_by(width as usize)) {
            number |= BigUint::from(word >> (128 - random)) << position;
        }
        (1..=top).for_each(|bit| number.set_bit(u64::from(length - bit), true));
        number
    }

    fn words() -> impl Strategy<Value = Vec<u128>> {
        prop::collection::vec(any::<u128>(), 128)
    }

    proptest! {
        /// The limits of the documentation, with highest bits that are random, or set.
        #[test]
        fn random_parts_up_to_the_limit_are_reported(
            p in words(),
            q in words(),
            (width, longest) in prop::sample::select(
                &[(12, 3), (16, 4), (24, 6), (32, 12), (64, 28), (96, 31), (128, 58), (192, 79), (256, 117)][..],
            ),
            share in 1u32..=12,
            top in 0u32..=2,
        ) {
            let random = (longest * share).div_ceil(12);
            let n = factor(&p, width, random, top) * factor(&q, width, random, top);
            prop_assert!(is_short_sleeve(&number(&n)), "{} of {}", random, width);
        }

        #[test]
        fn half_of_long_limbs_is_reported_if_the_highest_bits_are_set(
            p in words(), q in words(), width in prop::sample::select(&[128, 256][..]), top in 1u32..=2,
        ) {
            let n = factor(&p, width, width / 2, top) * factor(&q, width, width / 2, top);
            prop_assert!(is_short_sleeve(&number(&n)));
        }

        /// Half of each limb, with a highest limb that has more or less room above its random part.
        #[test]
        fn sixty_two_bits_above_the_random_part_are_evidence_and_twenty_are_not(
            p in words(), q in words(), width in 65u32..=256, top in 1u32..=2, share in 0u32..=20,
        ) {
            let room = width.div_ceil(2);
            let n = |above: u32| {
                let length = 900 / width * width + width + width / 2 + above;
                factor_of(length, &p, width, width / 2, top) * factor_of(length, &q, width, width / 2, top)
            };
            prop_assert!(!is_short_sleeve(&number(&n(1 + share * 19 / 20))), "{}", width);
            if let Some(more) = room.checked_sub(62) {
                prop_assert!(is_short_sleeve(&number(&n(62 + more * share / 20))), "{}", width);
            }
        }

        #[test]
        fn random_moduli_are_not_reported(p in words(), q in words()) {
            let n = factor(&p, 128, 128, 2) * factor(&q, 128, 128, 2);
            prop_assert!(!is_short_sleeve(&number(&n)));
        }
    }

    /// All bits are ones, except for a gap.
    #[test]
    fn a_gap_is_reported_from_eighty_bits_on() {
        // Of 2048 bits, 254, 30 and 6 limbs are neither the lowest nor the highest one; of 2064 bits, 14; of 1024 bits, 126
        // and 14; of 1280 bits, 3.
        let cases = [
            (2048, 8, 1),
            (2048, 64, 3),
            (2064, 129, 6),
            (2048, 256, 14),
            (1024, 8, 1),
            (1024, 64, 6),
            (1280, 256, 27),
        ];
        for (bits, width, least) in cases {
            for start in [0, 3, width - 1] {
                for (gap, expected) in [(least - 1, false), (least, true)] {
                    let mut n: BigUint = (BigUint::from(1u8) << bits as u32) - 1u8;
                    let positions = (width..bits - width).filter(|position| (position + width - start) % width < gap);
                    positions.for_each(|position| n.set_bit(position, false));
                    assert_eq!(has_gap_in_all_limbs(&number(&n)), expected, "{gap} of {width} from {start}");
                }
            }
        }
    }

    #[test]
    fn a_single_run_of_zeros_is_no_evidence() {
        let mut n: BigUint = (BigUint::from(1u8) << 2048u32) - 1u8;
        (10..2000).for_each(|position| n.set_bit(position, false));
        assert!(!is_short_sleeve(&number(&n)));
        // The run ends in the middle of two limbs of 256 bits, which have a gap in common.
        let mut n: BigUint = (BigUint::from(1u8) << 2048u32) - 1u8;
        (320..1728).for_each(|position| n.set_bit(position, false));
        assert!(!is_short_sleeve(&number(&n)));
        for (zeros, expected) in [(51, false), (52, true), (256, true), (257, false)] {
            let mut n: BigUint = (BigUint::from(1u8) << 2048u32) - 1u8;
            (2040 - zeros..2040).for_each(|position| n.set_bit(position, false));
            assert_eq!(is_short_sleeve(&number(&n)), expected, "{zeros}");
        }
    }
}
