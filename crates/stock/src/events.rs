//! What stock tells the world: one event a document, with the products and warehouses whose
//! balances it changed.

use std::collections::BTreeSet;

use db::{EventDraft, TenantTx};
use kernel::Uuid;

use crate::document;
use crate::rules::BalanceKey;
use crate::store::receipts::Header;

/// Tells that balances changed because of a document.
pub(crate) fn stock_changed<'a>(
    tx: &TenantTx,
    subject_kind: &'static str,
    subject_id: impl Into<Uuid>,
    keys: impl Iterator<Item = &'a BalanceKey> + Clone,
) {
    let products: BTreeSet<Uuid> = keys.clone().map(|key| key.product_id.0).collect();
    let warehouses: BTreeSet<Uuid> = keys.map(|key| key.warehouse_id.0).collect();
    if products.is_empty() {
        return;
    }
    tx.emit(EventDraft {
        kind: "stock_changed",
        subject_kind,
        subject_id: subject_id.into(),
        manager_id: None,
        customer_id: None,
        products: products.into_iter().collect(),
        warehouses: warehouses.into_iter().collect(),
    });
}

/// Tells that a receipt was made or changed.
pub(crate) fn receipt_changed(tx: &TenantTx, receipt: &Header) {
    document::changed(tx, "GoodsReceipt", receipt.id, receipt.created_by);
}
