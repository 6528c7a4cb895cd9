//! Splits one line, `type base64 comment`, into its parts.
//!
//! Three programs read the line in three ways. `sshd` and `ssh-keygen` split it at whitespace of any kind and length;
//! Nova checks it with one expression, which does the same, and computes the fingerprint of `split(' ')[1]`;
//! cloud-init splits the text that Nova stored into lines as Python does. The strict grammar is the part on which all
//! of them agree:
//!
//! ```text
//! line    = type SP base64 [SP comment] *(SP / TAB / CR / LF)
//! comment = does not start or end with SP or TAB, and has no character that ends a line anywhere
//! ```

use alloc::vec::Vec;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::algorithm::Algorithm;
use crate::public_key::blob::{self, KeyBlob};
use crate::public_key::bytes::prefix_length;
use crate::public_key::error::{PublicKeyError, PublicKeyErrorKind as Kind, Result};
use crate::public_key::first_error;

/// Characters that may follow a line, in any number: none of the programs that read the line treats them as part of
/// it.
const TRAILING: [char; 4] = [' ', '\t', '\r', '\n'];

/// The longest base64 that is decoded: that of the longest blob.
pub(crate) const MAX_BASE64: usize = blob::MAX_BYTES / 3 * 4;

/// Limit for the search of the space after the key type; the longest type has 34 bytes.
pub(crate) const MAX_TYPE: usize = 64;

/// A text split into the fields of a line, each a slice of the text.
///
/// ```text
/// text = before base64 rest
/// ```
#[derive(Clone, Debug)]
pub(crate) struct Line<'a> {
    text: &'a str,
    pub(crate) algorithm: Algorithm,
    pub(crate) base64: &'a str,
    /// What follows the base64, to the end of the text.
    pub(crate) rest: &'a str,
}

impl<'a> Line<'a> {
    /// Splits `text` by the strict grammar.
    pub(crate) fn split(text: &'a str) -> Result<Self> {
        let Some((algorithm, fields)) = split_type(text) else { return Err(first_error::explain(text)) };
        match printable_prefix(fields.as_bytes(), MAX_BASE64 + 1) {
            0 => Err(missing_base64(fields).at(suffix_position(text, fields))),
            length => Self::new(text, algorithm, fields, length),
        }
    }

    /// Splits `fields`, the end of `text`, whose first `length` bytes are the base64.
    ///
    /// Checks that the base64 does not exceed the limit and ends where a word ends.
    pub(crate) fn new(text: &'a str, algorithm: Algorithm, fields: &'a str, length: usize) -> Result<Self> {
        let start = suffix_position(text, fields);
        if length > MAX_BASE64 {
            return Err(Kind::OversizedBase64 { limit: MAX_BASE64 }.at(start + MAX_BASE64));
        }
        let Some((base64, rest)) = fields.split_at_checked(length) else {
            debug_assert!(false, "the base64 ends inside a character or beyond the text");
            return Err(Kind::InvalidBase64Character.at(start));
        };
        match rest.chars().next() {
            Some(c) if !c.is_whitespace() || matches!(c, '\x0b' | '\x0c') => {
                Err(Kind::InvalidBase64Character.at(start + length))
            }
            _ => Ok(Self { text, algorithm, base64, rest }),
        }
    }

    /// Returns the byte offset of `suffix`, an end of the text.
    pub(crate) fn position_of(&self, suffix: &str) -> usize {
        suffix_position(self.text, suffix)
    }

    fn base64_position(&self) -> usize {
        self.position_of(self.rest) - self.base64.len()
    }

    /// Returns the length of the canonical line with this comment.
    pub(crate) fn canonical_length(&self, comment: &str) -> usize {
        let key = self.algorithm.as_str().len() + 1 + self.base64.len();
        if comment.is_empty() { key } else { key + 1 + comment.len() }
    }

