//! What can be seen of a bad RSA modulus without factoring it.
//!
//! Each check states what it finds for certain, what it costs, and with which probability it is wrong about a sound modulus: the product
//! of two random primes of equal length. Costs are of the order of length² (the primality test: length³), whatever the numbers are.

use super::limbs;
use alloc::vec;
use alloc::vec::Vec;

/// A public modulus, taken apart once for all checks.
pub(super) struct Modulus {
    limbs: Vec<u64>,
}

impl Modulus {
    /// From a big-endian magnitude.
    pub(super) fn new(magnitude: &[u8]) -> Self {
        Self { limbs: limbs::from_be(magnitude) }
    }

    /// The smallest prime below 2^13 that divides n.
    ///
    /// Never wrong. A damaged modulus is in effect a random odd number, and 1 − 2·e^−γ / ln 2^13 = 87 % of those have such a factor
    /// (Mertens); four times as many divisions would raise that by one point in a hundred.
    pub(super) fn smallest_factor(&self) -> Option<u16> {
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
            if let Some(&factor) = group.iter().find(|&&prime| residue % u64::from(prime) == 0) {
                return Some(factor);
            }
            primes = rest;
        }
        None
    }

    /// Whether n = x^k for some x and some k > 1. Exact.
    ///
    /// `smallest_factor` is what the method of that name found: without it x is at least 2^13, and k at most a thirteenth of the length.
    pub(super) fn is_perfect_power(&self, smallest_factor: Option<u16>) -> bool {
        if limbs::low(&self.limbs) & 1 == 0 {
            return false; // 2 is a factor, which says enough; and the roots below need an odd n
        }
        let root = limbs::square_root(&self.limbs);
        if limbs::product(&root, &root) == self.limbs {
            return true;
        }
        // x is odd and not 1: x ≥ 3 > 2^(3/2).
        let bits = limbs::bits(&self.limbs);
        let largest = if smallest_factor.is_some() { bits * 2 / 3 } else { bits / 13 };
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
        let inverse_of_k = two_adic_inverse(k, length);
        let mut y = vec![limbs::low(&self.limbs) & 7];
        let mut correct = 3;
        loop {
            correct = (2 * correct).min(64 * length);
            let width = correct.div_ceil(64);
            let mut error = limbs::product_low(&self.limbs, &power(&y, k, width), width);
            // −ε = n·y^k − 1, and n·y^k is odd
            if let Some(low) = error.first_mut() {
                *low -= 1;
            }
            let step = limbs::product_low(&limbs::product_low(&error, &inverse_of_k, width), &y, width);
            y.resize(width, 0);
            limbs::subtract(&mut y, &step);
            if correct == 64 * length {
                break;
            }
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
        let [difference_rest, first_rest] = [&difference, &first].map(|number| u64::from(limbs::residue(number, FILTER)));
        (0..FERMAT_ROUNDS).any(|i| {
            let low = difference_low.wrapping_add(i.wrapping_mul(first_low.wrapping_mul(2).wrapping_add(i)));
            let rest = difference_rest + i * (2 * first_rest + i); // < 2^32 + 2^9 · 2^34
            if !is_square_modulo(low, 64) || !FILTER_PRIMES.iter().all(|&p| is_square_modulo(rest, p)) {
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
    /// FIPS 186-5 keys have a gcd of a few bits, and one that it may not exceed, 2^32, lets one in 2^1900 pass at 2048 bits. Composites
    /// made for the purpose do pass: they are no sound keys either.
    pub(super) fn is_probable_prime(&self) -> bool {
        let n = self.limbs.as_slice();
        if limbs::low(n) & 1 == 0 || limbs::bits(n) < 2 {
            return n == [2];
        }
        let mut arithmetic = Montgomery::new(n);
        let one = arithmetic.one();
        let mut minus_one = n.to_vec();
        limbs::subtract(&mut minus_one, &one);

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

/// Squares are half of the residues modulo each of these, so one number in 2^9 passes for a square; with 64, one in 2700.
const FILTER_PRIMES: [u64; 9] = [3, 5, 7, 11, 13, 17, 19, 23, 29];
/// Their product: just a `u32`.
const FILTER: u32 = 3 * 5 * 7 * 11 * 13 * 17 * 19 * 23 * 29;

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

/// Whether `value` is a square modulo `modulus`, at most 64.
fn is_square_modulo(value: u64, modulus: u64) -> bool {
    let rest = value % modulus;
    (0..=modulus / 2).any(|root| root * root % modulus == rest)
}

/// `base^exponent mod modulus`.
fn power_mod(base: u32, exponent: u32, modulus: u32) -> u32 {
    (0..exponent).fold(1, |product, _| product * base % modulus)
}

/// `base^exponent`, in at most `width` limbs.
fn power(base: &[u64], exponent: usize, width: usize) -> Vec<u64> {
    let multiply = |a: &[u64], b: &[u64]| {
        let mut product = limbs::product(a, b);
        product.truncate(width);
        product
    };
    let mut power = vec![1];
    for i in (0..usize::BITS - exponent.leading_zeros()).rev() {
        power = multiply(&power, &power);
        if exponent >> i & 1 == 1 {
            power = multiply(&power, base);
        }
    }
    power
}
