//! What is done with purchase orders.

use ::stock::commands::{
    CancelPurchaseOrder, ClosePurchaseOrder, CreatePurchaseOrder, ExpectedDay, OrderPurchaseOrder,
    PurchaseLineInput, ReschedulePurchaseOrder, UpdatePurchaseOrder,
};
use ::stock::{PurchaseOrderRow, ReadSupplySettings, SaveSupplySettings};
use async_graphql::{Context, InputObject, MaybeUndefined, Object, SimpleObject};
use db::Command;
use kernel::{
    DemandId, OrganizationId, PackagingId, ProductId, ProductVariantId, PurchaseOrderId,
    PurchaseOrderLineId, SupplierId, WarehouseId,
};

use super::order::PurchaseOrder;
use crate::custom::{CustomFieldInput, filled_anew, filled_in};
use crate::idempotency::{MutationResult, mutate};
use crate::ids::GlobalId;
use crate::scalars::{CurrencyCode, Date, Decimal};
use crate::session::Session;
use crate::simulation::simulates;
use crate::user_error::UserError;

/// A line of a purchase order.
#[derive(InputObject)]
pub struct PurchaseOrderLineInput {
    /// Goods, not a service.
    product_id: GlobalId<ProductId>,
    /// Which variant; needed where the product has variants.
    variant_id: Option<GlobalId<ProductVariantId>>,
    /// The packaging that `quantity` counts; the product's base unit where none is given.
    packaging_id: Option<GlobalId<PackagingId>>,
    /// Above zero, at most 3 places.
    quantity: Decimal,
    /// Per base unit in the order's currency, without recoverable tax, at most 4 places; what the
    /// supplier asks on the order's date where it is absent. Needs the right `cost.read`.
    price: Option<Decimal>,
    /// When it is expected; the order's day where it is absent, else its date and the time that
    /// the supplier takes.
    expected_on: Option<Date>,
}

impl PurchaseOrderLineInput {
    fn read(self) -> PurchaseLineInput {
        PurchaseLineInput {
            product_id: self.product_id.0,
            variant_id: self.variant_id.map(|id| id.0),
            packaging_id: self.packaging_id.map(|id| id.0),
            quantity: self.quantity.0,
            price: self.price.map(|price| price.0),
            expected_on: self.expected_on.map(|day| day.0),
        }
    }

    fn read_all(list: Vec<Self>) -> Vec<PurchaseLineInput> {
        list.into_iter().map(Self::read).collect()
    }
}

/// A new purchase order.
#[derive(InputObject)]
pub struct CreatePurchaseOrderInput {
    /// Of whom.
    supplier_id: GlobalId<SupplierId>,
    /// Whose goods; the default organization where it is absent.
    organization_id: Option<GlobalId<OrganizationId>>,
    /// Where to; the default warehouse where it is absent.
    warehouse_id: Option<GlobalId<WarehouseId>>,
    /// The business date; today where it is absent.
    date: Option<Date>,
    /// The currency of its prices; the supplier's where it is absent.
    currency: Option<CurrencyCode>,
    /// When lines without a day of their own are expected.
    expected_on: Option<Date>,
    /// The number that the supplier gave it, at most 200 characters.
    #[graphql(default)]
    supplier_reference: String,
    /// A note, at most 2,000 characters.
    #[graphql(default)]
    comment: String,
    /// Its name in another program, unique among purchase orders for ever.
    external_reference: Option<String>,
    /// The goods, at most 1,000 lines.
    #[graphql(default)]
    lines: Vec<PurchaseOrderLineInput>,
    /// What orders miss, of the same organization: each product once, as much as nothing is on its
    /// way for, in lots that the supplier sells. Stands beside `lines`.
    #[graphql(default)]
    demand_ids: Vec<GlobalId<DemandId>>,
    /// What its custom fields hold; those required and writable for the caller must be among them.
    #[graphql(default)]
    custom_fields: Vec<CustomFieldInput>,
    /// Makes a repeat of this request do nothing; kept 7 days.
    idempotency_key: Option<String>,
}

/// A change of a draft. What is absent stays as it is.
#[derive(InputObject)]
pub struct UpdatePurchaseOrderInput {
    /// The purchase order.
    id: GlobalId<PurchaseOrderId>,
    /// The version that was read.
    version: i32,
    /// Where to.
    warehouse_id: Option<GlobalId<WarehouseId>>,
    /// The business date.
    date: Option<Date>,
    /// When lines without a day of their own are expected; null removes it.
    expected_on: MaybeUndefined<Date>,
    /// The number that the supplier gave it, at most 200 characters.
    supplier_reference: Option<String>,
    /// A note, at most 2,000 characters.
    comment: Option<String>,
    /// Its name in another program; null removes it.
    external_reference: MaybeUndefined<String>,
    /// All lines anew.
    lines: Option<Vec<PurchaseOrderLineInput>>,
    /// Custom fields that change; those left out stay.
    #[graphql(default)]
    custom_fields: Vec<CustomFieldInput>,
    /// Makes a repeat of this request do nothing; kept 7 days.
    idempotency_key: Option<String>,
}

