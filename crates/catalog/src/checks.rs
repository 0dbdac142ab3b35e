//! The checks that every record passes before it is written, whether new or changed.

use kernel::{Currency, Decimal, Money, Refusal, RefusalCode};

use crate::records::{
    AgreementFields, ContactFields, ContractFields, CustomerFields, DeliveryAddressFields,
    OrganizationFields, PackagingFields, ProductFields, ProductGroupFields, WarehouseFields,
};
use crate::rules::{
    AgreementState, at, check_factor, check_inn, check_kpp, check_measure, check_tags,
    check_validity, check_vat_id, clean, clean_email, clean_phone, optional, out_of_scale,
};

mod custom_fields;
mod directories;

const NAME: usize = 250;
const ADDRESS: usize = 500;
const COMMENT: usize = 2000;
const REFERENCE: usize = 200;
const SKU: usize = 64;
const UNIT: usize = 20;
const PREFIX: usize = 10;
const NUMBER: usize = 64;

pub(crate) type Checked<T> = Result<T, Refusal>;

pub(crate) fn name(text: &str) -> Checked<String> {
    at("name", clean(text, NAME))
}

pub(crate) fn reference(text: Option<&str>) -> Checked<Option<String>> {
    at("externalReference", optional(text, |text| clean(text, REFERENCE)))
}

pub(crate) fn unit_of(text: Option<&str>) -> Checked<Option<String>> {
    at("unit", optional(text, |text| clean(text, UNIT)))
}

pub(crate) fn sku(text: &str) -> Checked<String> {
    at("sku", clean(text, SKU))
}

fn address(text: Option<&str>) -> Checked<Option<String>> {
    at("address", optional(text, |text| clean(text, ADDRESS)))
}

fn phone(text: Option<&str>) -> Checked<Option<String>> {
    at("phone", optional(text, clean_phone))
}

fn email(text: Option<&str>) -> Checked<Option<String>> {
    at("email", optional(text, clean_email))
}

/// Fields that hold what they should.
pub(crate) trait Checks: Sized {
    /// The fields with their texts trimmed.
    ///
    /// # Errors
    /// The first field that breaks a rule.
    fn checked(&self) -> Checked<Self>;
}

impl Checks for OrganizationFields {
    fn checked(&self) -> Checked<Self> {
        Ok(Self {
            name: name(&self.name)?,
            inn: at("inn", optional(self.inn.as_deref(), check_inn))?,
            kpp: at("kpp", optional(self.kpp.as_deref(), check_kpp))?,
            address: address(self.address.as_deref())?,
            prefix: at("prefix", optional(Some(&self.prefix), |text| clean(text, PREFIX)))?
                .unwrap_or_default(),
            is_default: self.is_default,
            external_reference: reference(self.external_reference.as_deref())?,
        })
    }
}

impl Checks for WarehouseFields {
    fn checked(&self) -> Checked<Self> {
        Ok(Self {
            name: name(&self.name)?,
            address: address(self.address.as_deref())?,
            priority: self.priority,
            is_default: self.is_default,
            external_reference: reference(self.external_reference.as_deref())?,
        })
    }
}

impl Checks for ProductGroupFields {
    fn checked(&self) -> Checked<Self> {
        Ok(Self {
            name: name(&self.name)?,
            parent_id: self.parent_id,
            external_reference: reference(self.external_reference.as_deref())?,
        })
    }
}

impl Checks for ProductFields {
    fn checked(&self) -> Checked<Self> {
        service_has_no_lots(self)?;
        Ok(Self {
            sku: sku(&self.sku)?,
            name: name(&self.name)?,
            unit: at("unit", clean(&self.unit, UNIT))?,
            min_shelf_life_days: shelf_life(self.min_shelf_life_days)?,
            min_price: least_price(self.min_price)?,
            external_reference: reference(self.external_reference.as_deref())?,
            ..self.clone()
        })
    }
}

