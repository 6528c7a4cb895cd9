//! Every public type with a text format parses what it prints, through every trait; the types that hold secrets have
//! no text format.

use std::collections::{BTreeMap, HashMap};
use std::fmt::{Debug, Display};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::marker::PhantomData;
use std::str::FromStr;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use nova_keypair::os_keypairs::Reply;
use nova_keypair::{
    Algorithm, AwsGeneratedFingerprint, Batch, Error, FingerprintError, GeneratedKeypair, IdentifierError,
    ImportPolicy, KeySpec, Keypair, KeypairName, Md5Fingerprint, Microversion, PrivateKey, PrivateKeyFormat, PublicKey,
    Reading, Sha256Fingerprint, Weakness,
};
use proptest::prelude::*;
use proptest::sample::select;

#[cfg(feature = "serde")]
const ED25519: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIFl6u75BTi8xGtSPm1yVJuLE/oMtCOuEMJJnBSuZEdXz";

/// Parses the text that the value prints, with `FromStr` and `TryFrom`.
fn through_text<T>(value: &T)
where
    T: Display + FromStr<Err: Debug> + for<'a> TryFrom<&'a str, Error: Debug> + PartialEq + Debug,
{
    let text = value.to_string();
    assert_eq!(&text.parse::<T>().unwrap(), value, "{text}");
    assert_eq!(&T::try_from(text.as_str()).unwrap(), value, "{text}");
    assert_eq!(T::from_str(&text).unwrap().to_string(), text);
}

/// Serializes the value as the string `text`, and deserializes it from borrowed, owned and escaped strings.
#[cfg(feature = "serde")]
fn through_serde<T: serde::Serialize + serde::de::DeserializeOwned + PartialEq + Debug>(value: &T, text: &str) {
    let json = serde_json::to_string(value).unwrap();
    assert_eq!(json, serde_json::to_string(text).unwrap());
    assert_eq!(&serde_json::from_str::<T>(&json).unwrap(), value);
    assert_eq!(&serde_json::from_reader::<_, T>(json.as_bytes()).unwrap(), value);
    assert_eq!(&serde_json::from_value::<T>(text.into()).unwrap(), value);
    let escaped: String = text.encode_utf16().map(|unit| format!("\\u{unit:04x}")).collect();
    assert_eq!(&serde_json::from_str::<T>(&format!("\"{escaped}\"")).unwrap(), value);
}

#[cfg(not(feature = "serde"))]
fn through_serde<T>(_: &T, _: &str) {}

fn hash(value: &(impl Hash + ?Sized)) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

