//! [`Work`]: what a search may take, so that no text takes long to be rejected.

use core::cell::Cell;

/// Work that was spent, in bytes that a decoding reads. Other steps count as so many bytes as take the same time.
///
/// It depends on the text only, so that the same text always has the same answer.
pub(crate) struct Work {
    limit: usize,
    spent: Cell<usize>,
}

impl Work {
    /// Returns that of a search in a text of so many bytes.
    pub(crate) const fn of(length: usize) -> Self {
        // Two kinds of damage hardly ever take more. A short text may have every encoding.
        Self::new(4096 + 46 * length)
    }

    /// Returns that of a search in the comment of a line that is valid otherwise.
    pub(crate) const fn of_comment(length: usize) -> Self {
        Self::new(4096 + 40 * length)
    }

    /// Returns that of a search for private keys in a part of a long text.
    pub(crate) const fn of_part(length: usize) -> Self {
        Self::new(1024 + 24 * length)
    }

    const fn new(limit: usize) -> Self {
        /// A long text has fewer states, so that a search takes no longer.
        const MOST: usize = 1 << 19;

        Self { limit: if limit < MOST { limit } else { MOST }, spent: Cell::new(0) }
    }

    pub(crate) fn spend(&self, bytes: usize) {
        self.spent.set(self.spent.get().saturating_add(bytes));
    }

    pub(crate) fn is_done(&self) -> bool {
        self.spent.get() >= self.limit
    }

    /// Returns how much was spent, and how much may be before the search ends.
    #[cfg(feature = "__internals")]
    pub(crate) fn spent(&self) -> (usize, usize) {
        (self.spent.get(), self.limit)
    }
}
