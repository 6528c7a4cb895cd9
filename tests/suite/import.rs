//! The keys that an import accepts: the invariant, each accepted and rejected kind of line, and the keys of other
//! projects' tests.

use std::hash::{BuildHasher as _, RandomState};
use std::process::Command;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use nova_keypair::nova::{self, Cryptography};
use nova_keypair::{Algorithm, ImportPolicy, PublicKey, PublicKeyError, PublicKeyErrorKind, Weakness, fingerprint};
use proptest::prelude::*;
use proptest::strategy::ValueTree;

use crate::openssh_version::{Difference, OpenSsh};
use crate::support::{self, line_of};

/// OpenStack Nova's test key: 380 bytes, then the comment.
const RSA: &str = "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQDkbjgPqUSAyPpxHAI/J2wyXVVE3YH0NXJXmWbCywZ4kKXLBkxZwqVJkFpY9vBu3bT+vvh4wZk+Wq0SL1Gj4QePj+fn7cDYyHXWHQ8ZK3nc9I99bChmESD2FDXDVnF8EwLHt4bZh0YVChwyBHTNBqwkaOO3yGu4KdZEHek0f0OETAqGARMfT8IXPFKHR5laz87gZJ/i6nCZEb/Vi73S+dVmrcBqfC+9blQGTqDi5ZvoVMRLzruQDLhvkRwfpZHeUsTT2ia4b82q0f6qSAh1ByicOSaS4rfF/mCjoZLASh3R6szUbW974LjD8wP3wpnhmWif2HLugTatyodd/nyBm05N";
const RSA_MD5: &str = "e7:66:a1:2c:4f:90:6e:11:19:da:ac:c2:69:e1:ad:89";
/// The example of the documented interface, whose base64 ends in padding.
const RSA_1024: &str = "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAAgQC9mC3WZN9UGLxgPBpP7H5jZMc6pKwOoSgre8yun6REFktn/Kz7DUt9jaR1UJyRzHxITfCfAIgSxPdGqB/oF1suMyWgu5i0625vavLB5z5kC8Hq3qZJ9zJO1poE1kyD+htiTtPWJ88e12xuH2XB/CZN9OpEiF98hAagiOE0EnOS5Q==";
const RSA_1024_MD5: &str = "35:9d:d0:c3:4a:80:d3:d8:86:f1:ca:f7:df:c4:f9:d8";
const ED25519: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIFl6u75BTi8xGtSPm1yVJuLE/oMtCOuEMJJnBSuZEdXz";
const ED25519_MD5: &str = "1a:1d:a7:2c:4c:ff:15:c4:70:13:38:b6:ac:4c:dc:12";
const P256: &str = "ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBA/CkqWXSlbdo7jPshvIWT/m3FAdpSIKUx/uTmz87ObpBxXsfF8aMSiwGMKHjqviTV4cG6F7vFf28ll+9CbGsbs=";

/// SP 800-186, section 3.2.1.5.
const BASE_POINT_P521: (&str, &str) = (
    "00c6858e06b70404e9cd9e3ecb662395b4429c648139053fb521f828af606b4d3dbaa14b5e77efe75928fe1dc127a2ffa8de3348b3c1856a429bf97e7e31c2e5bd66",
    "011839296a789a3bc0045c8a5fb42c7d1bd998f54449579b446817afbd17273e662c97ee72995ef42640c550b9013fad0761353c7086a272c24088be94769fd16650",
);

/// Returns the code and the position with which `line` is rejected.
fn refusal(line: &str) -> (&'static str, Option<usize>) {
    let error = PublicKey::parse_with(line, &ImportPolicy::nova()).expect_err(line);
    (error.code(), error.position())
}

fn rsa_line(e: &[u8], n: &[u8]) -> String {
    line_of(&[b"ssh-rsa", e, n])
}

/// Encodes an mpint of `bits` ones, with a sign byte if needed.
fn ones(bits: usize) -> Vec<u8> {
    let mut number = vec![0xff; bits / 8];
    match bits % 8 {
        0 if bits > 0 => number.insert(0, 0),
        0 => {}
        odd => number.insert(0, (1 << odd) - 1),
    }
    number
}

// ---- The invariant

/// Returns a DSA key with the smallest numbers that are in range.
fn dsa_line() -> String {
    line_of(&[b"ssh-dss", &ones(1024), &ones(160), &[2], &[3]])
}

/// Returns the output of `ssh-keygen -l -E md5` for these lines, each in a separate file: `None` for a rejected one.
fn ssh_keygen<L: AsRef<str>>(name: &str, lines: &[L]) -> Option<Vec<Option<String>>> {
    if !support::has_tool("ssh-keygen") {
        return None;
    }
    let directory = support::TempDir::new(name);
    let path = directory.0.join("key.pub");
    let answer = |line: &L| {
        std::fs::write(&path, line.as_ref()).unwrap();
        let output = Command::new("ssh-keygen").args(["-l", "-E", "md5", "-f"]).arg(&path).output().unwrap();
        let text = String::from_utf8_lossy(&output.stdout);
        text.split("MD5:").nth(1).map(|rest| rest[..47].to_owned()).filter(|_| output.status.success())
    };
    Some(lines.iter().map(answer).collect())
}

/// Returns every line of the test data that is text.
fn lines_of_the_test_data() -> Option<Vec<String>> {
    let edges = support::json_data("ssh/edges.json");
    let raw = |case: &serde_json::Value| STANDARD.decode(case["raw_base64"].as_str().unwrap()).unwrap();
    let mut lines: Vec<String> =
        edges["cases"].as_array().unwrap().iter().filter_map(|case| String::from_utf8(raw(case)).ok()).collect();
    for (file, list, field) in [
        ("nova/edges.json", "edges", "public_key"),
        ("nova/fingerprints.json", "vectors", "public_key"),
        ("ssh/corpus.json", "keys", "line"),
    ] {
        let json = support::json_data(file);
        lines.extend(json[list].as_array().unwrap().iter().map(|entry| entry[field].as_str().unwrap().to_owned()));
    }
    Some(lines)
}

