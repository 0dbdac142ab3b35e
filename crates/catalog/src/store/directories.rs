//! Short lists ordered by name: organizations, warehouses, regions, price lists, groups.

use std::collections::HashMap;
use std::fmt::Debug;
use std::hash::Hash;

use access::{Action, Permit};
use db::{FromQueryResult, Outcome, Sql, TenantTx, values};
use kernel::{
    BinId, CurrencyId, Direction, DiscountRuleId, OrganizationId, Page, PageRequest, PriceListId,
    PriceSegmentId, ProductGroupId, ProductId, RegionId, SalesChannelId, SalesRouteId, SupplierId,
    SupplierItemId, Uuid, VatCategoryId, WarehouseId,
};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::listing::{self, Archived, Key, Slice};
use super::uuids;
use crate::records::{
    Bin, DiscountRule, Organization, PriceList, PriceSegment, ProductGroup, Region, SalesChannel,
    SalesRoute, Supplier, SupplierItem, TenantCurrency, VatCategory, Warehouse,
};
use crate::{ReadDirectory, ReadPrices, ReadProducts, ReadSuppliers};

/// A record of a short list.
pub trait Directory: FromQueryResult + Send {
    /// Its id.
    type Id: Copy
        + Debug
        + Eq
        + Hash
        + From<Uuid>
        + Into<Uuid>
        + Serialize
        + DeserializeOwned
        + Send
        + Sync
        + 'static;
    /// The permit it is read with.
    type Read: Action;
    /// Its table.
    const TABLE: &'static str;
    /// Its own columns.
    const COLUMNS: &'static str;

    /// Its id.
    fn id(&self) -> Self::Id;
}

macro_rules! directories {
    ($($record:ty, $id:ty, $read:ty, $table:literal, $columns:literal;)*) => {$(
        impl Directory for $record {
            type Id = $id;
            type Read = $read;
            const TABLE: &'static str = $table;
            const COLUMNS: &'static str = $columns;

            fn id(&self) -> $id {
                self.id
            }
        }
    )*};
}

directories! {
    Organization, OrganizationId, ReadDirectory, "organization",
        "r.name, r.inn, r.kpp, r.address, r.prefix, r.is_default, r.closed_until";
    Warehouse, WarehouseId, ReadDirectory, "warehouse",
        "r.name, r.address, r.priority, r.is_default";
    Region, RegionId, ReadDirectory, "region", "r.name";
    SalesChannel, SalesChannelId, ReadDirectory, "sales_channel", "r.name";
    PriceSegment, PriceSegmentId, ReadPrices, "price_segment", "r.name, r.price_list_id";
    SalesRoute, SalesRouteId, ReadDirectory, "sales_route",
        "r.name, r.reserve_on, r.cover_by, r.payment_steps";
    Supplier, SupplierId, ReadSuppliers, "supplier",
        "r.name, r.legal_name, r.inn, r.kpp, r.vat_id, r.phone, r.email, r.address, r.currency, \
         r.lead_time_days";
    SupplierItem, SupplierItemId, ReadSuppliers, "supplier_item",
        "r.supplier_id, r.product_id, r.packaging_id, r.code, r.name, r.minimum_lot, \
         r.lot_multiple, r.lead_time_days";
    TenantCurrency, CurrencyId, ReadDirectory, "currency", "r.code, r.name";
    VatCategory, VatCategoryId, ReadDirectory, "vat_category", "r.name";
    Bin, BinId, ReadDirectory, "bin", "r.warehouse_id, r.name, r.walk_order";
    PriceList, PriceListId, ReadPrices, "price_list",
        "r.name, r.currency, r.includes_vat, r.is_default, r.base_list_id, r.coefficient, \
         r.rounding_step, r.rounding_direction";
    DiscountRule, DiscountRuleId, ReadPrices, "discount_rule",
        "r.name, r.percent, r.price_segment_id, r.product_group_id, r.product_id, \
         r.sales_channel_id, r.quantity_from, r.line_sum_from, r.document_sum_from, r.currency, \
         r.valid_from, r.valid_to";
    ProductGroup, ProductGroupId, ReadProducts, "product_group", "r.name, r.parent_id";
}

/// The columns around every record's own.
pub(super) const AROUND: &str = "r.id, r.external_reference, r.version, r.created_at, \
                                 r.updated_at, r.created_by, r.archived_at";

/// Which records of a short list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DirectoryFilter {
    /// Archived ones or not.
    pub archived: Archived,
    /// Those with this external reference.
    pub external_reference: Option<String>,
    /// Groups lying in this one; `Some(None)` is those at the top. Of groups only.
    pub parent: Option<Option<ProductGroupId>>,
    /// Those of all these records.
    pub of: Vec<Of>,
}

