//! What can be seen of a bad RSA modulus without factoring it.
//!
//! Each check states what it finds for certain, what it costs, and with which probability it is wrong about a sound modulus: the product
//! of two random primes of equal length. Costs are of the order of length² (the primality test: length³), whatever the numbers are.

use alloc::vec;
use alloc::vec::Vec;
use core::cell::OnceCell;

use super::limbs;
use super::montgomery::Montgomery;

/// A public modulus, taken apart once for all checks.
pub(super) struct Modulus {
    limbs: Vec<u64>,
    smallest_factor: OnceCell<Option<u16>>,
}

impl Modulus {
    /// From a big-endian magnitude.
    pub(super) fn new(magnitude: &[u8]) -> Self {
        Self { limbs: limbs::from_be(magnitude), smallest_factor: OnceCell::new() }
    }

    /// The smallest prime below 2^13 that divides n.
    ///
    /// Never wrong. A damaged modulus is in effect a random odd number, and 1 − 2·e^−γ / ln 2^13 = 87 % of those have such a factor
    /// (Mertens); four times the bound would take nearly four times the time and raise that to 89 %.
    pub(super) fn smallest_factor(&self) -> Option<u16> {
        *self.smallest_factor.get_or_init(|| self.divide_by_small_primes())
    }

    fn divide_by_small_primes(&self) -> Option<u16> {
        if limbs::low(&self.limbs) & 1 == 0 {
            return Some(2);
        }
        let mut primes = PRIMES.as_slice();
        while !primes.is_empty() {
            // As many primes as one limb holds share a pass over n.
            let mut divisor = 1u64;
            let mut taken = 0;
            for &prime in primes {
                let Some(product) = divisor.checked_mul(u64::from(prime)) else { break };
                divisor = product;
                taken += 1;
            }
            let (group, rest) = primes.split_at_checked(taken)?;
            let residue = limbs::scaled_residue(&self.limbs, divisor);
            if let Some(&factor) = group.iter().find(|&&prime| residue.is_multiple_of(u64::from(prime))) {
                return Some(factor);
            }
            primes = rest;
        }
        None
    }

    /// Whether n = x^k for some x and some k > 1. Exact for odd n.
    pub(super) fn is_perfect_power(&self) -> bool {
        if limbs::low(&self.limbs) & 1 == 0 {
            return false; // 2 is a factor, which says enough; and the roots below need an odd n
        }
        let root = limbs::square_root(&self.limbs);
        if limbs::product(&root, &root) == self.limbs {
            return true;
        }
        // Without a small factor x is at least 2^13; with one it is still odd and not 1: x ≥ 3 > 2^(3/2).
        let bits = limbs::bits(&self.limbs);
        let largest = if self.smallest_factor().is_some() { bits * 2 / 3 } else { bits / 13 };
        odd_primes_to(largest).any(|k| self.has_root(k))
    }

    /// Whether n is a k-th power, for an odd k.
    ///
    /// In the 2-adic integers every odd number has exactly one k-th root. If n has a root x among the whole numbers, x is that root, and
    /// it is known once it is computed modulo a power of two above it. Otherwise the root modulo 2^(64·m), with at least 32 bits more
    /// than x could have, is as good as random and nearly always too long.
    fn has_root(&self, k: usize) -> bool {
        let bits = limbs::bits(&self.limbs);
        let length = (bits / k + 32) / 64 + 1;
        let root = self.two_adic_root(k, length);
        let root_bits = limbs::bits(&root);
        // 2^(k·(root_bits − 1)) ≤ root^k < 2^(k·root_bits)
        if root_bits == 0 || k * (root_bits - 1) >= bits || k * root_bits < bits {
            return false;
        }
        power(&root, k, usize::MAX) == self.limbs
    }

    /// The k-th root of n modulo 2^(64·length), for odd k and n.
    ///
    /// Newton's iteration for y = n^(−1/k), which needs no inverse but that of k: with ε = 1 − n·y^k, the next y is y·(1 + ε/k), and its
    /// error is a multiple of ε². n ≡ n^−k mod 8 starts it with three bits right, and each step doubles them.
    fn two_adic_root(&self, k: usize, length: usize) -> Vec<u64> {
        let n = limbs::low(&self.limbs);
        let (word, inverse_of_k) = (k as u64, limbs::inverse(k as u64));
        let mut y = n & 7;
        for _ in 0..5 {
            // 3, 6, 12, 24, 48, 96 bits
            let error = 1u64.wrapping_sub(n.wrapping_mul(power_wrapping(y, k)));
            y = y.wrapping_add(y.wrapping_mul(error.wrapping_mul(inverse_of_k)));
        }
        let mut y = vec![y];
        while y.len() < length {
            let width = (2 * y.len()).min(length);
            let mut error = limbs::product_low(&self.limbs, &power(&y, k, width), width);
            // −ε = n·y^k − 1, and n·y^k is odd
            if let Some(low) = error.first_mut() {
                *low &= !1;
            }
            limbs::divide_two_adic(&mut error, word);
            let step = limbs::product_low(&error, &y, width);
            y.resize(width, 0);
            limbs::subtract(&mut y, &step);
        }
        limbs::product_low(&self.limbs, &power(&y, k - 1, length), length)
    }

