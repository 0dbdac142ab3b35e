//! What stands over columns. A field without words of its own here is shown by its name, parted
//! into words, so that a new field needs none.

use kernel::Language;

use super::columns::Column;

/// Words for fields, in Russian.
const RUSSIAN: &[(&str, &str)] = &[
    ("action", "Действие"),
    ("active", "Активен"),
    ("actorKind", "Кто сделал"),
    ("address", "Адрес"),
    ("advance", "Аванс"),
    ("agreement", "Соглашение"),
    ("amount", "Сумма"),
    ("approvalLetters", "Письма о согласованиях"),
    ("archivedAt", "В архиве с"),
    ("available", "Доступно"),
    ("awaited", "Ожидается"),
    ("awaitedPayment", "Ожидаемая оплата"),
    ("basis", "Документ-основание"),
    ("baseList", "Базовый прайс-лист"),
    ("buyer", "Покупатель"),
    ("cancelReason", "Причина отмены"),
    ("cancelledOn", "Дата аннулирования"),
    ("changes", "Изменения"),
    ("closeReason", "Причина закрытия"),
    ("closedUntil", "Закрыто по"),
    ("code", "Код"),
    ("coefficient", "Коэффициент"),
    ("comment", "Комментарий"),
    ("contacts", "Контактные лица"),
    ("contract", "Договор"),
    ("contracts", "Договоры"),
    ("cost", "Себестоимость"),
    ("coverBy", "Обеспечение"),
    ("covered", "Обеспечено"),
    ("covers", "Чем обеспечено"),
    ("createdAt", "Создано"),
    ("createdBy", "Кто создал"),
    ("creditLimit", "Кредитный лимит"),
    ("currency", "Валюта"),
    ("customFields", "Доп. поля"),
    ("customer", "Клиент"),
    ("date", "Дата"),
    ("daysOverdue", "Дней просрочки"),
    ("defaultAgreement", "Основное соглашение"),
    ("deliveryAddresses", "Адреса доставки"),
    ("department", "Подразделение"),
    ("documentSumFrom", "Сумма документа от"),
    ("dueOn", "Срок оплаты"),
    ("email", "Эл. почта"),
    ("endReason", "Причина завершения"),
    ("expected", "Ожидается"),
    ("expectedOn", "Ожидается к"),
    ("expiresAt", "Действует до"),
    ("externalReference", "Внешний ключ"),
    ("failure", "Ошибка"),
    ("fileName", "Файл"),
    ("finishedAt", "Закончено"),
    ("format", "Формат"),
    ("gross", "Сумма с НДС"),
    ("group", "Группа"),
    ("head", "Руководитель"),
    ("heirs", "Кому передано"),
    ("id", "Идентификатор"),
    ("includes", "Включает"),
    ("includesVat", "НДС в цене"),
    ("inn", "ИНН"),
    ("isDefault", "Основной"),
    ("isService", "Услуга"),
    ("kind", "Вид"),
    ("kpp", "КПП"),
    ("language", "Язык"),
    ("lastUsedAt", "Последнее использование"),
    ("leadTimeDays", "Срок поставки, дней"),
    ("leastLifeDays", "Остаток срока, дней"),
    ("leaver", "Кто передал"),
    ("legalName", "Полное наименование"),
    ("lineSumFrom", "Сумма строки от"),
    ("lines", "Строки"),
    ("list", "Список"),
    ("lot", "Партия"),
    ("lotMultiple", "Кратность заказа"),
    ("manager", "Менеджер"),
    ("maxDiscount", "Предел скидки, %"),
    ("members", "Участники"),
    ("mergedAt", "Объединено"),
    ("mergedCards", "Объединённые карточки"),
    ("mergedInto", "Объединено с"),
    ("method", "Способ"),
    ("minMarginPercent", "Минимальная маржа, %"),
    ("minPrice", "Минимальная цена"),
    ("minShelfLifeDays", "Минимальный срок годности, дней"),
    ("minimumLot", "Минимальный заказ"),
    ("mode", "Режим"),
    ("moved", "Передано"),
    ("name", "Наименование"),
    ("neededBy", "Нужно к"),
    ("net", "Сумма без НДС"),
    ("number", "Номер"),
    ("onHand", "В наличии"),
    ("open", "Остаток долга"),
    ("order", "Заказ"),
    ("orderLine", "Строка заказа"),
    ("ordered", "Заказано"),
    ("orderedOn", "Дата заказа"),
    ("organization", "Организация"),
    ("own", "Собственная"),
    ("parent", "Входит в"),
    ("percent", "Процент"),
    ("phone", "Телефон"),
    ("phones", "Телефоны"),
    ("photo", "Фото"),
    ("position", "Номер строки"),
    ("postedAt", "Проведено"),
    ("prefix", "Префикс"),
    ("prepaymentPercent", "Предоплата, %"),
    ("price", "Цена"),
    ("priceList", "Прайс-лист"),
    ("priceSegment", "Ценовой сегмент"),
    ("pricesIncludeVat", "НДС в ценах"),
    ("priority", "Приоритет"),
    ("product", "Товар"),
    ("productGroup", "Группа товаров"),
    ("promise", "Обещано"),
    ("purchaseOrder", "Заказ поставщику"),
    ("purchases", "Закупки"),
    ("quantity", "Количество"),
    ("quantityFrom", "Количество от"),
    ("reason", "Причина"),
    ("received", "Получено"),
    ("recordedAt", "Записано"),
    ("region", "Регион"),
    ("reorderAt", "Точка заказа"),
    ("report", "Отчёт об ошибках"),
    ("requestedShipDate", "Желаемая дата отгрузки"),
    ("reserveOn", "Резервирование"),
    ("reserved", "В резерве"),
    ("reversalReason", "Причина сторно"),
    ("reverseReason", "Причина сторно"),
    ("reversedAt", "Сторнировано"),
    ("reversedOn", "Дата сторно"),
    ("reverses", "Сторнирует"),
    ("revokedAt", "Отозван"),
    ("roles", "Роли"),
    ("roundingDirection", "Направление округления"),
    ("roundingStep", "Шаг округления"),
    ("rowsBad", "Строк с ошибками"),
    ("rowsCreated", "Строк создано"),
    ("rowsRead", "Строк прочитано"),
    ("rowsTotal", "Строк всего"),
    ("rowsUnchanged", "Строк без изменений"),
    ("rowsUpdated", "Строк изменено"),
    ("rowsWritten", "Строк записано"),
    ("salesChannel", "Канал продаж"),
    ("salesRoute", "Схема продажи"),
    ("scopes", "Области"),
    ("seller", "Продавец"),
    ("settled", "Погашено"),
    ("shipment", "Отгрузка"),
    ("shippedTotal", "Отгружено на сумму"),
    ("sku", "Артикул"),
    ("startedBy", "Кто начал"),
    ("state", "Состояние"),
    ("stockTotal", "Остаток"),
    ("subjectType", "Вид записи"),
    ("supplier", "Поставщик"),
    ("supplierName", "Поставщик"),
    ("supplierReference", "Номер у поставщика"),
    ("supplierReturns", "Возвраты поставщику"),
    ("tags", "Метки"),
    ("target", "Цель"),
    ("taxInvoice", "Счёт-фактура"),
    ("team", "Команда"),
    ("title", "Название"),
    ("total", "Итого"),
    ("tracksExpiry", "Учёт сроков годности"),
    ("tracksLots", "Учёт партий"),
    ("unit", "Ед. изм."),
    ("unitCost", "Себестоимость единицы"),
    ("updatedAt", "Изменено"),
    ("user", "Пользователь"),
    ("validFrom", "Действует с"),
    ("validTo", "Действует по"),
    ("value", "Стоимость"),
    ("vat", "НДС"),
    ("vatCategory", "Категория НДС"),
    ("vatId", "VAT ID"),
    ("vatRate", "Ставка НДС, %"),
    ("walkOrder", "Порядок обхода"),
    ("warehouse", "Склад"),
    ("worker", "Часть программы"),
];
/// The ends of paths that say nothing beside what they are of: the name of a record, the amount
/// of money.
const SILENT_ENDS: [&str; 4] = ["name", "number", "fileName", "amount"];
/// What stands between the words of a path.
const BETWEEN: &str = ": ";

