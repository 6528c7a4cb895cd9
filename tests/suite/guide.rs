//! Claims of the guide (`src/guide`) that its own examples do not show: each ssh-keygen command against the call
//! listed next to it, and the code of the axum page against the example that contains it.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use nova_keypair::{Algorithm, KeySpec, KeypairName, PrivateKey, PublicKey, import};

use crate::support::{TempDir, has_tool, run};

/// The columns of a line of code in the guide, on a screen of usual width.
const CODE_WIDTH: usize = 90;

const MIGRATION: &str = include_str!("../../src/guide/migration.md");
const SERVER: &str = include_str!("../../src/guide/server.md");

/// A key of this crate with the comment `me`, and the files that ssh-keygen needs.
struct Fixture {
    dir: TempDir,
    key: PrivateKey,
}

impl Fixture {
    fn new() -> Self {
        let (dir, mut key) = (TempDir::new("guide"), PrivateKey::from_seed(&[7; 32], KeySpec::Rsa2048).unwrap());
        key.set_comment("me").unwrap();
        dir.write("ours", &key.to_openssh());
        dir.write("ours.pub", &(key.public_key().to_openssh() + "\n"));
        Self { dir, key }
    }

    /// Runs a command of the page with these files, and returns its output.
    fn run(&self, command: &str, more: &[&str]) -> String {
        let words = command.split(' ').skip(1).map(|word| if word == "''" { "" } else { word });
        run(Command::new("ssh-keygen").current_dir(&self.dir.0).args(words).args(more))
    }

    /// Generates a pair with the command and returns its private key file.
    fn make(&self, command: &str) -> String {
        let name = command.replace([' ', '\''], "-");
        self.run(command, &["-q", "-f", &name]);
        std::fs::read_to_string(self.dir.0.join(name)).unwrap()
    }

    fn public_key(&self) -> &PublicKey {
        self.key.public_key()
    }
}

fn first_line(text: &str) -> &str {
    text.lines().next().unwrap()
}

/// Each entry of the page's table: the command, and the check of its claim.
type Check = fn(&Fixture, &str);
const CHECKS: &[(&str, Check)] = &[
    ("ssh-keygen -t rsa -b 2048 -N '' -C me", |f, command| {
        assert_eq!(first_line(&f.make(command)), first_line(&f.key.to_openssh()));
        let line = f.run("ssh-keygen -y", &["-f", &command.replace([' ', '\''], "-")]);
        let theirs = PublicKey::parse(&line).unwrap();
        assert_eq!((theirs.bits(), theirs.comment()), (f.public_key().bits(), f.public_key().comment()));
    }),
    ("ssh-keygen -t rsa -b 2048 -N '' -m PEM", |f, command| {
        assert_eq!(first_line(&f.make(command)), first_line(&f.key.to_pkcs1_pem().unwrap()));
    }),
    ("ssh-keygen -t rsa -b 2048 -N '' -m PKCS8", |f, command| {
        assert_eq!(first_line(&f.make(command)), first_line(&f.key.to_pkcs8_pem()));
    }),
    ("ssh-keygen -t rsa -b 2048 -N secret", |f, command| {
        assert_eq!(first_line(&f.make(command)), first_line(&f.key.to_openssh()));
        #[cfg(feature = "encryption")]
        {
            let ours = f.key.to_openssh_encrypted("secret", &mut crate::support::random()).unwrap();
            f.dir.write("locked", &ours);
            let line = f.run("ssh-keygen -y", &["-P", "secret", "-f", "locked"]);
            assert_eq!(line.trim_end(), f.public_key().to_openssh());
        }
    }),
    ("ssh-keygen -y", |f, command| {
        assert_eq!(f.run(command, &["-f", "ours"]).trim_end(), f.public_key().to_openssh());
    }),
    ("ssh-keygen -l", |f, command| {
        let key = f.public_key();
        let expected = format!("{} {} {} (RSA)\n", key.bits(), key.sha256_fingerprint(), key.comment());
        assert_eq!(f.run(command, &["-f", "ours.pub"]), expected);
    }),
    ("ssh-keygen -l -E md5", |f, command| {
        let printed = f.run(command, &["-f", "ours.pub"]);
        assert_eq!(printed.parse(), Ok(f.public_key().fingerprint()));
        assert!(printed.contains(&format!(" MD5:{} ", f.public_key().fingerprint())));
    }),
    ("ssh-keygen -l -v", |f, command| {
        assert!(f.run(command, &["-f", "ours.pub"]).trim_end().ends_with(&f.public_key().randomart()));
    }),
    ("ssh-keygen -l -v -E md5", |f, command| {
        assert!(f.run(command, &["-f", "ours.pub"]).trim_end().ends_with(&f.public_key().randomart_md5()));
    }),
    ("ssh-keygen -e -m RFC4716", compares),
    ("ssh-keygen -e -m PKCS8", compares),
    ("ssh-keygen -e -m PEM", compares),
    ("ssh-keygen -i -m RFC4716", |f, command| {
        let exported = f.run("ssh-keygen -e -m RFC4716", &["-f", "ours.pub"]);
        let refused = import(&KeypairName::new("k").unwrap(), &exported).unwrap_err();
        assert_eq!(refused.code(), "key_rfc4716");
        assert!(refused.to_string().contains("ssh-keygen -i"), "{refused}");
        f.dir.write("exported", &exported);
        assert!(f.public_key().same_key(&f.run(command, &["-f", "exported"])).unwrap());
    }),
    ("ssh-keygen -t ed25519", |f, command| {
        f.make(&format!("{command} -N ''"));
        let file = f.dir.0.join("ssh-keygen--t-ed25519--N---.pub");
        let theirs = import(&KeypairName::new("k").unwrap(), &std::fs::read_to_string(file).unwrap()).unwrap();
        assert_eq!(theirs.public_key.algorithm(), Algorithm::Ed25519);
        #[cfg(feature = "ed25519")]
        {
            let ours = PrivateKey::generate(KeySpec::Ed25519, &mut crate::support::random()).unwrap();
            f.dir.write("ed25519", &ours.to_openssh());
            assert_eq!(f.run("ssh-keygen -y", &["-f", "ed25519"]).trim_end(), ours.public_key().to_openssh());
        }
    }),
    ("ssh-keygen -p", |f, _| {
        let refused = PublicKey::parse(&f.key.to_openssh()).unwrap_err();
        assert_eq!(refused.code(), "key_is_private");
    }),
];

