//! Many prices of a list changed at once, as they are read.

use ::catalog::{
    PriceChange as Row, PriceChangePlan, PriceSource, ReadPrices, price_changes_by_id,
};
use async_graphql::{ComplexObject, Context, Enum, ID, SimpleObject};
use kernel::{PriceChangeId, PriceListId, ProductGroupId, ProductId, SupplierId, UserId};

use super::group::ProductGroup;
use super::price_list::{PriceList, RoundingDirection};
use super::product::Product;
use super::suppliers::Supplier;
use crate::errors::Failure;
use crate::identity::{AuditEntry, User, history};
use crate::ids::global;
use crate::loaders::{Load, Loaded, Loaders};
use crate::scalars::{Date, DateTime, Decimal};
use crate::session::Session;

/// Where a change of many prices stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "::catalog::PriceChangeState")]
pub enum PriceChangeState {
    /// Its prices stand in the list.
    Applied,
    /// Its prices were taken back.
    Undone,
}

/// Many prices of a list changed at once, from one day on.
#[derive(Clone, SimpleObject)]
#[graphql(complex)]
pub struct PriceChange {
    /// The opaque global id.
    #[graphql(owned)]
    pub id: ID,
    /// The first day its prices hold.
    valid_from: Date,
    /// Where it stands.
    state: PriceChangeState,
    /// By how much prices changed, per cent of the source's.
    percent: Decimal,
    /// How much was added then, in the list's currency.
    amount: Decimal,
    /// To multiples of what they were rounded; null: to four places.
    rounding_step: Option<Decimal>,
    /// Where a price went that lay between two steps.
    rounding_direction: Option<RoundingDirection>,
    /// How many prices were written.
    price_count: i32,
    /// How many products they are of.
    product_count: i32,
    /// Why it was made.
    comment: Option<String>,
    /// Its key in another system; unique in the tenant.
    external_reference: Option<String>,
    /// Grows with each change of it; undoing names the version that was read.
    version: i32,
    /// When it was applied.
    created_at: DateTime,
    /// When it was last changed.
    updated_at: DateTime,
    /// When it was taken back.
    undone_at: Option<DateTime>,
    #[graphql(skip)]
    key: PriceChangeId,
    #[graphql(skip)]
    plan: PriceChangePlan,
    #[graphql(skip)]
    authors: (Option<UserId>, Option<UserId>),
}

#[ComplexObject]
impl PriceChange {
    /// Whose prices it changed.
    async fn price_list(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<PriceList>> {
        Ok(Session::of(ctx)?.load(self.plan.list).await?)
    }

    /// The list whose prices it was computed from: the same one, or another; null where it was
    /// computed from what a supplier asks.
    async fn source_list(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<PriceList>> {
        let list: Option<PriceListId> = match self.plan.source {
            PriceSource::Own => Some(self.plan.list),
            PriceSource::List(list) => Some(list),
            PriceSource::Supplier(_) => None,
        };
        Ok(Session::of(ctx)?.load_made(list).await?)
    }

    /// The supplier whose prices it was computed from. Needs the right supplier.read.
    async fn supplier(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Supplier>> {
        let supplier: Option<SupplierId> = match self.plan.source {
            PriceSource::Supplier(supplier) => Some(supplier),
            PriceSource::Own | PriceSource::List(_) => None,
        };
        Ok(Session::of(ctx)?.load_made(supplier).await?)
    }

    /// The groups it was for, with those below them; empty: any.
    async fn product_groups(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<ProductGroup>> {
        let groups: Vec<ProductGroupId> = self.plan.groups.clone();
        let found = Session::of(ctx)?.load_all(groups).await?;
        Ok(found.into_iter().flatten().collect())
    }

    /// The products it was for; empty: any.
    async fn products(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<Product>> {
        let products: Vec<ProductId> = self.plan.products.clone();
        let found = Session::of(ctx)?.load_all(products).await?;
        Ok(found.into_iter().flatten().collect())
    }

    /// Who applied it; null for partners' programs.
    async fn created_by(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<User>> {
        Ok(Session::of(ctx)?.load_made(self.authors.0).await?)
    }

    /// Who took it back; null for partners' programs, and where nobody did.
    async fn undone_by(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<User>> {
        Ok(Session::of(ctx)?.load_made(self.authors.1).await?)
    }

    /// Who did what to it, newest first, at most 100 entries.
    async fn history(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<AuditEntry>> {
        Ok(history(Session::of(ctx)?, self.key.0).await?)
    }
}

impl PriceChange {
    pub(super) fn of(row: Row) -> Result<Self, Failure> {
        let plan = row.plan().map_err(db::CommandError::from)?;
        let rounding = plan.rounding;
        Ok(Self {
            id: global(row.id),
            valid_from: row.valid_from.into(),
            state: row.state.into(),
            percent: Decimal(plan.percent.normalize()),
            amount: Decimal(plan.amount.normalize()),
            rounding_step: rounding.map(|rounding| Decimal(rounding.step().normalize())),
            rounding_direction: rounding.map(|rounding| rounding.direction().into()),
            price_count: row.prices,
            product_count: row.products,
            comment: row.comment,
            external_reference: row.external_reference,
            version: row.version,
            created_at: row.created_at.into(),
            updated_at: row.updated_at.into(),
            undone_at: row.undone_at.map(Into::into),
            key: row.id,
            plan,
            authors: (row.created_by, row.undone_by),
        })
    }
}

impl Load<PriceChangeId> for Loaders {
    type Value = PriceChange;

    async fn load(&self, keys: &[PriceChangeId]) -> Loaded<PriceChangeId, PriceChange> {
        let permit = self.permit::<ReadPrices>()?;
        let found = price_changes_by_id(&*self.tx().await?, &permit, keys).await?;
        found.into_iter().map(|(id, row)| Ok((id, PriceChange::of(row)?))).collect()
    }
}
