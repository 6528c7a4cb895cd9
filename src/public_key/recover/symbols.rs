//! Reads base64 that may be interrupted: what is between its symbols is a reading.

use alloc::vec::Vec;

use zeroize::Zeroize as _;

use crate::public_key::recover::words::{is_short_word, may_be_words};
use crate::public_key::recover::work::Work;

/// How the symbols of a key are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Spaces {
    /// Whitespace interrupts the base64.
    Interrupt,
    /// A space between symbols is a `+`.
    ArePlus,
}

/// The six bits of the symbols, with [`PLUS`] and [`SLASH`] for these two; both bits for other bytes.
const VALUES: [u8; 256] = {
    let mut values = [PLUS | SLASH; 256];
    let mut value = 0;
    while value < 64 {
        let (symbol, bit) = match value {
            0..26 => (b'A' + value, 0),
            26..52 => (b'a' + (value - 26), 0),
            52..62 => (b'0' + (value - 52), 0),
            62 => (b'+', PLUS),
            _ => (b'/', SLASH),
        };
        values[symbol as usize] = value | bit;
        value += 1;
    }
    values
};

const PLUS: u8 = 0x40;
const SLASH: u8 = 0x80;

/// A cursor over the symbols of base64 from some byte of a text on.
pub(crate) struct Symbols<'a> {
    text: &'a str,
    /// The position of the next byte.
    at: usize,
    spaces: Spaces,
    bits: u32,
    bit_count: u32,
    pub(crate) bytes: Vec<u8>,
    /// The position of the first interruption.
    pub(crate) first_break: Option<usize>,
    /// Interruptions with a line end, and without one.
    pub(crate) line_breaks: usize,
    pub(crate) other_breaks: usize,
    /// The position of the first space that is a `+`.
    pub(crate) first_plus: Option<usize>,
    /// Runs of spaces that are a `+`, and whether one has more than one space.
    space_runs: usize,
    has_two_spaces: bool,
    /// The position of the first `-` or `_`.
    pub(crate) first_url_safe: Option<usize>,
    /// The position of the first backslash before a `+` or a `/`.
    pub(crate) first_escape: Option<usize>,
    /// Whether there is a backslash before the letter of an escape, and before another symbol.
    has_escape: bool,
    has_backslash: bool,
    /// Whether there is a `+`.
    pub(crate) has_plus: bool,
    has_slash: bool,
    /// The start of the current piece, after an interruption or a space.
    piece: usize,
    /// Whether a line ends before the current piece.
    is_after_line_end: bool,
    /// The pieces but the last.
    pieces: Pieces,
    /// The signs with which pieces start behind a line end: symbols, or marks of rows.
    leading_signs: usize,
    /// The spaces that are a `+`.
    spaces_for_plus: usize,
    /// Whether some piece but the first cannot be read as words.
    has_certain_piece: bool,
    work: &'a Work,
}

impl<'a> Symbols<'a> {
    pub(crate) fn new(text: &'a str, at: usize, spaces: Spaces, work: &'a Work) -> Self {
        /// The bytes that the memory for the first symbols is worth.
        const START: usize = 48;

        work.spend(START);
        Self {
            text,
            work,
            at,
            spaces,
            bits: 0,
            bit_count: 0,
            bytes: Vec::new(),
            first_break: None,
            line_breaks: 0,
            other_breaks: 0,
            first_plus: None,
            space_runs: 0,
            has_two_spaces: false,
            first_url_safe: None,
            first_escape: None,
            has_escape: false,
            has_backslash: false,
            has_plus: false,
            has_slash: false,
            piece: at,
            is_after_line_end: false,
            pieces: Pieces::default(),
            leading_signs: 0,
            spaces_for_plus: 0,
            has_certain_piece: false,
        }
    }

    /// Returns a cursor at the same place that keeps none of the bytes read so far.
    pub(crate) fn after(&self) -> Self {
        let mut after = Self::new(self.text, self.at, self.spaces, self.work);
        (after.bits, after.bit_count) = (self.bits, self.bit_count);
        after
    }

    pub(crate) fn position(&self) -> usize {
        self.at
    }

