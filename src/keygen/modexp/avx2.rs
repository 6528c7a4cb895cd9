//! Four Montgomery exponentiations side by side, for processors with AVX2 and FMA.
//!
//! Every 64-bit lane of a vector belongs to another number with its own modulus, and every operation does the same to all
//! four, so no branch and no address depends on a value:
//!
//! ```text
//!              lane 0      lane 1      lane 2      lane 3
//!  x[0]      digit 0 A   digit 0 B   digit 0 C   digit 0 D     one __m256d
//!  x[1]      digit 1 A   digit 1 B   digit 1 C   digit 1 D
//!  ...
//!  x[n-1]    the highest digits
//! ```
//!
//! # Numbers
//! A number is Σ x[k]·2^(wk) with w = 47. Digits are signed integers held in doubles, |x[k]| ≤ 2^46 + 2^7 =: D (the highest
//! one takes what is left). n = ⌈(bits + 4)/47⌉ digits: 22, 33 and 44 for moduli of 1024, 1536 and 2048 bits.
//! R = 2^(wn) ≥ 16·2^bits. Values are signed and not fully reduced: |x| ≤ 1.2·N, until the end.
//!
//! # A product takes two FMAs and two additions
//! A column collects products in two sums: h, whose unit in the last place is 2^w because it starts at M = 1.5·2^(52+w), and l:
//!
//! ```text
//!  s = fma(a, b, h)      h + a·b rounded to a multiple of 2^w
//!  d = s - h             exact: the part of a·b that went into h
//!  e = fma(a, b, -d)     exact: the rest, |e| ≤ 2^(w-1)
//!  h = s;  l += e
//! ```
//!
//! Nothing is lost, so column k is worth l + (h - M), and the digit k of the result is built from t[k] = l[k] + (h[k-1] - M)/2^w:
//! u = t rounded to a multiple of 2^w (add M, subtract M), x[k] = t[k] - u[k] + u[k-1]/2^w. A carry moves one place only, so there
//! is no chain through the digits.
//!
//! # The reduction has no chain either
//! T = x², q = T·(-1/N) mod R, result (T + q·N)/R. Lower half of x², lower half of the product giving q, upper half of x²,
//! upper half of q·N: four triangles of n²/4, n²/2, n²/4 and n²/2 products. The lower half of T + q·N is a multiple of R by construction; which
//! one shows in its two highest columns, and the lower of those may be rounded.
//!
//! # Why nothing overflows (w = 47, n ≤ 44; unit U = 2^45, so that exactness ends at 2^53 = 256 U)
//! A product is at most D² ≤ 2^92·(1 + 2^-37), which puts ≤ U·(1 + 2^-37) + 1/2 into h/2^w; a product with a doubled factor counts as two. A column
//! has at most n products, so |h - M|/2^w ≤ 44 U·(1 + 2^-36) < 2^51: h stays between 2^(52+w) and 2^(53+w), where its unit is 2^w, and
//! h, d and e are exact. Each product, doubled or not, puts at most 2^46 = 2 U into l. So (leaving out factors of 1 + 2^-36):
//!  * `mul_low`: |t| ≤ 44·2 U + 44 U = 132 U.
//!  * x²: a column has at most 22 products and one of them is a square: |t| ≤ 22·2 U + 44 U = 88 U.
//!  * `mul_high` of q·N: a column above the middle has at most n - 1 products: 43·2 U + 44 U, and T on top, 88 U after a squaring and 2 U after a
//!    multiplication (whose upper half is made of digits): |t| ≤ 218 U.
//!
//! All < 256 U, so every t is exact. u ≤ 2^53·f with the factor f ∈ {1, 2} of `mul_high` makes a carry of at most 2^7: digits are within D.
//! In `mul_high` only fma(t, f, ·) sees the factor, and its results (a multiple of 2^w below 2^54, a remainder ≤ 2^46) are exact.
//!
//! The multiple c of R: (column n-1) = c·2^w - r with |r| ≤ 2^7 what columns below n-1 carry beyond h[n-2]. h[n-2] is summed in rounded doubles: 43
//! roundings of at most 2^44 before the division by 2^47. Together an error below 2^8, while rounding to c allows 2^46.
//!
//! Values: |q| ≤ R/2·(1 + 2^-38), so with |x|, |y| ≤ 1.2 N (or y < 2^bits < 2 N): |x·y/R + q·N/R| ≤ 2.4/16 N + 0.5 N·(1 + 2^-38) < 0.66 N, and
//! for a doubled square 2·(1.44/16 + 0.5·(1 + 2^-38)) N < 1.2 N. Leaving Montgomery form multiplies by 1: the result is within ±0.6 N and one masked
//! addition of N brings it into [0, N).
//!
//! # Floating point and time
//! All values are integers (or integers over 2^47) of ordinary size: nothing is subnormal, infinite or NaN, so additions, multiplications and FMAs take
//! the same time whatever the value, and whether subnormals are flushed does not matter. The rounding mode does: every use of the token asks
//! whether it is to nearest, as a caller in another language may have left it otherwise, and leaves the work to the portable kernel if not.
//!
//! # Cost
//! A squaring of n digits takes (3n² + 3n)/2 products (759 for n = 22), of two FMAs and two additions each; a digit takes 6 operations
//! more. Zen 3 runs two FMAs and two additions a cycle at best; products run at 1.25-1.3 cycles each in six columns at a time.
//!
//! # Unsafe
//! Here and nowhere else: assembly, pointers that walk along the digits, and calls into functions compiled for AVX2 and FMA, which the
//! token allows. [`Length`] keeps every walk inside a [`Digits`]. What is safe, set-up and exponentiation, is in `avx2/moduli.rs`.

