//! [`PublicUint`]: a public natural number, with the operations that the checks of a modulus need.
//!
//! All operations are variable-time: they only ever process public keys. They are written here, because the checks need
//! operations that other crates do not offer (divisibility without a remainder, arithmetic modulo 2^64k), and because
//! the Montgomery form of `crypto-bigint` pays for being constant-time.
//!
//! The arithmetic modulo 2^(64·length), where every odd number has an inverse, is that of the 2-adic integers.

use alloc::vec;
use alloc::vec::Vec;

use crate::keygen::word::{adc, inverse_mod_2_64, mac, sbb};

/// A public natural number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct PublicUint {
    /// Little-endian, without zero limbs at the top.
    limbs: Vec<u64>,
}

impl PublicUint {
    /// Creates the number with these little-endian limbs.
    pub(super) fn from_limbs(mut limbs: Vec<u64>) -> Self {
        while limbs.last() == Some(&0) {
            limbs.pop();
        }
        Self { limbs }
    }

    /// Creates the number with this big-endian magnitude.
    pub(super) fn from_be(magnitude: &[u8]) -> Self {
        let word = |bytes: &[u8]| bytes.iter().fold(0, |word, &byte| word << 8 | u64::from(byte));
        Self::from_limbs(magnitude.rchunks(8).map(word).collect())
    }

    /// Converts the number for crypto-bigint, through bytes, because its limbs have 32 bits on some targets.
    #[cfg(test)]
    pub(super) fn to_boxed(&self) -> crypto_bigint::BoxedUint {
        let bytes: Vec<u8> = self.limbs.iter().rev().flat_map(|limb| limb.to_be_bytes()).collect();
        crypto_bigint::BoxedUint::from_be_slice_vartime(&bytes)
    }

    /// Returns the limbs, little-endian, without zero limbs at the top.
    pub(super) fn limbs(&self) -> &[u64] {
        &self.limbs
    }

    /// Returns the length in bits, which is 0 for zero.
    pub(super) fn bits(&self) -> usize {
        self.limbs.last().map_or(0, |top| 64 * self.limbs.len() - top.leading_zeros() as usize)
    }

    /// Returns whether bit `position` is set.
    pub(super) fn bit(&self, position: usize) -> bool {
        self.limbs.get(position / 64).is_some_and(|limb| limb >> (position % 64) & 1 == 1)
    }

    /// Returns the number modulo 2^64.
    pub(super) fn low_word(&self) -> u64 {
        self.limbs.first().copied().unwrap_or(0)
    }

    pub(super) fn is_zero(&self) -> bool {
        self.limbs.is_empty()
    }

    pub(super) fn is_odd(&self) -> bool {
        self.low_word() & 1 == 1
    }

    /// Returns `self mod divisor`, 32 bits at a time, so that no step needs more than a 64-bit division.
    pub(super) fn residue(&self, divisor: u32) -> u32 {
        let divisor = u64::from(divisor);
        let halves = self.limbs.iter().rev().flat_map(|&limb| [limb >> 32, limb & 0xffff_ffff]);
        let residue = halves.fold(0, |rest, half| (rest << 32 | half) % divisor);
        residue as u32 // below the divisor, which is a u32
    }

    /// Returns `−self · 2^(−64·length)` modulo each of some odd divisors, of which the inverses modulo 2^64 are given, up
    /// to a multiple of it: a factor of the divisor divides this exactly if it divides `self`. (This is Montgomery's
    /// reduction with a modulus of one limb.)
    pub(super) fn scaled_residues<const N: usize>(&self, divisors: &[u64; N], inverses: &[u64; N]) -> [u64; N] {
        let mut carries = [0; N];
        for &limb in &self.limbs {
            for ((carry, &divisor), &inverse) in carries.iter_mut().zip(divisors).zip(inverses) {
                *carry = divide_limb(limb, *carry, divisor, inverse).1;
            }
        }
        carries
    }

