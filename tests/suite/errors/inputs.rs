//! An input that causes each kind of failure, with its code and its HTTP status.

use nova_keypair::os_keypairs::{Context, Query, Reply, Request, negotiate};
use nova_keypair::{
    Algorithm, Blocklist, Error, ImportPolicy, KeySpec, Keypair, KeypairName, Md5Fingerprint, Microversion, PrivateKey,
    PrivateKeyFormat, PublicKey, Reading, Weakness, create_many,
};
use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::draws::{Draws, composite};
use crate::support::{line_of, number_hash};

const ED25519: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIFl6u75BTi8xGtSPm1yVJuLE/oMtCOuEMJJnBSuZEdXz";
const BLOB: &str = "AAAAC3NzaC1lZDI1NTE5AAAAIFl6u75BTi8xGtSPm1yVJuLE/oMtCOuEMJJnBSuZEdXz";
const P256: &str = "ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBA/CkqWXSlbdo7jPshvIWT/m3FAdpSIKUx/uTmz87ObpBxXsfF8aMSiwGMKHjqviTV4cG6F7vFf28ll+9CbGsbs=";

/// OpenStack Nova's test key, whose base64 has `+`, and its PKCS#1 document.
const RSA: &str = "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQDkbjgPqUSAyPpxHAI/J2wyXVVE3YH0NXJXmWbCywZ4kKXLBkxZwqVJkFpY9vBu3bT+vvh4wZk+Wq0SL1Gj4QePj+fn7cDYyHXWHQ8ZK3nc9I99bChmESD2FDXDVnF8EwLHt4bZh0YVChwyBHTNBqwkaOO3yGu4KdZEHek0f0OETAqGARMfT8IXPFKHR5laz87gZJ/i6nCZEb/Vi73S+dVmrcBqfC+9blQGTqDi5ZvoVMRLzruQDLhvkRwfpZHeUsTT2ia4b82q0f6qSAh1ByicOSaS4rfF/mCjoZLASh3R6szUbW974LjD8wP3wpnhmWif2HLugTatyodd/nyBm05N";
const PKCS1: &str = "MIIBCgKCAQEA5G44D6lEgMj6cRwCPydsMl1VRN2B9DVyV5lmwssGeJClywZMWcKlSZBaWPbwbt20/r74eMGZPlqtEi9Ro+EHj4/n5+3A2Mh11h0PGSt53PSPfWwoZhEg9hQ1w1ZxfBMCx7eG2YdGFQocMgR0zQasJGjjt8hruCnWRB3pNH9DhEwKhgETH0/CFzxSh0eZWs/O4GSf4upwmRG/1Yu90vnVZq3AanwvvW5UBk6g4uWb6FTES867kAy4b5EcH6WR3lLE09omuG/NqtH+qkgIdQconDkmkuK3xf5go6GSwEod0erM1G1ve+C4w/MD98KZ4Zlon9hy7oE2rcqHXf58gZtOTQIDAQAB";
/// The SPKI document of the Ed25519 key.
const SPKI: &str = "MCowBQYDK2VwAyEAWXq7vkFOLzEa1I+bXJUm4sT+gy0I64QwkmcFK5kR1fM=";

