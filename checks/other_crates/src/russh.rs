use std::sync::Arc;

use nova_keypair::PrivateKey;
use russh::client::{AuthResult, Handle, Handler};
use russh::keys::PrivateKeyWithHashAlg;
use russh::keys::ssh_key::Error;

pub fn to_russh(key: &PrivateKey) -> Result<russh::keys::PrivateKey, Error> {
    // Not `decode_secret_key`, which leaves two copies of the text behind.
    russh::keys::PrivateKey::from_openssh(key.to_openssh().as_bytes())
}

pub async fn log_in<H: Handler>(
    session: &mut Handle<H>,
    user: &str,
    key: &PrivateKey,
) -> Result<AuthResult, Box<dyn std::error::Error>> {
    // For RSA, SHA-1 is the default, which OpenSSH 8.8 and later reject.
    let hash = session.best_supported_rsa_hash().await?.flatten();
    let key = PrivateKeyWithHashAlg::new(Arc::new(to_russh(key)?), hash);
    Ok(session.authenticate_publickey(user, key).await?)
}
