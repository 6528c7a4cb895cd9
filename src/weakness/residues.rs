//! Residues of a public number modulo small primes, and its smallest prime factor.

use core::array;

use crate::keygen::small_primes::{odd_primes_below, packed};
use crate::keygen::word::inverse_mod_2_64;
use crate::weakness::uint::{PublicUint, bits_of};

/// The largest prime that [`smallest_factor`] tries: the first one that is not in the table.
pub(super) const LARGEST: u32 = (1 << 16) + 1;

/// The residues modulo the odd primes below this are kept.
const KEPT: usize = 512;

/// Five consecutive primes up to here have a product below 2^64, and four of the table always have one.
const FIVE_IN_A_WORD: u32 = 7132;

/// Products of small primes that share a pass over the number. One division waits for the one before it; eight chains of
/// them keep the multiplier busy.
const CHAINS: usize = 8;

/// The residues of a number modulo the odd primes below [`KEPT`].
pub(super) struct Residues {
    /// For each odd prime, at half of it rounded down, the residue of the number times −2^−`scale`; elsewhere 0.
    scaled: [u16; KEPT / 2],
    scale: usize,
}

impl Residues {
    pub(super) fn new(number: &PublicUint) -> Self {
        let mut scaled = [0; KEPT / 2];
        for_each_group(odd_primes_below(KEPT as u32), number, |residue, primes| {
            for &prime in primes {
                if let Some(place) = scaled.get_mut(usize::from(prime / 2)) {
                    *place = (residue % u64::from(prime)) as u16; // below the prime
                }
            }
            None::<()>
        });
        Self { scaled, scale: 64 * number.limbs().len() }
    }

    /// Returns the residue modulo an odd prime below [`KEPT`]; 0 for other odd numbers.
    pub(super) fn modulo(&self, prime: u32) -> u32 {
        let scaled = self.scaled.get(prime as usize / 2).map_or(0, |&residue| u32::from(residue));
        // Fermat's little theorem shortens the exponent.
        (prime - scaled) * power_mod(2, self.scale % (prime as usize - 1), prime) % prime
    }

    /// Returns whether the number may be a k-th power, for k > 1: whether it is one modulo the primes which are 1 modulo
    /// k and 2·k. Of other numbers, a share of 1 / k passes for each of these primes.
    pub(super) fn may_be_power(&self, k: usize) -> bool {
        // Euler's criterion.
        (1..).map(|factor| (factor * 2, 2 * factor * k + 1)).take_while(|&(_, prime)| prime < KEPT).all(
            |(exponent, prime)| {
                let residue = self.modulo(prime as u32);
                residue == 0 || power_mod(residue, exponent, prime as u32) == 1
            },
        )
    }
}

/// Returns the smallest prime up to 65537 that divides a number.
///
/// False positives: none. A damaged modulus is effectively a random odd number, and 1 − 2·e^−γ / ln 65537 = 90 % of those
/// have such a factor (Mertens).
pub(super) fn smallest_factor(number: &PublicUint) -> Option<u32> {
    if !number.is_odd() {
        return Some(2);
    }
    // As many primes as one limb holds are one divisor: most often four.
    let primes = odd_primes_below(LARGEST);
    let (_, large) = primes.split_at(odd_primes_below(FIVE_IN_A_WORD).len());
    let blocks = large.as_rchunks::<4>().1.as_rchunks::<CHAINS>().1;
    let (small, _) = primes.split_at(primes.len() - 4 * CHAINS * blocks.len());
    for_each_group(small, number, |residue, primes| {
        primes.iter().copied().find(|&prime| residue.is_multiple_of(u64::from(prime)))
    })
    .or_else(|| blocks.iter().find_map(|block| factor_in(block, number)))
    .map(u32::from)
    .or_else(|| (number.residue(LARGEST) == 0).then_some(LARGEST))
}

