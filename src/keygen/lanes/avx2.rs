//! Modular exponentiation by four odd moduli at once, one in each 64-bit lane of AVX2 vectors.
//!
//! A number is a row of digits in radix B = 2²⁹, and a vector holds the same digit of four numbers:
//!
//! ```text
//!            lane 0    lane 1    lane 2    lane 3
//!   x[0]    digit 0   digit 0   digit 0   digit 0     weight 1
//!   x[1]    digit 1   digit 1   digit 1   digit 1     weight B
//!   ...                                               ...
//! ```
//!
//! No lane ever branches and no address depends on a value, so time depends on the bit length alone.
//!
//! # Numbers
//! Digits are balanced, −2²⁸ ≤ d < 2²⁸, and only the low 32 bits of a lane are read: `vpmuldq` multiplies them as signed numbers.
//! Six digits make a [`Block`], `NB` blocks a [`Number`] of L = 6·NB digits, and R = Bᴸ. The modulus N has `bits` bits, top bit
//! set, and R ≥ 2¹²·N. Results are congruent to what they should be, and small: |x| < 0.77·N. Only the way out makes them
//! canonical.
//!
//! # Reduction
//! For M ≡ B⁻⁶ mod N, T = lo + B⁶·hi gives T·B⁻⁶ ≡ hi + lo·M: six digits of T fold into the rest at the price of six rows of
//! products, and the quotient digits of the usual method are replaced by digits of T itself, that is, by a carry. NB − 1 folds
//! leave 6 digits too many, and these go the exact way: q = lo·(−N⁻¹) mod B⁶, then (T + q·N)/B⁶.
//!
//! Size: |lo| and |q| are at most B⁶/2 (times 1 + 2⁻²⁸, from here on left out), so |M| ≤ N/2, a fold adds at most B⁶·N/4 and
//! the exact step N/2, in all |result| ≤ |T|/R + N/4 + N/2. For T = 2·x² with |x| ≤ 0.77·N that is at most
//! 2·0.6·N·2⁻¹² + 0.75·N < 0.77·N again. A number that starts larger, |x| ≤ R/32, gets there after a few squarings.
//!
//! # Columns
//! Column k of T sums the products of weight Bᵏ, in units of 2⁵⁶, the largest product of two digits. A squaring takes each
//! unordered pair once and doubles it, twice where the exponentiation wants 2·x²: 4 units. A fold takes 1 unit a row. That is at
//! most 108 units for L = 36, and 128 units are 2⁶³. Longer numbers settle on the way, see [`settles`]; [`worst_column`] adds up what
//! a column can reach, and the compiler rejects an `NB` where that leaves no unit for carries, which are below 2³⁵.
//!
//! AVX2 has no arithmetic shift of 64-bit lanes. A column t is therefore kept as t + [`BIAS`], which is never negative. With
//! c = ⌊(t + 2²⁸)/B⌋ and d = t − c·B in balanced form, t + 2⁶³ + 2²⁸ has d + 2²⁸ in its low 29 bits, and c + 2³⁴ above them. The
//! 2³⁴ comes with every carry, and is already subtracted in the `BIAS` of the column that receives it; column 0 receives none.
//!
//! # Cost
//! A squaring takes L·(L+1)/2 + L² + 21 products, each a `vpmuldq` and a `vpaddq`: 1983 for L = 36. Zen 3 sustains about 1.6 such
//! pairs a cycle in [`rows`], however they are ordered: both pipes that multiply also add, and the scheduler sends them additions. The
//! carries of a fold hide beside the squaring's rows, those of the result inside the last rows; they cost their instructions, about a
//! tenth of the whole, and no latency.
//!
//! # Unsafe
//! Here and nowhere else: calls into functions compiled for AVX2, which the token allows, and two pieces of assembly.

#![allow(unsafe_code)]

mod sweep;
#[cfg(test)]
mod tests;
mod words;

use super::super::limbs::{Limbs, bits_at, double_mod, power_of_two_minus};
use super::super::trial_division::TrialDivision;
use super::portable::Portable;
use super::{Kernel, LANES, Power};
use core::arch::asm;
use core::arch::x86_64::*;
use subtle::{Choice, ConstantTimeEq};
use words::{lanes, load, store, unload};
use zeroize::{Zeroize, Zeroizing};

