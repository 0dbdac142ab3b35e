//! Calling a tax invoice off, by itself or with the document that it is of.

use access::{Action, Permit, Right};
use db::{AuditEntry, Command, Outcome, TenantTx};
use kernel::{CreditNoteId, NaiveDate, Refusal, RefusalCode, ShipmentId, TaxInvoiceId};
use serde_json::json;

use super::rules::TaxInvoiceState;
use super::store::{Which, lock_tax_invoice, mark_cancelled, order_of_tax_invoice, standing_on};
use super::tax_invoice_changed;
use crate::commands::{check_version, closed};
use crate::posting::hold_organization;
use crate::rules::reason;
use crate::store::lock_order;

/// Cancels a tax invoice: it keeps its number, and its document can have another one. Dated as
/// itself, or on the first open day where its period is closed. Refused while correctives of it
/// stand.
#[derive(Clone, Debug)]
pub struct CancelTaxInvoice {
    /// Which.
    pub id: TaxInvoiceId,
    /// The version that was read; `None` does not ask.
    pub version: Option<i32>,
    /// Why.
    pub reason: String,
}

impl Action for CancelTaxInvoice {
    const RIGHT: Right = Right::TaxInvoiceWrite;
}

#[async_trait::async_trait]

impl Command for CancelTaxInvoice {
    type Output = TaxInvoiceId;

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<TaxInvoiceId> {
        let why = reason(&self.reason)?;
        let order = order_of_tax_invoice(tx, permit, self.id).await?;
        lock_order(tx, permit, order).await?;
        let row = lock_tax_invoice(tx, permit, self.id).await?;
        check_version(self.version, row.version)?;
        if row.state != TaxInvoiceState::Issued {
            return Err(cancelled_already().into());
        }
        let standing = standing_on(tx, permit, self.id).await?;
        if !standing.is_empty() {
            return Err(corrected(&standing).into());
        }
        let organization = hold_organization(tx, permit, row.organization_id).await?;
        let on = stock::reversal_date(row.date, organization.closed_until);
        if on > tx.today() {
            return Err(closed(on).into());
        }
        cancel(tx, permit, Which::One(self.id), on, &why).await?;
        Ok(self.id)
    }
}

/// What is reversed, and its tax invoice with it.
#[derive(Clone, Copy, Debug)]
pub(crate) enum CalledOff {
    /// A shipment, or an act among shipments.
    Sale(ShipmentId),
    /// A credit note.
    Note(CreditNoteId),
}

/// Cancels the tax invoice of what is reversed on a day, where one stands. The order is locked.
pub(crate) async fn call_off<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    what: CalledOff,
    on: NaiveDate,
    why: &str,
) -> Outcome<()> {
    let which = match what {
        CalledOff::Sale(id) => Which::OfSale(id),
        CalledOff::Note(id) => Which::OfNote(id),
    };
    cancel(tx, permit, which, on, why).await
}

async fn cancel<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    which: Which,
    on: NaiveDate,
    why: &str,
) -> Outcome<()> {
    let Some(row) = mark_cancelled(tx, permit, which, on, why).await? else { return Ok(()) };
    let states = [TaxInvoiceState::Issued, TaxInvoiceState::Cancelled];
    tx.audit(AuditEntry::new(
        "cancelTaxInvoice",
        "TaxInvoice",
        row.id,
        json!({ "state": states, "number": row.number, "cancelledOn": row.cancelled_on,
                "reason": why }),
    ));
    tax_invoice_changed(tx, row.id, row.customer_id, row.manager_id);
    Ok(())
}

fn cancelled_already() -> Refusal {
    let allowed: &[&str] = &[];
    Refusal::new(
        RefusalCode::IllegalTransition,
        "The tax invoice is cancelled already.",
        "Счёт-фактура уже аннулирован.",
    )
    .with(json!({ "state": TaxInvoiceState::Cancelled, "allowed": allowed }))
}

fn corrected(numbers: &[String]) -> Refusal {
    let list = numbers.join(", ");
    Refusal::new(
        RefusalCode::InUse,
        format!("Corrective tax invoices stand on it: cancel them first ({list})."),
        format!("К нему есть корректировочные счета-фактуры: сначала аннулируйте их ({list})."),
    )
    .with(json!({ "correctives": numbers }))
}
