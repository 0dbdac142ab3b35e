//! Prices by the row.

use std::collections::{BTreeMap, HashMap, HashSet};

use access::{Action, Permit, Right};
use db::{Outcome, TenantTx};
use kernel::{
    Decimal, Money, NaiveDate, PackagingId, PriceListId, ProductId, ProductVariantId, Quantity,
    Refusal, RefusalCode,
};

use super::{Intent, Saved};
use crate::commands::Deed;
use crate::commands::price_lists::{has_own_prices, noted_prices};
use crate::naming::{Named, NamedKind, Names, PackagingNames, ProductNames, VariantNames};
use crate::rules::out_of_scale;
use crate::store::{
    AskedPrice, NewPrice, lock_bulk, price_lists_held, prices_on_days, put_many_prices,
};

/// One row: a price of one product in one list.
#[derive(Clone, Debug, Default)]
pub struct PriceRow {
    /// Its number, as whoever brought it counts.
    pub place: u64,
    /// The list; the default one where none is named.
    pub list: Named,
    /// The product.
    pub product: Named,
    /// Which of its variants; all of them where none is named.
    pub variant: Named,
    /// What it is for; the base unit where none is named.
    pub packaging: Option<String>,
    /// The first day it holds; today where none is named, and then a price that holds already is
    /// not written again.
    pub valid_from: Option<NaiveDate>,
    /// From this quantity on, base units; any where none is named.
    pub min_quantity: Option<Decimal>,
    /// The price, in the list's currency.
    pub price: Option<Decimal>,
}

/// Writes prices into lists that are there.
#[derive(Clone, Copy, Debug)]
pub struct SavePrices;

impl Action for SavePrices {
    const RIGHT: Right = Right::PriceWrite;
}

/// What a price is of: list, product, variant, packaging, least quantity and first day.
type Series =
    (PriceListId, ProductId, Option<ProductVariantId>, Option<PackagingId>, Decimal, NaiveDate);

impl SavePrices {
    /// Writes the rows that can be written and tells of the others.
    ///
    /// # Errors
    /// As [`super::SaveProducts::run`].
    pub async fn run(
        tx: &TenantTx,
        permit: &Permit<Self>,
        rows: Vec<PriceRow>,
        intent: Intent,
    ) -> Outcome<Saved> {
        if intent == Intent::Write {
            lock_bulk(tx, permit, "price").await?;
        }
        let mut saved = Saved::default();
        let mut known = Known::read(tx, permit, &rows, intent).await?;
        let (mut asked, mut dated) = (Vec::with_capacity(rows.len()), Vec::new());
        for row in &rows {
            match known.price(tx.today(), asked.len(), row) {
                Ok(price) => {
                    asked.push(price);
                    dated.push(row.valid_from.is_some());
                }
                Err(refusal) => saved.refuse(row.place, refusal),
            }
        }
        let held = prices_on_days(tx, permit, &asked).await?;
        let mut new = Vec::with_capacity(asked.len());
        for (price, is_dated) in asked.into_iter().zip(dated) {
            match held.get(&price.place) {
                Some(on_day) if on_day.valid_from == price.valid_from => {
                    if on_day.price == Some(price.price) {
                        saved.unchanged += 1;
                        continue;
                    }
                    saved.updated += 1;
                }
                Some(on_day) if !is_dated && on_day.price == Some(price.price) => {
                    saved.unchanged += 1;
                    continue;
                }
                _ => saved.created += 1,
            }
            new.push(price);
        }
        if intent == Intent::Write {
            put_many_prices(tx, permit, &new).await?;
            note(tx, &new);
        }
        Ok(saved)
    }
}

