//! Detects equal bytes in a row.

/// The number of equal bytes that are reported.
const LENGTH: usize = 16;

/// Returns whether [`LENGTH`] consecutive bytes of a magnitude are equal.
///
/// In random bytes this happens with a probability of at most 2^(−8·15) for each position: 2^−112 for the 241 positions
/// of 256 bytes.
pub(super) fn repeats(magnitude: &[u8]) -> bool {
    magnitude.chunk_by(|a, b| a == b).any(|run| run.len() >= LENGTH)
}

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;

    use super::*;

    #[test]
    fn sixteen_equal_bytes_are_found_at_every_position_and_fifteen_are_not() {
        let bytes: Vec<u8> = (1..=128).collect();
        assert!(!repeats(&bytes));
        for position in 0..=128 - 16 {
            for value in [0, 0xa5, 0xff] {
                let mut damaged = bytes.clone();
                damaged[position..position + 16].fill(value);
                assert!(repeats(&damaged), "{position}");
                damaged[position + 8] = 200;
                assert!(!repeats(&damaged), "{position}");
            }
        }
        let fifteen = [&bytes[..], &[7; 15], &bytes].concat();
        assert!(!repeats(&fifteen));
        assert!(!repeats(&[]));
    }
}
