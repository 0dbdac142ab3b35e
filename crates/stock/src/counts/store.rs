//! Counts' own rows.

use access::Permit;
use catalog::Goods;
use db::{Fault, FromQueryResult, Outcome, Sql, TenantTx, values};
use kernel::{
    BinId, CountId, Decimal, LotId, NaiveDate, OrganizationId, ProductGroupId, ProductId,
    ProductVariantId, UserId, Uuid, WarehouseId,
};
use serde::Serialize;

use crate::rules::CountState;
use crate::store::uuids;

/// A count's own columns.
#[derive(Clone, Debug, FromQueryResult, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Header {
    pub(super) id: CountId,
    pub(super) number: String,
    pub(super) occurred_on: NaiveDate,
    pub(super) organization_id: OrganizationId,
    pub(super) warehouse_id: WarehouseId,
    /// Groups of products that are counted, with those below them; none is everything.
    pub(super) groups: Vec<Uuid>,
    pub(super) state: String,
    pub(super) reason: Option<String>,
    pub(super) comment: String,
    pub(super) external_reference: Option<String>,
    pub(super) frozen_on: Option<NaiveDate>,
    /// What found goods cost less what missing ones cost.
    pub(super) amount: Option<Decimal>,
    pub(super) reversed_on: Option<NaiveDate>,
    pub(super) version: i32,
    pub(super) created_by: Option<UserId>,
}

impl Header {
    /// Its state, which the table's check keeps among the known ones.
    pub(super) fn state(&self) -> Outcome<CountState> {
        let unknown = || Fault::broken(format!("a count in state {}", self.state));
        Ok(CountState::parse(&self.state).ok_or_else(unknown)?)
    }
}

const COLUMNS: &str = "
    select c.id, c.number, c.occurred_on, c.organization_id, c.warehouse_id, c.groups, c.state,
           c.reason, c.comment, c.external_reference, c.frozen_on, c.amount, c.reversed_on,
           c.version, c.created_by
    from stock_count c
    where c.tenant_id = $1
      and c.id = $2
      and ($3::uuid[] is null or c.created_by = any($3))";

/// Locks a count within reach: its author stands for the responsible manager.
pub(super) async fn lock<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    id: CountId,
) -> Result<Option<Header>, Fault> {
    let sql = format!("{COLUMNS} for no key update");
    tx.one(Sql::new(sql, values![permit.tenant(), id, permit.managers()])).await
}

/// Holds a count in its state: any number of people enter at once, and nobody posts meanwhile.
pub(super) async fn share<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    id: CountId,
) -> Result<Option<Header>, Fault> {
    let sql = format!("{COLUMNS} for share");
    tx.one(Sql::new(sql, values![permit.tenant(), id, permit.managers()])).await
}

/// Writes a new count.
pub(super) async fn insert<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    new: &Header,
) -> Result<(), Fault> {
    let sql = "
        insert into stock_count
            (tenant_id, id, occurred_on, organization_id, warehouse_id, groups, comment,
             external_reference, created_by)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    let values = values![
        permit.tenant(),
        new.id,
        new.occurred_on,
        new.organization_id,
        new.warehouse_id,
        new.groups.clone(),
        new.comment.clone(),
        new.external_reference.clone(),
        new.created_by,
    ];
    tx.run(Sql::new(sql, values)).await?;
    Ok(())
}

/// Writes what may change of a locked count; its version moves on.
pub(super) async fn update<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    changed: &Header,
) -> Result<(), Fault> {
    let sql = "
        update stock_count
        set number = $3, occurred_on = $4, state = $5, reason = $6, frozen_on = $7, amount = $8,
            reversed_on = $9, version = version + 1, updated_at = now()
        where tenant_id = $1 and id = $2";
    let values = values![
        permit.tenant(),
        changed.id,
        changed.number.clone(),
        changed.occurred_on,
        changed.state.clone(),
        changed.reason.clone(),
        changed.frozen_on,
        changed.amount,
        changed.reversed_on,
    ];
    tx.run(Sql::new(sql, values)).await?;
    Ok(())
}

