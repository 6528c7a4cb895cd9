//! The generator of the keys, and the marks on its draws.

use std::convert::Infallible;

use rand_core::{TryCryptoRng, TryRng};

use crate::memcheck;

/// SplitMix64: any bytes serve, as long as they are reproducible.
pub struct Stream(u64);

impl Stream {
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub fn fill(&mut self, out: &mut [u8]) {
        for chunk in out.chunks_mut(8) {
            self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mut z = self.0;
            z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            chunk.copy_from_slice(&(z ^ (z >> 31)).to_le_bytes()[..chunk.len()]);
        }
    }
}

/// A stream that passes each draw, with its index, to a watcher after filling it.
pub struct Watched<F> {
    stream: Stream,
    drawn: u64,
    watch: F,
}

impl<F: FnMut(u64, &mut [u8])> Watched<F> {
    pub fn new(seed: u64, watch: F) -> Self {
        Self { stream: Stream::new(seed), drawn: 0, watch }
    }
}

/// Marks the draws that become the primes as secret. Rejected candidates are public, and stay unmarked.
pub fn marked(seed: u64, primes: [u64; 2]) -> impl TryCryptoRng {
    Watched::new(seed, move |index, bytes| {
        if primes.contains(&index) {
            memcheck::mark_secret(bytes);
        }
    })
}

impl<F: FnMut(u64, &mut [u8])> TryRng for Watched<F> {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        self.try_next_u64().map(|word| word as u32)
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        let mut word = [0; 8];
        self.try_fill_bytes(&mut word)?;
        Ok(u64::from_le_bytes(word))
    }

    fn try_fill_bytes(&mut self, out: &mut [u8]) -> Result<(), Infallible> {
        self.stream.fill(out);
        (self.watch)(self.drawn, out);
        self.drawn += 1;
        Ok(())
    }
}

impl<F: FnMut(u64, &mut [u8])> TryCryptoRng for Watched<F> {}
