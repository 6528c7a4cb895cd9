//! The portable kernel: Montgomery arithmetic on 64-bit limbs, one lane after another. The oracle for every other kernel.
//!
//! Products are formed four rows at a time. A word of the result is loaded and stored once for four products, and their four carries
//! stay in registers:
//!
//! ```text
//!            b[j]   b[j-1]  b[j-2]  b[j-3]
//! t[j] += x0·     + x1·   + x2·   + x3·      each with its own carry into t[j+1]
//! ```
//!
//! Lengths are multiples of four limbs, numbers are padded; a squaring of L limbs takes L(L+1)/2 + L² + L products. Product scanning, one column
//! at a time, takes the same and was slower by 3 % at 1024 bits and 14 % at 1536: its loops are short and of every length. Sizes that keys have in practice get code
//! of their own, with the lengths known to the compiler.

use subtle::Choice;
use zeroize::Zeroize;

use super::super::limbs::{self, Limbs, adc, double_mod, inverse_mod_2_64, mask, reduce_once, zero};
use super::{Kernel, Power};

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

/// `t + a·b + c`, and the carry. At most (2^64-1)² + 2(2^64-1) = 2^128 - 1.
#[inline(always)]
fn mac(t: u64, a: u64, b: u64, c: u64) -> (u64, u64) {
    let sum = u128::from(a) * u128::from(b) + u128::from(t) + u128::from(c);
    (sum as u64, (sum >> 64) as u64)
}

/// Four rows in progress: their multipliers, the words of the other factor that the lower rows have yet to see, and the carries.
struct Rows {
    x: [u64; 4],
    seen: [u64; 3],
    carries: [u64; 4],
}

impl Rows {
    #[inline(always)]
    fn new(x: [u64; 4]) -> Self {
        Self { x, seen: [0; 3], carries: [0; 4] }
    }

    /// One word of the result: row i with the word that came i words ago.
    #[inline(always)]
    fn word(&mut self, t: u64, b: u64) -> u64 {
        let Self { x, seen, carries } = self;
        let t = Self::product(t, x[0], b, &mut carries[0]);
        let t = Self::product(t, x[1], seen[0], &mut carries[1]);
        let t = Self::product(t, x[2], seen[1], &mut carries[2]);
        let t = Self::product(t, x[3], seen[2], &mut carries[3]);
        *seen = [b, seen[0], seen[1]];
        t
    }

    #[inline(always)]
    fn product(t: u64, x: u64, b: u64, carry: &mut u64) -> u64 {
        let (t, high) = mac(t, x, b, *carry);
        *carry = high;
        t
    }

    /// `t += x·b`, over words of `b` in fours.
    #[inline(always)]
    fn run(&mut self, t: &mut [u64], b: &[u64]) {
        for (t, b) in t.as_chunks_mut::<4>().0.iter_mut().zip(b.as_chunks::<4>().0) {
            *t = [self.word(t[0], b[0]), self.word(t[1], b[1]), self.word(t[2], b[2]), self.word(t[3], b[3])];
        }
    }

    /// The four words above the last: what the rows and their carries still hold.
    #[inline(always)]
    fn finish(self) -> [u64; 4] {
        let ([_, x1, x2, x3], [b0, b1, b2], [c0, c1, c2, c3]) = (self.x, self.seen, self.carries);
        let (t, d1) = mac(c0, x1, b0, c1);
        let (t, d2) = mac(t, x2, b1, c2);
        let (r0, d3) = mac(t, x3, b2, c3);
        let (t, e2) = mac(d1, x2, b0, d2);
        let (r1, e3) = mac(t, x3, b1, d3);
        let (r2, r3) = mac(e2, x3, b0, e3);
        [r0, r1, r2, r3]
    }
}

