//! Large primes in pairs, in plain integers of 64 bits: the second tier of the portable and the AVX2 kernel.
//!
//! Sixteen groups of two primes each lie side by side in arrays that compilers vectorize. A group has a 30-bit M, and the
//! candidate 28-bit digits.

use alloc::vec::Vec;

use subtle::Choice;
use zeroize::Zeroizing;

use super::super::declassify::reveal;
use super::super::small_primes::odd_primes_below;
use super::super::uint::SecretUint;
use super::super::word::inverse_mod_2_64;

/// Two primes below this have a product below 2^30.
const PAIRED: u32 = 1 << 15;

/// Groups side by side that are tested at once.
pub(crate) const WIDTH: usize = 16;
/// Bits of a digit.
const DIGIT: usize = 28;
/// Digits between two reductions: 47·2^28·2^30 + 2^62 < 2^64.
pub(crate) const BLOCK: usize = 47;
/// A weight is at most M + 4, where M < 2^30, and a reduction adds less than 2^32·M.
const _: () = assert!((BLOCK as u128) * ((1 << DIGIT) - 1) * ((1 << 30) + 3) + (1 << 62) < 1 << 64);

/// Sixteen groups side by side: element i of each array belongs to group i.
pub(crate) struct Wide {
    /// M, below 2^30.
    pub(crate) modulus: [u32; WIDTH],
    /// -M^-1 mod 2^32
    pub(crate) negative_inverse: [u32; WIDTH],
    /// Two factors r of each modulus (the same one twice if the modulus is prime): r^-1 mod 2^32, and (2^32 - 1)/r.
    pub(crate) inverses: [[u32; WIDTH]; 2],
    pub(crate) limits: [[u32; WIDTH]; 2],
}

/// The tables for candidates of one size.
pub(crate) struct Pairs {
    wides: Vec<Wide>,
    /// W of each [`Wide`], in the order of the candidate's digits, one after another.
    weights: Vec<[u32; WIDTH]>,
    /// The candidate in 28-bit digits.
    digits: Zeroizing<Vec<u32>>,
}

impl Pairs {
    /// The tables for candidates of `bits` bits with these pairs of primes. The product of a pair is below 2^30; a
    /// single prime is a pair with itself.
    pub(crate) fn new(bits: u32, pairs: &[[u16; 2]]) -> Self {
        let digits = (bits as usize).div_ceil(DIGIT);
        let wides: Vec<Wide> = pairs.chunks(WIDTH).map(Wide::new).collect();
        let mut weights = Vec::with_capacity(wides.len() * digits);
        for wide in &wides {
            wide.push_weights(digits, &mut weights);
        }
        Self { wides, weights, digits: Zeroizing::new(alloc::vec![0; digits]) }
    }

    /// Whether no prime of the tables divides the candidate. `divides` is [`divides`], or something faster with the same
    /// results.
    #[inline(always)]
    pub(crate) fn pass(
        &mut self,
        candidate: &SecretUint,
        divides: impl Fn(&Wide, &[u32], &[[u32; WIDTH]]) -> bool,
    ) -> bool {
        for (index, digit) in self.digits.iter_mut().enumerate() {
            *digit = (candidate.bits_at(index * DIGIT) as u32) & ((1 << DIGIT) - 1);
        }
        let mut weights = &self.weights[..];
        // A loop, because `divides` is inlined into this function but not into a closure of it.
        for wide in &self.wides {
            let (own, others) = weights.split_at(self.digits.len().min(weights.len()));
            weights = others;
            if reveal(Choice::from(u8::from(divides(wide, &self.digits, own)))) {
                return false;
            }
        }
        true
    }
}

/// The primes from `first` on and below `bound`, in pairs while the product of two is below 2^30, then each one twice.
pub(crate) fn pairs(first: u32, bound: u32) -> Vec<[u16; 2]> {
    let primes = |from: u32, to: u32| {
        let below = odd_primes_below(bound.min(to));
        below.split_at_checked(odd_primes_below(from).len()).map_or(&[][..], |(_, rest)| rest)
    };
    let pairs = primes(first, PAIRED).chunks(2).filter_map(|pair| Some([*pair.first()?, *pair.last()?]));
    let singles = primes(PAIRED, u32::MAX).iter().map(|&prime| [prime; 2]);
    pairs.chain(singles).collect()
}

