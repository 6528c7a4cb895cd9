//! `openssl` reads, signs with and decrypts with both PEM formats and converts each to the other, and the key that it
//! generates is imported.

use std::path::{Path, PathBuf};
use std::process::Command;

use nova_keypair::{Algorithm, KeypairName, PrivateKey, import};
use rsa::pkcs8::der::Document;
use rsa::pkcs8::{DecodePublicKey as _, EncodePublicKey as _, LineEnding};
use rsa::traits::PublicKeyParts as _;
use ssh_key::{Mpint, PublicKey};

use super::{Attempt, attempts, check_row, imported, is_rsa};
use crate::support::{RSA, TempDir, has_tool, random, run};

const TOOL: &str = "openssl";

/// Of a `SubjectPublicKeyInfo`.
const LABEL: &str = "PUBLIC KEY";

fn openssl(arguments: &[&str], files: &[(&str, &Path)]) -> Command {
    let mut command = Command::new(TOOL);
    command.args(arguments);
    for (option, file) in files {
        command.arg(option).arg(file);
    }
    command
}

fn readable(dir: &TempDir) -> impl Iterator<Item = Attempt> {
    attempts(dir).into_iter().filter(|attempt| attempt.opens(TOOL))
}

/// Returns the file with the public line as `BEGIN PUBLIC KEY`, valid until the next call.
fn public_pem(dir: &TempDir, attempt: &Attempt) -> PathBuf {
    dir.write("public", &to_pem(&attempt.sample.key.public_key().to_openssh()))
}

/// The `SubjectPublicKeyInfo` of an Ed25519 key before its 32 bytes (RFC 8410, section 4).
const ED25519_SPKI: [u8; 12] = [0x30, 0x2a, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 3, 0x21, 0];

/// Converts an OpenSSH line to `BEGIN PUBLIC KEY`.
fn to_pem(line: &str) -> String {
    let key = PublicKey::from_openssh(line).unwrap();
    if let Some(key) = key.key_data().ed25519() {
        return Document::try_from([&ED25519_SPKI, &key.0[..]].concat())
            .unwrap()
            .to_pem(LABEL, LineEnding::LF)
            .unwrap();
    }
    let key = key.key_data().rsa().unwrap();
    let [n, e] = [key.n(), key.e()].map(|number| {
        let bytes = number.as_positive_bytes().unwrap();
        rsa::BoxedUint::from_be_slice(bytes, bytes.len() as u32 * 8).unwrap()
    });
    rsa::PublicKey::new(n, e).unwrap().to_public_key_pem(LineEnding::LF).unwrap()
}

/// Converts `BEGIN PUBLIC KEY` to an OpenSSH line without a comment.
fn to_line(pem: &str) -> String {
    let (_, der) = Document::from_pem(pem).unwrap();
    if let Some(key) = der.as_bytes().strip_prefix(&ED25519_SPKI) {
        return PublicKey::from(ssh_key::public::Ed25519PublicKey::try_from(key).unwrap()).to_openssh().unwrap();
    }
    let key = rsa::PublicKey::from_public_key_pem(pem).unwrap();
    let [e, n] = [key.e().clone(), key.n().as_ref().clone()]
        .map(|number| Mpint::from_positive_bytes(&number.to_be_bytes_trimmed_vartime()));
    PublicKey::from(ssh_key::public::RsaPublicKey::new(e, n).unwrap()).to_openssh().unwrap()
}

#[test]
fn openssl_derives_the_same_public_key_from_pem_and_rejects_openssh() {
    if !has_tool(TOOL) {
        return;
    }
    let dir = TempDir::new("openssl");
    let attempts = attempts(&dir);
    let derive = |attempt: &Attempt| {
        let passphrase = format!("pass:{}", attempt.passphrase);
        let output = openssl(&["pkey", "-pubout", "-passin", &passphrase], &[("-in", &attempt.file)]).output().unwrap();
        if !output.status.success() {
            return Err(String::from_utf8_lossy(&output.stderr).into_owned());
        }
        let pem = String::from_utf8(output.stdout).unwrap();
        assert!(attempt.sample.key.public_key().same_key(&pem).unwrap());
        Ok(to_line(&pem))
    };
    check_row(TOOL, &attempts, attempts.iter().map(derive));
}

