//! Candidates out of random bytes, in the order drawn, and the refusal of a generator that repeats itself.
//!
//! A candidate is `bits/16` fresh bytes with five bits forced (`det-keygen`, RSA, steps 9 to 12; FIPS 186-5 A.1.3, steps 4.2 to
//! 4.6, with a = b = 7). Nothing is derived from an earlier candidate, so that what a rejected one leaks says nothing about the
//! prime that is kept.

use alloc::vec::Vec;

use rand_core::TryCryptoRng;
use subtle::{Choice, ConstantTimeEq};
use zeroize::Zeroizing;

use super::declassify::reveal;
use super::drbg::HmacDrbg;
use super::error::{GenerateError, Result};
use super::uint::{self, Limbs};

/// Where the bytes come from.
pub(crate) trait Source {
    /// Fills `bytes` wholly, or fails.
    fn draw(&mut self, bytes: &mut [u8]) -> Result<()>;
}

/// A source over the caller's generator.
pub(crate) struct Random<'a, R: ?Sized>(pub(crate) &'a mut R);

impl<R: TryCryptoRng + ?Sized> Source for Random<'_, R> {
    fn draw(&mut self, bytes: &mut [u8]) -> Result<()> {
        self.0.try_fill_bytes(bytes).map_err(|_| GenerateError::RngFailed)
    }
}

impl Source for HmacDrbg {
    fn draw(&mut self, bytes: &mut [u8]) -> Result<()> {
        self.generate(bytes);
        Ok(())
    }
}

/// Draws candidates of one size.
pub(crate) struct Candidates<S> {
    source: S,
    /// The last draw, as it came.
    raw: Zeroizing<Vec<u8>>,
    /// The draw before it.
    previous: Zeroizing<Vec<u8>>,
    /// An earlier draw, replaced at every power of two: Brent's cycle detection.
    landmark: Zeroizing<Vec<u8>>,
    /// How many candidates were drawn.
    drawn: u64,
}

impl<S: Source> Candidates<S> {
    /// `bits`: the size of the candidates, a multiple of eight.
    pub(crate) fn new(source: S, bits: u32) -> Self {
        let buffer = || Zeroizing::new(alloc::vec![0u8; (bits / 8) as usize]);
        Self { source, raw: buffer(), previous: buffer(), landmark: buffer(), drawn: 0 }
    }

    /// How many candidates were drawn, which is the index of the next one.
    pub(crate) fn drawn(&self) -> u64 {
        self.drawn
    }

    /// Draws the next candidate into `candidate`.
    pub(crate) fn draw(&mut self, candidate: &mut Limbs) -> Result<()> {
        core::mem::swap(&mut self.raw, &mut self.previous);
        self.source.draw(&mut self.raw)?;
        if reveal(self.is_stuck()) {
            return Err(GenerateError::RngRepeats);
        }
        if self.drawn.is_power_of_two() {
            self.landmark.copy_from_slice(&self.raw);
        }
        self.drawn += 1;
        uint::read_be(&self.raw, candidate);
        let top_bits = 0xc0u64 << (8 * (self.raw.len().wrapping_sub(1) % 8));
        if let Some(top) = candidate.last_mut() {
            *top |= top_bits;
        }
        if let Some(low) = candidate.first_mut() {
            *low |= 7;
        }
        Ok(())
    }

    /// Whether the generator repeats itself. Three signs, each of which honest bytes show with probability 2^-512 or less for a
    /// key of 2048 bits: the draw repeats with a period of 64 bytes (all zeros, all ones, any short block over and over); it
    /// equals the one before; it equals the landmark, so that a cycle of any length k is seen within 3k draws.
    ///
    /// Compared in constant time: one of these draws is the prime.
    fn is_stuck(&self) -> Choice {
        // At most half the draw, so that the other half is there to compare.
        let period = (self.raw.len() / 2).min(64);
        let periodic = same(self.raw.get(period..).unwrap_or(&[]), &self.raw);
        let again = Choice::from(u8::from(self.drawn >= 1)) & same(&self.raw, &self.previous);
        let cycled = Choice::from(u8::from(self.drawn >= 2)) & same(&self.raw, &self.landmark);
        periodic | again | cycled
    }
}

/// Whether two slices are equal as far as the shorter one goes. Once per draw, so without a barrier per byte as in `subtle`'s slices.
fn same(a: &[u8], b: &[u8]) -> Choice {
    a.iter().zip(b).fold(0, |difference, (a, b)| difference | (a ^ b)).ct_eq(&0)
}
