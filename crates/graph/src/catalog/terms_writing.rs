//! Making and changing agreements.

use ::catalog::{AgreementChanges, SaveAgreement, SetAgreementPrices};
use async_graphql::{Context, InputObject, MaybeUndefined, Object, SimpleObject};
use kernel::{
    AgreementId, CustomerId, OrganizationId, PriceListId, Refusal, RefusalCode, SalesRouteId,
};

use super::price_list::PriceInput;
use super::terms::{Agreement, AgreementState, CreditPolicy, PaymentMoment};
use super::{payloads, percent, tried};
use crate::idempotency::mutate;
use crate::identity::change;
use crate::ids::GlobalId;
use crate::scalars::{CurrencyCode, Date, Decimal};
use crate::session::Session;
use crate::user_error::UserError;

/// One part of what a customer pays for an order.
#[derive(Clone, InputObject)]
pub struct PaymentStepInput {
    /// The part, above 0 per cent; all parts sum to 100.
    percent: Decimal,
    /// When it falls due.
    moment: PaymentMoment,
    /// Days after the shipment, 0 to 3650; 0 for payments before it.
    #[graphql(default)]
    days: i32,
}

/// Payment steps of an input.
pub(super) fn steps(
    inputs: Option<Vec<PaymentStepInput>>,
) -> Result<Option<Vec<::catalog::PaymentStep>>, Refusal> {
    let Some(inputs) = inputs else { return Ok(None) };
    let step = |(place, step): (usize, PaymentStepInput)| {
        Ok(::catalog::PaymentStep {
            percent: percent(["paymentSteps", &place.to_string(), "percent"], step.percent)?,
            moment: step.moment.into(),
            days: step.days,
        })
    };
    inputs.into_iter().enumerate().map(step).collect::<Result<_, _>>().map(Some)
}

/// A new agreement, or changes of one; what is left out stays, null empties.
#[derive(InputObject)]
pub struct SaveAgreementInput {
    /// Which one changes; left out, a new one is made.
    id: Option<GlobalId<AgreementId>>,
    /// The version that was read; needed with `id`.
    version: Option<i32>,
    /// With whom; stays as it was made.
    customer_id: GlobalId<CustomerId>,
    /// Its name; unique with the customer.
    name: Option<String>,
    /// The organization it is with; null is any of the tenant's.
    organization_id: MaybeUndefined<GlobalId<OrganizationId>>,
    /// Its price list; null is the tenant's default one.
    price_list_id: MaybeUndefined<GlobalId<PriceListId>>,
    /// Must be the price list's currency; left out, it is taken from there.
    currency: Option<CurrencyCode>,
    /// The personal discount on list prices, 0 to 100 per cent.
    discount_percent: Option<Decimal>,
    /// What a gate does over the credit limit; WARN where none was ever given.
    credit_policy: Option<CreditPolicy>,
    /// A new one is ACTIVE where none is given; a draft is activated, an agreement in force is
    /// closed, and nothing comes back.
    state: Option<AgreementState>,
    /// New documents are made under it from this day on; null: ever.
    valid_from: MaybeUndefined<Date>,
    /// New documents are made under it to this day, itself included; null: without an end.
    valid_to: MaybeUndefined<Date>,
    /// Days that are left of a lot's life when it is shipped, 1 to 36,500; null: what the product
    /// itself asks for.
    min_shelf_life_days: MaybeUndefined<i32>,
    /// How its orders are served; null is the standard way: goods are held on confirmation and come
    /// from stock.
    sales_route_id: MaybeUndefined<GlobalId<SalesRouteId>>,
    /// True makes it the default instead of the one that is.
    is_default: Option<bool>,
    /// How the customer pays, 1 to 12 parts that sum to 100 %; a new agreement without them takes
    /// those of its sales route, else asks for everything on the day of the shipment.
    payment_steps: Option<Vec<PaymentStepInput>>,
    /// Its key in another system; unique in the tenant.
    external_reference: MaybeUndefined<String>,
    /// Archives or restores it.
    archived: Option<bool>,
    /// A repeat with this key changes nothing and answers the same.
    idempotency_key: Option<String>,
}