/// Calls a function with [`PublicUint::scaled_residues`] and the primes of each group with a product below 2^64, until it
/// returns something.
fn for_each_group<T>(
    primes: &[u16],
    number: &PublicUint,
    mut function: impl FnMut(u64, &[u16]) -> Option<T>,
) -> Option<T> {
    let mut groups = packed(primes, u64::MAX).peekable();
    while groups.peek().is_some() {
        let chains: [_; CHAINS] = array::from_fn(|_| groups.next().unwrap_or((1, &[])));
        let divisors = chains.map(|(product, _)| product);
        let residues = number.scaled_residues(&divisors, &divisors.map(inverse_mod_2_64));
        let found = residues.into_iter().zip(chains).find_map(|(residue, (_, primes))| function(residue, primes));
        if found.is_some() {
            return found;
        }
    }
    None
}

/// Returns the first of some primes that divides a number.
///
/// A residue is a multiple of a prime if its quotient by the prime modulo 2^64, times the prime, does not overflow. That
/// avoids divisions, which take 20 to 90 cycles on processors before 2019. The inverse of each prime is that of the product
/// of four primes, times the other three.
fn factor_in(block: &[[u16; 4]; CHAINS], number: &PublicUint) -> Option<u16> {
    let products = block.map(|group| group.map(u64::from).iter().product());
    let inverses = products.map(inverse_mod_2_64);
    let residues = number.scaled_residues(&products, &inverses);
    let mut rows = residues.into_iter().zip(inverses).zip(block);
    rows.find_map(|((residue, inverse), group)| {
        let [a, b, c, d] = group.map(u64::from);
        let quotient = residue.wrapping_mul(inverse);
        let (first, second) = (quotient.wrapping_mul(c * d), quotient.wrapping_mul(a * b));
        let quotients = [first.wrapping_mul(b), first.wrapping_mul(a), second.wrapping_mul(d), second.wrapping_mul(c)];
        let divides = |(quotient, prime): &(u64, u16)| quotient.checked_mul(u64::from(*prime)).is_some();
        quotients.into_iter().zip(*group).find(divides).map(|(_, prime)| prime)
    })
}

/// Returns `base^exponent mod modulus`, for a modulus below 2^16.
pub(super) fn power_mod(base: u32, exponent: usize, modulus: u32) -> u32 {
    bits_of(exponent).fold(1, |power, bit| {
        let square = power * power % modulus;
        if bit { square * base % modulus } else { square }
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn number() -> impl Strategy<Value = PublicUint> {
        let limb = prop_oneof![any::<u64>(), Just(u64::MAX), Just(0)];
        prop::collection::vec(limb, 0..40).prop_map(PublicUint::from_limbs)
    }

    proptest! {
        #[test]
        fn residues_match_divisions(number in number()) {
            let residues = Residues::new(&number);
            for &prime in odd_primes_below(KEPT as u32) {
                prop_assert_eq!(residues.modulo(prime.into()), number.residue(prime.into()), "{}", prime);
            }
        }

        #[test]
        fn powers_pass_and_random_numbers_do_not(
            number in number(),
            random in any::<[u64; 8]>(),
            k in prop::sample::select(&[2, 3, 5, 7, 11, 13, 113][..]),
        ) {
            prop_assert!(Residues::new(&number.power(k)).may_be_power(k));
            // Modulo 6 primes at least.
            prop_assume!(k <= 13);
            prop_assert!(!Residues::new(&PublicUint::from_limbs(random.to_vec())).may_be_power(k));
        }

        #[test]
        fn the_smallest_factor_matches_divisions(number in number(), primes in prop::collection::vec(0..6541usize, 0..3)) {
            let primes = primes.iter().map(|&index| u64::from(odd_primes_below(LARGEST)[index]));
            let number = primes.fold(number.plus_word(1), |n, prime| n.product(&PublicUint::from_limbs(alloc::vec![prime])));
            let table = odd_primes_below(LARGEST).iter().map(|&prime| u32::from(prime));
            let expected = [2].into_iter().chain(table).chain([LARGEST]).find(|&prime| number.residue(prime) == 0);
            prop_assert_eq!(smallest_factor(&number), expected);
        }
    }

    #[test]
    fn powers_modulo_small_numbers_match_repeated_products() {
        for (base, modulus) in [(2, 3), (510, 511), (7, 65_535), (65_534, 65_535)] {
            let mut expected = 1;
            for exponent in 0..600 {
                assert_eq!(power_mod(base, exponent, modulus), expected);
                expected = expected * base % modulus;
            }
        }
    }
}
