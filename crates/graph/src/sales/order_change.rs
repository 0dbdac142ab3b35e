//! Changing an order that was agreed to.

use ::sales::{AgreedChange, ChangeSalesOrder, ChangedLine, TypedPrice, WaitingChange};
use async_graphql::{Context, InputObject, MaybeUndefined, Object, SimpleObject};
use kernel::{
    Currency, OrderId, OrderLineId, PackagingId, ProductId, ProductVariantId, UserId, WarehouseId,
};

use super::inputs::change;
use super::loads::WaitingChangeOf;
use super::order::{SalesOrder, SalesOrderLine};
use super::order_mutations::{CreditStanding, LineAvailability, OrderWarning};
use super::{priced, user};
use crate::approvals::{ApprovalRequest, waiting};
use crate::catalog::{Product, ProductVariant};
use crate::idempotency::mutate;
use crate::identity::User;
use crate::ids::GlobalId;
use crate::scalars::{Date, DateTime, Decimal, Money};
use crate::session::Session;
use crate::simulation::simulates;
use crate::user_error::UserError;

/// A line of an agreed order as it is to be.
#[derive(InputObject)]
pub struct ChangedOrderLineInput {
    /// The order's line that it is, which stays a line of its goods; a new line where none is given.
    order_line_id: Option<GlobalId<OrderLineId>>,
    /// What; a new line needs it.
    product_id: Option<GlobalId<ProductId>>,
    /// In which variant; a new line needs it where the product has variants.
    variant_id: Option<GlobalId<ProductVariantId>>,
    /// The packaging that a new line's `quantity` counts; the base unit where none is given. A line
    /// that is there is counted as it was.
    packaging_id: Option<GlobalId<PackagingId>>,
    /// How much, above zero, at most three places; not less than was shipped or is being picked. A
    /// new line needs it; that of a line that is there stays where none is given.
    quantity: Option<Decimal>,
    /// A price of one's own per unit, at most four places; needs the right `order.price`. Null: what
    /// the sources hold. Left out: as it was. What is shipped in part keeps its price.
    price: MaybeUndefined<Decimal>,
    /// A discount of one's own in per cent, at most four places. Null: the automatic one. Left out:
    /// as it was.
    discount_percent: MaybeUndefined<Decimal>,
}

impl From<ChangedOrderLineInput> for ChangedLine {
    fn from(line: ChangedOrderLineInput) -> Self {
        Self {
            order_line_id: line.order_line_id.map(|id| id.0),
            product_id: line.product_id.map(|id| id.0),
            variant_id: line.variant_id.map(|id| id.0),
            packaging_id: line.packaging_id.map(|id| id.0),
            quantity: line.quantity.map(|quantity| quantity.0),
            price: change(line.price, |price| TypedPrice::Entered(price.0)),
            discount_percent: change(line.discount_percent, |percent| percent.0),
        }
    }
}

/// Changes of an agreed order; what is left out stays.
#[derive(InputObject)]
pub struct ChangeSalesOrderInput {
    /// Which.
    id: GlobalId<OrderId>,
    /// The version that was read.
    version: i32,
    /// Who is responsible.
    manager_id: Option<GlobalId<UserId>>,
    /// From where it ships; null: wherever goods are. What is held elsewhere is let go.
    warehouse_id: MaybeUndefined<GlobalId<WarehouseId>>,
    /// Where no warehouse is chosen: goods are held in these alone, the first first; at most 50. An
    /// empty list is all by their priority.
    allowed_warehouse_ids: Option<Vec<GlobalId<WarehouseId>>>,
    /// When the customer wants it; null: he has not said.
    requested_ship_date: MaybeUndefined<Date>,
    /// Its key in another system; null: none.
    external_reference: MaybeUndefined<String>,
    /// A note; null: none.
    comment: MaybeUndefined<String>,
    /// All lines from now on, 1 to 1,000, in their order: a line of the order that is not named goes
    /// away. A line of which nothing changes stays as it was agreed, price and all.
    lines: Option<Vec<ChangedOrderLineInput>>,
    /// Price lines anew though nothing of them changes, at the order's own date; lines that are
    /// shipped in part or keep the price of a quote stay.
    #[graphql(default)]
    reprice: bool,
    /// Why, for the history.
    reason: Option<String>,
    /// Only try it out: the answer shows how everything would be, and nothing of it is kept.
    #[graphql(default)]
    simulate: bool,
    /// A key of one's own: a repeat with it changes nothing.
    idempotency_key: Option<String>,
}

impl From<ChangeSalesOrderInput> for ChangeSalesOrder {
    fn from(input: ChangeSalesOrderInput) -> Self {
        let among = |ids: Vec<GlobalId<WarehouseId>>| ids.into_iter().map(|id| id.0).collect();
        Self {
            id: input.id.0,
            version: input.version,
            change: AgreedChange {
                manager_id: input.manager_id.map(|id| id.0),
                warehouse_id: change(input.warehouse_id, |id| id.0),
                allowed_warehouses: input.allowed_warehouse_ids.map(among),
                requested_ship_date: change(input.requested_ship_date, |day| day.0),
                external_reference: change(input.external_reference, |text| text),
                comment: change(input.comment, |text| text),
                lines: input.lines.map(|lines| lines.into_iter().map(Into::into).collect()),
                reprice: input.reprice,
                reason: input.reason,
            },
        }
    }
}

