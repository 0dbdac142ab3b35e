//! A line whose price was agreed and stays, at another quantity (domain, section 3). Its
//! explanation goes with it: the steps to the price, and the sum of what is ordered now.

use catalog::Measured;
use catalog::pricing::{Step, VatMode};
use kernel::{Factor, UnitPrice};

use crate::store::NewLine;

/// The line at its own price and discount, so many of a unit that holds `unit` base units; `None`
/// where it comes to too much.
pub(crate) fn at_kept_price(
    line: NewLine,
    (measured, unit): (&Measured, Factor),
    mode: VatMode,
) -> Option<NewLine> {
    let entered = measured.entered.as_ref();
    let quantity = entered.map_or(measured.base, |entered| entered.quantity);
    let per = Factor::new(line.price_numerator, line.price_denominator).unwrap_or(Factor::ONE);
    let price = UnitPrice { amount: line.price, per };
    let amount = price.line_amount(quantity, unit, line.discount_percent)?;
    let mut explanation = line.explanation;
    for step in &mut explanation.steps {
        if let Step::Summed(summed) = step {
            summed.quantity = quantity;
            summed.amount = amount;
        }
    }
    Some(NewLine {
        quantity: measured.base.get(),
        packaging_id: entered.map(|entered| entered.packaging_id),
        entered_quantity: entered.map(|entered| entered.quantity.get()),
        entered_unit: entered.map(|entered| entered.unit.clone()),
        explanation,
        amount,
        vat_amount: mode.vat(amount, line.vat_rate),
        ..line
    })
}
