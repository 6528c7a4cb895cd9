//! What the message of an error tells people to do works: this module does it, as a program that knows the message and
//! the text but not the damage, and imports the result.

use std::collections::{BTreeMap, BTreeSet};
use std::process::{Command, Stdio};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use nova_keypair::{Error, PublicKey, PublicKeyError, PublicKeyErrorKind as Kind};

use super::damages::{DAMAGES, Layer};
use super::{SAMPLES, Sample, report};
use crate::errors::inputs;
use crate::support::{TempDir, has_tool, tool};

/// The kinds whose remedy does not change the text, and what it needs instead.
const WITHOUT_TEXT: &[(&str, &[&str])] = &[
    (
        "the original file",
        &[
            "key_empty",
            "key_missing",
            "key_is_path",
            "key_is_placeholder",
            "key_spki_ed25519",
            "key_is_fingerprint",
            "key_unrecognized",
            "key_certificate",
            "key_age",
            "key_unknown_pem",
            "key_base64_character",
            "key_base64_trailing_bits",
            "key_truncated",
            "key_oversized",
            "key_trailing_bytes",
            "ed25519_length",
            "ecdsa_curve",
            "ecdsa_not_on_curve",
            "key_not_utf8",
        ],
    ),
    (
        "the private key, or the program that has it",
        &[
            "key_is_private",
            "key_swapped_numbers",
            "key_jwk",
            "key_xml",
            "key_non_minimal",
            "key_negative",
            "ecdsa_point_form",
            "key_pgp",
            "key_x509",
        ],
    ),
    (
        "another key",
        &[
            "key_type_unsupported",
            "key_dsa",
            "key_ssh1",
            "rsa_too_short",
            "rsa_too_long",
            "rsa_modulus_even",
            "rsa_exponent",
            "dsa_bits",
            "dsa_range",
            "ecdsa_coordinate",
            "sk_application",
            "algorithm_not_allowed",
            "key_weak",
            "key_blocklisted",
        ],
    ),
    ("a choice between keys", &["key_several"]),
];

fn is_without_text(code: &str) -> bool {
    WITHOUT_TEXT.iter().any(|(_, codes)| codes.contains(&code))
}

/// The length of the start of `text` whose characters satisfy `is`.
fn run_length(text: &str, is: impl Fn(char) -> bool) -> usize {
    text.find(|c| !is(c)).unwrap_or(text.len())
}

fn word_at(text: &str) -> usize {
    run_length(text, |c| !c.is_whitespace())
}

fn decode_hex(digits: &str) -> Option<Vec<u8>> {
    let digits: Vec<u32> = digits.chars().filter_map(|c| c.to_digit(16)).collect();
    Some(digits.chunks_exact(2).map(|pair| (pair[0] * 16 + pair[1]) as u8).collect())
}

/// Replaces each `start` and two hexadecimal digits by the byte.
fn decode_bytes(text: &str, start: char) -> Option<String> {
    let mut pieces = text.split(start);
    let mut decoded = pieces.next()?.as_bytes().to_vec();
    for piece in pieces {
        match piece.get(..2).and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            Some(byte) => decoded.push(byte),
            None => decoded.extend(format!("{start}{}", piece.get(..2).unwrap_or(piece)).bytes()),
        }
        decoded.extend(piece.get(2..).unwrap_or_default().bytes());
    }
    String::from_utf8(decoded).ok()
}

/// Writes the character for each `&…;`.
fn decode_entities(text: &str) -> Option<String> {
    let mut pieces = text.split('&');
    let mut decoded = pieces.next()?.to_owned();
    for piece in pieces {
        let (name, rest) = piece.split_once(';').unwrap_or((piece, ""));
        let number = name.strip_prefix('#').and_then(|number| match number.strip_prefix(['x', 'X']) {
            Some(digits) => u32::from_str_radix(digits, 16).ok(),
            None => number.parse().ok(),
        });
        let named = [
            ("amp", '&'),
            ("lt", '<'),
            ("gt", '>'),
            ("quot", '"'),
            ("apos", '\''),
            ("nbsp", ' '),
            ("plus", '+'),
            ("equals", '='),
            ("sol", '/'),
        ];
        let character = number
            .and_then(char::from_u32)
            .or_else(|| named.iter().find(|(known, _)| *known == name).map(|(_, character)| *character));
        match character {
            Some(character) => decoded += &format!("{character}{rest}"),
            None => decoded += &format!("&{piece}"),
        }
    }
    Some(decoded)
}

