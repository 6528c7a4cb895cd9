//! Cost of importing a public key: parsing, validation, fingerprint, and each kind of rejection.
//!
//! `ssh_key` is measured for comparison, with the calls that a user of that crate would need for the same answer.
//! Answers are asserted before they are timed.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "a wrong answer ends the benchmark")]

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use nova_keypair::internals::parses_strictly;
use nova_keypair::{Blocklist, ImportPolicy, PublicKey, fingerprint};

/// OpenStack Nova's own test key, with its fingerprint.
const RSA_2048: (&str, &str) = (
    "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQDkbjgPqUSAyPpxHAI/J2wyXVVE3YH0NXJXmWbCywZ4kKXLBkxZwqVJkFpY9vBu3bT+vvh4wZk+Wq0SL1Gj4QePj+fn7cDYyHXWHQ8ZK3nc9I99bChmESD2FDXDVnF8EwLHt4bZh0YVChwyBHTNBqwkaOO3yGu4KdZEHek0f0OETAqGARMfT8IXPFKHR5laz87gZJ/i6nCZEb/Vi73S+dVmrcBqfC+9blQGTqDi5ZvoVMRLzruQDLhvkRwfpZHeUsTT2ia4b82q0f6qSAh1ByicOSaS4rfF/mCjoZLASh3R6szUbW974LjD8wP3wpnhmWif2HLugTatyodd/nyBm05N Generated-by-Nova",
    "e7:66:a1:2c:4f:90:6e:11:19:da:ac:c2:69:e1:ad:89",
);
const RSA_4096: (&str, &str) = (
    "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAACAQDA6li7/pcjsqNtP7Efmbsw4LIUfGleRqDqpvfN+8DuSOQBmOLvsySSF6v8+29mxtnAS9suPfXMvWTFM0ZcUj9K5bGlWtMjg/eLlfxgMh3QQHfKj37BJSoHFnC2ZPoID79ZW23LfT8fglfAHG5UMHFDAwNQjwBs+SUrEs/SIMZ5n/hwfHVW+FzCeesuOM7LRE8c2wNu2tD9uJI6DRpTFCB/F8Ah0/oj7KZJvOpXVa4EbrZs9VzzF7GIREc4xtaqVF6KuIwOFHLdl1cJlYjaqnTaU23AagHqkmT/6Wbi79gULQuZaTpo6liyhzIOhaJ5KVaL8ERG8KJXbHRJnGGY+YCIe4HdCxsmpv+ROYK5HJSoMDiV+pynQdIu0CF0FEJN9slo7GKDsDns2//Ka0fr80ra7TURRCRcsDbXYH4S3MhO9LwmINHL0xU9FB8qyZvjvv4e3nMSXi0waHSz0IXCeIH+OHsA9OiggSxlxvgGvbsAQCI9INTAMrvUVLO4KMrGaaWHbUjrVorTag2ib/KB4ga1Mh1sRnXVmbkJWilZMFjLa0yS2TQISls68W4nyNlOyXzsAVTJQyuAN9PSu6mflnk5oVEvkilqLnufZTRHQs07OyPKhP7q+o1SGFzzyvHa8RaKbyWZtjPDWN5hHL0/zhBHJMH/dKxvL71L3p00E8CrKw==",
    "71:a0:58:d3:77:70:f4:9b:64:a3:20:56:14:1f:eb:e2",
);
const ED25519: (&str, &str) = (
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIFl6u75BTi8xGtSPm1yVJuLE/oMtCOuEMJJnBSuZEdXz",
    "1a:1d:a7:2c:4c:ff:15:c4:70:13:38:b6:ac:4c:dc:12",
);
const ECDSA_P256: (&str, &str) = (
    "ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBHEi5MWF9yrzzcgS9PrphpW59Zi61oSPaWu38UogdqdRD9mG3dEGa3Sf49C5SLr4GFKhnbNbq8HeYD8FF2rGHdk=",
    "f8:f3:47:1f:df:d3:d1:3e:f1:6f:d1:ca:69:7d:10:a8",
);

const KEYS: [(&str, (&str, &str)); 4] =
    [("rsa-2048", RSA_2048), ("rsa-4096", RSA_4096), ("ed25519", ED25519), ("ecdsa-p256", ECDSA_P256)];

