//! Splits one line, `type base64 comment`, into its parts: strictly for an import, leniently for a repair.
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

use core::ops::Range;

use base64::engine::general_purpose::STANDARD;
use base64::{DecodeError, Engine as _};

use crate::algorithm::Algorithm;
use crate::public_key::blob::{self, KeyBlob};
use crate::public_key::diagnosis;
use crate::public_key::error::{PublicKeyError, PublicKeyErrorKind as Kind, Result};

/// Characters that may follow a line, in any number: none of the programs that read the line treats them as part of
/// it.
const TRAILING: [char; 4] = [' ', '\t', '\r', '\n'];

/// The longest base64 that is decoded: that of the longest blob.
pub(crate) const MAX_BASE64: usize = blob::MAX_BYTES / 3 * 4;

/// Limit for the search of the space after the key type; the longest type has 34 bytes.
pub(crate) const MAX_TYPE: usize = 64;

/// A text and the position of the type and the base64 of a key in it.
#[derive(Clone, Debug)]
pub(crate) struct Line<'a> {
    pub(crate) text: &'a str,
    pub(crate) algorithm: Algorithm,
    pub(crate) base64: Range<usize>,
}

impl<'a> Line<'a> {
    /// Splits `text` by the strict grammar.
    pub(crate) fn split(text: &'a str) -> Result<Self> {
        let head = text.as_bytes().iter().take(MAX_TYPE);
        let name = head.take_while(|&&byte| byte != b' ').count();
        let algorithm = text.as_bytes().get(..name).and_then(Algorithm::from_name);
        let (Some(algorithm), Some(after_space)) = (algorithm, text.as_bytes().get(name + 1..)) else {
            return Err(diagnosis::explain(text, 0));
        };
        let start = name + 1;
        let end = start + printable_prefix(after_space.get(..MAX_BASE64 + 1).unwrap_or(after_space));
        let line = Self { text, algorithm, base64: start..end };
        if end > start {
            return line.check_end();
        }
        let blank = after_space.iter().take(MAX_BASE64).all(|byte| TRAILING.contains(&char::from(*byte)));
        Err(match after_space.first() {
            None => Kind::MissingKey.at(start),
            Some(_) if blank => Kind::MissingKey.at(start),
            Some(b' ') => Kind::RepeatedSpace.at(start),
            Some(b'\t') => Kind::UnexpectedTab.at(start),
            Some(b'\r' | b'\n') => Kind::IsWrapped.at(start),
            Some(_) => Kind::InvalidBase64Character.at(start),
        })
    }

    /// Checks that the base64 does not exceed the limit and ends where a word ends.
    pub(crate) fn check_end(self) -> Result<Self> {
        let Range { start, end } = self.base64;
        if end - start > MAX_BASE64 {
            return Err(Kind::OversizedBase64 { limit: MAX_BASE64 }.at(start + MAX_BASE64));
        }
        match self.text.get(end..).and_then(|rest| rest.chars().next()) {
            Some(c) if !c.is_whitespace() || matches!(c, '\x0b' | '\x0c') => Err(Kind::InvalidBase64Character.at(end)),
            _ => Ok(self),
        }
    }

    pub(crate) fn decode(&self) -> Result<KeyBlob> {
        let base64 = self.text.as_bytes().get(self.base64.clone()).unwrap_or_default();
        let decoded = STANDARD
            .decode(base64)
            .map_err(|error| self.base64_error(base64, &error))
            .and_then(|bytes| KeyBlob::parse(bytes, self.algorithm, self.base64.start));
        decoded.map_err(|error| match error.kind() {
            Kind::IsTruncated | Kind::IncompleteBase64 { .. } if self.goes_on() => Kind::IsWrapped.at(self.base64.end),
            _ => error,
        })
    }

