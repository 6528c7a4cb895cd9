//! The stages of the prime engine, for this project's own benches, fuzz targets and tests. No promise of stability.

use alloc::vec::Vec;

use rand_core::TryCryptoRng;
use subtle::Choice;
use zeroize::Zeroizing;

use crate::keygen::error::Result;
use crate::keygen::modexp::{self, Backend, Kernel as _, Power, portable::Portable};
use crate::keygen::uint::{self, Limbs};
use crate::keygen::{self, RsaComponents, drbg::HmacDrbg, trial_division};
use crate::private_key::PrivateKey;

/// What to do with bytes that become public, before anything branches on them: a verdict, or the modulus.
#[cfg(nova_keypair_ctgrind)]
pub fn on_declassify(hook: fn(&mut [u8])) {
    // Set once: a second hook is not taken.
    let _ = keygen::declassify::hook::HOOK.set(hook);
}

/// The kernel to run on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kernel {
    /// What `generate` picks.
    Best,
    /// Plain Rust.
    Portable,
}

impl Kernel {
    fn backend(self) -> Backend {
        match self {
            Self::Best => Backend::detect(),
            Self::Portable => Backend::Portable(Portable),
        }
    }

    /// Whether that is plain Rust, here.
    pub fn is_portable(self) -> bool {
        matches!(self.backend(), Backend::Portable(_))
    }

    /// For each modulus, whether 2^((N-1)/2) = 1 mod N.
    pub fn base2(self, bits: u32, moduli: &[&[u64]]) -> Vec<bool> {
        let mut verdicts = alloc::vec![Choice::from(0); moduli.len()];
        self.backend().base2(bits, moduli, &mut verdicts);
        verdicts.into_iter().map(bool::from).collect()
    }

    /// The powers of (base, exponent, modulus).
    pub fn pow(self, bits: u32, powers: &[[&[u64]; 3]]) -> Vec<Vec<u64>> {
        let powers: Vec<_> =
            powers.iter().map(|&[base, exponent, modulus]| Power { base, exponent, modulus }).collect();
        let mut results: Vec<_> = powers.iter().map(|power| uint::zero(power.modulus.len())).collect();
        self.backend().pow(bits, &powers, &mut results);
        results.iter().map(|result| result.to_vec()).collect()
    }

    /// All Miller-Rabin rounds of two candidates, and the assembly and pairwise test of the key of `bits` bits that they make.
    pub fn confirm(self, bits: u32, p: &[u64], q: &[u64]) -> bool {
        keygen::confirms(&self.backend(), bits, p, q)
    }
}

/// A private key's numbers, big-endian.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct Numbers {
    pub n: Vec<u8>,
    pub d: Vec<u8>,
    pub p: Vec<u8>,
    pub q: Vec<u8>,
    pub dp: Vec<u8>,
    pub dq: Vec<u8>,
    pub qinv: Vec<u8>,
}

impl From<RsaComponents> for Numbers {
    fn from(key: RsaComponents) -> Self {
        Self {
            n: key.n.clone(),
            d: key.d.to_vec(),
            p: key.p.to_vec(),
            q: key.q.to_vec(),
            dp: key.dp.to_vec(),
            dq: key.dq.to_vec(),
            qinv: key.qinv.to_vec(),
        }
    }
}

/// A key, by any kernel; unlike the public call for any multiple of 16 from 256 bits on.
pub fn generate<R: TryCryptoRng + ?Sized>(kernel: Kernel, bits: u32, rng: &mut R) -> Result<Numbers> {
    keygen::generate_from(&kernel.backend(), bits, rng).map(Numbers::from)
}

/// The private key that holds these numbers, whatever they are.
pub fn private_key(numbers: Numbers) -> Result<PrivateKey> {
    let Numbers { n, d, p, q, dp, dq, qinv } = numbers;
    let [d, p, q, dp, dq, qinv] = [d, p, q, dp, dq, qinv].map(Zeroizing::new);
    PrivateKey::from_components(RsaComponents { n, d, p, q, dp, dq, qinv })
}

/// The key of a seed.
pub fn from_seed(seed: &[u8], bits: u32) -> Result<Numbers> {
    keygen::from_seed(seed, bits).map(Numbers::from)
}

/// The numbers of the key that two primes make.
pub fn assemble(bits: u32, p: &[u64], q: &[u64]) -> Result<Option<Numbers>> {
    keygen::assemble(bits, p, q).map(|key| key.map(Numbers::from))
}

/// The tables of trial division.
pub struct TrialDivision(trial_division::TrialDivision);

impl core::fmt::Debug for TrialDivision {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("TrialDivision").finish_non_exhaustive()
    }
}

impl TrialDivision {
    /// For candidates of `bits` bits, up to the engine's own bound.
    pub fn new(bits: u32) -> Self {
        Self(trial_division::TrialDivision::new(bits))
    }

    /// For candidates of `bits` bits, and primes below `bound`.
    pub fn up_to(bits: u32, bound: u32) -> Self {
        Self(trial_division::TrialDivision::up_to(bits, bound))
    }

    /// Whether no prime of the tables divides the candidate.
    pub fn passes(&mut self, kernel: Kernel, candidate: &[u64]) -> bool {
        self.0.passes_small(candidate) && kernel.backend().passes_large(&mut self.0, candidate)
    }
}

/// Candidates of `bits` bits as they are drawn from a generator.
pub fn draw<R: TryCryptoRng + ?Sized>(bits: u32, rng: &mut R, count: usize) -> Result<Vec<Vec<u64>>> {
    keygen::draw(bits, keygen::Random(rng), count)
}

/// Candidates of `bits` bits as they are drawn for a seed.
pub fn draw_seeded(bits: u32, seed: &[u8], count: usize) -> Result<Vec<Vec<u64>>> {
    keygen::draw(bits, HmacDrbg::new(&[seed]), count)
}

/// A key generation during which the processor errs: the last power, the key's operation modulo q, comes out with one bit wrong.
pub fn generate_with_a_fault<R: TryCryptoRng + ?Sized>(bits: u32, rng: &mut R) -> Result<Numbers> {
    keygen::generate_from(&Faulty(Backend::detect()), bits, rng).map(Numbers::from)
}

/// A kernel that makes one mistake.
struct Faulty(Backend);

impl modexp::Kernel for Faulty {
    fn base2(&self, bits: u32, moduli: &[&[u64]], verdicts: &mut [Choice]) {
        self.0.base2(bits, moduli, verdicts);
    }

    fn pow(&self, bits: u32, powers: &[Power<'_>], results: &mut [Limbs]) {
        self.0.pow(bits, powers, results);
        if let Some(limb) = results.last_mut().and_then(|result| result.first_mut()) {
            *limb ^= 1 << 17;
        }
    }

    fn passes_large(&self, trial: &mut trial_division::TrialDivision, candidate: &[u64]) -> bool {
        self.0.passes_large(trial, candidate)
    }
}
