//! Criteria for every single key: FIPS 186-5, A.1.1 and A.1.3, clause by clause, the format of the candidates, and
//! that the key works.

use std::ops::Range;

use dashu_int::UBig;
use dashu_int::ops::{BitTest, Gcd};
use openssl::bn::{BigNum, BigNumContext};
use openssl::error::ErrorStack;

use crate::key::Key;

/// A property of every key, and its source.
pub(crate) struct Criterion {
    pub(crate) source: &'static str,
    pub(crate) property: &'static str,
    pub(crate) holds: fn(&Key) -> bool,
}

const fn criterion(source: &'static str, property: &'static str, holds: fn(&Key) -> bool) -> Criterion {
    Criterion { source, property, holds }
}

pub(crate) const CRITERIA: &[Criterion] = &[
    criterion("A.1.1", "n = pq, of exactly nlen bits", |key| key.n.bit_len() == key.bits && key.n == &key.p * &key.q),
    criterion("A.1.1 (1)", "e = 65537, which is odd and between 2^16 and 2^256", |key| key.e == E.into()),
    criterion("A.1.1 (2)", "gcd(p−1, e) = gcd(q−1, e) = 1", |key| {
        key.primes().iter().all(|prime| (*prime - ONE).gcd(&key.e) == ONE)
    }),
    // √2·2^(nlen/2-1) squared is 2^(nlen-1).
    criterion("A.1.1 (3)", "√2·2^(nlen/2−1) ≤ p, q < 2^(nlen/2)", |key| {
        key.primes().iter().all(|prime| prime.bit_len() == key.bits / 2 && *prime * *prime >= ONE << (key.bits - 1))
    }),
    criterion("A.1.1 (4)", "|p−q| > 2^(nlen/2−100)", |key| {
        let (low, high) = if key.p < key.q { (&key.p, &key.q) } else { (&key.q, &key.p) };
        high - low > ONE << (key.bits / 2 - 100)
    }),
    criterion("A.1.1 (5)", "2^(nlen/2) < d < λ = lcm(p−1, q−1)", |key| {
        key.d > ONE << (key.bits / 2) && key.d < lambda(key)
    }),
    criterion("A.1.1 (5)", "de ≡ 1 mod λ", |key| &key.d * &key.e % lambda(key) == ONE),
    criterion("A.1.3 (1)", "nlen ≥ 2048", |key| key.n.bit_len() >= 2048),
    criterion("RFC 8017, 3.2", "dP ≡ d mod p−1, dQ ≡ d mod q−1, both reduced", |key| {
        key.dp == &key.d % (&key.p - ONE) && key.dq == &key.d % (&key.q - ONE)
    }),
    criterion("RFC 8017, 3.2", "q·qInv ≡ 1 mod p, qInv < p", |key| {
        key.qinv < key.p && &key.q * &key.qinv % &key.p == ONE
    }),
    criterion("det-keygen", "the two top bits and the three low bits of p and q are set", |key| {
        let top = key.bits / 2 - 1;
        key.primes().iter().all(|prime| [top, top - 1, 0, 1, 2].iter().all(|bit| prime.bit(*bit)))
    }),
    criterion("det-keygen", "gcd(p−1, q−1) < 2^32", |key| (&key.p - ONE).gcd(&key.q - ONE) < ONE << 32),
    criterion("RFC 8017, 5.2", "(m^e)^d ≡ m mod n for a random m, by d and by the CRT values", |key| {
        round_trip(key).is_ok_and(|works| works)
    }),
    criterion("RFC 4253, 6.6", "the line of the public key holds e and n", |key| {
        let line = format!("ssh-rsa {} ", openssl::base64::encode_block(&blob(key)));
        key.public_line.starts_with(&line)
    }),
];

const ONE: UBig = UBig::ONE;
const E: u32 = 65537;

fn lambda(key: &Key) -> UBig {
    let (p1, q1) = (&key.p - ONE, &key.q - ONE);
    let gcd = (&p1).gcd(&q1);
    p1 * q1 / gcd
}

/// Encrypts a random message, and decrypts it in both ways (RFC 8017, 5.1.2).
fn round_trip(key: &Key) -> Result<bool, ErrorStack> {
    let mut bytes = vec![0; key.bits / 8];
    openssl::rand::rand_bytes(&mut bytes)?;
    let message = UBig::from_be_bytes(&bytes) % &key.n;
    let sent = power(&message, &key.e, &key.n)?;
    let by_d = power(&sent, &key.d, &key.n)?;

    let m1 = power(&(&sent % &key.p), &key.dp, &key.p)?;
    let m2 = power(&(&sent % &key.q), &key.dq, &key.q)?;
    // Computes m1 - m2 mod p without a negative intermediate value.
    let difference = m1 + &key.p - &m2 % &key.p;
    let by_crt = m2 + &key.q * (difference * &key.qinv % &key.p);
    Ok(sent != message && by_d == message && by_crt == message)
}

/// Uses OpenSSL, which needs a third of dashu's time.
fn power(base: &UBig, exponent: &UBig, modulus: &UBig) -> Result<UBig, ErrorStack> {
    let number = |number: &UBig| BigNum::from_slice(&number.to_be_bytes());
    let mut result = BigNum::new()?;
    result.mod_exp(&*number(base)?, &*number(exponent)?, &*number(modulus)?, &mut *BigNumContext::new()?)?;
    Ok(UBig::from_be_bytes(&result.to_vec()))
}

