//! [`Blocklist`]: a list of compromised keys in the format of badkeys.

pub(crate) mod error;

use core::fmt;

use crate::public_key::blob::KeyBlob;
use crate::weakness::blocklist::error::BlocklistError;
use crate::weakness::number_hash::NumberHash;

/// A list of compromised keys in the format of badkeys' `blocklist.dat`, which covers, among others, the keys of
/// Debian's broken generator (CVE-2008-0166).
///
/// The crate contains no such list and reads no files: download the file, for example with `badkeys --update-bl`, read
/// or map it, and keep the bytes for as long as the list is in use.
///
/// The file consists of records of 16 bytes. The first 15 are a hash, by which the records are in ascending order: the
/// first 120 bits of SHA-256 over one number of the key, big-endian and without leading zeros. The number is n (RSA), y
/// (DSA), the x of the point (ECDSA), or the 32 bytes of the key (Ed25519); security keys (`sk-`) are hashed like keys
/// of their curve. The last byte identifies the source, which badkeys names in `badkeysdata.json`.
///
/// A sound key is on a list of 4 million records with a probability of 2^−98. A lookup takes less than a microsecond:
/// one SHA-256 and, as the hashes are evenly distributed, a few steps of an interpolation search.
///
/// ```
/// use nova_keypair::{Blocklist, ImportPolicy, PublicKey, PublicKeyErrorKind};
///
/// // In practice, the content of blocklist.dat.
/// let bytes = [
///     0x7e, 0x31, 0x0d, 0xdd, 0x70, 0x8c, 0xe2, 0x41, 0x35, 0x73, 0x44, 0x0c, 0x0e, 0x45, 0x87, 7, // source 7
/// ];
/// let blocklist = Blocklist::new(&bytes)?;
/// let line = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIN1YdxBpNlzxDqfJyw/QKow1F+wvG9hXGoqiysfJOn5Y";
/// assert_eq!(PublicKey::parse(line)?.blocklist_source(&blocklist), Some(7));
///
/// let policy = ImportPolicy::default().blocklist(blocklist);
/// let error = PublicKey::parse_with(line, &policy).unwrap_err();
/// assert_eq!(error.kind(), PublicKeyErrorKind::Blocklisted { source: 7 });
/// # Ok::<(), nova_keypair::Error>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Blocklist<'a> {
    /// Invariant: in ascending order of the hashes.
    records: &'a [Record],
}

/// A hash of 15 bytes, and the identifier of its source.
type Record = [u8; 16];

impl<'a> Blocklist<'a> {
    /// Checks the content of a file: its length and the order of all its records.
    ///
    /// In a file that is not sorted, some keys could not be found, so it is rejected. This reads the file once, which
    /// takes about 30 ms for 60 MB. Records with equal hashes are allowed. An empty file lists no keys, but is also
    /// what a failed download leaves behind, so it is rejected.
    ///
    /// # Errors
    ///
    /// [`BlocklistError`]: the file is empty, incomplete or not sorted.
    pub fn new(bytes: &'a [u8]) -> Result<Self, BlocklistError> {
        let (records, rest) = bytes.as_chunks::<16>();
        if !rest.is_empty() {
            return Err(BlocklistError::IncompleteRecord { bytes: bytes.len() });
        }
        if records.is_empty() {
            return Err(BlocklistError::Empty);
        }
        let unsorted = records.iter().zip(records.iter().skip(1)).position(|(a, b)| hash_of(a) > hash_of(b));
        match unsorted {
            Some(index) => Err(BlocklistError::Unsorted { record: index + 1 }),
            None => Ok(Self { records }),
        }
    }

    /// Returns the number of records.
    #[must_use]
    pub const fn records(&self) -> usize {
        self.records.len()
    }

    /// Returns the identifier of the source that lists a key; the first one, if there are several records.
    pub(crate) fn find(&self, key: &KeyBlob) -> Option<u8> {
        self.find_hash(NumberHash::of(key))
    }

    /// Finds the first record that is not below the hash, by interpolation: the hashes are evenly distributed, so the
    /// values at the bounds predict the position, with an error of about the square root of the distance. In a list with
    /// another distribution, bisection takes over.
    fn find_hash(&self, wanted: NumberHash) -> Option<u8> {
        // Records before `low` are below `wanted`; those from `high` on are not.
        let (mut low, mut high) = (0, self.records.len());
        let (mut low_value, mut high_value) = (0, u64::MAX);
        let mut predictions = PREDICTIONS;
        while low < high {
            let length = high - low;
            let offset = if predictions > 0 {
                predictions -= 1;
                predict(length, wanted.first_word(), low_value, high_value)
            } else {
                length / 2
            };
            let middle = low + offset;
            let hash = hash_of(self.records.get(middle)?);
            if hash < wanted {
                (low, low_value) = (middle + 1, hash.first_word());
            } else {
                (high, high_value) = (middle, hash.first_word());
            }
        }
        let record = self.records.get(low).filter(|record| hash_of(record) == wanted)?;
        record.last().copied()
    }
}

/// The steps by interpolation. In a list of 4 million records a lookup takes five on average, and rarely more than ten.
const PREDICTIONS: u32 = 16;

/// Predicts the position of a value among `length` sorted values between two bounds; the result is below `length`.
/// Rounding errors make the prediction worse, not the result.
#[allow(clippy::cast_sign_loss, reason = "the share is not negative")]
fn predict(length: usize, wanted: u64, low: u64, high: u64) -> usize {
    let share = wanted.saturating_sub(low) as f64 / (high.saturating_sub(low) as f64 + 1.0);
    ((share * length as f64) as usize).min(length - 1)
}

/// Returns the hash of a record: its first 120 bits.
fn hash_of(record: &Record) -> NumberHash {
    NumberHash::from_bits(u128::from_be_bytes(*record) >> 8)
}

/// Prints the number of records only.
impl fmt::Debug for Blocklist<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Blocklist").field("records", &self.records.len()).finish()
    }
}
