//! What programs ask of an [`Error`]: its code, its position, its HTTP status, Nova's words.

use alloc::borrow::Cow;
use alloc::format;
use alloc::string::String;

use super::Error;
use crate::quote::repr;

pub(crate) const NOVA_INVALID_KEY: &str = "Keypair data is invalid: failed to generate fingerprint";
const NOVA_NAME: &str = "An invalid 'name' value was provided. The name must be: printable characters. Can not start or end with whitespace.";
const NOVA_NAME_LEGACY: &str = "An invalid 'name' value was provided. The name must be: printable characters with at least one non space character";

impl Error {
    /// A stable name for this kind of error, in snake case.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NameEmpty => "name_empty",
            Self::NameTooLong { .. } => "name_too_long",
            Self::NameCharacter { .. } => "name_character",
            Self::NameEdgeWhitespace { .. } => "name_edge_whitespace",
            Self::NameBlank => "name_blank",
            Self::NameUnprintable { .. } => "name_unprintable",
            Self::KeyEmpty => "key_empty",
            Self::KeyTooLong { .. } => "key_too_long",
            Self::KeyLeadingWhitespace { .. } => "key_leading_whitespace",
            Self::KeyByteOrderMark { .. } => "key_byte_order_mark",
            Self::KeyQuoted { .. } => "key_quoted",
            Self::KeyUnicodeSpace { .. } => "key_unicode_space",
            Self::KeyTab { .. } => "key_tab",
            Self::KeySeveralSpaces { .. } => "key_several_spaces",
            Self::KeySecondLine { .. } => "key_second_line",
            Self::KeySeveral { .. } => "key_several",
            Self::KeyLineSeparator { .. } => "key_line_separator",
            Self::KeyHashLine { .. } => "key_hash_line",
            Self::KeyOptions { .. } => "key_options",
            Self::KeyKnownHosts { .. } => "key_known_hosts",
            Self::KeyTextBefore { .. } => "key_text_before",
            Self::KeyTypeMissing { .. } => "key_type_missing",
            Self::KeyMissing { .. } => "key_missing",
            Self::KeySeparatorMissing { .. } => "key_separator_missing",
            Self::KeyIsPath { .. } => "key_is_path",
            Self::KeyTypeCase { .. } => "key_type_case",
            Self::KeyTypeSignature { .. } => "key_type_signature",
            Self::KeyTypeUnsupported { .. } => "key_type_unsupported",
            Self::KeyDsa { .. } => "key_dsa",
            Self::KeyUnrecognized { .. } => "key_unrecognized",
            Self::KeyCertificate { .. } => "key_certificate",
            Self::KeySsh1 { .. } => "key_ssh1",
            Self::KeyRfc4716 { .. } => "key_rfc4716",
            Self::KeyPkcs1Pem { .. } => "key_pkcs1_pem",
            Self::KeySpkiPem { .. } => "key_spki_pem",
            Self::KeyX509 { .. } => "key_x509",
            Self::KeyPgp { .. } => "key_pgp",
            Self::KeyAge { .. } => "key_age",
            Self::KeyUnknownPem { .. } => "key_unknown_pem",
            Self::KeyPutty { .. } => "key_putty",
            Self::KeyIsPrivate { .. } => "key_is_private",
            Self::KeyIsFingerprint { .. } => "key_is_fingerprint",
            Self::KeyBase64Character { .. } => "key_base64_character",
            Self::KeyBase64UrlSafe { .. } => "key_base64_url_safe",
            Self::KeyBase64Padding { .. } => "key_base64_padding",
            Self::KeyBase64Surplus { .. } => "key_base64_surplus",
            Self::KeyBase64TrailingBits { .. } => "key_base64_trailing_bits",
            Self::KeyWrapped { .. } => "key_wrapped",
            Self::KeyTruncated { .. } => "key_truncated",
            Self::KeyOversized { .. } => "key_oversized",
            Self::KeyTypeMismatch { .. } => "key_type_mismatch",
            Self::KeyTrailingBytes { .. } => "key_trailing_bytes",
            Self::KeyNonMinimal { .. } => "key_non_minimal",
            Self::KeyNegative { .. } => "key_negative",
            Self::RsaTooShort { .. } => "rsa_too_short",
            Self::RsaTooLong { .. } => "rsa_too_long",
            Self::RsaModulusEven { .. } => "rsa_modulus_even",
            Self::RsaExponent { .. } => "rsa_exponent",
            Self::DsaBits { .. } => "dsa_bits",
            Self::DsaRange { .. } => "dsa_range",
            Self::Ed25519Length { .. } => "ed25519_length",
            Self::EcdsaCurve { .. } => "ecdsa_curve",
            Self::EcdsaPointForm { .. } => "ecdsa_point_form",
            Self::EcdsaNotOnCurve { .. } => "ecdsa_not_on_curve",
            Self::EcdsaCoordinate { .. } => "ecdsa_coordinate",
            Self::SkApplication { .. } => "sk_application",
            Self::AlgorithmNotAllowed { .. } => "algorithm_not_allowed",
            Self::KeyWeak { .. } => "key_weak",
            Self::FingerprintUnrecognized => "fingerprint_unrecognized",

