//! Costs that come after the goods: freight, customs, insurance. A posted one is spread over lines
//! of receipts, and each line's share over its pieces, wherever they are by then: those in stock,
//! on their way between warehouses and held back too, are worth more from then on; those already
//! sold cost their sales more; what is neither, since it was written off, sent back or used up, is
//! the document's own expense. All of it is dated the day of posting (domain, section 5).
//!
//! Sales belong to a context above this one, which hands its register in as [`SoldGoods`].

mod cancel;
mod chosen;
mod create;
mod post;
mod reads;
mod reverse;
mod rules;
mod sold;
mod store;
mod update;

pub use cancel::CancelLandedCost;
pub use chosen::ChosenGoods;
pub use create::CreateLandedCost;
pub use post::PostLandedCost;
pub use reads::*;
pub use reverse::ReverseLandedCost;
pub use rules::{LandedBasis, LandedKind};
pub use sold::{CostFacts, SoldGoods, SoldPieces};
pub use update::UpdateLandedCost;

use access::Permit;
use db::{CommandError, Outcome, TenantTx};
use kernel::{Decimal, LandedCostId, Money, Refusal, RefusalCode};

use crate::document;
use crate::rules::same_version;
use store::Header;

/// The document under its lock, in the version the user has read.
async fn locked<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    id: LandedCostId,
    version: i32,
) -> Outcome<Header> {
    let header = store::lock(tx, permit, id).await?.ok_or(CommandError::NotFound)?;
    same_version(
        header.version,
        version,
        "The landed cost was changed since you read it.",
        "Документ дополнительных расходов был изменён после того, как вы его прочитали.",
    )?;
    Ok(header)
}

/// Tells that a landed cost was made or changed.
fn changed(tx: &TenantTx, cost: &Header) {
    document::changed(tx, "LandedCost", cost.id, cost.created_by);
}

/// An amount is above zero and of the places of its currency.
fn check_amount(amount: Decimal, currency: kernel::Currency) -> Result<(), Refusal> {
    if amount > Decimal::ZERO && Money::checked(amount, currency).is_ok() {
        return Ok(());
    }
    Err(Refusal::new(
        RefusalCode::OutOfRange,
        "The amount is above zero, with at most 2 decimal places.",
        "Сумма больше нуля, не более 2 знаков после запятой.",
    )
    .at(["amount"]))
}
