//! The characters of a text as `od -c` prints them.

use crate::public_key::recover::reading::Reading;
use crate::public_key::recover::state::{Decoder, State};

/// The digits of an offset, and the columns of a byte.
const OFFSET: usize = 7;
const CELL: usize = 4;

/// The number of bytes that a row has at most.
const ROW: usize = 16;

/// Returns whether there is a row with the offset 0.
pub(super) fn has_first_row(text: &str) -> bool {
    text.starts_with("0000000 ") || text.contains("\n0000000 ")
}

/// Decodes rows of an offset in octal and up to sixteen bytes, each in four columns.
pub(super) fn rows(state: &State) -> Option<State> {
    let mut decoder = Decoder::new(state);
    // The position of the row, and the offsets after the bytes that were read.
    let (mut start, mut next) = (0, None);
    for line in state.text().split_inclusive('\n') {
        let row = line.trim_end_matches(['\n', '\r']).as_bytes();
        match offset(row) {
            Some(offset) if next.is_some() || offset == 0 => {
                decoder.damage(start);
                // Spaces at the end of a row may be lost.
                let read = next.unwrap_or(offset);
                let lost = offset.checked_sub(read).filter(|&lost| lost < ROW);
                (0..lost.unwrap_or(0)).for_each(|_| decoder.push(' ', start));
                let cells = row.get(OFFSET..).unwrap_or_default().chunks(CELL);
                let mut count = 0;
                for (index, cell) in cells.take(ROW).enumerate() {
                    decoder.push(character(cell), start + OFFSET + CELL * index);
                    count += 1;
                }
                next = Some(offset + count);
            }
            _ => decoder.copy(start, start + line.len()),
        }
        start += line.len();
    }
    decoder.finish(Reading::CharacterDump)
}

/// Returns the offset of a row.
fn offset(row: &[u8]) -> Option<usize> {
    let (digits, rest) = row.split_at_checked(OFFSET)?;
    let is_row = digits.iter().all(|digit| matches!(digit, b'0'..=b'7')) && matches!(rest, [] | [b' ', ..]);
    is_row.then(|| digits.iter().fold(0, |offset, digit| 8 * offset + usize::from(digit - b'0')))
}

/// Returns the character in a cell; `?` for a byte that is not ASCII.
fn character(cell: &[u8]) -> char {
    match cell.trim_ascii_start() {
        [] => ' ',
        [byte @ b'!'..=b'~'] => char::from(*byte),
        [b'\\', b'n'] => '\n',
        [b'\\', b'r'] => '\r',
        [b'\\', b't'] => '\t',
        [b'\\', b'0'] => '\0',
        _ => '?',
    }
}
