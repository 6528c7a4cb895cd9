//! Exponentiation modulo four numbers: between limbs and digits, set-up, the base-2 test, windows.

use core::arch::x86_64::{__m256d, _mm256_set1_pd, _mm256_setr_pd};

use subtle::Choice;
use zeroize::Zeroize;

use super::super::super::uint::{self, Limbs, add_masked, bits_at, double_mod, inverse_mod_2_64, power_of_two_minus};
use super::{Digits, LANES, Length, Number, Ring, W, Work, pow2};

/// Added to an integer below 2^51, 1.5·2^52 shows it in the low bits.
const INTEGER: f64 = 1.5 * pow2(52);

/// Four odd moduli of exactly `bits` bits.
pub(super) struct Moduli<'a> {
    bits: u32,
    limbs: [&'a [u64]; LANES],
    ring: Ring,
    /// R mod N
    one: Digits,
}

impl<'a> Moduli<'a> {
    /// `length` is that of `bits`.
    #[target_feature(enable = "avx2,fma")]
    pub(super) fn new(length: Length, bits: u32, moduli: [&'a [u64]; LANES]) -> Self {
        let mut ring = Ring { length, m: Digits::ZERO, inverse: Digits::ZERO };
        let mut one = Digits::ZERO;
        for (lane, n) in moduli.into_iter().enumerate() {
            load(length, lane, n, &mut ring.m);
            // R mod N: 2^bits - N, and doublings.
            let mut r = power_of_two_minus(bits, n);
            for _ in bits..length.0 as u32 * W {
                double_mod(&mut r, 0, n);
            }
            load(length, lane, &r, &mut one);
            // -1/N mod 2^w, balanced.
            let inverse = inverse_mod_2_64(n.first().copied().unwrap_or(1)).wrapping_neg() << (64 - W);
            ring.inverse.0[0][lane] = (inverse as i64 >> (64 - W)) as f64;
        }
        let mut work = Work::ZERO;
        let mut known = 1;
        while known < length.0 {
            known = (2 * known).min(length.0);
            ring.lift(known, &mut work);
        }
        Self { bits, limbs: moduli, ring, one }
    }

    /// For each lane: is 2^((N-1)/2) = 1 mod N?
    #[target_feature(enable = "avx2,fma")]
    pub(super) fn base2(&self) -> [Choice; LANES] {
        let mut work = Work::ZERO;
        let mut x = number(&self.one);
        // The exponent is N >> 1. A factor of two goes into the carries of a squaring, for nothing.
        for i in (1..self.bits as usize).rev() {
            let factor = self.limbs.map(|n| f64::from_bits((1023 + (bits_at(n, i) & 1)) << 52));
            self.ring.sqr(&mut work, vector(factor), &mut x);
        }
        let mut results = self.limbs.map(|n| uint::zero(n.len()));
        self.leave(&mut work, &mut x, &mut results);
        results.each_mut().map(|result| {
            if let Some(low) = result.first_mut() {
                *low ^= 1;
            }
            uint::is_zero(result)
        })
    }

    /// For each lane that has a result: base^exponent mod N.
    #[target_feature(enable = "avx2,fma")]
    pub(super) fn pow(&self, bases: [&[u64]; LANES], exponents: [&[u64]; LANES], results: &mut [Limbs]) {
        let (ring, length) = (&self.ring, self.ring.length);
        let mut work = Work::ZERO;
        // R² = R·2^(wn)
        let mut x = number(&self.one);
        let e = length.0 as u32 * W;
        for i in (0..=e.ilog2()).rev() {
            ring.sqr(&mut work, _mm256_set1_pd(if e >> i & 1 == 1 { 2.0 } else { 1.0 }), &mut x);
        }
        // table[i] = base^i·R
        let mut table = [Digits::ZERO; 16];
        table[0].clone_from(&self.one);
        for (lane, base) in bases.into_iter().enumerate() {
            load(length, lane, base, &mut table[1]);
        }
        ring.mul(&mut work, &table[1], &mut x);
        table[1].clone_from(&x.d);
        for i in 2..table.len() {
            ring.mul(&mut work, &table[1], &mut x);
            table[i].clone_from(&x.d);
        }
        let mut factor = Digits::ZERO;
        let mut x = number(&self.one);
        for window in (0..self.bits.div_ceil(4) as usize).rev() {
            for _ in 0..4 {
                ring.sqr(&mut work, _mm256_set1_pd(1.0), &mut x);
            }
            ring.pick(&table, exponents.map(|e| bits_at(e, 4 * window) & 15), &mut factor);
            ring.mul(&mut work, &factor, &mut x);
        }
        self.leave(&mut work, &mut x, results);
    }

    /// Out of Montgomery form, reduced to [0, N).
    #[target_feature(enable = "avx2,fma")]
    fn leave(&self, work: &mut Work, x: &mut Number, results: &mut [Limbs]) {
        let mut one = Digits::ZERO;
        one.0[0] = [1.0; LANES];
        self.ring.mul(work, &one, x);
        for (lane, (result, n)) in results.iter_mut().zip(self.limbs).enumerate() {
            let negative = store(self.ring.length, lane, &x.d, result);
            add_masked(result, n, negative);
        }
    }
}

#[target_feature(enable = "avx2,fma")]
fn vector([a, b, c, d]: [f64; LANES]) -> __m256d {
    _mm256_setr_pd(a, b, c, d)
}

/// A number, and its double.
fn number(d: &Digits) -> Number {
    let mut dd = d.clone();
    for x in dd.0.as_flattened_mut() {
        *x *= 2.0;
    }
    Number { d: d.clone(), dd }
}

/// Limbs to balanced digits.
pub(super) fn load(length: Length, lane: usize, x: &[u64], out: &mut Digits) {
    let mut carry = 0u64;
    for (k, digit) in out.0.iter_mut().enumerate().take(length.0) {
        let plain = (bits_at(x, k * W as usize) & ((1 << W) - 1)) + carry;
        // The highest digit takes what is left.
        carry = if k + 1 == length.0 { 0 } else { (plain + (1 << (W - 1))) >> W };
        digit[lane] = (plain as i64 - ((carry as i64) << W)) as f64;
    }
}

/// The value as limbs in two's complement; returns the limb above them: 0 or all ones.
fn store(length: Length, lane: usize, digits: &Digits, out: &mut [u64]) -> u64 {
    let (mut sum, mut have) = (0i128, 0);
    let mut limbs = out.iter_mut();
    let mut put = |sum: i128| {
        if let Some(limb) = limbs.next() {
            *limb = sum as u64;
        }
    };
    for digit in digits.0.iter().take(length.0) {
        let x = (digit[lane] + INTEGER).to_bits().wrapping_sub(INTEGER.to_bits()) as i64;
        sum += i128::from(x) << have;
        have += W;
        if have >= 64 {
            put(sum);
            sum >>= 64;
            have -= 64;
        }
    }
    put(sum);
    let above = core::hint::black_box((sum >> 127) as u64);
    sum.zeroize();
    above
}
