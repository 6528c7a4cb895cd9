//! What is recovered parses strictly, as the same key; a valid line is returned as it is; the number of texts that the
//! search reads has a limit, and so has its work; and no part of a private key is printed, whatever surrounds it.
#![no_main]

use nova_keypair::{PublicKey, internals};

/// The most texts that a search reads.
const MAX_STATES: usize = 64;

/// The longest part of a private key that may be printed.
const SHOWN: usize = 15;

/// Private keys that are used for nothing else: OpenSSH, PKCS#8, SEC 1, age.
const SECRETS: [&str; 4] = [
    "b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAAAMwAAAAtzc2gtZWQyNTUxOQAAACCkyWJ1/eDZvLUCBnCDa9G6vQgEpK6h0lRj",
    "MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g",
    "MHcCAQEEIIrYSSNQFaA2Hwf1duRSxKtLYX5CB04fSeQ6tF1aY/PuoAoGCCqGSM49AwEHoUQDQgAEPR3tU2Fta9ktY+6P9G0cWO+0kETA6SFs38GecTyudlHz",
    "AGE-SECRET-KEY-1GFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPQ4EGAEX",
];

fn check(text: &[u8]) -> Vec<String> {
    let effort = internals::recovery_effort(text);
    assert!(effort.states <= MAX_STATES && effort.work <= 2 * effort.limit, "{effort:?}");
    let strict = str::from_utf8(text).ok().and_then(|text| PublicKey::parse(text).ok());
    match PublicKey::recover_bytes(text) {
        Ok(found) => {
            let line = found.key.to_openssh();
            assert_eq!(PublicKey::parse(&line).expect("a valid line"), found.key);
            assert!(found.repairs.iter().all(|repair| repair.position() <= text.len()));
            assert!(strict.is_none_or(|strict| found.repairs.is_empty() && strict.as_sent() == found.key.as_sent()));
            let repairs = found.repairs.iter().map(ToString::to_string);
            repairs.chain([line, format!("{found:?}")]).collect()
        }
        Err(error) => {
            assert!(strict.is_none());
            assert!(error.position().is_none_or(|position| position <= text.len()));
            vec![error.to_string(), format!("{error:?}")]
        }
    }
}

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    check(input);
    // The same text with a private key as a word in it: the last bytes decide which one, and where.
    let Some((text, &[choice, high, low])) = input.split_last_chunk() else { return };
    let secret = SECRETS[usize::from(choice) % SECRETS.len()];
    let (before, after) = text.split_at(usize::from(u16::from_be_bytes([high, low])) % (text.len() + 1));
    let separator = [" ", "\n", "\"", "\r\n"][usize::from(choice) / SECRETS.len() % 4];
    let planted = [before, separator.as_bytes(), secret.as_bytes(), separator.as_bytes(), after].concat();
    let printed = check(&planted);
    let is_shown =
        |part: &[u8]| printed.iter().any(|line| line.as_bytes().windows(part.len()).any(|found| found == part));
    // What occurs in the text itself may be printed.
    let mut parts = secret.as_bytes().windows(SHOWN + 1);
    let shown = parts.find(|part| !text.windows(part.len()).any(|found| found == *part) && is_shown(part));
    assert!(shown.is_none(), "{:?}", shown.map(String::from_utf8_lossy));
});
