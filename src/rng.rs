//! [`OsRng`]: the operating system's generator, for callers who bring none of their own.

use rand_core::{TryCryptoRng, TryRng};

use crate::keygen::error::GenerateError;

/// The operating system's random number generator (`getrandom(2)` and its like).
///
/// ```
/// use nova_keypair::{KeySpec, OsRng, PrivateKey};
/// let private_key = PrivateKey::generate(KeySpec::Rsa2048, &mut OsRng)?;
/// # Ok::<(), nova_keypair::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct OsRng;

impl TryRng for OsRng {
    type Error = GenerateError;

    fn try_next_u32(&mut self) -> Result<u32, GenerateError> {
        getrandom::SysRng.try_next_u32().map_err(|_| GenerateError::RngFailed)
    }

    fn try_next_u64(&mut self) -> Result<u64, GenerateError> {
        getrandom::SysRng.try_next_u64().map_err(|_| GenerateError::RngFailed)
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), GenerateError> {
        getrandom::SysRng.try_fill_bytes(bytes).map_err(|_| GenerateError::RngFailed)
    }
}

impl TryCryptoRng for OsRng {}
