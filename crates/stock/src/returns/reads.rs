//! What others see of returns to suppliers. Values do not leave the database for those who may not
//! see cost.

use std::collections::HashMap;

use access::Permit;
use db::{FromQueryResult, Outcome, Sql, TenantTx, values};
use kernel::{
    DateTime, Decimal, Direction, LotId, NaiveDate, OrganizationId, Page, PageRequest, Position,
    ProductId, ProductVariantId, ReceiptId, ReceiptLineId, SupplierReturnId, SupplierReturnLineId,
    UserId, Utc, WarehouseId,
};

use super::SupplierReturnState;
use crate::document::Narrowing;
use crate::reads::keyset::{COUNT, Key, count, page};
use crate::reads::{ReadReceipts, sees_cost};
use crate::store::uuids;

/// A return to a supplier without its lines.
#[derive(Clone, Debug, PartialEq, Eq, FromQueryResult)]
pub struct SupplierReturnRow {
    /// The return.
    pub id: SupplierReturnId,
    /// Empty until it is posted.
    pub number: String,
    /// Business date.
    pub occurred_on: NaiveDate,
    /// Whose goods.
    pub organization_id: OrganizationId,
    /// From where.
    pub warehouse_id: WarehouseId,
    /// What brought them.
    pub receipt_id: ReceiptId,
    /// As [`SupplierReturnState`] writes it.
    pub state: String,
    /// The value that left, base currency; `None` until it is posted, and for those who may not
    /// see cost.
    pub amount: Option<Decimal>,
    /// Why.
    pub reason: String,
    /// A note.
    pub comment: String,
    /// The record's name in another program.
    pub external_reference: Option<String>,
    /// The business date of its reversal.
    pub reversed_on: Option<NaiveDate>,
    /// For the next change.
    pub version: i32,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it was changed last.
    pub updated_at: DateTime<Utc>,
    /// Who made it, where a person did.
    pub created_by: Option<UserId>,
}

/// A line of a return.
#[derive(Clone, Debug, PartialEq, Eq, FromQueryResult)]
pub struct SupplierReturnLineRow {
    /// The line.
    pub id: SupplierReturnLineId,
    /// Its return.
    pub return_id: SupplierReturnId,
    /// Its place, from 0.
    pub position: i32,
    /// What brought the goods.
    pub receipt_line_id: ReceiptLineId,
    /// Out of which lot they go.
    pub lot_id: LotId,
    /// What.
    pub product_id: ProductId,
    /// In which variant.
    pub variant_id: Option<ProductVariantId>,
    /// Base units.
    pub quantity: Decimal,
    /// The value that left, base currency.
    pub amount: Option<Decimal>,
}

/// Which returns.
#[derive(Clone, Debug, Default)]
pub struct SupplierReturnFilter {
    /// In one of these states.
    pub states: Option<Vec<SupplierReturnState>>,
    /// Of goods that this receipt brought.
    pub receipt: Option<ReceiptId>,
    /// Dated on this day or later.
    pub from: Option<NaiveDate>,
    /// Dated on this day or earlier.
    pub to: Option<NaiveDate>,
    /// With this number.
    pub number: Option<String>,
    /// With this name in another program.
    pub external_reference: Option<String>,
}

/// The name of the one order of this list, as cursors keep it.
pub const RETURN_ORDER: &str = "DATE";

/// $1 is the tenant, $2 the authors within reach, $3 whether cost is seen.
const RETURN: &str = "
    select r.id, r.number, r.occurred_on, r.organization_id, r.warehouse_id, r.receipt_id,
           r.state, case when $3 then r.amount end as amount, r.reason, r.comment,
           r.external_reference, r.reversed_on, r.version, r.created_at, r.updated_at,
           r.created_by
    from supplier_return r
    where r.tenant_id = $1 and ($2::uuid[] is null or r.created_by = any($2))";

impl SupplierReturnFilter {
    fn push(&self, sql: &mut Sql) {
        let states = self.states.as_ref();
        let narrowing = Narrowing {
            table: "r",
            states: states.map(|all| all.iter().map(|one| one.as_str()).collect()),
            from: self.from,
            to: self.to,
            number: self.number.as_deref(),
            external_reference: self.external_reference.as_deref(),
        };
        narrowing.push(sql);
        if let Some(id) = self.receipt {
            sql.with(" and r.receipt_id = ", id, "");
        }
    }
}

