//! Prices of lists, dated: the latest one not after a day holds on it.

use std::collections::HashMap;

use access::Permit;
use db::{FromQueryResult, Outcome, Sql, TenantTx, values};
use kernel::{Currency, Decimal, NaiveDate, PriceListId, ProductId};

use super::uuids;
use crate::ReadPrices;
use crate::constraints::known;

/// A product's price in one list.
#[derive(Clone, Debug, PartialEq, Eq, FromQueryResult)]
pub struct ListPrice {
    /// The product.
    pub product_id: ProductId,
    /// The list.
    pub price_list_id: PriceListId,
    /// Per base unit.
    pub price: Decimal,
    /// The list's currency.
    pub currency: Currency,
    /// Whether the price includes VAT.
    pub includes_vat: bool,
    /// Since when it holds.
    pub valid_from: NaiveDate,
}

/// The prices of these products on a day in all lists in use, the default list first.
///
/// # Errors
/// [`db::Fault`].
pub async fn prices_by_product(
    tx: &TenantTx,
    permit: &Permit<ReadPrices>,
    products: &[ProductId],
    on: NaiveDate,
) -> Outcome<HashMap<ProductId, Vec<ListPrice>>> {
    let sql = "
        select asked.id as product_id, l.id as price_list_id, found.price, l.currency,
               l.includes_vat, found.valid_from
        from unnest($2::uuid[]) as asked (id)
        join price_list l on l.tenant_id = $1 and l.archived_at is null
        cross join lateral (
            select p.price, p.valid_from
            from price p
            where p.tenant_id = $1
              and p.price_list_id = l.id
              and p.product_id = asked.id
              and p.valid_from <= $3
            order by p.valid_from desc
            limit 1
        ) found
        order by asked.id, l.is_default desc, l.name_key, l.id";
    let values = values![permit.tenant(), uuids(products), on];
    let rows: Vec<ListPrice> = tx.all(Sql::new(sql, values)).await?;
    let mut prices: HashMap<ProductId, Vec<ListPrice>> = HashMap::new();
    for row in rows {
        prices.entry(row.product_id).or_default().push(row);
    }
    Ok(prices)
}

/// The currency of a price list in use; `None` asks for the tenant's default one.
pub(crate) async fn list_currency<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    list: Option<PriceListId>,
) -> Outcome<Option<Currency>> {
    #[derive(FromQueryResult)]
    struct Found {
        currency: Currency,
    }
    let mut sql = Sql::new(
        "select l.currency
         from price_list l
         where l.tenant_id = $1 and l.archived_at is null",
        values![permit.tenant()],
    );
    match list {
        Some(list) => sql.with(" and l.id = ", list, ""),
        None => sql.push(" and l.is_default"),
    };
    let found: Option<Found> = tx.one(sql).await?;
    Ok(found.map(|row| row.currency))
}

/// Writes prices of a list from one day on; a price of the same day is replaced.
pub(crate) async fn put_prices<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    list: PriceListId,
    valid_from: NaiveDate,
    prices: &[(ProductId, Decimal)],
) -> Outcome<()> {
    // In the order of the key, so that two who write the same prices wait and do not deadlock.
    let mut sorted = prices.to_vec();
    sorted.sort_by_key(|(product, _)| *product);
    let (products, amounts): (Vec<ProductId>, Vec<Decimal>) = sorted.into_iter().unzip();
    let sql = "
        insert into price as p
            (tenant_id, price_list_id, product_id, valid_from, price, recorded_at, created_by)
        select $1, $2, s.product_id, $3, s.price, $4, $5
        from unnest($6::uuid[], $7::numeric[]) as s (product_id, price)
        on conflict (tenant_id, price_list_id, product_id, valid_from)
        do update set price = excluded.price,
                      recorded_at = excluded.recorded_at,
                      created_by = excluded.created_by";
    let values = values![
        permit.tenant(),
        list,
        valid_from,
        tx.now(),
        permit.user(),
        uuids(&products),
        amounts,
    ];
    known(tx.run(Sql::new(sql, values)).await).map(drop)
}
