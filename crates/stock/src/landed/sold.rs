//! What the context of sales knows and does for landed costs.

use access::{Action, Permit};
use db::{Outcome, TenantTx};
use kernel::{Decimal, LandedCostId, LotId, NaiveDate, ShipmentLineId};

/// Pieces of a lot that a line of a posted shipment took.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SoldPieces {
    /// The shipment's line.
    pub shipment_line_id: ShipmentLineId,
    /// Out of which lot.
    pub lot_id: LotId,
    /// Base units, above zero.
    pub quantity: Decimal,
}

/// What a landed cost adds to sales.
#[derive(Clone, Debug)]
pub struct CostFacts {
    /// The document.
    pub landed_cost_id: LandedCostId,
    /// The day of its posting.
    pub occurred_on: NaiveDate,
    /// Lines of shipments, each once, with what they cost more, base currency.
    pub costs: Vec<(ShipmentLineId, Decimal)>,
}

/// The register of sales.
pub trait SoldGoods: Send + Sync + 'static {
    /// Who took pieces of these lots and did not bring them back. The lots' balances are locked, so
    /// no shipment of theirs is under way.
    fn sold<A: Action>(
        tx: &TenantTx,
        permit: &Permit<A>,
        lots: &[LotId],
    ) -> impl Future<Output = Outcome<Vec<SoldPieces>>> + Send;

    /// Books more cost on sales.
    fn book<A: Action>(
        tx: &TenantTx,
        permit: &Permit<A>,
        facts: &CostFacts,
    ) -> impl Future<Output = Outcome<()>> + Send;

    /// Undoes what a landed cost has booked, on a day.
    fn unbook<A: Action>(
        tx: &TenantTx,
        permit: &Permit<A>,
        of: LandedCostId,
        on: NaiveDate,
    ) -> impl Future<Output = Outcome<()>> + Send;
}
