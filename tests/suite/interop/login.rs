//! Logins to an actual `sshd` with keys of this crate: by ssh, through ssh-agent, by paramiko and by PuTTY's plink.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use nova_keypair::PrivateKey;

use super::putty::Puttygen;
use super::python::PARAMIKO;
use super::sshd::{Running, Sshd, run_bounded, wait_for};
use super::{Attempt, KEYS, attempts, authorized, short_name};
use crate::support::{TempDir, has_tool, skip};

/// The remote command: it prints both ends of the connection, which proves that the answer came through this server.
const COMMAND: &str = "echo connection $SSH_CONNECTION";

/// The server, and the files of its clients.
struct Login<'a> {
    dir: &'a TempDir,
    sshd: Sshd<'a>,
    known_hosts: PathBuf,
    /// Prints the current passphrase.
    askpass: PathBuf,
}

impl<'a> Login<'a> {
    /// Starts a server that authorizes one key of each type. Its host key is the second.
    fn start(dir: &'a TempDir) -> Option<Self> {
        if !has_tool("ssh") {
            return None;
        }
        let [key, host_key, ..] = &**KEYS else { panic!("three sizes") };
        let authorized: Vec<_> = authorized().collect();
        let sshd = Sshd::start(dir, host_key, &authorized)?;
        let known_hosts = sshd.known_hosts("known_hosts", host_key);
        // Once only, because ssh-add repeats the prompt until the passphrase is right.
        let passphrase = dir.0.join("passphrase").display().to_string();
        let askpass = dir.write("askpass", &format!("#!/bin/sh\ncat '{passphrase}' && rm '{passphrase}'\n"));
        fs::set_permissions(&askpass, Permissions::from_mode(0o700)).unwrap();
        let login = Self { dir, sshd, known_hosts, askpass };
        // If the account of the current user is locked, no key can log in to it.
        let first = login.outcome(key, login.ssh("").arg("-i").arg(dir.write("first", &key.to_openssh())));
        if first.is_err() && login.sshd.log().contains("account is locked") {
            skip(&format!("the account of {} is locked", login.sshd.user));
            return None;
        }
        first.unwrap_or_else(|said| panic!("ssh does not log in: {said}"));
        Some(login)
    }

    /// Prepares `program`, which prompts for a passphrase when it needs one, and gets this one.
    fn asking(&self, program: &str, passphrase: &str) -> Command {
        self.dir.write("passphrase", passphrase);
        let mut command = Command::new(program);
        command.env("SSH_ASKPASS", &self.askpass).env("SSH_ASKPASS_REQUIRE", "force").env_remove("SSH_AUTH_SOCK");
        command
    }

    /// Prepares `ssh` without anything of the user's: no settings, no known hosts, no agent, no keys except those
    /// given.
    fn ssh(&self, passphrase: &str) -> Command {
        self.ssh_that_knows(&self.known_hosts, passphrase)
    }

    fn ssh_that_knows(&self, known_hosts: &Path, passphrase: &str) -> Command {
        let mut command = self.asking("ssh", passphrase);
        command.args(["-F", "none", "-p", &self.sshd.port.to_string(), "-l", &self.sshd.user]);
        for option in [
            "PreferredAuthentications=publickey",
            "NumberOfPasswordPrompts=1",
            "ConnectTimeout=30",
            "StrictHostKeyChecking=yes",
            "GlobalKnownHostsFile=/dev/null",
            &format!("UserKnownHostsFile={}", known_hosts.display()),
        ] {
            command.args(["-o", option]);
        }
        command
    }

    /// Runs [`COMMAND`] on the server.
    fn outcome(&self, key: &PrivateKey, client: &mut Command) -> Result<(), String> {
        self.printed(key, client.args(["127.0.0.1", COMMAND]))
    }

    /// Checks that the client returned the output of [`COMMAND`], from this server, which accepted this key.
    fn printed(&self, key: &PrivateKey, client: &mut Command) -> Result<(), String> {
        let seen = self.sshd.log().len();
        let output = run_bounded(client);
        let printed = String::from_utf8_lossy(&output.stdout);
        let log = self.sshd.log().split_off(seen);
        if !output.status.success() {
            return Err(format!("{}\nsshd: {log}", String::from_utf8_lossy(&output.stderr)));
        }
        assert!(printed.contains("connection 127.0.0.1 "), "{client:?}: {printed}");
        assert!(printed.contains(&format!(" 127.0.0.1 {}\n", self.sshd.port)), "{client:?}: {printed}");
        let accepted = format!("Accepted publickey for {} from 127.0.0.1", self.sshd.user);
        let line = log.lines().find(|line| line.contains(&accepted)).unwrap_or_default();
        assert!(
            line.ends_with(&format!(" ssh2: {} {}", short_name(key), key.public_key().sha256_fingerprint())),
            "{log}"
        );
        Ok(())
    }

