//! What a custom field may hold. One text stands for a value wherever it is kept: `12.5`,
//! `2026-12-01`, `true`, a choice's key, the uuid of a record.

use chrono::Datelike;
use kernel::{Decimal, NaiveDate, Refusal, RefusalCode, ScaleError, Uuid};
use serde_json::json;

use super::Form;
use super::form::{Choice, FieldKind, Target, compiled};
use crate::rules::{clean, out_of_scale};

/// Characters of a text that names no length of its own.
const USUAL_LENGTH: usize = 250;
/// Decimal places of a number that names none of its own.
const MOST_PLACES: u32 = 6;
/// Digits in front of the decimal point, at most.
pub(crate) const MOST_DIGITS: u32 = 15;

/// A value as a client gives it.
#[derive(Clone, Debug, PartialEq)]
pub enum Given {
    /// A text.
    Text(String),
    /// A number.
    Number(Decimal),
    /// A day.
    Date(NaiveDate),
    /// A choice's key.
    Choice(String),
    /// Yes or no.
    Boolean(bool),
    /// A record.
    Reference {
        /// Its type, as the API names it.
        type_name: String,
        /// Its id.
        id: Uuid,
    },
}

impl Given {
    /// The input field it came in.
    fn member(&self) -> &'static str {
        match self {
            Self::Text(_) => "text",
            Self::Number(_) => "number",
            Self::Date(_) => "date",
            Self::Choice(_) => "choice",
            Self::Boolean(_) => "boolean",
            Self::Reference { .. } => "referenceId",
        }
    }
}

/// A value as it is read.
#[derive(Clone, Debug, PartialEq)]
pub enum HeldValue {
    /// A text.
    Text(String),
    /// A number, without zeros at its end.
    Number(Decimal),
    /// A day.
    Date(NaiveDate),
    /// A choice.
    Choice(Choice),
    /// Yes or no.
    Boolean(bool),
    /// A record that may be out of the caller's sight.
    Reference(Target, Uuid),
}

/// Whether a value is none at all: spaces alone count as no text.
pub(crate) fn is_blank(given: &Given) -> bool {
    matches!(given, Given::Text(text) if text.trim().is_empty())
}

/// The text that is kept for a value. `was`: what the record holds now; a choice that was archived
/// since stays good there.
///
/// # Errors
/// The wrong type, or a value out of the field's bounds; the path is the input's own member.
/// Whether a record that is pointed at exists is asked elsewhere.
pub(crate) fn settle(form: Form<'_>, given: &Given, was: Option<&str>) -> Result<String, Refusal> {
    let settled = match (form.kind, given) {
        (FieldKind::Text, Given::Text(text)) => settle_text(form, text),
        (FieldKind::Number, Given::Number(number)) => settle_number(form, *number),
        (FieldKind::Date, Given::Date(date)) => settle_date(*date),
        (FieldKind::Choice, Given::Choice(key)) => settle_choice(form, key, was),
        (FieldKind::Boolean, Given::Boolean(flag)) => Ok(flag.to_string()),
        (FieldKind::Reference, Given::Reference { type_name, id })
            if form.target.is_some_and(|target| target.type_name() == type_name) =>
        {
            Ok(id.to_string())
        }
        _ => Err(wrong_type(form)),
    };
    settled.map_err(|refusal| refusal.at([given.member()]))
}

fn settle_text(form: Form<'_>, text: &str) -> Result<String, Refusal> {
    let most = form.max_length.and_then(|most| usize::try_from(most).ok()).unwrap_or(USUAL_LENGTH);
    let text = clean(text, most)?;
    let Some(pattern) = form.pattern else { return Ok(text) };
    if compiled(pattern).is_none_or(|regex| regex.is_match(&text)) {
        return Ok(text);
    }
    Err(Refusal::new(
        RefusalCode::Invalid,
        format!("The text does not match {pattern}."),
        format!("Текст не соответствует образцу {pattern}."),
    ))
}

