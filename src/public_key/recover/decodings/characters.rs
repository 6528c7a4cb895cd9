//! Characters that came with the way of the text: NUL bytes of UTF-16, invisible ones, typographic variants.

use crate::public_key::recover::reading::Reading;
use crate::public_key::recover::state::{Decoder, State};

fn is_printable(byte: u8) -> bool {
    matches!(byte, b' '..=b'~' | b'\n' | b'\r' | b'\t')
}

/// Removes a byte order mark at the start.
pub(super) fn without_byte_order_mark(state: &State) -> Option<State> {
    let rest = state.text().strip_prefix('\u{feff}')?;
    let mut decoder = Decoder::new(state);
    decoder.damage(0);
    let skipped = state.text().len() - rest.len();
    rest.char_indices().for_each(|(at, c)| decoder.push(c, skipped + at));
    decoder.finish(Reading::ByteOrderMark)
}

/// Removes the NUL characters of UTF-16 or UTF-32 that was read as another encoding, and its byte order mark.
pub(super) fn without_nuls(state: &State) -> Option<State> {
    let text = state.text();
    // At least every fourth character; single NULs are invisible characters.
    let nuls = text.bytes().filter(|&byte| byte == 0).count();
    if nuls < 4 || 4 * nuls < text.len() {
        return None;
    }
    let mut decoder = Decoder::new(state);
    for (at, c) in text.char_indices() {
        match c {
            '\0' => decoder.damage(at),
            '\u{fffd}' | '\u{feff}' | '\u{fffe}' | '\u{ff}' | '\u{fe}' if at < 8 => {}
            _ => decoder.push(c, at),
        }
    }
    decoder.finish(Reading::Utf16)
}

/// Returns whether a space follows the first character.
pub(super) fn has_space_behind_first(text: &str) -> bool {
    if let [b'!'..=b'~', second @ ..=b'~', ..] = text.as_bytes() {
        return *second == b' ';
    }
    // U+00A0 may be two characters, of which the first one is U+00C2.
    let is_space = |c: char| matches!(c, ' ' | '\u{a0}' | '\u{c2}' | '\u{3000}');
    text.trim_start().chars().nth(1).is_some_and(is_space)
}

/// Removes a space after each character.
pub(super) fn without_spaces_between(state: &State) -> Option<State> {
    /// The spaces, one of them as it is if UTF-8 was read as Latin-1.
    const SPACES: [&str; 4] = [" ", "\u{a0}", "\u{c2}\u{a0}", "\u{3000}"];

    let text = state.text().trim();
    let start = state.text().len() - state.text().trim_start().len();
    let second = text.get(text.chars().next()?.len_utf8()..)?;
    let space = SPACES.into_iter().find(|space| second.starts_with(space))?;
    if text.len() < 32 {
        return None;
    }
    let mut decoder = Decoder::new(state);
    let (mut rest, mut has_letters) = (text, false);
    while let Some(c) = rest.chars().next() {
        let at = state.text().trim_end().len() - rest.len();
        debug_assert!(at >= start, "the text without spaces at its ends is a part of it");
        decoder.push(c, at);
        has_letters |= !c.is_whitespace();
        let after = rest.get(c.len_utf8()..)?;
        rest = match after.strip_prefix(space) {
            Some(next) => {
                decoder.damage(at + c.len_utf8());
                next
            }
            None if after.is_empty() => after,
            None => return None,
        };
    }
    if has_letters { decoder.finish(Reading::Utf16) } else { None }
}

