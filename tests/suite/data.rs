//! The files of `tests/data`; its README lists them.

use std::path::Path;

/// Returns the content of `tests/data/{path}`. A missing file is a failure.
pub(crate) fn read(path: &str) -> Vec<u8> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(path);
    std::fs::read(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}
