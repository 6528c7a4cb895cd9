//! Trial division by pairs of primes, with vectors of 32-bit lanes.

use core::arch::x86_64::{
    __m256i, _mm256_add_epi64, _mm256_cmpeq_epi32, _mm256_min_epu32, _mm256_movemask_epi8, _mm256_mul_epu32,
    _mm256_or_si256, _mm256_set1_epi32, _mm256_setr_epi32, _mm256_setzero_si256, _mm256_srli_epi64,
};

use super::super::super::trial_division::pairs::{BLOCK, Pairs, WIDTH, Wide};
use super::super::super::uint::SecretUint;

/// Whether no prime of the pairs divides the candidate.
#[target_feature(enable = "avx2")]
pub(super) fn pass(pairs: &mut Pairs, candidate: &SecretUint) -> bool {
    pairs.pass(candidate, |wide, digits, weights| divides(wide, digits, weights))
}

/// [`pairs::divides`](super::super::super::trial_division::pairs::divides), vectorized across groups, matching the table
/// layout. The auto-vectorizer would vectorize along the digits and need a gather for each.
///
/// A vector of eight 32-bit lanes is used twice, because `_mm256_mul_epu32` multiplies the low halves of 64-bit lanes:
/// unchanged for the even lanes and shifted for the odd ones.
#[target_feature(enable = "avx2")]
#[inline]
fn divides(wide: &Wide, digits: &[u32], weights: &[[u32; WIDTH]]) -> bool {
    /// The even and the odd lanes of each eight elements of a row.
    type Row = [[__m256i; 2]; WIDTH / 8];

    #[inline]
    #[target_feature(enable = "avx2")]
    fn load(row: &[u32; WIDTH]) -> Row {
        let (eights, _) = row.as_chunks::<8>();
        core::array::from_fn(|index| {
            // Compiles to one load, because the eight elements are adjacent.
            let [a, b, c, d, e, f, g, h] = eights[index].map(|x| x as i32);
            let even = _mm256_setr_epi32(a, b, c, d, e, f, g, h);
            [even, _mm256_srli_epi64::<32>(even)]
        })
    }

    let (modulus, negative_inverse) = (load(&wide.modulus), load(&wide.negative_inverse));
    let zero = [[_mm256_setzero_si256(); 2]; WIDTH / 8];
    let reduce = |sums: &mut Row| {
        for index in 0..WIDTH / 8 {
            for half in 0..2 {
                let sum = sums[index][half];
                let digit = _mm256_mul_epu32(sum, negative_inverse[index][half]);
                let multiple = _mm256_mul_epu32(digit, modulus[index][half]);
                sums[index][half] = _mm256_srli_epi64::<32>(_mm256_add_epi64(sum, multiple));
            }
        }
    };

    let mut words = zero;
    for (digits, weights) in digits.chunks(BLOCK).zip(weights.chunks(BLOCK)) {
        let mut sums = zero;
        for (&digit, row) in digits.iter().zip(weights) {
            let digit = _mm256_set1_epi32(digit as i32);
            for (sums, row) in sums.iter_mut().zip(load(row)) {
                for (sum, half) in sums.iter_mut().zip(row) {
                    *sum = _mm256_add_epi64(*sum, _mm256_mul_epu32(half, digit));
                }
            }
        }
        reduce(&mut sums);
        for index in 0..WIDTH / 8 {
            for half in 0..2 {
                words[index][half] = _mm256_add_epi64(words[index][half], sums[index][half]);
            }
        }
    }
    reduce(&mut words);

    let mut any = _mm256_setzero_si256();
    for (inverses, limits) in wide.inverses.iter().zip(&wide.limits) {
        for ((words, inverses), limits) in words.iter().zip(load(inverses)).zip(load(limits)) {
            for ((&word, inverse), limit) in words.iter().zip(inverses).zip(limits) {
                let quotient = _mm256_mul_epu32(word, inverse);
                any = _mm256_or_si256(any, _mm256_cmpeq_epi32(_mm256_min_epu32(quotient, limit), quotient));
            }
        }
    }
    // Only the low half of each 64-bit lane is a result.
    _mm256_movemask_epi8(any) & 0x0f0f_0f0f != 0
}
