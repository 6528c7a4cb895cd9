//! [`FingerprintError`]: why a text is not a fingerprint.

use crate::error::table::plain_error;

plain_error! {
    /// Why a text was not read as a fingerprint.
    pub enum FingerprintError {
        /// The text is not a fingerprint in any of the usual formats.
        Unrecognized => "fingerprint_unrecognized",
            "this text is not a fingerprint",
            "use MD5:aa:bb:…, 32 hexadecimal digits, SHA256:…, or the line that ssh-keygen -l prints";
    }
}
