//! Reasons and circumstances in words, for letters and pages.

use kernel::{Currency, Decimal, NaiveDate, Text, shown_amount};
use serde_json::Value;

use super::{ApprovalKind, Circumstance, Measured};

/// What is said of a reason, with the figures of its moment.
#[derive(Clone, Copy, Debug)]
pub struct Told<'a> {
    /// What is special.
    pub kind: ApprovalKind,
    /// The document's line, from 1, and what is sold on it.
    pub line: Option<(i32, &'a str)>,
    /// By the kind: per cent, days or money; `None` is not known.
    pub measure: Option<Decimal>,
    /// Further figures, as the finding had them.
    pub details: &'a Value,
    /// The document's currency.
    pub currency: Currency,
}

/// A reason as a sentence; without its figures for who may not see them.
#[must_use]
pub fn in_words(told: &Told<'_>, shows_figures: bool) -> Text {
    let about = if shows_figures { with_figures(told) } else { without_figures(told.kind) };
    match told.line {
        Some((position, product)) => Text::new(
            format!("Line {position}, {product}: {}", about.en),
            format!("Строка {position}, {product}: {}", about.ru),
        ),
        None => Text::new(capital(&about.en), capital(&about.ru)),
    }
}

fn with_figures(told: &Told<'_>) -> Text {
    let known = match told.kind {
        ApprovalKind::DiscountOverLimit => discount(told),
        ApprovalKind::PriceBelowMinimum => price(told),
        ApprovalKind::MarginBelowMinimum => Some(margin(told)),
        ApprovalKind::CreditLimitExceeded => credit(told),
        ApprovalKind::ShipmentWithOverdueDebt => overdue(told),
        ApprovalKind::ShipmentBeforePayment => unpaid(told),
        ApprovalKind::SpecialTerms => Some(terms(told)),
    };
    known.unwrap_or_else(|| without_figures(told.kind))
}

fn without_figures(kind: ApprovalKind) -> Text {
    match kind {
        ApprovalKind::DiscountOverLimit => {
            Text::new("the discount is above the limit.", "скидка больше предела.")
        }
        ApprovalKind::PriceBelowMinimum => {
            Text::new("the price is below the minimum.", "цена ниже минимальной.")
        }
        ApprovalKind::MarginBelowMinimum => Text::new(
            "the margin is below the minimum, or not known.",
            "рентабельность ниже минимальной или неизвестна.",
        ),
        ApprovalKind::CreditLimitExceeded => {
            Text::new("the credit limit would be exceeded.", "кредитный лимит будет превышен.")
        }
        ApprovalKind::ShipmentWithOverdueDebt => {
            Text::new("the customer has overdue debt.", "у клиента просроченный долг.")
        }
        ApprovalKind::ShipmentBeforePayment => Text::new(
            "what is due before shipping is not paid.",
            "то, что должно быть оплачено до отгрузки, не оплачено.",
        ),
        ApprovalKind::SpecialTerms => {
            Text::new("the terms are special.", "условия отличаются от обычных.")
        }
    }
}

fn discount(told: &Told<'_>) -> Option<Text> {
    let (size, limit) = (percent(told.measure?), percent(figure(told.details, "limit")?));
    Some(Text::new(
        format!("a discount of {size} %, the limit is {limit} %."),
        format!("скидка {size} %, предел — {limit} %."),
    ))
}

fn price(told: &Told<'_>) -> Option<Text> {
    let below = percent(told.measure?);
    let (net, minimum) = (figure(told.details, "net")?, figure(told.details, "minimum")?);
    let (net, minimum) = (money(net, told.currency), money(minimum, told.currency));
    Some(Text::new(
        format!("the price of {net} is {below} % below the minimum of {minimum}."),
        format!("цена {net} на {below} % ниже минимальной {minimum}."),
    ))
}

