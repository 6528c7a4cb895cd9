//! Numbers as little-endian `u64` limbs: the few constant-time operations that the prime engine shares.
//!
//! Lengths are public, contents are secret: loops run over whole slices, choices are masks, and carries are data. Two operands
//! have the same length unless a function says otherwise; where they do not, the shorter one decides, so that nothing can panic.

use alloc::vec::Vec;
use core::hint::black_box;

use subtle::{Choice, ConstantTimeEq};
use zeroize::Zeroizing;

/// A number that is cleared when it is dropped.
pub(crate) type Limbs = Zeroizing<Vec<u64>>;

/// How many limbs a number of `bits` bits takes.
pub(crate) fn limbs_for(bits: u32) -> usize {
    bits.div_ceil(64) as usize
}

/// Zero, in `length` limbs.
pub(crate) fn zero(length: usize) -> Limbs {
    Zeroizing::new(alloc::vec![0; length])
}

/// The sum of two limbs and a carry in, and the carry out.
#[inline(always)]
pub(crate) fn adc(a: u64, b: u64, carry: bool) -> (u64, bool) {
    let (sum, first) = a.overflowing_add(b);
    let (sum, second) = sum.overflowing_add(u64::from(carry));
    (sum, first | second)
}

/// The difference of two limbs and a borrow in, and the borrow out.
#[inline(always)]
pub(crate) fn sbb(a: u64, b: u64, borrow: bool) -> (u64, bool) {
    let (difference, first) = a.overflowing_sub(b);
    let (difference, second) = difference.overflowing_sub(u64::from(borrow));
    (difference, first | second)
}

/// All ones for true, in a way that keeps the compiler from turning what follows into a branch.
#[inline(always)]
pub(crate) fn mask(condition: bool) -> u64 {
    black_box(0u64.wrapping_sub(u64::from(condition)))
}

/// `a -= b`, returning the borrow.
pub(crate) fn sub_assign(a: &mut [u64], b: &[u64]) -> bool {
    let mut borrow = false;
    for (a, &b) in a.iter_mut().zip(b) {
        (*a, borrow) = sbb(*a, b, borrow);
    }
    borrow
}

/// `a -= b` for a single limb `b`, returning the borrow.
pub(crate) fn sub_assign_small(a: &mut [u64], b: u64) -> bool {
    let mut rest = b;
    for limb in a.iter_mut() {
        let (difference, under) = limb.overflowing_sub(rest);
        (*limb, rest) = (difference, u64::from(under));
    }
    rest != 0
}

/// `a += b & mask`, returning the carry.
#[inline(always)]
pub(crate) fn add_masked(a: &mut [u64], b: &[u64], mask: u64) -> bool {
    let mut carry = false;
    for (a, &b) in a.iter_mut().zip(b) {
        (*a, carry) = adc(*a, b & mask, carry);
    }
    carry
}

/// `a + carry·2^(64·len) mod n`, for a value below `2n`.
#[inline(always)]
pub(crate) fn reduce_once(a: &mut [u64], carry: bool, n: &[u64]) {
    let borrow = sub_assign(a, n);
    // A borrow that the carry does not pay for: the subtraction was one too many.
    add_masked(a, n, mask(borrow & !carry));
}

/// `a = 2a + bit mod n`, for `a < n`.
#[inline(always)]
pub(crate) fn double_mod(a: &mut [u64], bit: u64, n: &[u64]) {
    let mut low = bit;
    for limb in a.iter_mut() {
        let high = *limb >> 63;
        *limb = (*limb << 1) | low;
        low = high;
    }
    reduce_once(a, low != 0, n);
}

/// `2^bits - n`, for `n` of exactly `bits` bits: 2^bits mod n, in one subtraction.
pub(crate) fn power_of_two_minus(bits: u32, n: &[u64]) -> Limbs {
    let mut out = zero(n.len());
    let mut carry = true;
    for (out, &n) in out.iter_mut().zip(n) {
        (*out, carry) = adc(!n, 0, carry);
    }
    // That is 2^(64·len) - n; the bits above `bits` are surplus.
    if let Some(top) = out.last_mut() {
        *top &= u64::MAX >> (n.len() as u32 * 64).saturating_sub(bits).min(63);
    }
    out
}

