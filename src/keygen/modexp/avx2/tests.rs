//! The kernel at the limits of its digits, against arbitrary-precision integers.

#![allow(unsafe_code, reason = "calls into functions that need AVX2, and pointers to digits")]

mod bounds;
mod extents;
mod trial_division;

use alloc::vec::Vec;
use core::arch::x86_64::{_mm256_set1_pd, _mm256_storeu_pd};

use num_bigint::BigInt;
use proptest::prelude::*;

use super::super::tests::skipped;
use super::digits::{CAPACITY, DIGIT_BITS, Digits, Length, Operand, Scratch, Vector, columns_ptr, pow2};
use super::montgomery::Montgomery;
use super::product::{Addend, Factors, HighDigits, Root, Spilled, mul_high, mul_low, square_high, square_low};
use super::*;

/// D, the largest digit.
const LIMIT: i64 = (1 << 46) + 128;

fn big(x: f64) -> BigInt {
    BigInt::from(x as i128)
}

/// The number with these digits.
fn value(digits: &[f64]) -> BigInt {
    digits.iter().rev().fold(BigInt::ZERO, |value, digit| (value << DIGIT_BITS) + big(*digit))
}

/// The number with these columns.
fn sum(columns: &[BigInt]) -> BigInt {
    columns.iter().rev().fold(BigInt::ZERO, |value, column| (value << DIGIT_BITS) + column)
}

/// The first lane.
fn lane(digits: &[Digits]) -> Vec<f64> {
    digits.iter().flat_map(|digits| digits.0.iter().map(|vector| vector[0])).collect()
}

fn first(vector: Vector) -> f64 {
    let mut lanes = [0.0; LANES];
    // SAFETY: `lanes` is valid for four doubles.
    unsafe { _mm256_storeu_pd(lanes.as_mut_ptr(), vector) };
    lanes[0]
}

fn are_digits(digits: &[f64]) -> bool {
    digits.iter().all(|digit| digit.abs() <= LIMIT as f64)
}

/// Digits at and near the limit, such that what is rounded off is at its limit too: 2^46·odd is a tie.
fn extremes(n: usize) -> Vec<Digits> {
    let (d, t) = (LIMIT, 1i64 << 46);
    let kinds: [&dyn Fn(usize) -> i64; 9] = [
        &|_| d,
        &|_| -d,
        &|_| t,
        &|_| t - 1,
        &|_| 1 - t,
        &|k| if k % 2 == 0 { d } else { -d },
        &|k| if k % 2 == 0 { t } else { t - 1 },
        &|k| if k % 2 == 0 { t - 1 } else { -t },
        &|k| (k as i64).wrapping_mul(0x1234_5678_9abc_d123).rem_euclid(2 * d) - d,
    ];
    let digits = |f: &&dyn Fn(usize) -> i64| {
        let mut x = Digits::ZERO;
        (0..n).for_each(|k| x.0[k] = [f(k) as f64; LANES]);
        x
    };
    kinds.iter().map(digits).collect()
}

/// The columns of the product.
fn columns(a: &[f64], b: &[f64]) -> Vec<BigInt> {
    let n = a.len();
    let column = |k: usize| (0..n).filter(|i| k < n + i && *i <= k).map(|i| big(a[i]) * big(b[k - i])).sum();
    (0..2 * n).map(column).collect()
}

#[target_feature(enable = "avx2,fma")]
fn check(n: usize) {
    let all = extremes(n);
    for a in &all {
        for b in &all {
            check_product(n, a, b);
        }
        check_square(n, a);
    }
}

#[target_feature(enable = "avx2,fma")]
fn check_product(n: usize, a: &Digits, b: &Digits) {
    let [a_digits, b_digits] = [a, b].map(|x| lane(core::slice::from_ref(x))[..n].to_vec());
    let c = columns(&a_digits, &b_digits);
    let mut scratch = Scratch::ZERO;

    // The estimate of column n-2: off by at most one rounding per product, of sums below 2^99.
    scratch.quotient = a.clone();
    let arithmetic = Montgomery { length: Length::new(n).unwrap(), modulus: b.clone(), negative_inverse: Digits::ZERO };
    let off = big(first(arithmetic.estimate(&scratch))) - &c[n - 2];
    assert!(off.magnitude().bits() < 47 + u64::from(n.ilog2()), "{n} {off}");

    let factors = Factors { a: a.as_ptr(), b: b.as_ptr(), digits: n };
    // SAFETY: as in `Montgomery::multiply`.
    let carry = unsafe { mul_low(factors, columns_ptr(&mut scratch.columns)) };
    let low = lane(&scratch.columns)[..n].to_vec();
    assert!(are_digits(&low));
    assert_eq!(value(&low) + (big(first(carry)) << (DIGIT_BITS as usize * n)), sum(&c[..n]));

    let t = columns_ptr(&mut scratch.columns);
    let addend = Addend { columns: t, below: Spilled(carry), factor: Spilled(_mm256_set1_pd(1.0)) };
    // SAFETY: as in `Montgomery::multiply`.
    unsafe { mul_high::<false>(factors, &addend, HighDigits { digits: t.add(n), doubled: t }) };
    let product = lane(&scratch.columns)[..2 * n].to_vec();
    assert!(are_digits(&product));
    assert_eq!(value(&product), sum(&c));

    for (sign, factor) in [(1.0, 1.0), (-1.0, 1.0), (1.0, 2.0), (-1.0, 2.0)] {
        check_reduction(factors, &c, sign, factor);
    }
}

