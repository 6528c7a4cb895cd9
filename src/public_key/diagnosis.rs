//! Identifies input that is not a public-key line, so that the error can tell what to send instead.
//!
//! Only [`WINDOW`] bytes are examined, so a rejection costs the same whatever the length of the text. Errors hold
//! offsets and nothing of the text, which may be a private key.

use crate::algorithm::{Algorithm, is_certificate};
use crate::public_key::error::{PublicKeyError, PublicKeyErrorKind as Kind};
use crate::public_key::private_key_scan::find_private_key;

/// Number of bytes that are examined: enough for a few lines before the one that matters.
const WINDOW: usize = 1024;

/// Explains why the text from `position` on, which does not start with a key type and one space, is rejected.
pub(crate) fn explain(text: &str, position: usize) -> PublicKeyError {
    let window = window(text, position);
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

    edge(content, start)
        .or_else(|| fingerprint(content, start, first, second))
        .or_else(|| ssh1(start, first, second, third))
        .or_else(|| separator(content, start, first))
        .or_else(|| bare_key(start, first))
        .or_else(|| before_type(content, start, first))
        .or_else(|| key_type(start, first, second))
        .or_else(|| path(start, first))
        .unwrap_or(Kind::Unrecognized.at(start))
}

/// Recognizes a text that is too long for a full diagnosis: a format with a header, because most private keys are
/// longer than the documented limit.
pub(crate) fn explain_long(text: &str) -> Option<PublicKeyError> {
    armor(window(text, 0), 0)
}

/// Explains why the text from `position` on, which follows a complete key and its line ending, is rejected.
pub(crate) fn explain_second_line(text: &str, position: usize) -> PublicKeyError {
    let window = window(text, position);
    if let Some(error) = private(window, position) {
        return error;
    }
    let content = window.trim_start_matches([' ', '\t', '\r', '\n']);
    let position = position + (window.len() - content.len());
    let is_key =
        type_at(content).is_some() || content.split(' ').any(|field| Algorithm::from_name(field.as_bytes()).is_some());
    if is_key { Kind::HasSecondKey.at(position) } else { Kind::HasSecondLine.at(position) }
}

/// Returns the error for a private key in a piece of text that starts at `position`, if it contains one.
pub(crate) fn private(text: &str, position: usize) -> Option<PublicKeyError> {
    let found = find_private_key(text)?;
    let kind = if found.is_putty { Kind::IsPuttyFile } else { Kind::IsPrivateKey };
    Some(kind.at(position + found.position))
}

/// Returns the part of the text from `position` on that is examined: whole characters.
fn window(text: &str, position: usize) -> &str {
    let end = (0..4)
        .filter_map(|back| position.saturating_add(WINDOW).checked_sub(back))
        .find(|&end| text.is_char_boundary(end));
    // There is no character boundary beyond the end of the text.
    let end = end.unwrap_or(text.len());
    text.get(position..end).unwrap_or_default()
}

/// Returns the key type at the start of the text, if whitespace or nothing follows it.
fn type_at(text: &str) -> Option<Algorithm> {
    let field = text.split(|c: char| c.is_whitespace()).next()?;
    Algorithm::from_name(field.as_bytes())
}

/// Recognizes formats with a header, private keys first.
fn armor(text: &str, position: usize) -> Option<PublicKeyError> {
    if let Some(error) = private(text, position) {
        return Some(error);
    }
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
        label || colon_hex
    };
    if is_fingerprint(first) {
        return Some(Kind::IsFingerprint.at(position));
    }
    let is_line = is_decimal(first) && is_fingerprint(second);
    is_line.then(|| Kind::IsFingerprint.at(position + content.find(second).unwrap_or_default()))
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

/// Every blob starts with the length of a type's name, so with three zero bytes: `AAAA`.
fn bare_key(position: usize, first: &str) -> Option<PublicKeyError> {
    first.starts_with("AAAA").then_some(Kind::MissingType.at(position))
}

/// Recognizes a key type as a later field: `authorized_keys` with options, `known_hosts`, or other text before the
/// type.
fn before_type(content: &str, position: usize, first: &str) -> Option<PublicKeyError> {
    /// sshd(8), "AUTHORIZED_KEYS FILE FORMAT".
    const OPTIONS: [&str; 23] = [
        "agent-forwarding",
        "cert-authority",
        "command=",
        "environment=",
        "expiry-time=",
        "from=",
        "no-agent-forwarding",
        "no-port-forwarding",
        "no-pty",
        "no-touch-required",
        "no-user-rc",
        "no-x11-forwarding",
        "permitlisten=",
        "permitopen=",
        "port-forwarding",
        "principals=",
        "pty",
        "restrict",
        "touch-required",
        "tunnel=",
        "user-rc",
        "verify-required",
        "x11-forwarding",
    ];
    let mut offset = 0;
    let found = content.split_inclusive([' ', '\t', '\r', '\n']).find_map(|piece| {
        let start = offset;
        offset += piece.len();
        let field = piece.trim_end();
        let is_type = Algorithm::from_name(field.as_bytes()).is_some() || is_certificate(field.as_bytes());
        (start > 0 && is_type).then_some(start)
    })?;
    let position = position + found;
    let lower = first.to_ascii_lowercase();
    let is_option = OPTIONS.iter().any(|option| lower.starts_with(option));
    // One field before the type: a marker, a hashed name, or names and addresses. `user@host` is a comment, not one
    // of them.
    let is_host = ["@cert-authority", "@revoked"].contains(&first)
        || first.starts_with("|1|")
        || (!first.contains('@') && first.contains(['.', ',', '[', ':', '*']) && found == first.len() + 1);
    Some(match (is_option, is_host) {
        (true, _) => Kind::HasOptions.at(position),
        (_, true) => Kind::IsKnownHostsLine.at(position),
        _ => Kind::HasLeadingText.at(position),
    })
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

fn path(position: usize, first: &str) -> Option<PublicKeyError> {
    let is_path = first.starts_with(['/', '~'])
        || first.starts_with("./")
        || first.contains("://")
        || first.contains(":\\")
        || first.ends_with(".pub");
    is_path.then_some(Kind::IsPath.at(position))
}
