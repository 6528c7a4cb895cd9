//! Other tools use the private keys that this crate writes, and this crate imports the keys that they generate: the
//! matrix of interop/README.md.
//!
//! The tests read that table, so it matches the observed results. Where a tool is missing, the skip is reported.

mod login;
mod openssh;
mod openssl;
mod putty;
pub(crate) mod python;
mod remedies;
mod sshd;

use std::path::PathBuf;
use std::sync::LazyLock;

use nova_keypair::{Algorithm, KeySpec, Keypair, KeypairName, PrivateKey, PrivateKeyFormat, import};
use zeroize::Zeroizing;

use crate::openssh_version::OpenSsh;
use crate::support::{RSA, TempDir};

/// Not ASCII, because tools differ in how they treat such text.
const PASSPHRASE: &str = "corréct horse";

/// The columns of the matrix: the format of the private key.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Form {
    OpenSsh,
    #[cfg_attr(not(feature = "encryption"), allow(dead_code, reason = "written by the feature `encryption`"))]
    OpenSshEncrypted,
    Pkcs1,
    Pkcs8,
}

impl Form {
    fn passphrase(self) -> &'static str {
        if self == Self::OpenSshEncrypted { PASSPHRASE } else { "" }
    }

    /// The PEM formats have no field for a comment.
    fn has_comment(self) -> bool {
        matches!(self, Self::OpenSsh | Self::OpenSshEncrypted)
    }
}

/// A key in one format.
struct Sample {
    form: Form,
    key: &'static PrivateKey,
    text: Zeroizing<String>,
}

/// One RSA key of each size and, with the feature `ed25519`, an Ed25519 key.
static KEYS: LazyLock<Vec<PrivateKey>> = LazyLock::new(|| {
    let key = |spec: &KeySpec| PrivateKey::from_seed(b"interop with real tools, 32 byte", *spec).unwrap();
    KeySpec::ALL.iter().map(key).collect()
});

/// The keys that log in: of each type, the one in every format.
fn authorized() -> impl Iterator<Item = &'static PrivateKey> {
    KEYS.iter().enumerate().filter(|(index, _)| *index == 0 || *index >= RSA.len()).map(|(_, key)| key)
}

fn is_rsa(key: &PrivateKey) -> bool {
    key.public_key().algorithm() == Algorithm::Rsa
}

/// Returns the name that `ssh-keygen -l` and sshd print.
fn short_name(key: &PrivateKey) -> &'static str {
    if is_rsa(key) { "RSA" } else { "ED25519" }
}

/// Each format, most of them with a different size. Every program needs some time to open an encrypted file.
static SAMPLES: LazyLock<Vec<Sample>> = LazyLock::new(|| {
    let [small, medium, large, ..] = &**KEYS else { panic!("three sizes") };
    let sample = |form, key: &'static PrivateKey| {
        let text = match form {
            Form::OpenSsh => key.to_format(PrivateKeyFormat::OpenSsh).unwrap(),
            Form::OpenSshEncrypted => encrypted(key),
            Form::Pkcs1 => key.to_format(PrivateKeyFormat::Pkcs1).unwrap(),
            Form::Pkcs8 => key.to_format(PrivateKeyFormat::Pkcs8).unwrap(),
        };
        Sample { form, key, text }
    };
    let mut samples = vec![
        sample(Form::OpenSsh, small),
        sample(Form::OpenSsh, large),
        #[cfg(feature = "encryption")]
        sample(Form::OpenSshEncrypted, small),
        sample(Form::Pkcs1, small),
        sample(Form::Pkcs1, large),
        sample(Form::Pkcs8, small),
        sample(Form::Pkcs8, medium),
    ];
    for key in &KEYS[RSA.len()..] {
        samples.push(sample(Form::OpenSsh, key));
        #[cfg(feature = "encryption")]
        samples.push(sample(Form::OpenSshEncrypted, key));
        samples.push(sample(Form::Pkcs8, key));
    }
    samples
});

#[cfg(feature = "encryption")]
fn encrypted(key: &PrivateKey) -> Zeroizing<String> {
    key.to_openssh_encrypted(PASSPHRASE, &mut crate::support::random()).unwrap()
}

