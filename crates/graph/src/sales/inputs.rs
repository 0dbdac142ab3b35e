//! Inputs of the mutations, and what they become.

use ::sales::{Dispatch, LineDraft, OrderChange, OrderDraft, ShipLine, TypedPrice};
use async_graphql::{InputObject, MaybeUndefined};
use kernel::{
    AgreementId, CustomerId, OrderId, OrderLineId, OrganizationId, PackagingId, ProductId,
    ProductVariantId, QuoteLineId, SalesRouteId, ShipmentId, UserId, WarehouseId,
};

use crate::custom::CustomFieldInput;
use crate::ids::GlobalId;
use crate::scalars::{Date, Decimal};

/// A line of an order as it is written.
#[derive(InputObject)]
pub struct SalesOrderLineInput {
    /// What.
    product_id: GlobalId<ProductId>,
    /// In which variant; needed where the product has variants.
    variant_id: Option<GlobalId<ProductVariantId>>,
    /// The packaging that `quantity` counts; the product's base unit where none is given.
    packaging_id: Option<GlobalId<PackagingId>>,
    /// How much, above zero, at most three places. In a packaging, what does not come out to
    /// three places of the base unit is refused with the nearest quantities that do.
    quantity: Decimal,
    /// A price of one's own per unit, at most four places; what the sources hold where none is
    /// given. Needs the right `order.price`.
    price: Option<Decimal>,
    /// A discount of one's own in per cent, at most four places; the automatic one where none is
    /// given.
    discount_percent: Option<Decimal>,
    /// The line of the order's quote whose price it keeps: it names the same goods in the same unit,
    /// and no price or discount of its own.
    quote_line_id: Option<GlobalId<QuoteLineId>>,
}

impl From<SalesOrderLineInput> for LineDraft {
    fn from(line: SalesOrderLineInput) -> Self {
        Self {
            product_id: line.product_id.0,
            variant_id: line.variant_id.map(|id| id.0),
            packaging_id: line.packaging_id.map(|id| id.0),
            quantity: line.quantity.0,
            price: line.price.map(|price| TypedPrice::Entered(price.0)),
            discount_percent: line.discount_percent.map(|percent| percent.0),
            quote_line_id: line.quote_line_id.map(|id| id.0),
        }
    }
}

/// A new order.
#[derive(InputObject)]
pub struct CreateSalesOrderInput {
    /// Who buys.
    customer_id: GlobalId<CustomerId>,
    /// On which terms; his default agreement where none is given.
    agreement_id: Option<GlobalId<AgreementId>>,
    /// How it is served; the agreement's route where none is given.
    sales_route_id: Option<GlobalId<SalesRouteId>>,
    /// Who sells; the agreement's organization, else the tenant's default one.
    organization_id: Option<GlobalId<OrganizationId>>,
    /// Who is responsible; the customer's manager where none is given, or the caller where he
    /// sells to his own customers only.
    manager_id: Option<GlobalId<UserId>>,
    /// From where it ships; wherever goods are where none is given.
    warehouse_id: Option<GlobalId<WarehouseId>>,
    /// Where no warehouse is chosen: goods are held in these alone, the first first; at most 50.
    /// In all by their priority where none is given.
    #[graphql(default)]
    allowed_warehouse_ids: Vec<GlobalId<WarehouseId>>,
    /// The document's date; today where none is given. The past needs a right of its own.
    date: Option<Date>,
    /// When the customer wants it.
    requested_ship_date: Option<Date>,
    /// Its key in another system; unique among the tenant's orders.
    external_reference: Option<String>,
    /// A note.
    comment: Option<String>,
    /// 1 to 1,000 lines.
    lines: Vec<SalesOrderLineInput>,
    /// What its custom fields hold; those required and writable for the caller must be among them.
    #[graphql(default)]
    pub(super) custom_fields: Vec<CustomFieldInput>,
    /// A key of one's own: a repeat with it changes nothing.
    pub(super) idempotency_key: Option<String>,
}

impl From<CreateSalesOrderInput> for OrderDraft {
    fn from(input: CreateSalesOrderInput) -> Self {
        Self {
            customer_id: input.customer_id.0,
            agreement_id: input.agreement_id.map(|id| id.0),
            sales_route_id: input.sales_route_id.map(|id| id.0),
            organization_id: input.organization_id.map(|id| id.0),
            manager_id: input.manager_id.map(|id| id.0),
            warehouse_id: input.warehouse_id.map(|id| id.0),
            allowed_warehouses: input.allowed_warehouse_ids.iter().map(|id| id.0).collect(),
            date: input.date.map(|day| day.0),
            requested_ship_date: input.requested_ship_date.map(|day| day.0),
            external_reference: input.external_reference,
            comment: input.comment,
            quote_id: None,
            lines: input.lines.into_iter().map(Into::into).collect(),
        }
    }
}

