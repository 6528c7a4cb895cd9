//! Primality: Miller-Rabin rounds with random bases, as in FIPS 186-5 B.3.1.
//!
//! Candidates w are 7 modulo 8, so w - 1 = 2^a·m with a = 1 and m = (w-1)/2 odd. A round is one exponentiation and a
//! comparison with 1 and w - 1: its inner loop (step 4.5, j = 1 to a-1) is empty.

use alloc::vec::Vec;

use subtle::Choice;

use super::drbg::HmacDrbg;
use super::modexp::kernel::Power;
use super::uint::SecretUint;

/// Returns the number of rounds for a prime of `bits` bits: FIPS 186-5 table B.1, which lists 1024 (5 rounds, error
/// below 2^-112), 1536 (4, 2^-128) and 2048 (4, 2^-144). A size in between gets the rounds of the next smaller listed
/// size; it needs no more.
pub(crate) const fn rounds(bits: u32) -> usize {
    if bits < 1536 { 5 } else { 4 }
}

/// Bits of a base beyond those of the candidate: the reduction is then within 2^-128 of uniform. The standard rejects
/// bases instead (step 4.2), and the number of tries would depend on a secret.
const EXTRA_BITS: u32 = 128;

/// The rounds for one candidate: the powers to compute, and the check of the results.
pub(crate) struct Rounds<'a> {
    candidate: &'a SecretUint,
    bases: Vec<SecretUint>,
    /// m
    exponent: SecretUint,
    /// w - 1
    minus_one: SecretUint,
}

impl<'a> Rounds<'a> {
    /// Prepares the rounds for `candidate`, which has `bits` bits.
    ///
    /// The bases come from a generator keyed by a hash of the candidate: they use nothing of the caller's stream, so
    /// the same stream always gives the same key. The candidate consists of fresh random bytes, so the bases are random
    /// too.
    pub(crate) fn new(candidate: &'a SecretUint, bits: u32) -> Self {
        let mut generator = generator(candidate, bits);
        let bases = (0..rounds(bits)).map(|_| random_base(&mut generator, candidate, bits)).collect();
        Self { candidate, bases, exponent: candidate.halved(), minus_one: candidate.odd_minus_one() }
    }

    /// Step 4.3 of every round: z = b^m mod w.
    pub(crate) fn powers(&self) -> impl Iterator<Item = Power<'_>> {
        self.bases.iter().map(|base| Power { base, exponent: &self.exponent, modulus: self.candidate })
    }

    /// Step 4.4 of every round: z = 1 or z = w - 1. Consumes one result for each of the [`powers`](Self::powers), in
    /// their order; a missing result fails.
    pub(crate) fn passed<'r>(&self, results: &mut impl Iterator<Item = &'r SecretUint>) -> Choice {
        let one = SecretUint::from_word(1, self.candidate.length());
        self.bases.iter().fold(Choice::from(1), |passed, _| {
            let z_is_one_or_minus_one =
                results.next().map_or(Choice::from(0), |z| z.equals(&one) | z.equals(&self.minus_one));
            passed & z_is_one_or_minus_one
        })
    }
}

/// Returns the generator of the bases of one candidate.
fn generator(candidate: &SecretUint, bits: u32) -> HmacDrbg {
    HmacDrbg::new(&[&candidate.to_be((bits / 8) as usize), b"Miller-Rabin bases"])
}

/// Returns a base b with 1 < b < w - 1 (steps 4.1 and 4.2): a number of `bits + EXTRA_BITS` bits modulo w - 3, plus 2.
fn random_base(generator: &mut HmacDrbg, candidate: &SecretUint, bits: u32) -> SecretUint {
    let wide = SecretUint::from_be(&generator.bytes(((bits + EXTRA_BITS) / 8) as usize));
    // w is 7 modulo 8, so w - 3 keeps its top bit.
    let mut range = candidate.clone();
    range.sub_word(3);
    let mut base = wide.remainder(&range, bits);
    base.add_word(2);
    base
}

#[cfg(test)]
mod tests {
    use alloc::string::String;

    use super::super::modexp::kernel::Kernel;
    use super::super::modexp::portable::Portable;
    use super::super::uint::limbs_for;
    use super::*;

    fn run(candidate: &SecretUint, bits: u32) -> bool {
        let rounds = Rounds::new(candidate, bits);
        let powers: Vec<_> = rounds.powers().collect();
        let mut results: Vec<_> = powers.iter().map(|_| SecretUint::zero(candidate.length())).collect();
        Portable.pow(bits, &powers, &mut results);
        rounds.passed(&mut results.iter()).into()
    }

    /// 2^bits - 1
    fn mersenne(bits: u32) -> SecretUint {
        let mut number = SecretUint::repeated(u64::MAX, limbs_for(bits));
        number.keep_bits(bits);
        number
    }

    #[test]
    fn the_number_of_rounds_is_that_of_table_b1() {
        assert_eq!([1024, 1032, 1528, 1536, 1544, 2040, 2048, 4096].map(rounds), [5, 5, 5, 4, 4, 4, 4, 4]);
        for bits in [1024, 1536, 2048] {
            assert_eq!(Rounds::new(&mersenne(bits), bits).powers().count(), rounds(bits));
        }
    }

