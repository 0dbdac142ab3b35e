//! The permission matrix as a file that people review: role × right, and what partners' scopes
//! give. `UPDATE_GOLDEN=1 cargo test -p access` writes it anew.

#![allow(clippy::unwrap_used, reason = "what helpers of a test cannot do fails it")]

use std::fmt::Write;
use std::path::Path;

use access::{Policy, Right, RightSet, partner_scopes};

const GOLDEN: &str = "../../tests/stories/contract/permissions.txt";

fn cell(set: &RightSet, right: Right) -> &'static str {
    set.reach(right).map_or(".", |reach| reach.as_str())
}

/// A table with a column for each set, wide enough for its name.
fn table(out: &mut String, columns: &[(&str, &RightSet)]) {
    let name = |right: &Right| format!("{}.{}", right.object(), right.act());
    let first = Right::ALL.iter().map(|right| name(right).len()).max().unwrap_or_default();
    let row = |out: &mut String, head: &str, cells: &[&str]| {
        write!(out, "{head:first$}").unwrap();
        for ((column, _), cell) in columns.iter().zip(cells) {
            write!(out, "  {cell:width$}", width = column.len().max(4)).unwrap();
        }
        out.truncate(out.trim_end().len());
        out.push('\n');
    };
    let heads: Vec<&str> = columns.iter().map(|(column, _)| *column).collect();
    row(out, "", &heads);
    for right in Right::ALL {
        let cells: Vec<&str> = columns.iter().map(|(_, set)| cell(set, *right)).collect();
        row(out, &name(right), &cells);
    }
}

async fn matrix() -> String {
    let policy = Policy::standard().await.unwrap();
    let roles: Vec<(&str, &RightSet)> =
        policy.role_names().map(|name| (name, policy.role(name).unwrap().as_ref())).collect();
    let scopes: Vec<_> = partner_scopes().into_iter().collect();
    let sets: Vec<_> = scopes.iter().map(|scope| policy.scope_rights(&[scope])).collect();
    let mut out = String::from(
        "# What each role of the start may do, and whose records it reaches.\n\
         # Made by crates/access/tests/permissions.rs; reviewed like code.\n\n",
    );
    table(&mut out, &roles);
    out.push_str("\n# What each scope of a partner's key gives.\n\n");
    for (scope, set) in scopes.iter().zip(&sets) {
        let rights: Vec<String> = set
            .iter()
            .map(|(right, reach)| format!("{}.{} {}", right.object(), right.act(), reach.as_str()))
            .collect();
        writeln!(out, "{scope}: {}", rights.join(", ")).unwrap();
    }
    out
}

#[tokio::test]
async fn the_matrix_is_the_one_that_was_reviewed() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(GOLDEN);
    let now = matrix().await;
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(&path, &now).unwrap();
    }
    let reviewed = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(now, reviewed, "review the change, then run with UPDATE_GOLDEN=1");
}

/// What the matrix must not say, whatever else changes in it (domain, section 10).
#[tokio::test]
async fn some_things_are_never_given() {
    let policy = Policy::standard().await.unwrap();
    for (role, right) in [
        ("warehouse", Right::CostRead),
        ("warehouse", Right::PriceRead),
        ("warehouse", Right::TermsRead),
        ("warehouse", Right::ShipmentReverse),
        ("admin", Right::OrderRead),
        ("admin", Right::CustomerRead),
        ("admin", Right::PaymentRead),
        ("marketing", Right::ReceivableRead),
        ("marketing", Right::TermsRead),
        ("director", Right::UserWrite),
        ("director", Right::RoleWrite),
        ("director", Right::KeyWrite),
        ("manager", Right::OrderDiscount),
        ("manager", Right::ShipmentPost),
        ("manager", Right::PaymentWrite),
        ("manager", Right::CustomerMerge),
        ("admin", Right::CustomerMerge),
        ("accounting", Right::OrderWrite),
    ] {
        assert_eq!(policy.role(role).unwrap().reach(right), None, "{role} {right:?}");
    }
    for scope in partner_scopes() {
        let set = policy.scope_rights(&[scope]);
        for right in [Right::UserWrite, Right::RoleWrite, Right::KeyWrite, Right::AuditRead] {
            assert_eq!(set.reach(right), None, "{scope} {right:?}");
        }
        assert_eq!(set.reach(Right::CostRead).is_some(), scope == "cost:read", "{scope}");
    }
}
