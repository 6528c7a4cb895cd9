//! Base64 of a text, where the text itself was meant.

use alloc::vec::Vec;

use zeroize::Zeroizing;

use crate::public_key::recover::reading::Reading;
use crate::public_key::recover::state::{Decoder, State};

/// The shortest run of base64 that is decoded.
const SHORTEST: usize = 24;

/// Decodes the longest run of base64, if it encodes text. It may span lines.
pub(super) fn longest(state: &State) -> Option<State> {
    let runs = Runs { text: state.text().as_bytes(), at: 0 };
    // The first of the longest.
    let best = runs.reduce(|best, run| if run.symbols > best.symbols { run } else { best });
    decode(state, &best?)
}

/// Decodes the first run of base64 that encodes text.
pub(super) fn first(state: &State) -> Option<State> {
    Runs { text: state.text().as_bytes(), at: 0 }.find_map(|run| decode(state, &run))
}

/// A run of base64 symbols and whitespace between them.
struct Run {
    start: usize,
    end: usize,
    symbols: usize,
}

/// Finds the runs of a text: words of at least [`SHORTEST`] symbols, and the words of base64 on the lines after them.
struct Runs<'a> {
    text: &'a [u8],
    at: usize,
}

impl Iterator for Runs<'_> {
    type Item = Run;

    fn next(&mut self) -> Option<Run> {
        loop {
            let rest = self.text.get(self.at..)?;
            let start = self.at + rest.iter().position(|&byte| value(byte).is_some())?;
            let mut end = self.word(start);
            self.at = end;
            let mut symbols = end - start;
            if symbols < SHORTEST {
                continue;
            }
            loop {
                let gap = self.text.get(end..)?.iter().take_while(|byte| byte.is_ascii_whitespace() || **byte == b'\\');
                let next = end + gap.count();
                let word = self.word(next);
                // A word is a part of the base64 if nothing but whitespace is behind it.
                let is_whole = self.text.get(word).is_none_or(|&byte| byte.is_ascii_whitespace() || is_closing(byte));
                if next == end || word == next || !is_whole {
                    break;
                }
                symbols += word - next;
                end = word;
            }
            self.at = end;
            return Some(Run { start, end, symbols });
        }
    }
}

impl Runs<'_> {
    /// Returns the end of the word of base64 at `start`, without padding.
    fn word(&self, start: usize) -> usize {
        let rest = self.text.get(start..).unwrap_or_default();
        start + rest.iter().take_while(|&&byte| value(byte).is_some()).count()
    }
}

fn is_closing(byte: u8) -> bool {
    matches!(byte, b'=' | b'"' | b'\'' | b'`' | b',' | b'<' | b')' | b']' | b'}' | b';' | b'|')
}

fn decode(state: &State, run: &Run) -> Option<State> {
    let text = state.text().as_bytes().get(run.start..run.end)?;
    // Every key starts so, and is not text.
    if text.starts_with(b"AAAA") {
        return None;
    }
    let mut bytes = Zeroizing::new(Vec::with_capacity(run.symbols / 4 * 3 + 3));
    let mut positions = Vec::with_capacity(bytes.capacity());
    let (mut bits, mut count) = (0u32, 0);
    for (at, value) in text.iter().enumerate().filter_map(|(at, &byte)| Some((at, value(byte)?))) {
        bits = bits << 6 | value;
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push((bits >> count) as u8);
            positions.push(run.start + at);
            bits &= (1 << count) - 1;
        }
    }
    let is_readable = |c: &char| matches!(c, ' '..='~' | '\t' | '\n' | '\r' | '\0' | '\u{a0}'..);
    let valid = bytes.utf8_chunks().flat_map(|chunk| chunk.valid().chars());
    let readable: usize = valid.filter(is_readable).map(char::len_utf8).sum();
    // Random bytes are readable with a probability of 0.43 each. A few letters may be in another encoding.
    if readable * 10 < bytes.len() * 9 {
        return None;
    }
    let mut decoder = Decoder::new(state);
    decoder.damage(run.start);
    let mut next = 0;
    let mut push = |c: char, length: usize| {
        decoder.push(c, positions.get(next).copied().unwrap_or(run.start));
        next += length;
    };
    for chunk in bytes.utf8_chunks() {
        chunk.valid().chars().for_each(|c| push(c, c.len_utf8()));
        if !chunk.invalid().is_empty() {
            push('?', chunk.invalid().len());
        }
    }
    decoder.finish(Reading::Base64)
}

/// Returns the six bits of a symbol of either alphabet.
fn value(byte: u8) -> Option<u32> {
    Some(u32::from(match byte {
        b'A'..=b'Z' => byte - b'A',
        b'a'..=b'z' => byte - b'a' + 26,
        b'0'..=b'9' => byte - b'0' + 52,
        b'+' | b'-' => 62,
        b'/' | b'_' => 63,
        _ => return None,
    }))
}
