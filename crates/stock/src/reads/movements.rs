//! The register of movements, as it is shown.

use std::collections::HashMap;

use access::Permit;
use db::{FromQueryResult, Outcome, Sql, TenantTx, values};
use kernel::{
    DateTime, Decimal, Direction, LotId, MovementId, NaiveDate, OrganizationId, Page, PageRequest,
    Position, ProductId, ProductVariantId, UserId, Utc, Uuid, WarehouseId,
};

use super::keyset::{COUNT, Key, count, page};
use super::{ReadStock, sees_buyers, sees_cost};
use crate::store::uuids;

/// One change of one balance.
#[derive(Clone, Debug, PartialEq, Eq, FromQueryResult)]
pub struct MovementRow {
    /// The movement.
    pub id: MovementId,
    /// Whose goods.
    pub organization_id: OrganizationId,
    /// Where.
    pub warehouse_id: WarehouseId,
    /// What.
    pub product_id: ProductId,
    /// In which variant; `None` is a product without variants.
    pub variant_id: Option<ProductVariantId>,
    /// Out of which receipt.
    pub lot_id: LotId,
    /// `RECEIPT`, `SHIPMENT` or `REVERSAL`.
    pub kind: String,
    /// Base units, above zero inwards.
    pub quantity: Decimal,
    /// Base currency, with the quantity's sign; `None` for those who may not see cost.
    pub value: Option<Decimal>,
    /// The document's type in the API: `GoodsReceipt`, `Shipment`.
    pub document_kind: String,
    /// The document.
    pub document_id: Uuid,
    /// Its line.
    pub line_id: Uuid,
    /// The movement this one undoes.
    pub reverses: Option<MovementId>,
    /// Business date.
    pub occurred_on: NaiveDate,
    /// When it was written down.
    pub recorded_at: DateTime<Utc>,
    /// Who posted the document, where a person did.
    pub created_by: Option<UserId>,
}

/// Which movements; all conditions hold together.
#[derive(Clone, Debug, Default)]
pub struct MovementFilter {
    /// Of this product.
    pub product: Option<ProductId>,
    /// Of this variant.
    pub variant: Option<ProductVariantId>,
    /// Of this lot.
    pub lot: Option<LotId>,
    /// In this warehouse.
    pub warehouse: Option<WarehouseId>,
    /// Of this document.
    pub document: Option<Uuid>,
    /// On this day or later.
    pub from: Option<NaiveDate>,
    /// On this day or earlier.
    pub to: Option<NaiveDate>,
}

/// The name of the one order of this list, as cursors keep it.
const ORDER: &str = "DATE";

/// $1 is the tenant, $2 whether cost is seen, $3 whether movements are seen at all.
const MOVEMENT: &str = "
    select m.id, m.organization_id, m.warehouse_id, m.product_id, m.variant_id, m.lot_id, m.kind,
           m.quantity, case when $2 then m.value end as value, m.document_kind, m.document_id,
           m.line_id, m.reverses, m.occurred_on, m.recorded_at, m.created_by
    from stock_movement m
    where m.tenant_id = $1 and $3";

impl MovementFilter {
    fn push(&self, sql: &mut Sql) {
        if let Some(id) = self.product {
            sql.with(" and m.product_id = ", id, "");
        }
        if let Some(id) = self.variant {
            sql.with(" and m.variant_id = ", id, "");
        }
        if let Some(id) = self.lot {
            sql.with(" and m.lot_id = ", id, "");
        }
        if let Some(id) = self.warehouse {
            sql.with(" and m.warehouse_id = ", id, "");
        }
        if let Some(id) = self.document {
            sql.with(" and m.document_id = ", id, "");
        }
        if let Some(day) = self.from {
            sql.with(" and m.occurred_on >= ", day, "");
        }
        if let Some(day) = self.to {
            sql.with(" and m.occurred_on <= ", day, "");
        }
    }
}

/// Movements by business date. Cursors must be of the order `DATE`.
///
/// # Errors
/// `INVALID` for a cursor of another list, or a fault.
pub async fn movements(
    tx: &TenantTx,
    permit: &Permit<ReadStock>,
    filter: &MovementFilter,
    direction: Direction,
    request: &PageRequest,
) -> Outcome<Page<MovementRow>> {
    let values = values![permit.tenant(), sees_cost(permit), sees_buyers(permit)];
    let mut sql = Sql::new(MOVEMENT, values);
    filter.push(&mut sql);
    let position = |row: &MovementRow| Position {
        order: ORDER.to_owned(),
        key: Some(row.occurred_on.to_string()),
        id: row.id.0,
    };
    page(tx, sql, (Key::Day("m.occurred_on"), "m.id"), direction, request, position).await
}

