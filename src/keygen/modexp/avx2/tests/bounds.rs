//! The overflow argument of the kernel as a program: exact integer bounds of every intermediate value, in every column
//! of every length, from the constants of the code.
//!
//! Every value of the kernel is an integer, and the sums h are multiples of 2^w. An operation in doubles is exact if its
//! result is a multiple of some 2^k and at most 2^(53+k). The functions here follow those of `product.rs` and
//! `montgomery.rs` step by step, with the largest magnitude of each value in place of the value.

use alloc::format;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

use super::super::digits::{
    CAPACITY, DIGIT_BITS, INTEGER, Length, MAGIC, MAX_DIGITS, MAX_OFFSET_PRODUCTS, MIN_DIGITS, OFFSET, SHIFT,
};
use super::LIMIT;

type Checked<T = ()> = Result<T, String>;

/// The constants of the kernel.
#[derive(Clone, Copy)]
struct Constants {
    /// w
    digit_bits: u32,
    /// M
    magic: f64,
    /// 2^-w
    shift: f64,
    /// -M/2^w
    offset: f64,
    /// Products of a column of `mul_low` whose l starts from `offset`.
    offset_products: usize,
    /// D
    limit: u128,
    /// What [`Digits::store`](super::super::Digits::store) adds to a digit.
    integer: f64,
}

const OURS: Constants = Constants {
    digit_bits: DIGIT_BITS,
    magic: MAGIC,
    shift: SHIFT,
    offset: OFFSET,
    offset_products: MAX_OFFSET_PRODUCTS,
    limit: LIMIT as u128,
    integer: INTEGER,
};

/// The largest integer up to which doubles represent all.
const EXACT: u128 = 1 << 53;

fn at_most(what: &str, value: u128, bound: u128) -> Checked<u128> {
    if value <= bound { Ok(value) } else { Err(format!("{what}: {value} > {bound}")) }
}

/// A binade as integers: the unit in its last place, and how far a value may be from `magic` within it.
fn binade(magic: f64) -> (u128, u128) {
    let exponent = (magic.to_bits() >> 52) as u32 - 1023;
    let value = magic as u128;
    (1 << exponent.saturating_sub(52), (value - (1 << exponent)).min((2 << exponent) - value))
}

/// The sums of a column, as the largest |h - M| and |l - offset|.
#[derive(Clone, Copy, Default)]
struct Column {
    h: u128,
    l: u128,
    /// The largest magnitude of what l starts from: M/2^w or 0.
    offset: u128,
}

impl Constants {
    /// 2^w, which is the unit of h, and how far h may be from M.
    fn unit(&self) -> (u128, u128) {
        binade(self.magic)
    }

    /// The premises: h counts multiples of 2^w, M is one of them, the shift divides by 2^w, and the last place of the
    /// sum that turns a digit into an integer counts ones.
    fn check_constants(&self) -> Checked {
        let (unit, _) = self.unit();
        let is_right = unit == 1 << self.digit_bits && (self.magic as u128).is_multiple_of(unit);
        let shifts = self.shift * unit as f64 == 1.0 && -self.offset * unit as f64 == self.magic;
        let counts_ones = self.integer >= EXACT as f64 / 2.0 && binade(self.integer).0 == 1;
        if is_right && shifts && counts_ones { Ok(()) } else { Err("the constants contradict each other".into()) }
    }

    /// Adds a product of at most `product` to a column.
    fn mac(&self, column: &mut Column, product: u128) -> Checked {
        let (unit, margin) = self.unit();
        // d is the product rounded to a multiple of the unit, e is what that leaves.
        column.h = at_most("h", column.h + (product + unit / 2) / unit * unit, margin - unit)?;
        column.l += product.min(unit / 2);
        at_most("l", column.offset + column.l, EXACT).map(|_| ())
    }

    /// A column whose l starts from the offset.
    fn offset_column(&self) -> Column {
        Column { offset: -self.offset as u128, ..Column::default() }
    }

