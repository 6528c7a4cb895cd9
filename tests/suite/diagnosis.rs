//! Text that is not a public key: each kind has its own code, position and remedy.

use nova_keypair::{ImportPolicy, PublicKey, PublicKeyError, PublicKeyErrorKind};

const ED25519: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIFl6u75BTi8xGtSPm1yVJuLE/oMtCOuEMJJnBSuZEdXz";
const BLOB: &str = "AAAAC3NzaC1lZDI1NTE5AAAAIFl6u75BTi8xGtSPm1yVJuLE/oMtCOuEMJJnBSuZEdXz";

fn refused(text: &str) -> PublicKeyError {
    PublicKey::parse(text).expect_err(text)
}

fn kind_and_position(error: PublicKeyError) -> (PublicKeyErrorKind, Option<usize>) {
    (error.kind(), error.position())
}

#[test]
fn every_kind_of_text_is_recognized() {
    let digits = "1".repeat(309);
    let cases: Vec<(String, &str, Option<usize>)> = vec![
        // Nothing, and edges.
        ("".into(), "key_empty", None),
        (" \r\n\t ".into(), "key_empty", None),
        (format!("\u{feff}{ED25519}"), "key_byte_order_mark", Some(0)),
        (format!("\"{ED25519}\""), "key_quoted", Some(0)),
        (format!("'{ED25519}'"), "key_quoted", Some(0)),
        (format!("  \u{201c}{ED25519}\u{201d}"), "key_quoted", Some(2)),
        (format!("\u{a0}{ED25519}"), "key_unicode_space", Some(0)),
        (format!("\u{200b}{ED25519}"), "key_invisible_character", Some(0)),
        (format!("\u{2060}{ED25519}"), "key_invisible_character", Some(0)),
        (ED25519.replace(' ', "\u{a0}"), "key_unicode_space", Some(11)),
        (ED25519.replace(' ', "\u{2003}"), "key_unicode_space", Some(11)),
        (format!("{ED25519}\u{a0}comment"), "key_unicode_space", Some(80)),
        (ED25519.replace(' ', "\n"), "key_wrapped", Some(11)),
        (ED25519.replace(' ', ""), "key_separator_missing", Some(11)),
        // Lines of other files.
        (format!("no-pty {ED25519}"), "key_options", Some(7)),
        (format!("from=\"10.0.0.0/8\",command=\"a b ssh\" {ED25519}"), "key_options", Some(36)),
        (format!("NO-PTY {ED25519}"), "key_options", Some(7)),
        (format!("github.com {ED25519}"), "key_known_hosts", Some(11)),
        (format!("github.com,140.82.121.4 {ED25519}"), "key_known_hosts", Some(24)),
        (format!("[::1]:2222 {ED25519}"), "key_known_hosts", Some(11)),
        (
            format!("|1|JfKTdBh7rNbXkVAQCRp4OQoPfmI=|USECr3SWf1JUPsms5AqfD5QfxkM= {ED25519}"),
            "key_known_hosts",
            Some(61),
        ),
        (format!("@cert-authority *.example.org {ED25519}"), "key_known_hosts", Some(30)),
        (format!("user@example.org {ED25519}"), "key_text_before", Some(17)),
        (format!("my key:\n{ED25519}"), "key_text_before", Some(8)),
        (format!("# remark\n{ED25519}"), "key_hash_line", Some(0)),
        // Parts of a key.
        (BLOB.into(), "key_type_missing", Some(0)),
        (format!("{BLOB} user@host"), "key_type_missing", Some(0)),
        ("ssh-ed25519".into(), "key_missing", Some(11)),
        ("ssh-ed25519 ".into(), "key_missing", Some(12)),
        ("ssh-ed25519 \n".into(), "key_missing", Some(12)),
        ("ssh-ed25519\n".into(), "key_missing", Some(11)),
        // Fingerprints and file names.
        ("SHA256:1KcBG++MOWHm5/5oCDjGDZwK2ijqi4HDUKeZz/gEVz0".into(), "key_is_fingerprint", Some(0)),
        ("MD5:1a:1d:a7:2c:4c:ff:15:c4:70:13:38:b6:ac:4c:dc:12".into(), "key_is_fingerprint", Some(0)),
        ("1a:1d:a7:2c:4c:ff:15:c4:70:13:38:b6:ac:4c:dc:12".into(), "key_is_fingerprint", Some(0)),
        ("256 SHA256:1KcBG++MOWHm5/5oCDjGDZwK2ijqi4HDUKeZz/gEVz0 user (ED25519)".into(), "key_is_fingerprint", Some(4)),
        ("~/.ssh/id_rsa.pub".into(), "key_is_path", Some(0)),
        ("/home/user/.ssh/id_ed25519.pub\n".into(), "key_is_path", Some(0)),
        ("C:\\Users\\me\\.ssh\\id_rsa".into(), "key_is_path", Some(0)),
        ("https://github.com/user.keys".into(), "key_is_path", Some(0)),
        ("./id_rsa".into(), "key_is_path", Some(0)),
        ("id_rsa.pub".into(), "key_is_path", Some(0)),
        // Types.
        (ED25519.replace("ssh-ed", "SSH-ED"), "key_type_case", Some(0)),
        (format!("rsa-sha2-512 {BLOB}"), "key_type_signature", Some(0)),
        ("ssh-ed448 AAAACXNzaC1lZDQ0OAAAADkBAQEB".into(), "key_type_unsupported", Some(0)),
        ("foo@example.org AAAAE2Zvb19rZXlAZXhhbXBsZS5jb20AAAADYWJj".into(), "key_type_unsupported", Some(0)),
        ("ssh-rsa-cert-v01@openssh.com AAAAHHNzaC1yc2EtY2VydC12MDFAb3BlbnNzaC5jb20".into(), "key_certificate", Some(0)),
        ("ssh-rsa AAAAHHNzaC1yc2EtY2VydC12MDFAb3BlbnNzaC5jb20=".into(), "key_certificate", Some(8)),
        (format!("2048 65537 {digits} user@host"), "key_ssh1", Some(0)),
        // Formats with a header.
        (
            "---- BEGIN SSH2 PUBLIC KEY ----\nComment: \"x\"\nAAAA\n---- END SSH2 PUBLIC KEY ----".into(),
            "key_rfc4716",
            Some(0),
        ),
        ("-----BEGIN RSA PUBLIC KEY-----\nMIIBCgKCAQEA\n".into(), "key_pkcs1_pem", Some(0)),
        ("  -----BEGIN PUBLIC KEY-----\nMIIBIjANBgkq\n".into(), "key_spki_pem", Some(2)),
        ("-----BEGIN CERTIFICATE-----\nMII\n".into(), "key_x509", Some(0)),
        ("-----BEGIN CERTIFICATE REQUEST-----\nMII\n".into(), "key_x509", Some(0)),
        ("-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nmQ\n".into(), "key_pgp", Some(0)),
        ("-----BEGIN DH PARAMETERS-----\nMII\n".into(), "key_unknown_pem", Some(0)),
        ("age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p".into(), "key_age", Some(0)),
        // Text that only resembles one of these.
        ("-----BEGIN-----".into(), "key_unrecognized", Some(0)),
        ("1a:1d:a7:2c:4c:ff:15:c4:70:13:38:b6:ac:4c:dc".into(), "key_unrecognized", Some(0)),
        ("1a:1d:a7:2c:4c:ff:15:c4:70:13:38:b6:ac:4c:dc:zz".into(), "key_unrecognized", Some(0)),
        ("2001:0db8:85a3:0000:0000:8a2e:0370:7334:2001:0db8".into(), "key_unrecognized", Some(0)),
        (format!("2048 65537 {}", &digits[..99]), "key_unrecognized", Some(0)),
        (format!("x 65537 {digits}"), "key_unrecognized", Some(0)),
        (format!("2048 x {digits}"), "key_unrecognized", Some(0)),
        (format!("2048 65537 x{digits}"), "key_unrecognized", Some(0)),
        ("MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8A".into(), "key_unrecognized", Some(0)),
        ("aGVsbGIBA".into(), "key_unrecognized", Some(0)),
        ("MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=".into(), "key_spki_ed25519", Some(0)),
        ("MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEAAAAAAAAAAAA".into(), "key_unrecognized", Some(0)),
        // Anything else.
        ("garbage".into(), "key_unrecognized", Some(0)),
        ("{\"keypair\": {}}".into(), "key_unrecognized", Some(0)),
        ("\0\0\0\0".into(), "key_unrecognized", Some(0)),
    ];
    for (text, code, position) in cases {
        let error = refused(&text);
        assert_eq!((error.code(), error.position()), (code, position), "{text:?}");
        // A position is stated where there is one, and the message describes the remedy.
        let sentence = error.to_string();
        assert!(position.is_none_or(|position| sentence.contains(&format!("byte {position}"))), "{sentence}");
        assert!(sentence.contains(": ") || sentence.contains("; "), "{sentence}");
    }
}

