//! The code of `src/guide/other_crates.md`, one file for each crate. A test of the repository compares both.

mod openssl;
mod pki_types;
mod rsa;
mod russh;
mod ssh2;
mod ssh_key;

pub use openssl::to_openssl;
pub use pki_types::with_pki_types;
pub use rsa::{to_rsa, to_rsa_0_9};
pub use russh::{log_in, to_russh};
pub use ssh_key::{to_ssh_key_0_6, to_ssh_key_0_7};
pub use ssh2::log_in as log_in_with_ssh2;
