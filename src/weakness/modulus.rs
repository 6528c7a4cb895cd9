//! Detects bad RSA moduli without factoring them.
//!
//! Each check documents what it detects for certain, what it costs, and the probability of a false positive for a good
//! modulus: the product of two random primes of equal length. Costs are proportional to length² (the primality test:
//! length³) for all numbers.

use core::cell::OnceCell;

use super::montgomery::Montgomery;
use super::perfect_power::is_perfect_power;
use super::residues::{Residues, power_mod, smallest_factor};
use super::short_sleeve::is_short_sleeve;
use super::uint::PublicUint;

/// A public modulus n, converted once for all checks.
pub(super) struct Modulus {
    number: PublicUint,
    residues: OnceCell<Residues>,
    smallest_factor: OnceCell<Option<u32>>,
    is_short_sleeve: OnceCell<bool>,
}

impl Modulus {
    /// Converts a modulus from its big-endian magnitude.
    pub(super) fn new(magnitude: &[u8]) -> Self {
        Self::of(PublicUint::from_be(magnitude))
    }

    fn of(number: PublicUint) -> Self {
        Self { number, residues: OnceCell::new(), smallest_factor: OnceCell::new(), is_short_sleeve: OnceCell::new() }
    }

    /// Returns the number.
    pub(super) fn number(&self) -> &PublicUint {
        &self.number
    }

    fn residues(&self) -> &Residues {
        self.residues.get_or_init(|| Residues::new(&self.number))
    }

    /// Returns the smallest prime up to 65537 that divides n.
    pub(super) fn smallest_factor(&self) -> Option<u32> {
        *self.smallest_factor.get_or_init(|| smallest_factor(&self.number))
    }

    /// Returns whether n has the gaps of short-sleeve primes.
    pub(super) fn is_short_sleeve(&self) -> bool {
        *self.is_short_sleeve.get_or_init(|| is_short_sleeve(&self.number))
    }

    /// Returns whether n = x^k for some x and some k > 1. Exact for odd n.
    pub(super) fn is_perfect_power(&self) -> bool {
        is_perfect_power(&self.number, self.smallest_factor(), self.residues())
    }

    /// Returns whether Fermat's method factors n in [`FERMAT_ROUNDS`] rounds: whether a² − n is a square for one of
    /// the first integers a above √n.
    ///
    /// Detects every n = p·q with |p − q| < 2^6 · n^(1/4), since then a − √n = (p − q)² / (8·a) is below 2^9: the upper
    /// halves of p and q are equal except for three bits. Two independent primes are as close with a probability below
    /// 2^−500 at 2048 bits. Squares are left to [`is_perfect_power`](Self::is_perfect_power).
    pub(super) fn has_close_factors(&self) -> bool {
        // With a = first + i: a² − n = difference + i·(2·first + i).
        let first = self.number.square_root().plus_word(1);
        let difference = first.product(&first).difference(&self.number);
        let filter = SquareFilter::new(&difference, &first);
        (0..FERMAT_ROUNDS).filter(|&i| filter.may_be_square(i)).any(|i| {
            let candidate = difference.plus_product(&first, 2 * i).plus_word(i * i);
            let root = candidate.square_root();
            root.product(&root) == candidate
        })
    }

    /// Tests for CVE-2017-15361 (Nemec, Sys, Svenda, Klinec, Matyas: *The Return of Coppersmith's Attack*, CCS 2017,
    /// section 5).
    ///
    /// The library's primes are k·M + (65537^a mod M), where M is the product of the first primes, so n is a power of
    /// 65537 modulo each of them. Detects every such key. Of the 38 odd primes up to 167 only the 17 in [`ROCA`] carry
    /// information: modulo the others 65537 generates every unit. A random n passes with probability 2^−27.83, one in
    /// 239 million: the product of [`ROCA`]'s orders over p − 1.
    pub(super) fn is_roca(&self) -> bool {
        // The powers of 65537 are the only subgroup of their order, so an exponentiation tests membership.
        ROCA.iter().all(|&(prime, order)| power_mod(self.residues().modulo(prime), order, prime) == 1)
    }

