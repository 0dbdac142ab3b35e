//! Write-offs and their lines, as they are shown.

use std::collections::HashMap;

use access::{Action, Permit, Right};
use catalog::{Condition, push_conditions};
use db::{FromQueryResult, Outcome, Sql, TenantTx, values};
use kernel::{
    DateTime, Decimal, Direction, LotId, NaiveDate, OrganizationId, PackagingId, Page, PageRequest,
    ProductId, ProductVariantId, TenantId, UserId, Utc, Uuid, WarehouseId, WriteOffId,
    WriteOffLineId,
};

use super::keyset::{COUNT, count, page};
use super::sees_cost;
use crate::document::{DocumentSort, Narrowing};
use crate::rules::WriteOffState;
use crate::store::uuids;

/// Reading write-offs. A narrow reach sees those its users have written.
#[derive(Clone, Copy, Debug)]
pub struct ReadWriteOffs;

impl Action for ReadWriteOffs {
    const RIGHT: Right = Right::WriteOffRead;
}

/// A write-off without its lines.
#[derive(Clone, Debug, PartialEq, Eq, FromQueryResult)]
pub struct WriteOffRow {
    /// The write-off.
    pub id: WriteOffId,
    /// Empty until it is posted.
    pub number: String,
    /// Business date.
    pub occurred_on: NaiveDate,
    /// Whose goods.
    pub organization_id: OrganizationId,
    /// From where.
    pub warehouse_id: WarehouseId,
    /// As [`WriteOffState`] writes it.
    pub state: String,
    /// A note.
    pub comment: String,
    /// The record's name in another program.
    pub external_reference: Option<String>,
    /// Why.
    pub reason: String,
    /// Whether held goods of lots that are named go too.
    pub takes_held: bool,
    /// What the goods cost, base currency; `None` until it is posted, and for those who may not
    /// see cost.
    pub amount: Option<Decimal>,
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

/// A line of a write-off.
#[derive(Clone, Debug, PartialEq, Eq, FromQueryResult)]
pub struct WriteOffLineRow {
    /// The line.
    pub id: WriteOffLineId,
    /// Its write-off.
    pub document_id: WriteOffId,
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
}

/// Which write-offs.
#[derive(Clone, Debug, Default)]
pub struct WriteOffFilter {
    /// In one of these states.
    pub states: Option<Vec<WriteOffState>>,
    /// Of this organization.
    pub organization: Option<OrganizationId>,
    /// From this warehouse.
    pub warehouse: Option<WarehouseId>,
    /// Dated on this day or later.
    pub from: Option<NaiveDate>,
    /// Dated on this day or earlier.
    pub to: Option<NaiveDate>,
    /// With this number.
    pub number: Option<String>,
    /// With this name in another program.
    pub external_reference: Option<String>,
    /// Whose custom fields hold this.
    pub custom: Vec<Condition>,
}

/// $1 is the tenant, $2 the authors within reach, $3 whether cost is seen.
const WRITE_OFF: &str = "
    select r.id, r.number, r.occurred_on, r.organization_id, r.warehouse_id, r.state, r.reason,
           r.takes_held, case when $3 then r.amount end as amount, r.comment,
           r.external_reference, r.reversed_on, r.version, r.created_at, r.updated_at,
           r.created_by
    from write_off r
    where r.tenant_id = $1 and ($2::uuid[] is null or r.created_by = any($2))";

fn seen(permit: &Permit<ReadWriteOffs>) -> [db::Value; 3] {
    values![permit.tenant(), permit.managers(), sees_cost(permit)]
}

impl WriteOffFilter {
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

/// Write-offs within reach. Cursors must be of the sort's [`DocumentSort::name`].
///
/// # Errors
/// `INVALID` for a cursor of another list, or a fault.
pub async fn write_offs(
    tx: &TenantTx,
    permit: &Permit<ReadWriteOffs>,
    filter: &WriteOffFilter,
    (sort, direction): (DocumentSort, Direction),
    request: &PageRequest,
) -> Outcome<Page<WriteOffRow>> {
    let mut sql = Sql::new(WRITE_OFF, seen(permit));
    filter.push(&mut sql, permit.tenant());
    let position = |row: &WriteOffRow| sort.position(row.occurred_on, &row.number, row.id.0);
    page(tx, sql, (sort.key(["r.occurred_on", "r.number"]), "r.id"), direction, request, position)
        .await
}

/// How many rows [`write_offs`] has, up to 10,001.
///
/// # Errors
/// A fault of the database.
pub async fn count_write_offs(
    tx: &TenantTx,
    permit: &Permit<ReadWriteOffs>,
    filter: &WriteOffFilter,
) -> Outcome<i64> {
    let mut sql = Sql::new(
        format!(
            "{COUNT} select 1 from write_off r
             where r.tenant_id = $1 and ($2::uuid[] is null or r.created_by = any($2))"
        ),
        values![permit.tenant(), permit.managers()],
    );
    filter.push(&mut sql, permit.tenant());
    count(tx, sql).await
}

/// The write-offs with these ids within reach; others are absent.
///
/// # Errors
/// A fault of the database.
pub async fn write_offs_by_id(
    tx: &TenantTx,
    permit: &Permit<ReadWriteOffs>,
    ids: &[WriteOffId],
) -> Outcome<HashMap<WriteOffId, WriteOffRow>> {
    let mut sql = Sql::new(WRITE_OFF, seen(permit));
    sql.with(" and r.id = any(", uuids(ids.iter().copied()), "::uuid[])");
    let rows: Vec<WriteOffRow> = tx.all(sql).await?;
    Ok(rows.into_iter().map(|row| (row.id, row)).collect())
}

/// The lines of write-offs within reach, in their order; write-offs without any are absent.
///
/// # Errors
/// A fault of the database.
pub async fn lines_of_write_offs(
    tx: &TenantTx,
    permit: &Permit<ReadWriteOffs>,
    write_offs: &[WriteOffId],
) -> Outcome<HashMap<WriteOffId, Vec<WriteOffLineRow>>> {
    let rows = lines(tx, permit, "l.document_id", uuids(write_offs.iter().copied())).await?;
    let mut found: HashMap<WriteOffId, Vec<WriteOffLineRow>> = HashMap::new();
    for row in rows {
        found.entry(row.document_id).or_default().push(row);
    }
    Ok(found)
}

/// The lines with these ids of write-offs within reach; others are absent.
///
/// # Errors
/// A fault of the database.
pub async fn write_off_lines_by_id(
    tx: &TenantTx,
    permit: &Permit<ReadWriteOffs>,
    ids: &[WriteOffLineId],
) -> Outcome<HashMap<WriteOffLineId, WriteOffLineRow>> {
    let rows = lines(tx, permit, "l.id", uuids(ids.iter().copied())).await?;
    Ok(rows.into_iter().map(|row| (row.id, row)).collect())
}

async fn lines(
    tx: &TenantTx,
    permit: &Permit<ReadWriteOffs>,
    column: &str,
    ids: Vec<Uuid>,
) -> Outcome<Vec<WriteOffLineRow>> {
    let sql = format!(
        "select l.id, l.document_id, l.product_id, l.variant_id, l.quantity, l.packaging_id,
                l.entered_quantity, l.entered_unit, l.lot_id
         from write_off_line l
         join write_off r on r.tenant_id = l.tenant_id and r.id = l.document_id
         where l.tenant_id = $1
           and ($2::uuid[] is null or r.created_by = any($2))
           and {column} = any($3::uuid[])
         order by l.document_id, l.position"
    );
    Ok(tx.all(Sql::new(sql, values![permit.tenant(), permit.managers(), ids])).await?)
}
