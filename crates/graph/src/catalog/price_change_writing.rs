//! Previewing, applying and undoing changes of many prices.

use ::catalog::{
    ApplyPriceChange, BY_MOMENT, PreviewPriceChange, PriceChangePlan, PriceSource, ReadPrices,
    count_price_changes, preview_price_change, price_changes,
};
use ::sales::UndoPriceChange;
use async_graphql::{Context, InputObject, Object, SimpleObject};
use db::CommandError;
use kernel::{
    Direction, PriceChangeId, PriceListId, ProductGroupId, ProductId, Refusal, RefusalCode,
    Rounding, SupplierId,
};

use super::list::Around;
use super::price_change::PriceChange;
use super::price_list::RoundingDirection;
use super::price_preview::PriceChangePreview;
use super::{payloads, tried};
use crate::errors::Failure;
use crate::idempotency::mutate;
use crate::ids::GlobalId;
use crate::paging::Connection;
use crate::scalars::{Date, Decimal};
use crate::session::Session;
use crate::user_error::UserError;

/// Which prices change and how: new price = source price × (1 + percent/100) + amount, rounded. In
/// every variant, unit and quantity that the source holds on the day.
#[derive(Clone, InputObject)]
pub struct PriceChangeInput {
    /// Whose prices change: a list with prices of its own. Derived lists follow by themselves.
    price_list_id: GlobalId<PriceListId>,
    /// The first day of the new prices.
    valid_from: Date,
    /// The list whose prices they are computed from; the same list where none is given. A price in
    /// another currency is converted at the rate of the day.
    source_list_id: Option<GlobalId<PriceListId>>,
    /// The supplier whose prices they are computed from instead: needs the right cost.read.
    supplier_id: Option<GlobalId<SupplierId>>,
    /// Products of these groups and the groups below them; of any where none are given.
    product_group_ids: Option<Vec<GlobalId<ProductGroupId>>>,
    /// These products; any where none are given.
    product_ids: Option<Vec<GlobalId<ProductId>>>,
    /// Per cent more, below zero less; up to four places.
    percent: Option<Decimal>,
    /// So much more in the list's currency, below zero less; up to four places.
    amount: Option<Decimal>,
    /// To multiples of what they are rounded; to four places where none is given.
    rounding_step: Option<Decimal>,
    /// Where a price goes that lies between two steps; to the nearer one where none is given.
    rounding_direction: Option<RoundingDirection>,
}

impl PriceChangeInput {
    fn plan(self) -> Result<PriceChangePlan, Refusal> {
        let source = match (self.source_list_id, self.supplier_id) {
            (None, None) => PriceSource::Own,
            (Some(list), None) => PriceSource::List(list.0),
            (None, Some(supplier)) => PriceSource::Supplier(supplier.0),
            (Some(_), Some(_)) => {
                let (en, ru) = (
                    "Prices come from a list or from a supplier, not from both.",
                    "Цены рассчитывают по виду цен или по поставщику, но не по обоим.",
                );
                return Err(Refusal::new(RefusalCode::Invalid, en, ru).at(["supplierId"]));
            }
        };
        let way = self.rounding_direction.map_or(kernel::RoundingDirection::Nearest, Into::into);
        let rounding = self.rounding_step.map(|step| Rounding::new(step.0, way)).transpose();
        let rounding =
            rounding.map_err(|error| ::catalog::out_of_scale(error).at(["roundingStep"]))?;
        let number = |value: Option<Decimal>| value.map(|value| value.0).unwrap_or_default();
        let groups = self.product_group_ids.unwrap_or_default();
        let products = self.product_ids.unwrap_or_default();
        Ok(PriceChangePlan {
            list: self.price_list_id.0,
            valid_from: self.valid_from.0,
            source,
            groups: groups.into_iter().map(|id| id.0).collect(),
            products: products.into_iter().map(|id| id.0).collect(),
            percent: number(self.percent),
            amount: number(self.amount),
            rounding,
        })
    }
}

/// A change of many prices that is applied.
#[derive(InputObject)]
pub struct ApplyPriceChangeInput {
    /// Which prices and how: as it was previewed.
    change: PriceChangeInput,
    /// Why; at most 2,000 characters.
    comment: Option<String>,
    /// Its key in another system; unique in the tenant.
    external_reference: Option<String>,
    /// A repeat with this key changes nothing and answers the same.
    idempotency_key: Option<String>,
}

/// Which change is taken back.
#[derive(InputObject)]
pub struct UndoPriceChangeInput {
    /// Which one.
    id: GlobalId<PriceChangeId>,
    /// The version that was read.
    version: i32,
    /// A repeat with this key changes nothing and answers the same.
    idempotency_key: Option<String>,
}

