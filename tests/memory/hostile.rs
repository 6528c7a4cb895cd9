//! Memory that hostile input causes this crate to allocate: never more than a small multiple of the input.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
#[cfg(feature = "serde")]
use nova_keypair::os_keypairs::Reply;
use nova_keypair::os_keypairs::{Context, Request, post};
use nova_keypair::{ImportPolicy, KeypairName, Md5Fingerprint, PublicKey, import, nova};

use crate::allocator::{Requested, requested, turn};
use crate::draws::Draws;

/// Allowance for any input: the text of an error, a quotation from the input.
const ANYWAY: usize = 1024;

/// The longest text that is searched for the key it means.
const SEARCHED: usize = 16384;

/// What a search may allocate: multiples of the length of the text, and bytes besides.
struct Bound {
    /// At the same time.
    peak: (usize, usize),
    total: (usize, usize),
}

/// For a line that is damaged in one ordinary way.
const ORDINARY: Bound = Bound { peak: (8, 2048), total: (16, 4096) };

/// For any text, whose decodings lead to as many others as the search visits.
const HOSTILE: Bound = Bound { peak: (20, 8192), total: (64, 40960) };

impl Bound {
    fn check(&self, what: &str, length: usize, &Requested { peak, total, .. }: &Requested) {
        for (name, measured, (multiple, constant)) in [("peak", peak, self.peak), ("total", total, self.total)] {
            let limit = multiple * length + constant;
            assert!(measured <= limit, "{what}: {name} of {measured} bytes for a text of {length}, limit {limit}");
        }
    }
}

/// Runs every function that accepts a public key on one text. If it is too long to be searched, no block may be longer
/// than it, nor all together longer than twice that.
fn costs(what: &str, text: &str) {
    let policy = ImportPolicy::nova();
    let name = KeypairName::new("k").unwrap();
    let request = Request::new("k").public_key(text);
    let context = Context::new("me").policy(policy.clone());
    let consumers: [(&str, &dyn Fn()); 6] = [
        ("import", &|| drop(import(&name, text))),
        ("parse_with", &|| drop(PublicKey::parse_with(text, &policy))),
        ("recover", &|| drop(PublicKey::recover(text))),
        ("verdict", &|| _ = nova::verdict(text)),
        ("fingerprint", &|| _ = text.parse::<Md5Fingerprint>()),
        ("post", &|| drop(post(&request, &context, &mut Draws::new(|_, _| None)))),
    ];
    for (consumer, consume) in consumers {
        let ((), asked) = requested(consume);
        let what = format!("{consumer} of {what}");
        if text.len() > SEARCHED {
            assert!(asked.largest <= text.len() + ANYWAY, "{what}: {} bytes at once for {}", asked.largest, text.len());
            assert!(asked.total <= 2 * text.len() + ANYWAY, "{what}: {} bytes for {}", asked.total, text.len());
        } else {
            HOSTILE.check(&what, text.len(), &asked);
        }
    }
}

fn line(blob: &[u8]) -> String {
    format!("ssh-rsa {}", STANDARD.encode(blob))
}

fn string(content: &[u8]) -> Vec<u8> {
    [&(content.len() as u32).to_be_bytes(), content].concat()
}

#[test]
fn allocations_are_counted() {
    let (block, Requested { largest, total, peak, .. }) = requested(|| {
        drop((vec![0u8; 1000], vec![0u8; 5000]));
        drop(vec![0u8; 3000]);
    });
    assert_eq!((block, largest, total, peak), ((), 5000, 9000, 6000));
}

