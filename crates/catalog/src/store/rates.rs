//! What is dated: rates of currencies and of VAT, suppliers' prices; and what belongs to a record
//! of another list. The latest row not after a day holds on it.

use std::collections::HashMap;
use std::hash::Hash;

use access::Permit;
use db::{FromQueryResult, Outcome, Sql, TenantTx, Value, values};
use kernel::{
    Currency, CurrencyId, Decimal, NaiveDate, ProductId, SupplierId, SupplierItemId, Uuid,
    VatCategoryId, WarehouseId,
};
use serde::Serialize;
use serde_json::json;

use super::directories::{AROUND, Directory};
use super::uuids;
use crate::constraints::known;
use crate::records::{Bin, CurrencyRate, SupplierItem, SupplierPrice, VatRate};
use crate::{ReadDirectory, ReadSupplierPrices, ReadSuppliers};

/// A currency against the tenant's base currency on a day.
#[derive(Clone, Debug, PartialEq, Eq, FromQueryResult)]
pub struct ExchangeRate {
    /// The currency.
    pub currency: Currency,
    /// So many units of the base currency for `nominal` of this one.
    pub rate: Decimal,
    /// How many units the rate is for.
    pub nominal: i32,
    /// Since when it holds; `None` for the base currency itself.
    pub valid_from: Option<NaiveDate>,
}

/// The rates of these currencies on a day. The base currency is 1; a currency without a rate not
/// after the day is absent.
///
/// # Errors
/// [`db::Fault`].
pub async fn exchange_rates<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    currencies: &[Currency],
    on: NaiveDate,
) -> Outcome<HashMap<Currency, ExchangeRate>> {
    let sql = "
        select c.code as currency, found.rate, found.nominal, found.valid_from
        from currency c
        cross join lateral (
            select r.rate, r.nominal, r.valid_from
            from currency_rate r
            where r.tenant_id = $1 and r.currency_id = c.id and r.valid_from <= $3
            order by r.valid_from desc
            limit 1
        ) found
        where c.tenant_id = $1 and c.code = any($2::text[])";
    let codes: Vec<String> = currencies.iter().map(|code| code.code().to_owned()).collect();
    let rows: Vec<ExchangeRate> =
        tx.all(Sql::new(sql, values![permit.tenant(), codes, on])).await?;
    let mut rates: HashMap<_, _> = rows.into_iter().map(|row| (row.currency, row)).collect();
    let base = permit.scope().facts().base_currency;
    if currencies.contains(&base) {
        let (rate, nominal) = (Decimal::ONE, 1);
        let itself = ExchangeRate { currency: base, rate, nominal, valid_from: None };
        rates.insert(base, itself);
    }
    Ok(rates)
}

/// A dated row of some record.
#[derive(FromQueryResult)]
struct Row<T: FromQueryResult> {
    owner: Uuid,
    #[sea_orm(nested)]
    row: T,
}

fn by_owner<K, T>(rows: Vec<Row<T>>) -> HashMap<K, Vec<T>>
where
    K: Eq + Hash + From<Uuid>,
    T: FromQueryResult,
{
    let mut found: HashMap<K, Vec<T>> = HashMap::new();
    for Row { owner, row } in rows {
        found.entry(owner.into()).or_default().push(row);
    }
    found
}

/// The rates of these currencies, the newest first, so many of each.
///
/// # Errors
/// [`db::Fault`].
pub async fn currency_rates(
    tx: &TenantTx,
    permit: &Permit<ReadDirectory>,
    ids: &[CurrencyId],
    first: u32,
) -> Outcome<HashMap<CurrencyId, Vec<CurrencyRate>>> {
    let sql = "
        select asked.id as owner, found.valid_from, found.rate, found.nominal
        from unnest($2::uuid[]) as asked (id)
        cross join lateral (
            select r.valid_from, r.rate, r.nominal
            from currency_rate r
            where r.tenant_id = $1 and r.currency_id = asked.id
            order by r.valid_from desc
            limit $3
        ) found
        order by asked.id, found.valid_from desc";
    let values = values![permit.tenant(), uuids(ids), i64::from(first)];
    Ok(by_owner(tx.all(Sql::new(sql, values)).await?))
}

/// All rates of these tax categories, the newest first.
///
/// # Errors
/// [`db::Fault`].
pub async fn vat_rates(
    tx: &TenantTx,
    permit: &Permit<ReadDirectory>,
    ids: &[VatCategoryId],
) -> Outcome<HashMap<VatCategoryId, Vec<VatRate>>> {
    let sql = "
        select r.vat_category_id as owner, r.organization_id, r.valid_from, r.rate
        from vat_rate r
        where r.tenant_id = $1 and r.vat_category_id = any($2::uuid[])
        order by r.vat_category_id, r.valid_from desc, r.organization_id";
    Ok(by_owner(tx.all(Sql::new(sql, values![permit.tenant(), uuids(ids)])).await?))
}

