//! Private keys in every wrapping are recognized, and nothing repeats them.

use std::collections::HashSet;
use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use nova_keypair::{KeypairName, PublicKey, import, nova};
use proptest::prelude::*;

use super::damages::{DAMAGES, Damage, Layer};
use super::{SAMPLES, Sample, recover};
use crate::support::json_data;

/// The longest part of a private key that may appear anywhere.
const SHOWN: usize = 15;

/// A private key, or what people paste of one.
struct Secret {
    title: String,
    text: String,
}

/// Returns the text between the armor, with its line ends.
fn body(text: &str) -> Option<&str> {
    let after = text.split_once("KEY-----\n").or(text.split_once("KEY ----\n"))?.1;
    let body = after.split_once("\n-----").or(after.split_once("\n---- "))?.0;
    // The body of an encrypted file in OpenSSL's own format is random.
    (!body.contains(':')).then_some(body)
}

static SECRETS: LazyLock<Vec<Secret>> = LazyLock::new(|| {
    let mut secrets = Vec::new();
    for (index, key) in json_data("ssh/private-keys.json")["keys"].as_array().unwrap().iter().enumerate() {
        let [format, text] = ["format", "text"].map(|field| key[field].as_str().unwrap());
        let mut add = |part: &str, text: String| secrets.push(Secret { title: format!("{format}, {part}"), text });
        add("file", text.to_owned());
        if format != "age file" {
            add("half of the file", text[..text.len() / 2].to_owned());
        }
        if let Some(body) = body(text) {
            let line = body.replace('\n', "");
            let name = ["ssh-rsa", "ssh-ed25519", "ecdsa-sha2-nistp256"][index % 3];
            add("body", body.to_owned());
            add("body on one line", line.clone());
            add("body after a type", format!("{name} {line} me@host"));
            add("body after a type, with line ends", format!("{name} {body}"));
            add("start of the body", line[..line.len().min(64)].to_owned());
            add("start of the body after a type", format!("{name} {}", &line[..line.len().min(100)]));
            add("file without its first line", text.split_once('\n').unwrap().1.to_owned());
            add("behind a public key", format!("{} me\n{text}", SAMPLES[index % SAMPLES.len()].line));
            add("body as the comment of a public key", format!("{} {line}", SAMPLES[index % SAMPLES.len()].line));
        }
        if let Some((_, private)) = text.split_once("Private-Lines") {
            add("private half", format!("Private-Lines{private}"));
        }
    }
    assert!(secrets.len() > 250, "{}", secrets.len());
    secrets
});

/// What is not secret: the headers of all files of a format, and the public keys next to private ones.
static PUBLIC: LazyLock<HashSet<Vec<u8>>> = LazyLock::new(|| {
    const HEADERS: [&str; 6] = [
        "-----BEGIN OPENSSH PRIVATE KEY-----\n-----BEGIN ENCRYPTED PRIVATE KEY-----",
        "-----BEGIN RSA PRIVATE KEY-----\nSSH PRIVATE KEY\nPuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none\n",
        "sk-ssh-ed25519@openssh.com",
        "ssh-ed25519-cert-v01@openssh.com",
        "ecdsa-sha2-nistp521",
        "{\"keypair\": {\"name\": \"k\", \"public_key\": \"",
    ];
    let lines = SAMPLES.iter().map(|sample| format!("{} me", sample.line));
    let texts = HEADERS.into_iter().map(str::to_owned).chain(lines);
    texts.flat_map(|text| text.as_bytes().windows(SHOWN + 1).map(<[u8]>::to_vec).collect::<Vec<_>>()).collect()
});

/// All parts of a text of which none may be shown.
struct Parts(HashSet<Vec<u8>>);

impl Parts {
    /// The parts of the key as pasted, of the key itself, and of its lines joined; not what every file has.
    fn new(texts: &[&[u8]]) -> Self {
        let parts = texts.iter().flat_map(|text| text.windows(SHOWN + 1));
        let is_public = |part: &&[u8]| PUBLIC.contains(*part);
        let is_text = |part: &&[u8]| part.iter().all(|&byte| byte != 0);
        Self(parts.filter(|part| !is_public(part) && is_text(part)).map(<[u8]>::to_vec).collect())
    }