/// An odd modulus, in a multiple of four limbs, with what reduction needs. R is 2^(64·length), Montgomery's radix.
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

    /// `out = a²/R mod n`, where `t` has room for twice as many limbs.
    #[inline(always)]
    fn square(&self, a: &[u64], t: &mut [u64], out: &mut [u64]) {
        // Blocks of four limbs with those above them, once.
        t.fill(0);
        let length = self.n.len();
        let (blocks, _) = a.as_chunks::<4>();
        for (index, &block) in blocks.iter().enumerate() {
            let (low, high) = (8 * index + 4, 4 * index + length);
            let mut rows = Rows::new(block);
            rows.run(&mut t[low..high], &a[4 * index + 4..length]);
            t[high..high + 4].copy_from_slice(&rows.finish());
        }
        // Then what is within the blocks, once; all that doubled; and the squares of the limbs.
        let (mut within, mut doubled, mut squares) = (false, 0, false);
        for (t, &[a, b, c, d]) in t.as_chunks_mut::<8>().0.iter_mut().zip(blocks) {
            let (r1, carry) = mac(0, a, b, 0);
            let (r2, carry) = mac(0, a, c, carry);
            let (r3, r4) = mac(0, a, d, carry);
            let (r3, carry) = mac(r3, b, c, 0);
            let (r4, r5) = mac(r4, b, d, carry);
            let (r5, r6) = mac(r5, c, d, 0);
            let [a, b, c, d] = [a, b, c, d].map(|x| mac(0, x, x, 0));
            let square = [a.0, a.1, b.0, b.1, c.0, c.1, d.0, d.1];
            for ((t, product), square) in t.iter_mut().zip([0, r1, r2, r3, r4, r5, r6, 0]).zip(square) {
                let once;
                (once, within) = adc(*t, product, within);
                (*t, squares) = adc((once << 1) | doubled, square, squares);
                doubled = once >> 63;
            }
        }
        self.reduce(t, out);
    }

    /// `out = a·b/R mod n`, where `t` has room for twice as many limbs.
    #[inline(always)]
    fn multiply(&self, a: &[u64], b: &[u64], t: &mut [u64], out: &mut [u64]) {
        t.fill(0);
        let length = self.n.len();
        for (index, &block) in a.as_chunks::<4>().0.iter().enumerate() {
            let (low, high) = (4 * index, 4 * index + length);
            let mut rows = Rows::new(block);
            rows.run(&mut t[low..high], b);
            t[high..high + 4].copy_from_slice(&rows.finish());
        }
        self.reduce(t, out);
    }

    /// `out = t/R mod n`, for `t < n·R`.
    #[inline(always)]
    fn reduce(&self, t: &mut [u64], out: &mut [u64]) {
        let n = self.n;
        let length = n.len();
        let Some((&[n0, n1, n2, n3], above)) = n.split_first_chunk::<4>() else { return };
        let mut carry = false;
        for low in (0..length).step_by(4) {
            // Four quotient digits, each of which clears a limb of what the ones before leave.
            let digit = |limb: u64| limb.wrapping_mul(self.negative_inverse);
            let q0 = digit(t[low]);
            let (_, c0) = mac(t[low], q0, n0, 0);
            let (u, c0) = mac(t[low + 1], q0, n1, c0);
            let q1 = digit(u);
            let (_, c1) = mac(u, q1, n0, 0);
            let (u, c0) = mac(t[low + 2], q0, n2, c0);
            let (u, c1) = mac(u, q1, n1, c1);
            let q2 = digit(u);
            let (_, c2) = mac(u, q2, n0, 0);
            let (u, c0) = mac(t[low + 3], q0, n3, c0);
            let (u, c1) = mac(u, q1, n2, c1);
            let (u, c2) = mac(u, q2, n1, c2);
            let q3 = digit(u);
            let (_, c3) = mac(u, q3, n0, 0);
            let mut rows = Rows { x: [q0, q1, q2, q3], seen: [n3, n2, n1], carries: [c0, c1, c2, c3] };
            rows.run(&mut t[low + 4..low + length], above);
            for (t, sum) in t[low + length..].iter_mut().zip(rows.finish()) {
                (*t, carry) = adc(*t, sum, carry);
            }
        }
        out.copy_from_slice(&t[length..]);
        // Below 2n, as for any Montgomery reduction of a product below n·R.
        reduce_once(out, carry, n);
    }

    /// `R mod n`: one in Montgomery form. 2^bits - n is already reduced, as the top bit of n is set; then doublings.
    #[inline(always)]
    fn one(&self, bits: u32, out: &mut [u64]) {
        let exact = &self.n[..limbs::limbs_for(bits).min(self.n.len())];
        out.fill(0);
        for (out, &limb) in out.iter_mut().zip(limbs::power_of_two_minus(bits, exact).iter()) {
            *out = limb;
        }
        for _ in bits..self.n.len() as u32 * 64 {
            double_mod(out, 0, self.n);
        }
    }

    /// `R² mod n`, which brings a number into Montgomery form. The Montgomery form of 2^(64·L), reached from that of a small power of
    /// two by squarings. `one` is what [`one`](Self::one) gives.
    #[inline(always)]
    fn square_of_radix(&self, one: &[u64], t: &mut [u64], swap: &mut [u64], out: &mut [u64]) {
        let exponent = self.n.len() * 64;
        let squarings = exponent.trailing_zeros();
        out.copy_from_slice(one);
        for _ in 0..exponent >> squarings {
            double_mod(out, 0, self.n);
        }
        for _ in 0..squarings {
            self.square(out, t, swap);
            out.copy_from_slice(swap);
        }
    }

    /// Out of Montgomery form: `a/R mod n`, as many limbs as there is room for.
    #[inline(always)]
    fn leave(&self, a: &[u64], t: &mut [u64], swap: &mut [u64], out: &mut [u64]) {
        t.fill(0);
        t[..a.len()].copy_from_slice(a);
        self.reduce(t, swap);
        for (out, &limb) in out.iter_mut().zip(swap.iter()) {
            *out = limb;
        }
    }
}

