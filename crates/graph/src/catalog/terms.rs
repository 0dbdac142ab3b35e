//! Agreements and their payment steps, as they are read.

use ::catalog::{PricesIn, ReadTerms, agreements_by_customer, agreements_by_id};
use async_graphql::{ComplexObject, Context, Enum, ID, SimpleObject};
use kernel::{AgreementId, CustomerId, OrganizationId, PriceListId, SalesRouteId};

use super::agreement_version::{AgreementVersion, VersionsOf};
use super::customer::Customer;
use super::dated_prices::{self, ProductPrices};
use super::directories::Organization;
use super::list::Around;
use super::noted::Noted;
use super::price_list::PriceList;
use super::routes::SalesRoute;
use crate::approvals::{ApprovalRequest, ApprovalsOf, asked_about};
use crate::ids::global;
use crate::loaders::{Load, Loaded, Loaders};
use crate::paging::Connection;
use crate::scalars::{CurrencyCode, Date, Decimal};
use crate::session::Session;

/// What a gate does when a document would take a customer's debt over the credit limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "::catalog::CreditPolicy")]
pub enum CreditPolicy {
    /// Nothing is checked.
    Ignore,
    /// The document goes on, with a warning.
    Warn,
    /// The document is refused.
    Block,
    /// The document waits: an approval rule decides who has to agree.
    Approve,
}

/// Where an agreement stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "::catalog::AgreementState")]
pub enum AgreementState {
    /// Proposed; no document is made under it.
    Draft,
    /// Waits for an approval; nobody changes it meanwhile.
    PendingApproval,
    /// In force.
    Active,
    /// Ended; documents made under it keep their terms.
    Closed,
}

/// When a payment step falls due.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "::catalog::Moment")]
pub enum PaymentMoment {
    /// Before goods are reserved: a confirmed order holds nothing until it is paid.
    BeforeReserve,
    /// Before goods are shipped.
    BeforeShipment,
    /// Days after the shipment.
    AfterShipment,
}

/// One part of what a customer pays for an order.
#[derive(Clone, SimpleObject)]
pub struct PaymentStep {
    /// The part, per cent of the order; an agreement's parts sum to 100.
    percent: Decimal,
    /// When it falls due.
    moment: PaymentMoment,
    /// Days after that moment; 0 for payments before a shipment.
    days: i32,
}

impl From<::catalog::PaymentStep> for PaymentStep {
    fn from(step: ::catalog::PaymentStep) -> Self {
        let percent = Decimal(step.percent.get().normalize());
        Self { percent, moment: step.moment.into(), days: step.days }
    }
}

/// Commercial terms with one customer; each customer has a default one.
#[derive(Clone, SimpleObject)]
#[graphql(complex)]
pub struct Agreement {
    /// The opaque global id.
    #[graphql(owned)]
    pub id: ID,
    /// Its name; unique with the customer.
    name: String,
    /// The currency of its documents; that of its price list.
    currency: CurrencyCode,
    /// The personal discount on list prices, per cent.
    discount_percent: Decimal,
    /// What a gate does over the credit limit.
    credit_policy: CreditPolicy,
    /// Where it stands: drafts and closed ones are not used by new documents.
    state: AgreementState,
    /// New documents are made under it from this day on; null: ever.
    valid_from: Option<Date>,
    /// New documents are made under it to this day, itself included; null: without an end.
    valid_to: Option<Date>,
    /// Days that are left of a lot's life when it is shipped, at least; null: what the product
    /// itself asks for.
    min_shelf_life_days: Option<i32>,
    /// Taken where an order names none; one of a customer's always is.
    pub(super) is_default: bool,
    /// How the customer pays; the parts sum to 100 %.
    payment_steps: Vec<PaymentStep>,
    #[graphql(flatten)]
    noted: Noted,
    #[graphql(skip)]
    key: AgreementId,
    #[graphql(skip)]
    customer_id: CustomerId,
    #[graphql(skip)]
    organization_id: Option<OrganizationId>,
    #[graphql(skip)]
    price_list_id: Option<PriceListId>,
    #[graphql(skip)]
    sales_route_id: Option<SalesRouteId>,
}

