//! What is wrong with a text that is not a public-key line and means no key for certain.
//!
//! Only [`WINDOW`] bytes are examined, so a rejection costs the same whatever the length of the text. Errors hold
//! offsets and nothing of the text.

use crate::algorithm::{Algorithm, is_certificate};
use crate::public_key::error::{PublicKeyError, PublicKeyErrorKind as Kind};

/// Number of bytes that are examined: enough for a few lines before the one that matters.
const WINDOW: usize = 1024;

/// Explains why the text, which does not start with a key type and one space, is rejected.
pub(crate) fn explain(text: &str) -> PublicKeyError {
    let position = 0;
    let window = window(text);
    if let Some(error) = armor(window, position) {
        return error;
    }
    let content = window.trim_ascii_start();
    let start = position + (window.len() - content.len());
    if content.is_empty() {
        return if start == text.len() { Kind::Empty.into() } else { Kind::StartsWithWhitespace.at(start) };
    }
    if start > position && type_at(content).is_some() {
        return Kind::StartsWithWhitespace.at(start);
    }
    let mut fields = content.split_ascii_whitespace();
    let first = fields.next().unwrap_or_default();
    let second = fields.next().unwrap_or_default();
    let third = fields.next().unwrap_or_default();

    path(start, unquoted(first))
        .or_else(|| placeholder(content, start))
        .or_else(|| edge(content, start))
        .or_else(|| fingerprint(content, start, first, second))
        .or_else(|| ssh1(start, first, second, third))
        .or_else(|| separator(content, start, first))
        .or_else(|| key_type(start, first, second))
        .or_else(|| labeled_fingerprint(content, start))
        .unwrap_or(Kind::Unrecognized.at(start))
}

/// Recognizes a text that is too long for a full diagnosis: a format with a header, because most private keys are
/// longer than the documented limit.
pub(crate) fn explain_long(text: &str) -> Option<PublicKeyError> {
    armor(window(text), 0)
}

/// Returns the part of the text that is examined: whole characters.
fn window(text: &str) -> &str {
    let ends = (WINDOW - 3..=WINDOW).rev();
    ends.filter_map(|end| text.split_at_checked(end)).map(|(window, _)| window).next().unwrap_or(text)
}

/// Returns the key type at the start of the text, if whitespace or nothing follows it.
fn type_at(text: &str) -> Option<Algorithm> {
    let field = text.split(|c: char| c.is_whitespace()).next()?;
    Algorithm::from_name(field.as_bytes())
}

/// Recognizes formats with a header.
fn armor(text: &str, position: usize) -> Option<PublicKeyError> {
    let dashes = text.find("----")?;
    let position = position + dashes;
    let (_, header) = text.split_at_checked(dashes)?;
    let header = header.trim_start_matches('-').trim_start().split(['\n', '\r']).next()?;
    let label = header.strip_prefix("BEGIN ")?;
    Some(if label.starts_with("SSH2 PUBLIC KEY") {
        Kind::IsRfc4716.at(position)
    } else if label.starts_with("RSA PUBLIC KEY") {
        Kind::IsPkcs1Pem.at(position)
    } else if label.starts_with("PUBLIC KEY") {
        Kind::IsSpkiPem.at(position)
    } else if label.contains("CERTIFICATE") {
        Kind::IsX509.at(position)
    } else if label.starts_with("PGP ") {
        Kind::IsOpenPgp.at(position)
    } else {
        Kind::IsUnknownPem.at(position)
    })
}

/// Recognizes a character at the start that does not belong there.
fn edge(content: &str, position: usize) -> Option<PublicKeyError> {
    match content.chars().next()? {
        '\u{feff}' => Some(Kind::StartsWithByteOrderMark.at(position)),
        '"' | '\'' | '`' | '\u{2018}'..='\u{201f}' | '\u{ab}' | '\u{bb}' => Some(Kind::IsQuoted.at(position)),
        '#' => Some(Kind::IsCommentLine.at(position)),
        '\u{200b}' | '\u{2060}' => Some(Kind::UnexpectedUnicodeSpace.at(position)),
        space if space.is_whitespace() => Some(Kind::UnexpectedUnicodeSpace.at(position)),
        _ => None,
    }
}

fn fingerprint(content: &str, position: usize, first: &str, second: &str) -> Option<PublicKeyError> {
    let is_fingerprint = |field: &str| {
        let label = ["MD5:", "SHA1:", "SHA256:", "SHA384:", "SHA512:"]
            .iter()
            .any(|label| field.get(..label.len()).is_some_and(|head| head.eq_ignore_ascii_case(label)));
        let colon_hex = field.len() >= 16 * 3 - 1
            && field.split(':').all(|byte| byte.len() == 2 && byte.bytes().all(|digit| digit.is_ascii_hexdigit()));
        let bare = match field.len() {
            // SHA-256 in base64 without padding, and MD5 in hexadecimal.
            43 => field.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/')),
            32 => field.bytes().all(|digit| digit.is_ascii_hexdigit()),
            _ => false,
        };
        label || colon_hex || (bare && content.trim_ascii_end() == field)
    };
    if is_fingerprint(first) {
        return Some(Kind::IsFingerprint.at(position));
    }
    let is_line = is_decimal(first) && is_fingerprint(second);
    is_line.then(|| Kind::IsFingerprint.at(position + content.find(second).unwrap_or_default()))
}

