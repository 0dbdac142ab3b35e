//! What tells a product's variants apart: typed values of attributes, the combination they make,
//! and the names that follow from it.

use std::collections::HashSet;

use kernel::{AttributeChoiceId, Decimal, ProductAttributeId, Refusal, RefusalCode};

use super::{clean, out_of_scale};

/// Attributes that tell the variants of one product apart, at most.
pub const MOST_ATTRIBUTES: usize = 10;
/// Variants that one request makes, at most.
pub const MOST_VARIANTS: usize = 500;
/// Characters of a choice, or of a text.
pub const MOST_CHARACTERS: usize = 60;
/// Characters of an article number and of a name.
const MOST_SKU: usize = 64;
const MOST_NAME: usize = 250;
/// Places of a number.
const PLACES: u32 = 6;

/// What kind of values an attribute has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum AttributeKind {
    /// One of a list.
    Choice,
    /// A number, in a unit.
    Number,
    /// Yes or no.
    Boolean,
    /// A short text.
    Text,
}

impl AttributeKind {
    const ALL: [Self; 4] = [Self::Choice, Self::Number, Self::Boolean, Self::Text];

    /// The kind as the table writes it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Choice => "CHOICE",
            Self::Number => "NUMBER",
            Self::Boolean => "BOOLEAN",
            Self::Text => "TEXT",
        }
    }

    /// Reads a kind as the table writes it.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }
}

/// A value as somebody gives it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GivenValue {
    /// One of the attribute's list.
    Choice(AttributeChoiceId),
    /// At most six places.
    Number(Decimal),
    /// Yes or no.
    Flag(bool),
    /// At most 60 characters.
    Text(String),
}

impl GivenValue {
    fn kind(&self) -> AttributeKind {
        match self {
            Self::Choice(_) => AttributeKind::Choice,
            Self::Number(_) => AttributeKind::Number,
            Self::Flag(_) => AttributeKind::Boolean,
            Self::Text(_) => AttributeKind::Text,
        }
    }

    /// What a variant with this value is found by: one number has one key however it is written,
    /// and texts do not differ by case.
    #[must_use]
    pub fn key(&self) -> String {
        match self {
            Self::Choice(id) => id.to_string(),
            Self::Number(number) => number.normalize().to_string(),
            Self::Flag(flag) => flag.to_string(),
            Self::Text(text) => text.trim().to_lowercase(),
        }
    }
}

/// One of the values that an attribute may have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AttributeChoice {
    /// Its id.
    pub id: AttributeChoiceId,
    /// As people call it.
    pub value: String,
    /// No new variant takes it.
    pub archived: bool,
}

/// An attribute as the rules need it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AttributeCard {
    /// Its id.
    pub id: ProductAttributeId,
    /// As people call it.
    pub name: String,
    /// What kind of values it has.
    pub kind: AttributeKind,
    /// The unit of its numbers.
    pub unit: Option<String>,
    /// No new variant names it.
    pub archived: bool,
    /// The list of a choice, in its order.
    pub choices: Vec<AttributeChoice>,
}

/// A value that fits its attribute.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Valued {
    /// The attribute.
    pub attribute: ProductAttributeId,
    /// Of a choice.
    pub choice: Option<AttributeChoiceId>,
    /// Of the other kinds: the number without trailing zeros, `true` or `false`, the text.
    pub value: Option<String>,
    /// What it is found by.
    pub key: String,
    /// As names show it: `Red`, `10 mm`, `Waterproof +`.
    pub shown: String,
}

impl AttributeCard {
    /// Fits a value to the attribute.
    ///
    /// # Errors
    /// A value of another kind, a choice that is not in the list, a number or text out of bounds.
    pub fn fit(&self, given: &GivenValue) -> Result<Valued, Refusal> {
        if given.kind() != self.kind {
            return Err(Refusal::new(
                RefusalCode::Invalid,
                format!("{} takes values of the kind {}.", self.name, self.kind.as_str()),
                format!("У «{}» значения вида {}.", self.name, self.kind.as_str()),
            ));
        }
        let (choice, value, shown) = match given {
            GivenValue::Choice(id) => {
                let choice = self.choices.iter().find(|choice| choice.id == *id);
                let choice = choice.filter(|choice| !choice.archived);
                let choice = choice.ok_or_else(|| self.no_choice())?;
                (Some(choice.id), None, choice.value.clone())
            }
            GivenValue::Number(number) => {
                let number = checked_number(*number)?.to_string();
                let unit = self.unit.as_deref().map(|unit| format!(" {unit}")).unwrap_or_default();
                (None, Some(number.clone()), format!("{number}{unit}"))
            }
            GivenValue::Flag(flag) => {
                let sign = if *flag { "+" } else { "−" };
                (None, Some(flag.to_string()), format!("{} {sign}", self.name))
            }
            GivenValue::Text(text) => {
                let text = clean(text, MOST_CHARACTERS)?;
                (None, Some(text.clone()), text)
            }
        };
        Ok(Valued { attribute: self.id, choice, value, key: given.key(), shown })
    }