/// Parses, validates and computes the MD5.
fn import(c: &mut Criterion) {
    let mut group = c.benchmark_group("import");
    for (name, (line, answer)) in KEYS {
        assert_eq!(fingerprint(line).expect("a good key").to_string(), answer);
        group.bench_function(name, |b| b.iter(|| fingerprint(black_box(line))));
    }
    for comment in ["user@host.example", "ubuntu@ip-10-0-0-1.eu-central-1.compute.internal"] {
        let line = format!("{} {comment}", RSA_4096.0);
        assert_eq!(fingerprint(&line).expect("a good key").to_string(), RSA_4096.1);
        group.bench_function(format!("rsa-4096, comment of {} bytes", comment.len()), |b| {
            b.iter(|| fingerprint(black_box(&line)));
        });
    }
    group.finish();
}

/// Computes the same answer with `ssh_key`, without the checks that it does not perform.
fn ssh_key(c: &mut Criterion) {
    use md5::{Digest as _, Md5};

    fn by_ssh_key(line: &str) -> [u8; 16] {
        let key = ssh_key::PublicKey::from_openssh(line).expect("a good key");
        Md5::digest(key.to_bytes().expect("a good key")).into()
    }

    let mut group = c.benchmark_group("ssh-key");
    // Without its `p256` feature `ssh_key` does not support ECDSA.
    for (name, (line, answer)) in KEYS.into_iter().filter(|(name, _)| *name != "ecdsa-p256") {
        assert_eq!(nova_keypair::Md5Fingerprint::from_bytes(by_ssh_key(line)).to_string(), answer);
        group.bench_function(name, |b| b.iter(|| by_ssh_key(black_box(line))));
    }
    group.finish();
}

/// The stages of an import.
fn stages(c: &mut Criterion) {
    let key = PublicKey::parse(RSA_2048.0).expect("a good key");
    assert_eq!(key.fingerprint().to_string(), RSA_2048.1);

    let mut group = c.benchmark_group("stages");
    group.bench_function("parse rsa-2048", |b| b.iter(|| PublicKey::parse(black_box(RSA_2048.0))));
    group.bench_function("md5 rsa-2048", |b| b.iter(|| black_box(&key).fingerprint()));
    group.bench_function("sha256 rsa-2048", |b| b.iter(|| black_box(&key).sha256_fingerprint()));
    group.finish();
}

fn refuse(c: &mut Criterion) {
    let no_limit = ImportPolicy::nova();
    let long = "A".repeat(100_000_000);
    let megabyte = |piece: &str| piece.repeat(1_000_000 / piece.len());
    let mut base64 = String::from("ssh-rsa ");
    base64.push_str(&megabyte("AAAAB3NzaC1yc2EA"));

    let mut group = c.benchmark_group("refuse");
    assert_eq!(PublicKey::parse(&long).expect_err("too long").code(), "key_too_long");
    group.bench_function("100 MB, by its size", |b| b.iter(|| PublicKey::parse(black_box(&long))));
    let cases = [
        ("1 MB of letters", megabyte("garbage "), "key_unrecognized"),
        ("1 MB of spaces", megabyte(" "), "key_leading_whitespace"),
        ("1 MB of base64 after a key type", base64, "key_oversized"),
        ("1 MB of dashes", megabyte("-"), "key_unrecognized"),
        ("1 MB of Unicode", megabyte("\u{fffd}"), "key_unrecognized"),
    ];
    for (name, text, code) in cases {
        assert_eq!(PublicKey::parse_with(&text, &no_limit).expect_err("garbage").code(), code);
        group.throughput(Throughput::Elements(1));
        group.bench_function(name, |b| b.iter(|| PublicKey::parse_with(black_box(&text), &no_limit)));
    }
    group.finish();
}

