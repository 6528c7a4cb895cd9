//! [`Weakness`]: the known weaknesses of well-formed keys.
//!
//! | question | answer | documented at |
//! |---|---|---|
//! | what does a public key reveal by itself? | [`PublicKey::weaknesses`](crate::PublicKey::weaknesses) | each [`Weakness`]: what is detected, false positives |
//! | is its private half published or predictable? | [`Weakness::Compromised`] for the keys that this crate knows, a [`Blocklist`](crate::Blocklist) for millions more, among them those of Debian's broken generator (CVE-2008-0166) | [`Blocklist`](crate::Blocklist) |
//! | does it share a prime with another key? | [`shared_primes`] over all keys | [`shared_primes`] |

mod bias;
pub(crate) mod blocklist;
mod compromised;
mod gcd;
mod half_limbs;
mod modulus;
mod montgomery;
mod number_hash;
mod perfect_power;
mod product;
mod repetition;
mod residues;
pub(crate) mod shared_primes;
mod short_sleeve;
mod transform;
mod uint;
mod wiener;
mod word_factors;
mod xz_trigger;

use alloc::vec::Vec;

use bias::Bias;
use modulus::Modulus;
pub use shared_primes::{MaybeRsa, shared_primes};

use crate::algorithm::Algorithm;
use crate::error::identifier::IdentifierError;
use crate::error::text::identifier;
use crate::public_key::blob::KeyBlob;

