//! Ed25519 keys: compared with a slow implementation of RFC 8032, with its vectors, and with the encodings of `ssh-key`.

use std::sync::LazyLock;

use nova_keypair::{
    Algorithm, GenerateError, KeySpec, KeypairName, PrivateKey, PrivateKeyErrorKind, PrivateKeyFormat, create,
    create_many, import, nova,
};
use num_bigint::BigUint;
use proptest::prelude::*;
use rsa::pkcs8::{LineEnding, PrivateKeyInfoRef, der::Decode as _};
use sha2::{Digest as _, Sha512};

use crate::draws::{Draws, honest};
use crate::support::{json_data, random};

/// The arithmetic of RFC 8032, section 5.1, on numbers of any length.
struct Curve {
    p: BigUint,
    d: BigUint,
    base: Point,
}

/// A point (X:Y:Z) with x = X/Z and y = Y/Z.
type Point = [BigUint; 3];

static CURVE: LazyLock<Curve> = LazyLock::new(|| {
    let number = |decimal: &str| decimal.parse::<BigUint>().unwrap();
    let p = (BigUint::from(1u8) << 255) - 19u8;
    let inverse = |x: u32| BigUint::from(x).modpow(&(&p - 2u8), &p);
    // d = -121665/121666, and the base point has y = 4/5 and the even x.
    let d = (&p - 121_665u32) * inverse(121_666) % &p;
    let x = number("15112221349535400772501151409588531511454012693041857206046113283949847762202");
    let y = 4u8 * inverse(5) % &p;
    Curve { d, base: [x, y, 1u8.into()], p }
});

impl Curve {
    /// The addition law of -x² + y² = 1 + d·x²·y², which is complete.
    fn add(&self, [x1, y1, z1]: &Point, [x2, y2, z2]: &Point) -> Point {
        let p = &self.p;
        let z = z1 * z2 % p;
        let (xx, yy, zz) = (x1 * x2 % p, y1 * y2 % p, &z * &z % p);
        let dxy = &self.d * &xx % p * &yy % p;
        let (minus, plus) = ((&zz + p - &dxy) % p, (&zz + &dxy) % p);
        let x = &z * ((x1 * y2 + y1 * x2) % p) % p * &minus % p;
        let y = &z * ((yy + xx) % p) % p * &plus % p;
        [x, y, minus * plus % p]
    }

    /// The public key of a seed (section 5.1.5).
    fn public_key(&self, seed: &[u8]) -> [u8; 32] {
        let mut scalar: [u8; 32] = Sha512::digest(seed)[..32].try_into().unwrap();
        scalar[0] &= 248;
        scalar[31] = scalar[31] & 127 | 64;
        let scalar = BigUint::from_bytes_le(&scalar);
        let mut sum = [0u8.into(), 1u8.into(), 1u8.into()];
        for bit in (0..256).rev() {
            sum = self.add(&sum, &sum);
            if scalar.bit(bit) {
                sum = self.add(&sum, &self.base);
            }
        }
        let [x, y, z] = sum;
        let inverse = z.modpow(&(&self.p - 2u8), &self.p);
        let [x, y] = [x, y].map(|coordinate| coordinate * &inverse % &self.p);
        let mut encoded = [0; 32];
        let bytes = y.to_bytes_le();
        encoded[..bytes.len()].copy_from_slice(&bytes);
        encoded[31] |= u8::from(x.bit(0)) << 7;
        encoded
    }
}

fn key(seed: &[u8]) -> PrivateKey {
    PrivateKey::from_seed(seed, KeySpec::Ed25519).unwrap()
}

/// Returns the point of the public line.
fn point(key: &PrivateKey) -> &[u8] {
    let blob = key.public_key().as_bytes();
    blob.strip_prefix(b"\0\0\0\x0bssh-ed25519\0\0\0\x20").unwrap()
}

