//! The engine as a whole: a published vector, replays, faults.

use alloc::string::String;
use alloc::vec::Vec;
use core::convert::Infallible;

use proptest::prelude::*;
use rand_core::{TryCryptoRng, TryRng};
use subtle::Choice;

use super::modexp::kernel::Power;
use super::modexp::portable::Portable;
use super::uint::{SecretUint, limbs_for};
use super::*;

extern crate std;

/// Replays bytes, then fails.
struct Replay {
    bytes: Vec<u8>,
    at: usize,
    draws: usize,
}

impl Replay {
    fn new(bytes: Vec<u8>) -> Self {
        Self { bytes, at: 0, draws: 0 }
    }
}

#[derive(Debug)]
struct Dry;

impl core::fmt::Display for Dry {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("dry")
    }
}

impl core::error::Error for Dry {}

impl TryRng for Replay {
    type Error = Dry;
    fn try_next_u32(&mut self) -> core::result::Result<u32, Dry> {
        unreachable!("candidates are drawn as bytes")
    }
    fn try_next_u64(&mut self) -> core::result::Result<u64, Dry> {
        unreachable!("candidates are drawn as bytes")
    }
    fn try_fill_bytes(&mut self, out: &mut [u8]) -> core::result::Result<(), Dry> {
        self.draws += 1;
        let end = self.at + out.len();
        out.copy_from_slice(self.bytes.get(self.at..end).ok_or(Dry)?);
        self.at = end;
        Ok(())
    }
}

impl TryCryptoRng for Replay {}

/// DER, as PKCS#8 (RFC 5958) around PKCS#1 (RFC 8017, A.1.2).
fn pkcs8(key: &RsaComponents) -> Vec<u8> {
    fn tlv(tag: u8, content: &[u8]) -> Vec<u8> {
        let mut out = std::vec![tag];
        match content.len() {
            length @ 0..128 => out.push(length as u8),
            length @ 128..256 => out.extend([0x81, length as u8]),
            length => out.extend([0x82, (length >> 8) as u8, length as u8]),
        }
        out.extend(content);
        out
    }
    let integer = |value: &[u8]| {
        let start = value.iter().position(|&byte| byte != 0).unwrap();
        let mut content = std::vec![0; usize::from(value[start] >> 7)];
        content.extend(&value[start..]);
        tlv(2, &content)
    };
    let e = [1, 0, 1];
    let numbers: [&[u8]; 8] = [&key.n, &e, &key.d, &key.p, &key.q, &key.dp, &key.dq, &key.qinv];
    let mut pkcs1 = tlv(2, &[0]);
    pkcs1.extend(numbers.iter().flat_map(|number| integer(number)));
    let rsa_encryption = [0x30, 13, 6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 13, 1, 1, 1, 5, 0];
    let mut info = tlv(2, &[0]);
    info.extend(rsa_encryption);
    info.extend(tlv(4, &tlv(0x30, &pkcs1)));
    tlv(0x30, &info)
}

fn base64(text: &str) -> Vec<u8> {
    use base64::Engine;
    base64::engine::general_purpose::STANDARD.decode(text).unwrap()
}

/// A vector of C2SP det-keygen, as the SHA-256 of its PKCS#8 encoding. `tests/suite/key_vectors.rs` has the others.
#[test]
fn one_det_keygen_vector() {
    use sha2::Digest;
    let key = from_seed(&base64("Xl2U+6mkaGMosq89epJzbg=="), 2048).unwrap();
    let digest: String = sha2::Sha256::digest(pkcs8(&key)).iter().map(|byte| std::format!("{byte:02x}")).collect();
    assert_eq!(digest, "e81b5a0fdfb9e83ddec581598df84400047dc979f4c82bd142b0aca29a51ba2e");
}

/// A kernel that counts its calls.
struct Counting {
    base2: core::cell::Cell<usize>,
    pow: core::cell::RefCell<Vec<Vec<u64>>>,
}

impl Counting {
    fn new() -> Self {
        Self { base2: 0.into(), pow: Vec::new().into() }
    }
}

impl Kernel for Counting {
    fn width(&self) -> usize {
        4
    }

    fn base2(&self, bits: u32, moduli: &[&SecretUint], verdicts: &mut [Choice]) {
        self.base2.set(self.base2.get() + moduli.len());
        Portable.base2(bits, moduli, verdicts);
    }

