//! `SubjectPublicKeyInfo` in DER (RFC 5280, section 4.1): the input of AWS's fingerprint, and the content of a PEM
//! `PUBLIC KEY`.

use alloc::vec::Vec;

use crate::public_key::wire::without_leading_zeros;

const SEQUENCE: u8 = 0x30;

/// OBJECT IDENTIFIER 1.2.840.113549.1.1.1, rsaEncryption, and the NULL of its parameters (RFC 8017, appendix A.1).
pub(crate) const RSA: &[u8] = &[0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00];
/// 1.2.840.10045.2.1, id-ecPublicKey, and the curve 1.2.840.10045.3.1.7, secp256r1 (RFC 5480, section 2.1.1).
pub(crate) const EC_P256: &[u8] =
    &[0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07];
/// The same with the curve 1.3.132.0.34, secp384r1.
pub(crate) const EC_P384: &[u8] =
    &[0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x05, 0x2b, 0x81, 0x04, 0x00, 0x22];
/// The same with the curve 1.3.132.0.35, secp521r1.
pub(crate) const EC_P521: &[u8] =
    &[0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x05, 0x2b, 0x81, 0x04, 0x00, 0x23];
/// 1.3.101.112, id-Ed25519, without parameters (RFC 8410, section 3).
pub(crate) const ED25519: &[u8] = &[0x06, 0x03, 0x2b, 0x65, 0x70];

/// Encodes an RSA key, given its numbers big-endian and without leading zeros.
pub(crate) fn rsa(n: &[u8], e: &[u8]) -> Vec<u8> {
    encode(RSA, &pkcs1(n, e))
}

/// Encodes the `RSAPublicKey` in it (RFC 8017, appendix A.1.1).
pub(crate) fn pkcs1(n: &[u8], e: &[u8]) -> Vec<u8> {
    der(SEQUENCE, &[der_integer(n), der_integer(e)].concat())
}

/// Encodes the structure from the contents of the algorithm identifier and the bits of the key.
pub(crate) fn encode(algorithm: &[u8], key: &[u8]) -> Vec<u8> {
    const BIT_STRING: u8 = 0x03;
    // The byte before the contents of a BIT STRING counts the unused bits of its last byte.
    let bit_string = der(BIT_STRING, &[&[0], key].concat());
    der(SEQUENCE, &[der(SEQUENCE, algorithm), bit_string].concat())
}

/// Encodes the INTEGER of a big-endian magnitude without leading zeros.
fn der_integer(magnitude: &[u8]) -> Vec<u8> {
    const INTEGER: u8 = 0x02;
    let sign: &[u8] = if magnitude.first().is_none_or(|first| first & 0x80 != 0) { &[0] } else { &[] };
    der(INTEGER, &[sign, magnitude].concat())
}

/// Encodes tag, length in the shortest form (X.690, section 10.1), and contents.
fn der(tag: u8, contents: &[u8]) -> Vec<u8> {
    let length = contents.len().to_be_bytes();
    let significant = without_leading_zeros(&length);
    let mut encoded = Vec::with_capacity(contents.len() + 2 + length.len());
    encoded.push(tag);
    match *significant {
        [] => encoded.push(0),
        [short] if short < 0x80 => encoded.push(short),
        _ => {
            // At most eight bytes, so the count fits the seven bits of the long form.
            encoded.push(0x80 | significant.len().to_le_bytes()[0]);
            encoded.extend_from_slice(significant);
        }
    }
    encoded.extend_from_slice(contents);
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_in_the_shortest_form() {
        for (contents, header) in [
            (0, &[4, 0][..]),
            (127, &[4, 127]),
            (128, &[4, 0x81, 128]),
            (255, &[4, 0x81, 255]),
            (256, &[4, 0x82, 1, 0]),
            (65535, &[4, 0x82, 255, 255]),
            (65536, &[4, 0x83, 1, 0, 0]),
        ] {
            let encoded = der(4, &alloc::vec![7; contents]);
            assert_eq!(encoded.len(), header.len() + contents);
            assert!(encoded.starts_with(header), "{contents}");
        }
    }

    #[test]
    fn integers_are_not_negative() {
        assert_eq!(der_integer(&[0x7f]), [2, 1, 0x7f]);
        assert_eq!(der_integer(&[0x80]), [2, 2, 0, 0x80]);
        assert_eq!(der_integer(&[]), [2, 1, 0]);
    }
}
