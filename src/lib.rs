//! Create, import and fingerprint OpenStack Nova key pairs locally: the logic behind `POST …/os-keypairs`, without
//! network access.
//!
//! - [`create`] generates an RSA key pair in OpenSSH format per FIPS 186-5, or with the feature `ed25519` an Ed25519 key
//!   pair per RFC 8032, in constant time, from any [`TryCryptoRng`]. [`PrivateKey::from_seed`] generates the same key
//!   again from a seed. [`engine`] describes how RSA keys are generated.
//! - [`import`] validates a public key, one line of at most 1024 bytes. Every key it accepts is also accepted by Nova
//!   and OpenSSH, with the same fingerprint. Every rejection names the problem, its position and how to fix it.
//! - [`fingerprint()`] computes the MD5 fingerprint that Nova reports.
//! - [`os_keypairs`] answers the whole request, and [`nova::verdict`] predicts what Nova itself would answer for a key.
//!
//! The crate is not an SSH client, does not sign, and stores nothing. Results depend only on the arguments and the
//! random number generator that the caller passes in: no files, no clock, no global state.
//!
#![cfg_attr(feature = "getrandom", doc = "```")]
#![cfg_attr(not(feature = "getrandom"), doc = "```ignore")]
//! use nova_keypair::{GeneratedKeypair, KeySpec, KeypairName, OsRng, create, import};
//!
//! let name = KeypairName::new("my-key")?;
//! let GeneratedKeypair { keypair, private_key } = create(&name, KeySpec::Rsa2048, &mut OsRng)?;
//! println!("{}", keypair.public_key.to_openssh()); // ssh-rsa AAAA… Generated-by-Nova
//! println!("{}", keypair.fingerprint); // 35:9d:d0:…
//! let pem = private_key.to_openssh(); // for ~/.ssh/id_rsa, mode 0600; zeroized on drop
//! assert_eq!(import(&name, &keypair.public_key.to_openssh())?, keypair);
//! # assert!(pem.starts_with("-----BEGIN OPENSSH PRIVATE KEY-----"));
//! # Ok::<(), nova_keypair::Error>(())
//! ```
//!
//! The [guide] shows how to serve [`os_keypairs`] with axum, write a client for Nova 2.92, migrate from the `rsa` crate
//! or `ssh-keygen`, and pass keys to other crates.
//!
//! # Features
//!
//! | feature | default | |
//! |---|---|---|
//! | `getrandom` | yes | [`OsRng`], the operating system's random number generator |
//! | `serde` | yes | `Deserialize` for [`os_keypairs::Request`], `Serialize` for replies, both for other public types |
//! | `encryption` | | `PrivateKey::to_openssh_encrypted`: OpenSSH files encrypted with a passphrase |
//! | `rsa` | | `TryFrom<&PrivateKey>` for the private key type of the crate `rsa` 0.10 |
//! | `rayon` | | [`Batch`] as a parallel iterator |
//! | `ed25519` | | `KeySpec::Ed25519`: Ed25519 key generation |
//! | `full` | | all of the above |
//!
//! Without default features the crate is `no_std` and needs `alloc`.
//!
//! # Errors and panics
//!
//! Every failure is an [`Error`] or the error of one domain, such as [`PublicKeyError`]. It has a stable
//! [`code`](Error::code), the problem, its position and a remedy. HTTP statuses and Nova's messages are part of
//! [`os_keypairs`]. No input causes a panic; the one exception is allocation failure, which aborts.
//!
//! # Security
//!
//! Private keys are zeroized on drop, have no `Clone`, `PartialEq` or `Serialize`, and `Debug` prints their public half
//! only. No error contains any part of its input. Not covered: the stack and registers, swapped or dumped memory, and
//! copies that the caller makes. `SECURITY.md` has the full list.
//!
//! [`TryCryptoRng`]: https://docs.rs/rand_core/0.10/rand_core/trait.TryCryptoRng.html

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
pub mod weakness;

/// How RSA keys are generated: FIPS 186-5 clause by clause, what may leak, the kernels, and the running time.
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
pub use public_key::{PublicKey, Reading, Recovered, Repair, fingerprint};
#[cfg(feature = "getrandom")]
pub use rng::OsRng;
pub use weakness::Weakness;
pub use weakness::blocklist::Blocklist;
pub use weakness::blocklist::error::BlocklistError;
