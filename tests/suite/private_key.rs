//! Private keys: their encodings, as read by independent implementations, and what they must not reveal.

use std::fmt::Debug;
use std::sync::LazyLock;

use nova_keypair::{
    GenerateError, GeneratedKeypair, KeySpec, Keypair, KeypairName, PrivateKey, PrivateKeyFormat, create, import,
};
use proptest::prelude::*;
use rsa::pkcs1::{DecodeRsaPrivateKey as _, EncodeRsaPrivateKey as _};
use rsa::pkcs8::{DecodePrivateKey as _, EncodePrivateKey as _, LineEnding};
use rsa::traits::{PrivateKeyParts as _, PublicKeyParts as _};

use crate::support::{RSA, random};

/// One key for the tests that only read it: generation is slow in a debug build.
static KEY: LazyLock<PrivateKey> = LazyLock::new(|| PrivateKey::from_seed(&[7; 32], KeySpec::Rsa2048).unwrap());

/// A basic check: every buffer is filled, and no output occurs twice.
#[cfg(feature = "getrandom")]
#[test]
fn the_system_generator_fills_every_buffer() {
    use nova_keypair::OsRng;
    use rand_core::TryRng as _;
    let draws = [(); 2].map(|()| {
        let mut bytes = [0; 64];
        OsRng.try_fill_bytes(&mut bytes).unwrap();
        let words = [(); 4].map(|()| OsRng.try_next_u32().unwrap());
        (bytes, OsRng.try_next_u64().unwrap(), words)
    });
    let [first, second] = draws;
    assert!(first.0 != second.0 && first.1 != second.1 && first.2 != second.2);
    assert!(first.0.chunks(16).all(|part| part != [0; 16]));
}

#[test]
fn every_format_holds_the_same_key() {
    let openssh = ssh_key::PrivateKey::from_openssh(KEY.to_openssh().as_bytes()).unwrap();
    let pkcs1 = rsa::PrivateKey::from_pkcs1_pem(&KEY.to_pkcs1_pem().unwrap()).unwrap();
    let pkcs8 = rsa::PrivateKey::from_pkcs8_pem(&KEY.to_pkcs8_pem()).unwrap();
    assert_eq!(pkcs1, pkcs8);
    // The decoder derives the numbers that it does not find; those in the file must be correct as well.
    pkcs1.validate().unwrap();

    let ssh = openssh.key_data().rsa().unwrap();
    let uint = |mpint: &ssh_key::Mpint| {
        let bytes = mpint.as_positive_bytes().unwrap();
        rsa::BoxedUint::from_be_slice(bytes, bytes.len() as u32 * 8).unwrap()
    };
    let primes = pkcs1.primes();
    let same =
        |a: &rsa::BoxedUint, b: &rsa::BoxedUint| a.to_be_bytes_trimmed_vartime() == b.to_be_bytes_trimmed_vartime();
    assert!(same(&uint(ssh.public().n()), pkcs1.n()));
    assert!(same(&uint(ssh.private().d()), pkcs1.d()));
    assert!(same(&uint(ssh.private().p()), &primes[0]));
    assert!(same(&uint(ssh.private().q()), &primes[1]));
    assert_eq!(openssh.comment().as_str_lossy(), "Generated-by-Nova");
}

/// Builds the key of `ssh-key` with the numbers from PKCS#1, so that its encoder is independent of the one that is
/// tested.
fn ssh_key_of(key: &PrivateKey) -> ssh_key::PrivateKey {
    let numbers = rsa::PrivateKey::from_pkcs1_pem(&key.to_pkcs1_pem().unwrap()).unwrap();
    let mpint = |number: &rsa::BoxedUint| ssh_key::Mpint::from_positive_bytes(&number.to_be_bytes());
    let [p, q] = numbers.primes() else { panic!("two primes") };
    let coefficient = numbers.crt_coefficient().unwrap();
    let public = ssh_key::public::RsaPublicKey::new(mpint(numbers.e()), mpint(numbers.n())).unwrap();
    let private =
        ssh_key::private::RsaPrivateKey::new(mpint(numbers.d()), mpint(&coefficient), mpint(p), mpint(q)).unwrap();
    let keypair = ssh_key::private::RsaKeypair::new(public, private).unwrap();
    ssh_key::PrivateKey::new(keypair.into(), key.public_key().comment()).unwrap()
}

