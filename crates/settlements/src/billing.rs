//! Shipments become debts, and cease to be debts when they are reversed. Called by the commands
//! above this context, inside their transactions.

use access::Permit;
use catalog::PaymentStep;
use db::{Outcome, TenantTx};
use kernel::{
    AgreementId, Currency, CustomerId, Decimal, NaiveDate, OrderId, OrganizationId, PaymentId,
    ShipmentId, UserId,
};

use crate::rules::{assigned_then_oldest_first, debts_of, offset, taken_back};
use crate::store::{advances, registers};
use crate::{events, exchange, store};

/// What a posted shipment bills.
#[derive(Clone, Debug)]
pub struct Billing {
    /// The shipment.
    pub shipment_id: ShipmentId,
    /// Its order: advances that stay with it are used first.
    pub order_id: OrderId,
    /// Who owes.
    pub customer_id: CustomerId,
    /// To whom.
    pub organization_id: OrganizationId,
    /// Under which terms.
    pub agreement_id: AgreementId,
    /// The currency of the amount: the agreement's.
    pub currency: Currency,
    /// The responsible manager, kept as of the posting.
    pub manager_id: Option<UserId>,
    /// The shipment's date.
    pub occurred_on: NaiveDate,
    /// What is to be paid, with VAT.
    pub amount: Decimal,
    /// When it is to be paid; they sum to 100 %.
    pub steps: Vec<PaymentStep>,
}

/// Opens debts by the payment steps and offsets advances: first those that stay with the order,
/// then unassigned ones, each oldest first, within organization, agreement and currency. A
/// shipment worth nothing opens nothing. Locks the customer.
///
/// # Errors
/// A fault where a statement fails.
pub async fn bill<A>(tx: &TenantTx, permit: &Permit<A>, billing: &Billing) -> Outcome<()> {
    let parts = debts_of(billing.amount, &billing.steps, billing.occurred_on);
    if parts.is_empty() {
        return Ok(());
    }
    catalog::lock_customer(tx, permit, billing.customer_id).await?;
    let account = store::Account {
        customer_id: billing.customer_id,
        organization_id: billing.organization_id,
        agreement_id: billing.agreement_id,
        currency: billing.currency,
    };
    let mut money =
        advances::usable(tx, permit, &account, billing.order_id, billing.amount).await?;
    assigned_then_oldest_first(&mut money);
    let rate = exchange::rate_on(tx, permit, billing.currency, billing.occurred_on).await?;
    let debts = registers::open_debts(tx, permit, billing, rate, parts).await?;
    let offsets = offset(&debts, &money);
    registers::settle(tx, permit, billing.currency, &offsets).await?;
    let mut used: Vec<PaymentId> = offsets.iter().map(|row| row.payment_id).collect();
    used.dedup();
    for payment in used {
        events::payment_changed(tx, payment, billing.customer_id, billing.manager_id);
    }
    events::debt_changed(tx, billing.customer_id, billing.manager_id);
    Ok(())
}

/// Takes a reversed shipment's debts back. The money that had settled them becomes an advance
/// again: of the order where the payer had named one, unassigned otherwise. Locks the customer.
///
/// # Errors
/// A fault where a statement fails.
pub async fn unbill<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    shipment: ShipmentId,
    occurred_on: NaiveDate,
) -> Outcome<()> {
    let Some((customer, currency)) = registers::customer_of_shipment(tx, permit, shipment).await?
    else {
        return Ok(());
    };
    catalog::lock_customer(tx, permit, customer).await?;
    let rows = registers::rows_of_shipment(tx, permit, shipment).await?;
    let back = taken_back(&rows, occurred_on);
    registers::settle(tx, permit, currency, &back).await?;
    let closed = registers::close_debts(tx, permit, shipment, occurred_on).await?;
    let manager = closed.and_then(|posting| posting.manager_id);
    let mut freed: Vec<PaymentId> = back.iter().map(|row| row.payment_id).collect();
    freed.sort_unstable();
    freed.dedup();
    for payment in freed {
        events::payment_changed(tx, payment, customer, manager);
    }
    events::debt_changed(tx, customer, manager);
    Ok(())
}