#![allow(unsafe_code)]

#[macro_use]
mod asm;
mod exponentiation;
#[cfg(test)]
mod tests;
mod trial_division;

use core::arch::x86_64::*;

use exponentiation::Moduli;
use subtle::Choice;
use zeroize::Zeroize;

use super::super::trial_division::TrialDivision;
use super::super::uint::Limbs;
use super::portable::Portable;
use super::{Kernel, LANES, Power};

type V = __m256d;
/// Bits of a digit.
const W: u32 = 47;
/// Digits of the largest number.
const MAX: usize = 44;
/// Digits that a number has room for: the last group of six columns reads past the highest digit, and finds zeros.
const PAD: usize = MAX + 6;

const fn pow2(e: i32) -> f64 {
    f64::from_bits(((1023 + e) as u64) << 52)
}
/// M = 1.5·2^(52+w)
const MAGIC: f64 = 1.5 * pow2(52 + W as i32);
/// 2^-w
const SHIFT: f64 = pow2(-(W as i32));

cpufeatures::new!(cpuid, "avx2", "fma");

/// Proof that the processor has AVX2 and FMA: [`new`](Self::new) makes one only where they were detected.
#[derive(Clone, Copy)]
pub(crate) struct Avx2(());

impl Avx2 {
    /// The token, if the processor has AVX2 and FMA and the operating system saves their registers.
    pub(crate) fn new() -> Option<Self> {
        cpuid::get().then_some(Self(()))
    }
}

/// Whether sums are rounded to nearest now.
fn rounds_to_nearest() -> bool {
    /// MXCSR's rounding control: 00 is to nearest.
    const ROUNDING: u32 = 0b11 << 13;
    let mut mxcsr = 0u32;
    // SAFETY: stmxcsr writes four bytes, to where the pointer points, and every x86-64 has it. `_mm_getcsr` is deprecated in favour of this.
    unsafe { core::arch::asm!("stmxcsr [{}]", in(reg) &raw mut mxcsr, options(nostack, preserves_flags)) };
    mxcsr & ROUNDING == 0
}

impl Kernel for Avx2 {
    fn base2(&self, bits: u32, moduli: &[&[u64]], verdicts: &mut [Choice]) {
        let Some(length) = Length::of(bits).filter(|_| rounds_to_nearest()) else {
            return Portable.base2(bits, moduli, verdicts);
        };
        for (moduli, verdicts) in moduli.chunks(LANES).zip(verdicts.chunks_mut(LANES)) {
            // SAFETY: `self` is the proof that AVX2 and FMA are there.
            let answers = unsafe { Moduli::new(length, bits, filled(moduli, |n| *n)).base2() };
            for (verdict, answer) in verdicts.iter_mut().zip(answers) {
                *verdict = answer;
            }
        }
    }

