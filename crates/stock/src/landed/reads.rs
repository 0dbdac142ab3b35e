//! Landed costs, their lines and where their amounts went, as they are shown.

use std::collections::HashMap;

use access::{Action, Permit, Right};
use db::{FromQueryResult, Outcome, Sql, TenantTx, values};
use kernel::{
    Currency, DateTime, Decimal, Direction, LandedCostId, LandedCostLineId, LotId, NaiveDate,
    OrganizationId, Page, PageRequest, ProductId, ReceiptId, ReceiptLineId, ShipmentLineId,
    SupplierId, UserId, Utc, Uuid, WarehouseId,
};

use super::rules::LandedKind;
use crate::document::{DocumentSort, Narrowing};
use crate::reads::keyset::{COUNT, count, page};
use crate::reads::sees_cost;
use crate::rules::LandedCostState;
use crate::store::uuids;

/// Reading landed costs. A narrow reach sees those its users have written.
#[derive(Clone, Copy, Debug)]
pub struct ReadLandedCosts;

impl Action for ReadLandedCosts {
    const RIGHT: Right = Right::LandedCostRead;
}

/// A landed cost without its lines. Amounts are `None` for those who may not see cost, and those in
/// the base currency until it is posted.
#[derive(Clone, Debug, PartialEq, Eq, FromQueryResult)]
pub struct LandedCostRow {
    /// The landed cost.
    pub id: LandedCostId,
    /// Empty until it is posted.
    pub number: String,
    /// The bill's date.
    pub occurred_on: NaiveDate,
    /// Whose goods.
    pub organization_id: OrganizationId,
    /// As [`LandedKind`] writes it.
    pub kind: String,
    /// As [`super::LandedBasis`] writes it.
    pub basis: String,
    /// The bill's currency.
    pub currency: Currency,
    /// In the bill's currency, without recoverable tax.
    pub amount: Option<Decimal>,
    /// Who billed it.
    pub supplier_id: Option<SupplierId>,
    /// The number that he gave it.
    pub supplier_reference: String,
    /// As [`LandedCostState`] writes it.
    pub state: String,
    /// All of it, base currency.
    pub base_amount: Option<Decimal>,
    /// What goods in stock became dearer by.
    pub stock_amount: Option<Decimal>,
    /// What sales cost more.
    pub sold_amount: Option<Decimal>,
    /// The share of goods that were neither there nor sold.
    pub expensed_amount: Option<Decimal>,
    /// The business date of its posting.
    pub posted_on: Option<NaiveDate>,
    /// The business date of its reversal.
    pub reversed_on: Option<NaiveDate>,
    /// A note.
    pub comment: String,
    /// The record's name in another program.
    pub external_reference: Option<String>,
    /// For the next change.
    pub version: i32,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it was changed last.
    pub updated_at: DateTime<Utc>,
    /// Who made it, where a person did.
    pub created_by: Option<UserId>,
}

/// A line of a landed cost.
#[derive(Clone, Debug, PartialEq, Eq, FromQueryResult)]
pub struct LandedCostLineRow {
    /// The line.
    pub id: LandedCostLineId,
    /// Its landed cost.
    pub document_id: LandedCostId,
    /// What brought the goods.
    pub receipt_line_id: ReceiptLineId,
    /// What.
    pub product_id: ProductId,
    /// What was received, base units.
    pub quantity: Decimal,
    /// What the amount was spread by; `None` until it is posted, and for those who may not see
    /// cost.
    pub weight: Option<Decimal>,
    /// Its share, base currency; `None` likewise.
    pub amount: Option<Decimal>,
}

/// Where pieces of a line were when it was posted.
#[derive(Clone, Debug, PartialEq, Eq, FromQueryResult)]
pub struct LandedCostPartRow {
    /// The line.
    pub line_id: LandedCostLineId,
    /// Of which lot; `None` where they were gone.
    pub lot_id: Option<LotId>,
    /// Where they lay; `None` elsewhere.
    pub warehouse_id: Option<WarehouseId>,
    /// What sold them; `None` elsewhere.
    pub shipment_line_id: Option<ShipmentLineId>,
    /// Base units.
    pub quantity: Decimal,
    /// What they became dearer by, base currency; `None` for those who may not see cost.
    pub amount: Option<Decimal>,
}

