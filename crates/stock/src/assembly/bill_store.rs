//! Bills of materials: their versions and components, and the way from goods to what they are
//! made of.

use std::collections::{BTreeSet, HashMap};

use access::{Action, Permit, Right};
use db::{Fault, FromQueryResult, Outcome, Sql, TenantTx, values};
use kernel::{
    BillId, DateTime, Decimal, Direction, NaiveDate, Page, PageRequest, Position, ProductId,
    ProductVariantId, UserId, Utc,
};

use crate::reads::keyset::{COUNT, Key, count, page};
use crate::reads::sees_cost;
use crate::store::balances::variant_key;
use crate::store::uuids;

/// Reading bills of materials.
#[derive(Clone, Copy, Debug)]
pub struct ReadBills;

impl Action for ReadBills {
    const RIGHT: Right = Right::BillRead;
}

/// A bill of materials without its versions.
#[derive(Clone, Debug, PartialEq, Eq, FromQueryResult)]
pub struct BillRow {
    /// The bill.
    pub id: BillId,
    /// Its name, unique among those of its goods.
    pub name: String,
    /// What comes of it.
    pub product_id: ProductId,
    /// In which variant.
    pub variant_id: Option<ProductVariantId>,
    /// Its name in another program.
    pub external_reference: Option<String>,
    /// When it was archived.
    pub archived_at: Option<DateTime<Utc>>,
    /// For the next change.
    pub version: i32,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it was changed last.
    pub updated_at: DateTime<Utc>,
    /// Who made it, where a person did.
    pub created_by: Option<UserId>,
}

/// What holds of a bill from a day on.
#[derive(Clone, Debug, PartialEq, Eq, FromQueryResult)]
pub struct BillVersionRow {
    /// The bill.
    pub bill_id: BillId,
    /// From this day on.
    pub valid_from: NaiveDate,
    /// So many finished goods, base units.
    pub yields: Decimal,
    /// What work costs for one finished piece, base currency; `None` for those who may not see
    /// cost.
    pub labour_rate: Option<Decimal>,
    /// Of these components.
    #[sea_orm(skip)]
    pub components: Vec<BillComponentRow>,
}

/// A component of a bill.
#[derive(Clone, Debug, PartialEq, Eq, FromQueryResult)]
pub struct BillComponentRow {
    /// The bill.
    pub bill_id: BillId,
    /// The version it is of.
    pub valid_from: NaiveDate,
    /// What.
    pub product_id: ProductId,
    /// In which variant.
    pub variant_id: Option<ProductVariantId>,
    /// Base units for what the version yields.
    pub quantity: Decimal,
}

/// Which bills; all conditions hold together.
#[derive(Clone, Debug, Default)]
pub struct BillFilter {
    /// Of these finished goods.
    pub product: Option<ProductId>,
    /// With this component, in any version.
    pub component: Option<ProductId>,
    /// Archived ones as well.
    pub with_archived: bool,
}

const BILL: &str = "
    select b.id, b.name, b.product_id, b.variant_id, b.external_reference, b.archived_at,
           b.version, b.created_at, b.updated_at, b.created_by
    from bill_of_materials b
    where b.tenant_id = $1";

impl BillFilter {
    fn push(&self, sql: &mut Sql) {
        if let Some(id) = self.product {
            sql.with(" and b.product_id = ", id, "");
        }
        if let Some(id) = self.component {
            sql.with(
                " and exists (select from bill_component c
                              where c.tenant_id = $1 and c.bill_id = b.id and c.product_id = ",
                id,
                ")",
            );
        }
        if !self.with_archived {
            sql.push(" and b.archived_at is null");
        }
    }
}

/// Bills of materials by name. Cursors must be of the order `NAME`.
///
/// # Errors
/// `INVALID` for a cursor of another list, or a fault.
pub async fn bills(
    tx: &TenantTx,
    permit: &Permit<ReadBills>,
    filter: &BillFilter,
    direction: Direction,
    request: &PageRequest,
) -> Outcome<Page<BillRow>> {
    let mut sql = Sql::new(BILL, values![permit.tenant()]);
    filter.push(&mut sql);
    let position = |row: &BillRow| Position {
        order: "NAME".to_owned(),
        key: Some(row.name.clone()),
        id: row.id.0,
    };
    page(tx, sql, (Key::Text("b.name"), "b.id"), direction, request, position).await
}

