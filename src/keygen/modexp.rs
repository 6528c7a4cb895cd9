//! Modular exponentiation of several moduli side by side: what a kernel must do, and which one this processor gets.
//!
//! A *lane* is one exponentiation. Kernels take any number of lanes and run them in groups of [`LANES`]; the portable one runs
//! them one by one. All give the same answers, since the answers are numbers: nothing of a kernel's representation gets out.

use subtle::Choice;

use super::trial_division::{self, TrialDivision};
use super::uint::Limbs;

#[cfg(all(target_arch = "x86_64", not(nova_keypair_portable)))]
pub(crate) mod avx2;
pub(crate) mod portable;

/// How many lanes the widest kernel runs at once; the batch for which candidates are gathered.
pub(crate) const LANES: usize = 4;

/// `base^exponent mod modulus`, in little-endian limbs. All three have the length that `bits` asks for; the modulus is odd and has
/// exactly `bits` bits, the base is below it.
#[derive(Clone, Copy)]
pub(crate) struct Power<'a> {
    pub(crate) base: &'a [u64],
    pub(crate) exponent: &'a [u64],
    pub(crate) modulus: &'a [u64],
}

/// Constant-time modular exponentiation. Time and addresses depend on `bits` and on the number of lanes alone.
pub(crate) trait Kernel {
    /// For each modulus N, which has `bits` bits, the top two of them set, and is 7 modulo 8: whether 2^((N-1)/2) = 1 mod N.
    ///
    /// 2 is a square modulo a prime that is 7 modulo 8, so by Euler's criterion every prime passes.
    fn base2(&self, bits: u32, moduli: &[&[u64]], verdicts: &mut [Choice]);

    /// Each power, fully reduced, into the result of the same index, which has as many limbs as the modulus.
    fn pow(&self, bits: u32, powers: &[Power<'_>], results: &mut [Limbs]);

    /// The second tier of trial division, which some processors do faster than the plain Rust that it is here.
    fn passes_large(&self, trial: &mut TrialDivision, candidate: &[u64]) -> bool {
        trial.passes_large(candidate, trial_division::divides)
    }
}

/// The kernel in use.
#[derive(Clone, Copy)]
pub(crate) enum Backend {
    #[cfg(all(target_arch = "x86_64", not(nova_keypair_portable)))]
    Avx2(avx2::Avx2),
    Portable(portable::Portable),
}

impl Backend {
    /// The fastest kernel that this processor has. `--cfg nova_keypair_portable` keeps to the portable one.
    pub(crate) fn detect() -> Self {
        #[cfg(all(target_arch = "x86_64", not(nova_keypair_portable)))]
        if let Some(kernel) = avx2::Avx2::new() {
            return Self::Avx2(kernel);
        }
        Self::Portable(portable::Portable)
    }
}

impl Kernel for Backend {
    fn base2(&self, bits: u32, moduli: &[&[u64]], verdicts: &mut [Choice]) {
        match self {
            #[cfg(all(target_arch = "x86_64", not(nova_keypair_portable)))]
            Self::Avx2(kernel) => kernel.base2(bits, moduli, verdicts),
            Self::Portable(kernel) => kernel.base2(bits, moduli, verdicts),
        }
    }

    fn pow(&self, bits: u32, powers: &[Power<'_>], results: &mut [Limbs]) {
        match self {
            #[cfg(all(target_arch = "x86_64", not(nova_keypair_portable)))]
            Self::Avx2(kernel) => kernel.pow(bits, powers, results),
            Self::Portable(kernel) => kernel.pow(bits, powers, results),
        }
    }

    fn passes_large(&self, trial: &mut TrialDivision, candidate: &[u64]) -> bool {
        match self {
            #[cfg(all(target_arch = "x86_64", not(nova_keypair_portable)))]
            Self::Avx2(kernel) => kernel.passes_large(trial, candidate),
            Self::Portable(kernel) => kernel.passes_large(trial, candidate),
        }
    }
}
