//! Writing tax invoices, and reading them under their lock.

use access::Permit;
use catalog::Requisites;
use db::{CommandError, FromQueryResult, Outcome, Sql, TenantTx, on_constraint, values};
use kernel::{
    CreditNoteId, CustomerId, Decimal, NaiveDate, OrderId, Refusal, RefusalCode, ShipmentId,
    TaxInvoiceId, UserId, Uuid,
};
use settlements::AdvanceUsed;

use super::super::basis::Basis;
use super::super::model::{TAX_INVOICE_COLUMNS, TaxInvoice};
use super::super::rules::NewLine;
use crate::store::{author, rows, within_reach};

/// A tax invoice's own facts; the rest it has from its document.
#[derive(Clone, Debug)]
pub(crate) struct NewTaxInvoice {
    pub(crate) id: TaxInvoiceId,
    pub(crate) number: String,
    pub(crate) sequence: i64,
    pub(crate) date: NaiveDate,
    pub(crate) seller: Requisites,
    pub(crate) buyer: Requisites,
    pub(crate) comment: Option<String>,
    pub(crate) external_reference: Option<String>,
}

const INSERT: &str = "
    with issued as (
        insert into tax_invoice
            (tenant_id, id, number, number_sequence, date, kind, order_id, shipment_id,
             credit_note_id, corrects_id, organization_id, customer_id, manager_id, currency,
             basis_number, basis_date, seller_name, seller_inn, seller_kpp, seller_address,
             buyer_name, buyer_inn, buyer_kpp, buyer_address, net, vat, gross, state, comment,
             external_reference, created_at, updated_at, created_by)
        values ($1, $2, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20,
                $21, $22, $23, $24, $25, $26, $27, $28, $27 + $28, 'ISSUED', $29, $30, $31, $31,
                $32)
    ), advances as (
        insert into tax_invoice_payment
            (tenant_id, tax_invoice_id, position, payment_id, number, date, amount)
        select $1, $2, x.position, x.payment_id, x.number, x.date, x.amount
        from rows from (jsonb_to_recordset($4) as
                 (payment_id uuid, number text, date date, amount numeric))
             with ordinality as x (payment_id, number, date, amount, position)
    )
    insert into tax_invoice_line
        (tenant_id, tax_invoice_id, position, shipment_line_id, product_id, variant_id, name, unit,
         quantity, price, net, vat_rate, vat, gross, before_quantity, before_net, before_vat)
    select $1, $2, x.position, x.shipment_line_id, x.product_id, x.variant_id, x.name, x.unit,
           x.quantity, x.price, x.net, x.vat_rate, x.vat, x.gross, x.before_quantity, x.before_net,
           x.before_vat
    from jsonb_to_recordset($3) as x
        (position integer, shipment_line_id uuid, product_id uuid, variant_id uuid, name text,
         unit text, quantity numeric, price numeric, net numeric, vat_rate numeric, vat numeric,
         gross numeric, before_quantity numeric, before_net numeric, before_vat numeric)";

/// Writes a tax invoice with its lines and the advances that it names, in one statement. Gives what
/// it comes to with VAT.
pub(crate) async fn insert_tax_invoice<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    basis: &Basis,
    new: &NewTaxInvoice,
    (lines, advances): (&[NewLine], &[AdvanceUsed]),
) -> Outcome<Decimal> {
    let (note, corrects) = basis.note.as_ref().map(|(note, issued)| (*note, issued.id)).unzip();
    let (net, vat) = lines
        .iter()
        .fold((Decimal::ZERO, Decimal::ZERO), |(net, vat), line| (net + line.net, vat + line.vat));
    let sold = &basis.sold;
    let values = values![
        permit.tenant(),
        new.id,
        rows(lines)?,
        rows(advances)?,
        new.number.clone(),
        new.sequence,
        new.date,
        basis.kind(),
        sold.order_id,
        sold.id,
        note,
        corrects,
        sold.organization_id,
        sold.customer_id,
        sold.manager_id,
        sold.currency,
        basis.number.clone(),
        basis.date,
        new.seller.name.clone(),
        new.seller.inn.clone(),
        new.seller.kpp.clone(),
        new.seller.address.clone(),
        new.buyer.name.clone(),
        new.buyer.inn.clone(),
        new.buyer.kpp.clone(),
        new.buyer.address.clone(),
        net,
        vat,
        new.comment.clone(),
        new.external_reference.clone(),
        tx.now(),
        author(permit),
    ];
    let written = tx.run(Sql::new(INSERT, values)).await;
    on_constraint(written, "tax_invoice_external_reference_key", || {
        Refusal::new(
            RefusalCode::Taken,
            "Another tax invoice has this external reference.",
            "Такая внешняя ссылка уже есть у другого счёта-фактуры.",
        )
        .at(["externalReference"])
    })?;
    Ok(net + vat)
}

