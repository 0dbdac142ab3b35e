//! Writing down goods that come in.

use access::{Action, Permit, Right};
use db::{AuditEntry, Command, Outcome, TenantTx, on_constraint};
use kernel::{
    NaiveDate, OrganizationId, PurchaseOrderId, ReceiptId, Refusal, RefusalCode, WarehouseId,
};
use serde_json::json;

use super::draft::{self, ReceiptLineInput};
use crate::events;
use crate::purchases::receiving;
use crate::rules::{ReceiptState, check_shape};
use crate::store::receipts::{self, Header};

/// Makes a draft; nothing moves yet.
#[derive(Clone, Debug)]
pub struct CreateGoodsReceipt {
    /// The purchase order whose goods come: organization, warehouse and supplier are its, and all
    /// that it awaits comes where no lines are named.
    pub purchase_order_id: Option<PurchaseOrderId>,
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

#[async_trait::async_trait]
impl Command for CreateGoodsReceipt {
    type Output = ReceiptId;

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<ReceiptId> {
        let reference = self.external_reference.as_deref();
        check_shape(&self.supplier_name, &self.comment, reference, &self.lines)?;
        draft::check_cost_right(permit, &self.lines)?;
        let basis = receiving::basis(tx, permit, self.purchase_order_id).await?;
        if let Some(basis) = &basis {
            basis.order.state()?.receives()?;
        }
        let order = basis.as_ref().map(|basis| &basis.order);
        let organization = order.map(|order| order.organization_id).or(self.organization_id);
        let organization = catalog::organization_card(tx, permit, organization).await?;
        let organization = organization.ok_or_else(unknown_organization)?;
        let inputs = match &basis {
            Some(basis) if self.lines.is_empty() => basis.awaited(),
            basis => receiving::filled(basis.as_ref(), &self.lines)?,
        };
        let lines = draft::lines(tx, permit, &inputs, &[]).await?;
        let mut supplier_name = self.supplier_name.clone();
        if let (Some(order), true) = (order, supplier_name.is_empty()) {
            let cards = catalog::supplier_cards(tx, permit, &[order.supplier_id]).await?;
            supplier_name =
                cards.get(&order.supplier_id).map(|c| c.name.clone()).unwrap_or_default();
        }
        let warehouse = self.warehouse_id.or(order.map(|order| order.warehouse_id));
        let receipt = Header {
            id: ReceiptId::new(),
            number: String::new(),
            occurred_on: self.occurred_on.unwrap_or_else(|| tx.today()),
            organization_id: organization.id,
            warehouse_id: draft::warehouse(tx, permit, warehouse).await?,
            purchase_order_id: self.purchase_order_id,
            supplier_name,
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
