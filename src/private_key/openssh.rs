//! `openssh-key-v1` (OpenSSH's PROTOCOL.key), plain and encrypted, and the public line.
//!
//! Every buffer is allocated at its final size, because one that grows leaves a copy behind.

use alloc::string::String;
use alloc::vec::Vec;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

use crate::keygen::RsaComponents;
use crate::public_key::wire::{Write as _, integer_length, string_length};

const ALGORITHM: &str = "ssh-rsa";

const MAGIC: &[u8] = b"openssh-key-v1\0";

/// The protection of the private section: the names of cipher and KDF, the KDF's options, and the block size to which
/// the section is padded.
struct Protection<'a> {
    cipher: &'a str,
    kdf: &'a str,
    options: &'a [u8],
    block: usize,
}

/// No encryption. PROTOCOL.key pads to eight bytes without a cipher.
const PLAIN: Protection<'_> = Protection { cipher: "none", kdf: "none", options: &[], block: 8 };

/// Formats `ssh-rsa AAAA… comment` (RFC 4253, section 6.6).
pub(super) fn public_line(n: &[u8], comment: &str) -> String {
    let mut blob = Vec::new();
    write_public_blob(&mut blob, n);
    let separator = if comment.is_empty() { "" } else { " " };
    [ALGORITHM, " ", &STANDARD.encode(&blob), separator, comment].concat()
}

/// Encodes the file without encryption.
pub(super) fn file(key: &RsaComponents, comment: &str) -> Zeroizing<Vec<u8>> {
    let section_length = section_length(key, comment, PLAIN.block);
    let mut file = file_without_section(key, &PLAIN, section_length);
    write_section(&mut file, key, comment, check_number(&key.d), PLAIN.block);
    file
}

/// Computes the `checkint` of a file without encryption, where it is redundant: the exclusive or of the 32-bit words
/// of d as an mpint. It depends on the key only, so the same key always has the same file. The crate `ssh-key`
/// computes it in the same way, so both write the same file.
fn check_number(d: &[u8]) -> u32 {
    let mut mpint = Zeroizing::new(Vec::with_capacity(string_length(integer_length(d))));
    mpint.mpint(d);
    let (_, integer) = mpint.split_at(string_length(0));
    integer.as_chunks().0.iter().fold(0, |sum, &word| sum ^ u32::from_be_bytes(word))
}

/// Writes the file up to the private section, for which it reserves space.
fn file_without_section(key: &RsaComponents, protection: &Protection<'_>, section_length: usize) -> Zeroizing<Vec<u8>> {
    let Protection { cipher, kdf, options, .. } = protection;
    let blob_length = public_blob_length(&key.n);
    let strings = [cipher.len(), kdf.len(), options.len(), blob_length, section_length].map(string_length);
    let length = MAGIC.len() + strings.into_iter().sum::<usize>() + 4;
    let mut file = Zeroizing::new(Vec::with_capacity(length));
    file.extend_from_slice(MAGIC);
    file.string(cipher.as_bytes());
    file.string(kdf.as_bytes());
    file.string(options);
    file.uint32(1); // the number of keys
    file.uint32(blob_length);
    write_public_blob(&mut file, &key.n);
    file.uint32(section_length);
    file
}

fn public_blob_length(n: &[u8]) -> usize {
    string_length(ALGORITHM.len())
        + [&RsaComponents::PUBLIC_EXPONENT, n].map(|n| string_length(integer_length(n))).iter().sum::<usize>()
}

fn write_public_blob(out: &mut Vec<u8>, n: &[u8]) {
    out.string(ALGORITHM.as_bytes());
    out.mpint(&RsaComponents::PUBLIC_EXPONENT);
    out.mpint(n);
}

/// Returns the numbers in the order of the private section.
fn numbers(key: &RsaComponents) -> [&[u8]; 6] {
    [&key.n, &RsaComponents::PUBLIC_EXPONENT, &key.d, &key.qinv, &key.p, &key.q]
}

/// Returns the length of the private section, including padding.
fn section_length(key: &RsaComponents, comment: &str, block: usize) -> usize {
    let numbers = numbers(key).map(|number| string_length(integer_length(number)));
    let strings = [ALGORITHM, comment].map(|text| string_length(text.len()));
    (8 + numbers.iter().sum::<usize>() + strings.iter().sum::<usize>()).next_multiple_of(block)
}

/// Writes the section between its length and the end of the file.
fn write_section(out: &mut Vec<u8>, key: &RsaComponents, comment: &str, check: u32, block: usize) {
    let start = out.len();
    let length = section_length(key, comment, block);
    for _ in 0..2 {
        out.extend_from_slice(&check.to_be_bytes());
    }
    out.string(ALGORITHM.as_bytes());
    numbers(key).into_iter().for_each(|number| out.mpint(number));
    out.string(comment.as_bytes());
    let padding = (start + length).saturating_sub(out.len());
    out.extend((1..).take(padding));
}

/// Encryption with aes256-ctr, under a key that bcrypt-pbkdf derives from the passphrase.
#[cfg(feature = "encryption")]
pub(super) mod encrypted {
    use aes::Aes256;
    use ctr::Ctr128BE;
    use ctr::cipher::{KeyIvInit as _, StreamCipher as _};

    use super::*;

    /// The work factor of bcrypt-pbkdf: the default of `ssh-keygen` before OpenSSH 9.4, and of the crate `ssh-key`.
    const ROUNDS: u32 = 16;

    const KEY_LENGTH: usize = 32;
    const BLOCK: usize = 16;

    pub(crate) const SALT_LENGTH: usize = 16;

    /// Encodes the encrypted file; `None` if the passphrase is empty.
    pub(crate) fn file(
        key: &RsaComponents,
        comment: &str,
        passphrase: &[u8],
        check: u32,
        salt: &[u8; SALT_LENGTH],
    ) -> Option<Zeroizing<Vec<u8>>> {
        let mut options = Vec::with_capacity(string_length(SALT_LENGTH) + 4);
        options.string(salt);
        options.uint32(ROUNDS as usize);
        let protection = Protection { cipher: "aes256-ctr", kdf: "bcrypt", options: &options, block: BLOCK };
        let mut file = file_without_section(key, &protection, section_length(key, comment, BLOCK));
        let start = file.len();
        write_section(&mut file, key, comment, check, BLOCK);
        encrypt(file.get_mut(start..)?, passphrase, salt)?;
        Some(file)
    }

    fn encrypt(section: &mut [u8], passphrase: &[u8], salt: &[u8]) -> Option<()> {
        let mut derived = Zeroizing::new([0; KEY_LENGTH + BLOCK]);
        // The length is a multiple of the 32 bytes of a bcrypt hash.
        let mut memory = Zeroizing::new([0; (KEY_LENGTH + BLOCK).next_multiple_of(32)]);
        bcrypt_pbkdf::bcrypt_pbkdf_with_memory(passphrase, salt, ROUNDS, &mut derived[..], &mut memory[..]).ok()?;
        let (key, iv) = derived.split_at(KEY_LENGTH);
        Ctr128BE::<Aes256>::new_from_slices(key, iv).ok()?.apply_keystream(section);
        Some(())
    }
}