/// The invariant itself, with the installed programs: whatever import accepts, `ssh-keygen` and Nova accept, and all
/// three print the same fingerprint.
#[test]
fn every_accepted_line_of_the_test_data_is_accepted_by_the_installed_openssh_and_by_nova() {
    let Some(lines) = lines_of_the_test_data() else { return };
    // The default policy, and longer lines too, which are also valid keys.
    let policy = ImportPolicy::default().size_limit(None);
    let parse = |line: String| PublicKey::parse_with(&line, &policy).ok().map(|key| (line, key));
    let (lines, keys): (Vec<_>, Vec<_>) = lines.into_iter().filter_map(parse).unzip();
    assert!(lines.len() > 690, "{}", lines.len());
    for (line, key) in lines.iter().zip(&keys) {
        assert_ne!(key.algorithm(), Algorithm::Dsa, "{line}");
        assert_eq!(nova::verdict(line).fingerprint(), Some(key.fingerprint()), "{line}");
        // Older versions of cryptography differ for security keys only.
        let is_security_key = matches!(key.algorithm(), Algorithm::SkEd25519 | Algorithm::SkEcdsaNistP256);
        for version in [Cryptography::V3, Cryptography::V40, Cryptography::V41, Cryptography::V42] {
            let fingerprint = nova::verdict_with(line, version).fingerprint();
            assert_eq!(fingerprint, (!is_security_key).then_some(key.fingerprint()), "{version:?}: {line}");
        }
    }
    let Some(answers) = ssh_keygen("invariant", &lines) else { return };
    for ((line, key), answer) in lines.iter().zip(&keys).zip(answers) {
        assert_eq!(answer, Some(key.fingerprint().to_string()), "{line}");
    }
}

/// For lines that the default policy rejects because OpenSSH's versions disagree, the installed version answers as
/// the table predicts.
#[test]
fn the_installed_openssh_answers_as_its_version_predicts() {
    let [small, large] = ecdsa_lines_outside_the_range_of_openssh();
    let lines =
        [(Difference::Dsa, dsa_line()), (Difference::EcdsaCoordinate, small), (Difference::EcdsaCoordinate, large)];
    for (difference, line) in &lines {
        assert!(PublicKey::parse(line).is_err() && nova::verdict(line).is_accepted(), "{difference:?}: {line}");
    }
    let Some(answers) = ssh_keygen("versions", &lines.each_ref().map(|(_, line)| line)) else { return };
    let version = OpenSsh::installed();
    for ((difference, line), answer) in lines.iter().zip(answers) {
        if let Some(expected) = difference.is_accepted_by(version) {
            assert_eq!(answer.is_some(), expected, "{difference:?} by {version:?}: {line}");
        }
        // Where both accept a line that import rejects, they still agree on its fingerprint.
        assert!(answer.is_none() || answer == nova::verdict(line).fingerprint().map(|f| f.to_string()), "{line}");
    }
}

#[test]
fn nova_and_openssh_accept_every_imported_line_with_the_same_fingerprint() {
    let edges = support::json_data("ssh/edges.json");
    let mut accepted = 0;
    for case in edges["cases"].as_array().unwrap() {
        let raw = STANDARD.decode(case["raw_base64"].as_str().unwrap()).unwrap();
        let Ok(line) = std::str::from_utf8(&raw) else { continue };
        let Ok(key) = PublicKey::parse_with(line, &ImportPolicy::nova()) else { continue };
        accepted += 1;
        assert_eq!((&case["nova"], &case["openssh"]), (&"accept".into(), &"accept".into()), "{}", case["case"]);
        assert_eq!(case["nova_md5"], key.fingerprint().to_string(), "{}", case["case"]);
        assert_eq!(case["openssh_md5"], key.fingerprint().to_string(), "{}", case["case"]);
    }
    assert!(accepted > 40, "{accepted}");

    let edges = support::json_data("nova/edges.json");
    for case in edges["edges"].as_array().unwrap() {
        let Ok(key) = PublicKey::parse_with(case["public_key"].as_str().unwrap(), &ImportPolicy::nova()) else {
            continue;
        };
        let fingerprint = key.fingerprint();
        assert_eq!(case["nova"], "accept", "{}", case["id"]);
        assert_eq!(case["fingerprint"], fingerprint.to_string(), "{}", case["id"]);
        assert_eq!(case["ssh_keygen_9_2"], fingerprint.to_string(), "{}", case["id"]);
    }
}

/// The converse: what both accept is accepted, except for the reasons in the table.
#[test]
fn lines_that_nova_and_openssh_accept_are_only_rejected_for_a_listed_reason() {
    let edges = support::json_data("ssh/edges.json");
    let mut refused = Vec::new();
    for case in edges["cases"].as_array().unwrap() {
        let raw = STANDARD.decode(case["raw_base64"].as_str().unwrap()).unwrap();
        let Ok(line) = std::str::from_utf8(&raw) else { continue };
        let agreed = case["nova"] == "accept" && case["openssh"] == "accept" && case["nova_md5"] == case["openssh_md5"];
        if let (true, Err(error)) = (agreed, PublicKey::parse_with(line, &ImportPolicy::nova())) {
            refused.push((case["case"].as_str().unwrap().to_owned(), error.code()));
        }
    }
    refused.sort();
    let stated = [
        ("double_space_before_comment", "key_several_spaces"),
        ("embedded_lf_in_comment", "key_second_line"),
        ("n_even", "rsa_modulus_even"),
        ("space_tab_after_type", "key_tab"),
        ("two_lines_rsa_ed", "key_several"),
    ];
    assert_eq!(refused, stated.map(|(case, code)| (case.to_owned(), code)));
}

