//! Finds the keys in a text, wherever they are: the base64 of a key tells where it starts, and its fields where it
//! ends.

use alloc::vec::Vec;

use zeroize::Zeroize as _;

use crate::algorithm::Algorithm;
use crate::public_key::blob::{KeyBlob, MAX_BYTES};
use crate::public_key::error::PublicKeyErrorKind as Kind;
use crate::public_key::recover::documents::{self, Document};
use crate::public_key::recover::formats::{self, CertificateType};
use crate::public_key::recover::reading::Reading;
use crate::public_key::recover::symbols::{Spaces, Symbols, gap};
use crate::public_key::recover::type_names::{known_type, starts_with_type};
use crate::public_key::recover::words::may_be_words;
use crate::public_key::recover::work::Work;

/// The longest certificate or DER document that is read.
const MAX_DOCUMENT: usize = 2 * MAX_BYTES;

/// The number of incomplete keys after which nothing more is read.
const MAX_PARTIAL: usize = 4;

/// The number of documents without a public key after which nothing more is read.
const MAX_OTHER_DOCUMENTS: usize = 8;

/// A reading of the base64 of a key, with its position in the text.
pub(crate) type Step = (Reading, Kind, usize);

/// A complete key in a text. Its blob is not checked.
#[derive(Debug)]
pub(crate) struct FoundKey {
    pub(crate) algorithm: Algorithm,
    pub(crate) blob: Vec<u8>,
    /// Where its base64 starts and ends, with padding.
    pub(crate) start: usize,
    pub(crate) end: usize,
    /// What was read in its base64.
    pub(crate) steps: Vec<Step>,
    /// Whether it is in the format of a line, and not in another one.
    pub(crate) is_line: bool,
}

/// The keys of a text.
#[derive(Debug, Default)]
pub(crate) struct Keys {
    pub(crate) found: Vec<FoundKey>,
    /// Where other keys start that are not complete, or not with certainty.
    pub(crate) partial: Vec<usize>,
    /// Where the first of these starts that has all its bytes.
    pub(crate) complete: Option<usize>,
    /// Where private numbers follow those of a public key.
    pub(crate) private: Option<usize>,
}

/// Returns where the line starts of a key whose base64 starts at `start`: at its type, if there is one.
pub(crate) fn line_start(text: &str, start: usize) -> usize {
    let (before, _) = text.split_at_checked(start).unwrap_or_default();
    let name = before.trim_end_matches(is_separator);
    known_type(name).map_or(start, |found| name.len() - found.len())
}

/// Returns whether the character may separate the fields of a line.
pub(crate) fn is_separator(c: char) -> bool {
    c.is_whitespace()
        || matches!(c, ',' | ';' | ':' | '|' | '+' | '/' | '_' | '"' | '\'' | '`' | '=' | '\\' | '>' | '-')
}

/// Finds the keys in `text`, from left to right.
pub(crate) fn find(text: &str, work: &Work) -> Keys {
    let mut keys = find_base64(text, work);
    keys.found.extend(documents::find(text).into_iter().map(|document| {
        let Document { algorithm, blob, reading, range } = document;
        let kind = if reading == Reading::Jwk { Kind::IsJwk } else { Kind::IsXmlKey };
        let steps = Vec::from([(reading, kind, range.start)]);
        FoundKey { algorithm, blob, start: range.start, end: range.end, steps, is_line: false }
    }));
    keys
}

