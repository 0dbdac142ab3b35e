//! What filters, orders and mutations of stock take.

use ::stock::commands::{LineCost, ReceiptLineInput};
use ::stock::{DocumentSort, MovementFilter, ReceiptFilter};
use async_graphql::{Enum, InputObject, MaybeUndefined};
use kernel::{
    Direction, LotId, OrganizationId, PackagingId, ProductId, ProductVariantId, PurchaseOrderId,
    PurchaseOrderLineId, ReceiptId, ReceiptLineId, WarehouseId,
};

use super::receipt::GoodsReceiptState;
use crate::custom::{CustomFieldCondition, CustomFieldInput};
use crate::ids::{AnyId, GlobalId};
use crate::paging::OrderDirection;
use crate::scalars::{Date, Decimal};

/// Which goods receipts; all conditions hold together.
#[derive(InputObject)]
pub struct GoodsReceiptFilter {
    /// In one of these states.
    state: Option<Vec<GoodsReceiptState>>,
    /// Of this organization.
    organization: Option<GlobalId<OrganizationId>>,
    /// Into this warehouse.
    warehouse: Option<GlobalId<WarehouseId>>,
    /// Dated on this day or later.
    date_from: Option<Date>,
    /// Dated on this day or earlier.
    date_to: Option<Date>,
    /// With this number.
    number: Option<String>,
    /// With this name in another program.
    external_reference: Option<String>,
    /// Those whose custom fields hold all of this; at most 10 conditions.
    pub(super) custom_fields: Option<Vec<CustomFieldCondition>>,
}

impl GoodsReceiptFilter {
    pub(super) fn read(self) -> ReceiptFilter {
        let states = self.state.map(|list| list.into_iter().map(Into::into).collect());
        ReceiptFilter {
            states,
            organization: self.organization.map(|id| id.0),
            warehouse: self.warehouse.map(|id| id.0),
            from: self.date_from.map(|day| day.0),
            to: self.date_to.map(|day| day.0),
            custom: Vec::new(),
            number: self.number,
            external_reference: self.external_reference,
        }
    }
}

/// What goods receipts are ordered by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "DocumentSort")]
pub enum GoodsReceiptOrderField {
    /// The business date.
    Date,
    /// The number; drafts have none.
    Number,
}

/// The order of goods receipts; ids break ties.
#[derive(InputObject)]
pub struct GoodsReceiptOrder {
    /// By what.
    field: GoodsReceiptOrderField,
    /// Which way.
    direction: OrderDirection,
}

impl GoodsReceiptOrder {
    /// The newest first where nothing is asked for.
    pub(super) fn read(order: Option<Self>) -> (DocumentSort, Direction) {
        order.map_or((DocumentSort::Date, Direction::Desc), |order| {
            (order.field.into(), order.direction.into())
        })
    }
}

/// Which movements; all conditions hold together.
#[derive(InputObject, Default)]
pub struct StockMovementFilter {
    /// Of this product.
    product: Option<GlobalId<ProductId>>,
    /// Of this variant.
    variant: Option<GlobalId<ProductVariantId>>,
    /// Of this lot.
    lot: Option<GlobalId<LotId>>,
    /// In this warehouse.
    warehouse: Option<GlobalId<WarehouseId>>,
    /// Of this document: a goods receipt, a shipment, an assembly order.
    document: Option<AnyId>,
    /// On this day or later.
    date_from: Option<Date>,
    /// On this day or earlier.
    date_to: Option<Date>,
}

impl StockMovementFilter {
    pub(super) fn read(self) -> MovementFilter {
        MovementFilter {
            product: self.product.map(|id| id.0),
            variant: self.variant.map(|id| id.0),
            lot: self.lot.map(|id| id.0),
            warehouse: self.warehouse.map(|id| id.0),
            document: self.document.map(|id| id.uuid),
            from: self.date_from.map(|day| day.0),
            to: self.date_to.map(|day| day.0),
        }
    }
}

/// A line of a goods receipt.
#[derive(InputObject)]
pub struct GoodsReceiptLineInput {
    /// The draft's line that it continues; it keeps its cost where none is named.
    id: Option<GlobalId<ReceiptLineId>>,
    /// The line of the receipt's purchase order that it brings: its goods are that line's.
    purchase_order_line_id: Option<GlobalId<PurchaseOrderLineId>>,
    /// Goods, not a service; needed where no line of a purchase order is named.
    product_id: Option<GlobalId<ProductId>>,
    /// Which variant; needed where the product has variants.
    variant_id: Option<GlobalId<ProductVariantId>>,
    /// The packaging that `quantity` counts; the product's base unit where none is given.
    packaging_id: Option<GlobalId<PackagingId>>,
    /// Above zero, at most 3 places. In a packaging, what does not come out to 3 places of the
    /// base unit is refused with the nearest quantities that do.
    quantity: Decimal,
    /// The lot's number as the maker printed it, at most 100 characters. Posting needs it where
    /// the product tracks lots.
    lot_number: Option<String>,
    /// Per base unit in the base currency, without recoverable tax, at most 4 places. Needs the
    /// right `receipt.cost`. A line without it takes, on posting, what the product cost last.
    unit_cost: Option<Decimal>,
    /// The last day the goods may be sold on. Posting needs it where the product tracks expiry.
    expires_on: Option<Date>,
}