#[test]
fn keys_of_other_projects_are_accepted_with_the_fingerprint_and_size_of_ssh_keygen() {
    let corpus = support::json_data("ssh/corpus.json");
    let (mut accepted, mut dsa) = (0, 0);
    for key in corpus["keys"].as_array().unwrap() {
        let line = key["line"].as_str().unwrap();
        let agreed = key["nova"] == "accept" && key["nova_md5"] == key["md5"];
        let is_certificate = key["type"].as_str().unwrap().contains("-cert-");
        match PublicKey::parse(line) {
            Ok(parsed) => {
                assert!(agreed && !is_certificate && key["type"] != "ssh-dss" && line.len() <= 1024, "{line}");
                assert_eq!(key["md5"], parsed.fingerprint().to_string());
                assert_eq!(
                    parsed.sha256_fingerprint().to_string(),
                    format!("SHA256:{}", key["sha256"].as_str().unwrap())
                );
                assert_eq!(key["bits"], parsed.bits());
                assert_eq!(key["type"], parsed.algorithm().as_str());
                assert_eq!(parsed.to_openssh(), line.trim_end());
                accepted += 1;
            }
            Err(error) if error.kind() == PublicKeyErrorKind::IsDsa => {
                assert_eq!(key["type"], "ssh-dss", "{line}");
                // Recorded with OpenSSH 9.2, which supports DSA.
                match PublicKey::parse_with(line, &ImportPolicy::nova()) {
                    Ok(parsed) => {
                        assert!(agreed, "{line}");
                        assert_eq!(
                            (&key["md5"], &key["bits"]),
                            (&parsed.fingerprint().to_string().into(), &1024.into())
                        );
                        dsa += 1;
                    }
                    Err(error) => assert!(!agreed, "{line}: {error}"),
                }
            }
            Err(error) => {
                assert!(!agreed || is_certificate || line.len() > 1024, "{line}: {error}");
                if is_certificate {
                    assert_eq!((error.kind(), error.position()), (PublicKeyErrorKind::IsCertificate, Some(0)));
                } else if line.len() > 1024 {
                    assert_eq!(error.kind(), PublicKeyErrorKind::TooLong { bytes: line.len(), limit: 1024 });
                }
            }
        }
    }
    assert!(accepted > 590 && dsa > 50, "{accepted} {dsa}");
}

#[test]
fn documented_keys_have_the_documented_fingerprints() {
    assert_eq!(fingerprint(RSA).unwrap().to_string(), RSA_MD5);
    assert_eq!(fingerprint(ED25519).unwrap().to_string(), ED25519_MD5);
    let example = PublicKey::parse(&format!("{RSA_1024} Generated by Nova\n")).unwrap();
    assert_eq!(example.fingerprint().to_string(), RSA_1024_MD5);
    assert_eq!(example.comment(), "Generated by Nova");
    assert!(example.weaknesses().contains(&Weakness::Compromised));

    let vectors = support::json_data("nova/fingerprints.json");
    for vector in vectors["vectors"].as_array().unwrap() {
        let line = vector["public_key"].as_str().unwrap();
        if vector["type"] == "ssh" {
            let key = PublicKey::parse_with(line, &ImportPolicy::nova()).unwrap();
            assert_eq!(PublicKey::parse(line).is_ok(), key.algorithm() != Algorithm::Dsa, "{line}");
            assert_eq!(vector["fingerprint"], key.fingerprint().to_string());
            assert_eq!(vector["sha256"], key.sha256_fingerprint().to_string());
        } else {
            assert_eq!(refusal(line), ("key_x509", Some(0)));
        }
    }
}

#[test]
fn an_algorithm_prints_as_the_type_in_its_line() {
    for (line, algorithm) in [(RSA, Algorithm::Rsa), (ED25519, Algorithm::Ed25519), (P256, Algorithm::EcdsaNistP256)] {
        assert_eq!(PublicKey::parse(line).unwrap().algorithm(), algorithm);
        assert_eq!(line.split(' ').next().unwrap(), algorithm.to_string());
    }
}

// ---- Each kind of line

#[test]
fn trailing_whitespace_and_comments_are_accepted_and_kept_as_sent() {
    let comments = ["", "user@host", "user at host   two", "usér@hôst ключ", "tab\tinside", "日本\u{a0}語"];
    for comment in comments {
        for end in ["", "\n", "\r\n", " ", "  ", "\n\n\n", " \r\n", "\t", "\t \n"] {
            let canonical = if comment.is_empty() { RSA.to_owned() } else { format!("{RSA} {comment}") };
            let line = format!("{canonical}{end}");
            let key = PublicKey::parse(&line).unwrap_or_else(|error| panic!("{line:?}: {error}"));
            assert_eq!(key.as_sent(), line);
            assert_eq!(key.to_openssh(), canonical);
            assert_eq!(key.to_string(), canonical);
            assert_eq!(key.comment(), comment);
            assert_eq!(key.fingerprint().to_string(), RSA_MD5);
        }
    }
    // The space before an empty comment is trailing whitespace.
    assert_eq!(PublicKey::parse(&format!("{RSA} \n")).unwrap().to_openssh(), RSA);
}

#[test]
fn each_kind_of_framing_is_rejected_with_its_own_reason_and_position() {
    let cases = [
        (format!(" {RSA}"), "key_leading_whitespace", 1),
        (format!("\n{RSA}"), "key_leading_whitespace", 1),
        (format!("\r\n\t{RSA}"), "key_leading_whitespace", 3),
        (format!("no-pty,command=\"/bin/true\" {RSA}"), "key_options", 27),
        (format!("command=\"a b\" {RSA}"), "key_options", 14),
        (format!("# a remark\n{RSA}"), "key_hash_line", 0),
        (format!("{RSA} one\ntwo"), "key_second_line", 385),
        (format!("{RSA} one\r\ntwo"), "key_second_line", 386),
        (format!("{RSA}\n{ED25519}"), "key_several", 381),
        (format!("{RSA} one\n{ED25519}\n"), "key_several", 385),
        (format!("{RSA} one\n\nno-pty {ED25519}\n"), "key_several", 393),
        (RSA.replacen(' ', "\t", 1), "key_tab", 7),
        (RSA.replacen(' ', " \t", 1), "key_tab", 8),
        (RSA.replacen(' ', "  ", 1), "key_several_spaces", 8),
        (format!("{RSA}\tcomment"), "key_tab", 380),
        (format!("{RSA} \tcomment"), "key_tab", 381),
        (format!("{RSA}  comment"), "key_several_spaces", 381),
    ];
    for (line, code, position) in cases {
        assert_eq!(refusal(&line), (code, Some(position)), "{line:?}");
    }
}

