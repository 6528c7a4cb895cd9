//! [`Transform`]: a number-theoretic transform, for products of long public numbers.
//!
//! Numbers are split into coefficients of about 20 bits. The transform evaluates the polynomial with these coefficients
//! at all roots of unity of order 2^k modulo the prime 2^64 − 2^32 + 1, where a product takes 2^k multiplications. So a
//! product of two numbers of length n takes time proportional to n·log n instead of n².

use alloc::vec;
use alloc::vec::Vec;

/// The prime 2^64 − 2^32 + 1, modulo which there are roots of unity of every order up to 2^32.
const PRIME: u64 = 0xffff_ffff_0000_0001;

/// 2^64 modulo [`PRIME`].
const EPSILON: u64 = 0xffff_ffff;

/// A root of unity of order 2^32: 7^(2^32 − 1), where 7 generates all units.
const ROOT: u64 = power(7, EPSILON);

/// The roots of unity for transforms of up to some size.
///
/// Root i of the table is the square root of the one at ⌊i/2⌋, or of its negative for an odd i: the order in which a
/// transform that leaves its results in bit-reversed order needs them. Tables of all sizes are prefixes of each other.
pub(super) struct Transform {
    roots: Vec<u64>,
    inverse_roots: Vec<u64>,
}

/// The size of a transform: 2^log points, with coefficients of so many bits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Size {
    log: u32,
    bits: u32,
}

impl Size {
    /// Returns the smallest size with room for `length` limbs. In it, products modulo x^points − 1 do not overflow, nor
    /// do the sums of two products that have no more than `length` limbs.
    pub(super) fn for_limbs(length: usize) -> Self {
        let fits = |size: &Self| 64 * length <= (size.bits as usize) << size.log;
        let sizes = (4..32).map(|log| Self {
            log,
            // A coefficient has 2^log terms, or 2^(log − 1) in each of two products, so it is below 2^63.
            bits: (63 - log) / 2,
        });
        sizes.clone().find(fits).unwrap_or(Self { log: 32, bits: 15 })
    }

    fn points(self) -> usize {
        1 << self.log
    }
}

impl Transform {
    pub(super) const fn new() -> Self {
        Self { roots: Vec::new(), inverse_roots: Vec::new() }
    }

    /// Transforms a number that fits the size.
    pub(super) fn forward(&mut self, limbs: &[u64], size: Size) -> Vec<u64> {
        self.extend(size);
        let mut values = coefficients(limbs, size);
        forward(&mut values, 0, &self.roots);
        values
    }

    /// Transforms back, and returns the number modulo 2^(bits·points) − 1, or that plus this modulus.
    pub(super) fn inverse(&mut self, mut values: Vec<u64>, size: Size) -> Vec<u64> {
        self.extend(size);
        inverse(&mut values, 0, &self.inverse_roots);
        // Divides by the number of points.
        let factor = power(2, u64::from(192 - size.log));
        for value in &mut values {
            *value = multiply(*value, factor);
        }
        limbs_of(&values, size)
    }

    /// Computes the roots for this size, unless they are there.
    fn extend(&mut self, size: Size) {
        for (table, root) in [(&mut self.roots, ROOT), (&mut self.inverse_roots, power(ROOT, (1 << 32) - 1))] {
            if table.is_empty() {
                table.push(1);
            }
            while 2 * table.len() < size.points() {
                // A root of order 4·length.
                let order = u64::from(table.len().trailing_zeros() + 2);
                let next = power(root, 1 << (32 - order));
                let doubled: Vec<u64> = table.iter().map(|&root| multiply(root, next)).collect();
                table.extend(doubled);
            }
        }
    }
}

/// Returns the products of two transforms, point by point.
pub(super) fn pointwise(a: &[u64], b: &[u64]) -> Vec<u64> {
    a.iter().zip(b).map(|(&a, &b)| multiply(a, b)).collect()
}

/// Returns the sums of two transforms, point by point.
pub(super) fn pointwise_sum(a: &[u64], b: &[u64]) -> Vec<u64> {
    a.iter().zip(b).map(|(&a, &b)| add(a, b)).collect()
}

/// The length up to which a transform goes through the stages one by one: 8 KiB fit the first-level cache.
const ONE_BY_ONE: usize = 1024;

/// Evaluates block `block` of its stage: a polynomial modulo x^length − r, where r is the square of root `block`, is
/// reduced modulo x^(length/2) − √r and x^(length/2) + √r, and so on. Depth first, so that long transforms use the cache.
fn forward(values: &mut [u64], block: usize, roots: &[u64]) {
    if values.len() > ONE_BY_ONE {
        let root = roots.get(block).copied().unwrap_or(1);
        split(values, root);
        let (low, high) = values.split_at_mut(values.len() / 2);
        forward(low, 2 * block, roots);
        forward(high, 2 * block + 1, roots);
        return;
    }
    let (mut length, mut block) = (values.len(), block);
    while length > 1 {
        for (values, &root) in values.chunks_exact_mut(length).zip(roots.iter().skip(block)) {
            split(values, root);
        }
        (length, block) = (length / 2, 2 * block);
    }
}

fn split(values: &mut [u64], root: u64) {
    let (low, high) = values.split_at_mut(values.len() / 2);
    for (low, high) in low.iter_mut().zip(high) {
        let product = multiply(*high, root);
        (*low, *high) = (add(*low, product), subtract(*low, product));
    }
}

/// Reverses [`forward`], without the division by the number of points.
fn inverse(values: &mut [u64], block: usize, roots: &[u64]) {
    if values.len() > ONE_BY_ONE {
        let (low, high) = values.split_at_mut(values.len() / 2);
        inverse(low, 2 * block, roots);
        inverse(high, 2 * block + 1, roots);
        let root = roots.get(block).copied().unwrap_or(1);
        join(values, root);
        return;
    }
    let mut length = 2;
    while length <= values.len() {
        let block = block * (values.len() / length);
        for (values, &root) in values.chunks_exact_mut(length).zip(roots.iter().skip(block)) {
            join(values, root);
        }
        length *= 2;
    }
}

