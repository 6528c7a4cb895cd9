//! Base64 of a text, where the text itself was meant.

use alloc::vec::Vec;

use zeroize::Zeroizing;

use crate::public_key::private_key_scan::six_bits;
use crate::public_key::recover::reading::Reading;
use crate::public_key::recover::state::{Decoder, State};
use crate::public_key::recover::symbols::string_gap;

/// The shortest run of base64 that is decoded.
const SHORTEST: usize = 24;

/// Decodes the longest run of base64, if it encodes text. It may span lines.
pub(super) fn longest(state: &State) -> Option<State> {
    let run = longest_run(state.text())?;
    let start = start_of_text(state.text(), &run)?;
    decode(state, &run, start)
}

/// Decodes the first run of base64 that encodes text, unless it is the longest.
pub(super) fn first(state: &State) -> Option<State> {
    let text = state.text();
    let mut runs = Runs { text, at: 0 };
    let (run, start) = runs.find_map(|run| start_of_text(text, &run).map(|start| (run, start)))?;
    if longest_run(text).is_some_and(|longest| longest.start == run.start) { None } else { decode(state, &run, start) }
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
    has_run(text) && Runs { text, at: 0 }.any(|run| start_of_text(text, &run).is_some())
}

/// Returns the first of the longest runs.
fn longest_run(text: &str) -> Option<Run> {
    let runs = Runs { text, at: 0 };
    runs.reduce(|best, run| if run.symbols > best.symbols { run } else { best })
}

/// A run of base64 symbols, and what interrupts them.
struct Run {
    start: usize,
    end: usize,
    symbols: usize,
}

/// Finds the runs of a text: words of at least [`SHORTEST`] symbols, and the words of base64 behind what breaks them.
struct Runs<'a> {
    text: &'a str,
    at: usize,
}

impl Iterator for Runs<'_> {
    type Item = Run;

    fn next(&mut self) -> Option<Run> {
        loop {
            let rest = self.text.as_bytes().get(self.at..)?;
            let start = self.at + rest.iter().position(|&byte| six_bits(byte).is_some())?;
            let mut end = self.word(start);
            self.at = end;
            let mut symbols = end - start;
            if symbols < SHORTEST {
                continue;
            }
            loop {
                let next = end + string_gap(self.text, end);
                let word = self.word(next);
                // A word is a part of the base64 if nothing is behind it but what breaks base64.
                let is_closed = self.text.as_bytes().get(word).is_none_or(|&byte| is_closing(byte));
                let is_whole = is_closed || string_gap(self.text, word) > 0;
                // The frame of a table.
                let is_frame = self.text.get(next..word).is_some_and(|word| word.contains("----"));
                if next == end || word == next || !is_whole || is_frame {
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
        let rest = self.text.as_bytes().get(start..).unwrap_or_default();
        start + rest.iter().take_while(|&&byte| six_bits(byte).is_some()).count()
    }
}

fn is_closing(byte: u8) -> bool {
    matches!(byte, b'=' | b'"' | b'\'' | b'`' | b',' | b'<' | b')' | b']' | b'}' | b';' | b'|')
}

/// Returns where a run of base64 encodes text. What is in front of the base64 may look like symbols of it, such as the
/// slashes of a URL, and its start may be lost.
fn start_of_text(text: &str, run: &Run) -> Option<usize> {
    // Every key starts so, and is not text.
    if text.get(run.start..).is_some_and(|rest| rest.starts_with("AAAA")) {
        return None;
    }
    // Random bytes are readable with a probability of 0.43 each. A few letters may be in another encoding.
    let most = run.symbols * 6 / 8 / 10;
    let is_text =
        |&start: &usize| count_unreadable(Bytes::new(text, start, run.end).map(|(byte, _)| byte), most).is_some();
    (run.start..run.start + 4).find(is_text)
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

/// Decodes a run of base64 that encodes text from `start` on.
fn decode(state: &State, run: &Run, start: usize) -> Option<State> {
    let decoded = || Bytes::new(state.text(), start, run.end);
    let mut bytes = Zeroizing::new(Vec::with_capacity(run.symbols * 6 / 8));
    bytes.extend(decoded().map(|(byte, _)| byte));
    let mut decoder = Decoder::new(state);
    decoder.damage(start);
    let mut positions = decoded().map(|(_, at)| at);
    let mut push = |c: char, length: usize| {
        decoder.push(c, positions.next().unwrap_or(start));
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

/// The bytes that symbols of base64 encode, each with the position of its last symbol. What breaks base64 is skipped.
struct Bytes<'a> {
    text: &'a str,
    at: usize,
    end: usize,
    bits: u32,
    count: u32,
}

impl<'a> Bytes<'a> {
    fn new(text: &'a str, start: usize, end: usize) -> Self {
        Self { text, at: start, end, bits: 0, count: 0 }
    }
}

impl Iterator for Bytes<'_> {
    type Item = (u8, usize);

    fn next(&mut self) -> Option<(u8, usize)> {
        loop {
            let at = self.at;
            if at >= self.end {
                return None;
            }
            let Some(value) = six_bits(*self.text.as_bytes().get(at)?) else {
                self.at += string_gap(self.text, at).max(1);
                continue;
            };
            self.at += 1;
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
            prop_assert_eq!(has_run(&text), Runs { text: &text, at: 0 }.next().is_some());
        }
    }
}
