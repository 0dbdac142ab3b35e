//! The lines of an agreed order as a change wants them, priced. A line of which nothing changes
//! stays as it was agreed; one of which a part is shipped, or that keeps the price of a quote, keeps
//! its price at another quantity; the others are priced anew, at the order's own date.

use std::collections::HashMap;

use access::Permit;
use catalog::Pricing;
use catalog::pricing::{ApprovalReason, Explanation, Leave, Record, VERSION, VatMode};
use db::{CommandError, Outcome, TenantTx};
use kernel::{Decimal, Factor, OrderLineId, PackagingId, ProductId, Refusal, RefusalCode};

use super::model::{ChangedLine, PlannedLine, by_id};
use super::rules::{no_line, price_stays};
use crate::commands::{Before, Trust, Written, at_place, check_ruled, priced};
use crate::kept_price::at_kept_price;
use crate::model::{Order, OrderLine};
use crate::quoting::{AskedLine, Costs, MOST_LINES, TypedPrice};
use crate::rules::{LineRule, at_line};
use crate::store::{NewLine, explanations};

/// What becomes of a line.
enum Wish<'a> {
    /// It stays.
    Stays(OrderLineId),
    /// Another quantity at its own price.
    Resized(&'a OrderLine, Decimal),
    /// Priced anew: what was typed before, if anything was, only stays.
    Repriced(&'a OrderLine, AskedLine),
    /// The caller asks for it: a new line, or a price or discount of his own.
    Asked(Option<&'a OrderLine>, AskedLine),
}

/// Works the lines out, in a constant number of statements.
pub(super) async fn planned<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    (pricing, by): (Pricing<'_>, &Record),
    (order, current): (&Order, &[OrderLine]),
    (asked, reprice): (&[ChangedLine], bool),
) -> Outcome<Vec<PlannedLine>> {
    if asked.len() > MOST_LINES {
        return Err(Refusal::from(LineRule::TooMany { most: MOST_LINES }).into());
    }
    let known = by_id(current);
    let mut wishes = Vec::with_capacity(asked.len());
    for (index, line) in asked.iter().enumerate() {
        wishes.push(wish(index, line, &known, reprice)?);
    }
    let mut planned: Vec<(usize, PlannedLine)> = Vec::with_capacity(wishes.len());
    let (mut resized, mut repriced) = (Vec::new(), Vec::new());
    let mut kept = Batch::default();
    let mut own = Batch::default();
    for (place, wish) in wishes.into_iter().enumerate() {
        match wish {
            Wish::Stays(id) => planned.push((place, PlannedLine::Kept(id))),
            Wish::Resized(line, quantity) => resized.push((place, line, quantity)),
            Wish::Repriced(line, asked) => repriced.push((place, line, asked)),
            Wish::Asked(line, asked) => own.add(place, line, asked, Before::default()),
        }
    }
    let ids = repriced.iter().map(|(_, line, _)| line.id);
    let ids: Vec<OrderLineId> = ids.chain(resized.iter().map(|(_, line, _)| line.id)).collect();
    let explained = match ids.is_empty() {
        true => HashMap::new(),
        false => explanations(tx, permit, &ids).await?,
    };
    for (place, line, asked) in repriced {
        let before = match asked.quantity > entered(line) {
            true => Before::asked(line.reasons()),
            false => Before::of(line.reasons(), explained.get(&line.id)),
        };
        kept.add(place, Some(line), asked, before);
    }
    let own_terms = (order, pricing.leave);
    planned.extend(at_own_prices(tx, permit, own_terms, resized, explained).await?);
    let kept_terms = Pricing { leave: Trust::LinesKept.leave(pricing.leave), ..pricing };
    planned.extend(kept.priced(tx, permit, (kept_terms, by)).await?);
    planned.extend(own.priced(tx, permit, (pricing, by)).await?);
    planned.sort_unstable_by_key(|(place, _)| *place);
    Ok(planned.into_iter().map(|(_, line)| line).collect())
}

fn wish<'a>(
    index: usize,
    line: &ChangedLine,
    known: &HashMap<OrderLineId, &'a OrderLine>,
    reprice: bool,
) -> Result<Wish<'a>, Refusal> {
    let Some(id) = line.order_line_id else {
        let needed = |field| Err(at_line(required(), index, field));
        let Some(product_id) = line.product_id else { return needed("productId") };
        let Some(quantity) = line.quantity else { return needed("quantity") };
        let asked = AskedLine {
            product_id,
            variant_id: line.variant_id,
            packaging_id: line.packaging_id,
            quantity,
            price: line.price.flatten(),
            discount_percent: line.discount_percent.flatten(),
        };
        return Ok(Wish::Asked(None, asked));
    };
    let was = *known.get(&id).ok_or_else(|| no_line(index))?;
    check_same_goods(index, line, was)?;
    let entered = entered(was);
    let quantity = line.quantity.unwrap_or(entered);
    let typed =
        [("price", line.price.is_some()), ("discountPercent", line.discount_percent.is_some())];
    let typed = typed.into_iter().find(|(_, is_typed)| *is_typed);
    let price_is_fixed = !was.shipped.is_zero() || was.quote_line_id.is_some();
    match typed {
        Some((field, _)) if !was.shipped.is_zero() => return Err(price_stays(index, field)),
        Some((field, _)) if was.quote_line_id.is_some() => return Err(of_quote(index, field)),
        None if price_is_fixed && quantity != entered => return Ok(Wish::Resized(was, quantity)),
        None if price_is_fixed || (quantity == entered && !reprice) => return Ok(Wish::Stays(id)),
        _ => {}
    }
    let own_price = was.price_is_manual.then(|| TypedPrice::Kept(was.unit_price()));
    let own_discount = was.discount_is_manual.then_some(was.discount_percent.get());
    let asked = AskedLine {
        product_id: was.product_id,
        variant_id: was.variant_id,
        packaging_id: was.packaging_id,
        quantity,
        price: line.price.unwrap_or(own_price),
        discount_percent: line.discount_percent.unwrap_or(own_discount),
    };
    Ok(if typed.is_some() { Wish::Asked(Some(was), asked) } else { Wish::Repriced(was, asked) })
}