/// Finds the keys whose base64 is that of the whole key.
fn find_base64(text: &str, work: &Work) -> Keys {
    let bytes = text.as_bytes();
    let mut keys = Keys::default();
    let (mut at, mut other_documents) = (0, 0);
    while let Some(skipped) = bytes.get(at..).and_then(|rest| rest.iter().position(|byte| matches!(byte, b'A' | b'M')))
    {
        let start = at + skipped;
        // A line starts with four `A` and another symbol.
        let run = bytes.get(start..).unwrap_or_default().iter().take_while(|byte| **byte == b'A').count();
        let start = start + run.saturating_sub(4);
        at = start + 1;
        let is_inside = start.checked_sub(1).and_then(|at| bytes.get(at)).is_some_and(u8::is_ascii_alphanumeric);
        let found = match bytes.get(start) {
            Some(b'A') if may_start_line(text, at, work) => line(text, start, work),
            Some(b'M') if !is_inside && may_start_document(text, at, work) => document(text, start, work),
            _ => Found::Nothing,
        };
        match found {
            // In the middle of other base64 there is no key, unless its type is joined to it.
            Found::Key(key) if is_inside && line_start(text, key.start) == key.start => {
                keys.partial.push(key.start);
                keys.complete = keys.complete.or(Some(key.start));
            }
            Found::Key(key) => {
                at = key.end.max(at);
                keys.found.push(key);
            }
            Found::Partial { is_complete } => {
                keys.partial.push(start);
                keys.complete = keys.complete.or(is_complete.then_some(start));
                if keys.partial.len() == MAX_PARTIAL {
                    return keys;
                }
            }
            Found::Private => keys.private = keys.private.or(Some(start)),
            Found::OtherDocument => {
                other_documents += 1;
                if other_documents == MAX_OTHER_DOCUMENTS {
                    return keys;
                }
            }
            Found::Nothing => {}
        }
    }
    keys
}

/// Returns whether the symbols from `at` on may be those after the first one of a line: three more `A`, which are the
/// high bytes of the length of the type, and the high bits of that length, which is below 52.
fn may_start_line(text: &str, mut at: usize, work: &Work) -> bool {
    for _ in 0..3 {
        let Some((b'A', after)) = next_symbol(text, at, work) else { return false };
        at = after;
    }
    next_symbol(text, at, work).is_some_and(|(symbol, _)| matches!(symbol, b'B'..=b'M'))
}

/// Returns whether the symbols from `at` on may be those after the first one of a document: the length of a SEQUENCE in
/// one byte, or `81` or `82`.
fn may_start_document(text: &str, at: usize, work: &Work) -> bool {
    match next_symbol(text, at, work) {
        Some((b'C'..=b'H', _)) => true,
        Some((b'I', after)) => next_symbol(text, after, work).is_some_and(|(symbol, _)| matches!(symbol, b'E'..=b'L')),
        _ => false,
    }
}

/// Returns the symbol at `at`, or the one after what interrupts the base64 there, and where the next one is.
fn next_symbol(text: &str, at: usize, work: &Work) -> Option<(u8, usize)> {
    let bytes = text.as_bytes();
    let symbol = *bytes.get(at)?;
    if is_symbol(symbol) {
        return Some((symbol, at + 1));
    }
    if let (b' ' | b'\n', Some(&next)) = (symbol, bytes.get(at + 1))
        && is_symbol(next)
    {
        return Some((next, at + 2));
    }
    // What interrupts base64 starts with one of these.
    let is_gap = matches!(symbol, b'\t'..=b'\r' | b' ' | b'"' | b'\'' | b'`' | b'\\' | b'^' | b'-' | b'$' | 0x80..);
    let gap = is_gap.then(|| gap(text, at))?;
    work.spend(4 + 2 * gap.length);
    let symbol = *bytes.get(at + gap.length)?;
    (gap.length > 0).then_some((symbol, at + gap.length + 1))
}

enum Found {
    Key(FoundKey),
    /// A key that has all its bytes or not, and is not certain.
    Partial {
        is_complete: bool,
    },
    Private,
    /// A document in DER, or the start of one, that is no public key.
    OtherDocument,
    Nothing,
}

/// The type of a blob, and what follows it.
#[derive(Clone, Copy)]
enum Structure {
    Plain(Algorithm),
    Certificate(CertificateType),
}

impl Structure {
    fn of_name(name: &[u8]) -> Option<Self> {
        let plain = Algorithm::from_name(name).map(Self::Plain);
        plain.or_else(|| formats::certificate_type(name).map(Self::Certificate))
    }

    fn algorithm(self) -> Algorithm {
        match self {
            Self::Plain(algorithm) => algorithm,
            Self::Certificate(of) => of.algorithm,
        }
    }

