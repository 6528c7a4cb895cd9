//! `Blocklist`: whatever is in a list is found, by the number of the key and whatever else is in the key, and what is
//! not a list is rejected.

use nova_keypair::{Blocklist, BlocklistError, ImportPolicy, PublicKey, PublicKeyErrorKind, Weakness};
use proptest::prelude::*;

use crate::support::{json_data, line_of, number_hash};

type Record = [u8; 16];

fn ed25519(bytes: &[u8; 32]) -> PublicKey {
    PublicKey::parse(&line_of(&[b"ssh-ed25519", bytes])).unwrap()
}

fn record(hash: [u8; 15], source: u8) -> Record {
    let mut record = [source; 16];
    record[..15].copy_from_slice(&hash);
    record
}

/// Returns the bytes of a list with these records, sorted by their hashes only.
fn list(mut records: Vec<Record>) -> Vec<u8> {
    records.sort_by_key(|record| <[u8; 15]>::try_from(&record[..15]).unwrap());
    records.concat()
}

/// Generates records of any distribution: random ones, and groups that share most of their bits.
fn records() -> impl Strategy<Value = Vec<Record>> {
    let close = (any::<Record>(), prop::collection::vec(any::<u8>(), 0..60)).prop_map(|(common, ends)| {
        let close = |end: u8| {
            let mut record = common;
            record[14] = end;
            record
        };
        ends.into_iter().map(close).collect::<Vec<_>>()
    });
    let edge = prop::sample::select(vec![vec![[0; 16]], vec![[255; 16]]]);
    let group = prop_oneof![prop::collection::vec(any::<Record>(), 0..60), close, edge];
    prop::collection::vec(group, 0..6).prop_map(|groups| groups.concat())
}

proptest! {
    #[test]
    fn a_lookup_matches_a_linear_search(
        records in records(),
        listed in prop::collection::vec((any::<[u8; 32]>(), any::<u8>()), 1..20),
        other in any::<[u8; 32]>(),
    ) {
        let records = records.into_iter().chain(listed.iter().map(|(key, source)| record(number_hash(&ed25519(key)), *source)));
        let bytes = list(records.collect());
        let blocklist = Blocklist::new(&bytes).unwrap();
        prop_assert_eq!(blocklist.records(), bytes.len() / 16);
        for key in listed.iter().map(|(key, _)| key).chain([&other]) {
            let key = ed25519(key);
            let hash = number_hash(&key);
            let expected = bytes.chunks(16).find(|record| record[..15] == hash).map(|record| record[15]);
            prop_assert_eq!(key.blocklist_source(&blocklist), expected);
        }
    }

    #[test]
    fn every_record_below_the_one_before_it_is_reported(records in records(), at in any::<prop::sample::Index>()) {
        prop_assume!(records.len() >= 2);
        let mut records: Vec<Record> = list(records).chunks(16).map(|record| record.try_into().unwrap()).collect();
        let at = at.index(records.len() - 1);
        records.swap(at, at + 1);
        let bytes = records.concat();
        let first = records.windows(2).position(|pair| pair[0][..15] > pair[1][..15]);
        let expected = first.map(|index| BlocklistError::Unsorted { record: index + 1 });
        prop_assert_eq!(Blocklist::new(&bytes).err(), expected);
    }

    #[test]
    fn bytes_that_are_not_whole_records_are_rejected(bytes in prop::collection::vec(any::<u8>(), 1..100)) {
        prop_assume!(bytes.len() % 16 != 0);
        let error = Blocklist::new(&bytes).unwrap_err();
        prop_assert_eq!(error, BlocklistError::IncompleteRecord { bytes: bytes.len() });
    }
}

#[test]
fn an_empty_file_is_rejected() {
    assert_eq!(Blocklist::new(&[]), Err(BlocklistError::Empty));
}

/// Every key of the corpus, with lists of one record and a list of all.
#[test]
fn keys_of_every_type_are_found_by_their_number() {
    let corpus = json_data("ssh/corpus.json");
    let lines = corpus["keys"].as_array().unwrap().iter().map(|key| key["line"].as_str().unwrap());
    let keys: Vec<PublicKey> =
        lines.filter_map(|line| PublicKey::parse_with(line, &ImportPolicy::nova()).ok()).collect();
    let bytes = list(keys.iter().map(|key| record(number_hash(key), key.algorithm() as u8)).collect());
    let blocklist = Blocklist::new(&bytes).unwrap();
    let mut types = std::collections::BTreeSet::new();
    for key in &keys {
        assert!(key.blocklist_source(&blocklist).is_some(), "{key}");
        let alone = record(number_hash(key), 200);
        assert_eq!(key.blocklist_source(&Blocklist::new(&alone).unwrap()), Some(200), "{key}");
        types.insert(key.algorithm());
    }
    assert_eq!(types.len(), 8, "{types:?}");
}

