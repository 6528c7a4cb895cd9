//! From two primes to a key: λ, d, the CRT values, the criteria of FIPS 186-5 A.1.1, and the pairwise consistency test.
//!
//! All of it on secrets, and constant-time: no division (the two that there are, by gcd and by e, are exact and done by
//! multiplication), and the gcd and the inverse of q take a fixed number of steps.

use alloc::vec::Vec;

use subtle::{Choice, ConstantTimeEq, ConstantTimeGreater, ConstantTimeLess};
use zeroize::Zeroizing;

use super::declassify::{publish, reveal};
use super::error::{GenerateError, Result};
use super::gcd::{gcd, inverse};
use super::modexp::Power;
use super::modexp::portable::pow_65537;
use super::uint::{self, Limbs, bits_at, product};

/// The public exponent. FIPS 186-5 A.1.1, criterion 1: odd, and between 2^16 and 2^256.
pub(crate) const E: u64 = 65537;
const _: () = assert!(E % 2 == 1 && E > 1 << 16);

/// The 64 highest bits of √2·2^63, rounded up: a number whose 64 highest bits are at least these is above √2·2^(bits-1).
const SQRT_2: u64 = 0xb504_f333_f9de_6485;

/// A private key's numbers: big-endian, each as long as its kind is for this size, cleared on drop.
pub(crate) struct RsaComponents {
    /// `bits/8` bytes, like `d`. The public exponent is [`E`].
    pub(crate) n: Vec<u8>,
    pub(crate) d: Zeroizing<Vec<u8>>,
    /// `bits/16` bytes, like all that follow. The primes are in the order drawn: p may be the smaller.
    pub(crate) p: Zeroizing<Vec<u8>>,
    pub(crate) q: Zeroizing<Vec<u8>>,
    /// d mod p-1, d mod q-1, q^-1 mod p
    pub(crate) dp: Zeroizing<Vec<u8>>,
    pub(crate) dq: Zeroizing<Vec<u8>>,
    pub(crate) qinv: Zeroizing<Vec<u8>>,
}

impl RsaComponents {
    /// [`E`], big-endian.
    pub(crate) const PUBLIC_EXPONENT: [u8; 3] = [1, 0, 1];
}
const _: () = assert!(E == 0x01_00_01);

/// What became of a pair of primes.
pub(crate) enum Outcome {
    Pair(Assembly),
    /// `det-keygen` steps 20 and 23: gcd(p-1, q-1) is 2^32 or more (2^-32 of pairs), or e divides λ (2^-15). Draw both anew.
    Rejected,
}

/// A key, in limbs.
pub(crate) struct Assembly {
    bits: u32,
    n: Limbs,
    d: Limbs,
    p: Limbs,
    q: Limbs,
    dp: Limbs,
    dq: Limbs,
    qinv: Limbs,
}

impl Assembly {
    /// The key of two primes, or what is wrong with it. Given numbers that are not prime it returns something, without a panic.
    pub(crate) fn of(p: &Limbs, q: &Limbs, bits: u32) -> Result<Outcome> {
        check_primes(p, q, bits / 2)?;

        // p - 1 and q - 1 are 6 modulo 8: halves of them are odd, and gcd(p-1, q-1) is twice that of the halves.
        let half = |prime: &Limbs| {
            let mut half = prime.clone();
            uint::halve(&mut half);
            half
        };
        let (half_p, half_q) = (half(p), half(q));
        let half_gcd = gcd(&half_p, &half_q);
        let (low, high) = half_gcd.split_first().unwrap_or((&0, &[]));
        let fits = high.iter().fold(0, |any, limb| any | limb).ct_eq(&0) & low.ct_lt(&(1 << 31));
        if !reveal(fits) {
            return Ok(Outcome::Rejected);
        }

        // λ = lcm(p-1, q-1) = (p-1)(q-1)/gcd = 2·half_p·half_q/half_gcd, which is one bit short of n.
        let mut lambda = product(&half_p, &half_q);
        uint::divide_exact(&mut lambda, *low);
        let mut carry = 0;
        for limb in lambda.iter_mut() {
            (*limb, carry) = ((*limb << 1) | carry, *limb >> 63);
        }
        if reveal(mod_e(&lambda).ct_eq(&0)) {
            return Ok(Outcome::Rejected);
        }

        let mut minus_one = [p.clone(), q.clone()];
        for number in &mut minus_one {
            if let Some(low) = number.first_mut() {
                *low ^= 1;
            }
        }
        let [dp, dq] = minus_one.map(|number| inverse_of_e(&number));
        let d = inverse_of_e(&lambda);
        // A.1.1, criterion 5: 2^(nlen/2) < d < λ. The second half is how d is made. The first follows: d > λ/e > 2^(nlen-51), as
        // λ > 2^(nlen-34) after the first rejection. What is asked here is that the arithmetic above did not err.
        if !reveal(above_power_of_two(&d, bits / 2)) {
            return Err(GenerateError::PrivateExponentTooSmall);
        }
        let mut n = product(p, q);
        n.truncate(uint::limbs_for(bits));
        let qinv = inverse(q, p);
        Ok(Outcome::Pair(Self { bits, n, d, p: p.clone(), q: q.clone(), dp, dq, qinv }))
    }

