//! Proposing agreements, putting them in force, ending them.

use ::catalog::{
    ActivateAgreement, AgreementChanges, CloseAgreement, ProposeAgreement, ProposeAgreementPrices,
    UpdateAgreementProposal,
};
use ::sales::SubmitAgreement;
use async_graphql::{Context, InputObject, MaybeUndefined, Object, SimpleObject};
use kernel::{AgreementId, CustomerId, OrganizationId, PriceListId, Refusal, SalesRouteId};

use super::price_list::PriceInput;
use super::terms::{Agreement, CreditPolicy};
use super::terms_writing::{PaymentStepInput, steps};
use super::{payloads, percent, tried};
use crate::approvals::{ApprovalRequest, waiting};
use crate::idempotency::mutate;
use crate::identity::change;
use crate::ids::GlobalId;
use crate::scalars::{CurrencyCode, Date, Decimal};
use crate::session::Session;
use crate::simulation::simulates;
use crate::user_error::UserError;

/// What is proposed; what is left out stays, or is as in any new agreement, null empties.
#[derive(InputObject)]
pub struct AgreementTermsInput {
    /// The organization it is with; null is any of the tenant's.
    organization_id: MaybeUndefined<GlobalId<OrganizationId>>,
    /// Its price list; null is the tenant's default one.
    price_list_id: MaybeUndefined<GlobalId<PriceListId>>,
    /// Must be the price list's currency; left out, it is taken from there.
    currency: Option<CurrencyCode>,
    /// The personal discount on list prices, 0 to 100 per cent.
    discount_percent: Option<Decimal>,
    /// What a gate does over the credit limit.
    credit_policy: Option<CreditPolicy>,
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
    /// How the customer pays, 1 to 12 parts that sum to 100 %; a new draft without them takes those
    /// of the sales route that is named here, else those that are copied.
    payment_steps: Option<Vec<PaymentStepInput>>,
    /// Its key in another system; unique in the tenant.
    external_reference: MaybeUndefined<String>,
}

type Terms = (AgreementChanges, Option<Vec<::catalog::PaymentStep>>);

fn terms(name: Option<String>, input: Option<AgreementTermsInput>) -> Result<Terms, Refusal> {
    let Some(input) = input else {
        return Ok((AgreementChanges { name, ..AgreementChanges::default() }, None));
    };
    let within = |refusal: Refusal| refusal.within(["terms"]);
    let discount = |value| percent(["discountPercent"], value);
    let fields = AgreementChanges {
        name,
        organization_id: change(input.organization_id, |id| id.0),
        price_list_id: change(input.price_list_id, |id| id.0),
        currency: input.currency.map(|code| code.0),
        discount_percent: input.discount_percent.map(discount).transpose().map_err(within)?,
        credit_policy: input.credit_policy.map(Into::into),
        state: None,
        valid_from: change(input.valid_from, |day| day.0),
        valid_to: change(input.valid_to, |day| day.0),
        min_shelf_life_days: change(input.min_shelf_life_days, |days| days),
        sales_route_id: change(input.sales_route_id, |id| id.0),
        is_default: None,
        external_reference: change(input.external_reference, |text| text),
    };
    Ok((fields, steps(input.payment_steps).map_err(within)?))
}

/// An agreement that is proposed.
#[derive(InputObject)]
pub struct ProposeAgreementInput {
    /// With whom.
    customer_id: GlobalId<CustomerId>,
    /// Its name; unique with the customer.
    name: String,
    /// An agreement to begin from: its terms, payment steps and fixed prices.
    copy_of: Option<GlobalId<AgreementId>>,
    /// The terms, or what differs from those that are copied.
    terms: Option<AgreementTermsInput>,
    /// A repeat with this key changes nothing and answers the same.
    idempotency_key: Option<String>,
}

