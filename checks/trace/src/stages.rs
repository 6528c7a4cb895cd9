//! The computations of the engine on secrets, for every kernel that this processor supports.

use std::cell::RefCell;
use std::hint::black_box;
use std::rc::Rc;

use nova_keypair::internals::{Kernel, TrialDivision};

use crate::compare::{Expect, Subject};
use crate::secrets::{Numbers, Secret, forced};

pub fn all() -> Vec<Subject> {
    let mut subjects = Vec::new();
    let supports = |kernel: Kernel| {
        let is_supported = Kernel::supported().any(|supported| supported == kernel);
        if !is_supported {
            println!("note  no trace of the kernel {kernel:?} was compared: this processor does not support it");
        }
        is_supported
    };
    if supports(Kernel::Ifma) {
        subjects.extend(trial_division(Kernel::Ifma, 1024));
        subjects.push(base2(Kernel::Ifma, 1024, 8));
        // Up to four lanes are computed in vectors of half the width.
        subjects.push(powers(Kernel::Ifma, 1024, 4));
        subjects.extend([1024, 1536, 2048].map(|bits| powers(Kernel::Ifma, bits, 8)));
    }
    // Valgrind follows every secret of this kernel: one size shows that both checks agree.
    if supports(Kernel::Avx2) {
        subjects.push(powers(Kernel::Avx2, 1024, 4));
    }
    subjects
}

/// Exponents of one word: a single step takes microseconds, and the loop over the windows does not depend on their
/// number.
const EXPONENT_WORDS: usize = 1;

/// Powers with a secret base, exponent and modulus in every lane.
fn powers(kernel: Kernel, bits: u32, lanes: usize) -> Subject {
    let words = bits as usize / 64;
    let secret = |kind: Kind| {
        let mut numbers = Numbers(1);
        let lanes = (0..lanes).flat_map(|_| {
            let (modulus, exponent) = match kind {
                Kind::Random => (numbers.candidate(words), numbers.words(EXPONENT_WORDS)),
                Kind::Largest => (forced(vec![u64::MAX; words]), vec![u64::MAX; EXPONENT_WORDS]),
                Kind::Smallest => (forced(vec![0; words]), vec![0; EXPONENT_WORDS]),
            };
            let mut base = numbers.words(words);
            // Below every modulus.
            base[words - 1] >>= 1;
            [base, exponent, modulus]
        });
        Secret(lanes.collect())
    };
    Subject {
        name: format!("{kernel:?}: {lanes} powers modulo {bits}-bit numbers"),
        expect: Expect::Same,
        secrets: [Kind::Random, Kind::Largest, Kind::Smallest].map(secret).to_vec(),
        run: Box::new(move |secret| {
            let powers: Vec<[&[u64]; 3]> =
                secret.0.chunks_exact(3).map(|power| [&*power[0], &*power[1], &*power[2]]).collect();
            black_box(kernel.pow(bits, &powers));
        }),
    }
}

#[derive(Clone, Copy)]
enum Kind {
    Random,
    Largest,
    Smallest,
}

/// The base-2 filter with secret candidates.
fn base2(kernel: Kernel, bits: u32, lanes: usize) -> Subject {
    let words = bits as usize / 64;
    let mut numbers = Numbers(2);
    let mut secret = || Secret((0..lanes).map(|_| numbers.candidate(words)).collect());
    Subject {
        name: format!("{kernel:?}: base-2 filter of {lanes} candidates of {bits} bits"),
        expect: Expect::Same,
        secrets: vec![secret(), secret()],
        run: Box::new(move |secret| {
            let moduli: Vec<&[u64]> = secret.0.iter().map(Vec::as_slice).collect();
            black_box(kernel.base2(bits, &moduli));
        }),
    }
}

/// Trial division of secret candidates that no prime of the tables divides, and as a control one with a rejected
/// candidate, whose trace ends earlier.
fn trial_division(kernel: Kernel, bits: u32) -> [Subject; 2] {
    let tables = Rc::new(RefCell::new(TrialDivision::new(kernel, bits)));
    let mut numbers = Numbers(3);
    let mut candidate = |passes: bool| loop {
        let candidate = numbers.candidate(bits as usize / 64);
        if tables.borrow_mut().passes(kernel, &candidate) == passes {
            return Secret(vec![candidate]);
        }
    };
    let secrets = [vec![candidate(true), candidate(true), candidate(true)], vec![candidate(true), candidate(false)]];
    let subject = |name: &str, expect: Expect, secrets: Vec<Secret>| {
        let tables = Rc::clone(&tables);
        Subject {
            name: format!("{name}{kernel:?}: trial division of {bits}-bit numbers"),
            expect,
            secrets,
            run: Box::new(move |secret| {
                black_box(tables.borrow_mut().passes(kernel, &secret.0[0]));
            }),
        }
    };
    let [equal, different] = secrets;
    [subject("", Expect::Same, equal), subject("control: ", Expect::Different, different)]
}