/// Writes the character for each backslash escape.
fn unescape(text: &str) -> Option<String> {
    let mut unescaped = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('\\') {
        unescaped += before;
        let letter = after.chars().next()?;
        let code = |start: usize, length| {
            let character = char::from_u32(u32::from_str_radix(after.get(start..start + length)?, 16).ok()?)?;
            Some((character.to_string(), start + length))
        };
        let (character, length) = match letter {
            'n' | '\n' => Some((String::new(), 1)),
            'r' => Some((String::new(), 1)),
            't' => Some((" ".to_owned(), 1)),
            'u' => code(1, 4),
            'x' => code(1, 2),
            _ => None,
        }
        .unwrap_or((letter.to_string(), letter.len_utf8()));
        unescaped += &character;
        rest = &after[length..];
    }
    Some(unescaped + rest)
}

/// Removes each `<…>`.
fn without_tags(text: &str) -> String {
    let mut pieces = text.split('<');
    let first = pieces.next().unwrap_or_default().to_owned();
    first + &pieces.map(|piece| piece.split_once('>').map_or("", |(_, after)| after)).collect::<String>()
}

fn ascii_variant(c: char) -> char {
    match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xfee0).unwrap(),
        '\u{1d400}'..='\u{1d6a3}' => {
            char::from(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"[(c as usize - 0x1d400) % 52])
        }
        '\u{1d7ce}'..='\u{1d7ff}' => char::from_digit((c as u32 - 0x1d7ce) % 10, 10).unwrap(),
        '\u{3000}' => ' ',
        '\u{2010}'..='\u{2015}' | '\u{2212}' => '-',
        '\u{2044}' | '\u{2215}' => '/',
        _ => c,
    }
}

/// Runs `ssh-keygen -i`. `None` if it is not installed, or does not read such a key.
fn convert(format: &[&str], text: &str) -> Option<String> {
    let folder = TempDir::new(&format!("remedies-{:?}", std::thread::current().id()));
    let file = folder.write("key", text);
    let mut command = Command::new(tool("ssh-keygen")?);
    let output = command.arg("-i").args(format).arg("-f").arg(file).stdin(Stdio::null()).output().ok()?;
    output.status.success().then(|| String::from_utf8(output.stdout).ok())?
}

/// Puts the markers, each header and the base64 of an RFC 4716 file on lines of their own.
fn on_lines(file: &str) -> Option<String> {
    const BEGIN: &str = "---- BEGIN SSH2 PUBLIC KEY ----";
    const END: &str = "---- END SSH2 PUBLIC KEY ----";

    let (_, after) = file.split_once(BEGIN)?;
    let (mut content, _) = after.split_once(END)?;
    let mut lines = vec![BEGIN];
    // A header has a name, a colon and a value in quotation marks; without these, only its line tells where it ends.
    while let Some((name, value)) = content.trim_start().split_once(": ")
        && !name.contains(char::is_whitespace)
    {
        let end = match value.strip_prefix('"').and_then(|value| value.find('"')) {
            Some(length) => length + 2,
            None => value.find('\n')?,
        };
        let start = content.len() - value.len();
        lines.push(content[..start + end].trim_start());
        content = &content[start + end..];
    }
    lines.extend([content.trim(), END, ""]);
    Some(lines.join("\n"))
}

fn pem(label: &str, body: &str) -> String {
    format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", body.trim())
}

