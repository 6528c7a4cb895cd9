//! Products of numbers in digits: lower and upper halves, six columns at a time. All pointers and all assembly of the
//! kernel are here.
//!
//! Names follow the comment of `avx2.rs`: a column is summed in `h` and `l`, its total is t, and u is what it carries
//! upwards.

use core::arch::x86_64::{
    _mm256_add_pd, _mm256_fmadd_pd, _mm256_fmsub_pd, _mm256_mul_pd, _mm256_set1_pd, _mm256_setzero_pd, _mm256_sub_pd,
};

use super::digits::{MAGIC, MAX_OFFSET_PRODUCTS, OFFSET, SHIFT, Vector};

/// The step from a digit to the next in loops that go up, and in loops that go down.
const UP: isize = 1;
const DOWN: isize = -1;

/// Adds the product a·b to a column, as in the comment of `avx2.rs`. The macros of `asm.rs` do the same for six columns
/// at a time.
#[target_feature(enable = "avx2,fma")]
#[inline]
fn mac(h: &mut Vector, l: &mut Vector, a: Vector, b: Vector) {
    let s = _mm256_fmadd_pd(a, b, *h);
    let d = _mm256_sub_pd(s, *h);
    let e = _mm256_fmsub_pd(a, b, d);
    *h = s;
    *l = _mm256_add_pd(*l, e);
}

/// Returns the sums h and l of `C` empty columns. `HAS_OFFSET` tells whether l starts from [`OFFSET`], so that the total
/// of a column needs no subtraction of M from h.
#[target_feature(enable = "avx2,fma")]
#[inline]
fn empty_columns<const C: usize, const HAS_OFFSET: bool>() -> ([Vector; C], [Vector; C]) {
    let l = if HAS_OFFSET { _mm256_set1_pd(OFFSET) } else { _mm256_setzero_pd() };
    ([_mm256_set1_pd(MAGIC); C], [l; C])
}

/// A vector that stays in memory, by volatile accesses: the product loops need all registers, and choosing what to
/// spill this way measured 4 % faster than the compiler's choice.
pub(super) struct Spilled(pub(super) Vector);

impl Spilled {
    #[target_feature(enable = "avx2,fma")]
    #[inline]
    fn get(&self) -> Vector {
        // SAFETY: a reference is valid for reads.
        unsafe { core::ptr::read_volatile(&raw const self.0) }
    }

    #[target_feature(enable = "avx2,fma")]
    #[inline]
    fn set(&mut self, vector: Vector) {
        // SAFETY: a reference is valid for writes.
        unsafe { core::ptr::write_volatile(&raw mut self.0, vector) }
    }
}

/// Turns columns into digits, from the lowest up.
struct DigitWriter {
    /// h of the column before the next one.
    h: Spilled,
    /// u of the column before the next one.
    u: Spilled,
}

impl DigitWriter {
    #[target_feature(enable = "avx2,fma")]
    #[inline]
    fn new() -> Self {
        Self { h: Spilled(_mm256_set1_pd(MAGIC)), u: Spilled(_mm256_setzero_pd()) }
    }

    /// Returns what the columns so far carry into the next one.
    #[target_feature(enable = "avx2,fma")]
    #[inline]
    fn carry(&self) -> Vector {
        let (magic, shift) = (_mm256_set1_pd(MAGIC), _mm256_set1_pd(SHIFT));
        _mm256_mul_pd(_mm256_add_pd(_mm256_sub_pd(self.h.get(), magic), self.u.get()), shift)
    }

    /// Returns the same plus M/2^w, for a sum l that has the offset.
    #[target_feature(enable = "avx2,fma")]
    #[inline]
    fn carry_into_offset(&self) -> Vector {
        _mm256_mul_pd(_mm256_add_pd(self.h.get(), self.u.get()), _mm256_set1_pd(SHIFT))
    }

    /// Writes the digits of the next `C` columns to `out`. `HAS_OFFSET` tells whether the sums l have the offset.
    ///
    /// # Safety
    /// `out` is valid for `C` digits.
    #[target_feature(enable = "avx2,fma")]
    #[inline]
    unsafe fn put<const C: usize, const HAS_OFFSET: bool>(
        &mut self,
        h: &[Vector; C],
        l: &[Vector; C],
        out: *mut Vector,
    ) {
        // SAFETY: c < C, and the caller guarantees C digits.
        unsafe {
            let (magic, shift) = (_mm256_set1_pd(MAGIC), _mm256_set1_pd(SHIFT));
            let mut h_below = self.h.get();
            let mut u_below = self.u.get();
            for c in 0..C {
                let upper = if HAS_OFFSET { h_below } else { _mm256_sub_pd(h_below, magic) };
                let t = _mm256_fmadd_pd(upper, shift, l[c]);
                let u = _mm256_sub_pd(_mm256_add_pd(t, magic), magic);
                *out.add(c) = _mm256_fmadd_pd(u_below, shift, _mm256_sub_pd(t, u));
                h_below = h[c];
                u_below = u;
            }
            self.h.set(h_below);
            self.u.set(u_below);
        }
    }
}

