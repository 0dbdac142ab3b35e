//! Prices of several lists and days at once.

use std::collections::HashMap;

use access::Permit;
use db::{Fault, FromQueryResult, Outcome, Sql, TenantTx, values};
use kernel::{Decimal, NaiveDate, PackagingId, PriceListId, ProductId, ProductVariantId};
use serde::Serialize;

use super::prices::REPLACE;
use super::record::Held;
use super::{Hold, uuids};
use crate::constraints::known;
use crate::records::PriceListFields;

/// A price as a file gives it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct AskedPrice {
    /// Counts within one call.
    pub(crate) place: i32,
    pub(crate) price_list_id: PriceListId,
    pub(crate) product_id: ProductId,
    /// `None`: of all variants of the product.
    pub(crate) variant_id: Option<ProductVariantId>,
    pub(crate) packaging_id: Option<PackagingId>,
    pub(crate) min_quantity: Decimal,
    pub(crate) valid_from: NaiveDate,
    pub(crate) price: Decimal,
}

/// What holds on the day of an asked price.
#[derive(Clone, Debug, PartialEq, FromQueryResult)]
pub(crate) struct PriceOnDay {
    pub(crate) place: i32,
    /// Since when.
    pub(crate) valid_from: NaiveDate,
    /// Nothing where the series has ended.
    pub(crate) price: Option<Decimal>,
}

const ASKED: &str = "jsonb_to_recordset($2) as s
    (place integer, price_list_id uuid, product_id uuid, variant_id uuid, packaging_id uuid,
     min_quantity numeric, valid_from date, price numeric)";

/// These price lists, in the order of their ids.
pub(crate) async fn price_lists_held<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    lists: &[PriceListId],
    hold: Hold,
) -> Outcome<Vec<Held<PriceListFields>>> {
    use crate::records::Fields;
    let lock = if hold == Hold::Yes { "for no key update" } else { "" };
    let sql = format!(
        "select id, {}, version, created_at, updated_at, created_by, archived_at
         from price_list
         where tenant_id = $1 and id = any($2::uuid[])
         order by id
         {lock}",
        PriceListFields::COLUMNS.join(", ")
    );
    Ok(tx.all(Sql::new(sql, values![permit.tenant(), uuids(lists)])).await?)
}

/// What holds of each asked series on its day, by place; those without a price are absent.
pub(crate) async fn prices_on_days<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    asked: &[AskedPrice],
) -> Outcome<HashMap<i32, PriceOnDay>> {
    let sql = format!(
        "select s.place, found.valid_from, found.price
         from {ASKED}
         cross join lateral (
             select p.valid_from, p.price
             from price p
             where p.tenant_id = $1
               and p.price_list_id = s.price_list_id
               and p.product_id = s.product_id
               and p.valid_from <= s.valid_from
               and p.variant_id is not distinct from s.variant_id
               and p.packaging_id is not distinct from s.packaging_id
               and p.min_quantity = s.min_quantity
             order by p.valid_from desc
             limit 1
         ) found"
    );
    let values = values![permit.tenant(), rows(asked)?];
    let found: Vec<PriceOnDay> = tx.all(Sql::new(sql, values)).await?;
    Ok(found.into_iter().map(|row| (row.place, row)).collect())
}

/// Writes prices; one of the same series and day is replaced. No series stands there twice for a
/// day.
pub(crate) async fn put_many_prices<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    prices: &[AskedPrice],
) -> Outcome<()> {
    if prices.is_empty() {
        return Ok(());
    }
    // In the order of the key, so that two who write the same prices wait and do not deadlock.
    let sql = format!(
        "insert into price
             (tenant_id, price_list_id, product_id, valid_from, variant_id, packaging_id,
              min_quantity, price, recorded_at, created_by)
         select $1, s.price_list_id, s.product_id, s.valid_from, s.variant_id, s.packaging_id,
                s.min_quantity, s.price, $3, $4
         from {ASKED}
         order by s.price_list_id, s.product_id, s.valid_from, s.variant_id, s.packaging_id,
                  s.min_quantity
         {REPLACE}"
    );
    let values = values![permit.tenant(), rows(prices)?, tx.now(), permit.user()];
    known(tx.run(Sql::new(sql, values)).await).map(drop)
}

fn rows(asked: &[AskedPrice]) -> Result<serde_json::Value, Fault> {
    serde_json::to_value(asked)
        .map_err(|error| Fault::broken(format!("prices without JSON: {error}")))
}