    /// Returns whether an odd divisor divides the number.
    pub(super) fn is_multiple_of(&self, divisor: u64) -> bool {
        let [residue] = self.scaled_residues(&[divisor], &[inverse_mod_2_64(divisor)]);
        residue.is_multiple_of(divisor)
    }

    /// Returns `self / divisor` modulo 2^(64·length), for an odd divisor.
    pub(super) fn divided_two_adic(&self, divisor: u64, length: usize) -> Self {
        let inverse = inverse_mod_2_64(divisor);
        let mut carry = 0;
        let mut quotient = self.padded(length);
        for limb in &mut quotient {
            (*limb, carry) = divide_limb(*limb, carry, divisor, inverse);
        }
        Self::from_limbs(quotient)
    }

    /// Returns `self · other`.
    pub(super) fn product(&self, other: &Self) -> Self {
        self.product_low(other, self.limbs.len() + other.limbs.len())
    }

    /// Returns `self · other` modulo 2^(64·length).
    pub(super) fn product_low(&self, other: &Self, length: usize) -> Self {
        let mut product = vec![0; length];
        for (shift, &word) in other.limbs.iter().enumerate() {
            let Some(row) = product.get_mut(shift..) else { break };
            let carry = add_product(row, &self.limbs, word);
            if let Some(limb) = row.get_mut(self.limbs.len()) {
                *limb = carry;
            }
        }
        Self::from_limbs(product)
    }

    /// Returns `self^exponent` modulo 2^(64·length), for a positive exponent.
    pub(super) fn power_low(&self, exponent: usize, length: usize) -> Self {
        bits_of(exponent).skip(1).fold(self.clone(), |power, bit| {
            let square = power.product_up_to(&power, length);
            if bit { square.product_up_to(self, length) } else { square }
        })
    }

    /// Returns `self^exponent`, for a positive exponent.
    pub(super) fn power(&self, exponent: usize) -> Self {
        self.power_low(exponent, usize::MAX)
    }

    /// Computes [`product_low`](Self::product_low) in no more limbs than the product needs.
    fn product_up_to(&self, other: &Self, length: usize) -> Self {
        self.product_low(other, length.min(self.limbs.len() + other.limbs.len()))
    }

    /// Returns `self + other · word`.
    pub(super) fn plus_product(&self, other: &Self, word: u64) -> Self {
        let mut sum = self.padded(self.limbs.len().max(other.limbs.len()) + 1);
        let carry = add_product(&mut sum, &other.limbs, word);
        if let Some(above) = sum.get_mut(other.limbs.len()..) {
            add_word(above, carry);
        }
        Self::from_limbs(sum)
    }

    /// Returns `self + word`.
    pub(super) fn plus_word(&self, word: u64) -> Self {
        self.plus_product(&Self { limbs: vec![1] }, word)
    }

    /// Returns `self − other` modulo 2^(64·length).
    pub(super) fn difference_low(&self, other: &Self, length: usize) -> Self {
        let mut difference = self.padded(length);
        subtract(&mut difference, &other.limbs);
        Self::from_limbs(difference)
    }

    /// Returns `self − other`, for an `other` that is not larger.
    pub(super) fn difference(&self, other: &Self) -> Self {
        self.difference_low(other, self.limbs.len())
    }

    /// Returns `⌊self / divisor⌋` and the remainder, for a positive divisor.
    ///
    /// Each turn estimates the quotient of what remains from the top 128 and 64 bits, rounded down, and subtracts that
    /// multiple of the divisor: at least 62 bits of the quotient per turn.
    pub(super) fn divided(&self, divisor: &Self) -> (Self, Self) {
        let (bits, top) = (divisor.bits(), divisor.top_bits(64));
        let mut remainder = self.clone();
        let mut quotient = vec![0; self.limbs.len()];
        while !divisor.is_zero() && remainder.is_at_least(divisor) {
            let estimate = remainder.top_bits(128) / (top + 1);
            // remainder / divisor ≥ estimate · 2^(remainder.bits − 128 − bits + 64)
            let difference = remainder.bits() - bits;
            let (word, shift) = match difference.checked_sub(64) {
                Some(shift) => (estimate >> 1, shift + 1),
                None => (estimate >> (64 - difference), 0),
            };
            // Rounded down to zero, although the divisor fits once.
            let word = (word as u64).max(1);
            let digit = Self::from_limbs(shift_left(&[word], shift));
            remainder = remainder.difference(&divisor.product(&digit));
            add(&mut quotient, &digit.limbs);
        }
        (Self::from_limbs(quotient), remainder)
    }

