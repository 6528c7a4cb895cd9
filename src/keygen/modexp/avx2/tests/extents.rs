//! The loops read and write the digits that `SAFETY.md` lists, and no others.

use alloc::vec::Vec;
use core::arch::x86_64::_mm256_set1_pd;

use super::super::Avx2;
use super::super::digits::{Digits, LANES, MAX_DIGITS, MIN_DIGITS, Scratch, columns_ptr};
use super::super::product::{Addend, Factors, HighDigits, Root, Spilled, mul_high, mul_low, square_high, square_low};
use super::skipped;

/// What nothing may write to.
const SENTINEL: f64 = 12345.0;

/// Digits 0..used with small values; `rest` above them.
fn digits(used: usize, rest: f64) -> Digits {
    let mut digits = Digits::ZERO;
    for (index, digit) in digits.0.iter_mut().enumerate() {
        *digit = [if index < used { index as f64 - 15.0 } else { rest }; LANES];
    }
    digits
}

/// The first `count` digits; all after them must be the sentinel.
fn written(digits: &[Digits], from: usize, to: usize) -> Vec<[f64; LANES]> {
    let all = digits.iter().flat_map(|digits| digits.0).collect::<Vec<_>>();
    for (index, digit) in all.iter().enumerate().filter(|(index, _)| !(from..to).contains(index)) {
        assert_eq!(*digit, [SENTINEL; LANES], "digit {index} is outside {from}..{to}");
    }
    all[from..to].to_vec()
}

fn sentinels() -> Scratch {
    Scratch { columns: [digits(0, SENTINEL), digits(0, SENTINEL)], quotient: digits(0, SENTINEL) }
}

/// All results of the loops for n digits, with `rest` in every digit that they may not read.
#[target_feature(enable = "avx2,fma")]
fn results(n: usize, rest: f64) -> Vec<Vec<[f64; LANES]>> {
    let mut results = Vec::new();
    let (a, b) = (digits(n, rest), digits(n, rest));
    let factors = Factors { a: a.as_ptr(), b: b.as_ptr(), digits: n };
    let zero = _mm256_set1_pd(0.0);
    let one = _mm256_set1_pd(1.0);

    let mut out = sentinels();
    // SAFETY: all have room for CAPACITY digits or 2·CAPACITY columns, here and below.
    unsafe { mul_low(factors, columns_ptr(&mut out.columns)) };
    results.push(written(&out.columns, 0, n));

    let mut out = sentinels();
    let mut addend = Addend { columns: core::ptr::null(), below: Spilled(zero), factor: Spilled(one) };
    let columns = columns_ptr(&mut out.columns);
    // SAFETY: as above.
    unsafe { mul_high::<false>(factors, &addend, HighDigits { digits: columns.add(n), doubled: columns }) };
    results.push(written(&out.columns, n, 2 * n + 1));

    // A reduction reads columns n-1 to 2n-1 of T.
    let mut t = Scratch::ZERO;
    for (index, column) in t.columns.iter_mut().flat_map(|digits| digits.0.iter_mut()).enumerate() {
        *column = [if (n - 1..2 * n).contains(&index) { index as f64 } else { rest }; LANES];
    }
    addend.columns = columns_ptr(&mut t.columns);
    let mut out = sentinels();
    let [first, second] = &mut out.columns;
    let high = HighDigits { digits: first.as_mut_ptr(), doubled: second.as_mut_ptr() };
    // SAFETY: as above.
    unsafe { mul_high::<true>(factors, &addend, high) };
    for digits in &out.columns {
        results.push(written(core::slice::from_ref(digits), 0, n + 1));
    }

    // `square_low` reads the digits of whole groups: zeros above the highest.
    let low = n.next_multiple_of(6);
    let mut root = digits(n, rest);
    root.0[n..low].fill([0.0; LANES]);
    let mut out = sentinels();
    let pointers = Root { digits: root.as_ptr(), doubled: root.as_ptr(), length: n };
    // SAFETY: as above.
    let carry = unsafe { square_low(pointers, low, columns_ptr(&mut out.columns)) };
    results.push(written(&out.columns, 0, low));
    let root = digits(n, rest);
    let pointers = Root { digits: root.as_ptr(), doubled: root.as_ptr(), length: n };
    let mut out = sentinels();
    // SAFETY: as above.
    unsafe { square_high(pointers, low, carry, columns_ptr(&mut out.columns)) };
    results.push(written(&out.columns, low, 2 * n));
    results
}

/// A digit that is not a number would spread to every result that depends on it.
#[test]
fn nothing_outside_the_extents_is_read_or_written() {
    if Avx2::new().is_none() {
        return skipped("AVX2");
    }
    for n in MIN_DIGITS..=MAX_DIGITS {
        // SAFETY: the token above proves that the processor has AVX2 and FMA.
        let (zeros, poisoned) = unsafe { (results(n, 0.0), results(n, f64::NAN)) };
        assert_eq!(zeros, poisoned, "{n} digits");
        assert!(zeros.iter().flatten().flatten().all(|digit| digit.is_finite()));
    }
}
