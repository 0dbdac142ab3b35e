//! Issuing a tax invoice.

use access::{Action, Permit, Right};
use catalog::{OrganizationCard, Requisites};
use chrono::Datelike;
use db::{AuditEntry, Command, Fault, Outcome, Series, TenantTx};
use kernel::{
    CreditNoteId, NaiveDate, Refusal, RefusalCode, ServiceActId, ShipmentId, TaxInvoiceId,
};
use serde_json::json;
use settlements::AdvanceUsed;

use super::basis::Basis;
use super::rules::check_order;
use super::store::{NewTaxInvoice, insert_tax_invoice, last_of_series};
use super::tax_invoice_changed;
use crate::posting::hold_organization;
use crate::rules::{external_reference, optional_text};

/// A tax invoice as a client asks for it.
#[derive(Clone, Debug)]
pub struct TaxInvoiceDraft {
    /// The document it is of; `None` where not exactly one was named.
    pub basis: Option<TaxBasis>,
    /// The business date, not before that of its document nor of the last tax invoice; `None` is
    /// today.
    pub date: Option<NaiveDate>,
    /// A note.
    pub comment: Option<String>,
    /// Its number in another program.
    pub external_reference: Option<String>,
}

/// What a tax invoice is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TaxBasis {
    /// A shipment.
    Shipment(ShipmentId),
    /// An act.
    Act(ServiceActId),
    /// A credit note: the tax invoice is a corrective one.
    CreditNote(CreditNoteId),
}

impl TaxBasis {
    /// The field of the input that names it.
    pub(super) fn field(self) -> &'static str {
        match self {
            Self::Shipment(_) => "shipmentId",
            Self::Act(_) => "serviceActId",
            Self::CreditNote(_) => "creditNoteId",
        }
    }
}

/// Issues the tax invoice of a posted shipment or act, or the corrective one of a credit note. What
/// it tells is kept as it is now.
#[derive(Clone, Debug)]
pub struct IssueTaxInvoice {
    /// What is asked for.
    pub draft: TaxInvoiceDraft,
}

impl Action for IssueTaxInvoice {
    const RIGHT: Right = Right::TaxInvoiceWrite;
}

#[async_trait::async_trait]

impl Command for IssueTaxInvoice {
    type Output = TaxInvoiceId;

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<TaxInvoiceId> {
        let draft = &self.draft;
        let comment = optional_text("comment", draft.comment.as_deref())?;
        let external_reference = external_reference(draft.external_reference.as_deref())?;
        let basis = Basis::hold(tx, permit, self.basis()?).await?;
        let organization = hold_organization(tx, permit, basis.sold.organization_id).await?;
        let date = draft.date.unwrap_or_else(|| tx.today());
        let may_backdate = permit.scope().reach(Right::DocumentBackdate).is_some();
        catalog::check_period(&organization, date, tx.today(), may_backdate)
            .map_err(|refusal| Refusal::from(refusal).at(["date"]))?;
        basis.check_not_before(date)?;
        let lines = basis.lines(tx, permit).await?;
        let advances = advances(tx, permit, &basis).await?;
        let (seller, buyer) = parties(tx, permit, &basis).await?;
        // The counter is locked until the end: the last one of the series stays the last.
        let (number, sequence) = next_number(tx, &organization, date).await?;
        let series = (organization.id, date.year());
        check_order(date, last_of_series(tx, permit, series).await?.as_ref())?;
        let new = NewTaxInvoice {
            id: TaxInvoiceId::new(),
            number,
            sequence,
            date,
            seller,
            buyer,
            comment,
            external_reference,
        };
        let gross = insert_tax_invoice(tx, permit, &basis, &new, (&lines, &advances)).await?;
        tx.audit(AuditEntry::new(
            "issueTaxInvoice",
            "TaxInvoice",
            new.id,
            json!({ "number": new.number, "date": date, "kind": basis.kind(),
                    "basis": basis.number, "sale": basis.sold.id, "gross": gross }),
        ));
        let (customer, manager) = (basis.sold.customer_id, basis.sold.manager_id);
        tax_invoice_changed(tx, new.id, customer, manager);
        Ok(new.id)
    }
}

impl IssueTaxInvoice {
    /// The one document that is named.
    fn basis(&self) -> Result<TaxBasis, Refusal> {
        self.draft.basis.ok_or_else(|| {
            Refusal::new(
                RefusalCode::Required,
                "Name one document: a shipment, an act or a credit note.",
                "Укажите один документ: реализацию, акт или кредит-ноту.",
            )
            .at(["shipmentId"])
        })
    }
}

/// What was paid before the sale. Money goes the other way with a credit note, so a corrective one
/// names none.
async fn advances<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    basis: &Basis,
) -> Outcome<Vec<AdvanceUsed>> {
    if basis.note.is_some() {
        return Ok(Vec::new());
    }
    settlements::advances_used(tx, permit, basis.sold.id, basis.sold.date).await
}

async fn parties<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    basis: &Basis,
) -> Outcome<(Requisites, Requisites)> {
    let seller = catalog::organization_requisites(tx, permit, basis.sold.organization_id).await?;
    let buyer = catalog::customer_requisites(tx, permit, basis.sold.customer_id).await?;
    let there = seller.zip(buyer);
    Ok(there.ok_or_else(|| Fault::broken("a sale without its parties"))?)
}

async fn next_number(
    tx: &TenantTx,
    organization: &OrganizationCard,
    date: NaiveDate,
) -> Outcome<(String, i64)> {
    let series = Series { organization: organization.id, kind: "tax_invoice", year: date.year() };
    let sequence = tx.gapless_number(&series).await?;
    Ok((format!("{}-{sequence:06}", organization.prefix), sequence))
}
