//! Goods on their way come back to where they were sent from.

use std::marker::PhantomData;

use access::{Action, Permit, Right};
use db::{AuditEntry, Command, Outcome, TenantTx};
use kernel::{Decimal, NaiveDate, TransferId};
use serde_json::json;

use super::arriving::{Arrival, HeldThere, Part, arrive, in_transit};
use super::receive::not_before;
use super::{TransferMoved, changed, locked, store};
use crate::document::held_organization;
use crate::house::{Promises, check_day};
use crate::rules::TransferState;

/// Takes what was sent back. Who had goods of it held has others held instead, as far as they are
/// there.
#[derive(Clone, Debug)]
pub struct ReturnStockTransfer<P> {
    /// Which.
    pub id: TransferId,
    /// The version that was read.
    pub version: i32,
    /// The business date; today where it is absent.
    pub on: Option<NaiveDate>,
    /// Who holds other goods for orders that waited for these.
    pub promises: PhantomData<P>,
}

impl<P: Promises> Action for ReturnStockTransfer<P> {
    const RIGHT: Right = Right::TransferWrite;
}

#[async_trait::async_trait]
impl<P: Promises> Command for ReturnStockTransfer<P> {
    type Output = TransferMoved;

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<TransferMoved> {
        let mut transfer = locked(tx, permit, self.id, self.version).await?;
        transfer.state()?.to(TransferState::Returned)?;
        let on = self.on.unwrap_or_else(|| tx.today());
        not_before(on, transfer.occurred_on)?;
        let organization = held_organization(tx, permit, transfer.organization_id).await?;
        check_day(tx, permit, &organization, on)?;
        let sent = in_transit(tx, permit, &transfer).await?;
        let back = |(line, lots): (_, Vec<_>)| {
            let part = move |(key, quantity)| Part {
                line_id: line,
                key,
                arrives: quantity,
                missing: Decimal::ZERO,
            };
            lots.into_iter().map(part)
        };
        let parts: Vec<Part> = sent.into_iter().flat_map(back).collect();
        let arrival = Arrival { warehouse_id: transfer.from_id, on, held: HeldThere::No };
        let kept = arrive::<P, Self>(tx, permit, &transfer, arrival, &parts).await?;
        transfer.state = TransferState::Returned.as_str().to_owned();
        transfer.returned_on = Some(on);
        store::update(tx, permit, &transfer).await?;
        tx.audit(AuditEntry::new(
            "returnStockTransfer",
            "StockTransfer",
            self.id,
            json!({ "state": ["SENT", "RETURNED"], "returnedOn": on, "reservations": kept }),
        ));
        changed(tx, &transfer);
        Ok(TransferMoved { transfer: self.id, kept })
    }
}
