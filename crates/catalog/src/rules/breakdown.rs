//! How a quantity is packed: as many of the largest packaging as go into it, then of the next,
//! and what is left in the base unit: "2 boxes + 3 pcs". Nothing is rounded: packagings have
//! rational factors, and only so many are counted as come out to three places of the base unit.

use std::cmp::Reverse;

use kernel::{Decimal, PackagingId};

use super::PackagingCard;

/// Thousandths of a base unit: quantities have three places.
const PARTS: i128 = 1_000;

/// So many of one packaging, or of the base unit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PackedPart {
    /// The packaging; `None` is the base unit.
    pub packaging_id: Option<PackagingId>,
    /// What it is called.
    pub unit: String,
    /// How many: whole packagings, or base units with three places at most.
    pub count: Decimal,
    /// What they come to in base units.
    pub base: Decimal,
}

/// Breaks a quantity of base units down, largest packaging first. Packagings that hold no more
/// than a base unit are left out, archived ones too. The parts add up to the quantity.
#[must_use]
pub fn broken_down(quantity: Decimal, unit: &str, packagings: &[PackagingCard]) -> Vec<PackedPart> {
    let mut rest = thousandths(quantity);
    let mut parts = Vec::new();
    for packaging in largest_first(packagings) {
        let (step, base_of_step) = step(packaging);
        let steps = rest / base_of_step;
        if steps > 0 {
            rest -= steps * base_of_step;
            parts.push(PackedPart {
                packaging_id: Some(packaging.id),
                unit: packaging.name.clone(),
                count: Decimal::from_i128_with_scale(steps * step, 0),
                base: decimal(steps * base_of_step),
            });
        }
    }
    if rest > 0 || parts.is_empty() {
        let count = decimal(rest);
        parts.push(PackedPart { packaging_id: None, unit: unit.to_owned(), count, base: count });
    }
    parts
}

/// The parts as one reads them: `2 box + 3 pcs`.
#[must_use]
pub fn packed_text(parts: &[PackedPart]) -> String {
    let text = |part: &PackedPart| format!("{} {}", part.count.normalize(), part.unit);
    parts.iter().map(text).collect::<Vec<_>>().join(" + ")
}

fn largest_first(packagings: &[PackagingCard]) -> Vec<&PackagingCard> {
    let holds_more = |card: &&PackagingCard| {
        !card.archived && card.factor.numerator() > card.factor.denominator()
    };
    let mut list: Vec<&PackagingCard> = packagings.iter().filter(holds_more).collect();
    // Fractions are compared exactly over their common denominator.
    list.sort_by(|a, b| {
        let over = |x: &PackagingCard, y: &PackagingCard| {
            u64::from(x.factor.numerator()) * u64::from(y.factor.denominator())
        };
        (Reverse(over(a, b)), &a.name, a.id).cmp(&(Reverse(over(b, a)), &b.name, b.id))
    });
    list
}

/// The least number of packagings that comes out to whole thousandths of the base unit, and what
/// they come to. A factor is a reduced fraction.
fn step(packaging: &PackagingCard) -> (i128, i128) {
    let denominator = i128::from(packaging.factor.denominator());
    let step = denominator / common_divisor(denominator, PARTS);
    (step, step * PARTS * i128::from(packaging.factor.numerator()) / denominator)
}

fn common_divisor(a: i128, b: i128) -> i128 {
    if b == 0 { a } else { common_divisor(b, a % b) }
}

fn thousandths(quantity: Decimal) -> i128 {
    let mut number = quantity.max(Decimal::ZERO);
    // A quantity has three places at most: nothing is lost.
    number.rescale(3);
    number.mantissa()
}

fn decimal(thousandths: i128) -> Decimal {
    Decimal::from_i128_with_scale(thousandths, 3).normalize()
}

#[cfg(test)]
mod tests {
    use kernel::{Factor, ProductId, Uuid};
    use proptest::prelude::*;

    use super::*;

    fn card(id: u128, name: &str, numerator: u32, denominator: u32) -> PackagingCard {
        PackagingCard {
            id: PackagingId(Uuid::from_u128(id)),
            product_id: ProductId(Uuid::nil()),
            name: name.to_owned(),
            factor: Factor::new(numerator, denominator).unwrap(),
            archived: false,
        }
    }

    #[test]
    fn quantities_are_packed_the_largest_first() {
        let boxes = [card(1, "box", 12, 1), card(2, "pallet", 144, 1), card(3, "half", 1, 2)];
        let archived = PackagingCard { archived: true, ..card(4, "container", 24, 1) };
        let sacks = [card(5, "sack", 5, 2)];
        let pallets = [card(6, "pallet", 10, 3)];
        for (quantity, packagings, text) in [
            ("27", &boxes[..], "2 box + 3 pcs"),
            ("24", &boxes[..], "2 box"),
            ("300", &boxes[..], "2 pallet + 1 box"),
            ("0.500", &boxes[..], "0.5 pcs"),
            ("30", &[archived][..], "30 pcs"),
            ("6.2", &sacks[..], "2 sack + 1.2 pcs"),
            // One pallet of 3⅓ does not come out to three places; three pallets are ten.
            ("9", &pallets[..], "9 pcs"),
            ("21", &pallets[..], "6 pallet + 1 pcs"),
        ] {
            let parts = broken_down(quantity.parse().unwrap(), "pcs", packagings);
            assert_eq!(packed_text(&parts), text, "{quantity}");
        }
    }

    proptest! {
        #[test]
        fn parts_add_up_exactly_and_none_could_be_larger(
            thousandths in 1_i64..10_000_000,
            factors in prop::collection::vec((1_u32..500, 1_u32..50), 0..5),
        ) {
            let quantity = Decimal::new(thousandths, 3);
            let cards: Vec<PackagingCard> = factors
                .iter()
                .enumerate()
                .map(|(i, (n, d))| card(i as u128, &format!("p{i}"), *n, *d))
                .collect();
            let parts = broken_down(quantity, "pcs", &cards);
            let mut rest = quantity;
            let mut last = None;
            for part in &parts {
                rest -= part.base;
                let found = cards.iter().find(|card| Some(card.id) == part.packaging_id);
                let Some(packaging) = found else {
                    prop_assert_eq!(part.count, part.base);
                    continue;
                };
                let (n, d) = (packaging.factor.numerator(), packaging.factor.denominator());
                prop_assert_eq!(part.count.fract(), Decimal::ZERO);
                prop_assert_eq!(part.count * Decimal::from(n), part.base * Decimal::from(d));
                // The next larger count that comes out would not fit.
                let more = step(packaging);
                prop_assert!(rest < Decimal::from_i128_with_scale(more.1, 3));
                let size = Decimal::from(n) / Decimal::from(d);
                prop_assert!(last.is_none_or(|last| size <= last));
                last = Some(size);
            }
            prop_assert_eq!(rest, Decimal::ZERO);
        }
    }
}