type V = __m256i;
/// Six digits, or six columns.
type Block = [V; 6];
/// Four numbers, least significant block first.
type Number<const NB: usize> = [Block; NB];

/// log₂ of the radix.
const W: u32 = 29;
const HALF: i64 = 1 << (W - 1);
const MASK: i64 = (1 << W) - 1;
/// What column 0 is kept with: the sign made positive, and half a unit of the next column, so that carries round.
const FIRST: i64 = i64::MIN + HALF;
/// What the other columns are kept with: the same, less the 2⁶³ of the column below, as its carry brings it.
const BIAS: i64 = FIRST.wrapping_sub(1 << (63 - W));

cpufeatures::new!(cpuid, "avx2");

/// Proof that the processor has AVX2: [`new`](Self::new) makes one only where that was detected.
#[derive(Clone, Copy)]
pub(crate) struct Avx2(());

impl Avx2 {
    /// The token, if the processor has AVX2 and the operating system saves its registers.
    pub(crate) fn new() -> Option<Self> {
        cpuid::get().then_some(Self(()))
    }
}

impl Kernel for Avx2 {
    fn base2(&self, bits: u32, moduli: &[&[u64]], verdicts: &mut [Choice]) {
        let Some(blocks) = blocks(bits) else { return Portable.base2(bits, moduli, verdicts) };
        for (moduli, verdicts) in moduli.chunks(LANES).zip(verdicts.chunks_mut(LANES)) {
            let n = filled(moduli, |n| *n);
            // SAFETY: `self` is the proof that AVX2 is there.
            let answers = unsafe {
                match blocks {
                    6 => Four::<6>::new(n, bits).base2(n),
                    9 => Four::<9>::new(n, bits).base2(n),
                    _ => Four::<12>::new(n, bits).base2(n),
                }
            };
            for (verdict, answer) in verdicts.iter_mut().zip(answers) {
                *verdict = answer;
            }
        }
    }

    fn pow(&self, bits: u32, powers: &[Power<'_>], results: &mut [Limbs]) {
        let Some(blocks) = blocks(bits) else { return Portable.pow(bits, powers, results) };
        for (powers, results) in powers.chunks(LANES).zip(results.chunks_mut(LANES)) {
            let n = filled(powers, |power| power.modulus);
            let base = filled(powers, |power| power.base);
            let exponent = filled(powers, |power| power.exponent);
            // SAFETY: `self` is the proof that AVX2 is there.
            unsafe {
                match blocks {
                    6 => Four::<6>::new(n, bits).pow(n, base, exponent, results),
                    9 => Four::<9>::new(n, bits).pow(n, base, exponent, results),
                    _ => Four::<12>::new(n, bits).pow(n, base, exponent, results),
                }
            }
        }
    }

    fn passes_large(&self, trial: &mut TrialDivision, candidate: &[u64]) -> bool {
        // SAFETY: `self` is the proof that AVX2 is there.
        unsafe { sweep::passes_large(trial, candidate) }
    }
}

/// One operand of each lane. Lanes without a number of their own repeat the last one.
fn filled<'a, T>(lanes: &[T], operand: impl Fn(&T) -> &'a [u64]) -> [&'a [u64]; LANES] {
    core::array::from_fn(|lane| lanes.get(lane).or(lanes.last()).map_or(&[][..], &operand))
}

/// Blocks that hold `bits` bits and 12 to spare.
fn blocks(bits: u32) -> Option<usize> {
    [6, 9, 12].into_iter().find(|&nb| (128..=6 * W * nb as u32 - 12).contains(&bits))
}

/// Whether columns are carried before fold `b`: all that are in use, but for the three blocks that the next folds take away.
const fn settles(nb: usize, b: usize) -> bool {
    b.is_multiple_of(3) && b > 0 && b + 3 < nb
}

