//! How lists are narrowed by what custom fields hold.

use kernel::{CustomFieldId, Decimal, NaiveDate, Refusal, RefusalCode, Uuid};

use super::Form;
use super::form::FieldKind;

/// Conditions on custom fields in one filter, at most.
pub(crate) const MOST_CONDITIONS: usize = 10;
/// Values that one condition may name.
const MOST_VALUES: usize = 100;

/// A condition as a client writes it; values are texts as they are printed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AskedCondition {
    /// The field's key.
    pub key: String,
    /// Holds this.
    pub equals: Option<String>,
    /// Holds one of these.
    pub among: Option<Vec<String>>,
    /// Holds this or more.
    pub from: Option<String>,
    /// Holds this or less.
    pub to: Option<String>,
    /// Begins with this.
    pub starts_with: Option<String>,
    /// Points at one of these records.
    pub references: Option<Vec<Uuid>>,
    /// Holds anything, or nothing.
    pub is_set: Option<bool>,
}

/// What records of a list hold in one field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Condition {
    /// The field.
    pub field: CustomFieldId,
    /// Its kind.
    pub kind: FieldKind,
    /// What it holds; all of these are true of it. None of them: nothing.
    pub tests: Vec<Test>,
}

/// What is asked of a field's value; texts are as they are kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Test {
    /// There is one.
    IsSet,
    /// It is one of these.
    Among(Vec<String>),
    /// It is this or more.
    From(String),
    /// It is this or less.
    To(String),
    /// It begins with this.
    StartsWith(String),
}

/// Reads what a client asks of a field.
///
/// # Errors
/// Nothing asked, a condition that does not fit the field's type, a value that cannot be read.
pub(crate) fn condition(
    field: CustomFieldId,
    form: Form<'_>,
    asked: &AskedCondition,
) -> Result<Condition, Refusal> {
    let kind = form.kind;
    let of = |member: &'static str, text: &String| {
        canonical(kind, text).ok_or_else(|| unreadable(&asked.key, member))
    };
    let fits = |member: &'static str, fits: bool| {
        if fits { Ok(()) } else { Err(unfit(&asked.key, member)) }
    };
    let mut tests = Vec::new();
    if let Some(text) = &asked.equals {
        tests.push(Test::Among(vec![of("equals", text)?]));
    }
    if let Some(texts) = &asked.among {
        let texts: Result<Vec<_>, _> = bounded(texts)?.iter().map(|text| of("in", text)).collect();
        tests.push(Test::Among(texts?));
    }
    if let Some(ids) = &asked.references {
        fits("referenceIds", kind == FieldKind::Reference)?;
        tests.push(Test::Among(bounded(ids)?.iter().map(ToString::to_string).collect()));
    }
    let is_ordered = matches!(kind, FieldKind::Number | FieldKind::Date);
    if let Some(text) = &asked.from {
        fits("from", is_ordered)?;
        tests.push(Test::From(of("from", text)?));
    }
    if let Some(text) = &asked.to {
        fits("to", is_ordered)?;
        tests.push(Test::To(of("to", text)?));
    }
    if let Some(text) = &asked.starts_with {
        fits("startsWith", kind == FieldKind::Text)?;
        tests.push(Test::StartsWith(of("startsWith", text)?));
    }
    match (asked.is_set, tests.is_empty()) {
        (Some(true), _) => tests.push(Test::IsSet),
        (Some(false), true) | (None, false) => {}
        (Some(false), false) => return Err(unfit(&asked.key, "isSet")),
        (None, true) => return Err(nothing_asked(&asked.key)),
    }
    Ok(Condition { field, kind, tests })
}

/// A value as it is kept. Bounds of the field do not matter: nothing is found beyond them.
fn canonical(kind: FieldKind, text: &str) -> Option<String> {
    let text = text.trim();
    if text.contains('\0') || text.is_empty() {
        return None;
    }
    match kind {
        FieldKind::Text | FieldKind::Choice => Some(text.to_owned()),
        FieldKind::Number => {
            let number: Decimal = text.parse().ok()?;
            let is_near = number.abs() < Decimal::from(10_u64.pow(super::MOST_DIGITS));
            is_near.then(|| number.normalize().to_string())
        }
        FieldKind::Date => text.parse::<NaiveDate>().ok().map(|day| day.to_string()),
        FieldKind::Boolean => text.parse::<bool>().ok().map(|flag| flag.to_string()),
        // Records are named by their ids, which are not texts.
        FieldKind::Reference => None,
    }
}

fn bounded<T>(values: &[T]) -> Result<&[T], Refusal> {
    if values.len() <= MOST_VALUES {
        return Ok(values);
    }
    Err(Refusal::new(
        RefusalCode::TooMany,
        format!("A condition names at most {MOST_VALUES} values."),
        format!("В одном условии — не больше значений: {MOST_VALUES}."),
    ))
}

fn unreadable(key: &str, member: &str) -> Refusal {
    Refusal::new(
        RefusalCode::Invalid,
        format!("`{member}` holds no value of the field {key}."),
        format!("В `{member}` нет значения поля {key}."),
    )
}

fn unfit(key: &str, member: &str) -> Refusal {
    Refusal::new(
        RefusalCode::Invalid,
        format!("`{member}` cannot be asked of the field {key} here."),
        format!("К полю {key} условие `{member}` здесь не применимо."),
    )
}

fn nothing_asked(key: &str) -> Refusal {
    Refusal::new(
        RefusalCode::Required,
        format!("Say what the field {key} is to hold."),
        format!("Укажите, что должно быть в поле {key}."),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use FieldKind::{Boolean, Date, Number, Reference, Text};

    fn read(kind: FieldKind, asked: AskedCondition) -> Result<Vec<Test>, RefusalCode> {
        let form = Form::of(kind);
        let field = CustomFieldId(Uuid::nil());
        condition(field, form, &asked).map(|found| found.tests).map_err(|refusal| refusal.code)
    }

    #[test]
    fn conditions_fit_their_types() {
        let none = AskedCondition::default;
        let some = |text: &str| Some(text.to_owned());
        let among = |text: &str| Ok(vec![Test::Among(vec![text.to_owned()])]);
        let invalid = || Err(RefusalCode::Invalid);
        for (kind, asked, expected) in [
            (Number, AskedCondition { equals: some("1.50"), ..none() }, among("1.5")),
            (Number, AskedCondition { equals: some("x"), ..none() }, invalid()),
            (Number, AskedCondition { equals: some("1e30"), ..none() }, invalid()),
            (Date, AskedCondition { equals: some("2026-12-01"), ..none() }, among("2026-12-01")),
            (Boolean, AskedCondition { equals: some("yes"), ..none() }, invalid()),
            (Text, AskedCondition { from: some("a"), ..none() }, invalid()),
            (Number, AskedCondition { starts_with: some("1"), ..none() }, invalid()),
            (Reference, AskedCondition { equals: some("a"), ..none() }, invalid()),
            (Text, none(), Err(RefusalCode::Required)),
            (Text, AskedCondition { is_set: Some(false), ..none() }, Ok(vec![])),
            (Text, AskedCondition { is_set: Some(true), ..none() }, Ok(vec![Test::IsSet])),
            (Text, AskedCondition { is_set: Some(false), equals: some("a"), ..none() }, invalid()),
            (
                Text,
                AskedCondition { among: Some(vec!["a".to_owned(); 101]), ..none() },
                Err(RefusalCode::TooMany),
            ),
        ] {
            assert_eq!(read(kind, asked.clone()), expected, "{asked:?}");
        }
    }
}
