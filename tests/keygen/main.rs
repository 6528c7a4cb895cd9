//! The prime engine against a plain sequential generator.

mod sequential;

use chacha20::ChaCha8Rng;
use nova_keypair::internals::{self, Kernel};
use proptest::prelude::*;
use rand_core::SeedableRng;
use sequential::sequential;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    /// Batches, reading ahead and kernels change nothing.
    #[test]
    fn the_engine_is_the_sequential_generator(seed in any::<u64>(), sixteenths in 32..72u32) {
        let bits = 16 * sixteenths;
        let expected = sequential(bits, &mut ChaCha8Rng::seed_from_u64(seed));
        for kernel in [Kernel::Best, Kernel::Portable] {
            prop_assert_eq!(&internals::generate(kernel, bits, &mut ChaCha8Rng::seed_from_u64(seed)).unwrap(), &expected);
        }
    }
}

#[test]
fn the_engine_is_the_sequential_generator_at_2048_bits() {
    for seed in 0..2 {
        let expected = sequential(2048, &mut ChaCha8Rng::seed_from_u64(seed));
        for kernel in [Kernel::Best, Kernel::Portable] {
            assert_eq!(internals::generate(kernel, 2048, &mut ChaCha8Rng::seed_from_u64(seed)).unwrap(), expected);
        }
    }
}
