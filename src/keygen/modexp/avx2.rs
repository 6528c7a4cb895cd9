//! Four Montgomery exponentiations side by side, for processors with AVX2 and FMA.
//!
//! Each 64-bit lane of a vector belongs to a different number with its own modulus, and every operation does the same
//! to all four, so no branch and no address depends on a value:
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
//! A number is Σ x[k]·2^(wk) with w = 47. Digits are signed integers held in doubles, |x[k]| ≤ 2^46 + 2^7 =: D (except
//! the highest, which holds what is left). There are n = ⌈(bits + 4)/47⌉ digits: 22, 33 and 44 for moduli of 1024, 1536
//! and 2048 bits. R = 2^(wn) ≥ 16·2^bits. Values are signed and not fully reduced until the end: |x| ≤ 1.2·N.
//!
//! # A product takes two FMAs and two additions
//! A column adds up products in two sums: h, whose unit in the last place is 2^w because it starts at
//! M = 1.375·2^(52+w), and l:
//!
//! ```text
//!  s = fma(a, b, h)      h + a·b rounded to a multiple of 2^w
//!  d = s - h             exact: the part of a·b that went into h
//!  e = fma(a, b, -d)     exact: the rest, |e| ≤ 2^(w-1)
//!  h = s;  l += e
//! ```
//!
//! Nothing is lost, so the value of column k is l + (h - M), and digit k of the result follows from
//! t[k] = l[k] + (h[k-1] - M)/2^w: u = t rounded to a multiple of 2^w (add M, subtract M),
//! x[k] = t[k] - u[k] + u[k-1]/2^w. A carry moves up one place only, so there is no dependency chain through the
//! digits.
//!
//! Where l has room, it starts at -M/2^w. Then t[k] = l[k] + h[k-1]/2^w, which is one FMA without a subtraction.
//!
//! # The reduction has no chain either
//! T = x², q = T·(-1/N) mod R, result (T + q·N)/R. Lower half of x², lower half of the product that gives q, upper half
//! of x², upper half of q·N: four triangles of n²/4, n²/2, n²/4 and n²/2 products. The lower half of T + q·N is a
//! multiple of R by construction. Its two highest columns determine which multiple, and the lower of the two may be
//! rounded.
//!
//! # Why nothing overflows
//! (w = 47, n ≤ 44; unit U = 2^45, so results are exact up to 2^53 = 256 U. `tests/bounds.rs` computes these bounds
//! exactly, for every column of every length, from the constants of the code.)
//!
//! A product is at most D² ≤ 2^92·(1 + 2^-37), which adds ≤ U·(1 + 2^-37) + 1/2 to h/2^w; a product with a doubled
//! factor counts as two. A column has at most n products, so |h - M|/2^w ≤ 44 U·(1 + 2^-36). M/2^w is 176 U, so h/2^w
//! stays between 128 U = 2^52 and 2^53, where the unit of h is 2^w, and h, d and e are exact. Each product, doubled or
//! not, adds at most 2^46 = 2 U to l. So, omitting factors of 1 + 2^-36:
//!  * `mul_low`: |t| ≤ 44·2 U + 44 U = 132 U.
//!  * x²: a column has at most 22 products, one of them a square: |t| ≤ 22·2 U + 44 U = 88 U.
//!  * `mul_high` of q·N: a column above the middle has at most n - 1 products: 43·2 U + 44 U, plus T, which is 88 U
//!    after a squaring and 2 U after a multiplication (whose upper half consists of digits): |t| ≤ 218 U.
//!
//! All < 256 U, so every t is exact. With the offset of 176 U, l reaches 220 U in x², and 256 U in columns of up to 40
//! products in `mul_low`. In columns of more products, and in `mul_high`, where T is added, l starts at 0.
//!
//! u ≤ 2^53·f with the factor f ∈ {1, 2} of `mul_high` gives a carry of at most 2^7: digits are within D. In `mul_high`
//! only fma(t, f, ·) involves the factor, and its results (a multiple of 2^w below 2^54, a remainder ≤ 2^46) are exact.
//!
//! The multiple c of R: (column n-1) = c·2^w - r, where r, |r| ≤ 2^7, is what columns below n-1 carry beyond h[n-2].
//! h[n-2] is a sum of rounded doubles: 43 roundings of at most 2^44 before the division by 2^47. Together the error is
//! below 2^8, while rounding to c tolerates 2^46.
//!
//! Values: |q| ≤ R/2·(1 + 2^-38), so with |x|, |y| ≤ 1.2 N (or y < 2^bits < 2 N):
//! |x·y/R + q·N/R| ≤ 2.4/16 N + 0.5 N·(1 + 2^-38) < 0.66 N, and for a doubled square
//! 2·(1.44/16 + 0.5·(1 + 2^-38)) N < 1.2 N. Leaving Montgomery form multiplies by 1: the result is within ±0.6 N, and
//! one masked addition of N brings it into [0, N).
//!
//! # Floating point and time
//! All values are integers (or integers divided by 2^47) of ordinary size: none is subnormal, infinite or NaN, so
//! additions, multiplications and FMAs take the same time for every value, and it does not matter whether subnormals
//! are flushed. The rounding mode does matter. Foreign code may have changed it, so every call checks MXCSR and falls
//! back to the portable kernel unless rounding is to nearest.
//!
//! # Cost
//! A squaring of n digits takes (3n² + 3n)/2 products (759 for n = 22) of two FMAs and two additions each, and 5 to 7
//! more operations per digit. Zen 3 executes at most two FMAs and two additions per cycle; six columns at a time, a
//! product takes 1.25-1.3 cycles.
//!
//! # Unsafe
//! Unsafe code is in this file and its folder only: `avx2/product.rs` holds the assembly and the pointers that run
//! along the digits, `avx2/montgomery.rs` the calls that pass those pointers, and this file the calls into functions
//! compiled for AVX2 and FMA, which the token [`Avx2`] permits. [`Length`] keeps every loop inside a
//! [`Digits`](digits::Digits). `avx2/SAFETY.md` lists what they rely on, and what checks it.