/// The order of a tax invoice within reach: it is locked before the tax invoice.
pub(crate) async fn order_of_tax_invoice<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    id: TaxInvoiceId,
) -> Outcome<OrderId> {
    #[derive(FromQueryResult)]
    struct Found {
        order_id: OrderId,
    }
    let mut sql = Sql::new("select d.order_id from tax_invoice d", []);
    sql.with(" where d.tenant_id = ", permit.tenant(), "").with(" and d.id = ", id, "");
    within_reach(&mut sql, permit, "d");
    let found: Option<Found> = tx.one(sql).await?;
    found.map(|row| row.order_id).ok_or(CommandError::NotFound)
}

/// A tax invoice, locked until the transaction ends. Its order is locked already.
pub(crate) async fn lock_tax_invoice<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    id: TaxInvoiceId,
) -> Outcome<TaxInvoice> {
    let text = format!(
        "select {TAX_INVOICE_COLUMNS}
         from tax_invoice d
         where d.tenant_id = $1 and d.id = $2
         for no key update"
    );
    let found = tx.one(Sql::new(text, values![permit.tenant(), id])).await?;
    found.ok_or(CommandError::NotFound)
}

/// Which tax invoice: itself, or the one of a document.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Which {
    One(TaxInvoiceId),
    OfSale(ShipmentId),
    OfNote(CreditNoteId),
}

impl Which {
    fn condition(self) -> (&'static str, Uuid) {
        match self {
            Self::One(id) => ("d.id = $2", id.0),
            Self::OfSale(id) => ("d.shipment_id = $2 and d.kind = 'SALE'", id.0),
            Self::OfNote(id) => ("d.credit_note_id = $2 and d.kind = 'CORRECTIVE'", id.0),
        }
    }
}

/// A tax invoice that was cancelled.
#[derive(FromQueryResult)]
pub(crate) struct Cancelled {
    pub(crate) id: TaxInvoiceId,
    pub(crate) number: String,
    pub(crate) cancelled_on: NaiveDate,
    pub(crate) customer_id: CustomerId,
    pub(crate) manager_id: Option<UserId>,
}

/// Marks the one that stands as cancelled on a day, or on its own day where that is later. Nothing
/// where none stands. Lives on tax_invoice_of_sale and tax_invoice_of_note.
pub(crate) async fn mark_cancelled<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    which: Which,
    on: NaiveDate,
    why: &str,
) -> Outcome<Option<Cancelled>> {
    let (condition, id) = which.condition();
    let sql = format!(
        "update tax_invoice d
         set state = 'CANCELLED', cancelled_on = greatest(d.date, $3), cancel_reason = $4,
             version = d.version + 1, updated_at = $5
         where d.tenant_id = $1 and {condition} and d.state = 'ISSUED'
         returning d.id, d.number, d.cancelled_on, d.customer_id, d.manager_id"
    );
    Ok(tx.one(Sql::new(sql, values![permit.tenant(), id, on, why, tx.now()])).await?)
}

/// Gives the tax invoices of one customer to another; what they tell of the buyer stays. Orders are
/// locked.
pub(crate) async fn move_tax_invoices<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    (from, into): (CustomerId, CustomerId),
) -> Outcome<Vec<TaxInvoiceId>> {
    #[derive(FromQueryResult)]
    struct Moved {
        id: TaxInvoiceId,
    }
    let sql = "
        update tax_invoice
        set customer_id = $3, version = version + 1, updated_at = $4
        where tenant_id = $1 and customer_id = $2
        returning id";
    let moved: Vec<Moved> =
        tx.all(Sql::new(sql, values![permit.tenant(), from, into, tx.now()])).await?;
    Ok(moved.into_iter().map(|row| row.id).collect())
}
