//! The code under valgrind: leaks that must be reported, then key generation, which must not be.

use std::hint::black_box;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use nova_keypair::internals::{self, Kernel, Numbers};
use nova_keypair::{KeySpec, PrivateKey};
use zeroize::Zeroizing;

use crate::memcheck::{self, mark_public, mark_secret, secret_bytes};
use crate::stream::{Stream, marked};

/// A key to generate: its bits, its stream, and which draws are the primes.
pub struct Case {
    pub bits: u32,
    pub stream: u64,
    pub primes: [u64; 2],
    /// The expected modulus.
    pub modulus: Vec<u8>,
}

/// Whether verdicts are marked as public, as the engine requests.
static DECLASSIFY: AtomicBool = AtomicBool::new(true);

/// The expected result of memcheck for a stage.
#[derive(Clone, Copy, PartialEq)]
enum Expect {
    Reports,
    Silence,
}

/// Runs every stage of a case; returns whether all results were as expected.
pub fn run(case: &Case) -> bool {
    internals::on_declassify(|bytes| {
        if DECLASSIFY.load(Ordering::Relaxed) {
            mark_public(bytes);
        }
    });
    let mut good = true;
    let mut stage = |name: &str, expect, stage: &mut dyn FnMut()| good &= measured(name, expect, stage);

    stage("self-test: a branch on a secret", Expect::Reports, &mut leaky_branch);
    stage("self-test: an index that is secret", Expect::Reports, &mut leaky_index);
    if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma") {
        // SAFETY: the processor supports it.
        stage("self-test: a branch on a sum of products in doubles", Expect::Reports, &mut || unsafe {
            leaky_double()
        });
    }
    stage("self-test: the engine, its verdicts kept secret", Expect::Reports, &mut || {
        DECLASSIFY.store(false, Ordering::Relaxed);
        internals::generate(Kernel::Portable, case.bits, &mut marked(case.stream, case.primes)).unwrap();
        DECLASSIFY.store(true, Ordering::Relaxed);
    });

    let mut made = None;
    let best = if Kernel::Best.is_portable() { "SKIPPED, no AVX2 and FMA: again the portable" } else { "AVX2 and FMA" };
    for (name, kernel) in [("portable", Kernel::Portable), (best, Kernel::Best)] {
        stage(&format!("RSA-{}, {name} kernel", case.bits), Expect::Silence, &mut || {
            made = Some(internals::generate(kernel, case.bits, &mut marked(case.stream, case.primes)).unwrap());
        });
        check(made.as_ref().unwrap(), case);
    }
    let Ok(size) = KeySpec::from_rsa_bits(case.bits) else { return good };

    let mut seed = [0; 32];
    Stream::new(case.stream).fill(&mut seed);
    mark_secret(&mut seed);
    stage(&format!("RSA-{}, every candidate secret: from a seed", case.bits), Expect::Silence, &mut || {
        PrivateKey::from_seed(&seed, size).unwrap();
    });

    let mut numbers = made.unwrap();
    leading_bytes_are_public(&mut numbers);
    let key = internals::private_key(numbers).unwrap();
    for (name, encode) in ENCODINGS {
        let mut written = Default::default();
        stage(&format!("RSA-{}, {name}", case.bits), Expect::Silence, &mut || written = encode(&key));
        let secret = secret_bytes(written.as_bytes());
        assert!(
            secret > case.bits as usize / 8,
            "{secret} bytes of the {name} form depend on secrets: nothing was tested"
        );
    }
    ed25519(case.stream, &mut stage);
    stage("a private key is dropped", Expect::Silence, &mut {
        let mut key = Some(key);
        move || drop(key.take())
    });
    good
}

type Encode = fn(&PrivateKey) -> Zeroizing<String>;
const ENCODINGS: [(&str, Encode); 4] = [
    ("PKCS#1", |key| key.to_pkcs1_pem().unwrap()),
    ("PKCS#8", PrivateKey::to_pkcs8_pem),
    ("OpenSSH", PrivateKey::to_openssh),
    ("OpenSSH, encrypted", |key| key.to_openssh_encrypted("passphrase", &mut marked(0, [u64::MAX; 2])).unwrap()),
];