/// Removes characters that do not show, and the escape sequences of a terminal.
pub(super) fn without_invisible(state: &State) -> Option<State> {
    let mut decoder = Decoder::new(state);
    let mut sequence = Sequence::None;
    let mut at = 0;
    loop {
        let is_mark = |byte| sequence != Sequence::None || !is_printable(byte);
        let Some(c) = decoder.next_mark(&mut at, is_mark) else { break };
        let is_hidden = match sequence {
            Sequence::None if is_invisible(c) => {
                sequence = if c == '\x1b' { Sequence::Started } else { Sequence::None };
                true
            }
            Sequence::None => false,
            Sequence::Started => {
                sequence = match c {
                    '[' => Sequence::Csi,
                    ']' => Sequence::Osc,
                    _ => Sequence::None,
                };
                true
            }
            Sequence::Csi => {
                sequence = if matches!(c, '@'..='~') { Sequence::None } else { Sequence::Csi };
                true
            }
            Sequence::Osc => {
                sequence = if matches!(c, '\x07' | '\\') { Sequence::None } else { Sequence::Osc };
                true
            }
        };
        if is_hidden {
            decoder.damage(at);
        } else {
            decoder.push(c, at);
        }
        at += c.len_utf8();
    }
    decoder.finish(Reading::InvisibleCharacters)
}

/// The part of a terminal's escape sequence (ECMA-48) that a character continues.
#[derive(Clone, Copy, PartialEq)]
enum Sequence {
    None,
    Started,
    /// A control sequence, which ends with a character from `@` to `~`.
    Csi,
    /// An operating system command, which ends with BEL or with `ESC \`.
    Osc,
}

/// Returns whether the character has no width: a control character that does not end a line, or a format character.
fn is_invisible(c: char) -> bool {
    matches!(c,
        '\0'..='\x08' | '\x0e'..='\x1b' | '\x7f'..='\u{84}' | '\u{86}'..='\u{9f}' | '\u{ad}' | '\u{34f}'
        | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180e}'
        | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}'
        | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff9}'..='\u{fffd}' | '\u{e0000}'..='\u{e0fff}')
}

/// Replaces full-width and typographic variants by the ASCII characters they stand for.
pub(super) fn in_ascii(state: &State) -> Option<State> {
    /// So many wide spaces are those of a dump. Fewer are the separators of a line, which are reported as such.
    const SPACES: usize = 16;

    let is_space = |c: char| matches!(c, '\u{a0}' | '\u{2000}'..='\u{200a}' | '\u{202f}' | '\u{3000}');
    // The first bytes of these characters.
    let may_have_spaces = state.text().bytes().filter(|byte| matches!(byte, 0xc2 | 0xe2 | 0xe3)).count() >= SPACES;
    let has_spaces = may_have_spaces && state.text().chars().filter(|&c| is_space(c)).take(SPACES).count() == SPACES;
    let mut decoder = Decoder::new(state);
    let mut at = 0;
    while let Some(c) = decoder.next_mark(&mut at, |byte| !byte.is_ascii()) {
        let ascii = match c {
            _ if has_spaces && is_space(c) => Some(' '),
            // The full-width forms are in the order of ASCII.
            '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xfee0),
            '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{fe58}' | '\u{fe63}' => Some('-'),
            '\u{2044}' | '\u{2215}' | '\u{29f8}' => Some('/'),
            '\u{fe62}' | '\u{207a}' | '\u{2795}' => Some('+'),
            '\u{fe66}' | '\u{207c}' | '\u{a78a}' => Some('='),
            '\u{fe6b}' => Some('@'),
            // Mathematical letters and digits, in alphabets one after another.
            '\u{1d400}'..='\u{1d6a3}' => letter((c as u32 - 0x1d400) % 52),
            '\u{1d7ce}'..='\u{1d7ff}' => char::from_digit((c as u32 - 0x1d7ce) % 10, 10),
            _ => None,
        };
        if ascii.is_some() {
            decoder.damage(at);
        }
        // U+00A0 in UTF-8 that was read as Latin-1.
        let is_half =
            has_spaces && c == '\u{c2}' && state.text().get(at + 2..).is_some_and(|r| r.starts_with('\u{a0}'));
        if !is_half {
            decoder.push(ascii.unwrap_or(c), at);
        }
        at += c.len_utf8();
    }
    decoder.finish(Reading::FullWidth)
}

/// Returns the letter with this number in the alphabet of capital letters and the one of small letters after it.
fn letter(index: u32) -> Option<char> {
    char::from_u32(index + if index < 26 { 0x41 } else { 0x61 - 26 })
}
