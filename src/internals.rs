//! The stages of the prime engine, for this project's own benches, fuzz targets and tests. No promise of stability.

use crate::error::Result;
use crate::keygen::lanes::{Backend, portable::Portable};
use crate::keygen::{self, RsaComponents};
use alloc::vec::Vec;
use rand_core::TryCryptoRng;

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

/// The key of a seed.
pub fn from_seed(seed: &[u8], bits: u32) -> Result<Numbers> {
    keygen::from_seed(seed, bits).map(Numbers::from)
}