#[test]
fn signatures_by_openssl_with_pem_verify_with_the_public_line() {
    if !has_tool(TOOL) {
        return;
    }
    let dir = TempDir::new("openssl-signs");
    let message = dir.write("message", "a message");
    let changed = dir.write("changed", "a massage");
    let signature = dir.0.join("signature");
    let pkcs1v15 = ["dgst", "-sha256", "-sigopt", "rsa_padding_mode:pkcs1"];
    let pss = ["dgst", "-sha256", "-sigopt", "rsa_padding_mode:pss"];
    for attempt in readable(&dir) {
        let public = public_pem(&dir, &attempt);
        if !is_rsa(attempt.sample.key) {
            let sign = [("-inkey", &*attempt.file), ("-in", &*message), ("-out", &*signature)];
            run(&mut openssl(&["pkeyutl", "-sign", "-rawin"], &sign));
            let verify = |message: &Path| {
                let files = [("-inkey", &*public), ("-in", message), ("-sigfile", &*signature)];
                openssl(&["pkeyutl", "-verify", "-rawin", "-pubin"], &files).output().unwrap().status.success()
            };
            assert!(verify(&message) && !verify(&changed), "{}", attempt.name());
            continue;
        }
        for scheme in [pkcs1v15, pss] {
            run(openssl(&scheme, &[("-sign", &attempt.file), ("-out", &signature)]).arg(&message));
            let verify = [("-verify", &*public), ("-signature", &*signature)];
            assert_eq!(run(openssl(&scheme, &verify).arg(&message)), "Verified OK\n");
            let refused = openssl(&scheme, &verify).arg(&changed).output().unwrap();
            assert_eq!(String::from_utf8_lossy(&refused.stdout), "Verification failure\n", "{}", attempt.name());
        }
    }
}

#[test]
fn openssl_decrypts_with_pem_messages_encrypted_with_the_public_line() {
    if !has_tool(TOOL) {
        return;
    }
    let dir = TempDir::new("openssl-decrypts");
    let message = dir.write("message", "a message");
    let encrypted = dir.0.join("encrypted");
    for attempt in readable(&dir).filter(|attempt| is_rsa(attempt.sample.key)) {
        let public = public_pem(&dir, &attempt);
        let oaep = ["-pkeyopt", "rsa_padding_mode:oaep"];
        let mut encrypt = openssl(&["pkeyutl", "-encrypt", "-pubin"], &[("-inkey", &public), ("-in", &message)]);
        run(encrypt.args(oaep).arg("-out").arg(&encrypted));
        let mut decrypt = openssl(&["pkeyutl", "-decrypt"], &[("-inkey", &attempt.file), ("-in", &encrypted)]);
        assert_eq!(run(decrypt.args(oaep)), "a message", "{}", attempt.name());
    }
}

#[test]
fn openssl_converts_each_pem_format_to_the_other_as_this_crate_writes_it() {
    if !has_tool(TOOL) {
        return;
    }
    let dir = TempDir::new("openssl-converts");
    for attempt in readable(&dir) {
        let key = attempt.sample.key;
        let file = [("-in", &*attempt.file)];
        if let Ok(pkcs1) = key.to_pkcs1_pem() {
            assert_eq!(run(&mut openssl(&["pkey", "-traditional"], &file)), *pkcs1);
        }
        assert_eq!(run(&mut openssl(&["pkey"], &file)), *key.to_pkcs8_pem());
    }
}

#[test]
fn openssl_finds_the_key_consistent() {
    if !has_tool(TOOL) {
        return;
    }
    let dir = TempDir::new("openssl-checks");
    for size in RSA {
        let key = PrivateKey::generate(size, &mut random()).unwrap();
        let file = dir.write("key.pem", &key.to_pkcs1_pem().unwrap());
        let said = run(&mut openssl(&["rsa", "-check", "-noout"], &[("-in", &file)]));
        assert!(said.contains("RSA key ok"), "{said}");
    }
}

#[test]
fn keys_generated_by_openssl_import_with_its_fingerprint() {
    if !has_tool(TOOL) {
        return;
    }
    let dir = TempDir::new("openssl-makes");
    let [private, spki, blob] = ["private.pem", "spki.der", "blob"].map(|name| dir.0.join(name));
    run(&mut openssl(&["genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"], &[("-out", &private)]));
    let pem = run(&mut openssl(&["pkey", "-pubout"], &[("-in", &private)]));
    let refused = import(&KeypairName::new("pem").unwrap(), &pem).unwrap_err();
    assert_eq!(refused.code(), "key_spki_pem");

    let keypair = imported(&to_line(&pem), Algorithm::Rsa);
    assert!(keypair.public_key.same_key(&pem).unwrap());
    // openssl does not print fingerprints of SSH keys, but both are the MD5 of an encoding.
    let md5 = |file: &Path| {
        let said = run(openssl(&["dgst", "-md5", "-r"], &[]).arg(file));
        said.split(' ').next().unwrap().to_owned()
    };
    std::fs::write(&blob, keypair.public_key.as_bytes()).unwrap();
    assert_eq!(md5(&blob), keypair.fingerprint.to_hex());
    run(&mut openssl(&["pkey", "-pubout", "-outform", "DER"], &[("-in", &private), ("-out", &spki)]));
    assert_eq!(md5(&spki), keypair.public_key.aws_imported_fingerprint().unwrap().to_hex());
}