#![allow(unsafe_code, reason = "assembly, pointers to digits and calls that need AVX2; see `Unsafe` above")]
#![allow(clippy::cast_possible_wrap, clippy::cast_sign_loss, reason = "intrinsics take and return signed integers")]

#[macro_use]
mod asm;
mod digits;
mod exponentiation;
mod montgomery;
mod product;
#[cfg(test)]
mod tests;
mod trial_division;

use digits::{LANES, Length};
use exponentiation::Moduli;
use subtle::Choice;

use super::super::trial_division::{SecondTier, TrialDivision};
use super::super::uint::SecretUint;
use super::kernel::{Kernel, Power};
use super::portable::Portable;

cpufeatures::new!(cpuid, "avx2", "fma");

/// Proof that the processor has AVX2 and FMA: [`new`](Self::new) is the only constructor, and checks.
#[derive(Clone, Copy)]
pub(crate) struct Avx2(());

impl Avx2 {
    /// Returns the token if the processor has AVX2 and FMA and the operating system saves their registers.
    pub(crate) fn new() -> Option<Self> {
        cpuid::get().then_some(Self(()))
    }
}

/// Whether floating-point results are currently rounded to nearest.
fn rounds_to_nearest() -> bool {
    /// MXCSR's rounding control: 00 is to nearest.
    const ROUNDING: u32 = 0b11 << 13;
    let mut mxcsr = 0u32;
    // SAFETY: stmxcsr writes four bytes to the address given, and every x86-64 processor has it. `_mm_getcsr` is
    // deprecated in favor of assembly.
    unsafe { core::arch::asm!("stmxcsr [{}]", in(reg) &raw mut mxcsr, options(nostack, preserves_flags)) };
    mxcsr & ROUNDING == 0
}

impl Kernel for Avx2 {
    fn width(&self) -> usize {
        LANES
    }

    fn base2(&self, bits: u32, moduli: &[&SecretUint], verdicts: &mut [Choice]) {
        let Some(length) = Length::for_bits(bits).filter(|_| rounds_to_nearest()) else {
            return Portable.base2(bits, moduli, verdicts);
        };
        for (moduli, verdicts) in moduli.chunks(LANES).zip(verdicts.chunks_mut(LANES)) {
            let Some(lanes) = filled(moduli) else { continue };
            // SAFETY: `self` is the proof that the processor has AVX2 and FMA.
            let results = unsafe { Moduli::new(length, bits, lanes).base2() };
            for (verdict, result) in verdicts.iter_mut().zip(results) {
                *verdict = result;
            }
        }
    }

    fn pow(&self, bits: u32, powers: &[Power<'_>], results: &mut [SecretUint]) {
        let Some(length) = Length::for_bits(bits).filter(|_| rounds_to_nearest()) else {
            return Portable.pow(bits, powers, results);
        };
        for (powers, results) in powers.chunks(LANES).zip(results.chunks_mut(LANES)) {
            let Some(lanes) = filled(powers) else { continue };
            // SAFETY: `self` is the proof that the processor has AVX2 and FMA.
            unsafe { Moduli::new(length, bits, lanes.map(|power| power.modulus)).pow(&lanes, results) };
        }
    }

    fn passes_large(&self, trial: &mut TrialDivision, candidate: &SecretUint) -> bool {
        match trial.second_tier() {
            // SAFETY: `self` is the proof that the processor has AVX2.
            SecondTier::Pairs(pairs) => unsafe { trial_division::pass(pairs, candidate) },
            // The tables of the IFMA kernel.
            #[cfg(not(nova_keypair_avx2))]
            SecondTier::Packs(_) => trial.passes_large(candidate),
        }
    }
}

/// Returns one operand for each lane: lanes without one repeat the last. None if there is no operand at all.
fn filled<T: Copy>(operands: &[T]) -> Option<[T; LANES]> {
    let last = *operands.last()?;
    Some(core::array::from_fn(|lane| operands.get(lane).copied().unwrap_or(last)))
}
