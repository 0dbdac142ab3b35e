//! What is needed, and of whom to buy it.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use catalog::{Goods, SupplierOffer};
use kernel::{
    Currency, Decimal, DemandId, NaiveDate, OrganizationId, SupplierId, SupplierItemId,
    WarehouseId, round_money,
};

use super::store::Missed;
use crate::purchases::lines::due;
use crate::purchases::lot_size;

/// Which goods are needed where.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NeedKey {
    /// For whom.
    pub organization_id: OrganizationId,
    /// Where.
    pub warehouse_id: WarehouseId,
    /// What.
    pub goods: Goods,
}

/// Goods that are needed somewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Need {
    /// For whom.
    pub organization_id: OrganizationId,
    /// Where.
    pub warehouse_id: WarehouseId,
    /// What.
    pub goods: Goods,
    /// Base units that nothing is on its way for.
    pub quantity: Decimal,
    /// What of it no order asks for itself, base units: the shelf needs it, or what is to be put
    /// together there.
    pub for_shelf: Decimal,
    /// The earliest day.
    pub needed_by: NaiveDate,
    /// The demands that miss it.
    pub demands: Vec<DemandId>,
}

impl Need {
    /// Adds it to what is needed of the same goods at the same place.
    pub(super) fn add_to(self, needs: &mut BTreeMap<NeedKey, Self>) {
        let Self { organization_id, warehouse_id, goods, .. } = self;
        match needs.entry(NeedKey { organization_id, warehouse_id, goods }) {
            Entry::Vacant(place) => {
                place.insert(self);
            }
            Entry::Occupied(mut place) => {
                let need = place.get_mut();
                need.quantity += self.quantity;
                need.for_shelf += self.for_shelf;
                need.needed_by = need.needed_by.min(self.needed_by);
                need.demands.extend(self.demands);
            }
        }
    }

    /// A part that is met, orders before the shelf, and what is left to be met another way.
    pub(super) fn split(self, part: Decimal) -> (Self, Option<Self>) {
        let for_orders = self.quantity - self.for_shelf;
        let shelf_part = (part - for_orders).max(Decimal::ZERO);
        let left = Self {
            quantity: self.quantity - part,
            for_shelf: self.for_shelf - shelf_part,
            demands: if part < for_orders { self.demands.clone() } else { Vec::new() },
            ..self.clone()
        };
        let met = Self { quantity: part, for_shelf: shelf_part, ..self };
        (met, Some(left).filter(|left| left.quantity > Decimal::ZERO))
    }
}

/// A shelf with a reorder point, or one that drafts of assembly orders are to take from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    /// Which shelf.
    pub key: NeedKey,
    /// From here on goods are ordered, base units.
    pub reorder_at: Decimal,
    /// And up to here.
    pub target: Decimal,
    /// Free and fit to be sold today.
    pub available: Decimal,
    /// On its way to this warehouse, of a supplier or of another warehouse, and not held.
    pub awaited: Decimal,
    /// What orders miss that want it from here, or from anywhere where this is the default
    /// warehouse, and what drafts are to be put together of here.
    pub missed: Decimal,
}

impl Position {
    /// What is or will be free on it: it falls below zero where orders miss more than comes.
    #[must_use]
    pub fn height(&self) -> Decimal {
        self.available + self.awaited - self.missed
    }

    /// What the shelf needs beyond what is bought for orders that miss goods, base units.
    #[must_use]
    pub fn lacks(&self, bought_for_orders: Decimal) -> Decimal {
        if self.height() > self.reorder_at {
            return Decimal::ZERO;
        }
        (self.target - self.height() - bought_for_orders).max(Decimal::ZERO)
    }
}

/// Adds what an order misses to what is needed.
pub(super) fn add_demand(
    needs: &mut BTreeMap<NeedKey, Need>,
    missed: &Missed,
    warehouse_id: WarehouseId,
) {
    let need = Need {
        organization_id: missed.organization_id,
        warehouse_id,
        goods: Goods { product: missed.product_id, variant: missed.variant_id },
        quantity: missed.uncovered,
        for_shelf: Decimal::ZERO,
        needed_by: missed.needed_by,
        demands: vec![missed.id],
    };
    need.add_to(needs);
}