#[cfg(not(feature = "encryption"))]
fn encrypted(_: &PrivateKey) -> Zeroizing<String> {
    unreachable!("no sample is encrypted without the feature `encryption`")
}

/// A sample as a file, and a passphrase to try.
struct Attempt {
    sample: &'static Sample,
    file: PathBuf,
    passphrase: &'static str,
}

impl Attempt {
    /// Whether the tool should open the file: with the right passphrase, unless its cell of the table is `rejected`.
    fn opens(&self, tool: &str) -> bool {
        let rejects = match cell(tool, self.sample).strip_prefix("rejected") {
            None => false,
            Some("") => true,
            Some(before) => !OpenSsh::installed().is_at_least(before.strip_prefix(" before ").unwrap()),
        };
        self.passphrase == self.sample.form.passphrase() && !rejects
    }

    fn name(&self) -> String {
        format!(
            "{:?}, {} of {} bits, passphrase {:?}",
            self.sample.form,
            short_name(self.sample.key),
            self.sample.key.public_key().bits(),
            self.passphrase
        )
    }
}

/// Returns every sample with its passphrase, and the encrypted one also with a wrong one and with none.
fn attempts(dir: &TempDir) -> Vec<Attempt> {
    let mut attempts = Vec::new();
    for (index, sample) in SAMPLES.iter().enumerate() {
        let file = dir.write(&format!("key-{index}"), &sample.text);
        let mut attempt = |passphrase| attempts.push(Attempt { sample, file: file.clone(), passphrase });
        attempt(sample.form.passphrase());
        if sample.form == Form::OpenSshEncrypted {
            attempt("wrong horse");
            attempt("");
        }
    }
    attempts
}

/// Returns the entry of the table for a tool and a sample. Each type of key has a table, the first of them RSA.
fn cell(tool: &str, sample: &Sample) -> &'static str {
    let (rsa, ed25519) = include_str!("interop/README.md").split_once("\n## Ed25519\n").unwrap();
    let table = if is_rsa(sample.key) { rsa } else { ed25519 };
    let row = table.lines().find_map(|line| line.strip_prefix(&format!("| {tool} | ")));
    let row = row.unwrap_or_else(|| panic!("the table has no row for {tool}"));
    // The first column after the tool is its version.
    let cell = row.split('|').map(str::trim).nth(1 + sample.form as usize).unwrap_or_default();
    assert!(!cell.is_empty(), "the table says nothing of {tool} and {:?}", sample.form);
    cell
}

/// Compares a tool with its entry in the table. Each outcome is the public line that the tool derived from the file
/// of the attempt, or its error message.
fn check_row(tool: &str, attempts: &[Attempt], outcomes: impl IntoIterator<Item = Result<String, String>>) {
    let mut outcomes = outcomes.into_iter();
    for attempt in attempts {
        let outcome = outcomes.next().unwrap_or_else(|| panic!("{tool} left out {}", attempt.name()));
        match (attempt.opens(tool), outcome) {
            (true, Ok(line)) => {
                let ours = attempt.sample.key.public_key().to_openssh();
                let keeps_comment = attempt.sample.form.has_comment() && matches!(tool, "ssh-keygen" | "puttygen");
                let [ours, line] = [&*ours, line.trim_end()]
                    .map(|line| if keeps_comment { line.to_owned() } else { without_comment(line) });
                assert_eq!(line, ours, "{tool}, {}", attempt.name());
            }
            (false, Err(_)) => (),
            (true, Err(complaint)) => panic!("{tool} does not open {}: {complaint}", attempt.name()),
            (false, Ok(line)) => panic!("{tool} opens {} and finds {line}", attempt.name()),
        }
    }
}

fn without_comment(line: &str) -> String {
    line.split(' ').take(2).collect::<Vec<_>>().join(" ")
}

/// Imports a key that another tool generated.
fn imported(line: &str, algorithm: Algorithm) -> Keypair {
    let keypair = import(&KeypairName::new("made elsewhere").unwrap(), line.trim_end());
    let keypair = keypair.unwrap_or_else(|error| panic!("{error}: {line}"));
    assert_eq!(keypair.public_key.algorithm(), algorithm);
    assert_eq!(keypair.public_key.weaknesses(), []);
    keypair
}
