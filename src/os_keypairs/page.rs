//! [`Page`]: the key pairs of one reply to a list request.

use alloc::string::String;
use alloc::vec::Vec;

use crate::keypair::Keypair;

/// The key pairs of one reply to a list request.
#[derive(Debug)]
pub(super) struct Page {
    pub(super) keypairs: Vec<Keypair>,
    pub(super) has_type: bool,
    /// The URL of the next page, if there may be one.
    pub(super) next: Option<String>,
}

#[cfg(feature = "serde")]
mod serialize {
    //! Serialization in Nova's format.

    use serde::ser::{Serialize, SerializeSeq, SerializeStruct, Serializer};

    use super::{Keypair, Page};

    impl Serialize for Page {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            let mut body = serializer.serialize_struct("Body", 1 + usize::from(self.next.is_some()))?;
            body.serialize_field("keypairs", &Items(self))?;
            if let Some(href) = &self.next {
                body.serialize_field("keypairs_links", &[Link { rel: "next", href }])?;
            }
            body.end()
        }
    }

    struct Items<'a>(&'a Page);

    impl Serialize for Items<'_> {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            let mut items = serializer.serialize_seq(Some(self.0.keypairs.len()))?;
            for keypair in &self.0.keypairs {
                items.serialize_element(&Item(Listed { keypair, has_type: self.0.has_type }))?;
            }
            items.end()
        }
    }

    struct Item<'a>(Listed<'a>);

    impl Serialize for Item<'_> {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            let mut item = serializer.serialize_struct("item", 1)?;
            item.serialize_field("keypair", &self.0)?;
            item.end()
        }
    }

    struct Listed<'a> {
        keypair: &'a Keypair,
        has_type: bool,
    }

    impl Serialize for Listed<'_> {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            let mut listed = serializer.serialize_struct("keypair", 3 + usize::from(self.has_type))?;
            listed.serialize_field("name", &self.keypair.name)?;
            if self.has_type {
                listed.serialize_field("type", "ssh")?;
            }
            listed.serialize_field("public_key", &self.keypair.public_key)?;
            listed.serialize_field("fingerprint", &self.keypair.fingerprint)?;
            listed.end()
        }
    }

    struct Link<'a> {
        rel: &'a str,
        href: &'a str,
    }

    impl Serialize for Link<'_> {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            let mut link = serializer.serialize_struct("link", 2)?;
            link.serialize_field("rel", self.rel)?;
            link.serialize_field("href", self.href)?;
            link.end()
        }
    }
}
