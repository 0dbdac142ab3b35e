//! Lists of tax invoices, and batched reads for the graph.

use std::collections::HashMap;
use std::hash::Hash;

use access::Permit;
use catalog::push_customer;
use db::{Outcome, Sql, TenantTx};
use kernel::{
    CreditNoteId, CustomerId, NaiveDate, OrderId, OrganizationId, Page, PageRequest, ShipmentId,
    TaxInvoiceId, UserId,
};

use super::super::model::{
    ReadTaxInvoices, TAX_INVOICE_COLUMNS, TaxInvoice, TaxInvoiceLine, TaxInvoicePayment,
};
use super::super::rules::{TaxInvoiceKind, TaxInvoiceState};
use crate::store::{OrderSort, counted, found_by, in_states, listed, only, uuids, within_reach};

/// Which tax invoices; an empty filter wants all within reach.
#[derive(Clone, Debug, Default)]
pub struct TaxInvoiceFilter {
    /// In one of these states; empty is any.
    pub states: Vec<TaxInvoiceState>,
    /// Of a sale, or corrective.
    pub kind: Option<TaxInvoiceKind>,
    /// Of this customer.
    pub customer: Option<CustomerId>,
    /// Of this organization.
    pub organization: Option<OrganizationId>,
    /// Of this manager.
    pub manager: Option<UserId>,
    /// Of sales of this order.
    pub order: Option<OrderId>,
    /// Of this shipment or act, and of what lessens it.
    pub sale: Option<ShipmentId>,
    /// Dated on this day or later.
    pub date_from: Option<NaiveDate>,
    /// Dated on this day or earlier.
    pub date_to: Option<NaiveDate>,
    /// With exactly this number.
    pub number: Option<String>,
    /// With exactly this number in another program.
    pub external_reference: Option<String>,
    /// Whose number or external reference begins with this, or whose number ends in this count.
    pub search: Option<String>,
}

fn from_tax_invoices(sql: &mut Sql, permit: &Permit<ReadTaxInvoices>) {
    sql.with(" from tax_invoice d where d.tenant_id = ", permit.tenant(), "");
    within_reach(sql, permit, "d");
}

fn conditions(sql: &mut Sql, permit: &Permit<ReadTaxInvoices>, filter: &TaxInvoiceFilter) {
    from_tax_invoices(sql, permit);
    let states: Vec<_> = filter.states.iter().map(|state| state.as_str()).collect();
    in_states(sql, &states);
    if let Some(kind) = filter.kind {
        sql.push(" and d.kind = ").word(kind.as_str());
    }
    push_customer(sql, permit.tenant(), "d.customer_id", filter.customer);
    only(sql, " and d.organization_id = ", filter.organization);
    only(sql, " and d.manager_id = ", filter.manager);
    only(sql, " and d.order_id = ", filter.order);
    only(sql, " and d.shipment_id = ", filter.sale);
    only(sql, " and d.date >= ", filter.date_from);
    only(sql, " and d.date <= ", filter.date_to);
    only(sql, " and d.number_order = ", filter.number.clone());
    only(sql, " and d.external_reference = ", filter.external_reference.clone());
    found_by(sql, permit, "tax_invoice", filter.search.as_deref());
}

/// A page of tax invoices within reach.
///
/// # Errors
/// A fault of the database.
pub async fn tax_invoices(
    tx: &TenantTx,
    permit: &Permit<ReadTaxInvoices>,
    filter: &TaxInvoiceFilter,
    sort: OrderSort,
    page: &PageRequest,
) -> Outcome<Page<TaxInvoice>> {
    let narrow = |sql: &mut Sql| conditions(sql, permit, filter);
    listed(tx, TAX_INVOICE_COLUMNS, narrow, (sort, page), |row: &TaxInvoice| row.id.0).await
}

/// How many tax invoices a filter finds, up to one above 10,000.
///
/// # Errors
/// A fault of the database.
pub async fn count_tax_invoices(
    tx: &TenantTx,
    permit: &Permit<ReadTaxInvoices>,
    filter: &TaxInvoiceFilter,
) -> Outcome<i64> {
    counted(tx, |sql| conditions(sql, permit, filter)).await
}

fn select(permit: &Permit<ReadTaxInvoices>) -> Sql {
    let mut sql = Sql::new(format!("select {TAX_INVOICE_COLUMNS}"), []);
    from_tax_invoices(&mut sql, permit);
    sql
}

/// Tax invoices within reach; those that are not visible are absent.
///
/// # Errors
/// A fault of the database.
pub async fn tax_invoices_by_id(
    tx: &TenantTx,
    permit: &Permit<ReadTaxInvoices>,
    ids: &[TaxInvoiceId],
) -> Outcome<HashMap<TaxInvoiceId, TaxInvoice>> {
    let mut sql = select(permit);
    sql.with(" and d.id = any(", uuids(ids), "::uuid[])");
    let found: Vec<TaxInvoice> = tx.all(sql).await?;
    Ok(found.into_iter().map(|row| (row.id, row)).collect())
}

