//! Escapes that start with a character of their own: `%2B`, `\n`, `=3D`.

use crate::public_key::recover::reading::Reading;
use crate::public_key::recover::state::{Decoder, State};
use crate::public_key::recover::type_names::known_type;

/// Decodes percent-encoding (RFC 3986, section 2.1).
pub(super) fn percent(state: &State) -> Option<State> {
    if is_form_data(state.text()) { None } else { decode_percent(state, false) }
}

/// Decodes percent-encoding of a web form, in which a `+` is a space (WHATWG URL, section 5.1).
pub(super) fn web_form(state: &State) -> Option<State> {
    let text = state.text();
    // A text without the base64 of a public key may have a private one.
    let may_be_form = text.contains('+')
        && text.contains('%')
        && !text.trim().contains(' ')
        && (!text.contains("AAAA") || has_spaces_as_plus(text));
    if may_be_form || is_form_data(text) { decode_percent(state, true) } else { None }
}

/// Returns whether the text is from a web form for certain, and is all of what was encoded.
fn is_form_data(text: &str) -> bool {
    !text.trim().contains(char::is_whitespace) && has_spaces_as_plus(text)
}

/// Returns whether a `+` is no base64 in this text, because it follows the type of a key, or because a `+` of base64 is
/// encoded. Without such a proof, a `+` that is read as a space would be lost from a key that has a letter too many.
fn has_spaces_as_plus(text: &str) -> bool {
    let is_behind_type = |(at, _)| known_type(text.split_at(at).0).is_some();
    let has_encoded = || ["%2B", "%2b"].into_iter().any(|plus| text.contains(plus));
    text.contains('+')
        && !text.contains("%20")
        && (has_encoded() || text.match_indices("+AAAA").take(2).any(is_behind_type))
}

fn decode_percent(state: &State, is_form: bool) -> Option<State> {
    let text = state.text();
    let mut decoder = Decoder::new(state);
    let mut at = 0;
    while let Some(c) = decoder.next_mark(&mut at, |byte| byte == b'%' || (is_form && byte == b'+')) {
        let length = if c == '%' { percent_escape(text, at) } else { None };
        match length {
            Some((decoded, length)) => {
                decoder.damage(at);
                decoder.push(decoded, at);
                at += length;
            }
            None if is_form && c == '+' => {
                decoder.damage(at);
                decoder.push(' ', at);
                at += 1;
            }
            None => {
                decoder.push(c, at);
                at += c.len_utf8();
            }
        }
    }
    decoder.finish(if is_form { Reading::FormEncoding } else { Reading::PercentEncoding })
}

/// Decodes one character from up to four escapes `%XX`, or `%uXXXX`; returns it with the length of the escapes.
fn percent_escape(text: &str, at: usize) -> Option<(char, usize)> {
    if text.get(at + 1..).is_some_and(|rest| rest.starts_with(['u', 'U'])) {
        return Some((char::from_u32(hexadecimal(text, at + 2, 4)?)?, 6));
    }
    utf8(text, at, b'%')
}

/// Decodes one character from up to four escapes of `mark` and two digits; returns it with the length of the escapes.
fn utf8(text: &str, at: usize, mark: u8) -> Option<(char, usize)> {
    let mut bytes = [0; 4];
    for count in 1..=4 {
        let escape = at + 3 * (count - 1);
        if text.as_bytes().get(escape) != Some(&mark) {
            return None;
        }
        *bytes.get_mut(count - 1)? = u8::try_from(hexadecimal(text, escape + 1, 2)?).ok()?;
        if let Some(c) = bytes.get(..count).and_then(|bytes| core::str::from_utf8(bytes).ok()?.chars().next()) {
            return Some((c, 3 * count));
        }
    }
    None
}

