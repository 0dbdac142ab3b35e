//! What a change of many prices would do, and doing it: in statements over all prices at once,
//! whatever their number.

use access::Permit;
use db::{FromQueryResult, Outcome, Sql, TenantTx, Value, values};
use kernel::{
    Decimal, Direction, PackagingId, Page, PageRequest, PriceChangeId, ProductGroupId, ProductId,
    ProductVariantId,
};

use super::listing::{self, Key, Slice};
use super::prices::REPLACE;
use super::products::push_groups;
use super::uuids;
use crate::rules::{PriceChangePlan, PriceSource};

/// What cursors of a preview are of.
pub(crate) const BY_NAME: Key = Key::Text { order: "NAME", column: "r.name_key" };

/// A plan with what its statements need besides.
#[derive(Clone, Debug)]
pub struct PricedPlan {
    pub(crate) plan: PriceChangePlan,
    /// The groups named, and all below them; `None` is any.
    pub(crate) groups: Option<Vec<ProductGroupId>>,
    /// What a source price is multiplied by to be in the list's currency.
    pub(crate) factor: Decimal,
    /// What a price of the list is multiplied by to be in the base currency; `None`: no rate.
    pub(crate) to_base: Option<Decimal>,
    pub(crate) includes_vat: bool,
}

/// What a change does, in figures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, FromQueryResult)]
pub struct PriceChangeCounts {
    /// Prices that would be written.
    pub prices: i64,
    /// Products they are of.
    pub products: i64,
    /// Of the prices, those that go up.
    pub raised: i64,
    /// Those that go down.
    pub lowered: i64,
    /// Those that the list did not hold.
    pub added: i64,
    /// Prices of the source that change nothing.
    pub unchanged: i64,
    /// Prices for a later day that stand in the list already and stay.
    pub with_later_price: i64,
    /// Those below their product's minimum price.
    pub below_minimum: i64,
    /// Those that would fall below zero, or do not fit: nothing is applied while there are any.
    pub impossible: i64,
}

/// What becomes of one price.
#[derive(Clone, Debug, PartialEq, FromQueryResult)]
pub struct PlannedPrice {
    /// Of what.
    pub product_id: ProductId,
    /// One variant of it; `None` is all.
    pub variant_id: Option<ProductVariantId>,
    /// What it is for; `None` is the base unit.
    pub packaging_id: Option<PackagingId>,
    /// From this quantity on, in base units.
    pub min_quantity: Decimal,
    /// What the list holds on the day; `None`: nothing.
    pub old_price: Option<Decimal>,
    /// What it would hold.
    pub new_price: Decimal,
    /// The new price of a base unit without VAT in the base currency; `None` without a rate.
    pub net_price: Option<Decimal>,
    /// Whether it is written: it differs from the old one.
    pub changed: bool,
    /// Whether it is below the product's minimum price.
    pub below_minimum: bool,
    /// Whether a price for a later day stands in the list and stays.
    pub has_later: bool,
    /// Whether it is below zero or does not fit.
    pub impossible: bool,
}

/// The groups below these, themselves included.
pub(crate) async fn groups_below<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    groups: &[ProductGroupId],
) -> Outcome<Vec<ProductGroupId>> {
    #[derive(FromQueryResult)]
    struct Found {
        id: ProductGroupId,
    }
    let mut sql = Sql::new("select d.id from unnest(", values![permit.tenant()]);
    push_groups(&mut sql, groups);
    sql.push(") as d (id)");
    let found: Vec<Found> = tx.all(sql).await?;
    Ok(found.into_iter().map(|row| row.id).collect())
}

/// The prices of the source on the day, in its own currency: of each series the latest row.
const OF_LIST: &str = "
    select distinct on (p.product_id, p.variant_id, p.packaging_id, p.min_quantity)
           p.product_id, p.variant_id, p.packaging_id, p.min_quantity, p.price
    from price p
    where p.tenant_id = $1
      and p.price_list_id = $4
      and p.valid_from <= $3
      and ($6::uuid[] is null or p.product_id = any($6))
    order by p.product_id, p.variant_id, p.packaging_id, p.min_quantity, p.valid_from desc";
const OF_SUPPLIER: &str = "
    select i.product_id, null::uuid as variant_id, null::uuid as packaging_id,
           0::numeric as min_quantity, min(s.price) as price
    from supplier_item i
    cross join lateral (
        select a.price
        from supplier_price a
        where a.tenant_id = $1 and a.supplier_item_id = i.id and a.valid_from <= $3
        order by a.valid_from desc
        limit 1
    ) s
    where i.tenant_id = $1
      and i.supplier_id = $4
      and i.archived_at is null
      and ($6::uuid[] is null or i.product_id = any($6))
    group by i.product_id";

