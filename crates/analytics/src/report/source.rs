//! What a report adds up. Where one dimension besides the month is asked for or filtered by, the
//! sums by month answer, with the facts still queued, and the register for days more or less than
//! whole months; everything else comes from the register.

use std::collections::BTreeSet;

use access::Permit;
use db::{Sql, Value};
use kernel::{NaiveDate, Uuid};

use super::{Dimension, SalesFilter, SalesQuery};
use crate::rules::{Cover, Span, cover};

/// Ids that a column must be among.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Among {
    column: &'static str,
    ids: Vec<Uuid>,
    /// The dimension with sums of its own, where the column is one.
    dimension: Option<Dimension>,
}

/// Adds the `select`s whose rows are the sales asked for and allowed, each exactly once.
/// `$1` is the tenant.
///
/// `customers`: the only cards whose sales count, as [`super::customers::counted`] gives them.
pub(super) fn push<A>(
    sql: &mut Sql,
    permit: &Permit<A>,
    query: &SalesQuery,
    customers: Option<Vec<Uuid>>,
    today: NaiveDate,
) {
    let filters = filters(&query.filter, permit.managers(), customers);
    let Some(rolled) = rolled_by(&query.dimensions, &filters) else {
        return push_facts(sql, query.span, &filters, Facts::All);
    };
    let Cover { months, add, subtract } = cover(query.span, today);
    let mut first = true;
    let mut next = |sql: &mut Sql| {
        if !std::mem::take(&mut first) {
            sql.push("\n    union all\n    ");
        }
    };
    if let Some(months) = months {
        next(sql);
        push_rollup(sql, months, rolled, &filters);
        next(sql);
        push_facts(sql, months, &filters, Facts::Queued);
    }
    for (days, facts) in [(add, Facts::All), (subtract, Facts::Negated)] {
        for days in days {
            next(sql);
            push_facts(sql, days, &filters, facts);
        }
    }
}

/// The customer that a row counts for: the register names the card of the posting, which may have
/// been merged into another one since.
const HEIR: &str = "coalesce(h.heir_id, s.customer_id)";

/// What leads there, where rows are by customer.
pub(super) fn heirs(dimensions: &BTreeSet<Dimension>) -> &'static str {
    if dimensions.contains(&Dimension::Customer) {
        "\n    left join customer_heir_v h on h.tenant_id = $1 and h.id = s.customer_id"
    } else {
        ""
    }
}

/// The grouped columns, null where not asked for, and what to group by.
pub(super) fn keys(dimensions: &BTreeSet<Dimension>) -> (String, String) {
    let columns = [
        (Dimension::Month, "month", "date"),
        (Dimension::Customer, "customer_id", "uuid"),
        (Dimension::Product, "product_id", "uuid"),
        (Dimension::ProductGroup, "product_group_id", "uuid"),
        (Dimension::Manager, "manager_id", "uuid"),
        (Dimension::Variant, "variant_id", "uuid"),
    ];
    let (mut keys, mut groups) = (Vec::new(), Vec::new());
    for (dimension, column, kind) in columns {
        if dimensions.contains(&dimension) {
            let own = format!("s.{column}");
            let key = if dimension == Dimension::Customer { HEIR.to_owned() } else { own };
            keys.push(format!("{key} as {column}"));
            groups.push(key);
        } else {
            keys.push(format!("null::{kind} as {column}"));
        }
    }
    groups.push("s.currency".to_owned());
    (keys.join(", "), groups.join(", "))
}

/// Filters asked for, narrowed by what the caller reaches: reach is a filter like any other.
fn filters(
    asked: &SalesFilter,
    managers: Option<Vec<Uuid>>,
    customers: Option<Vec<Uuid>>,
) -> Vec<Among> {
    fn ids<T: Copy + Into<Uuid>>(ids: Option<&Vec<T>>) -> Option<Vec<Uuid>> {
        ids.map(|ids| ids.iter().copied().map(Into::into).collect())
    }
    let columns = [
        ("customer_id", customers, Some(Dimension::Customer)),
        ("product_id", ids(asked.products.as_ref()), Some(Dimension::Product)),
        ("product_group_id", ids(asked.product_groups.as_ref()), Some(Dimension::ProductGroup)),
        ("manager_id", both(ids(asked.managers.as_ref()), managers), Some(Dimension::Manager)),
        ("organization_id", ids(asked.organizations.as_ref()), None),
        ("warehouse_id", ids(asked.warehouses.as_ref()), None),
        ("region_id", ids(asked.regions.as_ref()), None),
    ];
    columns
        .into_iter()
        .filter_map(|(column, ids, dimension)| Some(Among { column, ids: ids?, dimension }))
        .collect()
}

