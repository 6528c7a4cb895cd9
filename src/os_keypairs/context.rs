//! [`Context`]: the input of a reply other than the request.

use alloc::collections::BTreeSet;
use alloc::string::String;
use core::fmt;

use crate::microversion::Microversion;
use crate::policy::ImportPolicy;
use crate::private_key::{KeySpec, PrivateKeyFormat};

/// The input of a reply other than the request.
///
/// ```
/// use nova_keypair::{Microversion, os_keypairs::Context};
/// let context = Context::new("f882feb3").microversion(Microversion::V2_2).quota(3, 100).existing(["old-key"]);
/// ```
#[derive(Clone)]
pub struct Context {
    pub(super) user_id: String,
    pub(super) microversion: Microversion,
    pub(super) policy: ImportPolicy<'static>,
    pub(super) existing: BTreeSet<String>,
    pub(super) may_act_for_others: bool,
    pub(super) quota: Option<(u32, u32)>,
    pub(super) key_spec: KeySpec,
    pub(super) private_key_format: PrivateKeyFormat,
}

impl Context {
    /// Creates the context of an authenticated user: microversion 2.1, the default import policy, no existing key
    /// pairs, no quota; keys are generated with 2048 bits and returned in the OpenSSH format.
    pub fn new(user_id: impl Into<String>) -> Self {
        Self {
            user_id: user_id.into(),
            microversion: Microversion::default(),
            policy: ImportPolicy::default(),
            existing: BTreeSet::new(),
            may_act_for_others: false,
            quota: None,
            key_spec: KeySpec::default(),
            private_key_format: PrivateKeyFormat::default(),
        }
    }

    /// Sets the microversion of the request.
    #[must_use]
    pub fn microversion(mut self, microversion: Microversion) -> Self {
        self.microversion = microversion;
        self
    }

    /// Sets which public keys are accepted.
    ///
    /// A [`Blocklist`](crate::Blocklist) in the policy has to live as long as the process: leak its bytes once, at the
    /// start of the server, with `Vec::leak`.
    #[must_use]
    pub fn policy(mut self, policy: ImportPolicy<'static>) -> Self {
        self.policy = policy;
        self
    }

    /// Adds names of key pairs that the owner of the new one already has. They are compared last, after every other
    /// check.
    ///
    /// For names in a database, look up the one name that matters instead: see
    /// [`Request::check`](super::Request::check).
    #[must_use]
    pub fn existing<N: Into<String>>(mut self, names: impl IntoIterator<Item = N>) -> Self {
        self.existing.extend(names.into_iter().map(Into::into));
        self
    }

    /// Sets whether the user may create key pairs for another user (`user_id` in the request, from microversion 2.10
    /// on).
    #[must_use]
    pub fn may_act_for_others(mut self, may: bool) -> Self {
        self.may_act_for_others = may;
        self
    }

    /// Sets how many key pairs the owner of the new one has, and how many are allowed (Nova's default is 100).
    #[must_use]
    pub fn quota(mut self, used: u32, limit: u32) -> Self {
        self.quota = Some((used, limit));
        self
    }

    /// Sets the type and size of generated keys.
    #[must_use]
    pub fn key_spec(mut self, spec: KeySpec) -> Self {
        self.key_spec = spec;
        self
    }

    /// Sets the format in which a private key is returned. Nova returned PKCS#1, which exists for RSA keys only.
    #[must_use]
    pub fn private_key_format(mut self, format: PrivateKeyFormat) -> Self {
        self.private_key_format = format;
        self
    }
}

impl fmt::Debug for Context {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Context")
            .field("user_id", &self.user_id)
            .field("microversion", &self.microversion)
            .finish_non_exhaustive()
    }
}
