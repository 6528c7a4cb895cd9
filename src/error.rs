//! [`Error`]: everything that can be refused, with what to do about it.

use alloc::borrow::Cow;
use alloc::format;
use alloc::string::String;
use core::fmt;

use crate::quote::repr;

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
    // Names.
    /// The name has no characters.
    NameEmpty,
    /// The name has more than 255 characters.
    NameTooLong {
        /// The name, as far as Nova could have read it.
        name: String,
        /// Its length in bytes, as sent.
        bytes: usize,
    },
    /// The name has a character that its microversion does not allow.
    NameCharacter {
        /// The name.
        name: String,
        /// The character.
        character: char,
        /// Its offset in the name, in bytes.
        position: usize,
        /// The pattern that the name must match, as Nova spells it.
        pattern: &'static str,
    },
    /// The name starts or ends with white space.
    NameEdgeWhitespace {
        /// The offset of the white space, in bytes.
        position: usize,
    },
    /// The name holds nothing but spaces (legacy 2.0).
    NameBlank,
    /// The name has a character that Nova does not take for printable: a control character, a line separator, one beyond the Basic
    /// Multilingual Plane.
    NameUnprintable {
        /// Its offset in the name, in bytes.
        position: usize,
        /// Was this the rule of legacy 2.0, which has another message?
        legacy: bool,
    },
    /// This is not a microversion of the form `2.N`.
    Microversion,

    // The call.
    /// The request does not have the documented form.
    Request {
        /// The field that is wrong; empty for the body as a whole.
        field: String,
        /// What is wrong with it, in Nova's words.
        message: String,
    },
    /// The request asks for an X.509 key pair.
    X509Unsupported,
    /// The user may not create key pairs for another user.
    Forbidden,
    /// The user has as many key pairs as the quota allows.
    QuotaExceeded {
        /// The quota.
        limit: u32,
    },
    /// There is a key pair of this name.
    KeypairExists {
        /// The name.
        name: String,
    },

    // Public keys.
    /// The text is empty or white space.
    KeyEmpty,
    /// The text has more bytes than the policy allows.
    KeyTooLong {
        /// Bytes as sent, comment and line end included.
        bytes: usize,
        /// What the policy allows.
        limit: usize,
    },
    /// White space before the key type.
    KeyLeadingWhitespace {
        /// The offset of the key type.
        position: usize,
    },
    /// The text starts with a byte order mark, U+FEFF.
    KeyByteOrderMark {
        /// Its offset.
        position: usize,
    },
    /// The line is in quotation marks.
    KeyQuoted {
        /// The offset of the first mark.
        position: usize,
    },
    /// A non-breaking or another Unicode space where an ASCII space belongs.
    KeyUnicodeSpace {
        /// Its offset.
        position: usize,
    },
    /// A tab between key type, key and comment.
    KeyTab {
        /// Its offset.
        position: usize,
    },
    /// More than one space between key type, key and comment.
    KeySeveralSpaces {
        /// The offset of the second one.
        position: usize,
    },
    /// Something follows the first line.
    KeySecondLine {
        /// Where it starts.
        position: usize,
    },
    /// Another key follows the first line.
    KeySeveral {
        /// Where it starts.
        position: usize,
    },
    /// The comment has a character that some programs take for the end of a line: CR, VT, FF, U+001C to U+001E, U+0085,
    /// U+2028 or U+2029.
    KeyLineSeparator {
        /// Its offset.
        position: usize,
    },
    /// The first line is a `#` comment.
    KeyHashLine {
        /// The offset of the `#`.
        position: usize,
    },
    /// An `authorized_keys` line: options before the key type.
    KeyOptions {
        /// The offset of the key type.
        position: usize,
    },
    /// A `known_hosts` line: host names before the key type.
    KeyKnownHosts {
        /// The offset of the key type.
        position: usize,
    },
    /// Some other text before the key type.
    KeyTextBefore {
        /// The offset of the key type.
        position: usize,
    },
    /// The base64 of a key, without the key type before it.
    KeyTypeMissing {
        /// Where the key type should be.
        position: usize,
    },
    /// A key type, and nothing after it.
    KeyMissing {
        /// Where the key should be.
        position: usize,
    },
    /// A key type and a key without the space between them.
    KeySeparatorMissing {
        /// Where the space belongs.
        position: usize,
    },
    /// The name of a file or an address, not what is in it.
    KeyIsPath {
        /// Where it starts.
        position: usize,
    },
    /// The key type is right but for upper case.
    KeyTypeCase {
        /// The offset of the key type.
        position: usize,
    },
    /// A signature algorithm, such as `rsa-sha2-256`, where the key type belongs.
    KeyTypeSignature {
        /// Its offset.
        position: usize,
    },
    /// A key type that Nova or OpenSSH does not take.
    KeyTypeUnsupported {
        /// The offset of the key type.
        position: usize,
    },
    /// What the text starts with is no key type.
    KeyUnrecognized {
        /// The offset of the first character that is not white space.
        position: usize,
    },
    /// A certificate, not a plain key.
    KeyCertificate {
        /// The offset of the certificate's type.
        position: usize,
    },
    /// An SSH protocol 1 key: bits, exponent and modulus in decimal.
    KeySsh1 {
        /// Where it starts.
        position: usize,
    },
    /// An RFC 4716 public key, `---- BEGIN SSH2 PUBLIC KEY ----`.
    KeyRfc4716 {
        /// The offset of the header.
        position: usize,
    },
    /// A PKCS#1 public key, `-----BEGIN RSA PUBLIC KEY-----`.
    KeyPkcs1Pem {
        /// The offset of the header.
        position: usize,
    },
    /// An SPKI (PKCS#8) public key, `-----BEGIN PUBLIC KEY-----`.
    KeySpkiPem {
        /// The offset of the header.
        position: usize,
    },
    /// An X.509 certificate or certificate request.
    KeyX509 {
        /// The offset of the header.
        position: usize,
    },
    /// An OpenPGP key or message.
    KeyPgp {
        /// The offset of the header.
        position: usize,
    },
    /// An age recipient.
    KeyAge {
        /// Its offset.
        position: usize,
    },
    /// PEM of a kind that has no name here.
    KeyUnknownPem {
        /// The offset of the header.
        position: usize,
    },
    /// A PuTTY key file (`.ppk`), which holds the private key as well.
    KeyPutty {
        /// The offset of the header.
        position: usize,
    },
    /// **A private key.** Nothing of it is kept in the error.
    KeyIsPrivate {
        /// Where it starts.
        position: usize,
    },
    /// The fingerprint of a key, not the key.
    KeyIsFingerprint {
        /// The offset of the fingerprint.
        position: usize,
    },
    /// The base64 has a character outside its alphabet.
    KeyBase64Character {
        /// Its offset.
        position: usize,
    },
    /// The base64 is in the URL-safe alphabet, with `-` and `_`.
    KeyBase64UrlSafe {
        /// The offset of the first such character.
        position: usize,
    },
    /// The base64 lacks its padding, or is cut off inside a group of four.
    KeyBase64Padding {
        /// The end of the base64.
        position: usize,
        /// How many characters are missing.
        missing: usize,
    },
    /// The base64 has `=` where none belongs.
    KeyBase64Surplus {
        /// The offset of the first surplus character.
        position: usize,
    },
    /// The last character of the base64 carries bits that no byte takes.
    KeyBase64TrailingBits {
        /// Its offset.
        position: usize,
    },
    /// A line end or a space inside the base64.
    KeyWrapped {
        /// Its offset.
        position: usize,
    },
    /// The key ends before its fields do.
    KeyTruncated {
        /// The offset of the field that is cut off.
        position: usize,
    },
    /// The base64 is longer than that of any key of its type.
    KeyOversized {
        /// Where it passes the longest.
        position: usize,
        /// The longest, in characters.
        limit: usize,
    },
    /// The line names one type and the key inside another.
    KeyTypeMismatch {
        /// The offset of the inner type in the base64.
        position: usize,
        /// The type that the line names.
        line: &'static str,
        /// The type that the key itself names, where it is a known one.
        key: Option<&'static str>,
    },
    /// Bytes after the last field of the key.
    KeyTrailingBytes {
        /// Where they start, in the base64.
        position: usize,
        /// How many.
        bytes: usize,
    },
    /// A number in the key has a leading zero byte that it does not need.
    KeyNonMinimal {
        /// The offset of the number in the base64.
        position: usize,
        /// The number.
        field: &'static str,
    },
    /// A number in the key is negative.
    KeyNegative {
        /// The offset of the number in the base64.
        position: usize,
        /// The number.
        field: &'static str,
    },
    /// The RSA modulus is too short.
    RsaTooShort {
        /// Its bits.
        bits: u32,
        /// What the policy asks for.
        minimum: u32,
    },
    /// The RSA modulus is longer than OpenSSH takes.
    RsaTooLong {
        /// Its bits.
        bits: u32,
        /// What OpenSSH takes.
        maximum: u32,
    },
    /// The RSA modulus is even, so it is no product of two large primes.
    RsaModulusEven {
        /// The offset of the modulus in the base64.
        position: usize,
    },
    /// The RSA exponent is even, less than 3, or not less than the modulus.
    RsaExponent {
        /// The offset of the exponent in the base64.
        position: usize,
        /// What is wrong with it.
        what: &'static str,
    },
    /// The DSA prime has another length than 1024 bits, the only one that OpenSSH takes.
    DsaBits {
        /// Its bits.
        bits: u32,
    },
    /// A DSA number is out of its range.
    DsaRange {
        /// The offset of the number in the base64.
        position: usize,
        /// The number and its range.
        field: &'static str,
    },
    /// The Ed25519 key is not of 32 bytes.
    Ed25519Length {
        /// The offset of the key in the base64.
        position: usize,
        /// Its bytes.
        bytes: usize,
    },
    /// The curve inside the key is not that of its type.
    EcdsaCurve {
        /// The offset of the curve's name in the base64.
        position: usize,
        /// The curve that the type asks for.
        expected: &'static str,
    },
    /// The ECDSA point is not in uncompressed form: 0x04 and two coordinates.
    EcdsaPointForm {
        /// The offset of the point in the base64.
        position: usize,
        /// Bytes that an uncompressed point of this curve has.
        expected: usize,
    },
    /// The ECDSA point is not on its curve.
    EcdsaNotOnCurve {
        /// The offset of the point in the base64.
        position: usize,
    },
    /// The ECDSA point is on its curve, but OpenSSH refuses coordinates that are so small or so large.
    EcdsaCoordinate {
        /// The offset of the point in the base64.
        position: usize,
    },
    /// The application of a security key does not start with `ssh:`, or has a NUL in it.
    SkApplication {
        /// The offset of the application in the base64.
        position: usize,
    },
    /// The policy does not allow keys of this type.
    AlgorithmNotAllowed {
        /// The type.
        algorithm: &'static str,
    },
    /// The key is good in form, but the policy refuses its weakness.
    KeyWeak {
        /// The weakness, by its name.
        weakness: &'static str,
    },
    /// The text is no fingerprint in any of the usual forms.
    FingerprintUnrecognized,

    // Private keys.
    /// The comment has a control character, or is too long for the public key to be imported anywhere.
    Comment {
        /// The offset of the character, or of the first byte that is too much.
        position: usize,
    },
    /// Keys of this size are not made.
    KeySize {
        /// The size asked for.
        bits: u32,
    },
    /// The passphrase is empty.
    PassphraseEmpty,
    /// The private key could not be encoded.
    Encoding,

    // Key generation.
    /// The random number generator failed.
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
    /// The two primes differ by 2^(bits/2 - 100) or less.
    PrimeDistance,
    /// A prime is below sqrt(2) * 2^(bits/2 - 1).
    PrimeTooSmall,
    /// The private exponent is 2^(bits/2) or less.
    PrivateExponentTooSmall,
    /// What the public key undoes is not what the private key did.
    PairwiseConsistency,
}

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

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::KeyEmpty => f.write_str("the public key is empty: paste the one line of a .pub file"),
            Self::KeyTooLong { bytes, limit } => write!(
                f,
                "the public key has {bytes} bytes and the limit is {limit}: shorten the comment, or use a shorter key such as Ed25519"
            ),
            Self::KeyLeadingWhitespace { position } => {
                write!(f, "white space before the key type: remove everything before byte {position}")
            }
            Self::KeyByteOrderMark { position } => {
                write!(f, "the text starts with a byte order mark at byte {position}: save the file as UTF-8 without BOM")
            }
            Self::KeyQuoted { position } => {
                write!(f, "the key is in quotation marks, from byte {position}: remove them")
            }
            Self::KeyUnicodeSpace { position } => {
                write!(f, "a non-breaking or other special space at byte {position}: type an ordinary space")
            }
            Self::KeyTab { position } => write!(f, "a tab at byte {position}: use one space"),
            Self::KeySeveralSpaces { position } => {
                write!(f, "more than one space, the second at byte {position}: use one space")
            }
            Self::KeySecondLine { position } => {
                write!(f, "a second line starts at byte {position}: send the one line of the key")
            }
            Self::KeySeveral { position } => {
                write!(f, "a second key starts at byte {position}: import one key at a time")
            }
            Self::KeyLineSeparator { position } => {
                write!(f, "the comment has a line separator at byte {position}: remove it, as some programs start a new line there")
            }
            Self::KeyHashLine { position } => {
                write!(f, "a line that starts with # at byte {position} is a remark: send the line of the key alone")
            }
            Self::KeyOptions { position } => {
                write!(f, "this is an authorized_keys line with options: send what starts at byte {position}, the key type")
            }
            Self::KeyKnownHosts { position } => write!(
                f,
                "this is a known_hosts line, the key of a host: send a user's key, or, if it is the one you mean, what starts at byte {position}"
            ),
            Self::KeyTextBefore { position } => {
                write!(f, "there is text before the key type: send what starts at byte {position}")
            }
            Self::KeyTypeMissing { position } => {
                write!(f, "the key type is missing at byte {position}: start with it, such as ssh-rsa or ssh-ed25519, and a space")
            }
            Self::KeyMissing { position } => {
                write!(f, "there is a key type but no key at byte {position}: send the whole line of the .pub file")
            }
            Self::KeySeparatorMissing { position } => {
                write!(f, "the space after the key type is missing at byte {position}: insert one")
            }
            Self::KeyIsPath { position } => write!(f, "at byte {position} is the name of a file or an address: send the contents of the .pub file"),
            Self::KeyTypeCase { position } => write!(f, "the key type at byte {position} is in upper case: write it in lower case"),
            Self::KeyTypeSignature { position } => write!(f,
                "at byte {position} is the name of a signature algorithm, not of a key type: send the line of the .pub file, which starts with the key type",
            ),
            Self::KeyTypeUnsupported { position } => write!(f,
                "the key type at byte {position} is not supported: use ssh-ed25519, ssh-rsa, ecdsa-sha2-nistp256, -nistp384 or -nistp521, or their sk- types",
            ),
            Self::KeyUnrecognized { position } => write!(f,
                "what starts at byte {position} is no OpenSSH public key: send one line such as `ssh-ed25519 AAAA… comment`, which ssh-keygen -y -f FILE prints",
            ),
            Self::KeyCertificate { position } => write!(f,
                "at byte {position} is a certificate, whose fingerprint Nova records wrongly: import the plain key, the .pub file that it was made from",
            ),
            Self::KeySsh1 { position } => {
                write!(f, "at byte {position} is a key of SSH protocol 1, which no server takes any more: make a new one with ssh-keygen -t ed25519")
            }
            Self::KeyRfc4716 { position } => {
                write!(f, "an RFC 4716 (SSH2) public key at byte {position}: convert it with ssh-keygen -i -f FILE")
            }
            Self::KeyPkcs1Pem { position } => {
                write!(f, "a PKCS#1 PEM public key at byte {position}: convert it with ssh-keygen -i -m PEM -f FILE")
            }
            Self::KeySpkiPem { position } => {
                write!(f, "a PKCS#8 (SPKI) PEM public key at byte {position}: convert it with ssh-keygen -i -m PKCS8 -f FILE")
            }
            Self::KeyX509 { position } => write!(
                f,
                "an X.509 certificate or request at byte {position}: take its key with openssl x509 -pubkey -noout -in FILE, then ssh-keygen -i -m PKCS8 -f KEY"
            ),
            Self::KeyPgp { position } => write!(
                f,
                "OpenPGP armor at byte {position}: export an authentication key with gpg --export-ssh-key USER"
            ),
            Self::KeyAge { position } => {
                write!(f, "an age recipient at byte {position}, which is no SSH key: send the line of an SSH .pub file")
            }
            Self::KeyUnknownPem { position } => {
                write!(f, "PEM of an unknown kind at byte {position}: send the one line of an OpenSSH .pub file")
            }
            Self::KeyPutty { position } => write!(
                f,
                "a PuTTY key file at byte {position}, WHICH HOLDS THE PRIVATE KEY: do not send it; print its public half with puttygen FILE -L, and make a new key if it was sent in the clear"
            ),
            Self::KeyIsPrivate { position } => write!(
                f,
                "THIS IS A PRIVATE KEY, at byte {position}: it must never leave your machine; if it did, make a new one; the public key is in the .pub file, or from ssh-keygen -y -f FILE"
            ),
            Self::KeyIsFingerprint { position } => {
                write!(f, "a fingerprint at byte {position}, not a key: send the one line of the .pub file")
            }
            Self::KeyBase64Character { position } => {
                write!(f, "a character that is not base64 at byte {position}: copy the line of the .pub file again")
            }
            Self::KeyBase64UrlSafe { position } => {
                write!(f, "URL-safe base64 at byte {position}: use + for - and / for _")
            }
            Self::KeyBase64Padding { position, missing } => write!(
                f,
                "the base64 is incomplete at its end, byte {position}, by this many characters: {missing}; copy the whole line again, with any = at the end of the key"
            ),
            Self::KeyBase64Surplus { position } => {
                write!(f, "a surplus = at byte {position}: copy the line of the .pub file again")
            }
            Self::KeyBase64TrailingBits { position } => write!(
                f,
                "the last base64 character, at byte {position}, is not the one an encoder writes: copy the line of the .pub file again"
            ),
            Self::KeyWrapped { position } => {
                write!(f, "the key is broken by a line end or space at byte {position}: put it back on one line, without the break")
            }
            Self::KeyTruncated { position } => {
                write!(f, "the key is cut short, in the field that starts at byte {position}: copy the whole line again")
            }
            Self::KeyOversized { position, limit } => write!(
                f,
                "no key is longer than {limit} base64 characters, and this one still goes on at byte {position}: send the one line of a .pub file"
            ),
            Self::KeyTypeMismatch { position, line, key: Some(key) } => {
                write!(f, "the line says {line}, the key inside it at byte {position} says {key}: copy the line of the .pub file again")
            }
            Self::KeyTypeMismatch { position, line, key: None } => write!(
                f,
                "the line says {line}, the key inside it at byte {position} is of another type: copy the line of the .pub file again"
            ),
            Self::KeyTrailingBytes { position, bytes } => {
                write!(f, "the key ends before byte {position}, but goes on by this many bytes: {bytes}; copy the line of the .pub file again")
            }
            Self::KeyNonMinimal { position, field } => write!(
                f,
                "{field}, at byte {position}, has needless leading zeros, so that its fingerprint depends on who prints it: write the key anew with ssh-keygen"
            ),
            Self::KeyNegative { position, field } => {
                write!(f, "{field}, at byte {position}, is negative: write the key anew with ssh-keygen")
            }
            Self::RsaTooShort { bits, minimum } => write!(
                f,
                "an RSA key of {bits} bits, and the minimum is {minimum}: make a new one with ssh-keygen -t rsa -b 3072 or ssh-keygen -t ed25519"
            ),
            Self::RsaTooLong { bits, maximum } => write!(
                f,
                "an RSA key of {bits} bits, and OpenSSH takes {maximum} at most: make a new one with ssh-keygen -t rsa -b 4096"
            ),
            Self::RsaModulusEven { position } => {
                write!(f, "the RSA modulus at byte {position} is even, which no RSA key's is: make a new key")
            }
            Self::RsaExponent { position, what } => write!(
                f,
                "the RSA exponent at byte {position} {what}: it must be odd, at least 3 and less than the modulus; make a new key"
            ),
            Self::DsaBits { bits } => write!(
                f,
                "a DSA key of {bits} bits, and OpenSSH takes 1024 only: make a new key with ssh-keygen -t ed25519"
            ),
            Self::DsaRange { position, field } => {
                write!(f, "a bad DSA number at byte {position}: {field}; make a new key with ssh-keygen -t ed25519")
            }
            Self::Ed25519Length { position, bytes } => {
                write!(f, "the Ed25519 key at byte {position} has {bytes} bytes and must have 32: copy the whole line again")
            }
            Self::EcdsaCurve { position, expected } => {
                write!(f, "the curve named at byte {position} must be {expected}: copy the line of the .pub file again")
            }
            Self::EcdsaPointForm { position, expected } => write!(
                f,
                "the point at byte {position} must be uncompressed, {expected} bytes that start with 04: write the key anew with ssh-keygen"
            ),
            Self::EcdsaNotOnCurve { position } => {
                write!(f, "the point at byte {position} is not on the curve: copy the line of the .pub file again")
            }
            Self::EcdsaCoordinate { position } => {
                write!(f, "the point at byte {position} has a coordinate that OpenSSH refuses: make a new key")
            }
            Self::SkApplication { position } => write!(
                f,
                "the security key's application at byte {position} must start with ssh: and have no NUL: make the key with ssh-keygen -t ed25519-sk -O application=ssh:…"
            ),
            Self::AlgorithmNotAllowed { algorithm } => {
                write!(f, "keys of type {algorithm} are not allowed here: use another type")
            }
            Self::KeyWeak { weakness } => {
                write!(f, "this key is weak ({weakness}) and such keys are not allowed here: make a new key")
            }
            Self::FingerprintUnrecognized => f.write_str(
                "this is no fingerprint: give MD5:aa:bb:…, 32 hexadecimal digits, SHA256:…, or the line that ssh-keygen -l prints",
            ),

            Self::NameEmpty => write!(f, "the name is empty: give one of 1 to 255 characters"),
            Self::NameTooLong { bytes, .. } => {
                write!(f, "the name ({bytes} bytes) is longer than 255 characters: shorten it")
            }
            Self::NameCharacter { character, position, pattern, .. } => {
                write!(f, "the name has {character:?} at byte {position}: replace it, names must match {pattern}")
            }
            Self::NameEdgeWhitespace { position } => {
                write!(f, "the name has white space at its edge (byte {position}): remove it")
            }
            Self::NameBlank => write!(f, "the name holds nothing but spaces: give it at least one other character"),
            Self::NameUnprintable { position, .. } => {
                write!(
                    f,
                    "the name has a character at byte {position} that Nova does not take for printable: remove it"
                )
            }
            Self::Microversion => {
                write!(f, "this is no microversion of the compute API: write it as 2.N, for example 2.1 or 2.92")
            }

            Self::Request { message, .. } => f.write_str(message),
            Self::X509Unsupported => {
                write!(f, "key pairs of type x509 are not supported: leave the field type out, or set it to ssh")
            }
            Self::Forbidden => write!(
                f,
                "creating a key pair for another user is not allowed: leave the field user_id out, or ask an administrator"
            ),
            Self::QuotaExceeded { limit } => {
                write!(f, "there are {limit} key pairs already, as many as the quota allows: delete one first")
            }
            Self::KeypairExists { name } => {
                write!(f, "there is a key pair named {name:?} already: choose another name, or delete that one first")
            }

            Self::Comment { position } => write!(
                f,
                "the comment cannot be used from byte {position} on: use one line of at most 255 bytes without control characters"
            ),
            Self::KeySize { bits } => write!(f, "keys of {bits} bits are not made: choose 2048, 3072 or 4096"),
            Self::PassphraseEmpty => {
                write!(f, "the passphrase is empty: give one, or ask for the private key without encryption")
            }
            Self::Encoding => write!(f, "the private key could not be encoded: report this as a bug, it cannot happen"),

            Self::Rng => {
                write!(f, "the random number generator failed, so that no key was made: check it, then try again")
            }
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
        }
    }
}

impl core::error::Error for Error {}
