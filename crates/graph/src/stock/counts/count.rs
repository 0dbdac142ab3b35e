//! Counts and their lines.

use ::stock::{CountRow, CountState};
use async_graphql::{Context, Enum, ID, Object};
use kernel::ProductGroupId;

use super::super::loads::MovementsOf;
use super::super::{StockMovement, value};
use super::line::StockCountLine;
use super::loads::LinesOf;
use crate::catalog::{Organization, ProductGroup, Warehouse};
use crate::custom::{CustomFieldValue, custom_fields_of};
use crate::errors::Failure;
use crate::identity::{AuditEntry, User, history};
use crate::ids::global;
use crate::scalars::{Date, DateTime, Money};
use crate::session::Session;

/// Where a count stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "CountState")]
pub enum StockCountState {
    /// Nothing is frozen yet.
    Draft,
    /// What the books say is frozen; people enter what they find.
    Counting,
    /// Its differences are in stock.
    Posted,
    /// Was posted, and undone.
    Reversed,
    /// Given up before it was posted.
    Cancelled,
}

/// A stock count: starting it freezes what the books say, people enter what they find, and posting
/// writes the differences. Goods may go on moving meanwhile: each entry keeps what the books said
/// when it was made.
#[derive(Clone, Debug)]
pub struct StockCount(CountRow);

impl From<CountRow> for StockCount {
    fn from(row: CountRow) -> Self {
        Self(row)
    }
}

impl StockCount {
    fn standing(&self) -> Result<CountState, Failure> {
        let unknown = || Failure::broken(format!("a count in state {}", self.0.state));
        CountState::parse(&self.0.state).ok_or_else(unknown)
    }
}

/// A stock count: starting it freezes what the books say, people enter what they find, and posting
/// writes the differences. Goods may go on moving meanwhile: each entry keeps what the books said
/// when it was made.
#[Object]
impl StockCount {
    /// The opaque global id.
    pub async fn id(&self) -> ID {
        global(self.0.id)
    }

    /// The number, given when it is started: unique by organization and year.
    async fn number(&self) -> Option<&str> {
        Some(self.0.number.as_str()).filter(|number| !number.is_empty())
    }

    /// The business date: of its start, and of its posting once it is posted.
    async fn date(&self) -> Date {
        self.0.occurred_on.into()
    }

    /// Where it stands.
    async fn state(&self) -> async_graphql::Result<StockCountState> {
        Ok(self.standing()?.into())
    }

    /// The states it may go to from here.
    async fn available_transitions(&self) -> async_graphql::Result<Vec<StockCountState>> {
        Ok(self.standing()?.next().iter().map(|state| (*state).into()).collect())
    }

    /// Whose goods.
    async fn organization(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Organization>> {
        Ok(Session::of(ctx)?.load(self.0.organization_id).await?)
    }

    /// Where.
    async fn warehouse(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Warehouse>> {
        Ok(Session::of(ctx)?.load(self.0.warehouse_id).await?)
    }

    /// Groups of products that are counted, with those below them; none is everything.
    async fn groups(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<ProductGroup>> {
        let ids = self.0.groups.iter().copied().map(ProductGroupId).collect();
        let groups = Session::of(ctx)?.load_all(ids).await?;
        Ok(groups.into_iter().flatten().collect())
    }

    /// Why there are differences; null until it is posted, and where there were none.
    async fn reason(&self) -> Option<&str> {
        self.0.reason.as_deref()
    }

    /// The day on which what the books say was written down.
    async fn frozen_on(&self) -> Option<Date> {
        self.0.frozen_on.map(Date)
    }

    /// What found goods cost less what missing ones cost, in the base currency; null until it is
    /// posted. Needs the right `cost.read`.
    async fn total(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Money>> {
        Ok(value(ctx, self.0.amount)?)
    }

    /// The first of its goods, by product, at most 250; the query `stockCountLines` gives all of
    /// them, page by page, or those that differ.
    async fn lines(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<StockCountLine>> {
        Ok(Session::of(ctx)?.load(LinesOf(self.0.id)).await?.unwrap_or_default())
    }

    /// What it moved, and what its reversal moved back.
    async fn movements(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<StockMovement>> {
        Ok(Session::of(ctx)?.load(MovementsOf(self.0.id.0)).await?.unwrap_or_default())
    }

    /// A note.
    async fn comment(&self) -> &str {
        &self.0.comment
    }

    /// Its name in another program, unique among counts.
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

    /// What its custom fields hold, as far as the caller sees them, in the order of cards; those
    /// that hold nothing are absent.
    async fn custom_fields(
        &self,
        ctx: &Context<'_>,
    ) -> async_graphql::Result<Vec<CustomFieldValue>> {
        Ok(custom_fields_of::<CountRow>(Session::of(ctx)?, self.0.id).await?)
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
