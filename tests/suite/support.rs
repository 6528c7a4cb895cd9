//! What the test files share: data that lies beside the checkout, and tools that may be missing. A skip is printed loudly.

use std::hash::{BuildHasher as _, Hasher as _, RandomState};
use std::path::PathBuf;
use std::process::Command;

use rand_core::TryCryptoRng;

use crate::draws::{Draws, honest};

/// The text of `shared/data/{path}`, looked for beside this crate and above it, or a loud skip.
pub(crate) fn shared_data(path: &str) -> Option<String> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let found = root.ancestors().map(|dir| dir.join("shared/data").join(path)).find(|file| file.is_file());
    match found {
        Some(file) => Some(std::fs::read_to_string(&file).unwrap_or_else(|e| panic!("{}: {e}", file.display()))),
        None => {
            skip(&format!("shared/data/{path} is not here"));
            None
        }
    }
}

/// The same, as JSON.
pub(crate) fn shared_json(path: &str) -> Option<serde_json::Value> {
    shared_data(path).map(|text| serde_json::from_str(&text).unwrap_or_else(|e| panic!("{path}: {e}")))
}

/// Is the tool on the path? If not, a loud skip.
pub(crate) fn has_tool(name: &str) -> bool {
    let there = tool(name).is_some();
    if !there {
        skip(&format!("{name} is not installed"));
    }
    there
}

/// Where the tool is: on the path, or among the system's daemons, which are not on everybody's path.
pub(crate) fn tool(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let dirs = std::env::split_paths(&path).chain(["/usr/sbin", "/usr/local/sbin"].map(PathBuf::from));
    dirs.map(|dir| dir.join(name)).find(|file| file.is_file())
}

/// Says past the test harness, which hides what a passing test prints, that a check did not run. `.ci/run` wants it in a file as well,
/// to say it again at its end.
pub(crate) fn skip(reason: &str) {
    use std::io::Write;
    let test = std::thread::current().name().unwrap_or("?").to_owned();
    let line = format!("\n*** SKIPPED: {test}: {reason}\n");
    // Not eprintln!, which the harness captures.
    let _ = std::io::stderr().write_all(line.as_bytes());
    if let Some(path) = std::env::var_os("SKIPPED_TESTS") {
        let mut file = std::fs::OpenOptions::new().create(true).append(true).open(path).unwrap();
        file.write_all(format!("{test}: {reason}\n").as_bytes()).unwrap();
    }
}

/// A generator that no other run of the tests has had, and that no feature switches off. Not for keys that are used.
pub(crate) fn random() -> impl TryCryptoRng {
    let seed = RandomState::new().build_hasher().finish();
    Draws::new(move |index, bytes| {
        honest(seed, index, bytes);
        Some(())
    })
}

/// Runs a command and gives what it printed; panics, with its complaint, if it fails.
pub(crate) fn run(command: &mut Command) -> String {
    let output = command.output().unwrap_or_else(|e| panic!("{command:?}: {e}"));
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// A folder of its own, removed at the end.
pub(crate) struct TempDir(pub(crate) PathBuf);

impl TempDir {
    pub(crate) fn new(name: &str) -> Self {
        let dir = std::env::temp_dir().join(format!("nova-keypair-{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&dir);
        std::fs::create_dir_all(&dir).unwrap();
        Self(dir)
    }

    /// A file in it that only its owner can read, as `ssh-keygen` asks for.
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
