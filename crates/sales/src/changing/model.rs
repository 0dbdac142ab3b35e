//! What is to be changed of an order that was agreed to, and what that comes to.

use std::collections::HashMap;

use db::{FromQueryResult, Json};
use kernel::{
    ApprovalRequestId, DateTime, Decimal, DepartmentId, NaiveDate, OrderId, OrderLineId,
    PackagingId, ProductId, ProductVariantId, UserId, Utc, WarehouseId,
};
use serde::{Deserialize, Serialize};

use crate::model::{Order, OrderLine};
use crate::quoting::TypedPrice;
use crate::store::NewLine;

/// What is to be changed of an agreed order; `None` leaves it as it is, `Some(None)` takes it away.
/// Parties, terms and date stay: another customer's order is another order.
#[derive(Clone, Debug, Default)]
pub struct AgreedChange {
    /// Who is responsible.
    pub manager_id: Option<UserId>,
    /// From where it ships.
    pub warehouse_id: Option<Option<WarehouseId>>,
    /// Which warehouses give where none is chosen.
    pub allowed_warehouses: Option<Vec<WarehouseId>>,
    /// When the customer wants it.
    pub requested_ship_date: Option<Option<NaiveDate>>,
    /// Its number in another program.
    pub external_reference: Option<Option<String>>,
    /// A note.
    pub comment: Option<Option<String>>,
    /// All lines from now on, in their order.
    pub lines: Option<Vec<ChangedLine>>,
    /// Whether lines of which nothing is shipped are priced anew though nothing of them changes.
    pub reprice: bool,
    /// Why, for whoever reads of it later.
    pub reason: Option<String>,
}

/// A line as it is to be.
#[derive(Clone, Debug)]
pub struct ChangedLine {
    /// Which line of the order it is; `None` is a new one.
    pub order_line_id: Option<OrderLineId>,
    /// What; `None` stays, and a new line needs it.
    pub product_id: Option<ProductId>,
    /// In which variant; `None` stays.
    pub variant_id: Option<ProductVariantId>,
    /// In which packaging a new line is counted; `None` is the base unit. A line that is there keeps
    /// its own.
    pub packaging_id: Option<PackagingId>,
    /// How much of the unit it was entered in; `None` stays, and a new line needs it.
    pub quantity: Option<Decimal>,
    /// A price of one's own; `Some(None)` is what the sources hold, `None` stays.
    pub price: Option<Option<TypedPrice>>,
    /// A discount of one's own in per cent; as the price.
    pub discount_percent: Option<Option<Decimal>>,
}

/// A change worked out: prices and all. One that somebody has to agree to first is kept so, and
/// becomes what was agreed to.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Planned {
    pub(crate) manager_id: Option<UserId>,
    pub(crate) department_id: Option<DepartmentId>,
    pub(crate) warehouse_id: Option<WarehouseId>,
    pub(crate) allowed_warehouses: Vec<WarehouseId>,
    pub(crate) requested_ship_date: Option<NaiveDate>,
    pub(crate) external_reference: Option<String>,
    pub(crate) comment: Option<String>,
    /// All lines from now on; `None`: as they are.
    pub(crate) lines: Option<Vec<PlannedLine>>,
    pub(crate) reason: Option<String>,
}

/// A line of a planned change.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) enum PlannedLine {
    /// As it is.
    Kept(OrderLineId),
    /// Written: in place of a line of the order, or as a new one.
    Written { of: Option<OrderLineId>, line: Box<NewLine> },
}

impl PlannedLine {
    /// The line of the order that it is.
    pub(crate) fn of(&self) -> Option<OrderLineId> {
        match self {
            Self::Kept(id) => Some(*id),
            Self::Written { of, .. } => *of,
        }
    }
}

/// A change of an order that waits for somebody to agree.
#[derive(Clone, Debug)]
pub struct WaitingChange {
    /// The order.
    pub order_id: OrderId,
    /// What was asked.
    pub request_id: ApprovalRequestId,
    /// What the order is to come to, with VAT.
    pub gross: Decimal,
    /// Why, in the words of whoever asked.
    pub reason: Option<String>,
    /// Who asked; `None` where a program did.
    pub created_by: Option<UserId>,
    /// When.
    pub created_at: DateTime<Utc>,
    /// All lines as they are to be; a line that is not there yet has an id of its own already.
    pub lines: Vec<OrderLine>,
}

/// A waiting change as it is kept.
#[derive(Clone, Debug, FromQueryResult)]
pub(crate) struct WaitingRow {
    pub(crate) order_id: OrderId,
    pub(crate) request_id: ApprovalRequestId,
    pub(crate) planned: Json<Planned>,
    pub(crate) gross: Decimal,
    pub(crate) reason: Option<String>,
    pub(crate) created_by: Option<UserId>,
    pub(crate) created_at: DateTime<Utc>,
}

impl Planned {
    /// The order's header as it is to be; its sums come with its lines.
    pub(crate) fn over(&self, order: &Order) -> Order {
        Order {
            manager_id: self.manager_id,
            department_id: self.department_id,
            warehouse_id: self.warehouse_id,
            allowed_warehouses: self.allowed_warehouses.iter().map(|id| id.0).collect(),
            requested_ship_date: self.requested_ship_date,
            external_reference: self.external_reference.clone(),
            comment: self.comment.clone(),
            ..order.clone()
        }
    }
}

/// A written line as it is read, with what was shipped of the one it takes the place of.
pub(crate) fn as_read(line: &NewLine, order: OrderId, of: Option<&OrderLine>) -> OrderLine {
    let part = |part: u32| i32::try_from(part).unwrap_or(1);
    OrderLine {
        id: OrderLineId(line.id),
        order_id: order,
        position: line.position,
        product_id: line.product_id,
        variant_id: line.variant_id,
        unit: line.unit.clone(),
        quantity: line.quantity,
        packaging_id: line.packaging_id,
        entered_quantity: line.entered_quantity,
        entered_unit: line.entered_unit.clone(),
        list_price: line.list_price,
        price: line.price,
        price_numerator: part(line.price_numerator),
        price_denominator: part(line.price_denominator),
        price_source: line.price_source,
        price_is_manual: line.price_is_manual,
        discount_percent: line.discount_percent,
        discount_source: line.discount_source,
        discount_is_manual: line.discount_is_manual,
        amount: line.amount,
        vat_rate: line.vat_rate,
        vat_amount: line.vat_amount,
        shipped: of.map(|line| line.shipped).unwrap_or_default(),
        shipped_amount: of.map(|line| line.shipped_amount).unwrap_or_default(),
        shipped_vat: of.map(|line| line.shipped_vat).unwrap_or_default(),
        quote_line_id: line.quote_line_id,
        approval_reasons: line.approval_reasons.as_ref().map(|reasons| serde_json::json!(reasons)),
    }
}

/// What is kept of lines, by their ids.
pub(crate) fn by_id(lines: &[OrderLine]) -> HashMap<OrderLineId, &OrderLine> {
    lines.iter().map(|line| (line.id, line)).collect()
}
