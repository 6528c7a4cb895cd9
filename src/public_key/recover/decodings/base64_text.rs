//! Base64 of a text, where the text itself was meant.

use alloc::vec::Vec;

use zeroize::Zeroizing;

use crate::public_key::private_key_scan::six_bits;
use crate::public_key::recover::reading::Reading;
use crate::public_key::recover::state::{Decoder, State};

/// The shortest run of base64 that is decoded.
const SHORTEST: usize = 24;

/// Decodes the longest run of base64, if it encodes text. It may span lines.
pub(super) fn longest(state: &State) -> Option<State> {
    decode(state, &longest_run(state.text())?)
}

/// Decodes the first run of base64 that encodes text, unless it is the longest.
pub(super) fn first(state: &State) -> Option<State> {
    let text = state.text().as_bytes();
    let run = Runs { text, at: 0 }.find(|run| encodes_text(text, run))?;
    if longest_run(state.text()).is_some_and(|longest| longest.start == run.start) { None } else { decode(state, &run) }
}

/// Returns whether there is a run of base64.
pub(super) fn has_run(text: &str) -> bool {
    let bytes = text.as_bytes();
    // The last byte of those that may be the next run. Unless it is a symbol, no run includes it.
    let mut end = SHORTEST;
    while let Some(window) = end.checked_sub(SHORTEST).and_then(|start| bytes.get(start..end)) {
        match window.iter().rposition(|&byte| six_bits(byte).is_none()) {
            Some(other) => end += other + 1,
            None => return true,
        }
    }
    false
}

/// Returns whether there may be more than one run.
pub(super) fn may_have_runs(text: &str) -> bool {
    text.len() > 2 * SHORTEST && has_run(text)
}

/// Returns whether a run encodes text.
pub(super) fn has_text(text: &str) -> bool {
    let bytes = text.as_bytes();
    has_run(text) && Runs { text: bytes, at: 0 }.any(|run| encodes_text(bytes, &run))
}

/// Returns the first of the longest runs.
fn longest_run(text: &str) -> Option<Run> {
    let runs = Runs { text: text.as_bytes(), at: 0 };
    runs.reduce(|best, run| if run.symbols > best.symbols { run } else { best })
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
            let start = self.at + rest.iter().position(|&byte| six_bits(byte).is_some())?;
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
        start + rest.iter().take_while(|&&byte| six_bits(byte).is_some()).count()
    }
}

fn is_closing(byte: u8) -> bool {
    matches!(byte, b'=' | b'"' | b'\'' | b'`' | b',' | b'<' | b')' | b']' | b'}' | b';' | b'|')
}

/// Returns whether a run of base64 encodes text.
fn encodes_text(text: &[u8], run: &Run) -> bool {
    let symbols = text.get(run.start..run.end).unwrap_or_default();
    // Every key starts so, and is not text.
    if symbols.starts_with(b"AAAA") {
        return false;
    }
    // Random bytes are readable with a probability of 0.43 each. A few letters may be in another encoding.
    count_unreadable(Bytes::new(symbols).map(|(byte, _)| byte), run.symbols * 6 / 8 / 10).is_some()
}

/// Counts the bytes that are neither printable ASCII nor of another character in UTF-8; `None` if they exceed `most`.
fn count_unreadable(bytes: impl Iterator<Item = u8>, most: usize) -> Option<usize> {
    // How many bytes of a character were read, and how many are missing.
    let (mut unreadable, mut read, mut missing) = (0, 0, 0);
    for byte in bytes {
        if missing > 0 && byte & 0xc0 == 0x80 {
            missing -= 1;
            read = if missing == 0 { 0 } else { read + 1 };
            continue;
        }
        unreadable += read;
        (read, missing) = match byte {
            0xc2..=0xdf => (1, 1),
            0xe0..=0xef => (1, 2),
            0xf0..=0xf4 => (1, 3),
            _ => (0, 0),
        };
        if missing == 0 && !matches!(byte, b' '..=b'~' | b'\t' | b'\n' | b'\r' | 0) {
            unreadable += 1;
        }
        if unreadable > most {
            return None;
        }
    }
    Some(unreadable + read).filter(|&unreadable| unreadable <= most)
}

fn decode(state: &State, run: &Run) -> Option<State> {
    if !encodes_text(state.text().as_bytes(), run) {
        return None;
    }
    let symbols = state.text().as_bytes().get(run.start..run.end)?;
    let mut bytes = Zeroizing::new(Vec::with_capacity(run.symbols * 6 / 8));
    bytes.extend(Bytes::new(symbols).map(|(byte, _)| byte));
    let mut decoder = Decoder::new(state);
    decoder.damage(run.start);
    let mut positions = Bytes::new(symbols).map(|(_, at)| run.start + at);
    let mut push = |c: char, length: usize| {
        decoder.push(c, positions.next().unwrap_or(run.start));
        (1..length).for_each(|_| _ = positions.next());
    };
    for chunk in bytes.utf8_chunks() {
        chunk.valid().chars().for_each(|c| push(c, c.len_utf8()));
        if !chunk.invalid().is_empty() {
            push('?', chunk.invalid().len());
        }
    }
    decoder.finish(Reading::Base64)
}

/// The bytes that symbols of base64 encode, each with the offset of its last symbol. Other characters are skipped.
struct Bytes<'a> {
    symbols: core::iter::Enumerate<core::slice::Iter<'a, u8>>,
    bits: u32,
    count: u32,
}

impl<'a> Bytes<'a> {
    fn new(symbols: &'a [u8]) -> Self {
        Self { symbols: symbols.iter().enumerate(), bits: 0, count: 0 }
    }
}

impl Iterator for Bytes<'_> {
    type Item = (u8, usize);

    fn next(&mut self) -> Option<(u8, usize)> {
        loop {
            let (at, &symbol) = self.symbols.next()?;
            let Some(value) = six_bits(symbol) else { continue };
            self.bits = self.bits << 6 | value;
            self.count += 6;
            if self.count >= 8 {
                self.count -= 8;
                let byte = (self.bits >> self.count) as u8;
                self.bits &= (1 << self.count) - 1;
                return Some((byte, at));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn there_is_a_run_if_one_is_found(text in "([A-Za-z0-9+/_-]{0,26}[ .=]{0,2}){0,5}") {
            prop_assert_eq!(has_run(&text), Runs { text: text.as_bytes(), at: 0 }.next().is_some());
        }
    }
}
