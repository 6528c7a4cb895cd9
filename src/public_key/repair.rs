//! Lenient parsing of a line that was pasted with tabs, quotation marks or a byte order mark.
//!
//! Only the text between the parts of the line is repaired. The type and the base64 must be complete, so the key
//! cannot change; a line whose repair would be a guess (a wrapped key, a second line) is rejected as in an import.

use alloc::vec::Vec;
use core::ops::Range;

use crate::algorithm::Algorithm;
use crate::error::identifier::IdentifierError;
use crate::error::text::identifier;
use crate::policy::ImportPolicy;
use crate::public_key::diagnosis;
use crate::public_key::error::Result;
use crate::public_key::line::{Line, MAX_BASE64, MAX_TYPE, ends_line, printable_prefix};

/// A change that [`PublicKey::canonicalize`](crate::PublicKey::canonicalize) made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Repair {
    /// Removed a byte order mark or another invisible character before the line.
    ByteOrderMark,
    /// Removed quotation marks around the line.
    Quotes,
    /// Removed whitespace before the line.
    LeadingSpace,
    /// Removed whitespace after the line, including its line ending.
    TrailingSpace,
    /// Replaced the text between key type and key with one space.
    TypeSeparator,
    /// Replaced the text between key and comment with one space.
    CommentSeparator,
}

impl Repair {
    /// All repairs.
    pub const ALL: [Self; 6] = [
        Self::ByteOrderMark,
        Self::Quotes,
        Self::LeadingSpace,
        Self::TrailingSpace,
        Self::TypeSeparator,
        Self::CommentSeparator,
    ];

    /// Returns the stable identifier in snake case, such as `byte_order_mark`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ByteOrderMark => "byte_order_mark",
            Self::Quotes => "quotes",
            Self::LeadingSpace => "leading_space",
            Self::TrailingSpace => "trailing_space",
            Self::TypeSeparator => "type_separator",
            Self::CommentSeparator => "comment_separator",
        }
    }

    /// Describes the change, as part of a sentence for the user.
    #[must_use]
    pub const fn description(self) -> &'static str {
        match self {
            Self::ByteOrderMark => "removed an invisible character before the line",
            Self::Quotes => "removed quotation marks around the line",
            Self::LeadingSpace => "removed whitespace before the line",
            Self::TrailingSpace => "removed whitespace or a line end after the line",
            Self::TypeSeparator => "put one space between key type and key",
            Self::CommentSeparator => "put one space between key and comment",
        }
    }
}

identifier!(Repair, "the identifier of a repair", IdentifierError::UnknownRepair);

/// The parts of a repaired line, as slices of the text as sent.
pub(crate) struct Repaired<'a> {
    pub(crate) line: Line<'a>,
    pub(crate) type_start: usize,
    pub(crate) comment: &'a str,
    pub(crate) repairs: Vec<Repair>,
}

impl<'a> Repaired<'a> {
    /// Finds the parts; the caller still has to decode the base64 and check the comment.
    pub(crate) fn from_text(text: &'a str, policy: &ImportPolicy<'_>) -> Result<Self> {
        let mut repairs = Vec::new();
        let Range { start, end } = trim_edges(text, &mut repairs);
        let trimmed = text.get(..end).unwrap_or_default();
        let after = |position: usize| trimmed.get(position..).unwrap_or_default();

        let name = after(start).char_indices().map_while(|(i, c)| (!is_space(c)).then_some(i + c.len_utf8()));
        let name_end = start + name.take(MAX_TYPE).last().unwrap_or(0);
        let algorithm = trimmed.as_bytes().get(start..name_end).and_then(Algorithm::from_name);
        let separator = space_prefix(after(name_end));
        let (Some(algorithm), 1..) = (algorithm, separator) else {
            return Err(diagnosis::explain(trimmed, start));
        };

        let base64_start = name_end + separator;
        let base64 = after(base64_start);
        let word = printable_prefix(base64.as_bytes(), MAX_BASE64 + 1);
        let word =
            base64.char_indices().take_while(|&(i, _)| i < word).find(|&(_, c)| is_space(c)).map_or(word, |(i, _)| i);
        let line = Line::new(trimmed, algorithm, base64, word)?;

        // A line ending is kept as the start of the comment, which then fails its check.
        let comment = line.rest.trim_start_matches(|c| is_space(c) && !ends_line(c));
        // Nothing is copied yet, so a line that is too long even when repaired costs one pass.
        policy.check_size(line.canonical_length(comment))?;
        let before_comment = line.position_of(line.rest)..line.position_of(comment);
        for (repair, range) in
            [(Repair::TypeSeparator, name_end..base64_start), (Repair::CommentSeparator, before_comment)]
        {
            if !range.is_empty() && trimmed.get(range) != Some(" ") {
                repairs.push(repair);
            }
        }
        Ok(Self { line, type_start: start, comment, repairs })
    }
}

/// Strips whitespace, invisible characters and pairs of quotation marks.
fn trim_edges(text: &str, repairs: &mut Vec<Repair>) -> Range<usize> {
    const QUOTES: [(char, char); 6] = [
        ('"', '"'),
        ('\'', '\''),
        ('`', '`'),
        ('\u{201c}', '\u{201d}'),
        ('\u{2018}', '\u{2019}'),
        ('\u{ab}', '\u{bb}'),
    ];

    let mut content = text;
    let mut start = 0;
    let mut note = |repair, is_needed: bool| {
        if is_needed && !repairs.contains(&repair) {
            repairs.push(repair);
        }
    };
    loop {
        let before = content;
        let visible = content.trim_start_matches(is_space);
        let (skipped, _) = content.split_at_checked(content.len() - visible.len()).unwrap_or_default();
        note(Repair::ByteOrderMark, skipped.contains(is_invisible));
        note(Repair::LeadingSpace, skipped.contains(char::is_whitespace));
        start += skipped.len();
        content = visible.trim_end_matches(is_space);
        note(Repair::TrailingSpace, content.len() < visible.len());
        for (open, close) in QUOTES {
            if let Some(inner) = content.strip_prefix(open).and_then(|rest| rest.strip_suffix(close)) {
                note(Repair::Quotes, true);
                start += open.len_utf8();
                content = inner;
                break;
            }
        }
        if content == before {
            return start..start + content.len();
        }
    }
}

/// Counts the bytes of the spaces at the start of `text`.
fn space_prefix(text: &str) -> usize {
    text.len() - text.trim_start_matches(is_space).len()
}

fn is_space(c: char) -> bool {
    c.is_whitespace() || is_invisible(c)
}

/// Returns whether this is a byte order mark, or the zero-width space or word joiner that text copied from web pages
/// contains.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{feff}' | '\u{200b}' | '\u{2060}')
}
