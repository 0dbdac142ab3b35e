//! Which column holds which field.

use std::collections::{BTreeMap, HashMap};

use kernel::Text;
use serde::{Deserialize, Serialize};

/// A field that a row may give.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field<'a> {
    /// Its name in the program.
    pub name: &'a str,
    /// What its column may be called, in both languages; case, punctuation, spaces and ё/е do not
    /// count.
    pub synonyms: &'a [&'a str],
    /// Whether a file without it is of no use.
    pub need: Need,
}

/// Whether a field must have a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// A file without the column is refused.
    Required,
    /// The column may be absent.
    Optional,
}

/// Columns of fields, and what does not fit. Serialised, it shows a person what will be read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Mapping {
    /// The column of each field found, from 0.
    pub columns: BTreeMap<String, usize>,
    /// Headers that are no field; their cells are not read.
    pub unknown: Vec<String>,
    /// Required fields without a column.
    pub missing: Vec<String>,
    /// Fields that several columns claim, with those headers; none of them is read.
    pub duplicate: BTreeMap<String, Vec<String>>,
    /// Numbers, from 1, of columns without a header.
    pub unnamed: Vec<usize>,
    /// Headers that a saved profile names and the file does not have, by field.
    pub absent: BTreeMap<String, String>,
}

/// What a tenant saved: the header of each field.
pub type Profile = BTreeMap<String, String>;

impl Mapping {
    /// Finds each field's column by its name or its synonyms.
    #[must_use]
    pub fn by_names(header: &[String], fields: &[Field<'_>]) -> Self {
        Self::with_profile(header, fields, &Profile::new())
    }

    /// Finds the columns of the fields in the profile by the headers it names, those of the other
    /// fields by name. A header that the profile gives to one field is no other's.
    #[must_use]
    pub fn with_profile(header: &[String], fields: &[Field<'_>], profile: &Profile) -> Self {
        let owners = owners(fields, profile);
        let mut mapping = Self::default();
        let mut claims: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for (column, title) in header.iter().enumerate() {
            match owners.get(&normalised(title)) {
                _ if title.is_empty() => mapping.unnamed.push(column + 1),
                Some(field) => claims.entry(field).or_default().push(column),
                None => mapping.unknown.push(title.clone()),
            }
        }
        for field in fields {
            match claims.get(field.name).map(Vec::as_slice) {
                Some([column]) => drop(mapping.columns.insert(field.name.to_owned(), *column)),
                Some(several) => {
                    let titles = several.iter().map(|column| header[*column].clone()).collect();
                    mapping.duplicate.insert(field.name.to_owned(), titles);
                }
                None => {
                    if field.need == Need::Required {
                        mapping.missing.push(field.name.to_owned());
                    }
                    if let Some(title) = profile.get(field.name) {
                        mapping.absent.insert(field.name.to_owned(), title.clone());
                    }
                }
            }
        }
        mapping
    }

    /// The field's column, from 0.
    #[must_use]
    pub fn column(&self, field: &str) -> Option<usize> {
        self.columns.get(field).copied()
    }

    /// Why the file cannot be read under this mapping; empty where it can. Unknown and unnamed
    /// columns are no obstacle.
    #[must_use]
    pub fn obstacles(&self) -> Vec<Text> {
        let missing = self.missing.iter().map(|field| match self.absent.get(field) {
            Some(title) => Text::new(
                format!("the column “{title}” ({field}) is missing"),
                format!("нет столбца «{title}» ({field})"),
            ),
            None => Text::new(
                format!("there is no column for “{field}”"),
                format!("нет столбца для «{field}»"),
            ),
        });
        let duplicate = self.duplicate.iter().map(|(field, titles)| {
            let titles = titles.join(", ");
            Text::new(
                format!("several columns are “{field}”: {titles}"),
                format!("несколько столбцов для «{field}»: {titles}"),
            )
        });
        missing.chain(duplicate).collect()
    }
}

/// Whose each header is, by its normalised text. Of two fields with one synonym the first has it.
fn owners<'a>(fields: &[Field<'a>], profile: &Profile) -> HashMap<String, &'a str> {
    let mut owners = HashMap::new();
    for field in fields {
        if let Some(title) = profile.get(field.name) {
            owners.entry(normalised(title)).or_insert(field.name);
        }
    }
    for field in fields.iter().filter(|field| !profile.contains_key(field.name)) {
        for title in std::iter::once(&field.name).chain(field.synonyms) {
            owners.entry(normalised(title)).or_insert(field.name);
        }
    }
    owners
}

