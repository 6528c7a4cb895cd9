//! Eight Montgomery exponentiations side by side, for processors with AVX-512 IFMA.
//!
//! Each 64-bit lane of a vector belongs to a different number with its own modulus, and every operation does the same
//! to all of them, so no branch and no address depends on a value:
//!
//! ```text
//!              lane 0      lane 1      …      lane 7
//!  x[0]      digit 0 A   digit 0 B     …    digit 0 H     one __m512i
//!  x[1]      digit 1 A   digit 1 B     …    digit 1 H
//!  ...
//!  x[n-1]    the highest digits
//! ```
//!
//! Up to four numbers use vectors of half the width. A processor that executes as many products of half the width per
//! cycle needs four fifths of the time for them, because only the work for each lane is halved.
//!
//! # Numbers
//! A number is Σ x[k]·2^(wk) with w = 52, the width of the factors that IFMA multiplies. There are n digits, a multiple
//! of ten: 20, 30 and 40 for moduli of 1024, 1536 and 2048 bits. R = 2^(wn) ≥ 32·2^bits.
//!
//! Only the lowest 52 bits of a word are the digit. What is above them has been carried into the next digit and stays
//! where it is, because IFMA ignores those bits of its factors: a carry is one shift and one addition, without a mask.
//!
//! # A product takes two instructions
//! `vpmadd52luq` adds the lower 52 bits of a·b to the column of the product, `vpmadd52huq` the upper ones to the column
//! above. Ten columns are summed at the same time, in eleven registers; five rows share the fourteen digits that they
//! multiply, so that loads do not limit the speed (`columns.rs`).
//!
//! # The reduction
//! Column k of x² + q·N determines q[k] = t·(-1/N) mod 2^w, where t is the column with the carry from below. The lower
//! half of q[k]·N[0] would make t the next multiple of 2^w; it is not computed, because the carry is ⌈t/2^w⌉ in any
//! case. A quotient digit takes about 14 cycles from the one before it. Those of ten columns are computed one after
//! another, and the processor fills the gaps with their other products and with the next columns of x², which do not
//! depend on them. A reduction without this chain, as in the AVX2 kernel, needs as many products and three times the
//! carries.
//!
//! # Why nothing overflows
//! In units of 2^w:
//!  * A column is a sum of at most 4n halves of products: n lower and n upper ones of x² (or x·y), and as many of q·N.
//!    Doubled, and with the carry, that is below 8n + 1 ≤ 321 units, and a word holds 4096.
//!  * With x, y < 3N: (x² + q·N)/R < (9/32 + 1)·N, which is below 1.3 N, and below 2.6 N if doubled. So all values are
//!    below 3N < R/8, and the highest digit carries nothing.
//!  * Leaving Montgomery form multiplies by 1: (x + q·N)/R < (3N + R·N - N)/R < N + 1, so the result is at most N. It is
//!    N only for a multiple of N, which one conditional subtraction turns into 0.
//!
//! `no_column_overflows` computes these bounds exactly for every length, from the constants of the code, and
//! `extreme_digits` compares the loops, with all digits at their limits, with arbitrary-precision integers.
//!
//! # Time
//! These instructions take the same time for every value. There is no floating point, so neither the rounding mode nor
//! subnormals matter.
//!
//! # Cost
//! A squaring of n digits takes n² + n instructions for x², 2n² - n for q·N, and n for q: 1220 for eight lanes and
//! n = 20. Doubling columns and carrying takes 8 more for each digit.
//!
//! # Unsafe
//! Unsafe code is in this file and its folder only: `ifma/vector.rs` implements a trait with intrinsics,
//! `ifma/montgomery.rs` holds the pointers that run along the digits, `ifma/trial_division.rs` loads the rows of a table as
//! vectors, and this file has the calls into functions compiled for AVX-512, which the token [`Ifma`] permits. [`Length`] keeps every loop inside a [`Digits`](digits::Digits).

#![allow(unsafe_code, reason = "intrinsics, pointers to digits and calls that need AVX-512; see `Unsafe` above")]
#![allow(clippy::cast_possible_wrap, reason = "intrinsics take signed integers")]

#[macro_use]
mod columns;
mod digits;
mod exponentiation;
mod montgomery;
mod trial_division;
mod vector;

