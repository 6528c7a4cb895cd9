//! `PublicKey::weaknesses`: every class of weak key is reported, and sound keys are not.
//!
//! Unit tests check the exact bounds; these tests use whole keys, of realistic sizes.

use std::process::Command;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use crypto_bigint::{BoxedUint, ConcatenatingMul};
use nova_keypair::{ImportPolicy, PublicKey, Weakness};

use crate::support::{TempDir, has_tool, json_data, number_hash, run};

fn string(bytes: &[u8]) -> Vec<u8> {
    [&u32::try_from(bytes.len()).unwrap().to_be_bytes(), bytes].concat()
}

fn mpint(number: &BoxedUint) -> Vec<u8> {
    let magnitude = number.to_be_bytes_trimmed_vartime();
    let sign = if magnitude.first().is_some_and(|first| first & 0x80 != 0) { vec![0] } else { vec![] };
    string(&[sign.as_slice(), &magnitude].concat())
}

fn rsa_key(e: &BoxedUint, n: &BoxedUint) -> PublicKey {
    let blob = [string(b"ssh-rsa"), mpint(e), mpint(n)].concat();
    PublicKey::parse_with(&format!("ssh-rsa {}", STANDARD.encode(blob)), &ImportPolicy::nova()).unwrap()
}

/// Returns the weaknesses of an RSA key with exponent 65537.
fn weaknesses(n: &BoxedUint) -> Vec<Weakness> {
    rsa_key(&BoxedUint::from(65537u64), n).weaknesses()
}

fn one() -> BoxedUint {
    BoxedUint::from(1u64)
}

fn times(a: &BoxedUint, b: &BoxedUint) -> BoxedUint {
    BoxedUint::from_be_slice_vartime(&a.concatenating_mul(b).to_be_bytes_trimmed_vartime())
}

/// Returns `2^exponent`.
fn power_of_two(exponent: u32) -> BoxedUint {
    BoxedUint::one_with_precision(exponent + 64).shl_vartime(exponent).unwrap()
}

fn below(number: BoxedUint, distance: u64) -> BoxedUint {
    number.wrapping_sub(BoxedUint::from(distance))
}

fn above(number: BoxedUint, distance: u64) -> BoxedUint {
    number.wrapping_add(BoxedUint::from(distance))
}

/// Returns primes of 1024 bits: 2^1024 less the distances, the two largest ones.
fn largest_primes() -> [BoxedUint; 2] {
    [105, 179].map(|distance| below(power_of_two(1024), distance))
}

/// Returns the first prime from 3·2^1022 on: far from the others.
fn middle_prime() -> BoxedUint {
    above(times(&BoxedUint::from(3u64), &power_of_two(1022)), 1037)
}

#[test]
fn a_sound_modulus_has_no_weaknesses() {
    let [p, _] = largest_primes();
    assert_eq!(weaknesses(&times(&p, &middle_prime())), []);
}

#[test]
fn rsa_below_2048_bits_is_short() {
    let [p, _] = largest_primes();
    let of_1023_bits = above(times(&BoxedUint::from(3u64), &power_of_two(1021)), 191);
    assert_eq!(weaknesses(&times(&p, &of_1023_bits)), [Weakness::ShortRsa]);
    let (p, q) = (below(power_of_two(512), 569), above(times(&BoxedUint::from(3u64), &power_of_two(510)), 761));
    assert_eq!(weaknesses(&times(&p, &q)), [Weakness::ShortRsa]);
}

#[test]
fn small_and_long_exponents_are_reported() {
    let [p, _] = largest_primes();
    let n = times(&p, &middle_prime());
    let of = |e: &BoxedUint| rsa_key(e, &n).weaknesses();
    for e in [3u64, 5, 7, 15] {
        assert_eq!(of(&BoxedUint::from(e)), [Weakness::SmallExponent], "{e}");
    }
    for e in [17u64, 35, 37, 257, 65537, 65539, (1 << 32) - 1] {
        assert_eq!(of(&BoxedUint::from(e)), [], "{e}");
    }
    for e in [BoxedUint::from((1u64 << 32) + 1), above(power_of_two(256), 1), below(n.clone(), 2)] {
        assert_eq!(of(&e), [Weakness::LargeExponent], "{e}");
    }
}

#[test]
fn small_factors_are_reported() {
    let [p, _] = largest_primes();
    let n = times(&p, &middle_prime());
    for factor in [3u64, 17, 4099, 8191] {
        assert_eq!(weaknesses(&times(&n, &BoxedUint::from(factor))), [Weakness::SmallFactor], "{factor}");
    }
    // The first prime above the bound.
    assert_eq!(weaknesses(&times(&n, &BoxedUint::from(8209u64))), []);
}

#[test]
fn powers_are_reported() {
    let [p, _] = largest_primes();
    assert_eq!(weaknesses(&times(&p, &p)), [Weakness::PerfectPower]);
    let p = below(power_of_two(683), 45);
    assert_eq!(weaknesses(&times(&times(&p, &p), &p)), [Weakness::PerfectPower]);
    let p = below(power_of_two(410), 51);
    let square = times(&p, &p);
    assert_eq!(weaknesses(&times(&times(&square, &square), &p)), [Weakness::PerfectPower]);
    let power_of_three = (0..2100).fold(one(), |power, _| times(&power, &BoxedUint::from(3u64)));
    assert_eq!(weaknesses(&power_of_three), [Weakness::SmallFactor, Weakness::PerfectPower]);
}

