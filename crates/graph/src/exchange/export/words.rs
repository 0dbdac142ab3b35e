//! Values that the API writes as codes, as people read them in a table: enums, yes and no. An enum
//! without words of its own here is shown by its code, parted into words.

use kernel::Language;

/// Words for values of enums, in Russian.
const RUSSIAN: &[(&str, &[(&str, &str)])] = &[
    (
        "ActorKind",
        &[
            ("USER", "Пользователь"),
            ("KEY", "Ключ API"),
            ("WORKER", "Программа"),
            ("LINK", "Ссылка"),
        ],
    ),
    (
        "AgreementState",
        &[
            ("DRAFT", "Черновик"),
            ("PENDING_APPROVAL", "На согласовании"),
            ("ACTIVE", "Действует"),
            ("CLOSED", "Закрыто"),
        ],
    ),
    (
        "ApprovalKind",
        &[
            ("DISCOUNT_OVER_LIMIT", "Скидка выше предела"),
            ("PRICE_BELOW_MINIMUM", "Цена ниже минимальной"),
            ("MARGIN_BELOW_MINIMUM", "Рентабельность ниже минимальной"),
            ("CREDIT_LIMIT_EXCEEDED", "Превышен кредитный лимит"),
            ("SHIPMENT_WITH_OVERDUE_DEBT", "Отгрузка при просроченном долге"),
            ("SHIPMENT_BEFORE_PAYMENT", "Отгрузка до оплаты"),
            ("SPECIAL_TERMS", "Особые условия"),
        ],
    ),
    (
        "ApprovalState",
        &[
            ("PENDING", "Ждёт решения"),
            ("APPROVED", "Согласовано"),
            ("REJECTED", "Отклонено"),
            ("WITHDRAWN", "Отозвано"),
            ("OUTDATED", "Устарело"),
        ],
    ),
    (
        "ApprovalStepState",
        &[
            ("WAITING", "Ждёт очереди"),
            ("OPEN", "Открыт"),
            ("DONE", "Пройден"),
            ("CLOSED", "Закрыт"),
        ],
    ),
    ("ApprovalVerdict", &[("APPROVE", "Согласен"), ("REJECT", "Отказ")]),
    ("AssemblyKind", &[("ASSEMBLY", "Сборка"), ("DISASSEMBLY", "Разборка")]),
    (
        "AssemblyOrderState",
        &[
            ("DRAFT", "Черновик"),
            ("POSTED", "Проведено"),
            ("REVERSED", "Сторнировано"),
            ("CANCELLED", "Отменено"),
        ],
    ),
    ("AttachmentKind", &[("FILE", "Файл"), ("PHOTO", "Фото")]),
    ("BarcodeKind", &[("OTHER", "Другой")]),
    ("ConsentState", &[("GIVEN", "Дано"), ("WITHDRAWN", "Отозвано")]),
    (
        "ContactChannelKind",
        &[("PHONE", "Телефон"), ("EMAIL", "Эл. почта"), ("TELEGRAM", "Telegram")],
    ),
    ("ContractState", &[("DRAFT", "Черновик"), ("SIGNED", "Подписан"), ("CLOSED", "Закрыт")]),
    (
        "CoverBy",
        &[
            ("STOCK", "Склад"),
            ("PURCHASE", "Закупка"),
            ("TRANSFER", "Перемещение"),
            ("ASSEMBLY", "Сборка"),
        ],
    ),
    (
        "CreditPolicy",
        &[
            ("IGNORE", "Не проверять"),
            ("WARN", "Предупреждать"),
            ("BLOCK", "Запрещать"),
            ("APPROVE", "Согласовывать"),
        ],
    ),
    (
        "CustomFieldSubject",
        &[
            ("CUSTOMER", "Клиент"),
            ("PRODUCT", "Товар"),
            ("SALES_ORDER", "Заказ"),
            ("QUOTE", "Коммерческое предложение"),
            ("SHIPMENT", "Отгрузка"),
            ("SERVICE_ACT", "Акт оказанных услуг"),
            ("DELIVERY", "Доставка"),
            ("SALES_RETURN", "Возврат от клиента"),
            ("PURCHASE_ORDER", "Заказ поставщику"),
            ("GOODS_RECEIPT", "Поступление"),
            ("STOCK_TRANSFER", "Перемещение"),
            ("WRITE_OFF", "Списание"),
            ("STOCK_COUNT", "Инвентаризация"),
            ("ASSEMBLY_ORDER", "Сборка"),
            ("INVOICE", "Счёт"),
            ("PAYMENT", "Оплата"),
        ],
    ),
    (
        "CustomFieldTarget",
        &[
            ("CUSTOMER", "Клиент"),
            ("PRODUCT", "Товар"),
            ("USER", "Пользователь"),
            ("SUPPLIER", "Поставщик"),
            ("WAREHOUSE", "Склад"),
        ],
    ),
    (
        "CustomFieldType",
        &[
            ("TEXT", "Текст"),
            ("NUMBER", "Число"),
            ("DATE", "Дата"),
            ("CHOICE", "Выбор из списка"),
            ("BOOLEAN", "Да или нет"),
            ("REFERENCE", "Ссылка"),
        ],
    ),
    ("DiscountCombination", &[("BEST", "Наибольшая"), ("SUM", "Сумма")]),
    ("DiscountSource", &[("AGREEMENT", "Соглашение"), ("RULE", "Правило")]),
    ("ExportState", JOB),
    (
        "GoodsPlacementState",
        &[
            ("RESERVED", "В резерве"),
            ("PICKING", "Собирается"),
            ("IN_TRANSIT", "В пути на склад"),
            ("SHIPPED", "Отгружено"),
        ],
    ),
    (
        "DeliveryState",
        &[
            ("PLANNED", "Запланирована"),
            ("ON_THE_WAY", "В пути"),
            ("DELIVERED", "Доставлена"),
            ("FAILED", "Не состоялась"),
        ],
    ),
    (
        "DeliveryTransition",
        &[
            ("UPDATE", "Изменить"),
            ("START", "Отправить"),
            ("COMPLETE", "Завершить"),
            ("FAIL", "Сорвалась"),
            ("REPLAN", "Перенести"),
        ],
    ),
    (
        "DemandState",
        &[
            ("OPEN", "Не обеспечена"),
            ("PARTLY_COVERED", "Обеспечена частично"),
            ("COVERED", "Обеспечена"),
            ("RESERVED", "Зарезервирована"),
            ("CANCELLED", "Отменена"),
        ],
    ),
    (
        "GoodsReceiptState",
        &[
            ("DRAFT", "Черновик"),
            ("POSTED", "Проведено"),
            ("REVERSED", "Сторнировано"),
            ("CANCELLED", "Отменено"),
        ],
    ),
    (
        "PromiseSource",
        &[
            ("STOCK", "Со склада"),
            ("EXPECTED_RECEIPT", "Из ожидаемого поступления"),
            ("LEAD_TIME", "По сроку поставки"),
            ("UNKNOWN", "Неизвестно"),
        ],
    ),
    (
        "PurchaseOrderState",
        &[
            ("DRAFT", "Черновик"),
            ("ORDERED", "Заказано"),
            ("PARTIALLY_RECEIVED", "Частично получено"),
            ("RECEIVED", "Получено"),
            ("CLOSED", "Закрыто"),
            ("CANCELLED", "Отменено"),
        ],
    ),
    (
        "SupplierReturnState",
        &[
            ("DRAFT", "Черновик"),
            ("POSTED", "Проведено"),
            ("REVERSED", "Сторнировано"),
            ("CANCELLED", "Отменено"),
        ],
    ),
    (
        "HandOverSignIn",
        &[("KEPT", "Оставлен"), ("ENDED", "Сеансы завершены"), ("SHUT", "Заблокирован")],
    ),
    ("HandOverState", &[("RUNNING", "Идёт"), ("DONE", "Завершена")]),
    (
        "ImportKind",
        &[
            ("PRODUCTS", "Товары"),
            ("PRODUCT_VARIANTS", "Характеристики товаров"),
            ("CUSTOMERS", "Клиенты"),
            ("CONTACTS", "Контактные лица"),
            ("PRICES", "Цены"),
            ("STOCK", "Остатки"),
        ],
    ),
    (
        "ImportMode",
        &[
            ("DRY_RUN", "Проверка"),
            ("ALL_OR_NOTHING", "Всё или ничего"),
            ("SKIP_BAD", "Без ошибочных строк"),
        ],
    ),
    ("ImportState", JOB),
    ("Language", &[("RU", "Русский"), ("EN", "Английский")]),
    (
        "MovementKind",
        &[
            ("RECEIPT", "Поступление"),
            ("SHIPMENT", "Отгрузка"),
            ("REVERSAL", "Сторно"),
            ("TRANSFER", "Перемещение"),
            ("WRITE_OFF", "Списание"),
            ("COUNT", "Инвентаризация"),
            ("ASSEMBLY", "Сборка"),
            ("SALES_RETURN", "Возврат от клиента"),
            ("SUPPLIER_RETURN", "Возврат поставщику"),
            ("QUARANTINE", "Карантин"),
            ("REVALUATION", "Переоценка"),
        ],
    ),
    (
        "LandedCostKind",
        &[
            ("FREIGHT", "Доставка"),
            ("CUSTOMS", "Таможня"),
            ("INSURANCE", "Страхование"),
            ("HANDLING", "Погрузка и хранение"),
            ("OTHER", "Прочее"),
        ],
    ),
    (
        "LandedCostBasis",
        &[
            ("AMOUNT", "По сумме"),
            ("QUANTITY", "По количеству"),
            ("WEIGHT", "По весу"),
            ("VOLUME", "По объёму"),
        ],
    ),
    (
        "LandedCostState",
        &[
            ("DRAFT", "Черновик"),
            ("POSTED", "Проведено"),
            ("REVERSED", "Сторнировано"),
            ("CANCELLED", "Отменено"),
        ],
    ),
    ("HeldGoods", &[("STAY", "Оставить"), ("GO", "Списать")]),
    (
        "LotOrigin",
        &[
            ("GOODS_RECEIPT", "Поступление"),
            ("ASSEMBLY", "Сборка"),
            ("STOCK_COUNT", "Инвентаризация"),
            ("QUARANTINE", "Карантин"),
        ],
    ),
    (
        "StockCountState",
        &[
            ("DRAFT", "Черновик"),
            ("COUNTING", "Идёт подсчёт"),
            ("POSTED", "Проведено"),
            ("REVERSED", "Сторнировано"),
            ("CANCELLED", "Отменено"),
        ],
    ),
    (
        "WriteOffState",
        &[
            ("DRAFT", "Черновик"),
            ("POSTED", "Проведено"),
            ("REVERSED", "Сторнировано"),
            ("CANCELLED", "Отменено"),
        ],
    ),
    (
        "StockTransferState",
        &[
            ("DRAFT", "Черновик"),
            ("SENT", "В пути"),
            ("RECEIVED", "Получено"),
            ("RETURNED", "Возвращено"),
            ("CANCELLED", "Отменено"),
        ],
    ),
    (
        "ServiceActState",
        &[
            ("DRAFT", "Черновик"),
            ("POSTED", "Проведён"),
            ("REVERSED", "Сторнирован"),
            ("CANCELLED", "Отменён"),
        ],
    ),
    (
        "ServiceActTransition",
        &[("POST", "Провести"), ("CANCEL", "Отменить"), ("REVERSE", "Сторнировать")],
    ),
    (
        "PriceCorrectionState",
        &[
            ("DRAFT", "Черновик"),
            ("POSTED", "Проведена"),
            ("REVERSED", "Сторнирована"),
            ("CANCELLED", "Отменена"),
        ],
    ),
    (
        "PriceCorrectionTransition",
        &[("POST", "Провести"), ("CANCEL", "Отменить"), ("REVERSE", "Сторнировать")],
    ),
    (
        "TaxInvoiceKind",
        &[("SALE", "Счёт-фактура"), ("CORRECTIVE", "Корректировочный счёт-фактура")],
    ),
    ("TaxInvoiceState", &[("ISSUED", "Выставлен"), ("CANCELLED", "Аннулирован")]),
    (
        "InvoiceState",
        &[
            ("ISSUED", "Выставлен"),
            ("PARTIALLY_PAID", "Оплачен частично"),
            ("PAID", "Оплачен"),
            ("CANCELLED", "Отменён"),
        ],
    ),
    ("BankLineState", &[("NEW", "Новая"), ("POSTED", "Проведена"), ("IGNORED", "Отложена")]),
    ("PaymentMethod", &[("CASH", "Наличные"), ("BANK", "Банк"), ("CARD", "Карта")]),
    (
        "PaymentMoment",
        &[
            ("BEFORE_RESERVE", "До резерва"),
            ("BEFORE_SHIPMENT", "До отгрузки"),
            ("AFTER_SHIPMENT", "После отгрузки"),
        ],
    ),
    ("PaymentState", &[("POSTED", "Проведена"), ("REVERSED", "Сторнирована")]),
    (
        "PickTaskState",
        &[
            ("NEW", "Новое"),
            ("IN_PROGRESS", "Отбирается"),
            ("DONE", "Выполнено"),
            ("CANCELLED", "Отменено"),
        ],
    ),
    (
        "PickTaskTransition",
        &[
            ("TAKE", "Взять"),
            ("GIVE_BACK", "Вернуть"),
            ("PICK", "Отбирать"),
            ("FINISH", "Завершить"),
            ("CANCEL", "Отменить"),
        ],
    ),
    (
        "PriceApprovalKind",
        &[
            ("DISCOUNT_OVER_LIMIT", "Скидка выше лимита"),
            ("PRICE_BELOW_MINIMUM", "Цена ниже минимальной"),
            ("MARGIN_BELOW_MINIMUM", "Наценка ниже минимальной"),
        ],
    ),
    ("PriceChangeState", &[("APPLIED", "Применено"), ("UNDONE", "Отменено")]),
    (
        "PriceSource",
        &[
            ("AGREEMENT_PRICE", "Цена соглашения"),
            ("AGREEMENT_LIST", "Прайс-лист соглашения"),
            ("SEGMENT_LIST", "Прайс-лист сегмента"),
            ("DEFAULT_LIST", "Основной прайс-лист"),
        ],
    ),
    (
        "PriceStepKind",
        &[
            ("HELD_NOTHING", "Цены нет"),
            ("FOUND", "Цена найдена"),
            ("DERIVED", "Пересчитано из базового прайс-листа"),
            ("ROUNDED", "Округлено"),
            ("CONVERTED", "Пересчитано по курсу"),
            ("VAT_CHANGED", "Пересчитан НДС"),
            ("NET", "Цена нетто, без автоматических скидок"),
            ("DISCOUNT_MATCHED", "Скидка подошла"),
            ("DISCOUNTS_COMBINED", "Скидки сведены"),
            ("MANUAL_PRICE", "Цена вручную"),
            ("MANUAL_DISCOUNT", "Скидка вручную"),
            ("SUMMED", "Итог строки"),
        ],
    ),
    (
        "ProductAttributeKind",
        &[
            ("CHOICE", "Выбор из списка"),
            ("NUMBER", "Число"),
            ("BOOLEAN", "Да или нет"),
            ("TEXT", "Текст"),
        ],
    ),
    ("Reach", &[("OWN", "Свои"), ("TEAM", "Своей команды"), ("ALL", "Все")]),
    (
        "ReceivableState",
        &[
            ("OPEN", "Не погашена"),
            ("OVERDUE", "Просрочена"),
            ("SETTLED", "Погашена"),
            ("REVERSED", "Сторнирована"),
        ],
    ),
    (
        "OutgoingMailState",
        &[("WAITING", "Ожидает"), ("SENT", "Отправлено"), ("FAILED", "Не доставлено")],
    ),
    (
        "QuoteState",
        &[
            ("DRAFT", "Черновик"),
            ("PENDING_APPROVAL", "На согласовании"),
            ("SENT", "Отправлено"),
            ("ACCEPTED", "Принято"),
            ("DECLINED", "Отклонено"),
            ("EXPIRED", "Истекло"),
            ("SUPERSEDED", "Заменено"),
            ("CANCELLED", "Отменено"),
        ],
    ),
    (
        "QuoteTransition",
        &[
            ("UPDATE", "Изменить"),
            ("SEND", "Отправить"),
            ("ACCEPT", "Принять"),
            ("DECLINE", "Отклонить"),
            ("EXTEND", "Продлить"),
            ("REVISE", "Новая версия"),
            ("CANCEL", "Отменить"),
            ("ORDER", "Оформить заказ"),
        ],
    ),
    ("ReserveOn", &[("CONFIRM", "При подтверждении"), ("NEVER", "Не резервировать")]),
    ("RoundingDirection", &[("NEAREST", "К ближайшему"), ("UP", "Вверх"), ("DOWN", "Вниз")]),
    ("ReturnedCondition", &[("GOOD", "Исправен"), ("DAMAGED", "Повреждён")]),
    (
        "SalesOrderState",
        &[
            ("DRAFT", "Черновик"),
            ("PENDING_APPROVAL", "На согласовании"),
            ("CONFIRMED", "Подтверждён"),
            ("IN_FULFILMENT", "Отгружается"),
            ("COMPLETED", "Выполнен"),
            ("CANCELLED", "Отменён"),
        ],
    ),
    (
        "SalesOrderTransition",
        &[
            ("UPDATE", "Изменить"),
            ("CHANGE", "Изменить после подтверждения"),
            ("CONFIRM", "Подтвердить"),
            ("WITHDRAW", "Отозвать запрос"),
            ("CANCEL", "Отменить"),
            ("SHIP", "Отгрузить"),
            ("CLOSE", "Закрыть"),
        ],
    ),
    (
        "SalesReturnState",
        &[
            ("DRAFT", "Черновик"),
            ("POSTED", "Проведён"),
            ("REVERSED", "Сторнирован"),
            ("CANCELLED", "Отменён"),
        ],
    ),
    (
        "SalesReturnTransition",
        &[("POST", "Провести"), ("CANCEL", "Отменить"), ("REVERSE", "Сторнировать")],
    ),
    (
        "ShipmentState",
        &[
            ("DRAFT", "Черновик"),
            ("PENDING_APPROVAL", "На согласовании"),
            ("POSTED", "Проведена"),
            ("REVERSED", "Сторнирована"),
            ("CANCELLED", "Отменена"),
        ],
    ),
    (
        "ShipmentTransition",
        &[
            ("POST", "Провести"),
            ("WITHDRAW", "Отозвать запрос"),
            ("CANCEL", "Отменить"),
            ("REVERSE", "Сторнировать"),
        ],
    ),
];

