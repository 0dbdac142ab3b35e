//! Goods become others: those that go in leave their lots, those that come out make lots of their
//! own, worth what went in and the work on it.

use std::collections::{BTreeSet, HashMap};

use access::{Action, Permit, Right};
use catalog::{Goods, OrganizationCard, check_period};
use db::{AuditEntry, Command, Fault, Outcome, TenantTx};
use kernel::{
    AssemblyLineId, AssemblyOrderId, Decimal, LotId, ProductId, Refusal, RefusalCode, Rounding,
    Uuid,
};
use serde_json::json;

use super::draft;
use super::order_commands::changed;
use super::state::{AssemblyKind, AssemblyState};
use super::store::{self, ChosenLot, Header, Line, NewLot};
use crate::commands::warehouse;
use crate::coverage::cover;
use crate::issuing::{cap, refusal};
use crate::rules::{BalanceKey, Shelf, Taken, Use, Want, take_all, worth};
use crate::store::movements::{self, Cause, Movement};
use crate::store::{balances, receipts};
use crate::{document, events, pegging};

/// Posts a draft: goods go in out of the lots chosen by hand, else those that expire first and then
/// those received first; goods come out as new lots, held for whoever waits for them.
#[derive(Clone, Copy, Debug)]
pub struct PostAssemblyOrder {
    /// Which.
    pub id: AssemblyOrderId,
    /// The version that was read.
    pub version: i32,
}

impl Action for PostAssemblyOrder {
    const RIGHT: Right = Right::AssemblyWrite;
}

#[async_trait::async_trait]
impl Command for PostAssemblyOrder {
    type Output = AssemblyOrderId;

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<AssemblyOrderId> {
        let mut order = draft::locked(tx, permit, self.id, self.version).await?;
        order.state()?.to(AssemblyState::Posted)?;
        let organization = document::held_organization(tx, permit, order.organization_id).await?;
        let may_backdate = permit.scope().reach(Right::DocumentBackdate).is_some();
        check_period(&organization, order.occurred_on, tx.today(), may_backdate)
            .map_err(|refusal| Refusal::from(refusal).at(["date"]))?;
        warehouse(tx, permit, Some(order.warehouse_id)).await?;
        let lines = store::lines(tx, permit, self.id).await?;
        if lines.is_empty() {
            let (en, ru) = ("The order has no components.", "В сборке нет компонентов.");
            return Err(Refusal::new(RefusalCode::NoLines, en, ru).into());
        }
        let chosen = store::chosen(tx, permit, self.id).await?;
        let sides = Sides::of(&order, &lines, &chosen)?;
        check_lots(tx, permit, &sides.out).await?;
        let taken = take(tx, permit, &order, &sides).await?;
        let cost: Decimal = taken.iter().map(|one| one.1.cost).sum();
        let lots = make(tx, permit, &order, (&sides, &lines), cost).await?;
        order.goods_cost = Some(cost);
        post(tx, permit, &organization, &mut order, (&sides, &taken, &lots)).await?;
        Ok(self.id)
    }
}

/// Goods of one line, on one side.
struct Side {
    /// The component's line, or the document for the finished goods.
    line_id: Uuid,
    goods: Goods,
    quantity: Decimal,
    picks: Vec<(LotId, Decimal)>,
    number: Option<String>,
    expires_on: Option<kernel::NaiveDate>,
}

/// What goes in and what comes out.
struct Sides {
    going: Vec<Side>,
    out: Vec<Side>,
    comes_apart: bool,
}

impl Sides {
    fn of(order: &Header, lines: &[Line], chosen: &[ChosenLot]) -> Outcome<Self> {
        let picks = |line: Uuid| {
            let own = chosen.iter().filter(|one| one.line_id == line);
            own.map(|one| (one.lot_id, one.quantity)).collect()
        };
        let finished = Side {
            line_id: order.id.0,
            goods: Goods { product: order.product_id, variant: order.variant_id },
            quantity: order.quantity,
            picks: picks(order.id.0),
            number: order.lot_number.clone(),
            expires_on: order.expires_on,
        };
        let component = |line: &Line| Side {
            line_id: line.id.0,
            goods: Goods { product: line.product_id, variant: line.variant_id },
            quantity: line.quantity,
            picks: picks(line.id.0),
            number: line.lot_number.clone(),
            expires_on: line.expires_on,
        };
        let components = lines.iter().map(component).collect();
        Ok(match order.kind()? {
            AssemblyKind::Assembly => {
                Self { going: components, out: vec![finished], comes_apart: false }
            }
            AssemblyKind::Disassembly => {
                Self { going: vec![finished], out: components, comes_apart: true }
            }
        })
    }
}

