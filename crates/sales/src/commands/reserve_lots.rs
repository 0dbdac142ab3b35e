//! Lots chosen by hand for a line of an order.

use access::{Action, Permit, Right};
use db::{AuditEntry, Command, Outcome, TenantTx};
use kernel::{Decimal, OrderId, OrderLineId, Quantity, Refusal, RefusalCode};
use serde_json::json;
use stock::Pick;

use super::confirm_order::check_paid_before_reserve;
use super::work_on::{line_of, open_order};
use crate::credit::check_reserve;
use crate::events::order_changed;
use crate::expiry::expire_if_awaited;
use crate::holding::{goods, holding, reserve_line, state_missing};

/// Lots that one line may name.
const MOST_PICKS: usize = 250;

/// Holds a line's goods out of lots chosen by hand, in place of all that was held for it. What is
/// not chosen is not held; no lots let everything go. Where a part must be paid before goods are held
/// and is not, none can be chosen.
#[derive(Clone, Debug)]
pub struct ReserveLots {
    /// The line.
    pub line: OrderLineId,
    /// The version of the order that was read; `None` does not ask.
    pub version: Option<i32>,
    /// Out of which lots how much; together no more than is left to ship.
    pub picks: Vec<Pick>,
}

impl Action for ReserveLots {
    const RIGHT: Right = Right::OrderWrite;
}

#[async_trait::async_trait]
impl Command for ReserveLots {
    type Output = OrderId;

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<OrderId> {
        let id = line_of(tx, permit, self.line).await?;
        let (order, line) = open_order(tx, permit, id, self.line, self.version).await?;
        if goods(tx, permit, vec![line.clone()]).await?.is_empty() {
            return Err(no_goods().into());
        }
        check(&self.picks, line.left())?;
        if !self.picks.is_empty() {
            check_paid_before_reserve(tx, permit, &order).await?;
        }
        check_reserve(tx, permit, &order).await?;
        let wanted = reserve_line(&order, &line, line.left());
        let rules = (holding(tx, permit, &order), &order.among()[..]);
        stock::hold_lots(tx, permit, &wanted, &self.picks, rules).await?;
        state_missing(tx, permit, &order, &[line.id]).await?;
        if !self.picks.is_empty() {
            expire_if_awaited(tx, permit, &order).await?;
        }
        tx.audit(AuditEntry::new(
            "reserveLots",
            "SalesOrder",
            order.id,
            json!({ "line": line.position, "lots": stock::picked(&self.picks) }),
        ));
        order_changed(tx, order.id, order.manager_id, order.customer_id);
        Ok(order.id)
    }
}

fn no_goods() -> Refusal {
    Refusal::new(
        RefusalCode::Invalid,
        "Services have no stock and are not held: name a line of goods.",
        "У услуг нет остатков, они не резервируются: укажите строку с товаром.",
    )
    .at(["orderLineId"])
}

fn check(picks: &[Pick], left: Decimal) -> Result<(), Refusal> {
    if picks.len() > MOST_PICKS {
        return Err(Refusal::new(
            RefusalCode::TooMany,
            format!("At most {MOST_PICKS} lots."),
            format!("Не больше {MOST_PICKS} партий."),
        )
        .at(["lots"]));
    }
    for (place, pick) in picks.iter().enumerate() {
        if Quantity::positive(pick.quantity).is_err() {
            return Err(Refusal::new(
                RefusalCode::OutOfRange,
                "The quantity is above zero, with at most 3 decimal places.",
                "Количество больше нуля, не более 3 знаков после запятой.",
            )
            .at(["lots".to_owned(), place.to_string(), "quantity".to_owned()]));
        }
    }
    let asked: Decimal = picks.iter().map(|pick| pick.quantity).sum();
    if asked > left {
        return Err(Refusal::new(
            RefusalCode::ExceedsOrder,
            format!("The line has {} left to ship.", left.normalize()),
            format!("По строке осталось отгрузить {}.", left.normalize()),
        )
        .at(["lots"])
        .with(json!({ "left": left, "asked": asked })));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use kernel::{LotId, Uuid, WarehouseId};

    use super::*;

    #[test]
    fn picks_add_up_to_what_is_left_at_most() {
        let pick = |quantity: &str| Pick {
            lot_id: LotId(Uuid::nil()),
            warehouse_id: WarehouseId(Uuid::nil()),
            quantity: quantity.parse().unwrap(),
        };
        for (picks, left, refused) in [
            (vec![], "0", None),
            (vec![pick("2"), pick("3")], "5", None),
            (vec![pick("2"), pick("3.001")], "5", Some(RefusalCode::ExceedsOrder)),
            (vec![pick("0")], "5", Some(RefusalCode::OutOfRange)),
            (vec![pick("-1")], "5", Some(RefusalCode::OutOfRange)),
            (vec![pick("0.0001")], "5", Some(RefusalCode::OutOfRange)),
            (vec![pick("1"); 251], "500", Some(RefusalCode::TooMany)),
        ] {
            let told = check(&picks, left.parse().unwrap());
            assert_eq!(told.err().map(|refusal| refusal.code), refused, "{picks:?} of {left}");
        }
    }
}
