//! Many prices of a list changed at once: what was changed, and who relies on it.

use std::collections::HashMap;

use access::Permit;
use db::{Fault, FromQueryResult, Outcome, Sql, TenantTx, values};
use kernel::{
    DateTime, Direction, NaiveDate, Page, PageRequest, PriceChangeId, PriceListId, UserId, Utc,
};

use super::listing::{self, Key, Slice};
use super::price_plans::PriceChangeCounts;
use super::uuids;
use crate::ReadPrices;
use crate::constraints::known;
use crate::rules::{PriceChangePlan, PriceChangeState, PriceSource};

/// Holds the changes that a document's prices come from, so that none is undone before the
/// document is written; postings do not wait for each other. `false`: one of them was undone
/// meanwhile, so its prices are to be looked up again. No statement runs where none are named.
///
/// # Errors
/// [`db::Fault`].
pub async fn hold_price_changes<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    mut changes: Vec<PriceChangeId>,
) -> Outcome<bool> {
    #[derive(FromQueryResult)]
    struct Held {
        #[expect(dead_code, reason = "a row needs a column")]
        id: PriceChangeId,
    }
    changes.sort_unstable();
    changes.dedup();
    if changes.is_empty() {
        return Ok(true);
    }
    let sql = "
        select c.id
        from price_change c
        where c.tenant_id = $1 and c.id = any($2::uuid[]) and c.state = 'APPLIED'
        order by c.id
        for key share";
    let held: Vec<Held> = tx.all(Sql::new(sql, values![permit.tenant(), uuids(&changes)])).await?;
    Ok(held.len() == changes.len())
}

/// A change as it is read.
#[derive(Clone, Debug, PartialEq, FromQueryResult)]
pub struct PriceChange {
    /// Its id.
    pub id: PriceChangeId,
    /// Whose prices it changed.
    pub price_list_id: PriceListId,
    /// From which day on.
    pub valid_from: NaiveDate,
    /// As it was asked for: a [`PriceChangePlan`].
    pub parameters: serde_json::Value,
    /// Where it stands.
    pub state: PriceChangeState,
    /// Prices written.
    pub prices: i32,
    /// Products they are of.
    pub products: i32,
    /// Why.
    pub comment: Option<String>,
    /// The partner's own key of it.
    pub external_reference: Option<String>,
    /// Goes up by one with each change of it.
    pub version: i32,
    /// When it was applied.
    pub created_at: DateTime<Utc>,
    /// When it changed last.
    pub updated_at: DateTime<Utc>,
    /// Who applied it.
    pub created_by: Option<UserId>,
    /// When it was taken back.
    pub undone_at: Option<DateTime<Utc>>,
    /// Who took it back.
    pub undone_by: Option<UserId>,
}

impl PriceChange {
    /// What was asked for.
    ///
    /// # Errors
    /// A fault where the kept text is not of this program.
    pub fn plan(&self) -> Result<PriceChangePlan, Fault> {
        serde_json::from_value(self.parameters.clone())
            .map_err(|error| Fault::broken(format!("a kept plan of prices: {error}")))
    }
}

const COLUMNS: &str = "
    r.id, r.price_list_id, r.valid_from, r.parameters, r.state, r.prices, r.products, r.comment,
    r.external_reference, r.version, r.created_at, r.updated_at, r.created_by, r.undone_at,
    r.undone_by";

/// What cursors of changes are of.
pub const BY_MOMENT: &str = "CREATED_AT";
const MOMENT: Key = Key::Moment { order: BY_MOMENT, column: "r.created_at" };

/// A page of changes, newest first where `direction` says so; of one list or of all.
///
/// # Errors
/// A refusal for a cursor of another list.
pub async fn price_changes(
    tx: &TenantTx,
    permit: &Permit<ReadPrices>,
    list: Option<PriceListId>,
    direction: Direction,
    request: &PageRequest,
) -> Outcome<Page<PriceChange>> {
    let text =
        format!("select {COLUMNS}, {} from price_change r where r.tenant_id = $1", MOMENT.text());
    let mut sql = Sql::new(text, values![permit.tenant()]);
    if let Some(list) = list {
        sql.with(" and r.price_list_id = ", list, "");
    }
    listing::page(tx, sql, Slice { key: MOMENT, direction, request }).await
}

