//! Writing an order as another one was written.

use access::{Action, Permit, Right};
use db::{AuditEntry, Command, Outcome, TenantTx};
use kernel::OrderId;
use serde_json::json;

use super::draft::{OrderDraft, Trust, Under, check_date, prepare};
use super::update_order::as_typed;
use crate::events::order_changed;
use crate::store::{insert_order, lock_order, order_lines};

/// Writes a new draft with an order's customer, terms and lines, dated today. Prices are found anew;
/// what was typed is typed by whoever copies, within his own limits: nothing that was decided about
/// the order holds for its copy.
#[derive(Clone, Debug)]
pub struct CopySalesOrder {
    /// Which.
    pub id: OrderId,
}

impl Action for CopySalesOrder {
    const RIGHT: Right = Right::OrderWrite;
}

#[async_trait::async_trait]

impl Command for CopySalesOrder {
    type Output = OrderId;

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<OrderId> {
        let copied = lock_order(tx, permit, self.id).await?;
        let lines = order_lines(tx, permit, self.id).await?;
        let draft = OrderDraft {
            customer_id: copied.customer_id,
            agreement_id: Some(copied.agreement_id),
            sales_route_id: copied.own_route(),
            organization_id: Some(copied.organization_id),
            manager_id: None,
            warehouse_id: copied.warehouse_id,
            allowed_warehouses: copied.among(),
            date: None,
            requested_ship_date: None,
            external_reference: None,
            comment: copied.comment.clone(),
            // What was offered was offered once.
            quote_id: None,
            lines: lines.iter().map(as_typed).collect(),
        };
        let id = OrderId::new();
        let anew = (Trust::Asked, Under::default());
        let (order, lines) = prepare(tx, permit, id, &draft, anew).await?;
        check_date(tx, permit, order.organization_id, order.date).await?;
        insert_order(tx, permit, &order, &lines).await?;
        tx.audit(AuditEntry::new(
            "copySalesOrder",
            "SalesOrder",
            id,
            json!({ "copied": copied.id, "customer": order.customer_id, "lines": lines.len(),
                    "gross": order.totals.gross, "currency": order.currency }),
        ));
        order_changed(tx, id, order.manager_id, order.customer_id);
        Ok(id)
    }
}
