//! Lots that hold a part of another lot back.

use access::Permit;
use db::{Fault, Sql, TenantTx, values};
use kernel::{LotId, Uuid};

use super::uuids;

/// A lot beside another one: the same goods, the same age and price, blocked.
#[derive(Clone, Copy, Debug)]
pub(crate) struct HeldBack {
    /// The new lot.
    pub(crate) id: LotId,
    /// The lot whose goods it holds.
    pub(crate) of: LotId,
    /// The line of the document that holds them back.
    pub(crate) line_id: Uuid,
}

/// Makes blocked lots for a document.
pub(crate) async fn insert_lots<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    document: Uuid,
    lots: &[HeldBack],
) -> Result<(), Fault> {
    if lots.is_empty() {
        return Ok(());
    }
    let sql = "
        insert into lot
            (tenant_id, id, organization_id, product_id, variant_id, received_on, expires_on,
             blocked, unit_cost, supplier_name, number, origin, origin_id, origin_line_id,
             source_lot_id)
        select $1, n.id, l.organization_id, l.product_id, l.variant_id, l.received_on,
               l.expires_on, true, l.unit_cost, l.supplier_name, l.number, 'QUARANTINE', $2,
               n.line_id, l.id
        from unnest($3::uuid[], $4::uuid[], $5::uuid[]) as n (id, of, line_id)
        join lot l on l.tenant_id = $1 and l.id = n.of";
    let values = values![
        permit.tenant(),
        document,
        uuids(lots.iter().map(|lot| lot.id)),
        uuids(lots.iter().map(|lot| lot.of)),
        lots.iter().map(|lot| lot.line_id).collect::<Vec<_>>(),
    ];
    tx.run(Sql::new(sql, values)).await?;
    Ok(())
}