/// The factors of a product, as pointers to their lowest digits, and the number n of digits of each.
#[derive(Clone, Copy)]
pub(super) struct Factors {
    pub(super) a: *const Vector,
    pub(super) b: *const Vector,
    pub(super) digits: usize,
}

/// Writes the digits of the lower n columns of a·b to `out`. Returns their carry into column n.
///
/// # Safety
/// Both factors are valid for n digits, and so is `out`, which overlaps neither.
#[target_feature(enable = "avx2,fma")]
#[inline(never)]
pub(super) unsafe fn mul_low(factors: Factors, out: *mut Vector) -> Vector {
    let Factors { a, b, digits: n } = factors;
    // SAFETY: groups end at column k + C <= n, and columns below n read digits below n only; each digit of out is
    // written once.
    unsafe {
        let mut writer = DigitWriter::new();
        macro_rules! group {
            ($columns:tt, $k:expr, $has_offset:literal) => {{
                let (mut h, mut l) = empty_columns::<$columns, $has_offset>();
                multiply_columns!($columns, UP, a, b, $k, h, l);
                writer.put::<$columns, $has_offset>(&h, &l, out.add($k));
            }};
        }
        let mut k = n % 6;
        match k {
            1 => group!(1, 0, true),
            2 => group!(2, 0, true),
            3 => group!(3, 0, true),
            4 => group!(4, 0, true),
            5 => group!(5, 0, true),
            _ => {}
        }
        while k < n {
            if k + 6 <= MAX_OFFSET_PRODUCTS {
                group!(6, k, true);
            } else {
                group!(6, k, false);
            }
            k += 6;
        }
        writer.carry()
    }
}

/// What [`mul_high`] adds to a product, and the factor that it multiplies the sum by.
pub(super) struct Addend {
    /// The columns of T; a reduction reads n-1 to 2n-1.
    pub(super) columns: *const Vector,
    /// In a reduction column n-2 of the product, rounded; otherwise the carry into column n.
    pub(super) below: Spilled,
    /// 1 or 2 in a reduction, otherwise 1.
    pub(super) factor: Spilled,
}

/// Where [`mul_high`] writes digits, and in a reduction also the same digits doubled.
pub(super) struct HighDigits {
    pub(super) digits: *mut Vector,
    pub(super) doubled: *mut Vector,
}

/// Computes the digits of the upper half, from the highest down: digit j of `out` is digit n+j of the sum.
///
/// With `REDUCE` the sum is factor·(a·b + T)/R; otherwise it is a·b plus a carry into column n, and neither T nor
/// `out.doubled` is used.
///
/// # Safety
/// Both factors are valid for n digits, both parts of `out` for n + 1 digits (the one above the highest becomes 0), and
/// T for 2n columns. `out` overlaps nothing that is read.
#[target_feature(enable = "avx2,fma")]
#[inline(never)]
pub(super) unsafe fn mul_high<const REDUCE: bool>(factors: Factors, addend: &Addend, out: HighDigits) {
    let n = factors.digits;
    // SAFETY: columns 2n-2 down to n-1 read digits 0..n only, from the highest down; T is read in these columns and in
    // 2n-1, and out is written at column + 2 - n, which is 0..=n.
    unsafe {
        let (magic, shift) = (_mm256_set1_pd(MAGIC), _mm256_set1_pd(SHIFT));
        let (a, b) = (factors.a.add(n - 1), factors.b.add(n - 1));
        // l of the column above, and what rounding left of it.
        let mut l_above = Spilled(if REDUCE { *addend.columns.add(2 * n - 1) } else { _mm256_setzero_pd() });
        let mut rest_above = Spilled(_mm256_setzero_pd());
        // Columns are numbered from the highest down: k = 0 is column 2n-2.
        let mut k = 0;
        let end = if REDUCE { n } else { n - 1 };
        macro_rules! put {
            ($t:expr, $index:expr, $rest_above:ident, $factor:expr) => {
                let factor = $factor;
                let u = _mm256_sub_pd(_mm256_fmadd_pd($t, factor, magic), magic);
                let digit = _mm256_fmadd_pd(u, shift, $rest_above);
                *out.digits.add($index) = digit;
                if REDUCE {
                    *out.doubled.add($index) = _mm256_add_pd(digit, digit);
                }
                $rest_above = _mm256_fmsub_pd($t, factor, u);
            };
        }
        macro_rules! group {
            ($columns:tt) => {{
                let (mut h, mut l) = empty_columns::<$columns, false>();
                let column = 2 * n - 2 - k;
                if REDUCE {
                    for c in 0..$columns {
                        l[c] = *addend.columns.add(column - c);
                    }
                }
                multiply_columns!($columns, DOWN, a, b, k, h, l);
                k += $columns;
                let (mut above, mut rest, factor) = (l_above.get(), rest_above.get(), addend.factor.get());
                for c in 0..$columns {
                    let mut t = _mm256_fmadd_pd(_mm256_sub_pd(h[c], magic), shift, above);
                    if REDUCE && c == $columns - 1 && k == end {
                        // The lower half of the sum is this multiple of R.
                        let multiple = _mm256_fmadd_pd(addend.below.get(), shift, l[c]);
                        t = _mm256_fmadd_pd(_mm256_sub_pd(_mm256_add_pd(multiple, magic), magic), shift, t);
                    }
                    put!(t, column + 2 - c - n, rest, factor);
                    above = l[c];
                }
                l_above.set(above);
                rest_above.set(rest);
            }};
        }
        match end % 6 {
            1 => group!(1),
            2 => group!(2),
            3 => group!(3),
            4 => group!(4),
            5 => group!(5),
            _ => {}
        }
        while k < end {
            group!(6);
        }
        if !REDUCE {
            let t = _mm256_add_pd(l_above.get(), addend.below.get());
            let mut rest = rest_above.get();
            put!(t, 1, rest, addend.factor.get());
            rest_above.set(rest);
        }
        let lowest = rest_above.get();
        *out.digits = lowest;
        if REDUCE {
            *out.doubled = _mm256_add_pd(lowest, lowest);
        }
    }
}

