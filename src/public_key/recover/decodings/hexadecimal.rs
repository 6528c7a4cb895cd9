//! Hexadecimal digits: of a key, or of a whole text.

use alloc::vec::Vec;

use zeroize::Zeroizing;

use crate::public_key::bytes::count;
use crate::public_key::recover::reading::Reading;
use crate::public_key::recover::state::{Decoder, State};
use crate::public_key::recover::symbols::{gap, string_gap};

/// The shortest run of digits that is decoded: shorter ones are fingerprints and numbers.
const SHORTEST: usize = 72;

/// The digits of a run after which one that is alone at the end of a row belongs to the next row.
const LONG: usize = 16;

/// Returns whether there are enough digits for a run.
pub(super) fn may_have_run(text: &str) -> bool {
    text.len() >= SHORTEST && count(text.as_bytes(), |byte| byte.is_ascii_hexdigit()) >= SHORTEST
}

/// Decodes the first long run of hexadecimal digits, with or without separators, or the rows of a hexadecimal dump.
///
/// A binary key is written in base64, a text as it is.
pub(super) fn digits(state: &State) -> Option<State> {
    let text = state.text();
    let mut start = 0;
    while let Some(found) = text.get(start..)?.bytes().position(is_digit) {
        start += found;
        let rest = text.get(start..)?;
        if let Some(length) = short_run(rest.as_bytes()) {
            start += length;
            continue;
        }
        let (mut head, mut count) = ([0; 3], 0);
        let length = run(rest, |byte, _| {
            if let Some(slot) = head.get_mut(count) {
                *slot = byte;
                count += 1;
            }
        });
        if length.digits >= SHORTEST {
            return decode(state, start, head);
        }
        start += length.end.max(1);
    }
    None
}

/// Returns by how much to go on if the digits at the start are a run of their own, which is too short.
fn short_run(text: &[u8]) -> Option<usize> {
    let digits = text.iter().take(SHORTEST).take_while(|&&byte| is_digit(byte)).count();
    let is_prefix = digits % 2 == 1 && matches!(text.get(digits - 1..), Some([b'0', b'x', ..]));
    let is_end = match text.get(digits) {
        None => true,
        Some(b'\t'..=b'\r' | b' ' | b'\\' | b':' | b',' | b'-' | 0x80..) => digits % 2 == 1 && digits < 4,
        Some(b'"' | b'\'' | b'`' | b'^' | b'$' | b'!' | b'|') => digits % 2 == 1 && digits < 4,
        Some(_) => !is_prefix,
    };
    (is_end && digits < SHORTEST).then_some(if digits % 2 == 0 { digits } else { (digits - 1).max(1) })
}

struct Run {
    digits: usize,
    end: usize,
}

/// Reads digits in pairs, whose separators are skipped, and passes on each byte with its offset.
fn run(text: &str, mut each: impl FnMut(u8, usize)) -> Run {
    let (mut at, mut digits, mut end) = (0, 0, 0);
    // In a dump, the number of bytes of the row.
    let mut row = None;
    loop {
        let rest = text.as_bytes().get(at..).unwrap_or_default();
        if at == 0 || text.as_bytes().get(at - 1) == Some(&b'\n') {
            let offset = offset(rest);
            if offset > 0 {
                at += offset;
                row = Some(0);
                continue;
            }
            row = None;
        }
        if let Some(bytes) = row
            && is_end_of_row(rest, bytes)
        {
            at += rest.iter().position(|&byte| byte == b'\n').map_or(rest.len(), |line_end| line_end + 1);
            continue;
        }
        if let Some(byte) = pair(rest) {
            each(byte, at);
            at += 2;
            digits += 2;
            end = at;
            row = row.map(|bytes| bytes + 1);
            continue;
        }
        if let Some((byte, length)) = split_pair(text, at).filter(|_| row.is_none() && digits >= LONG) {
            each(byte, at);
            at += length;
            digits += 2;
            end = at;
            continue;
        }
        at += match rest {
            [b'\\' | b'0', b'x', ..] => 2,
            [b' ' | b':' | b',' | b'\n' | b'\r' | b'\t' | b'-', ..] => 1,
            _ if wide_space(rest) > 0 => wide_space(rest),
            _ if row.is_none() && string_gap(text, at) > 0 => string_gap(text, at),
            _ => return Run { digits, end: end.max(1) },
        };
    }
}

/// Returns the length of a space at the start that is not ASCII: U+00A0, also if it was read as Latin-1, U+2000 to
/// U+200A, U+202F or U+3000.
fn wide_space(text: &[u8]) -> usize {
    match text {
        [0xc3, 0x82, 0xc2, 0xa0, ..] => 4,
        [0xe2, 0x80, 0x80..=0x8a | 0xaf, ..] | [0xe3, 0x80, 0x80, ..] => 3,
        [0xc2, 0xa0, ..] => 2,
        _ => 0,
    }
}

