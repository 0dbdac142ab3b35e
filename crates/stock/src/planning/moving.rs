//! Meeting needs out of other warehouses: what lies free there and is not needed there comes
//! before what would have to be bought.
//!
//! An order that wants goods from anywhere holds them wherever they lie, so it never waits for a
//! move; one that chose a warehouse may, and so may a shelf. What drafts of transfers move already
//! is not proposed again.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use access::{Permit, Right};
use catalog::Goods;
use db::{FromQueryResult, Outcome, Sql, TenantTx, values};
use kernel::{Decimal, OrganizationId, ProductId, ProductVariantId, TransferId, Uuid, WarehouseId};

use super::rules::{Need, NeedKey};
use super::store::{Missed, WANTS};
use crate::house::GoodsLineInput;
use crate::store::balances::{sells, variant_key};
use crate::store::uuids;
use crate::transfers::CreateStockTransfer;

/// Goods to be moved to where they are needed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MoveProposal {
    /// What for, with what is to be moved as its quantity.
    pub need: Need,
    /// From where.
    pub from_id: WarehouseId,
    /// What lies there beyond what is needed there, base units.
    pub spare: Decimal,
}

/// What is moved.
#[derive(Clone, Debug)]
pub struct MoveLine {
    /// Whose goods; `None` is the default organization.
    pub organization_id: Option<OrganizationId>,
    /// From where.
    pub from_id: WarehouseId,
    /// Where to.
    pub to_id: WarehouseId,
    /// What.
    pub product_id: ProductId,
    /// In which variant.
    pub variant_id: Option<ProductVariantId>,
    /// Base units, above zero.
    pub quantity: Decimal,
}

/// What lies in other warehouses, less what was taken by this plan.
#[derive(Debug, Default)]
pub(super) struct Elsewhere {
    spares: Quantities,
    drafted: Quantities,
    /// Goods that were looked for, each variant for itself.
    known: BTreeSet<Goods>,
}

impl Elsewhere {
    /// Meets needs out of other warehouses. Gives what to move, and the needs that are left.
    pub(super) async fn moves<A>(
        &mut self,
        tx: &TenantTx,
        permit: &Permit<A>,
        missed: &[Missed],
        mut needs: Vec<Need>,
    ) -> Outcome<(Vec<MoveProposal>, Vec<Need>)> {
        let wanted = needs.iter().map(|need| need.goods);
        let goods: BTreeSet<Goods> = wanted.filter(|one| self.known.insert(*one)).collect();
        if !goods.is_empty() {
            let (spares, drafted) = spares(tx, permit, &goods).await?;
            self.spares.extend(spares);
            self.drafted.extend(drafted);
        }
        let mut places = BTreeMap::new();
        for one in missed {
            let goods = Goods { product: one.product_id, variant: one.variant_id };
            let Some(warehouse_id) = one.warehouse_id else { continue };
            let key = NeedKey { organization_id: one.organization_id, warehouse_id, goods };
            *places.entry(key).or_insert(Decimal::ZERO) += one.uncovered;
        }
        let mut moves = Vec::new();
        needs.sort_by_key(|need| (need.needed_by, key_of(need)));
        for need in &mut needs {
            let key = key_of(need);
            let mut movable = need.for_shelf + places.get(&key).copied().unwrap_or_default();
            if let Some(drafted) = self.drafted.get_mut(&key) {
                let comes = (*drafted).min(movable);
                movable -= comes;
                *drafted -= comes;
                less(need, comes);
            }
            moves.extend(share(need, movable, &mut self.spares));
        }
        needs.retain(|need| need.quantity > Decimal::ZERO);
        Ok((moves, needs))
    }
}

fn key_of(need: &Need) -> NeedKey {
    let Need { organization_id, warehouse_id, goods, .. } = *need;
    NeedKey { organization_id, warehouse_id, goods }
}

