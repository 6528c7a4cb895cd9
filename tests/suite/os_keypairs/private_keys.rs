//! A private key that is pasted into any field of a request is not echoed, and no `Debug` shows it.

use std::fmt::Write as _;
use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use nova_keypair::os_keypairs::{Context, Request, Value, post};
use nova_keypair::{KeySpec, Microversion, PrivateKey};
use proptest::prelude::*;

use super::{DOCUMENTED_KEY, Untouched};

/// The longest part of a private key that may appear anywhere.
const SHOWN: usize = 15;

static RSA: LazyLock<PrivateKey> = LazyLock::new(|| PrivateKey::from_seed(&[5; 32], KeySpec::Rsa2048).unwrap());

/// Encodes the PKCS#8 document of an Ed25519 key (RFC 8410).
fn ed25519_der(secret: &[u8; 32]) -> Vec<u8> {
    [&[0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 4, 0x22, 4, 0x20][..], secret].concat()
}

/// Encodes the SEC 1 document of a P-256 key, without the public key (RFC 5915).
fn sec1_der(secret: &[u8; 32]) -> Vec<u8> {
    let oid = [0xa0, 0x0a, 6, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7];
    [&[0x30, 0x31, 2, 1, 1, 4, 0x20][..], secret, &oid].concat()
}

/// Encodes an Ed25519 key without encryption (OpenSSH's PROTOCOL.key).
fn openssh(secret: &[u8; 32]) -> String {
    fn string(bytes: &[u8]) -> Vec<u8> {
        [&(bytes.len() as u32).to_be_bytes(), bytes].concat()
    }
    let public = secret.map(|byte| !byte);
    let blob = [string(b"ssh-ed25519"), string(&public)].concat();
    let pair = string(&[secret.as_slice(), &public].concat());
    let private = [&[7; 8][..], &blob, &pair, &string(b"me"), &[1, 2, 3, 4, 5, 6]].concat();
    let head = [&b"openssh-key-v1\0"[..], &string(b"none"), &string(b"none"), &string(b""), &[0, 0, 0, 1]].concat();
    pem("OPENSSH PRIVATE KEY", &[head, string(&blob), string(&private)].concat())
}

fn pem(label: &str, der: &[u8]) -> String {
    let base64 = STANDARD.encode(der);
    let lines = base64.as_bytes().chunks(64).map(|line| String::from_utf8(line.to_vec()).unwrap());
    let body = lines.collect::<Vec<_>>().join("\n");
    format!("-----BEGIN {label}-----\n{body}\n-----END {label}-----\n")
}

/// Returns the text between the first and the last line, without line endings.
fn without_armor(pem: &str) -> String {
    pem.lines().filter(|line| !line.starts_with('-')).collect()
}

fn age(secret: &[u8; 32]) -> String {
    const BECH32: &[u8] = b"QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L";
    let digit = |index: usize| char::from(BECH32[usize::from(secret[index % 32] >> (index / 32)) % 32]);
    format!("AGE-SECRET-KEY-1{}", (0..58).map(digit).collect::<String>())
}

fn putty(secret: &[u8; 32]) -> String {
    let private = STANDARD.encode([&[0, 0, 0, 0x20][..], secret].concat());
    format!(
        "PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none\nComment: me\nPublic-Lines: 2\n\
         AAAAC3NzaC1lZDI1NTE5AAAAIFl6u75BTi8xGtSPm1yVJuLE/oMtCOuEMJJnBSuZ\nEdXz\n\
         Private-Lines: 1\n{private}\nPrivate-MAC: 00\n"
    )
}

fn putty_private_half(secret: &[u8; 32]) -> String {
    let file = putty(secret);
    file[file.find("Private-Lines").unwrap()..].to_owned()
}

fn ssh1(secret: &[u8; 32]) -> Vec<u8> {
    [&b"SSH PRIVATE KEY FILE FORMAT 1.1\n\0"[..], secret].concat()
}

/// Returns every format of a private key, with this secret where it has room for one.
fn private_keys(secret: &[u8; 32]) -> Vec<(&'static str, String)> {
    let rsa_der = RSA.to_pkcs8_der();
    let pkcs1 = RSA.to_pkcs1_pem().unwrap().to_string();
    vec![
        ("OpenSSH", openssh(secret)),
        ("OpenSSH of RSA", RSA.to_openssh().to_string()),
        ("OpenSSH without armor", without_armor(&openssh(secret))),
        ("PKCS#1", pkcs1.clone()),
        ("PKCS#1 without armor", without_armor(&pkcs1)),
        ("PKCS#8", RSA.to_pkcs8_pem().to_string()),
        ("PKCS#8 without armor", STANDARD.encode(&*rsa_der)),
        ("PKCS#8 of Ed25519", pem("PRIVATE KEY", &ed25519_der(secret))),
        ("PKCS#8 of Ed25519 without armor", STANDARD.encode(ed25519_der(secret))),
        ("encrypted PKCS#8", pem("ENCRYPTED PRIVATE KEY", secret)),
        ("SEC 1", pem("EC PRIVATE KEY", &sec1_der(secret))),
        ("SEC 1 without armor", STANDARD.encode(sec1_der(secret))),
        ("OpenPGP", pem("PGP PRIVATE KEY BLOCK", secret)),
        ("SSH1", String::from_utf8_lossy(&ssh1(secret)).into_owned()),
        ("SSH1 in base64", STANDARD.encode(ssh1(secret))),
        ("PuTTY", putty(secret)),
        ("PuTTY, private half", putty_private_half(secret)),
        ("age", age(secret)),
    ]
}

