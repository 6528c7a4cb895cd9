//! [`KeypairName`]: the name of a key pair, valid by construction.

pub(crate) mod error;

use alloc::borrow::ToOwned;
use alloc::string::String;
use core::borrow::Borrow;
use core::fmt;
use core::str::FromStr;

use crate::error::text::text_form;
use crate::microversion::Microversion;
use crate::name::error::{NameError, NameErrorKind};
use crate::public_key::recover::decodings::find_private_key;

/// The name of a key pair: 1 to 255 characters that its microversion allows.
///
/// The rules are those of `nova/api/validation/parameter_types.py`, with one exception: Nova accepts a single
/// trailing line feed and strips it afterwards; here it is rejected.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeypairName(String);

impl KeypairName {
    /// Maximum length of a name, in characters.
    pub const MAX_CHARS: usize = 255;

    /// Validates a name under the rule of microversion 2.1: ASCII letters and digits, `_`, `-` and space, no space at
    /// either edge.
    ///
    /// # Errors
    /// In the order of the checks: [`Empty`](NameErrorKind::Empty), [`TooLong`](NameErrorKind::TooLong),
    /// [`ContainsPrivateKey`](NameErrorKind::ContainsPrivateKey),
    /// [`UnprintableCharacter`](NameErrorKind::UnprintableCharacter),
    /// [`SurroundingWhitespace`](NameErrorKind::SurroundingWhitespace),
    /// [`DisallowedCharacter`](NameErrorKind::DisallowedCharacter).
    pub fn new(name: &str) -> Result<Self, NameError> {
        Self::for_microversion(name, Microversion::V2_1)
    }

    /// Validates a name under the rule of the given microversion. Legacy 2.0 strips the spaces at the edges, as Nova
    /// does.
    ///
    /// # Errors
    /// As for [`new`](Self::new); and [`OnlySpaces`](NameErrorKind::OnlySpaces) for legacy 2.0.
    pub fn for_microversion(name: &str, microversion: Microversion) -> Result<Self, NameError> {
        if name.is_empty() {
            return Err(NameErrorKind::Empty.into());
        }
        // A character has at most four bytes, so the characters of a name of megabytes need not be counted.
        let too_long = name.len() > 4 * Self::MAX_CHARS || name.chars().count() > Self::MAX_CHARS;
        if too_long {
            return Err(NameErrorKind::TooLong { bytes: name.len() }.into());
        }
        if let Some(found) = find_private_key(name) {
            return Err(NameErrorKind::ContainsPrivateKey.at(found.position));
        }
        if let Some((position, _)) = name.char_indices().find(|(_, c)| !is_printable(*c)) {
            return Err(NameErrorKind::UnprintableCharacter.at(position));
        }
        let Some(pattern) = microversion.name_pattern() else {
            return match name.trim_matches(is_space_separator) {
                "" => Err(NameErrorKind::OnlySpaces.into()),
                stripped => Ok(Self(stripped.to_owned())),
            };
        };
        reject_surrounding_whitespace(name)?;
        match name.char_indices().find(|(_, c)| !microversion.allows_in_name(*c)) {
            None => Ok(Self(name.to_owned())),
            Some((position, _)) => Err(NameErrorKind::DisallowedCharacter { pattern }.at(position)),
        }
    }

    /// Restores a stored name, which some microversion accepted.
    ///
    /// `Deserialize` uses this function; [`FromStr`] uses [`new`](Self::new), the rule of microversion 2.1.
    ///
    /// ```
    /// use nova_keypair::KeypairName;
    ///
    /// assert!(KeypairName::new("me@laptop").is_err());
    /// assert_eq!(KeypairName::restore("me@laptop")?.as_str(), "me@laptop");
    /// # Ok::<(), nova_keypair::Error>(())
    /// ```
    ///
    /// # Errors
    /// As for [`for_microversion`](Self::for_microversion) with 2.0, the widest rule, and
    /// [`SurroundingWhitespace`](NameErrorKind::SurroundingWhitespace) for a name that 2.0 would strip.
    pub fn restore(name: &str) -> Result<Self, NameError> {
        let restored = Self::for_microversion(name, Microversion::V2_0)?;
        reject_surrounding_whitespace(name)?;
        Ok(restored)
    }