/// Changes of a draft.
#[derive(InputObject)]
pub struct UpdateAgreementProposalInput {
    /// Which one.
    id: GlobalId<AgreementId>,
    /// The version that was read.
    version: i32,
    /// Its name; unique with the customer.
    name: Option<String>,
    /// What changes of its terms.
    terms: Option<AgreementTermsInput>,
    /// True takes the draft back, false brings it up again.
    archived: Option<bool>,
    /// A repeat with this key changes nothing and answers the same.
    idempotency_key: Option<String>,
}

/// Prices that are proposed to be fixed, from one day on.
#[derive(InputObject)]
pub struct ProposeAgreementPricesInput {
    /// The draft.
    agreement_id: GlobalId<AgreementId>,
    /// The first day they hold.
    valid_from: Date,
    /// The prices in the agreement's currency, with or without VAT as its documents; each product
    /// once in a variant, packaging and quantity; at most 5,000.
    prices: Vec<PriceInput>,
    /// A repeat with this key changes nothing and answers the same.
    idempotency_key: Option<String>,
}

/// Which draft is put in force.
#[derive(InputObject)]
pub struct ActivateAgreementInput {
    /// Which one.
    id: GlobalId<AgreementId>,
    /// The version that was read.
    version: i32,
    /// True makes it the default instead of the one that is.
    is_default: Option<bool>,
    /// A repeat with this key changes nothing and answers the same.
    idempotency_key: Option<String>,
}

/// Which draft is to be put in force by whoever has to agree.
#[derive(InputObject)]
pub struct SubmitAgreementInput {
    /// Which one.
    id: GlobalId<AgreementId>,
    /// The version that was read; not asked where none is given.
    version: Option<i32>,
    /// Only try it out: the answer shows how everything would be, and nothing of it is kept.
    #[graphql(default)]
    simulate: bool,
    /// A repeat with this key changes nothing and answers the same.
    idempotency_key: Option<String>,
}

/// Which agreement ends.
#[derive(InputObject)]
pub struct CloseAgreementInput {
    /// Which one.
    id: GlobalId<AgreementId>,
    /// The version that was read.
    version: i32,
    /// A repeat with this key changes nothing and answers the same.
    idempotency_key: Option<String>,
}

payloads! {
    /// What came of proposing an agreement.
    ProposeAgreementPayload {
        /// The draft; null where it was refused.
        agreement: Agreement
    }
    /// What came of changing a draft.
    UpdateAgreementProposalPayload {
        /// The draft; null where it was refused.
        agreement: Agreement
    }
    /// What came of proposing prices.
    ProposeAgreementPricesPayload {
        /// The draft; null where it was refused.
        agreement: Agreement
    }
    /// What came of putting a draft in force.
    ActivateAgreementPayload {
        /// The agreement; null where it was refused.
        agreement: Agreement
    }
    /// What came of ending an agreement.
    CloseAgreementPayload {
        /// The agreement; null where it was refused.
        agreement: Agreement
    }
}

/// What came of asking for a draft to be put in force.
#[derive(SimpleObject)]
#[graphql(complex)]
pub struct SubmitAgreementPayload {
    /// The agreement: in PENDING_APPROVAL where somebody has to agree first; null where it was
    /// refused.
    agreement: Option<Agreement>,
    /// What it waits for; it is put in force by itself once all have agreed. Null where nobody has to
    /// agree, or the caller may not see it.
    approval_request: Option<ApprovalRequest>,
    /// Why nothing was written; empty where it was.
    user_errors: Vec<UserError>,
}

/// Mutations of an agreement's life.
#[derive(Default)]
pub struct ProposalMutation;

#[Object]
impl ProposalMutation {
    /// Proposes an agreement with a customer: a draft, under which no document is made until
    /// somebody who writes terms puts it in force. Needs the right terms.propose.
    async fn propose_agreement(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is proposed.")] input: ProposeAgreementInput,
    ) -> async_graphql::Result<ProposeAgreementPayload> {
        let (customer, copy_of) = (input.customer_id.0, input.copy_of.map(|id| id.0));
        let command = terms(Some(input.name), input.terms)
            .map(|(fields, steps)| ProposeAgreement { customer, copy_of, fields, steps });
        let done = tried(ctx, command, input.idempotency_key).await?;
        let agreement = Session::of(ctx)?.load_made(done.output).await?;
        Ok(ProposeAgreementPayload { agreement, user_errors: done.user_errors })
    }