/// Compared byte for byte, for any key and comment.
fn assert_encodings_are_those_of_other_crates(key: &PrivateKey) {
    let numbers = rsa::PrivateKey::from_pkcs8_der(&key.to_pkcs8_der()).unwrap();
    assert_eq!(*numbers.to_pkcs1_pem(LineEnding::LF).unwrap(), *key.to_pkcs1_pem().unwrap());
    assert_eq!(*numbers.to_pkcs8_pem(LineEnding::LF).unwrap(), *key.to_pkcs8_pem());
    assert_eq!(numbers.to_pkcs8_der().unwrap().as_bytes(), &**key.to_pkcs8_der());
    let theirs = ssh_key_of(key);
    assert_eq!(*theirs.to_openssh(LineEnding::LF).unwrap(), *key.to_openssh());
    assert_eq!(theirs.public_key().to_openssh().unwrap(), key.public_key().to_openssh());
}

/// Compared byte for byte, with the same random bytes.
#[cfg(feature = "encryption")]
fn assert_encryption_is_that_of_ssh_key(key: &PrivateKey, seed: u64) {
    let draws = || {
        crate::draws::Draws::new(move |index, bytes| {
            crate::draws::honest(seed, index, bytes);
            Some(())
        })
    };
    let passphrase = seed.to_string();
    let theirs = ssh_key_of(key).encrypt(&mut draws(), &passphrase).unwrap();
    let ours = key.to_openssh_encrypted(&passphrase, &mut draws()).unwrap();
    assert_eq!(*theirs.to_openssh(LineEnding::LF).unwrap(), *ours);
}

#[test]
fn every_size_is_encoded_as_by_other_crates() {
    for size in RSA {
        let key = PrivateKey::from_seed(&[9; 32], size).unwrap();
        assert_encodings_are_those_of_other_crates(&key);
        #[cfg(feature = "encryption")]
        assert_encryption_is_that_of_ssh_key(&key, 1);
    }
}

/// Keys that the public call does not generate: with lengths at which the length octets of DER and the padding
/// change, and with numbers that have leading zeros or the top bit clear.
#[cfg(feature = "__internals")]
#[test]
fn every_length_is_encoded_as_by_other_crates() {
    use nova_keypair::internals;

    use crate::draws::{Draws, honest};

    for bits in (1024..1536).step_by(16) {
        let seed = u64::from(bits);
        let draws = &mut Draws::new(|index, bytes| {
            honest(seed, index, bytes);
            Some(())
        });
        let numbers = internals::generate(internals::Kernel::Best, bits, draws).unwrap();
        let mut key = internals::private_key(numbers).unwrap();
        for length in 0..17 {
            key.set_comment(&"c".repeat(length)).unwrap();
            assert_eq!(*ssh_key_of(&key).to_openssh(LineEnding::LF).unwrap(), *key.to_openssh(), "{bits}, {length}");
        }
        assert_encodings_are_those_of_other_crates(&key);
        #[cfg(feature = "encryption")]
        assert_encryption_is_that_of_ssh_key(&key, seed);
    }
}

#[cfg(feature = "rsa")]
#[test]
#[allow(deprecated, reason = "the name that candidates of rsa 0.10 have, too")]
fn the_key_of_the_crate_rsa_has_the_same_numbers() {
    for size in RSA {
        let key = PrivateKey::from_seed(&[9; 32], size).unwrap();
        let converted = rsa::RsaPrivateKey::try_from(&key).unwrap();
        converted.validate().unwrap();
        assert_eq!(converted, rsa::PrivateKey::from_pkcs8_der(&key.to_pkcs8_der()).unwrap());
    }
}