/// Refuses goods that do not say of their lots what their products ask for.
async fn check_lots<A>(tx: &TenantTx, permit: &Permit<A>, out: &[Side]) -> Outcome<()> {
    let ids: Vec<ProductId> = out.iter().map(|side| side.goods.product).collect();
    let cards = catalog::product_cards(tx, permit, &ids).await?;
    for side in out {
        let Some(card) = cards.get(&side.goods.product) else { continue };
        let lacks = |en: &str, ru: &str| {
            Refusal::new(
                RefusalCode::Required,
                format!("{} comes into stock with {en}.", card.name),
                format!("Для «{}» нужно указать {ru}.", card.name),
            )
        };
        if card.tracks_expiry && side.expires_on.is_none() {
            return Err(lacks("the last day of its lot", "срок годности партии").into());
        }
        if card.tracks_lots && side.number.is_none() {
            return Err(lacks("its lot's number", "номер партии").into());
        }
    }
    Ok(())
}

/// Takes what goes in out of its lots, in memory and in the balances.
async fn take<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    order: &Header,
    sides: &Sides,
) -> Outcome<Vec<(usize, Taken)>> {
    let queues = sides.going.iter().chain(&sides.out).map(|side| side.goods.product);
    pegging::queue(tx, permit, queues.map(|product| (order.organization_id, product))).await?;
    let uses: Vec<Use> = sides.going.iter().map(|side| side.used(order)).collect();
    let keys: Vec<BalanceKey> = uses.iter().flat_map(chosen_keys).collect();
    let goods: BTreeSet<Goods> =
        sides.going.iter().filter(|side| side.picks.is_empty()).map(|side| side.goods).collect();
    let goods: Vec<Goods> = goods.into_iter().collect();
    let place = (order.organization_id, order.warehouse_id, 0);
    let mut locked = balances::lock_in(tx, permit, place, &keys, &goods).await?;
    let is_backdated = order.occurred_on < tx.today();
    let lows = if is_backdated {
        cap(tx, permit, order.occurred_on, &mut locked).await?
    } else {
        Vec::new()
    };
    let mut shelf = Shelf::new(locked, &HashMap::from([(order.warehouse_id, 0)]));
    let taken = match take_all(&mut shelf, &uses, order.occurred_on) {
        Ok(taken) => taken,
        Err(shortages) => return Err(refusal(tx, permit, &shortages, &lows).await?.into()),
    };
    balances::change(tx, permit, &shelf.changes()).await?;
    Ok(taken)
}

impl Side {
    fn used(&self, order: &Header) -> Use {
        let want = Want {
            organization_id: order.organization_id,
            product_id: self.goods.product,
            variant_id: self.goods.variant,
            quantity: self.quantity,
            warehouse_id: Some(order.warehouse_id),
        };
        Use { want, picks: self.picks.clone() }
    }
}

fn chosen_keys(one: &Use) -> Vec<BalanceKey> {
    let Want { organization_id, product_id, warehouse_id, .. } = one.want;
    let Some(warehouse_id) = warehouse_id else { return Vec::new() };
    let key = |lot_id| BalanceKey { organization_id, warehouse_id, product_id, lot_id };
    one.picks.iter().map(|pick| key(pick.0)).collect()
}

/// The lots that come out, worth what went in and the work on it.
async fn make<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    order: &Header,
    (sides, lines): (&Sides, &[Line]),
    cost: Decimal,
) -> Outcome<Vec<NewLot>> {
    let whole = cost + order.labour;
    let weights = if sides.comes_apart {
        weights(tx, permit, order, lines).await?
    } else {
        vec![Decimal::ONE]
    };
    let values = worth(whole, &weights).ok_or_else(no_weights)?;
    let lot = |(side, value): (&Side, Decimal)| -> Outcome<NewLot> {
        let unit = value.checked_div(side.quantity).and_then(|unit| Rounding::PRICE.apply(unit));
        Ok(NewLot {
            lot_id: LotId::new(),
            line_id: side.line_id,
            product_id: side.goods.product,
            variant_id: side.goods.variant,
            quantity: side.quantity,
            value,
            unit_cost: unit.ok_or_else(|| Fault::broken("a unit cost that does not fit"))?,
            number: side.number.clone(),
            expires_on: side.expires_on,
        })
    };
    sides.out.iter().zip(values).map(lot).collect()
}

