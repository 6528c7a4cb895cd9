//! Encodings of a whole text, and the search over them: each decoding that has a visible mark leads to another text.

mod base64_text;
mod characters;
mod escapes;
mod hexadecimal;
mod markup;
mod prefix;

use alloc::string::String;
use alloc::vec::Vec;
use core::ops::ControlFlow;

use zeroize::Zeroizing;

use crate::public_key::private_key_scan::{self, FoundPrivateKey};
use crate::public_key::recover::state::{MAX_DEPTH, MAX_TEXT, State, WINDOW, prefix};

/// The number of states that are visited at most.
pub(crate) const MAX_STATES: usize = 64;

/// How much of it is decoded for that.
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

/// The decodings, each with a mark that a text has which it decodes.
const DECODINGS: [(Mark, Decoding); 15] = [
    (|text| text.starts_with('\u{feff}'), characters::without_byte_order_mark),
    (|text| text.contains('\0'), characters::without_nuls),
    (|text| text.contains(' '), characters::without_spaces_between),
    (characters::has_control_or_other, characters::without_invisible),
    (|text| !text.is_ascii(), characters::in_ascii),
    (|text| text.contains('%'), escapes::percent),
    (|text| text.contains('%'), escapes::web_form),
    (|text| text.contains(['\\', '`', '_']), escapes::backslash),
    (|text| text.contains('='), escapes::quoted_printable),
    (|text| text.contains('&'), markup::entities),
    (|text| text.contains('<'), markup::tags),
    (|_| true, hexadecimal::digits),
    (|_| true, base64_text::longest),
    (|_| true, base64_text::first),
    (|text| text.contains('\n'), prefix::of_lines),
];

/// Visits the text and what up to three decodings lead to, breadth first. Returns the number of states visited.
pub(crate) fn visit(input: State, mut each: impl FnMut(&State) -> ControlFlow<()>) -> usize {
    let mut seen = Vec::from([digest(input.text())]);
    let (limit, mut bytes) = (max_bytes(input.text().len()), 0);
    let mut level = Vec::from([input]);
    while !level.is_empty() {
        for state in &level {
            if each(state).is_break() {
                return seen.len();
            }
        }
        let mut next = Vec::new();
        for state in level.iter().filter(|state| state.depth() < MAX_DEPTH) {
            for (has_mark, decoding) in DECODINGS {
                if seen.len() == MAX_STATES || bytes > limit {
                    break;
                }
                if !has_mark(state.text()) {
                    continue;
                }
                let Some(decoded) = decoding(state) else { continue };
                let digest = digest(decoded.text());
                if !seen.contains(&digest) {
                    seen.push(digest);
                    bytes += decoded.text().len();
                    next.push(decoded);
                }
            }
        }
        level = next;
    }
    seen.len()
}

/// Finds a private key in a text, under every decoding.
pub(crate) fn find_private_key(text: &str) -> Option<FoundPrivateKey> {
    if text.len() < SHORTEST {
        return private_key_scan::find_private_key(text);
    }
    if text.len() > MAX_TEXT {
        return find_in_window(prefix(text, WINDOW));
    }
    find_decoded(text)
}

/// Finds a private key in the first part of a text that is too long to be searched.
pub(crate) fn find_in_window(window: &str) -> Option<FoundPrivateKey> {
    private_key_scan::find_private_key(window).or_else(|| find_decoded(prefix(window, DECODED)))
}

fn find_decoded(text: &str) -> Option<FoundPrivateKey> {
    let (mut found, mut folds) = (None, Folds::default());
    visit(State::input(text), |state| {
        found = in_state(state, &mut folds);
        if found.is_some() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    found
}

/// Finds a private key in the text of a state; its position is in the input.
pub(crate) fn in_state(state: &State, folds: &mut Folds) -> Option<FoundPrivateKey> {
    let found = private_key_scan::find_private_key(state.text()).or_else(|| folds.find_private_key(state.text()))?;
    Some(FoundPrivateKey { position: state.position(found.position) })
}

/// Texts without what folds them, one after the other in the same place.
#[derive(Default)]
pub(crate) struct Folds {
    compact: Zeroizing<String>,
}

impl Folds {
    /// Finds a key that is folded, without what folds it.
    fn find_private_key(&mut self, text: &str) -> Option<FoundPrivateKey> {
        let is_fold =
            |c: char| c.is_whitespace() || matches!(c, '\\' | '"' | '\'' | '`' | '>' | '|' | ',' | ';' | '#' | '*');
        if self.compact.capacity() < text.len() {
            self.compact = Zeroizing::new(String::with_capacity(text.len()));
        }
        self.compact.clear();
        text.split(is_fold).for_each(|piece| self.compact.push_str(piece));
        if self.compact.len() == text.len() {
            return None;
        }
        let found = private_key_scan::find_private_key(&self.compact)?;
        let mut kept = 0;
        let position = text.char_indices().find_map(|(at, c)| {
            kept += if is_fold(c) { 0 } else { c.len_utf8() };
            (kept > found.position).then_some(at)
        });
        Some(FoundPrivateKey { position: position.unwrap_or(0) })
    }
}

/// Returns whether a text that would be quoted may contain a private key, under any decoding, or a part of one.
pub(crate) fn may_contain_private_key(text: &str) -> bool {
    private_key_scan::may_contain_private_key(text) || {
        // Windows that overlap by more than a quotation may show, so that none of them hides a key.
        let mut rest = text;
        loop {
            let window = prefix(rest, MAX_TEXT);
            if find_private_key(window).is_some() {
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

/// Returns the FNV-1a hash of a text, which tells states apart.
fn digest(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3))
}
