//! [`NumberHash`]: the hash by which lists of compromised keys identify a key.

use sha2::{Digest, Sha256};

use crate::public_key::blob::KeyBlob;

/// The first 120 bits of the SHA-256 of one number of the key: the modulus n (RSA), y (DSA), the x of the point
/// (ECDSA), or the 32 bytes (Ed25519), without leading zeros.
///
/// The number determines the private key, so the rest of the key (an RSA exponent, a security key's application) does
/// not change the hash. badkeys defines it; a key that is listed by chance has a probability of 2^−120 per entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct NumberHash(u128);

impl NumberHash {
    /// Hashes the number of a key.
    pub(super) fn of(key: &KeyBlob) -> Self {
        let digest: [u8; 32] = Sha256::digest(key.number()).into();
        Self(digest.iter().take(15).fold(0, |hash, &byte| hash << 8 | u128::from(byte)))
    }

    /// Creates the hash with these 120 bits.
    pub(super) const fn from_bits(bits: u128) -> Self {
        Self(bits)
    }

    /// Returns the first 64 bits.
    pub(super) const fn first_word(self) -> u64 {
        (self.0 >> 56) as u64
    }
}
