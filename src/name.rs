//! [`KeypairName`], which cannot hold a bad name, and the [`Microversion`]s that decide what a bad name is.

use alloc::borrow::ToOwned;
use alloc::string::String;
use core::fmt;
use core::str::FromStr;

use crate::error::{Error, Result};
use crate::quote::{is_printable, is_space_separator, quotable};

/// A version of the compute API, `2.N`: it decides what a name may hold and what a request may carry.
///
/// ```
/// use nova_keypair::Microversion;
/// assert!("2.92".parse::<Microversion>()? > Microversion::V2_10);
/// # Ok::<(), nova_keypair::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Microversion {
    minor: u16,
}

impl Microversion {
    /// The legacy v2 API: any printable name, stripped.
    pub const V2_0: Self = Self { minor: 0 };
    /// The first microversion, and the default.
    pub const V2_1: Self = Self { minor: 1 };
    /// From here on a key pair has a `type`, and success is 201.
    pub const V2_2: Self = Self { minor: 2 };
    /// From here on a request may carry a `user_id`.
    pub const V2_10: Self = Self { minor: 10 };
    /// From here on `public_key` is mandatory, and names may hold `@` and `.`.
    pub const V2_92: Self = Self { minor: 92 };

    /// Microversion `2.minor`. Rules that this crate does not know of, later than 2.92, are those of 2.92.
    pub const fn new(minor: u16) -> Self {
        Self { minor }
    }

    /// The pattern for names, as Nova spells it; legacy has none.
    fn name_pattern(self) -> Option<&'static str> {
        match self.minor {
            0 => None,
            1..=91 => Some(r"^[_\- a-zA-Z0-9]+$"),
            92.. => Some(r"^[_\-\@\. a-zA-Z0-9]+$"),
        }
    }

    fn allows_in_name(self, c: char) -> bool {
        let always = c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | ' ');
        always || self < Self::V2_1 || (self >= Self::V2_92 && matches!(c, '@' | '.'))
    }
}

impl Default for Microversion {
    fn default() -> Self {
        Self::V2_1
    }
}

impl fmt::Display for Microversion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "2.{}", self.minor)
    }
}

impl FromStr for Microversion {
    type Err = Error;

    /// Reads `2.N`, without leading zeros, as the `OpenStack-API-Version` header has it after `compute`.
    fn from_str(text: &str) -> Result<Self> {
        let minor = text.strip_prefix("2.").filter(|n| n.bytes().all(|b| b.is_ascii_digit()));
        let minor = minor.filter(|n| *n == "0" || !n.starts_with('0')).and_then(|n| n.parse().ok());
        minor.map(Self::new).ok_or(Error::Microversion)
    }
}

/// The name of a key pair: 1 to 255 characters that its microversion allows.
///
/// The rules are those of `nova/api/validation/parameter_types.py`, but for one quirk: Nova lets a single trailing line feed pass and strips
/// it afterwards; here it is refused.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeypairName(String);

impl KeypairName {
    /// The longest name, in characters.
    pub const MAX_CHARS: usize = 255;

    /// A name by the rule of microversion 2.1: letters and digits of ASCII, `_`, `-` and space, no space at either edge.
    ///
    /// # Errors
    /// `name_empty`, `name_too_long`, `name_edge_whitespace`, `name_unprintable`, `name_character`, in that order of checks.
    pub fn new(name: &str) -> Result<Self> {
        Self::for_microversion(name, Microversion::V2_1)
    }

    /// A name by the rule of the given microversion. Legacy 2.0 strips the spaces at the edges, as Nova does.
    ///
    /// # Errors
    /// As for [`new`](Self::new); legacy 2.0 answers `name_blank` to a name of spaces only.
    pub fn for_microversion(name: &str, microversion: Microversion) -> Result<Self> {
        if name.is_empty() {
            return Err(Error::NameEmpty);
        }
        // A character has at most four bytes, so that a name of megabytes is not counted through.
        let too_long = name.len() > 4 * Self::MAX_CHARS || name.chars().count() > Self::MAX_CHARS;
        if too_long {
            return Err(Error::NameTooLong { name: quotable(name), bytes: name.len() });
        }
        let legacy = microversion < Microversion::V2_1;
        if let Some((position, _)) = name.char_indices().find(|(_, c)| !is_printable(*c)) {
            return Err(Error::NameUnprintable { position, legacy });
        }
        let stripped = name.trim_matches(is_space_separator);
        if legacy {
            return if stripped.is_empty() { Err(Error::NameBlank) } else { Ok(Self(stripped.to_owned())) };
        }
        if stripped.len() != name.len() {
            // The text before the stripped part is white space; where there is none, the white space is behind it.
            let leading = name.len() - name.trim_start_matches(is_space_separator).len();
            let position = if leading > 0 { 0 } else { stripped.len() };
            return Err(Error::NameEdgeWhitespace { position });
        }
        let pattern = microversion.name_pattern().unwrap_or_default();
        match name.char_indices().find(|(_, c)| !microversion.allows_in_name(*c)) {
            None => Ok(Self(name.to_owned())),
            Some((position, character)) => {
                Err(Error::NameCharacter { name: quotable(name), character, position, pattern })
            }
        }
    }

    /// The name.
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

impl FromStr for KeypairName {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self> {
        Self::new(name)
    }
}

#[cfg(feature = "serde")]
impl serde::Serialize for KeypairName {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> core::result::Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn position_points_at_the_white_space() {
        for (name, position) in [(" a", 0), ("a ", 1), (" ", 0), (" a ", 0), ("a b ", 3)] {
            assert_eq!(KeypairName::new(name), Err(Error::NameEdgeWhitespace { position }), "{name:?}");
        }
    }

    #[test]
    fn length_is_counted_in_characters() {
        let v2_0 = Microversion::V2_0;
        assert!(KeypairName::for_microversion(&"ж".repeat(255), v2_0).is_ok());
        assert!(matches!(
            KeypairName::for_microversion(&"ж".repeat(256), v2_0),
            Err(Error::NameTooLong { bytes: 512, .. })
        ));
        // Of four bytes each, and beyond what is printable to Nova.
        let keys = |count| KeypairName::for_microversion(&"\u{1f511}".repeat(count), v2_0);
        assert_eq!(keys(255), Err(Error::NameUnprintable { position: 0, legacy: true }));
        assert!(matches!(keys(256), Err(Error::NameTooLong { bytes: 1024, .. })));
    }

    #[test]
    fn a_name_is_its_text() {
        let name: KeypairName = "my-key".parse().unwrap();
        assert_eq!([name.as_str(), name.as_ref(), &alloc::format!("{name}")], ["my-key"; 3]);
    }

    #[test]
    fn microversions_are_read_strictly() {
        assert_eq!("2.92".parse(), Ok(Microversion::V2_92));
        assert_eq!("2.0".parse(), Ok(Microversion::V2_0));
        for version in [Microversion::V2_0, Microversion::default(), Microversion::new(u16::MAX)] {
            assert_eq!(alloc::format!("{version}").parse(), Ok(version));
        }
        for text in ["", "2", "2.", "2.01", "2.+1", "2.99999", "3.1", "latest", "2.1 "] {
            assert_eq!(text.parse::<Microversion>(), Err(Error::Microversion), "{text:?}");
        }
    }
}
