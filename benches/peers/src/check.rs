//! Checks the answers, so that only valid keys are counted. Uses num-bigint, which none of the measured libraries
//! uses.

use num_bigint::BigUint;

/// The output of a library, big-endian.
pub(crate) struct Numbers {
    pub(crate) n: Vec<u8>,
    /// `None` from a library that generates primes and no key.
    pub(crate) e: Option<Vec<u8>>,
    pub(crate) p: Vec<u8>,
    pub(crate) q: Vec<u8>,
}

/// Checks an answer: a modulus of exactly `bits` bits, the product of two different factors of half that length, and
/// e = 65537.
pub(crate) fn key(numbers: &Numbers, bits: u32) -> Result<(), String> {
    let [n, p, q] = [&numbers.n, &numbers.p, &numbers.q].map(|bytes| BigUint::from_bytes_be(bytes));
    let property = |holds: bool, property: String| if holds { Ok(()) } else { Err(property) };
    property(n.bits() == u64::from(bits), format!("n has {bits} bits, not {}", n.bits()))?;
    for (name, prime) in [("p", &p), ("q", &q)] {
        property(prime.bits() == u64::from(bits / 2), format!("{name} has {} bits, not {}", bits / 2, prime.bits()))?;
    }
    property(p != q, "p and q differ".into())?;
    property(&p * &q == n, "p times q is n".into())?;
    let one = BigUint::from(1u32);
    if let Some(e) = &numbers.e {
        let e = BigUint::from_bytes_be(e);
        property(e == BigUint::from(65537u32), format!("e is 65537, not {e}"))?;
        // 65537 is prime, so it has an inverse unless it divides the modulus.
        property(&p % &e != one && &q % &e != one, "e has an inverse modulo p-1 and q-1".into())?;
    }
    Ok(())
}

/// Returns whether both factors pass Miller-Rabin tests. This takes longer than generating them, so it is done for a
/// sample.
pub(crate) fn primes(numbers: &Numbers) -> Result<(), String> {
    for (name, prime) in [("p", &numbers.p), ("q", &numbers.q)] {
        if !is_prime(&BigUint::from_bytes_be(prime)) {
            return Err(format!("{name} is prime"));
        }
    }
    Ok(())
}

/// Bases of the Miller-Rabin tests. Fixed ones suffice, because the numbers are random and not chosen by an attacker.
/// One round passes a random 1024-bit composite with probability below 2^-100 (Damgård, Landrock, Pomerance); the
/// others guard against a library that only tests base 2.
const BASES: [u32; 8] = [2, 3, 5, 7, 11, 13, 17, 19];

fn is_prime(n: &BigUint) -> bool {
    let one = BigUint::from(1u32);
    if !n.bit(0) || *n <= BigUint::from(BASES[BASES.len() - 1]) {
        return false;
    }
    let n_minus_1 = n - &one;
    let twos = n_minus_1.trailing_zeros().unwrap_or(0);
    let odd = &n_minus_1 >> twos;
    BASES.iter().all(|&base| {
        let mut power = BigUint::from(base).modpow(&odd, n);
        let mut passed = power == one || power == n_minus_1;
        for _ in 1..twos {
            power = &power * &power % n;
            passed |= power == n_minus_1;
        }
        passed
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The two largest 127-bit primes.
    const P: u128 = (1 << 127) - 1;
    const Q: u128 = (1 << 127) - 25;

    fn numbers(p: u128, q: u128) -> Numbers {
        let bytes = |n: BigUint| n.to_bytes_be();
        let (p, q) = (BigUint::from(p), BigUint::from(q));
        Numbers { n: bytes(&p * &q), e: Some(vec![1, 0, 1]), p: bytes(p), q: bytes(q) }
    }

    #[test]
    fn a_key_passes() {
        assert_eq!(key(&numbers(P, Q), 254), Ok(()));
        assert_eq!(primes(&numbers(P, P)), Ok(()));
        assert_eq!(key(&Numbers { e: None, ..numbers(P, Q) }, 254), Ok(()));
    }

    #[test]
    fn what_is_no_key_fails() {
        assert_eq!(key(&numbers(P, Q), 256), Err("n has 256 bits, not 254".into()));
        assert_eq!(key(&numbers(P, P), 254), Err("p and q differ".into()));
        assert_eq!(key(&numbers(P >> 1, (Q << 1) + 1), 254), Err("p has 127 bits, not 126".into()));
        assert_eq!(key(&Numbers { n: numbers(P, Q - 2).n, ..numbers(P, Q) }, 254), Err("p times q is n".into()));
        assert_eq!(key(&Numbers { e: Some(vec![3]), ..numbers(P, Q) }, 254), Err("e is 65537, not 3".into()));
        let q = (Q / 65537) * 65537 + 1;
        assert_eq!(key(&numbers(P, q), 254), Err("e has an inverse modulo p-1 and q-1".into()));
    }

    #[test]
    fn composites_are_found() {
        assert_eq!(primes(&numbers(P, P - 2)), Err("q is prime".into()));
        let is_prime = |n: u64| is_prime(&BigUint::from(n));
        // Carmichael numbers, a strong pseudoprime to the bases 2 to 7, a square, and primes.
        assert!([561, 1729, 3_215_031_751, 1_000_003 * 1_000_003].into_iter().all(|n| !is_prime(n)));
        assert!([23, 65537, 1_000_003, 18_446_744_073_709_551_557].into_iter().all(is_prime));
    }
}