/// Encodes the public key in wire format: name, e, n.
fn blob(key: &Key) -> Vec<u8> {
    // An mpint is signed: a number whose top bit is set has a zero byte before it (RFC 4251, section 5).
    let mpint = |number: &UBig| {
        let bytes = number.to_be_bytes();
        let sign: &[u8] = if bytes[0] >= 0x80 { &[0] } else { &[] };
        [sign, &bytes].concat()
    };
    let fields = [b"ssh-rsa".to_vec(), mpint(&key.e), mpint(&key.n)];
    fields.iter().flat_map(|field| [&(field.len() as u32).to_be_bytes(), field.as_slice()].concat()).collect()
}

/// Returns the criteria that a key fails, by their position in [`CRITERIA`].
pub(crate) fn failed(key: &Key) -> Vec<usize> {
    let all: Range<usize> = 0..CRITERIA.len();
    all.filter(|position| !(CRITERIA[*position].holds)(key)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::key::tests::key;

    fn properties(key: &Key) -> Vec<&'static str> {
        failed(key).into_iter().map(|position| CRITERIA[position].property).collect()
    }

    /// Builds the key of these two numbers, prime or not, with the private numbers that the definition gives.
    fn of(p: UBig, q: UBig, bits: usize) -> Key {
        use dashu_int::ops::ExtendedGcd;
        let inverse = |x: &UBig, modulus: &UBig| {
            let modulus = dashu_int::IBig::from(modulus.clone());
            let (_, inverse, _) = x.clone().gcd_ext(UBig::try_from(modulus.clone()).unwrap());
            UBig::try_from((inverse % &modulus + &modulus) % &modulus).unwrap()
        };
        let mut key = Key { bits, n: &p * &q, qinv: inverse(&q, &p), p, q, ..key(0) };
        key.d = inverse(&key.e, &lambda(&key));
        key.dp = &key.d % (&key.p - ONE);
        key.dq = &key.d % (&key.q - ONE);
        key.public_line = format!("ssh-rsa {} x", openssl::base64::encode_block(&blob(&key)));
        key
    }

    #[test]
    fn a_key_meets_every_criterion() {
        for index in 0..3 {
            assert_eq!(properties(&key(index)), [""; 0]);
        }
        let Key { p, q, d, .. } = key(0);
        let again = of(p, q, 2048);
        assert!(properties(&again).is_empty() && again.d == d);
    }

    /// Returns, for each criterion, a key that fails it.
    #[test]
    fn each_criterion_can_fail() {
        let good = key(0);
        let both = |property: &str, bad: Key| {
            let properties = properties(&bad);
            assert!(properties.iter().any(|failed| failed.starts_with(property)), "{property}: {properties:?}");
        };
        let Key { p, q, d, .. } = good.clone();
        both("n = pq", Key { n: &good.n + 2u8, ..good.clone() });
        both("n = pq", of(&p >> 1, q.clone(), 2048));
        both("e = 65537", Key { e: 3u8.into(), ..good.clone() });
        // p ≡ 1 mod e, as for one prime in 65,536.
        let next = &p - &p % E + E + ONE;
        both("gcd(p−1, e)", Key { p: next.clone(), ..good.clone() });
        both("gcd(p−1, e)", Key { q: next, ..good.clone() });
        // Just below √2·2^1023, and just above it.
        let root = dashu_int::ops::SquareRoot::sqrt(&(ONE << 2047));
        both("√2", Key { p: root.clone(), ..good.clone() });
        both("√2", Key { q: &q << 1, ..good.clone() });
        assert!((CRITERIA[3].holds)(&Key { p: root + ONE, ..good.clone() }));
        // At the bound it is not above it, in either order.
        let near = &p + (ONE << 924);
        both("|p−q|", Key { q: near.clone(), ..good.clone() });
        both("|p−q|", Key { p: near.clone(), q: p.clone(), ..good.clone() });
        assert!((CRITERIA[4].holds)(&Key { q: near + ONE, ..good.clone() }));
        both("2^(nlen/2) < d", Key { d: ONE << 1024, ..good.clone() });
        both("2^(nlen/2) < d", Key { d: &d + lambda(&good), ..good.clone() });
        both("de ≡ 1", Key { d: &d + 2u8, ..good.clone() });
        both("nlen ≥ 2048", of(&p >> 1, &q >> 1, 2046));
        both("dP", Key { dp: &good.dp + &p - ONE, ..good.clone() });
        both("dP", Key { dq: &good.dq + ONE, ..good.clone() });
        both("q·qInv", Key { qinv: &good.qinv + ONE, ..good.clone() });
        both("q·qInv", Key { qinv: &good.qinv + &p, ..good.clone() });
        both("the two top bits", Key { p: &p - 2u8, ..good.clone() });
        both("the two top bits", Key { q: &q - (ONE << 1022), ..good.clone() });
        both("gcd(p−1, q−1)", of(ONE + (UBig::from(0x3000_0003u32) << 994), ONE + (UBig::from(7u8) << 1021), 2048));
        both("(m^e)^d", Key { d: &d + 2u8, ..good.clone() });
        both("(m^e)^d", Key { dq: &good.dq + 2u8, ..good.clone() });
        both("(m^e)^d", of(&p - 8u8, q, 2048));
        both("the line", Key { public_line: key(1).public_line, ..good });
    }
}
