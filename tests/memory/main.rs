//! Measures that memory is zeroized: a custom allocator searches every block when it is freed, and finds no secret in
//! it.
//!
//! A separate binary, because a program has one allocator.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "a panic is how a test fails")]

mod allocator;
mod draws;
#[cfg(feature = "ed25519")]
mod ed25519;
mod encodings;
mod generation;
mod hostile;
mod secrets;

use allocator::{Finding, turn, watch};
use secrets::Secrets;

/// Runs a scenario in which nothing may be found.
fn clean<T>(name: &str, secrets: &Secrets, scenario: impl FnOnce() -> T) -> T {
    let (outcome, findings) = watch(secrets, scenario);
    let list: String = findings.iter().take(8).map(|finding| format!("\n  {finding}")).collect();
    assert!(findings.is_empty(), "{name}: {} blocks with secrets, the first:{list}", findings.len());
    assert!(allocator::searched() > 0, "{name}: nothing was freed");
    outcome
}

/// Checks that the search can fail: buffers that are not zeroized are found in every format, and zeroized ones are
/// not.
#[test]
fn leaked_secrets_are_found() {
    let _turn = turn();
    let number: Vec<u8> = (0..128u32).map(|i| (i.wrapping_mul(0x9e37_79b9) >> 13) as u8 | 1).collect();
    let limbs: Vec<u64> = number.rchunks(8).map(|chunk| u64::from_be_bytes(chunk.try_into().unwrap())).collect();
    let secrets = Secrets::new().number("x", &number).bytes("text", b"a text of some length");
    let found = |scenario: &dyn Fn()| -> Option<String> {
        let ((), findings) = watch(&secrets, scenario);
        findings.into_iter().next().map(|Finding { what, .. }| what)
    };

    assert_eq!(found(&|| drop(vec![7u8; 100])), None);
    assert_eq!(found(&|| drop(number.clone())).as_deref(), Some("x, big-endian"));
    assert_eq!(found(&|| drop(limbs.clone())).as_deref(), Some("x, in little-endian limbs"));
    assert_eq!(found(&|| drop(zeroize::Zeroizing::new(limbs.clone()))), None);
    // A part, at an odd offset, in a block with other contents.
    let part = |range: std::ops::Range<usize>| [&[0; 33], &number[range], &[1; 20]].concat();
    assert_eq!(found(&|| drop(part(40..48))).as_deref(), Some("x, big-endian"));
    assert_eq!(found(&|| drop(part(40..47))), None);
    // The digits of several numbers side by side, as in a kernel.
    let digits = |bits: usize| {
        let value = |index: usize| {
            let bit = |at: usize| limbs.get(at / 64).map_or(0, |limb| (limb >> (at % 64)) & 1);
            (0..bits).map(|i| bit(index * bits + i) << i).sum::<u64>()
        };
        (0..1024 / bits).map(value).collect::<Vec<_>>()
    };
    let of_28: Vec<u32> = digits(28).into_iter().map(|digit| digit as u32).collect();
    assert_eq!(found(&|| drop(of_28.clone())).as_deref(), Some("x, in digits of 28 bits"));
    assert_eq!(found(&|| drop(digits(62)[1..].to_vec())).as_deref(), Some("x, in digits of 62 bits"));
    let lowest = digits(47)[0];
    let balanced = lowest as f64 - if lowest >> 46 == 1 { (1u64 << 47) as f64 } else { 0.0 };
    assert_eq!(found(&|| drop(vec![[0.5, balanced, 0.25, 0.125]])).as_deref(), Some("x, in digits of 47 bits"));

    // Growing leaves the old block behind; so does shrinking.
    assert!(
        found(&|| {
            let mut text = zeroize::Zeroizing::new(String::from("a text of some"));
            text.push_str(" length, and then some more");
        })
        .is_some()
    );
    assert!(
        found(&|| {
            let mut bytes = number.clone();
            bytes.truncate(9);
            bytes.shrink_to_fit();
            zeroize::Zeroize::zeroize(&mut bytes);
        })
        .is_some()
    );
    // Never freed, freed by another thread, freed in a panic.
    assert!(found(&|| _ = Box::leak(number.clone().into_boxed_slice())).is_some());
    assert!(found(&|| std::thread::scope(|scope| drop(scope.spawn(|| drop(number.clone()))))).is_some());
    assert!(
        found(&|| {
            let unwound = std::panic::catch_unwind(|| {
                let _bytes = number.clone();
                std::panic::resume_unwind(Box::new(()));
            });
            assert!(unwound.is_err());
        })
        .is_some()
    );
}