/// How many changes there are, up to one more than 10,000.
///
/// # Errors
/// [`Fault`].
pub async fn count_price_changes(
    tx: &TenantTx,
    permit: &Permit<ReadPrices>,
    list: Option<PriceListId>,
) -> Outcome<i64> {
    let text =
        "select count(*) as counted from (select 1 from price_change r where r.tenant_id = $1";
    let mut sql = Sql::new(text, values![permit.tenant()]);
    if let Some(list) = list {
        sql.with(" and r.price_list_id = ", list, "");
    }
    listing::count(tx, sql).await
}

/// The changes with these ids.
///
/// # Errors
/// [`Fault`].
pub async fn price_changes_by_id(
    tx: &TenantTx,
    permit: &Permit<ReadPrices>,
    ids: &[PriceChangeId],
) -> Outcome<HashMap<PriceChangeId, PriceChange>> {
    let text = format!(
        "select {COLUMNS} from price_change r where r.tenant_id = $1 and r.id = any($2::uuid[])"
    );
    let rows: Vec<PriceChange> =
        tx.all(Sql::new(text, values![permit.tenant(), uuids(ids)])).await?;
    Ok(rows.into_iter().map(|row| (row.id, row)).collect())
}

/// A change as it is written.
pub(crate) struct NewChange<'a> {
    pub(crate) id: PriceChangeId,
    pub(crate) plan: &'a PriceChangePlan,
    pub(crate) counts: PriceChangeCounts,
    pub(crate) comment: Option<String>,
    pub(crate) external_reference: Option<String>,
}

pub(crate) async fn insert_change<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    new: NewChange<'_>,
) -> Outcome<()> {
    let source = match new.plan.source {
        PriceSource::Own => Some(new.plan.list),
        PriceSource::List(list) => Some(list),
        PriceSource::Supplier(_) => None,
    };
    let parameters = serde_json::to_value(new.plan)
        .map_err(|error| Fault::broken(format!("a plan of prices without JSON: {error}")))?;
    let sql = "
        insert into price_change
            (tenant_id, id, price_list_id, source_list_id, valid_from, parameters, state, prices,
             products, comment, external_reference, created_at, updated_at, created_by)
        values ($1, $2, $3, $4, $5, $6, 'APPLIED', $7, $8, $9, $10, $11, $11, $12)";
    let values = values![
        permit.tenant(),
        new.id,
        new.plan.list,
        source,
        new.plan.valid_from,
        parameters,
        new.counts.prices,
        new.counts.products,
        new.comment,
        new.external_reference,
        tx.now(),
        permit.user(),
    ];
    known(tx.run(Sql::new(sql, values)).await).map(drop)
}

/// A change under its lock, and its list's.
#[derive(Clone, Debug, FromQueryResult)]
pub(crate) struct HeldChange {
    pub(crate) id: PriceChangeId,
    pub(crate) price_list_id: PriceListId,
    pub(crate) valid_from: NaiveDate,
    pub(crate) state: PriceChangeState,
    pub(crate) prices: i32,
    pub(crate) version: i32,
    pub(crate) created_at: DateTime<Utc>,
}

/// Locks the list as whoever writes its prices does, then the change against whoever prices
/// documents from it.
pub(crate) async fn hold_change<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    id: PriceChangeId,
) -> Outcome<Option<HeldChange>> {
    let list = "
        select l.id
        from price_change c
        join price_list l on l.tenant_id = $1 and l.id = c.price_list_id
        where c.tenant_id = $1 and c.id = $2
        for no key update of l";
    tx.run(Sql::new(list, values![permit.tenant(), id])).await?;
    let sql = "
        select c.id, c.price_list_id, c.valid_from, c.state, c.prices, c.version, c.created_at
        from price_change c
        where c.tenant_id = $1 and c.id = $2
        for update";
    Ok(tx.one(Sql::new(sql, values![permit.tenant(), id])).await?)
}

