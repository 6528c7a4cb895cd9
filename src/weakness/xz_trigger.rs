//! Detects commands to the backdoor in liblzma 5.6.0 and 5.6.1 (CVE-2024-3094).

/// Returns whether the backdoor would take a modulus for a command.
///
/// It reads the first 16 bytes of the modulus as SSH encodes it, little-endian, as two numbers of 32 bits and one of 64
/// bits, and computes a·b + c modulo 2^64: the kind of the command, from 0 to 3. A random modulus gives such a number
/// with a probability of 4 / 2^64 = 2^−62.
pub(super) fn is_trigger(magnitude: &[u8]) -> bool {
    // The byte that keeps the encoded number positive.
    let padding: &[u8] = if magnitude.first().is_some_and(|first| first & 0x80 != 0) { &[0] } else { &[] };
    let mut bytes = padding.iter().chain(magnitude).copied();
    let mut next =
        |count: u32| (0..count).fold(0, |word, place| word | u64::from(bytes.next().unwrap_or(0)) << (8 * place));
    let (a, b, c) = (next(4), next(4), next(8));
    a.wrapping_mul(b).wrapping_add(c) <= 3
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn only_the_four_kinds_of_command_are_reported(a in prop_oneof![any::<u32>(), any::<u32>().prop_map(|a| a << 16 | 0x8000)], b in any::<u32>(), kind in 0u64..8) {
            let c = kind.wrapping_sub(u64::from(a) * u64::from(b));
            let header = [&a.to_le_bytes()[..], &b.to_le_bytes(), &c.to_le_bytes(), &[0x5a; 112]].concat();
            // The encoding of a positive number starts with a zero byte before a set bit only.
            prop_assume!(if header[0] == 0 { header[1] >= 0x80 } else { header[0] < 0x80 });
            let magnitude = if header[0] == 0 { &header[1..] } else { &header[..] };
            prop_assert_eq!(is_trigger(magnitude), kind <= 3);
        }
    }

    #[test]
    fn a_modulus_with_and_one_without_a_padding_byte_are_commands() {
        // 0x00000180 · 0 + 2 of 00 80 01 …, and 0x00000001 · 5 − 5 of 01 00 …
        let mut padded = [0; 127];
        (padded[0], padded[1], padded[7]) = (0x80, 1, 2);
        assert!(is_trigger(&padded));
        let mut plain = [0; 128];
        (plain[0], plain[4]) = (1, 5);
        plain[8..16].copy_from_slice(&(-5i64).to_le_bytes());
        assert!(is_trigger(&plain));
        plain[8] = 0;
        assert!(!is_trigger(&plain));
    }
}
