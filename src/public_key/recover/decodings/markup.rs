//! HTML and XML: character references and tags.

use crate::public_key::recover::reading::Reading;
use crate::public_key::recover::state::{Decoder, State};

/// The named references that stand for characters of a line or for spaces (HTML, section 13.5).
const NAMES: [(&str, char); 31] = [
    ("plus", '+'),
    ("equals", '='),
    ("sol", '/'),
    ("bsol", '\\'),
    ("commat", '@'),
    ("amp", '&'),
    ("AMP", '&'),
    ("quot", '"'),
    ("QUOT", '"'),
    ("apos", '\''),
    ("lt", '<'),
    ("gt", '>'),
    ("nbsp", ' '),
    ("NonBreakingSpace", ' '),
    ("ensp", ' '),
    ("emsp", ' '),
    ("thinsp", ' '),
    ("Tab", '\t'),
    ("NewLine", '\n'),
    ("hyphen", '-'),
    ("dash", '-'),
    ("ndash", '-'),
    ("mdash", '-'),
    ("minus", '-'),
    ("lowbar", '_'),
    ("period", '.'),
    ("colon", ':'),
    ("comma", ','),
    ("semi", ';'),
    ("num", '#'),
    ("shy", '\u{ad}'),
];

/// The length of the longest of these names.
const LONGEST: usize = "NonBreakingSpace".len();

/// Decodes character references: named, decimal and hexadecimal, with or without the semicolon.
pub(super) fn entities(state: &State) -> Option<State> {
    let text = state.text();
    let mut decoder = Decoder::new(state);
    let mut at = 0;
    while let Some(c) = decoder.next_mark(&mut at, |byte| byte == b'&') {
        let reference = if c == '&' { text.get(at + 1..).and_then(reference) } else { None };
        match reference {
            Some((decoded, length)) => {
                decoder.damage(at);
                decoder.push(decoded, at);
                at += 1 + length;
            }
            None => {
                decoder.push(c, at);
                at += c.len_utf8();
            }
        }
    }
    decoder.finish(Reading::HtmlEntities)
}

/// Decodes the reference whose `&` is before `rest`; returns the character and the length of the rest of it.
fn reference(rest: &str) -> Option<(char, usize)> {
    let (decoded, length) = match rest.strip_prefix('#') {
        Some(number) => {
            let (digits, radix) = match number.strip_prefix(['x', 'X']) {
                Some(digits) => (digits, 16),
                None => (number, 10),
            };
            let count = digits.bytes().take(7).take_while(|&digit| char::from(digit).is_digit(radix)).count();
            let code = u32::from_str_radix(digits.get(..count)?, radix).ok()?;
            (char::from_u32(code)?, rest.len() - digits.len() + count)
        }
        None => {
            let length = rest.bytes().take(LONGEST + 1).take_while(u8::is_ascii_alphanumeric).count();
            let named = rest.get(..length)?;
            NAMES.iter().find(|(name, _)| *name == named).map(|&(name, c)| (c, name.len()))?
        }
    };
    let has_semicolon = rest.as_bytes().get(length) == Some(&b';');
    // The shortest reference has as many bytes as the longest character it stands for.
    (decoded.len_utf8() <= length + 1).then_some((decoded, length + usize::from(has_semicolon)))
}

/// Replaces tags: one that breaks a line by a line end, any other by nothing.
pub(super) fn tags(state: &State) -> Option<State> {
    const BREAKING: [&str; 10] = ["br", "p", "div", "li", "tr", "pre", "td", "/p", "/div", "/li"];

    let text = state.text();
    let mut decoder = Decoder::new(state);
    let mut at = 0;
    while let Some(c) = decoder.next_mark(&mut at, |byte| byte == b'<') {
        let tag = if c == '<' { text.get(at + 1..).and_then(tag) } else { None };
        match tag {
            Some(tag) => {
                decoder.damage(at);
                let name = tag.split(|c: char| c.is_whitespace()).next().unwrap_or_default();
                let name = name.trim_end_matches('/');
                if BREAKING.iter().any(|breaking| breaking.eq_ignore_ascii_case(name)) {
                    decoder.push('\n', at);
                }
                at += tag.len() + 2;
            }
            None => {
                decoder.push(c, at);
                at += c.len_utf8();
            }
        }
    }
    decoder.finish(Reading::HtmlTags)
}

/// Returns the tag whose `<` is before `rest`, without its brackets.
fn tag(rest: &str) -> Option<&str> {
    /// Longer ones are text.
    const LONGEST: usize = 256;
    let length = rest.bytes().take(LONGEST).position(|byte| matches!(byte, b'<' | b'>'))?;
    let tag = rest.get(..length).filter(|_| rest.as_bytes().get(length) == Some(&b'>'))?;
    let is_tag = tag.starts_with(|c: char| c.is_ascii_alphabetic() || matches!(c, '/' | '!' | '?'));
    // An address or a key in angle brackets is not a tag.
    (is_tag && !tag.contains(['@', ':']) && !tag.contains("ssh-") && !tag.contains("AAAA")).then_some(tag)
}
