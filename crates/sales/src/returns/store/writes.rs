//! Writing returns, and reading them under their lock.

use std::collections::HashMap;

use access::Permit;
use db::{CommandError, FromQueryResult, Outcome, Sql, TenantTx, on_constraint, values};
use kernel::{
    CreditNoteId, CustomerId, Decimal, LotId, NaiveDate, OrderId, Percent, ProductId,
    ProductVariantId, Refusal, RefusalCode, SaleFactId, SalesReturnId, SalesReturnLineId,
    ShipmentId, ShipmentLineId, WarehouseId,
};
use serde::Serialize;

use super::super::model::{RETURN_COLUMNS, RETURN_LINE_COLUMNS, SalesReturn, SalesReturnLine};
use super::super::rules::GoodsCondition;
use crate::model::Shipment;
use crate::rules::Totals;
use crate::store::{author, rows, within_reach};

/// The order and the shipment of a return within reach: they are locked before it.
pub(crate) async fn place_of_return<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    id: SalesReturnId,
) -> Outcome<(OrderId, ShipmentId)> {
    #[derive(FromQueryResult)]
    struct Found {
        order_id: OrderId,
        shipment_id: ShipmentId,
    }
    let mut sql = Sql::new("select r.order_id, r.shipment_id from sales_return r", []);
    sql.with(" where r.tenant_id = ", permit.tenant(), "").with(" and r.id = ", id, "");
    within_reach(&mut sql, permit, "r");
    let found: Option<Found> = tx.one(sql).await?;
    found.map(|row| (row.order_id, row.shipment_id)).ok_or(CommandError::NotFound)
}

/// A return, locked until the transaction ends.
pub(crate) async fn lock_return<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    id: SalesReturnId,
) -> Outcome<SalesReturn> {
    let text = format!(
        "select {RETURN_COLUMNS}
         from sales_return r
         where r.tenant_id = $1 and r.id = $2
         for no key update"
    );
    let found = tx.one(Sql::new(text, values![permit.tenant(), id])).await?;
    found.ok_or(CommandError::NotFound)
}

/// The lines of a return, in their order.
pub(crate) async fn lines_of_return<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    id: SalesReturnId,
) -> Outcome<Vec<SalesReturnLine>> {
    let text = format!(
        "select {RETURN_LINE_COLUMNS}
         from sales_return_line l
         where l.tenant_id = $1 and l.return_id = $2
         order by l.position"
    );
    Ok(tx.all(Sql::new(text, values![permit.tenant(), id])).await?)
}

/// What posted returns have taken of a shipment's line.
#[derive(Clone, Copy, Debug, Default, FromQueryResult)]
pub(crate) struct Returned {
    pub(crate) quantity: Decimal,
    pub(crate) amount: Decimal,
    pub(crate) vat: Decimal,
}

/// What posted returns have taken of a shipment, by its lines. Its row is locked.
pub(crate) async fn returned_by_line<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    shipment: ShipmentId,
) -> Outcome<HashMap<ShipmentLineId, Returned>> {
    #[derive(FromQueryResult)]
    struct Found {
        shipment_line_id: ShipmentLineId,
        #[sea_orm(nested)]
        sum: Returned,
    }
    let sql = "
        select l.shipment_line_id, sum(l.quantity) as quantity, sum(l.amount) as amount,
               sum(l.vat_amount) as vat
        from sales_return r
        join sales_return_line l on l.tenant_id = r.tenant_id and l.return_id = r.id
        where r.tenant_id = $1 and r.shipment_id = $2 and r.state = 'POSTED'
        group by l.shipment_line_id";
    let found: Vec<Found> = tx.all(Sql::new(sql, values![permit.tenant(), shipment])).await?;
    Ok(found.into_iter().map(|row| (row.shipment_line_id, row.sum)).collect())
}

/// What has come back of the lots of a shipment's lines: quantity and cost.
pub(crate) async fn returned_by_lot<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    shipment: ShipmentId,
) -> Outcome<HashMap<(ShipmentLineId, LotId), (Decimal, Decimal)>> {
    #[derive(FromQueryResult)]
    struct Found {
        shipment_line_id: ShipmentLineId,
        source_lot_id: LotId,
        quantity: Decimal,
        cost: Decimal,
    }
    let sql = "
        select l.shipment_line_id, t.source_lot_id, sum(t.quantity) as quantity,
               sum(t.cost) as cost
        from sales_return r
        join sales_return_line l on l.tenant_id = r.tenant_id and l.return_id = r.id
        join sales_return_lot t on t.tenant_id = l.tenant_id and t.return_line_id = l.id
        where r.tenant_id = $1 and r.shipment_id = $2 and r.state = 'POSTED'
        group by l.shipment_line_id, t.source_lot_id";
    let found: Vec<Found> = tx.all(Sql::new(sql, values![permit.tenant(), shipment])).await?;
    let keyed = |row: Found| ((row.shipment_line_id, row.source_lot_id), (row.quantity, row.cost));
    Ok(found.into_iter().map(keyed).collect())
}

