//! `SubjectPublicKeyInfo` in DER, of which AWS takes a fingerprint. For RSA keys only, as AWS does so for no others.

use alloc::vec::Vec;

/// An RSA key, its numbers big-endian and without leading zeros (RFC 5280, section 4.1, and RFC 8017, appendix A.1.1).
pub(crate) fn rsa_public_key(n: &[u8], e: &[u8]) -> Vec<u8> {
    /// OBJECT IDENTIFIER 1.2.840.113549.1.1.1, rsaEncryption, and the NULL of its parameters.
    const RSA_ENCRYPTION: &[u8] = &[0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00];
    const SEQUENCE: u8 = 0x30;
    const BIT_STRING: u8 = 0x03;

    let numbers = [der_integer(n), der_integer(e)].concat();
    // The byte in front of a BIT STRING's contents counts the unused bits of its last byte.
    let bit_string = [&[0], der(SEQUENCE, &numbers).as_slice()].concat();
    der(SEQUENCE, &[der(SEQUENCE, RSA_ENCRYPTION), der(BIT_STRING, &bit_string)].concat())
}

/// INTEGER of a big-endian magnitude without leading zeros.
fn der_integer(magnitude: &[u8]) -> Vec<u8> {
    const INTEGER: u8 = 0x02;
    let sign: &[u8] = if magnitude.first().is_none_or(|first| first & 0x80 != 0) { &[0] } else { &[] };
    der(INTEGER, &[sign, magnitude].concat())
}

/// Tag, length in the shortest form (X.690, section 10.1), contents.
fn der(tag: u8, contents: &[u8]) -> Vec<u8> {
    let length = contents.len().to_be_bytes();
    let significant = length.iter().position(|&byte| byte != 0).and_then(|first| length.get(first..)).unwrap_or(&[0]);
    let mut encoded = Vec::with_capacity(contents.len() + 2 + length.len());
    encoded.push(tag);
    match *significant {
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
