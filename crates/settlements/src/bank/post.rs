//! A line becomes a payment, or is put aside.

use access::{Action, Permit, Right};
use db::{Command, CommandError, FromQueryResult, Outcome, Sql, TenantTx, values};
use kernel::{AgreementId, BankLineId, CustomerId, InvoiceId, PaymentId, Refusal, RefusalCode};
use serde_json::json;

use super::line_changed;
use super::model::{BankLine, BankLineState, LINE_COLUMNS};
use crate::commands::{LONGEST_TEXT, record, stale, text};
use crate::{OrderRef, PaymentMethod, RecordPayment};

/// Makes a payment of a line: what is named here is what it pays for.
#[derive(Clone, Debug)]
pub struct PostBankLine {
    /// The line.
    pub id: BankLineId,
    /// Its version as it was read.
    pub version: i32,
    /// Who paid; the invoice's or the order's customer where none is given.
    pub customer_id: Option<CustomerId>,
    /// Under which terms.
    pub agreement_id: Option<AgreementId>,
    /// The order that the payer named.
    pub order: Option<OrderRef>,
    /// The invoice that the payer named.
    pub invoice: Option<InvoiceId>,
}

impl Action for PostBankLine {
    const RIGHT: Right = Right::BankWrite;
}

#[async_trait::async_trait]

impl Command for PostBankLine {
    type Output = PaymentId;

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<PaymentId> {
        let line = hold_line(tx, permit, self.id, self.version).await?;
        let payment = RecordPayment {
            customer_id: self.customer_id,
            organization_id: Some(line.organization_id),
            agreement_id: self.agreement_id,
            order: self.order,
            invoice: self.invoice,
            amount: line.amount,
            currency: Some(line.currency),
            date: Some(line.date),
            method: PaymentMethod::Bank,
            external_reference: None,
            comment: line.purpose.clone(),
        };
        let made = record(tx, permit, "postBankLine", &payment).await?;
        let sql = "
            update bank_line
            set state = 'POSTED', payment_id = $3, version = version + 1, updated_at = $4
            where tenant_id = $1
              and id = $2";
        tx.run(Sql::new(sql, values![permit.tenant(), self.id, made, tx.now()])).await?;
        let facts = json!({ "reference": line.reference, "payment": made });
        tx.audit(db::AuditEntry::new("postBankLine", "BankLine", self.id, facts));
        line_changed(tx, self.id);
        Ok(made)
    }
}

/// Puts a line aside: it is none of a customer's payments.
#[derive(Clone, Debug)]
pub struct IgnoreBankLine {
    /// The line.
    pub id: BankLineId,
    /// Its version as it was read.
    pub version: i32,
    /// Why.
    pub reason: String,
}

impl Action for IgnoreBankLine {
    const RIGHT: Right = Right::BankWrite;
}

#[async_trait::async_trait]

impl Command for IgnoreBankLine {
    type Output = BankLineId;

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<BankLineId> {
        let reason = text("reason", Some(&self.reason), LONGEST_TEXT)?.ok_or_else(|| {
            Refusal::new(RefusalCode::Required, "Say why.", "Укажите причину.").at(["reason"])
        })?;
        let line = hold_line(tx, permit, self.id, self.version).await?;
        let sql = "
            update bank_line
            set state = 'IGNORED', ignore_reason = $3, version = version + 1, updated_at = $4
            where tenant_id = $1
              and id = $2";
        tx.run(Sql::new(sql, values![permit.tenant(), self.id, reason.as_str(), tx.now()])).await?;
        let facts = json!({ "reference": line.reference, "reason": reason });
        tx.audit(db::AuditEntry::new("ignoreBankLine", "BankLine", self.id, facts));
        line_changed(tx, self.id);
        Ok(self.id)
    }
}

/// The payment that a line became is reversed: something else may come of the line then.
pub(crate) async fn set_free<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    payment: PaymentId,
) -> Outcome<()> {
    let sql = "
        update bank_line
        set state = 'NEW', payment_id = null, version = version + 1, updated_at = $3
        where tenant_id = $1
          and payment_id = $2
        returning id";
    let freed: Option<Freed> =
        tx.one(Sql::new(sql, values![permit.tenant(), payment, tx.now()])).await?;
    if let Some(line) = freed {
        let facts = json!({ "reversedPayment": payment });
        tx.audit(db::AuditEntry::new("reversePayment", "BankLine", line.id, facts));
        line_changed(tx, line.id);
    }
    Ok(())
}

#[derive(FromQueryResult)]
struct Freed {
    id: BankLineId,
}

/// Locks a line of which nothing has come yet. Statements are of no manager and no customer: who is
/// bound to some of them sees none.
async fn hold_line<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    id: BankLineId,
    version: i32,
) -> Outcome<BankLine> {
    if permit.managers().is_some() || permit.customer().is_some() {
        return Err(CommandError::NotFound);
    }
    let text = format!(
        "select {LINE_COLUMNS}
         from bank_line l
         where l.tenant_id = $1
           and l.id = $2
         for no key update"
    );
    let line: Option<BankLine> = tx.one(Sql::new(text, values![permit.tenant(), id])).await?;
    let line = line.ok_or(CommandError::NotFound)?;
    if line.state != BankLineState::New {
        let allowed: &[&str] = &[];
        return Err(Refusal::new(
            RefusalCode::IllegalTransition,
            "Something has come of this line already.",
            "Эта строка выписки уже обработана.",
        )
        .with(json!({
            "state": line.state.as_str(), "allowed": allowed, "payment": line.payment_id,
        }))
        .into());
    }
    if line.version != version {
        return Err(stale(line.version).into());
    }
    Ok(line)
}
