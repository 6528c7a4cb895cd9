//! Constant-time arithmetic on slices of little-endian 64-bit limbs, below [`SecretUint`](super::uint::SecretUint) and
//! the kernels.
//!
//! Lengths are public, contents are secret: loops run over whole slices, choices are masks and carries are data.
//! Operands have the same length; if they do not, the shorter one determines how far an operation goes, so nothing can
//! panic.

use super::word::{adc, mac, mask, sbb};

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

/// Computes `out = 2^exponent mod n`, for `n` of exactly `bits` bits, at least 64, and an exponent of at least `bits`:
/// 2^bits − n, which is reduced because the top bit of n is set, and zeros behind it.
pub(crate) fn power_of_two_mod(exponent: u32, bits: u32, n: &[u64], out: &mut [u64]) {
    power_of_two_minus(bits, n, out);
    let mut left = exponent.saturating_sub(bits);
    let reducer = Reducer::new(n, bits, left);
    while left > 0 {
        let count = left.min(Reducer::MOST);
        reducer.push(out, 0, count);
        left -= count;
    }
}

/// Appends bits to numbers and reduces them modulo n, which has exactly `bits` bits, at least 64.
///
/// For a number r < n and a word w of k bits, the quotient of r·2^k + w by n is estimated from the 64 highest bits: with
/// r' = ⌊r/U⌋ and n' = ⌊n/U⌋ for U = 2^(bits-64), and v = ⌊2^(63+p)/(n' + 1)⌋,
///
/// ```text
/// e = ⌊r'·v/2^(63+p-k)⌋  ≤  r'·2^k/(n' + 1)  ≤  (r·2^k + w)/n  ≤  (r' + 1)·2^k/n'  <  e + 1 + 2^(k-p+1) + 2^(k-62)
/// ```
///
/// The last step follows from r' ≤ n' and n' ≥ 2^63. With p = k + 8 and k ≤ 56 that is below e + 2, so what is left is
/// below 2n. There is no division instruction, whose time could depend on the numbers.
pub(crate) struct Reducer<'a> {
    n: &'a [u64],
    bits: u32,
    /// v, and p
    reciprocal: u64,
    precision: u32,
}

impl<'a> Reducer<'a> {
    /// The largest number of bits that are appended at a time.
    pub(crate) const MOST: u32 = 56;

    /// Prepares appending up to `count` bits at a time, or [`MOST`](Self::MOST) if that is less.
    pub(crate) fn new(n: &'a [u64], bits: u32, count: u32) -> Self {
        let precision = count.min(Self::MOST) + 8;
        let divisor = u128::from(bits_at(n, bits.saturating_sub(64) as usize)) + 1;
        // Long division of 2^63·2^p, one bit of the quotient at a time.
        let (mut rest, mut reciprocal) = (1u128 << 63, 0u64);
        for _ in 0..precision {
            rest <<= 1;
            let (difference, borrow) = rest.overflowing_sub(divisor);
            let keep = mask(borrow);
            rest = difference.wrapping_add(divisor & (u128::from(keep) << 64 | u128::from(keep)));
            reciprocal = reciprocal << 1 | (!keep & 1);
        }
        Self { n, bits, reciprocal, precision }
    }

    /// Computes `rest = rest·2^count + word mod n`, for `rest < n`, a word of `count` bits, and 0 < count ≤ the number
    /// for which this was prepared.
    pub(crate) fn push(&self, rest: &mut [u64], word: u64, count: u32) {
        let top = bits_at(rest, self.bits.saturating_sub(64) as usize);
        let estimate = ((u128::from(top) * u128::from(self.reciprocal)) >> (63 + self.precision - count)) as u64;
        let (mut low, mut carry, mut borrow) = (word, 0, false);
        for (limb, &n) in rest.iter_mut().zip(self.n) {
            let (product, above) = mac(0, estimate, n, carry);
            let shifted = *limb << count | low;
            low = *limb >> (64 - count);
            (*limb, borrow) = sbb(shifted, product, borrow);
            carry = above;
        }
        // The difference is below 2n.
        let (highest, _) = sbb(low, carry, borrow);
        reduce_once(rest, highest != 0, self.n);
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
    /// The estimate of the quotient is one too small where rounding is worst: the modulus ends in ones, or its highest
    /// limb is as large or as small as possible.
    #[test]
    fn appending_reduces_at_the_edges() {
        for n in [[7, u64::MAX], [u64::MAX, u64::MAX], [u64::MAX, 1 << 63], [1, 1 << 63], [u64::MAX - 1, 3 << 62]] {
            let wide = |limbs: [u64; 2]| u128::from(limbs[1]) << 64 | u128::from(limbs[0]);
            for below in [1, 2, u128::from(u64::MAX), 1 << 64, wide(n)] {
                let start = wide(n) - below;
                for count in [1, 7, Reducer::MOST] {
                    for word in [0, 1, (1u64 << count) - 1] {
                        let mut rest = [start as u64, (start >> 64) as u64];
                        Reducer::new(&n, 128, count).push(&mut rest, word, count);
                        // Bit by bit.
                        let mut expected = start;
                        for position in (0..count).rev() {
                            let (doubled, over) =
                                (expected << 1 | u128::from(word >> position & 1), expected >> 127 == 1);
                            expected = if over || doubled >= wide(n) { doubled.wrapping_sub(wide(n)) } else { doubled };
                        }
                        assert_eq!(wide(rest), expected, "{n:x?} {start:x} {word:x} {count}");
                    }
                }
            }
        }
    }
}
