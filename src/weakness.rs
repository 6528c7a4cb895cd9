//! [`Weakness`]: what is wrong with a key that parses.
//!
//! Only what the public key shows by itself. Not here: the keys of Debian's broken generator (CVE-2008-0166), which take a list of their
//! own, and primes shared between keys, which take other keys.

mod compromised;
mod modulus;
mod montgomery;
mod uint;

use alloc::vec::Vec;

use modulus::Modulus;

use crate::algorithm::Algorithm;
use crate::error::identifier::IdentifierError;
use crate::error::text::identifier;
use crate::public_key::blob::KeyBlob;

/// A reason not to trust a public key although it is well formed.
///
/// A key that was made properly has none. For each, "finds" says which bad keys are recognised, and "wrong" how likely a good key is to
/// be reported all the same. [`as_str`](Self::as_str), `Display` and the serialized form are the same stable identifier.
///
/// All but [`PrimeModulus`](Self::PrimeModulus) are cheap: under 100 µs together for RSA-2048, and time grows with the square of the
/// length. That one takes milliseconds, and time grows with the cube: a second or so for 16384 bits, the longest modulus that is imported
/// (if the policy lifts the limit on the line's length).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Weakness {
    /// `compromised`: the private half of this key is published. Remove the key wherever it is authorized, and make a new pair.
    ///
    /// Finds 64 factory keys of appliances and sample keys of Nova's documentation, by SHA-256. Wrong: never.
    Compromised,
    /// `dsa`: a DSA key, 1024 bits long. OpenSSH stopped accepting the type in 7.0 and dropped it in 10.0. Make an Ed25519 or an RSA key.
    ///
    /// Finds all. Wrong: never.
    Dsa,
    /// `short_rsa`: a modulus of fewer than 2048 bits, below the 112 bits of security that NIST SP 800-131A asks for since 2014. Make a
    /// longer key.
    ///
    /// Finds all. Wrong: never.
    ShortRsa,
    /// `small_exponent`: the public exponent is below 17; in practice, 3. A verifier that is careless about padding can be shown a root
    /// taken over the whole numbers as a signature (CVE-2006-4339 and its many successors). Make a key with exponent 65537.
    ///
    /// Finds all. 17 and what SSH programs have used by default, 35, 37 and 65537, are not reported.
    SmallExponent,
    /// `large_exponent`: the public exponent is longer than 32 bits. Some programs refuse it or cut it off (Windows keeps 32 bits, Go 31),
    /// and a long public exponent is what one gets by choosing a short, and then insecure, private one (Wiener; Boneh and Durfee). Make a
    /// key with exponent 65537.
    ///
    /// Finds all. It is odd and not proof: FIPS 186-5 allows exponents below 2^256.
    LargeExponent,
    /// `small_factor`: the modulus is divisible by a prime below 2^13. Most often the key was damaged on its way, and no private key fits
    /// it. Copy it again; if it stays so, make a new pair.
    ///
    /// Finds all such, and so 87 % of the moduli with a random error in them. Wrong: never.
    SmallFactor,
    /// `perfect_power`: the modulus is a square, a cube or a higher power: a generator used one prime twice. Anyone can factor it. Make a
    /// new pair with another program.
    ///
    /// Finds all. Wrong: never.
    PerfectPower,
    /// `fermat`: the modulus has two factors so close together that Fermat's method finds them (CVE-2022-26320). Anyone can. Make a new
    /// pair with another program.
    ///
    /// Finds all with |p − q| < 2^6 · n^(1/4), that is, equal in the upper half of their bits but six; p = q is a `perfect_power`. Wrong:
    /// less than once in 2^500 keys of 2048 bits.
    Fermat,
    /// `roca`: the modulus has the structure of CVE-2017-15361, of smart cards, security keys and TPMs with a chip by Infineon. For the
    /// lengths in use the private key can be computed. Make a new pair outside of that device, or update it first.
    ///
    /// Finds all. Wrong: once in 239 million keys (2^−27.83).
    Roca,
    /// `prime_modulus`: the modulus is a prime, so that everybody can compute the private exponent. Make a new pair with another program.
    ///
    /// Finds all. Wrong: less than once in 2^1900 keys of 2048 bits whose primes obey FIPS 186-5; a composite number can be built to be
    /// mistaken for a prime here.
    PrimeModulus,
}

impl Weakness {
    /// Every weakness that is looked for.
    pub const ALL: [Self; 10] = [
        Self::Compromised,
        Self::Dsa,
        Self::ShortRsa,
        Self::SmallExponent,
        Self::LargeExponent,
        Self::SmallFactor,
        Self::PerfectPower,
        Self::Fermat,
        Self::Roca,
        Self::PrimeModulus,
    ];

    /// The stable identifier in snake case, such as `short_rsa`.
    pub const fn as_str(self) -> &'static str {
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

identifier!(Weakness, "the identifier of a weakness", IdentifierError::UnknownWeakness);

/// The weaknesses that a key has, of those that are `wanted`, in the order of [`Weakness::ALL`].
///
/// [`Weakness::PrimeModulus`] costs nothing unless it is wanted.
pub(crate) fn weaknesses(key: &KeyBlob, wanted: &[Weakness]) -> Vec<Weakness> {
    let modulus = key.rsa().map(|rsa| (rsa.e, Modulus::new(rsa.n)));
    let has = |weakness: &Weakness| match (weakness, &modulus) {
        (Weakness::Compromised, _) => compromised::is_published(key.bytes()),
        (Weakness::Dsa, _) => key.algorithm() == Algorithm::Dsa,
        (_, None) => false,
        (Weakness::ShortRsa, Some(_)) => key.bits() < 2048,
        (Weakness::SmallExponent, Some((e, _))) => matches!(e, [] | [0..17]),
        (Weakness::LargeExponent, Some((e, _))) => e.len() > 4,
        (Weakness::SmallFactor, Some((_, n))) => n.smallest_factor().is_some(),
        (Weakness::PerfectPower, Some((_, n))) => n.is_perfect_power(),
        (Weakness::Fermat, Some((_, n))) => n.has_close_factors(),
        (Weakness::Roca, Some((_, n))) => n.is_roca(),
        // At 1024 bits and up a small factor is a proper one.
        (Weakness::PrimeModulus, Some((_, n))) => n.smallest_factor().is_none() && n.is_probable_prime(),
    };
    Weakness::ALL.into_iter().filter(|weakness| wanted.contains(weakness) && has(weakness)).collect()
}
