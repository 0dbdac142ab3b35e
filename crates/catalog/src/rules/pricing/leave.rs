//! Whose leave a priced line needs (domain, sections 3 and 7). Nothing is refused here.
//!
//! - What somebody typed is measured as 1 − net price / resolved price against his limit, or
//!   against the automatic discount where that is more: what is given anyway needs no leave.
//! - A fixed price of the agreement is agreed for this very product: it may lie below the
//!   product's minimum, as long as nobody went below the fixed price by hand. Discounts may not.
//! - The margin is asked about whatever was agreed: costs change afterwards.

use std::cmp::Ordering;

use kernel::{Decimal, Percent, UnitPrice, round_percent};

use super::book::PriceBook;
use super::explanation::{Explanation, PriceSource};
use super::resolve::{Standing, in_document};
use super::{ApprovalReason, Leave, Line, PriceRefusal, PricedLine, Terms};

/// Every reason, in the order of the kinds.
pub(super) fn reasons(
    book: &PriceBook,
    terms: &Terms,
    leave: Leave,
    line: &Line,
    priced: &PricedLine,
) -> Result<Vec<ApprovalReason>, PriceRefusal> {
    let mut found: Vec<ApprovalReason> = over_limit(leave, priced)?.into_iter().collect();
    if !leave.below_minimum {
        found.extend(below_minimum(book, terms, line, priced)?);
        found.extend(thin_margin(book, terms, line, priced)?);
    }
    Ok(found)
}

fn over_limit(leave: Leave, priced: &PricedLine) -> Result<Option<ApprovalReason>, PriceRefusal> {
    let is_manual = priced.price_is_manual || priced.discount_is_manual;
    let Some(limit) = leave.discount_limit.filter(|_| is_manual) else { return Ok(None) };
    let limit = limit.max(priced.automatic_discount);
    let list = priced.resolved.unwrap_or(priced.price);
    let order = priced.price.compare_net(priced.discount, list, limit);
    if order.ok_or(PriceRefusal::TooLarge)? != Ordering::Less {
        return Ok(None);
    }
    let size = priced.price.off(priced.discount, list).ok_or(PriceRefusal::TooLarge)?;
    Ok(Some(ApprovalReason::DiscountOverLimit { size, limit }))
}

impl Leave {
    /// Whose leave a line needs that keeps its typed price or discount, as its explanation tells;
    /// nobody's where nothing was typed or the steps do not tell.
    #[must_use]
    pub fn over_typed(self, explanation: &Explanation) -> Option<ApprovalReason> {
        let typed = explanation.typed()?;
        let limit = self.discount_limit?.max(typed.automatic);
        let size = typed.off;
        (size > limit.get()).then_some(ApprovalReason::DiscountOverLimit { size, limit })
    }
}

fn below_minimum(
    book: &PriceBook,
    terms: &Terms,
    line: &Line,
    priced: &PricedLine,
) -> Result<Option<ApprovalReason>, PriceRefusal> {
    let Some(minimum) = line.minimum_price else { return Ok(None) };
    let is_below = |other: UnitPrice| {
        let order = priced.price.compare_net(priced.discount, other, Percent::ZERO);
        order.map(|order| order == Ordering::Less).ok_or(PriceRefusal::TooLarge)
    };
    let agreed = priced.resolved.filter(|_| priced.source == Some(PriceSource::AgreementPrice));
    if let Some(agreed) = agreed
        && !is_below(agreed)?
    {
        return Ok(None);
    }
    let standing = Standing {
        price: UnitPrice::base(minimum.amount),
        currency: minimum.currency,
        vat_mode: minimum.vat_mode,
    };
    // The steps of the minimum are no steps of the price.
    let minimum = in_document(book, terms, standing, line.vat_rate, &mut Vec::new())?.price;
    if !is_below(minimum)? {
        return Ok(None);
    }
    let net = priced.price.net_per_base_unit(priced.discount).ok_or(PriceRefusal::TooLarge)?;
    Ok(Some(ApprovalReason::PriceBelowMinimum { net, minimum: minimum.amount }))
}

fn thin_margin(
    book: &PriceBook,
    terms: &Terms,
    line: &Line,
    priced: &PricedLine,
) -> Result<Option<ApprovalReason>, PriceRefusal> {
    let Some(minimum) = line.minimum_margin else { return Ok(None) };
    let unknown = Ok(Some(ApprovalReason::MarginBelowMinimum { margin: None, minimum }));
    let Some(cost) = line.cost else { return unknown };
    // A cost in a currency without a rate is as good as none.
    let Some(cost) = (if cost.currency == terms.currency {
        Some(cost.amount)
    } else {
        let conversion = book.rates.conversion(cost.currency, terms.currency, terms.on);
        conversion.and_then(|conversion| conversion.apply(cost.amount))
    }) else {
        return unknown;
    };
    let revenue = priced.sum.net(terms.vat_mode);
    let margin = margin(revenue, priced.base_quantity.get(), cost);
    match margin.ok_or(PriceRefusal::TooLarge)? {
        // Given away: there is no per cent of nothing.
        None => unknown,
        Some(margin) if margin >= minimum.get() => Ok(None),
        Some(margin) => {
            let margin = Some(round_percent(margin));
            Ok(Some(ApprovalReason::MarginBelowMinimum { margin, minimum }))
        }
    }
}

/// (revenue − cost) / revenue in per cent (domain, section 9), not rounded. The outer `None`: it
/// does not fit; the inner: there is no revenue.
fn margin(revenue: Decimal, quantity: Decimal, cost: Decimal) -> Option<Option<Decimal>> {
    let profit = revenue.checked_sub(quantity.checked_mul(cost)?)?;
    if revenue.is_zero() {
        return Some(None);
    }
    let share = profit.checked_mul(Decimal::ONE_HUNDRED)?.checked_div(revenue)?;
    Some(Some(share))
}
