//! [`Microversion`]: the version of the compute API that a request is for.

use core::fmt;
use core::str::FromStr;

use crate::error::text::text_form;
use crate::os_keypairs::error::RequestError;

/// A version of the compute API, `2.N`, which determines what a name may contain and which fields a request may have.
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
    /// The legacy v2 API: any printable name, with spaces at the edges stripped.
    pub const V2_0: Self = Self { minor: 0 };
    /// The first microversion, and the default.
    pub const V2_1: Self = Self { minor: 1 };
    /// The first version in which a key pair has a `type`, and success is 201.
    pub const V2_2: Self = Self { minor: 2 };
    /// The first version in which a request may carry a `user_id`.
    pub const V2_10: Self = Self { minor: 10 };
    /// The first version in which `public_key` is mandatory, and names may contain `@` and `.`.
    pub const V2_92: Self = Self { minor: 92 };
    /// The version that `latest` selects in this crate: the last one that changed this call. It is displayed as
    /// `2.92`.
    pub const LATEST: Self = Self::V2_92;

    /// Creates microversion `2.minor`. Versions later than 2.92 follow the rules of 2.92.
    #[must_use]
    pub const fn new(minor: u16) -> Self {
        Self { minor }
    }

    /// Returns the pattern for names in Nova's notation; legacy has none.
    pub(crate) fn name_pattern(self) -> Option<&'static str> {
        match self.minor {
            0 => None,
            1..=91 => Some(r"^[_\- a-zA-Z0-9]+$"),
            92.. => Some(r"^[_\-\@\. a-zA-Z0-9]+$"),
        }
    }

    pub(crate) fn allows_in_name(self, c: char) -> bool {
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
    type Err = RequestError;

    /// Parses `2.N` without leading zeros, or `latest`, as in the `OpenStack-API-Version` header after `compute`.
    fn from_str(text: &str) -> Result<Self, RequestError> {
        if text == "latest" {
            return Ok(Self::LATEST);
        }
        let minor = text.strip_prefix("2.").filter(|n| n.bytes().all(|b| b.is_ascii_digit()));
        let minor = minor.filter(|n| *n == "0" || !n.starts_with('0')).and_then(|n| n.parse().ok());
        minor.map(Self::new).ok_or(RequestError::InvalidMicroversion)
    }
}

text_form!(Microversion, "a microversion, such as 2.92", str::parse);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn microversions_are_read_strictly() {
        assert_eq!("2.92".parse(), Ok(Microversion::V2_92));
        assert_eq!("2.0".parse(), Ok(Microversion::V2_0));
        assert_eq!("latest".parse(), Ok(Microversion::LATEST));
        for version in [Microversion::V2_0, Microversion::default(), Microversion::new(u16::MAX)] {
            assert_eq!(alloc::format!("{version}").parse(), Ok(version));
        }
        for text in ["", "2", "2.", "2.01", "2.+1", "2.99999", "3.1", "Latest", "2.1 "] {
            assert_eq!(text.parse::<Microversion>(), Err(RequestError::InvalidMicroversion), "{text:?}");
        }
    }
}
