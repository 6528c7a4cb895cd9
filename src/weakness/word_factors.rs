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
    let (blocks, last) = odd_primes_below(TRIED).as_chunks::<BLOCK>();
    for block in blocks.iter().map(<[u16; BLOCK]>::as_slice).chain([last]) {
        if block.first().is_none_or(|&prime| u64::from(prime).pow(2) > rest) {
            break;
        }
        if rest < EXACT && !may_have_factor(rest, block) {
            continue;
        }
        for prime in block.iter().map(|&prime| u64::from(prime)) {
            if rest.is_multiple_of(prime) {
                let mut powers = vec![1];
                while rest.is_multiple_of(prime) {
                    rest /= prime;
                    powers.extend(powers.last().map(|power| power * prime));
                }
                multiply_all(&mut divisors, &powers);
            }
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

/// The primes that are tried together.
const BLOCK: usize = 16;
/// A number below this, divided by a prime below 2^16, is at least 2^−16 away from an integer or equal to it, and is
/// below 2^32 for a quotient with 53 exact bits.
const EXACT: u64 = 1 << 48;

/// Returns whether any of some primes may divide a number below [`EXACT`]; certainly if one does.
///
/// Divisions of floating-point numbers are vectorized, those of integers are not.
fn may_have_factor(number: u64, primes: &[u16]) -> bool {
    /// The floating-point numbers from here on are integers.
    const INTEGERS: f64 = (1u64 << 52) as f64;
    let number = number as f64;
    let divides = |&prime: &u16| {
        let quotient = number / f64::from(prime);
        (quotient + INTEGERS) - INTEGERS == quotient
    };
    primes.iter().fold(false, |found, prime| found | divides(prime))
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
    let mut steps = STEPS;
    let mut increment = 0;
    // A sequence that finds all factors in the same step is followed by another one.
    while steps > 0 {
        increment += 1;
        let factor = ring.factor(increment, &mut steps);
        if factor.is_some() {
            return factor;
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

    /// Returns a proper factor, if the sequence with this increment finds one within so many steps.
    fn factor(&self, increment: u64, steps: &mut u32) -> Option<u64> {
        // The start and the factor that scales the product do not matter.
        let (mut fast, mut slow, mut product) = (2, 2, 1);
        let (mut before, mut slow_before) = (fast, slow);
        for step in 1u32.. {
            *steps = steps.checked_sub(1)?;
            fast = self.next(fast, increment);
            product = self.product(product, fast.abs_diff(slow));
            if step.is_power_of_two() || step.is_multiple_of(128) {
                let common = gcd(product, self.modulus);
                if common != 1 {
                    if common != self.modulus {
                        return Some(common);
                    }
                    return self.search(before, slow_before, increment);
                }
                if step.is_power_of_two() {
                    slow = fast;
                }
                (before, slow_before, product) = (fast, slow, 1);
            }
        }
        None
    }

    /// Returns the next number of the sequence: a square plus the increment, which is below the modulus.
    fn next(&self, x: u64, increment: u64) -> u64 {
        let square = self.product(x, x);
        let missing = self.modulus - increment;
        if square < missing { square + increment } else { square - missing }
    }

    /// Returns the first proper factor from a place in the sequence on, one number at a time.
    fn search(&self, mut fast: u64, slow: u64, increment: u64) -> Option<u64> {
        for _ in 0..128 {
            fast = self.next(fast, increment);
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

/// Returns the inverse of a number modulo another one below 2^32; 0 modulo 1. They must be coprime.
pub(super) fn inverse(number: u64, modulus: u64) -> u64 {
    let (mut a, mut b) = (modulus, number % modulus);
    // Below the modulus, apart from their sign.
    let (mut before, mut factor) = (0, 1i64);
    while b != 0 {
        let quotient = a / b;
        (a, b) = (b, a % b);
        (before, factor) = (factor, before - quotient.cast_signed() * factor);
    }
    before.rem_euclid(modulus.cast_signed()).cast_unsigned()
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
        fn a_number_times_its_inverse_is_one(a in 1..u64::MAX, modulus in 2..1u64 << 32) {
            prop_assume!(gcd(a, modulus) == 1);
            let product = u128::from(a) * u128::from(inverse(a, modulus)) % u128::from(modulus);
            prop_assert_eq!(product, 1);
        }
    }

    #[test]
    fn products_of_large_primes_are_factored() {
        let pairs = [(4_294_967_291, 4_294_967_279), (4_294_967_291, 4_294_967_291), (65_537, 65_539)];
        // The first sequence finds both factors at once.
        let together = (95_369, 351_259);
        for (a, b) in pairs.into_iter().chain([together]) {
            assert!(balanced_divisors(a * b, 1 << 32).contains(&a), "{a} {b}");
        }
        // A prime, and one times 3.
        assert!(balanced_divisors(18_446_744_073_709_551_557, 1 << 32).is_empty());
        assert!(balanced_divisors(3 * 4_294_967_311, 1 << 32).is_empty());
    }
}
