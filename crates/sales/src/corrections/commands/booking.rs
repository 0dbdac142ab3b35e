//! What stands of a sale's lines, and what is taken off them.

use std::collections::HashMap;

use access::Permit;
use db::{Outcome, TenantTx};
use kernel::{Decimal, Refusal, RefusalCode, ShipmentLineId};
use serde_json::json;

use super::super::rules::{StandingLine, less_by_amount};
use super::super::store::corrected_by_line;
use crate::model::ShipmentLine;
use crate::returns::returned_by_line;
use crate::rules::{LineRule, LineSum, Totals, VatMode, at_line, totals};
use crate::sold::Sold;
use crate::store::shipment_lines;

/// What stands of the lines of a sale, after its returns and corrections, in their order.
pub(super) async fn standing_lines<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    sold: &Sold,
) -> Outcome<Vec<(ShipmentLine, StandingLine)>> {
    let lines = shipment_lines(tx, permit, sold.id).await?;
    let returned = returned_by_line(tx, permit, sold.id).await?;
    let corrected: HashMap<ShipmentLineId, _> = corrected_by_line(tx, permit, sold.id).await?;
    let standing = |line: ShipmentLine| {
        let back = returned.get(&line.id).copied().unwrap_or_default();
        let less = corrected.get(&line.id).copied().unwrap_or_default();
        let sum = LineSum {
            amount: line.amount - back.amount - less.amount,
            vat: line.vat_amount - back.vat - less.vat,
        };
        let standing = StandingLine { quantity: line.quantity - back.quantity, sum };
        (line, standing)
    };
    Ok(lines.into_iter().map(standing).collect())
}

/// The totals of lines' amounts and taxes.
pub(super) fn totals_of(
    sold: &Sold,
    sums: impl Iterator<Item = LineSum>,
) -> Result<Totals, Refusal> {
    let mode = VatMode::of(sold.prices_include_vat);
    totals(sums, mode).ok_or_else(|| LineRule::TooLarge.into())
}

/// What is taken off a line with its tax: something, and no more than stands of it.
pub(super) fn taken_off(
    index: usize,
    stand: &StandingLine,
    amount: Decimal,
) -> Result<LineSum, Refusal> {
    if amount <= Decimal::ZERO {
        return Err(no_cheaper(index, stand));
    }
    if amount > stand.sum.amount {
        return Err(exceeds(index, stand.sum.amount));
    }
    Ok(less_by_amount(stand, amount))
}

/// A dearer price is no correction: each one is a credit note.
fn no_cheaper(index: usize, stand: &StandingLine) -> Refusal {
    let refusal = Refusal::new(
        RefusalCode::OutOfRange,
        "A correction makes the line cheaper; what is to cost more is sold by another document.",
        "Корректировка только уменьшает цену; доплату оформите отдельной продажей.",
    );
    at_line(refusal, index, "price").with(json!({ "amount": stand.sum.amount }))
}

/// More is to be taken off a line than stands of it.
fn exceeds(index: usize, left: Decimal) -> Refusal {
    let left = left.normalize();
    let refusal = Refusal::new(
        RefusalCode::ExceedsShipment,
        format!("Only {left} of this line stands: it cannot become less by more."),
        format!("От этой строки осталось {left}: уменьшить на большее нельзя."),
    );
    at_line(refusal, index, "amount").with(json!({ "left": left }))
}