    fn leak<'a>(&self, printed: &'a str) -> Option<&'a str> {
        let part = printed.as_bytes().windows(SHOWN + 1).find(|part| self.0.contains(*part))?;
        Some(str::from_utf8(part).unwrap_or("not UTF-8"))
    }
}

#[test]
fn leaks_are_found() {
    let parts = Parts::new(&[b"abcdefghijklmnopqrstuvwxyz"]);
    assert_eq!(parts.leak("x bcdefghijklmnopq y"), Some("bcdefghijklmnopq"));
    assert_eq!(parts.leak("x bcdefghijklmnop y"), None);
}

/// Returns everything that the crate prints about a text.
fn printed(damaged: &[u8]) -> Vec<String> {
    let mut printed = Vec::new();
    match PublicKey::recover_bytes(damaged) {
        Ok(found) => printed.push(format!("{found:?}")),
        Err(error) => printed.extend([error.to_string(), format!("{error:?}")]),
    }
    let Ok(text) = str::from_utf8(damaged) else { return printed };
    match PublicKey::parse(text) {
        Ok(key) => printed.push(format!("{key:?}")),
        Err(error) => printed.extend([error.to_string(), format!("{error:?}")]),
    }
    match KeypairName::new(text) {
        Ok(name) => printed.push(format!("{name:?}")),
        Err(error) => printed.extend([error.to_string(), format!("{error:?}")]),
    }
    if let Err(error) = import(&KeypairName::new("k").unwrap(), text) {
        printed.extend([error.to_string(), format!("{error:?}")]);
    }
    printed.push(format!("{:?}", nova::verdict(text)));
    printed
}

/// The longest text of which all is decoded; of a longer one, a part.
const DECODED: usize = 16384;

fn complaint(secret: &Secret, damage: &str, damaged: &[u8]) -> Option<String> {
    let shown = || format!("{damage}, {}: {:.300?}", secret.title, String::from_utf8_lossy(damaged));
    match recover(damaged) {
        Err(error) if error.code() == "key_is_private" => {}
        // Two encodings that make a text so long hide a key from the search, but it is not shown either.
        Err(_) if damaged.len() > DECODED && damage.contains(" + ") => {}
        Err(error) => return Some(format!("{}: {}", error.code(), shown())),
        Ok(_) => return Some(format!("RECOVERED: {}", shown())),
    }
    let joined = secret.text.replace('\n', "");
    let parts = Parts::new(&[damaged, secret.text.as_bytes(), joined.as_bytes()]);
    let printed = printed(damaged);
    let leak = printed.iter().find_map(|line| parts.leak(line));
    leak.map(|leak| format!("LEAK of {leak:?}: {}", shown()))
}

/// The kinds of damage that apply to any text.
fn damages() -> impl Iterator<Item = (usize, &'static Damage)> {
    DAMAGES.iter().filter(|damage| damage.layer >= Layer::Layout).enumerate()
}

#[track_caller]
fn none(wrong: Vec<String>) {
    let mut kinds = std::collections::BTreeMap::<_, Vec<_>>::new();
    for line in &wrong {
        let kind = line.split_once(", ").map_or(&**line, |(kind, _)| kind);
        kinds.entry(kind).or_default().push(line);
    }
    let rows = kinds.iter().map(|(kind, lines)| format!("\n  {kind}: {}\n      {:.400}", lines.len(), lines[0]));
    assert!(kinds.is_empty(), "{} wrong of {} kinds{}", wrong.len(), kinds.len(), rows.collect::<String>());
}

#[test]
fn private_keys_are_recognized() {
    let wrong = SECRETS.iter().filter_map(|secret| complaint(secret, "as is", secret.text.as_bytes()));
    none(wrong.collect());
}

#[test]
fn private_keys_are_recognized_in_every_wrapping() {
    let wrong = SECRETS.iter().enumerate().flat_map(|(index, secret)| {
        // Each file with every kind of damage, and each part of one with some.
        let damages =
            damages().filter(move |(row, _)| secret.title.ends_with(", file") || (row + index).is_multiple_of(17));
        damages.filter_map(|(_, damage)| complaint(secret, damage.name, &(damage.apply)(&secret.text)?))
    });
    none(wrong.collect());
}

