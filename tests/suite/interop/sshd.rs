//! An actual `sshd` on 127.0.0.1, for one test: its settings, keys and log are in the test's folder, and it is killed
//! at the end.

use std::fs::{self, File};
use std::net::TcpListener;
use std::process::{Child, Command, Output, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use nova_keypair::PrivateKey;

use crate::openssh_version::OpenSsh;
use crate::support::{TempDir, skip, tool};

/// A started program, killed on drop.
pub(super) struct Running(pub(super) Child);

impl Drop for Running {
    fn drop(&mut self) {
        // It may have exited already.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Returns the output of a command that is killed if it takes longer than a minute. It gets no input and must not
/// print more than a pipe holds.
pub(super) fn run_bounded(command: &mut Command) -> Output {
    let child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
    let mut running = Running(child.unwrap_or_else(|error| panic!("{command:?}: {error}")));
    let ended = wait_for(Duration::from_secs(60), || running.0.try_wait().unwrap());
    let status = ended.unwrap_or_else(|| panic!("{command:?} does not end"));
    let read = |pipe: &mut dyn std::io::Read| {
        let mut bytes = Vec::new();
        pipe.read_to_end(&mut bytes).unwrap();
        bytes
    };
    let stdout = read(running.0.stdout.as_mut().unwrap());
    let stderr = read(running.0.stderr.as_mut().unwrap());
    Output { status, stdout, stderr }
}

/// Polls until there is an answer.
pub(super) fn wait_for<T>(limit: Duration, mut ask: impl FnMut() -> Option<T>) -> Option<T> {
    let start = Instant::now();
    loop {
        let answer = ask();
        if answer.is_some() || start.elapsed() > limit {
            return answer;
        }
        sleep(Duration::from_millis(5));
    }
}

pub(super) struct Sshd<'a> {
    dir: &'a TempDir,
    pub(super) port: u16,
    /// The user who runs the tests, and so who can log in.
    pub(super) user: String,
    _running: Running,
}

impl<'a> Sshd<'a> {
    /// Starts a server with this host key that authorizes these keys. If none can be started, the skip is reported.
    pub(super) fn start(dir: &'a TempDir, host_key: &PrivateKey, authorized: &[&PrivateKey]) -> Option<Self> {
        let Some(program) = tool("sshd") else {
            skip("sshd is not installed");
            return None;
        };
        let named = Command::new("id").arg("-un").output().ok().filter(|output| output.status.success());
        let Some(user) = named.map(|output| String::from_utf8(output.stdout).unwrap().trim_end().to_owned()) else {
            skip("who runs this has no name to log in with");
            return None;
        };
        dir.write("host_key", &host_key.to_openssh());
        dir.write(
            "authorized_keys",
            &authorized.iter().map(|key| format!("{}\n", key.public_key())).collect::<String>(),
        );
        let path = dir.0.display();
        let config = format!(
            "ListenAddress 127.0.0.1\nHostKey {path}/host_key\nAuthorizedKeysFile {path}/authorized_keys\nAllowUsers {user}\n\
             PermitRootLogin prohibit-password\nPasswordAuthentication no\nKbdInteractiveAuthentication no\n\
             StrictModes no\nUsePAM no\nPidFile none\nPermitUserRC no\nLoginGraceTime 60\n{}",
            OpenSsh::installed().without_penalties()
        );
        let config = dir.write("sshd_config", &config);
        // sshd re-executes itself for every client, and so requires an absolute path.
        let sshd = || {
            let mut command = Command::new(&program);
            command.arg("-f").arg(&config);
            command
        };

        let checked = run_bounded(sshd().arg("-t"));
        let said = String::from_utf8_lossy(&checked.stderr);
        if let Some((_, folder)) = said.trim_end().split_once("Missing privilege separation directory: ") {
            // The system's service creates it at startup. It is kept: another sshd may be using it by now.
            if let Err(error) = fs::create_dir_all(folder) {
                skip(&format!("sshd wants {folder}: {error}"));
                return None;
            }
        } else if said.contains("Privilege separation user") {
            skip(&format!("sshd is not set up: {said}"));
            return None;
        } else {
            assert!(checked.status.success(), "{said}");
        }

        // Another process may take a port between its choice and its use.
        for _ in 0..5 {
            let port = TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap().port();
            let log = File::create(dir.0.join("sshd.log")).unwrap();
            let mut command = sshd();
            command.args(["-D", "-e", "-p", &port.to_string()]).stdin(Stdio::null()).stdout(Stdio::null()).stderr(log);
            let mut sshd = Self { dir, port, user: user.clone(), _running: Running(command.spawn().unwrap()) };
            let started = wait_for(Duration::from_secs(60), || {
                if sshd.log().contains("Server listening on 127.0.0.1") {
                    return Some(true);
                }
                sshd._running.0.try_wait().unwrap().map(|_| false)
            });
            match started {
                Some(true) => return Some(sshd),
                Some(false) if sshd.log().contains("Address already in use") => continue,
                _ => panic!("sshd does not start: {}", sshd.log()),
            }
        }
        panic!("no port is free");
    }

    /// Returns its log so far.
    pub(super) fn log(&self) -> String {
        fs::read_to_string(self.dir.0.join("sshd.log")).unwrap()
    }

    /// Writes a `known_hosts` file that has this key for this server.
    pub(super) fn known_hosts(&self, name: &str, host_key: &PrivateKey) -> std::path::PathBuf {
        self.dir.write(name, &format!("[127.0.0.1]:{} {}\n", self.port, host_key.public_key()))
    }
}