const HELD: &str = "
    select p.price
    from price p
    where p.tenant_id = $1
      and p.price_list_id = $2
      and p.product_id = o.product_id
      and p.variant_id is not distinct from o.variant_id
      and p.packaging_id is not distinct from o.packaging_id
      and p.min_quantity = o.min_quantity
      and p.valid_from <= $3
    order by p.valid_from desc
    limit 1";

/// All prices of the plan with what becomes of them, as a query. Products that are archived are
/// left alone. The tax is the product's own, or its category's for all organizations.
fn planned(plan: &PricedPlan) -> String {
    let source = match plan.plan.source {
        PriceSource::Supplier(_) => OF_SUPPLIER,
        PriceSource::Own | PriceSource::List(_) => OF_LIST,
    };
    // What the list holds is what the source holds where they are one.
    let held = if plan.plan.source == PriceSource::Own { "select o.price" } else { HELD };
    format!(
        "select n.*, n.new_price < 0 or n.new_price >= 100000000000000 as impossible,
                n.old_price is distinct from n.new_price as changed,
                coalesce(n.net_price < n.min_price, false) as below_minimum
         from (
             select o.product_id, o.variant_id, o.packaging_id, o.min_quantity, r.name_key,
                    r.min_price, t.price as old_price, v.new_price,
                    v.new_price * coalesce(k.denominator, 1) / coalesce(k.numerator, 1)
                        * $11::numeric * 100
                        / (100 + case when $12::boolean then coalesce(x.rate, 0) else 0 end)
                        as net_price,
                    exists (
                        select 1
                        from price l
                        where l.tenant_id = $1
                          and l.price_list_id = $2
                          and l.product_id = o.product_id
                          and l.variant_id is not distinct from o.variant_id
                          and l.packaging_id is not distinct from o.packaging_id
                          and l.min_quantity = o.min_quantity
                          and l.valid_from > $3) as has_later
             from ({source}) o
             join product r
               on r.tenant_id = $1
              and r.id = o.product_id
              and r.archived_at is null
              and ($5::uuid[] is null or r.group_id = any($5))
             cross join lateral (
                 select rounded_price(o.price * $7::numeric * (100 + $8::numeric) * 0.01
                                          + $9::numeric, $10::numeric, $13) as new_price
             ) v
             left join product_packaging k on k.tenant_id = $1 and k.id = o.packaging_id
             left join lateral (
                 {held}
             ) t on true
             left join lateral (
                 select case when r.vat_category_id is null then r.vat_rate else (
                     select w.rate
                     from vat_rate w
                     where w.tenant_id = $1
                       and w.vat_category_id = r.vat_category_id
                       and w.organization_id is null
                       and w.valid_from <= $3
                     order by w.valid_from desc
                     limit 1) end as rate
             ) x on true
             where o.price is not null
         ) n"
    )
}

/// The values of [`planned`]; `products`: only these of the plan's.
fn values_of<A>(
    permit: &Permit<A>,
    plan: &PricedPlan,
    products: Option<&[ProductId]>,
) -> Vec<Value> {
    let PricedPlan { plan, groups, factor, to_base, includes_vat } = plan;
    let source: kernel::Uuid = match plan.source {
        PriceSource::Own => plan.list.into(),
        PriceSource::List(list) => list.into(),
        PriceSource::Supplier(supplier) => supplier.into(),
    };
    let named = (!plan.products.is_empty()).then(|| uuids(&plan.products));
    let rounding = plan.rounding.unwrap_or(kernel::Rounding::PRICE);
    values![
        permit.tenant(),
        plan.list,
        plan.valid_from,
        source,
        groups.as_deref().map(uuids),
        products.map(uuids).or(named),
        *factor,
        plan.percent,
        plan.amount,
        rounding.step(),
        *to_base,
        *includes_vat,
        rounding.direction(),
    ]
    .to_vec()
}

/// What the plan would do, in figures.
///
/// # Errors
/// [`db::Fault`].
pub async fn price_change_counts<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    plan: &PricedPlan,
) -> Outcome<PriceChangeCounts> {
    let sql = format!(
        "select count(*) filter (where n.changed) as prices,
                count(distinct n.product_id) filter (where n.changed) as products,
                count(*) filter (where n.new_price > n.old_price) as raised,
                count(*) filter (where n.new_price < n.old_price) as lowered,
                count(*) filter (where n.old_price is null) as added,
                count(*) filter (where not n.changed) as unchanged,
                count(*) filter (where n.changed and n.has_later) as with_later_price,
                count(*) filter (where n.changed and n.below_minimum) as below_minimum,
                count(*) filter (where n.impossible) as impossible
         from ({}) n",
        planned(plan)
    );
    let counts = tx.one(Sql::new(sql, values_of(permit, plan, None)).planned_by_values()).await?;
    Ok(counts.ok_or_else(|| db::Fault::broken("an aggregate without a row"))?)
}

