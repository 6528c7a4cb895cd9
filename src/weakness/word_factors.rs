//! Factors public numbers of one word, in variable time.

use alloc::vec;
use alloc::vec::Vec;

use crate::keygen::small_primes::odd_primes_below;
use crate::keygen::word::inverse_mod_2_64;

/// The first number above the primes that are tried one by one.
const TRIED: u32 = 1 << 16;

/// Returns the divisors d of an odd number for which d and the number over d are below a bound of at most 2^32. They are
/// in no order.
///
/// Trial division by the primes below 2^16 takes 10 µs, and Pollard's method for what is left 2 ms on average if that is
/// a product of two primes of 32 bits.
///
/// Misses a divisor only if Pollard's method exceeds [`STEPS`]: in about one of 3000 products of such primes.
pub(super) fn balanced_divisors(number: u64, bound: u64) -> Vec<u64> {
    let mut divisors = vec![1];
    let mut rest = number;
    for prime in odd_primes_below(TRIED).iter().map(|&prime| u64::from(prime)) {
        if prime * prime > rest {
            break;
        }
        if rest.is_multiple_of(prime) {
            let mut powers = vec![1];
            while rest.is_multiple_of(prime) {
                rest /= prime;
                powers.extend(powers.last().map(|power| power * prime));
            }
            multiply_all(&mut divisors, &powers);
        }
    }
    // What is left has at most three prime factors, which are above 2^16. Those below 2^32 are of interest.
    while rest > 1 {
        let factor = if rest < 1 << 32 { rest } else { pollard(rest).unwrap_or(rest) };
        multiply_all(&mut divisors, &[1, factor]);
        rest /= factor;
    }
    divisors.retain(|divisor| *divisor < bound && number / divisor < bound);
    divisors.sort_unstable();
    divisors.dedup();
    divisors
}

/// Replaces numbers by their products with each factor.
fn multiply_all(numbers: &mut Vec<u64>, factors: &[u64]) {
    *numbers = numbers.iter().flat_map(|number| factors.iter().map(move |factor| number * factor)).collect();
}

/// The steps of Pollard's method. A factor below 2^32 is missed with a probability of about e^−8.
const STEPS: u32 = 1 << 18;

/// Returns a proper factor of an odd composite number by Pollard's method (*A Monte Carlo method for factorization*,
/// 1975), in the variant of Brent; `None` for a prime.
fn pollard(number: u64) -> Option<u64> {
    let ring = Ring::new(number);
    if ring.is_probable_prime() {
        return None;
    }
    // The start, the step and the factor that scales the product do not matter.
    let (mut fast, mut slow, mut product) = (2, 2, 1);
    let (mut before, mut slow_before) = (fast, slow);
    for step in 1..=STEPS {
        fast = ring.next(fast);
        product = ring.product(product, fast.abs_diff(slow));
        if step.is_power_of_two() || step.is_multiple_of(128) {
            let common = gcd(product, number);
            if common != 1 {
                if common != number {
                    return Some(common);
                }
                return ring.search(before, slow_before);
            }
            if step.is_power_of_two() {
                slow = fast;
            }
            (before, slow_before, product) = (fast, slow, 1);
        }
    }
    None
}

/// Arithmetic modulo an odd number above 1, in Montgomery form.
struct Ring {
    modulus: u64,
    inverse: u64,
}

impl Ring {
    fn new(modulus: u64) -> Self {
        Self { modulus, inverse: inverse_mod_2_64(modulus) }
    }

    /// Returns `a · b · 2^−64`, for a factor below the modulus.
    fn product(&self, a: u64, b: u64) -> u64 {
        let product = u128::from(a) * u128::from(b);
        let quotient = (product as u64).wrapping_mul(self.inverse);
        let (high, subtracted) =
            ((product >> 64) as u64, ((u128::from(quotient) * u128::from(self.modulus)) >> 64) as u64);
        let (difference, is_below) = high.overflowing_sub(subtracted);
        if is_below { difference.wrapping_add(self.modulus) } else { difference }
    }

