//! Writing down what is no more.

use access::{Action, Permit, Right};
use db::{AuditEntry, Command, Outcome, TenantTx, on_constraint};
use kernel::{NaiveDate, OrganizationId, WarehouseId, WriteOffId};
use serde_json::json;

use super::changed;
use super::store::{self, Header};
use crate::house::{
    GoodsLineInput, Table, insert_lines, lines, organization, reason, reference_taken, warehouse,
};
use crate::rules::{MOST_TEXT, WriteOffState, check_texts};

/// What becomes of goods of a write-off that are held for orders.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum HeldGoods {
    /// They stay.
    #[default]
    Stay,
    /// Those of lots that are named go; other goods are held instead as far as they are there.
    Go,
}

/// Makes a draft; nothing moves yet.
#[derive(Clone, Debug)]
pub struct CreateWriteOff {
    /// Whose goods; the tenant's default organization where it is absent.
    pub organization_id: Option<OrganizationId>,
    /// From where; the default warehouse where it is absent.
    pub warehouse_id: Option<WarehouseId>,
    /// Business date; today where it is absent. Checked on posting.
    pub occurred_on: Option<NaiveDate>,
    /// Why.
    pub reason: String,
    /// Whether goods that are held go too.
    pub held: HeldGoods,
    /// A note.
    pub comment: String,
    /// The record's name in another program, unique among write-offs.
    pub external_reference: Option<String>,
    /// The goods.
    pub lines: Vec<GoodsLineInput>,
}

impl Action for CreateWriteOff {
    const RIGHT: Right = Right::WriteOffWrite;
}

#[async_trait::async_trait]
impl Command for CreateWriteOff {
    type Output = WriteOffId;

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<WriteOffId> {
        check_texts(&[("comment", &self.comment, MOST_TEXT)], self.external_reference.as_deref())?;
        let organization = organization(tx, permit, self.organization_id).await?;
        let lines = lines(tx, permit, organization.id, &self.lines).await?;
        let write_off = Header {
            id: WriteOffId::new(),
            number: String::new(),
            occurred_on: self.occurred_on.unwrap_or_else(|| tx.today()),
            organization_id: organization.id,
            warehouse_id: warehouse(tx, permit, self.warehouse_id, "warehouseId").await?.id,
            state: WriteOffState::Draft.as_str().to_owned(),
            reason: reason(Some(&self.reason), "reason")?,
            takes_held: self.held == HeldGoods::Go,
            amount: None,
            comment: self.comment.clone(),
            external_reference: self.external_reference.clone(),
            reversed_on: None,
            version: 1,
            created_by: permit.user(),
        };
        let written = store::insert(tx, permit, &write_off).await;
        on_constraint(written, "write_off_external_reference_key", reference_taken)?;
        insert_lines(tx, permit, Table::WriteOff, write_off.id.0, &lines).await?;
        tx.audit(AuditEntry::new(
            "createWriteOff",
            "WriteOff",
            write_off.id,
            json!({ "after": write_off, "lines": lines }),
        ));
        changed(tx, &write_off);
        Ok(write_off.id)
    }
}