/// Does what the message says. `None` if the remedy does not change the text.
fn remedied(error: PublicKeyError, text: &str) -> Option<String> {
    if is_without_text(error.code()) {
        return None;
    }
    let at = error.position().unwrap_or(0);
    let (before, rest) = text.split_at_checked(at)?;
    let word = word_at(rest);
    let first = rest.chars().next().unwrap_or(' ');
    let is_mark = |c: char| !c.is_alphanumeric();
    Some(match error.kind() {
        Kind::TooLong { .. } => text.splitn(3, ' ').take(2).collect::<Vec<_>>().join(" "),
        Kind::StartsWithWhitespace => rest.to_owned(),
        Kind::StartsWithByteOrderMark => text.replacen('\u{feff}', "", 1),
        Kind::IsQuoted => {
            let opening = &rest[..run_length(rest, is_mark)];
            let inner = &rest[opening.len()..];
            let count = opening.chars().count();
            // As many marks at the end.
            let mut inner = inner.trim_end();
            for _ in 0..count {
                inner = inner.strip_suffix(|c: char| is_mark(c) && c != '=').unwrap_or(inner).trim_end();
            }
            format!("{before}{inner}")
        }
        Kind::UnexpectedUnicodeSpace => format!("{before} {}", &rest[first.len_utf8()..]),
        Kind::UnexpectedTab => format!("{before} {}", rest.trim_start_matches(['\t', ' '])),
        Kind::RepeatedSpace => format!("{before}{}", rest.trim_start_matches(' ')),
        Kind::HasSecondLine | Kind::HasTrailingText => before.to_owned(),
        Kind::IsCommentLine => {
            let lines = text.lines().filter(|line| !line.starts_with('#'));
            let others: String = lines.map(|line| format!("{line}\n")).collect();
            if others.is_empty() { text.trim_start_matches(['#', ' ']).to_owned() } else { others }
        }
        Kind::HasOptions | Kind::IsKnownHostsLine | Kind::HasLeadingText => rest.to_owned(),
        Kind::MissingType { blob } => format!("{blob} {rest}"),
        Kind::RepeatedType => text[text.rfind(&rest[..word])?..].to_owned(),
        Kind::MisspelledType { blob } | Kind::TypeMismatch { blob, .. } => format!("{before}{blob}{}", &rest[word..]),
        Kind::MissingCommentSeparator | Kind::MissingSeparator => format!("{before} {rest}"),
        Kind::UnexpectedSeparator => format!("{before} {}", &rest[run_length(rest, is_mark)..]),
        Kind::UppercaseType => format!("{before}{}{}", rest[..word].to_lowercase(), &rest[word..]),
        Kind::IsSignatureAlgorithm => format!("{before}ssh-rsa{}", &rest[word..]),
        Kind::IsRfc4716 => convert(&[], &on_lines(rest)?)?,
        Kind::IsPkcs1Pem => convert(&["-m", "PEM"], rest)?,
        Kind::IsSpkiPem => convert(&["-m", "PKCS8"], rest)?,
        Kind::IsPkcs1Body => convert(&["-m", "PEM"], &pem("RSA PUBLIC KEY", &rest[..word]))?,
        Kind::IsSpkiBody => convert(&["-m", "PKCS8"], &pem("PUBLIC KEY", &rest[..word]))?,
        Kind::IsUtf16 if text.contains('\0') => text.replace(['\0', '\u{feff}'], ""),
        Kind::IsUtf16 => text.chars().step_by(2).collect(),
        Kind::IsPercentEncoded => decode_bytes(text, '%')?,
        Kind::IsFormEncoded => decode_bytes(&text.replace('+', " "), '%')?,
        Kind::HasHtmlEntities => decode_entities(text)?,
        Kind::HasHtmlTags => without_tags(text),
        Kind::HasEscapes => unescape(text)?,
        Kind::IsQuotedPrintable => decode_bytes(&text.replace("=\r\n", "").replace("=\n", ""), '=')?,
        Kind::IsBase64OfText => {
            // To the first character that is none of base64.
            let is_base64 = |c: char| c.is_ascii_alphanumeric() || "+/-_".contains(c) || c.is_whitespace() || c == '\\';
            let run = &rest[..run_length(rest, is_base64)];
            let base64: String = run.chars().filter(|c| c.is_ascii_alphanumeric() || "+/".contains(*c)).collect();
            let padded = format!("{base64}{}", &"==="[..(4 - base64.len() % 4) % 4]);
            String::from_utf8(STANDARD.decode(padded).ok()?).ok()?
        }
        Kind::IsHexDump => {
            // The offset ends at a colon or two spaces; three spaces, two of which are not in the middle, or a bar
            // end the digits.
            let row = |row: &str| {
                let (_, digits) = row.split_once(": ").or_else(|| row.split_once("  "))?;
                let end = digits.find('|').or_else(|| digits.get(30..)?.find("  ").map(|at| at + 30));
                decode_hex(&digits[..end.unwrap_or(digits.len())])
            };
            String::from_utf8(rest.lines().filter_map(row).flatten().collect()).ok()?
        }
        Kind::IsCharacterDump => {
            let cells = |row: &str| row.get(7..).unwrap_or_default().as_bytes().chunks(4).map(<[u8]>::to_vec).collect();
            let character = |cell: Vec<u8>| match &*cell {
                [b' ', b' ', b'\\', b'n'] => Some('\n'),
                [b' ', b' ', b' ', character] => Some(char::from(*character)),
                _ => None,
            };
            rest.lines().flat_map::<Vec<_>, _>(cells).map(character).collect::<Option<String>>()?
        }
        Kind::IsHexadecimal => {
            let digits = rest.trim_start_matches("0x").split_whitespace().collect::<String>();
            let bytes = decode_hex(&digits)?;
            String::from_utf8(bytes.clone()).unwrap_or_else(|_| {
                let name = bytes.get(4..).and_then(|rest| rest.get(..usize::from(bytes[3]))).unwrap_or_default();
                format!("{} {}", String::from_utf8_lossy(name), STANDARD.encode(&bytes))
            })
        }
        Kind::HasFullWidth => text.chars().map(ascii_variant).collect(),
        Kind::HasInvisibleCharacter if first == '\u{1b}' => {
            format!("{before}{}", rest.split_once(['m', 'K', '~']).map_or("", |(_, after)| after))
        }
        Kind::HasInvisibleCharacter | Kind::UnexpectedLineSeparator => format!("{before}{}", &rest[first.len_utf8()..]),
        Kind::HasLinePrefix => {
            let mark = &rest[..run_length(rest, |c| is_mark(c) && c != '\n')];
            let lines = rest.lines().map(|line| line.strip_prefix(mark).unwrap_or(line).to_owned() + "\n");
            before.to_owned() + &lines.collect::<String>()
        }
        // Only the user knows which spaces are within the key: those that make it one.
        Kind::HasSpacesForPlus => {
            let spaces = rest.matches(' ').count();
            let mut tries = (1..=spaces).map(|count| format!("{before}{}", rest.replacen(' ', "+", count)));
            tries.find(|text| PublicKey::parse(text).is_ok()).unwrap_or_else(|| text.to_owned())
        }
        Kind::IsUrlSafeBase64 => {
            format!("{before}{}{}", rest[..word].replace('-', "+").replace('_', "/"), &rest[word..])
        }
        Kind::IncompleteBase64 { missing } => format!("{before}{}{rest}", "=".repeat(missing)),
        Kind::ExtraPadding => format!("{before}{}", rest.trim_start_matches('=')),
        Kind::IsWrapped => {
            let is_break = |c: char| !c.is_ascii_alphanumeric() && !"+/=".contains(c);
            // All backslashes are there for the same reason.
            if &rest[..run_length(rest, is_break)] == "\\" {
                return Some(text.replace('\\', ""));
            }
            // The `+` between two strings of a program.
            let is_joined = |c: char| is_break(c) || c == '+';
            let joined = run_length(rest, is_joined);
            let is_program = rest[..joined].matches(['"', '\'']).count() > 1;
            format!("{before}{}", &rest[if is_program { joined } else { run_length(rest, is_break) }..])
        }
        _ => return None,
    })
}