/// What a change of many prices would do, or why it cannot be.
#[derive(SimpleObject)]
pub struct PreviewPriceChangePayload {
    /// What it would do; null where it cannot be.
    preview: Option<PriceChangePreview>,
    /// Why it cannot be; empty where it can.
    user_errors: Vec<UserError>,
}

payloads! {
    /// What came of changing many prices.
    ApplyPriceChangePayload {
        /// The change; null where it was refused.
        price_change: PriceChange
    }
    /// What came of taking a change back.
    UndoPriceChangePayload {
        /// The change; null where it was refused.
        price_change: PriceChange
    }
}

/// Queries of changes of many prices.
#[derive(Default)]
pub struct PriceChangeQuery;

#[Object]
impl PriceChangeQuery {
    /// What a change of many prices would do: nothing is written. Needs the right price.write.
    async fn preview_price_change(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which prices and how.")] input: PriceChangeInput,
    ) -> async_graphql::Result<PreviewPriceChangePayload> {
        let session = Session::of(ctx)?;
        let permit = session.permit::<PreviewPriceChange>()?;
        let tx = session.tx().await?;
        let planned = match input.plan() {
            Ok(plan) => preview_price_change(&tx, &permit, plan).await,
            Err(refusal) => Err(refusal.into()),
        };
        match planned {
            Ok(plan) => Ok(PreviewPriceChangePayload {
                preview: Some(PriceChangePreview::of(plan)),
                user_errors: Vec::new(),
            }),
            Err(CommandError::Refused(refusal)) => Ok(PreviewPriceChangePayload {
                preview: None,
                user_errors: vec![UserError::of(&refusal, session.language())],
            }),
            Err(other) => Err(Failure::from(other).into()),
        }
    }

    /// The changes of many prices, newest first. Needs the right price.read.
    async fn price_changes(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Those of this list's prices.")] price_list_id: Option<
            GlobalId<PriceListId>,
        >,
        #[graphql(desc = "So many from the start, at most 250; 50 where none is given.")]
        first: Option<i32>,
        #[graphql(desc = "Those after this cursor.")] after: Option<String>,
        #[graphql(desc = "So many from the end, at most 250.")] last: Option<i32>,
        #[graphql(desc = "Those before this cursor.")] before: Option<String>,
    ) -> async_graphql::Result<Connection<PriceChange>> {
        let session = Session::of(ctx)?;
        let permit = session.permit::<ReadPrices>()?;
        let request = Around { first, after, last, before }.request(BY_MOMENT)?;
        let list = price_list_id.map(|id| id.0);
        let tx = session.tx().await?;
        let rows = price_changes(&tx, &permit, list, Direction::Desc, &request).await;
        let rows = rows.map_err(Failure::from)?;
        Ok(Connection::try_of(rows, PriceChange::of)?.counted(move |session| {
            let permit = permit.clone();
            async move {
                let tx = session.tx().await?;
                Ok(count_price_changes(&tx, &permit, list).await?)
            }
        }))
    }

    /// One change of many prices. Needs the right price.read.
    async fn price_change(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its global id.")] id: GlobalId<PriceChangeId>,
    ) -> async_graphql::Result<Option<PriceChange>> {
        Ok(Session::of(ctx)?.found(id.0).await?)
    }
}

/// Mutations of changes of many prices.
#[derive(Default)]
pub struct PriceChangeMutation;

#[Object]
impl PriceChangeMutation {
    /// Changes many prices of a list from one day on, all or none. Prices for later days stay.
    /// Needs the right price.write.
    async fn apply_price_change(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The change.")] input: ApplyPriceChangeInput,
    ) -> async_graphql::Result<ApplyPriceChangePayload> {
        let (comment, external_reference) = (input.comment, input.external_reference);
        let within = |refusal: Refusal| refusal.within(["change"]);
        let plan = input.change.plan().map_err(within);
        let command = plan.map(|plan| ApplyPriceChange { plan, comment, external_reference });
        let done = tried(ctx, command, input.idempotency_key).await?;
        let price_change = Session::of(ctx)?.load_made(done.output).await?;
        Ok(ApplyPriceChangePayload { price_change, user_errors: done.user_errors })
    }

    /// Takes a change of many prices back, as long as nothing relies on it: no order was priced
    /// from it, none of its prices was set anew, no later change was computed from it. Needs the
    /// right price.write.
    async fn undo_price_change(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which one.")] input: UndoPriceChangeInput,
    ) -> async_graphql::Result<UndoPriceChangePayload> {
        let command = UndoPriceChange { id: input.id.0, version: input.version };
        let done = mutate(ctx, command, input.idempotency_key).await?;
        let price_change = Session::of(ctx)?.load_made(done.output).await?;
        Ok(UndoPriceChangePayload { price_change, user_errors: done.user_errors })
    }
}