/// A string of a blob may claim any length.
#[test]
fn claimed_lengths_are_not_trusted() {
    let _turn = turn();
    for claimed in [0x100, 0x1_0000, 0x7fff_ffff, 0x8000_0000, 0xffff_ffffu32] {
        let claim = claimed.to_be_bytes();
        let exponent = string(&[1, 0, 1]);
        for kind in [
            "ssh-rsa",
            "ssh-ed25519",
            "ecdsa-sha2-nistp256",
            "ssh-dss",
            "sk-ssh-ed25519@openssh.com",
            "ssh-rsa-cert-v01@openssh.com",
        ] {
            for blob in [
                [&claim[..], b"ssh-rsa"].concat(),
                [&string(kind.as_bytes())[..], &claim].concat(),
                [&string(kind.as_bytes())[..], &claim, &[0x55; 40]].concat(),
                [&string(kind.as_bytes())[..], &exponent, &claim, &[0x55; 40]].concat(),
            ] {
                costs(&format!("{kind} with a string of {claimed:#x}"), &format!("{kind} {}", STANDARD.encode(blob)));
            }
        }
    }
}

#[test]
fn a_megabyte_of_input_allocates_no_more_than_its_length() {
    let _turn = turn();
    let megabyte = 1 << 20;
    let modulus = [&[0x00], &vec![0xc5; megabyte][..]].concat();
    let texts = [
        ("letters", "A".repeat(megabyte)),
        ("spaces", " ".repeat(megabyte)),
        ("lines", "\n".repeat(megabyte)),
        ("quotes", "'\"\\".repeat(megabyte / 3)),
        ("lines of keys", "ssh-ed25519 AAAA x\n".repeat(megabyte / 19)),
        ("a long comment", format!("ssh-rsa AAAA {}", "x".repeat(megabyte))),
        ("letters of two bytes", "é".repeat(megabyte / 2)),
        ("control characters", "\u{1}".repeat(megabyte)),
        ("padding", format!("ssh-rsa {}", "=".repeat(megabyte))),
        ("a blob of a megabyte", line(&vec![0xa5; megabyte])),
        ("a type of a megabyte", line(&string(&vec![b's'; megabyte]))),
        ("a modulus of a megabyte", line(&[string(b"ssh-rsa"), string(&[1, 0, 1]), string(&modulus)].concat())),
        ("PEM of a megabyte", format!("-----BEGIN RSA PRIVATE KEY-----\n{}", "MIIE".repeat(megabyte / 4))),
    ];
    for (what, text) in &texts {
        costs(what, text);
    }
}

/// The texts that the decodings of a text of up to 16 KiB lead to, with their positions, are allocated one by one.
#[test]
fn a_text_that_is_searched_costs_a_multiple_of_its_length() {
    let _turn = turn();
    for unit in [
        "AAAAB3NzaC1yc2EAAAAD&amp;%25\\=3D\u{200b}",
        "ssh-rsa AAAA%2B&#43;\\u002b> ",
        "%41&#65;\\x41=41 ",
        "AAAAB3NzaC1yc2EAAAADAQABAAACAQ\n",
        "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8A\n",
        "A A A A ",
        "A\0",
        "0a ",
        "U1NIIFBS",
    ] {
        for length in [100, 300, 800, 1500, 4000, SEARCHED] {
            let text = unit.repeat(length / unit.len());
            let (_, asked) = requested(|| drop(PublicKey::recover(&text)));
            HOSTILE.check(&format!("{unit:?}"), text.len(), &asked);
        }
    }
}

/// Two marks, one after the other, lead to more texts than one.
#[test]
fn a_text_with_two_marks_costs_a_multiple_of_its_length() {
    const MARKS: [&str; 24] = [
        "%41",
        "&#65;",
        "\\x41",
        "=41",
        "\\u0041",
        "&amp;",
        "%25",
        "=3D",
        "_x0041_",
        "<p>",
        "<D>",
        "+AAAA",
        "\u{200b}",
        "\u{2014}",
        "\n> ",
        "\" + \"",
        "{\"d\"",
        "BEGIN",
        "MIIB",
        "AAAAB3NzaC1yc2EAAAAD",
        "AAAAC3NzaC1lZDI1NTE5AAAAI",
        "U1NIIFBS",
        "0a ",
        "A ",
    ];
    let _turn = turn();
    for (first, second) in MARKS.iter().flat_map(|first| MARKS.map(|second| (first, second))) {
        let unit = [first, second].concat();
        let text = unit.repeat(800 / unit.len());
        let (_, asked) = requested(|| drop(PublicKey::recover(&text)));
        HOSTILE.check(&format!("{unit:?}"), text.len(), &asked);
    }
}

