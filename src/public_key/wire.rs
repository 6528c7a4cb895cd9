//! The SSH wire format, read strictly: `string` and `mpint` of RFC 4251, section 5.
//!
//! Stricter than OpenSSH and other parsers: an mpint must be minimal and must not be negative, and nothing may follow
//! the last field. Lengths are checked against the remaining bytes before anything is read, so no length inside a
//! blob can cause an allocation.

use alloc::vec::Vec;

/// The problem with the bytes at some offset of a blob.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum WireError {
    /// A length field announces more bytes than remain, or is itself truncated.
    Truncated,
    /// An mpint has a redundant leading zero byte.
    NonMinimal,
    /// The top bit of an mpint is set: a negative number.
    Negative,
}

/// A cursor over a blob. Every method either consumes a whole field or does not move the cursor.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reader<'a> {
    rest: &'a [u8],
    /// The length of the blob.
    length: usize,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(blob: &'a [u8]) -> Self {
        Self { rest: blob, length: blob.len() }
    }

    /// Returns the number of bytes consumed: the offset of the next field's length.
    pub(crate) fn offset(&self) -> usize {
        self.length - self.rest.len()
    }

    /// The bytes not taken yet.
    pub(crate) fn rest(&self) -> &'a [u8] {
        self.rest
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    /// Reads a `uint32`, big-endian.
    pub(crate) fn uint32(&mut self) -> Result<u32, WireError> {
        let (head, rest) = self.rest.split_first_chunk::<4>().ok_or(WireError::Truncated)?;
        self.rest = rest;
        Ok(u32::from_be_bytes(*head))
    }

    /// Reads a `uint64`, big-endian.
    pub(crate) fn uint64(&mut self) -> Result<u64, WireError> {
        let (head, rest) = self.rest.split_first_chunk::<8>().ok_or(WireError::Truncated)?;
        self.rest = rest;
        Ok(u64::from_be_bytes(*head))
    }

    /// Reads a `string`: a length and that many bytes.
    pub(crate) fn string(&mut self) -> Result<&'a [u8], WireError> {
        let mut ahead = *self;
        let length = usize::try_from(ahead.uint32()?).map_err(|_| WireError::Truncated)?;
        let (field, rest) = ahead.rest.split_at_checked(length).ok_or(WireError::Truncated)?;
        self.rest = rest;
        Ok(field)
    }

    /// Reads an `mpint` that is not negative: its magnitude, big-endian, without the sign byte; zero is empty.
    pub(crate) fn mpint(&mut self) -> Result<&'a [u8], WireError> {
        let mut ahead = *self;
        let field = ahead.string()?;
        let magnitude = match field {
            [0, rest @ ..] if rest.first().is_some_and(|&b| b & 0x80 != 0) => rest,
            [0, ..] => return Err(WireError::NonMinimal),
            [first, ..] if first & 0x80 != 0 => return Err(WireError::Negative),
            _ => field,
        };
        *self = ahead;
        Ok(magnitude)
    }
}

/// Writes fields to the end of a buffer.
pub(crate) trait Write {
    /// Writes a `uint32`, big-endian.
    fn uint32(&mut self, value: usize);

    /// Writes a `string`: a length and these bytes.
    fn string(&mut self, bytes: &[u8]);

    /// Writes a `string` of two parts, or an `mpint` as [`minimal`] returns it.
    fn joined(&mut self, parts: [&[u8]; 2]);
}

impl Write for Vec<u8> {
    fn uint32(&mut self, value: usize) {
        debug_assert!(u32::try_from(value).is_ok());
        self.extend_from_slice(&(value as u32).to_be_bytes());
    }

    fn string(&mut self, bytes: &[u8]) {
        self.uint32(bytes.len());
        self.extend_from_slice(bytes);
    }

    fn joined(&mut self, parts: [&[u8]; 2]) {
        self.uint32(parts.iter().map(|part| part.len()).sum());
        parts.into_iter().for_each(|part| self.extend_from_slice(part));
    }
}

/// Returns the encoded length of a `string` of `length` bytes, or of an `mpint` whose [`integer_length`] is `length`.
pub(crate) fn string_length(length: usize) -> usize {
    4 + length
}

/// Returns the length of a big-endian magnitude in [`minimal`] two's complement.
pub(crate) fn integer_length(magnitude: &[u8]) -> usize {
    minimal(magnitude).into_iter().map(<[u8]>::len).sum()
}

/// Converts a big-endian magnitude to minimal two's complement, as mpints and DER use it: a zero byte if the top bit
/// is set, and the magnitude without leading zeros. For a secret, the time depends on the leading zero bytes and on
/// the bit after them, as does the length.
pub(crate) fn minimal(magnitude: &[u8]) -> [&[u8]; 2] {
    let magnitude = without_leading_zeros(magnitude);
    let sign: &[u8] = if magnitude.first().is_some_and(|first| first & 0x80 != 0) { &[0] } else { &[] };
    [sign, magnitude]
}

/// A big-endian magnitude without its leading zero bytes; empty for zero.
pub(crate) fn without_leading_zeros(magnitude: &[u8]) -> &[u8] {
    let (_zeros, rest) = magnitude.split_at(magnitude.iter().take_while(|&&byte| byte == 0).count());
    rest
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn written_fields_are_read_back(
            value in any::<u32>(),
            bytes in prop::collection::vec(any::<u8>(), 0..9),
            zeros in 0usize..3,
        ) {
            let mut out = Vec::new();
            out.uint32(value as usize);
            out.string(&bytes);
            out.joined(minimal(&[&alloc::vec![0; zeros][..], &bytes].concat()));
            prop_assert_eq!(out.len(), 4 + string_length(bytes.len()) + string_length(integer_length(&bytes)));
            let mut reader = Reader::new(&out);
            prop_assert_eq!(reader.uint32(), Ok(value));
            prop_assert_eq!(reader.string(), Ok(&bytes[..]));
            prop_assert_eq!(reader.mpint(), Ok(minimal(&bytes)[1]));
            prop_assert!(reader.is_empty());
        }
    }

    #[test]
    fn every_field_advances_by_its_length_or_not_at_all() {
        let blob = [&[0; 3][..], &[7], &[0; 7], &[9], &[0, 0, 0, 2, 0, 0x80], &[0, 0, 0, 9, 1]].concat();
        let mut reader = Reader::new(&blob);
        assert_eq!((reader.uint32(), reader.offset()), (Ok(7), 4));
        assert_eq!((reader.uint64(), reader.offset()), (Ok(9), 12));
        assert_eq!((reader.mpint(), reader.offset()), (Ok(&[0x80][..]), 18));
        for _ in 0..2 {
            assert_eq!((reader.string(), reader.offset()), (Err(WireError::Truncated), 18));
            assert_eq!((reader.mpint(), reader.offset()), (Err(WireError::Truncated), 18));
            assert_eq!((reader.uint64(), reader.offset()), (Err(WireError::Truncated), 18));
        }
        assert!(!reader.is_empty());
    }
}
