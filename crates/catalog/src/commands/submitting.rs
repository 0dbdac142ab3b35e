//! Drafts of agreements that somebody is asked about (domain, sections 4 and 7). Approvals stand beside
//! this context; the one above both calls what is here, inside its own commands.

use access::{Action, Permit};
use db::{FromQueryResult, Outcome, Sql, TenantTx, values};
use kernel::{AgreementId, Currency, CustomerId, Decimal, PriceSegmentId, UserId};
use serde_json::{Value, json};

use super::agreements::with_customer;
use super::customers::tell_of_part;
use super::proposals::own_draft;
use super::{Deed, archived_after, changes};
use crate::checks::same_version;
use crate::records::{AgreementFields, CustomerFields};
use crate::rules::{AgreementState, PaymentStep, deferral_days};
use crate::store::{Held, keep_versions, steps_of, update};

/// An agreement that is asked about, locked with its customer.
pub struct SubmittedTerms {
    customer: Held<CustomerFields>,
    held: Held<AgreementFields>,
    steps: Vec<PaymentStep>,
    prices: FixedPrices,
}

/// What is fixed in it, told apart by a hash.
#[derive(FromQueryResult)]
struct FixedPrices {
    count: i64,
    hash: String,
}

impl SubmittedTerms {
    /// Which.
    #[must_use]
    pub fn id(&self) -> AgreementId {
        self.held.id.into()
    }

    /// With whom.
    #[must_use]
    pub fn customer(&self) -> CustomerId {
        self.customer.id.into()
    }

    /// Who looks after him.
    #[must_use]
    pub fn manager(&self) -> Option<UserId> {
        self.customer.fields.manager_id
    }

    /// His price segment.
    #[must_use]
    pub fn segment(&self) -> Option<PriceSegmentId> {
        self.customer.fields.price_segment_id
    }

    /// Who wrote it.
    #[must_use]
    pub fn author(&self) -> Option<UserId> {
        self.held.record.created_by
    }

    /// Where it stands.
    #[must_use]
    pub fn state(&self) -> AgreementState {
        self.held.fields.state
    }

    /// The currency of its documents.
    #[must_use]
    pub fn currency(&self) -> Currency {
        self.held.fields.currency
    }

    /// Days after shipping that a part may be paid at the latest.
    #[must_use]
    pub fn deferral_days(&self) -> i32 {
        deferral_days(&self.steps)
    }

    /// The personal discount, per cent.
    #[must_use]
    pub fn discount(&self) -> Decimal {
        self.held.fields.discount_percent.get()
    }

    /// How many prices are fixed in it.
    #[must_use]
    pub fn fixed_prices(&self) -> i64 {
        self.prices.count
    }

    /// What it says, as far as a decision is about it: all terms, and fixed prices by their count and
    /// hash. Its name and its key elsewhere may change under a decision.
    #[must_use]
    pub fn facts(&self) -> Value {
        let fields = &self.held.fields;
        json!({
            "agreement": self.id(), "customer": self.customer(),
            "organization": fields.organization_id, "priceList": fields.price_list_id,
            "currency": fields.currency, "discountPercent": fields.discount_percent.get().normalize(),
            "creditPolicy": fields.credit_policy, "validFrom": fields.valid_from,
            "validTo": fields.valid_to, "minShelfLifeDays": fields.min_shelf_life_days,
            "salesRoute": fields.sales_route_id, "paymentSteps": self.steps,
            "fixedPrices": { "count": self.prices.count, "hash": self.prices.hash },
        })
    }
}

/// A draft of the caller's own, or any for those who write terms, to be asked about.
///
/// # Errors
/// Not found, another version, no draft, archived, or a fault of the database.
pub async fn submitted_draft<A: Action>(
    tx: &TenantTx,
    permit: &Permit<A>,
    id: AgreementId,
    version: Option<i32>,
) -> Outcome<SubmittedTerms> {
    let (customer, held) = own_draft(tx, permit, id).await?;
    if let Some(version) = version {
        same_version(held.record.version, version)?;
    }
    archived_after(&held.record, None, tx.now())?;
    whole(tx, permit, customer, held).await
}

/// An agreement that was asked about, whatever became of it.
///
/// # Errors
/// Not found, or a fault of the database.
pub async fn submitted_terms<A: Action>(
    tx: &TenantTx,
    permit: &Permit<A>,
    id: AgreementId,
) -> Outcome<SubmittedTerms> {
    let (customer, held) = with_customer(tx, permit, id).await?;
    whole(tx, permit, customer, held).await
}

async fn whole<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    customer: Held<CustomerFields>,
    held: Held<AgreementFields>,
) -> Outcome<SubmittedTerms> {
    let steps = steps_of(tx, permit, held.id.into()).await?;
    let sql = "
        select count(*) as count, coalesce(md5(string_agg(
                   concat_ws('|', p.product_id, p.variant_id, p.packaging_id, p.min_quantity,
                             p.valid_from, p.price),
                   ';' order by p.product_id, p.valid_from, p.variant_id, p.packaging_id,
                                p.min_quantity)), '') as hash
        from agreement_price p
        where p.tenant_id = $1 and p.agreement_id = $2";
    let prices = tx.one(Sql::new(sql, values![permit.tenant(), held.id])).await?;
    let prices = prices.unwrap_or(FixedPrices { count: 0, hash: String::new() });
    Ok(SubmittedTerms { customer, held, steps, prices })
}

/// Moves an agreement that is asked about: to wait, in force, or back to a draft.
///
/// # Errors
/// A fault of the database.
pub async fn move_submitted<A: Action>(
    tx: &TenantTx,
    permit: &Permit<A>,
    terms: &SubmittedTerms,
    (action, to): (&'static str, AgreementState),
) -> Outcome<()> {
    let SubmittedTerms { customer, held, .. } = terms;
    let fields = AgreementFields { state: to, ..held.fields.clone() };
    update(tx, permit, "agreement", held.id, &fields, held.record.archived_at).await?;
    keep_versions(tx, permit, vec![held.id]).await?;
    let deed = Deed::new(action, "Agreement", held.id);
    deed.audit(tx, changes(Some(&held.fields), &fields));
    tell_of_part(tx, deed, customer);
    Ok(())
}
