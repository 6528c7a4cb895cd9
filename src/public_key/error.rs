//! [`PublicKeyError`]: why a public key is rejected.

use crate::error::table::positioned_error;

positioned_error! {
    /// The reason why a public key was rejected, and its position in the text.
    ///
    /// It holds nothing of the text, which may be a private key.
    pub struct PublicKeyError;

    /// What is wrong with a public key.
    pub enum PublicKeyErrorKind(at) {
        // The text as a whole.
        /// The text is empty or whitespace.
        Empty => "key_empty",
            "the public key is empty",
            "paste the one line of a .pub file";
        /// The text has more bytes than the policy allows.
        TooLong {
            /// Bytes as sent, including comment and line ending.
            bytes: usize,
            /// The limit of the policy.
            limit: usize,
        } => "key_too_long",
            "the public key has {bytes} bytes, but the limit is {limit}",
            "shorten the comment, or use a shorter key such as Ed25519";

        // Whitespace and framing.
        /// Whitespace before the key type. The position is that of the key type.
        StartsWithWhitespace => "key_leading_whitespace",
            "there is whitespace before the text{at}",
            "remove everything before that byte";
        /// The text starts with a byte order mark, U+FEFF.
        StartsWithByteOrderMark => "key_byte_order_mark",
            "the text starts with a byte order mark{at}",
            "save the file as UTF-8 without BOM";
        /// The line is in quotation marks.
        IsQuoted => "key_quoted",
            "the key is in quotation marks{at}",
            "remove them";
        /// A non-breaking or another Unicode space where an ASCII space belongs.
        UnexpectedUnicodeSpace => "key_unicode_space",
            "there is a non-breaking or other special space{at}",
            "type an ordinary space";
        /// A tab between key type, key and comment.
        UnexpectedTab => "key_tab",
            "a tab separates the fields{at}",
            "use one space";
        /// More than one space between key type, key and comment. The position is that of the second one.
        RepeatedSpace => "key_several_spaces",
            "there is a second space{at}",
            "separate the fields by one space";
        /// Something follows the first line.
        HasSecondLine => "key_second_line",
            "a second line starts{at}",
            "send only the line of the key";
        /// Another key follows the first one.
        HasSecondKey => "key_several",
            "a second key starts{at}",
            "import one key at a time";
        /// The comment contains a character that some programs treat as a line ending: CR, VT, FF, U+001C to U+001E,
        /// U+0085, U+2028 or U+2029.
        UnexpectedLineSeparator => "key_line_separator",
            "the comment contains a line separator{at}",
            "remove it, as some programs start a new line there";
        /// The first line is a `#` comment.
        IsCommentLine => "key_hash_line",
            "the line{at} is a comment (it starts with #)",
            "send only the key line, without a # before it";

        // Lines of other files.
        /// An `authorized_keys` line with options. The position is that of the key type.
        HasOptions => "key_options",
            "this is an authorized_keys line with options before the key type{at}",
            "send only the part that starts with the key type";
        /// A `known_hosts` line. The position is that of the key type.
        IsKnownHostsLine => "key_known_hosts",
            "this is a known_hosts line, so the key{at} belongs to a host",
            "send a user's key, or only the part that starts with the key type if you do mean this key";
        /// Some other text before the key type. The position is that of the key type.
        HasLeadingText => "key_text_before",
            "there is text before the key type{at}",
            "send only the part that starts with the key type";
        /// Other text after the line, such as a bracket or the rest of a field.
        HasTrailingText => "key_text_after",
            "there is text after the line of the key{at}",
            "remove it";
        /// The name of a file or an address instead of its contents.
        IsPath => "key_is_path",
            "the text{at} is a file path or URL, not a key",
            "send the contents of the .pub file";
        /// A command, a function call or a variable that a program should have replaced by a key.
        IsPlaceholder => "key_is_placeholder",
            "the text{at} stands for a key, but was not replaced by one",
            "send the contents of the .pub file; a shell replaces $(...) and variables only outside of single quotes";
        /// The fingerprint of a key instead of the key.
        IsFingerprint => "key_is_fingerprint",
            "the text{at} is a fingerprint, not a key",
            "send the one line of the .pub file";

        // Parts of the line.
        /// The base64 of a key without a key type before it.
        MissingType {
            /// The type in the blob.
            blob: &'static str,
        } => "key_type_missing",
            "the key type is missing{at}, and the key is of type {blob}",
            "write that type and one space before the key";
        /// The key type occurs more than once.
        RepeatedType => "key_type_repeated",
            "the key type{at} occurs again after it",
            "send only the part that starts with the last one";
        /// The text before the key is not the type of any key.
        MisspelledType {
            /// The type in the blob.
            blob: &'static str,
        } => "key_type_misspelled",
            "the key type{at} is misspelled, and the key is of type {blob}",
            "write that type";
        /// A key and a comment without the space between them. The position is that of the comment.
        MissingCommentSeparator => "key_comment_separator",
            "the space between the key and its comment is missing{at}",
            "insert one space";
        /// Another character where the space between key type, key and comment belongs.
        UnexpectedSeparator => "key_separator",
            "there is another character than a space between the fields{at}",
            "separate the fields by one space";
        /// A key type and nothing after it.
        MissingKey => "key_missing",
            "the key is missing after its type{at}",
            "send the whole line of the .pub file";
        /// A key type and a key without the space between them.
        MissingSeparator => "key_separator_missing",
            "the space after the key type is missing{at}",
            "insert one space";
        /// The key type is correct except for its case.
        UppercaseType => "key_type_case",
            "the key type{at} is not in lower case",
            "write it in lower case";
        /// A signature algorithm, such as `rsa-sha2-256`, where the key type belongs.
        IsSignatureAlgorithm => "key_type_signature",
            "the text{at} is the name of a signature algorithm, not of a key type",
            "write the key type instead, which is ssh-rsa for the rsa-sha2 algorithms";
        /// A key type that Nova or OpenSSH does not support.
        UnsupportedType => "key_type_unsupported",
            "the key type{at} is not supported",
            "use ssh-ed25519, ssh-rsa, ecdsa-sha2-nistp256, -nistp384 or -nistp521, or their sk- types";
        /// A DSA key, `ssh-dss`, which the policy does not allow. OpenSSH disabled the type in 7.0 and removed it in
        /// 10.0.
        IsDsa => "key_dsa",
            "the key type{at} is ssh-dss (DSA), which OpenSSH disabled in 7.0 and removed in 10.0, so nobody could log in",
            "generate an Ed25519 or RSA key, for example with ssh-keygen -t ed25519";
        /// The text does not start with a key type.
        Unrecognized => "key_unrecognized",
            "the text{at} is not an OpenSSH public key",
            "send one line such as `ssh-ed25519 AAAA… comment`, which ssh-keygen -y -f FILE prints";

        // Other formats.
        /// A certificate, not a plain key.
        IsCertificate => "key_certificate",
            "the text{at} is a certificate, whose fingerprint Nova records incorrectly",
            "import the plain key, the .pub file that the certificate was issued for";
        /// An SSH protocol 1 key: bits, exponent and modulus in decimal.
        IsSsh1 => "key_ssh1",
            "the text{at} is an SSH protocol 1 key, which servers no longer accept",
            "generate a new key with ssh-keygen -t ed25519";
        /// An RFC 4716 public key, `---- BEGIN SSH2 PUBLIC KEY ----`.
        IsRfc4716 => "key_rfc4716",
            "the text{at} is an RFC 4716 (SSH2) public key",
            "convert it with ssh-keygen -i -f FILE, where the markers, each header and the base64 are lines of their own";
        /// A PKCS#1 public key, `-----BEGIN RSA PUBLIC KEY-----`.
        IsPkcs1Pem => "key_pkcs1_pem",
            "the text{at} is a PKCS#1 PEM public key",
            "convert it with ssh-keygen -i -m PEM -f FILE";
        /// An SPKI (PKCS#8) public key, `-----BEGIN PUBLIC KEY-----`.
        IsSpkiPem => "key_spki_pem",
            "the text{at} is a PKCS#8 (SPKI) PEM public key",
            "convert it with ssh-keygen -i -m PKCS8 -f FILE; if it is an Ed25519 key, send its .pub file";
        /// An Ed25519 key as SPKI (PKCS#8), with or without its armor.
        IsEd25519Spki => "key_spki_ed25519",
            "the text{at} is an Ed25519 key in PKCS#8 (SPKI), from which ssh-keygen does not convert such keys",
            "send its .pub file";
        /// The base64 of an SPKI (PKCS#8) public key without its armor.
        IsSpkiBody => "key_spki_body",
            "the text{at} is the body of a PKCS#8 (SPKI) PEM public key without its first and last line",
            "put it on a line of its own between -----BEGIN PUBLIC KEY----- and -----END PUBLIC KEY-----, and convert \
             it with ssh-keygen -i -m PKCS8 -f FILE";
        /// The base64 of a PKCS#1 public key without its armor.
        IsPkcs1Body => "key_pkcs1_body",
            "the text{at} is the body of a PKCS#1 PEM public key without its first and last line",
            "put it on a line of its own between -----BEGIN RSA PUBLIC KEY----- and -----END RSA PUBLIC KEY-----, and \
             convert it with ssh-keygen -i -m PEM -f FILE";
        /// A JSON Web Key (RFC 7517).
        IsJwk => "key_jwk",
            "the text{at} is a JSON Web Key (JWK)",
            "export the public key in OpenSSH format, or send its .pub file";
        /// An RSA key in XML, as .NET and XML signatures have it.
        IsXmlKey => "key_xml",
            "the text{at} is an RSA key in XML",
            "export the public key in OpenSSH format, or send its .pub file";
        /// An RSA key whose modulus precedes its exponent.
        HasSwappedNumbers => "key_swapped_numbers",
            "the modulus precedes the exponent in the RSA key{at}",
            "export the key again, with the exponent first (RFC 4253, section 6.6)";
        /// An X.509 certificate or certificate request.
        IsX509 => "key_x509",
            "the text{at} is an X.509 certificate or request",
            "extract its key with openssl x509 -pubkey -noout -in FILE (for a request, openssl req -pubkey -noout \
             -in FILE), then convert it with ssh-keygen -i -m PKCS8 -f KEY; if it is an Ed25519 key, send its .pub \
             file";
        /// An OpenPGP key or message.
        IsOpenPgp => "key_pgp",
            "the text{at} is OpenPGP armor",
            "export an authentication key with gpg --export-ssh-key USER";
        /// An age recipient.
        IsAgeRecipient => "key_age",
            "the text{at} is an age recipient, not an SSH key",
            "send the line of an SSH .pub file";
        /// A PEM block with an unrecognized label.
        IsUnknownPem => "key_unknown_pem",
            "the text{at} is PEM with an unrecognized label",
            "send the one line of an OpenSSH .pub file";
        /// **A private key.** The error holds nothing of it.
        IsPrivateKey => "key_is_private",
            "THIS IS A PRIVATE KEY{at}",
            "it must never leave your machine; if it did, generate a new key; send the .pub file, \
             or what ssh-keygen -y -f FILE prints (for a PuTTY file, puttygen FILE -L)";

        // Encodings of the whole text.
        /// The text is UTF-16, or each of its characters is followed by a NUL or a space.
        IsUtf16 => "key_utf16",
            "the text is UTF-16, or has another character after each one{at}",
            "save the file as UTF-8 without BOM";
        /// The text is not UTF-8.
        IsNotUtf8 => "key_not_utf8",
            "the text is not UTF-8{at}",
            "save the file as UTF-8 without BOM";
        /// The text is percent-encoded, as in a URL.
        IsPercentEncoded => "key_percent_encoded",
            "the text is percent-encoded{at}",
            "decode it, which turns %2B into + and %20 into a space";
        /// The text is encoded as the data of a web form (`application/x-www-form-urlencoded`).
        IsFormEncoded => "key_form_encoded",
            "the text is encoded as the data of a web form{at}",
            "decode it, which turns + into a space, and then %2B into +";
        /// The text has HTML or XML character references.
        HasHtmlEntities => "key_html_entities",
            "there is an HTML character reference{at}",
            "write the characters themselves, such as + for &#43; and = for &#x3d;";
        /// The text has HTML or XML tags.
        HasHtmlTags => "key_html_tags",
            "there is an HTML tag{at}",
            "copy the text without tags";
        /// The text has backslash escapes.
        HasEscapes => "key_escaped",
            "there is a backslash escape{at}",
            "write what it stands for: nothing or a line end for \\n, and the character itself for \\/ and \\\"";
        /// The text is in the quoted-printable encoding of mail.
        IsQuotedPrintable => "key_quoted_printable",
            "the text is quoted-printable{at}",
            "decode it, which turns =3D into = and joins the lines that end with =";
        /// The text is base64 of a public-key line.
        IsBase64OfText => "key_base64_twice",
            "the text{at} is base64 of the line of a key",
            "decode it once, for example with base64 -d";
        /// The text is a hexadecimal dump, such as of `xxd` or `hexdump -C`.
        IsHexDump => "key_hex_dump",
            "the text{at} is a hexadecimal dump",
            "send the file that was dumped, or remove the offsets before and the characters after the digits, and \
             convert them with xxd -r -p";
        /// The text is a dump of characters, such as of `od -c`.
        IsCharacterDump => "key_character_dump",
            "the text{at} is a dump of characters with offsets, as od -c prints it",
            "send the file that was dumped, or write the characters one after another, without the offsets and the \
             spaces between them";
        /// The key is in hexadecimal.
        IsHexadecimal => "key_hexadecimal",
            "the text{at} is hexadecimal",
            "convert it to bytes, for example with xxd -r -p; if they are not the line of a key, encode them in base64 \
             and write the key type and one space before that";
        /// There are full-width or typographic variants of ASCII characters.
        HasFullWidth => "key_full_width",
            "there is a full-width or typographic variant of an ASCII character{at}",
            "write the ASCII characters instead, such as + / = -";
        /// There is a character that does not show, or an escape sequence of a terminal.
        HasInvisibleCharacter => "key_invisible_character",
            "there is an invisible character{at}",
            "remove it; if it starts an escape sequence of a terminal, remove what belongs to that, such as [200~";
        /// Each line starts with a mark of mail, of a list or of a program.
        HasLinePrefix => "key_line_prefix",
            "there is a mark at the start of each line, the first one{at}",
            "remove these marks";

        // Base64.
        /// Spaces replace every `+` of the base64.
        HasSpacesForPlus => "key_spaces_for_plus",
            "a space replaces + in the base64{at}",
            "write + for each space within the key";
        /// The base64 contains a character outside its alphabet.
        InvalidBase64Character => "key_base64_character",
            "there is a character{at} that is not base64",
            "copy the line of the .pub file again";
        /// The base64 uses the URL-safe alphabet, with `-` and `_`.
        IsUrlSafeBase64 => "key_base64_url_safe",
            "the key uses URL-safe base64{at}",
            "replace - by + and _ by /";
        /// The base64 lacks its padding, or is cut off inside a group of four. The position is its end.
        IncompleteBase64 {
            /// How many characters are missing.
            missing: usize,
        } => "key_base64_padding",
            "the base64 is missing {missing} character(s) at the end{at}",
            "copy the whole line again, including any trailing =";
        /// The base64 contains a `=` that does not belong there.
        ExtraPadding => "key_base64_surplus",
            "there is an extra ={at}",
            "remove it, or copy the line of the .pub file again";
        /// The last character of the base64 has bits set that belong to no byte.
        NonzeroTrailingBits => "key_base64_trailing_bits",
            "the last base64 character{at} has unused bits set",
            "copy the line of the .pub file again";
        /// A line ending or a space inside the base64.
        IsWrapped => "key_wrapped",
            "a line ending or space{at} splits the key",
            "put the key on one line, without the break and what came with it: spaces, quotes, +, hyphens, backslashes";
        /// The key ends before its fields do. The position is that of the field that is cut off.
        IsTruncated => "key_truncated",
            "the key is cut off in the field{at}",
            "copy the whole line again";
        /// The base64 is longer than that of any key. The position is where the limit is exceeded.
        OversizedBase64 {
            /// Maximum length, in characters.
            limit: usize,
        } => "key_oversized",
            "the base64 exceeds the maximum of {limit} characters{at}",
            "send one line of a .pub file";

        // The blob. Positions are in the base64.
        /// The key type on the line differs from the one in the blob. The position is that of the former.
        TypeMismatch {
            /// The type on the line.
            line: &'static str,
            /// The type in the blob, or `unknown`.
            blob: &'static str,
        } => "key_type_mismatch",
            "the key type on the line{at} is {line}, but the key is of type {blob}",
            "write the type of the key at the start of the line";
        /// Bytes after the last field of the key.
        ExtraBytes {
            /// How many.
            bytes: usize,
        } => "key_trailing_bytes",
            "there are {bytes} extra byte(s) after the end of the key{at}",
            "copy the line of the .pub file again";
        /// A number in the key has a redundant leading zero byte.
        NonMinimalMpint {
            /// The number.
            field: &'static str,
        } => "key_non_minimal",
            "{field}{at} has redundant leading zeros, so tools disagree about the fingerprint",
            "re-export the key with ssh-keygen";
        /// A number in the key is negative.
        NegativeMpint {
            /// The number.
            field: &'static str,
        } => "key_negative",
            "{field}{at} is negative",
            "re-export the key with ssh-keygen";

        // Key types.
        /// The RSA modulus is too short.
        RsaTooShort {
            /// Its bits.
            bits: u32,
            /// The minimum of the policy.
            minimum: u32,
        } => "rsa_too_short",
            "the RSA key has {bits} bits, but the minimum is {minimum}",
            "generate a new key with ssh-keygen -t rsa -b 3072 or ssh-keygen -t ed25519";
        /// The RSA modulus is longer than OpenSSH supports.
        RsaTooLong {
            /// Its bits.
            bits: u32,
            /// The maximum of OpenSSH.
            maximum: u32,
        } => "rsa_too_long",
            "the RSA key has {bits} bits, but OpenSSH supports at most {maximum}",
            "generate a new key with ssh-keygen -t rsa -b 4096";
        /// The RSA modulus is even, so it is not a product of two large primes.
        RsaModulusIsEven => "rsa_modulus_even",
            "the RSA modulus{at} is even, so this is not a valid RSA key",
            "generate a new key";
        /// The RSA exponent is even, less than 3, or not less than the modulus.
        InvalidRsaExponent {
            /// What is wrong with it.
            fault: &'static str,
        } => "rsa_exponent",
            "the RSA exponent{at} {fault}, but must be odd, at least 3 and less than the modulus",
            "generate a new key";
        /// The length of the DSA prime is not 1024 bits, the only one that OpenSSH supported.
        UnsupportedDsaSize {
            /// Its bits.
            bits: u32,
        } => "dsa_bits",
            "the DSA key has {bits} bits, but only 1024 bits were ever supported",
            "generate a new key with ssh-keygen -t ed25519";
        /// A DSA parameter is out of range.
        InvalidDsaParameter {
            /// Its name.
            name: &'static str,
            /// The rule that it breaks.
            rule: &'static str,
        } => "dsa_range",
            "DSA parameter {name}{at} must be {rule}",
            "generate a new key with ssh-keygen -t ed25519";
        /// The Ed25519 key does not have 32 bytes.
        InvalidEd25519Length {
            /// Its bytes.
            bytes: usize,
        } => "ed25519_length",
            "the Ed25519 key{at} has {bytes} bytes instead of 32",
            "copy the whole line again";
        /// The curve in the blob is not that of the key type.
        CurveMismatch {
            /// The curve of the key type.
            expected: &'static str,
        } => "ecdsa_curve",
            "the curve named{at} must be {expected}",
            "copy the line of the .pub file again";
        /// The ECDSA point is not uncompressed: 0x04 and two coordinates.
        PointNotUncompressed {
            /// The length of an uncompressed point of this curve, in bytes.
            expected: usize,
        } => "ecdsa_point_form",
            "the ECDSA point{at} is not uncompressed ({expected} bytes that start with 04)",
            "re-export the key with ssh-keygen";
        /// The ECDSA point is not on its curve.
        PointNotOnCurve => "ecdsa_not_on_curve",
            "the ECDSA point{at} is not on the curve",
            "copy the line of the .pub file again";
        /// The ECDSA point is on its curve, but some versions of OpenSSH reject coordinates that are so small or so
        /// large.
        CoordinateOutOfRange => "ecdsa_coordinate",
            "a coordinate of the ECDSA point{at} is out of the range that OpenSSH accepts up to version 10.2",
            "generate a new key";
        /// The application of a security key does not start with `ssh:`, or contains a NUL.
        InvalidSkApplication => "sk_application",
            "the security key's application{at} does not start with ssh: or contains a NUL",
            "generate the key with ssh-keygen -t ed25519-sk -O application=ssh:…";

        // Policies.
        /// The policy does not allow keys of this type.
        AlgorithmNotAllowed {
            /// The type.
            algorithm: &'static str,
        } => "algorithm_not_allowed",
            "keys of type {algorithm} are not allowed here",
            "use another type";
        /// The key is well-formed, but the policy rejects its weakness.
        WeakKey {
            /// The name of the weakness.
            weakness: &'static str,
        } => "key_weak",
            "this key is weak ({weakness}), and such keys are not allowed here",
            "generate a new key";
        /// The key is well-formed, but listed in the policy's [`Blocklist`](crate::Blocklist).
        Blocklisted {
            /// The identifier of the source that lists the key.
            source: u8,
        } => "key_blocklisted",
            "the private half of this key is known to others (source {source} of the blocklist)",
            "generate a new key";
    }
}

/// `Result` of the parser.
pub(crate) type Result<T, E = PublicKeyError> = core::result::Result<T, E>;
