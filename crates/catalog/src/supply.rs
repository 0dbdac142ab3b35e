//! What purchases need of suppliers: who they are, and what they ask for goods.

use std::collections::HashMap;

use access::Permit;
use db::{FromQueryResult, Outcome, Sql, TenantTx, values};
use kernel::{Currency, Decimal, NaiveDate, PackagingId, ProductId, SupplierId, SupplierItemId};

use crate::store::uuids;

/// A supplier as a document needs it.
#[derive(Clone, Debug, PartialEq, Eq, FromQueryResult)]
pub struct SupplierCard {
    /// The supplier.
    pub id: SupplierId,
    /// The name people call it by.
    pub name: String,
    /// What its prices and orders to it are in.
    pub currency: Currency,
    /// Calendar days from order to receipt where an item names none.
    pub lead_time_days: Option<i32>,
    /// Nothing new is ordered of it.
    pub archived: bool,
}

/// The suppliers with these ids; those that are not there are absent.
///
/// # Errors
/// [`db::Fault`].
pub async fn supplier_cards<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    ids: &[SupplierId],
) -> Outcome<HashMap<SupplierId, SupplierCard>> {
    let sql = "
        select s.id, s.name, s.currency, s.lead_time_days, s.archived_at is not null as archived
        from supplier s
        where s.tenant_id = $1 and s.id = any($2::uuid[])";
    let rows: Vec<SupplierCard> =
        tx.all(Sql::new(sql, values![permit.tenant(), uuids(ids)])).await?;
    Ok(rows.into_iter().map(|row| (row.id, row)).collect())
}

/// What a supplier in use asks for a product.
#[derive(Clone, Debug, PartialEq, Eq, FromQueryResult)]
pub struct SupplierOffer {
    /// What the supplier calls it.
    pub item_id: SupplierItemId,
    /// Who sells it.
    pub supplier_id: SupplierId,
    /// What is sold.
    pub product_id: ProductId,
    /// The packaging it is sold in; `None` is the base unit.
    pub packaging_id: Option<PackagingId>,
    /// The least that is ordered at once, base units.
    pub minimum_lot: Option<Decimal>,
    /// What an ordered quantity is a multiple of, base units.
    pub lot_multiple: Option<Decimal>,
    /// Calendar days from order to receipt, the item's own or the supplier's; `None` where nobody
    /// has said.
    pub lead_time_days: Option<i32>,
    /// The supplier's currency.
    pub currency: Currency,
    /// Per base unit on the day; `None` where none is known.
    pub price: Option<Decimal>,
}

/// What suppliers in use ask for products on a day, by product. Lives on supplier_item_product.
///
/// # Errors
/// [`db::Fault`].
pub async fn supplier_offers<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    products: &[ProductId],
    on: NaiveDate,
) -> Outcome<HashMap<ProductId, Vec<SupplierOffer>>> {
    let sql = "
        select i.id as item_id, i.supplier_id, i.product_id, i.packaging_id, i.minimum_lot,
               i.lot_multiple, coalesce(i.lead_time_days, s.lead_time_days) as lead_time_days,
               s.currency, p.price
        from supplier_item i
        join supplier s on s.tenant_id = i.tenant_id and s.id = i.supplier_id
        left join lateral (
            select p.price
            from supplier_price p
            where p.tenant_id = $1 and p.supplier_item_id = i.id and p.valid_from <= $3
            order by p.valid_from desc
            limit 1
        ) p on true
        where i.tenant_id = $1
          and i.product_id = any($2::uuid[])
          and i.archived_at is null
          and s.archived_at is null
        order by i.product_id, i.id";
    let rows: Vec<SupplierOffer> =
        tx.all(Sql::new(sql, values![permit.tenant(), uuids(products), on])).await?;
    let mut found: HashMap<ProductId, Vec<SupplierOffer>> = HashMap::new();
    for row in rows {
        found.entry(row.product_id).or_default().push(row);
    }
    Ok(found)
}
