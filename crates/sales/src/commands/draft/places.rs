//! From where an order may ship.

use access::Permit;
use db::{Outcome, TenantTx};
use kernel::{Refusal, RefusalCode, WarehouseId};

use crate::rules::unknown;

/// Refuses a warehouse that is not there or archived.
pub(crate) async fn check_warehouse<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    warehouse: Option<WarehouseId>,
) -> Outcome<()> {
    let Some(id) = warehouse else { return Ok(()) };
    let cards = catalog::warehouse_cards(tx, permit, &[id]).await?;
    match cards.get(&id) {
        Some(card) if !card.archived => Ok(()),
        Some(_) => Err(Refusal::new(
            RefusalCode::Archived,
            "The warehouse is archived.",
            "Склад в архиве.",
        )
        .at(["warehouseId"])
        .into()),
        None => Err(unknown("warehouseId", "warehouse", "склад").into()),
    }
}

/// Warehouses that an order names at most.
const MOST_WAREHOUSES: usize = 50;

/// The warehouses that may give, each once, none of them archived.
pub(crate) async fn allowed_warehouses<A>(
    tx: &TenantTx,
    permit: &Permit<A>,
    asked: &[WarehouseId],
) -> Outcome<Vec<WarehouseId>> {
    if asked.is_empty() {
        return Ok(Vec::new());
    }
    if asked.len() > MOST_WAREHOUSES {
        return Err(Refusal::new(
            RefusalCode::TooMany,
            format!("At most {MOST_WAREHOUSES} warehouses."),
            format!("Не больше {MOST_WAREHOUSES} складов."),
        )
        .at(["allowedWarehouseIds"])
        .into());
    }
    let mut allowed = Vec::with_capacity(asked.len());
    let cards = catalog::warehouse_cards(tx, permit, asked).await?;
    for (place, id) in asked.iter().enumerate() {
        let path = ["allowedWarehouseIds".to_owned(), place.to_string()];
        match cards.get(id) {
            Some(card) if card.archived => {
                let (en, ru) = ("The warehouse is archived.", "Склад в архиве.");
                return Err(Refusal::new(RefusalCode::Archived, en, ru).at(path).into());
            }
            Some(_) if allowed.contains(id) => {}
            Some(_) => allowed.push(*id),
            None => return Err(unknown("", "warehouse", "склад").at(path).into()),
        }
    }
    Ok(allowed)
}
