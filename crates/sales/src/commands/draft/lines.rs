//! Lines of a document as they are written: priced by the same code for orders and for quotes.

use std::collections::BTreeSet;

use access::Permit;
use approvals::ApprovalKind;
use catalog::pricing::{ApprovalReason, Explanation, PricedLine, Record, Step, Typed, VatMode};
use catalog::{Measured, Pricing, ProductCard};
use db::{Outcome, TenantTx};
use kernel::{Currency, Decimal, Percent, ProductVariantId, Refusal, UnitPrice, Uuid};

use crate::findings::kind_of;
use crate::quoting::{self, Answered, AskedLine, Asking, Costs};
use crate::rules::at_line;
use crate::store::NewLine;

/// What a line had before it is priced anew with what was typed on it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Before {
    reasons: Vec<ApprovalReason>,
    granted: Option<Granted>,
}

/// What the author of a typed price or discount gave by his own right.
#[derive(Clone, Copy, Debug)]
struct Granted {
    typed: Typed,
    currency: Currency,
    vat_mode: VatMode,
}

impl Granted {
    /// Whether a line asks for more than that: more off, at a lower price.
    fn is_exceeded(&self, priced: &PricedLine, size: Decimal) -> bool {
        let explained = &priced.explanation;
        let is_alike = (explained.currency, explained.vat_mode) == (self.currency, self.vat_mode);
        let net =
            || priced.price.compare_net(priced.discount, self.typed.price, self.typed.discount);
        // Lists that rise make nothing of what was typed cheaper.
        let is_cheaper = !is_alike || net().is_none_or(|order| order.is_lt());
        size > self.typed.off && is_cheaper
    }
}

impl Before {
    /// Of a line with these reasons, for the same customer and no more goods than then. What its
    /// author gave by his own right stays given; what is less than the automatic discount of then he
    /// gave by no right, and whoever prices the line anew answers for it.
    pub(crate) fn of(reasons: Vec<ApprovalReason>, explanation: Option<&Explanation>) -> Self {
        let granted = explanation.and_then(|explanation| {
            let typed = explanation.typed()?;
            let is_given_anyway = !typed.off.is_zero() && typed.off <= typed.automatic.get();
            let (currency, vat_mode) = (explanation.currency, explanation.vat_mode);
            (!is_given_anyway).then_some(Granted { typed, currency, vat_mode })
        });
        Self { reasons, granted }
    }

    /// Of a line for somebody else, or for more goods: nothing was given for these.
    pub(crate) fn asked(reasons: Vec<ApprovalReason>) -> Self {
        Self { reasons, granted: None }
    }

    /// Why the line needs leave now, and why it still does: two lists.
    fn with(&self, priced: &PricedLine) -> (Vec<ApprovalReason>, Vec<ApprovalReason>) {
        let is_typed = priced.price_is_manual || priced.discount_is_manual;
        let of_typing = |reason: &&ApprovalReason| {
            is_typed && matches!(reason, ApprovalReason::DiscountOverLimit { .. })
        };
        let is_more = |reason: &ApprovalReason| match reason {
            ApprovalReason::DiscountOverLimit { size, .. } => {
                self.granted.is_none_or(|granted| granted.is_exceeded(priced, *size))
            }
            _ => true,
        };
        let own: Vec<_> = priced.reasons.iter().filter(|reason| is_more(reason)).cloned().collect();
        let kept = if own.iter().any(|reason| of_typing(&reason)) {
            Vec::new()
        } else {
            self.reasons.iter().filter(of_typing).cloned().collect()
        };
        (own, kept)
    }
}

/// Prices the lines. What needs an approval that nobody can give is refused; why else somebody has
/// to agree is kept with the line, with what lines had `before`, in their order.
pub(crate) async fn priced<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    (pricing, costs): (Pricing<'_>, Costs),
    by: &Record,
    (asked, before): (&[AskedLine], &[Before]),
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
    let nothing = Before::default();
    let mut lines = Vec::with_capacity(answers.len());
    for (index, answer) in answers.into_iter().enumerate() {
        let Answered { card, variant_id, vat_rate, measured, priced, change, cost } = answer;
        let priced = priced?;
        let (own, kept) = before.get(index).unwrap_or(&nothing).with(&priced);
        check_ruled(&asked_about, &own, (&card.name, index))?;
        let reasons = [kept, own].concat();
        let approval_reasons = (!reasons.is_empty()).then_some(reasons);
        let goods = (&card, variant_id, vat_rate);
        let line = line(index, goods, measured, priced);
        let line = NewLine { price_change_id: change, approval_reasons, ..line };
        lines.push(Written { line, name: card.name, cost });
    }
    Ok(lines)
}

/// Refuses a line of goods for whose reasons no rule is in force: nobody can be asked then.
pub(crate) fn check_ruled(
    asked_about: &BTreeSet<ApprovalKind>,
    reasons: &[ApprovalReason],
    (name, index): (&str, usize),
) -> Result<(), Refusal> {
    let unruled = reasons.iter().find(|reason| !asked_about.contains(&kind_of(reason)));
    unruled.map_or(Ok(()), |reason| Err(at_line(reason.about(name), index, reason.field())))
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
