//! Writing an order.

use access::{Action, Permit, Right};
use db::{AuditEntry, Command, Outcome, TenantTx};
use kernel::OrderId;
use serde_json::json;

use super::draft::{OrderDraft, Trust, Under, check_date, prepare};
use crate::events::order_changed;
use crate::store::insert_order;

/// Writes an order as a draft: prices and discounts are found where none are
/// typed. Holds nothing yet.
#[derive(Clone, Debug)]
pub struct CreateSalesOrder {
    /// What is written.
    pub draft: OrderDraft,
}

impl Action for CreateSalesOrder {
    const RIGHT: Right = Right::OrderWrite;
}

#[async_trait::async_trait]
impl Command for CreateSalesOrder {
    type Output = OrderId;

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<OrderId> {
        let id = OrderId::new();
        let anew = (Trust::Asked, Under::default());
        let (order, lines) = prepare(tx, permit, id, &self.draft, anew).await?;
        check_date(tx, permit, order.organization_id, order.date).await?;
        insert_order(tx, permit, &order, &lines).await?;
        tx.audit(AuditEntry::new(
            "createSalesOrder",
            "SalesOrder",
            id,
            json!({ "customer": order.customer_id, "lines": lines.len(),
                    "gross": order.totals.gross, "currency": order.currency }),
        ));
        order_changed(tx, id, order.manager_id, order.customer_id);
        Ok(id)
    }
}
