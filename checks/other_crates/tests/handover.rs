//! Each crate receives the key that was generated. Which of them leave parts of its secrets on the heap of Rust is as
//! the guide states.

#[allow(dead_code, reason = "the tests of the package use the rest")]
#[path = "../../../tests/memory/allocator.rs"]
mod allocator;
mod secrets;

use nova_keypair::{KeySpec, PrivateKey};
use other_crates::{to_openssl, to_rsa, to_rsa_0_9, to_russh, to_ssh_key_0_6, to_ssh_key_0_7, with_pki_types};
use rustls_pki_types::PrivateKeyDer;
use rustls_pki_types::pem::PemObject as _;
use secrets::Secrets;
use zeroize::Zeroize as _;

const SEED: [u8; 32] = *b"keys for other crates, 32 bytes.";

fn keys() -> [PrivateKey; 2] {
    [KeySpec::Rsa2048, KeySpec::Ed25519].map(|spec| PrivateKey::from_seed(&SEED, spec).unwrap())
}

/// Returns what the scenario leaves of the secrets of both keys.
fn left_by(scenario: impl Fn(&PrivateKey)) -> Vec<String> {
    let _turn = allocator::turn();
    let keys = keys();
    let secrets = Secrets::new(&keys[0], &SEED);
    let mut searched = 0;
    let left = keys
        .iter()
        .flat_map(|key| {
            // What a crate initializes once is not part of a handover.
            scenario(key);
            let ((), findings) = allocator::watch(&secrets, || scenario(key));
            searched += allocator::searched();
            findings.into_iter().map(|finding| finding.to_string())
        })
        .collect();
    assert!(searched > 0);
    left
}

fn assert_clean(scenario: impl Fn(&PrivateKey)) {
    let left = left_by(scenario);
    assert!(left.is_empty(), "{}", left.join("\n"));
}

#[test]
fn russh_gets_the_key() {
    assert_clean(|key| {
        let theirs = to_russh(key).unwrap();
        assert_eq!(theirs.public_key().to_openssh().unwrap(), key.public_key().to_openssh());
    });
}

/// Why the guide does not use this function; and the search can fail.
#[test]
fn the_decoder_of_russh_leaves_copies() {
    let left = left_by(|key| drop(russh::keys::decode_secret_key(&key.to_openssh(), None).unwrap()));
    assert!(!left.is_empty());
}

#[test]
fn ssh_key_gets_the_key() {
    assert_clean(|key| {
        let theirs = to_ssh_key_0_6(key).unwrap();
        assert_eq!(theirs.public_key().to_openssh().unwrap(), key.public_key().to_openssh());
    });
    assert_clean(|key| {
        let theirs = to_ssh_key_0_7(key).unwrap();
        assert_eq!(theirs.public_key().to_openssh().unwrap(), key.public_key().to_openssh());
    });
}

#[test]
fn openssl_gets_the_key() {
    assert_clean(|key| {
        let theirs = to_openssl(key).unwrap();
        let pem = String::from_utf8(theirs.public_key_to_pem().unwrap()).unwrap();
        assert!(key.public_key().same_key(&pem).unwrap());
    });
}

#[test]
fn rustls_gets_the_key() {
    assert_clean(|key| {
        let der = key.to_pkcs8_der();
        with_pki_types(key, |theirs| assert_eq!(theirs.secret_der(), &**der));
    });
}

/// Why the guide passes DER: the reader's buffer grows.
#[test]
fn the_pem_reader_of_rustls_leaves_copies() {
    let left = left_by(|key| {
        let mut theirs = PrivateKeyDer::from_pem_slice(key.to_pkcs8_pem().as_bytes()).unwrap();
        assert_eq!(theirs.secret_der(), &**key.to_pkcs8_der());
        theirs.zeroize();
    });
    assert!(!left.is_empty());
}

/// Both versions leave copies of their own numbers, whatever they are read from.
#[test]
fn rsa_gets_the_key_and_leaves_copies() {
    use rsa_0_9::pkcs8::EncodePublicKey as _;

    let left = left_by(|key| {
        let theirs = to_rsa(key);
        assert_eq!(theirs.is_ok(), key.to_pkcs1_pem().is_ok());
    });
    assert!(!left.is_empty());
    let left = left_by(|key| {
        let theirs = to_rsa_0_9(key);
        assert_eq!(theirs.is_ok(), key.to_pkcs1_pem().is_ok());
        if let Ok(theirs) = theirs {
            let pem = theirs.to_public_key().to_public_key_pem(rsa_0_9::pkcs8::LineEnding::LF).unwrap();
            assert!(key.public_key().same_key(&pem).unwrap());
        }
    });
    assert!(!left.is_empty());
}
