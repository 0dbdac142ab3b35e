//! Which goods a landed cost is for, as users name them.

use std::collections::BTreeSet;

use access::Permit;
use db::{Outcome, TenantTx};
use kernel::{LotId, OrganizationId, ReceiptId, ReceiptLineId, Refusal, RefusalCode, Uuid};

use super::store;
use crate::rules::MOST_LINES;

/// What was chosen; what is named twice counts once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ChosenGoods {
    /// All that these receipts brought.
    pub receipts: Vec<ReceiptId>,
    /// What these lines of receipts brought.
    pub lines: Vec<ReceiptLineId>,
    /// These lots, with the rest of what their receipts' lines brought.
    pub lots: Vec<LotId>,
}

/// The lines of receipts that are meant, in the order of their receipts.
pub(super) async fn receipt_lines<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    organization: OrganizationId,
    chosen: &ChosenGoods,
) -> Outcome<Vec<ReceiptLineId>> {
    let named = chosen.receipts.len() + chosen.lines.len() + chosen.lots.len();
    if named > MOST_LINES {
        return Err(too_many().into());
    }
    let found = store::named(tx, permit, organization, chosen).await?;
    let known = |kind: &str| -> BTreeSet<Uuid> {
        found.iter().filter(|one| one.kind == kind).map(|one| one.named_id).collect()
    };
    let (receipts, lines, lots) = (known("RECEIPT"), known("LINE"), known("LOT"));
    all_known("receiptIds", &chosen.receipts, &receipts)?;
    all_known("receiptLineIds", &chosen.lines, &lines)?;
    all_known("lotIds", &chosen.lots, &lots)?;
    let mut ids = Vec::new();
    for one in &found {
        if !ids.contains(&one.receipt_line_id) {
            ids.push(one.receipt_line_id);
        }
    }
    if ids.len() > MOST_LINES {
        return Err(too_many().into());
    }
    Ok(ids)
}

fn all_known<I: Copy + Into<Uuid>>(
    field: &'static str,
    named: &[I],
    known: &BTreeSet<Uuid>,
) -> Result<(), Refusal> {
    match named.iter().position(|id| !known.contains(&(*id).into())) {
        None => Ok(()),
        Some(place) => Err(unknown(field, place)),
    }
}

fn unknown(field: &'static str, place: usize) -> Refusal {
    Refusal::new(
        RefusalCode::UnknownReference,
        "No posted receipt of the organization brought this.",
        "Этого нет ни в одном проведённом поступлении организации.",
    )
    .at(["goods".to_owned(), field.to_owned(), place.to_string()])
}

fn too_many() -> Refusal {
    Refusal::new(
        RefusalCode::TooMany,
        format!("At most {MOST_LINES} lines of receipts."),
        format!("Не больше {MOST_LINES} строк поступлений."),
    )
    .at(["goods"])
}
