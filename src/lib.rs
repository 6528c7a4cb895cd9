//! OpenStack Nova key pairs, locally.
#![no_std]

extern crate alloc;

mod error;
#[cfg(feature = "internals")]
#[doc(hidden)]
pub mod internals;
mod keygen;
mod wire;

pub use error::{Error, Result};
