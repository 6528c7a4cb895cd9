//! The engine as a whole: published vectors, replays, faults.

use super::lanes::portable::Portable;
use super::*;
use alloc::string::String;
use core::convert::Infallible;
use proptest::prelude::*;
use rand_core::{TryCryptoRng, TryRng};
use std::path::PathBuf;

extern crate std;

/// A file of the shared test data, or none and a line that says so.
fn shared(path: &str) -> Option<String> {
    let file = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .ancestors()
        .map(|ancestor| ancestor.join("shared/data").join(path))
        .find(|file| file.exists());
    if file.is_none() {
        std::eprintln!("SKIPPED: shared/data/{path} is not here");
    }
    file.map(|file| std::fs::read_to_string(file).unwrap())
}

fn bytes_of_hex(text: &str) -> Vec<u8> {
    text.as_bytes().chunks(2).map(|pair| u8::from_str_radix(core::str::from_utf8(pair).unwrap(), 16).unwrap()).collect()
}

/// Replays bytes, then fails.
struct Replay {
    bytes: Vec<u8>,
    at: usize,
    draws: usize,
}

impl Replay {
    fn new(bytes: Vec<u8>) -> Self {
        Self { bytes, at: 0, draws: 0 }
    }
}

#[derive(Debug)]
struct Dry;

impl core::fmt::Display for Dry {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("dry")
    }
}

impl core::error::Error for Dry {}

impl TryRng for Replay {
    type Error = Dry;
    fn try_next_u32(&mut self) -> core::result::Result<u32, Dry> {
        unreachable!("candidates are drawn as bytes")
    }
    fn try_next_u64(&mut self) -> core::result::Result<u64, Dry> {
        unreachable!("candidates are drawn as bytes")
    }
    fn try_fill_bytes(&mut self, out: &mut [u8]) -> core::result::Result<(), Dry> {
        self.draws += 1;
        let end = self.at + out.len();
        out.copy_from_slice(self.bytes.get(self.at..end).ok_or(Dry)?);
        self.at = end;
        Ok(())
    }
}

impl TryCryptoRng for Replay {}

/// The bytes that a seed's candidates are made of.
fn stream(seed: &[u8], bits: u32, candidates: usize) -> Vec<u8> {
    let mut drbg = seeded(seed, bits).unwrap();
    (0..candidates).flat_map(|_| drbg.bytes(bits as usize / 16).to_vec()).collect()
}

/// DER, as PKCS#8 (RFC 5958) around PKCS#1 (RFC 8017, A.1.2).
fn pkcs8(key: &RsaComponents) -> Vec<u8> {
    fn tlv(tag: u8, content: &[u8]) -> Vec<u8> {
        let mut out = std::vec![tag];
        match content.len() {
            length @ 0..128 => out.push(length as u8),
            length @ 128..256 => out.extend([0x81, length as u8]),
            length => out.extend([0x82, (length >> 8) as u8, length as u8]),
        }
        out.extend(content);
        out
    }
    let integer = |value: &[u8]| {
        let start = value.iter().position(|&byte| byte != 0).unwrap();
        let mut content = std::vec![0; usize::from(value[start] >> 7)];
        content.extend(&value[start..]);
        tlv(2, &content)
    };
    let e = [1, 0, 1];
    let numbers: [&[u8]; 8] = [&key.n, &e, &key.d, &key.p, &key.q, &key.dp, &key.dq, &key.qinv];
    let mut pkcs1 = tlv(2, &[0]);
    pkcs1.extend(numbers.iter().flat_map(|number| integer(number)));
    let rsa_encryption = [0x30, 13, 6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 13, 1, 1, 1, 5, 0];
    let mut info = tlv(2, &[0]);
    info.extend(rsa_encryption);
    info.extend(tlv(4, &tlv(0x30, &pkcs1)));
    tlv(0x30, &info)
}

fn base64(text: &str) -> Vec<u8> {
    use base64::Engine;
    base64::engine::general_purpose::STANDARD.decode(text).unwrap()
}

#[test]
fn det_keygen_vectors() {
    let Some(file) = shared("det-keygen/rsa.json") else { return };
    let vectors: Vec<serde_json::Value> = serde_json::from_str(&file).unwrap();
    assert_eq!(vectors.len(), 21);
    for (index, vector) in vectors.iter().enumerate() {
        let bits = vector["bits"].as_u64().unwrap() as u32;
        let seed = base64(vector["seed"].as_str().unwrap());
        let key = from_seed(&seed, bits).unwrap();
        assert!(pkcs8(&key) == base64(vector["private_key_pkcs8"].as_str().unwrap()), "vector {index}, {bits} bits");
    }
}

/// One published vector that is always here: the SHA-256 of its PKCS#8 file.
#[test]
fn one_det_keygen_vector() {
    use sha2::Digest;
    let key = from_seed(&base64("Xl2U+6mkaGMosq89epJzbg=="), 2048).unwrap();
    let digest: String = sha2::Sha256::digest(pkcs8(&key)).iter().map(|byte| std::format!("{byte:02x}")).collect();
    assert_eq!(digest, "e81b5a0fdfb9e83ddec581598df84400047dc979f4c82bd142b0aca29a51ba2e");
}

/// C2SP CCTV: a file of candidates that ends with the second prime. The first is the last line of the first half.
#[test]
fn replaying_cctv_yields_its_primes() {
    for (bits, first) in [(2048, 353), (3072, 531), (4096, 708)] {
        let Some(file) = shared(&std::format!("cctv/rsa.bench.{bits}.txt")) else { continue };
        let lines: Vec<Vec<u8>> = file.lines().map(bytes_of_hex).collect();
        let mut rng = Replay::new(lines.concat());
        let key = generate(bits, &mut rng).unwrap();
        assert_eq!(key.p[..], lines[first]);
        assert_eq!(key.q[..], *lines.last().unwrap());
        // The last byte is enough, and all are needed.
        let mut short = Replay::new(lines[..lines.len() - 1].concat());
        assert_eq!(generate(bits, &mut short).err(), Some(Error::Rng));
    }
}
