//! Returns to suppliers and their lines.

use ::stock::commands::{
    CancelSupplierReturn, CreateSupplierReturn, PostSupplierReturn, ReturnLineInput,
    ReverseSupplierReturn,
};
use ::stock::{
    RETURN_ORDER, ReadReceipts, SupplierReturnFilter as Filter, SupplierReturnLineRow,
    SupplierReturnRow, SupplierReturnState as State,
};
use async_graphql::{Context, Enum, ID, InputObject, Object, SimpleObject};
use db::Command;
use kernel::{ReceiptId, ReceiptLineId, SupplierReturnId, WarehouseId};

use super::loads::ReturnedLinesOf;
use crate::catalog::{Organization, Product, ProductVariant, Warehouse};
use crate::errors::Failure;
use crate::idempotency::mutate;
use crate::identity::{AuditEntry, User, history};
use crate::ids::{GlobalId, global};
use crate::paging::{self, Connection, OrderDirection};
use crate::scalars::{Date, DateTime, Decimal, Money};
use crate::session::Session;
use crate::simulation::simulates;
use crate::stock::{
    GoodsReceipt, GoodsReceiptLine, Lot, MovementsOf, StockMovement, quantity, value,
};
use crate::user_error::UserError;

/// Where a return to a supplier stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "State")]
pub enum SupplierReturnState {
    /// Nothing has moved.
    Draft,
    /// The goods have left.
    Posted,
    /// Was posted, and undone.
    Reversed,
    /// Given up before it was posted.
    Cancelled,
}

/// Goods of a receipt that go back to who delivered them, at the value they lie with.
#[derive(Clone, Debug)]
pub struct SupplierReturn(SupplierReturnRow);

impl From<SupplierReturnRow> for SupplierReturn {
    fn from(row: SupplierReturnRow) -> Self {
        Self(row)
    }
}

impl SupplierReturn {
    fn standing(&self) -> Result<State, Failure> {
        let unknown = || Failure::broken(format!("a return in state {}", self.0.state));
        State::parse(&self.0.state).ok_or_else(unknown)
    }
}

/// Goods of a receipt that go back to who delivered them, at the value they lie with.
#[Object]
impl SupplierReturn {
    /// The opaque global id.
    pub async fn id(&self) -> ID {
        global(self.0.id)
    }

    /// The number, given on posting: unique by organization and year.
    async fn number(&self) -> Option<&str> {
        Some(self.0.number.as_str()).filter(|number| !number.is_empty())
    }

    /// The business date: its goods leave on this day.
    async fn date(&self) -> Date {
        self.0.occurred_on.into()
    }

    /// Where it stands.
    async fn state(&self) -> async_graphql::Result<SupplierReturnState> {
        Ok(self.standing()?.into())
    }

    /// The states it may go to from here.
    async fn available_transitions(&self) -> async_graphql::Result<Vec<SupplierReturnState>> {
        Ok(self.standing()?.next().iter().map(|state| (*state).into()).collect())
    }