/// Adds what a shelf lacks, today.
pub(super) fn add_shelf(
    needs: &mut BTreeMap<NeedKey, Need>,
    position: &Position,
    today: NaiveDate,
) {
    let bought = needs.get(&position.key).map_or(Decimal::ZERO, |need| need.quantity);
    let lacks = position.lacks(bought);
    if lacks.is_zero() {
        return;
    }
    let NeedKey { organization_id, warehouse_id, goods } = position.key;
    // What orders need on the same shelf keeps its day.
    let day = needs.get(&position.key).map_or(today, |need| need.needed_by);
    let need = Need {
        organization_id,
        warehouse_id,
        goods,
        quantity: lacks,
        for_shelf: lacks,
        needed_by: day,
        demands: Vec::new(),
    };
    need.add_to(needs);
}

/// What a supplier offers for a need.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    /// What the supplier calls it.
    pub item_id: SupplierItemId,
    /// Who sells it.
    pub supplier_id: SupplierId,
    /// In lots that it sells, base units.
    pub quantity: Decimal,
    /// The currency of its price.
    pub currency: Currency,
    /// Per base unit; `None` where it is not known.
    pub price: Option<Decimal>,
    /// round(quantity × price, 2).
    pub amount: Option<Decimal>,
    /// The amount in the base currency today, for comparing.
    pub in_base: Option<Decimal>,
    /// When it would come if it were ordered today; `None` where nobody has said.
    pub expected_on: Option<NaiveDate>,
    /// Whether that is later than the need, or nobody knows.
    pub is_late: bool,
}

/// What one supplier offers for a need, at a price per base unit in the base currency.
pub(super) fn offer(
    need: &Need,
    offer: &SupplierOffer,
    price_in_base: Option<Decimal>,
    today: NaiveDate,
) -> Offer {
    let quantity = lot_size(need.quantity, offer.minimum_lot, offer.lot_multiple);
    let amount = |price: Decimal| quantity.checked_mul(price).map(round_money);
    let expected_on = due(today, offer.lead_time_days);
    Offer {
        item_id: offer.item_id,
        supplier_id: offer.supplier_id,
        quantity,
        currency: offer.currency,
        price: offer.price,
        amount: offer.price.and_then(amount),
        in_base: price_in_base.and_then(amount),
        expected_on,
        is_late: expected_on.is_none_or(|day| day > need.needed_by.max(today)),
    }
}

/// What to buy of whom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proposal {
    /// What for.
    pub need: Need,
    /// All offers, the proposed one first; never empty.
    pub offers: Vec<Offer>,
}

/// Puts the best offer first: of those in time the cheapest; where none is in time, the earliest,
/// then the cheapest. A price that is not known is the dearest, a day that is not known the last.
/// There is an offer.
pub(super) fn propose(need: Need, mut offers: Vec<Offer>) -> Proposal {
    let cost = |offer: &Offer| offer.in_base.unwrap_or(Decimal::MAX);
    let day = |offer: &Offer| offer.expected_on.unwrap_or(NaiveDate::MAX);
    offers.sort_by_key(|offer| {
        let when = if offer.is_late { day(offer) } else { NaiveDate::MIN };
        (offer.is_late, when, cost(offer), day(offer), offer.item_id)
    });
    Proposal { need, offers }
}

#[cfg(test)]
mod tests {
    use kernel::{ProductId, Uuid};

    use super::*;

