//! Wiener's attack on short private exponents (M. Wiener, *Cryptanalysis of Short RSA Secret Exponents*, IEEE
//! Transactions on Information Theory 36, 1990).

use super::uint::PublicUint;

/// How much longer than √n the sum of p and q may be, in bits. The lengths of p and q may differ by twice that.
const EXCESS: usize = 64;

/// Returns whether the attack factors n. For exponents of at most 32 bits it is not run: their private exponents are
/// long.
///
/// With g = gcd(p − 1, q − 1) and k·φ(n) = e·d·g − g, both reduced, the fraction k / (d·g) is slightly larger than
/// e / n. It is one of the guesses made from the continued fraction of e / n if k·d·g < ⅔·n / (p + q). Each guess gives
/// φ(n) and thus p + q, and it is right exactly if p and q are integers.
///
/// The guesses are the odd convergents, which exceed e / n, and the sums of an even convergent and the one before it.
/// For these e·d·g = k·n − deficit, where the deficit is a remainder of Euclid's algorithm, or the difference of two.
/// So the denominators are not needed: deficit + g = k·(p + q − 1), and p + q = ⌊deficit / k⌋ + 2 if g ≤ k.
///
/// As p + q ≥ 2·√n, the attack ends when deficit / k is below √n: after about 300 steps for 2048 bits. Guesses longer than
/// √n by more than [`EXCESS`] bits, of which there are many and which are long numbers, are not checked.
pub(super) fn succeeds(e: &[u8], n: &PublicUint) -> bool {
    let e = PublicUint::from_be(e);
    if e.bits() <= 32 {
        return false;
    }
    // Remainders and numerators of two consecutive convergents, before the first one.
    let (mut previous, mut remainder) = (e, n.clone());
    let (mut k_before, mut k) = (PublicUint::from_limbs(alloc::vec![]), PublicUint::from_limbs(alloc::vec![1]));
    let mut is_odd = false;
    while !remainder.is_zero() && remainder.bits() + 2 >= k.bits() + n.bits() / 2 {
        let (quotient, next) = previous.divided(&remainder);
        (previous, remainder) = (remainder, next);
        let k_next = k.product(&quotient).plus_product(&k_before, 1);
        (k_before, k) = (k, k_next);
        let (deficit, numerator) = if is_odd {
            (remainder.clone(), k.clone())
        } else {
            (previous.difference(&remainder), k.plus_product(&k_before, 1))
        };
        let is_short = deficit.bits() <= numerator.bits() + n.bits() / 2 + EXCESS;
        if is_short && is_sum_of_factors(&deficit.divided(&numerator).0.plus_word(2), n) {
            return true;
        }
        is_odd = !is_odd;
    }
    false
}

/// Returns whether n = p·q and p + q is this sum, for an odd n: whether (sum / 2)² − n, which is ((p − q) / 2)², is a
/// square.
fn is_sum_of_factors(sum: &PublicUint, n: &PublicUint) -> bool {
    let half = sum.half();
    let square = half.product(&half);
    if sum.is_odd() || !square.is_at_least(n) {
        return false;
    }
    let difference = square.difference(n);
    if !may_be_square(difference.low_word()) {
        return false;
    }
    let root = difference.square_root();
    root.product(&root) == difference
}

