//! [`Error`]: everything that can be refused, with what to do about it.

mod advice;
mod facts;

use alloc::string::String;

pub(crate) use facts::NOVA_INVALID_KEY;

/// `Result` with this crate's [`Error`].
pub type Result<T> = core::result::Result<T, Error>;

/// Why a call was refused.
///
/// `Display` is a sentence for the user that says what to do; [`code`](Self::code) is stable and for programs;
/// [`nova_message`](Self::nova_message) is what Nova itself would answer, for those who emulate the API.
///
/// No error carries any part of a private key, a seed or a passphrase: errors about a key hold positions, and where Nova's words quote
/// a request, what looks like a private key is elided.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Error {
    // Names.
    /// The name has no characters.
    NameEmpty,
    /// The name has more than 255 characters.
    NameTooLong {
        /// The name, as far as Nova could have read it; elided if it looks like a private key.
        name: String,
        /// Its length in bytes, as sent.
        bytes: usize,
    },
    /// The name has a character that its microversion does not allow.
    NameCharacter {
        /// The name; elided if it looks like a private key.
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
        /// The name; elided if it looks like a private key.
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
    /// A DSA key, `ssh-dss`, which the policy does not allow. OpenSSH disabled the type in 7.0 and removed it in 10.0.
    KeyDsa {
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
    /// The DSA prime p does not have 1024 bits, the only length that OpenSSH ever supported.
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
    /// The ECDSA point is on its curve, but OpenSSH up to 10.2 rejects coordinates that are so small or so large.
    EcdsaCoordinate {
        /// The offset of the point in the base64.
        position: usize,
    },
    /// The application of a security key does not start with `ssh:`, or has a NUL in it.
    SkApplication {
        /// The offset of the application in the base64.
        position: usize,
    },
    /// The policy does not allow keys of this type. For DSA, see [`KeyDsa`](Self::KeyDsa).
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

impl core::error::Error for Error {}
