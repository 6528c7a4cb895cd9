//! Computes a key from two primes: λ, d, the CRT values, the criteria of FIPS 186-5 A.1.1, and the pairwise consistency
//! test.
//!
//! All operands are secret, and all operations are constant-time: there is no division instruction (the two divisions,
//! by the gcd and by e, are exact and done by multiplication), and the gcd and the inverse of q take a fixed number of
//! steps.

use alloc::vec::Vec;

use subtle::{Choice, ConstantTimeEq, ConstantTimeLess};
use zeroize::Zeroizing;

use super::declassify::{publish, reveal};
use super::error::{GenerateError, Result};
use super::gcd::{gcd, inverse};
use super::modexp::kernel::Power;
use super::modexp::portable::pow_65537;
use super::uint::{SecretUint, limbs_for};
use super::word::mask;

/// The public exponent. FIPS 186-5 A.1.1, criterion 1: odd, and between 2^16 and 2^256.
pub(crate) const E: u64 = 65537;
const _: () = assert!(E % 2 == 1 && E > 1 << 16);

/// The 64 highest bits of √2·2^63, rounded up: a number whose 64 highest bits are at least these is above
/// √2·2^(bits-1).
const SQRT_2: u64 = 0xb504_f333_f9de_6485;

/// The numbers of a private key, big-endian, in fields of fixed length. Cleared on drop.
pub(crate) struct RsaComponents {
    /// `bits/8` bytes, like `d`. The public exponent is [`E`].
    pub(crate) n: Vec<u8>,
    pub(crate) d: Zeroizing<Vec<u8>>,
    /// `bits/16` bytes, like all that follow. The primes are in the order drawn: p may be the smaller one.
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

/// The key of a pair of primes, unless `det-keygen` discards the pair.
pub(crate) enum Assembled {
    Key(UncheckedKey),
    /// `det-keygen` steps 20 and 23: gcd(p-1, q-1) is 2^32 or more (2^-32 of pairs), or e divides λ (2^-15). Draw both
    /// anew.
    Rejected,
}

/// An RSA key under construction: all its numbers, before the pairwise consistency test.
pub(crate) struct UncheckedKey {
    bits: u32,
    n: SecretUint,
    d: SecretUint,
    p: SecretUint,
    q: SecretUint,
    dp: SecretUint,
    dq: SecretUint,
    qinv: SecretUint,
}

impl UncheckedKey {
    /// Computes the key of two primes. For numbers that are not prime the result is meaningless, but there is no panic.
    pub(crate) fn assemble(p: &SecretUint, q: &SecretUint, bits: u32) -> Result<Assembled> {
        check_primes(p, q, bits / 2)?;
        let Some(lambda) = lambda(p, q) else { return Ok(Assembled::Rejected) };
        let d = inverse_of_e(&lambda);
        // A.1.1, criterion 5: 2^(nlen/2) < d < λ. The second half holds by construction. The first follows:
        // d > λ/e > 2^(nlen-51), since λ > 2^(nlen-34) for every pair that is not rejected. So this check can only
        // detect an error of the arithmetic above.
        if !reveal(d.exceeds_power_of_two(bits / 2)) {
            return Err(GenerateError::PrivateExponentTooSmall);
        }
        let [dp, dq] = [p, q].map(|prime| inverse_of_e(&prime.odd_minus_one()));
        let mut n = p.product(q);
        n.truncate(limbs_for(bits));
        let qinv = inverse(q, p);
        Ok(Assembled::Key(Self { bits, n, d, p: p.clone(), q: q.clone(), dp, dq, qinv }))
    }

    /// Prepares the test that closes generation (FIPS 140-3 IG 10.3.A): the public key must undo the private key's
    /// operation.
    pub(crate) fn pairwise_test(&self) -> PairwiseTest<'_> {
        // Any message works that is below n and not its own power; this one is also below p and q. The low limb makes
        // it different for each key.
        let mut message = SecretUint::repeated(0x5555_5555_5555_5555, self.p.length());
        message.xor_word(self.n.low_word());
        message.keep_bits(self.bits / 2 - 2);
        PairwiseTest { key: self, message }
    }

