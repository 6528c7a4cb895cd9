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
    KeyByteOrderMark,
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
    KeyTypeMissing,
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
    KeyIsPath,
    /// The key type is right but for upper case.
    KeyTypeCase,
    /// A signature algorithm, such as `rsa-sha2-256`, where the key type belongs.
    KeyTypeSignature,
    /// A key type that Nova or OpenSSH does not take.
    KeyTypeUnsupported,
    /// What the text starts with is no key type.
    KeyUnrecognized,
    /// A certificate, not a plain key.
    KeyCertificate {
        /// The offset of the certificate's type.
        position: usize,
    },
    /// An SSH protocol 1 key: bits, exponent and modulus in decimal.
    KeySsh1,
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

    /// The operating system's or the caller's random number generator failed.
    Rng,
}

pub(crate) const NOVA_INVALID_KEY: &str = "Keypair data is invalid: failed to generate fingerprint";
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
            Self::KeyEmpty => "key_empty",
            Self::KeyTooLong { .. } => "key_too_long",
            Self::KeyLeadingWhitespace { .. } => "key_leading_whitespace",
            Self::KeyByteOrderMark => "key_byte_order_mark",
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
            Self::KeyTypeMissing => "key_type_missing",
            Self::KeyMissing { .. } => "key_missing",
            Self::KeySeparatorMissing { .. } => "key_separator_missing",
            Self::KeyIsPath => "key_is_path",
            Self::KeyTypeCase => "key_type_case",
            Self::KeyTypeSignature => "key_type_signature",
            Self::KeyTypeUnsupported => "key_type_unsupported",
            Self::KeyUnrecognized => "key_unrecognized",
            Self::KeyCertificate { .. } => "key_certificate",
            Self::KeySsh1 => "key_ssh1",
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
            Self::Rng => "rng",
        }
    }

    /// The byte offset in the input (name, line or body) at which it went wrong, where one makes sense.
    pub fn position(&self) -> Option<usize> {
        match self {
            Self::NameCharacter { position, .. }
            | Self::NameEdgeWhitespace { position }
            | Self::NameUnprintable { position } => Some(*position),
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
            Self::KeyEmpty
            | Self::KeyByteOrderMark
            | Self::KeyTypeMissing
            | Self::KeyIsPath
            | Self::KeyTypeCase
            | Self::KeyTypeSignature
            | Self::KeyTypeUnsupported
            | Self::KeyUnrecognized
            | Self::KeySsh1 => Some(0),
            _ => None,
        }
    }

    /// The HTTP status with which Nova answers such a request.
    pub fn http_status(&self) -> u16 {
        match self {
            Self::Rng => 500,
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
            Self::KeyEmpty => f.write_str("the public key is empty: paste the one line of a .pub file"),
            Self::KeyTooLong { bytes, limit } => write!(
                f,
                "the public key has {bytes} bytes and the limit is {limit}: shorten the comment, or use a shorter key such as Ed25519"
            ),
            Self::KeyLeadingWhitespace { position } => {
                write!(f, "white space before the key type: remove everything before byte {position}")
            }
            Self::KeyByteOrderMark => {
                f.write_str("the text starts with a byte order mark at byte 0: save the file as UTF-8 without BOM")
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
            Self::KeyTypeMissing => {
                f.write_str("the key type is missing at byte 0: start with it, such as ssh-rsa or ssh-ed25519, and a space")
            }
            Self::KeyMissing { position } => {
                write!(f, "there is a key type but no key at byte {position}: send the whole line of the .pub file")
            }
            Self::KeySeparatorMissing { position } => {
                write!(f, "the space after the key type is missing at byte {position}: insert one")
            }
            Self::KeyIsPath => f.write_str("this is the name of a file or an address: send the contents of the .pub file"),
            Self::KeyTypeCase => f.write_str("the key type is in upper case: write it in lower case"),
            Self::KeyTypeSignature => f.write_str(
                "this is the name of a signature algorithm, not of a key type: send the line of the .pub file, which starts with the key type",
            ),
            Self::KeyTypeUnsupported => f.write_str(
                "this key type is not supported: use ssh-ed25519, ssh-rsa, ecdsa-sha2-nistp256, -nistp384 or -nistp521, or their sk- types",
            ),
            Self::KeyUnrecognized => f.write_str(
                "this is no OpenSSH public key: send one line such as `ssh-ed25519 AAAA… comment`, which ssh-keygen -y -f FILE prints",
            ),
            Self::KeyCertificate { .. } => f.write_str(
                "this is a certificate, whose fingerprint Nova records wrongly: import the plain key, the .pub file that it was made from",
            ),
            Self::KeySsh1 => {
                f.write_str("this is a key of SSH protocol 1, which no server takes any more: make a new one with ssh-keygen -t ed25519")
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
            _ => write!(f, "{}", self.code()),
        }
    }
}

impl core::error::Error for Error {}
