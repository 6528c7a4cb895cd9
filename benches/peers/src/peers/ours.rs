//! nova-keypair, on the kernel selected for the processor, and on the portable one.

use std::error::Error;
use std::time::Duration;

use nova_keypair::internals::{self, Kernel};
use nova_keypair::{KeySpec, OsRng, PrivateKey};

use super::{About, ConstantTime, Peer, from_pkcs8};
use crate::check::Numbers;
use crate::clock::cpu_time;
use crate::provenance::crate_version;

/// The public call; and the portable kernel, unless the public call already uses it.
pub(super) fn rows() -> Vec<Box<dyn Peer>> {
    let mut rows: Vec<Box<dyn Peer>> = vec![Box::new(Ours)];
    if vectorised() {
        rows.push(Box::new(Portable));
    }
    rows
}

fn vectorised() -> bool {
    #[cfg(target_arch = "x86_64")]
    return std::arch::is_x86_feature_detected!("avx2");
    #[cfg(not(target_arch = "x86_64"))]
    return false;
}

struct Ours;

impl Peer for Ours {
    fn about(&self, bits: u32) -> About {
        let kernel = if vectorised() { "AVX2" } else { "portable" };
        About { name: format!("nova-keypair, {kernel}"), ..about(bits) }
    }

    fn generate(&self, bits: u32) -> Result<(Numbers, Duration), Box<dyn Error>> {
        let size = KeySpec::from_rsa_bits(bits)?;
        let (key, time) = cpu_time(|| PrivateKey::generate(size, &mut OsRng));
        Ok((from_pkcs8(&key?.to_pkcs8_der())?, time))
    }
}

struct Portable;

impl Peer for Portable {
    fn about(&self, bits: u32) -> About {
        About { name: "nova-keypair, portable".into(), ..about(bits) }
    }

    fn generate(&self, bits: u32) -> Result<(Numbers, Duration), Box<dyn Error>> {
        let (key, time) = cpu_time(|| internals::generate(Kernel::Portable, bits, &mut OsRng));
        let key = key?;
        // The internal call does not return the public exponent, which is a constant.
        Ok((Numbers { n: key.n.clone(), e: None, p: key.p.clone(), q: key.q.clone() }, time))
    }
}

fn about(bits: u32) -> About {
    About {
        name: String::new(),
        version: crate_version("nova-keypair").into(),
        ours: true,
        constant_time: ConstantTime::YES,
        timing: "by construction: only rejected candidates and their number are public; see the documentation of the engine",
        // FIPS 186-5, table B.1, at an error of 2^-112 and 2^-128.
        rounds: format!("base 2, then {} random bases", if bits < 3072 { 5 } else { 4 }),
        scope: "independent candidates (FIPS 186-5 A.1.3); key, FIPS criteria, pairwise test",
        generator: "the system's, 4096 bytes at a time",
    }
}
