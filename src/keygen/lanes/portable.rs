//! The portable kernel: Montgomery arithmetic on 64-bit limbs, one lane after another. The oracle for every other kernel.
//!
//! Products are gathered column by column (product scanning) into a sum of three limbs, squaring or multiplying and reducing in
//! one pass: no intermediate result goes through memory, and the only serial step is one quotient digit a column.
//!
//! ```text
//! column k:   sum += Σ a[i]·b[k-i]  +  Σ q[i]·n[k-i]        i < k
//!             q[k] = low limb of sum · (-n^-1 mod 2^64)     so that
//!             sum += q[k]·n[0]                              ends in a zero limb, which is dropped
//! ```
//!
//! A squaring of L limbs takes L(L+1)/2 + L² + L products. The sum never overflows: a column has at most 2L products below 2^128
//! and what the last one left over, together below 2^(128 + log2(4L)), and L is far below 2^62.
//!
//! Sizes that keys have in practice get code of their own with the lengths known to the compiler; others share one at run time.

use super::super::limbs::{self, Limbs, adc, double_mod, inverse_mod_2_64, mask, reduce_once, zero};
use super::{Kernel, Power};
use subtle::Choice;
use zeroize::Zeroize;

/// Plain Rust, for any processor.
#[derive(Clone, Copy)]
pub(crate) struct Portable;

impl Kernel for Portable {
    fn base2(&self, bits: u32, moduli: &[&[u64]], verdicts: &mut [Choice]) {
        for (modulus, verdict) in moduli.iter().zip(verdicts) {
            *verdict = base2(modulus, bits);
        }
    }

    fn pow(&self, bits: u32, powers: &[Power<'_>], results: &mut [Limbs]) {
        for (power, result) in powers.iter().zip(results) {
            pow(power, bits, result);
        }
    }
}

/// The sum of a column of products: three limbs.
#[derive(Clone, Copy)]
struct Column {
    low: u128,
    high: u64,
}

impl Column {
    const ZERO: Self = Self { low: 0, high: 0 };

    #[inline(always)]
    fn add(&mut self, a: u64, b: u64) {
        self.add_wide(u128::from(a) * u128::from(b), 0);
    }

    #[inline(always)]
    fn add_wide(&mut self, low: u128, high: u64) {
        let (sum, carry) = self.low.overflowing_add(low);
        self.low = sum;
        self.high += high + u64::from(carry);
    }

    /// Adds `Σ a[i]·b[last-i]`, over slices of which the second is read backwards.
    #[inline(always)]
    fn add_products(&mut self, a: &[u64], b: &[u64]) {
        for (&a, &b) in a.iter().zip(b.iter().rev()) {
            self.add(a, b);
        }
    }

    #[inline(always)]
    fn double(&mut self) {
        self.high = (self.high << 1) | (self.low >> 127) as u64;
        self.low <<= 1;
    }

    /// Takes the lowest limb off.
    #[inline(always)]
    fn shift(&mut self) -> u64 {
        let limb = self.low as u64;
        self.low = (self.low >> 64) | (u128::from(self.high) << 64);
        self.high = 0;
        limb
    }
}

/// An odd modulus of L limbs whose top bit is set or not, with what reduction needs. `b` below is 2^(64·L), Montgomery's radix.
struct Modulus<'a> {
    n: &'a [u64],
    /// -n^-1 mod 2^64
    negative_inverse: u64,
}

impl<'a> Modulus<'a> {
    #[inline(always)]
    fn new(n: &'a [u64]) -> Self {
        let low = n.first().copied().unwrap_or(1);
        Self { n, negative_inverse: inverse_mod_2_64(low).wrapping_neg() }
    }

    /// `out = a²/b mod n`. `q` is scratch; all slices have the modulus's length.
    #[inline(always)]
    fn square(&self, a: &[u64], q: &mut [u64], out: &mut [u64]) {
        self.columns(q, out, |low, high| {
            // Each cross product once, doubled; then the square in the middle.
            let half = (high - low) / 2;
            let mut column = Column::ZERO;
            column.add_products(&a[low..low + half], &a[high - half..high]);
            column.double();
            if (high - low) % 2 == 1 {
                column.add(a[low + half], a[low + half]);
            }
            column
        });
    }