/// Which draft is ordered.
#[derive(InputObject)]
pub struct OrderPurchaseOrderInput {
    /// The purchase order.
    id: GlobalId<PurchaseOrderId>,
    /// The version that was read.
    version: i32,
    /// Only try it out: the answer shows how everything would be, and nothing of it is kept.
    #[graphql(default)]
    simulate: bool,
    /// Makes a repeat of this request do nothing; kept 7 days.
    idempotency_key: Option<String>,
}

/// Which purchase order is closed short, and why.
#[derive(InputObject)]
pub struct ClosePurchaseOrderInput {
    /// The purchase order.
    id: GlobalId<PurchaseOrderId>,
    /// The version that was read.
    version: i32,
    /// Why, 1 to 2,000 characters.
    reason: String,
    /// Only try it out: the answer shows how everything would be, and nothing of it is kept.
    #[graphql(default)]
    simulate: bool,
    /// Makes a repeat of this request do nothing; kept 7 days.
    idempotency_key: Option<String>,
}

/// Which purchase order is given up, and why.
#[derive(InputObject)]
pub struct CancelPurchaseOrderInput {
    /// The purchase order.
    id: GlobalId<PurchaseOrderId>,
    /// The version that was read.
    version: i32,
    /// Why, 1 to 2,000 characters.
    reason: String,
    /// Makes a repeat of this request do nothing; kept 7 days.
    idempotency_key: Option<String>,
}

/// When a line is expected.
#[derive(InputObject)]
pub struct ExpectedDayInput {
    /// The line.
    line_id: GlobalId<PurchaseOrderLineId>,
    /// The day; null: nobody knows.
    expected_on: Option<Date>,
}

/// When lines of a purchase order are expected.
#[derive(InputObject)]
pub struct ReschedulePurchaseOrderInput {
    /// The purchase order.
    id: GlobalId<PurchaseOrderId>,
    /// The version that was read.
    version: i32,
    /// Lines that are not named keep what they have.
    lines: Vec<ExpectedDayInput>,
    /// Makes a repeat of this request do nothing; kept 7 days.
    idempotency_key: Option<String>,
}

/// A purchase order after a mutation, or why it was refused.
#[derive(SimpleObject)]
#[graphql(complex)]
pub struct PurchaseOrderPayload {
    /// The purchase order as it is now; null where it was refused.
    purchase_order: Option<PurchaseOrder>,
    /// Why nothing was written; empty where all went well.
    user_errors: Vec<UserError>,
}

/// How much more than ordered a receipt may bring.
#[derive(SimpleObject)]
pub struct SupplySettings {
    /// What may be received beyond what was ordered, per cent of it. More needs the right
    /// `purchase.exceed`.
    over_receipt_percent: Decimal,
}

/// The settings of supply.
#[derive(InputObject)]
pub struct SetSupplySettingsInput {
    /// Per cent of what was ordered, 0 to 100, at most 4 places.
    over_receipt_percent: Decimal,
    /// Makes a repeat of this request do nothing; kept 7 days.
    idempotency_key: Option<String>,
}

/// What `setSupplySettings` answers.
#[derive(SimpleObject)]
pub struct SupplySettingsPayload {
    /// The settings as they are now; null where they were refused.
    supply_settings: Option<SupplySettings>,
    /// Why nothing was written; empty where all went well.
    user_errors: Vec<UserError>,
}

/// The settings as they are.
pub(super) async fn settings(session: &Session) -> async_graphql::Result<SupplySettings> {
    let permit = session.permit::<ReadSupplySettings>()?;
    let found = ::stock::supply_settings(&*session.tx().await?, &permit).await?;
    let over_receipt_percent = Decimal(found.over_receipt_percent.normalize());
    Ok(SupplySettings { over_receipt_percent })
}

fn changed<T>(value: MaybeUndefined<T>) -> Option<Option<T>> {
    match value {
        MaybeUndefined::Undefined => None,
        MaybeUndefined::Null => Some(None),
        MaybeUndefined::Value(value) => Some(Some(value)),
    }
}

/// Mutations of purchase orders.
#[derive(Default)]
pub struct PurchaseOrderMutation;

