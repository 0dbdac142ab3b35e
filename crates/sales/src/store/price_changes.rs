//! Which orders rely on a change of many prices.

use access::Permit;
use db::{FromQueryResult, Outcome, Sql, TenantTx, values};
use kernel::{OrderId, PriceChangeId};

use super::within_reach;
use crate::model::ReadOrders;

/// Orders that are named at most.
const MOST_NAMED: i64 = 5;

/// Orders priced from a change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PricedFrom {
    /// How many.
    pub(crate) orders: i64,
    /// The newest of those that the caller may read.
    pub(crate) named: Vec<NamedOrder>,
}

/// An order as a person knows it.
#[derive(Clone, Debug, PartialEq, Eq, FromQueryResult)]
pub(crate) struct NamedOrder {
    pub(crate) id: OrderId,
    /// Its number; a draft has none and goes by its date.
    pub(crate) name: String,
}

/// The orders with lines priced from a change; `None` where there are none. Lives on
/// sales_order_line_of_change.
pub(crate) async fn priced_from<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    change: PriceChangeId,
    seen: Option<&Permit<ReadOrders>>,
) -> Outcome<Option<PricedFrom>> {
    #[derive(FromQueryResult)]
    struct Counted {
        orders: i64,
    }
    let sql = "
        select count(distinct l.order_id) as orders
        from sales_order_line l
        where l.tenant_id = $1 and l.price_change_id = $2";
    let counted: Option<Counted> = tx.one(Sql::new(sql, values![permit.tenant(), change])).await?;
    let orders = counted.map_or(0, |row| row.orders);
    if orders == 0 {
        return Ok(None);
    }
    let Some(seen) = seen else { return Ok(Some(PricedFrom { orders, named: Vec::new() })) };
    let mut sql = Sql::new(
        "select o.id, coalesce(o.number, to_char(o.date, 'YYYY-MM-DD')) as name
         from sales_order o
         where o.tenant_id = $1
           and o.id in (
               select l.order_id
               from sales_order_line l
               where l.tenant_id = $1 and l.price_change_id = $2)",
        values![seen.tenant(), change],
    );
    within_reach(&mut sql, seen, "o");
    sql.with(" order by o.id desc limit ", MOST_NAMED, "");
    Ok(Some(PricedFrom { orders, named: tx.all(sql).await? }))
}
