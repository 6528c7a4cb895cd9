//! The tests of the public API and of the house, in one binary, which links once.

mod data;
mod dependencies;
mod diagnosis;
#[path = "../memory/draws.rs"]
mod draws;
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
#[cfg(feature = "serde")]
mod os_keypairs;
mod private_key;
mod skip;
mod support;
mod weaknesses;
