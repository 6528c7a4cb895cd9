//! OpenStack Nova key pairs, locally.
#![no_std]

extern crate alloc;

mod error;
mod name;
mod quote;
mod wire;

pub use error::{Error, Result};
pub use name::{KeypairName, Microversion};