    /// Returns the next number of the sequence: a square plus one.
    fn next(&self, x: u64) -> u64 {
        let square = self.product(x, x);
        if square + 1 == self.modulus { 0 } else { square + 1 }
    }

    /// Returns the first proper factor from a place in the sequence on, one number at a time.
    fn search(&self, mut fast: u64, slow: u64) -> Option<u64> {
        for _ in 0..128 {
            fast = self.next(fast);
            let common = gcd(fast.abs_diff(slow), self.modulus);
            if common != 1 {
                return (common != self.modulus).then_some(common);
            }
        }
        None
    }

    /// Returns whether 2^(modulus − 1) = 1. Some composite numbers are mistaken for primes.
    fn is_probable_prime(&self) -> bool {
        let one = (u128::MAX % u128::from(self.modulus) + 1) as u64 % self.modulus; // 2^128
        let one = self.product(one, 1);
        let double = |x: u64| ((u128::from(x) << 1) % u128::from(self.modulus)) as u64;
        let exponent = self.modulus - 1;
        let mut power = one;
        for bit in (0..64 - exponent.leading_zeros()).rev() {
            power = self.product(power, power);
            if exponent >> bit & 1 == 1 {
                power = double(power);
            }
        }
        power == one
    }
}

/// Returns the greatest common divisor, by Euclid's algorithm.
pub(super) fn gcd(mut a: u64, mut b: u64) -> u64 {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}

/// Returns the inverse of a number modulo another one; 0 modulo 1. They must be coprime.
pub(super) fn inverse(number: u64, modulus: u64) -> u64 {
    let wide = i128::from(modulus);
    let (mut a, mut b) = (wide, i128::from(number) % wide);
    let (mut before, mut factor) = (0i128, 1i128);
    while b != 0 {
        let quotient = a / b;
        (a, b) = (b, a % b);
        (before, factor) = (factor, before - quotient * factor);
    }
    before.rem_euclid(wide) as u64 // below the modulus
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn divisors_of_small_numbers_match_brute_force() {
        for number in (1..3000u64).step_by(2) {
            for bound in [2, 50, 100, 3001] {
                let expected: Vec<u64> =
                    (1..bound).filter(|&d| number.is_multiple_of(d) && number / d < bound).collect();
                assert_eq!(balanced_divisors(number, bound), expected, "{number}");
            }
        }
    }

    proptest! {
        #[test]
        fn both_factors_of_a_product_are_among_its_divisors(a in any::<u32>(), b in any::<u32>()) {
            let [a, b] = [a, b].map(|factor| u64::from(factor | 1));
            let divisors = balanced_divisors(a * b, 1 << 32);
            prop_assert!(divisors.contains(&a) && divisors.contains(&b), "{:?}", divisors);
            prop_assert!(divisors.iter().all(|divisor| (a * b).is_multiple_of(*divisor)));
        }

        #[test]
        fn a_number_times_its_inverse_is_one(a in 1..u64::MAX, modulus in 2..u64::MAX) {
            prop_assume!(gcd(a, modulus) == 1);
            let product = u128::from(a) * u128::from(inverse(a, modulus)) % u128::from(modulus);
            prop_assert_eq!(product, 1);
        }
    }

    #[test]
    fn products_of_large_primes_are_factored() {
        for (a, b) in [(4_294_967_291, 4_294_967_279), (4_294_967_291, 4_294_967_291), (65_537, 65_539)] {
            assert!(balanced_divisors(a * b, 1 << 32).contains(&a), "{a} {b}");
        }
        // A prime, and one times 3.
        assert!(balanced_divisors(18_446_744_073_709_551_557, 1 << 32).is_empty());
        assert!(balanced_divisors(3 * 4_294_967_311, 1 << 32).is_empty());
    }
}
