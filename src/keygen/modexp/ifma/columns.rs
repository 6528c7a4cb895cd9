//! Sums of products, ten columns at a time, as macros for the functions of `montgomery.rs`.
//!
//! `$columns` is an array of eleven vectors: the sums of ten columns, and what the products in the highest of them add
//! to the column above. Row r of a block contains the products with `b[r]`, and column c of the row is `a[c-r]·b[r]`.
//! The blocks differ in the columns that a row has:
//!
//! ```text
//!             rows!           starting!       ending!         squares!        last_squares!
//!             c = 0 to 9      c <= r          c >= r          c > 2r          c >= 0 and a before b
//! row 0       **********      *.........      **********      .*********      ..........
//! row 1       **********      **........      .*********      ...*******      ..........
//! row 2       **********      ***.......      ..********      .....*****      **........
//! ```
//!
//! They are macros, and their rows are unrolled by hand, because the compiler neither inlines functions of this size nor
//! unrolls these loops, and then the columns would be in memory.

/// Repeats the body for each value of a constant.
macro_rules! unroll {
    ($index:ident in [$($value:literal)*] $body:block) => {
        $({
            const $index: usize = $value;
            $body
        })*
    };
}

/// Adds a·b to a column: its lower half, and its upper half to the column above.
macro_rules! product {
    ($columns:ident[$column:expr], $a:expr, $b:expr) => {{
        let (column, a, b) = ($column, $a, $b);
        $columns[column] = $columns[column].add_low(a, b);
        $columns[column + 1] = $columns[column + 1].add_high(a, b);
    }};
}

/// Whole rows; their number is a multiple of five. Five at a time share 14 digits of `a`, which then need not be loaded
/// again for each row.
macro_rules! rows {
    ($columns:ident, $a:expr, $b:expr, $rows:expr) => {{
        let (mut a, mut b) = ($a, $b);
        for _ in 0..$rows / 5 {
            unroll!(R in [0 1 2 3 4] {
                let factor = *b.add(R);
                for c in 0..COLUMNS {
                    product!($columns[c], *a.add(c).sub(R), factor);
                }
            });
            a = a.sub(5);
            b = b.add(5);
        }
    }};
}

/// The first nine rows of the upper half of a product, which begin at the lowest column.
macro_rules! starting {
    ($columns:ident, $a:expr, $b:expr) => {{
        let (a, b) = ($a, $b);
        unroll!(R in [0 1 2 3 4 5 6 7 8] {
            let factor = *b.add(R);
            for c in 0..R + 1 {
                product!($columns[c], *a.add(c).sub(R), factor);
            }
        });
    }};
}

/// The last ten rows of the lower half of a product, which end at the highest column.
macro_rules! ending {
    ($columns:ident, $a:expr, $b:expr) => {{
        let (a, b) = ($a, $b);
        unroll!(R in [0 1 2 3 4 5 6 7 8 9] {
            let factor = *b.add(R);
            for c in R..COLUMNS {
                product!($columns[c], *a.add(c - R), factor);
            }
        });
    }};
}

/// Completes columns of a square, which hold the products of unequal digits in earlier rows: adds those of the last
/// rows, doubles all, and adds the squares of digits.
macro_rules! squares {
    ($columns:ident, $a:expr) => {{
        let a = $a;
        unroll!(R in [0 1 2 3 4] {
            let factor = *a.add(R);
            for c in 2 * R + 1..COLUMNS {
                product!($columns[c], *a.add(c - R), factor);
            }
        });
        double!($columns);
        unroll!(R in [0 1 2 3 4] {
            let factor = *a.add(R);
            product!($columns[2 * R], factor, factor);
        });
    }};
}

/// The highest ten columns of a square, complete, from the highest ten digits.
macro_rules! last_squares {
    ($columns:ident, $a:expr) => {{
        let a = $a;
        unroll!(R in [1 2 3 4 5 6 7 8] {
            let factor = *a.add(R);
            for i in R + 1..COLUMNS {
                if R + i >= COLUMNS {
                    product!($columns[R + i - COLUMNS], *a.add(i), factor);
                }
            }
        });
        double!($columns);
        unroll!(R in [5 6 7 8 9] {
            let factor = *a.add(R);
            product!($columns[2 * R - COLUMNS], factor, factor);
        });
    }};
}

/// Doubles all columns.
macro_rules! double {
    ($columns:ident) => {
        for column in &mut $columns {
            *column = column.add(*column);
        }
    };
}

/// Turns ten columns of the lower half into quotient digits, and adds their products with the lowest digits of the
/// modulus. `$carry` is what the columns below carry into these, and then what these carry upwards.
macro_rules! reduce {
    ($columns:ident, $carry:ident, $inverse:expr, $modulus:expr, $quotient:expr) => {{
        let (inverse, modulus, quotient) = ($inverse, $modulus, $quotient);
        let (zero, mask) = (V::splat(0), V::splat(DIGIT_MASK));
        unroll!(C in [0 1 2 3 4 5 6 7 8 9] {
            let t = $columns[C].add($carry);
            let q = zero.add_low(t, inverse);
            *quotient.add(C) = q;
            // The lower half of q·N[0] makes t a multiple of 2^w, the next one.
            $carry = t.add(mask).carry();
            $columns[C + 1] = $columns[C + 1].add_high(q, *modulus);
            for c in 0..COLUMNS {
                if c > C {
                    product!($columns[c], *modulus.add(c - C), q);
                }
            }
        });
    }};
}

/// Writes ten columns of the upper half as digits, doubled in the lanes whose bit of `$double` is set. `$carry` is as in
/// [`reduce!`].
macro_rules! write_digits {
    ($columns:ident, $carry:ident, $double:expr, $out:expr) => {{
        let out = $out;
        unroll!(C in [0 1 2 3 4 5 6 7 8 9] {
            let t = $columns[C].add_masked($double, $columns[C]).add($carry);
            *out.add(C) = t;
            $carry = t.carry();
        });
    }};
}
