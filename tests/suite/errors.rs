//! Codes and statuses are a contract: this list pins them, and what every sentence must do.

use std::collections::BTreeSet;

use nova_keypair::Error::{self, *};

/// One of each kind, with its code and its HTTP status.
fn every_error() -> Vec<(Error, &'static str, u16)> {
    vec![
        (NameEmpty, "name_empty", 400),
        (NameTooLong { name: "k".into(), bytes: 7 }, "name_too_long", 400),
        (NameCharacter { name: "k".into(), character: 'é', position: 7, pattern: "x" }, "name_character", 400),
        (NameEdgeWhitespace { position: 7 }, "name_edge_whitespace", 400),
        (NameBlank, "name_blank", 400),
        (NameUnprintable { position: 7, legacy: false }, "name_unprintable", 400),
        (Microversion, "microversion", 400),
        (Request { field: "k".into(), message: "k".into() }, "request", 400),
        (X509Unsupported, "x509_unsupported", 400),
        (Forbidden, "forbidden", 403),
        (QuotaExceeded { limit: 7 }, "quota_exceeded", 403),
        (KeypairExists { name: "k".into() }, "keypair_exists", 409),
        (KeyEmpty, "key_empty", 400),
        (KeyTooLong { bytes: 7, limit: 7 }, "key_too_long", 400),
        (KeyLeadingWhitespace { position: 7 }, "key_leading_whitespace", 400),
        (KeyByteOrderMark { position: 7 }, "key_byte_order_mark", 400),
        (KeyQuoted { position: 7 }, "key_quoted", 400),
        (KeyUnicodeSpace { position: 7 }, "key_unicode_space", 400),
        (KeyTab { position: 7 }, "key_tab", 400),
        (KeySeveralSpaces { position: 7 }, "key_several_spaces", 400),
        (KeySecondLine { position: 7 }, "key_second_line", 400),
        (KeySeveral { position: 7 }, "key_several", 400),
        (KeyLineSeparator { position: 7 }, "key_line_separator", 400),
        (KeyHashLine { position: 7 }, "key_hash_line", 400),
        (KeyOptions { position: 7 }, "key_options", 400),
        (KeyKnownHosts { position: 7 }, "key_known_hosts", 400),
        (KeyTextBefore { position: 7 }, "key_text_before", 400),
        (KeyTypeMissing { position: 7 }, "key_type_missing", 400),
        (KeyMissing { position: 7 }, "key_missing", 400),
        (KeySeparatorMissing { position: 7 }, "key_separator_missing", 400),
        (KeyIsPath { position: 7 }, "key_is_path", 400),
        (KeyTypeCase { position: 7 }, "key_type_case", 400),
        (KeyTypeSignature { position: 7 }, "key_type_signature", 400),
        (KeyTypeUnsupported { position: 7 }, "key_type_unsupported", 400),
        (KeyUnrecognized { position: 7 }, "key_unrecognized", 400),
        (KeyCertificate { position: 7 }, "key_certificate", 400),
        (KeySsh1 { position: 7 }, "key_ssh1", 400),
        (KeyRfc4716 { position: 7 }, "key_rfc4716", 400),
        (KeyPkcs1Pem { position: 7 }, "key_pkcs1_pem", 400),
        (KeySpkiPem { position: 7 }, "key_spki_pem", 400),
        (KeyX509 { position: 7 }, "key_x509", 400),
        (KeyPgp { position: 7 }, "key_pgp", 400),
        (KeyAge { position: 7 }, "key_age", 400),
        (KeyUnknownPem { position: 7 }, "key_unknown_pem", 400),
        (KeyPutty { position: 7 }, "key_putty", 400),
        (KeyIsPrivate { position: 7 }, "key_is_private", 400),
        (KeyIsFingerprint { position: 7 }, "key_is_fingerprint", 400),
        (KeyBase64Character { position: 7 }, "key_base64_character", 400),
        (KeyBase64UrlSafe { position: 7 }, "key_base64_url_safe", 400),
        (KeyBase64Padding { position: 7, missing: 7 }, "key_base64_padding", 400),
        (KeyBase64Surplus { position: 7 }, "key_base64_surplus", 400),
        (KeyBase64TrailingBits { position: 7 }, "key_base64_trailing_bits", 400),
        (KeyWrapped { position: 7 }, "key_wrapped", 400),
        (KeyTruncated { position: 7 }, "key_truncated", 400),
        (KeyOversized { position: 7, limit: 7 }, "key_oversized", 400),
        (KeyTypeMismatch { position: 7, line: "x", key: None }, "key_type_mismatch", 400),
        (KeyTrailingBytes { position: 7, bytes: 7 }, "key_trailing_bytes", 400),
        (KeyNonMinimal { position: 7, field: "x" }, "key_non_minimal", 400),
        (KeyNegative { position: 7, field: "x" }, "key_negative", 400),
        (RsaTooShort { bits: 7, minimum: 7 }, "rsa_too_short", 400),
        (RsaTooLong { bits: 7, maximum: 7 }, "rsa_too_long", 400),
        (RsaModulusEven { position: 7 }, "rsa_modulus_even", 400),
        (RsaExponent { position: 7, what: "x" }, "rsa_exponent", 400),
        (KeyDsa { position: 7 }, "key_dsa", 400),
        (DsaBits { bits: 7 }, "dsa_bits", 400),
        (DsaRange { position: 7, field: "x" }, "dsa_range", 400),
        (Ed25519Length { position: 7, bytes: 7 }, "ed25519_length", 400),
        (EcdsaCurve { position: 7, expected: "x" }, "ecdsa_curve", 400),
        (EcdsaPointForm { position: 7, expected: 7 }, "ecdsa_point_form", 400),
        (EcdsaNotOnCurve { position: 7 }, "ecdsa_not_on_curve", 400),
        (EcdsaCoordinate { position: 7 }, "ecdsa_coordinate", 400),
        (SkApplication { position: 7 }, "sk_application", 400),
        (AlgorithmNotAllowed { algorithm: "x" }, "algorithm_not_allowed", 400),
        (KeyWeak { weakness: "x" }, "key_weak", 400),
        (FingerprintUnrecognized, "fingerprint_unrecognized", 400),
        (Comment { position: 7 }, "comment", 400),
        (KeySize { bits: 7 }, "key_size", 400),
        (PassphraseEmpty, "passphrase_empty", 400),
        (Encoding, "encoding", 500),
        (Rng, "rng", 500),
        (RngStuck, "rng_stuck", 500),
        (CandidateLimit { candidates: 7 }, "candidate_limit", 500),
        (SeedTooShort { len: 7 }, "seed_too_short", 400),
        (PrimeDistance, "prime_distance", 500),
        (PrimeTooSmall, "prime_too_small", 500),
        (PrivateExponentTooSmall, "private_exponent_too_small", 500),
        (PairwiseConsistency, "pairwise_consistency", 500),
    ]
}