    /// Returns the top `count` bits, at most 128: the number shifted so that it has this length, rounded down.
    fn top_bits(&self, count: usize) -> u128 {
        let bits = self.bits();
        match bits.checked_sub(count) {
            Some(excess) => low_pair(&shift_right(&self.limbs, excess)),
            None => low_pair(&shift_left(&self.limbs, count - bits)),
        }
    }

    /// Returns whether `self ≥ other`.
    pub(super) fn is_at_least(&self, other: &Self) -> bool {
        let length = self.limbs.len();
        length > other.limbs.len() || length == other.limbs.len() && at_least(&self.limbs, &other.limbs)
    }

    /// Returns `⌊self / 2⌋`.
    pub(super) fn half(&self) -> Self {
        Self::from_limbs(shift_right(&self.limbs, 1))
    }

    /// Returns the 64 bits from bit `position` up, with zeros above the number.
    pub(super) fn word_at(&self, position: usize) -> u64 {
        let limb = |index: usize| self.limbs.get(index).copied().unwrap_or(0);
        let pair = low_pair(&[limb(position / 64), limb(position / 64 + 1)]);
        (pair >> (position % 64)) as u64
    }

    /// Returns [`word_at`](Self::word_at) four consecutive positions.
    pub(super) fn words_at(&self, position: usize) -> [u64; 4] {
        match self.limbs.get(position / 64..).and_then(<[u64]>::first_chunk) {
            Some(&[a, b, c, d, e]) => {
                [[a, b], [b, c], [c, d], [d, e]].map(|pair| (low_pair(&pair) >> (position % 64)) as u64)
            }
            None => core::array::from_fn(|index| self.word_at(position + 64 * index)),
        }
    }

    /// Returns how many of the lowest `length` bits are set.
    pub(super) fn ones_below(&self, length: usize) -> usize {
        let whole: u32 = self.limbs.iter().take(length / 64).map(|limb| limb.count_ones()).sum();
        let rest = self.word_at(length / 64 * 64) & ((1 << (length % 64)) - 1);
        (whole + rest.count_ones()) as usize
    }

    /// Returns `⌊√self⌋`.
    pub(super) fn square_root(&self) -> Self {
        Self::from_limbs(square_root(&self.limbs, self.bits()))
    }

    /// Returns the lowest `length` limbs, or all of them and zeros above.
    fn padded(&self, length: usize) -> Vec<u64> {
        let mut limbs = self.limbs.clone();
        limbs.resize(length, 0);
        limbs
    }
}

/// Returns the quotient whose product with the divisor ends in `limb − carry`, and what the next limb loses: the upper
/// half of that product, at most divisor − 1, plus the borrow; together at most the divisor.
#[inline]
fn divide_limb(limb: u64, carry: u64, divisor: u64, inverse: u64) -> (u64, u64) {
    let (difference, borrow) = limb.overflowing_sub(carry);
    let quotient = difference.wrapping_mul(inverse);
    let upper = ((u128::from(quotient) * u128::from(divisor)) >> 64) as u64;
    (quotient, upper + u64::from(borrow))
}

/// Computes `sum += factor · word` over the length of the shorter one; returns the limb carried out.
fn add_product(sum: &mut [u64], factor: &[u64], word: u64) -> u64 {
    let mut carry = 0;
    for (limb, &factor) in sum.iter_mut().zip(factor) {
        (*limb, carry) = mac(*limb, factor, word, carry);
    }
    carry
}

