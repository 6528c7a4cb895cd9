//! The system's OpenSSL.

use std::error::Error;
use std::time::Duration;

use openssl::rsa::Rsa;

use super::{About, ConstantTime, Peer};
use crate::check::Numbers;
use crate::clock::cpu_time;
use crate::provenance::crate_version;

pub(super) struct OpenSsl;

impl Peer for OpenSsl {
    fn about(&self, bits: u32) -> About {
        let library = openssl::version::version();
        let before_3_2 = openssl::version::number() < 0x3020_0000;
        About {
            name: "OpenSSL".into(),
            version: format!("{}, crate openssl {}", library.trim_start_matches("OpenSSL "), crate_version("openssl")),
            ours: false,
            constant_time: ConstantTime { word: "in part", label: "constant-time in part", class: "part" },
            timing: "exponentiation, gcd and inverse are; trial division uses the processor's division, and the search is incremental",
            // OpenSSL 3.2 adopted the rounds of FIPS 186-5 (its pull request 19579).
            rounds: match (before_3_2, bits < 3072) {
                (true, _) => "64 random bases".into(),
                (false, true) => "5 random bases".into(),
                (false, false) => "4 random bases".into(),
            },
            scope: "steps from a random start, with auxiliary primes (FIPS 186-4 B.3.6); key",
            generator: "its own CTR_DRBG",
        }
    }

    fn generate(&self, bits: u32) -> Result<(Numbers, Duration), Box<dyn Error>> {
        let (key, time) = cpu_time(|| Rsa::generate(bits));
        let key = key?;
        let prime = |prime: Option<&openssl::bn::BigNumRef>| prime.map(|prime| prime.to_vec()).unwrap_or_default();
        Ok((Numbers { n: key.n().to_vec(), e: Some(key.e().to_vec()), p: prime(key.p()), q: prime(key.q()) }, time))
    }
}
