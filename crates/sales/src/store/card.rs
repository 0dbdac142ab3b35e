//! The quick reads: an order with its customer and lines, and the newest orders with their
//! customers, each in one statement (architecture, hazards: round trips cost).

use std::sync::LazyLock;

use access::Permit;
use db::{Db, FromQueryResult, Outcome, Quick, Value, values};
use kernel::{CustomerId, OrderId, Page, PageRequest, Position, ProductId, UserId};
use sea_orm::{DbErr, QueryResult};

use super::OrderSort;
use crate::model::{LINE_COLUMNS, ORDER_COLUMNS, Order, OrderLine, ReadOrders};

/// An order with what is printed beside it.
#[derive(Clone, Debug)]
pub struct OrderCard {
    /// The order with its customer.
    pub head: CardRow,
    /// Its lines, in their order.
    pub lines: Vec<CardLine>,
}

/// An order with its customer's name.
#[derive(Clone, Debug)]
pub struct CardRow {
    /// The order.
    pub order: Order,
    /// The customer.
    pub customer_id: CustomerId,
    /// His name.
    pub customer_name: String,
    /// Who is responsible for him: decides whether the caller may see him.
    pub customer_manager_id: Option<UserId>,
}

/// A line with what its product is called.
#[derive(Clone, Debug)]
pub struct CardLine {
    /// The line.
    pub line: OrderLine,
    /// The product.
    pub product_id: ProductId,
    /// Its article number.
    pub product_sku: String,
    /// Its name.
    pub product_name: String,
}

impl FromQueryResult for CardRow {
    fn from_query_result(row: &QueryResult, _: &str) -> Result<Self, DbErr> {
        let order = Order::from_query_result(row, "")?;
        Ok(Self {
            customer_id: order.customer_id,
            order,
            customer_name: row.try_get("", "customer_name")?,
            customer_manager_id: row.try_get("", "customer_manager_id")?,
        })
    }
}

/// A row of the card: the header is the same in each, and read from the first one only.
struct Joined {
    head: Option<CardRow>,
    line: Option<CardLine>,
}

/// What the line's columns are called in the card.
const LINE: &str = "line_";

impl FromQueryResult for Joined {
    fn from_query_result(row: &QueryResult, _: &str) -> Result<Self, DbErr> {
        let position: Option<i32> = row.try_get(LINE, "position")?;
        let head = match position {
            Some(1) | None => Some(CardRow::from_query_result(row, "")?),
            Some(_) => None,
        };
        if position.is_none() {
            return Ok(Self { head, line: None });
        }
        let line = OrderLine::from_query_result(row, LINE)?;
        let product_id = line.product_id;
        let product_sku = row.try_get("", "product_sku")?;
        let product_name = row.try_get("", "product_name")?;
        let line = CardLine { line, product_id, product_sku, product_name };
        Ok(Self { head, line: Some(line) })
    }
}

/// The line's columns under names of their own: `l.quantity as line_quantity`.
fn line_columns() -> String {
    let named = |column: &str| {
        let name = column.trim().trim_start_matches("l.");
        format!("l.{name} as {LINE}{name}")
    };
    LINE_COLUMNS.split(',').map(named).collect::<Vec<_>>().join(", ")
}

static CARD: LazyLock<Quick> = LazyLock::new(|| {
    let lines = line_columns();
    Quick::new(&format!(
        "select {ORDER_COLUMNS}, c.name as customer_name, c.manager_id as customer_manager_id,
                {lines}, p.sku as product_sku, p.name as product_name
         from sales_order o
         join customer_name_v c on c.tenant_id = $1 and c.id = o.customer_id
         left join sales_order_line l on l.tenant_id = $1 and l.order_id = o.id
         left join product_name_v p on p.tenant_id = $1 and p.id = l.product_id
         where o.tenant_id = $1
           and s.s is not null
           and o.id = $2
           and ($3::uuid[] is null or o.manager_id = any($3))
           and ($4::uuid is null or o.customer_id = $4)
         order by l.position"
    ))
});

/// The same list for those who reach everybody's orders and for those who reach some: only
/// without further conditions does the index give the newest first.
static NEWEST: LazyLock<Quick> = LazyLock::new(|| newest(""));
static NEWEST_REACHED: LazyLock<Quick> = LazyLock::new(|| {
    newest(
        "and ($3::uuid[] is null or o.manager_id = any($3))
         and ($4::uuid is null or o.customer_id = $4)",
    )
});

fn newest(reach: &str) -> Quick {
    Quick::new(&format!(
        "select {ORDER_COLUMNS}, c.name as customer_name, c.manager_id as customer_manager_id
         from sales_order o
         join customer_name_v c on c.tenant_id = $1 and c.id = o.customer_id
         where o.tenant_id = $1
           and s.s is not null
           {reach}
         order by o.date desc, o.id desc
         limit $2"
    ))
}

/// An order within reach, with its customer's name and its lines with their products' names, in
/// one statement and without a transaction. `None`: not there, or not visible.
///
/// # Errors
/// A fault of the database.
pub async fn order_card(
    db: &Db,
    permit: &Permit<ReadOrders>,
    id: OrderId,
) -> Outcome<Option<OrderCard>> {
    let values = values![id, permit.managers(), permit.customer()];
    let rows: Vec<Joined> = db.quick(permit, &CARD, values).await?;
    let mut head = None;
    let mut lines = Vec::with_capacity(rows.len());
    for row in rows {
        head = head.or(row.head);
        lines.extend(row.line);
    }
    Ok(head.map(|head| OrderCard { head, lines }))
}

/// The newest orders within reach with their customers' names, in one statement and without a
/// transaction: the first page of the list by date, newest first.
///
/// # Errors
/// A fault of the database.
pub async fn newest_orders(
    db: &Db,
    permit: &Permit<ReadOrders>,
    limit: u32,
) -> Outcome<Page<CardRow>> {
    let page = PageRequest::first(limit);
    let wanted = Value::from(i64::from(limit) + 1);
    let (managers, customer) = (permit.managers(), permit.customer());
    let rows: Vec<CardRow> = if managers.is_none() && customer.is_none() {
        db.quick(permit, &NEWEST, [wanted]).await?
    } else {
        let values = [wanted, managers.into(), customer.into()];
        db.quick(permit, &NEWEST_REACHED, values).await?
    };
    let placed = |row: CardRow| {
        let position = Position {
            order: OrderSort::default().name().to_owned(),
            key: Some(row.order.date.to_string()),
            id: row.order.id.0,
        };
        (position, row)
    };
    Ok(Page::of(rows.into_iter().map(placed).collect(), &page))
}
