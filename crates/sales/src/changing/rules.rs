//! What a change may do to the lines of an order of which a part has left or is being picked.

use std::collections::{HashMap, HashSet};

use kernel::{Decimal, OrderId, OrderLineId, Refusal, RefusalCode};
use serde_json::json;

use super::model::{PlannedLine, as_read, by_id};
use crate::model::OrderLine;
use crate::rules::{LineRule, at_line, unknown};
use crate::store::NewLine;

/// The lines of an order as a change leaves them.
#[derive(Clone, Debug)]
pub(crate) struct Future {
    /// All of them, in their order.
    pub(crate) lines: Vec<OrderLine>,
    /// Those that are written, each with the id it has or gets.
    pub(crate) written: Vec<NewLine>,
    /// Those that only stand elsewhere now.
    pub(crate) moved: Vec<(OrderLineId, i32)>,
    /// Those that go away.
    pub(crate) removed: Vec<OrderLine>,
}

/// What becomes of the lines. `busy` is what pick tasks hold of them, base units.
///
/// # Errors
/// A line that is not there or named twice; less than was shipped or is being picked; another price
/// for a line of which a part is shipped at its own.
pub(crate) fn future(
    planned: &[PlannedLine],
    current: &[OrderLine],
    busy: &HashMap<OrderLineId, Decimal>,
    order: OrderId,
) -> Result<Future, Refusal> {
    if planned.is_empty() {
        return Err(LineRule::None.into());
    }
    let known = by_id(current);
    let mut named: HashSet<OrderLineId> = HashSet::new();
    let mut future = Future {
        lines: Vec::with_capacity(planned.len()),
        written: Vec::new(),
        moved: Vec::new(),
        removed: Vec::new(),
    };
    for (index, line) in planned.iter().enumerate() {
        let was = match line.of() {
            None => None,
            Some(id) if !named.insert(id) => return Err(LineRule::Twice { index }.into()),
            Some(id) => Some(*known.get(&id).ok_or_else(|| no_line(index))?),
        };
        let position = i32::try_from(index + 1).unwrap_or(i32::MAX);
        match (line, was) {
            (PlannedLine::Kept(id), Some(was)) => {
                if was.position != position {
                    future.moved.push((*id, position));
                }
                future.lines.push(OrderLine { position, ..was.clone() });
            }
            (PlannedLine::Kept(_), None) => return Err(no_line(index)),
            (PlannedLine::Written { line, .. }, was) => {
                let mut line = NewLine { position, ..(**line).clone() };
                if let Some(was) = was {
                    let picked = busy.get(&was.id).copied().unwrap_or_default();
                    check_written(index, was, &line, picked)?;
                    line.id = was.id.0;
                    if line.quantity == was.shipped {
                        // What was shipped of it is all of it now, to the kopeck.
                        line.amount = was.shipped_amount;
                        line.vat_amount = was.shipped_vat;
                    }
                }
                future.lines.push(as_read(&line, order, was));
                future.written.push(line);
            }
        }
    }
    for line in current.iter().filter(|line| !named.contains(&line.id)) {
        check_removed(line, busy.get(&line.id).copied().unwrap_or_default())?;
        future.removed.push(line.clone());
    }
    Ok(future)
}

/// The line of an order is not there.
pub(crate) fn no_line(index: usize) -> Refusal {
    let (en, ru) = ("line of this order", "строка этого заказа");
    at_line(unknown("orderLineId", en, ru), index, "orderLineId")
}

/// A part of a line was shipped at its price: that stays.
pub(crate) fn price_stays(index: usize, field: &str) -> Refusal {
    let refusal = Refusal::new(
        RefusalCode::InUse,
        "A part of the line is shipped at its price. Set its quantity to what is shipped, and add a \
         line of its own for the rest.",
        "Часть строки уже отгружена по её цене. Оставьте в ней отгруженное количество, а на \
         остальное добавьте отдельную строку.",
    );
    at_line(refusal, index, field)
}

fn check_written(
    index: usize,
    was: &OrderLine,
    line: &NewLine,
    picked: Decimal,
) -> Result<(), Refusal> {
    let least = was.shipped + picked;
    if line.quantity < least {
        let unit = &was.unit;
        let told = least.normalize();
        let refusal = Refusal::new(
            RefusalCode::OutOfRange,
            format!("At least {told} {unit}: so much is shipped or being picked."),
            format!("Не меньше {told} {unit}: столько уже отгружено или собирается."),
        );
        let facts = json!({ "least": told, "shipped": was.shipped.normalize(),
                            "picking": picked.normalize() });
        return Err(at_line(refusal, index, "quantity").with(facts));
    }
    let price = |price: Decimal, numerator: i64, denominator: i64| (price, numerator, denominator);
    let own = price(was.price, was.price_numerator.into(), was.price_denominator.into());
    let new = price(line.price, line.price_numerator.into(), line.price_denominator.into());
    if !was.shipped.is_zero() && (own != new || was.discount_percent != line.discount_percent) {
        return Err(price_stays(index, "price"));
    }
    Ok(())
}

fn check_removed(line: &OrderLine, picked: Decimal) -> Result<(), Refusal> {
    let busy = line.shipped + picked;
    if busy.is_zero() {
        return Ok(());
    }
    let (position, unit, told) = (line.position, &line.unit, busy.normalize());
    let (en, ru) = if line.shipped.is_zero() {
        ("is being picked", "собирается")
    } else {
        ("is shipped or being picked", "отгружено или собирается")
    };
    Err(Refusal::new(
        RefusalCode::InUse,
        format!("Line {position} stays: {told} {unit} of it {en}. Lower its quantity instead."),
        format!("Строка {position} остаётся: {told} {unit} уже {ru}. Уменьшите её количество."),
    )
    .at(["lines"])
    .with(json!({ "position": position, "least": told })))
}

#[cfg(test)]
#[path = "rules_tests.rs"]
mod tests;
