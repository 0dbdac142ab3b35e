//! Holding and moving goods for the documents of other contexts. Callers hold the order's or
//! shipment's row lock, so reservations of its lines stand still meanwhile.

use access::Permit;
use db::{Fault, Outcome, TenantTx};
use kernel::{Decimal, NaiveDate, OrderId, OrderLineId, ShipmentId};

use crate::{Issue, IssuedLot, ReserveLine, Reserved};

/// Holds what is available for order lines: lots that expire first, then those received first;
/// never expired or blocked ones. What is not there is told as short and is no error. One answer
/// a line, in the order of the lines.
///
/// # Errors
/// A fault of the database.
pub async fn reserve<A>(
    _tx: &TenantTx,
    _permit: &Permit<A>,
    _lines: &[ReserveLine],
    _on: NaiveDate,
) -> Outcome<Vec<Reserved>> {
    Err(Fault::broken("in the making").into())
}

/// Frees all that is held for an order.
///
/// # Errors
/// A fault of the database.
pub async fn release_order<A>(_tx: &TenantTx, _permit: &Permit<A>, _order: OrderId) -> Outcome<()> {
    Err(Fault::broken("in the making").into())
}

/// Frees up to these quantities (base units) of order lines, the goods taken last first.
///
/// # Errors
/// A fault of the database.
pub async fn release_lines<A>(
    _tx: &TenantTx,
    _permit: &Permit<A>,
    _lines: &[(OrderLineId, Decimal)],
) -> Outcome<()> {
    Err(Fault::broken("in the making").into())
}

/// Takes a shipment's goods out of stock: what is held for its lines first, then free lots.
///
/// # Errors
/// `INSUFFICIENT_STOCK` or, back-dated, `NEGATIVE_BALANCE`, each with a list; or a fault.
pub async fn issue<A>(
    _tx: &TenantTx,
    _permit: &Permit<A>,
    _issue: &Issue,
) -> Outcome<Vec<IssuedLot>> {
    Err(Fault::broken("in the making").into())
}

/// Puts a shipment's goods back into their lots, with their value. Reservations are not revived.
/// Gives what went back.
///
/// # Errors
/// A fault of the database, also where the shipment was taken back before.
pub async fn take_back<A>(
    _tx: &TenantTx,
    _permit: &Permit<A>,
    _shipment: ShipmentId,
    _occurred_on: NaiveDate,
) -> Outcome<Vec<IssuedLot>> {
    Err(Fault::broken("in the making").into())
}
