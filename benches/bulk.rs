//! `create_many` on one thread and on two: the same seeds, so the same keys and the same work.
//!
//! `cargo bench --features rayon --bench bulk`

use core::convert::Infallible;
use std::ops::ControlFlow;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use nova_keypair::{KeySize, KeypairName, create_many};
use rand_core::{TryCryptoRng, TryRng};

/// Counts, to have the same seeds every time. No generator for keys.
struct Counter(u8);

impl TryRng for Counter {
    type Error = Infallible;
    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        let mut bytes = [0; 4];
        self.try_fill_bytes(&mut bytes)?;
        Ok(u32::from_le_bytes(bytes))
    }
    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        let mut bytes = [0; 8];
        self.try_fill_bytes(&mut bytes)?;
        Ok(u64::from_le_bytes(bytes))
    }
    fn try_fill_bytes(&mut self, out: &mut [u8]) -> Result<(), Infallible> {
        self.0 += 1;
        out.fill(self.0);
        Ok(())
    }
}

impl TryCryptoRng for Counter {}

fn bulk(c: &mut Criterion) {
    let names: Vec<_> = (0..64).map(|i| KeypairName::new(&format!("key-{i}")).unwrap()).collect();
    let make = || create_many(&names, KeySize::Rsa2048, &mut Counter(0), &|_| ControlFlow::Continue(())).unwrap();
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
