//! Generates a key as a user does, and reads it independently: OpenSSL parses the PEM, nothing is taken from the
//! engine.

use std::error::Error;

use dashu_int::UBig;
use nova_keypair::{KeySpec, OsRng, PrivateKey};
use openssl::bn::BigNumRef;
use openssl::rsa::Rsa;

/// The source of keys.
#[derive(Clone, Debug)]
pub(crate) enum Origin {
    /// The operating system's generator.
    System,
    /// The seed of key i: this text followed by i, in eight big-endian bytes.
    Seed(String),
}

/// The numbers of a private key, and its public line.
#[derive(Clone)]
pub(crate) struct Key {
    pub(crate) bits: usize,
    pub(crate) n: UBig,
    pub(crate) e: UBig,
    pub(crate) d: UBig,
    pub(crate) p: UBig,
    pub(crate) q: UBig,
    pub(crate) dp: UBig,
    pub(crate) dq: UBig,
    pub(crate) qinv: UBig,
    pub(crate) public_line: String,
}

impl Key {
    /// Generates key number `index`.
    pub(crate) fn make(origin: &Origin, size: KeySpec, index: usize) -> Result<Self, Box<dyn Error + Send + Sync>> {
        let private = match origin {
            Origin::System => PrivateKey::generate(size, &mut OsRng)?,
            Origin::Seed(text) => {
                let seed = [text.as_bytes(), &(index as u64).to_be_bytes()].concat();
                PrivateKey::from_seed(&seed, size)?
            }
        };
        let read = Rsa::private_key_from_pem(private.to_pkcs1_pem()?.as_bytes())?;
        let number = |number: &BigNumRef| UBig::from_be_bytes(&number.to_vec());
        let optional = |found: Option<&BigNumRef>| found.map(number).ok_or("the key lacks its factors or CRT values");
        Ok(Self {
            bits: size.bits() as usize,
            n: number(read.n()),
            e: number(read.e()),
            d: number(read.d()),
            p: optional(read.p())?,
            q: optional(read.q())?,
            dp: optional(read.dmp1())?,
            dq: optional(read.dmq1())?,
            qinv: optional(read.iqmp())?,
            public_line: private.public_key().to_openssh(),
        })
    }

    pub(crate) fn primes(&self) -> [&UBig; 2] {
        [&self.p, &self.q]
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) const SIZE: KeySpec = KeySpec::Rsa2048;

    pub(crate) fn key(index: usize) -> Key {
        Key::make(&Origin::Seed("the keys of the tests".into()), SIZE, index).unwrap()
    }

    #[test]
    fn a_seed_and_a_number_give_the_same_key_twice() {
        assert!(key(0).n == key(0).n && key(0).n != key(1).n);
        let system = || Key::make(&Origin::System, SIZE, 0).unwrap().n;
        assert!(system() != system());
        assert!(Key::make(&Origin::Seed("short".into()), SIZE, 0).is_err());
    }
}
