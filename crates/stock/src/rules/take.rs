//! Which lots leave a warehouse by a document of the house: a transfer, a write-off.

use kernel::{Decimal, LotId, NaiveDate, OrganizationId, ProductId, ProductVariantId, WarehouseId};

use super::{Balance, BalanceKey, Shelf, Shortage, Taken, Want};

/// Which lots a line takes that names none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unnamed {
    /// Those that may be sold: neither blocked nor expired.
    Sellable,
    /// Those that are not blocked; expired ones leave first.
    Unblocked,
}

/// Goods leaving one warehouse.
#[derive(Clone, Copy, Debug)]
pub struct Taking {
    /// Whose goods.
    pub organization_id: OrganizationId,
    /// From where.
    pub warehouse_id: WarehouseId,
    /// Business date: lots that came later stay.
    pub occurred_on: NaiveDate,
    /// Which lots leave where none is named.
    pub unnamed: Unnamed,
}

/// A line of such a document.
#[derive(Clone, Copy, Debug)]
pub struct TakeLine {
    /// What.
    pub product_id: ProductId,
    /// In which variant.
    pub variant_id: Option<ProductVariantId>,
    /// Base units, above zero.
    pub quantity: Decimal,
    /// This lot and no other, whatever state it is in.
    pub lot_id: Option<LotId>,
}

/// Takes the goods of all lines off the shelf, free ones alone: for each line what it took, in the
/// order of lines.
///
/// # Errors
/// Every line that cannot be served in full; the shelf is then of no more use.
pub fn plan_take(
    shelf: &mut Shelf,
    taking: &Taking,
    lines: &[TakeLine],
) -> Result<Vec<(usize, Taken)>, Vec<Shortage>> {
    let mut taken = Vec::new();
    let mut shortages = Vec::new();
    for (place, line) in lines.iter().enumerate() {
        let mut left = line.quantity;
        let mut barred = Vec::new();
        let mut rest = Decimal::ZERO;
        for key in candidates(shelf, taking, line) {
            let Some(balance) = shelf.get(&key) else { continue };
            let free = balance.free();
            let most = if balance.received_on > taking.occurred_on { Decimal::ZERO } else { free };
            let part = balance.capped(most).min(left);
            if part < free.min(left) {
                rest += free - part;
                barred.push(key);
            }
            if part > Decimal::ZERO
                && let Some(one) = shelf.take(&key, part, Decimal::ZERO)
            {
                left -= part;
                taken.push((place, one));
            }
        }
        if left > Decimal::ZERO {
            if rest < left {
                barred.clear();
            }
            let TakeLine { product_id, variant_id, quantity: asked, .. } = *line;
            let available = asked - left;
            shortages.push(Shortage { place, product_id, variant_id, asked, available, barred });
        }
    }
    if shortages.is_empty() { Ok(taken) } else { Err(shortages) }
}

fn candidates(shelf: &Shelf, taking: &Taking, line: &TakeLine) -> Vec<BalanceKey> {
    let want = Want {
        organization_id: taking.organization_id,
        product_id: line.product_id,
        variant_id: line.variant_id,
        quantity: line.quantity,
        warehouse_id: Some(taking.warehouse_id),
    };
    let fits = |balance: &Balance| match (line.lot_id, taking.unnamed) {
        (Some(lot), _) => balance.lot_id == lot,
        (None, Unnamed::Sellable) => balance.sells_on(taking.occurred_on),
        (None, Unnamed::Unblocked) => !balance.blocked,
    };
    shelf.every(&want).into_iter().filter(|key| shelf.get(key).is_some_and(fits)).collect()
}

#[cfg(test)]
mod tests {
    use kernel::Uuid;
    use proptest::prelude::*;

    use super::super::shelf::tests::{FAR, NEAR, ORGANIZATION, PRODUCT, day, lot, shelf};
    use super::*;

    fn taking(unnamed: Unnamed) -> Taking {
        Taking { organization_id: ORGANIZATION, warehouse_id: NEAR, occurred_on: day(10), unnamed }
    }

    fn line(pieces: i64, lot: Option<u128>) -> TakeLine {
        TakeLine {
            product_id: PRODUCT,
            variant_id: None,
            quantity: Decimal::from(pieces),
            lot_id: lot.map(|id| LotId(Uuid::from_u128(id))),
        }
    }

