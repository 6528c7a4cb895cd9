//! The crate rsa, whose primes come from crypto-primes.

use std::error::Error;
use std::time::Duration;

use rsa::PrivateKey;
use rsa::traits::{PrivateKeyParts, PublicKeyParts};

use super::{About, ConstantTime, Peer};
use crate::check::Numbers;
use crate::clock::cpu_time;
use crate::provenance::crate_version;

pub(super) struct Rsa;

impl Peer for Rsa {
    fn about(&self, _bits: u32) -> About {
        About {
            name: "rsa".into(),
            version: format!("{}, crypto-primes {}", crate_version("rsa"), crate_version("crypto-primes")),
            ours: false,
            constant_time: ConstantTime::NO,
            timing: "the sieve, the Lucas test and the incremental search take variable time",
            rounds: "base 2 and a strong Lucas test (BPSW)".into(),
            scope: "steps from a random start; key, validation",
            generator: "rand's ThreadRng (ChaCha12)",
        }
    }

    fn generate(&self, bits: u32) -> Result<(Numbers, Duration), Box<dyn Error>> {
        let size = usize::try_from(bits)?;
        let mut rng = rand::rng();
        let (key, time) = cpu_time(|| PrivateKey::new(&mut rng, size));
        let key = key?;
        let [p, q] = key.primes() else { return Err("not two primes".into()) };
        let [n, e, p, q] =
            [key.n().as_ref(), key.e(), p.as_ref(), q.as_ref()].map(|number| number.to_be_bytes().to_vec());
        Ok((Numbers { n, e: Some(e), p, q }, time))
    }
}
