//! Draws from the caller's generator: one call for each candidate, or for several if the generator has no state.
//!
//! The stream of a generator may depend on the sizes of the reads, and a generator may fail after any of them, so each
//! candidate is a read of its own. That costs a system call for each if the generator is the operating system's, 708
//! for a 2048-bit key. But such a generator is a value without state (`OsRng`, `getrandom::SysRng`): what it returns
//! depends on no earlier read, and nobody can expect the same bytes from it again. From those, [`BLOCK`] bytes are read
//! at a time.
//!
//! A value has no state if it occupies no bytes. A reference to one does occupy bytes, so a generator that is borrowed
//! twice is read candidate by candidate, with the same result.

use alloc::vec::Vec;

use rand_core::TryCryptoRng;
use zeroize::Zeroizing;

use super::candidate::Source;
use super::error::{GenerateError, Result};

/// The bytes read at a time from a generator without state: 32 candidates of 1024 bits. With twice as many, what is
/// saved in calls is lost again to bytes that are read and not used.
const BLOCK: usize = 4096;

/// A source that draws from the caller's generator.
pub(crate) struct Random<'a, R: ?Sized> {
    rng: &'a mut R,
    /// The last read from a generator without state. Cleared on drop.
    block: Zeroizing<Vec<u8>>,
    /// The number of bytes at its end that are not in a candidate yet.
    unread: usize,
}

impl<'a, R: TryCryptoRng + ?Sized> Random<'a, R> {
    pub(crate) fn new(rng: &'a mut R) -> Self {
        Self { rng, block: Zeroizing::new(Vec::new()), unread: 0 }
    }

    fn fill(&mut self, bytes: &mut [u8]) -> Result<()> {
        self.rng.try_fill_bytes(bytes).map_err(|_| GenerateError::RngFailed)
    }

    /// Reads a block, in place of what is left of the one before: as many candidates of `length` bytes as it holds.
    fn refill(&mut self, length: usize) -> Result<()> {
        let mut block = core::mem::take(&mut self.block);
        self.unread = 0;
        block.resize(BLOCK - BLOCK % length, 0);
        // If this fails, the block is dropped, and cleared with it.
        self.fill(&mut block)?;
        self.unread = block.len();
        self.block = block;
        Ok(())
    }
}

impl<R: TryCryptoRng + ?Sized> Source for Random<'_, R> {
    fn draw(&mut self, bytes: &mut [u8]) -> Result<()> {
        let has_state = size_of_val(self.rng) != 0;
        if has_state || !(1..=BLOCK).contains(&bytes.len()) {
            return self.fill(bytes);
        }
        if self.unread < bytes.len() {
            self.refill(bytes.len())?;
        }
        let (_, unread) = self.block.split_at(self.block.len() - self.unread);
        for (byte, read) in bytes.iter_mut().zip(unread) {
            *byte = *read;
        }
        self.unread -= bytes.len();
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use core::cell::{Cell, RefCell};
    use core::convert::Infallible;

    use proptest::prelude::*;
    use rand_core::TryRng;

    use super::*;

    extern crate std;

    std::thread_local! {
        /// The sizes of the reads from [`Stateless`].
        static READS: RefCell<Vec<usize>> = const { RefCell::new(Vec::new()) };
        /// The bytes that [`Stateless`] has returned.
        static POSITION: Cell<usize> = const { Cell::new(0) };
    }

    /// Byte k of the streams of these tests.
    fn byte(k: usize) -> u8 {
        (k ^ k >> 8 ^ k >> 16) as u8
    }

    /// A generator of no bytes, as that of the operating system is.
    struct Stateless;

    impl TryRng for Stateless {
        type Error = Infallible;
        fn try_next_u32(&mut self) -> core::result::Result<u32, Infallible> {
            unreachable!("candidates are drawn as bytes")
        }
        fn try_next_u64(&mut self) -> core::result::Result<u64, Infallible> {
            unreachable!("candidates are drawn as bytes")
        }
        fn try_fill_bytes(&mut self, out: &mut [u8]) -> core::result::Result<(), Infallible> {
            READS.with_borrow_mut(|reads| reads.push(out.len()));
            let start = POSITION.replace(POSITION.get() + out.len());
            out.iter_mut().zip(start..).for_each(|(out, k)| *out = byte(k));
            Ok(())
        }
    }

    impl TryCryptoRng for Stateless {}

    /// Returns the draws and the sizes of the reads they took. Whether the reference to the generator is borrowed once
    /// more decides whether it has a state.
    fn draws<R: TryCryptoRng>(rng: &mut R, length: usize, count: usize) -> (Vec<Vec<u8>>, Vec<usize>) {
        POSITION.set(0);
        READS.take();
        let mut random = Random::new(rng);
        let draws = (0..count).map(|_| {
            let mut bytes = alloc::vec![0; length];
            random.draw(&mut bytes).unwrap();
            bytes
        });
        (draws.collect(), READS.take())
    }

    proptest! {
        /// Both ways of reading return the same bytes in the same order, of which a generator without state is asked in
        /// the fewest reads.
        #[test]
        fn blocks_hold_the_same_candidates_in_order(length in 0..6000usize, count in 0..100usize) {
            let (in_blocks, few) = draws(&mut Stateless, length, count);
            let (one_by_one, many) = draws(&mut &mut Stateless, length, count);
            prop_assert_eq!(&many, &alloc::vec![length; count]);
            let stream: Vec<u8> = (0..length * count).map(byte).collect();
            prop_assert_eq!(one_by_one.concat(), &stream[..]);
            prop_assert_eq!(in_blocks.concat(), &stream[..]);
            let held = BLOCK.checked_div(length).unwrap_or(0).max(1);
            prop_assert_eq!(few, alloc::vec![length * held; count.div_ceil(held)]);
        }
    }

    /// A 2048-bit key takes 708 candidates on average, and as many system calls without blocks.
    #[test]
    fn the_candidates_of_a_key_take_few_reads_from_a_generator_without_state() {
        for (length, reads) in [(128, 23), (192, 34), (256, 45)] {
            assert_eq!(draws(&mut Stateless, length, 708).1.len(), reads, "{length}");
        }
    }
}
