//! Why a line gets no price at all, and why a priced line needs somebody's leave.

use kernel::{Currency, Decimal, NaiveDate, Percent, Refusal, RefusalCode};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::Record;

/// Why a line has no price.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PriceRefusal {
    /// No source holds one, and none was typed.
    NoPrice,
    /// The caller may not type prices.
    OwnPrice,
    /// Currencies differ and a rate is missing.
    NoRate {
        /// The currency that is had.
        from: Currency,
        /// The currency that is wanted.
        to: Currency,
        /// The day of the document.
        on: NaiveDate,
    },
    /// The list's chain of bases has no end, or a base is gone.
    BrokenList {
        /// The list that was looked at.
        list: Record,
    },
    /// A price, quantity or amount does not fit its column.
    TooLarge,
}

impl PriceRefusal {
    /// The field of a line that it is about.
    #[must_use]
    pub fn field(&self) -> &'static str {
        match self {
            Self::NoPrice | Self::NoRate { .. } | Self::BrokenList { .. } => "productId",
            Self::OwnPrice => "price",
            Self::TooLarge => "quantity",
        }
    }

    /// As a refusal about one product.
    #[must_use]
    pub fn about(&self, product: &str) -> Refusal {
        match self {
            Self::NoPrice => Refusal::new(
                RefusalCode::NoPrice,
                format!("No agreed price and no price list holds a price of {product}."),
                format!("Ни в соглашении, ни в видах цен нет цены на «{product}»."),
            ),
            Self::OwnPrice => Refusal::new(
                RefusalCode::PriceNotAllowed,
                format!("You may not set a price of your own ({product})."),
                format!("У вас нет права назначать свою цену («{product}»)."),
            ),
            Self::NoRate { from, to, on } => Refusal::new(
                RefusalCode::NoRate,
                format!("There is no rate from {from} to {to} on {on} ({product})."),
                format!("Нет курса {from} к {to} на {on} («{product}»)."),
            )
            .with(json!({ "from": from, "to": to, "on": on })),
            Self::BrokenList { list } => Refusal::new(
                RefusalCode::Invalid,
                format!("The price list {} cannot be traced to a base list.", list.name),
                format!("Вид цен «{}» не приводит к базовому виду цен.", list.name),
            )
            .with(json!({ "priceListId": list.id })),
            Self::TooLarge => Refusal::new(
                RefusalCode::OutOfRange,
                format!("The price or the amount of {product} does not fit."),
                format!("Цена или сумма по «{product}» слишком велика или слишком мала."),
            ),
        }
    }
}

/// Why a line needs an approval (domain, section 7), with the facts as they were. Until a tenant
/// has approvals, the caller turns it into a refusal. Margins tell the cost: who may not see the
/// cost must not be shown them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "SCREAMING_SNAKE_CASE", rename_all_fields = "camelCase")]
pub enum ApprovalReason {
    /// What was typed is more off the resolved price than its author may give.
    DiscountOverLimit {
        /// 1 − net price / resolved price, in per cent, four places.
        size: Decimal,
        /// What may be given: the author's limit, or the automatic discount if that is more.
        limit: Percent,
    },
    /// The net price is below the product's minimum.
    PriceBelowMinimum {
        /// Per base unit after the discount, four places, as the document stands to VAT.
        net: Decimal,
        /// The minimum in the document's currency and VAT mode.
        minimum: Decimal,
    },
    /// The margin is below the minimum, or nobody knows the cost.
    MarginBelowMinimum {
        /// Profit in per cent of the revenue without VAT, four places; `None`: unknown.
        margin: Option<Decimal>,
        /// What it should be.
        minimum: Percent,
    },
}

impl ApprovalReason {
    /// The kind of approval, which is also the code of the refusal.
    #[must_use]
    pub fn code(&self) -> RefusalCode {
        match self {
            Self::DiscountOverLimit { .. } => RefusalCode::DiscountOverLimit,
            Self::PriceBelowMinimum { .. } => RefusalCode::PriceBelowMinimum,
            Self::MarginBelowMinimum { .. } => RefusalCode::MarginBelowMinimum,
        }
    }

    /// The field of a line that it is about.
    #[must_use]
    pub fn field(&self) -> &'static str {
        match self {
            Self::DiscountOverLimit { .. } => "discountPercent",
            Self::PriceBelowMinimum { .. } | Self::MarginBelowMinimum { .. } => "price",
        }
    }

    /// As a refusal about one product, for tenants without approvals. No figure of the minima and
    /// the margin is told: they give the cost away, and not everybody may see it.
    #[must_use]
    pub fn about(&self, product: &str) -> Refusal {
        match self {
            Self::DiscountOverLimit { limit, .. } => {
                let limit = limit.get().normalize();
                Refusal::new(
                    self.code(),
                    format!("The discount on {product} is above your limit of {limit} %."),
                    format!("Скидка на «{product}» больше вашего предела {limit} %."),
                )
                .with(json!({ "limitPercent": limit }))
            }
            Self::PriceBelowMinimum { .. } => Refusal::new(
                self.code(),
                format!("The price of {product} is below its minimum."),
                format!("Цена «{product}» ниже минимальной."),
            ),
            Self::MarginBelowMinimum { .. } => Refusal::new(
                self.code(),
                format!("The margin on {product} is unknown or below its minimum."),
                format!("Рентабельность «{product}» неизвестна или ниже минимальной."),
            ),
        }
    }
}
