use nova_keypair::PrivateKey;
use rustls_pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};

pub fn with_pki_types<T>(key: &PrivateKey, use_key: impl FnOnce(PrivateKeyDer<'_>) -> T) -> T {
    let der = key.to_pkcs8_der();
    // Borrows the bytes, which `der` clears. The reader of PEM would leave copies behind.
    use_key(PrivatePkcs8KeyDer::from(der.as_slice()).into())
}
