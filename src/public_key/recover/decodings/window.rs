//! Finds the places in a long text at which a private key may be, without reading every byte: the armor in any single
//! encoding, and a key without armor as it is or in hexadecimal.
//!
//! The search is that of Wu and Manber for many words at once: a pair of bytes that is not near the end of any word
//! allows to skip the next ones. Each place is then examined by the scan of private keys.

/// The length of the words.
const LENGTH: usize = 6;

/// What private keys and their armor have in common, in several encodings, after [`fold`].
const WORDS: [&[u8; LENGTH]; 52] = [
    // Words of PEM, PuTTY, age and OpenSSH, and fields of JSON and XML.
    b"privat",
    b"begino",
    b"begin ",
    b"openss",
    b"putty-",
    b"age-se",
    b"\"kty\":",
    b"<modul",
    b"<inver",
    // Base64 of `openssh-key-v1` and of the first bytes of DER: a version and what follows it, or PKCS#5.
    b"b3blbn",
    b"ibaakb",
    b"ibaakc",
    b"ibadan",
    b"ageama",
    b"ageamb",
    b"ageaai",
    b"ageaak",
    b"agebbd",
    b"agebbe",
    b"mhccaq",
    b"aqawbq",
    b"aqewbq",
    b"kozihv",
    b"sib3dq",
    b"hkig9w",
    // Base64 of `-----`, wherever it is in a group, and of the base64 of `openssh-key-v1`.
    b"ls0tls",
    b"0tls0t",
    b"tls0tl",
    b"yjncbg",
    // Hexadecimal of dashes, of `openssh-key-v1` and DER, and of their base64.
    b"2d2d2d",
    b"2d 2d ",
    b"2d2d 2",
    b"2d:2d:",
    b"70656e",
    b"020100",
    b"623342",
    b"4d4949",
    b"62 33 ",
    b"4d 49 ",
    // Escapes of dashes.
    b"u002du",
    b"%2d%2d",
    // UTF-16, and text with a space after each character.
    b"b e g ",
    b"m i i ",
    b"b 3 b ",
    // Characters in columns, as `od -c` prints them.
    b"-   - ",
    b"m   i ",
    b"b   3 ",
    // Full-width dashes and letters, and mathematical letters behind dashes.
    b"---\xf0\xbd\xb9",
    b"---\xf0\xbd\xb0",
    b"\xef\xbc\xad\xef\xbc\xad",
    b"\xef\xbd\xa2\xef\xbc\xb3",
    b"\xef\xbc\xad\xef\xbc\xa9",
];

/// Makes letters small; of other bytes, `NUL` becomes a space. Different bytes may become the same.
const fn fold(byte: u8) -> u8 {
    byte | 0x20
}

/// The number of bits by which pairs of bytes are told apart.
const TABLE: usize = 4096;

const fn index(first: u8, second: u8) -> usize {
    (fold(first) as usize * 131 + fold(second) as usize * 7) % TABLE
}

/// By how much the end of a word may be moved at least if these are the two bytes before it.
const SHIFTS: [u8; TABLE] = {
    let mut shifts = [LENGTH as u8 - 1; TABLE];
    let mut words: &[&[u8; LENGTH]] = &WORDS;
    while let [word, rest @ ..] = words {
        let mut end = 2;
        while end <= LENGTH {
            let slot = index(word[end - 2], word[end - 1]);
            let shift = (LENGTH - end) as u8;
            if shift < shifts[slot] {
                shifts[slot] = shift;
            }
            end += 1;
        }
        words = rest;
    }
    shifts
};

/// Returns the positions of the words.
pub(super) fn places(text: &[u8]) -> impl Iterator<Item = usize> {
    let mut end = LENGTH;
    core::iter::from_fn(move || {
        while let Some(&[first, second]) = text.get(end.checked_sub(2)?..end) {
            let shift = SHIFTS.get(index(first, second)).copied().unwrap_or(0);
            if shift > 0 {
                end += usize::from(shift);
                continue;
            }
            let start = end - LENGTH;
            end += 1;
            if text.get(start..).is_some_and(starts_with_word) {
                return Some(start);
            }
        }
        None
    })
}

fn starts_with_word(text: &[u8]) -> bool {
    let Some(head) = text.first_chunk::<LENGTH>() else { return false };
    let folded = head.map(fold);
    WORDS.iter().any(|word| **word == folded)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_is_found_wherever_it_is() {
        for word in WORDS {
            for start in 0..40 {
                let mut text = [b'x'; 60];
                text[start..start + LENGTH].copy_from_slice(word);
                assert!(places(&text).any(|place| place == start), "{word:?} at {start}");
            }
            assert!(word.iter().all(|&byte| fold(byte) == byte), "{word:?}");
        }
    }

    #[test]
    fn ordinary_text_has_no_places() {
        assert_eq!(places("The quick brown fox jumps over the lazy dog. 0123456789".as_bytes()).count(), 0);
    }
}