#[test]
fn codes_and_statuses_are_pinned() {
    for (error, code, status) in every_error() {
        assert_eq!((error.code(), error.http_status()), (code, status));
        // Whatever error has a position tells it.
        let has_position = format!("{error:?}").contains("position: 7");
        assert_eq!(error.position(), has_position.then_some(7), "{code}");
    }
}

#[test]
fn the_list_is_complete() {
    let facts = include_str!("../../src/error/facts.rs");
    let in_source =
        facts.lines().filter(|line| line.contains("=> \"")).filter(|line| !line.contains(".into()")).count();
    let codes: BTreeSet<_> = every_error().into_iter().map(|(_, code, _)| code).collect();
    assert_eq!(codes.len(), every_error().len(), "two errors share a code");
    assert_eq!(codes.len(), in_source, "an error is missing here");
}

/// Lower case, no full stop, and advice behind a colon or a semicolon; a position is named.
#[test]
fn every_sentence_says_what_to_do() {
    for (error, code, _) in every_error().into_iter().filter(|(_, code, _)| *code != "request") {
        let text = error.to_string();
        assert!(text.contains([':', ';']), "{code}: {text}");
        assert!(!text.ends_with('.') && text.len() > 25, "{code}: {text}");
        // Loud on purpose.
        let is_loud = code == "key_is_private";
        assert!(
            is_loud || !text.starts_with(char::is_uppercase) || text[..3].chars().any(char::is_uppercase),
            "{text}"
        );
        if error.position() == Some(7) {
            assert!(text.contains("byte 7"), "{code}: {text}");
        }
    }
}

#[test]
fn nova_has_one_sentence_for_bad_keys_and_others_for_the_rest() {
    const BAD_KEY: &str = "Keypair data is invalid: failed to generate fingerprint";
    for (error, code, _) in every_error() {
        let is_about_a_key =
            ["key_", "rsa_", "dsa_", "ed25519_", "ecdsa_", "sk_", "algorithm_"].iter().any(|p| code.starts_with(p));
        let is_about_a_key = is_about_a_key && code != "key_size";
        assert_eq!(error.nova_message() == BAD_KEY, is_about_a_key, "{code}: {}", error.nova_message());
    }
}
