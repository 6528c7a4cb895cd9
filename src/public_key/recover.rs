//! Finds the key that a damaged text means: with certainty, or not at all.
//!
//! A text is damaged in some of the ways that [`Reading`] lists. Each can be undone. The encodings of a whole text
//! are searched breadth first, at most three deep ([`decodings`]). In each text that this leads to, a key is found by
//! its base64, which tells where the key starts and ends whatever is around it ([`keys`], [`surroundings`]). If the
//! first depth at which there is a key has exactly one, it is the key that was meant. Private keys come first: they
//! are searched for in every text, and end the search. So does the limit of its [`work`].

pub(crate) mod decodings;
mod documents;
mod formats;
mod keys;
pub(crate) mod reading;
pub(crate) mod state;
mod surroundings;
mod survey;
mod symbols;
mod type_names;
mod words;
pub(crate) mod work;

use alloc::string::String;
use alloc::vec::Vec;
use core::ops::ControlFlow;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::policy::ImportPolicy;
use crate::public_key::blob::KeyBlob;
use crate::public_key::bytes::count;
use crate::public_key::error::{PublicKeyError, PublicKeyErrorKind as Kind};
use crate::public_key::private_key_scan::{self, FoundPrivateKey};
use crate::public_key::recover::decodings::Folds;
use crate::public_key::recover::keys::FoundKey;
use crate::public_key::recover::reading::{Reading, Repair};
use crate::public_key::recover::state::{MAX_TEXT, State};
use crate::public_key::recover::survey::Survey;
use crate::public_key::recover::work::Work;

/// The answer of a search.
pub(crate) enum Outcome {
    /// The key that the text means.
    Key(Meant),
    /// There is no key that could be imported: a private key, several keys, or one that the policy rejects.
    Rejected(PublicKeyError),
    /// Nothing is certain.
    Unknown,
}

/// A key that a text means.
pub(crate) struct Meant {
    /// The canonical line.
    pub(crate) line: String,
    /// The length of the line without the comment.
    pub(crate) key_length: usize,
    pub(crate) repairs: Vec<Repair>,
}

/// Searches for the key that a text means, whose first state is `input`. It is not too long to be searched
/// ([`reject_long`]).
pub(crate) fn search(input: State, policy: &ImportPolicy<'_>) -> Outcome {
    let work = Work::of(input.text().len());
    search_counting(input, policy, &work).0
}

/// Returns the error of a text that is too long to be searched: that of a private key in its first part, or `error`.
pub(crate) fn reject_long(text: &[u8], error: PublicKeyError) -> Option<PublicKeyError> {
    (text.len() > MAX_TEXT).then(|| decodings::find_in_long(text).map_or(error, private))
}

/// Searches, and returns the number of states visited, too.
pub(crate) fn search_counting(input: State, policy: &ImportPolicy<'_>, work: &Work) -> (Outcome, usize) {
    let mut search =
        Search { policy, outcome: None, is_ambiguous: false, pieces: Vec::new(), folds: Folds::default(), work };
    let visited = decodings::visit(input, work, |state, survey| search.visit(state, survey));
    let outcome = match search.outcome {
        Some(Depth { answer, .. }) if !search.is_ambiguous => answer,
        _ => Outcome::Unknown,
    };
    (outcome, visited)
}

/// Returns the error of a comment that contains a private key or a second complete key, in any encoding.
pub(crate) fn check_comment(comment: &str, position: usize) -> Result<(), PublicKeyError> {
    /// The symbols of a private number of sixteen bytes.
    const SHORTEST_NUMBER: usize = 22;

    let work = Work::of_comment(comment.len());
    let mut second = None;
    let found = if decodings::is_unencoded(comment, &work) {
        second = second_key(comment, &work);
        None
    } else if comment.len() > MAX_TEXT {
        second = second_key(comment, &work);
        decodings::find_in_long(comment.as_bytes())
    } else {
        decodings::find_decoded(State::input(comment), &work, |state| {
            second = second.or_else(|| second_key(state.text(), &work).map(|at| state.position(at)));
        })
    };
    if let Some(found) = found {
        return Err(Kind::IsPrivateKey.at(position + found.position));
    }
    // The three high bytes of its length are `A` in base64.
    if comment.len() >= SHORTEST_NUMBER
        && count(comment.as_bytes(), |byte| byte == b'A') >= 3
        && let Some(found) = private_number(comment)
    {
        return Err(Kind::IsPrivateKey.at(position + found.position));
    }
    match second {
        Some(at) => Err(Kind::HasSecondKey.at(position + at)),
        None => Ok(()),
    }
}