    /// Whether Fermat's method factors n in [`FERMAT_ROUNDS`] rounds: some a among the first whole numbers above √n makes a² − n a square.
    ///
    /// Finds every n = p·q with |p − q| < 2^6 · n^(1/4), since then a − √n = (p − q)² / (8·a) is below 2^9: the upper half of p and q,
    /// less three bits, is the same. Two independent primes are as close with a probability below 2^−500 at 2048 bits. A square is left to
    /// [`is_perfect_power`](Self::is_perfect_power).
    pub(super) fn has_close_factors(&self) -> bool {
        let root = limbs::square_root(&self.limbs);
        let first = limbs::sum(&root, &[1], 1);
        let mut difference = limbs::product(&first, &first);
        difference.resize(difference.len().max(self.limbs.len()), 0);
        limbs::subtract(&mut difference, &self.limbs);

        // (first + i)² − n = difference + i·(2·first + i); only what is a square modulo a few small numbers gets a real root.
        let [difference_low, first_low] = [&difference, &first].map(|number| limbs::low(number));
        let [difference_rest, first_rest] =
            [&difference, &first].map(|number| u64::from(limbs::residue(number, FILTER)));
        (0..FERMAT_ROUNDS).any(|i| {
            let low = difference_low.wrapping_add(i.wrapping_mul(first_low.wrapping_mul(2).wrapping_add(i)));
            let rest = difference_rest + i * (2 * first_rest + i); // < 2^32 + 2^9 · 2^34
            if SQUARES_MOD_64 >> (low % 64) & 1 == 0
                || FILTER_PRIMES.iter().zip(SQUARES).any(|(p, squares)| squares >> (rest % p) & 1 == 0)
            {
                return false;
            }
            let candidate = limbs::sum(&limbs::sum(&difference, &first, 2 * i), &[i], i);
            let root = limbs::square_root(&candidate);
            !root.is_empty() && limbs::product(&root, &root) == candidate
        })
    }

    /// The discriminator for CVE-2017-15361 (Nemec, Sys, Svenda, Klinec, Matyas: *The Return of Coppersmith's Attack*, CCS 2017, section 5).
    ///
    /// The library's primes are k·M + (65537^a mod M) with M a product of the first primes, so that n is a power of 65537 modulo each of
    /// them. Finds every such key. Of 38 odd primes up to 167 the 17 below tell something: modulo the others 65537 generates every unit. A
    /// random n passes with probability 2^−27.83, one in 239 million: the product of [`ROCA`]'s orders over p − 1.
    pub(super) fn is_roca(&self) -> bool {
        // The powers of 65537 are the one subgroup of their order, so membership is an exponentiation.
        ROCA.iter().all(|&(prime, order)| power_mod(limbs::residue(&self.limbs, prime), order, prime) == 1)
    }

    /// Whether n is a strong probable prime to base 2 (FIPS 186-5, B.3.1 with b = 2): then p = n, and d follows from e.
    ///
    /// Finds every prime. A product of two primes passes only if 2 has an order modulo p that divides gcd(p − 1, q − 1), and modulo q too;
    /// the primes of FIPS 186-5 have a gcd below 2^32, which lets less than one in 2^1900 pass at 2048 bits. Other composites may pass
    /// (every 2^k − 1 with a prime k does): they are no sound keys either, and a base that is harder to prepare for would not mend them.
    pub(super) fn is_probable_prime(&self) -> bool {
        let n = self.limbs.as_slice();
        if limbs::low(n) & 1 == 0 || limbs::bits(n) < 2 {
            return n == [2];
        }
        let mut arithmetic = Montgomery::new(n);
        let one = arithmetic.one();
        let minus_one = arithmetic.negated(&one);

        // n − 1 = 2^twos · odd; the exponent's bits are those of n from the top down to `twos`.
        let bits = limbs::bits(n);
        let twos = 1 + (1..bits).take_while(|&i| !bit(n, i)).count();
        let mut x = one.clone();
        for i in (twos..bits).rev() {
            arithmetic.square(&mut x);
            if bit(n, i) {
                arithmetic.double(&mut x);
            }
        }
        if x == one || x == minus_one {
            return true;
        }
        (1..twos).any(|_| {
            arithmetic.square(&mut x);
            x == minus_one
        })
    }
}