    /// Returns the numbers as bytes.
    pub(crate) fn into_components(self) -> RsaComponents {
        let (whole, half) = ((self.bits / 8) as usize, (self.bits / 16) as usize);
        RsaComponents {
            n: publish(self.n.to_be(whole).to_vec()),
            d: self.d.to_be(whole),
            p: self.p.to_be(half),
            q: self.q.to_be(half),
            dp: self.dp.to_be(half),
            dq: self.dq.to_be(half),
            qinv: self.qinv.to_be(half),
        }
    }
}

/// The pairwise consistency test. Its two exponentiations run in the same batches as the Miller-Rabin rounds.
pub(crate) struct PairwiseTest<'a> {
    key: &'a UncheckedKey,
    message: SecretUint,
}

impl PairwiseTest<'_> {
    /// m^dP mod p and m^dQ mod q.
    pub(crate) fn powers(&self) -> [Power<'_>; 2] {
        let UncheckedKey { p, q, dp, dq, .. } = self.key;
        [(dp, p), (dq, q)].map(|(exponent, modulus)| Power { base: &self.message, exponent, modulus })
    }

    /// Whether the public exponent undoes the signature that the two results give (RFC 8017, 5.2.1), and whether dP and
    /// dQ belong to d. A change to any single number of the key fails the test, and so does a missing result.
    pub(crate) fn passed<'r>(&self, results: &mut impl Iterator<Item = &'r SecretUint>) -> Choice {
        let UncheckedKey { bits, n, d, p, q, dp, dq, .. } = self.key;
        let (Some(m1), Some(m2)) = (results.next(), results.next()) else { return Choice::from(0) };
        let signature = self.signature(m1, m2);
        let message = self.message.resized(n.length());
        let undone = pow_65537(&signature, n, *bits).equals(&message);
        let changed = !signature.equals(&message);
        let belongs_to_d =
            |exponent: &SecretUint, prime: &SecretUint| exponent.equals(&d.remainder(&prime.odd_minus_one(), bits / 2));
        undone & changed & belongs_to_d(dp, p) & belongs_to_d(dq, q)
    }

    /// Combines m^dP mod p and m^dQ mod q by the Chinese remainder theorem: s = m2 + q·h with h = (m1 - m2)·qInv mod p.
    fn signature(&self, m1: &SecretUint, m2: &SecretUint) -> SecretUint {
        let UncheckedKey { bits, n, p, q, qinv, .. } = self.key;
        // m2 < q < 2p, since the top two bits of both primes are set.
        let mut reduced = m2.clone();
        reduced.reduce_once(p);
        let h = m1.sub_mod(&reduced, p).product(qinv).remainder(p, bits / 2);
        let mut signature = q.product(&h);
        signature.add_assign(m2);
        signature.truncate(n.length());
        signature
    }
}

/// FIPS 186-5 A.1.1, criteria 3 and 4.
fn check_primes(p: &SecretUint, q: &SecretUint, bits: u32) -> Result<()> {
    // √2·2^(nlen/2 - 1) <= p, q. Candidates start at 1.5·2^(nlen/2 - 1); steps 4.4 and 5.4 of A.1.3.
    for prime in [p, q] {
        let top = prime.bits_at(bits.saturating_sub(64) as usize);
        if reveal(top.ct_lt(&SQRT_2)) {
            return Err(GenerateError::PrimeTooSmall);
        }
    }
    // |p - q| > 2^(nlen/2 - 100). Random primes fail with probability 2^-97; step 5.5.
    let far_apart = p.distance(q).exceeds_power_of_two(bits.saturating_sub(100));
    if reveal(far_apart) { Ok(()) } else { Err(GenerateError::PrimesTooClose) }
}

/// Returns λ = lcm(p-1, q-1), or none if `det-keygen` rejects the pair.
fn lambda(p: &SecretUint, q: &SecretUint) -> Option<SecretUint> {
    // p - 1 and q - 1 are 6 modulo 8: their halves are odd, and gcd(p-1, q-1) is twice the gcd of the halves.
    let (half_p, half_q) = (p.halved(), q.halved());
    let half_gcd = gcd(&half_p, &half_q);
    if reveal(half_gcd.reaches_power_of_two(31)) {
        return None;
    }
    // λ = (p-1)(q-1)/gcd = 2·half_p·half_q/half_gcd, which is one bit shorter than n.
    let mut lambda = half_p.product(&half_q);
    lambda.divide_exact(half_gcd.low_word());
    lambda.double();
    if reveal(mod_e(&lambda).ct_eq(&0)) { None } else { Some(lambda) }
}

