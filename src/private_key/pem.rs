//! PEM (RFC 7468) for secrets: control flow and addresses depend on lengths only.
//!
//! The crate `base64` uses a lookup table, so its addresses depend on the data.

use alloc::string::String;

use zeroize::Zeroizing;

/// Encodes `bytes`, which are not empty, as a PEM block in lines of `columns` characters that end with LF.
pub(super) fn encode(label: &str, columns: usize, bytes: &[u8]) -> Zeroizing<String> {
    let characters = bytes.len().div_ceil(3) * 4;
    let boundaries = "-----BEGIN -----\n-----END -----\n".len() + 2 * label.len();
    // The final length: a buffer that grows leaves a copy behind.
    let length = boundaries + characters + characters.div_ceil(columns);
    let mut text = Zeroizing::new(String::with_capacity(length));
    text.extend(["-----BEGIN ", label, "-----\n"]);
    for (index, character) in bytes.chunks(3).flat_map(characters_of).enumerate() {
        if index > 0 && index % columns == 0 {
            text.push('\n');
        }
        // The mask changes nothing. It shows the compiler that the character is ASCII, so its UTF-8 length is not
        // tested.
        text.push(char::from(character & 0x7f));
    }
    text.extend(["\n-----END ", label, "-----\n"]);
    debug_assert_eq!(text.len(), length);
    text
}

/// Encodes one to three bytes as four characters (RFC 4648, section 4).
fn characters_of(group: &[u8]) -> [u8; 4] {
    let word = [16, 8, 0].into_iter().zip(group).fold(0, |word, (shift, &byte)| word | u32::from(byte) << shift);
    let digits = [18, 12, 6, 0].map(|shift| (word >> shift) as u8 & 63);
    let mut characters = digits.map(character);
    characters.iter_mut().skip(group.len() + 1).for_each(|padding| *padding = b'=');
    characters
}

/// Returns the character of six bits (RFC 4648, table 1), by arithmetic.
fn character(digit: u8) -> u8 {
    /// The first digit of each range of the alphabet, and its character.
    const RANGES: [(u8, u8); 5] = [(0, b'A'), (26, b'a'), (52, b'0'), (62, b'+'), (63, b'/')];
    let mut code = digit;
    let mut previous = 0;
    for (first, character) in RANGES {
        // The difference between character and digit changes from one range to the next.
        let offset = character.wrapping_sub(first);
        // All ones if `first <= digit`: the sign of the difference, as both are below 64.
        let reached = (digit.wrapping_sub(first) >> 7).wrapping_sub(1);
        code = code.wrapping_add(offset.wrapping_sub(previous) & reached);
        previous = offset;
    }
    code
}

#[cfg(test)]
mod tests {
    use std::format;

    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn pem_is_the_base64_of_the_bytes_between_the_boundaries(
            bytes in prop::collection::vec(any::<u8>(), 1..200),
            columns in prop_oneof![Just(64usize), Just(70)],
        ) {
            let text = encode("A LABEL", columns, &bytes);
            prop_assert_eq!(text.capacity(), text.len());
            let body = text.strip_prefix("-----BEGIN A LABEL-----\n").unwrap();
            let body = body.strip_suffix("-----END A LABEL-----\n").unwrap();
            prop_assert_eq!(body.replace('\n', ""), STANDARD.encode(&bytes));
            let lines = body.strip_suffix('\n').unwrap().split('\n').map(str::len);
            let (last, full) = (lines.clone().next_back().unwrap(), lines.clone().count() - 1);
            prop_assert!(lines.take(full).all(|length| length == columns) && (1..=columns).contains(&last));
        }
    }

    #[test]
    fn every_digit_has_the_character_of_the_alphabet() {
        let alphabet: String = (0..64).map(|digit| char::from(character(digit))).collect();
        assert_eq!(
            alphabet,
            format!("{}+/", ['A'..='Z', 'a'..='z', '0'..='9'].into_iter().flatten().collect::<String>())
        );
    }
}