fn margin(told: &Told<'_>) -> Text {
    let minimum = figure(told.details, "minimum").map(percent);
    let wanted = |en: &str, ru: &str| match &minimum {
        Some(minimum) => (format!("{en} {minimum} %"), format!("{ru} {minimum} %")),
        None => (String::new(), String::new()),
    };
    let (en, ru) = wanted(", it should be at least", ", нужна не меньше");
    match told.measure.map(percent) {
        Some(margin) => Text::new(
            format!("the margin is {margin} %{en}."),
            format!("рентабельность {margin} %{ru}."),
        ),
        None => Text::new(
            format!("the margin is not known{en}."),
            format!("рентабельность неизвестна{ru}."),
        ),
    }
}

fn credit(told: &Told<'_>) -> Option<Text> {
    let text = |name: &str| told.details[name].as_str();
    if let Some(limit) = text("limitCurrency") {
        return Some(Text::new(
            format!(
                "what the customer owes cannot be told in {limit}, his credit limit's currency."
            ),
            format!("долг клиента нельзя пересчитать в {limit}, валюту его кредитного лимита."),
        ));
    }
    let currency = limit_currency(told);
    let over = money(told.measure?, currency);
    let limit = money(figure(told.details, "limit")?, currency);
    let exposure = money(figure(told.details, "exposure")?, currency);
    Some(Text::new(
        format!("the credit limit of {limit} would be exceeded by {over}: {exposure} in use."),
        format!("кредитный лимит {limit} будет превышен на {over}: занято {exposure}."),
    ))
}

/// The credit limit's currency.
fn limit_currency(told: &Told<'_>) -> Currency {
    let named = told.details["currency"].as_str().and_then(Currency::parse);
    named.unwrap_or(told.currency)
}

fn overdue(told: &Told<'_>) -> Option<Text> {
    let amount = money(figure(told.details, "overdue")?, told.currency);
    let since = told.details["since"].as_str().and_then(|day| day.parse::<NaiveDate>().ok());
    let Some((days, since)) = told.measure.map(|days| days.normalize()).zip(since) else {
        return Some(Text::new(
            format!("{amount} of debt is overdue."),
            format!("просрочено {amount} долга."),
        ));
    };
    Some(Text::new(
        format!("{amount} of debt is overdue, the oldest of it for {days} days (since {since})."),
        format!(
            "просрочено {amount} долга, самый старый — {days} дн. (с {}).",
            since.format("%d.%m.%Y")
        ),
    ))
}

fn unpaid(told: &Told<'_>) -> Option<Text> {
    let due = money(told.measure?, told.currency);
    Some(Text::new(
        format!("{due} of what is due before shipping is not paid."),
        format!("не оплачено {due} из того, что должно быть оплачено до отгрузки."),
    ))
}

/// Of an order its deferral and its route; of an agreement also what else it grants.
fn terms(told: &Told<'_>) -> Text {
    let above_zero = |value: Option<Decimal>| {
        value.filter(|value| *value > Decimal::ZERO).map(|value| value.normalize())
    };
    let mut parts: Vec<Text> = Vec::new();
    if let Some(days) = above_zero(told.measure) {
        parts.push(Text::new(
            format!("payment is deferred by {days} days"),
            format!("отсрочка платежа {days} дн."),
        ));
    }
    if let Some(discount) = above_zero(figure(told.details, "discountPercent")) {
        parts.push(Text::new(
            format!("a discount of {discount} % on everything"),
            format!("скидка {discount} % на всё"),
        ));
    }
    if let Some(fixed) = told.details["fixedPrices"].as_i64().filter(|fixed| *fixed > 0) {
        parts.push(Text::new(
            format!("fixed prices: {fixed}"),
            format!("фиксированных цен: {fixed}"),
        ));
    }
    if told.details["ownRoute"].as_bool().unwrap_or_default() {
        parts.push(Text::new(
            "the sales route was chosen for this document alone",
            "схема продажи выбрана только для этого документа",
        ));
    }
    let Some(last) = parts.pop() else { return without_figures(told.kind) };
    let listed = |of: fn(&Text) -> &str, and: &str| match parts.as_slice() {
        [] => of(&last).to_owned(),
        first => {
            let first: Vec<&str> = first.iter().map(of).collect();
            format!("{}, {and} {}", first.join(", "), of(&last))
        }
    };
    let ended = |words: String| if words.ends_with('.') { words } else { format!("{words}.") };
    Text::new(ended(listed(|text| &text.en, "and")), ended(listed(|text| &text.ru, "и")))
}

