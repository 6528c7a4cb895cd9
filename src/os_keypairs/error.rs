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
        /// The query does not match the schema of the microversion.
        InvalidQuery {
            /// The part that is wrong: `query`, or a parameter.
            part: &'static str,
            /// What is wrong with it.
            fault: &'static str,
        } => "query",
            "the query is invalid: {part} {fault}",
            "send the parameters of the microversion only";
        /// The user may not access the key pairs of another user.
        Forbidden => "forbidden",
            "access to the key pairs of another user is not allowed",
            "omit 'user_id', or contact an administrator";
        /// The user has no key pair of this name.
        KeypairNotFound => "keypair_not_found",
            "the user has no key pair with this name",
            "list the key pairs to see their names";
        /// The user has no key pair whose name is the marker.
        MarkerNotFound => "marker_not_found",
            "the user has no key pair with the name in 'marker'",
            "send the last name of the previous page, or list from the start";
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
        /// The microversion is outside of the supported range.
        UnsupportedMicroversion => "microversion_unsupported",
            "this microversion is not supported",
            "request a version from 2.1 to 2.92, or latest";
        /// The server could not read or write its key pairs.
        StorageFailed => "storage_failed",
            "the server could not access its stored key pairs",
            "try again later, or contact an administrator";
    }
}
