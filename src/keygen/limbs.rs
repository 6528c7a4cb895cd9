//! Constant-time arithmetic on slices of little-endian 64-bit limbs, below [`SecretUint`](super::uint::SecretUint) and
//! the kernels.
//!
//! Lengths are public, contents are secret: loops run over whole slices, choices are masks and carries are data.
//! Operands have the same length; if they do not, the shorter one determines how far an operation goes, so nothing can
//! panic.

use super::word::{adc, mask, sbb};

/// Returns the number of limbs that hold `bits` bits.
pub(crate) fn limbs_for(bits: u32) -> usize {
    bits.div_ceil(64) as usize
}

/// Computes `a -= b` and returns the borrow.
pub(crate) fn sub_assign(a: &mut [u64], b: &[u64]) -> bool {
    let mut borrow = false;
    for (a, &b) in a.iter_mut().zip(b) {
        (*a, borrow) = sbb(*a, b, borrow);
    }
    borrow
}

/// Computes `a += b & mask` and returns the carry.
#[inline(always)]
pub(crate) fn add_masked(a: &mut [u64], b: &[u64], mask: u64) -> bool {
    let mut carry = false;
    for (a, &b) in a.iter_mut().zip(b) {
        (*a, carry) = adc(*a, b & mask, carry);
    }
    carry
}

/// Reduces `a + carry·2^(64·length)`, a value below `2n`, to `[0, n)`.
#[inline(always)]
pub(crate) fn reduce_once(a: &mut [u64], carry: bool, n: &[u64]) {
    let borrow = sub_assign(a, n);
    // A borrow that the carry does not cover: the value was below n, so n is added back.
    add_masked(a, n, mask(borrow & !carry));
}

/// Computes `a = 2a + bit mod n`, for `a < n`.
#[inline(always)]
pub(crate) fn double_mod(a: &mut [u64], bit: u64, n: &[u64]) {
    let carry = double(a, bit);
    reduce_once(a, carry != 0, n);
}

/// Computes `a = 2a + bit` and returns the bit that is shifted out.
#[inline(always)]
pub(crate) fn double(a: &mut [u64], bit: u64) -> u64 {
    let mut low = bit;
    for limb in a.iter_mut() {
        let high = *limb >> 63;
        *limb = (*limb << 1) | low;
        low = high;
    }
    low
}

/// Computes `out = 2^exponent mod n`, for `n` of exactly `bits` bits and an exponent of at least `bits`: 2^bits − n, which
/// is reduced because the top bit of n is set, and doublings.
pub(crate) fn power_of_two_mod(exponent: u32, bits: u32, n: &[u64], out: &mut [u64]) {
    power_of_two_minus(bits, n, out);
    for _ in bits..exponent {
        double_mod(out, 0, n);
    }
}

/// Computes `out = 2^bits − n`, which is 2^bits mod n, for `n` of exactly `bits` bits: in one subtraction.
fn power_of_two_minus(bits: u32, n: &[u64], out: &mut [u64]) {
    let mut carry = true;
    for ((limb, &n), position) in out.iter_mut().zip(n).zip((0u32..).step_by(64)) {
        (*limb, carry) = adc(!n, 0, carry);
        // That is 2^(64·length) − n; bits from `bits` on do not belong to the result.
        let kept = bits.saturating_sub(position).min(64);
        *limb &= u64::MAX.checked_shr(64 - kept).unwrap_or(0);
    }
}

/// Returns the 64 bits of `value` from bit `position` on; bits past its end are zero.
pub(crate) fn bits_at(value: &[u64], position: usize) -> u64 {
    let limb = |index: usize| value.get(index).copied().unwrap_or(0);
    let (index, shift) = (position / 64, position % 64);
    // Shifted in two steps, because a shift by 64 is not defined.
    (limb(index) >> shift) | ((limb(index + 1) << 1) << (63 - shift))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn doubling_reduces_at_the_edges() {
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