/// Rounds of Fermat's method. Each costs a few nanoseconds; doubling the number gains half a bit of |p − q|.
const FERMAT_ROUNDS: u64 = 512;

/// Squares are about half of the residues modulo each of these and 12 of those modulo 64: of other numbers one in 1000 passes.
const FILTER_PRIMES: [u64; 9] = [3, 5, 7, 11, 13, 17, 19, 23, 29];
/// Their product: just a `u32`.
const FILTER: u32 = 3 * 5 * 7 * 11 * 13 * 17 * 19 * 23 * 29;

/// A bit for every square modulo `modulus`, which is at most 64.
const fn squares(modulus: u64) -> u64 {
    let (mut squares, mut root) = (0, 0);
    while root < modulus {
        squares |= 1 << (root * root % modulus);
        root += 1;
    }
    squares
}
const SQUARES_MOD_64: u64 = squares(64);
const SQUARES: [u64; FILTER_PRIMES.len()] = {
    let mut all = [0; FILTER_PRIMES.len()];
    let mut i = 0;
    while i < all.len() {
        all[i] = squares(FILTER_PRIMES[i]);
        i += 1;
    }
    all
};

/// Primes up to 167 modulo which 65537 does not generate all units, with its order.
const ROCA: [(u32, u32); 17] = [
    (11, 2),
    (13, 6),
    (17, 8),
    (19, 9),
    (37, 3),
    (53, 26),
    (61, 20),
    (71, 35),
    (73, 24),
    (79, 13),
    (97, 6),
    (103, 51),
    (107, 53),
    (109, 54),
    (127, 42),
    (151, 50),
    (157, 78),
];

/// The odd primes below 2^13.
const PRIMES: [u16; 1027] = {
    let mut composite = [false; 1 << 13];
    let mut primes = [0; 1027];
    let (mut found, mut candidate) = (0, 3);
    while candidate < composite.len() {
        if !composite[candidate] {
            primes[found] = candidate as u16;
            found += 1;
            let mut multiple = candidate * candidate;
            while multiple < composite.len() {
                composite[multiple] = true;
                multiple += 2 * candidate;
            }
        }
        candidate += 2;
    }
    assert!(found == primes.len());
    primes
};

/// The odd primes up to a limit, and above the table all odd numbers: a power with a composite exponent is one with a prime exponent too.
fn odd_primes_to(limit: usize) -> impl Iterator<Item = usize> {
    let above = 1 << 13 | 1;
    PRIMES.iter().map(|&prime| usize::from(prime)).chain((above..).step_by(2)).take_while(move |&k| k <= limit)
}

fn bit(limbs: &[u64], i: usize) -> bool {
    limbs.get(i / 64).is_some_and(|limb| limb >> (i % 64) & 1 == 1)
}

/// `base^exponent mod modulus`.
fn power_mod(base: u32, exponent: u32, modulus: u32) -> u32 {
    (0..exponent).fold(1, |product, _| product * base % modulus)
}

/// `base^exponent mod 2^64`.
fn power_wrapping(base: u64, exponent: usize) -> u64 {
    bits_of(exponent).fold(1u64, |power, bit| power.wrapping_mul(power).wrapping_mul(if bit { base } else { 1 }))
}

/// `base^exponent`, in at most `width` limbs.
fn power(base: &[u64], exponent: usize, width: usize) -> Vec<u64> {
    let multiply = |a: &[u64], b: &[u64]| limbs::product_low(a, b, width.min(a.len() + b.len()));
    let mut power = bits_of(exponent).skip(1).fold(base.to_vec(), |power, bit| {
        let square = multiply(&power, &power);
        if bit { multiply(&square, base) } else { square }
    });
    limbs::trim(&mut power);
    power
}

/// The bits of a positive number from the highest to the lowest.
fn bits_of(exponent: usize) -> impl Iterator<Item = bool> {
    (0..usize::BITS - exponent.leading_zeros()).rev().map(move |i| exponent >> i & 1 == 1)
}

#[cfg(test)]
mod tests {
    use std::format;

    use crypto_bigint::{BoxedUint, ConcatenatingMul, ConcatenatingSquare};
    use crypto_primes::{Flavor, is_prime};
    use proptest::prelude::*;

    use super::*;

