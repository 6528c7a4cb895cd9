//! What of a request may be quoted in an answer, and how Nova, being Python, writes it.

use alloc::borrow::ToOwned;
use alloc::string::String;
use core::fmt::Write;

/// Is this character printable to Nova (`nova.api.validation.parameter_types`): not in the Unicode categories Other (C) and not a line or
/// paragraph separator? Horizontal spaces are printable.
///
/// Nova builds its pattern from the Basic Multilingual Plane, so what lies beyond is not printable to it. Code points that Unicode has not
/// assigned are taken for printable here; a table of those would tie the answer to one version of Unicode.
pub(crate) fn is_printable(c: char) -> bool {
    let is_other = c.is_control() || is_format(c) || matches!(c, '\u{e000}'..='\u{f8ff}');
    let is_separator = matches!(c, '\u{2028}' | '\u{2029}');
    !is_other && !is_separator && c < '\u{ffff}'
}

/// Unicode category Cf within the Basic Multilingual Plane.
fn is_format(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{600}'..='\u{605}' | '\u{61c}' | '\u{6dd}' | '\u{70f}' | '\u{890}' | '\u{891}' | '\u{8e2}'
        | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2064}'
        | '\u{2066}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}')
}

/// White space as Nova's name rule means it: what is printable and a space separator (Unicode category Zs).
pub(crate) fn is_space_separator(c: char) -> bool {
    c.is_whitespace() && is_printable(c)
}

/// `repr(text)`: single quotes unless the text has those and no double ones; escapes for what cannot be printed.
pub(crate) fn write_repr(text: &str, out: &mut String) {
    let quote = if text.contains('\'') && !text.contains('"') { '"' } else { '\'' };
    out.push(quote);
    for c in text.chars() {
        match c {
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\\' => out.push_str("\\\\"),
            _ if c == quote => out.extend(['\\', c]),
            ' ' => out.push(' '),
            _ if c > '\u{ffff}' && !('\u{e0000}'..).contains(&c) => out.push(c),
            _ if is_printable(c) && !c.is_whitespace() => out.push(c),
            // Writing to a String cannot fail.
            _ if c <= '\u{ff}' => _ = write!(out, "\\x{:02x}", c as u32),
            _ if c <= '\u{ffff}' => _ = write!(out, "\\u{:04x}", c as u32),
            _ => _ = write!(out, "\\U{:08x}", c as u32),
        }
    }
    out.push(quote);
}

/// What of a text an error may keep.
///
/// No private key, pasted into whichever field: Nova would send it back. And no more than Nova could have read: `oslo.middleware` ends a
/// body at 114,688 bytes, so that its message can be given whole for all that it ever sees.
pub(crate) fn quotable(text: &str) -> String {
    const LONGEST: usize = 114_688;
    if holds_private_key(text) {
        return "[elided]".to_owned();
    }
    let mut end = text.len().min(LONGEST);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(..end).unwrap_or_default().to_owned()
}

/// Does this text hold a private key, in one of the usual armours (PEM, OpenSSH, SSH1, PuTTY) or in none?
///
/// Wider than the recognition by which an import names one: a false alarm costs no more than a quotation.
pub(crate) fn holds_private_key(text: &str) -> bool {
    ["PRIVATE KEY", "PuTTY-User-Key-File", "Private-Lines"].iter().any(|mark| text.contains(mark))
        || find_bare_private_key(text).is_some()
}

/// Where a private key without its armour starts, or the first line of one: of age, or base64 of OpenSSH's format or of DER.
pub(crate) fn find_bare_private_key(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    // One pass that stops at few pairs, as this runs on the comment of every key that is imported.
    let mut stops =
        bytes.windows(2).enumerate().filter(|(_, pair)| matches!(pair, [b'A', b'G'] | [b'b', b'3'] | [b'M', _]));
    stops.find_map(|(start, _)| {
        let (before, rest) = bytes.split_at_checked(start)?;
        let is_key = rest.starts_with(b"AGE-SECRET-KEY-")
            || rest.starts_with(b"b3BlbnNzaC1rZXktdj")
            || (before.last().is_none_or(|last| !is_base64(last)) && is_private_der(rest));
        is_key.then_some(start)
    })
}

fn is_base64(byte: &u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/')
}

/// Base64 of PKCS#1, PKCS#8 or SEC 1: a SEQUENCE that starts with a version, a small INTEGER, `02 01 0v`.
///
/// A public key in DER starts with another SEQUENCE or with a longer INTEGER.
fn is_private_der(text: &[u8]) -> bool {
    /// No key is as short, but a word of a comment may be.
    const SHORTEST: usize = 40;
    // The length of the SEQUENCE takes one, two or three bytes, and so moves the version within the groups of base64.
    let starts_as_one = matches!(
        text,
        [b'M', _, _, b'C', b'A', b'Q', ..]
            | [b'M', b'I', b'G' | b'H', _, b'A', b'g', b'E', ..]
            | [b'M', b'I', b'I', _, _, _, b'I', b'B', b'A', ..]
    );
    starts_as_one && text.get(..SHORTEST).is_some_and(|head| head.iter().all(is_base64))
}

/// [`write_repr`] into a string of its own.
pub(crate) fn repr(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    write_repr(text, &mut out);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repr_is_that_of_cpython() {
        for (text, python) in [
            ("", "''"),
            ("a.b", "'a.b'"),
            ("it's", "\"it's\""),
            ("'\"", "'\\'\"'"),
            ("a\u{a0}b", "'a\\xa0b'"),
            ("\u{2028}\u{7f}\r\n\t\\", "'\\u2028\\x7f\\r\\n\\t\\\\'"),
            ("\u{ffff}", "'\\uffff'"),
            ("ключ \u{1f511}", "'ключ \u{1f511}'"),
            ("\u{e0001}", "'\\U000e0001'"),
        ] {
            assert_eq!(repr(text), python);
        }
    }

    #[test]
    fn what_is_quoted_ends_where_nova_would_have_stopped_reading() {
        for (character, quoted) in [('a', 114_688), ('\u{430}', 114_688), ('\u{2028}', 114_687), ('\u{1f511}', 114_688)]
        {
            let text = String::from_iter(core::iter::repeat_n(character, 200_000));
            assert_eq!(quotable(&text).len(), quoted, "{character:?}");
        }
        assert_eq!(quotable("my-key"), "my-key");
        assert_eq!(quotable("PRIVATE KEY"), "[elided]");
    }

    #[test]
    fn spaces_are_printable_and_lines_are_not() {
        assert!(is_printable(' ') && is_space_separator(' '));
        assert!(is_printable('\u{a0}') && is_space_separator('\u{a0}'));
        for c in ['\n', '\t', '\u{85}', '\u{2028}', '\u{ad}', '\u{e000}', '\u{ffff}', '\u{1f511}'] {
            assert!(!is_printable(c), "{c:?}");
            assert!(!is_space_separator(c), "{c:?}");
        }
    }
}
