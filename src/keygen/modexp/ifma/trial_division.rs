//! Trial division by packs of primes, with vectors of 52-bit digits.

use core::arch::x86_64::{
    __m512i, _mm512_add_epi64, _mm512_cmple_epu64_mask, _mm512_madd52hi_epu64, _mm512_madd52lo_epu64,
    _mm512_set1_epi64, _mm512_setzero_si512, _mm512_srli_epi64,
};

use super::super::super::trial_division::packs::{DIGIT, Factor, MASK, Packs, Row, WIDTH, Wide, joint};
use super::super::super::uint::SecretUint;

/// Vectors of a row.
const VECTORS: usize = WIDTH / 8;

/// Whether no prime of the packs divides the candidate.
#[target_feature(enable = "avx512f,avx512ifma,avx512vl")]
pub(super) fn pass(packs: &mut Packs, candidate: &SecretUint) -> bool {
    packs.pass(candidate, |wide, factors, digits, weights| divides(wide, factors, digits, weights))
}

/// [`packs::divides`](super::super::super::trial_division::packs::divides), with a pack in each lane of a few vectors:
/// their sums do not wait for each other, and share the digits.
#[target_feature(enable = "avx512f,avx512ifma,avx512vl")]
#[inline]
fn divides(wide: &Wide, factors: &[Factor], digits: &[u64], weights: &[Row]) -> bool {
    let zero = _mm512_setzero_si512();
    let add = |sum: &mut [__m512i; 2], factor, weights| {
        sum[0] = _mm512_madd52lo_epu64(sum[0], factor, weights);
        sum[1] = _mm512_madd52hi_epu64(sum[1], factor, weights);
    };
    let (lower_digits, upper_digits) = digits.split_at(weights.len().min(digits.len()));
    let (mut lower, mut upper) = ([[zero; 2]; VECTORS], [[zero; 2]; VECTORS]);
    for ((&low, &high), weights) in lower_digits.iter().zip(upper_digits).zip(weights) {
        let (low, high, weights) = (_mm512_set1_epi64(low as i64), _mm512_set1_epi64(high as i64), load(weights));
        for vector in 0..VECTORS {
            add(&mut lower[vector], low, weights[vector]);
            add(&mut upper[vector], high, weights[vector]);
        }
    }

    let (modulus, negative_inverse) = (load(&wide.modulus), load(&wide.negative_inverse));
    let mask = _mm512_set1_epi64(MASK as i64);
    let upper_half = |vector: usize, sum| {
        let quotient = _mm512_madd52lo_epu64(zero, sum, negative_inverse[vector]);
        let rounded_up = _mm512_srli_epi64::<DIGIT>(_mm512_add_epi64(sum, mask));
        _mm512_madd52hi_epu64(rounded_up, quotient, modulus[vector])
    };
    let word =
        |vector: usize, [low, high]: [__m512i; 2]| upper_half(vector, _mm512_add_epi64(upper_half(vector, low), high));
    let joint = load(joint(weights));
    let mut words = [zero; VECTORS];
    for vector in 0..VECTORS {
        add(&mut upper[vector], word(vector, lower[vector]), joint[vector]);
        words[vector] = word(vector, upper[vector]);
    }

    let mut any = 0;
    for factor in factors {
        let (inverse, limit) = (load(&factor.inverse), load(&factor.limit));
        for vector in 0..VECTORS {
            let quotient = _mm512_madd52lo_epu64(zero, words[vector], inverse[vector]);
            any |= _mm512_cmple_epu64_mask(quotient, limit[vector]);
        }
    }
    any != 0
}

/// One word of each pack.
#[target_feature(enable = "avx512f,avx512ifma,avx512vl")]
#[inline]
fn load(row: &Row) -> [__m512i; VECTORS] {
    const { assert!(size_of::<Row>() == VECTORS * size_of::<__m512i>() && align_of::<Row>() >= align_of::<__m512i>()) };
    // SAFETY: a row has the size and the alignment of these vectors, every value of which is valid.
    unsafe { *(&raw const *row).cast() }
}
