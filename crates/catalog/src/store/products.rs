//! Products and the tree of their groups.

use std::collections::HashMap;

use access::Permit;
use db::{FromQueryResult, Outcome, Sql, TenantTx, values};
use kernel::{Direction, Page, PageRequest, ProductGroupId, ProductId, TenantId};

use super::custom_values::push_conditions;
use super::directories::AROUND;
use super::listing::{self, Archived, Key, Slice};
use super::search::Sought;
use super::uuids;
use crate::ReadProducts;
use crate::records::{Product, ProductGroup};
use crate::rules::Condition;

const COLUMNS: &str = "r.sku, r.name, r.group_id, r.unit, r.vat_rate, r.vat_category_id, r.is_service, \
                       r.has_variants, r.tracks_lots, r.tracks_expiry, r.min_shelf_life_days, r.min_price, \
                       r.min_margin_percent";

/// Which products.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProductFilter {
    /// Those with these ids.
    pub ids: Option<Vec<ProductId>>,
    /// Archived ones or not.
    pub archived: Archived,
    /// Those in this group and the groups below it.
    pub group: Option<ProductGroupId>,
    /// Services only, or goods only.
    pub is_service: Option<bool>,
    /// Those whose custom fields hold this.
    pub custom: Vec<Condition>,
    /// Those with this external reference.
    pub external_reference: Option<String>,
    /// Those that have this barcode or article number, or whose name or article number holds all
    /// these words; where little is found, as typed on another keyboard or misspelt. The 200 best.
    pub search: Option<String>,
}

/// The order of a list of products.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProductSort {
    /// By name.
    Name,
    /// By article number.
    Sku,
    /// By the moment they were made.
    CreatedAt,
    /// The best find first; by name where nothing is searched for.
    Relevance,
}

impl ProductSort {
    /// As cursors name it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Name => "NAME",
            Self::Sku => "SKU",
            Self::CreatedAt => "CREATED_AT",
            Self::Relevance => "RELEVANCE",
        }
    }

    fn key(self, is_searching: bool) -> Key {
        match self {
            Self::CreatedAt => Key::Moment { order: "CREATED_AT", column: "r.created_at" },
            Self::Sku => Key::Text { order: "SKU", column: "r.sku_key" },
            Self::Relevance if is_searching => {
                Key::Place { order: "RELEVANCE", column: "found.place" }
            }
            Self::Relevance => Key::Text { order: "RELEVANCE", column: "r.name_key" },
            Self::Name => Key::Text { order: "NAME", column: "r.name_key" },
        }
    }
}

/// Groups with all groups below them, as an array. A tree is at most ten levels deep and has no
/// rings.
pub(super) fn push_groups(sql: &mut Sql, groups: &[ProductGroupId]) {
    sql.with(
        "array(
            with recursive below as (
                select g.id from product_group g where g.tenant_id = $1 and g.id = any(",
        uuids(groups),
        "::uuid[])
                union
                select g.id
                from below b
                join product_group g on g.tenant_id = $1 and g.parent_id = b.id
            )
            select id from below)",
    );
}

fn push_filter(sql: &mut Sql, tenant: TenantId, filter: &ProductFilter) {
    filter.archived.push(sql);
    push_conditions(sql, tenant, "r.id", &filter.custom);
    if let Some(ids) = &filter.ids {
        sql.with(" and r.id = any(", uuids(ids), "::uuid[])");
    }
    if let Some(is_service) = filter.is_service {
        // In the text and not as a value: a partial index holds the few services.
        sql.push(if is_service { " and r.is_service" } else { " and not r.is_service" });
    }
    if let Some(reference) = &filter.external_reference {
        sql.with(" and r.external_reference = ", reference.clone(), "");
    }
}

fn from_where(
    head: &str,
    permit: &Permit<ReadProducts>,
    filter: &ProductFilter,
    sought: Option<Sought>,
) -> Sql {
    let mut sql = Sql::new(format!("{head} from product r"), values![permit.tenant()]);
    if let Some(sought) = sought {
        sought.join_products(&mut sql, filter.archived);
    }
    sql.push(" where r.tenant_id = $1");
    push_filter(&mut sql, permit.tenant(), filter);
    if let Some(group) = filter.group {
        sql.push(" and r.group_id = any(");
        push_groups(&mut sql, &[group]);
        sql.push(")");
    }
    sql
}