/// The most that a column can hold, in units of 2⁵⁶: a squaring is played through with every digit at its maximum.
const fn worst_column(nb: usize) -> usize {
    let l = 6 * nb;
    let mut column = [0; 160];
    let mut worst = 0;
    let mut b = 0;
    while b <= nb {
        // As `square` does: settle, the squaring's rows of block b, the fold of block b − 1. A settled column holds a digit and a carry of
        // 35 bits, less than a unit.
        let mut k = 0;
        while k < 2 * l {
            if b > 0 && settles(nb, b - 1) && k >= 6 * (b + 3) && k < 6 * (b + nb - 1) {
                column[k] = 1;
            }
            let mut i = 6 * b;
            while i < 6 * b + 6 {
                if k >= 2 * i && k < i + l {
                    column[k] += if k == 2 * i { 2 } else { 4 };
                }
                // The exact step begins at its own block, the folds one higher.
                let at = if b == nb { i - 6 } else { i };
                if b > 0 && k >= at && k < at + l {
                    column[k] += 1;
                }
                i += 1;
            }
            if column[k] > worst {
                worst = column[k];
            }
            k += 1;
        }
        b += 1;
    }
    worst
}

#[target_feature(enable = "avx2")]
#[inline]
fn splat(x: i64) -> V {
    _mm256_set1_epi64x(x)
}

#[target_feature(enable = "avx2")]
#[inline]
fn add(a: V, b: V) -> V {
    _mm256_add_epi64(a, b)
}

/// acc + a·b, of the low halves of a and b as signed numbers.
#[target_feature(enable = "avx2")]
#[inline]
fn mac(acc: V, a: V, b: V) -> V {
    let product;
    // Not `_mm256_mul_epi32`: the compiler knows that one as two sign extensions and a 64-bit product, moves the extensions out of
    // the loop, and is left with a product that takes three instructions.
    // SAFETY: AVX2 is enabled; the instruction touches nothing but its registers.
    unsafe {
        asm!("vpmuldq {}, {}, {}", out(ymm_reg) product, in(ymm_reg) a, in(ymm_reg) b,
             options(pure, nomem, nostack, preserves_flags));
    }
    add(acc, product)
}

/// The balanced digit of a biased column.
#[target_feature(enable = "avx2")]
#[inline]
fn digit(t: V) -> V {
    _mm256_sub_epi64(_mm256_and_si256(t, splat(MASK)), splat(HALF))
}

/// The biased carry of a biased column.
#[target_feature(enable = "avx2")]
#[inline]
fn carry(t: V) -> V {
    _mm256_srli_epi64::<{ W as i32 }>(t)
}

/// Digits of six columns, into which `c` is carried and from which the next `c`.
#[target_feature(enable = "avx2")]
#[inline]
fn digits(t: &Block, c: &mut V) -> Block {
    let mut d = *t;
    for d in &mut d {
        let t = add(*d, *c);
        *d = digit(t);
        *c = carry(t);
    }
    d
}

/// Six columns of nothing: the lowest of all if `first`.
#[target_feature(enable = "avx2")]
#[inline]
fn empty(first: bool) -> Block {
    let mut t = [splat(BIAS); 6];
    if first {
        t[0] = splat(FIRST);
    }
    t
}

/// What [`rows`] does with one digit: six products, onto five columns of a window and a new one, of which the first leaves.
#[target_feature(enable = "avx2")]
#[inline]
fn step(row: &Block, b: V, window: [V; 5], new: V) -> (V, [V; 5]) {
    (
        mac(window[0], row[0], b),
        [
            mac(window[1], row[1], b),
            mac(window[2], row[2], b),
            mac(window[3], row[3], b),
            mac(window[4], row[4], b),
            mac(new, row[5], b),
        ],
    )
}

