//! Credit notes lessen the debts of their shipment, and cease to when they are reversed. Called by
//! the commands above this context, inside their transactions.

use access::Permit;
use db::{Fault, Outcome, TenantTx};
use kernel::{CreditNoteId, CustomerId, Decimal, NaiveDate, PaymentId, ShipmentId, UserId};

use crate::rules::{Debt, Offset, assigned_then_oldest_first, credited, offset};
use crate::store::{advances, credits, registers};
use crate::{events, store};

/// What a posted credit note takes off.
#[derive(Clone, Copy, Debug)]
pub struct Credit {
    /// The note.
    pub credit_note_id: CreditNoteId,
    /// The shipment whose debts become less.
    pub shipment_id: ShipmentId,
    /// The note's date.
    pub occurred_on: NaiveDate,
    /// With VAT, at most what is billed of the shipment still.
    pub amount: Decimal,
}

/// Lessens the debts of a shipment: what is open first, oldest due first; what was paid beyond that
/// becomes an advance again, of its order where the payer had named one. A note worth nothing does
/// nothing. Locks the customer.
///
/// # Errors
/// A fault where a statement fails, or where more is credited than is billed.
pub async fn credit<A>(tx: &TenantTx, permit: &Permit<A>, credit: &Credit) -> Outcome<()> {
    if credit.amount.is_zero() {
        return Ok(());
    }
    let Some((customer, currency)) =
        registers::customer_of_shipment(tx, permit, credit.shipment_id).await?
    else {
        return Err(Fault::broken("a credit note of a shipment without debts").into());
    };
    catalog::lock_customer(tx, permit, customer).await?;
    let debts = credits::standing(tx, permit, credit.shipment_id).await?;
    let rows = registers::rows_of_shipment(tx, permit, credit.shipment_id).await?;
    let (back, parts) = credited(&debts, &rows, credit.amount, credit.occurred_on);
    if parts.iter().map(|part| part.amount).sum::<Decimal>() != credit.amount {
        return Err(Fault::broken("more is credited than is billed").into());
    }
    registers::settle(tx, permit, currency, &back).await?;
    let manager = credits::lessen(tx, permit, credit.credit_note_id, &parts).await?;
    tell(tx, customer, manager, &back);
    Ok(())
}

/// Takes a credit note back: the debts stand again from a day on, and advances settle them as they
/// settle a bill. Locks the customer.
///
/// # Errors
/// A fault where a statement fails.
pub async fn uncredit<A>(tx: &TenantTx, permit: &Permit<A>, credit: &Credit) -> Outcome<()> {
    let Some((customer, currency)) =
        registers::customer_of_shipment(tx, permit, credit.shipment_id).await?
    else {
        return Ok(());
    };
    catalog::lock_customer(tx, permit, customer).await?;
    let on = credit.occurred_on;
    let (account, opened) = credits::restore(tx, permit, credit.credit_note_id, on).await?;
    let Some(account) = account else { return Ok(()) };
    let amount = opened.iter().map(|debt: &Debt| debt.open).sum();
    let owner = store::Account {
        customer_id: account.customer_id,
        organization_id: account.organization_id,
        agreement_id: account.agreement_id,
        currency: account.currency,
    };
    let mut money = advances::usable(tx, permit, &owner, account.order_id, amount).await?;
    assigned_then_oldest_first(&mut money);
    let offsets = offset(&opened, &money);
    registers::settle(tx, permit, currency, &offsets).await?;
    tell(tx, customer, account.manager_id, &offsets);
    Ok(())
}

fn tell(tx: &TenantTx, customer: CustomerId, manager: Option<UserId>, rows: &[Offset]) {
    let mut payments: Vec<PaymentId> = rows.iter().map(|row| row.payment_id).collect();
    payments.sort_unstable();
    payments.dedup();
    for payment in payments {
        events::payment_changed(tx, payment, customer, manager);
    }
    events::debt_changed(tx, customer, manager);
}