fn join(values: &mut [u64], root: u64) {
    let (low, high) = values.split_at_mut(values.len() / 2);
    for (low, high) in low.iter_mut().zip(high) {
        (*low, *high) = (add(*low, *high), multiply(subtract(*low, *high), root));
    }
}

/// Splits a number into as many coefficients as the size has points.
fn coefficients(limbs: &[u64], size: Size) -> Vec<u64> {
    let mut coefficients = vec![0; size.points()];
    let mask = (1 << size.bits) - 1;
    let (mut buffer, mut buffered) = (0u128, 0);
    let mut limbs = limbs.iter();
    for coefficient in &mut coefficients {
        if buffered < size.bits {
            match limbs.next() {
                Some(&limb) => buffer |= u128::from(limb) << buffered,
                None if buffer == 0 => break,
                None => {}
            }
            buffered += 64;
        }
        *coefficient = buffer as u64 & mask;
        buffer >>= size.bits;
        buffered -= size.bits;
    }
    debug_assert!(buffer == 0 && limbs.all(|&limb| limb == 0), "the number does not fit the transform");
    coefficients
}

/// Evaluates the polynomial with these coefficients at 2^bits.
fn limbs_of(coefficients: &[u64], size: Size) -> Vec<u64> {
    let mut limbs = Vec::with_capacity(coefficients.len() * size.bits as usize / 64 + 2);
    let mask = (1 << size.bits) - 1;
    let (mut carry, mut buffer, mut buffered) = (0u128, 0u128, 0);
    for &coefficient in coefficients {
        carry += u128::from(coefficient);
        buffer |= (carry & mask) << buffered;
        carry >>= size.bits;
        buffered += size.bits;
        if buffered >= 64 {
            limbs.push(buffer as u64);
            buffer >>= 64;
            buffered -= 64;
        }
    }
    buffer |= carry << buffered; // below 2^(64 − bits + 1 + 64)
    limbs.extend([buffer as u64, (buffer >> 64) as u64]);
    limbs
}

/// Returns `a + b` modulo the prime.
#[inline]
const fn add(a: u64, b: u64) -> u64 {
    let (sum, is_below) = a.overflowing_sub(PRIME - b);
    if is_below { sum.wrapping_add(PRIME) } else { sum }
}

/// Returns `a − b` modulo the prime.
#[inline]
const fn subtract(a: u64, b: u64) -> u64 {
    let (difference, is_below) = a.overflowing_sub(b);
    if is_below { difference.wrapping_add(PRIME) } else { difference }
}

/// Returns `a · b` modulo the prime, where 2^64 = 2^32 − 1 and 2^96 = −1.
#[inline]
const fn multiply(a: u64, b: u64) -> u64 {
    let product = a as u128 * b as u128;
    let (low, high) = (product as u64, (product >> 64) as u64);
    let (mut difference, is_below) = low.overflowing_sub(high >> 32);
    if is_below {
        difference = difference.wrapping_sub(EPSILON);
    }
    let (mut sum, is_above) = difference.overflowing_add((high & EPSILON) * EPSILON);
    if is_above {
        sum = sum.wrapping_add(EPSILON);
    }
    if sum >= PRIME { sum - PRIME } else { sum }
}

/// Returns `base^exponent` modulo the prime.
const fn power(base: u64, exponent: u64) -> u64 {
    let (mut power, mut base, mut exponent) = (1, base, exponent);
    while exponent != 0 {
        if exponent & 1 == 1 {
            power = multiply(power, base);
        }
        base = multiply(base, base);
        exponent >>= 1;
    }
    power
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn word() -> impl Strategy<Value = u64> {
        prop_oneof![any::<u64>(), 0..4u64, PRIME - 4..PRIME, Just(EPSILON), Just(EPSILON + 1)]
            .prop_map(|word| word % PRIME)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]
        #[test]
        fn the_arithmetic_is_that_modulo_the_prime(a in word(), b in word()) {
            let [wide_a, wide_b, prime] = [a, b, PRIME].map(u128::from);
            prop_assert_eq!(u128::from(add(a, b)), (wide_a + wide_b) % prime);
            prop_assert_eq!(u128::from(subtract(a, b)), (wide_a + prime - wide_b) % prime);
            prop_assert_eq!(u128::from(multiply(a, b)), wide_a * wide_b % prime);
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(30))]
        #[test]
        fn the_inverse_restores_the_number(limbs in prop::collection::vec(any::<u64>(), 0..800)) {
            let size = Size::for_limbs(limbs.len());
            let mut transform = Transform::new();
            let values = transform.forward(&limbs, size);
            let mut restored = transform.inverse(values, size);
            prop_assert!(restored.split_off(limbs.len()).iter().all(|&limb| limb == 0));
            prop_assert_eq!(restored, limbs);
        }
    }

    #[test]
    fn the_root_has_order_2_to_the_32() {
        assert_eq!(power(ROOT, 1 << 31), PRIME - 1);
        let mut transform = Transform::new();
        transform.extend(Size { log: 6, bits: 20 });
        for (roots, sign) in [(&transform.roots, 1), (&transform.inverse_roots, 1)] {
            assert_eq!(roots.len(), 32);
            for (i, &root) in roots.iter().enumerate() {
                let square = if i % 2 == 0 { roots[i / 2] } else { PRIME - roots[i / 2] };
                assert_eq!(multiply(root, root), square * sign, "root {i}");
            }
        }
    }
}
