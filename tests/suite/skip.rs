//! Reports checks that did not run because the system lacks a tool.

use std::io::Write as _;

/// Reports what this test skips, and why: on standard error, and in the file that `SKIPPED_TESTS` names, if set.
pub(crate) fn skip(reason: &str) {
    let thread = std::thread::current();
    let test = thread.name().unwrap_or("?");
    // Not eprintln!, which the harness captures; and in one write, because tests run in parallel.
    let _ = std::io::stderr().write_all(std::format!("\n*** SKIPPED: {test}: {reason}\n").as_bytes());
    if let Some(path) = std::env::var_os("SKIPPED_TESTS") {
        let mut file = std::fs::OpenOptions::new().create(true).append(true).open(path).unwrap();
        file.write_all(std::format!("{test}: {reason}\n").as_bytes()).unwrap();
    }
}
