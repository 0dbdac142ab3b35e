//! Looking at what is free without taking it.

use access::Permit;
use db::{Outcome, TenantTx};
use kernel::Decimal;

use crate::holding::{ranks, want};
use crate::rules::{Shelf, Want};
use crate::store::balances;
use crate::{Holding, ReserveLine, Reserved};

/// What [`crate::reserve`] would find for order lines now, holding nothing: `reserved` is zero and
/// `short` what the free goods do not cover, where lines of the same goods count them once. One
/// answer a line, in the order of the lines.
///
/// # Errors
/// A fault of the database.
pub async fn look<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    lines: &[ReserveLine],
    holding: Holding,
) -> Outcome<Vec<Reserved>> {
    if lines.is_empty() {
        return Ok(Vec::new());
    }
    let wants: Vec<Want> = lines.iter().map(want).collect();
    let free = balances::free(tx, permit, &wants, holding).await?;
    let ranks = ranks(tx, permit, &free).await?;
    let mut shelf = Shelf::new(free, &ranks);
    let found = lines.iter().zip(&wants).map(|(line, want)| {
        let hold = shelf.hold(want, holding.ships_on);
        let covered: Decimal = hold.parts.iter().map(|(_, quantity)| *quantity).sum();
        Reserved {
            order_line_id: line.order_line_id,
            available: hold.available,
            reserved: Decimal::ZERO,
            short: line.quantity - covered,
        }
    });
    Ok(found.collect())
}
