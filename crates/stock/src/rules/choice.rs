//! Lots chosen by hand for an order line, instead of those whose turn it is.

use std::collections::HashMap;

use kernel::{Decimal, LotId, NaiveDate, WarehouseId};

use super::{BalanceKey, Shelf, Want};

/// A part of a line that somebody wants out of one lot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pick {
    /// Out of which lot.
    pub lot_id: LotId,
    /// From where.
    pub warehouse_id: WarehouseId,
    /// Base units, above zero.
    pub quantity: Decimal,
}

/// Why a lot does not fit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Misfit {
    /// Nothing of it lies there, or it is another product's, variant's or organization's.
    NotThere,
    /// The order does not take goods from this warehouse.
    OtherWarehouse,
    /// It is held back.
    Blocked,
    /// It does not last until the day the goods leave, with the life that is asked for.
    ExpiresTooSoon,
    /// So much of it is free, base units, and more is asked for.
    TooLittle(Decimal),
}

impl Misfit {
    /// As details of a refusal name it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::NotThere => "NOT_THERE",
            Self::OtherWarehouse => "OTHER_WAREHOUSE",
            Self::Blocked => "BLOCKED",
            Self::ExpiresTooSoon => "EXPIRES_TOO_SOON",
            Self::TooLittle(_) => "TOO_LITTLE",
        }
    }
}

/// Quantities by balance, base units.
type Parts = Vec<(BalanceKey, Decimal)>;

/// Whether a quantity of a lot may be held for a want that leaves on a day. `ranks` are the
/// warehouses that may give.
///
/// # Errors
/// Why not.
pub fn fits(
    shelf: &Shelf,
    want: &Want,
    key: &BalanceKey,
    ranks: &HashMap<WarehouseId, i64>,
    day: NaiveDate,
) -> Result<Decimal, Misfit> {
    let same_goods =
        key.organization_id == want.organization_id && key.product_id == want.product_id;
    let balance = shelf
        .get(key)
        .filter(|balance| same_goods && balance.variant_id == want.variant_id)
        .filter(|balance| balance.on_hand > Decimal::ZERO)
        .ok_or(Misfit::NotThere)?;
    let place = shelf.gives_to(key.warehouse_id);
    let is_barred = want.warehouse_id.is_some_and(|chosen| chosen != place);
    if is_barred || !ranks.contains_key(&key.warehouse_id) {
        return Err(Misfit::OtherWarehouse);
    }
    if balance.blocked {
        return Err(Misfit::Blocked);
    }
    if !balance.sells_on(day) {
        return Err(Misfit::ExpiresTooSoon);
    }
    Ok(balance.free())
}

/// Holds each part out of the lot that was chosen for it, all or none. Parts come in the order of
/// the picks; a lot may be named twice.
///
/// # Errors
/// Every pick that does not fit, by its place; the shelf is then of no more use.
pub fn hold_chosen(
    shelf: &mut Shelf,
    want: &Want,
    picks: &[Pick],
    ranks: &HashMap<WarehouseId, i64>,
    day: NaiveDate,
) -> Result<Parts, Vec<(usize, Misfit)>> {
    let mut parts = Vec::with_capacity(picks.len());
    let mut misfits = Vec::new();
    for (place, pick) in picks.iter().enumerate() {
        let key = BalanceKey {
            organization_id: want.organization_id,
            warehouse_id: pick.warehouse_id,
            product_id: want.product_id,
            lot_id: pick.lot_id,
        };
        match fits(shelf, want, &key, ranks, day) {
            Ok(free) if free >= pick.quantity => {
                shelf.keep(&key, pick.quantity);
                parts.push((key, pick.quantity));
            }
            Ok(free) => misfits.push((place, Misfit::TooLittle(free))),
            Err(misfit) => misfits.push((place, misfit)),
        }
    }
    if misfits.is_empty() { Ok(parts) } else { Err(misfits) }
}

#[cfg(test)]
mod tests {
    use kernel::{OrganizationId, ProductVariantId, Uuid};
    use proptest::prelude::*;

    use super::super::Balance;
    use super::super::shelf::tests::{FAR, NEAR, day, lot, shelf, want};
    use super::*;

    fn pick(id: u128, warehouse_id: WarehouseId, pieces: i64) -> Pick {
        Pick { lot_id: LotId(Uuid::from_u128(id)), warehouse_id, quantity: Decimal::from(pieces) }
    }

