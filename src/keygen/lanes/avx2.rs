//! placeholder
use super::super::limbs::Limbs;
use super::{Kernel, Power};
use subtle::Choice;

#[derive(Clone, Copy)]
pub(crate) struct Avx2(());

impl Avx2 {
    pub(crate) fn new() -> Option<Self> {
        None
    }
}

impl Kernel for Avx2 {
    fn base2(&self, bits: u32, moduli: &[&[u64]], verdicts: &mut [Choice]) {
        super::portable::Portable.base2(bits, moduli, verdicts)
    }
    fn pow(&self, bits: u32, powers: &[Power<'_>], results: &mut [Limbs]) {
        super::portable::Portable.pow(bits, powers, results)
    }
}
