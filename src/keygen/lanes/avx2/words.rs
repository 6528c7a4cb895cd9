//! Between 64-bit words and lanes of balanced digits.

use super::super::super::limbs::{Limbs, add_masked, bits_at};
use super::{LANES, MASK, Number, V, W, add, digits, empty, splat};
use core::arch::x86_64::{_mm256_extract_epi64, _mm256_set_epi64x};
use zeroize::Zeroize;

/// A word to each lane.
#[target_feature(enable = "avx2")]
pub(super) fn lanes(x: [u64; LANES]) -> V {
    let [a, b, c, d] = x.map(|x| x as i64);
    _mm256_set_epi64x(d, c, b, a)
}

/// The lanes.
#[target_feature(enable = "avx2")]
pub(super) fn store(x: V) -> [i64; LANES] {
    [
        _mm256_extract_epi64::<0>(x),
        _mm256_extract_epi64::<1>(x),
        _mm256_extract_epi64::<2>(x),
        _mm256_extract_epi64::<3>(x),
    ]
}

/// Digits of four numbers.
#[target_feature(enable = "avx2")]
pub(super) fn load<const NB: usize>(x: [&[u64]; LANES]) -> Number<NB> {
    let mut t = [empty(false); NB];
    t[0] = empty(true);
    for (i, t) in t.as_flattened_mut().iter_mut().enumerate() {
        *t = add(*t, lanes(x.map(|x| bits_at(x, i * W as usize) & MASK as u64)));
    }
    let mut c = splat(0);
    t.map(|t| digits(&t, &mut c))
}

/// Words of four numbers, |x| < N, as x mod N; as many as there are results.
#[target_feature(enable = "avx2")]
pub(super) fn unload<const NB: usize>(x: &Number<NB>, n: [&[u64]; LANES], results: &mut [Limbs]) {
    let mut x = x.map(|block| block.map(|x| store(x)));
    for (lane, (n, result)) in n.into_iter().zip(results).enumerate() {
        result.fill(0);
        // Digits from the low end; what is in `sum` is at most 64 + 29 bits and a sign.
        let (mut sum, mut have) = (0i128, 0);
        let mut words = result.iter_mut();
        for digit in x.as_flattened() {
            sum += i128::from(digit[lane]) << have;
            have += W;
            if have >= 64 {
                if let Some(word) = words.next() {
                    *word = sum as u64;
                }
                sum >>= 64;
                have -= 64;
            }
        }
        if let Some(word) = words.next() {
            *word = sum as u64;
        }
        let negative = core::hint::black_box((sum >> 127) as u64);
        add_masked(result, n, negative);
    }
    x.zeroize();
}
