//! What is in front of each line: marks of mail, diffs and source code, list markers, line numbers.

use crate::public_key::recover::reading::Reading;
use crate::public_key::recover::state::{Decoder, State};

/// Removes the mark in front of each line, if more than one line has one.
pub(super) fn of_lines(state: &State) -> Option<State> {
    let lines = || state.text().split_inclusive('\n');
    // Signs that are symbols of base64 may start a few rows of a key.
    let (mut written, mut signs, mut is_start) = (0, 0, true);
    for byte in state.text().bytes() {
        match byte {
            b'\n' => is_start = true,
            b'\t'..=b'\r' | b' ' => {}
            _ if is_start => {
                written += 1;
                signs += usize::from(matches!(byte, b'+' | b'-' | b'/'));
                is_start = false;
            }
            _ => {}
        }
    }
    let mark = |line| mark(line).filter(|mark| mark.is_other || 2 * signs >= written).map_or(0, |mark| mark.length);
    let mut decoder = Decoder::new(state);
    // Where the next line starts, and what is not copied yet.
    let (mut start, mut rest, mut marked) = (0, 0, 0);
    for line in lines() {
        let length = mark(line);
        if length > 0 {
            marked += 1;
            decoder.copy(rest, start);
            decoder.damage(start);
            rest = start + length;
        }
        start += line.len();
    }
    decoder.copy(rest, start);
    if marked > 1 { decoder.finish(Reading::LinePrefix) } else { None }
}

struct Mark {
    /// The length with the spaces around it.
    length: usize,
    /// Whether base64 does not use it.
    is_other: bool,
}

/// Returns the mark in front of a line.
fn mark(line: &str) -> Option<Mark> {
    const MARKS: [&str; 11] = ["//", "--", "+", "-", ">", "|", "#", "*", ":", "%", "!"];

    let content = line.trim_start_matches([' ', '\t']);
    // Most lines have none.
    if !matches!(content.as_bytes(), [b'!' | b'#' | b'%' | b'*'..=b'+' | b'-' | b'/'..=b':' | b'>' | b'|', ..]) {
        return None;
    }
    // The dashes of an armor.
    if content.starts_with("----") {
        return None;
    }
    let digits = content.bytes().take_while(u8::is_ascii_digit).count();
    let after_digits = content.get(digits..).unwrap_or_default();
    let rest = if (1..=5).contains(&digits) && after_digits.starts_with(['\t', ':', '.', ')', '|', ' ']) {
        after_digits.get(1..)
    } else {
        MARKS.iter().find_map(|mark| content.strip_prefix(mark))
    };
    let length = line.len() - rest?.trim_start_matches([' ', '\t']).len();
    Some(Mark { length, is_other: !content.starts_with(['+', '-', '/']) })
}