/// What suppliers ask for these items, the newest first, at most 100 of each.
///
/// # Errors
/// [`db::Fault`].
pub async fn supplier_prices(
    tx: &TenantTx,
    permit: &Permit<ReadSupplierPrices>,
    ids: &[SupplierItemId],
) -> Outcome<HashMap<SupplierItemId, Vec<SupplierPrice>>> {
    let sql = "
        select asked.id as owner, found.valid_from, found.price
        from unnest($2::uuid[]) as asked (id)
        cross join lateral (
            select p.valid_from, p.price
            from supplier_price p
            where p.tenant_id = $1 and p.supplier_item_id = asked.id
            order by p.valid_from desc
            limit 100
        ) found
        order by asked.id, found.valid_from desc";
    Ok(by_owner(tx.all(Sql::new(sql, values![permit.tenant(), uuids(ids)])).await?))
}

/// Records in use of a short list that belong to records of another one, in an order, so many of
/// each.
struct Belonging {
    column: &'static str,
    order: &'static str,
    most: u16,
}

async fn belonging<T: Directory, K>(
    tx: &TenantTx,
    permit: &Permit<T::Read>,
    owners: &[K],
    Belonging { column, order, most }: Belonging,
) -> Outcome<HashMap<K, Vec<T>>>
where
    K: Copy + Eq + Hash + From<Uuid> + Into<Uuid>,
{
    let sql = format!(
        "select asked.id as owner, {AROUND}, {columns}
         from unnest($2::uuid[]) as asked (id)
         cross join lateral (
             select {AROUND}, {columns}, row_number() over (order by {order}, r.id) as place
             from {table} r
             where r.tenant_id = $1 and r.{column} = asked.id and r.archived_at is null
             order by place
             limit {most}
         ) r
         order by asked.id, r.place",
        columns = T::COLUMNS,
        table = T::TABLE
    );
    Ok(by_owner(tx.all(Sql::new(sql, values![permit.tenant(), uuids(owners)])).await?))
}

/// The bins of these warehouses in use, in the order of the walk, at most 1,000 of each.
///
/// # Errors
/// [`db::Fault`].
pub async fn bins_by_warehouse(
    tx: &TenantTx,
    permit: &Permit<ReadDirectory>,
    ids: &[WarehouseId],
) -> Outcome<HashMap<WarehouseId, Vec<Bin>>> {
    let walk = "r.walk_order, r.name_key";
    belonging(tx, permit, ids, Belonging { column: "warehouse_id", order: walk, most: 1_000 }).await
}

/// The items of these suppliers in use, at most 250 of each.
///
/// # Errors
/// [`db::Fault`].
pub async fn items_by_supplier(
    tx: &TenantTx,
    permit: &Permit<ReadSuppliers>,
    ids: &[SupplierId],
) -> Outcome<HashMap<SupplierId, Vec<SupplierItem>>> {
    let how = Belonging { column: "supplier_id", order: "r.name_key", most: 250 };
    belonging(tx, permit, ids, how).await
}

/// The suppliers' items of these products in use, at most 250 of each.
///
/// # Errors
/// [`db::Fault`].
pub async fn items_by_product(
    tx: &TenantTx,
    permit: &Permit<ReadSuppliers>,
    ids: &[ProductId],
) -> Outcome<HashMap<ProductId, Vec<SupplierItem>>> {
    let how = Belonging { column: "product_id", order: "r.name_key", most: 250 };
    belonging(tx, permit, ids, how).await
}

/// Dated rows of a record: those to be there and those to go. The second may be of any days.
#[derive(Debug)]
pub(crate) struct Dated<'a, T> {
    pub(crate) put: &'a [T],
    pub(crate) removed: &'a [T],
}

impl<T: Serialize> Dated<'_, T> {
    /// As `jsonb_to_recordset` takes them.
    fn rows(rows: &[T]) -> Value {
        json!(rows).into()
    }
}

async fn write<A, T: Serialize>(
    tx: &TenantTx,
    permit: &Permit<A>,
    owner: Uuid,
    rows: &Dated<'_, T>,
    (remove, put): (&str, &str),
) -> Outcome<()> {
    if !rows.removed.is_empty() {
        let values = values![permit.tenant(), owner, Dated::rows(rows.removed)];
        tx.run(Sql::new(remove, values)).await?;
    }
    if !rows.put.is_empty() {
        let put_rows = Dated::rows(rows.put);
        let values = values![permit.tenant(), owner, put_rows, tx.now(), permit.user()];
        known(tx.run(Sql::new(put, values)).await)?;
    }
    Ok(())
}

