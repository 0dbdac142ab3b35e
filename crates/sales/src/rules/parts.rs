//! What a shipment's part of an order's line comes to. Parts add up to the line to the kopeck,
//! however the line is cut and whatever was reversed between.

use kernel::{Decimal, Percent, proportion, round_money};

use super::{LineSum, VatMode};

/// An order's line and what posted shipments have taken of it.
#[derive(Clone, Copy, Debug)]
pub struct OrderedLine {
    /// Ordered, above zero.
    pub quantity: Decimal,
    /// What the whole line comes to.
    pub sum: LineSum,
    /// The rate the line was written with.
    pub vat_rate: Option<Percent>,
    /// Shipped so far.
    pub shipped: Decimal,
    /// What the shipped parts came to.
    pub shipped_sum: LineSum,
}

/// The sum of a part: what the shipped quantity with this part comes to, less what came before;
/// the last part takes the rest. With the rate of the posting date unchanged the tax goes the
/// same way; under another rate it is the part's own (domain, section 2: a price that includes
/// VAT keeps its total). The quantity is at most what is left.
#[must_use]
pub fn part_of(
    line: &OrderedLine,
    quantity: Decimal,
    rate: Option<Percent>,
    mode: VatMode,
) -> LineSum {
    let shipped = line.shipped + quantity;
    let is_last = shipped >= line.quantity;
    let so_far = if is_last {
        line.sum.amount
    } else {
        round_money(proportion(line.sum.amount, shipped, line.quantity))
    };
    // After a reversal in the middle the running sum may stand a kopeck above its share.
    let amount = (so_far - line.shipped_sum.amount).max(Decimal::ZERO);
    if rate != line.vat_rate {
        return LineSum { amount, vat: mode.vat(amount, rate) };
    }
    let vat_so_far = if is_last { line.sum.vat } else { mode.vat(so_far, rate) };
    let vat = (vat_so_far - line.shipped_sum.vat).max(Decimal::ZERO);
    LineSum { amount, vat }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn dec(text: &str) -> Decimal {
        text.parse().unwrap()
    }

    fn percent(number: i64) -> Percent {
        Percent::new(Decimal::from(number)).unwrap()
    }

    fn line(
        quantity: Decimal,
        amount: Decimal,
        rate: Option<Percent>,
        mode: VatMode,
    ) -> OrderedLine {
        OrderedLine {
            quantity,
            sum: LineSum { amount, vat: mode.vat(amount, rate) },
            vat_rate: rate,
            shipped: Decimal::ZERO,
            shipped_sum: LineSum::default(),
        }
    }

    fn ship(
        line: &mut OrderedLine,
        quantity: Decimal,
        rate: Option<Percent>,
        mode: VatMode,
    ) -> LineSum {
        let part = part_of(line, quantity, rate, mode);
        line.shipped += quantity;
        line.shipped_sum.amount += part.amount;
        line.shipped_sum.vat += part.vat;
        part
    }

    #[test]
    fn three_thirds_of_a_hundred() {
        let mode = VatMode::Included;
        let mut line = line(dec("3"), dec("100.00"), Some(percent(20)), mode);
        let parts: Vec<LineSum> =
            (0..3).map(|_| ship(&mut line, dec("1"), Some(percent(20)), mode)).collect();
        let amounts: Vec<String> = parts.iter().map(|part| part.amount.to_string()).collect();
        assert_eq!(amounts, ["33.33", "33.34", "33.33"]);
        assert_eq!(line.shipped_sum, line.sum);
    }

    #[test]
    fn december_order_shipped_in_january_at_another_rate_keeps_its_total() {
        let mode = VatMode::Included;
        let mut line = line(dec("2"), dec("244.00"), Some(percent(20)), mode);
        let part = ship(&mut line, dec("2"), Some(percent(22)), mode);
        assert_eq!((part.amount, part.vat), (dec("244.00"), dec("44.00")));
    }

    proptest! {
        #[test]
        fn parts_add_up_to_the_line(
            cuts in prop::collection::vec(1_i64..5_000, 1..12),
            kopecks in 0_i64..10_000_000,
            rate in prop::option::of(0_i64..30),
            included in any::<bool>(),
        ) {
            let mode = VatMode::of(included);
            let rate = rate.map(percent);
            let whole = Decimal::new(cuts.iter().sum(), 3);
            let mut line = line(whole, Decimal::new(kopecks, 2), rate, mode);
            for cut in &cuts {
                let before = line.shipped;
                let part = ship(&mut line, Decimal::new(*cut, 3), rate, mode);
                let exact = line.sum.amount * (line.shipped - before) / whole;
                prop_assert!((part.amount - exact).abs() <= dec("0.01"));
                prop_assert!(part.amount >= Decimal::ZERO && part.vat >= Decimal::ZERO);
            }
            prop_assert_eq!(line.shipped_sum, line.sum);
        }

        #[test]
        fn parts_add_up_also_when_one_was_reversed_and_shipped_again(
            cuts in prop::collection::vec(1_i64..5_000, 2..8),
            kopecks in 0_i64..1_000_000,
            which in any::<prop::sample::Index>(),
        ) {
            let mode = VatMode::Included;
            let rate = Some(percent(20));
            let whole = Decimal::new(cuts.iter().sum(), 3);
            let mut line = line(whole, Decimal::new(kopecks, 2), rate, mode);
            let parts: Vec<LineSum> =
                cuts.iter().map(|cut| ship(&mut line, Decimal::new(*cut, 3), rate, mode)).collect();
            let index = which.index(cuts.len());
            line.shipped -= Decimal::new(cuts[index], 3);
            line.shipped_sum.amount -= parts[index].amount;
            line.shipped_sum.vat -= parts[index].vat;
            for _ in 0..2 {
                let half = Decimal::new(cuts[index] / 2, 3);
                let left = line.quantity - line.shipped;
                let quantity = if half.is_zero() { left } else { half.min(left) };
                if !quantity.is_zero() {
                    let part = ship(&mut line, quantity, rate, mode);
                    prop_assert!(part.amount >= Decimal::ZERO && part.vat >= Decimal::ZERO);
                }
            }
            let left = line.quantity - line.shipped;
            if !left.is_zero() {
                ship(&mut line, left, rate, mode);
            }
            prop_assert_eq!(line.shipped_sum, line.sum);
        }
    }
}
