//! Public keys whose numbers are the values of named fields: JSON Web Keys, and RSA keys in XML.

use alloc::vec::Vec;
use core::ops::Range;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};

use crate::algorithm::Algorithm;
use crate::public_key::recover::formats;
use crate::public_key::recover::reading::Reading;
use crate::public_key::wire::Write as _;

/// The most documents of a text that are read.
const MOST: usize = 4;

/// A key in a document. Its blob is not checked.
pub(crate) struct Document {
    pub(crate) algorithm: Algorithm,
    pub(crate) blob: Vec<u8>,
    pub(crate) reading: Reading,
    /// The place of the document in the text.
    pub(crate) range: Range<usize>,
}

/// Finds the keys of a text.
pub(crate) fn find(text: &str) -> Vec<Document> {
    // Most texts have neither.
    if !text.bytes().any(|byte| matches!(byte, b'{' | b'<')) {
        return Vec::new();
    }
    let keys = text.match_indices("\"kty\"").take(MOST).filter_map(|(at, _)| jwk(text, at));
    let elements = text.match_indices("<Modulus>").take(MOST).filter_map(|(at, _)| xml(text, at));
    keys.chain(elements).collect()
}

/// Reads the JSON Web Key (RFC 7517; RFC 7518, section 6; RFC 8037) whose type is at byte `at`.
fn jwk(text: &str, at: usize) -> Option<Document> {
    let (before, rest) = text.split_at_checked(at)?;
    let range = before.rfind('{')?..at + rest.find('}')? + 1;
    let object = text.get(range.clone())?;
    let value = |name: &str| {
        let mut members = object.match_indices(name);
        members.find_map(|(at, _)| {
            let rest = object.get(..at)?.ends_with('"').then(|| object.get(at + name.len()..))??;
            let rest = rest.strip_prefix('"')?.trim_start().strip_prefix(':')?.trim_start().strip_prefix('"')?;
            rest.split_once('"').map(|(value, _)| value)
        })
    };
    // Without what breaks a line, and without padding.
    let is_symbol = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    let number = |name: &str| URL_SAFE_NO_PAD.decode(value(name)?.bytes().filter(is_symbol).collect::<Vec<_>>()).ok();
    let mut blob = Vec::new();
    let algorithm = match (value("kty")?, value("crv")) {
        ("RSA", _) => {
            blob = formats::rsa(&number("e")?, &number("n")?);
            Algorithm::Rsa
        }
        ("OKP", Some("Ed25519")) => {
            let fields = [Algorithm::Ed25519.as_str().as_bytes(), &number("x")?];
            fields.into_iter().for_each(|field| blob.string(field));
            Algorithm::Ed25519
        }
        ("EC", Some(curve)) => {
            let (algorithm, curve) = match curve {
                "P-256" => (Algorithm::EcdsaNistP256, "nistp256"),
                "P-384" => (Algorithm::EcdsaNistP384, "nistp384"),
                "P-521" => (Algorithm::EcdsaNistP521, "nistp521"),
                _ => return None,
            };
            let mut point = Vec::from([4]);
            point.extend(number("x")?);
            point.extend(number("y")?);
            let fields = [algorithm.as_str().as_bytes(), curve.as_bytes(), &point];
            fields.into_iter().for_each(|field| blob.string(field));
            algorithm
        }
        _ => return None,
    };
    Some(Document { algorithm, blob, reading: Reading::Jwk, range })
}

/// Reads the `RSAKeyValue` (XML Signature, section 4.5.2.2) whose modulus is at byte `at`.
fn xml(text: &str, at: usize) -> Option<Document> {
    const ROOT: &str = "<RSAKeyValue>";

    let (before, rest) = text.split_at_checked(at)?;
    let number = |start: &str, end: &str| {
        let after = rest.find(start)? + start.len();
        let length = rest.get(after..)?.find(end)?;
        let base64: Vec<u8> =
            rest.get(after..after + length)?.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect();
        Some((STANDARD.decode(base64).ok()?, after + length + end.len()))
    };
    let (n, n_end) = number("<Modulus>", "</Modulus>")?;
    let (e, e_end) = number("<Exponent>", "</Exponent>")?;
    let start = before.trim_end().strip_suffix(ROOT).map_or(at, str::len);
    let range = start..at + n_end.max(e_end);
    Some(Document { algorithm: Algorithm::Rsa, blob: formats::rsa(&e, &n), reading: Reading::XmlKey, range })
}
