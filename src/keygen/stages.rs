//! The stages of key generation one by one, on plain limbs, for this project's own benches, fuzz targets and tests.

use alloc::vec::Vec;

use subtle::Choice;

use super::candidate::{Candidates, Source};
use super::confirmation::{Probable, confirm};
use super::error::Result;
use super::key::{Assembled, RsaComponents, UncheckedKey};
use super::modexp::kernel::{Kernel, Power};
#[cfg(all(target_arch = "x86_64", not(any(nova_keypair_portable, nova_keypair_avx2))))]
use super::trial_division::packs::Packs;
use super::trial_division::{SecondTier, TrialDivision, pairs::Pairs};
use super::uint::{SecretUint, limbs_for};

fn number(limbs: &[u64]) -> SecretUint {
    SecretUint::from_limbs(limbs.to_vec())
}

/// Draws `count` candidates of `bits` bits.
pub(crate) fn draw<S: Source>(bits: u32, source: S, count: usize) -> Result<Vec<Vec<u64>>> {
    let mut candidates = Candidates::new(source, bits);
    let mut candidate = SecretUint::zero(limbs_for(bits));
    (0..count).map(|_| candidates.draw(&mut candidate).map(|()| candidate.limbs().to_vec())).collect()
}

/// Tables of these pairs of primes.
pub(crate) fn of_pairs(bits: u32, pairs: &[[u16; 2]]) -> TrialDivision {
    TrialDivision::of(SecondTier::Pairs(Pairs::new(bits, pairs)))
}

/// Tables of these packs of primes, if this build has such tables and the candidates are not too long for them.
pub(crate) fn of_packs(bits: u32, packs: &[&[u16]]) -> Option<TrialDivision> {
    #[cfg(all(target_arch = "x86_64", not(any(nova_keypair_portable, nova_keypair_avx2))))]
    return Packs::of(bits, packs).map(|packs| TrialDivision::of(SecondTier::Packs(packs)));
    #[cfg(not(all(target_arch = "x86_64", not(any(nova_keypair_portable, nova_keypair_avx2)))))]
    {
        let _ = (bits, packs);
        None
    }
}

/// Whether no prime of the tables divides the candidate.
pub(crate) fn passes<K: Kernel>(kernel: &K, trial: &mut TrialDivision, candidate: &[u64]) -> bool {
    let candidate = number(candidate);
    trial.passes_small(&candidate) && kernel.passes_large(trial, &candidate)
}

/// For each modulus, whether 2^((N-1)/2) = 1 mod N.
pub(crate) fn base2<K: Kernel>(kernel: &K, bits: u32, moduli: &[&[u64]]) -> Vec<bool> {
    let moduli: Vec<_> = moduli.iter().map(|modulus| number(modulus)).collect();
    let mut verdicts = alloc::vec![Choice::from(0); moduli.len()];
    kernel.base2(bits, &moduli.iter().collect::<Vec<_>>(), &mut verdicts);
    verdicts.into_iter().map(bool::from).collect()
}

/// The powers of (base, exponent, modulus).
pub(crate) fn pow<K: Kernel>(kernel: &K, bits: u32, powers: &[[&[u64]; 3]]) -> Vec<Vec<u64>> {
    let operands: Vec<_> = powers.iter().map(|operands| operands.map(number)).collect();
    let powers: Vec<_> = operands.iter().map(|[base, exponent, modulus]| Power { base, exponent, modulus }).collect();
    let mut results: Vec<_> = powers.iter().map(|power| SecretUint::zero(power.modulus.length())).collect();
    kernel.pow(bits, &powers, &mut results);
    results.iter().map(|result| result.limbs().to_vec()).collect()
}

/// The key of two primes, or none if the pair is rejected.
pub(crate) fn assemble(bits: u32, p: &[u64], q: &[u64]) -> Result<Option<RsaComponents>> {
    match UncheckedKey::assemble(&number(p), &number(q), bits)? {
        Assembled::Key(key) => Ok(Some(key.into_components())),
        Assembled::Rejected => Ok(None),
    }
}

/// Whether two candidates are confirmed as primes, and their key is consistent.
pub(crate) fn confirms<K: Kernel>(kernel: &K, bits: u32, p: &[u64], q: &[u64]) -> bool {
    let [p, q] = [p, q].map(number);
    let Ok(Assembled::Key(key)) = UncheckedKey::assemble(&p, &q, bits) else { return false };
    let confirmation = confirm(kernel, bits / 2, Probable::Unconfirmed(&p), &q, Some(&key));
    confirmation.p_is_prime & confirmation.q_is_prime & confirmation.key_is_consistent
}
