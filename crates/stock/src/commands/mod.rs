//! What users do: with goods receipts here, with what stands beside them in its own module. A draft
//! can be changed; a posted document only reversed.

mod cancel_goods_receipt;
mod create_goods_receipt;
mod custom_fields;
pub(crate) mod draft;
mod opening_stock;
mod post_goods_receipt;
mod reverse_goods_receipt;
mod set_goods_place;
mod set_receipt_costs;
mod update_goods_receipt;

pub use cancel_goods_receipt::CancelGoodsReceipt;
pub use create_goods_receipt::CreateGoodsReceipt;
pub use draft::ReceiptLineInput;
pub(crate) use draft::warehouse;
pub use opening_stock::{OpeningRow, SaveOpeningStock};
pub use post_goods_receipt::PostGoodsReceipt;
pub use reverse_goods_receipt::ReverseGoodsReceipt;
pub(crate) use reverse_goods_receipt::check_untouched;
pub use set_goods_place::SetGoodsPlace;
pub use set_receipt_costs::{LineCost, SetReceiptCosts};
pub use update_goods_receipt::UpdateGoodsReceipt;

pub use crate::planning::{
    AssemblySupply, MoveLine, OrderSupply, PlacedAs, PointInput, SaveReorderPoints, SupplyLine,
    SupplyMade,
};
pub use crate::purchases::commands::{
    CancelPurchaseOrder, ClosePurchaseOrder, CreatePurchaseOrder, ExpectedDay, OrderPurchaseOrder,
    PurchaseLineInput, ReschedulePurchaseOrder, UpdatePurchaseOrder,
};
pub use crate::returns::{
    CancelSupplierReturn, CreateSupplierReturn, PostSupplierReturn, ReturnLineInput,
    ReverseSupplierReturn,
};