/// An Ed25519 key from a generator and from a seed, and its encodings. All 32 bytes of the seed are secret.
fn ed25519(stream: u64, mut stage: impl FnMut(&str, Expect, &mut dyn FnMut())) {
    let generate = || PrivateKey::generate(KeySpec::Ed25519, &mut marked(stream, [0, 0])).unwrap();
    stage("self-test: Ed25519, the public key kept secret", Expect::Reports, &mut || {
        DECLASSIFY.store(false, Ordering::Relaxed);
        generate();
        DECLASSIFY.store(true, Ordering::Relaxed);
    });
    let mut seed = [0; 32];
    Stream::new(stream).fill(&mut seed);
    let expected = PrivateKey::from_seed(&seed, KeySpec::Ed25519).unwrap();
    mark_secret(&mut seed);
    let mut key = None;
    stage("Ed25519, from a seed", Expect::Silence, &mut || {
        key = Some(PrivateKey::from_seed(&seed, KeySpec::Ed25519).unwrap());
    });
    stage("Ed25519", Expect::Silence, &mut || key = Some(generate()));
    let key = key.unwrap();
    assert_eq!(key.public_key(), expected.public_key(), "valgrind's arithmetic gives another key");
    for (name, encode) in ENCODINGS.into_iter().filter(|(name, _)| *name != "PKCS#1") {
        let mut written = Default::default();
        stage(&format!("Ed25519, {name}"), Expect::Silence, &mut || written = encode(&key));
        let secret = secret_bytes(written.as_bytes());
        assert!(secret > 32, "{secret} bytes of the {name} form depend on secrets: nothing was tested");
    }
    stage("an Ed25519 key is dropped", Expect::Silence, &mut {
        let mut key = Some(key);
        move || drop(key.take())
    });
}

/// Marks the leading byte of each number as public. DER and SSH write a number without leading zero bytes, and with one
/// if its top bit is set, so the length of the encodings depends on that byte, and on nothing else. (Where it is zero,
/// in one number of 256, also on the byte after it.)
fn leading_bytes_are_public(numbers: &mut Numbers) {
    let Numbers { n: _, d, p, q, dp, dq, qinv } = numbers;
    for number in [d, p, q, dp, dq, qinv] {
        mark_public(&mut number[..1]);
        assert_ne!(number[0], 0, "choose another stream");
    }
}

fn measured(name: &str, expect: Expect, stage: &mut dyn FnMut()) -> bool {
    let (start, before) = (Instant::now(), memcheck::errors());
    stage();
    let (seconds, reports) = (start.elapsed().as_secs_f64(), memcheck::errors() - before);
    let good = (reports > 0) == (expect == Expect::Reports);
    let must = if expect == Expect::Reports { "must be reported" } else { "must be silent" };
    println!("{}  {name:<56} {reports:>5} reports, {must} ({seconds:.1} s)", if good { "ok  " } else { "FAIL" });
    good
}

/// Checks that the key is the expected one and that the marks propagated: every byte of its secrets is marked, no
/// byte of the modulus is.
fn check(key: &Numbers, case: &Case) {
    assert_eq!(key.n, case.modulus, "valgrind's arithmetic gives another key");
    assert_eq!(secret_bytes(&key.n), 0);
    for number in [&key.d, &key.p, &key.q, &key.dp, &key.dq, &key.qinv] {
        assert_eq!(secret_bytes(number), number.len(), "a secret number has bytes that depend on no secret");
    }
}

#[inline(never)]
fn leaky_branch() {
    let mut secret = [black_box(3u8)];
    mark_secret(&mut secret);
    if black_box(secret)[0] & 1 == 1 {
        black_box(0);
    }
}

#[inline(never)]
fn leaky_index() {
    let mut secret = [black_box(3u8)];
    mark_secret(&mut secret);
    let table: [u8; 256] = std::array::from_fn(|index| index as u8);
    black_box(black_box(&table)[usize::from(black_box(secret)[0])]);
}

/// Memcheck treats a floating-point result as entirely undefined as soon as one bit of an operand is.
#[target_feature(enable = "avx2,fma")]
#[inline(never)]
fn leaky_double() {
    use std::arch::x86_64::{_CMP_GT_OQ, _mm256_cmp_pd, _mm256_fmadd_pd, _mm256_movemask_pd, _mm256_set1_pd};
    let mut secret = black_box(3.0f64).to_ne_bytes();
    mark_secret(&mut secret);
    let factor = _mm256_set1_pd(f64::from_ne_bytes(black_box(secret)));
    let sum = _mm256_fmadd_pd(factor, _mm256_set1_pd(black_box(2.0)), _mm256_set1_pd(black_box(1.0)));
    if _mm256_movemask_pd(_mm256_cmp_pd::<_CMP_GT_OQ>(sum, _mm256_set1_pd(0.0))) == 0 {
        black_box(0);
    }
}