use alloc::vec::Vec;
use core::arch::x86_64::{__m256i, __m512i};

use digits::Length;
use exponentiation::Moduli;
use subtle::Choice;

use super::super::trial_division::{SecondTier, TrialDivision};
use super::super::uint::SecretUint;
use super::kernel::{Kernel, Power};
use super::portable::Portable;
use vector::Vector;

cpufeatures::new!(cpuid, "avx512f", "avx512ifma", "avx512vl");

/// The number of lanes of a whole vector, and of a half.
const LANES: usize = <__m512i as Vector>::LANES;
const HALF: usize = <__m256i as Vector>::LANES;

/// Proof that the processor has AVX-512 F, IFMA and VL: [`new`](Self::new) is the only constructor, and checks.
#[derive(Clone, Copy)]
pub(crate) struct Ifma(());

impl Ifma {
    /// Returns the token if the processor has AVX-512 F, IFMA and VL and the operating system saves the registers of
    /// 512 bits.
    pub(crate) fn new() -> Option<Self> {
        cpuid::get().then_some(Self(()))
    }

    /// Computes at most as many verdicts as a vector has lanes.
    fn base2_in<V: Vector>(self, length: Length, bits: u32, moduli: &[&SecretUint], verdicts: &mut [Choice]) {
        // SAFETY: `self` is the proof that the processor has the instructions.
        unsafe { Moduli::<V>::new(length, bits, &filled(moduli, V::LANES)).base2(verdicts) };
    }

    /// Computes at most as many powers as a vector has lanes.
    fn pow_in<V: Vector>(self, length: Length, bits: u32, powers: &[Power<'_>], results: &mut [SecretUint]) {
        let powers = filled(powers, V::LANES);
        let moduli: Vec<&SecretUint> = powers.iter().map(|power| power.modulus).collect();
        // SAFETY: `self` is the proof that the processor has the instructions.
        unsafe { Moduli::<V>::new(length, bits, &moduli).pow(&powers, results) };
    }
}

impl Kernel for Ifma {
    fn width(&self) -> usize {
        LANES
    }

    fn base2(&self, bits: u32, moduli: &[&SecretUint], verdicts: &mut [Choice]) {
        let Some(length) = Length::for_bits(bits) else {
            return Portable.base2(bits, moduli, verdicts);
        };
        for (moduli, verdicts) in moduli.chunks(LANES).zip(verdicts.chunks_mut(LANES)) {
            if moduli.len() > HALF {
                self.base2_in::<__m512i>(length, bits, moduli, verdicts);
            } else {
                self.base2_in::<__m256i>(length, bits, moduli, verdicts);
            }
        }
    }

    fn pow(&self, bits: u32, powers: &[Power<'_>], results: &mut [SecretUint]) {
        let Some(length) = Length::for_bits(bits) else {
            return Portable.pow(bits, powers, results);
        };
        for (powers, results) in powers.chunks(LANES).zip(results.chunks_mut(LANES)) {
            if powers.len() > HALF {
                self.pow_in::<__m512i>(length, bits, powers, results);
            } else {
                self.pow_in::<__m256i>(length, bits, powers, results);
            }
        }
    }

    /// Both a test and a division cost about a third of what they cost with the AVX2 kernel.
    fn trial_bound(&self, bits: u32) -> u32 {
        if bits < 1280 { 1 << 15 } else { 1 << 16 }
    }

    fn trial_division(&self, bits: u32, bound: u32) -> TrialDivision {
        TrialDivision::in_packs(bits, bound)
    }

    fn passes_large(&self, trial: &mut TrialDivision, candidate: &SecretUint) -> bool {
        match trial.second_tier() {
            // SAFETY: `self` is the proof that the processor has the instructions.
            SecondTier::Packs(packs) => unsafe { trial_division::pass(packs, candidate) },
            // The tables of another kernel, or of candidates longer than any key has.
            SecondTier::Pairs(_) => trial.passes_large(candidate),
        }
    }
}

/// Returns one operand for each lane: lanes without one repeat the last.
fn filled<T: Copy>(operands: &[T], lanes: usize) -> Vec<T> {
    let last = operands.last().into_iter().cycle();
    operands.iter().chain(last).take(lanes).copied().collect()
}

#[cfg(test)]
mod tests;
