//! Vectors of eight and of four numbers, behind one trait, so that the kernel exists once for both.

use core::arch::x86_64::{
    __m256i, __m512i, _mm256_add_epi64, _mm256_madd52hi_epu64, _mm256_madd52lo_epu64, _mm256_mask_add_epi64,
    _mm256_mask_blend_epi64, _mm256_set1_epi64x, _mm256_srli_epi64, _mm256_test_epi64_mask, _mm512_add_epi64,
    _mm512_madd52hi_epu64, _mm512_madd52lo_epu64, _mm512_mask_add_epi64, _mm512_mask_blend_epi64, _mm512_set1_epi64,
    _mm512_srli_epi64, _mm512_test_epi64_mask,
};

use zeroize::Zeroize;

/// w, the number of bits of a digit: IFMA multiplies 52 by 52 bits.
pub(super) const DIGIT_BITS: u32 = 52;
/// 2^w - 1
pub(super) const DIGIT_MASK: u64 = (1 << DIGIT_BITS) - 1;

/// One 64-bit word of each of several numbers.
///
/// # Safety
/// `Words` has the size of `Self`, and consists of [`LANES`](Self::LANES) words. Every function needs a processor with
/// AVX-512 F, IFMA and VL.
pub(super) unsafe trait Vector: Copy {
    /// The words as an array, for access to one lane.
    type Words: Copy + Zeroize + AsRef<[u64]> + AsMut<[u64]>;
    /// The number of lanes.
    const LANES: usize;
    /// Words that are all zero.
    const ZERO: Self::Words;

    /// The same word in every lane.
    unsafe fn splat(word: u64) -> Self;
    /// The sum, modulo 2^64.
    unsafe fn add(self, other: Self) -> Self;
    /// The sum in the lanes whose bit of the mask is set, `self` in the others.
    unsafe fn add_masked(self, mask: u8, other: Self) -> Self;
    /// `other` in the lanes whose bit of the mask is set, `self` in the others.
    unsafe fn select(self, mask: u8, other: Self) -> Self;
    /// The lanes that have a bit in common with `other`, as a mask.
    unsafe fn meets(self, other: Self) -> u8;
    /// What is above the lowest [`DIGIT_BITS`] bits.
    unsafe fn carry(self) -> Self;
    /// `self` + the lower half of a·b. The factors are the lowest 52 bits of `a` and `b`.
    unsafe fn add_low(self, a: Self, b: Self) -> Self;
    /// `self` + the upper half of a·b, whose unit is 2^52. The factors are the lowest 52 bits of `a` and `b`.
    unsafe fn add_high(self, a: Self, b: Self) -> Self;
}

/// Implements [`Vector`] with the intrinsics of one width.
macro_rules! vector {
    (
        $vector:ty, $lanes:literal, $splat:ident, $add:ident, $add_masked:ident, $select:ident, $meets:ident,
        $shift:expr,
        $low:ident, $high:ident
    ) => {
        // SAFETY: the words fill the vector.
        unsafe impl Vector for $vector {
            type Words = [u64; $lanes];
            const LANES: usize = $lanes;
            const ZERO: [u64; $lanes] = [0; $lanes];

            #[inline]
            #[target_feature(enable = "avx512f,avx512ifma,avx512vl")]
            unsafe fn splat(word: u64) -> Self {
                $splat(word as i64)
            }

            #[inline]
            #[target_feature(enable = "avx512f,avx512ifma,avx512vl")]
            unsafe fn add(self, other: Self) -> Self {
                $add(self, other)
            }

            #[inline]
            #[target_feature(enable = "avx512f,avx512ifma,avx512vl")]
            unsafe fn add_masked(self, mask: u8, other: Self) -> Self {
                $add_masked(self, mask, self, other)
            }

            #[inline]
            #[target_feature(enable = "avx512f,avx512ifma,avx512vl")]
            unsafe fn select(self, mask: u8, other: Self) -> Self {
                $select(mask, self, other)
            }

            #[inline]
            #[target_feature(enable = "avx512f,avx512ifma,avx512vl")]
            unsafe fn meets(self, other: Self) -> u8 {
                $meets(self, other)
            }

            #[inline]
            #[target_feature(enable = "avx512f,avx512ifma,avx512vl")]
            unsafe fn carry(self) -> Self {
                $shift(self)
            }

            #[inline]
            #[target_feature(enable = "avx512f,avx512ifma,avx512vl")]
            unsafe fn add_low(self, a: Self, b: Self) -> Self {
                $low(self, a, b)
            }

            #[inline]
            #[target_feature(enable = "avx512f,avx512ifma,avx512vl")]
            unsafe fn add_high(self, a: Self, b: Self) -> Self {
                $high(self, a, b)
            }
        }
    };
}

vector!(
    __m512i,
    8,
    _mm512_set1_epi64,
    _mm512_add_epi64,
    _mm512_mask_add_epi64,
    _mm512_mask_blend_epi64,
    _mm512_test_epi64_mask,
    _mm512_srli_epi64::<DIGIT_BITS>,
    _mm512_madd52lo_epu64,
    _mm512_madd52hi_epu64
);
vector!(
    __m256i,
    4,
    _mm256_set1_epi64x,
    _mm256_add_epi64,
    _mm256_mask_add_epi64,
    _mm256_mask_blend_epi64,
    _mm256_test_epi64_mask,
    _mm256_srli_epi64::<{ DIGIT_BITS as i32 }>,
    _mm256_madd52lo_epu64,
    _mm256_madd52hi_epu64
);
