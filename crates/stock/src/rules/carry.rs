//! Goods carried from place to place, and what is held of them.

use std::collections::{BTreeMap, HashMap};

use kernel::{Decimal, ReservationId};

use super::{BalanceKey, Held, HeldMove, Shelf};

/// Goods of one balance to be carried to another place.
#[derive(Clone, Copy, Debug)]
pub struct Load {
    /// From.
    pub from: BalanceKey,
    /// To: the same lot somewhere else.
    pub to: BalanceKey,
    /// Base units, above zero.
    pub quantity: Decimal,
}

/// Goods that were carried, with their value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Carried {
    /// From.
    pub from: BalanceKey,
    /// To.
    pub to: BalanceKey,
    /// Base units.
    pub quantity: Decimal,
    /// Base currency.
    pub value: Decimal,
}

/// What is held of some balances, as goods of theirs go.
pub struct Bound {
    /// The reservations of each balance, the oldest first.
    held: BTreeMap<BalanceKey, Vec<Held>>,
    left: HashMap<ReservationId, Decimal>,
    /// What is not held there any more.
    pub gone: Vec<HeldMove>,
    /// What is held in another place instead.
    pub moved: Vec<(Held, BalanceKey, Decimal)>,
}

impl Bound {
    /// Sorts reservations by their balances; ids are made in the order of time.
    #[must_use]
    pub fn new(held: &[Held]) -> Self {
        let left = held.iter().map(|one| (one.id, one.quantity)).collect();
        let mut by_key: BTreeMap<BalanceKey, Vec<Held>> = BTreeMap::new();
        for one in held {
            by_key.entry(one.key()).or_default().push(one.clone());
        }
        for list in by_key.values_mut() {
            list.sort_by_key(|one| one.id);
        }
        Self { held: by_key, left, gone: Vec::new(), moved: Vec::new() }
    }

    /// Lets go of so much of a balance, what was held last first.
    pub fn free(&mut self, shelf: &mut Shelf, key: &BalanceKey, most: Decimal) {
        let mut rest = most;
        for held in self.held.get(key).cloned().unwrap_or_default().into_iter().rev() {
            rest -= self.less(shelf, &held, rest);
        }
    }

    /// Lets go of all that is held of a balance beyond what lies there.
    pub fn free_excess(&mut self, shelf: &mut Shelf, key: &BalanceKey) {
        let excess = shelf.get(key).map_or(Decimal::ZERO, |b| b.reserved - b.on_hand);
        if excess > Decimal::ZERO {
            self.free(shelf, key, excess);
        }
    }

    /// Moves what is held of a balance to another place, what was held first first.
    fn follow(&mut self, shelf: &mut Shelf, load: &Load) {
        let mut rest = load.quantity;
        for held in self.held.get(&load.from).cloned().unwrap_or_default() {
            let part = self.less(shelf, &held, rest);
            if part > Decimal::ZERO {
                shelf.reserve(&load.to, part);
                self.moved.push((held, load.to, part));
                rest -= part;
            }
        }
    }

    fn less(&mut self, shelf: &mut Shelf, held: &Held, most: Decimal) -> Decimal {
        let left = self.left.entry(held.id).or_default();
        let part = (*left).min(most);
        if part <= Decimal::ZERO {
            return Decimal::ZERO;
        }
        *left -= part;
        shelf.release(&held.key(), part);
        self.gone.push(HeldMove::released(held, part));
        part
    }
}

/// Carries goods with what is held of them. The caller asks for no more than lies there. What is
/// held beyond what stays and goes is left to [`Bound::free_excess`].
pub fn carry(shelf: &mut Shelf, bound: &mut Bound, loads: &[Load]) -> Vec<Carried> {
    let mut carried = Vec::with_capacity(loads.len());
    for load in loads {
        let Some(like) = shelf.get(&load.from).cloned() else { continue };
        let Some(taken) = shelf.take(&load.from, load.quantity, Decimal::ZERO) else { continue };
        shelf.put(load.to, &like, taken.quantity, taken.cost);
        bound.follow(shelf, load);
        let Load { from, to, quantity } = *load;
        carried.push(Carried { from, to, quantity, value: taken.cost });
    }
    carried
}

