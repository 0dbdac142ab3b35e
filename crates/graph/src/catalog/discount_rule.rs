//! Discount rules, and how discounts combine.

use ::catalog::pricing::Combination;
use ::catalog::{
    CreateDiscountRule, DiscountRuleChanges, PriceSettings as Settings, ReadPrices, RulesFor,
    UpdateDiscountRule, UpdatePriceSettings, directory_by_ids, discount_rules_for, price_settings,
};
use async_graphql::{
    ComplexObject, Context, ID, InputObject, MaybeUndefined, Object, SimpleObject,
};
use kernel::{
    DiscountRuleId, PriceSegmentId, ProductGroupId, ProductId, Quantity, Refusal, RefusalCode,
    SalesChannelId,
};

use super::explanation::DiscountCombination;
use super::group::ProductGroup;
use super::list::{Around, DirectoryFilter, DirectoryOrder, short_list};
use super::noted::Noted;
use super::product::Product;
use super::segments::{PriceSegment, SalesChannel};
use super::{payloads, percent, tried};
use crate::identity::change;
use crate::ids::{GlobalId, global};
use crate::loaders::{Load, Loaded, Loaders};
use crate::paging::Connection;
use crate::scalars::{CurrencyCode, Date, Decimal};
use crate::session::Session;
use crate::user_error::UserError;

/// A percentage off, and for whom, what and when. What is null matches anything; all that is
/// named must match. Documents that are priced already keep their discounts.
#[derive(Clone, SimpleObject)]
#[graphql(complex)]
pub struct DiscountRule {
    /// The opaque global id.
    #[graphql(owned)]
    pub id: ID,
    /// Its name; unique in the tenant.
    name: String,
    /// How much, per cent of the price.
    percent: Decimal,
    /// From this quantity of a line on, in base units.
    quantity_from: Option<Decimal>,
    /// From this amount of a line on, before discounts.
    line_sum_from: Option<Decimal>,
    /// From this amount of a document on, before discounts.
    document_sum_from: Option<Decimal>,
    /// The currency of the amounts.
    currency: CurrencyCode,
    /// From this day on; null: ever.
    valid_from: Option<Date>,
    /// To this day, itself included; null: without an end.
    valid_to: Option<Date>,
    #[graphql(flatten)]
    noted: Noted,
    #[graphql(skip)]
    price_segment_id: Option<PriceSegmentId>,
    #[graphql(skip)]
    sales_channel_id: Option<SalesChannelId>,
    #[graphql(skip)]
    product_id: Option<ProductId>,
    #[graphql(skip)]
    product_group_id: Option<ProductGroupId>,
}

#[ComplexObject]
impl DiscountRule {
    /// For customers of this price segment.
    async fn price_segment(
        &self,
        ctx: &Context<'_>,
    ) -> async_graphql::Result<Option<PriceSegment>> {
        Ok(Session::of(ctx)?.load_made(self.price_segment_id).await?)
    }

    /// For documents of this sales channel.
    async fn sales_channel(
        &self,
        ctx: &Context<'_>,
    ) -> async_graphql::Result<Option<SalesChannel>> {
        Ok(Session::of(ctx)?.load_made(self.sales_channel_id).await?)
    }

    /// For this product.
    async fn product(&self, ctx: &Context<'_>) -> async_graphql::Result<Option<Product>> {
        Ok(Session::of(ctx)?.load_made(self.product_id).await?)
    }

    /// For products of this group and the groups below it.
    async fn product_group(
        &self,
        ctx: &Context<'_>,
    ) -> async_graphql::Result<Option<ProductGroup>> {
        Ok(Session::of(ctx)?.load_made(self.product_group_id).await?)
    }
}

impl From<::catalog::DiscountRule> for DiscountRule {
    fn from(row: ::catalog::DiscountRule) -> Self {
        let fields = row.fields;
        let plain = |number: kernel::Decimal| Decimal(number.normalize());
        Self {
            id: global(row.id),
            name: fields.name,
            percent: plain(fields.percent.get()),
            quantity_from: fields.quantity_from.map(|least| plain(least.get())),
            line_sum_from: fields.line_sum_from.map(Into::into),
            document_sum_from: fields.document_sum_from.map(Into::into),
            currency: fields.currency.into(),
            valid_from: fields.valid_from.map(Into::into),
            valid_to: fields.valid_to.map(Into::into),
            noted: Noted::of(row.id, fields.external_reference, &row.record),
            price_segment_id: fields.price_segment_id,
            sales_channel_id: fields.sales_channel_id,
            product_id: fields.product_id,
            product_group_id: fields.product_group_id,
        }
    }
}