fn object(members: &[(&str, Value)]) -> Value {
    Value::Object(members.iter().map(|(key, value)| ((*key).to_owned(), value.clone())).collect())
}

/// Returns requests with the text in every field.
fn requests(text: &str) -> Vec<Value> {
    let string = |text: &str| Value::String(text.to_owned());
    let key = || string(DOCUMENTED_KEY.trim_end());
    let keypair = |members: &[(&str, Value)]| object(&[("keypair", object(members))]);
    vec![
        string(text),
        Value::Number(text.to_owned()),
        Value::Array(vec![string(text)]),
        object(&[(text, Value::Null)]),
        object(&[("keypair", string(text))]),
        object(&[("keypair", object(&[("name", string("k")), ("public_key", key())])), (text, Value::Null)]),
        keypair(&[("name", string(text))]),
        keypair(&[("name", string(text)), ("public_key", key())]),
        keypair(&[("name", string(&format!("{text}{}", " a".repeat(200)))), ("public_key", key())]),
        keypair(&[("name", string(&text.replace(['\n', '+', '/', '='], ""))), ("public_key", key())]),
        keypair(&[("name", Value::Array(vec![string(text)]))]),
        keypair(&[("name", string("k")), ("public_key", string(text))]),
        keypair(&[("name", string("k")), ("public_key", string(&text.replace('\n', " ")))]),
        keypair(&[("name", string("k")), ("public_key", string(&format!("ssh-rsa {text}")))]),
        keypair(&[("name", string("k")), ("public_key", string(&format!("{} {text}", DOCUMENTED_KEY.trim_end())))]),
        keypair(&[("name", string("k")), ("public_key", string(&format!("{DOCUMENTED_KEY}{text}")))]),
        keypair(&[("name", string("k")), ("public_key", Value::Array(vec![string(text)]))]),
        keypair(&[("name", string("k")), ("public_key", string(text)), ("x", Value::Null)]),
        keypair(&[("name", string("k")), ("public_key", key()), ("type", string(text))]),
        keypair(&[("name", string("k")), ("public_key", key()), ("user_id", string(text))]),
        keypair(&[("name", string("k")), ("public_key", key()), ("x", string(text))]),
        keypair(&[("name", string("k")), ("public_key", key()), (text, Value::Null)]),
    ]
}

/// Returns everything that can be printed of a request and of its reply.
fn shown(body: Value, context: &Context) -> String {
    let mut shown = format!("{body:?}");
    let request = Request::from(body);
    let reply = match request.check(context) {
        Ok(checked) => {
            write!(shown, "{checked:?} {:?}", checked.conflict()).unwrap();
            if checked.is_import() { checked.create(&mut Untouched) } else { checked.conflict() }
        }
        Err(rejection) => rejection,
    };
    write!(shown, "{request:?} {context:?} {reply:?} {:?}", reply.message()).unwrap();
    write!(shown, "{}", serde_json::to_string(&reply).unwrap()).unwrap();
    if let Some(error) = reply.error() {
        write!(shown, "{error} {error:?} {}", error.problem()).unwrap();
    }
    shown
}

/// Finds a part of `secret` in `text` that is longer than [`SHOWN`].
fn leak<'a>(secret: &'a str, text: &str) -> Option<&'a str> {
    // Line by line, because a newline may be escaped.
    let parts = secret.lines().flat_map(|line| {
        let starts = line.char_indices().map(|(start, _)| start);
        starts.filter_map(move |start| line.get(start..=start + SHOWN))
    });
    parts.filter(|part| text.contains(part)).find(|part| !part.trim().is_empty())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn a_private_key_in_any_field_is_never_shown(
        secret in any::<[u8; 32]>(),
        before in prop_oneof![Just(""), Just("my key: "), Just("\n"), Just("\""), Just("\u{feff}")],
        after in prop_oneof![Just(""), Just("\n"), Just(" me@home")],
        minor in prop_oneof![Just(0u16), Just(1), Just(2), Just(10), Just(92)],
        may_act_for_others in any::<bool>(),
    ) {
        let context = Context::new("me").microversion(Microversion::new(minor)).may_act_for_others(may_act_for_others);
        for (format, key) in private_keys(&secret) {
            for body in requests(&format!("{before}{key}{after}")) {
                let shown = shown(body.clone(), &context);
                prop_assert_eq!(leak(&key, &shown), None, "{} in {:?}: {}", format, body, shown);
            }
        }
    }
}

/// The test above detects a key that is shown.
#[test]
fn a_shown_key_is_detected() {
    let key = openssh(&[7; 32]);
    for shown in [key.clone(), format!("{key:?}"), format!("a{}b", &key.lines().nth(1).unwrap()[20..36])] {
        assert!(leak(&key, &shown).is_some());
    }
    let reply = post(&Request::new("k").public_key(DOCUMENTED_KEY), &Context::new("me"), &mut Untouched);
    assert!(leak(&key, &format!("{reply:?}")).is_none() && leak(DOCUMENTED_KEY, &format!("{reply:?}")).is_some());
}