/// How many rows [`bills`] has, up to 10,001.
///
/// # Errors
/// A fault of the database.
pub async fn count_bills(
    tx: &TenantTx,
    permit: &Permit<ReadBills>,
    filter: &BillFilter,
) -> Outcome<i64> {
    let text = format!("{COUNT} select 1 from bill_of_materials b where b.tenant_id = $1");
    let mut sql = Sql::new(text, values![permit.tenant()]);
    filter.push(&mut sql);
    count(tx, sql).await
}

/// The bills with these ids; those not there are absent.
///
/// # Errors
/// A fault of the database.
pub async fn bills_by_id(
    tx: &TenantTx,
    permit: &Permit<ReadBills>,
    ids: &[BillId],
) -> Outcome<HashMap<BillId, BillRow>> {
    let mut sql = Sql::new(BILL, values![permit.tenant()]);
    sql.with(" and b.id = any(", uuids(ids.iter().copied()), "::uuid[])");
    let rows: Vec<BillRow> = tx.all(sql).await?;
    Ok(rows.into_iter().map(|row| (row.id, row)).collect())
}

/// The versions of bills with their components, the newest first; bills without any are absent.
///
/// # Errors
/// A fault of the database.
pub async fn bill_versions_of(
    tx: &TenantTx,
    permit: &Permit<ReadBills>,
    bills: &[BillId],
) -> Outcome<HashMap<BillId, Vec<BillVersionRow>>> {
    let sql = "
        select v.bill_id, v.valid_from, v.yields, case when $3 then v.labour_rate end as labour_rate
        from bill_version v
        where v.tenant_id = $1 and v.bill_id = any($2::uuid[])
        order by v.bill_id, v.valid_from desc";
    let ids = uuids(bills.iter().copied());
    let values = values![permit.tenant(), ids.clone(), sees_cost(permit)];
    let versions: Vec<BillVersionRow> = tx.all(Sql::new(sql, values)).await?;
    let sql = "
        select c.bill_id, c.valid_from, c.product_id, c.variant_id, c.quantity
        from bill_component c
        where c.tenant_id = $1 and c.bill_id = any($2::uuid[])
        order by c.bill_id, c.valid_from, c.position";
    let parts: Vec<BillComponentRow> = tx.all(Sql::new(sql, values![permit.tenant(), ids])).await?;
    let mut of: HashMap<(BillId, NaiveDate), Vec<BillComponentRow>> = HashMap::new();
    for part in parts {
        of.entry((part.bill_id, part.valid_from)).or_default().push(part);
    }
    let mut found: HashMap<BillId, Vec<BillVersionRow>> = HashMap::new();
    for version in versions {
        let components = of.remove(&(version.bill_id, version.valid_from)).unwrap_or_default();
        let version = BillVersionRow { components, ..version };
        found.entry(version.bill_id).or_default().push(version);
    }
    Ok(found)
}

/// What holds of a bill on a day, whoever asks; `None` where nothing holds yet.
pub(crate) async fn version_on<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    bill: BillId,
    on: NaiveDate,
) -> Result<Option<BillVersionRow>, Fault> {
    let sql = "
        select v.bill_id, v.valid_from, v.yields, v.labour_rate
        from bill_version v
        where v.tenant_id = $1 and v.bill_id = $2 and v.valid_from <= $3
        order by v.valid_from desc
        limit 1";
    let found: Option<BillVersionRow> =
        tx.one(Sql::new(sql, values![permit.tenant(), bill, on])).await?;
    let Some(version) = found else { return Ok(None) };
    let sql = "
        select c.bill_id, c.valid_from, c.product_id, c.variant_id, c.quantity
        from bill_component c
        where c.tenant_id = $1 and c.bill_id = $2 and c.valid_from = $3
        order by c.position";
    let values = values![permit.tenant(), bill, version.valid_from];
    let components = tx.all(Sql::new(sql, values)).await?;
    Ok(Some(BillVersionRow { components, ..version }))
}

/// Locks a bill.
pub(crate) async fn lock<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    id: BillId,
) -> Result<Option<BillRow>, Fault> {
    let mut sql = Sql::new(BILL, values![permit.tenant()]);
    sql.with(" and b.id = ", id, " for no key update");
    tx.one(sql).await
}

/// Locks bills in the order of their ids: what comes of each; those not there are absent.
pub(crate) async fn hold_bills<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    ids: &BTreeSet<BillId>,
) -> Result<HashMap<BillId, ProductId>, Fault> {
    let mut sql = Sql::new(BILL, values![permit.tenant()]);
    let ids = uuids(ids.iter().copied());
    sql.with(" and b.id = any(", ids, "::uuid[]) order by b.id for no key update");
    let rows: Vec<BillRow> = tx.all(sql).await?;
    Ok(rows.into_iter().map(|row| (row.id, row.product_id)).collect())
}

