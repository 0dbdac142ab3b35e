//! What a custom field may be.

use std::collections::BTreeSet;

use kernel::{Refusal, RefusalCode};
use regex::{Regex, RegexBuilder};
use sea_orm::FromJsonQueryResult;
use sea_orm::sea_query::{Nullable, Value};
use serde::{Deserialize, Serialize};

use crate::rules::terms::words;
use crate::rules::{at, clean};

/// Choices of one field at most, archived ones included.
const MOST_CHOICES: usize = 200;
/// Characters of a field's or a choice's key.
const LONGEST_KEY: usize = 40;
/// Characters of a choice's name.
const CHOICE_NAME: usize = 100;
/// Characters of a pattern.
const LONGEST_PATTERN: usize = 200;
/// Bytes that a compiled pattern may take; `.{1000}{1000}` is refused and not built.
const LARGEST_PATTERN: usize = 1 << 18;
/// Roles that one list of a field may name.
const MOST_ROLES: usize = 50;

words! {
    /// What a custom field holds.
    FieldKind {
        /// A line of text.
        Text = "TEXT",
        /// A decimal number.
        Number = "NUMBER",
        /// A day.
        Date = "DATE",
        /// One of the field's own choices.
        Choice = "CHOICE",
        /// Yes or no.
        Boolean = "BOOLEAN",
        /// A record of one kind.
        Reference = "REFERENCE",
    }
}

words! {
    /// What a custom field may point at.
    Target {
        /// A customer.
        Customer = "CUSTOMER",
        /// A product.
        Product = "PRODUCT",
        /// A user.
        User = "USER",
        /// A supplier.
        Supplier = "SUPPLIER",
        /// A warehouse.
        Warehouse = "WAREHOUSE",
    }
}

impl Nullable for Target {
    fn null() -> Value {
        Value::String(None)
    }
}

impl Target {
    /// The record's type, as the API names it.
    #[must_use]
    pub fn type_name(self) -> &'static str {
        match self {
            Self::Customer => "Customer",
            Self::Product => "Product",
            Self::User => "User",
            Self::Supplier => "Supplier",
            Self::Warehouse => "Warehouse",
        }
    }
}

/// One of a field's choices.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Choice {
    /// What records hold; stays while the name changes.
    pub key: String,
    /// What people read.
    pub name: String,
    /// Records that hold it keep it, others do not get it.
    #[serde(default)]
    pub is_archived: bool,
}

/// A field's choices, in the order in which they are offered.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
pub struct Choices(pub Vec<Choice>);

/// A field's key: what programs, and the headers of files, call it.
pub(crate) fn check_key(key: &str) -> Result<String, Refusal> {
    let begins = key.bytes().next().is_some_and(|b| b.is_ascii_lowercase());
    let is_known = key.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
    if begins && is_known && key.len() <= LONGEST_KEY {
        return Ok(key.to_owned());
    }
    Err(Refusal::new(
        RefusalCode::Invalid,
        "A key holds 1 to 40 small Latin letters, digits and underscores, a letter first.",
        "Ключ — от 1 до 40 строчных латинских букв, цифр и подчёркиваний, первой идёт буква.",
    )
    .at(["key"]))
}

/// Checks choices: keys and names are unique, and one at least is in use.
pub(crate) fn check_choices(choices: &[Choice]) -> Result<Choices, Refusal> {
    if choices.len() > MOST_CHOICES {
        return Err(too_many(MOST_CHOICES).at(["choices"]));
    }
    let (mut keys, mut names) = (BTreeSet::new(), BTreeSet::new());
    let mut kept = Vec::with_capacity(choices.len());
    for (place, choice) in choices.iter().enumerate() {
        let path = |refusal: Refusal| refusal.within(["choices".to_owned(), place.to_string()]);
        let name = at("name", clean(&choice.name, CHOICE_NAME)).map_err(path)?;
        if !is_choice_key(&choice.key) {
            return Err(path(choice_key().at(["key"])));
        }
        if !keys.insert(choice.key.as_str()) {
            return Err(path(twice().at(["key"])));
        }
        // An archived choice may have the name of the one that took its place.
        if !choice.is_archived && !names.insert(name.to_lowercase()) {
            return Err(path(twice().at(["name"])));
        }
        kept.push(Choice { name, ..choice.clone() });
    }
    if kept.iter().all(|choice| choice.is_archived) {
        return Err(Refusal::new(
            RefusalCode::Required,
            "A field of choices has one choice in use at least.",
            "У поля выбора есть хотя бы один действующий вариант.",
        )
        .at(["choices"]));
    }
    Ok(Choices(kept))
}

/// The choices after a change: those left out are archived and stand last, since records may hold
/// them.
pub(crate) fn kept_choices(before: &Choices, wanted: &Choices) -> Choices {
    let is_wanted = |choice: &&Choice| wanted.0.iter().any(|other| other.key == choice.key);
    let left_out = before.0.iter().filter(|choice| !is_wanted(choice));
    let archived = left_out.map(|choice| Choice { is_archived: true, ..choice.clone() });
    Choices(wanted.0.iter().cloned().chain(archived).collect())
}

