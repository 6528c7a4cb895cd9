//! A second key in the comment of a valid line, or cut off next to it: which one is meant is not certain.

use nova_keypair::{PublicKey, PublicKeyError};
use proptest::prelude::*;

use super::damages::DAMAGES;
use super::formats::parts;
use super::{SAMPLES, recover};

/// What people put between two lines.
const SEPARATORS: [&str; 10] = [" ", "\n", "\r\n", "\\n", ",", ", ", ";", " | ", "\t", "\",\""];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    /// A comment in which a key is certain is that of no valid line, whatever encodes the key.
    #[test]
    fn a_line_whose_comment_means_another_key_is_rejected(
        first in any::<prop::sample::Index>(),
        second in any::<prop::sample::Index>(),
        damage in prop::sample::select(DAMAGES),
        own_comment in prop::sample::select(vec!["", " me@host", " my laptop"]),
        between in prop::sample::select(vec![" ", " you@host ", " you@host,", " \"", " key="]),
    ) {
        let (a, b) = (first.get(&SAMPLES), second.get(&SAMPLES));
        let damaged = (damage.apply)(&format!("{}{own_comment}", b.line)).and_then(|text| String::from_utf8(text).ok());
        // A comment has one line.
        let Some(damaged) = damaged.filter(|text| !text.trim_ascii_end().contains(['\n', '\r'])) else { return Ok(()) };
        let comment = format!("{between}{damaged}");
        let is_certain = PublicKey::recover(&comment).is_ok_and(|found| found.key == b.key);
        let line = format!("{}{comment}", a.line);
        let parsed = PublicKey::parse(&line).map_err(|error| error.code());
        prop_assert!(!is_certain || parsed.is_err(), "{}: accepted: {line}", damage.name);
        if parsed == Err("key_several") {
            let error = PublicKey::parse(&line).unwrap_err();
            prop_assert!(error.position().unwrap() >= a.line.len(), "{error}: {line}");
            let found = recover(line.as_bytes()).map(|found| found.key).map_err(|error| error.code());
            prop_assert!(found == Err("key_several") || (a.key == b.key && found.as_ref() == Ok(&a.key)), "{line}");
        }
    }

    /// All of a second key, also where nothing tells that it ends there, or starts.
    #[test]
    fn a_line_whose_comment_has_all_of_another_key_is_rejected(
        first in any::<prop::sample::Index>(),
        second in any::<prop::sample::Index>(),
        before in prop::sample::select(vec![" ", " me", " me@host", " me@host,", " x=", " key/"]),
        after in prop::sample::select(vec!["", "me@host", "laptop", " me@host", ".", "x", "ssh-rsa"]),
    ) {
        let (a, b) = (first.get(&SAMPLES), second.get(&SAMPLES));
        let [_, base64, _] = parts(&b.line).unwrap();
        let line = format!("{}{before}{base64}{after}", a.line);
        prop_assert_eq!(PublicKey::parse(&line).map_err(|error| error.code()), Err("key_several"), "{}", line);
        let found = recover(line.as_bytes()).map(|found| found.key).map_err(|error| error.code());
        prop_assert!(found == Err("key_several") || (a.key == b.key && found.as_ref() == Ok(&a.key)), "{line}");
    }

    /// Nova and OpenSSH accept any comment, and so does an import, unless it has all of another key.
    #[test]
    fn a_piece_of_another_key_is_a_comment(
        first in any::<prop::sample::Index>(),
        second in any::<prop::sample::Index>(),
        length in any::<prop::sample::Index>(),
        before in prop::sample::select(vec!["", "me@host ", "me@host, "]),
        after in prop::sample::select(vec!["", "...", "\u{2026}", "\""]),
    ) {
        let (a, b) = (first.get(&SAMPLES), second.get(&SAMPLES));
        let end = b.line.trim_end_matches('=').len();
        let piece = &b.line[..1 + length.index(end - 1)];
        let line = format!("{} {before}{}{after}", a.line, piece.trim_end());
        prop_assume!(line.len() <= 1024);
        let parsed = PublicKey::parse(&line);
        prop_assert_eq!(parsed.as_ref().map_err(PublicKeyError::code), Ok(&a.key), "{}", line);
        let found = recover(line.as_bytes()).unwrap();
        prop_assert!(found.repairs.is_empty() && found.key.as_sent() == line);
    }

    /// A line that is cut off anywhere behind its type, or the base64 of one, is a piece of a key, before another line and after it.
    #[test]
    fn a_key_next_to_a_line_that_is_cut_off_is_not_taken(
        first in any::<prop::sample::Index>(),
        second in any::<prop::sample::Index>(),
        length in any::<prop::sample::Index>(),
        (has_type, is_short) in prop::sample::select(vec![(true, false), (true, true), (false, false)]),
        separator in prop::sample::select(&SEPARATORS[..]),
        is_before in any::<bool>(),
        around in prop::sample::select(vec![("", ""), ("\"", "\""), ("key: '", "'\n"), ("(", ")"), ("echo \"", "\" >> x"), ("key='", "' WHERE id=7;")]),
        damage in prop::sample::select(DAMAGES),
    ) {
        let (a, b) = (first.get(&SAMPLES), second.get(&SAMPLES));
        let [name, base64, _] = parts(&b.line).unwrap();
        // The four zeros of a length, and more.
        let [least, most] = if is_short { [5, 12] } else { [8, base64.trim_end_matches('=').len()] };
        let start = if has_type { 0 } else { name.len() + 1 };
        let piece = &b.line[start..name.len() + 1 + least + length.index(most - least)];
        let whole = format!("{} me@host", a.line);
        let lines = if is_before { [piece, &whole] } else { [&whole, piece] };
        let text = format!("{}{}{}", around.0, lines.join(separator), around.1);
        // Where it is short, the type in front of it must be read.
        let is_encoding = !is_short && damage.layer == super::damages::Layer::Transport;
        let damaged = is_encoding.then(|| (damage.apply)(&text)).flatten();
        for text in [Some(text.into_bytes()), damaged].into_iter().flatten() {
            let accepted = str::from_utf8(&text).is_ok_and(|text| PublicKey::parse(text).is_ok());
            let found = recover(&text);
            prop_assert!(accepted || found.is_err(), "{}: {}", damage.name, String::from_utf8_lossy(&text));
        }
    }
}

/// A text with two keys in different encodings: the one that is in fewer of them is not taken.
#[test]
fn a_key_in_fewer_encodings_than_another_is_not_taken() {
    use base64::Engine as _;

    let encode = |text: &str| base64::prelude::BASE64_STANDARD.encode(text);
    for (index, a) in SAMPLES.iter().enumerate() {
        let b = &SAMPLES[(index + 3) % SAMPLES.len()];
        let form = format!("1) name=x&key={}%2C{}", encode(&encode(&a.line)), b.line.replace(' ', "+"));
        let form = form.replace('=', "%3D").replace("key%3D", "key=");
        let found = recover(form.as_bytes());
        assert!(found.is_err(), "{form}");
    }
}
