//! What a stock count makes of lots: missing goods leave them, found goods come into them.

use kernel::{
    Decimal, LotId, OrganizationId, ProductId, ProductVariantId, WarehouseId, round_money,
};

use super::{Balance, BalanceKey, Bound, Shelf, Shortage, Taken, Want};

/// Where was counted.
#[derive(Clone, Copy, Debug)]
pub struct CountedPlace {
    /// Whose goods.
    pub organization_id: OrganizationId,
    /// Where.
    pub warehouse_id: WarehouseId,
}

/// Goods of which more or less was found than was written down.
#[derive(Clone, Copy, Debug)]
pub struct Difference {
    /// What.
    pub product_id: ProductId,
    /// In which variant.
    pub variant_id: Option<ProductVariantId>,
    /// Of this lot; `None` is any, where lots are not told apart.
    pub lot_id: Option<LotId>,
    /// Base units, above zero for more than was written down; not zero.
    pub quantity: Decimal,
}

/// What becomes of differences, each by its place among them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CountPlan {
    /// Goods that are missing.
    pub missing: Vec<(usize, Taken)>,
    /// Goods that were found, beside others of the same lot at the same cost a unit.
    pub found: Vec<(usize, Taken)>,
    /// Goods that were found where nothing of the lot lies: of this lot, or of none that is known.
    pub anew: Vec<(usize, Option<LotId>, Decimal)>,
}

/// Takes what is missing off the shelf, with its share of value, and puts what was found on it.
/// What nobody holds is missing first; then who came last to hold something loses it.
///
/// # Errors
/// Differences larger than what lies there now: goods have left since they were counted.
pub fn plan_count(
    shelf: &mut Shelf,
    bound: &mut Bound,
    place: CountedPlace,
    differences: &[Difference],
) -> Result<CountPlan, Vec<Shortage>> {
    let mut plan = CountPlan::default();
    let mut shortages = Vec::new();
    for (index, one) in differences.iter().enumerate() {
        let keys = keys(shelf, place, one);
        if one.quantity > Decimal::ZERO {
            find(shelf, &keys, (index, one), &mut plan);
            continue;
        }
        let left = lose(shelf, bound, &keys, (index, -one.quantity), &mut plan);
        if left > Decimal::ZERO {
            let asked = -one.quantity;
            shortages.push(Shortage {
                place: index,
                product_id: one.product_id,
                variant_id: one.variant_id,
                asked,
                available: asked - left,
                barred: Vec::new(),
            });
        }
    }
    if shortages.is_empty() { Ok(plan) } else { Err(shortages) }
}

fn keys(shelf: &Shelf, place: CountedPlace, one: &Difference) -> Vec<BalanceKey> {
    let want = Want {
        organization_id: place.organization_id,
        product_id: one.product_id,
        variant_id: one.variant_id,
        quantity: one.quantity,
        warehouse_id: Some(place.warehouse_id),
    };
    let mut keys = shelf.every(&want);
    keys.retain(|key| one.lot_id.is_none_or(|lot| lot == key.lot_id));
    keys
}

fn lose(
    shelf: &mut Shelf,
    bound: &mut Bound,
    keys: &[BalanceKey],
    (index, quantity): (usize, Decimal),
    plan: &mut CountPlan,
) -> Decimal {
    let mut left = quantity;
    for take in [Balance::free, |balance: &Balance| balance.on_hand] {
        for key in keys {
            let part = shelf.get(key).map_or(Decimal::ZERO, take).min(left);
            if part > Decimal::ZERO
                && let Some(taken) = shelf.take(key, part, Decimal::ZERO)
            {
                bound.free_excess(shelf, key);
                left -= part;
                plan.missing.push((index, taken));
            }
        }
    }
    left
}

/// Found goods go to the lot that came last: it is the likeliest to be counted wrong.
fn find(
    shelf: &mut Shelf,
    keys: &[BalanceKey],
    (index, one): (usize, &Difference),
    plan: &mut CountPlan,
) {
    let lying = keys.iter().filter_map(|key| shelf.get(key)).filter(|b| !b.on_hand.is_zero());
    let unblocked = lying.filter(|balance| one.lot_id.is_some() || !balance.blocked);
    let Some(like) = unblocked.max_by_key(|balance| (balance.received_on, balance.lot_id)).cloned()
    else {
        plan.anew.push((index, one.lot_id, one.quantity));
        return;
    };
    let cost = unit_share(like.value, one.quantity, like.on_hand);
    shelf.put(like.key(), &like, one.quantity, cost);
    plan.found.push((index, Taken { key: like.key(), quantity: one.quantity, cost }));
}

