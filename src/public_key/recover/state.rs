//! [`State`]: a text that decodings lead to, with the position of each of its bytes in the input.

use alloc::string::String;
use alloc::vec::Vec;

use zeroize::Zeroizing;

use crate::public_key::recover::reading::Reading;

/// The longest text that is decoded. Of a longer one only the first part is searched for private keys.
pub(crate) const MAX_TEXT: usize = 16384;

/// The number of decodings that lead to a state at most.
pub(crate) const MAX_DEPTH: usize = 3;

/// A text and how it was reached. It may hold a private key, so it is zeroized.
pub(crate) struct State {
    text: Zeroizing<String>,
    /// The position in the input of each byte; empty for the input itself.
    positions: Vec<u32>,
    /// The decodings in their order, each with the position of the first damage.
    path: [Option<(Reading, usize)>; MAX_DEPTH],
}

impl State {
    /// Creates the state of the input itself.
    pub(crate) fn input(text: &str) -> Self {
        Self { text: Zeroizing::new(String::from(text)), positions: Vec::new(), path: [None; MAX_DEPTH] }
    }

    /// Creates the state of bytes that are not UTF-8: UTF-16 if they look like it, or else Windows-1252.
    pub(crate) fn of_bytes(bytes: &[u8]) -> Self {
        // A character of either encoding takes at most three bytes.
        let mut text = Zeroizing::new(String::with_capacity(3 * bytes.len()));
        let mut positions = Vec::with_capacity(bytes.len());
        // The high bytes of ASCII, of full-width characters, and of surrogates.
        let is_high = |byte: &&u8| matches!(**byte, 0 | 0xff | 0xd8..=0xdf);
        let zeros = |odd: usize| bytes.iter().skip(odd).step_by(2).filter(is_high).count();
        let is_little_endian = bytes.starts_with(&[0xff, 0xfe]) || zeros(1) > bytes.len() / 4;
        let is_big_endian = bytes.starts_with(&[0xfe, 0xff]) || zeros(0) > bytes.len() / 4;
        let is_utf16 = is_little_endian || is_big_endian;
        let mut push = |c: char, at: usize| {
            text.push(c);
            positions.extend(core::iter::repeat_n(at as u32, c.len_utf8()));
        };
        if is_utf16 {
            let units = bytes.chunks(2).filter_map(|unit| match *unit {
                [low, high] if is_little_endian => Some(u16::from_le_bytes([low, high])),
                [high, low] => Some(u16::from_be_bytes([high, low])),
                _ => None,
            });
            let mut at = 0;
            for c in char::decode_utf16(units) {
                let c = c.unwrap_or('?');
                if c != '\u{feff}' {
                    push(c, at);
                }
                at += 2 * c.len_utf16();
            }
        } else {
            for (at, &byte) in bytes.iter().enumerate() {
                // Of the characters in which Windows-1252 differs from ISO 8859-1, only these matter here.
                let c = match byte {
                    0x91 => '\u{2018}',
                    0x92 => '\u{2019}',
                    0x93 => '\u{201c}',
                    0x94 => '\u{201d}',
                    0x96 | 0x97 => '-',
                    _ => char::from(byte),
                };
                push(c, at);
            }
        }
        let first =
            if is_utf16 { 0 } else { core::str::from_utf8(bytes).map_or_else(|error| error.valid_up_to(), str::len) };
        let reading = if is_utf16 { Reading::Utf16 } else { Reading::NotUtf8 };
        Self { text, positions, path: [Some((reading, first)), None, None] }
    }

    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// Returns the position in the input of a byte of the text, or the position after the last byte.
    pub(crate) fn position(&self, at: usize) -> usize {
        match self.positions.get(at) {
            Some(&position) => position as usize,
            None if self.positions.is_empty() => at.min(self.text.len()),
            None => self.positions.last().map_or(0, |&last| last as usize + 1),
        }
    }

    /// Returns the decodings in their order, each with the position of the first damage.
    pub(crate) fn path(&self) -> impl Iterator<Item = (Reading, usize)> {
        self.path.into_iter().flatten()
    }

    pub(crate) fn depth(&self) -> usize {
        self.path().count()
    }
}

/// Writes the text of the next state.
pub(crate) struct Decoder<'a> {
    source: &'a State,
    text: Zeroizing<String>,
    positions: Vec<u32>,
    first: Option<usize>,
}

impl<'a> Decoder<'a> {
    pub(crate) fn new(source: &'a State) -> Self {
        // No decoding writes more bytes than it reads, so the text is never moved and leaves no copy behind.
        let capacity = source.text.len();
        Self {
            source,
            text: Zeroizing::new(String::with_capacity(capacity)),
            positions: Vec::with_capacity(capacity),
            first: None,
        }
    }

    /// Writes a character that encodes the text at byte `at` of the source.
    pub(crate) fn push(&mut self, c: char, at: usize) {
        if self.text.len() + c.len_utf8() > self.text.capacity() {
            debug_assert!(false, "a decoding wrote more than it read");
            return;
        }
        self.text.push(c);
        let position = u32::try_from(self.source.position(at)).unwrap_or(u32::MAX);
        self.positions.extend(core::iter::repeat_n(position, c.len_utf8()));
    }

    /// Records damage at byte `at` of the source.
    pub(crate) fn damage(&mut self, at: usize) {
        self.first.get_or_insert(at);
    }

    /// Returns the state, if there was any damage.
    pub(crate) fn finish(self, reading: Reading) -> Option<State> {
        let first = self.source.position(self.first?);
        let mut path = self.source.path;
        *path.iter_mut().find(|step| step.is_none())? = Some((reading, first));
        Some(State { text: self.text, positions: self.positions, path })
    }
}

/// Returns the longest prefix of whole characters of at most `limit` bytes.
pub(crate) fn prefix(text: &str, limit: usize) -> &str {
    let ends = (limit.saturating_sub(3)..=limit).rev();
    ends.filter_map(|end| text.split_at_checked(end)).map(|(prefix, _)| prefix).next().unwrap_or(text)
}