/// The numbers of a shipment's posted returns.
pub(crate) async fn standing_returns<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    shipment: ShipmentId,
) -> Outcome<Vec<String>> {
    #[derive(FromQueryResult)]
    struct Found {
        number: String,
    }
    let sql = "
        select r.number
        from sales_return r
        where r.tenant_id = $1 and r.shipment_id = $2 and r.state = 'POSTED'
        order by r.id";
    let found: Vec<Found> = tx.all(Sql::new(sql, values![permit.tenant(), shipment])).await?;
    Ok(found.into_iter().map(|row| row.number).collect())
}

/// A draft's own facts; the rest it has from its shipment.
#[derive(Clone, Debug)]
pub(crate) struct NewReturn {
    pub(crate) id: SalesReturnId,
    pub(crate) date: NaiveDate,
    pub(crate) warehouse_id: WarehouseId,
    pub(crate) reason: String,
    pub(crate) totals: Totals,
    pub(crate) comment: Option<String>,
    pub(crate) external_reference: Option<String>,
}

/// A line as it is written.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct NewReturnLine {
    pub(crate) id: SalesReturnLineId,
    pub(crate) position: i32,
    pub(crate) shipment_line_id: ShipmentLineId,
    pub(crate) product_id: ProductId,
    pub(crate) variant_id: Option<ProductVariantId>,
    pub(crate) unit: String,
    pub(crate) condition: GoodsCondition,
    pub(crate) quantity: Decimal,
    pub(crate) amount: Decimal,
    pub(crate) vat_rate: Option<Percent>,
    pub(crate) vat_amount: Decimal,
}

/// Writes a draft with its lines, in one statement.
pub(crate) async fn insert_return<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    shipment: &Shipment,
    new: &NewReturn,
    lines: &[NewReturnLine],
) -> Outcome<()> {
    let sql = "
        with written as (
            insert into sales_return
                (tenant_id, id, date, shipment_id, order_id, organization_id, customer_id,
                 agreement_id, manager_id, warehouse_id, currency, prices_include_vat, state,
                 reason, net, vat, gross, comment, external_reference, created_at, updated_at,
                 created_by)
            values ($1, $2, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, 'DRAFT', $14, $15, $16,
                    $17, $18, $19, $20, $20, $21)
        )
        insert into sales_return_line
            (tenant_id, id, return_id, position, shipment_line_id, product_id, variant_id, unit,
             condition, quantity, amount, vat_rate, vat_amount)
        select $1, x.id, $2, x.position, x.shipment_line_id, x.product_id, x.variant_id, x.unit,
               x.condition, x.quantity, x.amount, x.vat_rate, x.vat_amount
        from jsonb_to_recordset($3) as x
            (id uuid, position integer, shipment_line_id uuid, product_id uuid, variant_id uuid,
             unit text, condition text, quantity numeric, amount numeric, vat_rate numeric,
             vat_amount numeric)";
    let values = values![
        permit.tenant(),
        new.id,
        rows(lines)?,
        new.date,
        shipment.id,
        shipment.order_id,
        shipment.organization_id,
        shipment.customer_id,
        shipment.agreement_id,
        shipment.manager_id,
        new.warehouse_id,
        shipment.currency,
        shipment.prices_include_vat,
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
    on_constraint(written, "sales_return_external_reference_key", || {
        Refusal::new(
            RefusalCode::Taken,
            "Another return has this external reference.",
            "Такая внешняя ссылка уже есть у другого возврата.",
        )
        .at(["externalReference"])
    })?;
    Ok(())
}

/// Writes a locked return's state, figures and reversal back, as its next version.
pub(crate) async fn update_return<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    row: &SalesReturn,
) -> Outcome<()> {
    let sql = "
        update sales_return r
        set state = $3, number = $4, net = $5, vat = $6, gross = $7, cost = $8, posted_at = $9,
            reversed_at = $10, reversed_on = $11, reverse_reason = $12,
            version = r.version + 1, updated_at = $13
        where r.tenant_id = $1 and r.id = $2";
    let values = values![
        permit.tenant(),
        row.id,
        row.state,
        row.number.clone(),
        row.net,
        row.vat,
        row.gross,
        row.cost,
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
pub(crate) struct BookedReturnLine {
    pub(crate) id: SalesReturnLineId,
    pub(crate) fact_id: SaleFactId,
    pub(crate) shipment_line_id: ShipmentLineId,
    pub(crate) quantity: Decimal,
    pub(crate) amount: Decimal,
    pub(crate) vat_amount: Decimal,
    pub(crate) revenue: Decimal,
    pub(crate) cost: Decimal,
}

/// A lot that a part of a line went into.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct NewReturnLot {
    pub(crate) return_line_id: SalesReturnLineId,
    pub(crate) lot_id: LotId,
    pub(crate) source_lot_id: LotId,
    pub(crate) quantity: Decimal,
    pub(crate) cost: Decimal,
}

/// What a posting writes of lines, lots and facts.
#[derive(Clone, Debug)]
pub(crate) struct BookedReturn {
    pub(crate) occurred_on: NaiveDate,
    pub(crate) lines: Vec<BookedReturnLine>,
    pub(crate) lots: Vec<NewReturnLot>,
}

/// Books a posting in one statement: lines, lots, facts, and the facts' places in the queue of the
/// rollups.
pub(crate) async fn book_return<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    booked: &BookedReturn,
) -> Outcome<()> {
    let values = values![
        permit.tenant(),
        rows(&booked.lines)?,
        rows(&booked.lots)?,
        booked.occurred_on,
        tx.now(),
    ];
    tx.run(Sql::new(include_str!("book_return.sql"), values)).await?;
    Ok(())
}

