//! [`Multiplier`]: products of public numbers of any length.

use alloc::vec;
use alloc::vec::Vec;

use crate::keygen::word::mac;
use crate::weakness::transform::{Size, Transform, pointwise, pointwise_sum};

/// Multiplies numbers, given as little-endian limbs, and keeps the roots of unity for the next product.
pub(super) struct Multiplier(Transform);

/// The length in limbs of the shorter factor from which on a transform is faster.
///
/// For [`shared_primes`](crate::weakness::shared_primes()) of 1000 keys of 2048 bits, 96 to 384 limbs differ by 5 % in
/// instructions, and by less than the measurement noise in time (Intel Xeon, family 6 model 167; 2026-11-28).
const TRANSFORM_FROM: usize = 192;

impl Multiplier {
    pub(super) const fn new() -> Self {
        Self(Transform::new())
    }

    /// Returns `a · b`.
    pub(super) fn product(&mut self, a: &[u64], b: &[u64]) -> Vec<u64> {
        let length = a.len() + b.len();
        if a.len().min(b.len()) < TRANSFORM_FROM {
            return trimmed(schoolbook(a, b, length));
        }
        let size = Size::for_limbs(length);
        let values = pointwise(&self.0.forward(a, size), &self.0.forward(b, size));
        trimmed(self.0.inverse(values, size))
    }

    /// Returns `a · b` and `a · d + c · b`, for numbers c and d that are not longer than a and b.
    pub(super) fn product_and_cross(&mut self, [a, b, c, d]: [&[u64]; 4]) -> [Vec<u64>; 2] {
        let length = a.len() + b.len();
        if a.len().min(b.len()) < TRANSFORM_FROM {
            let cross = sum(schoolbook(a, d, length), &schoolbook(c, b, length));
            return [schoolbook(a, b, length), cross].map(trimmed);
        }
        let size = Size::for_limbs(length);
        let [a, b, c, d] = [a, b, c, d].map(|number| self.0.forward(number, size));
        let cross = pointwise_sum(&pointwise(&a, &d), &pointwise(&c, &b));
        [pointwise(&a, &b), cross].map(|values| trimmed(self.0.inverse(values, size)))
    }

    /// Returns, for each factor b and its start, the limbs of `a · b` from there up to the length of `a`; plus 0 or 1.
    ///
    /// The transform is shorter than the product: what is above its end wraps around, to the limbs below the start, and
    /// carries at most 1 into those above.
    pub(super) fn upper_limbs<const N: usize>(&mut self, a: &[u64], factors: [(&[u64], usize); N]) -> [Vec<u64>; N] {
        let size = factors.iter().map(|(b, start)| Size::for_limbs(a.len() + b.len().saturating_sub(*start))).max();
        let size = size.unwrap_or_else(|| Size::for_limbs(a.len()));
        let mut transformed = None;
        factors.map(|(b, start)| {
            let mut product = if b.len() < TRANSFORM_FROM {
                schoolbook(a, b, a.len())
            } else {
                let a = transformed.get_or_insert_with(|| self.0.forward(a, size));
                let values = pointwise(a, &self.0.forward(b, size));
                self.0.inverse(values, size)
            };
            product.truncate(a.len());
            product.split_off(start.min(product.len()))
        })
    }

    /// Returns the inverse of an odd number modulo 2^(64·length).
    ///
    /// Newton's iteration: if y is the inverse modulo 2^k, y·(2 − number·y) is that modulo 2^2k.
    pub(super) fn inverse_low(&mut self, number: &[u64], length: usize) -> Vec<u64> {
        let low = number.first().copied().unwrap_or(1);
        let mut inverse = vec![crate::keygen::word::inverse_mod_2_64(low)];
        let mut lengths: Vec<usize> = core::iter::successors(Some(length), |&length| Some(length.div_ceil(2)))
            .take_while(|&length| length > 1)
            .collect();
        while let Some(length) = lengths.pop() {
            // number·y = 1 + 2^k·error, so the new upper half is −y·error.
            let known = inverse.len();
            let product = self.product(number.get(..length).unwrap_or(number), &inverse);
            let error = limbs(&product, known, length);
            let upper = self.product(&inverse, error);
            let mut is_borrowed = true;
            let negated = upper.iter().chain(core::iter::repeat(&0)).take(length - known).map(|limb| {
                let (negated, overflow) = (!limb).overflowing_add(u64::from(is_borrowed));
                is_borrowed = overflow;
                negated
            });
            inverse.extend(negated);
        }
        inverse
    }
}

