//! Reorder points: from which quantity on a shelf is filled up, and up to which.

use std::collections::{BTreeSet, HashMap};

use access::{Action, Permit, Right};
use catalog::Goods;
use db::FromQueryResult;
use db::{AuditEntry, Command, Outcome, Sql, TenantTx, values};
use kernel::{
    DateTime, Decimal, Direction, NaiveDate, OrganizationId, Page, PageRequest, Position,
    ProductId, ProductVariantId, Quantity, Refusal, RefusalCode, ReorderPointId, Utc, WarehouseId,
};
use serde::Serialize;
use serde_json::json;

use super::PlanSupply;
use crate::commands::draft;
use crate::reads::keyset::{COUNT, Key, count, page};
use crate::store::uuids;

/// Points of one request at most.
const MOST_POINTS: usize = 1_000;

/// A reorder point as the user writes it.
#[derive(Clone, Debug)]
pub struct PointInput {
    /// For whom; `None` is the default organization.
    pub organization_id: Option<OrganizationId>,
    /// Where; `None` is the default warehouse.
    pub warehouse_id: Option<WarehouseId>,
    /// What.
    pub product_id: ProductId,
    /// In which variant; `None` is a product without variants.
    pub variant_id: Option<ProductVariantId>,
    /// From here on goods are ordered, base units, zero or more.
    pub reorder_at: Decimal,
    /// And up to here, base units, above zero and not below `reorder_at`.
    pub target: Decimal,
}

/// Sets reorder points, and removes some.
#[derive(Clone, Debug)]
pub struct SaveReorderPoints {
    /// Those of the same goods and shelf are set anew.
    pub points: Vec<PointInput>,
    /// Those that go.
    pub removed: Vec<ReorderPointId>,
}

impl Action for SaveReorderPoints {
    const RIGHT: Right = Right::PurchaseWrite;
}

#[derive(Clone, Debug, Serialize)]
struct NewPoint {
    id: ReorderPointId,
    organization_id: OrganizationId,
    warehouse_id: WarehouseId,
    product_id: ProductId,
    variant_id: Option<ProductVariantId>,
    reorder_at: Decimal,
    target: Decimal,
}

#[async_trait::async_trait]
impl Command for SaveReorderPoints {
    /// The points that were set, in the order they were named.
    type Output = Vec<ReorderPointId>;

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<Vec<ReorderPointId>> {
        if self.points.len() + self.removed.len() > MOST_POINTS {
            return Err(too_many().into());
        }
        check_goods(tx, permit, &self.points).await?;
        let mut new = Vec::with_capacity(self.points.len());
        let mut seen = BTreeSet::new();
        for (place, point) in self.points.iter().enumerate() {
            check_point(place, point)?;
            let card = catalog::organization_card(tx, permit, point.organization_id).await?;
            let organization_id = card.ok_or_else(|| unknown(place, "organizationId"))?.id;
            let warehouse_id = draft::warehouse(tx, permit, point.warehouse_id).await?;
            if !seen.insert((organization_id, warehouse_id, point.product_id, point.variant_id)) {
                return Err(twice(place).into());
            }
            new.push(NewPoint {
                id: ReorderPointId::new(),
                organization_id,
                warehouse_id,
                product_id: point.product_id,
                variant_id: point.variant_id,
                reorder_at: point.reorder_at,
                target: point.target,
            });
        }
        remove(tx, permit, &self.removed).await?;
        let ids = put(tx, permit, &new).await?;
        tx.audit(AuditEntry::new(
            "setReorderPoints",
            "Tenant",
            permit.tenant(),
            json!({ "points": new, "removed": self.removed }),
        ));
        Ok(ids)
    }
}