/// Writes down what the books say of the goods in scope: lot by lot where a product's lots are
/// told apart, else of all lots together.
pub(super) async fn freeze<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    count: &Header,
) -> Result<u64, Fault> {
    let sql = "
        with recursive scope as (
            select g.id
            from product_group_tree_v g
            where g.tenant_id = $1 and g.id = any($5::uuid[])
            union
            select g.id
            from scope s
            join product_group_tree_v g on g.tenant_id = $1 and g.parent_id = s.id
        )
        insert into stock_count_line
            (tenant_id, id, document_id, product_id, variant_id, lot_id, book)
        select $1, gen_random_uuid(), $2, b.product_id, b.variant_id,
               case when p.tracks_lots then b.lot_id end, sum(b.on_hand)
        from stock_balance b
        join product_lots_v p on p.tenant_id = b.tenant_id and p.id = b.product_id
        where b.tenant_id = $1
          and b.organization_id = $3
          and b.warehouse_id = $4
          and b.in_stock
          and (cardinality($5::uuid[]) = 0 or p.group_id in (select s.id from scope s))
        group by b.product_id, b.variant_id, case when p.tracks_lots then b.lot_id end";
    let values = values![
        permit.tenant(),
        count.id,
        count.organization_id,
        count.warehouse_id,
        count.groups.clone(),
    ];
    tx.run(Sql::new(sql, values)).await
}

/// What somebody found, checked.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Entry {
    pub(super) id: Uuid,
    pub(super) product_id: ProductId,
    pub(super) variant_id: Option<ProductVariantId>,
    pub(super) lot_id: Option<LotId>,
    /// Base units.
    pub(super) quantity: Decimal,
    /// Whether it takes the place of what was entered before.
    pub(super) replaces: bool,
    pub(super) bin_id: Option<BinId>,
}

/// Adds entries to a count and to its lines, of which there may be new ones. Each line keeps what
/// the books say now.
pub(super) async fn enter<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    count: &Header,
    entry: &Entry,
) -> Result<(), Fault> {
    let sql = "
        with said as (
            select coalesce(sum(b.on_hand), 0) as on_hand
            from stock_balance b
            where b.tenant_id = $1
              and b.organization_id = $3
              and b.warehouse_id = $4
              and b.product_id = $5
              and b.variant_id is not distinct from $6
              and ($7::uuid is null or b.lot_id = $7)
        ), line as (
            insert into stock_count_line as l
                (tenant_id, id, document_id, product_id, variant_id, lot_id, book, counted, said)
            select $1, gen_random_uuid(), $2, $5, $6, $7, 0, $8, s.on_hand
            from said s
            on conflict (tenant_id, document_id, product_id, variant_key, lot_key)
            do update set counted = case when $9 then 0 else coalesce(l.counted, 0) end
                                    + excluded.counted,
                          said = excluded.said
            returning l.id
        )
        insert into stock_count_entry
            (tenant_id, id, document_id, line_id, quantity, replaces, bin_id, counted_by)
        select $1, $10, $2, line.id, $8, $9, $11, $12
        from line";
    let values = values![
        permit.tenant(),
        count.id,
        count.organization_id,
        count.warehouse_id,
        entry.product_id,
        entry.variant_id,
        entry.lot_id,
        entry.quantity,
        entry.replaces,
        entry.id,
        entry.bin_id,
        permit.user(),
    ];
    tx.run(Sql::new(sql, values)).await?;
    Ok(())
}

/// A line that differs from the books.
#[derive(Clone, Debug, FromQueryResult)]
pub(super) struct Differing {
    pub(super) id: Uuid,
    pub(super) product_id: ProductId,
    pub(super) variant_id: Option<ProductVariantId>,
    pub(super) lot_id: Option<LotId>,
    /// Base units; nothing where it was not counted and all of it is missing.
    pub(super) difference: Option<Decimal>,
}

impl Differing {
    /// What it names.
    pub(super) fn goods(&self) -> Goods {
        Goods { product: self.product_id, variant: self.variant_id }
    }
}

