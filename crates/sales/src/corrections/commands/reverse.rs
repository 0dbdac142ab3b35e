//! Undoing a posted price correction.

use access::{Action, Permit, Right};
use db::{AuditEntry, Command, Outcome, TenantTx};
use kernel::{PriceCorrectionId, Refusal, RefusalCode};
use serde_json::json;
use settlements::Credit;

use super::super::rules::CorrectionMove;
use super::super::store::{
    lines_of_correction, mark_note_reversed, standing_after, unbook_correction, update_correction,
};
use super::{Held, correction_changed};
use crate::posting::hold_organization;
use crate::rules::reason;
use crate::sold::sold_changed;
use crate::tax_invoices::{CalledOff, call_off};

/// Reverses a posted correction while nothing after it stands on what it left: revenue and debt stand
/// as before it, its credit note is reversed with it. Dated as the correction, or on the first open
/// day where that period is closed.
#[derive(Clone, Debug)]
pub struct ReversePriceCorrection {
    /// Which.
    pub id: PriceCorrectionId,
    /// The version that was read; `None` does not ask.
    pub version: Option<i32>,
    /// Why.
    pub reason: String,
}

impl Action for ReversePriceCorrection {
    const RIGHT: Right = Right::CorrectionReverse;
}

#[async_trait::async_trait]

impl Command for ReversePriceCorrection {
    type Output = PriceCorrectionId;

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<PriceCorrectionId> {
        let mut held = Held::lock(tx, permit, self.id, self.version).await?;
        let before = held.row.state;
        held.row.state = before.by(CorrectionMove::Reverse).map_err(Refusal::from)?;
        let why = reason(&self.reason)?;
        let later = standing_after(tx, permit, &held.row).await?;
        if !later.is_empty() {
            let list = later.join(", ");
            return Err(Refusal::new(
                RefusalCode::InUse,
                format!("Later returns or corrections stand on it: reverse them first ({list})."),
                format!(
                    "На ней основаны более поздние документы: сначала сторнируйте их ({list})."
                ),
            )
            .with(json!({ "later": later }))
            .into());
        }
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
        let lines = lines_of_correction(tx, permit, self.id).await?;
        let lines: Vec<_> = lines.into_iter().map(|line| line.id).collect();
        unbook_correction(tx, permit, &lines, on).await?;
        let note = mark_note_reversed(tx, permit, self.id, on).await?;
        let credit = Credit {
            credit_note_id: note,
            shipment_id: held.sold.id,
            occurred_on: on,
            amount: held.row.gross,
        };
        settlements::uncredit(tx, permit, &credit).await?;
        call_off(tx, permit, CalledOff::Note(note), on, &why).await?;
        held.row.reversed_at = Some(tx.now());
        held.row.reversed_on = Some(on);
        held.row.reverse_reason = Some(why.clone());
        update_correction(tx, permit, &held.row).await?;
        tx.audit(AuditEntry::new(
            "reversePriceCorrection",
            "PriceCorrection",
            self.id,
            json!({ "state": [before, held.row.state], "reversedOn": on, "reason": why }),
        ));
        correction_changed(tx, self.id, &held.sold);
        sold_changed(tx, &held.sold);
        Ok(self.id)
    }
}
