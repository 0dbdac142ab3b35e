//! The rules that a tenant begins with, all of them off: approvals come when somebody wants them.
//! Migration 0045 gave the same ones to the tenants of its day.

use kernel::{Decimal, Text};

use super::{ApprovalKind, Approver, StepTerms};

/// Minutes until the director is asked where nobody decides: a day.
const A_DAY: i32 = 1_440;

/// A rule as new tenants get it.
pub(crate) struct Preset {
    /// In both languages.
    pub(crate) name: Text,
    pub(crate) kind: ApprovalKind,
    pub(crate) threshold: Option<Decimal>,
    pub(crate) steps: Vec<StepTerms>,
    pub(crate) fallback: Approver,
}

fn role(name: &str) -> Approver {
    Approver { role: Some(name.to_owned()), user_id: None }
}

/// One rule of each kind.
pub(crate) fn presets() -> [Preset; 7] {
    use ApprovalKind as K;
    let preset = |en: &str, ru: &str, kind, threshold: Option<i32>, who| Preset {
        name: Text::new(en, ru),
        kind,
        threshold: threshold.map(Decimal::from),
        steps: vec![StepTerms {
            approvers: vec![role(who)],
            needed: 1,
            escalate_after_minutes: Some(A_DAY),
        }],
        fallback: role("director"),
    };
    [
        preset(
            "Discount above one's limit",
            "Скидка выше предела",
            K::DiscountOverLimit,
            None,
            "head_of_sales",
        ),
        preset(
            "Price below the minimum",
            "Цена ниже минимальной",
            K::PriceBelowMinimum,
            None,
            "head_of_sales",
        ),
        preset(
            "Margin below the minimum",
            "Рентабельность ниже минимальной",
            K::MarginBelowMinimum,
            None,
            "director",
        ),
        preset(
            "Credit limit exceeded",
            "Превышен кредитный лимит",
            K::CreditLimitExceeded,
            None,
            "accounting",
        ),
        preset(
            "Shipment with overdue debt",
            "Отгрузка при просроченном долге",
            K::ShipmentWithOverdueDebt,
            None,
            "director",
        ),
        preset(
            "Shipment before payment",
            "Отгрузка до оплаты",
            K::ShipmentBeforePayment,
            None,
            "director",
        ),
        preset(
            "Deferral above 60 days",
            "Отсрочка больше 60 дней",
            K::SpecialTerms,
            Some(60),
            "head_of_sales",
        ),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_one_of_each_kind() {
        let kinds: Vec<ApprovalKind> = presets().iter().map(|preset| preset.kind).collect();
        assert_eq!(kinds, ApprovalKind::ALL);
    }
}
