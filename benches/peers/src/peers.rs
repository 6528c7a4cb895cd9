//! The libraries: their properties, and one timed key generation by each.
//!
//! Each is called as its documentation shows and with its own generator. Only the call is timed, not reading the key
//! afterwards or dropping it.

#[cfg(feature = "aws-lc")]
mod aws_lc;
#[cfg(feature = "gmp")]
mod gmp;
#[cfg(feature = "openssl")]
mod openssl;
mod ours;
mod rsa;

use std::error::Error;
use std::time::Duration;

use ::rsa::pkcs1::RsaPrivateKey;
use ::rsa::pkcs8::PrivateKeyInfoRef;
use ::rsa::pkcs8::der::asn1::UintRef;

use crate::check::Numbers;

/// Whether timing is independent of the primes that end up in the key, according to source and documentation.
#[derive(Clone, Copy)]
pub(crate) struct ConstantTime {
    /// For the table.
    pub(crate) word: &'static str,
    /// For the chart.
    pub(crate) label: &'static str,
    /// Its color in the chart, as a class.
    pub(crate) class: &'static str,
}

impl ConstantTime {
    pub(crate) const YES: Self = Self { word: "yes", label: "constant-time", class: "yes" };
    pub(crate) const NO: Self = Self { word: "no", label: "not constant-time", class: "no" };
}

/// A library, as described in the table.
pub(crate) struct About {
    pub(crate) name: String,
    /// The version of the library, and of the crate through which it is called.
    pub(crate) version: String,
    pub(crate) ours: bool,
    pub(crate) constant_time: ConstantTime,
    /// The reason for that verdict.
    pub(crate) timing: &'static str,
    /// The tests that a prime passes, for primes of half the length of the modulus.
    pub(crate) rounds: String,
    /// The source of candidates, and the work other than finding primes.
    pub(crate) scope: &'static str,
    pub(crate) generator: &'static str,
}

pub(crate) trait Peer {
    fn about(&self, bits: u32) -> About;

    /// Generates a key; returns the CPU time that took.
    fn generate(&self, bits: u32) -> Result<(Numbers, Duration), Box<dyn Error>>;
}

/// This crate comes first, because ratios are relative to it.
pub(crate) fn all() -> Vec<Box<dyn Peer>> {
    let mut peers = ours::rows();
    peers.push(Box::new(rsa::Rsa));
    #[cfg(feature = "gmp")]
    peers.push(Box::new(gmp::Gmp));
    #[cfg(feature = "aws-lc")]
    peers.push(Box::new(aws_lc::AwsLc));
    #[cfg(feature = "openssl")]
    peers.push(Box::new(openssl::OpenSsl));
    peers
}

/// Reads the numbers of a PKCS#8 key.
fn from_pkcs8(der: &[u8]) -> Result<Numbers, Box<dyn Error>> {
    let info = PrivateKeyInfoRef::try_from(der)?;
    let key: RsaPrivateKey<UintRef<'_>> = RsaPrivateKey::try_from(info.private_key.as_bytes())?;
    Ok(Numbers {
        n: key.modulus.as_bytes().to_vec(),
        e: Some(key.public_exponent.as_bytes().to_vec()),
        p: key.prime1.as_bytes().to_vec(),
        q: key.prime2.as_bytes().to_vec(),
    })
}