const JOB: &[(&str, &str)] = &[
    ("WAITING", "Ожидает"),
    ("RUNNING", "Выполняется"),
    ("DONE", "Готово"),
    ("REJECTED", "Отклонено"),
    ("FAILED", "Ошибка"),
    ("CANCELLED", "Отменено"),
];

/// Codes that are names of their own, in any language.
const NAMES: &[(&str, &str)] = &[
    ("EAN_13", "EAN-13"),
    ("EAN_8", "EAN-8"),
    ("UPC_A", "UPC-A"),
    ("CSV", "CSV"),
    ("XLSX", "XLSX"),
    ("JSONL", "JSONL"),
];

/// An enum's value as people read it.
pub(super) fn enum_word(of: &str, code: &str, language: Language) -> String {
    if let Some((_, name)) = NAMES.iter().find(|(known, _)| *known == code) {
        return (*name).to_owned();
    }
    match (language, russian(of, code)) {
        (Language::Ru, Some(word)) => word.to_owned(),
        _ => parted(code),
    }
}

/// Yes or no; files that are brought in are read so too.
pub(super) fn yes_or_no(is: bool, language: Language) -> &'static str {
    match (language, is) {
        (Language::Ru, true) => "да",
        (Language::Ru, false) => "нет",
        (Language::En, true) => "yes",
        (Language::En, false) => "no",
    }
}