/// What stands over a column: `Клиент`, `Клиент: ИНН`, `Customer: Region`.
pub(super) fn heading(column: &Column, language: Language) -> String {
    let mut names: Vec<&str> = column.fields.iter().map(String::as_str).collect();
    if let [_, .., last] = names.as_slice()
        && SILENT_ENDS.contains(last)
    {
        names.pop();
    }
    let words = names.into_iter().map(|name| word(name, language));
    words.chain(column.key.clone()).collect::<Vec<_>>().join(BETWEEN)
}

fn word(name: &str, language: Language) -> String {
    let russian = RUSSIAN.iter().find(|(known, _)| *known == name).map(|(_, word)| *word);
    match (language, russian) {
        (Language::Ru, Some(word)) => word.to_owned(),
        _ => parted(name),
    }
}

/// `leadTimeDays` is `Lead time days`.
fn parted(name: &str) -> String {
    let mut words = String::with_capacity(name.len() + 4);
    for (place, sign) in name.chars().enumerate() {
        if place == 0 {
            words.extend(sign.to_uppercase());
        } else if sign.is_ascii_uppercase() {
            words.push(' ');
            words.extend(sign.to_lowercase());
        } else {
            words.push(sign);
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    fn over(path: &str, key: Option<&str>, language: Language) -> String {
        let fields = path.split('.').map(str::to_owned).collect();
        let key = key.map(str::to_owned);
        heading(&Column { path: path.to_owned(), fields, key, of: String::new() }, language)
    }

    #[test]
    fn headings_are_words() {
        for (path, key, ru, en) in [
            ("number", None, "Номер", "Number"),
            ("customer.name", None, "Клиент", "Customer"),
            ("customer.inn", None, "Клиент: ИНН", "Customer: Inn"),
            ("total.gross.amount", None, "Итого: Сумма с НДС", "Total: Gross"),
            ("total.gross.currency", None, "Итого: Сумма с НДС: Валюта", "Total: Gross: Currency"),
            ("customFields", Some("цвет"), "Доп. поля: цвет", "Custom fields: цвет"),
            ("somethingNew", None, "Something new", "Something new"),
        ] {
            assert_eq!(over(path, key, Language::Ru), ru);
            assert_eq!(over(path, key, Language::En), en);
        }
    }
}