/// What `changeSalesOrder` answers.
#[derive(SimpleObject)]
#[graphql(complex)]
pub struct ChangeSalesOrderPayload {
    /// The changed order; as it was, with its `pendingChange`, where somebody has to agree first.
    order: Option<SalesOrder>,
    /// What the change waits for, with every reason; it is made by itself once all have agreed. Null
    /// where nobody has to agree, or the caller may not see it.
    approval_request: Option<ApprovalRequest>,
    /// Where the customer stands against his credit limit with the changed order; null where it comes
    /// to no more than before, or no gate of credit looks, or the caller may not see it.
    credit: Option<CreditStanding>,
    /// What is there for each line of goods that lacked something.
    availability: Vec<LineAvailability>,
    /// What was let through all the same, as `confirmSalesOrder` tells it.
    warnings: Vec<OrderWarning>,
    /// Why nothing was changed.
    user_errors: Vec<UserError>,
}

/// A change of an order that waits for somebody to agree; the order goes on as it was agreed
/// meanwhile.
#[derive(Clone)]
pub struct PendingOrderChange {
    change: WaitingChange,
    currency: Currency,
}

impl PendingOrderChange {
    pub(super) fn new(change: WaitingChange, currency: Currency) -> Self {
        Self { change, currency }
    }
}

/// A change of an order that waits for somebody to agree; the order goes on as it was agreed
/// meanwhile.
#[Object]
impl PendingOrderChange {
    /// What it waits for. Needs the right `approval.read`.
    async fn approval_request(
        &self,
        ctx: &Context<'_>,
    ) -> async_graphql::Result<Option<ApprovalRequest>> {
        Ok(waiting(Session::of(ctx)?, self.change.order_id.0).await?)
    }

    /// What the order is to come to, with VAT. Needs the right `price.read`.
    async fn total(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Money>> {
        Ok(Some(priced(ctx, Money::new(self.change.gross, self.currency))?))
    }

    /// All lines as they are to be, in their order.
    async fn lines(&self) -> Vec<PendingOrderLine> {
        let line = |line: &::sales::OrderLine| PendingOrderLine {
            line: line.clone(),
            currency: self.currency,
        };
        self.change.lines.iter().map(line).collect()
    }

    /// Why, in the words of whoever asked.
    async fn reason(&self) -> Option<&str> {
        self.change.reason.as_deref()
    }

    /// The person who asked; null where a program did.
    async fn asked_by(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<User>> {
        user(ctx, self.change.created_by).await
    }

    /// When it was asked.
    async fn asked_at(&self) -> DateTime {
        self.change.created_at.into()
    }
}

/// A line of an order as a pending change is to leave it.
pub struct PendingOrderLine {
    line: ::sales::OrderLine,
    currency: Currency,
}

/// A line of an order as a pending change is to leave it.
#[Object]
impl PendingOrderLine {
    /// The line as it is; null: it is a new one.
    async fn order_line(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<SalesOrderLine>> {
        Ok(Session::of(ctx)?.load(self.line.id).await?)
    }

    /// What; null where the caller may not see it.
    async fn product(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Product>> {
        Ok(Session::of(ctx)?.load(self.line.product_id).await?)
    }

    /// In which variant; null: a product without variants.
    async fn variant(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<ProductVariant>> {
        Ok(Session::of(ctx)?.load_made(self.line.variant_id).await?)
    }

    /// How much, in base units.
    async fn quantity(&self) -> Decimal {
        Decimal(self.line.quantity.normalize())
    }

    /// The base unit.
    async fn unit(&self) -> &str {
        &self.line.unit
    }

    /// Percent off the price. Needs the right `price.read`.
    async fn discount_percent(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Decimal>> {
        let percent = Decimal(self.line.discount_percent.get().normalize());
        Ok(Some(priced(ctx, percent)?))
    }

    /// What it is to come to, with VAT or without it, as the order says. Needs the right
    /// `price.read`.
    async fn amount(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Money>> {
        Ok(Some(priced(ctx, Money::new(self.line.amount, self.currency))?))
    }
}

/// The change of an order that waits.
pub(super) async fn pending_change(
    ctx: &Context<'_>,
    order: OrderId,
    currency: Currency,
) -> async_graphql::Result<Option<PendingOrderChange>> {
    let change = Session::of(ctx)?.load(WaitingChangeOf(order)).await?;
    Ok(change.map(|change| PendingOrderChange::new(change, currency)))
}

/// Changes of orders that were agreed to.
#[derive(Default)]
pub struct OrderChangeMutation;

#[Object]
impl OrderChangeMutation {
    /// Changes a confirmed order, or one of which a part is shipped: lines come, go and change, what
    /// is not wanted any more is let go, what is lacking is held as far as it is there. What needs
    /// somebody's leave waits whole as `SalesOrder.pendingChange`, while the order goes on as it was;
    /// decisions about what the order said before do not hold for what it says then. Customer, terms
    /// and date stay.
    async fn change_sales_order(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The changes.")] mut input: ChangeSalesOrderInput,
    ) -> async_graphql::Result<ChangeSalesOrderPayload> {
        let session = Session::of(ctx)?;
        let key = input.idempotency_key.take();
        let done = mutate(ctx, ChangeSalesOrder::from(input), key).await?;
        let user_errors = done.user_errors;
        let Some(changed) = done.output else {
            return Ok(ChangeSalesOrderPayload {
                order: None,
                approval_request: None,
                credit: None,
                availability: Vec::new(),
                warnings: Vec::new(),
                user_errors,
            });
        };
        let language = session.language();
        let order = session.load_made(Some(changed.order)).await?;
        Ok(ChangeSalesOrderPayload {
            approval_request: waiting(session, changed.order.0).await?,
            credit: CreditStanding::of(session, order.as_ref(), changed.credit),
            order,
            availability: changed.availability.into_iter().map(LineAvailability).collect(),
            warnings: OrderWarning::all(changed.warnings, language),
            user_errors,
        })
    }
}

simulates!(ChangeSalesOrderPayload);
