//! The cost reaches the goods.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::marker::PhantomData;

use access::{Action, Permit, Right};
use db::{AuditEntry, Command, Fault, Outcome, TenantTx};
use kernel::{
    Decimal, LandedCostId, LotId, ProductId, ReceiptLineId, Refusal, RefusalCode, ShipmentLineId,
    Uuid, round_money, share_out,
};
use serde_json::json;

use super::rules::{LandedBasis, Part, Place, spread};
use super::sold::{CostFacts, SoldGoods};
use super::store::{self, Header, Line};
use super::{changed, locked};
use crate::document::{held_organization, number};
use crate::events;
use crate::house::{check_day, no_lines};
use crate::issuing::sums;
use crate::rules::{BalanceKey, LandedCostState};
use crate::store::balances;
use crate::store::movements::{self, Cause, Movement};

/// Posts a draft today: what lies of its goods is worth more from now on, and what was sold of them
/// cost more. The amount is that of the bill's day in the base currency.
#[derive(Clone, Debug)]
pub struct PostLandedCost<S> {
    /// Which.
    pub id: LandedCostId,
    /// The version that was read.
    pub version: i32,
    /// The register of sales.
    pub sold: PhantomData<S>,
}

impl<S: SoldGoods> Action for PostLandedCost<S> {
    const RIGHT: Right = Right::LandedCostWrite;
}

#[async_trait::async_trait]
impl<S: SoldGoods> Command for PostLandedCost<S> {
    type Output = LandedCostId;

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<LandedCostId> {
        let mut cost = locked(tx, permit, self.id, self.version).await?;
        cost.state()?.to(LandedCostState::Posted)?;
        let organization = held_organization(tx, permit, cost.organization_id).await?;
        check_day(tx, permit, &organization, tx.today())?;
        let lines = store::lines(tx, permit, self.id).await?;
        if lines.is_empty() {
            return Err(no_lines().into());
        }
        check_received(&lines)?;
        let base = in_base(tx, permit, &cost).await?;
        let weights = weights(tx, permit, cost.basis()?, &lines).await?;
        let shares = share_out(base, &weights);
        let parts = parts::<S, Self>(tx, permit, &lines, &shares).await?;
        raise(tx, permit, &cost, &parts).await?;
        S::book(tx, permit, &facts(tx, &cost, &parts)).await?;
        let noted = lines.iter().zip(weights.iter().zip(&shares));
        let noted: Vec<_> =
            noted.map(|(line, (weight, share))| (line.id, *weight, *share)).collect();
        store::note_shares(tx, permit, &noted).await?;
        store::insert_parts(tx, permit, self.id, &parts).await?;
        settle(&mut cost, base, &parts);
        cost.posted_on = Some(tx.today());
        cost.state = LandedCostState::Posted.as_str().to_owned();
        cost.number = number(tx, &organization, "landed_cost", tx.today()).await?;
        store::update(tx, permit, &cost).await?;
        tx.audit(AuditEntry::new(
            "postLandedCost",
            "LandedCost",
            self.id,
            json!({ "state": ["DRAFT", "POSTED"], "number": cost.number, "amount": base,
                    "stock": cost.stock_amount, "sold": cost.sold_amount,
                    "expensed": cost.expensed_amount }),
        ));
        changed(tx, &cost);
        Ok(self.id)
    }
}

/// The receipts stand.
fn check_received(lines: &[Line]) -> Result<(), Refusal> {
    match lines.iter().position(|line| line.state != "POSTED") {
        None => Ok(()),
        Some(place) => Err(Refusal::new(
            RefusalCode::Invalid,
            "The receipt of these goods was reversed.",
            "Поступление этого товара сторнировано.",
        )
        .at(["lines".to_owned(), place.to_string()])),
    }
}

/// The amount in the base currency at the rate of the bill's day.
async fn in_base<A>(tx: &TenantTx, permit: &Permit<A>, cost: &Header) -> Outcome<Decimal> {
    let base = permit.scope().facts().base_currency;
    if cost.currency == base {
        return Ok(cost.amount);
    }
    let on = cost.occurred_on;
    let rates = catalog::rates_on(tx, permit, on).await?;
    let conversion = rates.conversion(cost.currency, base, on);
    let amount = conversion.and_then(|conversion| conversion.apply(cost.amount));
    let currency = cost.currency;
    let unknown = || {
        Refusal::new(
            RefusalCode::NoRate,
            format!("No rate of {currency} is known on {on}."),
            format!("На {} нет курса {currency}.", on.format("%d.%m.%Y")),
        )
        .at(["date"])
        .with(json!({ "currency": currency, "date": on }))
    };
    Ok(amount.map(round_money).ok_or_else(unknown)?)
}

/// By what the amount is spread over lines.
async fn weights<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    basis: LandedBasis,
    lines: &[Line],
) -> Outcome<Vec<Decimal>> {
    match basis {
        LandedBasis::Amount => Ok(lines.iter().map(|one| one.amount.unwrap_or_default()).collect()),
        LandedBasis::Quantity => Ok(lines.iter().map(|one| one.quantity).collect()),
        LandedBasis::Weight | LandedBasis::Volume => {
            let products: BTreeSet<ProductId> = lines.iter().map(|one| one.product_id).collect();
            let products: Vec<ProductId> = products.into_iter().collect();
            let measures = catalog::unit_measures(tx, permit, &products).await?;
            let of_unit = |line: &Line| {
                let measure = measures.get(&line.product_id)?;
                if basis == LandedBasis::Weight { measure.weight_kg } else { measure.volume_m3 }
            };
            let weight = |(place, line): (usize, &Line)| {
                let unit = of_unit(line).ok_or_else(|| not_measured(place, basis))?;
                let weight = unit.checked_mul(line.quantity);
                weight.map(|weight| weight.round_dp(6)).ok_or_else(|| not_measured(place, basis))
            };
            let weights: Result<Vec<Decimal>, Refusal> =
                lines.iter().enumerate().map(weight).collect();
            Ok(weights?)
        }
    }
}