/// Which landed costs.
#[derive(Clone, Debug, Default)]
pub struct LandedCostFilter {
    /// In one of these states.
    pub states: Option<Vec<LandedCostState>>,
    /// For one of these.
    pub kinds: Option<Vec<LandedKind>>,
    /// Of this organization.
    pub organization: Option<OrganizationId>,
    /// Billed by this supplier.
    pub supplier: Option<SupplierId>,
    /// For goods that this receipt brought.
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

/// $1 is the tenant, $2 the authors within reach, $3 whether cost is seen.
const COST: &str = "
    select r.id, r.number, r.occurred_on, r.organization_id, r.kind, r.basis, r.currency,
           case when $3 then r.amount end as amount, r.supplier_id, r.supplier_reference, r.state,
           case when $3 then r.base_amount end as base_amount,
           case when $3 then r.stock_amount end as stock_amount,
           case when $3 then r.sold_amount end as sold_amount,
           case when $3 then r.expensed_amount end as expensed_amount, r.posted_on, r.reversed_on,
           r.comment, r.external_reference, r.version, r.created_at, r.updated_at, r.created_by
    from landed_cost r
    where r.tenant_id = $1 and ($2::uuid[] is null or r.created_by = any($2))";

fn seen(permit: &Permit<ReadLandedCosts>) -> [db::Value; 3] {
    values![permit.tenant(), permit.managers(), sees_cost(permit)]
}

impl LandedCostFilter {
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
        if let Some(kinds) = &self.kinds {
            let kinds: Vec<String> = kinds.iter().map(|one| one.as_str().to_owned()).collect();
            sql.with(" and r.kind = any(", kinds, "::text[])");
        }
        if let Some(id) = self.organization {
            sql.with(" and r.organization_id = ", id, "");
        }
        if let Some(id) = self.supplier {
            sql.with(" and r.supplier_id = ", id, "");
        }
        if let Some(id) = self.receipt {
            sql.with(
                " and r.id = any(array(
                      select c.document_id
                      from goods_receipt_line g
                      join landed_cost_line c
                        on c.tenant_id = g.tenant_id and c.receipt_line_id = g.id
                      where g.tenant_id = $1 and g.receipt_id = ",
                id,
                "))",
            );
        }
    }
}

/// Landed costs within reach. Cursors must be of the sort's [`DocumentSort::name`].
///
/// # Errors
/// `INVALID` for a cursor of another list, or a fault.
pub async fn landed_costs(
    tx: &TenantTx,
    permit: &Permit<ReadLandedCosts>,
    filter: &LandedCostFilter,
    (sort, direction): (DocumentSort, Direction),
    request: &PageRequest,
) -> Outcome<Page<LandedCostRow>> {
    let mut sql = Sql::new(COST, seen(permit));
    filter.push(&mut sql);
    let position = |row: &LandedCostRow| sort.position(row.occurred_on, &row.number, row.id.0);
    let key = sort.key(["r.occurred_on", "r.number"]);
    page(tx, sql, (key, "r.id"), direction, request, position).await
}

/// How many rows [`landed_costs`] has, up to 10,001.
///
/// # Errors
/// A fault of the database.
pub async fn count_landed_costs(
    tx: &TenantTx,
    permit: &Permit<ReadLandedCosts>,
    filter: &LandedCostFilter,
) -> Outcome<i64> {
    let text = format!(
        "{COUNT} select 1 from landed_cost r
         where r.tenant_id = $1 and ($2::uuid[] is null or r.created_by = any($2))"
    );
    let mut sql = Sql::new(text, values![permit.tenant(), permit.managers()]);
    filter.push(&mut sql);
    count(tx, sql).await
}

