//! [`Keypair`] and [`GeneratedKeypair`]: the records that `create` and `import` return.

use crate::error::Result;
use crate::fingerprint::Md5Fingerprint;
use crate::fingerprint::error::FingerprintError;
use crate::name::KeypairName;
use crate::policy::ImportPolicy;
use crate::private_key::PrivateKey;
use crate::public_key::PublicKey;

/// A named public key and its fingerprint: the record to store. It contains no secret.
///
/// With the feature `serde` it serializes as a map of three strings. [`restore`](Self::restore) and `Deserialize` read
/// such a record back and check it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Keypair {
    /// The name.
    pub name: KeypairName,
    /// The public key, as sent.
    pub public_key: PublicKey,
    /// Nova's fingerprint: the MD5 of the key blob.
    pub fingerprint: Md5Fingerprint,
}

impl Keypair {
    /// Creates the record of a public key.
    #[must_use]
    pub fn new(name: &KeypairName, public_key: PublicKey) -> Self {
        let fingerprint = public_key.fingerprint();
        Self { name: name.clone(), public_key, fingerprint }
    }

    /// Restores a stored record from its parts: the name, the public key as [`PublicKey::as_sent`] returned it, and the
    /// fingerprint.
    ///
    /// The record may have been stored under any microversion and any [`ImportPolicy`]: the name must be valid in
    /// some microversion, the public key under [`ImportPolicy::nova`], which is the widest policy, and the
    /// fingerprint must match the public key.
    ///
    /// ```
    /// use nova_keypair::{Keypair, KeypairName, import};
    ///
    /// let line = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIFl6u75BTi8xGtSPm1yVJuLE/oMtCOuEMJJnBSuZEdXz me";
    /// let keypair = import(&KeypairName::new("my-key")?, line)?;
    /// let fingerprint = keypair.fingerprint.to_string();
    /// assert_eq!(Keypair::restore("my-key", line, &fingerprint)?, keypair);
    /// assert!(Keypair::restore("my-key", line, &fingerprint.replace(':', "0:")).is_err());
    /// # Ok::<(), nova_keypair::Error>(())
    /// ```
    ///
    /// # Errors
    /// As for [`KeypairName::restore`], [`PublicKey::parse_with`] and parsing an [`Md5Fingerprint`];
    /// [`FingerprintError::Mismatch`] if the fingerprint belongs to another key.
    pub fn restore(name: &str, public_key: &str, fingerprint: &str) -> Result<Self> {
        let name = KeypairName::restore(name)?;
        let public_key = PublicKey::parse_with(public_key, &ImportPolicy::nova())?;
        Self::from_parts(name, public_key, fingerprint.parse()?)
    }

    fn from_parts(name: KeypairName, public_key: PublicKey, fingerprint: Md5Fingerprint) -> Result<Self> {
        if fingerprint != public_key.fingerprint() {
            return Err(FingerprintError::Mismatch.into());
        }
        Ok(Self { name, public_key, fingerprint })
    }
}

/// A newly generated key pair.
///
/// No other copy of the private key exists. Move it out, hand it to its owner, and drop it:
///
/// ```
/// # use nova_keypair::{GeneratedKeypair, KeySpec, KeypairName, PrivateKey};
/// # let private_key = PrivateKey::from_seed(&[7; 32], KeySpec::Rsa2048)?;
/// # let generated = GeneratedKeypair::new(&KeypairName::new("my-key")?, private_key);
/// let GeneratedKeypair { keypair, private_key } = generated;
/// assert_eq!(keypair.fingerprint, private_key.public_key().fingerprint());
/// # Ok::<(), nova_keypair::Error>(())
/// ```
#[derive(Debug)]
pub struct GeneratedKeypair {
    /// The record to store.
    pub keypair: Keypair,
    /// The private key, for its owner.
    pub private_key: PrivateKey,
}