impl Checks for CustomerFields {
    fn checked(&self) -> Checked<Self> {
        let amount = |amount| Money::checked(amount, self.credit_limit_currency);
        let credit_limit = self.credit_limit.map(amount).transpose();
        Ok(Self {
            name: name(&self.name)?,
            legal_name: at(
                "legalName",
                optional(self.legal_name.as_deref(), |text| clean(text, NAME)),
            )?,
            inn: at("inn", optional(self.inn.as_deref(), check_inn))?,
            kpp: at("kpp", optional(self.kpp.as_deref(), check_kpp))?,
            vat_id: at("vatId", optional(self.vat_id.as_deref(), check_vat_id))?,
            tags: check_tags(&self.tags)?,
            phone: phone(self.phone.as_deref())?,
            email: email(self.email.as_deref())?,
            address: address(self.address.as_deref())?,
            credit_limit: at("creditLimit", credit_limit.map_err(out_of_scale))?
                .map(|money| money.amount),
            external_reference: reference(self.external_reference.as_deref())?,
            ..self.clone()
        })
    }
}

impl Checks for ContactFields {
    fn checked(&self) -> Checked<Self> {
        let short = |text: Option<&str>, most| optional(text, |text| clean(text, most));
        Ok(Self {
            name: name(&self.name)?,
            position: at("position", short(self.position.as_deref(), NAME))?,
            phone: phone(self.phone.as_deref())?,
            email: email(self.email.as_deref())?,
            comment: at("comment", short(self.comment.as_deref(), COMMENT))?,
            consent_how: at("consent", short(self.consent_how.as_deref(), NAME))?,
            external_reference: reference(self.external_reference.as_deref())?,
            ..self.clone()
        })
    }
}

impl Checks for DeliveryAddressFields {
    fn checked(&self) -> Checked<Self> {
        let comment = optional(self.comment.as_deref(), |text| clean(text, COMMENT));
        Ok(Self {
            name: name(&self.name)?,
            address: at("address", clean(&self.address, ADDRESS))?,
            comment: at("comment", comment)?,
            external_reference: reference(self.external_reference.as_deref())?,
            ..self.clone()
        })
    }
}

impl Checks for ContractFields {
    fn checked(&self) -> Checked<Self> {
        check_validity(self.valid_from, self.valid_to)?;
        let comment = optional(self.comment.as_deref(), |text| clean(text, COMMENT));
        Ok(Self {
            number: at("number", clean(&self.number, NUMBER))?,
            comment: at("comment", comment)?,
            external_reference: reference(self.external_reference.as_deref())?,
            ..self.clone()
        })
    }
}

impl Checks for AgreementFields {
    fn checked(&self) -> Checked<Self> {
        if self.valid_from.zip(self.valid_to).is_some_and(|(from, to)| to < from) {
            return Err(dates_crossed());
        }
        Ok(Self {
            name: name(&self.name)?,
            min_shelf_life_days: shelf_life(self.min_shelf_life_days)?,
            external_reference: reference(self.external_reference.as_deref())?,
            ..self.clone()
        })
    }
}

impl Checks for PackagingFields {
    fn checked(&self) -> Checked<Self> {
        let factor = check_factor(self.numerator, self.denominator)?;
        Ok(Self {
            name: at("name", clean(&self.name, UNIT))?,
            numerator: factor.numerator().into(),
            denominator: factor.denominator().into(),
            weight_kg: at("weightKg", self.weight_kg.map(check_measure).transpose())?,
            volume_m3: at("volumeM3", self.volume_m3.map(check_measure).transpose())?,
            external_reference: reference(self.external_reference.as_deref())?,
        })
    }
}

