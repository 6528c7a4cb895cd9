//! Finds the names of key types in text.

use crate::algorithm::{Algorithm, is_certificate};

/// Returns the name of a type at the end of `text`, in any case.
pub(crate) fn known_type(text: &str) -> Option<&str> {
    let end = |length: usize| text.get(text.len().checked_sub(length)?..);
    if is_certificate(text.as_bytes()) {
        let is_name = |name: &&str| is_certificate_type(name);
        return (7..=48).rev().filter_map(end).find(is_name);
    }
    // The longest, because one name is the end of another.
    let names = Algorithm::ALL.iter().map(|algorithm| algorithm.as_str());
    let found = names.filter_map(|name| end(name.len()).filter(|end| end.eq_ignore_ascii_case(name)));
    found.max_by_key(|name| name.len())
}

/// Returns whether this is the name of a type of certificates, and nothing else is in front of it.
fn is_certificate_type(name: &str) -> bool {
    name.bytes().all(is_name_letter) && is_certificate(name.as_bytes())
}

fn is_name_letter(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'@' | b'.')
}

/// Returns whether `text` starts with the name of a type in any case, or is the start of one that is cut off.
pub(crate) fn starts_with_type(text: &str) -> bool {
    /// The shortest start, `ssh`.
    const SHORTEST: usize = 3;

    let length = text.bytes().take_while(|&byte| is_name_letter(byte)).count();
    let word = text.get(..length).unwrap_or_default().as_bytes();
    let is_start = |name: &[u8]| {
        let (cut, whole) = (name.get(..word.len()), word.get(..name.len()));
        cut.is_some_and(|cut| word.len() >= SHORTEST && cut.eq_ignore_ascii_case(word))
            || whole.is_some_and(|whole| whole.eq_ignore_ascii_case(name))
    };
    Algorithm::ALL.iter().any(|algorithm| is_start(algorithm.as_str().as_bytes()))
}

#[cfg(test)]
mod tests {
    use alloc::format;

    use super::*;

    #[test]
    fn every_name_is_known_in_any_case() {
        for name in Algorithm::ALL.map(Algorithm::as_str) {
            for name in [name.into(), name.to_ascii_uppercase(), name.replace("@", "-cert-v01@")] {
                assert_eq!(known_type(&format!("key {name}")), Some(&*name));
            }
        }
    }
}