#[test]
fn close_primes_are_reported() {
    let [p, q] = largest_primes();
    assert_eq!(weaknesses(&times(&p, &q)), [Weakness::Fermat]);
    // Equal in their upper halves: p and p − 2^500.
    let q = p.wrapping_sub(power_of_two(500));
    assert!(weaknesses(&times(&p, &q)).contains(&Weakness::Fermat));
    // Out of reach: p − 2^520, where the bound is 2^6 · n^(1/4) = 2^518.
    let q = p.wrapping_sub(power_of_two(520));
    assert!(!weaknesses(&times(&p, &q)).contains(&Weakness::Fermat));
}

/// Returns two 1024-bit primes of the form k·M + (65537^a mod M).
#[test]
fn roca_is_reported() {
    let primes = (2u64..=167).filter(|n| (2..*n).all(|d| n % d != 0));
    let m = primes.fold(one(), |m, prime| times(&m, &BoxedUint::from(prime)));
    let divisor = m.to_nz().unwrap();
    let prime = |a: u32, top: u64, k: u64| {
        let residue =
            (0..a).fold(one(), |residue, _| times(&residue, &BoxedUint::from(65537u64)).rem_vartime(&divisor));
        let k = above(times(&BoxedUint::from(top), &power_of_two(801)), k);
        times(&k, &m).wrapping_add(residue)
    };
    let (p, q) = (prime(12345, 12, 57), prime(67890, 13, 11));
    assert_eq!(weaknesses(&times(&p, &q)), [Weakness::Roca]);
    let [other, _] = largest_primes();
    assert_eq!(weaknesses(&times(&p, &other)), []);
}

#[test]
fn a_prime_modulus_is_reported() {
    assert_eq!(weaknesses(&below(power_of_two(2203), 1)), [Weakness::PrimeModulus]);
    assert_eq!(weaknesses(&below(power_of_two(2048), 1557)), [Weakness::PrimeModulus]);
}

/// The key of Nova's own documentation, which prints its private half as well.
#[test]
fn a_published_key_is_reported() {
    let line = "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAAgQC9mC3WZN9UGLxgPBpP7H5jZMc6pKwOoSgre8yun6REFktn/Kz7DUt9jaR1UJyRzHxITfCfAIgSxPdGqB/oF1suMyWgu5i0625vavLB5z5kC8Hq3qZJ9zJO1poE1kyD+htiTtPWJ88e12xuH2XB/CZN9OpEiF98hAagiOE0EnOS5Q== Generated by Nova\n";
    let key = PublicKey::parse(line).unwrap();
    assert_eq!(key.fingerprint().to_string(), "35:9d:d0:c3:4a:80:d3:d8:86:f1:ca:f7:df:c4:f9:d8");
    assert_eq!(key.weaknesses(), [Weakness::Compromised, Weakness::ShortRsa]);
}

#[test]
fn names_are_unique_and_stable() {
    let names = Weakness::ALL.map(|weakness| weakness.to_string());
    let expected = [
        "compromised",
        "dsa",
        "short_rsa",
        "small_exponent",
        "large_exponent",
        "small_factor",
        "perfect_power",
        "fermat",
        "roca",
        "prime_modulus",
    ];
    assert_eq!(names, expected);
}

/// Keys from the tests of other projects have no weaknesses except those of their type, length and publication.
#[test]
fn keys_of_the_corpus_have_no_unexpected_weaknesses() {
    let (corpus, compromised) = (json_data("ssh/corpus.json"), json_data("ssh/compromised.json"));
    let published: Vec<&str> =
        compromised["keys"].as_array().unwrap().iter().map(|key| key["number_hash"].as_str().unwrap()).collect();
    let mut seen = 0;
    for case in corpus["keys"].as_array().unwrap() {
        let Ok(key) = PublicKey::parse_with(case["line"].as_str().unwrap(), &ImportPolicy::nova()) else { continue };
        let hash: String = number_hash(&key).iter().map(|byte| format!("{byte:02x}")).collect();
        let expected = [
            (Weakness::Compromised, published.contains(&hash.as_str())),
            (Weakness::Dsa, case["type"] == "ssh-dss"),
            (Weakness::ShortRsa, case["type"] == "ssh-rsa" && case["bits"].as_u64().unwrap() < 2048),
        ];
        let expected: Vec<Weakness> =
            expected.into_iter().filter(|(_, has)| *has).map(|(weakness, _)| weakness).collect();
        assert_eq!(key.weaknesses(), expected, "{}", case["source"]);
        seen += 1;
    }
    assert!(seen >= 600, "{seen}");
}

/// Keys that `ssh-keygen` generates during the test.
#[test]
fn fresh_keys_have_no_weaknesses() {
    if !has_tool("ssh-keygen") {
        return;
    }
    let directory = TempDir::new("fresh_keys_have_no_weaknesses");
    for (name, kind, bits) in [
        ("a", "rsa", "2048"),
        ("b", "rsa", "2048"),
        ("c", "rsa", "3072"),
        ("d", "ed25519", "256"),
        ("e", "ecdsa", "521"),
    ] {
        let file = directory.0.join(name);
        run(Command::new("ssh-keygen").args(["-q", "-N", "", "-t", kind, "-b", bits, "-f"]).arg(&file));
        let line = std::fs::read_to_string(file.with_extension("pub")).unwrap();
        assert_eq!(PublicKey::parse(&line).unwrap().weaknesses(), [], "{line}");
    }
}