/// Returns `x mod 65537`: 2^16 = -1, so the sum of the 16-bit digits with alternating signs.
fn mod_e(x: &SecretUint) -> u64 {
    x.limbs().iter().rev().fold(0, |rest, limb| {
        // 2^64 = 1, so limbs simply add up.
        let [a, b, c, d] = [0, 16, 32, 48].map(|shift| (limb >> shift) & 0xffff);
        fold_e(rest + a + c + 2 * E - b - d)
    })
}

/// Returns `x mod 65537`, for `x <= 2^32`.
fn fold_e(x: u64) -> u64 {
    let difference = (x & 0xffff) + E - (x >> 16);
    let (reduced, borrow) = difference.overflowing_sub(E);
    reduced.wrapping_add(E & mask(borrow))
}

/// Returns `e^-1 mod x`, for `x` that e does not divide: (1 + k·x)/e with k = -x^-1 mod e, so the division is exact.
fn inverse_of_e(x: &SecretUint) -> SecretUint {
    // x^-1 = x^(e-2) mod e, and e - 2 is sixteen ones.
    let rest = mod_e(x);
    let inverse = (0..15).fold(rest, |power, _| fold_e(fold_e(power * power) * rest));
    let mut inverse_of_e = x.product(&SecretUint::from_word(E - inverse, 1));
    inverse_of_e.add_word(1);
    inverse_of_e.divide_exact(E);
    // Below x, so the top limb is zero.
    inverse_of_e.truncate(x.length());
    inverse_of_e
}

#[cfg(test)]
mod tests {
    use crypto_bigint::{BoxedUint, ConcatenatingMul, Gcd, NonZero};
    use proptest::prelude::*;

    use super::super::drbg::HmacDrbg;
    use super::super::modexp::kernel::Kernel;
    use super::super::modexp::portable::Portable;
    use super::super::search::Search;
    use super::*;

    /// Two probable primes.
    fn primes(seed: u64, bits: u32) -> [SecretUint; 2] {
        let mut search = Search::new(HmacDrbg::new(&[&seed.to_be_bytes()]), &Portable, bits / 2);
        [(); 2].map(|()| search.next_probable(u64::MAX).unwrap().unwrap().number)
    }

    /// The key of the first pair that is not rejected, from a seed on.
    fn assembled(seed: u64, bits: u32) -> UncheckedKey {
        let [p, q] = primes(seed, bits);
        match UncheckedKey::assemble(&p, &q, bits).unwrap() {
            Assembled::Key(key) => key,
            Assembled::Rejected => assembled(seed.wrapping_add(1), bits),
        }
    }

    fn is_consistent(key: &UncheckedKey) -> bool {
        let test = key.pairwise_test();
        let mut results = [&key.p, &key.q].map(|prime| SecretUint::zero(prime.length()));
        Portable.pow(key.bits / 2, &test.powers(), &mut results);
        test.passed(&mut results.iter()).into()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]
        /// By crypto-bigint's division and inversion; the engine uses neither.
        #[test]
        fn the_numbers_are_those_of_the_definition(
            seed in any::<u64>(),
            bits in prop_oneof![Just(512u32), Just(528), Just(1024)],
        ) {
            let key = assembled(seed, bits);
            let wide = |x: &SecretUint| x.resized(limbs_for(bits) + 2).to_boxed();
            let one = wide(&SecretUint::from_word(1, 1));
            let [p1, q1] = [&key.p, &key.q].map(|prime| wide(prime).wrapping_sub(&one));
            let gcd = NonZero::new(p1.gcd_vartime(&q1)).unwrap();
            let lambda = NonZero::new(p1.concatenating_mul(&q1).div_rem_vartime(&gcd).0).unwrap();
            let e = wide(&SecretUint::from_word(E, 1));
            prop_assert_eq!(wide(&key.d).concatenating_mul(&e).rem_vartime(&lambda), one.clone());
            prop_assert!(wide(&key.d) < *lambda);
            prop_assert_eq!(wide(&key.dp), wide(&key.d).rem_vartime(&NonZero::new(p1).unwrap()));
            prop_assert_eq!(wide(&key.dq), wide(&key.d).rem_vartime(&NonZero::new(q1).unwrap()));
            let p = NonZero::new(wide(&key.p)).unwrap();
            prop_assert_eq!(wide(&key.qinv).concatenating_mul(&wide(&key.q)).rem_vartime(&p), one);
            prop_assert_eq!(wide(&key.n), wide(&key.p).wrapping_mul(wide(&key.q)));
            prop_assert!(is_consistent(&key));
            let RsaComponents { n, d, p, q, dp, dq, qinv } = key.into_components();
            let (whole, half) = (bits as usize / 8, bits as usize / 16);
            prop_assert_eq!([n.len(), d.len()], [whole; 2]);
            prop_assert_eq!([p, q, dp, dq, qinv].map(|number| number.len()), [half; 5]);
        }

