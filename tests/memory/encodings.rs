//! Private keys as text: encoded, encrypted, and in the reply to a request.

use nova_keypair::os_keypairs::{Context, Request, post};
use nova_keypair::{GenerateError, KeySpec, PrivateKey, PrivateKeyFormat};

use crate::allocator::turn;
use crate::clean;
use crate::draws::{Draws, honest};
use crate::secrets::Secrets;

const FORMATS: [PrivateKeyFormat; 3] = [PrivateKeyFormat::OpenSsh, PrivateKeyFormat::Pkcs1, PrivateKeyFormat::Pkcs8];

fn key() -> PrivateKey {
    PrivateKey::from_seed(&[7; 32], KeySpec::Rsa2048).unwrap()
}

#[test]
fn encodings_leave_nothing() {
    let _turn = turn();
    let key = key();
    let secrets = Secrets::new().key(&key);
    for format in FORMATS {
        clean(&format!("{format:?}"), &secrets, || drop(key.to_format(format).unwrap()));
    }
    clean("DER", &secrets, || drop(key.to_pkcs8_der()));
}

#[cfg(feature = "encryption")]
#[test]
fn encryption_leaves_nothing() {
    let _turn = turn();
    let key = key();
    let passphrase = "correct horse battery staple";
    let secrets = Secrets::new().key(&key).bytes("the passphrase", passphrase.as_bytes());
    let encrypt = |failing: usize| {
        let rng = &mut Draws::new(|k, bytes| (k != failing).then(|| honest(1, k, bytes)));
        key.to_openssh_encrypted(passphrase, rng)
    };
    clean("encrypted", &secrets, || drop(encrypt(usize::MAX).unwrap()));
    for failing in [0, 1] {
        // Nothing is allocated before the last draw.
        let (error, findings) = crate::watch(&secrets, || encrypt(failing).unwrap_err());
        assert_eq!((error, findings.len()), (GenerateError::RngFailed.into(), 0), "failure of draw {failing}");
    }
    let (error, findings) =
        crate::watch(&secrets, || key.to_openssh_encrypted("", &mut Draws::new(|_, _| None)).unwrap_err());
    assert_eq!((error.code(), findings.len()), ("passphrase_empty", 0));
}

/// A reply holds the private key once; its output goes where the caller directs it.
#[test]
fn replies_leave_nothing() {
    let _turn = turn();
    let stream = 3;
    let whole = |k: usize, bytes: &mut [u8]| {
        honest(stream, k, bytes);
        Some(())
    };
    let key = PrivateKey::generate(KeySpec::Rsa2048, &mut Draws::new(whole)).unwrap();
    let secrets = Secrets::new().key(&key);
    let request = Request::new("my-key");
    for format in FORMATS {
        let context = Context::new("me").private_key_format(format);
        clean(&format!("a reply with {format:?}"), &secrets, || {
            let reply = post(&request, &context, &mut Draws::new(whole));
            assert!(reply.private_key().is_some());
            drop(format!("{reply:?}"));
        });
    }
    clean("a refusal", &secrets, || {
        let reply = post(
            &request,
            &Context::new("me"),
            &mut Draws::new(|k, bytes| if k < 20 { whole(k, bytes) } else { None }),
        );
        assert_eq!(reply.error(), Some(GenerateError::RngFailed.into()));
    });
    #[cfg(feature = "serde")]
    clean("a reply as JSON", &secrets, || {
        let reply = post(&request, &Context::new("me"), &mut Draws::new(whole));
        let mut json = zeroize::Zeroizing::new(Vec::with_capacity(8192));
        serde_json::to_writer(&mut *json, &reply).unwrap();
        assert!(json.len() > 2000 && json.capacity() == 8192);
    });
}
