//! Rows of a file as rows of the catalog: pure.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};

use catalog::{CustomerChanges, CustomerRow, ProductChanges, ProductRow, RowRefusal};
use kernel::{Decimal, Percent};
use sheets::{Cell, Fault, Mapping, Reading, Reason, Row};

use crate::fields::of_rule;
use crate::model::ImportKind;

/// What parts a group from the one it lies in.
pub(crate) const ABOVE: char = '>';
/// How "without VAT" is written; an empty cell says nothing.
const WITHOUT_VAT: &[&str] = &["без ндс", "не облагается", "without vat", "no vat", "none"];

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
    Customers(Vec<CustomerDraft>),
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

/// Reads rows; remembers which keys have gone by.
pub(crate) struct Reader {
    kind: ImportKind,
    header: Vec<String>,
    mapping: Mapping,
    reading: Reading,
    /// Hashes of 128 bits: 16 bytes a row, whatever the keys' length.
    seen: HashSet<u128>,
}

impl Reader {
    pub(crate) fn new(
        kind: ImportKind,
        header: Vec<String>,
        mapping: Mapping,
        reading: Reading,
    ) -> Self {
        Self { kind, header, mapping, reading, seen: HashSet::new() }
    }

    pub(crate) fn empty(&self) -> Chunk {
        let drafts = match self.kind {
            ImportKind::Products => Drafts::Products(Vec::new()),
            ImportKind::Customers => Drafts::Customers(Vec::new()),
        };
        Chunk { last: 0, read: 0, drafts, faults: Vec::new() }
    }

    /// Adds a row to a chunk, as a draft or as a fault.
    pub(crate) fn take(&mut self, row: &Row, chunk: &mut Chunk) {
        chunk.last = row.number;
        chunk.read += 1;
        let mut faults = row.faults(&self.header);
        if !faults.is_empty() {
            chunk.faults.append(&mut faults);
            return;
        }
        let mut cells = Cells { reader: self, row, faults: Vec::new() };
        match &mut chunk.drafts {
            Drafts::Products(drafts) => {
                let draft = cells.product();
                if cells.faults.is_empty() {
                    drafts.push(draft);
                }
            }
            Drafts::Customers(drafts) => {
                let draft = cells.customer();
                if cells.faults.is_empty() {
                    drafts.push(draft);
                }
            }
        }
        chunk.faults.append(&mut cells.faults);
    }

    /// The header over a field's column.
    fn title(&self, field: &str) -> Option<String> {
        self.header.get(self.mapping.column(field)?).cloned()
    }
}

/// A refusal of the catalog as a fault of the file.
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
    fn get<T>(
        &mut self,
        field: &str,
        read: impl FnOnce(Reading, &Cell) -> Result<Option<T>, Reason>,
    ) -> Option<T> {
        let column = self.reader.mapping.column(field)?;
        let cell = self.row.cells.get(column)?;
        match read(self.reader.reading, cell) {
            Ok(value) => value,
            Err(reason) => {
                self.fault(field, reason);
                None
            }
        }
    }

    fn text(&mut self, field: &str) -> Option<String> {
        self.get(field, |reading, cell| reading.text(cell))
    }

    fn fault(&mut self, field: &str, reason: Reason) {
        let column = self.reader.title(field);
        self.faults.push(Fault { row: self.row.number, column, reason });
    }

    /// The same key twice in a file is a mistake that only a person can settle.
    fn once(&mut self, field: &str, key: &(impl Hash + ?Sized)) {
        let hash = |seed: u64| {
            let mut hasher = DefaultHasher::new();
            (seed, field, key).hash(&mut hasher);
            u128::from(hasher.finish())
        };
        if !self.reader.seen.insert(hash(1) << 64 | hash(2)) {
            self.fault(
                field,
                Reason::Other {
                    en: "an earlier row has the same key".to_owned(),
                    ru: "такой же ключ — в одной из предыдущих строк".to_owned(),
                },
            );
        }
    }

    fn vat_rate(&mut self) -> Option<Option<Percent>> {
        self.get("vatRate", |reading, cell| {
            let text = reading.text(cell)?;
            let Some(text) = text else { return Ok(None) };
            if WITHOUT_VAT.contains(&text.to_lowercase().as_str()) {
                return Ok(Some(None));
            }
            let Some(percent) = reading.percent(cell)? else { return Ok(None) };
            let odd = |_| Reason::OutOfRange { value: text };
            Percent::new(percent).map(Some).map(Some).map_err(odd)
        })
    }

    fn price(&mut self) -> Option<Decimal> {
        self.get("price", |reading, cell| reading.decimal(cell))
    }

    fn product(&mut self) -> ProductRow {
        let sku = self.text("sku");
        let reference = self.text("externalReference");
        if let Some(sku) = &sku {
            self.once("sku", sku);
        }
        if let Some(reference) = &reference {
            self.once("externalReference", reference);
        }
        let path = self.text("group");
        let group = path.map(|path| path.split(ABOVE).map(|name| name.trim().to_owned()).collect());
        ProductRow {
            place: self.row.number,
            changes: ProductChanges {
                sku,
                name: self.text("name"),
                unit: self.text("unit"),
                vat_rate: self.vat_rate(),
                is_service: self.get("isService", |reading, cell| reading.boolean(cell)),
                external_reference: reference.map(Some),
                ..ProductChanges::default()
            },
            group,
            price: self.price(),
        }
    }

    fn customer(&mut self) -> CustomerDraft {
        let reference = self.text("externalReference");
        let (inn, kpp) = (self.text("inn"), self.text("kpp"));
        match (&reference, &inn) {
            (Some(reference), _) => self.once("externalReference", reference),
            (None, Some(inn)) => self.once("inn", &(inn, &kpp)),
            (None, None) => {}
        }
        CustomerDraft {
            manager: self.text("manager").map(|email| email.to_lowercase()),
            row: CustomerRow {
                place: self.row.number,
                region: self.text("region"),
                changes: CustomerChanges {
                    name: self.text("name"),
                    legal_name: self.text("legalName").map(Some),
                    inn: inn.map(Some),
                    kpp: kpp.map(Some),
                    phone: self.text("phone").map(Some),
                    email: self.text("email").map(Some),
                    address: self.text("address").map(Some),
                    external_reference: reference.map(Some),
                    ..CustomerChanges::default()
                },
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fields::fields;

    fn read(header: &[&str], rows: &[&[&str]]) -> Chunk {
        let header: Vec<String> = header.iter().map(|title| (*title).to_owned()).collect();
        let mapping = Mapping::by_names(&header, fields(ImportKind::Products));
        let mut reader = Reader::new(ImportKind::Products, header, mapping, Reading::default());
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
}
