//! Making what was sold cheaper.

use access::{Action, Permit, Right};
use chrono::Datelike;
use db::{AuditEntry, Command, Fault, Outcome, Series, TenantTx};
use kernel::{CreditNoteId, PriceCorrectionId, Refusal};
use serde_json::json;
use settlements::Credit;

use super::super::rules::{CorrectionMove, less_by_price};
use super::super::store::{
    BookedCorrectionLine, book_correction, insert_note, lines_of_correction, update_correction,
};
use super::booking::{standing_lines, taken_off, totals_of};
use super::create::{check_not_before, check_posted};
use super::{Held, correction_changed};
use crate::posting::hold_organization;
use crate::rules::{LineSum, VatMode};
use crate::sold::sold_changed;

/// Posts a draft: revenue is booked with the sign turned on the correction's own day, at the sale's
/// rates of VAT, and a credit note lessens the sale's debts. What is paid already becomes an advance.
#[derive(Clone, Debug)]
pub struct PostPriceCorrection {
    /// Which.
    pub id: PriceCorrectionId,
    /// The version that was read; `None` does not ask.
    pub version: Option<i32>,
}

impl Action for PostPriceCorrection {
    const RIGHT: Right = Right::CorrectionWrite;
}

#[async_trait::async_trait]

impl Command for PostPriceCorrection {
    type Output = PriceCorrectionId;

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<PriceCorrectionId> {
        let mut held = Held::lock(tx, permit, self.id, self.version).await?;
        let before = held.row.state;
        held.row.state = before.by(CorrectionMove::Post).map_err(Refusal::from)?;
        check_posted(&held.sold)?;
        let organization = hold_organization(tx, permit, held.row.organization_id).await?;
        let may_backdate = permit.scope().reach(Right::DocumentBackdate).is_some();
        catalog::check_period(&organization, held.row.date, tx.today(), may_backdate)
            .map_err(|refusal| Refusal::from(refusal).at(["date"]))?;
        check_not_before(&held.sold, held.row.date)?;
        catalog::lock_customer(tx, permit, held.row.customer_id).await?;
        let booked = self.booked(tx, permit, &held).await?;
        book_correction(tx, permit, held.row.date, &booked).await?;
        let sums = booked.iter().map(|line| LineSum { amount: line.amount, vat: line.vat_amount });
        let totals = totals_of(&held.sold, sums)?;
        let note_id = CreditNoteId::new();
        let credit = Credit {
            credit_note_id: note_id,
            shipment_id: held.sold.id,
            occurred_on: held.row.date,
            amount: totals.gross,
        };
        settlements::credit(tx, permit, &credit).await?;
        (held.row.net, held.row.vat, held.row.gross) = (totals.net, totals.vat, totals.gross);
        held.row.posted_at = Some(tx.now());
        let (organization_id, year) = (organization.id, held.row.date.year());
        let series = |kind| Series { organization: organization_id, kind, year };
        let number = tx.number(&series("price_correction")).await?;
        held.row.number = Some(format!("{}-{number:06}", organization.prefix));
        update_correction(tx, permit, &held.row).await?;
        // The gapless counter is locked until the end, so it comes last.
        let sequence = tx.gapless_number(&series("credit_note")).await?;
        let note = format!("{}-{sequence:06}", organization.prefix);
        insert_note(tx, permit, &held.row, (note_id, &note, sequence)).await?;
        tx.audit(AuditEntry::new(
            "postPriceCorrection",
            "PriceCorrection",
            self.id,
            json!({ "state": [before, held.row.state], "number": held.row.number,
                    "creditNote": note, "gross": totals.gross }),
        ));
        correction_changed(tx, self.id, &held.sold);
        sold_changed(tx, &held.sold);
        Ok(self.id)
    }
}

impl PostPriceCorrection {
    /// What is taken off each line, of what stands of it now: down to the written price, else the
    /// written amount.
    async fn booked(
        &self,
        tx: &TenantTx,
        permit: &Permit<Self>,
        held: &Held,
    ) -> Outcome<Vec<BookedCorrectionLine>> {
        let standing = standing_lines(tx, permit, &held.sold).await?;
        let mode = VatMode::of(held.sold.prices_include_vat);
        let mut booked = Vec::new();
        let lines = lines_of_correction(tx, permit, self.id).await?;
        for (index, line) in lines.into_iter().enumerate() {
            let found = standing.iter().find(|(sold, _)| sold.id == line.shipment_line_id);
            let (_, stand) =
                found.ok_or_else(|| Fault::broken("a correction of a line that was not sold"))?;
            let amount = line.price.map_or(line.amount, |price| less_by_price(stand, price));
            let less = taken_off(index, stand, amount)?;
            booked.push(BookedCorrectionLine {
                id: line.id,
                fact_id: kernel::SaleFactId::new(),
                shipment_line_id: line.shipment_line_id,
                amount: less.amount,
                vat_amount: less.vat,
                revenue: less.net(mode),
            });
        }
        Ok(booked)
    }
}