async fn check_goods<A>(tx: &TenantTx, permit: &Permit<A>, points: &[PointInput]) -> Outcome<()> {
    let ids: BTreeSet<ProductId> = points.iter().map(|point| point.product_id).collect();
    let ids: Vec<ProductId> = ids.into_iter().collect();
    let cards = catalog::product_cards(tx, permit, &ids).await?;
    for (place, point) in points.iter().enumerate() {
        if cards.get(&point.product_id).is_none_or(|card| card.is_service) {
            return Err(unknown(place, "productId").into());
        }
    }
    let goods = |point: &PointInput| Goods { product: point.product_id, variant: point.variant_id };
    let goods: Vec<Goods> = points.iter().map(goods).collect();
    catalog::check_variants(tx, permit, |id| cards.get(&id), &goods).await?;
    catalog::take_products(tx, permit, cards.values().collect()).await
}

fn check_point(place: usize, point: &PointInput) -> Result<(), Refusal> {
    let fits = Quantity::new(point.reorder_at).is_ok()
        && Quantity::positive(point.target).is_ok()
        && point.target >= point.reorder_at;
    if fits {
        return Ok(());
    }
    Err(Refusal::new(
        RefusalCode::OutOfRange,
        "The reorder point is zero or more, the target above zero and not below it; 3 places.",
        "Точка заказа — от нуля, цель — больше нуля и не меньше точки заказа; до 3 знаков.",
    )
    .at(["points".to_owned(), place.to_string(), "target".to_owned()]))
}

async fn put<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    new: &[NewPoint],
) -> Outcome<Vec<ReorderPointId>> {
    #[derive(FromQueryResult)]
    struct Written {
        id: ReorderPointId,
    }
    let sql = "
        insert into reorder_point
            (tenant_id, id, organization_id, warehouse_id, product_id, variant_id, reorder_at,
             target, set_on, updated_by)
        select $1, n.id, n.organization_id, n.warehouse_id, n.product_id, n.variant_id,
               n.reorder_at, n.target, $3, $4
        from jsonb_to_recordset($2) as n
            (id uuid, organization_id uuid, warehouse_id uuid, product_id uuid, variant_id uuid,
             reorder_at numeric, target numeric)
        on conflict on constraint reorder_point_key
        do update set reorder_at = excluded.reorder_at, target = excluded.target,
                      set_on = excluded.set_on, updated_at = now(),
                      updated_by = excluded.updated_by
        returning id";
    let json = serde_json::to_value(new)
        .map_err(|error| db::Fault::broken(format!("points without JSON: {error}")))?;
    let values = values![permit.tenant(), json, tx.today(), permit.user()];
    let rows: Vec<Written> = tx.all(Sql::new(sql, values)).await?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}

async fn remove<A>(tx: &TenantTx, permit: &Permit<A>, ids: &[ReorderPointId]) -> Outcome<()> {
    let sql = "delete from reorder_point where tenant_id = $1 and id = any($2::uuid[])";
    let ids: BTreeSet<_> = ids.iter().copied().collect();
    let removed = tx.run(Sql::new(sql, values![permit.tenant(), uuids(ids.iter().copied())]));
    if removed.await? == ids.len() as u64 { Ok(()) } else { Err(gone().into()) }
}

/// A reorder point.
#[derive(Clone, Debug, PartialEq, Eq, FromQueryResult)]
pub struct ReorderPointRow {
    /// The point.
    pub id: ReorderPointId,
    /// For whom.
    pub organization_id: OrganizationId,
    /// Where.
    pub warehouse_id: WarehouseId,
    /// What.
    pub product_id: ProductId,
    /// In which variant; `None` is a product without variants.
    pub variant_id: Option<ProductVariantId>,
    /// From here on goods are ordered, base units.
    pub reorder_at: Decimal,
    /// And up to here, base units.
    pub target: Decimal,
    /// The day it was set last.
    pub set_on: NaiveDate,
    /// When it was set last.
    pub updated_at: DateTime<Utc>,
}

