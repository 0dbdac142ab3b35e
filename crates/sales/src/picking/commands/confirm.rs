//! Confirming what was taken from the shelf, by scanning it.

use std::collections::HashMap;

use access::{Action, Permit, Right};
use db::{Command, Fault, Outcome, TenantTx};
use kernel::{
    Decimal, Factor, Inexact, LotId, PickLineId, PickTaskId, ProductId, Quantity, Refusal,
    RefusalCode,
};
use serde::{Deserialize, Serialize};
use serde_json::json;
use stock::{NumberedLot, OtherLot};

use super::super::model::PickLine;
use super::super::rules::{Match, PickMove, Shown, ShownLot, matched, spread};
use super::super::store::{NewPickLine, add_picked, lines_of_task, put_lot, split_line};
use super::{Held, expected};
use crate::rules::{out_of_scale, unknown};

/// Confirms goods of a task. What is shown must agree: a line, the code on the goods or their
/// packaging, the lot. A lot that fits may be taken in the place of the reserved one.
#[derive(Clone, Debug)]
pub struct ConfirmPick {
    /// The task; the caller has taken it.
    pub task_id: PickTaskId,
    /// The line, where one is pointed at.
    pub line_id: Option<PickLineId>,
    /// What the scanner read.
    pub barcode: Option<String>,
    /// The number on the lot.
    pub lot_number: Option<String>,
    /// The lot itself.
    pub lot_id: Option<LotId>,
    /// How many of what was scanned: packagings where the code is a packaging's, else base units.
    /// `None` is one of what was scanned, or all that the line still wants.
    pub quantity: Option<Decimal>,
}

/// What was confirmed.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Picked {
    /// The task.
    pub task: PickTaskId,
    /// The lines that the goods fell on, in the order of the walk.
    pub lines: Vec<PickLineId>,
}

impl Action for ConfirmPick {
    const RIGHT: Right = Right::PickWrite;
}

#[async_trait::async_trait]
impl Command for ConfirmPick {
    type Output = Picked;

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<Picked> {
        let held = Held::lock(tx, permit, self.task_id, None).await?;
        held.check_mine(tx, permit, PickMove::Pick).await?;
        let lines = lines_of_task(tx, permit, self.task_id).await?;
        let (shown, unit) = self.shown(tx, permit, &held, &lines).await?;
        let products: Vec<ProductId> = lines.iter().map(|line| line.product_id).collect();
        let cards = catalog::product_cards(tx, permit, &products).await?;
        let by_lot = |id| cards.get(&id).is_some_and(|card| card.tracks_lots);
        let picked = match matched(&lines, &shown, by_lot) {
            Err(why) => return Err(expected::refusal(tx, permit, &lines, why).await?.into()),
            Ok(Match::Lines(ids)) => self.take(tx, permit, &lines, &ids, unit).await?,
            Ok(Match::OtherLot(id, lot)) => {
                let line = lines.iter().find(|line| line.id == id);
                let line = line.ok_or_else(|| Fault::broken("a match of no line"))?;
                let last = lines.last().map_or(1, |line| line.position + 1);
                vec![self.take_other(tx, permit, &held, (line, last), lot, unit).await?]
            }
        };
        let told: Vec<_> = picked.iter().map(|(id, quantity)| json!([id, quantity])).collect();
        held.write(tx, permit, "confirmPick", json!({ "picked": told })).await?;
        let lines = picked.into_iter().map(|(id, _)| id).collect();
        Ok(Picked { task: self.task_id, lines })
    }
}

impl ConfirmPick {
    /// What the goods show of themselves, and base units of one of what was scanned.
    async fn shown(
        &self,
        tx: &TenantTx,
        permit: &Permit<Self>,
        held: &Held,
        lines: &[PickLine],
    ) -> Outcome<(Shown, Factor)> {
        let mut shown = Shown { line: self.line_id, ..Shown::default() };
        if self.line_id.is_some_and(|id| !lines.iter().any(|line| line.id == id)) {
            return Err(unknown("lineId", "line of this task", "строка этого задания").into());
        }
        let mut unit = Factor::ONE;
        if let Some(code) = &self.barcode {
            let found = catalog::barcode(tx, permit, code).await?;
            let found = found.ok_or_else(|| unknown("barcode", "barcode", "штрихкод"))?;
            shown.goods = Some((found.product_id, found.barcode.variant_id));
            if let Some(id) = found.barcode.packaging_id {
                let cards = catalog::packaging_cards(tx, permit, &[id]).await?;
                unit = cards.get(&id).map_or(Factor::ONE, |card| card.factor);
            }
        }
        shown.lots = self.shown_lots(tx, permit, held, lines).await?;
        if shown.line.is_none() && shown.goods.is_none() && shown.lots.is_none() {
            return Err(nothing_shown().into());
        }
        Ok((shown, unit))
    }

