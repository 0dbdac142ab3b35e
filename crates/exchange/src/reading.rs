//! Rows of a file as rows of the catalog and of stock: pure.

mod rows;

use std::collections::{BTreeMap, HashSet};
use std::hash::{BuildHasher, Hash, RandomState};
use std::sync::Arc;

use catalog::{ContactRow, CustomerRow, Entry, PriceRow, ProductRow, RowRefusal, VariantRow};
use sheets::{Cell, Fault, Mapping, Reading, Reason, Row};
use stock::commands::OpeningRow;

use crate::custom::CustomColumn;
use crate::fields::of_rule;
use crate::model::ImportKind;

/// A customer, and the address of his manager, which is looked up with the chunk.
#[derive(Clone, Debug)]
pub(crate) struct CustomerDraft {
    pub(crate) row: CustomerRow,
    pub(crate) manager: Option<String>,
}

/// Rows of one kind.
#[derive(Clone, Debug)]
pub(crate) enum Drafts {
    Products(Vec<ProductRow>),
    Variants(Vec<VariantRow>),
    Customers(Vec<CustomerDraft>),
    Contacts(Vec<ContactRow>),
    Prices(Vec<PriceRow>),
    Stock(Vec<OpeningRow>),
}

/// Some rows, one after the other.
#[derive(Clone, Debug)]
pub(crate) struct Chunk {
    /// The number of the last one.
    pub(crate) last: u64,
    /// How many there are, good and bad.
    pub(crate) read: u64,
    pub(crate) drafts: Drafts,
    /// Why bad ones are bad.
    pub(crate) faults: Vec<Fault>,
}

/// How a file is read.
#[derive(Clone, Debug)]
pub(crate) struct Notes {
    pub(crate) kind: ImportKind,
    pub(crate) header: Vec<String>,
    pub(crate) mapping: Mapping,
    pub(crate) reading: Reading,
    /// The tenant's own columns that the file has.
    pub(crate) custom: Arc<[CustomColumn]>,
    /// What all rows say of fields that have no column.
    pub(crate) values: BTreeMap<String, Cell>,
}

/// Reads rows; remembers which keys have gone by.
pub(crate) struct Reader {
    notes: Notes,
    hashing: RandomState,
    /// Hashes of 64 bits, whatever the keys' length: of a million keys two that differ have the
    /// same one once in some ten million files.
    seen: HashSet<u64>,
}

impl Reader {
    pub(crate) fn new(notes: Notes) -> Self {
        Self { notes, hashing: RandomState::new(), seen: HashSet::new() }
    }

    pub(crate) fn empty(&self) -> Chunk {
        let drafts = match self.notes.kind {
            ImportKind::Products => Drafts::Products(Vec::new()),
            ImportKind::ProductVariants => Drafts::Variants(Vec::new()),
            ImportKind::Customers => Drafts::Customers(Vec::new()),
            ImportKind::Contacts => Drafts::Contacts(Vec::new()),
            ImportKind::Prices => Drafts::Prices(Vec::new()),
            ImportKind::Stock => Drafts::Stock(Vec::new()),
        };
        Chunk { last: 0, read: 0, drafts, faults: Vec::new() }
    }

    /// Adds a row to a chunk, as a draft or as a fault.
    pub(crate) fn take(&mut self, row: &Row, chunk: &mut Chunk) {
        chunk.last = row.number;
        chunk.read += 1;
        let mut faults = row.faults(&self.notes.header);
        if !faults.is_empty() {
            chunk.faults.append(&mut faults);
            return;
        }
        let mut cells = Cells { reader: self, row, faults: Vec::new() };
        match &mut chunk.drafts {
            Drafts::Products(drafts) => cells.keep(drafts, Cells::product),
            Drafts::Variants(drafts) => cells.keep(drafts, Cells::variant),
            Drafts::Customers(drafts) => cells.keep(drafts, Cells::customer),
            Drafts::Contacts(drafts) => cells.keep(drafts, Cells::contact),
            Drafts::Prices(drafts) => cells.keep(drafts, Cells::price),
            Drafts::Stock(drafts) => cells.keep(drafts, Cells::stock),
        }
        chunk.faults.append(&mut cells.faults);
    }

