//! Records as files name them: by their references in another program, or by the names that people
//! know them by. Read for many rows at once, in a constant number of statements.

mod variants;

pub use variants::{VariantNames, variant_attributes};

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use access::Permit;
use db::{FromQueryResult, Outcome, Sql, TenantTx, values};
use kernel::{ProductId, Refusal, RefusalCode, Uuid};

use crate::ProductCard;
use crate::cards::CARD_COLUMNS;
use crate::rules::PackagingCard;
use crate::store::packagings_in_use;

/// How a row names a record; the reference counts before the name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Named {
    /// Its reference in another program.
    pub reference: Option<String>,
    /// Its name, in any case; of a product the article number.
    pub name: Option<String>,
}

impl Named {
    /// Whether the row says nothing of it.
    #[must_use]
    pub fn is_absent(&self) -> bool {
        self.reference.is_none() && self.name.is_none()
    }

    fn shown(&self) -> &str {
        self.reference.as_deref().or(self.name.as_deref()).unwrap_or_default()
    }
}

/// Directories whose records files name; each has some dozens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NamedKind {
    /// Legal entities of the tenant.
    Organization,
    /// Where goods lie.
    Warehouse,
    /// Price lists.
    PriceList,
}

impl NamedKind {
    /// The table, and the field of a row.
    fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Organization => ("organization", "organization"),
            Self::Warehouse => ("warehouse", "warehouse"),
            Self::PriceList => ("price_list", "priceList"),
        }
    }
}

impl NamedKind {
    /// What keeps records out that nobody names.
    fn condition(self) -> &'static str {
        match self {
            Self::Warehouse => " and r.transit_to is null",
            Self::Organization | Self::PriceList => "",
        }
    }
}

/// The records in use of one directory, by what files call them.
#[derive(Clone, Debug)]
pub struct Names {
    field: &'static str,
    by_reference: HashMap<String, Uuid>,
    /// Nothing where several records have names that differ by case alone.
    by_name: HashMap<String, Option<Uuid>>,
    default: Option<Uuid>,
}

impl Names {
    /// Reads a directory.
    ///
    /// # Errors
    /// [`db::Fault`].
    pub async fn read<A>(tx: &TenantTx, permit: &Permit<A>, kind: NamedKind) -> Outcome<Self> {
        #[derive(FromQueryResult)]
        struct Row {
            id: Uuid,
            name: String,
            external_reference: Option<String>,
            is_default: bool,
        }
        let (table, field) = kind.words();
        let sql = format!(
            "select r.id, r.name, r.external_reference, r.is_default
             from {table} r
             where r.tenant_id = $1 and r.archived_at is null{}",
            kind.condition()
        );
        let rows: Vec<Row> = tx.all(Sql::new(sql, values![permit.tenant()])).await?;
        let (by_reference, by_name) = (HashMap::new(), HashMap::new());
        let mut names = Self { field, by_reference, by_name, default: None };
        for row in rows {
            if let Some(reference) = row.external_reference {
                names.by_reference.insert(reference, row.id);
            }
            if row.is_default {
                names.default = Some(row.id);
            }
            names.name(&row.name, row.id);
        }
        Ok(names)
    }

    fn name(&mut self, name: &str, id: Uuid) {
        match self.by_name.entry(key(name)) {
            Entry::Vacant(free) => drop(free.insert(Some(id))),
            Entry::Occupied(mut taken) => drop(taken.insert(None)),
        }
    }

    /// The record that a row names; the default one where it names none.
    ///
    /// # Errors
    /// A refusal at the row's field where there is none in use, or several of this name.
    pub fn find<T: From<Uuid>>(&self, named: &Named) -> Result<T, Refusal> {
        let found = match named {
            Named { reference: Some(reference), .. } => self.by_reference.get(reference).copied(),
            Named { name: Some(name), .. } => match self.by_name.get(&key(name)) {
                Some(None) => return Err(several(self.field, name)),
                found => found.copied().flatten(),
            },
            _ => self.default,
        };
        found.map(T::from).ok_or_else(|| unknown_name(self.field, named.shown()))
    }
}

/// The products that some rows name.
#[derive(Clone, Debug, Default)]
pub struct ProductNames {
    by_reference: HashMap<String, ProductCard>,
    by_sku: HashMap<String, ProductCard>,
}

impl ProductNames {
    /// Reads the products that these rows name.
    ///
    /// # Errors
    /// [`db::Fault`].
    pub async fn read<A>(tx: &TenantTx, permit: &Permit<A>, named: &[&Named]) -> Outcome<Self> {
        #[derive(FromQueryResult)]
        struct Row {
            #[sea_orm(nested)]
            card: ProductCard,
            external_reference: Option<String>,
        }
        let references: Vec<String> = named.iter().filter_map(|n| n.reference.clone()).collect();
        let bare = named.iter().filter(|n| n.reference.is_none());
        let skus: Vec<String> = bare.filter_map(|n| n.name.clone()).collect();
        let mut names = Self::default();
        for (column, keys) in [("external_reference", references), ("sku", skus)] {
            if keys.is_empty() {
                continue;
            }
            let sql = format!(
                "select {CARD_COLUMNS}, p.external_reference
                 from product p
                 where p.tenant_id = $1 and p.{column} = any($2::text[])"
            );
            let rows: Vec<Row> = tx.all(Sql::new(sql, values![permit.tenant(), keys])).await?;
            for row in rows {
                if column == "sku" {
                    names.by_sku.insert(row.card.sku.clone(), row.card);
                } else if let Some(reference) = row.external_reference {
                    names.by_reference.insert(reference, row.card);
                }
            }
        }
        Ok(names)
    }

