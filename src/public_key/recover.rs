//! Finds the key that a damaged text means.

pub(crate) mod reading;