/// t += row · b: six rows of a product. `t` begins at the column of `row[0]·b[0][0]` and has one block more than `b`.
#[target_feature(enable = "avx2")]
#[inline]
fn rows(t: &mut [Block], row: &Block, b: &[Block]) {
    assert!(t.len() == b.len() + 1);
    if b.is_empty() {
        return;
    }
    let [w0, w1, w2, w3, w4, _] = t[0];
    // One digit of b: five columns are in registers, a sixth comes in, and the first, which row 0 was the last to reach, goes out. After six
    // digits the columns are back in the registers where they began. In assembly, since compilers run out of registers here.
    #[rustfmt::skip]
    macro_rules! step {
        ($at:literal, $new:literal, $c0:literal $c1:literal $c2:literal $c3:literal $c4:literal $c5:literal) => {
            concat!(
                "vmovdqa {d}, [{b} + ", $at, "]\n",
                "vpmuldq {p}, {r0}, {d}\n",
                "vpmuldq {q}, {r1}, {d}\n",
                "vpaddq {", $c0, "}, {", $c0, "}, {p}\n",
                "vpaddq {", $c1, "}, {", $c1, "}, {q}\n",
                "vpmuldq {p}, {r2}, {d}\n",
                "vpmuldq {q}, {r3}, {d}\n",
                "vpaddq {", $c2, "}, {", $c2, "}, {p}\n",
                "vpaddq {", $c3, "}, {", $c3, "}, {q}\n",
                "vpmuldq {p}, {r4}, {d}\n",
                "vpmuldq {q}, {r5}, {d}\n",
                "vpaddq {", $c4, "}, {", $c4, "}, {p}\n",
                "vpaddq {", $c5, "}, {q}, [{t} + ", $new, "]\n",
                "vmovdqa [{t} + ", $at, "], {", $c0, "}\n",
            )
        };
    }
    // SAFETY: AVX2 is enabled. The loop reads the b.len() blocks of b, one at least, reads and writes as many of t and the one after them, all
    // aligned as their type asks.
    unsafe {
        asm!(
            "2:",
            step!("0", "160", "c0" "c1" "c2" "c3" "c4" "c5"),
            step!("32", "192", "c1" "c2" "c3" "c4" "c5" "c0"),
            step!("64", "224", "c2" "c3" "c4" "c5" "c0" "c1"),
            step!("96", "256", "c3" "c4" "c5" "c0" "c1" "c2"),
            step!("128", "288", "c4" "c5" "c0" "c1" "c2" "c3"),
            step!("160", "320", "c5" "c0" "c1" "c2" "c3" "c4"),
            "add {b}, 192",
            "add {t}, 192",
            "cmp {b}, {end}",
            "jne 2b",
            "vmovdqa [{t}], {c0}",
            "vmovdqa [{t} + 32], {c1}",
            "vmovdqa [{t} + 64], {c2}",
            "vmovdqa [{t} + 96], {c3}",
            "vmovdqa [{t} + 128], {c4}",
            b = inout(reg) b.as_ptr() => _,
            end = in(reg) b.as_ptr_range().end,
            t = inout(reg) t.as_mut_ptr() => _,
            r0 = in(ymm_reg) row[0], r1 = in(ymm_reg) row[1], r2 = in(ymm_reg) row[2],
            r3 = in(ymm_reg) row[3], r4 = in(ymm_reg) row[4], r5 = in(ymm_reg) row[5],
            c0 = inout(ymm_reg) w0 => _, c1 = inout(ymm_reg) w1 => _, c2 = inout(ymm_reg) w2 => _,
            c3 = inout(ymm_reg) w3 => _, c4 = inout(ymm_reg) w4 => _, c5 = out(ymm_reg) _,
            d = out(ymm_reg) _, p = out(ymm_reg) _, q = out(ymm_reg) _,
            options(nostack),
        );
    }
}

/// The rows of block `i` of 2ˢ·a²: every pair of digits once, from the diagonal on.
#[target_feature(enable = "avx2")]
#[inline]
fn square_rows<const NB: usize>(t: &mut [Block], a: &Number<NB>, i: usize, s: V) {
    let x = &a[i];
    let s1 = add(s, splat(1));
    let y = x.map(|x| _mm256_sllv_epi64(x, s));
    let z = x.map(|x| _mm256_sllv_epi64(x, s1));
    let [lo, hi, ..] = &mut t[2 * i..] else { unreachable!() };

    lo[0] = mac(lo[0], y[0], x[0]);
    lo[1] = mac(lo[1], z[0], x[1]);
    lo[2] = mac(mac(lo[2], z[0], x[2]), y[1], x[1]);
    lo[3] = mac(mac(lo[3], z[0], x[3]), z[1], x[2]);
    lo[4] = mac(mac(mac(lo[4], z[0], x[4]), z[1], x[3]), y[2], x[2]);
    lo[5] = mac(mac(mac(lo[5], z[0], x[5]), z[1], x[4]), z[2], x[3]);
    hi[0] = mac(mac(mac(hi[0], z[1], x[5]), z[2], x[4]), y[3], x[3]);
    hi[1] = mac(mac(hi[1], z[2], x[5]), z[3], x[4]);
    hi[2] = mac(mac(hi[2], z[3], x[5]), y[4], x[4]);
    hi[3] = mac(hi[3], z[4], x[5]);
    hi[4] = mac(hi[4], y[5], x[5]);

    rows(&mut t[2 * i + 1..=i + NB], &z, &a[i + 1..]);
}

