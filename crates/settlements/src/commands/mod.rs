//! What people do here: record a payment, spread it anew, reverse it.

mod allocate_payment;
mod custom_fields;
mod record_payment;
mod reverse_payment;

pub use allocate_payment::{AllocatePayment, WantedShare};
pub(crate) use record_payment::record;
pub use record_payment::{OrderRef, RecordPayment};
pub use reverse_payment::ReversePayment;

use access::{Permit, Right};
use catalog::{OrganizationCard, check_period};
use db::{CommandError, FromQueryResult, Outcome, Sql, TenantTx, values};
use kernel::{
    AgreementId, Currency, CustomerId, Decimal, Money, NaiveDate, OrganizationId, PaymentId,
    Refusal, RefusalCode, ScaleError, UserId,
};
use serde_json::json;

use crate::PaymentState;
use crate::store::{self, Account};

/// Longest free text of a payment, in characters.
pub(crate) const LONGEST_TEXT: usize = 2000;
/// Longest external reference, in characters.
pub(crate) const LONGEST_REFERENCE: usize = 200;

/// A payment as its own commands need it, locked.
#[derive(FromQueryResult)]
pub(crate) struct Held {
    date: NaiveDate,
    number: String,
    customer_id: CustomerId,
    organization_id: OrganizationId,
    agreement_id: AgreementId,
    pub(crate) manager_id: Option<UserId>,
    currency: Currency,
    amount: Decimal,
    state: PaymentState,
    version: i32,
}

impl Held {
    pub(crate) fn account(&self) -> Account {
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
        Err(stale(self.version))
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

/// The document was changed since it was read.
pub(crate) fn stale(current: i32) -> Refusal {
    Refusal::new(
        RefusalCode::StaleVersion,
        "The document was changed since you read it.",
        "Документ изменился с тех пор, как вы его прочитали.",
    )
    .at(["version"])
    .with(json!({ "currentVersion": current }))
}

/// An amount of money above zero, with two places.
pub(crate) fn amount_above_zero<A>(
    permit: &Permit<A>,
    amount: Decimal,
) -> Result<Decimal, Refusal> {
    let wrong =
        |en: String, ru: String| Refusal::new(RefusalCode::OutOfRange, en, ru).at(["amount"]);
    let too_small =
        || wrong("The amount must be above zero.".into(), "Сумма должна быть больше нуля.".into());
    // Amounts of all currencies have the same two places.
    match Money::checked(amount, permit.scope().facts().base_currency) {
        Ok(money) if money.amount.is_zero() => Err(too_small()),
        Ok(mut money) => {
            money.amount.rescale(2);
            Ok(money.amount)
        }
        Err(ScaleError::TooSmall) => Err(too_small()),
        Err(ScaleError::TooManyPlaces(places)) => Err(wrong(
            format!("The amount has at most {places} decimal places."),
            format!("У суммы не больше знаков после запятой: {places}."),
        )),
        Err(ScaleError::TooLarge) => {
            Err(wrong("The amount is too large.".into(), "Сумма слишком велика.".into()))
        }
    }
}

/// Reads a payment within reach and locks it.
pub(crate) async fn hold_payment<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    id: PaymentId,
) -> Outcome<Held> {
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
pub(crate) async fn hold_organization<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    id: OrganizationId,
) -> Outcome<OrganizationCard> {
    let card = catalog::hold_organization(tx, permit, id).await?;
    card.ok_or(CommandError::NotFound)
}

/// Checks a posting's date against the organization's closed period and the caller's rights.
pub(crate) fn check_date<A>(
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
pub(crate) fn text(
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