    /// The header over a field's column.
    fn title(&self, field: &str) -> Option<String> {
        self.notes.header.get(self.notes.mapping.column(field)?).cloned()
    }
}

/// A refusal of a context as a fault of the file.
pub(crate) fn fault_of(refused: RowRefusal, header: &[String], mapping: &Mapping) -> Fault {
    let field = refused.refusal.field.as_ref().and_then(|path| path.last());
    let column = field.map(|field| of_rule(field)).map(|field| {
        let title = mapping.column(field).and_then(|column| header.get(column));
        title.cloned().unwrap_or_else(|| field.to_owned())
    });
    let text = refused.refusal.text;
    Fault { row: refused.place, column, reason: Reason::Other { en: text.en, ru: text.ru } }
}

/// One row being read.
struct Cells<'a> {
    reader: &'a mut Reader,
    row: &'a Row,
    faults: Vec<Fault>,
}

impl Cells<'_> {
    /// Keeps what a row gives where nothing is wrong with it.
    fn keep<T>(&mut self, drafts: &mut Vec<T>, read: impl FnOnce(&mut Self) -> T) {
        let draft = read(self);
        if self.faults.is_empty() {
            drafts.push(draft);
        }
    }

    fn get<T>(
        &mut self,
        field: &str,
        read: impl FnOnce(Reading, &Cell) -> Result<Option<T>, Reason>,
    ) -> Option<T> {
        let notes = &self.reader.notes;
        let cell = match notes.mapping.column(field) {
            Some(column) => self.row.cells.get(column)?,
            None => notes.values.get(field)?,
        };
        match read(notes.reading, cell) {
            Ok(value) => value,
            Err(reason) => {
                self.fault(field, reason);
                None
            }
        }
    }

    /// What the row says of the tenant's own fields.
    fn custom(&mut self) -> Vec<Entry> {
        self.own(CustomColumn::entry)
    }

    /// What the row says in the tenant's own columns.
    fn own<T>(
        &mut self,
        read: impl Fn(&CustomColumn, Reading, &Cell) -> Result<Option<T>, Reason>,
    ) -> Vec<T> {
        let columns = Arc::clone(&self.reader.notes.custom);
        let said = columns.iter().filter_map(|column| {
            self.get(&column.name, |reading, cell| read(column, reading, cell))
        });
        said.collect()
    }

    fn fault(&mut self, field: &str, reason: Reason) {
        let column = self.reader.title(field);
        self.faults.push(Fault { row: self.row.number, column, reason });
    }

    /// The same key twice in a file is a mistake that only a person can settle.
    fn once(&mut self, field: &str, key: &(impl Hash + ?Sized)) {
        let hash = self.reader.hashing.hash_one((field, key));
        if !self.reader.seen.insert(hash) {
            self.fault(
                field,
                Reason::Other {
                    en: "an earlier row has the same key".to_owned(),
                    ru: "такой же ключ — в одной из предыдущих строк".to_owned(),
                },
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use catalog::{ChannelKind, Consent};
    use kernel::{Decimal, NaiveDate};

    use super::*;
    use crate::fields::fields;

    fn read(header: &[&str], rows: &[&[&str]]) -> Chunk {
        read_as(ImportKind::Products, header, rows, &[])
    }

    fn read_as(
        kind: ImportKind,
        header: &[&str],
        rows: &[&[&str]],
        values: &[(&str, &str)],
    ) -> Chunk {
        let header: Vec<String> = header.iter().map(|title| (*title).to_owned()).collect();
        let mapping = Mapping::by_names(&header, fields(kind));
        let values = values.iter().map(|(field, text)| ((*field).to_owned(), Cell::text(*text)));
        let values = values.collect();
        let (reading, custom) = (Reading::default(), Arc::default());
        let notes = Notes { kind, header, mapping, reading, custom, values };
        let mut reader = Reader::new(notes);
        let mut chunk = reader.empty();
        for (number, cells) in (2..).zip(rows) {
            let cells = cells.iter().map(|text| Cell::text(*text)).collect();
            reader.take(&Row { number, cells, fault: None }, &mut chunk);
        }
        chunk
    }

    #[test]
    fn a_row_is_read_under_the_files_notation() {
        let header = ["Артикул", "Название", "Группа", "НДС, %", "Цена", "Услуга"];
        let chunk = read(&header, &[&["A-1", "Ёлка", "Лес > Ели", "Без НДС", "1 234,50", "нет"]]);
        assert!(chunk.faults.is_empty(), "{:?}", chunk.faults);
        let Drafts::Products(rows) = chunk.drafts else { panic!("products") };
        assert_eq!(rows[0].group.as_deref().unwrap(), ["Лес", "Ели"]);
        assert_eq!(rows[0].changes.vat_rate, Some(None));
        assert_eq!(rows[0].changes.is_service, Some(false));
        assert_eq!(rows[0].price, Some(Decimal::new(12345, 1)));
        assert_eq!(rows[0].changes.unit, None, "no column says nothing");
    }

    #[test]
    fn each_bad_cell_and_each_key_twice_is_told() {
        let header = ["sku", "price", "vatRate"];
        let rows: &[&[&str]] = &[&["A", "x", "300"], &["A", "1", ""], &["B", "", ""]];
        let chunk = read(&header, rows);
        let told: Vec<(u64, &str)> =
            chunk.faults.iter().map(|f| (f.row, f.column.as_deref().unwrap())).collect();
        assert_eq!(told, [(2, "vatRate"), (2, "price"), (3, "sku")]);
        assert_eq!((chunk.last, chunk.read), (4, 3));
    }

    #[test]
    fn a_person_has_several_telephones_in_one_cell() {
        let header = ["Код клиента", "ФИО", "Телефоны", "E-mail", "Telegram", "Согласие"];
        let phones = "+7 900 123-45-67, доб. 12; 8 (495) 765-43-21";
        let rows: &[&[&str]] = &[
            &["C-1", "Иван", phones, "a@b.ru, c@d.ru", "", "отозвано"],
            &["C-1", "иван", "", "", "", "maybe"],
        ];
        let chunk = read_as(ImportKind::Contacts, &header, rows, &[]);
        let told: Vec<(u64, &str)> =
            chunk.faults.iter().map(|f| (f.row, f.column.as_deref().unwrap())).collect();
        assert_eq!(told, [(3, "ФИО"), (3, "Согласие")]);
        let Drafts::Contacts(persons) = chunk.drafts else { panic!("contacts") };
        assert_eq!(persons[0].changes.consent, Some(Some(Consent::Withdrawn)));
        let list = |values: &[&str]| values.iter().map(|v| (*v).to_owned()).collect::<Vec<_>>();
        assert_eq!(
            persons[0].channels,
            [
                (ChannelKind::Phone, list(&["+7 900 123-45-67, доб. 12", "8 (495) 765-43-21"])),
                (ChannelKind::Email, list(&["a@b.ru", "c@d.ru"])),
            ]
        );
    }

    #[test]
    fn what_all_rows_say_needs_no_column() {
        let values = [("date", "31.12.2025"), ("warehouse", "Main"), ("sku", "ignored")];
        let rows: &[&[&str]] = &[&["A-1", "1,5"], &["A-1", "2"], &["A-2", "31.02.2026"]];
        let header = ["Артикул", "Количество"];
        let chunk = read_as(ImportKind::Stock, &header, rows, &values);
        let Drafts::Stock(goods) = &chunk.drafts else { panic!("stock") };
        assert_eq!(goods.len(), 1);
        assert_eq!(goods[0].date, NaiveDate::from_ymd_opt(2025, 12, 31));
        assert_eq!(goods[0].warehouse.name.as_deref(), Some("Main"));
        assert_eq!(goods[0].product.name.as_deref(), Some("A-1"), "a column outweighs it");
        let rows: Vec<u64> = chunk.faults.iter().map(|fault| fault.row).collect();
        assert_eq!(rows, [3, 4], "the same goods twice, and no number");
    }
}
