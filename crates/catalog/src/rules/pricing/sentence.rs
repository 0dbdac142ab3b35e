//! The steps of an explanation as sentences for people.

use kernel::{Decimal, Percent, Rounding, RoundingDirection, Text, UnitPrice};

use super::explanation::{DiscountSource, Found, FoundFor, PriceSource, Step, Summed};
use super::{Combination, Conversion, Rate, Record, VatMode};

impl Step {
    /// What the step did, in one sentence of each language.
    #[must_use]
    pub fn sentence(&self) -> Text {
        match self {
            Self::HeldNothing { source, record } => held_nothing(*source, record.as_ref()),
            Self::Found(found) => found.sentence(),
            Self::Derived { record, coefficient, before, after } => {
                let sum = format!("{} × {}", amounts(*before), coefficient.normalize());
                let (name, after) = (&record.name, amounts(*after));
                Text::new(
                    format!("“{name}”: {sum} = {after}."),
                    format!("«{name}»: {sum} = {after}."),
                )
            }
            Self::Rounded { rounding, before, after } => {
                rounded(*rounding, &format!("{} → {}", amounts(*before), amounts(*after)))
            }
            Self::Converted { conversion, before, after } => converted(conversion, *before, *after),
            Self::VatChanged { to, rate, before, after } => {
                let rate = rate.get().normalize();
                let change = format!("{} → {}", amounts(*before), amounts(*after));
                let (en, ru) = match to {
                    VatMode::Included => ("added", "добавлен"),
                    VatMode::Excluded => ("taken out", "исключён"),
                };
                Text::new(
                    format!("VAT of {rate} % {en}: {change}."),
                    format!("НДС {rate} % {ru}: {change}."),
                )
            }
            Self::Net => Text::new(
                "The agreed price is net: no automatic discount falls on it.",
                "Цена в соглашении окончательная: автоматические скидки на неё не действуют.",
            ),
            Self::Matched { source, record, percent } => matched(*source, record, *percent),
            Self::Combined { combination, winner, discount } => {
                together(*combination, winner.as_ref(), *discount)
            }
            Self::ManualPrice { by, before, after } => typed_price(by, *before, *after),
            Self::ManualDiscount { by, before, after } => {
                let (name, before, after) = (&by.name, percents(*before), percents(*after));
                Text::new(
                    format!("{name} set the discount by hand: {before} → {after}."),
                    format!("{name}: скидка изменена вручную, {before} → {after}."),
                )
            }
            Self::Summed(summed) => summed.sentence(),
        }
    }
}

impl Found {
    fn sentence(&self) -> Text {
        let (source_en, source_ru) = source_name(self.source);
        let (for_en, for_ru) = match self.found_for {
            FoundFor::Variant => ("the variant", "характеристики"),
            FoundFor::Product => ("the product", "номенклатуры"),
        };
        let (vat_en, vat_ru) = match self.vat_mode {
            VatMode::Included => ("with VAT", "с НДС"),
            VatMode::Excluded => ("without VAT", "без НДС"),
        };
        let (price_en, price_ru) = priced(self.after);
        let (name, currency, since) = (&self.record.name, self.currency, self.valid_from);
        let unit = self.packaging.as_ref().map(|unit| format!(" ({})", unit.name));
        let unit = unit.unwrap_or_default();
        let least = self.min_quantity.get().normalize();
        let (from_en, from_ru) = if least.is_zero() {
            (String::new(), String::new())
        } else {
            (format!(", from {least}"), format!(", от {least}"))
        };
        Text::new(
            format!(
                "{source_en}: “{name}” holds {price_en} {currency}{unit} {vat_en} for {for_en} \
                 since {since}{from_en}."
            ),
            format!(
                "{source_ru}: в «{name}» цена {for_ru} {price_ru} {currency}{unit} {vat_ru} \
                 с {since}{from_ru}."
            ),
        )
    }
}

impl Summed {
    fn sentence(&self) -> Text {
        let (unit_en, unit_ru) = match (self.unit.numerator(), self.unit.denominator()) {
            (1, 1) => (String::new(), String::new()),
            (whole, 1) => (format!(" (of {whole} each)"), format!(" (по {whole})")),
            (top, low) => (format!(" (of {top}/{low} each)"), format!(" (по {top}/{low})")),
        };
        let (price_en, price_ru) = priced(self.price);
        let (quantity, amount) = (self.quantity.get().normalize(), amounts(self.amount));
        let off = percents(self.discount);
        Text::new(
            format!("{quantity}{unit_en} at {price_en} less {off} is {amount}."),
            format!("{quantity}{unit_ru} по {price_ru} со скидкой {off} — {amount}."),
        )
    }
}

