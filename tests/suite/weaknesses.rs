//! `PublicKey::weaknesses`: every class of weak key is reported, and sound keys are not.
//!
//! Unit tests check the exact bounds; these tests use whole keys, of realistic sizes.

use std::collections::BTreeSet;
use std::process::Command;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use crypto_bigint::{BoxedUint, ConcatenatingMul, Resize};
use nova_keypair::{ImportPolicy, PublicKey, Weakness};
use proptest::prelude::*;

use crate::support::{TempDir, has_tool, json_data, number_hash, run};

/// A random prime of 1024 bits. P − 904 is the next one below.
const P: &str = "\
    e170b33839263059f28c105d1fb17c2390c192cfd3ac94af0f21ddb66cad4a268d116ece1738f7d93d9c172411e20b8f6b0d\
    549b6f03675a1600a35a099950d836f675cc81e74ef5e8e25d940ed904759531985d5d9dc9f81818e811892f902bd23f0824\
    128b2f330c5c7fd0a6a3a4506513270e269e0d37f2a74de452e6b473";
/// Another one.
const Q: &str = "\
    d8f135d25f557203301850c5a38fd547923a736994e3bf911a61dbe22e44158bae97ba94d0eda82f8f6d05584ef8aa389227\
    66581e27a1c08a6a63ec24ede6a46b4cb2424a23d5962217beaddbc496cb8e81973e0becd7b03898d190f9ebdacc0cb1e29c\
    658cda1495e60af593bd04cf0fd630f1f29d0da9953f48f1a09f7a99";
/// A random prime of 1023 bits.
const P_1023: &str = "\
    6bf702e6e00902c77ebff206867347214cdd2055930d6eaf14f4733f3e7d1bfbc7a2ea20b2f14c942e05319acb5c74273f98\
    e2774cbd87ad5c90a9587403e430ec66a78795e761d17731af10506bf2efc6f877186d76b07e881ed162ae2eb1547f150524\
    34b9b5df9e7769b10f4205b4907a70c31012f037b64ce4228c38fbc7";
/// Random primes of 512 bits.
const P_512: &str = "\
    ebf46c697d2caf82eeeacbe226e875555790f82ec1d3fcff2a3af4d46b0a18e8830e07bc1e398f1012bd4acefaecbd389be4\
    bcfc49b64a0872e6cc3ababced6d";
const Q_512: &str = "\
    ff26144b98289fcd59a54a7bb1fee08f571242425051c1ccd17f9acae01f5057ca02135e92b1d3f28ede0d7ac3baea9e13de\
    ef86ab1031d0f646e1f40a097cb9";
/// A random prime of 683 bits.
const P_683: &str = "\
    790d269a9a5ae658f33fe3b890b93f448b3a5aa3c814f426dcbb394fb36bb2d420f0f88080b10a3d6b2aa05e11ab27159457\
    95e8229451abd81f1d69ed617f5e837d70820fe119a72d174c9df6acc011cdd947406b5";
/// A random prime of 410 bits.
const P_410: &str = "\
    377e7f59c6539382b0537e65affb2297631a992f0ce583505c6af0758d5563dab2cd31ee315128862c33a4fb774eb5248db4\
    165";
/// A random prime of 2048 bits.
const P_2048: &str = "\
    de1a8ef4f341e07a83f73f16dbf4a8b2b0c4312d20203626f3fe39c0519088f590fbbd119c1caaf75e8766ed88daf4016b40\
    13ef254b0c4e010c4759482c9cbc43435cc52eae05cf96d0cc5fd4c28c2e7c26847f0316909e3bbbe9eaa8948c893b618676\
    26bb7dbd2d1c9af0153e7c2a26a2c0bd3b1287fff52ddf5d616499c9e25a7605aec6f0245bd86d40fc891b4a6a50df4db4d6\
    6a3a47469a4d8cdb305fdd2e16096e36aab0d1bc52d9230d977ee22571594720771f8ca8181166d2287672fdf2022a96fb1a\
    14a0f9e77f1b103cdf1582b0eab477d26415479c65dc9f503f63af83bd0561e6211c70cf49952399c4aaeac137dc76fb0f17\
    a3007e62ac0b";

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

fn hex(digits: &str) -> BoxedUint {
    let digits = if digits.len().is_multiple_of(2) { digits.to_owned() } else { format!("0{digits}") };
    let bytes: Vec<u8> =
        (0..digits.len()).step_by(2).map(|i| u8::from_str_radix(&digits[i..i + 2], 16).unwrap()).collect();
    BoxedUint::from_be_slice_vartime(&bytes)
}