/// The failures of one domain: code, HTTP status, and the error that the input caused.
pub(crate) type Failures = Vec<(&'static str, u16, Error)>;

pub(crate) fn all() -> Failures {
    [names(), lines(), blobs(), policies(), private_keys(), generation(), requests()].concat()
}

fn names() -> Failures {
    let failed = |name: &str| KeypairName::new(name).unwrap_err().into();
    let blank = KeypairName::for_microversion("  ", Microversion::V2_0).unwrap_err().into();
    let twice = ["a", "a"].map(|name| KeypairName::new(name).unwrap());
    let unused = &mut Draws::new(|_, _| None);
    let repeated = create_many(twice, KeySpec::Rsa2048, unused).unwrap_err();
    vec![
        ("name_empty", 400, failed("")),
        ("name_too_long", 400, failed(&"a".repeat(256))),
        ("name_character", 400, failed("a.b")),
        ("name_edge_whitespace", 400, failed("a ")),
        ("name_blank", 400, blank),
        ("name_unprintable", 400, failed("a\tb")),
        ("name_is_private_key", 400, failed("AGE-SECRET-KEY-1QQPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L")),
        ("keypair_exists", 409, repeated),
    ]
}

fn hex_dump(text: &str) -> String {
    let row = |(row, bytes): (usize, &[u8])| {
        let digits: String = bytes.iter().map(|byte| format!("{byte:02x} ")).collect();
        format!("{:08x}: {digits} {}\n", 16 * row, String::from_utf8_lossy(bytes))
    };
    text.as_bytes().chunks(16).enumerate().map(row).collect()
}

fn character_dump(text: &str) -> String {
    let row = |(row, bytes): (usize, &[u8])| {
        let cells: String = bytes.iter().map(|&byte| format!("   {}", char::from(byte))).collect();
        format!("{:07o}{cells}\n", 16 * row)
    };
    text.as_bytes().chunks(16).enumerate().map(row).collect()
}

/// Returns the base64 of the SPKI document of the P-256 key (RFC 5480).
fn spki_p256() -> String {
    const HEAD: [u8; 26] = [
        0x30, 0x59, 0x30, 0x13, 6, 7, 0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1, 6, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7,
        3, 0x42, 0,
    ];
    let blob = STANDARD.decode(P256.split(' ').nth(1).unwrap()).unwrap();
    STANDARD.encode([&HEAD, &blob[blob.len() - 65..]].concat())
}

/// Returns the RSA key as an XML signature has it.
fn xml() -> String {
    let blob = STANDARD.decode(RSA.split(' ').nth(1).unwrap()).unwrap();
    let n = STANDARD.encode(&blob[blob.len() - 256..]);
    format!("<RSAKeyValue><Modulus>{n}</Modulus><Exponent>AQAB</Exponent></RSAKeyValue>")
}

fn rejected(text: &str) -> Error {
    PublicKey::parse_with(text, &ImportPolicy::nova()).expect_err(text).into()
}

/// Returns lines that are not one canonical line of a key.
fn lines() -> Failures {
    let cases: Vec<(&str, String)> = vec![
        ("key_empty", " \n".into()),
        ("key_leading_whitespace", format!(" {ED25519}")),
        ("key_byte_order_mark", format!("\u{feff}{ED25519}")),
        ("key_quoted", format!("\"{ED25519}\"")),
        ("key_unicode_space", ED25519.replace(' ', "\u{a0}")),
        ("key_tab", ED25519.replace(' ', "\t")),
        ("key_several_spaces", ED25519.replace(' ', "  ")),
        ("key_second_line", format!("{ED25519}\nb")),
        ("key_several", format!("{ED25519}\n{ED25519}")),
        ("key_line_separator", format!("{ED25519} a\u{2028}b")),
        ("key_hash_line", format!("# {ED25519}")),
        ("key_options", format!("no-pty {ED25519}")),
        ("key_known_hosts", format!("github.com {ED25519}")),
        ("key_text_before", format!("my key:\n{ED25519}")),
        ("key_type_missing", BLOB.into()),
        ("key_missing", "ssh-ed25519".into()),
        ("key_separator_missing", ED25519.replace(' ', "")),
        ("key_is_path", "~/.ssh/id_rsa.pub".into()),
        ("key_is_fingerprint", "SHA256:1KcBG++MOWHm5/5oCDjGDZwK2ijqi4HDUKeZz/gEVz0".into()),
        ("key_type_case", ED25519.replace("ssh", "SSH")),
        ("key_type_signature", format!("rsa-sha2-512 {BLOB}")),
        ("key_type_unsupported", "ssh-ed448 AAAACXNzaC1lZDQ0OAAAADkBAQEB".into()),
        ("key_unrecognized", "garbage".into()),
        ("key_certificate", "ssh-rsa-cert-v01@openssh.com AAAAHHNzaC1yc2EtY2VydC12MDFAb3BlbnNzaC5jb20".into()),
        ("key_ssh1", format!("2048 65537 {}", "1".repeat(309))),
        ("key_rfc4716", "---- BEGIN SSH2 PUBLIC KEY ----\nAAAA\n".into()),
        ("key_pkcs1_pem", "-----BEGIN RSA PUBLIC KEY-----\nMIIBCgKCAQEA\n".into()),
        ("key_spki_pem", "-----BEGIN PUBLIC KEY-----\nMIIBIjANBgkq\n".into()),
        ("key_x509", "-----BEGIN CERTIFICATE-----\nMII\n".into()),
        ("key_pgp", "-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nmQ\n".into()),
        ("key_age", "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p".into()),
        ("key_unknown_pem", "-----BEGIN DH PARAMETERS-----\nMII\n".into()),
        ("key_is_private", "-----BEGIN OPENSSH PRIVATE KEY-----\n".into()),
        ("key_base64_character", ED25519.replace("Fl6u", "Fl!u")),
        ("key_base64_url_safe", ED25519.replace('/', "_")),
        ("key_base64_padding", P256.trim_end_matches('=').into()),
        ("key_base64_surplus", format!("{ED25519}=")),
        ("key_base64_trailing_bits", P256.replace("bs=", "bt=")),
        ("key_wrapped", format!("{}\n{}", &ED25519[..40], &ED25519[40..])),
        ("key_truncated", ED25519[..76].into()),
        ("key_oversized", format!("ssh-rsa {}", "A".repeat(9000))),
        ("key_type_mismatch", format!("ssh-rsa {BLOB}")),
        ("key_type_repeated", format!("ssh-ed25519 {ED25519}")),
        ("key_type_misspelled", format!("ssh-ed25591 {BLOB}")),
        ("key_separator", ED25519.replace(' ', ": ")),
        ("key_comment_separator", format!("{P256}me@home")),
        ("key_text_after", format!("{ED25519}] me")),
        ("key_utf16", ED25519.chars().flat_map(|c| [c, '\0']).collect()),
        ("key_percent_encoded", ED25519.replace('/', "%2F").replace(' ', "%20")),
        ("key_form_encoded", ED25519.replace('/', "%2F").replace(' ', "+")),
        ("key_html_entities", ED25519.replace('/', "&#47;")),
        ("key_html_tags", format!("<pre>{ED25519}</pre>")),
        ("key_escaped", ED25519.replace('/', "\\/")),
        ("key_quoted_printable", P256.replace('=', "=3D")),
        ("key_base64_twice", STANDARD.encode(ED25519)),
        ("key_hexadecimal", ED25519.bytes().map(|byte| format!("{byte:02x}")).collect()),
        ("key_hex_dump", hex_dump(ED25519)),
        ("key_character_dump", character_dump(ED25519)),
        ("key_full_width", ED25519.replace('/', "\u{ff0f}")),
        ("key_invisible_character", ED25519.replace(' ', "\u{200b} ")),
        ("key_line_prefix", format!("+{}\n+{}\n", &ED25519[..40], &ED25519[40..])),
        ("key_spaces_for_plus", RSA.replace('+', " ")),
        ("key_spki_body", spki_p256()),
        ("key_jwk", r#"{"kty":"OKP","crv":"Ed25519","x":"WXq7vkFOLzEa1I-bXJUm4sT-gy0I64QwkmcFK5kR1fM"}"#.into()),
        ("key_xml", xml()),
        ("key_is_placeholder", "$(cat ~/.ssh/id_ed25519.pub)".into()),
        ("key_spki_ed25519", format!("ssh-ed25519 {SPKI}")),
        ("key_pkcs1_body", PKCS1.into()),
        ("key_swapped_numbers", line_of(&[b"ssh-rsa", &ones(256), &[1, 0, 1]])),
    ];
    let latin1 = [ED25519.as_bytes(), b" M\xfcller"].concat();
    let not_utf8 = PublicKey::recover_bytes(b"\xff").unwrap_err();
    assert!(PublicKey::recover_bytes(&latin1).is_ok());
    let texts = cases.into_iter().map(|(code, text)| (code, 400, rejected(&text)));
    texts.chain([("key_not_utf8", 400, not_utf8.into())]).collect()
}

fn hex(digits: &str) -> Vec<u8> {
    (0..digits.len()).step_by(2).map(|i| u8::from_str_radix(&digits[i..i + 2], 16).unwrap()).collect()
}

/// Encodes an mpint of `bytes` bytes, all of them 255.
fn ones(bytes: usize) -> Vec<u8> {
    [vec![0], vec![0xff; bytes]].concat()
}

/// Returns lines whose blob is malformed, or not a key.
fn blobs() -> Failures {
    let rsa = |e: &[u8], n: &[u8]| line_of(&[b"ssh-rsa", e, n]);
    let dsa = |p: &[u8], g: &[u8]| line_of(&[b"ssh-dss", p, &ones(20), g, &[3]]);
    let p256 = |curve: &[u8], point: &[u8]| line_of(&[b"ecdsa-sha2-nistp256", curve, point]);
    let even = [&ones(255)[..], &[0xfe]].concat();
    // Points with this x are on the curve, and too small for OpenSSH.
    let x = "0000000000000000000000000000000000000000000000000000000000000005";
    let y = "459243b9aa581806fe913bce99817ade11ca503c64d9a3c533415c083248fbcc";
    let small = [&[4][..], &hex(x), &hex(y)].concat();
    let cases: Vec<(&str, String)> = vec![
        ("key_trailing_bytes", line_of(&[b"ssh-ed25519", &[7; 32], &[]])),
        ("key_non_minimal", rsa(&[0, 1, 0, 1], &ones(256))),
        ("key_negative", rsa(&[0x81], &ones(256))),
        ("rsa_too_short", rsa(&[1, 0, 1], &ones(127))),
        ("rsa_too_long", rsa(&[1, 0, 1], &ones(2049))),
        ("rsa_modulus_even", rsa(&[1, 0, 1], &even)),
        ("rsa_exponent", rsa(&[1], &ones(256))),
        ("dsa_bits", dsa(&ones(256), &[2])),
        ("dsa_range", dsa(&ones(128), &[1])),
        ("ed25519_length", line_of(&[b"ssh-ed25519", &[7; 31]])),
        ("ecdsa_curve", p256(b"nistp384", &small)),
        ("ecdsa_point_form", p256(b"nistp256", &small[..64])),
        ("ecdsa_not_on_curve", p256(b"nistp256", &[4; 65])),
        ("ecdsa_coordinate", p256(b"nistp256", &small)),
        ("sk_application", line_of(&[b"sk-ssh-ed25519@openssh.com", &[7; 32], b"https:"])),
    ];
    cases.into_iter().map(|(code, text)| (code, 400, rejected(&text))).collect()
}

fn policies() -> Failures {
    let failed = |text: &str, policy: ImportPolicy<'_>| PublicKey::parse_with(text, &policy).unwrap_err().into();
    let default = ImportPolicy::default;
    let short = line_of(&[b"ssh-rsa", &[1, 0, 1], &ones(128)]);
    let listed = [&number_hash(&PublicKey::parse(ED25519).unwrap())[..], &[9]].concat();
    vec![
        ("key_too_long", 400, failed(&format!("{ED25519} {}", "c".repeat(1024)), default())),
        ("algorithm_not_allowed", 400, failed(ED25519, default().algorithms(&[Algorithm::Rsa]))),
        ("key_dsa", 400, failed("ssh-dss AAAAB3NzaC1kc3M", default())),
        ("key_weak", 400, failed(&short, default().reject(Weakness::ShortRsa))),
        ("key_blocklisted", 400, failed(ED25519, default().blocklist(Blocklist::new(&listed).unwrap()))),
        ("blocklist_empty", 500, Blocklist::new(&[]).unwrap_err().into()),
        ("blocklist_length", 500, Blocklist::new(&[0; 33]).unwrap_err().into()),
        ("blocklist_unsorted", 500, Blocklist::new(&[[1; 16], [0; 16]].concat()).unwrap_err().into()),
        ("fingerprint_unrecognized", 400, "aa:bb".parse::<Md5Fingerprint>().unwrap_err().into()),
        ("fingerprint_mismatch", 400, Keypair::restore("k", ED25519, "00".repeat(16).as_str()).unwrap_err()),
        ("algorithm_unknown", 400, Algorithm::try_from("RSA").unwrap_err().into()),
        ("key_spec_unknown", 400, KeySpec::try_from("rsa-1024").unwrap_err().into()),
        ("private_key_format_unknown", 400, PrivateKeyFormat::try_from("ppk").unwrap_err().into()),
        ("reading_unknown", 400, Reading::try_from("none").unwrap_err().into()),
        ("weakness_unknown", 400, Weakness::try_from("none").unwrap_err().into()),
    ]
}

static KEY: LazyLock<PrivateKey> = LazyLock::new(|| PrivateKey::from_seed(&[3; 32], KeySpec::Rsa2048).unwrap());

fn private_keys() -> Failures {
    let mut key = PrivateKey::from_seed(&[3; 32], KeySpec::Rsa2048).unwrap();
    vec![
        ("comment", 400, key.set_comment("a\tb").unwrap_err()),
        #[cfg(feature = "encryption")]
        ("passphrase_empty", 400, KEY.to_openssh_encrypted("", &mut Draws::new(|_, _| None)).unwrap_err()),
        #[cfg(feature = "ed25519")]
        ("seed_length", 400, PrivateKey::from_seed(&[3; 31], KeySpec::Ed25519).unwrap_err().into()),
        #[cfg(feature = "ed25519")]
        ("pkcs1_not_rsa", 500, {
            let key = PrivateKey::from_seed(&[3; 32], KeySpec::Ed25519).unwrap();
            key.to_pkcs1_pem().unwrap_err().into()
        }),
    ]
}

fn generation_failure(draw: impl FnMut(usize, &mut [u8]) -> Option<()>) -> Error {
    PrivateKey::generate(KeySpec::Rsa2048, &mut Draws::new(draw)).unwrap_err().into()
}

fn generation() -> Failures {
    use rsa::pkcs8::DecodePrivateKey as _;
    use rsa::traits::PrivateKeyParts as _;
    let key = rsa::PrivateKey::from_pkcs8_der(&KEY.to_pkcs8_der()).unwrap();
    let prime = key.primes()[0].to_be_bytes_trimmed_vartime();
    // The same prime twice, with other candidates in between.
    let repeated = |index: usize, bytes: &mut [u8]| {
        match index {
            0 | 3 => bytes.copy_from_slice(&prime),
            _ => composite(1, index, bytes),
        }
        Some(())
    };
    let composites = |index: usize, bytes: &mut [u8]| {
        composite(1, index, bytes);
        Some(())
    };
    let seeded = |seed: &[u8]| PrivateKey::from_seed(seed, KeySpec::Rsa2048).unwrap_err().into();
    let failures = vec![
        ("key_size", 400, KeySpec::from_rsa_bits(1024).unwrap_err().into()),
        ("seed_too_short", 400, seeded(&[7; 15])),
        ("rng", 500, generation_failure(|_, _| None)),
        ("rng_stuck", 500, generation_failure(|_, _| Some(()))),
        ("candidate_limit", 500, generation_failure(composites)),
        ("prime_distance", 500, generation_failure(repeated)),
    ];
    #[cfg(feature = "__internals")]
    let failures = [failures, of_internals()].concat();
    failures
}

/// Returns failures that a correct computation cannot cause.
#[cfg(feature = "__internals")]
fn of_internals() -> Failures {
    use crate::draws::honest;
    use nova_keypair::internals::{Numbers, assemble, generate_with_a_fault, private_key};
    let rng = &mut Draws::new(|index, bytes| {
        honest(1, index, bytes);
        Some(())
    });
    let short = || vec![7u8; 9];
    let numbers = Numbers { n: short(), d: short(), p: short(), q: short(), dp: short(), dq: short(), qinv: short() };
    let small_prime = assemble(256, &[7, 1], &[7, 1 << 63]).unwrap_err();
    vec![
        ("prime_too_small", 500, small_prime.into()),
        ("pairwise_consistency", 500, generate_with_a_fault(2048, rng).unwrap_err().into()),
        ("encoding", 500, private_key(numbers).unwrap_err().into()),
    ]
}

fn requests() -> Failures {
    let failed = |request: Request, context: Context| request.check(&context).unwrap_err().error().unwrap();
    let me = || Context::new("me").microversion(Microversion::V2_10);
    let listed = |query| Query::parse(query).check_list(&me().microversion(Microversion::LATEST));
    let missing = Query::default().check_show("k", &me()).unwrap().not_found();
    vec![
        ("request", 400, failed(Request::new("k").key_type("dsa"), me())),
        ("x509_unsupported", 400, failed(Request::new("k").key_type("x509"), me())),
        ("forbidden", 403, failed(Request::new("k").user_id("other"), me())),
        ("quota_exceeded", 403, failed(Request::new("k"), me().quota(100, 100))),
        ("microversion", 400, "3.1".parse::<Microversion>().unwrap_err().into()),
        ("storage_failed", 500, Reply::storage_failed().error().unwrap()),
        ("query", 400, listed("limit=x").unwrap_err().error().unwrap()),
        ("marker_not_found", 400, listed("marker=k").unwrap().marker_not_found().error().unwrap()),
        ("keypair_not_found", 404, missing.error().unwrap()),
        ("microversion_unsupported", 406, negotiate(Some("2.93")).unwrap_err().error().unwrap()),
    ]
}
