//! RSA key generation: random keys, replays of average-case candidate streams, and the engine's stages one by one.
//!
//! `cargo bench --features __internals --bench keygen`. The time for a random key varies with the number of candidates,
//! so its mean needs many samples; a replay is the same work every time. Every result is checked before it is timed.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "a wrong answer ends the benchmark")]
#![allow(clippy::cast_sign_loss, reason = "counts are computed in floating point")]

#[path = "../tests/suite/data.rs"]
mod data;

use core::hint::black_box;
use std::time::Duration;

use chacha20::ChaCha8Rng;
use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use nova_keypair::internals::{self, Kernel, Numbers, TrialDivision};
use nova_keypair::{KeySpec, OsRng, PrivateKey};
use rand_core::{SeedableRng, TryCryptoRng, TryRng};

const SIZES: [(u32, KeySpec); 3] = [(2048, KeySpec::Rsa2048), (3072, KeySpec::Rsa3072), (4096, KeySpec::Rsa4096)];

/// A generator whose numbers are the same in every run.
fn fixed(seed: u64) -> ChaCha8Rng {
    ChaCha8Rng::seed_from_u64(seed)
}

/// Returns candidates one after another, then fails.
struct Replay<'a>(&'a [u8]);

#[derive(Debug)]
struct Dry;

impl core::fmt::Display for Dry {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("the stream has ended")
    }
}

impl core::error::Error for Dry {}

impl TryRng for Replay<'_> {
    type Error = Dry;
    fn try_next_u32(&mut self) -> Result<u32, Dry> {
        Err(Dry)
    }
    fn try_next_u64(&mut self) -> Result<u64, Dry> {
        Err(Dry)
    }
    fn try_fill_bytes(&mut self, out: &mut [u8]) -> Result<(), Dry> {
        let (head, rest) = self.0.split_at_checked(out.len()).ok_or(Dry)?;
        out.copy_from_slice(head);
        self.0 = rest;
        Ok(())
    }
}

impl TryCryptoRng for Replay<'_> {}

/// The odd primes below 10^6, and tables that find the smallest one that divides a number without a division per word.
struct Divisors {
    primes: Vec<u32>,
    words: usize,
    /// For each prime, 2^(32·i) modulo the prime, in the order of the words of a big-endian number.
    weights: Vec<u32>,
}

impl Divisors {
    fn new(bits: u32) -> Self {
        let words = bits as usize / 32;
        let mut composite = vec![false; 1_000_000];
        let mut primes = Vec::new();
        for n in (3..composite.len()).step_by(2) {
            if !composite[n] {
                (n * n..composite.len()).step_by(2 * n).for_each(|multiple| composite[multiple] = true);
                primes.push(n as u32);
            }
        }
        let powers = |prime: u32| {
            let next = move |power: &u64| Some((power << 32) % u64::from(prime));
            let mut powers: Vec<u32> =
                core::iter::successors(Some(1), next).take(words).map(|power| power as u32).collect();
            powers.reverse();
            powers
        };
        let weights = primes.iter().flat_map(|&prime| powers(prime)).collect();
        Self { primes, words, weights }
    }

    /// Returns the index of the smallest prime that divides a big-endian number.
    fn smallest(&self, number: &[u8]) -> Option<usize> {
        let words: Vec<u32> = number.chunks(4).map(|word| u32::from_be_bytes(word.try_into().unwrap())).collect();
        // The sum of at most 64 products of 32 and 20 bits.
        let dot =
            |weights: &[u32]| -> u64 { words.iter().zip(weights).map(|(&a, &b)| u64::from(a) * u64::from(b)).sum() };
        self.weights
            .chunks(self.words)
            .zip(&self.primes)
            .position(|(weights, &prime)| dot(weights).is_multiple_of(u64::from(prime)))
    }
}

/// Generates an average-case stream as defined by C2SP CCTV: per prime, the number of candidates and the number with
/// each smallest divisor below 10^6 are the expected ones for odd numbers of this size, in any order, with the prime
/// last.
fn average_case(bits: u32, seed: u64) -> Vec<u8> {
    let half = bits / 2;
    let divisors = Divisors::new(half);
    // The first three terms of li(x)/x, doubled for odd numbers.
    let ln = f64::from(half) * core::f64::consts::LN_2;
    let density = 2.0 / ln * (1.0 + 1.0 / ln + 2.0 / (ln * ln));
    let count = (1.0 / density).round();

    // Each bucket: the number of composites whose smallest divisor is at most that of `index`, but not in an earlier
    // one.
    let mut buckets: Vec<(usize, usize)> = Vec::new();
    let (mut without, mut given) = (1.0, 0.0);
    for (index, &prime) in divisors.primes.iter().enumerate() {
        without *= 1.0 - 1.0 / f64::from(prime);
        let want = (count * (1.0 - without) - given).round();
        if want > 0.0 {
            given += want;
            buckets.push((index, want as usize));
        }
    }
    let rough = (count - given - 1.0) as usize;

    let mut rng = fixed(seed);
    let length = half as usize / 8;
    let mut stream = Vec::new();
    for _ in 0..2 {
        let mut wanted = buckets.clone();
        let (mut rough, mut prime, mut composites) = (rough, None, Vec::new());
        while rough > 0 || prime.is_none() || wanted.iter().any(|&(_, want)| want > 0) {
            let mut candidate = vec![0; length];
            rng.try_fill_bytes(&mut candidate).unwrap();
            candidate[0] |= 0xc0;
            candidate[length - 1] |= 7;
            match divisors.smallest(&candidate) {
                Some(index) => {
                    let bucket = wanted.iter_mut().find(|(last, _)| index <= *last);
                    if let Some((_, want @ 1..)) = bucket {
                        *want -= 1;
                        composites.push(candidate);
                    }
                }
                None if is_probable_prime(half, &candidate) => prime = prime.or(Some(candidate)),
                None if rough > 0 => {
                    rough -= 1;
                    composites.push(candidate);
                }
                None => {}
            }
        }
        for index in (1..composites.len()).rev() {
            let other = rng.try_next_u64().unwrap() as usize % (index + 1);
            composites.swap(index, other);
        }
        stream.extend(composites.concat());
        stream.extend(prime.unwrap());
    }
    stream
}