/// Builds the key of `ssh-key` from the seed and the point.
fn ssh_key_of(key: &PrivateKey, seed: &[u8]) -> ssh_key::PrivateKey {
    let pair = ssh_key::private::Ed25519Keypair::try_from(&*[seed, point(key)].concat()).unwrap();
    ssh_key::PrivateKey::new(pair.into(), key.public_key().comment()).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]
    #[test]
    fn the_public_key_is_that_of_rfc_8032(seed in any::<[u8; 32]>()) {
        let key = key(&seed);
        prop_assert_eq!(point(&key), CURVE.public_key(&seed));
    }
}

proptest! {
    #[test]
    fn encodings_are_those_of_ssh_key_and_of_rfc_8410(seed in any::<[u8; 32]>(), comment in ".{0,80}") {
        let mut key = key(&seed);
        if key.set_comment(&comment).is_err() {
            return Ok(());
        }
        let theirs = ssh_key_of(&key, &seed);
        prop_assert_eq!(&*theirs.to_openssh(LineEnding::LF).unwrap(), &*key.to_openssh());
        prop_assert_eq!(theirs.public_key().to_openssh().unwrap(), key.public_key().to_openssh());
        let der = key.to_pkcs8_der();
        let info = PrivateKeyInfoRef::from_der(&der).unwrap();
        prop_assert_eq!(info.algorithm.oid.to_string(), "1.3.101.112");
        prop_assert!(info.algorithm.parameters.is_none() && info.public_key.is_none());
        prop_assert_eq!(info.private_key.as_bytes(), [&[4, 32][..], &seed].concat());
    }
}

/// Compared byte for byte, with the same random bytes. Few, because bcrypt-pbkdf is slow by design.
#[cfg(feature = "encryption")]
#[test]
fn encryption_is_that_of_ssh_key() {
    for seed in [[1; 32], [2; 32]] {
        let draws = || {
            Draws::new(|index, bytes| {
                honest(u64::from(seed[0]), index, bytes);
                Some(())
            })
        };
        let mut key = key(&seed);
        key.set_comment(&"c".repeat(seed[0].into())).unwrap();
        let theirs = ssh_key_of(&key, &seed).encrypt(&mut draws(), "a passphrase").unwrap();
        let ours = key.to_openssh_encrypted("a passphrase", &mut draws()).unwrap();
        assert_eq!(*theirs.to_openssh(LineEnding::LF).unwrap(), *ours);
    }
}

#[test]
fn seeds_yield_the_keys_of_rfc_8032_and_rfc_8410() {
    let vectors = json_data("ed25519/rfc.json");
    let vectors = vectors["vectors"].as_array().unwrap();
    for vector in vectors {
        let decoded = |field: &str| BigUint::parse_bytes(vector[field].as_str().unwrap().as_bytes(), 16).unwrap();
        let [seed, public_key] = ["seed", "public_key"].map(|field| decoded(field).to_bytes_be());
        assert_eq!(point(&key(&seed)), public_key, "{}", vector["source"]);
        if let Some(pem) = vector["pkcs8_pem"].as_str() {
            assert_eq!(*key(&seed).to_pkcs8_pem(), pem);
        }
    }
    assert_eq!(vectors.len(), 6);
}

/// The seed is one draw of 32 bytes, so a recorded draw gives the key again.
#[test]
fn a_draw_is_the_seed() {
    let mut lengths = Vec::new();
    let drawn = PrivateKey::generate(
        KeySpec::Ed25519,
        &mut Draws::new(|index, bytes| {
            lengths.push(bytes.len());
            honest(5, index, bytes);
            Some(())
        }),
    );
    let mut seed = [0; 32];
    honest(5, 0, &mut seed);
    assert_eq!(*drawn.unwrap().to_openssh(), *key(&seed).to_openssh());
    assert_eq!(lengths, [32]);
}

#[test]
fn a_failing_or_stuck_generator_gives_no_key() {
    let error = |fill: fn(&mut [u8]) -> Option<()>| {
        PrivateKey::generate(KeySpec::Ed25519, &mut Draws::new(|_, bytes| fill(bytes))).unwrap_err()
    };
    assert_eq!(error(|_| None), GenerateError::RngFailed);
    assert_eq!(error(|_| Some(())), GenerateError::RngRepeats);
    // The same word again and again.
    assert_eq!(
        error(|bytes| {
            bytes.chunks_mut(8).for_each(|word| word.copy_from_slice(b"a number"));
            Some(())
        }),
        GenerateError::RngRepeats
    );
}