    fn modulus(limbs: &[u64]) -> Modulus {
        let bytes: Vec<u8> = limbs.iter().rev().flat_map(|limb| limb.to_be_bytes()).collect();
        Modulus::new(&bytes)
    }

    /// Odd numbers of 1 to `length` limbs.
    fn odd(length: usize) -> impl Strategy<Value = Vec<u64>> {
        prop::collection::vec(any::<u64>(), 1..=length).prop_map(|mut limbs| {
            limbs[0] |= 1;
            limbs::trim(&mut limbs);
            limbs
        })
    }

    fn one_word(word: u64) -> Modulus {
        modulus(&[word])
    }

    #[test]
    fn primes_are_those_that_trial_division_finds() {
        let primes: Vec<u16> = (3..1 << 13)
            .filter(|&n: &u16| n % 2 == 1 && (3..n).take_while(|d| d * d <= n).all(|d| n % d != 0))
            .collect();
        assert_eq!(PRIMES.as_slice(), primes);
    }

    #[test]
    fn above_the_table_every_odd_number_stands_for_a_prime() {
        assert_eq!(odd_primes_to(9).collect::<Vec<_>>(), [3, 5, 7]);
        assert_eq!(odd_primes_to(8197).skip(1025).collect::<Vec<_>>(), [8179, 8191, 8193, 8195, 8197]);
    }

    #[test]
    fn roca_orders_are_those_of_65537_and_the_rate_is_as_documented() {
        let mut rate = 0.0;
        for prime in PRIMES.iter().map(|&prime| u32::from(prime)).take_while(|&prime| prime <= 167) {
            let order = (1..prime).find(|&order| power_mod(65537 % prime, order, prime) == 1).unwrap();
            let listed = ROCA.iter().find(|(listed, _)| *listed == prime).map_or(prime - 1, |(_, order)| *order);
            assert_eq!(order, listed, "modulo {prime}");
            rate += (f64::from(order) / f64::from(prime - 1)).log2();
        }
        assert_eq!(format!("{rate:.2}"), "-27.83");
    }

    /// Odd numbers below 2^16, where everything can be known.
    #[test]
    fn small_moduli_match_brute_force() {
        for n in (9u64..1 << 16).step_by(2) {
            let smallest = (3..).step_by(2).find(|d| n % d == 0).unwrap();
            assert_eq!(one_word(n).smallest_factor().map(u64::from), Some(smallest).filter(|&d| d < 1 << 13), "{n}");
            let power = (3..256).step_by(2).any(|x: u64| (2..12).any(|k| x.checked_pow(k) == Some(n)));
            assert_eq!(one_word(n).is_perfect_power(), power, "{n}");
            // The strong pseudoprimes to base 2 below 2^16 (OEIS A001262).
            let pseudoprime = [2047, 3277, 4033, 4681, 8321, 15841, 29341, 42799, 49141, 52633, 65281].contains(&n);
            assert_eq!(one_word(n).is_probable_prime(), smallest == n || pseudoprime, "{n}");
        }
        assert!(one_word(2).is_probable_prime() && one_word(3).is_probable_prime());
        assert!(![0, 1, 4, 6].iter().any(|&n| one_word(n).is_probable_prime()));
        assert_eq!(one_word(1 << 40).smallest_factor(), Some(2));
        // Of even numbers no more is said than that they are even.
        assert!(![4, 36, 64, 1 << 40].iter().any(|&n| one_word(n).is_perfect_power()));
    }

