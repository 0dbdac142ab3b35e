//! The document that a tax invoice is of, under its order's lock.

use std::collections::HashMap;

use access::Permit;
use db::{CommandError, Outcome, TenantTx};
use kernel::{CreditNoteId, NaiveDate, ProductId, ProductVariantId, Refusal, RefusalCode};
use serde_json::json;

use super::issue::TaxBasis;
use super::rules::{Issued, NewLine, Part, TaxInvoiceKind, corrective_lines, sale_lines};
use super::store::{
    NoteHead, note_head, parts_of_note, place_of_note, standing_of_note, standing_of_sale,
    told_of_sale,
};
use crate::quotes::{called, names_of_variants};
use crate::rules::{ShipmentState, VatMode};
use crate::sold::{SaleKind, Sold, lock_sold, order_of_sold};
use crate::store::{lock_order, shipment_lines};

/// What is told of: a sale, or a credit note of it.
pub(super) struct Basis {
    pub(super) sold: Sold,
    /// The document's own number and date.
    pub(super) number: String,
    pub(super) date: NaiveDate,
    /// The credit note of a corrective one, and what it corrects.
    pub(super) note: Option<(CreditNoteId, Issued)>,
}

impl Basis {
    /// Locks the document within reach, which stands and has no tax invoice that does.
    pub(super) async fn hold<A>(
        tx: &TenantTx,
        permit: &Permit<A>,
        basis: TaxBasis,
    ) -> Outcome<Self> {
        let (kind, sale) = match basis {
            TaxBasis::CreditNote(note) => return Self::of_note(tx, permit, note).await,
            TaxBasis::Shipment(id) => (SaleKind::Goods, id),
            TaxBasis::Act(id) => (SaleKind::Services, kernel::ShipmentId(id.0)),
        };
        let order = order_of_sold(tx, permit, kind, sale).await?;
        lock_order(tx, permit, order).await?;
        let sold = lock_sold(tx, permit, sale).await?;
        let number = match (sold.state, &sold.number) {
            (ShipmentState::Posted, Some(number)) => number.clone(),
            _ => return Err(not_posted(&sold, basis.field()).into()),
        };
        if let Some(issued) = standing_of_sale(tx, permit, sale).await? {
            return Err(taken(&issued, basis.field()).into());
        }
        let date = sold.date;
        Ok(Self { sold, number, date, note: None })
    }

    async fn of_note<A>(tx: &TenantTx, permit: &Permit<A>, id: CreditNoteId) -> Outcome<Self> {
        let (order, sale) = place_of_note(tx, permit, id).await?;
        lock_order(tx, permit, order).await?;
        let sold = lock_sold(tx, permit, sale).await?;
        let found = note_head(tx, permit, id).await?;
        let NoteHead { number, date, reversed_on } = found.ok_or(CommandError::NotFound)?;
        let field = TaxBasis::CreditNote(id).field();
        if let Some(on) = reversed_on {
            return Err(note_reversed(on, field).into());
        }
        if let Some(issued) = standing_of_note(tx, permit, id).await? {
            return Err(taken(&issued, field).into());
        }
        let Some(corrects) = standing_of_sale(tx, permit, sale).await? else {
            return Err(nothing_to_correct(field).into());
        };
        Ok(Self { sold, number, date, note: Some((id, corrects)) })
    }

    pub(super) fn kind(&self) -> TaxInvoiceKind {
        if self.note.is_some() { TaxInvoiceKind::Corrective } else { TaxInvoiceKind::Sale }
    }

    /// A tax invoice is dated as its document or later, a corrective one as what it corrects or
    /// later.
    pub(super) fn check_not_before(&self, date: NaiveDate) -> Result<(), Refusal> {
        let corrected = self.note.as_ref().map(|(_, issued)| issued.date);
        let first = corrected.map_or(self.date, |corrected| corrected.max(self.date));
        if date >= first {
            return Ok(());
        }
        let day = first.format("%d.%m.%Y");
        Err(Refusal::new(
            RefusalCode::Invalid,
            format!("Its document is dated {first}: no tax invoice of it is dated before."),
            format!("Дата документа {day}: раньше счёта-фактуры быть не может."),
        )
        .at(["date"])
        .with(json!({ "documentDate": first })))
    }

