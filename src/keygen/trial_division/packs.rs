//! Primes in packs, as many as fit 52 bits: the second tier of the IFMA kernel, which multiplies 52 by 52 bits.
//!
//! Sixteen packs lie side by side. A sum of products is kept in two words, low + 2^52·high, and reduced to
//!
//! ```text
//! t     =  ⌈low/2^52⌉ + high + ⌊q·M/2^52⌋      q = low·(-1/M) mod 2^52
//! word  =  ⌈t/2^52⌉ + ⌊r·M/2^52⌋               r = t·(-1/M) mod 2^52
//! ```
//!
//! which is (low + 2^52·high)·2^-104 modulo M. In a Montgomery reduction the lower half of q·M makes the sum the next
//! multiple of 2^52; it is not computed, because rounding up has the same effect.
//!
//! The lower and the upper half of a candidate's 2n digits use the same n weights: the tables of all primes exceed the
//! first cache, and loading them would take longer than the products. The sum of the upper half includes the word of the
//! lower half, times 2^(104 - 52n) = W\[n-2\].

use alloc::vec::Vec;

use subtle::Choice;
use zeroize::Zeroizing;

use super::super::declassify::reveal;
use super::super::small_primes::packed;
use super::super::uint::SecretUint;
use super::super::word::inverse_mod_2_64;

/// Packs that are tested at once.
pub(crate) const WIDTH: usize = 16;
/// Bits of a digit.
pub(crate) const DIGIT: u32 = 52;
/// 2^52 - 1
pub(crate) const MASK: u64 = (1 << DIGIT) - 1;
/// The largest candidates: those of the largest keys.
pub(crate) const MAX_BITS: u32 = 8192;
/// The largest product of a pack, so that `word` is below 2^52.
pub(crate) const MODULUS: u64 = (1 << DIGIT) - (1 << 8);

/// D, the number of digits of the largest candidates. Half of them and a word make up a sum.
const MAX_DIGITS: u64 = MAX_BITS.div_ceil(DIGIT) as u64;
/// Digits, weights of at most M, and words are below 2^52, so `low` and `high` are below D·2^52 each. Then t is below
/// (D + 2)·2^52, which is below 2^64 when it is rounded up, and `word` is at most D + 2 + M.
const _: () = assert!(MAX_DIGITS + 3 < 1 << (64 - DIGIT) && MAX_DIGITS + 2 + MODULUS <= MASK);

/// One word of each pack.
#[derive(Clone, Copy)]
#[repr(align(64))]
pub(crate) struct Row(pub(crate) [u64; WIDTH]);

/// Sixteen packs: element i of each row belongs to pack i.
pub(crate) struct Wide {
    /// M
    pub(crate) modulus: Row,
    /// -M^-1 mod 2^52
    pub(crate) negative_inverse: Row,
    /// The number of primes of the largest pack.
    members: usize,
}

/// A prime r of each pack as a test of words: r^-1 mod 2^52, and the largest quotient, (2^52 - 1)/r.
pub(crate) struct Factor {
    pub(crate) inverse: Row,
    pub(crate) limit: Row,
}

/// The tables for candidates of one size.
pub(crate) struct Packs {
    wides: Vec<Wide>,
    /// W of each [`Wide`], in the order of the digits of half a candidate, one after another.
    weights: Vec<Row>,
    /// The primes of each [`Wide`], as many as it has members, one after another.
    factors: Vec<Factor>,
    /// The number of weights of a [`Wide`]: n, at least 2.
    half: usize,
    /// The candidate in 2n digits of 52 bits.
    digits: Zeroizing<Vec<u64>>,
}

impl Packs {
    /// The tables for candidates of `bits` bits with these primes, or none if the candidates are too long.
    pub(crate) fn new(bits: u32, primes: &[u16]) -> Option<Self> {
        let packs: Vec<&[u16]> = packed(primes, MODULUS).map(|(_, members)| members).collect();
        Self::of(bits, &packs)
    }

    /// The tables with these packs in their places. The product of a pack is at most [`MODULUS`].
    pub(crate) fn of(bits: u32, packs: &[&[u16]]) -> Option<Self> {
        if bits > MAX_BITS {
            return None;
        }
        let half = bits.div_ceil(2 * DIGIT).max(2) as usize;
        let mut tables = Self {
            wides: Vec::with_capacity(packs.len().div_ceil(WIDTH)),
            weights: Vec::with_capacity(packs.len().div_ceil(WIDTH) * half),
            factors: Vec::new(),
            half,
            digits: Zeroizing::new(alloc::vec![0; 2 * half]),
        };
        for packs in packs.chunks(WIDTH) {
            tables.push(packs);
        }
        Some(tables)
    }

