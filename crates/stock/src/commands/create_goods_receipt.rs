//! Writing down goods that come in.

use access::{Action, Permit, Right};
use db::{AuditEntry, Command, Outcome, TenantTx, on_constraint};
use kernel::{NaiveDate, OrganizationId, ReceiptId, Refusal, RefusalCode, WarehouseId};
use serde_json::json;

use super::draft::{self, ReceiptLineInput};
use crate::events;
use crate::rules::{ReceiptState, check_shape};
use crate::store::receipts::{self, Header};

/// Makes a draft; nothing moves yet.
#[derive(Clone, Debug)]
pub struct CreateGoodsReceipt {
    /// Whose goods; the tenant's default organization where it is absent.
    pub organization_id: Option<OrganizationId>,
    /// Where to; the default warehouse where it is absent.
    pub warehouse_id: Option<WarehouseId>,
    /// Business date; today where it is absent. Checked on posting.
    pub occurred_on: Option<NaiveDate>,
    /// Who delivered.
    pub supplier_name: String,
    /// A note.
    pub comment: String,
    /// The record's name in another program, unique among receipts.
    pub external_reference: Option<String>,
    /// The goods.
    pub lines: Vec<ReceiptLineInput>,
}

impl Action for CreateGoodsReceipt {
    const RIGHT: Right = Right::ReceiptWrite;
}

impl Command for CreateGoodsReceipt {
    type Output = ReceiptId;

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<ReceiptId> {
        let reference = self.external_reference.as_deref();
        check_shape(&self.supplier_name, &self.comment, reference, &self.lines)?;
        draft::check_cost_right(permit, &self.lines)?;
        let organization = catalog::organization_card(tx, permit, self.organization_id).await?;
        let organization = organization.ok_or_else(unknown_organization)?;
        let lines = draft::lines(tx, permit, &self.lines, &[]).await?;
        let receipt = Header {
            id: ReceiptId::new(),
            number: String::new(),
            occurred_on: self.occurred_on.unwrap_or_else(|| tx.today()),
            organization_id: organization.id,
            warehouse_id: draft::warehouse(tx, permit, self.warehouse_id).await?,
            supplier_name: self.supplier_name.clone(),
            state: ReceiptState::Draft.as_str().to_owned(),
            amount: draft::total(&lines),
            comment: self.comment.clone(),
            external_reference: self.external_reference.clone(),
            reversed_on: None,
            version: 1,
            created_by: permit.user(),
        };
        let written = receipts::insert(tx, permit, &receipt).await;
        on_constraint(written, "goods_receipt_external_reference_key", draft::reference_taken)?;
        receipts::insert_lines(tx, permit, receipt.id, &lines).await?;
        tx.audit(AuditEntry::new(
            "createGoodsReceipt",
            "GoodsReceipt",
            receipt.id,
            json!({ "after": receipt, "lines": lines }),
        ));
        events::receipt_changed(tx, &receipt);
        Ok(receipt.id)
    }
}

fn unknown_organization() -> Refusal {
    Refusal::new(
        RefusalCode::UnknownReference,
        "There is no such organization, or it is archived.",
        "Такой организации нет, или она в архиве.",
    )
    .at(["organizationId"])
}