    /// Which lots leave and how much of each; nothing where it is refused.
    type Parts = Option<Vec<(usize, u128, &'static str)>>;

    fn took(plan: &[(usize, Taken)]) -> Vec<(usize, u128, String)> {
        let told = |(place, taken): &(usize, Taken)| {
            (*place, taken.key.lot_id.0.as_u128(), taken.quantity.to_string())
        };
        plan.iter().map(told).collect()
    }

    #[test]
    fn which_lots_leave() {
        let spoiled = Balance { expires_on: Some(day(9)), ..lot(1, NEAR, 1, 5) };
        let blocked = Balance { blocked: true, ..lot(2, NEAR, 2, 5) };
        let held = Balance { reserved: Decimal::from(3), ..lot(3, NEAR, 3, 5) };
        let fresh = lot(4, NEAR, 4, 5);
        let late = lot(5, NEAR, 11, 5);
        let elsewhere = lot(6, FAR, 1, 5);
        let all = [spoiled, blocked, held, fresh, late, elsewhere];
        let cases: [(&str, Unnamed, TakeLine, Parts); 7] = [
            ("sellable", Unnamed::Sellable, line(4, None), Some(vec![(0, 3, "2"), (0, 4, "2")])),
            (
                "expired first",
                Unnamed::Unblocked,
                line(6, None),
                Some(vec![(0, 1, "5"), (0, 3, "1")]),
            ),
            ("a blocked one by name", Unnamed::Sellable, line(5, Some(2)), Some(vec![(0, 2, "5")])),
            (
                "an expired one by name",
                Unnamed::Sellable,
                line(1, Some(1)),
                Some(vec![(0, 1, "1")]),
            ),
            ("no more than is free", Unnamed::Sellable, line(3, Some(3)), None),
            ("not what came later", Unnamed::Sellable, line(1, Some(5)), None),
            ("not from elsewhere", Unnamed::Sellable, line(1, Some(6)), None),
        ];
        for (name, unnamed, line, expected) in cases {
            let mut shelf = shelf(all.to_vec());
            let plan = plan_take(&mut shelf, &taking(unnamed), &[line]).ok();
            let expected = expected.map(|list| {
                list.into_iter().map(|(p, l, q)| (p, l, q.to_owned())).collect::<Vec<_>>()
            });
            assert_eq!(plan.map(|plan| took(&plan)), expected, "{name}");
        }
    }

    #[test]
    fn what_stands_in_the_way_of_a_past_date_is_named() {
        let low = Balance { ceiling: Some(Decimal::ONE), ..lot(7, NEAR, 1, 5) };
        let mut shelf = shelf(vec![low]);
        let refused = plan_take(&mut shelf, &taking(Unnamed::Sellable), &[line(2, None)]);
        let shortages = refused.unwrap_err();
        assert_eq!(shortages[0].available, Decimal::ONE);
        assert_eq!(shortages[0].barred.len(), 1);
    }

    proptest! {
        #[test]
        fn nothing_is_taken_that_is_held(
            lots in prop::collection::vec((0_i64..20, 0_i64..20), 1..8),
            asked in prop::collection::vec(1_i64..30, 1..5),
        ) {
            let make = |(place, (pieces, held)): (usize, &(i64, i64))| Balance {
                reserved: Decimal::from(*held.min(pieces)),
                ..lot(place as u128 + 1, NEAR, 1, *pieces)
            };
            let mut shelf = shelf(lots.iter().enumerate().map(make).collect());
            let free: i64 = lots.iter().map(|(pieces, held)| pieces - held.min(pieces)).sum();
            let lines: Vec<TakeLine> = asked.iter().map(|pieces| line(*pieces, None)).collect();
            let plan = plan_take(&mut shelf, &taking(Unnamed::Sellable), &lines);
            prop_assert_eq!(plan.is_ok(), asked.iter().sum::<i64>() <= free);
            for balance in shelf.balances() {
                prop_assert!(balance.free() >= Decimal::ZERO);
                prop_assert!(balance.value >= Decimal::ZERO);
            }
        }
    }
}
