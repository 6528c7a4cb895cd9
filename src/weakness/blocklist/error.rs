//! [`BlocklistError`]: why bytes are not a blocklist.

use crate::error::table::plain_error;

plain_error! {
    /// The reason why a blocklist was rejected.
    pub enum BlocklistError {
        /// The file is empty.
        Empty => "blocklist_empty",
            "the blocklist is empty", "download the file again";
        /// The length of the file is not a multiple of the 16 bytes of a record.
        IncompleteRecord {
            /// The length of the file.
            bytes: usize,
        } => "blocklist_length",
            "the blocklist has {bytes} bytes, which is not a multiple of 16, the length of a record",
            "download the file again, and decompress it";
        /// The hashes are not in ascending order.
        Unsorted {
            /// The index of the first record, from 0, whose hash is below that of the record before it.
            record: usize,
        } => "blocklist_unsorted",
            "record {record} of the blocklist (counted from 0) is smaller than the one before it",
            "check that the file is a blocklist of badkeys, or sort its records";
    }
}
