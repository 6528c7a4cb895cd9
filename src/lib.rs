//! OpenStack Nova key pairs, locally.
#![no_std]

extern crate alloc;

mod error;
mod wire;

pub use error::{Error, Result};
