use nova_keypair::PrivateKey;
use rustls_pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};

pub fn with_pki_types<T, F>(key: &PrivateKey, use_key: F) -> T
where
    F: FnOnce(PrivateKeyDer<'_>) -> T,
{
    let der = key.to_pkcs8_der();
    // Borrows the bytes, which `der` clears. The reader of PEM would leave copies behind.
    use_key(PrivatePkcs8KeyDer::from(der.as_slice()).into())
}
