//! Numbers of the IFMA kernel: digits of 52 bits, several numbers side by side.

use zeroize::Zeroize;

use super::super::super::uint::SecretUint;
use super::vector::{DIGIT_BITS, DIGIT_MASK, Vector};

/// Columns of a product that are summed at the same time. The number of digits is a multiple of it.
pub(super) const COLUMNS: usize = 10;
/// Digits that a number has room for.
pub(super) const CAPACITY: usize = 40;
/// Bits between the modulus and R.
pub(super) const SPARE_BITS: u32 = 5;

/// The number of digits of a number: a multiple of [`COLUMNS`] up to [`CAPACITY`]. The loops of the kernel rely on
/// this.
#[derive(Clone, Copy)]
pub(super) struct Length(usize);

impl Length {
    /// The length for moduli of `bits` bits: R ≥ 32·2^bits. None if that is out of range.
    pub(super) fn for_bits(bits: u32) -> Option<Self> {
        let digits = bits.checked_add(SPARE_BITS)?.div_ceil(DIGIT_BITS) as usize;
        Self::new(digits.next_multiple_of(COLUMNS))
    }

    /// A length in digits, if it is in range.
    pub(super) fn new(digits: usize) -> Option<Self> {
        ((COLUMNS..=CAPACITY).contains(&digits) && digits.is_multiple_of(COLUMNS)).then_some(Self(digits))
    }

    /// The number of digits.
    pub(super) fn digits(self) -> usize {
        self.0
    }
}

/// Several numbers, lowest digits first. Cleared on drop.
///
/// Digit k is the lowest 52 bits of word k. The bits above them are not part of the number: they are carries that the
/// next digit already contains, and multiplications ignore them.
#[repr(align(64))]
pub(super) struct Digits<V: Vector>(pub(super) [V::Words; CAPACITY]);

impl<V: Vector> Clone for Digits<V> {
    fn clone(&self) -> Self {
        Self(self.0)
    }
}

impl<V: Vector> Digits<V> {
    // The loops read the words as vectors.
    const FITS: () = assert!(size_of::<Self>() == CAPACITY * size_of::<V>() && align_of::<Self>() >= align_of::<V>());

    pub(super) const ZERO: Self = {
        let () = Self::FITS;
        Self([V::ZERO; CAPACITY])
    };

    /// The first of [`CAPACITY`] digits.
    pub(super) fn as_ptr(&self) -> *const V {
        self.0.as_ptr().cast()
    }

    /// The first of [`CAPACITY`] digits, for writing.
    pub(super) fn as_mut_ptr(&mut self) -> *mut V {
        self.0.as_mut_ptr().cast()
    }

    /// Sets one lane to a number. Not inlined into vectorized functions, where the compiler would scatter the words.
    #[inline(never)]
    pub(super) fn load(&mut self, length: Length, lane: usize, number: &SecretUint) {
        for (index, words) in self.0.iter_mut().enumerate().take(length.digits()) {
            if let Some(word) = words.as_mut().get_mut(lane) {
                *word = number.bits_at(index * DIGIT_BITS as usize) & DIGIT_MASK;
            }
        }
    }

    /// Writes the number in one lane to the limbs of `out`.
    pub(super) fn store(&self, length: Length, lane: usize, out: &mut SecretUint) {
        let digit = |index: usize| {
            let words = self.0.get(index).filter(|_| index < length.digits());
            words.and_then(|words| words.as_ref().get(lane)).map_or(0, |word| word & DIGIT_MASK)
        };
        for (index, limb) in out.limbs_mut().iter_mut().enumerate() {
            let (first, shift) = (index * 64 / DIGIT_BITS as usize, (index * 64) as u32 % DIGIT_BITS);
            // A limb consists of parts of two digits, or three if the first contributes less than 12 bits.
            *limb = digit(first) >> shift
                | digit(first + 1) << (DIGIT_BITS - shift)
                | (digit(first + 2) << (DIGIT_BITS - shift)) << DIGIT_BITS;
        }
    }
}

impl<V: Vector> Drop for Digits<V> {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}
