//! [`State`]: a text that decodings lead to, with the position of each of its bytes in the input.

use alloc::rc::Rc;
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
    positions: Rc<Positions>,
    /// The decodings in their order, each with the position of the first damage.
    path: [Option<(Reading, usize)>; MAX_DEPTH],
}

impl State {
    /// Creates the state of the input itself.
    pub(crate) fn input(text: &str) -> Self {
        Self { text: Zeroizing::new(String::from(text)), positions: Rc::default(), path: [None; MAX_DEPTH] }
    }

    /// Creates the state of bytes that are not UTF-8: UTF-16 if they look like it, or else Windows-1252.
    pub(crate) fn of_bytes(bytes: &[u8]) -> Self {
        // A character of either encoding takes at most three bytes.
        let mut text = Zeroizing::new(String::with_capacity(3 * bytes.len()));
        let mut positions = Positions::default();
        // The high bytes of ASCII, of full-width characters, and of surrogates.
        let is_high = |byte: &&u8| matches!(**byte, 0 | 0xff | 0xd8..=0xdf);
        let zeros = |odd: usize| bytes.iter().skip(odd).step_by(2).filter(is_high).count();
        let is_little_endian = bytes.starts_with(&[0xff, 0xfe]) || zeros(1) > bytes.len() / 4;
        let is_big_endian = bytes.starts_with(&[0xfe, 0xff]) || zeros(0) > bytes.len() / 4;
        let is_utf16 = is_little_endian || is_big_endian;
        let mut push = |c: char, at: usize| {
            positions.map(text.len(), at);
            text.push(c);
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
        Self { text, positions: Rc::new(positions), path: [Some((reading, first)), None, None] }
    }

    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// Returns the position in the input of a byte of the text, or the position after the last byte.
    pub(crate) fn position(&self, at: usize) -> usize {
        match at.checked_sub(self.text.len()) {
            None => self.positions.of(at),
            Some(_) => self.text.len().checked_sub(1).map_or(0, |last| self.positions.of(last) + 1),
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

/// The positions of the bytes of a text in the text that it was decoded from, and so on up to the input.
///
/// Only the first byte of each stretch has an entry. At worst there is one for each decoded character, which takes at
/// least two bytes of the text that is decoded, or one and a half in hexadecimal.
#[derive(Default)]
struct Positions {
    /// The first byte of each stretch, and its position. No text that is decoded is longer than [`MAX_TEXT`]. Empty for
    /// the input itself.
    stretches: Vec<[u16; 2]>,
    /// Those of the text that was decoded.
    source: Option<Rc<Self>>,
}

impl Positions {
    /// Returns the position of a byte in the input.
    fn of(&self, at: usize) -> usize {
        let after = self.stretches.partition_point(|&[start, _]| usize::from(start) <= at);
        let stretch = after.checked_sub(1).and_then(|last| self.stretches.get(last));
        let at = stretch.map_or(at, |&[start, position]| usize::from(position) + (at - usize::from(start)));
        self.source.as_ref().map_or(at, |source| source.of(at))
    }

    /// Sets the position of a byte that follows all others.
    fn map(&mut self, at: usize, position: usize) {
        let is_next = |&[start, first]: &[u16; 2]| at - usize::from(start) == position.wrapping_sub(usize::from(first));
        if !self.stretches.last().is_some_and(is_next) {
            let [at, position] = [at, position].map(|number| u16::try_from(number).unwrap_or(u16::MAX));
            self.stretches.push([at, position]);
        }
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
    positions: Positions,
    first: Option<usize>,
}

impl<'a> Decoder<'a> {
    pub(crate) fn new(source: &'a State) -> Self {
        let text = Zeroizing::new(String::new());
        Self { source, same: 0, is_changed: false, text, positions: Positions::default(), first: None }
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
        self.positions.map(self.text.len(), at);
        self.text.push(c);
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
        if !text.is_empty() {
            self.positions.map(self.text.len(), at);
        }
        self.text.push_str(text);
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
        self.text.push_str(self.source.text.get(..self.same).unwrap_or_default());
        if self.same > 0 {
            self.positions.map(0, 0);
        }
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
        self.positions.source = Some(Rc::clone(&self.source.positions));
        Some(State { text: self.text, positions: Rc::new(self.positions), path })
    }
}

/// Returns the longest prefix of whole characters of at most `limit` bytes.
pub(crate) fn prefix(text: &str, limit: usize) -> &str {
    let ends = (limit.saturating_sub(3)..=limit).rev();
    ends.filter_map(|end| text.split_at_checked(end)).map(|(prefix, _)| prefix).next().unwrap_or(text)
}
