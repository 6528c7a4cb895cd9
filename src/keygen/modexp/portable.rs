//! The portable kernel: Montgomery arithmetic on 64-bit limbs, one lane after another. It is the oracle for every other
//! kernel.
//!
//! Products are computed in blocks of four by four limbs. A word of the result is loaded and stored once for four
//! products. A row of a block is two carry chains, which compilers turn into additions with carry:
//!
//! ```text
//!        acc[i+4] acc[i+3] acc[i+2] acc[i+1] acc[i]
//!  +                x·b[3]   x·b[2]   x·b[1] x·b[0]    lower halves
//!  +       x·b[3]   x·b[2]   x·b[1]   x·b[0]   t[i]    upper halves, and a word of the result so far
//! ```
//!
//! Lengths are multiples of four limbs, numbers are padded; a squaring of L limbs takes L(L+1)/2 + L² + L products.
//! Product scanning, one column at a time, takes as many and was slower by 3 % at 1024 bits and 14 % at 1536: its loops
//! are short, and each has another length. The sizes that keys have in practice get separate code, with lengths known
//! to the compiler.

use subtle::{Choice, ConstantTimeEq};
use zeroize::Zeroize;

use super::super::limbs::{bits_at, double_mod, power_of_two_mod, reduce_once};
use super::super::uint::SecretUint;
use super::super::word::{adc, inverse_mod_2_64, mac, mask};
use super::kernel::{Kernel, Power};

/// Plain Rust, for any processor.
#[derive(Clone, Copy)]
pub(crate) struct Portable;

impl Kernel for Portable {
    fn width(&self) -> usize {
        1
    }

    fn base2(&self, bits: u32, moduli: &[&SecretUint], verdicts: &mut [Choice]) {
        for (modulus, verdict) in moduli.iter().zip(verdicts) {
            *verdict = base2(modulus, bits);
        }
    }

    fn pow(&self, bits: u32, powers: &[Power<'_>], results: &mut [SecretUint]) {
        for (power, result) in powers.iter().zip(results) {
            pow(power, bits, result);
        }
    }
}

/// Adds `word + x·b` to words `I` to `I + 4` of an accumulator, which must have room for the sum. Word `I + 4` is 0.
#[inline(always)]
fn add_row<const I: usize>(acc: &mut [u64; 8], word: u64, x: u64, b: &[u64; 4]) {
    let [(l0, h0), (l1, h1), (l2, h2), (l3, h3)] = b.map(|b| mac(0, x, b, 0));
    let (a0, carry) = adc(acc[I], l0, false);
    let (a1, carry) = adc(acc[I + 1], l1, carry);
    let (a2, carry) = adc(acc[I + 2], l2, carry);
    let (a3, carry) = adc(acc[I + 3], l3, carry);
    let a4 = u64::from(carry);
    let (a0, carry) = adc(a0, word, false);
    let (a1, carry) = adc(a1, h0, carry);
    let (a2, carry) = adc(a2, h1, carry);
    let (a3, carry) = adc(a3, h2, carry);
    let (a4, _) = adc(a4, h3, carry);
    (acc[I], acc[I + 1], acc[I + 2], acc[I + 3], acc[I + 4]) = (a0, a1, a2, a3, a4);
}

/// Four rows of a product in progress.
struct Rows {
    /// The multiplier of each row.
    x: [u64; 4],
    /// What the blocks so far add to the next one.
    pending: [u64; 4],
}

impl Rows {
    #[inline(always)]
    fn new(x: [u64; 4]) -> Self {
        Self { x, pending: [0; 4] }
    }

    /// `t += x·b`, over words of `b` in fours.
    ///
    /// The accumulator has room for every row. After i rows, `t` has contributed i words, and so has `x`: the sum is at
    /// most (2^256 - 1) + (2^(64i) - 1) + (2^(64i) - 1)·(2^256 - 1) = 2^(64(4+i)) - 1, which is 4 + i words. To add all
    /// words of `t` before the first row would be too much for its five words.
    #[inline(never)]
    fn run(&mut self, t: &mut [u64], b: &[u64]) {
        let [x0, x1, x2, x3] = self.x;
        for (t, b) in t.as_chunks_mut::<4>().0.iter_mut().zip(b.as_chunks::<4>().0) {
            let [p0, p1, p2, p3] = self.pending;
            let mut acc = [p0, p1, p2, p3, 0, 0, 0, 0];
            add_row::<0>(&mut acc, t[0], x0, b);
            add_row::<1>(&mut acc, t[1], x1, b);
            add_row::<2>(&mut acc, t[2], x2, b);
            add_row::<3>(&mut acc, t[3], x3, b);
            let [t0, t1, t2, t3, p0, p1, p2, p3] = acc;
            *t = [t0, t1, t2, t3];
            self.pending = [p0, p1, p2, p3];
        }
    }

