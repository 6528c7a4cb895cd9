use nova_keypair::PrivateKey;

pub fn to_rsa(key: &PrivateKey) -> rsa::Result<rsa::RsaPrivateKey> {
    // With the feature `rsa` of nova-keypair.
    rsa::RsaPrivateKey::try_from(key)
}

pub fn to_rsa_0_9(key: &PrivateKey) -> rsa_0_9::pkcs8::Result<rsa_0_9::RsaPrivateKey> {
    rsa_0_9::pkcs8::DecodePrivateKey::from_pkcs8_der(&key.to_pkcs8_der())
}
