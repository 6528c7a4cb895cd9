//! Natural numbers as little-endian 64-bit limbs: just what the checks of a public modulus need.
//!
//! Everything here is variable-time: it only ever sees public keys. `crypto-bigint` does the square roots; the rest is written out because
//! the checks want operations that it does not offer (divisibility without a remainder, arithmetic modulo 2^64k), and because its
//! Montgomery form pays for being constant-time.

use alloc::vec;
use alloc::vec::Vec;

use crypto_bigint::BoxedUint;

/// A big-endian magnitude as limbs, without zero limbs at the top.
pub(super) fn from_be(magnitude: &[u8]) -> Vec<u64> {
    let mut limbs: Vec<u64> =
        magnitude.rchunks(8).map(|chunk| chunk.iter().fold(0, |limb, &byte| limb << 8 | u64::from(byte))).collect();
    trim(&mut limbs);
    limbs
}

/// The same number for crypto-bigint. By its bytes, because its limbs have 32 bits on some targets.
pub(super) fn to_boxed(limbs: &[u64]) -> BoxedUint {
    let bytes: Vec<u8> = limbs.iter().rev().flat_map(|limb| limb.to_be_bytes()).collect();
    BoxedUint::from_be_slice_vartime(&bytes)
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

/// `⌊√limbs⌋`.
pub(super) fn square_root(limbs: &[u64]) -> Vec<u64> {
    from_be(&to_boxed(limbs).floor_sqrt_vartime().to_be_bytes())
}
