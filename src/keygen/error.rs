//! [`GenerateError`]: why no key was generated.

use crate::error::table::plain_error;

plain_error! {
    /// Why no key was generated.
    pub enum GenerateError {
        /// Keys of this size are not supported.
        UnsupportedKeySize {
            /// The requested size.
            bits: u32,
        } => "key_size",
            "unsupported key size: {bits} bits",
            "choose 2048, 3072 or 4096 bits";
        /// The seed is shorter than 16 bytes.
        SeedTooShort {
            /// Its length in bytes.
            bytes: usize,
        } => "seed_too_short",
            "the seed has only {bytes} bytes",
            "use at least 16 bytes, with 24 bytes of entropy or more";
        /// The seed of an Ed25519 key does not have 32 bytes.
        InvalidSeedLength {
            /// Its length in bytes.
            bytes: usize,
        } => "seed_length",
            "the seed of an Ed25519 key has {bytes} bytes",
            "use exactly 32 bytes from a random number generator";
        /// The random number generator returned an error.
        RngFailed => "rng",
            "the random number generator failed, so no key was generated",
            "check the generator, then try again";
        /// The random number generator repeats itself.
        RngRepeats => "rng_stuck",
            "the random number generator repeats itself, so no key was generated",
            "replace the generator";
        /// No prime was found among as many candidates as FIPS 186-5 allows.
        TooManyCandidates {
            /// The number of candidates that were tried.
            candidates: u32,
        } => "candidate_limit",
            "no prime found among {candidates} candidates, so the generator is faulty and no key was generated",
            "check the random number generator";
        /// The two primes differ by 2^(bits/2 - 100) or less (FIPS 186-5, A.1.1, criterion 4).
        PrimesTooClose => "prime_distance",
            "the two primes are too close to each other, so no key was generated",
            "check the random number generator";
        /// A prime is below sqrt(2) * 2^(bits/2 - 1) (FIPS 186-5, A.1.1, criterion 3).
        PrimeTooSmall => "prime_too_small",
            "internal error: a prime is too small, so no key was generated",
            "report this bug";
        /// The private exponent is 2^(bits/2) or less (FIPS 186-5, A.1.1, criterion 5).
        PrivateExponentTooSmall => "private_exponent_too_small",
            "internal error: the private exponent is too small, so no key was generated",
            "report this bug";
        /// The pairwise consistency test failed: the public operation did not invert the private one or, for Ed25519, two
        /// algorithms computed different public keys.
        PairwiseTestFailed => "pairwise_consistency",
            "the generated key failed the pairwise consistency test, so it was discarded",
            "check the memory and the processor of this machine";
        /// The generated key could not be encoded.
        EncodingFailed => "encoding",
            "internal error: the private key could not be encoded",
            "report this bug";
    }
}

/// `Result` of the prime engine.
pub(crate) type Result<T, E = GenerateError> = core::result::Result<T, E>;
