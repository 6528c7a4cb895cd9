//! The greatest common divisor and the modular inverse, by a fixed number of division steps.
//!
//! Bernstein and Yang, "Fast constant-time gcd computation and modular inversion" (IACR ePrint 2019/266). A division step
//! looks at the lowest bits of f and g and at a counter δ alone:
//!
//! ```text
//! δ > 0 and g odd:  (δ, f, g) → (1 - δ, g, (g - f)/2)
//! otherwise:        (δ, f, g) → (1 + δ, f, (g + (g mod 2)·f)/2)
//! ```
//!
//! So 62 steps at a time are computed in single words, together with the matrix of what they do to f and g, which is
//! then applied to the whole numbers. No branch and no address depends on a number. Gcd and inverse of 1024-bit numbers
//! take about 10 and 20 µs. The implementation of crypto-bigint leaves copies of both operands in freed memory.
//!
//! Numbers have signed limbs of 62 bits: Σ x[i]·2^(62i) with 0 ≤ x[i] < 2^62, except the highest, which has the sign.

use alloc::vec::Vec;

use zeroize::Zeroizing;

use super::uint::SecretUint;
use super::word::{inverse_mod_2_64, mask};

/// Bits of a limb, and steps of a batch.
const BITS: u32 = 62;
/// 2^62 - 1
const LIMB: u64 = (1 << BITS) - 1;

/// Returns the greatest common divisor of `a` and an odd `b` of the same length.
pub(crate) fn gcd(a: &SecretUint, b: &SecretUint) -> SecretUint {
    let mut pair = Pair::new(a, b);
    for _ in 0..pair.batches() {
        pair.advance();
    }
    pair.f.negate(pair.f.sign());
    pair.f.unsigned(b.length())
}

/// Returns `a^-1 mod m` for an odd `m` of the same length. If there is no inverse, the result is some number below `m`.
pub(crate) fn inverse(a: &SecretUint, m: &SecretUint) -> SecretUint {
    let mut pair = Pair::new(a, m);
    let modulus = Signed::new(m);
    let negative_inverse = inverse_mod_2_64(m.low_word()).wrapping_neg();
    // Invariant: f = d·a and g = e·a modulo m, and -2m < d, e < m. At the end f is 1 or -1.
    let (mut d, mut e) =
        (Signed::new(&SecretUint::zero(m.length())), Signed::new(&SecretUint::from_word(1, m.length())));
    for _ in 0..pair.batches() {
        let matrix = pair.advance();
        matrix.apply_modulo(&mut d, &mut e, &modulus, negative_inverse);
    }
    // First |d| < m, then 0 <= d < m.
    d.add_masked(&modulus, d.sign());
    d.negate(pair.f.sign());
    d.add_masked(&modulus, d.sign());
    d.unsigned(m.length())
}

/// f and g, on the way to their greatest common divisor (up to the sign) and to zero.
struct Pair {
    f: Signed,
    g: Signed,
    /// -δ
    zeta: u64,
    /// The length of both in bits.
    bits: usize,
}

impl Pair {
    fn new(a: &SecretUint, b: &SecretUint) -> Self {
        Self { f: Signed::new(b), g: Signed::new(a), zeta: u64::MAX, bits: 64 * b.length() }
    }

    /// A sufficient number of batches. Theorem 11.2 of the paper: for numbers of at most d >= 46 bits, ⌊(49d + 57)/17⌋
    /// steps.
    fn batches(&self) -> usize {
        ((49 * self.bits + 57) / 17).div_ceil(BITS as usize)
    }

    /// Takes the next 62 steps, and returns what they did.
    fn advance(&mut self) -> Matrix {
        let matrix = Matrix::of_steps(&mut self.zeta, self.f.low_word(), self.g.low_word());
        matrix.apply(&mut self.f, &mut self.g, core::iter::repeat([0; 2]));
        matrix
    }
}

/// The effect of a batch: 2^62·f' = u·f + v·g and 2^62·g' = q·f + r·g, with |u| + |v| <= 2^62 and |q| + |r| <= 2^62.
struct Matrix {
    u: i64,
    v: i64,
    q: i64,
    r: i64,
}

