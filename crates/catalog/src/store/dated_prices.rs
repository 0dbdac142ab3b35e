//! The prices that a list or an agreement holds itself, dated, by product.

use std::collections::HashMap;

use access::Permit;
use db::{FromQueryResult, Outcome, Sql, TenantTx, values};
use kernel::{
    AgreementId, Decimal, NaiveDate, PackagingId, Page, PageRequest, Position, PriceChangeId,
    PriceListId, ProductId, ProductVariantId, Uuid,
};

use super::uuids;

/// What cursors of these prices are of.
pub const BY_PRODUCT: &str = "PRODUCT";

/// Whose prices.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PricesIn {
    /// Those of a list; a derived one has none of its own.
    List(PriceListId),
    /// Those fixed in an agreement.
    Agreement(AgreementId),
    /// Those fixed in a version of an agreement.
    Version(AgreementId, i32),
}

/// A price from a day on.
#[derive(Clone, Debug, PartialEq, Eq, FromQueryResult)]
pub struct DatedPrice {
    /// Of what.
    pub product_id: ProductId,
    /// One variant of it; `None` is all.
    pub variant_id: Option<ProductVariantId>,
    /// What it is for; `None` is the base unit.
    pub packaging_id: Option<PackagingId>,
    /// From this quantity on, in base units.
    pub min_quantity: Decimal,
    /// The first day it holds.
    pub valid_from: NaiveDate,
    /// At most four places; `None` ends the series.
    pub price: Option<Decimal>,
    /// The change of many prices that set it.
    pub change_id: Option<PriceChangeId>,
}

/// The prices of one product.
pub type ProductPrices = (ProductId, Vec<DatedPrice>);

/// A page of products with their prices, in the order they were made: those that hold on a day, or
/// all. Who may see the list or agreement may see them. Two statements.
///
/// # Errors
/// [`db::Fault`].
pub async fn dated_prices<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    of: PricesIn,
    on: Option<NaiveDate>,
    request: &PageRequest,
) -> Outcome<Page<ProductPrices>> {
    #[derive(FromQueryResult)]
    struct Found {
        product_id: ProductId,
    }
    let mut sql = from(permit, "select distinct p.product_id", of, on);
    for (bound, beyond) in [(&request.after, ">"), (&request.before, "<")] {
        if let Some(position) = bound {
            sql.with(&format!(" and p.product_id {beyond} "), position.id, "");
        }
    }
    let way = if request.backward { "desc" } else { "asc" };
    sql.with(&format!(" order by p.product_id {way} limit "), i64::from(request.limit) + 1, "");
    let found: Vec<Found> = tx.all(sql).await?;
    let ids: Vec<ProductId> = found.iter().map(|row| row.product_id).collect();
    let mut prices = prices_of(tx, permit, of, on, &ids).await?;
    let positioned = ids.into_iter().map(|id| {
        let position = Position { order: BY_PRODUCT.to_owned(), key: None, id: id.into() };
        (position, (id, prices.remove(&id).unwrap_or_default()))
    });
    Ok(Page::of(positioned.collect(), request))
}

async fn prices_of<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    of: PricesIn,
    on: Option<NaiveDate>,
    products: &[ProductId],
) -> Outcome<HashMap<ProductId, Vec<DatedPrice>>> {
    if products.is_empty() {
        return Ok(HashMap::new());
    }
    // On a day the latest row of each series holds.
    let first = if on.is_some() {
        "distinct on (p.product_id, p.variant_id, p.packaging_id, p.min_quantity)"
    } else {
        ""
    };
    let select = format!(
        "select {first} p.product_id, p.variant_id, p.packaging_id, p.min_quantity, p.valid_from,
                p.price, p.change_id"
    );
    let mut sql = from(permit, &select, of, on);
    sql.with(" and p.product_id = any(", uuids(products), "::uuid[])");
    sql.push(
        " order by p.product_id, p.variant_id nulls first, p.packaging_id nulls first,
                   p.min_quantity, p.valid_from desc",
    );
    let rows: Vec<DatedPrice> = tx.all(sql).await?;
    let mut found: HashMap<ProductId, Vec<DatedPrice>> = HashMap::new();
    // A series that has ended holds nothing.
    for row in rows.into_iter().filter(|row| on.is_none() || row.price.is_some()) {
        found.entry(row.product_id).or_default().push(row);
    }
    Ok(found)
}

/// The rows a list or an agreement holds, as `p`.
fn from<A>(permit: &Permit<A>, select: &str, of: PricesIn, on: Option<NaiveDate>) -> Sql {
    let tenant = permit.tenant();
    let (rows, holder): (_, Uuid) = match of {
        PricesIn::List(id) => {
            ("price p where p.tenant_id = $1 and p.price_list_id = $2", id.into())
        }
        PricesIn::Agreement(id) => (
            "(select f.*, null::uuid as change_id from agreement_price f
              where f.tenant_id = $1 and f.agreement_id = $2) p
             where true",
            id.into(),
        ),
        PricesIn::Version(id, _) => (
            "(select f.product_id, f.variant_id, f.packaging_id, f.min_quantity, f.valid_from,
                     f.price, null::uuid as change_id
              from agreement_price f
              where f.tenant_id = $1 and f.agreement_id = $2 and f.since_version <= $3
              union all
              select f.product_id, f.variant_id, f.packaging_id, f.min_quantity, f.valid_from,
                     f.price, null
              from agreement_price_past f
              where f.tenant_id = $1 and f.agreement_id = $2 and f.since_version <= $3
                and f.until_version > $3) p
             where true",
            id.into(),
        ),
    };
    let mut bound = values![tenant, holder].to_vec();
    if let PricesIn::Version(_, number) = of {
        bound.push(number.into());
    }
    let mut sql = Sql::new(format!("{select} from {rows}"), bound);
    if let Some(day) = on {
        sql.with(" and p.valid_from <= ", day, "");
    }
    sql
}
