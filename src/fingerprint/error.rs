//! [`FingerprintError`]: why a text is not a fingerprint.

use crate::error::table::plain_error;

plain_error! {
    /// The reason why a fingerprint was rejected.
    pub enum FingerprintError {
        /// The text is not a fingerprint in any of the usual formats.
        Unrecognized => "fingerprint_unrecognized",
            "this text is not a fingerprint",
            "use MD5:aa:bb:…, 32 hexadecimal digits, SHA256:…, or the line that ssh-keygen -l prints";
        /// The fingerprint in a record does not match the public key in it.
        Mismatch =>
            "fingerprint_mismatch", "the fingerprint is not that of the public key",
            "restore the record from a backup, or import the public key again";
    }
}