impl Matrix {
    /// Computes 62 steps from the lowest 62 bits of f and g.
    fn of_steps(zeta: &mut u64, mut f: u64, mut g: u64) -> Self {
        let (mut u, mut v, mut q, mut r) = (1u64, 0u64, 0u64, 1u64);
        for _ in 0..BITS {
            let negative = mask(*zeta >> 63 == 1);
            let odd = mask(g & 1 == 1);
            // g ± f if g is odd; the difference if δ is positive.
            let signed = |x: u64| (x ^ negative).wrapping_sub(negative) & odd;
            g = g.wrapping_add(signed(f));
            q = q.wrapping_add(signed(u));
            r = r.wrapping_add(signed(v));
            // If both, the sum of f and g - f is the new f.
            let swap = negative & odd;
            f = f.wrapping_add(g & swap);
            u = u.wrapping_add(q & swap);
            v = v.wrapping_add(r & swap);
            // -(1 - δ) = !(-δ), and -(1 + δ) = -δ - 1.
            *zeta = (*zeta ^ swap).wrapping_sub(1 & !swap);
            g >>= 1;
            u <<= 1;
            v <<= 1;
        }
        let [u, v, q, r] = [u, v, q, r].map(u64::cast_signed);
        Self { u, v, q, r }
    }

    /// Replaces x by (u·x + v·y + a)/2^62 and y by (q·x + r·y + b)/2^62, where `added` are the limbs of a and b, and
    /// both divisions are exact.
    #[inline(always)]
    fn apply(&self, x: &mut Signed, y: &mut Signed, added: impl Iterator<Item = [i128; 2]>) {
        let [u, v, q, r] = [self.u, self.v, self.q, self.r].map(i128::from);
        // |u·x + v·y| is at most 2^124, a limb of `added` below 2^125, and what is carried below 2^64.
        let (mut low, mut high) = (0i128, 0i128);
        let mut places: Option<(&mut i64, &mut i64)> = None;
        for ((x, y), [a, b]) in x.0.iter_mut().zip(y.0.iter_mut()).zip(added) {
            let (first, second) = (i128::from(*x), i128::from(*y));
            low += u * first + v * second + a;
            high += q * first + r * second + b;
            // The lowest limb of the sums is zero, and the others move down by one place.
            if let Some((x, y)) = places.replace((x, y)) {
                (*x, *y) = (low as i64 & LIMB.cast_signed(), high as i64 & LIMB.cast_signed());
            }
            low >>= BITS;
            high >>= BITS;
        }
        if let Some((x, y)) = places {
            (*x, *y) = (low as i64, high as i64);
        }
    }

    /// [`apply`](Self::apply) modulo m, for -2m < d, e < m; the results have the same bounds.
    fn apply_modulo(&self, d: &mut Signed, e: &mut Signed, m: &Signed, negative_inverse: u64) {
        // With m added to a negative number, both are between -m and m, and the sums between -2^62·m and 2^62·m.
        let [sign_d, sign_e] = [d.sign(), e.sign()].map(u64::cast_signed);
        let multiple = |first: i64, second: i64| {
            let before = (first & sign_d) + (second & sign_e);
            let low = first
                .wrapping_mul(d.low_word().cast_signed())
                .wrapping_add(second.wrapping_mul(e.low_word().cast_signed()));
            // 0 <= k < 2^62 such that the lowest 62 bits of the sum minus k·m are zero.
            let sum = low.wrapping_add(before.wrapping_mul(m.low_word().cast_signed())).cast_unsigned();
            let k = sum.wrapping_mul(negative_inverse.wrapping_neg()) & LIMB;
            i128::from(before) - i128::from(k)
        };
        let (of_d, of_e) = (multiple(self.u, self.v), multiple(self.q, self.r));
        self.apply(d, e, m.0.iter().map(|&limb| [of_d * i128::from(limb), of_e * i128::from(limb)]));
    }
}

/// A number in signed limbs, lowest first. Cleared on drop.
struct Signed(Zeroizing<Vec<i64>>);

impl Signed {
    /// A number with room for the double of any number of as many limbs, and for a sign.
    fn new(x: &SecretUint) -> Self {
        let limbs = (64 * x.length() + 2).div_ceil(BITS as usize);
        Self(Zeroizing::new((0..limbs).map(|index| (x.bits_at(index * BITS as usize) & LIMB).cast_signed()).collect()))
    }

    /// Returns the lowest limb, and two bits of the next one.
    fn low_word(&self) -> u64 {
        let mut limbs = self.0.iter().map(|limb| limb.cast_unsigned());
        limbs.next().unwrap_or(0) | limbs.next().unwrap_or(0) << BITS
    }