    /// Reads every field; returns whether the blob was complete.
    fn read(self, symbols: &mut Symbols<'_>, name_length: usize) -> Option<usize> {
        let mut end = 4 + name_length;
        let string = |symbols: &mut Symbols<'_>, end: &mut usize| {
            symbols.read(*end + 4)?;
            let length = symbols.bytes.get(*end..*end + 4)?.try_into().map(u32::from_be_bytes).ok()?;
            *end = end.checked_add(4)?.checked_add(length as usize)?;
            (*end <= MAX_DOCUMENT).then_some(())?;
            symbols.read(*end)
        };
        match self {
            Self::Plain(algorithm) => (0..formats::fields(algorithm)).try_for_each(|_| string(symbols, &mut end))?,
            Self::Certificate(of) => {
                (0..=of.key_fields).try_for_each(|_| string(symbols, &mut end))?;
                // Serial and type; key ID and principals; validity; options, extensions, reserved, signature key and
                // signature.
                end += 12;
                (0..2).try_for_each(|_| string(symbols, &mut end))?;
                end += 16;
                (0..5).try_for_each(|_| string(symbols, &mut end))?;
            }
        }
        Some(end)
    }
}

/// Reads a key in the format of a line, whose base64 starts at `start`.
fn line(text: &str, start: usize, work: &Work) -> Found {
    let mut symbols = Symbols::new(text, start, Spaces::Interrupt, work);
    let Some(structure) = structure(&mut symbols) else {
        // The first symbols behind a type are a piece of a key, however few they are.
        let is_piece = starts_name(&symbols.bytes) || line_start(text, start) != start;
        return if is_piece { Found::Partial { is_complete: false } } else { Found::Nothing };
    };
    let interrupted = complete(text, start, structure, Spaces::Interrupt, work);
    if let Ok(key) = &interrupted
        && (key.steps.iter().all(|(reading, ..)| *reading != Reading::LineBreaks)
            || text.get(start..key.end).is_some_and(|base64| !base64.contains(' ')))
    {
        return interrupted.map_or(Found::Partial { is_complete: false }, Found::Key);
    }
    // Without a space, nothing is read in another way.
    let has_spaces = text.get(start..).is_some_and(|rest| rest.contains(' '));
    let with_plus =
        if has_spaces { complete(text, start, structure, Spaces::ArePlus, work) } else { Err(Missing::Piece) };
    match (interrupted, with_plus) {
        (Ok(one), Ok(other)) if one.blob == other.blob => Found::Key(one),
        (Ok(_), Ok(_)) => Found::Partial { is_complete: true },
        (Ok(key), Err(_)) | (Err(_), Ok(key)) => Found::Key(key),
        (Err(Missing::IsPrivate), _) => Found::Private,
        (Err(Missing::Certainty), Err(_)) => Found::Partial { is_complete: true },
        (Err(Missing::Piece), Err(_)) => Found::Partial { is_complete: false },
    }
}

/// The length of the shortest name of a type, `ssh-rsa`.
const SHORTEST_NAME: u8 = 7;

/// Reads the type.
fn structure(symbols: &mut Symbols<'_>) -> Option<Structure> {
    symbols.read(4)?;
    let &[0, 0, 0, length @ SHORTEST_NAME..=u8::MAX] = symbols.bytes.as_slice() else { return None };
    let end = 4 + usize::from(length);
    symbols.read(end)?;
    Structure::of_name(symbols.bytes.get(4..end)?)
}

/// Returns whether these bytes are the start of a blob whose type is cut off, broken or unknown.
fn starts_name(bytes: &[u8]) -> bool {
    /// The lengths of the names, also of certificates, but for 32, which is that of many private numbers.
    const LENGTHS: [u8; 9] = [7, 11, 19, 26, 28, 34, 35, 40, 43];

    let [0, 0, 0, length, name @ ..] = bytes else { return false };
    [&b"ssh-"[..], b"ecds", b"sk-s", b"sk-e"].iter().any(|start| {
        let is_cut = name.len() >= 2 && start.starts_with(name);
        // What follows two letters may be symbols of other words, if the name is cut off behind them.
        let is_short = LENGTHS.contains(length) && start.get(..2) == name.get(..2);
        is_cut || is_short || name.starts_with(start)
    })
}

