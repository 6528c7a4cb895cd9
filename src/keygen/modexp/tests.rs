//! Every kernel of this processor against the portable one, and the choice between them.

use alloc::vec;
use alloc::vec::Vec;

use proptest::prelude::*;

use super::super::uint::limbs_for;
use super::portable::Portable;
use super::*;

extern crate std;

/// Reports that there is nothing to test, past the test harness, which hides the output of a test that passes.
pub(super) fn skipped(kernel: &str) {
    use std::io::Write as _;
    let message = std::format!("*** SKIPPED: the {kernel} kernel: this processor does not support it\n");
    std::io::stderr().write_all(message.as_bytes()).unwrap();
    if let Some(path) = std::env::var_os("SKIPPED_TESTS") {
        let mut file = std::fs::OpenOptions::new().create(true).append(true).open(path).unwrap();
        file.write_all(message.as_bytes()).unwrap();
    }
}

/// The name of a kernel, whether this build has it, and the kernel if the processor supports it.
type Choices = [(&'static str, bool, fn() -> Option<Backend>); 2];

/// The kernels other than the portable one, fastest first.
const KERNELS: Choices = [
    ("IFMA", cfg!(all(target_arch = "x86_64", not(any(nova_keypair_portable, nova_keypair_avx2)))), Backend::ifma),
    ("AVX2", cfg!(all(target_arch = "x86_64", not(nova_keypair_portable))), Backend::avx2),
];

/// The kernels of this build that this processor supports, other than the portable one.
fn kernels() -> Vec<Backend> {
    let mut kernels = Vec::new();
    for (name, is_built, kernel) in KERNELS {
        match kernel() {
            Some(kernel) => kernels.push(kernel),
            None if is_built => skipped(name),
            None => {}
        }
    }
    kernels
}

/// Words at their limits as often as any others.
fn number_of(bits: u32) -> impl Strategy<Value = Vec<u64>> {
    let limits = [0, u64::MAX, 0x1fff_ffff, 1 << 28, (1 << 52) - 1, 1 << 52];
    prop::collection::vec(prop_oneof![2 => any::<u64>(), 3 => prop::sample::select(limits.to_vec())], limbs_for(bits))
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

/// The sizes of keys, the limits of the lengths of each kernel, and any others.
fn operands() -> impl Strategy<Value = (u32, [Vec<Vec<u64>>; 3])> {
    let sizes = vec![128, 328, 515, 516, 1024, 1032, 1035, 1036, 1536, 1555, 2048, 2064, 2072, 2076];
    prop_oneof![8 => prop::sample::select(sizes), 2 => 128..1100u32].prop_flat_map(|bits| {
        let numbers = move || prop::collection::vec(number_of(bits), 13);
        (Just(bits), [numbers(), numbers(), numbers()])
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: ProptestConfig::default().cases.min(32), ..ProptestConfig::default() })]
    /// For any number of lanes: whole batches, parts of one, and both.
    #[test]
    fn every_kernel_matches_the_portable_one((bits, [moduli, bases, exponents]) in operands(), count in 1..=13usize) {
        let moduli: Vec<_> = moduli.into_iter().take(count).map(|x| candidate(x, bits)).collect();
        let refs: Vec<_> = moduli.iter().collect();
        let below = |numbers: Vec<Vec<u64>>| -> Vec<SecretUint> {
            numbers.into_iter().zip(&moduli).map(|(x, n)| SecretUint::from_limbs(x).remainder(n, bits)).collect()
        };
        let (bases, exponents) = (below(bases), below(exponents));
        let powers: Vec<_> = (0..count)
            .map(|i| Power { base: &bases[i], exponent: &exponents[i], modulus: &moduli[i] })
            .collect();
        let results = |kernel: &dyn Kernel| {
            let mut verdicts = vec![Choice::from(0); count];
            kernel.base2(bits, &refs, &mut verdicts);
            let mut results = vec![SecretUint::zero(limbs_for(bits)); count];
            kernel.pow(bits, &powers, &mut results);
            (verdicts.into_iter().map(bool::from).collect::<Vec<_>>(), results)
        };
        let expected = results(&Portable);
        for kernel in kernels() {
            prop_assert_eq!(&results(&kernel), &expected, "{} lanes", kernel.width());
        }
    }
}

/// A base of 0 gives a multiple of the modulus, for which Montgomery arithmetic has two representations.
#[test]
fn powers_of_zero_and_of_the_largest_base_are_reduced() {
    for bits in [1024, 1536, 2048] {
        let n = candidate(vec![0x0123_4567_89ab_cdef; limbs_for(bits)], bits);
        let (zero, one) = (SecretUint::zero(n.length()), SecretUint::from_word(1, n.length()));
        let largest = n.odd_minus_one();
        let powers =
            [(&zero, &one, &zero), (&zero, &zero, &one), (&largest, &one, &largest), (&largest, &largest, &one)];
        for kernel in kernels() {
            let lanes = powers.map(|(base, exponent, _)| Power { base, exponent, modulus: &n });
            let mut results = [(); 4].map(|()| SecretUint::zero(n.length()));
            kernel.pow(bits, &lanes, &mut results);
            for (result, (.., expected)) in results.iter().zip(powers) {
                assert_eq!(result, expected, "{bits} bits, {} lanes", kernel.width());
            }
        }
    }
}

/// Numbers that pass, in every lane: Mersenne primes, and pseudoprimes of the same form.
#[test]
fn primes_pass_the_base_2_filter_in_every_lane() {
    for (bits, passes) in [(521u32, true), (1279, true), (1277, true), (1021, true), (1024, false), (2048, false)] {
        let n = candidate(vec![u64::MAX; limbs_for(bits)], bits);
        let other = candidate(vec![0x5555_5555_5555_5555; limbs_for(bits)], bits);
        for kernel in kernels() {
            for lane in 0..kernel.width() {
                let moduli: Vec<_> = (0..kernel.width()).map(|i| if i == lane { &n } else { &other }).collect();
                let mut verdicts = vec![Choice::from(0); moduli.len()];
                kernel.base2(bits, &moduli, &mut verdicts);
                let expected: Vec<_> = (0..kernel.width()).map(|i| i == lane && passes).collect();
                assert_eq!(verdicts.into_iter().map(bool::from).collect::<Vec<_>>(), expected, "2^{bits} - 1");
            }
        }
    }
}

/// The first kernel that the processor supports, unless the build leaves it out.
#[test]
fn the_fastest_kernel_is_selected() {
    #[cfg(target_arch = "x86_64")]
    let supports = |kernel: &str| match kernel {
        "IFMA" => {
            std::is_x86_feature_detected!("avx512f")
                && std::is_x86_feature_detected!("avx512ifma")
                && std::is_x86_feature_detected!("avx512vl")
        }
        _ => std::is_x86_feature_detected!("avx2") && std::is_x86_feature_detected!("fma"),
    };
    #[cfg(not(target_arch = "x86_64"))]
    let supports = |_: &str| false;
    let expected = KERNELS.into_iter().find(|(name, is_built, _)| *is_built && supports(name)).map(|(name, ..)| name);
    let selected = match Backend::detect() {
        #[cfg(all(target_arch = "x86_64", not(any(nova_keypair_portable, nova_keypair_avx2))))]
        Backend::Ifma(_) => Some("IFMA"),
        #[cfg(all(target_arch = "x86_64", not(nova_keypair_portable)))]
        Backend::Avx2(_) => Some("AVX2"),
        Backend::Portable(_) => None,
    };
    assert_eq!(selected, expected);
}
