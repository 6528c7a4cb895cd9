//! Measures the share of ones in a modulus.

use super::uint::PublicUint;

/// Where a modulus has too few or too many ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Bias {
    /// Nowhere.
    None,
    /// As a whole, but not in its lower half.
    UpperHalf,
    /// As a whole, and in its lower half.
    Throughout,
}

impl Bias {
    /// Compares the share of ones with one half. It may differ by less than 9 % of the length, or 11 % up to 2000 bits,
    /// where chance has more effect.
    ///
    /// The number of ones in b random bits has the standard deviation √b / 2, so the bounds are 0.18·√b or 0.22·√b
    /// deviations away: 8.1 for 2048 bits, 10.0 for 3072 and 7.0 for 1024. The normal distribution exceeds them with a
    /// probability of 2^−51, 2^−75 and 2^−39.
    pub(super) fn of(number: &PublicUint) -> Self {
        let bits = number.bits();
        let percent = if bits > 2000 { 9 } else { 11 };
        let is_biased = |length: usize| {
            let twice = 2 * number.ones_below(length);
            100 * twice.abs_diff(length) >= 2 * percent * length
        };
        match (is_biased(bits), is_biased(bits / 2)) {
            (false, _) => Self::None,
            (true, false) => Self::UpperHalf,
            (true, true) => Self::Throughout,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Creates a number whose limbs have so many ones each, in the lower and the upper half.
    fn number(limbs: usize, lower: u32, upper: u32) -> PublicUint {
        let limb = |ones: u32| if ones == 0 { 0 } else { u64::MAX << (64 - ones) };
        PublicUint::from_limbs((0..limbs).map(|i| limb(if i < limbs / 2 { lower } else { upper })).collect())
    }

    #[test]
    fn both_directions_are_reported_from_the_bound_on() {
        // 41 % and 59 % of 64 bits are 26.24 and 37.76 ones; 39 % and 61 % are 24.96 and 39.04.
        for limbs in [32, 48, 64] {
            for (ones, is_biased) in
                [(0, true), (1, true), (26, true), (27, false), (37, false), (38, true), (64, true)]
            {
                let expected = if is_biased { Bias::Throughout } else { Bias::None };
                assert_eq!(Bias::of(&number(limbs, ones, ones.max(1))), expected, "{ones} of 64");
            }
        }
        for (ones, is_biased) in [(24, true), (25, false), (39, false), (40, true)] {
            let expected = if is_biased { Bias::Throughout } else { Bias::None };
            assert_eq!(Bias::of(&number(16, ones, ones)), expected, "{ones} of 64");
        }
    }

    /// Creates a number whose halves of so many bits have so many ones each, at their top.
    fn halves(bits: usize, lower: usize, upper: usize) -> PublicUint {
        let is_one = |position: usize| position % bits >= bits - if position < bits { lower } else { upper };
        let limb = |i: usize| (0..64).fold(0, |limb, bit| limb | u64::from(is_one(64 * i + bit)) << bit);
        PublicUint::from_limbs((0..2 * bits / 64).map(limb).collect())
    }

    #[test]
    fn the_bounds_are_exact_to_one_bit() {
        // 41 % and 59 % of 1024 bits are 419.84 and 604.16; 39 % and 61 % of 512 bits are 199.68 and 312.32.
        for (bits, few, many) in [(1024, 419, 605), (512, 199, 313)] {
            for (lower, upper, expected) in [
                (few, few + 1, Bias::Throughout),
                (few, few + 2, Bias::None),
                (few + 1, few, Bias::UpperHalf),
                (many, many - 1, Bias::Throughout),
                (many, many - 2, Bias::None),
                (many - 1, many, Bias::UpperHalf),
            ] {
                assert_eq!(Bias::of(&halves(bits, lower, upper)), expected, "{lower} and {upper} of {bits}");
            }
        }
    }

    #[test]
    fn a_balanced_lower_half_is_kept_apart() {
        assert_eq!(Bias::of(&number(32, 32, 1)), Bias::UpperHalf);
        assert_eq!(Bias::of(&number(32, 32, 64)), Bias::UpperHalf);
        assert_eq!(Bias::of(&number(32, 10, 32)), Bias::Throughout);
        // Biases in opposite directions leave the whole balanced.
        assert_eq!(Bias::of(&number(32, 16, 48)), Bias::None);
    }
}