    /// Returns the four words above the last one.
    #[inline(always)]
    fn finish(self) -> [u64; 4] {
        self.pending
    }
}

/// An odd modulus in a multiple of four limbs, and the constant that reduction needs. R is 2^(64·length), Montgomery's
/// radix.
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

    /// Computes `out = a²/R mod n`. `t` has twice as many limbs.
    #[inline(always)]
    fn square(&self, a: &[u64], t: &mut [u64], out: &mut [u64]) {
        // The products of each block of four limbs with the limbs above it, once.
        t.fill(0);
        let length = self.n.len();
        let (blocks, _) = a.as_chunks::<4>();
        for (index, &block) in blocks.iter().enumerate() {
            let (low, high) = (8 * index + 4, 4 * index + length);
            let mut rows = Rows::new(block);
            rows.run(&mut t[low..high], &a[4 * index + 4..length]);
            t[high..high + 4].copy_from_slice(&rows.finish());
        }
        // Then the products within the blocks, once; all that doubled; and the squares of the limbs. In one loop for
        // each of the two chains of carries, because the flags hold only one.
        let (mut within, mut doubled, mut squares) = (false, 0, false);
        for (t, &[a, b, c, d]) in t.as_chunks_mut::<8>().0.iter_mut().zip(blocks) {
            let [(r1, r2), (r3, r4), (r5, r6)] = [(a, b), (a, d), (c, d)].map(|(x, y)| mac(0, x, y, 0));
            let [(ac_low, ac_high), (bc_low, bc_high), (bd_low, bd_high)] =
                [(a, c), (b, c), (b, d)].map(|(x, y)| mac(0, x, y, 0));
            let (r2, carry) = adc(r2, ac_low, false);
            let (r3, carry) = adc(r3, ac_high, carry);
            let (r4, carry) = adc(r4, bd_low, carry);
            let (r5, carry) = adc(r5, bd_high, carry);
            let (r6, _) = adc(r6, 0, carry);
            let (r3, carry) = adc(r3, bc_low, false);
            let (r4, carry) = adc(r4, bc_high, carry);
            let (r5, carry) = adc(r5, 0, carry);
            let (r6, _) = adc(r6, 0, carry);
            for (t, product) in t.iter_mut().zip([0, r1, r2, r3, r4, r5, r6, 0]) {
                (*t, within) = adc(*t, product, within);
            }
            let [a, b, c, d] = [a, b, c, d].map(|x| mac(0, x, x, 0));
            for (t, square) in t.iter_mut().zip([a.0, a.1, b.0, b.1, c.0, c.1, d.0, d.1]) {
                let twice = (*t << 1) | doubled;
                doubled = *t >> 63;
                (*t, squares) = adc(twice, square, squares);
            }
        }
        self.reduce(t, out);
    }

    /// Computes `out = a·b/R mod n`. `t` has twice as many limbs.
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

