//! The price of an order's line (domain, section 3, first cut): the agreement's list and personal
//! discount, or what the manager typed and may type.

use kernel::{Decimal, Percent, Refusal, RefusalCode};
use serde_json::json;

use super::states::words;

words! {
    /// Where a line's price comes from.
    PriceSource {
        /// The agreement's price list.
        List = "LIST",
        /// Somebody typed it.
        Manual = "MANUAL",
    }

    /// Where a line's discount comes from.
    Source {
        /// The agreement's personal discount.
        Agreement = "AGREEMENT",
        /// Somebody typed it.
        Manual = "MANUAL",
    }
}

/// What a line was asked for with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Asked {
    /// A price of one's own; replaces the list's, and the automatic discount with it.
    pub price: Option<Decimal>,
    /// A discount of one's own; replaces the automatic one.
    pub discount: Option<Percent>,
}

/// What the agreement offers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Offer {
    /// The list's price, where it holds one.
    pub list_price: Option<Decimal>,
    /// The personal discount.
    pub discount: Percent,
}

/// What the caller may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Leave {
    /// Whether he may type prices.
    pub own_price: bool,
    /// The largest discount he may give; `None` is any.
    pub discount_limit: Option<Percent>,
}

impl Leave {
    /// For what was allowed before and is only kept.
    pub const KEPT: Self = Self { own_price: true, discount_limit: None };
}

/// A priced line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Priced {
    /// What the list held.
    pub list_price: Option<Decimal>,
    /// Before the discount.
    pub price: Decimal,
    /// Where it comes from.
    pub price_source: PriceSource,
    /// In per cent of the price.
    pub discount: Percent,
    /// Where it comes from.
    pub discount_source: Source,
}

/// Why a line has no price.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PriceRefusal {
    /// The list holds none, and none was typed.
    NoPrice,
    /// The caller may not type prices.
    OwnPrice,
    /// The discount, or what the typed price amounts to, is above the caller's limit.
    OverLimit {
        /// What he may give.
        limit: Percent,
    },
}

impl PriceRefusal {
    /// The field of a line that it is about.
    #[must_use]
    pub fn field(self) -> &'static str {
        match self {
            Self::NoPrice => "productId",
            Self::OwnPrice => "price",
            Self::OverLimit { .. } => "discountPercent",
        }
    }

    /// As a refusal about one product.
    #[must_use]
    pub fn about(self, product: &str) -> Refusal {
        match self {
            Self::NoPrice => Refusal::new(
                RefusalCode::NoPrice,
                format!("The price list holds no price of {product}."),
                format!("В виде цен нет цены на «{product}»."),
            ),
            Self::OwnPrice => Refusal::new(
                RefusalCode::PriceNotAllowed,
                format!("You may not set a price of your own ({product})."),
                format!("У вас нет права назначать свою цену («{product}»)."),
            ),
            Self::OverLimit { limit } => {
                let limit = limit.get().normalize();
                Refusal::new(
                    RefusalCode::DiscountOverLimit,
                    format!("The discount on {product} is above your limit of {limit} %."),
                    format!("Скидка на «{product}» больше вашего предела {limit} %."),
                )
                .with(json!({ "limitPercent": limit }))
            }
        }
    }
}

