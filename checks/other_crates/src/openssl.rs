use nova_keypair::PrivateKey;
use openssl::error::ErrorStack;
use openssl::pkey::{PKey, Private};

pub fn to_openssl(key: &PrivateKey) -> Result<PKey<Private>, ErrorStack> {
    // OpenSSL clears its numbers when the `PKey` is dropped.
    PKey::private_key_from_pkcs8(&key.to_pkcs8_der())
}
