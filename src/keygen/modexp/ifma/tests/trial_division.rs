//! The vectors of trial division against the portable loop, and against remainders by another implementation.

use alloc::vec::Vec;

use crypto_bigint::{BoxedUint, NonZero};
use proptest::prelude::*;

use super::super::super::super::small_primes::{odd_primes_below, packed};
use super::super::super::super::trial_division::packs::{MODULUS, Packs, WIDTH};
use super::super::super::super::trial_division::{SecondTier, TrialDivision};
use super::super::super::super::uint::{SecretUint, limbs_for};
use super::super::super::kernel::Kernel;
use super::super::super::portable::Portable;
use super::super::Ifma;
use super::skipped;

fn tables(bits: u32, packs: &[&[u16]]) -> TrialDivision {
    TrialDivision::of(SecondTier::Packs(Packs::of(bits, packs).unwrap()))
}

/// The packs of all odd primes, in order.
fn all_packs() -> Vec<&'static [u16]> {
    packed(odd_primes_below(1 << 16), MODULUS).map(|(_, pack)| pack).collect()
}

/// Every prime is found in every lane: the packs move on by one place at a time.
#[test]
fn every_prime_is_found_in_every_lane() {
    const BITS: u32 = 128;
    let Some(kernel) = Ifma::new() else { return skipped("IFMA") };
    for lane in 0..WIDTH {
        let unused: &[u16] = &[3];
        for packs in [&alloc::vec![unused; lane], &all_packs()[..]].concat().chunks(WIDTH) {
            let mut trial = tables(BITS, packs);
            for &prime in packs.iter().copied().flatten() {
                // The cofactor is a power of two, so no other prime divides.
                let candidate = SecretUint::from_limbs([0, u64::from(prime)].to_vec());
                assert!(!kernel.passes_large(&mut trial, &candidate), "{prime}, {lane} places further");
            }
        }
    }
}

/// Bits of the candidate, its limbs, the first of sixteen adjacent packs, and a prime of them that divides it.
type Case = (u32, Vec<u64>, usize, prop::sample::Index);

/// From one digit to as many as there are.
fn cases() -> impl Strategy<Value = Case> {
    let word = prop_oneof![4 => any::<u64>(), 2 => Just(u64::MAX), 1 => Just(0)];
    let bits = prop_oneof![1..3000u32, prop::sample::select([52u32, 53, 104, 1024, 1536, 2048, 8191, 8192].to_vec())];
    let last = all_packs().len() - WIDTH;
    bits.prop_flat_map(move |bits| {
        (Just(bits), prop::collection::vec(word.clone(), limbs_for(bits)), 0..=last, any::<prop::sample::Index>())
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: ProptestConfig::default().cases.min(256), ..ProptestConfig::default() })]
    /// For any number, and for the largest multiple of a prime of the table that is below it.
    #[test]
    fn trial_division_matches_the_portable_loop_and_remainders((bits, limbs, start, place) in cases()) {
        let Some(kernel) = Ifma::new() else {
            skipped("IFMA");
            return Ok(());
        };
        let packs = &all_packs()[start..start + WIDTH];
        let primes = packs.concat();
        let remainder = |number: &SecretUint, prime: u16| {
            number.to_boxed().rem_vartime(&NonZero::new(BoxedUint::from(u64::from(prime))).unwrap())
        };
        let mut number = SecretUint::from_limbs(limbs);
        number.keep_bits(bits);
        let multiple = SecretUint::from_boxed(&(number.to_boxed() - remainder(&number, *place.get(&primes))));
        let mut trial = tables(bits, packs);
        for candidate in [number, multiple.resized(limbs_for(bits))] {
            let passes = kernel.passes_large(&mut trial, &candidate);
            prop_assert_eq!(passes, Portable.passes_large(&mut trial, &candidate));
            let divisible = primes.iter().any(|prime| remainder(&candidate, *prime).is_zero().into());
            prop_assert_eq!(passes, !divisible);
        }
    }
}

/// The longest candidate, of which every digit is 2^52 - 1.
#[test]
fn the_largest_digits_do_not_overflow() {
    let Some(kernel) = Ifma::new() else { return skipped("IFMA") };
    let ones = SecretUint::repeated(u64::MAX, limbs_for(8192));
    for packs in all_packs().chunks(WIDTH) {
        let divisible = packs.iter().copied().flatten().any(|&prime| {
            let prime = NonZero::new(BoxedUint::from(u64::from(prime))).unwrap();
            ones.to_boxed().rem_vartime(&prime).is_zero().into()
        });
        assert_eq!(kernel.passes_large(&mut tables(8192, packs), &ones), !divisible);
    }
}
