//! Modular exponentiation of several moduli side by side: the kernels, and the choice between them.

use subtle::Choice;

use super::trial_division::TrialDivision;
use super::uint::SecretUint;

#[cfg(all(target_arch = "x86_64", not(nova_keypair_portable)))]
pub(crate) mod avx2;
#[cfg(all(target_arch = "x86_64", not(any(nova_keypair_portable, nova_keypair_avx2))))]
pub(crate) mod ifma;
pub(crate) mod kernel;
pub(crate) mod portable;

use kernel::{Kernel, Power};

/// The kernel in use.
#[derive(Clone, Copy)]
pub(crate) enum Backend {
    #[cfg(all(target_arch = "x86_64", not(any(nova_keypair_portable, nova_keypair_avx2))))]
    Ifma(ifma::Ifma),
    #[cfg(all(target_arch = "x86_64", not(nova_keypair_portable)))]
    Avx2(avx2::Avx2),
    Portable(portable::Portable),
}

/// Evaluates `$call` with the kernel in use as `$kernel`.
macro_rules! dispatch {
    ($backend:expr, $kernel:ident => $call:expr) => {
        match $backend {
            #[cfg(all(target_arch = "x86_64", not(any(nova_keypair_portable, nova_keypair_avx2))))]
            Backend::Ifma($kernel) => $call,
            #[cfg(all(target_arch = "x86_64", not(nova_keypair_portable)))]
            Backend::Avx2($kernel) => $call,
            Backend::Portable($kernel) => $call,
        }
    };
}

impl Backend {
    /// Selects the fastest kernel that this processor supports, or the portable one under `--cfg
    /// nova_keypair_portable`. `--cfg nova_keypair_avx2` leaves out the IFMA kernel only.
    pub(crate) fn detect() -> Self {
        Self::ifma().or_else(Self::avx2).unwrap_or(Self::Portable(portable::Portable))
    }

    /// The IFMA kernel, if there is one and the processor supports it.
    pub(crate) fn ifma() -> Option<Self> {
        #[cfg(all(target_arch = "x86_64", not(any(nova_keypair_portable, nova_keypair_avx2))))]
        return ifma::Ifma::new().map(Self::Ifma);
        #[cfg(not(all(target_arch = "x86_64", not(any(nova_keypair_portable, nova_keypair_avx2)))))]
        None
    }

    /// The AVX2 kernel, if there is one and the processor supports it.
    pub(crate) fn avx2() -> Option<Self> {
        #[cfg(all(target_arch = "x86_64", not(nova_keypair_portable)))]
        return avx2::Avx2::new().map(Self::Avx2);
        #[cfg(not(all(target_arch = "x86_64", not(nova_keypair_portable))))]
        None
    }
}

impl Kernel for Backend {
    fn width(&self) -> usize {
        dispatch!(self, kernel => kernel.width())
    }

    fn base2(&self, bits: u32, moduli: &[&SecretUint], verdicts: &mut [Choice]) {
        dispatch!(self, kernel => kernel.base2(bits, moduli, verdicts));
    }

    fn pow(&self, bits: u32, powers: &[Power<'_>], results: &mut [SecretUint]) {
        dispatch!(self, kernel => kernel.pow(bits, powers, results));
    }

    fn trial_bound(&self, bits: u32) -> u32 {
        dispatch!(self, kernel => kernel.trial_bound(bits))
    }

    fn trial_division(&self, bits: u32, bound: u32) -> TrialDivision {
        dispatch!(self, kernel => kernel.trial_division(bits, bound))
    }

    fn passes_large(&self, trial: &mut TrialDivision, candidate: &SecretUint) -> bool {
        dispatch!(self, kernel => kernel.passes_large(trial, candidate))
    }
}

#[cfg(test)]
mod tests;
