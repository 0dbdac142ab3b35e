//! The tree of product groups.

use access::Permit;
use db::{Command, CommandError, Outcome, TenantTx};
use kernel::{ProductGroupId, Refusal, RefusalCode};

use super::{Deed, archived_after, changes};
use crate::checks::{Checks, same_version};
use crate::constraints::unknown;
use crate::records::{ProductGroupChanges, ProductGroupFields};
use crate::rules::{at, check_parent};
use crate::store::{
    Held, group_ancestors, group_is_used, group_levels, hold, insert, lock_tree, update,
};

/// Makes a product group.
#[derive(Clone, Debug)]
pub struct CreateProductGroup {
    /// Its fields; those not given are empty.
    pub fields: ProductGroupChanges,
}

#[async_trait::async_trait]
impl Command for CreateProductGroup {
    type Output = ProductGroupId;

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<ProductGroupId> {
        let blank =
            ProductGroupFields { name: String::new(), parent_id: None, external_reference: None };
        let fields = self.fields.applied(&blank).checked()?;
        let id = ProductGroupId::new();
        if let Some(parent) = fields.parent_id {
            fits_under(tx, permit, id, parent, 1).await?;
        }
        insert(tx, permit, "product_group", id.0, &fields, &[]).await?;
        let deed = Deed::new("createProductGroup", "ProductGroup", id);
        deed.audit(tx, changes(None, &fields));
        tx.emit(deed.event());
        Ok(id)
    }
}

/// Changes a product group, or moves it with all that lies in it.
#[derive(Clone, Debug)]
pub struct UpdateProductGroup {
    /// Which one.
    pub id: ProductGroupId,
    /// The version it was read at.
    pub version: i32,
    /// What changes.
    pub fields: ProductGroupChanges,
    /// Archives or restores it.
    pub archived: Option<bool>,
}

#[async_trait::async_trait]
impl Command for UpdateProductGroup {
    type Output = ProductGroupId;

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<ProductGroupId> {
        lock_tree(tx, permit).await?;
        let held: Option<Held<ProductGroupFields>> =
            hold(tx, permit, "product_group", self.id.0).await?;
        let held = held.ok_or(CommandError::NotFound)?;
        same_version(held.record.version, self.version)?;
        let archived_at = archived_after(&held.record, self.archived, tx.now())?;
        let fields = self.fields.applied(&held.fields).checked()?;
        if let Some(parent) = fields.parent_id.filter(|_| fields.parent_id != held.fields.parent_id)
        {
            let levels = group_levels(tx, permit, self.id).await?;
            fits_under(tx, permit, self.id, parent, levels).await?;
        }
        if archived_at.is_some() && group_is_used(tx, permit, self.id).await? {
            return Err(Refusal::new(
                RefusalCode::InUse,
                "Products or groups in use lie in this group.",
                "В этой группе есть действующие товары или группы.",
            )
            .at(["archived"])
            .into());
        }
        update(tx, permit, "product_group", held.id, &fields, archived_at).await?;
        let deed = Deed::new("updateProductGroup", "ProductGroup", self.id);
        deed.audit(tx, changes(Some(&held.fields), &fields));
        tx.emit(deed.event());
        Ok(self.id)
    }
}

async fn fits_under<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    group: ProductGroupId,
    parent: ProductGroupId,
    levels: usize,
) -> Outcome<()> {
    let ancestors = group_ancestors(tx, permit, parent).await?;
    if ancestors.is_empty() {
        return Err(unknown("parentId").into());
    }
    Ok(at("parentId", check_parent(group, &ancestors, levels))?)
}
