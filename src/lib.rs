//! OpenStack Nova key pairs, locally.
#![no_std]

extern crate alloc;

mod curve;
mod error;
mod key_blob;
mod weakness;
mod wire;

pub use error::{Error, Result};
pub use key_blob::Algorithm;
pub use weakness::Weakness;
