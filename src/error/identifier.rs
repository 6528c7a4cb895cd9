//! [`IdentifierError`]: why a text is not the identifier of an enum's variant.

use crate::error::table::plain_error;

plain_error! {
    /// The reason why a text is not an identifier, such as that of an [`Algorithm`](crate::Algorithm).
    pub enum IdentifierError {
        /// The text does not name an [`Algorithm`](crate::Algorithm).
        UnknownAlgorithm =>
            "algorithm_unknown", "this text does not name a supported key type",
            "use the first field of a public key, for example ssh-ed25519";
        /// The text does not name a [`KeySpec`](crate::KeySpec).
        UnknownKeySpec =>
            "key_spec_unknown", "this text does not name a type and size of key that can be generated",
            "use rsa-2048, rsa-3072 or rsa-4096";
        /// The text does not name a [`PrivateKeyFormat`](crate::PrivateKeyFormat).
        UnknownPrivateKeyFormat =>
            "private_key_format_unknown", "this text does not name a format of private keys",
            "use openssh, pkcs1 or pkcs8";
        /// The text does not name a [`Reading`](crate::Reading).
        UnknownReading =>
            "reading_unknown", "this text does not name a reading", "use an identifier that Reading::as_str returns";
        /// The text does not name a [`Weakness`](crate::Weakness).
        UnknownWeakness =>
            "weakness_unknown", "this text does not name a weakness", "use an identifier that Weakness::as_str returns";
    }
}