    fn no_choice(&self) -> Refusal {
        Refusal::new(
            RefusalCode::UnknownReference,
            format!("{} has no such choice, or it is archived.", self.name),
            format!("У «{}» нет такого значения, или оно в архиве.", self.name),
        )
    }

    /// All values that a variant may have, where they can be listed.
    #[must_use]
    pub fn all_values(&self) -> Option<Vec<GivenValue>> {
        match self.kind {
            AttributeKind::Choice => {
                let live = self.choices.iter().filter(|choice| !choice.archived);
                Some(live.map(|choice| GivenValue::Choice(choice.id)).collect())
            }
            AttributeKind::Boolean => Some(vec![GivenValue::Flag(true), GivenValue::Flag(false)]),
            AttributeKind::Number | AttributeKind::Text => None,
        }
    }
}

fn checked_number(number: Decimal) -> Result<Decimal, Refusal> {
    let number = number.normalize();
    if number.scale() > PLACES {
        return Err(out_of_scale(kernel::ScaleError::TooManyPlaces(PLACES)));
    }
    if number.abs() >= Decimal::from(1_000_000_000_000_i64) {
        return Err(out_of_scale(kernel::ScaleError::TooLarge));
    }
    Ok(number)
}

/// The values of one variant as one text: no two variants of a product have the same.
#[must_use]
pub fn combination<'v>(values: impl IntoIterator<Item = (ProductAttributeId, &'v str)>) -> String {
    let mut parts: Vec<_> = values.into_iter().collect();
    parts.sort_unstable();
    let part = |(attribute, key): &(ProductAttributeId, &str)| format!("{attribute}={key}");
    parts.iter().map(part).collect::<Vec<_>>().join(";")
}

/// What a variant is called where nobody says otherwise: `T-shirt (Red, M)`.
#[must_use]
pub fn derived_name(product: &str, values: &[Valued]) -> String {
    let shown: Vec<&str> = values.iter().map(|value| value.shown.as_str()).collect();
    let tail = format!(" ({})", shown.join(", "));
    let room = MOST_NAME.saturating_sub(tail.chars().count());
    let head: String = product.chars().take(room).collect();
    format!("{head}{tail}").chars().take(MOST_NAME).collect()
}

/// Its article number where nobody says otherwise: `TSHIRT-Red-M`; with a number at the end
/// where that one is taken or too long.
#[must_use]
pub fn derived_sku(product: &str, values: &[Valued], taken: &HashSet<String>) -> String {
    let word = |value: &Valued| value.shown.split_whitespace().collect::<Vec<_>>().join("-");
    let words: Vec<String> = values.iter().map(word).collect();
    let whole = format!("{product}-{}", words.join("-"));
    if whole.chars().count() <= MOST_SKU && !taken.contains(&whole) {
        return whole;
    }
    let numbered = |number: usize| {
        let tail = format!("-{number}");
        let head: String = whole.chars().take(MOST_SKU - tail.len()).collect();
        format!("{head}{tail}")
    };
    let last = taken.len() + 2;
    (2..=last).map(numbered).find(|sku| !taken.contains(sku)).unwrap_or_else(|| numbered(last + 1))
}

/// Every combination of one value each, the last attribute's values changing fastest.
///
/// # Errors
/// More than 500 of them.
pub fn combinations(axes: &[Vec<Valued>]) -> Result<Vec<Vec<Valued>>, Refusal> {
    let count = axes.iter().try_fold(1_usize, |count, axis| count.checked_mul(axis.len()));
    if count.is_none_or(|count| count > MOST_VARIANTS) {
        return Err(Refusal::new(
            RefusalCode::TooMany,
            format!("At most {MOST_VARIANTS} variants are made at once: name fewer values."),
            format!(
                "За один раз создаётся не больше {MOST_VARIANTS} характеристик: сократите \
                     значения."
            ),
        )
        .at(["axes"]));
    }
    let mut made = vec![Vec::new()];
    for axis in axes {
        let longer = |short: Vec<Valued>| {
            axis.iter().map(move |value| {
                let mut whole = short.clone();
                whole.push(value.clone());
                whole
            })
        };
        made = made.into_iter().flat_map(longer).collect();
    }
    Ok(made)
}

