//! Locked balances in memory: goods are held and taken here first, then written at once.

use std::collections::{BTreeMap, HashMap};

use kernel::{Decimal, NaiveDate, OrganizationId, ProductId, ProductVariantId, WarehouseId};

use super::balance::{Balance, BalanceKey, value_share};

/// What a document asks for.
#[derive(Clone, Copy, Debug)]
pub struct Want {
    /// Only its goods.
    pub organization_id: OrganizationId,
    /// What.
    pub product_id: ProductId,
    /// Lots of this variant and no other; `None` is a product without variants.
    pub variant_id: Option<ProductVariantId>,
    /// Base units.
    pub quantity: Decimal,
    /// Only from here; `None` is everywhere, by priority.
    pub warehouse_id: Option<WarehouseId>,
}

/// What could be held.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hold {
    /// What was free before, base units.
    pub available: Decimal,
    /// Quantities by balance, in the order they were taken.
    pub parts: Vec<(BalanceKey, Decimal)>,
}

/// Goods that left a balance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Taken {
    /// Which balance.
    pub key: BalanceKey,
    /// Base units.
    pub quantity: Decimal,
    /// Their part of the lot's value, base currency.
    pub cost: Decimal,
}

/// What has become of one balance: differences to be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Change {
    /// Which balance.
    pub key: BalanceKey,
    /// Base units.
    pub on_hand: Decimal,
    /// Base units.
    pub reserved: Decimal,
    /// Base currency.
    pub value: Decimal,
}

/// Whose goods, and what they are.
type Owned = (OrganizationId, ProductId, Option<ProductVariantId>);

/// Balances under their locks.
pub struct Shelf {
    balances: BTreeMap<BalanceKey, Balance>,
    before: BTreeMap<BalanceKey, Balance>,
    /// The keys of a variant, or of a product without any, in the order goods are taken.
    turns: HashMap<Owned, Vec<BalanceKey>>,
    /// Places where goods are on their way, and the warehouses they are on their way to.
    transits: HashMap<WarehouseId, WarehouseId>,
}

impl Shelf {
    /// Puts locked balances on the shelf. Warehouses with a smaller rank give first; those
    /// without a rank give nothing.
    #[must_use]
    pub fn new(balances: Vec<Balance>, ranks: &HashMap<WarehouseId, i64>) -> Self {
        let mut turns: HashMap<_, Vec<&Balance>> = HashMap::new();
        for balance in &balances {
            if ranks.contains_key(&balance.warehouse_id) {
                let Balance { organization_id, product_id, variant_id, .. } = balance;
                turns
                    .entry((*organization_id, *product_id, *variant_id))
                    .or_default()
                    .push(balance);
            }
        }
        let in_turn = |mut list: Vec<&Balance>| -> Vec<BalanceKey> {
            let rank = |b: &Balance| ranks.get(&b.warehouse_id).copied();
            list.sort_by_key(|b| (rank(b), b.warehouse_id, b.turn()));
            list.into_iter().map(Balance::key).collect()
        };
        let turns = turns.into_iter().map(|(product, list)| (product, in_turn(list))).collect();
        let balances: BTreeMap<_, _> = balances.into_iter().map(|b| (b.key(), b)).collect();
        Self { before: balances.clone(), balances, turns, transits: HashMap::new() }
    }

    /// Lets who asks for goods of a warehouse have those that are on their way there.
    #[must_use]
    pub fn with_transits(mut self, transits: HashMap<WarehouseId, WarehouseId>) -> Self {
        self.transits = transits;
        self
    }

    /// The warehouse that a place gives to: itself, or where its goods are on their way to.
    #[must_use]
    pub fn gives_to(&self, place: WarehouseId) -> WarehouseId {
        self.transits.get(&place).copied().unwrap_or(place)
    }

    /// A balance, where it is on the shelf.
    #[must_use]
    pub fn get(&self, key: &BalanceKey) -> Option<&Balance> {
        self.balances.get(key)
    }

    /// The balances a want may be met from on a day, in the order they are taken.
    #[must_use]
    pub fn in_turn(&self, want: &Want, day: NaiveDate) -> Vec<BalanceKey> {
        let owned = (want.organization_id, want.product_id, want.variant_id);
        let Some(keys) = self.turns.get(&owned) else { return Vec::new() };
        let fits = |key: &&BalanceKey| {
            want.warehouse_id.is_none_or(|chosen| chosen == self.gives_to(key.warehouse_id))
                && self.balances.get(*key).is_some_and(|balance| balance.sells_on(day))
        };
        keys.iter().filter(fits).copied().collect()
    }