fn shelf_life(days: Option<i32>) -> Checked<Option<i32>> {
    if days.is_none_or(|days| (1..=36_500).contains(&days)) {
        return Ok(days);
    }
    Err(Refusal::new(
        RefusalCode::OutOfRange,
        "The remaining shelf life is 1 to 36,500 days.",
        "Остаточный срок годности — от 1 до 36 500 дней.",
    )
    .at(["minShelfLifeDays"]))
}

fn least_price(price: Option<Decimal>) -> Checked<Option<Decimal>> {
    at("minPrice", price.map(Money::unit_price).transpose().map_err(out_of_scale))
}

fn service_has_no_lots(fields: &ProductFields) -> Checked<()> {
    let wrong = [
        ("tracksLots", fields.tracks_lots),
        ("tracksExpiry", fields.tracks_expiry),
        ("minShelfLifeDays", fields.min_shelf_life_days.is_some()),
    ];
    match wrong.iter().find(|(_, set)| fields.is_service && *set) {
        None => Ok(()),
        Some((field, _)) => Err(Refusal::new(
            RefusalCode::Invalid,
            "A service has no lots and does not expire.",
            "У услуги нет партий и срока годности.",
        )
        .at([*field])),
    }
}

/// Refuses an agreement whose currency is not its price list's.
pub(crate) fn same_currency(agreement: Currency, list: Currency) -> Checked<()> {
    if agreement == list {
        return Ok(());
    }
    Err(Refusal::new(
        RefusalCode::CurrencyMismatch,
        format!("The price list is in {list}, the agreement in {agreement}."),
        format!("Вид цен — в {list}, соглашение — в {agreement}."),
    )
    .at(["currency"]))
}

/// Refuses a change made from an older state of the record.
pub(crate) fn same_version(current: i32, asked: i32) -> Checked<()> {
    if current == asked {
        return Ok(());
    }
    Err(Refusal::new(
        RefusalCode::StaleVersion,
        "The record was changed since it was read.",
        "Запись изменилась после того, как её прочитали.",
    )
    .at(["version"])
    .with(serde_json::json!({ "currentVersion": current })))
}

/// Refuses a change of what stays as it was made.
pub(crate) fn unchanged<T: PartialEq>(field: &str, before: &T, after: &T) -> Checked<()> {
    if before == after {
        return Ok(());
    }
    Err(Refusal::new(
        RefusalCode::Invalid,
        "This stays as it was made: documents depend on it.",
        "Это не меняется после создания: от этого зависят документы.",
    )
    .at([field]))
}

/// Refuses taking the default away without giving it to another record.
pub(crate) fn default_stays(before: bool, after: bool) -> Checked<()> {
    if after || !before {
        return Ok(());
    }
    Err(Refusal::new(
        RefusalCode::Invalid,
        "One record is always the default: make another one the default instead.",
        "Одна запись всегда основная: сделайте основной другую.",
    )
    .at(["isDefault"]))
}

/// The last day lies before the first.
pub(crate) fn dates_crossed() -> Refusal {
    Refusal::new(
        RefusalCode::Invalid,
        "The last day lies before the first.",
        "Последний день раньше первого.",
    )
    .at(["validTo"])
}

/// Refuses a default agreement that is a draft or closed.
pub(crate) fn default_in_force(fields: &AgreementFields) -> Checked<()> {
    if !fields.is_default || fields.state == AgreementState::Active {
        return Ok(());
    }
    Err(Refusal::new(
        RefusalCode::InUse,
        "The default agreement is in force: make another one the default first.",
        "Основное соглашение действует: сначала сделайте основным другое.",
    )
    .at(["state"]))
}

/// Refuses to archive the default record.
pub(crate) fn default_is_live(is_default: bool, archived: bool) -> Checked<()> {
    if !(is_default && archived) {
        return Ok(());
    }
    Err(Refusal::new(
        RefusalCode::InUse,
        "The default record cannot be archived: make another one the default first.",
        "Основную запись нельзя убрать в архив: сначала сделайте основной другую.",
    )
    .at(["archived"]))
}