fn settle_number(form: Form<'_>, number: Decimal) -> Result<String, Refusal> {
    let number = number.normalize();
    let places = form.scale.and_then(|scale| u32::try_from(scale).ok()).unwrap_or(MOST_PLACES);
    if number.scale() > places {
        return Err(out_of_scale(ScaleError::TooManyPlaces(places)));
    }
    if number.abs() >= Decimal::from(10_u64.pow(MOST_DIGITS)) {
        return Err(out_of_scale(ScaleError::TooLarge));
    }
    let beyond = |en: &str, ru: &str, bound: Decimal| {
        let (en, ru) = (format!("The number is {en} {bound}."), format!("Число {ru} {bound}."));
        Refusal::new(RefusalCode::OutOfRange, en, ru)
    };
    match (form.least, form.most) {
        (Some(least), _) if number < least => Err(beyond("at least", "не меньше", least)),
        (_, Some(most)) if number > most => Err(beyond("at most", "не больше", most)),
        _ => Ok(number.to_string()),
    }
}

fn settle_date(date: NaiveDate) -> Result<String, Refusal> {
    if (1..=9999).contains(&date.year()) {
        return Ok(date.to_string());
    }
    Err(Refusal::new(RefusalCode::OutOfRange, "The year is 1 to 9999.", "Год — от 1 до 9999."))
}

fn settle_choice(form: Form<'_>, key: &str, was: Option<&str>) -> Result<String, Refusal> {
    match form.choices.iter().find(|choice| choice.key == key) {
        Some(choice) if choice.is_archived && was != Some(key) => Err(Refusal::new(
            RefusalCode::Archived,
            format!("The choice “{}” is archived.", choice.name),
            format!("Вариант «{}» в архиве.", choice.name),
        )),
        Some(choice) => Ok(choice.key.clone()),
        None => {
            let open = form.choices.iter().filter(|choice| !choice.is_archived);
            let keys: Vec<&str> = open.map(|choice| choice.key.as_str()).collect();
            Err(Refusal::new(
                RefusalCode::Invalid,
                "The field has no such choice.",
                "Такого варианта у поля нет.",
            )
            .with(json!({ "choices": keys })))
        }
    }
}

fn wrong_type(form: Form<'_>) -> Refusal {
    let (en, ru, member) = match form.kind {
        FieldKind::Text => ("a text", "текст", "text"),
        FieldKind::Number => ("a number", "число", "number"),
        FieldKind::Date => ("a date", "дату", "date"),
        FieldKind::Choice => ("one of its choices", "один из вариантов", "choice"),
        FieldKind::Boolean => ("yes or no", "да или нет", "boolean"),
        FieldKind::Reference => ("a record of its kind", "запись своего вида", "referenceId"),
    };
    Refusal::new(
        RefusalCode::Invalid,
        format!("The field holds {en}: give `{member}`."),
        format!("Поле хранит {ru}: передайте `{member}`."),
    )
    .with(json!({ "expected": member, "target": form.target.map(Target::type_name) }))
}