/// `a >>= 1`.
pub(crate) fn halve(a: &mut [u64]) {
    let mut high = 0;
    for limb in a.iter_mut().rev() {
        let low = *limb << 63;
        *limb = (*limb >> 1) | high;
        high = low;
    }
}

/// `value mod n` by shift and subtract, for `n` of `bits` bits whose top bit is set; `value` may have any length.
///
/// One conditional subtraction a bit: 1.5 µs to take 128 surplus bits off a 1152-bit number, which is too little to want better.
pub(crate) fn reduce_wide(value: &[u64], n: &[u64], bits: u32) -> Limbs {
    let mut rest = zero(n.len());
    // The first bits-1 bits are below 2^(bits-1) <= n, and need no subtraction.
    let total = value.len() * 64;
    let head = total.min(bits.saturating_sub(1) as usize);
    let tail = total - head;
    for (index, limb) in rest.iter_mut().enumerate() {
        *limb = bits_at(value, tail + index * 64);
    }
    for position in (0..tail).rev() {
        double_mod(&mut rest, bits_at(value, position) & 1, n);
    }
    rest
}

/// The 64 bits of `value` from bit `position` on; zeros past its end.
pub(crate) fn bits_at(value: &[u64], position: usize) -> u64 {
    let limb = |index: usize| value.get(index).copied().unwrap_or(0);
    let (index, shift) = (position / 64, position % 64);
    // Shifted in two steps, since a shift by 64 is not defined.
    (limb(index) >> shift) | ((limb(index + 1) << 1) << (63 - shift))
}

/// Whether two numbers of the same length are equal.
pub(crate) fn equal(a: &[u64], b: &[u64]) -> Choice {
    a.ct_eq(b)
}

/// Whether a number is zero. For the AVX2 kernel.
#[cfg(any(test, all(target_arch = "x86_64", not(nova_keypair_portable))))]
pub(crate) fn is_zero(a: &[u64]) -> Choice {
    a.iter().fold(0, |any, limb| any | limb).ct_eq(&0)
}

/// Whether `a < b`.
#[cfg(test)]
pub(crate) fn less(a: &[u64], b: &[u64]) -> Choice {
    let mut borrow = false;
    for (&a, &b) in a.iter().zip(b) {
        (_, borrow) = sbb(a, b, borrow);
    }
    Choice::from(black_box(u8::from(borrow)))
}

/// `a·b`, in as many limbs as both have together.
pub(crate) fn product(a: &[u64], b: &[u64]) -> Limbs {
    let mut out = zero(a.len() + b.len());
    for (offset, &x) in a.iter().enumerate() {
        let mut carry = 0u64;
        let mut target = out.iter_mut().skip(offset);
        for (&y, out) in b.iter().zip(target.by_ref()) {
            // At most (2^64-1)^2 + 2(2^64-1) = 2^128 - 1.
            let sum = u128::from(x) * u128::from(y) + u128::from(*out) + u128::from(carry);
            *out = sum as u64;
            carry = (sum >> 64) as u64;
        }
        if let Some(out) = target.next() {
            *out = carry;
        }
    }
    out
}

/// `x^-1 mod 2^64` for odd `x`.
pub(crate) const fn inverse_mod_2_64(x: u64) -> u64 {
    // 3x xor 2 is right to five bits; each Newton step doubles that: 10, 20, 40, 80.
    let mut inverse = x.wrapping_mul(3) ^ 2;
    let mut step = 0;
    while step < 4 {
        inverse = inverse.wrapping_mul(2u64.wrapping_sub(x.wrapping_mul(inverse)));
        step += 1;
    }
    inverse
}

/// `a / divisor` for an odd divisor that is known to divide it (else garbage), from the low end and without a division.
pub(crate) fn divide_exact(a: &mut [u64], divisor: u64) {
    let inverse = inverse_mod_2_64(divisor);
    let mut borrow = 0u64;
    for limb in a.iter_mut() {
        let (rest, under) = limb.overflowing_sub(borrow);
        *limb = rest.wrapping_mul(inverse);
        // quotient·divisor's low half cancels `rest`; its high half is owed by the next limb. At most 2^64 - 2, so + 1 fits.
        let high = (u128::from(*limb) * u128::from(divisor)) >> 64;
        borrow = (high as u64).wrapping_add(u64::from(under));
    }
}