impl GoodsReceiptLineInput {
    fn read(self) -> ReceiptLineInput {
        ReceiptLineInput {
            id: self.id.map(|id| id.0),
            purchase_order_line_id: self.purchase_order_line_id.map(|id| id.0),
            product_id: self.product_id.map(|id| id.0),
            variant_id: self.variant_id.map(|id| id.0),
            packaging_id: self.packaging_id.map(|id| id.0),
            quantity: self.quantity.0,
            lot_number: self.lot_number,
            unit_cost: self.unit_cost.map(|cost| cost.0),
            expires_on: self.expires_on.map(|day| day.0),
        }
    }

    pub(super) fn read_all(list: Vec<Self>) -> Vec<ReceiptLineInput> {
        list.into_iter().map(Self::read).collect()
    }
}

/// A new goods receipt.
#[derive(InputObject)]
pub struct CreateGoodsReceiptInput {
    /// The purchase order whose goods come: organization, warehouse and supplier are its, and all
    /// that it awaits comes where no lines are named.
    pub(super) purchase_order_id: Option<GlobalId<PurchaseOrderId>>,
    /// Whose goods; the default organization where it is absent.
    pub(super) organization_id: Option<GlobalId<OrganizationId>>,
    /// Where to; the default warehouse where it is absent.
    pub(super) warehouse_id: Option<GlobalId<WarehouseId>>,
    /// The business date; today where it is absent. Posting checks it against the closed period.
    pub(super) date: Option<Date>,
    /// Who delivered, at most 200 characters.
    #[graphql(default)]
    pub(super) supplier_name: String,
    /// A note, at most 2,000 characters.
    #[graphql(default)]
    pub(super) comment: String,
    /// Its name in another program, unique among receipts for ever.
    pub(super) external_reference: Option<String>,
    /// The goods, at most 1,000 lines.
    #[graphql(default)]
    pub(super) lines: Vec<GoodsReceiptLineInput>,
    /// What its custom fields hold; those required and writable for the caller must be among them.
    #[graphql(default)]
    pub(super) custom_fields: Vec<CustomFieldInput>,
    /// Makes a repeat of this request do nothing; kept 7 days.
    pub(super) idempotency_key: Option<String>,
}

/// A change of a draft. What is absent stays as it is.
#[derive(InputObject)]
pub struct UpdateGoodsReceiptInput {
    /// The receipt.
    pub(super) id: GlobalId<ReceiptId>,
    /// The version that was read.
    pub(super) version: i32,
    /// Where to.
    pub(super) warehouse_id: Option<GlobalId<WarehouseId>>,
    /// The business date.
    pub(super) date: Option<Date>,
    /// Who delivered, at most 200 characters.
    pub(super) supplier_name: Option<String>,
    /// A note, at most 2,000 characters.
    pub(super) comment: Option<String>,
    /// Its name in another program; null removes it.
    pub(super) external_reference: MaybeUndefined<String>,
    /// All lines anew; lines with their ids keep their costs.
    pub(super) lines: Option<Vec<GoodsReceiptLineInput>>,
    /// Custom fields that change; those left out stay.
    #[graphql(default)]
    pub(super) custom_fields: Vec<CustomFieldInput>,
    /// Makes a repeat of this request do nothing; kept 7 days.
    pub(super) idempotency_key: Option<String>,
}

/// What the goods of one line cost.
#[derive(InputObject)]
pub struct GoodsReceiptCostInput {
    /// The line.
    line_id: GlobalId<ReceiptLineId>,
    /// Per base unit in the base currency, without recoverable tax, at most 4 places.
    unit_cost: Decimal,
}

impl GoodsReceiptCostInput {
    pub(super) fn read(self) -> LineCost {
        LineCost { line_id: self.line_id.0, unit_cost: self.unit_cost.0 }
    }
}

/// Costs of a draft's lines.
#[derive(InputObject)]
pub struct SetGoodsReceiptCostsInput {
    /// The receipt.
    pub(super) id: GlobalId<ReceiptId>,
    /// The version that was read.
    pub(super) version: i32,
    /// Lines that are not named keep what they have.
    pub(super) costs: Vec<GoodsReceiptCostInput>,
    /// Makes a repeat of this request do nothing; kept 7 days.
    pub(super) idempotency_key: Option<String>,
}

/// Which draft is posted.
#[derive(InputObject)]
pub struct PostGoodsReceiptInput {
    /// The receipt.
    pub(super) id: GlobalId<ReceiptId>,
    /// The version that was read.
    pub(super) version: i32,
    /// Only try it out: the answer shows how everything would be, and nothing of it is kept.
    #[graphql(default)]
    pub(super) simulate: bool,
    /// Makes a repeat of this request do nothing; kept 7 days.
    pub(super) idempotency_key: Option<String>,
}

/// Which draft is given up.
#[derive(InputObject)]
pub struct CancelGoodsReceiptInput {
    /// The receipt.
    pub(super) id: GlobalId<ReceiptId>,
    /// The version that was read.
    pub(super) version: i32,
    /// Makes a repeat of this request do nothing; kept 7 days.
    pub(super) idempotency_key: Option<String>,
}

/// Which posted receipt is undone.
#[derive(InputObject)]
pub struct ReverseGoodsReceiptInput {
    /// The receipt.
    pub(super) id: GlobalId<ReceiptId>,
    /// The version that was read.
    pub(super) version: i32,
    /// Only try it out: the answer shows how everything would be, and nothing of it is kept.
    #[graphql(default)]
    pub(super) simulate: bool,
    /// Makes a repeat of this request do nothing; kept 7 days.
    pub(super) idempotency_key: Option<String>,
}
