//! Every style of fingerprint, against vectors and, where installed, against `ssh-keygen` and `openssl`.

use std::process::Command;

use nova_keypair::{AwsGeneratedFingerprint, FingerprintError, Md5Fingerprint, PublicKey, Sha256Fingerprint};

use crate::support;

const RSA: &str = "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQDkbjgPqUSAyPpxHAI/J2wyXVVE3YH0NXJXmWbCywZ4kKXLBkxZwqVJkFpY9vBu3bT+vvh4wZk+Wq0SL1Gj4QePj+fn7cDYyHXWHQ8ZK3nc9I99bChmESD2FDXDVnF8EwLHt4bZh0YVChwyBHTNBqwkaOO3yGu4KdZEHek0f0OETAqGARMfT8IXPFKHR5laz87gZJ/i6nCZEb/Vi73S+dVmrcBqfC+9blQGTqDi5ZvoVMRLzruQDLhvkRwfpZHeUsTT2ia4b82q0f6qSAh1ByicOSaS4rfF/mCjoZLASh3R6szUbW974LjD8wP3wpnhmWif2HLugTatyodd/nyBm05N Generated-by-Nova";
const MD5: &str = "e7:66:a1:2c:4f:90:6e:11:19:da:ac:c2:69:e1:ad:89";
const SHA256: &str = "SHA256:99trk2Ov9Rv1wgyQ8gLbEDchjSLfj0KLz2wtWnA1T7o";
const OTHERS: [&str; 4] = [
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIFl6u75BTi8xGtSPm1yVJuLE/oMtCOuEMJJnBSuZEdXz",
    "ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBA/CkqWXSlbdo7jPshvIWT/m3FAdpSIKUx/uTmz87ObpBxXsfF8aMSiwGMKHjqviTV4cG6F7vFf28ll+9CbGsbs=",
    "sk-ssh-ed25519@openssh.com AAAAGnNrLXNzaC1lZDI1NTE5QG9wZW5zc2guY29tAAAAIDuR9F7UHsKAfyb5DaeZW9olgnhyKRci4VClC/GHqd3KAAAACHNzaDp1c2Vy",
    "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAAgQC9mC3WZN9UGLxgPBpP7H5jZMc6pKwOoSgre8yun6REFktn/Kz7DUt9jaR1UJyRzHxITfCfAIgSxPdGqB/oF1suMyWgu5i0625vavLB5z5kC8Hq3qZJ9zJO1poE1kyD+htiTtPWJ88e12xuH2XB/CZN9OpEiF98hAagiOE0EnOS5Q==",
];

fn key() -> PublicKey {
    PublicKey::parse(RSA).unwrap()
}

#[test]
fn md5_is_printed_as_nova_prints_it_and_without_colons() {
    assert_eq!(key().fingerprint().to_string(), MD5);
    assert_eq!(key().fingerprint().to_hex(), MD5.replace(':', ""));
    assert_eq!(format!("{:?}", key().fingerprint()), format!("Md5Fingerprint({MD5})"));
}

#[test]
fn common_variants_of_a_fingerprint_are_accepted() {
    let fingerprint = key().fingerprint();
    let upper = MD5.to_uppercase();
    let line = format!("2048 MD5:{MD5} Generated-by-Nova (RSA)\n");
    for text in [MD5, &upper, &MD5.replace(':', ""), &format!(" MD5:{MD5}\n"), &format!("md5:{upper}"), &line] {
        assert_eq!(text.parse::<Md5Fingerprint>().unwrap(), fingerprint, "{text}");
    }
    let fingerprint = key().sha256_fingerprint();
    let line = format!("2048 {SHA256} Generated-by-Nova (RSA)");
    for text in [SHA256, &SHA256[7..], &format!("{SHA256}="), &format!(" sha256:{}", &SHA256[7..]), &line] {
        assert_eq!(text.parse::<Sha256Fingerprint>().unwrap(), fingerprint, "{text}");
    }
}

#[test]
fn text_that_is_not_a_fingerprint_is_rejected() {
    for text in [
        "",
        ":",
        "MD5:",
        &MD5[1..],
        &MD5[..46],
        &format!("{MD5}:00"),
        &MD5.replacen(':', "-", 1),
        &MD5.replace('e', "g"),
        &MD5.replace(':', "é"),
        SHA256,
        RSA,
        &format!("MD5 {MD5}"),
        &format!("2048x {MD5}"),
    ] {
        assert_eq!(text.parse::<Md5Fingerprint>(), Err(FingerprintError::Unrecognized), "{text}");
    }
    // The last of 43 characters encodes four bits, so an encoder does not produce all of them.
    let trailing_bits = format!("{}p", &SHA256[..49]);
    for text in ["", "SHA256:", &SHA256[..49], &format!("{SHA256}A"), &format!("{SHA256}=="), &trailing_bits, MD5] {
        assert_eq!(text.parse::<Sha256Fingerprint>(), Err(FingerprintError::Unrecognized), "{text}");
    }
}