/// A private key is recognized whatever surrounds it, also above the size limit, and no error holds any of it.
#[test]
fn a_private_key_is_reported_and_never_echoed() {
    let secret = "c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0";
    let cases = [
        (format!("-----BEGIN OPENSSH PRIVATE KEY-----\n{secret}\n-----END OPENSSH PRIVATE KEY-----\n"), 0),
        (format!("-----BEGIN RSA PRIVATE KEY-----\n{secret}\n"), 0),
        (format!("\u{feff}\n-----BEGIN EC PRIVATE KEY-----\n{secret}\n"), 4),
        (format!("-----BEGIN ENCRYPTED PRIVATE KEY-----\n{secret}\n"), 0),
        (format!("-----BEGIN PGP PRIVATE KEY BLOCK-----\n{secret}\n"), 0),
        (format!("---- BEGIN SSH2 ENCRYPTED PRIVATE KEY ----\n{secret}\n"), 0),
        (format!("my key:\n  -----BEGIN PRIVATE KEY-----\n{secret}\n"), 10),
        (format!("-----BEGIN PRIVATE KEY-----\\n{secret}\\n"), 0),
        (format!("\"-----BEGIN PRIVATE KEY-----\\n{secret}\\n\""), 1),
        (format!("-----BEGIN RSA PRIVATE KEY-----\n{}", secret.repeat(100)), 0),
        (format!("SSH PRIVATE KEY FILE FORMAT 1.1\n{secret}"), 4),
        (format!("b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQ{secret}"), 0),
        // PKCS#1 and PKCS#8 of RSA, PKCS#8 of Ed25519 and X448, SEC 1 and PKCS#8 of ECDSA with each curve.
        (format!("MIIEpAIBAAKCAQEA{secret}"), 0),
        (format!("MIIEvQIBADANBgkq{secret}"), 0),
        (format!("MC4CAQAwBQYDK2VwBCIEI{secret}"), 0),
        (format!("MEYCAQAwBQYDK2VvBDoEO{secret}"), 0),
        (format!("MHcCAQEEI{secret}"), 0),
        (format!("MIGHAgEAMBMGByqGSM49{secret}"), 0),
        (format!("MIGkAgEBBDCN{secret}"), 0),
        (format!("MIG2AgEAMBAG{secret}"), 0),
        (format!("MIHcAgEBBEIB{secret}"), 0),
        (format!("MIHuAgEAMBAG{secret}"), 0),
        (format!("AGE-SECRET-KEY-1{secret}"), 0),
        (format!("\t AGE-SECRET-KEY-1{secret}"), 2),
        (format!("{ED25519} me\n-----BEGIN OPENSSH PRIVATE KEY-----\n{secret}\n"), 84),
        (format!("{ED25519} -----BEGIN OPENSSH PRIVATE KEY----- {secret}"), 81),
        (format!("{ED25519}\n-----BEGIN OPENSSH PRIVATE KEY-----\n{secret}\n"), 81),
        (format!("{ED25519} me Private-Lines: {secret}"), 84),
        (format!("{ED25519} AGE-SECRET-KEY-1{secret}"), 81),
        (format!("{ED25519} me AGE-SECRET-KEY-1{secret}"), 84),
        (format!("{ED25519} \u{feff}AGE-SECRET-KEY-1{secret}"), 84),
        (format!("{ED25519} (MC4CAQAwBQYDK2VwBCIEI{secret})"), 82),
    ];
    for (text, position) in cases {
        for error in [refused(&text), PublicKey::recover(&text).unwrap_err()] {
            assert_eq!(kind_and_position(error), (PublicKeyErrorKind::IsPrivateKey, Some(position)), "{text}");
            assert!(error.to_string().starts_with("THIS IS A PRIVATE KEY"));
        }
    }
    // Too short.
    for comment in ["MC4CAQ", "MIGHAgE", "MIIEpAIBA", "MC4CAQAwBQYDK2V"] {
        assert_eq!(PublicKey::parse(&format!("{ED25519} {comment}")).unwrap().comment(), comment);
    }
    assert!(PublicKey::parse(&format!("{ED25519} MC4CAQAwBQYDK2VwBCIEIc2VjcmV0c2Vjcm")).is_err());
    let putty = |text: &str| {
        let (kind, position) = kind_and_position(refused(text));
        assert_eq!(kind, PublicKeyErrorKind::IsPrivateKey, "{text}");
        position
    };
    assert_eq!(putty(&format!("{ED25519} PuTTY-User-Key-File-3: {secret}")), Some(81));
    assert_eq!(putty(&format!("{ED25519} me PuTTY-User-Key-File-3:")), Some(84));
    let file = format!("PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none\nPrivate-Lines: 1\n{secret}\n");
    assert_eq!(putty(&file), Some(0));
    assert!(refused(&file).to_string().contains("puttygen FILE -L"));
}

