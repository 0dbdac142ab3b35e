//! Goods leaving for their supplier, and coming back where that was a mistake.

use std::collections::{BTreeSet, HashMap};

use access::{Action, Permit, Right};
use catalog::check_period;
use db::{AuditEntry, Command, Outcome, TenantTx};
use kernel::{Decimal, ProductId, Refusal, RefusalCode, SupplierReturnId};
use serde_json::json;

use super::SupplierReturnState;
use super::create::return_changed;
use super::store::{self, Header, Line};
use crate::house::reversal_day;
use crate::issuing::{check_lows, sums, undone};
use crate::rules::{Balance, BalanceKey, Shelf, Taken};
use crate::store::balances;
use crate::store::movements::{self, Cause, Moved, Movement};
use crate::{document, events, pegging};

/// Posts a draft: its goods leave stock at the value they lie with. What is held for orders does
/// not go back.
#[derive(Clone, Copy, Debug)]
pub struct PostSupplierReturn {
    /// Which.
    pub id: SupplierReturnId,
    /// The version that was read.
    pub version: i32,
}

impl Action for PostSupplierReturn {
    const RIGHT: Right = Right::ReceiptWrite;
}

#[async_trait::async_trait]
impl Command for PostSupplierReturn {
    type Output = SupplierReturnId;

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<SupplierReturnId> {
        let mut header = store::locked(tx, permit, self.id, self.version).await?;
        header.state()?.to(SupplierReturnState::Posted)?;
        let organization = document::held_organization(tx, permit, header.organization_id).await?;
        let may_backdate = permit.scope().reach(Right::DocumentBackdate).is_some();
        check_period(&organization, header.occurred_on, tx.today(), may_backdate)
            .map_err(|refusal| Refusal::from(refusal).at(["date"]))?;
        let lines = store::lines(tx, permit, header.id).await?;
        let keys: BTreeSet<BalanceKey> = lines.iter().map(|line| line.key(&header)).collect();
        let locked = balances::lock(tx, permit, &keys).await?;
        check_free(tx, permit, &header, &lines, &locked).await?;
        let mut shelf = Shelf::new(locked, &HashMap::new());
        let take = |line: &Line| {
            let taken = shelf.take(&line.key(&header), line.quantity, Decimal::ZERO)?;
            Some((line.id, taken))
        };
        let taken: Vec<_> = lines.iter().filter_map(take).collect();
        let movements: Vec<Movement> =
            taken.iter().map(|(line, taken)| leaving(line.0, taken)).collect();
        let cause = Cause {
            kind: "SUPPLIER_RETURN",
            document_kind: "SupplierReturn",
            document_id: header.id.0,
            occurred_on: header.occurred_on,
        };
        balances::change(tx, permit, &shelf.changes()).await?;
        movements::add(tx, permit, &cause, &movements).await?;
        let all: Vec<BalanceKey> = keys.iter().copied().collect();
        check_lows(&movements::lows(tx, permit, &all, header.occurred_on).await?)?;
        let amounts: Vec<_> = taken.iter().map(|(line, taken)| (*line, taken.cost)).collect();
        store::set_amounts(tx, permit, &amounts).await?;
        header.number =
            document::number(tx, &organization, "supplier_return", header.occurred_on).await?;
        header.amount = Some(amounts.iter().map(|one| one.1).sum());
        header.state = SupplierReturnState::Posted.as_str().to_owned();
        store::update(tx, permit, &header).await?;
        tx.audit(AuditEntry::new(
            "postSupplierReturn",
            "SupplierReturn",
            header.id,
            json!({ "state": ["DRAFT", "POSTED"], "number": header.number, "lines": lines }),
        ));
        return_changed(tx, &header);
        events::stock_changed(tx, "SupplierReturn", header.id, keys.iter());
        Ok(header.id)
    }
}