    fn day(day: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 3, day).unwrap()
    }

    fn dec(text: &str) -> Decimal {
        text.parse().unwrap()
    }

    fn goods() -> Goods {
        Goods { product: ProductId(Uuid::from_u128(1)), variant: None }
    }

    fn key() -> NeedKey {
        NeedKey {
            organization_id: OrganizationId(Uuid::from_u128(2)),
            warehouse_id: WarehouseId(Uuid::from_u128(3)),
            goods: goods(),
        }
    }

    fn position(
        reorder_at: &str,
        target: &str,
        [available, awaited, missed]: [&str; 3],
    ) -> Position {
        Position {
            key: key(),
            reorder_at: dec(reorder_at),
            target: dec(target),
            available: dec(available),
            awaited: dec(awaited),
            missed: dec(missed),
        }
    }

    #[test]
    fn a_shelf_is_filled_up_once_it_is_low() {
        for (shelf, bought, lacks) in [
            (position("5", "20", ["6", "0", "0"]), "0", "0"),
            (position("5", "20", ["5", "0", "0"]), "0", "15"),
            (position("5", "20", ["1", "10", "0"]), "0", "0"),
            (position("5", "20", ["1", "4", "0"]), "0", "15"),
            (position("5", "20", ["0", "0", "10"]), "10", "20"),
            (position("5", "20", ["0", "10", "10"]), "0", "20"),
            (position("5", "20", ["0", "0", "10"]), "40", "0"),
            (position("0", "20", ["0", "0", "0"]), "0", "20"),
        ] {
            assert_eq!(shelf.lacks(dec(bought)), dec(lacks), "{shelf:?} {bought}");
        }
    }

    fn missed(n: u128, needed: u32, quantity: &str) -> Missed {
        Missed {
            id: DemandId(Uuid::from_u128(n)),
            organization_id: key().organization_id,
            product_id: goods().product,
            variant_id: None,
            warehouse_id: None,
            needed_by: day(needed),
            uncovered: dec(quantity),
        }
    }

    #[test]
    fn orders_and_the_shelf_are_one_need() {
        let mut needs = BTreeMap::new();
        add_demand(&mut needs, &missed(1, 9, "4"), key().warehouse_id);
        add_demand(&mut needs, &missed(2, 7, "6"), key().warehouse_id);
        add_shelf(&mut needs, &position("5", "20", ["0", "0", "10"]), day(1));
        let need = &needs[&key()];
        assert_eq!((need.quantity, need.for_shelf), (dec("30"), dec("20")));
        assert_eq!((need.needed_by, need.demands.len()), (day(7), 2));
    }

    #[test]
    fn what_is_met_goes_to_orders_before_the_shelf() {
        let whole = Need {
            quantity: dec("10"),
            for_shelf: dec("4"),
            demands: vec![DemandId(Uuid::from_u128(1))],
            ..need()
        };
        for (part, met_for_shelf, left) in [
            ("2", "0", Some(("8", "4", 1))),
            ("6", "0", Some(("4", "4", 0))),
            ("9", "3", Some(("1", "1", 0))),
            ("10", "4", None),
        ] {
            let (met, rest) = whole.clone().split(dec(part));
            assert_eq!((met.quantity, met.for_shelf), (dec(part), dec(met_for_shelf)));
            assert_eq!(met.demands.len(), 1);
            let rest = rest.map(|rest| (rest.quantity, rest.for_shelf, rest.demands.len()));
            assert_eq!(rest, left.map(|(all, shelf, who)| (dec(all), dec(shelf), who)), "{part}");
        }
    }

    fn asks(n: u128, price: Option<&str>, days: Option<i32>) -> Offer {
        let supplier = SupplierOffer {
            item_id: SupplierItemId(Uuid::from_u128(n)),
            supplier_id: SupplierId(Uuid::from_u128(n)),
            product_id: goods().product,
            packaging_id: None,
            minimum_lot: None,
            lot_multiple: Some(dec("5")),
            lead_time_days: days,
            currency: Currency::parse("RUB").unwrap(),
            price: price.map(dec),
        };
        offer(&need(), &supplier, price.map(dec), day(1))
    }

    fn need() -> Need {
        Need {
            organization_id: key().organization_id,
            warehouse_id: key().warehouse_id,
            goods: goods(),
            quantity: dec("7"),
            for_shelf: Decimal::ZERO,
            needed_by: day(10),
            demands: Vec::new(),
        }
    }

    #[test]
    fn of_those_in_time_the_cheapest_else_the_earliest() {
        for (offers, best) in [
            (vec![asks(1, Some("10"), Some(3)), asks(2, Some("9"), Some(9))], 2),
            (vec![asks(1, Some("10"), Some(3)), asks(2, Some("9"), Some(10))], 1),
            (vec![asks(1, Some("10"), Some(30)), asks(2, Some("90"), Some(20))], 2),
            (vec![asks(1, Some("10"), Some(30)), asks(2, Some("9"), Some(30))], 2),
            (vec![asks(1, None, Some(3)), asks(2, Some("9"), None)], 1),
            (vec![asks(1, None, Some(3)), asks(2, Some("900"), Some(4))], 2),
        ] {
            let proposal = propose(need(), offers.clone());
            assert_eq!(proposal.offers[0].item_id.0.as_u128(), best, "{offers:?}");
            assert_eq!(proposal.offers.len(), offers.len());
        }
    }

    #[test]
    fn an_offer_is_of_whole_lots() {
        let offer = asks(1, Some("1.335"), Some(9));
        assert_eq!((offer.quantity, offer.amount), (dec("10"), Some(dec("13.35"))));
        assert_eq!((offer.expected_on, offer.is_late), (Some(day(10)), false));
    }
}
