//! Price lists, and the prices in them.

use access::Permit;
use db::{Command, CommandError, Outcome, TenantTx};
use kernel::{Decimal, Money, NaiveDate, PriceListId, ProductId, Refusal, RefusalCode, ScaleError};
use serde_json::json;

use super::{Deed, archived_after, changes};
use crate::checks::{Checks, default_is_live, default_stays, same_version, unchanged};
use crate::constraints::unknown;
use crate::records::{PriceListChanges, PriceListFields};
use crate::rules::out_of_scale;
use crate::store::{DefaultOf, Held, has_default, hold, insert, put_prices, take_default, update};
use crate::{ProductCard, product_cards};

/// Prices in one request at most.
const MOST_PRICES: usize = 5_000;

/// Makes a price list. The first one becomes the default.
#[derive(Clone, Debug)]
pub struct CreatePriceList {
    /// Its fields; those not given are empty.
    pub fields: PriceListChanges,
}

impl Command for CreatePriceList {
    type Output = PriceListId;

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<PriceListId> {
        let blank = PriceListFields {
            name: String::new(),
            currency: permit.scope().facts().base_currency,
            includes_vat: true,
            is_default: false,
            external_reference: None,
        };
        let mut fields = self.fields.applied(&blank).checked()?;
        let id = PriceListId::new();
        if !has_default(tx, permit, DefaultOf::PriceList).await? {
            fields.is_default = true;
        }
        if fields.is_default {
            take_default(tx, permit, DefaultOf::PriceList, id.0).await?;
        }
        insert(tx, permit, "price_list", id.0, &fields, &[]).await?;
        let deed = Deed::new("createPriceList", "PriceList", id);
        deed.audit(tx, changes(None, &fields));
        tx.emit(deed.event());
        Ok(id)
    }
}

/// Changes a price list.
#[derive(Clone, Debug)]
pub struct UpdatePriceList {
    /// Which one.
    pub id: PriceListId,
    /// The version it was read at.
    pub version: i32,
    /// What changes.
    pub fields: PriceListChanges,
    /// Archives or restores it.
    pub archived: Option<bool>,
}

impl Command for UpdatePriceList {
    type Output = PriceListId;

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<PriceListId> {
        let held: Option<Held<PriceListFields>> = hold(tx, permit, "price_list", self.id.0).await?;
        let held = held.ok_or(CommandError::NotFound)?;
        same_version(held.record.version, self.version)?;
        let archived_at = archived_after(&held.record, self.archived, tx.now())?;
        let fields = self.fields.applied(&held.fields).checked()?;
        unchanged("currency", &held.fields.currency, &fields.currency)?;
        unchanged("includesVat", &held.fields.includes_vat, &fields.includes_vat)?;
        default_stays(held.fields.is_default, fields.is_default)?;
        default_is_live(fields.is_default, archived_at.is_some())?;
        if fields.is_default && !held.fields.is_default {
            take_default(tx, permit, DefaultOf::PriceList, held.id).await?;
        }
        update(tx, permit, "price_list", held.id, &fields, archived_at).await?;
        let deed = Deed::new("updatePriceList", "PriceList", self.id);
        deed.audit(tx, changes(Some(&held.fields), &fields));
        tx.emit(deed.event());
        Ok(self.id)
    }
}

/// Sets prices of one list from one day on; a price of the same product and day is replaced.
#[derive(Clone, Debug)]
pub struct SetPrices {
    /// The list.
    pub price_list: PriceListId,
    /// The first day they hold.
    pub valid_from: NaiveDate,
    /// Products with their prices per base unit, in the list's currency.
    pub prices: Vec<(ProductId, Decimal)>,
}

impl Command for SetPrices {
    type Output = PriceListId;

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<PriceListId> {
        let prices = checked_prices(&self.prices)?;
        let held: Option<Held<PriceListFields>> =
            hold(tx, permit, "price_list", self.price_list.0).await?;
        let held = held.ok_or(CommandError::NotFound)?;
        archived_after(&held.record, None, tx.now())?;
        let ids: Vec<ProductId> = prices.iter().map(|(product, _)| *product).collect();
        let known = product_cards(tx, permit, &ids).await?;
        let is_known =
            |id: &ProductId| known.get(id).is_some_and(|card: &ProductCard| !card.archived);
        if let Some(line) = ids.iter().position(|id| !is_known(id)) {
            return Err(unknown("prices").at(field(line, "productId")).into());
        }
        put_prices(tx, permit, self.price_list, self.valid_from, &prices).await?;
        let deed = Deed::new("setPrices", "PriceList", self.price_list);
        let set: serde_json::Map<_, _> =
            prices.iter().map(|(product, price)| (product.to_string(), json!(price))).collect();
        deed.audit(tx, json!({ "validFrom": self.valid_from, "prices": set }));
        tx.emit(deed.event());
        Ok(self.price_list)
    }
}

fn field(line: usize, name: &str) -> [String; 3] {
    ["prices".to_owned(), line.to_string(), name.to_owned()]
}

/// Prices that fit their column, each product once.
fn checked_prices(prices: &[(ProductId, Decimal)]) -> Result<Vec<(ProductId, Decimal)>, Refusal> {
    if prices.is_empty() {
        let (en, ru) = ("There are no prices to set.", "Нет цен, которые надо записать.");
        return Err(Refusal::new(RefusalCode::NoLines, en, ru).at(["prices"]));
    }
    if prices.len() > MOST_PRICES {
        return Err(Refusal::new(
            RefusalCode::TooMany,
            format!("At most {MOST_PRICES} prices are set at once."),
            format!("За один раз можно записать не больше цен: {MOST_PRICES}."),
        )
        .at(["prices"]));
    }
    let mut seen = std::collections::HashSet::new();
    let mut checked = Vec::with_capacity(prices.len());
    for (line, (product, price)) in prices.iter().enumerate() {
        let too_odd = |error: ScaleError| out_of_scale(error).at(field(line, "price"));
        checked.push((*product, Money::unit_price(*price).map_err(too_odd)?));
        if !seen.insert(*product) {
            return Err(Refusal::new(
                RefusalCode::Invalid,
                "The product stands here twice.",
                "Товар указан дважды.",
            )
            .at(field(line, "productId")));
        }
    }
    Ok(checked)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code_and_field(prices: &[(ProductId, Decimal)]) -> (RefusalCode, String) {
        let refusal = checked_prices(prices).unwrap_err();
        (refusal.code, refusal.field.unwrap().join("."))
    }

    #[test]
    fn prices_that_do_not_fit_are_refused_by_line() {
        let (a, b) = (ProductId::new(), ProductId::new());
        let good = Decimal::new(105_000, 4);
        assert_eq!(checked_prices(&[(a, good), (b, Decimal::ZERO)]).unwrap().len(), 2);
        assert_eq!(code_and_field(&[]), (RefusalCode::NoLines, "prices".into()));
        let twice = [(a, good), (a, good)];
        assert_eq!(code_and_field(&twice), (RefusalCode::Invalid, "prices.1.productId".into()));
        for odd in [Decimal::NEGATIVE_ONE, Decimal::new(1, 5), Decimal::MAX] {
            let field = "prices.1.price".to_owned();
            assert_eq!(code_and_field(&[(a, good), (b, odd)]), (RefusalCode::OutOfRange, field));
        }
        let many = vec![(a, good); MOST_PRICES + 1];
        assert_eq!(code_and_field(&many), (RefusalCode::TooMany, "prices".into()));
    }
}
