//! The kernel at the limits of its digits: its bounds by exact computation, and its loops against arbitrary-precision
//! integers.

#![allow(unsafe_code, reason = "calls into functions that need AVX-512")]

mod trial_division;

use alloc::vec;

use num_bigint::BigUint;
use proptest::prelude::*;

use super::super::super::uint::limbs_for;
use super::super::tests::skipped;
use super::digits::{CAPACITY, COLUMNS, Digits, SPARE_BITS};
use super::montgomery::Montgomery;
use super::vector::{DIGIT_BITS, DIGIT_MASK};
use super::*;

/// Every length.
fn lengths() -> impl Iterator<Item = Length> {
    (0..=CAPACITY).filter_map(Length::new)
}

/// The largest value of each word while a product is reduced, with all digits at their limit. The products of a column
/// are counted one by one.
struct Bounds {
    /// Columns of x² or of x·y, complete.
    product: Vec<u128>,
    /// The same with those of q·N.
    reduced: Vec<u128>,
    /// The words that carries are taken from, without and with a final doubling.
    words: [Vec<u128>; 2],
}

impl Bounds {
    fn new(n: usize) -> Self {
        // IFMA multiplies 52 by 52 bits, whatever the width of a digit.
        let largest = (1u128 << 52) - 1;
        let (low, high) = (largest, (largest * largest) >> 52);
        let mut product = vec![0u128; 2 * n + 1];
        for i in 0..n {
            for j in 0..n {
                product[i + j] += low;
                product[i + j + 1] += high;
            }
        }
        let reduced: Vec<_> = product.iter().map(|column| 2 * column).collect();
        let words = [1, 2].map(|factor| {
            let mut carry = 0;
            let mut words = Vec::new();
            for (k, column) in reduced.iter().take(2 * n).enumerate() {
                if k == n {
                    carry *= factor;
                }
                // In the lower half the carry is rounded up.
                let word = if k < n { column + carry + u128::from(DIGIT_MASK) } else { factor * column + carry };
                words.push(word);
                carry = word >> DIGIT_BITS;
            }
            words
        });
        Self { product, reduced, words }
    }
}

/// The overflow argument of `ifma.rs`, computed exactly from the constants of the code.
#[test]
fn no_column_overflows() {
    assert_eq!(DIGIT_BITS, 52, "the upper half of a product belongs to the next column only for 52-bit digits");
    assert_eq!(lengths().count(), CAPACITY / COLUMNS);
    for length in lengths() {
        let bounds = Bounds::new(length.digits());
        let [single, doubled] = &bounds.words;
        for word in bounds.product.iter().chain(&bounds.reduced).chain(single).chain(doubled) {
            assert!(*word < 1 << 64, "{} digits: {word:#x}", length.digits());
        }
        // The figure of the comment, in units of 2^w.
        let units = doubled.iter().max().unwrap() >> DIGIT_BITS;
        assert!(units <= 8 * length.digits() as u128, "{units}");
    }
}

/// The bounds of values in the comment of `ifma.rs`, as multiples of N in units of 2^-64, rounded up.
#[test]
fn values_stay_below_three_times_the_modulus() {
    let one = BigUint::from(1u8) << 64;
    let three = &one * 3u8;
    // R/N
    let radix = BigUint::from(1u8) << SPARE_BITS;
    // (x·y + q·N)/R, doubled or not, with x, y < 3 N and q < R.
    let product = (&three * &three / &one / &radix) + &one + 1u8;
    let doubled = &product * 2u8;
    assert!(doubled < three, "a doubled square exceeds 3 N");
    // Below 2^(w(n-1) + 52): the highest digit carries nothing.
    assert!(three < &one * &radix, "3 N exceeds R");
    // (3 N + (R - 1)·N)/R < N + 1, because 2 N/R < 1.
    assert!(&one * 2u8 / &radix < one);
    // Every supported size has as many spare bits.
    for bits in 64..=u32::from(u16::MAX) {
        if let Some(length) = Length::for_bits(bits) {
            assert!(length.digits() as u32 * DIGIT_BITS >= bits + SPARE_BITS);
        }
    }
}

/// The limits of the lengths.
#[test]
fn lengths_leave_five_bits() {
    for (bits, digits) in [
        (64, Some(10)),
        (515, Some(10)),
        (516, Some(20)),
        (1024, Some(20)),
        (1035, Some(20)),
        (1036, Some(30)),
        (1536, Some(30)),
        (2048, Some(40)),
        (2075, Some(40)),
        (2076, None),
        (u32::MAX, None),
    ] {
        assert_eq!(Length::for_bits(bits).map(Length::digits), digits, "{bits}");
    }
}

/// The number in a lane: all bits of the highest word, and the digits of the others.
fn value<V: Vector>(x: &Digits<V>, n: usize, lane: usize) -> BigUint {
    let words = x.0.iter().take(n).map(|words| words.as_ref()[lane]);
    words.enumerate().fold(BigUint::ZERO, |sum, (k, word)| {
        let digit = if k + 1 == n { word } else { word & DIGIT_MASK };
        sum + (BigUint::from(digit) << (DIGIT_BITS as usize * k))
    })
}