    /// All balances of a product in one variant, in the order they are taken, whatever state
    /// their lots are in.
    #[must_use]
    pub fn every(&self, want: &Want) -> Vec<BalanceKey> {
        let owned = (want.organization_id, want.product_id, want.variant_id);
        let keys = self.turns.get(&owned).into_iter().flatten();
        let chosen = |key: &&BalanceKey| want.warehouse_id.is_none_or(|at| at == key.warehouse_id);
        keys.filter(chosen).copied().collect()
    }

    /// What lies on the shelf, in the order of keys.
    pub fn balances(&self) -> impl Iterator<Item = &Balance> {
        self.balances.values()
    }

    /// Holds as much of a want as is free.
    pub fn hold(&mut self, want: &Want, day: NaiveDate) -> Hold {
        let mut hold = Hold { available: Decimal::ZERO, parts: Vec::new() };
        let mut left = want.quantity;
        for key in self.in_turn(want, day) {
            let Some(balance) = self.balances.get_mut(&key) else { continue };
            hold.available += balance.free();
            let part = balance.free().min(left);
            if part > Decimal::ZERO {
                balance.reserved += part;
                left -= part;
                hold.parts.push((key, part));
            }
        }
        hold
    }

    /// Holds a quantity of one balance. The caller asks for no more than is free; the database
    /// refuses a row that would break this.
    pub fn keep(&mut self, key: &BalanceKey, quantity: Decimal) {
        if let Some(balance) = self.balances.get_mut(key) {
            balance.reserved += quantity;
        }
    }

    /// Lets go of what was held.
    pub fn release(&mut self, key: &BalanceKey, quantity: Decimal) {
        if let Some(balance) = self.balances.get_mut(key) {
            balance.reserved -= quantity;
        }
    }

    /// Takes goods out, `held` of them out of what is held. The caller asks for no more than is
    /// there; the database refuses a row that would break this.
    pub fn take(&mut self, key: &BalanceKey, quantity: Decimal, held: Decimal) -> Option<Taken> {
        let balance = self.balances.get_mut(key)?;
        let cost = value_share(balance.value, quantity, balance.on_hand);
        balance.on_hand -= quantity;
        balance.reserved -= held;
        balance.value -= cost;
        balance.ceiling = balance.ceiling.map(|most| most - quantity);
        Some(Taken { key: *key, quantity, cost })
    }

    /// Holds a quantity that the caller knows to be free.
    pub fn reserve(&mut self, key: &BalanceKey, quantity: Decimal) {
        if let Some(balance) = self.balances.get_mut(key) {
            balance.reserved += quantity;
        }
    }

    /// Puts goods in, with their value: into the balance that lies there, or beside it as a new
    /// one that is in all else like `like`.
    pub fn put(&mut self, key: BalanceKey, like: &Balance, quantity: Decimal, value: Decimal) {
        let empty = || Balance {
            organization_id: key.organization_id,
            warehouse_id: key.warehouse_id,
            product_id: key.product_id,
            lot_id: key.lot_id,
            on_hand: Decimal::ZERO,
            reserved: Decimal::ZERO,
            value: Decimal::ZERO,
            ceiling: None,
            ..like.clone()
        };
        self.before.entry(key).or_insert_with(empty);
        let balance = self.balances.entry(key).or_insert_with(empty);
        balance.on_hand += quantity;
        balance.value += value;
        balance.ceiling = balance.ceiling.map(|most| most + quantity);
    }