/// Each of these starts a new line for Python's `str.splitlines`, which cloud-init applies to what Nova stores.
#[test]
fn line_separators_of_any_program_are_rejected_within_a_comment() {
    for separator in ['\r', '\x0b', '\x0c', '\x1c', '\x1d', '\x1e', '\u{85}', '\u{2028}', '\u{2029}'] {
        let line = format!("{RSA} one{separator}two");
        assert_eq!(refusal(&line), ("key_line_separator", Some(384)), "{separator:?}");
    }
    for harmless in ['\0', '\x07', '\x1b', '\x1f', '\x7f', '\u{84}', '\u{2027}', '\u{feff}'] {
        assert_eq!(fingerprint(&format!("{RSA} one{harmless}two")).unwrap().to_string(), RSA_MD5, "{harmless:?}");
    }
}

#[test]
fn base64_is_strict() {
    let (symbols, _) = RSA_1024.split_once('=').unwrap();
    let end = symbols.len();
    let cases = [
        (symbols.to_owned(), "key_base64_padding", end),
        (format!("{symbols}="), "key_base64_padding", end + 1),
        (format!("{symbols}==="), "key_base64_surplus", end + 2),
        (format!("{symbols}===="), "key_base64_surplus", end + 2),
        (format!("{symbols}==AAAA"), "key_base64_surplus", end),
        (format!("{RSA}="), "key_base64_surplus", 380),
        (RSA_1024.replace("5Q==", "5R=="), "key_base64_trailing_bits", end - 1),
        (RSA.replacen("BAQDk", "BAQ*k", 1), "key_base64_character", 38),
        (RSA.replacen("BAQDk", "BAQ\0k", 1), "key_base64_character", 38),
        (RSA.replacen("BAQDk", "BAQék", 1), "key_base64_character", 38),
        (RSA.replacen("BAQDk", "BAQ\u{a0}k", 1), "key_unicode_space", 38),
        (RSA.replacen("BAQDk", "BAQ\x0bk", 1), "key_base64_character", 38),
        (RSA.replace('/', "_"), "key_base64_url_safe", 55),
        (RSA[..379].to_owned(), "key_base64_padding", 379),
        (RSA[..376].to_owned(), "key_truncated", 32),
        (format!("{}\n{}", &RSA[..76], &RSA[76..]), "key_wrapped", 76),
        (format!("{} {}", &RSA[..77], &RSA[77..]), "key_wrapped", 77),
        (format!("{} john", &RSA[..376]), "key_truncated", 32),
        ("ssh-rsa ====".to_owned(), "key_base64_surplus", 8),
        // Trailing bits are reported only if the padding shows that the key ends there.
        (symbols.replace("5Q", "5R"), "key_base64_padding", end),
        (format!("{}=", symbols.replace("5Q", "5R")), "key_base64_padding", end + 1),
        (format!("{P256}="), "key_base64_surplus", P256.len()),
    ];
    for (line, code, position) in cases {
        assert_eq!(refusal(&line), (code, Some(position)), "{line}");
    }
    // The number of missing characters is reported as well, whether they are symbols or padding.
    for line in [RSA_1024, P256, RSA] {
        for missing in 1..4 {
            let position = line.len() - missing;
            let error = PublicKey::parse(&line[..position]).unwrap_err();
            let expected = (PublicKeyErrorKind::IncompleteBase64 { missing }, Some(position));
            assert_eq!((error.kind(), error.position()), expected, "{line} without {missing}");
        }
    }
}

/// No key of any type comes near 8192 characters of base64; longer base64 is not decoded.
#[test]
fn base64_is_decoded_up_to_a_limit() {
    let line = |surplus: usize| {
        let application = format!("ssh:{}", "a".repeat(6144 - 74 + surplus));
        line_of(&[b"sk-ssh-ed25519@openssh.com", &[7; 32], application.as_bytes()])
    };
    let (longest, longer) = (line(0), line(1));
    assert_eq!((longest.len(), longer.len()), (27 + 8192, 27 + 8196));
    let nova = ImportPolicy::nova();
    assert_eq!(PublicKey::parse_with(&longest, &nova).unwrap().as_bytes().len(), 6144);
    assert!(PublicKey::recover_with(&format!(" {longest} comment"), &nova).is_ok());
    let oversized = PublicKeyErrorKind::OversizedBase64 { limit: 8192 };
    let error = PublicKey::parse_with(&longer, &nova).unwrap_err();
    assert_eq!((error.kind(), error.position()), (oversized, Some(27 + 8192)));
    let error = PublicKey::recover_with(&format!(" {longer}"), &nova).unwrap_err();
    assert_eq!((error.kind(), error.position()), (PublicKeyErrorKind::StartsWithWhitespace, Some(1)));
    // Text that is not base64 is not reported as long base64.
    for (text, code) in [("\x01".repeat(9000), "key_base64_character"), (" ".repeat(9000) + "x", "key_missing")] {
        assert_eq!(refusal(&format!("ssh-ed25519 {text}")), (code, Some(12)));
    }
}