/// Takes up to `movable` of a need out of what other places spare, the fullest first.
fn share(
    need: &mut Need,
    mut movable: Decimal,
    spares: &mut BTreeMap<NeedKey, Decimal>,
) -> Vec<MoveProposal> {
    let key = key_of(need);
    let mut fit: Vec<(NeedKey, Decimal)> = spares
        .iter()
        .filter(|(one, _)| {
            one.organization_id == key.organization_id
                && one.goods == key.goods
                && one.warehouse_id != key.warehouse_id
        })
        .map(|(one, spare)| (*one, *spare))
        .collect();
    fit.sort_by_key(|(one, spare)| (Reverse(*spare), *one));
    let mut moves = Vec::new();
    for (from, spare) in fit {
        let part = movable.min(need.quantity).min(spare);
        if part <= Decimal::ZERO {
            continue;
        }
        let mut moved = need.clone();
        moved.quantity = part;
        moved.for_shelf = moved.for_shelf.min(part);
        moves.push(MoveProposal { need: moved, from_id: from.warehouse_id, spare });
        movable -= part;
        less(need, part);
        spares.insert(from, spare - part);
    }
    moves
}

fn less(need: &mut Need, part: Decimal) {
    need.quantity -= part;
    need.for_shelf = need.for_shelf.min(need.quantity);
}

#[derive(FromQueryResult)]
struct Row {
    organization_id: OrganizationId,
    warehouse_id: WarehouseId,
    product_id: ProductId,
    variant_key: Uuid,
    spare: Decimal,
    drafted: Decimal,
}

type Quantities = BTreeMap<NeedKey, Decimal>;

/// What warehouses hold of goods beyond what their own shelves are filled up to, so that nothing
/// goes to and fro, and what drafts of transfers and of assembly orders take from them; and what
/// drafts of transfers bring.
async fn spares<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    goods: &BTreeSet<Goods>,
) -> Outcome<(Quantities, Quantities)> {
    let sells = sells("$3", "0");
    let sql = format!(
        "with {WANTS}
         select s.organization_id, s.warehouse_id, s.product_id, s.variant_key,
                sum(s.spare) as spare, sum(s.drafted) as drafted
         from (
             select b.organization_id, b.warehouse_id, b.product_id, b.variant_key,
                    b.on_hand - b.reserved as spare, 0 as drafted
             from stock_balance b
             join lot l on l.tenant_id = b.tenant_id and l.id = b.lot_id
             where b.tenant_id = $1 and b.product_id = any($2::uuid[]) and b.in_stock and {sells}
             union all
             select r.organization_id, r.warehouse_id, r.product_id, r.variant_key,
                    -r.target, 0
             from reorder_point r
             where r.tenant_id = $1 and r.product_id = any($2::uuid[])
             union all
             select x.organization_id, x.warehouse_id, x.product_id, x.variant_key,
                    -x.quantity, 0
             from wants x
             where x.product_id = any($2::uuid[])
             union all
             select d.organization_id, p.id, l.product_id,
                    coalesce(l.variant_id, '00000000-0000-0000-0000-000000000000'),
                    case when p.id = d.from_id then -l.quantity else 0 end,
                    case when p.id = d.to_id then l.quantity else 0 end
             from stock_transfer d
             join stock_transfer_line l on l.tenant_id = d.tenant_id and l.document_id = d.id
             cross join lateral unnest(array[d.from_id, d.to_id]) as p (id)
             where d.tenant_id = $1 and d.state = 'DRAFT' and l.product_id = any($2::uuid[])
         ) s
         group by s.organization_id, s.warehouse_id, s.product_id, s.variant_key"
    );
    let known = |row: &Row| {
        let fits = |one: &&Goods| {
            one.product == row.product_id && variant_key(one.variant) == row.variant_key
        };
        let goods = *goods.iter().find(fits)?;
        let Row { organization_id, warehouse_id, .. } = *row;
        Some(NeedKey { organization_id, warehouse_id, goods })
    };
    let products = uuids(goods.iter().map(|one| one.product));
    let rows: Vec<Row> =
        tx.all(Sql::new(sql, values![permit.tenant(), products, tx.today()])).await?;
    let places: BTreeSet<WarehouseId> = rows.iter().map(|row| row.warehouse_id).collect();
    let places: Vec<WarehouseId> = places.into_iter().collect();
    let cards = catalog::warehouse_cards(tx, permit, &places).await?;
    let (mut spares, mut drafted) = (Quantities::new(), Quantities::new());
    for row in rows {
        let Some(key) = known(&row) else { continue };
        // Goods on their way to a place are counted on there already.
        let gives = cards.get(&row.warehouse_id).is_some_and(|card| !card.archived);
        if gives && row.spare > Decimal::ZERO {
            spares.insert(key, row.spare);
        }
        drafted.insert(key, row.drafted);
    }
    Ok((spares, drafted))
}