impl Load<DiscountRuleId> for Loaders {
    type Value = DiscountRule;

    async fn load(&self, keys: &[DiscountRuleId]) -> Loaded<DiscountRuleId, DiscountRule> {
        let permit = self.permit::<ReadPrices>()?;
        let tx = self.tx().await?;
        let found = directory_by_ids::<::catalog::DiscountRule>(&tx, &permit, keys).await?;
        Ok(found.into_iter().map(|(id, row)| (id, row.into())).collect())
    }
}

/// The rules in use for a segment, a channel, a group or a product, by name, at most 250.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct RulesOf(pub(super) RulesFor);

impl Load<RulesOf> for Loaders {
    type Value = Vec<DiscountRule>;

    async fn load(&self, keys: &[RulesOf]) -> Loaded<RulesOf, Vec<DiscountRule>> {
        let permit = self.permit::<ReadPrices>()?;
        let keys: Vec<RulesFor> = keys.iter().map(|key| key.0).collect();
        let found = discount_rules_for(&*self.tx().await?, &permit, &keys).await?;
        let rules = |rows: Vec<_>| rows.into_iter().map(DiscountRule::from).collect();
        Ok(found.into_iter().map(|(key, rows)| (RulesOf(key), rules(rows))).collect())
    }
}

/// What the tenant says about prices.
#[derive(Clone, SimpleObject)]
pub struct PriceSettings {
    /// How automatic discounts combine.
    discount_combination: DiscountCombination,
    /// What they add up to at most, per cent; of SUM only.
    discount_cap: Option<Decimal>,
    /// Grows with each change; an update names the version it has read.
    version: i32,
}

impl From<Settings> for PriceSettings {
    fn from(settings: Settings) -> Self {
        let discount_cap = match settings.combination {
            Combination::Best => None,
            Combination::Sum { cap } => Some(Decimal(cap.get().normalize())),
        };
        let discount_combination = settings.combination.into();
        Self { discount_combination, discount_cap, version: settings.version }
    }
}

/// Queries of discounts.
#[derive(Default)]
pub struct DiscountQuery;

#[Object]
impl DiscountQuery {
    /// The tenant's discount rules. Needs the right price.read.
    #[expect(clippy::too_many_arguments, reason = "a Relay connection with filter and order")]
    async fn discount_rules(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only these.")] filter: Option<DirectoryFilter>,
        #[graphql(desc = "The order; by name where none is given.")] order_by: Option<
            DirectoryOrder,
        >,
        #[graphql(desc = "So many from the start, at most 250; 50 where none is given.")]
        first: Option<i32>,
        #[graphql(desc = "Those after this cursor.")] after: Option<String>,
        #[graphql(desc = "So many from the end, at most 250.")] last: Option<i32>,
        #[graphql(desc = "Those before this cursor.")] before: Option<String>,
    ) -> async_graphql::Result<Connection<DiscountRule>> {
        let around = Around { first, after, last, before };
        let filter = filter.unwrap_or_default().into();
        Ok(short_list::<::catalog::DiscountRule, _>(ctx, filter, order_by, around).await?)
    }

    /// What the tenant says about prices. Needs the right price.read.
    async fn price_settings(&self, ctx: &Context<'_>) -> async_graphql::Result<PriceSettings> {
        Ok(settings_of(ctx).await?)
    }
}

async fn settings_of(ctx: &Context<'_>) -> Result<PriceSettings, crate::errors::Failure> {
    let session = Session::of(ctx)?;
    let permit = session.permit::<ReadPrices>()?;
    Ok(price_settings(&*session.tx().await?, &permit).await?.into())
}

