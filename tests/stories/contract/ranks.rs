//! Who may import whom: a crate depends only on lower ranks.

use std::collections::BTreeMap;

use cargo_metadata::{DependencyKind, MetadataCommand};

/// Lowest first; crates of one row do not know each other.
const RANKS: &[&[&str]] = &[
    &["kernel"],
    &["access"],
    &["db"],
    &["live", "files", "sheets", "outbound"],
    &["identity"],
    &["approvals"],
    &["catalog"],
    &["stock"],
    &["settlements"],
    &["sales"],
    &["analytics"],
    &["exchange"],
    &["graph", "pages"],
    &["api"],
    &["server"],
    &["load"],
    &["stories"],
];

fn rank(name: &str) -> Option<usize> {
    RANKS.iter().position(|row| row.contains(&name))
}

fn metadata() -> cargo_metadata::Metadata {
    // What others' crates need in turn is not asked for: some of it is for other systems, and was
    // never downloaded here.
    MetadataCommand::new().no_deps().other_options(["--offline".to_owned()]).exec().unwrap()
}

#[test]
fn crates_depend_on_lower_ranks_only() {
    let metadata = metadata();
    let mut wrong = Vec::new();
    for package in metadata.workspace_packages() {
        let name = package.name.as_str();
        let own = rank(name).unwrap_or_else(|| panic!("{name} has no rank: give it one here"));
        for dependency in &package.dependencies {
            let Some(other) = rank(&dependency.name) else { continue };
            if dependency.path.is_some() && other >= own {
                wrong.push(format!("{name} must not depend on {}", dependency.name));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// The only crates that know a thing; others go through them.
#[test]
fn each_outside_thing_is_known_to_its_crate_only() {
    let allowed: BTreeMap<&str, &[&str]> = BTreeMap::from([
        ("casbin", &["access"][..]),
        ("jsonwebtoken", &["access"]),
        ("redis", &["live"]),
        ("object_store", &["files"]),
        ("infer", &["files"]),
        ("lettre", &["outbound"]),
        ("maud", &["pages"]),
        ("multer", &["api"]),
        // The private cluster makes logins before there is a pool.
        ("sqlx", &["db", "server"]),
        ("async-graphql", &["graph", "api"]),
        ("axum", &["api", "server"]),
        // Strangers' files are opened where the limits are.
        ("csv-core", &["sheets"]),
        ("quick-xml", &["sheets"]),
        ("rust_xlsxwriter", &["sheets"]),
        ("zip", &["sheets"]),
    ]);
    let metadata = metadata();
    for package in metadata.workspace_packages() {
        for dependency in &package.dependencies {
            let Some(owners) = allowed.get(dependency.name.as_str()) else { continue };
            let is_shipped = dependency.kind == DependencyKind::Normal;
            let name = package.name.as_str();
            if is_shipped && name != "stories" && name != "load" {
                assert!(owners.contains(&name), "{name} must not know {}", dependency.name);
            }
        }
    }
}
