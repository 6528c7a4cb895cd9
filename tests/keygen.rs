//! The prime engine against a plain sequential generator that shares no code with it: `crypto-primes` decides what is prime,
//! `crypto-bigint` computes the key.

use core::convert::Infallible;
use crypto_bigint::{BoxedUint, ConcatenatingMul, Gcd, NonZero, Resize};
use crypto_primes::{Flavor, is_prime};
use nova_keypair::internals::{self, Kernel, Numbers};
use proptest::prelude::*;
use rand_core::{TryCryptoRng, TryRng};

/// SplitMix64: any bytes will do here, as long as they are the same twice.
#[derive(Clone)]
struct Stream(u64);

impl TryRng for Stream {
    type Error = Infallible;
    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        Ok(self.try_next_u64()? as u32)
    }
    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        Ok(z ^ (z >> 31))
    }
    fn try_fill_bytes(&mut self, out: &mut [u8]) -> Result<(), Infallible> {
        for chunk in out.chunks_mut(8) {
            let word = self.try_next_u64()?.to_le_bytes();
            chunk.copy_from_slice(&word[..chunk.len()]);
        }
        Ok(())
    }
}

impl TryCryptoRng for Stream {}

/// C2SP `det-keygen`, RSA, steps 9 to 25, word for word.
fn sequential(bits: u32, rng: &mut Stream) -> Numbers {
    let length = bits as usize / 16;
    let mut prime = || loop {
        let mut bytes = vec![0; length];
        rng.try_fill_bytes(&mut bytes).unwrap();
        bytes[0] |= 0b1100_0000;
        bytes[length - 1] |= 0b0000_0111;
        let candidate = BoxedUint::from_be_slice(&bytes, bits / 2).unwrap();
        if is_prime(Flavor::Any, &candidate) {
            return candidate.resize(bits + 64);
        }
    };
    loop {
        let (p, q) = (prime(), prime());
        let one = BoxedUint::one_with_precision(p.bits_precision());
        let (p1, q1) = (p.wrapping_sub(&one), q.wrapping_sub(&one));
        let ratio = p1.gcd_vartime(&q1);
        if ratio.bit_width_vartime() > 32 {
            continue;
        }
        let lambda = p1.wrapping_mul(&q1).div_rem_vartime(&NonZero::new(ratio).unwrap()).0;
        let e = BoxedUint::from(65537u64).resize(p.bits_precision());
        let Some(d) = e.invert_mod(&NonZero::new(lambda).unwrap()).into_option() else { continue };
        let remainder = |x: &BoxedUint, m: &BoxedUint| x.rem_vartime(&NonZero::new(m.clone()).unwrap());
        let qinv = q.invert_mod(&NonZero::new(p.clone()).unwrap()).unwrap();
        let bytes = |x: &BoxedUint, length: usize| {
            let all = x.to_be_bytes();
            all[all.len() - length..].to_vec()
        };
        return Numbers {
            n: bytes(&p.concatenating_mul(&q), 2 * length),
            d: bytes(&d, 2 * length),
            dp: bytes(&remainder(&d, &p1), length),
            dq: bytes(&remainder(&d, &q1), length),
            p: bytes(&p, length),
            q: bytes(&q, length),
            qinv: bytes(&qinv, length),
        };
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    /// Batches, reading ahead and kernels change nothing.
    #[test]
    fn the_engine_is_the_sequential_generator(seed in any::<u64>(), sixteenths in 32..72u32) {
        let bits = 16 * sixteenths;
        let expected = sequential(bits, &mut Stream(seed));
        for kernel in [Kernel::Best, Kernel::Portable] {
            prop_assert_eq!(&internals::generate(kernel, bits, &mut Stream(seed)).unwrap(), &expected);
        }
    }
}

#[test]
fn the_engine_is_the_sequential_generator_at_2048_bits() {
    for seed in 0..2 {
        let expected = sequential(2048, &mut Stream(seed));
        for kernel in [Kernel::Best, Kernel::Portable] {
            assert_eq!(internals::generate(kernel, 2048, &mut Stream(seed)).unwrap(), expected);
        }
    }
}