/// Computes `limbs += word`, for a sum that fits.
pub(super) fn add_word(limbs: &mut [u64], word: u64) {
    let mut carry = word;
    for limb in limbs {
        let (sum, overflow) = limb.overflowing_add(carry);
        *limb = sum;
        carry = u64::from(overflow);
        if carry == 0 {
            return;
        }
    }
}

/// Computes `limbs += other` modulo 2^(64·length of `limbs`).
fn add(limbs: &mut [u64], other: &[u64]) {
    let mut carry = false;
    for (limb, &other) in limbs.iter_mut().zip(other.iter().chain(core::iter::repeat(&0))) {
        (*limb, carry) = adc(*limb, other, carry);
    }
}

/// Computes `limbs −= other` modulo 2^(64·length of `limbs`).
pub(super) fn subtract(limbs: &mut [u64], other: &[u64]) {
    let mut borrow = false;
    for (limb, &other) in limbs.iter_mut().zip(other.iter().chain(core::iter::repeat(&0))) {
        (*limb, borrow) = sbb(*limb, other, borrow);
    }
}

/// Iterates over the bits of a positive number, from the highest to the lowest.
pub(super) fn bits_of(number: usize) -> impl Iterator<Item = bool> {
    (0..usize::BITS - number.leading_zeros()).rev().map(move |position| number >> position & 1 == 1)
}

/// Returns whether `a ≥ b`, for numbers with the same number of limbs.
fn at_least(a: &[u64], b: &[u64]) -> bool {
    a.iter().rev().ge(b.iter().rev())
}

/// Returns `⌊√limbs⌋` of a number of so many bits, by the schoolbook method with digits of 64 bits.
fn square_root(limbs: &[u64], bits: usize) -> Vec<u64> {
    // Shifted left by an even number of bits, so that the root's top bit is that of a limb.
    let length = bits.div_ceil(128);
    let shift = (128 * length - bits) & !1;
    let mut number = shift_left(limbs, shift);
    number.resize(2 * length, 0);
    let mut pairs = number.rchunks_exact(2).map(low_pair);
    let Some(top) = pairs.next() else { return Vec::new() };
    let first = top.isqrt();
    // Twice the root of the pairs so far, and their excess over its square, which is at most twice the root.
    let mut twice = split(2 * first).to_vec();
    let mut remainder = split(top - first * first).to_vec();
    for pair in pairs {
        remainder.splice(..0, split(pair));
        twice.insert(0, 0);
        twice.push(0);
        let digit = root_digit(&remainder, &twice);
        add_word(&mut twice, digit);
        subtract(&mut remainder, &product_with_word(&twice, digit));
        // (root + 1)² − root² = 2·root + 1, and 2·root is even.
        add_word(&mut twice, digit);
        add_word(&mut twice, 1);
        while at_least(&remainder, &twice) {
            subtract(&mut remainder, &twice);
            add_word(&mut twice, 2);
        }
        if let Some(low) = twice.first_mut() {
            *low &= !1;
        }
        // Both are below 2^(64·limbs of the root + 1) again.
        twice.pop();
        remainder.pop();
    }
    shift_right(&twice, 1 + shift / 2)
}

/// Returns a digit q that is not too large, and at most five too small, such that `(twice + q)·q <= remainder`, for
/// the numbers that [`square_root`] has then.
///
/// Without q² the largest is `⌊remainder / twice⌋`; with it, at most one less, as twice is above 2^128 and thus above
/// q². From the top limbs of both, of which that of `twice` is 1, rounded down: at most 2^64 / 2^63 + 1 less.
fn root_digit(remainder: &[u64], twice: &[u64]) -> u64 {
    let ([.., third, second, first], [.., divisor, _, _]) = (remainder, twice) else { return 0 };
    let dividend = u128::from(*first) << 127 | u128::from(*second) << 63 | u128::from(*third >> 1);
    let divisor = (1 << 63) + u128::from(*divisor >> 1) + 1;
    u64::try_from(dividend / divisor).unwrap_or(u64::MAX).saturating_sub(1)
}