    /// The test that closes generation (FIPS 140-3 IG 10.3.A): the private key's operation, undone by the public key's.
    pub(crate) fn pairwise_test(&self) -> PairwiseTest<'_> {
        // Any message will do that is below n and not its own power; this one is below p and q as well. The low limb makes it
        // differ from key to key.
        let mut message = uint::zero(self.p.len());
        message.fill(0x5555_5555_5555_5555);
        if let (Some(low), Some(&n)) = (message.first_mut(), self.n.first()) {
            *low ^= n;
        }
        if let Some(top) = message.last_mut() {
            *top &= u64::MAX >> (self.p.len() as u32 * 64 - (self.bits / 2 - 2)).min(63);
        }
        PairwiseTest { key: self, message }
    }

    /// The numbers as bytes.
    pub(crate) fn into_components(self) -> RsaComponents {
        let (whole, half) = ((self.bits / 8) as usize, (self.bits / 16) as usize);
        RsaComponents {
            n: publish(&uint::to_be(&self.n, whole)),
            d: uint::to_be(&self.d, whole),
            p: uint::to_be(&self.p, half),
            q: uint::to_be(&self.q, half),
            dp: uint::to_be(&self.dp, half),
            dq: uint::to_be(&self.dq, half),
            qinv: uint::to_be(&self.qinv, half),
        }
    }
}

/// The pairwise consistency test, around two exponentiations that run beside the Miller-Rabin rounds.
pub(crate) struct PairwiseTest<'a> {
    key: &'a Assembly,
    message: Limbs,
}

impl PairwiseTest<'_> {
    /// m^dP mod p and m^dQ mod q.
    pub(crate) fn powers(&self) -> [Power<'_>; 2] {
        let Assembly { p, q, dp, dq, .. } = self.key;
        [(dp, p), (dq, q)].map(|(exponent, modulus)| Power { base: &self.message, exponent, modulus })
    }

    /// Whether the signature that they make (RFC 8017, 5.2.1) is undone by e, and whether d is what dP and dQ were taken from. A
    /// change to any single number of the key shows.
    pub(crate) fn passed(&self, results: &[Limbs]) -> Choice {
        let Assembly { bits, n, d, p, q, dp, dq, qinv } = self.key;
        let [m1, m2] = results else { return Choice::from(0) };
        let half_bits = bits / 2;
        // h = (m1 - m2)·qInv mod p. m2 < q < 2p, since the top two bits of both primes are set.
        let mut reduced = m2.clone();
        uint::reduce_once(&mut reduced, false, p);
        let mut difference = m1.clone();
        let borrow = uint::sub_assign(&mut difference, &reduced);
        uint::add_masked(&mut difference, p, uint::mask(borrow));
        let h = uint::reduce_wide(&product(&difference, qinv), p, half_bits);
        // s = m2 + q·h
        let mut signature = product(q, &h);
        let mut carry = false;
        for (index, limb) in signature.iter_mut().enumerate() {
            (*limb, carry) = uint::adc(*limb, m2.get(index).copied().unwrap_or(0), carry);
        }
        signature.truncate(n.len());

        let mut message = uint::zero(n.len());
        for (limb, &low) in message.iter_mut().zip(self.message.iter()) {
            *limb = low;
        }
        let undone = uint::equal(&pow_65537(&signature, n, *bits), &message);
        let changed = !uint::equal(&signature, &message);
        let belongs = |exponent: &Limbs, prime: &Limbs| {
            let mut minus_one = prime.clone();
            if let Some(low) = minus_one.first_mut() {
                *low ^= 1;
            }
            uint::equal(exponent, &uint::reduce_wide(d, &minus_one, half_bits))
        };
        undone & changed & belongs(dp, p) & belongs(dq, q)
    }
}

