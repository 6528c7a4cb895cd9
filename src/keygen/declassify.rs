//! Where secrets become public: verdicts on them, and the modulus. Nowhere else does control flow come to depend on a prime.
//!
//! `checks/constant_time` runs the engine under valgrind with the primes marked as undefined, so that every branch and address that
//! depends on them is reported. Under `--cfg nova_keypair_ctgrind`, which only that crate sets, what passes through here is handed to
//! it first, to be marked as defined; any other build holds nothing of the sort.

use alloc::vec::Vec;

use subtle::Choice;
use zeroize::Zeroizing;

/// Makes a verdict on secret numbers public: what follows may branch on it.
///
/// What is revealed of a candidate is that it is composite, or that it is not; of a pair, that it is rejected, or that it is not.
#[inline(always)]
pub(crate) fn reveal(verdict: Choice) -> bool {
    #[cfg(nova_keypair_ctgrind)]
    let verdict = Choice::from(hook::call([verdict.unwrap_u8()])[0]);
    verdict.into()
}

/// Makes a number public: the modulus, once it is that of a finished key.
pub(crate) fn publish(number: &Zeroizing<Vec<u8>>) -> Vec<u8> {
    let public = number.to_vec();
    #[cfg(nova_keypair_ctgrind)]
    let public = hook::call(public);
    public
}

#[cfg(nova_keypair_ctgrind)]
pub(crate) mod hook {
    extern crate std;

    /// What to do with bytes that become public.
    pub(crate) static HOOK: std::sync::OnceLock<fn(&mut [u8])> = std::sync::OnceLock::new();

    pub(super) fn call<B: AsMut<[u8]>>(mut bytes: B) -> B {
        if let Some(hook) = HOOK.get() {
            hook(bytes.as_mut());
        }
        bytes
    }
}
