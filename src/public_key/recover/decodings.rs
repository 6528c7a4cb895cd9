//! Encodings of a whole text, and the search over them: each decoding that has a visible mark leads to another text.

mod base64_text;
mod character_dump;
mod characters;
mod escapes;
mod hexadecimal;
mod markup;
mod prefix;
mod window;

use alloc::string::String;
use alloc::vec::Vec;
use core::ops::ControlFlow;

use zeroize::Zeroizing;

use crate::public_key::private_key_scan::{self, FoundPrivateKey};
use crate::public_key::recover::state::{MAX_DEPTH, MAX_TEXT, State, prefix};
use crate::public_key::recover::survey::{self, Survey, is_plain};
use crate::public_key::recover::work::Work;

/// The number of states that are visited at most.
pub(crate) const MAX_STATES: usize = 64;

/// How much of a text that is too long is searched for private keys, so that 1 MB is rejected in some microseconds.
const WINDOW: usize = MAX_TEXT / 2;

/// How many places of a text that is too long are examined, and in how many of them the text is decoded.
const MAX_PLACES: usize = 64;
const MAX_DECODED: usize = 4;

/// How much is examined before such a place, and after it; how much of that is decoded.
const BEFORE: usize = 80;
const AFTER: usize = 1024;
const DECODED: usize = 128;

/// The shortest text that can hold a private key in any encoding.
const SHORTEST: usize = 32;

/// The bytes of all decoded texts together, after which nothing more is decoded.
const fn max_bytes(input: usize) -> usize {
    /// Enough for every order of the decodings of a short text.
    const SHORT: usize = 2048;
    /// A long text has fewer states, so that a search takes no longer.
    const LONG: usize = 4 * MAX_TEXT;

    let some = SHORT + 8 * input;
    if some < LONG { some } else { LONG }
}

type Mark = fn(&str) -> bool;

type Decoding = fn(&State) -> Option<State>;

/// The decodings, each with the classes of its mark, of which a text has one that it decodes, and with what such a text
/// has besides.
const DECODINGS: [(u32, Mark, Decoding); 15] = [
    (survey::NOT_ASCII, |text| text.starts_with('\u{feff}'), characters::without_byte_order_mark),
    (survey::CONTROL_OR_OTHER, |_| true, characters::without_nuls),
    (survey::SPACE | survey::NOT_ASCII, characters::has_space_behind_first, characters::without_spaces_between),
    (survey::CONTROL_OR_OTHER, |_| true, characters::without_invisible),
    (survey::NOT_ASCII, |_| true, characters::in_ascii),
    (survey::PERCENT, |_| true, escapes::percent),
    (survey::PLUS, |text| text.contains('%') || text.contains("+AAAA"), escapes::web_form),
    (survey::BACKSLASH_OR_BACKTICK, |_| true, escapes::backslash),
    (survey::UNDERSCORE, |text| text.contains("_x") && !text.contains(['\\', '`']), escapes::backslash),
    (survey::EQUALS_SIGN, |_| true, escapes::quoted_printable),
    (survey::AMPERSAND, |_| true, markup::entities),
    (survey::LESS_THAN, |_| true, markup::tags),
    (survey::LINE_END, character_dump::has_first_row, character_dump::rows),
    (survey::ANY, hexadecimal::may_have_run, hexadecimal::digits),
    (survey::LINE_END, |_| true, prefix::of_lines),
];

/// The decodings of base64, which has no mark but its length.
const BASE64: [(Mark, Decoding); 2] =
    [(base64_text::has_run, base64_text::longest), (base64_text::may_have_runs, base64_text::first)];

/// Returns the decodings whose marks a text has.
fn marked(text: &str, survey: Survey) -> impl Iterator<Item = Decoding> {
    let marked = DECODINGS.iter().filter(move |(classes, mark, _)| survey.has(*classes) && mark(text));
    marked.map(|(.., decoding)| *decoding)
}

