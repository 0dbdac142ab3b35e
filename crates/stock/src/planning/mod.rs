//! What to buy, so that orders get what they miss and shelves do not run empty.
//!
//! Needs come from demand that nothing is on its way for and from reorder points; a way to meet a
//! need is a proposal. Buying is the one way that stands here; a further way (moving goods from
//! another warehouse, assembling them) takes its share of the needs in [`plan`] before what is
//! left is bought.

mod order;
mod points;
mod rules;
mod store;

use std::collections::{BTreeMap, BTreeSet};

use access::{Action, Permit, Right};
use catalog::SupplierOffer;
use db::{Outcome, TenantTx};
use kernel::{DemandId, NaiveDate, OrganizationId, ProductId, Refusal, RefusalCode, WarehouseId};

pub use order::{OrderSupply, PlacedAs, SupplyLine};
pub use points::{
    PointInput, REORDER_ORDER, ReorderPointFilter, ReorderPointRow, SaveReorderPoints,
    count_reorder_points, reorder_points, reorder_points_by_id,
};
use rules::NeedKey;
pub use rules::{Need, Offer, Proposal};

/// Demand that one plan looks at, the earliest needed first.
const MOST_DEMANDS: i64 = 1_000;

/// Asking what to buy.
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

/// What to buy.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    /// What to buy of whom.
    pub proposals: Vec<Proposal>,
    /// What no supplier sells.
    pub unmet: Vec<Need>,
}

/// Proposes what to buy.
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
    for one in missed {
        let Some(warehouse_id) = one.warehouse_id.or(default).or(asked.warehouse) else {
            return Err(no_warehouse().into());
        };
        if asked.warehouse.is_none_or(|only| only == warehouse_id) {
            rules::add_demand(&mut needs, &one, warehouse_id);
        }
    }
    if asked.scope == PlanScope::OrdersAndShelves {
        let positions = store::positions(tx, permit, asked, default).await?;
        for position in &positions {
            rules::add_shelf(&mut needs, position, tx.today());
        }
    }
    let needs: Vec<Need> = needs.into_values().collect();
    buy(tx, permit, needs).await
}

/// Meets needs by buying.
async fn buy(tx: &TenantTx, permit: &Permit<PlanSupply>, needs: Vec<Need>) -> Outcome<Plan> {
    let products: BTreeSet<ProductId> = needs.iter().map(|need| need.goods.product).collect();
    let products: Vec<ProductId> = products.into_iter().collect();
    let today = tx.today();
    let offers = catalog::supplier_offers(tx, permit, &products, today).await?;
    let base = permit.scope().facts().base_currency;
    let foreign = offers.values().flatten().any(|offer| offer.currency != base);
    let rates = if foreign { Some(catalog::rates_on(tx, permit, today).await?) } else { None };
    let in_base = |offer: &SupplierOffer| {
        let price = offer.price?;
        if offer.currency == base {
            return Some(price);
        }
        rates.as_ref()?.conversion(offer.currency, base, today)?.apply(price)
    };
    let mut plan = Plan::default();
    let none = Vec::new();
    for need in needs {
        let own = offers.get(&need.goods.product).unwrap_or(&none);
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
    Ok(plan)
}

fn no_warehouse() -> Refusal {
    Refusal::new(
        RefusalCode::Required,
        "There is no default warehouse: name one.",
        "Склад по умолчанию не задан: укажите его.",
    )
    .at(["warehouseId"])
}