#[ComplexObject]
impl Agreement {
    /// With whom.
    async fn customer(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Customer>> {
        Ok(Session::of(ctx)?.load(self.customer_id).await?)
    }

    /// The organization it is with; null is any of the tenant's.
    async fn organization(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Organization>> {
        match self.organization_id {
            Some(id) => Ok(Session::of(ctx)?.load(id).await?),
            None => Ok(None),
        }
    }

    /// Its price list; null is the tenant's default one.
    async fn price_list(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<PriceList>> {
        match self.price_list_id {
            Some(id) => Ok(Session::of(ctx)?.load(id).await?),
            None => Ok(None),
        }
    }

    /// How its orders are served, unless they choose for themselves; null is the standard way:
    /// goods are held on confirmation and come from stock.
    async fn sales_route(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<SalesRoute>> {
        Ok(Session::of(ctx)?.load_made(self.sales_route_id).await?)
    }

    /// What was asked about it, newest first, with who decided what and why. Needs the right
    /// `approval.read`.
    async fn approval_requests(
        &self,
        ctx: &Context<'_>,
    ) -> async_graphql::Result<Option<Vec<ApprovalRequest>>> {
        asked_about(ctx, ApprovalsOf(self.key.0)).await
    }

    /// The agreement after each change, newest first, at most 250.
    async fn versions(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<AgreementVersion>> {
        Ok(Session::of(ctx)?.load(VersionsOf(self.key)).await?.unwrap_or_default())
    }

    /// The agreement as one version had it; null where no such version was kept.
    async fn kept_version(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which version.")] number: i32,
    ) -> async_graphql::Result<Option<AgreementVersion>> {
        Ok(Session::of(ctx)?.load((self.key, number)).await?)
    }

    /// The prices fixed in it, by product.
    async fn prices(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Those that hold on this day; all where none is given.")] on: Option<Date>,
        #[graphql(desc = "So many products from the start, at most 250; 50 where none is given.")]
        first: Option<i32>,
        #[graphql(desc = "Those after this cursor.")] after: Option<String>,
    ) -> async_graphql::Result<Connection<ProductPrices>> {
        let around = Around { first, after, last: None, before: None };
        let of = PricesIn::Agreement(self.key);
        Ok(dated_prices::page::<ReadTerms>(ctx, of, on, around).await?)
    }
}

impl From<::catalog::Agreement> for Agreement {
    fn from(row: ::catalog::Agreement) -> Self {
        Self {
            id: global(row.id),
            name: row.fields.name,
            currency: row.fields.currency.into(),
            discount_percent: Decimal(row.fields.discount_percent.get().normalize()),
            credit_policy: row.fields.credit_policy.into(),
            state: row.fields.state.into(),
            valid_from: row.fields.valid_from.map(Into::into),
            valid_to: row.fields.valid_to.map(Into::into),
            min_shelf_life_days: row.fields.min_shelf_life_days,
            is_default: row.fields.is_default,
            payment_steps: row.payment_steps.into_iter().map(Into::into).collect(),
            noted: Noted::of(row.id, row.fields.external_reference, &row.record),
            key: row.id,
            customer_id: row.customer_id,
            organization_id: row.fields.organization_id,
            price_list_id: row.fields.price_list_id,
            sales_route_id: row.fields.sales_route_id,
        }
    }
}

/// The agreements of a customer.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct AgreementsOf(pub(super) CustomerId);

impl Load<AgreementsOf> for Loaders {
    type Value = Vec<Agreement>;

    async fn load(&self, keys: &[AgreementsOf]) -> Loaded<AgreementsOf, Vec<Agreement>> {
        let permit = self.permit::<ReadTerms>()?;
        let ids: Vec<CustomerId> = keys.iter().map(|key| key.0).collect();
        let found = agreements_by_customer(&*self.tx().await?, &permit, &ids).await?;
        let agreements = |rows: Vec<_>| rows.into_iter().map(Agreement::from).collect();
        Ok(found.into_iter().map(|(id, rows)| (AgreementsOf(id), agreements(rows))).collect())
    }
}

impl Load<AgreementId> for Loaders {
    type Value = Agreement;

    async fn load(&self, keys: &[AgreementId]) -> Loaded<AgreementId, Agreement> {
        let permit = self.permit::<ReadTerms>()?;
        let found = agreements_by_id(&*self.tx().await?, &permit, keys).await?;
        Ok(found.into_iter().map(|(id, row)| (id, row.into())).collect())
    }
}
