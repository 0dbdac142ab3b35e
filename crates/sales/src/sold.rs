//! What was sold, goods or services: what price corrections and tax invoices need of it.

use access::Permit;
use db::{CommandError, EventDraft, FromQueryResult, Outcome, Sql, TenantTx, values};
use kernel::{
    AgreementId, Currency, CustomerId, NaiveDate, OrderId, OrganizationId, ShipmentId, UserId,
    WarehouseId,
};

use crate::rules::{ShipmentState, words};
use crate::store::within_reach;

words! {
    /// What a sale is of.
    SaleKind {
        /// A shipment.
        Goods = "GOODS",
        /// A service act.
        Services = "SERVICES",
    }
}

/// A sale, locked until the transaction ends.
#[derive(Clone, Debug, FromQueryResult)]
pub(crate) struct Sold {
    pub(crate) id: ShipmentId,
    pub(crate) kind: SaleKind,
    pub(crate) number: Option<String>,
    pub(crate) date: NaiveDate,
    pub(crate) state: ShipmentState,
    pub(crate) order_id: OrderId,
    pub(crate) organization_id: OrganizationId,
    pub(crate) customer_id: CustomerId,
    pub(crate) agreement_id: AgreementId,
    pub(crate) manager_id: Option<UserId>,
    pub(crate) warehouse_id: Option<WarehouseId>,
    pub(crate) currency: Currency,
    pub(crate) prices_include_vat: bool,
}

/// The order of a sale within reach: it is locked before the sale.
pub(crate) async fn order_of_sold<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    kind: SaleKind,
    id: ShipmentId,
) -> Outcome<OrderId> {
    #[derive(FromQueryResult)]
    struct Found {
        order_id: OrderId,
    }
    let mut sql = Sql::new("select h.order_id from shipment h", []);
    sql.with(" where h.tenant_id = ", permit.tenant(), "").with(" and h.id = ", id, "");
    sql.with(" and h.kind = ", kind, "");
    within_reach(&mut sql, permit, "h");
    let found: Option<Found> = tx.one(sql).await?;
    found.map(|row| row.order_id).ok_or(CommandError::NotFound)
}

/// Locks a sale whose order is locked already.
pub(crate) async fn lock_sold<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    id: ShipmentId,
) -> Outcome<Sold> {
    let sql = "
        select h.id, h.kind, h.number, h.date, h.state, h.order_id, h.organization_id,
               h.customer_id, h.agreement_id, h.manager_id, h.warehouse_id, h.currency, h.prices_include_vat
        from shipment h
        where h.tenant_id = $1
          and h.id = $2
        for no key update";
    let found: Option<Sold> = tx.one(Sql::new(sql, values![permit.tenant(), id])).await?;
    found.ok_or(CommandError::NotFound)
}

/// Tells the world that a sale has changed.
pub(crate) fn sold_changed(tx: &TenantTx, sold: &Sold) {
    tx.emit(EventDraft {
        kind: "document_changed",
        subject_kind: match sold.kind {
            SaleKind::Goods => "Shipment",
            SaleKind::Services => "ServiceAct",
        },
        subject_id: sold.id.0,
        manager_id: sold.manager_id,
        customer_id: Some(sold.customer_id),
        products: Vec::new(),
        warehouses: sold.warehouse_id.iter().map(|id| id.0).collect(),
    });
}