#[test]
fn the_search_for_the_key_of_a_damaged_line_costs_a_small_multiple_of_its_length() {
    let _turn = turn();
    // The blocks of a test do not depend on whether the modulus is a product of two primes.
    let bytes = |count: u32| (0..count).map(|index| (index * index * 31 + index * 7 + 0xc5) as u8 | 1);
    let modulus: Vec<u8> = bytes(512).collect();
    let point: Vec<u8> = bytes(32).collect();
    let rsa = line(&[string(b"ssh-rsa"), string(&[1, 0, 1]), string(&[&[0][..], &modulus].concat())].concat());
    let ed25519 = format!("ssh-ed25519 {}", STANDARD.encode([string(b"ssh-ed25519"), string(&point)].concat()));
    for line in [rsa, ed25519].map(|line| line + " me@host") {
        let wrapped = |end: &str| {
            let pieces = line.as_bytes().chunks(64).map(|piece| str::from_utf8(piece).unwrap());
            pieces.collect::<Vec<_>>().join(end)
        };
        for (what, text) in [
            ("wrapped", wrapped("\n")),
            ("quoted mail", format!("> {}", wrapped("\n> "))),
            ("in quotes", format!("\"{line}\"")),
            ("a field of YAML", format!("ssh_authorized_keys:\n  - {line}\n")),
            ("a field of JSON", format!("{{\"public_key\": \"{line}\\n\"}}")),
            ("percent-encoded", line.replace('/', "%2F").replace('+', "%2B").replace(' ', "%20").replace('@', "%40")),
            ("HTML entities", line.replace('/', "&#47;").replace('+', "&#43;").replace('@', "&commat;")),
            ("escapes", line.replace('/', "\\/").replace('+', "\\u002b").replace('@', "\\x40")),
            ("base64 of it", STANDARD.encode(&line)),
            ("type of another key", line.replacen("ssh-", "ssh-dss", 1)),
            ("truncated", line[..line.len() / 2].to_owned()),
        ] {
            let (found, asked) = requested(|| PublicKey::recover(&text).is_ok());
            assert_eq!(found, what != "truncated", "{what}: {text}");
            ORDINARY.check(what, text.len(), &asked);
        }
    }
}

/// Each value of a request's body takes 32 bytes, and the shortest in the text take two; a list that grows reserves
/// space for as many again. Limit the length of bodies that come from a network.
#[cfg(feature = "serde")]
#[test]
fn bodies_cost_a_multiple_of_their_length() {
    let _turn = turn();
    let megabyte = 1 << 20;
    for (what, body) in [
        ("numbers", format!("[0{}]", ",0".repeat(megabyte / 2))),
        ("empty lists", format!("[[]{}]", ",[]".repeat(megabyte / 3))),
        ("one key, again and again", format!("{{\"a\":0{}}}", ",\"a\":0".repeat(megabyte / 6))),
        ("a name of a megabyte", format!("{{\"keypair\":{{\"name\":\"{}\"}}}}", "n".repeat(megabyte))),
        (
            "a key of a megabyte",
            format!("{{\"keypair\":{{\"name\":\"k\",\"public_key\":\"{}\"}}}}", "A".repeat(megabyte)),
        ),
        ("a list that is deep", "[".repeat(megabyte)),
    ] {
        let (reply, Requested { largest, total, .. }) = requested(|| match serde_json::from_str::<Request>(&body) {
            Ok(request) => post(&request, &Context::new("me"), &mut Draws::new(|_, _| None)),
            Err(error) => Reply::malformed(&error.to_string()),
        });
        assert_eq!(reply.status(), 400, "{what}");
        assert!(largest <= 33 * body.len(), "{what}: {largest} bytes at once");
        assert!(total <= 80 * body.len(), "{what}: {total} bytes");
    }
}