fn compares(f: &Fixture, command: &str) {
    let exported = f.run(command, &["-f", "ours.pub"]);
    assert!(PublicKey::parse(&exported).is_err());
    assert!(f.public_key().same_key(&exported).unwrap());
    let other = PrivateKey::from_seed(&[8; 32], KeySpec::Rsa2048).unwrap();
    assert!(!other.public_key().same_key(&exported).unwrap());
}

#[test]
fn each_command_of_the_page_matches_the_call_next_to_it() {
    let rows: BTreeSet<_> = MIGRATION
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split_once('`'))
        .map(|(command, _)| command)
        .filter(|command| command.starts_with("ssh-keygen "))
        .collect();
    assert_eq!(rows, CHECKS.iter().map(|(command, _)| *command).collect());
    if !has_tool("ssh-keygen") {
        return;
    }
    let fixture = Fixture::new();
    for (command, check) in CHECKS {
        check(&fixture, command);
    }
}

/// Returns the code that rustdoc does not compile.
fn ignored_code(page: &str) -> Vec<&str> {
    page.split("```rust,ignore\n").skip(1).filter_map(|rest| rest.split("```").next()).collect()
}

/// Longer lines scroll in the rendered page, where readers do not see their ends.
#[test]
fn no_line_of_code_scrolls_out_of_sight() {
    let mut lines = 0;
    for page in std::fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/guide")).unwrap() {
        let page = page.unwrap().path();
        let text = std::fs::read_to_string(&page).unwrap();
        for line in text.split("```").skip(1).step_by(2).flat_map(str::lines) {
            assert!(line.chars().count() <= CODE_WIDTH, "{}: {line}", page.display());
            lines += 1;
        }
    }
    assert!(lines > 200, "{lines}");
}

#[test]
fn the_page_about_other_crates_shows_the_code_that_is_run() {
    let page = include_str!("../../src/guide/other_crates.md");
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("checks/other_crates/src");
    let files = std::fs::read_dir(folder).unwrap().map(|file| std::fs::read_to_string(file.unwrap().path()).unwrap());
    let source: Vec<_> = files.collect();
    let items: Vec<_> = ignored_code(page).into_iter().flat_map(|code| code.split("\n\n")).collect();
    for item in &items {
        assert!(source.iter().any(|file| file.contains(item.trim())), "not in checks/other_crates:\n{item}");
    }
    // Every function there is on the page.
    let functions =
        source.iter().flat_map(|file| file.lines()).filter(|line| line.starts_with("pub ") && line.contains("fn "));
    assert_eq!(functions.count(), items.len());
}

#[test]
fn the_axum_page_shows_the_code_of_the_example() {
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/axum/src");
    let read = |file| std::fs::read_to_string(sources.join(file)).unwrap();
    let example = read("service.rs") + &read("response.rs");
    let items: Vec<_> = ignored_code(SERVER).into_iter().flat_map(|code| code.split("\n\n")).collect();
    let functions = items.iter().filter(|item| item.contains("fn ")).count();
    assert_eq!(functions, 4, "{items:?}");
    for item in items {
        assert!(example.contains(item.trim()), "not in the example:\n{item}");
    }
    // The compiled part of the page and the example share this function.
    let answer = SERVER.split("fn answer").nth(1).unwrap().split("\n}\n").next().unwrap();
    assert!(example.contains(answer), "not in the example:\n{answer}");
}
