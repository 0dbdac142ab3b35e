//! What a column of each kind of file may hold, and what its header may be called.

use kernel::Text;
use sheets::{Field, Mapping, Need};

use crate::model::ImportKind;

/// What a reference's column may be called.
const REFERENCE: &[&str] = &["внешний ключ", "внешний код", "external id", "external reference"];
/// What the column of article numbers may be called.
const SKU: &[&str] = &["артикул", "код товара", "код", "article", "code", "product code"];
/// What the column of products' references may be called.
const PRODUCT: &[&str] = &["внешний ключ товара", "внешний код товара", "product external id"];
/// What the columns of variants may be called: their article numbers, and their references.
const VARIANT: &[&str] = &[
    "артикул характеристики",
    "код характеристики",
    "артикул варианта",
    "код варианта",
    "variant",
    "variant code",
];
const VARIANT_REFERENCE: &[&str] =
    &["внешний ключ характеристики", "внешний код характеристики", "variant external id"];
/// What the column of packagings may be called.
const PACKAGING: &[&str] = &["упаковка", "единица", "ед.", "ед. изм.", "единица измерения", "unit"];

const fn field(
    name: &'static str,
    need: Need,
    synonyms: &'static [&'static str],
) -> Field<'static> {
    Field { name, synonyms, need }
}

const PRODUCTS: &[Field<'_>] = &[
    field("sku", Need::Required, SKU),
    field("name", Need::Optional, &["наименование", "название", "товар", "product"]),
    field("group", Need::Optional, &["группа", "категория", "группа товаров", "category"]),
    field("unit", Need::Optional, &["единица", "ед.", "ед. изм.", "единица измерения"]),
    field("vatRate", Need::Optional, &["ндс", "ставка ндс", "ндс, %", "vat", "vat rate"]),
    field("isService", Need::Optional, &["услуга", "это услуга", "service"]),
    field(
        "hasVariants",
        Need::Optional,
        &["характеристики", "есть характеристики", "ведется по характеристикам", "варианты"],
    ),
    field("price", Need::Optional, &["цена", "цена, руб.", "прайс", "розничная цена"]),
    field("externalReference", Need::Optional, REFERENCE),
];

const PRODUCT_VARIANTS: &[Field<'_>] = &[
    field("sku", Need::Optional, SKU),
    field("productReference", Need::Optional, PRODUCT),
    field("variantSku", Need::Optional, VARIANT),
    field(
        "name",
        Need::Optional,
        &["наименование", "название", "характеристика", "наименование характеристики"],
    ),
    field(
        "externalReference",
        Need::Optional,
        &["внешний ключ", "внешний код", "external id", "внешний ключ характеристики"],
    ),
];

const CUSTOMERS: &[Field<'_>] = &[
    field("inn", Need::Optional, &["инн", "tax number"]),
    field("kpp", Need::Optional, &["кпп"]),
    field("name", Need::Required, &["наименование", "название", "клиент", "customer"]),
    field("legalName", Need::Optional, &["полное наименование", "юридическое название"]),
    field("region", Need::Optional, &["регион", "область"]),
    field("manager", Need::Optional, &["менеджер", "ответственный", "e-mail менеджера"]),
    field("phone", Need::Optional, &["телефон", "тел."]),
    field("email", Need::Optional, &["почта", "эл. почта", "e-mail"]),
    field("address", Need::Optional, &["адрес"]),
    field("externalReference", Need::Optional, REFERENCE),
];

const CONTACTS: &[Field<'_>] = &[
    field(
        "customerReference",
        Need::Optional,
        &["внешний ключ клиента", "код клиента", "customer code", "customer external id"],
    ),
    field("customerInn", Need::Optional, &["инн", "инн клиента", "inn", "tax number"]),
    field("customerKpp", Need::Optional, &["кпп", "кпп клиента", "kpp"]),
    field("name", Need::Required, &["фио", "имя", "контактное лицо", "контакт", "contact person"]),
    field("position", Need::Optional, &["должность", "job title"]),
    field("phone", Need::Optional, &["телефон", "телефоны", "тел.", "мобильный", "phones"]),
    field("email", Need::Optional, &["почта", "эл. почта", "e-mail", "e-mails", "адреса почты"]),
    field("telegram", Need::Optional, &["телеграм", "телеграмм", "tg"]),
    field("birthday", Need::Optional, &["день рождения", "дата рождения", "date of birth"]),
    field("consent", Need::Optional, &["согласие", "согласие на связь", "согласие на контакт"]),
    field("consentSince", Need::Optional, &["дата согласия", "согласие с", "consent date"]),
    field("consentHow", Need::Optional, &["способ согласия", "как дано согласие"]),
    field("comment", Need::Optional, &["комментарий", "примечание", "note"]),
    field("externalReference", Need::Optional, REFERENCE),
];