/// Why a key is not complete.
enum Missing {
    Piece,
    /// All its bytes are there, one after the other.
    Certainty,
    IsPrivate,
}

fn complete(text: &str, start: usize, structure: Structure, spaces: Spaces, work: &Work) -> Result<FoundKey, Missing> {
    let mut symbols = Symbols::new(text, start, spaces, work);
    let mut read = || -> Option<usize> {
        symbols.read(4)?;
        let length = usize::from(*symbols.bytes.get(3)?);
        symbols.read(4 + length)?;
        structure.read(&mut symbols, length)
    };
    let total = read().ok_or(Missing::Piece)?;
    let algorithm = structure.algorithm();
    let (blob, reading) = match structure {
        Structure::Plain(Algorithm::Rsa) => match formats::swapped_rsa(&symbols.bytes) {
            Some(blob) => (blob, Some(Reading::SwappedNumbers)),
            None => (core::mem::take(&mut symbols.bytes), None),
        },
        Structure::Plain(_) => (core::mem::take(&mut symbols.bytes), None),
        Structure::Certificate(of) => {
            let blob = formats::certified(&symbols.bytes, of).ok_or(Missing::Piece)?;
            (blob, Some(Reading::Certificate))
        }
    };
    if is_private(algorithm, &blob, text, &symbols, total) {
        let mut blob = blob;
        blob.zeroize();
        return Err(Missing::IsPrivate);
    }
    // A point on a curve, the application of a security key and the signature of a certificate are proofs.
    let is_proved = match (structure, algorithm) {
        (Structure::Certificate(_), _) => true,
        (_, Algorithm::Rsa | Algorithm::Dsa | Algorithm::Ed25519) => false,
        _ => KeyBlob::parse(blob.clone(), algorithm, 0).is_ok(),
    };
    // In form data, which has a `+` after the type, a `+` is a space.
    if symbols.has_plus && !is_proved && is_form_data(text, start) {
        return Err(Missing::Piece);
    }
    let Some((end, mut steps)) = finish(text, &mut symbols, total, is_proved) else {
        let is_whole = symbols.first_break.is_none() && symbols.first_plus.is_none();
        let is_complete = is_whole && (is_proved || KeyBlob::parse(blob, algorithm, 0).is_ok());
        return Err(if is_complete { Missing::Certainty } else { Missing::Piece });
    };
    match reading {
        Some(Reading::Certificate) => steps.push((Reading::Certificate, Kind::IsCertificate, line_start(text, start))),
        Some(reading) => steps.push((reading, Kind::HasSwappedNumbers, start)),
        None => {}
    }
    Ok(FoundKey { algorithm, blob, start, end, steps, is_line: reading != Some(Reading::Certificate) })
}

/// Returns whether a `+` is between the base64 that starts at `start` and its type.
fn is_form_data(text: &str, start: usize) -> bool {
    let before = text.get(..start).and_then(|before| before.strip_suffix('+'));
    before.is_some_and(|before| known_type(before).is_some())
}

/// Returns whether this is the format of an agent or of Dropbear, in which the private numbers follow the public ones.
fn is_private(algorithm: Algorithm, blob: &[u8], text: &str, symbols: &Symbols<'_>, total: usize) -> bool {
    match algorithm {
        // A private key and its public key in one string.
        Algorithm::Ed25519 => blob.len() == 4 + 11 + 4 + 64,
        Algorithm::Rsa => {
            let mut more = symbols.after();
            let length = |bytes: &[u8]| match bytes {
                [0, 0, high @ 0..=8, low] => Some(256 * usize::from(*high) + usize::from(*low)),
                _ => None,
            };
            let is_number = more.read(5).is_some()
                && more.bytes.get(..4).and_then(length).is_some_and(|length| (64..=total).contains(&length));
            is_number && text.len() > more.position() + 16
        }
        _ => false,
    }
}