    /// Reads until there are `count` bytes.
    pub(crate) fn read(&mut self, count: usize) -> Option<()> {
        /// Space for the type, and for all of most keys.
        const SHORT: usize = 64;

        // The bytes may be those of a private key, so none are left behind.
        if self.bytes.capacity() < count {
            let left = self.text.len().saturating_sub(self.at) / 4 * 3 + 3;
            let more = (count.max(SHORT) - self.bytes.len()).min(left);
            let mut bytes = Vec::with_capacity(self.bytes.len() + more);
            bytes.extend_from_slice(&self.bytes);
            self.bytes.zeroize();
            self.bytes = bytes;
        }
        while self.bytes.len() < count {
            if self.bit_count == 0 {
                self.groups((count - self.bytes.len()) / 3);
                if self.bytes.len() == count {
                    break;
                }
            }
            let value = self.next()?;
            self.bits = self.bits << 6 | value;
            self.bit_count += 6;
            if self.bit_count >= 8 {
                self.bit_count -= 8;
                self.bytes.push((self.bits >> self.bit_count) as u8);
                self.bits &= (1 << self.bit_count) - 1;
            }
        }
        Some(())
    }

    /// Decodes groups of four symbols, `most` of them, up to one that is interrupted or has both a `+` and a `/`.
    fn groups(&mut self, most: usize) {
        /// So many are decoded before the next bytes are added.
        const BLOCK: usize = 16;

        let (mut all, mut left) = (0, most);
        for block in self.text.as_bytes().get(self.at..).unwrap_or_default().chunks(4 * BLOCK) {
            let (mut bytes, mut count) = ([0; 3 * BLOCK], 0);
            for (symbols, bytes) in block.chunks_exact(4).zip(bytes.chunks_exact_mut(3)).take(left) {
                let (mut bits, mut marks) = (0, 0);
                for &symbol in symbols {
                    let value = VALUES.get(usize::from(symbol)).copied().unwrap_or(PLUS | SLASH);
                    bits = bits << 6 | u32::from(value & 0x3f);
                    marks |= value;
                }
                if marks & (PLUS | SLASH) == PLUS | SLASH {
                    break;
                }
                all |= marks;
                count += 1;
                bytes.iter_mut().zip(bits.to_be_bytes().into_iter().skip(1)).for_each(|(slot, byte)| *slot = byte);
            }
            self.bytes.extend_from_slice(bytes.get(..3 * count).unwrap_or_default());
            bytes.zeroize();
            self.at += 4 * count;
            self.work.spend(4 * count);
            left -= count;
            if count < BLOCK {
                break;
            }
        }
        self.has_plus |= all & PLUS != 0;
        self.has_slash |= all & SLASH != 0;
    }

    /// Reads the next symbol, and what interrupts the base64 before it.
    fn next(&mut self) -> Option<u32> {
        /// The bytes that an interruption is worth, besides its own.
        const GAP: usize = 8;

        self.work.spend(2);
        let rest = self.text.as_bytes().get(self.at..)?;
        let first = *rest.first()?;
        if let Some(value) = self.value(first) {
            self.at += 1;
            return Some(value);
        }
        if self.spaces == Spaces::ArePlus && first == b' ' {
            let run = rest.iter().take_while(|byte| **byte == b' ').count();
            let is_inside = rest.get(run).is_some_and(|&byte| is_symbol(byte));
            let is_behind = self.at > self.piece || self.first_plus.is_some();
            if is_inside && is_behind {
                self.space_runs += usize::from(self.at > self.piece);
                self.has_two_spaces |= run > 1;
                self.spaces_for_plus += 1;
                self.end_piece();
                self.is_after_line_end = false;
                self.first_plus.get_or_insert(self.at);
                self.at += 1;
                self.piece = self.at;
                return Some(62);
            }
        }
        if let [b'\\', b'+' | b'/', ..] = rest {
            self.first_escape.get_or_insert(self.at);
            self.at += 1;
            return self.next();
        }
        let gap = gap(self.text, self.at);
        self.work.spend(GAP + 2 * gap.length);
        let next = *self.text.as_bytes().get(self.at + gap.length)?;
        // With a space for each `+`, the letter of an escape must not be read as a symbol.
        let is_escape = self.spaces == Spaces::ArePlus && first == b'\\' && gap.length == 1;
        if gap.length == 0 || !is_symbol(next) || (is_escape && matches!(next, b'n' | b'r' | b't' | b'u' | b'x')) {
            return None;
        }
        if first == b'\\' && gap.length == 1 {
            let is_letter = matches!(next, b'b' | b'f' | b'n' | b'r' | b't' | b'u' | b'x');
            self.has_escape |= is_letter;
            self.has_backslash |= !is_letter;
        }
        self.end_piece();
        self.first_break.get_or_insert(self.at);
        self.is_after_line_end = gap.has_line_end;
        if gap.has_line_end {
            self.line_breaks += 1;
        } else {
            self.other_breaks += 1;
        }
        self.at += gap.length;
        self.piece = self.at;
        if gap.has_line_end {
            let rest = self.text.as_bytes().get(self.at..).unwrap_or_default();
            self.leading_signs += rest.iter().take_while(|byte| matches!(byte, b'+' | b'/' | b'-' | b'_')).count();
        }
        self.next()
    }

