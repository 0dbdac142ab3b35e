//! Setting what is dated: rates of currencies and of VAT, suppliers' prices. Documents keep what
//! they were posted with.

use std::collections::HashMap;
use std::hash::Hash;

use access::{Action, Permit};
use db::{Command, CommandError, Outcome, TenantTx};
use kernel::{
    CurrencyId, Money, NaiveDate, OrganizationId, Refusal, RefusalCode, ScaleError, SupplierItemId,
    Uuid, VatCategoryId,
};
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::{Deed, archived_after};
use crate::ReadSupplierPrices;
use crate::records::{
    CurrencyRate, Fields, SupplierItemFields, SupplierPrice, TenantCurrencyFields,
    VatCategoryFields, VatRate,
};
use crate::rules::out_of_scale;
use crate::store::{
    Dated, Held, currency_rates_of, hold, put_currency_rates, put_supplier_prices, put_vat_rates,
    supplier_prices_of, vat_rates_of,
};

/// Rows that one command sets and removes at most.
const MOST_ROWS: usize = 1_000;
/// Places that a rate of currency is kept with.
const RATE_PLACES: u32 = 6;
/// The largest nominal of a rate.
const MOST_NOMINAL: i32 = 1_000_000;

/// Sets and removes rates of a currency against the base currency.
#[derive(Clone, Debug)]
pub struct SetCurrencyRates {
    /// The currency.
    pub currency: CurrencyId,
    /// The rates; one of the same day is replaced.
    pub rates: Vec<CurrencyRate>,
    /// The days whose rates go.
    pub removed: Vec<NaiveDate>,
}

#[async_trait::async_trait]
impl Command for SetCurrencyRates {
    type Output = CurrencyId;

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<CurrencyId> {
        let days = days(&self.rates, &self.removed, |rate| rate.valid_from)?;
        for (place, rate) in self.rates.iter().enumerate() {
            check_rate(rate).map_err(|refusal| refusal.at(path(place, "rate")))?;
        }
        let held: Held<TenantCurrencyFields> =
            live(tx, permit, "currency", self.currency.0).await?;
        if held.fields.code == permit.scope().facts().base_currency {
            return Err(base_is_one().into());
        }
        let before = currency_rates_of(tx, permit, self.currency, &days).await?;
        let removed = chosen(&before, &self.removed, |rate| rate.valid_from);
        let rates = Dated { put: &self.rates, removed: &removed };
        put_currency_rates(tx, permit, self.currency, &rates).await?;
        let deed = Deed::new("setCurrencyRates", "Currency", self.currency);
        tell(tx, deed, &before, &rates, |rate| format!("rates.{}", rate.valid_from));
        Ok(self.currency)
    }
}

/// Sets and removes rates of a tax category.
#[derive(Clone, Debug)]
pub struct SetVatRates {
    /// The category.
    pub category: VatCategoryId,
    /// The rates; one of the same organization and day is replaced.
    pub rates: Vec<VatRate>,
    /// Whose rates go, and of which days.
    pub removed: Vec<(Option<OrganizationId>, NaiveDate)>,
}

#[async_trait::async_trait]
impl Command for SetVatRates {
    type Output = VatCategoryId;

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<VatCategoryId> {
        let key = |rate: &VatRate| (rate.organization_id, rate.valid_from);
        let keys = days(&self.rates, &self.removed, key)?;
        let days: Vec<NaiveDate> = keys.into_iter().map(|(_, day)| day).collect();
        let _: Held<VatCategoryFields> = live(tx, permit, "vat_category", self.category.0).await?;
        let before = vat_rates_of(tx, permit, self.category, &days).await?;
        let removed = chosen(&before, &self.removed, key);
        let rates = Dated { put: &self.rates, removed: &removed };
        put_vat_rates(tx, permit, self.category, &rates).await?;
        let deed = Deed::new("setVatRates", "VatCategory", self.category);
        tell(tx, deed, &before, &rates, |rate| match rate.organization_id {
            Some(organization) => format!("rates.{}.{organization}", rate.valid_from),
            None => format!("rates.{}", rate.valid_from),
        });
        Ok(self.category)
    }
}

/// Sets and removes a supplier's prices of an item. Whoever sets them may see cost.
#[derive(Clone, Debug)]
pub struct SetSupplierPrices {
    /// The item.
    pub item: SupplierItemId,
    /// The prices; one of the same day is replaced.
    pub prices: Vec<SupplierPrice>,
    /// The days whose prices go.
    pub removed: Vec<NaiveDate>,
}

#[async_trait::async_trait]
impl Command for SetSupplierPrices {
    type Output = SupplierItemId;

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<SupplierItemId> {
        permit.scope().permit::<ReadSupplierPrices>()?;
        let days = days(&self.prices, &self.removed, |price| price.valid_from)?;
        for (place, row) in self.prices.iter().enumerate() {
            let odd = |error| out_of_scale(error).at(["prices", &place.to_string(), "price"]);
            Money::unit_price(row.price).map_err(odd)?;
        }
        let _: Held<SupplierItemFields> = live(tx, permit, "supplier_item", self.item.0).await?;
        let before = supplier_prices_of(tx, permit, self.item, &days).await?;
        let removed = chosen(&before, &self.removed, |price| price.valid_from);
        let prices = Dated { put: &self.prices, removed: &removed };
        put_supplier_prices(tx, permit, self.item, &prices).await?;
        let deed = Deed::new("setSupplierPrices", "SupplierItem", self.item);
        tell(tx, deed, &before, &prices, |price| format!("prices.{}", price.valid_from));
        Ok(self.item)
    }
}

