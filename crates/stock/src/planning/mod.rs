//! What to move, to put together and to buy, so that orders get what they miss and shelves do not
//! run empty.
//!
//! Needs come from demand that nothing is on its way for and from reorder points; a way to meet a
//! need is a proposal. Goods are moved from other warehouses first ([`moving`]), what can be put
//! together of free components is ([`assembling`]), and what is left is bought. What nobody sells
//! is put together once its components are there, and they are needed in turn. Each way takes its
//! share of the needs in [`plan`].

mod assembling;
mod moving;
mod order;
mod points;
mod rules;
mod store;

use std::collections::{BTreeMap, BTreeSet};

use access::{Action, Permit, Right};
use catalog::SupplierOffer;
use db::{Outcome, TenantTx};
use kernel::{DemandId, NaiveDate, OrganizationId, ProductId, Refusal, RefusalCode, WarehouseId};

pub use assembling::{Assembling, Part};
pub use moving::{MoveLine, MoveProposal};
pub use order::{AssemblySupply, OrderSupply, PlacedAs, SupplyLine, SupplyMade};
pub use points::{
    PointInput, REORDER_ORDER, ReorderPointFilter, ReorderPointRow, SaveReorderPoints,
    count_reorder_points, reorder_points, reorder_points_by_id,
};
use rules::NeedKey;
pub use rules::{Need, Offer, Proposal};

/// Demand that one plan looks at, the earliest needed first.
const MOST_DEMANDS: i64 = 1_000;

/// Levels of components under goods that are looked at; what is needed below is bought.
const MOST_LEVELS: usize = 12;

/// Asking what to put together and what to buy.
#[derive(Clone, Copy, Debug)]
pub struct PlanSupply;

impl Action for PlanSupply {
    const RIGHT: Right = Right::PurchaseRead;
}

/// What a plan is to look at.
#[derive(Clone, Debug, Default)]
pub struct PlanFor {
    /// These demands; `None` is all that miss something.
    pub demands: Option<Vec<DemandId>>,
    /// Whether shelves are looked at as well as orders.
    pub scope: PlanScope,
    /// Of this organization alone.
    pub organization: Option<OrganizationId>,
    /// Into this warehouse alone; demand that names none counts for the default one.
    pub warehouse: Option<WarehouseId>,
    /// Demand that is needed by this day.
    pub needed_to: Option<NaiveDate>,
}

/// Where needs come from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PlanScope {
    /// From orders and from reorder points.
    #[default]
    OrdersAndShelves,
    /// From orders alone.
    Orders,
}

/// What to move, to put together and to buy.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    /// What to move from where, what is needed first before the rest.
    pub moves: Vec<MoveProposal>,
    /// What to put together; empty for those who see no bills.
    pub assemblies: Vec<Assembling>,
    /// What to buy of whom.
    pub proposals: Vec<Proposal>,
    /// What no supplier sells and no bill makes.
    pub unmet: Vec<Need>,
}

/// Proposes what to move, what to put together, and what to buy beyond that. The number of statements
/// grows with the levels of components alone.
///
/// # Errors
/// `TOO_MANY` demands named, or a fault.
pub async fn plan(tx: &TenantTx, permit: &Permit<PlanSupply>, asked: &PlanFor) -> Outcome<Plan> {
    let many = i64::try_from(asked.demands.as_ref().map_or(0, Vec::len)).unwrap_or(i64::MAX);
    if many > MOST_DEMANDS {
        return Err(Refusal::new(
            RefusalCode::TooMany,
            format!("At most {MOST_DEMANDS} demands at once."),
            format!("Не больше {MOST_DEMANDS} потребностей за раз."),
        )
        .at(["demandIds"])
        .into());
    }
    let default = catalog::default_warehouse(tx, permit).await?.map(|card| card.id);
    let missed = store::missed(tx, permit, asked, MOST_DEMANDS).await?;
    let mut needs: BTreeMap<NeedKey, Need> = BTreeMap::new();
    for one in &missed {
        let Some(warehouse_id) = one.warehouse_id.or(default).or(asked.warehouse) else {
            return Err(no_warehouse().into());
        };
        if asked.warehouse.is_none_or(|only| only == warehouse_id) {
            rules::add_demand(&mut needs, one, warehouse_id);
        }
    }
    if asked.scope == PlanScope::OrdersAndShelves {
        let positions = store::positions(tx, permit, asked, default).await?;
        for position in &positions {
            rules::add_shelf(&mut needs, position, tx.today());
        }
    }
    meet(tx, permit, &missed, needs.into_values().collect()).await
}

