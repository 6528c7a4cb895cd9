//! HMAC_DRBG with SHA-256 (NIST SP 800-90A Rev. 1, section 10.1.2), which expands a seed into candidates.
//!
//! Without nonce, reseeding and prediction resistance: C2SP `det-keygen` uses none of them, and one key needs some
//! hundreds of requests, while the reseed interval is 2^48 (table 2).

use alloc::vec::Vec;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use zeroize::{Zeroize, Zeroizing};

/// The state: the HMAC keyed with K, and V.
pub(crate) struct HmacDrbg {
    /// HMAC under K before any input: cloning it saves hashing the two pads on every use. Clears itself on drop.
    keyed: Hmac<Sha256>,
    v: Zeroizing<[u8; 32]>,
}

impl HmacDrbg {
    /// Instantiate (10.1.2.3) with the concatenation of `seed_material`.
    pub(crate) fn new(seed_material: &[&[u8]]) -> Self {
        let mut drbg = Self { keyed: hmac_with(&[0; 32]), v: Zeroizing::new([1; 32]) };
        drbg.update(0, seed_material);
        drbg.update(1, seed_material);
        drbg
    }

    /// One half of the update function (10.1.2.2): K = HMAC(K, V ‖ separator ‖ data), V = HMAC(K, V).
    fn update(&mut self, separator: u8, data: &[&[u8]]) {
        let mut mac = self.keyed.clone();
        mac.update(&self.v[..]);
        mac.update(&[separator]);
        for part in data {
            mac.update(part);
        }
        let mut key: [u8; 32] = mac.finalize().into_bytes().into();
        self.keyed = hmac_with(&key);
        key.zeroize();
        self.step();
    }

    /// V = HMAC(K, V).
    fn step(&mut self) {
        let mut mac = self.keyed.clone();
        mac.update(&self.v[..]);
        let mut output = mac.finalize().into_bytes();
        self.v.copy_from_slice(&output);
        output.as_mut_slice().zeroize();
    }

    /// Generate (10.1.2.5) without additional input, its closing update included.
    pub(crate) fn generate(&mut self, out: &mut [u8]) {
        for block in out.chunks_mut(32) {
            self.step();
            for (byte, &value) in block.iter_mut().zip(self.v.iter()) {
                *byte = value;
            }
        }
        self.update(0, &[]);
    }

    /// [`generate`](Self::generate) into a new buffer.
    pub(crate) fn bytes(&mut self, length: usize) -> Zeroizing<Vec<u8>> {
        let mut out = Zeroizing::new(alloc::vec![0; length]);
        self.generate(&mut out);
        out
    }
}

fn hmac_with(key: &[u8; 32]) -> Hmac<Sha256> {
    // A key below the block size is padded with zeros; passing the padded block cannot fail.
    let mut block = Zeroizing::new([0u8; 64]);
    let (head, _) = block.split_at_mut(32);
    head.copy_from_slice(key);
    Hmac::new((&*block).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// NIST's HMAC_DRBG.rsp, SHA-256, no reseed, no personalization, COUNT 0: two requests of 1024 bits, of which the
    /// second is listed. (`det-keygen` publishes no output of its generator.)
    #[test]
    fn nist_vector() {
        let hex = |text: &str| -> Vec<u8> {
            text.as_bytes()
                .chunks(2)
                .map(|pair| u8::from_str_radix(core::str::from_utf8(pair).unwrap(), 16).unwrap())
                .collect()
        };
        let entropy = hex("ca851911349384bffe89de1cbdc46e6831e44d34a4fb935ee285dd14b71a7488");
        let nonce = hex("659ba96c601dc69fc902940805ec0ca8");
        let mut drbg = HmacDrbg::new(&[&entropy, &nonce]);
        drbg.bytes(128);
        assert_eq!(
            &drbg.bytes(128)[..],
            hex("e528e9abf2dece54d47c7e75e5fe302149f817ea9fb4bee6f4199697d04d5b89d54fbb978a15b5c443c9ec21036d2460\
                 b6f73ebad0dc2aba6e624abf07745bc107694bb7547bb0995f70de25d6b29e2d3011bb19d27676c07162c8b5ccde0668\
                 961df86803482cb37ed6d5c0bb8d50cf1f50d476aa0458bdaba806f48be9dcb8")
        );
    }
}