/// Rejections of damaged lines of RSA-4096, which search for the key that was meant, and of one that means none.
fn recover(c: &mut Criterion) {
    let line = format!("{} user@host.example", RSA_4096.0);
    let truncated = &line[..700];
    let pieces = |text: &str| -> Vec<String> {
        text.as_bytes().chunks(64).map(|piece| String::from_utf8_lossy(piece).into_owned()).collect()
    };
    let wrapped = pieces(&line);
    let blob = line.split(' ').nth(1).expect("a line");
    let rfc4716 =
        format!("---- BEGIN SSH2 PUBLIC KEY ----\n{}\n---- END SSH2 PUBLIC KEY ----\n", pieces(blob).join("\n"));
    let entities = line.replace('+', "&#43;").replace('=', "&#x3d;");
    let cases = [
        ("wrapped", wrapped.join("\n"), true),
        ("quoted", format!("> {line}"), true),
        ("quoted, wrapped mail", format!("> {}", wrapped.join("\n> ")), true),
        ("field of YAML", format!("ssh_authorized_keys:\n  - {line}\n"), true),
        ("field of JSON", format!("{{\"public_key\": \"{line}\\n\"}}"), true),
        ("percent-encoded", line.replace('+', "%2B").replace('/', "%2F").replace(' ', "%20"), true),
        ("HTML entities", entities, true),
        ("RFC 4716", rfc4716.clone(), true),
        ("RFC 4716, dashes of a word processor", rfc4716.replace("----", "\u{2014}\u{2014}"), true),
        ("RFC 4716, quoted mail", format!("> {}", rfc4716.trim_end().replace('\n', "\n> ")), true),
        (
            "RFC 4716, dashes of a word processor, quoted mail",
            format!("> {}", rfc4716.trim_end().replace('\n', "\n> ").replace("----", "\u{2014}\u{2014}")),
            true,
        ),
        ("type of another key", line.replacen("ssh-rsa", "ssh-ed25519", 1), true),
        ("truncated", truncated.to_owned(), false),
        ("garbage with every mark", "%41&#65;\\x41=41 ".repeat(50), false),
        ("garbage, starts of keys in every encoding", "AAAAB3NzaC1yc2EAAAAD&amp;%25\\=3D\u{200b}".repeat(22), false),
        ("garbage, elements of XML", "<D>&amp;=41".repeat(72), false),
        ("garbage, starts of documents", "&#43;MIIB=3D".repeat(66), false),
        ("garbage, tags and forms", "<p>+AAAA%41A".repeat(66), false),
        ("garbage, starts of Ed25519 keys", "AAAAC3NzaC1lZDI1NTE5AAAAI\\&amp; ".repeat(25), false),
        ("garbage, starts of keys in joined strings", "\"AAAAB3NzaC1yc2EAAAAD\" + &#43;".repeat(25), false),
        ("garbage, starts of documents behind spaces", "\u{a0}MI\n\u{200b}AAAAAA&amp;".repeat(40), false),
        ("garbage, starts of armor", "%25BEGIN=3DP".repeat(66), false),
        ("garbage, escapes of a terminal and tags", "\u{1b}[0m<br>&#43;%41A".repeat(45), false),
        ("garbage, quotation marks", "\"".repeat(800), false),
    ];
    // Garbage is what a generator of texts with several marks found to take the longest.
    let mut group = c.benchmark_group("recover rsa-4096, bound 100 us");
    for (name, text, is_certain) in cases {
        assert_eq!(PublicKey::recover(&text).is_ok(), is_certain, "{name}");
        group.bench_function(name, |b| b.iter(|| PublicKey::parse(black_box(&text))));
    }
    group.finish();
}

/// Rejections of 1 MB, and what the parser takes of them, without the search for private keys and for what was meant.
fn recover_megabyte(c: &mut Criterion) {
    let no_limit = ImportPolicy::nova();
    let mut group = c.benchmark_group("recover 1 MB, bound 20 us more than the parser alone");
    for piece in ["garbage ", "%41", "MIIEpA", "A A ", "&#65;", "0a", "\u{fffd}"] {
        let text = piece.repeat(1_000_000 / piece.len());
        assert!(!parses_strictly(&text, &no_limit));
        group.bench_function(format!("{piece:?}, parser alone"), |b| {
            b.iter(|| parses_strictly(black_box(&text), &no_limit));
        });
        group.bench_function(format!("{piece:?}"), |b| b.iter(|| PublicKey::parse_with(black_box(&text), &no_limit)));
    }
    group.finish();
}

/// All checks, and all but the modular exponentiation that tests whether the modulus is prime.
fn weaknesses(c: &mut Criterion) {
    let without_prime = ImportPolicy::strict().accept(nova_keypair::Weakness::PrimeModulus);

    let mut group = c.benchmark_group("weaknesses");
    group.sample_size(20);
    // A published 2048-bit key, and a sound 4096-bit key.
    let published = PublicKey::parse(RSA_2048.0).expect("a good key");
    assert!(published.weaknesses().contains(&nova_keypair::Weakness::Compromised));
    let sound = PublicKey::parse(RSA_4096.0).expect("a good key");
    assert_eq!(sound.weaknesses(), []);
    for (name, key) in [("rsa-2048", &published), ("rsa-4096", &sound)] {
        group.bench_function(format!("all, {name}"), |b| b.iter(|| black_box(key).weaknesses()));
    }
    // The published key is rejected for that, after the search for all other weaknesses.
    for (name, (line, _), code) in [("rsa-2048", RSA_2048, Some("key_weak")), ("rsa-4096", RSA_4096, None)] {
        assert_eq!(PublicKey::parse_with(line, &without_prime).err().map(|error| error.code()), code);
        group.bench_function(format!("all but prime modulus, with import, {name}"), |b| {
            b.iter(|| PublicKey::parse_with(black_box(line), &without_prime));
        });
    }
    group.finish();
}

