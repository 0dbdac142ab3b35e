//! The differences become movements.

use std::collections::{BTreeSet, HashMap};
use std::marker::PhantomData;

use access::{Action, Permit, Right};
use catalog::Goods;
use db::{AuditEntry, Command, Outcome, TenantTx};
use kernel::{CountId, Decimal, LotId, NaiveDate, Refusal, RefusalCode, Uuid};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::store::{self, Differing, FoundLot, Header};
use super::{changed, locked};
use crate::document::held_organization;
use crate::events;
use crate::house::{Kept, Promises, check_day, guard, keep, reason, warehouse, write_bound};
use crate::issuing::{check_lows, refusal};
use crate::pegging;
use crate::rules::{
    Balance, BalanceKey, Bound, CountPlan, CountState, CountedPlace, Difference, Shelf, line_cost,
    plan_count,
};
use crate::store::movements::{self, Cause, Movement};
use crate::store::{balances, receipts, reservations};

/// What lines that nobody entered mean.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Uncounted {
    /// They were not looked at: the books stand.
    #[default]
    Stand,
    /// Nothing of them was found.
    Missing,
}

/// What came of a count.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct CountPosted {
    /// The count.
    pub count: CountId,
    /// What became of goods that are missing and were held.
    pub kept: Vec<Kept>,
}

/// Posts a count: each difference becomes a movement. What is missing leaves with its share of
/// value, free pieces first, and other goods are held for who loses held ones. What was found
/// costs what others of its lot do, else what the goods cost last.
#[derive(Clone, Debug)]
pub struct PostStockCount<P> {
    /// Which.
    pub id: CountId,
    /// The version that was read.
    pub version: i32,
    /// The business date, not before the count was started; today where it is absent.
    pub on: Option<NaiveDate>,
    /// Why there are differences.
    pub reason: Option<String>,
    /// What lines that nobody entered mean.
    pub uncounted: Uncounted,
    /// Who holds other goods for orders that lose theirs.
    pub promises: PhantomData<P>,
}

impl<P: Promises> Action for PostStockCount<P> {
    const RIGHT: Right = Right::CountPost;
}

#[async_trait::async_trait]
impl<P: Promises> Command for PostStockCount<P> {
    type Output = CountPosted;

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<CountPosted> {
        let mut count = locked(tx, permit, self.id, self.version).await?;
        count.state()?.to(CountState::Posted)?;
        let on = self.on.unwrap_or_else(|| tx.today());
        not_before(on, count.frozen_on)?;
        let organization = held_organization(tx, permit, count.organization_id).await?;
        check_day(tx, permit, &organization, on)?;
        warehouse(tx, permit, Some(count.warehouse_id), "warehouseId").await?;
        count.occurred_on = on;
        let missing = self.uncounted == Uncounted::Missing;
        let lines = store::differing(tx, permit, self.id, missing).await?;
        if !lines.is_empty() || self.reason.is_some() {
            count.reason = Some(reason(self.reason.as_deref(), "reason")?);
        }
        let (moved, kept) = settle::<P, Self>(tx, permit, &count, &lines).await?;
        count.amount = Some(moved.iter().map(|one| one.value).sum());
        count.state = CountState::Posted.as_str().to_owned();
        store::update(tx, permit, &count).await?;
        tx.audit(AuditEntry::new(
            "postStockCount",
            "StockCount",
            self.id,
            json!({ "state": ["COUNTING", "POSTED"], "reason": count.reason,
                    "differences": lines.len(), "reservations": kept }),
        ));
        changed(tx, &count);
        events::stock_changed(tx, "StockCount", self.id, moved.iter().map(|one| &one.key));
        Ok(CountPosted { count: self.id, kept })
    }
}

/// Brings stock to what was found.
async fn settle<P: Promises, A: Action>(
    tx: &TenantTx,
    permit: &Permit<A>,
    count: &Header,
    lines: &[Differing],
) -> Outcome<(Vec<Movement>, Vec<Kept>)> {
    if lines.is_empty() {
        return Ok((Vec::new(), Vec::new()));
    }
    let goods: BTreeSet<Goods> = lines.iter().map(Differing::goods).collect();
    let goods: Vec<Goods> = goods.into_iter().collect();
    let place = (count.organization_id, count.warehouse_id, None);
    let lying = balances::keys_of_place(tx, permit, (place.0, place.1), &goods).await?;
    let queues = goods.iter().map(|one| (count.organization_id, one.product));
    let guarded = guard::<P, A>(tx, permit, lying.iter(), queues).await?;
    let locked = balances::lock_place(tx, permit, place, &goods).await?;
    let keys: Vec<BalanceKey> = locked.iter().map(Balance::key).collect();
    let held = reservations::of_balances(tx, permit, keys.iter()).await?;
    let mut bound = Bound::new(&held);
    let mut shelf = Shelf::new(locked, &HashMap::from([(count.warehouse_id, 0)]));
    let differences = differences(&shelf, lines);
    let at =
        CountedPlace { organization_id: count.organization_id, warehouse_id: count.warehouse_id };
    let plan = match plan_count(&mut shelf, &mut bound, at, &differences) {
        Ok(plan) => plan,
        Err(shortages) => return Err(refusal(tx, permit, &shortages, &[]).await?.into()),
    };
    let found = anew(tx, permit, count, (lines, &plan)).await?;
    write_bound(tx, permit, &bound, count.occurred_on).await?;
    balances::ensure(tx, permit, found.iter().map(|one| &one.key)).await?;
    let mut changes = shelf.changes();
    changes.extend(crate::issuing::sums(&found));
    balances::change(tx, permit, &changes).await?;
    let mut moved = movements_of(lines, &plan);
    moved.extend(found);
    let cause = Cause {
        kind: "COUNT",
        document_kind: "StockCount",
        document_id: count.id.0,
        occurred_on: count.occurred_on,
    };
    movements::add(tx, permit, &cause, &moved).await?;
    if count.occurred_on < tx.today() {
        let keys: Vec<BalanceKey> = moved.iter().map(|one| one.key).collect();
        check_lows(&movements::lows(tx, permit, &keys, count.occurred_on).await?)?;
    }
    store::note_posted(tx, permit, &posted(&differences, lines)).await?;
    let kept = keep::<P, A>(tx, permit, &guarded, &bound).await?;
    let more = moved.iter().filter(|one| one.quantity > Decimal::ZERO);
    let more: Vec<BalanceKey> = more.map(|one| one.key).collect();
    pegging::peg(tx, permit, &more).await?;
    Ok((moved, kept))
}

