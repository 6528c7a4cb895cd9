//! The commands that error messages tell people to run convert the file that the message is about, and the output is
//! imported.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use nova_keypair::{Algorithm, KeypairName, PublicKey, import};

use crate::errors::inputs;
use crate::support::{TempDir, has_tool, run, tool};

const TOOLS: [&str; 4] = ["ssh-keygen", "puttygen", "openssl", "gpg"];

/// Extracts the commands from a message: each tool with the arguments after it.
fn commands(message: &str) -> Vec<Vec<&str>> {
    let mut words = message.split(' ').peekable();
    let mut commands = Vec::new();
    while let Some(word) = words.next() {
        let word = word.trim_start_matches('(');
        if !TOOLS.contains(&word) {
            continue;
        }
        let mut command = vec![word];
        let is_argument = |word: &&str| !["or", "prints", "then"].contains(word) && !word.starts_with('(');
        while let Some(word) = words.next_if(is_argument) {
            let argument = word.trim_end_matches([';', ',', ')']);
            command.push(argument);
            if argument.len() < word.len() {
                break;
            }
        }
        commands.push(command);
    }
    commands
}

/// Runs the commands of a message with some tools, one after the other. `FILE` is the file that the message is about,
/// and `KEY` the output of the command before. Returns the last output.
fn follow(message: &str, tools: &[&str], file: &Path) -> String {
    let mut output = String::new();
    let key = file.with_extension("key");
    for command in commands(message).into_iter().filter(|command| tools.contains(&&*command[..2].join(" "))) {
        let [tool, arguments @ ..] = &*command else { unreachable!("a command has a tool") };
        fs::write(&key, &output).unwrap();
        let argument = |argument: &&str| match *argument {
            "FILE" => file.into(),
            "KEY" => key.clone(),
            other => PathBuf::from(other),
        };
        output = run(Command::new(tool).args(arguments.iter().map(argument)));
    }
    output
}

/// A folder with a new key of each kind, unencrypted.
struct Keys {
    dir: TempDir,
    /// Private keys in OpenSSH format, next to their `.pub` files.
    files: Vec<PathBuf>,
}

impl Keys {
    fn new(name: &str, kinds: &[[&str; 2]]) -> Self {
        let dir = TempDir::new(name);
        let new = |&[kind, bits]: &[&str; 2]| {
            let file = dir.0.join(format!("{kind}{bits}"));
            run(ssh_keygen(&["-q", "-t", kind, "-b", bits, "-N", "", "-C", "me", "-f"]).arg(&file));
            file
        };
        let files = kinds.iter().map(new).collect();
        Self { dir, files }
    }
}

fn ssh_keygen(arguments: &[&str]) -> Command {
    let mut command = Command::new("ssh-keygen");
    command.args(arguments);
    command
}

fn public(file: &Path) -> PublicKey {
    let line = fs::read_to_string(file.with_extension("pub")).unwrap();
    PublicKey::parse(line.trim_end()).unwrap()
}

/// Follows the message with which an import rejects a text, and imports the output.
fn check(dir: &TempDir, text: &str, code: &str, tools: &[&str], expected: &PublicKey) {
    let name = KeypairName::new("k").unwrap();
    let error = import(&name, text).unwrap_err();
    assert_eq!(error.code(), code, "{error}");
    let line = follow(&error.to_string(), tools, &dir.write("pasted", text));
    let imported = import(&name, line.trim_end()).unwrap_or_else(|error| panic!("{error}: {line:?}"));
    assert_eq!(imported.public_key, *expected, "{code}");
}

const KINDS: [[&str; 2]; 4] = [["rsa", "2048"], ["ecdsa", "256"], ["ecdsa", "521"], ["ed25519", "256"]];

