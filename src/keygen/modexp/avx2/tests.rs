//! The kernels at the limits of their digits, against big integers.

#![allow(unsafe_code)]

use alloc::vec;
use alloc::vec::Vec;

use num_bigint::BigInt;
use proptest::prelude::*;

use super::super::super::uint::{limbs_for, reduce_wide, zero};
use super::*;

const LIMIT: i64 = (1 << 46) + 128;

fn big(x: f64) -> BigInt {
    BigInt::from(x as i128)
}
fn value(d: &[f64]) -> BigInt {
    d.iter().rev().fold(BigInt::ZERO, |a, x| (a << W) + big(*x))
}
fn sum(c: &[BigInt]) -> BigInt {
    c.iter().rev().fold(BigInt::ZERO, |a, x| (a << W) + x)
}
fn lane(d: &[Digits]) -> Vec<f64> {
    d.iter().flat_map(|d| d.0.iter().map(|v| v[0])).collect()
}
fn within(d: &[f64]) -> bool {
    d.iter().all(|x| x.abs() <= LIMIT as f64)
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
fn columns(a: &[f64], b: &[f64]) -> Vec<BigInt> {
    let n = a.len();
    let column = |k: usize| (0..n).filter(|i| k < n + i && *i <= k).map(|i| big(a[i]) * big(b[k - i])).sum();
    (0..2 * n).map(column).collect()
}

#[target_feature(enable = "avx2,fma")]
fn check(n: usize) {
    let all = extremes(n);
    let first = |v: V| {
        let mut f = [0.0; 4];
        // SAFETY: four doubles.
        unsafe { _mm256_storeu_pd(f.as_mut_ptr(), v) };
        f[0]
    };
    for a in &all {
        let av = lane(core::slice::from_ref(a))[..n].to_vec();
        let mut wk = Work::ZERO;
        for b in &all {
            let c = columns(&av, &lane(core::slice::from_ref(b))[..n]);
            // the estimate of column n-2: off by no more than a rounding a product, of sums below 2^99
            wk.q = a.clone();
            let ring = Ring { length: Length(n), m: b.clone(), inverse: Digits::ZERO };
            let off = big(first(ring.estimate(&wk))) - &c[n - 2];
            assert!(off.magnitude().bits() < 47 + u64::from(n.ilog2()), "{n} {off}");
            let t = wk.t.as_mut_ptr() as *mut V;
            let one = _mm256_set1_pd(1.0);
            // SAFETY: as in `mul`.
            let carry = unsafe { mul_low(a.ptr(), b.ptr(), n, t) };
            let low = lane(&wk.t)[..n].to_vec();
            assert!(within(&low));
            assert_eq!(value(&low) + (big(first(carry)) << (W as usize * n)), sum(&c[..n]));
            let t = wk.t.as_mut_ptr() as *mut V;
            // SAFETY: as in `mul`.
            unsafe { mul_high::<false>(a.ptr(), b.ptr(), n, t, Mem(carry), Mem(one), t.add(n), t) };
            let all = lane(&wk.t)[..2 * n].to_vec();
            assert!(within(&all));
            assert_eq!(value(&all), sum(&c));
            // the reduction's half, on top of the largest sums that a square leaves
            for (sign, f) in [(1.0, 1.0), (-1.0, 1.0), (1.0, 2.0), (-1.0, 2.0)] {
                for k in n - 1..2 * n {
                    let t = if k == n - 1 {
                        2.0
                    } else if k == 2 * n - 1 {
                        0.0
                    } else {
                        88.0
                    };
                    wk.t[k / PAD].0[k % PAD] = [sign * t * pow2(45); LANES];
                }
                let flat = lane(&wk.t);
                let e: f64 = alloc::format!("{}", c[n - 2]).parse().unwrap();
                let mut x = Number { d: Digits::ZERO, dd: Digits::ZERO };
                let t = wk.t.as_ptr() as *const V;
                // SAFETY: as in `sqr`.
                unsafe {
                    let (e, f) = (Mem(_mm256_set1_pd(e)), Mem(_mm256_set1_pd(f)));
                    mul_high::<true>(a.ptr(), b.ptr(), n, t, e, f, x.d.mut_ptr(), x.dd.mut_ptr());
                }
                let got = lane(core::slice::from_ref(&x.d));
                assert!(within(&got[..n - 1]));
                let above = sum(&c[n..]) + value(&flat[n..2 * n]);
                // column n-1 with the upper part of column n-2 in multiples of R, rounded: not always the nearest here, since these are no
                // multiples; but one of the two neighbours
                let below: BigInt = (&c[n - 1] + big(flat[n - 1]) + (&c[n - 2] >> W)) >> W;
                let off = value(&got[..n + 1]) - (above + below) * big(f);
                assert!(off == BigInt::ZERO || off == big(f), "{n} {f} {off}");
            }
        }
        let mut aa = a.clone();
        aa.0.iter_mut().flatten().for_each(|x| *x *= 2.0);
        let t = wk.t.as_mut_ptr() as *mut V;
        let low = n.next_multiple_of(6);
        // SAFETY: as in `sqr`.
        unsafe {
            let carry = sqr_low(a.ptr(), aa.ptr(), low, t);
            sqr_high(a.ptr(), aa.ptr(), n, low, carry, t);
        }
        assert_eq!(value(&lane(&wk.t)[..2 * n]), sum(&columns(&av, &av)));
    }
}

#[test]
fn extreme_digits() {
    if Avx2::new().is_none() {
        return skipped();
    }
    for n in [8, 21, 22, 23, 33, 43, 44] {
        // SAFETY: just asked.
        unsafe { check(n) };
    }
}

/// The sizes that the walks are made for, and the one above them.
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
        assert_eq!(Length::of(bits).map(|length| length.0), digits, "{bits}");
    }
}