/// The lines of which more or less was found than the books said, and with `uncounted` those that
/// nobody entered.
pub(super) async fn differing<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    count: CountId,
    with_uncounted: bool,
) -> Result<Vec<Differing>, Fault> {
    let sql = "
        select l.id, l.product_id, l.variant_id, l.lot_id, l.counted - l.said as difference
        from stock_count_line l
        where l.tenant_id = $1
          and l.document_id = $2
          and ((l.counted is not null and l.counted <> l.said) or ($3 and l.counted is null))
        order by l.product_id, l.variant_key, l.lot_key";
    tx.all(Sql::new(sql, values![permit.tenant(), count, with_uncounted])).await
}

/// Writes what each line changed in stock.
pub(super) async fn note_posted<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    posted: &[(Uuid, Decimal)],
) -> Result<(), Fault> {
    let sql = "
        update stock_count_line l
        set posted = p.quantity
        from unnest($2::uuid[], $3::numeric[]) as p (id, quantity)
        where l.tenant_id = $1 and l.id = p.id";
    let values = values![
        permit.tenant(),
        uuids(posted.iter().map(|one| one.0)),
        posted.iter().map(|one| one.1).collect::<Vec<_>>(),
    ];
    tx.run(Sql::new(sql, values)).await?;
    Ok(())
}

/// A lot for goods that were found and are of none.
pub(super) struct FoundLot {
    pub(super) id: LotId,
    pub(super) line_id: Uuid,
    pub(super) goods: Goods,
    pub(super) unit_cost: Decimal,
}

/// Makes lots of goods that were found.
pub(super) async fn insert_lots<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    count: &Header,
    lots: &[FoundLot],
) -> Result<(), Fault> {
    if lots.is_empty() {
        return Ok(());
    }
    let sql = "
        insert into lot
            (tenant_id, id, organization_id, product_id, variant_id, received_on, unit_cost,
             supplier_name, origin, origin_id, origin_line_id)
        select $1, n.id, $2, n.product_id,
               nullif(n.variant_key, '00000000-0000-0000-0000-000000000000'), $3, n.unit_cost, '',
               'STOCK_COUNT', $4, n.line_id
        from unnest($5::uuid[], $6::uuid[], $7::uuid[], $8::uuid[], $9::numeric[])
             as n (id, line_id, product_id, variant_key, unit_cost)";
    let values = values![
        permit.tenant(),
        count.organization_id,
        count.occurred_on,
        count.id,
        uuids(lots.iter().map(|one| one.id)),
        uuids(lots.iter().map(|one| one.line_id)),
        uuids(lots.iter().map(|one| one.goods.product)),
        uuids(lots.iter().map(|one| crate::store::balances::variant_key(one.goods.variant))),
        lots.iter().map(|one| one.unit_cost).collect::<Vec<_>>(),
    ];
    tx.run(Sql::new(sql, values)).await?;
    Ok(())
}

/// What base units of lots cost when they came.
pub(super) async fn unit_costs<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    lots: &[LotId],
) -> Result<std::collections::HashMap<LotId, Decimal>, Fault> {
    #[derive(FromQueryResult)]
    struct Row {
        id: LotId,
        unit_cost: Decimal,
    }
    let sql =
        "select l.id, l.unit_cost from lot l where l.tenant_id = $1 and l.id = any($2::uuid[])";
    let values = values![permit.tenant(), uuids(lots.iter().copied())];
    let rows: Vec<Row> = tx.all(Sql::new(sql, values)).await?;
    Ok(rows.into_iter().map(|row| (row.id, row.unit_cost)).collect())
}

/// The groups with these ids that there are.
pub(super) async fn groups<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    ids: &[ProductGroupId],
) -> Result<usize, Fault> {
    #[derive(FromQueryResult)]
    struct Row {
        #[expect(dead_code, reason = "a row needs a column")]
        id: Uuid,
    }
    let sql = "
        select g.id
        from product_group_tree_v g
        where g.tenant_id = $1 and g.id = any($2::uuid[])";
    let values = values![permit.tenant(), uuids(ids.iter().copied())];
    let rows: Vec<Row> = tx.all(Sql::new(sql, values)).await?;
    Ok(rows.len())
}
