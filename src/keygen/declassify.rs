//! Where secrets become public: verdicts on them, and the public key. Control flow depends on a prime nowhere else.
//!
//! `checks/constant_time` runs the engine under valgrind with the primes marked as undefined, so that every branch and
//! address that depends on them is reported. Under `--cfg nova_keypair_ctgrind`, which only that crate sets, the values
//! that pass through here are first handed to it, to be marked as defined; in any other build these functions are
//! no-ops.

use subtle::Choice;

/// Makes a verdict on secret numbers public, so that code may branch on it.
///
/// A verdict reveals whether a candidate is composite, a pair is rejected, or a check of a finished key fails.
#[inline(always)]
pub(crate) fn reveal(verdict: Choice) -> bool {
    #[cfg(nova_keypair_ctgrind)]
    let verdict = Choice::from(hook::call([verdict.unwrap_u8()])[0]);
    verdict.into()
}

/// Makes bytes public: the modulus or the point of a finished key.
pub(crate) fn publish<B: AsMut<[u8]>>(bytes: B) -> B {
    #[cfg(nova_keypair_ctgrind)]
    let bytes = hook::call(bytes);
    bytes
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