    fn pow(&self, bits: u32, powers: &[Power<'_>], results: &mut [SecretUint]) {
        self.pow.borrow_mut().extend(powers.iter().map(|power| power.modulus.limbs().to_vec()));
        Portable.pow(bits, powers, results);
    }
}

/// FIPS 186-5 table B.1, counted where the work is done: rounds per prime, and one exponentiation per prime for the
/// pairwise test.
#[test]
fn each_prime_gets_exactly_its_rounds() {
    for (bits, rounds) in [(2048, 5), (3072, 4)] {
        let kernel = Counting::new();
        let key = generate_with(&kernel, seeded(b"an even better seed", bits).unwrap(), bits).unwrap();
        for prime in [&key.p, &key.q] {
            let prime = SecretUint::from_be(prime);
            let lanes = kernel.pow.borrow().iter().filter(|modulus| ***modulus == *prime.limbs()).count();
            assert_eq!(lanes, rounds + 1, "{bits}");
        }
        assert_eq!(kernel.pow.borrow().len(), 2 * (rounds + 1));
    }
}

/// A candidate with a factor in the second tier is rejected, and few candidates reach a kernel.
#[test]
fn few_candidates_pass_trial_division() {
    let mut top_limb = alloc::vec![0; 16];
    top_limb[15] = 65521;
    let multiple = SecretUint::from_limbs(top_limb);
    let mut power = SecretUint::zero(limbs_for(1024));
    power.set_bit(1023);
    let mut trial = trial_division::TrialDivision::in_pairs(1024, 1 << 16);
    for kernel in [Backend::detect(), Backend::Portable(Portable)] {
        assert!(!kernel.passes_large(&mut trial, &multiple) && kernel.passes_large(&mut trial, &power));
    }
    assert!(!Portable.passes_large(&mut trial, &multiple) && Portable.passes_large(&mut trial, &power));

    let kernel = Counting::new();
    let mut rng = Replay::new(small_stream(7, 256, 400));
    generate_from(&kernel, 256, &mut rng).unwrap();
    assert!(5 * kernel.base2.get() < rng.draws, "{} of {}", kernel.base2.get(), rng.draws);
}

/// The portable kernel with batches of any width.
struct Wide(usize);

impl Kernel for Wide {
    fn width(&self) -> usize {
        self.0
    }

    fn base2(&self, bits: u32, moduli: &[&SecretUint], verdicts: &mut [Choice]) {
        assert!((1..=self.0).contains(&moduli.len()), "{} of {} lanes", moduli.len(), self.0);
        Portable.base2(bits, moduli, verdicts);
    }

    fn pow(&self, bits: u32, powers: &[Power<'_>], results: &mut [SecretUint]) {
        Portable.pow(bits, powers, results);
    }
}

/// A kernel whose base-2 filter accepts every candidate, so that the rounds decide.
struct Gullible;

impl Kernel for Gullible {
    fn width(&self) -> usize {
        4
    }

    fn base2(&self, _: u32, moduli: &[&SecretUint], verdicts: &mut [Choice]) {
        verdicts.iter_mut().take(moduli.len()).for_each(|verdict| *verdict = Choice::from(1));
    }

    fn pow(&self, bits: u32, powers: &[Power<'_>], results: &mut [SecretUint]) {
        Portable.pow(bits, powers, results);
    }
}

/// The bytes of the candidates of a seed, for keys too small for `from_seed`.
fn small_stream(seed: u64, bits: u32, candidates: usize) -> Vec<u8> {
    let mut drbg = HmacDrbg::new(&[&seed.to_be_bytes()]);
    (0..candidates).flat_map(|_| drbg.bytes(bits as usize / 16).to_vec()).collect()
}

fn same_key(a: &RsaComponents, b: &RsaComponents) -> bool {
    a.n == b.n && a.d == b.d && a.p == b.p && a.q == b.q && a.dp == b.dp && a.dq == b.dq && a.qinv == b.qinv
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]
    /// In these pairs one or both numbers fail their rounds; the key is that of a generator that confirms each prime
    /// before the next.
    #[test]
    fn failed_rounds_do_not_change_the_key(seed in any::<u64>()) {
        let drbg = || HmacDrbg::new(&[&seed.to_be_bytes()]);
        let key = generate_with(&Portable, drbg(), 512).unwrap();
        prop_assert!(same_key(&key, &generate_with(&Gullible, drbg(), 512).unwrap()));
    }

    /// The same bytes give the same key on every kernel and with every width.
    #[test]
    fn the_kernel_and_its_width_do_not_change_the_key(seed in any::<u64>(), width in 1..20usize) {
        let drbg = || HmacDrbg::new(&[&seed.to_be_bytes()]);
        let key = generate_with(&Portable, drbg(), 512).unwrap();
        prop_assert!(same_key(&key, &generate_with(&Wide(width), drbg(), 512).unwrap()));
        for kernel in [Backend::ifma(), Backend::avx2()].into_iter().flatten() {
            prop_assert!(same_key(&key, &generate_with(&kernel, drbg(), 512).unwrap()));
        }
    }