    /// Returns all ones for a negative number, and zero for any other.
    fn sign(&self) -> u64 {
        mask(self.0.last().is_some_and(|limb| *limb < 0))
    }

    /// Changes the sign if `mask` is all ones.
    fn negate(&mut self, mask: u64) {
        let mask = mask.cast_signed();
        self.carry(|limb, _| (limb ^ mask) - mask, &[]);
    }

    /// Computes `self += other & mask`.
    fn add_masked(&mut self, other: &Self, mask: u64) {
        let mask = mask.cast_signed();
        self.carry(|limb, other| limb + (other & mask), &other.0);
    }

    /// Replaces each limb by what `change` makes of it and of the limb of `other`, and carries.
    #[inline(always)]
    fn carry(&mut self, change: impl Fn(i64, i64) -> i64, other: &[i64]) {
        let highest = self.0.len().saturating_sub(1);
        let mut carry = 0;
        let others = other.iter().copied().chain(core::iter::repeat(0));
        for ((index, limb), other) in self.0.iter_mut().enumerate().zip(others) {
            let sum = change(*limb, other) + carry;
            carry = sum >> BITS;
            *limb = if index == highest { sum } else { sum & LIMB.cast_signed() };
        }
    }

    /// Returns a number that is not negative, in limbs of 64 bits.
    fn unsigned(&self, length: usize) -> SecretUint {
        let limb = |index: usize| self.0.get(index).map_or(0, |limb| limb.cast_unsigned());
        let mut number = SecretUint::zero(length);
        for (index, word) in number.limbs_mut().iter_mut().enumerate() {
            let (first, shift) = (index * 64 / BITS as usize, (index * 64) as u32 % BITS);
            // The shift is even, at most 60, so parts of two limbs suffice.
            *word = limb(first) >> shift | limb(first + 1) << (BITS - shift);
        }
        number
    }
}

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;

    use crypto_bigint::{Gcd as _, Odd};
    use proptest::prelude::*;

    use super::*;

    fn number() -> impl Strategy<Value = Vec<u64>> {
        prop::collection::vec(prop_oneof![4 => any::<u64>(), 1 => Just(0), 1 => Just(u64::MAX), 1 => Just(1)], 6)
    }

    fn gcd_of(a: &SecretUint, b: &SecretUint) -> SecretUint {
        SecretUint::from_boxed(&a.to_boxed().gcd(&b.to_boxed()))
    }

    fn is_inverse(a: &SecretUint, m: &SecretUint) -> bool {
        let expected = a.to_boxed().invert_odd_mod(&Odd::new(m.to_boxed()).unwrap()).into_option();
        expected.is_none_or(|expected| inverse(a, m) == SecretUint::from_boxed(&expected))
    }

    proptest! {
        #[test]
        fn the_gcd_matches_crypto_bigint(
            a in number(),
            b in number(),
            factor in prop::collection::vec(any::<u64>(), 0..4),
        ) {
            let [a, mut b, mut factor] = [a, b, factor].map(SecretUint::from_limbs);
            b.set_bit(0);
            prop_assert_eq!(gcd(&a, &b), gcd_of(&a, &b));
            // With a common factor.
            if factor.length() > 0 {
                factor.set_bit(0);
                let [a, b] = [a, b].map(|x| x.product(&factor));
                prop_assert_eq!(gcd(&a, &b), gcd_of(&a, &b));
            }
        }

        #[test]
        fn the_inverse_matches_crypto_bigint(a in number(), m in number()) {
            let [a, mut m] = [a, m].map(SecretUint::from_limbs);
            m.set_bit(0);
            prop_assert!(is_inverse(&a, &m));
        }
    }

    /// The pairs that need the most steps: a power of two and the largest odd number, neighbors, 0 and 1.
    #[test]
    fn extremes() {
        for length in [1, 2, 16, 17] {
            let ones = SecretUint::repeated(u64::MAX, length);
            let nearly = ones.odd_minus_one();
            let (one, zero) = (SecretUint::from_word(1, length), SecretUint::zero(length));
            let mut top = zero.clone();
            top.set_bit(64 * length as u32 - 1);
            for a in [&top, &nearly, &one] {
                assert_eq!(gcd(a, &ones), one);
                assert_eq!(gcd(a, &ones), gcd_of(a, &ones));
                assert!(is_inverse(a, &ones));
            }
            assert_eq!(gcd(&ones, &ones), ones);
            assert_eq!(gcd(&zero, &ones), ones);
        }
    }
}
