//! The module graph of a source tree, read from its text: every path that starts at `crate`, `self`, `super` or a
//! child module.
//!
//! It reads tokens and is not a compiler: it supports `use` trees, inline modules and `#[cfg(test)]` modules, which
//! it leaves out.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// The text of each module by its path, such as `keygen::modexp::avx2`; the crate root is the empty path.
pub(crate) type Graph = BTreeMap<String, String>;

/// Reads the modules of a source folder, without those of tests.
pub(crate) fn modules(src: &Path) -> Graph {
    let mut found = Graph::new();
    collect(src, "", &mut found);
    let root = found.remove("lib").expect("src/lib.rs");
    found.insert(String::new(), root);
    found
}

fn collect(dir: &Path, prefix: &str, found: &mut Graph) {
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        let stem = path.file_stem().unwrap().to_str().unwrap();
        let module = if prefix.is_empty() { stem.to_owned() } else { format!("{prefix}::{stem}") };
        if stem == "tests" {
            continue;
        }
        if path.is_dir() {
            collect(&path, &module, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.insert(module, fs::read_to_string(&path).unwrap());
        }
    }
}

/// Returns the imports between modules, as pairs of importer and imported. Imports of a module's own descendants
/// count, as do those of its parent; the items of a module are not edges.
pub(crate) fn edges(graph: &Graph) -> BTreeSet<(String, String)> {
    let mut edges = BTreeSet::new();
    for (module, source) in graph {
        if module.is_empty() {
            continue;
        }
        for path in paths(source, module) {
            let target = longest_module(&path, graph);
            if target != *module {
                edges.insert((module.clone(), target));
            }
        }
    }
    edges
}

/// Returns the longest prefix of the path that is a module with a file.
fn longest_module(path: &[String], graph: &Graph) -> String {
    (0..=path.len())
        .rev()
        .map(|length| path[..length].join("::"))
        .find(|name| graph.contains_key(name))
        .unwrap_or_default()
}

/// Returns the absolute paths in the source of `module`, without `crate`.
pub(crate) fn paths(source: &str, module: &str) -> Vec<Vec<String>> {
    let tokens = tokens(source);
    let children =
        tokens.windows(3).filter(|window| window[0] == "mod" && window[2] == ";").map(|window| window[1].clone());
    let mut reader = Reader { children: children.collect(), tokens: &tokens, scope: split(module), found: Vec::new() };
    reader.read(0, tokens.len());
    reader.found
}

fn split(module: &str) -> Vec<String> {
    module.split("::").filter(|name| !name.is_empty()).map(str::to_owned).collect()
}

struct Reader<'a> {
    tokens: &'a [String],
    /// The file modules that the source declares.
    children: BTreeSet<String>,
    /// The path of the module being read, including inline modules.
    scope: Vec<String>,
    found: Vec<Vec<String>>,
}

impl Reader<'_> {
    fn token(&self, at: usize) -> &str {
        self.tokens.get(at).map_or("", String::as_str)
    }

    fn read(&mut self, mut at: usize, end: usize) {
        while at < end {
            match self.token(at) {
                "mod" if self.token(at + 2) == "{" => {
                    let close = self.closing(at + 2);
                    let is_test =
                        (7..=8).any(|back| at >= back && self.tokens[at - back..].starts_with(&test_attribute()));
                    if !is_test {
                        self.scope.push(self.token(at + 1).to_owned());
                        self.read(at + 3, close);
                        self.scope.pop();
                    }
                    at = close + 1;
                }
                "use" => at = self.tree(at + 1, &[], true),
                "crate" | "self" | "super" if self.token(at + 1) == "::" => at = self.tree(at, &[], false),
                child if self.token(at + 1) == "::" && self.children.contains(child) && self.token(at - 1) != "::" => {
                    at = self.tree(at, &[], false);
                }
                _ => at += 1,
            }
        }
    }

    /// Reads a path or, in a `use`, a tree of paths; returns its end.
    fn tree(&mut self, mut at: usize, prefix: &[String], is_use: bool) -> usize {
        let mut path = prefix.to_vec();
        loop {
            match self.token(at) {
                "{" if is_use => {
                    let close = self.closing(at);
                    at += 1;
                    while at < close {
                        at = self.tree(at, &path, true);
                        at += usize::from(self.token(at) == ",");
                    }
                    return close + 1;
                }
                segment => path.push(segment.to_owned()),
            }
            at += 1;
            if self.token(at) != "::" {
                break;
            }
            at += 1;
        }
        if self.token(at) == "as" {
            at += 2;
        }
        self.keep(path);
        at
    }

    /// Records a path that starts within the crate, made absolute.
    fn keep(&mut self, mut path: Vec<String>) {
        let mut absolute = match path[0].as_str() {
            "crate" => Vec::new(),
            "self" | "super" => self.scope.clone(),
            child if self.children.contains(child) => {
                self.found.push([self.scope.clone(), path].concat());
                return;
            }
            _ => return,
        };
        while path.first().is_some_and(|segment| segment == "super") {
            absolute.pop();
            path.remove(0);
        }
        path.retain(|segment| segment != "crate" && segment != "self");
        self.found.push([absolute, path].concat());
    }

    /// Returns the bracket that closes the one at `open`.
    fn closing(&self, open: usize) -> usize {
        let mut depth = 0usize;
        for (at, token) in self.tokens.iter().enumerate().skip(open) {
            match token.as_str() {
                "{" => depth += 1,
                "}" => depth -= 1,
                _ => {}
            }
            if depth == 0 {
                return at;
            }
        }
        panic!("a bracket is not closed");
    }
}

/// `#[cfg(test)]` as it appears before `mod`.
fn test_attribute() -> [String; 7] {
    ["#", "[", "cfg", "(", "test", ")", "]"].map(str::to_owned)
}

/// Splits the text into words, `::` and single characters, without comments, literals and lifetimes.
fn tokens(source: &str) -> Vec<String> {
    let mut tokens = Vec::new();
    let mut rest = source;
    while let Some(first) = rest.chars().next() {
        let length = if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if let Some(length) = literal(rest) {
            length
        } else if first.is_alphanumeric() || first == '_' {
            let length = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
            tokens.push(rest[..length].to_owned());
            length
        } else if rest.starts_with("::") {
            tokens.push("::".to_owned());
            2
        } else {
            if !first.is_whitespace() {
                tokens.push(first.to_string());
            }
            first.len_utf8()
        };
        rest = &rest[length..];
    }
    tokens
}

/// Returns the length of the string or character literal, or the tick of a lifetime, at the start of the text.
fn literal(text: &str) -> Option<usize> {
    let raw = text.strip_prefix('r').map(|raw| raw.trim_start_matches('#'));
    if let Some(raw) = raw.filter(|raw| raw.starts_with('"')) {
        let hashes = text.len() - raw.len() - 1;
        let end = format!("\"{}", "#".repeat(hashes));
        return Some(text.len() - raw.len() + 1 + raw[1..].find(&end).expect("an open raw string") + end.len());
    }
    let quote = text.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    let mut escaped = false;
    for (offset, c) in text.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            c if c == quote => return Some(offset + 1),
            // Not a character but a lifetime: 'a without a closing tick.
            _ if quote == '\'' && offset > 1 => return Some(1),
            _ => {}
        }
    }
    panic!("an open literal: {:?}", &text[..text.len().min(40)]);
}