    fn value(&mut self, byte: u8) -> Option<u32> {
        Some(u32::from(match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' => {
                self.has_plus = true;
                62
            }
            b'/' => {
                self.has_slash = true;
                63
            }
            b'-' | b'_'
                if !ends_line_with_hyphen(self.text, self.at, byte)
                    && !self.is_escape_of_excel()
                    && !self.is_dashes() =>
            {
                self.first_url_safe.get_or_insert(self.at);
                if byte == b'-' { 62 } else { 63 }
            }
            _ => return None,
        }))
    }

    /// Returns how many of the symbols may be none: signs at the start of rows, and spaces that are a `+`.
    pub(crate) fn doubtful(&self) -> [usize; 2] {
        [self.leading_signs, self.spaces_for_plus]
    }

    /// Returns whether all pieces are as long as the last one, or may be: the first is shorter if the type is in front.
    pub(crate) fn is_at_row_end(&self) -> bool {
        let last = self.at - self.piece;
        match self.pieces.count {
            0 => false,
            1 => last >= self.pieces.first,
            _ => self.pieces.are_even && last == self.pieces.width,
        }
    }

    /// Returns whether the dashes of an armor start here.
    fn is_dashes(&self) -> bool {
        self.text.as_bytes().get(self.at..).is_some_and(|rest| rest.starts_with(b"----"))
    }

    /// Returns whether an escape such as `_x002B_` starts here.
    fn is_escape_of_excel(&self) -> bool {
        let rest = self.text.as_bytes().get(self.at..).and_then(|rest| rest.strip_prefix(b"_x"));
        let digits = rest.and_then(|rest| rest.split_at_checked(4));
        digits.is_some_and(|(digits, rest)| rest.starts_with(b"_") && digits.iter().all(u8::is_ascii_hexdigit))
    }

    fn end_piece(&mut self) {
        self.pieces.add(self.at - self.piece);
        if !self.has_certain_piece && (self.first_break.is_some() || self.first_plus.is_some()) {
            let piece = self.text.get(self.piece..self.at).unwrap_or_default();
            self.has_certain_piece = !may_be_words(piece);
        }
    }

    /// Checks that the symbols read so far are those of one encoding, and that it is certain that the last piece
    /// belongs to it ([`words`](super::words)). `is_proved` tells that the bytes themselves leave no doubt, and
    /// `is_padded` that the padding which the key needs follows.
    pub(crate) fn is_certain(&mut self, is_proved: bool, is_padded: bool) -> bool {
        let last_piece = self.text.get(self.piece..self.at).unwrap_or_default();
        let is_regular = self.pieces.are_regular(last_piece.len());
        // The pieces between two `+` may be short.
        let has_breaks = self.first_plus.is_none() || self.first_break.is_some();
        let has_mark =
            has_breaks && self.pieces.have_mark && !(self.pieces.are_even && last_piece.len() <= self.pieces.width);
        let had_certain_piece = self.has_certain_piece;
        self.end_piece();
        // The rest of the bits of the last symbol.
        if self.bits != 0 {
            return false;
        }
        if self.first_url_safe.is_some() && (self.has_plus || self.has_slash) {
            return false;
        }
        let is_whole = self.first_break.is_none() && self.first_plus.is_none();
        if self.first_plus.is_some() && (self.has_plus || self.first_url_safe.is_some()) {
            return false;
        }
        if is_whole || is_proved {
            return true;
        }
        // What follows a backslash is the letter of an escape, unless other backslashes show that there are none.
        if self.has_escape && !self.has_backslash {
            return false;
        }
        // A line number or a mark is not a piece of base64.
        if has_mark {
            return false;
        }
        // Two spaces are more often one break than `++`.
        if self.has_two_spaces && self.space_runs < 2 {
            return false;
        }
        // The last piece was checked, unless another one is certain.
        let may_be_words =
            !is_padded && if had_certain_piece { may_be_words(last_piece) } else { !self.has_certain_piece };
        let is_short = last_piece.len() < 4;
        if self.line_breaks > 0 && self.other_breaks == 0 && self.first_plus.is_none() {
            let is_no_short_word = last_piece.len() <= 4 && !is_short_word(last_piece);
            // The rest of text that was broken at a fixed width.
            return !may_be_words || is_no_short_word || (is_short && self.line_breaks > 1 && is_regular);
        }
        let is_rest = is_short && (self.is_after_line_end || self.line_breaks == 0) && is_regular;
        (self.has_certain_piece || is_padded) && (!may_be_words || is_rest)
    }
}