    /// `out = a·b/b mod n`.
    #[inline(always)]
    fn multiply(&self, a: &[u64], b: &[u64], q: &mut [u64], out: &mut [u64]) {
        self.columns(q, out, |low, high| {
            let mut column = Column::ZERO;
            column.add_products(&a[low..high], &b[low..high]);
            column
        });
    }

    /// The walk over the columns; `products(low, high)` is the operands' part of a column, limbs `low..high` of either.
    #[inline(always)]
    fn columns(&self, q: &mut [u64], out: &mut [u64], products: impl Fn(usize, usize) -> Column) {
        let n = self.n;
        let length = n.len();
        let mut sum = Column::ZERO;
        for k in 0..length {
            let part = products(0, k + 1);
            sum.add_wide(part.low, part.high);
            sum.add_products(&q[..k], &n[1..k + 1]);
            let digit = (sum.low as u64).wrapping_mul(self.negative_inverse);
            q[k] = digit;
            sum.add(digit, n[0]);
            sum.shift();
        }
        for k in length..2 * length {
            let low = k + 1 - length;
            let part = products(low, length);
            sum.add_wide(part.low, part.high);
            sum.add_products(&q[low..], &n[low..]);
            out[k - length] = sum.shift();
        }
        // Below 2n, as for any Montgomery reduction of a product below n·b.
        reduce_once(out, sum.low as u64 != 0, n);
    }

    /// `b mod n`: one in Montgomery form. With the top bit of n at `bits`, 2^bits - n is already reduced; then doublings.
    #[inline(always)]
    fn one(&self, bits: u32, out: &mut [u64]) {
        out.copy_from_slice(&limbs::power_of_two_minus(bits, self.n));
        let spare = self.n.len() as u32 * 64 - bits;
        for _ in 0..spare {
            double_mod(out, 0, self.n);
        }
    }

    /// `b² mod n`, which brings a number into Montgomery form. The Montgomery form of 2^(64·L), reached from that of a small power of
    /// two by squarings. `one` is what [`one`](Self::one) gives.
    #[inline(always)]
    fn square_of_radix(&self, one: &[u64], q: &mut [u64], swap: &mut [u64], out: &mut [u64]) {
        let exponent = self.n.len() * 64;
        let squarings = exponent.trailing_zeros();
        out.copy_from_slice(one);
        for _ in 0..exponent >> squarings {
            double_mod(out, 0, self.n);
        }
        for _ in 0..squarings {
            self.square(out, q, swap);
            out.copy_from_slice(swap);
        }
    }

    /// Out of Montgomery form: `a/b mod n`.
    #[inline(always)]
    fn leave(&self, a: &[u64], q: &mut [u64], out: &mut [u64]) {
        self.columns(q, out, |low, high| {
            let mut column = Column::ZERO;
            if low == 0 {
                column.low = u128::from(a[high - 1]);
            }
            column
        });
    }
}

/// Calls `$function` with the length as a constant where it is that of a usual key, for the compiler to unroll by; 0 stands for a
/// length known at run time only.
macro_rules! by_length {
    ($modulus:expr, $function:ident($($argument:expr),*)) => {
        match $modulus.len() {
            16 => $function::<16>($($argument),*),
            24 => $function::<24>($($argument),*),
            32 => $function::<32>($($argument),*),
            _ => $function::<0>($($argument),*),
        }
    };
}

fn base2(modulus: &[u64], bits: u32) -> Choice {
    by_length!(modulus, base2_sized(modulus, bits))
}

