//! Squaring and doubling modulo an odd number of any length, for a primality test to base 2.
//!
//! Montgomery form with R = 2^(64·length), all numbers fully reduced, so equal residues have equal limbs.
//! Variable-time.
//!
//! Limbs of the factor are processed two at a time: two chains of carries side by side, and half the loads and
//! stores. So the length is even.

use alloc::vec;
use alloc::vec::Vec;

use super::uint::{PublicUint, add_word, low_pair, subtract};
use crate::keygen::word::{inverse_mod_2_64, mac_carry_last as mac};

/// An odd modulus, with the constants and the buffer of its arithmetic.
pub(super) struct Montgomery {
    modulus: Vec<u64>,
    /// −modulus^−1 mod 2^128.
    negated_inverse: u128,
    /// A buffer for squares, twice as long as the modulus.
    wide: Vec<u64>,
}

/// A number below the modulus, in Montgomery form.
#[derive(Clone, PartialEq)]
pub(super) struct Residue(Vec<u64>);

impl Montgomery {
    /// Precomputes the constants of a modulus, which must be odd and greater than 1.
    pub(super) fn new(modulus: &PublicUint) -> Self {
        let mut modulus = modulus.limbs().to_vec();
        modulus.resize(modulus.len().next_multiple_of(2), 0);
        let lowest = low_pair(&modulus);
        let inverse = u128::from(inverse_mod_2_64(lowest as u64));
        let inverse = inverse.wrapping_mul(2u128.wrapping_sub(lowest.wrapping_mul(inverse)));
        let wide = vec![0; 2 * modulus.len()];
        Self { modulus, negated_inverse: inverse.wrapping_neg(), wide }
    }

    /// Returns 1, which is R mod n: the highest power of two below n, doubled until it is R.
    pub(super) fn one(&self) -> Residue {
        let highest = PublicUint::from_limbs(self.modulus.clone()).bits().saturating_sub(1);
        let mut one = Residue(vec![0; self.modulus.len()]);
        if let Some(limb) = one.0.get_mut(highest / 64) {
            *limb = 1 << (highest % 64);
        }
        for _ in highest..64 * self.modulus.len() {
            self.double(&mut one);
        }
        one
    }

    /// Returns `n − x`, for an x that is not zero.
    pub(super) fn negated(&self, x: &Residue) -> Residue {
        let mut negated = self.modulus.clone();
        subtract(&mut negated, &x.0);
        Residue(negated)
    }

    /// Computes `x = 2·x`.
    pub(super) fn double(&self, Residue(x): &mut Residue) {
        let mut carry = 0;
        for limb in x.iter_mut() {
            (*limb, carry) = (*limb << 1 | carry, *limb >> 63);
        }
        self.subtract_once(x, carry != 0);
    }

    /// Computes `x = x²`.
    pub(super) fn square(&mut self, Residue(x): &mut Residue) {
        square(x, &mut self.wide);
        // Montgomery reduction: each step clears the two lowest limbs by adding a multiple of n, and drops them.
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

    /// Reduces `x + carry·R`, a value below 2·n.
    fn subtract_once(&self, x: &mut [u64], carry: bool) {
        if carry || x.iter().rev().ge(self.modulus.iter().rev()) {
            subtract(x, &self.modulus);
        }
    }
}

/// Computes `sum += factor · words + carry · 2^(64·length of factor)` over two limbs more than the factor has, and
/// returns the carry out.
fn add_two_products(sum: &mut [u64], factor: &[u64], words: u128, carry: u64) -> u64 {
    let (low_word, high_word) = (words as u64, (words >> 64) as u64);
    let (mut low_carry, mut high_carry) = (0, 0);
    let mut previous = 0;
    let Some((sum, [next, last, ..])) = sum.split_at_mut_checked(factor.len()) else { return 0 };
    let mut step = |limb: &mut u64, f| {
        let low;
        (low, low_carry) = mac(*limb, f, low_word, low_carry);
        (*limb, high_carry) = mac(low, previous, high_word, high_carry);
        previous = f;
    };
    // Four limbs per turn: the compiler does not unroll a loop with carries by itself, and this saves a sixth of the
    // time.
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
    let (low, low_carry) = mac(*next, 1, low_carry, carry);
    (*next, high_carry) = mac(low, previous, high_word, high_carry);
    let (high, carry) = mac(*last, 1, high_carry, low_carry);
    *last = high;
    carry
}

/// Computes `square = x²`, at twice the length of x, which is even: the products of different limbs, doubled, and the
/// squares.
fn square(x: &[u64], square: &mut [u64]) {
    square.fill(0);
    let mut rest = x;
    let mut place = 1;
    while let [first, second, above @ ..] = rest {
        let Some([limb, rows @ ..]) = square.get_mut(place..) else { break };
        let carry;
        (*limb, carry) = mac(*limb, *first, *second, 0);
        add_word(rows, carry);
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
        fn squares_match_products(
            x in prop::collection::vec(prop_oneof![any::<u64>(), Just(u64::MAX), Just(0)], 1..9),
        ) {
            let x = [x.as_slice(), &x].concat();
            let mut squared = vec![0; 2 * x.len()];
            square(&x, &mut squared);
            let x = PublicUint::from_limbs(x);
            prop_assert_eq!(PublicUint::from_limbs(squared), x.product(&x));
        }
    }
}