impl Drop for Symbols<'_> {
    fn drop(&mut self) {
        self.bytes.zeroize();
    }
}

/// The lengths of pieces of base64.
#[derive(Default)]
struct Pieces {
    count: usize,
    first: usize,
    /// The length of the second.
    width: usize,
    /// Whether all but the first have that length.
    are_even: bool,
    /// Whether one that is neither the first nor the last is shorter than a line.
    have_mark: bool,
}

/// The shortest line of base64.
const SHORTEST_LINE: usize = 6;

impl Pieces {
    fn add(&mut self, length: usize) {
        match self.count {
            0 => self.first = length,
            1 => (self.width, self.are_even) = (length, true),
            _ => self.are_even &= length == self.width,
        }
        self.have_mark |= self.count > 0 && length < SHORTEST_LINE;
        self.count += 1;
    }

    /// Returns whether text was broken at a fixed width into these pieces and a last one of this length. The first is
    /// shorter if the type was in front of it.
    fn are_regular(&self, last: usize) -> bool {
        let is_known = self.count > 2 || (self.count == 2 && self.first == self.width);
        is_known && self.are_even && self.first <= self.width && last <= self.width
    }
}

/// What interrupts base64.
pub(crate) struct Gap {
    pub(crate) length: usize,
    has_line_end: bool,
}

/// Measures what interrupts the base64 at `at`: whitespace, line ends with what is before and after them, backslashes,
/// quotation marks.
pub(crate) fn gap(text: &str, at: usize) -> Gap {
    let mut gap = Gap { length: 0, has_line_end: false };
    let rest = text.get(at..).unwrap_or_default();
    let mut previous_is_quote = false;
    loop {
        let rest = rest.get(gap.length..).unwrap_or_default();
        let Some(c) = rest.chars().next() else { return gap };
        let unit = match c {
            // `^M` is how an editor shows a carriage return.
            '^' if rest.starts_with("^M") && rest.get(1..).is_some_and(is_before_line_end) => 2,
            '\n' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}' | '\x0b' | '\x0c' => {
                gap.has_line_end = true;
                c.len_utf8()
            }
            '"' | '\'' | '`' | '\u{2018}'..='\u{201f}' | '\u{ab}' | '\u{bb}' => {
                previous_is_quote = true;
                c.len_utf8()
            }
            '\\' => 1,
            // A continuation of a line, and marks at the start of one.
            '^' if is_before_line_end(rest) => 1,
            '>' | '|' | '#' | '*' if gap.has_line_end => 1,
            // The frame of a table or a terminal.
            '|' if is_before_line_end(rest) => 1,
            '\u{2502}' | '\u{2503}' | '\u{2551}' => c.len_utf8(),
            // How editors show a space or a line end.
            '\u{b7}' | '\u{ac}' | '\u{b6}' | '\u{21b5}' | '\u{23ce}' => c.len_utf8(),
            ',' if previous_is_quote => 1,
            _ if c.is_whitespace() => c.len_utf8(),
            // `"…" + "…"`, `"…" . "…"` and `"…" & _ "…"` of a program.
            '+' | '.' | '&' | '_' if previous_is_quote && is_before_quote(rest) => 1,
            // A hyphen at the end of a line, the `$` with which `cat -A` ends one, and the `!` of a mail program.
            '-' | '$' | '!' if is_before_line_end(rest) => 1,
            _ => return gap,
        };
        gap.length += unit;
    }
}

/// Returns the length of what breaks a text at `at`, in one string or several. A comma is between two values.
pub(crate) fn string_gap(text: &str, at: usize) -> usize {
    let length = gap(text, at).length;
    let has_comma = text.as_bytes().get(at..at + length).is_some_and(|gap| gap.contains(&b','));
    if has_comma { 0 } else { length }
}

fn is_before_quote(rest: &str) -> bool {
    rest.get(1..).is_some_and(|rest| {
        rest.trim_start_matches(|c: char| c.is_whitespace() || c == '_').starts_with(['"', '\'', '`'])
    })
}

/// Returns whether a line ends after the first byte of `rest`.
fn is_before_line_end(rest: &str) -> bool {
    /// The longest space before a line end.
    const LONGEST: usize = 64;

    let mut after = rest.bytes().skip(1).take(LONGEST).skip_while(|byte| matches!(byte, b' ' | b'\t' | b'$'));
    after.next().is_some_and(|byte| matches!(byte, b'\n' | b'\r'))
}

fn ends_line_with_hyphen(text: &str, at: usize, byte: u8) -> bool {
    byte == b'-' && text.as_bytes().get(at) == Some(&b'-') && text.get(at..).is_some_and(is_before_line_end)
}

fn is_symbol(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'-' | b'_')
}
