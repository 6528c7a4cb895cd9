//! [`SecretUint`]: a secret natural number, with the constant-time operations that key generation needs.

use alloc::vec::Vec;

use subtle::{Choice, ConstantTimeEq, ConstantTimeGreater};
use zeroize::Zeroizing;

use super::limbs::{self, Reducer};
use super::word::{adc, inverse_mod_2_64, mac, mask};

pub(crate) use super::limbs::limbs_for;

/// A secret natural number, in a fixed number of 64-bit limbs. Cleared on drop.
///
/// The number of limbs is public, the value is secret: no branch and no address depends on it, and there is neither
/// `PartialEq` nor `Debug` nor indexing (unit tests compare and print numbers that are not secret). The kernels and the
/// loops of this engine work on limbs, which [`limbs`](Self::limbs) lends them; to the rest of the crate the type is
/// opaque. Two operands have the same number of limbs unless a method says otherwise.
#[derive(Clone)]
#[cfg_attr(test, derive(Debug, PartialEq))]
pub(crate) struct SecretUint(Zeroizing<Vec<u64>>);

impl SecretUint {
    /// Zero, in `length` limbs.
    pub(crate) fn zero(length: usize) -> Self {
        Self(Zeroizing::new(alloc::vec![0; length]))
    }

    /// A number of one word, in `length` limbs.
    pub(crate) fn from_word(word: u64, length: usize) -> Self {
        let mut number = Self::zero(length);
        number.xor_word(word);
        number
    }

    /// A number from its limbs, lowest first.
    #[cfg(any(test, feature = "__internals"))]
    pub(crate) fn from_limbs(limbs: Vec<u64>) -> Self {
        Self(Zeroizing::new(limbs))
    }

    /// `length` limbs that all have the value `limb`.
    pub(crate) fn repeated(limb: u64, length: usize) -> Self {
        Self(Zeroizing::new(alloc::vec![limb; length]))
    }

    /// A number from big-endian bytes, in as many limbs as they need.
    pub(crate) fn from_be(bytes: &[u8]) -> Self {
        let mut number = Self::zero(bytes.len().div_ceil(8));
        number.read_be(bytes);
        number
    }

    /// Replaces the value with that of big-endian bytes; a longer number loses its highest bytes.
    pub(crate) fn read_be(&mut self, bytes: &[u8]) {
        let (head, words) = bytes.as_rchunks();
        let mut limbs = self.0.iter_mut();
        for (&word, limb) in words.iter().rev().zip(limbs.by_ref()) {
            *limb = u64::from_be_bytes(word);
        }
        let head = head.iter().fold(0, |value, &byte| (value << 8) | u64::from(byte));
        for (limb, value) in limbs.zip(core::iter::once(head).chain(core::iter::repeat(0))) {
            *limb = value;
        }
    }

    /// Returns the lowest `length` bytes, big-endian.
    pub(crate) fn to_be(&self, length: usize) -> Zeroizing<Vec<u8>> {
        let mut bytes = Zeroizing::new(alloc::vec![0u8; length]);
        let little_endian = self.0.iter().flat_map(|&limb| (0..8).map(move |index| (limb >> (8 * index)) as u8));
        for (byte, value) in bytes.iter_mut().rev().zip(little_endian) {
            *byte = value;
        }
        bytes
    }

    /// The number of limbs.
    pub(crate) fn length(&self) -> usize {
        self.0.len()
    }

    /// The limbs, lowest first: for loops of this engine that keep to the rules of constant time themselves.
    pub(super) fn limbs(&self) -> &[u64] {
        &self.0
    }

    /// The limbs for writing, lowest first.
    pub(super) fn limbs_mut(&mut self) -> &mut [u64] {
        &mut self.0
    }

    /// Returns the lowest limb.
    pub(crate) fn low_word(&self) -> u64 {
        self.0.first().copied().unwrap_or(0)
    }

    /// Returns the 64 bits from bit `position` on; bits past the end are zero.
    pub(crate) fn bits_at(&self, position: usize) -> u64 {
        limbs::bits_at(&self.0, position)
    }

    /// Sets one bit.
    pub(crate) fn set_bit(&mut self, position: u32) {
        if let Some(limb) = self.0.get_mut(position as usize / 64) {
            *limb |= 1 << (position % 64);
        }
    }

    /// Clears all bits but the lowest `bits`, which reach into the highest limb.
    pub(crate) fn keep_bits(&mut self, bits: u32) {
        let excess = (self.length() as u32 * 64).saturating_sub(bits);
        if let Some(top) = self.0.last_mut() {
            *top &= u64::MAX >> excess.min(63);
        }
    }

    /// Computes `self ^= word` in the lowest limb.
    pub(crate) fn xor_word(&mut self, word: u64) {
        if let Some(low) = self.0.first_mut() {
            *low ^= word;
        }
    }

    /// Drops all limbs but the lowest `length`.
    pub(crate) fn truncate(&mut self, length: usize) {
        self.0.truncate(length);
    }

