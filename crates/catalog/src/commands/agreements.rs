//! Agreements: commercial terms with one customer, of which one is always the default.

use access::{Action, Permit};
use db::{Command, CommandError, FromQueryResult, Outcome, Sql, TenantTx, values};
use kernel::{AgreementId, CustomerId, NaiveDate, Percent, Refusal, RefusalCode};
use serde_json::json;

use super::customers::held as held_customer;
use super::customers::tell_of_part;
use super::price_lists::{checked_prices, known_products, noted_prices};
use super::{Deed, archived_after, changes};
use crate::checks::{
    Checks, default_in_force, default_is_live, default_stays, same_currency, same_version,
};
use crate::constraints::unknown;
use crate::records::{AgreementChanges, AgreementFields, CustomerFields};
use crate::routes::chosen_route;
use crate::rules::{AgreementState, CreditPolicy, PaymentStep, check_steps};
use crate::store::{
    Held, NewPrice, default_agreement, drop_other_defaults, fixed_prices_mean, hold, insert,
    keep_versions, list_currency, next_version, put_agreement_prices, replace_steps, steps_of,
    update,
};

/// Makes an agreement, or changes one. Documents made before keep their terms.
#[derive(Clone, Debug)]
pub struct SaveAgreement {
    /// With whom.
    pub customer: CustomerId,
    /// Which one changes, and the version it was read at; `None` makes a new one.
    pub change: Option<(AgreementId, i32)>,
    /// What changes.
    pub fields: AgreementChanges,
    /// How the customer pays; sums to 100 %. `None` leaves it; for a new one it is what the route
    /// says, else everything on the day of the shipment.
    pub steps: Option<Vec<PaymentStep>>,
    /// Archives or restores it.
    pub archived: Option<bool>,
}

#[async_trait::async_trait]
impl Command for SaveAgreement {
    type Output = AgreementId;

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<AgreementId> {
        // The customer's lock keeps two from becoming the default at once.
        let customer = held_customer(tx, permit, self.customer).await?;
        let (id, noted) = match self.change {
            Some((id, version)) => {
                let steps = self.steps.as_deref();
                let revision =
                    Revision { version, fields: &self.fields, steps, archived: self.archived };
                let held = held_agreement(tx, permit, self.customer, id).await?;
                (id, revise(tx, permit, self.customer, &held, &revision).await?)
            }
            None => {
                archived_after(&customer.record, None, tx.now())?;
                let new = NewAgreement {
                    customer: self.customer,
                    fields: &self.fields,
                    steps: self.steps.as_deref(),
                };
                let (id, fields) = make(tx, permit, &new).await?;
                (id, changes(None, &fields))
            }
        };
        let deed = Deed::new("saveAgreement", "Agreement", id);
        deed.audit(tx, noted);
        tell_of_part(tx, deed, &customer);
        Ok(id)
    }
}

/// Sets prices agreed with one customer from one day on; a price of the same product and day is
/// replaced. No automatic discount falls on them.
#[derive(Clone, Debug)]
pub struct SetAgreementPrices {
    /// The agreement.
    pub agreement: AgreementId,
    /// The first day they hold.
    pub valid_from: NaiveDate,
    /// The prices, in the agreement's currency.
    pub prices: Vec<NewPrice>,
}

#[async_trait::async_trait]
impl Command for SetAgreementPrices {
    type Output = AgreementId;

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<AgreementId> {
        let (customer, held) = with_customer(tx, permit, self.agreement).await?;
        let deed = Deed::new("setAgreementPrices", "Agreement", self.agreement);
        fix_prices(tx, permit, deed, &held, (self.valid_from, &self.prices)).await?;
        tell_of_part(tx, deed, &customer);
        Ok(self.agreement)
    }
}