fn limbs(bytes: &[u8]) -> Vec<u64> {
    bytes.rchunks(8).map(|limb| limb.iter().fold(0, |value, &byte| (value << 8) | u64::from(byte))).collect()
}

fn is_probable_prime(bits: u32, candidate: &[u8]) -> bool {
    Kernel::Portable.base2(bits, &[&limbs(candidate)]) == [true]
}

fn random(c: &mut Criterion) {
    let mut group = c.benchmark_group("random");
    for (bits, size) in SIZES {
        group.bench_function(bits.to_string(), |b| b.iter(|| PrivateKey::generate(size, &mut OsRng).unwrap()));
    }
}

fn replay(c: &mut Criterion) {
    let mut group = c.benchmark_group("replay");
    for (bits, _) in SIZES {
        let length = bits as usize / 16;
        let published = data::read(&format!("cctv/rsa-{bits}.bin"));
        for (name, stream) in [("average", average_case(bits, 1)), ("cctv", published)] {
            for kernel in Kernel::supported() {
                let run = || internals::generate(kernel, bits, &mut Replay(&stream)).unwrap();
                let key = run();
                assert_eq!(key.q, stream[stream.len() - length..]);
                assert!(stream.chunks(length).any(|candidate| candidate == key.p));
                group.bench_function(format!("{bits}/{name}/{kernel:?}"), |b| b.iter(run));
            }
        }
    }
}

fn stages(c: &mut Criterion) {
    for (bits, size) in SIZES {
        let mut group = c.benchmark_group(format!("stages/{bits}"));
        let half = bits / 2;
        let candidates = internals::draw(half, &mut fixed(2), 400).unwrap();
        let key: Numbers = internals::from_seed(b"the key of the stages", bits).unwrap();
        let (p, q) = (limbs(&key.p), limbs(&key.q));

        group.throughput(Throughput::Elements(candidates.len() as u64));
        group.bench_function("draw", |b| b.iter(|| internals::draw(half, &mut fixed(2), candidates.len()).unwrap()));
        group.bench_function("draw/seed", |b| {
            b.iter(|| internals::draw_seeded(half, b"the seed of the stages", candidates.len()).unwrap());
        });
        for kernel in Kernel::supported() {
            let mut trial = TrialDivision::new(kernel, half);
            assert!(trial.passes(kernel, &p) && trial.passes(kernel, &q));
            group.bench_function(format!("trial division/{kernel:?}"), |b| {
                b.iter(|| candidates.iter().filter(|candidate| trial.passes(kernel, candidate)).count());
            });
        }
        group.throughput(Throughput::Elements(1));
        for kernel in Kernel::supported() {
            group.bench_function(format!("trial division/tables/{kernel:?}"), |b| {
                b.iter(|| TrialDivision::new(kernel, half));
            });
        }

        // A batch of the widest kernel.
        group.throughput(Throughput::Elements(8));
        let mut batch: Vec<&[u64]> = candidates.iter().take(6).map(|candidate| &candidate[..]).collect();
        batch.extend([&p[..], &q[..]]);
        for kernel in Kernel::supported() {
            assert_eq!(kernel.base2(half, &batch), Kernel::Portable.base2(half, &batch));
            group.bench_function(format!("base 2/{kernel:?}"), |b| b.iter(|| kernel.base2(half, black_box(&batch))));
        }
        group.throughput(Throughput::Elements(1));
        for kernel in Kernel::supported() {
            assert!(kernel.confirm(bits, &p, &q));
            group.bench_function(format!("confirmation/{kernel:?}"), |b| {
                b.iter(|| kernel.confirm(bits, black_box(&p), &q));
            });
        }
        assert_eq!(internals::assemble(bits, &p, &q).unwrap().unwrap(), key);
        group.bench_function("assembly", |b| b.iter(|| internals::assemble(bits, black_box(&p), &q).unwrap()));
        let private = PrivateKey::from_seed(b"the key of the stages", size).unwrap();
        assert!(private.to_openssh().starts_with("-----BEGIN OPENSSH PRIVATE KEY-----"));
        group.bench_function("encoding", |b| b.iter_batched(|| (), |()| private.to_openssh(), BatchSize::SmallInput));
    }
}

criterion_group! {
    name = benches;
    config = Criterion::default().sample_size(20).measurement_time(Duration::from_secs(5));
    targets = replay, stages, random
}
criterion_main!(benches);
