//! Other formats of a public key: RFC 4716, PEM, certificates. They are compared with a given key only.
//!
//! None of them can be imported; users convert them and then check whether the result is the key they meant. The
//! comparison needs no DER parser, because the given key has a single encoding, which is computed and compared.

use alloc::string::String;
use alloc::vec::Vec;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::algorithm::Algorithm;
use crate::public_key::blob::KeyBlob;
use crate::public_key::spki;
use crate::public_key::wire::Reader;

/// Upper bound on the length of any format: the base64 of the longest blob, with line endings, headers, and for a
/// certificate some principals.
const MAX_TEXT: usize = 65536;

/// Returns whether `text` is `key`; `None` if it has none of these formats.
pub(crate) fn is_of_key(text: &str, key: &KeyBlob) -> Option<bool> {
    if text.len() > MAX_TEXT {
        return None;
    }
    let text = text.trim();
    if let Some(body) = armored(text, "---- BEGIN SSH2 PUBLIC KEY ----", "---- END SSH2 PUBLIC KEY ----") {
        return Some(decode(rfc4716_base64(body))? == key.bytes());
    }
    if let Some(body) = armored(text, "-----BEGIN PUBLIC KEY-----", "-----END PUBLIC KEY-----") {
        return Some(Some(decode(body.chars())?) == spki(key));
    }
    if let Some(body) = armored(text, "-----BEGIN RSA PUBLIC KEY-----", "-----END RSA PUBLIC KEY-----") {
        return Some(Some(decode(body.chars())?) == key.rsa().map(|rsa| spki::pkcs1(rsa.n, rsa.e)));
    }
    certificate_is_of_key(text, key)
}

fn armored<'a>(text: &'a str, begin: &str, end: &str) -> Option<&'a str> {
    text.strip_prefix(begin)?.strip_suffix(end)
}

fn decode(base64: impl Iterator<Item = char>) -> Option<Vec<u8>> {
    let joined: String = base64.filter(|c| !c.is_ascii_whitespace()).collect();
    STANDARD.decode(joined).ok()
}

/// Returns the body without its headers, `Tag: value`, each continued on the next line after a backslash (RFC 4716,
/// section 3.3).
fn rfc4716_base64(body: &str) -> impl Iterator<Item = char> {
    let mut continued = false;
    let lines = body.lines().filter(move |line| {
        let is_header = continued || line.contains(':');
        continued = is_header && line.ends_with('\\');
        !is_header
    });
    lines.flat_map(str::chars)
}

fn spki(key: &KeyBlob) -> Option<Vec<u8>> {
    // The last field of the blob, after its type and the curve: a point, or the 32 bytes of Ed25519.
    let last = |fields: usize| {
        let mut reader = Reader::new(key.bytes());
        (0..fields).map(|_| reader.string().ok()).last().flatten()
    };
    match key.algorithm() {
        Algorithm::Rsa => key.rsa().map(|rsa| spki::rsa(rsa.n, rsa.e)),
        Algorithm::EcdsaNistP256 => last(3).map(|point| spki::encode(spki::EC_P256, point)),
        Algorithm::EcdsaNistP384 => last(3).map(|point| spki::encode(spki::EC_P384, point)),
        Algorithm::EcdsaNistP521 => last(3).map(|point| spki::encode(spki::EC_P521, point)),
        Algorithm::Ed25519 => last(2).map(|point| spki::encode(spki::ED25519, point)),
        // Security keys have no SPKI; DSA, which OpenSSH has removed, is not supported here.
        Algorithm::Dsa | Algorithm::SkEcdsaNistP256 | Algorithm::SkEd25519 => None,
    }
}

/// Compares the key in a certificate, which holds its type, a nonce, and then the fields of the key (OpenSSH's
/// PROTOCOL.certkeys). The signature is not checked.
fn certificate_is_of_key(line: &str, key: &KeyBlob) -> Option<bool> {
    let mut words = line.split_ascii_whitespace();
    let name = words.next()?;
    let kind = name.strip_suffix("-cert-v01@openssh.com")?;
    let certificate = STANDARD.decode(words.next()?).ok()?;
    let plain = key.algorithm().as_str();
    let plain = plain.strip_suffix("@openssh.com").unwrap_or(plain);

    let mut fields = Reader::new(key.bytes());
    fields.string().ok()?;
    let fields = key.bytes().get(fields.offset()..)?;
    let mut reader = Reader::new(&certificate);
    let inner_name = reader.string().ok()?;
    reader.string().ok()?;
    let rest = certificate.get(reader.offset()..)?;
    Some(kind == plain && inner_name == name.as_bytes() && rest.starts_with(fields))
}
