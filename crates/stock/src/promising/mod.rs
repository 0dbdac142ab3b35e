//! When a line of an order can leave: out of what lies in stock, out of what is expected, or after
//! the time that buying takes.

mod rules;
mod store;

use std::collections::HashMap;

use access::Permit;
use db::{Outcome, TenantTx};
use kernel::{
    Decimal, NaiveDate, OrderLineId, OrganizationId, ProductId, ProductVariantId, WarehouseId,
};

use crate::purchases::lines::due;
use rules::Standing;
pub use rules::{Promise, PromiseSource};

/// A line that asks when it can leave.
#[derive(Clone, Debug)]
pub struct PromiseAsk {
    /// The line.
    pub order_line_id: OrderLineId,
    /// Whose goods it wants.
    pub organization_id: OrganizationId,
    /// Goods, not a service.
    pub product_id: ProductId,
    /// In which variant.
    pub variant_id: Option<ProductVariantId>,
    /// The chosen warehouse; `None` is any.
    pub warehouse_id: Option<WarehouseId>,
    /// When the customer wants it.
    pub wanted_on: Option<NaiveDate>,
    /// Ordered and not shipped, base units.
    pub left: Decimal,
    /// Held for it, base units.
    pub held: Decimal,
}

/// When lines can leave, for whoever may see them; lines of which nothing is left are absent. At
/// most four statements, whatever their number.
///
/// # Errors
/// A fault of the database.
pub async fn promises<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    asked: &[PromiseAsk],
) -> Outcome<HashMap<OrderLineId, Promise>> {
    let today = tx.today();
    let open: Vec<&PromiseAsk> = asked.iter().filter(|one| one.left > Decimal::ZERO).collect();
    let short: Vec<&PromiseAsk> = open.iter().copied().filter(|one| one.held < one.left).collect();
    let lines: Vec<OrderLineId> = short.iter().map(|one| one.order_line_id).collect();
    let missed = store::missed(tx, permit, &lines).await?;
    let is_loose = |one: &&&PromiseAsk| !missed.contains_key(&one.order_line_id);
    let loose: Vec<&PromiseAsk> = short.iter().filter(is_loose).copied().collect();
    let free = store::free(tx, permit, &loose).await?;
    let coming = store::unclaimed(tx, permit, &loose).await?;
    let lead = lead_days(tx, permit, &short, today).await?;
    let promise = |one: &PromiseAsk| {
        let standing = match missed.get(&one.order_line_id) {
            Some(counted_on) => Standing { at_hand: one.held, coming: counted_on.clone() },
            None => Standing {
                at_hand: one.held + store::free_for(&free, one),
                coming: store::coming_for(&coming, one),
            },
        };
        let lead = due(today, lead.get(&one.product_id).copied());
        let earliest = one.wanted_on.map_or(today, |day| day.max(today));
        (one.order_line_id, rules::promise(one.left, &standing, lead, earliest))
    };
    Ok(open.into_iter().map(promise).collect())
}

/// Days that the quickest supplier of each product takes.
async fn lead_days<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    short: &[&PromiseAsk],
    on: NaiveDate,
) -> Outcome<HashMap<ProductId, i32>> {
    if short.is_empty() {
        return Ok(HashMap::new());
    }
    let products: Vec<ProductId> = short.iter().map(|one| one.product_id).collect();
    let offers = catalog::supplier_offers(tx, permit, &products, on).await?;
    let quickest = |(product, offers): (ProductId, Vec<catalog::SupplierOffer>)| {
        Some((product, offers.iter().filter_map(|offer| offer.lead_time_days).min()?))
    };
    Ok(offers.into_iter().filter_map(quickest).collect())
}