/// Returns the decodings that a text may need, each with how often it reads the text.
fn decodings(text: &str, survey: Survey) -> impl Iterator<Item = (usize, Decoding)> {
    let base64 = BASE64.iter().filter(|(mark, _)| mark(text));
    let marked = marked(text, survey).map(|decoding| (1, decoding));
    marked.chain(base64.map(|(_, decoding)| (3, *decoding)))
}

/// Visits the text and what up to three decodings lead to, breadth first, while there is work left. Returns the number
/// of states visited.
pub(crate) fn visit(input: State, work: &Work, mut each: impl FnMut(&State, Survey) -> ControlFlow<()>) -> usize {
    /// The bytes that a state is read, without what its bytes make necessary.
    const READS: usize = 4;

    let mut seen = Vec::from([digest(input.text())]);
    let (limit, mut bytes) = (max_bytes(input.text().len()), 0);
    let mut visited = 0;
    work.spend(READS * input.text().len());
    let mut level = Vec::from([input]);
    while !level.is_empty() {
        let mut surveys = Vec::with_capacity(level.len());
        for state in &level {
            if work.is_done() {
                return visited;
            }
            visited += 1;
            let survey = Survey::of(state.text(), work);
            surveys.push(survey);
            if each(state, survey).is_break() {
                return visited;
            }
        }
        let mut next = Vec::new();
        for (state, &survey) in level.iter().zip(&surveys).filter(|(state, _)| state.depth() < MAX_DEPTH) {
            for (reads, decoding) in decodings(state.text(), survey) {
                if seen.len() == MAX_STATES || bytes > limit || work.is_done() {
                    break;
                }
                work.spend(reads * state.text().len());
                let Some(decoded) = decoding(state) else { continue };
                let digest = digest(decoded.text());
                if !seen.contains(&digest) {
                    seen.push(digest);
                    bytes += decoded.text().len();
                    work.spend(READS * decoded.text().len());
                    next.push(decoded);
                }
            }
        }
        level = next;
    }
    visited
}

/// Finds a private key in a text, under every decoding.
pub(crate) fn find_private_key(text: &str) -> Option<FoundPrivateKey> {
    find_with(text, &Work::of(text.len()))
}

/// Finds a private key in a text, under every decoding that there is work for.
fn find_with(text: &str, work: &Work) -> Option<FoundPrivateKey> {
    if text.len() > MAX_TEXT {
        find_in_long(text.as_bytes())
    } else if is_unencoded(text, work) {
        None
    } else {
        find_decoded(State::input(text), work, |_| ())
    }
}

/// Returns whether it is certain that no decoding changes a text, and that it has no private key.
pub(crate) fn is_unencoded(text: &str, work: &Work) -> bool {
    if text.len() < SHORTEST {
        return !survey::may_have_private_key_as_it_is(text);
    }
    if text.len() > MAX_TEXT {
        return false;
    }
    let survey = Survey::of(text, work);
    // Most comments have no mark of any decoding, and most of the others are not encoded.
    !survey.may_have_private_key && !base64_text::has_text(text) && {
        marked(text, survey).next().is_none() || {
            let input = State::input(text);
            marked(text, survey).all(|decoding| decoding(&input).is_none())
        }
    }
}