#[test]
fn type_and_blob_must_agree_and_nothing_may_be_left_over() {
    let blob = RSA.split_once(' ').unwrap().1;
    assert_eq!(refusal(&format!("ssh-ed25519 {blob}")), ("key_type_mismatch", Some(0)));
    assert_eq!(refusal(&format!("rsa-sha2-256 {blob}")), ("key_type_signature", Some(0)));
    let key = [7; 32];
    assert_eq!(refusal(&line_of(&[b"ssh-ed25519", &key, b""])), ("key_trailing_bytes", Some(80)));
    assert_eq!(refusal(&line_of(&[b"ssh-ed25519", &key[1..]])), ("ed25519_length", Some(32)));
    assert_eq!(refusal(&line_of(&[b"ssh-ed25519"])), ("key_truncated", Some(32)));
    assert!(PublicKey::parse(&line_of(&[b"ssh-ed25519", &key])).is_ok());
}

#[test]
fn rsa_numbers_are_minimal_positive_odd_and_in_range() {
    let e: &[u8] = &[1, 0, 1];
    let n = &ones(2048)[..];
    assert_eq!(PublicKey::parse(&rsa_line(e, n)).unwrap().bits(), 2048);
    assert_eq!(refusal(&rsa_line(e, &n[1..])), ("key_negative", Some(32)));
    assert_eq!(refusal(&rsa_line(e, &[&[0], n].concat())), ("key_non_minimal", Some(32)));
    assert_eq!(refusal(&rsa_line(&[0, 1, 0, 1], n)), ("key_non_minimal", Some(20)));
    assert_eq!(refusal(&rsa_line(&[0xff], n)), ("key_negative", Some(20)));
    assert_eq!(refusal(&rsa_line(e, &[])), ("rsa_too_short", None));

    let mut even = n.to_vec();
    *even.last_mut().unwrap() = 0xfe;
    assert_eq!(refusal(&rsa_line(e, &even)).0, "rsa_modulus_even");

    for bits in [1024, 1025, 1031, 1032, 2047, 16383, 16384] {
        let key = PublicKey::parse_with(&rsa_line(e, &ones(bits)), &ImportPolicy::nova()).unwrap();
        assert_eq!(key.bits() as usize, bits);
    }
    for bits in [1, 3, 512, 1023] {
        assert_eq!(refusal(&rsa_line(e, &ones(bits))).0, "rsa_too_short", "{bits}");
    }
    assert_eq!(refusal(&rsa_line(e, &ones(16385))).0, "rsa_too_long");

    let mut below = n.to_vec();
    *below.last_mut().unwrap() = 0xfd;
    for good in [&[3][..], &[17], &[1, 0, 1], &below] {
        assert!(PublicKey::parse(&rsa_line(good, n)).is_ok());
    }
    for bad in [&[][..], &[1], &[2], &[4], &[1, 0, 0], n, &ones(2056)] {
        assert_eq!(refusal(&rsa_line(bad, n)), ("rsa_exponent", Some(20)), "{bad:?}");
    }
}

#[test]
fn ecdsa_points_are_uncompressed_and_on_the_curve() {
    let blob = STANDARD.decode(P256.split_once(' ').unwrap().1).unwrap();
    let point = &blob[39..];
    let line = |curve: &[u8], point: &[u8]| line_of(&[b"ecdsa-sha2-nistp256", curve, point]);
    assert_eq!(line(b"nistp256", point), P256);
    assert_eq!(PublicKey::parse(P256).unwrap().bits(), 256);
    assert_eq!(refusal(&line(b"nistp384", point)).0, "ecdsa_curve");
    let compressed = [&[2 + (point[64] & 1)], &point[1..33]].concat();
    for malformed in [&[][..], &[0], &[4], &point[..64], &[point, &[0]].concat(), &compressed] {
        let error = PublicKey::parse(&line(b"nistp256", malformed)).unwrap_err();
        let expected = PublicKeyErrorKind::PointNotUncompressed { expected: 65 };
        assert_eq!((error.kind(), error.position()), (expected, Some(64)));
    }
    for byte in 1..65 {
        let mut moved = point.to_vec();
        moved[byte] ^= 1;
        assert_eq!(refusal(&line(b"nistp256", &moved)), ("ecdsa_not_on_curve", Some(64)));
    }
    // Both coordinates are above the prime of the field.
    assert_eq!(refusal(&line(b"nistp256", &[&[4][..], &[0xff; 64]].concat())).0, "ecdsa_not_on_curve");
    // One coordinate of a P-521 point is above the prime of the field, 2^521 - 1: reduced modulo it, the point is on
    // the curve.
    let (x, y) = BASE_POINT_P521;
    let reduced = |coordinate: &str| -> Vec<u8> {
        (0..132).step_by(2).map(|i| u8::from_str_radix(&coordinate[i..i + 2], 16).unwrap()).collect()
    };
    let unreduced = |coordinate: &str| {
        // + 2^521 - 1
        let mut bytes = reduced(coordinate);
        bytes[0] += 2;
        let last = bytes.iter().rposition(|&byte| byte > 0).unwrap();
        bytes[last] -= 1;
        bytes[last + 1..].fill(0xff);
        bytes
    };
    let line = |x: &[u8], y: &[u8]| line_of(&[b"ecdsa-sha2-nistp521", b"nistp521", &[&[4], x, y].concat()]);
    assert!(PublicKey::parse(&line(&reduced(x), &reduced(y))).is_ok());
    for (x, y) in [(unreduced(x), reduced(y)), (reduced(x), unreduced(y))] {
        assert_eq!(refusal(&line(&x, &y)).0, "ecdsa_not_on_curve");
    }
}

/// Returns points on the curve that Nova accepts and OpenSSH rejects up to 10.2: x = 5, and an x between the order
/// and the prime.
fn ecdsa_lines_outside_the_range_of_openssh() -> [String; 2] {
    let points = [
        (
            "0000000000000000000000000000000000000000000000000000000000000005",
            "459243b9aa581806fe913bce99817ade11ca503c64d9a3c533415c083248fbcc",
        ),
        (
            "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632554",
            "484f0c0fda434ef0a808458914f328715d7a545e198ac7eee31dffe861b5d23f",
        ),
    ];
    points.map(|(x, y)| {
        let point = [&[4][..], &hex(x), &hex(y)].concat();
        line_of(&[b"ecdsa-sha2-nistp256", b"nistp256", &point])
    })
}