/// An order to be written once more.
#[derive(InputObject)]
pub struct CopySalesOrderInput {
    /// Which order, in any state.
    pub(super) id: GlobalId<OrderId>,
    /// A repeat with this key changes nothing and answers the same.
    pub(super) idempotency_key: Option<String>,
}

/// Changes of a draft; what is left out stays, prices are found anew.
#[derive(InputObject)]
pub struct UpdateSalesOrderInput {
    /// Which.
    pub(super) id: GlobalId<OrderId>,
    /// The version that was read.
    pub(super) version: i32,
    /// Who buys.
    customer_id: Option<GlobalId<CustomerId>>,
    /// On which terms; another customer's default agreement where only he is given.
    agreement_id: Option<GlobalId<AgreementId>>,
    /// How it is served; null: the agreement's route.
    sales_route_id: MaybeUndefined<GlobalId<SalesRouteId>>,
    /// Who sells.
    organization_id: Option<GlobalId<OrganizationId>>,
    /// Who is responsible.
    manager_id: Option<GlobalId<UserId>>,
    /// From where it ships; null: wherever goods are.
    warehouse_id: MaybeUndefined<GlobalId<WarehouseId>>,
    /// Where no warehouse is chosen: goods are held in these alone, the first first; at most 50.
    /// An empty list is all by their priority.
    allowed_warehouse_ids: Option<Vec<GlobalId<WarehouseId>>>,
    /// The document's date.
    date: Option<Date>,
    /// When the customer wants it; null: he has not said.
    requested_ship_date: MaybeUndefined<Date>,
    /// Its key in another system; null: none.
    external_reference: MaybeUndefined<String>,
    /// A note; null: none.
    comment: MaybeUndefined<String>,
    /// All lines from now on.
    lines: Option<Vec<SalesOrderLineInput>>,
    /// Custom fields that change; those left out stay.
    #[graphql(default)]
    pub(super) custom_fields: Vec<CustomFieldInput>,
    /// A key of one's own: a repeat with it changes nothing.
    pub(super) idempotency_key: Option<String>,
}

impl From<UpdateSalesOrderInput> for OrderChange {
    fn from(input: UpdateSalesOrderInput) -> Self {
        Self {
            customer_id: input.customer_id.map(|id| id.0),
            agreement_id: input.agreement_id.map(|id| id.0),
            sales_route_id: change(input.sales_route_id, |id| id.0),
            organization_id: input.organization_id.map(|id| id.0),
            manager_id: input.manager_id.map(|id| id.0),
            warehouse_id: change(input.warehouse_id, |id| id.0),
            allowed_warehouses: input
                .allowed_warehouse_ids
                .map(|ids| ids.into_iter().map(|id| id.0).collect()),
            date: input.date.map(|day| day.0),
            requested_ship_date: change(input.requested_ship_date, |day| day.0),
            external_reference: change(input.external_reference, |text| text),
            comment: change(input.comment, |text| text),
            lines: input.lines.map(|lines| lines.into_iter().map(Into::into).collect()),
        }
    }
}

/// A field of an update: left out, null, or a value.
pub(super) fn change<T, U>(field: MaybeUndefined<T>, into: impl Fn(T) -> U) -> Option<Option<U>> {
    match field {
        MaybeUndefined::Undefined => None,
        MaybeUndefined::Null => Some(None),
        MaybeUndefined::Value(value) => Some(Some(into(value))),
    }
}

/// An order to be confirmed.
#[derive(InputObject)]
pub struct ConfirmSalesOrderInput {
    /// Which.
    pub(super) id: GlobalId<OrderId>,
    /// The version that was read; not asked where none is given.
    pub(super) version: Option<i32>,
    /// Only try it out: the answer shows how everything would be, and nothing of it is kept.
    #[graphql(default)]
    pub(super) simulate: bool,
    /// A key of one's own: a repeat with it changes nothing.
    pub(super) idempotency_key: Option<String>,
}

/// An order to be given up.
#[derive(InputObject)]
pub struct CancelSalesOrderInput {
    /// Which.
    pub(super) id: GlobalId<OrderId>,
    /// The version that was read; not asked where none is given.
    pub(super) version: Option<i32>,
    /// Why.
    pub(super) reason: String,
    /// Only try it out: the answer shows how everything would be, and nothing of it is kept.
    #[graphql(default)]
    pub(super) simulate: bool,
    /// A key of one's own: a repeat with it changes nothing.
    pub(super) idempotency_key: Option<String>,
}

/// An order to be closed short.
#[derive(InputObject)]
pub struct CloseSalesOrderInput {
    /// Which.
    pub(super) id: GlobalId<OrderId>,
    /// The version that was read; not asked where none is given.
    pub(super) version: Option<i32>,
    /// Why.
    pub(super) reason: String,
    /// Only try it out: the answer shows how everything would be, and nothing of it is kept.
    #[graphql(default)]
    pub(super) simulate: bool,
    /// A key of one's own: a repeat with it changes nothing.
    pub(super) idempotency_key: Option<String>,
}

