//! What people do here: record a payment, spread it anew, reverse it.

mod allocate_payment;
mod custom_fields;
mod record_payment;
mod reverse_payment;

pub use allocate_payment::{AllocatePayment, WantedShare};
pub use record_payment::{OrderRef, RecordPayment};
pub use reverse_payment::ReversePayment;

use access::{Permit, Right};
use catalog::{OrganizationCard, check_period};
use db::{CommandError, FromQueryResult, Outcome, Sql, TenantTx, values};
use kernel::{
    AgreementId, Currency, CustomerId, Decimal, NaiveDate, OrganizationId, PaymentId, Refusal,
    RefusalCode, UserId,
};
use serde_json::json;

use crate::PaymentState;
use crate::store::{self, Account};

/// Longest free text of a payment, in characters.
const LONGEST_TEXT: usize = 2000;
/// Longest external reference, in characters.
const LONGEST_REFERENCE: usize = 200;

/// A payment as its own commands need it, locked.
#[derive(FromQueryResult)]
struct Held {
    date: NaiveDate,
    number: String,
    customer_id: CustomerId,
    organization_id: OrganizationId,
    agreement_id: AgreementId,
    manager_id: Option<UserId>,
    currency: Currency,
    amount: Decimal,
    state: PaymentState,
    version: i32,
}

impl Held {
    fn account(&self) -> Account {
        Account {
            customer_id: self.customer_id,
            organization_id: self.organization_id,
            agreement_id: self.agreement_id,
            currency: self.currency,
        }
    }

    /// Refuses an outdated version.
    fn check_version(&self, version: i32) -> Result<(), Refusal> {
        if self.version == version {
            return Ok(());
        }
        Err(Refusal::new(
            RefusalCode::StaleVersion,
            "The payment was changed since you read it.",
            "Оплата изменилась с тех пор, как вы её прочитали.",
        )
        .at(["version"])
        .with(json!({ "currentVersion": self.version })))
    }

    /// Refuses what a reversed payment or an outdated version does not allow.
    fn check(&self, version: i32) -> Result<(), Refusal> {
        self.check_version(version)?;
        if self.state == PaymentState::Reversed {
            return Err(Refusal::new(
                RefusalCode::IllegalTransition,
                "The payment is reversed already.",
                "Оплата уже сторнирована.",
            )
            .with(json!({ "state": self.state.as_str(), "allowed": [] })));
        }
        Ok(())
    }
}

/// Reads a payment within reach and locks it.
async fn hold_payment<A>(tx: &TenantTx, permit: &Permit<A>, id: PaymentId) -> Outcome<Held> {
    let mut sql = Sql::new(
        "
        select p.date, p.number, p.customer_id, p.organization_id, p.agreement_id, p.manager_id,
               p.currency, p.amount, p.state, p.version
        from payment p
        where p.tenant_id = $1
          and p.id = $2",
        values![permit.tenant(), id],
    );
    store::payments_within_reach(&mut sql, permit);
    sql.push("\nfor no key update");
    tx.one(sql).await?.ok_or(CommandError::NotFound)
}

/// Holds the organization's period open and gives its card.
async fn hold_organization<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    id: OrganizationId,
) -> Outcome<OrganizationCard> {
    let card = catalog::hold_organization(tx, permit, id).await?;
    card.ok_or(CommandError::NotFound)
}

/// Checks a posting's date against the organization's closed period and the caller's rights.
fn check_date<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    organization: &OrganizationCard,
    date: NaiveDate,
) -> Result<(), Refusal> {
    let may_backdate = permit.scope().reach(Right::DocumentBackdate).is_some();
    check_period(organization, date, tx.today(), may_backdate)
        .map_err(|refusal| Refusal::from(refusal).at(["date"]))
}

/// Trims free text; empty text is none.
fn text(
    field: &'static str,
    value: Option<&str>,
    longest: usize,
) -> Result<Option<String>, Refusal> {
    let Some(text) = value.map(str::trim).filter(|text| !text.is_empty()) else {
        return Ok(None);
    };
    if text.chars().count() > longest || text.contains('\0') {
        return Err(Refusal::new(
            RefusalCode::Invalid,
            format!("At most {longest} characters, and no zero character."),
            format!("Не больше {longest} символов и без нулевого символа."),
        )
        .at([field]));
    }
    Ok(Some(text.to_owned()))
}
