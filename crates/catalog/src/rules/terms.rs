//! Terms of an agreement: payment steps that sum to 100 %, and what a gate does with debt.

use kernel::{Decimal, Percent, Refusal, RefusalCode};
use sea_orm::FromJsonQueryResult;
use serde::{Deserialize, Serialize};

macro_rules! words {
    ($(#[doc = $doc:literal])+ $name:ident { $($(#[doc = $each:literal])+ $word:ident = $text:literal),* $(,)? }) => {
        $(#[doc = $doc])+
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
        pub enum $name { $($(#[doc = $each])+ #[serde(rename = $text)] $word),* }

        impl $name {
            /// As the database and the API write it.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$word => $text),* }
            }

            /// Reads what the database holds.
            #[must_use]
            pub fn parse(text: &str) -> Option<Self> {
                match text { $($text => Some(Self::$word),)* _ => None }
            }
        }

        impl From<$name> for sea_orm::Value {
            fn from(word: $name) -> Self {
                word.as_str().into()
            }
        }

        impl sea_orm::TryGetable for $name {
            fn try_get_by<I: sea_orm::ColIdx>(
                row: &sea_orm::QueryResult,
                index: I,
            ) -> Result<Self, sea_orm::TryGetError> {
                let text = String::try_get_by(row, index)?;
                let unknown = || {
                    sea_orm::DbErr::Type(format!("{text} is no {}", stringify!($name))).into()
                };
                Self::parse(&text).ok_or_else(unknown)
            }
        }
    };
}

pub(super) use words;

words! {
    /// When a payment step falls due.
    Moment {
        /// Before goods are reserved.
        BeforeReserve = "BEFORE_RESERVE",
        /// Before goods are shipped.
        BeforeShipment = "BEFORE_SHIPMENT",
        /// Days after the shipment.
        AfterShipment = "AFTER_SHIPMENT",
    }
}

words! {
    /// What a gate does when the customer's debt would pass the credit limit.
    CreditPolicy {
        /// Nothing is checked.
        Ignore = "IGNORE",
        /// The document goes on, with a warning.
        Warn = "WARN",
        /// The document is refused.
        Block = "BLOCK",
        /// Somebody has to agree: an approval rule decides who.
        Approve = "APPROVE",
    }
}

words! {
    /// Where an agreement stands.
    AgreementState {
        /// Proposed; no document is made under it.
        Draft = "DRAFT",
        /// Waits for an approval; nobody changes it meanwhile.
        PendingApproval = "PENDING_APPROVAL",
        /// In force.
        Active = "ACTIVE",
        /// Ended; documents made under it keep its terms.
        Closed = "CLOSED",
    }
}

/// One part of what a customer pays for an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaymentStep {
    /// The part, above 0 per cent.
    pub percent: Percent,
    /// When it falls due.
    pub moment: Moment,
    /// Days after the moment; only after shipment.
    pub days: i32,
}

impl PaymentStep {
    /// Everything on the day of the shipment: what a customer gets where nothing else is agreed.
    #[must_use]
    pub fn on_shipment() -> Vec<Self> {
        let whole = Percent::new(Decimal::ONE_HUNDRED).unwrap_or(Percent::ZERO);
        vec![Self { percent: whole, moment: Moment::AfterShipment, days: 0 }]
    }
}

/// Days after the shipment that a part may be paid at the latest.
#[must_use]
pub fn deferral_days(steps: &[PaymentStep]) -> i32 {
    let after = steps.iter().filter(|step| step.moment == Moment::AfterShipment);
    after.map(|step| step.days).max().unwrap_or_default()
}

/// Payment steps as one value of a row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
pub struct PaymentSteps(pub Vec<PaymentStep>);

/// Most steps an agreement may have.
const MOST_STEPS: usize = 12;
/// Longest delay of a payment.
const MOST_DAYS: i32 = 3650;

/// Why payment steps are not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StepsError {
    /// None, or more than twelve.
    Count,
    /// A step of 0 %.
    Nothing {
        /// Its place, from 0.
        step: usize,
    },
    /// Days below 0 or above ten years, or days before a shipment.
    Days {
        /// Its place, from 0.
        step: usize,
    },
    /// The parts do not make the whole.
    Sum(Decimal),
}

impl From<StepsError> for Refusal {
    fn from(error: StepsError) -> Self {
        let field = |name: &str, step: usize| {
            ["paymentSteps".to_owned(), step.to_string(), name.to_owned()]
        };
        match error {
            StepsError::Count => Self::new(
                RefusalCode::Invalid,
                "There are 1 to 12 payment steps.",
                "Этапов оплаты — от 1 до 12.",
            )
            .at(["paymentSteps"]),
            StepsError::Nothing { step } => Self::new(
                RefusalCode::OutOfRange,
                "A payment step is more than 0 %.",
                "Этап оплаты должен быть больше 0 %.",
            )
            .at(field("percent", step)),
            StepsError::Days { step } => Self::new(
                RefusalCode::OutOfRange,
                "Days stand only after shipment, from 0 to 3650.",
                "Отсрочка возможна только после отгрузки, от 0 до 3650 дней.",
            )
            .at(field("days", step)),
            StepsError::Sum(sum) => Self::new(
                RefusalCode::Invalid,
                format!("Payment steps make {sum} %, not 100 %."),
                format!("Этапы оплаты в сумме дают {sum} %, а не 100 %."),
            )
            .at(["paymentSteps"])
            .with(serde_json::json!({ "sum": sum })),
        }
    }
}

/// Checks the steps of an agreement or a route (domain, section 4: they sum to 100 %).
///
/// # Errors
/// [`StepsError`].
pub fn check_steps(steps: &[PaymentStep]) -> Result<(), StepsError> {
    if steps.is_empty() || steps.len() > MOST_STEPS {
        return Err(StepsError::Count);
    }
    for (place, step) in steps.iter().enumerate() {
        if step.percent.get().is_zero() {
            return Err(StepsError::Nothing { step: place });
        }
        let most = if step.moment == Moment::AfterShipment { MOST_DAYS } else { 0 };
        if !(0..=most).contains(&step.days) {
            return Err(StepsError::Days { step: place });
        }
    }
    let sum: Decimal = steps.iter().map(|step| step.percent.get()).sum();
    if sum == Decimal::ONE_HUNDRED { Ok(()) } else { Err(StepsError::Sum(sum.normalize())) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn step(percent: &str, moment: Moment, days: i32) -> PaymentStep {
        PaymentStep { percent: Percent::new(percent.parse().unwrap()).unwrap(), moment, days }
    }

    #[test]
    fn presets_and_mistakes() {
        use Moment::{AfterShipment, BeforeReserve, BeforeShipment};
        assert_eq!(check_steps(&PaymentStep::on_shipment()), Ok(()));
        let mixed = [step("30", BeforeShipment, 0), step("70", AfterShipment, 30)];
        assert_eq!(check_steps(&mixed), Ok(()));
        for (steps, why) in [
            (vec![], StepsError::Count),
            (vec![step("5", AfterShipment, 0); 20], StepsError::Count),
            (vec![step("30", BeforeShipment, 0)], StepsError::Sum(Decimal::from(30))),
            (vec![step("100", BeforeReserve, 1)], StepsError::Days { step: 0 }),
            (vec![step("100", AfterShipment, -1)], StepsError::Days { step: 0 }),
            (
                vec![step("100", AfterShipment, 0), step("0", BeforeShipment, 0)],
                StepsError::Nothing { step: 1 },
            ),
        ] {
            assert_eq!(check_steps(&steps), Err(why), "{steps:?}");
        }
    }

    proptest! {
        #[test]
        fn steps_are_taken_exactly_when_they_make_the_whole(
            parts in prop::collection::vec(1_i64..1_000_000, 1..12),
        ) {
            let steps: Vec<PaymentStep> = parts
                .iter()
                .map(|part| PaymentStep {
                    percent: Percent::new(Decimal::new(*part, 4)).unwrap(),
                    moment: Moment::AfterShipment,
                    days: 0,
                })
                .collect();
            let whole = parts.iter().sum::<i64>() == 1_000_000;
            prop_assert_eq!(check_steps(&steps).is_ok(), whole);
            // What is missing makes any incomplete list whole.
            let rest = 1_000_000 - parts.iter().sum::<i64>();
            if rest > 0 {
                let mut completed = steps;
                let percent = Percent::new(Decimal::new(rest, 4)).unwrap();
                completed.push(PaymentStep { percent, moment: Moment::BeforeShipment, days: 0 });
                prop_assert_eq!(check_steps(&completed), Ok(()));
            }
        }
    }
}
