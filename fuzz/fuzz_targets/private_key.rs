//! A private key file, plain or encrypted, contains the comment and the public key that it was written with, as read
//! by `ssh-key`.
#![no_main]

use std::cell::RefCell;

use nova_keypair::{KeySpec, OsRng, PrivateKey};

// One key for all rounds: generating one takes milliseconds.
thread_local!(static KEY: RefCell<PrivateKey> = PrivateKey::from_seed(&[7; 32], KeySpec::Rsa2048).unwrap().into());

libfuzzer_sys::fuzz_target!(|data: (&str, &[u8], bool)| {
    let (comment, passphrase, encrypt) = data;
    KEY.with_borrow_mut(|key| {
        if key.set_comment(comment).is_err() {
            return;
        }
        let read = if encrypt && !passphrase.is_empty() {
            let text = key.to_openssh_encrypted(passphrase, &mut OsRng).expect("a generator that works");
            ssh_key::PrivateKey::from_openssh(&*text)
                .and_then(|locked| locked.decrypt(passphrase))
                .expect("the passphrase")
        } else {
            ssh_key::PrivateKey::from_openssh(&*key.to_openssh()).expect("what was written")
        };
        assert_eq!(read.comment().as_bytes(), comment.as_bytes());
        assert_eq!(read.public_key().to_openssh().expect("a line"), key.public_key().to_openssh());
    });
});