/// round(value × quantity / on hand, 2): more goods of a lot cost what those that lie there do.
fn unit_share(value: Decimal, quantity: Decimal, on_hand: Decimal) -> Decimal {
    let exact = value
        .checked_mul(quantity)
        .and_then(|product| product.checked_div(on_hand))
        .unwrap_or_else(|| value * (quantity / on_hand));
    round_money(exact)
}

#[cfg(test)]
mod tests {
    use kernel::Uuid;
    use proptest::prelude::*;

    use super::super::shelf::tests::{NEAR, ORGANIZATION, PRODUCT, lot, shelf};
    use super::*;

    const PLACE: CountedPlace = CountedPlace { organization_id: ORGANIZATION, warehouse_id: NEAR };

    fn difference(pieces: i64, lot: Option<u128>) -> Difference {
        Difference {
            product_id: PRODUCT,
            variant_id: None,
            lot_id: lot.map(|id| LotId(Uuid::from_u128(id))),
            quantity: Decimal::from(pieces),
        }
    }

    fn told(list: &[(usize, Taken)]) -> Vec<(u128, String, String)> {
        let one = |(_, taken): &(usize, Taken)| {
            let lot = taken.key.lot_id.0.as_u128();
            (lot, taken.quantity.to_string(), taken.cost.to_string())
        };
        list.iter().map(one).collect()
    }

    #[test]
    fn what_differences_make_of_lots() {
        let old = Balance { reserved: Decimal::from(4), ..lot(1, NEAR, 1, 5) };
        let new = lot(2, NEAR, 5, 2);
        let of = |lot: u128, pieces: &str, cost: &str| (lot, pieces.to_owned(), cost.to_owned());
        let cases = [
            ("free pieces first", difference(-2, None), vec![of(1, "1", "50"), of(2, "1", "50")]),
            (
                "then held ones",
                difference(-4, None),
                vec![of(1, "1", "50"), of(2, "2", "100"), of(1, "1", "50")],
            ),
            ("of the lot that is named", difference(-1, Some(2)), vec![of(2, "1", "50")]),
        ];
        for (name, one, expected) in cases {
            let mut shelf = shelf(vec![old.clone(), new.clone()]);
            let plan = plan_count(&mut shelf, &mut Bound::new(&[]), PLACE, &[one]).unwrap();
            assert_eq!(told(&plan.missing), expected, "{name}");
        }
        let mut shelf = shelf(vec![old, new]);
        let list = [difference(3, None), difference(1, Some(9)), difference(1, Some(1))];
        let plan = plan_count(&mut shelf, &mut Bound::new(&[]), PLACE, &list).unwrap();
        assert_eq!(told(&plan.found), [of(2, "3", "150"), of(1, "1", "50")]);
        assert_eq!(plan.anew, [(1, list[1].lot_id, Decimal::ONE)]);
    }

    #[test]
    fn no_more_is_missing_than_lies_there() {
        let mut shelf = shelf(vec![lot(1, NEAR, 1, 2)]);
        let mut bound = Bound::new(&[]);
        let refused = plan_count(&mut shelf, &mut bound, PLACE, &[difference(-3, None)]);
        assert_eq!(refused.unwrap_err()[0].available, Decimal::TWO);
    }

    proptest! {
        #[test]
        fn what_is_missing_leaves_with_its_value(
            lots in prop::collection::vec((1_i64..30, 0_i64..30), 1..6),
            missing in 1_i64..100,
        ) {
            let make = |(place, (pieces, held)): (usize, &(i64, i64))| Balance {
                reserved: Decimal::from(*held.min(pieces)),
                value: Decimal::new(*pieces * 3_333 + 1, 2),
                ..lot(place as u128 + 1, NEAR, 1, *pieces)
            };
            let balances: Vec<Balance> = lots.iter().enumerate().map(make).collect();
            let value: Decimal = balances.iter().map(|b| b.value).sum();
            let lies: i64 = lots.iter().map(|one| one.0).sum();
            let mut shelf = shelf(balances);
            let list = [difference(-missing, None)];
            let plan = plan_count(&mut shelf, &mut Bound::new(&[]), PLACE, &list);
            prop_assert_eq!(plan.is_ok(), missing <= lies);
            if let Ok(plan) = plan {
                let gone: Decimal = plan.missing.iter().map(|(_, one)| one.quantity).sum();
                prop_assert_eq!(gone, Decimal::from(missing));
                let cost: Decimal = plan.missing.iter().map(|(_, one)| one.cost).sum();
                let left: Decimal = shelf.balances().map(|b| b.value).sum();
                prop_assert_eq!(cost + left, value);
                if missing == lies {
                    prop_assert_eq!(left, Decimal::ZERO);
                }
            }
        }
    }
}