/// Writes fixed prices of a held agreement, as its next version.
pub(super) async fn fix_prices<A: Action>(
    tx: &TenantTx,
    permit: &Permit<A>,
    deed: Deed,
    held: &Held<AgreementFields>,
    (valid_from, prices): (NaiveDate, &[NewPrice]),
) -> Outcome<()> {
    let prices = checked_prices(prices)?;
    held.fields.state.check(held.fields.state)?;
    archived_after(&held.record, None, tx.now())?;
    known_products(tx, permit, &prices).await?;
    let into = (held.id.into(), held.record.version + 1);
    put_agreement_prices(tx, permit, into, valid_from, &prices).await?;
    next_version(tx, permit, held.id.into()).await?;
    deed.audit(tx, noted_prices(valid_from, &prices));
    Ok(())
}

/// A change of an agreement.
pub(super) struct Revision<'a> {
    /// The version it was read at.
    pub(super) version: i32,
    pub(super) fields: &'a AgreementChanges,
    /// `None` leaves them.
    pub(super) steps: Option<&'a [PaymentStep]>,
    pub(super) archived: Option<bool>,
}

/// Writes a change of a held agreement, as its next version; gives what differs.
pub(super) async fn revise<A: Action>(
    tx: &TenantTx,
    permit: &Permit<A>,
    customer: CustomerId,
    held: &Held<AgreementFields>,
    revision: &Revision<'_>,
) -> Outcome<serde_json::Value> {
    same_version(held.record.version, revision.version)?;
    let archived_at = archived_after(&held.record, revision.archived, tx.now())?;
    let mut fields = revision.fields.applied(&held.fields).checked()?;
    held.fields.state.check(fields.state)?;
    default_in_force(&fields)?;
    default_stays(held.fields.is_default, fields.is_default)?;
    default_is_live(fields.is_default, archived_at.is_some())?;
    let asked = revision.fields;
    let follows = asked.currency.is_none() && asked.price_list_id.is_some();
    fields.currency = currency(tx, permit, &fields, follows).await?;
    check_fixed_prices(tx, permit, held.id.into(), (&held.fields, &fields)).await?;
    chosen_route(tx, permit, fields.sales_route_id, held.fields.sales_route_id).await?;
    if fields.is_default {
        drop_other_defaults(tx, permit, customer, held.id).await?;
    }
    update(tx, permit, "agreement", held.id, &fields, archived_at).await?;
    let mut noted = changes(Some(&held.fields), &fields);
    if let Some(steps) = revision.steps {
        check_steps(steps).map_err(Refusal::from)?;
        let before = steps_of(tx, permit, held.id.into()).await?;
        replace_steps(tx, permit, held.id.into(), steps).await?;
        if before != *steps {
            noted["paymentSteps"] = json!({ "before": before, "after": steps });
        }
    }
    keep_versions(tx, permit, vec![held.id]).await?;
    Ok(noted)
}

/// Fixed prices are in the agreement's currency and stand to VAT as its list does: neither becomes
/// another under those that hold or will hold, and they are not copied into other terms.
pub(super) async fn check_fixed_prices<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    agreement: AgreementId,
    (before, after): (&AgreementFields, &AgreementFields),
) -> Outcome<()> {
    if (before.currency, before.price_list_id) == (after.currency, after.price_list_id) {
        return Ok(());
    }
    let lists = (before.price_list_id, after.price_list_id);
    let meant = fixed_prices_mean(tx, permit, agreement, lists, tx.today()).await?;
    if !meant.exist || (before.currency == after.currency && meant.same_vat) {
        return Ok(());
    }
    let currency = before.currency;
    Err(Refusal::new(
        RefusalCode::InUse,
        format!(
            "The agreement has fixed prices in {currency}, which stand to VAT as its price list \
             does. End them first (setAgreementPrices without a price), or write another agreement."
        ),
        format!(
            "В соглашении есть фиксированные цены в {currency}, с тем же учётом НДС, что и в его \
             прайс-листе. Сначала завершите их (setAgreementPrices без цены) или заключите другое \
             соглашение."
        ),
    )
    .at(["priceListId"])
    .with(json!({ "currency": currency }))
    .into())
}

/// An agreement and its customer, both locked.
pub(super) async fn with_customer<A: Action>(
    tx: &TenantTx,
    permit: &Permit<A>,
    id: AgreementId,
) -> Outcome<(Held<CustomerFields>, Held<AgreementFields>)> {
    let customer = customer_of(tx, permit, id).await?.ok_or(CommandError::NotFound)?;
    let customer = held_customer(tx, permit, customer).await?;
    let held = held_agreement(tx, permit, customer.id.into(), id).await?;
    Ok((customer, held))
}