    /// Computes `out = t/R mod n`, for `t < n·R`.
    #[inline(always)]
    fn reduce(&self, t: &mut [u64], out: &mut [u64]) {
        let n = self.n;
        let length = n.len();
        let Some((lowest, above)) = n.split_first_chunk::<4>() else { return };
        let mut carry = false;
        for low in (0..length).step_by(4) {
            // Four quotient digits, each of which clears the lowest word that the ones before it left.
            let mut acc = [t[low], t[low + 1], t[low + 2], t[low + 3], 0, 0, 0, 0];
            let digit = |word: u64| word.wrapping_mul(self.negative_inverse);
            let q0 = digit(acc[0]);
            add_row::<0>(&mut acc, 0, q0, lowest);
            let q1 = digit(acc[1]);
            add_row::<1>(&mut acc, 0, q1, lowest);
            let q2 = digit(acc[2]);
            add_row::<2>(&mut acc, 0, q2, lowest);
            let q3 = digit(acc[3]);
            add_row::<3>(&mut acc, 0, q3, lowest);
            let [_, _, _, _, p0, p1, p2, p3] = acc;
            let mut rows = Rows { x: [q0, q1, q2, q3], pending: [p0, p1, p2, p3] };
            rows.run(&mut t[low + 4..low + length], above);
            for (t, sum) in t[low + length..].iter_mut().zip(rows.finish()) {
                (*t, carry) = adc(*t, sum, carry);
            }
        }
        out.copy_from_slice(&t[length..]);
        // Below 2n, like any Montgomery reduction of a product below n·R.
        reduce_once(out, carry, n);
    }

    /// Computes `R mod n`, which is 1 in Montgomery form.
    #[inline(always)]
    fn one(&self, bits: u32, out: &mut [u64]) {
        power_of_two_mod(self.n.len() as u32 * 64, bits, self.n, out);
    }

    /// Computes `R² mod n`, which brings a number into Montgomery form: it is the Montgomery form of 2^(64·L), computed
    /// from that of a small power of two by squarings. `one` is the result of [`one`](Self::one).
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

    /// Computes `a/R mod n`, which leaves Montgomery form. `out` may be shorter than the padded modulus.
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

/// Calls `$function` with the padded length as a constant, if it is that of a usual key, so that the compiler can
/// unroll; otherwise with 0, which stands for a length known only at run time.
macro_rules! by_length {
    ($modulus:expr, $function:ident($($argument:expr),*)) => {
        match $modulus.length().next_multiple_of(4) {
            16 => $function::<16>($($argument),*),
            24 => $function::<24>($($argument),*),
            32 => $function::<32>($($argument),*),
            _ => $function::<0>($($argument),*),
        }
    };
}

/// Returns `L`, or the length of `x` rounded up to whole blocks of four limbs if `L` is 0.
#[inline(always)]
fn padded_length<const L: usize>(x: &SecretUint) -> usize {
    if L == 0 { x.length().next_multiple_of(4) } else { L }
}

fn base2(modulus: &SecretUint, bits: u32) -> Choice {
    by_length!(modulus, base2_sized(modulus, bits))
}

fn base2_sized<const L: usize>(modulus: &SecretUint, bits: u32) -> Choice {
    let length = padded_length::<L>(modulus);
    let padded = modulus.resized(length);
    let n = &padded.limbs()[..length];
    let modulus = Modulus::new(n);
    let mut scratch = SecretUint::zero(5 * length);
    let (one, rest) = scratch.limbs_mut().split_at_mut(length);
    let (mut x, rest) = rest.split_at_mut(length);
    let (mut y, t) = rest.split_at_mut(length);
    modulus.one(bits, one);

    // The exponent (n-1)/2 is n without its lowest bit, and its top two bits are set: the loop starts from 2^3.
    x.copy_from_slice(one);
    for _ in 0..3 {
        double_mod(x, 0, n);
    }
    for position in (1..bits.saturating_sub(2) as usize).rev() {
        modulus.square(x, t, y);
        double_masked(y, bits_at(n, position) & 1, n);
        core::mem::swap(&mut x, &mut y);
    }
    (*x).ct_eq(&*one)
}

/// Computes `a = 2a mod n` if `bit` is 1, by a mask.
#[inline(always)]
fn double_masked(a: &mut [u64], bit: u64, n: &[u64]) {
    let mask = mask(bit == 1);
    let mut carry = false;
    for limb in a.iter_mut() {
        (*limb, carry) = adc(*limb, *limb & mask, carry);
    }
    reduce_once(a, carry, n);
}

fn pow(power: &Power<'_>, bits: u32, result: &mut SecretUint) {
    by_length!(power.modulus, pow_sized(power, bits, result));
}

/// Exponent bits that one multiplication handles.
const WINDOW: usize = 4;

fn pow_sized<const L: usize>(power: &Power<'_>, bits: u32, result: &mut SecretUint) {
    let length = padded_length::<L>(power.modulus);
    let padded = power.modulus.resized(length);
    let modulus = Modulus::new(&padded.limbs()[..length]);
    let mut scratch = SecretUint::zero((5 + (1 << WINDOW)) * length);
    let (mut x, rest) = scratch.limbs_mut().split_at_mut(length);
    let (mut y, rest) = rest.split_at_mut(length);
    let (t, rest) = rest.split_at_mut(2 * length);
    let (factor, table) = rest.split_at_mut(length);

    // table[i] = base^i
    let (one, rest) = table.split_at_mut(length);
    modulus.one(bits, one);
    modulus.square_of_radix(one, t, x, factor);
    let (base, rest) = rest.split_at_mut(length);
    modulus.multiply(power.base.resized(length).limbs(), factor, t, base);
    let mut previous: &[u64] = base;
    for entry in rest.chunks_exact_mut(length) {
        modulus.multiply(previous, base, t, entry);
        previous = entry;
    }

    let windows = Power::exponent_bits(core::slice::from_ref(power), bits).div_ceil(WINDOW);
    x.copy_from_slice(one);
    for position in (0..windows).rev() {
        for _ in 0..WINDOW {
            modulus.square(x, t, y);
            core::mem::swap(&mut x, &mut y);
        }
        select(table, power.exponent.bits_at(position * WINDOW) & ((1 << WINDOW) - 1), factor);
        modulus.multiply(x, factor, t, y);
        core::mem::swap(&mut x, &mut y);
    }
    modulus.leave(x, t, y, result.limbs_mut());
}

/// Copies the table entry with the given index to `out`, by reading all entries.
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

/// Returns `base^65537 mod n`, the public key's operation, for an odd `n` of exactly `bits` bits.
pub(crate) fn pow_65537(base: &SecretUint, n: &SecretUint, bits: u32) -> SecretUint {
    let length = padded_length::<0>(n);
    let padded = n.resized(length);
    let modulus = Modulus::new(padded.limbs());
    let mut scratch = SecretUint::zero(6 * length);
    let (mut x, rest) = scratch.limbs_mut().split_at_mut(length);
    let (mut y, rest) = rest.split_at_mut(length);
    let (one, rest) = rest.split_at_mut(length);
    let (entered, t) = rest.split_at_mut(length);
    modulus.one(bits, one);
    modulus.square_of_radix(one, t, y, x);
    modulus.multiply(base.resized(length).limbs(), x, t, entered);
    x.copy_from_slice(entered);
    for _ in 0..16 {
        modulus.square(x, t, y);
        core::mem::swap(&mut x, &mut y);
    }
    modulus.multiply(x, entered, t, y);
    let mut out = SecretUint::zero(n.length());
    modulus.leave(y, t, x, out.limbs_mut());
    out
}

#[cfg(test)]
mod tests {
    use alloc::vec;
    use alloc::vec::Vec;