/// FIPS 186-5 A.1.1, criteria 3 and 4.
fn check_primes(p: &Limbs, q: &Limbs, bits: u32) -> Result<()> {
    // √2·2^(nlen/2 - 1) <= p, q. Candidates start at 1.5·2^(nlen/2 - 1); steps 4.4 and 5.4 of A.1.3.
    for prime in [p, q] {
        let top = bits_at(prime, bits.saturating_sub(64) as usize);
        if reveal(top.ct_lt(&SQRT_2)) {
            return Err(GenerateError::PrimeTooSmall);
        }
    }
    // |p - q| > 2^(nlen/2 - 100). Random primes fail with probability 2^-97; step 5.5.
    let mut distance = p.clone();
    let borrow = uint::sub_assign(&mut distance, q);
    let mut other_way = q.clone();
    uint::sub_assign(&mut other_way, p);
    let mask = uint::mask(borrow);
    for (limb, other) in distance.iter_mut().zip(other_way.iter()) {
        *limb = (*limb & !mask) | (other & mask);
    }
    if reveal(above_power_of_two(&distance, bits.saturating_sub(100))) {
        Ok(())
    } else {
        Err(GenerateError::PrimesTooClose)
    }
}

/// Whether `x > 2^exponent`.
fn above_power_of_two(x: &Limbs, exponent: u32) -> Choice {
    let mut less_one = x.clone();
    let was_zero = uint::sub_assign_small(&mut less_one, 1);
    let mut above = 0;
    for position in (exponent as usize..less_one.len() * 64).step_by(64) {
        above |= bits_at(&less_one, position);
    }
    above.ct_gt(&0) & !Choice::from(u8::from(was_zero))
}

/// `x mod 65537`: 2^16 = -1, so the 16-bit digits with alternating signs.
fn mod_e(x: &[u64]) -> u64 {
    x.iter().rev().fold(0, |rest, limb| {
        // 2^64 = 1, so limbs simply add up.
        let [a, b, c, d] = [0, 16, 32, 48].map(|shift| (limb >> shift) & 0xffff);
        fold_e(rest + a + c + 2 * E - b - d)
    })
}

/// `x mod 65537`, for `x <= 2^32`.
fn fold_e(x: u64) -> u64 {
    let difference = (x & 0xffff) + E - (x >> 16);
    let (reduced, borrow) = difference.overflowing_sub(E);
    reduced.wrapping_add(E & uint::mask(borrow))
}

/// `e^-1 mod x`, for `x` that e does not divide: (1 + k·x)/e with k = -x^-1 mod e, so that the division is exact.
fn inverse_of_e(x: &[u64]) -> Limbs {
    // x^-1 = x^(e-2) mod e, and e - 2 is sixteen ones.
    let rest = mod_e(x);
    let inverse = (0..15).fold(rest, |power, _| fold_e(fold_e(power * power) * rest));
    let mut inverse_of_e = product(x, &[E - inverse]);
    let mut carry = true;
    for limb in inverse_of_e.iter_mut() {
        (*limb, carry) = uint::adc(*limb, 0, carry);
    }
    uint::divide_exact(&mut inverse_of_e, E);
    // Below x, so the top limb is zero.
    inverse_of_e.truncate(x.len());
    inverse_of_e
}

