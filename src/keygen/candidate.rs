//! Draws candidates from random bytes, in order, and detects a generator that repeats itself.
//!
//! A candidate is `bits/8` fresh bytes with five bits forced (`det-keygen`, RSA, steps 9 to 12; FIPS 186-5 A.1.3, steps
//! 4.2 to 4.6, with a = b = 7). Nothing is derived from an earlier candidate, so what a rejected one leaks reveals
//! nothing about an accepted one.

use alloc::vec::Vec;

use subtle::{Choice, ConstantTimeEq};
use zeroize::Zeroizing;

use super::declassify::reveal;
use super::drbg::HmacDrbg;
use super::error::{GenerateError, Result};
use super::uint::SecretUint;

/// Where the bytes come from.
pub(crate) trait Source {
    /// Fills all of `bytes`, or fails.
    fn draw(&mut self, bytes: &mut [u8]) -> Result<()>;
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
    bits: u32,
    /// The bytes of the last draw, unchanged.
    raw: Zeroizing<Vec<u8>>,
    /// The draw before it.
    previous: Zeroizing<Vec<u8>>,
    /// An earlier draw, replaced whenever their number is a power of two: Brent's cycle detection.
    landmark: Zeroizing<Vec<u8>>,
    /// The number of candidates drawn.
    drawn: u64,
}

impl<S: Source> Candidates<S> {
    /// `bits` is the size of the candidates, a multiple of eight.
    pub(crate) fn new(source: S, bits: u32) -> Self {
        let buffer = || Zeroizing::new(alloc::vec![0u8; (bits / 8) as usize]);
        Self { source, bits, raw: buffer(), previous: buffer(), landmark: buffer(), drawn: 0 }
    }

    /// The number of candidates drawn, which is the index of the next one.
    pub(crate) fn drawn(&self) -> u64 {
        self.drawn
    }

    /// Draws the next candidate into `candidate`.
    pub(crate) fn draw(&mut self, candidate: &mut SecretUint) -> Result<()> {
        core::mem::swap(&mut self.raw, &mut self.previous);
        self.source.draw(&mut self.raw)?;
        if reveal(self.is_stuck()) {
            return Err(GenerateError::RngRepeats);
        }
        if self.drawn.is_power_of_two() {
            self.landmark.copy_from_slice(&self.raw);
        }
        self.drawn += 1;
        candidate.read_be(&self.raw);
        for position in [0, 1, 2, self.bits.saturating_sub(2), self.bits.saturating_sub(1)] {
            candidate.set_bit(position);
        }
        Ok(())
    }

    /// Whether the generator repeats itself. There are three signs, each of which random bytes show with a probability
    /// of at most 2^-512 at 2048 bits: the draw repeats with a period of 64 bytes (all zeros, all ones, any short block
    /// over and over); it equals the one before; it equals the landmark, so a cycle of any length k is detected within
    /// 3k draws.
    ///
    /// Compared in constant time, because one of these draws is the prime.
    fn is_stuck(&self) -> Choice {
        // At most half of the draw, so that the other half remains to compare with.
        let period = (self.raw.len() / 2).min(64);
        let periodic = same(self.raw.get(period..).unwrap_or(&[]), &self.raw);
        let again = Choice::from(u8::from(self.drawn >= 1)) & same(&self.raw, &self.previous);
        let cycled = Choice::from(u8::from(self.drawn >= 2)) & same(&self.raw, &self.landmark);
        periodic | again | cycled
    }
}

/// Whether two slices are equal up to the end of the shorter one. Called for every draw, so it does without the barrier
/// per byte of `subtle`'s slice comparison.
fn same(a: &[u8], b: &[u8]) -> Choice {
    a.iter().zip(b).fold(0, |difference, (a, b)| difference | (a ^ b)).ct_eq(&0)
}
