//! What users do with purchase orders. A draft can be changed; what is ordered is received, closed
//! short, or cancelled while nothing has come.

mod create;
mod reschedule;
mod steps;
mod update;

pub use create::CreatePurchaseOrder;
pub(crate) use create::{Draft, write_draft};
pub use reschedule::{ExpectedDay, ReschedulePurchaseOrder};
pub(crate) use steps::place_order;
pub use steps::{CancelPurchaseOrder, ClosePurchaseOrder, OrderPurchaseOrder};
pub use update::UpdatePurchaseOrder;

pub use super::lines::PurchaseLineInput;

use db::TenantTx;
use kernel::{Refusal, RefusalCode};

use super::store::Header;
use crate::document;
use crate::rules::{self, MOST_NAME, MOST_TEXT};

/// Tells that a purchase order was made or changed.
pub(crate) fn order_changed(tx: &TenantTx, order: &Header) {
    document::changed(tx, "PurchaseOrder", order.id, order.created_by);
}

/// Checks the lengths of an order's texts.
fn check_texts(
    supplier_reference: &str,
    comment: &str,
    external_reference: Option<&str>,
) -> Result<(), Refusal> {
    let reference = ("supplierReference", supplier_reference, MOST_NAME);
    rules::check_texts(&[reference, ("comment", comment, MOST_TEXT)], external_reference)
}

/// Why something ends: 1 to 2,000 characters.
pub(crate) fn reason(text: &str) -> Result<String, Refusal> {
    let text = text.trim();
    if text.is_empty() {
        let (en, ru) = ("Say why.", "Укажите причину.");
        return Err(Refusal::new(RefusalCode::Required, en, ru).at(["reason"]));
    }
    if text.chars().count() > MOST_TEXT {
        return Err(Refusal::new(
            RefusalCode::OutOfRange,
            format!("At most {MOST_TEXT} characters."),
            format!("Не больше {MOST_TEXT} символов."),
        )
        .at(["reason"]));
    }
    Ok(text.to_owned())
}

fn reference_taken() -> Refusal {
    Refusal::new(
        RefusalCode::Taken,
        "Another purchase order has this external reference.",
        "Эта внешняя ссылка уже занята другим заказом поставщику.",
    )
    .at(["externalReference"])
}