/// A page of the products that the plan looks at, by name.
///
/// # Errors
/// A refusal for a cursor of another list.
pub async fn price_change_products<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    plan: &PricedPlan,
    request: &PageRequest,
) -> Outcome<Page<ProductId>> {
    #[derive(FromQueryResult)]
    struct Found {
        id: ProductId,
    }
    let mut sql = Sql::new(
        format!("select r.id, {} from product r where r.tenant_id = $1", BY_NAME.text()),
        values![permit.tenant()],
    );
    sql.push(" and r.archived_at is null");
    if let Some(groups) = &plan.groups {
        sql.with(" and r.group_id = any(", uuids(groups), "::uuid[])");
    }
    if !plan.plan.products.is_empty() {
        sql.with(" and r.id = any(", uuids(&plan.plan.products), "::uuid[])");
    }
    let day = plan.plan.valid_from;
    match plan.plan.source {
        PriceSource::Supplier(supplier) => sql
            .with(
                " and exists (select 1 from supplier_item i
                              join supplier_price a
                                on a.tenant_id = $1 and a.supplier_item_id = i.id
                              where i.tenant_id = $1 and i.product_id = r.id
                                and i.archived_at is null and i.supplier_id = ",
                supplier,
                "",
            )
            .with(" and a.valid_from <= ", day, ")"),
        source => {
            let list = if let PriceSource::List(list) = source { list } else { plan.plan.list };
            sql.with(
                " and exists (select 1 from price p
                              where p.tenant_id = $1 and p.product_id = r.id
                                and p.price_list_id = ",
                list,
                "",
            )
            .with(" and p.valid_from <= ", day, ")")
        }
    };
    let slice = Slice { key: BY_NAME, direction: Direction::Asc, request };
    let page: Page<Found> = listing::page(tx, sql.planned_by_values(), slice).await?;
    let rows = page.rows.into_iter().map(|(position, found)| (position, found.id)).collect();
    Ok(Page { rows, has_next: page.has_next, has_previous: page.has_previous })
}

/// What becomes of the prices of these products.
///
/// # Errors
/// [`db::Fault`].
pub async fn planned_prices<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    plan: &PricedPlan,
    products: &[ProductId],
) -> Outcome<Vec<PlannedPrice>> {
    let sql = format!(
        "select n.product_id, n.variant_id, n.packaging_id, n.min_quantity, n.old_price,
                n.new_price, n.net_price, n.changed, n.below_minimum, n.has_later, n.impossible
         from ({}) n
         order by n.product_id, n.variant_id nulls first, n.packaging_id nulls first,
                  n.min_quantity",
        planned(plan)
    );
    let values = values_of(permit, plan, Some(products));
    Ok(tx.all(Sql::new(sql, values).planned_by_values()).await?)
}

/// Writes the plan's prices in the name of a change, and keeps what they are put over. Gives how
/// many were written.
pub(crate) async fn write_planned<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    plan: &PricedPlan,
    change: PriceChangeId,
) -> Outcome<u64> {
    let sql = format!(
        "with planned as materialized (
             select n.product_id, n.variant_id, n.packaging_id, n.min_quantity, n.new_price
             from ({}) n
             where n.changed
         ), kept as (
             insert into price_replaced
                 (tenant_id, change_id, product_id, variant_id, packaging_id, min_quantity, price,
                  recorded_at, created_by, before_change_id)
             select $1, $14, p.product_id, p.variant_id, p.packaging_id, p.min_quantity, p.price,
                    p.recorded_at, p.created_by, p.change_id
             from planned n
             join price p
               on p.tenant_id = $1
              and p.price_list_id = $2
              and p.product_id = n.product_id
              and p.valid_from = $3
              and p.variant_id is not distinct from n.variant_id
              and p.packaging_id is not distinct from n.packaging_id
              and p.min_quantity = n.min_quantity
         )
         insert into price
             (tenant_id, price_list_id, product_id, valid_from, variant_id, packaging_id,
              min_quantity, price, recorded_at, created_by, change_id)
         select $1, $2, n.product_id, $3, n.variant_id, n.packaging_id, n.min_quantity,
                n.new_price, $15, $16, $14
         from planned n
         {REPLACE}",
        planned(plan)
    );
    let mut values = values_of(permit, plan, None);
    values.extend(values![change, tx.now(), permit.user()]);
    Ok(tx.run(Sql::new(sql, values).planned_by_values()).await?)
}