/// Calls `$function` with the padded length, as a constant where it is that of a usual key, for the compiler to unroll by; 0 stands for
/// a length known at run time only.
macro_rules! by_length {
    ($modulus:expr, $function:ident($($argument:expr),*)) => {
        match $modulus.len().next_multiple_of(4) {
            16 => $function::<16>($($argument),*),
            24 => $function::<24>($($argument),*),
            32 => $function::<32>($($argument),*),
            _ => $function::<0>($($argument),*),
        }
    };
}

/// `L`, or the length of `x` in whole blocks of four where `L` is 0.
#[inline(always)]
const fn padded_length<const L: usize>(x: &[u64]) -> usize {
    if L == 0 { x.len().next_multiple_of(4) } else { L }
}

/// `x` with zeros above.
fn pad(x: &[u64], length: usize) -> Limbs {
    let mut padded = zero(length);
    for (padded, &limb) in padded.iter_mut().zip(x) {
        *padded = limb;
    }
    padded
}

fn base2(modulus: &[u64], bits: u32) -> Choice {
    by_length!(modulus, base2_sized(modulus, bits))
}

fn base2_sized<const L: usize>(modulus: &[u64], bits: u32) -> Choice {
    let length = padded_length::<L>(modulus);
    let padded = pad(modulus, length);
    let n = &padded[..length];
    let modulus = Modulus::new(n);
    let mut scratch = zero(5 * length);
    let (one, rest) = scratch.split_at_mut(length);
    let (mut x, rest) = rest.split_at_mut(length);
    let (mut y, t) = rest.split_at_mut(length);
    modulus.one(bits, one);

    // The exponent (n-1)/2 is n without its lowest bit, and its top two bits are set: start from 2^3.
    x.copy_from_slice(one);
    for _ in 0..3 {
        double_mod(x, 0, n);
    }
    for position in (1..bits.saturating_sub(2) as usize).rev() {
        modulus.square(x, t, y);
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
    let length = padded_length::<L>(power.modulus);
    let padded = pad(power.modulus, length);
    let modulus = Modulus::new(&padded[..length]);
    let mut scratch = zero((5 + (1 << WINDOW)) * length);
    let (mut x, rest) = scratch.split_at_mut(length);
    let (mut y, rest) = rest.split_at_mut(length);
    let (t, rest) = rest.split_at_mut(2 * length);
    let (factor, table) = rest.split_at_mut(length);

    // table[i] = base^i
    let (one, rest) = table.split_at_mut(length);
    modulus.one(bits, one);
    modulus.square_of_radix(one, t, x, factor);
    let (base, rest) = rest.split_at_mut(length);
    modulus.multiply(&pad(power.base, length), factor, t, base);
    let mut previous: &[u64] = base;
    for entry in rest.chunks_exact_mut(length) {
        modulus.multiply(previous, base, t, entry);
        previous = entry;
    }

    let windows = (bits as usize).div_ceil(WINDOW);
    x.copy_from_slice(one);
    for position in (0..windows).rev() {
        for _ in 0..WINDOW {
            modulus.square(x, t, y);
            core::mem::swap(&mut x, &mut y);
        }
        select(table, limbs::bits_at(power.exponent, position * WINDOW) & ((1 << WINDOW) - 1), factor);
        modulus.multiply(x, factor, t, y);
        core::mem::swap(&mut x, &mut y);
    }
    modulus.leave(x, t, y, result);
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
    let length = n.len().next_multiple_of(4);
    let padded = pad(n, length);
    let modulus = Modulus::new(&padded);
    let [mut x, mut y, mut one, mut entered] = core::array::from_fn(|_| zero(length));
    let mut t = zero(2 * length);
    modulus.one(bits, &mut one);
    modulus.square_of_radix(&one, &mut t, &mut y, &mut x);
    modulus.multiply(&pad(base, length), &x, &mut t, &mut entered);
    x.copy_from_slice(&entered);
    for _ in 0..16 {
        modulus.square(&x, &mut t, &mut y);
        core::mem::swap(&mut x, &mut y);
    }
    modulus.multiply(&x, &entered, &mut t, &mut y);
    let mut out = zero(n.len());
    modulus.leave(&y, &mut t, &mut x, &mut out);
    out
}

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;

    use crypto_bigint::Odd;
    use crypto_bigint::modular::{BoxedMontyForm, BoxedMontyParams};
    use proptest::prelude::*;

    use super::super::super::limbs::{from_boxed, to_boxed};
    use super::*;

    fn slow(base: &[u64], exponent: &[u64], n: &[u64]) -> Limbs {
        let params = BoxedMontyParams::new_vartime(Odd::new(to_boxed(n)).unwrap());
        from_boxed(&BoxedMontyForm::new(to_boxed(base), &params).pow(&to_boxed(exponent)).retrieve())
    }

    fn pow_is(base: &[u64], exponent: &[u64], n: &[u64], bits: u32) {
        let mut result = zero(n.len());
        pow(&Power { base, exponent, modulus: n }, bits, &mut result);
        assert_eq!(result, slow(base, exponent, n));
        assert_eq!(pow_65537(base, n, bits), slow(base, &[65537], n));
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
        for length in [2, 4, 5, 16, 24, 32, 33] {
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
