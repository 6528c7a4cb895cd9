//! [`RequestError`]: why a request is rejected for another reason than its name and key.

use crate::error::table::plain_error;

plain_error! {
    /// Why a request was rejected for another reason than its name and its public key.
    pub enum RequestError {
        /// The body does not match the schema of the microversion.
        InvalidBody {
            /// The part that is wrong: `body`, or a field.
            part: &'static str,
            /// What is wrong with it.
            fault: &'static str,
        } => "request",
            "the request is invalid: {part} {fault}",
            "send {\"keypair\": {\"name\": …, \"public_key\": …}} with the fields of the microversion only";
        /// The request is for an X.509 key pair.
        UnsupportedX509 => "x509_unsupported",
            "key pairs of type x509 are not supported",
            "omit the field 'type', or set it to ssh";
        /// The user may not create key pairs for another user.
        Forbidden => "forbidden",
            "creating a key pair for another user is not allowed",
            "omit the field 'user_id', or contact an administrator";
        /// The user has as many key pairs as the quota allows.
        QuotaExceeded {
            /// The quota.
            limit: u32,
        } => "quota_exceeded",
            "the quota of {limit} key pairs is exhausted",
            "delete a key pair first";
        /// The text is not a microversion of the form `2.N`.
        InvalidMicroversion => "microversion",
            "this text is not a microversion of the compute API",
            "write 2.N, for example 2.1 or 2.92, or latest";
        /// The server could not read or write its key pairs.
        StorageFailed => "storage_failed",
            "the server could not access its stored key pairs",
            "try again later, or contact an administrator";
    }
}
