//! Montgomery arithmetic modulo several numbers. The pointers that run along the digits are here.

use super::digits::{CAPACITY, COLUMNS, Digits, Length};
use super::vector::{DIGIT_BITS, DIGIT_MASK, Vector};

// The rows that `columns.rs` unrolls are those of ten columns.
const _: () = assert!(COLUMNS == 10);

/// Several odd moduli N, with the constant of Montgomery reduction.
pub(super) struct Montgomery<V: Vector> {
    pub(super) length: Length,
    /// N
    pub(super) modulus: Digits<V>,
    /// -1/N mod 2^w, in the lowest digit
    pub(super) negative_inverse: Digits<V>,
}

impl<V: Vector> Montgomery<V> {
    /// Computes x = x²/R, and doubles it in the lanes whose bit of `double` is set.
    #[target_feature(enable = "avx512f,avx512ifma,avx512vl")]
    #[inline(never)]
    pub(super) fn square(&self, double: u8, quotient: &mut Digits<V>, x: &mut Digits<V>) {
        let n = self.length.digits();
        let (x, q, modulus) = (x.as_mut_ptr(), quotient.as_mut_ptr(), self.modulus.as_ptr());
        // SAFETY: n and k are multiples of ten, k + 10 <= n, and n digits are within the capacity. Lower half: `rows!`
        // reads digits up to k + 9, `squares!` digits k/2 to k/2 + 9, `reduce!` writes the quotient at k to k + 9.
        // Upper half, digits of x: `starting!` reads k + 1 to n - 1, as many as 9 of them upwards and downwards, and
        // k + 10 < n; `rows!` those between; `squares!` (n+k)/2 to (n+k)/2 + 9, below n since k + 20 <= n;
        // `last_squares!` k to n - 1. Of q and N: k + 1 to n - 1. Digits k to k + 9 of x are written when no later
        // group reads them. The
        // processor has the instructions, since this function is compiled for them.
        unsafe {
            let inverse = *self.negative_inverse.as_ptr();
            let (mut carry, mut above) = (V::splat(0), V::splat(0));
            for k in (0..n).step_by(COLUMNS) {
                let mut columns = [V::splat(0); COLUMNS + 1];
                rows!(columns, x.add(k), x, k / 2);
                squares!(columns, x.add(k / 2));
                columns[0] = columns[0].add(above);
                rows!(columns, modulus.add(k), q, k);
                reduce!(columns, carry, inverse, modulus, q.add(k));
                above = columns[COLUMNS];
            }
            carry = carry.add_masked(double, carry);
            for k in (0..n).step_by(COLUMNS) {
                let mut columns = [V::splat(0); COLUMNS + 1];
                if k + COLUMNS < n {
                    starting!(columns, x.add(n - 1), x.add(k + 1));
                    rows!(columns, x.add(n - COLUMNS), x.add(k + COLUMNS), (n - k) / 2 - COLUMNS);
                    squares!(columns, x.add((n + k) / 2));
                } else {
                    last_squares!(columns, x.add(k));
                }
                columns[0] = columns[0].add(above);
                starting!(columns, modulus.add(n - 1), q.add(k + 1));
                rows!(columns, modulus.add(n - COLUMNS), q.add(k + COLUMNS), n - k - COLUMNS);
                write_digits!(columns, carry, double, x.add(k));
                above = columns[COLUMNS];
            }
        }
    }

    /// Computes x = x·y/R.
    #[target_feature(enable = "avx512f,avx512ifma,avx512vl")]
    #[inline(never)]
    pub(super) fn multiply(&self, y: &Digits<V>, quotient: &mut Digits<V>, x: &mut Digits<V>) {
        let n = self.length.digits();
        let (x, y, q, modulus) = (x.as_mut_ptr(), y.as_ptr(), quotient.as_mut_ptr(), self.modulus.as_ptr());
        // SAFETY: as in `square`. `ending!` reads digits 0 to 9 of y, and k to k + 9 of x.
        unsafe {
            let inverse = *self.negative_inverse.as_ptr();
            let (mut carry, mut above) = (V::splat(0), V::splat(0));
            for k in (0..n).step_by(COLUMNS) {
                let mut columns = [V::splat(0); COLUMNS + 1];
                columns[0] = above;
                rows!(columns, y.add(k), x, k);
                ending!(columns, y, x.add(k));
                rows!(columns, modulus.add(k), q, k);
                reduce!(columns, carry, inverse, modulus, q.add(k));
                above = columns[COLUMNS];
            }
            for k in (0..n).step_by(COLUMNS) {
                let mut columns = [V::splat(0); COLUMNS + 1];
                columns[0] = above;
                starting!(columns, y.add(n - 1), x.add(k + 1));
                rows!(columns, y.add(n - COLUMNS), x.add(k + COLUMNS), n - k - COLUMNS);
                starting!(columns, modulus.add(n - 1), q.add(k + 1));
                rows!(columns, modulus.add(n - COLUMNS), q.add(k + COLUMNS), n - k - COLUMNS);
                write_digits!(columns, carry, 0, x.add(k));
                above = columns[COLUMNS];
            }
        }
    }

    /// One bit of each number, as a mask of lanes. The digits have no carries above them.
    #[target_feature(enable = "avx512f,avx512ifma,avx512vl")]
    pub(super) fn bit(x: &Digits<V>, position: usize) -> u8 {
        let (k, shift) = (position / DIGIT_BITS as usize, position % DIGIT_BITS as usize);
        if k >= CAPACITY {
            return 0;
        }
        // SAFETY: k is below the capacity, and the processor has the instructions.
        unsafe { (*x.as_ptr().add(k)).meets(V::splat(1 << shift)) }
    }

    /// Copies one entry of the table for each lane to `out`. `index` has one mask of lanes for each bit of the index,
    /// lowest first. All sixteen entries are read, and each bit halves their number.
    #[target_feature(enable = "avx512f,avx512ifma,avx512vl")]
    pub(super) fn select(&self, table: &[Digits<V>; 16], index: [u8; 4], out: &mut Digits<V>) {
        for k in 0..self.length.digits() {
            // SAFETY: k is below the capacity, and the processor has the instructions.
            unsafe {
                let mut entries: [V; 16] = core::array::from_fn(|i| *table[i].as_ptr().add(k));
                let mut left = entries.len();
                for bit in index {
                    left /= 2;
                    for i in 0..left {
                        entries[i] = entries[2 * i].select(bit, entries[2 * i + 1]);
                    }
                }
                *out.as_mut_ptr().add(k) = entries[0];
            }
        }
    }
}