    /// What has changed, in the order of keys.
    #[must_use]
    pub fn changes(&self) -> Vec<Change> {
        let differ = |(was, now): (&Balance, &Balance)| Change {
            key: was.key(),
            on_hand: now.on_hand - was.on_hand,
            reserved: now.reserved - was.reserved,
            value: now.value - was.value,
        };
        let pairs = self.before.values().zip(self.balances.values());
        pairs
            .map(differ)
            .filter(|c| !(c.on_hand.is_zero() && c.reserved.is_zero() && c.value.is_zero()))
            .collect()
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use kernel::{LotId, Uuid};
    use proptest::prelude::*;

    use super::*;

    pub(crate) const ORGANIZATION: OrganizationId = OrganizationId(Uuid::from_u128(1));
    pub(crate) const PRODUCT: ProductId = ProductId(Uuid::from_u128(2));
    pub(crate) const NEAR: WarehouseId = WarehouseId(Uuid::from_u128(30));
    pub(crate) const FAR: WarehouseId = WarehouseId(Uuid::from_u128(31));

    pub(crate) fn day(of_march: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 3, of_march).unwrap()
    }

    /// A lot of whole pieces at a unit cost in whole units.
    pub(crate) fn lot(id: u128, warehouse: WarehouseId, received: u32, pieces: i64) -> Balance {
        Balance {
            organization_id: ORGANIZATION,
            warehouse_id: warehouse,
            product_id: PRODUCT,
            variant_id: None,
            lot_id: LotId(Uuid::from_u128(id)),
            on_hand: Decimal::from(pieces),
            reserved: Decimal::ZERO,
            value: Decimal::from(pieces * 50),
            received_on: day(received),
            expires_on: None,
            blocked: false,
            ceiling: None,
        }
    }

    pub(crate) fn shelf(balances: Vec<Balance>) -> Shelf {
        Shelf::new(balances, &HashMap::from([(NEAR, 1), (FAR, 2)]))
    }

    pub(crate) fn want(pieces: i64, warehouse: Option<WarehouseId>) -> Want {
        Want {
            organization_id: ORGANIZATION,
            product_id: PRODUCT,
            variant_id: None,
            quantity: Decimal::from(pieces),
            warehouse_id: warehouse,
        }
    }

    fn parts(hold: &Hold) -> Vec<(u128, String)> {
        hold.parts.iter().map(|(k, q)| (k.lot_id.0.as_u128(), q.to_string())).collect()
    }

    #[test]
    fn the_lot_received_first_is_held_first() {
        let mut shelf = shelf(vec![lot(8, NEAR, 5, 10), lot(9, NEAR, 1, 10)]);
        let hold = shelf.hold(&want(15, None), day(10));
        assert_eq!(parts(&hold), [(9, "10".into()), (8, "5".into())]);
        assert_eq!(hold.available, Decimal::from(20));
        let hold = shelf.hold(&want(15, None), day(10));
        assert_eq!(parts(&hold), [(8, "5".into())], "the second asks for more than is left");
        assert_eq!(hold.available, Decimal::from(5));
    }

    #[test]
    fn what_expires_first_goes_before_what_was_received_first() {
        let old = lot(8, NEAR, 1, 10);
        let short_lived = Balance { expires_on: Some(day(20)), ..lot(9, NEAR, 5, 10) };
        let hold = shelf(vec![old, short_lived]).hold(&want(12, None), day(10));
        assert_eq!(parts(&hold), [(9, "10".into()), (8, "2".into())]);
    }

    #[test]
    fn expired_and_blocked_lots_are_never_held() {
        let expired = Balance { expires_on: Some(day(9)), ..lot(7, NEAR, 1, 10) };
        let last_day = Balance { expires_on: Some(day(10)), ..lot(8, NEAR, 1, 1) };
        let blocked = Balance { blocked: true, ..lot(9, NEAR, 1, 10) };
        let hold = shelf(vec![expired, last_day, blocked]).hold(&want(5, None), day(10));
        assert_eq!(parts(&hold), [(8, "1".into())]);
        assert_eq!(hold.available, Decimal::ONE);
    }

    #[test]
    fn warehouses_give_by_priority_and_a_chosen_one_alone() {
        let goods = || vec![lot(8, FAR, 1, 10), lot(9, NEAR, 5, 10)];
        let hold = shelf(goods()).hold(&want(15, None), day(10));
        assert_eq!(parts(&hold), [(9, "10".into()), (8, "5".into())]);
        let hold = shelf(goods()).hold(&want(15, Some(FAR)), day(10));
        assert_eq!(parts(&hold), [(8, "10".into())]);
    }

    #[test]
    fn a_warehouse_without_a_rank_gives_nothing() {
        let mut shelf = Shelf::new(vec![lot(8, FAR, 1, 10)], &HashMap::from([(NEAR, 1)]));
        assert!(shelf.hold(&want(1, None), day(10)).parts.is_empty());
    }

