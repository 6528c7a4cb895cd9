//! The tests of the public API and of the house, in one binary, which links once.

mod dependencies;
mod example;
mod interop;
mod layers;
mod os_keypairs;
mod private_key;
mod support;