    /// A column of `count` products of at most `product`, on top of `l`.
    fn column(&self, count: usize, product: u128, l: u128) -> Checked<Column> {
        self.add(count, product, Column { l, ..Column::default() })
    }

    /// `count` products of at most `product`, on top of `column`.
    fn add(&self, count: usize, product: u128, mut column: Column) -> Checked<Column> {
        for _ in 0..count {
            self.mac(&mut column, product)?;
        }
        Ok(column)
    }

    /// t, from the h of the column below and the l of this one.
    fn total(&self, h_below: u128, l: u128) -> Checked<u128> {
        at_most("t", h_below / self.unit().0 + l, EXACT)
    }

    /// u, which is t rounded by adding and subtracting M.
    fn upper(&self, t: u128) -> Checked<u128> {
        let (unit, margin) = self.unit();
        at_most("t + M", t + unit / 2, margin - unit)?;
        Ok((t + unit / 2) / unit * unit)
    }

    /// A digit: what rounding left of t, and the carry from below.
    fn digit(&self, u_below: u128) -> Checked {
        let unit = self.unit().0;
        at_most("digit", unit / 2 + u_below / unit, self.limit).map(|_| ())
    }

    /// `mul_low` of factors with digits of at most `a` and `b`. Returns the carry.
    fn mul_low(&self, n: usize, a: u128, b: u128) -> Checked<u128> {
        let (mut h_below, mut u_below) = (0, 0);
        for k in 0..n {
            // The group of six columns, or fewer below the first of six, that this one is in.
            let end = if k < n % 6 { n % 6 } else { k - (k - n % 6) % 6 + 6 };
            let has_offset = end <= self.offset_products;
            let empty = if has_offset { self.offset_column() } else { Column::default() };
            let column = self.add(k + 1, a * b, empty)?;
            let u = self.upper(self.total(h_below, column.l)?)?;
            self.digit(u_below)?;
            (h_below, u_below) = (column.h, u);
        }
        let unit = self.unit().0;
        Ok(at_most("h + u", h_below + u_below, EXACT * unit)? / unit)
    }

    /// Column k of a square of n digits: products with a doubled factor, and a square in each even column.
    fn square_column(&self, n: usize, k: usize) -> Checked<Column> {
        let product = self.limit * self.limit;
        let count = (k + 1).min(2 * n - 1 - k);
        let mut column = self.add(count / 2, 2 * product, self.offset_column())?;
        if count % 2 == 1 {
            self.mac(&mut column, product)?;
        }
        Ok(column)
    }

    /// `square_low` and `square_high`: the columns of T.
    fn square(&self, n: usize) -> Checked<Vec<u128>> {
        let low = n.next_multiple_of(6);
        let mut columns = vec![self.limit; 2 * n];
        let (mut h_below, mut u_below) = (0, 0);
        for k in 0..low {
            let column = self.square_column(n, k)?;
            let u = self.upper(self.total(h_below, column.l)?)?;
            self.digit(u_below)?;
            (h_below, u_below) = (column.h, u);
        }
        let unit = self.unit().0;
        // This carry includes M/2^w, for the offset of the next l.
        at_most("h + u", self.magic as u128 + h_below + u_below, EXACT * unit)?;
        let mut below = (h_below + u_below) / unit;
        for (k, total) in columns.iter_mut().enumerate().skip(low) {
            let column = if k < 2 * n - 1 { self.square_column(n, k)? } else { Column::default() };
            *total = at_most("T", column.l + below, EXACT)?;
            below = column.h / unit;
        }
        Ok(columns)
    }

    /// `mul_high` without a reduction, on top of `carry`: columns n to 2n-1, from the carry up.
    fn mul_high(&self, n: usize, carry: u128) -> Checked {
        let (mut below, mut u_below) = (carry, 0);
        for k in n..2 * n {
            let column = self.column(2 * n - 1 - k, self.limit * self.limit, 0)?;
            let u = self.upper(at_most("t", column.l + below, EXACT)?)?;
            self.digit(u_below)?;
            (below, u_below) = (column.h / self.unit().0, u);
        }
        Ok(())
    }

