use std::fs::{self, OpenOptions};
use std::io::{Result, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use nova_keypair::PrivateKey;
use ssh2::Session;

/// Logs in with a file that exists during the login only.
///
/// Not `userauth_pubkey_memory`, which leaves a copy of the text behind.
pub fn log_in(ssh: &Session, user: &str, key: &PrivateKey, path: &Path) -> Result<()> {
    let mut options = OpenOptions::new();
    let mut file = options.write(true).create_new(true).mode(0o600).open(path)?;
    let saved = file.write_all(key.to_openssh().as_bytes());
    let log_in = |()| Ok(ssh.userauth_pubkey_file(user, None, path, None)?);
    let login = saved.and_then(log_in);
    fs::remove_file(path)?;
    login
}
