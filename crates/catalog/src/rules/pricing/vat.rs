//! Prices with and without VAT.

use kernel::{Decimal, Percent, Rounding};

use super::VatMode;

/// A unit price with VAT put in, or taken out: price × (100 + r) / 100, price × 100 / (100 + r);
/// four places. `None` where it does not fit a price.
pub(super) fn change_vat(price: Decimal, rate: Percent, to: VatMode) -> Option<Decimal> {
    let with = Decimal::ONE_HUNDRED + rate.get();
    let (top, bottom) = match to {
        VatMode::Included => (with, Decimal::ONE_HUNDRED),
        VatMode::Excluded => (Decimal::ONE_HUNDRED, with),
    };
    Rounding::PRICE.apply(price.checked_mul(top)?.checked_div(bottom)?)
}
