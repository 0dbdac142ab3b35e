//! What writing and changing a draft have in common.

use std::collections::{BTreeSet, HashMap};

use access::{Permit, Right};
use catalog::{Goods, SupplierCard, SupplierOffer};
use chrono::Days;
use db::{Fault, Outcome, TenantTx};
use kernel::{
    Decimal, Money, NaiveDate, PackagingId, ProductId, ProductVariantId, PurchaseOrderLineId,
    Refusal, RefusalCode, SupplierId,
};

use super::rules::MOST_LINES;
use super::store::{Header, Line};
use crate::rules::line_cost;

/// A line as the user writes it.
#[derive(Clone, Debug)]
pub struct PurchaseLineInput {
    /// Goods, not a service.
    pub product_id: ProductId,
    /// Which variant; `None` is a product without variants.
    pub variant_id: Option<ProductVariantId>,
    /// In which packaging it is counted; `None` is the base unit.
    pub packaging_id: Option<PackagingId>,
    /// How many of it, above zero.
    pub quantity: Decimal,
    /// Per base unit in the order's currency, without recoverable tax; `None` is what the supplier
    /// asks on the order's date. Only who may see cost states one.
    pub price: Option<Decimal>,
    /// When it is expected; `None` is the order's day, else the date and the time it takes.
    pub expected_on: Option<NaiveDate>,
}

/// Refuses a price of those who may not see any.
pub(crate) fn check_price_right<A>(
    permit: &Permit<A>,
    inputs: &[PurchaseLineInput],
) -> Outcome<()> {
    let states = inputs.iter().any(|line| line.price.is_some());
    if states && permit.scope().reach(Right::CostRead).is_none() {
        return Err(access::Forbidden(Right::CostRead).into());
    }
    Ok(())
}

/// The supplier, in use.
pub(crate) async fn supplier<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    id: SupplierId,
) -> Outcome<SupplierCard> {
    let card = catalog::supplier_cards(tx, permit, &[id]).await?.remove(&id);
    let Some(card) = card else {
        let (en, ru) = ("There is no such supplier.", "Такого поставщика нет.");
        return Err(Refusal::new(RefusalCode::UnknownReference, en, ru).at(["supplierId"]).into());
    };
    if card.archived {
        let (en, ru) = ("The supplier is archived.", "Поставщик в архиве.");
        return Err(Refusal::new(RefusalCode::Archived, en, ru).at(["supplierId"]).into());
    }
    Ok(card)
}