impl Wide {
    /// The table of up to sixteen pairs of primes. Unused places repeat the last one.
    fn new(pairs: &[[u16; 2]]) -> Self {
        let pairs: [[u32; 2]; WIDTH] =
            core::array::from_fn(|group| pairs.get(group).or(pairs.last()).map_or([1; 2], |p| p.map(u32::from)));
        let modulus = pairs.map(|[first, second]| if first == second { first } else { first * second });
        let inverse = |x: u32| inverse_mod_2_64(x.into()) as u32;
        let factors = [pairs.map(|[first, _]| first), pairs.map(|[_, second]| second)];
        Self {
            modulus,
            negative_inverse: modulus.map(|modulus| inverse(modulus).wrapping_neg()),
            inverses: factors.map(|factors| factors.map(inverse)),
            limits: factors.map(|factors| factors.map(|factor| u32::MAX / factor)),
        }
    }

    /// Appends W of these groups to `weights`. Each is at most M + 4, since (W + 2^28·M)/2^28 is.
    fn push_weights(&self, digits: usize, weights: &mut Vec<[u32; WIDTH]>) {
        let start = weights.len();
        weights.resize(start + digits, [1; WIDTH]);
        let mut row = [1u32; WIDTH];
        for place in weights.iter_mut().skip(start).rev() {
            *place = row;
            for ((weight, &inverse), &modulus) in row.iter_mut().zip(&self.negative_inverse).zip(&self.modulus) {
                let digit = weight.wrapping_mul(inverse) & ((1 << DIGIT) - 1);
                *weight = ((u64::from(*weight) + u64::from(digit) * u64::from(modulus)) >> DIGIT) as u32;
            }
        }
    }
}

/// Whether a prime of these groups divides the number with these digits.
pub(crate) fn divides(wide: &Wide, digits: &[u32], weights: &[[u32; WIDTH]]) -> bool {
    let mut words = [0u64; WIDTH];
    for (digits, weights) in digits.chunks(BLOCK).zip(weights.chunks(BLOCK)) {
        let mut sums = [0u64; WIDTH];
        for (&digit, row) in digits.iter().zip(weights) {
            for (sum, &weight) in sums.iter_mut().zip(row) {
                *sum += u64::from(digit) * u64::from(weight);
            }
        }
        reduce(wide, &mut sums);
        for (word, sum) in words.iter_mut().zip(sums) {
            *word += sum;
        }
    }
    // A sum of a few words of 32 bits: at most M after this.
    reduce(wide, &mut words);
    let mut any = false;
    for (inverses, limits) in wide.inverses.iter().zip(&wide.limits) {
        for ((&word, &inverse), &limit) in words.iter().zip(inverses).zip(limits) {
            any |= (word as u32).wrapping_mul(inverse) <= limit;
        }
    }
    any
}

/// A Montgomery reduction by 32 bits in every lane.
fn reduce(wide: &Wide, words: &mut [u64; WIDTH]) {
    for ((word, &modulus), &negative_inverse) in words.iter_mut().zip(&wide.modulus).zip(&wide.negative_inverse) {
        let digit = (*word as u32).wrapping_mul(negative_inverse);
        *word = (*word + u64::from(digit) * u64::from(modulus)) >> 32;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every prime from the first on occurs once, the last one of the pairs possibly twice; no product needs more than 30
    /// bits.
    #[test]
    fn primes_are_paired_up_to_30_bits() {
        for bound in [0, 512, 521, 522, 600, 1 << 15, 1 << 16] {
            let pairs = pairs(512, bound);
            let mut members = pairs.concat();
            members.dedup();
            let expected: Vec<u16> = odd_primes_below(bound).iter().copied().filter(|&prime| prime >= 512).collect();
            assert_eq!(members, expected, "{bound}");
            assert!(pairs.iter().all(|[a, b]| a == b || u32::from(*a) * u32::from(*b) < 1 << 30));
        }
        assert_eq!(pairs(512, 524), [[521, 523]]);
    }
}
