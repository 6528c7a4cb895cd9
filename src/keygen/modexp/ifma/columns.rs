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
use super::vector::Vector;

/// Repeats the body for each value of a constant. The compiler would not unroll these loops, and the columns would be in
/// memory.
macro_rules! unroll {
    ($index:ident in [$($value:literal)*] $body:block) => {
        $({
            const $index: usize = $value;
            $body
        })*
    };
}

macro_rules! starting {
    ($columns:ident, $a:expr, $b:expr) => {{
        let (a, b) = ($a, $b);
        unroll!(R in [0 1 2 3 4 5 6 7 8] {
            let factor = *b.add(R);
            for c in 0..R + 1 {
                $columns.product(c, *a.add(c).sub(R), factor);
            }
        });
    }};
}

macro_rules! reduce {
    ($columns:ident, $modulus:expr, $inverse:expr, $carry:expr, $quotient:expr) => {{
        let (modulus, quotient) = ($modulus, $quotient);
        let (zero, mask) = (V::splat(0), V::splat(DIGIT_MASK));
        let mut carry = $carry;
        unroll!(C in [0 1 2 3 4 5 6 7 8 9] {
            let t = $columns.0[C].add(carry);
            let q = zero.add_low(t, $inverse);
            *quotient.add(C) = q;
            carry = t.add(mask).carry();
            $columns.0[C + 1] = $columns.0[C + 1].add_high(q, *modulus);
            for j in 1..COLUMNS - C {
                $columns.product(C + j, *modulus.add(j), q);
            }
        });
        ($columns.0[COLUMNS], carry)
    }};
}

/// The columns, and the part of their products that belongs to the column above them.
pub(super) struct Columns<V>(pub(super) [V; COLUMNS + 1]);

impl<V: Vector> Columns<V> {
    /// Empty columns.
    #[inline]
    #[target_feature(enable = "avx512f,avx512ifma,avx512vl")]
    pub(super) unsafe fn new() -> Self {
        unsafe { Self([V::splat(0); COLUMNS + 1]) }
    }

    #[inline]
    #[target_feature(enable = "avx512f,avx512ifma,avx512vl")]
    pub(super) unsafe fn product(&mut self, column: usize, a: V, b: V) {
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
            for _ in 0..rows / 5 {
                unroll!(R in [0 1 2 3 4] {
                    let factor = *b.add(R);
                    for c in 0..COLUMNS {
                        self.product(c, *a.add(c).sub(R), factor);
                    }
                });
                a = a.sub(5);
                b = b.add(5);
            }
        }
    }

    #[inline]
    #[target_feature(enable = "avx512f,avx512ifma,avx512vl")]
    pub(super) unsafe fn ending(&mut self, a: *const V, b: *const V) {
        unsafe {
            unroll!(R in [0 1 2 3 4 5 6 7 8 9] {
                let factor = *b.add(R);
                for c in R..COLUMNS {
                    self.product(c, *a.add(c - R), factor);
                }
            });
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
            unroll!(I in [1 2 3 4 5 6 7 8] {
                let factor = *a.add(I);
                for j in I + 1..COLUMNS {
                    if I + j >= COLUMNS {
                        self.product(I + j - COLUMNS, *a.add(j), factor);
                    }
                }
            });
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

    #[inline]
    #[target_feature(enable = "avx512f,avx512ifma,avx512vl")]
    pub(super) unsafe fn write(self, double: u8, mut carry: V, out: *mut V) -> (V, V) {
        unsafe {
            unroll!(C in [0 1 2 3 4 5 6 7 8 9] {
                let t = self.0[C].add_masked(double, self.0[C]).add(carry);
                *out.add(C) = t;
                carry = t.carry();
            });
            (self.0[COLUMNS], carry)
        }
    }
}