fn not_measured(place: usize, basis: LandedBasis) -> Refusal {
    let (en, ru) = if basis == LandedBasis::Weight {
        ("No packaging of the product says what it weighs.", "Вес товара не указан в упаковках.")
    } else {
        ("No packaging of the product says its volume.", "Объём товара не указан в упаковках.")
    };
    Refusal::new(RefusalCode::Required, en, ru).at(["lines".to_owned(), place.to_string()])
}

/// Where the pieces of lines are, and what they get of the lines' shares. Their balances are
/// locked.
async fn parts<S: SoldGoods, A: Action>(
    tx: &TenantTx,
    permit: &Permit<A>,
    lines: &[Line],
    shares: &[Decimal],
) -> Outcome<Vec<(Uuid, Part)>> {
    let lots = store::lots(tx, permit, lines).await?;
    let keys = store::lying(tx, permit, &lots).await?;
    let locked = balances::lock(tx, permit, &keys.iter().copied().collect()).await?;
    // Goods may have been carried on, or held back in a lot of their own, until they were locked.
    let still = store::lots(tx, permit, lines).await? == lots;
    if !still || store::lying(tx, permit, &lots).await? != keys {
        return Err(Fault::Changed("where lots lie").into());
    }
    let ids: Vec<LotId> = lots.iter().map(|one| one.lot_id).collect();
    let sold = S::sold(tx, permit, &ids).await?;
    let line_of: HashMap<LotId, ReceiptLineId> =
        lots.iter().map(|one| (one.lot_id, one.receipt_line_id)).collect();
    let mut found: HashMap<ReceiptLineId, Vec<(Place, Decimal)>> = HashMap::new();
    let lies = locked.iter().map(|one| (one.lot_id, Place::Lies(one.key()), one.on_hand));
    let taken = sold
        .iter()
        .map(|one| (one.lot_id, Place::Sold(one.shipment_line_id, one.lot_id), one.quantity));
    for (lot, place, quantity) in lies.chain(taken) {
        if let Some(line) = line_of.get(&lot) {
            found.entry(*line).or_default().push((place, quantity));
        }
    }
    let none = Vec::new();
    let parts = lines.iter().zip(shares).flat_map(|(line, share)| {
        let found = found.get(&line.receipt_line_id).unwrap_or(&none);
        let parts = spread(*share, line.quantity, found);
        parts.into_iter().map(|part| (line.id, part))
    });
    Ok(parts.collect())
}

/// What lies is worth more.
async fn raise<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    cost: &Header,
    parts: &[(Uuid, Part)],
) -> Outcome<()> {
    let more = |(line_id, part): &(Uuid, Part)| match part.place {
        Place::Lies(key) if !part.amount.is_zero() => Some(Movement {
            key,
            line_id: *line_id,
            quantity: Decimal::ZERO,
            value: part.amount,
            reverses: None,
        }),
        _ => None,
    };
    let moved: Vec<Movement> = parts.iter().filter_map(more).collect();
    let cause = Cause {
        kind: "REVALUATION",
        document_kind: "LandedCost",
        document_id: cost.id.0,
        occurred_on: tx.today(),
    };
    balances::change(tx, permit, &sums(&moved)).await?;
    movements::add(tx, permit, &cause, &moved).await?;
    tell(tx, permit, cost.id, moved.iter().map(|one| one.key).collect()).await
}

/// Tells whose goods are worth more or less.
pub(super) async fn tell<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    id: LandedCostId,
    keys: Vec<BalanceKey>,
) -> Outcome<()> {
    let ids: Vec<_> = keys.iter().map(|key| key.warehouse_id).collect();
    let places = catalog::places(tx, permit, &ids).await?;
    let shown: Vec<BalanceKey> = keys.iter().map(|key| events::shown(*key, &places)).collect();
    events::stock_changed(tx, "LandedCost", id, shown.iter());
    Ok(())
}

/// What sales cost more, each line of a shipment once.
fn facts(tx: &TenantTx, cost: &Header, parts: &[(Uuid, Part)]) -> CostFacts {
    let mut costs: BTreeMap<ShipmentLineId, Decimal> = BTreeMap::new();
    for (_, part) in parts {
        if let Place::Sold(line, _) = part.place {
            *costs.entry(line).or_default() += part.amount;
        }
    }
    costs.retain(|_, amount| !amount.is_zero());
    CostFacts {
        landed_cost_id: cost.id,
        occurred_on: tx.today(),
        costs: costs.into_iter().collect(),
    }
}

/// What became of the amount.
fn settle(cost: &mut Header, base: Decimal, parts: &[(Uuid, Part)]) {
    let sum = |fits: fn(&Place) -> bool| -> Decimal {
        parts.iter().filter(|one| fits(&one.1.place)).map(|one| one.1.amount).sum()
    };
    cost.base_amount = Some(base);
    cost.stock_amount = Some(sum(|place| matches!(place, Place::Lies(_))));
    cost.sold_amount = Some(sum(|place| matches!(place, Place::Sold(..))));
    cost.expensed_amount = Some(sum(|place| matches!(place, Place::Gone)));
}
