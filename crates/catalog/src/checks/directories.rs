//! The checks of the short lists.

use kernel::{Decimal, Quantity, Refusal, RefusalCode};

use super::{Checked, Checks, NAME, address, email, name, phone, reference};
use crate::records::{
    BinFields, PriceSegmentFields, RegionFields, SalesChannelFields, SalesRouteFields,
    SupplierFields, SupplierItemFields, TenantCurrencyFields, VatCategoryFields,
};
use crate::rules::{at, check_inn, check_kpp, check_steps, clean, optional, out_of_scale};

/// The longest lead time, in days.
const LONGEST_LEAD: i32 = 3_650;
/// Letters of a supplier's code of a product.
const CODE: usize = 64;
/// Letters of a tax number abroad.
const VAT_ID: usize = 20;

impl Checks for RegionFields {
    fn checked(&self) -> Checked<Self> {
        Ok(Self {
            name: name(&self.name)?,
            external_reference: reference(self.external_reference.as_deref())?,
        })
    }
}

impl Checks for SalesChannelFields {
    fn checked(&self) -> Checked<Self> {
        Ok(Self {
            name: name(&self.name)?,
            external_reference: reference(self.external_reference.as_deref())?,
        })
    }
}

impl Checks for PriceSegmentFields {
    fn checked(&self) -> Checked<Self> {
        Ok(Self {
            name: name(&self.name)?,
            price_list_id: self.price_list_id,
            external_reference: reference(self.external_reference.as_deref())?,
        })
    }
}

impl Checks for SalesRouteFields {
    fn checked(&self) -> Checked<Self> {
        check_steps(&self.payment_steps.0)?;
        Ok(Self {
            name: name(&self.name)?,
            external_reference: reference(self.external_reference.as_deref())?,
            ..self.clone()
        })
    }
}

impl Checks for SupplierFields {
    fn checked(&self) -> Checked<Self> {
        let text = |field, text: &Option<String>, most| {
            at(field, optional(text.as_deref(), |text| clean(text, most)))
        };
        Ok(Self {
            name: name(&self.name)?,
            legal_name: text("legalName", &self.legal_name, NAME)?,
            inn: at("inn", optional(self.inn.as_deref(), check_inn))?,
            kpp: at("kpp", optional(self.kpp.as_deref(), check_kpp))?,
            vat_id: text("vatId", &self.vat_id, VAT_ID)?,
            phone: phone(self.phone.as_deref())?,
            email: email(self.email.as_deref())?,
            address: address(self.address.as_deref())?,
            currency: self.currency,
            lead_time_days: lead_time(self.lead_time_days)?,
            external_reference: reference(self.external_reference.as_deref())?,
        })
    }
}

impl Checks for SupplierItemFields {
    fn checked(&self) -> Checked<Self> {
        let text = |field, text: &Option<String>, most| {
            at(field, optional(text.as_deref(), |text| clean(text, most)))
        };
        let quantity = |field, quantity: Option<Decimal>| {
            let checked = quantity.map(Quantity::positive).transpose();
            at(field, checked.map_err(out_of_scale)).map(|found| found.map(Quantity::get))
        };
        Ok(Self {
            code: text("code", &self.code, CODE)?,
            name: text("name", &self.name, NAME)?,
            minimum_lot: quantity("minimumLot", self.minimum_lot)?,
            lot_multiple: quantity("lotMultiple", self.lot_multiple)?,
            lead_time_days: lead_time(self.lead_time_days)?,
            external_reference: reference(self.external_reference.as_deref())?,
            ..self.clone()
        })
    }
}

impl Checks for TenantCurrencyFields {
    fn checked(&self) -> Checked<Self> {
        Ok(Self {
            code: self.code,
            name: name(&self.name)?,
            external_reference: reference(self.external_reference.as_deref())?,
        })
    }
}

impl Checks for VatCategoryFields {
    fn checked(&self) -> Checked<Self> {
        Ok(Self {
            name: name(&self.name)?,
            external_reference: reference(self.external_reference.as_deref())?,
        })
    }
}

impl Checks for BinFields {
    fn checked(&self) -> Checked<Self> {
        Ok(Self {
            name: name(&self.name)?,
            external_reference: reference(self.external_reference.as_deref())?,
            ..self.clone()
        })
    }
}

fn lead_time(days: Option<i32>) -> Checked<Option<i32>> {
    if days.is_none_or(|days| (0..=LONGEST_LEAD).contains(&days)) {
        return Ok(days);
    }
    Err(Refusal::new(
        RefusalCode::OutOfRange,
        format!("A lead time is 0 to {LONGEST_LEAD} days."),
        format!("Срок поставки — от 0 до {LONGEST_LEAD} дней."),
    )
    .at(["leadTimeDays"]))
}