#[test]
fn a_sound_modulus_has_no_weaknesses() {
    assert_eq!(weaknesses(&times(&hex(P), &hex(Q))), []);
}

#[test]
fn rsa_below_2048_bits_is_short() {
    assert_eq!(weaknesses(&times(&hex(P), &hex(P_1023))), [Weakness::ShortRsa]);
    assert_eq!(weaknesses(&times(&hex(P_512), &hex(Q_512))), [Weakness::ShortRsa]);
}

#[test]
fn small_and_long_exponents_are_reported() {
    let n = times(&hex(P), &hex(Q));
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

/// The private exponent is a prime of so many bits; n^(1/4) / 3 has 510 bits.
#[test]
fn private_exponents_within_wieners_bound_are_reported() {
    let (p, q) = (hex(P), hex(Q));
    let totient = times(&below(p.clone(), 1), &below(q.clone(), 1));
    let both = [Weakness::LargeExponent, Weakness::SmallPrivateExponent];
    for (bits, distance, expected) in
        [(17, 1, &both[..]), (255, 19, &both), (510, 75, &both), (607, 1, &both[..1]), (1023, 361, &both[..1])]
    {
        let d = below(power_of_two(bits), distance).resize(totient.bits_precision());
        let e = d.invert_mod(&totient.to_nz().unwrap()).unwrap();
        assert_eq!(rsa_key(&e, &times(&p, &q)).weaknesses(), expected, "{bits} bits");
    }
}

#[test]
fn small_factors_are_reported() {
    let n = times(&hex(P), &hex(Q));
    for factor in [3u64, 17, 4099, 8191, 8209, 23869, 32771, 65521, 65537] {
        assert_eq!(weaknesses(&times(&n, &BoxedUint::from(factor))), [Weakness::SmallFactor], "{factor}");
    }
    // The first prime above the bound.
    assert_eq!(weaknesses(&times(&n, &BoxedUint::from(65539u64))), []);
}

#[test]
fn powers_are_reported() {
    let p = hex(P);
    assert_eq!(weaknesses(&times(&p, &p)), [Weakness::PerfectPower]);
    let p = hex(P_683);
    assert_eq!(weaknesses(&times(&times(&p, &p), &p)), [Weakness::PerfectPower]);
    let p = hex(P_410);
    let square = times(&p, &p);
    assert_eq!(weaknesses(&times(&times(&square, &square), &p)), [Weakness::PerfectPower]);
    let power_of_three = (0..2100).fold(one(), |power, _| times(&power, &BoxedUint::from(3u64)));
    assert_eq!(weaknesses(&power_of_three), [Weakness::SmallFactor, Weakness::PerfectPower]);
}

#[test]
fn close_primes_are_reported() {
    let p = hex(P);
    assert_eq!(weaknesses(&times(&p, &below(p.clone(), 904))), [Weakness::Fermat]);
    // Equal in their upper halves: p and p − 2^500.
    let q = p.wrapping_sub(power_of_two(500));
    assert!(weaknesses(&times(&p, &q)).contains(&Weakness::Fermat));
    // Out of reach: p − 2^520, where the bound is 2^6 · n^(1/4) = 2^518.
    let q = p.wrapping_sub(power_of_two(520));
    assert!(!weaknesses(&times(&p, &q)).contains(&Weakness::Fermat));
}

/// The primes have the form k·M + (65537^a mod M).
/// Eight random bits of 32 leave the modulus with few ones.
#[test]
fn a_short_sleeve_modulus_is_not_reported_as_biased_too() {
    let short_sleeve = |prime: &str| {
        let limbs =
            prime.as_bytes().chunks(8).skip(1).map(|limb| format!("000000{}", str::from_utf8(&limb[6..]).unwrap()));
        hex(&format!("80000000{}", limbs.collect::<String>()))
    };
    let n = times(&short_sleeve(P), &short_sleeve(Q));
    let ones: u32 = n.to_be_bytes_trimmed_vartime().iter().map(|byte| byte.count_ones()).sum();
    assert!(ones * 100 < 41 * n.bit_width());
    let found = weaknesses(&n);
    assert!(found.contains(&Weakness::ShortSleeve) && !found.contains(&Weakness::BiasedBits), "{found:?}");
}

#[test]
fn roca_is_reported() {
    let primes = (2u64..=167).filter(|n| (2..*n).all(|d| n % d != 0));
    let m = primes.fold(one(), |m, prime| times(&m, &BoxedUint::from(prime)));
    let divisor = m.to_nz().unwrap();
    // Each has about 806 bits above M.
    let prime = |a: u32, base: u64, exponent: u32| {
        let power = |base: u64, exponent: u32| (0..exponent).fold(one(), |power, _| times(&power, &base.into()));
        times(&power(base, exponent), &m).wrapping_add(power(65537, a).rem_vartime(&divisor))
    };
    let (p, q) = (prime(3, 3, 508), prime(4, 7, 287));
    assert_eq!(weaknesses(&times(&p, &q)), [Weakness::Roca]);
    assert_eq!(weaknesses(&times(&p, &hex(P))), []);
}

#[test]
fn a_prime_modulus_is_reported() {
    assert_eq!(weaknesses(&hex(P_2048)), [Weakness::PrimeModulus]);
    let all_ones = [Weakness::RepeatedPattern, Weakness::BiasedBits, Weakness::PrimeModulus];
    assert_eq!(weaknesses(&below(power_of_two(2203), 1)), all_ones);
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
        "small_private_exponent",
        "small_factor",
        "perfect_power",
        "fermat",
        "roca",
        "short_sleeve",
        "repeated_pattern",
        "biased_bits",
        "vanity_modulus",
        "xz_trigger",
        "prime_modulus",
    ];
    assert_eq!(names, expected);
}

