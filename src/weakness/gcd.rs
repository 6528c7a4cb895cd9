//! The greatest common divisor of public numbers, in variable time.

use alloc::vec::Vec;

use crate::weakness::uint::{PublicUint, subtract};

/// Returns the greatest common divisor of two numbers, of which the second is odd.
///
/// The binary algorithm: the difference of two odd numbers is even, and its powers of two are not in the divisor. Takes
/// 0.7 steps for each bit of both numbers together.
pub(super) fn gcd(a: &PublicUint, odd: &PublicUint) -> PublicUint {
    let (mut a, mut b) = (a.limbs().to_vec(), odd.limbs().to_vec());
    loop {
        remove_twos(&mut a);
        if a.is_empty() {
            return PublicUint::from_limbs(b);
        }
        if a.len().cmp(&b.len()).then_with(|| a.iter().rev().cmp(b.iter().rev())).is_lt() {
            core::mem::swap(&mut a, &mut b);
        }
        subtract(&mut a, &b);
    }
}

/// Divides a number by all its powers of two, and removes zero limbs at the top.
fn remove_twos(limbs: &mut Vec<u64>) {
    let zeros = limbs.iter().take_while(|&&limb| limb == 0).count();
    limbs.drain(..zeros);
    let twos = limbs.first().map_or(0, |low| low.trailing_zeros());
    if twos != 0 {
        let mut above = 0;
        for limb in limbs.iter_mut().rev() {
            let shifted = *limb >> twos | above;
            above = *limb << (64 - twos);
            *limb = shifted;
        }
    }
    while limbs.last() == Some(&0) {
        limbs.pop();
    }
}
