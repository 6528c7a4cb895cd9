//! The computations of the engine on secrets, for every kernel that this processor supports.

use std::hint::black_box;

use nova_keypair::internals::Kernel;

use crate::compare::{Expect, Subject};
use crate::secrets::{Numbers, Secret, forced};
use crate::skip::skip;

pub fn all(_whole_keys: bool) -> Vec<Subject> {
    let mut subjects = Vec::new();
    for (name, kernel) in kernels() {
        for bits in [1024, 1536, 2048].into_iter().take(if kernel == Kernel::Portable { 1 } else { 3 }) {
            subjects.push(powers(name, kernel, bits));
        }
        subjects.push(base2(name, kernel, 1024));
    }
    subjects
}

fn kernels() -> Vec<(&'static str, Kernel)> {
    let kernels = vec![("portable", Kernel::Portable), ("best", Kernel::Best)];
    if Kernel::Best.is_portable() {
        skip("this processor has no vectorized kernel, so no trace of one was compared");
    }
    kernels
}

/// Exponents of one word: a single step takes microseconds, and the loop over the windows does not depend on their
/// number.
const EXPONENT_WORDS: usize = 1;

/// Batches of powers with a secret base, exponent and modulus in every lane.
fn powers(name: &str, kernel: Kernel, bits: u32) -> Subject {
    let lanes = if kernel == Kernel::Portable { 1 } else { 8 };
    let words = bits as usize / 64;
    let secrets = (0..3)
        .map(|index| {
            let mut numbers = Numbers(index);
            let lanes = (0..lanes).flat_map(|_| {
                let modulus = match index {
                    // The largest and the smallest candidate.
                    1 => forced(vec![u64::MAX; words]),
                    2 => forced(vec![0; words]),
                    _ => numbers.candidate(words),
                };
                let exponent = match index {
                    1 => vec![u64::MAX; EXPONENT_WORDS],
                    2 => vec![0; EXPONENT_WORDS],
                    _ => numbers.words(EXPONENT_WORDS),
                };
                let mut base = numbers.words(words);
                // Below every modulus.
                base[words - 1] >>= 1;
                [base, exponent, modulus]
            });
            Secret(lanes.collect())
        })
        .collect();
    Subject {
        name: format!("{name}: powers modulo {bits}-bit numbers"),
        expect: Expect::Same,
        secrets,
        run: Box::new(move |secret| {
            let powers: Vec<[&[u64]; 3]> =
                secret.0.chunks_exact(3).map(|power| [&*power[0], &*power[1], &*power[2]]).collect();
            black_box(kernel.pow(bits, &powers));
        }),
    }
}

/// The base-2 filter with secret candidates.
fn base2(name: &str, kernel: Kernel, bits: u32) -> Subject {
    const LANES: usize = 8;
    let words = bits as usize / 64;
    let secrets = (0..2)
        .map(|index| {
            let mut numbers = Numbers(100 + index);
            Secret((0..LANES).map(|_| numbers.candidate(words)).collect())
        })
        .collect();
    Subject {
        name: format!("{name}: base-2 filter of {bits}-bit candidates"),
        expect: Expect::Same,
        secrets,
        run: Box::new(move |secret| {
            let moduli: Vec<&[u64]> = secret.0.iter().map(Vec::as_slice).collect();
            black_box(kernel.base2(bits, &moduli));
        }),
    }
}
