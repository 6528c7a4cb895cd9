//! [`Weakness`]: what is wrong with a key that parses.

use core::fmt;

/// A reason not to trust a public key although it is well formed.
///
/// The names (`name()`, `Display`, and the serialized form) are stable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Weakness {
    /// The private half of this key is published. Anyone can use it: remove it everywhere and make a new pair.
    Compromised,
    /// A DSA key. OpenSSH disables the type since 7.0 and has removed it in 10.0. Make an Ed25519 or RSA key.
    Dsa,
    /// An RSA modulus of fewer than 2048 bits: less than 112 bits of security (NIST SP 800-131A). Make a longer key.
    ShortRsa,
    /// The public exponent is smaller than 65537.
    SmallExponent,
    /// The public exponent is longer than 64 bits.
    LargeExponent,
    /// The modulus has a small factor.
    SmallFactor,
    /// The modulus is a square or a higher power of a whole number.
    PerfectPower,
    /// The two primes are so close that Fermat's method finds them.
    Fermat,
    /// The modulus has the structure of CVE-2017-15361 (ROCA).
    Roca,
    /// The modulus is a prime, so that the private key follows from the public one.
    PrimeModulus,
}

impl Weakness {
    /// A stable name in snake case, such as `short_rsa`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Compromised => "compromised",
            Self::Dsa => "dsa",
            Self::ShortRsa => "short_rsa",
            Self::SmallExponent => "small_exponent",
            Self::LargeExponent => "large_exponent",
            Self::SmallFactor => "small_factor",
            Self::PerfectPower => "perfect_power",
            Self::Fermat => "fermat",
            Self::Roca => "roca",
            Self::PrimeModulus => "prime_modulus",
        }
    }
}

impl fmt::Display for Weakness {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(feature = "serde")]
impl serde::Serialize for Weakness {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}
