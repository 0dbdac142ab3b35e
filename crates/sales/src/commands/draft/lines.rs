//! Lines of a document as they are written: priced by the same code for orders and for quotes.

use std::collections::BTreeSet;

use access::Permit;
use catalog::pricing::{ApprovalReason, PricedLine, Record, Step};
use catalog::{Measured, Pricing, ProductCard};
use db::{Outcome, TenantTx};
use kernel::{Decimal, Percent, ProductVariantId, UnitPrice, Uuid};

use crate::findings::kind_of;
use crate::quoting::{self, Answered, AskedLine, Asking, Costs};
use crate::rules::at_line;
use crate::store::NewLine;

/// Prices the lines. What needs an approval that nobody can give is refused; why else somebody has
/// to agree is kept with the line, with the reasons that lines had `before`, in their order.
pub(crate) async fn priced<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    (pricing, costs): (Pricing<'_>, Costs),
    by: &Record,
    (asked, before): (&[AskedLine], &[Vec<ApprovalReason>]),
) -> Outcome<Vec<Written>> {
    let packed: Vec<_> = asked.iter().filter_map(|line| line.packaging_id).collect();
    let packed = catalog::take_packagings(tx, permit, &packed).await?;
    let asking = Asking { pricing, by, packed: &packed, costs };
    let answers = priced_for_good(tx, permit, asking, asked).await?;
    let named = answers.iter().map(|answer| &answer.card).collect();
    catalog::take_products(tx, permit, named).await?;
    let is_special =
        |answer: &Answered| answer.priced.as_ref().is_ok_and(|priced| !priced.reasons.is_empty());
    let asked_about = match answers.iter().any(is_special) {
        true => approvals::kinds_in_force(tx, permit).await?,
        false => BTreeSet::new(),
    };
    let mut lines = Vec::with_capacity(answers.len());
    for (index, answer) in answers.into_iter().enumerate() {
        let Answered { card, variant_id, vat_rate, measured, priced, change, cost } = answer;
        let priced = priced?;
        let unruled = |reason: &&ApprovalReason| !asked_about.contains(&kind_of(reason));
        if let Some(reason) = priced.reasons.iter().find(unruled) {
            let refusal = reason.about(&card.name);
            return Err(at_line(refusal, index, reason.field()).into());
        }
        let reasons = with_kept(&priced, before.get(index));
        let approval_reasons = (!reasons.is_empty()).then_some(reasons);
        let goods = (&card, variant_id, vat_rate);
        let line = line(index, goods, measured, priced);
        let line = NewLine { price_change_id: change, approval_reasons, ..line };
        lines.push(Written { line, name: card.name, cost });
    }
    Ok(lines)
}

/// The reasons of a line, with those of what was typed before and only stays: whoever prices it anew
/// did not type it.
fn with_kept(priced: &PricedLine, kept: Option<&Vec<ApprovalReason>>) -> Vec<ApprovalReason> {
    let is_typed = priced.price_is_manual || priced.discount_is_manual;
    let of_typing = |reason: &&ApprovalReason| {
        is_typed && matches!(reason, ApprovalReason::DiscountOverLimit { .. })
    };
    let kept = kept.into_iter().flatten().filter(of_typing).cloned();
    let own = priced.reasons.iter().cloned();
    let typed = priced.reasons.iter().any(|reason| of_typing(&reason));
    if typed { own.collect() } else { kept.chain(own).collect() }
}

/// A line that is to be written, with what else is known of its goods.
pub(crate) struct Written {
    pub(crate) line: NewLine,
    /// The product's name.
    pub(crate) name: String,
    /// Of a base unit, base currency, not rounded; `None` where unknown or not looked up.
    pub(crate) cost: Option<Decimal>,
}

/// Prices the lines and holds the changes of prices that they come from. One that was undone in
/// between has taken its prices back: the lines are priced again without them.
async fn priced_for_good<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    asking: Asking<'_>,
    asked: &[AskedLine],
) -> Outcome<Vec<Answered>> {
    loop {
        let answers = quoting::price(tx, permit, asking, asked).await?;
        let changes = answers.iter().filter_map(|answer| answer.change).collect();
        if catalog::hold_price_changes(tx, permit, changes).await? {
            return Ok(answers);
        }
    }
}

fn line(
    index: usize,
    (card, variant_id, vat_rate): (&ProductCard, Option<ProductVariantId>, Option<Percent>),
    measured: Measured,
    priced: PricedLine,
) -> NewLine {
    let (packaging_id, entered_quantity, entered_unit) = match measured.entered {
        Some(entered) => {
            (Some(entered.packaging_id), Some(entered.quantity.get()), Some(entered.unit))
        }
        None => (None, None, None),
    };
    let steps = &priced.explanation.steps;
    let discount_source = steps.iter().find_map(|step| match step {
        Step::Matched { source, .. } => Some(*source),
        _ => None,
    });
    NewLine {
        id: Uuid::now_v7(),
        position: i32::try_from(index + 1).unwrap_or(i32::MAX),
        product_id: card.id,
        variant_id,
        unit: card.unit.clone(),
        quantity: measured.base.get(),
        packaging_id,
        entered_quantity,
        entered_unit,
        list_price: priced.resolved.and_then(UnitPrice::per_base_unit),
        price: priced.price.amount,
        price_numerator: priced.price.per.numerator(),
        price_denominator: priced.price.per.denominator(),
        price_source: priced.source,
        price_is_manual: priced.price_is_manual,
        discount_percent: priced.discount,
        discount_source,
        discount_is_manual: priced.discount_is_manual,
        amount: priced.sum.amount,
        vat_rate,
        vat_amount: priced.sum.vat,
        explanation: priced.explanation,
        price_change_id: None,
        quote_line_id: None,
        approval_reasons: None,
    }
}
