//! Where secrets become public: verdicts on them, and the modulus. Control flow depends on a prime nowhere else.
//!
//! `checks/constant_time` runs the engine under valgrind with the primes marked as undefined, so that every branch and
//! address that depends on them is reported. Under `--cfg nova_keypair_ctgrind`, which only that crate sets, the values
//! that pass through here are first handed to it, to be marked as defined; in any other build these functions are
//! no-ops.

use alloc::vec::Vec;

use subtle::Choice;
use zeroize::Zeroizing;

/// Makes a verdict on secret numbers public, so that code may branch on it.
///
/// A verdict reveals whether a candidate is composite, or whether a pair is rejected.
#[inline(always)]
pub(crate) fn reveal(verdict: Choice) -> bool {
    #[cfg(nova_keypair_ctgrind)]
    let verdict = Choice::from(hook::call([verdict.unwrap_u8()])[0]);
    verdict.into()
}

/// Makes a number public: the modulus of a finished key.
pub(crate) fn publish(number: &Zeroizing<Vec<u8>>) -> Vec<u8> {
    let public = number.to_vec();
    #[cfg(nova_keypair_ctgrind)]
    let public = hook::call(public);
    public
}

#[cfg(nova_keypair_ctgrind)]
pub(crate) mod hook {
    extern crate std;

    /// The function that is called with bytes that become public.
    pub(crate) static HOOK: std::sync::OnceLock<fn(&mut [u8])> = std::sync::OnceLock::new();

    pub(super) fn call<B: AsMut<[u8]>>(mut bytes: B) -> B {
        if let Some(hook) = HOOK.get() {
            hook(bytes.as_mut());
        }
        bytes
    }
}