proptest! {
    /// Every digit but the highest within ±2^46, and the value that of the limbs.
    #[test]
    fn loaded_digits_are_balanced(x in prop::collection::vec(prop_oneof![any::<u64>(), Just(u64::MAX)], 16)) {
        let mut digits = Digits::ZERO;
        exponentiation::load(Length(22), 0, &x, &mut digits);
        let digits = &lane(core::slice::from_ref(&digits))[..22];
        prop_assert!(digits[..21].iter().all(|digit| digit.abs() <= (1i64 << 46) as f64));
        prop_assert_eq!(value(digits), x.iter().rev().fold(BigInt::ZERO, |sum, &limb| (sum << 64) + limb));
    }
}

/// The proof wants sums to be rounded to nearest; with any other mode, as C code may have set it, the portable kernel does the work.
#[test]
fn the_rounding_mode_is_seen() {
    assert!(rounds_to_nearest());
    for mode in 1..4u32 {
        let mut before = 0u32;
        // SAFETY: stmxcsr and ldmxcsr write and read the four bytes pointed at. Until the mode is restored nothing computes with floats.
        let seen = unsafe {
            core::arch::asm!("stmxcsr [{}]", in(reg) &raw mut before, options(nostack, preserves_flags));
            let other = before | mode << 13;
            core::arch::asm!("ldmxcsr [{}]", in(reg) &raw const other, options(nostack, preserves_flags));
            let seen = rounds_to_nearest();
            core::arch::asm!("ldmxcsr [{}]", in(reg) &raw const before, options(nostack, preserves_flags));
            seen
        };
        assert!(!seen && rounds_to_nearest(), "{mode}");
    }
}

#[test]
fn digits_are_wiped_when_they_are_dropped() {
    let mut digits = core::mem::ManuallyDrop::new(Digits([[1.0; LANES]; PAD]));
    // SAFETY: dropped once; what is read afterwards are plain numbers, whose place is still there.
    unsafe { core::mem::ManuallyDrop::drop(&mut digits) };
    assert_eq!(digits.0, [[0.0; LANES]; PAD]);
}