/// Reads big-endian bytes into as many limbs as `limbs` has; a longer number loses its top.
pub(crate) fn read_be(bytes: &[u8], limbs: &mut [u64]) {
    let mut chunks = bytes.rchunks(8);
    for limb in limbs.iter_mut() {
        *limb = chunks.next().unwrap_or(&[]).iter().fold(0, |value, &byte| (value << 8) | u64::from(byte));
    }
}

/// The lowest `length` bytes, big-endian.
pub(crate) fn to_be(limbs: &[u64], length: usize) -> Zeroizing<Vec<u8>> {
    let mut bytes = Zeroizing::new(alloc::vec![0u8; length]);
    let little_endian = limbs.iter().flat_map(|&limb| (0..8).map(move |index| (limb >> (8 * index)) as u8));
    for (byte, value) in bytes.iter_mut().rev().zip(little_endian) {
        *byte = value;
    }
    bytes
}

/// The same number for crypto-bigint, the oracle of the tests. By its bytes, because its limbs have 32 bits on some targets.
#[cfg(test)]
pub(crate) fn to_boxed(limbs: &[u64]) -> crypto_bigint::BoxedUint {
    crypto_bigint::BoxedUint::from_be_slice_vartime(&to_be(limbs, 8 * limbs.len()))
}

/// The inverse of [`to_boxed`].
#[cfg(test)]
pub(crate) fn from_boxed(number: &crypto_bigint::BoxedUint) -> Limbs {
    let mut limbs = zero(limbs_for(number.bits_precision()));
    read_be(&number.to_be_bytes(), &mut limbs);
    limbs
}

#[cfg(test)]
mod tests {
    use crypto_bigint::{ConcatenatingMul, NonZero};
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn product_is_crypto_bigints(a in prop::collection::vec(any::<u64>(), 1..9), b in prop::collection::vec(any::<u64>(), 1..9)) {
            let expected = to_boxed(&a).concatenating_mul(&to_boxed(&b));
            prop_assert_eq!(product(&a, &b), from_boxed(&expected));
        }

        #[test]
        fn reduce_wide_is_the_remainder(value in prop::collection::vec(any::<u64>(), 1..12), mut n in prop::collection::vec(any::<u64>(), 1..6), spare in 0..64u32) {
            let bits = n.len() as u32 * 64 - spare;
            let top = n.last_mut().unwrap();
            *top = (*top | 1 << 63) >> spare;
            let expected = to_boxed(&value).rem_vartime(&NonZero::new(to_boxed(&n)).unwrap());
            prop_assert_eq!(reduce_wide(&value, &n, bits), from_boxed(&expected));
        }

        #[test]
        fn divide_exact_undoes_product(a in prop::collection::vec(any::<u64>(), 1..9), divisor in any::<u64>()) {
            let divisor = divisor | 1;
            let mut multiple = product(&a, &[divisor]);
            divide_exact(&mut multiple, divisor);
            prop_assert_eq!(&multiple[..a.len()], &a[..]);
            prop_assert_eq!(multiple[a.len()], 0);
        }

        #[test]
        fn bytes_round_trip(bytes in prop::collection::vec(any::<u8>(), 0..70)) {
            let mut limbs = zero(limbs_for(bytes.len() as u32 * 8));
            read_be(&bytes, &mut limbs);
            prop_assert_eq!(&to_be(&limbs, bytes.len())[..], &bytes[..]);
        }

        #[test]
        fn less_is_less(a in prop::collection::vec(any::<u64>(), 3), b in prop::collection::vec(any::<u64>(), 3)) {
            prop_assert_eq!(bool::from(less(&a, &b)), a.iter().rev().lt(b.iter().rev()));
            prop_assert!(!bool::from(less(&a, &a)));
        }
    }

    #[test]
    fn only_zero_is_zero() {
        for (limbs, expected) in
            [(&[][..], true), (&[0, 0], true), (&[1, 0], false), (&[0, 1], false), (&[5, 5], false)]
        {
            assert_eq!(bool::from(is_zero(limbs)), expected, "{limbs:?}");
        }
    }

    #[test]
    fn double_mod_at_the_edges() {
        let n = [7, u64::MAX];
        let mut a = [6, u64::MAX];
        double_mod(&mut a, 1, &n);
        // 2(n-1) + 1 - n = n - 1
        assert_eq!(a, [6, u64::MAX]);
        let mut zero = [0, 0];
        double_mod(&mut zero, 0, &n);
        assert_eq!(zero, [0, 0]);
    }
}
