//! Test data, cargo, system tools that may be missing, and temporary folders.

use std::hash::{BuildHasher as _, Hasher as _, RandomState};
use std::path::PathBuf;
use std::process::Command;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use nova_keypair::{KeySpec, PublicKey};
use rand_core::TryCryptoRng;

use crate::data;
use crate::draws::{Draws, honest};
pub(crate) use crate::skip::skip;

/// Returns [`data::read`], as JSON.
pub(crate) fn json_data(path: &str) -> serde_json::Value {
    serde_json::from_slice(&data::read(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// Encodes a line whose blob consists of `fields`, each a string of the wire format, the first of them the type.
pub(crate) fn line_of(fields: &[&[u8]]) -> String {
    let mut blob = Vec::new();
    for field in fields {
        blob.extend(u32::try_from(field.len()).unwrap().to_be_bytes());
        blob.extend(*field);
    }
    format!("{} {}", String::from_utf8_lossy(fields[0]), STANDARD.encode(blob))
}

/// Returns the first 120 bits of the SHA-256 of a key's number (n, y, x, or the 32 bytes) without leading zeros, which
/// identifies the key in lists of compromised keys.
pub(crate) fn number_hash(key: &PublicKey) -> [u8; 15] {
    use sha2::Digest as _;
    let (mut blob, mut fields) = (key.as_bytes(), Vec::new());
    while let Some((length, rest)) = blob.split_first_chunk::<4>() {
        let (field, rest) = rest.split_at(u32::from_be_bytes(*length) as usize);
        fields.push(field);
        blob = rest;
    }
    let number = match key.algorithm().as_str() {
        "ssh-rsa" => fields[2],
        "ssh-dss" => fields[4],
        name if name.contains("ecdsa") => &fields[2][1..1 + fields[2].len() / 2],
        _ => fields[1],
    };
    let zeros = number.iter().take_while(|byte| **byte == 0).count();
    *sha2::Sha256::digest(&number[zeros..]).first_chunk().unwrap()
}
/// Every type and size of RSA keys.
pub(crate) const RSA: [KeySpec; 3] = [KeySpec::Rsa2048, KeySpec::Rsa3072, KeySpec::Rsa4096];

/// Every feature of the crate, and whether this test is built with it.
pub(crate) const FEATURES: [(&str, bool); 7] = [
    ("getrandom", cfg!(feature = "getrandom")),
    ("serde", cfg!(feature = "serde")),
    ("encryption", cfg!(feature = "encryption")),
    ("ed25519", cfg!(feature = "ed25519")),
    ("rsa", cfg!(feature = "rsa")),
    ("rayon", cfg!(feature = "rayon")),
    ("__internals", cfg!(feature = "__internals")),
];

/// The features that this test is built with, for cargo's `--features`.
pub(crate) fn features() -> String {
    FEATURES.into_iter().filter(|(_, is_on)| *is_on).map(|(name, _)| name).collect::<Vec<_>>().join(",")
}

/// Returns the cargo that runs this test, in the root of the repository.
pub(crate) fn cargo() -> Command {
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| env!("CARGO").into()));
    cargo.current_dir(env!("CARGO_MANIFEST_DIR"));
    cargo
}

/// Returns whether the system has the tool. If not, the skip of the test is reported.
pub(crate) fn has_tool(name: &str) -> bool {
    let there = tool(name).is_some();
    if !there {
        skip(&format!("{name} is not installed"));
    }
    there
}

/// Finds the tool: on the path, or among the system's daemons, which may not be on the path.
pub(crate) fn tool(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let dirs = std::env::split_paths(&path).chain(["/usr/sbin", "/usr/local/sbin"].map(PathBuf::from));
    dirs.map(|dir| dir.join(name)).find(|file| file.is_file())
}

/// A generator with a new seed in each run of the tests, independent of the features. Not for keys that are used.
pub(crate) fn random() -> impl TryCryptoRng {
    let seed = RandomState::new().build_hasher().finish();
    Draws::new(move |index, bytes| {
        honest(seed, index, bytes);
        Some(())
    })
}

/// Runs a command and returns its output; panics with its error message if it fails.
pub(crate) fn run(command: &mut Command) -> String {
    let output = command.output().unwrap_or_else(|e| panic!("{command:?}: {e}"));
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// A new folder, removed on drop.
pub(crate) struct TempDir(pub(crate) PathBuf);

impl TempDir {
    pub(crate) fn new(name: &str) -> Self {
        let dir = std::env::temp_dir().join(format!("nova-keypair-{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&dir);
        std::fs::create_dir_all(&dir).unwrap();
        Self(dir)
    }

    /// Creates a file in it that only its owner can read, as `ssh-keygen` requires.
    pub(crate) fn write(&self, name: &str, text: &str) -> PathBuf {
        use std::os::unix::fs::PermissionsExt;
        let path = self.0.join(name);
        std::fs::write(&path, text).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
        path
    }
}

impl Drop for TempDir {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
