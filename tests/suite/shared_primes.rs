//! `weakness::shared_primes`: every pair of keys whose moduli share a prime, and no other.

use nova_keypair::weakness::shared_primes;
use nova_keypair::{ImportPolicy, PublicKey};
use num_bigint::BigUint;
use proptest::prelude::*;

use crate::support::line_of;

fn big(number: u64) -> BigUint {
    BigUint::from(number)
}

/// Returns four primes of 1024 bits: 2^1024 less the distances.
pub(crate) fn primes() -> [BigUint; 4] {
    [105, 179, 1397, 1577].map(|distance| (big(1) << 1024) - big(distance))
}

/// Returns the key with this modulus and exponent.
pub(crate) fn rsa_key(n: &BigUint, e: &[u8]) -> PublicKey {
    let mpint = [&[0][..], &n.to_bytes_be()].concat();
    let magnitude = if mpint[1] & 0x80 == 0 { &mpint[1..] } else { &mpint };
    PublicKey::parse_with(&line_of(&[b"ssh-rsa", e, magnitude]), &ImportPolicy::nova()).unwrap()
}

fn key(n: &BigUint) -> PublicKey {
    rsa_key(n, &[1, 0, 1])
}

fn gcd(mut a: BigUint, mut b: BigUint) -> BigUint {
    while b != big(0) {
        (a, b) = (b.clone(), a % b);
    }
    a
}

/// Generates moduli of 1024 bits and more: multiples of a few primes, so that many of them share factors.
fn moduli() -> impl Strategy<Value = Vec<BigUint>> {
    // Mersenne primes, 2^exponent - 1, and some that are not prime.
    let factor = prop::sample::select(vec![2u32, 3, 4, 5, 9, 61, 89, 127, 521]);
    let modulus = (prop::collection::vec(factor, 0..3), prop::collection::vec(any::<u64>(), 16..50));
    let modulus = modulus.prop_map(|(factors, limbs)| {
        let number = limbs.iter().fold(big(1), |number, &limb| (number << 64) + big(limb));
        factors.iter().fold(number | big(1), |number, exponent| number * ((big(1) << *exponent) - big(1)))
    });
    prop::collection::vec(modulus, 0..40)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]
    #[test]
    fn the_pairs_are_those_whose_moduli_are_not_coprime(mut moduli in moduli(), repeated in any::<prop::sample::Index>()) {
        if !moduli.is_empty() {
            moduli.push(moduli[repeated.index(moduli.len())].clone());
        }
        let keys: Vec<PublicKey> = moduli.iter().map(key).collect();
        let mut expected = Vec::new();
        for (j, b) in moduli.iter().enumerate() {
            for (i, a) in moduli.iter().enumerate().take(j) {
                if a != b && gcd(a.clone(), b.clone()) != big(1) {
                    expected.push((i, j));
                }
            }
        }
        expected.sort_unstable();
        prop_assert_eq!(shared_primes(&keys), expected);
    }
}

#[test]
fn pairs_with_one_and_with_two_common_primes_are_found() {
    let [p, q, r, s] = primes();
    let of = |pairs: &[(&BigUint, &BigUint)]| {
        let keys: Vec<PublicKey> = pairs.iter().map(|(a, b)| key(&(*a * *b))).collect();
        shared_primes(&keys)
    };
    assert_eq!(of(&[]), []);
    assert_eq!(of(&[(&p, &q)]), []);
    assert_eq!(of(&[(&p, &q), (&r, &s)]), []);
    assert_eq!(of(&[(&p, &q), (&p, &r)]), [(0, 1)]);
    // Both primes of each key are shared, so no key has a prime common factor with the product of the others.
    assert_eq!(of(&[(&p, &q), (&q, &r), (&r, &p)]), [(0, 1), (0, 2), (1, 2)]);
    assert_eq!(of(&[(&p, &q), (&q, &r), (&r, &s), (&s, &p)]), [(0, 1), (0, 3), (1, 2), (2, 3)]);
    // A square shares its prime.
    assert_eq!(of(&[(&p, &p), (&r, &s), (&p, &q)]), [(0, 2)]);
}

/// An operator's list has one key several times, in different records.
#[test]
fn equal_moduli_are_not_a_pair_but_each_forms_pairs_with_others() {
    let [p, q, r, _] = primes();
    let n = &p * &q;
    assert_eq!(shared_primes(&[key(&n), key(&n), rsa_key(&n, &[3])]), []);
    let keys = [key(&n), key(&(&p * &r)), rsa_key(&n, &[3]), key(&n)];
    assert_eq!(shared_primes(&keys), [(0, 1), (1, 2), (1, 3)]);
}

#[test]
fn keys_of_other_types_are_skipped_and_count_in_the_indices() {
    let [p, q, r, _] = primes();
    let ed25519 = PublicKey::parse(&line_of(&[b"ssh-ed25519", &[7; 32]])).unwrap();
    let keys = [ed25519.clone(), key(&(&p * &q)), ed25519.clone(), key(&(&p * &r)), ed25519];
    assert_eq!(shared_primes(&keys), [(1, 3)]);
    // References will do.
    let references: Vec<&PublicKey> = keys.iter().collect();
    assert_eq!(shared_primes(&references), [(1, 3)]);
}

/// Products of so many keys are computed by the transform.
#[test]
fn pairs_are_found_among_many_keys() {
    let [p, q, ..] = primes();
    let mut moduli: Vec<BigUint> = Vec::new();
    // Numbers with the differences 2·i are coprime unless they share a factor of the difference, which is smooth.
    let mut candidate: BigUint = (big(1) << 2047) + big(1);
    while moduli.len() < 200 {
        if moduli.iter().all(|n| gcd(n.clone(), candidate.clone()) == big(1)) {
            moduli.push(candidate.clone());
        }
        candidate += big(2);
    }
    let keys = |moduli: &[BigUint]| moduli.iter().map(key).collect::<Vec<_>>();
    assert_eq!(shared_primes(&keys(&moduli)), []);
    moduli[17] = &p * &((big(1) << 1024) + big(643));
    moduli[180] = &p * &q;
    assert_eq!(shared_primes(&keys(&moduli)), [(17, 180)]);
}
