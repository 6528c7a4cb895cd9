//! AWS-LC, through aws-lc-rs.

use std::error::Error;
use std::time::Duration;

use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::rsa::{KeyPair, KeySize};

use super::{About, ConstantTime, Peer, from_pkcs8};
use crate::check::Numbers;
use crate::clock::cpu_time;
use crate::provenance::crate_version;

pub(super) struct AwsLc;

impl Peer for AwsLc {
    fn about(&self, bits: u32) -> About {
        About {
            name: "aws-lc-rs".into(),
            version: format!("{}, AWS-LC {}", crate_version("aws-lc-rs"), aws_lc_rs::awslc_version()),
            ours: false,
            constant_time: ConstantTime::YES,
            timing: "by design, as in BoringSSL: division-free trial division, masked and blinded Miller-Rabin",
            // `BN_primality_test` runs BN_PRIME_CHECKS_BLINDED iterations whatever the table requires: the extra
            // iterations hide how many bases were out of range.
            rounds: format!(
                "16 random bases ({} are asked for, the others are blinding)",
                if bits < 2690 { 5 } else { 4 }
            ),
            scope: "independent candidates (FIPS 186-4 B.3.3); key, consistency check",
            generator: "its own CTR_DRBG",
        }
    }

    fn generate(&self, bits: u32) -> Result<(Numbers, Duration), Box<dyn Error>> {
        let size = match bits {
            2048 => KeySize::Rsa2048,
            3072 => KeySize::Rsa3072,
            4096 => KeySize::Rsa4096,
            _ => return Err(format!("no keys of {bits} bits").into()),
        };
        let (key, time) = cpu_time(|| KeyPair::generate(size));
        let der: Pkcs8V1Der<'_> = key?.as_der()?;
        Ok((from_pkcs8(der.as_ref())?, time))
    }
}
