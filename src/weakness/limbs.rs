//! Natural numbers as little-endian 64-bit limbs: just what the checks of a public modulus need.
//!
//! Everything here is variable-time: it only ever sees public keys. Written out because the checks want operations that
//! other crates do not offer (divisibility without a remainder, arithmetic modulo 2^64k), and because the Montgomery form of
//! `crypto-bigint` pays for being constant-time.

use alloc::vec;
use alloc::vec::Vec;

/// A big-endian magnitude as limbs, without zero limbs at the top.
pub(super) fn from_be(magnitude: &[u8]) -> Vec<u64> {
    let mut limbs: Vec<u64> =
        magnitude.rchunks(8).map(|chunk| chunk.iter().fold(0, |limb, &byte| limb << 8 | u64::from(byte))).collect();
    trim(&mut limbs);
    limbs
}

pub(super) fn trim(limbs: &mut Vec<u64>) {
    while limbs.last() == Some(&0) {
        limbs.pop();
    }
}

/// The number of bits, exactly; 0 for zero.
pub(super) fn bits(limbs: &[u64]) -> usize {
    let length = limbs.iter().rposition(|&limb| limb != 0).map_or(0, |top| top + 1);
    limbs.get(..length).and_then(|used| used.last()).map_or(0, |top| 64 * length - top.leading_zeros() as usize)
}

/// The lowest limb; 0 for zero.
pub(super) fn low(limbs: &[u64]) -> u64 {
    limbs.first().copied().unwrap_or(0)
}

/// `limbs mod divisor`, 32 bits at a time, so that no step needs more than a 64-bit division.
pub(super) fn residue(limbs: &[u64], divisor: u32) -> u32 {
    let divisor = u64::from(divisor);
    let rest = limbs
        .iter()
        .rev()
        .flat_map(|&limb| [limb >> 32, limb & 0xffff_ffff])
        .fold(0, |rest, half| (rest << 32 | half) % divisor);
    rest as u32 // below the divisor, which is a u32
}

/// `limbs / divisor` among the 2-adic integers, modulo 2^(64·length), for an odd divisor: the division from the low end that leaves no
/// remainder.
///
/// Returns `−limbs · 2^(−64·length)` modulo the divisor, up to a multiple of it (Montgomery's reduction with a modulus of one limb), which
/// a factor of the divisor divides exactly if it divides `limbs`.
pub(super) fn divide_two_adic(limbs: &mut [u64], divisor: u64) -> u64 {
    let inverse = inverse(divisor);
    limbs.iter_mut().fold(0, |carry, limb| {
        let (quotient, carry) = divide_limb(*limb, carry, divisor, inverse);
        *limb = quotient;
        carry
    })
}

/// What [`divide_two_adic`] returns, without the quotient.
pub(super) fn scaled_residue(limbs: &[u64], divisor: u64) -> u64 {
    let inverse = inverse(divisor);
    limbs.iter().fold(0, |carry, &limb| divide_limb(limb, carry, divisor, inverse).1)
}

/// The quotient whose product with the divisor ends in `limb − carry`, and what that product takes from the next limb: its upper half, at
/// most divisor − 1, and the borrow; no more than the divisor in all.
#[inline]
fn divide_limb(limb: u64, carry: u64, divisor: u64, inverse: u64) -> (u64, u64) {
    let (difference, borrow) = limb.overflowing_sub(carry);
    let quotient = difference.wrapping_mul(inverse);
    let upper = ((u128::from(quotient) * u128::from(divisor)) >> 64) as u64;
    (quotient, upper + u64::from(borrow))
}

/// The inverse of an odd number modulo 2^64, by Newton's iteration: 3·x ⊕ 2 is right in 5 bits, and each step doubles them.
pub(super) fn inverse(odd: u64) -> u64 {
    let mut inverse = odd.wrapping_mul(3) ^ 2;
    for _ in 0..4 {
        inverse = inverse.wrapping_mul(2u64.wrapping_sub(odd.wrapping_mul(inverse)));
    }
    inverse
}

