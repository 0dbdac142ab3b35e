//! Transfers and their lines, as they are shown.

use std::collections::HashMap;

use access::{Action, Permit, Right};
use catalog::{Condition, push_conditions};
use db::{FromQueryResult, Outcome, Sql, TenantTx, values};
use kernel::{
    DateTime, Decimal, Direction, LotId, NaiveDate, OrganizationId, PackagingId, Page, PageRequest,
    ProductId, ProductVariantId, TenantId, TransferId, TransferLineId, UserId, Utc, Uuid,
    WarehouseId,
};

use super::keyset::{COUNT, count, page};
use crate::document::{DocumentSort, Narrowing};
use crate::rules::TransferState;
use crate::store::uuids;

/// Reading transfers. A narrow reach sees those its users have written.
#[derive(Clone, Copy, Debug)]
pub struct ReadTransfers;

impl Action for ReadTransfers {
    const RIGHT: Right = Right::TransferRead;
}

/// A transfer without its lines.
#[derive(Clone, Debug, PartialEq, Eq, FromQueryResult)]
pub struct TransferRow {
    /// The transfer.
    pub id: TransferId,
    /// Empty until it is sent.
    pub number: String,
    /// Business date of sending.
    pub occurred_on: NaiveDate,
    /// When the goods are to be there; `None` where nobody has said.
    pub expected_on: Option<NaiveDate>,
    /// Whose goods.
    pub organization_id: OrganizationId,
    /// From where.
    pub from_id: WarehouseId,
    /// Where to.
    pub to_id: WarehouseId,
    /// As [`TransferState`] writes it.
    pub state: String,
    /// A note.
    pub comment: String,
    /// The record's name in another program.
    pub external_reference: Option<String>,
    /// The business date of receiving.
    pub received_on: Option<NaiveDate>,
    /// The business date of coming back.
    pub returned_on: Option<NaiveDate>,
    /// Why less came than was sent.
    pub short_reason: Option<String>,
    /// For the next change.
    pub version: i32,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it was changed last.
    pub updated_at: DateTime<Utc>,
    /// Who made it, where a person did.
    pub created_by: Option<UserId>,
}

/// A line of a transfer.
#[derive(Clone, Debug, PartialEq, Eq, FromQueryResult)]
pub struct TransferLineRow {
    /// The line.
    pub id: TransferLineId,
    /// Its transfer.
    pub document_id: TransferId,
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
    /// The lot that was chosen.
    pub lot_id: Option<LotId>,
    /// What came, base units; `None` until it is received.
    pub received: Option<Decimal>,
}

/// Which transfers.
#[derive(Clone, Debug, Default)]
pub struct TransferFilter {
    /// In one of these states.
    pub states: Option<Vec<TransferState>>,
    /// Of this organization.
    pub organization: Option<OrganizationId>,
    /// From this warehouse.
    pub from_warehouse: Option<WarehouseId>,
    /// To this warehouse.
    pub to_warehouse: Option<WarehouseId>,
    /// Sent on this day or later.
    pub from: Option<NaiveDate>,
    /// Sent on this day or earlier.
    pub to: Option<NaiveDate>,
    /// With this number.
    pub number: Option<String>,
    /// With this name in another program.
    pub external_reference: Option<String>,
    /// Whose custom fields hold this.
    pub custom: Vec<Condition>,
}

/// $1 is the tenant, $2 the authors within reach.
const TRANSFER: &str = "
    select r.id, r.number, r.occurred_on, r.expected_on, r.organization_id, r.from_id, r.to_id, r.state,
           r.comment, r.external_reference, r.received_on, r.returned_on, r.short_reason,
           r.version, r.created_at, r.updated_at, r.created_by
    from stock_transfer r
    where r.tenant_id = $1 and ($2::uuid[] is null or r.created_by = any($2))";

impl TransferFilter {
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
        if let Some(id) = self.from_warehouse {
            sql.with(" and r.from_id = ", id, "");
        }
        if let Some(id) = self.to_warehouse {
            sql.with(" and r.to_id = ", id, "");
        }
    }
}