/// Decodes backslash escapes of JSON, Python, C and shells, backtick escapes of PowerShell, and `_x000D_` of Excel.
pub(super) fn backslash(state: &State) -> Option<State> {
    let text = state.text();
    let mut decoder = Decoder::new(state);
    let mut at = 0;
    while let Some(c) = decoder.next_mark(&mut at, |byte| matches!(byte, b'\\' | b'`' | b'_')) {
        let next = char_at(text, at + 1);
        let escape = match (c, next) {
            ('\\', Some(next)) if next.is_ascii() => Some(after_backslash(text, at + 1, next)),
            ('`', Some('n' | 'r' | 't' | '"')) if !text.split_at(at).0.ends_with('`') => {
                next.map(|next| after_backslash(text, at + 1, next))
            }
            ('_', Some('x')) if text.as_bytes().get(at + 6) == Some(&b'_') => {
                hexadecimal(text, at + 2, 4).and_then(char::from_u32).map(|decoded| (Some(decoded), 6))
            }
            _ => None,
        };
        match escape {
            Some((decoded, length)) => {
                decoder.damage(at);
                if let Some(decoded) = decoded {
                    decoder.push(decoded, at);
                }
                at += 1 + length;
            }
            None => {
                decoder.push(c, at);
                at += c.len_utf8();
            }
        }
    }
    decoder.finish(Reading::Escapes)
}

/// Returns the character that an escape encodes, or `None` for nothing, and the length after the backslash.
fn after_backslash(text: &str, at: usize, next: char) -> (Option<char>, usize) {
    let numeric = |start, digits, length| {
        let value = if digits == 3 { octal(text, start) } else { hexadecimal(text, start, digits) };
        value.and_then(char::from_u32).map(|c| (Some(c), length))
    };
    let found = match next {
        'n' => Some((Some('\n'), 1)),
        'r' => Some((Some('\r'), 1)),
        't' => Some((Some('\t'), 1)),
        'b' | 'f' | 'v' | 'a' | 'e' => Some((Some(' '), 1)),
        '\n' => Some((None, 1)),
        '\r' => Some((None, if text.get(at..).is_some_and(|rest| rest.starts_with("\r\n")) { 2 } else { 1 })),
        'u' if text.get(at + 1..).is_some_and(|rest| rest.starts_with('{')) => {
            let digits = text.get(at + 2..).and_then(|rest| rest.find('}')).unwrap_or(0);
            if (1..=6).contains(&digits) { numeric(at + 2, digits, digits + 3) } else { None }
        }
        'u' => numeric(at + 1, 4, 5),
        'U' => numeric(at + 1, 8, 9),
        'x' => numeric(at + 1, 2, 3),
        '0'..='3' => numeric(at, 3, 3),
        _ => None,
    };
    // Any other character, which a shell or Markdown escapes, is itself. An escape that is cut off is nothing.
    found.unwrap_or((Some(if matches!(next, 'u' | 'U' | 'x') { '?' } else { next }), 1))
}

/// Decodes quoted-printable (RFC 2045, section 6.7).
pub(super) fn quoted_printable(state: &State) -> Option<State> {
    let text = state.text();
    let mut decoder = Decoder::new(state);
    let mut at = 0;
    while let Some(c) = decoder.next_mark(&mut at, |byte| byte == b'=') {
        let rest = text.get(at + 1..).unwrap_or_default();
        let soft_break = ["\r\n", "\n"].into_iter().find(|line_end| c == '=' && rest.starts_with(line_end));
        let code = if c == '=' { hexadecimal(text, at + 1, 2) } else { None };
        // What is encoded is `=` or not printable in ASCII; other digits after a `=` are no escape.
        let ascii = code.filter(|code| matches!(code, 0x09..=0x7e)).and_then(char::from_u32).map(|c| (c, 3));
        let wide = code.filter(|code| *code >= 0xc2).and_then(|_| utf8(text, at, b'='));
        if let Some(line_end) = soft_break {
            decoder.damage(at);
            at += 1 + line_end.len();
        } else if let Some((decoded, length)) = ascii.or(wide) {
            decoder.damage(at);
            decoder.push(decoded, at);
            at += length;
        } else {
            decoder.push(c, at);
            at += c.len_utf8();
        }
    }
    decoder.finish(Reading::QuotedPrintable)
}

fn char_at(text: &str, at: usize) -> Option<char> {
    text.get(at..)?.chars().next()
}

pub(super) fn hexadecimal(text: &str, at: usize, digits: usize) -> Option<u32> {
    let digits = text.get(at..at.checked_add(digits)?)?;
    if digits.bytes().all(|digit| digit.is_ascii_hexdigit()) { u32::from_str_radix(digits, 16).ok() } else { None }
}

fn octal(text: &str, at: usize) -> Option<u32> {
    let digits = text.get(at..at + 3)?;
    if digits.bytes().all(|digit| matches!(digit, b'0'..=b'7')) { u32::from_str_radix(digits, 8).ok() } else { None }
}
