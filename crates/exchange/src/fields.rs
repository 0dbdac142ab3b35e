//! What a column of each kind of file may hold, and what its header may be called.

use kernel::Text;
use sheets::{Field, Mapping, Need};

use crate::model::ImportKind;

const fn field(name: &'static str, need: Need, synonyms: &'static [&'static str]) -> Field {
    Field { name, synonyms, need }
}

const PRODUCTS: &[Field] = &[
    field("sku", Need::Required, &["артикул", "код", "код товара", "article", "code"]),
    field("name", Need::Optional, &["наименование", "название", "товар", "product"]),
    field("group", Need::Optional, &["группа", "категория", "группа товаров", "category"]),
    field("unit", Need::Optional, &["единица", "ед.", "ед. изм.", "единица измерения"]),
    field("vatRate", Need::Optional, &["ндс", "ставка ндс", "ндс, %", "vat", "vat rate"]),
    field("isService", Need::Optional, &["услуга", "это услуга", "service"]),
    field("price", Need::Optional, &["цена", "цена, руб.", "прайс", "розничная цена"]),
    field("externalReference", Need::Optional, &["внешний ключ", "внешний код", "external id"]),
];

const CUSTOMERS: &[Field] = &[
    field("inn", Need::Optional, &["инн", "tax number"]),
    field("kpp", Need::Optional, &["кпп"]),
    field("name", Need::Required, &["наименование", "название", "клиент", "customer"]),
    field("legalName", Need::Optional, &["полное наименование", "юридическое название"]),
    field("region", Need::Optional, &["регион", "область"]),
    field("manager", Need::Optional, &["менеджер", "ответственный", "e-mail менеджера"]),
    field("phone", Need::Optional, &["телефон", "тел."]),
    field("email", Need::Optional, &["почта", "эл. почта", "e-mail"]),
    field("address", Need::Optional, &["адрес"]),
    field("externalReference", Need::Optional, &["внешний ключ", "внешний код", "external id"]),
];

/// The fields that a file of this kind may give.
pub(crate) fn fields(kind: ImportKind) -> &'static [Field] {
    match kind {
        ImportKind::Products => PRODUCTS,
        ImportKind::Customers => CUSTOMERS,
    }
}

/// Why a file with this header is of no use.
pub(crate) fn obstacles(kind: ImportKind, mapping: &Mapping) -> Vec<Text> {
    let mut found = mapping.obstacles();
    let has = |field| mapping.column(field).is_some();
    if kind == ImportKind::Customers && !has("inn") && !has("externalReference") {
        found.push(Text::new(
            "there is no column for “inn” or “externalReference”, by which customers are known",
            "нет столбца для «inn» или «externalReference», по которым узнают клиентов",
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
        other => other,
    }
}