/// How a text ends that is remedied until it is accepted, or until no remedy changes it.
enum End {
    Imported(PublicKey),
    /// The remedy needs something else than the text.
    Elsewhere(PublicKeyError),
    /// What the messages say leads nowhere.
    Stuck(PublicKeyError),
}

fn follow(text: &str) -> (End, BTreeSet<&'static str>) {
    /// Each line end of a wrapped RSA key of 4096 bits is one.
    const STEPS: usize = 100;
    let mut codes = BTreeSet::new();
    let mut text = text.to_owned();
    for step in 0.. {
        let error = match PublicKey::parse(&text) {
            Ok(key) => return (End::Imported(key), codes),
            Err(error) => error,
        };
        codes.insert(error.code());
        if is_without_text(error.code()) {
            return (End::Elsewhere(error), codes);
        }
        match remedied(error, &text) {
            Some(next) if next != text && step < STEPS => text = next,
            _ => return (End::Stuck(error), codes),
        }
    }
    unreachable!()
}

/// The formats of a key from which only the program that has the private key, or its owner, makes a line: no common
/// tool converts them.
const EXPORTED_AGAIN: [&str; 4] = ["key_spki_ed25519", "key_jwk", "key_xml", "key_swapped_numbers"];

/// Follows the messages about a damaged line; returns what is wrong with where they lead.
fn failure(sample: &Sample, damaged: &str, used: &mut BTreeSet<&'static str>) -> Option<String> {
    let (end, codes) = follow(damaged);
    let failure = match end {
        End::Imported(key) if key == sample.key => {
            used.extend(codes);
            return None;
        }
        End::Elsewhere(error) if EXPORTED_AGAIN.contains(&error.code()) => return None,
        End::Imported(_) => "ANOTHER KEY".to_owned(),
        End::Elsewhere(error) => format!("ends at {error}"),
        End::Stuck(error) => format!("stuck at {error}"),
    };
    Some(format!("{}: {failure}, {codes:?}: {damaged:?}", sample.title))
}