/// The tax invoices of shipments and acts that stand. Lives on tax_invoice_of_sale.
///
/// # Errors
/// A fault of the database.
pub async fn tax_invoices_of_sales(
    tx: &TenantTx,
    permit: &Permit<ReadTaxInvoices>,
    sales: &[ShipmentId],
) -> Outcome<HashMap<ShipmentId, TaxInvoice>> {
    let mut sql = select(permit);
    sql.with(" and d.shipment_id = any(", uuids(sales), "::uuid[])");
    sql.push(" and d.kind = 'SALE' and d.state = 'ISSUED'");
    let found: Vec<TaxInvoice> = tx.all(sql).await?;
    Ok(found.into_iter().map(|row| (row.shipment_id, row)).collect())
}

/// The correctives of credit notes that stand. Lives on tax_invoice_of_note.
///
/// # Errors
/// A fault of the database.
pub async fn tax_invoices_of_notes(
    tx: &TenantTx,
    permit: &Permit<ReadTaxInvoices>,
    notes: &[CreditNoteId],
) -> Outcome<HashMap<CreditNoteId, TaxInvoice>> {
    let mut sql = select(permit);
    sql.with(" and d.credit_note_id = any(", uuids(notes), "::uuid[])");
    sql.push(" and d.kind = 'CORRECTIVE' and d.state = 'ISSUED'");
    let found: Vec<TaxInvoice> = tx.all(sql).await?;
    Ok(found.into_iter().filter_map(|row| Some((row.credit_note_id?, row))).collect())
}

/// The tax invoices of orders within reach, cancelled ones too, oldest first. Lives on
/// tax_invoice_of_order.
///
/// # Errors
/// A fault of the database.
pub async fn tax_invoices_of_orders(
    tx: &TenantTx,
    permit: &Permit<ReadTaxInvoices>,
    orders: &[OrderId],
) -> Outcome<HashMap<OrderId, Vec<TaxInvoice>>> {
    let mut sql = select(permit);
    sql.with(" and d.order_id = any(", uuids(orders), "::uuid[]) order by d.id");
    Ok(grouped(tx.all(sql).await?, |row: &TaxInvoice| Some(row.order_id)))
}

/// The correctives of tax invoices within reach, cancelled ones too, oldest first. Lives on
/// tax_invoice_corrects.
///
/// # Errors
/// A fault of the database.
pub async fn tax_invoices_that_correct(
    tx: &TenantTx,
    permit: &Permit<ReadTaxInvoices>,
    ids: &[TaxInvoiceId],
) -> Outcome<HashMap<TaxInvoiceId, Vec<TaxInvoice>>> {
    let mut sql = select(permit);
    sql.with(" and d.corrects_id = any(", uuids(ids), "::uuid[]) order by d.id");
    Ok(grouped(tx.all(sql).await?, |row: &TaxInvoice| row.corrects_id))
}

/// The lines of tax invoices within reach, in their order.
///
/// # Errors
/// A fault of the database.
pub async fn tax_invoice_lines(
    tx: &TenantTx,
    permit: &Permit<ReadTaxInvoices>,
    ids: &[TaxInvoiceId],
) -> Outcome<HashMap<TaxInvoiceId, Vec<TaxInvoiceLine>>> {
    let mut sql = Sql::new(
        "select l.tax_invoice_id, l.position, l.product_id, l.variant_id, l.name, l.unit,
                l.quantity, l.price, l.net, l.vat_rate, l.vat, l.gross, l.before_quantity,
                l.before_net, l.before_vat
         from tax_invoice_line l
         join tax_invoice d on d.tenant_id = l.tenant_id and d.id = l.tax_invoice_id",
        [],
    );
    sql.with(" where l.tenant_id = ", permit.tenant(), "");
    sql.with(" and l.tax_invoice_id = any(", uuids(ids), "::uuid[])");
    within_reach(&mut sql, permit, "d");
    sql.push(" order by l.tax_invoice_id, l.position");
    Ok(grouped(tx.all(sql).await?, |row: &TaxInvoiceLine| Some(row.tax_invoice_id)))
}

/// The advances that tax invoices within reach name, oldest first.
///
/// # Errors
/// A fault of the database.
pub async fn tax_invoice_payments(
    tx: &TenantTx,
    permit: &Permit<ReadTaxInvoices>,
    ids: &[TaxInvoiceId],
) -> Outcome<HashMap<TaxInvoiceId, Vec<TaxInvoicePayment>>> {
    let mut sql = Sql::new(
        "select p.tax_invoice_id, p.payment_id, p.number, p.date, p.amount, d.currency
         from tax_invoice_payment p
         join tax_invoice d on d.tenant_id = p.tenant_id and d.id = p.tax_invoice_id",
        [],
    );
    sql.with(" where p.tenant_id = ", permit.tenant(), "");
    sql.with(" and p.tax_invoice_id = any(", uuids(ids), "::uuid[])");
    within_reach(&mut sql, permit, "d");
    sql.push(" order by p.tax_invoice_id, p.position");
    Ok(grouped(tx.all(sql).await?, |row: &TaxInvoicePayment| Some(row.tax_invoice_id)))
}

fn grouped<K: Eq + Hash, T>(rows: Vec<T>, key: impl Fn(&T) -> Option<K>) -> HashMap<K, Vec<T>> {
    let mut groups: HashMap<K, Vec<T>> = HashMap::new();
    for row in rows {
        if let Some(key) = key(&row) {
            groups.entry(key).or_default().push(row);
        }
    }
    groups
}
