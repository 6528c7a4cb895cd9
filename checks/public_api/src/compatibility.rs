//! What a change of the list means to users, and which version number it requires: <https://semver.org/> as Cargo
//! reads it.
//!
//! It errs on the safe side: a line that reads differently counts as removed, even if only a type parameter was
//! renamed.

use std::collections::BTreeSet;

use semver::{Comparator, Op, Version, VersionReq};

/// The change of the API, in ascending order of severity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Change {
    No,
    /// Items were added.
    Compatible,
    /// An item was removed, or was added where users have listed all of them.
    Breaking,
}

/// Classifies the difference between two lists.
pub(crate) fn between(old: &str, new: &str) -> Change {
    let [old, new] = [old, new].map(|list| list.lines().collect::<BTreeSet<_>>());
    // `impl !Send for …` states that an item lacks a trait.
    let is_gone = old.difference(&new).any(|line| !(line.starts_with("impl") && line.contains(" !")));
    if is_gone || new.difference(&old).any(|line| belongs_to_a_closed_item(line, &old)) {
        Change::Breaking
    } else if old == new {
        Change::No
    } else {
        Change::Compatible
    }
}

/// Returns whether the line is a variant, a field or a trait's item of something that existed before, and that users
/// may match, build or implement.
fn belongs_to_a_closed_item(line: &str, old: &BTreeSet<&str>) -> bool {
    let Some((parent, _)) = path(line).rsplit_once("::") else { return false };
    let is_member = keyword(line).is_none();
    old.iter().any(|other| {
        path(other) == parent
            && match keyword(other) {
                Some("trait") => true,
                Some("struct" | "enum" | "union") | None => is_member && !other.starts_with("#[non_exhaustive]"),
                _ => false,
            }
    })
}

/// Returns `fn`, `struct` and so on; variants and fields have none.
fn keyword(line: &str) -> Option<&str> {
    let words = line.split(' ').skip_while(|word| word.starts_with("#[")).skip(1);
    words.take_while(|word| !word.contains("::")).last()
}

/// Returns the path of the item that a line declares, without generics, arguments and type; empty for an
/// implementation.
fn path(line: &str) -> &str {
    let Some((_, declared)) = line.split_once("pub ") else { return "" };
    let word = declared.split(' ').find(|word| word.contains("::")).unwrap_or_default();
    word.split(['<', '(']).next().unwrap_or_default().trim_end_matches(':')
}

/// Returns whether the version `new` may follow `old` with such a change.
pub(crate) fn allows(old: &Version, new: &Version, change: Change) -> bool {
    let comparator = Comparator {
        op: Op::Caret,
        major: old.major,
        minor: Some(old.minor),
        patch: Some(old.patch),
        pre: old.pre.clone(),
    };
    let replaces_old = VersionReq { comparators: vec![comparator] }.matches(new);
    match change {
        Change::No => new >= old,
        Change::Compatible if old.major == 0 => new > old,
        Change::Compatible => (new.major, new.minor) > (old.major, old.minor),
        Change::Breaking => new > old && !replaces_old,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINES: [&str; 6] = [
        "#[non_exhaustive] pub enum k::Open",
        "pub enum k::Closed<'a>",
        "pub k::Closed::A",
        "pub k::Closed::A::field: usize",
        "pub fn k::Closed<'a>::new<R: k::Rng + ?core::marker::Sized>(text: &str) -> k::Result<Self>",
        "impl core::marker::Send for k::Open",
    ];

    /// Generates every subset of the lines.
    fn lists() -> impl Iterator<Item = String> {
        (0..1 << LINES.len()).map(|set| {
            LINES.iter().enumerate().filter(|(i, _)| set >> i & 1 == 1).map(|(_, line)| format!("{line}\n")).collect()
        })
    }

    #[test]
    fn nothing_changed_means_no_change_and_only_then() {
        for (old, new) in lists().flat_map(|old| lists().map(move |new| (old.clone(), new))) {
            assert_eq!(between(&old, &new) == Change::No, old == new);
        }
    }

    #[test]
    fn removals_are_breaking() {
        for (old, new) in lists().flat_map(|old| lists().map(move |new| (old.clone(), new))) {
            if old.lines().any(|line| !new.lines().any(|other| other == line)) {
                assert_eq!(between(&old, &new), Change::Breaking, "{old} -> {new}");
            }
        }
    }

    #[test]
    fn additions_are_breaking_only_where_users_have_listed_everything() {
        let all: String = LINES.map(|line| format!("{line}\n")).concat();
        for (line, change) in [
            ("pub fn k::free(path: &k::Open)", Change::Compatible),
            ("pub fn k::Closed<'a>::more(&self) -> k::Closed<'a>", Change::Compatible),
            ("pub const k::Closed::LIMIT: usize", Change::Compatible),
            ("pub k::Open::B", Change::Compatible),
            ("pub k::Closed::B", Change::Breaking),
            ("pub k::Closed::A::other: k::Open", Change::Breaking),
            ("impl core::marker::Sync for k::Open", Change::Compatible),
            ("pub enum k::Third", Change::Compatible),
        ] {
            assert_eq!(between(&all, &format!("{all}{line}\n")), change, "{line}");
        }
        assert_eq!(
            between("impl !core::marker::Send for k::T\n", "impl core::marker::Send for k::T\n"),
            Change::Compatible
        );
        assert_eq!(
            between("impl core::marker::Send for k::T\n", "impl !core::marker::Send for k::T\n"),
            Change::Breaking
        );
        let of_trait = "pub fn k::Trait::f(&self)";
        assert_eq!(between("pub trait k::Trait\n", &format!("pub trait k::Trait\n{of_trait}\n")), Change::Breaking);
        assert_eq!(between("", &format!("pub trait k::Trait\n{of_trait}\n")), Change::Compatible);
    }

    #[test]
    fn the_version_rises_with_the_change() {
        for (old, new, most) in [
            ("0.1.0", "0.1.0", Some(Change::No)),
            ("0.1.0", "0.1.1", Some(Change::Compatible)),
            ("0.1.9", "0.2.0", Some(Change::Breaking)),
            ("0.0.1", "0.0.2", Some(Change::Breaking)),
            ("0.2.0", "0.1.9", None),
            ("0.9.0", "1.0.0", Some(Change::Breaking)),
            ("1.0.0", "1.0.1", Some(Change::No)),
            ("1.0.9", "1.1.0", Some(Change::Compatible)),
            ("1.9.0", "2.0.0", Some(Change::Breaking)),
            ("2.0.0", "1.9.0", None),
        ] {
            for change in [Change::No, Change::Compatible, Change::Breaking] {
                let allowed = allows(&Version::parse(old).unwrap(), &Version::parse(new).unwrap(), change);
                assert_eq!(allowed, most.is_some_and(|most| change <= most), "{old} -> {new}: {change:?}");
            }
        }
    }
}