/// Carries columns one place, all at once, out of all blocks but the last.
#[target_feature(enable = "avx2")]
#[inline]
fn settle(t: &mut [Block]) {
    // Shifting a bias that is 2³⁴ short makes the carry short of 2³⁴ by 2⁵. This much has to go for the biases to stay.
    let lift: i64 = (1 << (63 - W)) - (1 << (63 - 2 * W));
    let bias = splat(BIAS.wrapping_sub(HALF).wrapping_sub(lift));
    let mut c = splat(lift);
    let (last, t) = t.split_last_mut().expect("a block to carry into");
    for t in t.as_flattened_mut() {
        let low = add(_mm256_and_si256(*t, splat(MASK)), bias);
        let next = carry(*t);
        *t = add(low, c);
        c = next;
    }
    last[0] = add(last[0], _mm256_sub_epi64(c, splat(lift)));
}

/// Four moduli, and room for a product.
struct Four<const NB: usize> {
    bits: u32,
    /// N
    n: Number<NB>,
    /// M ≡ B⁻⁶ mod N
    m: Number<NB>,
    /// −N⁻¹ mod B⁶
    k: Block,
    /// The columns of T. Empty between operations.
    t: [Number<NB>; 2],
}

impl<const NB: usize> Four<NB> {
    const FITS: () = assert!(worst_column(NB) < 127, "a column can overflow, or its carry has no room");

    #[target_feature(enable = "avx2")]
    fn new(n: [&[u64]; 4], bits: u32) -> Self {
        let () = Self::FITS;
        let mut t = [[empty(false); NB]; 2];
        t[0][0] = empty(true);
        let n = load(n);

        // x ← x·(2 − x·n₀) doubles the right low bits, of which an odd n₀ itself has three.
        let n0 = n[0][0];
        let mut x = n0;
        for _ in 0..4 {
            let e = _mm256_sub_epi32(splat(2), _mm256_mullo_epi32(x, n0));
            x = _mm256_mullo_epi32(x, e);
        }
        let minus_inverse = _mm256_sub_epi32(splat(0), x);
        // 1 + k·n ≡ 0 mod B⁶, digit by digit.
        let mut k = empty(true);
        let mut low = empty(true);
        low[0] = add(low[0], splat(1));
        for i in 0..6 {
            k[i] = digit(add(_mm256_mul_epu32(digit(low[i]), minus_inverse), splat(HALF)));
            for j in 0..6 - i {
                low[i + j] = mac(low[i + j], k[i], n[0][j]);
            }
            if i < 5 {
                low[i + 1] = add(low[i + 1], carry(low[i]));
            }
        }

        let mut four = Self { bits, n, m: n, k, t };
        let mut m = n;
        four.t[0][NB - 1][0] = add(four.t[0][NB - 1][0], splat(1 + (1 << (63 - W))));
        four.divide(&k, &mut m);
        four.m = m;
        four
    }

    /// a ← 2ˢ·a²/R
    #[target_feature(enable = "avx2")]
    fn square(&mut self, a: &mut Number<NB>, s: V) {
        square_rows(self.t.as_flattened_mut(), a, 0, s);
        for b in 0..NB - 1 {
            let low = self.take(b);
            let t = self.t.as_flattened_mut();
            square_rows(t, a, b + 1, s);
            rows(&mut t[b + 1..=b + 1 + NB], &low, &self.m);
        }
        self.finish(a);
    }

    /// a ← a·b/R
    #[target_feature(enable = "avx2")]
    fn multiply(&mut self, a: &mut Number<NB>, b: &Number<NB>) {
        rows(&mut self.t.as_flattened_mut()[..=NB], &a[0], b);
        for i in 0..NB - 1 {
            let low = self.take(i);
            let t = self.t.as_flattened_mut();
            rows(&mut t[i + 1..=i + 1 + NB], &a[i + 1], b);
            rows(&mut t[i + 1..=i + 1 + NB], &low, &self.m);
        }
        self.finish(a);
    }

