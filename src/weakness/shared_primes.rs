//! [`shared_primes`]: RSA keys that have a prime in common with another key.
//!
//! For the product P of all moduli, gcd(n, P / n) is the product of the primes that n shares with other moduli. Batch
//! computation in four steps (Bernstein, *How to find smooth parts of integers*, 2004, on all moduli at once):
//!
//! 1. Up a binary tree over the moduli: in each node the product N of its moduli, and the sum D of all N / n. At the root
//!    D = P / n modulo each n, as n divides the other terms.
//! 2. At the root: D / P modulo a power of two. All moduli are odd, so the quotient exists and there are no remainders
//!    to estimate.
//! 3. Down the tree: a node holds x = r / N modulo 2^(64·(length of N + 1)), where r = D modulo N, up to a power of two.
//!    For a child with product M and sibling N / M, x·(N / M) = r / M. Its lowest limbs are dropped: that divides r by
//!    2^64 for each limb, after the subtraction of a multiple of M that makes r divisible. Neither changes gcd(r, M).
//! 4. In a leaf, r = x·n is a short number again, and gcd(r, n) is the result.
//!
//! With r below 2^(64·length) at the root, |r| is below 2^(64·length)·(1 + 2·depth) in every node: dropping limbs divides
//! the bound as well, and adds up to twice M. So one limb more than N has is enough.

use alloc::collections::BTreeMap;
use alloc::vec;
use alloc::vec::Vec;

use crate::weakness::gcd::gcd;
use crate::weakness::product::Multiplier;
use crate::weakness::uint::PublicUint;

/// A key of which [`shared_primes`] compares the modulus: [`PublicKey`](crate::PublicKey), or a reference to one.
///
/// Sealed: this crate implements it.
pub trait MaybeRsa: sealed::Modulus {}

impl<K: sealed::Modulus> MaybeRsa for K {}

pub(crate) mod sealed {
    /// Access to the modulus.
    pub trait Modulus {
        /// Returns the big-endian modulus, which is odd, of an RSA key.
        fn modulus(&self) -> Option<&[u8]>;
    }

    impl<K: Modulus> Modulus for &K {
        fn modulus(&self) -> Option<&[u8]> {
            K::modulus(self)
        }
    }
}

/// Finds the pairs of RSA keys whose moduli share a prime factor, so that anyone who has both keys can compute both
/// private keys. The cause is a random number generator with too little entropy: often, a device that generates a key
/// when it first starts. Replace both keys.
///
/// Returns the indices of the keys of each pair, the smaller one first, in ascending order, and nothing about the
/// factor. Keys of other types are skipped. Keys with equal moduli are not a pair, as most of them are one key that occurs
/// twice; if such a key shares a prime with another one, each of them forms a pair with it.
///
/// Detects all. False positives: none; two sound moduli of 2048 bits share a prime with a probability below 2^−1000. A
/// modulus that was damaged in transit can share a small factor with another such one.
///
/// A product tree makes the time almost proportional to the number of keys: 10,000 keys of 2048 bits take about 4
/// seconds of one core (Intel Xeon, family 6 model 167; 2026-11-28). In a list made to be slow, where many keys share
/// different products of primes, the time grows with the square of their number. k keys with one common prime are
/// k·(k − 1) / 2 pairs.
///
/// ```
/// use nova_keypair::{PublicKey, weakness::shared_primes};
///
/// let keys: Vec<PublicKey> = ["ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIFl6u75BTi8xGtSPm1yVJuLE/oMtCOuEMJJnBSuZEdXz"]
///     .map(|line| line.parse())
///     .into_iter()
///     .collect::<Result<_, _>>()?;
/// for (first, second) in shared_primes(&keys) {
///     println!("{} and {} share a prime", keys[first].sha256_fingerprint(), keys[second].sha256_fingerprint());
/// }
/// # Ok::<(), nova_keypair::Error>(())
/// ```
#[must_use]
pub fn shared_primes<K: MaybeRsa>(keys: &[K]) -> Vec<(usize, usize)> {
    let mut indices: BTreeMap<&[u8], Vec<usize>> = BTreeMap::new();
    for (index, key) in keys.iter().enumerate() {
        if let Some(modulus) = key.modulus() {
            indices.entry(modulus).or_default().push(index);
        }
    }
    let moduli: Vec<PublicUint> = indices.keys().map(|modulus| PublicUint::from_be(modulus)).collect();
    let indices: Vec<&Vec<usize>> = indices.values().collect();

    // Two moduli share a prime exactly if their common factors do. Most common factors are primes, so equal or coprime.
    let mut sharing: BTreeMap<Vec<u64>, Vec<usize>> = BTreeMap::new();
    for (position, common) in common_factors(&moduli).into_iter().enumerate() {
        if common.limbs() != [1] {
            sharing.entry(common.limbs().to_vec()).or_default().push(position);
        }
    }
    let factors: Vec<PublicUint> = sharing.keys().map(|factor| PublicUint::from_limbs(factor.clone())).collect();
    let groups: Vec<&Vec<usize>> = sharing.values().collect();
    let composite: Vec<usize> = common_factors(&factors)
        .iter()
        .enumerate()
        .filter_map(|(group, common)| (common.limbs() != [1]).then_some(group))
        .collect();

    let mut pairs = Vec::new();
    let mut add = |a: usize, b: usize| {
        let indices = |position: usize| indices.get(position).into_iter().flat_map(|indices| indices.iter());
        pairs.extend(indices(a).flat_map(|&a| indices(b).map(move |&b| (a.min(b), a.max(b)))));
    };
    for group in &groups {
        for (a, b) in pairs_of(group) {
            add(*a, *b);
        }
    }
    for (a, b) in pairs_of(&composite) {
        let (Some(factor), Some(other)) = (factors.get(*a), factors.get(*b)) else { continue };
        let (Some(group), Some(others)) = (groups.get(*a), groups.get(*b)) else { continue };
        if gcd(factor, other).limbs() != [1] {
            group.iter().for_each(|&a| others.iter().for_each(|&b| add(a, b)));
        }
    }
    pairs.sort_unstable();
    pairs
}

