//! The kernel against the portable kernel.

extern crate std;
use alloc::vec;
use proptest::prelude::*;

use super::super::super::uint::limbs_for;
use super::*;

/// Words at their limits as often as any others.
fn number_of(bits: u32) -> impl Strategy<Value = Vec<u64>> {
    let word = prop_oneof![4 => any::<u64>(), 1 => Just(0), 1 => Just(u64::MAX), 1 => Just(0xf_ffff_ffff_ffff), 1 => Just(1 << 52)];
    prop::collection::vec(word, limbs_for(bits))
}

/// Turns any number into a candidate of exactly `bits` bits: the top two bits set, and 7 modulo 8.
fn candidate(x: Vec<u64>, bits: u32) -> SecretUint {
    let mut x = SecretUint::from_limbs(x);
    x.keep_bits(bits);
    for position in [0, 1, 2, bits - 2, bits - 1] {
        x.set_bit(position);
    }
    x
}

fn operands() -> impl Strategy<Value = (u32, [Vec<Vec<u64>>; 3])> {
    prop_oneof![8 => prop::sample::select(vec![128, 514, 515, 1024, 1034, 1035, 1536, 2048, 2074, 2075]), 1 => 128..1100u32]
        .prop_flat_map(|bits| {
            let numbers = move || prop::collection::vec(number_of(bits), 13);
            (Just(bits), [numbers(), numbers(), numbers()])
        })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    /// For any number of lanes, all sizes of keys, and the limits of each length.
    #[test]
    fn ifma_matches_portable((bits, [moduli, bases, exponents]) in operands(), count in 1..=13usize) {
        let Some(kernel) = Ifma::new() else {
            return Ok(());
        };
        let moduli: Vec<_> = moduli.into_iter().take(count).map(|x| candidate(x, bits)).collect();
        let refs: Vec<_> = moduli.iter().collect();
        let verdicts = |kernel: &dyn Fn(&mut [Choice])| {
            let mut verdicts = vec![Choice::from(0); count];
            kernel(&mut verdicts);
            verdicts.into_iter().map(bool::from).collect::<Vec<_>>()
        };
        prop_assert_eq!(verdicts(&|v| kernel.base2(bits, &refs, v)), verdicts(&|v| Portable.base2(bits, &refs, v)));

        let below = |numbers: Vec<Vec<u64>>| -> Vec<SecretUint> {
            numbers.into_iter().zip(&moduli).map(|(x, n)| SecretUint::from_limbs(x).remainder(n, bits)).collect()
        };
        let (bases, exponents) = (below(bases), below(exponents));
        let powers: Vec<_> = (0..count)
            .map(|i| Power { base: &bases[i], exponent: &exponents[i], modulus: &moduli[i] })
            .collect();
        let results = |kernel: &dyn Fn(&mut [SecretUint])| {
            let mut results = vec![SecretUint::zero(limbs_for(bits)); count];
            kernel(&mut results);
            results
        };
        prop_assert_eq!(results(&|r| kernel.pow(bits, &powers, r)), results(&|r| Portable.pow(bits, &powers, r)));
    }
}

/// Numbers that pass, in every lane: Mersenne primes, and pseudoprimes of the same form.
#[test]
fn primes_pass_the_base_2_filter_in_every_lane() {
    let Some(kernel) = Ifma::new() else { return };
    for (bits, passes) in [(521u32, true), (1279, true), (1277, true), (1021, true), (1024, false), (2048, false)] {
        let n = candidate(vec![u64::MAX; limbs_for(bits)], bits);
        let other = candidate(vec![0x5555_5555_5555_5555; limbs_for(bits)], bits);
        for lane in 0..8 {
            let moduli: [&SecretUint; 8] = core::array::from_fn(|i| if i == lane { &n } else { &other });
            let mut verdicts = [Choice::from(0); 8];
            kernel.base2(bits, &moduli, &mut verdicts);
            assert_eq!(bool::from(verdicts[lane]), passes, "2^{bits} - 1");
        }
    }
}
