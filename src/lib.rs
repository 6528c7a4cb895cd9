//! OpenStack Nova key pairs, locally.
#![no_std]

extern crate alloc;

mod error;
mod weakness;
mod wire;

pub use error::{Error, Result};
pub use weakness::Weakness;