    /// Appends up to sixteen packs. Unused places repeat the last one.
    fn push(&mut self, packs: &[&[u16]]) {
        let packs: [&[u16]; WIDTH] =
            core::array::from_fn(|place| packs.get(place).or(packs.last()).copied().unwrap_or(&[]));
        let modulus = packs.map(|pack| pack.iter().map(|&prime| u64::from(prime)).product());
        let negative_inverse = modulus.map(|modulus: u64| inverse_mod_2_64(modulus).wrapping_neg() & MASK);
        let members = packs.iter().map(|pack| pack.len()).max().unwrap_or(0);
        self.wides.push(Wide { modulus: Row(modulus), negative_inverse: Row(negative_inverse), members });

        // A smaller pack repeats its last prime.
        self.factors.extend((0..members).map(|index| {
            let primes = packs.map(|pack| pack.get(index).or(pack.last()).map_or(1, |&prime| u64::from(prime)));
            Factor {
                inverse: Row(primes.map(|prime| inverse_mod_2_64(prime) & MASK)),
                limit: Row(primes.map(|prime| MASK / prime)),
            }
        }));

        let start = self.weights.len();
        self.weights.resize(start + self.half, Row([1; WIDTH]));
        let mut row = Row([1; WIDTH]);
        for place in self.weights.iter_mut().skip(start).rev() {
            *place = row;
            for ((weight, &inverse), &modulus) in row.0.iter_mut().zip(&negative_inverse).zip(&modulus) {
                // W·2^-52: one Montgomery reduction. At most M, since (M + (2^52 - 1)·M)/2^52 is.
                let digit = weight.wrapping_mul(inverse) & MASK;
                *weight = ((u128::from(*weight) + u128::from(digit) * u128::from(modulus)) >> DIGIT) as u64;
            }
        }
    }

    /// Whether no prime of the tables divides the candidate. `divides` is [`divides`], or something faster with the same
    /// results.
    #[inline(always)]
    pub(crate) fn pass(
        &mut self,
        candidate: &SecretUint,
        divides: impl Fn(&Wide, &[Factor], &[u64], &[Row]) -> bool,
    ) -> bool {
        for (index, digit) in self.digits.iter_mut().enumerate() {
            *digit = candidate.bits_at(index * DIGIT as usize) & MASK;
        }
        let (mut weights, mut factors) = (&self.weights[..], &self.factors[..]);
        // A loop, because `divides` is inlined into this function but not into a closure of it.
        for wide in &self.wides {
            // Each has its own: the first of those that are left.
            let (own_weights, other_weights) = weights.split_at(self.half.min(weights.len()));
            let (own_factors, other_factors) = factors.split_at(wide.members.min(factors.len()));
            (weights, factors) = (other_weights, other_factors);
            if reveal(Choice::from(u8::from(divides(wide, own_factors, &self.digits, own_weights)))) {
                return false;
            }
        }
        true
    }
}

/// Whether a prime of these packs divides the number with these digits, twice as many as there are weights.
pub(crate) fn divides(wide: &Wide, factors: &[Factor], digits: &[u64], weights: &[Row]) -> bool {
    let high_half = |a: u64, b: u64| ((u128::from(a) * u128::from(b)) >> DIGIT) as u64;
    let (lower, upper) = digits.split_at(weights.len().min(digits.len()));
    let mut any = false;
    for lane in 0..WIDTH {
        let of = |row: &Row| row.0.get(lane).copied().unwrap_or(0);
        let (modulus, negative_inverse) = (of(&wide.modulus), of(&wide.negative_inverse));
        let upper_half = |sum: u64| {
            let quotient = sum.wrapping_mul(negative_inverse) & MASK;
            ((sum + MASK) >> DIGIT) + high_half(quotient, modulus)
        };
        let mut word = 0;
        for half in [lower, upper] {
            let products = half.iter().zip(weights).chain(core::iter::once((&word, joint(weights))));
            let (mut low, mut high) = (0, 0);
            for (&factor, weights) in products {
                low += factor.wrapping_mul(of(weights)) & MASK;
                high += high_half(factor, of(weights));
            }
            word = upper_half(upper_half(low) + high);
        }
        for factor in factors {
            any |= word.wrapping_mul(of(&factor.inverse)) & MASK <= of(&factor.limit);
        }
    }
    any
}

/// The weight of the word of the lower half: W\[n-2\].
pub(crate) fn joint(weights: &[Row]) -> &Row {
    weights.get(1).unwrap_or(&Row([0; WIDTH]))
}

#[cfg(test)]
mod tests {
    use super::super::super::small_primes::odd_primes_below;
    use super::*;

    /// Every prime is in one pack, and sixteen packs have as many rows of factors as the largest of them has primes.
    #[test]
    fn packs_hold_every_prime_once() {
        for bound in [0, 54, 60, 1 << 14, 1 << 16] {
            let primes = odd_primes_below(bound);
            let tables = Packs::new(1024, primes).unwrap();
            let mut members = Vec::new();
            let mut factors = tables.factors.iter();
            for wide in &tables.wides {
                let inverses: Vec<_> = factors.by_ref().take(wide.members).map(|factor| factor.inverse.0).collect();
                for (lane, &modulus) in wide.modulus.0.iter().enumerate() {
                    let mut pack: Vec<u16> = inverses.iter().map(|row| inverse_mod_2_64(row[lane]) as u16).collect();
                    pack.dedup();
                    assert_eq!(pack.iter().map(|&prime| u64::from(prime)).product::<u64>(), modulus);
                    assert!(modulus <= MODULUS);
                    // Unused places repeat the last pack.
                    if !members.ends_with(&pack) {
                        members.extend(pack);
                    }
                }
            }
            assert!(factors.next().is_none());
            assert_eq!(members, primes, "{bound}");
        }
    }

    #[test]
    fn longer_candidates_have_no_packs() {
        assert!(Packs::new(MAX_BITS, &[3]).is_some());
        assert!(Packs::new(MAX_BITS + 1, &[3]).is_none());
    }
}