fn required() -> Refusal {
    let (en, ru) = ("A new line needs this.", "Для новой строки это нужно указать.");
    Refusal::new(RefusalCode::Required, en, ru)
}

/// A line stays a line of its goods: others are another line.
fn check_same_goods(index: usize, line: &ChangedLine, was: &OrderLine) -> Result<(), Refusal> {
    let differs = [
        ("productId", line.product_id.is_some_and(|id| id != was.product_id)),
        ("variantId", line.variant_id.is_some() && line.variant_id != was.variant_id),
        ("packagingId", line.packaging_id.is_some() && line.packaging_id != was.packaging_id),
    ];
    let Some((field, _)) = differs.into_iter().find(|(_, differs)| *differs) else {
        return Ok(());
    };
    let refusal = Refusal::new(
        RefusalCode::Invalid,
        "The order's line is of other goods or another unit: leave it out, and add a line of its own.",
        "В строке заказа другой товар или другая единица: уберите её и добавьте новую строку.",
    );
    Err(at_line(refusal, index, field))
}

fn of_quote(index: usize, field: &str) -> Refusal {
    let refusal = Refusal::new(
        RefusalCode::Invalid,
        "The line keeps the price of the quote: it has none of its own.",
        "Строка хранит цену предложения: своей цены у неё нет.",
    );
    at_line(refusal, index, field)
}

/// Lines at other quantities, at the prices they have.
async fn at_own_prices<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    (order, leave): (&Order, Leave),
    lines: Vec<(usize, &OrderLine, Decimal)>,
    mut explained: HashMap<OrderLineId, Explanation>,
) -> Outcome<Vec<(usize, PlannedLine)>> {
    if lines.is_empty() {
        return Ok(Vec::new());
    }
    let more: Vec<ProductId> = lines
        .iter()
        .filter(|(_, line, quantity)| is_given_for_more(line, *quantity))
        .map(|(_, line, _)| line.product_id)
        .collect();
    let (cards, asked_about) = match more.is_empty() {
        true => Default::default(),
        false => (
            catalog::product_cards(tx, permit, &more).await?,
            approvals::kinds_in_force(tx, permit).await?,
        ),
    };
    let packed: Vec<PackagingId> =
        lines.iter().filter_map(|(_, line, _)| line.packaging_id).collect();
    let packed = catalog::take_packagings(tx, permit, &packed).await?;
    let mode = VatMode::of(order.prices_include_vat);
    // Of a line that is older than explanations.
    let unexplained = || Explanation {
        version: VERSION,
        on: order.date,
        currency: order.currency,
        vat_mode: mode,
        steps: Vec::new(),
    };
    let mut written = Vec::with_capacity(lines.len());
    for (place, line, quantity) in lines {
        let measured = catalog::measured(&packed, line.product_id, line.packaging_id, quantity)
            .map_err(|refusal| refusal.within(["lines".to_owned(), place.to_string()]))?;
        let unit = line.packaging_id.and_then(|id| packed.get(&id));
        let unit = unit.map_or(Factor::ONE, |packaging| packaging.factor);
        let mut as_it_is = as_new(line, explained.remove(&line.id).unwrap_or_else(unexplained));
        if is_given_for_more(line, quantity)
            && let Some(reason) = leave.over_typed(&as_it_is.explanation)
        {
            let name = cards.get(&line.product_id).map_or("", |card| card.name.as_str());
            let reasons = [reason];
            check_ruled(&asked_about, &reasons, (name, place))?;
            // What else somebody had to agree to stays to be agreed to.
            let is_other =
                |kept: &ApprovalReason| !matches!(kept, ApprovalReason::DiscountOverLimit { .. });
            let others = line.reasons().into_iter().filter(is_other);
            as_it_is.approval_reasons = Some(reasons.into_iter().chain(others).collect());
        }
        let line = at_kept_price(as_it_is, (&measured, unit), mode)
            .ok_or_else(|| Refusal::from(LineRule::TooLarge))?;
        let of = Some(OrderLineId(line.id));
        written.push((place, PlannedLine::Written { of, line: Box::new(line) }));
    }
    Ok(written)
}