    /// Returns the name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for KeypairName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl AsRef<str> for KeypairName {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

/// Makes a map with names as keys searchable with a `&str`: `Eq`, `Ord` and `Hash` are those of the text.
impl Borrow<str> for KeypairName {
    fn borrow(&self) -> &str {
        &self.0
    }
}

/// Validates the name as [`KeypairName::new`] does.
impl FromStr for KeypairName {
    type Err = NameError;

    fn from_str(name: &str) -> Result<Self, NameError> {
        Self::new(name)
    }
}

/// Checks for whitespace at either edge. The position of the error is the start of the whitespace.
fn reject_surrounding_whitespace(name: &str) -> Result<(), NameError> {
    if name.starts_with(is_space_separator) {
        return Err(NameErrorKind::SurroundingWhitespace.at(0));
    }
    let end = name.trim_end_matches(is_space_separator).len();
    if end < name.len() { Err(NameErrorKind::SurroundingWhitespace.at(end)) } else { Ok(()) }
}

text_form!(KeypairName, "the name of a key pair", KeypairName::restore);

/// Returns whether this character is printable to Nova (`nova.api.validation.parameter_types`): not in the Unicode
/// categories Other (C) and not a line or paragraph separator. Horizontal spaces are printable.
///
/// Nova builds its pattern from the Basic Multilingual Plane, so characters beyond it are not printable. Code points
/// that Unicode has not assigned count as printable here, because a table of them would tie the answer to one version
/// of Unicode.
pub(crate) fn is_printable(c: char) -> bool {
    let is_other = c.is_control() || is_format(c) || matches!(c, '\u{e000}'..='\u{f8ff}');
    let is_separator = matches!(c, '\u{2028}' | '\u{2029}');
    !is_other && !is_separator && c < '\u{ffff}'
}

/// Returns whether the character is of Unicode category Cf, within the Basic Multilingual Plane.
fn is_format(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{600}'..='\u{605}' | '\u{61c}' | '\u{6dd}' | '\u{70f}' | '\u{890}' | '\u{891}' | '\u{8e2}'
        | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2064}'
        | '\u{2066}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}')
}

/// Returns whether the character is whitespace in Nova's name rule: printable and a space separator (Unicode category
/// Zs).
pub(crate) fn is_space_separator(c: char) -> bool {
    c.is_whitespace() && is_printable(c)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_position_is_that_of_the_whitespace() {
        for (name, position) in [(" a", 0), ("a ", 1), (" ", 0), (" a ", 0), ("a b ", 3)] {
            assert_eq!(KeypairName::new(name), Err(NameErrorKind::SurroundingWhitespace.at(position)), "{name:?}");
        }
    }

    #[test]
    fn length_is_counted_in_characters() {
        let v2_0 = Microversion::V2_0;
        assert!(KeypairName::for_microversion(&"ж".repeat(255), v2_0).is_ok());
        assert_eq!(
            KeypairName::for_microversion(&"ж".repeat(256), v2_0),
            Err(NameErrorKind::TooLong { bytes: 512 }.into())
        );
        // Characters of four bytes each, beyond what is printable to Nova.
        let keys = |count| KeypairName::for_microversion(&"\u{1f511}".repeat(count), v2_0);
        assert_eq!(keys(255), Err(NameErrorKind::UnprintableCharacter.at(0)));
        assert_eq!(keys(256), Err(NameErrorKind::TooLong { bytes: 1024 }.into()));
    }

    #[test]
    fn a_name_is_its_text() {
        let name: KeypairName = "my-key".parse().unwrap();
        assert_eq!([name.as_str(), name.as_ref(), &alloc::format!("{name}")], ["my-key"; 3]);
    }

    #[test]
    fn spaces_are_printable_and_lines_are_not() {
        assert!(is_printable(' ') && is_space_separator(' '));
        assert!(is_printable('\u{a0}') && is_space_separator('\u{a0}'));
        for c in ['\n', '\t', '\u{85}', '\u{2028}', '\u{ad}', '\u{e000}', '\u{ffff}', '\u{1f511}'] {
            assert!(!is_printable(c), "{c:?}");
            assert!(!is_space_separator(c), "{c:?}");
        }
    }
}
