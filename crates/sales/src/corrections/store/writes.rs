//! Writing price corrections, and reading them under their lock.

use std::collections::HashMap;

use access::Permit;
use db::{CommandError, FromQueryResult, Outcome, Sql, TenantTx, on_constraint, values};
use kernel::{
    CreditNoteId, CustomerId, Decimal, NaiveDate, OrderId, Percent, PriceCorrectionId,
    PriceCorrectionLineId, ProductId, ProductVariantId, Refusal, RefusalCode, SaleFactId,
    ShipmentId, ShipmentLineId,
};
use serde::Serialize;

use super::super::model::{
    CORRECTION_COLUMNS, CORRECTION_LINE_COLUMNS, PriceCorrection, PriceCorrectionLine,
};
use crate::rules::Totals;
use crate::sold::Sold;
use crate::store::{author, rows, within_reach};

/// The order and the sale of a correction within reach: they are locked before it.
pub(crate) async fn place_of_correction<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    id: PriceCorrectionId,
) -> Outcome<(OrderId, ShipmentId)> {
    #[derive(FromQueryResult)]
    struct Found {
        order_id: OrderId,
        shipment_id: ShipmentId,
    }
    let mut sql = Sql::new("select r.order_id, r.shipment_id from price_correction r", []);
    sql.with(" where r.tenant_id = ", permit.tenant(), "").with(" and r.id = ", id, "");
    within_reach(&mut sql, permit, "r");
    let found: Option<Found> = tx.one(sql).await?;
    found.map(|row| (row.order_id, row.shipment_id)).ok_or(CommandError::NotFound)
}

/// A correction, locked until the transaction ends.
pub(crate) async fn lock_correction<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    id: PriceCorrectionId,
) -> Outcome<PriceCorrection> {
    let text = format!(
        "select {CORRECTION_COLUMNS}
         from price_correction r
         where r.tenant_id = $1 and r.id = $2
         for no key update"
    );
    let found = tx.one(Sql::new(text, values![permit.tenant(), id])).await?;
    found.ok_or(CommandError::NotFound)
}

/// The lines of a correction, in their order.
pub(crate) async fn lines_of_correction<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    id: PriceCorrectionId,
) -> Outcome<Vec<PriceCorrectionLine>> {
    let text = format!(
        "select {CORRECTION_LINE_COLUMNS}
         from price_correction_line l
         where l.tenant_id = $1 and l.correction_id = $2
         order by l.position"
    );
    Ok(tx.all(Sql::new(text, values![permit.tenant(), id])).await?)
}

/// What posted corrections have taken off a line of a sale.
#[derive(Clone, Copy, Debug, Default, FromQueryResult)]
pub(crate) struct Corrected {
    pub(crate) amount: Decimal,
    pub(crate) vat: Decimal,
}

/// What posted corrections have taken off a sale, by its lines. Its row is locked.
pub(crate) async fn corrected_by_line<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    shipment: ShipmentId,
) -> Outcome<HashMap<ShipmentLineId, Corrected>> {
    #[derive(FromQueryResult)]
    struct Found {
        shipment_line_id: ShipmentLineId,
        #[sea_orm(nested)]
        sum: Corrected,
    }
    let sql = "
        select l.shipment_line_id, sum(l.amount) as amount, sum(l.vat_amount) as vat
        from price_correction r
        join price_correction_line l on l.tenant_id = r.tenant_id and l.correction_id = r.id
        where r.tenant_id = $1 and r.shipment_id = $2 and r.state = 'POSTED'
        group by l.shipment_line_id";
    let found: Vec<Found> = tx.all(Sql::new(sql, values![permit.tenant(), shipment])).await?;
    Ok(found.into_iter().map(|row| (row.shipment_line_id, row.sum)).collect())
}

#[derive(FromQueryResult)]
struct Numbered {
    number: String,
}

/// The numbers of a sale's posted corrections.
pub(crate) async fn standing_corrections<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    shipment: ShipmentId,
) -> Outcome<Vec<String>> {
    let sql = "
        select r.number
        from price_correction r
        where r.tenant_id = $1 and r.shipment_id = $2 and r.state = 'POSTED'
        order by r.id";
    let found: Vec<Numbered> = tx.all(Sql::new(sql, values![permit.tenant(), shipment])).await?;
    Ok(found.into_iter().map(|row| row.number).collect())
}

