//! [`NameError`]: why a key pair name is rejected.

use crate::error::table::positioned_error;

positioned_error! {
    /// The reason why a [`KeypairName`](crate::KeypairName) was rejected, and where.
    pub struct NameError;

    /// What is wrong with a name.
    pub enum NameErrorKind(at) {
        /// The name has no characters.
        Empty => "name_empty",
            "the name is empty",
            "use 1 to 255 characters";
        /// The name has more than 255 characters.
        TooLong {
            /// Its length in bytes.
            bytes: usize,
        } => "name_too_long",
            "the name ({bytes} bytes) has more than 255 characters",
            "shorten it";
        /// The name contains a character that its microversion does not allow.
        DisallowedCharacter {
            /// The pattern that the name must match, in Nova's notation.
            pattern: &'static str,
        } => "name_character",
            "the name contains a character{at} that does not match {pattern}",
            "replace it";
        /// The name starts or ends with whitespace.
        SurroundingWhitespace => "name_edge_whitespace",
            "the name has leading or trailing whitespace{at}",
            "remove it";
        /// The name consists of spaces only (legacy 2.0).
        OnlySpaces => "name_blank",
            "the name consists of spaces only",
            "use at least one other character";
        /// The name contains a character that Nova considers unprintable: a control character, a line separator, or one
        /// beyond the Basic Multilingual Plane.
        UnprintableCharacter => "name_unprintable",
            "the name contains a character that Nova considers unprintable{at}",
            "remove it";
        /// The name contains a **private key**.
        ContainsPrivateKey => "name_is_private_key",
            "the name CONTAINS A PRIVATE KEY{at}",
            "send a name, and generate a new key if this one left your machine";
        /// A key pair with this name already exists.
        AlreadyExists => "keypair_exists",
            "a key pair with this name already exists",
            "choose another name, or delete the existing key pair first";
    }
}
