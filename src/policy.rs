//! [`ImportPolicy`]: which well-formed keys may be imported.

use alloc::vec::Vec;

use crate::algorithm::Algorithm;
use crate::public_key::blob::{KeyBlob, RSA_MIN_BITS};
use crate::public_key::error::{PublicKeyErrorKind as Kind, Result};
use crate::weakness::blocklist::Blocklist;
use crate::weakness::{Weakness, weaknesses};

/// The limits of an import: size, types, RSA length, weaknesses, and a list of compromised keys.
///
/// The lifetime is that of the list's bytes. Without a [`blocklist`](Self::blocklist), every policy is an
/// `ImportPolicy<'static>`.
///
/// No policy accepts a malformed line, or one whose fingerprint Nova would record wrongly. Whatever the default
/// policy accepts, OpenSSH 8.4 to 10.6 accepts too. Policies that allow [`Algorithm::Dsa`] accept keys that OpenSSH
/// before 10.0 reads and later versions reject.
///
/// ```
/// use nova_keypair::{Algorithm, ImportPolicy, PublicKey, Weakness};
///
/// let policy = ImportPolicy::default().algorithms(&[Algorithm::Ed25519]).reject(Weakness::Compromised);
/// let line = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIFl6u75BTi8xGtSPm1yVJuLE/oMtCOuEMJJnBSuZEdXz";
/// assert!(PublicKey::parse_with(line, &policy).is_ok());
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportPolicy<'a> {
    size_limit: Option<usize>,
    /// One bit for each [`Algorithm`] that is allowed.
    algorithms: u32,
    rsa_min_bits: u32,
    /// One bit for each [`Weakness`] that is rejected.
    rejected: u32,
    blocklist: Option<Blocklist<'a>>,
}

/// The documented interface: at most 1024 bytes, every type but DSA, RSA from 1024 bits, weak keys accepted.
impl Default for ImportPolicy<'_> {
    fn default() -> Self {
        Self {
            size_limit: Some(Self::DOCUMENTED_SIZE_LIMIT),
            algorithms: algorithm_set(&Algorithm::ALL) & !algorithm_bit(Algorithm::Dsa),
            rsa_min_bits: RSA_MIN_BITS,
            rejected: 0,
            blocklist: None,
        }
    }
}

impl<'a> ImportPolicy<'a> {
    /// Size limit in bytes. "The maximum size of the imported public key is 1024 bytes": of the string as sent,
    /// including comment and line ending.
    pub const DOCUMENTED_SIZE_LIMIT: usize = 1024;

    /// Creates a policy like the default, but without a size limit and with DSA keys of 1024 bits, as in Nova itself.
    #[must_use]
    pub fn nova() -> Self {
        Self { size_limit: None, ..Self::default() }.algorithms(&Algorithm::ALL)
    }

    /// Creates a policy like the default that also rejects every [`Weakness`].
    #[must_use]
    pub fn strict() -> Self {
        Self {
            rejected: Weakness::ALL.into_iter().fold(0, |set, weakness| set | weakness_bit(weakness)),
            ..Self::default()
        }
    }

    /// Sets the maximum length of the string in bytes, including comment and line ending; `None` for no limit.
    #[must_use]
    pub fn size_limit(self, size_limit: Option<usize>) -> Self {
        Self { size_limit, ..self }
    }

    /// Replaces the set of allowed types.
    ///
    /// [`Algorithm::Dsa`] is allowed only if it is listed here or the policy is [`nova`](Self::nova). OpenSSH
    /// disabled DSA in 7.0 and removed it in 10.0, so such a key is useful only for purposes other than login.
    #[must_use]
    pub fn algorithms(self, allowed: &[Algorithm]) -> Self {
        Self { algorithms: algorithm_set(allowed), ..self }
    }

    /// Sets the minimum length of an RSA modulus in bits. OpenSSH rejects keys below 1024 bits, so smaller numbers
    /// mean 1024.
    #[must_use]
    pub fn rsa_min_bits(self, rsa_min_bits: u32) -> Self {
        Self { rsa_min_bits: rsa_min_bits.max(RSA_MIN_BITS), ..self }
    }

    /// Also rejects keys with this weakness.
    #[must_use]
    pub fn reject(self, weakness: Weakness) -> Self {
        Self { rejected: self.rejected | weakness_bit(weakness), ..self }
    }

    /// Accepts keys with this weakness.
    #[must_use]
    pub fn accept(self, weakness: Weakness) -> Self {
        Self { rejected: self.rejected & !weakness_bit(weakness), ..self }
    }

    /// Also rejects keys in this list, instead of those in any list set before.
    ///
    /// The error names the source that lists the key, and is independent of [`Weakness::Compromised`], which is about
    /// the keys that this crate knows itself.
    #[must_use]
    pub fn blocklist(self, blocklist: Blocklist<'a>) -> Self {
        Self { blocklist: Some(blocklist), ..self }
    }

    /// Returns whether a key with this weakness is rejected.
    #[must_use]
    pub fn rejects(&self, weakness: Weakness) -> bool {
        self.rejected & weakness_bit(weakness) != 0
    }

    /// Checks the size, before all else, so oversized input costs nothing.
    pub(crate) fn check_size(&self, bytes: usize) -> Result<()> {
        match self.size_limit {
            Some(limit) if bytes > limit => Err(Kind::TooLong { bytes, limit }.into()),
            _ => Ok(()),
        }
    }

    /// Checks the type, which is at byte `position` of the text.
    pub(crate) fn check_algorithm(&self, algorithm: Algorithm, position: usize) -> Result<()> {
        if self.algorithms & algorithm_bit(algorithm) != 0 {
            return Ok(());
        }
        Err(match algorithm {
            Algorithm::Dsa => Kind::IsDsa.at(position),
            _ => Kind::AlgorithmNotAllowed { algorithm: algorithm.as_str() }.into(),
        })
    }

    /// Checks RSA length, the list, then only the weaknesses this policy rejects. Checked last; the most expensive
    /// weakness comes last.
    pub(crate) fn check_key(&self, key: &KeyBlob) -> Result<()> {
        let bits = key.bits();
        if key.algorithm() == Algorithm::Rsa && bits < self.rsa_min_bits {
            return Err(Kind::RsaTooShort { bits, minimum: self.rsa_min_bits }.into());
        }
        if let Some(source) = self.blocklist.as_ref().and_then(|blocklist| blocklist.find(key)) {
            return Err(Kind::Blocklisted { source }.into());
        }
        if self.rejected == 0 {
            return Ok(());
        }
        // Two steps, because `PrimeModulus` costs more than all others together.
        let (costly, cheap): (Vec<_>, Vec<_>) = Weakness::ALL
            .into_iter()
            .filter(|&weakness| self.rejects(weakness))
            .partition(|&weakness| weakness == Weakness::PrimeModulus);
        for wanted in [cheap, costly] {
            if wanted.is_empty() {
                continue;
            }
            if let Some(weakness) = weaknesses(key, &wanted).first() {
                return Err(Kind::WeakKey { weakness: weakness.as_str() }.into());
            }
        }
        Ok(())
    }
}

fn algorithm_set(algorithms: &[Algorithm]) -> u32 {
    algorithms.iter().fold(0, |set, &algorithm| set | algorithm_bit(algorithm))
}

fn algorithm_bit(algorithm: Algorithm) -> u32 {
    1 << (algorithm as u32)
}

fn weakness_bit(weakness: Weakness) -> u32 {
    1 << (weakness as u32)
}