fn rounded(rounding: Rounding, change: &str) -> Text {
    let (en, ru) = match rounding.direction() {
        RoundingDirection::Nearest => ("", ""),
        RoundingDirection::Up => (" up", " вверх"),
        RoundingDirection::Down => (" down", " вниз"),
    };
    let step = rounding.step().normalize();
    Text::new(
        format!("Rounded{en} to {step}: {change}."),
        format!("Округление{ru} до {step}: {change}."),
    )
}

fn converted(conversion: &Conversion, before: Decimal, after: Decimal) -> Text {
    let rate = |currency, rate: Rate| {
        format!("{currency} {} / {} ({})", rate.value.normalize(), rate.nominal, rate.on)
    };
    let (from, to) = (conversion.from, conversion.to);
    let rates = [rate(from, conversion.from_rate), rate(to, conversion.to_rate)].join(", ");
    let change = format!("{} {from} → {} {to}", amounts(before), amounts(after));
    Text::new(
        format!("Converted at the rates {rates}: {change}."),
        format!("Пересчёт по курсам {rates}: {change}."),
    )
}

fn matched(source: DiscountSource, record: &Record, percent: Percent) -> Text {
    let (name, percent) = (&record.name, percents(percent));
    match source {
        DiscountSource::Agreement => Text::new(
            format!("Personal discount of the agreement “{name}”: {percent}."),
            format!("Персональная скидка соглашения «{name}»: {percent}."),
        ),
        DiscountSource::Rule => Text::new(
            format!("The discount “{name}” holds: {percent}."),
            format!("Действует скидка «{name}»: {percent}."),
        ),
    }
}

fn together(combination: Combination, winner: Option<&Record>, discount: Percent) -> Text {
    let discount = percents(discount);
    match combination {
        Combination::Best => {
            let name = winner.map_or("", |winner| &winner.name);
            Text::new(
                format!("The greatest discount counts: “{name}”, {discount}."),
                format!("Действует наибольшая скидка: «{name}», {discount}."),
            )
        }
        Combination::Sum { cap } => {
            let cap = percents(cap);
            Text::new(
                format!("Discounts add up, to {cap} at most: {discount}."),
                format!("Скидки складываются, но не больше {cap}: {discount}."),
            )
        }
    }
}

fn typed_price(by: &Record, before: Option<UnitPrice>, after: UnitPrice) -> Text {
    let (name, (en, ru)) = (&by.name, priced(after));
    match before.map(priced) {
        Some((before_en, before_ru)) => Text::new(
            format!("{name} set the price by hand: {before_en} → {en}."),
            format!("{name}: цена изменена вручную, {before_ru} → {ru}."),
        ),
        None => Text::new(
            format!("{name} set the price by hand: {en}."),
            format!("{name}: цена назначена вручную, {ru}."),
        ),
    }
}

fn held_nothing(source: PriceSource, record: Option<&Record>) -> Text {
    let (en, ru) = source_name(source);
    match record {
        Some(record) => {
            let name = &record.name;
            Text::new(
                format!("{en}: “{name}” holds no price."),
                format!("{ru}: в «{name}» цены нет."),
            )
        }
        None => Text::new(format!("{en}: there is none."), format!("{ru}: не задано.")),
    }
}

fn source_name(source: PriceSource) -> (&'static str, &'static str) {
    match source {
        PriceSource::AgreementPrice => ("Price agreed upon", "Цена по соглашению"),
        PriceSource::AgreementList => ("The agreement's price list", "Вид цен соглашения"),
        PriceSource::SegmentList => ("The segment's price list", "Вид цен ценового сегмента"),
        PriceSource::DefaultList => ("The default price list", "Основной вид цен"),
    }
}

/// A price, and of which unit where that is not the base one.
fn priced(price: UnitPrice) -> (String, String) {
    let (en, ru) = match (price.per.numerator(), price.per.denominator()) {
        (1, 1) => (String::new(), String::new()),
        (whole, 1) => (format!(" per {whole}"), format!(" за {whole}")),
        (top, bottom) => (format!(" per {top}/{bottom}"), format!(" за {top}/{bottom}")),
    };
    let amount = amounts(price.amount);
    (format!("{amount}{en}"), format!("{amount}{ru}"))
}

fn percents(percent: Percent) -> String {
    format!("{} %", percent.get().normalize())
}

/// At least two places, no zeros beyond.
fn amounts(amount: Decimal) -> String {
    let mut amount = amount.normalize();
    if amount.scale() < 2 {
        amount.rescale(2);
    }
    amount.to_string()
}
