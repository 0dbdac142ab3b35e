//! Price lists, and the prices in them.

use access::Permit;
use db::{Command, CommandError, Outcome, TenantTx};
use kernel::{
    Decimal, Money, NaiveDate, PriceListId, ProductId, Quantity, Refusal, RefusalCode, Rounding,
    RoundingDirection, ScaleError,
};
use serde_json::json;

use super::{Deed, archived_after, changes};
use crate::checks::{
    Checks, default_is_live, default_stays, name, reference, same_version, unchanged,
};
use crate::constraints::unknown;
use crate::records::{PriceListChanges, PriceListFields};
use crate::rules::out_of_scale;
use crate::rules::pricing::check_no_cycle;
use crate::store::{
    DefaultOf, Held, NewPrice, has_default, hold, insert, lock_bases, put_prices, take_default,
    update,
};
use crate::{ProductCard, product_cards};

/// Prices in one request at most.
const MOST_PRICES: usize = 5_000;

/// Makes a price list. The first one becomes the default.
#[derive(Clone, Debug)]
pub struct CreatePriceList {
    /// Its fields; those not given are empty.
    pub fields: PriceListChanges,
}

#[async_trait::async_trait]
impl Command for CreatePriceList {
    type Output = PriceListId;

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<PriceListId> {
        let blank = PriceListFields {
            name: String::new(),
            currency: permit.scope().facts().base_currency,
            includes_vat: true,
            is_default: false,
            base_list_id: None,
            coefficient: None,
            rounding_step: None,
            rounding_direction: None,
            external_reference: None,
        };
        let mut fields = derived(&self.fields, &blank).checked()?;
        let id = PriceListId::new();
        check_base(tx, permit, id, None, &fields).await?;
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

#[async_trait::async_trait]
impl Command for UpdatePriceList {
    type Output = PriceListId;

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<PriceListId> {
        let held: Option<Held<PriceListFields>> = hold(tx, permit, "price_list", self.id.0).await?;
        let held = held.ok_or(CommandError::NotFound)?;
        same_version(held.record.version, self.version)?;
        let archived_at = archived_after(&held.record, self.archived, tx.now())?;
        let fields = derived(&self.fields, &held.fields).checked()?;
        check_base(tx, permit, self.id, held.fields.base_list_id, &fields).await?;
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

/// The fields after the changes. A list that becomes a base list has nothing to multiply by, and
/// rounding without a direction is to the nearest.
fn derived(changes: &PriceListChanges, before: &PriceListFields) -> PriceListFields {
    let mut fields = changes.applied(before);
    if fields.base_list_id.is_none() && changes.base_list_id.is_some() {
        fields.coefficient = None;
        fields.rounding_step = None;
    }
    fields.rounding_direction = match (fields.rounding_step, fields.rounding_direction) {
        (None, _) => None,
        (Some(_), direction) => Some(direction.unwrap_or(RoundingDirection::Nearest)),
    };
    fields
}

/// Checks the list that this one is to follow from: there, of the same mind about VAT, no ring.
async fn check_base<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    id: PriceListId,
    before: Option<PriceListId>,
    fields: &PriceListFields,
) -> Outcome<()> {
    let Some(base) = fields.base_list_id.filter(|base| Some(*base) != before) else {
        return Ok(());
    };
    let bases = lock_bases(tx, permit).await?;
    let at = |refusal: Refusal| refusal.at(["baseListId"]);
    check_no_cycle(id, base, &bases).map_err(Refusal::from).map_err(at)?;
    let found: Option<Held<PriceListFields>> = hold(tx, permit, "price_list", base.0).await?;
    let found = found.ok_or_else(|| unknown("baseListId"))?;
    archived_after(&found.record, None, tx.now()).map_err(at)?;
    if found.fields.includes_vat != fields.includes_vat {
        return Err(at(Refusal::new(
            RefusalCode::Invalid,
            "Prices of a derived list include VAT where those of its base do, and only there.",
            "Цены рассчитанного вида цен включают НДС тогда же, когда цены его основы.",
        ))
        .into());
    }
    Ok(())
}

impl Checks for PriceListFields {
    fn checked(&self) -> Result<Self, Refusal> {
        check_derivation(self)?;
        Ok(Self {
            name: name(&self.name)?,
            external_reference: reference(self.external_reference.as_deref())?,
            ..self.clone()
        })
    }
}

/// A coefficient above zero and below a thousand with six places, for derived lists alone.
fn check_derivation(fields: &PriceListFields) -> Result<(), Refusal> {
    let refused = |field: &str, code, en: &str, ru: &str| {
        Err(Refusal::new(code, en.to_owned(), ru.to_owned()).at([field]))
    };
    let coefficient = fields.coefficient.map(|coefficient| coefficient.normalize());
    match (fields.base_list_id, coefficient) {
        (None, Some(_)) => {
            let (en, ru) = (
                "A list with prices of its own has no coefficient.",
                "У вида цен с собственными ценами нет коэффициента.",
            );
            return refused("coefficient", RefusalCode::Invalid, en, ru);
        }
        (Some(_), None) => {
            let (en, ru) = (
                "Name what the base's prices are multiplied by.",
                "Укажите коэффициент к ценам основы.",
            );
            return refused("coefficient", RefusalCode::Required, en, ru);
        }
        (Some(_), Some(of))
            if of <= Decimal::ZERO || of >= Decimal::ONE_THOUSAND || of.scale() > 6 =>
        {
            let (en, ru) = (
                "A coefficient is above 0 and below 1000, with at most 6 decimal places.",
                "Коэффициент больше 0 и меньше 1000, не больше 6 знаков после запятой.",
            );
            return refused("coefficient", RefusalCode::OutOfRange, en, ru);
        }
        _ => {}
    }
    if let Some((step, direction)) = fields.rounding_step.zip(fields.rounding_direction) {
        let fits = Rounding::new(step, direction);
        fits.map_err(|error| out_of_scale(error).at(["roundingStep"]))?;
        if fields.base_list_id.is_none() {
            let (en, ru) = (
                "Only prices of derived lists are rounded.",
                "Округляются только цены рассчитанных видов цен.",
            );
            return refused("roundingStep", RefusalCode::Invalid, en, ru);
        }
    }
    Ok(())
}

/// Sets prices of one list from one day on; a price of the same product and day is replaced.
#[derive(Clone, Debug)]
pub struct SetPrices {
    /// The list.
    pub price_list: PriceListId,
    /// The first day they hold.
    pub valid_from: NaiveDate,
    /// The prices, in the list's currency.
    pub prices: Vec<NewPrice>,
}

#[async_trait::async_trait]
impl Command for SetPrices {
    type Output = PriceListId;

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<PriceListId> {
        let prices = checked_prices(&self.prices)?;
        let held: Option<Held<PriceListFields>> =
            hold(tx, permit, "price_list", self.price_list.0).await?;
        let held = held.ok_or(CommandError::NotFound)?;
        archived_after(&held.record, None, tx.now())?;
        has_own_prices(&held.fields)?;
        known_products(tx, permit, &prices).await?;
        put_prices(tx, permit, self.price_list, self.valid_from, &prices).await?;
        let deed = Deed::new("setPrices", "PriceList", self.price_list);
        deed.audit(tx, noted_prices(self.valid_from, &prices));
        tx.emit(deed.event());
        Ok(self.price_list)
    }
}

/// Refuses to write prices under a list that follows from another one.
pub(crate) fn has_own_prices(list: &PriceListFields) -> Result<(), Refusal> {
    if list.base_list_id.is_none() {
        return Ok(());
    }
    Err(Refusal::new(
        RefusalCode::Invalid,
        "A derived price list has no prices of its own: set those of its base list.",
        "У рассчитанного вида цен нет своих цен: записывайте цены его основы.",
    )
    .at(["priceListId"]))
}

/// Refuses prices of products that are not there or archived.
pub(crate) async fn known_products<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    prices: &[NewPrice],
) -> Outcome<()> {
    let ids: Vec<ProductId> = prices.iter().map(|price| price.product).collect();
    let known = product_cards(tx, permit, &ids).await?;
    let is_known = |id: &ProductId| known.get(id).is_some_and(|card: &ProductCard| !card.archived);
    match ids.iter().position(|id| !is_known(id)) {
        Some(line) => Err(unknown("prices").at(field(line, "productId")).into()),
        None => Ok(()),
    }
}

/// Prices as the audit trail keeps them: those of any quantity in the base unit by product.
pub(crate) fn noted_prices(valid_from: NaiveDate, prices: &[NewPrice]) -> serde_json::Value {
    let is_plain = |price: &&NewPrice| {
        price.variant.is_none() && price.packaging.is_none() && price.min_quantity.is_zero()
    };
    let plain: serde_json::Map<_, _> = prices
        .iter()
        .filter(is_plain)
        .map(|price| (price.product.to_string(), json!(price.price)))
        .collect();
    let other: Vec<&NewPrice> = prices.iter().filter(|price| !is_plain(price)).collect();
    json!({ "validFrom": valid_from, "prices": plain, "otherPrices": other })
}

fn field(line: usize, name: &str) -> [String; 3] {
    ["prices".to_owned(), line.to_string(), name.to_owned()]
}

/// Prices that fit their column, each series once.
pub(crate) fn checked_prices(prices: &[NewPrice]) -> Result<Vec<NewPrice>, Refusal> {
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
    for (line, price) in prices.iter().enumerate() {
        let at =
            |name: &'static str| move |error: ScaleError| out_of_scale(error).at(field(line, name));
        let amount = price.price.map(Money::unit_price).transpose().map_err(at("price"))?;
        let least = Quantity::new(price.min_quantity).map_err(at("minQuantity"))?;
        let price = NewPrice { price: amount, min_quantity: least.get(), ..price.clone() };
        if !seen.insert(price.key()) {
            return Err(Refusal::new(
                RefusalCode::Invalid,
                "The product stands here twice.",
                "Товар указан дважды.",
            )
            .at(field(line, "productId")));
        }
        checked.push(price);
    }
    Ok(checked)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(prices: &[(ProductId, Decimal)]) -> Vec<NewPrice> {
        prices.iter().map(|(product, price)| NewPrice::of(*product, *price)).collect()
    }

    fn code_and_field(prices: &[(ProductId, Decimal)]) -> (RefusalCode, String) {
        let refusal = checked_prices(&plain(prices)).unwrap_err();
        (refusal.code, refusal.field.unwrap().join("."))
    }

    #[test]
    fn prices_that_do_not_fit_are_refused_by_line() {
        let (a, b) = (ProductId::new(), ProductId::new());
        let good = Decimal::new(105_000, 4);
        assert_eq!(checked_prices(&plain(&[(a, good), (b, Decimal::ZERO)])).unwrap().len(), 2);
        let broken = NewPrice { min_quantity: Decimal::TEN, ..NewPrice::of(a, good) };
        assert_eq!(checked_prices(&[NewPrice::of(a, good), broken]).unwrap().len(), 2);
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