/// Prices a line. A typed price that is the list's own is no typed price. The size of a discount
/// is 1 − net price / list price, so that a typed price cannot slip past the limit; what the
/// agreement gives anyway needs no leave.
///
/// # Errors
/// [`PriceRefusal`].
pub fn price_line(asked: Asked, offer: Offer, leave: Leave) -> Result<Priced, PriceRefusal> {
    let typed = asked.price.filter(|price| Some(*price) != offer.list_price);
    let (price, price_source) = match (typed, offer.list_price) {
        (Some(_), _) if !leave.own_price => return Err(PriceRefusal::OwnPrice),
        (Some(price), _) => (price, PriceSource::Manual),
        (None, Some(price)) => (price, PriceSource::List),
        (None, None) => return Err(PriceRefusal::NoPrice),
    };
    let automatic = match price_source {
        PriceSource::List => offer.discount,
        PriceSource::Manual => Percent::ZERO,
    };
    let discount = asked.discount.unwrap_or(automatic);
    let discount_source = match (asked.discount, price_source) {
        (None, PriceSource::List) => Source::Agreement,
        _ => Source::Manual,
    };
    if let Some(limit) = leave.discount_limit {
        let limit = limit.max(offer.discount);
        let list_price = offer.list_price.unwrap_or(price);
        // Compared as products, so that nothing is rounded.
        let net = price * (Decimal::ONE_HUNDRED - discount.get());
        let least = list_price * (Decimal::ONE_HUNDRED - limit.get());
        if net < least {
            return Err(PriceRefusal::OverLimit { limit });
        }
    }
    let list_price = offer.list_price;
    Ok(Priced { list_price, price, price_source, discount, discount_source })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn dec(text: &str) -> Decimal {
        text.parse().unwrap()
    }

    fn percent(text: &str) -> Percent {
        Percent::new(dec(text)).unwrap()
    }

    #[test]
    fn what_managers_type_and_what_comes_of_it() {
        let seller = Leave { own_price: false, discount_limit: Some(percent("10")) };
        let pricer = Leave { own_price: true, ..seller };
        let anything = Leave::KEPT;
        let over = |limit| Err(PriceRefusal::OverLimit { limit: percent(limit) });
        for (price, discount, list, agreed, leave, expected) in [
            (None, None, Some("900"), "5", seller, Ok(("900", "5"))),
            (None, Some("7"), Some("900"), "5", seller, Ok(("900", "7"))),
            (None, Some("0"), Some("900"), "5", seller, Ok(("900", "0"))),
            (None, Some("15"), Some("900"), "5", seller, over("10")),
            // The agreement gives 15 % anyway.
            (None, Some("15"), Some("900"), "15", seller, Ok(("900", "15"))),
            (None, None, None, "5", seller, Err(PriceRefusal::NoPrice)),
            (Some("800"), None, Some("900"), "5", seller, Err(PriceRefusal::OwnPrice)),
            (Some("900"), None, Some("900"), "5", seller, Ok(("900", "5"))),
            // 800 of 900 is 11.1 % off.
            (Some("800"), None, Some("900"), "5", pricer, over("10")),
            (Some("820"), None, Some("900"), "5", pricer, Ok(("820", "0"))),
            (Some("820"), Some("5"), Some("900"), "5", pricer, over("10")),
            (Some("1000"), Some("15"), Some("900"), "0", pricer, Ok(("1000", "15"))),
            (Some("500"), None, None, "0", pricer, Ok(("500", "0"))),
            (Some("1"), Some("100"), Some("900"), "0", anything, Ok(("1", "100"))),
        ] {
            let asked = Asked { price: price.map(dec), discount: discount.map(percent) };
            let offer = Offer { list_price: list.map(dec), discount: percent(agreed) };
            let priced = price_line(asked, offer, leave).map(|line| (line.price, line.discount));
            let expected = expected.map(|(price, discount)| (dec(price), percent(discount)));
            assert_eq!(priced, expected, "{asked:?} {offer:?} {leave:?}");
        }
    }

    proptest! {
        #[test]
        fn nobody_sells_below_his_limit(
            price in prop::option::of(1_i64..2_000_000),
            discount in prop::option::of(0_i64..100),
            list in 1_i64..2_000_000,
            agreed in 0_i64..100,
            limit in 0_i64..100,
        ) {
            let whole = |number: i64| Percent::new(Decimal::from(number)).unwrap();
            let offer = Offer { list_price: Some(Decimal::new(list, 4)), discount: whole(agreed) };
            let asked = Asked {
                price: price.map(|price| Decimal::new(price, 4)),
                discount: discount.map(whole),
            };
            let leave = Leave { own_price: true, discount_limit: Some(whole(limit)) };
            if let Ok(line) = price_line(asked, offer, leave) {
                let net = line.price * (Decimal::ONE_HUNDRED - line.discount.get());
                let least = Decimal::from(100 - limit.max(agreed)) * Decimal::new(list, 4);
                prop_assert!(net >= least);
            }
        }
    }
}
