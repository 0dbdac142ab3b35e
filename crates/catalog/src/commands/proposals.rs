//! The life of an agreement: whoever looks after a customer proposes a draft, whoever writes terms
//! puts it in force and ends it (domain, sections 4 and 10).

use access::{Action, Permit};
use db::{Command, CommandError, Outcome, TenantTx};
use kernel::{AgreementId, CustomerId, NaiveDate, Refusal, RefusalCode};
use serde_json::json;

use super::agreements::{
    NewAgreement, Revision, check_fixed_prices, fix_prices, make, revise, with_customer,
};
use super::customers::{held as held_customer, tell_of_part};
use super::{Deed, SaveAgreement, archived_after, changes};
use crate::checks::same_version;
use crate::constraints::unknown;
use crate::records::{Agreement, AgreementChanges, AgreementFields, CustomerFields};
use crate::rules::{AgreementState, PaymentStep};
use crate::store::{Held, NewPrice, agreements_by_id, copy_agreement_prices};
use crate::{CreditPolicy, ReadTerms};

const KIND: &str = "Agreement";

/// Proposes an agreement with a customer within reach: a draft, under which no document is made.
#[derive(Clone, Debug)]
pub struct ProposeAgreement {
    /// With whom.
    pub customer: CustomerId,
    /// An agreement that the caller sees, to begin from: its terms, payment steps and fixed
    /// prices.
    pub copy_of: Option<AgreementId>,
    /// The fields that differ from there; a draft is never the default.
    pub fields: AgreementChanges,
    /// How the customer is to pay; sums to 100 %. `None` is what the route named here says, else
    /// what is copied, else everything on the day of the shipment.
    pub steps: Option<Vec<PaymentStep>>,
}

#[async_trait::async_trait]
impl Command for ProposeAgreement {
    type Output = AgreementId;

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<AgreementId> {
        let customer = held_customer(tx, permit, self.customer).await?;
        archived_after(&customer.record, None, tx.now())?;
        let copied = match self.copy_of {
            Some(id) => Some(seen(tx, permit, id).await?),
            None => None,
        };
        let begun = copied.as_ref().map(|found| as_changes(&found.fields)).unwrap_or_default();
        let state = Some(AgreementState::Draft);
        let fields = AgreementChanges { state, ..proposed(over(begun, &self.fields)) };
        // Another route brings its own steps.
        let kept = copied.as_ref().filter(|_| !matches!(self.fields.sales_route_id, Some(Some(_))));
        let copied_steps = kept.map(|found| found.payment_steps.as_slice());
        let steps = self.steps.as_deref().or(copied_steps);
        let new = NewAgreement { customer: self.customer, fields: &fields, steps };
        let (id, fields) = make(tx, permit, &new).await?;
        if let Some(found) = &copied {
            check_fixed_prices(tx, permit, found.id, (&found.fields, &fields)).await?;
            copy_agreement_prices(tx, permit, found.id, id).await?;
        }
        let deed = Deed::new("proposeAgreement", KIND, id);
        let mut noted = changes(None, &fields);
        if let Some(found) = &copied {
            noted["copyOf"] = json!({ "before": null, "after": found.id });
        }
        deed.audit(tx, noted);
        tell_of_part(tx, deed, &customer);
        Ok(id)
    }
}

/// Changes a draft, by its author or whoever writes terms.
#[derive(Clone, Debug)]
pub struct UpdateAgreementProposal {
    /// Which one.
    pub id: AgreementId,
    /// The version it was read at.
    pub version: i32,
    /// What changes; a draft is never the default.
    pub fields: AgreementChanges,
    /// How the customer is to pay; `None` leaves it.
    pub steps: Option<Vec<PaymentStep>>,
    /// Takes the draft back, or brings it up again.
    pub archived: Option<bool>,
}

#[async_trait::async_trait]
impl Command for UpdateAgreementProposal {
    type Output = AgreementId;

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<AgreementId> {
        let (customer, held) = own_draft(tx, permit, self.id).await?;
        let fields = proposed(self.fields.clone());
        let revision = Revision {
            version: self.version,
            fields: &fields,
            steps: self.steps.as_deref(),
            archived: self.archived,
        };
        let noted = revise(tx, permit, customer.id.into(), &held, &revision).await?;
        let deed = Deed::new("updateAgreementProposal", KIND, self.id);
        deed.audit(tx, noted);
        tell_of_part(tx, deed, &customer);
        Ok(self.id)
    }
}

/// Proposes prices fixed in a draft, by its author or whoever writes terms.
#[derive(Clone, Debug)]
pub struct ProposeAgreementPrices {
    /// The draft.
    pub agreement: AgreementId,
    /// The first day they hold.
    pub valid_from: NaiveDate,
    /// The prices, in the agreement's currency.
    pub prices: Vec<NewPrice>,
}

#[async_trait::async_trait]
impl Command for ProposeAgreementPrices {
    type Output = AgreementId;

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<AgreementId> {
        let (customer, held) = own_draft(tx, permit, self.agreement).await?;
        let deed = Deed::new("proposeAgreementPrices", KIND, self.agreement);
        fix_prices(tx, permit, deed, &held, (self.valid_from, &self.prices)).await?;
        tell_of_part(tx, deed, &customer);
        Ok(self.agreement)
    }
}

/// Puts a draft in force.
#[derive(Clone, Debug)]
pub struct ActivateAgreement {
    /// Which one.
    pub id: AgreementId,
    /// The version it was read at.
    pub version: i32,
    /// Makes it the default instead of the one that is.
    pub is_default: Option<bool>,
}

