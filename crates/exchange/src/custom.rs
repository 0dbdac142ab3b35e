//! Columns that a tenant has made itself: the fields it added to its records, and the attributes
//! that its variants differ by. Which headers mean them, and how their cells are read; what a cell
//! means and whether it may be written the catalog decides.

use std::collections::{BTreeMap, HashMap};

use access::Permit;
use catalog::{
    ATTRIBUTE, AttributeCell, Customer, Customizable, Entry, FieldKind, Given, NOTED_AS, Product,
};
use db::{Outcome, TenantTx};
use sheets::{Cell, Field, Mapping, Need, Profile, Reading, Reason, normalised};

use crate::fields::fields;
use crate::model::ImportKind;

/// What is in a column of the tenant's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Of {
    /// A field that it added.
    Field(FieldKind),
    /// An attribute; what kind of values it has each product says.
    Attribute,
}

/// A column of the tenant's own as a file may have it.
#[derive(Clone, Debug)]
pub(crate) struct CustomColumn {
    /// What mappings call it: `customFields.KEY`, as exports do, or `attributes.NAME`.
    pub(crate) name: String,
    /// What programs call it.
    key: String,
    /// What people call it.
    label: String,
    of: Of,
}

/// The kind of record whose custom fields a file of this kind may give.
fn subject(kind: ImportKind) -> Option<&'static str> {
    match kind {
        ImportKind::Products => Some(Product::KIND),
        ImportKind::Customers => Some(Customer::KIND),
        _ => None,
    }
}

/// Whether mappings call a column of the tenant's own so.
pub(crate) fn is_custom(field: &str) -> bool {
    field.starts_with(NOTED_AS) || field.starts_with(ATTRIBUTE)
}

/// The columns that such a file may have, of those that the caller sees.
pub(crate) async fn custom_columns<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    kind: ImportKind,
) -> Outcome<Vec<CustomColumn>> {
    if kind == ImportKind::ProductVariants {
        let names = catalog::variant_attributes(tx, permit).await?;
        return Ok(names.into_iter().map(CustomColumn::of_attribute).collect());
    }
    let Some(subject) = subject(kind) else { return Ok(Vec::new()) };
    let found = catalog::seen_custom_fields(tx, permit, subject).await?;
    let column = |field: catalog::CustomField| CustomColumn {
        name: format!("{NOTED_AS}{}", field.fields.key),
        key: field.fields.key,
        label: field.fields.name,
        of: Of::Field(field.fields.kind),
    };
    Ok(found.into_iter().map(column).collect())
}

impl CustomColumn {
    fn of_attribute(name: String) -> Self {
        Self {
            key: name.clone(),
            label: name.clone(),
            name: format!("{ATTRIBUTE}{name}"),
            of: Of::Attribute,
        }
    }

    /// What a cell says of a field; nothing where it is empty.
    pub(crate) fn entry(&self, reading: Reading, cell: &Cell) -> Result<Option<Entry>, Reason> {
        let Of::Field(kind) = self.of else { return Ok(None) };
        let given = match kind {
            FieldKind::Number => reading.decimal(cell)?.map(Given::Number),
            FieldKind::Date => reading.date(cell)?.map(Given::Date),
            FieldKind::Boolean => reading.boolean(cell)?.map(Given::Boolean),
            // A choice or a record by what people call it.
            FieldKind::Text | FieldKind::Choice | FieldKind::Reference => {
                reading.text(cell)?.map(Given::Text)
            }
        };
        Ok(given.map(|given| Entry { key: self.key.clone(), value: Some(given) }))
    }

    /// What a cell says of an attribute, in each way it may be meant; nothing where it is empty.
    pub(crate) fn attribute(
        &self,
        reading: Reading,
        cell: &Cell,
    ) -> Result<Option<AttributeCell>, Reason> {
        let Some(text) = reading.text(cell)? else { return Ok(None) };
        Ok(Some(AttributeCell {
            attribute: self.key.clone(),
            text,
            number: reading.decimal(cell).ok().flatten(),
            flag: reading.boolean(cell).ok().flatten(),
        }))
    }
}

/// Which headers mean which custom field, by the place of the field.
pub(crate) struct Titles<'a>(Vec<Vec<&'a str>>);

impl<'a> Titles<'a> {
    /// A field is meant by its key and by its label. A header that could mean several of them means
    /// none: it is told as unknown, and a mapping may name it.
    pub(crate) fn of(columns: &'a [CustomColumn]) -> Self {
        let mut keys: HashMap<String, usize> = HashMap::new();
        let mut labels: HashMap<String, usize> = HashMap::new();
        for column in columns {
            *keys.entry(normalised(&column.key)).or_default() += 1;
            *labels.entry(normalised(&column.label)).or_default() += 1;
        }
        let titles = columns.iter().map(|column| {
            let label = normalised(&column.label);
            let is_others_key = normalised(&column.key) != label && keys.contains_key(&label);
            let is_clear = labels.get(&label) == Some(&1) && !is_others_key;
            let label = Some(column.label.as_str()).filter(|_| is_clear);
            std::iter::once(column.key.as_str()).chain(label).collect()
        });
        // Keys that differ by underscores alone are one header.
        let is_plain = |column: &CustomColumn| keys.get(&normalised(&column.key)) == Some(&1);
        let plain = columns.iter().map(is_plain);
        let titles = plain.zip(titles).map(|(is, of): (bool, Vec<_>)| if is { of } else { vec![] });
        Self(titles.collect())
    }
}

