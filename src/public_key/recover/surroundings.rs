//! What is around the base64 of a key: its type, its comment, and text that does not belong to the line.

use alloc::vec::Vec;

use crate::algorithm::Algorithm;
use crate::public_key::error::PublicKeyErrorKind as Kind;
use crate::public_key::line::ends_line;
use crate::public_key::recover::keys::{FoundKey, Step, is_separator};
use crate::public_key::recover::reading::Reading;
use crate::public_key::recover::type_names::known_type;

/// The parts of the line around the base64.
#[derive(Debug)]
pub(crate) struct Surroundings<'a> {
    pub(crate) comment: &'a str,
    pub(crate) comment_start: usize,
    /// What is wrong before the base64.
    pub(crate) before: Vec<Step>,
    /// What is wrong after the base64.
    pub(crate) after: Vec<Step>,
}

/// Reads what is around the key.
pub(crate) fn read<'a>(text: &'a str, key: &FoundKey) -> Surroundings<'a> {
    let (before, _) = text.split_at_checked(key.start).unwrap_or_default();
    let mut steps = Vec::new();
    let start = key_type(before, key, &mut steps);
    let (lead, _) = before.split_at_checked(start).unwrap_or_default();
    let quote = leading(lead, start, key, &mut steps);
    let (_, rest) = text.split_at_checked(key.end).unwrap_or_default();
    let mut after = Vec::new();
    let (comment, comment_start) = if key.is_line { comment(rest, key.end, quote, &mut after) } else { ("", key.end) };
    Surroundings { comment, comment_start, before: steps, after }
}

/// Reads the type in front of the base64. Returns where the line starts.
fn key_type(before: &str, key: &FoundKey, steps: &mut Vec<Step>) -> usize {
    let name = before.trim_end_matches(is_separator);
    let separator_at = name.len();
    let (_, separator) = before.split_at(separator_at);
    let expected = key.algorithm.as_str();
    let word_start = name.rfind(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '@' | '.')));
    let word_start =
        word_start.map_or(0, |at| at + name.get(at..).and_then(|rest| rest.chars().next()).map_or(1, char::len_utf8));
    let word = name.get(word_start..).unwrap_or_default();
    if !key.is_line {
        // The format has its own armor, and no type; what is in front of it does not matter.
        let start = known_type(name).map_or(key.start, |found| name.len() - found.len());
        let is_armor = armor(before).is_some();
        return if is_armor { before.find("----").unwrap_or(start) } else { start };
    }
    let Some(found) = known_type(name) else {
        if armor(before).is_some() {
            steps.push((Reading::Rfc4716, Kind::IsRfc4716, before.find("----").unwrap_or(0)));
            return before.find("----").unwrap_or(0);
        }
        let is_dump = separator.contains(['\n', '\r']) && word.len() > 24;
        if let Some(kind) = other_type(word, key.algorithm).filter(|_| !is_dump) {
            steps.push((Reading::WrongType, kind, word_start));
            separators(separator, separator_at, &mut |kind, at| steps.push((Reading::TypeSeparator, kind, at)));
            return word_start;
        }
        steps.push((Reading::TypeMissing, Kind::MissingType { blob: expected }, key.start));
        return key.start;
    };
    let mut start = separator_at - found.len();
    if found != expected {
        let step = match Algorithm::from_name(found.as_bytes()) {
            _ if found.eq_ignore_ascii_case(expected) => (Reading::TypeCase, Kind::UppercaseType),
            Some(line) => (Reading::WrongType, Kind::TypeMismatch { line: line.as_str(), blob: expected }),
            None => (Reading::WrongType, Kind::MisspelledType { blob: expected }),
        };
        steps.push((step.0, step.1, start));
    }
    separators(separator, separator_at, &mut |kind, at| steps.push((Reading::TypeSeparator, kind, at)));
    // The type may occur more than once, also in another case.
    while let Some((earlier, _)) = before.split_at_checked(start) {
        let name = earlier.trim_end_matches(|c| is_separator(c) && c != '/');
        match known_type(name) {
            Some(found) if name.len() < earlier.len() => {
                start = name.len() - found.len();
                steps.insert(0, (Reading::TypeRepeated, Kind::RepeatedType, start));
            }
            _ => break,
        }
    }
    start
}