#[test]
fn the_remedy_of_every_message_leads_to_an_import() {
    if !has_tool("ssh-keygen") {
        return;
    }
    let mut used = BTreeSet::new();
    let mut failures: BTreeMap<String, (usize, Vec<String>)> = BTreeMap::new();
    for damage in DAMAGES {
        for sample in SAMPLES.iter().filter(|sample| sample.key.bits() < 3072) {
            let line = format!("{} me@host", sample.line);
            let damaged = (damage.apply)(&line).and_then(|text| String::from_utf8(text).ok());
            let Some(damaged) = damaged.filter(|damaged| *damaged != line) else { continue };
            if let Some(failure) = failure(sample, &damaged, &mut used) {
                let row = failures.entry(format!("{:?}: {}", damage.layer, damage.name)).or_default();
                row.0 += 1;
                row.1.push(failure);
            }
        }
    }
    // The kinds that no damage causes.
    for comment in [" a\u{2028}b".to_owned(), format!(" {}", "c".repeat(1024))] {
        let (end, codes) = follow(&format!("{}{comment}", SAMPLES[0].line));
        assert!(matches!(end, End::Imported(key) if key == SAMPLES[0].key), "{codes:?}");
        used.extend(codes);
    }
    // Every kind has a remedy that worked, or one that does not change the text.
    let kinds = inputs::all().into_iter().filter(|(_, _, error)| matches!(error, Error::PublicKey(_)));
    let unproved: Vec<_> =
        kinds.map(|(code, ..)| code).filter(|code| !used.contains(code) && !is_without_text(code)).collect();
    assert!(unproved.is_empty(), "{unproved:?}");
    assert!(failures.is_empty(), "{}", report(failures));
}

/// Two kinds of damage, one remedy after the other. What is not imported is printed.
#[test]
fn the_remedies_of_two_kinds_of_damage_lead_to_an_import() {
    if !has_tool("ssh-keygen") {
        return;
    }
    let (mut all, mut wrong) = (0, Vec::new());
    let samples: Vec<_> = SAMPLES.iter().filter(|sample| sample.key.bits() < 2048).collect();
    for (row, inner) in DAMAGES.iter().enumerate() {
        for (column, outer) in DAMAGES.iter().enumerate() {
            let is_pair = outer.layer >= inner.layer && outer.name != inner.name && inner.layer != Layer::Format;
            if !is_pair || !(row * 5 + column).is_multiple_of(13) {
                continue;
            }
            let sample = samples[(row + column) % samples.len()];
            let once = (inner.apply)(&format!("{} me@host", sample.line)).and_then(|text| String::from_utf8(text).ok());
            let twice = once.as_deref().and_then(outer.apply).and_then(|text| String::from_utf8(text).ok());
            let Some(damaged) = twice else { continue };
            // What is not recovered has no remedy but to copy the line again.
            if !PublicKey::recover(&damaged).is_ok_and(|found| found.key == sample.key) {
                continue;
            }
            all += 1;
            let failure = failure(sample, &damaged, &mut BTreeSet::new());
            wrong.extend(failure.map(|failure| format!("{} + {}: {failure:.900}", inner.name, outer.name)));
        }
    }
    let list: String = wrong.iter().map(|line| format!("\n  {line}")).collect();
    println!("{} of {all} are not imported{list}", wrong.len());
    assert!(all > 800, "{all}");
    let other = wrong.iter().filter(|line| line.contains("ANOTHER KEY")).count();
    assert!(other == 0 && wrong.len() * 100 <= all, "{} of {all}{list}", wrong.len());
}
