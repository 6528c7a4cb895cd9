use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use nova_keypair::PrivateKey;
use ssh2::Session;

/// Logs in with a file that exists during the login only.
///
/// Not `userauth_pubkey_memory`, which leaves a copy of the text behind.
pub fn log_in(session: &Session, user: &str, key: &PrivateKey, path: &Path) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    let saved = file.write_all(key.to_openssh().as_bytes());
    let login = saved.and_then(|()| Ok(session.userauth_pubkey_file(user, None, path, None)?));
    fs::remove_file(path)?;
    login
}
