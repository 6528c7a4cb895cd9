//! Arithmetic on single 64-bit words, in constant time: the lowest layer of all multi-word numbers, secret and public.

use core::hint::black_box;

/// Returns the sum of two words and a carry, and the carry out.
#[inline(always)]
pub(crate) fn adc(a: u64, b: u64, carry: bool) -> (u64, bool) {
    let (sum, first) = a.overflowing_add(b);
    let (sum, second) = sum.overflowing_add(u64::from(carry));
    (sum, first | second)
}

/// Returns the difference of two words and a borrow, and the borrow out.
#[inline(always)]
pub(crate) fn sbb(a: u64, b: u64, borrow: bool) -> (u64, bool) {
    let (difference, first) = a.overflowing_sub(b);
    let (difference, second) = difference.overflowing_sub(u64::from(borrow));
    (difference, first | second)
}

/// Returns the low and the high word of `sum + a·b + carry`, which is at most (2^64−1)² + 2(2^64−1) = 2^128 − 1.
#[inline(always)]
pub(crate) fn mac(sum: u64, a: u64, b: u64, carry: u64) -> (u64, u64) {
    let wide = u128::from(a) * u128::from(b) + u128::from(sum) + u128::from(carry);
    (wide as u64, (wide >> 64) as u64)
}

/// [`mac`], with the carry added last: two instructions from one carry to the next instead of three.
///
/// This form is for loops that wait for one or two chains of such carries: it saves 7 % of the test for prime moduli.
#[inline(always)]
pub(crate) fn mac_carry_last(sum: u64, a: u64, b: u64, carry: u64) -> (u64, u64) {
    let product = u128::from(a) * u128::from(b);
    let (low, first) = (product as u64).overflowing_add(sum);
    let (low, second) = low.overflowing_add(carry);
    (low, (product >> 64) as u64 + u64::from(first) + u64::from(second))
}

/// Returns all ones for `true` and zero for `false`. The barrier keeps the compiler from turning what follows into a
/// branch.
#[inline(always)]
pub(crate) fn mask(condition: bool) -> u64 {
    black_box(0u64.wrapping_sub(u64::from(condition)))
}

/// Returns the inverse of an odd word modulo 2^64, by Newton's iteration.
pub(crate) const fn inverse_mod_2_64(odd: u64) -> u64 {
    // 3x xor 2 is correct in five bits; each step doubles that: 10, 20, 40, 80.
    let mut inverse = odd.wrapping_mul(3) ^ 2;
    let mut step = 0;
    while step < 4 {
        inverse = inverse.wrapping_mul(2u64.wrapping_sub(odd.wrapping_mul(inverse)));
        step += 1;
    }
    inverse
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn the_inverse_of_an_odd_word_times_the_word_is_one(x in any::<u64>()) {
            prop_assert_eq!((x | 1).wrapping_mul(inverse_mod_2_64(x | 1)), 1);
        }

        #[test]
        fn mac_is_the_sum_in_128_bits([sum, a, b, carry] in any::<[u64; 4]>()) {
            let (low, high) = mac(sum, a, b, carry);
            let wide = u128::from(a) * u128::from(b) + u128::from(sum) + u128::from(carry);
            prop_assert_eq!(u128::from(high) << 64 | u128::from(low), wide);
            prop_assert_eq!(mac_carry_last(sum, a, b, carry), (low, high));
        }
    }

    #[test]
    fn mac_does_not_overflow() {
        for mac in [mac, mac_carry_last] {
            assert_eq!(mac(u64::MAX, u64::MAX, u64::MAX, u64::MAX), (u64::MAX, u64::MAX));
        }
    }
}