#[cfg(test)]
mod tests {
    use crypto_bigint::{BoxedUint, ConcatenatingMul, Gcd, NonZero};
    use proptest::prelude::*;

    use super::super::drbg::HmacDrbg;
    use super::super::modexp::Kernel;
    use super::super::modexp::portable::Portable;
    use super::super::search::Search;
    use super::super::uint::{from_boxed, to_boxed};
    use super::*;

    /// Two probable primes.
    fn primes(seed: u64, bits: u32) -> [Limbs; 2] {
        let mut search = Search::new(HmacDrbg::new(&[&seed.to_be_bytes()]), &Portable, bits / 2);
        [(); 2].map(|()| search.next_probable(u64::MAX).unwrap().unwrap().limbs)
    }

    fn assembled(seed: u64, bits: u32) -> Assembly {
        let [p, q] = primes(seed, bits);
        match Assembly::of(&p, &q, bits).unwrap() {
            Outcome::Pair(assembly) => assembly,
            Outcome::Rejected => panic!("seed {seed}"),
        }
    }

    fn is_consistent(key: &Assembly) -> bool {
        let test = key.pairwise_test();
        let mut results = [&key.p, &key.q].map(|prime| uint::zero(prime.len()));
        Portable.pow(key.bits / 2, &test.powers(), &mut results);
        test.passed(&results).into()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]
        /// By crypto-bigint's division and inversion, of which the engine uses neither.
        #[test]
        fn the_numbers_are_those_of_the_definition(seed in any::<u64>(), bits in prop_oneof![Just(512u32), Just(528), Just(1024)]) {
            let key = assembled(seed, bits);
            let wide = |x: &Limbs| {
                let mut x = x.clone();
                x.resize(uint::limbs_for(bits) + 2, 0);
                to_boxed(&x)
            };
            let one = wide(&Limbs::new(alloc::vec![1]));
            let [p1, q1] = [&key.p, &key.q].map(|prime| wide(prime).wrapping_sub(&one));
            let gcd = NonZero::new(p1.gcd_vartime(&q1)).unwrap();
            let lambda = NonZero::new(wide(&product(&key.p, &key.q)).wrapping_sub(wide(&key.p)).wrapping_sub(wide(&key.q)).wrapping_add(&one).div_rem_vartime(&gcd).0).unwrap();
            let e = wide(&Limbs::new(alloc::vec![E]));
            prop_assert_eq!(wide(&key.d).concatenating_mul(&e).rem_vartime(&lambda), one.clone());
            prop_assert!(wide(&key.d) < *lambda);
            prop_assert_eq!(wide(&key.dp), wide(&key.d).rem_vartime(&NonZero::new(p1).unwrap()));
            prop_assert_eq!(wide(&key.dq), wide(&key.d).rem_vartime(&NonZero::new(q1).unwrap()));
            prop_assert_eq!(wide(&key.qinv).concatenating_mul(&wide(&key.q)).rem_vartime(&NonZero::new(wide(&key.p)).unwrap()), one);
            prop_assert_eq!(wide(&key.n), wide(&key.p).wrapping_mul(wide(&key.q)));
            prop_assert!(is_consistent(&key));
            let RsaComponents { n, d, p, q, dp, dq, qinv } = key.into_components();
            let (whole, half) = (bits as usize / 8, bits as usize / 16);
            prop_assert_eq!([n.len(), d.len()], [whole; 2]);
            prop_assert_eq!([p, q, dp, dq, qinv].map(|number| number.len()), [half; 5]);
        }