#[test]
fn ecdsa_points_that_only_some_versions_of_openssh_accept_are_rejected() {
    for line in ecdsa_lines_outside_the_range_of_openssh() {
        assert_eq!(refusal(&line), ("ecdsa_coordinate", Some(64)), "{line}");
    }
}

fn hex(digits: &str) -> Vec<u8> {
    (0..digits.len()).step_by(2).map(|i| u8::from_str_radix(&digits[i..i + 2], 16).unwrap()).collect()
}

#[test]
fn security_keys_need_an_application_that_nova_and_openssh_read_alike() {
    let line = |application: &[u8]| line_of(&[b"sk-ssh-ed25519@openssh.com", &[7; 32], application]);
    for good in ["ssh:", "ssh:user", "ssh://example.org"] {
        let key = PublicKey::parse(&line(good.as_bytes())).unwrap();
        assert_eq!((key.algorithm(), key.bits()), (Algorithm::SkEd25519, 256));
    }
    for bad in ["", "ssh", "https://example.org", "ssh:\0", "ssh:a\0b"] {
        assert_eq!(refusal(&line(bad.as_bytes())), ("sk_application", Some(115)), "{bad:?}");
    }
    // OpenSSH drops the NUL, so its fingerprint would differ from Nova's.
    let nul = line(b"ssh:\0");
    let Some(answers) = ssh_keygen("sk", &[&nul]) else { return };
    let blob = STANDARD.decode(nul.split_once(' ').unwrap().1).unwrap();
    let whole = md5::Digest::finalize(md5::Digest::chain_update(<md5::Md5 as md5::Digest>::new(), blob));
    assert_ne!(answers[0].as_deref(), Some(&*nova_keypair::Md5Fingerprint::from_bytes(whole.into()).to_string()));
}

#[test]
fn dsa_is_rejected_with_its_own_reason_unless_the_policy_allows_it() {
    let line = dsa_line();
    let reason = |error: PublicKeyError| (error.kind(), error.position());
    let is_dsa = |position| (PublicKeyErrorKind::IsDsa, Some(position));
    for policy in [
        ImportPolicy::default(),
        ImportPolicy::strict(),
        ImportPolicy::default().algorithms(&[Algorithm::Rsa, Algorithm::Ed25519]),
    ] {
        assert_eq!(reason(PublicKey::parse_with(&line, &policy).unwrap_err()), is_dsa(0));
    }
    // The type alone decides: for a key that nobody can use, no other problem is reported.
    for text in ["ssh-dss AAAA", "ssh-dss !"] {
        assert_eq!(reason(PublicKey::parse(text).unwrap_err()), is_dsa(0), "{text}");
    }
    assert_eq!(fingerprint(&line).unwrap_err().code(), "key_dsa");
    let quoted = format!("\u{feff} \"{line}\"");
    assert_eq!(reason(PublicKey::recover(&quoted).unwrap_err()), is_dsa(5));
    let message = PublicKey::parse(&line).unwrap_err().to_string();
    for fact in ["7.0", "10.0", "Ed25519", "RSA"] {
        assert!(message.contains(fact), "{message}");
    }

    let allowing = ImportPolicy::default().algorithms(&[Algorithm::Dsa]);
    for policy in [ImportPolicy::nova(), allowing] {
        let key = PublicKey::parse_with(&line, &policy).unwrap();
        assert_eq!((key.algorithm(), key.bits()), (Algorithm::Dsa, 1024));
        assert_eq!(key.weaknesses(), [Weakness::Dsa]);
        assert_eq!(nova::verdict(&line).fingerprint(), Some(key.fingerprint()));
        assert_eq!(key.same_key(&format!("{line} comment")), Ok(true));
        assert!(PublicKey::recover_with(&format!(" {line}"), &policy).is_ok());
    }
    let rejecting = ImportPolicy::nova().reject(Weakness::Dsa);
    let error = PublicKey::parse_with(&line, &rejecting).unwrap_err();
    assert_eq!(error.kind(), PublicKeyErrorKind::WeakKey { weakness: "dsa" });
}

#[test]
fn dsa_has_1024_bits_and_numbers_in_range() {
    let p = ones(1024);
    let q = ones(160);
    let line = |p: &[u8], q: &[u8], g: &[u8], y: &[u8]| line_of(&[b"ssh-dss", p, q, g, y]);
    assert_eq!(line(&p, &q, &[2], &[3]), dsa_line());
    for bits in [0, 512, 1023, 1025, 2048] {
        assert_eq!(refusal(&line(&ones(bits), &q, &[2], &[3])).0, "dsa_bits", "{bits}");
    }
    for bits in [0, 1, 159, 161, 256] {
        assert_eq!(refusal(&line(&p, &ones(bits), &[2], &[3])).0, "dsa_range", "{bits}");
    }
    for out in [&[][..], &[1], &p, &ones(1032)] {
        assert_eq!(refusal(&line(&p, &q, out, &[3])).0, "dsa_range");
        assert_eq!(refusal(&line(&p, &q, &[2], out)).0, "dsa_range");
    }
}

#[test]
fn size_is_checked_first_and_counted_in_bytes_as_sent() {
    // The comment consists of two-byte letters.
    let line = format!("{RSA} {}", "é".repeat((1024 - 381) / 2));
    assert_eq!(line.len(), 1023);
    assert!(PublicKey::parse(&format!("{line}\n")).is_ok());
    let error = PublicKey::parse(&format!("{line}\r\n")).unwrap_err();
    assert_eq!(error.kind(), PublicKeyErrorKind::TooLong { bytes: 1025, limit: 1024 });
    assert!(error.to_string().contains("1025") && error.to_string().contains("1024"));
    assert_eq!(PublicKey::parse(&"?".repeat(1025)).unwrap_err().code(), "key_too_long");
    assert_eq!(PublicKey::parse(&" ".repeat(100_000_000)).unwrap_err().code(), "key_too_long");
    assert!(PublicKey::parse_with(&format!("{line}\r\n"), &ImportPolicy::nova()).is_ok());
    // The largest modulus that fits, and the next, without a comment.
    assert_eq!(rsa_line(&[1, 0, 1], &ones(5919)).len(), 1024);
    assert!(PublicKey::parse(&rsa_line(&[1, 0, 1], &ones(5919))).is_ok());
    assert_eq!(PublicKey::parse(&rsa_line(&[1, 0, 1], &ones(5920))).unwrap_err().code(), "key_too_long");
}

