//! Warehouses of the tenant.

use access::Permit;
use db::{Command, CommandError, Outcome, TenantTx};
use kernel::WarehouseId;

use super::{Deed, archived_after, changes};
use crate::cards::warehouse_cards;
use crate::checks::{Checks, default_is_live, default_stays, same_version};
use crate::records::{WarehouseChanges, WarehouseFields};
use crate::store::{DefaultOf, Held, has_default, hold, insert, take_default, update};
use crate::transit::rename_transit;

/// Makes a warehouse. The first one becomes the default.
#[derive(Clone, Debug)]
pub struct CreateWarehouse {
    /// Its fields; those not given are empty.
    pub fields: WarehouseChanges,
}

#[async_trait::async_trait]
impl Command for CreateWarehouse {
    type Output = WarehouseId;

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<WarehouseId> {
        let blank = WarehouseFields {
            name: String::new(),
            address: None,
            priority: 100,
            is_default: false,
            external_reference: None,
        };
        let mut fields = self.fields.applied(&blank).checked()?;
        let id = WarehouseId::new();
        if !has_default(tx, permit, DefaultOf::Warehouse).await? {
            fields.is_default = true;
        }
        if fields.is_default {
            take_default(tx, permit, DefaultOf::Warehouse, id.0).await?;
        }
        insert(tx, permit, "warehouse", id.0, &fields, &[]).await?;
        let deed = Deed::new("createWarehouse", "Warehouse", id);
        deed.audit(tx, changes(None, &fields));
        tx.emit(deed.event());
        Ok(id)
    }
}

/// Changes a warehouse.
#[derive(Clone, Debug)]
pub struct UpdateWarehouse {
    /// Which one.
    pub id: WarehouseId,
    /// The version it was read at.
    pub version: i32,
    /// What changes.
    pub fields: WarehouseChanges,
    /// Archives or restores it.
    pub archived: Option<bool>,
}

#[async_trait::async_trait]
impl Command for UpdateWarehouse {
    type Output = WarehouseId;

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<WarehouseId> {
        let held: Option<Held<WarehouseFields>> = hold(tx, permit, "warehouse", self.id.0).await?;
        let held = held.ok_or(CommandError::NotFound)?;
        if !warehouse_cards(tx, permit, &[self.id]).await?.contains_key(&self.id) {
            return Err(CommandError::NotFound);
        }
        same_version(held.record.version, self.version)?;
        let archived_at = archived_after(&held.record, self.archived, tx.now())?;
        let fields = self.fields.applied(&held.fields).checked()?;
        default_stays(held.fields.is_default, fields.is_default)?;
        default_is_live(fields.is_default, archived_at.is_some())?;
        if fields.is_default && !held.fields.is_default {
            take_default(tx, permit, DefaultOf::Warehouse, held.id).await?;
        }
        update(tx, permit, "warehouse", held.id, &fields, archived_at).await?;
        if fields.name != held.fields.name {
            rename_transit(tx, permit, self.id, &fields.name).await?;
        }
        let deed = Deed::new("updateWarehouse", "Warehouse", self.id);
        deed.audit(tx, changes(Some(&held.fields), &fields));
        tx.emit(deed.event());
        Ok(self.id)
    }
}
