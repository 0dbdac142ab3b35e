//! Goods leave a warehouse for another one.

use std::collections::HashMap;

use access::{Action, Permit, Right};
use db::{AuditEntry, Command, Outcome, TenantTx};
use kernel::{TransferId, WarehouseId};
use serde_json::json;

use super::store::{self, Header};
use super::{changed, locked};
use crate::document::{held_organization, number};
use crate::events;
use crate::house::{GoodsLine, Table, check_day, goods_of, no_lines, read_lines, warehouse};
use crate::issuing::{cap, refusal};
use crate::pegging;
use crate::rules::{
    Balance, BalanceKey, Carried, Shelf, TakeLine, Taken, Taking, TransferState, Unnamed, plan_take,
};
use crate::store::balances;
use crate::store::movements::{self, Cause, Low, Movement};

/// Sends a draft: its goods lie in transit from now on, where the receiving side may have them
/// held. Free goods go, in the turn in which they would be sold, or the lots that were chosen,
/// whatever state they are in.
#[derive(Clone, Debug)]
pub struct SendStockTransfer {
    /// Which.
    pub id: TransferId,
    /// The version that was read.
    pub version: i32,
}

impl Action for SendStockTransfer {
    const RIGHT: Right = Right::TransferWrite;
}

#[async_trait::async_trait]
impl Command for SendStockTransfer {
    type Output = TransferId;

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<TransferId> {
        let mut transfer = locked(tx, permit, self.id, self.version).await?;
        transfer.state()?.to(TransferState::Sent)?;
        let organization = held_organization(tx, permit, transfer.organization_id).await?;
        check_day(tx, permit, &organization, transfer.occurred_on)?;
        warehouse(tx, permit, Some(transfer.from_id), "fromId").await?;
        let to = warehouse(tx, permit, Some(transfer.to_id), "toId").await?;
        let lines = read_lines(tx, permit, Table::Transfer, self.id.0).await?;
        if lines.is_empty() {
            return Err(no_lines().into());
        }
        let transit = catalog::transit_to(tx, permit, &to).await?;
        let sent = send(tx, permit, &transfer, &lines, transit).await?;
        transfer.state = TransferState::Sent.as_str().to_owned();
        transfer.number = number(tx, &organization, "stock_transfer", transfer.occurred_on).await?;
        store::update(tx, permit, &transfer).await?;
        tx.audit(AuditEntry::new(
            "sendStockTransfer",
            "StockTransfer",
            self.id,
            json!({ "state": ["DRAFT", "SENT"], "number": transfer.number, "lines": lines }),
        ));
        changed(tx, &transfer);
        tell(tx, &transfer, &sent);
        Ok(self.id)
    }
}

/// Takes the goods out of one place and puts them into the other.
async fn send<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    transfer: &Header,
    lines: &[GoodsLine],
    transit: WarehouseId,
) -> Outcome<Vec<(usize, Carried)>> {
    let wanted = lines.iter().map(|line| (transfer.organization_id, line.product_id));
    pegging::queue(tx, permit, wanted).await?;
    let places = (transfer.organization_id, transfer.from_id, Some(transit));
    let mut locked = balances::lock_place(tx, permit, places, &goods_of(lines)).await?;
    let lows: Vec<Low> = if transfer.occurred_on < tx.today() {
        cap(tx, permit, transfer.occurred_on, &mut locked).await?
    } else {
        Vec::new()
    };
    let likes: HashMap<BalanceKey, Balance> =
        locked.iter().map(|balance| (balance.key(), balance.clone())).collect();
    let mut shelf = Shelf::new(locked, &HashMap::from([(transfer.from_id, 0)]));
    let taking = Taking {
        organization_id: transfer.organization_id,
        warehouse_id: transfer.from_id,
        occurred_on: transfer.occurred_on,
        unnamed: Unnamed::Sellable,
    };
    let asked: Vec<TakeLine> = lines.iter().map(TakeLine::from).collect();
    let taken = match plan_take(&mut shelf, &taking, &asked) {
        Ok(taken) => taken,
        Err(shortages) => return Err(refusal(tx, permit, &shortages, &lows).await?.into()),
    };
    let mut sent = Vec::with_capacity(taken.len());
    for (place, Taken { key, quantity, cost }) in taken {
        let to = BalanceKey { warehouse_id: transit, ..key };
        if let Some(like) = likes.get(&key) {
            shelf.put(to, like, quantity, cost);
        }
        sent.push((place, Carried { from: key, to, quantity, value: cost }));
    }
    balances::ensure(tx, permit, sent.iter().map(|(_, one)| &one.to)).await?;
    balances::change(tx, permit, &shelf.changes()).await?;
    let line = |place: usize| lines.get(place).map(|line| line.id).unwrap_or_default();
    let moved: Vec<Movement> =
        sent.iter().flat_map(|(place, one)| both_ways(line(*place), one)).collect();
    movements::add(tx, permit, &cause(transfer, transfer.occurred_on), &moved).await?;
    // Goods on their way are held like any others: who waits for them where they go gets them now.
    let on_their_way: Vec<BalanceKey> = sent.iter().map(|(_, one)| one.to).collect();
    pegging::peg(tx, permit, &on_their_way).await?;
    Ok(sent)
}

/// What a transfer moves, and when.
pub(super) fn cause(transfer: &Header, occurred_on: kernel::NaiveDate) -> Cause {
    Cause {
        kind: "TRANSFER",
        document_kind: "StockTransfer",
        document_id: transfer.id.0,
        occurred_on,
    }
}

/// The two movements of goods that were carried.
pub(super) fn both_ways(line_id: kernel::Uuid, carried: &Carried) -> [Movement; 2] {
    let Carried { from, to, quantity, value } = *carried;
    [
        Movement { key: from, line_id, quantity: -quantity, value: -value, reverses: None },
        Movement { key: to, line_id, quantity, value, reverses: None },
    ]
}

/// Both warehouses hear of it: what is in transit is the destination's.
fn tell(tx: &TenantTx, transfer: &Header, sent: &[(usize, Carried)]) {
    let there = |key: BalanceKey| BalanceKey { warehouse_id: transfer.to_id, ..key };
    let keys: Vec<BalanceKey> =
        sent.iter().flat_map(|(_, one)| [one.from, there(one.to)]).collect();
    events::stock_changed(tx, "StockTransfer", transfer.id, keys.iter());
}