    fn check(&self, tool: &str, attempt: &Attempt, outcome: Result<(), String>) {
        match outcome {
            Ok(()) => assert!(attempt.opens(tool), "{tool} logs in with {}", attempt.name()),
            Err(said) => assert!(!attempt.opens(tool), "{tool} does not log in with {}: {said}", attempt.name()),
        }
    }
}

#[test]
fn keys_log_in_to_an_actual_sshd() {
    let dir = TempDir::new("login");
    let Some(login) = Login::start(&dir) else { return };
    // With the authorized keys.
    let mut attempts = attempts(&dir);
    attempts.retain(|attempt| authorized().any(|key| std::ptr::eq(key, attempt.sample.key)));

    by_ssh(&login, &attempts);
    through_an_agent(&login, &attempts);
    by_paramiko(&login, &attempts);
    by_plink(&login, &attempts);
}

fn by_ssh(login: &Login<'_>, attempts: &[Attempt]) {
    for attempt in attempts {
        let ssh = &mut login.ssh(attempt.passphrase);
        login.check("ssh", attempt, login.outcome(attempt.sample.key, ssh.arg("-i").arg(&attempt.file)));
    }

    // OpenSSH 9.8 and later block an address for a while after more failures than occur here.
    let other = login.dir.write("other", &KEYS[2].to_openssh());
    let refused = login.outcome(&KEYS[2], login.ssh("").arg("-i").arg(other)).unwrap_err();
    assert!(refused.contains("Permission denied (publickey)"), "{refused}");
    // The host key is checked as well.
    let another_host = login.sshd.known_hosts("another_host", &KEYS[2]);
    let mut ssh = login.ssh_that_knows(&another_host, "");
    let refused = login.outcome(attempts[0].sample.key, ssh.arg("-i").arg(&attempts[0].file)).unwrap_err();
    assert!(refused.contains("Host key verification failed"), "{refused}");
}

fn through_an_agent(login: &Login<'_>, attempts: &[Attempt]) {
    if !has_tool("ssh-add") || !has_tool("ssh-agent") {
        return;
    }
    let socket = login.dir.0.join("agent");
    let mut agent = Command::new("ssh-agent");
    agent.args(["-D", "-a"]).arg(&socket).stdin(Stdio::null()).stdout(Stdio::null());
    let _agent = Running(agent.spawn().unwrap());
    wait_for(Duration::from_secs(60), || socket.exists().then_some(())).expect("ssh-agent does not start");
    for attempt in attempts {
        let ssh_add = |arguments: &[&str]| {
            let mut command = login.asking("ssh-add", attempt.passphrase);
            command.args(arguments).env("SSH_AUTH_SOCK", &socket);
            command
        };
        let added = run_bounded(ssh_add(&["-q"]).arg(&attempt.file)).status.success();
        assert_eq!(added, attempt.opens("ssh-add"), "ssh-add, {}", attempt.name());
        if !added {
            continue;
        }
        let mut ssh = login.ssh("");
        ssh.args(["-o", "IdentityFile=none"]).env("SSH_AUTH_SOCK", &socket);
        login.check("ssh-add", attempt, login.outcome(attempt.sample.key, &mut ssh));
        run_bounded(&mut ssh_add(&["-q", "-D"]));
    }
}

fn by_paramiko(login: &Login<'_>, attempts: &[Attempt]) {
    for python in PARAMIKO.interpreters() {
        for attempt in attempts.iter().filter(|attempt| attempt.opens("paramiko")) {
            let mut client = PARAMIKO.command(python);
            client.args(["login", &login.sshd.port.to_string(), &login.sshd.user]).arg(&login.known_hosts);
            client
                .arg(COMMAND)
                .arg(attempt.sample.key.public_key().algorithm().as_str())
                .arg(&attempt.file)
                .arg(attempt.passphrase);
            login.check("paramiko", attempt, login.printed(attempt.sample.key, &mut client));
        }
    }
}

fn by_plink(login: &Login<'_>, attempts: &[Attempt]) {
    let Some(puttygen) = Puttygen::new(login.dir) else { return };
    if !has_tool("plink") {
        return;
    }
    for attempt in attempts.iter().filter(|attempt| attempt.opens("puttygen")) {
        // plink does not accept a passphrase.
        let ppk = puttygen.convert(puttygen.load(&attempt.file, attempt.passphrase), "private", "");
        let mut plink = Command::new("plink");
        plink.env("HOME", &login.dir.0).env("PUTTYDIR", &login.dir.0);
        plink.args(["-batch", "-ssh", "-noagent", "-P", &login.sshd.port.to_string(), "-l", &login.sshd.user]);
        plink.args(["-hostkey", &KEYS[1].public_key().sha256_fingerprint().to_string(), "-i"]).arg(ppk);
        login.check("puttygen", attempt, login.outcome(attempt.sample.key, &mut plink));
    }
}