#[cfg(test)]
mod tests {
    use kernel::{LotId, OrderId, OrderLineId, Uuid};
    use proptest::prelude::*;

    use super::super::Balance;
    use super::super::shelf::tests::{FAR, NEAR, ORGANIZATION, PRODUCT, lot, shelf};
    use super::*;

    fn held(id: u128, pieces: i64) -> Held {
        Held {
            id: ReservationId(Uuid::from_u128(id)),
            order_id: OrderId(Uuid::nil()),
            order_line_id: OrderLineId(Uuid::from_u128(id)),
            organization_id: ORGANIZATION,
            warehouse_id: NEAR,
            product_id: PRODUCT,
            lot_id: LotId(Uuid::from_u128(7)),
            quantity: Decimal::from(pieces),
            in_picking: Decimal::ZERO,
        }
    }

    fn load(pieces: i64) -> Load {
        let from = lot(7, NEAR, 1, 0).key();
        Load { from, to: BalanceKey { warehouse_id: FAR, ..from }, quantity: Decimal::from(pieces) }
    }

    #[test]
    fn the_oldest_reservations_go_with_the_goods() {
        let pieces = Balance { reserved: Decimal::from(7), ..lot(7, NEAR, 1, 10) };
        let mut shelf = shelf(vec![pieces]);
        let mut bound = Bound::new(&[held(2, 4), held(1, 3)]);
        let carried = carry(&mut shelf, &mut bound, &[load(5)]);
        assert_eq!(carried[0].value, Decimal::from(250));
        let moved: Vec<_> = bound.moved.iter().map(|(h, _, q)| (h.id.0.as_u128(), *q)).collect();
        assert_eq!(moved, [(1, Decimal::from(3)), (2, Decimal::from(2))]);
        let there = shelf.get(&load(0).to).unwrap();
        assert_eq!((there.on_hand, there.reserved), (Decimal::from(5), Decimal::from(5)));
        assert_eq!(shelf.get(&load(0).from).unwrap().reserved, Decimal::from(2));
    }

    proptest! {
        #[test]
        fn nothing_is_lost_on_the_way(
            on_hand in 1_i64..100,
            holds in prop::collection::vec(1_i64..20, 0..6),
            parts in prop::collection::vec(1_i64..40, 1..5),
            lost in 0_i64..20,
        ) {
            let mut left = on_hand;
            let list: Vec<Held> = holds.iter().zip(1..).map(|(pieces, id)| {
                let part = (*pieces).min(left);
                left -= part;
                held(id, part)
            }).filter(|one| !one.quantity.is_zero()).collect();
            let reserved: Decimal = list.iter().map(|one| one.quantity).sum();
            let mut shelf = shelf(vec![Balance { reserved, ..lot(7, NEAR, 1, on_hand) }]);
            let mut bound = Bound::new(&list);
            let mut rest = on_hand;
            for part in parts {
                let part = part.min(rest);
                if part > 0 {
                    carry(&mut shelf, &mut bound, &[load(part)]);
                    rest -= part;
                }
            }
            let lost = lost.min(rest);
            if lost > 0 {
                shelf.take(&load(0).from, Decimal::from(lost), Decimal::ZERO);
            }
            bound.free_excess(&mut shelf, &load(0).from);
            let released: Decimal = bound.gone.iter().map(|one| one.quantity).sum();
            let moved: Decimal = bound.moved.iter().map(|(_, _, quantity)| *quantity).sum();
            let still: Decimal = shelf.balances().map(|b| b.reserved).sum();
            prop_assert_eq!(still, reserved - released + moved);
            let there: Decimal = shelf.balances().map(|b| b.on_hand).sum();
            prop_assert_eq!(there, Decimal::from(on_hand - lost));
            for balance in shelf.balances() {
                prop_assert!(balance.reserved >= Decimal::ZERO);
                prop_assert!(balance.reserved <= balance.on_hand);
            }
        }
    }
}