const PRICES: &[Field<'_>] = &[
    field("priceList", Need::Optional, &["вид цен", "тип цен", "прайс-лист", "price type"]),
    field("priceListReference", Need::Optional, &["внешний ключ вида цен", "код вида цен"]),
    field("sku", Need::Optional, SKU),
    field("productReference", Need::Optional, PRODUCT),
    field("variantSku", Need::Optional, VARIANT),
    field("variantReference", Need::Optional, VARIANT_REFERENCE),
    field("packaging", Need::Optional, PACKAGING),
    field("validFrom", Need::Optional, &["действует с", "с даты", "дата", "date", "from"]),
    field("minQuantity", Need::Optional, &["от количества", "количество от", "quantity from"]),
    field("price", Need::Required, &["цена", "цена, руб."]),
];

const STOCK: &[Field<'_>] = &[
    field("organization", Need::Optional, &["организация", "юр. лицо", "фирма"]),
    field("organizationReference", Need::Optional, &["внешний ключ организации"]),
    field("warehouse", Need::Optional, &["склад"]),
    field("warehouseReference", Need::Optional, &["внешний ключ склада", "код склада"]),
    field("sku", Need::Optional, SKU),
    field("productReference", Need::Optional, PRODUCT),
    field("variantSku", Need::Optional, VARIANT),
    field("variantReference", Need::Optional, VARIANT_REFERENCE),
    field("packaging", Need::Optional, PACKAGING),
    field("quantity", Need::Required, &["количество", "кол-во", "остаток", "qty", "on hand"]),
    field("lotNumber", Need::Optional, &["партия", "номер партии", "серия", "lot", "batch"]),
    field("expiresOn", Need::Optional, &["срок годности", "годен до", "best before", "expiry"]),
    field("date", Need::Required, &["дата остатков", "дата", "на дату", "as of", "start date"]),
    field("receivedOn", Need::Optional, &["дата поступления", "поступил", "received"]),
    field(
        "unitCost",
        Need::Optional,
        &["себестоимость", "закупочная цена", "цена закупки", "cost"],
    ),
    field("externalReference", Need::Optional, REFERENCE),
];

/// The fields that a file of this kind may give.
pub(crate) fn fields(kind: ImportKind) -> &'static [Field<'static>] {
    match kind {
        ImportKind::Products => PRODUCTS,
        ImportKind::ProductVariants => PRODUCT_VARIANTS,
        ImportKind::Customers => CUSTOMERS,
        ImportKind::Contacts => CONTACTS,
        ImportKind::Prices => PRICES,
        ImportKind::Stock => STOCK,
    }
}

/// Which two fields tell what a row is about, where no single one is required.
fn keys(kind: ImportKind) -> Option<(&'static str, &'static str, Text)> {
    let known = |en: &str, ru: &str| Text::new(en, ru);
    Some(match kind {
        ImportKind::Products => return None,
        ImportKind::Customers => {
            ("inn", "externalReference", known("customers are known", "узнают клиентов"))
        }
        ImportKind::Contacts => {
            ("customerInn", "customerReference", known("customers are known", "узнают клиентов"))
        }
        ImportKind::ProductVariants | ImportKind::Prices | ImportKind::Stock => {
            ("sku", "productReference", known("products are known", "узнают товары"))
        }
    })
}

/// Why a file with this header is of no use. `given` tells the fields whose value was given with
/// the file, for all its rows.
pub(crate) fn obstacles(
    kind: ImportKind,
    mapping: &Mapping,
    given: impl Fn(&str) -> bool,
) -> Vec<Text> {
    let mut found = mapping.obstacles();
    let has = |field: &str| mapping.column(field).is_some() || given(field);
    if let Some((one, other, known)) = keys(kind)
        && !has(one)
        && !has(other)
    {
        found.push(Text::new(
            format!("there is no column for “{one}” or “{other}”, by which {}", known.en),
            format!("нет столбца для «{one}» или «{other}», по которым {}", known.ru),
        ));
    }
    found
}

/// The field of a file that a rule's own field name stands for.
pub(crate) fn of_rule(field: &str) -> &str {
    match field {
        "groupId" => "group",
        "regionId" => "region",
        "managerId" => "manager",
        "since" => "consentSince",
        "packagingId" => "packaging",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_header_means_two_fields() {
        use ImportKind::{Contacts, Customers, Prices, ProductVariants, Products, Stock};
        for kind in [Products, ProductVariants, Customers, Contacts, Prices, Stock] {
            let named = fields(kind).iter().flat_map(|field| {
                std::iter::once(&field.name).chain(field.synonyms).map(move |t| (*t, field.name))
            });
            for (title, name) in named {
                let mapping = Mapping::by_names(&[title.to_owned()], fields(kind));
                assert_eq!(mapping.column(name), Some(0), "{kind:?}: {title} is not {name} alone");
            }
        }
    }
}
