//! The engine generates the same key as a plain sequential generator, for any bytes and on every kernel.
#![no_main]

#[path = "../../tests/keygen/sequential.rs"]
mod sequential;

use chacha20::ChaCha8Rng;
use nova_keypair::internals::{Kernel, generate};
use rand_core::SeedableRng;
use sequential::sequential;

// Small keys, of 512 to 1,008 bits: the code is that of the large ones, and a round takes a millisecond.
libfuzzer_sys::fuzz_target!(|data: (u64, u8)| {
    let (seed, size) = data;
    let bits = 512 + 16 * u32::from(size % 32);
    let expected = sequential(bits, &mut ChaCha8Rng::seed_from_u64(seed));
    for kernel in Kernel::supported() {
        assert_eq!(
            generate(kernel, bits, &mut ChaCha8Rng::seed_from_u64(seed)).expect("a stream without end"),
            expected
        );
    }
});
