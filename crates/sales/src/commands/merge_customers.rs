//! Two cards of one customer become one. It stands here because documents move with the card, and
//! no context below knows them all.
//!
//! What is posted in registers stays under the card of the posting; who asks them by customer goes
//! through the catalog's customer_heir_v.

use std::marker::PhantomData;
use std::time::Duration;

use access::{Action, Permit, Right};
use catalog::{MERGED_BY, Merging};
use db::{Command, Outcome, TenantTx};
use files::Subject;
use kernel::CustomerId;
use serde_json::{Map, json};

use crate::corrections::move_corrections;
use crate::deliveries::move_deliveries;
use crate::quotes::{hold_quotes_of, move_quotes};
use crate::returns::move_returns;
use crate::rules::reason;
use crate::store::{hold_orders_of, move_documents};
use crate::tax_invoices::move_tax_invoices;

/// How long a statement over all documents of a customer may take: 50,000 orders take seconds.
const PATIENCE: Duration = Duration::from_secs(120);

/// Merges a customer's card into another one, with all its documents, debts and advances. `S` is
/// what the files of customers hang on.
#[derive(Debug)]
pub struct MergeCustomers<S> {
    merging: Merging,
    files: PhantomData<fn() -> S>,
}

impl<S> MergeCustomers<S> {
    /// As asked.
    #[must_use]
    pub fn new(merging: Merging) -> Self {
        Self { merging, files: PhantomData }
    }
}

impl<S: Subject> Action for MergeCustomers<S> {
    const RIGHT: Right = Right::CustomerMerge;
}

#[async_trait::async_trait]
impl<S: Subject> Command for MergeCustomers<S> {
    type Output = CustomerId;

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<CustomerId> {
        let merging = &Merging { reason: reason(&self.merging.reason)?, ..self.merging.clone() };
        let (from, into) = merging.way();
        // A refusal that is seen now costs no locks on thousands of documents.
        catalog::look_at_twins(tx, permit, merging).await?;
        tx.be_patient(PATIENCE).await?;
        // Documents first, then customers: what was written between the two is found below, since
        // nothing is written for a card that is held alone.
        hold_orders_of(tx, permit, from).await?;
        hold_quotes_of(tx, permit, from).await?;
        settlements::hold_payments_of(tx, permit, from).await?;
        let twins = catalog::hold_twins(tx, permit, merging).await?;

        let documents = move_documents(tx, permit, (from, into)).await?;
        let quotes = move_quotes(tx, permit, (from, into)).await?;
        let returns = move_returns(tx, permit, (from, into)).await?;
        let corrections = move_corrections(tx, permit, (from, into)).await?;
        let deliveries = move_deliveries(tx, permit, (from, into)).await?;
        let tax_invoices = move_tax_invoices(tx, permit, (from, into)).await?;
        stock::hand_over_demand(tx, permit, (from, into)).await?;
        approvals::hand_over_customer(tx, permit, (from, into)).await?;
        let noted = merging.noted();
        tx.audit_each(MERGED_BY, "Quote", &quotes, noted.clone()).await?;
        tx.audit_each(MERGED_BY, "SalesReturn", &returns, noted.clone()).await?;
        tx.audit_each(MERGED_BY, "PriceCorrection", &corrections, noted.clone()).await?;
        tx.audit_each(MERGED_BY, "TaxInvoice", &tax_invoices, noted.clone()).await?;
        tx.audit_each(MERGED_BY, "Delivery", &deliveries, noted.clone()).await?;
        tx.audit_each(MERGED_BY, "SalesOrder", &documents.orders, noted.clone()).await?;
        tx.audit_each(MERGED_BY, "Shipment", &documents.shipments, noted.clone()).await?;
        tx.audit_each(MERGED_BY, "ServiceAct", &documents.acts, noted.clone()).await?;
        let how = (MERGED_BY, noted);
        let money = settlements::move_money(tx, permit, (from, into), how.clone()).await?;
        let keys = identity::rebind_keys(tx, permit, (from, into), how).await?;
        let attachments = files::hand_over::<S, _>(tx, permit, (from.0, into.0)).await?;
        let moved = json!({
            "quotes": quotes.len(), "orders": documents.orders.len(),
            "acts": documents.acts.len(), "shipments": documents.shipments.len(),
            "returns": returns.len(), "corrections": corrections.len(),
            "deliveries": deliveries.len(), "taxInvoices": tax_invoices.len(),
            "payments": money.payments, "receivables": money.receivables,
            "apiKeys": keys, "attachments": attachments,
        });
        let moved: Map<_, _> = moved.as_object().cloned().unwrap_or_default();
        catalog::merge_cards(tx, permit, merging, &twins, moved).await?;
        for (customer, manager) in twins.managers() {
            settlements::debt_changed(tx, customer, manager);
        }
        Ok(into)
    }
}
