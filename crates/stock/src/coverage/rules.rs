//! Laying expected supply over those who wait.

use db::FromQueryResult;
use kernel::{
    Decimal, DemandId, NaiveDate, OrganizationId, ProductId, ProductVariantId, Uuid, WarehouseId,
};

use crate::demand::store::Waiting;

/// Goods that are to come.
#[derive(Clone, Debug, PartialEq, Eq, FromQueryResult)]
pub struct Expected {
    /// The document's type in the API.
    pub supply_kind: String,
    /// The document.
    pub supply_id: Uuid,
    /// Its line.
    pub supply_line_id: Uuid,
    /// Whose goods.
    pub organization_id: OrganizationId,
    /// Where to.
    pub warehouse_id: WarehouseId,
    /// What.
    pub product_id: ProductId,
    /// In which variant; `None` is a product without variants.
    pub variant_id: Option<ProductVariantId>,
    /// When; `None` where nobody has said.
    pub expected_on: Option<NaiveDate>,
    /// Base units.
    pub quantity: Decimal,
}

/// Expected goods that one who waits may count on.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, FromQueryResult)]
pub struct Cover {
    /// Who waits.
    pub demand_id: DemandId,
    /// What for: the document's type in the API, the document and its line.
    pub supply_kind: String,
    /// The document.
    pub supply_id: Uuid,
    /// Its line.
    pub supply_line_id: Uuid,
    /// Whose goods.
    pub organization_id: OrganizationId,
    /// What.
    pub product_id: ProductId,
    /// When; `None` where nobody has said.
    pub expected_on: Option<NaiveDate>,
    /// Base units.
    pub quantity: Decimal,
}

/// Gives expected goods to those who wait, in their turn, the earliest first: only of their
/// organization, product and variant, and into their warehouse where they chose one.
#[must_use]
pub(crate) fn lay(waiting: &[Waiting], expected: &[Expected]) -> Vec<Cover> {
    let mut left: Vec<(&Expected, Decimal)> =
        expected.iter().map(|one| (one, one.quantity)).collect();
    // What has no day comes last.
    left.sort_by_key(|(one, _)| (one.expected_on.unwrap_or(NaiveDate::MAX), one.supply_line_id));
    let mut covers = Vec::new();
    for one in waiting {
        let mut missing = one.quantity;
        for (supply, rest) in &mut left {
            let part = missing.min(*rest);
            if part <= Decimal::ZERO || !fits(one, supply) {
                continue;
            }
            *rest -= part;
            missing -= part;
            covers.push(Cover {
                demand_id: one.id,
                supply_kind: supply.supply_kind.clone(),
                supply_id: supply.supply_id,
                supply_line_id: supply.supply_line_id,
                organization_id: supply.organization_id,
                product_id: supply.product_id,
                expected_on: supply.expected_on,
                quantity: part,
            });
        }
    }
    covers
}

fn fits(waiting: &Waiting, supply: &Expected) -> bool {
    waiting.organization_id == supply.organization_id
        && waiting.product_id == supply.product_id
        && waiting.variant_id == supply.variant_id
        && waiting.warehouse_id.is_none_or(|chosen| chosen == supply.warehouse_id)
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use proptest::prelude::*;

    use super::*;
    use crate::demand::tests::waiting;
    use crate::rules::tests::{FAR, NEAR, ORGANIZATION, PRODUCT, day};

    fn expected(n: u128, to: WarehouseId, on: Option<u32>, pieces: i64) -> Expected {
        Expected {
            supply_kind: "PurchaseOrder".to_owned(),
            supply_id: Uuid::from_u128(n),
            supply_line_id: Uuid::from_u128(n),
            organization_id: ORGANIZATION,
            warehouse_id: to,
            product_id: PRODUCT,
            variant_id: None,
            expected_on: on.map(day),
            quantity: Decimal::from(pieces),
        }
    }

    fn laid(covers: &[Cover]) -> Vec<(u128, u128, String)> {
        let of = |one: &Cover| {
            (one.demand_id.0.as_u128(), one.supply_line_id.as_u128(), one.quantity.to_string())
        };
        covers.iter().map(of).collect()
    }

    #[test]
    fn whoever_waits_first_counts_on_what_comes_first() {
        let queue = [waiting(1, 6, 1, 7), waiting(2, 7, 1, 7), waiting(3, 8, 1, 7)];
        let supply = [
            expected(30, NEAR, None, 3),
            expected(20, NEAR, Some(20), 6),
            expected(10, NEAR, Some(10), 5),
        ];
        let expected = [
            (1, 10, "5".to_owned()),
            (1, 20, "2".to_owned()),
            (2, 20, "4".to_owned()),
            (2, 30, "3".to_owned()),
        ];
        assert_eq!(laid(&lay(&queue, &supply)), expected);
    }

    #[test]
    fn a_chosen_warehouse_counts_on_its_own_supply_alone() {
        let near = Waiting { warehouse_id: Some(NEAR), ..waiting(1, 6, 1, 7) };
        let queue = [near, waiting(2, 7, 1, 7)];
        let supply = [expected(10, FAR, Some(10), 5), expected(20, NEAR, Some(20), 4)];
        let expected = [(1, 20, "4".to_owned()), (2, 10, "5".to_owned())];
        assert_eq!(laid(&lay(&queue, &supply)), expected);
    }

    proptest! {
        #[test]
        fn nothing_is_counted_on_twice_and_nobody_counts_on_more_than_he_misses(
            queue in prop::collection::vec((1_i64..30, prop::option::of(any::<bool>())), 0..12),
            supply in prop::collection::vec(
                (1_i64..40, any::<bool>(), prop::option::of(1_u32..28)), 0..8),
        ) {
            let place = |near: bool| if near { NEAR } else { FAR };
            let queue: Vec<Waiting> = queue.iter().enumerate().map(|(n, (pieces, near))| Waiting {
                warehouse_id: near.map(place),
                ..waiting(1 + n as u128, 6, 1, *pieces)
            }).collect();
            let supply: Vec<Expected> = supply.iter().enumerate().map(|(n, (pieces, near, on))| {
                expected(100 + n as u128, place(*near), *on, *pieces)
            }).collect();
            let covers = lay(&queue, &supply);
            let mut by_demand: HashMap<DemandId, Decimal> = HashMap::new();
            let mut by_supply: HashMap<Uuid, Decimal> = HashMap::new();
            for cover in &covers {
                prop_assert!(cover.quantity > Decimal::ZERO);
                *by_demand.entry(cover.demand_id).or_default() += cover.quantity;
                *by_supply.entry(cover.supply_line_id).or_default() += cover.quantity;
            }
            for one in &queue {
                prop_assert!(by_demand.get(&one.id).is_none_or(|sum| *sum <= one.quantity));
            }
            for one in &supply {
                prop_assert!(by_supply.get(&one.supply_line_id).is_none_or(|s| *s <= one.quantity));
            }
            if queue.iter().all(|one| one.warehouse_id.is_none()) {
                let missed: Decimal = queue.iter().map(|one| one.quantity).sum();
                let comes: Decimal = supply.iter().map(|one| one.quantity).sum();
                prop_assert_eq!(by_demand.values().sum::<Decimal>(), missed.min(comes));
            }
        }
    }
}