/// The numbers of returns and corrections of the same sale that were posted after this one and
/// stand.
pub(crate) async fn standing_after<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    row: &PriceCorrection,
) -> Outcome<Vec<String>> {
    let sql = "
        select r.number
        from price_correction r
        where r.tenant_id = $1 and r.shipment_id = $2 and r.state = 'POSTED'
          and r.posted_at >= $4 and r.id <> $3
        union all
        select b.number
        from sales_return b
        where b.tenant_id = $1 and b.shipment_id = $2 and b.state = 'POSTED'
          and b.posted_at >= $4";
    let values = values![permit.tenant(), row.shipment_id, row.id, row.posted_at];
    let found: Vec<Numbered> = tx.all(Sql::new(sql, values)).await?;
    Ok(found.into_iter().map(|row| row.number).collect())
}

/// A draft's own facts; the rest it has from its sale.
#[derive(Clone, Debug)]
pub(crate) struct NewCorrection {
    pub(crate) id: PriceCorrectionId,
    pub(crate) date: NaiveDate,
    pub(crate) reason: String,
    pub(crate) totals: Totals,
    pub(crate) comment: Option<String>,
    pub(crate) external_reference: Option<String>,
}

/// A line as it is written.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct NewCorrectionLine {
    pub(crate) id: PriceCorrectionLineId,
    pub(crate) position: i32,
    pub(crate) shipment_line_id: ShipmentLineId,
    pub(crate) product_id: ProductId,
    pub(crate) variant_id: Option<ProductVariantId>,
    pub(crate) unit: String,
    pub(crate) price: Option<Decimal>,
    pub(crate) amount: Decimal,
    pub(crate) vat_rate: Option<Percent>,
    pub(crate) vat_amount: Decimal,
}

/// Writes a draft with its lines, in one statement.
pub(crate) async fn insert_correction<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    sold: &Sold,
    new: &NewCorrection,
    lines: &[NewCorrectionLine],
) -> Outcome<()> {
    let sql = "
        with written as (
            insert into price_correction
                (tenant_id, id, date, shipment_id, order_id, organization_id, customer_id,
                 agreement_id, manager_id, currency, prices_include_vat, state, reason, net, vat,
                 gross, comment, external_reference, created_at, updated_at, created_by)
            values ($1, $2, $4, $5, $6, $7, $8, $9, $10, $11, $12, 'DRAFT', $13, $14, $15, $16,
                    $17, $18, $19, $19, $20)
        )
        insert into price_correction_line
            (tenant_id, id, correction_id, position, shipment_line_id, product_id, variant_id,
             unit, price, amount, vat_rate, vat_amount)
        select $1, x.id, $2, x.position, x.shipment_line_id, x.product_id, x.variant_id, x.unit,
               x.price, x.amount, x.vat_rate, x.vat_amount
        from jsonb_to_recordset($3) as x
            (id uuid, position integer, shipment_line_id uuid, product_id uuid, variant_id uuid,
             unit text, price numeric, amount numeric, vat_rate numeric, vat_amount numeric)";
    let values = values![
        permit.tenant(),
        new.id,
        rows(lines)?,
        new.date,
        sold.id,
        sold.order_id,
        sold.organization_id,
        sold.customer_id,
        sold.agreement_id,
        sold.manager_id,
        sold.currency,
        sold.prices_include_vat,
        new.reason.clone(),
        new.totals.net,
        new.totals.vat,
        new.totals.gross,
        new.comment.clone(),
        new.external_reference.clone(),
        tx.now(),
        author(permit),
    ];
    let written = tx.run(Sql::new(sql, values)).await;
    on_constraint(written, "price_correction_external_reference_key", || {
        Refusal::new(
            RefusalCode::Taken,
            "Another correction has this external reference.",
            "Такая внешняя ссылка уже есть у другой корректировки.",
        )
        .at(["externalReference"])
    })?;
    Ok(())
}

