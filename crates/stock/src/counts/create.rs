//! Saying what is to be counted.

use access::{Action, Permit, Right};
use db::{AuditEntry, Command, Outcome, TenantTx, on_constraint};
use kernel::{CountId, OrganizationId, ProductGroupId, Refusal, RefusalCode, WarehouseId};
use serde_json::json;

use super::changed;
use super::store::{self, Header};
use crate::house::{organization, reference_taken, warehouse};
use crate::rules::{CountState, MOST_TEXT, check_texts};
use crate::store::uuids;

/// Groups of one count at most.
const MOST_GROUPS: usize = 100;

/// Makes a draft; nothing is frozen yet.
#[derive(Clone, Debug)]
pub struct CreateStockCount {
    /// Whose goods; the tenant's default organization where it is absent.
    pub organization_id: Option<OrganizationId>,
    /// Where; the default warehouse where it is absent.
    pub warehouse_id: Option<WarehouseId>,
    /// Only products of these groups and of those below them; everything where there are none.
    pub groups: Vec<ProductGroupId>,
    /// A note.
    pub comment: String,
    /// The record's name in another program, unique among counts.
    pub external_reference: Option<String>,
}

impl Action for CreateStockCount {
    const RIGHT: Right = Right::CountWrite;
}

#[async_trait::async_trait]
impl Command for CreateStockCount {
    type Output = CountId;

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<CountId> {
        check_texts(&[("comment", &self.comment, MOST_TEXT)], self.external_reference.as_deref())?;
        let organization = organization(tx, permit, self.organization_id).await?;
        let warehouse = warehouse(tx, permit, self.warehouse_id, "warehouseId").await?;
        let mut groups = self.groups.clone();
        groups.sort_unstable();
        groups.dedup();
        let known = groups.len() <= MOST_GROUPS
            && store::groups(tx, permit, &groups).await? == groups.len();
        if !known {
            return Err(unknown_groups().into());
        }
        let count = Header {
            id: CountId::new(),
            number: String::new(),
            occurred_on: tx.today(),
            organization_id: organization.id,
            warehouse_id: warehouse.id,
            groups: uuids(groups),
            state: CountState::Draft.as_str().to_owned(),
            reason: None,
            comment: self.comment.clone(),
            external_reference: self.external_reference.clone(),
            frozen_on: None,
            amount: None,
            reversed_on: None,
            version: 1,
            created_by: permit.user(),
        };
        let written = store::insert(tx, permit, &count).await;
        on_constraint(written, "stock_count_external_reference_key", reference_taken)?;
        tx.audit(AuditEntry::new(
            "createStockCount",
            "StockCount",
            count.id,
            json!({ "after": count }),
        ));
        changed(tx, &count);
        Ok(count.id)
    }
}

fn unknown_groups() -> Refusal {
    Refusal::new(
        RefusalCode::UnknownReference,
        format!("There is no such group, or there are more than {MOST_GROUPS}."),
        format!("Такой группы нет, либо групп больше {MOST_GROUPS}."),
    )
    .at(["groups"])
}