/// Whether what somebody typed on a line is to hold for more goods than he typed it for. What a quote
/// offers is counted there.
fn is_given_for_more(line: &OrderLine, quantity: Decimal) -> bool {
    let is_typed = line.price_is_manual || line.discount_is_manual;
    is_typed && line.quote_line_id.is_none() && quantity > entered(line)
}

/// A line's quantity as somebody entered it.
fn entered(line: &OrderLine) -> Decimal {
    line.entered_quantity.unwrap_or(line.quantity)
}

/// A line as it could be written once more.
fn as_new(line: &OrderLine, explanation: Explanation) -> NewLine {
    let reasons = line.reasons();
    NewLine {
        id: line.id.0,
        position: line.position,
        product_id: line.product_id,
        variant_id: line.variant_id,
        unit: line.unit.clone(),
        quantity: line.quantity,
        packaging_id: line.packaging_id,
        entered_quantity: line.entered_quantity,
        entered_unit: line.entered_unit.clone(),
        list_price: line.list_price,
        price: line.price,
        price_numerator: u32::try_from(line.price_numerator).unwrap_or(1),
        price_denominator: u32::try_from(line.price_denominator).unwrap_or(1),
        price_source: line.price_source,
        price_is_manual: line.price_is_manual,
        discount_percent: line.discount_percent,
        discount_source: line.discount_source,
        discount_is_manual: line.discount_is_manual,
        explanation,
        amount: line.amount,
        vat_rate: line.vat_rate,
        vat_amount: line.vat_amount,
        price_change_id: None,
        quote_line_id: line.quote_line_id,
        approval_reasons: (!reasons.is_empty()).then_some(reasons),
    }
}

/// Lines that are priced together.
#[derive(Default)]
struct Batch {
    places: Vec<usize>,
    of: Vec<Option<OrderLineId>>,
    asked: Vec<AskedLine>,
    before: Vec<Before>,
}

impl Batch {
    fn add(&mut self, place: usize, of: Option<&OrderLine>, asked: AskedLine, before: Before) {
        self.places.push(place);
        self.of.push(of.map(|line| line.id));
        self.asked.push(asked);
        self.before.push(before);
    }

    async fn priced<A>(
        self,
        tx: &TenantTx,
        permit: &Permit<A>,
        (pricing, by): (Pricing<'_>, &Record),
    ) -> Outcome<Vec<(usize, PlannedLine)>> {
        if self.asked.is_empty() {
            return Ok(Vec::new());
        }
        let asked = (self.asked.as_slice(), self.before.as_slice());
        let written = priced(tx, permit, (pricing, Costs::Judged), by, asked).await;
        let written: Vec<_> = written.map_err(|error| at_place(error, &self.places))?;
        let lines = self.places.into_iter().zip(self.of).zip(written);
        let planned = |((place, of), written): ((usize, Option<OrderLineId>), Written)| {
            (place, PlannedLine::Written { of, line: Box::new(written.line) })
        };
        Ok(lines.map(planned).collect())
    }
}

/// The order's terms today still are in its own currency and its own way of VAT: only then can lines
/// be priced beside those that are there.
pub(super) fn check_alike(pricing: &Pricing<'_>, order: &Order) -> Result<(), CommandError> {
    let terms = pricing.terms;
    if terms.currency == order.currency && terms.prices_include_vat == order.prices_include_vat {
        return Ok(());
    }
    Err(Refusal::new(
        RefusalCode::CurrencyMismatch,
        "The agreement has another currency, or stands otherwise to VAT, than when the order was \
         written: its lines cannot be priced anew. Close it and write another one.",
        "У соглашения теперь другая валюта или другой учёт НДС, чем при создании заказа: цены \
         строк пересчитать нельзя. Закройте заказ и оформите новый.",
    )
    .at(["lines"])
    .into())
}
