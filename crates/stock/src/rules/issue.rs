//! Which lots a shipment takes.

use std::collections::HashMap;

use kernel::{Decimal, OrderLineId, ProductId, ProductVariantId, ShipmentLineId};

use super::{Balance, BalanceKey, HeldMoveKind, Holds, Shelf, Taken, Want};
use crate::{Issue, IssueLine};

/// Goods of one line that are not to be had.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shortage {
    /// The line's place in the document.
    pub place: usize,
    /// What is missing.
    pub product_id: ProductId,
    /// In which variant.
    pub variant_id: Option<ProductVariantId>,
    /// Base units.
    pub asked: Decimal,
    /// Base units that could be taken.
    pub available: Decimal,
    /// Balances that hold enough today but not at some moment since the document's date. Empty
    /// where there is not enough today either.
    pub barred: Vec<BalanceKey>,
}

/// What a shipment takes: goods by line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct IssuePlan {
    /// Parts in the order of lines.
    pub taken: Vec<(ShipmentLineId, Taken)>,
}

/// Takes the goods of all lines off the shelf: the lots that were picked for a line, or where
/// nobody picked what is held for it in the warehouse first, then free lots in their turn. What
/// stays held for an order line beyond what it still has to ship is released; what is being picked
/// of it, base units by line, is not among what is held here and will ship by its own task.
///
/// # Errors
/// Every line that cannot be served in full; the shelf is then of no more use.
pub fn plan_issue(
    shelf: &mut Shelf,
    holds: &mut Holds,
    issue: &Issue,
    picking: &HashMap<OrderLineId, Decimal>,
) -> Result<IssuePlan, Vec<Shortage>> {
    let mut plan = IssuePlan::default();
    let mut shortages = Vec::new();
    let mut left_after: HashMap<OrderLineId, Decimal> = HashMap::new();
    for (place, line) in issue.lines.iter().enumerate() {
        let mut left = line.quantity;
        if line.chosen.is_empty() {
            take_held(shelf, holds, issue, line, &mut left, &mut plan);
            take_free(shelf, issue, line, &mut left, &mut plan);
        } else {
            take_chosen(shelf, holds, issue, line, &mut left, &mut plan);
        }
        if left > Decimal::ZERO {
            shortages.push(shortage(shelf, holds, issue, place, left));
        }
        let least = left_after.entry(line.order_line_id).or_insert(line.left_after);
        *least = line.left_after.min(*least);
    }
    if !shortages.is_empty() {
        return Err(shortages);
    }
    let mut lines: Vec<_> = left_after.into_iter().collect();
    lines.sort_unstable();
    for (line, needed) in lines {
        let aside = picking.get(&line).copied().unwrap_or_default();
        let surplus = holds.total(line) - (needed - aside);
        holds.release(shelf, line, surplus, Some(issue.warehouse_id));
    }
    Ok(plan)
}

/// Whether goods of a lot may leave with this shipment.
fn fits(balance: &Balance, issue: &Issue) -> bool {
    balance.warehouse_id == issue.warehouse_id
        && balance.sells_on(issue.occurred_on)
        && balance.received_on <= issue.occurred_on
}

/// Takes the lots that were picked, held for the line or free.
fn take_chosen(
    shelf: &mut Shelf,
    holds: &mut Holds,
    issue: &Issue,
    line: &IssueLine,
    left: &mut Decimal,
    plan: &mut IssuePlan,
) {
    for (lot_id, quantity) in line.chosen.iter().copied() {
        let key = BalanceKey {
            organization_id: issue.organization_id,
            warehouse_id: issue.warehouse_id,
            product_id: line.product_id,
            lot_id,
        };
        let Some(balance) = shelf.get(&key).filter(|balance| fits(balance, issue)) else {
            continue;
        };
        let own = holds.of(line.order_line_id).into_iter().find(|held| held.key() == key);
        let held = own.as_ref().map(|held| holds.left(held)).unwrap_or_default().min(quantity);
        let part = balance.capped(balance.free() + held).min(quantity);
        let held = held.min(part);
        if part > Decimal::ZERO
            && let Some(taken) = shelf.take(&key, part, held)
        {
            if let Some(own) = own {
                holds.less_picked(&own, held);
            }
            add(plan, line.shipment_line_id, taken);
            *left -= part;
        }
    }
}

fn take_held(
    shelf: &mut Shelf,
    holds: &mut Holds,
    issue: &Issue,
    line: &IssueLine,
    left: &mut Decimal,
    plan: &mut IssuePlan,
) {
    for held in holds.of(line.order_line_id) {
        let key = held.key();
        let Some(balance) = shelf.get(&key).filter(|balance| fits(balance, issue)) else {
            continue;
        };
        let part = balance.capped(holds.left(&held)).min(*left);
        if part > Decimal::ZERO
            && let Some(taken) = shelf.take(&key, part, part)
        {
            holds.less(&held, HeldMoveKind::Issue, part);
            add(plan, line.shipment_line_id, taken);
            *left -= part;
        }
    }
}

fn take_free(
    shelf: &mut Shelf,
    issue: &Issue,
    line: &IssueLine,
    left: &mut Decimal,
    plan: &mut IssuePlan,
) {
    for key in shelf.in_turn(&want(issue, line), issue.occurred_on) {
        if left.is_zero() {
            return;
        }
        let Some(balance) = shelf.get(&key).filter(|balance| fits(balance, issue)) else {
            continue;
        };
        let part = balance.capped(balance.free()).min(*left);
        if part > Decimal::ZERO
            && let Some(taken) = shelf.take(&key, part, Decimal::ZERO)
        {
            add(plan, line.shipment_line_id, taken);
            *left -= part;
        }
    }
}

fn want(issue: &Issue, line: &IssueLine) -> Want {
    Want {
        organization_id: issue.organization_id,
        product_id: line.product_id,
        variant_id: line.variant_id,
        quantity: line.quantity,
        warehouse_id: Some(issue.warehouse_id),
    }
}

/// Held and free goods of one lot leave a line as one part.
fn add(plan: &mut IssuePlan, line: ShipmentLineId, taken: Taken) {
    let twin = plan.taken.iter_mut().find(|(l, t)| *l == line && t.key == taken.key);
    match twin {
        Some((_, before)) => {
            before.quantity += taken.quantity;
            before.cost += taken.cost;
        }
        None => plan.taken.push((line, taken)),
    }
}

fn shortage(shelf: &Shelf, holds: &Holds, issue: &Issue, place: usize, left: Decimal) -> Shortage {
    let line = &issue.lines[place];
    let held = holds.of(line.order_line_id);
    let mut rest = Decimal::ZERO;
    let mut barred = Vec::new();
    // What could be taken has been taken; what is left here today is barred by the date.
    for key in shelf.in_turn(&want(issue, line), issue.occurred_on) {
        let own: Decimal = held.iter().filter(|h| h.key() == key).map(|h| holds.left(h)).sum();
        let here = own + shelf.get(&key).map(Balance::free).unwrap_or_default();
        if here > Decimal::ZERO {
            rest += here;
            barred.push(key);
        }
    }
    if rest < left {
        barred.clear();
    }
    let IssueLine { quantity: asked, product_id, variant_id, .. } = *line;
    Shortage { place, product_id, variant_id, asked, available: asked - left, barred }
}
