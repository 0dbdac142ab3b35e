//! Many prices of a list changed at once: what may be asked for.

use kernel::{
    Decimal, Money, NaiveDate, PriceListId, ProductGroupId, ProductId, Refusal, RefusalCode,
    Rounding, SupplierId,
};
use serde::{Deserialize, Serialize};

use super::out_of_scale;
use super::terms::words;

/// Groups or products that a change names at most.
const MOST_NAMED: usize = 1_000;

/// What new prices are computed from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum PriceSource {
    /// The list's own prices that hold on the day.
    Own,
    /// Those of another list with prices of its own.
    List(PriceListId),
    /// What a supplier asks for a base unit, the least where he sells it in several ways.
    Supplier(SupplierId),
}

/// new price = rounded(source price × (1 + percent/100) + amount), for each variant, unit and
/// quantity of the products named; without a group or a product all that the source holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PriceChangePlan {
    /// Whose prices change.
    pub list: PriceListId,
    /// From which day on.
    pub valid_from: NaiveDate,
    /// What from.
    pub source: PriceSource,
    /// Products of these groups and the groups below them.
    pub groups: Vec<ProductGroupId>,
    /// These products.
    pub products: Vec<ProductId>,
    /// Per cent more, above −100, four places.
    pub percent: Decimal,
    /// So much more, in the list's currency, four places.
    pub amount: Decimal,
    /// `None`: to four places.
    pub rounding: Option<Rounding>,
}

impl PriceChangePlan {
    /// The plan with numbers that fit, doing something.
    ///
    /// # Errors
    /// What does not fit, at its field.
    pub fn checked(mut self) -> Result<Self, Refusal> {
        let places = |field: &str, number: Decimal| {
            let sign = if number.is_sign_negative() { Decimal::NEGATIVE_ONE } else { Decimal::ONE };
            let fits = Money::unit_price(number.abs()).map(|number| number * sign);
            fits.map_err(|error| out_of_scale(error).at([field]))
        };
        self.percent = places("percent", self.percent)?;
        self.amount = places("amount", self.amount)?;
        if self.percent <= Decimal::NEGATIVE_ONE * Decimal::ONE_HUNDRED
            || self.percent > Decimal::ONE_THOUSAND * Decimal::TEN
        {
            return Err(Refusal::new(
                RefusalCode::OutOfRange,
                "Prices change by more than −100 % and at most 10,000 %.",
                "Цены меняют больше чем на −100 % и не больше чем на 10 000 %.",
            )
            .at(["percent"]));
        }
        if self.source == PriceSource::List(self.list) {
            self.source = PriceSource::Own;
        }
        let still = self.percent.is_zero() && self.amount.is_zero() && self.rounding.is_none();
        if self.source == PriceSource::Own && still {
            return Err(Refusal::new(
                RefusalCode::Required,
                "Say by how much prices change: a percentage, an amount, or a rounding.",
                "Укажите, как меняются цены: процент, сумма или округление.",
            )
            .at(["percent"]));
        }
        for (field, named) in
            [("productGroupIds", self.groups.len()), ("productIds", self.products.len())]
        {
            if named > MOST_NAMED {
                return Err(Refusal::new(
                    RefusalCode::TooMany,
                    format!("At most {MOST_NAMED} are named at once."),
                    format!("За один раз указывают не больше {MOST_NAMED}."),
                )
                .at([field]));
            }
        }
        Ok(self)
    }

    /// The price that a source's price becomes, as the database computes it: `None` below zero
    /// or where it does not fit.
    #[must_use]
    pub fn price(&self, source: Decimal) -> Option<Decimal> {
        let share = Decimal::ONE_HUNDRED.checked_add(self.percent)?;
        let exact = source.checked_mul(share)?.checked_div(Decimal::ONE_HUNDRED)?;
        let exact = exact.checked_add(self.amount)?;
        self.rounding.unwrap_or(Rounding::PRICE).apply(exact)
    }
}

words! {
    /// Where a change of many prices stands.
    PriceChangeState {
        /// Its prices stand in the list.
        Applied = "APPLIED",
        /// Its prices were taken back.
        Undone = "UNDONE",
    }
}

#[cfg(test)]
mod tests {
    use kernel::RoundingDirection;
    use proptest::prelude::*;

    use super::*;

    fn dec(text: &str) -> Decimal {
        text.parse().unwrap()
    }

    fn plan(
        percent: &str,
        amount: &str,
        step: Option<(&str, RoundingDirection)>,
    ) -> PriceChangePlan {
        let rounding = step.map(|(step, way)| Rounding::new(dec(step), way).unwrap());
        PriceChangePlan {
            list: PriceListId::new(),
            valid_from: NaiveDate::from_ymd_opt(2026, 12, 1).unwrap(),
            source: PriceSource::Own,
            groups: Vec::new(),
            products: Vec::new(),
            percent: dec(percent),
            amount: dec(amount),
            rounding,
        }
    }

    #[test]
    fn prices_by_the_plan() {
        use RoundingDirection::{Down, Nearest, Up};
        for (percent, amount, step, before, after) in [
            ("7", "0", Some(("0.50", Nearest)), "100.00", Some("107.00")),
            ("7", "0", Some(("0.50", Nearest)), "99.90", Some("107.00")),
            ("7", "0", Some(("0.50", Nearest)), "10.25", Some("11.00")),
            ("7", "0", Some(("0.50", Up)), "10.00", Some("11.00")),
            ("7", "0", Some(("0.50", Down)), "10.00", Some("10.50")),
            ("0", "-3", None, "2.00", None),
            ("0", "-2", None, "2.00", Some("0")),
            ("-50", "0", Some(("1", Down)), "1.00", Some("1")),
            ("0", "5.5", None, "1.25", Some("6.75")),
        ] {
            let price = plan(percent, amount, step).price(dec(before));
            assert_eq!(price, after.map(dec), "{before} {percent} % {amount} {step:?}");
        }
    }

    #[test]
    fn plans_that_do_nothing_or_do_not_fit() {
        for (plan, field) in [
            (plan("0", "0", None), "percent"),
            (plan("-100", "0", None), "percent"),
            (plan("7.00001", "0", None), "percent"),
            (plan("0", "0.00001", None), "amount"),
            (
                PriceChangePlan {
                    groups: vec![ProductGroupId::new(); 1_001],
                    ..plan("7", "0", None)
                },
                "productGroupIds",
            ),
        ] {
            let refusal = plan.checked().unwrap_err();
            assert_eq!(refusal.field, Some(vec![field.to_owned()]));
        }
        let own = plan("7", "0", None);
        let named = PriceChangePlan { source: PriceSource::List(own.list), ..own.clone() };
        assert_eq!(named.checked().unwrap(), own);
    }

    proptest! {
        #[test]
        fn a_rounded_price_is_a_multiple_near_the_exact_one(
            before in 0_i64..1_000_000_000, percent in -999_999_i64..5_000_000, step in 1_i64..100_000,
        ) {
            let step = Decimal::new(step, 4);
            let rounding = Rounding::new(step, RoundingDirection::Nearest).ok();
            let percent = Decimal::new(percent, 4);
            let plan = PriceChangePlan { percent, rounding, ..plan("0", "0", None) };
            let before = Decimal::new(before, 4);
            let after = plan.price(before).unwrap();
            prop_assert!((after % step).is_zero());
            let exact = before * (Decimal::ONE_HUNDRED + percent) / Decimal::ONE_HUNDRED;
            prop_assert!((after - exact).abs() <= step, "{after} {exact}");
        }
    }
}
