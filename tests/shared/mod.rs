//! Public test data, which lies beside the project and not in it.

use std::path::PathBuf;

/// A JSON file of the data, or `None` with a loud word about it.
pub(crate) fn json(name: &str) -> Option<serde_json::Value> {
    let manifest = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let found = manifest.ancestors().map(|above| above.join("shared/data").join(name)).find(|path| path.exists());
    match found {
        Some(path) => Some(serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()),
        None => {
            eprintln!("SKIPPED: shared/data/{name} is not there, so what it would show is NOT tested");
            None
        }
    }
}
