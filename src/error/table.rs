//! Macros that turn a table of failures into an error type: one entry per kind, with its documentation, code, problem
//! and remedy.
//!
//! A kind holds numbers and `&'static str` only, so no error can carry any part of a key, a name, a seed or a
//! passphrase.

use core::fmt;

/// Formats a byte offset as part of a sentence: ` at byte 7`, or nothing.
#[derive(Clone, Copy)]
pub(crate) struct At(pub(crate) Option<usize>);

impl fmt::Display for At {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(position) => write!(f, " at byte {position}"),
            None => Ok(()),
        }
    }
}

/// Defines an enum of kinds. An entry is `Variant { field: type } => code, problem, remedy;`, where the problem is a
/// format string over the fields and `at`.
macro_rules! kinds {
    (
        $(#[$meta:meta])*
        pub enum $Kind:ident($at:ident) {
            $(
                $(#[$doc:meta])*
                $Variant:ident $({ $( $(#[$field_doc:meta])* $field:ident: $type:ty ),+ $(,)? })?
                    => $code:literal, $problem:literal, $remedy:literal;
            )+
        }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum $Kind {
            $(
                $(#[$doc])*
                #[doc = concat!("\n\nCode: `", $code, "`.")]
                $Variant $({ $( $(#[$field_doc])* $field: $type ),+ })?,
            )+
        }

        impl $Kind {
            /// Returns a stable identifier for programs, in snake case.
            pub const fn code(self) -> &'static str {
                match self {
                    $( Self::$Variant { .. } => $code, )+
                }
            }

            /// Describes what to do about it.
            pub const fn remedy(self) -> &'static str {
                match self {
                    $( Self::$Variant { .. } => $remedy, )+
                }
            }

            fn write_problem(
                self,
                $at: $crate::error::table::At,
                f: &mut core::fmt::Formatter<'_>,
            ) -> core::fmt::Result {
                let _ = $at;
                match self {
                    $( Self::$Variant $({ $($field),+ })? => write!(f, $problem), )+
                }
            }
        }
    };
}

/// Defines an error type with a kind and a position: [`kinds`], and a struct around it.
macro_rules! positioned_error {
    ($(#[$meta:meta])* pub struct $Error:ident; $(#[$kind_meta:meta])* pub enum $Kind:ident($at:ident) $rows:tt) => {
        $crate::error::table::kinds! { $(#[$kind_meta])* pub enum $Kind($at) $rows }

        impl $Kind {
            /// Creates this error at a byte offset in the input.
            pub(crate) const fn at(self, position: usize) -> $Error {
                $Error { kind: self, position: Some(position) }
            }
        }

        /// Creates this error for the input as a whole.
        impl From<$Kind> for $Error {
            fn from(kind: $Kind) -> Self {
                Self { kind, position: None }
            }
        }

        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub struct $Error {
            kind: $Kind,
            position: Option<usize>,
        }

        impl $Error {
            /// Returns what is wrong, for programs that need its numbers.
            pub const fn kind(&self) -> $Kind {
                self.kind
            }

            /// Returns a stable identifier of the kind, in snake case.
            pub const fn code(&self) -> &'static str {
                self.kind.code()
            }

            /// Returns the byte offset of the problem in the input, if it has one.
            pub const fn position(&self) -> Option<usize> {
                self.position
            }

            /// Describes what is wrong, and where.
            pub fn problem(&self) -> alloc::string::String {
                struct Problem<'a>(&'a $Error);
                impl core::fmt::Display for Problem<'_> {
                    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                        self.0.kind.write_problem($crate::error::table::At(self.0.position), f)
                    }
                }
                alloc::format!("{}", Problem(self))
            }

            /// Describes what to do about it.
            pub const fn remedy(&self) -> &'static str {
                self.kind.remedy()
            }
        }

        /// Writes the problem and the remedy.
        impl core::fmt::Display for $Error {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                self.kind.write_problem($crate::error::table::At(self.position), f)?;
                write!(f, ": {}", self.kind.remedy())
            }
        }

        impl core::error::Error for $Error {}
    };
}

/// Defines an error type without a position: [`kinds`] that are errors themselves.
macro_rules! plain_error {
    ($(#[$meta:meta])* pub enum $Error:ident $rows:tt) => {
        $crate::error::table::kinds! { $(#[$meta])* pub enum $Error(at) $rows }

        impl $Error {
            /// Describes what is wrong.
            pub fn problem(self) -> alloc::string::String {
                struct Problem($Error);
                impl core::fmt::Display for Problem {
                    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                        self.0.write_problem($crate::error::table::At(None), f)
                    }
                }
                alloc::format!("{}", Problem(self))
            }
        }

        /// Writes the problem and the remedy.
        impl core::fmt::Display for $Error {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                self.write_problem($crate::error::table::At(None), f)?;
                write!(f, ": {}", self.remedy())
            }
        }

        impl core::error::Error for $Error {}
    };
}

pub(crate) use {kinds, plain_error, positioned_error};