/// Finds a private number in the comment of a line that is not a piece of a second public key.
fn private_number(comment: &str) -> Option<FoundPrivateKey> {
    let found = private_key_scan::find_private_number(comment)?;
    let keys = keys::find(comment, &Work::of_comment(comment.len()));
    (keys.found.is_empty() && keys.partial.is_empty()).then_some(found)
}

/// Finds a complete key in a text that a comment leads to; returns where its line starts.
fn second_key(text: &str, work: &Work) -> Option<usize> {
    /// The base64 of the shortest key, which is Ed25519 as SPKI.
    const SHORTEST: usize = 60;

    // What the keys of a line, documents, and keys in JSON and XML have.
    let has_letters = || count(text.as_bytes(), |byte| byte == b'A') >= 4;
    let has_mark = || count(text.as_bytes(), |byte| matches!(byte, b'M' | b'{' | b'<')) > 0;
    let is_start = |pair: &[u8]| match pair {
        // The length of a document, or what interrupts its base64.
        [b'M', next] => matches!(next, b'C'..=b'I') || !next.is_ascii_alphanumeric(),
        _ => matches!(pair, [b'{' | b'<', ..]),
    };
    let has_mark = || has_mark() && text.as_bytes().windows(2).any(is_start);
    if text.len() < SHORTEST || !(has_letters() || has_mark()) {
        return None;
    }
    let keys = keys::find(text, work);
    let is_key = |key: &&FoundKey| KeyBlob::parse(key.blob.clone(), key.algorithm, 0).is_ok();
    let certain = keys.found.iter().find(is_key).map(|key| key.start);
    certain.or(keys.complete).map(|start| keys::line_start(text, start))
}

fn private(found: FoundPrivateKey) -> PublicKeyError {
    Kind::IsPrivateKey.at(found.position)
}

struct Search<'a> {
    policy: &'a ImportPolicy<'a>,
    outcome: Option<Depth>,
    /// Whether texts of the same depth have different keys.
    is_ambiguous: bool,
    /// Where texts without a certain key have pieces of one, in the input.
    pieces: Vec<usize>,
    folds: Folds,
    work: &'a Work,
}

/// The answer of the first depth that has one.
struct Depth {
    depth: usize,
    answer: Outcome,
    blob: Vec<u8>,
    /// Where the key is in the input.
    span: core::ops::Range<usize>,
}

impl Depth {
    /// Whether there are several keys, whichever they are.
    fn is_several(&self) -> bool {
        matches!(&self.answer, Outcome::Rejected(error) if error.kind() == Kind::HasSecondKey)
    }
}