/// Iterates over all pairs of different elements.
fn pairs_of<T>(elements: &[T]) -> impl Iterator<Item = (&T, &T)> {
    elements.iter().enumerate().flat_map(|(i, a)| elements.iter().skip(i + 1).map(move |b| (a, b)))
}

/// Returns for each odd number its greatest common divisor with the product of the others.
fn common_factors(numbers: &[PublicUint]) -> Vec<PublicUint> {
    let mut common = Vec::with_capacity(numbers.len());
    let multiplier = &mut Multiplier::new();
    if let Some((root, derivative)) = Node::over(numbers, multiplier) {
        let length = root.product.len() + 1;
        let inverse = multiplier.inverse_low(&root.product, length);
        let mut quotient = multiplier.product(&derivative, &inverse);
        quotient.resize(length, 0);
        root.descend(quotient, multiplier, &mut common);
    }
    common
}

/// A node of the tree over the numbers.
struct Node {
    /// The product of the numbers below.
    product: Vec<u64>,
    children: Option<alloc::boxed::Box<[Node; 2]>>,
}

impl Node {
    /// Creates the tree, and the sum of the products of all numbers but one; `None` if there are no numbers.
    fn over(numbers: &[PublicUint], multiplier: &mut Multiplier) -> Option<(Self, Vec<u64>)> {
        match numbers {
            [] => return None,
            [number] => return Some((Self { product: number.limbs().to_vec(), children: None }, vec![1])),
            _ => {}
        }
        let (left, right) = numbers.split_at(numbers.len() / 2);
        let (left, left_sum) = Self::over(left, multiplier)?;
        let (right, right_sum) = Self::over(right, multiplier)?;
        let [product, sum] = multiplier.product_and_cross([&left.product, &right.product, &left_sum, &right_sum]);
        Some((Self { product, children: Some([left, right].into()) }, sum))
    }

    /// Computes the common factors of the numbers below, from the quotient of this node.
    fn descend(self, quotient: Vec<u64>, multiplier: &mut Multiplier, common: &mut Vec<PublicUint>) {
        let Some(children) = self.children else {
            common.push(self.common_factor(&quotient, multiplier));
            return;
        };
        let length = self.product.len();
        let [left, right] = *children;
        let start = |child: &Self| length - child.product.len();
        let factors = [(&*right.product, start(&left)), (&*left.product, start(&right))];
        let [left_quotient, right_quotient] = multiplier.upper_limbs(&quotient, factors);
        drop(quotient);
        left.descend(left_quotient, multiplier, common);
        right.descend(right_quotient, multiplier, common);
    }

    /// Returns the greatest common divisor of a number and the remainder that belongs to its quotient.
    fn common_factor(&self, quotient: &[u64], multiplier: &mut Multiplier) -> PublicUint {
        let number = PublicUint::from_limbs(self.product.clone());
        let mut remainder = multiplier.product(quotient, &self.product);
        remainder.resize(quotient.len(), 0);
        if remainder.last().is_some_and(|top| top >> 63 == 1) {
            let zero = vec![0; quotient.len()];
            let negative = core::mem::replace(&mut remainder, zero);
            crate::weakness::uint::subtract(&mut remainder, &negative);
        }
        gcd(&PublicUint::from_limbs(remainder), &number)
    }
}

#[cfg(test)]
mod tests {
    use num_bigint::BigUint;
    use proptest::prelude::*;

    use super::*;

    fn to_big(number: &PublicUint) -> BigUint {
        number.limbs().iter().rev().fold(BigUint::ZERO, |big, &limb| (big << 64) + limb)
    }

    fn gcd_of(mut a: BigUint, mut b: BigUint) -> BigUint {
        while b != BigUint::ZERO {
            (a, b) = (b.clone(), a % b);
        }
        a
    }

    /// Generates odd numbers: random ones of very different lengths, and products of few small numbers, which share
    /// factors.
    fn odd() -> impl Strategy<Value = PublicUint> {
        let random = |length| prop::collection::vec(any::<u64>(), 1..length);
        let small = prop::collection::vec(1..60u64, 1..6);
        let product = small.prop_map(|factors| {
            let times = |product: PublicUint, factor: u64| product.product(&PublicUint::from_limbs(vec![factor | 1]));
            factors.into_iter().fold(PublicUint::from_limbs(vec![1]), times).limbs().to_vec()
        });
        prop_oneof![random(40), random(3), product.clone(), product].prop_map(|mut limbs| {
            if let Some(low) = limbs.first_mut() {
                *low |= 1;
            }
            PublicUint::from_limbs(limbs)
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(100))]
        #[test]
        fn common_factors_match_num_bigint(numbers in prop::collection::vec(odd(), 0..60)) {
            let bigs: Vec<BigUint> = numbers.iter().map(to_big).collect();
            let expected: Vec<BigUint> = (0..bigs.len())
                .map(|i| {
                    let others = bigs.iter().enumerate().filter(|(j, _)| *j != i);
                    let rest = others.fold(BigUint::from(1u8), |rest, (_, other)| rest * other % &bigs[i]);
                    gcd_of(bigs[i].clone(), rest)
                })
                .collect();
            let actual: Vec<BigUint> = common_factors(&numbers).iter().map(to_big).collect();
            prop_assert_eq!(actual, expected);
        }
    }
}
