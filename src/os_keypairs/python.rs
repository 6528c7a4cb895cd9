//! Quotations of the request as Nova, a Python program, writes them: Python's `repr`, without private keys.

use alloc::borrow::ToOwned;
use alloc::string::String;
use core::fmt::Write;

use crate::name::is_printable;
use crate::public_key::recover::decodings::may_contain_private_key;

/// What replaces a private key.
pub(crate) const ELIDED: &str = "[elided]";

/// Appends `repr(text)`: in single quotes, unless the text contains those and no double ones; unprintable characters
/// are escaped.
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

/// Returns the part of `text` that a message may quote. Private keys are elided, because Nova would echo them; longer
/// text is cut at 114,688 bytes, oslo.middleware's limit on a request body.
pub(crate) fn quotable(text: &str) -> String {
    const LONGEST: usize = 114_688;
    if may_contain_private_key(text) {
        return ELIDED.to_owned();
    }
    // A character has at most four bytes, so one of four consecutive offsets is a boundary, unless the text is shorter.
    let cut = (LONGEST - 3..=LONGEST).rev().find_map(|end| text.split_at_checked(end));
    cut.map_or(text, |(quoted, _)| quoted).to_owned()
}

/// Returns `repr(text)`.
pub(crate) fn repr(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    write_repr(text, &mut out);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repr_matches_cpython() {
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
    fn quotations_end_where_nova_would_have_stopped_reading() {
        for (character, quoted) in [('a', 114_688), ('\u{430}', 114_688), ('\u{2028}', 114_687), ('\u{1f511}', 114_688)]
        {
            let text = core::iter::repeat_n(character, 200_000).collect::<String>();
            assert_eq!(quotable(&text).len(), quoted, "{character:?}");
        }
        assert_eq!(quotable("my-key"), "my-key");
        assert_eq!(quotable("PRIVATE KEY"), "[elided]");
    }
}