/// Reads a DER document, whose base64 starts at `start`.
fn document(text: &str, start: usize, work: &Work) -> Found {
    let mut symbols = Symbols::new(text, start, Spaces::Interrupt, work);
    let mut head = || {
        symbols.read(4)?;
        formats::document_length(&symbols.bytes).filter(|total| (40..=MAX_DOCUMENT).contains(total))
    };
    let Some(total) = head() else { return Found::Nothing };
    let converted = symbols.read(total).and_then(|()| formats::from_der(&symbols.bytes));
    let Some(converted) = converted else { return Found::OtherDocument };
    let key = KeyBlob::parse(converted.blob.clone(), converted.algorithm, 0);
    // The exponent of an RSA key is at the end, and so is the signature of a certificate.
    let is_proved = key.is_ok() && (converted.algorithm != Algorithm::Ed25519 || converted.reading == Reading::X509);
    let Some((end, mut steps)) = finish(text, &mut symbols, total, is_proved) else {
        return Found::Partial { is_complete: key.is_ok() };
    };
    let (before, _) = text.split_at(start);
    let is_armored = before.contains("-----BEGIN");
    let kind = match converted.reading {
        Reading::X509 => Kind::IsX509,
        Reading::Spki if converted.algorithm == Algorithm::Ed25519 => Kind::IsEd25519Spki,
        Reading::Pkcs1 if is_armored => Kind::IsPkcs1Pem,
        Reading::Pkcs1 => Kind::IsPkcs1Body,
        _ if is_armored => Kind::IsSpkiPem,
        _ => Kind::IsSpkiBody,
    };
    steps.retain(|(reading, ..)| *reading != Reading::LineBreaks);
    let armor = before.rfind("-----BEGIN").unwrap_or(start);
    steps.push((converted.reading, kind, armor));
    Found::Key(FoundKey { algorithm: converted.algorithm, blob: converted.blob, start, end, steps, is_line: false })
}

/// Reads the padding and checks that the key ends there. Returns where, and what was read.
fn finish(text: &str, symbols: &mut Symbols<'_>, total: usize, is_proved: bool) -> Option<(usize, Vec<Step>)> {
    let mut steps = Vec::new();
    let mut at = symbols.position();
    let expected = (3 - total % 3) % 3;
    let padding = |at: usize| text.as_bytes().get(at..).unwrap_or_default().iter().take_while(|&&b| b == b'=').count();
    let mut first_break = symbols.first_break;
    let mut found = padding(at);
    if found == 0 && expected > 0 {
        let gap = gap(text, at);
        found = padding(at + gap.length);
        if found > 0 {
            first_break.get_or_insert(at);
            at += gap.length;
        }
    }
    let end = at + found;
    let is_padded = expected > 0 && found == expected;
    let is_at_row_end = symbols.is_at_row_end();
    if !symbols.is_certain(is_proved, is_padded) {
        return None;
    }
    let is_whole = first_break.is_none() && symbols.first_plus.is_none();
    let rest = text.get(end..)?;
    // What makes a space of each `+` leaves none in the comment.
    if symbols.first_plus.is_some() && rest.lines().next().is_some_and(|line| line.contains('+')) {
        return None;
    }
    // A truncated key and a word of its comment must not be joined.
    if found < expected && symbols.other_breaks > 0 && !is_proved {
        return None;
    }
    // The letters behind a key in pieces may be its last piece, if it has letters too many.
    if let Some(first_break) = symbols.first_break.or(symbols.first_plus)
        && !is_proved
        && !is_padded
        && (goes_on(text, end, is_at_row_end.then_some(first_break)) || has_short_row(text, end, symbols.doubtful()))
    {
        return None;
    }
    let is_end = match rest.chars().next() {
        None => true,
        // The end of a sentence.
        // A letter of a comment in an encoding: what is in front of it may be of the comment, too.
        Some('%') if !is_proved && is_whole && is_encoded_letter(rest) => false,
        // The end of an armor whose line ends are lost.
        Some('-') if rest.starts_with("----") => true,
        Some('.') if rest.get(1..).is_none_or(|rest| rest.chars().next().is_none_or(char::is_whitespace)) => true,
        Some(c) if c.is_ascii_alphanumeric() || matches!(c, '+' | '/' | '-' | '_' | '@' | '.') => {
            // A comment is neither more base64 nor the type of a second key. Without padding or a
            // proof, the key may have lost letters that those of the comment make up for, or have letters too many.
            let word = rest.split(char::is_whitespace).next().unwrap_or_default();
            let symbols = word.trim_end_matches('=');
            let is_text = word.bytes().any(|byte| byte.is_ascii_lowercase() || !is_symbol(byte))
                && (symbols.len() == word.len() || !symbols.bytes().all(is_symbol));
            is_text
                && !starts_with_type(rest)
                && ((is_proved && (is_whole || found == expected)) || (is_whole && is_padded))
        }
        Some(_) => true,
    };
    if !is_end {
        return None;
    }
    if let Some(position) = symbols.first_escape {
        steps.push((Reading::Escapes, Kind::HasEscapes, position));
    }
    if let Some(position) = first_break {
        steps.push((Reading::LineBreaks, Kind::IsWrapped, position));
    }
    if let Some(position) = symbols.first_plus {
        steps.push((Reading::SpacesForPlus, Kind::HasSpacesForPlus, position));
    }
    if let Some(position) = symbols.first_url_safe {
        steps.push((Reading::UrlSafeAlphabet, Kind::IsUrlSafeBase64, position));
    }
    if found < expected {
        steps.push((Reading::Padding, Kind::IncompleteBase64 { missing: expected - found }, end));
    } else if found > expected {
        steps.push((Reading::Padding, Kind::ExtraPadding, at + expected));
    }
    Some((end, steps))
}