#[test]
fn private_keys_are_recognized_in_two_wrappings() {
    let wrong = SECRETS.iter().enumerate().flat_map(|(index, secret)| {
        damages().flat_map(move |(row, inner)| {
            let outer = damages().filter(move |(column, outer)| {
                outer.layer >= inner.layer
                    && outer.name != inner.name
                    && (row * 131 + column + index).is_multiple_of(1009)
            });
            outer.filter_map(move |(_, outer)| {
                let once = String::from_utf8((inner.apply)(&secret.text)?).ok()?;
                complaint(secret, &format!("{} + {}", inner.name, outer.name), &(outer.apply)(&once)?)
            })
        })
    });
    none(wrong.collect());
}

/// In a text of any length, a private key in the first 8 KiB is found: each whatever is around it, and files with an
/// armor in any single encoding, too.
#[test]
fn private_keys_are_recognized_in_long_texts() {
    let fillers = ["lorem ipsum dolor sit amet\n", "kVjX9pQ2wLr7dEoZ", "\u{e9}\u{4e2d} x, "];
    let wrong = SECRETS.iter().enumerate().flat_map(|(index, secret)| {
        let is_file = secret.title.ends_with(", file") && secret.text.starts_with("-----BEGIN");
        let damages = damages().filter(move |(row, damage)| {
            let is_expected = match damage.layer {
                Layer::Transport => is_file && !damage.name.contains("twice"),
                _ => !damage.name.contains("base64") && (is_file || !damage.name.contains("folded")),
            };
            is_expected && (row + index).is_multiple_of(if is_file { 3 } else { 13 })
        });
        damages.filter_map(move |(_, damage)| {
            let damaged = String::from_utf8((damage.apply)(&secret.text)?).ok()?;
            let filler = fillers[index % 3].repeat(800 + 53 * (index % 7));
            let start = filler.ceil_char_boundary((index * 1009) % 6000);
            let text = format!("{}\n{damaged}\n{filler}", &filler[..start]);
            let name = format!("{} at {start}", damage.name);
            match recover(text.as_bytes()) {
                Err(error) if error.code() == "key_is_private" => None,
                _ if text.len() <= DECODED => None,
                Err(error) => Some(format!("{name}, {}: {}", secret.title, error.code())),
                Ok(_) => Some(format!("RECOVERED: {name}, {}", secret.title)),
            }
        })
    });
    none(wrong.collect());
}

/// DER that was read as Latin-1, or with U+FFFD for what is not UTF-8.
#[test]
fn private_keys_in_binary_that_was_read_as_text_are_recognized() {
    let wrong = SECRETS.iter().filter(|secret| secret.title.ends_with("body on one line")).flat_map(|secret| {
        let bytes = STANDARD.decode(&secret.text).unwrap();
        let latin1: String = bytes.iter().map(|&byte| char::from(byte)).collect();
        let lossy = String::from_utf8_lossy(&bytes).into_owned();
        [("Latin-1", latin1), ("lossy UTF-8", lossy)]
            .into_iter()
            .filter_map(|(name, damaged)| complaint(secret, name, damaged.as_bytes()))
    });
    none(wrong.collect());
}

/// Encodes a number of this many bytes as an mpint.
fn mpint(bytes: &[u8], length: usize) -> Vec<u8> {
    let mut number = bytes.iter().copied().cycle().take(length).collect::<Vec<_>>();
    number[0] = number[0] & 0x7f | 0x40;
    [&u32::try_from(length).unwrap().to_be_bytes()[..], &number].concat()
}