/// A new discount rule.
#[derive(InputObject)]
pub struct CreateDiscountRuleInput {
    /// Its name; unique in the tenant.
    name: String,
    /// How much, above 0 to 100 per cent.
    percent: Decimal,
    /// For customers of this price segment.
    price_segment_id: Option<GlobalId<PriceSegmentId>>,
    /// For products of this group and the groups below it.
    product_group_id: Option<GlobalId<ProductGroupId>>,
    /// For this product.
    product_id: Option<GlobalId<ProductId>>,
    /// For documents of this sales channel.
    sales_channel_id: Option<GlobalId<SalesChannelId>>,
    /// From this quantity of a line on, in base units. At most one of the three is given.
    quantity_from: Option<Decimal>,
    /// From this amount of a line on, before discounts.
    line_sum_from: Option<Decimal>,
    /// From this amount of a document on, before discounts.
    document_sum_from: Option<Decimal>,
    /// The currency of the amounts; the tenant's where none is given.
    currency: Option<CurrencyCode>,
    /// From this day on.
    valid_from: Option<Date>,
    /// To this day, itself included.
    valid_to: Option<Date>,
    /// Its key in another system; unique in the tenant.
    external_reference: Option<String>,
    /// A repeat with this key changes nothing and answers the same.
    idempotency_key: Option<String>,
}

/// Changes of a discount rule; what is left out stays, null empties.
#[derive(InputObject)]
pub struct UpdateDiscountRuleInput {
    /// Which one.
    id: GlobalId<DiscountRuleId>,
    /// The version that was read.
    version: i32,
    /// Its name; unique in the tenant.
    name: Option<String>,
    /// How much, above 0 to 100 per cent.
    percent: Option<Decimal>,
    /// For customers of this price segment.
    price_segment_id: MaybeUndefined<GlobalId<PriceSegmentId>>,
    /// For products of this group and the groups below it.
    product_group_id: MaybeUndefined<GlobalId<ProductGroupId>>,
    /// For this product.
    product_id: MaybeUndefined<GlobalId<ProductId>>,
    /// For documents of this sales channel.
    sales_channel_id: MaybeUndefined<GlobalId<SalesChannelId>>,
    /// From this quantity of a line on, in base units.
    quantity_from: MaybeUndefined<Decimal>,
    /// From this amount of a line on, before discounts.
    line_sum_from: MaybeUndefined<Decimal>,
    /// From this amount of a document on, before discounts.
    document_sum_from: MaybeUndefined<Decimal>,
    /// The currency of the amounts.
    currency: Option<CurrencyCode>,
    /// From this day on.
    valid_from: MaybeUndefined<Date>,
    /// To this day, itself included.
    valid_to: MaybeUndefined<Date>,
    /// Its key in another system; unique in the tenant.
    external_reference: MaybeUndefined<String>,
    /// Archives or restores it.
    archived: Option<bool>,
    /// A repeat with this key changes nothing and answers the same.
    idempotency_key: Option<String>,
}

/// What the tenant says about prices from now on.
#[derive(InputObject)]
pub struct UpdatePriceSettingsInput {
    /// The version that was read.
    version: i32,
    /// How automatic discounts combine.
    discount_combination: DiscountCombination,
    /// What they add up to at most, 0 to 100 per cent; needed with SUM, and only there.
    discount_cap: Option<Decimal>,
    /// A repeat with this key changes nothing and answers the same.
    idempotency_key: Option<String>,
}

fn quantity(value: Decimal) -> Result<Quantity, Refusal> {
    Quantity::new(value.0).map_err(|error| ::catalog::out_of_scale(error).at(["quantityFrom"]))
}

impl CreateDiscountRuleInput {
    fn fields(self) -> Result<DiscountRuleChanges, Refusal> {
        Ok(DiscountRuleChanges {
            name: Some(self.name),
            percent: Some(percent(["percent"], self.percent)?),
            price_segment_id: Some(self.price_segment_id.map(|id| id.0)),
            product_group_id: Some(self.product_group_id.map(|id| id.0)),
            product_id: Some(self.product_id.map(|id| id.0)),
            sales_channel_id: Some(self.sales_channel_id.map(|id| id.0)),
            quantity_from: Some(self.quantity_from.map(quantity).transpose()?),
            line_sum_from: Some(self.line_sum_from.map(|sum| sum.0)),
            document_sum_from: Some(self.document_sum_from.map(|sum| sum.0)),
            currency: self.currency.map(|code| code.0),
            valid_from: Some(self.valid_from.map(|day| day.0)),
            valid_to: Some(self.valid_to.map(|day| day.0)),
            external_reference: Some(self.external_reference),
        })
    }
}

