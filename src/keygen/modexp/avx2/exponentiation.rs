//! Exponentiation modulo four numbers: set-up, the base-2 test, and powers by windows of four bits.

use core::arch::x86_64::{_mm256_set1_pd, _mm256_setr_pd};

use subtle::Choice;

use super::super::super::limbs::power_of_two_mod;
use super::super::super::uint::SecretUint;
use super::super::super::word::inverse_mod_2_64;
use super::super::kernel::Power;
use super::digits::{DIGIT_BITS, Digits, LANES, Length, Operand, Scratch, Vector};
use super::montgomery::Montgomery;

/// Four odd moduli of exactly `bits` bits.
pub(super) struct Moduli<'a> {
    bits: u32,
    numbers: [&'a SecretUint; LANES],
    arithmetic: Montgomery,
    /// R mod N
    one: Digits,
}

impl<'a> Moduli<'a> {
    /// `length` is the length for `bits`.
    #[target_feature(enable = "avx2,fma")]
    pub(super) fn new(length: Length, bits: u32, numbers: [&'a SecretUint; LANES]) -> Self {
        let mut arithmetic = Montgomery { length, modulus: Digits::ZERO, negative_inverse: Digits::ZERO };
        let mut one = Digits::ZERO;
        for (lane, n) in numbers.into_iter().enumerate() {
            arithmetic.modulus.load(length, lane, n);
            // R mod N
            let mut r = SecretUint::zero(n.length());
            power_of_two_mod(length.digits() as u32 * DIGIT_BITS, bits, n.limbs(), r.limbs_mut());
            one.load(length, lane, &r);
            // -1/N mod 2^w, as a signed digit.
            let inverse = inverse_mod_2_64(n.low_word()).wrapping_neg() << (64 - DIGIT_BITS);
            arithmetic.negative_inverse.0[0][lane] = (inverse as i64 >> (64 - DIGIT_BITS)) as f64;
        }
        let mut scratch = Scratch::ZERO;
        let mut known = 1;
        while known < length.digits() {
            known = (2 * known).min(length.digits());
            arithmetic.lift_inverse(known, &mut scratch);
        }
        Self { bits, numbers, arithmetic, one }
    }

    /// For each lane: whether 2^((N-1)/2) = 1 mod N.
    #[target_feature(enable = "avx2,fma")]
    pub(super) fn base2(&self) -> [Choice; LANES] {
        let mut scratch = Scratch::ZERO;
        let mut x = Operand::new(&self.one);
        // The exponent is N >> 1. The carries of a squaring include a factor of two at no cost.
        for position in (1..self.bits as usize).rev() {
            let factors = self.numbers.map(|n| f64::from_bits((1023 + (n.bits_at(position) & 1)) << 52));
            self.arithmetic.square(&mut scratch, vector(factors), &mut x);
        }
        let mut results = self.numbers.map(|n| SecretUint::zero(n.length()));
        self.leave(&mut scratch, &mut x, &mut results);
        results.each_ref().map(|result| result.equals(&SecretUint::from_word(1, result.length())))
    }

    /// For each lane that has a result: base^exponent mod N. The moduli of `powers` are these.
    #[target_feature(enable = "avx2,fma")]
    pub(super) fn pow(&self, powers: &[Power<'_>; LANES], results: &mut [SecretUint]) {
        let mut scratch = Scratch::ZERO;
        let mut table = [Digits::ZERO; 16];
        self.fill_table(powers.map(|power| power.base), &mut scratch, &mut table);
        let no_factor = _mm256_set1_pd(1.0);
        let mut factor = Digits::ZERO;
        let mut x = Operand::new(&self.one);
        for window in (0..Power::exponent_bits(powers, self.bits).div_ceil(4)).rev() {
            for _ in 0..4 {
                self.arithmetic.square(&mut scratch, no_factor, &mut x);
            }
            let index = powers.map(|power| power.exponent.bits_at(4 * window) & 15);
            self.arithmetic.select(&table, index, &mut factor);
            self.arithmetic.multiply(&mut scratch, &factor, &mut x);
        }
        self.leave(&mut scratch, &mut x, results);
    }

    /// Computes `table[i]` = base^i·R. In place, because a table that is returned may leave a copy on the stack.
    #[target_feature(enable = "avx2,fma")]
    fn fill_table(&self, bases: [&SecretUint; LANES], scratch: &mut Scratch, table: &mut [Digits; 16]) {
        let length = self.arithmetic.length;
        // R² = R·2^(wn)
        let mut x = Operand::new(&self.one);
        let exponent = length.digits() as u32 * DIGIT_BITS;
        for i in (0..=exponent.ilog2()).rev() {
            let factor = if exponent >> i & 1 == 1 { 2.0 } else { 1.0 };
            self.arithmetic.square(scratch, _mm256_set1_pd(factor), &mut x);
        }
        table[0].clone_from(&self.one);
        for (lane, base) in bases.into_iter().enumerate() {
            table[1].load(length, lane, base);
        }
        self.arithmetic.multiply(scratch, &table[1], &mut x);
        table[1].clone_from(&x.digits);
        for i in 2..table.len() {
            self.arithmetic.multiply(scratch, &table[1], &mut x);
            table[i].clone_from(&x.digits);
        }
    }

    /// Converts x out of Montgomery form, reduced to [0, N).
    #[target_feature(enable = "avx2,fma")]
    fn leave(&self, scratch: &mut Scratch, x: &mut Operand, results: &mut [SecretUint]) {
        let mut one = Digits::ZERO;
        one.0[0] = [1.0; LANES];
        self.arithmetic.multiply(scratch, &one, x);
        for (lane, (result, n)) in results.iter_mut().zip(self.numbers).enumerate() {
            let negative = x.digits.store(self.arithmetic.length, lane, result);
            result.add_masked(n, negative);
        }
    }
}

#[target_feature(enable = "avx2,fma")]
fn vector([a, b, c, d]: [f64; LANES]) -> Vector {
    _mm256_setr_pd(a, b, c, d)
}
