//! One lot in one warehouse, as it stands under its lock.

use db::FromQueryResult;
use kernel::{
    Decimal, LotId, NaiveDate, OrganizationId, ProductId, ProductVariantId, WarehouseId,
    round_money,
};

/// The key of a balance; its order is the order in which balances are locked. A lot is of one
/// variant, so the variant adds nothing to the key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, FromQueryResult)]
pub struct BalanceKey {
    /// Whose goods.
    pub organization_id: OrganizationId,
    /// Where.
    pub warehouse_id: WarehouseId,
    /// What.
    pub product_id: ProductId,
    /// Out of which receipt.
    pub lot_id: LotId,
}

/// A balance row with what its lot says about itself.
#[derive(Clone, Debug, PartialEq, Eq, FromQueryResult)]
pub struct Balance {
    /// Whose goods.
    pub organization_id: OrganizationId,
    /// Where.
    pub warehouse_id: WarehouseId,
    /// What.
    pub product_id: ProductId,
    /// In which variant; `None` is a product without variants.
    pub variant_id: Option<ProductVariantId>,
    /// Out of which receipt.
    pub lot_id: LotId,
    /// Base units.
    pub on_hand: Decimal,
    /// Base units held for orders.
    pub reserved: Decimal,
    /// What the goods on hand cost, base currency.
    pub value: Decimal,
    /// When the lot was received.
    pub received_on: NaiveDate,
    /// The last day it may be sold on: its product may want some of its life left.
    pub expires_on: Option<NaiveDate>,
    /// Held back by the warehouse.
    pub blocked: bool,
    /// A back-dated issue may take no more than this: the least balance from its date on.
    #[sea_orm(skip)]
    pub ceiling: Option<Decimal>,
}

impl Balance {
    /// Its key.
    #[must_use]
    pub fn key(&self) -> BalanceKey {
        BalanceKey {
            organization_id: self.organization_id,
            warehouse_id: self.warehouse_id,
            product_id: self.product_id,
            lot_id: self.lot_id,
        }
    }

    /// Whether its goods may leave on a day: neither blocked nor expired.
    #[must_use]
    pub fn sells_on(&self, day: NaiveDate) -> bool {
        !self.blocked && self.expires_on.is_none_or(|last| last >= day)
    }

    /// What nobody holds, base units.
    #[must_use]
    pub fn free(&self) -> Decimal {
        self.on_hand - self.reserved
    }

    /// The least of a quantity and what a back-dated issue may take.
    #[must_use]
    pub fn capped(&self, quantity: Decimal) -> Decimal {
        self.ceiling.map_or(quantity, |most| quantity.min(most)).max(Decimal::ZERO)
    }

    /// First expiring first, lots that never expire last; then first received first; ids break
    /// ties (domain, section 4).
    #[must_use]
    pub fn turn(&self) -> (NaiveDate, NaiveDate, LotId) {
        (self.expires_on.unwrap_or(NaiveDate::MAX), self.received_on, self.lot_id)
    }
}

/// The cost of `quantity` pieces out of `on_hand`: round(value × quantity / on_hand, 2), the last
/// ones take what is left (domain, section 5), so that a lot's value leaves without a rest.
#[must_use]
pub fn value_share(value: Decimal, quantity: Decimal, on_hand: Decimal) -> Decimal {
    if quantity >= on_hand {
        return value;
    }
    // The largest values times the largest quantities do not fit a decimal; their ratio does.
    let exact = value
        .checked_mul(quantity)
        .and_then(|product| product.checked_div(on_hand))
        .unwrap_or_else(|| value * (quantity / on_hand));
    round_money(exact).min(value)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn three_pieces_for_a_hundred_leave_without_a_rest() {
        let mut value = Decimal::new(10_000, 2);
        let mut costs = Vec::new();
        for on_hand in [3, 2, 1] {
            let cost = value_share(value, Decimal::ONE, Decimal::from(on_hand));
            value -= cost;
            costs.push(cost.to_string());
        }
        assert_eq!(costs, ["33.33", "33.34", "33.33"]);
        assert_eq!(value, Decimal::ZERO);
    }

    #[test]
    fn the_largest_lot_does_not_overflow() {
        let value: Decimal = "9999999999999999.99".parse().unwrap();
        let on_hand: Decimal = "999999999999999.999".parse().unwrap();
        let half = value_share(value, on_hand / Decimal::TWO, on_hand);
        assert!(half > Decimal::ZERO && half < value);
    }

    proptest! {
        #[test]
        fn whatever_the_portions_the_value_leaves_whole(
            kopecks in 0_i64..1_000_000_000,
            portions in prop::collection::vec(1_i64..5_000, 1..40),
        ) {
            let whole = Decimal::new(kopecks, 2);
            let mut on_hand = Decimal::new(portions.iter().sum(), 3);
            let mut value = whole;
            let mut cost = Decimal::ZERO;
            for portion in portions {
                let quantity = Decimal::new(portion, 3);
                let share = value_share(value, quantity, on_hand);
                prop_assert!(share >= Decimal::ZERO && share <= value);
                cost += share;
                value -= share;
                on_hand -= quantity;
            }
            prop_assert_eq!(cost, whole);
            prop_assert_eq!(value, Decimal::ZERO);
        }
    }
}