/// A reason not to trust a well-formed public key.
///
/// A properly generated key has none. Each variant documents its coverage ("Detects") and its false-positive rate.
/// [`as_str`](Self::as_str), `Display` and the serialized form are the same stable identifier.
///
/// An unusual length is not a weakness: a modulus of at least 2048 bits may have any length.
///
/// All checks but [`PrimeModulus`](Self::PrimeModulus) are cheap: about 72 µs together for a sound RSA-2048 key, growing
/// with the square of the length. That one takes milliseconds, growing with the cube: about a second for 16384 bits, the
/// longest modulus that is imported (if the policy lifts the limit on the line's length).
///
/// Keys can be made for which other checks take long, but not without a bound:
/// [`ShortSleeve`](Self::ShortSleeve) at most about 0.1 s for any length, and
/// [`SmallPrivateExponent`](Self::SmallPrivateExponent) 0.15 s for 16384 bits. The costs here were measured on
/// 2026-11-28 (Intel Xeon, family 6 model 167).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Weakness {
    /// `compromised`: the private half of this key is published. Remove the key wherever it is authorized, and
    /// generate a new pair.
    ///
    /// Detects 142 factory keys of appliances, default keys of Vagrant, and sample keys of documentation and test suites,
    /// by a hash of the modulus or point, so with any exponent. False positives: one key in 2^56 (142 hashes of 64
    /// bits). A [`Blocklist`](crate::Blocklist) detects many more. Costs less than 1 µs.
    Compromised,
    /// `dsa`: a DSA key, 1024 bits long. OpenSSH disabled the type in 7.0 and removed it in 10.0. Generate an Ed25519
    /// or RSA key.
    ///
    /// Detects all. False positives: none. Costs nothing.
    Dsa,
    /// `short_rsa`: a modulus of fewer than 2048 bits, below the 112 bits of security that NIST SP 800-131A requires
    /// since 2014. Generate a longer key.
    ///
    /// Detects all. False positives: none. Costs nothing.
    ShortRsa,
    /// `small_exponent`: the public exponent is below 17; in practice, 3. A verifier that checks the padding
    /// carelessly can be made to accept a root computed over the integers as a signature (CVE-2006-4339 and its many
    /// successors). Generate a key with exponent 65537.
    ///
    /// Detects all. 17 and the defaults that SSH programs have used, 35, 37 and 65537, are not reported. False
    /// positives: none. Costs nothing.
    SmallExponent,
    /// `large_exponent`: the public exponent is longer than 32 bits. Some programs reject or truncate it (Windows
    /// keeps 32 bits, Go 31), and a long public exponent results from choosing a short, and therefore insecure,
    /// private one (Wiener; Boneh and Durfee). Generate a key with exponent 65537.
    ///
    /// Detects all. Unusual but not proof of a weak key: FIPS 186-5 allows exponents below 2^256. If the private
    /// exponent is in fact short, the key has the weakness `small_private_exponent` as well. Costs nothing.
    LargeExponent,
    /// `small_private_exponent`: Wiener's attack, which anyone can run, computes the private exponent from the public
    /// one. Generate a new pair with exponent 65537.
    ///
    /// Detects all keys with a public exponent longer than 32 bits on which the attack succeeds, if the lengths of p and
    /// q differ by at most 120 bits. It is certain to succeed if p and q have the same length and the private exponent,
    /// modulo (p − 1)(q − 1), is below n^(1/4) / 3.
    /// Longer ones, up to n^0.292, are insecure too (Boneh and Durfee) and are not detected. False positives: none,
    /// since the attack factors the modulus. Costs nothing for shorter public exponents, otherwise about a
    /// millisecond for 2048 bits.
    SmallPrivateExponent,
    /// `small_factor`: the modulus is divisible by a prime up to 65537. Most often the key was damaged in transit, and
    /// no private key matches it. Copy it again; if the result is the same, generate a new pair.
    ///
    /// Detects all such, and so 90 % of the moduli with a random error in them. False positives: none. Costs about 37 µs
    /// for 2048 bits.
    SmallFactor,
    /// `perfect_power`: the modulus is a square, a cube or a higher power: a generator used one prime twice. Anyone
    /// can factor it. Generate a new pair with another program.
    ///
    /// Detects all. False positives: none. Costs about 4 µs for 2048 bits.
    PerfectPower,
    /// `fermat`: the modulus has two factors so close together that Fermat's method, which anyone can run, finds them
    /// (CVE-2022-26320). Generate a new pair with another program.
    ///
    /// Detects all with |p − q| < 2^6 · n^(1/4), that is, equal in the upper half of their bits but six; p = q is a
    /// `perfect_power`. False positives: fewer than one in 2^500 keys of 2048 bits. Costs about 3 µs.
    Fermat,
    /// `roca`: the modulus has the structure of CVE-2017-15361, which affects smart cards, security keys and TPMs
    /// with a chip by Infineon. For the lengths in use the private key can be computed. Generate a new pair outside
    /// that device, or update it first.
    ///
    /// Detects all. False positives: one in 239 million keys (2^−27.83). Costs less than 1 µs.
    Roca,
    /// `short_sleeve`: a generator filled only the lower part of each limb of the primes with random bits, so that bits
    /// which recur at a fixed distance are zero all over the modulus. Its factors are polynomials with small
    /// coefficients, and anyone can compute them. Generate a new pair with another program.
    ///
    /// Detects limbs of 8 to 256 bits, if enough bits stay zero: of b bits and limbs of w bits, at least
    /// ⌈80 / (b / w − 2)⌉ neighboring bits of the limb, in any position, where b is the length of the modulus or half of
    /// it. With r random bits in each limb of the primes, about w − 2·r − log2(b / w) + 1 bits stay zero. For 2048 bits
    /// that is r up to 12 of 32, 28 of 64, 58 of 128 and 117 of 256 bits.
    ///
    /// Also detects up to half of each limb (⌊w/2⌋ bits):
    ///
    /// - if w is at most 32, or 40 or 48: a search finds the factors;
    /// - if w is 64 and the primes have whole limbs, so that the highest one is half full as well: the search finds them;
    /// - if w is at most 64, the highest one or two bits of the primes are set, and their highest limb has at least 12 bits
    ///   above the random part: the search finds them;
    /// - if w is at most 256 and there are at least 62 such bits: the highest bits of the modulus are followed by 52 zeros.
    ///   That is so for primes of 1024 bits and w = 128 or 256, but not for w = 96.
    ///
    /// The search finds 98 % of such moduli if the highest bits of the primes are set, and at least 3 of 4 otherwise, as
    /// their highest limbs may be zero. It gives up after 0.1 s. It requires that the lowest limb is not more than half
    /// full either: in limbs of 8 and 16 bits, it misses the next prime above a number of this kind.
    ///
    /// Not detected are half of each limb for other w above 32, and slightly less than half, where too few bits stay zero.
    /// The search has to factor the lowest limb of every sound modulus, in up to 5 µs for each w up to 48, and in 2 ms for
    /// w = 64. The factors of n as a polynomial are no easier to find: the carries between its coefficients are unknown. For
    /// primes of 1024 bits and w = 128, some 2^12 combinations of carries are likely, and more for shorter limbs.
    ///
    /// False positives: one in 2^51 keys. Costs about 24 µs for 2048 bits on average, and ten times that for one key in 100,
    /// whose lowest limb has suitable factors.
    ShortSleeve,
    /// `repeated_pattern`: 16 consecutive bytes of the modulus are equal, as in a key that was damaged or made up.
    /// Copy it again; if the result is the same, generate a new pair.
    ///
    /// Detects all. False positives: one in 2^112 keys of 2048 bits, growing with the length. Costs less than 1 µs.
    RepeatedPattern,
    /// `biased_bits`: the modulus has far more zeros than ones or the reverse, in its lower half too, so the random
    /// numbers behind its primes are in doubt. Generate a new pair with another program.
    ///
    /// Detects a share of ones outside 41 to 59 % above 2000 bits, and outside 39 to 61 % below. A key that is
    /// `short_sleeve` is not reported again. False positives: fewer than one in 2^50 keys of 2048 bits, 2^75 of 3072
    /// and 2^39 of 1024. Costs less than 1 µs.
    BiasedBits,
    /// `vanity_modulus`: the modulus has far more zeros than ones or the reverse, but its lower half is balanced:
    /// somebody chose the upper half, for a readable text or an easy division. Not necessarily insecure, but primes
    /// for such a modulus come from a program of its own. Generate a new pair with a common one.
    ///
    /// Detects all moduli with the shares of `biased_bits` whose lower half is within these bounds. False positives:
    /// as for `biased_bits`. Costs less than 1 µs.
    VanityModulus,
    /// `xz_trigger`: the modulus begins like a command to the backdoor in liblzma 5.6.0 and 5.6.1 (CVE-2024-3094),
    /// which a server with that library reads from the key of a certificate. Find out who sent it.
    ///
    /// Detects all of the four kinds of command, by the formula that the backdoor applies to the first 16 bytes. It
    /// does not verify the command's signature, which needs the attacker's key. False positives: one in 2^62 keys.
    /// Costs less than 1 µs.
    XzTrigger,
    /// `prime_modulus`: the modulus is a prime, so anyone can compute the private exponent. Generate a new pair with
    /// another program.
    ///
    /// Detects all. False positives: fewer than one in 2^1900 keys of 2048 bits whose primes satisfy FIPS 186-5; a
    /// composite number can be constructed that is mistaken for a prime here. Costs 2.5 ms for 2048 bits.
    PrimeModulus,
}

