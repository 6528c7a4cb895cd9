//! Secret operands: numbers of the same lengths, with different values.

/// The numbers that a subject reads, as little-endian words.
#[derive(Clone)]
pub struct Secret(pub Vec<Vec<u64>>);

impl Secret {
    /// Overwrites the values in place, so that they keep their addresses.
    pub fn copy_from(&mut self, other: &Self) {
        assert_eq!(self.0.len(), other.0.len());
        for (to, from) in self.0.iter_mut().zip(&other.0) {
            to.copy_from_slice(from);
        }
    }
}

/// A fixed stream of numbers (SplitMix64).
pub struct Numbers(pub u64);

impl Numbers {
    pub fn word(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut word = self.0;
        word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        word ^ (word >> 31)
    }

    pub fn words(&mut self, count: usize) -> Vec<u64> {
        (0..count).map(|_| self.word()).collect()
    }

    /// A candidate as the engine draws it: odd, with its two top bits set.
    pub fn candidate(&mut self, words: usize) -> Vec<u64> {
        forced(self.words(words))
    }
}

/// Sets the bits that every candidate has.
pub fn forced(mut words: Vec<u64>) -> Vec<u64> {
    if let Some(first) = words.first_mut() {
        *first |= 7;
    }
    if let Some(last) = words.last_mut() {
        *last |= 3 << 62;
    }
    words
}