    /// All of them, in no order.
    pub fn cards(&self) -> impl Iterator<Item = &ProductCard> {
        self.by_reference.values().chain(self.by_sku.values())
    }

    /// The product that a row names.
    ///
    /// # Errors
    /// A refusal at the row's field where there is none, or it is archived.
    pub fn find(&self, named: &Named) -> Result<&ProductCard, Refusal> {
        let (field, found) = match named {
            Named { reference: Some(reference), .. } => {
                ("productReference", self.by_reference.get(reference))
            }
            Named { name: Some(sku), .. } => ("sku", self.by_sku.get(sku)),
            _ => {
                return Err(Refusal::new(
                    RefusalCode::Required,
                    "The row names no product.",
                    "В строке не указан товар.",
                )
                .at(["sku"]));
            }
        };
        match found {
            Some(card) if card.archived => Err(Refusal::new(
                RefusalCode::Archived,
                "The product is archived.",
                "Товар в архиве.",
            )
            .at([field])),
            Some(card) => Ok(card),
            None => Err(unknown_name(field, named.shown())),
        }
    }
}

/// The packagings in use of some products, by product and name.
#[derive(Clone, Debug, Default)]
pub struct PackagingNames(HashMap<(ProductId, String), PackagingCard>);

impl PackagingNames {
    /// Reads the packagings of these products; no statement runs where there are none.
    ///
    /// # Errors
    /// [`db::Fault`].
    pub async fn read<A>(
        tx: &TenantTx,
        permit: &Permit<A>,
        products: &[ProductId],
    ) -> Outcome<Self> {
        let packagings = packagings_in_use(tx, permit, products).await?;
        let place = |card: &PackagingCard| (card.product_id, key(&card.name));
        Ok(Self(packagings.into_iter().map(|card| (place(&card), card)).collect()))
    }

    /// The packaging of this name; nothing where it is the product's base unit.
    ///
    /// # Errors
    /// A refusal where the product has neither.
    pub fn find(
        &self,
        product: &ProductCard,
        name: &str,
    ) -> Result<Option<&PackagingCard>, Refusal> {
        match self.0.get(&(product.id, key(name))) {
            Some(card) => Ok(Some(card)),
            None if key(name) == key(&product.unit) => Ok(None),
            None => Err(unknown_name("packaging", name)),
        }
    }
}

/// Text as names are compared: in lower case, ё as е.
pub(crate) fn key(text: &str) -> String {
    text.trim().to_lowercase().replace('ё', "е")
}

pub(crate) fn unknown_name(field: &str, name: &str) -> Refusal {
    if name.is_empty() {
        return Refusal::new(
            RefusalCode::Required,
            "The row names none, and there is no default one.",
            "В строке не указано, а основной записи нет.",
        )
        .at([field]);
    }
    Refusal::new(
        RefusalCode::UnknownReference,
        format!("There is no “{name}” in use."),
        format!("Среди действующих записей нет «{name}»."),
    )
    .at([field])
}

fn several(field: &str, name: &str) -> Refusal {
    Refusal::new(
        RefusalCode::Invalid,
        format!("Several records are called “{name}”: name the external reference."),
        format!("Записей с названием «{name}» несколько: укажите внешний ключ."),
    )
    .at([field])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(reference: Option<&str>, name: Option<&str>) -> Named {
        Named { reference: reference.map(str::to_owned), name: name.map(str::to_owned) }
    }

    #[test]
    fn a_record_is_named_by_reference_by_name_or_not_at_all() {
        let ids: Vec<Uuid> = (0..3).map(|_| Uuid::new_v4()).collect();
        let mut names = Names {
            field: "warehouse",
            by_reference: HashMap::from([("W-1".to_owned(), ids[0])]),
            by_name: HashMap::new(),
            default: Some(ids[2]),
        };
        names.name("Чёрный", ids[0]);
        names.name("Main", ids[1]);
        let find = |names: &Names, named: &Named| names.find::<Uuid>(named).map_err(|r| r.code);
        assert_eq!(find(&names, &named(Some("W-1"), Some("Main"))), Ok(ids[0]));
        assert_eq!(find(&names, &named(None, Some(" черный "))), Ok(ids[0]));
        assert_eq!(find(&names, &Named::default()), Ok(ids[2]));
        let unknown = Err(RefusalCode::UnknownReference);
        assert_eq!(find(&names, &named(Some("W-2"), Some("Main"))), unknown);
        names.name("MAIN", ids[2]);
        assert_eq!(find(&names, &named(None, Some("Main"))), Err(RefusalCode::Invalid));
    }
}