/// Keys of 2048 bits made with each defect, at several parameters. They are at least what badkeys reports.
#[test]
fn defective_keys_are_reported_as_their_class_and_wherever_badkeys_reports_them() {
    let counterparts = |check: &str| match check {
        "fermat" => &["fermat", "perfect_power"][..],
        "pattern" => &["repeated_pattern"],
        "roca" => &["roca"],
        "rsabias" | "rsapoly" => &["biased_bits", "short_sleeve", "vanity_modulus"],
        "smalld" => &["small_private_exponent"],
        "smallfactors" => &["small_factor"],
        "xzbackdoor" => &["xz_trigger"],
        other => panic!("{other}"),
    };
    let vectors = json_data("ssh/weak.json");
    let strict = ImportPolicy::strict().size_limit(None);
    let mut classes = BTreeSet::new();
    for case in vectors["keys"].as_array().unwrap() {
        let (defect, line) = (case["defect"].as_str().unwrap(), case["line"].as_str().unwrap());
        let found: Vec<&str> = PublicKey::parse_with(line, &ImportPolicy::nova())
            .unwrap()
            .weaknesses()
            .iter()
            .map(|w| w.as_str())
            .collect();
        if let Some(required) = case["required"].as_str() {
            assert!(found.contains(&required), "{defect}: {found:?}");
            classes.insert(required);
            assert_eq!(PublicKey::parse_with(line, &strict).unwrap_err().code(), "key_weak", "{defect}");
        }
        for check in case["badkeys"].as_array().unwrap() {
            let allowed = counterparts(check.as_str().unwrap());
            assert!(found.iter().any(|name| allowed.contains(name)), "{defect}: {found:?}, but badkeys has {check}");
        }
    }
    assert_eq!(classes.len(), 10, "{classes:?}");
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

/// Generates odd numbers with many extreme words.
fn extreme(words: std::ops::Range<usize>) -> impl Strategy<Value = BoxedUint> {
    let word =
        prop_oneof![any::<u64>(), Just(0), Just(1), Just(u64::MAX), Just(1 << 63), any::<u32>().prop_map(u64::from)];
    prop::collection::vec(word, words).prop_map(|words| {
        let bytes: Vec<u8> = words.iter().flat_map(|word| word.to_be_bytes()).collect();
        let mut bytes: Vec<u8> = bytes.into_iter().skip_while(|byte| *byte == 0).collect();
        if let Some(last) = bytes.last_mut() {
            *last |= 1;
        }
        BoxedUint::from_be_slice_vartime(&bytes)
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    /// The arithmetic overflows nowhere: tests are compiled with checks.
    #[test]
    fn the_scan_of_any_modulus_and_exponent_ends(n in extreme(17..40), e in extreme(0..17), longer in extreme(17..40)) {
        for e in [e, longer] {
            let blob = [string(b"ssh-rsa"), mpint(&e), mpint(&n)].concat();
            let line = format!("ssh-rsa {}", STANDARD.encode(blob));
            let nova = ImportPolicy::nova().size_limit(None);
            let Ok(key) = PublicKey::parse_with(&line, &nova) else { continue };
            let found = key.weaknesses();
            for weakness in Weakness::ALL {
                let is_rejected = PublicKey::parse_with(&line, &nova.clone().reject(weakness)).is_err();
                prop_assert_eq!(is_rejected, found.contains(&weakness), "{}", weakness);
            }
        }
    }
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