    fn ranks() -> HashMap<WarehouseId, i64> {
        HashMap::from([(NEAR, 1), (FAR, 2)])
    }

    #[test]
    fn a_lot_fits_or_says_why_not() {
        let variant = Some(ProductVariantId(Uuid::from_u128(70)));
        let other = OrganizationId(Uuid::from_u128(99));
        for (balance, asked, told) in [
            (lot(7, NEAR, 1, 9), pick(7, NEAR, 9), None),
            (lot(7, NEAR, 1, 9), pick(7, NEAR, 10), Some(Misfit::TooLittle(Decimal::from(9)))),
            (lot(7, NEAR, 1, 9), pick(8, NEAR, 1), Some(Misfit::NotThere)),
            (lot(7, NEAR, 1, 9), pick(7, FAR, 1), Some(Misfit::NotThere)),
            (lot(7, NEAR, 1, 0), pick(7, NEAR, 1), Some(Misfit::NotThere)),
            (
                Balance { variant_id: variant, ..lot(7, NEAR, 1, 9) },
                pick(7, NEAR, 1),
                Some(Misfit::NotThere),
            ),
            (
                Balance { organization_id: other, ..lot(7, NEAR, 1, 9) },
                pick(7, NEAR, 1),
                Some(Misfit::NotThere),
            ),
            (
                Balance { blocked: true, ..lot(7, NEAR, 1, 9) },
                pick(7, NEAR, 1),
                Some(Misfit::Blocked),
            ),
            (
                Balance { expires_on: Some(day(9)), ..lot(7, NEAR, 1, 9) },
                pick(7, NEAR, 1),
                Some(Misfit::ExpiresTooSoon),
            ),
            (
                Balance { reserved: Decimal::from(5), ..lot(7, NEAR, 1, 9) },
                pick(7, NEAR, 5),
                Some(Misfit::TooLittle(Decimal::from(4))),
            ),
        ] {
            let mut shelf = shelf(vec![balance]);
            let held = hold_chosen(&mut shelf, &want(9, None), &[asked], &ranks(), day(10));
            match told {
                None => assert_eq!(held.unwrap().len(), 1),
                Some(misfit) => assert_eq!(held, Err(vec![(0, misfit)]), "{asked:?}"),
            }
        }
        let mut shelf = shelf(vec![lot(7, FAR, 1, 9)]);
        for (want, ranks) in
            [(want(1, Some(NEAR)), ranks()), (want(1, None), HashMap::from([(NEAR, 1)]))]
        {
            let held = hold_chosen(&mut shelf, &want, &[pick(7, FAR, 1)], &ranks, day(10));
            assert_eq!(held, Err(vec![(0, Misfit::OtherWarehouse)]));
        }
    }

    proptest! {
        #[test]
        fn no_lot_is_held_beyond_what_is_free(
            lots in prop::collection::vec((1_i64..30, 0_i64..30), 1..6),
            picks in prop::collection::vec((0_usize..8, 1_i64..20), 1..10),
        ) {
            let balances: Vec<Balance> = lots.iter().enumerate().map(|(n, (pieces, held))| Balance {
                reserved: Decimal::from(*held.min(pieces)),
                ..lot(100 + n as u128, NEAR, 1, *pieces)
            }).collect();
            let mut shelf = shelf(balances.clone());
            let picks: Vec<Pick> =
                picks.iter().map(|(n, pieces)| pick(100 + *n as u128, NEAR, *pieces)).collect();
            let held = hold_chosen(&mut shelf, &want(1, None), &picks, &ranks(), day(10));
            let mut asked: HashMap<LotId, Decimal> = HashMap::new();
            for pick in &picks {
                *asked.entry(pick.lot_id).or_default() += pick.quantity;
            }
            let free: HashMap<LotId, Decimal> =
                balances.iter().map(|balance| (balance.lot_id, balance.free())).collect();
            let all_fit = asked.iter().all(|(lot, n)| free.get(lot).is_some_and(|free| n <= free));
            prop_assert_eq!(held.is_ok(), all_fit);
            if let Ok(parts) = held {
                for balance in &balances {
                    let part: Decimal =
                        parts.iter().filter(|p| p.0 == balance.key()).map(|p| p.1).sum();
                    let now = shelf.get(&balance.key()).unwrap();
                    prop_assert_eq!(now.reserved, balance.reserved + part);
                    prop_assert!(now.reserved <= now.on_hand);
                }
            }
        }
    }
}
