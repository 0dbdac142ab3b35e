//! Purchase orders and their lines.

use ::stock::{PurchaseOrderLineRow, PurchaseOrderRow, PurchaseOrderState as State};
use async_graphql::{Context, Enum, ID, Object};
use kernel::Currency;

use super::cover::DemandCover;
use super::loads::{CoversOfSupply, LinesOf, ReceiptsOf};
use crate::catalog::{
    Organization, Product, ProductPackaging, ProductVariant, Supplier, Warehouse,
};
use crate::custom::{CustomFieldValue, custom_fields_of};
use crate::errors::Failure;
use crate::identity::{AuditEntry, User, history};
use crate::ids::global;
use crate::scalars::{CurrencyCode, Date, DateTime, Decimal, Money};
use crate::session::Session;
use crate::stock::{GoodsReceipt, SeeCost, quantity};

/// Where a purchase order stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "State")]
pub enum PurchaseOrderState {
    /// May be changed; nothing is expected yet.
    Draft,
    /// Its goods are expected.
    Ordered,
    /// A part of its goods came.
    PartiallyReceived,
    /// All of its goods came.
    Received,
    /// Ended short: what did not come is expected no more.
    Closed,
    /// Given up before anything came.
    Cancelled,
}

/// An amount in the order's currency, for those who may see cost; others get FORBIDDEN.
fn priced(
    ctx: &Context<'_>,
    amount: Option<kernel::Decimal>,
    show: impl Fn(kernel::Decimal) -> Money,
) -> Result<Option<Money>, Failure> {
    Session::of(ctx)?.permit::<SeeCost>()?;
    Ok(amount.map(show))
}

/// What is ordered of a supplier. Goods receipts on its basis bring the goods.
#[derive(Clone, Debug)]
pub struct PurchaseOrder(PurchaseOrderRow);

impl From<PurchaseOrderRow> for PurchaseOrder {
    fn from(row: PurchaseOrderRow) -> Self {
        Self(row)
    }
}

impl PurchaseOrder {
    fn standing(&self) -> Result<State, Failure> {
        let unknown = || Failure::broken(format!("a purchase order in state {}", self.0.state));
        State::parse(&self.0.state).ok_or_else(unknown)
    }
}

/// What is ordered of a supplier. Goods receipts on its basis bring the goods.
#[Object]
impl PurchaseOrder {
    /// The opaque global id.
    pub async fn id(&self) -> ID {
        global(self.0.id)
    }

    /// The number, given on ordering: unique by organization and year.
    async fn number(&self) -> Option<&str> {
        Some(self.0.number.as_str()).filter(|number| !number.is_empty())
    }

    /// The business date.
    async fn date(&self) -> Date {
        self.0.occurred_on.into()
    }

    /// Where it stands.
    async fn state(&self) -> async_graphql::Result<PurchaseOrderState> {
        Ok(self.standing()?.into())
    }

    /// The states it may go to from here.
    async fn available_transitions(&self) -> async_graphql::Result<Vec<PurchaseOrderState>> {
        Ok(self.standing()?.next().iter().map(|state| (*state).into()).collect())
    }

