//! The checks of fields that a tenant adds to its records.

use kernel::{Decimal, Refusal, RefusalCode};

use super::{Checked, Checks, name, reference};
use crate::records::CustomFieldFields;
use crate::rules::{
    Choices, FieldKind, MOST_DIGITS, at, check_choices, check_key, check_pattern, clean, optional,
};

/// Characters of a hint.
const HINT: usize = 500;
/// Characters of a text that lists are narrowed by: longer ones do not fit into an index.
const LONGEST_FILTERABLE: i32 = 250;

impl Checks for CustomFieldFields {
    fn checked(&self) -> Checked<Self> {
        fits_its_kind(self)?;
        in_range("scale", self.scale, 0, 6)?;
        in_range("maxLength", self.max_length, 1, 2_000)?;
        in_range("place", Some(self.place), -999_999, 999_999)?;
        bounds(self.least, self.most)?;
        if self.is_filterable && self.max_length.is_some_and(|most| most > LONGEST_FILTERABLE) {
            return Err(Refusal::new(
                RefusalCode::OutOfRange,
                format!("Lists are narrowed by texts of at most {LONGEST_FILTERABLE} characters."),
                format!("Отбирать можно по тексту длиной не больше {LONGEST_FILTERABLE} символов."),
            )
            .at(["isFilterable"]));
        }
        let choices = match self.kind {
            FieldKind::Choice => check_choices(&self.choices.0)?,
            _ => Choices::default(),
        };
        let hint = optional(self.hint.as_deref(), |text| clean(text, HINT));
        Ok(Self {
            key: check_key(&self.key)?,
            name: name(&self.name)?,
            hint: at("hint", hint)?,
            choices,
            pattern: optional(self.pattern.as_deref(), check_pattern)?,
            read_roles: each_once(&self.read_roles),
            write_roles: each_once(&self.write_roles),
            external_reference: reference(self.external_reference.as_deref())?,
            ..self.clone()
        })
    }
}

/// What belongs to one type of value is not said of another.
fn fits_its_kind(field: &CustomFieldFields) -> Checked<()> {
    let said = [
        ("choices", !field.choices.0.is_empty(), FieldKind::Choice),
        ("target", field.target.is_some(), FieldKind::Reference),
        ("scale", field.scale.is_some(), FieldKind::Number),
        ("least", field.least.is_some(), FieldKind::Number),
        ("most", field.most.is_some(), FieldKind::Number),
        ("maxLength", field.max_length.is_some(), FieldKind::Text),
        ("pattern", field.pattern.is_some(), FieldKind::Text),
    ];
    if let Some((member, ..)) =
        said.iter().find(|(_, is_said, kind)| *is_said && *kind != field.kind)
    {
        return Err(Refusal::new(
            RefusalCode::Invalid,
            "A field of this type has no such setting.",
            "У поля этого типа такой настройки нет.",
        )
        .at([*member]));
    }
    if field.kind == FieldKind::Reference && field.target.is_none() {
        return Err(Refusal::new(
            RefusalCode::Required,
            "Say what the field points at.",
            "Укажите, на что ссылается поле.",
        )
        .at(["target"]));
    }
    Ok(())
}

fn in_range(field: &str, number: Option<i32>, least: i32, most: i32) -> Checked<()> {
    if number.is_none_or(|number| (least..=most).contains(&number)) {
        return Ok(());
    }
    Err(Refusal::new(
        RefusalCode::OutOfRange,
        format!("The number is {least} to {most}."),
        format!("Число — от {least} до {most}."),
    )
    .at([field]))
}

fn bounds(least: Option<Decimal>, most: Option<Decimal>) -> Checked<()> {
    let is_far = |bound: Option<Decimal>| {
        bound.is_some_and(|bound| bound.abs() >= Decimal::from(10_u64.pow(MOST_DIGITS)))
    };
    let wrong = |member: &str, en: &str, ru: &str| {
        Err(Refusal::new(RefusalCode::OutOfRange, en, ru).at([member]))
    };
    let (en, ru) = ("The number is too large.", "Число слишком велико.");
    if is_far(least) {
        return wrong("least", en, ru);
    }
    if is_far(most) {
        return wrong("most", en, ru);
    }
    if least.zip(most).is_some_and(|(least, most)| least > most) {
        let (en, ru) = ("The largest is below the least.", "Наибольшее меньше наименьшего.");
        return wrong("most", en, ru);
    }
    Ok(())
}

fn each_once(roles: &[String]) -> Vec<String> {
    let mut roles = roles.to_vec();
    roles.sort_unstable();
    roles.dedup();
    roles
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::{Choice, Target};

    fn field(kind: FieldKind) -> CustomFieldFields {
        CustomFieldFields {
            subject_kind: "Customer".into(),
            key: "own".into(),
            name: "Own".into(),
            kind,
            read_roles: vec!["b".into(), "a".into(), "b".into()],
            is_filterable: true,
            ..CustomFieldFields::blank()
        }
    }

    #[test]
    fn settings_belong_to_their_types() {
        use FieldKind::{Date, Number, Reference, Text};
        let one = Some(Decimal::ONE);
        let choice = Choice { key: "a".into(), name: "A".into(), is_archived: false };
        for (field, wrong) in [
            (field(Text), None),
            (CustomFieldFields { pattern: Some("a+".into()), ..field(Text) }, None),
            (CustomFieldFields { pattern: Some("(".into()), ..field(Text) }, Some("pattern")),
            (CustomFieldFields { max_length: Some(251), ..field(Text) }, Some("isFilterable")),
            (CustomFieldFields { max_length: Some(0), ..field(Text) }, Some("maxLength")),
            (CustomFieldFields { max_length: Some(9), ..field(Date) }, Some("maxLength")),
            (CustomFieldFields { scale: Some(7), ..field(Number) }, Some("scale")),
            (CustomFieldFields { least: one, most: one, ..field(Number) }, None),
            (
                CustomFieldFields { least: one, most: Some(Decimal::ZERO), ..field(Number) },
                Some("most"),
            ),
            (CustomFieldFields { choices: Choices(vec![choice]), ..field(Date) }, Some("choices")),
            (field(FieldKind::Choice), Some("choices")),
            (field(Reference), Some("target")),
            (CustomFieldFields { target: Some(Target::User), ..field(Reference) }, None),
            (CustomFieldFields { key: "Own".into(), ..field(Text) }, Some("key")),
        ] {
            let told = field.checked().map_err(|refusal| refusal.field.unwrap()[0].clone());
            assert_eq!(told.as_ref().err().map(String::as_str), wrong, "{field:?}");
        }
        assert_eq!(field(Text).checked().unwrap().read_roles, ["a", "b"]);
    }
}