    /// a ← a/R
    #[target_feature(enable = "avx2")]
    fn leave(&mut self, a: &mut Number<NB>) {
        for (t, a) in self.t[0].as_flattened_mut().iter_mut().zip(a.as_flattened()) {
            *t = add(*t, *a);
        }
        for b in 0..NB - 1 {
            let low = self.take(b);
            rows(&mut self.t.as_flattened_mut()[b + 1..=b + 1 + NB], &low, &self.m);
        }
        self.finish(a);
    }

    /// Takes the digits of block `b`, and leaves it empty.
    #[target_feature(enable = "avx2")]
    #[inline]
    fn take(&mut self, b: usize) -> Block {
        let t = self.t.as_flattened_mut();
        if settles(NB, b) {
            settle(&mut t[b + 4..=b + NB]);
        }
        let mut c = splat(0);
        let low = digits(&t[b], &mut c);
        t[b] = empty(b == 0);
        t[b + 1][0] = add(t[b + 1][0], c);
        low
    }

    /// The exact step, from block NB − 1.
    #[target_feature(enable = "avx2")]
    #[inline]
    fn finish(&mut self, out: &mut Number<NB>) {
        let x = digits(&self.t[0][NB - 1], &mut splat(0));
        let k = &self.k;
        let mut q = empty(true);
        q[0] = mac(q[0], x[0], k[0]);
        q[1] = mac(mac(q[1], x[0], k[1]), x[1], k[0]);
        q[2] = mac(mac(mac(q[2], x[0], k[2]), x[1], k[1]), x[2], k[0]);
        q[3] = mac(mac(mac(mac(q[3], x[0], k[3]), x[1], k[2]), x[2], k[1]), x[3], k[0]);
        q[4] = mac(mac(mac(mac(mac(q[4], x[0], k[4]), x[1], k[3]), x[2], k[2]), x[3], k[1]), x[4], k[0]);
        q[5] =
            mac(mac(mac(mac(mac(mac(q[5], x[0], k[5]), x[1], k[4]), x[2], k[3]), x[3], k[2]), x[4], k[1]), x[5], k[0]);
        let q = digits(&q, &mut splat(0));
        self.divide(&q, out);
    }

    /// out ← (T + q·N)/B⁶ from block NB − 1 on, whose six columns come to nothing. As `rows`, but every column that leaves the window is
    /// carried on the spot. The first six leave nothing but a carry.
    #[target_feature(enable = "avx2")]
    #[inline]
    fn divide(&mut self, q: &Block, out: &mut Number<NB>) {
        let row = *q;
        let t = &mut self.t.as_flattened_mut()[NB - 1..];
        let (mut now, rest) = t.split_first_mut().expect("NB + 1 blocks");
        let mut window = [now[0], now[1], now[2], now[3], now[4]];
        let mut c = splat(0);
        for (i, (n, next)) in self.n.iter().zip(rest).enumerate() {
            let mut d = *n;
            macro_rules! column {
                ($k:literal, $new:expr) => {
                    (d[$k], window) = step(&row, n[$k], window, $new);
                    let t = add(d[$k], c);
                    if i > 0 {
                        d[$k] = digit(t);
                    }
                    c = carry(t);
                };
            }
            column!(0, now[5]);
            column!(1, next[0]);
            column!(2, next[1]);
            column!(3, next[2]);
            column!(4, next[3]);
            column!(5, next[4]);
            *now = empty(false);
            now = next;
            if i > 0 {
                out[i - 1] = d;
            }
        }
        let [t0, t1, t2, t3, t4] = window;
        out[NB - 1] = digits(&[t0, t1, t2, t3, t4, now[5]], &mut c);
        *now = empty(false);
    }