/// Returns what is wrong with a word that is meant as a type.
fn other_type(word: &str, expected: Algorithm) -> Option<Kind> {
    let lower = word.to_ascii_lowercase();
    let blob = expected.as_str();
    if lower.starts_with("rsa-sha2-") || lower.starts_with("webauthn-sk-") {
        return Some(Kind::IsSignatureAlgorithm);
    }
    let compact: Vec<u8> = lower.bytes().filter(u8::is_ascii_alphanumeric).collect();
    let names = Algorithm::ALL.map(|algorithm| {
        let name = algorithm.as_str().bytes().filter(u8::is_ascii_alphanumeric);
        name.collect::<Vec<u8>>()
    });
    let is_close = names.iter().any(|name| is_close(name, &compact));
    let short =
        ["rsa", "dsa", "dss", "ecdsa", "ed25519", "sshdsa", "sshecdsa", "ssh", "nistp256", "nistp384", "nistp521"];
    (is_close || short.iter().any(|name| name.as_bytes() == compact)).then_some(Kind::MisspelledType { blob })
}

/// Returns whether two words differ by at most two letters that are inserted, removed, replaced or swapped.
fn is_close(name: &[u8], word: &[u8]) -> bool {
    if name.len().abs_diff(word.len()) > 2 {
        return false;
    }
    let mut row: Vec<usize> = (0..=word.len()).collect();
    for (i, letter) in name.iter().enumerate() {
        let mut diagonal = i;
        let mut left = i + 1;
        if let Some(first) = row.first_mut() {
            *first = left;
        }
        for (slot, other) in row.iter_mut().skip(1).zip(word) {
            let cost = (diagonal + usize::from(letter != other)).min(*slot + 1).min(left + 1);
            (diagonal, *slot, left) = (*slot, cost, cost);
        }
    }
    row.last().is_some_and(|&distance| distance <= 2)
}

/// Reports what separates two parts of the line, unless it is one space.
fn separators(separator: &str, at: usize, report: &mut dyn FnMut(Kind, usize)) {
    let kind = match separator.chars().next() {
        _ if separator == " " => return,
        None => return report(Kind::MissingSeparator, at),
        Some('\t') => Kind::UnexpectedTab,
        Some('\n' | '\r') => Kind::IsWrapped,
        Some(' ') if separator.bytes().all(|byte| matches!(byte, b' ' | b'\t')) && separator.contains('\t') => {
            return report(Kind::UnexpectedTab, at + separator.find('\t').unwrap_or(0));
        }
        Some(' ') if separator.bytes().all(|byte| byte == b' ') => return report(Kind::RepeatedSpace, at + 1),
        Some(c) if c.is_whitespace() && c != ' ' => Kind::UnexpectedUnicodeSpace,
        Some(_) => Kind::UnexpectedSeparator,
    };
    report(kind, at);
}

/// Returns the label of an RFC 4716 armor.
fn armor(before: &str) -> Option<&str> {
    before.find("BEGIN SSH2 PUBLIC KEY").or_else(|| before.find("-----BEGIN")).and_then(|at| before.get(at..))
}

/// Classifies the text in front of the line. Returns the quotation mark or bracket that is open at its start.
fn leading(lead: &str, start: usize, key: &FoundKey, steps: &mut Vec<Step>) -> Option<char> {
    if lead.is_empty() {
        return None;
    }
    let Some(open) = lead.chars().rev().find(|c| !c.is_whitespace() && !matches!(c, '\\')) else {
        let step = match lead.find(|c: char| !c.is_ascii()) {
            Some(at) => (Reading::LeadingSpace, Kind::UnexpectedUnicodeSpace, at),
            None => (Reading::LeadingSpace, Kind::StartsWithWhitespace, start),
        };
        steps.insert(0, step);
        return None;
    };
    let visible = lead.trim_start().len();
    let first = lead.len() - visible;
    let quote = closing(open);
    let step = if let Some(step) = whole_lead(lead, start) {
        step
    } else if lead.chars().all(|c| c.is_whitespace() || is_quote(c)) {
        (Reading::Quotes, Kind::IsQuoted, first)
    } else if !key.is_line && armor(lead).is_some() {
        return None;
    } else {
        (Reading::TextBefore, Kind::HasLeadingText, start)
    };
    steps.insert(0, step);
    quote
}

