//! Detects squares, cubes and higher powers.

use alloc::vec;

use crate::keygen::small_primes::odd_primes_below;
use crate::keygen::word::inverse_mod_2_64;
use crate::weakness::residues::{LARGEST, Residues};
use crate::weakness::uint::{PublicUint, bits_of};

/// Returns whether n = x^k for some x and some k > 1, given its smallest factor up to [`LARGEST`]. Exact for odd n.
pub(super) fn is_perfect_power(n: &PublicUint, smallest_factor: Option<u32>, residues: &Residues) -> bool {
    let is_power = |k| residues.may_be_power(k) && if k == 2 { is_square(n) } else { has_root(n, k) };
    match smallest_factor {
        // The roots need an odd n, and an even one is reported for its factor.
        Some(2) => false,
        // In a k-th power the multiplicity of each prime is a multiple of k.
        Some(prime) => {
            let multiplicity = multiplicity(n, prime.into());
            prime_exponents_up_to(multiplicity).any(|k| multiplicity.is_multiple_of(k) && is_power(k))
        }
        // x is above 2^16.
        None => prime_exponents_up_to(n.bits() / 16).any(is_power),
    }
}

/// Lists the exponents that must be tried, up to a limit: 2, the odd primes of the table, and all odd numbers above it.
/// (A power with a composite exponent is also one with a prime exponent.)
fn prime_exponents_up_to(limit: usize) -> impl Iterator<Item = usize> {
    let primes = odd_primes_below(LARGEST).iter().map(|&prime| usize::from(prime));
    let above = (LARGEST as usize..).step_by(2);
    core::iter::once(2).chain(primes).chain(above).take_while(move |&k| k <= limit)
}

/// Returns how often an odd prime divides n, which is not zero.
fn multiplicity(n: &PublicUint, prime: u64) -> usize {
    // The largest power in a word, so that there is one division for each limb.
    let mut powers = vec![prime];
    powers.extend(core::iter::successors(prime.checked_mul(prime), |power| power.checked_mul(prime)));
    let mut rest = n.clone();
    let mut multiplicity = 0;
    while let Some(&power) = powers.last() {
        if rest.is_multiple_of(power) {
            rest = rest.divided_two_adic(power, rest.limbs().len());
            multiplicity += powers.len();
        } else {
            powers.pop();
        }
    }
    multiplicity
}

/// Returns whether n is a square.
fn is_square(n: &PublicUint) -> bool {
    let root = n.square_root();
    root.product(&root) == *n
}

/// Returns whether an odd n is a k-th power, for an odd k.
///
/// Every odd number has exactly one k-th root modulo each power of two. If n = x^k for an integer x, that root is x
/// modulo the power of two, and x itself once the power of two exceeds x. So the candidate is the root modulo
/// 2^(64·length), which leaves room for at least 32 bits more than x can have. If n is not a k-th power, the root
/// is effectively random, and nearly always longer than x can be; the comparison of lengths then saves computing
/// the power.
fn has_root(n: &PublicUint, k: usize) -> bool {
    let bits = n.bits();
    let length = (bits / k + 32) / 64 + 1;
    let root = root_modulo_power_of_two(n, k, length);
    // 2^(k·(root_bits − 1)) ≤ root^k < 2^(k·root_bits)
    let root_bits = root.bits();
    if root_bits == 0 || k * (root_bits - 1) >= bits || k * root_bits < bits {
        return false;
    }
    root.power(k) == *n
}

/// Returns the k-th root of n modulo 2^(64·length), for odd k and n: n·y^(k−1), where y = n^(−1/k).
///
/// Newton's iteration computes y and needs only the inverse of k: with ε = 1 − n·y^k, the next y is y·(1 + ε/k),
/// and its error is a multiple of ε². Since n ≡ n^−k modulo 8, y = n has three correct bits, and each step doubles
/// their number.
fn root_modulo_power_of_two(n: &PublicUint, k: usize, length: usize) -> PublicUint {
    let low = root_inverse_modulo_word(n.low_word(), k);
    if length == 1 {
        return PublicUint::from_limbs(vec![n.low_word().wrapping_mul(power_wrapping(low, k - 1))]);
    }
    let mut y = PublicUint::from_limbs(vec![low]);
    let mut correct = 1;
    while correct < length {
        correct = (2 * correct).min(length);
        // −ε = n·y^k − 1, where n·y^k is odd
        let product = n.product_low(&y.power_low(k, correct), correct);
        let negative_error = product.difference_low(&PublicUint::from_limbs(vec![1]), correct);
        let negative_step = negative_error.divided_two_adic(k as u64, correct).product_low(&y, correct);
        y = y.difference_low(&negative_step, correct);
    }
    n.product_low(&y.power_low(k - 1, length), length)
}

/// Returns n^(−1/k) modulo 2^64: the first steps of the iteration.
fn root_inverse_modulo_word(n: u64, k: usize) -> u64 {
    let inverse_of_k = inverse_mod_2_64(k as u64);
    let mut y = n & 7;
    for _ in 0..5 {
        // 3, 6, 12, 24, 48, 96 bits
        let error = 1u64.wrapping_sub(n.wrapping_mul(power_wrapping(y, k)));
        y = y.wrapping_add(y.wrapping_mul(error.wrapping_mul(inverse_of_k)));
    }
    y
}

/// Returns `base^exponent mod 2^64`.
fn power_wrapping(base: u64, exponent: usize) -> u64 {
    bits_of(exponent).fold(1u64, |power, bit| power.wrapping_mul(power).wrapping_mul(if bit { base } else { 1 }))
}

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn above_the_table_every_odd_exponent_is_tried() {
        assert_eq!(prime_exponents_up_to(9).collect::<Vec<_>>(), [2, 3, 5, 7]);
        let end: Vec<_> = prime_exponents_up_to(65541).skip(6540).collect();
        assert_eq!(end, [65519, 65521, 65537, 65539, 65541]);
    }

    /// The next prime has the longest powers of all numbers without a small factor.
    #[test]
    fn powers_of_the_first_prime_above_the_table_are_found() {
        for k in [2, 3, 59, 113, 127] {
            let n = PublicUint::from_limbs(vec![65539]).power(k);
            assert!(is_perfect_power(&n, None, &Residues::new(&n)), "{k}");
            let n = n.plus_word(2);
            assert!(!is_perfect_power(&n, None, &Residues::new(&n)), "{k}");
        }
    }

    proptest! {
        #[test]
        fn the_multiplicity_is_that_of_the_prime(
            cofactor in prop::collection::vec(any::<u64>(), 1..4),
            prime in prop::sample::select(&[3u64, 5, 251, 65521, 65537][..]),
            expected in 0usize..200,
        ) {
            let mut cofactor = cofactor;
            cofactor[0] |= 1;
            let cofactor = PublicUint::from_limbs(cofactor);
            prop_assume!(!cofactor.is_multiple_of(prime));
            let n = (0..expected).fold(cofactor, |n, _| n.product(&PublicUint::from_limbs(vec![prime])));
            prop_assert_eq!(multiplicity(&n, prime), expected);
        }

        /// Without the filter by residues.
        #[test]
        fn powers_have_roots_and_their_neighbors_have_not(
            x in prop::collection::vec(any::<u64>(), 1..4), k in prop::sample::select(&[3usize, 5, 7, 31, 59][..]),
        ) {
            let mut x = x;
            x[0] |= 1;
            let n = PublicUint::from_limbs(x).power(k);
            prop_assume!(n.bits() > 64);
            prop_assert!(has_root(&n, k));
            prop_assert!(!has_root(&n.plus_word(2), k));
        }
    }
}