// ---- Policies and equality

#[test]
fn policies_only_narrow() {
    let line = format!("{RSA_1024} Generated by Nova");
    let refused = |line: &str, policy: ImportPolicy| PublicKey::parse_with(line, &policy).unwrap_err();
    assert!(PublicKey::parse(&line).is_ok());
    assert_eq!(refused(&line, ImportPolicy::strict()).code(), "key_weak");
    assert_eq!(
        refused(&line, ImportPolicy::default().rsa_min_bits(2048)).kind(),
        PublicKeyErrorKind::RsaTooShort { bits: 1024, minimum: 2048 }
    );
    assert_eq!(
        refused(&line, ImportPolicy::default().algorithms(&[Algorithm::Ed25519])).kind(),
        PublicKeyErrorKind::AlgorithmNotAllowed { algorithm: "ssh-rsa" }
    );
    assert_eq!(
        refused(&line, ImportPolicy::default().reject(Weakness::Compromised)).kind(),
        PublicKeyErrorKind::WeakKey { weakness: "compromised" }
    );
    assert_eq!(refused(&line, ImportPolicy::default().size_limit(Some(100))).code(), "key_too_long");
    assert!(PublicKey::parse_with(ED25519, &ImportPolicy::strict().accept(Weakness::Compromised)).is_ok());
    // A type that is listed twice is reported once.
    let twice = ImportPolicy::default().algorithms(&[Algorithm::Ed25519, Algorithm::Ed25519]);
    assert!(PublicKey::parse_with(ED25519, &twice).is_ok());
    // Of several weaknesses the cheapest to find is reported: 2^1279 - 1 is a prime.
    let prime = rsa_line(&[1, 0, 1], &ones(1279));
    assert_eq!(refused(&prime, ImportPolicy::strict()).kind(), PublicKeyErrorKind::WeakKey { weakness: "short_rsa" });
    let policy = ImportPolicy::strict()
        .accept(Weakness::ShortRsa)
        .accept(Weakness::RepeatedPattern)
        .accept(Weakness::BiasedBits);
    assert_eq!(refused(&prime, policy).kind(), PublicKeyErrorKind::WeakKey { weakness: "prime_modulus" });
    // A policy cannot widen: 1024 bits are OpenSSH's minimum.
    let short = rsa_line(&[1, 0, 1], &ones(1023));
    assert_eq!(refused(&short, ImportPolicy::nova().rsa_min_bits(0)).code(), "rsa_too_short");
}

/// Each weakness is rejected or accepted independently, however often it is set.
#[test]
fn weaknesses_are_rejected_independently() {
    for one in Weakness::ALL {
        let refusing = ImportPolicy::default().reject(one);
        let accepting = ImportPolicy::strict().accept(one);
        assert_eq!(refusing.clone().reject(one), refusing);
        assert_eq!(accepting.clone().accept(one), accepting);
        assert_eq!(refusing.clone().accept(one), ImportPolicy::default());
        assert_eq!(accepting.clone().reject(one), ImportPolicy::strict());
        for other in Weakness::ALL {
            assert_eq!((refusing.rejects(other), accepting.rejects(other)), (other == one, other != one));
        }
    }
}

#[test]
fn equality_compares_the_key_only() {
    let one: PublicKey = format!("{RSA} one\n").parse().unwrap();
    let two: PublicKey = format!("{RSA} two").parse().unwrap();
    let other: PublicKey = ED25519.parse().unwrap();
    assert_eq!(one, two);
    assert_ne!(one, other);
    let state = RandomState::new();
    let hashes = [&one, &two, &other].map(|key| state.hash_one(key));
    assert_eq!(hashes[0], hashes[1]);
    assert_ne!(hashes[0], hashes[2]);
    assert_eq!(format!("{other:?}"), format!("PublicKey(\"{ED25519}\")"));
}

#[cfg(feature = "serde")]
#[test]
fn keys_are_serialized_as_sent() {
    let line = format!("{RSA} one\r\n");
    assert_eq!(serde_json::to_value(PublicKey::parse(&line).unwrap()).unwrap(), line);
}

// ---- Properties

/// Lines close to valid ones: a valid line with a few bytes inserted, deleted, replaced or swapped.
fn mutated_line() -> impl Strategy<Value = String> {
    let good = prop::sample::select(vec![RSA, RSA_1024, ED25519, P256]);
    let comment = prop::sample::select(vec!["", " user@host", " a b", "\n", " c\r\n"]);
    let edit = (
        any::<prop::sample::Index>(),
        prop::sample::select("\t\n\r \0\u{b}=!-_+/AaZ9é\u{a0}\u{2028}#\"".chars().collect::<Vec<_>>()),
        0..4u8,
    );
    (good, comment, prop::collection::vec(edit, 0..3)).prop_map(|(good, comment, edits)| {
        let mut chars: Vec<char> = format!("{good}{comment}").chars().collect();
        for (at, c, kind) in edits {
            let at = at.index(chars.len());
            match kind {
                0 => chars.insert(at, c),
                1 => chars[at] = c,
                2 => drop(chars.remove(at)),
                _ => chars.swap(at, 0),
            }
        }
        chars.into_iter().collect()
    })
}

