//! Roles: those of the start and the tenant's own.

use std::collections::BTreeSet;

use access::{Permit, Reach, Right};
use db::{Outcome, TenantTx};
use kernel::{Decimal, Text};

use crate::ReadRoles;
use crate::policy;

/// Names of the roles of the start, for people.
const TITLES: [(&str, &str, &str); 8] = [
    ("accounting", "Accounting", "Бухгалтерия"),
    ("admin", "Administrator", "Администратор"),
    ("director", "Director", "Директор"),
    ("head_of_sales", "Head of sales", "Руководитель продаж"),
    ("manager", "Sales manager", "Менеджер по продажам"),
    ("marketing", "Marketing", "Маркетинг"),
    ("purchasing", "Purchasing", "Закупки"),
    ("warehouse", "Warehouse", "Склад"),
];

/// A role users can have.
#[derive(Clone, Debug)]
pub struct Role {
    /// Its name, for programs.
    pub name: String,
    /// Its name, for people.
    pub title: Text,
    /// Whether the tenant made it.
    pub is_own: bool,
    /// Roles it takes in.
    pub includes: Vec<String>,
    /// All its rights, those of the roles it takes in among them.
    pub rights: Vec<(Right, Reach)>,
    /// The largest discount it gives to who has no limit of his own, percent.
    pub max_discount: Option<Decimal>,
    /// Grows with each change; `None` for a role of the start.
    pub version: Option<i32>,
}

/// Every role of the tenant, by name.
///
/// # Errors
/// A fault where the statement fails.
pub async fn roles(tx: &TenantTx, _: &Permit<ReadRoles>) -> Outcome<Vec<Role>> {
    let own = policy::own_roles(tx).await?;
    let policy = policy::compile(&own).await?;
    let role = |name: &str| {
        let rights = policy.rights(&[name]).iter().collect();
        match own.get(name) {
            Some(own) => Role {
                name: name.to_owned(),
                title: Text::new(&own.title, &own.title),
                is_own: true,
                includes: own.role.includes.clone(),
                rights,
                max_discount: own.max_discount,
                version: Some(own.version),
            },
            None => Role {
                name: name.to_owned(),
                title: title(name),
                is_own: false,
                includes: Vec::new(),
                rights,
                max_discount: None,
                version: None,
            },
        }
    };
    Ok(policy::role_names(&own, &policy).iter().map(|name| role(name)).collect())
}

/// The names of every role that users of the tenant can have.
///
/// # Errors
/// A fault where the statement fails.
pub async fn role_names(tx: &TenantTx) -> Outcome<BTreeSet<String>> {
    let own = policy::own_roles(tx).await?;
    let policy = policy::compile(&own).await?;
    Ok(policy::role_names(&own, &policy))
}

fn title(name: &str) -> Text {
    match TITLES.iter().find(|(known, ..)| *known == name) {
        Some((_, en, ru)) => Text::new(*en, *ru),
        None => Text::new(name, name),
    }
}

#[cfg(test)]
mod tests {
    use access::Policy;

    use super::*;

    #[tokio::test]
    async fn every_role_of_the_start_has_a_title() {
        let policy = Policy::standard().await.unwrap();
        for name in policy.role_names() {
            assert_ne!(title(name).ru, name);
        }
    }
}