/// How many of a change's prices were set anew since, and a product of them.
pub(crate) async fn overwritten<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    change: &HeldChange,
) -> Outcome<Option<(i64, String)>> {
    #[derive(FromQueryResult)]
    struct Left {
        left_over: i64,
    }
    #[derive(FromQueryResult)]
    struct Named {
        name: String,
    }
    let sql = "
        select count(*) as left_over
        from price p
        where p.tenant_id = $1 and p.change_id = $2";
    let left: Option<Left> = tx.one(Sql::new(sql, values![permit.tenant(), change.id])).await?;
    let gone = i64::from(change.prices) - left.map_or(0, |row| row.left_over);
    if gone == 0 {
        return Ok(None);
    }
    // Set over the change: the same day, later than the change.
    let sql = "
        select r.name
        from price p
        join product r on r.tenant_id = $1 and r.id = p.product_id
        where p.tenant_id = $1
          and p.price_list_id = $2
          and p.valid_from = $3
          and p.change_id is distinct from $4
          and p.recorded_at >= $5
        limit 1";
    let values = values![
        permit.tenant(),
        change.price_list_id,
        change.valid_from,
        change.id,
        change.created_at
    ];
    let named: Option<Named> = tx.one(Sql::new(sql, values)).await?;
    Ok(Some((gone, named.map(|row| row.name).unwrap_or_default())))
}

/// A later change that was computed from these prices, and a product of both.
pub(crate) async fn later_change<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    change: &HeldChange,
) -> Outcome<Option<(PriceChangeId, String)>> {
    #[derive(FromQueryResult)]
    struct Found {
        id: PriceChangeId,
        name: String,
    }
    let sql = "
        select c.id, r.name
        from price_change c
        join price q on q.tenant_id = $1 and q.change_id = c.id
        join price p
          on p.tenant_id = $1
         and p.price_list_id = $2
         and p.product_id = q.product_id
         and p.valid_from = $4
         and p.change_id = $3
         and p.variant_id is not distinct from q.variant_id
         and p.packaging_id is not distinct from q.packaging_id
         and p.min_quantity = q.min_quantity
        join product r on r.tenant_id = $1 and r.id = q.product_id
        where c.tenant_id = $1
          and c.source_list_id = $2
          and c.state = 'APPLIED'
          and c.id <> $3
          and c.created_at >= $5
          and c.valid_from >= $4
        limit 1";
    let values = values![
        permit.tenant(),
        change.price_list_id,
        change.id,
        change.valid_from,
        change.created_at
    ];
    let found: Option<Found> = tx.one(Sql::new(sql, values)).await?;
    Ok(found.map(|row| (row.id, row.name)))
}

/// Takes a change's prices out of its list and puts back what they were put over.
pub(crate) async fn take_back_prices<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    change: &HeldChange,
) -> Outcome<()> {
    let restore = "
        update price p
        set price = b.price, recorded_at = b.recorded_at, created_by = b.created_by,
            change_id = b.before_change_id
        from price_replaced b
        where b.tenant_id = $1
          and b.change_id = $2
          and p.tenant_id = $1
          and p.price_list_id = $3
          and p.product_id = b.product_id
          and p.valid_from = $4
          and p.variant_id is not distinct from b.variant_id
          and p.packaging_id is not distinct from b.packaging_id
          and p.min_quantity = b.min_quantity";
    let values = values![permit.tenant(), change.id, change.price_list_id, change.valid_from];
    tx.run(Sql::new(restore, values)).await?;
    let remove = "delete from price where tenant_id = $1 and change_id = $2";
    tx.run(Sql::new(remove, values![permit.tenant(), change.id])).await?;
    let forget = "delete from price_replaced where tenant_id = $1 and change_id = $2";
    tx.run(Sql::new(forget, values![permit.tenant(), change.id])).await?;
    Ok(())
}

pub(crate) async fn mark_undone<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    change: PriceChangeId,
) -> Outcome<()> {
    let sql = "
        update price_change
        set state = 'UNDONE', undone_at = $3, undone_by = $4, version = version + 1,
            updated_at = $3
        where tenant_id = $1 and id = $2";
    tx.run(Sql::new(sql, values![permit.tenant(), change, tx.now(), permit.user()])).await?;
    Ok(())
}