/// A circumstance of a reason as it was, in words; money is in the document's currency, but for what
/// counts against a credit limit.
#[must_use]
pub fn circumstance_in_words(was: &Measured, reason: &Told<'_>) -> Text {
    let currency = match was.name {
        Circumstance::Exposure => limit_currency(reason),
        _ => reason.currency,
    };
    let value = |shown: fn(Decimal, Currency) -> String| was.value.map(|v| shown(v, currency));
    let (en, ru, value) = match was.name {
        Circumstance::Exposure => ("Would owe", "Долг с этим документом", value(money)),
        Circumstance::OverdueAmount => ("Overdue", "Просрочено", value(money)),
        Circumstance::DaysOverdue => ("Days overdue", "Дней просрочки", value(|v, _| percent(v))),
        Circumstance::PaymentDue => ("To be paid first", "Должно быть оплачено", value(money)),
        Circumstance::Margin => {
            ("Margin", "Рентабельность", value(|v, _| format!("{} %", percent(v))))
        }
    };
    match value {
        Some(value) => Text::new(format!("{en}: {value}"), format!("{ru}: {value}")),
        None => Text::new(format!("{en}: not known"), format!("{ru}: неизвестно")),
    }
}

fn percent(value: Decimal) -> String {
    value.normalize().to_string()
}

fn money(amount: Decimal, currency: Currency) -> String {
    format!("{} {currency}", shown_amount(amount))
}

