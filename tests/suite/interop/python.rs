//! Python's `cryptography` and `paramiko` use every format that they support, and the keys that they generate are
//! imported.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use nova_keypair::{Algorithm, PrivateKey};
use rsa::pkcs1;
use rsa::pkcs8::der::{SecretDocument, asn1::UintRef};
use serde_json::{Value, json};

use super::{Attempt, attempts, check_row, imported};
use crate::support::{TempDir, skip, tool};

// paramiko needs bcrypt for encrypted keys.
static CRYPTOGRAPHY: Program = Program::new("cryptography, bcrypt", include_str!("cryptography.py"));
pub(super) static PARAMIKO: Program = Program::new("paramiko", include_str!("paramiko.py"));

pub(crate) struct Program {
    imports: &'static str,
    text: &'static str,
    interpreters: OnceLock<Vec<PathBuf>>,
}

impl Program {
    pub(crate) const fn new(imports: &'static str, text: &'static str) -> Self {
        Self { imports, text, interpreters: OnceLock::new() }
    }

    /// Returns the interpreters that have the modules: Debian's, which finds Debian's packages, and the one on the
    /// path. If there is none, the skip is reported.
    pub(crate) fn interpreters(&self) -> &[PathBuf] {
        let found = self.interpreters.get_or_init(|| {
            let question = format!("import sys, {}; print(sys.executable)", self.imports);
            let candidates = [Some("/usr/bin/python3".into()), tool("python3")].into_iter().flatten();
            let answers = candidates.filter_map(|python| Command::new(python).args(["-c", &question]).output().ok());
            let answers = answers.filter(|output| output.status.success());
            let mut found: Vec<_> =
                answers.map(|output| PathBuf::from(String::from_utf8(output.stdout).unwrap().trim_end())).collect();
            // They may be the same.
            found.dedup();
            found
        });
        if found.is_empty() {
            skip(&format!("no python3 has {}", self.imports));
        }
        found
    }

    pub(crate) fn command(&self, python: &Path) -> Command {
        let mut command = Command::new(python);
        command.args(["-c", self.text]);
        command
    }

    fn json(&self, python: &Path, arguments: &[&str]) -> Vec<Value> {
        let output = self.command(python).args(arguments).output().unwrap();
        // The command itself is a page long.
        assert!(output.status.success(), "{}: {}", python.display(), String::from_utf8_lossy(&output.stderr));
        serde_json::from_slice(&output.stdout).unwrap()
    }

    /// Returns the result of each attempt.
    fn uses(&self, python: &Path, attempts: &[Attempt]) -> Vec<Value> {
        let attempts = attempts.iter().map(|attempt| {
            let public_key = attempt.sample.key.public_key().to_openssh();
            json!({"file": attempt.file, "passphrase": attempt.passphrase, "public_key": public_key})
        });
        self.json(python, &["use", &attempts.collect::<Value>().to_string()])
    }

    /// Imports the keys that it generates.
    fn check_makes(&self, algorithms: &[Algorithm]) {
        for python in self.interpreters() {
            let made = self.json(python, &["make"]);
            assert_eq!(made.len(), algorithms.len());
            for (made, algorithm) in made.iter().zip(algorithms) {
                let [line, md5] = [&made[0], &made[1]].map(|value| value.as_str().unwrap());
                assert_eq!(imported(line, *algorithm).fingerprint.to_hex(), md5, "{}", python.display());
            }
        }
    }
}

fn lines(outcomes: &[Value]) -> impl Iterator<Item = Result<String, String>> {
    outcomes.iter().map(|outcome| match &outcome["line"] {
        Value::String(line) => Ok(line.clone()),
        _ => Err(outcome["refused"].as_str().unwrap().to_owned()),
    })
}

/// n, e, d, p, q, dP, dQ and qInv, in hexadecimal digits, as in PKCS#1; or the seed at the end of PKCS#8.
fn numbers(key: &PrivateKey) -> Value {
    let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    let Ok(pkcs1) = key.to_pkcs1_pem() else { return json!([hex(&key.to_pkcs8_der()[16..])]) };
    let (_, der) = SecretDocument::from_pem(&pkcs1).unwrap();
    let key: pkcs1::RsaPrivateKey<UintRef<'_>> = der.decode_msg().unwrap();
    let [n, e, d] = [key.modulus, key.public_exponent, key.private_exponent];
    let numbers = [n, e, d, key.prime1, key.prime2, key.exponent1, key.exponent2, key.coefficient];
    numbers.map(|number| hex(number.as_bytes())).to_vec().into()
}

#[test]
fn cryptography_reads_the_same_numbers_from_every_format_and_uses_them() {
    let dir = TempDir::new("cryptography");
    let attempts = attempts(&dir);
    for python in CRYPTOGRAPHY.interpreters() {
        let outcomes = CRYPTOGRAPHY.uses(python, &attempts);
        check_row("cryptography", &attempts, lines(&outcomes));
        for (attempt, outcome) in attempts.iter().zip(&outcomes).filter(|(attempt, _)| attempt.opens("cryptography")) {
            assert_eq!(outcome["numbers"], numbers(attempt.sample.key), "{}", attempt.name());
        }
    }
}

#[test]
fn paramiko_signs_with_the_formats_it_reads_and_rejects_pkcs8() {
    let dir = TempDir::new("paramiko");
    let attempts = attempts(&dir);
    for python in PARAMIKO.interpreters() {
        check_row("paramiko", &attempts, lines(&PARAMIKO.uses(python, &attempts)));
    }
}

#[test]
fn keys_generated_by_cryptography_import_with_its_fingerprint() {
    CRYPTOGRAPHY.check_makes(&[
        Algorithm::Rsa,
        Algorithm::EcdsaNistP256,
        Algorithm::EcdsaNistP384,
        Algorithm::EcdsaNistP521,
        Algorithm::Ed25519,
    ]);
}

#[test]
fn keys_generated_by_paramiko_import_with_its_fingerprint() {
    PARAMIKO.check_makes(&[
        Algorithm::Rsa,
        Algorithm::EcdsaNistP256,
        Algorithm::EcdsaNistP384,
        Algorithm::EcdsaNistP521,
    ]);
}
