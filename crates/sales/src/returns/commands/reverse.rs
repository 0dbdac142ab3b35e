//! Undoing a posted return.

use access::{Action, Permit, Right};
use db::{AuditEntry, Command, Outcome, TenantTx};
use kernel::{Refusal, RefusalCode, SalesReturnId};
use serde_json::json;
use settlements::Credit;

use super::super::rules::ReturnMove;
use super::super::store::{lines_of_return, mark_note_reversed, unbook_return, update_return};
use super::{Held, return_changed};
use crate::events::shipment_changed;
use crate::posting::hold_organization;
use crate::rules::reason;
use crate::tax_invoices::{CalledOff, call_off};

/// Reverses a posted return while its goods are there and free: they leave again at the cost they
/// came in with, revenue, cost and debt stand as before it. Its credit note is reversed with it.
/// Dated as the return, or on the first open day where that period is closed.
#[derive(Clone, Debug)]
pub struct ReverseSalesReturn {
    /// Which.
    pub id: SalesReturnId,
    /// The version that was read; `None` does not ask.
    pub version: Option<i32>,
    /// Why.
    pub reason: String,
}

impl Action for ReverseSalesReturn {
    const RIGHT: Right = Right::ReturnReverse;
}

#[async_trait::async_trait]
impl Command for ReverseSalesReturn {
    type Output = SalesReturnId;

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<SalesReturnId> {
        let mut held = Held::lock(tx, permit, self.id, self.version).await?;
        let before = held.row.state;
        held.row.state = before.by(ReturnMove::Reverse).map_err(Refusal::from)?;
        let why = reason(&self.reason)?;
        let organization = hold_organization(tx, permit, held.row.organization_id).await?;
        let on = stock::reversal_date(held.row.date, organization.closed_until);
        if on > tx.today() {
            let day = on.format("%d.%m.%Y");
            return Err(Refusal::new(
                RefusalCode::PeriodClosed,
                format!("The period is closed; the first open day is {on}."),
                format!("Период закрыт; первый открытый день — {day}."),
            )
            .into());
        }
        catalog::lock_customer(tx, permit, held.row.customer_id).await?;
        stock::send_again(tx, permit, self.id, on).await?;
        let lines = lines_of_return(tx, permit, self.id).await?;
        let lines: Vec<_> = lines.into_iter().map(|line| line.id).collect();
        unbook_return(tx, permit, &lines, on).await?;
        let note = mark_note_reversed(tx, permit, self.id, on).await?;
        let credit = Credit {
            credit_note_id: note,
            shipment_id: held.shipment.id,
            occurred_on: on,
            amount: held.row.gross,
        };
        settlements::uncredit(tx, permit, &credit).await?;
        call_off(tx, permit, CalledOff::Note(note), on, &why).await?;
        held.row.reversed_at = Some(tx.now());
        held.row.reversed_on = Some(on);
        held.row.reverse_reason = Some(why.clone());
        update_return(tx, permit, &held.row).await?;
        tx.audit(AuditEntry::new(
            "reverseSalesReturn",
            "SalesReturn",
            self.id,
            json!({ "state": [before, held.row.state], "reversedOn": on, "reason": why }),
        ));
        return_changed(tx, self.id, &held.shipment, held.row.warehouse_id.0);
        let Held { order, shipment, .. } = &held;
        let (manager, customer) = (order.manager_id, order.customer_id);
        shipment_changed(tx, shipment.id, manager, customer, shipment.warehouse_id);
        Ok(self.id)
    }
}
