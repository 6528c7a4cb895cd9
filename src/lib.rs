//! OpenStack Nova key pairs, locally.
#![no_std]

extern crate alloc;
#[cfg(test)]
extern crate std;

mod curve;
mod diagnosis;
mod error;
mod fingerprint;
mod key_blob;
pub mod nova;
mod policy;
mod public_key;
mod weakness;
mod wire;

pub use error::{Error, Result};
pub use fingerprint::{AwsGeneratedFingerprint, Fingerprint, Sha256Fingerprint};
pub use key_blob::Algorithm;
pub use policy::ImportPolicy;
pub use public_key::{PublicKey, fingerprint};
pub use weakness::Weakness;