fn is_choice_key(key: &str) -> bool {
    let is_known = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-');
    (1..=LONGEST_KEY).contains(&key.len()) && key.bytes().all(is_known)
}

/// Compiles a pattern that a whole text must match; matching takes linear time.
pub(super) fn compiled(pattern: &str) -> Option<Regex> {
    RegexBuilder::new(&format!("^(?:{pattern})$"))
        .size_limit(LARGEST_PATTERN)
        .dfa_size_limit(LARGEST_PATTERN)
        .nest_limit(20)
        .build()
        .ok()
}

/// Checks a pattern.
pub(crate) fn check_pattern(pattern: &str) -> Result<String, Refusal> {
    let is_short = pattern.chars().count() <= LONGEST_PATTERN && !pattern.contains('\0');
    // Alone first: `)|(` would be a pattern inside the brackets only.
    let alone = RegexBuilder::new(pattern).size_limit(LARGEST_PATTERN).nest_limit(20).build();
    if is_short && alone.is_ok() && compiled(pattern).is_some() {
        return Ok(pattern.to_owned());
    }
    Err(Refusal::new(
        RefusalCode::Invalid,
        format!("This is no regular expression of at most {LONGEST_PATTERN} characters."),
        format!("Это не регулярное выражение длиной не больше {LONGEST_PATTERN} символов."),
    )
    .at(["pattern"]))
}

/// Checks the names of roles of one list against those that are there; each stands once.
pub(crate) fn check_roles(
    field: &str,
    roles: &[String],
    is_known: impl Fn(&str) -> bool,
) -> Result<(), Refusal> {
    if roles.len() > MOST_ROLES {
        return Err(too_many(MOST_ROLES).at([field]));
    }
    match roles.iter().find(|role| !is_known(role)) {
        None => Ok(()),
        Some(role) => Err(Refusal::new(
            RefusalCode::UnknownReference,
            format!("There is no role or scope {role:?}."),
            format!("Нет роли или области «{role}»."),
        )
        .at([field])),
    }
}

fn choice_key() -> Refusal {
    Refusal::new(
        RefusalCode::Invalid,
        "A choice's key holds 1 to 40 Latin letters, digits, underscores and hyphens.",
        "Ключ варианта — от 1 до 40 латинских букв, цифр, подчёркиваний и дефисов.",
    )
}

fn twice() -> Refusal {
    Refusal::new(RefusalCode::Invalid, "It stands here twice.", "Указано дважды.")
}

fn too_many(most: usize) -> Refusal {
    Refusal::new(
        RefusalCode::TooMany,
        format!("At most {most} of them."),
        format!("Не больше {most}."),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn choice(key: &str, name: &str) -> Choice {
        Choice { key: key.into(), name: name.into(), is_archived: false }
    }

    #[test]
    fn keys_are_plain() {
        for good in ["a", "waybill_number", "x9"] {
            assert_eq!(check_key(good).as_deref(), Ok(good));
        }
        for bad in ["", "9a", "A", "a b", "ключ", "_a", &"a".repeat(41)] {
            assert!(check_key(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn choices_differ() {
        let good = check_choices(&[choice("a", " Alpha "), choice("b", "Beta")]).unwrap();
        assert_eq!(good.0[0].name, "Alpha");
        for (bad, path) in [
            (vec![choice("a", "A"), choice("a", "B")], vec!["choices", "1", "key"]),
            (vec![choice("a", "A"), choice("b", "a")], vec!["choices", "1", "name"]),
            (vec![choice("a b", "A")], vec!["choices", "0", "key"]),
            (vec![choice("a", " ")], vec!["choices", "0", "name"]),
            (vec![Choice { is_archived: true, ..choice("a", "A") }], vec!["choices"]),
        ] {
            let refused = check_choices(&bad).unwrap_err();
            assert_eq!(refused.field.unwrap(), path);
        }
    }

    #[test]
    fn choices_left_out_are_archived() {
        let before = Choices(vec![choice("a", "A"), choice("b", "B")]);
        let after = kept_choices(&before, &Choices(vec![choice("c", "C"), choice("b", "Bee")]));
        let told: Vec<_> =
            after.0.iter().map(|c| (c.key.as_str(), c.name.as_str(), c.is_archived)).collect();
        assert_eq!(told, [("c", "C", false), ("b", "Bee", false), ("a", "A", true)]);
    }

    #[test]
    fn patterns_are_bounded() {
        assert!(check_pattern(r"[A-Z]{2}-\d{4}").is_ok());
        for bad in ["(", ")|(", r"(?:\w{100}){1000}", "a\0", &"x".repeat(201)] {
            assert!(check_pattern(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn roles_are_known() {
        let known = |role: &str| role == "manager";
        assert!(check_roles("readRoles", &["manager".into()], known).is_ok());
        assert!(check_roles("readRoles", &["stranger".into()], known).is_err());
    }
}
