//! Organizations of the tenant, and the closing of their periods.

use access::Permit;
use db::{Command, CommandError, FromQueryResult, Outcome, Sql, TenantTx, values};
use kernel::{NaiveDate, OrganizationId};
use serde_json::json;

use super::{Deed, archived_after, changes};
use crate::checks::{Checks, default_is_live, default_stays, same_version};
use crate::records::{OrganizationChanges, OrganizationFields};
use crate::store::{DefaultOf, Held, has_default, hold, insert, take_default, update};

/// Makes an legal entity of the tenant. The first one becomes the default.
#[derive(Clone, Debug)]
pub struct CreateOrganization {
    /// Its fields; those not given are empty.
    pub fields: OrganizationChanges,
}

#[async_trait::async_trait]
impl Command for CreateOrganization {
    type Output = OrganizationId;

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<OrganizationId> {
        let blank = OrganizationFields {
            name: String::new(),
            inn: None,
            kpp: None,
            address: None,
            prefix: String::new(),
            is_default: false,
            external_reference: None,
        };
        let mut fields = self.fields.applied(&blank).checked()?;
        let id = OrganizationId::new();
        if !has_default(tx, permit, DefaultOf::Organization).await? {
            fields.is_default = true;
        }
        if fields.is_default {
            take_default(tx, permit, DefaultOf::Organization, id.0).await?;
        }
        insert(tx, permit, "organization", id.0, &fields, &[]).await?;
        let deed = Deed::new("createOrganization", "Organization", id);
        deed.audit(tx, changes(None, &fields));
        tx.emit(deed.event());
        Ok(id)
    }
}

/// Changes an legal entity of the tenant.
#[derive(Clone, Debug)]
pub struct UpdateOrganization {
    /// Which one.
    pub id: OrganizationId,
    /// The version it was read at.
    pub version: i32,
    /// What changes.
    pub fields: OrganizationChanges,
    /// Archives or restores it.
    pub archived: Option<bool>,
}

#[async_trait::async_trait]
impl Command for UpdateOrganization {
    type Output = OrganizationId;

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<OrganizationId> {
        let held: Option<Held<OrganizationFields>> =
            hold(tx, permit, "organization", self.id.0).await?;
        let held = held.ok_or(CommandError::NotFound)?;
        same_version(held.record.version, self.version)?;
        let archived_at = archived_after(&held.record, self.archived, tx.now())?;
        let fields = self.fields.applied(&held.fields).checked()?;
        default_stays(held.fields.is_default, fields.is_default)?;
        default_is_live(fields.is_default, archived_at.is_some())?;
        if fields.is_default && !held.fields.is_default {
            take_default(tx, permit, DefaultOf::Organization, held.id).await?;
        }
        update(tx, permit, "organization", held.id, &fields, archived_at).await?;
        let deed = Deed::new("updateOrganization", "Organization", self.id);
        deed.audit(tx, changes(Some(&held.fields), &fields));
        tx.emit(deed.event());
        Ok(self.id)
    }
}

/// Closes an organization's books through a day: nothing is posted on or before it. An earlier
/// day, or none, opens a period again.
#[derive(Clone, Debug)]
pub struct ClosePeriod {
    /// Whose books.
    pub organization: OrganizationId,
    /// The last closed day; `None` opens everything.
    pub closed_until: Option<NaiveDate>,
}

#[async_trait::async_trait]
impl Command for ClosePeriod {
    type Output = OrganizationId;

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<OrganizationId> {
        #[derive(FromQueryResult)]
        struct Closed {
            closed_until: Option<NaiveDate>,
        }
        // The strongest lock waits for postings under way, which hold the row by `for key share`.
        let hold = "
            select o.closed_until
            from organization o
            where o.tenant_id = $1 and o.id = $2
            for update";
        let values = values![permit.tenant(), self.organization];
        let before: Option<Closed> = tx.one(Sql::new(hold, values)).await?;
        let before = before.ok_or(CommandError::NotFound)?;
        let close = "
            update organization
            set closed_until = $3, version = version + 1, updated_at = $4
            where tenant_id = $1 and id = $2";
        let values = values![permit.tenant(), self.organization, self.closed_until, tx.now()];
        tx.run(Sql::new(close, values)).await?;
        let deed = Deed::new("closePeriod", "Organization", self.organization);
        let change = json!({ "before": before.closed_until, "after": self.closed_until });
        deed.audit(tx, json!({ "closedUntil": change }));
        tx.emit(deed.event());
        Ok(self.organization)
    }
}
