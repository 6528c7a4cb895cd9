//! [`State`]: a text that decodings lead to, with the position of each of its bytes in the input.

use alloc::string::String;
use alloc::vec::Vec;
use core::ops::Range;

use zeroize::Zeroizing;

use crate::public_key::recover::reading::Reading;

/// The longest text that is decoded. Of a longer one only the first part is searched for private keys.
pub(crate) const MAX_TEXT: usize = 16384;

/// How much of a text of more than [`MAX_TEXT`] bytes is searched for private keys.
pub(crate) const WINDOW: usize = 2048;

/// The number of decodings that lead to a state at most.
pub(crate) const MAX_DEPTH: usize = 3;

/// A text and how it was reached. It may hold a private key, so it is zeroized.
pub(crate) struct State {
    text: Zeroizing<String>,
    /// The position in the input of each byte; empty for the input itself. No text that is decoded is longer than
    /// [`MAX_TEXT`].
    positions: Vec<u16>,
    /// The decodings in their order, each with the position of the first damage.
    path: [Option<(Reading, usize)>; MAX_DEPTH],
}

impl State {
    /// Creates the state of the input itself. Of a text that is too long to be searched, it has the first part.
    pub(crate) fn input(text: &str) -> Self {
        let text = if text.len() > MAX_TEXT { prefix(text, WINDOW) } else { text };
        Self { text: Zeroizing::new(String::from(text)), positions: Vec::new(), path: [None; MAX_DEPTH] }
    }

    /// Creates the state of bytes that are not UTF-8: UTF-16 if they look like it, or else Windows-1252.
    pub(crate) fn of_bytes(bytes: &[u8]) -> Self {
        let (bytes, _) = bytes.split_at(if bytes.len() > MAX_TEXT { WINDOW } else { bytes.len() });
        // A character of either encoding takes at most three bytes.
        let mut text = Zeroizing::new(String::with_capacity(3 * bytes.len()));
        let mut positions = Vec::with_capacity(bytes.len());
        let zeros = |odd: usize| bytes.iter().skip(odd).step_by(2).filter(|&&byte| byte == 0).count();
        let is_little_endian = bytes.starts_with(&[0xff, 0xfe]) || zeros(1) > bytes.len() / 4;
        let is_big_endian = bytes.starts_with(&[0xfe, 0xff]) || zeros(0) > bytes.len() / 4;
        let is_utf16 = is_little_endian || is_big_endian;
        let mut push = |c: char, at: usize| {
            text.push(c);
            positions.extend(core::iter::repeat_n(at as u16, c.len_utf8()));
        };
        if is_utf16 {
            for (index, unit) in bytes.chunks(2).enumerate() {
                let unit = match *unit {
                    [low, high] if is_little_endian => u16::from_le_bytes([low, high]),
                    [high, low] => u16::from_be_bytes([high, low]),
                    _ => continue,
                };
                if unit != 0xfeff {
                    push(char::from_u32(u32::from(unit)).unwrap_or('?'), 2 * index);
                }
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
            Some(&position) => usize::from(position),
            None if self.positions.is_empty() => at.min(self.text.len()),
            None => self.positions.last().map_or(0, |&last| usize::from(last) + 1),
        }
    }

    /// Appends the positions in the input of some bytes of the text.
    fn positions_of(&self, bytes: Range<usize>, positions: &mut Vec<u16>) {
        match self.positions.get(bytes.clone()) {
            Some(found) => positions.extend_from_slice(found),
            None => positions.extend(bytes.map(|at| u16::try_from(at).unwrap_or(u16::MAX))),
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
///
/// Nothing is allocated for a decoding that changes nothing.
pub(crate) struct Decoder<'a> {
    source: &'a State,
    /// The length of the part of the source that was written as it is, while nothing else was written.
    same: usize,
    is_changed: bool,
    text: Zeroizing<String>,
    positions: Vec<u16>,
    first: Option<usize>,
}

impl<'a> Decoder<'a> {
    pub(crate) fn new(source: &'a State) -> Self {
        let text = Zeroizing::new(String::new());
        Self { source, same: 0, is_changed: false, text, positions: Vec::new(), first: None }
    }

    /// Writes a character that encodes the text at byte `at` of the source.
    pub(crate) fn push(&mut self, c: char, at: usize) {
        if !self.is_changed {
            let is_same = at == self.same && self.source.text.get(at..).is_some_and(|rest| rest.starts_with(c));
            if is_same {
                self.same += c.len_utf8();
                return;
            }
            self.change();
        }
        if self.text.len() + c.len_utf8() > self.text.capacity() {
            debug_assert!(false, "a decoding wrote more than it read");
            return;
        }
        self.text.push(c);
        let position = u16::try_from(self.source.position(at)).unwrap_or(u16::MAX);
        self.positions.extend(core::iter::repeat_n(position, c.len_utf8()));
    }

    /// Writes the text of the source from byte `at` on, before byte `end`, as it is.
    pub(crate) fn copy(&mut self, at: usize, end: usize) {
        if !self.is_changed && at == self.same {
            self.same = end;
            return;
        }
        if !self.is_changed {
            self.change();
        }
        let text = self.source.text.get(at..end).unwrap_or_default();
        if self.text.len() + text.len() > self.text.capacity() {
            debug_assert!(false, "a decoding wrote more than it read");
            return;
        }
        self.text.push_str(text);
        self.source.positions_of(at..at + text.len(), &mut self.positions);
    }

    /// Copies the source from byte `at` on, up to the next byte for which `is_mark` holds, or to its end. Moves `at`
    /// there and returns the character.
    pub(crate) fn next_mark(&mut self, at: &mut usize, is_mark: impl Fn(u8) -> bool) -> Option<char> {
        let rest = self.source.text.as_bytes().get(*at..)?;
        let mark = *at + rest.iter().position(|&byte| is_mark(byte)).unwrap_or(rest.len());
        self.copy(*at, mark);
        *at = mark;
        self.source.text.get(mark..)?.chars().next()
    }

    /// Copies what was written as it is, before anything else is written.
    fn change(&mut self) {
        self.is_changed = true;
        // No decoding writes more bytes than it reads, so the text is never moved and leaves no copy behind.
        let capacity = self.source.text.len();
        self.text = Zeroizing::new(String::with_capacity(capacity));
        self.positions = Vec::with_capacity(capacity);
        self.text.push_str(self.source.text.get(..self.same).unwrap_or_default());
        self.source.positions_of(0..self.same, &mut self.positions);
    }

    /// Records damage at byte `at` of the source.
    pub(crate) fn damage(&mut self, at: usize) {
        self.first.get_or_insert(at);
    }

    /// Returns the state, if there was any damage.
    pub(crate) fn finish(mut self, reading: Reading) -> Option<State> {
        let first = self.source.position(self.first?);
        // Damage at the end, which leaves nothing to write.
        if !self.is_changed {
            self.change();
        }
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