/// A number to square, as pointers to its lowest digit and to that of its double, and the number n of digits.
#[derive(Clone, Copy)]
pub(super) struct Root {
    pub(super) digits: *const Vector,
    pub(super) doubled: *const Vector,
    pub(super) length: usize,
}

/// Writes columns 0..low of a², as digits, to `out`. Returns their carry into column `low`, a multiple of 6, plus
/// M/2^w.
///
/// # Safety
/// The digits of the root, their double and `out` are valid for `low` digits.
#[target_feature(enable = "avx2,fma")]
#[inline(never)]
pub(super) unsafe fn square_low(root: Root, low: usize, out: *mut Vector) -> Vector {
    // SAFETY: as in `mul_low`, with low in place of n, which whole groups of six reach exactly.
    unsafe {
        let mut writer = DigitWriter::new();
        let mut k = 0;
        while k < low {
            let (mut h, mut l) = empty_columns::<6, true>();
            square_columns!(6, UP, even, root.digits, root.doubled, k, h, l);
            writer.put::<6, true>(&h, &l, out.add(k));
            k += 6;
        }
        writer.carry_into_offset()
    }
}

/// Writes columns 2n-1 down to `low` of a², as sums t, to `out`. `carry` is the result of [`square_low`]
/// for column `low`.
///
/// # Safety
/// The digits of the root and their double are valid for n digits, `out` for 2n.
#[target_feature(enable = "avx2,fma")]
#[inline(never)]
pub(super) unsafe fn square_high(root: Root, low: usize, carry: Vector, out: *mut Vector) {
    let n = root.length;
    // SAFETY: as in `mul_high`; out is written from column 2n-1 down to low.
    unsafe {
        let shift = _mm256_set1_pd(SHIFT);
        let (a, doubled) = (root.digits.add(n - 1), root.doubled.add(n - 1));
        let mut column = out.add(2 * n - 1);
        let mut l_above = Spilled(_mm256_set1_pd(OFFSET));
        let carry = Spilled(carry);
        let count = 2 * n - 1 - low;
        let mut k = 0;
        macro_rules! group {
            ($columns:tt, $parity:ident) => {{
                let (mut h, mut l) = empty_columns::<$columns, true>();
                square_columns!($columns, DOWN, $parity, a, doubled, k, h, l);
                k += $columns;
                let mut above = l_above.get();
                for c in 0..$columns {
                    *column = _mm256_fmadd_pd(h[c], shift, above);
                    column = column.sub(1);
                    above = l[c];
                }
                l_above.set(above);
            }};
        }
        // An odd number of columns, so every group but the first begins at an odd one.
        match count % 6 {
            1 => group!(1, even),
            3 => group!(3, even),
            _ => group!(5, even),
        }
        while k < count {
            group!(6, odd);
        }
        *column = _mm256_add_pd(l_above.get(), carry.get());
    }
}