#[test]
fn commands_are_extracted_with_their_arguments() {
    let message = "send what ssh-keygen -y -f FILE prints (for a PuTTY file, puttygen FILE -L); not a tool";
    assert_eq!(commands(message), [&["ssh-keygen", "-y", "-f", "FILE"][..], &["puttygen", "FILE", "-L"]]);
    let message = "use openssl x509 -in FILE (for another, see there), then ssh-keygen -i or ssh-keygen -t rsa";
    assert_eq!(
        commands(message),
        [&["openssl", "x509", "-in", "FILE"][..], &["ssh-keygen", "-i"], &["ssh-keygen", "-t", "rsa"]]
    );
}

#[test]
fn the_command_for_a_public_key_in_another_format_converts_it() {
    if !has_tool("ssh-keygen") {
        return;
    }
    let Keys { dir, files } = Keys::new("remedies-public", &KINDS);
    for file in &files {
        let export = |format| ssh_keygen(&["-e", "-m", format, "-f"]).arg(file.with_extension("pub")).output().unwrap();
        let key = public(file);
        for format in ["RFC4716", "PKCS8", "PEM"] {
            // Versions of OpenSSH differ in the types that they write as PKCS#8. They read none of Ed25519.
            let output = export(format);
            if format != "RFC4716" && (!output.status.success() || file.ends_with("ed25519256")) {
                assert!(!file.ends_with("rsa2048"), "{output:?}");
                continue;
            }
            let text = String::from_utf8(output.stdout).unwrap();
            let (pem, bare) = match text.lines().next().unwrap() {
                "-----BEGIN PUBLIC KEY-----" => ("key_spki_pem", Some("key_spki_body")),
                "-----BEGIN RSA PUBLIC KEY-----" => ("key_pkcs1_pem", Some("key_pkcs1_body")),
                _ => ("key_rfc4716", None),
            };
            check(&dir, &text, pem, &["ssh-keygen -i"], &key);
            // The body alone, put between the lines that the message states.
            let Some(code) = bare else { continue };
            let body: Vec<&str> = text.lines().filter(|line| !line.starts_with('-')).collect();
            let name = KeypairName::new("k").unwrap();
            let message = import(&name, &body.concat()).unwrap_err();
            assert_eq!(message.code(), code);
            let message = message.to_string();
            let mut lines =
                message.match_indices("-----").step_by(2).zip(message.match_indices("-----").skip(1).step_by(2));
            let mut next = || lines.next().map(|((start, _), (end, _))| &message[start..end + 5]).unwrap();
            let (first, last) = (next(), next());
            let file = dir.write("body", &[first, &body.join("\n"), last, ""].join("\n"));
            let line = follow(&message, &["ssh-keygen -i"], &file);
            assert_eq!(import(&name, line.trim_end()).unwrap().public_key, key);
        }
    }
}

#[test]
fn the_command_for_a_certificate_or_a_request_extracts_its_key() {
    if !has_tool("ssh-keygen") || !has_tool("openssl") {
        return;
    }
    let Keys { dir, files } = Keys::new("remedies-x509", &[["rsa", "2048"], ["ecdsa", "384"]]);
    for file in &files {
        let key = public(file);
        run(ssh_keygen(&["-q", "-p", "-m", "PEM", "-P", "", "-N", "", "-f"]).arg(file));
        for (kind, extracts) in [(Some("-x509"), "openssl x509"), (None, "openssl req")] {
            let mut request = Command::new("openssl");
            request.args(["req", "-new", "-subj", "/CN=me", "-key"]).arg(file).args(kind);
            check(&dir, &run(&mut request), "key_x509", &[extracts, "ssh-keygen -i"], &key);
        }
    }
}

