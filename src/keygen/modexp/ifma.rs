//! Eight Montgomery exponentiations side by side, for processors with AVX-512 IFMA.

#![allow(unsafe_code, reason = "pointers to digits and calls that need AVX-512; see `Unsafe` above")]
#![allow(clippy::cast_possible_wrap, reason = "intrinsics take signed integers")]

#[macro_use]
mod columns;
mod digits;
mod exponentiation;
mod montgomery;
mod vector;

use alloc::vec::Vec;
use core::arch::x86_64::{__m256i, __m512i};

use digits::Length;
use exponentiation::Moduli;
use subtle::Choice;

use super::super::trial_division::TrialDivision;
use super::super::uint::SecretUint;
use super::avx2::Avx2;
use super::kernel::{Kernel, Power};
use super::portable::Portable;
use vector::Vector;

cpufeatures::new!(cpuid, "avx512f", "avx512ifma", "avx512vl");

/// Proof that the processor has AVX-512 F, IFMA and VL: [`new`](Self::new) is the only constructor, and checks.
#[derive(Clone, Copy)]
pub(crate) struct Ifma(());

impl Ifma {
    pub(crate) fn new() -> Option<Self> {
        cpuid::get().then_some(Self(()))
    }
}

impl Kernel for Ifma {
    fn width(&self) -> usize {
        8
    }

    fn base2(&self, bits: u32, moduli: &[&SecretUint], verdicts: &mut [Choice]) {
        let Some(length) = Length::for_bits(bits) else {
            return Portable.base2(bits, moduli, verdicts);
        };
        for (moduli, verdicts) in moduli.chunks(8).zip(verdicts.chunks_mut(8)) {
            unsafe {
                if moduli.len() <= 4 {
                    Moduli::<__m256i>::new(length, bits, &filled(moduli, 4)).base2(verdicts);
                } else {
                    Moduli::<__m512i>::new(length, bits, &filled(moduli, 8)).base2(verdicts);
                }
            }
        }
    }

    fn pow(&self, bits: u32, powers: &[Power<'_>], results: &mut [SecretUint]) {
        let Some(length) = Length::for_bits(bits) else {
            return Portable.pow(bits, powers, results);
        };
        fn run<V: Vector>(length: Length, bits: u32, powers: &[Power<'_>], results: &mut [SecretUint]) {
            let powers = filled(powers, V::LANES);
            let moduli: Vec<_> = powers.iter().map(|power| power.modulus).collect();
            unsafe { Moduli::<V>::new(length, bits, &moduli).pow(&powers, results) };
        }
        for (powers, results) in powers.chunks(8).zip(results.chunks_mut(8)) {
            if powers.len() <= 4 {
                run::<__m256i>(length, bits, powers, results);
            } else {
                run::<__m512i>(length, bits, powers, results);
            }
        }
    }

    fn passes_large(&self, trial: &mut TrialDivision, candidate: &SecretUint) -> bool {
        match Avx2::new() {
            Some(kernel) => kernel.passes_large(trial, candidate),
            None => Portable.passes_large(trial, candidate),
        }
    }
}

/// Returns one operand for each lane: lanes without one repeat the last. Empty if there is no operand at all.
fn filled<T: Copy>(operands: &[T], lanes: usize) -> Vec<T> {
    let mut filled = operands.to_vec();
    if let Some(&last) = operands.last() {
        filled.resize(lanes, last);
    }
    filled
}

#[cfg(test)]
mod tests;
