//! [`StoredKeypair`]: the record of a key pair in a server's database.

use alloc::string::String;
use core::time::Duration;

use crate::keypair::Keypair;

/// A key pair as a server stores it: what [`CheckedShow::found`](super::CheckedShow::found) needs to know.
///
/// It contains no secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredKeypair {
    /// The name, the public key and the fingerprint.
    pub keypair: Keypair,
    /// The owner.
    pub user_id: String,
    /// A number that no other key pair of the server has.
    pub id: u64,
    /// The time of creation, since the Unix epoch.
    pub created_at: Duration,
}

#[cfg(feature = "serde")]
pub(super) mod serialize {
    //! Serialization in Nova's format.

    use serde::ser::{Serialize, SerializeStruct, Serializer};

    use super::StoredKeypair;
    use crate::os_keypairs::timestamp::format_timestamp;

    /// The body of a reply that shows a key pair. Nova reports deletions and updates, but has neither in its database:
    /// it deletes the record, and no request changes one.
    pub(crate) struct Shown<'a> {
        pub(crate) stored: &'a StoredKeypair,
        pub(crate) has_type: bool,
    }

    impl Serialize for Shown<'_> {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            let StoredKeypair { keypair, user_id, id, created_at } = self.stored;
            let mut shown = serializer.serialize_struct("keypair", 9 + usize::from(self.has_type))?;
            shown.serialize_field("name", &keypair.name)?;
            if self.has_type {
                shown.serialize_field("type", "ssh")?;
            }
            shown.serialize_field("public_key", &keypair.public_key)?;
            shown.serialize_field("fingerprint", &keypair.fingerprint)?;
            shown.serialize_field("user_id", user_id)?;
            shown.serialize_field("created_at", &format_timestamp(*created_at))?;
            shown.serialize_field("deleted", &false)?;
            shown.serialize_field("deleted_at", &None::<()>)?;
            shown.serialize_field("id", id)?;
            shown.serialize_field("updated_at", &None::<()>)?;
            shown.end()
        }
    }
}
