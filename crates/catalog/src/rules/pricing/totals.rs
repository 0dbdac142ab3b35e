//! Sums of lines and documents (domain, section 2).

use kernel::{Decimal, Percent, Quantity, line_amount, vat_excluded, vat_included};
use serde::{Deserialize, Serialize};

/// How prices and amounts of a document stand to VAT.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum VatMode {
    /// They include it.
    Included,
    /// It comes on top.
    Excluded,
}

impl VatMode {
    /// By the price list's mark.
    #[must_use]
    pub fn of(prices_include_vat: bool) -> Self {
        if prices_include_vat { Self::Included } else { Self::Excluded }
    }

    /// The tax of an amount; no rate is no tax.
    #[must_use]
    pub fn vat(self, amount: Decimal, rate: Option<Percent>) -> Decimal {
        match (self, rate) {
            (_, None) => Decimal::ZERO,
            (Self::Included, Some(rate)) => vat_included(amount, rate),
            (Self::Excluded, Some(rate)) => vat_excluded(amount, rate),
        }
    }
}

/// What a line comes to, two places.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LineSum {
    /// With or without VAT, as the document says.
    pub amount: Decimal,
    /// The tax in it or on top of it.
    pub vat: Decimal,
}

impl LineSum {
    /// The revenue: without VAT.
    #[must_use]
    pub fn net(self, mode: VatMode) -> Decimal {
        match mode {
            VatMode::Included => self.amount - self.vat,
            VatMode::Excluded => self.amount,
        }
    }
}

/// A line's amount = round(quantity × price × (1 − discount/100), 2), and its tax. `None` where
/// the amount does not fit a column.
#[must_use]
pub fn line_sum(
    quantity: Quantity,
    price: Decimal,
    discount: Percent,
    rate: Option<Percent>,
    mode: VatMode,
) -> Option<LineSum> {
    let amount = line_amount(quantity, price, discount)?;
    Some(LineSum { amount, vat: mode.vat(amount, rate) })
}

/// What a document comes to, two places.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// Without VAT.
    pub net: Decimal,
    /// The tax.
    pub vat: Decimal,
    /// To pay.
    pub gross: Decimal,
}

/// Amounts hold 16 digits before the point.
const LARGEST: Decimal = Decimal::from_parts(1_874_919_424, 2_328_306, 0, false, 0);

/// The sum of the lines' rounded sums, never rounded anew. `None` where it does not fit a column.
#[must_use]
pub fn totals(lines: impl IntoIterator<Item = LineSum>, mode: VatMode) -> Option<Totals> {
    let mut sum = Totals::default();
    for line in lines {
        sum.net += line.net(mode);
        sum.vat += line.vat;
    }
    sum.gross = sum.net + sum.vat;
    (sum.gross < LARGEST).then_some(sum)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn dec(text: &str) -> Decimal {
        text.parse().unwrap()
    }

    fn sum(
        quantity: &str,
        price: &str,
        discount: &str,
        rate: Option<&str>,
        mode: VatMode,
    ) -> LineSum {
        let quantity = Quantity::positive(dec(quantity)).unwrap();
        let percent = |text: &str| Percent::new(dec(text)).unwrap();
        line_sum(quantity, dec(price), percent(discount), rate.map(percent), mode).unwrap()
    }

    #[test]
    fn the_largest_amount_is_that_of_its_column() {
        assert_eq!(LARGEST, dec("10000000000000000"));
        let line = LineSum { amount: dec("9999999999999999.99"), vat: Decimal::ZERO };
        assert!(totals([line], VatMode::Included).is_some());
        assert_eq!(totals([line, line], VatMode::Included), None);
    }

    #[test]
    fn lines_with_vat_inside_on_top_and_without() {
        for (mode, rate, vat, net, gross) in [
            (VatMode::Included, Some("20"), "16.67", "83.33", "100.00"),
            (VatMode::Excluded, Some("20"), "20.00", "100.00", "120.00"),
            (VatMode::Included, Some("0"), "0", "100.00", "100.00"),
            (VatMode::Excluded, None, "0", "100.00", "100.00"),
        ] {
            let line = sum("2", "50", "0", rate, mode);
            let totals = totals([line], mode).unwrap();
            assert_eq!((line.vat, totals.net), (dec(vat), dec(net)), "{mode:?} {rate:?}");
            assert_eq!(totals.gross, dec(gross));
        }
    }

    #[test]
    fn a_total_is_the_sum_of_rounded_lines() {
        // 3 × 0.335 = 1.005 → 1.01 each; the sum of exact amounts would be 2.01.
        let line = sum("3", "0.335", "0", None, VatMode::Included);
        let totals = totals([line, line], VatMode::Included).unwrap();
        assert_eq!(totals.gross, dec("2.02"));
    }

    proptest! {
        #[test]
        fn totals_hold_together(
            lines in prop::collection::vec((1_i64..100_000, 0_i64..1_000_000, 0_i64..1_000_000, 0_i64..30), 1..30),
            included in any::<bool>(),
        ) {
            let mode = VatMode::of(included);
            let sums: Vec<LineSum> = lines
                .iter()
                .map(|(quantity, price, discount, rate)| {
                    line_sum(
                        Quantity::positive(Decimal::new(*quantity, 3)).unwrap(),
                        Decimal::new(*price, 4),
                        Percent::new(Decimal::new(*discount, 4)).unwrap(),
                        Some(Percent::new(Decimal::from(*rate)).unwrap()),
                        mode,
                    )
                    .unwrap()
                })
                .collect();
            let total = totals(sums.iter().copied(), mode).unwrap();
            prop_assert_eq!(total.gross, total.net + total.vat);
            let amounts: Decimal = sums.iter().map(|line| line.amount).sum();
            let expected = if included { total.gross } else { total.net };
            prop_assert_eq!(amounts, expected);
        }
    }
}