        #[test]
        fn mod_e_is_the_remainder(
            x in prop::collection::vec(prop_oneof![any::<u64>(), Just(u64::MAX), Just(0)], 1..40),
        ) {
            let e = NonZero::new(BoxedUint::from(E)).unwrap();
            let x = SecretUint::from_limbs(x);
            prop_assert_eq!(BoxedUint::from(mod_e(&x)), x.to_boxed().rem_vartime(&e));
        }
    }

    /// A flipped bit in any number of the key fails the pairwise test.
    #[test]
    fn the_pairwise_test_detects_every_corruption() {
        let fields: [fn(&mut UncheckedKey) -> &mut SecretUint; 7] = [
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
            // Not the lowest bit, because the kernel requires odd moduli.
            for bit in [1, 7, 64, 200] {
                field(&mut key).limbs_mut()[bit / 64] ^= 1 << (bit % 64);
                assert!(!is_consistent(&key), "number {index}, bit {bit}");
                field(&mut key).limbs_mut()[bit / 64] ^= 1 << (bit % 64);
            }
        }
        assert!(is_consistent(&key));
    }

    #[test]
    fn close_primes_are_an_error() {
        let [p, _] = primes(2, 512);
        let error = |q: &SecretUint| UncheckedKey::assemble(&p, q, 512).err();
        assert_eq!(error(&p), Some(GenerateError::PrimesTooClose));
        // |p - q| must be above 2^156.
        for (low, high, too_close) in [(8, 0, true), (0, 1 << 28, true), (8, 1 << 28, false)] {
            for up in [false, true] {
                let mut q = p.clone();
                let step = SecretUint::from_limbs(alloc::vec![low, 0, high, 0]);
                let wrapped = if up { q.add_assign(&step) } else { q.sub_assign(&step) };
                assert!(!wrapped);
                assert_eq!(error(&q) == Some(GenerateError::PrimesTooClose), too_close, "{low} {high} {up}");
            }
        }
    }

    #[test]
    fn small_primes_are_an_error() {
        let [p, mut q] = primes(3, 512);
        q.limbs_mut()[3] = SQRT_2 - 1;
        assert_eq!(UncheckedKey::assemble(&p, &q, 512).err(), Some(GenerateError::PrimeTooSmall));
        assert_eq!(UncheckedKey::assemble(&q, &p, 512).err(), Some(GenerateError::PrimeTooSmall));
        q.limbs_mut()[3] = SQRT_2;
        assert_ne!(UncheckedKey::assemble(&p, &q, 512).err(), Some(GenerateError::PrimeTooSmall));
    }

    /// The numbers need not be prime for this: each is twice a multiple of some factor, plus one.
    #[test]
    fn common_factors_and_multiples_of_e_are_rejected() {
        let prime_like = |factor: &[u64], salt: u64| {
            // factor·odd, about 1.5·2^254
            let boxed = |limbs: &[u64]| SecretUint::from_limbs(limbs.to_vec()).resized(4).to_boxed();
            let factor = NonZero::new(boxed(factor)).unwrap();
            let mut odd = SecretUint::from_boxed(&boxed(&[salt, 0, salt, 3 << 61]).div_rem_vartime(&factor).0);
            odd.set_bit(0);
            let mut number = SecretUint::from_boxed(&odd.to_boxed().wrapping_mul(&*factor));
            number.double();
            number.set_bit(0);
            number
        };
        let are_rejected = |a: &[u64], b: &[u64]| {
            matches!(UncheckedKey::assemble(&prime_like(a, 11), &prime_like(b, 1 << 63), 512), Ok(Assembled::Rejected))
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