/// Books the reversal of a return in one statement: the signs of its facts turned.
pub(crate) async fn unbook_return<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    lines: &[SalesReturnLineId],
    on: NaiveDate,
) -> Outcome<()> {
    #[derive(Serialize)]
    struct Turned {
        id: SalesReturnLineId,
        fact_id: SaleFactId,
    }
    let turned = |id: &SalesReturnLineId| Turned { id: *id, fact_id: SaleFactId::new() };
    let turned: Vec<Turned> = lines.iter().map(turned).collect();
    let values = values![permit.tenant(), rows(&turned)?, on, tx.now()];
    tx.run(Sql::new(include_str!("unbook_return.sql"), values)).await?;
    Ok(())
}

/// A credit note as it is written.
#[derive(Clone, Debug)]
pub(crate) struct NewNote {
    pub(crate) id: CreditNoteId,
    pub(crate) number: String,
    pub(crate) sequence: i64,
}

/// Writes the note of a posted return.
pub(crate) async fn insert_note<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    row: &SalesReturn,
    note: &NewNote,
) -> Outcome<()> {
    let sql = "
        insert into credit_note
            (tenant_id, id, number, number_sequence, date, return_id, shipment_id,
             organization_id, customer_id, manager_id, currency, net, vat, gross, created_at,
             created_by)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)";
    let values = values![
        permit.tenant(),
        note.id,
        note.number.clone(),
        note.sequence,
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

/// Marks the note of a return as reversed. Gives its id.
pub(crate) async fn mark_note_reversed<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    id: SalesReturnId,
    on: NaiveDate,
) -> Outcome<CreditNoteId> {
    #[derive(FromQueryResult)]
    struct Found {
        id: CreditNoteId,
    }
    let sql = "
        update credit_note n
        set reversed_on = $3
        where n.tenant_id = $1 and n.return_id = $2
        returning n.id";
    let found: Option<Found> = tx.one(Sql::new(sql, values![permit.tenant(), id, on])).await?;
    found.map(|row| row.id).ok_or(CommandError::NotFound)
}

/// Gives the returns and credit notes of one customer to another. Orders are locked.
pub(crate) async fn move_returns<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    (from, into): (CustomerId, CustomerId),
) -> Outcome<Vec<SalesReturnId>> {
    #[derive(FromQueryResult)]
    struct Moved {
        id: SalesReturnId,
    }
    let notes = "
        update credit_note
        set customer_id = $3
        where tenant_id = $1 and customer_id = $2";
    tx.run(Sql::new(notes, values![permit.tenant(), from, into])).await?;
    let sql = "
        update sales_return
        set customer_id = $3, version = version + 1, updated_at = $4
        where tenant_id = $1 and customer_id = $2
        returning id";
    let moved: Vec<Moved> =
        tx.all(Sql::new(sql, values![permit.tenant(), from, into, tx.now()])).await?;
    Ok(moved.into_iter().map(|row| row.id).collect())
}