/// Returns numbers that are evenly distributed, but not random.
fn words() -> impl Iterator<Item = u64> {
    // Steele, Lea and Flood: SplitMix64.
    (1..).map(|i: u64| {
        let z = i.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    })
}

fn line_of(fields: &[&[u8]]) -> String {
    use base64::Engine as _;
    let length = |field: &[u8]| u32::try_from(field.len()).expect("a short field").to_be_bytes();
    let blob: Vec<u8> = fields.iter().flat_map(|field| [&length(field)[..], field].concat()).collect();
    let name = std::str::from_utf8(fields[0]).expect("the name of a type");
    format!("{name} {}", base64::prelude::BASE64_STANDARD.encode(blob))
}

/// Checks and looks up in a list of 60 MB. The keys are different ones, so that the list is not in the cache.
fn blocklist(c: &mut Criterion) {
    let mut words = words();
    let mut records: Vec<[u64; 2]> = (0..3_750_000).map(|_| [words.next(), words.next()].map(Option::unwrap)).collect();
    records.sort_unstable();
    let bytes: Vec<u8> = records.iter().flatten().flat_map(|word| word.to_be_bytes()).collect();
    let list = Blocklist::new(&bytes).expect("a sorted list");
    let keys: Vec<PublicKey> = (0..20_000)
        .map(|_| {
            let key: Vec<u8> = (0..4).flat_map(|_| words.next().expect("endless").to_be_bytes()).collect();
            PublicKey::parse(&line_of(&[b"ssh-ed25519", &key])).expect("a good key")
        })
        .collect();
    assert!(keys.iter().all(|key| key.blocklist_source(&list).is_none()));

    let mut group = c.benchmark_group("blocklist");
    group.sample_size(20);
    group.bench_function("check 60 MB", |b| b.iter(|| Blocklist::new(black_box(&bytes))));
    let mut next = keys.iter().cycle();
    group.bench_function("look up in 60 MB", |b| b.iter(|| next.next().map(|key| key.blocklist_source(&list))));
    group.finish();
}

/// Numbers of 2048 bits instead of moduli: their small common factors are not divided out, but removed beforehand.
fn shared_primes(c: &mut Criterion) {
    let mut words = words();
    let small: Vec<u64> = (3..10_000).filter(|n| (2..*n).take_while(|d| d * d <= *n).all(|d| n % d != 0)).collect();
    let has_small_factor = |limbs: &[u8]| {
        small.iter().any(|&prime| limbs.iter().fold(0, |rest, &byte| (rest << 8 | u64::from(byte)) % prime) == 0)
    };
    let keys: Vec<PublicKey> = std::iter::from_fn(|| {
        let mut n: Vec<u8> = (0..32).flat_map(|_| words.next().expect("endless").to_be_bytes()).collect();
        n[0] |= 0x80;
        n[255] |= 1;
        Some(n)
    })
    .filter(|n| !has_small_factor(n))
    .take(1000)
    .map(|n| PublicKey::parse(&line_of(&[b"ssh-rsa", &[1, 0, 1], &[&[0][..], &n].concat()])).expect("a good key"))
    .collect();
    assert!(nova_keypair::weakness::shared_primes(&keys).len() < 20);

    let mut group = c.benchmark_group("shared primes");
    group.sample_size(10);
    for count in [100, 1000] {
        group.bench_function(format!("{count} keys of 2048 bits"), |b| {
            b.iter(|| nova_keypair::weakness::shared_primes(black_box(&keys[..count])));
        });
    }
    group.finish();
}

criterion_group!(
    benches,
    import,
    ssh_key,
    stages,
    refuse,
    recover,
    recover_megabyte,
    weaknesses,
    blocklist,
    shared_primes
);
criterion_main!(benches);