/// Reads what is kept; `None` for what is not of the field's type.
pub(crate) fn held_value(form: Form<'_>, text: &str) -> Option<HeldValue> {
    Some(match form.kind {
        FieldKind::Text => HeldValue::Text(text.to_owned()),
        FieldKind::Number => HeldValue::Number(text.parse().ok()?),
        FieldKind::Date => HeldValue::Date(text.parse().ok()?),
        FieldKind::Choice => {
            HeldValue::Choice(form.choices.iter().find(|choice| choice.key == text)?.clone())
        }
        FieldKind::Boolean => HeldValue::Boolean(text.parse().ok()?),
        FieldKind::Reference => HeldValue::Reference(form.target?, text.parse().ok()?),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(text: &str) -> Given {
        Given::Number(text.parse().unwrap())
    }

    fn text(text: &str) -> Given {
        Given::Text(text.to_owned())
    }

    fn code(settled: Result<String, Refusal>) -> Result<String, RefusalCode> {
        settled.map_err(|refusal| refusal.code)
    }

    #[test]
    fn texts() {
        let plain = Form::of(FieldKind::Text);
        let short = Form { max_length: Some(3), ..plain };
        let shaped = Form { pattern: Some(r"[A-Z]{2}\d+|none"), ..plain };
        for (form, given, expected) in [
            (plain, text("  a b "), Ok("a b")),
            (plain, text("a\nb"), Err(RefusalCode::Invalid)),
            (short, text("ёжи"), Ok("ёжи")),
            (short, text("ёжик"), Err(RefusalCode::Invalid)),
            (shaped, text("AB12"), Ok("AB12")),
            (shaped, text("none"), Ok("none")),
            // The whole text, and not a part of it.
            (shaped, text("xAB12"), Err(RefusalCode::Invalid)),
            (shaped, text("none12"), Err(RefusalCode::Invalid)),
            (plain, number("1"), Err(RefusalCode::Invalid)),
        ] {
            assert_eq!(code(settle(form, &given, None)), expected.map(str::to_owned), "{given:?}");
        }
    }

    #[test]
    fn numbers() {
        let plain = Form::of(FieldKind::Number);
        let bounded = Form {
            scale: Some(2),
            least: Some(Decimal::from(-5)),
            most: Some(Decimal::from(10)),
            ..plain
        };
        for (form, given, expected) in [
            (plain, number("1.500"), Ok("1.5")),
            (plain, number("-0.0"), Ok("0")),
            (plain, number("0.1234567"), Err(RefusalCode::OutOfRange)),
            (plain, number("999999999999999"), Ok("999999999999999")),
            (plain, number("1000000000000000"), Err(RefusalCode::OutOfRange)),
            (bounded, number("10.00"), Ok("10")),
            (bounded, number("10.01"), Err(RefusalCode::OutOfRange)),
            (bounded, number("-5.5"), Err(RefusalCode::OutOfRange)),
            (bounded, number("1.234"), Err(RefusalCode::OutOfRange)),
            (plain, text("1"), Err(RefusalCode::Invalid)),
        ] {
            assert_eq!(code(settle(form, &given, None)), expected.map(str::to_owned), "{given:?}");
        }
    }

    #[test]
    fn an_archived_choice_stays_where_it_is() {
        let choices = [("a", false), ("b", true)].map(|(key, is_archived)| Choice {
            key: key.into(),
            name: key.to_uppercase(),
            is_archived,
        });
        let form = Form { choices: &choices, ..Form::of(FieldKind::Choice) };
        for (key, was, expected) in [
            ("a", None, Ok("a")),
            ("b", None, Err(RefusalCode::Archived)),
            ("b", Some("a"), Err(RefusalCode::Archived)),
            ("b", Some("b"), Ok("b")),
            ("c", Some("c"), Err(RefusalCode::Invalid)),
        ] {
            let settled = settle(form, &Given::Choice(key.into()), was);
            assert_eq!(code(settled), expected.map(str::to_owned), "{key} {was:?}");
        }
    }

    #[test]
    fn dates_and_flags_and_records() {
        let day = |text: &str| Given::Date(text.parse().unwrap());
        let id = Uuid::nil();
        let to = |type_name: &str| Given::Reference { type_name: type_name.into(), id };
        let reference = Form { target: Some(Target::User), ..Form::of(FieldKind::Reference) };
        let nil = id.to_string();
        for (form, given, expected) in [
            (Form::of(FieldKind::Date), day("2026-12-01"), Ok("2026-12-01")),
            (Form::of(FieldKind::Date), day("+12026-12-01"), Err(RefusalCode::OutOfRange)),
            (Form::of(FieldKind::Date), text("2026-12-01"), Err(RefusalCode::Invalid)),
            (Form::of(FieldKind::Boolean), Given::Boolean(true), Ok("true")),
            (reference, to("User"), Ok(nil.as_str())),
            (reference, to("Customer"), Err(RefusalCode::Invalid)),
        ] {
            let settled = settle(form, &given, None);
            assert_eq!(code(settled), expected.map(str::to_owned), "{given:?}");
        }
        let refused = settle(Form::of(FieldKind::Date), &number("1"), None).unwrap_err();
        assert_eq!(refused.field.unwrap(), ["number"]);
    }

    #[test]
    fn what_is_kept_is_read_back() {
        let kept = |kind, text: &str| held_value(Form::of(kind), text);
        assert_eq!(kept(FieldKind::Number, "1.5"), Some(HeldValue::Number(Decimal::new(15, 1))));
        assert_eq!(kept(FieldKind::Boolean, "false"), Some(HeldValue::Boolean(false)));
        assert_eq!(kept(FieldKind::Number, "x"), None);
        assert_eq!(kept(FieldKind::Choice, "gone"), None);
    }
}