/// Numbers of n digits at and near the limit, a different one in each lane, with carries above the digits: none of
/// these may matter.
fn extremes<V: Vector>(n: usize, rotation: usize) -> Digits<V> {
    let kinds: [&dyn Fn(usize) -> u64; 8] = [
        &|_| DIGIT_MASK,
        &|_| DIGIT_MASK - 1,
        &|_| 1,
        &|k| if k % 2 == 0 { DIGIT_MASK } else { 0 },
        &|k| if k % 2 == 0 { 0 } else { DIGIT_MASK },
        &|k| if k == 0 { 1 } else { DIGIT_MASK },
        &|k| if k + 1 == n { DIGIT_MASK } else { 1 << (DIGIT_BITS - 1) },
        &|k| (k as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15) & DIGIT_MASK,
    ];
    let mut x = Digits::<V>::ZERO;
    for lane in 0..V::LANES {
        for k in 0..n {
            let carry = if k + 1 == n { 0 } else { (lane as u64 * 0x155 + k as u64) & 0xfff };
            x.0[k].as_mut()[lane] = kinds[(lane + rotation) % kinds.len()](k) | carry << DIGIT_BITS;
        }
    }
    x
}

/// Compares both operations with their definitions, for values beyond those that occur: the modulus may be as large as
/// R, and the result then exceeds R.
///
/// # Safety
/// The processor has AVX-512 F, IFMA and VL.
#[target_feature(enable = "avx512f,avx512ifma,avx512vl")]
fn check<V: Vector>(length: Length) {
    let n = length.digits();
    let radix = BigUint::from(1u8) << (n * DIGIT_BITS as usize);
    for (x_rotation, n_rotation) in (0..8).flat_map(|x| (0..8).map(move |n| (x, n))) {
        let mut modulus = extremes::<V>(n, n_rotation);
        modulus.0[0].as_mut().iter_mut().for_each(|word| *word |= 1);
        let mut negative_inverse = Digits::<V>::ZERO;
        for lane in 0..V::LANES {
            let inverse = super::super::super::word::inverse_mod_2_64(modulus.0[0].as_ref()[lane]);
            negative_inverse.0[0].as_mut()[lane] = inverse.wrapping_neg();
        }
        let arithmetic = Montgomery { length, modulus, negative_inverse };
        let (x, y) = (extremes::<V>(n, x_rotation), extremes::<V>(n, 3));
        // T + q·N is the first multiple of R from T on in steps of N: the definition of q.
        let check_lane = |result: &Digits<V>, product: &BigUint, factor: u8, lane: usize| {
            let modulus = value(&arithmetic.modulus, n, lane);
            let result = value(result, n, lane);
            assert!((&result % factor) == BigUint::ZERO);
            let multiple = (result / factor) * &radix;
            assert!(multiple >= *product, "{n} digits, lane {lane}");
            let difference = multiple - product;
            assert_eq!(&difference % &modulus, BigUint::ZERO, "{n} digits, lane {lane}");
            assert!(difference / modulus < radix, "{n} digits, lane {lane}");
        };

        let mut quotient = Digits::ZERO;
        let mut result = x.clone();
        let double = 0b1010_0110;
        arithmetic.square(double, &mut quotient, &mut result);
        for lane in 0..V::LANES {
            let x = value(&x, n, lane);
            check_lane(&result, &(&x * &x), 1 + (double >> lane & 1), lane);
        }

        let mut result = x.clone();
        arithmetic.multiply(&y, &mut quotient, &mut result);
        for lane in 0..V::LANES {
            check_lane(&result, &(value(&x, n, lane) * value(&y, n, lane)), 1, lane);
        }
    }
}

#[test]
fn extreme_digits() {
    if Ifma::new().is_none() {
        return skipped("IFMA");
    }
    for length in lengths() {
        // SAFETY: the token above proves that the processor has the instructions.
        unsafe {
            check::<__m512i>(length);
            check::<__m256i>(length);
        }
    }
}

proptest! {
    /// Digits hold the value of the limbs, in every lane and length, and return it.
    #[test]
    fn digits_hold_the_value_of_the_limbs(
        limbs in prop::collection::vec(prop_oneof![any::<u64>(), Just(u64::MAX)], 1..=32),
        lane in 0..HALF,
    ) {
        let bits = limbs.len() as u32 * 64;
        let length = Length::for_bits(bits).unwrap();
        let number = SecretUint::from_limbs(limbs.clone());
        let mut digits = Digits::<__m256i>::ZERO;
        digits.load(length, lane, &number);
        let expected = limbs.iter().rev().fold(BigUint::ZERO, |sum, &limb| (sum << 64) + limb);
        prop_assert_eq!(value(&digits, length.digits(), lane), expected);
        prop_assert!(digits.0.iter().all(|words| words.iter().all(|word| *word <= DIGIT_MASK)));
        // Carries above the digits are not part of the number.
        digits.0.iter_mut().flatten().for_each(|word| *word |= 0xabc << DIGIT_BITS);
        let mut stored = SecretUint::zero(limbs_for(bits));
        digits.store(length, lane, &mut stored);
        prop_assert_eq!(stored, number);
    }
}

#[test]
fn digits_are_cleared_when_they_are_dropped() {
    let mut digits = core::mem::ManuallyDrop::new(Digits::<__m512i>([[1; LANES]; CAPACITY]));
    // SAFETY: dropped once. What is read afterwards are plain numbers in memory that is still allocated.
    unsafe { core::mem::ManuallyDrop::drop(&mut digits) };
    assert_eq!(digits.0, [[0; LANES]; CAPACITY]);
}

/// Twelve powers fill a whole vector and a half: the half holds at most four.
#[test]
fn few_lanes_use_half_a_vector() {
    assert_eq!([HALF, LANES], [4, 8]);
    assert_eq!(filled(&[1, 2, 3], HALF), [1, 2, 3, 3]);
    assert!(filled::<u8>(&[], HALF).is_empty());
}