    /// Converts the decoder's error into one with a position and a remedy.
    fn base64_error(&self, base64: &[u8], error: &DecodeError) -> PublicKeyError {
        let symbols = base64.iter().rposition(|&byte| byte != b'=').map_or(0, |last| last + 1);
        let padding = base64.len() - symbols;
        let bad = base64.iter().position(|byte| !byte.is_ascii_alphanumeric() && !b"+/=".contains(byte));
        if let Some(offset) = bad {
            let position = self.base64.start + offset;
            return match base64.get(offset) {
                Some(b'-' | b'_') => Kind::IsUrlSafeBase64.at(position),
                _ if self
                    .text
                    .get(position..)
                    .and_then(|rest| rest.chars().next())
                    .is_some_and(char::is_whitespace) =>
                {
                    Kind::UnexpectedUnicodeSpace.at(position)
                }
                _ => Kind::InvalidBase64Character.at(position),
            };
        }
        if let Some(offset) = base64.iter().take(symbols).position(|&byte| byte == b'=') {
            return Kind::ExtraPadding.at(self.base64.start + offset);
        }
        // A last group of two symbols needs two `=`, of three one, of four none; a group of one symbol is never
        // complete.
        let expected = (4 - symbols % 4) % 4;
        if expected != 3 && padding > expected {
            return Kind::ExtraPadding.at(self.base64.start + symbols + expected);
        }
        match *error {
            // The decoder checks the padding first.
            DecodeError::InvalidLastSymbol { offset, .. } => Kind::NonzeroTrailingBits.at(self.base64.start + offset),
            _ => Kind::IncompleteBase64 { missing: expected.saturating_sub(padding) }.at(self.base64.end),
        }
    }

    /// Returns whether more base64 follows after whitespace: the key was then wrapped, not truncated.
    fn goes_on(&self) -> bool {
        /// Minimum length after a space, because few words of a comment are as long and all base64; no comment is
        /// expected after a line ending.
        const AFTER_SPACE: usize = 16;

        let rest = self.text.as_bytes().get(self.base64.end..).unwrap_or_default();
        let next = rest.trim_ascii_start();
        let field = next.get(..printable_prefix(next)).unwrap_or_default();
        let shortest = if matches!(rest.first(), Some(b'\r' | b'\n')) { 1 } else { AFTER_SPACE };
        field.len() >= shortest && field.iter().all(|byte| byte.is_ascii_alphanumeric() || b"+/=".contains(byte))
    }

    /// Finds the comment by the strict grammar; without one, returns the empty range at the end of the base64.
    pub(crate) fn comment(&self) -> Result<Range<usize>> {
        let end = self.text.trim_end_matches(TRAILING).len();
        let start = self.base64.end;
        let mut rest = self.text.get(start..end).unwrap_or_default().chars();
        match rest.next() {
            None => return Ok(start..start),
            Some(' ') => {}
            Some('\t') => return Err(Kind::UnexpectedTab.at(start)),
            Some('\r' | '\n') => return Err(diagnosis::explain_second_line(self.text, start)),
            Some(_) => return Err(Kind::UnexpectedUnicodeSpace.at(start)),
        }
        let start = start + 1;
        match rest.next() {
            Some(' ') => Err(Kind::RepeatedSpace.at(start)),
            Some('\t') => Err(Kind::UnexpectedTab.at(start)),
            _ => self.check_comment(start..end),
        }
    }

    /// Checks that the comment contains no second line, for any program, and no private key.
    pub(crate) fn check_comment(&self, range: Range<usize>) -> Result<Range<usize>> {
        let comment = self.text.get(range.clone()).unwrap_or_default();
        if let Some(offset) = line_separator(comment) {
            let position = range.start + offset;
            let is_line_end =
                comment.get(offset..).is_some_and(|rest| rest.starts_with('\n') || rest.starts_with("\r\n"));
            return Err(if is_line_end {
                diagnosis::explain_second_line(self.text, position)
            } else {
                Kind::UnexpectedLineSeparator.at(position)
            });
        }
        match diagnosis::private(comment, range.start) {
            Some(error) => Err(error),
            None => Ok(range),
        }
    }
}

/// Finds the first character at which Python's `str.splitlines` starts a new line. cloud-init uses it to split what
/// Nova stores, so the rest would be another line of `authorized_keys`.
fn line_separator(comment: &str) -> Option<usize> {
    if comment.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
        return None;
    }
    comment.find(ends_line)
}

/// Returns whether Python's `str.splitlines` starts a new line after this character.
pub(crate) fn ends_line(c: char) -> bool {
    matches!(c, '\n' | '\x0b' | '\x0c' | '\r' | '\x1c'..='\x1e' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

/// Returns the number of bytes before the first control character or space.
pub(crate) fn printable_prefix(bytes: &[u8]) -> usize {
    // Whole blocks first: the compiler vectorizes a loop without an exit.
    const BLOCK: usize = 32;
    let whole =
        bytes.chunks_exact(BLOCK).take_while(|block| block.iter().fold(true, |all, &byte| all & (byte > b' '))).count();
    let rest = bytes.get(whole * BLOCK..).unwrap_or_default();
    whole * BLOCK + rest.iter().take_while(|&&byte| byte > b' ').count()
}
