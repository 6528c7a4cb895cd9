//! `ssh2`, curl and `russh` log in to an actual `sshd` on 127.0.0.1 with an RSA key and an Ed25519 key.

#[path = "../../../tests/suite/skip.rs"]
mod skip;

use std::fs;
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use nova_keypair::{KeySpec, PrivateKey};
use other_crates::{log_in, log_in_with_ssh2};
use skip::skip;

/// A server that authorizes these keys, in a folder of its own. Both are gone on drop.
struct Sshd {
    dir: PathBuf,
    child: Child,
    port: u16,
}

impl Sshd {
    fn start(keys: &[PrivateKey]) -> Option<Self> {
        let Some(program) =
            ["/usr/sbin/sshd", "/usr/local/sbin/sshd"].into_iter().find(|path| fs::exists(path).unwrap())
        else {
            skip("sshd is not installed");
            return None;
        };
        let dir = std::env::temp_dir().join(format!("other-crates-{}", std::process::id()));
        let _ = fs::remove_dir_all(&dir);
        fs::create_dir_all(&dir).unwrap();
        // Missing where sshd never ran as a service.
        let _ = fs::create_dir_all("/run/sshd");
        let port = TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap().port();
        let path = dir.display();
        let write = |name: &str, text: &str| {
            fs::write(dir.join(name), text).unwrap();
            fs::set_permissions(dir.join(name), std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
        };
        // Not RSA: see `with_curl` below.
        write("host_key", &keys[1].to_openssh());
        write("authorized_keys", &keys.iter().map(|key| format!("{}\n", key.public_key())).collect::<String>());
        write(
            "sshd_config",
            &format!(
                "ListenAddress 127.0.0.1:{port}\nHostKey {path}/host_key\nAuthorizedKeysFile {path}/authorized_keys\n\
                 PermitRootLogin prohibit-password\nStrictModes no\nUsePAM no\nPidFile none\n\
                 Subsystem sftp internal-sftp\n"
            ),
        );
        let mut sshd = Command::new(program);
        sshd.args(["-D", "-f"]).arg(dir.join("sshd_config")).stderr(Stdio::null());
        let sshd = Self { child: sshd.spawn().unwrap(), dir, port };
        for _ in 0..600 {
            if TcpStream::connect(("127.0.0.1", port)).is_ok() {
                return Some(sshd);
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        panic!("sshd does not start");
    }
}

impl Drop for Sshd {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = fs::remove_dir_all(&self.dir);
    }
}

struct AnyHost;

impl russh::client::Handler for AnyHost {
    type Error = russh::Error;

    async fn check_server_key(&mut self, _: &russh::keys::PublicKeyOrCertificate) -> Result<bool, russh::Error> {
        Ok(true)
    }
}

#[test]
fn ssh2_curl_and_russh_log_in() {
    let key = |seed: u8, spec| PrivateKey::from_seed(&[seed; 32], spec).unwrap();
    let keys = [key(1, KeySpec::Rsa2048), key(2, KeySpec::Ed25519)];
    let Some(sshd) = Sshd::start(&keys) else {
        return;
    };
    let user = String::from_utf8(Command::new("id").arg("-un").output().unwrap().stdout).unwrap();
    let user = user.trim_end();
    let file = sshd.dir.join("client_key");

    let with_ssh2 = |key: &PrivateKey| {
        let mut session = ssh2::Session::new().unwrap();
        session.set_tcp_stream(TcpStream::connect(("127.0.0.1", sshd.port)).unwrap());
        session.handshake().unwrap();
        let outcome = log_in_with_ssh2(&session, user, key, &file);
        assert_eq!(session.authenticated(), outcome.is_ok(), "{outcome:?}");
        assert!(!file.exists());
        outcome.is_ok()
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let with_russh = |key: &PrivateKey| {
        runtime.block_on(async {
            let config = Arc::new(russh::client::Config::default());
            let mut session = russh::client::connect(config, ("127.0.0.1", sshd.port), AnyHost).await.unwrap();
            log_in(&mut session, user, key).await.unwrap().success()
        })
    };
    for key in &keys {
        assert!(with_ssh2(key) && with_russh(key), "{}", key.public_key());
    }
    let mut with_curl = Some(|key: &PrivateKey| {
        fs::write(&file, key.to_openssh().as_bytes()).unwrap();
        fs::set_permissions(&file, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
        let url = format!("sftp://{user}@127.0.0.1:{}{}", sshd.port, sshd.dir.join("authorized_keys").display());
        let output =
            Command::new("curl").args(["-sS", "--insecure", "--pubkey", "", "--key"]).arg(&file).arg(url).output();
        fs::remove_file(&file).unwrap();
        output.unwrap().stdout.starts_with(b"ssh-rsa ")
    });
    let features = Command::new("curl").arg("--version").output().map(|output| output.stdout).unwrap_or_default();
    if !String::from_utf8_lossy(&features).contains("libssh2") {
        skip("curl with libssh2 is not installed");
        with_curl = None;
    }
    if let Some(with_curl) = with_curl {
        // libssh2 before 1.11 signs with RSA and SHA-1, which OpenSSH 8.8 and later reject.
        assert!(with_curl(&keys[1]));
        assert!(!with_curl(&key(3, KeySpec::Ed25519)));
    }
    let other = key(3, KeySpec::Ed25519);
    assert!(!with_ssh2(&other) && !with_russh(&other));
}