/// Pins the encoding of the number, with hashes that badkeys 0.0.21 computes for these keys.
#[test]
fn numbers_are_encoded_as_badkeys_does() {
    let cases = json_data("ssh/badkeys.json");
    let cases = cases["keys"].as_array().unwrap();
    assert!(cases.len() >= 8, "{}", cases.len());
    for case in cases {
        let key = PublicKey::parse_with(case["line"].as_str().unwrap(), &ImportPolicy::nova()).unwrap();
        let hash = u128::from_str_radix(case["number_hash"].as_str().unwrap(), 16).unwrap();
        let bytes = (hash << 8 | 77).to_be_bytes();
        assert_eq!(key.blocklist_source(&Blocklist::new(&bytes).unwrap()), Some(77), "{key}");
    }
}

#[test]
fn the_exponent_the_comment_and_the_application_do_not_matter() {
    let n = [&[0][..], &[0xc5; 256]].concat();
    let rsa = |e: &[u8]| PublicKey::parse(&format!("{} a comment", line_of(&[b"ssh-rsa", e, &n]))).unwrap();
    let sk = |application: &[u8]| {
        PublicKey::parse(&line_of(&[b"sk-ssh-ed25519@openssh.com", &[7; 32], application])).unwrap()
    };
    let of = |key: &PublicKey| record(number_hash(key), 3);
    let bytes = list(vec![of(&rsa(&[1, 0, 1])), of(&ed25519(&[7; 32]))]);
    let blocklist = Blocklist::new(&bytes).unwrap();
    for key in [rsa(&[1, 0, 1]), rsa(&[3]), rsa(&[1, 0, 3]), sk(b"ssh:"), sk(b"ssh:login"), ed25519(&[7; 32])] {
        assert_eq!(key.blocklist_source(&blocklist), Some(3), "{key}");
    }
    assert_eq!(ed25519(&[8; 32]).blocklist_source(&blocklist), None);
}

#[test]
fn of_several_records_with_one_hash_the_first_counts() {
    let key = ed25519(&[9; 32]);
    let hash = number_hash(&key);
    let bytes = [record([0; 15], 1), record(hash, 9), record(hash, 2), record(hash, 4), record([255; 15], 1)].concat();
    assert_eq!(key.blocklist_source(&Blocklist::new(&bytes).unwrap()), Some(9));
}

#[test]
fn a_policy_rejects_the_keys_of_its_list_and_names_the_source() {
    let (listed, other) = (ed25519(&[9; 32]), ed25519(&[10; 32]));
    let bytes = record(number_hash(&listed), 42);
    let blocklist = Blocklist::new(&bytes).unwrap();
    for policy in [ImportPolicy::default(), ImportPolicy::nova(), ImportPolicy::strict()] {
        let policy = policy.blocklist(blocklist);
        let error = PublicKey::parse_with(&listed.to_openssh(), &policy).unwrap_err();
        assert_eq!(error.kind(), PublicKeyErrorKind::Blocklisted { source: 42 });
        assert_eq!(PublicKey::recover_with(&format!(" {listed}"), &policy).unwrap_err(), error);
        assert_eq!(PublicKey::parse_with(&other.to_openssh(), &policy).unwrap(), other);
        assert_eq!(
            policy.clone().accept(Weakness::Compromised).blocklist(blocklist),
            policy.accept(Weakness::Compromised)
        );
    }
    // A later list replaces the earlier one.
    let empty_of_it = [0; 16];
    let policy = ImportPolicy::default().blocklist(blocklist).blocklist(Blocklist::new(&empty_of_it).unwrap());
    assert!(PublicKey::parse_with(&listed.to_openssh(), &policy).is_ok());
}

#[test]
fn a_listed_key_is_compromised_in_the_scan() {
    let key = ed25519(&[9; 32]);
    let bytes = record(number_hash(&key), 42);
    let blocklist = Blocklist::new(&bytes).unwrap();
    assert_eq!(key.weaknesses(), []);
    assert_eq!(key.weaknesses_with(&blocklist), [Weakness::Compromised]);
    assert_eq!(ed25519(&[10; 32]).weaknesses_with(&blocklist), []);
    // First in the order of `Weakness::ALL`, and once if the crate knows the key as well.
    let short = PublicKey::parse(&line_of(&[b"ssh-rsa", &[3], &[&[0][..], &[255; 128]].concat()])).unwrap();
    let bytes = record(number_hash(&short), 1);
    let weaknesses = short.weaknesses_with(&Blocklist::new(&bytes).unwrap());
    assert_eq!((weaknesses[0], &weaknesses[1..]), (Weakness::Compromised, &*short.weaknesses()));
    let vagrant = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIN1YdxBpNlzxDqfJyw/QKow1F+wvG9hXGoqiysfJOn5Y";
    let vagrant = PublicKey::parse(vagrant).unwrap();
    let bytes = record(number_hash(&vagrant), 1);
    assert_eq!(vagrant.weaknesses_with(&Blocklist::new(&bytes).unwrap()), [Weakness::Compromised]);
}

/// Debug prints no content: the list may be private.
#[test]
fn debug_prints_the_number_of_records_only() {
    let bytes = [[1; 16], [2; 16]].concat();
    assert_eq!(format!("{:?}", Blocklist::new(&bytes).unwrap()), "Blocklist { records: 2 }");
}
