//! Regions of the tenant.

use access::Permit;
use db::{Command, CommandError, Outcome, TenantTx};
use kernel::RegionId;

use super::{Deed, archived_after, changes};
use crate::checks::{Checks, same_version};
use crate::records::{RegionChanges, RegionFields};
use crate::store::{Held, hold, insert, update};

/// Makes a sales region.
#[derive(Clone, Debug)]
pub struct CreateRegion {
    /// Its fields; those not given are empty.
    pub fields: RegionChanges,
}

impl Command for CreateRegion {
    type Output = RegionId;

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<RegionId> {
        let blank = RegionFields { name: String::new(), external_reference: None };
        let fields = self.fields.applied(&blank).checked()?;
        let id = RegionId::new();
        insert(tx, permit, "region", id.0, &fields, &[]).await?;
        let deed = Deed::new("createRegion", "Region", id);
        deed.audit(tx, changes(None, &fields));
        tx.emit(deed.event());
        Ok(id)
    }
}

/// Changes a sales region.
#[derive(Clone, Debug)]
pub struct UpdateRegion {
    /// Which one.
    pub id: RegionId,
    /// The version it was read at.
    pub version: i32,
    /// What changes.
    pub fields: RegionChanges,
    /// Archives or restores it.
    pub archived: Option<bool>,
}

impl Command for UpdateRegion {
    type Output = RegionId;

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<RegionId> {
        let held: Option<Held<RegionFields>> = hold(tx, permit, "region", self.id.0).await?;
        let held = held.ok_or(CommandError::NotFound)?;
        same_version(held.record.version, self.version)?;
        let archived_at = archived_after(&held.record, self.archived, tx.now())?;
        let fields = self.fields.applied(&held.fields).checked()?;
        update(tx, permit, "region", held.id, &fields, archived_at).await?;
        let deed = Deed::new("updateRegion", "Region", self.id);
        deed.audit(tx, changes(Some(&held.fields), &fields));
        tx.emit(deed.event());
        Ok(self.id)
    }
}
