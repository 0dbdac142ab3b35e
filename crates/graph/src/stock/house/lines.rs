//! Lines that name goods and perhaps a lot.

use async_graphql::InputObject;
use kernel::{LotId, PackagingId, ProductId, ProductVariantId};

use crate::ids::GlobalId;
use crate::scalars::Decimal;

/// Goods that leave a warehouse, out of a lot that is named or of lots in their turn.
#[derive(InputObject)]
pub struct GoodsLineInput {
    /// Goods, not a service.
    product_id: GlobalId<ProductId>,
    /// Which variant; needed where the product has variants.
    variant_id: Option<GlobalId<ProductVariantId>>,
    /// The packaging that `quantity` counts; the product's base unit where none is given.
    packaging_id: Option<GlobalId<PackagingId>>,
    /// Above zero, at most 3 places. In a packaging, what does not come out to 3 places of the
    /// base unit is refused with the nearest quantities that do.
    quantity: Decimal,
    /// Out of this lot, whatever state it is in; of several lots, write a line for each. Lots that
    /// expire first, then those received first, where none is given.
    lot_id: Option<GlobalId<LotId>>,
}

impl GoodsLineInput {
    fn read(self) -> ::stock::GoodsLineInput {
        ::stock::GoodsLineInput {
            product_id: self.product_id.0,
            variant_id: self.variant_id.map(|id| id.0),
            packaging_id: self.packaging_id.map(|id| id.0),
            quantity: self.quantity.0,
            lot_id: self.lot_id.map(|id| id.0),
        }
    }

    pub(in crate::stock) fn read_all(list: Vec<Self>) -> Vec<::stock::GoodsLineInput> {
        list.into_iter().map(Self::read).collect()
    }
}
