//! Modular exponentiation of several moduli side by side: the kernels, and the choice between them.

use subtle::Choice;

use super::trial_division::TrialDivision;
use super::uint::SecretUint;

#[cfg(all(target_arch = "x86_64", not(nova_keypair_portable)))]
pub(crate) mod avx2;
pub(crate) mod kernel;
pub(crate) mod portable;

use kernel::{Kernel, Power};

/// The kernel in use.
#[derive(Clone, Copy)]
pub(crate) enum Backend {
    #[cfg(all(target_arch = "x86_64", not(nova_keypair_portable)))]
    Avx2(avx2::Avx2),
    Portable(portable::Portable),
}

impl Backend {
    /// Selects the fastest kernel that this processor supports, or the portable one under `--cfg
    /// nova_keypair_portable`.
    pub(crate) fn detect() -> Self {
        #[cfg(all(target_arch = "x86_64", not(nova_keypair_portable)))]
        if let Some(kernel) = avx2::Avx2::new() {
            return Self::Avx2(kernel);
        }
        Self::Portable(portable::Portable)
    }
}

impl Kernel for Backend {
    fn base2(&self, bits: u32, moduli: &[&SecretUint], verdicts: &mut [Choice]) {
        match self {
            #[cfg(all(target_arch = "x86_64", not(nova_keypair_portable)))]
            Self::Avx2(kernel) => kernel.base2(bits, moduli, verdicts),
            Self::Portable(kernel) => kernel.base2(bits, moduli, verdicts),
        }
    }

    fn pow(&self, bits: u32, powers: &[Power<'_>], results: &mut [SecretUint]) {
        match self {
            #[cfg(all(target_arch = "x86_64", not(nova_keypair_portable)))]
            Self::Avx2(kernel) => kernel.pow(bits, powers, results),
            Self::Portable(kernel) => kernel.pow(bits, powers, results),
        }
    }

    fn passes_large(&self, trial: &mut TrialDivision, candidate: &SecretUint) -> bool {
        match self {
            #[cfg(all(target_arch = "x86_64", not(nova_keypair_portable)))]
            Self::Avx2(kernel) => kernel.passes_large(trial, candidate),
            Self::Portable(kernel) => kernel.passes_large(trial, candidate),
        }
    }
}
