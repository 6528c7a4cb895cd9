//! What people read of an [`Error`]: one sentence, in lower case and without a full stop, that says what is wrong, where, and what to do.

use core::fmt;

use super::Error;

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
            Self::KeyDsa { position } => write!(
                f,
                "the key type at byte {position} is ssh-dss (DSA), which OpenSSH disabled in 7.0 and removed in 10.0, \
                 so nobody could log in with this key: generate an Ed25519 or RSA key, for example with \
                 ssh-keygen -t ed25519"
            ),
            Self::DsaBits { bits } => write!(
                f,
                "the DSA key has {bits} bits, but OpenSSH never supported other lengths than 1024: \
                 generate a new key with ssh-keygen -t ed25519"
            ),
            Self::DsaRange { position, field } => write!(
                f,
                "the DSA parameter at byte {position} is out of range ({field}): \
                 generate a new key with ssh-keygen -t ed25519"
            ),
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
                write!(f, "the point at byte {position} has a coordinate that OpenSSH rejects up to version 10.2: generate a new key")
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
