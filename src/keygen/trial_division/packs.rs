//! Primes in packs, as many as fit 52 bits: the second tier of the IFMA kernel, which multiplies 52 by 52 bits.
//!
//! Sixteen packs lie side by side. The halves of the products of a dot product are summed separately:
//!
//! ```text
//! Σ x[D-1-j]·W[j]  =  low + 2^52·high
//! t     =  ⌈low/2^52⌉ + high + ⌊q·M/2^52⌋      q = low·(-1/M) mod 2^52
//! word  =  ⌈t/2^52⌉ + ⌊r·M/2^52⌋               r = t·(-1/M) mod 2^52
//! ```
//!
//! In a Montgomery reduction the lower half of q·M makes the sum the next multiple of 2^52; it is not computed, because
//! rounding up has the same effect.

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

/// The number of digits of the largest candidates.
const MAX_DIGITS: u64 = MAX_BITS.div_ceil(DIGIT) as u64;
/// Digits, and weights of at most M, are below 2^52, so `low` and `high` are below D·2^52 each. Then t is below
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
    /// W of each [`Wide`], in the order of the candidate's digits, one after another.
    weights: Vec<Row>,
    /// The primes of each [`Wide`], as many as it has members, one after another.
    factors: Vec<Factor>,
    /// The candidate in 52-bit digits.
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
        let digits = bits.div_ceil(DIGIT) as usize;
        let mut tables = Self {
            wides: Vec::with_capacity(packs.len().div_ceil(WIDTH)),
            weights: Vec::with_capacity(packs.len().div_ceil(WIDTH) * digits),
            factors: Vec::new(),
            digits: Zeroizing::new(alloc::vec![0; digits]),
        };
        for packs in packs.chunks(WIDTH) {
            tables.push(packs);
        }
        Some(tables)
    }

    /// Appends up to sixteen packs. Unused places divide by 3.
    fn push(&mut self, packs: &[&[u16]]) {
        let packs: [&[u16]; WIDTH] = core::array::from_fn(|place| packs.get(place).copied().unwrap_or(&[3]));
        let modulus = packs.map(|pack| pack.iter().map(|&prime| u64::from(prime)).product());
        let negative_inverse = modulus.map(|modulus: u64| inverse_mod_2_64(modulus).wrapping_neg() & MASK);
        let members = packs.iter().map(|pack| pack.len()).max().unwrap_or(0);
        self.wides.push(Wide { modulus: Row(modulus), negative_inverse: Row(negative_inverse), members });

        // A smaller pack repeats its last prime.
        self.factors.extend((0..members).map(|index| {
            let primes = packs.map(|pack| pack.get(index).or(pack.last()).map_or(3, |&prime| u64::from(prime)));
            Factor {
                inverse: Row(primes.map(|prime| inverse_mod_2_64(prime) & MASK)),
                limit: Row(primes.map(|prime| MASK / prime)),
            }
        }));

        let start = self.weights.len();
        self.weights.resize(start + self.digits.len(), Row([1; WIDTH]));
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
            let (own_weights, other_weights) = weights.split_at(self.digits.len().min(weights.len()));
            let (own_factors, other_factors) = factors.split_at(wide.members.min(factors.len()));
            (weights, factors) = (other_weights, other_factors);
            if reveal(Choice::from(u8::from(divides(wide, own_factors, &self.digits, own_weights)))) {
                return false;
            }
        }
        true
    }
}

/// Whether a prime of these packs divides the number with these digits.
pub(crate) fn divides(wide: &Wide, factors: &[Factor], digits: &[u64], weights: &[Row]) -> bool {
    let high_half = |a: u64, b: u64| ((u128::from(a) * u128::from(b)) >> DIGIT) as u64;
    let mut any = false;
    for lane in 0..WIDTH {
        let of = |row: &Row| row.0.get(lane).copied().unwrap_or(0);
        let (mut low, mut high) = (0, 0);
        for (&digit, weights) in digits.iter().zip(weights) {
            low += digit.wrapping_mul(of(weights)) & MASK;
            high += high_half(digit, of(weights));
        }
        let (modulus, negative_inverse) = (of(&wide.modulus), of(&wide.negative_inverse));
        let upper_half = |sum: u64| {
            let quotient = sum.wrapping_mul(negative_inverse) & MASK;
            ((sum + MASK) >> DIGIT) + high_half(quotient, modulus)
        };
        let word = upper_half(upper_half(low) + high);
        for factor in factors {
            any |= word.wrapping_mul(of(&factor.inverse)) & MASK <= of(&factor.limit);
        }
    }
    any
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
                    // Unused places.
                    members.extend(pack.into_iter().filter(|prime| *prime != 3 || modulus != 3));
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
