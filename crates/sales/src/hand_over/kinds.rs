//! What is handed over besides customers: one line a kind. A new kind of document with a customer
//! and a manager says so in its own context (a `Handed`) and is named here.

use catalog::Handed;

/// Documents before what hangs on them, so that nothing new appears under the leaver between two
/// steps: a shipment takes the manager of its order.
pub(super) const HANDED: &[Handed] = &[
    QUOTES,
    SALES_ORDERS,
    SHIPMENTS,
    SERVICE_ACTS,
    DELIVERIES,
    SALES_RETURNS,
    PRICE_CORRECTIONS,
    TAX_INVOICES,
    stock::HANDED_DEMAND,
    settlements::HANDED_INVOICES,
    settlements::HANDED_PAYMENTS,
    settlements::HANDED_REFUNDS,
    settlements::HANDED_RECEIVABLES,
];

/// What customers are called beside them.
pub(super) const CUSTOMERS: &str = "Customer";

const QUOTES: Handed = document("Quote", "sales_quote");
const SALES_ORDERS: Handed = document("SalesOrder", "sales_order");
const SHIPMENTS: Handed = Handed { only: "d.kind = 'GOODS'", ..document("Shipment", "shipment") };
const SERVICE_ACTS: Handed =
    Handed { only: "d.kind = 'SERVICES'", ..document("ServiceAct", "shipment") };
const DELIVERIES: Handed = document("Delivery", "delivery");
const SALES_RETURNS: Handed =
    Handed { beside: &[("credit_note", "return_id")], ..document("SalesReturn", "sales_return") };
const PRICE_CORRECTIONS: Handed = Handed {
    beside: &[("credit_note", "correction_id")],
    ..document("PriceCorrection", "price_correction")
};
const TAX_INVOICES: Handed = document("TaxInvoice", "tax_invoice");

const fn document(kind: &'static str, table: &'static str) -> Handed {
    Handed {
        kind,
        table,
        only: "true",
        key: "id",
        order: &["date", "id"],
        is_versioned: true,
        is_told: true,
        beside: &[],
    }
}