#[async_trait::async_trait]
impl Command for ActivateAgreement {
    type Output = AgreementId;

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<AgreementId> {
        let fields = AgreementChanges {
            state: Some(AgreementState::Active),
            is_default: self.is_default,
            ..AgreementChanges::default()
        };
        let deed = Deed::new("activateAgreement", KIND, self.id);
        go_over(tx, permit, deed, self.version, fields).await?;
        Ok(self.id)
    }
}

/// Ends an agreement in force: documents made under it keep its terms.
#[derive(Clone, Debug)]
pub struct CloseAgreement {
    /// Which one.
    pub id: AgreementId,
    /// The version it was read at.
    pub version: i32,
}

#[async_trait::async_trait]
impl Command for CloseAgreement {
    type Output = AgreementId;

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<AgreementId> {
        let state = Some(AgreementState::Closed);
        let fields = AgreementChanges { state, ..AgreementChanges::default() };
        let deed = Deed::new("closeAgreement", KIND, self.id);
        go_over(tx, permit, deed, self.version, fields).await?;
        Ok(self.id)
    }
}

async fn go_over<A: Action>(
    tx: &TenantTx,
    permit: &Permit<A>,
    deed: Deed,
    version: i32,
    fields: AgreementChanges,
) -> Outcome<()> {
    let (customer, held) = with_customer(tx, permit, deed.id.into()).await?;
    same_version(held.record.version, version)?;
    same_state_is_no_step(&held.fields, &fields)?;
    let revision = Revision { version, fields: &fields, steps: None, archived: None };
    let noted = revise(tx, permit, customer.id.into(), &held, &revision).await?;
    deed.audit(tx, noted);
    tell_of_part(tx, deed, &customer);
    Ok(())
}

/// Saving an agreement may name the state it has; activating and closing are steps.
fn same_state_is_no_step(held: &AgreementFields, next: &AgreementChanges) -> Result<(), Refusal> {
    if next.state != Some(held.state) {
        return Ok(());
    }
    Err(Refusal::new(
        RefusalCode::IllegalTransition,
        "The agreement is in this state already.",
        "Соглашение уже в этом состоянии.",
    )
    .with(json!({ "state": held.state })))
}

/// A draft that the caller may change: his own, or any for those who write terms.
pub(super) async fn own_draft<A: Action>(
    tx: &TenantTx,
    permit: &Permit<A>,
    id: AgreementId,
) -> Outcome<(Held<CustomerFields>, Held<AgreementFields>)> {
    let (customer, held) = with_customer(tx, permit, id).await?;
    if held.record.created_by.is_none() || held.record.created_by != permit.user() {
        let terms = permit.scope().permit::<SaveAgreement>()?;
        if !terms.reaches(customer.fields.manager_id, Some(customer.id.into())) {
            return Err(CommandError::NotFound);
        }
    }
    if held.fields.state != AgreementState::Draft {
        return Err(Refusal::new(
            RefusalCode::IllegalTransition,
            "The agreement is no draft any more: whoever writes terms changes it.",
            "Соглашение уже не черновик: его меняет тот, кто ведёт условия.",
        )
        .with(json!({ "state": held.fields.state }))
        .into());
    }
    Ok((customer, held))
}

/// An agreement that the caller may read.
async fn seen<A: Action>(tx: &TenantTx, permit: &Permit<A>, id: AgreementId) -> Outcome<Agreement> {
    let read = permit.scope().permit::<ReadTerms>()?;
    let found = agreements_by_id(tx, &read, &[id]).await?.remove(&id);
    found.ok_or_else(|| unknown("copyOf").into())
}

/// A draft's fields: what is not the proposer's to say is left out.
fn proposed(fields: AgreementChanges) -> AgreementChanges {
    AgreementChanges { state: None, is_default: None, ..fields }
}

/// What a copy takes over; its name, its own key and its state are its own.
fn as_changes(fields: &AgreementFields) -> AgreementChanges {
    AgreementChanges {
        name: None,
        organization_id: Some(fields.organization_id),
        price_list_id: Some(fields.price_list_id),
        currency: Some(fields.currency),
        discount_percent: Some(fields.discount_percent),
        credit_policy: Some::<CreditPolicy>(fields.credit_policy),
        state: None,
        valid_from: Some(fields.valid_from),
        valid_to: Some(fields.valid_to),
        min_shelf_life_days: Some(fields.min_shelf_life_days),
        sales_route_id: Some(fields.sales_route_id),
        is_default: None,
        external_reference: None,
    }
}

/// Changes over changes: what the second ones name wins. Another price list brings its currency.
fn over(first: AgreementChanges, then: &AgreementChanges) -> AgreementChanges {
    let then = then.clone();
    let currency = match (then.currency, &then.price_list_id) {
        (None, Some(_)) => None,
        (None, None) => first.currency,
        (own, _) => own,
    };
    AgreementChanges {
        name: then.name.or(first.name),
        organization_id: then.organization_id.or(first.organization_id),
        price_list_id: then.price_list_id.or(first.price_list_id),
        currency,
        discount_percent: then.discount_percent.or(first.discount_percent),
        credit_policy: then.credit_policy.or(first.credit_policy),
        state: then.state.or(first.state),
        valid_from: then.valid_from.or(first.valid_from),
        valid_to: then.valid_to.or(first.valid_to),
        min_shelf_life_days: then.min_shelf_life_days.or(first.min_shelf_life_days),
        sales_route_id: then.sales_route_id.or(first.sales_route_id),
        is_default: then.is_default.or(first.is_default),
        external_reference: then.external_reference.or(first.external_reference),
    }
}
