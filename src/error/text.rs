//! Trait implementations for the types with a text format, based on the type's `Display` and `FromStr`.

/// Implements `TryFrom<&str>`, `Serialize` as the text that `Display` writes, and `Deserialize` with a function that
/// reads it.
macro_rules! text_form {
    ($Type:ident, $expected:literal, $read:expr) => {
        impl TryFrom<&str> for $Type {
            type Error = <Self as core::str::FromStr>::Err;

            fn try_from(text: &str) -> core::result::Result<Self, Self::Error> {
                text.parse()
            }
        }

        #[cfg(feature = "serde")]
        impl serde::Serialize for $Type {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> core::result::Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        #[cfg(feature = "serde")]
        impl<'de> serde::Deserialize<'de> for $Type {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> core::result::Result<Self, D::Error> {
                $crate::error::text::deserialize(deserializer, $expected, $read)
            }
        }
    };
}

/// Implements the traits of an enum whose variants are listed in `ALL` and identified by `as_str`.
macro_rules! identifier {
    ($Type:ident, $expected:literal, $unknown:expr) => {
        /// Writes the identifier.
        impl core::fmt::Display for $Type {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl AsRef<str> for $Type {
            fn as_ref(&self) -> &str {
                self.as_str()
            }
        }

        /// Parses the identifier exactly as [`as_str`](Self::as_str) returns it.
        impl core::str::FromStr for $Type {
            type Err = $crate::error::identifier::IdentifierError;

            fn from_str(text: &str) -> core::result::Result<Self, Self::Err> {
                Self::ALL.iter().copied().find(|value| value.as_str() == text).ok_or($unknown)
            }
        }

        $crate::error::text::text_form!($Type, $expected, str::parse);
    };
}

pub(crate) use {identifier, text_form};

/// Deserializes a value from a string, which is borrowed from the deserializer where possible.
#[cfg(feature = "serde")]
pub(crate) fn deserialize<'de, T, E: core::fmt::Display, D: serde::Deserializer<'de>>(
    deserializer: D,
    expected: &'static str,
    read: fn(&str) -> Result<T, E>,
) -> Result<T, D::Error> {
    deserializer.deserialize_str(TextVisitor { expected, read })
}

#[cfg(feature = "serde")]
struct TextVisitor<T, E> {
    expected: &'static str,
    read: fn(&str) -> Result<T, E>,
}

#[cfg(feature = "serde")]
impl<T, E: core::fmt::Display> serde::de::Visitor<'_> for TextVisitor<T, E> {
    type Value = T;

    fn expecting(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(self.expected)
    }

    fn visit_str<F: serde::de::Error>(self, text: &str) -> Result<T, F> {
        (self.read)(text).map_err(F::custom)
    }
}
