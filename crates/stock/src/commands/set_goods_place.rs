//! Saying in which bin goods lie.

use access::{Action, Permit, Right};
use db::{AuditEntry, Command, Outcome, TenantTx};
use kernel::{BinId, LotId, ProductId, Refusal, RefusalCode, WarehouseId};
use serde_json::json;

use crate::picking::numbered_lots;
use crate::store::places::{self, Place};

/// Says where a product lies in a warehouse, or one of its lots; storekeepers are led there.
#[derive(Clone, Debug)]
pub struct SetGoodsPlace {
    /// In which warehouse.
    pub warehouse_id: WarehouseId,
    /// Which product.
    pub product_id: ProductId,
    /// Only this lot of it; `None` is where the product lies.
    pub lot_id: Option<LotId>,
    /// In which bin of the warehouse; `None` forgets it.
    pub bin_id: Option<BinId>,
}

impl Action for SetGoodsPlace {
    const RIGHT: Right = Right::StockPlace;
}

#[async_trait::async_trait]
impl Command for SetGoodsPlace {
    type Output = ProductId;

    async fn run(&self, tx: &TenantTx, permit: &Permit<Self>) -> Outcome<ProductId> {
        let cards = catalog::product_cards(tx, permit, &[self.product_id]).await?;
        if cards.get(&self.product_id).is_none_or(|card| card.is_service) {
            return Err(unknown("productId", "product", "товар").into());
        }
        if let Some(lot) = self.lot_id {
            let lots = numbered_lots(tx, permit, &[lot]).await?;
            if !lots.iter().any(|lot| lot.product_id == self.product_id) {
                return Err(unknown("lotId", "lot of this product", "партия этого товара").into());
            }
        }
        let warehouses = catalog::warehouse_cards(tx, permit, &[self.warehouse_id]).await?;
        if !warehouses.contains_key(&self.warehouse_id) {
            return Err(unknown("warehouseId", "warehouse", "склад").into());
        }
        let (warehouse_id, product_id, lot_id) = (self.warehouse_id, self.product_id, self.lot_id);
        match self.bin_id {
            Some(bin_id) => {
                if !places::is_open_bin(tx, permit, warehouse_id, bin_id).await? {
                    let (en, ru) = ("bin of this warehouse", "ячейка этого склада");
                    return Err(unknown("binId", en, ru).into());
                }
                let place = Place { warehouse_id, product_id, lot_id, bin_id };
                places::put(tx, permit, &place).await?;
            }
            None => places::forget(tx, permit, warehouse_id, product_id, lot_id).await?,
        }
        tx.audit(AuditEntry::new(
            "setGoodsPlace",
            "Product",
            product_id,
            json!({ "warehouse": warehouse_id, "lot": lot_id, "bin": self.bin_id }),
        ));
        Ok(product_id)
    }
}

fn unknown(field: &str, en: &str, ru: &str) -> Refusal {
    Refusal::new(
        RefusalCode::UnknownReference,
        format!("There is no such {en}."),
        format!("Нет такой записи: {ru}."),
    )
    .at([field])
}