/// Returns whether a number that ends in these bits may be a square: 2^2i times an odd number that is 1 modulo 8.
fn may_be_square(low: u64) -> bool {
    let zeros = low.trailing_zeros();
    low == 0 || zeros.is_multiple_of(2) && (zeros > 60 || low >> zeros & 7 == 1)
}

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;

    use num_bigint::BigUint;
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn no_square_is_filtered_out() {
        for root in 0..5000u64 {
            assert!(may_be_square(root * root));
            assert!(may_be_square((root << 31).wrapping_mul(root << 31)), "{root}");
        }
        assert!(![2, 3, 5, 7, 8, 12, 32].into_iter().any(may_be_square));
    }

    /// The factors need not be primes: (p − 1)(q − 1) stands for φ(n) all the same.
    fn key(p: &[u8], q: &[u8], d: &[u8], d_bits: u64) -> Option<(Vec<u8>, PublicUint)> {
        let one = BigUint::from(1u8);
        let factor = |bytes| {
            let mut number = BigUint::from_bytes_be(bytes);
            for bit in [0, 254, 255] {
                number.set_bit(bit, true);
            }
            number
        };
        let (p, q) = (factor(p), factor(q));
        let mut d = BigUint::from_bytes_be(d) % (&one << d_bits);
        d.set_bit(0, true);
        d.set_bit(d_bits - 1, true);
        let e = d.modinv(&((&p - &one) * (&q - &one)))?;
        Some((e.to_bytes_be(), PublicUint::from_be(&(p * q).to_bytes_be())))
    }

    proptest! {
        /// n^(1/4) / 3 is above 2^125.9 here.
        #[test]
        fn the_attack_succeeds_within_its_bound(
            p in any::<[u8; 32]>(), q in any::<[u8; 32]>(), d in any::<[u8; 16]>(), d_bits in 2u64..=125,
        ) {
            let Some((e, n)) = key(&p, &q, &d, d_bits) else { return Err(TestCaseError::reject("no inverse")) };
            prop_assume!(e.len() > 4);
            prop_assert!(succeeds(&e, &n));
        }

        /// By 120 bits.
        #[test]
        fn the_attack_succeeds_if_one_factor_is_much_shorter(
            p in any::<[u8; 17]>(), q in any::<[u8; 32]>(), d in any::<[u8; 16]>(), d_bits in 2u64..=60,
        ) {
            let mut q = BigUint::from_bytes_be(&q);
            let mut p = BigUint::from_bytes_be(&p);
            [0, 134, 135].into_iter().for_each(|bit| p.set_bit(bit, true));
            [0, 254, 255].into_iter().for_each(|bit| q.set_bit(bit, true));
            let mut d = BigUint::from_bytes_be(&d) % (BigUint::from(1u8) << d_bits);
            [0, d_bits - 1].into_iter().for_each(|bit| d.set_bit(bit, true));
            let e = d.modinv(&((&p - 1u8) * (&q - 1u8)));
            prop_assume!(e.as_ref().is_some_and(|e| e.bits() > 32));
            let n = PublicUint::from_be(&(p * q).to_bytes_be());
            prop_assert!(succeeds(&e.unwrap_or_default().to_bytes_be(), &n));
        }

        /// The limit of the analysis, where some fractions are sums of two convergents.
        #[test]
        fn the_attack_succeeds_up_to_its_limit(p in any::<[u8; 32]>(), q in any::<[u8; 32]>(), below in any::<u32>()) {
            let [mut p, mut q] = [p, q].map(|bytes| BigUint::from_bytes_be(&bytes));
            [0, 254, 255].into_iter().for_each(|bit| { p.set_bit(bit, true); q.set_bit(bit, true) });
            // k is below d, and the product may be ⅔·n / (p + q).
            let limit = (&p * &q * 2u8 / (3u8 * (&p + &q))).sqrt();
            let mut d = &limit - BigUint::from(below) - 2u8;
            d.set_bit(0, true);
            let e = d.modinv(&((&p - 1u8) * (&q - 1u8)));
            prop_assume!(e.as_ref().is_some_and(|e| e.bits() > 32));
            let n = PublicUint::from_be(&(p * q).to_bytes_be());
            prop_assert!(succeeds(&e.unwrap_or_default().to_bytes_be(), &n));
        }

        #[test]
        fn the_attack_fails_on_longer_private_exponents(
            p in any::<[u8; 32]>(), q in any::<[u8; 32]>(), d in any::<[u8; 32]>(), d_bits in 140u64..=256,
        ) {
            let Some((e, n)) = key(&p, &q, &d, d_bits) else { return Err(TestCaseError::reject("no inverse")) };
            prop_assert!(!succeeds(&e, &n));
        }
    }
}
