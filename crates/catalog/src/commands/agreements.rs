//! Agreements: commercial terms with one customer, of which one is always the default.

use access::Permit;
use db::{Command, CommandError, FromQueryResult, Outcome, Sql, TenantTx, values};
use kernel::{AgreementId, CustomerId, Percent, Refusal};
use serde_json::json;

use super::customers::held as held_customer;
use super::{Deed, archived_after, changes};
use crate::checks::{Checks, default_is_live, default_stays, same_currency, same_version};
use crate::constraints::unknown;
use crate::records::{AgreementChanges, AgreementFields};
use crate::rules::{CreditPolicy, PaymentStep, check_steps};
use crate::store::{
    Held, default_agreement, drop_other_defaults, hold, insert, list_currency, replace_steps,
    steps_of, update,
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
    /// How the customer pays; sums to 100 %. `None` leaves it, or is everything on the day of
    /// the shipment.
    pub steps: Option<Vec<PaymentStep>>,
    /// Archives or restores it.
    pub archived: Option<bool>,
}

impl Command for SaveAgreement {
    type Output = AgreementId;

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<AgreementId> {
        // The customer's lock keeps two from becoming the default at once.
        let customer = held_customer(tx, permit, self.customer).await?;
        let (id, noted) = match self.change {
            Some((id, version)) => (id, self.revise(tx, permit, id, version).await?),
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
        let mut event = deed.event();
        event.manager_id = customer.fields.manager_id;
        event.customer_id = Some(self.customer);
        tx.emit(event);
        Ok(id)
    }
}

impl SaveAgreement {
    async fn revise(
        &self,
        tx: &TenantTx,
        permit: &Permit<Self>,
        id: AgreementId,
        version: i32,
    ) -> Outcome<serde_json::Value> {
        if customer_of(tx, permit, id).await? != Some(self.customer) {
            return Err(CommandError::NotFound);
        }
        let held: Option<Held<AgreementFields>> = hold(tx, permit, "agreement", id.0).await?;
        let held = held.ok_or(CommandError::NotFound)?;
        same_version(held.record.version, version)?;
        let archived_at = archived_after(&held.record, self.archived, tx.now())?;
        let mut fields = self.fields.applied(&held.fields).checked()?;
        default_stays(held.fields.is_default, fields.is_default)?;
        default_is_live(fields.is_default, archived_at.is_some())?;
        let follows = self.fields.currency.is_none() && self.fields.price_list_id.is_some();
        fields.currency = currency(tx, permit, &fields, follows).await?;
        if fields.is_default {
            drop_other_defaults(tx, permit, self.customer, held.id).await?;
        }
        update(tx, permit, "agreement", held.id, &fields, archived_at).await?;
        let mut noted = changes(Some(&held.fields), &fields);
        if let Some(steps) = &self.steps {
            check_steps(steps).map_err(Refusal::from)?;
            let before = steps_of(tx, permit, id).await?;
            replace_steps(tx, permit, id, steps).await?;
            if before != *steps {
                noted["paymentSteps"] = json!({ "before": before, "after": steps });
            }
        }
        Ok(noted)
    }
}

/// What a new agreement is made from.
pub(super) struct NewAgreement<'a> {
    pub(super) customer: CustomerId,
    pub(super) fields: &'a AgreementChanges,
    pub(super) steps: Option<&'a [PaymentStep]>,
}

/// Writes a new agreement; the customer's first one becomes the default.
pub(super) async fn make<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    new: &NewAgreement<'_>,
) -> Outcome<(AgreementId, AgreementFields)> {
    let blank = AgreementFields {
        name: "Standard".to_owned(),
        organization_id: None,
        price_list_id: None,
        currency: permit.scope().facts().base_currency,
        discount_percent: Percent::ZERO,
        credit_policy: CreditPolicy::Warn,
        is_default: false,
        external_reference: None,
    };
    let mut fields = new.fields.applied(&blank).checked()?;
    fields.currency = currency(tx, permit, &fields, new.fields.currency.is_none()).await?;
    let usual = PaymentStep::on_shipment();
    let steps = new.steps.unwrap_or(&usual);
    check_steps(steps).map_err(Refusal::from)?;
    let id = AgreementId::new();
    if default_agreement(tx, permit, new.customer).await?.is_none() {
        fields.is_default = true;
    } else if fields.is_default {
        drop_other_defaults(tx, permit, new.customer, id.0).await?;
    }
    let fixed = [("customer_id", new.customer.into())];
    insert(tx, permit, "agreement", id.0, &fields, &fixed).await?;
    replace_steps(tx, permit, id, steps).await?;
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
