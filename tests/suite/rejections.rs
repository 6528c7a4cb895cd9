//! The guide's page about rejections states what the code answers.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use nova_keypair::PublicKey;

use crate::support::{json_data, line_of};

const PAGE: &str = "src/guide/rejections.md";
const BLOB: &str = "AAAAC3NzaC1lZDI1NTE5AAAAIBf2UZG+55Qr962IMas+c1bmD31fTFsc2Zd8+1do2RgC";

/// Returns what users paste, and a text of that kind.
fn pasted() -> Vec<(&'static str, String)> {
    let key = format!("ssh-ed25519 {BLOB}");
    let line = format!("{key} me@host");
    let (start, end) = line.split_at(60);
    let other = line_of(&[b"ssh-ed25519", &[7; 32]]);
    let padded = line_of(&[b"sk-ssh-ed25519@openssh.com", &[7; 32], b"ssh:"]);
    let number = |bits: usize| [&[0, 0xc5][..], &vec![0xa5; bits / 8 - 1]].concat();
    let private = json_data("ssh/private-keys.json");
    let private = |format: &str| {
        let keys = private["keys"].as_array().unwrap();
        keys.iter().find(|key| key["format"] == format).unwrap()["text"].as_str().unwrap().to_owned()
    };
    let file = private("OpenSSH, Ed25519");
    let body: String = file.lines().filter(|line| !line.starts_with('-')).collect();
    vec![
        ("a private key file", file.clone()),
        ("the middle of a private key file, behind a key type", format!("ssh-ed25519 {body}")),
        ("a private key file in base64, from a CI variable", STANDARD.encode(&file)),
        ("a PuTTY key file", private("PuTTY 3, Ed25519")),
        ("two keys, or all of an `authorized_keys` file", format!("{line}\n{other} you@host\n")),
        ("two keys without a line end between them", format!("{key}{other}")),
        ("a line that a terminal or an editor wrapped", format!("{start}\n{end}")),
        ("a line that was sent as a form without encoding: each `+` is a space", line.replace('+', " ")),
        ("a line from a web form", line.replace('+', "%2B").replace(' ', "+")),
        ("a percent-encoded line", line.replace('+', "%2B").replace(' ', "%20")),
        ("a line with HTML entities", line.replace('+', "&#43;")),
        ("a line with JSON escapes", line.replace('+', "\\u002b")),
        ("a line in base64, from `kubectl` or cloud-init", STANDARD.encode(&line)),
        ("base64 in the URL-safe alphabet", line.replace('+', "-")),
        ("a line in quotation marks", format!("\"{line}\"")),
        ("a field of YAML or Terraform", format!("public_key = \"{line}\"")),
        ("a quotation from a mail", format!("> {line}")),
        ("invisible characters, from a web page or a chat", line.replacen(' ', "\u{200b} ", 1)),
        ("a line with options", format!("no-pty {line}")),
        ("a line of `known_hosts`, or of `ssh-keyscan`", format!("example.org {key}")),
        ("`#` lines before the key", format!("# my laptop\n{line}\n")),
        ("spaces before the line", format!("  {line}")),
        ("a tab after the key type", line.replacen(' ', "\t", 1)),
        ("the base64 without its type", BLOB.to_owned()),
        ("the type of another key", line.replacen("ssh-ed25519", "ssh-rsa", 1)),
        ("the type in upper case", line.replacen("ssh-ed25519", "SSH-ED25519", 1)),
        ("no space before the comment, where the base64 ends with `=`", format!("{padded}me@host")),
        ("no space before the comment, where nothing tells the end of the base64", format!("{key}me@host")),
        ("the public key in RFC 4716 format, from PuTTYgen", format!("---- BEGIN SSH2 PUBLIC KEY ----\n{BLOB}\n---- END SSH2 PUBLIC KEY ----\n")),
        (
            "the public key as PEM, from OpenSSL",
            "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEApMlidf3g2by1AgZwg2vRur0IBKSuodJUYyCOgByISiY=\n-----END PUBLIC KEY-----\n".to_owned(),
        ),
        ("the first part of a line", line[..70].to_owned()),
        ("a line with a character that is not base64", line.replacen("55Qr", "55*r", 1)),
        ("a fingerprint", PublicKey::parse(&line).unwrap().sha256_fingerprint().to_string()),
        ("a shell command that was not run", "$(cat ~/.ssh/id_ed25519.pub)".to_owned()),
        ("the name of the file", "~/.ssh/id_ed25519.pub".to_owned()),
        ("a DSA key", line_of(&[b"ssh-dss", &number(1024), &number(160), &[2], &[3]])),
        ("an RSA key of 768 bits", line_of(&[b"ssh-rsa", &[1, 0, 1], &number(768)])),
        ("nothing", String::new()),
    ]
}

fn table() -> String {
    let row = |(what, text): (&str, String)| {
        let error = PublicKey::parse(&text).expect_err(what);
        let recovered = PublicKey::recover(&text).is_ok();
        // Characters that would be part of the table or of its markup.
        let sentence = error.to_string().replace('&', "&amp;").replace('|', "\\|");
        let sentence = sentence.replace('<', "\\<").replace('*', "\\*").replace('[', "\\[");
        format!("| {what} | {} | `{}`: {sentence} |\n", if recovered { "yes" } else { "" }, error.code())
    };
    pasted().into_iter().map(row).collect()
}

#[test]
fn the_page_about_rejections_states_what_users_are_told() {
    let file = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(PAGE);
    let page = std::fs::read_to_string(&file).unwrap();
    let (before, rest) = page.split_once("|---|---|---|\n").unwrap();
    let (found, after) = rest.split_once("\n\n").map_or((rest, ""), |(table, after)| (table, after));
    let expected = table();
    if std::env::var_os("UPDATE_GUIDE").is_some() {
        std::fs::write(&file, format!("{before}|---|---|---|\n{expected}\n{}", after.trim_start())).unwrap();
        return;
    }
    assert!(format!("{}\n", found.trim_end()) == expected, "UPDATE_GUIDE=1 writes this table:\n{expected}");
}