#[test]
fn a_seed_has_exactly_32_bytes() {
    for bytes in [0, 16, 31, 33, 64] {
        let error = PrivateKey::from_seed(&vec![7; bytes], KeySpec::Ed25519).unwrap_err();
        assert_eq!(error, GenerateError::InvalidSeedLength { bytes });
    }
}

#[test]
fn pkcs1_is_for_rsa_only() {
    let key = key(&[7; 32]);
    assert_eq!(key.to_pkcs1_pem().unwrap_err().kind(), PrivateKeyErrorKind::NotRsa);
    assert_eq!(key.to_format(PrivateKeyFormat::Pkcs1).unwrap_err().kind(), PrivateKeyErrorKind::NotRsa);
    assert_eq!(*key.to_format(PrivateKeyFormat::OpenSsh).unwrap(), *key.to_openssh());
    assert_eq!(*key.to_format(PrivateKeyFormat::Pkcs8).unwrap(), *key.to_pkcs8_pem());
    #[cfg(feature = "rsa")]
    assert_eq!(rsa::PrivateKey::try_from(&key).unwrap_err(), rsa::Error::InvalidModulus);
}

#[test]
fn import_accepts_generated_keys_with_the_same_fingerprint() {
    let name = KeypairName::new("my key").unwrap();
    let generated = create(&name, KeySpec::Ed25519, &mut random()).unwrap();
    let line = generated.keypair.public_key.to_openssh();
    assert!(line.starts_with("ssh-ed25519 ") && line.ends_with(" Generated-by-Nova"), "{line}");
    let imported = import(&name, &line).unwrap();
    assert_eq!(imported, generated.keypair);
    assert_eq!((imported.public_key.algorithm(), imported.public_key.bits()), (Algorithm::Ed25519, 256));
    assert_eq!((KeySpec::Ed25519.algorithm(), KeySpec::Ed25519.bits()), (Algorithm::Ed25519, 256));
    assert_eq!(imported.public_key.weaknesses(), []);
    assert_eq!(nova::verdict(&line).fingerprint(), Some(imported.fingerprint));
}

#[test]
fn a_batch_derives_each_key_from_its_own_draw() {
    let names: Vec<_> = (0..20).map(|index| KeypairName::new(&format!("key-{index}")).unwrap()).collect();
    let rng = &mut Draws::new(|index, bytes| {
        honest(1, index, bytes);
        Some(())
    });
    for (index, generated) in create_many(names, KeySpec::Ed25519, rng).unwrap().enumerate() {
        let mut seed = [0; 32];
        honest(1, index, &mut seed);
        assert_eq!(*generated.unwrap().private_key.to_openssh(), *key(&seed).to_openssh());
    }
}

#[test]
fn debug_shows_the_public_key_only() {
    let shown = format!("{:?}", key(&[0xa7; 32]));
    assert!(!shown.contains("a7a7") && !shown.contains("167, 167") && shown.contains("ssh-ed25519"), "{shown}");
}

/// The server, not the client, chose a format that its key does not have.
#[cfg(feature = "serde")]
#[test]
fn a_service_can_generate_ed25519_keys_but_not_as_pkcs1() {
    use nova_keypair::os_keypairs::{Context, Request, post};

    let reply = |format| {
        let context = Context::new("me").key_spec(KeySpec::Ed25519).private_key_format(format);
        post(&Request::new("k"), &context, &mut random())
    };
    for format in [PrivateKeyFormat::OpenSsh, PrivateKeyFormat::Pkcs8] {
        assert_eq!(reply(format).status(), 200, "{format}");
    }
    let refused = reply(PrivateKeyFormat::Pkcs1);
    assert_eq!((refused.status(), refused.error().unwrap().code()), (500, "pkcs1_not_rsa"));
    assert!(refused.private_key().is_none());
}