/// A row of the audit trail for each list and day.
fn note(tx: &TenantTx, prices: &[AskedPrice]) {
    let mut by_day: BTreeMap<(PriceListId, NaiveDate), Vec<NewPrice>> = BTreeMap::new();
    for price in prices {
        by_day.entry((price.price_list_id, price.valid_from)).or_default().push(NewPrice {
            product: price.product_id,
            variant: price.variant_id,
            packaging: price.packaging_id,
            min_quantity: price.min_quantity,
            price: Some(price.price),
        });
    }
    for ((list, valid_from), prices) in by_day {
        let deed = Deed::new("setPrices", "PriceList", list);
        deed.audit(tx, noted_prices(valid_from, &prices));
    }
}

struct Known {
    names: Names,
    lists: HashMap<PriceListId, Result<(), Refusal>>,
    products: ProductNames,
    variants: VariantNames,
    packagings: PackagingNames,
    seen: HashSet<Series>,
}

impl Known {
    async fn read(
        tx: &TenantTx,
        permit: &Permit<SavePrices>,
        rows: &[PriceRow],
        intent: Intent,
    ) -> Outcome<Self> {
        let names = Names::read(tx, permit, NamedKind::PriceList).await?;
        let lists: HashSet<PriceListId> =
            rows.iter().filter_map(|row| names.find(&row.list).ok()).collect();
        let lists: Vec<PriceListId> = lists.into_iter().collect();
        let held = price_lists_held(tx, permit, &lists, intent.hold()).await?;
        let own = |refusal: Refusal| refusal.at(["priceList"]);
        let lists =
            held.iter().map(|held| (held.id.into(), has_own_prices(&held.fields).map_err(own)));
        let lists = lists.collect();
        let named: Vec<&Named> = rows.iter().map(|row| &row.product).collect();
        let products = ProductNames::read(tx, permit, &named).await?;
        let varied: Vec<&Named> = rows.iter().map(|row| &row.variant).collect();
        let variants = VariantNames::read(tx, permit, &varied).await?;
        let packed = rows.iter().filter(|row| row.packaging.is_some());
        let packed: Vec<ProductId> =
            packed.filter_map(|row| Some(products.find(&row.product).ok()?.id)).collect();
        let packagings = PackagingNames::read(tx, permit, &packed).await?;
        Ok(Self { names, lists, products, variants, packagings, seen: HashSet::new() })
    }

    fn price(
        &mut self,
        today: NaiveDate,
        place: usize,
        row: &PriceRow,
    ) -> Result<AskedPrice, Refusal> {
        let list: PriceListId = self.names.find(&row.list)?;
        if let Some(refused) = self.lists.get(&list) {
            refused.clone()?;
        }
        let product = self.products.find(&row.product)?;
        let variant = self.variants.find(product, &row.variant)?;
        let packaging = match &row.packaging {
            Some(name) => self.packagings.find(product, name)?.map(|card| card.id),
            None => None,
        };
        let at = |field: &'static str| move |error| out_of_scale(error).at([field]);
        let price = row.price.ok_or_else(without_price)?;
        let price = Money::unit_price(price).map_err(at("price"))?;
        let least = Quantity::new(row.min_quantity.unwrap_or_default());
        let least = least.map_err(at("minQuantity"))?.get().normalize();
        let valid_from = row.valid_from.unwrap_or(today);
        if !self.seen.insert((list, product.id, variant, packaging, least, valid_from)) {
            return Err(twice());
        }
        Ok(AskedPrice {
            // Rows of one chunk, of which there are some thousands at most.
            place: i32::try_from(place).unwrap_or(i32::MAX),
            price_list_id: list,
            product_id: product.id,
            variant_id: variant,
            packaging_id: packaging,
            min_quantity: least,
            valid_from,
            price,
        })
    }
}

fn without_price() -> Refusal {
    Refusal::new(RefusalCode::Required, "The row has no price.", "В строке нет цены.").at(["price"])
}

fn twice() -> Refusal {
    Refusal::new(
        RefusalCode::Invalid,
        "An earlier row gives the same price.",
        "Эту же цену задаёт одна из предыдущих строк.",
    )
    .at(["sku"])
}
