//! Montgomery arithmetic modulo four numbers.

use core::arch::x86_64::{
    _mm256_add_pd, _mm256_blendv_pd, _mm256_castsi256_pd, _mm256_fmadd_pd, _mm256_set_epi64x, _mm256_set1_pd,
    _mm256_setzero_pd, _mm256_slli_epi64,
};

use super::digits::{Digits, LANES, Length, Operand, Scratch, Vector, columns_ptr};
use super::product::{Addend, Factors, HighDigits, Root, Spilled, mul_high, mul_low, square_high, square_low};

/// Four odd moduli N, with the constants of Montgomery reduction.
pub(super) struct Montgomery {
    pub(super) length: Length,
    /// N
    pub(super) modulus: Digits,
    /// -1/N mod R
    pub(super) negative_inverse: Digits,
}

impl Montgomery {
    /// Returns column n-2 of q·N, rounded.
    #[target_feature(enable = "avx2,fma")]
    pub(super) fn estimate(&self, scratch: &Scratch) -> Vector {
        // SAFETY: indices are below n.
        unsafe {
            let n = self.length.digits();
            let (q, modulus) = (scratch.quotient.as_ptr(), self.modulus.as_ptr());
            let mut sums = [_mm256_setzero_pd(); 4];
            let mut i = 0;
            while i + 4 < n {
                for (j, sum) in sums.iter_mut().enumerate() {
                    *sum = _mm256_fmadd_pd(*q.add(i + j), *modulus.add(n - 2 - i - j), *sum);
                }
                i += 4;
            }
            while i < n - 1 {
                sums[0] = _mm256_fmadd_pd(*q.add(i), *modulus.add(n - 2 - i), sums[0]);
                i += 1;
            }
            _mm256_add_pd(_mm256_add_pd(sums[0], sums[1]), _mm256_add_pd(sums[2], sums[3]))
        }
    }

    /// Computes x = factor·x²/R.
    #[target_feature(enable = "avx2,fma")]
    pub(super) fn square(&self, scratch: &mut Scratch, factor: Vector, x: &mut Operand) {
        let length = self.length.digits();
        let low = length.next_multiple_of(6);
        let root = Root { digits: x.digits.as_ptr(), doubled: x.doubled.as_ptr(), length };
        // SAFETY: all of these have room for CAPACITY or 2·CAPACITY digits, and low <= CAPACITY; the processor has AVX2
        // and FMA, since this function is compiled for them.
        unsafe {
            let carry = square_low(root, low, columns_ptr(&mut scratch.columns));
            self.quotient(scratch);
            square_high(root, low, carry, columns_ptr(&mut scratch.columns));
            self.reduce(scratch, factor, x);
        }
    }

    /// Computes x = x·y/R.
    #[target_feature(enable = "avx2,fma")]
    pub(super) fn multiply(&self, scratch: &mut Scratch, y: &Digits, x: &mut Operand) {
        let n = self.length.digits();
        let factors = Factors { a: x.digits.as_ptr(), b: y.as_ptr(), digits: n };
        let one = _mm256_set1_pd(1.0);
        // SAFETY: as in `square`.
        unsafe {
            let carry = mul_low(factors, columns_ptr(&mut scratch.columns));
            self.quotient(scratch);
            let columns = columns_ptr(&mut scratch.columns);
            let addend = Addend { columns, below: Spilled(carry), factor: Spilled(one) };
            mul_high::<false>(factors, &addend, HighDigits { digits: columns.add(n), doubled: columns });
            self.reduce(scratch, one, x);
        }
    }

    /// Computes q = T·(-1/N) mod R from the lower half of T.
    #[target_feature(enable = "avx2,fma")]
    #[inline]
    fn quotient(&self, scratch: &mut Scratch) {
        let columns = columns_ptr(&mut scratch.columns);
        let factors = Factors { a: self.negative_inverse.as_ptr(), b: columns, digits: self.length.digits() };
        // SAFETY: as in `square`.
        unsafe { mul_low(factors, scratch.quotient.as_mut_ptr()) };
    }

    /// Computes x = factor·(T + q·N)/R.
    #[target_feature(enable = "avx2,fma")]
    #[inline]
    fn reduce(&self, scratch: &mut Scratch, factor: Vector, x: &mut Operand) {
        let estimate = self.estimate(scratch);
        let factors = Factors { a: self.modulus.as_ptr(), b: scratch.quotient.as_ptr(), digits: self.length.digits() };
        let addend =
            Addend { columns: columns_ptr(&mut scratch.columns), below: Spilled(estimate), factor: Spilled(factor) };
        let out = HighDigits { digits: x.digits.as_mut_ptr(), doubled: x.doubled.as_mut_ptr() };
        // SAFETY: as in `square`.
        unsafe { mul_high::<true>(factors, &addend, out) };
    }

    /// Doubles the precision of the inverse: inverse ← inverse·(2 + N·inverse) in `digits` digits, for one that is
    /// correct in half as many.
    #[target_feature(enable = "avx2,fma")]
    pub(super) fn lift_inverse(&mut self, digits: usize, scratch: &mut Scratch) {
        let digits = digits.min(self.length.digits());
        let inverse = self.negative_inverse.clone();
        // SAFETY: all have room for CAPACITY digits; the processor has AVX2 and FMA.
        unsafe {
            let product = Factors { a: self.modulus.as_ptr(), b: inverse.as_ptr(), digits };
            mul_low(product, scratch.quotient.as_mut_ptr());
            for sum in scratch.quotient.0.iter_mut().take(1).flatten() {
                *sum += 2.0;
            }
            let product = Factors { a: inverse.as_ptr(), b: scratch.quotient.as_ptr(), digits };
            mul_low(product, self.negative_inverse.as_mut_ptr());
        }
    }

    /// Copies entry `index` of the table, in each lane, to `out`: all sixteen are read, and each bit of the index
    /// halves their number.
    #[target_feature(enable = "avx2,fma")]
    pub(super) fn select(&self, table: &[Digits; 16], index: [u64; LANES], out: &mut Digits) {
        let [a, b, c, d] = index.map(|x| x as i64);
        let index = _mm256_set_epi64x(d, c, b, a);
        // blendv selects by the sign bit.
        let bits: [Vector; 4] = [
            _mm256_castsi256_pd(_mm256_slli_epi64::<63>(index)),
            _mm256_castsi256_pd(_mm256_slli_epi64::<62>(index)),
            _mm256_castsi256_pd(_mm256_slli_epi64::<61>(index)),
            _mm256_castsi256_pd(_mm256_slli_epi64::<60>(index)),
        ];
        for k in 0..self.length.digits() {
            // SAFETY: k < CAPACITY.
            let mut entries: [Vector; 16] = core::array::from_fn(|j| unsafe { *table[j].as_ptr().add(k) });
            let mut left = entries.len();
            for bit in bits {
                left /= 2;
                for j in 0..left {
                    entries[j] = _mm256_blendv_pd(entries[2 * j], entries[2 * j + 1], bit);
                }
            }
            // SAFETY: k < CAPACITY.
            unsafe { *out.as_mut_ptr().add(k) = entries[0] };
        }
    }
}
