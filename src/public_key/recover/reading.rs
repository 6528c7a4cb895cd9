//! [`Reading`] and [`Repair`]: the kinds of reversible damage, and one of them at a place of the text.

use core::fmt;

use crate::error::identifier::IdentifierError;
use crate::error::text::identifier;
use crate::public_key::error::{PublicKeyError, PublicKeyErrorKind as Kind};

/// Defines the readings, each with its identifier.
macro_rules! readings {
    ($( $(#[$doc:meta])* $Variant:ident => $name:literal; )+) => {
        /// A kind of damage that can be undone without a guess.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Reading {
            $( $(#[$doc])* $Variant, )+
        }

        impl Reading {
            /// All readings.
            pub const ALL: [Self; [$( $name ),+].len()] = [$( Self::$Variant ),+];

            /// Returns the stable identifier in snake case, such as `percent_encoding`.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $( Self::$Variant => $name, )+
                }
            }
        }
    };
}

readings! {
    // Encodings of the text.
    /// The text is UTF-16, or has a NUL or a space after each character.
    Utf16 => "utf16";
    /// The bytes are not UTF-8.
    NotUtf8 => "not_utf8";
    /// Percent-encoding of a URL.
    PercentEncoding => "percent_encoding";
    /// The encoding of a web form: percent-encoding in which a `+` is a space.
    FormEncoding => "form_encoding";
    /// HTML or XML character references, such as `&#43;` or `&amp;`.
    HtmlEntities => "html_entities";
    /// HTML or XML tags, such as `<br>`.
    HtmlTags => "html_tags";
    /// Backslash escapes of JSON, Python, C or a shell.
    Escapes => "escapes";
    /// Quoted-printable encoding of mail.
    QuotedPrintable => "quoted_printable";
    /// Base64 of the whole line.
    Base64 => "base64";
    /// The key, or the whole line, in hexadecimal.
    Hexadecimal => "hexadecimal";
    /// A hexadecimal dump with offsets.
    HexDump => "hex_dump";
    /// The characters of a file with offsets, as `od -c` prints them.
    CharacterDump => "character_dump";
    /// Full-width or other typographic variants of ASCII characters.
    FullWidth => "full_width";
    /// A byte order mark before the text.
    ByteOrderMark => "byte_order_mark";
    /// Characters that do not show: zero-width, directional, soft hyphens, control characters, terminal escapes.
    InvisibleCharacters => "invisible_characters";

    // Layout.
    /// The same characters before each line: mail quotation marks, comment signs, line numbers.
    LinePrefix => "line_prefix";
    /// The base64 is broken by line ends, spaces, backslashes or quotation marks.
    LineBreaks => "line_breaks";
    /// A space in place of each `+`.
    SpacesForPlus => "spaces_for_plus";
    /// The URL-safe alphabet of base64.
    UrlSafeAlphabet => "url_safe_alphabet";
    /// Padding of the base64 that is missing or too long.
    Padding => "padding";
    /// Whitespace before the line.
    LeadingSpace => "leading_space";
    /// Quotation marks around the line.
    Quotes => "quotes";
    /// The options of an `authorized_keys` line.
    Options => "options";
    /// The host names of a `known_hosts` line.
    KnownHosts => "known_hosts";
    /// Lines that start with `#`.
    CommentLines => "comment_lines";
    /// Other text before the line: a label, a list marker, a sentence.
    TextBefore => "text_before";
    /// Other text after the line.
    TextAfter => "text_after";

    // The line itself.
    /// The key type is missing.
    TypeMissing => "type_missing";
    /// The key type occurs twice.
    TypeRepeated => "type_repeated";
    /// The key type is not in lower case.
    TypeCase => "type_case";
    /// The key type is misspelled, or is that of another key.
    WrongType => "wrong_type";
    /// The separator between key type and key is not one space.
    TypeSeparator => "type_separator";
    /// The separator between key and comment is not one space.
    CommentSeparator => "comment_separator";
    /// The comment contains characters at which some programs start a new line.
    CommentLineSeparator => "comment_line_separator";
    /// The comment makes the line longer than the limit.
    LongComment => "long_comment";

    // Other formats of the key.
    /// RFC 4716 (SSH2).
    Rfc4716 => "rfc4716";
    /// `SubjectPublicKeyInfo` of PKCS#8, as PEM or as its bare base64.
    Spki => "spki";
    /// PKCS#1, as PEM or as its bare base64.
    Pkcs1 => "pkcs1";
    /// An X.509 certificate, which contains the key.
    X509 => "x509";
    /// An OpenSSH certificate, which contains the key.
    Certificate => "certificate";
    /// A JSON Web Key (RFC 7517).
    Jwk => "jwk";
    /// An RSA key in XML.
    XmlKey => "xml_key";
    /// The numbers of an RSA key in the wrong order.
    SwappedNumbers => "swapped_numbers";
}

identifier!(Reading, "the identifier of a reading", IdentifierError::UnknownReading);

/// One kind of damage at one place of the text.
///
/// `Display` is a sentence for the user: what is wrong, where, and what to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Repair {
    reading: Reading,
    kind: Kind,
    position: usize,
}

impl Repair {
    pub(crate) fn new(reading: Reading, kind: Kind, position: usize) -> Self {
        Self { reading, kind, position }
    }

    /// Returns the kind of damage.
    #[must_use]
    pub const fn reading(&self) -> Reading {
        self.reading
    }

    /// Returns the byte offset of the damage in the text as given.
    #[must_use]
    pub const fn position(&self) -> usize {
        self.position
    }

    /// Returns the code of the error with which an import rejects such a text.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        self.kind.code()
    }

    /// Returns the error with which an import rejects such a text.
    #[must_use]
    pub const fn error(&self) -> PublicKeyError {
        self.kind.at(self.position)
    }
}

impl fmt::Display for Repair {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.error().fmt(f)
    }
}
