//! OpenStack Nova key pairs, locally: what stands behind `POST …/os-keypairs`, without a network.
//!
//! - [`create`] makes an RSA key pair in OpenSSH format: FIPS 186-5 primes, in constant time, from any
//!   [`TryCryptoRng`], or reproducibly from a seed ([how](engine)).
//! - [`import`] validates a public key, one line of at most 1024 bytes, and says of a bad one what is wrong, where, and
//!   what to do.
//! - [`fingerprint()`] computes Nova's MD5 fingerprint, byte for byte.
//!
//! It is no SSH client, does not sign, and stores nothing. Everything is a pure function of its arguments and of the
//! random number generator that it is given: no files, no clock, no globals.
//!
#![cfg_attr(feature = "getrandom", doc = "```")]
#![cfg_attr(not(feature = "getrandom"), doc = "```ignore")]
//! use nova_keypair::{GeneratedKeypair, KeySpec, KeypairName, OsRng, create, import};
//!
//! let name = KeypairName::new("my-key")?;
//! let GeneratedKeypair { keypair, private_key } = create(&name, KeySpec::Rsa2048, &mut OsRng)?;
//! println!("{}", keypair.public_key.to_openssh()); // ssh-rsa AAAA… Generated-by-Nova
//! println!("{}", keypair.fingerprint); // 35:9d:d0:…
//! let pem = private_key.to_openssh(); // for ~/.ssh/id_rsa, mode 0600; cleared on drop
//! assert_eq!(import(&name, &keypair.public_key.to_openssh())?, keypair);
//! # assert!(pem.starts_with("-----BEGIN OPENSSH PRIVATE KEY-----"));
//! # Ok::<(), nova_keypair::Error>(())
//! ```
//!
//! The [guide] puts [`os_keypairs::post`] behind axum, moves from the `rsa` crate or from `ssh-keygen`, and makes a key for Nova 2.92.
//!
//! # Features
//!
//! | feature | default | |
//! |---|---|---|
//! | `getrandom` | yes | [`OsRng`] |
//! | `serde` | yes | [`os_keypairs::Request`] from JSON, replies to JSON, other types both ways |
//! | `encryption` | | `PrivateKey::to_openssh_encrypted` |
//! | `rsa` | | `TryFrom<&PrivateKey>` for the private key type of the crate `rsa` 0.10 |
//! | `rayon` | | [`Batch`] as a parallel iterator |
//! | `ed25519` | | reserved for Ed25519 keys; enables nothing yet |
//! | `full` | | all of these |
//!
//! Without default features the crate is `no_std` and needs `alloc`.
//!
//! # Errors and panics
//!
//! Every failure is an [`Error`] or the error of one domain, such as [`PublicKeyError`]: a stable [`code`](Error::code), the problem, its
//! position and a remedy. HTTP statuses and Nova's messages are part of [`os_keypairs`]. No input causes a panic; the one exception is
//! allocation failure, which aborts.
//!
//! # Security
//!
//! Private keys are cleared on drop, have no `Clone`, `PartialEq` or `Serialize`, and print their public half only; no error carries a
//! secret. What is not covered: the stack and registers are not wiped, memory may have been swapped or dumped, and copies that a caller makes
//! are the caller's. `SECURITY.md` has the whole list.
//!
//! [`TryCryptoRng`]: rand_core::TryCryptoRng

#![no_std]
#![cfg_attr(docsrs, feature(doc_cfg))]

extern crate alloc;
#[cfg(test)]
extern crate std;

mod algorithm;
mod error;
mod fingerprint;
#[cfg(all(doc, feature = "getrandom", feature = "serde"))]
pub mod guide;
#[cfg(feature = "__internals")]
#[doc(hidden)]
pub mod internals;
mod keygen;
mod keypair;
mod microversion;
mod name;
pub mod nova;
pub mod os_keypairs;
mod policy;
mod private_key;
mod public_key;
#[cfg(feature = "getrandom")]
mod rng;
mod weakness;

/// How RSA keys are made: FIPS 186-5 clause by clause, what may leak, the kernels, and what it costs.
#[cfg(doc)]
#[doc = include_str!("keygen/README.md")]
pub mod engine {}

// Compiles and runs the example in the README.
#[cfg(all(doctest, feature = "getrandom"))]
#[doc = include_str!("../README.md")]
mod readme {}

pub use algorithm::Algorithm;
pub use error::identifier::IdentifierError;
pub use error::{Error, Result};
pub use fingerprint::error::FingerprintError;
pub use fingerprint::{AwsGeneratedFingerprint, Md5Fingerprint, Sha256Fingerprint};
pub use keygen::error::GenerateError;
#[cfg(feature = "rayon")]
pub use keypair::ParallelBatch;
pub use keypair::{Batch, GeneratedKeypair, Keypair, create, create_many, import, import_with};
pub use microversion::Microversion;
pub use name::KeypairName;
pub use name::error::{NameError, NameErrorKind};
pub use os_keypairs::error::RequestError;
pub use policy::ImportPolicy;
pub use private_key::error::{PrivateKeyError, PrivateKeyErrorKind};
pub use private_key::{DEFAULT_COMMENT, KeySpec, PrivateKey, PrivateKeyFormat};
pub use public_key::error::{PublicKeyError, PublicKeyErrorKind};
pub use public_key::{Canonicalized, PublicKey, Repair, fingerprint};
#[cfg(feature = "getrandom")]
pub use rng::OsRng;
pub use weakness::Weakness;