/// What of a header counts: letters and digits in lower case, ё as е; `Цена, руб.` and
/// `цена (руб)` are one.
#[must_use]
pub fn normalised(title: &str) -> String {
    title
        .chars()
        .filter(|sign| sign.is_alphanumeric() || matches!(sign, '%' | '№' | '#'))
        .flat_map(char::to_lowercase)
        .map(|sign| if sign == 'ё' { 'е' } else { sign })
        .collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const FIELDS: &[Field<'_>] = &[
        Field {
            name: "sku", synonyms: &["артикул", "код", "code"], need: Need::Required
        },
        Field {
            name: "name", synonyms: &["наименование", "название"], need: Need::Required
        },
        Field { name: "price", synonyms: &["цена", "цена, руб."], need: Need::Optional },
        Field { name: "accountedBy", synonyms: &["учёт"], need: Need::Optional },
    ];

    fn header(titles: &[&str]) -> Vec<String> {
        titles.iter().map(|title| (*title).to_owned()).collect()
    }

    #[test]
    fn headers_are_found_whatever_their_spelling() {
        let mapping = Mapping::by_names(
            &header(&["АРТИКУЛ", "На именование:", "", "Цена (руб)", "Учет", "Вес"]),
            FIELDS,
        );
        assert_eq!(mapping.column("sku"), Some(0));
        assert_eq!(mapping.column("name"), Some(1));
        assert_eq!(mapping.column("price"), Some(3));
        assert_eq!(mapping.column("accountedBy"), Some(4));
        assert_eq!(mapping.unknown, ["Вес"]);
        assert_eq!(mapping.unnamed, [3]);
        assert!(mapping.obstacles().is_empty());
    }

    #[test]
    fn what_is_missing_or_twofold_is_told() {
        let mapping = Mapping::by_names(&header(&["Код", "артикул", "Цена"]), FIELDS);
        assert_eq!(mapping.missing, ["name"]);
        assert_eq!(mapping.duplicate["sku"], ["Код", "артикул"]);
        assert_eq!(mapping.column("sku"), None);
        assert_eq!(mapping.obstacles().len(), 2);
    }

    #[test]
    fn a_profile_goes_before_the_names() {
        let profile = Profile::from([
            ("sku".to_owned(), "Код 1С".to_owned()),
            ("price".to_owned(), "Опт".to_owned()),
        ]);
        let mapping =
            Mapping::with_profile(&header(&["Код", "код 1с", "Название"]), FIELDS, &profile);
        assert_eq!(mapping.column("sku"), Some(1));
        assert_eq!(mapping.unknown, ["Код"]);
        assert_eq!(mapping.absent["price"], "Опт");
        assert!(mapping.obstacles().is_empty(), "price is optional");
    }

    #[test]
    fn a_mapping_is_kept_as_json() {
        let mapping = Mapping::by_names(&header(&["sku", "name", "?"]), FIELDS);
        let json = serde_json::to_string(&mapping).unwrap();
        assert!(json.contains(r#""columns":{"name":1,"sku":0}"#), "{json}");
        assert_eq!(serde_json::from_str::<Mapping>(&json).unwrap(), mapping);
    }

    proptest! {
        /// Each column ends in exactly one place.
        #[test]
        fn no_column_is_lost(titles in proptest::collection::vec("(код|Цена|name|вес|)", 0..8)) {
            let mapping = Mapping::by_names(&titles, FIELDS);
            let duplicate: usize = mapping.duplicate.values().map(Vec::len).sum();
            let told = mapping.columns.len() + mapping.unknown.len() + mapping.unnamed.len();
            prop_assert_eq!(told + duplicate, titles.len());
        }
    }
}
