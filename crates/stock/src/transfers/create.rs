//! Writing down what is to be moved.

use access::{Action, Permit, Right};
use db::{AuditEntry, Command, Outcome, TenantTx, on_constraint};
use kernel::{NaiveDate, OrganizationId, Refusal, RefusalCode, TransferId, WarehouseId};
use serde_json::json;

use super::changed;
use super::store::{self, Header};
use crate::house::{
    GoodsLineInput, Table, insert_lines, lines, organization, reference_taken, warehouse,
};
use crate::rules::{MOST_TEXT, TransferState, check_texts};

/// Makes a draft; nothing moves yet.
#[derive(Clone, Debug)]
pub struct CreateStockTransfer {
    /// Whose goods; the tenant's default organization where it is absent.
    pub organization_id: Option<OrganizationId>,
    /// From where; the default warehouse where it is absent.
    pub from_id: Option<WarehouseId>,
    /// Where to.
    pub to_id: WarehouseId,
    /// Business date of sending; today where it is absent. Checked on sending.
    pub occurred_on: Option<NaiveDate>,
    /// When the goods are to be there; `None` where nobody has said.
    pub expected_on: Option<NaiveDate>,
    /// A note.
    pub comment: String,
    /// The record's name in another program, unique among transfers.
    pub external_reference: Option<String>,
    /// The goods.
    pub lines: Vec<GoodsLineInput>,
}

impl Action for CreateStockTransfer {
    const RIGHT: Right = Right::TransferWrite;
}

#[async_trait::async_trait]
impl Command for CreateStockTransfer {
    type Output = TransferId;

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<TransferId> {
        self.write(tx, permit).await
    }
}

impl CreateStockTransfer {
    /// Makes the draft, for whoever may make it.
    pub(crate) async fn write<A>(&self, tx: &TenantTx, permit: &Permit<A>) -> Outcome<TransferId> {
        check_texts(&[("comment", &self.comment, MOST_TEXT)], self.external_reference.as_deref())?;
        let organization = organization(tx, permit, self.organization_id).await?;
        let from = warehouse(tx, permit, self.from_id, "fromId").await?;
        let to = warehouse(tx, permit, Some(self.to_id), "toId").await?;
        two_places(from.id, to.id)?;
        let occurred_on = self.occurred_on.unwrap_or_else(|| tx.today());
        in_time(occurred_on, self.expected_on)?;
        let lines = lines(tx, permit, organization.id, &self.lines).await?;
        let transfer = Header {
            id: TransferId::new(),
            number: String::new(),
            occurred_on,
            expected_on: self.expected_on,
            organization_id: organization.id,
            from_id: from.id,
            to_id: to.id,
            state: TransferState::Draft.as_str().to_owned(),
            comment: self.comment.clone(),
            external_reference: self.external_reference.clone(),
            received_on: None,
            returned_on: None,
            short_reason: None,
            version: 1,
            created_by: permit.user(),
        };
        let written = store::insert(tx, permit, &transfer).await;
        on_constraint(written, "stock_transfer_external_reference_key", reference_taken)?;
        insert_lines(tx, permit, Table::Transfer, transfer.id.0, &lines).await?;
        tx.audit(AuditEntry::new(
            "createStockTransfer",
            "StockTransfer",
            transfer.id,
            json!({ "after": transfer, "lines": lines }),
        ));
        changed(tx, &transfer);
        Ok(transfer.id)
    }
}

/// Nothing is there before it was sent.
pub(super) fn in_time(sent: NaiveDate, expected: Option<NaiveDate>) -> Result<(), Refusal> {
    if expected.is_none_or(|day| day >= sent) {
        return Ok(());
    }
    Err(Refusal::new(
        RefusalCode::Invalid,
        "Goods are not expected before the day they are sent.",
        "Ожидаемая дата не может быть раньше даты отправки.",
    )
    .at(["expectedOn"]))
}

/// Goods are moved to another place.
pub(super) fn two_places(from: WarehouseId, to: WarehouseId) -> Result<(), Refusal> {
    if from != to {
        return Ok(());
    }
    Err(Refusal::new(
        RefusalCode::Invalid,
        "Goods are moved to another warehouse.",
        "Товар перемещается на другой склад.",
    )
    .at(["toId"]))
}