/// Finds a private key in the first [`WINDOW`] bytes of a text that is too long to be searched.
pub(crate) fn find_in_long(text: &[u8]) -> Option<FoundPrivateKey> {
    let (window, _) = text.split_at(text.len().min(WINDOW));
    let (mut decoded, mut last) = (0, None);
    // The start of the text is examined, too, whatever it is.
    let places = window::places(window).map(|place| (place, AFTER));
    core::iter::once((0, DECODED)).chain(places).take(MAX_PLACES).find_map(|(place, after)| {
        // A row of a hexadecimal dump is read from its start, and a character from its first byte.
        let nearest = place.saturating_sub(BEFORE);
        let before = window.get(nearest..place)?;
        let line = before.iter().rposition(|&byte| byte == b'\n').map_or(nearest, |end| nearest + end + 1);
        let start = if line % 2 == 1 && window.get(line) == Some(&0) { line + 1 } else { line };
        // What follows a place that was examined, too.
        if last.is_some_and(|last| place < last + BEFORE) {
            return None;
        }
        last = (after == AFTER).then_some(place);
        let part = window.get(start..window.len().min(place + after))?;
        let found = match core::str::from_utf8(part) {
            Ok(text) => private_key_scan::find_private_key(text),
            Err(error) => {
                let valid = part.get(..error.valid_up_to()).and_then(|part| core::str::from_utf8(part).ok());
                private_key_scan::find_private_key(valid.unwrap_or_default())
            }
        };
        let found = found.or_else(|| {
            decoded += 1;
            let head = part.get(..part.len().min(place - start + DECODED)).filter(|_| decoded <= MAX_DECODED)?;
            find_decoded(of_part(head), &Work::of_part(head.len()), |_| ())
        })?;
        Some(FoundPrivateKey { position: start + found.position })
    })
}

/// Returns the state of a part of a text, which may start or end within a character.
fn of_part(part: &[u8]) -> State {
    let skipped = part.iter().take(3).take_while(|&&byte| byte & 0xc0 == 0x80).count();
    let whole = part.get(skipped..).unwrap_or_default();
    let text = match core::str::from_utf8(whole) {
        Ok(text) => Some(text),
        Err(error) if error.error_len().is_none() => {
            whole.get(..error.valid_up_to()).and_then(|whole| core::str::from_utf8(whole).ok())
        }
        Err(_) => None,
    };
    text.map_or_else(|| State::of_bytes(part), State::input)
}

/// Finds a private key in the texts that a text leads to, and passes on those that have none.
pub(crate) fn find_decoded(input: State, work: &Work, mut each: impl FnMut(&State)) -> Option<FoundPrivateKey> {
    let (mut found, mut folds) = (None, Folds::default());
    visit(input, work, |state, survey| {
        found = in_state(state, survey, &mut folds, work);
        if found.is_some() {
            return ControlFlow::Break(());
        }
        each(state);
        ControlFlow::Continue(())
    });
    found
}

/// Finds a private key in the text of a state; its position is in the input.
pub(crate) fn in_state(state: &State, survey: Survey, folds: &mut Folds, work: &Work) -> Option<FoundPrivateKey> {
    /// The bytes that the scan of a text and the one without what folds it are worth.
    const READS: usize = 3;

    let text = state.text();
    if !survey.may_have_private_key {
        debug_assert!(private_key_scan::find_private_key(text).is_none(), "the survey knows every private key");
        debug_assert!(
            folds.find_private_key(text, true).is_none(),
            "the survey knows every private key that is folded"
        );
        return None;
    }
    work.spend(READS * text.len());
    let find_folded = || folds.find_private_key(text, survey.has_member_d);
    let found = private_key_scan::find_private_key(text).or_else(find_folded)?;
    Some(FoundPrivateKey { position: state.position(found.position) })
}

/// Texts without what folds them, one after the other in the same place.
#[derive(Default)]
pub(crate) struct Folds {
    compact: Zeroizing<String>,
}

impl Folds {
    /// Finds a key that is folded, without what folds it.
    fn find_private_key(&mut self, text: &str, may_be_json: bool) -> Option<FoundPrivateKey> {
        // The quotation marks of JSON are a part of the key.
        self.find(text, false).or_else(|| may_be_json.then(|| self.find(text, true)).flatten())
    }