    proptest! {
        #[test]
        fn smallest_factor_divides_and_is_found(n in odd(8), prime in prop::sample::select(PRIMES.as_slice())) {
            let n = limbs::product(&n, &[u64::from(prime)]);
            let found = modulus(&n).smallest_factor().unwrap();
            prop_assert!(found <= prime);
            prop_assert_eq!(limbs::residue(&n, found.into()), 0);
            let below = PRIMES.iter().take_while(|&&p| p < found);
            prop_assert!(below.copied().all(|p| limbs::residue(&n, p.into()) != 0));
        }

        #[test]
        fn powers_are_found_and_their_neighbours_are_not(x in odd(6), k in prop::sample::select(&[2usize, 3, 4, 5, 7, 9, 11, 13, 31, 61, 113][..])) {
            prop_assume!(x != [1]);
            let n = power(&x, k, usize::MAX);
            prop_assert!(modulus(&n).is_perfect_power());
            // Only 8 and 9 are neighbours (Catalan, Mihailescu); two apart no other pair is known than 25 and 27.
            prop_assume!(n.len() > 1);
            prop_assert!(!modulus(&limbs::sum(&n, &[2], 1)).is_perfect_power());
        }

        #[test]
        fn powers_of_small_numbers_are_found(x in (1u64..2000).prop_map(|x| 2 * x + 1), k in 2usize..150) {
            prop_assert!(modulus(&power(&[x], k, usize::MAX)).is_perfect_power());
        }

        /// n = a² − b² = (a − b)(a + b).
        #[test]
        fn fermat_finds_what_its_bound_says(a in prop::collection::vec(any::<u64>(), 4), share in 1u64..=1000) {
            let mut a = a;
            a[3] |= 1 << 63;
            // |p − q| = 2·b < 2^6 · √a: b = 2^5 · √a · share / 1001, rounded down.
            let root = limbs::square_root(&a);
            let b = limbs::square_root(&divide(&limbs::product(&limbs::product(&root, &root), &[1024 * share * share]), 1001 * 1001));
            let mut n = limbs::product(&a, &a);
            limbs::subtract(&mut n, &limbs::product(&b, &b));
            prop_assert!(modulus(&n).has_close_factors());
        }

        #[test]
        fn fermat_leaves_alone_what_is_far_apart(p in prop::collection::vec(any::<u64>(), 8), q in prop::collection::vec(any::<u64>(), 8)) {
            let (mut p, mut q) = (p, q);
            (p[0], p[7], q[0], q[7]) = (p[0] | 1, p[7] | 3 << 62, q[0] | 1, q[7] | 3 << 62);
            prop_assert!(!modulus(&limbs::product(&p, &q)).has_close_factors());
        }

        #[test]
        fn roca_finds_what_the_flawed_library_makes(a in any::<u64>(), b in any::<u64>(), k in odd(4), l in odd(4)) {
            let p = roca_prime_candidate(a, &k);
            let q = roca_prime_candidate(b, &l);
            prop_assert!(modulus(&limbs::product(&p, &q)).is_roca());
            // One residue off is enough to clear it.
            prop_assert!(!modulus(&limbs::sum(&limbs::product(&p, &q), &[2 * 3 * 5 * 7], 1)).is_roca());
        }

        #[test]
        fn probable_primes_are_those_of_crypto_primes(n in odd(3)) {
            let reference = is_prime(Flavor::Any, &boxed(&n));
            prop_assert_eq!(modulus(&n).is_probable_prime(), reference);
        }
    }

    /// The same number for crypto-bigint. By its bytes, because its limbs have 32 bits on some targets.
    fn boxed(limbs: &[u64]) -> BoxedUint {
        let bytes: Vec<u8> = limbs.iter().rev().flat_map(|limb| limb.to_be_bytes()).collect();
        BoxedUint::from_be_slice_vartime(&bytes)
    }

    fn divide(limbs: &[u64], divisor: u64) -> Vec<u64> {
        let mut rest = 0u128;
        let mut quotient = limbs.to_vec();
        for limb in quotient.iter_mut().rev() {
            let wide = rest << 64 | u128::from(*limb);
            *limb = (wide / u128::from(divisor)) as u64;
            rest = wide % u128::from(divisor);
        }
        limbs::trim(&mut quotient);
        quotient
    }

    /// `k · M + (65537^a mod M)`, with M the product of the primes up to 167: what the flawed library takes for a candidate.
    fn roca_prime_candidate(a: u64, k: &[u64]) -> Vec<u64> {
        let m = PRIMES
            .iter()
            .take_while(|&&prime| prime <= 167)
            .fold(vec![2], |m, &prime| limbs::product(&m, &[u64::from(prime)]));
        let wide = |limbs: &[u64]| boxed(&[limbs, &[0]].concat());
        let divisor = wide(&m).to_nz().unwrap();
        let mut power = wide(&{
            let mut one = vec![0; m.len()];
            one[0] = 1;
            one
        });
        for bit in (0..64).rev() {
            power = power.concatenating_square().rem_vartime(&divisor);
            if a >> bit & 1 == 1 {
                power = power.concatenating_mul(&BoxedUint::from(65537u64)).rem_vartime(&divisor);
            }
        }
        limbs::sum(&limbs::product(k, &m), &limbs::from_be(&power.to_be_bytes()), 1)
    }

    #[test]
    fn mersenne_primes_are_found_at_key_size() {
        // 2^2203 − 1 is prime. Its square has the same order of 2 modulo its factors and passes for no prime.
        let mut n = vec![u64::MAX; 2203 / 64 + 1];
        n[2203 / 64] >>= 64 - 2203 % 64;
        assert!(modulus(&n).is_probable_prime());
        assert!(!modulus(&limbs::product(&n, &n)).is_probable_prime());
    }
}
