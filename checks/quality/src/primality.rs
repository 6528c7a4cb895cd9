//! Tests whether p and q are prime, by at least 64 Miller-Rabin rounds of independent implementations.

use dashu_int::UBig;
use openssl::bn::{BigNum, BigNumContext};
use openssl::error::ErrorStack;

pub(crate) const ROUNDS: u16 = 64;

/// Returns whether a number is prime.
pub(crate) struct Oracle {
    pub(crate) name: fn() -> String,
    pub(crate) is_prime: fn(&UBig) -> bool,
}

pub(crate) const ORACLES: &[Oracle] = &[
    Oracle { name: || format!("{ROUNDS} rounds or more of OpenSSL's Miller–Rabin"), is_prime: openssl_says },
    #[cfg(feature = "gmp")]
    Oracle { name: || format!("Baillie–PSW and {ROUNDS} rounds of GMP's Miller–Rabin"), is_prime: gmp_says },
];

/// Random bases. From OpenSSL 3.0 on, numbers of more than 2048 bits get 128 rounds.
fn openssl_says(number: &UBig) -> bool {
    let oracle = || -> Result<bool, ErrorStack> {
        BigNum::from_slice(&number.to_be_bytes())?.is_prime(ROUNDS.into(), &mut *BigNumContext::new()?)
    };
    oracle().is_ok_and(|prime| prime)
}

/// `mpz_probab_prime_p` of 6.3 divides by small primes, runs the Baillie-PSW test (base 2, and a strong Lucas test)
/// and counts it as 24 rounds; the remaining rounds use random bases, from a generator with a fixed seed.
#[cfg(feature = "gmp")]
fn gmp_says(number: &UBig) -> bool {
    const COUNTED_FOR_BPSW: u32 = 24;
    let number = rug::Integer::from_digits(&number.to_be_bytes(), rug::integer::Order::Msf);
    number.is_probably_prime(COUNTED_FOR_BPSW + u32::from(ROUNDS)) != rug::integer::IsPrime::No
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::key::tests::key;

    #[test]
    fn oracles_distinguish_primes_from_composites() {
        let key = key(0);
        let one = UBig::ONE;
        // Mersenne numbers with a prime exponent are strong pseudoprimes to the base 2, and 2^1009 - 1 is composite.
        let pseudoprime = (&one << 1009) - &one;
        let mersenne = (&one << 1279) - &one;
        for oracle in ORACLES {
            let name = (oracle.name)();
            for prime in [&key.p, &key.q, &mersenne] {
                assert!((oracle.is_prime)(prime), "{name}");
            }
            for composite in [&key.n, &pseudoprime, &(&key.p + 2u8), &(&key.p * &key.p), &561u32.into(), &one] {
                // p + 2 is 1 modulo 8, and p, which the seed of the tests determines, has no twin.
                assert!(!(oracle.is_prime)(composite), "{name}: {composite}");
            }
        }
    }
}