fn russian(of: &str, code: &str) -> Option<&'static str> {
    let (_, values) = RUSSIAN.iter().find(|(known, _)| *known == of)?;
    values.iter().find(|(known, _)| *known == code).map(|(_, word)| *word)
}

/// `IN_FULFILMENT` is `In fulfilment`.
fn parted(code: &str) -> String {
    let words = code.to_lowercase().replace('_', " ");
    let mut signs = words.chars();
    match signs.next() {
        Some(first) => first.to_uppercase().chain(signs).collect(),
        None => words,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use async_graphql::parser;
    use async_graphql::parser::types::{TypeKind, TypeSystemDefinition};

    use super::super::catalogue::{Catalogue, Kind};
    use super::*;
    use crate::schema::Graph;

    #[test]
    fn codes_are_words() {
        for (of, code, ru, en) in [
            ("SalesOrderState", "IN_FULFILMENT", "Отгружается", "In fulfilment"),
            ("BarcodeKind", "EAN_13", "EAN-13", "EAN-13"),
            ("SomethingNew", "NOT_YET", "Not yet", "Not yet"),
        ] {
            assert_eq!(enum_word(of, code, Language::Ru), ru);
            assert_eq!(enum_word(of, code, Language::En), en);
        }
        assert_eq!(yes_or_no(true, Language::Ru), "да");
    }

    /// The types that a column of any list may end at.
    fn reached(catalogue: &Catalogue) -> BTreeSet<String> {
        let mut met = BTreeSet::new();
        let mut next: Vec<String> = catalogue.lists().iter().map(|list| list.row.clone()).collect();
        while let Some(of) = next.pop() {
            if !met.insert(of.clone()) || catalogue.kind(&of) == Kind::Value {
                continue;
            }
            let plain = catalogue.fields(&of).iter().filter(|field| field.is_plain);
            let plain = plain.filter(|field| !field.of.ends_with("Connection"));
            next.extend(plain.map(|field| field.of.clone()));
        }
        met
    }

    #[test]
    fn every_enum_that_a_list_shows_has_words() {
        let sdl = Graph::new().sdl();
        let reached = reached(&Catalogue::read(&sdl).unwrap());
        let mut without = Vec::new();
        for definition in parser::parse_schema(&sdl).unwrap().definitions {
            let TypeSystemDefinition::Type(definition) = definition else { continue };
            let name = definition.node.name.node.to_string();
            let TypeKind::Enum(values) = definition.node.kind else { continue };
            if !reached.contains(&name) {
                continue;
            }
            for value in values.values {
                let code = value.node.value.node.to_string();
                let is_named = NAMES.iter().any(|(known, _)| *known == code);
                if !is_named && russian(&name, &code).is_none() {
                    without.push(format!("{name}.{code}"));
                }
            }
        }
        assert!(without.is_empty(), "no Russian words for {without:?}");
    }
}