impl Search<'_> {
    fn visit(&mut self, state: &State, survey: Survey) -> ControlFlow<()> {
        if let Some(found) = decodings::in_state(state, survey, &mut self.folds, self.work) {
            self.reject(private(found));
            return ControlFlow::Break(());
        }
        let keys = keys::find(state.text(), self.work);
        if let Some(at) = keys.private {
            self.reject(Kind::IsPrivateKey.at(state.position(at)));
            return ControlFlow::Break(());
        }
        let Some(first) = keys.found.first() else {
            return self.check_others(state, &keys.partial);
        };
        // The comment of a line.
        let comment = state.text().get(first.end..).and_then(|rest| rest.lines().next()).unwrap_or_default();
        if let Some(found) = private_number(comment) {
            self.reject(Kind::IsPrivateKey.at(state.position(first.end + found.position)));
            return ControlFlow::Break(());
        }
        // Another key, complete or not, in the same text.
        let other = keys.found.iter().find(|key| key.blob != first.blob).map(|key| key.start);
        let other = other.into_iter().chain(keys.partial.iter().copied()).min();
        if let Some(other) = other.filter(|_| self.outcome.is_none()) {
            let second = other.max(first.start);
            self.set_answer(state, first, Outcome::Rejected(several(state, second)));
            return ControlFlow::Continue(());
        }
        if let Some(answer) = &self.outcome
            && matches!(answer.answer, Outcome::Key(_))
            && let Some(other) = keys
                .found
                .iter()
                .find(|key| key.blob != answer.blob && !answer.span.contains(&state.position(key.start)))
        {
            self.reject(several(state, other.start));
            return ControlFlow::Continue(());
        }
        match &self.outcome {
            None => {
                let other = if keys.found.len() == 1 { other_base64(state.text(), first) } else { None };
                let other = other.map(|at| several(state, at));
                let piece = || self.other_piece(state, &keys.found).map(|at| Kind::HasSecondKey.at(at));
                let answer = match check(first, self.policy) {
                    Ok(()) => match other.or_else(piece) {
                        Some(several) => Outcome::Rejected(several),
                        None => line(state, &keys.found, self.policy, usize::MAX),
                    },
                    Err(Some(error)) if error.kind() == Kind::IsDsa => {
                        let start = keys::line_start(state.text(), first.start);
                        Outcome::Rejected(error.kind().at(state.position(start)))
                    }
                    Err(Some(error)) => Outcome::Rejected(error),
                    Err(None) => return ControlFlow::Continue(()),
                };
                self.set_answer(state, first, answer);
            }
            Some(answer) if answer.blob != first.blob => {
                if answer.depth == state.depth() && !answer.is_several() {
                    self.is_ambiguous = true;
                }
            }
            // The same key, perhaps with less that remains to be explained.
            Some(answer) if matches!(answer.answer, Outcome::Key(_)) => {
                let limit = cost(&answer.answer);
                let other = line(state, &keys.found, self.policy, limit);
                if cost(&other) < limit {
                    self.set_answer(state, first, other);
                }
            }
            Some(_) => {}
        }
        ControlFlow::Continue(())
    }

    /// Checks that keys that are not complete are no others than the one that was found.
    fn check_others(&mut self, state: &State, partial: &[usize]) -> ControlFlow<()> {
        if let Some(answer) = &self.outcome
            && matches!(answer.answer, Outcome::Key(_))
            && let Some(&other) = partial.iter().find(|&&at| !answer.span.contains(&state.position(at)))
        {
            self.reject(several(state, other));
        } else if self.outcome.is_none() {
            self.pieces.extend(partial.iter().map(|&at| state.position(at)));
        }
        ControlFlow::Continue(())
    }

    /// Returns the first piece in a text before this one that is in none of the keys of this one.
    fn other_piece(&self, state: &State, keys: &[FoundKey]) -> Option<usize> {
        let is_inside = |at: usize| keys.iter().any(|key| span(state, key).contains(&at));
        self.pieces.iter().copied().find(|&at| !is_inside(at))
    }

    fn reject(&mut self, error: PublicKeyError) {
        let answer = Outcome::Rejected(error);
        self.is_ambiguous = false;
        self.outcome = Some(Depth { depth: 0, answer, blob: Vec::new(), span: 0..0 });
    }

    fn set_answer(&mut self, state: &State, key: &FoundKey, answer: Outcome) {
        let span = span(state, key);
        self.outcome = Some(Depth { depth: state.depth(), answer, blob: key.blob.clone(), span });
    }
}

/// Returns the place of a key in the input.
fn span(state: &State, key: &FoundKey) -> core::ops::Range<usize> {
    let start = state.position(key.start);
    start..state.position(key.end).max(start + 1)
}

fn several(state: &State, start: usize) -> PublicKeyError {
    Kind::HasSecondKey.at(state.position(keys::line_start(state.text(), start)))
}

/// Finds base64 outside the key that is too long for anything but another key, perhaps a damaged one.
fn other_base64(text: &str, key: &FoundKey) -> Option<usize> {
    /// The hash of a host name and an identifier are shorter.
    const SHORTEST: usize = 40;
    let is_base64 = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '/');
    let (before, rest) = text.split_at_checked(key.start)?;
    let (_, after) = rest.split_at_checked(key.end - key.start)?;
    [(before, 0), (after, key.end)].into_iter().find_map(|(part, start)| {
        let words = part.split(|c| !is_base64(c)).filter(|word| word.len() >= SHORTEST);
        let mut mixed = words.filter(|word| {
            let has = |is: fn(&u8) -> bool| word.as_bytes().iter().any(is);
            has(u8::is_ascii_uppercase) && has(u8::is_ascii_lowercase) && has(u8::is_ascii_digit)
        });
        mixed.next().and_then(|word| Some(start + part.find(word)?))
    })
}