/// Returns limbs `start` to `end` of a number, as far as it is that long.
fn limbs(number: &[u64], start: usize, end: usize) -> &[u64] {
    number.get(start.min(number.len())..end.min(number.len())).unwrap_or_default()
}

/// Returns `a · b` modulo 2^(64·length).
fn schoolbook(a: &[u64], b: &[u64], length: usize) -> Vec<u64> {
    let mut product = vec![0; length];
    for (shift, &word) in b.iter().enumerate() {
        let Some(row) = product.get_mut(shift..) else { break };
        let mut carry = 0;
        for (limb, &factor) in row.iter_mut().zip(a) {
            (*limb, carry) = mac(*limb, factor, word, carry);
        }
        if let Some(limb) = row.get_mut(a.len()) {
            *limb = carry;
        }
    }
    product
}

/// Returns `a + b`.
fn sum(mut a: Vec<u64>, b: &[u64]) -> Vec<u64> {
    a.resize(a.len().max(b.len()), 0);
    let mut carry = false;
    for (limb, &other) in a.iter_mut().zip(b.iter().chain(core::iter::repeat(&0))) {
        let (sum, overflow) = limb.overflowing_add(other);
        let (sum, overflow_by_carry) = sum.overflowing_add(u64::from(carry));
        (*limb, carry) = (sum, overflow || overflow_by_carry);
    }
    a.push(u64::from(carry));
    a
}

/// Removes zero limbs at the top.
fn trimmed(mut number: Vec<u64>) -> Vec<u64> {
    while number.last() == Some(&0) {
        number.pop();
    }
    number
}

#[cfg(test)]
mod tests {
    use num_bigint::BigUint;
    use proptest::prelude::*;

    use super::*;

    fn to_big(limbs: &[u64]) -> BigUint {
        BigUint::from_slice(&limbs.iter().flat_map(|&limb| [limb as u32, (limb >> 32) as u32]).collect::<Vec<_>>())
    }

    /// Generates numbers shorter and longer than the threshold of the transform; extreme limbs are frequent.
    fn number(lengths: core::ops::Range<usize>) -> impl Strategy<Value = Vec<u64>> {
        let limb = || prop_oneof![any::<u64>(), Just(u64::MAX), Just(0)];
        let random = prop::collection::vec(limb(), lengths.clone());
        let ones = lengths.prop_map(|length| vec![u64::MAX; length]);
        prop_oneof![random, ones].prop_map(trimmed)
    }

    /// Returns the length around the threshold of the transform.
    const LENGTHS: core::ops::Range<usize> = 1..4 * TRANSFORM_FROM;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(60))]
        #[test]
        fn products_match_num_bigint(a in number(LENGTHS), b in number(LENGTHS), c in number(LENGTHS), d in number(LENGTHS)) {
            let mut multiplier = Multiplier::new();
            prop_assert_eq!(to_big(&multiplier.product(&a, &b)), to_big(&a) * to_big(&b));
            let (c, d) = (&c[..c.len().min(a.len())], &d[..d.len().min(b.len())]);
            let [product, cross] = multiplier.product_and_cross([&a, &b, c, d]);
            prop_assert_eq!(to_big(&product), to_big(&a) * to_big(&b));
            prop_assert_eq!(to_big(&cross), to_big(&a) * to_big(d) + to_big(c) * to_big(&b));
        }

        #[test]
        fn upper_limbs_are_those_of_the_product_or_one_more(a in number(LENGTHS), b in number(LENGTHS), less in 0..2usize) {
            let start = b.len().saturating_sub(less);
            prop_assume!(start < a.len());
            let [upper] = Multiplier::new().upper_limbs(&a, [(&b, start)]);
            let modulus = BigUint::from(1u8) << (64 * (a.len() - start));
            let expected = ((to_big(&a) * to_big(&b)) >> (64 * start)) % &modulus;
            let excess = (to_big(&upper) + &modulus - expected) % modulus;
            prop_assert!(excess <= BigUint::from(1u8), "{}", excess);
        }

        #[test]
        fn inverses_match_num_bigint(mut number in number(1..1000), length in 1..1000usize) {
            prop_assume!(!number.is_empty());
            number[0] |= 1;
            let inverse = Multiplier::new().inverse_low(&number, length);
            let modulus = BigUint::from(1u8) << (64 * length);
            prop_assert_eq!(inverse.len(), length);
            prop_assert_eq!(to_big(&inverse) * to_big(&number) % modulus, BigUint::from(1u8));
        }
    }
}