/// Those who change what bills consist of stand in line: a circle is not closed by two of them.
pub(crate) async fn lock_bills<A>(tx: &TenantTx, permit: &Permit<A>) -> Result<(), Fault> {
    let name = format!("{}:bills", permit.tenant());
    let sql = "select pg_advisory_xact_lock(hashtextextended($1, 35))";
    tx.run(Sql::new(sql, values![name])).await?;
    Ok(())
}

/// Writes a new bill.
pub(crate) async fn insert<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    bill: &BillRow,
) -> Result<(), Fault> {
    let sql = "
        insert into bill_of_materials
            (tenant_id, id, name, product_id, variant_id, external_reference, created_by)
        values ($1, $2, $3, $4, $5, $6, $7)";
    let values = values![
        permit.tenant(),
        bill.id,
        bill.name.clone(),
        bill.product_id,
        bill.variant_id,
        bill.external_reference.clone(),
        permit.user(),
    ];
    tx.run(Sql::new(sql, values)).await?;
    Ok(())
}

/// Writes what may change of a locked bill; its version moves on.
pub(crate) async fn update<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    bill: &BillRow,
) -> Result<(), Fault> {
    let sql = "
        update bill_of_materials
        set name = $3, external_reference = $4, archived_at = $5, version = version + 1,
            updated_at = now()
        where tenant_id = $1 and id = $2";
    let values = values![
        permit.tenant(),
        bill.id,
        bill.name.clone(),
        bill.external_reference.clone(),
        bill.archived_at,
    ];
    tx.run(Sql::new(sql, values)).await?;
    Ok(())
}

/// Writes what holds of a locked bill from a day on, in place of what was said of that day.
pub(crate) async fn put_version<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    version: &BillVersionRow,
) -> Result<(), Fault> {
    let sql = "
        insert into bill_version (tenant_id, bill_id, valid_from, yields, labour_rate)
        values ($1, $2, $3, $4, $5)
        on conflict (tenant_id, bill_id, valid_from)
        do update set yields = excluded.yields, labour_rate = excluded.labour_rate";
    let (bill, from) = (version.bill_id, version.valid_from);
    let rate = version.labour_rate.unwrap_or_default();
    tx.run(Sql::new(sql, values![permit.tenant(), bill, from, version.yields, rate])).await?;
    let sql = "
        delete from bill_component
        where tenant_id = $1 and bill_id = $2 and valid_from = $3";
    tx.run(Sql::new(sql, values![permit.tenant(), bill, from])).await?;
    let sql = "
        insert into bill_component
            (tenant_id, bill_id, valid_from, position, product_id, variant_id, quantity)
        select $1, $2, $3, c.position - 1, c.product_id,
               nullif(c.variant_key, '00000000-0000-0000-0000-000000000000'), c.quantity
        from unnest($4::uuid[], $5::uuid[], $6::numeric[]) with ordinality
             as c (product_id, variant_key, quantity, position)";
    let parts = &version.components;
    let values = values![
        permit.tenant(),
        bill,
        from,
        uuids(parts.iter().map(|part| part.product_id)),
        uuids(parts.iter().map(|part| variant_key(part.variant_id))),
        parts.iter().map(|part| part.quantity).collect::<Vec<_>>(),
    ];
    tx.run(Sql::new(sql, values)).await?;
    Ok(())
}

/// Whether goods come to stand among what they are made of: looks through all versions of bills
/// that are in use.
pub(crate) async fn is_circle<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    bill: &BillRow,
) -> Result<bool, Fault> {
    #[derive(FromQueryResult)]
    struct Found {
        is_circle: bool,
    }
    let sql = "
        with recursive within (product_id, variant_key) as (
            select c.product_id, c.variant_key
            from bill_component c
            where c.tenant_id = $1 and c.bill_id = $2
            union
            select c.product_id, c.variant_key
            from within w
            join bill_of_materials b
              on b.tenant_id = $1
             and b.product_id = w.product_id
             and b.variant_key = w.variant_key
             and b.archived_at is null
            join bill_component c on c.tenant_id = $1 and c.bill_id = b.id
        )
        select exists (select from within w
                       where w.product_id = $3 and w.variant_key = $4) as is_circle";
    let values = values![permit.tenant(), bill.id, bill.product_id, variant_key(bill.variant_id)];
    let found: Option<Found> = tx.one(Sql::new(sql, values)).await?;
    Ok(found.is_some_and(|found| found.is_circle))
}