    /// Returns a copy of `length` limbs: zeros are added or the highest limbs dropped.
    pub(crate) fn resized(&self, length: usize) -> Self {
        let mut resized = Self::zero(length);
        for (limb, &value) in resized.0.iter_mut().zip(self.0.iter()) {
            *limb = value;
        }
        resized
    }

    /// Computes `self += other`, which may be shorter, and returns the carry.
    pub(crate) fn add_assign(&mut self, other: &Self) -> bool {
        let mut carry = false;
        for (index, limb) in self.0.iter_mut().enumerate() {
            (*limb, carry) = adc(*limb, other.0.get(index).copied().unwrap_or(0), carry);
        }
        carry
    }

    /// Computes `self += other & mask` and returns the carry.
    pub(crate) fn add_masked(&mut self, other: &Self, mask: u64) -> bool {
        limbs::add_masked(&mut self.0, &other.0, mask)
    }

    /// Computes `self += word`, dropping a carry out of the highest limb.
    pub(crate) fn add_word(&mut self, word: u64) {
        let mut carry = word;
        for limb in self.0.iter_mut() {
            let (sum, over) = limb.overflowing_add(carry);
            (*limb, carry) = (sum, u64::from(over));
        }
    }

    /// Computes `self -= other` and returns the borrow.
    pub(crate) fn sub_assign(&mut self, other: &Self) -> bool {
        limbs::sub_assign(&mut self.0, &other.0)
    }

    /// Computes `self -= word` and returns the borrow.
    pub(crate) fn sub_word(&mut self, word: u64) -> bool {
        let mut rest = word;
        for limb in self.0.iter_mut() {
            let (difference, under) = limb.overflowing_sub(rest);
            (*limb, rest) = (difference, u64::from(under));
        }
        rest != 0
    }

    /// Returns `self − 1`, for an odd number.
    pub(crate) fn odd_minus_one(&self) -> Self {
        let mut less_one = self.clone();
        less_one.xor_word(1);
        less_one
    }

    /// Returns `|self − other|`.
    pub(crate) fn distance(&self, other: &Self) -> Self {
        let mut distance = self.clone();
        let negative = mask(distance.sub_assign(other));
        let mut opposite = other.clone();
        opposite.sub_assign(self);
        for (limb, opposite) in distance.0.iter_mut().zip(opposite.0.iter()) {
            *limb = (*limb & !negative) | (opposite & negative);
        }
        distance
    }

    /// Returns `self − other mod n`, for two numbers below `n`.
    pub(crate) fn sub_mod(&self, other: &Self, n: &Self) -> Self {
        let mut difference = self.clone();
        let borrow = difference.sub_assign(other);
        difference.add_masked(n, mask(borrow));
        difference
    }

    /// Reduces a number below `2n` to `[0, n)`.
    pub(crate) fn reduce_once(&mut self, n: &Self) {
        limbs::reduce_once(&mut self.0, false, &n.0);
    }

    /// Computes `self = 2·self`, dropping the highest bit.
    pub(crate) fn double(&mut self) {
        limbs::double(&mut self.0, 0);
    }

    /// Returns `⌊self / 2⌋`.
    pub(crate) fn halved(&self) -> Self {
        let mut half = self.clone();
        let mut high = 0;
        for limb in half.0.iter_mut().rev() {
            let low = *limb << 63;
            *limb = (*limb >> 1) | high;
            high = low;
        }
        half
    }

    /// Returns `self·other`, in as many limbs as both have together.
    pub(crate) fn product(&self, other: &Self) -> Self {
        let mut product = Self::zero(self.length() + other.length());
        for (offset, &a) in self.0.iter().enumerate() {
            let mut carry = 0u64;
            let mut target = product.0.iter_mut().skip(offset);
            for (&b, limb) in other.0.iter().zip(target.by_ref()) {
                (*limb, carry) = mac(*limb, a, b, carry);
            }
            if let Some(limb) = target.next() {
                *limb = carry;
            }
        }
        product
    }

    /// Returns `self mod n`, for `n` of exactly `bits` bits, at least 64; `self` may have any length.
    pub(crate) fn remainder(&self, n: &Self, bits: u32) -> Self {
        let mut rest = Self::zero(n.length());
        // The highest bits-1 bits are below 2^(bits-1) <= n, and need no reduction.
        let total = self.length() * 64;
        let head = total.min(bits.saturating_sub(1) as usize);
        let mut tail = total - head;
        for (index, limb) in rest.0.iter_mut().enumerate() {
            *limb = self.bits_at(tail + index * 64);
        }
        let reducer = Reducer::new(&n.0, bits, tail.min(64) as u32);
        while tail > 0 {
            let count = tail.min(Reducer::MOST as usize);
            tail -= count;
            reducer.push(&mut rest.0, self.bits_at(tail) & ((1 << count) - 1), count as u32);
        }
        rest
    }