impl GeneratedKeypair {
    /// Creates the record of a private key, such as one with another comment than the default or one from a seed.
    #[must_use]
    pub fn new(name: &KeypairName, private_key: PrivateKey) -> Self {
        Self { keypair: Keypair::new(name, private_key.public_key().clone()), private_key }
    }
}

#[cfg(feature = "serde")]
mod serialize {
    //! Serialization of a record as a map: `name`, `public_key` and `fingerprint`.

    use core::fmt;

    use serde::de::{Deserialize, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
    use serde::ser::{Serialize, SerializeStruct as _, Serializer};

    use super::Keypair;

    const FIELDS: &[&str] = &["name", "public_key", "fingerprint"];

    impl Serialize for Keypair {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            let mut keypair = serializer.serialize_struct("Keypair", FIELDS.len())?;
            keypair.serialize_field("name", &self.name)?;
            keypair.serialize_field("public_key", &self.public_key)?;
            keypair.serialize_field("fingerprint", &self.fingerprint)?;
            keypair.end()
        }
    }

    /// Validates the record as [`Keypair::restore`] does; unknown fields are ignored.
    impl<'de> Deserialize<'de> for Keypair {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            deserializer.deserialize_struct("Keypair", FIELDS, KeypairVisitor)
        }
    }

    struct KeypairVisitor;

    impl<'de> Visitor<'de> for KeypairVisitor {
        type Value = Keypair;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a record with name, public_key and fingerprint")
        }

        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Keypair, A::Error> {
            let (mut name, mut public_key, mut fingerprint) = (None, None, None);
            while let Some(field) = map.next_key()? {
                match field {
                    Field::Name => read(&mut map, &mut name, "name")?,
                    Field::PublicKey => read(&mut map, &mut public_key, "public_key")?,
                    Field::Md5Fingerprint => read(&mut map, &mut fingerprint, "fingerprint")?,
                    Field::Other => _ = map.next_value::<IgnoredAny>()?,
                }
            }
            let name = name.ok_or_else(|| A::Error::missing_field("name"))?;
            let public_key = public_key.ok_or_else(|| A::Error::missing_field("public_key"))?;
            let fingerprint = fingerprint.ok_or_else(|| A::Error::missing_field("fingerprint"))?;
            Keypair::from_parts(name, public_key, fingerprint).map_err(A::Error::custom)
        }

        /// Supports formats that do not store field names.
        fn visit_seq<A: SeqAccess<'de>>(self, mut fields: A) -> Result<Keypair, A::Error> {
            let name = fields.next_element()?.ok_or_else(|| A::Error::invalid_length(0, &self))?;
            let public_key = fields.next_element()?.ok_or_else(|| A::Error::invalid_length(1, &self))?;
            let fingerprint = fields.next_element()?.ok_or_else(|| A::Error::invalid_length(2, &self))?;
            Keypair::from_parts(name, public_key, fingerprint).map_err(A::Error::custom)
        }
    }

    /// Reads the value of a field, which must not occur twice.
    fn read<'de, A: MapAccess<'de>, T: Deserialize<'de>>(
        map: &mut A,
        slot: &mut Option<T>,
        field: &'static str,
    ) -> Result<(), A::Error> {
        match slot.replace(map.next_value()?) {
            None => Ok(()),
            Some(_) => Err(A::Error::duplicate_field(field)),
        }
    }

    enum Field {
        Name,
        PublicKey,
        Md5Fingerprint,
        Other,
    }

    impl<'de> Deserialize<'de> for Field {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            deserializer.deserialize_identifier(FieldVisitor)
        }
    }

    struct FieldVisitor;

    impl Visitor<'_> for FieldVisitor {
        type Value = Field;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("the name of a field")
        }

        fn visit_str<E: Error>(self, name: &str) -> Result<Field, E> {
            Ok(match name {
                "name" => Field::Name,
                "public_key" => Field::PublicKey,
                "fingerprint" => Field::Md5Fingerprint,
                _ => Field::Other,
            })
        }
    }
}