/// Makes drafts of transfers: one for each organization, source and destination.
pub(super) async fn draft_moves<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    chosen: &[MoveLine],
) -> Outcome<Vec<TransferId>> {
    if chosen.is_empty() {
        return Ok(Vec::new());
    }
    if permit.scope().reach(Right::TransferWrite).is_none() {
        return Err(access::Forbidden(Right::TransferWrite).into());
    }
    let mut drafts: BTreeMap<_, Vec<GoodsLineInput>> = BTreeMap::new();
    for line in chosen {
        let place = (line.organization_id, line.from_id, line.to_id);
        drafts.entry(place).or_default().push(GoodsLineInput {
            product_id: line.product_id,
            variant_id: line.variant_id,
            packaging_id: None,
            quantity: line.quantity,
            lot_id: None,
        });
    }
    let mut made = Vec::with_capacity(drafts.len());
    for ((organization_id, from_id, to_id), lines) in drafts {
        let draft = CreateStockTransfer {
            organization_id,
            from_id: Some(from_id),
            to_id,
            occurred_on: None,
            expected_on: None,
            comment: String::new(),
            external_reference: None,
            lines,
        };
        made.push(draft.write(tx, permit).await?);
    }
    Ok(made)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::rules::tests::{FAR, NEAR, ORGANIZATION, PRODUCT, day};

    fn need(quantity: i64, for_shelf: i64) -> Need {
        Need {
            organization_id: ORGANIZATION,
            warehouse_id: NEAR,
            goods: Goods { product: PRODUCT, variant: None },
            quantity: Decimal::from(quantity),
            for_shelf: Decimal::from(for_shelf),
            needed_by: day(7),
            demands: Vec::new(),
        }
    }

    fn at(warehouse_id: WarehouseId) -> NeedKey {
        NeedKey { warehouse_id, ..key_of(&need(1, 0)) }
    }

    #[test]
    fn the_fullest_place_gives_first_and_nobody_gives_to_himself() {
        let third = WarehouseId(Uuid::from_u128(77));
        let mut spares = BTreeMap::from([
            (at(NEAR), Decimal::from(50)),
            (at(FAR), Decimal::from(3)),
            (at(third), Decimal::from(5)),
        ]);
        let mut wanted = need(10, 4);
        let moves = share(&mut wanted, Decimal::from(10), &mut spares);
        let from: Vec<_> = moves.iter().map(|one| (one.from_id, one.need.quantity)).collect();
        assert_eq!(from, [(third, Decimal::from(5)), (FAR, Decimal::from(3))]);
        assert_eq!((wanted.quantity, wanted.for_shelf), (Decimal::from(2), Decimal::from(2)));
    }

    proptest! {
        #[test]
        fn nothing_is_moved_twice_and_no_need_is_met_twice(
            quantity in 1_i64..50,
            movable in 0_i64..60,
            far in 0_i64..40,
            near in 0_i64..40,
        ) {
            let spare = Decimal::from(far);
            let mut spares = BTreeMap::from([(at(FAR), spare), (at(NEAR), Decimal::from(near))]);
            let mut wanted = need(quantity, 0);
            let moves = share(&mut wanted, Decimal::from(movable), &mut spares);
            let moved: Decimal = moves.iter().map(|one| one.need.quantity).sum();
            let most = Decimal::from(quantity.min(movable)).min(spare);
            prop_assert_eq!(moved, most);
            prop_assert_eq!(wanted.quantity, Decimal::from(quantity) - moved);
            prop_assert_eq!(spares[&at(FAR)], spare - moved);
            prop_assert_eq!(spares[&at(NEAR)], Decimal::from(near));
        }
    }
}
