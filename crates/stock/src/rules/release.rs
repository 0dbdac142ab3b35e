//! What is held for order lines, and how it becomes less.

use std::collections::HashMap;

use db::FromQueryResult;
use kernel::{
    Decimal, LotId, OrderId, OrderLineId, OrganizationId, ProductId, ReservationId, WarehouseId,
};

use super::{BalanceKey, Shelf};

/// An open reservation.
#[derive(Clone, Debug, PartialEq, Eq, FromQueryResult)]
pub struct Held {
    /// Its id.
    pub id: ReservationId,
    /// The order.
    pub order_id: OrderId,
    /// The line it is held for.
    pub order_line_id: OrderLineId,
    /// Whose goods.
    pub organization_id: OrganizationId,
    /// Where.
    pub warehouse_id: WarehouseId,
    /// What.
    pub product_id: ProductId,
    /// Out of which receipt.
    pub lot_id: LotId,
    /// Base units.
    pub quantity: Decimal,
    /// What of it is in a pick task, base units: that goes by way of the task alone.
    pub in_picking: Decimal,
}

impl Held {
    /// The balance it holds.
    #[must_use]
    pub fn key(&self) -> BalanceKey {
        BalanceKey {
            organization_id: self.organization_id,
            warehouse_id: self.warehouse_id,
            product_id: self.product_id,
            lot_id: self.lot_id,
        }
    }
}

/// Why a reservation becomes less.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HeldMoveKind {
    /// The goods are free again.
    Release,
    /// The goods were shipped.
    Issue,
}

impl HeldMoveKind {
    /// As the register writes it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Release => "RELEASE",
            Self::Issue => "ISSUE",
        }
    }
}

/// A part of a reservation that goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeldMove {
    /// The reservation as it was read.
    pub held: Held,
    /// Why.
    pub kind: HeldMoveKind,
    /// Base units, above zero.
    pub quantity: Decimal,
    /// What of it was in a pick task, base units.
    pub in_picking: Decimal,
}

impl HeldMove {
    /// A part that nobody picks is let go.
    #[must_use]
    pub fn released(held: &Held, quantity: Decimal) -> Self {
        let (held, kind) = (held.clone(), HeldMoveKind::Release);
        Self { held, kind, quantity, in_picking: Decimal::ZERO }
    }
}

/// The open reservations of some order lines, becoming less.
pub struct Holds {
    /// Those of a line in the order goods are taken.
    by_line: HashMap<OrderLineId, Vec<Held>>,
    /// What is left of each.
    left: HashMap<ReservationId, Decimal>,
    /// What has gone.
    pub moves: Vec<HeldMove>,
}

impl Holds {
    /// Sorts reservations by the turn of their lots, which lie locked on the shelf.
    #[must_use]
    pub fn new(held: &[Held], shelf: &Shelf) -> Self {
        let left = held.iter().map(|one| (one.id, one.quantity)).collect();
        let mut by_line: HashMap<OrderLineId, Vec<Held>> = HashMap::new();
        for one in held {
            by_line.entry(one.order_line_id).or_default().push(one.clone());
        }
        for list in by_line.values_mut() {
            list.sort_by_key(|one| (shelf.get(&one.key()).map(super::Balance::turn), one.id));
        }
        Self { by_line, left, moves: Vec::new() }
    }

    /// The reservations of a line, first to be taken first.
    #[must_use]
    pub fn of(&self, line: OrderLineId) -> Vec<Held> {
        self.by_line.get(&line).cloned().unwrap_or_default()
    }

    /// What is left of one, base units.
    #[must_use]
    pub fn left(&self, held: &Held) -> Decimal {
        self.left.get(&held.id).copied().unwrap_or_default()
    }

    /// Notes that a part has gone.
    pub fn less(&mut self, held: &Held, kind: HeldMoveKind, quantity: Decimal) {
        if quantity > Decimal::ZERO {
            *self.left.entry(held.id).or_default() -= quantity;
            let in_picking = Decimal::ZERO;
            self.moves.push(HeldMove { held: held.clone(), kind, quantity, in_picking });
        }
    }

    /// Notes that a part has left that was picked for this line, as far as it was held for it.
    pub fn less_picked(&mut self, held: &Held, quantity: Decimal) {
        if quantity > Decimal::ZERO {
            let kind = HeldMoveKind::Issue;
            let in_picking = quantity.min(held.in_picking);
            *self.left.entry(held.id).or_default() -= quantity;
            self.moves.push(HeldMove { held: held.clone(), kind, quantity, in_picking });
        }
    }

    /// Frees up to a quantity of a line: first in other warehouses than `stay`, then the goods
    /// that would be taken last.
    pub fn release(
        &mut self,
        shelf: &mut Shelf,
        line: OrderLineId,
        most: Decimal,
        stay: Option<WarehouseId>,
    ) {
        let mut list = self.of(line);
        list.reverse();
        list.sort_by_key(|held| Some(held.warehouse_id) == stay);
        let mut rest = most;
        for held in list {
            let part = self.left(&held).min(rest);
            // A reservation never becomes less without its balance.
            if part > Decimal::ZERO && shelf.get(&held.key()).is_some() {
                shelf.release(&held.key(), part);
                self.less(&held, HeldMoveKind::Release, part);
                rest -= part;
            }
        }
    }

    /// All that is left for a line, base units.
    #[must_use]
    pub fn total(&self, line: OrderLineId) -> Decimal {
        self.by_line.get(&line).into_iter().flatten().map(|held| self.left(held)).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::super::shelf::tests::{FAR, NEAR, ORGANIZATION, PRODUCT, lot, shelf};
    use super::*;
    use kernel::Uuid;

    fn held(lot_id: u128, warehouse_id: WarehouseId, pieces: i64) -> Held {
        Held {
            id: ReservationId(Uuid::from_u128(lot_id)),
            order_id: OrderId(Uuid::nil()),
            order_line_id: OrderLineId(Uuid::nil()),
            organization_id: ORGANIZATION,
            warehouse_id,
            product_id: PRODUCT,
            lot_id: LotId(Uuid::from_u128(lot_id)),
            quantity: Decimal::from(pieces),
            in_picking: Decimal::ZERO,
        }
    }

    #[test]
    fn other_warehouses_are_freed_first_then_the_newest_lots() {
        let mut shelf = shelf(vec![lot(7, NEAR, 1, 9), lot(8, NEAR, 5, 9), lot(9, FAR, 1, 9)]);
        let list = [held(7, NEAR, 3), held(8, NEAR, 3), held(9, FAR, 3)];
        let mut holds = Holds::new(&list, &shelf);
        holds.release(&mut shelf, list[0].order_line_id, Decimal::from(7), Some(NEAR));
        let freed: Vec<(u128, String)> = holds
            .moves
            .iter()
            .map(|one| (one.held.lot_id.0.as_u128(), one.quantity.to_string()))
            .collect();
        assert_eq!(freed, [(9, "3".into()), (8, "3".into()), (7, "1".into())]);
        assert_eq!(holds.total(list[0].order_line_id), Decimal::TWO);
    }

    #[test]
    fn no_more_is_freed_than_is_held() {
        let mut shelf = shelf(vec![lot(7, NEAR, 1, 9)]);
        let list = [held(7, NEAR, 3)];
        let mut holds = Holds::new(&list, &shelf);
        holds.release(&mut shelf, list[0].order_line_id, Decimal::from(100), None);
        assert_eq!(holds.moves.len(), 1);
        assert_eq!(holds.total(list[0].order_line_id), Decimal::ZERO);
    }
}