proptest! {
    #[test]
    fn import_never_panics(text in any::<String>()) {
        let _ = PublicKey::parse(&text);
        let _ = PublicKey::recover(&text);
    }

    #[test]
    fn parse_then_print_is_the_identity_on_canonical_lines(comment in "[^\\p{Cc}\\p{Zs}\\p{Zl}\\p{Zp}]( ?[^\\p{Cc}\\p{Zs}\\p{Zl}\\p{Zp}]){0,20}") {
        for key in [RSA, RSA_1024, ED25519, P256] {
            let line = format!("{key} {comment}");
            prop_assert_eq!(PublicKey::parse(&line).unwrap().to_openssh(), line);
        }
    }

    /// An accepted line has Nova's fingerprint, by Nova's own rule, and prints as a line of the same key.
    #[test]
    fn a_mutated_line_never_changes_its_fingerprint_silently(line in mutated_line()) {
        match PublicKey::parse(&line) {
            Ok(key) => {
                let field = line.split(' ').nth(1).unwrap();
                let kept: String = field.chars().filter(|c| c.is_ascii_alphanumeric() || "+/=".contains(*c)).collect();
                prop_assert_eq!(&STANDARD.decode(kept).unwrap(), key.as_bytes());
                let printed = PublicKey::parse(&key.to_openssh()).unwrap();
                prop_assert_eq!(&printed, &key);
                prop_assert_eq!(printed.comment(), key.comment());
                prop_assert_eq!(printed.to_openssh(), key.to_openssh());
                prop_assert!(!key.to_openssh().contains(['\n', '\r']));
            }
            Err(error) => {
                let sentence = error.to_string();
                prop_assert!(!sentence.is_empty() && !sentence.ends_with('.'));
                prop_assert!(error.position().is_none_or(|position| position <= line.len()), "{:?}", error);
            }
        }
    }
}

/// `ssh-keygen` itself, on lines close to valid ones.
#[test]
fn ssh_keygen_accepts_every_imported_line() {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let strategy = mutated_line();
    let mut lines = std::iter::repeat_with(|| strategy.new_tree(&mut runner).unwrap().current());
    let accepted = [(); 60].map(|()| lines.find(|line| PublicKey::parse(line).is_ok()).unwrap());
    let Some(answers) = ssh_keygen("near", &accepted) else { return };
    for (line, answer) in accepted.iter().zip(answers) {
        assert_eq!(answer, Some(fingerprint(line).unwrap().to_string()), "{line:?}");
    }
}

// ---- One key in several formats

/// The formats that `ssh-keygen -e` writes for a key, and the line of another key.
#[test]
fn a_key_is_the_same_in_every_format() {
    let [rsa, short, ed25519, p256] = [RSA, RSA_1024, ED25519, P256].map(|line| PublicKey::parse(line).unwrap());
    assert_eq!(rsa.same_key(&format!(" \"{RSA}\"\n")), Ok(true));
    assert_eq!(rsa.same_key(&format!("{RSA} {}", "c".repeat(2000))), Ok(true));
    assert_eq!(rsa.same_key(RSA_1024), Ok(false));
    assert_eq!(rsa.same_key("garbage").unwrap_err().code(), "key_unrecognized");
    let unreadable = "---- BEGIN SSH2 PUBLIC KEY ----\n?\n---- END SSH2 PUBLIC KEY ----\n";
    assert_eq!(rsa.same_key(unreadable).unwrap_err().code(), "key_rfc4716");

    if !support::has_tool("ssh-keygen") {
        return;
    }
    let directory = support::TempDir::new("forms");
    let path = directory.0.join("key.pub");
    for (key, formats) in [
        (&rsa, &["RFC4716", "PKCS8", "PEM"][..]),
        (&short, &["RFC4716", "PKCS8", "PEM"]),
        (&ed25519, &["RFC4716"]),
        (&p256, &["RFC4716", "PKCS8"]),
    ] {
        std::fs::write(&path, key.to_openssh()).unwrap();
        for format in formats {
            let text = support::run(Command::new("ssh-keygen").args(["-e", "-m", format, "-f"]).arg(&path));
            for other in [&rsa, &short, &ed25519, &p256] {
                assert_eq!(other.same_key(&text), Ok(other == key), "{format} of {key}: {other}");
            }
        }
    }
    // `openssl pkey` writes this for the Ed25519 key; ssh-keygen does not support it.
    let pem = "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAWXq7vkFOLzEa1I+bXJUm4sT+gy0I64QwkmcFK5kR1fM=\n-----END PUBLIC KEY-----\n";
    assert_eq!(ed25519.same_key(pem), Ok(true));
    assert_eq!(rsa.same_key(pem), Ok(false));
    // Longer texts are not searched.
    let padded = format!("{pem}{}", " ".repeat(16384 - pem.len()));
    assert_eq!(ed25519.same_key(&padded), Ok(true));
    assert_eq!(ed25519.same_key(&format!("{padded} ")).unwrap_err().code(), "key_spki_pem");
}

/// Certificates that other projects created, for keys that their tests include as well.
#[test]
fn a_certificate_matches_the_key_in_it() {
    let corpus = support::json_data("ssh/corpus.json");
    let entries = || corpus["keys"].as_array().unwrap().iter().map(|key| (key["line"].as_str().unwrap(), &key["md5"]));
    let parse = |line| PublicKey::parse_with(line, &ImportPolicy::nova()).ok();
    let keys: Vec<_> = entries().filter_map(|(line, md5)| Some((parse(line)?, md5))).collect();
    let mut found = 0;
    for (certificate, certified_md5) in entries().filter(|(line, _)| line.contains("-cert-v01@")) {
        for (key, md5) in &keys {
            // ssh-keygen prints the fingerprint of the certified key for a certificate.
            let is_same = *md5 == certified_md5;
            // Each is compared with the keys of its type and a few others only, because it is parsed again for each.
            if is_same || certificate.starts_with(key.algorithm().as_str()) || found < 3 {
                assert_eq!(key.same_key(certificate), Ok(is_same), "{key} {certificate}");
            }
            found += usize::from(is_same);
        }
    }
    assert!(found > 10, "{found}");
}
