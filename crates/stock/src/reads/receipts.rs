//! The list of goods receipts.

use access::Permit;
use catalog::{Condition, push_conditions};
use db::{FromQueryResult, Outcome, Sql, TenantTx, values};
use kernel::{
    DateTime, Decimal, Direction, NaiveDate, OrganizationId, PackagingId, Page, PageRequest,
    ProductId, ProductVariantId, PurchaseOrderId, PurchaseOrderLineId, ReceiptId, ReceiptLineId,
    TenantId, UserId, Utc, WarehouseId,
};

use super::keyset::{COUNT, count, page};
use super::{ReadReceipts, sees_cost};
use crate::document::{DocumentSort, Narrowing};
use crate::rules::ReceiptState;

/// A goods receipt without its lines.
#[derive(Clone, Debug, PartialEq, Eq, FromQueryResult)]
pub struct ReceiptRow {
    /// The receipt.
    pub id: ReceiptId,
    /// Empty until it is posted.
    pub number: String,
    /// Business date.
    pub occurred_on: NaiveDate,
    /// Whose goods.
    pub organization_id: OrganizationId,
    /// Where to.
    pub warehouse_id: WarehouseId,
    /// The purchase order whose goods came, where there is one.
    pub purchase_order_id: Option<PurchaseOrderId>,
    /// Who delivered.
    pub supplier_name: String,
    /// As [`ReceiptState`] writes it.
    pub state: String,
    /// The sum of lines, base currency; `None` while a cost is missing, and for those who may
    /// not see cost.
    pub amount: Option<Decimal>,
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

/// A line of a receipt.
#[derive(Clone, Debug, PartialEq, Eq, FromQueryResult)]
pub struct ReceiptLineRow {
    /// The line.
    pub id: ReceiptLineId,
    /// Its receipt.
    pub receipt_id: ReceiptId,
    /// Its place, from 0.
    pub position: i32,
    /// The line of a purchase order that it brings.
    pub purchase_order_line_id: Option<PurchaseOrderLineId>,
    /// What a base unit was to cost by that line, base currency at the rate of the receipt's date;
    /// `None` until it is posted, and for those who may not see cost.
    pub ordered_cost: Option<Decimal>,
    /// What.
    pub product_id: ProductId,
    /// In which variant; `None` is a product without variants.
    pub variant_id: Option<ProductVariantId>,
    /// Base units.
    pub quantity: Decimal,
    /// The packaging it was entered in; `None` is the base unit.
    pub packaging_id: Option<PackagingId>,
    /// How many of that packaging.
    pub entered_quantity: Option<Decimal>,
    /// The packaging's name when the line was written.
    pub entered_unit: Option<String>,
    /// The lot's number as the maker printed it.
    pub lot_number: Option<String>,
    /// Per base unit, base currency; `None` while it is not stated, and for those who may not
    /// see cost.
    pub unit_cost: Option<Decimal>,
    /// round(quantity × unit cost, 2).
    pub amount: Option<Decimal>,
    /// The last day the goods may be sold on.
    pub expires_on: Option<NaiveDate>,
}

/// Which receipts.
#[derive(Clone, Debug, Default)]
pub struct ReceiptFilter {
    /// In one of these states.
    pub states: Option<Vec<ReceiptState>>,
    /// Of this organization.
    pub organization: Option<OrganizationId>,
    /// Into this warehouse.
    pub warehouse: Option<WarehouseId>,
    /// Dated on this day or later.
    pub from: Option<NaiveDate>,
    /// Dated on this day or earlier.
    pub to: Option<NaiveDate>,
    /// With this number.
    pub number: Option<String>,
    /// Whose custom fields hold this.
    pub custom: Vec<Condition>,
    /// With this name in another program.
    pub external_reference: Option<String>,
}

/// $1 is the tenant, $2 the authors within reach, $3 whether cost is seen.
pub(super) const RECEIPT: &str = "
    select r.id, r.number, r.occurred_on, r.organization_id, r.warehouse_id,
           r.purchase_order_id, r.supplier_name, r.state,
           case when $3 then r.amount end as amount, r.comment, r.external_reference, r.reversed_on,
           r.version, r.created_at, r.updated_at, r.created_by
    from goods_receipt r
    where r.tenant_id = $1 and ($2::uuid[] is null or r.created_by = any($2))";

impl ReceiptFilter {
    fn push(&self, sql: &mut Sql, tenant: TenantId) {
        push_conditions(sql, tenant, "r.id", &self.custom);
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
        if let Some(id) = self.organization {
            sql.with(" and r.organization_id = ", id, "");
        }
        if let Some(id) = self.warehouse {
            sql.with(" and r.warehouse_id = ", id, "");
        }
    }
}

/// Receipts within reach. Cursors must be of the sort's [`DocumentSort::name`].
///
/// # Errors
/// `INVALID` for a cursor of another list, or a fault.
pub async fn receipts(
    tx: &TenantTx,
    permit: &Permit<ReadReceipts>,
    filter: &ReceiptFilter,
    (sort, direction): (DocumentSort, Direction),
    request: &PageRequest,
) -> Outcome<Page<ReceiptRow>> {
    let values = values![permit.tenant(), permit.managers(), sees_cost(permit)];
    let mut sql = Sql::new(RECEIPT, values);
    filter.push(&mut sql, permit.tenant());
    let position = |row: &ReceiptRow| sort.position(row.occurred_on, &row.number, row.id.0);
    page(tx, sql, (sort.key(["r.occurred_on", "r.number"]), "r.id"), direction, request, position)
        .await
}

/// The receipts on the basis of purchase orders, within reach, the oldest first.
pub(crate) async fn receipts_of(
    tx: &TenantTx,
    permit: &Permit<ReadReceipts>,
    orders: &[PurchaseOrderId],
) -> Outcome<Vec<ReceiptRow>> {
    let mut sql = Sql::new(RECEIPT, values![permit.tenant(), permit.managers(), sees_cost(permit)]);
    let ids = crate::store::uuids(orders.iter().copied());
    sql.with(" and r.purchase_order_id = any(", ids, "::uuid[])");
    sql.push(" order by r.id");
    Ok(tx.all(sql).await?)
}

/// How many rows [`receipts`] has, up to 10,001.
///
/// # Errors
/// A fault of the database.
pub async fn count_receipts(
    tx: &TenantTx,
    permit: &Permit<ReadReceipts>,
    filter: &ReceiptFilter,
) -> Outcome<i64> {
    let mut sql = Sql::new(
        format!(
            "{COUNT} select 1 from goods_receipt r
             where r.tenant_id = $1 and ($2::uuid[] is null or r.created_by = any($2))"
        ),
        values![permit.tenant(), permit.managers()],
    );
    filter.push(&mut sql, permit.tenant());
    count(tx, sql).await
}
