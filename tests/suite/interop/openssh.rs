//! `ssh-keygen` reads every format, signs with it and converts it, and the key that it generates is imported.

use std::fs::{self, File};
use std::path::Path;
use std::process::{Command, Output};

use nova_keypair::{Algorithm, PrivateKey, PublicKey};

use super::{KEYS, attempts, check_row, imported, is_rsa, short_name};
use crate::support::{TempDir, has_tool, run};

fn ssh_keygen(arguments: &[&str]) -> Command {
    let mut command = Command::new("ssh-keygen");
    command.args(arguments);
    command
}

#[test]
fn ssh_keygen_derives_the_same_public_key_from_every_format() {
    if !has_tool("ssh-keygen") {
        return;
    }
    let dir = TempDir::new("ssh-keygen");
    let attempts = attempts(&dir);
    let derive = |file: &Path, passphrase| {
        let Output { status, stdout, stderr } = ssh_keygen(&["-y", "-P", passphrase, "-f"]).arg(file).output().unwrap();
        let said = |bytes| String::from_utf8(bytes).unwrap();
        if status.success() { Ok(said(stdout)) } else { Err(said(stderr)) }
    };
    check_row("ssh-keygen", &attempts, attempts.iter().map(|attempt| derive(&attempt.file, attempt.passphrase)));
}

#[test]
fn signatures_by_ssh_keygen_with_every_format_verify_with_the_public_line() {
    if !has_tool("ssh-keygen") {
        return;
    }
    let dir = TempDir::new("ssh-keygen-signs");
    let message = dir.write("message", "a message");
    let changed = dir.write("changed", "a massage");
    let signature = dir.0.join("message.sig");
    for attempt in attempts(&dir) {
        // For signing it also needs the public half, which the PEM formats do not reveal without decryption.
        if !attempt.sample.form.has_comment() {
            fs::write(attempt.file.with_extension("pub"), attempt.sample.key.public_key().to_openssh()).unwrap();
        }
        let mut sign = ssh_keygen(&["-Y", "sign", "-n", "file", "-P", attempt.passphrase, "-f"]);
        sign.arg(&attempt.file).arg(&message);
        if !attempt.opens("ssh-keygen") {
            assert!(!sign.output().unwrap().status.success(), "{}", attempt.name());
            assert!(!signature.exists());
            continue;
        }
        run(&mut sign);
        let verifies = |signer: &str, namespace, message| {
            let signers = dir.write("allowed_signers", &format!("me@home {signer}\n"));
            let mut verify = ssh_keygen(&["-Y", "verify", "-I", "me@home", "-n", namespace, "-f"]);
            verify.arg(signers).arg("-s").arg(&signature).stdin(File::open(message).unwrap());
            verify.output().unwrap().status.success()
        };
        let ours = attempt.sample.key.public_key();
        let other = KEYS.iter().map(PrivateKey::public_key).find(|key| *key != ours).unwrap();
        let [ours, other] = [ours, other].map(PublicKey::to_openssh);
        assert!(verifies(&ours, "file", &message), "{}", attempt.name());
        assert!(!verifies(&ours, "file", &changed), "{}", attempt.name());
        assert!(!verifies(&ours, "mail", &message), "{}", attempt.name());
        assert!(!verifies(&other, "file", &message), "{}", attempt.name());
        // ssh-keygen prompts before it overwrites a file.
        fs::remove_file(&signature).unwrap();
    }
}

#[test]
fn ssh_keygen_converts_every_format_to_the_pem_that_this_crate_writes() {
    if !has_tool("ssh-keygen") {
        return;
    }
    let dir = TempDir::new("ssh-keygen-converts");
    let attempts = attempts(&dir);
    // It writes an Ed25519 key in the OpenSSH format whatever the option is; not in every version.
    for attempt in attempts.iter().filter(|attempt| attempt.opens("ssh-keygen") && is_rsa(attempt.sample.key)) {
        let key = attempt.sample.key;
        for (format, ours) in [("PEM", key.to_pkcs1_pem().unwrap()), ("PKCS8", key.to_pkcs8_pem())] {
            let file = dir.write("converted", &attempt.sample.text);
            run(ssh_keygen(&["-q", "-p", "-P", attempt.passphrase, "-N", "", "-m", format, "-f"]).arg(&file));
            assert_eq!(fs::read_to_string(file).unwrap(), *ours, "{} to {format}", attempt.name());
        }
    }
}

#[test]
fn ssh_keygen_prints_the_same_fingerprints() {
    if !has_tool("ssh-keygen") {
        return;
    }
    let dir = TempDir::new("fingerprints");
    for key in KEYS.iter() {
        let public_key = key.public_key();
        let file = dir.write("id_rsa.pub", &format!("{public_key}\n"));
        let printed = |hash| run(ssh_keygen(&["-l", "-E", hash, "-f"]).arg(&file));
        let [bits, md5] = [public_key.bits().to_string(), public_key.fingerprint().to_string()];
        let sha256 = public_key.sha256_fingerprint();
        assert_eq!(printed("md5"), format!("{bits} MD5:{md5} Generated-by-Nova ({})\n", short_name(key)));
        assert_eq!(printed("sha256"), format!("{bits} {sha256} Generated-by-Nova ({})\n", short_name(key)));
    }
}

#[test]
fn keys_generated_by_ssh_keygen_import_with_its_fingerprint() {
    if !has_tool("ssh-keygen") {
        return;
    }
    let dir = TempDir::new("ssh-keygen-makes");
    for (kind, bits, algorithm) in [
        ("rsa", "2048", Algorithm::Rsa),
        ("ecdsa", "256", Algorithm::EcdsaNistP256),
        ("ecdsa", "384", Algorithm::EcdsaNistP384),
        ("ecdsa", "521", Algorithm::EcdsaNistP521),
        ("ed25519", "256", Algorithm::Ed25519),
    ] {
        let file = dir.0.join(format!("{kind}-{bits}"));
        run(ssh_keygen(&["-q", "-t", kind, "-b", bits, "-N", "", "-C", "a comment", "-f"]).arg(&file));
        let file = file.with_extension("pub");
        let keypair = imported(&fs::read_to_string(&file).unwrap(), algorithm);
        assert_eq!(keypair.public_key.comment(), "a comment");
        let printed = run(ssh_keygen(&["-l", "-E", "md5", "-f"]).arg(&file));
        assert!(printed.starts_with(&format!("{bits} MD5:{} a comment (", keypair.fingerprint)), "{printed}");
    }
}
