//! `create_many` on one thread and on two: the same seeds, so the same keys and the same work.
//!
//! `cargo bench --features rayon --bench bulk`

use std::ops::ControlFlow;

use chacha20::ChaCha8Rng;
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use nova_keypair::{KeySpec, KeypairName, create_many};
use rand_core::SeedableRng;

fn bulk(c: &mut Criterion) {
    let names: Vec<_> = (0..64).map(|i| KeypairName::new(&format!("key-{i}")).unwrap()).collect();
    let make = || {
        create_many(&names, KeySpec::Rsa2048, &mut ChaCha8Rng::seed_from_u64(0), &|_| ControlFlow::Continue(()))
            .unwrap()
    };
    let expected: Vec<_> = make().into_iter().map(|made| made.keypair).collect();
    let mut group = c.benchmark_group("bulk/64 keys of 2048 bits");
    group.sample_size(10).throughput(Throughput::Elements(names.len() as u64));
    for threads in [1, 2] {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        assert!(pool.install(make).into_iter().map(|made| made.keypair).eq(expected.iter().cloned()));
        group.bench_function(format!("{threads} threads"), |b| b.iter(|| pool.install(make)));
    }
}

criterion_group!(benches, bulk);
criterion_main!(benches);
