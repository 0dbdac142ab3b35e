//! What a tax invoice is made from, read under its order's lock.

use std::collections::HashMap;

use access::Permit;
use db::{CommandError, FromQueryResult, Outcome, Sql, TenantTx, values};
use kernel::{
    CreditNoteId, NaiveDate, OrderId, OrganizationId, ShipmentId, ShipmentLineId, TaxInvoiceId,
};

use super::super::rules::{Issued, Part, Told};
use crate::store::within_reach;

/// The order and the sale of a credit note within reach: they are locked before it is read.
pub(crate) async fn place_of_note<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    id: CreditNoteId,
) -> Outcome<(OrderId, ShipmentId)> {
    #[derive(FromQueryResult)]
    struct Found {
        order_id: OrderId,
        shipment_id: ShipmentId,
    }
    let mut sql = Sql::new(
        "select h.order_id, n.shipment_id
         from credit_note n
         join shipment h on h.tenant_id = n.tenant_id and h.id = n.shipment_id",
        [],
    );
    sql.with(" where n.tenant_id = ", permit.tenant(), "").with(" and n.id = ", id, "");
    within_reach(&mut sql, permit, "n");
    let found: Option<Found> = tx.one(sql).await?;
    found.map(|row| (row.order_id, row.shipment_id)).ok_or(CommandError::NotFound)
}

/// What a tax invoice tells of its credit note.
#[derive(FromQueryResult)]
pub(crate) struct NoteHead {
    pub(crate) number: String,
    pub(crate) date: NaiveDate,
    pub(crate) reversed_on: Option<NaiveDate>,
}

/// A credit note whose order is locked: it changes under that lock alone.
pub(crate) async fn note_head<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    id: CreditNoteId,
) -> Outcome<Option<NoteHead>> {
    let sql = "
        select n.number, n.date, n.reversed_on
        from credit_note n
        where n.tenant_id = $1 and n.id = $2";
    Ok(tx.one(Sql::new(sql, values![permit.tenant(), id])).await?)
}

/// What a credit note takes off, by the lines of its return or price correction.
pub(crate) async fn parts_of_note<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    id: CreditNoteId,
) -> Outcome<Vec<Part>> {
    let sql = "
        select l.shipment_line_id, l.product_id, l.variant_id, l.unit, l.quantity, l.amount,
               l.vat_rate, l.vat_amount, l.position
        from credit_note n
        join sales_return_line l on l.tenant_id = n.tenant_id and l.return_id = n.return_id
        where n.tenant_id = $1 and n.id = $2
        union all
        select l.shipment_line_id, l.product_id, l.variant_id, l.unit, 0, l.amount, l.vat_rate,
               l.vat_amount, l.position
        from credit_note n
        join price_correction_line l
          on l.tenant_id = n.tenant_id and l.correction_id = n.correction_id
        where n.tenant_id = $1 and n.id = $2
        order by position";
    Ok(tx.all(Sql::new(sql, values![permit.tenant(), id])).await?)
}

/// The tax invoice of a sale that stands. Lives on tax_invoice_of_sale.
pub(crate) async fn standing_of_sale<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    sale: ShipmentId,
) -> Outcome<Option<Issued>> {
    let sql = "
        select d.id, d.number, d.date
        from tax_invoice d
        where d.tenant_id = $1 and d.shipment_id = $2 and d.kind = 'SALE' and d.state = 'ISSUED'";
    Ok(tx.one(Sql::new(sql, values![permit.tenant(), sale])).await?)
}

/// The tax invoice of a credit note that stands. Lives on tax_invoice_of_note.
pub(crate) async fn standing_of_note<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    note: CreditNoteId,
) -> Outcome<Option<Issued>> {
    let sql = "
        select d.id, d.number, d.date
        from tax_invoice d
        where d.tenant_id = $1 and d.credit_note_id = $2 and d.kind = 'CORRECTIVE'
          and d.state = 'ISSUED'";
    Ok(tx.one(Sql::new(sql, values![permit.tenant(), note])).await?)
}

/// The numbers of the correctives that stand on a tax invoice. Lives on tax_invoice_corrects.
pub(crate) async fn standing_on<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    id: TaxInvoiceId,
) -> Outcome<Vec<String>> {
    #[derive(FromQueryResult)]
    struct Numbered {
        number: String,
    }
    let sql = "
        select d.number
        from tax_invoice d
        where d.tenant_id = $1 and d.corrects_id = $2 and d.state = 'ISSUED'
        order by d.id";
    let found: Vec<Numbered> = tx.all(Sql::new(sql, values![permit.tenant(), id])).await?;
    Ok(found.into_iter().map(|row| row.number).collect())
}

/// What the tax papers of a sale that stand tell, by its lines: its own less the correctives, which
/// stand on it alone. Lives on tax_invoice_of_shipment.
pub(crate) async fn told_of_sale<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    sale: ShipmentId,
) -> Outcome<HashMap<ShipmentLineId, Told>> {
    #[derive(FromQueryResult)]
    struct Found {
        shipment_line_id: ShipmentLineId,
        #[sea_orm(nested)]
        told: Told,
    }
    let sql = "
        select l.shipment_line_id, sum(s.sign * l.quantity) as quantity,
               sum(s.sign * l.net) as net, sum(s.sign * l.vat) as vat
        from tax_invoice d
        cross join lateral (select case d.kind when 'SALE' then 1 else -1 end as sign) s
        join tax_invoice_line l on l.tenant_id = d.tenant_id and l.tax_invoice_id = d.id
        where d.tenant_id = $1 and d.shipment_id = $2 and d.state = 'ISSUED'
        group by l.shipment_line_id";
    let found: Vec<Found> = tx.all(Sql::new(sql, values![permit.tenant(), sale])).await?;
    Ok(found.into_iter().map(|row| (row.shipment_line_id, row.told)).collect())
}

/// The last tax invoice of an organization and year, cancelled or not: with the counter held, none
/// comes after it. Lives on tax_invoice_number.
pub(crate) async fn last_of_series<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    (organization, year): (OrganizationId, i32),
) -> Outcome<Option<Issued>> {
    let sql = "
        select d.id, d.number, d.date
        from tax_invoice d
        where d.tenant_id = $1 and d.organization_id = $2 and d.number_year = $3
        order by d.number_sequence desc
        limit 1";
    Ok(tx.one(Sql::new(sql, values![permit.tenant(), organization, year])).await?)
}