/// The landed costs with these ids within reach; others are absent.
///
/// # Errors
/// A fault of the database.
pub async fn landed_costs_by_id(
    tx: &TenantTx,
    permit: &Permit<ReadLandedCosts>,
    ids: &[LandedCostId],
) -> Outcome<HashMap<LandedCostId, LandedCostRow>> {
    let mut sql = Sql::new(COST, seen(permit));
    sql.with(" and r.id = any(", uuids(ids.iter().copied()), "::uuid[])");
    let rows: Vec<LandedCostRow> = tx.all(sql).await?;
    Ok(rows.into_iter().map(|row| (row.id, row)).collect())
}

/// The lines of landed costs within reach, in their order.
///
/// # Errors
/// A fault of the database.
pub async fn lines_of_landed_costs(
    tx: &TenantTx,
    permit: &Permit<ReadLandedCosts>,
    documents: &[LandedCostId],
) -> Outcome<HashMap<LandedCostId, Vec<LandedCostLineRow>>> {
    let rows = lines(tx, permit, "l.document_id", uuids(documents.iter().copied())).await?;
    let mut found: HashMap<LandedCostId, Vec<LandedCostLineRow>> = HashMap::new();
    for row in rows {
        found.entry(row.document_id).or_default().push(row);
    }
    Ok(found)
}

/// The lines with these ids of landed costs within reach; others are absent.
///
/// # Errors
/// A fault of the database.
pub async fn landed_cost_lines_by_id(
    tx: &TenantTx,
    permit: &Permit<ReadLandedCosts>,
    ids: &[LandedCostLineId],
) -> Outcome<HashMap<LandedCostLineId, LandedCostLineRow>> {
    let rows = lines(tx, permit, "l.id", uuids(ids.iter().copied())).await?;
    Ok(rows.into_iter().map(|row| (row.id, row)).collect())
}

async fn lines(
    tx: &TenantTx,
    permit: &Permit<ReadLandedCosts>,
    column: &str,
    ids: Vec<Uuid>,
) -> Outcome<Vec<LandedCostLineRow>> {
    let sql = format!(
        "select l.id, l.document_id, l.receipt_line_id, g.product_id, g.quantity,
                case when $3 then l.weight end as weight, case when $3 then l.amount end as amount
         from landed_cost_line l
         join landed_cost r on r.tenant_id = l.tenant_id and r.id = l.document_id
         join goods_receipt_line g on g.tenant_id = l.tenant_id and g.id = l.receipt_line_id
         where l.tenant_id = $1
           and ($2::uuid[] is null or r.created_by = any($2))
           and {column} = any($4::uuid[])
         order by l.document_id, l.position"
    );
    let values = values![permit.tenant(), permit.managers(), sees_cost(permit), ids];
    Ok(tx.all(Sql::new(sql, values)).await?)
}

/// Where the pieces of lines were, those in stock first, then sold ones.
///
/// # Errors
/// A fault of the database.
pub async fn parts_of_landed_cost_lines(
    tx: &TenantTx,
    permit: &Permit<ReadLandedCosts>,
    lines: &[LandedCostLineId],
) -> Outcome<HashMap<LandedCostLineId, Vec<LandedCostPartRow>>> {
    let sql = "
        select p.line_id, p.lot_id, p.warehouse_id, p.shipment_line_id, p.quantity,
               case when $3 then p.amount end as amount
        from landed_cost_part p
        join landed_cost r on r.tenant_id = p.tenant_id and r.id = p.document_id
        where p.tenant_id = $1
          and ($2::uuid[] is null or r.created_by = any($2))
          and p.line_id = any($4::uuid[])
        order by p.line_id, p.id";
    let ids = uuids(lines.iter().copied());
    let values = values![permit.tenant(), permit.managers(), sees_cost(permit), ids];
    let mut found: HashMap<LandedCostLineId, Vec<LandedCostPartRow>> = HashMap::new();
    for row in tx.all::<LandedCostPartRow>(Sql::new(sql, values)).await? {
        found.entry(row.line_id).or_default().push(row);
    }
    Ok(found)
}
