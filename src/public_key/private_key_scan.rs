//! Finds private keys in text that should hold a public key.

/// Does this text hold a private key, in one of the usual armours (PEM, OpenSSH, SSH1, PuTTY) or in none?
///
/// Wider than the recognition by which an import names one: a false alarm costs no more than a quotation.
pub(crate) fn holds_private_key(text: &str) -> bool {
    ["PRIVATE KEY", "PuTTY-User-Key-File", "Private-Lines"].iter().any(|mark| text.contains(mark))
        || find_bare_private_key(text).is_some()
}

/// Where a private key without its armour starts, or the first line of one: of age, or base64 of OpenSSH's format or of DER.
pub(crate) fn find_bare_private_key(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    // One pass that stops at few pairs, as this runs on the comment of every key that is imported.
    let mut stops =
        bytes.windows(2).enumerate().filter(|(_, pair)| matches!(pair, [b'A', b'G'] | [b'b', b'3'] | [b'M', _]));
    stops.find_map(|(start, _)| {
        let (before, rest) = bytes.split_at_checked(start)?;
        let is_key = rest.starts_with(b"AGE-SECRET-KEY-")
            || rest.starts_with(b"b3BlbnNzaC1rZXktdj")
            || (before.last().is_none_or(|last| !is_base64(last)) && is_private_der(rest));
        is_key.then_some(start)
    })
}

fn is_base64(byte: &u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/')
}

/// Base64 of PKCS#1, PKCS#8 or SEC 1: a SEQUENCE that starts with a version, a small INTEGER, `02 01 0v`.
///
/// A public key in DER starts with another SEQUENCE or with a longer INTEGER.
fn is_private_der(text: &[u8]) -> bool {
    /// No key is as short, but a word of a comment may be.
    const SHORTEST: usize = 40;
    // The length of the SEQUENCE takes one, two or three bytes, and so moves the version within the groups of base64.
    let starts_as_one = matches!(
        text,
        [b'M', _, _, b'C', b'A', b'Q', ..]
            | [b'M', b'I', b'G' | b'H', _, b'A', b'g', b'E', ..]
            | [b'M', b'I', b'I', _, _, _, b'I', b'B', b'A', ..]
    );
    starts_as_one && text.get(..SHORTEST).is_some_and(|head| head.iter().all(is_base64))
}