    /// 2^1279 - 1 is prime. 2^1277 - 1 and 2^(2·3·7·13) - 1 are pseudoprimes to base 2, and random bases must reveal
    /// them.
    #[test]
    fn rounds_tell_primes_from_base_2_pseudoprimes() {
        for (bits, prime) in [(1279u32, true), (1277, false), (1024, false)] {
            assert_eq!(run(&mersenne(bits), bits), prime, "2^{bits} - 1");
        }
    }

    /// A candidate passes only if every result is right and there is one for each round.
    #[test]
    fn every_round_counts() {
        let n = mersenne(1279);
        let rounds = Rounds::new(&n, 1279);
        let (one, minus_one) = (SecretUint::from_word(1, 20), n.odd_minus_one());
        let good: Vec<_> = (0..5).map(|index| if index % 2 == 0 { one.clone() } else { minus_one.clone() }).collect();
        let passed = |results: &[SecretUint]| bool::from(rounds.passed(&mut results.iter()));
        assert!(passed(&good));
        assert!(!passed(&good[1..]));
        for index in 0..5 {
            let mut bad = good.clone();
            bad[index].limbs_mut()[3] ^= 1 << 17;
            assert!(!passed(&bad));
        }
    }

    #[test]
    fn bases_are_distinct_and_depend_on_the_candidate() {
        let bases = |candidate: &SecretUint| Rounds::new(candidate, 1024).bases;
        let mut low = SecretUint::from_word(7, 16);
        low.set_bit(1023);
        low.set_bit(1022);
        let (first, again, other) = (bases(&low), bases(&low), bases(&mersenne(1024)));
        assert_eq!(first, again);
        assert!(first.iter().zip(&other).all(|(a, b)| a != b));
        // As long as the candidate, except once in 2^64.
        assert!(first.iter().chain(&other).all(|base| base.limbs()[15] != 0));
        for (index, base) in first.iter().enumerate() {
            assert!(base.clone().sub_assign(&low));
            assert!(first[..index].iter().all(|earlier| earlier != base));
        }
    }

    /// A candidate whose bytes differ from each other.
    fn distinct_bytes(bits: u32) -> SecretUint {
        let mut candidate =
            SecretUint::from_be(&(0..bits / 8).map(|index| (index * 37 + 11) as u8).collect::<Vec<_>>());
        for position in [0, 1, 2, bits - 2, bits - 1] {
            candidate.set_bit(position);
        }
        candidate
    }

    /// Checked against a computation in Python, with its modules `hmac` and `hashlib`: HMAC_DRBG seeded with the
    /// big-endian candidate and the label, one request for each base.
    #[test]
    fn the_bases_are_those_of_an_independent_computation() {
        use sha2::Digest as _;
        for (bits, expected) in [
            (1024, "d514c1ef8f03b591a5fa31a5ed41e5d2c76c0c382e9356a3d6923aba4f39310c"),
            (1536, "5c9fb43c4f9dd34beb7b0d6dc24c747cc55a0640a16102fb69e88eb2191dd579"),
            (2048, "151c63fec168bcd9876e67a72836ec912aed79b66542121441d4060c42525902"),
        ] {
            let candidate = distinct_bytes(bits);
            let mut hash = sha2::Sha256::new();
            for base in Rounds::new(&candidate, bits).bases {
                hash.update(base.to_be((bits / 8) as usize));
            }
            let digest: String = hash.finalize().iter().map(|byte| alloc::format!("{byte:02x}")).collect();
            assert_eq!(digest, expected, "{bits}");
        }
    }

    /// Every bit of the candidate is an input of the generator: changing any of them changes all that it returns.
    #[test]
    fn every_bit_of_the_candidate_keys_the_generator() {
        let candidate = distinct_bytes(1024);
        let output = |candidate: &SecretUint| generator(candidate, 1024).bytes(32).to_vec();
        let mut outputs = alloc::vec![output(&candidate)];
        for position in 0..1024 {
            let mut changed = candidate.clone();
            changed.limbs_mut()[position / 64] ^= 1 << (position % 64);
            outputs.push(output(&changed));
        }
        outputs.sort();
        outputs.dedup();
        assert_eq!(outputs.len(), 1025);
    }

    /// Two candidates with the same random numbers would have bases that differ because of the reduction alone: by less
    /// than 2^133, if the candidates differ by 8.
    #[test]
    fn bases_of_neighbors_differ_by_more_than_the_reduction() {
        let first = distinct_bytes(1024);
        let mut second = first.clone();
        second.add_word(8);
        let (first, second) = (Rounds::new(&first, 1024).bases, Rounds::new(&second, 1024).bases);
        for (first, second) in first.iter().zip(&second) {
            assert!(first.limbs()[3..].iter().zip(&second.limbs()[3..]).all(|(a, b)| a != b));
        }
    }
}