fn base2_sized<const L: usize>(modulus: &[u64], bits: u32) -> Choice {
    let length = if L == 0 { modulus.len() } else { L };
    let n = &modulus[..length];
    let modulus = Modulus::new(n);
    let mut scratch = zero(4 * length);
    let (one, rest) = scratch.split_at_mut(length);
    let (mut x, rest) = rest.split_at_mut(length);
    let (mut y, q) = rest.split_at_mut(length);
    modulus.one(bits, one);

    // The exponent (n-1)/2 is n without its lowest bit, and its top two bits are set: start from 2^3.
    x.copy_from_slice(one);
    for _ in 0..3 {
        double_mod(x, 0, n);
    }
    for position in (1..bits.saturating_sub(2) as usize).rev() {
        modulus.square(x, q, y);
        double_masked(y, limbs::bits_at(n, position) & 1, n);
        core::mem::swap(&mut x, &mut y);
    }
    limbs::equal(x, one)
}

/// `a = 2a mod n` if `bit`, by a mask.
#[inline(always)]
fn double_masked(a: &mut [u64], bit: u64, n: &[u64]) {
    let mask = mask(bit == 1);
    let mut carry = false;
    for limb in a.iter_mut() {
        (*limb, carry) = adc(*limb, *limb & mask, carry);
    }
    reduce_once(a, carry, n);
}

fn pow(power: &Power<'_>, bits: u32, result: &mut [u64]) {
    by_length!(power.modulus, pow_sized(power, bits, result));
}

/// Exponent bits that one multiplication takes care of.
const WINDOW: usize = 4;

fn pow_sized<const L: usize>(power: &Power<'_>, bits: u32, result: &mut [u64]) {
    let length = if L == 0 { power.modulus.len() } else { L };
    let n = &power.modulus[..length];
    let modulus = Modulus::new(n);
    let mut scratch = zero((4 + (1 << WINDOW)) * length);
    let (mut x, rest) = scratch.split_at_mut(length);
    let (mut y, rest) = rest.split_at_mut(length);
    let (q, rest) = rest.split_at_mut(length);
    let (factor, table) = rest.split_at_mut(length);

    // table[i] = base^i
    let (one, rest) = table.split_at_mut(length);
    modulus.one(bits, one);
    modulus.square_of_radix(one, q, x, factor);
    let (base, rest) = rest.split_at_mut(length);
    modulus.multiply(&power.base[..length], factor, q, base);
    let mut previous: &[u64] = base;
    for entry in rest.chunks_exact_mut(length) {
        modulus.multiply(previous, base, q, entry);
        previous = entry;
    }

    let windows = (bits as usize).div_ceil(WINDOW);
    x.copy_from_slice(one);
    for position in (0..windows).rev() {
        for _ in 0..WINDOW {
            modulus.square(x, q, y);
            core::mem::swap(&mut x, &mut y);
        }
        select(table, limbs::bits_at(power.exponent, position * WINDOW) & ((1 << WINDOW) - 1), factor);
        modulus.multiply(x, factor, q, y);
        core::mem::swap(&mut x, &mut y);
    }
    modulus.leave(x, q, result);
}

/// The entry of that index, by reading all of them.
#[inline(always)]
fn select(table: &[u64], index: u64, out: &mut [u64]) {
    out.zeroize();
    for (entry, candidate) in table.chunks_exact(out.len()).zip(0u64..) {
        let mask = mask(candidate == index);
        for (out, &limb) in out.iter_mut().zip(entry) {
            *out |= limb & mask;
        }
    }
}