    /// The rounding error of `estimate`, times 2^w, and the largest result.
    fn estimate(&self, n: usize) -> (u128, u128) {
        let product = self.limit * self.limit;
        // Half a unit in the last place of a sum, rounded up to an integer.
        let half_ulp = |sum: u128| 1u128 << (sum.ilog2() + 1).saturating_sub(53);
        let mut sums = [0u128; 4];
        let mut error = 0;
        for i in 0..n - 1 {
            // The last up to four products all go into the first sum.
            let sum = if (i / 4) * 4 + 4 < n { &mut sums[i % 4] } else { &mut sums[0] };
            *sum += product;
            error += half_ulp(*sum + error);
            *sum += error;
        }
        let total: u128 = sums.iter().sum();
        error += 3 * half_ulp(total + 3 * error);
        (error, total + error)
    }

    /// `mul_high` with a reduction: q·N is added to the columns of T.
    fn reduce(&self, n: usize, columns: &[u128], factor: u128) -> Checked {
        let (unit, _) = self.unit();
        let product = self.limit * self.limit;
        let middle = self.column(n, product, columns[n - 1])?;

        // The sum of columns 0 to n-1 is c·R. The kernel computes c from l[n-1] and an estimate of column n-2 of q·N.
        // What it leaves out: T[n-2], the columns below, and rounding.
        let below = (0..n - 2).fold(0, |carry: u128, k| (carry + (k as u128 + 1) * product + self.limit) / unit + 1);
        let (rounding, estimate) = self.estimate(n);
        let left_out = (self.limit + below + rounding) / unit + 1;
        let multiple = at_most("multiple", middle.l + estimate / unit + 1, EXACT)?;
        // The fused multiply-add rounds to a half at worst, since its result is at most 2^53.
        at_most("error of c", left_out + 1, unit / 2 - 1)?;
        let c = self.upper(multiple)? / unit;

        let (mut below, mut u_below) = (middle.h / unit + c, 0);
        for (k, &total) in columns.iter().enumerate().skip(n) {
            let column = self.column(2 * n - 1 - k, product, total)?;
            let u = self.upper(factor * at_most("t", column.l + below, EXACT)?)?;
            self.digit(u_below)?;
            (below, u_below) = (column.h / unit, u);
        }
        Ok(())
    }

    /// The values: |x| ≤ 1.2·N before each operation, and after it. Everything in units of 2^-60·N, rounded up.
    fn check_values(&self) -> Checked {
        const ONE: u128 = 1 << 60;
        let times = |a: u128, b: u128| (a * b).div_ceil(ONE);
        let largest = (6 * ONE) / 5;
        // N/R, since R ≥ 16·2^bits. `check_lengths` checks that.
        let n_over_r = ONE / 16;
        // q/R: every digit of q is at its limit.
        let q_over_r = (self.limit * ONE).div_ceil((1 << self.digit_bits) - 1);
        at_most("x²", 2 * (times(times(largest, largest), n_over_r) + q_over_r), largest)?;
        // y is below 2N.
        at_most("x·y", times(times(largest, 2 * ONE), n_over_r) + q_over_r, largest)?;
        // Leaving Montgomery form multiplies by 1, which is at most 2^-60·N; one addition of N reduces the result.
        at_most("x/R", times(times(largest, 1), n_over_r) + q_over_r, ONE - 1)?;
        // The digit above the highest is 0: with any other, the value would be above 1.2·N.
        at_most("highest digit", times(largest, n_over_r) + q_over_r, ONE - 1)?;
        // The highest digit of a modulus, and of a number below 2^bits: what is left above the other digits.
        at_most("digit of N", (1 << (self.digit_bits - 4)) + 1, self.limit)?;
        Ok(())
    }

