//! Sales routes (domain, section 4): when goods are held for an order, and what covers what stock
//! does not; the four that every tenant begins with.

use kernel::{Decimal, Percent, Text};
use serde::{Deserialize, Serialize};

use super::terms::{Moment, PaymentStep, words};

words! {
    /// When goods are held for an order.
    ReserveOn {
        /// When it is confirmed, or when what must be paid before is paid.
        Confirm = "CONFIRM",
        /// Not at all: a shipment takes what is free.
        Never = "NEVER",
    }
}

words! {
    /// What covers the part of an order that stock does not.
    CoverBy {
        /// Goods that come into stock anyway.
        Stock = "STOCK",
        /// A purchase from a supplier.
        Purchase = "PURCHASE",
        /// A transfer from another warehouse.
        Transfer = "TRANSFER",
        /// Assembly from components.
        Assembly = "ASSEMBLY",
    }
}

/// A route as new tenants get it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Preset {
    /// In both languages.
    pub(crate) name: Text,
    pub(crate) reserve_on: ReserveOn,
    pub(crate) cover_by: CoverBy,
    pub(crate) payment_steps: Vec<PaymentStep>,
}

/// The routes that every tenant begins with (domain, section 4), the standard one first.
/// Migration 0036 gave the same ones to the tenants of its day.
pub(crate) fn presets() -> [Preset; 4] {
    let preset = |en: &str, ru: &str, cover_by, payment_steps| Preset {
        name: Text::new(en, ru),
        reserve_on: ReserveOn::Confirm,
        cover_by,
        payment_steps,
    };
    let step = |percent: i64, moment, days| PaymentStep {
        percent: Percent::new(Decimal::from(percent)).unwrap_or(Percent::ZERO),
        moment,
        days,
    };
    let before = |percent| step(percent, Moment::BeforeShipment, 0);
    [
        preset(
            "Standard stock sale",
            "Стандартная продажа со склада",
            CoverBy::Stock,
            PaymentStep::on_shipment(),
        ),
        preset(
            "Purchase to order",
            "Закупка под заказ",
            CoverBy::Purchase,
            PaymentStep::on_shipment(),
        ),
        preset("Full prepayment", "Полная предоплата", CoverBy::Stock, vec![before(100)]),
        preset(
            "30 % prepayment, 70 % in 30 days",
            "Предоплата 30 %, 70 % через 30 дней",
            CoverBy::Stock,
            vec![before(30), step(70, Moment::AfterShipment, 30)],
        ),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::check_steps;

    #[test]
    fn presets_make_the_whole_and_differ() {
        let all = presets();
        for preset in &all {
            assert_eq!(check_steps(&preset.payment_steps), Ok(()), "{preset:?}");
        }
        let mut names: Vec<_> = all.iter().map(|preset| preset.name.clone()).collect();
        names.dedup();
        assert_eq!(names.len(), all.len());
    }
}