impl UpdateDiscountRuleInput {
    fn command(self) -> Result<UpdateDiscountRule, Refusal> {
        let least = change(self.quantity_from, quantity);
        let least = least.map(Option::transpose).transpose()?;
        let percent = self.percent.map(|value| percent(["percent"], value)).transpose()?;
        let fields = DiscountRuleChanges {
            name: self.name,
            percent,
            price_segment_id: change(self.price_segment_id, |id| id.0),
            product_group_id: change(self.product_group_id, |id| id.0),
            product_id: change(self.product_id, |id| id.0),
            sales_channel_id: change(self.sales_channel_id, |id| id.0),
            quantity_from: least,
            line_sum_from: change(self.line_sum_from, |sum| sum.0),
            document_sum_from: change(self.document_sum_from, |sum| sum.0),
            currency: self.currency.map(|code| code.0),
            valid_from: change(self.valid_from, |day| day.0),
            valid_to: change(self.valid_to, |day| day.0),
            external_reference: change(self.external_reference, |text| text),
        };
        let (id, version, archived) = (self.id.0, self.version, self.archived);
        Ok(UpdateDiscountRule { id, version, fields, archived })
    }
}

impl UpdatePriceSettingsInput {
    fn command(self) -> Result<UpdatePriceSettings, Refusal> {
        let cap = self.discount_cap.map(|cap| percent(["discountCap"], cap)).transpose()?;
        let refused = |code, en: &str, ru: &str| {
            Err(Refusal::new(code, en.to_owned(), ru.to_owned()).at(["discountCap"]))
        };
        let combination = match (self.discount_combination, cap) {
            (DiscountCombination::Best, None) => Combination::Best,
            (DiscountCombination::Sum, Some(cap)) => Combination::Sum { cap },
            (DiscountCombination::Sum, None) => {
                let (en, ru) = ("Name the cap of the sum.", "Укажите предел суммы скидок.");
                return refused(RefusalCode::Required, en, ru);
            }
            (DiscountCombination::Best, Some(_)) => {
                let (en, ru) = ("Only a sum has a cap.", "Предел бывает только у суммы скидок.");
                return refused(RefusalCode::Invalid, en, ru);
            }
        };
        Ok(UpdatePriceSettings { version: self.version, combination })
    }
}

payloads! {
    /// What came of making a discount rule.
    CreateDiscountRulePayload {
        /// The rule; null where it was refused.
        discount_rule: DiscountRule
    }
    /// What came of changing a discount rule.
    UpdateDiscountRulePayload {
        /// The rule; null where it was refused.
        discount_rule: DiscountRule
    }
    /// What came of changing what the tenant says about prices.
    UpdatePriceSettingsPayload {
        /// What holds now; null where it was refused.
        price_settings: PriceSettings
    }
}

/// Mutations of discounts.
#[derive(Default)]
pub struct DiscountMutation;

#[Object]
impl DiscountMutation {
    /// Makes a discount rule. Needs the right price.write.
    async fn create_discount_rule(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The rule.")] mut input: CreateDiscountRuleInput,
    ) -> async_graphql::Result<CreateDiscountRulePayload> {
        let key = input.idempotency_key.take();
        let command = input.fields().map(|fields| CreateDiscountRule { fields });
        let done = tried(ctx, command, key).await?;
        let discount_rule = Session::of(ctx)?.load_made(done.output).await?;
        Ok(CreateDiscountRulePayload { discount_rule, user_errors: done.user_errors })
    }

    /// Changes a discount rule, archives or restores it. Needs the right price.write.
    async fn update_discount_rule(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What changes.")] mut input: UpdateDiscountRuleInput,
    ) -> async_graphql::Result<UpdateDiscountRulePayload> {
        let key = input.idempotency_key.take();
        let done = tried(ctx, input.command(), key).await?;
        let discount_rule = Session::of(ctx)?.load_made(done.output).await?;
        Ok(UpdateDiscountRulePayload { discount_rule, user_errors: done.user_errors })
    }

    /// Says how automatic discounts combine. Needs the right price.write.
    async fn update_price_settings(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What holds from now on.")] mut input: UpdatePriceSettingsInput,
    ) -> async_graphql::Result<UpdatePriceSettingsPayload> {
        let key = input.idempotency_key.take();
        let done = tried(ctx, input.command(), key).await?;
        let price_settings = match done.output {
            None => None,
            Some(()) => Some(settings_of(ctx).await?),
        };
        Ok(UpdatePriceSettingsPayload { price_settings, user_errors: done.user_errors })
    }
}
