//! Every body gets a reply with a known status; one that is accepted has the fingerprint of an import, and is a
//! conflict the second time.
#![no_main]

use nova_keypair::os_keypairs::{Context, Reply, Request};
use nova_keypair::{GenerateError, KeypairName, Microversion, fingerprint};
use rand_core::{TryCryptoRng, TryRng};

/// A generator that always fails: generating keys would use up the fuzzer's time.
struct Broken;

impl TryRng for Broken {
    type Error = GenerateError;
    fn try_next_u32(&mut self) -> Result<u32, GenerateError> {
        Err(GenerateError::RngFailed)
    }
    fn try_next_u64(&mut self) -> Result<u64, GenerateError> {
        Err(GenerateError::RngFailed)
    }
    fn try_fill_bytes(&mut self, _: &mut [u8]) -> Result<(), GenerateError> {
        Err(GenerateError::RngFailed)
    }
}
impl TryCryptoRng for Broken {}

fn reply(request: &Request, microversion: Microversion, exists: bool) -> Reply {
    match request.check(&Context::new("u").microversion(microversion)) {
        Ok(checked) if exists => checked.conflict(),
        Ok(checked) => checked.create(&mut Broken),
        Err(rejection) => rejection,
    }
}

libfuzzer_sys::fuzz_target!(|data: (u8, &str)| {
    let microversion = Microversion::new(data.0.into());
    let Ok(request) = serde_json::from_str::<Request>(data.1) else { return };
    let first = reply(&request, microversion, false);
    assert!([200, 201, 400, 403, 500].contains(&first.status()));
    let body = serde_json::to_value(first.body()).expect("JSON");
    match first.keypair() {
        Some(keypair) => {
            assert_eq!(fingerprint(keypair.public_key.as_sent()), Ok(keypair.fingerprint));
            assert_eq!(KeypairName::for_microversion(keypair.name.as_str(), microversion).as_ref(), Ok(&keypair.name));
            assert_eq!(body["keypair"]["public_key"], keypair.public_key.as_sent());
        }
        None => assert_eq!(
            body.as_object().and_then(|o| o.values().next()).map(|e| &e["code"]),
            Some(&first.status().into())
        ),
    }
    let taken = [200, 201, 500].contains(&first.status());
    assert_eq!(reply(&request, microversion, true).status(), if taken { 409 } else { first.status() });
});