/// A page of a group's products: the page of each group by the index of its members, then the
/// page of these. The planner cannot know how a name and a group hang together, and would read
/// the whole tenant's products by name until enough of the group were met.
async fn products_below(
    tx: &TenantTx,
    permit: &Permit<ReadProducts>,
    filter: &ProductFilter,
    group: ProductGroupId,
    slice: Slice<'_>,
) -> Outcome<Page<Product>> {
    let head = format!("select {AROUND}, {COLUMNS}, r.sort_key from unnest(");
    let mut sql = Sql::new(head, values![permit.tenant()]);
    push_groups(&mut sql, &[group]);
    sql.push(&format!(
        ") as member (group_id)
         cross join lateral (
             select {AROUND}, {COLUMNS}, r.name_key, r.sku_key, {}
             from product r
             where r.tenant_id = $1 and r.group_id = member.group_id",
        slice.key.text()
    ));
    push_filter(&mut sql, permit.tenant(), filter);
    slice.push_bounds(&mut sql)?;
    slice.push_order(&mut sql);
    sql.push(") r");
    slice.push_order(&mut sql);
    slice.read(tx, sql).await
}

fn sought(filter: &ProductFilter) -> Outcome<Option<Sought>> {
    Ok(filter.search.as_deref().map(Sought::parse).transpose()?.flatten())
}

/// A page of products.
///
/// # Errors
/// A refusal for a search text out of bounds or a cursor of another list.
pub async fn products(
    tx: &TenantTx,
    permit: &Permit<ReadProducts>,
    filter: &ProductFilter,
    sort: ProductSort,
    direction: Direction,
    page: &PageRequest,
) -> Outcome<Page<Product>> {
    let sought = sought(filter)?;
    let key = sort.key(sought.is_some());
    let slice = Slice { key, direction, request: page };
    if let (Some(group), None) = (filter.group, &sought) {
        return products_below(tx, permit, filter, group, slice).await;
    }
    let search = filter.search.clone();
    let plain = ProductFilter { archived: filter.archived, search, ..ProductFilter::default() };
    // Other conditions leave some of those found out: then the first ones are not enough.
    let sought = match slice.places() {
        Some(places) if *filter == plain => sought.map(|sought| sought.first(places)),
        _ => sought,
    };
    let head = format!("select {AROUND}, {COLUMNS}, {}", key.text());
    listing::page(tx, from_where(&head, permit, filter, sought), slice).await
}

/// How many products, counted up to one more than 10,000.
///
/// # Errors
/// As [`products`].
pub async fn count_products(
    tx: &TenantTx,
    permit: &Permit<ReadProducts>,
    filter: &ProductFilter,
) -> Outcome<i64> {
    let head = "select count(*) as counted from (select 1";
    listing::count(tx, from_where(head, permit, filter, sought(filter)?)).await
}

/// The products with these ids.
///
/// # Errors
/// [`db::Fault`].
pub async fn products_by_id(
    tx: &TenantTx,
    permit: &Permit<ReadProducts>,
    ids: &[ProductId],
) -> Outcome<HashMap<ProductId, Product>> {
    let text = format!(
        "select {AROUND}, {COLUMNS}
         from product r
         where r.tenant_id = $1 and r.id = any($2::uuid[])"
    );
    let rows: Vec<Product> = tx.all(Sql::new(text, values![permit.tenant(), uuids(ids)])).await?;
    Ok(rows.into_iter().map(|row| (row.id, row)).collect())
}

/// The product with this article number, archived or not.
///
/// # Errors
/// [`db::Fault`].
pub async fn product_by_sku(
    tx: &TenantTx,
    permit: &Permit<ReadProducts>,
    sku: &str,
) -> Outcome<Option<Product>> {
    // PostgreSQL takes no NUL in a text; no article number holds one.
    if sku.contains('\0') {
        return Ok(None);
    }
    let text =
        format!("select {AROUND}, {COLUMNS} from product r where r.tenant_id = $1 and r.sku = $2");
    Ok(tx.one(Sql::new(text, values![permit.tenant(), sku])).await?)
}

/// The first products in use of each of these groups itself, by name.
///
/// # Errors
/// [`db::Fault`].
pub async fn products_by_group(
    tx: &TenantTx,
    permit: &Permit<ReadProducts>,
    groups: &[ProductGroupId],
    most_each: u32,
) -> Outcome<HashMap<ProductGroupId, Vec<Product>>> {
    let text = format!(
        "select {AROUND}, {COLUMNS}
         from unnest($2::uuid[]) as asked (id)
         cross join lateral (
             select {AROUND}, {COLUMNS}, r.name_key
             from product r
             where r.tenant_id = $1 and r.group_id = asked.id and r.archived_at is null
             order by r.name_key, r.id
             limit $3
         ) r
         order by r.group_id, r.name_key, r.id"
    );
    let values = values![permit.tenant(), uuids(groups), i64::from(most_each)];
    let rows: Vec<Product> = tx.all(Sql::new(text, values)).await?;
    let mut found: HashMap<ProductGroupId, Vec<Product>> = HashMap::new();
    for row in rows {
        if let Some(group) = row.fields.group_id {
            found.entry(group).or_default().push(row);
        }
    }
    Ok(found)
}

/// The groups in use that lie in each of these, by name.
///
/// # Errors
/// [`db::Fault`].
pub async fn groups_by_parent(
    tx: &TenantTx,
    permit: &Permit<ReadProducts>,
    parents: &[ProductGroupId],
) -> Outcome<HashMap<ProductGroupId, Vec<ProductGroup>>> {
    let text = format!(
        "select {AROUND}, r.name, r.parent_id
         from product_group r
         where r.tenant_id = $1 and r.parent_id = any($2::uuid[]) and r.archived_at is null
         order by r.parent_id, r.name_key, r.id"
    );
    let values = values![permit.tenant(), uuids(parents)];
    let rows: Vec<ProductGroup> = tx.all(Sql::new(text, values)).await?;
    let mut found: HashMap<ProductGroupId, Vec<ProductGroup>> = HashMap::new();
    for row in rows {
        if let Some(parent) = row.fields.parent_id {
            found.entry(parent).or_default().push(row);
        }
    }
    Ok(found)
}

/// Lets one change of the tree of groups run at a time: two moves at once could close a ring.
pub(crate) async fn lock_tree<A>(tx: &TenantTx, permit: &Permit<A>) -> Outcome<()> {
    let name = format!("{}:product_group", permit.tenant());
    tx.run(Sql::new("select pg_advisory_xact_lock(hashtextextended($1, 7))", values![name]))
        .await?;
    Ok(())
}

#[derive(FromQueryResult)]
struct Group {
    id: ProductGroupId,
}

/// A group, the group it lies in, and so on to the top.
pub(crate) async fn group_ancestors<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    group: ProductGroupId,
) -> Outcome<Vec<ProductGroupId>> {
    let sql = "
        with recursive above as (
            select g.id, g.parent_id, 1 as level
            from product_group g
            where g.tenant_id = $1 and g.id = $2
            union all
            select g.id, g.parent_id, a.level + 1
            from above a
            join product_group g on g.tenant_id = $1 and g.id = a.parent_id
            where a.level < 100
        )
        select a.id from above a order by a.level";
    let rows: Vec<Group> = tx.all(Sql::new(sql, values![permit.tenant(), group])).await?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}