    pub(crate) fn decode(&self) -> Result<KeyBlob> {
        // `STANDARD.decode` asks for zeroed memory, for which allocators take longer.
        let mut bytes = Vec::with_capacity(base64::decoded_len_estimate(self.base64.len()));
        STANDARD.decode_vec(self.base64, &mut bytes).map_err(|_| self.base64_error())?;
        match KeyBlob::parse(bytes, self.algorithm, self.base64_position()) {
            Err(error) if error.kind() == Kind::IsTruncated => Err(self.wrapped_or(error)),
            result => result,
        }
    }

    /// Returns why the base64, which does not decode, is not the canonical encoding of any bytes.
    fn base64_error(&self) -> PublicKeyError {
        let start = self.base64_position();
        if let Some((offset, c)) = self.base64.char_indices().find(|&(_, c)| !is_base64(c)) {
            let kind = match c {
                '-' | '_' => Kind::IsUrlSafeBase64,
                _ if c.is_whitespace() => Kind::UnexpectedUnicodeSpace,
                _ => Kind::InvalidBase64Character,
            };
            return kind.at(start + offset);
        }
        let symbols = self.base64.trim_end_matches('=');
        if let Some(offset) = symbols.find('=') {
            return Kind::ExtraPadding.at(start + offset);
        }
        let padding = self.base64.len() - symbols.len();
        let incomplete = |missing| self.wrapped_or(Kind::IncompleteBase64 { missing }.at(start + self.base64.len()));
        // A last group of two symbols takes two `=`, of three takes one, of four none, and one of one symbol is never whole.
        match (4 - symbols.len() % 4) % 4 {
            3 => incomplete(3usize.saturating_sub(padding).max(1)),
            expected if padding < expected => incomplete(expected - padding),
            expected if padding > expected => Kind::ExtraPadding.at(start + symbols.len() + expected),
            _ => Kind::NonzeroTrailingBits.at(start + symbols.len() - 1),
        }
    }

    /// The error for a key that ends too early: `error`, unless the key was only broken in two.
    fn wrapped_or(&self, error: PublicKeyError) -> PublicKeyError {
        if self.goes_on() { Kind::IsWrapped.at(self.position_of(self.rest)) } else { error }
    }

    /// Returns whether more base64 follows after whitespace: the key was then wrapped, not truncated.
    fn goes_on(&self) -> bool {
        /// Minimum length after a space, because few words of a comment are as long and all base64; no comment is
        /// expected after a line ending.
        const AFTER_SPACE: usize = 16;

        let shortest = if self.rest.starts_with(['\r', '\n']) { 1 } else { AFTER_SPACE };
        let mut field = self.rest.trim_ascii_start().chars().take_while(|&c| c > ' ');
        field.clone().take(shortest).count() == shortest && field.all(is_base64)
    }

    /// Finds the comment by the strict grammar; empty if there is none.
    pub(crate) fn comment(&self) -> Result<&'a str> {
        let position = self.position_of(self.rest);
        let mut rest = self.rest.trim_end_matches(TRAILING).chars();
        match rest.next() {
            None => return Ok(""),
            Some(' ') => {}
            Some('\t') => return Err(Kind::UnexpectedTab.at(position)),
            Some('\r' | '\n') => return Err(self.second_line(position)),
            Some(_) => return Err(Kind::UnexpectedUnicodeSpace.at(position)),
        }
        let comment = rest.as_str();
        let position = position + 1;
        match rest.next() {
            Some(' ') => Err(Kind::RepeatedSpace.at(position)),
            Some('\t') => Err(Kind::UnexpectedTab.at(position)),
            _ => self.check_comment(comment, position).map(|()| comment),
        }
    }

    /// Checks that the comment, which is at `position`, contains no second line, for any program.
    pub(crate) fn check_comment(&self, comment: &str, position: usize) -> Result<()> {
        let from_separator = from_line_separator(comment);
        if !from_separator.is_empty() {
            let position = position + suffix_position(comment, from_separator);
            let is_line_end = from_separator.starts_with('\n') || from_separator.starts_with("\r\n");
            return Err(if is_line_end {
                self.second_line(position)
            } else {
                Kind::UnexpectedLineSeparator.at(position)
            });
        }
        Ok(())
    }

    /// Returns the error for a second line, which starts after the line end at `position`.
    fn second_line(&self, position: usize) -> PublicKeyError {
        let rest = self.text.get(position..).unwrap_or_default();
        Kind::HasSecondLine.at(position + (rest.len() - rest.trim_start_matches(TRAILING).len()))
    }
}

