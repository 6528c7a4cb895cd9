//! Other formats that contain a public key: `SubjectPublicKeyInfo`, PKCS#1, X.509, OpenSSH certificates.

use alloc::vec::Vec;

use crate::algorithm::Algorithm;
use crate::public_key::recover::reading::Reading;
use crate::public_key::spki;
use crate::public_key::wire::{Reader, Write as _, minimal};

/// A key in the format of a line: its type and its blob, which is not checked.
pub(crate) struct Converted {
    pub(crate) algorithm: Algorithm,
    pub(crate) blob: Vec<u8>,
    pub(crate) reading: Reading,
}

/// Converts a DER document that is a public key or an X.509 certificate.
pub(crate) fn from_der(der: &[u8]) -> Option<Converted> {
    let convert = |reading, key: Option<(Algorithm, Vec<u8>)>| {
        key.map(|(algorithm, blob)| Converted { algorithm, blob, reading })
    };
    convert(Reading::Spki, spki(der))
        .or_else(|| convert(Reading::Pkcs1, pkcs1(der)))
        .or_else(|| convert(Reading::X509, x509(der)))
}

const SEQUENCE: u8 = 0x30;

/// Splits off the first element: its tag and its contents.
fn element(der: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (tag, rest) = der.split_first()?;
    let (length, rest) = length(rest)?;
    let (contents, rest) = rest.split_at_checked(length)?;
    Some((*tag, contents, rest))
}

/// Reads a length (X.690, section 8.1.3).
fn length(der: &[u8]) -> Option<(usize, &[u8])> {
    match der {
        [short @ 0..=0x7f, rest @ ..] => Some((usize::from(*short), rest)),
        [0x81, length, rest @ ..] => Some((usize::from(*length), rest)),
        [0x82, high, low, rest @ ..] => Some((usize::from(u16::from_be_bytes([*high, *low])), rest)),
        _ => None,
    }
}

/// Returns the length of the document that starts with these four bytes.
pub(crate) fn document_length(head: &[u8]) -> Option<usize> {
    let (tag, rest) = head.split_first()?;
    let (length, after) = length(rest)?;
    (*tag == SEQUENCE).then_some(head.len() - after.len() + length)
}

/// Returns the contents of the only element.
fn only(der: &[u8], expected: u8) -> Option<&[u8]> {
    match element(der)? {
        (tag, contents, []) if tag == expected => Some(contents),
        _ => None,
    }
}

fn spki(der: &[u8]) -> Option<(Algorithm, Vec<u8>)> {
    const BIT_STRING: u8 = 0x03;
    let (SEQUENCE, identifier, rest) = element(only(der, SEQUENCE)?)? else { return None };
    let (unused_bits, key) = only(rest, BIT_STRING)?.split_first()?;
    if *unused_bits != 0 {
        return None;
    }
    let ecdsa = |algorithm: Algorithm, curve: &[u8]| {
        let mut blob = Vec::new();
        [algorithm.as_str().as_bytes(), curve, key].into_iter().for_each(|field| blob.string(field));
        Some((algorithm, blob))
    };
    match identifier {
        _ if identifier == spki::RSA => pkcs1(key),
        spki::EC_P256 => ecdsa(Algorithm::EcdsaNistP256, b"nistp256"),
        spki::EC_P384 => ecdsa(Algorithm::EcdsaNistP384, b"nistp384"),
        spki::EC_P521 => ecdsa(Algorithm::EcdsaNistP521, b"nistp521"),
        spki::ED25519 => {
            let mut blob = Vec::new();
            [Algorithm::Ed25519.as_str().as_bytes(), key].into_iter().for_each(|field| blob.string(field));
            Some((Algorithm::Ed25519, blob))
        }
        _ => None,
    }
}

fn pkcs1(der: &[u8]) -> Option<(Algorithm, Vec<u8>)> {
    const INTEGER: u8 = 0x02;
    let (INTEGER, n, rest) = element(only(der, SEQUENCE)?)? else { return None };
    let e = only(rest, INTEGER)?;
    Some((Algorithm::Rsa, rsa(e, n)))
}

/// Encodes the blob of an RSA key, given its numbers big-endian.
pub(crate) fn rsa(e: &[u8], n: &[u8]) -> Vec<u8> {
    // Three lengths, the name, and a zero before each number.
    let mut blob = Vec::with_capacity(3 * 4 + 7 + e.len() + n.len() + 2);
    blob.string(Algorithm::Rsa.as_str().as_bytes());
    blob.joined(minimal(e));
    blob.joined(minimal(n));
    blob
}

/// Finds the key in an X.509 certificate or request (RFC 5280, section 4.1; RFC 2986, section 4.1).
fn x509(der: &[u8]) -> Option<(Algorithm, Vec<u8>)> {
    let (SEQUENCE, mut fields, _signature) = element(only(der, SEQUENCE)?)? else { return None };
    while let Some((_, _, rest)) = element(fields) {
        let (field, _) = fields.split_at(fields.len() - rest.len());
        if let Some(key) = spki(field) {
            return Some(key);
        }
        fields = rest;
    }
    None
}

/// The type of a certificate and the key in it.
#[derive(Clone, Copy)]
pub(crate) struct CertificateType {
    pub(crate) algorithm: Algorithm,
    /// The number of strings of the key after the nonce.
    pub(crate) key_fields: usize,
}

/// Returns the type of the certificate with this name (OpenSSH's PROTOCOL.certkeys).
pub(crate) fn certificate_type(name: &[u8]) -> Option<CertificateType> {
    let name = core::str::from_utf8(name).ok()?.strip_suffix("-cert-v01@openssh.com")?;
    let is_plain = |algorithm: &Algorithm| algorithm.as_str().split('@').next() == Some(name);
    let algorithm = Algorithm::ALL.into_iter().find(is_plain)?;
    Some(CertificateType { algorithm, key_fields: fields(algorithm) })
}

/// Returns the number of strings and mpints that follow the type of a plain key.
pub(crate) fn fields(algorithm: Algorithm) -> usize {
    match algorithm {
        Algorithm::Rsa | Algorithm::SkEd25519 => 2,
        Algorithm::EcdsaNistP256 | Algorithm::EcdsaNistP384 | Algorithm::EcdsaNistP521 => 2,
        Algorithm::Dsa => 4,
        Algorithm::Ed25519 => 1,
        Algorithm::SkEcdsaNistP256 => 3,
    }
}

/// Returns the blob of the key in a certificate.
pub(crate) fn certified(certificate: &[u8], of: CertificateType) -> Option<Vec<u8>> {
    let mut reader = Reader::new(certificate);
    let _name = reader.string().ok()?;
    let _nonce = reader.string().ok()?;
    let mut blob = Vec::new();
    blob.string(of.algorithm.as_str().as_bytes());
    for _ in 0..of.key_fields {
        blob.string(reader.string().ok()?);
    }
    Some(blob)
}

/// Returns the blob of an RSA key whose numbers are in the other order.
pub(crate) fn swapped_rsa(blob: &[u8]) -> Option<Vec<u8>> {
    /// The longest exponent in use, in bytes.
    const LONGEST_EXPONENT: usize = 8;
    let mut reader = Reader::new(blob);
    let _name = reader.string().ok()?;
    let (n, e) = (reader.mpint().ok()?, reader.mpint().ok()?);
    (reader.is_empty() && e.len() <= LONGEST_EXPONENT && n.len() >= 128).then(|| rsa(e, n))
}