/// How many levels the tree below a group has, the group's own included.
pub(crate) async fn group_levels<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    group: ProductGroupId,
) -> Outcome<usize> {
    #[derive(FromQueryResult)]
    struct Levels {
        levels: i32,
    }
    let sql = "
        with recursive below as (
            select g.id, 1 as level
            from product_group g
            where g.tenant_id = $1 and g.id = $2
            union all
            select g.id, b.level + 1
            from below b
            join product_group g on g.tenant_id = $1 and g.parent_id = b.id
            where b.level < 100
        )
        select coalesce(max(b.level), 1) as levels from below b";
    let row: Option<Levels> = tx.one(Sql::new(sql, values![permit.tenant(), group])).await?;
    Ok(row.and_then(|row| usize::try_from(row.levels).ok()).unwrap_or(1))
}

/// Whether groups or products that are in use lie in a group.
pub(crate) async fn group_is_used<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    group: ProductGroupId,
) -> Outcome<bool> {
    #[derive(FromQueryResult)]
    struct Used {
        used: bool,
    }
    let sql = "
        select exists (
                   select 1
                   from product p
                   where p.tenant_id = $1 and p.group_id = $2 and p.archived_at is null)
            or exists (
                   select 1
                   from product_group g
                   where g.tenant_id = $1 and g.parent_id = $2 and g.archived_at is null) as used";
    let row: Option<Used> = tx.one(Sql::new(sql, values![permit.tenant(), group])).await?;
    Ok(row.is_some_and(|row| row.used))
}
