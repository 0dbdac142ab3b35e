//! Proof that documents equal the sums of their parts, and registers the posted documents.

use access::{Action, Permit, Right};
use db::{Discrepancy, Outcome, Sql, TenantTx, values};

/// Reading every document of the tenant to check it.
#[derive(Clone, Copy, Debug)]
pub struct VerifySales;

impl Action for VerifySales {
    const RIGHT: Right = Right::AuditRead;
}

/// What differs: what order lines have shipped from their posted shipments, totals from lines,
/// the register of sales from posted shipments, what was billed from a shipment's gross, what is
/// being picked from its reservations, returns and price corrections from their shipments, what is
/// booked of deliveries from their costs, what is ordered of quotes from their orders, and tax
/// invoices from their documents and the order of time.
///
/// # Errors
/// A fault where the statement fails.
pub async fn discrepancies(
    tx: &TenantTx,
    permit: &Permit<VerifySales>,
) -> Outcome<Vec<Discrepancy>> {
    let mut found = Vec::new();
    let texts = [
        include_str!("verify.sql"),
        include_str!("verify_picking.sql"),
        include_str!("verify_returns.sql"),
        include_str!("verify_corrections.sql"),
        include_str!("verify_deliveries.sql"),
        include_str!("verify_quotes.sql"),
        include_str!("verify_tax_invoices.sql"),
    ];
    for text in texts {
        let differ: Vec<Discrepancy> = tx.all(Sql::new(text, values![permit.tenant()])).await?;
        found.extend(differ);
    }
    Ok(found)
}
