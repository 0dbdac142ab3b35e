//! Landed costs.

use ::stock::landed::{LandedBasis, LandedKind};
use ::stock::{LandedCostRow, LandedCostState as State};
use async_graphql::{Context, Enum, ID, Object};

use super::super::loads::MovementsOf;
use super::super::{SeeCost, StockMovement, value};
use super::line::LandedCostLine;
use super::loads::LinesOf;
use crate::catalog::{Organization, Supplier};
use crate::errors::Failure;
use crate::identity::{AuditEntry, User, history};
use crate::ids::global;
use crate::scalars::{Date, DateTime, Money};
use crate::session::Session;

/// Where a landed cost stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "State")]
pub enum LandedCostState {
    /// May be changed; nothing costs more yet.
    Draft,
    /// Goods and sales cost more.
    Posted,
    /// Was posted, and undone.
    Reversed,
    /// Given up before it was posted.
    Cancelled,
}

/// What a landed cost is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "LandedKind")]
pub enum LandedCostKind {
    /// Carrying the goods.
    Freight,
    /// Duties and fees of customs.
    Customs,
    /// Insuring the goods on their way.
    Insurance,
    /// Loading, unloading and storing on the way.
    Handling,
    /// Anything else.
    Other,
}

/// By what a landed cost is spread over lines of receipts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "LandedBasis")]
pub enum LandedCostBasis {
    /// What the lines cost.
    Amount,
    /// How much they brought, in base units.
    Quantity,
    /// What that weighs, by the products' packagings.
    Weight,
    /// What room it takes, by the products' packagings.
    Volume,
}

/// A cost that comes after its goods. Posted, it is spread over lines of receipts, and each line's
/// share over its pieces wherever they are: those in stock become dearer, on their way between
/// warehouses and held back ones too; those already sold cost their sales more, on the day of
/// posting; the share of others, written off, sent back or used up, is the document's own expense.
#[derive(Clone, Debug)]
pub struct LandedCost(LandedCostRow);

impl From<LandedCostRow> for LandedCost {
    fn from(row: LandedCostRow) -> Self {
        Self(row)
    }
}

impl LandedCost {
    fn standing(&self) -> Result<State, Failure> {
        let unknown = || Failure::broken(format!("a landed cost in state {}", self.0.state));
        State::parse(&self.0.state).ok_or_else(unknown)
    }
}

/// A cost that comes after its goods. Posted, it is spread over lines of receipts, and each line's
/// share over its pieces wherever they are: those in stock become dearer, on their way between
/// warehouses and held back ones too; those already sold cost their sales more, on the day of
/// posting; the share of others, written off, sent back or used up, is the document's own expense.
#[Object]
impl LandedCost {
    /// The opaque global id.
    pub async fn id(&self) -> ID {
        global(self.0.id)
    }

    /// The number, given on posting: unique by organization and year.
    async fn number(&self) -> Option<&str> {
        Some(self.0.number.as_str()).filter(|number| !number.is_empty())
    }

    /// The bill's date, whose rate counts.
    async fn date(&self) -> Date {
        self.0.occurred_on.into()
    }

    /// Where it stands.
    async fn state(&self) -> async_graphql::Result<LandedCostState> {
        Ok(self.standing()?.into())
    }

    /// The states it may go to from here.
    async fn available_transitions(&self) -> async_graphql::Result<Vec<LandedCostState>> {
        Ok(self.standing()?.next().iter().map(|state| (*state).into()).collect())
    }

    /// Whose goods.
    async fn organization(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Organization>> {
        Ok(Session::of(ctx)?.load(self.0.organization_id).await?)
    }

    /// What for.
    async fn kind(&self) -> async_graphql::Result<LandedCostKind> {
        let unknown = || Failure::broken(format!("a landed cost for {}", self.0.kind));
        Ok(LandedKind::parse(&self.0.kind).ok_or_else(unknown)?.into())
    }

    /// By what it is spread over lines of receipts.
    async fn basis(&self) -> async_graphql::Result<LandedCostBasis> {
        let unknown = || Failure::broken(format!("a landed cost by {}", self.0.basis));
        Ok(LandedBasis::parse(&self.0.basis).ok_or_else(unknown)?.into())
    }

    /// As it was billed, without recoverable tax. Needs the right `cost.read`.
    async fn amount(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Money>> {
        Session::of(ctx)?.permit::<SeeCost>()?;
        Ok(self.0.amount.map(|amount| Money::new(amount, self.0.currency)))
    }

    /// In the base currency at the rate of the bill's day; null until it is posted. Needs the right
    /// `cost.read`.
    async fn total(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Money>> {
        Ok(value(ctx, self.0.base_amount)?)
    }

    /// What of it made goods in stock dearer; null until it is posted. Needs the right `cost.read`.
    async fn in_stock(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Money>> {
        Ok(value(ctx, self.0.stock_amount)?)
    }

    /// What of it sales cost more; null until it is posted. Needs the right `cost.read`.
    async fn on_sales(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Money>> {
        Ok(value(ctx, self.0.sold_amount)?)
    }

    /// What of it fell on goods that were neither there nor sold: written off, sent back, used up;
    /// null until it is posted. Needs the right `cost.read`.
    async fn expensed(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Money>> {
        Ok(value(ctx, self.0.expensed_amount)?)
    }

    /// Who billed it; null where nobody is named or the caller may not see suppliers.
    async fn supplier(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Supplier>> {
        Ok(Session::of(ctx)?.load_made(self.0.supplier_id).await?)
    }

    /// The number that the supplier gave it.
    async fn supplier_reference(&self) -> &str {
        &self.0.supplier_reference
    }

    /// The lines in their order.
    async fn lines(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<LandedCostLine>> {
        Ok(Session::of(ctx)?.load(LinesOf(self.0.id)).await?.unwrap_or_default())
    }

    /// What it made stock dearer by, and what its reversal took back: movements of no goods.
    async fn movements(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<StockMovement>> {
        Ok(Session::of(ctx)?.load(MovementsOf(self.0.id.0)).await?.unwrap_or_default())
    }

    /// The business date of its posting.
    async fn posted_on(&self) -> Option<Date> {
        self.0.posted_on.map(Date)
    }

    /// The business date of its reversal.
    async fn reversed_on(&self) -> Option<Date> {
        self.0.reversed_on.map(Date)
    }

    /// A note.
    async fn comment(&self) -> &str {
        &self.0.comment
    }

    /// Its name in another program, unique among landed costs.
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
