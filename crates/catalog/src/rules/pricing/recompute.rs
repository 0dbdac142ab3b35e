//! Computing a price again from its explanation alone, years later. Every step is done anew; one
//! that does not follow from those before it is named, so a changed explanation is found.

use kernel::{Decimal, Percent, Quantity, Rounding, UnitPrice};

use super::Combination;
use super::explanation::{Explanation, Step, Summed, VERSION};
use super::vat::change_vat;

/// What the steps come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Recomputed {
    /// Before the discount, in its own unit.
    pub price: UnitPrice,
    /// The same per base unit, four places.
    pub base_unit_price: Decimal,
    /// In per cent.
    pub discount: Percent,
    /// Two places.
    pub amount: Decimal,
}

/// Why an explanation does not stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExplanationError {
    /// It was written in a shape that this program does not know.
    UnknownVersion(u16),
    /// A step does not follow from those before it; counted from 0.
    Broken(usize),
    /// It ends before the amount.
    Unfinished,
}

/// Does the steps again.
///
/// # Errors
/// [`ExplanationError`].
pub fn recompute(explanation: &Explanation) -> Result<Recomputed, ExplanationError> {
    if explanation.version != VERSION {
        return Err(ExplanationError::UnknownVersion(explanation.version));
    }
    let mut state = State::NEW;
    for (index, step) in explanation.steps.iter().enumerate() {
        state.take(step).ok_or(ExplanationError::Broken(index))?;
    }
    state.summed.ok_or(ExplanationError::Unfinished)
}

struct State {
    price: Option<UnitPrice>,
    matched: Vec<Percent>,
    discount: Percent,
    summed: Option<Recomputed>,
}

impl State {
    const NEW: Self =
        Self { price: None, matched: Vec::new(), discount: Percent::ZERO, summed: None };

    /// `None` where the step does not follow.
    fn take(&mut self, step: &Step) -> Option<()> {
        if self.summed.is_some() {
            return None;
        }
        match step {
            Step::HeldNothing { .. } => self.price.is_none().then_some(()),
            Step::Found(found) => {
                self.price.is_none().then_some(())?;
                self.price = Some(checked_price(found.after)?);
                Some(())
            }
            Step::Derived { coefficient, before, after, .. } => {
                self.change(*before, *after, before.checked_mul(*coefficient))
            }
            Step::Rounded { rounding, before, after } => {
                self.change(*before, *after, rounding.apply(*before))
            }
            Step::Converted { conversion, before, after } => {
                let exact = conversion.apply(*before);
                self.change(*before, *after, exact.and_then(|exact| Rounding::PRICE.apply(exact)))
            }
            Step::VatChanged { to, rate, before, after } => {
                self.change(*before, *after, change_vat(*before, checked_percent(*rate)?, *to))
            }
            Step::Net => (self.matched.is_empty() && self.discount.get().is_zero()).then_some(()),
            Step::Matched { percent, .. } => {
                self.matched.push(checked_percent(*percent)?);
                Some(())
            }
            Step::Combined { combination, discount, .. } => {
                self.discount = combined(*combination, &self.matched)?;
                (self.discount == *discount).then_some(())
            }
            Step::ManualPrice { before, after, .. } => {
                (self.price == *before).then_some(())?;
                self.price = Some(checked_price(*after)?);
                self.discount = Percent::ZERO;
                Some(())
            }
            Step::ManualDiscount { before, after, .. } => {
                (self.discount == *before).then_some(())?;
                self.discount = checked_percent(*after)?;
                Some(())
            }
            Step::Summed(told) => self.sum(told),
        }
    }

    /// A step that changes the price: from what it is, to what the step's formula gives.
    fn change(&mut self, before: Decimal, after: Decimal, formula: Option<Decimal>) -> Option<()> {
        let price = self.price.as_mut()?;
        (price.amount == before && formula == Some(after)).then_some(())?;
        price.amount = after;
        Some(())
    }

    fn sum(&mut self, told: &Summed) -> Option<()> {
        let quantity = Quantity::new(told.quantity.get()).ok()?;
        let price = self.price?;
        let found = Recomputed {
            price,
            base_unit_price: price.per_base_unit()?,
            discount: self.discount,
            amount: price.line_amount(quantity, told.unit, self.discount)?,
        };
        let told = Recomputed {
            price: told.price,
            base_unit_price: told.base_unit_price,
            discount: told.discount,
            amount: told.amount,
        };
        (found == told).then(|| self.summed = Some(found))
    }
}

/// The discount that percentages come to; nothing where there are none.
pub(super) fn combined(combination: Combination, percents: &[Percent]) -> Option<Percent> {
    match combination {
        Combination::Best => Some(percents.iter().copied().max().unwrap_or(Percent::ZERO)),
        Combination::Sum { cap } => {
            let sum: Decimal = percents.iter().map(|percent| percent.get()).sum();
            Percent::new(sum.min(cap.get())).ok()
        }
    }
}

// Reading JSON does not look at ranges; what was written by somebody else is looked at here.
fn checked_percent(percent: Percent) -> Option<Percent> {
    Percent::new(percent.get()).ok()
}

fn checked_price(price: UnitPrice) -> Option<UnitPrice> {
    let amount = kernel::Money::unit_price(price.amount).ok()?;
    Some(UnitPrice { amount, per: price.per })
}
