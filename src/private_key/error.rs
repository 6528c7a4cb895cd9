//! [`PrivateKeyError`]: why a private key is not written as requested.

use crate::error::table::positioned_error;

positioned_error! {
    /// The reason why a private key was not changed or written as requested, and where the input is wrong.
    pub struct PrivateKeyError;

    /// What is wrong with a comment, a passphrase or a format.
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
        /// The format is PKCS#1, and the key is not an RSA key.
        NotRsa => "pkcs1_not_rsa",
            "the format PKCS#1 is for RSA keys only",
            "use the OpenSSH format or PKCS#8";
    }
}