/// How many rows [`movements`] has, up to 10,001.
///
/// # Errors
/// A fault of the database.
pub async fn count_movements(
    tx: &TenantTx,
    permit: &Permit<ReadStock>,
    filter: &MovementFilter,
) -> Outcome<i64> {
    let mut sql = Sql::new(
        format!("{COUNT} select 1 from stock_movement m where m.tenant_id = $1 and $2"),
        values![permit.tenant(), sees_buyers(permit)],
    );
    filter.push(&mut sql);
    count(tx, sql).await
}

/// The movements with these ids; those not there are absent.
///
/// # Errors
/// A fault of the database.
pub async fn movements_by_id(
    tx: &TenantTx,
    permit: &Permit<ReadStock>,
    ids: &[MovementId],
) -> Outcome<HashMap<MovementId, MovementRow>> {
    let rows = select(tx, permit, " and m.id = any(", uuids(ids.iter().copied())).await?;
    Ok(rows.into_iter().map(|row| (row.id, row)).collect())
}

/// The movements of documents, in the order of recording; documents without any are absent.
///
/// # Errors
/// A fault of the database.
pub async fn movements_of_documents(
    tx: &TenantTx,
    permit: &Permit<ReadStock>,
    documents: &[Uuid],
) -> Outcome<HashMap<Uuid, Vec<MovementRow>>> {
    let rows = select(tx, permit, " and m.document_id = any(", documents.to_vec()).await?;
    let mut found: HashMap<Uuid, Vec<MovementRow>> = HashMap::new();
    for row in rows {
        found.entry(row.document_id).or_default().push(row);
    }
    Ok(found)
}

/// Movements shown of one lot at most.
const MOST_MOVEMENTS: i64 = 250;

/// The latest movements of lots, the newest first, at most 250 a lot; lots without any are
/// absent.
///
/// # Errors
/// A fault of the database.
pub async fn movements_of_lots(
    tx: &TenantTx,
    permit: &Permit<ReadStock>,
    lots: &[LotId],
) -> Outcome<HashMap<LotId, Vec<MovementRow>>> {
    let sql = "
        select m.id, m.organization_id, m.warehouse_id, m.product_id, m.variant_id, m.lot_id,
               m.kind, m.quantity,
               case when $2 then m.value end as value, m.document_kind, m.document_id, m.line_id,
               m.reverses, m.occurred_on, m.recorded_at, m.created_by
        from (select distinct u.id from unnest($4::uuid[]) as u (id)) l
        cross join lateral (
            select i.id, i.organization_id, i.warehouse_id, i.product_id, i.variant_id, i.lot_id,
                   i.kind, i.quantity, i.value, i.document_kind, i.document_id, i.line_id, i.reverses,
                   i.occurred_on, i.recorded_at, i.created_by
            from stock_movement i
            where i.tenant_id = $1 and $3 and i.lot_id = l.id
            order by i.occurred_on desc, i.id desc
            limit $5
        ) m
        order by m.lot_id, m.occurred_on desc, m.id desc";
    let seen = (sees_cost(permit), sees_buyers(permit));
    let ids = uuids(lots.iter().copied());
    let values = values![permit.tenant(), seen.0, seen.1, ids, MOST_MOVEMENTS];
    let rows: Vec<MovementRow> = tx.all(Sql::new(sql, values)).await?;
    let mut found: HashMap<LotId, Vec<MovementRow>> = HashMap::new();
    for row in rows {
        found.entry(row.lot_id).or_default().push(row);
    }
    Ok(found)
}

async fn select(
    tx: &TenantTx,
    permit: &Permit<ReadStock>,
    condition: &str,
    ids: Vec<Uuid>,
) -> Outcome<Vec<MovementRow>> {
    let values = values![permit.tenant(), sees_cost(permit), sees_buyers(permit)];
    let mut sql = Sql::new(MOVEMENT, values);
    sql.with(condition, ids, "::uuid[]) order by m.id");
    Ok(tx.all(sql).await?)
}
