//! The second tier of trial division: the kernel for this processor, the portable one and crypto-bigint agree, for
//! every prime in every lane, in pairs and in packs.
#![no_main]

use std::sync::LazyLock;

use crypto_bigint::{BoxedUint, NonZero};
use nova_keypair::internals::{Kernel, TrialDivision};

/// The primes from 512 to 2^16, which the second tier has.
static PRIMES: LazyLock<Vec<u16>> = LazyLock::new(|| {
    let is_prime = |n: &u16| (3..).take_while(|d| d * d <= u32::from(*n)).all(|d| !u32::from(*n).is_multiple_of(d));
    (513..u16::MAX).step_by(2).filter(is_prime).collect()
});

/// Sixteen adjacent primes, each with the one after it if their product is below 2^30.
fn pairs(start: usize, swapped: bool) -> [[u16; 2]; 16] {
    std::array::from_fn(|lane| {
        let prime = |index: usize| PRIMES[index % PRIMES.len()];
        let (first, second) = (prime(start + lane), prime(start + lane + 1));
        let second = if u32::from(first) * u32::from(second) < 1 << 30 { second } else { first };
        if swapped { [second, first] } else { [first, second] }
    })
}

/// The same primes in packs of 1 to 3, each in every lane in turn.
fn packs(pairs: &[[u16; 2]; 16], size: usize) -> Vec<&[u16]> {
    pairs.as_flattened().chunks(size).collect()
}

fn check(bits: u32, pairs: &[[u16; 2]; 16], size: usize, candidate: &BoxedUint) {
    let limbs: Vec<u64> = candidate
        .to_le_bytes()
        .chunks_exact(8)
        .map(|c| u64::from_le_bytes(c.try_into().expect("eight bytes")))
        .collect();
    let in_pairs = TrialDivision::of_pairs(bits, pairs);
    let in_packs = TrialDivision::of_packs(bits, &packs(pairs, size));
    let divisible = pairs.as_flattened().iter().any(|&prime| {
        let prime = NonZero::new(BoxedUint::from(u64::from(prime))).expect("a prime");
        bool::from(candidate.rem_vartime(&prime).is_zero())
    });
    for mut trial in core::iter::once(in_pairs).chain(in_packs) {
        for kernel in Kernel::supported() {
            assert_eq!(trial.passes(kernel, &limbs), !divisible, "{kernel:?}");
        }
    }
}

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let [start_low, start_high, place, number @ ..] = data else { return };
    let number = &number[..number.len().min(376) / 8 * 8];
    if number.is_empty() {
        return;
    }
    let pairs = pairs(usize::from(u16::from_le_bytes([*start_low, *start_high])), place & 1 == 1);
    let bits = number.len() as u32 * 8;
    let number = BoxedUint::from_le_slice(number, bits).expect("as many bytes as bits");
    let size = usize::from(*start_low % 3) + 1;
    check(bits, &pairs, size, &number);

    // The largest multiple of one of the primes that is not above it.
    let prime = pairs[usize::from(place >> 1 & 15)][usize::from(place >> 5 & 1)];
    let prime = NonZero::new(BoxedUint::from(u64::from(prime))).expect("a prime");
    let remainder = number.rem_vartime(&prime);
    check(bits, &pairs, size, &(&number - &remainder));
});
