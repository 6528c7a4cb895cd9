//! The real tools read what this crate writes: ssh-keygen and openssl. Where one is missing the skip is printed.

use std::process::Command;

use crate::support::{TempDir, has_tool, random, run};
use nova_keypair::{KeySize, PrivateKey, PrivateKeyFormat};

fn key() -> PrivateKey {
    PrivateKey::from_seed(b"interop with the real tools", KeySize::Rsa2048).unwrap()
}

#[test]
fn ssh_keygen_derives_the_same_public_key_from_every_format() {
    if !has_tool("ssh-keygen") {
        return;
    }
    let (dir, key) = (TempDir::new("formats"), key());
    for format in [PrivateKeyFormat::OpenSsh, PrivateKeyFormat::Pkcs1, PrivateKeyFormat::Pkcs8] {
        let file = dir.write("id_rsa", &key.to_format(format).unwrap());
        let line = run(Command::new("ssh-keygen").args(["-y", "-P", "", "-f"]).arg(file));
        let line = line.trim_end();
        // Only the OpenSSH format has a place for the comment.
        let ours = key.public_key().to_openssh();
        assert!(ours == line || (format != PrivateKeyFormat::OpenSsh && ours.starts_with(line)), "{format:?}: {line}");
    }
}

#[test]
fn ssh_keygen_opens_an_encrypted_key_with_its_passphrase_only() {
    if !has_tool("ssh-keygen") {
        return;
    }
    let (dir, key) = (TempDir::new("encrypted"), key());
    let file = dir.write("id_rsa", &key.to_openssh_encrypted("correct horse", &mut random()).unwrap());
    let line = run(Command::new("ssh-keygen").args(["-y", "-P", "correct horse", "-f"]).arg(&file));
    assert_eq!(line.trim_end(), key.public_key().to_openssh());
    let wrong = Command::new("ssh-keygen").args(["-y", "-P", "wrong", "-f"]).arg(&file).output().unwrap();
    assert!(!wrong.status.success());
}

#[test]
fn ssh_keygen_prints_the_same_fingerprints() {
    if !has_tool("ssh-keygen") {
        return;
    }
    let (dir, key) = (TempDir::new("fingerprints"), key());
    let file = dir.write("id_rsa.pub", &format!("{}\n", key.public_key().to_openssh()));
    let printed = |hash| run(Command::new("ssh-keygen").args(["-l", "-E", hash, "-f"]).arg(&file));
    let public_key = key.public_key();
    assert_eq!(printed("md5"), format!("2048 MD5:{} Generated-by-Nova (RSA)\n", public_key.fingerprint()));
    assert_eq!(printed("sha256"), format!("2048 {} Generated-by-Nova (RSA)\n", public_key.sha256_fingerprint()));
}

#[test]
fn openssl_finds_the_key_consistent() {
    if !has_tool("openssl") {
        return;
    }
    let dir = TempDir::new("openssl");
    for size in KeySize::ALL {
        let key = PrivateKey::generate(size, &mut random()).unwrap();
        for format in [PrivateKeyFormat::Pkcs1, PrivateKeyFormat::Pkcs8] {
            let file = dir.write("key.pem", &key.to_format(format).unwrap());
            let said = run(Command::new("openssl").args(["rsa", "-check", "-noout", "-in"]).arg(file));
            assert!(said.contains("RSA key ok"), "{said}");
        }
    }
}
