//! Assembly orders as they are shown. What goods and work cost does not leave the database for
//! those who may not see cost.

use std::collections::HashMap;

use access::{Action, Permit, Right};
use catalog::{Condition, push_conditions};
use db::{FromQueryResult, Outcome, Sql, TenantTx, values};
use kernel::{
    AssemblyLineId, AssemblyOrderId, BillId, DateTime, Decimal, Direction, LotId, NaiveDate,
    OrganizationId, Page, PageRequest, ProductId, ProductVariantId, TenantId, UserId, Utc, Uuid,
    WarehouseId,
};

use super::state::{AssemblyKind, AssemblyState};
use crate::document::{DocumentSort, Narrowing};
use crate::reads::keyset::{COUNT, count, page};
use crate::reads::sees_cost;
use crate::store::uuids;

/// Reading assembly orders. A narrow reach sees those its users have written.
#[derive(Clone, Copy, Debug)]
pub struct ReadAssemblies;

impl Action for ReadAssemblies {
    const RIGHT: Right = Right::AssemblyRead;
}

/// An assembly order without its lines.
#[derive(Clone, Debug, PartialEq, Eq, FromQueryResult)]
pub struct AssemblyRow {
    /// The order.
    pub id: AssemblyOrderId,
    /// Empty until it is posted.
    pub number: String,
    /// Business date.
    pub occurred_on: NaiveDate,
    /// As [`AssemblyKind`] writes it.
    pub kind: String,
    /// Whose goods.
    pub organization_id: OrganizationId,
    /// Where.
    pub warehouse_id: WarehouseId,
    /// The bill it was written by.
    pub bill_id: Option<BillId>,
    /// The finished goods.
    pub product_id: ProductId,
    /// In which variant.
    pub variant_id: Option<ProductVariantId>,
    /// Base units.
    pub quantity: Decimal,
    /// What work adds, base currency; `None` for those who may not see cost.
    pub labour: Option<Decimal>,
    /// What the goods that went in cost; `None` until posted, and for those who may not see cost.
    pub goods_cost: Option<Decimal>,
    /// Of the finished goods' lot.
    pub lot_number: Option<String>,
    /// Of the finished goods' lot.
    pub expires_on: Option<NaiveDate>,
    /// As [`AssemblyState`] writes it.
    pub state: String,
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

/// A component of an assembly order.
#[derive(Clone, Debug, PartialEq, Eq, FromQueryResult)]
pub struct AssemblyLineRow {
    /// The line.
    pub id: AssemblyLineId,
    /// Its order.
    pub assembly_id: AssemblyOrderId,
    /// Its place, from 0.
    pub position: i32,
    /// What.
    pub product_id: ProductId,
    /// In which variant.
    pub variant_id: Option<ProductVariantId>,
    /// Base units.
    pub quantity: Decimal,
    /// Taking apart: its part of the value.
    pub share: Option<Decimal>,
    /// Taking apart: of its lot.
    pub lot_number: Option<String>,
    /// Taking apart: of its lot.
    pub expires_on: Option<NaiveDate>,
    /// What went out or in with it; `None` until posted, and for those who may not see cost.
    pub cost: Option<Decimal>,
}

/// A lot chosen by hand.
#[derive(Clone, Debug, PartialEq, Eq, FromQueryResult)]
pub struct AssemblyPickRow {
    /// The order.
    pub assembly_id: AssemblyOrderId,
    /// The component's line, or the order itself for the finished goods.
    pub line_id: Uuid,
    /// The lot.
    pub lot_id: LotId,
    /// Base units.
    pub quantity: Decimal,
}

/// Which assembly orders; all conditions hold together.
#[derive(Clone, Debug, Default)]
pub struct AssemblyFilter {
    /// In one of these states.
    pub states: Option<Vec<AssemblyState>>,
    /// Going this way.
    pub kind: Option<AssemblyKind>,
    /// Of this organization.
    pub organization: Option<OrganizationId>,
    /// In this warehouse.
    pub warehouse: Option<WarehouseId>,
    /// Of these finished goods.
    pub product: Option<ProductId>,
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
const ASSEMBLY: &str = "
    select a.id, a.number, a.occurred_on, a.kind, a.organization_id, a.warehouse_id, a.bill_id,
           a.product_id, a.variant_id, a.quantity, case when $3 then a.labour end as labour,
           case when $3 then a.goods_cost end as goods_cost, a.lot_number, a.expires_on, a.state,
           a.comment, a.external_reference, a.reversed_on, a.version, a.created_at, a.updated_at,
           a.created_by
    from assembly_order a
    where a.tenant_id = $1 and ($2::uuid[] is null or a.created_by = any($2))";

impl AssemblyFilter {
    fn push(&self, sql: &mut Sql, tenant: TenantId) {
        push_conditions(sql, tenant, "a.id", &self.custom);
        let states = self.states.as_ref();
        let narrowing = Narrowing {
            table: "a",
            states: states.map(|all| all.iter().map(|one| one.as_str()).collect()),
            from: self.from,
            to: self.to,
            number: self.number.as_deref(),
            external_reference: self.external_reference.as_deref(),
        };
        narrowing.push(sql);
        if let Some(kind) = self.kind {
            sql.with(" and a.kind = ", kind.as_str(), "");
        }
        if let Some(id) = self.organization {
            sql.with(" and a.organization_id = ", id, "");
        }
        if let Some(id) = self.warehouse {
            sql.with(" and a.warehouse_id = ", id, "");
        }
        if let Some(id) = self.product {
            sql.with(" and a.product_id = ", id, "");
        }
    }
}

/// Assembly orders within reach. Cursors must be of the sort's [`DocumentSort::name`].
///
/// # Errors
/// `INVALID` for a cursor of another list, or a fault.
pub async fn assemblies(
    tx: &TenantTx,
    permit: &Permit<ReadAssemblies>,
    filter: &AssemblyFilter,
    (sort, direction): (DocumentSort, Direction),
    request: &PageRequest,
) -> Outcome<Page<AssemblyRow>> {
    let values = values![permit.tenant(), permit.managers(), sees_cost(permit)];
    let mut sql = Sql::new(ASSEMBLY, values);
    filter.push(&mut sql, permit.tenant());
    let position = |row: &AssemblyRow| sort.position(row.occurred_on, &row.number, row.id.0);
    page(tx, sql, (sort.key(["a.occurred_on", "a.number"]), "a.id"), direction, request, position)
        .await
}

/// How many rows [`assemblies`] has, up to 10,001.
///
/// # Errors
/// A fault of the database.
pub async fn count_assemblies(
    tx: &TenantTx,
    permit: &Permit<ReadAssemblies>,
    filter: &AssemblyFilter,
) -> Outcome<i64> {
    let text = format!(
        "{COUNT} select 1 from assembly_order a
         where a.tenant_id = $1 and ($2::uuid[] is null or a.created_by = any($2))"
    );
    let mut sql = Sql::new(text, values![permit.tenant(), permit.managers()]);
    filter.push(&mut sql, permit.tenant());
    count(tx, sql).await
}

/// The assembly orders with these ids within reach; others are absent.
///
/// # Errors
/// A fault of the database.
pub async fn assemblies_by_id(
    tx: &TenantTx,
    permit: &Permit<ReadAssemblies>,
    ids: &[AssemblyOrderId],
) -> Outcome<HashMap<AssemblyOrderId, AssemblyRow>> {
    let values = values![permit.tenant(), permit.managers(), sees_cost(permit)];
    let mut sql = Sql::new(ASSEMBLY, values);
    sql.with(" and a.id = any(", uuids(ids.iter().copied()), "::uuid[])");
    let rows: Vec<AssemblyRow> = tx.all(sql).await?;
    Ok(rows.into_iter().map(|row| (row.id, row)).collect())
}

/// The lines of assembly orders within reach, in their order; orders without any are absent.
///
/// # Errors
/// A fault of the database.
pub async fn lines_of_assemblies(
    tx: &TenantTx,
    permit: &Permit<ReadAssemblies>,
    orders: &[AssemblyOrderId],
) -> Outcome<HashMap<AssemblyOrderId, Vec<AssemblyLineRow>>> {
    let rows = lines(tx, permit, "l.assembly_id", uuids(orders.iter().copied())).await?;
    let mut found: HashMap<AssemblyOrderId, Vec<AssemblyLineRow>> = HashMap::new();
    for row in rows {
        found.entry(row.assembly_id).or_default().push(row);
    }
    Ok(found)
}

/// The lines with these ids of assembly orders within reach; others are absent.
///
/// # Errors
/// A fault of the database.
pub async fn assembly_lines_by_id(
    tx: &TenantTx,
    permit: &Permit<ReadAssemblies>,
    ids: &[AssemblyLineId],
) -> Outcome<HashMap<AssemblyLineId, AssemblyLineRow>> {
    let rows = lines(tx, permit, "l.id", uuids(ids.iter().copied())).await?;
    Ok(rows.into_iter().map(|row| (row.id, row)).collect())
}

async fn lines(
    tx: &TenantTx,
    permit: &Permit<ReadAssemblies>,
    column: &str,
    ids: Vec<Uuid>,
) -> Outcome<Vec<AssemblyLineRow>> {
    let sql = format!(
        "select l.id, l.assembly_id, l.position, l.product_id, l.variant_id, l.quantity, l.share,
                l.lot_number, l.expires_on, case when $3 then l.cost end as cost
         from assembly_line l
         join assembly_order a on a.tenant_id = l.tenant_id and a.id = l.assembly_id
         where l.tenant_id = $1
           and ($2::uuid[] is null or a.created_by = any($2))
           and {column} = any($4::uuid[])
         order by l.assembly_id, l.position"
    );
    let values = values![permit.tenant(), permit.managers(), sees_cost(permit), ids];
    Ok(tx.all(Sql::new(sql, values)).await?)
}

/// The lots chosen by hand for assembly orders that the caller sees; orders without any are absent.
///
/// # Errors
/// A fault of the database.
pub async fn picks_of_assemblies(
    tx: &TenantTx,
    permit: &Permit<ReadAssemblies>,
    orders: &[AssemblyOrderId],
) -> Outcome<HashMap<AssemblyOrderId, Vec<AssemblyPickRow>>> {
    let sql = "
        select p.assembly_id, p.line_id, p.lot_id, p.quantity
        from assembly_pick p
        where p.tenant_id = $1 and p.assembly_id = any($2::uuid[])
        order by p.assembly_id, p.line_id, p.lot_id";
    let ids = uuids(orders.iter().copied());
    let rows: Vec<AssemblyPickRow> = tx.all(Sql::new(sql, values![permit.tenant(), ids])).await?;
    let mut found: HashMap<AssemblyOrderId, Vec<AssemblyPickRow>> = HashMap::new();
    for row in rows {
        found.entry(row.assembly_id).or_default().push(row);
    }
    Ok(found)
}
