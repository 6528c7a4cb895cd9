//! Generators whose draws are all known in advance, and which fail on command.

use std::cell::RefCell;

use rand_core::{TryCryptoRng, TryRng};

/// A generator whose k-th draw is a function of k; `None` is a failure. It stores none of its output.
pub(crate) struct Draws<F> {
    drawn: usize,
    draw: F,
}

impl<F: FnMut(usize, &mut [u8]) -> Option<()>> Draws<F> {
    pub(crate) fn new(draw: F) -> Self {
        Self { drawn: 0, draw }
    }
}

#[derive(Debug)]
pub(crate) struct Failed;

impl std::fmt::Display for Failed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the generator failed")
    }
}

impl std::error::Error for Failed {}

impl<F: FnMut(usize, &mut [u8]) -> Option<()>> TryRng for Draws<F> {
    type Error = Failed;

    fn try_next_u32(&mut self) -> Result<u32, Failed> {
        let mut bytes = [0; 4];
        self.try_fill_bytes(&mut bytes)?;
        Ok(u32::from_le_bytes(bytes))
    }

    fn try_next_u64(&mut self) -> Result<u64, Failed> {
        let mut bytes = [0; 8];
        self.try_fill_bytes(&mut bytes)?;
        Ok(u64::from_le_bytes(bytes))
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Failed> {
        let index = self.drawn;
        self.drawn += 1;
        (self.draw)(index, bytes).ok_or(Failed)
    }
}

impl<F: FnMut(usize, &mut [u8]) -> Option<()>> TryCryptoRng for Draws<F> {}

/// Returns the k-th draw of a well-behaved generator: SplitMix64 from a separate start.
pub(crate) fn honest(seed: u64, index: usize, bytes: &mut [u8]) {
    let mut state = seed.wrapping_mul(0xd134_2543_de82_ef95).wrapping_add((index as u64) << 32);
    for chunk in bytes.chunks_mut(8) {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut word = state;
        word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        chunk.copy_from_slice(&(word ^ (word >> 31)).to_le_bytes()[..chunk.len()]);
    }
}

/// Returns a draw that is a multiple of three, whatever the forced bits.
pub(crate) fn composite(seed: u64, index: usize, bytes: &mut [u8]) {
    honest(seed, index, bytes);
    if let [first, middle, .., last] = bytes {
        *first |= 0xc0;
        *last |= 7;
        *middle &= 0x7f;
    }
    // 256 is 1 modulo 3, so the sum of the bytes decides.
    let rest = bytes.iter().map(|&byte| u32::from(byte)).sum::<u32>() % 3;
    if let Some(middle) = bytes.get_mut(1) {
        *middle += ((3 - rest) % 3) as u8;
    }
}

type Reads = Box<dyn FnMut(usize, &mut [u8]) -> Option<()>>;

thread_local! {
    /// What [`Stateless`] returns on this thread.
    static READS: RefCell<Draws<Reads>> = RefCell::new(Draws::new(Box::new(|_, _| None)));
}

/// A generator without state, as that of the operating system is: a value of no bytes. The engine reads many candidates
/// at a time from it.
pub(crate) struct Stateless;

impl Stateless {
    /// Returns the generator, and makes its k-th read on this thread from now on a function of k.
    pub(crate) fn new(read: impl FnMut(usize, &mut [u8]) -> Option<()> + 'static) -> Self {
        READS.set(Draws::new(Box::new(read)));
        Self
    }
}

impl TryRng for Stateless {
    type Error = Failed;

    fn try_next_u32(&mut self) -> Result<u32, Failed> {
        READS.with_borrow_mut(TryRng::try_next_u32)
    }

    fn try_next_u64(&mut self) -> Result<u64, Failed> {
        READS.with_borrow_mut(TryRng::try_next_u64)
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Failed> {
        READS.with_borrow_mut(|reads| reads.try_fill_bytes(bytes))
    }
}

impl TryCryptoRng for Stateless {}