/// Recognizes text before the line that other files have: comment lines, options, host names.
fn whole_lead(lead: &str, start: usize) -> Option<Step> {
    let is_comment = |line: &str| line.trim().is_empty() || line.trim_start().starts_with('#');
    if lead.lines().all(is_comment) {
        return Some((Reading::CommentLines, Kind::IsCommentLine, lead.find('#')?));
    }
    let line = lead.rsplit(['\n', '\r']).next()?;
    let word = line.split_ascii_whitespace().next()?;
    if !line.ends_with([' ', '\t']) {
        return None;
    }
    if is_options(word) {
        return Some((Reading::Options, Kind::HasOptions, start));
    }
    let is_marker = matches!(word, "@cert-authority" | "@revoked");
    let words = line.split_ascii_whitespace().count();
    // `user@host` and a label are not names of a host.
    let is_host = word.starts_with("|1|")
        || (word.contains(char::is_alphanumeric)
            && !word.contains(['@', '"', '\'', '{', '=', '<', '('])
            && !word.ends_with([':', ',', '.'])
            && word.contains(['.', ',', '[', ':', '*']));
    (lead.trim_start().len() == line.trim_start().len() || is_marker || is_host)
        .then_some(())
        .filter(|()| (is_marker && words == 2) || (is_host && words == 1))
        .map(|()| (Reading::KnownHosts, Kind::IsKnownHostsLine, start))
}

fn is_options(word: &str) -> bool {
    /// sshd(8), "AUTHORIZED_KEYS FILE FORMAT".
    const OPTIONS: [&str; 23] = [
        "agent-forwarding",
        "cert-authority",
        "command=",
        "environment=",
        "expiry-time=",
        "from=",
        "no-agent-forwarding",
        "no-port-forwarding",
        "no-pty",
        "no-touch-required",
        "no-user-rc",
        "no-x11-forwarding",
        "permitlisten=",
        "permitopen=",
        "port-forwarding",
        "principals=",
        "pty",
        "restrict",
        "touch-required",
        "tunnel=",
        "user-rc",
        "verify-required",
        "x11-forwarding",
    ];
    let lower = word.to_ascii_lowercase();
    OPTIONS.iter().any(|option| {
        let rest = lower.strip_prefix(option);
        rest.is_some_and(|rest| option.ends_with('=') || rest.is_empty() || rest.starts_with(','))
    })
}

fn is_quote(c: char) -> bool {
    matches!(c, '"' | '\'' | '`' | '\u{2018}'..='\u{201f}' | '\u{ab}' | '\u{bb}')
}

/// Returns the character that closes what this one opens.
fn closing(open: char) -> Option<char> {
    Some(match open {
        '"' | '\'' | '`' => open,
        '\u{201c}' | '\u{201e}' => '\u{201d}',
        '\u{2018}' | '\u{201a}' => '\u{2019}',
        '\u{ab}' => '\u{bb}',
        '\u{bb}' => '\u{ab}',
        '(' => ')',
        '[' => ']',
        '{' => '}',
        '<' => '>',
        '>' => '<',
        '|' => '|',
        _ => return None,
    })
}