    fn pow(&self, bits: u32, powers: &[Power<'_>], results: &mut [Limbs]) {
        let Some(length) = Length::of(bits).filter(|_| rounds_to_nearest()) else {
            return Portable.pow(bits, powers, results);
        };
        for (powers, results) in powers.chunks(LANES).zip(results.chunks_mut(LANES)) {
            let (bases, exponents) = (filled(powers, |power| power.base), filled(powers, |power| power.exponent));
            // SAFETY: `self` is the proof that AVX2 and FMA are there.
            unsafe { Moduli::new(length, bits, filled(powers, |power| power.modulus)).pow(bases, exponents, results) };
        }
    }

    fn passes_large(&self, trial: &mut TrialDivision, candidate: &[u64]) -> bool {
        // SAFETY: `self` is the proof that AVX2 is there.
        unsafe { trial_division::passes_large(trial, candidate) }
    }
}

/// One operand of each lane. Lanes without a number of their own repeat the last one.
fn filled<'a, T>(lanes: &[T], operand: impl Fn(&T) -> &'a [u64]) -> [&'a [u64]; LANES] {
    core::array::from_fn(|lane| lanes.get(lane).or(lanes.last()).map_or(&[][..], &operand))
}

/// How many digits a number has: 8 to [`MAX`], which is what the walks below rely on.
#[derive(Clone, Copy)]
struct Length(usize);

impl Length {
    /// For moduli of `bits` bits: four bits above the modulus make R ≥ 16·2^bits. None where that is out of range.
    fn of(bits: u32) -> Option<Self> {
        let digits = (bits as usize + 4).div_ceil(W as usize);
        (8..=MAX).contains(&digits).then_some(Self(digits))
    }
}

/// Four numbers, lowest digits first, zeros above the highest. Wiped when dropped.
#[derive(Clone)]
#[repr(align(64))]
struct Digits([[f64; LANES]; PAD]);

impl Digits {
    const ZERO: Self = Self([[0.0; LANES]; PAD]);

    fn ptr(&self) -> *const V {
        self.0.as_ptr().cast()
    }

    fn mut_ptr(&mut self) -> *mut V {
        self.0.as_mut_ptr().cast()
    }
}