/// What differs, where what nobody entered is missing whole.
fn differences(shelf: &Shelf, lines: &[Differing]) -> Vec<Difference> {
    let lies = |line: &Differing| -> Decimal {
        let same = |balance: &&Balance| {
            balance.product_id == line.product_id
                && balance.variant_id == line.variant_id
                && line.lot_id.is_none_or(|lot| lot == balance.lot_id)
        };
        shelf.balances().filter(same).map(|balance| balance.on_hand).sum()
    };
    let difference = |line: &Differing| Difference {
        product_id: line.product_id,
        variant_id: line.variant_id,
        lot_id: line.lot_id,
        quantity: line.difference.unwrap_or_else(|| -lies(line)),
    };
    lines.iter().map(difference).collect()
}

/// Goods that were found where nothing of their lot lies: back into it, or a lot of their own.
async fn anew<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    count: &Header,
    (lines, plan): (&[Differing], &CountPlan),
) -> Outcome<Vec<Movement>> {
    let lots: Vec<LotId> = plan.anew.iter().filter_map(|(_, lot, _)| *lot).collect();
    let known = store::unit_costs(tx, permit, &lots).await?;
    let of_none = plan.anew.iter().filter(|(_, lot, _)| lot.is_none());
    let goods: Vec<Goods> =
        of_none.filter_map(|(index, _, _)| lines.get(*index).map(Differing::goods)).collect();
    let last = receipts::last_costs(tx, permit, count.organization_id, &goods).await?;
    let mut made = Vec::new();
    let mut found = Vec::new();
    for (index, lot, quantity) in &plan.anew {
        let Some(line) = lines.get(*index) else { continue };
        let cost = match lot {
            Some(lot) => known.get(lot).copied(),
            None => last.get(&line.goods()).copied(),
        };
        let Some(unit_cost) = cost else { return Err(no_cost(tx, permit, line).await?.into()) };
        let lot_id = lot.unwrap_or_else(LotId::new);
        if lot.is_none() {
            let goods = line.goods();
            made.push(FoundLot { id: lot_id, line_id: line.id, goods, unit_cost });
        }
        found.push(Movement {
            key: BalanceKey {
                organization_id: count.organization_id,
                warehouse_id: count.warehouse_id,
                product_id: line.product_id,
                lot_id,
            },
            line_id: line.id,
            quantity: *quantity,
            value: line_cost(*quantity, unit_cost).unwrap_or_default(),
            reverses: None,
        });
    }
    store::insert_lots(tx, permit, count, &made).await?;
    Ok(found)
}

fn movements_of(lines: &[Differing], plan: &CountPlan) -> Vec<Movement> {
    let line = |index: usize| lines.get(index).map(|line| line.id).unwrap_or_default();
    let lost = plan.missing.iter().map(|(index, one)| Movement {
        key: one.key,
        line_id: line(*index),
        quantity: -one.quantity,
        value: -one.cost,
        reverses: None,
    });
    let found = plan.found.iter().map(|(index, one)| Movement {
        key: one.key,
        line_id: line(*index),
        quantity: one.quantity,
        value: one.cost,
        reverses: None,
    });
    lost.chain(found).collect()
}

fn posted(differences: &[Difference], lines: &[Differing]) -> Vec<(Uuid, Decimal)> {
    lines.iter().zip(differences).map(|(line, one)| (line.id, one.quantity)).collect()
}

fn not_before(on: NaiveDate, frozen: Option<NaiveDate>) -> Result<(), Refusal> {
    match frozen {
        Some(frozen) if on < frozen => Err(Refusal::new(
            RefusalCode::Invalid,
            format!("The count was started on {frozen}; it is not posted before."),
            format!(
                "Инвентаризация начата {}; раньше провести её нельзя.",
                frozen.format("%d.%m.%Y")
            ),
        )
        .at(["date"])),
        _ => Ok(()),
    }
}

async fn no_cost<A>(tx: &TenantTx, permit: &Permit<A>, line: &Differing) -> Outcome<Refusal> {
    let cards = catalog::product_cards(tx, permit, &[line.product_id]).await?;
    let name = cards.get(&line.product_id).map(|card| card.name.clone()).unwrap_or_default();
    Ok(Refusal::new(
        RefusalCode::Required,
        format!("{name} was found and was never received before: receive it with its cost."),
        format!("«{name}» найден, но раньше не поступал: оформите поступление с себестоимостью."),
    ))
}
