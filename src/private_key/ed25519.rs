//! [`Ed25519Key`]: the seed and the public key of RFC 8032, section 5.1.5.

use alloc::vec::Vec;

use curve25519_dalek::constants::ED25519_BASEPOINT_POINT;
use curve25519_dalek::edwards::EdwardsPoint;
use rand_core::TryCryptoRng;
use sha2::{Digest as _, Sha512};
use subtle::ConstantTimeEq as _;
use zeroize::{Zeroize as _, Zeroizing};

use crate::keygen::declassify::{publish, reveal};
use crate::keygen::error::GenerateError;

/// The length of the seed, which RFC 8032 calls the private key.
const SEED_LENGTH: usize = 32;

/// An Ed25519 key. The seed is on the heap, because a move of an array would leave a copy behind.
pub(crate) struct Ed25519Key {
    seed: Zeroizing<Vec<u8>>,
    public_key: [u8; 32],
}

impl Ed25519Key {
    /// Draws the seed: one `try_fill_bytes` of 32 bytes.
    pub(super) fn generate<R: TryCryptoRng + ?Sized>(rng: &mut R) -> Result<Self, GenerateError> {
        let mut seed = Zeroizing::new(alloc::vec![0; SEED_LENGTH]);
        rng.try_fill_bytes(&mut seed).map_err(|_| GenerateError::RngFailed)?;
        // Equal halves have probability 2^-128 for a working generator. One that is stuck at a word has them always.
        let (first, second) = seed.split_at(SEED_LENGTH / 2);
        if reveal(first.ct_eq(second)) {
            return Err(GenerateError::RngRepeats);
        }
        Self::from_owned(seed)
    }

    pub(super) fn from_seed(seed: &[u8]) -> Result<Self, GenerateError> {
        if seed.len() != SEED_LENGTH {
            return Err(GenerateError::InvalidSeedLength { bytes: seed.len() });
        }
        Self::from_owned(Zeroizing::new(seed.to_vec()))
    }

    fn from_owned(seed: Zeroizing<Vec<u8>>) -> Result<Self, GenerateError> {
        let scalar = scalar(&seed);
        // Step 3 of section 5.1.5, from a table of multiples of the base point.
        let point = EdwardsPoint::mul_base_clamped(*scalar);
        let public_key = checked(point, &scalar)?;
        Ok(Self { seed, public_key })
    }

    /// Returns the 32 bytes that RFC 8032 calls the private key.
    pub(super) fn seed(&self) -> &[u8] {
        &self.seed
    }

    /// Returns the encoded point A.
    pub(super) fn public_key(&self) -> &[u8] {
        &self.public_key
    }
}

/// Steps 1 and 2 of RFC 8032, section 5.1.5, up to the bits that [`EdwardsPoint::mul_base_clamped`] sets and clears.
fn scalar(seed: &[u8]) -> Zeroizing<[u8; 32]> {
    let mut hash = Sha512::digest(seed);
    let mut scalar = Zeroizing::new([0; 32]);
    for (byte, &value) in scalar.iter_mut().zip(hash.iter()) {
        *byte = value;
    }
    hash.as_mut_slice().zeroize();
    scalar
}

/// Encodes the point (step 4) if a second algorithm, which uses no table, computes the same one.
///
/// A fault of the processor would otherwise give a public key to which the private key does not belong.
fn checked(mut point: EdwardsPoint, scalar: &[u8; 32]) -> Result<[u8; 32], GenerateError> {
    let mut again = ED25519_BASEPOINT_POINT.mul_clamped(*scalar);
    let is_consistent = reveal(point.ct_eq(&again));
    let public_key = point.compress().to_bytes();
    // The projective coordinates depend on the scalar in more than the point.
    point.zeroize();
    again.zeroize();
    if is_consistent { Ok(publish(public_key)) } else { Err(GenerateError::PairwiseTestFailed) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_point_of_another_scalar_is_an_error() {
        let scalars = [[7; 32], [8; 32]].map(|seed| scalar(&seed));
        let points = scalars.each_ref().map(|scalar| EdwardsPoint::mul_base_clamped(**scalar));
        assert!(checked(points[0], &scalars[0]).is_ok());
        for point in [points[1], -points[0], points[0] + ED25519_BASEPOINT_POINT] {
            assert_eq!(checked(point, &scalars[0]), Err(GenerateError::PairwiseTestFailed));
        }
    }
}