#[test]
fn each_style_parses_its_own_output_and_distinguishes_keys() {
    let other = PublicKey::parse(OTHERS[0]).unwrap();
    assert_eq!(key().fingerprint().to_string().parse(), Ok(key().fingerprint()));
    assert_eq!(key().sha256_fingerprint().to_string().parse(), Ok(key().sha256_fingerprint()));
    assert_ne!(key().fingerprint(), other.fingerprint());
    assert_ne!(key().sha256_fingerprint(), other.sha256_fingerprint());
    let generated = AwsGeneratedFingerprint::of_pkcs8_der(b"abc");
    assert_eq!(generated.to_string(), "a9:99:3e:36:47:06:81:6a:ba:3e:25:71:78:50:c2:6c:9c:d0:d8:9d");
    assert_eq!(generated.to_string().parse(), Ok(generated));
    for byte in 0..16 {
        let mut bytes = *key().fingerprint().as_bytes();
        bytes[byte] ^= 0x80;
        assert_ne!(Md5Fingerprint::from_bytes(bytes), key().fingerprint());
    }
}

/// Returns the output of a program that reads `input` from the file at the end of its arguments; `None`, with a
/// warning, if the program is missing.
fn output(name: &str, program: &str, arguments: &[&str], input: &str) -> Option<Vec<u8>> {
    if !support::has_tool(program) {
        return None;
    }
    let directory = support::TempDir::new(name);
    let path = directory.0.join("input");
    std::fs::write(&path, input).unwrap();
    let output = Command::new(program).args(arguments).arg(&path).output().unwrap();
    assert!(output.status.success(), "{program} {arguments:?} of {input}");
    Some(output.stdout)
}

#[test]
fn randomart_and_fingerprints_match_ssh_keygen() {
    for line in OTHERS.into_iter().chain([RSA]) {
        let key = PublicKey::parse(line).unwrap();
        for (hash, fingerprint, picture) in [
            ("sha256", key.sha256_fingerprint().to_string(), key.randomart()),
            ("md5", format!("MD5:{}", key.fingerprint()), key.randomart_md5()),
        ] {
            let Some(printed) = output("art", "ssh-keygen", &["-lv", "-E", hash, "-f"], line) else { return };
            let printed = String::from_utf8(printed).unwrap();
            let (first, art) = printed.split_once('\n').unwrap();
            assert!(first.starts_with(&format!("{} {fingerprint} ", key.bits())), "{first}");
            assert_eq!(art.trim_end(), picture);
        }
    }
}

/// The picture that `ssh-keygen` draws, which checks it even if the tool is missing.
#[test]
fn randomart_of_a_documented_key() {
    let picture = [
        "+---[RSA 2048]----+",
        "|      oo+.       |",
        "|  . . .+.. .     |",
        "|   o o= o o      |",
        "|    o..X o .     |",
        "|  .o..ooS o .   .|",
        "|  .oo ...o . +  o|",
        "|   +.oE     . +oo|",
        "|   .* .      o*oo|",
        "|  .o .      .o+B+|",
        "+----[SHA256]-----+",
    ];
    assert_eq!(key().randomart(), picture.join("\n"));
}

/// `ssh-keygen -e -m PKCS8` writes the SPKI in PEM; AWS shows the MD5 of its bytes for an imported RSA key.
#[test]
fn aws_imported_fingerprint_is_md5_of_the_spki_der() {
    assert_eq!(
        key().aws_imported_fingerprint().unwrap().to_string(),
        "20:a6:e8:87:c6:a0:95:6e:23:e0:19:52:84:d4:52:e5"
    );
    assert_eq!(PublicKey::parse(OTHERS[0]).unwrap().aws_imported_fingerprint(), None);
    for line in [RSA, OTHERS[3]] {
        let Some(pem) = output("pkcs8", "ssh-keygen", &["-e", "-m", "PKCS8", "-f"], line) else { return };
        let pem = String::from_utf8(pem).unwrap();
        let Some(der) = output("spki", "openssl", &["pkey", "-pubin", "-outform", "DER", "-in"], &pem) else { return };
        let digest: [u8; 16] = <md5::Md5 as md5::Digest>::digest(der).into();
        let key = PublicKey::parse(line).unwrap();
        assert_eq!(key.aws_imported_fingerprint(), Some(Md5Fingerprint::from_bytes(digest)));
    }
}
