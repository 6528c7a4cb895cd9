//! The peers: what each is, and one key made by each, timed.
//!
//! Each is called as its documentation shows it and with its own generator. Only the call is timed: not the reading of the key
//! afterwards, and not its destruction.

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

/// Whether timing is kept from depending on the primes that end up in the key, as far as source and documentation say.
#[derive(Clone, Copy)]
pub(crate) struct ConstantTime {
    /// For the table.
    pub(crate) word: &'static str,
    /// For the chart.
    pub(crate) label: &'static str,
    /// Its colour in the chart, as a class.
    pub(crate) class: &'static str,
}

impl ConstantTime {
    pub(crate) const YES: Self = Self { word: "yes", label: "constant-time", class: "yes" };
    pub(crate) const NO: Self = Self { word: "no", label: "not constant-time", class: "no" };
}

/// What a row of the table says of a peer.
pub(crate) struct About {
    pub(crate) name: String,
    /// Of the library, and of the crate through which it is called.
    pub(crate) version: String,
    pub(crate) ours: bool,
    pub(crate) constant_time: ConstantTime,
    /// Why that verdict.
    pub(crate) timing: &'static str,
    /// The tests that a prime passes, for primes of half a key's length.
    pub(crate) rounds: String,
    /// Where candidates come from, and what is done beside finding primes.
    pub(crate) scope: &'static str,
    pub(crate) generator: &'static str,
}

pub(crate) trait Peer {
    fn about(&self, bits: u32) -> About;

    /// Makes a key; says how much CPU time that took.
    fn generate(&self, bits: u32) -> Result<(Numbers, Duration), Box<dyn Error>>;
}

/// Ours first: ratios are to it.
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

/// The numbers of a key that comes as PKCS#8.
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