/// Writes and removes rates of a currency; a rate of the same day is replaced.
pub(crate) async fn put_currency_rates<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    id: CurrencyId,
    rates: &Dated<'_, CurrencyRate>,
) -> Outcome<()> {
    let remove = "
        delete from currency_rate r
        using jsonb_to_recordset($3) as x (\"validFrom\" date)
        where r.tenant_id = $1 and r.currency_id = $2 and r.valid_from = x.\"validFrom\"";
    let put = "
        insert into currency_rate
            (tenant_id, currency_id, valid_from, rate, nominal, recorded_at, created_by)
        select $1, $2, x.\"validFrom\", x.rate, x.nominal, $4, $5
        from jsonb_to_recordset($3) as x (\"validFrom\" date, rate numeric, nominal integer)
        on conflict (tenant_id, currency_id, valid_from)
        do update set rate = excluded.rate, nominal = excluded.nominal,
                      recorded_at = excluded.recorded_at, created_by = excluded.created_by";
    write(tx, permit, id.0, rates, (remove, put)).await
}

/// Writes and removes rates of a tax category; a rate of the same day and organization is
/// replaced.
pub(crate) async fn put_vat_rates<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    id: VatCategoryId,
    rates: &Dated<'_, VatRate>,
) -> Outcome<()> {
    let remove = "
        delete from vat_rate r
        using jsonb_to_recordset($3) as x (\"organizationId\" uuid, \"validFrom\" date)
        where r.tenant_id = $1 and r.vat_category_id = $2 and r.valid_from = x.\"validFrom\"
          and r.organization_id is not distinct from x.\"organizationId\"";
    let put = "
        insert into vat_rate
            (tenant_id, id, vat_category_id, organization_id, valid_from, rate, recorded_at,
             created_by)
        select $1, gen_random_uuid(), $2, x.\"organizationId\", x.\"validFrom\", x.rate, $4, $5
        from jsonb_to_recordset($3) as x
            (\"organizationId\" uuid, \"validFrom\" date, rate numeric)
        on conflict on constraint vat_rate_once
        do update set rate = excluded.rate, recorded_at = excluded.recorded_at,
                      created_by = excluded.created_by";
    write(tx, permit, id.0, rates, (remove, put)).await
}

/// Writes and removes prices of a supplier's item; a price of the same day is replaced.
pub(crate) async fn put_supplier_prices<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    id: SupplierItemId,
    prices: &Dated<'_, SupplierPrice>,
) -> Outcome<()> {
    let remove = "
        delete from supplier_price p
        using jsonb_to_recordset($3) as x (\"validFrom\" date)
        where p.tenant_id = $1 and p.supplier_item_id = $2 and p.valid_from = x.\"validFrom\"";
    let put = "
        insert into supplier_price
            (tenant_id, supplier_item_id, valid_from, price, recorded_at, created_by)
        select $1, $2, x.\"validFrom\", x.price, $4, $5
        from jsonb_to_recordset($3) as x (\"validFrom\" date, price numeric)
        on conflict (tenant_id, supplier_item_id, valid_from)
        do update set price = excluded.price, recorded_at = excluded.recorded_at,
                      created_by = excluded.created_by";
    write(tx, permit, id.0, prices, (remove, put)).await
}

/// The rates of a currency that hold from one of these days on.
pub(crate) async fn currency_rates_of<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    id: CurrencyId,
    days: &[NaiveDate],
) -> Outcome<Vec<CurrencyRate>> {
    let sql = "
        select r.valid_from, r.rate, r.nominal
        from currency_rate r
        where r.tenant_id = $1 and r.currency_id = $2 and r.valid_from = any($3::date[])";
    Ok(tx.all(Sql::new(sql, values![permit.tenant(), id, days.to_vec()])).await?)
}

/// The rates of a tax category that hold from one of these days on, of any organization.
pub(crate) async fn vat_rates_of<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    id: VatCategoryId,
    days: &[NaiveDate],
) -> Outcome<Vec<VatRate>> {
    let sql = "
        select r.organization_id, r.valid_from, r.rate
        from vat_rate r
        where r.tenant_id = $1 and r.vat_category_id = $2 and r.valid_from = any($3::date[])";
    Ok(tx.all(Sql::new(sql, values![permit.tenant(), id, days.to_vec()])).await?)
}

/// The prices of a supplier's item that hold from one of these days on.
pub(crate) async fn supplier_prices_of<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    id: SupplierItemId,
    days: &[NaiveDate],
) -> Outcome<Vec<SupplierPrice>> {
    let sql = "
        select p.valid_from, p.price
        from supplier_price p
        where p.tenant_id = $1 and p.supplier_item_id = $2 and p.valid_from = any($3::date[])";
    Ok(tx.all(Sql::new(sql, values![permit.tenant(), id, days.to_vec()])).await?)
}