/// Writes a locked correction's state, figures and reversal back, as its next version.
pub(crate) async fn update_correction<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    row: &PriceCorrection,
) -> Outcome<()> {
    let sql = "
        update price_correction r
        set state = $3, number = $4, net = $5, vat = $6, gross = $7, posted_at = $8,
            reversed_at = $9, reversed_on = $10, reverse_reason = $11,
            version = r.version + 1, updated_at = $12
        where r.tenant_id = $1 and r.id = $2";
    let values = values![
        permit.tenant(),
        row.id,
        row.state,
        row.number.clone(),
        row.net,
        row.vat,
        row.gross,
        row.posted_at,
        row.reversed_at,
        row.reversed_on,
        row.reverse_reason.clone(),
        tx.now(),
    ];
    tx.run(Sql::new(sql, values)).await?;
    Ok(())
}

/// A line as it is booked.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct BookedCorrectionLine {
    pub(crate) id: PriceCorrectionLineId,
    pub(crate) fact_id: SaleFactId,
    pub(crate) shipment_line_id: ShipmentLineId,
    pub(crate) amount: Decimal,
    pub(crate) vat_amount: Decimal,
    pub(crate) revenue: Decimal,
}

/// Books a posting in one statement: lines, facts, and the facts' places in the queue of the rollups.
pub(crate) async fn book_correction<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    occurred_on: NaiveDate,
    lines: &[BookedCorrectionLine],
) -> Outcome<()> {
    let values = values![permit.tenant(), rows(lines)?, occurred_on, tx.now()];
    tx.run(Sql::new(include_str!("book_correction.sql"), values)).await?;
    Ok(())
}

/// Books the reversal of a correction in one statement: the signs of its facts turned.
pub(crate) async fn unbook_correction<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    lines: &[PriceCorrectionLineId],
    on: NaiveDate,
) -> Outcome<()> {
    #[derive(Serialize)]
    struct Turned {
        id: PriceCorrectionLineId,
        fact_id: SaleFactId,
    }
    let turned = |id: &PriceCorrectionLineId| Turned { id: *id, fact_id: SaleFactId::new() };
    let turned: Vec<Turned> = lines.iter().map(turned).collect();
    let values = values![permit.tenant(), rows(&turned)?, on, tx.now()];
    tx.run(Sql::new(include_str!("unbook_correction.sql"), values)).await?;
    Ok(())
}

/// Writes the note of a posted correction: its id, number and count.
pub(crate) async fn insert_note<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    row: &PriceCorrection,
    (id, number, sequence): (CreditNoteId, &str, i64),
) -> Outcome<()> {
    let sql = "
        insert into credit_note
            (tenant_id, id, number, number_sequence, date, correction_id, shipment_id,
             organization_id, customer_id, manager_id, currency, net, vat, gross, created_at,
             created_by)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)";
    let values = values![
        permit.tenant(),
        id,
        number,
        sequence,
        row.date,
        row.id,
        row.shipment_id,
        row.organization_id,
        row.customer_id,
        row.manager_id,
        row.currency,
        row.net,
        row.vat,
        row.gross,
        tx.now(),
        author(permit),
    ];
    tx.run(Sql::new(sql, values)).await?;
    Ok(())
}

/// Marks the note of a correction as reversed. Gives its id.
pub(crate) async fn mark_note_reversed<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    id: PriceCorrectionId,
    on: NaiveDate,
) -> Outcome<CreditNoteId> {
    #[derive(FromQueryResult)]
    struct Found {
        id: CreditNoteId,
    }
    let sql = "
        update credit_note n
        set reversed_on = $3
        where n.tenant_id = $1 and n.correction_id = $2
        returning n.id";
    let found: Option<Found> = tx.one(Sql::new(sql, values![permit.tenant(), id, on])).await?;
    found.map(|row| row.id).ok_or(CommandError::NotFound)
}

/// Gives the corrections of one customer to another; their credit notes go with those of returns.
/// Orders are locked.
pub(crate) async fn move_corrections<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    (from, into): (CustomerId, CustomerId),
) -> Outcome<Vec<PriceCorrectionId>> {
    #[derive(FromQueryResult)]
    struct Moved {
        id: PriceCorrectionId,
    }
    let sql = "
        update price_correction
        set customer_id = $3, version = version + 1, updated_at = $4
        where tenant_id = $1 and customer_id = $2
        returning id";
    let moved: Vec<Moved> =
        tx.all(Sql::new(sql, values![permit.tenant(), from, into, tx.now()])).await?;
    Ok(moved.into_iter().map(|row| row.id).collect())
}