/// Meets needs, and what they need in turn, level by level.
async fn meet(
    tx: &TenantTx,
    permit: &Permit<PlanSupply>,
    missed: &[store::Missed],
    mut needs: Vec<Need>,
) -> Outcome<Plan> {
    let warehouses: BTreeSet<WarehouseId> = needs.iter().map(|need| need.warehouse_id).collect();
    let mut plan = Plan::default();
    let mut elsewhere = moving::Elsewhere::default();
    let mut workshop = assembling::Workshop::default();
    let mut sold = BTreeMap::new();
    // What is bought is bought at once, whoever needs it: suppliers sell whole lots.
    let mut bought = BTreeMap::new();
    for _ in 0..MOST_LEVELS {
        if needs.is_empty() {
            break;
        }
        let (moves, left) = elsewhere.moves(tx, permit, missed, needs).await?;
        plan.moves.extend(moves);
        workshop.learn(tx, permit, &left, &warehouses).await?;
        let (assemblies, left) = workshop.now(left);
        plan.assemblies.extend(assemblies);
        learn_offers(tx, permit, left.iter(), &mut sold).await?;
        let mut parts = BTreeMap::new();
        for need in left {
            let is_sold = sold.get(&need.goods.product).is_some_and(|offers| !offers.is_empty());
            let need = if is_sold { Err(Box::new(need)) } else { workshop.later(need, &mut parts) };
            match need {
                Ok(assembly) => plan.assemblies.push(assembly),
                Err(need) => need.add_to(&mut bought),
            }
        }
        needs = parts.into_values().collect();
    }
    for need in needs {
        need.add_to(&mut bought);
    }
    learn_offers(tx, permit, bought.values(), &mut sold).await?;
    buy(tx, permit, bought.into_values(), &sold, &mut plan).await?;
    Ok(plan)
}

type Offers = BTreeMap<ProductId, Vec<SupplierOffer>>;

/// Adds what suppliers offer of needed goods that were not asked about yet.
async fn learn_offers(
    tx: &TenantTx,
    permit: &Permit<PlanSupply>,
    needs: impl Iterator<Item = &Need>,
    sold: &mut Offers,
) -> Outcome<()> {
    let products = needs.map(|need| need.goods.product);
    let products: BTreeSet<ProductId> =
        products.filter(|product| !sold.contains_key(product)).collect();
    let products: Vec<ProductId> = products.into_iter().collect();
    if products.is_empty() {
        return Ok(());
    }
    let mut offers = catalog::supplier_offers(tx, permit, &products, tx.today()).await?;
    for product in products {
        sold.insert(product, offers.remove(&product).unwrap_or_default());
    }
    Ok(())
}

/// Meets needs by buying.
async fn buy(
    tx: &TenantTx,
    permit: &Permit<PlanSupply>,
    needs: impl Iterator<Item = Need>,
    sold: &Offers,
    plan: &mut Plan,
) -> Outcome<()> {
    let today = tx.today();
    let base = permit.scope().facts().base_currency;
    let foreign = sold.values().flatten().any(|offer| offer.currency != base);
    let rates = if foreign { Some(catalog::rates_on(tx, permit, today).await?) } else { None };
    let in_base = |offer: &SupplierOffer| {
        let price = offer.price?;
        if offer.currency == base {
            return Some(price);
        }
        rates.as_ref()?.conversion(offer.currency, base, today)?.apply(price)
    };
    for need in needs {
        let own = sold.get(&need.goods.product).map_or(&[][..], Vec::as_slice);
        let asks = |offer: &SupplierOffer| rules::offer(&need, offer, in_base(offer), today);
        let asked: Vec<Offer> = own.iter().map(asks).collect();
        if asked.is_empty() {
            plan.unmet.push(need);
        } else {
            plan.proposals.push(rules::propose(need, asked));
        }
    }
    let supplier = |one: &Proposal| one.offers.first().map(|offer| offer.supplier_id);
    plan.proposals.sort_by_key(|one| (supplier(one), one.need.needed_by));
    Ok(())
}

fn no_warehouse() -> Refusal {
    Refusal::new(
        RefusalCode::Required,
        "There is no default warehouse: name one.",
        "Склад по умолчанию не задан: укажите его.",
    )
    .at(["warehouseId"])
}
