//! What goods cost that are not sold yet.

use std::collections::HashMap;

use access::{Action, Permit, Right};
use db::{FromQueryResult, Outcome, Sql, TenantTx, values};
use kernel::{Decimal, OrganizationId, ProductId};

use crate::store::uuids;

/// Reading what goods cost.
#[derive(Clone, Copy, Debug)]
pub struct ReadCost;

impl Action for ReadCost {
    const RIGHT: Right = Right::CostRead;
}

/// What a base unit of each product would cost, base currency, not rounded: of the free lots of
/// the organization that would be taken next for so many base units; what they do not cover costs
/// what was paid last. Products never bought are absent. One statement, whatever their number.
/// Prices are judged by it whoever asks; it is shown to those with a [`ReadCost`] permit alone.
///
/// # Errors
/// [`db::Fault`].
pub async fn next_costs<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    organization: OrganizationId,
    wanted: &[(ProductId, Decimal)],
) -> Outcome<HashMap<ProductId, Decimal>> {
    #[derive(FromQueryResult)]
    struct Found {
        product_id: ProductId,
        taken: Option<Decimal>,
        cost: Option<Decimal>,
        last: Option<Decimal>,
    }
    let sql = "
        select w.product_id, f.taken, f.cost, p.unit_cost as last
        from unnest($2::uuid[], $3::numeric[]) as w (product_id, quantity)
        left join lateral (
            select sum(t.taken) as taken, sum(t.taken * t.unit_cost) as cost
            from (
                select l.unit_cost,
                       least(b.on_hand - b.reserved,
                             w.quantity - coalesce(sum(b.on_hand - b.reserved)
                                 over (order by l.expires_on, l.received_on, l.id, b.warehouse_id
                                       rows between unbounded preceding and 1 preceding), 0)
                       ) as taken
                from stock_balance b
                join lot l on l.tenant_id = $1 and l.id = b.lot_id
                where b.tenant_id = $1
                  and b.organization_id = $4
                  and b.product_id = w.product_id
                  and b.in_stock
                  and b.reserved < b.on_hand
                  and not l.blocked
                  and (l.expires_on is null or l.expires_on >= $5)
            ) t
            where t.taken > 0
        ) f on true
        left join lateral (
            select l.unit_cost
            from lot l
            where l.tenant_id = $1
              and l.product_id = w.product_id
            order by l.received_on desc, l.id desc
            limit 1
        ) p on true";
    let products: Vec<ProductId> = wanted.iter().map(|(product, _)| *product).collect();
    let quantities: Vec<Decimal> = wanted.iter().map(|(_, quantity)| *quantity).collect();
    let values = values![permit.tenant(), uuids(products), quantities, organization, tx.today()];
    let rows: Vec<Found> = tx.all(Sql::new(sql, values)).await?;
    let asked: HashMap<ProductId, Decimal> = wanted.iter().copied().collect();
    let unit = |row: Found| {
        let quantity = asked.get(&row.product_id).copied()?;
        let taken = row.taken.unwrap_or_default().min(quantity);
        let rest = quantity - taken;
        let rest = if rest.is_zero() { Decimal::ZERO } else { rest.checked_mul(row.last?)? };
        let whole = row.cost.unwrap_or_default().checked_add(rest)?;
        Some((row.product_id, whole.checked_div(quantity)?))
    };
    Ok(rows.into_iter().filter_map(unit).collect())
}
