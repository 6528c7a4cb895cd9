//! `openssh-key-v1` (OpenSSH's PROTOCOL.key), plain and encrypted, and the public line.
//!
//! Every buffer is allocated at its final size, because one that grows leaves a copy behind.

use alloc::string::String;
use alloc::vec::Vec;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

use crate::algorithm::Algorithm;
use crate::keygen::RsaComponents;
use crate::private_key::secret::Secret;
use crate::public_key::wire::{Write as _, minimal, string_length};

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

/// A `string` or `mpint` in two parts. Unlike an enum, it has no unused bytes, in which a list on the heap could keep
/// what was on the stack before.
type Field<'a> = [&'a [u8]; 2];

fn string(bytes: &[u8]) -> Field<'_> {
    [bytes, &[]]
}

fn length(fields: &[Field<'_>]) -> usize {
    fields.iter().map(|[first, second]| string_length(first.len() + second.len())).sum()
}

fn write(out: &mut Vec<u8>, fields: &[Field<'_>]) {
    fields.iter().for_each(|field| out.joined(*field));
}

fn algorithm(key: &Secret) -> Algorithm {
    match key {
        Secret::Rsa(_) => Algorithm::Rsa,
        #[cfg(feature = "ed25519")]
        Secret::Ed25519(_) => Algorithm::Ed25519,
    }
}

/// Returns the fields of the public blob (RFC 4253, section 6.6; RFC 8709, section 4), of which the first is the type.
fn public_fields(key: &Secret) -> Vec<Field<'_>> {
    let name = string(algorithm(key).as_str().as_bytes());
    match key {
        Secret::Rsa(key) => [name, minimal(&RsaComponents::PUBLIC_EXPONENT), minimal(&key.n)].into(),
        #[cfg(feature = "ed25519")]
        Secret::Ed25519(key) => [name, string(key.public_key())].into(),
    }
}

/// Returns the fields of the private section between its check numbers and its padding.
fn private_fields<'a>(key: &'a Secret, comment: &'a str) -> Vec<Field<'a>> {
    let mut fields = Vec::from([string(algorithm(key).as_str().as_bytes())]);
    match key {
        Secret::Rsa(RsaComponents { n, d, p, q, qinv, .. }) => {
            fields.extend([n, &RsaComponents::PUBLIC_EXPONENT[..], d, qinv, p, q].map(minimal));
        }
        // The format repeats the public key behind the seed.
        #[cfg(feature = "ed25519")]
        Secret::Ed25519(key) => {
            fields.extend([string(key.public_key()), [key.seed(), key.public_key()]]);
        }
    }
    fields.push(string(comment.as_bytes()));
    fields
}

/// Formats `ssh-rsa AAAA… comment`.
pub(super) fn public_line(key: &Secret, comment: &str) -> String {
    let mut blob = Vec::new();
    write(&mut blob, &public_fields(key));
    let separator = if comment.is_empty() { "" } else { " " };
    [algorithm(key).as_str(), " ", &STANDARD.encode(&blob), separator, comment].concat()
}

/// Encodes the file without encryption.
pub(super) fn file(key: &Secret, comment: &str) -> Zeroizing<Vec<u8>> {
    let section_length = section_length(key, comment, PLAIN.block);
    let mut file = file_without_section(key, &PLAIN, section_length);
    write_section(&mut file, key, comment, check_number(key), PLAIN.block);
    file
}

/// Computes the `checkint` of a file without encryption, where it is redundant: the exclusive or of the 32-bit words
/// of d as an mpint, or of the seed. It depends on the key only, so the same key always has the same file. The crate
/// `ssh-key` computes it in the same way, so both write the same file.
fn check_number(key: &Secret) -> u32 {
    let number = match key {
        Secret::Rsa(key) => minimal(&key.d),
        #[cfg(feature = "ed25519")]
        Secret::Ed25519(key) => string(key.seed()),
    };
    let mut encoded = Zeroizing::new(Vec::with_capacity(length(&[number])));
    write(&mut encoded, &[number]);
    let (_, number) = encoded.split_at(string_length(0));
    number.as_chunks().0.iter().fold(0, |sum, &word| sum ^ u32::from_be_bytes(word))
}

/// Writes the file up to the private section, for which it reserves space.
fn file_without_section(key: &Secret, protection: &Protection<'_>, section_length: usize) -> Zeroizing<Vec<u8>> {
    let Protection { cipher, kdf, options, .. } = protection;
    let public = public_fields(key);
    let strings = [cipher.len(), kdf.len(), options.len(), length(&public), section_length].map(string_length);
    let file_length = MAGIC.len() + strings.into_iter().sum::<usize>() + 4;
    let mut file = Zeroizing::new(Vec::with_capacity(file_length));
    file.extend_from_slice(MAGIC);
    file.string(cipher.as_bytes());
    file.string(kdf.as_bytes());
    file.string(options);
    file.uint32(1); // the number of keys
    file.uint32(length(&public));
    write(&mut file, &public);
    file.uint32(section_length);
    file
}

/// Returns the length of the private section, including padding.
fn section_length(key: &Secret, comment: &str, block: usize) -> usize {
    (8 + length(&private_fields(key, comment))).next_multiple_of(block)
}

/// Writes the section between its length and the end of the file.
fn write_section(out: &mut Vec<u8>, key: &Secret, comment: &str, check: u32, block: usize) {
    let start = out.len();
    let length = section_length(key, comment, block);
    for _ in 0..2 {
        out.extend_from_slice(&check.to_be_bytes());
    }
    write(out, &private_fields(key, comment));
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
        key: &Secret,
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
