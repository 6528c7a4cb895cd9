//! Numbers of the AVX2 kernel: signed digits of 47 bits in doubles, four numbers side by side.

use core::arch::x86_64::__m256d;

use zeroize::Zeroize;

use super::super::super::uint::SecretUint;

/// One digit of each of the four numbers.
pub(super) type Vector = __m256d;

/// The number of lanes of a vector.
pub(super) const LANES: usize = 4;
/// w, the number of bits of a digit.
pub(super) const DIGIT_BITS: u32 = 47;
/// Digits of the shortest number. The upper half of its square has columns left for `square_high`.
pub(super) const MIN_DIGITS: usize = 8;
/// Digits of the longest number.
pub(super) const MAX_DIGITS: usize = 44;
/// Digits that a number has room for: the last group of six columns reads past the highest digit, and finds zeros
/// there.
pub(super) const CAPACITY: usize = MAX_DIGITS + 6;

/// M = 1.375·2^(52+w)
pub(super) const MAGIC: f64 = 1.375 * pow2(52 + DIGIT_BITS as i32);
/// 2^-w
pub(super) const SHIFT: f64 = pow2(-(DIGIT_BITS as i32));
/// -M/2^w. Where a sum l starts from it, the total of the column is l + h/2^w, without a subtraction of M.
pub(super) const OFFSET: f64 = -MAGIC * SHIFT;
/// Products that a column of a product may have if its sum l starts from [`OFFSET`]; l has no room for more.
pub(super) const MAX_OFFSET_PRODUCTS: usize = 40;
/// An integer below 2^51 appears in the low bits of its sum with 1.5·2^52.
pub(super) const INTEGER: f64 = 1.5 * pow2(52);

/// Returns 2^exponent.
pub(super) const fn pow2(exponent: i32) -> f64 {
    f64::from_bits(((1023 + exponent) as u64) << 52)
}

/// The number of digits of a number: [`MIN_DIGITS`] to [`MAX_DIGITS`]. The loops of the kernel rely on this range.
#[derive(Clone, Copy)]
pub(super) struct Length(usize);

impl Length {
    /// The length for moduli of `bits` bits: four bits above the modulus make R ≥ 16·2^bits. None if that is out of
    /// range.
    pub(super) fn for_bits(bits: u32) -> Option<Self> {
        let digits = (bits as usize + 4).div_ceil(DIGIT_BITS as usize);
        Self::new(digits)
    }

    /// A length in digits, if it is in range.
    pub(super) fn new(digits: usize) -> Option<Self> {
        (MIN_DIGITS..=MAX_DIGITS).contains(&digits).then_some(Self(digits))
    }

    /// The number of digits.
    pub(super) fn digits(self) -> usize {
        self.0
    }
}

/// Four numbers, lowest digits first, zeros above the highest. Cleared on drop.
#[derive(Clone)]
#[repr(align(64))]
pub(super) struct Digits(pub(super) [[f64; LANES]; CAPACITY]);

// The premises of `SAFETY.md` on memory. A row of digits is a vector.
const _: () = assert!(size_of::<[f64; LANES]>() == size_of::<Vector>());
// No padding: two of them in an array are 2·CAPACITY consecutive digits.
const _: () = assert!(core::mem::offset_of!(Digits, 0) == 0 && size_of::<Digits>() == CAPACITY * size_of::<Vector>());
const _: () = assert!(size_of::<[Digits; 2]>() == 2 * CAPACITY * size_of::<Vector>());
// Every digit is aligned for `vmovapd`.
const _: () = assert!(align_of::<Digits>().is_multiple_of(align_of::<Vector>()));
// Of every length: groups of six columns, and the digit above the highest, have room; the columns that `square_low`
// leaves to `square_high` are an odd number of at least one.
const _: () = {
    let mut n = MIN_DIGITS;
    while n <= MAX_DIGITS {
        let low = n.next_multiple_of(6);
        assert!(low <= CAPACITY && n < CAPACITY);
        assert!(low < 2 * n && low.is_multiple_of(2));
        n += 1;
    }
};

impl Digits {
    pub(super) const ZERO: Self = Self([[0.0; LANES]; CAPACITY]);

    /// The first of [`CAPACITY`] digits.
    pub(super) fn as_ptr(&self) -> *const Vector {
        self.0.as_ptr().cast()
    }

    /// The first of [`CAPACITY`] digits, for writing.
    pub(super) fn as_mut_ptr(&mut self) -> *mut Vector {
        self.0.as_mut_ptr().cast()
    }

    /// Sets one lane to a number, as digits between -2^46 and 2^46.
    pub(super) fn load(&mut self, length: Length, lane: usize, number: &SecretUint) {
        let mut carry = 0u64;
        let digits = length.digits();
        for (index, digit) in self.0.iter_mut().enumerate().take(digits) {
            let plain = (number.bits_at(index * DIGIT_BITS as usize) & ((1 << DIGIT_BITS) - 1)) + carry;
            // The highest digit holds what is left.
            carry = if index + 1 == digits { 0 } else { (plain + (1 << (DIGIT_BITS - 1))) >> DIGIT_BITS };
            digit[lane] = (plain as i64 - ((carry as i64) << DIGIT_BITS)) as f64;
        }
    }

    /// Writes the value of one lane to the limbs of `out`, in two's complement. Returns the limb above them: 0, or all
    /// ones for a negative value.
    pub(super) fn store(&self, length: Length, lane: usize, out: &mut SecretUint) -> u64 {
        let (mut sum, mut sum_bits) = (0i128, 0);
        let mut limbs = out.limbs_mut().iter_mut();
        let mut put = |sum: i128| {
            if let Some(limb) = limbs.next() {
                *limb = sum as u64;
            }
        };
        for digit in self.0.iter().take(length.digits()) {
            let digit = (digit[lane] + INTEGER).to_bits().wrapping_sub(INTEGER.to_bits()) as i64;
            sum += i128::from(digit) << sum_bits;
            sum_bits += DIGIT_BITS;
            if sum_bits >= 64 {
                put(sum);
                sum >>= 64;
                sum_bits -= 64;
            }
        }
        put(sum);
        let above = core::hint::black_box((sum >> 127) as u64);
        sum.zeroize();
        above
    }
}

impl Drop for Digits {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

/// An operand of squarings: its digits, and the same doubled, for the products that a square contains twice.
pub(super) struct Operand {
    pub(super) digits: Digits,
    pub(super) doubled: Digits,
}

impl Operand {
    pub(super) fn new(digits: &Digits) -> Self {
        let mut doubled = digits.clone();
        for digit in doubled.0.as_flattened_mut() {
            *digit *= 2.0;
        }
        Self { digits: digits.clone(), doubled }
    }
}

/// Intermediate results of a multiplication.
pub(super) struct Scratch {
    /// The columns of a product.
    pub(super) columns: [Digits; 2],
    /// q
    pub(super) quotient: Digits,
}

impl Scratch {
    pub(super) const ZERO: Self = Self { columns: [Digits::ZERO; 2], quotient: Digits::ZERO };
}

/// The first of 2·[`CAPACITY`] columns, for writing.
pub(super) fn columns_ptr(columns: &mut [Digits; 2]) -> *mut Vector {
    columns.as_mut_ptr().cast()
}