    /// Whose goods.
    async fn organization(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Organization>> {
        Ok(Session::of(ctx)?.load(self.0.organization_id).await?)
    }

    /// Where to.
    async fn warehouse(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Warehouse>> {
        Ok(Session::of(ctx)?.load(self.0.warehouse_id).await?)
    }

    /// Of whom; null where the caller may not see suppliers.
    async fn supplier(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Supplier>> {
        Ok(Session::of(ctx)?.load(self.0.supplier_id).await?)
    }

    /// The currency of its prices.
    async fn currency(&self) -> CurrencyCode {
        self.0.currency.into()
    }

    /// The lines in their order.
    async fn lines(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<PurchaseOrderLine>> {
        Ok(Session::of(ctx)?.load(LinesOf(self.0.id)).await?.unwrap_or_default())
    }

    /// The sum of its lines, without recoverable tax; null while a price is missing. Needs the
    /// right `cost.read`.
    async fn total(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Money>> {
        let show = |amount| Money::new(amount, self.0.currency);
        Ok(priced(ctx, self.0.amount, show)?)
    }

    /// When lines without a day of their own are expected.
    async fn expected_on(&self) -> Option<Date> {
        self.0.expected_on.map(Date)
    }

    /// The receipts on its basis, the oldest first.
    async fn receipts(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<GoodsReceipt>> {
        Ok(Session::of(ctx)?.load(ReceiptsOf(self.0.id)).await?.unwrap_or_default())
    }

    /// The number that the supplier gave it.
    async fn supplier_reference(&self) -> &str {
        &self.0.supplier_reference
    }

    /// A note.
    async fn comment(&self) -> &str {
        &self.0.comment
    }

    /// Why it was closed short or cancelled.
    async fn end_reason(&self) -> Option<&str> {
        self.0.end_reason.as_deref()
    }

    /// Its name in another program, unique among purchase orders.
    async fn external_reference(&self) -> Option<&str> {
        self.0.external_reference.as_deref()
    }

    /// For the next change: a stale one is refused.
    async fn version(&self) -> i32 {
        self.0.version
    }

    /// Who made it, where a person did.
    async fn created_by(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<User>> {
        Ok(Session::of(ctx)?.load_made(self.0.created_by).await?)
    }

    /// What its custom fields hold, as far as the caller sees them, in the order of cards; those
    /// that hold nothing are absent.
    async fn custom_fields(
        &self,
        ctx: &Context<'_>,
    ) -> async_graphql::Result<Vec<CustomFieldValue>> {
        Ok(custom_fields_of::<PurchaseOrderRow>(Session::of(ctx)?, self.0.id).await?)
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

/// A line of a purchase order.
#[derive(Clone, Debug)]
pub struct PurchaseOrderLine(PurchaseOrderLineRow);

impl From<PurchaseOrderLineRow> for PurchaseOrderLine {
    fn from(row: PurchaseOrderLineRow) -> Self {
        Self(row)
    }
}

/// A line of a purchase order.
#[Object]
impl PurchaseOrderLine {
    /// The opaque global id.
    pub async fn id(&self) -> ID {
        global(self.0.id)
    }

    /// Its place, from 0.
    async fn position(&self) -> i32 {
        self.0.position
    }

    /// The order it is of.
    async fn purchase_order(
        &self,
        ctx: &Context<'_>,
    ) -> async_graphql::Result<Option<PurchaseOrder>> {
        Ok(Session::of(ctx)?.load(self.0.purchase_order_id).await?)
    }

    /// What.
    async fn product(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Product>> {
        Ok(Session::of(ctx)?.load(self.0.product_id).await?)
    }

    /// In which variant; null for a product without variants.
    async fn variant(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<ProductVariant>> {
        Ok(Session::of(ctx)?.load_made(self.0.variant_id).await?)
    }

    /// How much was ordered, in the product's base unit.
    async fn quantity(&self) -> Decimal {
        quantity(self.0.quantity)
    }

    /// How much as it was entered: in the packaging, or in the product's base unit.
    async fn entered_quantity(&self) -> Decimal {
        quantity(self.0.entered_quantity.unwrap_or(self.0.quantity))
    }

    /// The packaging's name when the line was written; null where the base unit was entered.
    async fn entered_unit(&self) -> Option<&str> {
        self.0.entered_unit.as_deref()
    }

    /// The packaging it was entered in; null for the base unit.
    async fn packaging(
        &self,
        ctx: &Context<'_>,
    ) -> async_graphql::Result<Option<ProductPackaging>> {
        Ok(Session::of(ctx)?.load_made(self.0.packaging_id).await?)
    }

    /// What a base unit costs, without recoverable tax; null while it is not known. Needs the
    /// right `cost.read`.
    async fn price(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Money>> {
        let currency: Currency = self.0.currency;
        Ok(priced(ctx, self.0.price, |price| Money::unit_price(price, currency))?)
    }

    /// Quantity times price, rounded to two places. Needs the right `cost.read`.
    async fn amount(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Money>> {
        let show = |amount| Money::new(amount, self.0.currency);
        Ok(priced(ctx, self.0.amount, show)?)
    }

    /// When it is expected; null where nobody has said.
    async fn expected_on(&self) -> Option<Date> {
        self.0.expected_on.map(Date)
    }

    /// What posted receipts brought, in the product's base unit.
    async fn received(&self) -> Decimal {
        quantity(self.0.received)
    }

    /// What is still to come, in the product's base unit: nothing before it is ordered and after
    /// the order has ended.
    async fn awaited(&self) -> Decimal {
        quantity(self.0.awaited)
    }

    /// Which orders that miss goods count on it. Needs the right `demand.read`.
    async fn covers(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Vec<DemandCover>>> {
        let covers = Session::of(ctx)?.load(CoversOfSupply(self.0.id.0)).await?;
        Ok(Some(covers.unwrap_or_default()))
    }
}
