//! [`Error`]: everything that can be refused, with what to do about it.

use alloc::borrow::Cow;
use alloc::string::String;
use core::fmt;

/// `Result` with this crate's [`Error`].
pub type Result<T> = core::result::Result<T, Error>;

/// Why a call was refused.
///
/// `Display` is a sentence for the user that says what to do; [`code`](Self::code) is stable and for programs;
/// [`nova_message`](Self::nova_message) is what Nova itself would answer, for those who emulate the API.
///
/// No error carries any part of a private key, a seed or a passphrase.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Error {
    /// The name has no characters.
    NameEmpty,
    /// The name has more than 255 characters.
    NameTooLong {
        /// The name as sent.
        name: String,
        /// Its length in characters.
        chars: usize,
    },
    /// The name has a character that its microversion does not allow.
    NameCharacter {
        /// The name as sent.
        name: String,
        /// The character.
        character: char,
        /// Its offset in the name, in bytes.
        position: usize,
        /// The pattern that the name must match.
        pattern: &'static str,
    },
    /// The name starts or ends with white space.
    NameEdgeWhitespace {
        /// The offset of the white space, in bytes.
        position: usize,
    },
    /// The name has a control character, a line separator or another character that cannot be printed.
    NameUnprintable {
        /// Its offset in the name, in bytes.
        position: usize,
    },

    /// The operating system's or the caller's random number generator failed.
    Rng,
    /// The random number generator repeats itself.
    RngStuck,
    /// No prime was found among as many candidates as FIPS 186-5 allows.
    CandidateLimit {
        /// The number of candidates tried.
        candidates: u32,
    },
    /// The seed is shorter than 16 bytes.
    SeedTooShort {
        /// Its length in bytes.
        len: usize,
    },
    /// The engine has no such key size.
    KeySize {
        /// The number of bits asked for.
        bits: u32,
    },
    /// The two primes differ by 2^(bits/2 - 100) or less.
    PrimeDistance,
    /// A prime is below sqrt(2) * 2^(bits/2 - 1).
    PrimeTooSmall,
    /// The private exponent is 2^(bits/2) or less.
    PrivateExponentTooSmall,
    /// What the public key undoes is not what the private key did.
    PairwiseConsistency,
}

const NOVA_INVALID_KEY: &str = "Keypair data is invalid: failed to generate fingerprint";
const NOVA_NAME_SPACES: &str = "An invalid 'name' value was provided. The name must be: printable characters. Can not start or end with whitespace.";

impl Error {
    /// A stable name for this kind of error, in snake case.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NameEmpty => "name_empty",
            Self::NameTooLong { .. } => "name_too_long",
            Self::NameCharacter { .. } => "name_character",
            Self::NameEdgeWhitespace { .. } => "name_edge_whitespace",
            Self::NameUnprintable { .. } => "name_unprintable",
            Self::Rng => "rng",
            Self::RngStuck => "rng_stuck",
            Self::CandidateLimit { .. } => "candidate_limit",
            Self::SeedTooShort { .. } => "seed_too_short",
            Self::KeySize { .. } => "key_size",
            Self::PrimeDistance => "prime_distance",
            Self::PrimeTooSmall => "prime_too_small",
            Self::PrivateExponentTooSmall => "private_exponent_too_small",
            Self::PairwiseConsistency => "pairwise_consistency",
        }
    }

    /// The byte offset in the input (name, line or body) at which it went wrong, where one makes sense.
    pub fn position(&self) -> Option<usize> {
        match self {
            Self::NameCharacter { position, .. }
            | Self::NameEdgeWhitespace { position }
            | Self::NameUnprintable { position } => Some(*position),
            _ => None,
        }
    }

    /// The HTTP status with which Nova answers such a request.
    pub fn http_status(&self) -> u16 {
        match self {
            Self::Rng
            | Self::RngStuck
            | Self::CandidateLimit { .. }
            | Self::PrimeDistance
            | Self::PrimeTooSmall
            | Self::PrivateExponentTooSmall
            | Self::PairwiseConsistency => 500,
            _ => 400,
        }
    }

    /// Nova's own words for such a request.
    pub fn nova_message(&self) -> Cow<'static, str> {
        NOVA_INVALID_KEY.into()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NameEmpty => write!(f, "the name is empty: give 1 to 255 characters"),
            Self::Rng => write!(f, "the random number generator failed: no key was made; try again once it works"),
            Self::RngStuck => {
                write!(f, "the random number generator repeats itself: no key was made; replace the generator")
            }
            Self::CandidateLimit { candidates } => write!(
                f,
                "no prime among {candidates} candidates, which is not credible for random numbers: no key was made; \
                 check the random number generator"
            ),
            Self::SeedTooShort { len } => {
                write!(f, "the seed has {len} bytes: give at least 16, with 24 bytes of entropy or more")
            }
            Self::KeySize { bits } => {
                write!(f, "no keys of {bits} bits are made here: ask for a multiple of 16 from 2048 to 16384")
            }
            Self::PrimeDistance => {
                write!(f, "the two primes are too close together: no key was made; check the random number generator")
            }
            Self::PrimeTooSmall => write!(f, "a prime is too small: no key was made; report this as a defect"),
            Self::PrivateExponentTooSmall => {
                write!(f, "the private exponent is too small: no key was made; report this as a defect")
            }
            Self::PairwiseConsistency => {
                write!(f, "the generated key failed its own test: no key was made; check the memory of this machine")
            }
            _ => write!(f, "{}", self.code()),
        }
    }
}

impl core::error::Error for Error {}
