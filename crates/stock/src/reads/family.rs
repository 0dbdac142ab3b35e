//! What lots were made of, and what was made of them: a part held back becomes a lot of its own,
//! and assembly makes lots of others. Lots only ever come of older ones, so the ways end.

use access::Permit;
use db::{FromQueryResult, Outcome, Sql, TenantTx, values};
use kernel::{LotId, Uuid};

use super::{ReadStock, sees_buyers};
use crate::store::uuids;

/// Links told at most.
const MOST_LINKS: i64 = 1_000;

/// How one lot came of another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LotLinkKind {
    /// A part of the other one was put aside as a lot of its own.
    Split,
    /// It was put together of others, or the other one was taken apart.
    Assembly,
}

/// One lot that came of another.
#[derive(Clone, Debug, PartialEq, Eq, FromQueryResult)]
pub struct LotLink {
    /// The lot that came into being.
    pub lot_id: LotId,
    /// The lot whose goods are in it.
    pub source_id: LotId,
    /// The assembly order that made it; `None` is a split.
    pub document_id: Option<Uuid>,
}

impl LotLink {
    /// How it came of the other one.
    #[must_use]
    pub fn kind(&self) -> LotLinkKind {
        match self.document_id {
            Some(_) => LotLinkKind::Assembly,
            None => LotLinkKind::Split,
        }
    }
}

/// What came of the lot `f.lot_id`. Undone assemblies made nothing.
const NEXT: &str = "
    select l.id as lot_id, f.lot_id as source_id, null::uuid as document_id, l.id as far
    from lot l
    where l.tenant_id = $1 and l.source_lot_id = f.lot_id
    union all
    select i.lot_id, f.lot_id, o.document_id, i.lot_id
    from stock_movement o
    join stock_movement i
      on i.tenant_id = $1
     and i.document_id = o.document_id
     and i.kind = 'ASSEMBLY'
     and i.quantity > 0
    where o.tenant_id = $1
      and o.lot_id = f.lot_id
      and o.kind = 'ASSEMBLY'
      and o.quantity < 0
      and not exists (select from stock_movement r where r.tenant_id = $1 and r.reverses = o.id)";

/// What the lot `f.lot_id` came of.
const BEFORE: &str = "
    select f.lot_id, l.source_lot_id as source_id, null::uuid as document_id,
           l.source_lot_id as far
    from lot l
    where l.tenant_id = $1 and l.id = f.lot_id and l.source_lot_id is not null
    union all
    select f.lot_id, o.lot_id, i.document_id, o.lot_id
    from stock_movement i
    join stock_movement o
      on o.tenant_id = $1
     and o.document_id = i.document_id
     and o.kind = 'ASSEMBLY'
     and o.quantity < 0
    where i.tenant_id = $1
      and i.lot_id = f.lot_id
      and i.kind = 'ASSEMBLY'
      and i.quantity > 0
      and not exists (select from stock_movement r where r.tenant_id = $1 and r.reverses = i.id)";

/// The links between lots and all that came of them, at most 1,000, the nearest not first.
///
/// # Errors
/// A fault of the database.
pub async fn lots_made_of(
    tx: &TenantTx,
    permit: &Permit<ReadStock>,
    lots: &[LotId],
) -> Outcome<Vec<LotLink>> {
    links(tx, permit, lots, NEXT).await
}

/// The links between lots and all that they came of, at most 1,000.
///
/// # Errors
/// A fault of the database.
pub async fn lots_origins(
    tx: &TenantTx,
    permit: &Permit<ReadStock>,
    lots: &[LotId],
) -> Outcome<Vec<LotLink>> {
    links(tx, permit, lots, BEFORE).await
}

async fn links(
    tx: &TenantTx,
    permit: &Permit<ReadStock>,
    lots: &[LotId],
    step: &str,
) -> Outcome<Vec<LotLink>> {
    // A link met on two ways is followed once.
    let sql = format!(
        "with recursive found (lot_id, made_id, source_id, document_id) as (
             select s.id, null::uuid, null::uuid, null::uuid
             from unnest($2::uuid[]) as s (id)
             union
             select n.far, n.lot_id, n.source_id, n.document_id
             from found f
             cross join lateral ({step}) n
         )
         select distinct f.made_id as lot_id, f.source_id, f.document_id
         from found f
         where f.made_id is not null and $3
         order by lot_id, source_id
         limit $4"
    );
    let ids = uuids(lots.iter().copied());
    let values = values![permit.tenant(), ids, sees_buyers(permit), MOST_LINKS];
    Ok(tx.all(Sql::new(sql, values)).await?)
}
