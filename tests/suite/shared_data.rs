//! Data that lies beside the checkout, and may not: who includes this file has `skip.rs` beside it.

use std::path::Path;
use std::string::String;

use super::skip::skip;

/// The text of `shared/data/{path}`, looked for in this crate and above it, or a loud skip.
pub(crate) fn shared_data(path: &str) -> Option<String> {
    let name = std::format!("shared/data/{path}");
    let mut files = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().map(|dir| dir.join(&name));
    match files.find(|file| file.is_file()) {
        Some(file) => Some(std::fs::read_to_string(&file).unwrap_or_else(|e| panic!("{}: {e}", file.display()))),
        None => {
            skip(&std::format!("{name} is not here"));
            None
        }
    }
}
