//! Other tools use the private keys that this crate writes, and this crate imports the keys that they generate: the
//! matrix of interop/README.md.
//!
//! The tests read that table, so it matches the observed results. Where a tool is missing, the skip is reported.

mod login;
mod openssh;
mod openssl;
mod putty;
pub(crate) mod python;
mod sshd;

use std::path::PathBuf;
use std::sync::LazyLock;

use nova_keypair::{Algorithm, Keypair, KeypairName, PrivateKey, PrivateKeyFormat, import};
use zeroize::Zeroizing;

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

/// One key of each size.
static KEYS: LazyLock<[PrivateKey; 3]> =
    LazyLock::new(|| RSA.map(|size| PrivateKey::from_seed(b"interop with real tools", size).unwrap()));

/// Each format, most of them with a different size. Every program needs some time to open an encrypted file.
static SAMPLES: LazyLock<Vec<Sample>> = LazyLock::new(|| {
    let [small, medium, large] = &*KEYS;
    let sample = |form, key: &'static PrivateKey| {
        let text = match form {
            Form::OpenSsh => key.to_format(PrivateKeyFormat::OpenSsh).unwrap(),
            Form::OpenSshEncrypted => encrypted(key),
            Form::Pkcs1 => key.to_format(PrivateKeyFormat::Pkcs1).unwrap(),
            Form::Pkcs8 => key.to_format(PrivateKeyFormat::Pkcs8).unwrap(),
        };
        Sample { form, key, text }
    };
    vec![
        sample(Form::OpenSsh, small),
        sample(Form::OpenSsh, large),
        #[cfg(feature = "encryption")]
        sample(Form::OpenSshEncrypted, small),
        sample(Form::Pkcs1, small),
        sample(Form::Pkcs1, large),
        sample(Form::Pkcs8, small),
        sample(Form::Pkcs8, medium),
    ]
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
        self.passphrase == self.sample.form.passphrase() && cell(tool, self.sample.form) != "rejected"
    }

    fn name(&self) -> String {
        format!(
            "{:?} of {} bits, passphrase {:?}",
            self.sample.form,
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

/// Returns the entry of the table for a tool and a format.
fn cell(tool: &str, form: Form) -> &'static str {
    let table = include_str!("interop/README.md");
    let row = table.lines().find_map(|line| line.strip_prefix(&format!("| {tool} | ")));
    let row = row.unwrap_or_else(|| panic!("the table has no row for {tool}"));
    // The first column after the tool is its version.
    let cell = row.split('|').map(str::trim).nth(1 + form as usize).unwrap_or_default();
    assert!(!cell.is_empty(), "the table says nothing of {tool} and {form:?}");
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
