//! Finds the names of key types in text.

use crate::algorithm::{Algorithm, is_certificate};

/// Returns the name of a type at the end of `text`, in any case.
pub(crate) fn known_type(text: &str) -> Option<&str> {
    let is_name = |length: usize| {
        let name = text.get(text.len().checked_sub(length)?..)?;
        let is_type = Algorithm::ALL.iter().any(|algorithm| algorithm.as_str().eq_ignore_ascii_case(name));
        (is_type || is_certificate(name.as_bytes())).then_some(name)
    };
    // The longest first, because one name is the end of another.
    (7..=48).rev().find_map(is_name)
}
