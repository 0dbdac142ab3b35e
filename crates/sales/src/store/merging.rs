//! Documents of a customer whose card is merged into another one.

use access::Permit;
use db::{FromQueryResult, Outcome, Sql, TenantTx, values};
use kernel::{CustomerId, OrderId, ShipmentId};

/// Locks the orders of a customer, in the order of their ids. Shipments are changed under their
/// order's lock, so they need none of their own. Lives on sales_order_of_customer.
pub(crate) async fn hold_orders_of<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    customer: CustomerId,
) -> Outcome<()> {
    let sql = "
        select count(*) as held
        from (
            select o.id
            from sales_order o
            where o.tenant_id = $1 and o.customer_id = $2
            order by o.id
            for no key update
        ) h";
    tx.run(Sql::new(sql, values![permit.tenant(), customer])).await?;
    Ok(())
}

/// The documents that changed hands.
pub(crate) struct MovedDocuments {
    pub(crate) orders: Vec<OrderId>,
    pub(crate) shipments: Vec<ShipmentId>,
    pub(crate) acts: Vec<ShipmentId>,
}

/// Gives the documents of one customer to another, whatever their state. Lives on
/// sales_order_of_customer and shipment_of_customer.
pub(crate) async fn move_documents<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    (from, into): (CustomerId, CustomerId),
) -> Outcome<MovedDocuments> {
    #[derive(FromQueryResult)]
    struct Order {
        id: OrderId,
    }
    #[derive(FromQueryResult)]
    struct Shipment {
        id: ShipmentId,
        kind: String,
    }
    let sql = |table, told| {
        let text = format!(
            "update {table}
             set customer_id = $3, version = version + 1, updated_at = $4
             where tenant_id = $1 and customer_id = $2
             returning {told}"
        );
        Sql::new(text, values![permit.tenant(), from, into, tx.now()])
    };
    let orders: Vec<Order> = tx.all(sql("sales_order", "id")).await?;
    let shipments: Vec<Shipment> = tx.all(sql("shipment", "id, kind")).await?;
    let (shipments, acts): (Vec<_>, Vec<_>) =
        shipments.into_iter().partition(|row| row.kind == "GOODS");
    Ok(MovedDocuments {
        orders: orders.into_iter().map(|row| row.id).collect(),
        shipments: shipments.into_iter().map(|row| row.id).collect(),
        acts: acts.into_iter().map(|row| row.id).collect(),
    })
}