#[test]
fn formats_have_their_labels_and_columns() {
    for (format, label, columns) in [
        (PrivateKeyFormat::OpenSsh, "OPENSSH PRIVATE KEY", 70),
        (PrivateKeyFormat::Pkcs1, "RSA PRIVATE KEY", 64),
        (PrivateKeyFormat::Pkcs8, "PRIVATE KEY", 64),
    ] {
        let pem = KEY.to_format(format).unwrap();
        let lines: Vec<_> = pem.lines().collect();
        assert_eq!(lines[0], format!("-----BEGIN {label}-----"));
        assert_eq!(lines[lines.len() - 1], format!("-----END {label}-----"));
        assert!(lines[1..lines.len() - 2].iter().all(|line| line.len() == columns), "{label}");
        assert!(pem.ends_with("-----\n") && !pem.contains('\r'));
    }
}

#[cfg(feature = "encryption")]
#[test]
fn encryption_needs_the_passphrase_and_a_salt() {
    let encrypted = KEY.to_openssh_encrypted("päss", &mut random()).unwrap();
    let again = KEY.to_openssh_encrypted("päss", &mut random()).unwrap();
    assert_ne!(*encrypted, *again, "the salt is random");
    let locked = ssh_key::PrivateKey::from_openssh(encrypted.as_bytes()).unwrap();
    assert!(locked.is_encrypted());
    assert!(locked.decrypt("pass").is_err());
    let open = locked.decrypt("päss").unwrap();
    let plain = ssh_key::PrivateKey::from_openssh(KEY.to_openssh().as_bytes()).unwrap();
    assert_eq!(open.key_data().rsa().unwrap().private().d(), plain.key_data().rsa().unwrap().private().d());
    assert_eq!(open.comment(), plain.comment());
    assert_eq!(KEY.to_openssh_encrypted("", &mut random()).unwrap_err().code(), "passphrase_empty");
}

#[test]
fn a_seed_is_a_key() {
    let again = PrivateKey::from_seed(&[7; 32], KeySpec::Rsa2048).unwrap();
    assert_eq!(*KEY.to_pkcs8_pem(), *again.to_pkcs8_pem());
    assert_eq!(*KEY.to_openssh(), *again.to_openssh());
    let other = PrivateKey::from_seed(&[8; 32], KeySpec::Rsa2048).unwrap();
    assert_ne!(KEY.public_key(), other.public_key());
    assert_eq!(PrivateKey::from_seed(&[7; 15], KeySpec::Rsa2048).unwrap_err().code(), "seed_too_short");
}

#[test]
fn debug_shows_only_public_parts_of_a_private_key() {
    let name = KeypairName::new("k").unwrap();
    let private_key = PrivateKey::from_seed(&[7; 32], KeySpec::Rsa2048).unwrap();
    let generated = GeneratedKeypair::new(&name, private_key);
    let shown = format!("{KEY:?} {generated:#?}");
    let key = rsa::PrivateKey::from_pkcs1_pem(&KEY.to_pkcs1_pem().unwrap()).unwrap();
    for secret in [key.d(), &key.primes()[0], &key.primes()[1]] {
        let bytes = secret.to_be_bytes_trimmed_vartime();
        let hex: String = bytes.iter().map(|b| format!("{b:02x}")).collect();
        let decimal = format!("{:?}", &bytes[..4]);
        assert!(!shown.to_lowercase().contains(&hex[..16]));
        assert!(!shown.contains(&decimal[1..decimal.len() - 1]));
    }
    assert!(shown.contains(".."), "{shown}");
}

/// Does not compile if the type has one of the traits, because `Lacks<_>` is then ambiguous.
macro_rules! assert_lacks {
    ($type:ty, $($bound:path),+) => {{
        $({
            trait Lacks<A> {
                fn check() {}
            }
            impl<T: ?Sized> Lacks<()> for T {}
            impl<T: ?Sized + $bound> Lacks<u8> for T {}
            <$type as Lacks<_>>::check();
        })+
    }};
}

#[test]
fn a_private_key_cannot_be_copied_compared_or_serialized() {
    assert_lacks!(PrivateKey, Clone, PartialEq, std::fmt::Display);
    assert_lacks!(GeneratedKeypair, Clone, PartialEq);
    assert_lacks!(nova_keypair::os_keypairs::Reply, Clone, PartialEq);
    // The record to store has these traits.
    fn is<T: Clone + Eq + Debug + Send + Sync>() {}
    is::<Keypair>();
    #[cfg(feature = "serde")]
    {
        assert_lacks!(PrivateKey, serde::Serialize);
        assert_lacks!(GeneratedKeypair, serde::Serialize);
        fn is_serialized<T: serde::Serialize>() {}
        is_serialized::<Keypair>();
    }
}

