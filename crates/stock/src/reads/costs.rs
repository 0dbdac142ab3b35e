//! What goods cost that are not sold yet.

use std::collections::HashMap;

use access::{Action, Permit, Right};
use catalog::Goods;
use db::{FromQueryResult, Outcome, Sql, TenantTx, values};
use kernel::{Decimal, OrganizationId, ProductId, ProductVariantId, Uuid};

use crate::store::balances::variant_key;
use crate::store::uuids;

/// Reading what goods cost.
#[derive(Clone, Copy, Debug)]
pub struct ReadCost;

impl Action for ReadCost {
    const RIGHT: Right = Right::CostRead;
}

/// What a base unit of goods would cost, base currency, not rounded: of the free lots of the
/// organization that would be taken next for so many base units; what they do not cover costs
/// what was paid last, for the variant or else for the product. Products never bought are absent.
/// One statement, whatever their number. Prices are judged by it whoever asks; it is shown to
/// those with a [`ReadCost`] permit alone.
///
/// # Errors
/// [`db::Fault`].
pub async fn next_costs<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    organization: OrganizationId,
    wanted: &[(Goods, Decimal)],
) -> Outcome<HashMap<Goods, Decimal>> {
    #[derive(FromQueryResult)]
    struct Found {
        product_id: ProductId,
        variant_key: Uuid,
        taken: Option<Decimal>,
        cost: Option<Decimal>,
        last: Option<Decimal>,
    }
    let sql = "
        select w.product_id, w.variant_key, f.taken, f.cost, p.unit_cost as last
        from unnest($2::uuid[], $3::uuid[], $4::numeric[]) as w (product_id, variant_key, quantity)
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
                  and b.organization_id = $5
                  and b.product_id = w.product_id
                  and b.variant_key = w.variant_key
                  and b.in_stock
                  and b.reserved < b.on_hand
                  and not l.blocked
                  and (l.expires_on is null or l.expires_on >= $6)
            ) t
            where t.taken > 0
        ) f on true
        left join lateral (
            (select l.unit_cost, 1 as place
             from lot l
             where l.tenant_id = $1
               and l.product_id = w.product_id
               and l.variant_key = w.variant_key
             order by l.received_on desc, l.id desc
             limit 1)
            union all
            (select l.unit_cost, 2
             from lot l
             where l.tenant_id = $1
               and l.product_id = w.product_id
             order by l.received_on desc, l.id desc
             limit 1)
            order by place
            limit 1
        ) p on true";
    let values = values![
        permit.tenant(),
        uuids(wanted.iter().map(|(goods, _)| goods.product)),
        uuids(wanted.iter().map(|(goods, _)| variant_key(goods.variant))),
        wanted.iter().map(|(_, quantity)| *quantity).collect::<Vec<_>>(),
        organization,
        tx.today(),
    ];
    let rows: Vec<Found> = tx.all(Sql::new(sql, values)).await?;
    let asked: HashMap<Goods, Decimal> = wanted.iter().copied().collect();
    let unit = |row: Found| {
        let variant = (!row.variant_key.is_nil()).then_some(ProductVariantId(row.variant_key));
        let goods = Goods { product: row.product_id, variant };
        let quantity = asked.get(&goods).copied()?;
        let taken = row.taken.unwrap_or_default().min(quantity);
        let rest = quantity - taken;
        let rest = if rest.is_zero() { Decimal::ZERO } else { rest.checked_mul(row.last?)? };
        let whole = row.cost.unwrap_or_default().checked_add(rest)?;
        Some((goods, whole.checked_div(quantity)?))
    };
    Ok(rows.into_iter().filter_map(unit).collect())
}