        #[test]
        fn mod_e_is_the_remainder(x in prop::collection::vec(prop_oneof![any::<u64>(), Just(u64::MAX), Just(0)], 1..40)) {
            let e = NonZero::new(BoxedUint::from(E)).unwrap();
            prop_assert_eq!(BoxedUint::from(mod_e(&x)), to_boxed(&x).rem_vartime(&e));
        }
    }

    /// A flipped bit in any number of the key fails the pairwise test.
    #[test]
    fn the_pairwise_test_sees_every_corruption() {
        let fields: [fn(&mut Assembly) -> &mut Limbs; 7] = [
            |key| &mut key.n,
            |key| &mut key.d,
            |key| &mut key.p,
            |key| &mut key.q,
            |key| &mut key.dp,
            |key| &mut key.dq,
            |key| &mut key.qinv,
        ];
        let mut key = assembled(1, 512);
        assert!(is_consistent(&key));
        for (index, field) in fields.into_iter().enumerate() {
            // Not the lowest bit, since the kernel wants odd moduli.
            for bit in [1, 7, 64, 200] {
                field(&mut key)[bit / 64] ^= 1 << (bit % 64);
                assert!(!is_consistent(&key), "number {index}, bit {bit}");
                field(&mut key)[bit / 64] ^= 1 << (bit % 64);
            }
        }
        assert!(is_consistent(&key));
    }

    #[test]
    fn close_primes_are_an_error() {
        let [p, _] = primes(2, 512);
        let error = |q: &Limbs| Assembly::of(&p, q, 512).err();
        assert_eq!(error(&p), Some(GenerateError::PrimesTooClose));
        // |p - q| must be above 2^156.
        for (low, high, too_close) in [(8, 0, true), (0, 1 << 28, true), (8, 1 << 28, false)] {
            for up in [false, true] {
                let mut q = p.clone();
                let step = Limbs::new(alloc::vec![low, 0, high, 0]);
                let wrapped =
                    if up { uint::add_masked(&mut q, &step, u64::MAX) } else { uint::sub_assign(&mut q, &step) };
                assert!(!wrapped);
                assert_eq!(error(&q) == Some(GenerateError::PrimesTooClose), too_close, "{low} {high} {up}");
            }
        }
    }

    #[test]
    fn small_primes_are_an_error() {
        let [p, mut q] = primes(3, 512);
        q[3] = SQRT_2 - 1;
        assert_eq!(Assembly::of(&p, &q, 512).err(), Some(GenerateError::PrimeTooSmall));
        assert_eq!(Assembly::of(&q, &p, 512).err(), Some(GenerateError::PrimeTooSmall));
        q[3] = SQRT_2;
        assert_ne!(Assembly::of(&p, &q, 512).err(), Some(GenerateError::PrimeTooSmall));
    }

    /// Numbers need not be prime for these: twice a multiple of some factor, plus one.
    #[test]
    fn common_factors_and_multiples_of_e_are_rejected() {
        let prime_like = |factor: &[u64], salt: u64| {
            // factor·odd, about 1.5·2^254
            let factor = NonZero::new(to_boxed(&[factor, &[0; 4][factor.len()..]].concat())).unwrap();
            let mut odd = from_boxed(&to_boxed(&[salt, 0, salt, 3 << 61]).div_rem_vartime(&factor).0);
            odd[0] |= 1;
            let half = from_boxed(&to_boxed(&odd).wrapping_mul(&*factor));
            let mut number = Limbs::new(half.iter().map(|limb| limb << 1).collect());
            for (limb, low) in number.iter_mut().zip([1].into_iter().chain(half.iter().map(|limb| limb >> 63))) {
                *limb |= low;
            }
            number
        };
        let are_rejected = |a: &[u64], b: &[u64]| {
            matches!(Assembly::of(&prime_like(a, 11), &prime_like(b, 1 << 63), 512), Ok(Outcome::Rejected))
        };
        let is_rejected = |a: u64, b: u64| are_rejected(&[a], &[b]);
        // gcd(p-1, q-1) is twice this factor: 2^32 - 2 passes, 2^32 + 22 does not.
        assert!(is_rejected((1 << 31) + 11, (1 << 31) + 11));
        assert!(!is_rejected((1 << 31) - 1, (1 << 31) - 1));
        // Every limb of it counts.
        for factor in [&[1, 1][..], &[1, 0, 1], &[1, 1, 1], &[1, 1 << 31, 0]] {
            assert!(are_rejected(factor, factor), "{factor:?}");
        }
        assert!(is_rejected(E, 1) && is_rejected(1, E));
        assert!(!is_rejected(1, 1));
    }
}