/// `sum += factor · word` over the length of the shorter; returns the limb carried out.
fn add_product(sum: &mut [u64], factor: &[u64], word: u64) -> u64 {
    let mut carry = 0;
    for (limb, &f) in sum.iter_mut().zip(factor) {
        (*limb, carry) = multiply_add(f, word, *limb, carry);
    }
    carry
}

/// `a · b + c + d`, low and high limb: at most (2^64 − 1)² + 2·(2^64 − 1) = 2^128 − 1.
///
/// `d` is added last, being the limb that a loop carries: two instructions from one turn to the next, where a sum in 128 bits made three.
#[inline(always)]
pub(super) fn multiply_add(a: u64, b: u64, c: u64, d: u64) -> (u64, u64) {
    let wide = u128::from(a) * u128::from(b);
    let (low, first) = (wide as u64).overflowing_add(c);
    let (low, second) = low.overflowing_add(d);
    (low, (wide >> 64) as u64 + u64::from(first) + u64::from(second))
}

/// `a · b`.
pub(super) fn product(a: &[u64], b: &[u64]) -> Vec<u64> {
    let mut product = vec![0; a.len() + b.len()];
    add_shifted_products(&mut product, a, b);
    trim(&mut product);
    product
}

/// `a · b mod 2^(64·length)`, in `length` limbs.
pub(super) fn product_low(a: &[u64], b: &[u64], length: usize) -> Vec<u64> {
    let mut product = vec![0; length];
    add_shifted_products(&mut product, a, b);
    product
}

/// Schoolbook multiplication into zeroed limbs; what does not fit is dropped.
fn add_shifted_products(product: &mut [u64], a: &[u64], b: &[u64]) {
    for (shift, &word) in b.iter().enumerate() {
        let Some(row) = product.get_mut(shift..) else { break };
        let carry = add_product(row, a, word);
        if let Some(limb) = row.get_mut(a.len()) {
            *limb = carry;
        }
    }
}

/// `a + b · word`.
pub(super) fn sum(a: &[u64], b: &[u64], word: u64) -> Vec<u64> {
    let mut sum = vec![0; a.len().max(b.len()) + 1];
    add_product(&mut sum, a, 1);
    let carry = add_product(&mut sum, b, word);
    let high = sum.get_mut(b.len()..).unwrap_or_default();
    add_word(high, carry);
    trim(&mut sum);
    sum
}

/// `limbs += word`, for a sum that has room.
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

/// `limbs −= other`, which is no longer than `limbs`; returns the borrow.
pub(super) fn subtract(limbs: &mut [u64], other: &[u64]) -> bool {
    let mut borrow = false;
    for (limb, &o) in limbs.iter_mut().zip(other.iter().chain(core::iter::repeat(&0))) {
        let (difference, first) = limb.overflowing_sub(o);
        let (difference, second) = difference.overflowing_sub(u64::from(borrow));
        *limb = difference;
        borrow = first || second;
    }
    borrow
}

/// Whether `a ≥ b`, for numbers of the same number of limbs.
pub(super) fn at_least(a: &[u64], b: &[u64]) -> bool {
    a.iter().rev().ge(b.iter().rev())
}