/// The fields of the program and those of the tenant, whose headers give way to the program's.
/// A field that no header means is there where the mapping names it.
pub(crate) fn all_fields<'a>(
    kind: ImportKind,
    columns: &'a [CustomColumn],
    titles: &'a Titles<'a>,
    profile: &Profile,
) -> Vec<Field<'a>> {
    let own = columns.iter().zip(&titles.0);
    let own =
        own.filter(|(column, titles)| !titles.is_empty() || profile.contains_key(&column.name));
    let own = own.map(|(column, titles)| Field {
        name: &column.name,
        synonyms: titles,
        need: Need::Optional,
    });
    fields(kind).iter().cloned().chain(own).collect()
}

/// Of these columns those that a file has, or that are given for all its rows.
pub(crate) fn in_use(
    columns: &[CustomColumn],
    mapping: &Mapping,
    values: &BTreeMap<String, String>,
) -> Vec<CustomColumn> {
    let is_used = |column: &&CustomColumn| {
        mapping.column(&column.name).is_some() || values.contains_key(&column.name)
    };
    columns.iter().filter(is_used).cloned().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(key: &str, label: &str, kind: FieldKind) -> CustomColumn {
        let name = format!("{NOTED_AS}{key}");
        let of = Of::Field(kind);
        CustomColumn { name, key: key.to_owned(), label: label.to_owned(), of }
    }

    #[test]
    fn headers_mean_one_field_or_none() {
        let columns = [
            column("shelf", "Полка", FieldKind::Text),
            column("colour", "Цвет", FieldKind::Text),
            column("colour_2", "цвет", FieldKind::Text),
            column("price", "Цена", FieldKind::Number),
            column("a_b", "One", FieldKind::Text),
            column("ab", "Two", FieldKind::Text),
        ];
        let titles = Titles::of(&columns);
        let find = |title: &str, profile: &Profile| {
            let known = all_fields(ImportKind::Products, &columns, &titles, profile);
            let mapping = Mapping::with_profile(&[title.to_owned()], &known, profile);
            mapping.columns.into_keys().next()
        };
        let none = Profile::new();
        for (title, field) in [
            ("полка", Some("customFields.shelf")),
            ("Shelf", Some("customFields.shelf")),
            ("customFields.shelf", Some("customFields.shelf")),
            ("Цвет", None),
            ("colour", Some("customFields.colour")),
            ("colour_2", Some("customFields.colour_2")),
            // The program's own fields go first.
            ("Цена", Some("price")),
            ("customFields.price", Some("customFields.price")),
            ("a_b", None),
            ("ab", None),
        ] {
            assert_eq!(find(title, &none).as_deref(), field, "{title}");
        }
        let named = Profile::from([("customFields.ab".to_owned(), "Цвет".to_owned())]);
        assert_eq!(find("Цвет", &named).as_deref(), Some("customFields.ab"));
    }

    #[test]
    fn an_attributes_cell_is_read_in_each_way() {
        let column = CustomColumn::of_attribute("Длина".to_owned());
        assert_eq!(column.name, "attributes.Длина");
        let cell =
            |text: &str| column.attribute(Reading::default(), &Cell::text(text)).unwrap().unwrap();
        let length = cell("1,5");
        assert_eq!((length.number, length.flag), (Some("1.5".parse().unwrap()), None));
        assert_eq!((cell("да").number, cell("да").flag), (None, Some(true)));
        assert_eq!(cell("1").flag, Some(true), "it is a number and a yes");
    }

    #[test]
    fn cells_are_read_by_the_fields_type() {
        let read =
            |kind, text: &str| column("k", "K", kind).entry(Reading::default(), &Cell::text(text));
        let given = |kind, text: &str| read(kind, text).unwrap().and_then(|entry| entry.value);
        assert_eq!(given(FieldKind::Number, "1,5"), Some(Given::Number("1.5".parse().unwrap())));
        assert_eq!(given(FieldKind::Boolean, "да"), Some(Given::Boolean(true)));
        assert_eq!(given(FieldKind::Choice, " Red "), Some(Given::Text("Red".into())));
        assert_eq!(given(FieldKind::Date, ""), None, "an empty cell says nothing");
        assert!(read(FieldKind::Date, "32.01.2026").is_err());
    }
}
