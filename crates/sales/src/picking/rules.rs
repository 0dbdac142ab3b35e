//! Rules of picking: the ways of a task, which line a scan is of, and how a scanned quantity
//! falls on lines. Values in, values out.

use kernel::{Decimal, LotId, PickLineId, ProductId, ProductVariantId};

use super::model::PickLine;
use crate::rules::IllegalTransition;
use crate::rules::words;

words! {
    /// Where a pick task stands.
    PickState {
        /// Nobody picks.
        New = "NEW",
        /// A storekeeper picks.
        InProgress = "IN_PROGRESS",
        /// All of it is picked, or said to be short; drafts of shipments were made.
        Done = "DONE",
        /// Called off.
        Cancelled = "CANCELLED",
    }

    /// What can be done with a pick task.
    PickMove {
        /// Take it on.
        Take = "TAKE",
        /// Give it back for others to take.
        GiveBack = "GIVE_BACK",
        /// Confirm what was taken, or say what is not there.
        Pick = "PICK",
        /// End it and make drafts of shipments.
        Finish = "FINISH",
        /// Call it off.
        Cancel = "CANCEL",
    }
}

use PickState as S;

const WAYS: &[(PickState, PickMove, PickState)] = &[
    (S::New, PickMove::Take, S::InProgress),
    (S::New, PickMove::Cancel, S::Cancelled),
    (S::InProgress, PickMove::Pick, S::InProgress),
    (S::InProgress, PickMove::GiveBack, S::New),
    (S::InProgress, PickMove::Finish, S::Done),
    (S::InProgress, PickMove::Cancel, S::Cancelled),
];

impl PickState {
    /// What can be done in this state.
    #[must_use]
    pub fn moves(self) -> Vec<PickMove> {
        WAYS.iter().filter(|(from, ..)| *from == self).map(|(_, by, _)| *by).collect()
    }

    /// Where a move leads.
    ///
    /// # Errors
    /// [`IllegalTransition`] naming the state and what it allows.
    pub fn by(self, by: PickMove) -> Result<Self, IllegalTransition> {
        let way = WAYS.iter().find(|(from, how, _)| *from == self && *how == by);
        way.map(|(.., to)| *to).ok_or_else(|| IllegalTransition {
            state: self.as_str(),
            allowed: self.moves().into_iter().map(PickMove::as_str).collect(),
        })
    }
}

/// What a storekeeper has shown of the goods in his hands; all of it must agree.
#[derive(Clone, Debug, Default)]
pub(super) struct Shown {
    /// The line he points at.
    pub(super) line: Option<PickLineId>,
    /// The goods of a barcode; a code of a product says nothing of its variant.
    pub(super) goods: Option<(ProductId, Option<ProductVariantId>)>,
    /// The lots that have the number he read, or the one that he named.
    pub(super) lots: Option<Vec<ShownLot>>,
}

/// A lot that a number may mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct ShownLot {
    pub(super) id: LotId,
    pub(super) product: ProductId,
    pub(super) variant: Option<ProductVariantId>,
}

/// What a scan is of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Match {
    /// These lines of the same goods and lot, in the order of the walk.
    Lines(Vec<PickLineId>),
    /// This line, out of another lot than the one that was reserved.
    OtherLot(PickLineId, LotId),
}

/// Why a scan is of no line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mismatch {
    /// Nothing of the goods is still to be picked.
    Goods,
    /// The lot is of none of the goods.
    Lot,
    /// Several lots are to be picked of goods that are told apart by lots.
    WhichLot,
    /// Several variants are to be picked.
    WhichVariant,
}

/// Finds the lines that a scan is of. `by_lot` says whether a product's lots are told apart.
pub(super) fn matched(
    lines: &[PickLine],
    shown: &Shown,
    by_lot: impl Fn(ProductId) -> bool,
) -> Result<Match, Mismatch> {
    let fits = |line: &&PickLine| {
        let goods = shown.goods.is_none_or(|(product, variant)| {
            product == line.product_id && (variant.is_none() || variant == line.variant_id)
        });
        line.left() > Decimal::ZERO && goods && shown.line.is_none_or(|id| id == line.id)
    };
    let mut open: Vec<&PickLine> = lines.iter().filter(fits).collect();
    open.sort_by_key(|line| line.position);
    let Some(first) = open.first().copied() else { return Err(Mismatch::Goods) };
    if let Some(lots) = &shown.lots {
        let of_lot = |line: &&&PickLine| lots.iter().any(|lot| lot.id == line.lot_id);
        if let Some(line) = open.iter().find(of_lot) {
            return Ok(Match::Lines(alike(&open, line)));
        }
        let same = |line: &PickLine, lot: &ShownLot| {
            lot.product == line.product_id && lot.variant == line.variant_id
        };
        let found = open.iter().find_map(|line| {
            let lot = lots.iter().find(|lot| same(line, lot))?;
            Some(Match::OtherLot(line.id, lot.id))
        });
        return found.ok_or(Mismatch::Lot);
    }
    if open.iter().any(|line| line.variant_id != first.variant_id) {
        return Err(Mismatch::WhichVariant);
    }
    let several = open.iter().any(|line| line.lot_id != first.lot_id);
    if several && by_lot(first.product_id) {
        return Err(Mismatch::WhichLot);
    }
    Ok(Match::Lines(alike(&open, first)))
}

/// The lines of the same goods and lot as one of them.
fn alike(open: &[&PickLine], line: &PickLine) -> Vec<PickLineId> {
    let same = |one: &&&PickLine| {
        one.product_id == line.product_id
            && one.variant_id == line.variant_id
            && one.lot_id == line.lot_id
    };
    open.iter().filter(same).map(|line| line.id).collect()
}

/// Spreads a quantity over lines in their order, each up to what it still wants.
///
/// # Errors
/// What they want together, where that is less.
pub(super) fn spread(
    left: &[(PickLineId, Decimal)],
    quantity: Decimal,
) -> Result<Vec<(PickLineId, Decimal)>, Decimal> {
    let mut rest = quantity;
    let mut parts = Vec::new();
    for (line, wanted) in left {
        let part = rest.min(*wanted);
        if part > Decimal::ZERO {
            parts.push((*line, part));
            rest -= part;
        }
    }
    if rest > Decimal::ZERO { Err(quantity - rest) } else { Ok(parts) }
}

#[cfg(test)]
#[path = "rules_tests.rs"]
mod tests;