    /// Changes a draft, by its author or whoever writes terms. Needs the right terms.propose.
    async fn update_agreement_proposal(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What changes.")] input: UpdateAgreementProposalInput,
    ) -> async_graphql::Result<UpdateAgreementProposalPayload> {
        let (id, version, archived) = (input.id.0, input.version, input.archived);
        let command = terms(input.name, input.terms).map(|(fields, steps)| {
            UpdateAgreementProposal { id, version, fields, steps, archived }
        });
        let done = tried(ctx, command, input.idempotency_key).await?;
        let agreement = Session::of(ctx)?.load_made(done.output).await?;
        Ok(UpdateAgreementProposalPayload { agreement, user_errors: done.user_errors })
    }

    /// Proposes prices fixed in a draft, by its author or whoever writes terms; a price of the
    /// same product and day is replaced. Needs the right terms.propose.
    async fn propose_agreement_prices(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The prices.")] input: ProposeAgreementPricesInput,
    ) -> async_graphql::Result<ProposeAgreementPricesPayload> {
        let command = ProposeAgreementPrices {
            agreement: input.agreement_id.0,
            valid_from: input.valid_from.0,
            prices: input.prices.into_iter().map(Into::into).collect(),
        };
        let done = mutate(ctx, command, input.idempotency_key).await?;
        let agreement = Session::of(ctx)?.load_made(done.output).await?;
        Ok(ProposeAgreementPricesPayload { agreement, user_errors: done.user_errors })
    }

    /// Asks for a draft to be put in force, by its author or whoever writes terms: those whom the rule
    /// of `SPECIAL_TERMS` names are asked, and once they agree it is in force by itself. Without a
    /// rule about it only whoever writes terms puts it in force (`NO_APPROVER`). Needs the right
    /// terms.propose.
    async fn submit_agreement(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which one.")] input: SubmitAgreementInput,
    ) -> async_graphql::Result<SubmitAgreementPayload> {
        let session = Session::of(ctx)?;
        let command = SubmitAgreement { id: input.id.0, version: input.version };
        let done = mutate(ctx, command, input.idempotency_key).await?;
        let approval_request = match done.output {
            Some(id) => waiting(session, id.0).await?,
            None => None,
        };
        let agreement = session.load_made(done.output).await?;
        Ok(SubmitAgreementPayload { agreement, approval_request, user_errors: done.user_errors })
    }

    /// Puts a draft in force: documents are made under it from now on. Needs the right
    /// terms.write.
    async fn activate_agreement(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which one.")] input: ActivateAgreementInput,
    ) -> async_graphql::Result<ActivateAgreementPayload> {
        let (id, version, is_default) = (input.id.0, input.version, input.is_default);
        let command = ActivateAgreement { id, version, is_default };
        let done = mutate(ctx, command, input.idempotency_key).await?;
        let agreement = Session::of(ctx)?.load_made(done.output).await?;
        Ok(ActivateAgreementPayload { agreement, user_errors: done.user_errors })
    }

    /// Ends an agreement in force: no new document is made under it, those made keep its terms.
    /// Needs the right terms.write.
    async fn close_agreement(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which one.")] input: CloseAgreementInput,
    ) -> async_graphql::Result<CloseAgreementPayload> {
        let command = CloseAgreement { id: input.id.0, version: input.version };
        let done = mutate(ctx, command, input.idempotency_key).await?;
        let agreement = Session::of(ctx)?.load_made(done.output).await?;
        Ok(CloseAgreementPayload { agreement, user_errors: done.user_errors })
    }
}

simulates!(SubmitAgreementPayload);