/// Returns whether base64 in pieces may go on at `at`: behind what interrupts it there is a piece that cannot be a word,
/// or, if a row ends there, any piece behind what interrupts the first row, which is at `row_break`.
fn goes_on(text: &str, at: usize, row_break: Option<usize>) -> bool {
    let interruption = |at: usize| text.get(at..at + gap(text, at).length).unwrap_or_default();
    let skipped = interruption(at);
    let rest = text.get(at + skipped.len()..).unwrap_or_default();
    let length = rest.bytes().take_while(|&byte| is_symbol(byte)).count();
    let (piece, after) = rest.split_at(length);
    if length == 0 || !after.chars().next().is_none_or(char::is_whitespace) {
        return false;
    }
    // A space may be that in front of a comment.
    let is_row = skipped != " " && row_break.is_some_and(|first| interruption(first) == skipped);
    is_row || !may_be_words(piece)
}

/// Returns whether the row behind `at` starts with so few letters that they may be the last ones of a key, some symbols
/// of which are none: signs with which rows start, and spaces that are read as a `+`.
fn has_short_row(text: &str, at: usize, [signs, spaces]: [usize; 2]) -> bool {
    let rest = text.get(at..).unwrap_or_default();
    let row = rest.trim_start_matches(|c: char| c.is_whitespace() || "+/-_>|#*\\\"'`^$!".contains(c));
    let length = row.bytes().take_while(|&byte| is_symbol(byte)).count();
    // Among spaces that are a `+`, one is that in front of a comment.
    let is_row = rest.len() - row.len() > 1 || rest.starts_with(['\n', '\r']);
    let doubtful = if is_row { signs + spaces } else { signs };
    let after = row.get(length..).and_then(|after| after.chars().next());
    let is_name = after.is_some_and(|after| matches!(after, '@' | '.' | ':' | '-' | '_'));
    !is_name && row.len() < rest.len() && (1..=doubtful).contains(&length)
}

/// Returns whether `rest` starts with the percent-encoding of a character of a name, such as `@`.
fn is_encoded_letter(rest: &str) -> bool {
    let code = rest.get(1..3).and_then(|digits| u8::from_str_radix(digits, 16).ok());
    code.is_some_and(|code| code.is_ascii_alphanumeric() || matches!(code, b'@' | b'.' | b'-' | b'_' | 0x80..))
}

fn is_symbol(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/')
}