/// The upper half of a reduction, added to the largest sums that a square leaves.
#[target_feature(enable = "avx2,fma")]
fn check_reduction(factors: Factors, c: &[BigInt], sign: f64, factor: f64) {
    let n = factors.digits;
    let mut scratch = Scratch::ZERO;
    for k in n - 1..2 * n {
        let units = if k == n - 1 {
            2.0
        } else if k == 2 * n - 1 {
            0.0
        } else {
            88.0
        };
        scratch.columns[k / CAPACITY].0[k % CAPACITY] = [sign * units * pow2(45); LANES];
    }
    let t = lane(&scratch.columns);
    let estimate: f64 = alloc::format!("{}", c[n - 2]).parse().unwrap();
    let addend = Addend {
        columns: columns_ptr(&mut scratch.columns),
        below: Spilled(_mm256_set1_pd(estimate)),
        factor: Spilled(_mm256_set1_pd(factor)),
    };
    let mut x = Operand { digits: Digits::ZERO, doubled: Digits::ZERO };
    let out = HighDigits { digits: x.digits.as_mut_ptr(), doubled: x.doubled.as_mut_ptr() };
    // SAFETY: as in `Montgomery::square`.
    unsafe { mul_high::<true>(factors, &addend, out) };
    let result = lane(core::slice::from_ref(&x.digits));
    assert!(are_digits(&result[..n - 1]));
    let above = sum(&c[n..]) + value(&t[n..2 * n]);
    // Column n-1 with the upper part of column n-2, in multiples of R, rounded down. The kernel rounds to the nearest
    // multiple, so it may return the next one, because these sums are not multiples.
    let below: BigInt = (&c[n - 1] + big(t[n - 1]) + (&c[n - 2] >> DIGIT_BITS)) >> DIGIT_BITS;
    let off = value(&result[..n + 1]) - (above + below) * big(factor);
    assert!(off == BigInt::ZERO || off == big(factor), "{n} {factor} {off}");
}

#[target_feature(enable = "avx2,fma")]
fn check_square(n: usize, a: &Digits) {
    let operand = Operand::new(a);
    let root = Root { digits: operand.digits.as_ptr(), doubled: operand.doubled.as_ptr(), length: n };
    let mut scratch = Scratch::ZERO;
    let low = n.next_multiple_of(6);
    let t = columns_ptr(&mut scratch.columns);
    // SAFETY: as in `Montgomery::square`.
    unsafe {
        let carry = square_low(root, low, t);
        square_high(root, low, carry, t);
    }
    let digits = lane(core::slice::from_ref(a))[..n].to_vec();
    assert_eq!(value(&lane(&scratch.columns)[..2 * n]), sum(&columns(&digits, &digits)));
}

#[test]
fn extreme_digits() {
    if Avx2::new().is_none() {
        return skipped("AVX2");
    }
    for n in [8, 21, 22, 23, 33, 43, 44] {
        // SAFETY: the token above proves that the processor has AVX2 and FMA.
        unsafe { check(n) };
    }
}

/// The sizes that the loops support, and their neighbors.
#[test]
fn lengths_leave_four_bits() {
    for (bits, digits) in [
        (325, None),
        (326, Some(8)),
        (372, Some(8)),
        (373, Some(9)),
        (1024, Some(22)),
        (1536, Some(33)),
        (2048, Some(44)),
        (2064, Some(44)),
        (2065, None),
    ] {
        assert_eq!(Length::for_bits(bits).map(Length::digits), digits, "{bits}");
    }
}

proptest! {
    /// Every digit but the highest is within ±2^46, and the value is that of the limbs.
    #[test]
    fn loaded_digits_are_balanced(x in prop::collection::vec(prop_oneof![any::<u64>(), Just(u64::MAX)], 16)) {
        let mut digits = Digits::ZERO;
        digits.load(Length::for_bits(1024).unwrap(), 0, &SecretUint::from_limbs(x.clone()));
        let digits = &lane(core::slice::from_ref(&digits))[..22];
        prop_assert!(digits[..21].iter().all(|digit| digit.abs() <= (1i64 << 46) as f64));
        prop_assert_eq!(value(digits), x.iter().rev().fold(BigInt::ZERO, |sum, &limb| (sum << 64) + limb));
    }
}

/// The proof assumes rounding to nearest; with any other mode, as C code may have set it, the portable kernel is used.
#[test]
fn the_rounding_mode_is_detected() {
    assert!(rounds_to_nearest());
    for mode in 1..4u32 {
        let mut before = 0u32;
        // SAFETY: stmxcsr and ldmxcsr write and read four bytes at the address given. No floating-point operation
        // happens until the mode is restored.
        let detected = unsafe {
            core::arch::asm!("stmxcsr [{}]", in(reg) &raw mut before, options(nostack, preserves_flags));
            let other = before | mode << 13;
            core::arch::asm!("ldmxcsr [{}]", in(reg) &raw const other, options(nostack, preserves_flags));
            let detected = !rounds_to_nearest();
            core::arch::asm!("ldmxcsr [{}]", in(reg) &raw const before, options(nostack, preserves_flags));
            detected
        };
        assert!(detected && rounds_to_nearest(), "{mode}");
    }
}

#[test]
fn digits_are_cleared_when_they_are_dropped() {
    let mut digits = core::mem::ManuallyDrop::new(Digits([[1.0; LANES]; CAPACITY]));
    // SAFETY: dropped once. What is read afterwards are plain numbers in memory that is still allocated.
    unsafe { core::mem::ManuallyDrop::drop(&mut digits) };
    assert_eq!(digits.0, [[0.0; LANES]; CAPACITY]);
}
