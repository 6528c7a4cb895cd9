//! A plain sequential key generator that shares no code with the engine: `crypto-primes` tests primality, and
//! `crypto-bigint` computes the key. Variable-time and slow.

use crypto_bigint::{BoxedUint, ConcatenatingMul, Gcd, NonZero, Resize};
use crypto_primes::{Flavor, is_prime};
use nova_keypair::internals::Numbers;
use rand_core::TryCryptoRng;

/// C2SP `det-keygen`, RSA, steps 9 to 25, literally.
pub(crate) fn sequential(bits: u32, rng: &mut impl TryCryptoRng) -> Numbers {
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