/// Makes a draft's lines, with the supplier's prices and days where none are named.
pub(crate) async fn lines<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    order: &Header,
    supplier: &SupplierCard,
    inputs: &[PurchaseLineInput],
) -> Outcome<Vec<Line>> {
    if inputs.len() > MOST_LINES {
        return Err(Refusal::new(
            RefusalCode::TooMany,
            format!("At most {MOST_LINES} lines."),
            format!("Не больше {MOST_LINES} строк."),
        )
        .at(["lines"])
        .into());
    }
    let ids: BTreeSet<ProductId> = inputs.iter().map(|line| line.product_id).collect();
    let ids: Vec<ProductId> = ids.into_iter().collect();
    let cards = catalog::product_cards(tx, permit, &ids).await?;
    let goods =
        |line: &PurchaseLineInput| Goods { product: line.product_id, variant: line.variant_id };
    let goods: Vec<Goods> = inputs.iter().map(goods).collect();
    catalog::check_variants(tx, permit, |id| cards.get(&id), &goods).await?;
    catalog::take_products(tx, permit, cards.values().collect()).await?;
    let packagings: Vec<_> = inputs.iter().filter_map(|line| line.packaging_id).collect();
    let packagings = catalog::take_packagings(tx, permit, &packagings).await?;
    let offers = catalog::supplier_offers(tx, permit, &ids, order.occurred_on).await?;
    let mut lines = Vec::with_capacity(inputs.len());
    for (place, input) in inputs.iter().enumerate() {
        let refused = |refusal: Refusal| refusal.within(["lines".to_owned(), place.to_string()]);
        let card = cards.get(&input.product_id);
        let fit = match card {
            Some(card) if card.archived => Some(RefusalCode::Archived),
            Some(card) if card.is_service => Some(RefusalCode::Invalid),
            Some(_) => None,
            None => Some(RefusalCode::UnknownReference),
        };
        if let Some(code) = fit {
            return Err(refused(unfit(code)).into());
        }
        let measured =
            catalog::measured(&packagings, input.product_id, input.packaging_id, input.quantity)
                .map_err(refused)?;
        let offer = best_offer(&offers, input.product_id, order, supplier);
        let quantity = measured.base.get();
        let price = input.price.or_else(|| offer.and_then(|offer| offer.price));
        let amount = price.map(|price| amount(quantity, price)).transpose().map_err(refused)?;
        let entered = measured.entered;
        lines.push(Line {
            id: PurchaseOrderLineId::new(),
            position: i32::try_from(place).map_err(|_| Fault::broken("too many lines"))?,
            product_id: input.product_id,
            variant_id: input.variant_id,
            quantity,
            packaging_id: entered.as_ref().map(|entered| entered.packaging_id),
            entered_quantity: entered.as_ref().map(|entered| entered.quantity.get()),
            entered_unit: entered.map(|entered| entered.unit),
            price,
            amount,
            expected_on: input
                .expected_on
                .or(order.expected_on)
                .or_else(|| due(order.occurred_on, lead_days(offer, supplier))),
            received: Decimal::ZERO,
            awaited: Decimal::ZERO,
        });
    }
    Ok(lines)
}

/// What the supplier asks for a product in the order's currency, the cheapest where it sells it
/// under several codes.
fn best_offer<'a>(
    offers: &'a HashMap<ProductId, Vec<SupplierOffer>>,
    product: ProductId,
    order: &Header,
    supplier: &SupplierCard,
) -> Option<&'a SupplierOffer> {
    let own = offers.get(&product)?.iter();
    let own = own.filter(|offer| offer.supplier_id == supplier.id);
    let own = own.filter(|offer| offer.currency == order.currency);
    own.min_by_key(|offer| (offer.price.unwrap_or(Decimal::MAX), offer.item_id))
}

fn lead_days(offer: Option<&SupplierOffer>, supplier: &SupplierCard) -> Option<i32> {
    offer.and_then(|offer| offer.lead_time_days).or(supplier.lead_time_days)
}

/// The day that comes so many days after another.
pub(crate) fn due(from: NaiveDate, days: Option<i32>) -> Option<NaiveDate> {
    from.checked_add_days(Days::new(u64::try_from(days?).ok()?))
}

/// round(quantity × price, 2).
fn amount(quantity: Decimal, price: Decimal) -> Result<Decimal, Refusal> {
    let amount = Money::unit_price(price).ok().and_then(|price| line_cost(quantity, price));
    amount.ok_or_else(|| {
        Refusal::new(
            RefusalCode::OutOfRange,
            "The price is zero or more, with at most 4 decimal places, and not too large.",
            "Цена не меньше нуля, не более 4 знаков после запятой, и не слишком велика.",
        )
        .at(["price"])
    })
}

fn unfit(code: RefusalCode) -> Refusal {
    let (en, ru) = match code {
        RefusalCode::Archived => ("The product is archived.", "Товар в архиве."),
        RefusalCode::Invalid => {
            ("A service is not bought into stock.", "Услуга не поступает на склад.")
        }
        _ => ("There is no such product.", "Такого товара нет."),
    };
    Refusal::new(code, en, ru).at(["productId"])
}

/// The sum of the lines' amounts; `None` while a price is missing.
pub(crate) fn total(lines: &[Line]) -> Option<Decimal> {
    lines.iter().map(|line| line.amount).sum()
}
