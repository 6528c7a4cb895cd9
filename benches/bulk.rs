//! Iterates a `Batch` on one thread and on two: the same seeds, so the same keys and the same work.
//!
//! `cargo bench --features rayon --bench bulk`

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "a wrong answer ends the benchmark")]

use chacha20::ChaCha8Rng;
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use nova_keypair::{GeneratedKeypair, KeySpec, KeypairName, create_many};
use rand_core::SeedableRng;
use rayon::prelude::*;

fn bulk(c: &mut Criterion) {
    let names: Vec<_> = (0..64).map(|i| KeypairName::new(&format!("key-{i}")).unwrap()).collect();
    let batch = || create_many(names.clone(), KeySpec::Rsa2048, &mut ChaCha8Rng::seed_from_u64(0)).unwrap();
    let generate = || batch().into_par_iter().collect::<Result<Vec<GeneratedKeypair>, _>>().unwrap();
    let expected: Vec<_> = batch().map(|generated| generated.unwrap().keypair).collect();
    let mut group = c.benchmark_group("bulk/64 keys of 2048 bits");
    group.sample_size(10).throughput(Throughput::Elements(names.len() as u64));
    for threads in [1, 2] {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        assert!(pool.install(generate).iter().map(|generated| &generated.keypair).eq(&expected));
        group.bench_function(format!("{threads} threads"), |b| b.iter(|| pool.install(generate)));
    }
}

criterion_group!(benches, bulk);
criterion_main!(benches);