    /// Computes `self /= divisor` for an odd divisor that divides it (otherwise the result is meaningless), from the
    /// low end and without a division.
    pub(crate) fn divide_exact(&mut self, divisor: u64) {
        let inverse = inverse_mod_2_64(divisor);
        let mut borrow = 0u64;
        for limb in self.0.iter_mut() {
            let (rest, under) = limb.overflowing_sub(borrow);
            *limb = rest.wrapping_mul(inverse);
            // The low half of quotient·divisor cancels `rest`; the high half is subtracted from the next limb. It is at
            // most 2^64 - 2, so + 1 fits.
            let high = (u128::from(*limb) * u128::from(divisor)) >> 64;
            borrow = (high as u64).wrapping_add(u64::from(under));
        }
    }

    /// Whether the two numbers are equal.
    pub(crate) fn equals(&self, other: &Self) -> Choice {
        self.0.ct_eq(&other.0)
    }

    /// Whether the number is at least `2^exponent`.
    pub(crate) fn reaches_power_of_two(&self, exponent: u32) -> Choice {
        let positions = (exponent as usize..self.length() * 64).step_by(64);
        positions.fold(0, |any, position| any | self.bits_at(position)).ct_gt(&0)
    }

    /// Whether the number is greater than `2^exponent`.
    pub(crate) fn exceeds_power_of_two(&self, exponent: u32) -> Choice {
        let mut less_one = self.clone();
        let was_zero = less_one.sub_word(1);
        less_one.reaches_power_of_two(exponent) & !Choice::from(u8::from(was_zero))
    }
}

#[cfg(test)]
impl SecretUint {
    /// The same number for crypto-bigint, the oracle of the tests. Converted through bytes, because its limbs have 32
    /// bits on some targets.
    pub(crate) fn to_boxed(&self) -> crypto_bigint::BoxedUint {
        crypto_bigint::BoxedUint::from_be_slice_vartime(&self.to_be(8 * self.length()))
    }

    /// The inverse of [`to_boxed`](Self::to_boxed).
    pub(crate) fn from_boxed(number: &crypto_bigint::BoxedUint) -> Self {
        Self::from_be(&number.to_be_bytes())
    }
}

#[cfg(test)]
mod tests {
    use crypto_bigint::{ConcatenatingMul, NonZero};
    use proptest::prelude::*;

    use super::*;

    fn number(length: core::ops::Range<usize>) -> impl Strategy<Value = SecretUint> {
        prop::collection::vec(any::<u64>(), length).prop_map(SecretUint::from_limbs)
    }

    proptest! {
        #[test]
        fn the_product_matches_crypto_bigint(a in number(1..9), b in number(1..9)) {
            let expected = a.to_boxed().concatenating_mul(&b.to_boxed());
            prop_assert_eq!(a.product(&b), SecretUint::from_boxed(&expected));
        }

        #[test]
        fn the_remainder_matches_crypto_bigint(value in number(1..12), mut n in number(1..6), spare in 0..64u32) {
            let bits = (n.length() as u32 * 64 - spare).max(64);
            n.keep_bits(bits);
            n.set_bit(bits - 1);
            let expected = value.to_boxed().rem_vartime(&NonZero::new(n.to_boxed()).unwrap());
            prop_assert_eq!(value.remainder(&n, bits), SecretUint::from_boxed(&expected));
        }

        #[test]
        fn dividing_exactly_undoes_the_product(a in number(1..9), divisor in any::<u64>()) {
            let divisor = divisor | 1;
            let mut multiple = a.product(&SecretUint::from_word(divisor, 1));
            multiple.divide_exact(divisor);
            prop_assert_eq!(multiple, a.resized(a.length() + 1));
        }

        #[test]
        fn bytes_round_trip(bytes in prop::collection::vec(any::<u8>(), 0..70)) {
            prop_assert_eq!(&SecretUint::from_be(&bytes).to_be(bytes.len())[..], &bytes[..]);
        }

        #[test]
        fn the_distance_is_that_of_either_order(a in number(3..4), b in number(3..4)) {
            let (larger, smaller) = if a.limbs().iter().rev().ge(b.limbs().iter().rev()) { (&a, &b) } else { (&b, &a) };
            let mut difference = larger.clone();
            prop_assert!(!difference.sub_assign(smaller));
            prop_assert_eq!(&a.distance(&b), &difference);
            prop_assert_eq!(b.distance(&a), difference);
        }
    }

    #[test]
    fn powers_of_two_are_compared_exactly() {
        for exponent in [0, 1, 31, 63, 64, 65, 127] {
            let mut power = SecretUint::zero(2);
            power.set_bit(exponent);
            let is = |number: &SecretUint| {
                [number.reaches_power_of_two(exponent), number.exceeds_power_of_two(exponent)].map(bool::from)
            };
            assert_eq!(is(&power), [true, false], "2^{exponent}");
            let mut more = power.clone();
            more.add_word(1);
            assert_eq!(is(&more), [true, true], "2^{exponent} + 1");
            let mut less = power;
            less.sub_word(1);
            assert_eq!(is(&less), [false, false], "2^{exponent} - 1");
        }
        assert!(!bool::from(SecretUint::zero(2).exceeds_power_of_two(0)));
    }
}