impl Drop for Digits {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

/// A number: its digits, and the same doubled, for the products that a square has twice.
struct Number {
    d: Digits,
    dd: Digits,
}

/// Room for the columns of a product, and for a quotient.
struct Work {
    t: [Digits; 2],
    q: Digits,
}

impl Work {
    const ZERO: Self = Self { t: [Digits::ZERO; 2], q: Digits::ZERO };
}

/// The product of the module's comment; the macros of `columns` are the same in assembly, six columns at a time.
#[target_feature(enable = "avx2,fma")]
#[inline]
fn mac(h: &mut V, l: &mut V, a: V, b: V) {
    let s = _mm256_fmadd_pd(a, b, *h);
    let d = _mm256_sub_pd(s, *h);
    let e = _mm256_fmsub_pd(a, b, d);
    *h = s;
    *l = _mm256_add_pd(*l, e);
}

/// A vector that stays in memory: the product loops need all registers, and this measured 4 % faster than what the compiler spills.
struct Mem(V);
impl Mem {
    #[target_feature(enable = "avx2,fma")]
    #[inline]
    fn get(&self) -> V {
        // SAFETY: a reference is valid for reads.
        unsafe { core::ptr::read_volatile(&self.0) }
    }
    #[target_feature(enable = "avx2,fma")]
    #[inline]
    fn set(&mut self, v: V) {
        // SAFETY: a reference is valid for writes.
        unsafe { core::ptr::write_volatile(&mut self.0, v) }
    }
}

/// Turns columns into digits, from the lowest up.
struct Up {
    h: Mem,
    u: Mem,
}
impl Up {
    #[target_feature(enable = "avx2,fma")]
    #[inline]
    fn new() -> Self {
        Up { h: Mem(_mm256_set1_pd(MAGIC)), u: Mem(_mm256_setzero_pd()) }
    }
    /// What belongs into the next column.
    #[target_feature(enable = "avx2,fma")]
    #[inline]
    fn carry(&self) -> V {
        let (m, s) = (_mm256_set1_pd(MAGIC), _mm256_set1_pd(SHIFT));
        _mm256_mul_pd(_mm256_add_pd(_mm256_sub_pd(self.h.get(), m), self.u.get()), s)
    }
    /// # Safety
    /// `out` is valid for C digits.
    #[target_feature(enable = "avx2,fma")]
    #[inline]
    unsafe fn put<const C: usize>(&mut self, h: &[V; C], l: &[V; C], out: *mut V) {
        // SAFETY: c < C, and the caller gives C digits.
        unsafe {
            let (m, s) = (_mm256_set1_pd(MAGIC), _mm256_set1_pd(SHIFT));
            let mut hp = self.h.get();
            let mut up = self.u.get();
            for c in 0..C {
                let t = _mm256_fmadd_pd(_mm256_sub_pd(hp, m), s, l[c]);
                let u = _mm256_sub_pd(_mm256_add_pd(t, m), m);
                *out.add(c) = _mm256_fmadd_pd(up, s, _mm256_sub_pd(t, u));
                hp = h[c];
                up = u;
            }
            self.h.set(hp);
            self.u.set(up);
        }
    }
}

#[target_feature(enable = "avx2,fma")]
#[inline]
fn init<const C: usize>() -> ([V; C], [V; C]) {
    ([_mm256_set1_pd(MAGIC); C], [_mm256_setzero_pd(); C])
}

/// out\[0..n] = the digits of the lower n columns of a·b; returns what belongs into column n.
///
/// # Safety
/// a and b are valid for n digits, and out, which is neither, too.
#[target_feature(enable = "avx2,fma")]
#[inline(never)]
unsafe fn mul_low(a: *const V, b: *const V, n: usize, out: *mut V) -> V {
    const D: isize = 1;
    // SAFETY: groups end at column k + C <= n, and columns below n take digits below n only; out is written once for each column.
    unsafe {
        let mut up = Up::new();
        macro_rules! group {
            ($c:tt, $k:expr) => {{
                let (mut h, mut l) = init::<$c>();
                tri!($c, D, a, b, $k, h, l);
                up.put(&h, &l, out.add($k));
            }};
        }
        let mut k = n % 6;
        match k {
            1 => group!(1, 0),
            2 => group!(2, 0),
            3 => group!(3, 0),
            4 => group!(4, 0),
            5 => group!(5, 0),
            _ => {}
        }
        while k < n {
            group!(6, k);
            k += 6;
        }
        up.carry()
    }
}

/// The digits of the upper half, highest first: x\[j] = digit n+j.
/// REDUCE: of f·(a·b + t)/R, where t is given in columns n-1..2n and e is column n-2 of a·b, rounded; xx = 2x.
/// Otherwise of a·b + e·R, with f = 1; t and xx are not used.
///
/// # Safety
/// a and b are valid for n digits, t for 2n, x and xx for n + 1 (the one above the highest becomes 0).
#[target_feature(enable = "avx2,fma")]
#[inline(never)]
// Pointers into five places: a struct for them would be for the lint alone.
#[allow(clippy::too_many_arguments)]
unsafe fn mul_high<const REDUCE: bool>(
    a: *const V,
    b: *const V,
    n: usize,
    t: *const V,
    e: Mem,
    f: Mem,
    x: *mut V,
    xx: *mut V,
) {
    const D: isize = -1;
    // SAFETY: columns 2n-2 down to n-1 take digits 0..n only, read from the highest down; t is read in these columns and in 2n-1, and
    // x and xx are written at column + 2 - n, which is 0..=n.
    unsafe {
        let (m, s) = (_mm256_set1_pd(MAGIC), _mm256_set1_pd(SHIFT));
        let (a, b) = (a.add(n - 1), b.add(n - 1));
        let mut lm = Mem(if REDUCE { *t.add(2 * n - 1) } else { _mm256_setzero_pd() });
        let mut rm = Mem(_mm256_setzero_pd());
        let mut k = 0;
        let end = if REDUCE { n } else { n - 1 };
        macro_rules! emit {
            ($t:expr, $i:expr, $rp:ident, $f:expr) => {
                let f = $f;
                let u = _mm256_sub_pd(_mm256_fmadd_pd($t, f, m), m);
                let y = _mm256_fmadd_pd(u, s, $rp);
                *x.add($i) = y;
                if REDUCE {
                    *xx.add($i) = _mm256_add_pd(y, y);
                }
                $rp = _mm256_fmsub_pd($t, f, u);
            };
        }
        macro_rules! group {
            ($c:tt) => {{
                let (mut h, mut l) = init::<$c>();
                let col = 2 * n - 2 - k;
                if REDUCE {
                    for c in 0..$c {
                        l[c] = *t.add(col - c);
                    }
                }
                tri!($c, D, a, b, k, h, l);
                k += $c;
                let (mut lp, mut rp, f) = (lm.get(), rm.get(), f.get());
                for c in 0..$c {
                    let mut t = _mm256_fmadd_pd(_mm256_sub_pd(h[c], m), s, lp);
                    if REDUCE && c == $c - 1 && k == end {
                        // the lower half amounts to this many times R
                        let v = _mm256_fmadd_pd(e.get(), s, l[c]);
                        t = _mm256_fmadd_pd(_mm256_sub_pd(_mm256_add_pd(v, m), m), s, t);
                    }
                    emit!(t, col + 2 - c - n, rp, f);
                    lp = l[c];
                }
                lm.set(lp);
                rm.set(rp);
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
            let t = _mm256_add_pd(lm.get(), e.get());
            let mut rp = rm.get();
            emit!(t, 1, rp, f.get());
            rm.set(rp);
        }
        let rp = rm.get();
        *x = rp;
        if REDUCE {
            *xx = _mm256_add_pd(rp, rp);
        }
    }
}

/// Columns 0..low of a², as digits; returns what belongs into column low. aa = 2a. low is a multiple of 6.
///
/// # Safety
/// a, aa and out are valid for low digits.
#[target_feature(enable = "avx2,fma")]
#[inline(never)]
unsafe fn sqr_low(a: *const V, aa: *const V, low: usize, out: *mut V) -> V {
    const D: isize = 1;
    // SAFETY: as in `mul_low`, with low in place of n, which whole groups of six reach exactly.
    unsafe {
        let mut up = Up::new();
        let mut k = 0;
        while k < low {
            let (mut h, mut l) = init::<6>();
            squ!(6, D, even, a, aa, k, h, l);
            up.put(&h, &l, out.add(k));
            k += 6;
        }
        up.carry()
    }
}

/// Columns 2n-1 down to low of a², as sums t; carry goes into column low, a multiple of 6.
///
/// # Safety
/// a and aa are valid for n digits, out for 2n.
#[target_feature(enable = "avx2,fma")]
#[inline(never)]
unsafe fn sqr_high(a: *const V, aa: *const V, n: usize, low: usize, carry: V, out: *mut V) {
    const D: isize = -1;
    // SAFETY: as in `mul_high`; out is written from column 2n-1 down to low.
    unsafe {
        let (m, s) = (_mm256_set1_pd(MAGIC), _mm256_set1_pd(SHIFT));
        let (a, aa) = (a.add(n - 1), aa.add(n - 1));
        let mut o = out.add(2 * n - 1);
        let mut lm = Mem(_mm256_setzero_pd());
        let carry = Mem(carry);
        let count = 2 * n - 1 - low;
        let mut k = 0;
        macro_rules! group {
            ($c:tt, $odd:ident) => {{
                let (mut h, mut l) = init::<$c>();
                squ!($c, D, $odd, a, aa, k, h, l);
                k += $c;
                let mut lp = lm.get();
                for c in 0..$c {
                    *o = _mm256_fmadd_pd(_mm256_sub_pd(h[c], m), s, lp);
                    o = o.sub(1);
                    lp = l[c];
                }
                lm.set(lp);
            }};
        }
        // an odd number of columns, so that all groups but the first begin at an odd one
        match count % 6 {
            1 => group!(1, even),
            3 => group!(3, even),
            _ => group!(5, even),
        }
        while k < count {
            group!(6, odd);
        }
        *o = _mm256_add_pd(lm.get(), carry.get());
    }
}

/// Four odd moduli, as the arithmetic needs them.
struct Ring {
    length: Length,
    /// N
    m: Digits,
    /// -1/N mod R
    inverse: Digits,
}

impl Ring {
    /// Column n-2 of q·N, rounded.
    #[target_feature(enable = "avx2,fma")]
    fn estimate(&self, wk: &Work) -> V {
        // SAFETY: indices below n.
        unsafe {
            let n = self.length.0;
            let (q, m) = (wk.q.ptr(), self.m.ptr());
            let mut e = [_mm256_setzero_pd(); 4];
            let mut i = 0;
            while i + 4 < n {
                for (j, e) in e.iter_mut().enumerate() {
                    *e = _mm256_fmadd_pd(*q.add(i + j), *m.add(n - 2 - i - j), *e);
                }
                i += 4;
            }
            while i < n - 1 {
                e[0] = _mm256_fmadd_pd(*q.add(i), *m.add(n - 2 - i), e[0]);
                i += 1;
            }
            _mm256_add_pd(_mm256_add_pd(e[0], e[1]), _mm256_add_pd(e[2], e[3]))
        }
    }

    /// x = f·x²/R
    #[target_feature(enable = "avx2,fma")]
    fn sqr(&self, wk: &mut Work, f: V, x: &mut Number) {
        // SAFETY: all of these hold PAD or 2·PAD digits, and low <= PAD; the processor has AVX2 and FMA, as this is compiled for it.
        unsafe {
            let n = self.length.0;
            let low = n.next_multiple_of(6);
            let t = wk.t.as_mut_ptr() as *mut V;
            let c = sqr_low(x.d.ptr(), x.dd.ptr(), low, t);
            mul_low(self.inverse.ptr(), t, n, wk.q.mut_ptr());
            sqr_high(x.d.ptr(), x.dd.ptr(), n, low, c, t);
            let e = self.estimate(wk);
            mul_high::<true>(self.m.ptr(), wk.q.ptr(), n, t, Mem(e), Mem(f), x.d.mut_ptr(), x.dd.mut_ptr());
        }
    }

    /// x = x·y/R
    #[target_feature(enable = "avx2,fma")]
    fn mul(&self, wk: &mut Work, y: &Digits, x: &mut Number) {
        // SAFETY: all of these hold PAD or 2·PAD digits, and low <= PAD; the processor has AVX2 and FMA, as this is compiled for it.
        unsafe {
            let n = self.length.0;
            let t = wk.t.as_mut_ptr() as *mut V;
            let one = _mm256_set1_pd(1.0);
            let c = mul_low(x.d.ptr(), y.ptr(), n, t);
            mul_low(self.inverse.ptr(), t, n, wk.q.mut_ptr());
            let e = self.estimate(wk);
            mul_high::<false>(x.d.ptr(), y.ptr(), n, t, Mem(c), Mem(one), t.add(n), t);
            mul_high::<true>(self.m.ptr(), wk.q.ptr(), n, t, Mem(e), Mem(one), x.d.mut_ptr(), x.dd.mut_ptr());
        }
    }

    /// inverse ← inverse·(2 + N·inverse) in `k` digits, for an inverse that is right in half as many.
    #[target_feature(enable = "avx2,fma")]
    fn lift(&mut self, k: usize, wk: &mut Work) {
        let k = k.min(self.length.0);
        // SAFETY: all hold PAD digits; the processor has AVX2 and FMA.
        unsafe {
            mul_low(self.m.ptr(), self.inverse.ptr(), k, wk.q.mut_ptr());
            for sum in wk.q.0.iter_mut().take(1).flatten() {
                *sum += 2.0;
            }
            let half = self.inverse.clone();
            mul_low(half.ptr(), wk.q.ptr(), k, self.inverse.mut_ptr());
        }
    }

    /// Entry `index` of the table in every lane: all sixteen are read, and each bit of the index halves them.
    #[target_feature(enable = "avx2,fma")]
    fn pick(&self, table: &[Digits; 16], index: [u64; LANES], out: &mut Digits) {
        let [a, b, c, d] = index.map(|x| x as i64);
        let index = _mm256_set_epi64x(d, c, b, a);
        // blendv looks at the sign bit.
        let bits: [V; 4] = [
            _mm256_castsi256_pd(_mm256_slli_epi64::<63>(index)),
            _mm256_castsi256_pd(_mm256_slli_epi64::<62>(index)),
            _mm256_castsi256_pd(_mm256_slli_epi64::<61>(index)),
            _mm256_castsi256_pd(_mm256_slli_epi64::<60>(index)),
        ];
        for k in 0..self.length.0 {
            // SAFETY: k < PAD.
            let mut entries: [V; 16] = core::array::from_fn(|j| unsafe { *table[j].ptr().add(k) });
            let mut left = entries.len();
            for bit in bits {
                left /= 2;
                for j in 0..left {
                    entries[j] = _mm256_blendv_pd(entries[2 * j], entries[2 * j + 1], bit);
                }
            }
            // SAFETY: k < PAD.
            unsafe { *out.mut_ptr().add(k) = entries[0] };
        }
    }
}