impl Weakness {
    /// All weaknesses.
    pub const ALL: [Self; 16] = [
        Self::Compromised,
        Self::Dsa,
        Self::ShortRsa,
        Self::SmallExponent,
        Self::LargeExponent,
        Self::SmallPrivateExponent,
        Self::SmallFactor,
        Self::PerfectPower,
        Self::Fermat,
        Self::Roca,
        Self::ShortSleeve,
        Self::RepeatedPattern,
        Self::BiasedBits,
        Self::VanityModulus,
        Self::XzTrigger,
        Self::PrimeModulus,
    ];

    /// Returns the stable identifier in snake case, such as `short_rsa`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Compromised => "compromised",
            Self::Dsa => "dsa",
            Self::ShortRsa => "short_rsa",
            Self::SmallExponent => "small_exponent",
            Self::LargeExponent => "large_exponent",
            Self::SmallPrivateExponent => "small_private_exponent",
            Self::SmallFactor => "small_factor",
            Self::PerfectPower => "perfect_power",
            Self::Fermat => "fermat",
            Self::Roca => "roca",
            Self::ShortSleeve => "short_sleeve",
            Self::RepeatedPattern => "repeated_pattern",
            Self::BiasedBits => "biased_bits",
            Self::VanityModulus => "vanity_modulus",
            Self::XzTrigger => "xz_trigger",
            Self::PrimeModulus => "prime_modulus",
        }
    }
}

identifier!(Weakness, "the identifier of a weakness", IdentifierError::UnknownWeakness);

/// Returns the weaknesses of a key among those `wanted`, in the order of [`Weakness::ALL`].
///
/// [`Weakness::PrimeModulus`] costs nothing unless it is wanted.
pub(crate) fn weaknesses(key: &KeyBlob, wanted: &[Weakness]) -> Vec<Weakness> {
    let modulus = key.rsa().map(|rsa| (rsa, Modulus::new(rsa.n)));
    let has = |weakness: &Weakness| match (weakness, &modulus) {
        (Weakness::Compromised, _) => compromised::is_published(key),
        (Weakness::Dsa, _) => key.algorithm() == Algorithm::Dsa,
        (_, None) => false,
        (Weakness::ShortRsa, Some(_)) => key.bits() < 2048,
        (Weakness::SmallExponent, Some((rsa, _))) => matches!(rsa.e, [] | [0..17]),
        (Weakness::LargeExponent, Some((rsa, _))) => rsa.e.len() > 4,
        (Weakness::SmallPrivateExponent, Some((rsa, n))) => wiener::succeeds(rsa.e, n.number()),
        (Weakness::SmallFactor, Some((_, n))) => n.smallest_factor().is_some(),
        (Weakness::PerfectPower, Some((_, n))) => n.is_perfect_power(),
        (Weakness::Fermat, Some((_, n))) => n.has_close_factors(),
        (Weakness::Roca, Some((_, n))) => n.is_roca(),
        (Weakness::ShortSleeve, Some((_, n))) => n.is_short_sleeve(),
        (Weakness::RepeatedPattern, Some((rsa, _))) => repetition::repeats(rsa.n),
        (Weakness::BiasedBits, Some((_, n))) => Bias::of(n.number()) == Bias::Throughout && !n.is_short_sleeve(),
        (Weakness::VanityModulus, Some((_, n))) => Bias::of(n.number()) == Bias::UpperHalf,
        (Weakness::XzTrigger, Some((rsa, _))) => xz_trigger::is_trigger(rsa.n),
        // From 1024 bits on, a small factor is a proper one.
        (Weakness::PrimeModulus, Some((_, n))) => n.smallest_factor().is_none() && n.is_probable_prime(),
    };
    Weakness::ALL.into_iter().filter(|weakness| wanted.contains(weakness) && has(weakness)).collect()
}