    /// Like a sequential search, this one needs the bytes up to and including q, however far it reads ahead.
    #[test]
    fn the_bytes_up_to_q_are_needed_and_enough(seed in any::<u64>()) {
        let bytes = small_stream(seed, 512, 2000);
        let key = generate_from(&Portable, 512, &mut Replay::new(bytes.clone())).unwrap();
        let shaped = |chunk: &[u8]| {
            let mut chunk = chunk.to_vec();
            chunk[0] |= 0xc0;
            *chunk.last_mut().unwrap() |= 7;
            chunk
        };
        let end = 32 * (1 + bytes.chunks(32).position(|chunk| shaped(chunk) == key.q[..]).unwrap());
        let enough = generate_from(&Portable, 512, &mut Replay::new(bytes[..end].to_vec())).unwrap();
        prop_assert!(same_key(&key, &enough));
        let short = generate_from(&Portable, 512, &mut Replay::new(bytes[..end - 32].to_vec()));
        prop_assert_eq!(short.err(), Some(GenerateError::RngFailed));
        // At most one batch is read ahead: some tens of candidates, because a fifth of them pass trial division here.
        for width in [4, 8] {
            let mut rng = Replay::new(bytes.clone());
            prop_assert!(same_key(&key, &generate_from(&Wide(width), 512, &mut rng).unwrap()));
            prop_assert!(rng.at <= end + 32 * 30 * width, "{} after {}", rng.at, end);
        }
    }
}

/// A generator that fails at draw k is an error for every k that the key needs, and never a panic.
#[test]
fn a_generator_that_fails_at_any_draw_is_an_error() {
    let bytes = small_stream(7, 256, 400);
    let key = generate_from(&Portable, 256, &mut Replay::new(bytes.clone())).unwrap();
    let mut needed = 0;
    for draws in 0..400 {
        match generate_from(&Portable, 256, &mut Replay::new(bytes[..draws * 16].to_vec())) {
            Err(error) => {
                assert_eq!(error, GenerateError::RngFailed);
                needed = draws + 1;
            }
            Ok(other) => {
                assert!(same_key(&key, &other));
                assert!(draws >= needed, "no failure after a success");
            }
        }
    }
    assert!((2..400).contains(&needed));
}

/// A generator that repeats `unit`.
struct Repeating {
    unit: Vec<u8>,
    at: usize,
    draws: usize,
}

impl TryRng for Repeating {
    type Error = Infallible;
    fn try_next_u32(&mut self) -> core::result::Result<u32, Infallible> {
        unreachable!("candidates are drawn as bytes")
    }
    fn try_next_u64(&mut self) -> core::result::Result<u64, Infallible> {
        unreachable!("candidates are drawn as bytes")
    }
    fn try_fill_bytes(&mut self, out: &mut [u8]) -> core::result::Result<(), Infallible> {
        self.draws += 1;
        for byte in out {
            *byte = self.unit[self.at % self.unit.len()];
            self.at += 1;
        }
        Ok(())
    }
}

impl TryCryptoRng for Repeating {}

#[test]
fn a_stuck_generator_is_an_error_at_once() {
    let random = small_stream(9, 2048, 8);
    let within = |unit: &[u8]| {
        let mut rng = Repeating { unit: unit.to_vec(), at: 0, draws: 0 };
        assert_eq!(generate(2048, &mut rng).err(), Some(GenerateError::RngRepeats));
        rng.draws
    };
    // All zeros, all ones, and any block that repeats within 64 bytes are detected in the first draw.
    assert_eq!(within(&[0]), 1);
    assert_eq!(within(&[0xff]), 1);
    for length in [1, 2, 4, 8, 16, 32, 64] {
        assert_eq!(within(&random[..length]), 1);
    }
    // The same candidate every time: in the second draw.
    assert_eq!(within(&random[..128]), 2);
    // Longer cycles and those that do not divide a draw: a cycle of k draws within 3k.
    for (length, cycle) in [(3, 3), (7, 7), (48, 3), (256, 2), (1000, 125)] {
        assert!(within(&random[..length]) <= 3 * cycle, "{length}");
    }
}

/// Candidates of 128 bits: the first `count` for which `wanted` is true.
fn candidates_that(count: usize, mut wanted: impl FnMut(&SecretUint) -> bool) -> Vec<Vec<u8>> {
    let mut drbg = HmacDrbg::new(&[b"candidates"]);
    let mut found = Vec::new();
    while found.len() < count {
        let mut candidate = SecretUint::from_be(&drbg.bytes(16));
        for position in [0, 1, 2, 126, 127] {
            candidate.set_bit(position);
        }
        if wanted(&candidate) {
            found.push(candidate.to_be(16).to_vec());
        }
    }
    found
}

fn passes_base2(candidate: &SecretUint) -> bool {
    let mut verdict = [Choice::from(0)];
    Portable.base2(128, &[candidate], &mut verdict);
    verdict[0].into()
}

/// A prime of 128 bits that is 1 modulo e: no key has it.
fn rejected_prime() -> Vec<u8> {
    let mut rejected = Vec::new();
    candidates_that(1, |candidate| {
        let mut value = u128::from_be_bytes(candidate.to_be(16)[..].try_into().unwrap());
        value -= (value - 1) % 65537;
        // e is 1 modulo 8, so steps of e reach 7.
        while value % 8 != 7 {
            value += 65537;
        }
        rejected = value.to_be_bytes().to_vec();
        passes_base2(&SecretUint::from_be(&rejected))
    });
    rejected
}

/// Each prime has its own limit, which ends the search.
#[test]
fn the_candidate_limit_is_ten_times_the_bits() {
    let bits = 256;
    let limit = 10 * bits as usize;
    let exceeded = Some(GenerateError::TooManyCandidates { candidates: limit as u32 });
    let threes = trial_division::TrialDivision::in_pairs(128, 4);
    let multiples = candidates_that(3000, |candidate| !threes.passes_small(candidate)).concat();
    let multiples = |from: usize, count: usize| multiples[16 * from..16 * (from + count)].to_vec();
    let mut rng = Replay::new(multiples(0, 3000));
    assert_eq!(generate_from(&Portable, bits, &mut rng).err(), exceeded);
    assert_eq!(rng.draws, limit);

    // p may be the last candidate within the limit; q has its own limit.
    let key = generate_from(&Portable, bits, &mut Replay::new(small_stream(7, 256, 400))).unwrap();
    let outcome = |before, between| {
        let stream = [multiples(0, before), key.p.to_vec(), multiples(before, between), key.q.to_vec()].concat();
        generate_from(&Portable, bits, &mut Replay::new(stream))
    };
    assert!(same_key(&key, &outcome(limit - 1, 100).unwrap()));
    assert_eq!(outcome(limit, 100).err(), exceeded);
    for before in [0, 100] {
        assert!(same_key(&key, &outcome(before, limit - 1).unwrap()));
        assert_eq!(outcome(before, limit).err(), exceeded);
    }

    // A rejected pair restarts the count, but a candidate that fails its rounds does not.
    let mut trial = trial_division::TrialDivision::in_pairs(128, trial_division::bound(128));
    let mut fails_its_rounds =
        |x: &SecretUint| trial.passes_small(x) && Portable.passes_large(&mut trial, x) && !passes_base2(x);
    let composites = candidates_that(6, &mut fails_its_rounds).concat();
    let composite = composites[..16].to_vec();
    let pair = [rejected_prime(), key.p.to_vec()].concat();
    let outcome = |between| {
        let stream = [&pair[..], &composite, &multiples(0, between), &key.p, &key.q].concat();
        generate_from(&Gullible, bits, &mut Replay::new(stream))
    };
    assert!(same_key(&key, &outcome(limit - 2).unwrap()));
    assert_eq!(outcome(limit - 1).err(), exceeded);

    // Neither do two that fail together. The first batch holds four of these composites, so the search for the partner of
    // the fifth reads on, with a limit that reaches beyond that for p.
    let (five, sixth) = composites.split_at(5 * 16);
    let outcome = |between| {
        let stream = [five, &multiples(0, between), sixth, &key.p, &key.q].concat();
        generate_from(&Gullible, bits, &mut Replay::new(stream))
    };
    assert!(same_key(&key, &outcome(limit - 7).unwrap()));
    assert_eq!(outcome(limit - 6).err(), exceeded);
    assert_eq!(outcome(limit - 5).err(), exceeded);
}

#[test]
fn sizes_and_seeds() {
    for bits in [0, 1024, 2047, 2049, 2056, 16400, u32::MAX] {
        assert_eq!(from_seed(&[7; 32], bits).err(), Some(GenerateError::UnsupportedKeySize { bits }));
    }
    for len in 0..MIN_SEED {
        assert_eq!(from_seed(&std::vec![7; len], 2048).err(), Some(GenerateError::SeedTooShort { bytes: len }));
    }
}

/// A pair that `det-keygen` rejects is dropped, and the search continues with the next candidate in order.
#[test]
fn both_primes_of_a_rejected_pair_are_dropped() {
    let bits = 256;
    let rejected = rejected_prime();
    let rest = small_stream(7, 256, 400);
    let key = generate_from(&Portable, bits, &mut Replay::new(rest.clone())).unwrap();
    // First as p with a good q, then as q after a good p: both times the pair is dropped, and the stream continues.
    let other = generate_from(&Portable, bits, &mut Replay::new(small_stream(8, 256, 400))).unwrap();
    for pair in [[&rejected[..], &other.p[..]], [&other.p[..], &rejected[..]]] {
        let stream = [pair.concat(), rest.clone()].concat();
        assert!(same_key(&key, &generate_from(&Portable, bits, &mut Replay::new(stream)).unwrap()));
    }
}
