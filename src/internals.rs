//! The stages of key generation, for this project's own benches, fuzz targets and tests. Exempt from semantic
//! versioning.

use alloc::vec::Vec;

use rand_core::TryCryptoRng;
use subtle::Choice;
use zeroize::Zeroizing;

use crate::keygen::error::Result;
use crate::keygen::modexp::kernel::{self, Power};
use crate::keygen::modexp::{Backend, portable::Portable};
use crate::keygen::uint::SecretUint;
use crate::keygen::{self, RsaComponents, drbg::HmacDrbg, stages, trial_division};
use crate::policy::ImportPolicy;
use crate::private_key::PrivateKey;
use crate::public_key::PublicKey;
use crate::public_key::recover::{
    self,
    state::{MAX_TEXT, State},
    work::Work,
};

/// What a search for the meant key takes.
#[derive(Clone, Copy, Debug)]
pub struct Effort {
    /// The number of texts visited.
    pub states: usize,
    /// The bytes read, or what takes as long.
    pub work: usize,
    /// The work after which nothing more is visited.
    pub limit: usize,
}

/// Searches for the meant key.
#[must_use]
pub fn recovery_effort(bytes: &[u8]) -> Effort {
    // Of a longer text, only places are examined.
    if bytes.len() > MAX_TEXT {
        return Effort { states: 1, work: 0, limit: 0 };
    }
    let input = core::str::from_utf8(bytes).map_or_else(|_| State::of_bytes(bytes), State::input);
    let work = Work::of(input.text().len());
    let (_, states) = recover::search_counting(input, &ImportPolicy::default(), &work);
    let (spent, limit) = work.spent();
    Effort { states, work: spent, limit }
}

/// Returns whether a line can be imported, without a search for what was meant instead.
#[must_use]
pub fn parses_strictly(line: &str, policy: &ImportPolicy<'_>) -> bool {
    PublicKey::parses_strictly(line, policy)
}

/// Installs the function that is called with bytes that become public (a verdict, or the modulus) before anything
/// branches on them.
#[cfg(nova_keypair_ctgrind)]
pub fn on_declassify(hook: fn(&mut [u8])) {
    // Only the first call has an effect.
    let _ = keygen::declassify::hook::HOOK.set(hook);
}

/// The kernel that performs the modular exponentiations.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kernel {
    /// The kernel that `generate` selects.
    Best,
    /// Eight numbers at a time, with AVX-512 IFMA.
    Ifma,
    /// Four numbers at a time, with AVX2 and FMA.
    Avx2,
    /// The portable kernel, in plain Rust.
    Portable,
}

impl Kernel {
    fn backend(self) -> Backend {
        match self {
            Self::Best => Some(Backend::detect()),
            Self::Ifma => Backend::ifma(),
            Self::Avx2 => Backend::avx2(),
            Self::Portable => None,
        }
        .unwrap_or(Backend::Portable(Portable))
    }

    /// Returns the kernels that this processor supports, fastest first. An unsupported one does its work with the
    /// portable kernel.
    pub fn supported() -> impl Iterator<Item = Self> {
        let is_supported = [Backend::ifma().is_some(), Backend::avx2().is_some(), true];
        [Self::Ifma, Self::Avx2, Self::Portable]
            .into_iter()
            .zip(is_supported)
            .filter_map(|(kernel, is)| is.then_some(kernel))
    }

    /// Returns whether this is the portable kernel on this processor.
    #[must_use]
    pub fn is_portable(self) -> bool {
        matches!(self.backend(), Backend::Portable(_))
    }

    /// Returns for each modulus whether 2^((N-1)/2) = 1 mod N.
    #[must_use]
    pub fn base2(self, bits: u32, moduli: &[&[u64]]) -> Vec<bool> {
        stages::base2(&self.backend(), bits, moduli)
    }

    /// Computes the powers of (base, exponent, modulus).
    #[must_use]
    pub fn pow(self, bits: u32, powers: &[[&[u64]; 3]]) -> Vec<Vec<u64>> {
        stages::pow(&self.backend(), bits, powers)
    }

    /// Runs all Miller-Rabin rounds of two candidates, then assembles and tests their `bits`-bit key.
    #[must_use]
    pub fn confirm(self, bits: u32, p: &[u64], q: &[u64]) -> bool {
        stages::confirms(&self.backend(), bits, p, q)
    }
}

/// The numbers of a private key, big-endian.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the fields have the names of RFC 8017")]
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

/// Generates a key with either kernel and, unlike the public call, for any multiple of 16 from 256 bits.
pub fn generate<R: TryCryptoRng + ?Sized>(kernel: Kernel, bits: u32, rng: &mut R) -> Result<Numbers> {
    keygen::generate_from(&kernel.backend(), bits, rng).map(Numbers::from)
}

