//! Hexadecimal digits: of a key, or of a whole text.

use crate::public_key::recover::reading::Reading;
use crate::public_key::recover::state::{Decoder, State};

/// The shortest run of digits that is decoded: shorter ones are fingerprints and numbers.
const SHORTEST: usize = 72;

/// Decodes the first long run of hexadecimal digits, with or without separators, or the rows of a hexadecimal dump.
///
/// A binary key is written in base64, a text as it is.
pub(super) fn digits(state: &State) -> Option<State> {
    let text = state.text();
    let mut start = 0;
    while let Some(found) = text.get(start..)?.bytes().position(|byte| byte.is_ascii_hexdigit()) {
        start += found;
        let length = run(text.as_bytes().get(start..)?, &mut |_, _| {});
        if length.digits >= SHORTEST {
            return decode(state, start);
        }
        start += length.end.max(1);
    }
    None
}

struct Run {
    digits: usize,
    end: usize,
}

/// Reads digits in pairs, whose separators are skipped, and passes on each byte with its offset.
fn run(text: &[u8], each: &mut dyn FnMut(u8, usize)) -> Run {
    let (mut at, mut digits, mut end) = (0, 0, 0);
    loop {
        // The offset in front of a row of a dump: at least four digits and a colon or two spaces.
        if at == 0 || text.get(at - 1) == Some(&b'\n') {
            at += offset(text.get(at..).unwrap_or_default());
        }
        let pair = text.get(at..at + 2).and_then(|pair| core::str::from_utf8(pair).ok());
        let byte = pair.filter(|pair| pair.bytes().all(|digit| digit.is_ascii_hexdigit()));
        if let Some(byte) = byte.and_then(|pair| u8::from_str_radix(pair, 16).ok()) {
            each(byte, at);
            at += 2;
            digits += 2;
            end = at;
            continue;
        }
        // The characters of a dump are behind two spaces or a bar.
        let rest = text.get(at..).unwrap_or_default();
        let is_row_end = digits > 0
            && (rest.starts_with(b"  ") || rest.starts_with(b" |"))
            && {
                let next = rest.iter().find(|byte| !matches!(byte, b' '));
                !rest.starts_with(b"   ")
                    && next.is_some_and(|byte| !byte.is_ascii_hexdigit() || rest.starts_with(b"  "))
                    && rest.iter().take(90).any(|&byte| byte == b'\n' || byte == b'|')
            }
            && offset_follows(rest);
        if is_row_end {
            at += rest.iter().position(|&byte| byte == b'\n').map_or(rest.len(), |line_end| line_end + 1);
            continue;
        }
        let separator = match rest {
            [b'\\', b'x', ..] | [b'0', b'x', ..] => 2,
            [b' ' | b':' | b',' | b'\n' | b'\r' | b'\t' | b'-', ..] => 1,
            _ => return Run { digits, end: end.max(1) },
        };
        at += separator;
    }
}

/// Returns whether this row of a dump is followed by another one, or by the end of the dump.
fn offset_follows(rest: &[u8]) -> bool {
    match rest.iter().position(|&byte| byte == b'\n') {
        Some(line_end) => {
            let next = rest.get(line_end + 1..).unwrap_or_default();
            next.trim_ascii().is_empty() || offset(next) > 0 || next.first().is_some_and(u8::is_ascii_hexdigit)
        }
        None => true,
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

fn decode(state: &State, start: usize) -> Option<State> {
    let text = state.text().as_bytes().get(start..)?;
    let mut head = [0u8; 3];
    let mut count = 0;
    run(text, &mut |byte, _| {
        if let Some(slot) = head.get_mut(count) {
            *slot = byte;
        }
        count += 1;
    });
    let mut decoder = Decoder::new(state);
    decoder.damage(start);
    // The text before it has the type, if there is one.
    let before = state.text().get(..start)?;
    before.char_indices().for_each(|(at, c)| decoder.push(c, at));
    if matches!(head, [0, 0, 0] | [0x30, ..]) {
        let mut group = Group { bits: 0, count: 0, at: 0 };
        run(text, &mut |byte, at| group.add(byte, start + at, &mut decoder));
        group.finish(&mut decoder);
    } else {
        run(text, &mut |byte, at| decoder.push(if byte.is_ascii() { char::from(byte) } else { '?' }, start + at));
    }
    decoder.finish(Reading::Hexadecimal)
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
