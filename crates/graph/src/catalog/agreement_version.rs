//! Agreements as their versions had them.

use ::catalog::{
    AgreementVersion as Row, PricesIn, ReadTerms, VersionKey, agreement_versions,
    versions_by_agreement,
};
use async_graphql::{ComplexObject, Context, SimpleObject};
use kernel::{AgreementId, OrganizationId, PriceListId, SalesRouteId, UserId};

use super::dated_prices::{self, ProductPrices};
use super::directories::Organization;
use super::list::Around;
use super::price_list::PriceList;
use super::routes::SalesRoute;
use super::terms::{Agreement, AgreementState, CreditPolicy, PaymentStep};
use crate::identity::User;
use crate::loaders::{Load, Loaded, Loaders};
use crate::paging::Connection;
use crate::scalars::{CurrencyCode, Date, DateTime, Decimal};
use crate::session::Session;

/// An agreement as it was from one change to the next: whole, and never changed.
#[derive(Clone, SimpleObject)]
#[graphql(complex)]
pub struct AgreementVersion {
    /// The agreement's version that this was.
    number: i32,
    /// Its name.
    name: String,
    /// The currency of its documents.
    currency: CurrencyCode,
    /// The personal discount on list prices, per cent.
    discount_percent: Decimal,
    /// What a gate did over the credit limit.
    credit_policy: CreditPolicy,
    /// Where it stood.
    state: AgreementState,
    /// New documents were made under it from this day on; null: ever.
    valid_from: Option<Date>,
    /// New documents were made under it to this day; null: without an end.
    valid_to: Option<Date>,
    /// Days that are left of a lot's life when it is shipped, at least.
    min_shelf_life_days: Option<i32>,
    /// Whether it was taken where an order named none.
    is_default: bool,
    /// How the customer paid; the parts sum to 100 %.
    payment_steps: Vec<PaymentStep>,
    /// Whether it was archived.
    is_archived: bool,
    /// When the change was made that it came with.
    recorded_at: DateTime,
    #[graphql(skip)]
    agreement_id: AgreementId,
    #[graphql(skip)]
    organization_id: Option<OrganizationId>,
    #[graphql(skip)]
    price_list_id: Option<PriceListId>,
    #[graphql(skip)]
    sales_route_id: Option<SalesRouteId>,
    #[graphql(skip)]
    author: Option<UserId>,
}

#[ComplexObject]
impl AgreementVersion {
    /// The agreement as it is now.
    async fn agreement(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Agreement>> {
        Ok(Session::of(ctx)?.load(self.agreement_id).await?)
    }

    /// The organization it was with; null is any of the tenant's.
    async fn organization(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Organization>> {
        Ok(Session::of(ctx)?.load_made(self.organization_id).await?)
    }

    /// Its price list; null is the tenant's default one.
    async fn price_list(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<PriceList>> {
        Ok(Session::of(ctx)?.load_made(self.price_list_id).await?)
    }

    /// How its orders were served; null is the standard way.
    async fn sales_route(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<SalesRoute>> {
        Ok(Session::of(ctx)?.load_made(self.sales_route_id).await?)
    }

    /// The user who made the change; null for partners' programs and the program itself.
    async fn changed_by(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<User>> {
        Ok(Session::of(ctx)?.load_made(self.author).await?)
    }

    /// The prices that were fixed in it, by product.
    async fn prices(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Those that hold on this day; all where none is given.")] on: Option<Date>,
        #[graphql(desc = "So many products from the start, at most 250; 50 where none is given.")]
        first: Option<i32>,
        #[graphql(desc = "Those after this cursor.")] after: Option<String>,
    ) -> async_graphql::Result<Connection<ProductPrices>> {
        let around = Around { first, after, last: None, before: None };
        let of = PricesIn::Version(self.agreement_id, self.number);
        Ok(dated_prices::page::<ReadTerms>(ctx, of, on, around).await?)
    }
}

impl From<Row> for AgreementVersion {
    fn from(row: Row) -> Self {
        let terms = row.terms;
        Self {
            number: row.number,
            name: terms.name,
            currency: terms.currency.into(),
            discount_percent: Decimal(terms.discount_percent.get().normalize()),
            credit_policy: terms.credit_policy.into(),
            state: terms.state.into(),
            valid_from: terms.valid_from.map(Into::into),
            valid_to: terms.valid_to.map(Into::into),
            min_shelf_life_days: terms.min_shelf_life_days,
            is_default: terms.is_default,
            payment_steps: row.payment_steps.into_iter().map(Into::into).collect(),
            is_archived: row.archived,
            recorded_at: row.recorded_at.into(),
            agreement_id: row.agreement_id,
            organization_id: terms.organization_id,
            price_list_id: terms.price_list_id,
            sales_route_id: terms.sales_route_id,
            author: row.created_by,
        }
    }
}

impl Load<VersionKey> for Loaders {
    type Value = AgreementVersion;

    async fn load(&self, keys: &[VersionKey]) -> Loaded<VersionKey, AgreementVersion> {
        let permit = self.permit::<ReadTerms>()?;
        let found = agreement_versions(&*self.tx().await?, &permit, keys).await?;
        Ok(found.into_iter().map(|(key, row)| (key, row.into())).collect())
    }
}

/// The versions of an agreement.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct VersionsOf(pub(super) AgreementId);

impl Load<VersionsOf> for Loaders {
    type Value = Vec<AgreementVersion>;

    async fn load(&self, keys: &[VersionsOf]) -> Loaded<VersionsOf, Vec<AgreementVersion>> {
        let permit = self.permit::<ReadTerms>()?;
        let ids: Vec<AgreementId> = keys.iter().map(|key| key.0).collect();
        let found = versions_by_agreement(&*self.tx().await?, &permit, &ids).await?;
        let versions = |rows: Vec<_>| rows.into_iter().map(AgreementVersion::from).collect();
        Ok(found.into_iter().map(|(id, rows)| (VersionsOf(id), versions(rows))).collect())
    }
}