/// Bounds the cost of a rejection: a format that begins after the window is not recognized.
#[test]
fn only_the_window_is_examined() {
    for (before, seen) in [(900, true), (1100, false)] {
        let text = format!("{}-----BEGIN CERTIFICATE-----", "x ".repeat(before / 2));
        let error = PublicKey::parse_with(&text, &ImportPolicy::nova()).unwrap_err();
        assert_eq!(error.code(), if seen { "key_x509" } else { "key_unrecognized" }, "{before}");
    }
    // The window ends within a character of four bytes, wherever it begins.
    for before in 0..4 {
        let text = format!("{}{}", "x".repeat(before), "\u{1f511}".repeat(1000));
        let error = PublicKey::parse_with(&text, &ImportPolicy::nova()).unwrap_err();
        assert_eq!(kind_and_position(error), (PublicKeyErrorKind::Unrecognized, Some(0)));
    }
}

/// Neither `Display` nor `Debug` shows the input, because any of it may be a secret.
#[test]
fn no_error_holds_the_text_that_caused_it() {
    let secret = "Zm9yIG15IGV5ZXMgb25seSE";
    for text in [
        secret.to_owned(),
        format!("ssh-rsa {secret}"),
        format!("ssh-rsa {secret}!"),
        format!("{secret} {ED25519}"),
        format!("{ED25519} comment\n{secret}"),
        format!("{ED25519}\t{secret}"),
        format!("ssh-rsa AAAAF{secret}"),
        secret.repeat(1000),
    ] {
        let error = refused(&text);
        assert!(!format!("{error} {error:?}").contains(&secret[..8]), "{error:?}");
    }
}
