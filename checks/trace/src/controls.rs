//! Leaks that the comparison must detect: if it does not, the other results show nothing.

use std::hint::black_box;

use crate::compare::{Expect, Subject};
use crate::secrets::Secret;

pub fn all() -> Vec<Subject> {
    let control = |name: &str, run: fn(u64) -> u64| Subject {
        name: format!("control: {name}"),
        expect: Expect::Different,
        secrets: [3, 4].map(|value| Secret(vec![vec![value]])).to_vec(),
        run: Box::new(move |secret| {
            black_box(run(secret.0[0][0]));
        }),
    };
    vec![
        control("a branch on a secret", branch),
        control("a secret index", index),
        control("a secret number of iterations", iterations),
        Subject { expect: Expect::Same, ..control("arithmetic on a secret", arithmetic) },
    ]
}

#[inline(never)]
fn branch(secret: u64) -> u64 {
    if secret & 1 == 1 { black_box(1) } else { black_box(2u64).wrapping_mul(black_box(3)) }
}

#[inline(never)]
fn index(secret: u64) -> u64 {
    let table: [u64; 16] = std::array::from_fn(|entry| entry as u64);
    black_box(&table)[secret as usize % 16]
}

#[inline(never)]
fn iterations(secret: u64) -> u64 {
    (0..secret).fold(0, |sum, term| black_box(sum) ^ term)
}

#[inline(never)]
fn arithmetic(secret: u64) -> u64 {
    black_box(secret).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(7) ^ black_box(secret)
}
