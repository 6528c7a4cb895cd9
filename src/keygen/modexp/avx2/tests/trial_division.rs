//! The vectors of trial division against the portable loop, and against remainders by another implementation.

use alloc::vec::Vec;

use crypto_bigint::{BoxedUint, NonZero};
use proptest::prelude::*;

use super::super::super::super::trial_division::pairs::{Pairs, WIDTH, pairs};
use super::super::super::super::trial_division::{SecondTier, TrialDivision};
use super::super::super::super::uint::{SecretUint, limbs_for};
use super::super::super::kernel::Kernel;
use super::super::super::portable::Portable;
use super::super::Avx2;
use super::skipped;

fn tables(bits: u32, pairs: &[[u16; 2]]) -> TrialDivision {
    TrialDivision::of(SecondTier::Pairs(Pairs::new(bits, pairs)))
}

/// Every prime is found in every lane and as either number of its pair: the pairs move on by one place at a time.
#[test]
fn every_prime_is_found_in_every_lane() {
    const BITS: u32 = 84;
    let Some(kernel) = Avx2::new() else { return skipped("AVX2") };
    let in_order = pairs(512, 1 << 16);
    let swapped: Vec<_> = in_order.iter().map(|[first, second]| [*second, *first]).collect();
    for lane in 0..WIDTH {
        for pairs in [&in_order, &swapped] {
            for table in [&[[3; 2]].repeat(lane), &pairs[..]].concat().chunks(WIDTH) {
                let mut trial = tables(BITS, table);
                for &prime in table.as_flattened() {
                    // The cofactor is a power of two, so no other prime divides.
                    let candidate = SecretUint::from_limbs([0, u64::from(prime)].to_vec());
                    assert!(!kernel.passes_large(&mut trial, &candidate), "{prime}, {lane} places further");
                }
            }
        }
    }
}

/// Bits of the candidate, its limbs, the first of sixteen adjacent pairs, and a place of them whose prime divides it.
type Case = (u32, Vec<u64>, usize, usize);

/// From one digit to more than two blocks of them.
fn cases() -> impl Strategy<Value = Case> {
    let word = prop_oneof![4 => any::<u64>(), 1 => Just(u64::MAX), 1 => Just(0)];
    let bits =
        prop_oneof![1..3000u32, prop::sample::select([1024u32, 1316, 1317, 1344, 1536, 2048, 2632, 2633].to_vec())];
    let last = pairs(512, 1 << 16).len() - WIDTH;
    bits.prop_flat_map(move |bits| {
        (Just(bits), prop::collection::vec(word.clone(), limbs_for(bits)), 0..=last, 0..2 * WIDTH)
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]
    /// For any number, and for the largest multiple of a prime of the table that is below it.
    #[test]
    fn trial_division_matches_the_portable_loop_and_remainders((bits, limbs, start, place) in cases()) {
        let Some(kernel) = Avx2::new() else {
            skipped("AVX2");
            return Ok(());
        };
        let pairs = &pairs(512, 1 << 16)[start..start + WIDTH];
        let remainder = |number: &SecretUint, prime: u16| {
            number.to_boxed().rem_vartime(&NonZero::new(BoxedUint::from(u64::from(prime))).unwrap())
        };
        let mut number = SecretUint::from_limbs(limbs);
        number.keep_bits(bits);
        let prime = pairs.as_flattened()[place];
        let multiple = SecretUint::from_boxed(&(number.to_boxed() - remainder(&number, prime)));
        let mut trial = tables(bits, pairs);
        for candidate in [number, multiple.resized(limbs_for(bits))] {
            let passes = kernel.passes_large(&mut trial, &candidate);
            prop_assert_eq!(passes, Portable.passes_large(&mut trial, &candidate));
            let divisible = pairs.as_flattened().iter().any(|prime| remainder(&candidate, *prime).is_zero().into());
            prop_assert_eq!(passes, !divisible);
        }
    }
}
