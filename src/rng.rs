//! [`OsRng`]: the operating system's random number generator, for callers without one.

use rand_core::TryCryptoRng;
#[allow(deprecated, unused_imports, reason = "the name that candidates of rand_core 0.10 have for `TryRng`")]
use rand_core::TryRngCore as TryRng;

use crate::keygen::error::GenerateError;

/// The operating system's random number generator (`getrandom(2)` and its equivalents).
///
/// ```
/// use nova_keypair::{KeySpec, OsRng, PrivateKey};
/// let private_key = PrivateKey::generate(KeySpec::Rsa2048, &mut OsRng)?;
/// # Ok::<(), nova_keypair::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct OsRng;

/// Implements `TryRng` where `rand_core` has it: the glob import shadows the name of the enclosing module.
const _: () = {
    #[allow(unused_imports, reason = "candidates of rand_core 0.10 have no `TryRng`")]
    use rand_core::*;

    impl TryRng for OsRng {
        type Error = GenerateError;

        fn try_next_u32(&mut self) -> Result<u32, GenerateError> {
            bytes().map(u32::from_ne_bytes)
        }

        fn try_next_u64(&mut self) -> Result<u64, GenerateError> {
            bytes().map(u64::from_ne_bytes)
        }

        fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), GenerateError> {
            getrandom::fill(bytes).map_err(|_| GenerateError::RngFailed)
        }
    }
};

impl TryCryptoRng for OsRng {}

fn bytes<const LENGTH: usize>() -> Result<[u8; LENGTH], GenerateError> {
    let mut bytes = [0; LENGTH];
    getrandom::fill(&mut bytes).map_err(|_| GenerateError::RngFailed)?;
    Ok(bytes)
}
