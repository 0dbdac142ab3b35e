//! Which rows of files have become stock.

use std::collections::HashMap;

use access::Permit;
use db::{Fault, FromQueryResult, Sql, TenantTx, values};
use kernel::{
    Decimal, NaiveDate, OrganizationId, ProductId, ProductVariantId, ReceiptLineId, WarehouseId,
};

use super::uuids;

/// A row that was brought in before, and is still in stock's books.
#[derive(Clone, Debug, PartialEq, FromQueryResult)]
pub(crate) struct BroughtIn {
    pub(crate) key: String,
    pub(crate) product_id: ProductId,
    pub(crate) variant_id: Option<ProductVariantId>,
    pub(crate) quantity: Decimal,
    pub(crate) organization_id: OrganizationId,
    pub(crate) warehouse_id: WarehouseId,
    pub(crate) occurred_on: NaiveDate,
    pub(crate) number: String,
}

/// Two who bring in opening stock stand in line: what one has looked up, the other does not write
/// meanwhile.
pub(crate) async fn lock<A>(tx: &TenantTx, permit: &Permit<A>) -> Result<(), Fault> {
    let name = format!("{}:opening", permit.tenant());
    let sql = "select pg_advisory_xact_lock(hashtextextended($1, 20))";
    tx.run(Sql::new(sql, values![name])).await?;
    Ok(())
}

/// The rows with these keys that were brought in; those of reversed receipts are forgotten.
pub(crate) async fn brought_in<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    keys: Vec<String>,
) -> Result<HashMap<String, BroughtIn>, Fault> {
    let sql = "
        select o.key, l.product_id, l.variant_id, l.quantity, r.organization_id, r.warehouse_id,
               r.occurred_on, r.number
        from opening_stock o
        join goods_receipt_line l on l.tenant_id = $1 and l.id = o.receipt_line_id
        join goods_receipt r on r.tenant_id = $1 and r.id = l.receipt_id
        where o.tenant_id = $1
          and o.key = any($2::text[])
          and r.state = 'POSTED'";
    let rows: Vec<BroughtIn> = tx.all(Sql::new(sql, values![permit.tenant(), keys])).await?;
    Ok(rows.into_iter().map(|row| (row.key.clone(), row)).collect())
}

/// Notes which line each row has become.
pub(crate) async fn note<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    rows: &[(String, ReceiptLineId)],
) -> Result<(), Fault> {
    let sql = "
        insert into opening_stock (tenant_id, key, receipt_line_id)
        select $1, s.key, s.line
        from unnest($2::text[], $3::uuid[]) as s (key, line)
        on conflict (tenant_id, key)
        do update set receipt_line_id = excluded.receipt_line_id,
                      recorded_at = excluded.recorded_at";
    let keys: Vec<String> = rows.iter().map(|(key, _)| key.clone()).collect();
    let lines = uuids(rows.iter().map(|(_, line)| *line));
    tx.run(Sql::new(sql, values![permit.tenant(), keys, lines])).await?;
    Ok(())
}