/// Creates the private key with these numbers, which are not checked.
pub fn private_key(numbers: Numbers) -> Result<PrivateKey> {
    let Numbers { n, d, p, q, dp, dq, qinv } = numbers;
    let [d, p, q, dp, dq, qinv] = [d, p, q, dp, dq, qinv].map(Zeroizing::new);
    PrivateKey::from_components(RsaComponents { n, d, p, q, dp, dq, qinv })
}

/// Derives the key from a seed.
pub fn from_seed(seed: &[u8], bits: u32) -> Result<Numbers> {
    keygen::from_seed(seed, bits).map(Numbers::from)
}

/// Computes the numbers of the key from its two primes.
pub fn assemble(bits: u32, p: &[u64], q: &[u64]) -> Result<Option<Numbers>> {
    stages::assemble(bits, p, q).map(|key| key.map(Numbers::from))
}

/// The tables of trial division.
pub struct TrialDivision(trial_division::TrialDivision);

impl core::fmt::Debug for TrialDivision {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("TrialDivision").finish_non_exhaustive()
    }
}

impl TrialDivision {
    /// Builds the tables of a kernel for `bits`-bit candidates, up to the bound that the engine uses with it.
    #[must_use]
    pub fn new(kernel: Kernel, bits: u32) -> Self {
        Self::up_to(kernel, bits, kernel::Kernel::trial_bound(&kernel.backend(), bits))
    }

    /// Builds the tables of a kernel for `bits`-bit candidates, with the primes below `bound`.
    #[must_use]
    pub fn up_to(kernel: Kernel, bits: u32, bound: u32) -> Self {
        Self(kernel::Kernel::trial_division(&kernel.backend(), bits, bound))
    }

    /// Builds a table of the second tier with these pairs of primes in its places, sixteen side by side. The product of
    /// a pair is below 2^30; a single prime is a pair with itself.
    #[must_use]
    pub fn of_pairs(bits: u32, pairs: &[[u16; 2]]) -> Self {
        Self(stages::of_pairs(bits, pairs))
    }

    /// Builds a table of the second tier with these packs of primes in its places, sixteen side by side. The product of
    /// a pack is at most 2^52 - 2^8. None if this build has no IFMA kernel, or if the candidates have more than 8192
    /// bits.
    #[must_use]
    pub fn of_packs(bits: u32, packs: &[&[u16]]) -> Option<Self> {
        stages::of_packs(bits, packs).map(Self)
    }

    /// Returns whether no prime of the tables divides the candidate.
    pub fn passes(&mut self, kernel: Kernel, candidate: &[u64]) -> bool {
        stages::passes(&kernel.backend(), &mut self.0, candidate)
    }
}

/// Draws `bits`-bit candidates from a generator.
pub fn draw<R: TryCryptoRng + ?Sized>(bits: u32, rng: &mut R, count: usize) -> Result<Vec<Vec<u64>>> {
    stages::draw(bits, keygen::Random::new(rng), count)
}

/// Draws `bits`-bit candidates for a seed.
pub fn draw_seeded(bits: u32, seed: &[u8], count: usize) -> Result<Vec<Vec<u64>>> {
    stages::draw(bits, HmacDrbg::new(&[seed]), count)
}

/// Simulates a processor fault during key generation: the last power, which is the private operation modulo q, has
/// one wrong bit.
pub fn generate_with_a_fault<R: TryCryptoRng + ?Sized>(bits: u32, rng: &mut R) -> Result<Numbers> {
    keygen::generate_from(&Faulty(Backend::detect()), bits, rng).map(Numbers::from)
}

/// A kernel whose last power is wrong.
struct Faulty(Backend);

impl kernel::Kernel for Faulty {
    fn trial_bound(&self, bits: u32) -> u32 {
        self.0.trial_bound(bits)
    }

    fn width(&self) -> usize {
        self.0.width()
    }

    fn base2(&self, bits: u32, moduli: &[&SecretUint], verdicts: &mut [Choice]) {
        self.0.base2(bits, moduli, verdicts);
    }

    fn pow(&self, bits: u32, powers: &[Power<'_>], results: &mut [SecretUint]) {
        self.0.pow(bits, powers, results);
        if let Some(result) = results.last_mut() {
            result.xor_word(1 << 17);
        }
    }

    fn trial_division(&self, bits: u32, bound: u32) -> trial_division::TrialDivision {
        self.0.trial_division(bits, bound)
    }

    fn passes_large(&self, trial: &mut trial_division::TrialDivision, candidate: &SecretUint) -> bool {
        self.0.passes_large(trial, candidate)
    }
}
