//! Spreading a payment anew: the named receivables are all it settles afterwards, and what is
//! left of it is an advance. What moves is written as dated rows.

use std::collections::{BTreeSet, HashMap};

use access::{Action, Permit, Right};
use db::{Command, Outcome, Sql, TenantTx, values};
use kernel::{Decimal, Money, PaymentId, ReceivableId, Refusal, RefusalCode};
use serde_json::json;

use super::{check_date, hold_organization, hold_payment};
use crate::refunds::refunded;
use crate::rules::{Share, Spread, SpreadRefusal, spread};
use crate::store::{advances, registers};
use crate::{awaiting, events};

/// Receivables that one payment may name at once.
const MOST_SHARES: usize = 200;

/// What a receivable is to get.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WantedShare {
    /// The receivable item: of the payment's customer, organization, agreement and currency.
    pub receivable_id: ReceivableId,
    /// How much of it the payment settles, above zero.
    pub amount: Decimal,
}

/// Makes the named receivables all that a payment settles.
#[derive(Clone, Debug)]
pub struct AllocatePayment {
    /// The payment.
    pub id: PaymentId,
    /// Its version as it was read.
    pub version: i32,
    /// What it settles; nothing makes all of it an advance.
    pub shares: Vec<WantedShare>,
}

impl Action for AllocatePayment {
    const RIGHT: Right = Right::PaymentWrite;
}

#[async_trait::async_trait]
impl Command for AllocatePayment {
    type Output = PaymentId;

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<PaymentId> {
        let shares = self.checked_shares(permit)?;
        let payment = hold_payment(tx, permit, self.id).await?;
        payment.check(self.version)?;
        let organization = hold_organization(tx, permit, payment.organization_id).await?;
        check_date(tx, permit, &organization, tx.today())?;
        catalog::lock_customer(tx, permit, payment.customer_id).await?;

        let mut held: HashMap<ReceivableId, Decimal> = HashMap::new();
        for row in registers::rows_of_payment(tx, permit, self.id).await? {
            *held.entry(row.receivable_id).or_default() += row.amount;
        }
        held.retain(|_, amount| !amount.is_zero());
        let ids: BTreeSet<ReceivableId> =
            shares.iter().map(|share| share.receivable_id).chain(held.keys().copied()).collect();
        let ids: Vec<ReceivableId> = ids.into_iter().collect();
        let debts = advances::named_debts(tx, permit, &payment.account(), &ids).await?;
        let first_open_day = match organization.closed_until {
            Some(until) => until.succ_opt().unwrap_or(until),
            None => payment.date,
        };
        let whole = Spread {
            payment_id: self.id,
            free_from: advances::free_from(tx, permit, self.id).await?,
            amount: payment.amount - refunded(tx, permit, self.id).await?.amount,
            today: tx.today(),
            first_open_day,
        };
        let rows = spread(whole, &shares, &debts, &held).map_err(Refusal::from)?;
        registers::settle(tx, permit, payment.currency, &rows).await?;
        awaiting::mark_paid(tx, permit, payment.customer_id).await?;
        touch(tx, permit, self.id).await?;

        let facts = json!({
            "before": held.iter().map(|(id, amount)| json!({ "receivable": id, "amount": amount }))
                .collect::<Vec<_>>(),
            "after": shares.iter()
                .map(|share| json!({ "receivable": share.receivable_id, "amount": share.amount }))
                .collect::<Vec<_>>(),
        });
        tx.audit(db::AuditEntry::new("allocatePayment", "Payment", self.id, facts));
        events::payment_changed(tx, self.id, payment.customer_id, payment.manager_id);
        events::debt_changed(tx, payment.customer_id, payment.manager_id);
        Ok(self.id)
    }
}

impl AllocatePayment {
    fn checked_shares(&self, permit: &Permit<Self>) -> Result<Vec<Share>, Refusal> {
        if self.shares.len() > MOST_SHARES {
            return Err(Refusal::new(
                RefusalCode::TooMany,
                format!("At most {MOST_SHARES} receivables at once."),
                format!("Не больше {MOST_SHARES} задолженностей за раз."),
            )
            .at(["allocations"]));
        }
        let base = permit.scope().facts().base_currency;
        self.shares
            .iter()
            .enumerate()
            .map(|(index, share)| match Money::checked(share.amount, base) {
                Ok(money) if !money.amount.is_zero() => {
                    Ok(Share { receivable_id: share.receivable_id, amount: money.amount })
                }
                _ => Err(Refusal::new(
                    RefusalCode::OutOfRange,
                    "The amount must be above zero, with at most 2 decimal places.",
                    "Сумма должна быть больше нуля, не больше двух знаков после запятой.",
                )
                .at(at_share(index, "amount"))),
            })
            .collect()
    }
}

/// The payment was changed: its version moves.
async fn touch(tx: &TenantTx, permit: &Permit<AllocatePayment>, payment: PaymentId) -> Outcome<()> {
    let sql = "
        update payment
        set version = version + 1, updated_at = $3
        where tenant_id = $1
          and id = $2";
    tx.run(Sql::new(sql, values![permit.tenant(), payment, tx.now()])).await?;
    Ok(())
}

fn at_share(index: usize, field: &str) -> [String; 3] {
    ["allocations".to_owned(), index.to_string(), field.to_owned()]
}

impl From<SpreadRefusal> for Refusal {
    fn from(refusal: SpreadRefusal) -> Self {
        match refusal {
            SpreadRefusal::ExceedsPayment { amount, asked } => Self::new(
                RefusalCode::OutOfRange,
                format!("The payment has {amount}, and {asked} is asked for."),
                format!("Сумма оплаты — {amount}, а распределяется {asked}."),
            )
            .at(["allocations"])
            .with(json!({ "amount": amount, "asked": asked })),
            SpreadRefusal::ExceedsDebt { index, most } => Self::new(
                RefusalCode::OutOfRange,
                format!("At most {most} of this receivable is open."),
                format!("Открытый остаток этой задолженности — {most}."),
            )
            .at(at_share(index, "amount"))
            .with(json!({ "open": most })),
            SpreadRefusal::UnknownDebt { index } => Self::new(
                RefusalCode::UnknownReference,
                "This payment cannot settle such a receivable: it must be of the same customer, \
                 organization, agreement and currency.",
                "Такую задолженность эта оплата не закрывает: клиент, организация, соглашение и \
                 валюта должны совпадать.",
            )
            .at(at_share(index, "receivableId")),
            SpreadRefusal::NamedTwice { index } => Self::new(
                RefusalCode::Invalid,
                "The receivable is named twice.",
                "Задолженность указана дважды.",
            )
            .at(at_share(index, "receivableId")),
        }
    }
}