/// Checks an enum whose variants have identifiers.
fn check_identifiers<T>(all: &[T], as_str: fn(T) -> &'static str, unknown: IdentifierError)
where
    T: Display
        + AsRef<str>
        + FromStr<Err = IdentifierError>
        + for<'a> TryFrom<&'a str, Error = IdentifierError>
        + Copy
        + Ord
        + Hash
        + Debug
        + TextForm,
{
    for &value in all {
        let text = as_str(value);
        assert_eq!((value.to_string().as_str(), value.as_ref()), (text, text));
        assert_eq!(format!("{value:>40}"), format!("{text:>40}"));
        through_text(&value);
        through_serde(&value, text);
        for wrong in [text.to_uppercase(), format!(" {text}"), format!("{text}\n"), text[1..].to_owned()] {
            assert_eq!(wrong.parse::<T>(), Err(unknown), "{wrong:?}");
        }
    }
    assert!(all.is_sorted() && all.windows(2).all(|pair| pair[0] != pair[1]));
    assert_eq!("".parse::<T>(), Err(unknown));
    assert_eq!(Error::from(unknown).code(), unknown.code());
}

/// The traits that [`through_serde`] requires.
#[cfg(feature = "serde")]
trait TextForm: serde::Serialize + serde::de::DeserializeOwned {}
#[cfg(feature = "serde")]
impl<T: serde::Serialize + serde::de::DeserializeOwned> TextForm for T {}
#[cfg(not(feature = "serde"))]
trait TextForm {}
#[cfg(not(feature = "serde"))]
impl<T> TextForm for T {}

#[test]
fn identifiers_parse_exactly_as_they_are_printed() {
    check_identifiers(&Algorithm::ALL, Algorithm::as_str, IdentifierError::UnknownAlgorithm);
    check_identifiers(KeySpec::ALL, KeySpec::as_str, IdentifierError::UnknownKeySpec);
    check_identifiers(&PrivateKeyFormat::ALL, PrivateKeyFormat::as_str, IdentifierError::UnknownPrivateKeyFormat);
    check_identifiers(&Reading::ALL, Reading::as_str, IdentifierError::UnknownReading);
    check_identifiers(&Weakness::ALL, Weakness::as_str, IdentifierError::UnknownWeakness);
}

/// Names of microversions 2.1, 2.92 and 2.0, as stored.
fn name() -> impl Strategy<Value = KeypairName> {
    let named = |minor| move |text: String| KeypairName::for_microversion(&text, Microversion::new(minor)).ok();
    prop_oneof![
        "[A-Za-z0-9_ -]{1,40}".prop_filter_map("2.1", named(1)),
        "[A-Za-z0-9_ @.-]{1,40}".prop_filter_map("2.92", named(92)),
        "\\PC{1,40}".prop_filter_map("2.0", named(0)),
    ]
}

/// Minor versions of one and two digits, where the rules change, and any others.
fn minor() -> impl Strategy<Value = u16> {
    prop_oneof![0..100u16, any::<u16>()]
}

fn encode(fields: &[&[u8]]) -> String {
    let blob: Vec<u8> =
        fields.iter().flat_map(|field| [&u32::try_from(field.len()).unwrap().to_be_bytes(), *field].concat()).collect();
    format!("{} {}", str::from_utf8(fields[0]).unwrap(), BASE64_STANDARD.encode(blob))
}

/// Keys of any length that [`ImportPolicy::nova`] accepts, with and without a comment and a line ending.
fn line() -> impl Strategy<Value = String> {
    let ed25519 = any::<[u8; 32]>().prop_map(|key| encode(&[b"ssh-ed25519", &key]));
    let rsa = prop::collection::vec(any::<u8>(), 128..1200).prop_map(|mut n| {
        n[0] = n[0] & 0x7f | 0x40;
        *n.last_mut().unwrap() |= 1;
        // A leading zero would not be minimal, and 1023 bits are too short.
        encode(&[b"ssh-rsa", &[1, 0, 1], &[&[0x55], &n[..]].concat()])
    });
    let comment =
        prop_oneof![Just(String::new()), "[a-z\u{e9}]{1,9}( [a-z@.]{1,9}){0,3}".prop_map(|text| format!(" {text}"))];
    (prop_oneof![ed25519, rsa], comment, select(vec!["", "\n", "\r\n", " "]))
        .prop_map(|(key, comment, end)| format!("{key}{comment}{end}"))
}

fn key() -> impl Strategy<Value = PublicKey> {
    line().prop_map(|line| PublicKey::parse_with(&line, &ImportPolicy::nova()).unwrap())
}

proptest! {
    #[test]
    fn a_name_parses_as_it_is_printed(name in name(), other in name()) {
        let text = name.as_str();
        prop_assert_eq!(name.to_string(), text);
        prop_assert_eq!(AsRef::<str>::as_ref(&name), text);
        prop_assert_eq!(&KeypairName::restore(text).unwrap(), &name);
        through_serde(&name, text);
        // Traits without a microversion use the rule of 2.1.
        match KeypairName::new(text) {
            Ok(_) => through_text(&name),
            Err(error) => {
                prop_assert_eq!(text.parse::<KeypairName>(), Err(error));
                prop_assert_eq!(KeypairName::try_from(text), Err(error));
            }
        }
        // A name can be looked up as text.
        prop_assert_eq!(hash(&name), hash(text));
        prop_assert_eq!(name.cmp(&other), text.cmp(other.as_str()));
        let (sorted, hashed) = (BTreeMap::from([(name.clone(), 1)]), HashMap::from([(name.clone(), 1)]));
        prop_assert_eq!((sorted.get(text), hashed.get(text)), (Some(&1), Some(&1)));
    }

    #[test]
    fn a_text_that_is_not_a_stored_name_is_not_restored(
        text in "\\PC{0,4}|[ \\n\u{a0}]{0,2}[a-z]{0,2}[ \\n\u{a0}]{0,2}",
    ) {
        let restored = KeypairName::restore(&text);
        let stored = (0..=92).filter_map(|minor| KeypairName::for_microversion(&text, Microversion::new(minor)).ok());
        prop_assert_eq!(restored.is_ok(), stored.filter(|name| name.as_str() == text).count() > 0);
    }

    #[test]
    fn a_microversion_parses_as_it_is_printed(minor in minor(), other in minor()) {
        let version = Microversion::new(minor);
        prop_assert_eq!(version.to_string(), format!("2.{minor}"));
        through_text(&version);
        through_serde(&version, &version.to_string());
        prop_assert_eq!(version.cmp(&Microversion::new(other)), minor.cmp(&other));
    }

    #[test]
    fn a_fingerprint_parses_as_it_is_printed(bytes in any::<[u8; 32]>(), other in any::<[u8; 32]>()) {
        let [md5, other_md5] = [bytes, other].map(|bytes| Md5Fingerprint::from_bytes(*bytes.first_chunk().unwrap()));
        through_text(&md5);
        through_serde(&md5, &md5.to_string());
        prop_assert_eq!(md5.to_hex().parse(), Ok(md5));
        prop_assert_eq!((md5.as_ref(), md5.cmp(&other_md5)), (&bytes[..16], bytes[..16].cmp(&other[..16])));

        let [sha256, other_sha256] = [bytes, other].map(Sha256Fingerprint::from_bytes);
        through_text(&sha256);
        through_serde(&sha256, &sha256.to_string());
        prop_assert_eq!((sha256.as_ref(), sha256.cmp(&other_sha256)), (&bytes[..], bytes.cmp(&other)));

        let aws = AwsGeneratedFingerprint::from_bytes(*bytes.first_chunk().unwrap());
        through_text(&aws);
        through_serde(&aws, &aws.to_string());
        prop_assert_eq!(aws.as_ref(), &bytes[..20]);
    }

    #[test]
    fn a_public_key_parses_as_it_is_printed(key in key(), other in key()) {
        let printed = key.to_string();
        prop_assert_eq!(&printed, &key.to_openssh());
        prop_assert_eq!(PublicKey::parse_with(&printed, &ImportPolicy::nova()).unwrap().to_string(), printed.as_str());
        // `FromStr` has the size limit of the default policy.
        match PublicKey::parse(&printed) {
            Ok(_) => through_text(&key),
            Err(error) => prop_assert_eq!((printed.len() > 1024, error.code()), (true, "key_too_long")),
        }
        through_serde(&key, key.as_sent());
        prop_assert_eq!(key.cmp(&other), key.as_bytes().cmp(other.as_bytes()));
        prop_assert_eq!(key == other, key.cmp(&other).is_eq());
    }

    #[test]
    fn a_record_is_restored_as_it_was_stored(name in name(), key in key(), other in key()) {
        let keypair = Keypair::new(&name, key);
        let [name, line, fingerprint] = [name.as_str(), keypair.public_key.as_sent(), &keypair.fingerprint.to_string()];
        let restored = Keypair::restore(name, line, fingerprint).unwrap();
        prop_assert_eq!(restored.public_key.as_sent(), line);
        prop_assert_eq!(&restored, &keypair);
        if other != keypair.public_key {
            let other = other.fingerprint().to_string();
            prop_assert_eq!(Keypair::restore(name, line, &other), Err(FingerprintError::Mismatch.into()));
        }
        #[cfg(feature = "serde")]
        {
            let json = serde_json::json!({ "name": name, "public_key": line, "fingerprint": fingerprint });
            prop_assert_eq!(serde_json::to_string(&keypair).unwrap(), json.to_string());
            prop_assert_eq!(serde_json::from_str::<Keypair>(&json.to_string()).unwrap(), keypair.clone());
            prop_assert_eq!(serde_json::from_value::<Keypair>(json).unwrap(), keypair);
        }
    }

    /// A private key may be pasted anywhere.
    #[cfg(feature = "serde")]
    #[test]
    fn an_error_quotes_nothing_of_the_text(secret in "[g-z]{12,40}![g-z]{12}") {
        fn message<T: serde::de::DeserializeOwned + Debug>(text: &str) -> String {
            serde_json::from_value::<T>(text.into()).unwrap_err().to_string()
        }
        let name = format!("{secret}\n");
        let record = |field: &str| {
            let mut record = serde_json::json!({ "name": "k", "public_key": ED25519, "fingerprint": "00" });
            record[field] = name.as_str().into();
            serde_json::from_value::<Keypair>(record).unwrap_err().to_string()
        };
        for error in [
            message::<Algorithm>(&secret),
            message::<AwsGeneratedFingerprint>(&secret),
            message::<KeySpec>(&secret),
            message::<KeypairName>(&name),
            message::<Md5Fingerprint>(&secret),
            message::<Microversion>(&secret),
            message::<PrivateKeyFormat>(&secret),
            message::<PublicKey>(&secret),
            message::<Reading>(&secret),
            message::<Sha256Fingerprint>(&secret),
            message::<Weakness>(&secret),
            record("name"),
            record("public_key"),
            record("fingerprint"),
        ] {
            prop_assert!(!error.contains(&secret[..12]), "{}", error);
        }
    }
}

#[test]
fn latest_parses_as_the_last_microversion_that_changed_the_call() {
    assert_eq!("latest".parse(), Ok(Microversion::LATEST));
    assert_eq!(Microversion::LATEST.to_string(), "2.92");
    assert_eq!(Microversion::LATEST, Microversion::V2_92);
}

#[cfg(feature = "serde")]
#[test]
fn a_stored_record_that_is_incomplete_or_contradictory_is_rejected() {
    use serde_test::{Token, assert_de_tokens, assert_de_tokens_error, assert_tokens};

    let keypair = Keypair::new(&KeypairName::new("k").unwrap(), PublicKey::parse(ED25519).unwrap());
    let fingerprint: &'static str = keypair.fingerprint.to_string().leak();
    let fields = [
        Token::Str("name"),
        Token::Str("k"),
        Token::Str("public_key"),
        Token::Str(ED25519),
        Token::Str("fingerprint"),
        Token::Str(fingerprint),
    ];
    let begin = Token::Struct { name: "Keypair", len: 3 };
    assert_tokens(&keypair, &[&[begin], &fields[..], &[Token::StructEnd]].concat());
    // Formats without field names, fields in another order, and fields of a later version.
    let values: Vec<_> = fields.iter().skip(1).step_by(2).copied().collect();
    assert_de_tokens(&keypair, &[&[Token::Seq { len: Some(3) }], &values[..], &[Token::SeqEnd]].concat());
    let swapped =
        [&[begin], &fields[4..], &fields[..4], &[Token::Str("user_id"), Token::Unit, Token::StructEnd]].concat();
    assert_de_tokens(&keypair, &swapped);

    for missing in 0..3 {
        let (before, after) = (&fields[..2 * missing], &fields[2 * missing + 2..]);
        let tokens = [&[begin], before, after, &[Token::StructEnd]].concat();
        let Token::Str(field) = fields[2 * missing] else { panic!() };
        assert_de_tokens_error::<Keypair>(&tokens, &format!("missing field `{field}`"));
        let tokens = [&[Token::Seq { len: None }], &values[..missing], &[Token::SeqEnd]].concat();
        let expected = "a record with name, public_key and fingerprint";
        assert_de_tokens_error::<Keypair>(&tokens, &format!("invalid length {missing}, expected {expected}"));
        let tokens = [&[begin], &fields[..], &fields[2 * missing..2 * missing + 2]].concat();
        assert_de_tokens_error::<Keypair>(&tokens, &format!("duplicate field `{field}`"));
    }
    let other = Token::Str("00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00");
    let tokens = [&[begin], &fields[..5], &[other, Token::StructEnd]].concat();
    assert_de_tokens_error::<Keypair>(&tokens, &FingerprintError::Mismatch.to_string());
}

/// The answer of `implemented!` unless an inherent constant takes precedence.
trait Absent {
    const IMPLEMENTED: bool = false;
}

/// Whether a type implements a trait: the inherent constant exists only if it does.
macro_rules! implemented {
    ($Type:ty: $($Trait:tt)+) => {{
        struct Probe<T>(PhantomData<T>);
        impl<T> Absent for Probe<T> {}
        #[allow(dead_code, reason = "unused where the trait is not implemented")]
        impl<T: $($Trait)+> Probe<T> {
            const IMPLEMENTED: bool = true;
        }
        Probe::<$Type>::IMPLEMENTED
    }};
}

macro_rules! text_traits {
    ($Type:ty) => {
        [
            ("Clone", implemented!($Type: Clone)),
            ("PartialEq", implemented!($Type: PartialEq)),
            ("PartialOrd", implemented!($Type: PartialOrd)),
            ("Hash", implemented!($Type: Hash)),
            ("Display", implemented!($Type: Display)),
            ("FromStr", implemented!($Type: FromStr)),
            ("TryFrom", implemented!($Type: TryFrom<&'static str>)),
            ("AsRef", implemented!($Type: AsRef<str>)),
            #[cfg(feature = "serde")]
            ("Deserialize", implemented!($Type: serde::de::DeserializeOwned)),
        ]
    };
}

#[test]
fn types_with_secrets_cannot_be_printed_parsed_or_copied() {
    assert!(text_traits!(KeypairName).iter().all(|(_, implemented)| *implemented));
    for (name, traits) in [
        ("PrivateKey", text_traits!(PrivateKey)),
        ("GeneratedKeypair", text_traits!(GeneratedKeypair)),
        ("Batch", text_traits!(Batch)),
        ("Reply", text_traits!(Reply)),
    ] {
        for (text_trait, implemented) in traits {
            assert!(!implemented, "{name} implements {text_trait}");
        }
    }
    #[cfg(feature = "serde")]
    assert!(!implemented!(PrivateKey: serde::Serialize) && !implemented!(GeneratedKeypair: serde::Serialize));
}
