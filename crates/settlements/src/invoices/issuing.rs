//! Issuing an invoice. Called by the context above, which holds the order.

use access::Permit;
use catalog::OrganizationCard;
use chrono::Datelike;
use db::{FromQueryResult, Outcome, Series, Sql, TenantTx, on_constraint, values};
use kernel::{
    AgreementId, Currency, CustomerId, Decimal, InvoiceId, NaiveDate, OrderId, OrderLineId,
    OrganizationId, Percent, ProductId, ProductVariantId, Refusal, RefusalCode, UserId,
};
use serde::Serialize;

use super::invoice_changed;

/// What invoices that stand ask for of an order's line.
#[derive(Clone, Copy, Debug, FromQueryResult)]
pub struct InvoicedLine {
    /// The order's line.
    pub order_line_id: OrderLineId,
    /// Without VAT.
    pub net: Decimal,
    /// The tax.
    pub vat: Decimal,
}

/// What invoices that stand ask for of an order, by its lines. The order is locked.
///
/// # Errors
/// A fault where the statement fails.
pub async fn invoiced_of_order<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    order: OrderId,
) -> Outcome<Vec<InvoicedLine>> {
    let sql = "
        select l.order_line_id, sum(l.net) as net, sum(l.vat) as vat
        from invoice i
        join invoice_line l on l.tenant_id = i.tenant_id and l.invoice_id = i.id
        where i.tenant_id = $1
          and i.order_id = $2
          and i.state <> 'CANCELLED'
        group by l.order_line_id";
    Ok(tx.all(Sql::new(sql, values![permit.tenant(), order])).await?)
}

/// An invoice as it is issued.
#[derive(Clone, Debug)]
pub struct NewInvoice {
    /// The order it asks money for.
    pub order_id: OrderId,
    /// Who is to pay.
    pub customer_id: CustomerId,
    /// Under which terms.
    pub agreement_id: AgreementId,
    /// The order's manager.
    pub manager_id: Option<UserId>,
    /// The order's currency.
    pub currency: Currency,
    /// The business date.
    pub date: NaiveDate,
    /// The day by which it is to be paid.
    pub due_on: NaiveDate,
    /// Which payment step, from 1.
    pub payment_step: Option<i32>,
    /// What it asks for; at least one line with an amount.
    pub lines: Vec<NewInvoiceLine>,
    /// Free text.
    pub comment: Option<String>,
    /// The caller's own id for it.
    pub external_reference: Option<String>,
}

/// A line as it is issued.
#[derive(Clone, Debug, Serialize)]
pub struct NewInvoiceLine {
    /// Its place, from 1.
    pub position: i32,
    /// The order's line.
    pub order_line_id: OrderLineId,
    /// What was ordered.
    pub product_id: ProductId,
    /// In which variant.
    pub variant_id: Option<ProductVariantId>,
    /// The unit.
    pub unit: String,
    /// How much the order's line holds.
    pub quantity: Decimal,
    /// Without VAT.
    pub net: Decimal,
    /// The rate.
    pub vat_rate: Option<Percent>,
    /// The tax.
    pub vat: Decimal,
}

/// Writes an invoice and gives its id and number. Locks the customer.
///
/// # Errors
/// A refusal where the external reference is taken; a fault where a statement fails.
pub async fn issue_invoice<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    organization: &OrganizationCard,
    new: &NewInvoice,
) -> Outcome<(InvoiceId, String)> {
    let series = Series { organization: organization.id, kind: "invoice", year: new.date.year() };
    let number = format!("{}-{:06}", organization.prefix, tx.number(&series).await?);
    catalog::lock_customer(tx, permit, new.customer_id).await?;
    let id = InvoiceId::new();
    write(tx, permit, organization.id, (id, &number), new).await?;
    invoice_changed(tx, id, new.customer_id, new.manager_id);
    Ok((id, number))
}

async fn write<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    organization: OrganizationId,
    (id, number): (InvoiceId, &str),
    new: &NewInvoice,
) -> Outcome<()> {
    let sql = "
        with issued as (
            insert into invoice
                (tenant_id, id, number, date, due_on, order_id, organization_id, customer_id,
                 agreement_id, manager_id, currency, payment_step, net, vat, gross, state, comment,
                 external_reference, created_at, updated_at, created_by)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, 'ISSUED',
                    $16, $17, $18, $18, $19)
        )
        insert into invoice_line
            (tenant_id, invoice_id, position, order_line_id, product_id, variant_id, unit,
             quantity, net, vat_rate, vat, gross)
        select $1, $2, x.position, x.order_line_id, x.product_id, x.variant_id, x.unit,
               x.quantity, x.net, x.vat_rate, x.vat, x.net + x.vat
        from jsonb_to_recordset($20) as x
            (position integer, order_line_id uuid, product_id uuid, variant_id uuid, unit text,
             quantity numeric, net numeric, vat_rate numeric, vat numeric)";
    let (net, vat) = new
        .lines
        .iter()
        .fold((Decimal::ZERO, Decimal::ZERO), |(net, vat), line| (net + line.net, vat + line.vat));
    let lines = serde_json::to_value(&new.lines)
        .map_err(|error| db::Fault::broken(format!("lines without JSON: {error}")))?;
    let values = values![
        permit.tenant(),
        id,
        number,
        new.date,
        new.due_on,
        new.order_id,
        organization,
        new.customer_id,
        new.agreement_id,
        new.manager_id,
        new.currency,
        new.payment_step,
        net,
        vat,
        net + vat,
        new.comment.clone(),
        new.external_reference.clone(),
        tx.now(),
        permit.user(),
        lines,
    ];
    let written = tx.run(Sql::new(sql, values)).await;
    on_constraint(written, "invoice_external_reference_key", || {
        Refusal::new(
            RefusalCode::Taken,
            "Another invoice has this external reference.",
            "Такая внешняя ссылка уже есть у другого счёта.",
        )
        .at(["externalReference"])
    })?;
    Ok(())
}