/// Returns the byte offset of `suffix` in `text`, which ends with it.
fn suffix_position(text: &str, suffix: &str) -> usize {
    debug_assert!(text.ends_with(suffix), "the slice is not an end of the text");
    text.len() - suffix.len()
}

/// Splits off the key type at the start of the text and the space after it.
fn split_type(text: &str) -> Option<(Algorithm, &str)> {
    let head = text.as_bytes().iter().take(MAX_TYPE);
    let (name, _) = text.as_bytes().split_at(head.take_while(|&&byte| byte != b' ').count());
    let algorithm = Algorithm::from_name(name)?;
    let fields = text.strip_prefix(algorithm.as_str())?.strip_prefix(' ')?;
    Some((algorithm, fields))
}

/// Returns what is wrong with `fields`, which follow the type and one space and do not start with a printable character.
fn missing_base64(fields: &str) -> Kind {
    if fields.bytes().take(MAX_BASE64).all(|byte| TRAILING.contains(&char::from(byte))) {
        return Kind::MissingKey;
    }
    match fields.bytes().next() {
        Some(b' ') => Kind::RepeatedSpace,
        Some(b'\t') => Kind::UnexpectedTab,
        Some(b'\r' | b'\n') => Kind::IsWrapped,
        _ => Kind::InvalidBase64Character,
    }
}

fn is_base64(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '+' | '/' | '=')
}

/// Returns the comment from the first character at which Python's `str.splitlines` starts a new line; empty if there is
/// none. cloud-init uses it to split what Nova stores, so the rest would be another line of `authorized_keys`.
fn from_line_separator(comment: &str) -> &str {
    if prefix_length(comment.as_bytes(), |byte| matches!(byte, b' '..=b'~')) == comment.len() {
        return "";
    }
    comment.trim_start_matches(|c| !ends_line(c))
}

/// Returns whether Python's `str.splitlines` starts a new line after this character.
pub(crate) fn ends_line(c: char) -> bool {
    matches!(c, '\n' | '\x0b' | '\x0c' | '\r' | '\x1c'..='\x1e' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

/// Counts the bytes before the first control character or space, within the first `limit` bytes.
pub(crate) fn printable_prefix(bytes: &[u8], limit: usize) -> usize {
    let (bytes, _) = bytes.split_at(bytes.len().min(limit));
    prefix_length(bytes, |byte| byte > b' ')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn the_fields_and_their_positions_add_up_to_the_text(base64 in "[A-Za-z0-9+/=]{1,99}", rest in "([ \t\r\n]\\PC*)?") {
            let before = "ssh-ed25519 ";
            let text = [before, &base64, &rest].concat();
            let line = Line::split(&text).expect("the base64 ends at whitespace or at the end");
            prop_assert_eq!((line.base64, line.rest), (&*base64, &*rest));
            prop_assert_eq!(line.base64_position(), before.len());
            prop_assert_eq!(line.position_of(line.rest), before.len() + base64.len());
            prop_assert_eq!(line.canonical_length(""), before.len() + base64.len());
        }

        #[test]
        fn the_printable_prefix_is_that_of_a_loop(
            printable in prop::collection::vec(b'!'.., 0..99),
            rest in prop::collection::vec(any::<u8>(), 0..40),
            limit in 0usize..150,
        ) {
            let bytes = [printable, rest].concat();
            let expected = bytes.iter().take(limit).take_while(|&&byte| byte > b' ').count();
            prop_assert_eq!(printable_prefix(&bytes, limit), expected);
        }
    }
}