impl SaveAgreementInput {
    fn command(self) -> Result<SaveAgreement, Refusal> {
        let change_of = match (self.id, self.version) {
            (None, _) => None,
            (Some(id), Some(version)) => Some((id.0, version)),
            (Some(_), None) => {
                let (en, ru) = ("Name the version that was read.", "Укажите прочитанную версию.");
                return Err(Refusal::new(RefusalCode::Required, en, ru).at(["version"]));
            }
        };
        let discount = |value| percent(["discountPercent"], value);
        let fields = AgreementChanges {
            name: self.name,
            organization_id: change(self.organization_id, |id| id.0),
            price_list_id: change(self.price_list_id, |id| id.0),
            currency: self.currency.map(|code| code.0),
            discount_percent: self.discount_percent.map(discount).transpose()?,
            credit_policy: self.credit_policy.map(Into::into),
            state: self.state.map(Into::into),
            valid_from: change(self.valid_from, |day| day.0),
            valid_to: change(self.valid_to, |day| day.0),
            min_shelf_life_days: change(self.min_shelf_life_days, |days| days),
            sales_route_id: change(self.sales_route_id, |id| id.0),
            is_default: self.is_default,
            external_reference: change(self.external_reference, |text| text),
        };
        Ok(SaveAgreement {
            customer: self.customer_id.0,
            change: change_of,
            fields,
            steps: steps(self.payment_steps)?,
            archived: self.archived,
        })
    }
}

/// Prices agreed with one customer from one day on.
#[derive(InputObject)]
pub struct SetAgreementPricesInput {
    /// The agreement.
    agreement_id: GlobalId<AgreementId>,
    /// The first day they hold.
    valid_from: Date,
    /// The prices in the agreement's currency, with or without VAT as its documents; each product
    /// once in a variant, packaging and quantity; at most 5,000.
    prices: Vec<PriceInput>,
    /// A repeat with this key changes nothing and answers the same.
    idempotency_key: Option<String>,
}

payloads! {
    /// What came of setting agreed prices.
    SetAgreementPricesPayload {
        /// The agreement; null where it was refused.
        agreement: Agreement
    }
    /// What came of making or changing an agreement.
    SaveAgreementPayload {
        /// The agreement; null where it was refused.
        agreement: Agreement
    }
}

/// Mutations of agreements.
#[derive(Default)]
pub struct TermsMutation;

#[Object]
impl TermsMutation {
    /// Makes an agreement with a customer, or changes one. Documents made before keep their
    /// terms.
    async fn save_agreement(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The agreement.")] mut input: SaveAgreementInput,
    ) -> async_graphql::Result<SaveAgreementPayload> {
        let key = input.idempotency_key.take();
        let done = tried(ctx, input.command(), key).await?;
        let agreement = Session::of(ctx)?.load_made(done.output).await?;
        Ok(SaveAgreementPayload { agreement, user_errors: done.user_errors })
    }

    /// Sets prices agreed with one customer from one day on; no automatic discount falls on them,
    /// and documents made before keep theirs. Needs the right terms.write.
    async fn set_agreement_prices(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The prices.")] input: SetAgreementPricesInput,
    ) -> async_graphql::Result<SetAgreementPricesPayload> {
        let command = SetAgreementPrices {
            agreement: input.agreement_id.0,
            valid_from: input.valid_from.0,
            prices: input.prices.into_iter().map(Into::into).collect(),
        };
        let done = mutate(ctx, command, input.idempotency_key).await?;
        let agreement = Session::of(ctx)?.load_made(done.output).await?;
        Ok(SetAgreementPricesPayload { agreement, user_errors: done.user_errors })
    }
}