/// Finds the comment in `rest`, which follows the base64 at byte `at`, and what does not belong to the line.
fn comment<'a>(rest: &'a str, at: usize, quote: Option<char>, steps: &mut Vec<Step>) -> (&'a str, usize) {
    let line_end = rest.find(ends_line).unwrap_or(rest.len());
    let (line, below) = rest.split_at(line_end);
    // What follows the line end.
    let mut behind = Vec::new();
    if let Some(first) = below.find(|c: char| !c.is_whitespace() && !ends_line(c) && Some(c) != quote && !is_closing(c))
    {
        // A carriage return alone ends a line in some programs only, and is a part of the comment in others.
        let is_line_end = below.starts_with('\n')
            || below.starts_with("\r\n")
            || below.starts_with('\r') && line.trim_ascii().is_empty();
        behind.push(if is_line_end {
            (Reading::TextAfter, Kind::HasSecondLine, at + line_end + first)
        } else {
            (Reading::CommentLineSeparator, Kind::UnexpectedLineSeparator, at + line_end)
        });
    } else if let Some(first) = below.find(|c: char| !matches!(c, ' ' | '\t' | '\r' | '\n')) {
        // Only what closes the text before the line, or line ends of another kind.
        let is_closed = below.get(first..).is_some_and(|rest| rest.starts_with(|c| is_quote(c) || is_closing(c)));
        if is_closed && quote.is_none() {
            behind.push((Reading::TextAfter, Kind::HasSecondLine, at + line_end + first));
        } else if !is_closed {
            behind.push((Reading::CommentLineSeparator, Kind::UnexpectedLineSeparator, at + line_end + first));
        }
    }

    let first = line.chars().next();
    let is_closed_at_once = first
        .is_some_and(|c| Some(c) == quote || is_quote(c) || matches!(c, ')' | ']' | '}' | '<' | '>'))
        || (first.is_some_and(|c| matches!(c, ',' | ';' | '.')) && line.trim_end().len() == 1);
    let content = line.trim_start_matches(|c: char| c.is_whitespace() || is_comment_separator(c));
    let separator_length = line.len() - content.len();
    let (separator, _) = line.split_at(separator_length);
    let mut end = content.len();
    if let Some(close) = quote {
        end = content.find(close).unwrap_or(end);
    }
    let kept = content.get(..end).unwrap_or_default();
    let kept = without_closers(kept.trim_end());
    let comment = if is_closed_at_once { "" } else { kept };
    let comment_start = if is_closed_at_once { 0 } else { separator_length };
    if !comment.is_empty() {
        separators(separator, at, &mut |kind, position| {
            let kind = if kind == Kind::MissingSeparator { Kind::MissingCommentSeparator } else { kind };
            steps.push((Reading::CommentSeparator, kind, position));
        });
    }
    let used = comment_start + comment.len();
    let dropped = line.get(used..).unwrap_or_default();
    let visible = dropped.trim_start_matches([' ', '\t']);
    let has_only_quote =
        quote.is_some_and(is_quote) && visible.trim_end().chars().all(|c| is_quote(c) || c.is_whitespace());
    if !visible.trim().is_empty() && !has_only_quote {
        steps.push((Reading::TextAfter, Kind::HasTrailingText, at + used + (dropped.len() - visible.len())));
    } else if visible.trim_end_matches([' ', '\t']).chars().any(char::is_whitespace) && !has_only_quote {
        steps.push((Reading::TextAfter, Kind::UnexpectedUnicodeSpace, at + used + (dropped.len() - visible.len())));
    }
    steps.append(&mut behind);
    (comment, at + comment_start)
}

fn is_comment_separator(c: char) -> bool {
    matches!(c, ',' | ';' | ':' | '|' | '+' | '\\')
}

fn is_closing(c: char) -> bool {
    is_quote(c) || matches!(c, ')' | ']' | '}' | '>' | ',' | ';' | '`' | '\\')
}

/// Cuts off what closes something that was not opened in the comment.
fn without_closers(comment: &str) -> &str {
    /// More are a part of the comment.
    const MOST: usize = 16;

    let mut comment = comment;
    for _ in 0..MOST {
        let Some(last) = comment.chars().next_back() else { return comment };
        let count = |c: char| comment.matches(c).count();
        let is_open = match last {
            '"' | '\'' | '`' => count(last) % 2 == 0,
            ')' => count('(') >= count(')'),
            ']' => count('[') >= count(']'),
            '}' => count('{') >= count('}'),
            ',' | ';' | '\\' => false,
            '\u{201d}' | '\u{2019}' | '\u{bb}' => false,
            _ => return comment,
        };
        if is_open {
            return comment;
        }
        let (shorter, _) = comment.split_at(comment.len() - last.len_utf8());
        comment = shorter.trim_end();
    }
    comment
}