#[test]
fn the_command_for_a_private_key_prints_the_public_one() {
    if !has_tool("ssh-keygen") {
        return;
    }
    let Keys { dir, files } = Keys::new("remedies-private", &KINDS);
    for file in &files {
        let key = public(file);
        let text = || fs::read_to_string(file).unwrap();
        check(&dir, &text(), "key_is_private", &["ssh-keygen -y"], &key);
        if has_tool("puttygen") {
            for version in ["2", "3"] {
                let converted = file.with_extension("ppk");
                let mut convert = Command::new("puttygen");
                convert.arg(file).args(["-O", "private", "-o"]).arg(&converted);
                run(convert.arg("--ppk-param").arg(format!("version={version}")));
                let text = fs::read_to_string(converted).unwrap();
                check(&dir, &text, "key_is_private", &["puttygen FILE"], &key);
            }
        }
        // ssh-keygen writes Ed25519 in its own format, or, since OpenSSH 10, not as PEM.
        let formats: &[&str] = if key.algorithm() == Algorithm::Ed25519 { &["PKCS8"] } else { &["PEM", "PKCS8"] };
        for format in formats {
            run(ssh_keygen(&["-q", "-p", "-m", format, "-P", "", "-N", "", "-f"]).arg(file));
            check(&dir, &text(), "key_is_private", &["ssh-keygen -y"], &key);
        }
    }
}

#[test]
fn the_command_for_an_openpgp_key_exports_it() {
    if !has_tool("gpg") {
        return;
    }
    let dir = TempDir::new("remedies-gpg");
    let gpg = |arguments: &[&str]| {
        let mut command = Command::new("gpg");
        command.env("GNUPGHOME", &dir.0).args(["--batch", "--quiet"]).args(arguments);
        run(&mut command)
    };
    use std::os::unix::fs::PermissionsExt as _;
    fs::set_permissions(&dir.0, fs::Permissions::from_mode(0o700)).unwrap();
    gpg(&["--passphrase", "", "--quick-gen-key", "me", "ed25519", "auth", "never"]);
    let name = KeypairName::new("k").unwrap();
    let error = import(&name, &gpg(&["--armor", "--export", "me"])).unwrap_err();
    assert_eq!(error.code(), "key_pgp");
    let message = error.to_string();
    let commands = commands(&message);
    let [command] = &*commands else { panic!("{message}") };
    let arguments: Vec<&str> = command[1..].iter().map(|word| if *word == "USER" { "me" } else { word }).collect();
    let line = gpg(&arguments);
    if let Some(gpgconf) = tool("gpgconf") {
        run(Command::new(gpgconf).env("GNUPGHOME", &dir.0).args(["--kill", "gpg-agent"]));
    }
    assert!(import(&name, line.trim_end()).is_ok(), "{line}");
}

/// Every other command generates a key. A user answers the prompts for a file and a passphrase.
#[test]
fn the_commands_that_generate_a_key_generate_one_that_is_imported() {
    if !has_tool("ssh-keygen") {
        return;
    }
    let messages: Vec<String> = inputs::all().iter().map(|(.., error)| error.to_string()).collect();
    let unique: BTreeSet<Vec<&str>> = messages.iter().flat_map(|message| commands(message)).collect();
    let dir = TempDir::new("remedies-new");
    let mut generated = 0;
    for command in unique {
        match &command[1..] {
            // The tests above run these.
            ["-i", .., "-f", "FILE" | "KEY"] | ["-y", "-f", "FILE"] | ["FILE", "-L"] | ["--export-ssh-key", _] => {}
            ["x509" | "req", .., "-in", "FILE"] => {}
            // The command whose output is not a key.
            ["-l"] => {}
            // Prose about a program rather than a command.
            [] | ["does", "not", ..] => {}
            // This takes a security key.
            ["-t", "ed25519-sk", ..] => {}
            ["-t", arguments @ ..] => {
                generated += 1;
                let file = dir.0.join(format!("new-{generated}"));
                run(ssh_keygen(&["-t"]).args(arguments).args(["-q", "-N", "", "-f"]).arg(&file));
                let line = fs::read_to_string(file.with_extension("pub")).unwrap();
                assert!(import(&KeypairName::new("k").unwrap(), line.trim_end()).is_ok(), "{line}");
            }
            other => panic!("no test runs {other:?}"),
        }
    }
    assert!(generated > 1);
}
