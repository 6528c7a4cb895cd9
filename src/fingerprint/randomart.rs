//! The picture that `ssh-keygen -lv` draws of a digest.

use alloc::string::String;

/// Width and height of the picture, in squares.
const WIDTH: usize = 17;
const HEIGHT: usize = 9;

/// The picture of a digest as OpenSSH draws it. A bishop walks the board, two bits per step, and each square shows
/// how often it was visited ("The drunken bishop: an analysis of the OpenSSH fingerprint visualization algorithm",
/// Loss, Limmer, von Gernler, 2009).
pub(super) fn randomart(digest: &[u8], title: &str, foot: &str) -> String {
    /// The symbol of a square by the number of visits; the last two mark the start and the end.
    const SQUARES: &[u8; 17] = b" .o+=*BOX@%&#/^SE";
    const START: usize = SQUARES.len() - 2;
    const END: usize = SQUARES.len() - 1;

    let mut board = [[0usize; WIDTH]; HEIGHT];
    let (mut x, mut y) = (WIDTH / 2, HEIGHT / 2);
    let set = |board: &mut [[usize; WIDTH]; HEIGHT], x: usize, y: usize, step: fn(usize) -> usize| {
        if let Some(square) = board.get_mut(y).and_then(|row| row.get_mut(x)) {
            *square = step(*square);
        }
    };
    for byte in digest {
        // The least significant bits come first. At a wall the bishop slides along it.
        for pair in [byte & 3, byte >> 2 & 3, byte >> 4 & 3, byte >> 6] {
            x = if pair & 1 == 1 { (x + 1).min(WIDTH - 1) } else { x.saturating_sub(1) };
            y = if pair & 2 == 2 { (y + 1).min(HEIGHT - 1) } else { y.saturating_sub(1) };
            set(&mut board, x, y, |visits| (visits + 1).min(START - 1));
        }
    }
    set(&mut board, WIDTH / 2, HEIGHT / 2, |_| START);
    set(&mut board, x, y, |_| END);

    let mut picture = border(title);
    for row in &board {
        picture.push_str("\n|");
        picture.extend(row.iter().filter_map(|&square| SQUARES.get(square)).map(|&c| char::from(c)));
        picture.push('|');
    }
    picture.push('\n');
    picture.push_str(&border(foot));
    picture
}

/// Formats `+---[RSA 2048]----+`: the label in brackets, centered, with any extra dash on the right.
fn border(label: &str) -> String {
    let dashes = WIDTH.saturating_sub(label.len() + 2);
    let left = dashes / 2;
    let mut line = String::with_capacity(WIDTH + 2);
    line.push('+');
    line.extend(core::iter::repeat_n('-', left));
    line.push('[');
    line.push_str(label);
    line.push(']');
    line.extend(core::iter::repeat_n('-', dashes - left));
    line.push('+');
    line
}

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;

    use super::*;

    /// Walks from the center into the lower right corner, stays for a hundred steps, and returns by four squares.
    #[test]
    fn randomart_counts_only_up_to_its_last_symbol() {
        let mut digest = [0xff; 32];
        digest[31] = 0;
        let picture = randomart(&digest, "RSA 2048", "SHA256");
        let rows: Vec<&str> = picture.lines().collect();
        assert_eq!(rows[9], "|            ....^|");
        assert_eq!(rows[5], "|        S   E    |");
        for mark in ['S', 'E', '^'] {
            assert_eq!(picture.replace("RSA", "").replace("SHA", "").matches(mark).count(), 1, "{picture}");
        }
    }
}
