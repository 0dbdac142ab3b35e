//! What a return comes to: its part of each shipped line, and the lots its goods go back into.

use std::collections::HashMap;

use access::Permit;
use db::{Fault, Outcome, TenantTx};
use kernel::{Decimal, LotId, Refusal, SaleFactId, ShipmentLineId};
use stock::{Condition, ReturnedPart, Returning};

use super::super::model::SalesReturnLine;
use super::super::rules::{BackPart, GoodsCondition, TakenLot, back_into, sum_back};
use super::super::store::{
    BookedReturn, BookedReturnLine, NewReturnLot, Returned, returned_by_line, returned_by_lot,
};
use super::Held;
use super::create::exceeds;
use crate::corrections::{Corrected, corrected_by_line};
use crate::model::{Shipment, ShipmentLine};
use crate::rules::{LineRule, LineSum, OrderedLine, Totals, VatMode, totals};
use crate::store::shipment_lines;

/// A part of a shipped line, after what has come back: at the shipment's rate of VAT, in
/// proportion; the last part takes the rest. Where its price was corrected, a part of what stands.
pub(super) fn part_of_shipment(
    shipment: &Shipment,
    line: &ShipmentLine,
    before: Returned,
    corrected: Corrected,
    quantity: Decimal,
) -> LineSum {
    let mode = VatMode::of(shipment.prices_include_vat);
    if !corrected.amount.is_zero() {
        let standing = OrderedLine {
            quantity: line.quantity - before.quantity,
            sum: LineSum {
                amount: line.amount - before.amount - corrected.amount,
                vat: line.vat_amount - before.vat - corrected.vat,
            },
            vat_rate: line.vat_rate,
            shipped: Decimal::ZERO,
            shipped_sum: LineSum::default(),
        };
        return sum_back(&standing, quantity, mode);
    }
    let shipped = OrderedLine {
        quantity: line.quantity,
        sum: LineSum { amount: line.amount, vat: line.vat_amount },
        vat_rate: line.vat_rate,
        shipped: before.quantity,
        shipped_sum: LineSum { amount: before.amount, vat: before.vat },
    };
    sum_back(&shipped, quantity, mode)
}

/// The totals of lines' amounts and taxes.
pub(super) fn totals_of(
    shipment: &Shipment,
    sums: impl Iterator<Item = (Decimal, Decimal)>,
) -> Result<Totals, Refusal> {
    let sums = sums.map(|(amount, vat)| LineSum { amount, vat });
    let mode = VatMode::of(shipment.prices_include_vat);
    totals(sums, mode).ok_or_else(|| LineRule::TooLarge.into())
}

/// Takes the goods of a locked draft in, and gives what is to be booked of it. Services come back
/// without goods.
pub(super) async fn take_in<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    held: &Held,
    lines: &[SalesReturnLine],
) -> Outcome<(BookedReturn, Totals)> {
    let shipment = &held.shipment;
    let shipped = shipment_lines(tx, permit, shipment.id).await?;
    let mut returned = returned_by_line(tx, permit, shipment.id).await?;
    let corrected = corrected_by_line(tx, permit, shipment.id).await?;
    let mut lots = lots_of(tx, permit, shipment).await?;
    let mode = VatMode::of(shipment.prices_include_vat);
    let mut booked = Vec::with_capacity(lines.len());
    let mut parts = Vec::new();
    for (index, line) in lines.iter().enumerate() {
        let whole = shipped.iter().find(|one| one.id == line.shipment_line_id);
        let whole = whole.ok_or_else(|| Fault::broken("a return of no shipped line"))?;
        let before = returned.entry(whole.id).or_default();
        let left = whole.quantity - before.quantity;
        if line.quantity > left {
            return Err(exceeds(index, left).into());
        }
        let less = corrected.get(&whole.id).copied().unwrap_or_default();
        let sum = part_of_shipment(shipment, whole, *before, less, line.quantity);
        before.quantity += line.quantity;
        before.amount += sum.amount;
        before.vat += sum.vat;
        let back = match lots.get_mut(&whole.id) {
            // A service took no lots.
            None => Vec::new(),
            Some(lots) => back_into(lots, line.quantity)
                .ok_or_else(|| Fault::broken("fewer goods left than come back"))?,
        };
        booked.push(BookedReturnLine {
            id: line.id,
            fact_id: SaleFactId::new(),
            shipment_line_id: whole.id,
            quantity: line.quantity,
            amount: sum.amount,
            vat_amount: sum.vat,
            revenue: sum.net(mode),
            cost: back.iter().map(|part| part.cost).sum(),
        });
        parts.extend(back.into_iter().map(|part| returned_part(line, part)));
    }
    let totals = totals_of(shipment, booked.iter().map(|line| (line.amount, line.vat_amount)))?;
    let lots = put_back(tx, permit, held, parts).await?;
    Ok((BookedReturn { occurred_on: held.row.date, lines: booked, lots }, totals))
}

fn returned_part(line: &SalesReturnLine, part: BackPart) -> ReturnedPart {
    ReturnedPart {
        line_id: line.id,
        product_id: line.product_id,
        lot_id: part.lot_id,
        condition: match line.condition {
            GoodsCondition::Good => Condition::Good,
            GoodsCondition::Damaged => Condition::Damaged,
        },
        quantity: part.quantity,
        cost: part.cost,
    }
}

/// The lots that a shipment's lines took, in the order they were taken, with what has come back.
async fn lots_of<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    shipment: &Shipment,
) -> Outcome<HashMap<ShipmentLineId, Vec<TakenLot>>> {
    let returned = returned_by_lot(tx, permit, shipment.id).await?;
    let mut lots: HashMap<ShipmentLineId, Vec<TakenLot>> = HashMap::new();
    for lot in stock::issued(tx, permit, shipment.id).await? {
        let key: (ShipmentLineId, LotId) = (lot.shipment_line_id, lot.lot_id);
        let back = returned.get(&key).copied().unwrap_or_default();
        lots.entry(lot.shipment_line_id).or_default().push(TakenLot {
            lot_id: lot.lot_id,
            quantity: lot.quantity,
            cost: lot.cost,
            returned: back.0,
            returned_cost: back.1,
        });
    }
    Ok(lots)
}

async fn put_back<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    held: &Held,
    parts: Vec<ReturnedPart>,
) -> Outcome<Vec<NewReturnLot>> {
    if parts.is_empty() {
        return Ok(Vec::new());
    }
    let returning = Returning {
        return_id: held.row.id,
        organization_id: held.row.organization_id,
        warehouse_id: held.row.warehouse_id,
        occurred_on: held.row.date,
        parts,
    };
    let into = stock::put_back(tx, permit, &returning).await?;
    let lot = |(part, lot_id): (&ReturnedPart, LotId)| NewReturnLot {
        return_line_id: part.line_id,
        lot_id,
        source_lot_id: part.lot_id,
        quantity: part.quantity,
        cost: part.cost,
    };
    Ok(returning.parts.iter().zip(into).map(lot).collect())
}