    fn find(&mut self, text: &str, has_quotes: bool) -> Option<FoundPrivateKey> {
        if self.compact.capacity() < text.len() {
            self.compact = Zeroizing::new(String::with_capacity(text.len()));
        }
        self.compact.clear();
        unfolded(text, has_quotes, |piece, _| self.compact.push_str(piece));
        if self.compact.len() == text.len() {
            return None;
        }
        let found = private_key_scan::find_private_key(&self.compact)?;
        let (mut kept, mut position) = (0, None);
        unfolded(text, has_quotes, |piece, at| {
            if position.is_none() && kept + piece.len() > found.position {
                position = Some(at + (found.position - kept));
            }
            kept += piece.len();
        });
        Some(FoundPrivateKey { position: position.unwrap_or(0) })
    }
}

/// Passes on the pieces of a text between what folds one, each with its position: whitespace, quotation marks and marks
/// of lines, and what joins strings in a program.
fn unfolded(text: &str, has_quotes: bool, mut each: impl FnMut(&str, usize)) {
    let is_quote = |c: char| matches!(c, '"' | '\'' | '`');
    // With the frame of a terminal, and the sign with which a mail program ends a line.
    let is_fold = |c: char, after: usize| {
        c.is_whitespace()
            || (is_quote(c) && !has_quotes)
            || matches!(c, '\\' | '>' | '|' | ',' | ';' | '#' | '*' | '\u{2502}' | '\u{2503}' | '\u{2551}')
            || (c == '!' && text.as_bytes().get(after) == Some(&b'\n'))
    };
    let (mut start, mut at, mut is_behind_quote) = (0, 0, false);
    let mut pass = |start, end| each(text.get(start..end).unwrap_or_default(), start);
    while let Some(plain) = text.as_bytes().get(at..).and_then(|rest| rest.iter().position(|&byte| !is_plain(byte))) {
        is_behind_quote &= plain == 0;
        at += plain;
        let Some(c) = text.get(at..).and_then(|rest| rest.chars().next()) else { break };
        let after = at + c.len_utf8();
        let joins_strings = is_behind_quote
            && matches!(c, '+' | '.' | '&' | '_')
            && text.get(after..).is_some_and(|rest| {
                rest.trim_start_matches(|c: char| c.is_whitespace() || c == '_').starts_with(is_quote)
            });
        if !c.is_whitespace() && !joins_strings {
            is_behind_quote = is_quote(c);
        }
        if joins_strings || is_fold(c, after) {
            if start < at {
                pass(start, at);
            }
            start = after;
        }
        at = after;
    }
    pass(start, text.len());
}

/// Returns whether a text that would be quoted may contain a private key, under any decoding, or a part of one.
pub(crate) fn may_contain_private_key(text: &str) -> bool {
    private_key_scan::may_contain_private_key(text) || {
        // Windows that overlap by more than a quotation may show, so that none of them hides a key.
        let mut rest = text;
        loop {
            let window = prefix(rest, MAX_TEXT);
            // What cannot be searched to the end is not quoted.
            let work = Work::of(window.len());
            if find_with(window, &work).is_some() || work.is_done() {
                return true;
            }
            let skipped = prefix(rest, MAX_TEXT / 2).len();
            match rest.split_at_checked(skipped) {
                Some((_, next)) if window.len() < rest.len() => rest = next,
                _ => return false,
            }
        }
    }
}

/// Returns a hash of a text, which tells states apart: FNV-1a, of eight bytes at a time.
fn digest(text: &str) -> u64 {
    let mix = |hash: u64, word: u64| {
        let product = (hash ^ word).wrapping_mul(0x100_0000_01b3);
        // The highest bits, which the product does not carry down.
        product ^ (product >> 32)
    };
    let mut words = text.as_bytes().chunks_exact(8);
    let start = mix(0xcbf2_9ce4_8422_2325, text.len() as u64);
    let hash = words.by_ref().filter_map(|word| word.try_into().ok()).map(u64::from_le_bytes).fold(start, mix);
    words.remainder().iter().fold(hash, |hash, &byte| mix(hash, u64::from(byte)))
}
