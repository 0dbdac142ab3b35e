//! Files stay small enough to be read at a sitting.

use std::path::{Path, PathBuf};

const LONG: usize = 500;
const TOO_LONG: usize = 800;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        let name = entry.file_name();
        if path.is_dir() {
            if name != "target"
                && name != "node_modules"
                && !name.to_string_lossy().starts_with('.')
            {
                sources(&path, found);
            }
        } else if path.extension().is_some_and(|end| end == "rs" || end == "sql" || end == "ts") {
            found.push(path);
        }
    }
}

#[test]
fn no_file_is_too_long() {
    let mut found = Vec::new();
    for folder in ["crates", "tests", "migrations"] {
        sources(&root().join(folder), &mut found);
    }
    assert!(found.len() > 50, "the sources were found");
    let mut too_long = Vec::new();
    for path in found {
        let lines = std::fs::read_to_string(&path).unwrap().lines().count();
        if lines > TOO_LONG {
            too_long.push(format!("{} has {lines} lines", path.display()));
        } else if lines > LONG {
            eprintln!("warning: {} has {lines} lines: make it a folder", path.display());
        }
    }
    assert!(too_long.is_empty(), "{too_long:#?}");
}