/// The record that dated rows are of, locked and in use.
async fn live<A: Action, F: Fields>(
    tx: &TenantTx,
    permit: &Permit<A>,
    table: &str,
    id: Uuid,
) -> Outcome<Held<F>> {
    let held: Option<Held<F>> = hold(tx, permit, table, id).await?;
    let held = held.ok_or(CommandError::NotFound)?;
    archived_after(&held.record, None, tx.now())?;
    Ok(held)
}

/// What is touched, each once.
fn days<T, K: Copy + Eq + Hash>(
    put: &[T],
    removed: &[K],
    key: impl Fn(&T) -> K,
) -> Result<Vec<K>, Refusal> {
    let keys: Vec<K> = put.iter().map(key).chain(removed.iter().copied()).collect();
    if keys.is_empty() {
        let (en, ru) = ("There is nothing to set.", "Записывать нечего.");
        return Err(Refusal::new(RefusalCode::NoLines, en, ru));
    }
    if keys.len() > MOST_ROWS {
        return Err(Refusal::new(
            RefusalCode::TooMany,
            format!("At most {MOST_ROWS} rows are set at once."),
            format!("За один раз можно записать не больше строк: {MOST_ROWS}."),
        ));
    }
    let mut seen = std::collections::HashSet::new();
    match keys.iter().find(|key| !seen.insert(**key)) {
        Some(_) => Err(Refusal::new(
            RefusalCode::Invalid,
            "A day stands here twice.",
            "Один и тот же день указан дважды.",
        )),
        None => Ok(keys),
    }
}

/// Those of the rows whose key is named.
fn chosen<T: Clone, K: PartialEq>(rows: &[T], keys: &[K], key: impl Fn(&T) -> K) -> Vec<T> {
    rows.iter().filter(|row| keys.contains(&key(row))).cloned().collect()
}

fn tell<T: Serialize>(
    tx: &TenantTx,
    deed: Deed,
    before: &[T],
    rows: &Dated<'_, T>,
    name: impl Fn(&T) -> String,
) {
    let was: HashMap<String, Value> = before.iter().map(|row| (name(row), json!(row))).collect();
    let mut noted = Map::new();
    for row in rows.put {
        let name = name(row);
        let before = was.get(&name).cloned().unwrap_or(Value::Null);
        let after = json!(row);
        if before != after {
            noted.insert(name, json!({ "before": before, "after": after }));
        }
    }
    for row in rows.removed {
        noted.insert(name(row), json!({ "before": row, "after": null }));
    }
    deed.audit(tx, Value::Object(noted));
    tx.emit(deed.event());
}

fn check_rate(rate: &CurrencyRate) -> Result<(), Refusal> {
    let whole_digits = rate.rate.trunc().to_string().len();
    let error = if rate.rate <= kernel::Decimal::ZERO || rate.nominal < 1 {
        ScaleError::TooSmall
    } else if rate.rate.normalize().scale() > RATE_PLACES {
        ScaleError::TooManyPlaces(RATE_PLACES)
    } else if whole_digits > 12 || rate.nominal > MOST_NOMINAL {
        ScaleError::TooLarge
    } else {
        return Ok(());
    };
    Err(out_of_scale(error))
}

fn path(place: usize, field: &str) -> [String; 3] {
    ["rates".to_owned(), place.to_string(), field.to_owned()]
}

fn base_is_one() -> Refusal {
    Refusal::new(
        RefusalCode::Invalid,
        "The base currency is always 1 to itself.",
        "Курс базовой валюты к самой себе всегда равен 1.",
    )
    .at(["currencyId"])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rate(rate: &str, nominal: i32) -> CurrencyRate {
        let valid_from = NaiveDate::from_ymd_opt(2026, 1, 1).unwrap();
        CurrencyRate { valid_from, rate: rate.parse().unwrap(), nominal }
    }

    #[test]
    fn a_rate_is_above_zero_and_has_six_places() {
        for (text, nominal) in [("0.000001", 1), ("999999999999.5", 100), ("90.1200000", 10)] {
            assert_eq!(check_rate(&rate(text, nominal)), Ok(()), "{text}");
        }
        let odd = [("0", 1), ("-1", 1), ("1.0000001", 1), ("1000000000000", 1), ("1", 0)];
        for (text, nominal) in odd.into_iter().chain([("1", 1_000_001)]) {
            assert!(check_rate(&rate(text, nominal)).is_err(), "{text} for {nominal}");
        }
    }

    #[test]
    fn each_day_stands_once() {
        let row = rate("1", 1);
        let day = row.valid_from;
        let days = |rows: &[CurrencyRate], removed: &[NaiveDate]| {
            days(rows, removed, |rate| rate.valid_from).map_err(|refusal| refusal.code)
        };
        assert_eq!(days(std::slice::from_ref(&row), &[]), Ok(vec![day]));
        assert_eq!(days(&[], &[]), Err(RefusalCode::NoLines));
        assert_eq!(days(&[row.clone(), row.clone()], &[]), Err(RefusalCode::Invalid));
        assert_eq!(days(&[row], &[day]), Err(RefusalCode::Invalid));
        let many: Vec<NaiveDate> = day.iter_days().take(MOST_ROWS + 1).collect();
        assert_eq!(days(&[], &many), Err(RefusalCode::TooMany));
    }
}
