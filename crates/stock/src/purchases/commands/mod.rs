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

use db::{EventDraft, TenantTx};
use kernel::{Refusal, RefusalCode};

use super::store::Header;

/// Characters of a comment or a reason.
const MOST_TEXT: usize = 2000;
/// Characters of a reference.
const MOST_NAME: usize = 200;

/// Tells that a purchase order was made or changed. Its author stands for the responsible manager.
pub(crate) fn order_changed(tx: &TenantTx, order: &Header) {
    tx.emit(EventDraft {
        kind: "document_changed",
        subject_kind: "PurchaseOrder",
        subject_id: order.id.0,
        manager_id: order.created_by,
        customer_id: None,
        products: Vec::new(),
        warehouses: Vec::new(),
    });
}

/// Checks the lengths of an order's texts.
fn check_texts(
    supplier_reference: &str,
    comment: &str,
    external_reference: Option<&str>,
) -> Result<(), Refusal> {
    for (field, text, most) in [
        ("supplierReference", supplier_reference, MOST_NAME),
        ("comment", comment, MOST_TEXT),
        ("externalReference", external_reference.unwrap_or("-"), MOST_NAME),
    ] {
        if text.chars().count() > most || (field == "externalReference" && text.is_empty()) {
            return Err(Refusal::new(
                RefusalCode::OutOfRange,
                format!("At most {most} characters, and no empty reference."),
                format!("Не больше {most} символов; пустая ссылка недопустима."),
            )
            .at([field]));
        }
    }
    Ok(())
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