    #[test]
    fn only_what_changed_is_written() {
        let mut shelf = shelf(vec![lot(8, NEAR, 1, 4), lot(9, NEAR, 2, 10)]);
        let untouched = shelf.changes();
        assert!(untouched.is_empty());
        let key = lot(8, NEAR, 1, 4).key();
        let taken = shelf.take(&key, Decimal::from(3), Decimal::ZERO).unwrap();
        assert_eq!(taken.cost, Decimal::from(150));
        let (on_hand, value) = (Decimal::from(-3), Decimal::from(-150));
        let expected = Change { key, on_hand, reserved: Decimal::ZERO, value };
        assert_eq!(shelf.changes(), [expected]);
    }

    fn any_lot() -> impl Strategy<Value = (u32, i64, i64, Option<u32>, bool)> {
        (1_u32..20, 1_i64..50, 0_i64..50, prop::option::of(1_u32..28), any::<bool>())
    }

    proptest! {
        #[test]
        fn never_more_than_is_free_and_always_in_turn(
            lots in prop::collection::vec(any_lot(), 0..12),
            wants in prop::collection::vec(1_i64..80, 1..12),
        ) {
            let balances: Vec<Balance> = lots.iter().enumerate().map(|(i, one)| {
                let (received, pieces, reserved, expires, blocked) = *one;
                Balance {
                    reserved: Decimal::from(reserved.min(pieces)),
                    expires_on: expires.map(day),
                    blocked,
                    ..lot(100 + i as u128, NEAR, received, pieces)
                }
            }).collect();
            let sellable: Vec<Balance> =
                balances.iter().filter(|b| b.sells_on(day(10))).cloned().collect();
            let free: Decimal = sellable.iter().map(Balance::free).sum();
            let asked: Decimal = wants.iter().copied().map(Decimal::from).sum();
            let mut shelf = shelf(balances);
            let mut held = Decimal::ZERO;
            let mut last = None;
            for pieces in wants {
                for (key, part) in shelf.hold(&want(pieces, None), day(10)).parts {
                    let balance = shelf.get(&key).unwrap();
                    prop_assert!(part > Decimal::ZERO && balance.reserved <= balance.on_hand);
                    prop_assert!(last <= Some(balance.turn()), "a later lot before an earlier one");
                    last = Some(balance.turn());
                    held += part;
                }
            }
            prop_assert_eq!(held, free.min(asked));
        }

        #[test]
        fn a_variant_takes_its_own_lots_and_all_variants_add_up(
            lots in prop::collection::vec((0_u128..4, 1_u32..20, 1_i64..50), 0..16),
            wants in prop::collection::vec((0_u128..4, 1_i64..80), 1..12),
        ) {
            // None of the variants is the product itself: the fourth.
            let variant = |n: u128| (n < 3).then(|| ProductVariantId(Uuid::from_u128(70 + n)));
            let balances: Vec<Balance> = lots.iter().enumerate().map(|(i, (of, received, pieces))| {
                Balance {
                    variant_id: variant(*of),
                    ..lot(100 + i as u128, NEAR, *received, *pieces)
                }
            }).collect();
            let whole: Decimal = balances.iter().map(|b| b.on_hand).sum();
            let mut shelf = shelf(balances.clone());
            let mut held = [Decimal::ZERO; 4];
            for (of, pieces) in wants.iter().copied() {
                let want = Want { variant_id: variant(of), ..want(pieces, None) };
                for (key, part) in shelf.hold(&want, day(10)).parts {
                    prop_assert_eq!(shelf.get(&key).unwrap().variant_id, variant(of));
                    held[of as usize] += part;
                }
            }
            let mut left = Decimal::ZERO;
            for of in 0..4_u128 {
                let own = balances.iter().filter(|b| b.variant_id == variant(of));
                let there: Decimal = own.map(|b| b.on_hand).sum();
                let asked: i64 = wants.iter().filter(|w| w.0 == of).map(|w| w.1).sum();
                prop_assert_eq!(held[of as usize], there.min(Decimal::from(asked)));
                left += there - held[of as usize];
            }
            prop_assert_eq!(left + held.iter().sum::<Decimal>(), whole);
        }
    }
}
