//! Writing down what is to go back to a supplier.

use std::collections::HashMap;

use access::{Action, Permit, Right};
use db::{AuditEntry, Command, CommandError, Outcome, TenantTx, on_constraint};
use kernel::{
    Decimal, NaiveDate, Quantity, ReceiptId, ReceiptLineId, Refusal, RefusalCode, SupplierReturnId,
    SupplierReturnLineId, WarehouseId,
};
use serde_json::json;

use super::SupplierReturnState;
use super::store::{self, Header, Line, ReceivedLot};
use crate::commands::draft;
use crate::document;
use crate::purchases::commands::reason;
use crate::rules::{MOST_TEXT, ReceiptState, check_texts};
use crate::store::receipts;

/// What goes back of one line of a receipt.
#[derive(Clone, Copy, Debug)]
pub struct ReturnLineInput {
    /// The receipt's line.
    pub receipt_line_id: ReceiptLineId,
    /// Base units, above zero.
    pub quantity: Decimal,
}

/// Makes a draft on the basis of a posted receipt; nothing moves yet.
#[derive(Clone, Debug)]
pub struct CreateSupplierReturn {
    /// The receipt that brought the goods.
    pub receipt_id: ReceiptId,
    /// From where; the receipt's warehouse where it is absent.
    pub warehouse_id: Option<WarehouseId>,
    /// Business date; today where it is absent. Checked on posting.
    pub occurred_on: Option<NaiveDate>,
    /// Why.
    pub reason: String,
    /// A note.
    pub comment: String,
    /// The record's name in another program, unique among returns.
    pub external_reference: Option<String>,
    /// What goes back; all that lies free where it is absent.
    pub lines: Option<Vec<ReturnLineInput>>,
}

impl Action for CreateSupplierReturn {
    const RIGHT: Right = Right::ReceiptWrite;
}

#[async_trait::async_trait]
impl Command for CreateSupplierReturn {
    type Output = SupplierReturnId;

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<SupplierReturnId> {
        let reason = reason(&self.reason)?;
        let reference = self.external_reference.as_deref();
        check_texts(&[("comment", &self.comment, MOST_TEXT)], reference)?;
        let receipt = receipts::lock(tx, permit, self.receipt_id).await?;
        let receipt = receipt.ok_or(CommandError::NotFound)?;
        if receipt.state()? != ReceiptState::Posted {
            return Err(not_posted().into());
        }
        let warehouse = self.warehouse_id.unwrap_or(receipt.warehouse_id);
        let warehouse_id = draft::warehouse(tx, permit, Some(warehouse)).await?;
        let lots = store::lots(tx, permit, receipt.id, warehouse_id).await?;
        let lines = chosen(&lots, self.lines.as_deref())?;
        let new = Header {
            id: SupplierReturnId::new(),
            number: String::new(),
            occurred_on: self.occurred_on.unwrap_or_else(|| tx.today()),
            organization_id: receipt.organization_id,
            warehouse_id,
            receipt_id: receipt.id,
            state: SupplierReturnState::Draft.as_str().to_owned(),
            amount: None,
            reason,
            comment: self.comment.clone(),
            external_reference: self.external_reference.clone(),
            reversed_on: None,
            version: 1,
            created_by: permit.user(),
        };
        let written = store::insert(tx, permit, &new, &lines).await;
        on_constraint(written, "supplier_return_external_reference_key", reference_taken)?;
        tx.audit(AuditEntry::new(
            "createSupplierReturn",
            "SupplierReturn",
            new.id,
            json!({ "after": new, "lines": lines }),
        ));
        return_changed(tx, &new);
        Ok(new.id)
    }
}

/// The lines that were asked for, or all that lies free.
fn chosen(lots: &[ReceivedLot], asked: Option<&[ReturnLineInput]>) -> Result<Vec<Line>, Refusal> {
    let line = |(position, (lot, quantity)): (i32, (&ReceivedLot, Decimal))| Line {
        id: SupplierReturnLineId::new(),
        position,
        receipt_line_id: lot.receipt_line_id,
        lot_id: lot.lot_id,
        product_id: lot.product_id,
        variant_id: lot.variant_id,
        quantity,
    };
    let Some(asked) = asked else {
        let free = lots.iter().filter(|lot| lot.free > Decimal::ZERO);
        let lines: Vec<Line> = (0..).zip(free.map(|lot| (lot, lot.free))).map(line).collect();
        return if lines.is_empty() { Err(no_lines()) } else { Ok(lines) };
    };
    if asked.is_empty() {
        return Err(no_lines());
    }
    let mut by_line: HashMap<ReceiptLineId, &ReceivedLot> =
        lots.iter().map(|lot| (lot.receipt_line_id, lot)).collect();
    let mut found = Vec::with_capacity(asked.len());
    for (place, one) in asked.iter().enumerate() {
        let at = |field: &str| ["lines".to_owned(), place.to_string(), field.to_owned()];
        let quantity = Quantity::positive(one.quantity).map_err(|_| {
            Refusal::new(
                RefusalCode::OutOfRange,
                "The quantity is above zero, with at most 3 decimal places.",
                "Количество больше нуля, не более 3 знаков после запятой.",
            )
            .at(at("quantity"))
        })?;
        let Some(lot) = by_line.remove(&one.receipt_line_id) else {
            return Err(Refusal::new(
                RefusalCode::UnknownReference,
                "The receipt has no such line, or it is named twice.",
                "В поступлении нет такой строки, либо она указана дважды.",
            )
            .at(at("receiptLineId")));
        };
        found.push((lot, quantity.get()));
    }
    Ok((0..).zip(found).map(line).collect())
}

/// Gives a draft up; nothing has moved.
#[derive(Clone, Copy, Debug)]
pub struct CancelSupplierReturn {
    /// Which.
    pub id: SupplierReturnId,
    /// The version that was read.
    pub version: i32,
}

impl Action for CancelSupplierReturn {
    const RIGHT: Right = Right::ReceiptWrite;
}

#[async_trait::async_trait]
impl Command for CancelSupplierReturn {
    type Output = SupplierReturnId;

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<SupplierReturnId> {
        let mut header = store::locked(tx, permit, self.id, self.version).await?;
        header.state()?.to(SupplierReturnState::Cancelled)?;
        header.state = SupplierReturnState::Cancelled.as_str().to_owned();
        store::update(tx, permit, &header).await?;
        tx.audit(AuditEntry::new(
            "cancelSupplierReturn",
            "SupplierReturn",
            header.id,
            json!({ "state": ["DRAFT", "CANCELLED"] }),
        ));
        return_changed(tx, &header);
        Ok(header.id)
    }
}

/// Tells that a return was made or changed.
pub(super) fn return_changed(tx: &TenantTx, of: &Header) {
    document::changed(tx, "SupplierReturn", of.id, of.created_by);
}

fn not_posted() -> Refusal {
    Refusal::new(
        RefusalCode::Invalid,
        "Only goods of a posted receipt go back.",
        "Вернуть можно только товар проведённого поступления.",
    )
    .at(["receiptId"])
}

fn no_lines() -> Refusal {
    Refusal::new(
        RefusalCode::NoLines,
        "Nothing of this receipt lies free here.",
        "По этому поступлению на складе нет свободного товара.",
    )
}

fn reference_taken() -> Refusal {
    Refusal::new(
        RefusalCode::Taken,
        "Another return has this external reference.",
        "Эта внешняя ссылка уже занята другим возвратом.",
    )
    .at(["externalReference"])
}