/// `⌊√limbs⌋`, by the schoolbook method with digits of 64 bits.
pub(super) fn square_root(limbs: &[u64]) -> Vec<u64> {
    // Shifted left by an even number of bits, so that the root's top bit is that of a limb.
    let length = bits(limbs).div_ceil(128);
    let shift = (128 * length - bits(limbs)) & !1;
    let mut number = shift_left(limbs, shift);
    number.resize(2 * length, 0);
    let mut pairs = number.rchunks_exact(2).map(low_pair);
    let Some(top) = pairs.next() else { return Vec::new() };
    let first = top.isqrt();
    // Twice the root of the pairs so far, and what they are more than its square; no more than twice the root.
    let mut twice = split(2 * first).to_vec();
    let mut remainder = split(top - first * first).to_vec();
    for pair in pairs {
        remainder.splice(..0, split(pair));
        twice.insert(0, 0);
        twice.push(0);
        let digit = root_digit(&remainder, &twice);
        add_word(&mut twice, digit);
        subtract(&mut remainder, &product(&twice, &[digit]));
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
    let mut root = shift_right(&twice, 1 + shift / 2);
    trim(&mut root);
    root
}

/// A digit q that is not too large, and at most five too small, such that `(twice + q)·q <= remainder`, for the numbers
/// that [`square_root`] has then.
///
/// Without q² the largest is `⌊remainder / twice⌋`; with it, at most one less, as twice is above 2^128 and thus above
/// q². From the top limbs of both, of which that of `twice` is 1, rounded down: at most 2^64 / 2^63 + 1 less.
fn root_digit(remainder: &[u64], twice: &[u64]) -> u64 {
    let ([.., third, second, first], [.., divisor, _, _]) = (remainder, twice) else { return 0 };
    let dividend = u128::from(*first) << 127 | u128::from(*second) << 63 | u128::from(*third >> 1);
    let divisor = (1 << 63) + u128::from(*divisor >> 1) + 1;
    u64::try_from(dividend / divisor).unwrap_or(u64::MAX).saturating_sub(1)
}

/// The two lowest limbs.
pub(super) fn low_pair(limbs: &[u64]) -> u128 {
    limbs.iter().take(2).rev().fold(0, |pair, &limb| pair << 64 | u128::from(limb))
}

/// The two limbs of a number.
fn split(pair: u128) -> [u64; 2] {
    [pair as u64, (pair >> 64) as u64]
}

/// `limbs · 2^by`
fn shift_left(limbs: &[u64], by: usize) -> Vec<u64> {
    let below = core::iter::once(&0).chain(limbs);
    let shifted = limbs.iter().chain(&[0]).zip(below).map(|(&high, &low)| {
        let pair = u128::from(high) << 64 | u128::from(low);
        (pair << (by % 64) >> 64) as u64
    });
    core::iter::repeat_n(0, by / 64).chain(shifted).collect()
}

/// `⌊limbs / 2^by⌋`
fn shift_right(limbs: &[u64], by: usize) -> Vec<u64> {
    let rest = limbs.get(by / 64..).unwrap_or_default();
    rest.iter()
        .zip(rest.iter().skip(1).chain(&[0]))
        .map(|(&low, &high)| (low_pair(&[low, high]) >> (by % 64)) as u64)
        .collect()
}

#[cfg(test)]
mod tests {
    use crypto_bigint::BoxedUint;
    use proptest::prelude::*;

    use super::*;

    fn big(limbs: &[u64]) -> BoxedUint {
        let bytes: Vec<u8> = limbs.iter().rev().flat_map(|limb| limb.to_be_bytes()).collect();
        BoxedUint::from_be_slice_vartime(&bytes)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]
        /// Of any number, of squares, and of numbers next to squares.
        #[test]
        fn the_square_root_is_that_of_crypto_bigint(
            root in prop::collection::vec(prop_oneof![any::<u64>(), Just(u64::MAX), Just(0), Just(1 << 63), Just(1)], 0..9),
            is_squared in any::<bool>(),
            more in -1i8..=1,
        ) {
            let mut number = if is_squared { product(&root, &root) } else { root };
            match more {
                1 => add_word(&mut number, 1),
                -1 if bits(&number) > 0 => _ = subtract(&mut number, &[1]),
                _ => {}
            }
            let expected = big(&number).floor_sqrt_vartime().to_be_bytes();
            prop_assert_eq!(square_root(&number), from_be(&expected));
        }
    }
}