    /// What the tax invoice tells, line by line, with what goods are called now.
    pub(super) async fn lines<A>(
        &self,
        tx: &TenantTx,
        permit: &Permit<A>,
    ) -> Outcome<Vec<NewLine>> {
        let mode = VatMode::of(self.sold.prices_include_vat);
        let Some((note, _)) = &self.note else {
            let lines = shipment_lines(tx, permit, self.sold.id).await?;
            let parts: Vec<Part> = lines.into_iter().map(Part::from).collect();
            let names = Names::of(tx, permit, &parts).await?;
            return Ok(sale_lines(parts, mode, |part| names.name(part)));
        };
        let parts = parts_of_note(tx, permit, *note).await?;
        let names = Names::of(tx, permit, &parts).await?;
        let told = told_of_sale(tx, permit, self.sold.id).await?;
        Ok(corrective_lines(parts, mode, told, |part| names.name(part)))
    }
}

impl From<crate::model::ShipmentLine> for Part {
    fn from(line: crate::model::ShipmentLine) -> Self {
        Self {
            shipment_line_id: line.id,
            product_id: line.product_id,
            variant_id: line.variant_id,
            unit: line.unit,
            quantity: line.quantity,
            amount: line.amount,
            vat_rate: line.vat_rate,
            vat_amount: line.vat_amount,
        }
    }
}

/// What goods of lines are called.
struct Names {
    products: HashMap<ProductId, catalog::ProductCard>,
    variants: HashMap<ProductVariantId, String>,
}

impl Names {
    async fn of<A>(tx: &TenantTx, permit: &Permit<A>, parts: &[Part]) -> Outcome<Self> {
        let products: Vec<ProductId> = parts.iter().map(|part| part.product_id).collect();
        let variants: Vec<_> = parts.iter().filter_map(|part| part.variant_id).collect();
        Ok(Self {
            products: catalog::product_cards(tx, permit, &products).await?,
            variants: names_of_variants(tx, permit, &variants).await?,
        })
    }

    fn name(&self, part: &Part) -> String {
        let product = self.products.get(&part.product_id).map(|card| card.name.as_str());
        called(product.unwrap_or_default(), part.variant_id, &self.variants)
    }
}

fn not_posted(sold: &Sold, field: &str) -> Refusal {
    Refusal::new(
        RefusalCode::IllegalTransition,
        "Tax invoices are issued of posted documents.",
        "Счёт-фактура выставляется по проведённому документу.",
    )
    .at([field])
    .with(json!({ "state": sold.state, "allowed": [ShipmentState::Posted] }))
}

fn note_reversed(on: NaiveDate, field: &str) -> Refusal {
    let day = on.format("%d.%m.%Y");
    Refusal::new(
        RefusalCode::IllegalTransition,
        format!("The credit note was reversed on {on}."),
        format!("Кредит-нота сторнирована {day}."),
    )
    .at([field])
    .with(json!({ "reversedOn": on }))
}

fn taken(issued: &Issued, field: &str) -> Refusal {
    let Issued { number, date, .. } = issued;
    let day = date.format("%d.%m.%Y");
    Refusal::new(
        RefusalCode::Taken,
        format!("The tax invoice {number} of {date} stands for it."),
        format!("По документу уже есть счёт-фактура {number} от {day}."),
    )
    .at([field])
    .with(json!({ "number": number, "date": date }))
}

/// What a corrective one corrects must be there.
fn nothing_to_correct(field: &str) -> Refusal {
    Refusal::new(
        RefusalCode::Required,
        "Issue the tax invoice of the sale first: a corrective one corrects it.",
        "Сначала выставьте счёт-фактуру по продаже: корректировочный относится к нему.",
    )
    .at([field])
}