/// Checks the key itself. The error is `None` if it is malformed, and so not the key that was meant.
fn check(key: &FoundKey, policy: &ImportPolicy<'_>) -> Result<(), Option<PublicKeyError>> {
    // That a text is a certificate comes before the type of the key in it.
    let is_certificate = key.steps.iter().any(|(reading, ..)| *reading == Reading::Certificate);
    let check_algorithm = policy.check_algorithm(key.algorithm, 0);
    check_algorithm.map_err(|error| Some(if is_certificate { Kind::IsCertificate.at(0) } else { error }))?;
    let blob = KeyBlob::parse(key.blob.clone(), key.algorithm, 0).map_err(|error| match error.kind() {
        Kind::RsaTooShort { .. } | Kind::RsaTooLong { .. } | Kind::UnsupportedDsaSize { .. } => Some(error),
        _ => None,
    })?;
    policy.check_key(&blob).map_err(Some)
}

/// Returns how much a reading of a text explains away: the less, the more likely it is what happened.
fn cost(answer: &Outcome) -> usize {
    match answer {
        Outcome::Key(Meant { repairs, .. }) => cost_of(repairs),
        _ => usize::MAX,
    }
}

fn cost_of(repairs: &[Repair]) -> usize {
    let each = repairs.iter().map(|repair| match repair.reading() {
        Reading::TypeMissing | Reading::Padding => 3,
        Reading::Quotes => 1,
        Reading::TextBefore | Reading::TextAfter | Reading::LineBreaks | Reading::CommentSeparator => 2,
        Reading::WrongType | Reading::SpacesForPlus | Reading::TypeSeparator | Reading::UrlSafeAlphabet => 2,
        _ => 1,
    });
    each.sum()
}

/// Builds the line of the only key of a state, which may occur more than once, unless its [`cost`] reaches `limit`.
fn line(state: &State, keys: &[FoundKey], policy: &ImportPolicy<'_>, limit: usize) -> Outcome {
    let Some(key) = keys.first() else { return Outcome::Unknown };
    let mut around = surroundings::read(state.text(), key);
    if let Some(again) = keys.get(1) {
        around.after.retain(|(reading, ..)| *reading != Reading::TextAfter);
        let start = keys::line_start(state.text(), again.start);
        around.after.push((Reading::TextAfter, Kind::HasSecondKey, start));
    }
    let mut repairs: Vec<Repair> =
        state.path().map(|(reading, at)| Repair::new(reading, kind_of(reading), at)).collect();
    let steps = around.before.iter().chain(&key.steps).chain(&around.after);
    repairs.extend(steps.map(|&(reading, kind, at)| Repair::new(reading, kind, state.position(at))));

    if cost_of(&repairs) >= limit {
        return Outcome::Unknown;
    }

    let mut comment = around.comment;
    let name = key.algorithm.as_str();
    let key_length = name.len() + 1 + key.blob.len().div_ceil(3) * 4;
    let length = if comment.is_empty() { key_length } else { key_length + 1 + comment.len() };
    if let Err(error) = policy.check_size(length) {
        if comment.is_empty() || policy.check_size(key_length).is_err() {
            return Outcome::Rejected(error);
        }
        repairs.push(Repair::new(Reading::LongComment, error.kind(), state.position(around.comment_start)));
        comment = "";
    }
    let mut line = String::with_capacity(length);
    line.extend([name, " "]);
    STANDARD.encode_string(&key.blob, &mut line);
    debug_assert_eq!(line.len(), key_length, "four characters for each three bytes");
    if !comment.is_empty() {
        line.extend([" ", comment]);
    }
    Outcome::Key(Meant { line, key_length, repairs })
}

/// Returns the kind of error of a text in an encoding.
fn kind_of(reading: Reading) -> Kind {
    match reading {
        Reading::ByteOrderMark => Kind::StartsWithByteOrderMark,
        Reading::Utf16 => Kind::IsUtf16,
        Reading::NotUtf8 => Kind::IsNotUtf8,
        Reading::PercentEncoding => Kind::IsPercentEncoded,
        Reading::FormEncoding => Kind::IsFormEncoded,
        Reading::HtmlEntities => Kind::HasHtmlEntities,
        Reading::HtmlTags => Kind::HasHtmlTags,
        Reading::Escapes => Kind::HasEscapes,
        Reading::QuotedPrintable => Kind::IsQuotedPrintable,
        Reading::Base64 => Kind::IsBase64OfText,
        Reading::Hexadecimal => Kind::IsHexadecimal,
        Reading::HexDump => Kind::IsHexDump,
        Reading::CharacterDump => Kind::IsCharacterDump,
        Reading::FullWidth => Kind::HasFullWidth,
        Reading::LinePrefix => Kind::HasLinePrefix,
        _ => Kind::HasInvisibleCharacter,
    }
}