    /// Whose goods.
    async fn organization(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Organization>> {
        Ok(Session::of(ctx)?.load(self.0.organization_id).await?)
    }

    /// From where.
    async fn warehouse(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Warehouse>> {
        Ok(Session::of(ctx)?.load(self.0.warehouse_id).await?)
    }

    /// The receipt that brought the goods.
    async fn receipt(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<GoodsReceipt>> {
        Ok(Session::of(ctx)?.load(self.0.receipt_id).await?)
    }

    /// The lines in their order.
    async fn lines(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<SupplierReturnLine>> {
        Ok(Session::of(ctx)?.load(ReturnedLinesOf(self.0.id)).await?.unwrap_or_default())
    }

    /// The value that left with it, in the base currency; null until it is posted. Needs the right
    /// `cost.read`.
    async fn total(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Money>> {
        Ok(value(ctx, self.0.amount)?)
    }

    /// What it moved, and what its reversal moved back.
    async fn movements(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<StockMovement>> {
        Ok(Session::of(ctx)?.load(MovementsOf(self.0.id.0)).await?.unwrap_or_default())
    }

    /// Why.
    async fn reason(&self) -> &str {
        &self.0.reason
    }

    /// A note.
    async fn comment(&self) -> &str {
        &self.0.comment
    }

    /// Its name in another program, unique among returns to suppliers.
    async fn external_reference(&self) -> Option<&str> {
        self.0.external_reference.as_deref()
    }

    /// The business date of its reversal.
    async fn reversed_on(&self) -> Option<Date> {
        self.0.reversed_on.map(Date)
    }

    /// For the next change: a stale one is refused.
    async fn version(&self) -> i32 {
        self.0.version
    }

    /// Who made it, where a person did.
    async fn created_by(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<User>> {
        Ok(Session::of(ctx)?.load_made(self.0.created_by).await?)
    }

    /// Who did what to it, the newest first; at most 100 entries.
    async fn history(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<AuditEntry>> {
        Ok(history(Session::of(ctx)?, self.0.id).await?)
    }

    /// When it was made.
    async fn created_at(&self) -> DateTime {
        self.0.created_at.into()
    }

    /// When it was changed last.
    async fn updated_at(&self) -> DateTime {
        self.0.updated_at.into()
    }
}

/// A line of a return to a supplier.
#[derive(Clone, Debug)]
pub struct SupplierReturnLine(SupplierReturnLineRow);

impl From<SupplierReturnLineRow> for SupplierReturnLine {
    fn from(row: SupplierReturnLineRow) -> Self {
        Self(row)
    }
}

/// A line of a return to a supplier.
#[Object]
impl SupplierReturnLine {
    /// What.
    async fn product(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Product>> {
        Ok(Session::of(ctx)?.load(self.0.product_id).await?)
    }

    /// In which variant; null for a product without variants.
    async fn variant(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<ProductVariant>> {
        Ok(Session::of(ctx)?.load_made(self.0.variant_id).await?)
    }

    /// The lot it goes out of.
    async fn lot(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Lot>> {
        Ok(Session::of(ctx)?.load(self.0.lot_id).await?)
    }

    /// The receipt's line that brought it.
    async fn receipt_line(
        &self,
        ctx: &Context<'_>,
    ) -> async_graphql::Result<Option<GoodsReceiptLine>> {
        Ok(Session::of(ctx)?.load(self.0.receipt_line_id).await?)
    }

    /// How much goes back, in the product's base unit.
    async fn quantity(&self) -> Decimal {
        quantity(self.0.quantity)
    }

    /// The value that left with it, in the base currency; null until it is posted. Needs the right
    /// `cost.read`.
    async fn amount(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Money>> {
        Ok(value(ctx, self.0.amount)?)
    }
}

/// Which returns to suppliers; all conditions hold together.
#[derive(InputObject)]
pub struct SupplierReturnFilter {
    /// In one of these states.
    state: Option<Vec<SupplierReturnState>>,
    /// Of goods that this receipt brought.
    receipt: Option<GlobalId<ReceiptId>>,
    /// Dated on this day or later.
    date_from: Option<Date>,
    /// Dated on this day or earlier.
    date_to: Option<Date>,
    /// With this number.
    number: Option<String>,
    /// With this name in another program.
    external_reference: Option<String>,
}

impl SupplierReturnFilter {
    fn read(self) -> Filter {
        Filter {
            states: self.state.map(|list| list.into_iter().map(Into::into).collect()),
            receipt: self.receipt.map(|id| id.0),
            from: self.date_from.map(|day| day.0),
            to: self.date_to.map(|day| day.0),
            number: self.number,
            external_reference: self.external_reference,
        }
    }
}

/// Queries about returns to suppliers.
#[derive(Default)]
pub struct SupplierReturnQuery;

#[Object]
#[allow(clippy::too_many_arguments)]
impl SupplierReturnQuery {
    /// Returns to suppliers by business date; the newest first where no direction is asked for.
    async fn supplier_returns(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The first rows after the cursor; 50 by default, up to 250.")]
        first: Option<i32>,
        #[graphql(desc = "A cursor of this list in this direction.")] after: Option<String>,
        #[graphql(desc = "The last rows before the cursor; up to 250.")] last: Option<i32>,
        #[graphql(desc = "A cursor of this list in this direction.")] before: Option<String>,
        #[graphql(desc = "Only these.")] filter: Option<SupplierReturnFilter>,
        #[graphql(desc = "Oldest or newest first.", default_with = "OrderDirection::Desc")]
        direction: OrderDirection,
    ) -> async_graphql::Result<Connection<SupplierReturn>> {
        let session = Session::of(ctx)?;
        let permit = session.permit::<ReadReceipts>()?;
        let (after, before) = (after.as_deref(), before.as_deref());
        let request = paging::request(first, after, last, before, RETURN_ORDER)?;
        let filter = filter.map(SupplierReturnFilter::read).unwrap_or_default();
        let tx = session.tx().await?;
        let direction = direction.into();
        let page = ::stock::supplier_returns(&tx, &permit, &filter, direction, &request).await?;
        let count = move |session: Session| {
            let filter = filter.clone();
            async move {
                let permit = session.permit::<ReadReceipts>()?;
                let tx = session.tx().await?;
                Ok(::stock::count_supplier_returns(&tx, &permit, &filter).await?)
            }
        };
        Ok(Connection::of(page, SupplierReturn::from).counted(count))
    }

    /// One return to a supplier.
    async fn supplier_return(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its global id.")] id: GlobalId<SupplierReturnId>,
    ) -> async_graphql::Result<Option<SupplierReturn>> {
        Ok(Session::of(ctx)?.found(id.0).await?)
    }
}

/// What goes back of one line of a receipt.
#[derive(InputObject)]
pub struct SupplierReturnLineInput {
    /// The receipt's line.
    receipt_line_id: GlobalId<ReceiptLineId>,
    /// In the product's base unit, above zero, at most 3 places.
    quantity: Decimal,
}

/// A new return to a supplier.
#[derive(InputObject)]
pub struct CreateSupplierReturnInput {
    /// The posted receipt that brought the goods.
    receipt_id: GlobalId<ReceiptId>,
    /// From where; the receipt's warehouse where it is absent.
    warehouse_id: Option<GlobalId<WarehouseId>>,
    /// The business date; today where it is absent. Posting checks it against the closed period.
    date: Option<Date>,
    /// Why the goods go back, 1 to 2,000 characters.
    reason: String,
    /// A note, at most 2,000 characters.
    #[graphql(default)]
    comment: String,
    /// Its name in another program, unique among returns to suppliers for ever.
    external_reference: Option<String>,
    /// What goes back; all of the receipt that lies free where it is absent.
    lines: Option<Vec<SupplierReturnLineInput>>,
    /// Makes a repeat of this request do nothing; kept 7 days.
    idempotency_key: Option<String>,
}

/// Which draft is posted.
#[derive(InputObject)]
pub struct PostSupplierReturnInput {
    /// The return.
    id: GlobalId<SupplierReturnId>,
    /// The version that was read.
    version: i32,
    /// Only try it out: the answer shows how everything would be, and nothing of it is kept.
    #[graphql(default)]
    simulate: bool,
    /// Makes a repeat of this request do nothing; kept 7 days.
    idempotency_key: Option<String>,
}

/// Which draft is given up.
#[derive(InputObject)]
pub struct CancelSupplierReturnInput {
    /// The return.
    id: GlobalId<SupplierReturnId>,
    /// The version that was read.
    version: i32,
    /// Makes a repeat of this request do nothing; kept 7 days.
    idempotency_key: Option<String>,
}

/// Which posted return is undone.
#[derive(InputObject)]
pub struct ReverseSupplierReturnInput {
    /// The return.
    id: GlobalId<SupplierReturnId>,
    /// The version that was read.
    version: i32,
    /// Only try it out: the answer shows how everything would be, and nothing of it is kept.
    #[graphql(default)]
    simulate: bool,
    /// Makes a repeat of this request do nothing; kept 7 days.
    idempotency_key: Option<String>,
}

/// A return to a supplier after a mutation, or why it was refused.
#[derive(SimpleObject)]
#[graphql(complex)]
pub struct SupplierReturnPayload {
    /// The return as it is now; null where it was refused.
    supplier_return: Option<SupplierReturn>,
    /// Why nothing was written; empty where all went well.
    user_errors: Vec<UserError>,
}

/// Mutations of returns to suppliers.
#[derive(Default)]
pub struct SupplierReturnMutation;

#[Object]
impl SupplierReturnMutation {
    /// Writes down, on the basis of a posted receipt, what goes back to its supplier, as a draft;
    /// nothing moves yet.
    async fn create_supplier_return(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The return.")] input: CreateSupplierReturnInput,
    ) -> async_graphql::Result<SupplierReturnPayload> {
        let line = |line: SupplierReturnLineInput| ReturnLineInput {
            receipt_line_id: line.receipt_line_id.0,
            quantity: line.quantity.0,
        };
        let command = CreateSupplierReturn {
            receipt_id: input.receipt_id.0,
            warehouse_id: input.warehouse_id.map(|id| id.0),
            occurred_on: input.date.map(|day| day.0),
            reason: input.reason,
            comment: input.comment,
            external_reference: input.external_reference,
            lines: input.lines.map(|lines| lines.into_iter().map(line).collect()),
        };
        run(ctx, command, input.idempotency_key).await
    }

    /// Posts a draft: its goods leave stock at the value they lie with. Goods held for orders do
    /// not go back.
    async fn post_supplier_return(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The return.")] input: PostSupplierReturnInput,
    ) -> async_graphql::Result<SupplierReturnPayload> {
        let command = PostSupplierReturn { id: input.id.0, version: input.version };
        run(ctx, command, input.idempotency_key).await
    }

    /// Gives a draft up.
    async fn cancel_supplier_return(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The return.")] input: CancelSupplierReturnInput,
    ) -> async_graphql::Result<SupplierReturnPayload> {
        let command = CancelSupplierReturn { id: input.id.0, version: input.version };
        run(ctx, command, input.idempotency_key).await
    }

    /// Undoes a posted return: its goods come back into their lots, and are held for whoever waits
    /// for them. Dated as the return, or on the first open day where that period is closed.
    async fn reverse_supplier_return(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The return.")] input: ReverseSupplierReturnInput,
    ) -> async_graphql::Result<SupplierReturnPayload> {
        let command = ReverseSupplierReturn { id: input.id.0, version: input.version };
        run(ctx, command, input.idempotency_key).await
    }
}

async fn run<C: Command<Output = SupplierReturnId>>(
    ctx: &Context<'_>,
    command: C,
    key: Option<String>,
) -> async_graphql::Result<SupplierReturnPayload> {
    let done = mutate(ctx, command, key).await?;
    let supplier_return = Session::of(ctx)?.load_made(done.output).await?;
    Ok(SupplierReturnPayload { supplier_return, user_errors: done.user_errors })
}

simulates!(SupplierReturnPayload);
