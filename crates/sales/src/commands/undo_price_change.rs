//! Taking a change of many prices back, as long as no order was priced from it.

use access::{Action, Permit, Right};
use db::{Command, Outcome, TenantTx};
use kernel::PriceChangeId;
use serde_json::json;

use crate::model::ReadOrders;
use crate::store::{PricedFrom, priced_from};

/// Takes a change of many prices back: its prices go, and what they were put over comes back.
#[derive(Clone, Copy, Debug)]
pub struct UndoPriceChange {
    /// Which one.
    pub id: PriceChangeId,
    /// The version it was read at.
    pub version: i32,
}

impl Action for UndoPriceChange {
    const RIGHT: Right = Right::PriceWrite;
}

#[async_trait::async_trait]
impl Command for UndoPriceChange {
    type Output = PriceChangeId;

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<PriceChangeId> {
        let held = catalog::hold_to_undo(tx, permit, self.id, self.version).await?;
        // Whoever reads no orders hears that there are some, and not which.
        let seen = permit.scope().permit::<ReadOrders>().ok();
        if let Some(found) = priced_from(tx, permit, held.id(), seen.as_ref()).await? {
            return Err(in_use(&found).into());
        }
        catalog::undo_change(tx, permit, &held).await?;
        Ok(self.id)
    }
}

fn in_use(found: &PricedFrom) -> kernel::Refusal {
    let PricedFrom { orders, named } = found;
    let (mut en, mut ru) = (
        format!("Orders were priced from it: {orders}"),
        format!("По этим ценам уже есть заказы: {orders}"),
    );
    if !named.is_empty() {
        let names = named.iter().map(|order| order.name.as_str()).collect::<Vec<_>>().join(", ");
        en = format!("{en} ({names})");
        ru = format!("{ru} ({names})");
    }
    let ids: Vec<_> = named.iter().map(|order| order.id).collect();
    let details = json!({ "orders": orders, "orderIds": ids });
    catalog::in_use(format!("{en}."), format!("{ru}."), details)
}