/// `base^65537 mod n`, for an odd `n` of exactly `bits` bits: what the public key does.
pub(crate) fn pow_65537(base: &[u64], n: &[u64], bits: u32) -> Limbs {
    let length = n.len();
    let modulus = Modulus::new(n);
    let [mut x, mut y, mut q, mut one, mut entered] = core::array::from_fn(|_| zero(length));
    modulus.one(bits, &mut one);
    modulus.square_of_radix(&one, &mut q, &mut y, &mut x);
    modulus.multiply(base, &x, &mut q, &mut entered);
    x.copy_from_slice(&entered);
    for _ in 0..16 {
        modulus.square(&x, &mut q, &mut y);
        core::mem::swap(&mut x, &mut y);
    }
    modulus.multiply(&x, &entered, &mut q, &mut y);
    modulus.leave(&y, &mut q, &mut x);
    x
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;
    use crypto_bigint::modular::{BoxedMontyForm, BoxedMontyParams};
    use crypto_bigint::{BoxedUint, Odd};
    use proptest::prelude::*;

    fn slow(base: &[u64], exponent: &[u64], n: &[u64]) -> Vec<u64> {
        let big = |limbs: &[u64]| BoxedUint::from_words(limbs.iter().copied());
        let params = BoxedMontyParams::new_vartime(Odd::new(big(n)).unwrap());
        BoxedMontyForm::new(big(base), &params).pow(&big(exponent)).retrieve().to_words().to_vec()
    }

    fn pow_is(base: &[u64], exponent: &[u64], n: &[u64], bits: u32) {
        let mut result = zero(n.len());
        pow(&Power { base, exponent, modulus: n }, bits, &mut result);
        assert_eq!(&result[..], slow(base, exponent, n));
        assert_eq!(&pow_65537(base, n, bits)[..], slow(base, &[65537], n));
    }

    /// An odd modulus of `bits` bits, out of any limbs.
    fn shape(n: &mut [u64], spare: u32) {
        *n.last_mut().unwrap() = (*n.last().unwrap() | 1 << 63) >> spare;
        *n.first_mut().unwrap() |= 1;
    }

    fn operands() -> impl Strategy<Value = (Vec<u64>, Vec<u64>, Vec<u64>, u32)> {
        let limb = || prop_oneof![any::<u64>(), Just(0), Just(u64::MAX)];
        (prop_oneof![2..6usize, Just(16), Just(24), Just(32)], prop_oneof![Just(0u32), 0..63u32]).prop_flat_map(
            move |(length, spare)| {
                let number = || prop::collection::vec(limb(), length);
                (number(), number(), number(), Just(spare))
            },
        )
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn pow_is_crypto_bigints((base, exponent, mut n, spare) in operands()) {
            shape(&mut n, spare);
            let bits = n.len() as u32 * 64 - spare;
            let base = limbs::reduce_wide(&base, &n, bits);
            let exponent: Vec<u64> = limbs::reduce_wide(&exponent, &n, bits).to_vec();
            pow_is(&base, &exponent, &n, bits);
        }

        #[test]
        fn base2_is_eulers_criterion((mut n, _, _, _) in operands()) {
            shape(&mut n, 0);
            n[0] |= 7;
            *n.last_mut().unwrap() |= 3 << 62;
            let bits = n.len() as u32 * 64;
            let mut exponent = n.clone();
            limbs::halve(&mut exponent);
            let mut two = alloc::vec![0; n.len()];
            two[0] = 2;
            let one = slow(&two, &exponent, &n).iter().enumerate().all(|(index, &limb)| limb == u64::from(index == 0));
            prop_assert_eq!(bool::from(base2(&n, bits)), one);
        }
    }

    #[test]
    fn extremes() {
        for length in [2, 16, 24, 32, 33] {
            let bits = length as u32 * 64;
            let all_ones = alloc::vec![u64::MAX; length];
            let mut nearly = all_ones.clone();
            nearly[0] -= 1;
            let mut least = alloc::vec![0; length];
            (least[0], least[length - 1]) = (1, 1 << 63);
            let zeros = alloc::vec![0; length];
            let mut two = zeros.clone();
            two[0] = 2;
            for exponent in [&all_ones, &nearly, &zeros, &two] {
                // n - 1, 0 and 2, modulo the largest and the smallest modulus
                pow_is(&nearly, exponent, &all_ones, bits);
                pow_is(&zeros, exponent, &all_ones, bits);
                pow_is(&two, exponent, &least, bits);
            }
        }
    }

    /// 2^521 - 1 and 2^1279 - 1 are prime; 2^1277 - 1 is not, but passes this test, as all 2^r - 1 with prime r do.
    #[test]
    fn base2_on_known_primes() {
        for (bits, passes) in [(521u32, true), (1279, true), (1277, true), (1024, false), (1536, false)] {
            let mut n = alloc::vec![u64::MAX; limbs::limbs_for(bits)];
            *n.last_mut().unwrap() >>= n.len() as u32 * 64 - bits;
            assert_eq!(bool::from(base2(&n, bits)), passes, "2^{bits} - 1");
        }
    }
}