    use crypto_bigint::Odd;
    use crypto_bigint::modular::{BoxedMontyForm, BoxedMontyParams};
    use proptest::prelude::*;

    use super::super::super::limbs::limbs_for;
    use super::*;

    /// The power by crypto-bigint.
    fn power(base: &SecretUint, exponent: &SecretUint, n: &SecretUint) -> SecretUint {
        let params = BoxedMontyParams::new_vartime(Odd::new(n.to_boxed()).unwrap());
        SecretUint::from_boxed(&BoxedMontyForm::new(base.to_boxed(), &params).pow(&exponent.to_boxed()).retrieve())
    }

    fn assert_powers_match(base: &SecretUint, exponent: &SecretUint, n: &SecretUint, bits: u32) {
        let mut result = SecretUint::zero(n.length());
        pow(&Power { base, exponent, modulus: n }, bits, &mut result);
        assert_eq!(result, power(base, exponent, n));
        let e = SecretUint::from_word(65537, 1);
        assert_eq!(pow_65537(base, n, bits), power(base, &e, n));
    }

    /// Turns any number into an odd modulus that has `spare` bits fewer than its limbs, and returns the number of bits.
    fn shape(n: &mut SecretUint, spare: u32) -> u32 {
        let bits = n.length() as u32 * 64 - spare;
        n.keep_bits(bits);
        n.set_bit(bits - 1);
        n.set_bit(0);
        bits
    }

