//! Sums of products, ten columns at a time.
//!
//! Every function adds products of digits of `a` and `b` to ten columns, row by row: row r holds the products with
//! `b[r]`, and column c of it is `a[c-r]·b[r]`. Which columns a row has differs:
//!
//! ```text
//!                rows            starting        ending          squares         last_squares
//! row 0       **********      *.........      **********      .*********      ..........
//! row 1       **********      **........      .*********      ...*******      ..........
//! row 2       **********      ***.......      ..********      .....*****      ..........
//! ```

use super::digits::COLUMNS;
use super::vector::{DIGIT_MASK, Vector};

/// The columns, and the part of their products that belongs to the column above them.
pub(super) struct Columns<V>([V; COLUMNS + 1]);

impl<V: Vector> Columns<V> {
    /// Empty columns.
    #[inline]
    #[target_feature(enable = "avx512f,avx512ifma,avx512vl")]
    pub(super) unsafe fn new() -> Self {
        unsafe { Self([V::splat(0); COLUMNS + 1]) }
    }

    #[inline]
    #[target_feature(enable = "avx512f,avx512ifma,avx512vl")]
    unsafe fn product(&mut self, column: usize, a: V, b: V) {
        unsafe {
            self.0[column] = self.0[column].add_low(a, b);
            self.0[column + 1] = self.0[column + 1].add_high(a, b);
        }
    }

    /// Whole rows.
    #[inline]
    #[target_feature(enable = "avx512f,avx512ifma,avx512vl")]
    pub(super) unsafe fn rows(&mut self, mut a: *const V, mut b: *const V, rows: usize) {
        unsafe {
            for _ in 0..rows {
                let factor = *b;
                for c in 0..COLUMNS {
                    self.product(c, *a.add(c), factor);
                }
                a = a.sub(1);
                b = b.add(1);
            }
        }
    }

    #[inline]
    #[target_feature(enable = "avx512f,avx512ifma,avx512vl")]
    pub(super) unsafe fn starting(&mut self, a: *const V, b: *const V) {
        unsafe {
            for r in 0..COLUMNS - 1 {
                let factor = *b.add(r);
                for c in 0..=r {
                    self.product(c, *a.add(c).sub(r), factor);
                }
            }
        }
    }

    #[inline]
    #[target_feature(enable = "avx512f,avx512ifma,avx512vl")]
    pub(super) unsafe fn ending(&mut self, a: *const V, b: *const V) {
        unsafe {
            for r in 0..COLUMNS {
                let factor = *b.add(r);
                for c in r..COLUMNS {
                    self.product(c, *a.add(c - r), factor);
                }
            }
        }
    }

    #[inline]
    #[target_feature(enable = "avx512f,avx512ifma,avx512vl")]
    pub(super) unsafe fn ending_squares(&mut self, a: *const V) {
        unsafe {
            for r in 0..COLUMNS / 2 {
                let factor = *a.add(r);
                for c in 2 * r + 1..COLUMNS {
                    self.product(c, *a.add(c - r), factor);
                }
            }
            self.double();
            for r in 0..COLUMNS / 2 {
                let factor = *a.add(r);
                self.product(2 * r, factor, factor);
            }
        }
    }

    #[inline]
    #[target_feature(enable = "avx512f,avx512ifma,avx512vl")]
    pub(super) unsafe fn last_squares(&mut self, a: *const V) {
        unsafe {
            for i in 1..COLUMNS - 1 {
                let factor = *a.add(i);
                for j in i + 1..COLUMNS {
                    if i + j >= COLUMNS {
                        self.product(i + j - COLUMNS, *a.add(j), factor);
                    }
                }
            }
            self.double();
            for i in COLUMNS / 2..COLUMNS {
                let factor = *a.add(i);
                self.product(2 * i - COLUMNS, factor, factor);
            }
        }
    }

    #[inline]
    #[target_feature(enable = "avx512f,avx512ifma,avx512vl")]
    unsafe fn double(&mut self) {
        unsafe {
            for column in &mut self.0 {
                *column = column.add(*column);
            }
        }
    }

    #[inline]
    #[target_feature(enable = "avx512f,avx512ifma,avx512vl")]
    pub(super) unsafe fn add_lowest(&mut self, addend: V) {
        unsafe {
            self.0[0] = self.0[0].add(addend);
        }
    }

    /// returns (spill, carry)
    #[inline]
    #[target_feature(enable = "avx512f,avx512ifma,avx512vl")]
    pub(super) unsafe fn reduce(mut self, modulus: *const V, inverse: V, mut carry: V, quotient: *mut V) -> (V, V) {
        unsafe {
            let (zero, mask) = (V::splat(0), V::splat(DIGIT_MASK));
            for c in 0..COLUMNS {
                let t = self.0[c].add(carry);
                let q = zero.add_low(t, inverse);
                *quotient.add(c) = q;
                carry = t.add(mask).carry();
                self.0[c + 1] = self.0[c + 1].add_high(q, *modulus);
                for j in 1..COLUMNS - c {
                    self.product(c + j, *modulus.add(j), q);
                }
            }
            (self.0[COLUMNS], carry)
        }
    }

    #[inline]
    #[target_feature(enable = "avx512f,avx512ifma,avx512vl")]
    pub(super) unsafe fn write(self, double: u8, mut carry: V, out: *mut V) -> (V, V) {
        unsafe {
            for c in 0..COLUMNS {
                let t = self.0[c].add_masked(double, self.0[c]).add(carry);
                *out.add(c) = t;
                carry = t.carry();
            }
            (self.0[COLUMNS], carry)
        }
    }
}