#[Object]
impl PurchaseOrderMutation {
    /// Writes a purchase order as a draft: by hand, of what orders miss, or of both. Prices and
    /// days come from what the supplier asks where none are named.
    async fn create_purchase_order(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The purchase order.")] input: CreatePurchaseOrderInput,
    ) -> async_graphql::Result<PurchaseOrderPayload> {
        let command = CreatePurchaseOrder {
            organization_id: input.organization_id.map(|id| id.0),
            warehouse_id: input.warehouse_id.map(|id| id.0),
            supplier_id: input.supplier_id.0,
            occurred_on: input.date.map(|day| day.0),
            currency: input.currency.map(|code| code.0),
            expected_on: input.expected_on.map(|day| day.0),
            supplier_reference: input.supplier_reference,
            comment: input.comment,
            external_reference: input.external_reference,
            lines: PurchaseOrderLineInput::read_all(input.lines),
            demands: input.demand_ids.into_iter().map(|id| id.0).collect(),
        };
        let (given, key) = (input.custom_fields, input.idempotency_key);
        told(ctx, filled_anew::<PurchaseOrderRow, _>(ctx, Ok(command), given, key).await?).await
    }

    /// Changes a draft.
    async fn update_purchase_order(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What changes.")] input: UpdatePurchaseOrderInput,
    ) -> async_graphql::Result<PurchaseOrderPayload> {
        let command = UpdatePurchaseOrder {
            id: input.id.0,
            version: input.version,
            warehouse_id: input.warehouse_id.map(|id| id.0),
            occurred_on: input.date.map(|day| day.0),
            expected_on: changed(input.expected_on).map(|day| day.map(|day| day.0)),
            supplier_reference: input.supplier_reference,
            comment: input.comment,
            external_reference: changed(input.external_reference),
            lines: input.lines.map(PurchaseOrderLineInput::read_all),
        };
        let (given, key) = (input.custom_fields, input.idempotency_key);
        told(ctx, filled_in::<PurchaseOrderRow, _>(ctx, Ok(command), given, key).await?).await
    }

    /// Orders a draft's goods: it gets its number, and its goods are expected from now on.
    async fn order_purchase_order(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The purchase order.")] input: OrderPurchaseOrderInput,
    ) -> async_graphql::Result<PurchaseOrderPayload> {
        let command = OrderPurchaseOrder { id: input.id.0, version: input.version };
        run(ctx, command, input.idempotency_key).await
    }

    /// Says when lines are expected, from the draft on until all came; what is promised to who
    /// waits follows.
    async fn reschedule_purchase_order(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The days.")] input: ReschedulePurchaseOrderInput,
    ) -> async_graphql::Result<PurchaseOrderPayload> {
        let day = |line: ExpectedDayInput| ExpectedDay {
            line_id: line.line_id.0,
            expected_on: line.expected_on.map(|day| day.0),
        };
        let command = ReschedulePurchaseOrder {
            id: input.id.0,
            version: input.version,
            lines: input.lines.into_iter().map(day).collect(),
        };
        run(ctx, command, input.idempotency_key).await
    }

    /// Ends an order of which a part came: what did not come is expected no more.
    async fn close_purchase_order(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The purchase order, and why.")] input: ClosePurchaseOrderInput,
    ) -> async_graphql::Result<PurchaseOrderPayload> {
        let (id, version, reason) = (input.id.0, input.version, input.reason);
        run(ctx, ClosePurchaseOrder { id, version, reason }, input.idempotency_key).await
    }

    /// Gives up an order of which nothing came.
    async fn cancel_purchase_order(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The purchase order, and why.")] input: CancelPurchaseOrderInput,
    ) -> async_graphql::Result<PurchaseOrderPayload> {
        let (id, version, reason) = (input.id.0, input.version, input.reason);
        run(ctx, CancelPurchaseOrder { id, version, reason }, input.idempotency_key).await
    }

    /// Says how much more than ordered a receipt may bring. Needs the right `purchase.exceed`.
    async fn set_supply_settings(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The settings.")] input: SetSupplySettingsInput,
    ) -> async_graphql::Result<SupplySettingsPayload> {
        let percent = input.over_receipt_percent.0;
        let command = SaveSupplySettings { over_receipt_percent: percent };
        let done = mutate(ctx, command, input.idempotency_key).await?;
        let supply_settings = match done.output {
            Some(()) => Some(settings(Session::of(ctx)?).await?),
            None => None,
        };
        Ok(SupplySettingsPayload { supply_settings, user_errors: done.user_errors })
    }
}

async fn run<C: Command<Output = PurchaseOrderId>>(
    ctx: &Context<'_>,
    command: C,
    key: Option<String>,
) -> async_graphql::Result<PurchaseOrderPayload> {
    told(ctx, mutate(ctx, command, key).await?).await
}

async fn told(
    ctx: &Context<'_>,
    done: MutationResult<PurchaseOrderId>,
) -> async_graphql::Result<PurchaseOrderPayload> {
    let purchase_order = Session::of(ctx)?.load_made(done.output).await?;
    Ok(PurchaseOrderPayload { purchase_order, user_errors: done.user_errors })
}

simulates!(PurchaseOrderPayload);
