//! How a landed cost is spread.

use kernel::{Decimal, LotId, ShipmentLineId, share_out};

use crate::rules::BalanceKey;

/// What a landed cost is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LandedKind {
    /// Carrying the goods.
    Freight,
    /// Duties and fees of customs.
    Customs,
    /// Insuring them on the way.
    Insurance,
    /// Loading, unloading, storing on the way.
    Handling,
    /// Anything else.
    Other,
}

impl LandedKind {
    /// Every kind.
    pub const ALL: [Self; 5] =
        [Self::Freight, Self::Customs, Self::Insurance, Self::Handling, Self::Other];

    /// The kind as the table and the API write it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Freight => "FREIGHT",
            Self::Customs => "CUSTOMS",
            Self::Insurance => "INSURANCE",
            Self::Handling => "HANDLING",
            Self::Other => "OTHER",
        }
    }

    /// Reads a kind as the table writes it.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }
}

/// By what an amount is spread over lines of receipts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LandedBasis {
    /// What the lines cost.
    Amount,
    /// How much they brought, base units.
    Quantity,
    /// What that weighs, kilograms.
    Weight,
    /// What room it takes, cubic metres.
    Volume,
}

impl LandedBasis {
    /// Every basis.
    pub const ALL: [Self; 4] = [Self::Amount, Self::Quantity, Self::Weight, Self::Volume];

    /// The basis as the table and the API write it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Amount => "AMOUNT",
            Self::Quantity => "QUANTITY",
            Self::Weight => "WEIGHT",
            Self::Volume => "VOLUME",
        }
    }

    /// Reads a basis as the table writes it.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|basis| basis.as_str() == text)
    }
}

/// Where pieces are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// In stock.
    Lies(BalanceKey),
    /// Sold by a line of a shipment, out of a lot.
    Sold(ShipmentLineId, LotId),
    /// Neither: written off, sent back, used up.
    Gone,
}

/// Pieces of a line and their share of its cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Part {
    pub(super) place: Place,
    /// Base units, above zero.
    pub(super) quantity: Decimal,
    /// Base currency.
    pub(super) amount: Decimal,
}

/// Spreads a line's share over its pieces by quantity: those that are somewhere, and those of what
/// was received that are nowhere. The parts add up to the share.
pub(super) fn spread(amount: Decimal, received: Decimal, found: &[(Place, Decimal)]) -> Vec<Part> {
    let mut pieces: Vec<(Place, Decimal)> =
        found.iter().filter(|one| one.1 > Decimal::ZERO).copied().collect();
    let known: Decimal = pieces.iter().map(|one| one.1).sum();
    if received > known {
        pieces.push((Place::Gone, received - known));
    }
    let weights: Vec<Decimal> = pieces.iter().map(|one| one.1).collect();
    let part = |((place, quantity), amount)| Part { place, quantity, amount };
    pieces.into_iter().zip(share_out(amount, &weights)).map(part).collect()
}

#[cfg(test)]
mod tests {
    use kernel::Uuid;
    use proptest::prelude::*;

    use super::*;
    use crate::rules::tests::{FAR, NEAR, lot};

    fn sold(n: u128) -> Place {
        Place::Sold(ShipmentLineId(Uuid::from_u128(n)), LotId(Uuid::from_u128(7)))
    }

    #[test]
    fn each_kopeck_goes_somewhere() {
        let lies = Place::Lies(lot(7, NEAR, 1, 0).key());
        let found =
            [(lies, Decimal::from(4)), (sold(1), Decimal::from(3)), (sold(2), Decimal::ZERO)];
        let parts = spread(Decimal::new(10_000, 2), Decimal::from(9), &found);
        let told: Vec<_> = parts.iter().map(|one| (one.place, one.amount.to_string())).collect();
        let expected = [(lies, "44.45"), (sold(1), "33.33"), (Place::Gone, "22.22")];
        assert_eq!(told, expected.map(|(place, amount)| (place, amount.to_owned())));
    }

    #[test]
    fn more_than_was_received_may_be_there() {
        let lies = Place::Lies(lot(7, FAR, 1, 0).key());
        let parts = spread(Decimal::ONE, Decimal::from(5), &[(lies, Decimal::from(6))]);
        assert_eq!(parts, [Part { place: lies, quantity: Decimal::from(6), amount: Decimal::ONE }]);
    }

    proptest! {
        #[test]
        fn nothing_is_lost_and_nobody_pays_for_others(
            kopecks in 0_i64..100_000_000,
            received in 1_i64..5_000,
            lies in prop::collection::vec(0_i64..1_000, 0..5),
            taken in prop::collection::vec(0_i64..1_000, 0..5),
        ) {
            let amount = Decimal::new(kopecks, 2);
            let mut found = Vec::new();
            for (n, quantity) in lies.iter().enumerate() {
                let key = lot(n as u128, NEAR, 1, 0).key();
                found.push((Place::Lies(key), Decimal::from(*quantity)));
            }
            for (n, quantity) in taken.iter().enumerate() {
                found.push((sold(n as u128), Decimal::from(*quantity)));
            }
            let parts = spread(amount, Decimal::from(received), &found);
            prop_assert_eq!(parts.iter().map(|one| one.amount).sum::<Decimal>(), amount);
            let whole: Decimal = parts.iter().map(|one| one.quantity).sum();
            let known: Decimal = found.iter().map(|one| one.1).sum();
            prop_assert_eq!(whole, known.max(Decimal::from(received)));
            for part in &parts {
                prop_assert!(part.quantity > Decimal::ZERO && part.amount >= Decimal::ZERO);
                let exact = amount * part.quantity / whole;
                prop_assert!((part.amount - exact).abs() < Decimal::new(1, 2));
            }
        }
    }
}
