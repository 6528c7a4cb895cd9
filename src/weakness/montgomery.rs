//! Squaring and doubling modulo an odd number of any length: what a primality test to base 2 is made of.
//!
//! Montgomery's form with R = 2^(64·length), all numbers fully reduced, so that equal residues are equal limbs. Variable-time.
//!
//! Rows are taken two at a time: two chains of carries side by side, and half the loads and stores. The length is made even for that.

use alloc::vec;
use alloc::vec::Vec;

use super::limbs::{self, low_pair, multiply_add};

pub(super) struct Montgomery {
    modulus: Vec<u64>,
    /// −modulus^−1 mod 2^128.
    negated_inverse: u128,
    /// Room for a square: twice the length of the modulus.
    wide: Vec<u64>,
}

impl Montgomery {
    /// The modulus must be odd and greater than 1.
    pub(super) fn new(modulus: &[u64]) -> Self {
        let mut modulus = modulus.to_vec();
        modulus.resize(modulus.len().next_multiple_of(2), 0);
        let lowest = low_pair(&modulus);
        let inverse = u128::from(limbs::inverse(lowest as u64));
        let inverse = inverse.wrapping_mul(2u128.wrapping_sub(lowest.wrapping_mul(inverse)));
        let wide = vec![0; 2 * modulus.len()];
        Self { modulus, negated_inverse: inverse.wrapping_neg(), wide }
    }

    /// 1 in Montgomery's form, R mod n: the highest power of two below n, doubled until it is R.
    pub(super) fn one(&self) -> Vec<u64> {
        let highest = limbs::bits(&self.modulus).saturating_sub(1);
        let mut one = vec![0; self.modulus.len()];
        if let Some(limb) = one.get_mut(highest / 64) {
            *limb = 1 << (highest % 64);
        }
        for _ in highest..64 * self.modulus.len() {
            self.double(&mut one);
        }
        one
    }

    /// `n − x`, for x from 1 to n − 1.
    pub(super) fn negated(&self, x: &[u64]) -> Vec<u64> {
        let mut negated = self.modulus.clone();
        limbs::subtract(&mut negated, x);
        negated
    }

    /// `x = 2·x mod n`
    pub(super) fn double(&self, x: &mut [u64]) {
        let mut carry = 0;
        for limb in x.iter_mut() {
            (*limb, carry) = (*limb << 1 | carry, *limb >> 63);
        }
        self.subtract_once(x, carry != 0);
    }

    /// `x = x²/R mod n`
    pub(super) fn square(&mut self, x: &mut [u64]) {
        square(x, &mut self.wide);
        // Montgomery's reduction: each step makes the two lowest limbs zero by adding a multiple of n, and leaves them behind.
        let length = self.modulus.len();
        let mut carry = 0;
        for i in (0..length).step_by(2) {
            let Some(rows) = self.wide.get_mut(i..) else { break };
            let quotient = low_pair(rows).wrapping_mul(self.negated_inverse);
            carry = add_two_products(rows, &self.modulus, quotient, carry);
        }
        for (limb, &reduced) in x.iter_mut().zip(self.wide.iter().skip(length)) {
            *limb = reduced;
        }
        self.subtract_once(x, carry != 0);
    }

    /// Subtracts n from `x + carry·R < 2·n`, if it is not less than n.
    fn subtract_once(&self, x: &mut [u64], carry: bool) {
        if carry || limbs::at_least(x, &self.modulus) {
            limbs::subtract(x, &self.modulus);
        }
    }
}

/// `sum += factor · words + carry · 2^(64·length of the factor)`, over two limbs more than the factor has; returns the carry out of those.
fn add_two_products(sum: &mut [u64], factor: &[u64], words: u128, carry: u64) -> u64 {
    let (low_word, high_word) = (words as u64, (words >> 64) as u64);
    let (mut low_carry, mut high_carry) = (0, 0);
    let mut previous = 0;
    let Some((sum, [next, last, ..])) = sum.split_at_mut_checked(factor.len()) else { return 0 };
    let mut step = |limb: &mut u64, f| {
        let low;
        (low, low_carry) = multiply_add(f, low_word, *limb, low_carry);
        (*limb, high_carry) = multiply_add(previous, high_word, low, high_carry);
        previous = f;
    };
    // Four limbs a turn, since the compiler does not unroll a loop that carries: a sixth of the time.
    let (sums, last_sums) = sum.as_chunks_mut::<4>();
    let (factors, last_factors) = factor.as_chunks::<4>();
    for (sum, factor) in sums.iter_mut().zip(factors) {
        for (limb, &f) in sum.iter_mut().zip(factor) {
            step(limb, f);
        }
    }
    for (limb, &f) in last_sums.iter_mut().zip(last_factors) {
        step(limb, f);
    }
    let (low, low_carry) = multiply_add(1, low_carry, *next, carry);
    (*next, high_carry) = multiply_add(previous, high_word, low, high_carry);
    let (high, carry) = multiply_add(1, high_carry, *last, low_carry);
    *last = high;
    carry
}

/// `square = x²`, at twice the length, which is even: the products of different limbs once, doubled, and then the squares.
fn square(x: &[u64], square: &mut [u64]) {
    square.fill(0);
    let mut rest = x;
    let mut place = 1;
    while let [first, second, above @ ..] = rest {
        let Some([limb, rows @ ..]) = square.get_mut(place..) else { break };
        let carry;
        (*limb, carry) = multiply_add(*first, *second, *limb, 0);
        limbs::add_word(rows, carry);
        add_two_products(rows, above, u128::from(*second) << 64 | u128::from(*first), 0);
        rest = above;
        place += 4;
    }
    let (mut doubled, mut carry) = (0, 0);
    for (pair, &limb) in square.chunks_exact_mut(2).zip(x) {
        let [low, high] = pair else { break };
        let twice = (u128::from(*high) << 64 | u128::from(*low)) << 1 | doubled;
        doubled = u128::from(*high >> 63);
        let (sum, first) = twice.overflowing_add(u128::from(limb) * u128::from(limb));
        let (sum, second) = sum.overflowing_add(carry);
        carry = u128::from(first || second);
        (*low, *high) = (sum as u64, (sum >> 64) as u64);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn square_matches_product(x in prop::collection::vec(prop_oneof![any::<u64>(), Just(u64::MAX), Just(0)], 1..9)) {
            let x = [x.as_slice(), &x].concat();
            let mut squared = vec![0; 2 * x.len()];
            square(&x, &mut squared);
            prop_assert_eq!(squared, limbs::product_low(&x, &x, 2 * x.len()));
        }
    }
}