/// What each component weighs in the value of what is taken apart: its share, or what so many of it
/// cost last.
async fn weights<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    order: &Header,
    lines: &[Line],
) -> Outcome<Vec<Decimal>> {
    let shares: Option<Vec<Decimal>> = lines.iter().map(|line| line.share).collect();
    if let Some(shares) = shares {
        return Ok(shares);
    }
    let goods = |line: &Line| Goods { product: line.product_id, variant: line.variant_id };
    let all: Vec<Goods> = lines.iter().map(goods).collect();
    let known = receipts::last_costs(tx, permit, order.organization_id, &all).await?;
    let weight = |line: &Line| known.get(&goods(line))?.checked_mul(line.quantity);
    let weights: Option<Vec<Decimal>> = lines.iter().map(weight).collect();
    Ok(weights.ok_or_else(no_weights)?)
}

fn no_weights() -> Refusal {
    Refusal::new(
        RefusalCode::Required,
        "It is not known what the components are worth: state their shares.",
        "Неизвестно, как распределить стоимость по компонентам: укажите доли.",
    )
    .at(["lines", "share"])
}

/// Writes lots, movements and the document.
async fn post<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    organization: &OrganizationCard,
    order: &mut Header,
    (sides, taken, lots): (&Sides, &[(usize, Taken)], &[NewLot]),
) -> Outcome<()> {
    store::insert_lots(tx, permit, order, lots).await?;
    let going = taken.iter().map(|(place, taken)| Movement {
        key: taken.key,
        line_id: sides.going[*place].line_id,
        quantity: -taken.quantity,
        value: -taken.cost,
        reverses: None,
    });
    let coming = lots.iter().map(|lot| Movement {
        key: BalanceKey {
            organization_id: order.organization_id,
            warehouse_id: order.warehouse_id,
            product_id: lot.product_id,
            lot_id: lot.lot_id,
        },
        line_id: lot.line_id,
        quantity: lot.quantity,
        value: lot.value,
        reverses: None,
    });
    let moved: Vec<Movement> = going.chain(coming).collect();
    let cause = Cause {
        kind: "ASSEMBLY",
        document_kind: "AssemblyOrder",
        document_id: order.id.0,
        occurred_on: order.occurred_on,
    };
    movements::add(tx, permit, &cause, &moved).await?;
    store::set_costs(tx, permit, &costs(order, &moved)).await?;
    order.number = document::number(tx, organization, "assembly_order", order.occurred_on).await?;
    order.state = AssemblyState::Posted.as_str().to_owned();
    store::update(tx, permit, order).await?;
    tx.audit(AuditEntry::new(
        "postAssemblyOrder",
        "AssemblyOrder",
        order.id,
        json!({ "state": ["DRAFT", "POSTED"], "number": order.number }),
    ));
    changed(tx, order);
    events::stock_changed(tx, "AssemblyOrder", order.id, moved.iter().map(|one| &one.key));
    let came = moved.iter().filter(|one| one.quantity > Decimal::ZERO);
    let came: Vec<BalanceKey> = came.map(|one| one.key).collect();
    if pegging::peg(tx, permit, &came).await?.is_empty() {
        // Pegging lays covers anew itself.
        cover(tx, permit, &order.queues()).await?;
    }
    Ok(())
}

/// What went out or in with each component.
fn costs(order: &Header, moved: &[Movement]) -> Vec<(AssemblyLineId, Decimal)> {
    let mut costs: HashMap<Uuid, Decimal> = HashMap::new();
    for one in moved.iter().filter(|one| one.line_id != order.id.0) {
        *costs.entry(one.line_id).or_default() += one.value.abs();
    }
    costs.into_iter().map(|(line, cost)| (AssemblyLineId(line), cost)).collect()
}