/// Returns the two lowest limbs.
pub(super) fn low_pair(limbs: &[u64]) -> u128 {
    limbs.iter().take(2).rev().fold(0, |pair, &limb| pair << 64 | u128::from(limb))
}

/// Returns the two limbs of a number.
fn split(pair: u128) -> [u64; 2] {
    [pair as u64, (pair >> 64) as u64]
}

/// Computes `limbs · 2^by`.
fn shift_left(limbs: &[u64], by: usize) -> Vec<u64> {
    let below = core::iter::once(&0).chain(limbs);
    let shifted = limbs.iter().chain(&[0]).zip(below).map(|(&high, &low)| {
        let pair = u128::from(high) << 64 | u128::from(low);
        (pair << (by % 64) >> 64) as u64
    });
    core::iter::repeat_n(0, by / 64).chain(shifted).collect()
}

/// Computes `⌊limbs / 2^by⌋`.
fn shift_right(limbs: &[u64], by: usize) -> Vec<u64> {
    let rest = limbs.get(by / 64..).unwrap_or_default();
    rest.iter()
        .zip(rest.iter().skip(1).chain(&[0]))
        .map(|(&low, &high)| (low_pair(&[low, high]) >> (by % 64)) as u64)
        .collect()
}

/// Returns `limbs · word`.
fn product_with_word(limbs: &[u64], word: u64) -> Vec<u64> {
    let mut product = vec![0; limbs.len()];
    let carry = add_product(&mut product, limbs, word);
    product.push(carry);
    product
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Generates numbers with many extreme limbs.
    fn numbers() -> impl Strategy<Value = PublicUint> {
        let limb = prop_oneof![any::<u64>(), Just(u64::MAX), Just(0), Just(1 << 63), Just(1)];
        prop::collection::vec(limb, 0..9).prop_map(PublicUint::from_limbs)
    }

    proptest! {
        #[test]
        fn the_quotient_and_the_remainder_make_up_the_number(
            divisor in numbers(), quotient in numbers(), remainder in numbers(), is_reduced in any::<bool>(),
        ) {
            prop_assume!(!divisor.is_zero());
            let number = divisor.product(&quotient).plus_product(&remainder, 1);
            let (found, rest) = number.divided(&divisor);
            prop_assert!(!rest.is_at_least(&divisor));
            prop_assert_eq!(&divisor.product(&found).plus_product(&rest, 1), &number);
            if is_reduced && divisor.is_at_least(&remainder) && divisor != remainder {
                prop_assert_eq!((found, rest), (quotient, remainder));
            }
        }

        #[test]
        fn words_and_counts_of_ones_match_the_single_bits(number in numbers(), position in 0usize..600) {
            let word = (0..64).rev().fold(0u64, |word, bit| word << 1 | u64::from(number.bit(position + bit)));
            prop_assert_eq!(number.word_at(position), word);
            let words = [0, 64, 128, 192].map(|above| number.word_at(position + above));
            prop_assert_eq!(number.words_at(position), words);
            prop_assert_eq!(number.ones_below(position), (0..position).filter(|&bit| number.bit(bit)).count());
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]
        /// Checks any number, squares, and the numbers next to squares.
        #[test]
        fn the_square_root_matches_crypto_bigint(
            root in prop::collection::vec(prop_oneof![any::<u64>(), Just(u64::MAX), Just(0), Just(1 << 63), Just(1)], 0..9),
            is_squared in any::<bool>(),
            more in -1i8..=1,
        ) {
            let root = PublicUint::from_limbs(root);
            let number = if is_squared { root.product(&root) } else { root };
            let number = match more {
                1 => number.plus_word(1),
                -1 if !number.is_zero() => number.difference(&PublicUint::from_limbs(vec![1])),
                _ => number,
            };
            let expected = number.to_boxed().floor_sqrt_vartime().to_be_bytes();
            prop_assert_eq!(number.square_root(), PublicUint::from_be(&expected));
        }
    }
}