/// Reads a pair of digits with a line end or the end of a string between them; returns its length, too.
fn split_pair(text: &str, at: usize) -> Option<(u8, usize)> {
    let high = digit(*text.as_bytes().get(at)?)?;
    let length = gap(text, at + 1).length;
    let has_break = text.get(at + 1..at + 1 + length)?.contains(['\n', '"', '\'']);
    let low = digit(*text.as_bytes().get(at + 1 + length)?)?;
    has_break.then_some((high << 4 | low, length + 2))
}

fn pair(text: &[u8]) -> Option<u8> {
    let &[high, low, ..] = text else { return None };
    Some(digit(high)? << 4 | digit(low)?)
}

fn digit(byte: u8) -> Option<u8> {
    VALUES.get(usize::from(byte)).copied().filter(|&value| value < 16)
}

fn is_digit(byte: u8) -> bool {
    digit(byte).is_some()
}

/// The values of the digits; 16 for other bytes.
const VALUES: [u8; 256] = {
    let mut values = [16; 256];
    let mut value = 0;
    while value < 16 {
        values[b"0123456789abcdef"[value] as usize] = value as u8;
        values[b"0123456789ABCDEF"[value] as usize] = value as u8;
        value += 1;
    }
    values
};

/// Returns whether the digits of a row of a dump, of which there were so many bytes, end here: before its characters.
fn is_end_of_row(rest: &[u8], bytes: usize) -> bool {
    match rest {
        [b' ', b' ', b' ', ..] | [b' ', b'|', ..] | [b'|', ..] => true,
        // There may be two spaces in the middle of the row.
        [b' ', b' ', next @ ..] => bytes >= 16 || pair(next).is_none() || next.get(2) != Some(&b' '),
        _ => false,
    }
}

/// Returns the length of an offset in front of a row, with its colon and spaces.
fn offset(row: &[u8]) -> usize {
    let digits = row.iter().take_while(|digit| digit.is_ascii_hexdigit()).count();
    if !(4..=8).contains(&digits) {
        return 0;
    }
    match row.get(digits..) {
        Some([b':', b' ', ..]) => digits + 2,
        Some([b' ', b' ', ..]) => digits + 2,
        _ => 0,
    }
}

/// Decodes the digits from `start` on, whose first bytes are `head`.
fn decode(state: &State, start: usize, head: [u8; 3]) -> Option<State> {
    let text = state.text().get(start..)?;
    let mut decoder = Decoder::new(state);
    decoder.damage(start);
    // The text before it has the type, if there is one.
    let before = state.text().get(..start)?;
    decoder.copy(0, before.len());
    if matches!(head, [0, 0, 0] | [0x30, ..]) {
        let mut group = Group { bits: 0, count: 0, at: 0 };
        run(text, |byte, at| group.add(byte, start + at, &mut decoder));
        group.finish(&mut decoder);
    } else {
        let mut bytes = Zeroizing::new(Vec::with_capacity(text.len() / 2));
        let mut positions = Vec::with_capacity(text.len() / 2);
        run(text, |byte, at| {
            bytes.push(byte);
            positions.push(start + at);
        });
        let mut next = 0;
        let mut push = |c: char, length: usize| {
            decoder.push(c, positions.get(next).copied().unwrap_or(start));
            next += length;
        };
        for chunk in bytes.utf8_chunks() {
            chunk.valid().chars().for_each(|c| push(c, c.len_utf8()));
            if !chunk.invalid().is_empty() {
                push('?', chunk.invalid().len());
            }
        }
    }
    let is_row = start == 0 || before.ends_with('\n');
    decoder.finish(if is_row && offset(text.as_bytes()) > 0 { Reading::HexDump } else { Reading::Hexadecimal })
}

/// Bytes that are written as base64 once there are three of them.
struct Group {
    bits: u32,
    count: u32,
    at: usize,
}

impl Group {
    fn add(&mut self, byte: u8, at: usize, decoder: &mut Decoder<'_>) {
        if self.count == 0 {
            self.at = at;
        }
        self.bits = self.bits << 8 | u32::from(byte);
        self.count += 1;
        if self.count == 3 {
            self.write(4, decoder);
        }
    }

    fn finish(mut self, decoder: &mut Decoder<'_>) {
        let (symbols, at) = (self.count as usize + 1, self.at);
        if self.count > 0 {
            self.bits <<= 8 * (3 - self.count);
            self.write(symbols, decoder);
            (symbols..4).for_each(|_| decoder.push('=', at));
        }
    }

    fn write(&mut self, symbols: usize, decoder: &mut Decoder<'_>) {
        const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        for symbol in 0..symbols {
            let index = (self.bits >> (18 - 6 * symbol)) as usize % 64;
            decoder.push(char::from(ALPHABET.get(index).copied().unwrap_or(b'A')), self.at);
        }
        (self.bits, self.count) = (0, 0);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_short_run_is_the_run(text in "[0-9A-F]{1,9}[0x :\n-g\u{a0}|\\\\]{0,3}[0-9a-fx ]{0,9}") {
            if let Some(length) = short_run(text.as_bytes()) {
                let found = run(&text, |_, _| ());
                prop_assert_eq!((found.digits < SHORTEST, found.end.max(1)), (true, length));
            }
        }
    }
}