    fn operands() -> impl Strategy<Value = ([Vec<u64>; 3], u32)> {
        let limb = || prop_oneof![any::<u64>(), Just(0), Just(u64::MAX)];
        (prop_oneof![2..6usize, Just(16), Just(24), Just(32)], prop_oneof![Just(0u32), 0..63u32]).prop_flat_map(
            move |(length, spare)| {
                let number = || prop::collection::vec(limb(), length);
                ([number(), number(), number()], Just(spare))
            },
        )
    }

    /// Twelve words of `t` and `b`, four of `x`.
    fn rows() -> impl Strategy<Value = [Vec<u64>; 3]> {
        let limb = || prop_oneof![any::<u64>(), Just(0), Just(u64::MAX)];
        let number = move |length: usize| prop::collection::vec(limb(), length);
        (number(12), number(12), number(4)).prop_map(|(t, b, x)| [t, b, x])
    }

    /// Compares four rows with the sum `t + x·b`, one product at a time.
    fn assert_rows_match(t: Vec<u64>, b: Vec<u64>, x: Vec<u64>) {
        let mut expected = t.clone();
        expected.resize(16, 0);
        for (i, &x) in x.iter().enumerate() {
            let mut carry = 0;
            for (j, &b) in b.iter().enumerate() {
                (expected[i + j], carry) = mac(expected[i + j], x, b, carry);
            }
            expected[i + b.len()] = carry;
        }
        let mut sum = t;
        let mut rows = Rows::new(x.try_into().unwrap());
        rows.run(&mut sum, &b);
        sum.extend(rows.finish());
        assert_eq!(sum, expected);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(256))]
        #[test]
        fn rows_are_the_sum_of_products([t, b, x] in rows()) {
            assert_rows_match(t, b, x);
        }
    }

    #[test]
    fn rows_of_ones_lose_no_carry() {
        assert_rows_match(vec![u64::MAX; 12], vec![u64::MAX; 12], vec![u64::MAX; 4]);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn powers_match_crypto_bigint((numbers, spare) in operands()) {
            let [base, exponent, mut n] = numbers.map(SecretUint::from_limbs);
            let bits = shape(&mut n, spare);
            assert_powers_match(&base.remainder(&n, bits), &exponent.remainder(&n, bits), &n, bits);
        }

        #[test]
        fn base2_is_eulers_criterion(([n, _, _], _) in operands()) {
            let mut n = SecretUint::from_limbs(n);
            let bits = shape(&mut n, 0);
            for position in [1, 2, bits - 2] {
                n.set_bit(position);
            }
            let two = SecretUint::from_word(2, n.length());
            let is_one = power(&two, &n.halved(), &n) == SecretUint::from_word(1, n.length());
            prop_assert_eq!(bool::from(base2(&n, bits)), is_one);
        }
    }

    #[test]
    fn extremes() {
        for length in [2, 4, 5, 16, 24, 32, 33] {
            let bits = length as u32 * 64;
            let largest = SecretUint::repeated(u64::MAX, length);
            let less_one = largest.odd_minus_one();
            let mut smallest = SecretUint::from_word(1, length);
            smallest.set_bit(bits - 1);
            let (zero, two) = (SecretUint::zero(length), SecretUint::from_word(2, length));
            for exponent in [&largest, &less_one, &zero, &two] {
                // n - 1, 0 and 2, modulo the largest and the smallest modulus
                assert_powers_match(&less_one, exponent, &largest, bits);
                assert_powers_match(&zero, exponent, &largest, bits);
                assert_powers_match(&two, exponent, &smallest, bits);
            }
        }
    }

    /// 2^521 - 1 and 2^1279 - 1 are prime; 2^1277 - 1 is not, but passes this test, as all 2^r - 1 with prime r do.
    #[test]
    fn base2_on_known_primes() {
        for (bits, passes) in [(521u32, true), (1279, true), (1277, true), (1024, false), (1536, false)] {
            let mut n = SecretUint::repeated(u64::MAX, limbs_for(bits));
            n.keep_bits(bits);
            assert_eq!(bool::from(base2(&n, bits)), passes, "2^{bits} - 1");
        }
    }
}