            Self::Microversion => "microversion",

            Self::Request { .. } => "request",
            Self::X509Unsupported => "x509_unsupported",
            Self::Forbidden => "forbidden",
            Self::QuotaExceeded { .. } => "quota_exceeded",
            Self::KeypairExists { .. } => "keypair_exists",

            Self::Comment { .. } => "comment",
            Self::KeySize { .. } => "key_size",
            Self::PassphraseEmpty => "passphrase_empty",
            Self::Encoding => "encoding",

            Self::Rng => "rng",
            Self::RngStuck => "rng_stuck",
            Self::CandidateLimit { .. } => "candidate_limit",
            Self::SeedTooShort { .. } => "seed_too_short",
            Self::PrimeDistance => "prime_distance",
            Self::PrimeTooSmall => "prime_too_small",
            Self::PrivateExponentTooSmall => "private_exponent_too_small",
            Self::PairwiseConsistency => "pairwise_consistency",
        }
    }

    /// The byte offset in the input (name, line or comment) at which it went wrong, where one makes sense.
    pub fn position(&self) -> Option<usize> {
        match self {
            Self::NameCharacter { position, .. }
            | Self::NameEdgeWhitespace { position }
            | Self::NameUnprintable { position, .. }
            | Self::Comment { position } => Some(*position),
            Self::KeyLeadingWhitespace { position }
            | Self::KeyQuoted { position }
            | Self::KeyUnicodeSpace { position }
            | Self::KeyTab { position }
            | Self::KeySeveralSpaces { position }
            | Self::KeySecondLine { position }
            | Self::KeySeveral { position }
            | Self::KeyLineSeparator { position }
            | Self::KeyHashLine { position }
            | Self::KeyOptions { position }
            | Self::KeyKnownHosts { position }
            | Self::KeyTextBefore { position }
            | Self::KeySeparatorMissing { position }
            | Self::KeyMissing { position }
            | Self::KeyCertificate { position }
            | Self::KeyRfc4716 { position }
            | Self::KeyByteOrderMark { position }
            | Self::KeyTypeMissing { position }
            | Self::KeyTypeCase { position }
            | Self::KeyTypeSignature { position }
            | Self::KeyTypeUnsupported { position }
            | Self::KeyDsa { position }
            | Self::KeyUnrecognized { position }
            | Self::KeySsh1 { position }
            | Self::KeyIsPath { position }
            | Self::KeyPkcs1Pem { position }
            | Self::KeySpkiPem { position }
            | Self::KeyX509 { position }
            | Self::KeyPgp { position }
            | Self::KeyAge { position }
            | Self::KeyUnknownPem { position }
            | Self::KeyPutty { position }
            | Self::KeyIsPrivate { position }
            | Self::KeyIsFingerprint { position }
            | Self::KeyBase64Character { position }
            | Self::KeyBase64UrlSafe { position }
            | Self::KeyBase64Padding { position, .. }
            | Self::KeyBase64Surplus { position }
            | Self::KeyBase64TrailingBits { position }
            | Self::KeyWrapped { position }
            | Self::KeyTruncated { position }
            | Self::KeyOversized { position, .. }
            | Self::KeyTypeMismatch { position, .. }
            | Self::KeyTrailingBytes { position, .. }
            | Self::KeyNonMinimal { position, .. }
            | Self::KeyNegative { position, .. }
            | Self::RsaModulusEven { position }
            | Self::RsaExponent { position, .. }
            | Self::DsaRange { position, .. }
            | Self::Ed25519Length { position, .. }
            | Self::EcdsaCurve { position, .. }
            | Self::EcdsaPointForm { position, .. }
            | Self::EcdsaNotOnCurve { position }
            | Self::EcdsaCoordinate { position }
            | Self::SkApplication { position } => Some(*position),
            _ => None,
        }
    }

    /// The HTTP status with which Nova answers such a request.
    pub fn http_status(&self) -> u16 {
        match self {
            Self::Forbidden | Self::QuotaExceeded { .. } => 403,
            Self::KeypairExists { .. } => 409,
            Self::Encoding
            | Self::Rng
            | Self::RngStuck
            | Self::CandidateLimit { .. }
            | Self::PrimeDistance
            | Self::PrimeTooSmall
            | Self::PrivateExponentTooSmall
            | Self::PairwiseConsistency => 500,
            _ => 400,
        }
    }

    /// What a reply says: Nova's words, and behind its one sentence about bad keys, which helps nobody, this crate's.
    pub(crate) fn reply_message(&self) -> String {
        match self.nova_message() {
            Cow::Borrowed(NOVA_INVALID_KEY) => format!("{NOVA_INVALID_KEY}: {self}"),
            message => message.into_owned(),
        }
    }

    /// Nova's own words for such a request; this crate's where Nova has none.
    pub fn nova_message(&self) -> Cow<'static, str> {
        match self {
            Self::NameEmpty => "Invalid input for field/attribute name. Value: . '' should be non-empty".into(),
            Self::NameTooLong { name, .. } => {
                format!("Invalid input for field/attribute name. Value: {name}. {} is too long", repr(name)).into()
            }
            Self::NameCharacter { name, pattern, .. } => format!(
                "Invalid input for field/attribute name. Value: {name}. {} does not match {}",
                repr(name),
                repr(pattern)
            )
            .into(),
            Self::NameEdgeWhitespace { .. } | Self::NameUnprintable { legacy: false, .. } => NOVA_NAME.into(),
            Self::NameBlank | Self::NameUnprintable { legacy: true, .. } => NOVA_NAME_LEGACY.into(),

            Self::Request { message, .. } => message.clone().into(),
            Self::Forbidden => "Policy doesn't allow os_compute_api:os-keypairs:create to be performed.".into(),
            Self::QuotaExceeded { .. } => "Quota exceeded, too many key pairs.".into(),
            Self::KeypairExists { name } => format!("Key pair '{name}' already exists.").into(),

            Self::FingerprintUnrecognized
            | Self::Microversion
            | Self::X509Unsupported
            | Self::Comment { .. }
            | Self::KeySize { .. }
            | Self::PassphraseEmpty
            | Self::Encoding
            | Self::Rng
            | Self::RngStuck
            | Self::CandidateLimit { .. }
            | Self::SeedTooShort { .. }
            | Self::PrimeDistance
            | Self::PrimeTooSmall
            | Self::PrivateExponentTooSmall
            | Self::PairwiseConsistency => format!("{self}").into(),

            // Whatever is wrong with a key.
            _ => NOVA_INVALID_KEY.into(),
        }
    }
}
