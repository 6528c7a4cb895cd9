//! Montgomery arithmetic modulo several numbers.

use super::columns::Columns;
use super::digits::{COLUMNS, Digits, Length};
use super::vector::{DIGIT_MASK, Vector};

/// Several odd moduli N, with the constant of Montgomery reduction.
pub(super) struct Montgomery<V: Vector> {
    pub(super) length: Length,
    /// N
    pub(super) modulus: Digits<V>,
    /// -1/N mod 2^w
    pub(super) negative_inverse: V::Words,
}

impl<V: Vector> Montgomery<V> {
    /// Computes x = x²/R, doubled in the lanes whose bit of `double` is set.
    #[target_feature(enable = "avx512f,avx512ifma,avx512vl")]
    #[inline(never)]
    pub(super) unsafe fn square(&self, double: u8, quotient: &mut Digits<V>, x: &mut Digits<V>) {
        let n = self.length.digits();
        let (x, q, modulus) = (x.as_mut_ptr(), quotient.as_mut_ptr(), self.modulus.as_ptr());
        unsafe {
            let inverse = (&raw const self.negative_inverse).cast::<V>().read_unaligned();
            let mut carry = V::splat(0);
            let mut spill = V::splat(0);
            for k in (0..n).step_by(COLUMNS) {
                let mut columns = Columns::new();
                columns.rows(x.add(k), x, k / 2);
                columns.ending_squares(x.add(k / 2));
                columns.add_lowest(spill);
                columns.rows(modulus.add(k), q, k);
                (spill, carry) = reduce!(columns, modulus, inverse, carry, q.add(k));
            }
            carry = carry.add_masked(double, carry);
            for k in (0..n).step_by(COLUMNS) {
                let mut columns = Columns::new();
                if k + COLUMNS < n {
                    starting!(columns, x.add(n - 1), x.add(k + 1));
                    columns.rows(x.add(n - COLUMNS), x.add(k + COLUMNS), (n - k) / 2 - COLUMNS);
                    columns.ending_squares(x.add((n + k) / 2));
                } else {
                    columns.last_squares(x.add(k));
                }
                columns.add_lowest(spill);
                starting!(columns, modulus.add(n - 1), q.add(k + 1));
                columns.rows(modulus.add(n - COLUMNS), q.add(k + COLUMNS), n - k - COLUMNS);
                (spill, carry) = columns.write(double, carry, x.add(k));
            }
        }
    }

    /// Computes x = x·y/R.
    #[target_feature(enable = "avx512f,avx512ifma,avx512vl")]
    #[inline(never)]
    pub(super) unsafe fn multiply(&self, y: &Digits<V>, quotient: &mut Digits<V>, x: &mut Digits<V>) {
        let n = self.length.digits();
        let (x, y, q, modulus) = (x.as_mut_ptr(), y.as_ptr(), quotient.as_mut_ptr(), self.modulus.as_ptr());
        unsafe {
            let inverse = (&raw const self.negative_inverse).cast::<V>().read_unaligned();
            let mut carry = V::splat(0);
            let mut spill = V::splat(0);
            for k in (0..n).step_by(COLUMNS) {
                let mut columns = Columns::new();
                columns.rows(y.add(k), x, k);
                columns.ending(y, x.add(k));
                columns.add_lowest(spill);
                columns.rows(modulus.add(k), q, k);
                (spill, carry) = reduce!(columns, modulus, inverse, carry, q.add(k));
            }
            for k in (0..n).step_by(COLUMNS) {
                let mut columns = Columns::new();
                starting!(columns, y.add(n - 1), x.add(k + 1));
                columns.rows(y.add(n - COLUMNS), x.add(k + COLUMNS), n - k - COLUMNS);
                columns.add_lowest(spill);
                starting!(columns, modulus.add(n - 1), q.add(k + 1));
                columns.rows(modulus.add(n - COLUMNS), q.add(k + COLUMNS), n - k - COLUMNS);
                (spill, carry) = columns.write(0, carry, x.add(k));
            }
        }
    }

    /// Copies entry `index` of the table, in each lane, to `out`: all sixteen are read, and each bit of the index
    /// halves their number.
    #[target_feature(enable = "avx512f,avx512ifma,avx512vl")]
    pub(super) unsafe fn select(&self, table: &[Digits<V>; 16], bits: [u8; 4], out: &mut Digits<V>) {
        for k in 0..self.length.digits() {
            unsafe {
                let mut entries: [V; 16] = core::array::from_fn(|j| *table[j].as_ptr().add(k));
                let mut left = entries.len();
                for bit in bits {
                    left /= 2;
                    for j in 0..left {
                        entries[j] = entries[2 * j].select(bit, entries[2 * j + 1]);
                    }
                }
                *out.as_mut_ptr().add(k) = entries[0];
            }
        }
    }
}
