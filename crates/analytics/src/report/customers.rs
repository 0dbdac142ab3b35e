//! Whose sales count: the register names the card of the posting, and cards are merged.

use access::Permit;
use db::{FromQueryResult, Outcome, Sql, TenantTx, values};
use kernel::Uuid;

use super::SalesFilter;

/// The cards whose sales count: those asked for and the one that the caller is bound to, each with
/// the cards that were merged into it; a merged one stands for the card it went into. `None` is all
/// customers, and costs no statement. Lives on customer_heir and customer_merged.
pub(super) async fn counted<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    filter: &SalesFilter,
) -> Outcome<Option<Vec<Uuid>>> {
    #[derive(FromQueryResult)]
    struct Card {
        id: Uuid,
    }
    let bound = permit.customer();
    let asked: Vec<Uuid> = match (&filter.customers, bound) {
        (None, None) => return Ok(None),
        (Some(asked), _) => asked.iter().map(|id| id.0).collect(),
        (None, Some(bound)) => vec![bound.0],
    };
    let sql = "
        with living as (
            select coalesce(h.heir_id, a.id) as id
            from unnest($2::uuid[]) as a (id)
            left join customer_heir_v h on h.tenant_id = $1 and h.id = a.id
            where $3::uuid is null or coalesce(h.heir_id, a.id) = $3
        )
        select l.id
        from living l
        union
        select h.id
        from living l
        join customer_heir_v h on h.tenant_id = $1 and h.heir_id = l.id";
    let cards: Vec<Card> = tx.all(Sql::new(sql, values![permit.tenant(), asked, bound])).await?;
    Ok(Some(cards.into_iter().map(|card| card.id).collect()))
}
