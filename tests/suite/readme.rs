//! The example of the README. A doctest compiles and runs it; this test checks the statements in its comments.

use nova_keypair::{KeySpec, KeypairName, create, import};

use crate::support::random;

/// Returns the first Rust block of the README.
fn example() -> &'static str {
    let (_, rest) = include_str!("../../README.md").split_once("```rust\n").unwrap();
    rest.split_once("```").unwrap().0
}

/// Returns the comment after each `println!`, in order: its output, with `…` for what differs from key to key.
fn stated_output() -> [&'static str; 3] {
    let printed: Vec<_> = example().lines().filter(|line| line.trim_start().starts_with("println!")).collect();
    printed.iter().map(|line| line.split_once("// ").unwrap().1).collect::<Vec<_>>().try_into().unwrap()
}

#[test]
fn the_readme_shows_how_the_output_of_create_begins_and_ends() {
    let [line, fingerprint, _] = stated_output();
    let keypair = create(&KeypairName::new("my-key").unwrap(), KeySpec::Rsa2048, &mut random()).unwrap().keypair;
    let (start, end) = line.split_once('…').unwrap();
    let public_key = keypair.public_key.to_openssh();
    assert!(public_key.starts_with(start) && public_key.ends_with(end), "{public_key}");
    let with_zeros = |hex: &str| hex.replace(|c: char| c.is_ascii_hexdigit(), "0");
    let start = fingerprint.strip_suffix('…').unwrap();
    assert!(with_zeros(&keypair.fingerprint.to_string()).starts_with(&with_zeros(start)), "{fingerprint}");
}

#[test]
fn the_readme_shows_the_error_that_its_key_causes() {
    let (_, rest) = example().split_once("import(&name, \"").unwrap();
    let (line, _) = rest.split_once('"').unwrap();
    let error = import(&KeypairName::new("my-key").unwrap(), line).unwrap_err();
    let [.., message] = stated_output();
    assert_eq!(error.to_string(), message);
}