#[test]
fn sizes_are_exact() {
    assert_eq!(KEY.public_key().bits(), 2048);
    assert_eq!(KeySpec::from_rsa_bits(4096), Ok(KeySpec::Rsa4096));
    assert_eq!(KeySpec::from_rsa_bits(1024), Err(GenerateError::UnsupportedKeySize { bits: 1024 }));
    assert_eq!(KeySpec::default().bits(), 2048);
}

#[test]
fn import_accepts_generated_keys_with_the_same_fingerprint() {
    let name = KeypairName::new("my key").unwrap();
    for size in RSA {
        let generated = create(&name, size, &mut random()).unwrap();
        let line = generated.keypair.public_key.to_openssh();
        assert!(line.starts_with("ssh-rsa ") && line.ends_with(" Generated-by-Nova"), "{line}");
        let imported = import(&name, &line).unwrap();
        assert_eq!(imported, generated.keypair);
        assert_eq!(imported.fingerprint, nova_keypair::fingerprint(&line).unwrap());
        assert_eq!(imported.public_key.bits(), size.bits());
        assert_eq!(imported.public_key.weaknesses(), []);
        let verdict = nova_keypair::nova::verdict(&line);
        assert_eq!(verdict.fingerprint().map(|f| f.to_string()), Some(imported.fingerprint.to_string()));
    }
}

#[test]
fn single_line_comments_are_accepted() {
    let mut key = PrivateKey::from_seed(&[7; 32], KeySpec::Rsa2048).unwrap();
    let long = "x".repeat(255);
    for comment in ["me@home", "with spaces", "ключ", "", &long] {
        key.set_comment(comment).unwrap();
        assert_eq!(key.public_key().comment(), comment);
        let parsed = ssh_key::PrivateKey::from_openssh(key.to_openssh().as_bytes()).unwrap();
        assert_eq!(parsed.comment().as_str_lossy(), comment);
        assert!(import(&KeypairName::new("k").unwrap(), &key.public_key().to_openssh()).is_ok(), "{comment:?}");
    }
    let too_long = "x".repeat(256);
    for (comment, position) in
        [("a\nssh-rsa b", 1), ("a\u{85}", 1), (" a", 0), ("a ", 1), ("a\u{a0}", 1), ("\u{3000}", 0), (&*too_long, 255)]
    {
        let error = key.set_comment(comment).unwrap_err();
        assert_eq!((error.code(), error.position()), ("comment", Some(position)), "{comment:?}");
    }
    assert_eq!(key.set_comment("a\u{2028}b").unwrap_err().code(), "key_line_separator");
    assert_eq!(key.public_key().comment(), long, "a comment that is refused leaves the key as it was");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn an_openssh_file_matches_that_of_ssh_key_with_any_comment(comment in ".{0,80}") {
        thread_local!(static KEY: std::cell::RefCell<PrivateKey> =
            PrivateKey::from_seed(&[7; 32], KeySpec::Rsa2048).unwrap().into());
        KEY.with_borrow_mut(|key| {
            if key.set_comment(&comment).is_ok() {
                prop_assert_eq!(&*ssh_key_of(key).to_openssh(LineEnding::LF).unwrap(), &*key.to_openssh());
            }
            Ok(())
        })?;
    }
}

proptest! {
    #[test]
    fn accepted_comments_survive_import(comment in ".{0,80}") {
        thread_local!(static KEY: std::cell::RefCell<PrivateKey> =
            PrivateKey::from_seed(&[7; 32], KeySpec::Rsa2048).unwrap().into());
        KEY.with_borrow_mut(|key| {
            if key.set_comment(&comment).is_ok() {
                let imported = import(&KeypairName::new("k").unwrap(), &key.public_key().to_openssh()).unwrap();
                prop_assert_eq!(imported.public_key.comment(), &comment);
                prop_assert_eq!(&imported.public_key, key.public_key());
            }
            Ok(())
        })?;
    }
}