    /// Returns whether n is a strong probable prime to base 2 (FIPS 186-5, B.3.1 with b = 2): then p = n, and d
    /// follows from e.
    ///
    /// Detects every prime. A product of two primes passes only if the order of 2 modulo p divides gcd(p − 1, q − 1),
    /// and modulo q too; the primes of FIPS 186-5 have a gcd below 2^32, so less than one in 2^1900 passes at 2048
    /// bits. Other composites may pass (every 2^k − 1 with a prime k does). They are bad keys too, so a base that is
    /// harder to prepare for would not help.
    pub(super) fn is_probable_prime(&self) -> bool {
        let n = &self.number;
        if !n.is_odd() || n.bits() < 2 {
            return n.limbs() == [2];
        }
        let mut arithmetic = Montgomery::new(n);
        let one = arithmetic.one();
        let minus_one = arithmetic.negated(&one);

        // n − 1 = 2^twos · odd; the exponent's bits are those of n from the top down to `twos`.
        let bits = n.bits();
        let twos = 1 + (1..bits).take_while(|&position| !n.bit(position)).count();
        let mut x = one.clone();
        for position in (twos..bits).rev() {
            arithmetic.square(&mut x);
            if n.bit(position) {
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

/// Decides from residues which of the numbers difference + i·(2·first + i) cannot be squares.
///
/// About half of the residues modulo a prime are squares, and 12 of those modulo 64: of other numbers one in 1000
/// passes.
struct SquareFilter {
    /// The two numbers modulo 2^64.
    difference_low: u64,
    first_low: u64,
    /// The two numbers modulo [`PRODUCT`](Self::PRODUCT).
    difference_residue: u64,
    first_residue: u64,
}

impl SquareFilter {
    const PRIMES: [u64; 9] = [3, 5, 7, 11, 13, 17, 19, 23, 29];
    /// The product of the primes, which just fits a `u32`.
    const PRODUCT: u32 = 3 * 5 * 7 * 11 * 13 * 17 * 19 * 23 * 29;
    const SQUARES_MOD_64: u64 = squares(64);
    /// The squares modulo each prime.
    const SQUARES: [u64; Self::PRIMES.len()] = {
        let mut all = [0; Self::PRIMES.len()];
        let mut i = 0;
        while i < all.len() {
            all[i] = squares(Self::PRIMES[i]);
            i += 1;
        }
        all
    };

    fn new(difference: &PublicUint, first: &PublicUint) -> Self {
        Self {
            difference_low: difference.low_word(),
            first_low: first.low_word(),
            difference_residue: difference.residue(Self::PRODUCT).into(),
            first_residue: first.residue(Self::PRODUCT).into(),
        }
    }

    /// Returns whether the number for this i, which is below [`FERMAT_ROUNDS`], is a square modulo 64 and modulo each
    /// prime.
    fn may_be_square(&self, i: u64) -> bool {
        let low = self.first_low.wrapping_mul(2).wrapping_add(i).wrapping_mul(i).wrapping_add(self.difference_low);
        let residue = self.difference_residue + i * (2 * self.first_residue + i); // < 2^32 + 2^9 · 2^34
        is_member(Self::SQUARES_MOD_64, low % 64)
            && Self::PRIMES.iter().zip(Self::SQUARES).all(|(prime, squares)| is_member(squares, residue % prime))
    }
}

/// Computes the set of squares modulo `modulus`, which is at most 64: bit r is set if r is a square.
const fn squares(modulus: u64) -> u64 {
    let (mut squares, mut root) = (0, 0);
    while root < modulus {
        squares |= 1 << (root * root % modulus);
        root += 1;
    }
    squares
}

/// Returns whether a set of [`squares`] contains a residue.
fn is_member(squares: u64, residue: u64) -> bool {
    squares >> residue & 1 == 1
}

/// The odd primes up to 167 modulo which 65537 does not generate all units, each with the order of 65537.
const ROCA: [(u32, usize); 17] = [
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

#[cfg(test)]
mod tests {
    use alloc::vec;
    use alloc::vec::Vec;
    use std::format;

    use crate::keygen::small_primes::odd_primes_below;
    use crate::weakness::residues::LARGEST;
    use crypto_bigint::{BoxedUint, ConcatenatingMul, ConcatenatingSquare};
    use crypto_primes::{Flavor, is_prime};
    use proptest::prelude::*;

    use super::*;

    fn modulus(number: &PublicUint) -> Modulus {
        Modulus::of(number.clone())
    }

    fn number(limbs: &[u64]) -> PublicUint {
        PublicUint::from_limbs(limbs.to_vec())
    }

    /// Generates odd numbers of 1 to `length` limbs.
    fn odd(length: usize) -> impl Strategy<Value = PublicUint> {
        prop::collection::vec(any::<u64>(), 1..=length).prop_map(|mut limbs| {
            limbs[0] |= 1;
            PublicUint::from_limbs(limbs)
        })
    }

    fn one_word(word: u64) -> Modulus {
        modulus(&number(&[word]))
    }

    #[test]
    fn roca_orders_are_those_of_65537_and_the_rate_is_as_documented() {
        let mut rate = 0.0;
        for prime in odd_primes_below(168).iter().map(|&prime| u32::from(prime)) {
            let order = (1..prime as usize).find(|&order| power_mod(65537 % prime, order, prime) == 1).unwrap();
            let listed =
                ROCA.iter().find(|(listed, _)| *listed == prime).map_or(prime as usize - 1, |(_, order)| *order);
            assert_eq!(order, listed, "modulo {prime}");
            rate += (order as f64 / f64::from(prime - 1)).log2();
        }
        assert_eq!(format!("{rate:.2}"), "-27.83");
    }

    /// Checks odd numbers below 2^16 exhaustively.
    #[test]
    fn small_moduli_match_brute_force() {
        for n in (9u64..1 << 16).step_by(2) {
            let smallest = (3..).step_by(2).find(|d| n % d == 0).unwrap();
            assert_eq!(one_word(n).smallest_factor().map(u64::from), Some(smallest), "{n}");
            let power = (3..256).step_by(2).any(|x: u64| (2..12).any(|k| x.checked_pow(k) == Some(n)));
            assert_eq!(one_word(n).is_perfect_power(), power, "{n}");
            // The strong pseudoprimes to base 2 below 2^16 (OEIS A001262).
            let pseudoprime = [2047, 3277, 4033, 4681, 8321, 15841, 29341, 42799, 49141, 52633, 65281].contains(&n);
            assert_eq!(one_word(n).is_probable_prime(), smallest == n || pseudoprime, "{n}");
        }
        assert!(one_word(2).is_probable_prime() && one_word(3).is_probable_prime());
        assert!(![0, 1, 4, 6].iter().any(|&n| one_word(n).is_probable_prime()));
        assert_eq!(one_word(1 << 40).smallest_factor(), Some(2));
        // Even numbers are reported for their factor 2 only.
        assert!(![4, 36, 64, 1 << 40].iter().any(|&n| one_word(n).is_perfect_power()));
    }

    proptest! {
        #[test]
        fn the_smallest_factor_divides_and_is_the_smallest(
            n in odd(8),
            prime in prop_oneof![
                prop::sample::select(odd_primes_below(LARGEST)).prop_map(u32::from),
                Just(LARGEST),
            ],
        ) {
            let n = n.product(&number(&[prime.into()]));
            let found = modulus(&n).smallest_factor().unwrap();
            prop_assert!(found <= prime);
            prop_assert_eq!(n.residue(found), 0);
            prop_assert!(odd_primes_below(found).iter().all(|&smaller| n.residue(smaller.into()) != 0));
        }

        #[test]
        fn powers_are_found_and_their_neighbors_are_not(
            x in odd(6),
            k in prop::sample::select(&[2usize, 3, 4, 5, 7, 9, 11, 13, 31, 61, 113][..]),
        ) {
            prop_assume!(x != number(&[1]));
            let n = x.power(k);
            prop_assert!(modulus(&n).is_perfect_power());
            // Only 8 and 9 are neighbors (Catalan, Mihailescu); two apart, 25 and 27 are the only known pair.
            prop_assume!(n.bits() > 64);
            prop_assert!(!modulus(&n.plus_word(2)).is_perfect_power());
        }

        #[test]
        fn powers_of_small_numbers_are_found(x in (1u64..2000).prop_map(|x| 2 * x + 1), k in 2usize..150) {
            prop_assert!(modulus(&number(&[x]).power(k)).is_perfect_power());
        }

        /// n = a² − b² = (a − b)(a + b).
        #[test]
        fn fermat_finds_all_factors_within_its_bound(
            a in prop::collection::vec(any::<u64>(), 4),
            share in 1u64..=1000,
        ) {
            let mut a = a;
            a[3] |= 1 << 63;
            let a = number(&a);
            // |p − q| = 2·b < 2^6 · √a: b = 2^5 · √a · share / 1001, rounded down.
            let root = a.square_root();
            let b = divide(&root.product(&root).product(&number(&[1024 * share * share])), 1001 * 1001).square_root();
            let n = a.product(&a).difference(&b.product(&b));
            prop_assert!(modulus(&n).has_close_factors());
        }

        #[test]
        fn fermat_does_not_report_factors_that_are_far_apart(
            p in prop::collection::vec(any::<u64>(), 8),
            q in prop::collection::vec(any::<u64>(), 8),
        ) {
            let [p, q] = [p, q].map(|mut limbs| {
                limbs[0] |= 1;
                limbs[7] |= 3 << 62;
                number(&limbs)
            });
            prop_assert!(!modulus(&p.product(&q)).has_close_factors());
        }

        #[test]
        fn roca_detects_keys_of_the_flawed_library(a in any::<u64>(), b in any::<u64>(), k in odd(4), l in odd(4)) {
            let n = roca_prime_candidate(a, &k).product(&roca_prime_candidate(b, &l));
            prop_assert!(modulus(&n).is_roca());
            // One different residue is enough for the modulus to pass.
            prop_assert!(!modulus(&n.plus_word(2 * 3 * 5 * 7)).is_roca());
        }

        #[test]
        fn probable_primes_are_those_of_crypto_primes(n in odd(3)) {
            prop_assert_eq!(modulus(&n).is_probable_prime(), is_prime(Flavor::Any, &n.to_boxed()));
        }
    }

    /// All residues modulo one prime, with 1 modulo the others.
    #[test]
    fn roca_requires_a_power_of_65537_modulo_each_prime() {
        for (prime, order) in ROCA {
            let others = ROCA.iter().filter(|(other, _)| *other != prime).map(|(other, _)| u64::from(*other));
            let (low, high) =
                others.fold(
                    (1u64, 1u64),
                    |(low, high), other| {
                        if low < u64::MAX >> 8 { (low * other, high) } else { (low, high * other) }
                    },
                );
            let others = PublicUint::from_limbs(vec![low]).product(&PublicUint::from_limbs(vec![high]));
            let powers: Vec<u32> = (0..order).map(|exponent| power_mod(65537 % prime, exponent, prime)).collect();
            for factor in 0..u64::from(prime) {
                let n = PublicUint::from_limbs(vec![1]).plus_product(&others, factor);
                let expected = powers.contains(&n.residue(prime));
                assert_eq!(modulus(&n).is_roca(), expected, "{factor} modulo {prime}");
            }
        }
    }

    fn divide(number: &PublicUint, divisor: u64) -> PublicUint {
        let mut rest = 0u128;
        let mut quotient = number.limbs().to_vec();
        for limb in quotient.iter_mut().rev() {
            let wide = rest << 64 | u128::from(*limb);
            *limb = (wide / u128::from(divisor)) as u64;
            rest = wide % u128::from(divisor);
        }
        PublicUint::from_limbs(quotient)
    }

    /// `k · M + (65537^a mod M)`, with M the product of the primes up to 167: a prime candidate of the flawed library.
    fn roca_prime_candidate(a: u64, k: &PublicUint) -> PublicUint {
        let odd_primes = odd_primes_below(168).iter();
        let m = odd_primes.fold(number(&[2]), |m, &prime| m.product(&number(&[prime.into()])));
        // One limb more than the number has.
        let wide = |limbs: &[u64]| {
            let bytes: Vec<u8> = [limbs, &[0]].concat().iter().rev().flat_map(|limb| limb.to_be_bytes()).collect();
            BoxedUint::from_be_slice_vartime(&bytes)
        };
        let divisor = wide(m.limbs()).to_nz().unwrap();
        let mut one = vec![0; m.limbs().len()];
        one[0] = 1;
        let mut power = wide(&one);
        for bit in (0..64).rev() {
            power = power.concatenating_square().rem_vartime(&divisor);
            if a >> bit & 1 == 1 {
                power = power.concatenating_mul(&BoxedUint::from(65537u64)).rem_vartime(&divisor);
            }
        }
        k.product(&m).plus_product(&PublicUint::from_be(&power.to_be_bytes()), 1)
    }

    #[test]
    fn mersenne_primes_are_found_at_key_size() {
        // 2^2203 − 1 is prime. Its square has the same order of 2 modulo its factors, but is not a probable prime.
        let mut limbs = vec![u64::MAX; 2203 / 64 + 1];
        limbs[2203 / 64] >>= 64 - 2203 % 64;
        let n = number(&limbs);
        assert!(modulus(&n).is_probable_prime());
        assert!(!modulus(&n.product(&n)).is_probable_prime());
    }
}