/// Returns within reach, by business date. Cursors must be of [`RETURN_ORDER`].
///
/// # Errors
/// `INVALID` for a cursor of another list, or a fault.
pub async fn supplier_returns(
    tx: &TenantTx,
    permit: &Permit<ReadReceipts>,
    filter: &SupplierReturnFilter,
    direction: Direction,
    request: &PageRequest,
) -> Outcome<Page<SupplierReturnRow>> {
    let values = values![permit.tenant(), permit.managers(), sees_cost(permit)];
    let mut sql = Sql::new(RETURN, values);
    filter.push(&mut sql);
    let position = |row: &SupplierReturnRow| Position {
        order: RETURN_ORDER.to_owned(),
        key: Some(row.occurred_on.to_string()),
        id: row.id.0,
    };
    page(tx, sql, (Key::Day("r.occurred_on"), "r.id"), direction, request, position).await
}

/// How many rows [`supplier_returns`] has, up to 10,001.
///
/// # Errors
/// A fault of the database.
pub async fn count_supplier_returns(
    tx: &TenantTx,
    permit: &Permit<ReadReceipts>,
    filter: &SupplierReturnFilter,
) -> Outcome<i64> {
    let text = format!(
        "{COUNT} select 1 from supplier_return r
         where r.tenant_id = $1 and ($2::uuid[] is null or r.created_by = any($2))"
    );
    let mut sql = Sql::new(text, values![permit.tenant(), permit.managers()]);
    filter.push(&mut sql);
    count(tx, sql).await
}

/// The returns with these ids within reach; others are absent.
///
/// # Errors
/// A fault of the database.
pub async fn supplier_returns_by_id(
    tx: &TenantTx,
    permit: &Permit<ReadReceipts>,
    ids: &[SupplierReturnId],
) -> Outcome<HashMap<SupplierReturnId, SupplierReturnRow>> {
    let mut sql = Sql::new(RETURN, values![permit.tenant(), permit.managers(), sees_cost(permit)]);
    sql.with(" and r.id = any(", uuids(ids.iter().copied()), "::uuid[])");
    let rows: Vec<SupplierReturnRow> = tx.all(sql).await?;
    Ok(rows.into_iter().map(|row| (row.id, row)).collect())
}

/// The returns of goods that receipts brought, within reach, the oldest first.
///
/// # Errors
/// A fault of the database.
pub async fn returns_of_receipts(
    tx: &TenantTx,
    permit: &Permit<ReadReceipts>,
    receipts: &[ReceiptId],
) -> Outcome<HashMap<ReceiptId, Vec<SupplierReturnRow>>> {
    let mut sql = Sql::new(RETURN, values![permit.tenant(), permit.managers(), sees_cost(permit)]);
    sql.with(" and r.receipt_id = any(", uuids(receipts.iter().copied()), "::uuid[])");
    sql.push(" order by r.id");
    let mut found: HashMap<ReceiptId, Vec<SupplierReturnRow>> = HashMap::new();
    for row in tx.all::<SupplierReturnRow>(sql).await? {
        found.entry(row.receipt_id).or_default().push(row);
    }
    Ok(found)
}

/// The lines of returns within reach, in their order.
///
/// # Errors
/// A fault of the database.
pub async fn lines_of_supplier_returns(
    tx: &TenantTx,
    permit: &Permit<ReadReceipts>,
    returns: &[SupplierReturnId],
) -> Outcome<HashMap<SupplierReturnId, Vec<SupplierReturnLineRow>>> {
    let sql = "
        select l.id, l.return_id, l.position, l.receipt_line_id, l.lot_id, l.product_id,
               l.variant_id, l.quantity, case when $3 then l.amount end as amount
        from supplier_return_line l
        join supplier_return r on r.tenant_id = l.tenant_id and r.id = l.return_id
        where l.tenant_id = $1
          and ($2::uuid[] is null or r.created_by = any($2))
          and l.return_id = any($4::uuid[])
        order by l.return_id, l.position";
    let ids = uuids(returns.iter().copied());
    let values = values![permit.tenant(), permit.managers(), sees_cost(permit), ids];
    let mut found: HashMap<SupplierReturnId, Vec<SupplierReturnLineRow>> = HashMap::new();
    for row in tx.all::<SupplierReturnLineRow>(Sql::new(sql, values)).await? {
        found.entry(row.return_id).or_default().push(row);
    }
    Ok(found)
}