    /// Every operation on numbers of n digits.
    fn check(&self, n: usize) -> Checked {
        let limit = self.limit;
        self.check_constants()?;
        self.check_values()?;
        at_most("doubled digit", 2 * limit, EXACT)?;
        at_most("digit as an integer", limit, binade(self.integer).1)?;
        // `lift_inverse` multiplies numbers of all lengths, and adds 2 to the lowest digit of one factor.
        for length in 1..=n {
            self.mul_low(length, limit, limit + 2)?;
        }
        let square = self.square(n)?;
        for factor in [1, 2] {
            self.reduce(n, &square, factor)?;
        }
        let carry = self.mul_low(n, limit, limit)?;
        self.mul_high(n, carry)?;
        self.reduce(n, &vec![limit; 2 * n], 1)
    }

    /// The first length from the shortest one on that violates a bound.
    fn first_failure(&self) -> (usize, String) {
        let failure = |n| self.check(n).err().map(|error| (n, error));
        (MIN_DIGITS..100).find_map(failure).expect("no length is too long")
    }
}

#[test]
fn nothing_overflows_in_any_column_of_any_length() {
    assert!(Length::new(MIN_DIGITS).is_some() && Length::new(MIN_DIGITS - 1).is_none());
    assert!(Length::new(MAX_DIGITS).is_some() && Length::new(MAX_DIGITS + 1).is_none());
    for n in MIN_DIGITS..=MAX_DIGITS {
        assert_eq!(OURS.check(n), Ok(()), "{n} digits");
    }
}

/// R ≥ 16·2^bits for every modulus, and groups of six columns stay within the buffers.
#[test]
fn every_modulus_has_four_spare_bits_and_every_group_fits() {
    for (bits, length) in (0..4096).filter_map(|bits| Length::for_bits(bits).map(|length| (bits, length))) {
        assert!(length.digits() as u32 * DIGIT_BITS >= bits + 4, "{bits}");
        // The last group of `square_low` reads a up to this digit, and `mul_high` writes digit n.
        assert!(length.digits().next_multiple_of(6) <= CAPACITY && length.digits() < CAPACITY, "{bits}");
    }
}

/// The first length that is too long follows from all constants. With others, a length that is in use is too long.
#[test]
fn the_bounds_depend_on_every_constant() {
    let (n, what) = OURS.first_failure();
    assert_eq!((n, what.split(':').next()), (48, Some("h")));
    let pow2 = |exponent: u32| f64::from_bits(u64::from(1023 + exponent) << 52);
    let width = |digit_bits: u32, digits: u32| Constants {
        digit_bits,
        magic: 1.5 * pow2(52 + digit_bits),
        shift: 1.0 / pow2(digit_bits),
        offset: -1.5 * pow2(52),
        limit: (1 << (digits - 1)) + 128,
        ..OURS
    };
    let magic = |factor: f64, exponent| Constants {
        magic: factor * pow2(exponent),
        offset: -factor * pow2(exponent) * SHIFT,
        ..OURS
    };
    for (what, changed) in [
        ("digits of 48 bits", width(48, 48)),
        ("longer digits than the unit", width(47, 48)),
        ("the lower end of the binade", magic(1.25, 99)),
        ("the middle of the binade", magic(1.5, 99)),
        ("the upper end of the binade", magic(1.75, 99)),
        ("the next binade", magic(1.375, 100)),
        ("another shift", Constants { shift: SHIFT / 2.0, ..OURS }),
        ("another offset", Constants { offset: OFFSET + 1.0, ..OURS }),
        ("an offset in columns of more products", Constants { offset_products: 41, ..OURS }),
        ("an offset in the columns of all lengths", Constants { offset_products: MAX_DIGITS, ..OURS }),
        ("smaller digits than the carries allow", Constants { limit: 1 << 46, ..OURS }),
        ("integers of another binade", Constants { integer: 1.5 * pow2(51), ..OURS }),
    ] {
        let (n, _) = changed.first_failure();
        assert!(n <= MAX_DIGITS, "{what}");
    }
}