/// Recognizes the label of a fingerprint within other text, such as what ssh-keygen prints of a new key.
fn labeled_fingerprint(content: &str, position: usize) -> Option<PublicKeyError> {
    let at = content.find("SHA256:").or_else(|| content.find("MD5:"))?;
    Some(Kind::IsFingerprint.at(position + at))
}

fn ssh1(position: usize, bits: &str, exponent: &str, modulus: &str) -> Option<PublicKeyError> {
    // 100 digits are 332 bits; no shorter modulus was ever in use.
    let is_ssh1 = is_decimal(bits) && is_decimal(exponent) && is_decimal(modulus) && modulus.len() >= 100;
    is_ssh1.then_some(Kind::IsSsh1.at(position))
}

fn is_decimal(field: &str) -> bool {
    !field.is_empty() && field.bytes().all(|digit| digit.is_ascii_digit())
}

/// Explains a key type that is not followed by exactly one space.
fn separator(content: &str, position: usize, first: &str) -> Option<PublicKeyError> {
    if let Some(algorithm) = type_at(content) {
        let position = position + algorithm.as_str().len();
        let (_, rest) = content.split_at_checked(algorithm.as_str().len())?;
        return Some(match rest.chars().next() {
            _ if rest.trim().is_empty() => Kind::MissingKey.at(position),
            Some('\t') => Kind::UnexpectedTab.at(position),
            Some('\n' | '\r') => Kind::IsWrapped.at(position),
            _ => Kind::UnexpectedUnicodeSpace.at(position),
        });
    }
    let name = Algorithm::ALL.into_iter().map(Algorithm::as_str).find(|name| first.starts_with(name))?;
    let joined = first.get(name.len()..).is_some_and(|rest| rest.starts_with("AAAA"));
    joined.then_some(Kind::MissingSeparator.at(position + name.len()))
}

/// Recognizes a type that is known but not supported, or an unknown one that is followed by what looks like a key.
fn key_type(position: usize, first: &str, second: &str) -> Option<PublicKeyError> {
    if is_certificate(first.as_bytes()) {
        return Some(Kind::IsCertificate.at(position));
    }
    if first.starts_with("rsa-sha2-") || first.starts_with("webauthn-sk-") {
        return Some(Kind::IsSignatureAlgorithm.at(position));
    }
    if Algorithm::from_name(first.to_ascii_lowercase().as_bytes()).is_some() {
        return Some(Kind::UppercaseType.at(position));
    }
    if first.starts_with("age1") {
        return Some(Kind::IsAgeRecipient.at(position));
    }
    let named = ["ssh-", "sk-ssh-", "sk-ecdsa-", "ecdsa-sha2-", "x509v3-", "pgp-sign-", "spki-sign-"];
    let is_type = second.starts_with("AAAA") || named.iter().any(|prefix| first.starts_with(prefix));
    is_type.then_some(Kind::UnsupportedType.at(position))
}

/// Recognizes what a shell, a template or Terraform should have replaced.
fn placeholder(content: &str, position: usize) -> Option<PublicKeyError> {
    const STARTS: [&str; 9] = ["$(", "${", "{{", "{%", "<%", "`cat ", "cat ", "file(", "lookup("];

    let content = unquoted(content);
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let name_end = |rest: &str| rest.find(|c: char| !is_name(c)).unwrap_or(rest.len());
    // `$NAME` alone; `$HOME/…` is a path.
    let is_variable = ["$env:", "$"].into_iter().find_map(|sign| content.strip_prefix(sign)).is_some_and(|rest| {
        let (name, after) = rest.split_at(name_end(rest));
        !name.is_empty() && unquoted_end(after).is_empty()
    });
    let is_windows_variable = content.strip_prefix('%').is_some_and(|rest| {
        let (name, after) = rest.split_at(name_end(rest));
        name.contains(|c: char| !c.is_ascii_hexdigit()) && unquoted_end(after) == "%"
    });
    // `<your public key>`
    let is_slot = content.strip_prefix('<').is_some_and(|rest| {
        let words = unquoted_end(rest).strip_suffix('>').unwrap_or_default();
        !words.is_empty() && words.chars().all(|c| is_name(c) || matches!(c, ' ' | '-' | '.' | '\''))
    });
    let is_start = STARTS.iter().any(|start| content.starts_with(start));
    (is_start || is_variable || is_windows_variable || is_slot).then_some(Kind::IsPlaceholder.at(position))
}

/// Returns the text without the quotation marks at its start.
fn unquoted(text: &str) -> &str {
    text.trim_start_matches(['"', '\'', '@'])
}

fn unquoted_end(text: &str) -> &str {
    text.trim_ascii_end().trim_end_matches(['"', '\''])
}

fn path(position: usize, first: &str) -> Option<PublicKeyError> {
    let first = unquoted_end(first);
    let is_home =
        ["$HOME/", "${HOME}/", "%USERPROFILE%", "$env:USERPROFILE"].iter().any(|home| first.starts_with(home));
    let is_path = is_home
        || first.starts_with(['/', '~'])
        || first.starts_with("./")
        || first.contains("://")
        || first.contains(":\\")
        || first.ends_with(".pub");
    is_path.then_some(Kind::IsPath.at(position))
}