/// A figure among details: they are JSON, where a decimal is a text or a number.
fn figure(details: &Value, name: &str) -> Option<Decimal> {
    match details.get(name)? {
        Value::String(text) => text.parse().ok(),
        Value::Number(number) => number.to_string().parse().ok(),
        _ => None,
    }
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(|first| first.to_uppercase().collect::<String>());
    first.unwrap_or_default() + letters.as_str()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn told<'a>(kind: ApprovalKind, measure: Option<&str>, details: &'a Value) -> Told<'a> {
        Told {
            kind,
            line: None,
            measure: measure.map(|text| text.parse().unwrap()),
            details,
            currency: Currency::parse("RUB").unwrap(),
        }
    }

    #[test]
    fn every_reason_is_told_in_both_languages() {
        use ApprovalKind as Kind;
        for (kind, measure, details, en, ru) in [
            (
                Kind::DiscountOverLimit,
                Some("15.0000"),
                json!({"size": "15.0000", "limit": "10"}),
                "A discount of 15 %, the limit is 10 %.",
                "Скидка 15 %, предел — 10 %.",
            ),
            (
                Kind::PriceBelowMinimum,
                Some("20"),
                json!({"net": "80.0000", "minimum": "100"}),
                "The price of 80.00 RUB is 20 % below the minimum of 100.00 RUB.",
                "Цена 80.00 RUB на 20 % ниже минимальной 100.00 RUB.",
            ),
            (
                Kind::MarginBelowMinimum,
                Some("-3.5"),
                json!({"margin": "-3.5", "minimum": 10}),
                "The margin is -3.5 %, it should be at least 10 %.",
                "Рентабельность -3.5 %, нужна не меньше 10 %.",
            ),
            (
                Kind::MarginBelowMinimum,
                None,
                json!({"margin": null, "minimum": "10"}),
                "The margin is not known, it should be at least 10 %.",
                "Рентабельность неизвестна, нужна не меньше 10 %.",
            ),
            (
                Kind::CreditLimitExceeded,
                Some("200"),
                json!({"limit": "1000", "exposure": "1200", "currency": "USD"}),
                "The credit limit of 1000.00 USD would be exceeded by 200.00 USD: 1200.00 USD in \
                 use.",
                "Кредитный лимит 1000.00 USD будет превышен на 200.00 USD: занято 1200.00 USD.",
            ),
            (
                Kind::CreditLimitExceeded,
                None,
                json!({"limitCurrency": "USD"}),
                "What the customer owes cannot be told in USD, his credit limit's currency.",
                "Долг клиента нельзя пересчитать в USD, валюту его кредитного лимита.",
            ),
            (
                Kind::ShipmentWithOverdueDebt,
                Some("20"),
                json!({"overdue": "118", "days": "20", "since": "2026-03-01"}),
                "118.00 RUB of debt is overdue, the oldest of it for 20 days (since 2026-03-01).",
                "Просрочено 118.00 RUB долга, самый старый — 20 дн. (с 01.03.2026).",
            ),
            (
                Kind::ShipmentBeforePayment,
                Some("500.5"),
                json!({"due": "500.5"}),
                "500.50 RUB of what is due before shipping is not paid.",
                "Не оплачено 500.50 RUB из того, что должно быть оплачено до отгрузки.",
            ),
            (
                Kind::SpecialTerms,
                Some("60"),
                json!({"deferralDays": 60, "ownRoute": true}),
                "Payment is deferred by 60 days, and the sales route was chosen for this document \
                 alone.",
                "Отсрочка платежа 60 дн., и схема продажи выбрана только для этого документа.",
            ),
            (
                Kind::SpecialTerms,
                Some("45"),
                json!({"deferralDays": 45, "ownRoute": false, "discountPercent": "7.50",
                    "fixedPrices": 12}),
                "Payment is deferred by 45 days, a discount of 7.5 % on everything, and fixed \
                 prices: 12.",
                "Отсрочка платежа 45 дн., скидка 7.5 % на всё, и фиксированных цен: 12.",
            ),
            (
                Kind::SpecialTerms,
                Some("30"),
                json!({"deferralDays": 30, "ownRoute": false, "discountPercent": "0",
                    "fixedPrices": 0}),
                "Payment is deferred by 30 days.",
                "Отсрочка платежа 30 дн.",
            ),
        ] {
            let words = in_words(&told(kind, measure, &details), true);
            assert_eq!((words.en.as_str(), words.ru.as_str()), (en, ru));
        }
    }

    /// Whatever the details hold, nothing of them is told to who may not see figures, and nothing
    /// is left unsaid where they are not what they should be.
    #[test]
    fn without_the_right_no_figure_is_told() {
        let details = json!({"limit": "7", "net": "7", "minimum": "7", "exposure": "7",
            "overdue": "7", "since": "2026-07-07", "due": "7", "ownRoute": true});
        for kind in ApprovalKind::ALL {
            let words = in_words(&told(*kind, Some("7"), &details), false);
            assert!(!words.en.contains('7') && !words.ru.contains('7'), "{words:?}");
            for broken in [json!(null), json!({}), json!([1]), json!({"limit": {}})] {
                let words = in_words(&told(*kind, None, &broken), true);
                assert!(words.en.ends_with('.') && words.ru.ends_with('.'), "{words:?}");
            }
        }
    }

    #[test]
    fn a_line_is_named_with_what_is_sold_on_it() {
        let details = json!({"limit": "10"});
        let mut one = told(ApprovalKind::DiscountOverLimit, Some("15"), &details);
        one.line = Some((3, "Масло"));
        let words = in_words(&one, true);
        assert_eq!(words.ru, "Строка 3, Масло: скидка 15 %, предел — 10 %.");
        assert_eq!(words.en, "Line 3, Масло: a discount of 15 %, the limit is 10 %.");
    }

    #[test]
    fn circumstances_are_told_with_their_units() {
        let details = json!({"currency": "USD"});
        let reason = told(ApprovalKind::CreditLimitExceeded, None, &details);
        let of = |name, value: Option<i64>| {
            circumstance_in_words(&Measured { name, value: value.map(Decimal::from) }, &reason).ru
        };
        assert_eq!(of(Circumstance::Exposure, Some(1200)), "Долг с этим документом: 1200.00 USD");
        assert_eq!(of(Circumstance::OverdueAmount, Some(7)), "Просрочено: 7.00 RUB");
        assert_eq!(of(Circumstance::DaysOverdue, Some(20)), "Дней просрочки: 20");
        assert_eq!(of(Circumstance::Margin, Some(-3)), "Рентабельность: -3 %");
        assert_eq!(of(Circumstance::Margin, None), "Рентабельность: неизвестно");
    }
}