/// Reports that there is nothing to test, past the test harness, which hides the output of a test that passes.
fn skipped() {
    use std::io::Write as _;
    let message = "*** SKIPPED: the AVX2 kernel: this processor has no AVX2 or no FMA\n";
    std::io::stderr().write_all(message.as_bytes()).unwrap();
    if let Some(path) = std::env::var_os("SKIPPED_TESTS") {
        let mut file = std::fs::OpenOptions::new().create(true).append(true).open(path).unwrap();
        file.write_all(message.as_bytes()).unwrap();
    }
}

/// Words at their limits as often as any others.
fn number_of(bits: u32) -> impl Strategy<Value = Vec<u64>> {
    let word =
        prop_oneof![4 => any::<u64>(), 1 => Just(0), 1 => Just(u64::MAX), 1 => Just(0x1fff_ffff), 1 => Just(1 << 28)];
    prop::collection::vec(word, limbs_for(bits))
}

/// `x` as an odd number of exactly `bits` bits.
fn modulus(mut x: Vec<u64>, bits: u32, low: u64) -> Vec<u64> {
    let spare = x.len() as u32 * 64 - bits;
    if let Some(top) = x.last_mut() {
        *top = (*top | 3 << 62) >> spare;
    }
    x[0] |= low;
    x
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    /// For any number of lanes, any size that has an instance here, and some that have none.
    #[test]
    fn avx2_matches_portable(
        (bits, moduli, bases, exponents) in prop_oneof![Just(128u32), Just(328), Just(1024), Just(1032), Just(1536), Just(2048), Just(2064), Just(2072), 128..1100u32]
            .prop_flat_map(|bits| {
                let numbers = move || prop::collection::vec(number_of(bits), 6);
                (Just(bits), numbers(), numbers(), numbers())
            }),
        count in 1..6usize,
    ) {
        let Some(kernel) = Avx2::new() else {
            skipped();
            return Ok(());
        };
        let moduli: Vec<_> = moduli.into_iter().take(count).map(|x| modulus(x, bits, 7)).collect();
        let refs: Vec<_> = moduli.iter().map(|x| &x[..]).collect();
        let verdicts = |kernel: &dyn Fn(&mut [Choice])| {
            let mut verdicts = vec![Choice::from(0); count];
            kernel(&mut verdicts);
            verdicts.into_iter().map(bool::from).collect::<Vec<_>>()
        };
        prop_assert_eq!(verdicts(&|v| kernel.base2(bits, &refs, v)), verdicts(&|v| Portable.base2(bits, &refs, v)));

        let below: Vec<_> = bases.iter().zip(&moduli).map(|(base, n)| reduce_wide(base, n, bits)).collect();
        let exponents: Vec<_> = exponents.iter().zip(&moduli).map(|(exponent, n)| reduce_wide(exponent, n, bits)).collect();
        let powers: Vec<_> = (0..count).map(|i| Power { base: &below[i], exponent: &exponents[i], modulus: &moduli[i] }).collect();
        let results = |kernel: &dyn Fn(&mut [Limbs])| {
            let mut results = vec![zero(limbs_for(bits)); count];
            kernel(&mut results);
            results
        };
        prop_assert_eq!(results(&|r| kernel.pow(bits, &powers, r)), results(&|r| Portable.pow(bits, &powers, r)));
    }
}

/// Numbers that pass, in every lane: Mersenne primes, and pseudoprimes of the same form.
#[test]
fn base2_says_yes() {
    let Some(kernel) = Avx2::new() else { return skipped() };
    for (bits, passes) in [(521u32, true), (1279, true), (1277, true), (1021, true), (1024, false), (2048, false)] {
        let n = modulus(vec![u64::MAX; limbs_for(bits)], bits, 7);
        let other = modulus(vec![0x5555_5555_5555_5555; limbs_for(bits)], bits, 7);
        for lane in 0..4 {
            let moduli: [&[u64]; 4] = core::array::from_fn(|i| if i == lane { &n[..] } else { &other });
            let mut verdicts = [Choice::from(0); 4];
            kernel.base2(bits, &moduli, &mut verdicts);
            assert_eq!(bool::from(verdicts[lane]), passes, "2^{bits} - 1");
        }
    }
}
