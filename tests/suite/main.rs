//! The tests of the public API and of the repository, in a single binary, which links once.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "a panic is how a test fails")]

mod batch;
mod blocklist;
mod data;
mod dependencies;
mod diagnosis;
#[path = "../memory/draws.rs"]
mod draws;
#[cfg(feature = "ed25519")]
mod ed25519;
mod errors;
#[cfg(all(feature = "getrandom", feature = "serde"))]
mod example;
mod faults;
mod fingerprint_styles;
mod guide;
mod import;
mod interop;
mod key_vectors;
mod layers;
mod nova_rule;
mod nova_verdict;
mod openssh_version;
#[cfg(feature = "serde")]
mod os_keypairs;
mod private_key;
mod readme;
mod recover;
mod rejections;
#[cfg(all(feature = "getrandom", feature = "serde"))]
mod reports;
mod round_trips;
mod shared_primes;
mod skip;
mod support;
mod weaknesses;