    /// Whether 2^((N−1)/2) ≡ 1, for N ≡ 3 mod 4.
    #[target_feature(enable = "avx2")]
    fn base2(&mut self, n: [&[u64]; 4]) -> [Choice; 4] {
        // With a = 2ᶠ·R and a squaring that doubles or not, f becomes 2·f + s. Starting from f = 0 or 1 would take R mod N. From a
        // negative f it takes a power of two, and the inverse of 2^E is as good a test: f_k = −⌈E/2ᵏ⌉ = −(⌊(E − 1)/2ᵏ⌋ + 1)
        // begins with any number of top bits that leave 2ᶠ·R ≥ 1, and s is the complement of bit k of E − 1 = (N − 3)/2. Bits
        // of N − 3 are those of N, as N ≡ 3 mod 4, except for the lowest two.
        let free = (W * 6 * NB as u32).ilog2();
        let top = n.map(|n| bits_at(n, (self.bits - free) as usize));
        let f = add(lanes(top), splat(1));
        let mut a = Zeroizing::new(self.n);
        for (i, a) in a.as_flattened_mut().iter_mut().enumerate() {
            let shift = _mm256_sub_epi64(splat(W as i64 * (6 * NB - i) as i64), f);
            // A negative shift count is a large one, and gives zero as well.
            *a = _mm256_and_si256(_mm256_sllv_epi64(splat(1), shift), splat(MASK));
        }
        for k in (1..self.bits - 1 - free).rev() {
            let s = n.map(|n| bits_at(n, k as usize + 1) & 1 ^ 1);
            self.square(&mut a, lanes(s));
        }
        self.square(&mut a, splat(1));
        self.leave(&mut a);
        // |a| < 0.77·N, so that a ≡ 1 means a = 1, whose digits are unique.
        a[0][0] = _mm256_xor_si256(a[0][0], splat(1));
        let other = a.as_flattened().iter().fold(splat(0), |x, a| _mm256_or_si256(x, *a));
        store(other).map(|x| x.ct_eq(&0))
    }

    /// R mod N and 2·R mod N: 2^bits − N, and doublings.
    #[target_feature(enable = "avx2")]
    fn powers_of_two(&self, n: [&[u64]; 4]) -> (Number<NB>, Number<NB>) {
        let mut r = n.map(|n| power_of_two_minus(self.bits, n));
        let mut double_all = |times| {
            for (r, n) in r.iter_mut().zip(n) {
                for _ in 0..times {
                    double_mod(r, 0, n);
                }
            }
            load([&r[0], &r[1], &r[2], &r[3]])
        };
        (double_all(W * 6 * NB as u32 - self.bits), double_all(1))
    }

    /// Each base to its exponent, with windows of four bits.
    #[target_feature(enable = "avx2")]
    fn pow(&mut self, n: [&[u64]; 4], base: [&[u64]; 4], exponent: [&[u64]; 4], results: &mut [Limbs]) {
        // From R mod N to R² mod N: 2·R, of which squarings make 2^(29·L)·R.
        let (one, two) = self.powers_of_two(n);
        let (mut a, mut r2) = (Zeroizing::new(one), Zeroizing::new(two));
        let l = W * 6 * NB as u32;
        for k in (0..l.ilog2()).rev() {
            self.square(&mut r2, splat((l >> k & 1) as i64));
        }

        let mut table = Zeroizing::new([one; 16]);
        table[1] = load(base);
        self.multiply(&mut table[1], &r2);
        for i in 2..table.len() {
            let (known, rest) = table.split_at_mut(i);
            rest[0] = known[i - 1];
            self.multiply(&mut rest[0], &known[1]);
        }
        let mut factor = r2;
        for k in (0..self.bits.div_ceil(4)).rev() {
            for _ in 0..4 {
                self.square(&mut a, splat(0));
            }
            let index = lanes(exponent.map(|e| bits_at(e, 4 * k as usize) & 15));
            pick(&table, index, &mut factor);
            self.multiply(&mut a, &factor);
        }
        self.leave(&mut a);
        unload(&a, n, results);
    }
}

impl<const NB: usize> Drop for Four<NB> {
    fn drop(&mut self) {
        self.n.zeroize();
        self.m.zeroize();
        self.k.zeroize();
        self.t.zeroize();
    }
}

/// Entry `index` of the table: every entry is read, and all but one are masked away.
#[target_feature(enable = "avx2")]
fn pick<const NB: usize>(table: &[Number<NB>; 16], index: V, out: &mut Number<NB>) {
    let mut i = splat(-1);
    let masks = [(); 16].map(|()| {
        i = add(i, splat(1));
        _mm256_cmpeq_epi64(index, i)
    });
    for (b, out) in out.iter_mut().enumerate() {
        let mut sum = [splat(0); 6];
        for (entry, mask) in table.iter().zip(masks) {
            sum = core::array::from_fn(|k| _mm256_or_si256(sum[k], _mm256_and_si256(entry[b][k], mask)));
        }
        *out = sum;
    }
}
