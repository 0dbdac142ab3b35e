//! What becomes of the invoices of an order that is given up, or closed short of what was agreed.
//! Called by the context above, which holds the order.

use access::Permit;
use db::{AuditEntry, FromQueryResult, Outcome, Sql, TenantTx, values};
use kernel::{CustomerId, Decimal, InvoiceId, OrderId, UserId, Uuid};
use serde_json::json;

use super::invoice_changed;
use super::model::InvoiceState;
use crate::rules::{Asking, to_call_off};

/// An invoice that stays although its order comes to less: a part of it is paid.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvoiceKept {
    /// Which.
    pub id: InvoiceId,
    /// Its number.
    pub number: String,
    /// What is paid of it.
    pub paid: Decimal,
    /// What it still asks for.
    pub unpaid: Decimal,
}

#[derive(FromQueryResult)]
struct Standing {
    id: InvoiceId,
    number: String,
    customer_id: CustomerId,
    manager_id: Option<UserId>,
    gross: Decimal,
    paid: Decimal,
}

/// Cancels unpaid invoices of an order, due last first, until those that stand ask for no more than
/// what the order comes to now, `left` with VAT. Gives those that are paid in part and ask for more
/// than that. Locks the customer.
///
/// # Errors
/// A fault where a statement fails.
pub async fn call_off_invoices<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    (order, customer): (OrderId, CustomerId),
    left: Decimal,
    why: &str,
) -> Outcome<Vec<InvoiceKept>> {
    // Payments change invoices under the customer's lock.
    catalog::lock_customer(tx, permit, customer).await?;
    let sql = "
        select i.id, i.number, i.customer_id, i.manager_id, i.gross, i.paid
        from invoice i
        where i.tenant_id = $1 and i.order_id = $2 and i.state <> 'CANCELLED'
        order by i.due_on desc, i.id desc";
    let standing: Vec<Standing> = tx.all(Sql::new(sql, values![permit.tenant(), order])).await?;
    let asking = standing.iter().map(|one| Asking { gross: one.gross, paid: one.paid });
    let (off, kept) = to_call_off(&asking.collect::<Vec<_>>(), left);
    let at = |places: Vec<usize>| places.into_iter().filter_map(|place| standing.get(place));
    cancel(tx, permit, &at(off).collect::<Vec<_>>(), why).await?;
    let kept = at(kept).map(|one| InvoiceKept {
        id: one.id,
        number: one.number.clone(),
        paid: one.paid,
        unpaid: one.gross - one.paid,
    });
    Ok(kept.collect())
}

/// An order is cancelled: what is left of its invoices, paid in part or in full, is asked for no
/// more. No payment pays them, and where all that was paid is taken back they are cancelled. The
/// customer is locked.
///
/// # Errors
/// A fault where the statement fails.
pub async fn ask_no_more<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    order: OrderId,
    why: &str,
) -> Outcome<()> {
    #[derive(FromQueryResult)]
    struct Told {
        id: InvoiceId,
        customer_id: CustomerId,
        manager_id: Option<UserId>,
    }
    let sql = "
        update invoice i
        set cancel_reason = $3, version = i.version + 1, updated_at = $4
        where i.tenant_id = $1
          and i.order_id = $2
          and i.state in ('PARTIALLY_PAID', 'PAID')
        returning i.id, i.customer_id, i.manager_id";
    let told: Vec<Told> =
        tx.all(Sql::new(sql, values![permit.tenant(), order, why, tx.now()])).await?;
    for one in told {
        let facts = json!({ "askedNoMore": why });
        tx.audit(AuditEntry::new("cancelSalesOrder", "Invoice", one.id, facts));
        invoice_changed(tx, one.id, one.customer_id, one.manager_id);
    }
    Ok(())
}

async fn cancel<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    invoices: &[&Standing],
    why: &str,
) -> Outcome<()> {
    if invoices.is_empty() {
        return Ok(());
    }
    let sql = "
        update invoice
        set state = 'CANCELLED', cancel_reason = $3, version = version + 1, updated_at = $4
        where tenant_id = $1
          and id = any ($2)";
    let ids: Vec<Uuid> = invoices.iter().map(|one| one.id.0).collect();
    tx.run(Sql::new(sql, values![permit.tenant(), ids, why, tx.now()])).await?;
    for one in invoices {
        let facts = json!({
            "number": one.number, "reason": why,
            "state": [InvoiceState::Issued.as_str(), InvoiceState::Cancelled.as_str()],
        });
        tx.audit(AuditEntry::new("cancelInvoice", "Invoice", one.id, facts));
        invoice_changed(tx, one.id, one.customer_id, one.manager_id);
    }
    Ok(())
}
