//! The search for primes in a stream of candidates: in order, the first prime wins, leftovers are carried on.
//!
//! ```text
//! stream ──draw──▸ trial division ──▸ queue ──4 at a time──▸ base-2 filter ──▸ passed, in order
//!   c0 c1 c2 …        c0 c5 c9 …     c0 c5 c9 c11             ✗  ✓  ✗  ✗           c5 …
//! ```
//!
//! A batch is drawn before it is known whether its first member will do, so the search reads further than a sequential one would.
//! Nothing else tells the two apart: what was read and not used stays in the queue, for the next prime; a failure of the generator is
//! remembered and reported only if everything read before it yields no prime. So a stream that ends with the last byte that the
//! sequential search needs is enough.

use alloc::collections::VecDeque;
use alloc::vec::Vec;

use subtle::Choice;

use super::candidate::{Candidates, Source};
use super::declassify::reveal;
use super::error::{GenerateError, Result};
use super::modexp::{Kernel, LANES};
use super::trial_division::TrialDivision;
use super::uint::{self, Limbs};

/// A candidate that passed some test, and its place in the stream.
pub(crate) struct Survivor {
    pub(crate) index: u64,
    pub(crate) limbs: Limbs,
}

/// A search in progress.
pub(crate) struct Search<'k, S, K> {
    candidates: Candidates<S>,
    trial: TrialDivision,
    kernel: &'k K,
    bits: u32,
    /// The draw buffer: rejected candidates pass through it and are overwritten by the next.
    candidate: Limbs,
    /// Passed trial division.
    queue: VecDeque<Survivor>,
    /// Passed the base-2 filter as well. All were drawn before all in `queue`.
    passed: VecDeque<Survivor>,
    /// Why no more can be drawn.
    ended: Option<GenerateError>,
}

impl<'k, S: Source, K: Kernel> Search<'k, S, K> {
    /// A search for primes of `bits` bits, a multiple of eight.
    pub(crate) fn new(source: S, kernel: &'k K, bits: u32) -> Self {
        Self {
            candidates: Candidates::new(source, bits),
            trial: TrialDivision::new(bits),
            kernel,
            bits,
            candidate: uint::zero(uint::limbs_for(bits)),
            queue: VecDeque::with_capacity(LANES),
            passed: VecDeque::with_capacity(LANES),
            ended: None,
        }
    }

    /// The next candidate that passes the base-2 filter, of those before index `end`, which is not below that of any earlier call.
    pub(crate) fn next_probable(&mut self, end: u64) -> Result<Option<Survivor>> {
        loop {
            // All that was drawn is before some `end`, and so before this one.
            if let Some(survivor) = self.passed.pop_front() {
                return Ok(Some(survivor));
            }
            self.fill(end);
            if self.queue.is_empty() {
                return self.ended.map_or(Ok(None), Err);
            }
            self.filter();
        }
    }

    /// Draws until the queue holds a batch, the stream ends or `end` is reached.
    fn fill(&mut self, end: u64) {
        while self.queue.len() < LANES && self.ended.is_none() && self.candidates.drawn() < end {
            let index = self.candidates.drawn();
            match self.candidates.draw(&mut self.candidate) {
                Ok(()) if self.has_no_small_factor() => {
                    self.queue.push_back(Survivor { index, limbs: self.candidate.clone() });
                }
                Ok(()) => {}
                Err(error) => self.ended = Some(error),
            }
        }
    }

    fn has_no_small_factor(&mut self) -> bool {
        let Self { trial, candidate, kernel, .. } = self;
        trial.passes_small(candidate) && kernel.passes_large(trial, candidate)
    }

    /// Runs the base-2 filter over one batch.
    fn filter(&mut self) {
        let batch = self.queue.len().min(LANES);
        let moduli: Vec<&[u64]> = self.queue.iter().take(batch).map(|survivor| &survivor.limbs[..]).collect();
        let mut verdicts = [Choice::from(0); LANES];
        self.kernel.base2(self.bits, &moduli, &mut verdicts);
        for (survivor, verdict) in self.queue.drain(..batch).zip(verdicts) {
            if reveal(verdict) {
                self.passed.push_back(survivor);
            }
        }
    }
}
