//! What holding lots back takes.

use async_graphql::InputObject;
use kernel::{LotId, WarehouseId};

use crate::ids::GlobalId;
use crate::scalars::Decimal;

/// Which lot is held back, and why.
#[derive(InputObject)]
pub struct BlockLotInput {
    /// The lot.
    pub(super) id: GlobalId<LotId>,
    /// Why, at most 500 characters.
    pub(super) reason: String,
    /// Makes a repeat of this request do nothing; kept 7 days.
    pub(super) idempotency_key: Option<String>,
}

/// Which lot is let go.
#[derive(InputObject)]
pub struct UnblockLotInput {
    /// The lot.
    pub(super) id: GlobalId<LotId>,
    /// Makes a repeat of this request do nothing; kept 7 days.
    pub(super) idempotency_key: Option<String>,
}

/// What part of a lot is held back, and why.
#[derive(InputObject)]
pub struct QuarantineGoodsInput {
    /// The lot.
    pub(super) lot_id: GlobalId<LotId>,
    /// Where its pieces lie; the default warehouse where it is absent.
    pub(super) warehouse_id: Option<GlobalId<WarehouseId>>,
    /// How many, in the product's base unit: above zero, at most 3 places.
    pub(super) quantity: Decimal,
    /// Why, at most 500 characters.
    pub(super) reason: String,
    /// Makes a repeat of this request do nothing; kept 7 days.
    pub(super) idempotency_key: Option<String>,
}

/// Which pieces go back into the lot that they are of.
#[derive(InputObject)]
pub struct ReleaseQuarantineInput {
    /// The quarantine lot.
    pub(super) lot_id: GlobalId<LotId>,
    /// Where its pieces lie; the default warehouse where it is absent.
    pub(super) warehouse_id: Option<GlobalId<WarehouseId>>,
    /// How many, in the product's base unit; all that lie there where it is absent.
    pub(super) quantity: Option<Decimal>,
    /// Makes a repeat of this request do nothing; kept 7 days.
    pub(super) idempotency_key: Option<String>,
}