/// Reverses a posted return: its goods come back into their lots with their value, and who waits
/// for them gets them held. Dated as the return, or on the first open day where that is closed.
#[derive(Clone, Copy, Debug)]
pub struct ReverseSupplierReturn {
    /// Which.
    pub id: SupplierReturnId,
    /// The version that was read.
    pub version: i32,
}

impl Action for ReverseSupplierReturn {
    const RIGHT: Right = Right::ReceiptReverse;
}

#[async_trait::async_trait]
impl Command for ReverseSupplierReturn {
    type Output = SupplierReturnId;

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<SupplierReturnId> {
        let mut header = store::locked(tx, permit, self.id, self.version).await?;
        header.state()?.to(SupplierReturnState::Reversed)?;
        let organization = document::held_organization(tx, permit, header.organization_id).await?;
        let date = reversal_day(tx, &organization, header.occurred_on)?;
        let moved = movements::of_document(tx, permit, "SUPPLIER_RETURN", header.id.0).await?;
        let keys: BTreeSet<BalanceKey> = moved.iter().map(Moved::key).collect();
        pegging::queue(tx, permit, keys.iter().map(pegging::queue_of)).await?;
        balances::lock(tx, permit, &keys).await?;
        let back: Vec<Movement> = moved.iter().map(undone).collect();
        let cause = Cause {
            kind: "REVERSAL",
            document_kind: "SupplierReturn",
            document_id: header.id.0,
            occurred_on: date,
        };
        balances::change(tx, permit, &sums(&back)).await?;
        movements::add(tx, permit, &cause, &back).await?;
        header.state = SupplierReturnState::Reversed.as_str().to_owned();
        header.reversed_on = Some(date);
        store::update(tx, permit, &header).await?;
        tx.audit(AuditEntry::new(
            "reverseSupplierReturn",
            "SupplierReturn",
            header.id,
            json!({ "state": ["POSTED", "REVERSED"], "reversedOn": date }),
        ));
        return_changed(tx, &header);
        events::stock_changed(tx, "SupplierReturn", header.id, keys.iter());
        let keys: Vec<BalanceKey> = keys.into_iter().collect();
        pegging::peg(tx, permit, &keys).await?;
        Ok(header.id)
    }
}

fn leaving(line: kernel::Uuid, taken: &Taken) -> Movement {
    Movement {
        key: taken.key,
        line_id: line,
        quantity: -taken.quantity,
        value: -taken.cost,
        reverses: None,
    }
}

/// Refuses goods that are held for orders or gone.
async fn check_free<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    header: &Header,
    lines: &[Line],
    locked: &[Balance],
) -> Outcome<()> {
    let free = |line: &Line| {
        let balance = locked.iter().find(|balance| balance.key() == line.key(header));
        balance.map_or(Decimal::ZERO, Balance::free)
    };
    let short: Vec<(usize, &Line)> =
        lines.iter().enumerate().filter(|(_, line)| line.quantity > free(line)).collect();
    let Some((place, _)) = short.first() else { return Ok(()) };
    let ids: Vec<ProductId> = short.iter().map(|(_, line)| line.product_id).collect();
    let cards = catalog::product_cards(tx, permit, &ids).await?;
    let sku = |line: &Line| cards.get(&line.product_id).map(|card| card.sku.clone());
    let list: Vec<_> = short
        .iter()
        .map(|(place, line)| {
            json!({ "line": place, "sku": sku(line), "asked": line.quantity,
                    "available": free(line) })
        })
        .collect();
    let names: Vec<String> = short.iter().take(5).filter_map(|(_, line)| sku(line)).collect();
    let names = names.join(", ");
    Err(Refusal::new(
        RefusalCode::InsufficientStock,
        format!("Reserved or already gone: {names}."),
        format!("Зарезервировано или уже отгружено: {names}."),
    )
    .at(["lines".to_owned(), place.to_string(), "quantity".to_owned()])
    .with(json!({ "lines": list }))
    .into())
}