/// A customer's agreement, locked. The customer is locked already: who he is is asked again, since
/// a merging may have come between.
async fn held_agreement<A: Action>(
    tx: &TenantTx,
    permit: &Permit<A>,
    customer: CustomerId,
    id: AgreementId,
) -> Outcome<Held<AgreementFields>> {
    if customer_of(tx, permit, id).await? != Some(customer) {
        return Err(CommandError::NotFound);
    }
    hold(tx, permit, "agreement", id.0).await?.ok_or(CommandError::NotFound)
}

/// What a new agreement is made from.
pub(super) struct NewAgreement<'a> {
    pub(super) customer: CustomerId,
    pub(super) fields: &'a AgreementChanges,
    pub(super) steps: Option<&'a [PaymentStep]>,
}

/// An agreement of which nothing is said: the tenant's default list, everything due on the day of
/// the shipment, no discount.
pub(super) fn blank<A>(permit: &Permit<A>) -> AgreementFields {
    AgreementFields {
        name: "Standard".to_owned(),
        organization_id: None,
        price_list_id: None,
        currency: permit.scope().facts().base_currency,
        discount_percent: Percent::ZERO,
        credit_policy: CreditPolicy::Warn,
        state: AgreementState::Active,
        valid_from: None,
        valid_to: None,
        min_shelf_life_days: None,
        sales_route_id: None,
        is_default: false,
        external_reference: None,
    }
}

/// Writes a new agreement; the customer's first one becomes the default.
pub(super) async fn make<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    new: &NewAgreement<'_>,
) -> Outcome<(AgreementId, AgreementFields)> {
    let mut fields = new.fields.applied(&blank(permit)).checked()?;
    // Only what is asked about waits.
    fields.state.check(fields.state)?;
    fields.currency = currency(tx, permit, &fields, new.fields.currency.is_none()).await?;
    let route = chosen_route(tx, permit, fields.sales_route_id, None).await?;
    let usual = route.map_or_else(PaymentStep::on_shipment, |route| route.fields.payment_steps.0);
    let steps = new.steps.unwrap_or(&usual);
    check_steps(steps).map_err(Refusal::from)?;
    let id = AgreementId::new();
    let is_first = default_agreement(tx, permit, new.customer).await?.is_none();
    fields.is_default |= is_first;
    default_in_force(&fields)?;
    if fields.is_default && !is_first {
        drop_other_defaults(tx, permit, new.customer, id.0).await?;
    }
    let fixed = [("customer_id", new.customer.into())];
    insert(tx, permit, "agreement", id.0, &fields, &fixed).await?;
    replace_steps(tx, permit, id, steps).await?;
    keep_versions(tx, permit, vec![id.into()]).await?;
    Ok((id, fields))
}

/// The agreement's currency. It is its price list's: `follows` takes that one where the caller
/// named none; a currency he named must be the same.
async fn currency<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    fields: &AgreementFields,
    follows: bool,
) -> Outcome<kernel::Currency> {
    match list_currency(tx, permit, fields.price_list_id).await? {
        Some(list) if follows => Ok(list),
        Some(list) => {
            same_currency(fields.currency, list)?;
            Ok(list)
        }
        None if fields.price_list_id.is_some() => Err(unknown("priceListId").into()),
        // A tenant without any price list yet may already write down its customers.
        None => Ok(fields.currency),
    }
}

async fn customer_of<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    agreement: AgreementId,
) -> Outcome<Option<CustomerId>> {
    #[derive(FromQueryResult)]
    struct Found {
        customer_id: CustomerId,
    }
    let sql = "
        select a.customer_id
        from agreement a
        where a.tenant_id = $1 and a.id = $2";
    let found: Option<Found> = tx.one(Sql::new(sql, values![permit.tenant(), agreement])).await?;
    Ok(found.map(|row| row.customer_id))
}