/// A line of a shipment as it is written.
#[derive(InputObject)]
pub struct ShipmentLineInput {
    /// The order's line.
    order_line_id: GlobalId<OrderLineId>,
    /// How much, above zero, at most three places, at most what is left.
    quantity: Decimal,
}

impl From<ShipmentLineInput> for ShipLine {
    fn from(line: ShipmentLineInput) -> Self {
        Self { order_line_id: line.order_line_id.0, quantity: line.quantity.0 }
    }
}

/// A new shipment.
#[derive(InputObject)]
pub struct CreateShipmentInput {
    /// The order it fulfils.
    order_id: GlobalId<OrderId>,
    /// From where; the order's warehouse, else where most is held for it, else the default one.
    warehouse_id: Option<GlobalId<WarehouseId>>,
    /// The business date; today where none is given.
    date: Option<Date>,
    /// What; everything that is left where no lines are given.
    lines: Option<Vec<ShipmentLineInput>>,
    /// A note.
    comment: Option<String>,
    /// Its key in another system; unique among the tenant's shipments.
    external_reference: Option<String>,
    /// What its custom fields hold; those required and writable for the caller must be among them.
    #[graphql(default)]
    pub(super) custom_fields: Vec<CustomFieldInput>,
    /// A key of one's own: a repeat with it changes nothing.
    pub(super) idempotency_key: Option<String>,
}

impl From<CreateShipmentInput> for Dispatch {
    fn from(input: CreateShipmentInput) -> Self {
        Self {
            order_id: input.order_id.0,
            warehouse_id: input.warehouse_id.map(|id| id.0),
            date: input.date.map(|day| day.0),
            lines: input.lines.map(|lines| lines.into_iter().map(Into::into).collect()),
            comment: input.comment,
            external_reference: input.external_reference,
        }
    }
}

/// What ships in one step.
#[derive(InputObject)]
pub struct ShipSalesOrderInput {
    /// The order.
    order_id: GlobalId<OrderId>,
    /// The order's version that was read; not asked where none is given.
    pub(super) version: Option<i32>,
    /// From where; the order's warehouse, else where most is held for it, else the default one.
    warehouse_id: Option<GlobalId<WarehouseId>>,
    /// The business date; today where none is given.
    date: Option<Date>,
    /// What; everything that is left where no lines are given, refused where it is not there.
    lines: Option<Vec<ShipmentLineInput>>,
    /// A note.
    comment: Option<String>,
    /// Its key in another system; unique among the tenant's shipments.
    external_reference: Option<String>,
    /// What its custom fields hold; those required and writable for the caller must be among them.
    #[graphql(default)]
    pub(super) custom_fields: Vec<CustomFieldInput>,
    /// Only try it out: the answer shows how everything would be, and nothing of it is kept.
    #[graphql(default)]
    pub(super) simulate: bool,
    /// A key of one's own: a repeat with it changes nothing.
    pub(super) idempotency_key: Option<String>,
}

impl From<ShipSalesOrderInput> for Dispatch {
    fn from(input: ShipSalesOrderInput) -> Self {
        Self {
            order_id: input.order_id.0,
            warehouse_id: input.warehouse_id.map(|id| id.0),
            date: input.date.map(|day| day.0),
            lines: input.lines.map(|lines| lines.into_iter().map(Into::into).collect()),
            comment: input.comment,
            external_reference: input.external_reference,
        }
    }
}

/// A draft of a shipment to be posted.
#[derive(InputObject)]
pub struct PostShipmentInput {
    /// Which.
    pub(super) id: GlobalId<ShipmentId>,
    /// The version that was read; not asked where none is given.
    pub(super) version: Option<i32>,
    /// Only try it out: the answer shows how everything would be, and nothing of it is kept.
    #[graphql(default)]
    pub(super) simulate: bool,
    /// A key of one's own: a repeat with it changes nothing.
    pub(super) idempotency_key: Option<String>,
}

/// A draft of a shipment to be given up.
#[derive(InputObject)]
pub struct CancelShipmentInput {
    /// Which.
    pub(super) id: GlobalId<ShipmentId>,
    /// The version that was read; not asked where none is given.
    pub(super) version: Option<i32>,
    /// A key of one's own: a repeat with it changes nothing.
    pub(super) idempotency_key: Option<String>,
}

/// A posted shipment to be undone.
#[derive(InputObject)]
pub struct ReverseShipmentInput {
    /// Which.
    pub(super) id: GlobalId<ShipmentId>,
    /// The version that was read; not asked where none is given.
    pub(super) version: Option<i32>,
    /// Why.
    pub(super) reason: String,
    /// Only try it out: the answer shows how everything would be, and nothing of it is kept.
    #[graphql(default)]
    pub(super) simulate: bool,
    /// A key of one's own: a repeat with it changes nothing.
    pub(super) idempotency_key: Option<String>,
}
