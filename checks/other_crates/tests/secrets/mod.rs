//! What the allocator of tests/memory searches for: every eight consecutive bytes of the secrets of a key, as bytes in
//! either order and as base64.

use std::collections::HashMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rsa_0_9::pkcs8::DecodePrivateKey as _;
use rsa_0_9::traits::PrivateKeyParts as _;

pub(crate) const WINDOW: usize = 8;

#[derive(Default)]
pub(crate) struct Secrets(HashMap<u64, &'static str>);

impl Secrets {
    /// Returns the secrets of an RSA key and of an Ed25519 key.
    pub(crate) fn new(rsa: &nova_keypair::PrivateKey, seed: &[u8; 32]) -> Self {
        let rsa = rsa_0_9::RsaPrivateKey::from_pkcs8_der(&rsa.to_pkcs8_der()).unwrap();
        let mut secrets = Self::default();
        secrets.add_number("d", &rsa.d().to_bytes_be());
        rsa.primes().iter().for_each(|prime| secrets.add_number("a prime", &prime.to_bytes_be()));
        secrets.add_number("the seed", seed);
        secrets
    }

    pub(crate) fn find(&self, window: u64) -> Option<String> {
        self.0.get(&window).map(|name| (*name).to_owned())
    }

    fn add_number(&mut self, name: &'static str, big_endian: &[u8]) {
        self.add(name, big_endian);
        self.add(name, &big_endian.iter().rev().copied().collect::<Vec<_>>());
        // A number begins at any of three places of a group.
        for start in 0..3 {
            let groups = &big_endian[start..start + (big_endian.len() - start) / 3 * 3];
            self.add(name, STANDARD.encode(groups).as_bytes());
        }
    }

    fn add(&mut self, name: &'static str, bytes: &[u8]) {
        for window in bytes.windows(WINDOW) {
            self.0.insert(u64::from_le_bytes(window.try_into().unwrap()), name);
        }
    }
}
