//! Searches a stream of candidates for primes, in order: the first one wins, and those read ahead are kept for the next
//! prime.
//!
//! ```text
//! stream ──draw──▸ trial division ──▸ queue ──batches──────▸ base-2 filter ──▸ passed, in order
//!   c0 c1 c2 …        c0 c5 c9 …     c0 c5 c9 c11             ✗  ✓  ✗  ✗           c5 …
//! ```
//!
//! A batch is drawn before it is known whether its first member is a prime, so the search reads further than a
//! sequential one would. Nothing else distinguishes the two: candidates read ahead stay in the queue for the next
//! prime, and a failure of the generator is kept and reported only if no candidate read before it turns out to be
//! prime. So a stream is sufficient if it ends with the last byte that the sequential search needs.

use alloc::collections::VecDeque;
use alloc::vec::Vec;

use subtle::Choice;

use super::candidate::{Candidates, Source};
use super::declassify::reveal;
use super::error::{GenerateError, Result};
use super::modexp::kernel::Kernel;
use super::trial_division::TrialDivision;
use super::uint::{SecretUint, limbs_for};

/// A candidate that passed a test, and its index in the stream.
pub(crate) struct Survivor {
    pub(crate) index: u64,
    pub(crate) number: SecretUint,
}

/// A search in progress.
pub(crate) struct Search<'k, S, K> {
    candidates: Candidates<S>,
    trial: TrialDivision,
    kernel: &'k K,
    bits: u32,
    /// The draw buffer. The next draw overwrites a rejected candidate.
    candidate: SecretUint,
    /// Candidates that passed trial division.
    queue: VecDeque<Survivor>,
    /// Candidates that also passed the base-2 filter. All of them were drawn before any in `queue`.
    passed: VecDeque<Survivor>,
    /// The failure of the generator, after which nothing more is drawn.
    ended: Option<GenerateError>,
}

impl<'k, S: Source, K: Kernel> Search<'k, S, K> {
    /// A search for primes of `bits` bits, a multiple of eight.
    pub(crate) fn new(source: S, kernel: &'k K, bits: u32) -> Self {
        Self {
            candidates: Candidates::new(source, bits),
            trial: kernel.trial_division(bits, kernel.trial_bound(bits)),
            kernel,
            bits,
            candidate: SecretUint::zero(limbs_for(bits)),
            queue: VecDeque::with_capacity(kernel.width()),
            passed: VecDeque::with_capacity(kernel.width()),
            ended: None,
        }
    }

    /// Returns the next candidate that passes the base-2 filter, or none if there is none before index `end`.
    pub(crate) fn next_probable(&mut self, end: u64) -> Result<Option<Survivor>> {
        loop {
            if self.passed.front().is_some_and(|survivor| survivor.index >= end) {
                return Ok(None);
            }
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
        while self.queue.len() < self.kernel.width() && self.ended.is_none() && self.candidates.drawn() < end {
            let index = self.candidates.drawn();
            match self.candidates.draw(&mut self.candidate) {
                Ok(()) if self.has_no_small_factor() => {
                    self.queue.push_back(Survivor { index, number: self.candidate.clone() });
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

    /// Runs the base-2 filter on one batch.
    fn filter(&mut self) {
        let batch = self.queue.len();
        let moduli: Vec<&SecretUint> = self.queue.iter().map(|survivor| &survivor.number).collect();
        let mut verdicts = alloc::vec![Choice::from(0); batch];
        self.kernel.base2(self.bits, &moduli, &mut verdicts);
        for (survivor, verdict) in self.queue.drain(..).zip(verdicts) {
            if reveal(verdict) {
                self.passed.push_back(survivor);
            }
        }
    }
}