    async fn shown_lots(
        &self,
        tx: &TenantTx,
        permit: &Permit<Self>,
        held: &Held,
        lines: &[PickLine],
    ) -> Outcome<Option<Vec<ShownLot>>> {
        let found = match (self.lot_id, &self.lot_number) {
            (Some(id), _) => stock::numbered_lots(tx, permit, &[id]).await?,
            (None, Some(number)) => {
                let products: Vec<ProductId> = lines.iter().map(|line| line.product_id).collect();
                let (warehouse, number) = (held.task.warehouse_id, number.trim());
                stock::lots_by_number(tx, permit, warehouse, &products, number).await?
            }
            (None, None) => return Ok(None),
        };
        let lot = |lot: NumberedLot| ShownLot {
            id: lot.id,
            product: lot.product_id,
            variant: lot.variant_id,
        };
        Ok(Some(found.into_iter().map(lot).collect()))
    }

    /// The base units that were taken, of a line that still wants so many.
    fn base(&self, unit: Factor, left: Decimal) -> Result<Decimal, Refusal> {
        let count = match self.quantity {
            Some(count) => count,
            None if self.barcode.is_some() => Decimal::ONE,
            None => return Ok(left),
        };
        let count =
            Quantity::positive(count).map_err(|error| out_of_scale(error).at(["quantity"]))?;
        let base = unit.exact_quantity(count).map_err(|why| inexact(&why).at(["quantity"]))?;
        Ok(base.get())
    }

    /// Takes goods out of the reserved lot.
    async fn take(
        &self,
        tx: &TenantTx,
        permit: &Permit<Self>,
        lines: &[PickLine],
        ids: &[PickLineId],
        unit: Factor,
    ) -> Outcome<Vec<(PickLineId, Decimal)>> {
        let left: HashMap<PickLineId, Decimal> =
            lines.iter().map(|line| (line.id, line.left())).collect();
        let left: Vec<(PickLineId, Decimal)> =
            ids.iter().map(|id| (*id, left.get(id).copied().unwrap_or_default())).collect();
        let first = left.first().map(|one| one.1).unwrap_or_default();
        let quantity = self.base(unit, first)?;
        let parts = spread(&left, quantity).map_err(too_much)?;
        add_picked(tx, permit, &parts).await?;
        Ok(parts)
    }

    /// Takes goods of a line out of another lot; the reservation moves to it.
    async fn take_other(
        &self,
        tx: &TenantTx,
        permit: &Permit<Self>,
        held: &Held,
        (line, last): (&PickLine, i32),
        lot: LotId,
        unit: Factor,
    ) -> Outcome<(PickLineId, Decimal)> {
        let quantity = self.base(unit, line.left())?;
        if quantity > line.left() {
            return Err(too_much(line.left()).into());
        }
        let order = held.orders.iter().find(|order| order.id == line.order_id);
        let order = order.ok_or_else(|| Fault::broken("a line of no order of its task"))?;
        let other = OtherLot {
            order_line_id: line.order_line_id,
            organization_id: held.task.organization_id,
            warehouse_id: held.task.warehouse_id,
            product_id: line.product_id,
            reserved: line.lot_id,
            taken: lot,
            quantity,
            least_life_days: order.min_shelf_life_days.unwrap_or_default(),
        };
        stock::take_other_lot(tx, permit, &other).await?;
        if quantity == line.quantity {
            put_lot(tx, permit, line, lot).await?;
            return Ok((line.id, quantity));
        }
        let new = NewPickLine {
            id: PickLineId::new(),
            order_id: line.order_id,
            order_line_id: line.order_line_id,
            position: last,
            product_id: line.product_id,
            variant_id: line.variant_id,
            unit: line.unit.clone(),
            lot_id: lot,
            instead_of_id: Some(line.lot_id),
            bin_id: None,
            quantity,
            picked: quantity,
        };
        let id = new.id;
        split_line(tx, permit, line, new).await?;
        Ok((id, quantity))
    }
}

fn nothing_shown() -> Refusal {
    Refusal::new(
        RefusalCode::Required,
        "Scan a barcode or a lot's number, or name a line.",
        "Отсканируйте штрихкод или номер партии либо укажите строку.",
    )
}

fn too_much(most: Decimal) -> Refusal {
    let most = most.normalize();
    Refusal::new(
        RefusalCode::OutOfRange,
        format!("Only {most} of it is still to be picked."),
        format!("Осталось отобрать только {most}."),
    )
    .at(["quantity"])
    .with(json!({ "left": most }))
}

fn inexact(why: &Inexact) -> Refusal {
    match why {
        Inexact::TooLarge => out_of_scale(kernel::ScaleError::TooLarge),
        Inexact::Between { .. } => Refusal::new(
            RefusalCode::OutOfRange,
            "So many packagings are no quantity of three places: count base units.",
            "Столько упаковок не составляют количества с тремя знаками: укажите базовые единицы.",
        ),
    }
}
