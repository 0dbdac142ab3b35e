//! Saying that goods are not where they should be.

use access::{Action, Permit, Right};
use db::{Command, Fault, Outcome, TenantTx};
use kernel::{Decimal, LotId, PickLineId, PickTaskId, Quantity, Refusal, RefusalCode};
use serde::{Deserialize, Serialize};
use serde_json::json;
use stock::{PickPart, ReserveLine, Unfound};

use super::super::model::PickLine;
use super::super::rules::PickMove;
use super::super::store::{NewPickLine, add_lines, add_short, lines_of_task};
use super::Held;
use super::create::line_of;
use crate::holding::{holding, state_missing};
use crate::model::Order;
use crate::posting::hold_organization;
use crate::rules::{optional_text, out_of_scale, unknown};

/// Reports goods of a line that are not to be found. They are set aside in a blocked lot until a
/// count or a write-off settles them, and as much is held elsewhere: what lies in this warehouse
/// comes into the task at once. What is nowhere to be had becomes demand.
#[derive(Clone, Debug)]
pub struct ReportShortage {
    /// The task; the caller has taken it.
    pub task_id: PickTaskId,
    /// The line.
    pub line_id: PickLineId,
    /// Base units that are missing; `None` is all that the line still wants.
    pub quantity: Option<Decimal>,
    /// What the storekeeper saw.
    pub note: Option<String>,
}

/// What came of a shortage, base units.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ShortageReported {
    /// The task.
    pub task: PickTaskId,
    /// The line that is short.
    pub line: PickLineId,
    /// The blocked lot that has what is missing.
    pub set_aside: LotId,
    /// New lines of the task, for what is held in this warehouse instead.
    pub lines: Vec<PickLineId>,
    /// Held in this warehouse instead.
    pub here: Decimal,
    /// Held in other warehouses instead: they need a task of their own.
    pub elsewhere: Decimal,
    /// Held nowhere.
    pub short: Decimal,
}

impl Action for ReportShortage {
    const RIGHT: Right = Right::PickWrite;
}

#[async_trait::async_trait]
impl Command for ReportShortage {
    type Output = ShortageReported;

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<ShortageReported> {
        let note = optional_text("note", self.note.as_deref())?;
        let mut held = Held::lock(tx, permit, self.task_id, None).await?;
        held.check_mine(tx, permit, PickMove::Pick).await?;
        let organization = hold_organization(tx, permit, held.task.organization_id).await?;
        let today = tx.today();
        catalog::check_period(&organization, today, today, false).map_err(Refusal::from)?;
        let lines = lines_of_task(tx, permit, self.task_id).await?;
        let line = lines.iter().find(|line| line.id == self.line_id);
        let line =
            line.ok_or_else(|| unknown("lineId", "line of this task", "строка этого задания"))?;
        let quantity = self.missing(line)?;
        let missing = Unfound {
            task_id: self.task_id,
            line_id: line.id,
            order_line_id: line.order_line_id,
            organization_id: held.task.organization_id,
            warehouse_id: held.task.warehouse_id,
            product_id: line.product_id,
            variant_id: line.variant_id,
            lot_id: line.lot_id,
            quantity,
        };
        stock::keep_still(tx, permit, missing.organization_id, &[line.product_id]).await?;
        let aside = stock::set_aside(tx, permit, &missing).await?;
        add_short(tx, permit, line.id, quantity, note.as_deref()).await?;
        let mut told = self.hold_anew(tx, permit, &held, (line, quantity)).await?;
        told.set_aside = aside.lot_id;
        let position = lines.last().map_or(1, |line| line.position + 1);
        self.add_here(tx, permit, &held, (line, position), &mut told).await?;
        held.task.has_shortage = true;
        let facts = json!({ "line": line.id, "short": quantity, "note": note,
                            "here": told.here, "elsewhere": told.elsewhere });
        held.write(tx, permit, "reportShortage", facts).await?;
        Ok(told)
    }
}

impl ReportShortage {
    fn missing(&self, line: &PickLine) -> Result<Decimal, Refusal> {
        let left = line.left();
        let asked = self.quantity.unwrap_or(left);
        let most = || {
            let left = left.normalize();
            Refusal::new(
                RefusalCode::OutOfRange,
                format!("The line still wants {left}: no more can be missing."),
                format!("По строке осталось отобрать {left}: больше не хватать не может."),
            )
            .at(["quantity"])
            .with(json!({ "left": left }))
        };
        if asked > left || left.is_zero() {
            return Err(most());
        }
        let asked = Quantity::positive(asked);
        Ok(asked.map_err(|error| out_of_scale(error).at(["quantity"]))?.get())
    }

    /// Holds as much elsewhere: not in the lot that has just failed.
    async fn hold_anew(
        &self,
        tx: &TenantTx,
        permit: &Permit<Self>,
        held: &Held,
        (line, quantity): (&PickLine, Decimal),
    ) -> Outcome<ShortageReported> {
        let order = order_of(held, line)?;
        let wanted = ReserveLine {
            order_id: order.id,
            order_line_id: line.order_line_id,
            organization_id: order.organization_id,
            product_id: line.product_id,
            variant_id: line.variant_id,
            quantity,
            warehouse_id: order.warehouse_id,
        };
        let failed = [(held.task.warehouse_id, line.lot_id)];
        let from = (holding(tx, permit, order), &order.among()[..]);
        let answer = stock::reserve_beside(tx, permit, &[wanted], from, &failed).await?;
        let reserved: Decimal = answer.iter().map(|one| one.reserved).sum();
        if reserved < quantity {
            state_missing(tx, permit, order, &[line.order_line_id]).await?;
        }
        Ok(ShortageReported {
            task: self.task_id,
            line: line.id,
            set_aside: line.lot_id,
            lines: Vec::new(),
            here: Decimal::ZERO,
            elsewhere: reserved,
            short: quantity - reserved,
        })
    }

    /// Brings what is newly held in this warehouse into the task.
    async fn add_here(
        &self,
        tx: &TenantTx,
        permit: &Permit<Self>,
        held: &Held,
        (line, position): (&PickLine, i32),
        told: &mut ShortageReported,
    ) -> Outcome<()> {
        let warehouse = held.task.warehouse_id;
        let mut new: Vec<NewPickLine> = Vec::new();
        let first = usize::try_from(position).unwrap_or_default();
        for part in stock::pickable(tx, permit, &[line.order_id], warehouse).await? {
            let quantity = part.quantity.min(told.elsewhere);
            if part.order_line_id == line.order_line_id && quantity > Decimal::ZERO {
                told.here += quantity;
                told.elsewhere -= quantity;
                new.push(line_of(&part, line.unit.clone(), first + new.len(), quantity));
            }
        }
        if new.is_empty() {
            return Ok(());
        }
        let part = |line: &NewPickLine| PickPart {
            order_line_id: line.order_line_id,
            lot_id: line.lot_id,
            quantity: line.quantity,
        };
        let parts: Vec<PickPart> = new.iter().map(part).collect();
        stock::start_picking(tx, permit, warehouse, &parts).await?;
        add_lines(tx, permit, self.task_id, &new).await?;
        told.lines = new.iter().map(|line| line.id).collect();
        Ok(())
    }
}

fn order_of<'a>(held: &'a Held, line: &PickLine) -> Result<&'a Order, Fault> {
    let order = held.orders.iter().find(|order| order.id == line.order_id);
    order.ok_or_else(|| Fault::broken("a line of no order of its task"))
}
