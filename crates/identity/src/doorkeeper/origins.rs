//! Which tenants list a web origin, in memory: browsers ask before anybody is known.

use std::collections::HashSet;

use dashmap::DashMap;
use db::{Fault, SystemTx};
use kernel::TenantId;

use super::store;

/// The tenants of each listed origin.
#[derive(Default)]
pub(super) struct Origins {
    listed: DashMap<String, HashSet<TenantId>>,
}

impl Origins {
    /// Whether a tenant lists an origin, or any does where none is named.
    pub(super) fn lists(&self, origin: &str, tenant: Option<TenantId>) -> bool {
        let Some(tenants) = self.listed.get(origin) else { return false };
        tenant.is_none_or(|tenant| tenants.contains(&tenant))
    }

    /// Reads the lists of these tenants, or of all.
    pub(super) async fn read(
        &self,
        tx: &mut SystemTx,
        tenants: Option<&[TenantId]>,
    ) -> Result<(), Fault> {
        let rows = store::web_origins(tx, tenants).await?;
        self.put(tenants, rows.into_iter().map(|row| (row.tenant_id, row.origins)));
        Ok(())
    }

    /// Takes the lists that were read in place of what these tenants had, or all.
    fn put(
        &self,
        tenants: Option<&[TenantId]>,
        lists: impl IntoIterator<Item = (TenantId, Vec<String>)>,
    ) {
        let fresh: HashSet<(String, TenantId)> = lists
            .into_iter()
            .flat_map(|(tenant, origins)| origins.into_iter().map(move |one| (one, tenant)))
            .collect();
        // What stays listed is never missing in between.
        for (origin, tenant) in &fresh {
            self.listed.entry(origin.clone()).or_default().insert(*tenant);
        }
        self.listed.retain(|origin, listing| {
            listing.retain(|tenant| {
                let is_read = tenants.is_none_or(|read| read.contains(tenant));
                !is_read || fresh.contains(&(origin.clone(), *tenant))
            });
            !listing.is_empty()
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_that_was_read_again_replaces_its_own_only() {
        let origins = Origins::default();
        let (one, other) = (TenantId::new(), TenantId::new());
        let list = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
        origins.put(None, [(one, list(&["a", "b"])), (other, list(&["b"]))]);
        assert!(origins.lists("a", Some(one)) && origins.lists("a", None));
        assert!(!origins.lists("a", Some(other)));
        origins.put(Some(&[one]), [(one, list(&["c"]))]);
        assert!(!origins.lists("a", None) && !origins.lists("b", Some(one)));
        assert!(origins.lists("b", Some(other)) && origins.lists("c", Some(one)));
        origins.put(Some(&[one]), []);
        assert!(!origins.lists("c", None) && origins.lists("b", None));
        origins.put(None, []);
        assert!(!origins.lists("b", None));
    }
}
