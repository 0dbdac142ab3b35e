//! Taking returned goods in.

use access::{Action, Permit, Right};
use chrono::Datelike;
use db::{AuditEntry, Command, Outcome, Series, TenantTx};
use kernel::{CreditNoteId, Refusal, SalesReturnId};
use serde_json::json;
use settlements::Credit;

use super::super::rules::ReturnMove;
use super::super::store::{NewNote, book_return, insert_note, lines_of_return, update_return};
use super::booking::take_in;
use super::create::{check_not_before, check_posted};
use super::{Held, return_changed};
use crate::events::shipment_changed;
use crate::posting::hold_organization;

/// Posts a draft: good goods go back into the lots that the shipment took last, at the cost they
/// left with, damaged ones into blocked lots; revenue and cost are booked with the signs turned on
/// the return's own day, and a credit note lessens the customer's debt. What is paid already becomes
/// an advance.
#[derive(Clone, Debug)]
pub struct PostSalesReturn {
    /// Which.
    pub id: SalesReturnId,
    /// The version that was read; `None` does not ask.
    pub version: Option<i32>,
}

impl Action for PostSalesReturn {
    const RIGHT: Right = Right::ReturnPost;
}

#[async_trait::async_trait]
impl Command for PostSalesReturn {
    type Output = SalesReturnId;

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<SalesReturnId> {
        let mut held = Held::lock(tx, permit, self.id, self.version).await?;
        let before = held.row.state;
        held.row.state = before.by(ReturnMove::Post).map_err(Refusal::from)?;
        check_posted(&held.shipment)?;
        let organization = hold_organization(tx, permit, held.row.organization_id).await?;
        let may_backdate = permit.scope().reach(Right::DocumentBackdate).is_some();
        catalog::check_period(&organization, held.row.date, tx.today(), may_backdate)
            .map_err(|refusal| Refusal::from(refusal).at(["date"]))?;
        check_not_before(&held.shipment, held.row.date)?;
        let lines = lines_of_return(tx, permit, self.id).await?;
        catalog::lock_customer(tx, permit, held.row.customer_id).await?;
        let (booked, totals) = take_in(tx, permit, &held, &lines).await?;
        book_return(tx, permit, &booked).await?;
        let note_id = CreditNoteId::new();
        let credit = Credit {
            credit_note_id: note_id,
            shipment_id: held.shipment.id,
            occurred_on: held.row.date,
            amount: totals.gross,
        };
        settlements::credit(tx, permit, &credit).await?;
        (held.row.net, held.row.vat, held.row.gross) = (totals.net, totals.vat, totals.gross);
        held.row.cost = Some(booked.lines.iter().map(|line| line.cost).sum());
        held.row.posted_at = Some(tx.now());
        let (organization_id, year) = (organization.id, held.row.date.year());
        let series = |kind| Series { organization: organization_id, kind, year };
        let number = tx.number(&series("sales_return")).await?;
        held.row.number = Some(format!("{}-{number:06}", organization.prefix));
        update_return(tx, permit, &held.row).await?;
        // The gapless counter is locked until the end, so it comes last.
        let sequence = tx.gapless_number(&series("credit_note")).await?;
        let number = format!("{}-{sequence:06}", organization.prefix);
        let note = NewNote { id: note_id, number: number.clone(), sequence };
        insert_note(tx, permit, &held.row, &note).await?;
        tx.audit(AuditEntry::new(
            "postSalesReturn",
            "SalesReturn",
            self.id,
            json!({ "state": [before, held.row.state], "number": held.row.number,
                    "creditNote": number, "gross": totals.gross, "cost": held.row.cost }),
        ));
        return_changed(tx, self.id, &held.shipment, held.row.warehouse_id.0);
        let Held { order, shipment, .. } = &held;
        let (manager, customer) = (order.manager_id, order.customer_id);
        shipment_changed(tx, shipment.id, manager, customer, shipment.warehouse_id);
        Ok(self.id)
    }
}