/// Transfers within reach. Cursors must be of the sort's [`DocumentSort::name`].
///
/// # Errors
/// `INVALID` for a cursor of another list, or a fault.
pub async fn transfers(
    tx: &TenantTx,
    permit: &Permit<ReadTransfers>,
    filter: &TransferFilter,
    (sort, direction): (DocumentSort, Direction),
    request: &PageRequest,
) -> Outcome<Page<TransferRow>> {
    let mut sql = Sql::new(TRANSFER, values![permit.tenant(), permit.managers()]);
    filter.push(&mut sql, permit.tenant());
    let position = |row: &TransferRow| sort.position(row.occurred_on, &row.number, row.id.0);
    page(tx, sql, (sort.key(["r.occurred_on", "r.number"]), "r.id"), direction, request, position)
        .await
}

/// How many rows [`transfers`] has, up to 10,001.
///
/// # Errors
/// A fault of the database.
pub async fn count_transfers(
    tx: &TenantTx,
    permit: &Permit<ReadTransfers>,
    filter: &TransferFilter,
) -> Outcome<i64> {
    let mut sql = Sql::new(
        format!(
            "{COUNT} select 1 from stock_transfer r
             where r.tenant_id = $1 and ($2::uuid[] is null or r.created_by = any($2))"
        ),
        values![permit.tenant(), permit.managers()],
    );
    filter.push(&mut sql, permit.tenant());
    count(tx, sql).await
}

/// The transfers with these ids within reach; others are absent.
///
/// # Errors
/// A fault of the database.
pub async fn transfers_by_id(
    tx: &TenantTx,
    permit: &Permit<ReadTransfers>,
    ids: &[TransferId],
) -> Outcome<HashMap<TransferId, TransferRow>> {
    let mut sql = Sql::new(TRANSFER, values![permit.tenant(), permit.managers()]);
    sql.with(" and r.id = any(", uuids(ids.iter().copied()), "::uuid[])");
    let rows: Vec<TransferRow> = tx.all(sql).await?;
    Ok(rows.into_iter().map(|row| (row.id, row)).collect())
}

/// The lines of transfers within reach, in their order; transfers without any are absent.
///
/// # Errors
/// A fault of the database.
pub async fn lines_of_transfers(
    tx: &TenantTx,
    permit: &Permit<ReadTransfers>,
    transfers: &[TransferId],
) -> Outcome<HashMap<TransferId, Vec<TransferLineRow>>> {
    let rows = lines(tx, permit, "l.document_id", uuids(transfers.iter().copied())).await?;
    let mut found: HashMap<TransferId, Vec<TransferLineRow>> = HashMap::new();
    for row in rows {
        found.entry(row.document_id).or_default().push(row);
    }
    Ok(found)
}

/// The lines with these ids of transfers within reach; others are absent.
///
/// # Errors
/// A fault of the database.
pub async fn transfer_lines_by_id(
    tx: &TenantTx,
    permit: &Permit<ReadTransfers>,
    ids: &[TransferLineId],
) -> Outcome<HashMap<TransferLineId, TransferLineRow>> {
    let rows = lines(tx, permit, "l.id", uuids(ids.iter().copied())).await?;
    Ok(rows.into_iter().map(|row| (row.id, row)).collect())
}

async fn lines(
    tx: &TenantTx,
    permit: &Permit<ReadTransfers>,
    column: &str,
    ids: Vec<Uuid>,
) -> Outcome<Vec<TransferLineRow>> {
    let sql = format!(
        "select l.id, l.document_id, l.product_id, l.variant_id, l.quantity, l.packaging_id,
                l.entered_quantity, l.entered_unit, l.lot_id, l.received
         from stock_transfer_line l
         join stock_transfer r on r.tenant_id = l.tenant_id and r.id = l.document_id
         where l.tenant_id = $1
           and ($2::uuid[] is null or r.created_by = any($2))
           and {column} = any($3::uuid[])
         order by l.document_id, l.position"
    );
    Ok(tx.all(Sql::new(sql, values![permit.tenant(), permit.managers(), ids])).await?)
}
