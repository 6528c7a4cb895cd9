//! A check that did not run says so, past the test harness, which hides what a passing test prints.

use std::io::Write as _;

/// Says that this test skips something, and why; in a file as well, if `.ci/run` wants to say it again at its end.
pub(crate) fn skip(reason: &str) {
    let thread = std::thread::current();
    let test = thread.name().unwrap_or("?");
    // Not eprintln!, which the harness captures; and in one piece, since tests run side by side.
    let _ = std::io::stderr().write_all(std::format!("\n*** SKIPPED: {test}: {reason}\n").as_bytes());
    if let Some(path) = std::env::var_os("SKIPPED_TESTS") {
        let mut file = std::fs::OpenOptions::new().create(true).append(true).open(path).unwrap();
        file.write_all(std::format!("{test}: {reason}\n").as_bytes()).unwrap();
    }
}
