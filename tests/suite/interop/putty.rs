//! PuTTY's `puttygen` reads the OpenSSH and PKCS#1 formats, converts them to its own and back, and the key that it
//! generates is imported.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use nova_keypair::Algorithm;
use ssh_key::PrivateKey;

use super::{attempts, check_row, imported, is_rsa};
use crate::support::{TempDir, has_tool, run};

const TOOL: &str = "puttygen";

/// Runs `puttygen` on a file, with passphrases from files, so that it never prompts.
pub(super) struct Puttygen<'a> {
    dir: &'a TempDir,
}

impl<'a> Puttygen<'a> {
    /// Reports the skip if it is missing.
    pub(super) fn new(dir: &'a TempDir) -> Option<Self> {
        has_tool(TOOL).then_some(Self { dir })
    }

    pub(super) fn load(&self, file: &Path, passphrase: &str) -> Command {
        let mut command = Command::new(TOOL);
        command.arg(file).arg("--old-passphrase").arg(self.dir.write("old-passphrase", passphrase));
        command
    }

    /// Writes the loaded key as another type of file.
    pub(super) fn convert(&self, mut load: Command, to: &str, passphrase: &str) -> PathBuf {
        let out = self.dir.0.join(to);
        load.args(["-O", to, "-o"]).arg(&out);
        run(load.arg("--new-passphrase").arg(self.dir.write("new-passphrase", passphrase)));
        out
    }
}

#[test]
fn puttygen_derives_the_same_public_key_and_rejects_pkcs8() {
    let dir = TempDir::new("puttygen");
    let Some(puttygen) = Puttygen::new(&dir) else { return };
    let attempts = attempts(&dir);
    let outcomes = attempts.iter().map(|attempt| {
        let mut load = puttygen.load(&attempt.file, attempt.passphrase);
        let output = load.args(["-O", "public-openssh"]).output().unwrap();
        // It sometimes reports an error but exits with 0.
        match String::from_utf8(output.stdout).unwrap() {
            line if output.status.success() && !line.is_empty() => Ok(line),
            _ => Err(String::from_utf8_lossy(&output.stderr).into_owned()),
        }
    });
    check_row(TOOL, &attempts, outcomes);
}

#[test]
fn puttygen_prints_the_same_fingerprints() {
    let dir = TempDir::new("puttygen-fingerprints");
    let Some(puttygen) = Puttygen::new(&dir) else { return };
    for attempt in attempts(&dir).iter().filter(|attempt| attempt.opens(TOOL)) {
        let key = attempt.sample.key.public_key();
        let printed = |kind| run(puttygen.load(&attempt.file, attempt.passphrase).args(["-l", "-E", kind]));
        let [md5, sha256] = [key.fingerprint().to_string(), key.sha256_fingerprint().to_string()];
        // Its size of an Ed25519 key is that of the field.
        let bits = if is_rsa(attempt.sample.key) { key.bits() } else { 255 };
        let start = format!("{} {bits}", key.algorithm());
        assert!(printed("md5").starts_with(&format!("{start} {md5}")), "{}", attempt.name());
        assert!(printed("sha256").starts_with(&format!("{start} {sha256}")), "{}", attempt.name());
    }
}

#[test]
fn puttygen_converts_to_its_own_format_and_back_to_the_same_key() {
    let dir = TempDir::new("puttygen-converts");
    let Some(puttygen) = Puttygen::new(&dir) else { return };
    for attempt in attempts(&dir).iter().filter(|attempt| attempt.opens(TOOL)) {
        let load = puttygen.load(&attempt.file, attempt.passphrase);
        let ppk = puttygen.convert(load, "private", attempt.passphrase);
        let encryption = if attempt.passphrase.is_empty() { "none" } else { "aes256-cbc" };
        assert!(fs::read_to_string(&ppk).unwrap().contains(&format!("Encryption: {encryption}\n")));

        let key = attempt.sample.key;
        if let Ok(pkcs1) = key.to_pkcs1_pem() {
            let pem = puttygen.convert(puttygen.load(&ppk, attempt.passphrase), "private-openssh", "");
            assert_eq!(fs::read_to_string(pem).unwrap(), *pkcs1, "{}", attempt.name());
        }

        // The new file has random check bytes, so the key is compared and not the text.
        let back = puttygen.convert(puttygen.load(&ppk, attempt.passphrase), "private-openssh-new", attempt.passphrase);
        let mut back = PrivateKey::from_openssh(fs::read(back).unwrap()).unwrap();
        assert_eq!(back.is_encrypted(), !attempt.passphrase.is_empty());
        if back.is_encrypted() {
            back = back.decrypt(attempt.passphrase).unwrap();
        }
        let ours = PrivateKey::from_openssh(&*key.to_openssh()).unwrap();
        assert!(back.key_data() == ours.key_data(), "{}", attempt.name());
    }
}

#[test]
fn keys_generated_by_puttygen_import_with_its_fingerprint() {
    let dir = TempDir::new("puttygen-makes");
    let Some(puttygen) = Puttygen::new(&dir) else { return };
    for (kind, bits, algorithm) in [
        ("rsa", "2048", Algorithm::Rsa),
        ("ecdsa", "256", Algorithm::EcdsaNistP256),
        ("ecdsa", "384", Algorithm::EcdsaNistP384),
        ("ecdsa", "521", Algorithm::EcdsaNistP521),
        ("ed25519", "255", Algorithm::Ed25519),
    ] {
        let mut make = Command::new(TOOL);
        make.args(["-q", "-t", kind, "-b", bits, "-C", "a comment"]);
        let ppk = puttygen.convert(make, "private", "");
        let line = run(puttygen.load(&ppk, "").args(["-O", "public-openssh"]));
        let keypair = imported(&line, algorithm);
        assert_eq!(keypair.public_key.comment(), "a comment");
        let printed = run(puttygen.load(&ppk, "").args(["-l", "-E", "md5"]));
        assert!(printed.contains(&format!(" {bits} {}", keypair.fingerprint)), "{printed}");
    }
}
