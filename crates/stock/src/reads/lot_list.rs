//! The list of lots.

use access::Permit;
use db::{FromQueryResult, Outcome, Sql, TenantTx, values};
use kernel::{
    Direction, LotId, NaiveDate, OrganizationId, Page, PageRequest, Position, ProductId,
    ProductVariantId, WarehouseId,
};

use super::keyset::{COUNT, Key, count, page};
use super::lots::{LOT, LotRow};
use super::{ReadStock, sees_cost};

/// Lots that one number may name; more of one number are no answer to a question.
const MOST_OF_A_NUMBER: i64 = 250;

/// Which lots; all conditions hold together.
#[derive(Clone, Debug, Default)]
pub struct LotFilter {
    /// With this number, without regard to case.
    pub number: Option<String>,
    /// Of this product.
    pub product: Option<ProductId>,
    /// Of this variant.
    pub variant: Option<ProductVariantId>,
    /// Of this organization.
    pub organization: Option<OrganizationId>,
    /// Of which something lies in this warehouse.
    pub warehouse: Option<WarehouseId>,
    /// Held back, or not.
    pub blocked: Option<bool>,
    /// Of which something is left, or nothing.
    pub in_stock: Option<bool>,
    /// Received on this day or later.
    pub received_from: Option<NaiveDate>,
    /// Received on this day or earlier.
    pub received_to: Option<NaiveDate>,
    /// Expiring on this day or later.
    pub expires_from: Option<NaiveDate>,
    /// Expiring on this day or earlier.
    pub expires_to: Option<NaiveDate>,
}

/// The orders of the list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LotSort {
    /// By the business date of coming in.
    #[default]
    Received,
    /// By number; lots without one come first.
    Number,
}

/// A lot, and its number as lists are ordered by it.
#[derive(FromQueryResult)]
struct Row {
    #[sea_orm(nested)]
    lot: LotRow,
    number_key: String,
}

impl LotSort {
    /// The name that cursors keep.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Received => "RECEIVED",
            Self::Number => "NUMBER",
        }
    }

    fn key(self) -> Key {
        match self {
            Self::Received => Key::Day("l.received_on"),
            Self::Number => Key::Text("l.number_key"),
        }
    }

    fn position(self, row: &Row) -> Position {
        let key = match self {
            Self::Received => row.lot.received_on.to_string(),
            Self::Number => row.number_key.clone(),
        };
        Position { order: self.name().to_owned(), key: Some(key), id: row.lot.id.0 }
    }
}

impl LotFilter {
    fn push(&self, sql: &mut Sql) {
        if let Some(number) = &self.number {
            sql.with(" and l.number_key = catalog_key(", number.clone(), "::text)");
        }
        if let Some(id) = self.product {
            sql.with(" and l.product_id = ", id, "");
        }
        if let Some(id) = self.variant {
            sql.with(" and l.variant_key = ", id, "");
        }
        if let Some(id) = self.organization {
            sql.with(" and l.organization_id = ", id, "");
        }
        if let Some(blocked) = self.blocked {
            sql.with(" and l.blocked = ", blocked, "");
        }
        for (column, beyond, day) in [
            ("received_on", ">=", self.received_from),
            ("received_on", "<=", self.received_to),
            ("expires_on", ">=", self.expires_from),
            ("expires_on", "<=", self.expires_to),
        ] {
            if let Some(day) = day {
                sql.with(&format!(" and l.{column} {beyond} "), day, "");
            }
        }
        self.push_stock(sql);
    }

    fn push_stock(&self, sql: &mut Sql) {
        if let Some(id) = self.warehouse {
            sql.with(
                " and exists (select from stock_balance b
                              where b.tenant_id = $1 and b.lot_id = l.id and b.in_stock
                                and b.warehouse_id = ",
                id,
                ")",
            );
        }
        if let Some(is_left) = self.in_stock {
            sql.push(if is_left { " and exists" } else { " and not exists" });
            sql.push(
                " (select from stock_balance b
                   where b.tenant_id = $1 and b.lot_id = l.id and b.in_stock)",
            );
        }
    }
}

/// Lots. Cursors must be of the sort's name.
///
/// # Errors
/// `INVALID` for a cursor of another list, or a fault.
pub async fn lots(
    tx: &TenantTx,
    permit: &Permit<ReadStock>,
    filter: &LotFilter,
    (sort, direction): (LotSort, Direction),
    request: &PageRequest,
) -> Outcome<Page<LotRow>> {
    let text = format!("{LOT}, l.number_key from lot l where l.tenant_id = $1");
    let mut sql = Sql::new(text, values![permit.tenant(), sees_cost(permit)]);
    filter.push(&mut sql);
    let position = |row: &Row| sort.position(row);
    let found = page(tx, sql, (sort.key(), "l.id"), direction, request, position).await?;
    let Page { rows, has_next, has_previous } = found;
    let rows = rows.into_iter().map(|(position, row)| (position, row.lot)).collect();
    Ok(Page { rows, has_next, has_previous })
}

/// How many rows [`lots`] has, up to 10,001.
///
/// # Errors
/// A fault of the database.
pub async fn count_lots(
    tx: &TenantTx,
    permit: &Permit<ReadStock>,
    filter: &LotFilter,
) -> Outcome<i64> {
    let text = format!("{COUNT} select 1 from lot l where l.tenant_id = $1");
    let mut sql = Sql::new(text, values![permit.tenant()]);
    filter.push(&mut sql);
    count(tx, sql).await
}

/// The lots with a maker's number, without regard to case, at most 250; of one product where it is
/// named.
///
/// # Errors
/// A fault of the database.
pub async fn lots_numbered(
    tx: &TenantTx,
    permit: &Permit<ReadStock>,
    number: &str,
    product: Option<ProductId>,
) -> Outcome<Vec<LotId>> {
    #[derive(FromQueryResult)]
    struct Found {
        id: LotId,
    }
    let filter = LotFilter { number: Some(number.to_owned()), product, ..LotFilter::default() };
    let text = "select l.id from lot l where l.tenant_id = $1 and l.number_key <> ''";
    let mut sql = Sql::new(text, values![permit.tenant()]);
    filter.push(&mut sql);
    sql.with(" order by l.id desc limit ", MOST_OF_A_NUMBER, "");
    let rows: Vec<Found> = tx.all(sql).await?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}