#[cfg(test)]
mod tests {
    use kernel::Uuid;
    use proptest::prelude::*;

    use super::*;

    fn attribute(number: u128, kind: AttributeKind, unit: Option<&str>) -> AttributeCard {
        let choice = |place: u128, value: &str| AttributeChoice {
            id: AttributeChoiceId(Uuid::from_u128(number * 100 + place)),
            value: value.to_owned(),
            archived: place == 3,
        };
        AttributeCard {
            id: ProductAttributeId(Uuid::from_u128(number)),
            name: format!("A{number}"),
            kind,
            unit: unit.map(ToOwned::to_owned),
            archived: false,
            choices: vec![choice(1, "Red"), choice(2, "Dark blue"), choice(3, "Gone")],
        }
    }

    fn number(text: &str) -> GivenValue {
        GivenValue::Number(text.parse().unwrap())
    }

    #[test]
    fn values_fit_their_attributes() {
        let choice = |place: u128| GivenValue::Choice(AttributeChoiceId(Uuid::from_u128(place)));
        let length = attribute(2, AttributeKind::Number, Some("mm"));
        let colour = attribute(1, AttributeKind::Choice, None);
        let dry = attribute(3, AttributeKind::Boolean, None);
        let grade = attribute(4, AttributeKind::Text, None);
        for (attribute, given, shown) in [
            (&colour, choice(102), Ok("Dark blue")),
            (&colour, choice(103), Err(RefusalCode::UnknownReference)),
            (&colour, choice(202), Err(RefusalCode::UnknownReference)),
            (&colour, number("1"), Err(RefusalCode::Invalid)),
            (&length, number("10.50"), Ok("10.5 mm")),
            (&length, number("0.1234567"), Err(RefusalCode::OutOfRange)),
            (&dry, GivenValue::Flag(true), Ok("A3 +")),
            (&dry, GivenValue::Flag(false), Ok("A3 −")),
            (&grade, GivenValue::Text(" First ".into()), Ok("First")),
            (&grade, GivenValue::Text(" ".into()), Err(RefusalCode::Required)),
        ] {
            let found = attribute.fit(&given);
            assert_eq!(found.as_ref().map(|v| v.shown.as_str()).map_err(|r| r.code), shown);
        }
        assert_eq!(number("10.50").key(), number("10.5").key());
        assert_eq!(colour.all_values().unwrap().len(), 2, "archived choices make no variant");
        assert_eq!(length.all_values(), None);
    }

    #[test]
    fn names_follow_from_values() {
        let colour = attribute(1, AttributeKind::Choice, None);
        let values: Vec<Valued> = colour
            .all_values()
            .unwrap()
            .iter()
            .skip(1)
            .map(|given| colour.fit(given).unwrap())
            .collect();
        assert_eq!(derived_name("Shirt", &values), "Shirt (Dark blue)");
        assert_eq!(derived_name(&"x".repeat(300), &values).chars().count(), 250);
        let mut taken = HashSet::new();
        assert_eq!(derived_sku("SH", &values, &taken), "SH-Dark-blue");
        taken.insert("SH-Dark-blue".to_owned());
        assert_eq!(derived_sku("SH", &values, &taken), "SH-Dark-blue-2");
        assert_eq!(derived_sku(&"x".repeat(64), &values, &taken).chars().count(), 64);
    }

    proptest! {
        #[test]
        fn all_combinations_are_made_once(sizes in prop::collection::vec(0_usize..6, 1..5)) {
            let value = |axis: usize, place: usize| Valued {
                attribute: ProductAttributeId(Uuid::from_u128(axis as u128)),
                choice: None,
                value: None,
                key: place.to_string(),
                shown: String::new(),
            };
            let axes: Vec<Vec<Valued>> = sizes.iter().enumerate()
                .map(|(axis, size)| (0..*size).map(|place| value(axis, place)).collect())
                .collect();
            let whole: usize = sizes.iter().product();
            let Ok(made) = combinations(&axes) else {
                prop_assert!(whole > MOST_VARIANTS);
                return Ok(());
            };
            prop_assert_eq!(made.len(), whole);
            let texts: HashSet<String> = made.iter().map(|values| {
                combination(values.iter().rev().map(|v| (v.attribute, v.key.as_str())))
            }).collect();
            prop_assert_eq!(texts.len(), whole);
            for values in &made {
                let forward = combination(values.iter().map(|v| (v.attribute, v.key.as_str())));
                prop_assert!(texts.contains(&forward), "the order of values does not matter");
            }
        }
    }
}
