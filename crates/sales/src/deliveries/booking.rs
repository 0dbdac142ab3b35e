//! Booking what a delivery costs as a cost of its shipment.

use access::Permit;
use db::{Fault, Outcome, TenantTx};
use kernel::{Decimal, Refusal, SaleFactId, VariableCostId};

use super::commands::Held;
use super::rules::{spread, to_book};
use super::store::{BookedCost, CostPart, book_cost};
use crate::posting::hold_organization;
use crate::store::shipment_lines;

/// Books what is not booked yet of a delivery that has set off, today, over the lines of its
/// shipment. Gives the difference, base currency; zero where there is none.
///
/// # Errors
/// `PERIOD_CLOSED` where today is shut; or a fault.
pub(super) async fn book<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    held: &mut Held,
) -> Outcome<Decimal> {
    let row = &held.row;
    let amount = to_book(row.attempts, row.cost, row.booked);
    if amount.is_zero() {
        return Ok(amount);
    }
    let organization = hold_organization(tx, permit, row.organization_id).await?;
    let today = tx.today();
    catalog::check_period(&organization, today, today, false).map_err(Refusal::from)?;
    let lines = shipment_lines(tx, permit, row.shipment_id).await?;
    let weights: Vec<_> = lines.iter().map(|line| (line.amount, line.quantity)).collect();
    let parts = spread(amount, &weights);
    if parts.iter().sum::<Decimal>() != amount {
        return Err(Fault::broken("a cost of a shipment without lines").into());
    }
    let part = |(line, amount): (&crate::model::ShipmentLine, Decimal)| CostPart {
        shipment_line_id: line.id,
        fact_id: SaleFactId::new(),
        amount,
    };
    let parts = lines.iter().zip(parts).map(part);
    let cost = BookedCost {
        id: VariableCostId::new(),
        shipment_id: row.shipment_id,
        delivery_id: row.id,
        occurred_on: today,
        amount,
        parts: parts.filter(|part| !part.amount.is_zero()).collect(),
    };
    book_cost(tx, permit, &cost).await?;
    held.row.booked += amount;
    Ok(amount)
}
