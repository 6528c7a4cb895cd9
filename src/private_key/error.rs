//! [`PrivateKeyError`]: why a private key is not written as requested.

use crate::error::table::positioned_error;

positioned_error! {
    /// The reason why a private key was not changed or written as requested, and where the input is wrong.
    pub struct PrivateKeyError;

    /// What is wrong with a comment or a passphrase.
    pub enum PrivateKeyErrorKind(at) {
        /// The comment contains a control character or whitespace at an edge, or is too long for the public key to be
        /// imported anywhere.
        InvalidComment => "comment",
            "the comment is invalid{at}",
            "use one line of at most 255 bytes, without control characters and without whitespace at either end";
        /// The passphrase is empty.
        EmptyPassphrase => "passphrase_empty",
            "the passphrase is empty",
            "use a non-empty passphrase, or write the private key unencrypted";
    }
}
