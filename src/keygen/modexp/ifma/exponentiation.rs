//! Exponentiation modulo several numbers: set-up, the base-2 test, and powers by windows of four bits.

use subtle::Choice;

use super::super::super::limbs::power_of_two_mod;
use super::super::super::uint::SecretUint;
use super::super::super::word::inverse_mod_2_64;
use super::super::kernel::Power;
use super::digits::{Digits, Length};
use super::montgomery::Montgomery;
use super::vector::{DIGIT_BITS, DIGIT_MASK, Vector};

/// Odd moduli of exactly `bits` bits, one for each lane.
pub(super) struct Moduli<'a, V: Vector> {
    bits: u32,
    numbers: &'a [&'a SecretUint],
    arithmetic: Montgomery<V>,
    /// R mod N
    one: Digits<V>,
}

impl<'a, V: Vector> Moduli<'a, V> {
    /// `length` is the length for `bits`. There are as many numbers as lanes.
    pub(super) fn new(length: Length, bits: u32, numbers: &'a [&'a SecretUint]) -> Self {
        let mut arithmetic = Montgomery { length, modulus: Digits::ZERO, negative_inverse: Digits::ZERO };
        let mut one = Digits::ZERO;
        for (lane, n) in numbers.iter().enumerate() {
            arithmetic.modulus.load(length, lane, n);
            // R mod N
            let mut r = SecretUint::zero(n.length());
            power_of_two_mod(length.digits() as u32 * DIGIT_BITS, bits, n.limbs(), r.limbs_mut());
            one.load(length, lane, &r);
            let inverse = SecretUint::from_word(inverse_mod_2_64(n.low_word()).wrapping_neg() & DIGIT_MASK, 1);
            arithmetic.negative_inverse.load(length, lane, &inverse);
        }
        Self { bits, numbers, arithmetic, one }
    }

    /// For each lane: whether 2^((N-1)/2) = 1 mod N.
    #[target_feature(enable = "avx512f,avx512ifma,avx512vl")]
    pub(super) fn base2(&self, verdicts: &mut [Choice]) {
        let mut quotient = Digits::ZERO;
        let mut x = self.one.clone();
        // The exponent is N >> 1.
        for position in (1..self.bits as usize).rev() {
            let double = Montgomery::bit(&self.arithmetic.modulus, position);
            self.arithmetic.square(double, &mut quotient, &mut x);
        }
        self.leave(&mut quotient, &mut x);
        for ((lane, verdict), n) in verdicts.iter_mut().enumerate().zip(self.numbers) {
            *verdict = self.is_one(&x, lane, n);
        }
    }

    /// For each lane that has a result: base^exponent mod N. The moduli of `powers` are these.
    #[target_feature(enable = "avx512f,avx512ifma,avx512vl")]
    pub(super) fn pow(&self, powers: &[Power<'_>], results: &mut [SecretUint]) {
        let mut quotient = Digits::ZERO;
        let mut table = [const { Digits::ZERO }; 16];
        self.fill_table(powers, &mut quotient, &mut table);
        let mut exponents = Digits::<V>::ZERO;
        for (lane, power) in powers.iter().enumerate() {
            exponents.load(self.arithmetic.length, lane, power.exponent);
        }
        let mut factor = Digits::ZERO;
        let mut x = self.one.clone();
        for window in (0..Power::exponent_bits(powers, self.bits).div_ceil(4)).rev() {
            for _ in 0..4 {
                self.arithmetic.square(0, &mut quotient, &mut x);
            }
            let index = core::array::from_fn(|bit| Montgomery::bit(&exponents, 4 * window + bit));
            self.arithmetic.select(&table, index, &mut factor);
            self.arithmetic.multiply(&factor, &mut quotient, &mut x);
        }
        self.leave(&mut quotient, &mut x);
        for ((lane, result), n) in results.iter_mut().enumerate().zip(self.numbers) {
            self.store(&x, lane, n, result);
        }
    }

    /// Computes `table[i]` = base^i·R. In place, because a table that is returned may leave a copy on the stack.
    #[target_feature(enable = "avx512f,avx512ifma,avx512vl")]
    fn fill_table(&self, powers: &[Power<'_>], quotient: &mut Digits<V>, table: &mut [Digits<V>; 16]) {
        let length = self.arithmetic.length;
        // R² = R·2^(wn)
        let mut x = self.one.clone();
        let exponent = length.digits() as u32 * DIGIT_BITS;
        for i in (0..=exponent.ilog2()).rev() {
            let double = if exponent >> i & 1 == 1 { u8::MAX } else { 0 };
            self.arithmetic.square(double, quotient, &mut x);
        }
        table[0].clone_from(&self.one);
        for (lane, power) in powers.iter().enumerate() {
            table[1].load(length, lane, power.base);
        }
        self.arithmetic.multiply(&table[1], quotient, &mut x);
        table[1].clone_from(&x);
        for i in 2..table.len() {
            self.arithmetic.multiply(&table[1], quotient, &mut x);
            table[i].clone_from(&x);
        }
    }

    /// Converts x out of Montgomery form, to at most N.
    #[target_feature(enable = "avx512f,avx512ifma,avx512vl")]
    fn leave(&self, quotient: &mut Digits<V>, x: &mut Digits<V>) {
        let mut one = Digits::<V>::ZERO;
        one.0[0].as_mut().fill(1);
        self.arithmetic.multiply(&one, quotient, x);
    }

    // The functions below have no vector instructions: the compiler would turn their loops over the lanes into gathers
    // and scatters, whose addresses `checks/trace` does not follow.

    /// Whether the number in a lane is 1.
    #[inline(never)]
    fn is_one(&self, x: &Digits<V>, lane: usize, n: &SecretUint) -> Choice {
        let mut result = SecretUint::zero(n.length());
        x.store(self.arithmetic.length, lane, &mut result);
        result.equals(&SecretUint::from_word(1, n.length()))
    }

    /// Writes the number in a lane, reduced to [0, N).
    #[inline(never)]
    fn store(&self, x: &Digits<V>, lane: usize, n: &SecretUint, result: &mut SecretUint) {
        x.store(self.arithmetic.length, lane, result);
        // A multiple of N leaves Montgomery form as 0 or as N.
        result.reduce_once(n);
    }
}