/// What records of a short list belong to, where they belong to something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Of {
    /// Bins of a warehouse.
    Warehouse(WarehouseId),
    /// Items of a supplier.
    Supplier(SupplierId),
    /// Suppliers' items of a product.
    Product(ProductId),
}

impl Of {
    fn push(self, sql: &mut Sql) {
        match self {
            Self::Warehouse(id) => sql.with(" and r.warehouse_id = ", id, ""),
            Self::Supplier(id) => sql.with(" and r.supplier_id = ", id, ""),
            Self::Product(id) => sql.with(" and r.product_id = ", id, ""),
        };
    }
}

fn filtered(sql: &mut Sql, filter: &DirectoryFilter) {
    filter.archived.push(sql);
    if let Some(reference) = &filter.external_reference {
        sql.with(" and r.external_reference = ", reference.clone(), "");
    }
    match filter.parent {
        Some(Some(parent)) => sql.with(" and r.parent_id = ", parent, ""),
        Some(None) => sql.push(" and r.parent_id is null"),
        None => sql,
    };
    filter.of.iter().for_each(|of| of.push(sql));
}

/// What short lists are ordered by, as cursors name it.
const BY_NAME: Key = Key::Text { order: "NAME", column: "r.name_key" };

/// A page of a short list, by name.
///
/// # Errors
/// A refusal for a cursor of another list.
pub async fn directory<T: Directory>(
    tx: &TenantTx,
    permit: &Permit<T::Read>,
    filter: &DirectoryFilter,
    direction: Direction,
    page: &PageRequest,
) -> Outcome<Page<T>> {
    let text = format!(
        "select {AROUND}, {}, {} from {} r where r.tenant_id = $1",
        T::COLUMNS,
        BY_NAME.text(),
        T::TABLE
    );
    let mut sql = Sql::new(text, values![permit.tenant()]);
    filtered(&mut sql, filter);
    listing::page(tx, sql, Slice { key: BY_NAME, direction, request: page }).await
}

/// How many records a short list has, counted up to one more than 10,000.
///
/// # Errors
/// [`db::Fault`].
pub async fn count_directory<T: Directory>(
    tx: &TenantTx,
    permit: &Permit<T::Read>,
    filter: &DirectoryFilter,
) -> Outcome<i64> {
    let text = format!(
        "select count(*) as counted from (select 1 from {} r where r.tenant_id = $1",
        T::TABLE
    );
    let mut sql = Sql::new(text, values![permit.tenant()]);
    filtered(&mut sql, filter);
    listing::count(tx, sql).await
}

/// The records with these ids; those that are not there are absent.
///
/// # Errors
/// [`db::Fault`].
pub async fn directory_by_ids<T: Directory>(
    tx: &TenantTx,
    permit: &Permit<T::Read>,
    ids: &[T::Id],
) -> Outcome<HashMap<T::Id, T>> {
    let text = format!(
        "select {AROUND}, {} from {} r where r.tenant_id = $1 and r.id = any($2::uuid[])",
        T::COLUMNS,
        T::TABLE
    );
    let rows: Vec<T> = tx.all(Sql::new(text, values![permit.tenant(), uuids(ids)])).await?;
    Ok(rows.into_iter().map(|row| (row.id(), row)).collect())
}

/// Tables of which exactly one record is the default.
#[derive(Clone, Copy, Debug)]
pub(crate) enum DefaultOf {
    Organization,
    Warehouse,
    PriceList,
}

impl DefaultOf {
    fn table(self) -> &'static str {
        match self {
            Self::Organization => "organization",
            Self::Warehouse => "warehouse",
            Self::PriceList => "price_list",
        }
    }
}

/// Whether a default record is there already.
pub(crate) async fn has_default<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    of: DefaultOf,
) -> Outcome<bool> {
    #[derive(FromQueryResult)]
    struct Found {
        found: bool,
    }
    let sql = format!(
        "select exists (select 1 from {} r where r.tenant_id = $1 and r.is_default) as found",
        of.table()
    );
    let row: Option<Found> = tx.one(Sql::new(sql, values![permit.tenant()])).await?;
    Ok(row.is_some_and(|row| row.found))
}

/// Takes the default away from the other record that has it.
pub(crate) async fn take_default<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    of: DefaultOf,
    for_record: Uuid,
) -> Outcome<()> {
    let sql = format!(
        "update {}
         set is_default = false, version = version + 1, updated_at = $3
         where tenant_id = $1 and is_default and id <> $2",
        of.table()
    );
    tx.run(Sql::new(sql, values![permit.tenant(), for_record, tx.now()])).await?;
    Ok(())
}
