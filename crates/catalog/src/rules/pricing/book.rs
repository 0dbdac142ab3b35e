//! The prices that a document may need, loaded once and looked up by (holder, product).
//!
//! - A base list has prices of its own; a derived one has none, only another list × coefficient,
//!   rounded. Prices left under a list that became derived are not looked at.
//! - A derived list says of VAT what its base says. Its currency may differ: then the base's price
//!   is converted by the rate of the document's date, before the coefficient.
//! - Prices of different units: the line's own packaging, else the base unit, else the smallest
//!   packaging that has a price (nearest to pieces, so a pallet's price is not given to one piece).
//! - Each quantity break is a dated series of its own: the latest price not after the day, then
//!   the highest break not above the base quantity. A row without a price ends its series.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::sync::Arc;

use kernel::{
    AgreementId, Currency, Decimal, Factor, NaiveDate, PackagingId, PriceListId, ProductId,
    ProductVariantId, Quantity, Rounding, Uuid,
};
use serde::{Deserialize, Serialize};

use super::chain::MOST_LEVELS;
use super::rates::Rates;
use super::{PriceRefusal, VatMode};

/// A record that took part in a price, named as it was called then.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Record {
    /// Its id.
    pub id: Uuid,
    /// Its name on the day of pricing.
    pub name: Arc<str>,
}

impl Record {
    /// A record and its name.
    pub fn new(id: impl Into<Uuid>, name: impl Into<Arc<str>>) -> Self {
        Self { id: id.into(), name: name.into() }
    }
}

/// Whose price it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Holder {
    /// A fixed price agreed with one customer, in the agreement's currency.
    Agreement(AgreementId),
    /// A price of a list, in the list's currency.
    List(PriceListId),
}

/// A unit that goods are packed in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Packaging {
    /// Which one.
    pub id: PackagingId,
    /// What it is called.
    pub name: Arc<str>,
    /// How many base units it holds.
    pub factor: Factor,
}

/// One price, from one day on and from one quantity on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PriceRow {
    /// Whose price it is.
    pub holder: Holder,
    /// The product.
    pub product: ProductId,
    /// One variant of it; `None` is all.
    pub variant: Option<ProductVariantId>,
    /// What the price is for; `None` is the base unit.
    pub packaging: Option<Packaging>,
    /// From this quantity on, in base units whatever the packaging.
    pub min_quantity: Quantity,
    /// From this day on.
    pub valid_from: NaiveDate,
    /// Four places; `None`: from this day on there is no such price.
    pub price: Option<Decimal>,
}

impl PriceRow {
    fn packaging_id(&self) -> Option<PackagingId> {
        self.packaging.as_ref().map(|packaging| packaging.id)
    }

    /// What dates follow one another in.
    fn series(&self) -> (Option<ProductVariantId>, Option<PackagingId>, Quantity) {
        (self.variant, self.packaging_id(), self.min_quantity)
    }
}

/// How a list follows from another one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Derivation {
    /// The other list.
    pub base: PriceListId,
    /// What its prices are multiplied by; above zero, six places, below a thousand.
    pub coefficient: Decimal,
    /// How the product is rounded; `None`: to four places.
    pub rounding: Option<Rounding>,
}

/// A price list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PriceList {
    /// The list and its name.
    pub record: Record,
    /// Its currency.
    pub currency: Currency,
    /// How its prices stand to VAT; of a derived list its base's word counts.
    pub vat_mode: VatMode,
    /// `None`: a base list.
    pub derived: Option<Derivation>,
}

/// What a price is looked up for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wanted<'a> {
    pub(super) product: ProductId,
    pub(super) variant: Option<ProductVariantId>,
    pub(super) packaging: Option<&'a Packaging>,
    /// In base units.
    pub(super) quantity: Quantity,
    pub(super) on: NaiveDate,
}

/// Lists, prices and rates. The loader gives the lists that the document's sources name together
/// with all their bases (archived ones too), and the rows of the document's products.
#[derive(Debug, Default)]
pub struct PriceBook {
    lists: HashMap<PriceListId, PriceList>,
    rows: HashMap<(Holder, ProductId), Vec<PriceRow>>,
    pub(super) rates: Rates,
}

impl PriceBook {
    /// Sorts what was loaded; the order it comes in does not matter.
    #[must_use]
    pub fn new(
        lists: impl IntoIterator<Item = PriceList>,
        rows: impl IntoIterator<Item = PriceRow>,
        rates: Rates,
    ) -> Self {
        let lists = lists.into_iter().map(|list| (PriceListId(list.record.id), list)).collect();
        let mut sorted: HashMap<(Holder, ProductId), Vec<PriceRow>> = HashMap::new();
        for row in rows {
            sorted.entry((row.holder, row.product)).or_default().push(row);
        }
        for rows in sorted.values_mut() {
            // The price last: should two rows have one key, the same one counts every time.
            rows.sort_by_key(|row| (row.series(), row.valid_from, row.price));
        }
        Self { lists, rows: sorted, rates }
    }

    /// A list, where it was loaded.
    pub(super) fn list(&self, id: PriceListId) -> Option<&PriceList> {
        self.lists.get(&id)
    }

    /// The list, its base, and so on down to the list that has prices of its own.
    pub(super) fn chain<'a>(
        &'a self,
        list: &'a PriceList,
    ) -> Result<Vec<&'a PriceList>, PriceRefusal> {
        let mut chain = vec![list];
        let mut lowest = list;
        while let Some(derived) = &lowest.derived {
            let base = self.lists.get(&derived.base).filter(|_| chain.len() < MOST_LEVELS);
            lowest = base.ok_or_else(|| PriceRefusal::BrokenList { list: list.record.clone() })?;
            chain.push(lowest);
        }
        Ok(chain)
    }

    /// The row that holds: of the variant before the product, in the nearest unit, of the highest
    /// break reached, the latest.
    pub(super) fn find(&self, holder: Holder, wanted: Wanted<'_>) -> Option<(&PriceRow, Decimal)> {
        let rows = self.rows.get(&(holder, wanted.product))?;
        let asked = wanted.packaging.map(|packaging| packaging.id);
        rows.chunk_by(|one, next| one.series() == next.series())
            .filter(|series| series[0].min_quantity <= wanted.quantity)
            .filter(|series| series[0].variant.is_none() || series[0].variant == wanted.variant)
            .filter_map(|series| series.iter().rev().find(|row| row.valid_from <= wanted.on))
            .filter_map(|row| Some((row, row.price?)))
            .min_by_key(|(row, _)| {
                let unit = match &row.packaging {
                    packaging if packaging.as_ref().map(|p| p.id) == asked => (0, None),
                    None => (1, None),
                    Some(packaging) => (2, Some((packaging.factor, packaging.id))),
                };
                (row.variant.is_none(), unit, Reverse(row.min_quantity))
            })
    }
}
