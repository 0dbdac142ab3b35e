//! Prices of lists, dated: the latest one not after a day holds on it.

use std::collections::HashMap;

use access::Permit;
use db::{Fault, FromQueryResult, Outcome, Sql, TenantTx, values};
use kernel::{
    AgreementId, Currency, Decimal, NaiveDate, PackagingId, PriceListId, ProductId,
    ProductVariantId, Quantity,
};

use serde::Serialize;

use super::directories::{AROUND, Directory};
use super::uuids;
use crate::ReadPrices;
use crate::constraints::known;
use crate::records::PriceList;

/// A product's price in one list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListPrice {
    /// The list.
    pub price_list_id: PriceListId,
    /// Per base unit.
    pub price: Decimal,
    /// The list's currency.
    pub currency: Currency,
    /// Whether the price includes VAT.
    pub includes_vat: bool,
    /// Since when it holds; of a derived list the day of its base's price.
    pub valid_from: NaiveDate,
    /// What it costs in larger quantities, smaller quantities first.
    pub breaks: Vec<PriceBreak>,
}

/// A price from a quantity on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PriceBreak {
    /// From this quantity on, base units.
    pub min_quantity: Quantity,
    /// Per base unit.
    pub price: Decimal,
}

/// The price lists in use, the default one first, then by name.
pub(crate) async fn lists_in_use<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
) -> Outcome<Vec<PriceListId>> {
    #[derive(FromQueryResult)]
    struct Found {
        id: PriceListId,
    }
    let sql = "
        select l.id
        from price_list l
        where l.tenant_id = $1
          and l.archived_at is null
        order by l.is_default desc, l.name_key, l.id";
    let found: Vec<Found> = tx.all(Sql::new(sql, values![permit.tenant()])).await?;
    Ok(found.into_iter().map(|row| row.id).collect())
}

/// Which list each derived list follows from. Changes of that run one at a time: two at once could
/// close a ring.
pub(crate) async fn lock_bases<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
) -> Outcome<HashMap<PriceListId, PriceListId>> {
    #[derive(FromQueryResult)]
    struct Derived {
        id: PriceListId,
        base_list_id: PriceListId,
    }
    let name = format!("{}:price_list", permit.tenant());
    tx.run(Sql::new("select pg_advisory_xact_lock(hashtextextended($1, 7))", values![name]))
        .await?;
    let sql = "
        select l.id, l.base_list_id
        from price_list l
        where l.tenant_id = $1
          and l.base_list_id is not null";
    let found: Vec<Derived> = tx.all(Sql::new(sql, values![permit.tenant()])).await?;
    Ok(found.into_iter().map(|row| (row.id, row.base_list_id)).collect())
}

/// What fixed prices of an agreement hang on.
#[derive(FromQueryResult)]
pub(crate) struct FixedPricesMean {
    /// Whether any holds, or will.
    pub(crate) exist: bool,
    /// Whether both lists stand alike to VAT; a list that is not there says nothing else.
    pub(crate) same_vat: bool,
}

/// Whether an agreement has fixed prices from a day on, and whether two lists stand alike to VAT; no
/// list is the tenant's default one.
pub(crate) async fn fixed_prices_mean<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    agreement: AgreementId,
    (before, after): (Option<PriceListId>, Option<PriceListId>),
    today: NaiveDate,
) -> Outcome<FixedPricesMean> {
    let sql = "
        select exists (
                   select
                   from agreement_price x
                   where x.tenant_id = $1
                     and x.agreement_id = $2
                     and x.price is not null
                     and not exists (
                         select
                         from agreement_price y
                         where y.tenant_id = $1
                           and y.agreement_id = $2
                           and y.product_id = x.product_id
                           and y.variant_id is not distinct from x.variant_id
                           and y.packaging_id is not distinct from x.packaging_id
                           and y.min_quantity = x.min_quantity
                           and y.valid_from > x.valid_from
                           and y.valid_from <= $3)) as exist,
               not exists (
                   select
                   from price_list l
                   join price_list m on m.tenant_id = $1
                   where l.tenant_id = $1
                     and case when $4::uuid is null then l.is_default else l.id = $4 end
                     and case when $5::uuid is null then m.is_default else m.id = $5 end
                     and l.includes_vat <> m.includes_vat) as same_vat";
    let values = values![permit.tenant(), agreement, today, before, after];
    let found = tx.one(Sql::new(sql, values)).await?;
    found.ok_or_else(|| Fault::broken("a question without an answer").into())
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

/// A price as it is written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct NewPrice {
    /// The product.
    #[serde(rename = "product_id")]
    pub product: ProductId,
    /// One variant of it; `None` is all.
    #[serde(rename = "variant_id")]
    pub variant: Option<ProductVariantId>,
    /// What it is for; `None` is the base unit.
    #[serde(rename = "packaging_id")]
    pub packaging: Option<PackagingId>,
    /// From this quantity on, in base units; zero is any.
    pub min_quantity: Decimal,
    /// At most four places; `None` ends the series.
    pub price: Option<Decimal>,
}

