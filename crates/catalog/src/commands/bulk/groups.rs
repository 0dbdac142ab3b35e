//! Groups of products by their path from the top; those that are not there are made.

use std::collections::HashMap;

use access::Permit;
use db::{Outcome, TenantTx};
use kernel::{ProductGroupId, Refusal, Uuid};

use super::key;
use crate::checks::Checks;
use crate::commands::{Deed, changes};
use crate::records::ProductGroupFields;
use crate::rules::check_parent;
use crate::store::{group_names, insert_all};

/// The tree by names.
#[derive(Default)]
pub(super) struct Groups {
    found: HashMap<(Option<ProductGroupId>, String), ProductGroupId>,
    made: Vec<(Uuid, ProductGroupFields)>,
}

impl Groups {
    /// The tree as it stands. Of two groups of one name in one place the older is meant.
    pub(super) async fn read<A>(tx: &TenantTx, permit: &Permit<A>) -> Outcome<Self> {
        let mut groups = Self::default();
        for group in group_names(tx, permit).await? {
            groups.found.entry((group.parent_id, key(&group.name))).or_insert(group.id);
        }
        Ok(groups)
    }

    /// The group at the end of a path; the missing part of the path is made with the rows.
    pub(super) fn at(&mut self, path: &[String]) -> Result<ProductGroupId, Refusal> {
        let (mut above, mut checked) = (Vec::new(), Vec::new());
        for name in path {
            let parent_id = above.last().copied();
            let fields =
                ProductGroupFields { name: name.clone(), parent_id, external_reference: None };
            let fields = fields.checked().map_err(|refusal| refusal.at(["group"]))?;
            let place = (parent_id, key(&fields.name));
            let id = match self.found.get(&place) {
                Some(id) => *id,
                None => {
                    let id = ProductGroupId::new();
                    let deep = |error| Refusal::from(error).at(["group"]);
                    check_parent(id, &above, 1).map_err(deep)?;
                    checked.push((place, id, fields));
                    id
                }
            };
            above.push(id);
        }
        for (place, id, fields) in checked {
            self.found.insert(place, id);
            self.made.push((id.0, fields));
        }
        above.last().copied().ok_or_else(|| super::unknown_name("group", ""))
    }

    /// Writes those that were not there.
    pub(super) async fn write<A>(&mut self, tx: &TenantTx, permit: &Permit<A>) -> Outcome<()> {
        let made = std::mem::take(&mut self.made);
        insert_all(tx, permit, "product_group", &made).await?;
        for (id, fields) in &made {
            let deed = Deed::new("createProductGroup", "ProductGroup", *id);
            deed.audit(tx, changes(None, fields));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn a_path_is_made_once_and_not_too_deep() {
        let mut groups = Groups::default();
        let beer = groups.at(&path(&["Drinks", "Beer"])).unwrap();
        assert_eq!(groups.at(&path(&["DRINKS", " beer "])).unwrap(), beer);
        assert_ne!(groups.at(&path(&["Drinks"])).unwrap(), beer);
        assert_eq!(groups.made.len(), 2);
        let deep: Vec<String> = (0..11).map(|level| level.to_string()).collect();
        assert_eq!(groups.at(&deep).unwrap_err().field, Some(vec!["group".to_owned()]));
        assert!(groups.at(&path(&["Drinks", ""])).is_err());
        assert_eq!(groups.made.len(), 2, "a path that is refused makes nothing");
    }
}
