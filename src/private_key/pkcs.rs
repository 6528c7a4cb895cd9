//! PKCS#1 and PKCS#8 (RFC 8017, appendix A.1.2; RFC 5208, section 5; RFC 8410, section 7) in DER.
//!
//! Four types of ASN.1 and their lengths. Every buffer is allocated at its final size, because one that grows leaves
//! a copy behind.

use alloc::vec::Vec;

use zeroize::Zeroizing;

use crate::keygen::RsaComponents;
use crate::private_key::secret::Secret;
use crate::public_key::wire::{integer_length, minimal};

const INTEGER: u8 = 0x02;
const OCTET_STRING: u8 = 0x04;
const SEQUENCE: u8 = 0x30;

/// `version`: `INTEGER 0`, "two-prime" in PKCS#1 and "v1" in PKCS#8.
const VERSION: [u8; 3] = [INTEGER, 1, 0];

/// `AlgorithmIdentifier` of `rsaEncryption`: OID 1.2.840.113549.1.1.1, and NULL (RFC 8017, appendix A.1).
const RSA_ENCRYPTION: [u8; 15] = [SEQUENCE, 13, 0x06, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0];

/// `AlgorithmIdentifier` of `id-Ed25519`: OID 1.3.101.112 without parameters (RFC 8410, section 3).
#[cfg(feature = "ed25519")]
const ED25519: [u8; 7] = [SEQUENCE, 5, 0x06, 3, 0x2b, 0x65, 0x70];

/// Encodes an `RSAPrivateKey`.
pub(super) fn pkcs1(key: &RsaComponents) -> Zeroizing<Vec<u8>> {
    let numbers = numbers(key);
    let mut der = Zeroizing::new(Vec::with_capacity(element_length(pkcs1_content(&numbers))));
    write_pkcs1(&mut der, &numbers);
    der
}

/// Encodes a `PrivateKeyInfo` without attributes.
pub(super) fn pkcs8(key: &Secret) -> Zeroizing<Vec<u8>> {
    match key {
        Secret::Rsa(key) => {
            let numbers = numbers(key);
            let length = element_length(pkcs1_content(&numbers));
            private_key_info(&RSA_ENCRYPTION, length, |der| write_pkcs1(der, &numbers))
        }
        // `CurvePrivateKey`, without the public key of RFC 5958, version 2: OpenSSL before 3.5 does not read it.
        #[cfg(feature = "ed25519")]
        Secret::Ed25519(key) => private_key_info(&ED25519, element_length(key.seed().len()), |der| {
            write_header(der, OCTET_STRING, key.seed().len());
            der.extend_from_slice(key.seed());
        }),
    }
}

/// Encodes a `PrivateKeyInfo` with a key of this length, which `write` appends.
fn private_key_info(algorithm: &[u8], key_length: usize, write: impl FnOnce(&mut Vec<u8>)) -> Zeroizing<Vec<u8>> {
    let content = VERSION.len() + algorithm.len() + element_length(key_length);
    let mut der = Zeroizing::new(Vec::with_capacity(element_length(content)));
    write_header(&mut der, SEQUENCE, content);
    der.extend(VERSION);
    der.extend_from_slice(algorithm);
    write_header(&mut der, OCTET_STRING, key_length);
    write(&mut der);
    der
}

/// Returns the numbers in the order of `RSAPrivateKey`.
fn numbers(key: &RsaComponents) -> [&[u8]; 8] {
    [&key.n, &RsaComponents::PUBLIC_EXPONENT, &key.d, &key.p, &key.q, &key.dp, &key.dq, &key.qinv]
}

/// Returns the length of an `RSAPrivateKey` without its header.
fn pkcs1_content(numbers: &[&[u8]; 8]) -> usize {
    VERSION.len() + numbers.iter().map(|number| element_length(integer_length(number))).sum::<usize>()
}

fn write_pkcs1(der: &mut Vec<u8>, numbers: &[&[u8]; 8]) {
    write_header(der, SEQUENCE, pkcs1_content(numbers));
    der.extend(VERSION);
    for number in numbers {
        write_header(der, INTEGER, integer_length(number));
        let [sign, magnitude] = minimal(number);
        der.extend_from_slice(sign);
        der.extend_from_slice(magnitude);
    }
}

/// Returns the length of an element whose content has `content` bytes.
fn element_length(content: usize) -> usize {
    1 + length_octets(content).count() + content
}

fn write_header(der: &mut Vec<u8>, tag: u8, content: usize) {
    der.push(tag);
    der.extend(length_octets(content));
}

/// Encodes the length octets of X.690, section 8.1.3, in their shortest form (section 10.1).
fn length_octets(length: usize) -> impl Iterator<Item = u8> {
    let digits = length.to_be_bytes().into_iter().skip_while(|&digit| digit == 0);
    let long_form = (length >= 0x80).then(|| 0x80 | digits.clone().count() as u8);
    long_form.into_iter().chain(digits)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Checks the lengths on either side of each change of format.
    #[test]
    fn lengths_have_their_shortest_form() {
        let octets = |length| length_octets(length).collect::<Vec<_>>();
        assert_eq!([octets(1), octets(0x7f)], [[1], [0x7f]]);
        assert_eq!([octets(0x80), octets(0xff)], [[0x81, 0x80], [0x81, 0xff]]);
        assert_eq!([octets(0x100), octets(0xffff)], [[0x82, 1, 0], [0x82, 0xff, 0xff]]);
        assert_eq!(octets(0x1_0000), [0x83, 1, 0, 0]);
    }
}