fn both(asked: Option<Vec<Uuid>>, allowed: Option<Vec<Uuid>>) -> Option<Vec<Uuid>> {
    match (asked, allowed) {
        (Some(asked), Some(allowed)) => {
            Some(asked.into_iter().filter(|id| allowed.contains(id)).collect())
        }
        (asked, allowed) => asked.or(allowed),
    }
}

/// Which sums answer: those of the one dimension that rows are made by or filtered by, those of
/// everything where there is none; `None` where two meet and only the register knows.
fn rolled_by(dimensions: &BTreeSet<Dimension>, filters: &[Among]) -> Option<Option<Dimension>> {
    let mut needed: BTreeSet<Dimension> = dimensions.clone();
    needed.remove(&Dimension::Month);
    // Nothing sums up variants beforehand.
    if needed.contains(&Dimension::Variant) {
        return None;
    }
    for filter in filters {
        needed.insert(filter.dimension?);
    }
    let mut needed = needed.into_iter();
    match (needed.next(), needed.next()) {
        (dimension, None) => Some(dimension),
        _ => None,
    }
}

/// Sums by month: the primary key of sale_rollup, or sale_rollup_of_key for some keys only.
fn push_rollup(sql: &mut Sql, months: Span, dimension: Option<Dimension>, filters: &[Among]) {
    let key = "nullif(r.key, '00000000-0000-0000-0000-000000000000')";
    let (name, place) = match dimension {
        Some(Dimension::Customer) => ("CUSTOMER", 0),
        Some(Dimension::Product) => ("PRODUCT", 1),
        Some(Dimension::ProductGroup) => ("PRODUCT_GROUP", 2),
        Some(Dimension::Manager) => ("MANAGER", 3),
        Some(Dimension::Month | Dimension::Variant) | None => ("TOTAL", usize::MAX),
    };
    sql.push("select r.month");
    let columns = ["customer_id", "product_id", "product_group_id", "manager_id"];
    for (at, column) in columns.into_iter().enumerate() {
        let value = if at == place { key } else { "null::uuid" };
        sql.push(&format!(", {value} as {column}"));
    }
    sql.push(
        ", null::uuid as variant_id, r.currency, r.quantity, r.revenue, r.cost, \
         r.variable_cost, r.facts",
    );
    sql.push("\n    from sale_rollup r\n    where r.tenant_id = $1");
    sql.with(" and r.dimension = ", name, "");
    push_between(sql, "r.month", months);
    for filter in filters {
        sql.with(" and r.key = any(", filter.ids.clone(), ")");
    }
}

/// Which facts of a span.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Facts {
    /// All of them, from the register: sale_fact_by_date, sale_fact_of_manager or
    /// sale_fact_of_customer.
    All,
    /// All of them, to be taken away from sums that hold them.
    Negated,
    /// Those the sums do not hold yet: the queue, and the register by its primary key.
    Queued,
}

fn push_facts(sql: &mut Sql, span: Span, filters: &[Among], facts: Facts) {
    sql.push(
        "select date_trunc('month', f.occurred_on::timestamp)::date as month, f.customer_id, \
         f.product_id, f.product_group_id, f.manager_id, f.variant_id, f.currency, ",
    );
    sql.push(match facts {
        Facts::All | Facts::Queued => {
            "f.quantity, f.revenue, f.cost, f.variable_cost, 1::bigint as facts"
        }
        Facts::Negated => "-f.quantity, -f.revenue, -f.cost, -f.variable_cost, -1",
    });
    sql.push(match facts {
        Facts::All | Facts::Negated => "\n    from sale_fact_v f\n    where f.tenant_id = $1",
        Facts::Queued => {
            // The queue is as good as empty, but after an import statistics say otherwise for a
            // while: `offset 0` keeps the planner from reading the whole register for it.
            "\n    from sale_fact_delta d\n    cross join lateral (select f.occurred_on, \
             f.customer_id, f.product_id, f.product_group_id, f.manager_id, f.variant_id, \
             f.organization_id, f.warehouse_id, f.region_id, f.currency, f.quantity, f.revenue, f.cost, f.variable_cost from \
             sale_fact_v f where f.tenant_id = $1 and f.id = d.fact_id offset 0) f\n    \
             where d.tenant_id = $1"
        }
    });
    push_between(sql, "f.occurred_on", span);
    for filter in filters {
        sql.push(" and f.").push(filter.column);
        sql.with(" = any(", filter.ids.clone(), ")");
    }
}

fn push_between(sql: &mut Sql, column: &str, span: Span) {
    let bound = |day: NaiveDate| Value::from(day);
    sql.push(" and ").push(column);
    sql.with(" between ", bound(span.from), " and ").bind(bound(span.to));
}