/// Which reorder points.
#[derive(Clone, Debug, Default)]
pub struct ReorderPointFilter {
    /// Of this product.
    pub product: Option<ProductId>,
    /// In this warehouse.
    pub warehouse: Option<WarehouseId>,
}

/// The name of the one order of this list, as cursors keep it.
pub const REORDER_ORDER: &str = "SET_ON";

const COLUMNS: &str = "
    select r.id, r.organization_id, r.warehouse_id, r.product_id, r.variant_id, r.reorder_at,
           r.target, r.set_on, r.updated_at
    from reorder_point r
    where r.tenant_id = $1";

impl ReorderPointFilter {
    fn push(&self, sql: &mut Sql) {
        if let Some(id) = self.product {
            sql.with(" and r.product_id = ", id, "");
        }
        if let Some(id) = self.warehouse {
            sql.with(" and r.warehouse_id = ", id, "");
        }
    }
}

/// Reorder points, those set last first. Cursors must be of [`REORDER_ORDER`].
///
/// # Errors
/// `INVALID` for a cursor of another list, or a fault.
pub async fn reorder_points(
    tx: &TenantTx,
    permit: &Permit<PlanSupply>,
    filter: &ReorderPointFilter,
    request: &PageRequest,
) -> Outcome<Page<ReorderPointRow>> {
    let mut sql = Sql::new(COLUMNS, values![permit.tenant()]);
    filter.push(&mut sql);
    let position = |row: &ReorderPointRow| Position {
        order: REORDER_ORDER.to_owned(),
        key: Some(row.set_on.to_string()),
        id: row.id.0,
    };
    page(tx, sql, (Key::Day("r.set_on"), "r.id"), Direction::Desc, request, position).await
}

/// How many rows [`reorder_points`] has, up to 10,001.
///
/// # Errors
/// A fault of the database.
pub async fn count_reorder_points(
    tx: &TenantTx,
    permit: &Permit<PlanSupply>,
    filter: &ReorderPointFilter,
) -> Outcome<i64> {
    let text = format!("{COUNT} select 1 from reorder_point r where r.tenant_id = $1");
    let mut sql = Sql::new(text, values![permit.tenant()]);
    filter.push(&mut sql);
    count(tx, sql).await
}

/// The reorder points with these ids; others are absent.
///
/// # Errors
/// A fault of the database.
pub async fn reorder_points_by_id(
    tx: &TenantTx,
    permit: &Permit<PlanSupply>,
    ids: &[ReorderPointId],
) -> Outcome<HashMap<ReorderPointId, ReorderPointRow>> {
    let mut sql = Sql::new(COLUMNS, values![permit.tenant()]);
    sql.with(" and r.id = any(", uuids(ids.iter().copied()), "::uuid[])");
    let rows: Vec<ReorderPointRow> = tx.all(sql).await?;
    Ok(rows.into_iter().map(|row| (row.id, row)).collect())
}

fn too_many() -> Refusal {
    Refusal::new(
        RefusalCode::TooMany,
        format!("At most {MOST_POINTS} reorder points at once."),
        format!("Не больше {MOST_POINTS} точек заказа за раз."),
    )
    .at(["points"])
}

fn unknown(place: usize, field: &str) -> Refusal {
    Refusal::new(
        RefusalCode::UnknownReference,
        "There is no such record, or it is none of goods.",
        "Такой записи нет, или это не товар.",
    )
    .at(["points".to_owned(), place.to_string(), field.to_owned()])
}

fn gone() -> Refusal {
    Refusal::new(
        RefusalCode::UnknownReference,
        "One of the reorder points to remove is not there.",
        "Одной из удаляемых точек заказа нет.",
    )
    .at(["removed"])
}

fn twice(place: usize) -> Refusal {
    Refusal::new(
        RefusalCode::Invalid,
        "These goods are named twice for one shelf.",
        "Этот товар указан дважды для одного склада.",
    )
    .at(["points".to_owned(), place.to_string(), "productId".to_owned()])
}