impl NewPrice {
    /// The price of a base unit in any variant and quantity.
    #[must_use]
    pub fn of(product: ProductId, price: Decimal) -> Self {
        let (variant, packaging) = (None, None);
        Self { product, variant, packaging, min_quantity: Decimal::ZERO, price: Some(price) }
    }

    /// What tells it from the others of its day.
    pub(crate) fn key(
        &self,
    ) -> (ProductId, Option<ProductVariantId>, Option<PackagingId>, Decimal) {
        (self.product, self.variant, self.packaging, self.min_quantity.normalize())
    }
}

/// What becomes of a price of the same day: it is replaced, and it is of another change then, or
/// of none. However prices are written: a change that still owned one would take it along when it
/// is undone.
pub(super) const REPLACE: &str = "
    on conflict on constraint price_key
    do update set price = excluded.price,
                  change_id = excluded.change_id,
                  recorded_at = excluded.recorded_at,
                  created_by = excluded.created_by";

/// Writes prices of a list from one day on; a price of the same day is replaced.
pub(crate) async fn put_prices<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    list: PriceListId,
    valid_from: NaiveDate,
    prices: &[NewPrice],
) -> Outcome<()> {
    // In the order of the key, so that two who write the same prices wait and do not deadlock.
    let mut sorted: Vec<&NewPrice> = prices.iter().collect();
    sorted.sort_by_key(|price| price.key());
    let sql = format!(
        "insert into price
             (tenant_id, price_list_id, product_id, valid_from, variant_id, packaging_id,
              min_quantity, price, recorded_at, created_by)
         select $1, $2, s.product_id, $3, s.variant_id, s.packaging_id, s.min_quantity, s.price,
                $4, $5
         from jsonb_to_recordset($6) as s
              (product_id uuid, variant_id uuid, packaging_id uuid, min_quantity numeric,
               price numeric)
         {REPLACE}"
    );
    let rows = as_rows(&sorted)?;
    let values = values![permit.tenant(), list, valid_from, tx.now(), permit.user(), rows];
    known(tx.run(Sql::new(sql, values)).await).map(drop)
}

/// Prices as a statement unfolds them.
pub(super) fn as_rows(prices: &[&NewPrice]) -> Result<serde_json::Value, Fault> {
    serde_json::to_value(prices)
        .map_err(|error| Fault::broken(format!("prices without JSON: {error}")))
}

/// The lists in use that are derived from these, by name.
///
/// # Errors
/// [`Fault`].
pub async fn lists_by_base(
    tx: &TenantTx,
    permit: &Permit<ReadPrices>,
    bases: &[PriceListId],
) -> Outcome<HashMap<PriceListId, Vec<PriceList>>> {
    let sql = format!(
        "select {AROUND}, {}
         from price_list r
         where r.tenant_id = $1
           and r.base_list_id = any($2::uuid[])
           and r.archived_at is null
         order by r.name_key, r.id",
        PriceList::COLUMNS
    );
    let rows: Vec<PriceList> =
        tx.all(Sql::new(sql, values![permit.tenant(), uuids(bases)])).await?;
    let mut found: HashMap<PriceListId, Vec<PriceList>> = HashMap::new();
    for row in rows {
        if let Some(base) = row.fields.base_list_id {
            found.entry(base).or_default().push(row);
        }
    }
    Ok(found)
}
