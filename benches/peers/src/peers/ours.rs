//! nova-keypair, on each kernel that the processor supports.

use std::error::Error;
use std::time::Duration;

use nova_keypair::internals::{self, Kernel};
use nova_keypair::{KeySpec, OsRng, PrivateKey};

use super::{About, ConstantTime, Peer, from_pkcs8};
use crate::check::Numbers;
use crate::clock::cpu_time;
use crate::provenance::crate_version;

/// The public call, which uses the fastest kernel; and the other kernels.
pub(super) fn rows() -> Vec<Box<dyn Peer>> {
    let mut kernels = Kernel::supported();
    let public: Option<Box<dyn Peer>> = kernels.next().map(|kernel| Box::new(Ours(kernel)) as _);
    public.into_iter().chain(kernels.map(|kernel| Box::new(Other(kernel)) as _)).collect()
}

fn name(kernel: Kernel) -> String {
    let kernel = match kernel {
        Kernel::Ifma => "AVX-512 IFMA",
        Kernel::Avx2 => "AVX2",
        Kernel::Portable | Kernel::Best => "portable",
    };
    format!("nova-keypair, {kernel}")
}

/// The public call, and the kernel that it selects.
struct Ours(Kernel);

impl Peer for Ours {
    fn about(&self, bits: u32) -> About {
        About { name: name(self.0), ..about(bits) }
    }

    fn generate(&self, bits: u32) -> Result<(Numbers, Duration), Box<dyn Error>> {
        let size = KeySpec::from_rsa_bits(bits)?;
        let (key, time) = cpu_time(|| PrivateKey::generate(size, &mut OsRng));
        Ok((from_pkcs8(&key?.to_pkcs8_der())?, time))
    }
}

struct Other(Kernel);

impl Peer for Other {
    fn about(&self, bits: u32) -> About {
        About { name: name(self.0), ..about(bits) }
    }

    fn generate(&self, bits: u32) -> Result<(Numbers, Duration), Box<dyn Error>> {
        let (key, time) = cpu_time(|| internals::generate(self.0, bits, &mut OsRng));
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