/// Returns the private numbers that a PuTTY file has behind a public key: the exponent, p, q and the coefficient of an
/// RSA key, the only number of any other.
fn private_numbers(key: &PublicKey, bytes: &[u8]) -> Option<Vec<u8>> {
    let bits = usize::try_from(key.bits()).unwrap();
    match key.algorithm().as_str() {
        "ssh-rsa" => Some([bits / 8, bits / 16, bits / 16, bits / 16].map(|length| mpint(bytes, length)).concat()),
        name if name.starts_with("sk-") => None,
        _ => Some(mpint(bytes, bits.div_ceil(8))),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    /// The two halves of a PuTTY file without its headers, whatever is between them and between their lines, after a
    /// type, or as the comment of a valid line.
    #[test]
    fn private_numbers_behind_a_public_key_are_recognized(
        index in any::<prop::sample::Index>(),
        bytes in prop::collection::vec(any::<u8>(), 32..70),
        between in prop::sample::select(vec!["", " ", "\n", "\r\n", "\n\n", "\" +\n\"", "\\n", ","]),
        width in prop::sample::select(vec![64, 48, 76, 4096]),
        is_url_safe in any::<bool>(),
        place in 0..6,
    ) {
        let Sample { line, key, title } = index.get(&SAMPLES);
        let Some(private) = private_numbers(key, &bytes) else { return Ok(()) };
        let [name, public, _] = super::formats::parts(line).unwrap();
        let private = STANDARD.encode(private);
        let halves = [public, &private].map(|half| {
            let half = if is_url_safe { half.replace('+', "-").replace('/', "_") } else { half.to_owned() };
            super::formats::fold(&half, width, "\n")
        });
        let halves = halves.join(between);
        let text = match place {
            0 => halves,
            1 => format!("{name} {halves}"),
            2 => format!("{name} {halves} me@host\n"),
            3 => format!("{line} me@host {}", halves.replace('\n', " ")),
            4 => format!("{line} {private}"),
            _ => format!("{line} me@host {private} x"),
        };
        let secret = Secret { title: title.clone(), text: private };
        let complaint = complaint(&secret, "behind a public key", text.as_bytes());
        prop_assert_eq!(complaint, None);
        prop_assert!(PublicKey::parse(&text).is_err(), "accepted: {}", text);
        #[cfg(feature = "serde")]
        {
            let context = nova_keypair::os_keypairs::Context::new("me");
            prop_assert_eq!(requests::complaints(&secret, "behind a public key", &text, &context), Vec::<String>::new());
        }
    }
}

/// The kinds of damage whose remedy no test follows.
#[test]
fn private_keys_in_rarer_wrappings_are_recognized() {
    use super::formats::{characters, fold};

    let filler = STANDARD.encode((0..200_u8).map(|byte| 128 | byte.wrapping_mul(37)).collect::<Vec<_>>());
    let filler = filler.trim_end_matches('=');
    let files = SECRETS.iter().filter(|secret| secret.title.ends_with(", file"));
    let wrong = files.flat_map(|secret| {
        let text = &*secret.text;
        [
            ("od -c", characters(text.as_bytes())),
            ("Visual Basic", format!("\"{}\"", fold(text, 60, "\" & _\n\""))),
            ("frame of a terminal", format!("\u{2502}{}\u{2502}", fold(text, 60, "\u{2502}\n\u{2502}"))),
            ("folded by a mail program", fold(text, 60, "!\n ")),
            ("base64 in added strings", format!("\"{}\";", fold(&STANDARD.encode(text), 60, "\" +\n    \""))),
            ("base64 in joined strings", format!("'{}'", fold(&STANDARD.encode(text), 61, "' .\n  '"))),
            ("base64 in a list with another", format!("[\"{filler}\", \"{}\"]", STANDARD.encode(text))),
            ("base64 behind slashes", format!("ssh://{}", STANDARD.encode(text))),
            ("base64 twice, behind a sign", format!("${{KEY:-{}}}", STANDARD.encode(STANDARD.encode(text)))),
            ("base64 behind a letter", format!("x{}", STANDARD.encode(text))),
            ("hexadecimal in rows of an odd length", fold(&super::formats::hex(text.as_bytes()), 61, "\n")),
            (
                "hexadecimal in added strings",
                format!("\"{}\";", fold(&super::formats::hex(text.as_bytes()), 60, "\" +\n\"")),
            ),
        ]
        .into_iter()
        .filter(|(_, damaged)| damaged.len() <= DECODED)
        .filter_map(|(name, damaged)| complaint(secret, name, damaged.as_bytes()))
    });
    none(wrong.collect());
}

/// Private keys as the values of named fields.
#[test]
fn private_keys_in_json_and_xml_are_recognized() {
    let key = "Fq8hV2bYx0cJ5mR7tLwKpZs1NdE3uGaQoTi9XyB4vCI";
    let texts = [
        format!(r#"{{"kty":"OKP","crv":"Ed25519","d":"{key}","x":"{key}"}}"#),
        format!(r#"{{"kty": "EC", "crv": "P-256", "x": "{key}", "y": "{key}", "d": "{key}"}}"#),
        format!(r#"{{"n": "{key}", "e": "AQAB", "d" : "{key}", "kty": "RSA", "p": "{key}"}}"#),
        format!("<RSAKeyValue><Modulus>{key}=</Modulus><Exponent>AQAB</Exponent><D>{key}=</D></RSAKeyValue>"),
        format!("<RSAParameters><InverseQ>{key}=</InverseQ></RSAParameters>"),
        format!("{{'kty': 'OKP', 'crv': 'Ed25519', 'd': '{key}', 'x': '{key}'}}"),
    ];
    let wrong = texts.iter().flat_map(|text| {
        let secret = Secret { title: "a document".to_owned(), text: text.clone() };
        let damages = damages().filter(|(_, damage)| !damage.name.contains("spaces"));
        damages.filter_map(|(_, damage)| complaint(&secret, damage.name, &(damage.apply)(text)?)).collect::<Vec<_>>()
    });
    none(wrong.collect());
}

/// Files that lost their first and last lines, in which something else tells what they are.
#[test]
fn private_keys_of_other_programs_are_recognized() {
    let random = |length: usize| -> Vec<u8> {
        let states = std::iter::successors(Some(9_u64), |state| Some(state.wrapping_mul(0x5851_f42d_4c95_7f2d) + 1));
        states.skip(9).map(|state| (state >> 40) as u8).take(length).collect()
    };
    let encode = |head: &[u8]| super::formats::fold(&STANDARD.encode([head, &random(500)].concat()), 64, "\n");
    let texts = [
        // Encrypted by OpenSSL in the format of PKCS#1.
        format!("Proc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,7DEB3CF1\n\n{}", encode(&[])),
        // Of ssh.com, which starts with a magic number, its length, and the length of the name of its type.
        encode(&[0x3f, 0x6f, 0xf9, 0xeb, 0, 0, 2, 8, 0, 0, 0, 0x37]),
        // PKCS#12: the version, and the type of the content.
        encode(&[0x30, 0x82, 1, 0xf0, 2, 1, 3, 0x30, 0x82, 1, 0xe9, 6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 7, 1]),
    ];
    let wrong = texts.iter().flat_map(|text| {
        let secret = Secret { title: "a file".to_owned(), text: text.clone() };
        let half = Secret { title: "half of a file".to_owned(), text: text[..text.len() / 2].to_owned() };
        let wrong = damages().filter_map(|(_, damage)| complaint(&secret, damage.name, &(damage.apply)(text)?));
        wrong.chain(complaint(&half, "as is", half.text.as_bytes())).collect::<Vec<_>>()
    });
    none(wrong.collect());
}

/// The bytes of the file, as a program that does not know text reads them.
#[test]
fn private_keys_in_binary_are_recognized() {
    let wrong = SECRETS.iter().filter(|secret| secret.title.ends_with("body on one line")).flat_map(|secret| {
        let bytes = STANDARD.decode(&secret.text).unwrap();
        let hex = super::formats::hex(&bytes);
        let half = bytes[..bytes.len() / 2].to_vec();
        [("bytes", bytes), ("half of the bytes", half), ("hexadecimal", hex.into_bytes())]
            .into_iter()
            .filter_map(|(name, damaged)| complaint(secret, name, &damaged))
    });
    none(wrong.collect());
}

#[cfg(feature = "serde")]
mod requests {
    use nova_keypair::Microversion;
    use nova_keypair::os_keypairs::{Context, Request, post};
    use serde_json::{Value, json};

    use super::*;
    use crate::support::random;

    /// Returns the bodies that have the text in each place.
    fn bodies(text: &str) -> Vec<(&'static str, Value)> {
        let key = SAMPLES.iter().find(|sample| sample.key.bits() == 2048).unwrap();
        let key = format!("{} me", key.line);
        let mut bodies = vec![
            ("name", json!({"keypair": {"name": text}})),
            ("name and key", json!({"keypair": {"name": text, "public_key": key}})),
            ("name as a list", json!({"keypair": {"name": [text]}})),
            ("name as an object", json!({"keypair": {"name": {"a": text}, "public_key": key}})),
            ("key", json!({"keypair": {"name": "k", "public_key": text}})),
            ("key, rejected for the type", json!({"keypair": {"name": "k", "public_key": text, "type": "rsa"}})),
            ("key, rejected for the name", json!({"keypair": {"name": "a/b", "public_key": text}})),
            ("key as a list", json!({"keypair": {"name": "k", "public_key": [text]}})),
            ("key as an object", json!({"keypair": {"name": "k", "public_key": {"a": text}}})),
            ("type", json!({"keypair": {"name": "k", "public_key": key, "type": text}})),
            ("user_id", json!({"keypair": {"name": "k", "public_key": key, "user_id": text}})),
            ("unknown field", json!({"keypair": {"name": "k", "public_key": key, "private_key": text}})),
            ("nested", json!({"keypair": {"name": "k", "public_key": key, "x": {"y": [{"z": text}]}}})),
            ("outside", json!({"keypair": {"name": "k", "public_key": key}, "x": text})),
            ("in place of the object", json!({"keypair": text})),
            ("in a list", json!({"keypair": [text]})),
            ("alone", json!(text)),
            ("alone in a list", json!([text])),
        ];
        for (place, mut body) in [
            ("key of the object", json!({"keypair": {"name": "k", "public_key": key}})),
            ("key of an object within", json!({"keypair": {"name": "k", "public_key": key, "x": {}}})),
        ] {
            let object = match place {
                "key of the object" => &mut body["keypair"],
                _ => &mut body["keypair"]["x"],
            };
            object[text] = json!(1);
            bodies.push((place, body));
        }
        let mut outside = json!({"keypair": {"name": "k", "public_key": key}});
        outside[text] = json!({});
        bodies.push(("key outside", outside));
        bodies
    }

    pub(super) fn complaints(secret: &Secret, damage: &str, text: &str, context: &Context) -> Vec<String> {
        let joined = secret.text.replace('\n', "");
        let parts = Parts::new(&[text.as_bytes(), secret.text.as_bytes(), joined.as_bytes()]);
        let mut complaints = Vec::new();
        for (place, body) in bodies(text) {
            let request: Request = serde_json::from_value(body).unwrap();
            let reply = post(&request, context, &mut random());
            let body = serde_json::to_value(reply.body()).unwrap();
            let message =
                body.as_object().and_then(|body| body.values().next()?["message"].as_str()).unwrap_or_default();
            let printed =
                [message, &body.to_string(), &format!("{request:?}"), &format!("{reply:?}")].map(str::to_owned);
            if let Some(leak) = printed.iter().find_map(|line| parts.leak(line)) {
                complaints.push(format!(
                    "{place} {}: {damage}, {}, leak of {leak:?}: {:.300?}",
                    reply.status(),
                    secret.title,
                    text
                ));
            }
            // A private key is no name, and no public key.
            if !matches!(reply.status(), 400 | 403) && !place.starts_with("user_id") {
                complaints.push(format!("{place} {}: {damage}, {}: {text:.300?}", reply.status(), secret.title));
            }
        }
        complaints
    }

    #[test]
    fn no_field_of_a_request_is_repeated_if_it_has_a_private_key() {
        let contexts = ["2.1", "2.2", "2.10", "2.92"]
            .map(|version| Context::new("me").microversion(version.parse::<Microversion>().unwrap()));
        let mut wrong = Vec::new();
        for (index, secret) in SECRETS.iter().enumerate() {
            wrong.extend(complaints(secret, "as is", &secret.text, &contexts[index % 4]));
            for (row, damage) in damages() {
                if !(row + index).is_multiple_of(41) {
                    continue;
                }
                let damaged = (damage.apply)(&secret.text).and_then(|damaged| String::from_utf8(damaged).ok());
                if let Some(text) = damaged {
                    wrong.extend(complaints(secret, damage.name, &text, &contexts[(index + row) % 4]));
                }
            }
        }
        none(wrong);
    }
}
